// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_ANALYSES_FORECAST_H_
#define NMD_SERVICES_ANALYSES_FORECAST_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "services/analyses/ladder.h"
#include "services/core/date.h"
#include "services/core/money.h"

// What a year will cost (prognose, requirements 6.3, R160). Pure: works on sums per month, and knows nothing of allocations.
//
//   Y(K) = declared + still to be declared of months that are over           (chain ladder, ladder.h)
//        + allocated for the months to come x survival S(t) x use r
//        + what is yet to be allocated or extended: rho(t) x the allocated amount of the last month x use r
//
// t is how many months ahead. S and rho are what became of what was allocated at earlier moments, "anchors": S(t) is the part
// of what was then allocated for t months ahead that still stood when that month was over, rho(t) what came on top of it, as a
// part of the amount of the month before the anchor. Both are volume-weighted over the last 24 anchors whose whole horizon is
// over. r is declared (with what is still to come) divided by allocated, over the last twelve months of which nearly all is in.
//
// P10, P50 and P90 are of draws in which the ladder is drawn anew (England and Verrall), the months of r and the anchors are
// drawn with replacement (Efron, Annals of Statistics 7, 1979), and the course to come deviates from the mean as one earlier
// anchor did over its whole horizon, so that months that move together stay together (a block, as in Künsch, Annals of
// Statistics 17, 1989). What a seed gives, it gives again.
namespace nmd::analyses {

// Cents by month of care and by anchor: as known before the first day of the anchor. Anything outside is 0.
class MonthGrid {
 public:
  MonthGrid() = default;
  MonthGrid(Month first, Month end)
      : first_(first), size_(end > first ? static_cast<size_t>(end - first) : 0), cells_(size_ * size_, 0) {}

  // Adds to the anchors [from, until). Only after Close does At tell.
  void Add(Month care, Month from, Month until, Cents cents) {
    if (!Inside(care)) return;
    from = std::max(from, first_);
    if (from >= until || !Inside(from)) return;
    cells_[Index(care, from)] += cents;
    if (Inside(until)) cells_[Index(care, until)] -= cents;
  }
  // Call once, after the last Add: from steps to sums.
  void Close();
  Cents At(Month care, Month anchor) const { return Inside(care) && Inside(anchor) ? cells_[Index(care, anchor)] : 0; }

 private:
  bool Inside(Month month) const { return month >= first_ && static_cast<size_t>(month - first_) < size_; }
  size_t Index(Month care, Month anchor) const {
    return static_cast<size_t>(care - first_) * size_ + static_cast<size_t>(anchor - first_);
  }
  Month first_ = 0;
  size_t size_ = 0;
  std::vector<Cents> cells_;
};

// A moment from which is looked ahead.
struct Viewpoint {
  Month anchor = 0;   // The first month that is not over.
  double passed = 0;  // How far that month has passed, in [0, 1).
  // By month of care from ForecastData::first on: declared, and allocated, as known at the moment itself.
  std::vector<Cents> declared, allocated;
  // Of what was allocated at the anchors before, how much still stands at this moment.
  MonthGrid kept;
};

struct ForecastData {
  Month first = 0, end = 0;  // Months of care and anchors.
  // First month from which claims are followed: of earlier ones it is not known what came in when.
  Month claims_from = 0;
  MonthGrid declared, allocated;
  // The moment of the question, and the moments of the back-test, newest first.
  Viewpoint now;
  std::vector<Viewpoint> before;
  // Allocations that were new in each month.
  std::vector<int64_t> new_allocations;
};

// How far back and ahead is looked, in months.
inline constexpr int kLadderMonths = 36;
inline constexpr int kLadderDelays = 24;
inline constexpr int kPathCount = 24;
inline constexpr int kFewestPaths = 6;
inline constexpr int kLongestHorizon = 24;
inline constexpr int kUseMonths = 12;
inline constexpr int kFewestUseMonths = 3;
inline constexpr int kBackTests = 8;
// Everything a forecast of `now` and its back-tests look at lies after this many months before.
inline constexpr int kWindowMonths = 3 * kBackTests + kLongestHorizon + kPathCount + 12;

// What is still to be declared of the last 36 months that are over, of those from which on claims are followed. A month of
// which less than half is in is estimated by what was allocated times r, when r is known.
struct Outstanding {
  Month from = 0;  // Of the first row.
  Triangle triangle;
  LadderOptions options;
  Ladder ladder;
  // Months r rests on: declared in the end, and allocated.
  std::vector<double> ultimates, bases;
  std::optional<double> use;  // r; nullopt when fewer than three months tell.

  // Whether anything was ever declared.
  bool AnyClaim() const;
  // What of the estimate of a row is still to come when so much is declared: what came in since the last month that was over
  // is not outstanding any more.
  double StillToCome(size_t row, Cents declared) const;
};
Outstanding EstimateOutstanding(const ForecastData& data, const Viewpoint& view, const LadderOptions& options);

struct ForecastOptions {
  Month year = 0;  // First month of the twelve that are forecast.
  double inflow_growth = 0;
  LadderOptions ladder;  // Without `expected`: that is what was allocated times r.
  int draws = 1'000;
  std::string seed;
};

enum class ForecastState {
  kAnswered,
  kNoClaims,    // Nothing was ever declared, so nobody knows what part of care is.
  kFewMonths,   // Of fewer than three months nearly all is in.
  kFewPaths,    // Fewer than six moments whose whole horizon is over.
  kTooFar,      // The year ends more than 24 months ahead.
  kNotCovered,  // A month of the year that is over has no estimate, or lies before what is known.
};

struct MonthForecast {
  Month month = 0;
  Cents realised = 0;
  double outstanding = 0;
  Cents allocated = 0;  // 0 of months that are over.
  double survival = 1;
  double running = 0;
  double inflow = 0;
};

struct YearForecast {
  ForecastState state = ForecastState::kAnswered;
  std::vector<MonthForecast> months;
  // Rounded per part, so that the parts sum to the whole.
  Cents realised = 0, outstanding = 0, running = 0, inflow = 0, total = 0;
  double use_rate = 0;
  int use_months = 0;
  int paths = 0;
  // 10%, 50% and 90% of the draws; nullopt when there is nothing to draw from.
  std::optional<Cents> p10, p50, p90;
};

// Cost: some 30 microseconds per draw.
YearForecast ForecastYear(const ForecastData& data, const Viewpoint& view, const ForecastOptions& options);

// What would have been said before, each about the year it was in then; with what became of it.
struct BackTestLine {
  Month anchor = 0, year = 0;
  YearForecast forecast;
  std::optional<Cents> outcome;  // nullopt while the year is not over at `now`, or cannot be told.
};
std::vector<BackTestLine> BackTestForecasts(const ForecastData& data, const ForecastOptions& options);

// The triangle of declared amounts for a moment: months [from, view.anchor), delays that are over. Cumulative.
Triangle TriangleAt(const MonthGrid& declared, Month from, Month anchor, int delays);

// Sorted values: the one below which a share lies, between two by their distance (type 7 of Hyndman and Fan, The American
// Statistician 50, 1996). REQUIRES: not empty, 0 <= share <= 1.
double QuantileOf(const std::vector<double>& sorted, double share);

}  // namespace nmd::analyses

#endif  // NMD_SERVICES_ANALYSES_FORECAST_H_
