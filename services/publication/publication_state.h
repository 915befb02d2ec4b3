// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_PUBLICATION_PUBLICATION_STATE_H_
#define NMD_SERVICES_PUBLICATION_PUBLICATION_STATE_H_

#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "nmd/internal/v1/publication_events.pb.h"
#include "nmd/publication/v1/agreement.pb.h"
#include "nmd/publication/v1/release.pb.h"
#include "nmd/publication/v1/statement.pb.h"
#include "services/platform/journal.h"
#include "services/publication/ledger.h"

namespace nmd::publication {

// Kinds of the journal of a municipality; payloads are in publication_events.proto.
inline constexpr absl::string_view kAgreementKind = "agreement", kReleaseKind = "release", kDeliveryKind = "statement_delivery",
                                   kRedeliverKind = "redeliver";

// A release as it stands, with what was judged.
struct StoredRelease {
  v1::Release release;  // Without deliveries and publication.
  v1::Publication publication;
  LedgerTable table;
  int64_t judged_releases = 0;
};

// Something that was said, and to whom it goes.
struct SaidStatement {
  v1::SignedStatement statement;
  std::string id;
  std::set<std::string> audiences;
  google::protobuf::Timestamp made_time;
};

// What one recipient did with a statement.
struct Receipt {
  bool received = false;
  google::protobuf::Timestamp received_time;
  std::string detail;
};

// Everything publication knows in a municipality: the fold over its journal. Not thread-safe.
struct PublicationState {
  // By name, versions in the order they were proposed; version n stands at n - 1.
  std::map<std::string, std::vector<v1::AgreementVersion>> agreements;
  std::deque<StoredRelease> releases;                          // In the order they were proposed.
  std::map<std::string, size_t> release_of;                    // By number of the publication.
  std::vector<size_t> released;                                // What was ever published, in order; withdrawn ones too.
  std::map<int64_t, SaidStatement> statements;                 // By sequence.
  std::map<std::string, std::map<int64_t, Receipt>> receipts;  // By recipient and sequence.

  // DATA_LOSS STORE_DAMAGED when a record cannot be read or is about something that is not there; other kinds are passed over.
  absl::Status Apply(absl::string_view kind, absl::string_view payload);

  // The version that holds, or held last; null: the agreement was never approved.
  const v1::AgreementVersion* InForceVersion(const std::string& agreement) const;
  // Null: there is none.
  const v1::AgreementVersion* Version(const std::string& agreement, int64_t number) const;
  int64_t NextSequence() const { return statements.empty() ? 1 : statements.rbegin()->first + 1; }
  // "gm1730-2018-0007": the next number of the year.
  std::string NextNumber(absl::string_view municipality, int year) const;
  // Tables of everything ever published, in order.
  std::vector<const LedgerTable*> Ledger() const;
  // The first statement the recipient of this audience did nothing with yet; end(): none.
  std::map<int64_t, SaidStatement>::const_iterator NextFor(const std::string& recipient, const std::string& audience) const;

 private:
  absl::Status ApplyAgreement(const internal::v1::AgreementRecord& record);
  absl::Status ApplyRelease(const internal::v1::ReleaseRecord& record);
  absl::Status Say(const v1::SignedStatement& statement, std::set<std::string> audiences);
};

// The table of a publication with the values it hides. REQUIRES: as many values as cells times measures.
LedgerTable LedgerTableOf(const v1::Publication& publication, const internal::v1::LedgerValues& values,
                          const v1::TableRule& rule);

}  // namespace nmd::publication

#endif  // NMD_SERVICES_PUBLICATION_PUBLICATION_STATE_H_
