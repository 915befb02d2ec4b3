// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_PUBLICATION_PUBLICATION_H_
#define NMD_SERVICES_PUBLICATION_PUBLICATION_H_

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "google/protobuf/message.h"
#include "nmd/publication/v1/agreement.pb.h"
#include "nmd/publication/v1/open_data.pb.h"
#include "nmd/publication/v1/publication.pb.h"
#include "nmd/publication/v1/release.pb.h"
#include "services/platform/caller.h"
#include "services/platform/clock.h"
#include "services/platform/journal.h"
#include "services/platform/mutex.h"
#include "services/platform/peer.h"
#include "services/publication/draft.h"
#include "services/publication/publication_state.h"
#include "services/publication/statement.h"

namespace nmd::publication {

// Where statements for an audience go.
struct Recipient {
  std::string audience;      // "regio".
  std::string municipality;  // "nmd".

  // The recipient in the journal.
  std::string Key() const { return absl::StrCat(audience, " ", municipality); }
};

// Agreements, releases and their delivery in a municipality. State is a fold over the journal; what is said is signed and
// stands in it in the same Append as the act that said it. Thread-safe. Errors: as the protos say per method, and those of
// costs and journal.
class Publication {
 public:
  // Replays the journal. Everything but the recipients must outlive this.
  static absl::StatusOr<std::unique_ptr<Publication>> Open(std::string municipality, Journal& journal, const Clock& clock,
                                                           const Peer& costs, const Signer& signer,
                                                           std::vector<Recipient> recipients);

  // PublicationService. A preview protects and attacks as a proposal does; it stores nothing.
  absl::StatusOr<v1::ListAgreementsResponse> ListAgreements(const Caller& caller,
                                                            const v1::ListAgreementsRequest& request) const;
  absl::StatusOr<v1::PreviewPublicationResponse> PreviewPublication(const Caller& caller,
                                                                    const v1::PreviewPublicationRequest& request) const;

  // AgreementService; publication_agreements.cc.
  absl::StatusOr<v1::AgreementVersion> ProposeAgreement(const Caller& caller, const v1::ProposeAgreementRequest& request);
  absl::StatusOr<v1::AgreementVersion> ApproveAgreement(const Caller& caller, const v1::ApproveAgreementRequest& request);
  absl::StatusOr<v1::AgreementVersion> RefuseAgreement(const Caller& caller, const v1::RefuseAgreementRequest& request);
  absl::StatusOr<v1::AgreementVersion> EndAgreement(const Caller& caller, const v1::EndAgreementRequest& request);
  absl::StatusOr<v1::ListAgreementVersionsResponse> ListAgreementVersions(
      const Caller& caller, const v1::ListAgreementVersionsRequest& request) const;

  // ReleaseService; publication_releases.cc.
  absl::StatusOr<v1::Release> ProposeRelease(const Caller& caller, const v1::ProposeReleaseRequest& request);
  absl::StatusOr<v1::Release> ApproveRelease(const Caller& caller, const v1::ApproveReleaseRequest& request);
  absl::StatusOr<v1::Release> RefuseRelease(const Caller& caller, const v1::RefuseReleaseRequest& request);
  absl::StatusOr<v1::Release> WithdrawRelease(const Caller& caller, const v1::WithdrawReleaseRequest& request);
  absl::StatusOr<v1::Release> GetRelease(const Caller& caller, const v1::GetReleaseRequest& request) const;
  absl::StatusOr<v1::ListReleasesResponse> ListReleases(const Caller& caller, const v1::ListReleasesRequest& request) const;
  absl::StatusOr<v1::RedeliverStatementsResponse> RedeliverStatements(const Caller& caller,
                                                                      const v1::RedeliverStatementsRequest& request);

  // What was released to the public, newest first, with what was taken back; without cells. publication_open_data.cc.
  std::vector<v1::Dataset> OpenDatasets() const;
  // One of them with its cells, unless it was taken back. NOT_FOUND for everything else, whatever was released to others.
  absl::StatusOr<v1::Dataset> FindOpenDataset(const std::string& name) const;

  // One step of the delivery to a recipient (a position in the list of Open): sends the first statement it has not taken or
  // refused, and writes down what became of it; waits up to `wait` when there is none. An error means that it was not told
  // whether the statement arrived, so that the next step sends it again: the recipient takes the same statement once.
  absl::Status Deliver(size_t recipient, const Peer& peer, absl::Duration wait);

  // How long ago the oldest statement was said that some recipient has not received, refused ones too; zero: there is none.
  absl::Duration OldestUndelivered() const;

 private:
  Publication(std::string municipality, Journal& journal, const Clock& clock, const Peer& costs, const Signer& signer,
              std::vector<Recipient> recipients);

  // A question for a table of an agreement, and the table it becomes. REQUIRES: whole months.
  struct Asked {
    std::string agreement, table, audience;
    type::Period period;
    const google::protobuf::Timestamp* known_time = nullptr;  // Null: now.
  };
  struct Made {
    Draft draft;
    int64_t agreement_version = 0;
    int64_t judged_releases = 0;
    v1::Merging merging;    // Of a preview; empty when the rule does not merge.
    v1::Rounding rounding;  // The same of a rule that rounds.
  };
  // Holds the lock only to read agreement and ledger: counting and proving take seconds.
  // `compare`: also what hiding would do where the rule merges or rounds.
  absl::StatusOr<Made> Make(const Caller& caller, const Asked& asked, bool compare) const;

  std::string parent() const { return absl::StrCat("municipalities/", municipality_); }
  // Of a statement that is about to be said.
  v1::Statement NewStatement() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Appends one record and folds it in.
  absl::Status Record(absl::string_view kind, const google::protobuf::Message& record, const Caller& caller)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // The release with its deliveries, as this caller may see it.
  v1::Release Told(const StoredRelease& stored, const Caller& caller) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::StatusOr<StoredRelease*> FindRelease(const std::string& name) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::StatusOr<v1::AgreementVersion> FindVersion(const std::string& name) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::string municipality_;
  Journal& journal_;
  const Clock& clock_;
  const Peer& costs_;
  const Signer& signer_;
  const std::vector<Recipient> recipients_;

  mutable Mutex mutex_;
  PublicationState state_ ABSL_GUARDED_BY(mutex_);
  int64_t last_sequence_ ABSL_GUARDED_BY(mutex_) = 0;
  // Why the last try failed, by recipient; gone after a restart.
  std::map<std::string, std::string> unreachable_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace nmd::publication

#endif  // NMD_SERVICES_PUBLICATION_PUBLICATION_H_
