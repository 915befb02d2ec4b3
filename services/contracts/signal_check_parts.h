// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_CONTRACTS_SIGNAL_CHECK_PARTS_H_
#define NMD_SERVICES_CONTRACTS_SIGNAL_CHECK_PARTS_H_

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "services/contracts/reconcile_parts.h"
#include "services/contracts/signal_checks.h"
#include "services/core/dutch.h"

// What the files of the checks of signals share. Nobody else includes this.
namespace nmd::contracts {

inline std::string LawCode(Law law) { return law == Law::kWmo ? "wmo" : "jeugdwet"; }
inline std::string LawTitle(Law law) { return law == Law::kWmo ? "de Wmo" : "de Jeugdwet"; }
inline int YearOfDay(Day day) { return CivilOf(day).year; }

// The same day of the month so many months on, or the last of that month.
inline Day AddMonths(Day day, int months) {
  const Civil civil = CivilOf(day);
  const Month month = MonthOf(day) + months;
  return FirstDay(month) + std::min(civil.day, DaysInMonth(month)) - 1;
}

inline bool Reaches(int64_t count, int64_t of, int64_t percent) { return count * 100 >= of * percent; }
inline double ShareOf(int64_t count, int64_t of) { return of == 0 ? 0 : static_cast<double>(count) / static_cast<double>(of); }

inline Measure Count(const char* id, int64_t value) { return {id, Measure::kCount, value, 0}; }
inline Measure Amount(const char* id, Cents value) { return {id, Measure::kAmount, value, 0}; }
inline Measure ShareMeasure(const char* id, double share) { return {id, Measure::kShare, 0, share}; }

using LawYear = std::pair<Law, int>;

// A check of one provider, with the rule it is judged by.
class CheckOfOne {
 public:
  CheckOfOne(const SignalRule& rule, const Sight& sight)
      : rule_(rule), sight_(sight), books_(sight.books), present_year_(YearOfDay(sight.today)) {}

 protected:
  struct Counted {
    int64_t count = 0, of = 0;
  };

  // In order of law and year.
  std::vector<Judgement> Take() {
    std::sort(judged_.begin(), judged_.end(),
              [](const Judgement& a, const Judgement& b) { return std::tie(a.law, a.year) < std::tie(b.law, b.year); });
    return std::move(judged_);
  }
  void Add(Law law, int year, bool holds, std::string text, std::vector<Measure> measures) {
    judged_.push_back({LawCode(law), year, holds, std::move(text), std::move(measures)});
  }
  bool Judges(int year) const { return rule_.Judges(year, present_year_); }
  std::string In(Law law, int year) const { return absl::StrCat(" in ", year, " voor ", LawTitle(law)); }

  // What became of the lines.
  const Settled& SettledLines() const {
    if (sight_.settled == nullptr) sight_.settled = std::make_shared<const Settled>(Settle(books_));
    return *sight_.settled;
  }

  static bool IsAbout(const BookedTerm& term, Law law, absl::string_view category, absl::string_view product) {
    return term.law == LawCode(law) && (term.category.empty() || term.category == category) &&
           (term.product.empty() || term.product == product);
  }

  // Judges a share against `percent` of at least `minimum`.
  template <typename Say>
  void AddShares(const std::map<LawYear, Counted>& counted, const char* id, const char* id_of, Say say) {
    for (const auto& [key, c] : counted) {
      if (c.of < rule_.At("minimum")) continue;
      Add(key.first, key.second, Reaches(c.count, c.of, rule_.At("percent")),
          absl::StrCat("Bij ", sight_.title, In(key.first, key.second), " ", say(c), ", van de ", dutch::Number(c.of), ": ",
                       dutch::Percent(ShareOf(c.count, c.of)), ". De grens voor een gesprek is ", rule_.At("percent"), "%."),
          {Count(id, c.count), Count(id_of, c.of), ShareMeasure("share", ShareOf(c.count, c.of))});
    }
  }

  const SignalRule& rule_;
  const Sight& sight_;
  const ProviderBooks& books_;
  const int present_year_;

 private:
  std::vector<Judgement> judged_;
};

// The checks about what a contract or the standard contract says (agreement_checks.cc). Any other check gives none.
std::vector<Judgement> JudgeAgreement(const SignalRule& rule, const Sight& sight);

}  // namespace nmd::contracts

#endif  // NMD_SERVICES_CONTRACTS_SIGNAL_CHECK_PARTS_H_
