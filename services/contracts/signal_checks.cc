// SPDX-License-Identifier: EUPL-1.2
#include "services/contracts/signal_checks.h"

#include <algorithm>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "services/contracts/reconcile_parts.h"
#include "services/contracts/signal_check_parts.h"
#include "services/core/dutch.h"
#include "services/core/workdays.h"

namespace nmd::contracts {
namespace {

using ingestion::v1::ContractTerm;

// Care that begins within so many days after the last is the same course (requirements 6.7, R105).
constexpr int kSameCourseDays = 28;

class Check : public CheckOfOne {
 public:
  using CheckOfOne::CheckOfOne;

  std::vector<Judgement> Run() {
    if (rule_.check == "no_delivery") NoDelivery();
    if (rule_.check == "price_above") PriceAbove();
    if (rule_.check == "growth") Growth();
    if (rule_.check == "beds") Beds();
    if (rule_.check == "duration_norm") DurationNorm();
    if (rule_.check == "repeat_use") RepeatUse();
    if (rule_.check == "overlap") Overlap();
    if (rule_.check == "combination") Combination();
    if (rule_.check == "start_late") Late(false);
    if (rule_.check == "stop_late") Late(true);
    if (rule_.check == "return_late") ReturnLate(false);
    if (rule_.check == "own_return_late") ReturnLate(true);
    if (rule_.check == "answer_late") AnswerLate();
    return Take();
  }

 private:
  struct Course {
    absl::string_view category, product;
    Period period;
  };
  // Courses by law, client and, when `by_product`, category and product; in order of start.
  using Courses = std::map<std::tuple<Law, absl::string_view, absl::string_view, absl::string_view>, std::vector<Course>>;

  void NoDelivery() {
    if (!books_.claims_come_in) return;
    for (const Law law : {Law::kYouth, Law::kWmo}) {
      std::optional<Day> since;  // Since when contracts ran without a break until now.
      for (auto contract = sight_.agreed.contracts.rbegin(); contract != sight_.agreed.contracts.rend(); ++contract) {
        if (contract->law != law || contract->period.Empty()) continue;
        if (since ? contract->period.end >= *since : contract->period.Contains(sight_.today)) {
          since = since ? std::min(*since, contract->period.start) : contract->period.start;
        }
      }
      if (!since) continue;
      bool delivered = false;
      Day last = *since;
      for (const LineRow& line : books_.lines) {
        if (books_.claims[line.claim].law != law || line.IsCredit() || line.period.end <= last) continue;
        delivered = true;
        last = line.period.end;
      }
      const Day due = AddMonths(last, static_cast<int>(rule_.At("months")));
      if (!Judges(std::min(YearOfDay(due), present_year_))) continue;
      const std::string begin = delivered ? absl::StrCat(sight_.title, " declareerde voor ", LawTitle(law),
                                                         " het laatst over hulp tot en met ", dutch::Date(last - 1), ".")
                                          : absl::StrCat(sight_.title, " declareerde voor ", LawTitle(law),
                                                         " niets sinds het contract begon op ", dutch::Date(last), ".");
      const bool holds = due <= sight_.today;
      Add(law, YearOfDay(due), holds,
          holds ? absl::StrCat(begin, " Dat is ", rule_.At("months"), " maanden of langer geleden.") : begin,
          {{"days_without_delivery", Measure::kDays, std::max(0, sight_.today - last), 0}});
    }
  }

  void PriceAbove() {
    std::map<LawYear, std::pair<int64_t, Cents>> above;  // Lines, and what they ask above the price.
    std::vector<std::pair<int32_t, PriceTable::Price>> suspects;
    for (size_t i = 0; i < books_.lines.size(); ++i) {
      const LineRow& line = books_.lines[i];
      if (line.IsCredit() || line.tariff == 0) continue;
      const Law law = books_.claims[line.claim].law;
      if (!Judges(YearOfDay(line.period.start))) continue;
      above[{law, YearOfDay(line.period.start)}];
      const auto price = sight_.agreed.prices.Expected(law, line.product, line.unit, line.period, line.tariff);
      if (price && line.tariff > price->Shown()) suspects.emplace_back(static_cast<int32_t>(i), *price);
    }
    if (!suspects.empty()) {
      const Settled& settled = SettledLines();
      for (const auto& [i, price] : suspects) {
        const LineRow& line = books_.lines[static_cast<size_t>(i)];
        const std::optional<Cents> fits = price.Times(line.volume);
        if (!settled.lines[static_cast<size_t>(i)].InForce(line) || !fits) continue;
        auto& [lines, amount] = above[{books_.claims[line.claim].law, YearOfDay(line.period.start)}];
        ++lines;
        amount += line.amount - *fits;
      }
    }
    for (const auto& [key, found] : above) {
      const auto& [lines, amount] = found;
      Add(key.first, key.second, lines >= rule_.At("lines"),
          absl::StrCat(sight_.title, " rekent", In(key.first, key.second), " in ", lines, lines == 1 ? " regel" : " regels",
                       " meer dan de afgesproken prijs, samen ", dutch::Euro(amount), " te veel."),
          {Count("lines", lines), {"above", Measure::kAmount, amount, 0}});
    }
  }

