// SPDX-License-Identifier: EUPL-1.2
#include "services/ingestion/allocation_index.h"

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <tuple>

#include "services/ingestion/checks.h"
#include "services/ingestion/volume.h"

namespace nmd::ingestion {
namespace {

// Bit i of Entry::violated is rule i.
constexpr std::array<absl::string_view, 6> kRules = {"TR019", "TR307", "TR308", "TR321", "TR332", "TR338"};
enum Violation : uint8_t {
  kNoAllocation019 = 1 << 0,
  kBeforeStart307 = 1 << 1,
  kAfterEnd308 = 1 << 2,
  kVolume321 = 1 << 3,
  kNotUnique332 = 1 << 4,
  kNoAllocation338 = 1 << 5,
};

MessageType TypeOf(AllocationReference::Kind kind) {
  switch (kind) {
    case AllocationReference::kVersion:
      return MessageType::kAllocation;
    case AllocationReference::kStart:
      return MessageType::kStart;
    case AllocationReference::kStop:
      return MessageType::kStop;
    case AllocationReference::kLine:
      break;
  }
  return MessageType::kClaim;
}

std::string PlaceOf(AllocationReference::Kind kind, int32_t client, int32_t item) {
  switch (kind) {
    case AllocationReference::kVersion:
      return AllocationPlace(static_cast<size_t>(item));
    case AllocationReference::kStart:
      return StartPlace(static_cast<size_t>(item));
    case AllocationReference::kStop:
      return StopPlace(static_cast<size_t>(item));
    case AllocationReference::kLine:
      break;
  }
  ClaimLine line;
  line.client = client;
  line.position = item;
  return LinePlace(MessageType::kClaim, line);
}

}  // namespace

int32_t AllocationIndex::Numbered(absl::string_view text) {
  const auto found = numbers_.find(text);
  if (found != numbers_.end()) return found->second;
  const auto number = static_cast<int32_t>(texts_.size());
  texts_.emplace_back(text);
  numbers_.emplace(texts_.back(), number);
  return number;
}

void AllocationIndex::Add(int32_t delivery, const DeliveryRank& rank, const std::vector<AllocationReference>& references) {
  Delivery& known = deliveries_[delivery];
  known.rank = rank;
  known.first = static_cast<int32_t>(entries_.size());
  // Numbers whose versions changed: everything that refers to them is judged again, once.
  std::set<std::pair<int32_t, int64_t>> changed;
  for (const AllocationReference& reference : references) {
    Entry entry;
    entry.kind = reference.kind;
    entry.law = reference.law;
    entry.deleted = reference.deleted;
    entry.credit = reference.credit;
    entry.delivery = delivery;
    entry.client = reference.client;
    entry.item = reference.item;
    entry.person = Numbered(reference.person_key);
    entry.provider = Numbered(reference.provider);
    entry.category = Numbered(reference.category);
    entry.product = Numbered(reference.product);
    entry.unit = Numbered(reference.unit);
    entry.frequency = Numbered(reference.frequency);
    entry.period = reference.period;
    entry.number = reference.number;
    entry.volume = reference.volume;
    entry.assigned_second = reference.assigned_second;
    const auto index = static_cast<int32_t>(entries_.size());
    entries_.push_back(entry);
    const std::pair<int32_t, int64_t> key(static_cast<int32_t>(reference.law), reference.number);
    Node& node = nodes_[key];
    if (reference.kind == AllocationReference::kVersion) {
      node.versions.push_back(index);
      changed.insert(key);
    } else {
      node.referers.push_back(index);
      SetViolated(entries_.back(), Judge(CurrentFor(node, entries_.back()), entries_.back()));
    }
  }
  known.last = static_cast<int32_t>(entries_.size());
  for (const auto& key : changed) JudgeNode(nodes_.at(key));
}

void AllocationIndex::Remove(int32_t delivery) {
  const auto known = deliveries_.find(delivery);
  if (known == deliveries_.end()) return;
  std::set<std::pair<int32_t, int64_t>> changed;
  for (int32_t i = known->second.first; i < known->second.last; ++i) {
    Entry& entry = entries_[static_cast<size_t>(i)];
    SetViolated(entry, 0);
    entry.removed = true;
    const std::pair<int32_t, int64_t> key(static_cast<int32_t>(entry.law), entry.number);
    Node& node = nodes_.at(key);
    std::vector<int32_t>& list = entry.kind == AllocationReference::kVersion ? node.versions : node.referers;
    list.erase(std::remove(list.begin(), list.end(), i), list.end());
    if (entry.kind == AllocationReference::kVersion) changed.insert(key);
  }
  for (const auto& key : changed) JudgeNode(nodes_.at(key));
}

// By rank of the delivery, then place: never by arrival.
bool AllocationIndex::Earlier(const Entry& a, const Entry& b) const {
  if (a.delivery != b.delivery) return deliveries_.at(a.delivery).rank < deliveries_.at(b.delivery).rank;
  return a.item < b.item;
}

void AllocationIndex::JudgeNode(const Node& node) {
  const Entry* owner = nullptr;
  for (const int32_t i : node.versions) {
    const Entry& version = entries_[static_cast<size_t>(i)];
    if (owner == nullptr || Earlier(version, *owner)) owner = &version;
  }
  const auto identity = [](const Entry& e) { return std::tie(e.person, e.provider, e.category, e.product); };
  for (const int32_t i : node.versions) {
    Entry& version = entries_[static_cast<size_t>(i)];
    SetViolated(version, identity(version) == identity(*owner) ? 0 : kNotUnique332);
  }
  absl::flat_hash_map<std::pair<int32_t, int32_t>, const Entry*> current;
  for (const int32_t i : node.versions) {
    const Entry& version = entries_[static_cast<size_t>(i)];
    const Entry*& best = current[{version.person, version.provider}];
    if (best == nullptr || Supersedes(version, *best)) best = &version;
  }
  for (const int32_t i : node.referers) {
    Entry& referer = entries_[static_cast<size_t>(i)];
    const auto found = current.find({referer.person, referer.provider});
    SetViolated(referer, Judge(found == current.end() ? nullptr : found->second, referer));
  }
}

bool AllocationIndex::Supersedes(const Entry& a, const Entry& b) const {
  return a.assigned_second != b.assigned_second ? a.assigned_second > b.assigned_second : Earlier(b, a);
}

const AllocationIndex::Entry* AllocationIndex::CurrentFor(const Node& node, const Entry& referer) const {
  const Entry* current = nullptr;
  for (const int32_t i : node.versions) {
    const Entry& version = entries_[static_cast<size_t>(i)];
    if (version.person != referer.person || version.provider != referer.provider) continue;
    if (current == nullptr || Supersedes(version, *current)) current = &version;
  }
  return current;
}

uint8_t AllocationIndex::Judge(const Entry* current, const Entry& entry) const {
  if (current == nullptr || current->deleted) {
    return entry.kind == AllocationReference::kLine ? kNoAllocation338 : kNoAllocation019;
  }
  if (entry.kind != AllocationReference::kLine || entry.credit) return 0;
  uint8_t violated = 0;
  if (entry.period.start < current->period.start) violated |= kBeforeStart307;
  if (entry.period.end > current->period.end) violated |= kAfterEnd308;
  if (current->volume > 0 && violated == 0) {
    const AllocatedVolume allocated = {current->volume, texts_[static_cast<size_t>(current->unit)],
                                       texts_[static_cast<size_t>(current->frequency)]};
    const std::optional<int64_t> most =
        MaxVolume(allocated, current->period, entry.period, entry.law, texts_[static_cast<size_t>(current->category)]);
    const std::optional<int64_t> limit =
        most ? InDeclaredUnit(*most, allocated.unit, texts_[static_cast<size_t>(entry.unit)]) : std::nullopt;
    if (limit && entry.volume > *limit) violated |= kVolume321;
  }
  return violated;
}

void AllocationIndex::SetViolated(Entry& entry, uint8_t violated) {
  if (entry.violated == violated) return;
  deliveries_.at(entry.delivery).findings += __builtin_popcount(violated) - __builtin_popcount(entry.violated);
  entry.violated = violated;
}

std::vector<Finding> AllocationIndex::FindingsOf(int32_t delivery) const {
  std::vector<Finding> findings;
  const auto known = deliveries_.find(delivery);
  if (known == deliveries_.end()) return findings;
  for (int32_t i = known->second.first; i < known->second.last; ++i) {
    const Entry& entry = entries_[static_cast<size_t>(i)];
    for (size_t rule = 0; rule < kRules.size(); ++rule) {
      if ((entry.violated >> rule & 1) == 0) continue;
      findings.push_back(FindingOf(RuleById(kRules[rule]), TypeOf(entry.kind), PlaceOf(entry.kind, entry.client, entry.item)));
    }
  }
  return findings;
}

int64_t AllocationIndex::CountFindings(int32_t delivery) const {
  const auto known = deliveries_.find(delivery);
  return known == deliveries_.end() ? 0 : known->second.findings;
}

void AllocationIndex::ForEach(const std::function<void(int32_t, const AllocationReference&)>& visit) const {
  const auto text = [this](int32_t number) -> const std::string& { return texts_[static_cast<size_t>(number)]; };
  for (const Entry& entry : entries_) {
    if (entry.removed) continue;
    AllocationReference reference;
    reference.kind = entry.kind;
    reference.law = entry.law;
    reference.number = entry.number;
    reference.client = entry.client;
    reference.item = entry.item;
    reference.person_key = text(entry.person);
    reference.provider = text(entry.provider);
    reference.category = text(entry.category);
    reference.product = text(entry.product);
    reference.period = entry.period;
    reference.volume = entry.volume;
    reference.unit = text(entry.unit);
    reference.frequency = text(entry.frequency);
    reference.assigned_second = entry.assigned_second;
    reference.deleted = entry.deleted;
    reference.credit = entry.credit;
    visit(entry.delivery, reference);
  }
}

}  // namespace nmd::ingestion
