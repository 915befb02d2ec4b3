// SPDX-License-Identifier: EUPL-1.2
#include "services/analyses/policies.h"

#include <algorithm>
#include <map>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "services/analyses/words.h"
#include "services/core/date.h"
#include "services/costs/question.h"
#include "services/platform/errors.h"
#include "services/platform/paging.h"
#include "services/platform/proto_time.h"
#include "services/platform/status_macros.h"

namespace nmd::analyses {
namespace {

using costs::v1::PolicyMeasure;
using costs::v1::PolicyNote;
using costs::v1::PolicyStatus;

constexpr size_t kLongestTitle = 100;
constexpr size_t kLongestText = 2'000;

// "2018-Q2".
bool IsQuarter(absl::string_view text) {
  int year = 0;
  return text.size() == 7 && absl::SimpleAtoi(text.substr(0, 4), &year) && year >= 1990 && year < 2200 &&
         text.substr(4, 2) == "-Q" && text[6] >= '1' && text[6] <= '4';
}

// One page of what is found, each copied by `add`.
template <typename Request, typename Things, typename Add>
absl::StatusOr<std::string> FillPage(const Request& request, const Things& things, const Add& add) {
  NMD_ASSIGN_OR_RETURN(const Page page, ReadPage(request));
  const auto total = static_cast<int64_t>(things.size());
  const int64_t end = std::min(total, page.offset + page.size);
  for (int64_t i = page.offset; i < end; ++i) add(things[static_cast<size_t>(i)]);
  return NextPageToken(request, end, total);
}

absl::Time KnownOf(bool given, const google::protobuf::Timestamp& time) {
  return given ? TimeOf(time) : absl::InfiniteFuture();
}

void SetAuthor(const Caller& caller, google::protobuf::RepeatedField<int>* roles, std::string* subject) {
  *subject = caller.subject;
  roles->Clear();
  for (const type::Role role : caller.roles) roles->Add(role);
}

}  // namespace

absl::Status Policies::Load() {
  MutexLock lock(mutex_);
  NMD_RETURN_IF_ERROR(measures_.Load());
  NMD_RETURN_IF_ERROR(statuses_.Load());
  return notes_.Load();
}

absl::StatusOr<PolicyMeasure> Policies::RegisterPolicyMeasure(const Caller& caller,
                                                              const costs::v1::RegisterPolicyMeasureRequest& request) {
  PolicyMeasure measure = request.policy_measure();
  FieldCheck check;
  const auto at = [](absl::string_view field) { return absl::StrCat("policy_measure.", field); };
  const std::string id = NameOfTitle(measure.title());
  check.Require(!id.empty(), at("title"), "must have a letter or a digit in it");
  AllowWords(check, measure.title(), at("title"), kLongestTitle);
  RequireWords(check, measure.text(), at("text"), kLongestText);
  AllowWords(check, measure.source(), at("source"), kLongestText);
  check.Require(measure.level() != costs::v1::PROGRAMME_LEVEL_UNSPECIFIED, at("level"), "is needed");
  check.Require(measure.form() != PolicyMeasure::FORM_UNSPECIFIED, at("form"), "is needed");
  const std::optional<Day> start = ParseDay(measure.start_date());
  check.Require(start.has_value() && CivilOf(*start).day == 1, at("start_date"), "must be the first day of a month");
  check.Require(request.request_id().size() <= 64, "request_id", "must have at most 64 characters");
  for (const auto* group : {&measure.population(), &measure.comparison()}) {
    costs::v1::QueryFiguresRequest question;
    question.set_parent(request.parent());
    question.add_measures(measure.measure());
    question.add_dimensions("month");
    *question.mutable_filters() = *group;
    question.mutable_period()->set_start_date("2018-01-01");
    question.mutable_period()->set_end_date("2018-02-01");
    const auto asked = costs::ReadQuestion(costs_.catalogue(), question, clock_.Now());
    const absl::string_view name = group == &measure.population() ? "population" : "comparison";
    if (!asked.ok()) {
      const std::vector<BadField> faults = BadFieldsOf(asked.status());
      for (const BadField& fault : faults) {
        check.Add(at(absl::StartsWith(fault.path, "filters") ? name : "measure"), fault.text);
      }
      if (faults.empty()) {
        check.Add(at(ReasonOf(asked.status()) == ErrorReason::DIMENSION_UNKNOWN ? name : "measure"), asked.status().message());
      }
    } else if (!asked->unregistered_filters.empty()) {
      check.Add(at(name), "nobody registers what it filters on");
    }
  }
  if (!check.ok()) return check.Result();
  SetAuthor(caller, measure.mutable_roles(), measure.mutable_subject());
  measure.clear_statuses();
  measure.set_request_id(request.request_id());

  MutexLock lock(mutex_);
  if (const auto* known = measures_.FindRequest(request.request_id())) return *known;
  int32_t version = 1;
  if (measure.name().empty()) measure.set_name(absl::StrCat(request.parent(), "/policymeasures/", id));
  for (const PolicyMeasure& other : measures_.records()) version += other.name() == measure.name() ? 1 : 0;
  // A name that was given is that of a measure there is.
  if (!request.policy_measure().name().empty() && version == 1) return NotFound(measure.name());
  measure.set_version(version);
  *measure.mutable_register_time() = TimestampOf(clock_.Now());
  NMD_RETURN_IF_ERROR(measures_.Add(measure, caller.subject));
  return measure;
}

std::optional<PolicyMeasure> Policies::MeasureAsKnown(absl::string_view name, absl::Time known) const {
  std::optional<PolicyMeasure> found;
  for (const PolicyMeasure& measure : measures_.records()) {
    if (measure.name() == name && TimeOf(measure.register_time()) <= known) found = measure;
  }
  if (!found.has_value()) return found;
  std::map<std::string, const PolicyStatus*> last;
  for (const PolicyStatus& status : statuses_.records()) {
    if (status.policy_measure() == name && TimeOf(status.report_time()) <= known) last[status.quarter()] = &status;
  }
  for (const auto& [quarter, status] : last) *found->add_statuses() = *status;
  return found;
}

absl::StatusOr<costs::v1::ListPolicyMeasuresResponse> Policies::ListPolicyMeasures(
    const Caller&, const costs::v1::ListPolicyMeasuresRequest& request) const {
  const absl::Time known = KnownOf(request.has_known_time(), request.known_time());
  std::vector<PolicyMeasure> found;
  {
    MutexLock lock(mutex_);
    std::map<std::string, bool> names;
    for (const PolicyMeasure& measure : measures_.records()) names[measure.name()] = true;
    for (const auto& [name, there] : names) {
      if (std::optional<PolicyMeasure> measure = MeasureAsKnown(name, known)) found.push_back(*std::move(measure));
    }
  }
  costs::v1::ListPolicyMeasuresResponse response;
  NMD_ASSIGN_OR_RETURN(std::string next, FillPage(request, found, [&](const PolicyMeasure& measure) {
                         *response.add_policy_measures() = measure;
                       }));
  response.set_next_page_token(std::move(next));
  return response;
}

absl::StatusOr<PolicyStatus> Policies::ReportPolicyStatus(const Caller& caller,
                                                          const costs::v1::ReportPolicyStatusRequest& request) {
  FieldCheck check;
  check.Require(IsQuarter(request.quarter()), "quarter", "must be a quarter such as 2018-Q2");
  check.Require(request.state() != PolicyStatus::STATE_UNSPECIFIED, "state", "is needed");
  RequireWords(check, request.text(), "text", kLongestText);
  if (!check.ok()) return check.Result();
  PolicyStatus status;
  status.set_policy_measure(request.name());
  status.set_quarter(request.quarter());
  status.set_state(request.state());
  status.set_text(request.text());
  SetAuthor(caller, status.mutable_roles(), status.mutable_subject());
  MutexLock lock(mutex_);
  if (!MeasureAsKnown(request.name(), absl::InfiniteFuture()).has_value()) return NotFound(request.name());
  *status.mutable_report_time() = TimestampOf(clock_.Now());
  NMD_RETURN_IF_ERROR(statuses_.Add(status, caller.subject));
  return status;
}

absl::StatusOr<costs::v1::ListPilotProgrammesResponse> Policies::ListPilotProgrammes(
    const Caller&, const costs::v1::ListPilotProgrammesRequest& request) const {
  costs::v1::ListPilotProgrammesResponse response;
  NMD_ASSIGN_OR_RETURN(std::string next, FillPage(request, data_->pilot_programmes(), [&](const auto& programme) {
                         *response.add_pilot_programmes() = programme;
                       }));
  response.set_next_page_token(std::move(next));
  return response;
}

absl::StatusOr<costs::v1::ListPolicyEventsResponse> Policies::ListPolicyEvents(
    const Caller&, const costs::v1::ListPolicyEventsRequest& request) const {
  costs::v1::ListPolicyEventsResponse response;
  NMD_ASSIGN_OR_RETURN(std::string next,
                       FillPage(request, data_->events(), [&](const auto& event) { *response.add_policy_events() = event; }));
  response.set_next_page_token(std::move(next));
  return response;
}

absl::StatusOr<PolicyNote> Policies::AddPolicyNote(const Caller& caller, const costs::v1::AddPolicyNoteRequest& request) {
  PolicyNote note = request.policy_note();
  FieldCheck check;
  const auto at = [](absl::string_view field) { return absl::StrCat("policy_note.", field); };
  check.Require(absl::StartsWith(note.about(), absl::StrCat(request.parent(), "/")) && note.about().size() <= 300, at("about"),
                "must be the name of something of this municipality");
  RequireWords(check, note.text(), at("text"), kLongestText);
  AllowWords(check, note.action(), at("action"), kLongestText);
  check.Require(note.review_date().empty() || ParseDay(note.review_date()).has_value(), at("review_date"),
                "must be a date as YYYY-MM-DD");
  check.Require(note.action().empty() == note.review_date().empty(), at("review_date"),
                "an action is looked at again: action and review_date go together (R153)");
  check.Require(note.date().empty() || IsDateAsKnown(note.date()), at("date"), "must be a date as YYYY-MM-DD, YYYY-MM or YYYY");
  check.Require(request.request_id().size() <= 64, "request_id", "must have at most 64 characters");
  if (!check.ok()) return check.Result();
  SetAuthor(caller, note.mutable_roles(), note.mutable_subject());
  note.set_request_id(request.request_id());
  MutexLock lock(mutex_);
  if (const auto* known = notes_.FindRequest(request.request_id())) return *known;
  note.set_name(absl::StrCat(request.parent(), "/policynotes/", notes_.records().size() + 1));
  *note.mutable_add_time() = TimestampOf(clock_.Now());
  NMD_RETURN_IF_ERROR(notes_.Add(note, caller.subject));
  return note;
}

std::vector<PolicyNote> Policies::NotesAsKnown(absl::string_view about, absl::Time known) const {
  std::vector<PolicyNote> found;
  const auto add = [&](const PolicyNote& note) {
    if (about.empty() || note.about() == about) found.push_back(note);
  };
  {
    MutexLock lock(mutex_);
    for (auto it = notes_.records().rbegin(); it != notes_.records().rend(); ++it) {
      if (TimeOf(it->add_time()) <= known) add(*it);
    }
  }
  std::vector<PolicyNote> given = data_->notes();
  std::stable_sort(given.begin(), given.end(), [](const auto& a, const auto& b) { return a.date() > b.date(); });
  for (const PolicyNote& note : given) add(note);
  return found;
}

absl::StatusOr<costs::v1::ListPolicyNotesResponse> Policies::ListPolicyNotes(
    const Caller&, const costs::v1::ListPolicyNotesRequest& request) const {
  costs::v1::ListPolicyNotesResponse response;
  NMD_ASSIGN_OR_RETURN(std::string next,
                       FillPage(request, NotesAsKnown(request.about(), KnownOf(request.has_known_time(), request.known_time())),
                                [&](const PolicyNote& note) { *response.add_policy_notes() = note; }));
  response.set_next_page_token(std::move(next));
  return response;
}

}  // namespace nmd::analyses
