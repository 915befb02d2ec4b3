// SPDX-License-Identifier: EUPL-1.2
// Checks about what a contract, or the standard contract behind it, says (domain-standards 7.4).
#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "services/contracts/indexation.h"
#include "services/contracts/reconcile_parts.h"
#include "services/contracts/signal_check_parts.h"
#include "services/core/dutch.h"

namespace nmd::contracts {
namespace {

using ingestion::v1::ContractTerm;

// What a measure against a provider is called in the indicators, and in a sentence (7.4, article 3.4).
constexpr std::array<std::pair<absl::string_view, absl::string_view>, 4> kMeasures = {{
    {kBoardUnrest, "onrust in het bestuur"},
    {kInspectionMeasure, "een maatregel van de inspectie"},
    {kCriminalMeasure, "een strafrechtelijke maatregel"},
    {kDisciplinaryMeasure, "een tuchtrechtelijke maatregel"},
}};

// Care in a crisis is always paid (7.4, article 1.5): Jeugdhulp crisis, and Spoedopvang.
bool IsCrisis(Law law, absl::string_view category) { return category == (law == Law::kWmo ? "17" : "46"); }

class AgreementCheck : public CheckOfOne {
 public:
  using CheckOfOne::CheckOfOne;

  std::vector<Judgement> Run() {
    if (rule_.check == "room_announced") Room(ContractTerm::ROOM_ANNOUNCED, "aangekondigd");
    if (rule_.check == "room_decided") Room(ContractTerm::ROOM_DECIDED, "vastgesteld");
    if (rule_.check == "paid_above") PaidAbove();
    if (rule_.check == "insufficient_use") InsufficientUse();
    if (rule_.check == "indexation") Indexation();
    if (rule_.check == "continuity") Continuity();
    if (rule_.check == "waiting") Waiting();
    if (rule_.check == "client_stop") ClientStop();
    if (rule_.check == "kpi_missed") KpiMissed();
    return Take();
  }

 private:
  static Law LawOfText(absl::string_view law) { return law == "wmo" ? Law::kWmo : Law::kYouth; }
  bool RunsNow(Law law) const {
    return std::any_of(sight_.contracts.begin(), sight_.contracts.end(), [&](const BookedContract& contract) {
      return LawOfText(contract.law) == law && contract.period.Contains(sight_.today);
    });
  }
  // The term of a kind that holds on a day and says most about a product: of the product before its category before all. Null
  // when there is none; of two alike the one that began last.
  const BookedTerm* TermFor(ContractTerm::Kind kind, Law law, absl::string_view category, absl::string_view product,
                            Day day) const {
    const BookedTerm* best = nullptr;
    const auto rank = [](const BookedTerm& term) {
      return std::make_tuple(!term.product.empty(), !term.category.empty(), term.period.start);
    };
    for (const BookedTerm& term : sight_.terms) {
      if (term.kind != kind || !term.period.Contains(day) || !IsAbout(term, law, category, product)) continue;
      if (best == nullptr || rank(*best) < rank(term)) best = &term;
    }
    return best;
  }

  // 1.5: the spending room of a year is announced and decided so many months before it begins.
  void Room(ContractTerm::Kind kind, absl::string_view done) {
    const int months = static_cast<int>(rule_.At("months"));
    struct State {
      bool holds = false;
      std::string text;
    };
    std::map<LawYear, State> states;
    for (const BookedContract& contract : sight_.contracts) {
      const Law law = LawOfText(contract.law);
      for (int year = std::max(YearOfDay(contract.period.start), kFirstYear); year <= present_year_ + 1; ++year) {
        const Day due = AddMonths(DayOf(year, 1, 1), -months);
        const bool expected = contract.period.start <= due && contract.RunningMonths(year) != 0;
        if (!expected || sight_.today <= due || !Judges(YearOfDay(due))) continue;
        std::optional<Day> told;
        for (const BookedTerm& term : sight_.terms) {
          if (term.kind == kind && term.contract == contract.id && term.value == year) {
            told = std::min(told.value_or(kOpenEnd), term.period.start);
          }
        }
        State state;
        state.holds = !told;
        const std::string room = absl::StrCat("De bestedingsruimte van ", sight_.title, " voor ", LawTitle(law), " in ", year,
                                              told ? absl::StrCat(" is op ", dutch::Date(*told), " ", done, ".")
                                                   : absl::StrCat(" had op ", dutch::Date(due), " ", done, " moeten zijn."));
        state.text = absl::StrCat(room, !told         ? " Dat is nergens vastgelegd."
                                        : *told > due ? absl::StrCat(" Dat is ", *told - due, " dagen te laat.")
                                                      : " Dat is op tijd.");
        State& held = states[{law, YearOfDay(due)}];
        if (held.text.empty() || (state.holds && !held.holds)) held = std::move(state);
      }
    }
    for (auto& [key, state] : states) Add(key.first, key.second, state.holds, std::move(state.text), {});
  }

