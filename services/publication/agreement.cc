// SPDX-License-Identifier: EUPL-1.2
#include "services/publication/agreement.h"

#include <algorithm>
#include <optional>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "services/core/date.h"
#include "services/core/dutch.h"
#include "services/platform/check_words.h"
#include "services/platform/errors.h"
#include "services/publication/counted_table.h"
#include "services/publication/ledger_guards.h"

namespace nmd::publication {
namespace {

// Fewer may never be shown, whatever parties agree (domain-standards 5.4).
constexpr int32_t kSmallestMinimum = 5;

// Every subset of the dimensions is a question to costs.
constexpr int kMostDimensions = 4;

constexpr int32_t kMostDelayDays = 3660;
constexpr int32_t kMostDominants = 10;
constexpr int32_t kLargestRounding = 1'000;
constexpr int64_t kLargestAmountRounding = 100'000'000'000;

// Ids are part of names and of messages: keep them plain.
bool IsId(absl::string_view text) {
  return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_islower(static_cast<unsigned char>(c)) || absl::ascii_isdigit(static_cast<unsigned char>(c)) || c == '-';
  });
}

template <typename Values>
void CheckDistinct(const Values& values, const std::string& path, FieldCheck* check) {
  std::set<std::string> seen;
  for (int i = 0; i < values.size(); ++i) {
    const std::string at = absl::StrCat(path, "[", i, "]");
    check->Require(!values[i].empty(), at, "must not be empty");
    check->Require(seen.insert(values[i]).second, at, "is there twice");
  }
}

// Length in months of a period that may be agreed; 0: it may not.
int MonthsOf(absl::string_view length) {
  if (length == "month") return 1;
  if (length == "quarter") return 3;
  return length == "year" ? 12 : 0;
}

