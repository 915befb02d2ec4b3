// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_PUBLICATION_REGION_H_
#define NMD_SERVICES_PUBLICATION_REGION_H_

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "nmd/internal/v1/config.pb.h"
#include "nmd/publication/v1/open_data.pb.h"
#include "nmd/publication/v1/region.pb.h"
#include "nmd/publication/v1/region_answers.pb.h"
#include "nmd/publication/v1/release.pb.h"
#include "nmd/publication/v1/statement.pb.h"
#include "services/platform/caller.h"
#include "services/platform/clock.h"
#include "services/platform/journal.h"
#include "services/platform/mutex.h"
#include "services/publication/region_file.h"
#include "services/publication/region_merge.h"
#include "services/publication/statement.h"

namespace nmd::publication {

// Kind of a journal record: RegionalReleaseRecord.
inline constexpr absl::string_view kRegionalReleaseKind = "regional_release";

// The region: takes what its members say, keeps it as they said it, and answers from it. State is a fold over the journal, in
// which a statement is the bytes that came; every version stays, and so do withdrawals and what was refused.
//
// Nothing waits for a member: an answer is of the members that published, says how many those are and per member why it is not
// there (R10, F-27). Order is by sequence and time is that of the region, so the clock of a member does not matter. A statement
// is old when its subject has a newer one: of agreements the version, of tables the same table, period and audience.
//
// What the region gives to the public is made of what members published to the public themselves and still agree to, and of
// shown cells only: it tells no more than these tables do, which region_public.h proves for each. One person proposes such a
// table and somebody else approves it, as it is then; the public reads that and nothing else, until it is replaced, taken back,
// or a member takes back what is in it.
//
// Thread-safe. Merging and proving happen outside the lock.
class Region {
 public:
  struct Options {
    std::string municipality;  // Of the region, as in names. Example: "nmd".
    std::string audience;      // Example: "regio".
    std::vector<internal::v1::MemberConfig> members;
    RegionRules rules;
  };
  // Replays the journal. Errors: FAILED_PRECONDITION naming a member whose keys or names are no good, those of the journal.
  static absl::StatusOr<std::unique_ptr<Region>> Open(Options options, Journal& journal, const Clock& clock);

  absl::StatusOr<v1::ReceiveStatementResponse> ReceiveStatement(const Caller& caller,
                                                                const v1::ReceiveStatementRequest& request);
  absl::StatusOr<v1::ListMembersResponse> ListMembers(const Caller& caller, const v1::ListMembersRequest& request) const;
  absl::StatusOr<v1::ListStatementsResponse> ListStatements(const Caller& caller,
                                                            const v1::ListStatementsRequest& request) const;

  // ReleaseService, of tables of the region for the public; region_releases.cc.
  absl::StatusOr<v1::Release> ProposeRelease(const Caller& caller, const v1::ProposeReleaseRequest& request);
  absl::StatusOr<v1::Release> ApproveRelease(const Caller& caller, const v1::ApproveReleaseRequest& request);
  absl::StatusOr<v1::Release> RefuseRelease(const Caller& caller, const v1::RefuseReleaseRequest& request);
  absl::StatusOr<v1::Release> WithdrawRelease(const Caller& caller, const v1::WithdrawReleaseRequest& request);
  absl::StatusOr<v1::Release> GetRelease(const Caller& caller, const v1::GetReleaseRequest& request) const;
  absl::StatusOr<v1::ListReleasesResponse> ListReleases(const Caller& caller, const v1::ListReleasesRequest& request) const;

  // The longest time since a member said something, of those that ever did; zero when none did.
  absl::Duration LongestSilence() const;
  // How many members never said anything.
  int64_t Unheard() const;

  // region_tables.cc.
  absl::StatusOr<v1::ListRegionalTablesResponse> ListRegionalTables(const Caller& caller,
                                                                    const v1::ListRegionalTablesRequest& request) const;
  absl::StatusOr<v1::RegionalTable> GetRegionalTable(const Caller& caller, const v1::GetRegionalTableRequest& request) const;
  absl::StatusOr<v1::CompareMembersResponse> CompareMembers(const Caller& caller,
                                                            const v1::CompareMembersRequest& request) const;
  absl::StatusOr<v1::AssessMarketResponse> AssessMarket(const Caller& caller, const v1::AssessMarketRequest& request) const;
  absl::StatusOr<v1::ListRegionalCeilingsResponse> ListRegionalCeilings(const Caller& caller,
                                                                        const v1::ListRegionalCeilingsRequest& request) const;

  // What the public gets, newest first; without cells. region_open_data.cc.
  std::vector<v1::Dataset> OpenDatasets() const;
  // One of them with its cells, unless it was taken back. Errors: NOT_FOUND.
  absl::StatusOr<v1::Dataset> FindOpenDataset(const std::string& name) const;

