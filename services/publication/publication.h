// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_PUBLICATION_PUBLICATION_H_
#define NMD_SERVICES_PUBLICATION_PUBLICATION_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "nmd/publication/v1/publication.pb.h"
#include "services/platform/caller.h"
#include "services/platform/clock.h"
#include "services/platform/peer.h"

namespace nmd::publication {

// Protects the tables of sharing agreements. Holds no state of its own but the agreements; immutable and thread-safe.
// Errors: as publication.proto says per method, and those of the costs service.
class Publication {
 public:
  // `agreements` as ReadAgreements gives them. `costs` and `clock` must outlive this.
  Publication(std::vector<v1::Agreement> agreements, const Peer& costs, const Clock& clock);

  absl::StatusOr<v1::ListAgreementsResponse> ListAgreements(const Caller& caller,
                                                            const v1::ListAgreementsRequest& request) const;
  // Asks costs one question per subset of the table's dimensions, so that every total is counted again and never summed.
  // Cells come in the order of the dimension values, a total after its parts.
  absl::StatusOr<v1::PreviewPublicationResponse> PreviewPublication(const Caller& caller,
                                                                    const v1::PreviewPublicationRequest& request) const;

 private:
  const std::vector<v1::Agreement> agreements_;
  const Peer& costs_;
  const Clock& clock_;
};

}  // namespace nmd::publication

#endif  // NMD_SERVICES_PUBLICATION_PUBLICATION_H_
