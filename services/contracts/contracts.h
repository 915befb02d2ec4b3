// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_CONTRACTS_CONTRACTS_H_
#define NMD_SERVICES_CONTRACTS_CONTRACTS_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "nmd/contracts/v1/contracts.pb.h"
#include "nmd/contracts/v1/dossiers.pb.h"
#include "nmd/contracts/v1/proposals.pb.h"
#include "nmd/contracts/v1/provider.pb.h"
#include "nmd/contracts/v1/reconciliation.pb.h"
#include "nmd/internal/v1/contracts_events.pb.h"
#include "services/contracts/account_ledger.h"
#include "services/contracts/contract_book.h"
#include "services/contracts/item_feed.h"
#include "services/contracts/live_account.h"
#include "services/contracts/reconcile.h"
#include "services/contracts/signal_checks.h"
#include "services/contracts/signal_rules.h"
#include "services/platform/caller.h"
#include "services/platform/clock.h"
#include "services/platform/journal.h"
#include "services/platform/mutex.h"
#include "services/platform/parking.h"
#include "services/platform/peer.h"

namespace nmd::contracts {

// Contracts, the accounts of providers, and what those say about the contracts. State is a fold over the journal: pages of
// ingestion's feed with their cursor, written in one Append (a crash anywhere repeats a page and changes nothing), every
// change of a signal and of a proposal, what both sides said about items, and what providers said they delivered.
//
// Signals are judged on the accounts as known at the known time of the newest fact, so that the same facts give the same
// signals whenever they are read: when somebody lists them, and as soon as the feed has no more, again while costs, which
// follows the same feed in its own time, is not as far. They close by themselves when a rule no longer holds, and say why;
// where costs has no answer a signal stays as it is. Rules are data (signal_rules.h), what they look at is in signals.h and
// signal_checks.h.
//
// A journal of an earlier edition, which kept less of the facts, is read as far as it goes: signals stay, and facts are asked
// for again from the beginning of the feed; until that is as far as it was, no signal is judged. There is no checkpoint: a fold
// of ten years of a municipality takes less than a second (decision 92).
//
// Errors: as contracts.proto says per method, those of the journal, and those of costs.
// Thread-safe. Never calls a peer while it holds the lock of its state.
class Contracts {
 public:
  // Replays the journal. What is passed by reference must outlive this.
  static absl::StatusOr<std::unique_ptr<Contracts>> Open(std::string municipality, SignalRules rules, Journal& journal,
                                                         const Clock& clock, const Peer& ingestion, const Peer& costs);

  // One step of following ingestion's feed of facts; waits up to wait_seconds at its tail.
  absl::Status Follow(int wait_seconds);

  // contracts_register.cc.
  absl::StatusOr<v1::ListContractsResponse> ListContracts(const Caller& caller, const v1::ListContractsRequest& request) const;
  absl::StatusOr<v1::Contract> GetContract(const Caller& caller, const v1::GetContractRequest& request) const;
  absl::StatusOr<v1::ListPositionsResponse> ListPositions(const Caller& caller, const v1::ListPositionsRequest& request) const;
  absl::StatusOr<v1::ListCombinationRulesResponse> ListCombinationRules(const Caller& caller,
                                                                        const v1::ListCombinationRulesRequest& request) const;

  // contracts_signals.cc. The first page judges the signals anew; later pages show what the first one was cut from, unless a
  // fact came between.
  absl::StatusOr<v1::ListSignalsResponse> ListSignals(const Caller& caller, const v1::ListSignalsRequest& request);
  absl::StatusOr<v1::ListSignalRulesResponse> ListSignalRules(const Caller& caller,
                                                              const v1::ListSignalRulesRequest& request) const;
  absl::StatusOr<v1::Signal> AcknowledgeSignal(const Caller& caller, const v1::AcknowledgeSignalRequest& request);
  // Never waits (Router::HandleFeed). A signal's place in the feed is that of its last record in the journal.
  absl::StatusOr<std::optional<v1::ListSignalChangesResponse>> ListSignalChanges(const Caller& caller,
                                                                                 const v1::ListSignalChangesRequest& request,
                                                                                 bool last) const;
  // Judges every signal on what is known: each rule on every provider it applies to, and journals what changed.
  // Errors: those of costs, when a rule about a ceiling needs it, and of the journal.
  absl::Status Judge(absl::Time deadline) ABSL_LOCKS_EXCLUDED(mutex_, judging_);

