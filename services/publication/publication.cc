// SPDX-License-Identifier: EUPL-1.2
#include "services/publication/publication.h"

#include <algorithm>
#include <utility>

#include "absl/memory/memory.h"
#include "nmd/publication/v1/region.pb.h"
#include "services/platform/errors.h"
#include "services/platform/log.h"
#include "services/platform/paging.h"
#include "services/platform/proto_time.h"
#include "services/platform/status_macros.h"
#include "services/publication/agreement.h"
#include "services/publication/counted_table.h"
#include "services/publication/merge.h"

namespace nmd::publication {
namespace {

using engine::CellState;

constexpr absl::string_view kReceiveStatement = "/nmd.publication.v1.RegionService/ReceiveStatement";
// R23: what a statement is sent for, as the log of the recipient has it.
constexpr char kPurpose[] = "publicatie";

// All positions, a total after its parts; the last dimension runs fastest.
std::vector<int64_t> TotalsLast(const engine::Lattice& lattice) {
  std::vector<int64_t> order;
  std::vector<int32_t> at(static_cast<size_t>(lattice.dimensions()), 0);
  for (int64_t i = 0; i < lattice.cells(); ++i) {
    for (int d = 0; d < lattice.dimensions(); ++d) {
      at[static_cast<size_t>(d)] = (lattice.Code(i, d) + 1) % lattice.codes(d);
    }
    order.push_back(lattice.CellOf(at));
  }
  return order;
}

// What became one in `merged`.
void DescribeMerging(const CountedTable& table, const CountedTable& merged, v1::Merging* merging) {
  merging->set_dimension(table.rule.merge_dimension());
  for (size_t d = 0; d < table.axes.size(); ++d) {
    if (table.axes[d].dimension != table.rule.merge_dimension()) continue;
    merging->set_value_count(static_cast<int64_t>(merged.axes[d].values.size()) - 1);
    merging->set_unmerged_count(static_cast<int64_t>(table.axes[d].values.size()) - 1);
    for (const type::DimensionValue& value : merged.axes[d].values) {
      const auto members = merged.merged.find(value.value());
      if (members == merged.merged.end()) continue;
      v1::MergedArea* area = merging->add_areas();
      *area->mutable_value() = value;
      for (const std::string& member : members->second) area->add_members(member);
    }
  }
}

// Whether sending the same again may end otherwise.
bool IsPassing(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kOutOfRange:
      return false;
    default:
      return true;
  }
}

}  // namespace

Publication::Publication(std::string municipality, Journal& journal, const Clock& clock, const Peer& costs,
                         const Signer& signer, std::vector<Recipient> recipients)
    : municipality_(std::move(municipality)),
      journal_(journal),
      clock_(clock),
      costs_(costs),
      signer_(signer),
      recipients_(std::move(recipients)) {}

absl::StatusOr<std::unique_ptr<Publication>> Publication::Open(std::string municipality, Journal& journal, const Clock& clock,
                                                               const Peer& costs, const Signer& signer,
                                                               std::vector<Recipient> recipients) {
  auto publication =
      absl::WrapUnique(new Publication(std::move(municipality), journal, clock, costs, signer, std::move(recipients)));
  MutexLock lock(publication->mutex_);
  PublicationState& state = publication->state_;
  absl::Status applied;
  NMD_RETURN_IF_ERROR(journal.Replay(0, [&](const JournalRecord& record) {
    applied = state.Apply(record.kind, record.payload);
    return applied.ok();
  }));
  NMD_RETURN_IF_ERROR(applied);
  publication->last_sequence_ = journal.LastSequence();
  return publication;
}

absl::Status Publication::Record(absl::string_view kind, const google::protobuf::Message& record, const Caller& caller) {
  JournalRecord entry;
  entry.record_time = clock_.Now();
  entry.kind = std::string(kind);
  entry.payload = record.SerializeAsString();
  entry.actor = caller.subject;
  const std::string payload = entry.payload;
  std::vector<JournalRecord> records;
  records.push_back(std::move(entry));
  NMD_ASSIGN_OR_RETURN(last_sequence_, journal_.Append(std::move(records), last_sequence_));
  return state_.Apply(kind, payload);
}

v1::Statement Publication::NewStatement() const {
  v1::Statement statement;
  statement.set_edition(kEdition);
  statement.set_municipality(municipality_);
  statement.set_sequence(state_.NextSequence());
  statement.set_id(StatementId(municipality_, statement.sequence()));
  *statement.mutable_made_time() = TimestampOf(clock_.Now());
  return statement;
}

absl::StatusOr<v1::ListAgreementsResponse> Publication::ListAgreements(const Caller&,
                                                                       const v1::ListAgreementsRequest& request) const {
  NMD_ASSIGN_OR_RETURN(const Page page, ReadPage(request));
  MutexLock lock(mutex_);
  std::vector<const v1::Agreement*> agreements;
  for (const auto& [name, versions] : state_.agreements) {
    if (const v1::AgreementVersion* version = state_.InForceVersion(name)) agreements.push_back(&version->agreement());
  }
  const auto total = static_cast<int64_t>(agreements.size());
  const int64_t end = std::min(total, page.offset + page.size);
  v1::ListAgreementsResponse response;
  for (int64_t i = page.offset; i < end; ++i) *response.add_agreements() = *agreements[static_cast<size_t>(i)];
  response.set_next_page_token(NextPageToken(request, page.offset + page.size, total));
  return response;
}