  // Clients with an allocation that runs on the day.
  int64_t ClientsOn(Law law, Day day) const {
    absl::flat_hash_set<absl::string_view> clients;
    for (const AllocationRow& a : books_.allocations) {
      if (a.law == law && !a.withdrawn && a.period.Contains(day)) clients.insert(a.person);
    }
    return static_cast<int64_t>(clients.size());
  }

  void Growth() {
    for (const Law law : {Law::kYouth, Law::kWmo}) {
      std::optional<Day> first;
      for (const AllocationRow& a : books_.allocations) {
        if (a.law == law && !a.withdrawn && !a.period.Empty()) first = std::min(first.value_or(kOpenEnd), a.period.start);
      }
      if (!first) continue;
      for (int year = std::max(YearOfDay(*first), present_year_ - kMostYears); year <= present_year_; ++year) {
        if (!Judges(year)) continue;
        // A year that is over is judged on its last day.
        const Day day = year == present_year_ ? sight_.today : DayOf(year, 12, 31);
        const Day before_day = AddMonths(day, -12);
        const int64_t now = ClientsOn(law, day), before = ClientsOn(law, before_day);
        const bool is_new = AddMonths(*first, 12 * static_cast<int>(rule_.At("new_years"))) > day;
        const bool is_small = before < rule_.At("small_clients");
        const bool grew = now - before >= rule_.At("clients") && Reaches(now - before, before, rule_.At("percent"));
        Add(law, year, (is_new || is_small) && grew,
            absl::StrCat(sight_.title,
                         is_new     ? " is nieuw en"
                         : is_small ? " is klein en"
                                    : "",
                         " had op ", dutch::Date(day), " voor ", LawTitle(law), " ", dutch::Number(now),
                         " cliënten. Een jaar eerder waren dat er ", dutch::Number(before), "."),
            {Count("clients", now), Count("clients_before", before)});
      }
    }
  }

  // The most clients at one time in a period that a term is about.
  int64_t MostAtOnce(const BookedTerm& term, Law law, const Period& period) const {
    absl::flat_hash_map<absl::string_view, std::vector<Period>> stays;
    for (const AllocationRow& a : books_.allocations) {
      const Period stay = Intersect(a.period, period);
      if (a.law == law && !a.withdrawn && !stay.Empty() && IsAbout(term, law, a.category, a.product)) {
        stays[a.person].push_back(stay);
      }
    }
    std::map<Day, int64_t> changes;
    for (auto& [person, periods] : stays) {
      // A client with two allocations at once needs one bed.
      std::sort(periods.begin(), periods.end(), [](const Period& a, const Period& b) { return a.start < b.start; });
      Day until = INT32_MIN;
      for (const Period& stay : periods) {
        const Day from = std::max(stay.start, until);
        if (from >= stay.end) continue;
        ++changes[from];
        --changes[stay.end];
        until = stay.end;
      }
    }
    int64_t present = 0, most = 0;
    for (const auto& [day, change] : changes) most = std::max(most, present += change);
    return most;
  }

  void Beds() {
    struct Worst {
      int64_t beds = 0, most = 0;
    };
    std::map<LawYear, Worst> worst;
    for (const BookedTerm& term : sight_.terms) {
      if (term.kind != ContractTerm::BEDS) continue;
      const Law law = term.law == "wmo" ? Law::kWmo : Law::kYouth;
      for (int year = std::max(YearOfDay(term.period.start), present_year_ - kMostYears); year <= present_year_; ++year) {
        const Period of_year = {DayOf(year, 1, 1), std::min(DayOf(year + 1, 1, 1), sight_.today + 1)};
        const Period period = Intersect(term.period, of_year);
        if (!Judges(year) || period.Empty()) continue;
        const int64_t most = MostAtOnce(term, law, period);
        const auto [found, added] = worst.try_emplace(LawYear{law, year}, Worst{term.value, most});
        if (!added && most - term.value > found->second.most - found->second.beds) found->second = {term.value, most};
      }
    }
    for (const auto& [key, of] : worst) {
      Add(key.first, key.second, of.most > of.beds + rule_.At("above"),
          absl::StrCat(sight_.title, " had", In(key.first, key.second), " op het drukste moment ", dutch::Number(of.most),
                       " cliënten in verblijf. Er zijn ", dutch::Number(of.beds), " plaatsen afgesproken."),
          {Count("clients", of.most), Count("beds", of.beds)});
    }
  }

