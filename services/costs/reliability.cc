// SPDX-License-Identifier: EUPL-1.2
#include "services/costs/reliability.h"

#include <algorithm>
#include <mutex>
#include <vector>

#include "absl/strings/str_cat.h"
#include "services/core/dutch.h"

namespace nmd::costs {
namespace {

// Months whose lines are all in for all one can tell, and recent enough to tell of how providers declare now.
constexpr int kOldestMonths = 37;
constexpr int kYoungestMonths = 13;

Day DayOf(Moment moment) { return dutch::CalendarDay(absl::FromUnixMicros(moment)); }

bool RestsOnCare(const MeasureInfo& measure) {
  if (measure.family == Family::kDerived) {
    return std::any_of(measure.bases.begin(), measure.bases.end(), [](const MeasureInfo* base) { return RestsOnCare(*base); });
  }
  return measure.family != Family::kBudget && measure.family != Family::kPopulation &&
         measure.family != Family::kUnregistered && measure.measure != MeasureId::kAllHouseholds;
}

}  // namespace

LagProfile LagProfile::Of(const Snapshot& snapshot, Month month) {
  LagProfile profile;
  const FactTable& table = snapshot.table;
  std::vector<Day> day_of;  // By batch: to find the day of a moment takes longer than everything else here.
  for (const Origin& origin : snapshot.origins) day_of.push_back(DayOf(origin.known));
  size_t line = 0;
  for (size_t row = 0; row < table.size(); ++row) {
    const size_t first = line;
    line += static_cast<size_t>(table.claim_lines[row]);
    const Month of = table.first_month + static_cast<Month>(table.fields[kMonthField][row]);
    if (first == line || of < month - kOldestMonths || of >= month - kYoungestMonths) continue;
    const Day end = FirstDay(of + 1);
    for (size_t i = first; i < line; ++i) {
      const int days = std::max(0, day_of[snapshot.claim_origins[i]] - end);
      if (days > kLongestDays) continue;
      ++profile.lines_[static_cast<size_t>(days)];
      ++profile.total_;
    }
  }
  int64_t so_far = 0;
  for (int64_t& lines : profile.lines_) lines = so_far += lines;
  return profile;
}

std::optional<double> LagProfile::ShareWithin(int days) const {
  if (total_ < kLeastLines) return std::nullopt;
  if (days < 0) return 0;
  return static_cast<double>(lines_[static_cast<size_t>(std::min(days, kLongestDays))]) / static_cast<double>(total_);
}

const LagProfile& LagOnce::Of(const Snapshot& snapshot, Month month) {
  std::call_once(once_, [&] { profile_ = std::make_unique<LagProfile>(LagProfile::Of(snapshot, month)); });
  return *profile_;
}
LagOnce::LagOnce() = default;
LagOnce::~LagOnce() = default;

Expectation ExpectationOf(const Snapshot& snapshot, const MeasureInfo& measure, const Question& question,
                          const MonthRange& months, Day today) {
  Expectation expectation;
  if (!RestsOnCare(measure)) return expectation;
  const Day end = question.on.has_value() ? *question.on + 1 : FirstDay(months.end);
  const auto mark = [&expectation](std::string why) {
    expectation.provisional = true;
    expectation.remark = absl::StrCat(" Nog niet volledig; geen daling: ", why);
  };
  if (end > today) mark("de periode is nog niet voorbij.");
  // Of months long past all is in, as far as this can tell.
  if ((measure.kinds & kClaims) == 0 || question.on.has_value() || today - end > LagProfile::kLongestDays) return expectation;
  const LagProfile& profile = snapshot.lag->Of(snapshot, MonthOf(today));
  double sum = 0, last = 0;
  bool complete = true;
  for (Month month = months.first; month < months.end; ++month) {
    const std::optional<double> share = profile.ShareWithin(today - FirstDay(month + 1));
    if (!share.has_value()) return expectation;
    sum += *share;
    last = *share;
    complete = complete && *share >= kCompleteFrom;
  }
  expectation.completeness = sum / (months.end - months.first);
  if (!complete && !expectation.provisional) {
    mark(absl::StrCat("van de laatste maand is naar verwachting ", dutch::Percent(last, 0), " binnen."));
  }
  return expectation;
}

std::string AgeText(Moment newest, absl::Time known) {
  const int days = std::max(0, dutch::CalendarDay(known) - DayOf(newest));
  return days == 0   ? std::string("van vandaag")
         : days == 1 ? std::string("1 dag oud")
                     : absl::StrCat(dutch::Number(days), " dagen oud");
}

std::string StabilityText(double stability, int quarters) {
  return absl::StrCat(" Eerdere cijfers verschoven in de drie maanden erna gemiddeld ", dutch::Percent(stability),
                      quarters == 1 ? " (laatste kwartaal)." : absl::StrCat(" (laatste ", quarters, " kwartalen)."));
}

}  // namespace nmd::costs