  // 1.5: above the ceiling nothing is paid without a written change, but for care of a specific allocation and in a crisis.
  void PaidAbove() {
    if (!books_.answers_come_in) return;
    std::map<LawYear, Cents> ceilings;
    for (const BookedContract& contract : sight_.contracts) {
      for (int year = kFirstYear; year <= present_year_; ++year) {
        const auto ceiling = contract.RunningMonths(year) == 0 ? std::nullopt : contract.CeilingOf(year);
        if (ceiling && Judges(year)) ceilings[{LawOfText(contract.law), year}] += *ceiling;
      }
    }
    if (ceilings.empty()) return;
    absl::flat_hash_map<AllocationKey, const AllocationRow*> allocations;
    for (const AllocationRow& row : books_.allocations) allocations.emplace(AllocationKey(row.law, row.number), &row);
    const Settled& settled = SettledLines();
    std::vector<std::pair<int32_t, size_t>> paid;  // Place and line: in order of what became known.
    for (size_t i = 0; i < books_.lines.size(); ++i) {
      const SettledLine& line = settled.lines[i];
      if (line.standing == LineStanding::kApproved && line.InForce(books_.lines[i])) paid.emplace_back(line.place, i);
    }
    std::sort(paid.begin(), paid.end());
    struct Sums {
      Cents all = 0, above = 0;
    };
    std::map<LawYear, Sums> sums;
    for (const auto& [place, i] : paid) {
      const LineRow& line = books_.lines[i];
      const LawYear key = {books_.claims[line.claim].law, YearOfDay(line.period.start)};
      const auto ceiling = ceilings.find(key);
      if (ceiling == ceilings.end()) continue;
      Sums& sum = sums[key];
      const Cents over = std::clamp<Cents>(sum.all + line.amount - ceiling->second, 0, line.amount);
      sum.all += line.amount;
      const auto allocation = allocations.find({key.first, line.allocation});
      const bool specific = allocation != allocations.end() && !allocation->second->product.empty();
      if (!specific && !IsCrisis(key.first, line.category)) sum.above += over;
    }
    for (const auto& [key, ceiling] : ceilings) {
      const Sums sum = sums[key];
      Add(key.first, key.second, sum.above > 0,
          absl::StrCat(sight_.title, " kreeg", In(key.first, key.second), " ", dutch::Euro(sum.all),
                       " toegekend, naast een plafond van ", dutch::Euro(ceiling), ". Daarvan is ", dutch::Euro(sum.above),
                       " boven het plafond toegekend op toewijzingen zonder product."),
          {Amount("granted", sum.all), Amount("ceiling", ceiling), Amount("granted_above", sum.above)});
    }
  }