// The rules of amounts and of rounding, which not every table can keep.
void CheckValueRules(const v1::TableRule& table, const Catalogue& catalogue, const std::string& path, FieldCheck* check) {
  bool amounts = false, ratios = false, only_counts = true, by_provider = false;
  for (const std::string& measure : table.measures()) {
    const auto known = catalogue.measures.find(measure);
    if (known == catalogue.measures.end()) continue;
    amounts = amounts || known->second.kind == Catalogue::Measure::kCents;
    ratios = ratios || known->second.kind == Catalogue::Measure::kRatio;
    only_counts = only_counts && known->second.kind == Catalogue::Measure::kCount;
  }
  for (const std::string& dimension : table.dimensions()) by_provider = by_provider || dimension == "provider";
  for (const v1::FixedFilter& filter : table.filters()) by_provider = by_provider || filter.dimension() == "provider";
  const bool p = table.p_percent() != 0, dominance = table.dominance_n() != 0 || table.dominance_percent() != 0;
  check->Require(table.p_percent() >= 0 && table.p_percent() <= 100, absl::StrCat(path, ".p_percent"), "must be 0 to 100");
  if (dominance) {
    check->Require(table.dominance_n() >= 1 && table.dominance_n() <= kMostDominants, absl::StrCat(path, ".dominance_n"),
                   absl::StrCat("must be 1 to ", kMostDominants, ", together with dominance_percent"));
    check->Require(table.dominance_percent() >= 1 && table.dominance_percent() <= 100, absl::StrCat(path, ".dominance_percent"),
                   "must be 1 to 100, together with dominance_n");
  }
  for (const auto& [given, field] : {std::pair(p, "p_percent"), {dominance, "dominance_n"}}) {
    if (!given) continue;
    check->Require(amounts, absl::StrCat(path, ".", field), "is a rule of amounts, and the table has none");
    check->Require(!by_provider, absl::StrCat(path, ".", field),
                   "cannot be kept in a table by provider: every amount is of one provider");
  }
  if (!table.merge_dimension().empty()) {
    const auto& dimensions = table.dimensions();
    check->Require(std::find(dimensions.begin(), dimensions.end(), table.merge_dimension()) != dimensions.end() &&
                       !IsTime(table.merge_dimension()),
                   absl::StrCat(path, ".merge_dimension"), "must be one of the dimensions, and not a time");
    check->Require(table.merge_within().empty() || (catalogue.dimensions.count(table.merge_within()) > 0 &&
                                                    IsPartOf(table.merge_dimension(), table.merge_within())),
                   absl::StrCat(path, ".merge_within"), "must be empty or a dimension that merge_dimension is a part of");
  } else {
    check->Require(table.merge_within().empty() && table.merge_until() == 0, absl::StrCat(path, ".merge_dimension"),
                   "is missing, with merge_within or merge_until");
  }
  check->Require(table.merge_until() == 0 || table.merge_until() >= table.minimum_clients(), absl::StrCat(path, ".merge_until"),
                 "must be 0 or at least minimum_clients");
  if (table.round_counts_to() != 0 || table.round_amounts_to() != 0) {
    check->Require(table.round_counts_to() >= table.minimum_clients() && table.round_counts_to() <= kLargestRounding,
                   absl::StrCat(path, ".round_counts_to"), "must be at least minimum_clients and at most 1000");
    check->Require(amounts == (table.round_amounts_to() != 0) && table.round_amounts_to() >= 0 &&
                       table.round_amounts_to() <= kLargestAmountRounding,
                   absl::StrCat(path, ".round_amounts_to"),
                   "must be 1 to 100000000000 cents when the table has amounts, and 0 when it has none");
    // A quotient as it is gives its counter and denominator away.
    check->Require(!ratios, absl::StrCat(path, ".round_counts_to"), "is for counts and amounts; leave out averages");
    check->Require(table.rounded_to() == 0 && table.merge_dimension().empty(), absl::StrCat(path, ".round_counts_to"),
                   "is not for a table that has rounded_to or merge_dimension as well");
  }
  if (table.rounded_to() != 0) {
    // What is shown is never rounded below the minimum.
    check->Require(table.rounded_to() >= 2 && table.minimum_clients() % table.rounded_to() == 0,
                   absl::StrCat(path, ".rounded_to"), "must be 0, or divide minimum_clients and be more than 1");
    // An exact amount or average beside a rounded count gives the count away.
    check->Require(only_counts, absl::StrCat(path, ".rounded_to"), "is for tables of counts only");
  }
}

void CheckTable(const v1::TableRule& table, const Catalogue& catalogue, const std::string& path, FieldCheck* check) {
  check->Require(IsId(table.table()), absl::StrCat(path, ".table"), "must be lower-case letters, digits and dashes");
  check->Require(!table.title().empty(), absl::StrCat(path, ".title"), "is missing");
  // Hiding by anything but people would let one client with many provisions through.
  check->Require(table.measures_size() > 0 && table.measures(0) == "clients", absl::StrCat(path, ".measures"),
                 "must begin with clients, the count that decides what is hidden");
  CheckDistinct(table.measures(), absl::StrCat(path, ".measures"), check);
  for (int i = 0; i < table.measures_size(); ++i) {
    if (table.measures(i).empty()) continue;
    check->Require(catalogue.measures.count(table.measures(i)) > 0, absl::StrCat(path, ".measures[", i, "]"), "is no measure");
  }
  check->Require(table.dimensions_size() >= 1 && table.dimensions_size() <= kMostDimensions, absl::StrCat(path, ".dimensions"),
                 absl::StrCat("must be 1 to ", kMostDimensions));
  CheckDistinct(table.dimensions(), absl::StrCat(path, ".dimensions"), check);
  for (int i = 0; i < table.dimensions_size(); ++i) {
    if (table.dimensions(i).empty()) continue;
    check->Require(catalogue.dimensions.count(table.dimensions(i)) > 0, absl::StrCat(path, ".dimensions[", i, "]"),
                   "is no dimension");
  }
  std::set<std::string> filtered;
  for (int i = 0; i < table.filters_size(); ++i) {
    const std::string at = absl::StrCat(path, ".filters[", i, "]");
    const std::string& dimension = table.filters(i).dimension();
    if (check->Require(!dimension.empty(), absl::StrCat(at, ".dimension"), "is missing")) {
      check->Require(catalogue.dimensions.count(dimension) > 0, absl::StrCat(at, ".dimension"), "is no dimension");
      check->Require(filtered.insert(dimension).second, absl::StrCat(at, ".dimension"), "is there twice");
    }
    check->Require(table.filters(i).values_size() > 0, absl::StrCat(at, ".values"), "is missing");
  }
  check->Require(table.minimum_clients() >= kSmallestMinimum, absl::StrCat(path, ".minimum_clients"),
                 absl::StrCat("must be at least ", kSmallestMinimum));
  CheckDistinct(table.periods(), absl::StrCat(path, ".periods"), check);
  for (int i = 0; i < table.periods_size(); ++i) {
    check->Require(MonthsOf(table.periods(i)) > 0, absl::StrCat(path, ".periods[", i, "]"), "must be month, quarter or year");
  }
  check->Require(table.delay_days() >= 0 && table.delay_days() <= kMostDelayDays, absl::StrCat(path, ".delay_days"),
                 absl::StrCat("must be 0 to ", kMostDelayDays));
  CheckValueRules(table, catalogue, path, check);
}