  // ReconciliationService; contracts_accounts.cc. A caller that is only a provider asks for its own account: any other answers
  // PERMISSION_DENIED SCOPE_FOREIGN before it is looked for.
  absl::StatusOr<v1::ProviderAccount> GetProviderAccount(const Caller& caller,
                                                         const v1::GetProviderAccountRequest& request) const;
  absl::StatusOr<v1::ListReconciliationItemsResponse> ListReconciliationItems(
      const Caller& caller, const v1::ListReconciliationItemsRequest& request) const;

  // ProviderService. The feed of an account never waits: without news it answers with nothing, unless it is asked for the last
  // time (Router::HandleFeed). contracts_provider.cc.
  absl::StatusOr<std::optional<v1::ListItemChangesResponse>> ListItemChanges(const Caller& caller,
                                                                             const v1::ListItemChangesRequest& request,
                                                                             bool last);
  absl::StatusOr<v1::ItemResponse> RespondToItem(const Caller& caller, const v1::RespondToItemRequest& request);
  absl::StatusOr<v1::ListItemResponsesResponse> ListItemResponses(const Caller& caller,
                                                                  const v1::ListItemResponsesRequest& request) const;
  // contracts_statements.cc.
  absl::StatusOr<v1::ProductionStatement> SubmitStatement(const Caller& caller, const v1::SubmitStatementRequest& request);
  absl::StatusOr<v1::ProductionStatement> GetStatement(const Caller& caller, const v1::GetStatementRequest& request) const;
  absl::StatusOr<v1::ListStatementsResponse> ListStatements(const Caller& caller,
                                                            const v1::ListStatementsRequest& request) const;
  absl::StatusOr<v1::StatementDraft> GetStatementDraft(const Caller& caller, const v1::GetStatementDraftRequest& request) const;
  absl::StatusOr<v1::ProductionStatement> ConfirmStatementDraft(const Caller& caller,
                                                                const v1::ConfirmStatementDraftRequest& request);

  // ProposalsService; contracts_proposals.cc.
  absl::StatusOr<v1::Proposal> ProposeChange(const Caller& caller, const v1::ProposeChangeRequest& request);
  absl::StatusOr<v1::Proposal> GetProposal(const Caller& caller, const v1::GetProposalRequest& request) const;
  absl::StatusOr<v1::ListProposalsResponse> ListProposals(const Caller& caller, const v1::ListProposalsRequest& request) const;
  absl::StatusOr<v1::Proposal> ApproveProposal(const Caller& caller, const v1::ApproveProposalRequest& request);
  absl::StatusOr<v1::Proposal> RejectProposal(const Caller& caller, const v1::RejectProposalRequest& request);
  absl::StatusOr<v1::Proposal> WithdrawProposal(const Caller& caller, const v1::WithdrawProposalRequest& request);

  // DossiersService; contracts_dossiers.cc. What costs cannot tell now is a remark, never an error.
  absl::StatusOr<v1::ProviderDossier> GetProviderDossier(const Caller& caller,
                                                         const v1::GetProviderDossierRequest& request) const;
  absl::StatusOr<v1::ProductGroup> GetProductGroup(const Caller& caller, const v1::GetProductGroupRequest& request) const;

  // Where calls of feeds wait for something new.
  Parking& parking() { return parking_; }

 private:
  Contracts(std::string municipality, SignalRules rules, Journal& journal, const Clock& clock, const Peer& ingestion,
            const Peer& costs);

  // The account of a provider as known at a time. That of now is kept up to date; as known before it is worked out once for all
  // times with the same knowledge and day. NOT_FOUND when nothing is known of it.
  struct Worked {
    std::string provider;
    absl::Time moment;
    Day today = 0;
    int64_t changes = 0;
    std::string title;  // As its newest contract calls it.
    std::shared_ptr<const AccountView> account;
  };
  // What decides what was agreed, as known at a time: the last moment at which something of it became known, pages with facts
  // of it, and corrections.
  using AgreedState = std::tuple<absl::Time, int64_t, int64_t>;
  // An account that is kept up to date.
  struct Live {
    Live(const AccountLedger& ledger, const std::string& provider) : account(ledger, provider) {}
    LiveAccount account;
    Agreed agreed;
    AgreedState agreed_state;
    int64_t agreed_changes = 0;
    std::string title;
    bool has_contract = false;
    int64_t asked = 0;
  };
  // The account of now; null when nothing is known. REQUIRES: `now` is not before live_now_.
  std::shared_ptr<const Worked> WorkOutLive(const std::string& provider, absl::Time now) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  absl::StatusOr<std::shared_ptr<const Worked>> WorkOut(const std::string& provider, absl::Time known_time) const;
  Book BookAsKnown(absl::Time known_time) const;

