// SPDX-License-Identifier: EUPL-1.2
#include "services/linking/timeline.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "google/protobuf/util/time_util.h"
#include "services/platform/errors.h"
#include "services/platform/status_macros.h"

namespace nmd::linking {
namespace {

using engine::LiveIndex;
using google::protobuf::util::TimeUtil;

// Of what a person ever said, at most this much is compared: what was known last.
constexpr size_t kMaxEntries = 8;

constexpr uint64_t Joined(uint32_t a, uint32_t b) { return uint64_t{a} << 32 | b; }

bool SaysNoMore(const ComparedText& a, const ComparedText& b) {
  const auto within = [](const std::string& x, const std::string& y) { return x.empty() || x == y; };
  return within(a.bsn, b.bsn) && within(a.given, b.given) && within(a.family, b.family) && within(a.partner, b.partner) &&
         within(a.birth, b.birth) && within(a.sex, b.sex) && within(a.postcode, b.postcode) && within(a.house, b.house);
}

int32_t PermilleOf(engine::Millibits score) {
  return std::clamp(static_cast<int32_t>(std::lround(1000 * engine::ProbabilityOf(score))), 1, 999);
}

}  // namespace

const std::vector<LinkStep>& Timeline::StepsOf(uint32_t person) const {
  if (steps_.size() <= person) steps_.resize(state_.persons().size());
  std::vector<LinkStep>& steps = steps_[person];
  if (steps.empty()) {
    std::vector<Evidence> evidence;
    for (const LinkState::Record& record : state_.persons()[person].records) {
      const bool has_bsn = record.bsn_client != LinkState::kNoClient;
      evidence.push_back({record.known_micros, has_bsn ? absl::string_view(state_.client_ids()[record.bsn_client]) : "",
                          state_.CorrectionOf(record)});
    }
    steps = LinkSteps(evidence);
  }
  return steps;
}

const LinkStep* Timeline::ExactAt(uint32_t person) const {
  const std::vector<LinkStep>& steps = StepsOf(person);
  const auto after = std::upper_bound(steps.begin(), steps.end(), at_,
                                      [](int64_t time, const LinkStep& step) { return time < step.known_micros; });
  if (after == steps.begin() || (after - 1)->reason == v1::LINK_REASON_UNSPECIFIED) return nullptr;
  return &*(after - 1);
}

bool Timeline::Counts(uint32_t person) const { return ExactAt(person) != nullptr; }

uint32_t Timeline::BsnOf(uint32_t person) const {
  const LinkStep* exact = ExactAt(person);
  if (exact == nullptr || exact->client.empty()) return LinkState::kNoClient;
  return *state_.client_ids().Find(exact->client);
}

void Timeline::Refresh(const std::set<uint32_t>& persons) {
  steps_.resize(std::max(steps_.size(), state_.persons().size()));
  placed_.resize(std::max(placed_.size(), state_.persons().size()));
  for (const uint32_t person : persons) steps_[person].clear();
  bsn_birth_.clear();
}

void Timeline::Note(const LiveIndex::Change& change) {
  moved_.insert(change.moved.begin(), change.moved.end());
  left_.insert(change.left.begin(), change.left.end());
}

absl::StatusOr<std::vector<uint32_t>> Timeline::MoveTo(int64_t known_micros, const std::set<uint32_t>& persons) {
  const absl::string_view version = state_.ModelAt(known_micros);
  const bool anew = index_ == nullptr || version != version_;
  if (anew) {
    const internal::v1::ModelEvent* model = state_.FindModel(version);
    if (model == nullptr) {
      return Fail(absl::StatusCode::kDataLoss, ErrorReason::STORE_DAMAGED, "no model of linking was in force at a known time");
    }
    NMD_ASSIGN_OR_RETURN(engine::Model opened, opener_.model(*model));
    index_ = std::make_unique<LiveIndex>(std::move(opened));
    version_ = std::string(version);
    placed_.assign(state_.persons().size(), {});
    person_of_.clear();
    content_of_.clear();
    records_.clear();
  }
  at_ = known_micros;
  placed_.resize(state_.persons().size());
  moved_.clear();
  left_.clear();
  std::vector<uint32_t> changing(persons.begin(), persons.end());
  if (anew) {
    changing.resize(state_.persons().size());
    for (uint32_t i = 0; i < changing.size(); ++i) changing[i] = i;
  }
  for (const uint32_t person : changing) Unbind(person);
  for (const uint32_t person : changing) NMD_RETURN_IF_ERROR(PlaceEntries(person));
  for (const uint32_t person : changing) Bind(person);
  if (anew) return changing;

  std::set<uint32_t> affected(persons.begin(), persons.end());
  std::set<uint32_t> seen;
  const auto add_group = [&](uint32_t record) {
    if (!index_->Holds(record) || !seen.insert(index_->ClusterOf(record)).second) return;
    for (const uint32_t member : index_->MembersOf(record)) affected.insert(person_of_[member]);
  };
  for (const uint32_t record : moved_) add_group(record);
  for (const uint32_t record : left_) add_group(record);
  for (const uint32_t person : changing) {
    if (!placed_[person].entries.empty()) add_group(placed_[person].entries[0].record);
  }
  return std::vector<uint32_t>(affected.begin(), affected.end());
}

absl::StatusOr<std::vector<std::pair<uint32_t, ComparedText>>> Timeline::MostTelling(uint32_t person,
                                                                                     const std::vector<uint32_t>& said,
                                                                                     uint32_t bsn) const {
  std::vector<std::pair<uint32_t, ComparedText>> texts;
  for (const uint32_t content : said) {
    NMD_ASSIGN_OR_RETURN(ComparedText text, opener_.content(person, content));
    texts.emplace_back(content, std::move(text));
  }
  if (bsn != LinkState::kNoClient) {
    // Whatever number a record has: the person has this one.
    std::string digits;
    for (const LinkState::Record& record : state_.persons()[person].records) {
      if (record.bsn_client != bsn || !digits.empty()) continue;
      if (state_.persons()[person].contents[record.content].sealed.empty()) continue;
      NMD_ASSIGN_OR_RETURN(const ComparedText text, opener_.content(person, record.content));
      digits = text.bsn;
    }
    for (auto& [content, text] : texts) text.bsn = digits;
  }
  const auto hash = [&](uint32_t content) { return state_.persons()[person].contents[content].hash; };
  std::vector<std::pair<uint32_t, ComparedText>> telling;
  for (size_t i = 0; i < texts.size(); ++i) {
    const bool other_says_it = std::any_of(texts.begin(), texts.end(), [&](const auto& other) {
      return other.first != texts[i].first && SaysNoMore(texts[i].second, other.second) &&
             (!SaysNoMore(other.second, texts[i].second) || hash(other.first) < hash(texts[i].first));
    });
    if (!other_says_it) telling.push_back(texts[i]);
  }
  return telling;
}

absl::Status Timeline::PlaceEntries(uint32_t person) {
  Placed& placed = placed_[person];
  const LinkState::Person& from = state_.persons()[person];
  const uint32_t bsn = BsnOf(person);
  std::map<uint32_t, int64_t> last_said;
  for (const LinkState::Record& record : from.records) {
    if (!from.contents[record.content].sealed.empty() && state_.Counts(record, at_)) {
      last_said[record.content] = record.known_micros;
    }
  }
  std::vector<uint32_t> said;
  for (const auto& [content, time] : last_said) said.push_back(content);
  if (said.size() > kMaxEntries) {
    // What was known last; by hash, so that the order of arrival has no say.
    std::sort(said.begin(), said.end(), [&](uint32_t a, uint32_t b) {
      return std::make_pair(-last_said[a], from.contents[a].hash) < std::make_pair(-last_said[b], from.contents[b].hash);
    });
    said.resize(kMaxEntries);
    std::sort(said.begin(), said.end());
  }
  if (said == placed.said && bsn == placed.bsn) return absl::OkStatus();

  NMD_ASSIGN_OR_RETURN(const auto telling, MostTelling(person, said, bsn));
  std::vector<Entry> entries;
  for (const auto& [content, text] : telling) {
    const auto key = std::make_pair(Joined(person, content), bsn);
    const auto record = records_.find(key);
    Entry entry{content, bsn, record == records_.end() ? UINT32_MAX : record->second};
    if (entry.record == UINT32_MAX) {
      const engine::PersonText compared = {text.bsn,      text.given, text.family, text.partner, text.birth, text.sex,
                                           text.postcode, text.house, {},          {},           {},         {}};
      const std::string id = absl::StrCat(state_.person_keys()[person], "/", from.contents[content].hash, "/",
                                          bsn == LinkState::kNoClient ? "" : state_.client_ids()[bsn]);
      const LiveIndex::Change change = index_->Add(id, compared);
      Note(change);
      entry.record = change.record;
      records_[key] = entry.record;
      person_of_.push_back(person);
      content_of_.push_back(content);
    } else if (!index_->Holds(entry.record)) {
      Note(index_->Return(entry.record));
    }
    entries.push_back(entry);
  }
  for (const Entry& old : placed.entries) {
    if (std::find(entries.begin(), entries.end(), old) == entries.end()) Note(index_->Remove(old.record));
  }
  // All in one chain, whatever held before.
  for (size_t i = 0; i < placed.entries.size(); ++i) {
    for (size_t k = i + 1; k < placed.entries.size(); ++k) {
      if (index_->Holds(placed.entries[i].record) && index_->Holds(placed.entries[k].record)) {
        Note(index_->Release(placed.entries[i].record, placed.entries[k].record));
      }
    }
  }
  for (size_t i = 1; i < entries.size(); ++i) Note(index_->Unite(entries[i - 1].record, entries[i].record));
  placed.said = std::move(said);
  placed.bsn = bsn;
  placed.entries = std::move(entries);
  return absl::OkStatus();
}

absl::flat_hash_map<uint32_t, v1::Verdict> Timeline::DecidedAbout(uint32_t person) const {
  absl::flat_hash_map<uint32_t, v1::Verdict> decided;
  absl::flat_hash_map<uint32_t, int64_t> known;
  for (const uint32_t number : state_.DecisionsOf(person)) {
    const v1::LinkDecision& decision = state_.decisions()[number].decision();
    if (!LinkState::Stands(decision, at_)) continue;
    const int64_t time = TimeUtil::TimestampToMicroseconds(decision.known_time());
    for (const LinkState::DecidedPair& pair : state_.PairsOf(decision)) {
      if (pair.a != person && pair.b != person) continue;
      const uint32_t other = pair.a == person ? pair.b : pair.a;
      const auto [since, is_new] = known.try_emplace(other, time);
      // The last one counts.
      if (!is_new && since->second > time) continue;
      since->second = time;
      decided[other] = pair.verdict;
    }
  }
  return decided;
}

void Timeline::Unbind(uint32_t person) {
  for (const auto& [other, verdict] : placed_[person].decided) {
    Note(index_->Release(placed_[person].entries[0].record, placed_[other].entries[0].record));
    std::erase_if(placed_[other].decided, [&](const auto& back) { return back.first == person; });
  }
  placed_[person].decided.clear();
}

void Timeline::Bind(uint32_t person) {
  if (state_.DecisionsOf(person).empty() || placed_[person].entries.empty()) return;
  for (const auto& [other, verdict] : DecidedAbout(person)) {
    std::vector<std::pair<uint32_t, v1::Verdict>>& decided = placed_[person].decided;
    if (placed_[other].entries.empty() ||
        std::any_of(decided.begin(), decided.end(), [&, o = other](const auto& known) { return known.first == o; })) {
      continue;
    }
    const uint32_t a = placed_[person].entries[0].record, b = placed_[other].entries[0].record;
    Note(verdict == v1::SAME_PERSON ? index_->Require(a, b) : index_->Forbid(a, b));
    decided.emplace_back(other, verdict);
    placed_[other].decided.emplace_back(person, verdict);
  }
}

std::vector<uint32_t> Timeline::RecordsOf(uint32_t person) const {
  std::vector<uint32_t> records;
  for (const Entry& entry : placed_[person].entries) records.push_back(entry.record);
  return records;
}

std::vector<uint32_t> Timeline::GroupOf(uint32_t person) const {
  if (placed_[person].entries.empty()) return {person};
  std::set<uint32_t> group;
  for (const uint32_t record : index_->MembersOf(placed_[person].entries[0].record)) group.insert(person_of_[record]);
  return std::vector<uint32_t>(group.begin(), group.end());
}

int64_t Timeline::BsnBirth(uint32_t bsn) const {
  const auto [birth, is_new] = bsn_birth_.try_emplace(bsn, INT64_MAX);
  if (!is_new) return birth->second;
  int64_t first = INT64_MAX;
  for (const uint32_t person : state_.PersonsWithBsn(bsn)) {
    for (const LinkStep& step : StepsOf(person)) {
      if (step.client != state_.client_ids()[bsn]) continue;
      first = std::min(first, step.known_micros);
      break;
    }
  }
  return bsn_birth_[bsn] = first;
}

bool Timeline::OwnsBsn(const std::vector<uint32_t>& group, uint32_t bsn) const {
  std::optional<std::tuple<int64_t, absl::string_view, uint32_t>> owner;
  for (const uint32_t person : state_.PersonsWithBsn(bsn)) {
    if (BsnOf(person) != bsn) continue;
    int64_t since = INT64_MAX;
    for (const LinkStep& step : StepsOf(person)) {
      if (step.client == state_.client_ids()[bsn]) since = std::min(since, step.known_micros);
    }
    const auto candidate = std::make_tuple(since, absl::string_view(state_.person_keys()[person]), person);
    if (!owner || candidate < *owner) owner = candidate;
  }
  return owner && std::binary_search(group.begin(), group.end(), std::get<2>(*owner));
}

Timeline::Identity Timeline::IdentityOf(uint32_t person, const std::vector<uint32_t>& group) const {
  if (!Counts(person)) return {};
  uint32_t bsn = LinkState::kNoClient;
  for (const uint32_t member : group) {
    if (const uint32_t number = BsnOf(member); number != LinkState::kNoClient) bsn = number;
  }
  const bool owns = bsn != LinkState::kNoClient && OwnsBsn(group, bsn);
  // The oldest name: never used (2nd rank), since when, a BSN before a key, then by id.
  std::tuple<int, int64_t, int, absl::string_view> best = {2, INT64_MAX, 0, ""};
  if (owns) best = {0, BsnBirth(bsn), 0, state_.client_ids()[bsn]};
  for (const uint32_t member : group) {
    const std::vector<LinkStep>& steps = StepsOf(member);
    const auto alone = std::find_if(steps.begin(), steps.end(), [](const LinkStep& step) { return step.reason == v1::ALONE; });
    const bool used = alone != steps.end() && alone->known_micros <= at_;
    if (steps.empty()) continue;
    best = std::min(best, {used ? 0 : 1, used ? alone->known_micros : steps.front().known_micros, 1,
                           absl::string_view(state_.person_keys()[member])});
  }
  Identity identity;
  identity.client = std::get<2>(best) == 0 ? std::string(std::get<3>(best)) : opener_.alone_client(std::get<3>(best));
  if (BsnOf(person) != LinkState::kNoClient && owns) {
    identity.reason = v1::EXACT_BSN;
  } else if (group.size() == 1) {
    identity.reason = v1::ALONE;
  } else {
    const bool decided = std::any_of(placed_[person].decided.begin(), placed_[person].decided.end(), [&](const auto& known) {
      return known.second == v1::SAME_PERSON && std::binary_search(group.begin(), group.end(), known.first);
    });
    identity.reason = decided ? v1::DECIDED : v1::WEIGHED;
  }
  return identity;
}

std::vector<Timeline::Doubt> Timeline::DoubtsOf(uint32_t person) const {
  std::map<uint32_t, Doubt> doubts;
  for (const Entry& entry : placed_[person].entries) {
    index_->EachNeighbour(entry.record, [&](uint32_t other_record, const engine::Decision& decision) {
      const uint32_t other = person_of_[other_record];
      if (other == person || index_->ClusterOf(entry.record) == index_->ClusterOf(other_record)) return;
      const auto [found, is_new] = doubts.try_emplace(other);
      Doubt& doubt = found->second;
      // By pattern too, so that it is the same one whatever came first.
      if (!is_new && std::tie(decision.score, decision.pattern) <= std::tie(doubt.decision.score, doubt.decision.pattern))
        return;
      doubt.other = other;
      doubt.decision = decision;
      doubt.record = entry.record;
      doubt.other_record = other_record;
    });
  }
  if (doubts.empty()) return {};

  const std::vector<uint32_t> own = GroupOf(person);
  const auto bsn_of = [&](const std::vector<uint32_t>& group) {
    uint32_t bsn = LinkState::kNoClient;
    for (const uint32_t member : group) {
      if (BsnOf(member) != LinkState::kNoClient) bsn = BsnOf(member);
    }
    return bsn;
  };
  // What people decided about any of ours and any of theirs holds for all.
  std::set<uint32_t> parted;
  for (const uint32_t member : own) {
    for (const auto& [other, verdict] : placed_[member].decided) {
      if (verdict == v1::DIFFERENT_PERSONS) parted.insert(other);
    }
  }
  const uint32_t own_bsn = bsn_of(own);
  std::vector<Doubt> result;
  for (auto& [other, doubt] : doubts) {
    const std::vector<uint32_t> theirs = GroupOf(other);
    if (std::any_of(theirs.begin(), theirs.end(), [&](uint32_t member) { return parted.contains(member); })) continue;
    const uint32_t their_bsn = bsn_of(theirs);
    const bool two_numbers = own_bsn != LinkState::kNoClient && their_bsn != LinkState::kNoClient && own_bsn != their_bsn;
    doubt.possible = !two_numbers;
    doubt.reason = two_numbers                                               ? v1::TWO_NUMBERS
                   : doubt.decision.reason == engine::Reason::kNumberOfOther ? v1::NUMBER_OF_OTHER
                   : doubt.decision.verdict == engine::Verdict::kLink        ? v1::WEAK_SUPPORT
                                                                             : v1::DOUBTFUL;
    doubt.permille = PermilleOf(doubt.decision.score);
    result.push_back(doubt);
  }
  return result;
}

std::optional<Timeline::BestPair> Timeline::Compare(uint32_t a, uint32_t b) const {
  std::optional<BestPair> best;
  for (const Entry& x : placed_[a].entries) {
    for (const Entry& y : placed_[b].entries) {
      const engine::Decision decision =
          index_->scorer().Decide(index_->persons().hot(x.record), index_->persons().hot(y.record));
      if (best && std::tie(decision.score, decision.pattern) <= std::tie(best->decision.score, best->decision.pattern))
        continue;
      best = BestPair{x.record, y.record, decision};
    }
  }
  return best;
}

}  // namespace nmd::linking
