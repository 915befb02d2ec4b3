// SPDX-License-Identifier: EUPL-1.2
#include "services/ingestion/checks.h"

#include <cassert>
#include <optional>
#include <tuple>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/hash/hash.h"
#include "absl/strings/str_cat.h"
#include "services/core/codes.h"
#include "services/ingestion/message_reader.h"
#include "services/ingestion/volume.h"

namespace nmd::ingestion {

// Takes the findings of one rule after the other.
class Report {
 public:
  explicit Report(const ParsedMessage& message) : type_(message.type) {}

  void Begin(const Rule& rule) {
    rule_ = &rule;
    count_ = 0;
  }
  void Add(std::string place) {
    if (++count_ > kMaxFindings + 1) return;
    findings_.push_back(FindingOf(*rule_, type_, std::move(place)));
    if (count_ > kMaxFindings) findings_.back().place = "en meer plaatsen";
  }
  std::vector<Finding> Take() { return std::move(findings_); }

 private:
  const MessageType type_;
  const Rule* rule_ = nullptr;
  int count_ = 0;
  std::vector<Finding> findings_;
};

namespace {

constexpr uint32_t In(std::initializer_list<MessageType> types) {
  uint32_t bits = 0;
  for (const MessageType type : types) bits |= 1u << (static_cast<int>(type) - 301);
  return bits;
}

// A return is not judged again: it repeats a message with the verdict on it.
constexpr uint32_t kAll =
    In({MessageType::kAllocation, MessageType::kStart, MessageType::kStop, MessageType::kRequest, MessageType::kChangeRequest,
        MessageType::kReply, MessageType::kClaim, MessageType::kClaimAnswer});
constexpr uint32_t k301 = In({MessageType::kAllocation});
constexpr uint32_t k307 = In({MessageType::kStop});
constexpr uint32_t k323 = In({MessageType::kClaim});
constexpr uint32_t k325 = In({MessageType::kClaimAnswer});
constexpr uint32_t k305And307 = In({MessageType::kStart, MessageType::kStop});
constexpr uint32_t k323And325 = k323 | k325;

const std::vector<ClaimLine>& LinesOf(const ParsedMessage& m) {
  static const auto& none = *new std::vector<ClaimLine>;
  return m.claim.has_value() ? m.claim->lines : m.answer.has_value() ? m.answer->lines : none;
}

bool IsClosed(const Period& period) { return period.end != kOpenEnd; }

// ---- Level 2 ------------------------------------------------------------------------------------------------------------

void Bsn(const ParsedMessage& m, Report& report) {
  const bool one = m.type != MessageType::kClaim && m.type != MessageType::kClaimAnswer;
  for (size_t i = 0; i < m.clients.size(); ++i) {
    if (IsValidBsn(m.clients[i].bsn)) continue;
    const absl::string_view root = m.type == MessageType::kClaim ? "Declaratie" : "DeclaratieAntwoord";
    report.Add(one ? "Client/Bsn" : absl::StrCat(root, "/Clienten/Client[", i + 1, "]/Bsn"));
  }
}

void EndAfterBegin(const ParsedMessage& m, Report& report) {
  for (const Client& client : m.clients) {
    for (size_t i = 0; i < client.addresses.size(); ++i) {
      const Address& address = client.addresses[i];
      if (!address.has_start || !IsClosed(address.period) || !address.period.Empty()) continue;
      report.Add(absl::StrCat("Client/Contactgegevens/Contact[", i + 1, "]/Periode/Einddatum"));
    }
  }
  for (size_t i = 0; i < m.allocations.size(); ++i) {
    if (m.allocations[i].period.Empty()) report.Add(absl::StrCat(AllocationPlace(i), "/Einddatum"));
  }
  if (m.claim.has_value() && m.claim->period.Empty()) report.Add("Declaratie/DeclaratiePeriode/Einddatum");
  for (const ClaimLine& line : LinesOf(m)) {
    if (line.period.Empty()) report.Add(absl::StrCat(LinePlace(m.type, line), "/ProductPeriode/Einddatum"));
  }
}

void StopAfterStart(const ParsedMessage& m, Report& report) {
  for (size_t i = 0; i < m.stops.size(); ++i) {
    if (m.stops[i].period.Empty()) report.Add(absl::StrCat(StopPlace(i), "/Einddatum"));
  }
}

void Status(const ParsedMessage& m, Report& report) {
  const auto is_known = [](const std::string& status) { return status == "1" || status == "3"; };
  for (size_t i = 0; i < m.starts.size(); ++i) {
    if (!is_known(m.starts[i].status)) report.Add(absl::StrCat(StartPlace(i), "/StatusAanlevering"));
  }
  for (size_t i = 0; i < m.stops.size(); ++i) {
    if (!is_known(m.stops[i].status)) report.Add(absl::StrCat(StopPlace(i), "/StatusAanlevering"));
  }
}

// Reports every row of `rows` that the condition holds for.
template <typename Condition>
void EachAllocation(const ParsedMessage& m, Report& report, absl::string_view element, Condition is_wrong) {
  for (size_t i = 0; i < m.allocations.size(); ++i) {
    if (is_wrong(m.allocations[i])) report.Add(absl::StrCat(AllocationPlace(i), element));
  }
}

void EndOfBudget(const ParsedMessage& m, Report& report) {
  EachAllocation(m, report, "/Einddatum", [](const AllocatedProduct& a) { return a.budget && !IsClosed(a.period); });
}
void EndOfWeekly(const ParsedMessage& m, Report& report) {
  EachAllocation(m, report, "/Einddatum",
                 [](const AllocatedProduct& a) { return a.volume && a.volume->frequency == "2" && !IsClosed(a.period); });
}
void VolumeWithoutBudget(const ParsedMessage& m, Report& report) {
  EachAllocation(m, report, "/Omvang", [](const AllocatedProduct& a) { return a.volume && a.budget; });
}
void BudgetWithoutVolume(const ParsedMessage& m, Report& report) {
  EachAllocation(m, report, "/Budget", [](const AllocatedProduct& a) { return a.volume && a.budget; });
}
void ProductOrBudget(const ParsedMessage& m, Report& report) {
  EachAllocation(m, report, "/Product", [](const AllocatedProduct& a) { return a.category.empty() && !a.budget; });
}
void DeletedIsEmpty(const ParsedMessage& m, Report& report) {
  EachAllocation(m, report, "/RedenWijziging",
                 [](const AllocatedProduct& a) { return a.change_reason == "13" && !a.Deleted(); });
}
void ReasonOneIsGone(const ParsedMessage& m, Report& report) {
  EachAllocation(m, report, "/RedenWijziging", [](const AllocatedProduct& a) { return a.change_reason == "01"; });
}

template <typename Condition>
void EachLine(const ParsedMessage& m, Report& report, absl::string_view element, Condition is_wrong) {
  for (const ClaimLine& line : LinesOf(m)) {
    if (is_wrong(line)) report.Add(absl::StrCat(LinePlace(m.type, line), element));
  }
}

void PreviousIffCredit(const ParsedMessage& m, Report& report) {
  EachLine(m, report, "/ProductReferentie/VorigReferentieNummer",
           [](const ClaimLine& l) { return l.amount.credit == l.previous_reference.empty(); });
}
void TariffUnlessEuros(const ParsedMessage& m, Report& report) {
  EachLine(m, report, "/ProductTarief", [](const ClaimLine& l) { return (l.unit == "83") == l.tariff.has_value(); });
}
void EurosAreAmount(const ParsedMessage& m, Report& report) {
  EachLine(m, report, "/IngediendBedrag/Bedrag",
           [](const ClaimLine& l) { return l.unit == "83" && l.amount.cents != l.volume; });
}
void OneMonthPerLine(const ParsedMessage& m, Report& report) {
  EachLine(m, report, "/ProductPeriode",
           [](const ClaimLine& l) { return MonthOf(l.period.start) != MonthOf(l.period.end - 1); });
}
void WholeMonth(const ParsedMessage& m, Report& report) {
  if (m.claim->period != MonthPeriod(MonthOf(m.claim->period.start))) report.Add("Declaratie/DeclaratiePeriode");
}
void ZeroIsDebit(const ParsedMessage& m, Report& report) {
  const auto is_wrong = [](const Amount& amount) { return amount.cents == 0 && amount.credit; };
  if (m.claim && is_wrong(m.claim->total)) report.Add("Declaratie/TotaalIngediendBedrag/DebetCredit");
  if (m.answer && is_wrong(m.answer->submitted)) report.Add("DeclaratieAntwoord/TotaalIngediendBedrag/DebetCredit");
  if (m.answer && is_wrong(m.answer->granted)) report.Add("DeclaratieAntwoord/TotaalToegekendBedrag/DebetCredit");
  EachLine(m, report, "/IngediendBedrag/DebetCredit", [&](const ClaimLine& l) { return is_wrong(l.amount); });
}

// The logical keys of domain-standards 1.8, within the one message.
void Duplicates(const ParsedMessage& m, Report& report) {
  using Key = std::tuple<int64_t, absl::string_view, absl::string_view, Day, absl::string_view, Day>;
  absl::flat_hash_set<Key> keys;
  constexpr int64_t kNoNumber = -1;
  for (size_t i = 0; i < m.allocations.size(); ++i) {
    if (!keys.insert({m.allocations[i].number, "", "", 0, "", 0}).second) report.Add(AllocationPlace(i));
  }
  for (size_t i = 0; i < m.starts.size(); ++i) {
    const StartedProduct& s = m.starts[i];
    if (!keys.insert({s.number.value_or(kNoNumber), s.category, s.product, s.start_day, "", 0}).second) {
      report.Add(StartPlace(i));
    }
  }
  for (size_t i = 0; i < m.stops.size(); ++i) {
    const StoppedProduct& s = m.stops[i];
    const Key key = {s.number.value_or(kNoNumber), s.category, s.product, s.period.start, s.reason, s.period.end};
    if (!keys.insert(key).second) report.Add(StopPlace(i));
  }
  absl::flat_hash_set<absl::string_view> names;
  const std::vector<ClaimLine>& lines = LinesOf(m);
  names.reserve(lines.size());
  for (const ClaimLine& line : lines) {
    if (!names.insert(line.reference).second) {
      report.Add(absl::StrCat(LinePlace(m.type, line), "/ProductReferentie/ReferentieNummer"));
    }
  }
  for (const Client& client : m.clients) {
    names.clear();
    for (size_t i = 0; i < client.relations.size(); ++i) {
      if (!names.insert(client.relations[i].number).second) {
        report.Add(absl::StrCat("Client/Relaties/Relatie[", i + 1, "]/Nummer"));
      }
    }
  }
}

void CreditOnce(const ParsedMessage& m, Report& report) {
  absl::flat_hash_set<absl::string_view> credited;
  EachLine(m, report, "/ProductReferentie/VorigReferentieNummer",
           [&](const ClaimLine& l) { return !l.previous_reference.empty() && !credited.insert(l.previous_reference).second; });
}

void NoCreditOfOwnLine(const ParsedMessage& m, Report& report) {
  const std::vector<ClaimLine>& lines = m.claim->lines;
  absl::flat_hash_set<absl::string_view> credited;
  for (const ClaimLine& line : lines) {
    if (!line.previous_reference.empty()) credited.insert(line.previous_reference);
  }
  if (credited.empty()) return;
  absl::flat_hash_set<absl::string_view> own;
  for (const ClaimLine& line : lines) {
    if (credited.contains(line.reference)) own.insert(line.reference);
  }
  EachLine(m, report, "/ProductReferentie/VorigReferentieNummer",
           [&](const ClaimLine& l) { return !l.previous_reference.empty() && own.contains(l.previous_reference); });
}

// What TR416 takes for the same debit. Sets of pointers are a third of the size of sets of values.
struct DebitHash {
  size_t operator()(const ClaimLine* l) const { return absl::HashOf(l->allocation, l->period.start, l->product); }
};
struct SameDebit {
  bool operator()(const ClaimLine* a, const ClaimLine* b) const {
    return a->allocation == b->allocation && a->period == b->period && a->product == b->product && a->category == b->category;
  }
};

void OneDebitPerPeriod(const ParsedMessage& m, Report& report) {
  absl::flat_hash_set<const ClaimLine*, DebitHash, SameDebit> debits;
  debits.reserve(m.claim->lines.size());
  EachLine(m, report, "", [&](const ClaimLine& l) { return !l.amount.credit && !debits.insert(&l).second; });
}

Cents SumOf(const std::vector<ClaimLine>& lines) {
  Cents sum = 0;  // at most 1,000,000 lines of 8 digits each
  for (const ClaimLine& line : lines) sum += line.amount.Signed();
  return sum;
}

void TotalIsSum(const ParsedMessage& m, Report& report) {
  if (m.claim->total.Signed() != SumOf(m.claim->lines)) report.Add("Declaratie/TotaalIngediendBedrag");
}

void RejectedExplainDifference(const ParsedMessage& m, Report& report) {
  if (!m.answer.has_value()) return;
  const ClaimAnswer& answer = *m.answer;
  // 0200: judged without a fault of its own. 8001: granted. Anything else rejects the claim as a whole.
  bool rejected = false;
  for (const std::string& code : answer.return_codes) rejected = rejected || (code != "0200" && code != "8001");
  const bool fits = rejected ? answer.lines.empty() && answer.granted.cents == 0
                             : SumOf(answer.lines) == answer.submitted.Signed() - answer.granted.Signed();
  if (!fits) report.Add("DeclaratieAntwoord/TotaalToegekendBedrag");
}

// ---- Level 4, as far as the message goes --------------------------------------------------------------------------------

void AmountIsVolumeTimesTariff(const ParsedMessage& m, Report& report) {
  EachLine(m, report, "/IngediendBedrag/Bedrag",
           [](const ClaimLine& l) { return l.tariff.has_value() && !AmountFits(l.unit, l.volume, *l.tariff, l.amount.cents); });
}

// Not in the table, on purpose: CS100 (periods from 2021 on), CS338 (frequency of some units) and CD080 (no Omvang without
// a product code). They are the cut-over to release 3.0 of 1-1-2021; history before it is delivered to the monitor in the
// form of 3.2, and is right.
constexpr Rule kRules[] = {
    {"CD060", 2, k323And325, "0001",
     "VorigReferentieNummer hoort alleen bij een creditregel (C). Vul het daar, en laat het bij een "
     "debetregel (D) weg.",
     PreviousIffCredit},
    {"CD075", 2, k301, "0001", "Bij een Budget is een Einddatum verplicht. Vul de Einddatum in.", EndOfBudget},
    {"CD076", 2, k301, "0001", "Bij een omvang per week (Frequentie 2) is een Einddatum verplicht. Vul de Einddatum in.",
     EndOfWeekly},
    {"CD077", 2, k301, "0001", "Omvang mag niet gevuld zijn als Budget gevuld is. Laat een van de twee weg.",
     VolumeWithoutBudget},
    {"CD078", 2, k301, "0001", "Budget mag niet gevuld zijn als Omvang gevuld is. Laat een van de twee weg.",
     BudgetWithoutVolume},
    {"CD079", 2, k301, "0001", "Zonder Budget is een Product verplicht. Vul het Product in.", ProductOrBudget},
    {"CD087", 2, k323, "0001",
     "ProductTarief is verplicht, behalve bij euro's (Eenheid 83). Vul het in, of laat het bij euro's "
     "weg.",
     TariffUnlessEuros},
    {"CS002", 2, kAll, "0001", "Het burgerservicenummer voldoet niet aan de elfproef. Controleer het nummer in de bron.", Bsn},
    {"CS003", 2, kAll & ~k305And307, "0001", "De Einddatum ligt voor de begindatum. Verbeter een van de twee.", EndAfterBegin},
    {"CS058", 2, k305And307, "0001", "StatusAanlevering moet 1 (eerste aanlevering) of 3 (verwijderen) zijn.", Status},
    {"CS325", 2, k323And325, "0001", "Bij een bedrag van 0 hoort DebetCredit D.", ZeroIsDebit},
    {"CS335", 2, k301, "0001", "RedenWijziging 13 (verwijderd) mag alleen als Ingangsdatum en Einddatum gelijk zijn.",
     DeletedIsEmpty},
    {"CS336", 2, k301, "0001", "RedenWijziging 01 is vervallen. Gebruik 13 (verwijderd) of 14 (administratieve correctie).",
     ReasonOneIsGone},
    {"CS337", 2, k323, "0001", "De ProductPeriode loopt over meer dan een kalendermaand. Maak per maand een prestatie.",
     OneMonthPerLine},
    {"CS339", 2, k323, "0001", "Bij euro's (Eenheid 83) moet het bedrag gelijk zijn aan het GeleverdVolume, in eurocenten.",
     EurosAreAmount},
    {"CS340", 2, k323, "0001", "De DeclaratiePeriode moet precies een hele kalendermaand zijn.", WholeMonth},
    {"TR018", 2, k307, "0001", "De Einddatum ligt voor de Begindatum. Verbeter een van de twee.", StopAfterStart},
    {"TR101", 2, kAll, "0001", "Deze regel staat al in het bericht. Haal de dubbele regel weg, of geef hem een eigen nummer.",
     Duplicates},
    {"TR315", 2, k323, "0001", "Deze prestatie wordt in het bericht al gecrediteerd. Crediteer elke prestatie een keer.",
     CreditOnce},
    {"TR316", 2, k323, "0001", "Deze creditregel crediteert een regel uit hetzelfde bericht. Laat beide regels weg.",
     NoCreditOfOwnLine},
    {"TR342", 2, k325, "0001",
     "De afgewezen prestaties verklaren het verschil tussen TotaalIngediendBedrag en "
     "TotaalToegekendBedrag niet. Controleer de bedragen en de regels.",
     RejectedExplainDifference},
    {"TR358", 2, k323, "0001",
     "TotaalIngediendBedrag is niet de som van de debetregels min de creditregels. Reken het totaal na.", TotalIsSum},
    {"TR416", 2, k323, "0001",
     "Voor deze toewijzing, dit product en deze periode staat al een debetregel in het bericht. Voeg de "
     "regels samen.",
     OneDebitPerPeriod},

    {"TR019", 3, k305And307, "9019", "De toewijzing van deze start of stop is niet bekend. Controleer het ToewijzingNummer.",
     nullptr},
    {"TR056", 3, kAll, "9056",
     "Er is al een ander bericht van dezelfde soort met deze Identificatie ontvangen. Geef elk bericht "
     "een eigen Identificatie.",
     nullptr},
    {"TR307", 3, k323, "9307", "De ProductPeriode begint voor de Ingangsdatum van de toewijzing. Verbeter de periode.",
     nullptr},
    {"TR308", 3, k323, "9308", "De ProductPeriode eindigt na de Einddatum van de toewijzing. Verbeter de periode.", nullptr},
    {"TR321", 3, k323, "9321", "Het GeleverdVolume is meer dan de toewijzing in deze periode toestaat. Controleer het volume.",
     nullptr},
    {"TR332", 3, k301, "9332",
     "Dit ToewijzingNummer is al gebruikt voor een andere client of een ander product. Geef elke "
     "toewijzing een eigen nummer.",
     nullptr},
    {"TR338", 3, k323, "9338", "De toewijzing van deze prestatie is niet bekend. Controleer het ToewijzingNummer.", nullptr},

    {"TR346", 4, k323, "9346", "Het bedrag is niet GeleverdVolume maal ProductTarief. Reken het bedrag na.",
     AmountIsVolumeTimesTariff},
};

}  // namespace

absl::Span<const Rule> Rules() { return kRules; }

const Rule& RuleById(absl::string_view id) {
  for (const Rule& rule : kRules) {
    if (rule.id == id) return rule;
  }
  assert(false && "a rule id that is not in the table");
  return kRules[0];
}

Finding FindingOf(const Rule& rule, MessageType type, std::string place) {
  return {.rule = std::string(rule.id),
          .level = rule.level,
          .place = std::move(place),
          .text = std::string(rule.text),
          .return_code = std::string(rule.return_code),
          .owner = IsFromMunicipality(type) ? "gemeente" : "aanbieder",
          .fatal = rule.level <= 2};
}

std::vector<Finding> CheckMessage(const ParsedMessage& message) {
  Report report(message);
  for (const Rule& rule : kRules) {
    if (rule.check == nullptr || !rule.HoldsFor(message.type)) continue;
    report.Begin(rule);
    rule.check(message, report);
  }
  return report.Take();
}

std::string AllocationPlace(size_t index) {
  return absl::StrCat("Client/ToegewezenProducten/ToegewezenProduct[", index + 1, "]");
}
std::string StartPlace(size_t index) { return absl::StrCat("Client/StartProducten/StartProduct[", index + 1, "]"); }
std::string StopPlace(size_t index) { return absl::StrCat("Client/StopProducten/StopProduct[", index + 1, "]"); }
std::string LinePlace(MessageType type, const ClaimLine& line) {
  return absl::StrCat(type == MessageType::kClaim ? "Declaratie" : "DeclaratieAntwoord", "/Clienten/Client[", line.client + 1,
                      "]/Prestaties/Prestatie[", line.position + 1, "]");
}

}  // namespace nmd::ingestion
