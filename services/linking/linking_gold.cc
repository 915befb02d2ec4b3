// SPDX-License-Identifier: EUPL-1.2
// The gold sample: pairs drawn by lot, judged by people who do not see what the model thinks, and what that says of the links.
#include <algorithm>
#include <set>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/functional/function_ref.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/util/time_util.h"
#include "nmd/internal/v1/linking_events.pb.h"
#include "services/core/dutch.h"
#include "services/linking/engine/blocking.h"
#include "services/linking/journal_kinds.h"
#include "services/linking/linking.h"
#include "services/platform/errors.h"
#include "services/platform/paging.h"
#include "services/platform/status_macros.h"

namespace nmd::linking {
namespace {

using google::protobuf::util::TimeUtil;
using internal::v1::GoldEvent;

constexpr int32_t kLeastDrawn = 10, kMostDrawn = 2000;

constexpr uint64_t Joined(uint32_t a, uint32_t b) { return uint64_t{std::min(a, b)} << 32 | std::max(a, b); }

// Pairs of one client. Of one with more than engine::kMaxRun persons every person is paired with the next kWindow only, as
// blocking does: nobody has so many records, and all pairs of ten thousand would be the whole sample.
void EachPairOf(const std::vector<uint32_t>& group, absl::FunctionRef<void(uint32_t, uint32_t)> visit) {
  const size_t reach = group.size() > engine::kMaxRun ? engine::kWindow : group.size();
  for (size_t i = 0; i < group.size(); ++i) {
    for (size_t k = i + 1; k < std::min(group.size(), i + 1 + reach); ++k) visit(group[i], group[k]);
  }
}

}  // namespace

void Linking::EachGoldPair(absl::FunctionRef<void(v1::GoldStratum::Kind, uint32_t, uint32_t)> visit) const {
  const Timeline& timeline = *timeline_;
  const engine::LiveIndex& index = timeline.index();
  std::vector<uint32_t> client_of(state_.persons().size());  // The first of its persons.
  std::vector<uint32_t> records;
  absl::flat_hash_set<uint64_t> seen;  // Pairs of persons of two clients.
  for (uint32_t person = 0; person < client_of.size(); ++person) {
    const std::vector<uint32_t> own = timeline.RecordsOf(person);
    if (own.empty()) continue;
    records.insert(records.end(), own.begin(), own.end());
    const std::vector<uint32_t> group = timeline.GroupOf(person);
    client_of[person] = group.front();
    if (group.front() == person) {
      EachPairOf(group, [&](uint32_t a, uint32_t b) {
        const uint32_t number = timeline.BsnOf(a);
        visit(number != LinkState::kNoClient && number == timeline.BsnOf(b) ? v1::GoldStratum::LINKED_BY_NUMBER
                                                                            : v1::GoldStratum::LINKED_BY_WEIGHT,
              a, b);
      });
    }
    for (const Timeline::Doubt& doubt : timeline.DoubtsOf(person)) {
      if (seen.insert(Joined(person, doubt.other)).second) visit(v1::GoldStratum::OPEN, person, doubt.other);
    }
  }
  std::sort(records.begin(), records.end());
  const engine::Blocks blocks(index.persons(), std::move(records), index.model().rules, /*choose=*/false);
  const engine::Millibits floor = engine::LogOdds(kLeastChance);
  for (size_t i = 0; i < blocks.runs(); ++i) {
    engine::ForEachPair(blocks.run(i), [&](uint32_t x, uint32_t y) {
      const uint32_t a = blocks.items()[x], b = blocks.items()[y];
      const uint32_t person = timeline.PersonOf(a), other = timeline.PersonOf(b);
      if (client_of[person] == client_of[other]) return;
      const engine::Hot &hot = index.persons().hot(a), &other_hot = index.persons().hot(b);
      if (!index.scorer().MayReach(hot, other_hot, floor) || index.scorer().Decide(hot, other_hot, floor).score < floor) return;
      if (seen.insert(Joined(person, other)).second) visit(v1::GoldStratum::APART, person, other);
    });
  }
}

std::string Linking::SampleItemId(const GoldState::PairKey& keys) const {
  // Another one than the pair has in the queue: there it is shown with what the model thinks.
  return absl::StrCat("s", identity_->others.Derive("gold-item").MacHex(absl::StrCat(keys.first, "/", keys.second), kIdDigits));
}

std::vector<Linking::SamplePair> Linking::SamplePairs() const {
  std::vector<SamplePair> pairs;
  for (const auto& [keys, pair] : gold_.pairs()) {
    if (pair.stratum == v1::GoldStratum::KIND_UNSPECIFIED) continue;
    const auto a = state_.person_keys().Find(keys.first), b = state_.person_keys().Find(keys.second);
    // Since it was drawn a person may have been withdrawn or erased.
    if (!a || !b || timeline_->RecordsOf(*a).empty() || timeline_->RecordsOf(*b).empty()) continue;
    pairs.push_back({SampleItemId(keys), *a, *b, pair.verdict != v1::VERDICT_UNSPECIFIED});
  }
  std::sort(pairs.begin(), pairs.end(), [](const SamplePair& x, const SamplePair& y) { return x.item < y.item; });
  return pairs;
}

v1::ReviewItem Linking::SampleItem(const SamplePair& pair) const {
  v1::ReviewItem item;
  item.set_item(pair.item);
  item.set_reason(v1::SAMPLE);
  std::set<absl::string_view> sources;
  for (const uint32_t person : {pair.a, pair.b}) {
    for (const LinkState::Record& record : state_.persons()[person].records) {
      if (state_.CountsNow(record)) sources.insert(state_.sources()[record.source]);
    }
  }
  for (const absl::string_view source : sources) item.add_sources(std::string(source));
  return item;
}

absl::StatusOr<v1::ListReviewItemsResponse> Linking::ListSample(const v1::ListReviewItemsRequest& request) const {
  NMD_ASSIGN_OR_RETURN(const Page page, ReadPage(request));
  v1::ListReviewItemsResponse response;
  int64_t total = 0;
  for (const SamplePair& pair : SamplePairs()) {
    if (pair.labelled) continue;
    v1::ReviewItem item = SampleItem(pair);
    const bool of_source = request.source().empty() ||
                           std::find(item.sources().begin(), item.sources().end(), request.source()) != item.sources().end();
    if (!of_source) continue;
    if (total >= page.offset && total < page.offset + page.size) *response.add_items() = std::move(item);
    ++total;
  }
  response.set_total_count(total);
  response.set_next_page_token(NextPageToken(request, page.offset + page.size, total));
  return response;
}

v1::GoldSample Linking::GoldSampleNow() const {
  v1::GoldSample sample;
  sample.set_name(absl::StrCat("municipalities/", options_.municipality, "/goldsamples/", gold_.sample()));
  *sample.mutable_create_time() = TimeUtil::MicrosecondsToTimestamp(gold_.create_micros());
  *sample.mutable_strata() = gold_.Strata();
  return sample;
}

absl::Status Linking::StoreGold(const Caller& caller, const GoldEvent& event) {
  JournalRecord record = NewRecord(kGold, event.SerializeAsString());
  record.actor = caller.subject;
  NMD_ASSIGN_OR_RETURN(journal_sequence_, journal_.Append({std::move(record)}, journal_sequence_));
  gold_.Apply(event);
  return absl::OkStatus();
}

absl::StatusOr<v1::GoldSample> Linking::DrawGoldSample(const Caller& caller, const v1::DrawGoldSampleRequest& request) {
  FieldCheck check;
  check.Require(request.size() >= kLeastDrawn && request.size() <= kMostDrawn, "size", "must be from 10 to 2000");
  if (!check.ok()) return check.Result();
  MutexLock lock(mutex_);
  NMD_RETURN_IF_ERROR(CheckLoaded());

  const Key lottery = identity_->others.Derive("gold");
  std::vector<uint64_t> secret(state_.persons().size());
  for (uint32_t person = 0; person < secret.size(); ++person) {
    for (const char byte : lottery.Mac(state_.person_keys()[person]).substr(0, 8)) {
      secret[person] = secret[person] << 8 | static_cast<uint8_t>(byte);
    }
  }
  absl::flat_hash_set<uint64_t> drawn;
  for (const auto& [keys, pair] : gold_.pairs()) {
    const auto a = state_.person_keys().Find(keys.first), b = state_.person_keys().Find(keys.second);
    if (a && b) drawn.insert(Joined(*a, *b));
  }
  GoldDraw draw(request.size());
  EachGoldPair([&](v1::GoldStratum::Kind stratum, uint32_t a, uint32_t b) {
    draw.Offer(stratum, GoldLot(secret[a], secret[b]), a, b, drawn.contains(Joined(a, b)));
  });
  const GoldDraw::Result result = std::move(draw).Finish();

  GoldEvent event;
  int64_t last = 0;
  if (!absl::SimpleAtoi(gold_.sample(), &last)) last = 0;
  event.set_sample(absl::StrCat(last + 1));
  event.set_create_micros(absl::ToUnixMicros(clock_.Now()));
  for (int kind = 1; kind <= kGoldStrata; ++kind) {
    v1::GoldStratum& stratum = *event.add_strata();
    stratum.set_kind(static_cast<v1::GoldStratum::Kind>(kind));
    stratum.set_pair_count(result.offered[StratumIndex(stratum.kind())]);
  }
  for (const GoldDraw::Pair& pair : result.pairs) {
    GoldEvent::Pair& drawn_pair = *event.add_pairs();
    drawn_pair.set_person_key_a(state_.person_keys()[pair.a]);
    drawn_pair.set_person_key_b(state_.person_keys()[pair.b]);
    drawn_pair.set_stratum(pair.stratum);
  }
  NMD_RETURN_IF_ERROR(StoreGold(caller, event));
  return GoldSampleNow();
}

absl::StatusOr<v1::GoldSample> Linking::LabelGoldPair(const Caller& caller, const v1::LabelGoldPairRequest& request) {
  FieldCheck check;
  check.Require(request.verdict() == v1::SAME_PERSON || request.verdict() == v1::DIFFERENT_PERSONS, "verdict",
                "must be SAME_PERSON or DIFFERENT_PERSONS");
  if (!check.ok()) return check.Result();
  MutexLock lock(mutex_);
  NMD_RETURN_IF_ERROR(CheckLoaded());
  for (const auto& [keys, pair] : gold_.pairs()) {
    if (SampleItemId(keys) != request.item()) continue;
    GoldEvent event;
    event.set_create_micros(absl::ToUnixMicros(clock_.Now()));
    GoldEvent::Pair& label = *event.add_pairs();
    label.set_person_key_a(keys.first);
    label.set_person_key_b(keys.second);
    label.set_verdict(request.verdict());
    label.set_labelled_by(caller.subject);
    NMD_RETURN_IF_ERROR(StoreGold(caller, event));
    return GoldSampleNow();
  }
  return Fail(absl::StatusCode::kNotFound, ErrorReason::RESOURCE_NOT_FOUND,
              "this pair is in no sample; ListReviewItems with `sample` has those that are", {{"resource", "item"}});
}

absl::StatusOr<v1::LinkQuality> Linking::GetLinkQuality(const Caller& caller, const v1::GetLinkQualityRequest&) const {
  NMD_ASSIGN_OR_RETURN(const v1::LinkSummary summary, GetLinkSummary(caller, {}));
  v1::LinkQuality quality;
  quality.set_name(absl::StrCat("municipalities/", options_.municipality, "/linkquality"));
  quality.set_open_pair_count(summary.open_pair_count());
  quality.set_client_count(summary.client_count());
  quality.set_least_client_count(summary.least_client_count());
  quality.set_model(summary.model());
  MutexLock lock(mutex_);
  NMD_RETURN_IF_ERROR(CheckLoaded());
  const auto counts = gold_.Counts();
  const GoldEstimate estimate = Estimate(counts);
  const auto set = [](const std::optional<Share>& share, v1::EstimatedShare* to) {
    to->set_value(share->value);
    to->set_low(share->low);
    to->set_high(share->high);
  };
  if (estimate.precision) set(estimate.precision, quality.mutable_precision());
  if (estimate.recall) set(estimate.recall, quality.mutable_recall());
  *quality.mutable_strata() = gold_.Strata();
  std::string statement = DutchStatement(counts, estimate);
  if (!gold_.sample().empty()) {
    absl::StrAppend(&statement, " De steekproef is van ",
                    dutch::Date(dutch::CalendarDay(absl::FromUnixMicros(gold_.create_micros()))), ".");
    // Strata are those of the draw: what another model links is not in them.
    if (state_.releases().back().known_micros() > gold_.create_micros()) {
      absl::StrAppend(&statement, " Daarna is een ander koppelmodel in gebruik genomen: loot opnieuw.");
    }
  }
  quality.set_statement(std::move(statement));
  return quality;
}

}  // namespace nmd::linking
