// SPDX-License-Identifier: EUPL-1.2
#include "services/ingestion/checks.h"

#include <algorithm>
#include <cassert>
#include <climits>
#include <cstdint>
#include <optional>
#include <tuple>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/hash/hash.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "services/core/codes.h"
#include "services/ingestion/message_reader.h"
#include "services/ingestion/volume.h"

namespace nmd::ingestion {

// Takes the findings of one rule after the other.
class Report {
 public:
  Report(const ParsedMessage& message, int most) : type_(message.type), most_(most) {}

  void Begin(const Rule& rule) {
    rule_ = &rule;
    count_ = 0;
  }
  void Add(std::string place) {
    if (count_ > most_) return;
    findings_.push_back(FindingOf(*rule_, type_, std::move(place)));
    if (++count_ > most_) findings_.back().place = std::string(kMorePlaces);
  }
  std::vector<Finding> Take() { return std::move(findings_); }

 private:
  const MessageType type_;
  const int most_;
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
constexpr uint32_t k305 = In({MessageType::kStart});
constexpr uint32_t k307 = In({MessageType::kStop});
constexpr uint32_t k323 = In({MessageType::kClaim});
constexpr uint32_t k325 = In({MessageType::kClaimAnswer});
constexpr uint32_t k315 = In({MessageType::kRequest});
constexpr uint32_t k317 = In({MessageType::kChangeRequest});
constexpr uint32_t k319 = In({MessageType::kReply});
constexpr uint32_t k305And307 = In({MessageType::kStart, MessageType::kStop});
constexpr uint32_t kReturns = In({MessageType::kAllocationReturn, MessageType::kStartReturn, MessageType::kStopReturn,
                                  MessageType::kRequestReturn, MessageType::kChangeRequestReturn, MessageType::kReplyReturn});
constexpr uint32_t kWithPerson = k301 | k305And307 | k315;
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
  for (size_t i = 0; i < m.requests.size(); ++i) {
    if (m.requests[i].period.Empty()) report.Add(absl::StrCat(RequestPlace(i), "/ToewijzingEinddatum"));
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

// The same for what a 315 asks for, whose elements may have another name.
template <typename Condition>
void EachRequest(const ParsedMessage& m, Report& report, absl::string_view element, Condition is_wrong) {
  for (size_t i = 0; i < m.requests.size(); ++i) {
    if (is_wrong(m.requests[i])) report.Add(absl::StrCat(RequestPlace(i), element));
  }
}

void EndOfBudget(const ParsedMessage& m, Report& report) {
  const auto is_wrong = [](const auto& row) { return row.budget && !IsClosed(row.period); };
  EachAllocation(m, report, "/Einddatum", is_wrong);
  EachRequest(m, report, "/ToewijzingEinddatum", is_wrong);
}
void EndOfWeekly(const ParsedMessage& m, Report& report) {
  const auto is_wrong = [](const auto& row) { return row.volume && row.volume->frequency == "2" && !IsClosed(row.period); };
  EachAllocation(m, report, "/Einddatum", is_wrong);
  EachRequest(m, report, "/ToewijzingEinddatum", is_wrong);
}
void VolumeWithoutBudget(const ParsedMessage& m, Report& report) {
  const auto is_wrong = [](const auto& row) { return row.volume && row.budget; };
  EachAllocation(m, report, "/Omvang", is_wrong);
  EachRequest(m, report, "/Omvang", is_wrong);
}
void BudgetWithoutVolume(const ParsedMessage& m, Report& report) {
  const auto is_wrong = [](const auto& row) { return row.volume && row.budget; };
  EachAllocation(m, report, "/Budget", is_wrong);
  EachRequest(m, report, "/Budget", is_wrong);
}
void ProductOrBudget(const ParsedMessage& m, Report& report) {
  const auto is_wrong = [](const auto& row) { return row.category.empty() && !row.budget; };
  EachAllocation(m, report, "/Product", is_wrong);
  EachRequest(m, report, "/Product", is_wrong);
}
void VolumeOfProduct(const ParsedMessage& m, Report& report) {
  const auto is_wrong = [](const auto& row) { return !row.product.empty() && !row.volume; };
  EachAllocation(m, report, "/Omvang", is_wrong);
  EachRequest(m, report, "/Omvang", is_wrong);
  for (size_t i = 0; m.change_request && i < m.change_request->added.size(); ++i) {
    if (is_wrong(m.change_request->added[i])) report.Add(absl::StrCat(AddedPlace(i), "/Omvang"));
  }
}
void DeletedIsEmpty(const ParsedMessage& m, Report& report) {
  EachAllocation(m, report, "/RedenWijziging",
                 [](const AllocatedProduct& a) { return a.change_reason == "13" && !a.Deleted(); });
}
void ReasonOneIsGone(const ParsedMessage& m, Report& report) {
  EachAllocation(m, report, "/RedenWijziging", [](const AllocatedProduct& a) { return a.change_reason == "01"; });
}

// Calls `visit` with every contact of a client and of the relations, and where it is.
template <typename Visit>
void EachContact(const ParsedMessage& m, Visit visit) {
  for (const Client& client : m.clients) {
    for (size_t i = 0; i < client.relations.size(); ++i) {
      for (const Address& contact : client.relations[i].addresses) {
        visit(contact, absl::StrCat("Client/Relaties/Relatie[", i + 1, "]/Contact"));
      }
    }
    for (size_t i = 0; i < client.addresses.size(); ++i) {
      visit(client.addresses[i], absl::StrCat("Client/Contactgegevens/Contact[", i + 1, "]"));
    }
  }
}

// The same with every client and relation.
template <typename Visit>
void EachPerson(const ParsedMessage& m, Visit visit) {
  for (const Client& client : m.clients) {
    visit(static_cast<const Person&>(client), std::string("Client"));
    for (size_t i = 0; i < client.relations.size(); ++i) {
      visit(static_cast<const Person&>(client.relations[i]), absl::StrCat("Client/Relaties/Relatie[", i + 1, "]"));
    }
  }
}

void CountryIffPostcode(const ParsedMessage& m, Report& report) {
  EachContact(m, [&](const Address& a, const std::string& place) {
    if (a.country.empty() != a.postcode.empty()) report.Add(place + "/Adres/LandCode");
  });
}
void HouseInNetherlands(const ParsedMessage& m, Report& report) {
  EachContact(m, [&](const Address& a, const std::string& place) {
    if (a.country == "NL" && !a.has_house) report.Add(place + "/Adres/Huis");
  });
}
void PostcodeOfHome(const ParsedMessage& m, Report& report) {
  EachContact(m, [&](const Address& a, const std::string& place) {
    const bool home = a.kind == "01" || a.kind == "03";
    if (home && a.has_address && a.postcode.empty()) report.Add(place + "/Adres/Postcode");
  });
}
void PostcodeFormat(const ParsedMessage& m, Report& report) {
  // [1-9][0-9]{3}[a-zA-Z]{2} by the text of the rule: no space, unlike IsPostcode.
  const auto fits = [](absl::string_view p) {
    return p.size() == 6 && p[0] != '0' && IsDigits(p.substr(0, 4)) && absl::ascii_isalpha(static_cast<unsigned char>(p[4])) &&
           absl::ascii_isalpha(static_cast<unsigned char>(p[5]));
  };
  EachContact(m, [&](const Address& a, const std::string& place) {
    if (a.country == "NL" && !a.postcode.empty() && !fits(a.postcode)) report.Add(place + "/Adres/Postcode");
  });
}
void PeriodOfTemporaryStay(const ParsedMessage& m, Report& report) {
  EachContact(m, [&](const Address& a, const std::string& place) {
    if (a.has_period && a.kind != "04") report.Add(place + "/Periode");
  });
}
void ContactReaches(const ParsedMessage& m, Report& report) {
  EachContact(m, [&](const Address& a, const std::string& place) {
    if (!a.has_phone && !(a.has_house && !a.postcode.empty())) report.Add(place);
  });
}
void ClientHasAddress(const ParsedMessage& m, Report& report) {
  const std::vector<Address>& contacts = m.clients.front().addresses;
  const bool has = std::any_of(contacts.begin(), contacts.end(),
                               [](const Address& a) { return a.has_address && a.kind >= "01" && a.kind <= "03"; });
  if (!has) report.Add("Client/Contactgegevens");
}
void LanguageIffInterpreter(const ParsedMessage& m, Report& report) {
  const Client& client = m.clients.front();
  if ((client.communication == "1") != client.has_language) report.Add("Client/Communicatie/Taal");
}

void NameUseFits(const ParsedMessage& m, Report& report) {
  EachPerson(m, [&](const Person& p, const std::string& place) {
    const std::string& use = p.name.name_use;
    const bool fits = p.name.partner_surname.empty() ? use == "1" || use == "6" : use >= "1" && use <= "4";
    if (!fits) report.Add(place + "/Naam/NaamGebruik");
  });
}
void ClientIsNatural(const ParsedMessage& m, Report& report) {
  if (m.clients.front().name.name_use == "6") report.Add("Client/Naam/NaamGebruik");
}
void BirthDateFits(const ParsedMessage& m, Report& report) {
  EachPerson(m, [&](const Person& p, const std::string& place) {
    if (p.birth_date_use.empty()) return;
    // What is unknown is filled with 01, a year with 1900 (IV009).
    const Civil birth = CivilOf(p.birth_day);
    const bool fits =
        birth.day == 1 && (p.birth_date_use < "2" || birth.month == 1) && (p.birth_date_use < "3" || birth.year == 1900);
    if (!fits) report.Add(place + "/Geboortedatum/DatumGebruik");
  });
}

// The same day so many years earlier, or the last of February.
Day YearsBefore(Day day, int years) {
  const Civil civil = CivilOf(day);
  const int year = civil.year - years;
  return DayOf(year, civil.month, std::min(civil.day, DaysInMonth(MonthOf(year, civil.month))));
}

void NotTooOld(const ParsedMessage& m, Report& report) {
  const Client& client = m.clients.front();
  const bool unknown = client.birth_date_use == "3" && client.birth_day == DayOf(1900, 1, 1);
  if (!unknown && client.birth_day < YearsBefore(m.header.dated_day, 120)) report.Add("Client/Geboortedatum/Datum");
}

// The rule names classes, not elements: those that tell of what has happened when the message is made. That a period of care
// is over is TR137, which is said once.
void NotAfterDating(const ParsedMessage& m, Report& report) {
  const Day dated = m.header.dated_day;
  EachPerson(m, [&](const Person& p, const std::string& place) {
    if (p.has_birth_day && p.birth_day > dated) report.Add(place + "/Geboortedatum/Datum");
  });
  EachAllocation(m, report, "/Toewijzingsdatum",
                 [&](const AllocatedProduct& a) { return a.assigned_second >= (int64_t{dated} + 1) * 86'400; });
  for (size_t i = 0; i < m.starts.size(); ++i) {
    if (m.starts[i].start_day > dated) report.Add(absl::StrCat(StartPlace(i), "/Begindatum"));
  }
  for (size_t i = 0; i < m.stops.size(); ++i) {
    if (m.stops[i].period.start > dated) report.Add(absl::StrCat(StopPlace(i), "/Begindatum"));
  }
  if (m.claim && m.claim->dated_day > dated) report.Add("Declaratie/DeclaratieDagtekening");
  if (m.type == MessageType::kClaimAnswer && m.header.claim_dated_day > dated) {
    report.Add("Header/DeclaratieIdentificatie/Dagtekening");
  }
}

void AllocationsApart(const ParsedMessage& m, Report& report) {
  std::vector<OverlapRow> rows;
  for (const AllocatedProduct& a : m.allocations) {
    rows.push_back({a.category, a.product, a.Deleted() ? Period{0, 0} : a.period});
  }
  for (const size_t i : Overlapping(m.law, rows)) report.Add(absl::StrCat(AllocationPlace(i), "/Product"));
}
void RequestsApart(const ParsedMessage& m, Report& report) {
  std::vector<OverlapRow> rows;
  for (const RequestedProduct& r : m.requests) rows.push_back({r.category, r.product, r.period});
  for (const size_t i : Overlapping(m.law, rows)) report.Add(absl::StrCat(RequestPlace(i), "/Product"));
}
void AdditionsApart(const ParsedMessage& m, Report& report) {
  std::vector<OverlapRow> rows;
  for (const WantedProduct& w : m.change_request->added) rows.push_back({w.category, w.product, w.period});
  for (const size_t i : Overlapping(m.law, rows)) report.Add(absl::StrCat(AddedPlace(i), "/Product"));
}

void DecisionStartIffNumber(const ParsedMessage& m, Report& report) {
  EachRequest(m, report, "/BeschikkingIngangsdatum",
              [](const RequestedProduct& r) { return r.decision_start.has_value() != r.decision_number.has_value(); });
}
bool IsCareReferrer(const RequestedProduct& r) { return r.referrer >= "02" && r.referrer <= "05"; }
void ReferrerNameOrCode(const ParsedMessage& m, Report& report) {
  EachRequest(m, report, "/Verwijzer/Naam", [](const RequestedProduct& r) {
    return IsCareReferrer(r) && !r.referrer_code.empty() && !r.referrer_name.empty();
  });
}
void ReferrerNameWithoutCode(const ParsedMessage& m, Report& report) {
  EachRequest(m, report, "/Verwijzer/Naam", [](const RequestedProduct& r) {
    return IsCareReferrer(r) && r.referrer_code.empty() && r.referrer_name.empty();
  });
}
void NoCodeOfOthers(const ParsedMessage& m, Report& report) {
  EachRequest(m, report, "/Verwijzer/ZorgverlenerCode",
              [](const RequestedProduct& r) { return !IsCareReferrer(r) && !r.referrer_code.empty(); });
}
void ReferencesDiffer(const ParsedMessage& m, Report& report) {
  absl::flat_hash_set<absl::string_view> references;
  EachRequest(m, report, "/ReferentieAanbieder",
              [&](const RequestedProduct& r) { return !references.insert(r.reference).second; });
}

void StartsFromAllocations(const ParsedMessage& m, Report& report) {
  if (m.change_request->unchanged.empty() && m.change_request->changed.empty()) report.Add("Client/Verzoek");
}
void WantsAChange(const ParsedMessage& m, Report& report) {
  if (m.change_request->changed.empty() && m.change_request->added.empty()) report.Add("Client/Verzoek");
}
void ReasonOfRefusal(const ParsedMessage& m, Report& report) {
  if (m.reply->answer == "1" && m.reply->rejection_reason.empty()) report.Add("Antwoord/RedenAfwijzingVerzoek");
}
void NoReasonWithoutRefusal(const ParsedMessage& m, Report& report) {
  if (m.reply->answer != "1" && !m.reply->rejection_reason.empty()) report.Add("Antwoord/RedenAfwijzingVerzoek");
}
// Only iJw has the element.
void HomeOfRefused(const ParsedMessage& m, Report& report) {
  const bool elsewhere = m.law == Law::kYouth && m.reply->rejection_reason == "8";
  if (elsewhere && m.reply->municipality.empty()) report.Add("Antwoord/Woonplaatsbeginsel");
}
void NoHomeOfOthers(const ParsedMessage& m, Report& report) {
  if (m.reply->rejection_reason != "8" && !m.reply->municipality.empty()) report.Add("Antwoord/Woonplaatsbeginsel");
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
// That a period does not end before it begins is CS003, which is said once.
void PeriodIsOver(const ParsedMessage& m, Report& report) {
  const Day dated = m.header.dated_day;
  if (m.claim && m.claim->period.end - 1 > dated) report.Add("Declaratie/DeclaratiePeriode/Einddatum");
  EachLine(m, report, "/ProductPeriode/Einddatum", [&](const ClaimLine& l) { return l.period.end - 1 > dated; });
}
void NotTooLate(const ParsedMessage& m, Report& report) {
  const Day first = YearsBefore(m.claim->dated_day, 5);
  EachLine(m, report, "/ProductPeriode/Einddatum", [&](const ClaimLine& l) { return l.period.end - 1 < first; });
}
void ZeroIsDebit(const ParsedMessage& m, Report& report) {
  const auto is_wrong = [](const Amount& amount) { return amount.cents == 0 && amount.credit; };
  if (m.claim && is_wrong(m.claim->total)) report.Add("Declaratie/TotaalIngediendBedrag/DebetCredit");
  if (m.answer && is_wrong(m.answer->submitted)) report.Add("DeclaratieAntwoord/TotaalIngediendBedrag/DebetCredit");
  if (m.answer && is_wrong(m.answer->granted)) report.Add("DeclaratieAntwoord/TotaalToegekendBedrag/DebetCredit");
  EachLine(m, report, "/IngediendBedrag/DebetCredit", [&](const ClaimLine& l) { return is_wrong(l.amount); });
}

// The logical keys of domain-standards 1.8, within the one message. That of a request is TR383, which is said once.
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
  if (m.change_request.has_value()) {
    // A number that stays as it is and changes too is no duplicate of one class: TR361 judges that.
    const auto once = [&](const std::vector<WantedProduct>& rows, std::string (*place)(size_t)) {
      keys.clear();
      for (size_t i = 0; i < rows.size(); ++i) {
        if (!keys.insert({rows[i].number, "", "", 0, "", 0}).second) report.Add(place(i));
      }
    };
    once(m.change_request->unchanged, UnchangedPlace);
    once(m.change_request->changed, ChangedPlace);
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

// ---- Levels 3 and 4, as far as the message goes -------------------------------------------------------------------------

bool IsAfterClaimPeriod(const Period& declared, const ClaimLine& l) {
  return MonthOf(l.period.start) > MonthOf(declared.end - 1);
}
void LinesOfThePeriodOrBefore(const ParsedMessage& m, Report& report) {
  EachLine(m, report, "/ProductPeriode", [&](const ClaimLine& l) { return IsAfterClaimPeriod(m.claim->period, l); });
}

bool IsAmountWrong(const ClaimLine& l) {
  return l.tariff.has_value() && !AmountFits(l.unit, l.volume, *l.tariff, l.amount.cents);
}
void AmountIsVolumeTimesTariff(const ParsedMessage& m, Report& report) {
  EachLine(m, report, "/IngediendBedrag/Bedrag", IsAmountWrong);
}

// Not in the table, on purpose: CS100 (periods from 2021 on), CS338 (frequency of some units), and CD080, CD095 and CD096
// (no Omvang without a product code). They are the cut-over to release 3.0 of 1-1-2021; history before it is delivered to the
// monitor in the form of 3.2, and is right. CS015, CS025 and CS319 are facets of the schemas: level 1 finds them.
// TR380 (a date of a NieuwProduct lies after the Dagtekening) does not say which date, and official samples break either.
constexpr Rule kRules[] = {
    {"CD005", 2, k301, "0001", "LandCode hoort bij een Postcode. Vul beide in, of laat beide weg.", CountryIffPostcode},
    {"CD007", 2, k301, "0001", "Taal hoort bij Vorm 1 (tolk taal). Vul de Taal daar in, en laat haar anders weg.",
     LanguageIffInterpreter},
    {"CD009", 2, k301, "0001", "Een Periode mag alleen bij een tijdelijk verblijfadres (Soort 04). Laat de Periode weg.",
     PeriodOfTemporaryStay},
    {"CD025", 2, k301, "0001", "Bij een adres in Nederland is Huis verplicht. Vul het huisnummer in.", HouseInNetherlands},
    {"CD034", 2, k301, "0001",
     "Bij een BRP-adres (Soort 01) en een verblijfadres (Soort 03) is de Postcode verplicht. Vul de Postcode in.",
     PostcodeOfHome},
    {"CD041", 2, k301 | k315 | k317, "0001", "Bij een productcode is Omvang verplicht. Vul de Omvang in.", VolumeOfProduct},
    {"CD043", 2, k315, "0001", "BeschikkingIngangsdatum hoort bij een BeschikkingNummer. Vul beide in, of laat beide weg.",
     DecisionStartIffNumber},
    {"CD060", 2, k323And325, "0001",
     "VorigReferentieNummer hoort alleen bij een creditregel (C). Vul het daar, en laat het bij een "
     "debetregel (D) weg.",
     PreviousIffCredit},
    {"CD066", 2, k315, "0001",
     "Bij verwijzertype 02 tot en met 05 met een ZorgverlenerCode blijft Naam leeg. Laat een van de twee weg.",
     ReferrerNameOrCode},
    {"CD067", 2, k315, "0001",
     "Bij verwijzertype 02 tot en met 05 is een ZorgverlenerCode of een Naam nodig. Vul een van de twee in.",
     ReferrerNameWithoutCode},
    {"CD068", 2, k315, "0001", "Alleen bij verwijzertype 02 tot en met 05 hoort een ZorgverlenerCode. Laat de code weg.",
     NoCodeOfOthers},
    {"CD075", 2, k301 | k315, "0001", "Bij een Budget is een Einddatum verplicht. Vul de Einddatum in.", EndOfBudget},
    {"CD076", 2, k301 | k315, "0001", "Bij een omvang per week (Frequentie 2) is een Einddatum verplicht. Vul de Einddatum in.",
     EndOfWeekly},
    {"CD077", 2, k301 | k315, "0001", "Omvang mag niet gevuld zijn als Budget gevuld is. Laat een van de twee weg.",
     VolumeWithoutBudget},
    {"CD078", 2, k301 | k315, "0001", "Budget mag niet gevuld zijn als Omvang gevuld is. Laat een van de twee weg.",
     BudgetWithoutVolume},
    {"CD079", 2, k301 | k315, "0001", "Zonder Budget is een Product verplicht. Vul het Product in.", ProductOrBudget},
    {"CD085", 2, k319, "0001",
     "Bij een afgewezen verzoek (VerzoekAntwoord 1) is RedenAfwijzingVerzoek verplicht. Vul de reden in.", ReasonOfRefusal},
    {"CD086", 2, k319, "0001",
     "RedenAfwijzingVerzoek hoort alleen bij een afgewezen verzoek (VerzoekAntwoord 1). Laat de reden weg.",
     NoReasonWithoutRefusal},
    {"CD087", 2, k323, "0001",
     "ProductTarief is verplicht, behalve bij euro's (Eenheid 83). Vul het in, of laat het bij euro's "
     "weg.",
     TariffUnlessEuros},
    {"CS002", 2, kAll & ~k319, "0001",
     "Het burgerservicenummer voldoet niet aan de elfproef. Controleer het nummer in de bron.", Bsn},
    {"CS003", 2, k301 | k315 | k323And325, "0001", "De Einddatum ligt voor de begindatum. Verbeter een van de twee.",
     EndAfterBegin},
    {"CS050", 2, k301, "0001",
     "NaamGebruik past niet bij de naam: met Partnernaam 1 tot en met 4, zonder Partnernaam 1 of 6. Verbeter NaamGebruik.",
     NameUseFits},
    {"CS058", 2, k305And307, "0001", "StatusAanlevering moet 1 (eerste aanlevering) of 3 (verwijderen) zijn.", Status},
    {"CS089", 2, k301, "0001", "De Postcode is geen Nederlandse postcode, terwijl LandCode NL is. Verbeter een van de twee.",
     PostcodeFormat},
    {"CS139", 2, kWithPerson, "0001",
     "DatumGebruik past niet bij de Datum: vul wat onbekend is met 01, en een onbekend jaar met 1900.", BirthDateFits},
    {"CS318", 2, k301, "0001", "NaamGebruik 6 (niet-natuurlijk persoon) mag niet bij een client. Gebruik een andere waarde.",
     ClientIsNatural},
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
    {"TR002", 2, kWithPerson, "0001",
     "De Geboortedatum ligt meer dan 120 jaar voor de Dagtekening. Controleer de datum in de bron.", NotTooOld},
    {"TR006", 2, k301, "0001", "Dit Contact heeft geen Telefoon, en ook geen Huis met Postcode. Vul een van beide in.",
     ContactReaches},
    {"TR018", 2, k307, "0001", "De Einddatum ligt voor de Begindatum. Verbeter een van de twee.", StopAfterStart},
    {"TR061", 2, k301, "0001",
     "De client heeft geen adres van Soort 01 (BRP), 02 (correspondentie) of 03 (verblijf). Voeg er een toe.",
     ClientHasAddress},
    {"TR101", 2, kAll & ~(k315 | k319), "0001",
     "Deze regel staat al in het bericht. Haal de dubbele regel weg, of geef hem een eigen nummer.", Duplicates},
    {"TR134", 2, kWithPerson | k323And325, "0001",
     "Deze datum ligt na de Dagtekening van het bericht. Verbeter een van de twee.", NotAfterDating},
    {"TR137", 2, k323And325, "0001",
     "De periode eindigt na de Dagtekening van het bericht. Declareer een maand pas als hij voorbij is.", PeriodIsOver},
    {"TR302", 2, k301, "0001",
     "Dit product is in dezelfde periode al toegewezen in het bericht. Laat de perioden op elkaar aansluiten.",
     AllocationsApart},
    {"TR315", 2, k323, "0001", "Deze prestatie wordt in het bericht al gecrediteerd. Crediteer elke prestatie een keer.",
     CreditOnce},
    {"TR316", 2, k323, "0001", "Deze creditregel crediteert een regel uit hetzelfde bericht. Laat beide regels weg.",
     NoCreditOfOwnLine},
    {"TR335", 2, k323, "0001",
     "De ProductPeriode eindigt meer dan 5 jaar voor de DeclaratieDagtekening. Zo oud mag een prestatie niet zijn.",
     NotTooLate},
    {"TR342", 2, k325, "0001",
     "De afgewezen prestaties verklaren het verschil tussen TotaalIngediendBedrag en "
     "TotaalToegekendBedrag niet. Controleer de bedragen en de regels.",
     RejectedExplainDifference},
    {"TR352", 2, k317, "0001", "Het verzoek noemt geen enkele toewijzing. Neem elke toewijzing op die nu geldt.",
     StartsFromAllocations},
    {"TR353", 2, k317, "0001", "Het verzoek wijzigt niets. Neem een te wijzigen of een nieuw product op.", WantsAChange},
    {"TR358", 2, k323, "0001",
     "TotaalIngediendBedrag is niet de som van de debetregels min de creditregels. Reken het totaal na.", TotalIsSum},
    {"TR377", 2, k319, "0001",
     "Bij afwijzing op het woonplaatsbeginsel (reden 8) is Woonplaatsbeginsel verplicht. Noem de gemeente.", HomeOfRefused},
    {"TR383", 2, k315, "0001",
     "Deze ReferentieAanbieder staat al in het bericht. Geef elk gevraagd product een eigen referentie.", ReferencesDiffer},
    {"TR386", 2, k315, "0001",
     "Dit product is in dezelfde periode al gevraagd in het bericht. Laat de perioden op elkaar aansluiten.", RequestsApart},
    {"TR409", 2, k319, "0001", "Woonplaatsbeginsel hoort alleen bij afwijzing met reden 8. Laat het weg.", NoHomeOfOthers},
    {"TR410", 2, k317, "0001",
     "Dit product is in dezelfde periode al gevraagd in het bericht. Laat de perioden op elkaar aansluiten.", AdditionsApart},
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
    {"TR063", 3, k305And307, "9063",
     "Er is geen eerdere aanlevering met deze sleutel om te verwijderen. Controleer de gegevens van de melding.", nullptr},
    {"TR071", 3, k305, "9071", "Voor deze start is al een stop verstuurd. Verwijder eerst de stop, en dan de start.", nullptr},
    {"TR074", 3, k305And307, "9074",
     "Deze melding is al eerder verstuurd. Verwijder de eerdere melding, of verbeter de gegevens.", nullptr},
    {"TR304", 3, k317 | k323And325, "8187", "Deze client heeft geen toewijzing bij de aanbieder. Controleer het Bsn.", nullptr},
    {"TR307", 3, k323, "9307", "De ProductPeriode begint voor de Ingangsdatum van de toewijzing. Verbeter de periode.",
     nullptr},
    {"TR308", 3, k323, "9308", "De ProductPeriode eindigt na de Einddatum van de toewijzing. Verbeter de periode.", nullptr},
    {"TR314", 3, k323, "8021", "Dit ReferentieNummer stond al in een eerdere declaratie. Geef elke prestatie een eigen nummer.",
     nullptr},
    {"TR318", 3, k323, "8214",
     "De DeclaratiePeriode volgt niet op die van de vorige declaratie: zij ligt ervoor, of er zijn maanden overgeslagen waarin "
     "wel zorg is geleverd. Declareer de maanden op volgorde.",
     nullptr},
    {"TR319", 3, k323, "9319",
     "De ProductPeriode ligt na de DeclaratiePeriode. Declareer deze prestatie in een latere declaratie.",
     LinesOfThePeriodOrBefore},
    {"TR321", 3, k323, "9321", "Het GeleverdVolume is meer dan de toewijzing in deze periode toestaat. Controleer het volume.",
     nullptr},
    {"TR322", 3, k323, "9322",
     "Met deze prestatie is er meer gedeclareerd dan de toewijzing over haar hele looptijd toestaat. Controleer het volume.",
     nullptr},
    {"TR323", 3, k323, "8017",
     "Bij deze creditregel is geen goedgekeurde debetregel bekend met dezelfde gegevens. Controleer het VorigReferentieNummer "
     "en neem alles uit de debetregel over.",
     nullptr},
    {"TR326", 3, k305, "9326", "De levering van dit product loopt al. Stuur eerst een stop, of verwijder de eerdere start.",
     nullptr},
    {"TR332", 3, k301, "9332",
     "Dit ToewijzingNummer is al gebruikt voor een andere client of een ander product. Geef elke "
     "toewijzing een eigen nummer.",
     nullptr},
    {"TR333", 3, k323, "9333",
     "Dit DeclaratieNummer is al gebruikt voor een eerdere declaratie. Geef elke declaratie een eigen nummer.", nullptr},
    {"TR337", 3, k325, "",
     "De declaratie waar dit antwoord over gaat is niet bekend, of heeft een andere Dagtekening. Controleer "
     "DeclaratieIdentificatie.",
     nullptr},
    {"TR338", 3, k323, "9338", "De toewijzing van deze prestatie is niet bekend. Controleer het ToewijzingNummer.", nullptr},
    {"TR339", 3, k323, "9339",
     "De ProductCategorie is een andere dan die van de toewijzing. Neem de categorie van de toewijzing over.", nullptr},
    {"TR340", 3, k323, "9340", "De ProductCode is een andere dan die van de toewijzing. Neem de code van de toewijzing over.",
     nullptr},
    {"TR341", 3, k323, "9341",
     "De Eenheid past niet bij die van de toewijzing. Neem de eenheid over; alleen uren mogen ook in minuten.", nullptr},
    {"TR347", 3, k315 | k317, "9347",
     "Deze ReferentieAanbieder is al gebruikt voor een ander verzoek. Geef elk verzoek een eigen referentie.", nullptr},
    {"TR349", 3, k317, "9349", "Het verzoek noemt niet alle toewijzingen van de client die nu gelden. Neem ze alle op.",
     nullptr},
    {"TR350", 3, k317, "9350",
     "Dit OngewijzigdProduct hoort niet bij een toewijzing die nu geldt. Controleer het ToewijzingNummer.", nullptr},
    {"TR351", 3, k317, "9351",
     "Dit TeWijzigenProduct hoort niet bij een toewijzing die nu geldt. Controleer het ToewijzingNummer.", nullptr},
    {"TR355", 3, k319, "9355",
     "Er is geen verzoek met deze ReferentieAanbieder bekend. Neem de referentie van het verzoek over.", nullptr},
    {"TR357", 3, k317, "9357",
     "De GewensteIngangsdatum ligt niet na de Dagtekening, en is niet de Ingangsdatum van de toewijzing. Gebruik een van "
     "beide.",
     nullptr},
    {"TR359", 3, k319, "9359", "Op dit verzoek is al een toewijzing gestuurd. Een antwoord past daar niet meer bij.", nullptr},
    {"TR360", 3, k319, "9360",
     "Op dit verzoek is al geantwoord. Een verzoek kan maar een keer in onderzoek worden genomen, en niet na een besluit.",
     nullptr},
    {"TR361", 3, k317, "9361",
     "Dit product is in dezelfde periode al in het verzoek opgenomen. Laat de perioden op elkaar aansluiten.", nullptr},
    {"TR365", 3, k319, "9365", "Dit verzoek is al afgewezen. Na een afwijzing past geen ander antwoord meer.", nullptr},
    {"TR366", 3, k325, "9366",
     "Deze afgewezen prestatie staat niet in de declaratie. Neem alleen prestaties uit de declaratie op.", nullptr},
    {"TR367", 3, k325, "9367",
     "Deze afgewezen prestatie is niet gelijk aan die in de declaratie. Neem alle gegevens ongewijzigd over.", nullptr},
    {"TR369", 3, k323, "9369",
     "Met deze prestatie is er meer gedeclareerd dan het Budget van de toewijzing. Controleer het bedrag.", nullptr},
    {"TR371", 3, k325, "",
     "XsdVersieDeclaratie is een andere versie dan die van de declaratie. Neem de versie uit de declaratie over.", nullptr},
    {"TR373", 3, k317, "9373",
     "Een ander Budget of een ander totaal geldt voor de hele looptijd. Vul als GewensteIngangsdatum de Ingangsdatum van de "
     "toewijzing in.",
     nullptr},
    {"TR374", 3, k315 | k317, "9374",
     "Er loopt nog een verzoek van deze aanbieder voor deze client. Wacht op het besluit daarover.", nullptr},
    {"TR375", 3, k317, "9375", "De toewijzing heeft geen product. Laat de Omvang dan leeg.", nullptr},
    {"TR376", 3, k325, "", "Er is geen declaratie bekend met dit DeclaratieNummer. Neem het nummer uit de declaratie over.",
     nullptr},
    {"TR379", 3, k301, "9379",
     "Er is geen verzoek met deze ReferentieAanbieder bekend. Neem de referentie van het verzoek over, of laat haar leeg.",
     nullptr},
    {"TR382", 3, k307, "9069",
     "Er is geen start met deze sleutel bekend. Neem ToewijzingNummer, Product en Begindatum van de start over.", nullptr},
    {"TR384", 3, k323, "9384",
     "De toewijzing van deze prestatie is verwijderd. Op deze toewijzing mag niet gedeclareerd worden.", nullptr},
    {"TR385", 3, k301, "9385",
     "Op deze toewijzing is goedgekeurd gedeclareerd. Zij kan pas verwijderd worden als dat is gecrediteerd.", nullptr},
    {"TR387", 3, k323, "9387",
     "De ProductPeriode begint niet op de eerste dag van de maand, of op de Ingangsdatum als de toewijzing later in de maand "
     "begint.",
     nullptr},
    {"TR388", 3, k323, "9388",
     "De ProductPeriode eindigt niet op de laatste dag van de maand, of op de Einddatum als de toewijzing eerder in de maand "
     "eindigt.",
     nullptr},
    {"TR389", 3, k323, "9389",
     "Voor deze toewijzing, dit product en deze periode is al een prestatie gedeclareerd. Crediteer die eerst.", nullptr},
    {"TR390", 3, k323, "9390", "De debetregel is al gecrediteerd. Crediteer elke prestatie een keer.", nullptr},
    {"TR411", 3, k317, "9411", "De toewijzing heeft een productcode. Vul dan de Omvang in.", nullptr},
    {"TR412", 3, k317, "9412", "De toewijzing heeft geen productcode. Laat de Omvang dan leeg.", nullptr},
    {"TR413", 3, k307, "9413",
     "De levering is al tijdelijk gestopt. Stuur een gewone stop, of begin de levering eerst opnieuw.", nullptr},
    {"TR414", 3, k307, "9414",
     "De Einddatum ligt voor die van een eerdere stop van dezelfde levering. Verwijder de eerdere stop, of verbeter de datum.",
     nullptr},
    {"TR415", 3, k307, "9415", "De levering is al beëindigd. Verwijder de eerdere stop, of verbeter de gegevens.", nullptr},

    {"TR135", 4, kAll, "8848", "De Dagtekening ligt na de dag waarop het bericht is ontvangen. Verbeter de Dagtekening.",
     nullptr},
    {"TR346", 4, k323, "9346", "Het bedrag is niet GeleverdVolume maal ProductTarief. Reken het bedrag na.",
     AmountIsVolumeTimesTariff},
    {"TR378", 4, kAll, "S300", "Deze gemeentecode staat niet in de lijst van gemeenten van die dag. Controleer de code.",
     nullptr},
    {"TR381", 4, kAll & ~(k319 | k325), "S329",
     "Deze productcode hoort volgens de productcodelijst niet bij de productcategorie. Verbeter een van de twee.", nullptr},
    {"TR418", 4, k323, "0611",
     "Het ProductTarief is niet het tarief van het contract voor dit product in deze periode. Controleer het tarief.", nullptr},

    {"OP033x1", 5, k301, "",
     "Onder een ToewijzingNummer mag alleen de Einddatum of het Budget wijzigen, en het Volume bij een totaal (Frequentie 6). "
     "Beëindig de toewijzing, en geef een nieuwe met een eigen nummer.",
     nullptr},
    {"OP087", 5, k301, "",
     "Een toewijzing van deze client die nog geldt, ontbreekt in het bericht. Neem elke toewijzing op die geldt.", nullptr},
    {"OP090", 5, kReturns | (kAll & ~k323And325), "", "De retour kwam later dan 3 werkdagen na ontvangst van het bericht.",
     nullptr},
    {"OP090x4", 5, k323And325, "", "Het antwoord kwam later dan 10 werkdagen na ontvangst van de declaratie.", nullptr},
    {"OP259", 5, k301, "",
     "Ditzelfde product is bij deze aanbieder in dezelfde periode al toegewezen. Laat de perioden op elkaar aansluiten.",
     nullptr},
    {"OP271", 5, k305, "", "De start is later dan 5 werkdagen na de Begindatum gemeld.", nullptr},
    {"OP272", 5, k305And307, "", "De stop is later dan 5 werkdagen na de Einddatum gemeld.", nullptr},
    {"OP274", 5, k301 | k315 | k319, "",
     "Op het verzoek om toewijzing is te laat beslist: de termijn is 5 werkdagen, en 8 weken als het in onderzoek is genomen.",
     nullptr},
    {"OP346", 5, k301 | k317 | k319, "",
     "Op het verzoek om wijziging is te laat beslist: de termijn is 5 werkdagen, en 8 weken als het in onderzoek is genomen.",
     nullptr},
    {"OP354", 5, k305, "",
     "Van deze zorg is een maand niet gedeclareerd, terwijl de maand daarna al voorbij is. Declareer elke maand.", nullptr},
    {"OP359", 5, k319, "", "De afwijzing op het woonplaatsbeginsel kwam later dan 2 weken na het verzoek.", nullptr},
    {"OP380", 5, k301, "",
     "Deze toewijzing verlengt een andere zonder iets anders te wijzigen. Rek de Einddatum van die toewijzing op.", nullptr},
};

}  // namespace

std::vector<size_t> Overlapping(Law law, const std::vector<OverlapRow>& rows) {
  std::vector<size_t> order;
  for (size_t i = 0; i < rows.size(); ++i) {
    const bool aid = law == Law::kWmo && rows[i].category >= "11" && rows[i].category <= "14";
    if (!aid && !rows[i].period.Empty()) order.push_back(i);
  }
  std::sort(order.begin(), order.end(),
            [&](size_t a, size_t b) { return std::pair(rows[a].period.start, a) < std::pair(rows[b].period.start, b); });
  // Latest end so far of all rows, of those of a category, and of those of a category and code ("" for the rows without).
  using Key = std::pair<absl::string_view, absl::string_view>;
  constexpr Day kNever = INT32_MIN;
  Day all = kNever, generic = kNever;
  absl::flat_hash_map<absl::string_view, Day> categories;
  absl::flat_hash_map<Key, Day> products;
  const auto end_of = [](const auto& ends, const auto& key) {
    const auto found = ends.find(key);
    return found == ends.end() ? kNever : found->second;
  };
  const auto extend = [](Day& end, Day to) { end = std::max(end, to); };
  std::vector<size_t> found;
  for (const size_t i : order) {
    const OverlapRow& row = rows[i];
    Day taken = generic;
    if (row.category.empty()) {
      taken = all;
    } else if (row.product.empty()) {
      extend(taken, end_of(categories, row.category));
    } else {
      extend(taken, std::max(end_of(products, Key(row.category, row.product)), end_of(products, Key(row.category, ""))));
    }
    if (taken > row.period.start) found.push_back(i);
    extend(all, row.period.end);
    if (row.category.empty()) {
      extend(generic, row.period.end);
    } else {
      extend(categories.try_emplace(row.category, kNever).first->second, row.period.end);
      extend(products.try_emplace(Key(row.category, row.product), kNever).first->second, row.period.end);
    }
  }
  std::sort(found.begin(), found.end());
  return found;
}

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
  Report report(message, kMaxFindings);
  for (const Rule& rule : kRules) {
    if (rule.check == nullptr || !rule.HoldsFor(message.type)) continue;
    report.Begin(rule);
    rule.check(message, report);
  }
  return report.Take();
}

std::vector<Finding> CheckRule(const Rule& rule, const ParsedMessage& message) {
  Report report(message, INT_MAX);
  if (rule.check == nullptr || !rule.HoldsFor(message.type)) return {};
  report.Begin(rule);
  rule.check(message, report);
  return report.Take();
}

int64_t DoubtfulLines(const ParsedMessage& message) {
  if (!message.claim) return 0;
  return std::count_if(message.claim->lines.begin(), message.claim->lines.end(), [&](const ClaimLine& line) {
    return IsAmountWrong(line) || IsAfterClaimPeriod(message.claim->period, line);
  });
}

std::string AllocationPlace(size_t index) {
  return absl::StrCat("Client/ToegewezenProducten/ToegewezenProduct[", index + 1, "]");
}
std::string StartPlace(size_t index) { return absl::StrCat("Client/StartProducten/StartProduct[", index + 1, "]"); }
std::string StopPlace(size_t index) { return absl::StrCat("Client/StopProducten/StopProduct[", index + 1, "]"); }
std::string RequestPlace(size_t index) {
  return absl::StrCat("Client/AangevraagdeProducten/AangevraagdProduct[", index + 1, "]");
}
std::string UnchangedPlace(size_t index) {
  return absl::StrCat("Client/Verzoek/OngewijzigdeProducten/OngewijzigdProduct[", index + 1, "]");
}
std::string ChangedPlace(size_t index) {
  return absl::StrCat("Client/Verzoek/TeWijzigenProducten/TeWijzigenProduct[", index + 1, "]");
}
std::string AddedPlace(size_t index) { return absl::StrCat("Client/Verzoek/NieuweProducten/NieuwProduct[", index + 1, "]"); }
std::string LinePlace(MessageType type, const ClaimLine& line) {
  return absl::StrCat(type == MessageType::kClaim ? "Declaratie" : "DeclaratieAntwoord", "/Clienten/Client[", line.client + 1,
                      "]/Prestaties/Prestatie[", line.position + 1, "]");
}

}  // namespace nmd::ingestion