// ---- What changed. ----

using Words = std::vector<std::pair<std::string, std::string>>;  // What, and what it says.

template <typename Values>
std::string Listed(const Values& values) {
  return absl::StrJoin(values, ", ");
}

Words WordsOf(const v1::Agreement& agreement) {
  return {{"Titel", agreement.title()},
          {"Voor", Listed(agreement.audiences())},
          {"Doel", agreement.purpose()},
          {"Grondslag", agreement.legal_basis()},
          {"Contact", agreement.contact()},
          {"Eerste dag", agreement.start_date()},
          {"Niet meer vanaf", agreement.end_date()}};
}

Words WordsOf(const v1::TableRule& table) {
  std::vector<std::string> filters, periods;
  for (const v1::FixedFilter& filter : table.filters()) {
    filters.push_back(absl::StrCat(filter.dimension(), " is ", absl::StrJoin(filter.values(), " of ")));
  }
  for (const std::string& period : table.periods()) {
    periods.push_back(period == "month" ? "maand" : period == "quarter" ? "kwartaal" : "jaar");
  }
  Words words = {{"titel", table.title()},
                 {"maten", Listed(table.measures())},
                 {"kenmerken", Listed(table.dimensions())},
                 {"alleen", Listed(filters)},
                 {"kleinste aantal cliënten", absl::StrCat(table.minimum_clients())},
                 {"perioden", periods.empty() ? "elke hele maand of meer" : Listed(periods)}};
  const auto add = [&](const char* what, bool given, const std::string& text) { words.emplace_back(what, given ? text : ""); };
  add("dagen wachten na de periode", table.delay_days() > 0, absl::StrCat(table.delay_days()));
  add("p%-regel", table.p_percent() > 0, absl::StrCat(table.p_percent(), "%"));
  add("overheersing", table.dominance_n() > 0,
      absl::StrCat("de ", table.dominance_n(), " grootste hoogstens ", table.dominance_percent(), "%"));
  add("dunne waarden samengevoegd van", !table.merge_dimension().empty(), table.merge_dimension());
  add("samengevoegd binnen", !table.merge_within().empty(), table.merge_within());
  add("samengevoegd tot aantal cliënten", table.merge_until() > 0, absl::StrCat(table.merge_until()));
  add("afgerond op", table.rounded_to() > 0, absl::StrCat(table.rounded_to()));
  add("niets verborgen, aantallen afgerond op", table.round_counts_to() > 0, absl::StrCat(table.round_counts_to()));
  add("bedragen afgerond op centen", table.round_amounts_to() > 0, absl::StrCat(table.round_amounts_to()));
  return words;
}

