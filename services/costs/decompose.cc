// SPDX-License-Identifier: EUPL-1.2
#include "services/costs/decompose.h"

#include <cmath>

namespace nmd::costs {
namespace {

double Real(int64_t value) { return static_cast<double>(value); }

}  // namespace

double LogMean(double a, double b) {
  // Near a == b both differences vanish; the series of x / ln(1 + x) is exact to the last digits there.
  const double x = (a - b) / b;
  if (std::fabs(x) < 1e-4) return b * (1 + x / 2 - x * x / 12 + x * x * x / 24);
  return (a - b) / std::log1p(x);
}

std::optional<ThreeFactors> Decompose(const PeriodTotals& before, const PeriodTotals& after) {
  if (before.amount < 0 || after.amount < 0) return std::nullopt;
  ThreeFactors factors;
  const double growth = Real(after.amount) - Real(before.amount);
  if (before.clients <= 0 || after.clients <= 0) {
    factors.clients = growth;
  } else if (before.provisions <= 0 || after.provisions <= 0) {
    factors.intensity = growth;
  } else if (before.amount == 0 || after.amount == 0) {
    factors.price = growth;
  } else {
    const double weight = LogMean(Real(after.amount), Real(before.amount));
    factors.clients = weight * std::log(Real(after.clients) / Real(before.clients));
    factors.intensity =
        weight * std::log((Real(after.provisions) / Real(after.clients)) / (Real(before.provisions) / Real(before.clients)));
    factors.price =
        weight * std::log((Real(after.amount) / Real(after.provisions)) / (Real(before.amount) / Real(before.provisions)));
  }
  return factors;
}

std::optional<std::vector<FourFactors>> Decompose(const PeriodTotals& before, const PeriodTotals& after,
                                                  absl::Span<const GroupCosts> groups) {
  std::vector<FourFactors> result;
  result.reserve(groups.size());
  const bool no_clients = before.clients <= 0 || after.clients <= 0;
  for (const GroupCosts& group : groups) {
    if (group.amount_before < 0 || group.amount_after < 0) return std::nullopt;
    FourFactors factors;
    const double growth = Real(group.amount_after) - Real(group.amount_before);
    if (no_clients) {
      factors.clients = growth;
    } else if (group.provisions_before <= 0 || group.provisions_after <= 0) {
      factors.mix = growth;
    } else if (group.amount_before == 0 || group.amount_after == 0) {
      factors.price = growth;
    } else {
      const double weight = LogMean(Real(group.amount_after), Real(group.amount_before));
      factors.clients = weight * std::log(Real(after.clients) / Real(before.clients));
      factors.intensity =
          weight * std::log((Real(after.provisions) / Real(after.clients)) / (Real(before.provisions) / Real(before.clients)));
      factors.mix = weight * std::log((Real(group.provisions_after) / Real(after.provisions)) /
                                      (Real(group.provisions_before) / Real(before.provisions)));
      factors.price = weight * std::log((Real(group.amount_after) / Real(group.provisions_after)) /
                                        (Real(group.amount_before) / Real(group.provisions_before)));
    }
    result.push_back(factors);
  }
  return result;
}

}  // namespace nmd::costs
