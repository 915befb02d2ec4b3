// SPDX-License-Identifier: EUPL-1.2
#include "services/costs/answers.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "nmd/costs/v1/answers.pb.h"
#include "nmd/internal/v1/costs_events.pb.h"
#include "services/core/dutch.h"
#include "services/costs/answer.h"
#include "services/costs/answerability.h"
#include "services/costs/answers_causes.h"
#include "services/costs/costs.h"
#include "services/costs/query.h"
#include "services/costs/question.h"
#include "services/platform/check_words.h"
#include "services/platform/errors.h"
#include "services/platform/paging.h"
#include "services/platform/proto_time.h"
#include "services/platform/status_macros.h"

// AnswerRegister, and Costs' side of it: nmd.costs.v1.AnswersService.
namespace nmd::costs {
namespace {

using internal::v1::CostsAnswerEvent;

// An answer is kept for good, in memory too: a list for the council, not an export.
constexpr int kMostFigures = 5'000;
constexpr size_t kLongestTitle = 200;
constexpr size_t kLongestText = 20'000;
constexpr size_t kLongestSnapshotTitle = 60;
constexpr size_t kLongestAnnotation = 2'000;
constexpr size_t kMostRequestId = 64;

// What of an answer must be the same whenever it is asked: how far the feeds were followed goes on.
v1::QueryFiguresResponse Lasting(v1::QueryFiguresResponse response) {
  response.clear_effective();
  response.clear_fact_sequence();
  response.clear_person_sequence();
  return response;
}

// "Bestuursrapportage 2018-1" -> "bestuursrapportage-2018-1"; empty without a letter or a digit.
std::string SnapshotId(absl::string_view title) {
  std::string id;
  for (const char c : title) {
    if (absl::ascii_isalnum(static_cast<unsigned char>(c))) {
      id += absl::ascii_tolower(static_cast<unsigned char>(c));
    } else if (!id.empty() && id.back() != '-') {
      id += '-';
    }
  }
  if (!id.empty() && id.back() == '-') id.pop_back();
  return id;
}

void CheckRequestId(const std::string& request_id, FieldCheck& check) {
  check.Require(request_id.size() <= kMostRequestId, "request_id", "must have at most 64 characters");
}

v1::RegisteredAnswer Summary(v1::RegisteredAnswer answer) {
  answer.clear_figures();
  answer.clear_measures();
  return answer;
}

bool AsksForHouseholds(const v1::QueryFiguresRequest& question) {
  return std::any_of(question.dimensions().begin(), question.dimensions().end(),
                     [](const std::string& id) { return id == "household"; }) ||
         std::any_of(question.measures().begin(), question.measures().end(),
                     [](const std::string& id) { return absl::StrContains(id, "household"); }) ||
         std::any_of(question.filters().begin(), question.filters().end(),
                     [](const v1::Filter& filter) { return filter.dimension() == "household"; });
}

std::string Figures(int count) { return count == 1 ? std::string("1 cijfer") : absl::StrCat(dutch::Number(count), " cijfers"); }

std::string Conclusion(const v1::CheckRegisteredAnswerResponse& response) {
  std::string text;
  if (response.reproduced()) {
    text = "Met wat toen bekend was, geeft de vraag precies hetzelfde antwoord.";
  } else if (response.reproduction_changes().empty()) {
    text = "Met wat toen bekend was, geeft de vraag dezelfde cijfers; wat erbij staat over betrouwbaarheid of bron is anders.";
  } else {
    text = absl::StrCat(
        "Met wat toen bekend was, geeft de vraag nu een ander antwoord: ", Figures(response.reproduction_changes_size()),
        response.reproduction_changes_size() == 1 ? " is anders." : " zijn anders.");
  }
  if (response.changes().empty()) return absl::StrCat(text, " Met wat nu bekend is, zijn de cijfers hetzelfde.");
  return absl::StrCat(text, " Met wat nu bekend is, ", response.changes_size() == 1 ? "is " : "zijn ",
                      Figures(response.changes_size()), " anders.");
}

}  // namespace

AnswerRegister::AnswerRegister() = default;
AnswerRegister::~AnswerRegister() = default;

std::string AnswerRegister::NextNumber(int year) const {
  const auto count = counts_.find(year);
  return absl::StrFormat("%04d-%04d", year, (count == counts_.end() ? 0 : count->second) + 1);
}

void AnswerRegister::Add(CostsAnswerEvent event) {
  const std::string& name = event.answer().name();
  int year = 0;
  if (absl::SimpleAtoi(name.substr(name.rfind('/') + 1, 4), &year)) ++counts_[year];
  by_name_.emplace(name, events_.size());
  if (!event.request_id().empty()) by_request_.emplace(event.request_id(), events_.size());
  events_.push_back(std::make_unique<const CostsAnswerEvent>(std::move(event)));
}

const CostsAnswerEvent* AnswerRegister::Find(absl::string_view name) const {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : events_[found->second].get();
}

const CostsAnswerEvent* AnswerRegister::FindRequest(absl::string_view request_id) const {
  const auto found = by_request_.find(request_id);
  return found == by_request_.end() ? nullptr : events_[found->second].get();
}

v1::RegisteredAnswer AnswerRegister::Told(const CostsAnswerEvent& event) const {
  v1::RegisteredAnswer answer = event.answer();
  *answer.mutable_answerability() = AnswerabilityOf(answer.figures());
  for (const auto& said : annotations_) {
    if (said->answer() == answer.name()) *answer.add_annotations() = said->annotation();
  }
  return answer;
}

void AnswerRegister::Add(internal::v1::CostsAnnotationEvent event) {
  annotations_.push_back(std::make_unique<const internal::v1::CostsAnnotationEvent>(std::move(event)));
}

bool AnswerRegister::HasAnnotation(absl::string_view request_id) const {
  return !request_id.empty() && std::any_of(annotations_.begin(), annotations_.end(),
                                            [&](const auto& said) { return said->request_id() == request_id; });
}

void AnswerRegister::Add(v1::FrozenSnapshot snapshot) {
  snapshots_.push_back(std::make_unique<const v1::FrozenSnapshot>(std::move(snapshot)));
}

const v1::FrozenSnapshot* AnswerRegister::FindSnapshot(absl::string_view name) const {
  // A few per year.
  for (const auto& snapshot : snapshots_) {
    if (snapshot->name() == name) return snapshot.get();
  }
  return nullptr;
}

absl::StatusOr<v1::RegisteredAnswer> Costs::RegisterAnswer(const Caller& caller, const v1::RegisterAnswerRequest& request) {
  FieldCheck check;
  CheckWords(request.title(), "title", kLongestTitle, check);
  CheckText(request.text(), "text", kLongestText, check);
  check.Require(request.has_question(), "question", "is needed");
  const std::string& parent = request.question().parent();
  check.Require(parent.empty() || parent == request.parent(), "question.parent", "must be empty or equal to parent");
  CheckRequestId(request.request_id(), check);
  if (!check.ok()) return check.Result();
  CostsAnswerEvent event;
  {
    MutexLock lock(mutex_);
    if (const CostsAnswerEvent* known = answers_.FindRequest(request.request_id())) return answers_.Told(*known);
    // Before the question is asked: the answer may rest on more than this, never on less.
    const Ledger::Mark mark = ledger_.Here();
    for (const size_t count : {mark.batches, mark.corrections, mark.links, mark.stays}) {
      event.add_mark(static_cast<int64_t>(count));
    }
  }
  v1::QueryFiguresRequest question = request.question();
  question.set_parent(request.parent());
  NMD_ASSIGN_OR_RETURN(v1::QueryFiguresResponse response, QueryFigures(caller, question));
  if (response.figures_size() + response.totals_size() > kMostFigures) {
    return Fail(absl::StatusCode::kInvalidArgument, ErrorReason::RESULT_TOO_LARGE,
                absl::StrCat("an answer of the register has at most ", kMostFigures, " figures; ask for fewer dimensions"));
  }
  v1::RegisteredAnswer* answer = event.mutable_answer();
  answer->set_title(request.title());
  answer->set_text(request.text());
  answer->set_subject(caller.subject);
  for (const type::Role role : caller.roles) answer->add_roles(role);
  *answer->mutable_question() = response.effective();
  response.clear_effective();
  *answer->mutable_figures() = std::move(response);
  *answer->mutable_measures() = MeasuresBehind(*catalogue_, municipality_, question);
  answer->set_catalogue_version(catalogue_->version());
  event.set_request_id(request.request_id());

  MutexLock lock(mutex_);
  // The same request may have come in twice at once.
  if (const CostsAnswerEvent* known = answers_.FindRequest(request.request_id())) return answers_.Told(*known);
  const absl::Time now = clock_.Now();
  *answer->mutable_register_time() = TimestampOf(now);
  answer->set_name(
      absl::StrCat(request.parent(), "/registeredanswers/", answers_.NextNumber(CivilOf(dutch::CalendarDay(now)).year)));
  std::vector<JournalRecord> records;
  records.push_back({0, now, std::string(AnswerRegister::kKind), event.SerializeAsString(), caller.subject});
  NMD_ASSIGN_OR_RETURN(journal_sequence_, journal_.Append(std::move(records), journal_sequence_));
  const std::string name = answer->name();
  answers_.Add(std::move(event));
  return answers_.Told(*answers_.Find(name));
}

absl::StatusOr<v1::RegisteredAnswer> Costs::GetRegisteredAnswer(const Caller&,
                                                                const v1::GetRegisteredAnswerRequest& request) const {
  MutexLock lock(mutex_);
  const CostsAnswerEvent* event = answers_.Find(request.name());
  if (event == nullptr) return NotFound(request.name());
  return answers_.Told(*event);
}

absl::StatusOr<v1::ListRegisteredAnswersResponse> Costs::ListRegisteredAnswers(
    const Caller&, const v1::ListRegisteredAnswersRequest& request) const {
  NMD_ASSIGN_OR_RETURN(const Page page, ReadPage(request));
  MutexLock lock(mutex_);
  v1::ListRegisteredAnswersResponse response;
  const auto total = static_cast<int64_t>(answers_.events().size());
  const int64_t end = std::min(total, page.offset + page.size);
  for (int64_t i = page.offset; i < end; ++i) {
    *response.add_registered_answers() = Summary(answers_.Told(*answers_.events()[static_cast<size_t>(total - 1 - i)]));
  }
  response.set_next_page_token(NextPageToken(request, end, total));
  return response;
}

absl::StatusOr<v1::CheckRegisteredAnswerResponse> Costs::CheckRegisteredAnswer(
    const Caller& caller, const v1::CheckRegisteredAnswerRequest& request) {
  v1::CheckRegisteredAnswerResponse response;
  CostsAnswerEvent event;
  {
    MutexLock lock(mutex_);
    const CostsAnswerEvent* known = answers_.Find(request.name());
    if (known == nullptr) return NotFound(request.name());
    event = *known;
    *response.mutable_registered_answer() = Summary(answers_.Told(event));
  }
  const v1::RegisteredAnswer& answer = event.answer();
  *response.mutable_check_time() = TimestampOf(clock_.Now());
  const v1::QueryFiguresResponse given = Lasting(answer.figures());

  bool asks = true;
  const auto ask = [&](const google::protobuf::Timestamp& known_time) -> absl::StatusOr<v1::QueryFiguresResponse> {
    v1::QueryFiguresRequest question = answer.question();
    *question.mutable_known_time() = known_time;
    absl::StatusOr<v1::QueryFiguresResponse> found = QueryFigures(caller, question);
    // A measure or dimension that is not there any more: the question has no figures left, and that is the outcome.
    asks = found.ok() || !absl::IsInvalidArgument(found.status());
    if (!asks) return v1::QueryFiguresResponse();
    if (!found.ok()) return found.status();
    return Lasting(*std::move(found));
  };
  NMD_ASSIGN_OR_RETURN(const v1::QueryFiguresResponse then, ask(answer.question().known_time()));
  NMD_ASSIGN_OR_RETURN(const v1::QueryFiguresResponse now, ask(response.check_time()));
  response.set_reproduced(then.SerializeAsString() == given.SerializeAsString());
  *response.mutable_reproduction_changes() = ChangedFigures(given, then);
  *response.mutable_changes() = ChangedFigures(given, now);

  Ledger::Mark mark;
  if (event.mark_size() == 4) {
    const auto mark_at = [&event](int i) { return static_cast<size_t>(event.mark(i)); };
    mark = {mark_at(0), mark_at(1), mark_at(2), mark_at(3)};
  }
  const auto explain = [&](const google::protobuf::Timestamp& known_time, const v1::QueryFiguresResponse& found,
                           google::protobuf::RepeatedPtrField<v1::ChangeCause>* causes) {
    AddDefinitionCauses(answer, *catalogue_, municipality_, causes);
    if (!asks && causes->empty()) {
      v1::ChangeCause* cause = causes->Add();
      cause->set_kind(v1::ChangeCause::DEFINITION);
      cause->set_count(1);
      cause->set_statement("De vraag kan zo niet meer worden gesteld: een dimensie past niet meer bij een maat.");
    }
    absl::flat_hash_set<std::string> sources;
    for (const auto* lines : {&given.provenance(), &found.provenance()}) {
      for (const type::Provenance& line : *lines) sources.insert(line.source());
    }
    for (bool ready = false; !ready;) {
      // Slice by slice, so that questions go on meanwhile; what is left then is some milliseconds.
      MutexLock lock(mutex_);
      ready = ledger_.CatchUp(Ledger::kCatchUpSlice);
      if (!ready) continue;
      AddLedgerCauses(ledger_.ChangesSince(mark, MicrosOf(answer.question().known_time()), MicrosOf(known_time), sources),
                      AsksForHouseholds(answer.question()), causes);
    }
  };
  if (!response.reproduced()) explain(answer.question().known_time(), then, response.mutable_reproduction_causes());
  if (!response.changes().empty()) explain(response.check_time(), now, response.mutable_causes());
  if (asks) {
    *response.mutable_answerability() = AnswerabilityOf(now);
    if (!response.reproduction_changes().empty()) {
      NMD_RETURN_IF_ERROR(
          MeasureChanges(answer, &mark, answer.question().known_time(), then, response.mutable_reproduction_changes()));
    }
    if (!response.changes().empty()) {
      NMD_RETURN_IF_ERROR(MeasureChanges(answer, response.reproduced() ? nullptr : &mark, response.check_time(), now,
                                         response.mutable_changes()));
    }
  }
  response.set_statement(Conclusion(response));
  return response;
}

absl::Status Costs::MeasureChanges(const v1::RegisteredAnswer& answer, const Ledger::Mark* mark,
                                   const google::protobuf::Timestamp& known_time, const v1::QueryFiguresResponse& found,
                                   google::protobuf::RepeatedPtrField<v1::FigureChange>* changes) {
  const absl::Time then = absl::FromUnixMicros(MicrosOf(answer.question().known_time()));
  const absl::Time now = absl::FromUnixMicros(MicrosOf(known_time));
  NMD_ASSIGN_OR_RETURN(const AskedQuestion asked, ReadQuestion(*catalogue_, answer.question(), clock_.Now()));
  NMD_ASSIGN_OR_RETURN(const Way way, FindWay(then, mark, now, NeedsRecords(asked.question)));
  std::vector<Cause> causes;
  for (size_t i = 0; i < kCauses; ++i) {
    if (way.walk->Differs(static_cast<Cause>(i))) causes.push_back(static_cast<Cause>(i));
  }
  std::vector<AnswerStage> stages;
  const auto add = [&](v1::DifferenceStep::Cause cause, const Walk::Extent& extent, const Walk::State* state) -> absl::Status {
    AnswerStage& stage = stages.emplace_back();
    stage.cause = cause;
    stage.extent = extent;
    if (state == nullptr) {
      stage.figures = found;
      return absl::OkStatus();
    }
    return AddFigures(*state->snapshot, *state->records, asked, &stage.figures);
  };
  // What is said now of what was known then; no other than what was given when nothing changed in how it is worked out.
  if (mark != nullptr) {
    const Walk::State before = way.walk->Before();
    NMD_RETURN_IF_ERROR(add(v1::DifferenceStep::DEFINITION, {1, 0}, causes.empty() ? nullptr : &before));
  }
  for (const Cause cause : causes) {
    const Walk::State after = cause == causes.back() ? Walk::State() : way.walk->After(cause);
    NMD_RETURN_IF_ERROR(add(MessageOf(cause), way.walk->ExtentOf(cause, nullptr), cause == causes.back() ? nullptr : &after));
  }
  AddChangeSteps(stages, changes);
  return absl::OkStatus();
}

absl::StatusOr<v1::RegisteredAnswer> Costs::AnnotateAnswer(const Caller& caller, const v1::AnnotateAnswerRequest& request) {
  FieldCheck check;
  CheckText(request.text(), "text", kLongestAnnotation, check);
  CheckRequestId(request.request_id(), check);
  check.Require(!request.measure().empty() || request.dimensions().empty(), "measure", "is needed with dimensions");
  MutexLock lock(mutex_);
  const CostsAnswerEvent* known = answers_.Find(request.name());
  if (known == nullptr) return NotFound(request.name());
  if (answers_.HasAnnotation(request.request_id())) return answers_.Told(*known);
  internal::v1::CostsAnnotationEvent event;
  event.set_answer(request.name());
  event.set_request_id(request.request_id());
  v1::Annotation* said = event.mutable_annotation();
  said->set_subject(caller.subject);
  for (const type::Role role : caller.roles) said->add_roles(role);
  said->set_text(request.text());
  said->set_measure(request.measure());
  *said->mutable_dimensions() = request.dimensions();
  if (!request.measure().empty()) {
    check.Require(FindFigure(known->answer().figures(), said->measure(), said->mutable_dimensions()), "measure",
                  "with these dimensions is no figure of the answer");
  }
  if (!check.ok()) return check.Result();
  const absl::Time now = clock_.Now();
  *said->mutable_annotate_time() = TimestampOf(now);
  std::vector<JournalRecord> records;
  records.push_back({0, now, std::string(AnswerRegister::kAnnotationKind), event.SerializeAsString(), caller.subject});
  NMD_ASSIGN_OR_RETURN(journal_sequence_, journal_.Append(std::move(records), journal_sequence_));
  answers_.Add(std::move(event));
  return answers_.Told(*known);
}

absl::StatusOr<v1::FrozenSnapshot> Costs::FreezeSnapshot(const Caller& caller, const v1::FreezeSnapshotRequest& request) {
  FieldCheck check;
  CheckWords(request.title(), "title", kLongestSnapshotTitle, check);
  const std::string id = SnapshotId(request.title());
  check.Require(request.title().empty() || !id.empty(), "title", "must have a letter or a digit");
  CheckWords(request.reason(), "reason", kReasonCharacters, check);
  if (!check.ok()) return check.Result();
  MutexLock lock(mutex_);
  const absl::Time now = clock_.Now();
  const absl::Time asked = absl::FromUnixMicros(MicrosOf(request.known_time()));
  v1::FrozenSnapshot snapshot;
  snapshot.set_name(absl::StrCat(request.parent(), "/frozensnapshots/", id));
  snapshot.set_title(request.title());
  *snapshot.mutable_known_time() = TimestampOf(request.has_known_time() ? std::min(asked, now) : now);
  snapshot.set_reason(request.reason());
  snapshot.set_subject(caller.subject);
  *snapshot.mutable_freeze_time() = TimestampOf(now);
  if (const v1::FrozenSnapshot* frozen = answers_.FindSnapshot(snapshot.name())) {
    const bool repeats = frozen->title() == snapshot.title() &&
                         (!request.has_known_time() || MicrosOf(frozen->known_time()) == MicrosOf(snapshot.known_time()));
    check.Require(repeats, "title", "is taken by a snapshot of another title or known time; choose another");
    if (!check.ok()) return check.Result();
    return *frozen;
  }
  internal::v1::CostsFreezeEvent event;
  *event.mutable_snapshot() = snapshot;
  std::vector<JournalRecord> records;
  records.push_back({0, now, std::string(AnswerRegister::kFreezeKind), event.SerializeAsString(), caller.subject});
  NMD_ASSIGN_OR_RETURN(journal_sequence_, journal_.Append(std::move(records), journal_sequence_));
  answers_.Add(snapshot);
  return snapshot;
}

absl::StatusOr<v1::ListFrozenSnapshotsResponse> Costs::ListFrozenSnapshots(
    const Caller&, const v1::ListFrozenSnapshotsRequest& request) const {
  NMD_ASSIGN_OR_RETURN(const Page page, ReadPage(request));
  MutexLock lock(mutex_);
  v1::ListFrozenSnapshotsResponse response;
  const auto total = static_cast<int64_t>(answers_.snapshots().size());
  const int64_t end = std::min(total, page.offset + page.size);
  for (int64_t i = page.offset; i < end; ++i) {
    *response.add_frozen_snapshots() = *answers_.snapshots()[static_cast<size_t>(total - 1 - i)];
  }
  response.set_next_page_token(NextPageToken(request, end, total));
  return response;
}

}  // namespace nmd::costs