  Courses CoursesOf(bool by_product) const {
    std::map<AllocationKey, std::vector<const CareRow*>> rows;
    for (const CareRow& row : books_.care) rows[{row.law, row.number}].push_back(&row);
    Courses courses;
    for (const AllocationRow& a : books_.allocations) {
      const auto found = rows.find({a.law, a.number});
      if (a.withdrawn || found == rows.end()) continue;
      auto& list = courses[{a.law, a.person, by_product ? a.category : "", by_product ? a.product : ""}];
      for (const Period& given : CareOf(found->second).given) {
        if (!given.Empty()) list.push_back({a.category, a.product, given});
      }
    }
    for (auto& [key, list] : courses) {
      std::sort(list.begin(), list.end(), [](const Course& a, const Course& b) {
        return std::tie(a.period.start, a.period.end) < std::tie(b.period.start, b.period.end);
      });
      std::vector<Course> merged;
      for (const Course& course : list) {
        // In 64 bits: an open end is the largest day there is.
        if (!merged.empty() && course.period.start <= int64_t{merged.back().period.end} + kSameCourseDays) {
          merged.back().period.end = std::max(merged.back().period.end, course.period.end);
        } else {
          merged.push_back(course);
        }
      }
      list = std::move(merged);
    }
    return courses;
  }

  void DurationNorm() {
    if (!books_.starts_come_in || !books_.stops_come_in) return;
    std::map<LawYear, Counted> counted;
    for (const auto& [key, list] : CoursesOf(true)) {
      const Law law = std::get<0>(key);
      for (const Course& course : list) {
        if (course.period.end > sight_.today || !Judges(YearOfDay(course.period.end - 1))) continue;
        std::optional<int64_t> norm;
        for (const BookedTerm& term : sight_.terms) {
          if (term.kind != ContractTerm::DURATION_NORM || !term.period.Contains(course.period.start)) continue;
          if (IsAbout(term, law, course.category, course.product)) norm = std::min(norm.value_or(term.value), term.value);
        }
        if (!norm) continue;
        Counted& of_year = counted[{law, YearOfDay(course.period.end - 1)}];
        ++of_year.of;
        if (course.period.Days() > *norm) ++of_year.count;
      }
    }
    AddShares(counted, "long_courses", "courses", [](const Counted& c) {
      return absl::StrCat(c.count == 1 ? "duurde " : "duurden ", c.count, c.count == 1 ? " traject" : " trajecten",
                          " langer dan afgesproken");
    });
  }

  void RepeatUse() {
    if (!books_.starts_come_in || !books_.stops_come_in) return;
    const int64_t days = rule_.At("days");
    std::map<LawYear, Counted> counted;
    for (const auto& [key, list] : CoursesOf(false)) {
      for (size_t i = 0; i < list.size(); ++i) {
        const Day end = list[i].period.end;
        // Only who could be followed for the whole time: anybody else may still come back.
        if (end == kOpenEnd || end + days > sight_.today || !Judges(YearOfDay(end - 1))) continue;
        Counted& of_year = counted[{std::get<0>(key), YearOfDay(end - 1)}];
        ++of_year.of;
        if (i + 1 < list.size() && list[i + 1].period.start <= end + days) ++of_year.count;
      }
    }
    AddShares(counted, "returned", "courses", [days](const Counted& c) {
      return absl::StrCat("kwam na ", c.count, c.count == 1 ? " traject" : " trajecten", " dezelfde cliënt binnen ", days,
                          " dagen terug");
    });
  }