// REQUIRES: both have the same words in the same order.
void AddChanges(const std::string& where, const Words& before, const Words& after, std::vector<std::string>* changes) {
  for (size_t i = 0; i < after.size(); ++i) {
    const auto& [what, now] = after[i];
    const std::string& was = before[i].second;
    if (was == now) continue;
    const auto quoted = [](const std::string& text) { return text.empty() ? "niets" : absl::StrCat("\"", text, "\""); };
    changes->push_back(absl::StrCat(where, what, ": was ", quoted(was), ", wordt ", quoted(now)));
  }
}

std::string Described(const v1::TableRule& table) {
  std::vector<std::string> parts;
  for (const auto& [what, text] : WordsOf(table)) {
    if (!text.empty()) parts.push_back(absl::StrCat(what, " ", text));
  }
  return absl::StrJoin(parts, "; ");
}

const v1::TableRule* FindTable(const v1::Agreement& agreement, absl::string_view table) {
  const auto found = std::find_if(agreement.tables().begin(), agreement.tables().end(),
                                  [&](const v1::TableRule& rule) { return rule.table() == table; });
  return found == agreement.tables().end() ? nullptr : &*found;
}

}  // namespace

void CheckAgreement(const v1::Agreement& agreement, absl::string_view municipality, const Catalogue& catalogue,
                    const std::string& path, FieldCheck* check) {
  const auto at = [&](absl::string_view field) { return absl::StrCat(path, field); };
  const std::string prefix = absl::StrCat("municipalities/", municipality, "/agreements/");
  check->Require(absl::StartsWith(agreement.name(), prefix) && IsId(absl::string_view(agreement.name()).substr(prefix.size())),
                 at("name"), absl::StrCat("must be ", prefix, "{agreement}"));
  const std::pair<const char*, const std::string*> words[] = {{"title", &agreement.title()},
                                                              {"purpose", &agreement.purpose()},
                                                              {"legal_basis", &agreement.legal_basis()},
                                                              {"contact", &agreement.contact()}};
  for (const auto& [field, text] : words) check->Require(!text->empty(), at(field), "is missing");
  check->Require(agreement.audiences_size() > 0, at("audiences"), "is missing: nobody may see it");
  CheckDistinct(agreement.audiences(), at("audiences"), check);
  for (int i = 0; i < agreement.audiences_size(); ++i) {
    if (agreement.audiences(i).empty()) continue;
    check->Require(IsId(agreement.audiences(i)), absl::StrCat(at("audiences"), "[", i, "]"),
                   "must be regio, openbaar or the id of a municipality, such as gm1730");
  }
  const std::optional<Day> start = ParseDay(agreement.start_date()), end = ParseDay(agreement.end_date());
  check->Require(start.has_value(), at("start_date"), "must be a date, YYYY-MM-DD");
  check->Require(end.has_value(), at("end_date"), "must be a date, YYYY-MM-DD; every agreement ends");
  if (start && end) check->Require(*start < *end, at("end_date"), "must be after start_date");
  check->Require(agreement.tables_size() > 0, at("tables"), "is missing: nothing is shared");
  std::set<std::string> tables;
  for (int t = 0; t < agreement.tables_size(); ++t) {
    const std::string table = absl::StrCat(at("tables"), "[", t, "]");
    CheckTable(agreement.tables(t), catalogue, table, check);
    check->Require(tables.insert(agreement.tables(t).table()).second, absl::StrCat(table, ".table"), "is there twice");
  }
}

