// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_CONTRACTS_INDEXATION_H_
#define NMD_SERVICES_CONTRACTS_INDEXATION_H_

#include <cstdint>
#include <optional>

#include "services/core/money.h"

// By how much prices rise with the year, as the standard contract has it (domain-standards 7.4, article 3.2): separately for
// wages and material costs the forecast for the year, and what the forecast of the year before turned out to be wrong; weighed
// by the share of wages in the price. Pure. Percentages are in thousandths: 2,5 percent is 2500.
namespace nmd::contracts {

// Ids of the indicators that tell it; each is about a calendar year.
inline constexpr char kWagesForecast[] = "index_lonen_raming";
inline constexpr char kWages[] = "index_lonen";
inline constexpr char kMaterialForecast[] = "index_materieel_raming";
inline constexpr char kMaterial[] = "index_materieel";

// What is known of the indexes of a calendar year.
struct IndexYear {
  std::optional<int64_t> wages_forecast, wages, material_forecast, material;
};

// The rise on 1 January of `year`, rounded half away from zero to a thousandth of a percent; absent when a figure is missing.
// `wage_share` of 90 percent is 90000.
std::optional<int64_t> IndexationOf(int64_t wage_share, const IndexYear& before, const IndexYear& year);

// A price after a rise, rounded half away from zero to a whole cent.
Cents Indexed(Cents price, int64_t rise);

}  // namespace nmd::contracts

#endif  // NMD_SERVICES_CONTRACTS_INDEXATION_H_