  void Combination() {
    struct Given {
      Law law;
      absl::string_view product;
      Period period;
    };
    std::map<absl::string_view, std::vector<Given>> of_client;
    for (const AllocationRow& a : books_.allocations) {
      if (!a.withdrawn && !a.period.Empty() && !a.product.empty()) of_client[a.person].push_back({a.law, a.product, a.period});
    }
    std::map<LawYear, int64_t> pairs;
    for (const BookedCombination& rule : sight_.combinations) {
      const auto is = [](const Given& given, const std::string& law, const std::string& product) {
        return given.product == product && (given.law == Law::kWmo ? "wmo" : "jeugdwet") == law;
      };
      for (const auto& [client, given] : of_client) {
        for (size_t i = 0; i < given.size(); ++i) {
          for (size_t j = i + 1; j < given.size(); ++j) {
            const bool meant = (is(given[i], rule.law, rule.product) && is(given[j], rule.other_law, rule.other_product)) ||
                               (is(given[j], rule.law, rule.product) && is(given[i], rule.other_law, rule.other_product));
            const Period both = Intersect(Intersect(given[i].period, given[j].period), rule.period);
            if (!meant || both.Empty() || !Judges(YearOfDay(both.start))) continue;
            // The first of the two laws has the signal.
            int64_t& count = pairs[{std::min(given[i].law, given[j].law), YearOfDay(both.start)}];
            if (rule.verdict == ingestion::v1::CombinationRule::FORBIDDEN) ++count;
          }
        }
      }
    }
    for (const auto& [key, count] : pairs) {
      Add(key.first, key.second, count >= rule_.At("pairs"),
          absl::StrCat(sight_.title, " heeft", In(key.first, key.second), " ", dutch::Number(count),
                       " keer twee toewijzingen voor dezelfde cliënt die volgens de afspraken niet samen mogen."),
          {Count("pairs", count)});
    }
  }

  void Overlap() {
    std::map<std::tuple<Law, absl::string_view, absl::string_view, absl::string_view>, std::vector<Period>> of_client;
    for (const AllocationRow& a : books_.allocations) {
      if (!a.withdrawn && !a.period.Empty()) of_client[{a.law, a.person, a.category, a.product}].push_back(a.period);
    }
    std::map<LawYear, int64_t> pairs;
    for (auto& [key, periods] : of_client) {
      std::sort(periods.begin(), periods.end(), [](const Period& a, const Period& b) { return a.start < b.start; });
      for (size_t i = 0; i < periods.size(); ++i) {
        for (size_t j = i + 1; j < periods.size() && periods[j].start < periods[i].end; ++j) {
          const int year = YearOfDay(periods[j].start);
          if (Judges(year)) ++pairs[{std::get<0>(key), year}];
        }
      }
    }
    for (const auto& [key, count] : pairs) {
      Add(key.first, key.second, count >= rule_.At("pairs"),
          absl::StrCat(sight_.title, " heeft", In(key.first, key.second), " ", dutch::Number(count),
                       " keer twee toewijzingen voor "
                       "hetzelfde product en dezelfde cliënt die elkaar overlappen."),
          {Count("pairs", count)});
    }
  }

  void Late(bool stops) {
    if (!(stops ? books_.stops_come_in : books_.starts_come_in)) return;
    absl::flat_hash_map<AllocationKey, Day> assigned;
    for (const AllocationRow& a : books_.allocations) {
      assigned[{a.law, a.number}] = static_cast<Day>(a.assigned_second / 86400);
    }
    // The first time it was told.
    std::map<std::tuple<Law, int64_t, Day, Day>, Day> told;
    for (const CareRow& row : books_.care) {
      if (row.stop != stops || row.taken_back) continue;
      const auto [found, added] = told.try_emplace({row.law, row.number, row.start, row.end}, row.received);
      if (!added) found->second = std::min(found->second, row.received);
    }
    std::map<LawYear, Counted> counted;
    for (const auto& [key, received] : told) {
      const auto& [law, number, start, end] = key;
      Day from = stops ? end - 1 : start;
      const int year = YearOfDay(from);
      if (!Judges(year)) continue;
      if (const auto found = assigned.find({law, number}); !stops && found != assigned.end()) {
        from = std::max(from, found->second);
      }
      Counted& of_year = counted[{law, year}];
      ++of_year.of;
      if (received > AddWorkdays(from, static_cast<int>(rule_.At("workdays")))) ++of_year.count;
    }
    AddShares(counted, "late", stops ? "stops" : "starts", [&](const Counted& c) {
      return absl::StrCat(c.count == 1 ? "kwam " : "kwamen ", c.count, c.count == 1 ? " bericht" : " berichten",
                          stops ? " over het einde" : " over het begin", " van hulp later dan ", rule_.At("workdays"),
                          " werkdagen binnen");
    });
  }

