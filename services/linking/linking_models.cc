// SPDX-License-Identifier: EUPL-1.2
// Models: learned anew beside what is in force, compared with it, and released by people.
#include <algorithm>
#include <memory>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "google/protobuf/util/time_util.h"
#include "nmd/internal/v1/linking_events.pb.h"
#include "services/linking/journal_kinds.h"
#include "services/linking/linking.h"
#include "services/linking/retrain.h"
#include "services/platform/check_words.h"
#include "services/platform/errors.h"
#include "services/platform/paging.h"
#include "services/platform/status_macros.h"

namespace nmd::linking {
namespace {

using google::protobuf::util::TimeUtil;
using internal::v1::ModelEvent;
using internal::v1::ModelReleaseEvent;

}  // namespace

std::string Linking::ModelName(absl::string_view version) const {
  return absl::StrCat("municipalities/", options_.municipality, "/linkmodels/", version);
}

absl::StatusOr<const ModelEvent*> Linking::FindModel(const std::string& name) const {
  absl::string_view version = name;
  const ModelEvent* found = nullptr;
  if (absl::ConsumePrefix(&version, ModelName(""))) found = state_.FindModel(version);
  if (found == nullptr) return NotFound(name);
  return found;
}

v1::LinkModel Linking::ModelOf(const ModelEvent& event) const {
  v1::LinkModel model;
  model.set_name(ModelName(event.version()));
  *model.mutable_create_time() = TimeUtil::MicrosecondsToTimestamp(event.create_micros());
  model.set_record_count(event.record_count());
  if (event.has_difference()) *model.mutable_difference() = event.difference();
  // Of several releases the last one.
  for (const ModelReleaseEvent& release : state_.releases()) {
    if (release.version() != event.version()) continue;
    *model.mutable_release_time() = TimeUtil::MicrosecondsToTimestamp(release.known_micros());
    model.set_released_by(release.actor());
    model.set_reason(release.reason());
  }
  model.set_in_force(!state_.releases().empty() && state_.releases().back().version() == event.version());
  return model;
}

TrainingSet Linking::NewTrainingSet() const {
  TrainingSet set;
  const auto count = static_cast<uint32_t>(state_.persons().size());
  constexpr uint32_t kNobody = UINT32_MAX;
  std::vector<uint32_t> number_of(count, kNobody);     // By person: its number in the set.
  std::vector<uint32_t> first_record(count, kNobody);  // By person: number in the set of its first record.
  std::vector<uint32_t> selected;
  for (uint32_t person = 0; person < count; ++person) {
    if (!timeline_->Counts(person)) continue;
    number_of[person] = static_cast<uint32_t>(set.client_of.size());
    set.client_of.push_back(number_of[person]);
    for (const uint32_t record : timeline_->RecordsOf(person)) {
      const auto number = static_cast<uint32_t>(selected.size());
      if (first_record[person] == kNobody) {
        first_record[person] = number;
      } else {
        set.constraints.same.emplace_back(first_record[person], number);
      }
      selected.push_back(record);
      set.person_of.push_back(number_of[person]);
    }
  }
  for (uint32_t person = 0; person < count; ++person) {
    if (first_record[person] == kNobody) continue;
    for (const auto& [other, verdict] : timeline_->DecidedOf(person)) {
      if (other < person || first_record[other] == kNobody) continue;
      auto& pairs = verdict == v1::SAME_PERSON ? set.constraints.must : set.constraints.cannot;
      pairs.emplace_back(first_record[person], first_record[other]);
    }
    const std::vector<uint32_t> group = timeline_->GroupOf(person);
    set.client_of[number_of[person]] = number_of[group.front()];
    for (const Timeline::Doubt& doubt : timeline_->DoubtsOf(person)) set.open_pairs += doubt.possible && doubt.other > person;
  }
  set.persons = timeline_->index().persons().Select(selected);
  return set;
}

absl::StatusOr<v1::LinkModel> Linking::Train(const Operations::Report& report) {
  TrainingSet set;
  {
    MutexLock lock(mutex_);
    NMD_RETURN_IF_ERROR(CheckLoaded());
    set = NewTrainingSet();
  }
  const Retrained trained = Retrain(std::move(set), [&](int64_t done, int64_t all) {
    v1::TrainProgress progress;
    progress.set_pairs_done(done);
    progress.set_pairs_all(all);
    report(progress);
  });
  ModelEvent event;
  event.set_version(trained.model.Version());
  event.set_sealed_text(vault_.SealText(trained.model.Text()));
  event.set_create_micros(absl::ToUnixMicros(clock_.Now()));
  event.set_record_count(trained.model.records);
  *event.mutable_difference() = trained.difference;
  MutexLock lock(mutex_);
  NMD_RETURN_IF_ERROR(CheckLoaded());
  if (const ModelEvent* known = state_.FindModel(event.version()); known != nullptr) {
    // The same records teach the same: only what it would change may be another now.
    v1::LinkModel model = ModelOf(*known);
    *model.mutable_difference() = trained.difference;
    return model;
  }
  NMD_ASSIGN_OR_RETURN(journal_sequence_, journal_.Append({NewRecord(kModel, event.SerializeAsString())}, journal_sequence_));
  const absl::Status applied = state_.Apply(event);
  if (!applied.ok()) {
    loaded_ = false;
    return applied;
  }
  return ModelOf(event);
}

absl::StatusOr<google::longrunning::Operation> Linking::TrainLinkModel(const Caller&, const v1::TrainLinkModelRequest&) {
  std::string running;
  {
    MutexLock lock(mutex_);
    NMD_RETURN_IF_ERROR(CheckLoaded());
    running = training_;
  }
  // Two at once would learn the same.
  if (!running.empty()) {
    absl::StatusOr<google::longrunning::Operation> known = operations_->Get(running);
    if (known.ok() && !known->done()) return known;
  }
  NMD_ASSIGN_OR_RETURN(google::longrunning::Operation started,
                       operations_->StartReporting([this](const Operations::Report& report) -> Operations::Outcome {
                         NMD_ASSIGN_OR_RETURN(v1::LinkModel model, Train(report));
                         return std::make_unique<v1::LinkModel>(std::move(model));
                       }));
  MutexLock lock(mutex_);
  training_ = started.name();
  return started;
}

absl::StatusOr<google::longrunning::Operation> Linking::GetOperation(
    const Caller&, const google::longrunning::GetOperationRequest& request) const {
  return operations_->Get(request.name());
}

absl::StatusOr<v1::ListLinkModelsResponse> Linking::ListLinkModels(const Caller&,
                                                                   const v1::ListLinkModelsRequest& request) const {
  NMD_ASSIGN_OR_RETURN(const Page page, ReadPage(request));
  MutexLock lock(mutex_);
  NMD_RETURN_IF_ERROR(CheckLoaded());
  v1::ListLinkModelsResponse response;
  const auto total = static_cast<int64_t>(state_.models().size());
  for (int64_t i = page.offset; i < std::min(total, page.offset + page.size); ++i) {
    *response.add_models() = ModelOf(state_.models()[static_cast<size_t>(total - 1 - i)]);
  }
  response.set_next_page_token(NextPageToken(request, page.offset + page.size, total));
  return response;
}

absl::StatusOr<v1::LinkModel> Linking::GetLinkModel(const Caller&, const v1::GetLinkModelRequest& request) const {
  MutexLock lock(mutex_);
  NMD_RETURN_IF_ERROR(CheckLoaded());
  NMD_ASSIGN_OR_RETURN(const ModelEvent* event, FindModel(request.name()));
  NMD_ASSIGN_OR_RETURN(const std::string text, vault_.OpenText(event->sealed_text()));
  NMD_ASSIGN_OR_RETURN(const engine::Model opened, engine::Model::Parse(text));
  v1::LinkModel model = ModelOf(*event);
  model.set_text(opened.Weights());
  return model;
}

absl::StatusOr<v1::LinkModel> Linking::ReleaseLinkModel(const Caller& caller, const v1::ReleaseLinkModelRequest& request) {
  FieldCheck check;
  CheckWords(request.reason(), "reason", kReasonCharacters, check);
  if (!check.ok()) return check.Result();
  MutexLock lock(mutex_);
  NMD_RETURN_IF_ERROR(CheckLoaded());
  NMD_ASSIGN_OR_RETURN(const ModelEvent* model, FindModel(request.name()));
  v1::LinkModel before = ModelOf(*model);
  if (before.in_force()) return before;
  ModelReleaseEvent event;
  event.set_version(model->version());
  event.set_known_micros(KnownNow());
  event.set_actor(caller.subject);
  event.set_reason(request.reason());
  JournalRecord record = NewRecord(kModelRelease, event.SerializeAsString());
  record.actor = caller.subject;
  std::set<uint32_t> all;
  for (uint32_t person = 0; person < state_.persons().size(); ++person) all.insert(all.end(), person);
  absl::Status released = state_.Apply(event);
  if (released.ok()) {
    std::vector<JournalRecord> records;
    records.push_back(std::move(record));
    released = AppendWithLinks(std::move(records), all, event.known_micros());
  }
  if (!released.ok()) {
    // The state is ahead of the journal.
    loaded_ = false;
    return released;
  }
  NMD_ASSIGN_OR_RETURN(const ModelEvent* now, FindModel(request.name()));
  return ModelOf(*now);
}

}  // namespace nmd::linking