  // 1.6: twelve months with less turnover or fewer clients than was agreed is a ground to end the contract. Months about which
  // claims may still come in are left out (OP354).
  void InsufficientUse() {
    if (!books_.claims_come_in) return;
    const int months = static_cast<int>(rule_.At("months"));
    const Month last = MonthOf(sight_.today) - 1;
    const Period window = {FirstDay(last - months), FirstDay(last)};
    const auto is_agreed = [&](const BookedTerm& term) {
      const bool kind = term.kind == ContractTerm::LEAST_TURNOVER || term.kind == ContractTerm::LEAST_CLIENTS;
      return kind && term.period.start <= window.start && term.period.Contains(sight_.today);
    };
    if (!Judges(present_year_) || std::none_of(sight_.terms.begin(), sight_.terms.end(), is_agreed)) return;
    const Settled& settled = SettledLines();
    std::map<Law, std::pair<bool, std::vector<std::string>>> states;  // Whether something is less, and what is said.
    std::map<Law, std::vector<Measure>> measures;
    for (const BookedTerm& term : sight_.terms) {
      if (!is_agreed(term)) continue;
      const Law law = LawOfText(term.law);
      Cents turnover = 0;
      absl::flat_hash_set<absl::string_view> clients;
      for (size_t i = 0; i < books_.lines.size(); ++i) {
        const LineRow& line = books_.lines[i];
        if (books_.claims[line.claim].law != law || !window.Contains(line.period.start) || !settled.lines[i].InForce(line) ||
            !IsAbout(term, law, line.category, line.product)) {
          continue;
        }
        turnover += line.amount;
        clients.insert(line.person);
      }
      const bool money = term.kind == ContractTerm::LEAST_TURNOVER;
      const int64_t agreed = money ? MulDiv(term.value, months, 12) : term.value;
      const int64_t used = money ? turnover : static_cast<int64_t>(clients.size());
      auto& [less, said] = states[law];
      less = less || used < agreed;
      said.push_back(money ? absl::StrCat(dutch::Euro(used), " omzet, waar ", dutch::Euro(agreed), " is afgesproken")
                           : absl::StrCat(dutch::Number(used), " cliënten, waar ", dutch::Number(agreed), " zijn afgesproken"));
      measures[law].push_back(money ? Amount("turnover", used) : Count("clients", used));
      measures[law].push_back(money ? Amount("turnover_agreed", agreed) : Count("clients_agreed", agreed));
    }
    for (auto& [law, state] : states) {
      Add(law, present_year_, state.first,
          absl::StrCat(sight_.title, " had van ", dutch::Date(window.start), " tot en met ", dutch::Date(window.end - 1),
                       " voor ", LawTitle(law), " ", absl::StrJoin(state.second, " en "), "."),
          std::move(measures[law]));
    }
  }

  std::map<int, IndexYear> Indexes() const {
    std::map<int, IndexYear> years;
    for (const BookedIndicator& told : sight_.indicators) {
      if (!told.provider.empty()) continue;
      IndexYear& year = years[YearOfDay(told.period.start)];
      if (told.indicator == kWagesForecast) year.wages_forecast = told.value;
      if (told.indicator == kWages) year.wages = told.value;
      if (told.indicator == kMaterialForecast) year.material_forecast = told.value;
      if (told.indicator == kMaterial) year.material = told.value;
    }
    return years;
  }

