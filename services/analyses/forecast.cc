// SPDX-License-Identifier: EUPL-1.2
#include "services/analyses/forecast.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "absl/strings/str_cat.h"

namespace nmd::analyses {
namespace {

// Of a month of which so much is in, what was declared tells what part of care is used.
constexpr double kNearlyAll = 0.9;

double Sum(const std::vector<double>& values) { return std::accumulate(values.begin(), values.end(), 0.0); }

Cents At(const ForecastData& data, const std::vector<Cents>& by_month, Month month) {
  const Month i = month - data.first;
  return i >= 0 && static_cast<size_t>(i) < by_month.size() ? by_month[static_cast<size_t>(i)] : 0;
}

// What became of what was allocated at one anchor, from the month before it on: lead t stands at index t + 1.
struct Path {
  std::vector<double> then, kept, added;
  double base = 0;
};

// S(t) and rho(t) at index t + 1.
struct Course {
  std::vector<double> survival, inflow;
};

// Between the anchor and the next, for a moment in the month of the anchor: what was known later is nearer by.
double Between(const std::vector<double>& by_lead, size_t lead, double passed) {
  return (1 - passed) * by_lead[lead + 1] + passed * by_lead[lead];
}

class Forecaster {
 public:
  Forecaster(const ForecastData& data, const Viewpoint& view, const ForecastOptions& options)
      : data_(data), view_(view), options_(options), dice_(options.seed) {}

  YearForecast Run() {
    result_.state = Prepare();
    if (result_.state != ForecastState::kAnswered) return std::move(result_);
    Expect();
    if (result_.state != ForecastState::kAnswered) return std::move(result_);
    Draw();
    return std::move(result_);
  }

 private:
  Month end() const { return options_.year + 12; }
  bool Over(Month month) const { return month < view_.anchor; }
  bool LooksAhead() const { return end() > view_.anchor; }

  ForecastState Prepare() {
    if (options_.year < data_.first) return ForecastState::kNotCovered;
    if (end() - view_.anchor > kLongestHorizon) return ForecastState::kTooFar;
    past_ = EstimateOutstanding(data_, view_, options_.ladder);
    if (!past_.AnyClaim()) return ForecastState::kNoClaims;
    result_.use_months = static_cast<int>(past_.ultimates.size());
    if (!past_.use.has_value()) return ForecastState::kFewMonths;
    use_ = result_.use_rate = *past_.use;
    if (LooksAhead() && !FindPaths()) return ForecastState::kFewPaths;
    return ForecastState::kAnswered;
  }

  bool FindPaths() {
    const Month horizon = end() - view_.anchor;  // Leads 0 .. horizon - 1.
    for (Month b = view_.anchor - horizon; b > data_.first && paths_.size() < static_cast<size_t>(kPathCount); --b) {
      Path path;
      path.base = static_cast<double>(data_.allocated.At(b - 1, b));
      if (path.base <= 0) continue;
      for (Month m = b - 1; m < b + horizon; ++m) {
        const auto kept = static_cast<double>(view_.kept.At(m, b));
        path.then.push_back(static_cast<double>(data_.allocated.At(m, b)));
        path.kept.push_back(kept);
        path.added.push_back(static_cast<double>(At(data_, view_.allocated, m)) - kept);
      }
      paths_.push_back(std::move(path));
    }
    result_.paths = static_cast<int>(paths_.size());
    return result_.paths >= kFewestPaths;
  }

  // Over the paths with these numbers, each as often as it is there.
  void MeanCourse(const std::vector<size_t>& chosen, Course* course) const {
    const size_t leads = paths_.front().then.size();
    course->survival.assign(leads, 1);
    course->inflow.assign(leads, 0);
    double base = 0;
    for (const size_t p : chosen) base += paths_[p].base;
    for (size_t t = 0; t < leads; ++t) {
      double then = 0, kept = 0, added = 0;
      for (const size_t p : chosen) {
        then += paths_[p].then[t];
        kept += paths_[p].kept[t];
        added += paths_[p].added[t];
      }
      if (then > 0) course->survival[t] = kept / then;
      course->inflow[t] = added / base;
    }
  }