  void ReturnLate(bool from_provider) {
    if (!books_.returns_come_in) return;
    std::map<LawYear, Counted> counted;
    for (const MessageRow& message : books_.messages) {
      const Day due = AddWorkdays(message.sent, static_cast<int>(rule_.At("workdays")));
      if (message.from_provider != from_provider || sight_.today <= due || !Judges(YearOfDay(message.sent))) continue;
      Counted& of_year = counted[{message.law, YearOfDay(message.sent)}];
      ++of_year.of;
      if (!message.returned || *message.returned > due) ++of_year.count;
    }
    AddShares(counted, "late", "messages", [&](const Counted& c) {
      return absl::StrCat("kwam op ", c.count, c.count == 1 ? " bericht van " : " berichten van ",
                          from_provider ? "de aanbieder" : "de gemeente", " niet binnen ", rule_.At("workdays"),
                          " werkdagen een retourbericht");
    });
  }

  void AnswerLate() {
    if (!books_.answers_come_in) return;
    std::set<std::pair<Law, absl::string_view>> numbers, identifications;
    for (const AnswerRow& answer : books_.answers) {
      if (!answer.number.empty()) numbers.emplace(answer.law, answer.number);
      if (!answer.claim_identification.empty()) identifications.emplace(answer.law, answer.claim_identification);
    }
    std::map<LawYear, int64_t> late;
    for (const ClaimRow& claim : books_.claims) {
      const int year = YearOfDay(claim.received);
      if (!Judges(year)) continue;
      int64_t& count = late[{claim.law, year}];
      const bool answered = numbers.count({claim.law, claim.number}) != 0 ||
                            (!claim.identification.empty() && identifications.count({claim.law, claim.identification}) != 0);
      if (!answered && sight_.today > AddWorkdays(claim.received, static_cast<int>(rule_.At("workdays")))) ++count;
    }
    for (const auto& [key, count] : late) {
      Add(key.first, key.second, count >= rule_.At("claims"),
          absl::StrCat(sight_.title, " wacht", In(key.first, key.second), " bij ", dutch::Number(count),
                       count == 1 ? " declaratie" : " declaraties", " langer dan ", rule_.At("workdays"),
                       " werkdagen op antwoord van de gemeente."),
          {Count("claims", count)});
    }
  }

