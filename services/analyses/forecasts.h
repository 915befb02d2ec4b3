// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_ANALYSES_FORECASTS_H_
#define NMD_SERVICES_ANALYSES_FORECASTS_H_

#include "absl/status/statusor.h"
#include "services/costs/costs.h"
#include "services/platform/caller.h"
#include "services/platform/clock.h"
#include "services/platform/router.h"

namespace nmd::costs::v1 {
class CompareTariffsRequest;
class CompareTariffsResponse;
class EstimateOutstandingRequest;
class EstimateOutstandingResponse;
class ForecastYearRequest;
class ForecastYearResponse;
class QueryObligationsRequest;
class QueryObligationsResponse;
}  // namespace nmd::costs::v1

namespace nmd::analyses {

// nmd.costs.v1.ForecastsService; contracts in forecast.proto, formulas in the kernels (obligations.h, ladder.h, forecast.h,
// old_tariffs.h) and forecast.md.
//
// Thread safety: all methods may be called from any thread. An answer depends on what was known at the known time and on the
// request, draws by chance included.
class Forecasts {
 public:
  // Both must outlive this.
  Forecasts(costs::Costs& costs, const Clock& clock) : costs_(costs), clock_(clock) {}

  absl::StatusOr<costs::v1::QueryObligationsResponse> QueryObligations(const Caller& caller,
                                                                       const costs::v1::QueryObligationsRequest& request);
  absl::StatusOr<costs::v1::EstimateOutstandingResponse> EstimateOutstanding(
      const Caller& caller, const costs::v1::EstimateOutstandingRequest& request);
  absl::StatusOr<costs::v1::ForecastYearResponse> ForecastYear(const Caller& caller,
                                                               const costs::v1::ForecastYearRequest& request);
  absl::StatusOr<costs::v1::CompareTariffsResponse> CompareTariffs(const Caller& caller,
                                                                   const costs::v1::CompareTariffsRequest& request);

 private:
  costs::Costs& costs_;
  const Clock& clock_;
};

// Binds every method of the service. `forecasts` must outlive the router's last call.
void BindForecasts(Forecasts* forecasts, Router* router);

}  // namespace nmd::analyses

#endif  // NMD_SERVICES_ANALYSES_FORECASTS_H_