  void Expect() {
    std::vector<size_t> all(paths_.size());
    std::iota(all.begin(), all.end(), size_t{0});
    if (LooksAhead()) MeanCourse(all, &course_);
    inflow_base_ =
        static_cast<double>(std::max<Cents>(0, At(data_, view_.allocated, view_.anchor - 1))) * (1 + options_.inflow_growth);
    double outstanding = 0, running = 0, inflow = 0;
    for (Month m = options_.year; m < end(); ++m) {
      MonthForecast& month = result_.months.emplace_back();
      month.month = m;
      month.realised = At(data_, view_.declared, m);
      if (Over(m)) {
        if (!ExpectOver(&month)) {
          result_.state = ForecastState::kNotCovered;
          return;
        }
      } else {
        const auto lead = static_cast<size_t>(m - view_.anchor);
        month.allocated = At(data_, view_.allocated, m);
        month.survival = Between(course_.survival, lead, view_.passed);
        month.running = Running(month, month.survival, use_);
        month.inflow = use_ * inflow_base_ * Between(course_.inflow, lead, view_.passed);
      }
      result_.realised += month.realised;
      outstanding += month.outstanding;
      running += month.running;
      inflow += month.inflow;
    }
    result_.outstanding = std::llround(outstanding);
    result_.running = std::llround(running);
    result_.inflow = std::llround(inflow);
    result_.total = result_.realised + result_.outstanding + result_.running + result_.inflow;
  }

  // What is declared early is a part of the same care.
  static double Running(const MonthForecast& month, double survival, double use) {
    const double all = use * survival * static_cast<double>(month.allocated);
    const auto in = static_cast<double>(std::max<Cents>(0, month.realised));
    return std::max(0.0, all - in);
  }

  bool ExpectOver(MonthForecast* month) const {
    if (month->month < data_.claims_from) return false;
    if (month->month < past_.from) return true;  // Too long ago for anything to come.
    const auto row = static_cast<size_t>(month->month - past_.from);
    if (past_.ladder.months[row].method == LadderMonth::Method::kNone) return false;
    month->outstanding = past_.StillToCome(row, month->realised);
    return true;
  }

  void Draw() {
    if (options_.draws <= 0) return;
    LadderBootstrap bootstrap(past_.triangle, past_.options);
    const bool has_over = options_.year < view_.anchor && end() > past_.from;
    if (has_over && !bootstrap.possible()) return;
    std::vector<double> totals, outstanding;
    Course course;
    std::vector<size_t> chosen(paths_.size());
    for (int draw = 0; draw < options_.draws; ++draw) {
      auto total = static_cast<double>(result_.realised);
      if (has_over) {
        bootstrap.Draw(&dice_, &outstanding);
        for (const MonthForecast& month : result_.months) {
          if (!Over(month.month) || month.month < past_.from) continue;
          // What came in since the triangle ended has the share of the draw it has of the estimate.
          const auto i = static_cast<size_t>(month.month - past_.from);
          const double estimate = past_.ladder.months[i].outstanding;
          total += estimate > 0 ? outstanding[i] * (month.outstanding / estimate) : outstanding[i];
        }
      }
      if (LooksAhead()) total += DrawAhead(&chosen, &course);
      totals.push_back(total);
    }
    std::sort(totals.begin(), totals.end());
    result_.p10 = std::llround(QuantileOf(totals, 0.1));
    result_.p50 = std::llround(QuantileOf(totals, 0.5));
    result_.p90 = std::llround(QuantileOf(totals, 0.9));
  }

  double DrawAhead(std::vector<size_t>* chosen, Course* course) {
    double ultimate = 0, allocated = 0;
    for (size_t i = 0; i < past_.ultimates.size(); ++i) {
      const size_t pick = dice_.Below(past_.ultimates.size());
      ultimate += past_.ultimates[pick];
      allocated += past_.bases[pick];
    }
    const double use = ultimate / allocated;
    for (size_t& p : *chosen) p = dice_.Below(paths_.size());
    MeanCourse(*chosen, course);
    // How one earlier course deviated from the mean, as a whole.
    const Path& other = paths_[dice_.Below(paths_.size())];
    for (size_t t = 0; t < course->survival.size(); ++t) {
      if (other.then[t] > 0) course->survival[t] += other.kept[t] / other.then[t] - course_.survival[t];
      course->inflow[t] += other.added[t] / other.base - course_.inflow[t];
    }
    double total = 0;
    for (const MonthForecast& month : result_.months) {
      if (Over(month.month)) continue;
      const auto lead = static_cast<size_t>(month.month - view_.anchor);
      const size_t pick = dice_.Below(past_.ultimates.size());
      const double of_month = std::max(0.0, use + past_.ultimates[pick] / past_.bases[pick] - use_);
      total += Running(month, std::max(0.0, Between(course->survival, lead, view_.passed)), of_month);
      total += of_month * inflow_base_ * Between(course->inflow, lead, view_.passed);
    }
    return total;
  }

