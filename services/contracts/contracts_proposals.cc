// SPDX-License-Identifier: EUPL-1.2
// Changes of what was agreed: proposed by one person, decided by another, and delivered to ingestion as every other fact.
#include <algorithm>
#include <set>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "nmd/ingestion/v1/ingestion.pb.h"
#include "services/contracts/account_access.h"
#include "services/contracts/changes.h"
#include "services/contracts/contracts.h"
#include "services/contracts/register_findings.h"
#include "services/platform/check_words.h"
#include "services/platform/errors.h"
#include "services/platform/log.h"
#include "services/platform/paging.h"
#include "services/platform/proto_time.h"
#include "services/platform/status_macros.h"

namespace nmd::contracts {
namespace {

using v1::Proposal;

constexpr absl::string_view kDeliverFile = "/nmd.ingestion.v1.IngestionService/DeliverFile";
constexpr absl::Duration kPatience = absl::Seconds(10);

// Everything the register finds, each with the contract it is about.
using Findings = std::set<std::tuple<std::string, std::string, std::string, Day, Day>>;
Findings AllFindings(const Book& book) {
  const RegisterFindings found = FindInRegister(book);
  Findings all;
  const auto add = [&all](const std::string& contract, const std::vector<RegisterFinding>& findings) {
    for (const RegisterFinding& f : findings) all.emplace(f.rule, contract, f.text, f.period.start, f.period.end);
  };
  for (const auto& [contract, findings] : found.of_contract) add(contract, findings);
  for (const auto& [place, findings] : found.of_combination) add("", findings);
  add("", found.others);
  return all;
}

// Those of `a` that are not in `b`.
void Difference(const Findings& a, const Findings& b, google::protobuf::RepeatedPtrField<v1::ContractFinding>* found) {
  for (const auto& finding : a) {
    if (b.count(finding) != 0) continue;
    const auto& [rule, contract, text, start, end] = finding;
    v1::ContractFinding* proto = found->Add();
    proto->set_rule(rule);
    proto->set_text(contract.empty() ? text : absl::StrCat("Contract ", contract, ": ", text));
    if (start < end) proto->set_start_date(FormatDay(start));
    if (start < end && end != kOpenEnd) proto->set_end_date(FormatDay(end));
  }
}

// What the register says of the change, as of now.
void Explain(const ContractBook& register_now, absl::Time now, Proposal* proposal) {
  const Book book = register_now.AsKnown(now);
  proposal->clear_new_findings();
  proposal->clear_solved_findings();
  FieldCheck check;
  CheckChange(proposal->change(), book, check);
  if (!check.ok()) {
    proposal->set_text("Dit voorstel past niet meer in het register: het contract is er niet meer, of is van een andere wet.");
    return;
  }
  ContractBook with = register_now;
  ingestion::v1::FactBatch batch;
  batch.set_delivery(proposal->name());
  *batch.mutable_known_time() = TimestampOf(now);
  *batch.add_facts() = FactOf(proposal->change(), book);
  with.Add(batch);
  const Findings before = AllFindings(book), after = AllFindings(with.AsKnown(now));
  Difference(after, before, proposal->mutable_new_findings());
  Difference(before, after, proposal->mutable_solved_findings());
  proposal->set_text(TextOf(proposal->change(), book));
}

}  // namespace

void Contracts::ApplyProposal(const internal::v1::ProposalRecord& record) {
  int64_t number = 0;
  if (!absl::SimpleAtoi(record.proposal().name().substr(record.proposal().name().rfind('/') + 1), &number)) return;
  proposals_[number] = record.proposal();
  if (!record.request_id().empty()) proposals_by_request_[record.request_id()] = number;
}

absl::StatusOr<int64_t> Contracts::ProposalNumber(const std::string& name) const {
  int64_t number = 0;
  const std::string prefix = absl::StrCat("municipalities/", municipality_, "/proposals/");
  absl::string_view id = name;
  const bool good = absl::ConsumePrefix(&id, prefix) && absl::SimpleAtoi(id, &number) && id == absl::StrCat(number);
  if (!good || proposals_.count(number) == 0) return NotFound(name);
  return number;
}

Proposal Contracts::ShownProposal(int64_t number) const {
  Proposal shown = proposals_.at(number);
  const auto fault = delivery_faults_.find(number);
  if (fault != delivery_faults_.end() && shown.delivery().empty()) shown.set_delivery_fault(fault->second);
  return shown;
}

absl::StatusOr<Proposal> Contracts::ProposeChange(const Caller& caller, const v1::ProposeChangeRequest& request) {
  FieldCheck check;
  CheckText(request.reason(), "reason", kReasonCharacters, check);
  CheckRequestId(request.request_id(), check);
  const std::string key = absl::StrCat(caller.subject, "/", request.request_id());
  const absl::Time now = clock_.Now();
  MutexLock lock(mutex_);
  if (check.ok()) {
    const auto before = proposals_by_request_.find(key);
    if (before != proposals_by_request_.end()) return ShownProposal(before->second);
  }
  CheckChange(request.change(), book_.AsKnown(now), check);
  NMD_RETURN_IF_ERROR(check.Result());
  internal::v1::ProposalRecord record;
  record.set_request_id(key);
  Proposal* proposal = record.mutable_proposal();
  const int64_t number = proposals_.empty() ? 1 : proposals_.rbegin()->first + 1;
  proposal->set_name(absl::StrCat("municipalities/", municipality_, "/proposals/", number));
  proposal->set_state(Proposal::PROPOSED);
  *proposal->mutable_change() = request.change();
  proposal->set_reason(request.reason());
  *proposal->mutable_propose_time() = TimestampOf(now);
  proposal->set_proposer(caller.subject);
  Explain(book_, now, proposal);
  NMD_RETURN_IF_ERROR(Write(kProposalKind, record, caller.subject));
  ApplyProposal(record);
  return ShownProposal(number);
}

absl::StatusOr<Proposal> Contracts::GetProposal(const Caller&, const v1::GetProposalRequest& request) const {
  MutexLock lock(mutex_);
  NMD_ASSIGN_OR_RETURN(const int64_t number, ProposalNumber(request.name()));
  Proposal shown = ShownProposal(number);
  if (shown.state() == Proposal::PROPOSED) Explain(book_, clock_.Now(), &shown);
  return shown;
}

absl::StatusOr<v1::ListProposalsResponse> Contracts::ListProposals(const Caller&,
                                                                   const v1::ListProposalsRequest& request) const {
  NMD_ASSIGN_OR_RETURN(const Page page, ReadPage(request));
  v1::ListProposalsResponse response;
  MutexLock lock(mutex_);
  int64_t total = 0;
  for (auto of = proposals_.rbegin(); of != proposals_.rend(); ++of) {
    if (request.state() != Proposal::STATE_UNSPECIFIED && of->second.state() != request.state()) continue;
    if (total >= page.offset && total < page.offset + page.size) *response.add_proposals() = ShownProposal(of->first);
    ++total;
  }
  response.set_next_page_token(NextPageToken(request, page.offset + page.size, total));
  return response;
}

absl::StatusOr<Proposal> Contracts::Decide(const Caller& caller, const std::string& name, Proposal::State state,
                                           const std::string& note) {
  FieldCheck check;
  if (state != Proposal::APPROVED || !note.empty()) CheckText(note, "note", kReasonCharacters, check);
  NMD_RETURN_IF_ERROR(check.Result());
  MutexLock lock(mutex_);
  NMD_ASSIGN_OR_RETURN(const int64_t number, ProposalNumber(name));
  internal::v1::ProposalRecord record;
  Proposal* proposal = record.mutable_proposal();
  *proposal = proposals_.at(number);
  const bool own = proposal->proposer() == caller.subject;
  if (own != (state == Proposal::WITHDRAWN)) {
    return Fail(absl::StatusCode::kPermissionDenied, ErrorReason::FOUR_EYES,
                own ? "who proposed a change does not decide about it; ask somebody else, or withdraw it"
                    : "only who proposed a change withdraws it; reject it instead");
  }
  if (proposal->state() == state && proposal->decider() == caller.subject) return ShownProposal(number);
  if (proposal->state() != Proposal::PROPOSED) {
    return Fail(absl::StatusCode::kFailedPrecondition, ErrorReason::DECISION_CLOSED, "the proposal was decided already");
  }
  const absl::Time now = clock_.Now();
  Explain(book_, now, proposal);
  if (state == Proposal::APPROVED) {
    CheckChange(proposal->change(), book_.AsKnown(now), check);
    NMD_RETURN_IF_ERROR(check.Result());
    proposal->set_source_text(
        absl::StrCat("Door de gemeente vastgesteld door ", proposal->proposer(), " en ", caller.subject, "."));
  }
  proposal->set_state(state);
  *proposal->mutable_decide_time() = TimestampOf(now);
  proposal->set_decider(caller.subject);
  proposal->set_decide_note(note);
  NMD_RETURN_IF_ERROR(Write(kProposalKind, record, caller.subject));
  ApplyProposal(record);
  return ShownProposal(number);
}

absl::StatusOr<Proposal> Contracts::ApproveProposal(const Caller& caller, const v1::ApproveProposalRequest& request) {
  NMD_ASSIGN_OR_RETURN(Proposal decided, Decide(caller, request.name(), Proposal::APPROVED, request.note()));
  DeliverApproved();
  // So that who approved it finds it in the register at once, where that can be; it comes in by the feed anyhow.
  if (const absl::Status followed = Follow(0); !followed.ok()) {
    Log(LogLevel::kWarning, "the feed of facts waits", {{"reason", type::ErrorReason_Name(ReasonOf(followed))}});
  }
  MutexLock lock(mutex_);
  NMD_ASSIGN_OR_RETURN(const int64_t number, ProposalNumber(decided.name()));
  return ShownProposal(number);
}

absl::StatusOr<Proposal> Contracts::RejectProposal(const Caller& caller, const v1::RejectProposalRequest& request) {
  return Decide(caller, request.name(), Proposal::REJECTED, request.note());
}

absl::StatusOr<Proposal> Contracts::WithdrawProposal(const Caller& caller, const v1::WithdrawProposalRequest& request) {
  return Decide(caller, request.name(), Proposal::WITHDRAWN, request.note());
}

void Contracts::DeliverApproved() {
  std::map<int64_t, ingestion::v1::DeliverFileRequest> waiting;
  {
    MutexLock lock(mutex_);
    for (const auto& [number, proposal] : proposals_) {
      if (proposal.state() != Proposal::APPROVED || !proposal.delivery().empty()) continue;
      // As of the decision: a delivery that comes in later changes nothing of what was decided.
      const Book book = book_.AsKnown(absl::FromUnixMicros(MicrosOf(proposal.decide_time())));
      FieldCheck check;
      CheckChange(proposal.change(), book, check);
      if (!check.ok()) {
        delivery_faults_[number] = "the contract it is about was withdrawn";
        continue;
      }
      ChangeFile file = FileOf(FactOf(proposal.change(), book), number, proposal.source_text());
      ingestion::v1::DeliverFileRequest& request = waiting[number];
      request.set_parent(absl::StrCat("municipalities/", municipality_));
      request.set_source(file.source);
      request.set_file_name(file.file_name);
      request.set_content(std::move(file.content));
      *request.mutable_received_time() = proposal.decide_time();
    }
  }
  for (const auto& [number, request] : waiting) {
    // The same bytes are the same delivery, so a repeat after a crash does no harm.
    const auto delivery = ingestion_.Call<ingestion::v1::Delivery>(kDeliverFile, request, kPatience);
    MutexLock lock(mutex_);
    const Proposal& known = proposals_.at(number);
    if (!known.delivery().empty()) continue;
    if (!delivery.ok() || delivery->state() != ingestion::v1::Delivery::ACCEPTED) {
      delivery_faults_[number] = delivery.ok()
                                     ? absl::StrCat("the delivery is ", ingestion::v1::Delivery::State_Name(delivery->state()))
                                     : std::string(delivery.status().message());
      continue;
    }
    internal::v1::ProposalRecord record;
    *record.mutable_proposal() = known;
    record.mutable_proposal()->set_delivery(delivery->name());
    if (Write(kProposalKind, record, "service:contracts").ok()) {
      ApplyProposal(record);
      delivery_faults_.erase(number);
    }
  }
}

}  // namespace nmd::contracts
