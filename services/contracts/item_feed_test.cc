// SPDX-License-Identifier: EUPL-1.2
#include "services/contracts/item_feed.h"

#include <map>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_format.h"

namespace nmd::contracts {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

ItemFeed::Id IdOf(int i) { return *ItemFeed::IdOf(absl::StrFormat("%020x", i)); }

std::vector<ItemFeed::Item> Items(const std::vector<std::pair<int, uint64_t>>& of) {
  std::vector<ItemFeed::Item> items;
  for (const auto& [i, digest] : of) items.push_back({IdOf(i), digest});
  return items;
}

// "1@0": item 1 is at place 0; "1-": it went.
std::vector<std::string> Told(const ItemFeed::Page& page) {
  std::vector<std::string> told;
  for (const auto& change : page.changes) {
    const std::string id = absl::StrFormat("%d", change.id[9]);
    told.push_back(change.place < 0 ? id + "-" : absl::StrFormat("%s@%d", id, change.place));
  }
  return told;
}

TEST(ItemFeed, IdsAreTwentyHexadecimalDigits) {
  EXPECT_EQ(ItemFeed::HexOf(*ItemFeed::IdOf("00112233445566778899")), "00112233445566778899");
  EXPECT_FALSE(ItemFeed::IdOf("0011223344556677889"));
  EXPECT_FALSE(ItemFeed::IdOf("0011223344556677889G"));
  EXPECT_FALSE(ItemFeed::IdOf("0011223344556677889A"));
  EXPECT_FALSE(ItemFeed::IdOf(""));
}

TEST(ItemFeed, TellsWhatCameChangedAndWentOnceAndInOrder) {
  ItemFeed feed(1000);
  feed.Update(Items({{1, 7}, {2, 7}, {3, 7}}), 1000);
  const auto first = feed.After(0, 100);
  EXPECT_TRUE(first.restarted);
  EXPECT_THAT(Told(first), ElementsAre("1@0", "2@1", "3@2"));
  EXPECT_FALSE(feed.HasAfter(first.next));

  feed.Update(Items({{1, 7}, {3, 8}, {4, 7}}), 2000);
  feed.Update(Items({{4, 9}, {1, 7}, {3, 8}}), 3000);
  const auto second = feed.After(first.next, 100);
  EXPECT_FALSE(second.restarted);
  EXPECT_THAT(Told(second), ElementsAre("3@2", "2-", "4@0")) << "item 4 came and changed: it is told once, as it is now";
  EXPECT_THAT(feed.After(second.next, 100).changes, IsEmpty());
}

TEST(ItemFeed, AnUpdateThatChangesNothingIsNoNews) {
  ItemFeed feed(1000);
  feed.Update(Items({{1, 7}, {2, 7}}), 1000);
  const int64_t next = feed.After(0, 100).next;
  feed.Update(Items({{2, 7}, {1, 7}}), 5000);
  EXPECT_FALSE(feed.HasAfter(next)) << "another order of the same is no change";
}

TEST(ItemFeed, WhatWentAndCameBackIsThere) {
  ItemFeed feed(1000);
  feed.Update(Items({{1, 7}}), 1000);
  const int64_t next = feed.After(0, 100).next;
  feed.Update({}, 2000);
  EXPECT_THAT(Told(feed.After(next, 100)), ElementsAre("1-"));
  feed.Update(Items({{1, 7}}), 3000);
  EXPECT_THAT(Told(feed.After(next, 100)), ElementsAre("1@0"));
  EXPECT_THAT(Told(feed.After(0, 100)), ElementsAre("1@0"));
}

TEST(ItemFeed, WhoAsksFromBeforeItBeganOrFromTheFutureBeginsAnew) {
  ItemFeed feed(1000);
  feed.Update(Items({{1, 7}, {2, 7}}), 1000);
  feed.Update(Items({{2, 7}}), 2000);
  for (const int64_t after : {int64_t{0}, int64_t{999}, int64_t{9'000'000}}) {
    EXPECT_TRUE(feed.HasAfter(after));
    const auto page = feed.After(after, 100);
    EXPECT_TRUE(page.restarted) << after;
    EXPECT_THAT(Told(page), ElementsAre("2@0")) << "nobody who begins anew hears of what went before";
  }
  EXPECT_FALSE(feed.After(1001, 100).restarted);
}

TEST(ItemFeed, AnEmptyAccountIsAnAnswerToo) {
  ItemFeed feed(1000);
  feed.Update({}, 1000);
  const auto page = feed.After(0, 100);
  EXPECT_TRUE(page.restarted);
  EXPECT_THAT(page.changes, IsEmpty());
  EXPECT_FALSE(feed.HasAfter(page.next));
}

TEST(ItemFeed, ForgetsTheManyThatWentByBeginningAnew) {
  ItemFeed feed(1000);
  std::vector<std::pair<int, uint64_t>> many;
  for (int i = 0; i < 10'001; ++i) many.emplace_back(i, 7);
  feed.Update(Items(many), 1000);
  const int64_t next = feed.After(0, 100'000).next;
  feed.Update(Items({{77, 8}}), 2000);
  EXPECT_EQ(feed.size(), 10'001u);
  many[77] = {20'001, 7};
  feed.Update(Items({many[77]}), 3000);
  EXPECT_EQ(feed.size(), 1u);
  const auto page = feed.After(next, 100);
  EXPECT_TRUE(page.restarted);
  EXPECT_EQ(page.changes.size(), 1u);
  EXPECT_FALSE(feed.After(page.next, 100).restarted);
}

// Whatever comes and goes, and in pages of any size: a reader that applies what it is told ends with what there is.
TEST(ItemFeed, AReaderThatAppliesWhatItIsToldHasWhatThereIs) {
  std::mt19937 random(20180131);
  for (int history = 0; history < 200; ++history) {
    ItemFeed feed(1000);
    std::map<int, uint64_t> there;
    std::map<std::string, int32_t> reader;
    int64_t after = 0;
    for (int step = 0; step < 30; ++step) {
      for (int i = 0; i < 3; ++i) {
        const int id = static_cast<int>(random() % 12);
        if (random() % 3 == 0) {
          there.erase(id);
        } else {
          there[id] = random() % 4;
        }
      }
      const std::vector<std::pair<int, uint64_t>> now(there.begin(), there.end());
      // A clock that goes back now and then.
      feed.Update(Items(now), 1000 + step * (random() % 2));
      if (random() % 2 == 0) continue;
      while (feed.HasAfter(after)) {
        const auto page = feed.After(after, 1 + random() % 5);
        if (page.restarted) reader.clear();
        for (const auto& change : page.changes) {
          if (change.place < 0) {
            reader.erase(ItemFeed::HexOf(change.id));
          } else {
            reader[ItemFeed::HexOf(change.id)] = 1;
          }
        }
        ASSERT_GT(page.next, after);
        after = page.next;
      }
      ASSERT_EQ(reader.size(), there.size());
      for (const auto& [id, digest] : there) ASSERT_EQ(reader.count(absl::StrFormat("%020x", id)), 1u);
    }
  }
}

}  // namespace
}  // namespace nmd::contracts