 private:
  // A statement that came, taken or refused.
  struct Received {
    int64_t journal_sequence = 0;
    int64_t received = 0;  // Microseconds since 1970.
    std::string municipality, id, content, subject, refusal, refusal_text, hash;
    int64_t sequence = 0;
  };
  struct KnownAgreement {
    v1::Agreement agreement;
    int64_t received = 0, sequence = 0;
  };
  struct KnownPublication {
    std::shared_ptr<const v1::Publication> publication;
    std::string filters;  // Of the table's rule when it was published: tables with others count something else.
    int64_t received = 0, sequence = 0;
  };
  struct KnownWithdrawal {
    int64_t received = 0;
    std::string reason;
  };
  struct Member {
    internal::v1::MemberConfig config;
    std::vector<PublicKey> keys;
    std::map<std::string, Received> statements;                     // Taken, by id.
    std::set<int64_t> sequences;                                    // Of those.
    std::map<std::string, std::vector<KnownAgreement>> agreements;  // By name, oldest first.
    std::vector<KnownPublication> publications;                     // In the order they were taken.
    std::map<std::string, KnownWithdrawal> withdrawals;             // By number of the publication.
    std::string last_statement;
    int64_t last_sequence = 0, last_received = 0;
    int64_t refused = 0;
    std::string last_refusal, last_refused_hash;
  };
  // What a member has about a table and a period.
  struct Choice {
    v1::TableMember member;
    std::shared_ptr<const v1::Publication> publication;  // Null unless PUBLISHED.
    std::string filters;
  };
  struct TableQuestion {
    std::string table;
    type::Period period;
    int64_t known = 0;
    bool is_public = false;
  };

  // A table for the public that somebody proposed, as it was then.
  struct PublicRelease {
    v1::Release release;
    v1::RegionalTable table;
  };
  // What the public has of a table and a period: the newest that was released, and why it cannot be read any more; empty: it
  // can.
  struct PublicState {
    const PublicRelease* release = nullptr;
    std::string taken_back;
    google::protobuf::Timestamp taken_back_time;
  };

  Region(Options options, std::vector<Member> members, Journal& journal, const Clock& clock)
      : options_(std::move(options)), journal_(journal), clock_(clock), members_(std::move(members)) {}

  absl::Status Replay();
  // Adds what was taken to the state.
  void Apply(const v1::Statement& statement, Received received, Member* member) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Whether a statement of this member may be taken. OK with `repeated` set when it was taken before.
  absl::Status Judge(const Member& member, const v1::Statement& statement, const std::string& hash, bool* repeated) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status JudgeAgreement(const Member& member, const v1::Agreement& agreement, int64_t sequence) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status JudgePublication(const Member& member, const v1::Publication& publication, int64_t sequence) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Keeps and logs that something was refused, once for the same bytes in a row, and returns why.
  absl::Status Refuse(const Caller& caller, Member* member, const v1::SignedStatement& statement, absl::Status why)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool Reads(absl::string_view audience) const;

  // Folds a record of a release in; DATA_LOSS STORE_DAMAGED when it cannot be.
  absl::Status ApplyRelease(const std::string& payload) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status RecordRelease(const v1::Release& release, const v1::RegionalTable* table, const Caller& caller)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::StatusOr<const PublicRelease*> FindRelease(const std::string& name) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  PublicState PublicStateOf(const TableQuestion& question) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Of every table and period that was ever released to the public.
  std::vector<TableQuestion> PublicQuestions() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::StatusOr<v1::RegionalTable> ReadAsPublic(const TableQuestion& question) const ABSL_LOCKS_EXCLUDED(mutex_);

  // Which audience the caller asks about, or may ask about.
  absl::StatusOr<bool> AsksAsPublic(const Caller& caller, const std::string& audience) const;
  int64_t KnownAt(const google::protobuf::Timestamp* known_time) const;
  Choice Choose(const Member& member, const TableQuestion& question) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  const KnownAgreement* CoveringAgreement(const Member& member, const TableQuestion& question) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  std::vector<Choice> ChooseAll(const TableQuestion& question) const ABSL_LOCKS_EXCLUDED(mutex_);
  // What members that are not part of `table` spent of a measure of it, from other tables about the same that show its total.
  struct Elsewhere {
    int64_t cents = 0;
    bool known = true;  // False: of a member nobody can tell.
  };
  Elsewhere SpentElsewhere(const TableQuestion& question, const v1::RegionalTable& table, int measure) const
      ABSL_LOCKS_EXCLUDED(mutex_);
  // The table as far as members published it. NOT_FOUND when no member ever did.
  absl::StatusOr<v1::RegionalTable> Together(const TableQuestion& question) const;

  const Options options_;
  Journal& journal_;
  const Clock& clock_;
  mutable Mutex mutex_;
  std::vector<Member> members_ ABSL_GUARDED_BY(mutex_);
  std::vector<Received> received_ ABSL_GUARDED_BY(mutex_);      // Oldest first; refused ones too.
  std::deque<PublicRelease> releases_ ABSL_GUARDED_BY(mutex_);  // In the order they were proposed.
};

}  // namespace nmd::publication

#endif  // NMD_SERVICES_PUBLICATION_REGION_H_
