// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_PUBLICATION_FORMATS_ODATA_H_
#define NMD_SERVICES_PUBLICATION_FORMATS_ODATA_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "nmd/publication/v1/open_data.pb.h"

namespace nmd::publication::formats {

// Most rows of one answer; the rest is behind @odata.nextLink.
inline constexpr int64_t kODataPage = 10'000;

struct ODataAnswer {
  std::string media_type, body;
};

// A dataset as OData 4.0 (JSON, minimal metadata), in the shape of StatLine of Statistics Netherlands: a row of Observations
// per value, beside it MeasureCodes, Dimensions, Properties and the codes of each dimension. `Value` is null where there is no
// value, and ValueAttribute says why: "None" (there is one), "Suppressed", "NotRegistered", "NotAvailable", "NotComparable".
//
// `path` is what stands behind the dataset: "" (service document), "$metadata", "Observations", "Observations/$count",
// "Observations(12)". Addresses in answers are relative to the one that was asked.
//
// Errors: NOT_FOUND for a path that is none of these; INVALID_ARGUMENT and UNIMPLEMENTED whose text begins with the option and
// a colon. Pure; REQUIRES a dataset with its publication. Cost: that of writing all rows of the set.
absl::StatusOr<ODataAnswer> AnswerOData(const v1::Dataset& dataset, absl::string_view path,
                                        const v1::ReadODataRequest& options);

}  // namespace nmd::publication::formats

#endif  // NMD_SERVICES_PUBLICATION_FORMATS_ODATA_H_