  // Before both laws there is nothing to judge, whatever a term or an allocation says.
  static constexpr int kMostYears = 50;
};

}  // namespace

std::vector<Judgement> JudgeProvider(const SignalRule& rule, const Sight& sight) {
  std::vector<Judgement> judged = Check(rule, sight).Run();
  for (Judgement& judgement : JudgeAgreement(rule, sight)) judged.push_back(std::move(judgement));
  return judged;
}

std::map<int, Share> FirstLevels(const Sight& sight, const std::vector<BookedLevel>& levels) {
  // By product; the level of a day is the one that began last.
  std::map<absl::string_view, std::vector<const BookedLevel*>> of_product;
  for (const BookedLevel& level : levels) {
    if (level.law == "jeugdwet") of_product[level.product].push_back(&level);
  }
  std::map<absl::string_view, std::vector<std::pair<Period, bool>>> of_client;  // Whether it is level 6.
  for (const AllocationRow& a : sight.books.allocations) {
    if (a.law != Law::kYouth || a.withdrawn || a.period.Empty()) continue;
    const auto found = of_product.find(a.product);
    if (found == of_product.end()) continue;
    const BookedLevel* level = nullptr;
    for (const BookedLevel* candidate : found->second) {
      if (candidate->period.Contains(a.period.start)) level = candidate;  // By start.
    }
    if (level != nullptr && (level->ivn == "5" || level->ivn == "6")) {
      of_client[a.person].emplace_back(a.period, level->ivn == "6");
    }
  }
  std::map<int, Share> shares;
  for (auto& [person, list] : of_client) {
    std::sort(list.begin(), list.end(), [](const auto& a, const auto& b) {
      return std::tie(a.first.start, a.second, a.first.end) < std::tie(b.first.start, b.second, b.first.end);
    });
    int64_t until = INT64_MIN;
    for (const auto& [period, is_six] : list) {
      if (period.start > until) {
        Share& share = shares[YearOfDay(period.start)];
        ++share.of;
        if (is_six) ++share.count;
      }
      until = std::max(until, int64_t{period.end} + kSameCourseDays);
    }
  }
  return shares;
}

namespace {

// The share of a provider in a year, and that of all others; zeros where there is none.
std::pair<Share, Share> OwnAndOthers(const std::map<int, std::map<std::string, Share>>& shares, int year,
                                     const std::string& provider) {
  std::pair<Share, Share> found;
  const auto of_year = shares.find(year);
  if (of_year == shares.end()) return found;
  for (const auto& [name, share] : of_year->second) {
    Share& sum = name == provider ? found.first : found.second;
    sum.count += share.count;
    sum.of += share.of;
  }
  return found;
}

std::vector<Judgement> JudgeLevelRise(const SignalRule& rule, const std::string& provider, const std::string& title,
                                      const std::map<int, std::map<std::string, Share>>& shares, int present_year) {
  std::vector<Judgement> judged;
  for (const auto& of_year : shares) {
    const int year = of_year.first;
    if (!rule.Judges(year, present_year)) continue;
    const auto [own, others] = OwnAndOthers(shares, year, provider);
    const auto [own_before, others_before] = OwnAndOthers(shares, year - 1, provider);
    if (std::min({own.of, others.of, own_before.of, others_before.of}) < rule.At("minimum")) continue;
    const OddsShift shift = ShiftOfOdds(own_before, own, others_before, others);
    const double now = ShareOf(own.count, own.of), before = ShareOf(own_before.count, own_before.of);
    const double others_now = ShareOf(others.count, others.of);
    const double others_then = ShareOf(others_before.count, others_before.of);
    judged.push_back({"jeugdwet",
                      year,
                      shift.low > 0,
                      absl::StrCat("Bij ", title, " ging het deel niveau 6 van de eerste toewijzingen met niveau 5 of 6 van ",
                                   dutch::Percent(before), " in ", year - 1, " naar ", dutch::Percent(now), " in ", year,
                                   ". Bij de andere aanbieders ging het van ", dutch::Percent(others_then), " naar ",
                                   dutch::Percent(others_now), ". Het verschil is ", shift.low > 0 ? "groter" : "niet groter",
                                   " dan door toeval te verwachten is. Er is niet gerekend met hoe zwaar de hulpvraag is."),
                      {Count("level_5_or_6", own.of), Count("level_5_or_6_before", own_before.of), ShareMeasure("share", now),
                       ShareMeasure("share_before", before), ShareMeasure("share_of_others", others_now),
                       ShareMeasure("share_of_others_before", others_then)}});
  }
  return judged;
}

}  // namespace

std::vector<Judgement> JudgeLevels(const SignalRule& rule, const std::string& provider, const std::string& title,
                                   const std::map<int, std::map<std::string, Share>>& shares, int present_year) {
  if (rule.check == "level_rise") return JudgeLevelRise(rule, provider, title, shares, present_year);
  std::vector<Judgement> judged;
  if (rule.check != "level_shift") return judged;
  const int64_t minimum = rule.At("minimum");
  for (const auto& [year, providers] : shares) {
    const auto own = providers.find(provider);
    if (!rule.Judges(year, present_year) || own == providers.end() || own->second.of < minimum) continue;
    Share others;
    std::vector<Share> enough;
    for (const auto& [name, share] : providers) {
      if (share.of >= minimum) enough.push_back(share);
      if (name == provider) continue;
      others.count += share.count;
      others.of += share.of;
    }
    if (others.of < minimum) continue;
    const Share& share = own->second;
    const double expected = ShareOf(others.count, others.of);
    const CountLimits exact = FunnelLimits(share.of, expected, static_cast<double>(rule.At("confidence_per_mille")) / 1000);
    const CountLimits limits = Widened(exact, share.of, expected, Overdispersion(std::move(enough), expected).value_or(1));
    judged.push_back(
        {"jeugdwet",
         year,
         share.count > limits.high,
         absl::StrCat("Bij ", title, " was in ", year, " bij ", dutch::Number(share.count), " van de ", dutch::Number(share.of),
                      " eerste toewijzingen met niveau 5 of 6 het niveau 6: ", dutch::Percent(ShareOf(share.count, share.of)),
                      ". Bij de andere aanbieders is dat ", dutch::Percent(expected), ". Door toeval zijn er ", limits.low,
                      " tot en met ", limits.high, " te verwachten. Er is niet gerekend met hoe zwaar de hulpvraag is."),
         {Count("level_6", share.count), Count("level_5_or_6", share.of), ShareMeasure("share", ShareOf(share.count, share.of)),
          ShareMeasure("share_of_others", expected), Count("expected_at_least", limits.low),
          Count("expected_at_most", limits.high)}});
  }
  return judged;
}

}  // namespace nmd::contracts
