// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_COSTS_EXTERNAL_H_
#define NMD_SERVICES_COSTS_EXTERNAL_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "services/costs/ledger.h"
#include "services/costs/records.h"
#include "services/platform/caller.h"
#include "services/platform/clock.h"

namespace nmd {
class Router;
}
namespace nmd::internal::v1 {
class SeriesCounterpart;
}
namespace nmd::costs::v1 {
class ExternalValue;
class ListExternalSeriesRequest;
class ListExternalSeriesResponse;
class QueryExternalSeriesRequest;
class QueryExternalSeriesResponse;
}  // namespace nmd::costs::v1

// Figures of others next to our own (R16, R20, R21, R35, R60, R65, R67, R145): every value as it was printed, with its unit,
// its vintage and, when it was withdrawn, since when and why.
namespace nmd::costs {

class Catalogue;
class Costs;

// Every vintage of every value, also of budget lines, in order of what it is about, period and vintage. Of two statements of
// one vintage the one known last holds; one that only says that a value was withdrawn leaves the value. Pure.
std::vector<ExternalFact> Vintages(const KnownRecords& known);

// Whether two values are about the same but for their period; and whether for the same period too, so that they are vintages.
bool SameSeries(const ExternalFact& a, const ExternalFact& b);
bool SameSubject(const ExternalFact& a, const ExternalFact& b);

// "22%", "€ 5.229.670", "12,5 per 1000"; "niet getoond" without a value.
std::string PrintedText(const ExternalFact& value);

// Which own figure stands beside which values.
using Counterparts = google::protobuf::RepeatedPtrField<internal::v1::SeriesCounterpart>;

// FAILED_PRECONDITION with all faults at once: measures and dimensions that are not there or do not go together.
absl::Status CheckCounterparts(const Counterparts& counterparts, const Catalogue& catalogue);

// nmd.costs.v1.ExternalSeriesService; contracts in external.proto. Thread safety: as Costs.
class ExternalSeriesBook {
 public:
  // `costs` and `clock` must outlive this. REQUIRES: CheckCounterparts is OK.
  ExternalSeriesBook(Costs& costs, const Clock& clock, Counterparts counterparts);
  ~ExternalSeriesBook();
  ExternalSeriesBook(const ExternalSeriesBook&) = delete;
  ExternalSeriesBook& operator=(const ExternalSeriesBook&) = delete;

  absl::StatusOr<v1::ListExternalSeriesResponse> ListExternalSeries(const Caller& caller,
                                                                    const v1::ListExternalSeriesRequest& request);
  // Cost: that of a question for every value that has a counterpart.
  absl::StatusOr<v1::QueryExternalSeriesResponse> QueryExternalSeries(const Caller& caller,
                                                                      const v1::QueryExternalSeriesRequest& request);

  // What others said about wijken or buurten (`level`) over a period that overlaps one of these, by code of the area: the
  // newest vintages that have an own figure to stand beside, with it.
  absl::StatusOr<std::map<std::string, std::vector<v1::ExternalValue>>> BesideAreas(const Caller& caller,
                                                                                    absl::string_view level,
                                                                                    absl::Span<const nmd::Period> periods,
                                                                                    absl::Time known);

 private:
  // Hands over every value that is wanted, of which the second argument says whether it is the newest vintage, in order of what
  // it is about. Errors: RESULT_TOO_LARGE.
  absl::Status Collect(const Caller& caller, absl::Time known, absl::FunctionRef<bool(const ExternalFact&, bool)> wanted,
                       absl::FunctionRef<void(const ExternalFact&, v1::ExternalValue)> take);
  const internal::v1::SeriesCounterpart* CounterpartOf(const ExternalFact& value) const;
  // Puts the own figure beside the value, as known at the time.
  absl::Status AddCounterpart(const Caller& caller, const ExternalFact& value, absl::Time known, v1::ExternalValue* to);

  Costs& costs_;
  const Clock& clock_;
  const Counterparts counterparts_;
};

// Binds every method of nmd.costs.v1.ExternalSeriesService. `book` must outlive the router's last call.
void BindExternalSeries(ExternalSeriesBook* book, Router* router);

}  // namespace nmd::costs

#endif  // NMD_SERVICES_COSTS_EXTERNAL_H_