  const ForecastData& data_;
  const Viewpoint& view_;
  const ForecastOptions& options_;
  Dice dice_;
  YearForecast result_;

  Outstanding past_;
  double use_ = 0;
  std::vector<Path> paths_;
  Course course_;
  double inflow_base_ = 0;
};

}  // namespace

void MonthGrid::Close() {
  for (size_t care = 0; care < size_; ++care) {
    const auto row = cells_.begin() + static_cast<std::ptrdiff_t>(care * size_);
    std::partial_sum(row, row + static_cast<std::ptrdiff_t>(size_), row);
  }
}

Triangle TriangleAt(const MonthGrid& declared, Month from, Month anchor, int delays) {
  Triangle triangle;
  for (Month month = from; month < anchor; ++month) {
    std::vector<Cents>& row = triangle.emplace_back();
    // Delay d is over when the month d months after this one is.
    for (int d = 0; d < delays && month + d < anchor; ++d) row.push_back(declared.At(month, month + d + 1));
  }
  return triangle;
}

bool Outstanding::AnyClaim() const {
  return std::any_of(triangle.begin(), triangle.end(), [](const std::vector<Cents>& month) {
    return std::any_of(month.begin(), month.end(), [](Cents cents) { return cents != 0; });
  });
}

double Outstanding::StillToCome(size_t row, Cents declared) const {
  const LadderMonth& month = ladder.months[row];
  // Beyond the longest delay what comes in is no part of the triangle.
  if (month.outstanding <= 0 || month.delay >= kLadderDelays - 1) return month.outstanding;
  return std::max(0.0, month.outstanding - static_cast<double>(declared - month.latest));
}

Outstanding EstimateOutstanding(const ForecastData& data, const Viewpoint& view, const LadderOptions& options) {
  Outstanding past;
  past.from = std::max({data.claims_from, data.first, view.anchor - kLadderMonths});
  past.triangle = TriangleAt(data.declared, past.from, view.anchor, kLadderDelays);
  past.options = options;
  past.options.expected.clear();
  past.ladder = MakeLadder(past.triangle, past.options);
  const auto allocated = [&](size_t row) { return At(data, view.allocated, past.from + static_cast<Month>(row)); };
  for (size_t i = past.triangle.size(); i-- > 0 && past.ultimates.size() < static_cast<size_t>(kUseMonths);) {
    const LadderMonth& month = past.ladder.months[i];
    if (month.method != LadderMonth::Method::kChainLadder || month.developed < kNearlyAll || allocated(i) <= 0) continue;
    past.ultimates.push_back(month.ultimate);
    past.bases.push_back(static_cast<double>(allocated(i)));
  }
  if (past.ultimates.size() < static_cast<size_t>(kFewestUseMonths)) return past;
  past.use = Sum(past.ultimates) / Sum(past.bases);
  for (size_t i = 0; i < past.triangle.size(); ++i) {
    past.options.expected.push_back(*past.use * static_cast<double>(std::max<Cents>(0, allocated(i))));
  }
  past.ladder = MakeLadder(past.triangle, past.options);
  return past;
}

double QuantileOf(const std::vector<double>& sorted, double share) {
  const double place = share * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<size_t>(place);
  const size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (place - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

YearForecast ForecastYear(const ForecastData& data, const Viewpoint& view, const ForecastOptions& options) {
  return Forecaster(data, view, options).Run();
}

std::vector<BackTestLine> BackTestForecasts(const ForecastData& data, const ForecastOptions& options) {
  std::vector<BackTestLine> lines;
  std::map<Month, std::optional<Cents>> outcomes;
  for (const Viewpoint& view : data.before) {
    BackTestLine& line = lines.emplace_back();
    line.anchor = view.anchor;
    line.year = MonthOf(YearOf(view.anchor), 1);
    ForecastOptions then = options;
    then.year = line.year;
    then.inflow_growth = 0;  // An expectation of today.
    then.seed = absl::StrCat(options.seed, "|", view.anchor);
    line.forecast = ForecastYear(data, view, then);
    if (line.year + 12 > data.now.anchor) continue;
    const auto [outcome, fresh] = outcomes.try_emplace(line.year);
    if (fresh) {
      then.draws = 0;
      const YearForecast known = ForecastYear(data, data.now, then);
      if (known.state == ForecastState::kAnswered) outcome->second = known.total;
    }
    line.outcome = outcome->second;
  }
  return lines;
}

}  // namespace nmd::analyses