std::vector<std::string> ChangesOf(const v1::Agreement* before, const v1::Agreement& after) {
  std::vector<std::string> changes;
  if (before == nullptr) {
    for (const auto& [what, text] : WordsOf(after)) changes.push_back(absl::StrCat(what, ": \"", text, "\""));
  } else {
    if (!before->ended_reason().empty()) changes.push_back("De afspraak was beëindigd en gaat weer gelden");
    AddChanges("", WordsOf(*before), WordsOf(after), &changes);
    for (const v1::TableRule& table : before->tables()) {
      if (FindTable(after, table.table()) == nullptr) changes.push_back(absl::StrCat("Tabel ", table.table(), " vervalt"));
    }
  }
  for (const v1::TableRule& table : after.tables()) {
    const v1::TableRule* was = before == nullptr ? nullptr : FindTable(*before, table.table());
    if (was == nullptr) {
      changes.push_back(absl::StrCat("Tabel ", table.table(), " komt erbij: ", Described(table)));
    } else {
      AddChanges(absl::StrCat("Tabel ", table.table(), ", "), WordsOf(*was), WordsOf(table), &changes);
    }
  }
  return changes;
}

bool InForce(const v1::Agreement& agreement, absl::Time now) {
  const std::optional<Day> start = ParseDay(agreement.start_date()), end = ParseDay(agreement.end_date());
  return agreement.ended_reason().empty() && start && end && nmd::Period{*start, *end}.Contains(dutch::CalendarDay(now));
}

absl::Status CheckReason(absl::string_view reason) {
  FieldCheck check;
  CheckWords(reason, "reason", kReasonCharacters, check);
  return check.Result();
}

void CheckMonths(const type::Period& period, FieldCheck* check) {
  const std::optional<Day> start = ParseDay(period.start_date()), end = ParseDay(period.end_date());
  const auto first_of_month = [](std::optional<Day> day) { return day && CivilOf(*day).day == 1; };
  check->Require(first_of_month(start), "period.start_date", "must be the first day of a month, YYYY-MM-DD");
  check->Require(first_of_month(end), "period.end_date", "must be the first day of a month, YYYY-MM-DD");
  if (start && end) check->Require(*start < *end, "period.end_date", "must be after start_date");
}

absl::StatusOr<v1::TableRule> AgreedTable(const v1::Agreement& agreement, absl::string_view table, const type::Period& period,
                                          absl::Time now, std::string* audience) {
  if (!InForce(agreement, now)) {
    const std::string when =
        agreement.ended_reason().empty()
            ? absl::StrCat("the agreement holds from ", agreement.start_date(), " until ", agreement.end_date())
            : "the agreement was ended";
    return Fail(absl::StatusCode::kFailedPrecondition, ErrorReason::AGREEMENT_NOT_IN_FORCE, when,
                {{"agreement", agreement.name()}});
  }
  const auto not_agreed = [&](absl::string_view cause, absl::string_view text) {
    return Fail(absl::StatusCode::kFailedPrecondition, ErrorReason::TABLE_NOT_AGREED, text,
                {{"agreement", agreement.name()}, {"table", std::string(table)}, {"cause", std::string(cause)}});
  };
  const v1::TableRule* rule = FindTable(agreement, table);
  if (rule == nullptr) return not_agreed("table", "the agreement has no such table; what was not agreed is not shared");
  if (audience->empty()) *audience = agreement.audiences(0);
  if (std::find(agreement.audiences().begin(), agreement.audiences().end(), *audience) == agreement.audiences().end()) {
    return not_agreed("audience", "the agreement is not for this audience");
  }
  const Day start = *ParseDay(period.start_date()), end = *ParseDay(period.end_date());
  const Month first = MonthOf(start), last = MonthOf(end);
  const bool fits = std::any_of(rule->periods().begin(), rule->periods().end(), [&](const std::string& length) {
    const int months = MonthsOf(length);
    return last - first == months && (MonthInYear(first) - 1) % months == 0;
  });
  if (rule->periods_size() > 0 && !fits) {
    return not_agreed("period",
                      absl::StrCat("the table may be published by calendar ", absl::StrJoin(rule->periods(), " or ")));
  }
  if (rule->delay_days() > 0 && dutch::CalendarDay(now) < end + rule->delay_days()) {
    return not_agreed("delay", absl::StrCat("the period may be published from ", FormatDay(end + rule->delay_days())));
  }
  return *rule;
}

}  // namespace nmd::publication
