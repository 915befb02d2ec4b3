// SPDX-License-Identifier: EUPL-1.2
#include "services/costs/decompose.h"

#include <cmath>

namespace nmd::costs {
namespace {

double Real(int64_t value) { return static_cast<double>(value); }
double Growth(int64_t before, int64_t after) { return std::log(Real(after) / Real(before)); }

}  // namespace

double LogMean(double a, double b) {
  // Near a == b both differences vanish; the series of x / ln(1 + x) is exact to the last digits there.
  const double x = (a - b) / b;
  if (std::fabs(x) < 1e-4) return b * (1 + x / 2 - x * x / 12 + x * x * x / 24);
  return (a - b) / std::log1p(x);
}

Factors& Factors::operator+=(const Factors& other) {
  clients += other.clients;
  intensity += other.intensity;
  mix += other.mix;
  duration += other.duration;
  volume += other.volume;
  tariff += other.tariff;
  price += other.price;
  return *this;
}

std::optional<Factors> Decompose(const PeriodTotals& before, const PeriodTotals& after) {
  if (before.amount < 0 || after.amount < 0) return std::nullopt;
  Factors factors;
  const double growth = Real(after.amount) - Real(before.amount);
  if (before.clients <= 0 || after.clients <= 0) {
    factors.clients = growth;
  } else if (before.provisions <= 0 || after.provisions <= 0) {
    factors.intensity = growth;
  } else if (before.amount == 0 || after.amount == 0) {
    factors.price = growth;
  } else {
    const double weight = LogMean(Real(after.amount), Real(before.amount));
    factors.clients = weight * Growth(before.clients, after.clients);
    factors.intensity = weight * (Growth(before.provisions, after.provisions) - Growth(before.clients, after.clients));
    factors.price = weight * (Growth(before.amount, after.amount) - Growth(before.provisions, after.provisions));
  }
  return factors;
}

std::optional<std::vector<Factors>> Decompose(const PeriodTotals& before, const PeriodTotals& after,
                                              absl::Span<const GroupCosts> groups) {
  std::vector<Factors> result;
  result.reserve(groups.size());
  const bool no_clients = before.clients <= 0 || after.clients <= 0;
  for (const GroupCosts& group : groups) {
    if (group.amount_before < 0 || group.amount_after < 0) return std::nullopt;
    Factors factors;
    const double growth = Real(group.amount_after) - Real(group.amount_before);
    if (no_clients) {
      factors.clients = growth;
    } else if (group.provisions_before <= 0 || group.provisions_after <= 0) {
      factors.mix = growth;
    } else if (group.amount_before == 0 || group.amount_after == 0) {
      factors.price = growth;
    } else {
      const double weight = LogMean(Real(group.amount_after), Real(group.amount_before));
      const double clients = Growth(before.clients, after.clients);
      const double provisions = Growth(before.provisions, after.provisions);
      const double own = Growth(group.provisions_before, group.provisions_after);
      const double amount = Growth(group.amount_before, group.amount_after);
      factors.clients = weight * clients;
      factors.intensity = weight * (provisions - clients);
      factors.mix = weight * (own - provisions);
      if (group.days_before <= 0 || group.days_after <= 0) {
        factors.price = weight * (amount - own);
      } else {
        const double days = Growth(group.days_before, group.days_after);
        factors.duration = weight * (days - own);
        if (group.quantity_before > 0 && group.quantity_after > 0) {
          const double quantity = std::log(group.quantity_after / group.quantity_before);
          factors.volume = weight * (quantity - days);
          factors.tariff = weight * (amount - quantity);
        } else {
          factors.price = weight * (amount - days);
        }
      }
    }
    result.push_back(factors);
  }
  return result;
}

}  // namespace nmd::costs
