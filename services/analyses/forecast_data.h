// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_ANALYSES_FORECAST_DATA_H_
#define NMD_SERVICES_ANALYSES_FORECAST_DATA_H_

#include <cstdint>
#include <functional>
#include <vector>

#include "services/analyses/forecast.h"
#include "services/core/date.h"
#include "services/costs/care.h"

// From courses of care to sums per month and moment. Pure.
//
// What was known at an earlier moment is told by the day on which a version of an allocation was assigned and a claim was
// dated, not by the day its file came in: so the back-test of today does not depend on when an instance began to receive files.
namespace nmd::analyses {

// What a forecast is about.
struct DataScope {
  std::vector<uint32_t> courses;  // Ascending.
  // Whether claims of no course and allocations that never existed are in it, by law, category, product and provider. When
  // not callable none is: of those nothing else is known.
  std::function<bool(uint8_t law, costs::Word category, costs::Word product, costs::Word provider)> keeps_loose;
};

// What a question looks at: months that are over, or also what becomes of what was allocated (Viewpoint::kept) and how that
// went before (ForecastData::before), which are left empty otherwise.
enum class Look { kBack, kAhead };

// `today` is the day of K. Cost: a tenth of a microsecond per month of every version of an allocation that reaches into the
// window, twice of that to look ahead, and some nanoseconds per course and claim.
ForecastData MakeForecastData(const costs::CareBook& book, const DataScope& scope, Day today, Look look);

// What care that runs is made of: over the months [from, until), by law, product and unit (Stede Broec's formula).
struct Driver {
  uint8_t law = 0;
  costs::Word product = nullptr, unit = nullptr;
  int64_t clients = 0;
  double months = 0;  // Client-months, by days.
  double units = 0;   // Of the volume; 0 of budgets and totals in euros.
  Cents amount = 0;
};
// Greatest amount first.
std::vector<Driver> MakeDrivers(const costs::CareBook& book, const std::vector<uint32_t>& courses, Month from, Month until);

}  // namespace nmd::analyses

#endif  // NMD_SERVICES_ANALYSES_FORECAST_DATA_H_
