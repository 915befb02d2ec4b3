// SPDX-License-Identifier: EUPL-1.2
// Costs::ExplainFigure, and the way from one known time to another.
#include <algorithm>
#include <list>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "nmd/costs/v1/costs.pb.h"
#include "services/costs/answer.h"
#include "services/costs/costs.h"
#include "services/costs/differences.h"
#include "services/costs/explain.h"
#include "services/costs/figures.h"
#include "services/costs/query.h"
#include "services/costs/question.h"
#include "services/platform/errors.h"
#include "services/platform/status_macros.h"

namespace nmd::costs {
namespace {

// Tries before a caller is told to come back: each begins anew when something came in meanwhile.
constexpr int kTries = 5;

type::Figure FigureOf(const Snapshot& snapshot, const RecordBook& records, const AskedQuestion& asked) {
  const FigureMaker maker(snapshot, asked);
  if (!asked.unregistered_filters.empty()) return maker.NotRegistered(0, asked.unregistered_filters);
  return maker.Make(Answer(snapshot, records, asked.question, kFigureLimit)->total, 0, false);
}

}  // namespace

absl::StatusOr<Costs::Way> Costs::FindWay(absl::Time earlier, const Ledger::Mark* mark, absl::Time later, bool records) {
  const Month month_then = MonthOfTime(earlier);
  const Month month_now = MonthOfTime(later);
  for (int i = 0; i < kTries; ++i) {
    Ledger::Mark here;
    {
      MutexLock lock(mutex_);
      here = ledger_.Here();
    }
    Way way;
    if (mark == nullptr) {
      way.earlier = SnapshotAt(earlier);
      way.earlier_records = RecordsAt(earlier, records);
    }
    way.later = SnapshotAt(later);
    way.later_records = RecordsAt(later, records);
    for (bool ready = false; !ready;) {
      MutexLock lock(mutex_);  // Let go between slices.
      ready = ledger_.CatchUp(Ledger::kCatchUpSlice);
    }
    Passage passage;
    {
      MutexLock lock(mutex_);
      if (ledger_.Here() != here) continue;
      std::optional<Day> open_from;
      if (month_then != month_now) open_from = OpenFrom(std::min(month_then, month_now));
      passage = ledger_.PassageFrom(mark == nullptr ? here : *mark, absl::ToUnixMicros(earlier), absl::ToUnixMicros(later),
                                    open_from, records);
    }
    way.walk = std::make_unique<const Walk>(std::move(passage), way.later, month_then, month_now);
    return way;
  }
  return Fail(absl::StatusCode::kUnavailable, ErrorReason::UNAVAILABLE_NOW,
              "deliveries keep coming in, so that two moments cannot be compared; try again in a minute");
}

absl::StatusOr<v1::ExplainFigureResponse> Costs::ExplainFigure(const Caller&, const v1::ExplainFigureRequest& request) {
  const absl::Time now = clock_.Now();
  NMD_ASSIGN_OR_RETURN(const AskedQuestion asked, ReadQuestion(*catalogue_, request, now));
  const bool needs_records = NeedsRecords(asked.question);
  v1::ExplainFigureResponse response;
  *response.mutable_measure() = MeasureMessage(municipality_, *asked.question.measures.front());
  if (!asked.unregistered_filters.empty()) {
    *response.mutable_figure() = FigureMaker(*SnapshotAt(asked.known), asked).NotRegistered(0, asked.unregistered_filters);
    return response;
  }

  if (!request.has_compare_known_time() && asked.known == now) {
    const std::shared_ptr<const Snapshot> snapshot = SnapshotAt(now);
    const std::shared_ptr<const RecordBook> records = RecordsAt(now, needs_records);
    *response.mutable_figure() = FigureOf(*snapshot, *records, asked);
    Explain(*snapshot, *records, asked, municipality_, &response);
    ExplainOpenLinks(*snapshot, asked.question, &response);
    return response;
  }

  AskedQuestion other = asked;
  other.known = request.has_compare_known_time()
                    ? QuestionReader(*catalogue_, now).ReadKnownTime(true, request.compare_known_time())
                    : now;
  const bool forward = asked.known <= other.known;
  const AskedQuestion& earlier = forward ? asked : other;
  const AskedQuestion& later = forward ? other : asked;
  NMD_ASSIGN_OR_RETURN(const Way way, FindWay(earlier.known, nullptr, later.known, needs_records));

  const Snapshot& snapshot = forward ? *way.earlier : *way.later;
  const RecordBook& records = forward ? *way.earlier_records : *way.later_records;
  *response.mutable_figure() = FigureOf(snapshot, records, asked);
  Explain(snapshot, records, asked, municipality_, &response);
  ExplainOpenLinks(snapshot, asked.question, &response);

  google::protobuf::RepeatedPtrField<type::Provenance> provenance;
  FigureMaker(snapshot, asked).AddProvenance(&provenance);
  absl::flat_hash_set<std::string> sources;
  for (const type::Provenance& line : provenance) sources.insert(line.source());
  constexpr Cause kAll[] = {Cause::kHorizon, Cause::kExternal, Cause::kWithdrawal, Cause::kCorrection,
                            Cause::kLate,    Cause::kLink,     Cause::kHousehold};
  if (!request.has_compare_known_time()) {
    for (const Cause cause : kAll) {
      const Walk::Extent extent = way.walk->ExtentOf(cause, &sources);
      if (cause == Cause::kHorizon || extent.things == 0) continue;
      v1::DifferenceStep* change = response.add_changes_since();
      change->set_cause(MessageOf(cause));
      change->set_thing_count(extent.things);
      change->set_delivery_count(extent.deliveries);
      change->set_statement(StatementOf(change->cause(), extent));
    }
    return response;
  }

  const type::Figure from = FigureOf(*way.earlier, *way.earlier_records, earlier);
  const type::Figure to = FigureOf(*way.later, *way.later_records, later);
  std::list<type::Figure> made;  // Stays where it is.
  std::vector<Stage> stages;
  const type::Figure* last = &from;
  for (const Cause cause : kAll) {
    bool more = false;
    for (const Cause after : kAll) more = more || (after > cause && way.walk->Differs(after));
    if (way.walk->Differs(cause)) {
      if (more) {
        const Walk::State state = way.walk->After(cause);
        made.push_back(FigureOf(*state.snapshot, *state.records, later));
      }
      last = more ? &made.back() : &to;
    }
    stages.push_back({MessageOf(cause), way.walk->ExtentOf(cause, nullptr), last});
  }
  v1::FigureDifference* difference = response.mutable_comparison();
  *difference->mutable_figure() = forward ? to : from;
  FillDifference(from, to, stages, difference);
  return response;
}

}  // namespace nmd::costs
