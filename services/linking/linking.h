// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_LINKING_LINKING_H_
#define NMD_SERVICES_LINKING_LINKING_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "nmd/ingestion/v1/ingestion.pb.h"
#include "nmd/linking/v1/linking.pb.h"
#include "services/linking/derive.h"
#include "services/linking/link_state.h"
#include "services/linking/vault.h"
#include "services/platform/caller.h"
#include "services/platform/clock.h"
#include "services/platform/crypto.h"
#include "services/platform/journal.h"
#include "services/platform/mutex.h"
#include "services/platform/peer.h"

namespace nmd::linking {

struct LinkingOptions {
  std::string municipality;  // "gm1730".
  int institution_size = 12;
};

// Who is who: follows the person records of ingestion, keeps them sealed, and publishes pseudonymous clients and households.
//
// A client id is "c" and 20 digits of a keyed hash: of the BSN when it is valid, else of the person_key. A household id is
// "h" and 20 digits of a keyed hash of the address. So ids do not depend on the order of arrival, and two valid BSNs never
// get one client.
//
// Every step writes the cursor, the sealed records and all that follows from them in one Append: a crash anywhere repeats
// the step and changes nothing.
//
// Thread safety: all methods may be called from any thread.
class Linking {
 public:
  // The references must outlive this. Call Load first.
  Linking(Journal& journal, const Clock& clock, const Peer& ingestion, const Key& service_key, LinkingOptions options);
  Linking(const Linking&) = delete;
  Linking& operator=(const Linking&) = delete;

  // Folds the journal, from its checkpoint on. Errors: DATA_LOSS STORE_DAMAGED.
  absl::Status Load();

  // One step of the follower: asks ingestion for what comes after the cursor, waiting a few seconds at the tail, and takes
  // it in. Errors: those of the peer and of the journal; nothing has changed then.
  absl::Status Follow();

  // So that the next start is fast. Also made on the way, when the journal has grown enough since the last one.
  absl::Status SaveCheckpoint();

  // LinkingService, as linking.proto describes it. UNAVAILABLE UNAVAILABLE_NOW while the store cannot be read.
  absl::StatusOr<v1::ListLinksResponse> ListLinks(const Caller& caller, const v1::ListLinksRequest& request) const;
  absl::StatusOr<v1::LinkSummary> GetLinkSummary(const Caller& caller, const v1::GetLinkSummaryRequest& request) const;
  absl::StatusOr<v1::ExplainClientResponse> ExplainClient(const Caller& caller, const v1::ExplainClientRequest& request) const;

 private:
  absl::Status LoadLocked() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status Fold(const JournalRecord& record) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status Take(const ingestion::v1::ListPersonRecordsResponse& answer) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status CheckLoaded() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status SaveCheckpointLocked() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  JournalRecord NewRecord(absl::string_view kind, std::string payload) const;

  Journal& journal_;
  const Clock& clock_;
  const Peer& ingestion_;
  const LinkingOptions options_;
  const Vault vault_;
  const Key client_key_;
  const Key household_key_;
  const DeriveOptions derive_options_;

  mutable Mutex mutex_;
  LinkState state_ ABSL_GUARDED_BY(mutex_);
  // False before Load, and after a write that failed half way: the state is then no longer what the journal says.
  bool loaded_ ABSL_GUARDED_BY(mutex_) = false;
  // How far the journal is in the state.
  int64_t journal_sequence_ ABSL_GUARDED_BY(mutex_) = 0;
  int64_t checkpoint_sequence_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace nmd::linking

#endif  // NMD_SERVICES_LINKING_LINKING_H_