  // 3.2: prices rise with the year as the indexes say.
  void Indexation() {
    const std::map<int, IndexYear> indexes = Indexes();
    struct Found {
      int64_t prices = 0, other = 0, rise = 0;
    };
    std::map<LawYear, Found> found;
    std::set<std::tuple<Law, std::string, std::string>> products;
    for (const BookedPrice& price : sight_.prices) products.emplace(LawOfText(price.law), price.product, price.unit);
    for (const auto& [year, index] : indexes) {
      const auto before = indexes.find(year - 1);
      const Day first = DayOf(year, 1, 1);
      if (before == indexes.end() || !Judges(year)) continue;
      for (const auto& [law, product, unit] : products) {
        const std::string category = product.substr(0, 2);
        const BookedTerm* share = TermFor(ContractTerm::WAGE_SHARE, law, category, product, first);
        if (share == nullptr || share->period.start >= first) continue;  // The contract ran the year before too.
        const auto rise = IndexationOf(share->value, before->second, index);
        const auto price_before = sight_.agreed.prices.On(law, product, unit, first - 1);
        const auto price = sight_.agreed.prices.On(law, product, unit, first);
        if (!rise || !price_before || !price) continue;
        Found& of = found[{law, year}];
        ++of.prices;
        of.rise = *rise;
        const Cents difference = price->amount - Indexed(price_before->amount, *rise);
        if (std::abs(difference) > rule_.At("cents")) ++of.other;
      }
    }
    for (const auto& [key, of] : found) {
      Add(key.first, key.second, of.other > 0,
          absl::StrCat("Van ", sight_.title, " zijn op 1 januari ", key.second, " voor ", LawTitle(key.first), " ",
                       dutch::Number(of.other), " van de ", dutch::Number(of.prices),
                       " prijzen anders dan de indexatie van het contract zegt: ",
                       dutch::Percent(static_cast<double>(of.rise) / 100'000.0), " erbij."),
          {Count("other_prices", of.other), Count("prices", of.prices),
           ShareMeasure("rise", static_cast<double>(of.rise) / 100'000.0)});
    }
  }

  // 3.4: what may end the care of a provider.
  void Continuity() {
    std::map<int, int64_t> results;  // By year.
    const BookedIndicator* liquidity = nullptr;
    std::vector<std::string> reasons;
    bool known = false;
    for (const BookedIndicator& told : sight_.indicators) {
      if (told.provider.empty() || told.period.start > sight_.today) continue;
      if (told.indicator == kYearResult) results[YearOfDay(told.period.end - 1)] = told.value;
      if (told.indicator == kLiquidity && (liquidity == nullptr || liquidity->period.end <= told.period.end)) liquidity = &told;
      for (const auto& [id, title] : kMeasures) {
        if (told.indicator != id) continue;
        known = true;
        if (told.value > 0 && told.period.Contains(sight_.today)) reasons.emplace_back(title);
      }
    }
    int64_t negative = 0;
    for (auto result = results.rbegin(); result != results.rend(); ++result) {
      const bool follows = result == results.rbegin() || std::prev(result)->first == result->first + 1;
      if (!follows || result->second >= 0) break;
      ++negative;
    }
    if (negative >= rule_.At("negative_years")) reasons.push_back(absl::StrCat(negative, " jaren op rij verlies"));
    if (liquidity != nullptr && liquidity->value < rule_.At("liquidity_percent") * 1000) {
      reasons.push_back(
          absl::StrCat("een liquiditeit van ", dutch::Percent(static_cast<double>(liquidity->value) / 100'000.0)));
    }
    if ((!known && results.empty() && liquidity == nullptr) || !Judges(present_year_)) return;
    for (const Law law : {Law::kYouth, Law::kWmo}) {
      if (!RunsNow(law)) continue;
      Add(law, present_year_, !reasons.empty(),
          reasons.empty() ? absl::StrCat("Over ", sight_.title, " is niets bekend dat de hulp in gevaar brengt.")
                          : absl::StrCat("Bij ", sight_.title, " is er ", absl::StrJoin(reasons, " en "),
                                         ". Dat kan de hulp voor ", LawTitle(law), " in gevaar brengen."),
          {Count("negative_years", negative), Count("reasons", static_cast<int64_t>(reasons.size()))});
    }
  }

  // 3.5: care begins within the norm, which is that of the contract or else that of the rule. Who still waits longer counts
  // too.
  void Waiting() {
    if (!books_.starts_come_in) return;
    std::map<AllocationKey, Day> began;
    for (const CareRow& row : books_.care) {
      if (row.stop || row.taken_back) continue;
      const auto [first, added] = began.try_emplace({row.law, row.number}, row.start);
      if (!added) first->second = std::min(first->second, row.start);
    }
    std::map<LawYear, Counted> counted;
    for (const AllocationRow& a : books_.allocations) {
      // Aspecific and generic allocations need no start (OP295, OP363).
      if (a.withdrawn || a.period.Empty() || a.unit.empty()) continue;
      const Day from = std::max(a.period.start, static_cast<Day>(a.assigned_second / 86400));
      const BookedTerm* agreed = TermFor(ContractTerm::WAITING_NORM, a.law, a.category, a.product, from);
      const int64_t norm = agreed != nullptr ? agreed->value : rule_.At("days");
      const auto start = began.find({a.law, a.number});
      const bool waits = start == began.end();
      const Day until = waits ? std::min(sight_.today, a.period.end) : start->second;
      if (!Judges(YearOfDay(from)) || (waits && until - from <= norm)) continue;
      Counted& of_year = counted[{a.law, YearOfDay(from)}];
      ++of_year.of;
      if (until - from > norm) ++of_year.count;
    }
    AddShares(counted, "waited_long", "allocations", [](const Counted& c) {
      return absl::StrCat("begon de hulp bij ", c.count, c.count == 1 ? " toewijzing" : " toewijzingen",
                          " later dan de norm, of nog niet");
    });
  }

  // 3.5: a client stop needs consent.
  void ClientStop() {
    std::map<LawYear, std::pair<bool, std::string>> states;
    for (const BookedTerm& term : sight_.terms) {
      const int year = YearOfDay(term.period.start);
      if (term.kind != ContractTerm::CLIENT_STOP || term.period.start > sight_.today || !Judges(year)) continue;
      const Law law = LawOfText(term.law);
      const bool agreed = std::any_of(sight_.terms.begin(), sight_.terms.end(), [&](const BookedTerm& other) {
        return other.kind == ContractTerm::CLIENT_STOP_AGREED && other.law == term.law && other.category == term.category &&
               other.product == term.product && other.period.Contains(sight_.today);
      });
      const bool holds = term.period.Contains(sight_.today) && !agreed;
      const std::string of = !term.product.empty()    ? absl::StrCat(" voor product ", term.product)
                             : !term.category.empty() ? absl::StrCat(" voor categorie ", term.category)
                                                      : std::string();
      auto& [held, text] = states[{law, year}];
      if (!text.empty() && (held || !holds)) continue;
      held = holds;
      text = absl::StrCat(sight_.title, holds ? " neemt sinds " : " nam sinds ", dutch::Date(term.period.start), of, " voor ",
                          LawTitle(law), " geen nieuwe cliënten aan",
                          holds    ? ". De gemeente heeft daar geen toestemming voor gegeven."
                          : agreed ? ". De gemeente heeft daarmee ingestemd."
                                   : absl::StrCat(". Dat duurde tot en met ", dutch::Date(term.period.end - 1), "."));
    }
    for (auto& [key, state] : states) Add(key.first, key.second, state.first, std::move(state.second), {});
  }

  // What the contract says an indicator should be, beside the newest result of each year.
  void KpiMissed() {
    struct Result {
      Day end = 0;
      int64_t value = 0;
    };
    struct Found {
      int64_t all = 0;
      std::vector<std::string> missed;
    };
    std::map<LawYear, Found> found;
    for (const BookedTerm& term : sight_.terms) {
      const bool least = term.kind == ContractTerm::KPI_AT_LEAST;
      if (!least && term.kind != ContractTerm::KPI_AT_MOST) continue;
      std::map<int, Result> results;
      for (const BookedIndicator& told : sight_.indicators) {
        const bool same = told.indicator == term.indicator && !told.provider.empty() &&
                          (told.law.empty() || told.law == term.law) && told.category == term.category &&
                          told.product == term.product;
        const int year = YearOfDay(told.period.end - 1);
        if (!same || !term.period.Overlaps(told.period) || !Judges(year)) continue;
        Result& result = results[year];
        if (result.end <= told.period.end) result = {told.period.end, told.value};
      }
      for (const auto& [year, result] : results) {
        Found& of = found[{LawOfText(term.law), year}];
        ++of.all;
        const auto text = [](int64_t value) { return dutch::Decimal(static_cast<double>(value) / 1000, 1); };
        if (least ? result.value < term.value : result.value > term.value) {
          of.missed.push_back(absl::StrCat(term.indicator, " is ", text(result.value), " en hoort ",
                                           least ? "minstens " : "hoogstens ", text(term.value), " te zijn"));
        }
      }
    }
    for (const auto& [key, of] : found) {
      const auto missed = static_cast<int64_t>(of.missed.size());
      Add(key.first, key.second, missed > 0,
          missed == 0
              ? absl::StrCat(sight_.title, " haalde", In(key.first, key.second),
                             " alle normen van het contract die zijn gemeten.")
              : absl::StrCat("Bij ", sight_.title, In(key.first, key.second), ": ", absl::StrJoin(of.missed, "; "), "."),
          {Count("missed", missed), Count("measured", of.all)});
    }
  }

  // Both laws began in 2015.
  static constexpr int kFirstYear = 2015;
};

}  // namespace

std::vector<Judgement> JudgeAgreement(const SignalRule& rule, const Sight& sight) { return AgreementCheck(rule, sight).Run(); }

}  // namespace nmd::contracts