  absl::Status Replay();
  void Apply(const internal::v1::FollowedFacts& followed) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Kinds of journal records beside facts.
  static constexpr absl::string_view kSignalKind = "signal";
  static constexpr absl::string_view kSeenKind = "signals_seen";
  static constexpr absl::string_view kResponseKind = "response";
  static constexpr absl::string_view kStatementKind = "statement";
  static constexpr absl::string_view kProposalKind = "proposal";
  // Appends one record.
  absl::Status Write(absl::string_view kind, const google::protobuf::Message& message, const std::string& actor)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  // What both sides said about the items of an account.
  struct Said {
    std::vector<v1::ItemResponse> all;                   // Oldest first.
    std::map<std::string, std::vector<size_t>> of_item;  // By the last part of its name.
    std::map<std::string, size_t> by_request;            // By side and request id.
  };
  void ApplyResponse(const internal::v1::ResponseRecord& record) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Null when there is none yet.
  const v1::ItemResponse* FindResponse(const std::string& provider, const std::string& request_id) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void AddResponses(const Caller& caller, const std::string& provider, const std::string& id,
                    v1::ReconciliationItem* item) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  // What a provider said it delivered, without rows.
  struct Stated {
    std::vector<v1::ProductionStatement> all;  // Oldest first.
    std::map<std::string, size_t> by_request;
  };
  void ApplyStatement(const internal::v1::StatementRecord& record) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Writes it down, or finds the one with the request id.
  absl::StatusOr<v1::ProductionStatement> Store(const Caller& caller, const std::string& provider,
                                                const std::string& request_id, v1::ProductionStatement statement);
  v1::ProductionStatement ShownStatement(const std::string& provider, size_t at) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status AddOutcomes(const std::string& provider, v1::ProductionStatement* statement) const ABSL_LOCKS_EXCLUDED(mutex_);

  void ApplyProposal(const internal::v1::ProposalRecord& record) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // NOT_FOUND when there is none of the name.
  absl::StatusOr<int64_t> ProposalNumber(const std::string& name) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  v1::Proposal ShownProposal(int64_t number) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::StatusOr<v1::Proposal> Decide(const Caller& caller, const std::string& name, v1::Proposal::State state,
                                      const std::string& note) ABSL_LOCKS_EXCLUDED(mutex_);
  // Delivers what was approved and is not in ingestion yet; what fails is tried again with the next step of the feed.
  void DeliverApproved() ABSL_LOCKS_EXCLUDED(mutex_);

  // The level 6 funnel of a year, by AGB code (T-09).
  void FillFunnel(const Book& book, absl::Time known_time, int year, const std::string& own,
                  google::protobuf::RepeatedPtrField<v1::FunnelPoint>* points) const ABSL_LOCKS_EXCLUDED(mutex_);

  // What was told of an account that somebody follows. It is worked out anew once for all who follow, when one of them asks
  // and something changed.
  struct FollowedAccount {
    explicit FollowedAccount(int64_t moment) : feed(moment) {}
    int64_t asked = 0;  // Guarded by the lock of the state; all else by its own, which is taken first.
    Mutex mutex;
    ItemFeed feed ABSL_GUARDED_BY(mutex);
    int64_t state ABSL_GUARDED_BY(mutex) = -1, changes ABSL_GUARDED_BY(mutex) = -1;
    Day today ABSL_GUARDED_BY(mutex) = 0;
  };
  std::shared_ptr<FollowedAccount> AccountToFollow(const std::string& provider);
  // The account of a provider, or what was said about it, may have changed.
  void Touch(const std::string& provider) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // The same number: nothing changed.
  int64_t StateOf(const std::string& provider) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  void ApplySignal(int64_t sequence, v1::Signal signal) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void ApplySeen(const internal::v1::SignalsSeen& seen) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  // What the rules say, that hold and that do not.
  struct Verdicts;
  // What the rules about one provider's account say of it: the same until something about it, or the day, changes.
  struct JudgedProvider {
    int64_t state = -1;
    std::string title;
    std::vector<std::pair<size_t, Judgement>> judged;  // By place of the rule.
    std::map<int, Share> levels;                       // As FirstLevels.
  };
  // The rules about ceilings, of which costs knows the amounts.
  absl::Status JudgeCeilings(const Book& book, absl::Time known_time, absl::Time deadline, Verdicts* verdicts) const;
  // Whether what was granted was paid and booked, of years that are over.
  absl::Status JudgeSettlements(const Book& book, absl::Time known_time, absl::Time deadline, Verdicts* verdicts) const;
  // The rules about what accounts are made of. Only providers about whom something changed are judged anew.
  void JudgeAccounts(const Book& book, absl::Time known_time, Verdicts* verdicts) ABSL_LOCKS_EXCLUDED(mutex_)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(judging_);
  JudgedProvider JudgeAccount(const Book& book, const std::string& provider, const std::string& title,
                              absl::Time known_time) const ABSL_LOCKS_EXCLUDED(mutex_);
  // The rules that ask for the talk about a ceiling, and for a decision after it; after all others.
  void JudgeTalks(absl::Time known_time, Verdicts* verdicts) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Journals what changed: signals that open, close, or say something else. Without costs only those that need none.
  absl::Status Conclude(absl::Time known_time, bool with_costs, Verdicts verdicts) ABSL_EXCLUSIVE_LOCKS_REQUIRED(judging_)
      ABSL_LOCKS_EXCLUDED(mutex_);
  // Says of a signal that is no longer found why.
  std::string WhyClosed(const v1::Signal& held, absl::Time known_time, const Verdicts& verdicts) const;

