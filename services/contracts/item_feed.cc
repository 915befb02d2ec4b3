// SPDX-License-Identifier: EUPL-1.2
#include "services/contracts/item_feed.h"

#include <algorithm>

#include "absl/strings/escaping.h"

namespace nmd::contracts {
namespace {

// So many items that went are remembered; then all readers begin anew.
constexpr size_t kRemembered = 10'000;

}  // namespace

std::optional<ItemFeed::Id> ItemFeed::IdOf(absl::string_view hex) {
  const bool digits =
      std::all_of(hex.begin(), hex.end(), [](char c) { return ('0' <= c && c <= '9') || ('a' <= c && c <= 'f'); });
  if (hex.size() != 20 || !digits) return std::nullopt;
  const std::string bytes = absl::HexStringToBytes(hex);
  Id id;
  std::copy(bytes.begin(), bytes.end(), id.begin());
  return id;
}

std::string ItemFeed::HexOf(const Id& id) {
  return absl::BytesToHexString(absl::string_view(reinterpret_cast<const char*>(id.data()), id.size()));
}

void ItemFeed::Put(const Id& id, int64_t moment, Held* held) {
  last_ = std::max(last_ + 1, moment);
  held->sequence = last_;
  log_.emplace_back(last_, id);
}

void ItemFeed::Update(const std::vector<Item>& items, int64_t moment) {
  for (auto& [id, held] : items_) {
    if (held.place >= 0) held.place = kUnseen;
  }
  for (size_t i = 0; i < items.size(); ++i) {
    Held& held = items_[items[i].id];
    if (held.place == kGone && held.sequence != 0) --gone_;
    const bool same = held.place == kUnseen && held.digest == items[i].digest;
    held.digest = items[i].digest;
    held.place = static_cast<int32_t>(i);
    if (!same) Put(items[i].id, moment, &held);
  }
  // The order of a hash table is no order.
  std::vector<std::pair<int64_t, Id>> left;
  for (const auto& [id, held] : items_) {
    if (held.place == kUnseen) left.emplace_back(held.sequence, id);
  }
  std::sort(left.begin(), left.end());
  for (const auto& [sequence, id] : left) {
    Held& held = items_[id];
    held.place = kGone;
    ++gone_;
    Put(id, moment, &held);
  }
  if (gone_ > kRemembered) {
    BeginAnew(items, moment);
  } else if (log_.size() > 2 * items_.size() + 64) {
    log_.erase(std::remove_if(log_.begin(), log_.end(), [this](const auto& entry) { return Overtaken(entry); }), log_.end());
  }
}

void ItemFeed::BeginAnew(const std::vector<Item>& items, int64_t moment) {
  begin_ = last_ = std::max(last_, moment);
  gone_ = 0;
  log_.clear();
  items_.clear();
  for (size_t i = 0; i < items.size(); ++i) {
    Held& held = items_[items[i].id];
    held.digest = items[i].digest;
    held.place = static_cast<int32_t>(i);
    Put(items[i].id, moment, &held);
  }
}

bool ItemFeed::Overtaken(const std::pair<int64_t, Id>& entry) const {
  const auto held = items_.find(entry.second);
  return held == items_.end() || held->second.sequence != entry.first;
}

ItemFeed::Page ItemFeed::After(int64_t after, size_t most) const {
  Page page;
  page.restarted = after < begin_ || after > last_;
  page.next = page.restarted ? begin_ : after;
  auto entry = page.restarted ? log_.begin()
                              : std::upper_bound(log_.begin(), log_.end(), after,
                                                 [](int64_t sequence, const auto& e) { return sequence < e.first; });
  for (; entry != log_.end() && page.changes.size() < most; ++entry) {
    if (Overtaken(*entry)) continue;
    const int32_t place = items_.find(entry->second)->second.place;
    // Who begins anew knows nothing that could have gone.
    if (page.restarted && place == kGone) continue;
    page.changes.push_back({entry->second, entry->first, place});
  }
  page.next = entry == log_.end() ? last_ : page.changes.empty() ? page.next : page.changes.back().sequence;
  return page;
}

}  // namespace nmd::contracts
