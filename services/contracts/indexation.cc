// SPDX-License-Identifier: EUPL-1.2
#include "services/contracts/indexation.h"

namespace nmd::contracts {
namespace {

constexpr int64_t kWhole = 100'000;  // 100 percent.

std::optional<int64_t> RiseOf(const std::optional<int64_t>& forecast, const std::optional<int64_t>& definitive_before,
                              const std::optional<int64_t>& forecast_before) {
  if (!forecast || !definitive_before || !forecast_before) return std::nullopt;
  return *forecast + *definitive_before - *forecast_before;
}

}  // namespace

std::optional<int64_t> IndexationOf(int64_t wage_share, const IndexYear& before, const IndexYear& year) {
  // Of what is no part of the price nothing needs to be known.
  const auto wages = wage_share == 0 ? 0 : RiseOf(year.wages_forecast, before.wages, before.wages_forecast);
  const auto material = wage_share == kWhole ? 0 : RiseOf(year.material_forecast, before.material, before.material_forecast);
  if (!wages || !material) return std::nullopt;
  return MulDiv(wage_share * *wages + (kWhole - wage_share) * *material, 1, kWhole);
}

Cents Indexed(Cents price, int64_t rise) { return MulDiv(price, kWhole + rise, kWhole); }

}  // namespace nmd::contracts
