// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_CONTRACTS_CONTRACTS_H_
#define NMD_SERVICES_CONTRACTS_CONTRACTS_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "nmd/contracts/v1/contracts.pb.h"
#include "nmd/contracts/v1/reconciliation.pb.h"
#include "nmd/internal/v1/contracts_events.pb.h"
#include "services/contracts/account_ledger.h"
#include "services/contracts/contract_book.h"
#include "services/contracts/reconcile.h"
#include "services/contracts/signal_rules.h"
#include "services/platform/caller.h"
#include "services/platform/clock.h"
#include "services/platform/journal.h"
#include "services/platform/mutex.h"
#include "services/platform/peer.h"

namespace nmd::contracts {

// Contracts, the accounts of providers, and what those say about the contracts. State is a fold over the journal: pages of
// ingestion's feed with their cursor, written in one Append (a crash anywhere repeats a page and changes nothing), and every
// change of a signal.
//
// Signals are judged on the accounts as known at the known time of the newest fact, so that the same facts give the same
// signals whenever they are read: when somebody lists them, and twice after the feed fell idle, because costs follows the
// same feed in its own time. They close by themselves when a rule no longer holds, and say why; where costs has no answer a
// signal stays as it is. Rules are data (signal_rules.h), what they look at is in signals.h and signal_checks.h.
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

  // contracts_signals.cc. The first page judges the signals anew; later pages show what the first one was cut from, unless a
  // fact came between.
  absl::StatusOr<v1::ListSignalsResponse> ListSignals(const Caller& caller, const v1::ListSignalsRequest& request);
  absl::StatusOr<v1::Signal> AcknowledgeSignal(const Caller& caller, const v1::AcknowledgeSignalRequest& request);
  // Judges every signal on what is known: each rule on every provider it applies to, and journals what changed.
  // Errors: those of costs, when a rule about a ceiling needs it, and of the journal.
  absl::Status Judge(absl::Time deadline) ABSL_LOCKS_EXCLUDED(mutex_, judging_);

  // ReconciliationService; contracts_accounts.cc. A caller that is only a provider asks for its own account: any other answers
  // PERMISSION_DENIED SCOPE_FOREIGN before it is looked for.
  absl::StatusOr<v1::ProviderAccount> GetProviderAccount(const Caller& caller,
                                                         const v1::GetProviderAccountRequest& request) const;
  absl::StatusOr<v1::ListReconciliationItemsResponse> ListReconciliationItems(
      const Caller& caller, const v1::ListReconciliationItemsRequest& request) const;

 private:
  Contracts(std::string municipality, SignalRules rules, Journal& journal, const Clock& clock, const Peer& ingestion,
            const Peer& costs);

  // The account of a provider as known at a time, which is worked out once for all times with the same knowledge and day.
  // NOT_FOUND when nothing is known of it.
  struct Worked {
    std::string provider;
    absl::Time moment;
    Day today = 0;
    int64_t changes = 0;
    std::string title;  // As its newest contract calls it.
    Reconciliation account;
  };
  absl::StatusOr<std::shared_ptr<const Worked>> WorkOut(const std::string& provider, absl::Time known_time) const;
  Book BookAsKnown(absl::Time known_time) const;

  absl::Status Replay();
  void Apply(const internal::v1::FollowedFacts& followed) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Kinds of journal records about signals.
  static constexpr absl::string_view kSignalKind = "signal";
  static constexpr absl::string_view kSeenKind = "signals_seen";
  void ApplySeen(const internal::v1::SignalsSeen& seen) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  // What the rules say, that hold and that do not.
  struct Verdicts;
  // The rules about ceilings, of which costs knows the amounts.
  absl::Status JudgeCeilings(const Book& book, absl::Time known_time, absl::Time deadline, Verdicts* verdicts) const;
  // The rules about what accounts are made of.
  void JudgeAccounts(const Book& book, absl::Time known_time, Verdicts* verdicts) const ABSL_LOCKS_EXCLUDED(mutex_);
  // The rule that asks for the talk about a ceiling; after all others.
  void JudgeTalks(absl::Time known_time, Verdicts* verdicts) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
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
  mutable Mutex mutex_;
  ContractBook book_ ABSL_GUARDED_BY(mutex_);
  AccountLedger ledger_ ABSL_GUARDED_BY(mutex_);
  int64_t changes_ ABSL_GUARDED_BY(mutex_) = 0;  // Pages applied: what was worked out before one is of no use after it.
  // The newest ones: pages of a list are read one after another.
  mutable std::vector<std::shared_ptr<const Worked>> worked_ ABSL_GUARDED_BY(mutex_);
  int64_t cursor_ ABSL_GUARDED_BY(mutex_) = 0;
  int64_t read_before_ ABSL_GUARDED_BY(mutex_) = 0;  // How far a journal of an earlier edition had come.
  absl::Time newest_known_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
  int idle_judgements_due_ ABSL_GUARDED_BY(mutex_) = 2;
  std::map<std::string, v1::Signal> signals_ ABSL_GUARDED_BY(mutex_);  // By name.
};

}  // namespace nmd::contracts

#endif  // NMD_SERVICES_CONTRACTS_CONTRACTS_H_