  const std::string municipality_;
  const SignalRules rules_;
  Journal& journal_;
  const Clock& clock_;
  const Peer& ingestion_;
  const Peer& costs_;

  // Held while costs is asked and its answer is turned into changes: an older answer must not undo a newer one.
  Mutex judging_;
  // What JudgeAccounts said last: the same until a fact comes in.
  std::shared_ptr<const Verdicts> judged_accounts_ ABSL_GUARDED_BY(judging_);
  std::map<std::string, JudgedProvider> judged_of_ ABSL_GUARDED_BY(judging_);
  Day judged_day_ ABSL_GUARDED_BY(judging_) = 0;
  mutable Mutex mutex_;
  ContractBook book_ ABSL_GUARDED_BY(mutex_);
  AccountLedger ledger_ ABSL_GUARDED_BY(mutex_);
  int64_t changes_ ABSL_GUARDED_BY(mutex_) = 0;       // Pages applied: what was worked out before one is of no use after it.
  int64_t agreed_pages_ ABSL_GUARDED_BY(mutex_) = 0;  // With facts of what was agreed.
  // Accounts of now, by AGB code, and until when they are.
  mutable std::map<std::string, std::unique_ptr<Live>> live_ ABSL_GUARDED_BY(mutex_);
  mutable absl::Time live_now_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
  mutable int64_t live_asked_ ABSL_GUARDED_BY(mutex_) = 0;
  // The newest ones as known before: pages of a list are read one after another.
  mutable std::vector<std::shared_ptr<const Worked>> worked_ ABSL_GUARDED_BY(mutex_);
  int64_t cursor_ ABSL_GUARDED_BY(mutex_) = 0;
  int64_t read_before_ ABSL_GUARDED_BY(mutex_) = 0;  // How far a journal of an earlier edition had come.
  absl::Time newest_known_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
  size_t judgements_ ABSL_GUARDED_BY(mutex_) = 0;      // Since the last page; none is due any more from kJudgements on.
  bool costs_behind_ ABSL_GUARDED_BY(mutex_) = false;  // As of the last judgement.
  std::map<std::string, v1::Signal> signals_ ABSL_GUARDED_BY(mutex_);  // By name.
  // Of each signal the sequence of its last record, and the other way round.
  std::map<std::string, int64_t> signal_sequences_ ABSL_GUARDED_BY(mutex_);
  std::map<int64_t, std::string> signals_by_sequence_ ABSL_GUARDED_BY(mutex_);
  // By AGB code.
  std::map<std::string, Said> said_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, Stated> stated_ ABSL_GUARDED_BY(mutex_);
  std::map<int64_t, v1::Proposal> proposals_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, int64_t> proposals_by_request_ ABSL_GUARDED_BY(mutex_);  // By subject and request id.
  std::map<int64_t, std::string> delivery_faults_ ABSL_GUARDED_BY(mutex_);       // Of the last try.
  std::map<std::string, std::shared_ptr<FollowedAccount>> followed_ ABSL_GUARDED_BY(mutex_);
  int64_t asked_ ABSL_GUARDED_BY(mutex_) = 0;
  std::map<std::string, int64_t> state_of_ ABSL_GUARDED_BY(mutex_);
  int64_t state_of_all_ ABSL_GUARDED_BY(mutex_) = 0, states_ ABSL_GUARDED_BY(mutex_) = 0;
  Parking parking_;  // Goes first: nobody waits for what is gone.
};

}  // namespace nmd::contracts

#endif  // NMD_SERVICES_CONTRACTS_CONTRACTS_H_
