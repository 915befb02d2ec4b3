// SPDX-License-Identifier: EUPL-1.2
#include "services/linking/gold.h"

#include <algorithm>
#include <cmath>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "services/core/dutch.h"
#include "services/linking/engine/fold.h"

namespace nmd::linking {
namespace {

using Kind = v1::GoldStratum::Kind;

constexpr double kTail = .025;

// Standard deviations expected before anything is labelled, of shares .999, .98, .5 and .002 of pairs that are one person.
// They only decide how many pairs are drawn where: a wrong guess makes an interval wider, never wrong.
constexpr std::array<double, kGoldStrata> kExpectedDeviation = {.032, .14, .5, .045};

constexpr bool Linked(size_t stratum) { return stratum <= StratumIndex(v1::GoldStratum::LINKED_BY_WEIGHT); }

bool ByLot(const GoldDraw::Pair& x, const GoldDraw::Pair& y) {
  return std::tuple(x.lot, x.a, x.b) < std::tuple(y.lot, y.a, y.b);
}

double LogChoose(int64_t n, int64_t k) {
  const auto log_factorial = [](int64_t x) { return std::lgamma(static_cast<double>(x) + 1); };
  return log_factorial(n) - log_factorial(k) - log_factorial(n - k);
}

// Chance to see at most `same` true pairs among `labelled` drawn from `pairs` of which `truly` are true.
double ChanceOfAtMost(int64_t same, int64_t truly, const GoldCounts& c) {
  const int64_t least = std::max<int64_t>(0, c.labelled - (c.pairs - truly));
  const int64_t most = std::min(c.labelled, truly);
  if (same >= most) return 1;
  if (same < least) return 0;
  double term =
      std::exp(LogChoose(truly, same) + LogChoose(c.pairs - truly, c.labelled - same) - LogChoose(c.pairs, c.labelled));
  double sum = term;
  for (int64_t i = same; i > least && term > sum * 1e-17; --i) {
    term *= static_cast<double>(i) * static_cast<double>(c.pairs - truly - c.labelled + i) /
            (static_cast<double>(truly - i + 1) * static_cast<double>(c.labelled - i + 1));
    sum += term;
  }
  return sum;
}

// The greatest number of true pairs with which at most `same` is not rarer than kTail.
int64_t UpperLimit(const GoldCounts& c) {
  int64_t low = c.same, high = c.pairs - (c.labelled - c.same);
  while (low < high) {
    const int64_t middle = low + (high - low + 1) / 2;
    if (ChanceOfAtMost(c.same, middle, c) > kTail) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  return low;
}

// A number of pairs, estimated.
struct Number {
  double value = 0, low = 0, high = 0;
};

Number EstimatedPairs(const GoldCounts& c) {
  if (c.pairs == 0) return {};
  const PairLimits limits = ExactLimits(c);
  const double value = static_cast<double>(c.pairs) * static_cast<double>(c.same) / static_cast<double>(c.labelled);
  return {value, std::min(value, static_cast<double>(limits.low)), std::max(value, static_cast<double>(limits.high))};
}

Number Sum(const Number& x, const Number& y) {
  const double value = x.value + y.value;
  return {value, value - std::hypot(x.value - x.low, y.value - y.low), value + std::hypot(x.high - x.value, y.high - y.value)};
}

// Of x / y, for x and y that say nothing about each other. REQUIRES: y.low > 0.
Number Ratio(const Number& x, const Number& y) {
  const double product = x.value * y.value;
  const auto limit = [&](double x_limit, double y_limit, double sign) {
    const double y_part = y_limit * (2 * y.value - y_limit);
    const double under_root = product * product - x_limit * (2 * x.value - x_limit) * y_part;
    return (product + sign * std::sqrt(std::max(0.0, under_root))) / y_part;
  };
  Number ratio;
  ratio.value = x.value / y.value;
  // y.high < 2 y.value, or the lower limit is not defined: then it says nothing.
  ratio.low = y.high < 2 * y.value ? std::clamp(limit(x.low, y.high, -1), 0.0, ratio.value) : 0;
  ratio.high = std::max(ratio.value, limit(x.high, y.low, 1));
  return ratio;
}

bool Enough(const GoldCounts& c) { return c.labelled >= std::min(kLeastLabels, c.pairs); }

std::string Interval(const Share& share) {
  // Outwards: the interval that is read is never narrower than the one that was found.
  return absl::StrCat(dutch::Percent(share.value), " (", dutch::Decimal(std::floor(share.low * 1000) / 10, 1), " tot ",
                      dutch::Percent(std::ceil(share.high * 1000) / 1000), ")");
}

}  // namespace

uint64_t GoldLot(uint64_t a, uint64_t b) { return engine::Mix(std::min(a, b), std::max(a, b)); }

GoldDraw::GoldDraw(int32_t size) : size_(static_cast<size_t>(std::max(0, size))) {}

void GoldDraw::Offer(Kind stratum, uint64_t lot, uint32_t a, uint32_t b, bool drawn_before) {
  Stratum& of = strata_[StratumIndex(stratum)];
  ++of.offered;
  const Pair pair{lot, std::min(a, b), std::max(a, b), stratum, drawn_before};
  if (drawn_before) {
    of.before.push_back(pair);
    return;
  }
  if (of.fresh.size() > size_) {
    if (!ByLot(pair, of.fresh.front())) return;
    std::pop_heap(of.fresh.begin(), of.fresh.end(), ByLot);
    of.fresh.back() = pair;
  } else {
    of.fresh.push_back(pair);
  }
  std::push_heap(of.fresh.begin(), of.fresh.end(), ByLot);
}

GoldDraw::Result GoldDraw::Finish() && {
  Result result;
  // By stratum its pairs in order of lot, and how many from the start are in the sample. The fresh pair beyond the last that
  // can be drawn bounds how far the order is known.
  std::array<std::vector<Pair>, kGoldStrata> order;
  std::array<size_t, kGoldStrata> taken{};
  const auto take_drawn = [&](size_t s) {
    while (taken[s] < order[s].size() && order[s][taken[s]].drawn_before) ++taken[s];
  };
  std::array<double, kGoldStrata> share{};
  std::array<double, 2> half{};
  for (size_t s = 0; s < kGoldStrata; ++s) {
    Stratum& stratum = strata_[s];
    result.offered[s] = stratum.offered;
    order[s] = std::move(stratum.fresh);
    order[s].insert(order[s].end(), stratum.before.begin(), stratum.before.end());
    std::sort(order[s].begin(), order[s].end(), ByLot);
    take_drawn(s);
    share[s] = static_cast<double>(stratum.offered) * kExpectedDeviation[s];
    half[Linked(s) ? 0 : 1] += share[s];
  }
  for (size_t i = 0; i < size_; ++i) {
    std::optional<size_t> best;
    const auto before = [&](size_t x, size_t y) {
      const auto rank = [&](size_t s) {
        const auto have = static_cast<double>(taken[s]);
        const bool short_of = taken[s] < static_cast<size_t>(kLeastLabels);
        return short_of ? std::pair(0, have) : std::pair(1, -share[s] / half[Linked(s) ? 0 : 1] / (have + .5));
      };
      return rank(x) < rank(y);
    };
    for (size_t s = 0; s < kGoldStrata; ++s) {
      if (taken[s] < order[s].size() && (!best || before(s, *best))) best = s;
    }
    if (!best) break;
    ++taken[*best];
    take_drawn(*best);
  }
  for (size_t s = 0; s < kGoldStrata; ++s) {
    result.pairs.insert(result.pairs.end(), order[s].begin(), order[s].begin() + static_cast<std::ptrdiff_t>(taken[s]));
  }
  return result;
}

PairLimits ExactLimits(const GoldCounts& counts) {
  // The lower limit is the upper one of what is not true.
  const GoldCounts others{counts.pairs, counts.labelled, counts.labelled - counts.same};
  return {counts.pairs - UpperLimit(others), UpperLimit(counts)};
}

GoldEstimate Estimate(const std::array<GoldCounts, kGoldStrata>& strata) {
  GoldEstimate estimate;
  const GoldCounts& number = strata[StratumIndex(v1::GoldStratum::LINKED_BY_NUMBER)];
  const GoldCounts& weight = strata[StratumIndex(v1::GoldStratum::LINKED_BY_WEIGHT)];
  const GoldCounts& open = strata[StratumIndex(v1::GoldStratum::OPEN)];
  const GoldCounts& apart = strata[StratumIndex(v1::GoldStratum::APART)];
  if (!Enough(number) || !Enough(weight)) return estimate;
  const Number found = Sum(EstimatedPairs(number), EstimatedPairs(weight));
  const auto linked = static_cast<double>(number.pairs + weight.pairs);
  if (linked > 0) {
    estimate.precision = {found.value / linked, std::max(0.0, found.low / linked), std::min(1.0, found.high / linked)};
  }
  if (!Enough(open) || !Enough(apart)) return estimate;
  const Number missed = Sum(EstimatedPairs(open), EstimatedPairs(apart));
  if (found.value + missed.value == 0) return estimate;
  if (found.low <= 0) {
    // It may be that nothing that is linked is right.
    estimate.recall = {found.value / (found.value + missed.value), 0,
                       missed.low > 0 ? found.high / (found.high + missed.low) : 1};
    return estimate;
  }
  // Decreasing in the ratio of missed to found, so its limits change places.
  const Number ratio = Ratio(missed, found);
  estimate.recall = {1 / (1 + ratio.value), 1 / (1 + ratio.high), 1 / (1 + ratio.low)};
  return estimate;
}

std::string DutchStatement(const std::array<GoldCounts, kGoldStrata>& strata, const GoldEstimate& estimate) {
  int64_t labelled = 0, pairs = 0;
  for (const GoldCounts& stratum : strata) {
    labelled += stratum.labelled;
    pairs += stratum.pairs;
  }
  if (pairs == 0) return "Hoe goed de koppelingen zijn, is niet bekend: er is nog geen steekproef getrokken.";
  if (!estimate.precision) {
    return absl::StrCat("Hoe goed de koppelingen zijn, is nog niet bekend: er ", labelled == 1 ? "is " : "zijn ",
                        dutch::Number(labelled), labelled == 1 ? " paar" : " paren", " beoordeeld, en dat is te weinig.");
  }
  std::string text = absl::StrCat("Van de koppelingen is naar schatting ", Interval(*estimate.precision), " juist.");
  if (estimate.recall) {
    absl::StrAppend(&text, " Van de paren die dezelfde persoon zijn, is naar schatting ", Interval(*estimate.recall),
                    " gekoppeld.");
  } else {
    absl::StrAppend(&text, " Hoeveel koppelingen ontbreken, is nog niet bekend.");
  }
  absl::StrAppend(&text, " Dat volgt uit ", dutch::Number(labelled),
                  " paren die mensen hebben beoordeeld. De grenzen tussen haakjes gelden met 95% zekerheid.");
  return text;
}

}  // namespace nmd::linking