absl::StatusOr<Publication::Made> Publication::Make(const Caller& caller, const Asked& asked, bool compare) const {
  v1::TableRule rule;
  std::string audience = asked.audience;
  int64_t version = 0, judged = 0;
  std::vector<const LedgerTable*> ledger;
  {
    MutexLock lock(mutex_);
    const v1::AgreementVersion* in_force = state_.InForceVersion(asked.agreement);
    if (in_force == nullptr) return NotFound(asked.agreement);
    NMD_ASSIGN_OR_RETURN(rule, AgreedTable(in_force->agreement(), asked.table, asked.period, clock_.Now(), &audience));
    version = in_force->agreement().version();
    // Tables of releases stay where they are and never change.
    ledger = state_.Ledger();
    judged = static_cast<int64_t>(ledger.size());
  }
  const google::protobuf::Timestamp known_time = asked.known_time != nullptr ? *asked.known_time : TimestampOf(clock_.Now());
  const auto count = [&](const v1::TableRule& of, const type::Period& period) {
    return CountTable(costs_, parent(), of, period, known_time, caller.deadline - clock_.Now());
  };
  NMD_ASSIGN_OR_RETURN(CountedTable table, count(rule, asked.period));
  std::vector<CountedTable> guards;
  for (const GuardQuestion& question : GuardQuestions(rule, asked.period, audience, ledger)) {
    NMD_ASSIGN_OR_RETURN(CountedTable guard, count(question.rule, question.period));
    guards.push_back(std::move(guard));
  }
  if (rule.round_counts_to() > 0) {
    v1::Rounding rounding;
    if (compare) {
      CountedTable hidden = table;
      hidden.rule.clear_round_counts_to();
      hidden.rule.clear_round_amounts_to();
      NMD_ASSIGN_OR_RETURN(const Draft alone, MakeDraft(std::move(hidden), audience, ledger, guards));
      *rounding.mutable_hiding_alone() = alone.Loss();
      rounding.set_hiding_alone_safe(alone.Safe());
    }
    const Chance chance = [this](absl::string_view words) { return signer_.Chance(words); };
    NMD_ASSIGN_OR_RETURN(Draft draft,
                         MakeRoundedDraft(std::move(table), std::move(audience), ledger, std::move(guards), chance));
    *rounding.mutable_measures() = RoundingOf(draft).measures();
    return Made{std::move(draft), version, judged, {}, std::move(rounding)};
  }
  if (rule.merge_dimension().empty()) {
    NMD_ASSIGN_OR_RETURN(Draft draft, MakeDraft(std::move(table), std::move(audience), ledger, std::move(guards)));
    return Made{std::move(draft), version, judged, {}, {}};
  }
  v1::Merging merging;
  if (compare) {
    NMD_ASSIGN_OR_RETURN(const Draft alone, MakeDraft(table, audience, ledger, guards));
    *merging.mutable_hiding_alone() = alone.Loss();
    merging.set_hiding_alone_safe(alone.Safe());
  }
  NMD_ASSIGN_OR_RETURN(CountedTable merged, MergeTable(table, count));
  DescribeMerging(table, merged, &merging);
  std::optional<CountedTable> unmerged;
  if (!merged.merged.empty()) unmerged = std::move(table);
  NMD_ASSIGN_OR_RETURN(Draft draft,
                       MakeDraft(std::move(merged), std::move(audience), ledger, std::move(guards), std::move(unmerged)));
  return Made{std::move(draft), version, judged, std::move(merging), {}};
}

