// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_CONTRACTS_ITEM_FEED_H_
#define NMD_SERVICES_CONTRACTS_ITEM_FEED_H_

#include <array>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"

namespace nmd::contracts {

// Which items of an account came, changed or went, by the order of their last change: of an item only the last change is kept,
// so that who was away long reads no more than there is. Lives in memory; who asks on from before it began is told to begin
// anew. About 60 bytes per item. Not thread-safe.
class ItemFeed {
 public:
  // 80 bits of an item's id, which is 20 hexadecimal digits.
  using Id = std::array<uint8_t, 10>;
  // REQUIRES: 20 digits 0-9 and a-f; nullopt for any other text.
  static std::optional<Id> IdOf(absl::string_view hex);
  static std::string HexOf(const Id& id);

  // `moment` is a number greater than any an earlier ItemFeed of this account gave: microseconds of the clock.
  explicit ItemFeed(int64_t moment) : begin_(moment), last_(moment) {}

  struct Item {
    Id id{};
    uint64_t digest = 0;  // Of all that makes a change.
  };
  // The account has these items now, in this order. What is the same keeps its sequence.
  void Update(const std::vector<Item>& items, int64_t moment);

  struct Change {
    Id id{};
    int64_t sequence = 0;
    int32_t place = -1;  // In the items of the last Update; -1 when it went.
  };
  struct Page {
    std::vector<Change> changes;
    int64_t next = 0;        // Where to ask on from.
    bool restarted = false;  // It begins with what there is; what the reader knew is of no use.
  };
  // At most `most` changes after `after`. Cost: that of the changes, and one step per change that was overtaken.
  Page After(int64_t after, size_t most) const;

  // Whether After() has something to say: a change, or that the reader has to begin anew.
  bool HasAfter(int64_t after) const { return after < begin_ || after > last_ || after < last_; }
  size_t size() const { return items_.size(); }

 private:
  static constexpr int32_t kGone = -1, kUnseen = -2;
  struct Held {
    uint64_t digest = 0;
    int64_t sequence = 0;
    int32_t place = kGone;
  };
  void Put(const Id& id, int64_t moment, Held* held);
  void BeginAnew(const std::vector<Item>& items, int64_t moment);
  // Its item changed again.
  bool Overtaken(const std::pair<int64_t, Id>& entry) const;

  int64_t begin_;  // Nothing is known of before it.
  int64_t last_;
  absl::flat_hash_map<Id, Held> items_;     // Those that went too.
  std::deque<std::pair<int64_t, Id>> log_;  // By sequence.
  size_t gone_ = 0;                         // In items_.
};

}  // namespace nmd::contracts

#endif  // NMD_SERVICES_CONTRACTS_ITEM_FEED_H_
