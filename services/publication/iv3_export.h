// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_PUBLICATION_IV3_EXPORT_H_
#define NMD_SERVICES_PUBLICATION_IV3_EXPORT_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "nmd/publication/v1/open_data.pb.h"
#include "services/platform/caller.h"
#include "services/platform/clock.h"
#include "services/platform/peer.h"

namespace google::api {
class HttpBody;
}

namespace nmd::publication {

// OpenDataService.ExportIv3 of a municipality: asks costs what the ledger booked per task field (formats/iv3.h). Errors:
// FIELDS_INVALID with every fault, FAILED_PRECONDITION TABLE_NOT_COUNTED when no ledger of the period was delivered, those of
// costs.
absl::StatusOr<google::api::HttpBody> ExportIv3(const Peer& costs, absl::string_view municipality, const Clock& clock,
                                                const Caller& caller, const v1::ExportIv3Request& request);

}  // namespace nmd::publication

#endif  // NMD_SERVICES_PUBLICATION_IV3_EXPORT_H_