absl::StatusOr<v1::PreviewPublicationResponse> Publication::PreviewPublication(
    const Caller& caller, const v1::PreviewPublicationRequest& request) const {
  FieldCheck check;
  check.Require(!request.table().empty(), "table", "is missing");
  CheckMonths(request.period(), &check);
  NMD_RETURN_IF_ERROR(check.Result());
  NMD_ASSIGN_OR_RETURN(const Made made, Make(caller,
                                             {request.name(), request.table(), request.audience(), request.period(),
                                              request.has_known_time() ? &request.known_time() : nullptr},
                                             true));
  // Which cells are small themselves is for those who guard the rule. To others all hidden cells look alike: that a cell is
  // hidden for its neighbours' sake says that it is large, and so narrows down what the neighbours are.
  const bool mandate = HasMandate(caller);
  const Draft& draft = made.draft;
  const CountedTable& table = draft.table;
  v1::PreviewPublicationResponse response;
  for (const int64_t at : TotalsLast(table.lattice)) {
    v1::Cell* cell = response.add_cells();
    for (size_t d = 0; d < table.axes.size(); ++d) {
      *cell->add_dimensions() = table.axes[d].values[static_cast<size_t>(table.lattice.Code(at, static_cast<int>(d)))];
    }
    CellState state = draft.states[static_cast<size_t>(at)];
    if (state == CellState::kPrimary && !mandate) state = CellState::kSecondary;
    switch (state) {
      case CellState::kShown:
        cell->set_state(v1::Cell::SHOWN);
        response.set_shown_count(response.shown_count() + 1);
        break;
      case CellState::kZero:
        cell->set_state(v1::Cell::ZERO);
        response.set_zero_count(response.zero_count() + 1);
        break;
      case CellState::kPrimary:
        cell->set_state(v1::Cell::HIDDEN_PRIMARY);
        response.set_primary_count(response.primary_count() + 1);
        break;
      case CellState::kSecondary:
        cell->set_state(v1::Cell::HIDDEN_SECONDARY);
        response.set_secondary_count(response.secondary_count() + 1);
        break;
    }
    for (size_t m = 0; m < table.figures.size(); ++m) {
      *cell->add_figures() = IsHidden(state) ? Suppressed(table.figures[m][static_cast<size_t>(at)]) : draft.FigureOf(m, at);
    }
  }
  response.set_proof(draft.proof);
  *response.mutable_known_time() = table.known_time;
  *response.mutable_loss() = draft.Loss();
  if (!made.merging.dimension().empty()) *response.mutable_merging() = made.merging;
  if (!made.rounding.measures().empty()) *response.mutable_rounding() = made.rounding;
  *response.mutable_audit() = draft.audit;
  if (!mandate) {
    HideFromOthers(response.mutable_loss(), response.mutable_audit());
    if (response.has_merging()) response.mutable_merging()->mutable_hiding_alone()->clear_hidden_value();
    if (response.has_rounding()) {
      response.mutable_rounding()->mutable_hiding_alone()->clear_hidden_value();
      for (auto& measure : *response.mutable_rounding()->mutable_measures()) measure.clear_mean_distance();
    }
  }
  return response;
}

absl::Duration Publication::OldestUndelivered() const {
  MutexLock lock(mutex_);
  absl::Duration oldest = absl::ZeroDuration();
  for (const Recipient& recipient : recipients_) {
    const auto receipts = state_.receipts.find(recipient.Key());
    for (const auto& [sequence, said] : state_.statements) {
      if (said.audiences.count(recipient.audience) == 0) continue;
      if (receipts != state_.receipts.end()) {
        const auto receipt = receipts->second.find(sequence);
        if (receipt != receipts->second.end() && receipt->second.received) continue;
      }
      oldest = std::max(oldest, clock_.Now() - absl::FromUnixMicros(MicrosOf(said.made_time)));
      break;  // The next ones are younger.
    }
  }
  return oldest;
}

absl::Status Publication::Deliver(size_t recipient, const Peer& peer, absl::Duration wait) {
  const Recipient& to = recipients_[recipient];
  v1::ReceiveStatementRequest request;
  int64_t sequence = 0, last = 0;
  std::string id;
  {
    MutexLock lock(mutex_);
    const auto next = state_.NextFor(to.Key(), to.audience);
    if (next != state_.statements.end()) {
      sequence = next->first;
      id = next->second.id;
      *request.mutable_statement() = next->second.statement;
    }
    last = last_sequence_;
  }
  if (sequence == 0) {
    journal_.WaitBeyond(last, wait);
    return absl::OkStatus();
  }
  request.set_parent(absl::StrCat("municipalities/", to.municipality));
  Caller caller;
  caller.subject = "service:publication";
  caller.roles = {type::MEMBER};
  caller.municipality = to.municipality;
  caller.purpose = kPurpose;
  caller.request_id = id;
  const absl::StatusOr<std::string> answer =
      peer.CallBytes(kReceiveStatement, request.SerializeAsString(), absl::Seconds(30), &caller);
  internal::v1::StatementDelivery delivery;
  delivery.set_recipient(to.Key());
  delivery.set_sequence(sequence);
  absl::Status failed = answer.status();
  if (answer.ok()) {
    v1::ReceiveStatementResponse response;
    if (response.ParseFromString(*answer) && response.statement_hash() == StatementHash(request.statement())) {
      delivery.set_received(true);
      *delivery.mutable_received_time() = response.received_time();
    } else {
      failed = Fail(absl::StatusCode::kUnavailable, ErrorReason::UNAVAILABLE_NOW,
                    "the recipient confirmed other bytes than were sent");
    }
  }
  MutexLock lock(mutex_);
  if (!failed.ok() && IsPassing(failed)) {
    unreachable_[to.Key()] = std::string(failed.message());
    return failed;
  }
  unreachable_.erase(to.Key());
  if (!failed.ok()) {
    const std::string cause = MetadataOf(failed, "cause");
    delivery.set_detail(cause.empty() ? std::string(failed.message()) : absl::StrCat(cause, ": ", failed.message()));
    Log(LogLevel::kWarning, "a recipient refused a statement",
        {{"recipient", to.Key()}, {"statement", id}, {"detail", delivery.detail()}});
  }
  return Record(kDeliveryKind, delivery, caller);
}

}  // namespace nmd::publication
