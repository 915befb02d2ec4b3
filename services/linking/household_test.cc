// SPDX-License-Identifier: EUPL-1.2
#include "services/linking/household.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <tuple>

namespace nmd::linking {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(AddressText, IsTheSameForEveryWayOfWriting) {
  EXPECT_EQ(AddressText("9471 ab", 12, "a", " bis "), "9471AB/12/A/BIS");
  EXPECT_EQ(AddressText("9471AB", 12, "A", "BIS"), "9471AB/12/A/BIS");
}

TEST(AddressText, TellsLetterAdditionAndNumberApart) {
  const std::vector<std::string> texts = {AddressText("9471AB", 12, "", ""),  AddressText("9471AB", 12, "A", ""),
                                          AddressText("9471AB", 12, "", "A"), AddressText("9471AB", 12, "", "B"),
                                          AddressText("9471AB", 1, "", "2"),  AddressText("9471AC", 12, "", "")};
  for (size_t i = 0; i < texts.size(); ++i) {
    for (size_t j = 0; j < i; ++j) EXPECT_NE(texts[i], texts[j]);
  }
}

TEST(AddressText, IsEmptyWhenTheAddressIsIncomplete) {
  EXPECT_EQ(AddressText("", 12, "", ""), "");
  EXPECT_EQ(AddressText("9471SS", 12, "", ""), "");
  EXPECT_EQ(AddressText("9471AB", 0, "", ""), "");
  EXPECT_EQ(AddressText("9471AB", -1, "", ""), "");
}

struct HistoryCase {
  const char* what;
  std::vector<AddressRecord> records;
  std::vector<Stay> history;
};

TEST(HistoryOf, FollowsItsRules) {
  const HistoryCase cases[] = {
      {"nothing", {}, {}},
      {"one open record", {{"x", {10, kOpenEnd}, 1}}, {{"x", {10, kOpenEnd}}}},
      {"a move ends the stay before it",
       {{"x", {10, kOpenEnd}, 1}, {"y", {20, kOpenEnd}, 2}},
       {{"x", {10, 20}}, {"y", {20, kOpenEnd}}}},
      {"a later start ends a stated end too", {{"x", {10, 40}, 1}, {"y", {20, 30}, 2}}, {{"x", {10, 20}}, {"y", {20, 30}}}},
      {"a gap stays a gap", {{"x", {10, 12}, 1}, {"y", {20, 30}, 1}}, {{"x", {10, 12}}, {"y", {20, 30}}}},
      {"the same address again is one stay", {{"x", {10, kOpenEnd}, 1}, {"x", {20, 30}, 2}}, {{"x", {10, 30}}}},
      {"same start: known last counts", {{"x", {10, kOpenEnd}, 1}, {"y", {10, kOpenEnd}, 2}}, {{"y", {10, kOpenEnd}}}},
      {"same start and known time: smaller address",
       {{"y", {10, kOpenEnd}, 1}, {"x", {10, kOpenEnd}, 1}},
       {{"x", {10, kOpenEnd}}}},
      {"same all but the end: later end", {{"x", {10, 20}, 1}, {"x", {10, 30}, 1}}, {{"x", {10, 30}}}},
      {"an end that became known", {{"x", {10, kOpenEnd}, 1}, {"x", {10, 15}, 2}}, {{"x", {10, 15}}}},
      {"an empty period says nothing", {{"x", {10, kOpenEnd}, 1}, {"y", {20, 20}, 2}}, {{"x", {10, kOpenEnd}}}},
      {"an address not known well enough is a stay",
       {{"x", {10, kOpenEnd}, 1}, {"", {20, kOpenEnd}, 2}},
       {{"x", {10, 20}}, {"", {20, kOpenEnd}}}},
  };
  for (const HistoryCase& c : cases) EXPECT_EQ(HistoryOf(c.records), c.history) << c.what;
}

// Day by day, straight from the rule: the record with the latest start not after the day, if it has not ended.
std::string AddressOn(const std::vector<AddressRecord>& records, Day day) {
  const AddressRecord* best = nullptr;
  for (const AddressRecord& record : records) {
    if (record.period.Empty() || record.period.start > day) continue;
    if (best == nullptr ||
        std::tie(record.period.start, record.known_micros) > std::tie(best->period.start, best->known_micros) ||
        (std::tie(record.period.start, record.known_micros) == std::tie(best->period.start, best->known_micros) &&
         (record.address < best->address || (record.address == best->address && record.period.end > best->period.end)))) {
      best = &record;
    }
  }
  return best != nullptr && best->period.Contains(day) ? std::string(best->address) : "-";
}

TEST(HistoryOf, SaysTheSameAsTheRuleDayByDayInAnyOrder) {
  std::mt19937 random(7);
  const absl::string_view addresses[] = {"", "x", "y", "z"};
  for (int round = 0; round < 2000; ++round) {
    std::vector<AddressRecord> records(random() % 7);
    for (AddressRecord& record : records) {
      const Day start = static_cast<Day>(random() % 12);
      record = {addresses[random() % 4],
                {start, random() % 3 == 0 ? kOpenEnd : start + static_cast<Day>(random() % 6)},
                static_cast<int64_t>(random() % 3)};
    }
    const std::vector<Stay> history = HistoryOf(records);
    std::vector<AddressRecord> shuffled = records;
    std::shuffle(shuffled.begin(), shuffled.end(), random);
    EXPECT_EQ(HistoryOf(shuffled), history);
    for (Day day = -1; day < 20; ++day) {
      std::string found = "-";
      for (const Stay& stay : history) {
        if (!stay.period.Contains(day)) continue;
        ASSERT_EQ(found, "-") << "two stays on one day";
        found = std::string(stay.address);
      }
      ASSERT_EQ(found, AddressOn(records, day)) << "round " << round << " day " << day;
    }
  }
}

TEST(CrowdedPeriods, AreTheDaysWithMoreThanTheSize) {
  EXPECT_THAT(CrowdedPeriods({{0, 10}, {5, 20}, {8, kOpenEnd}}, 1), ElementsAre(Period{5, 20}));
  EXPECT_THAT(CrowdedPeriods({{0, 10}, {5, 20}, {8, kOpenEnd}}, 2), ElementsAre(Period{8, 10}));
  EXPECT_THAT(CrowdedPeriods({{0, 10}, {5, 20}, {8, kOpenEnd}}, 3), IsEmpty());
  EXPECT_THAT(CrowdedPeriods({{0, kOpenEnd}, {5, kOpenEnd}}, 1), ElementsAre(Period{5, kOpenEnd}));
}

TEST(CrowdedPeriods, AChangeOfPersonsOnOneDayIsNoGap) {
  EXPECT_THAT(CrowdedPeriods({{0, 10}, {10, 20}, {0, 20}}, 1), ElementsAre(Period{0, 20}));
}

TEST(HouseholdsOf, LeavesTheAddressEmptyWhileItIsCrowded) {
  const std::vector<Stay> history = {{"x", {0, 10}}, {"home", {10, 100}}, {"", {100, 110}}, {"x", {120, kOpenEnd}}};
  const std::map<absl::string_view, std::vector<Period>> crowded = {{"home", {{0, 20}, {30, 40}, {90, kOpenEnd}}},
                                                                    {"x", {{0, 10}}}};
  const auto crowded_at = [&](absl::string_view address) -> absl::Span<const Period> { return crowded.at(address); };
  EXPECT_THAT(HouseholdsOf(history, crowded_at),
              ElementsAre(Stay{"", {0, 20}}, Stay{"home", {20, 30}}, Stay{"", {30, 40}}, Stay{"home", {40, 90}},
                          Stay{"", {90, 110}}, Stay{"x", {120, kOpenEnd}}));
}

}  // namespace
}  // namespace nmd::linking
