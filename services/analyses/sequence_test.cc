// SPDX-License-Identifier: EUPL-1.2
#include "services/analyses/sequence.h"

#include <algorithm>
#include <random>
#include <vector>

#include "gtest/gtest.h"

namespace nmd::analyses {
namespace {

constexpr uint32_t kHere = 1, kThere = 2;

CareSpell Of(Day start, Day end, uint32_t provider) { return {{start, end}, provider}; }

// R119, R132: one course that begins on 1 June 2018, and what the client had before.
TEST(ClassOf, SaysWhatACourseIsByWhatTheClientHad) {
  const Day start = DayOf(2018, 6, 1);
  const CareSpell course = Of(start, DayOf(2018, 12, 1), kHere);
  struct Case {
    const char* name;
    std::vector<CareSpell> others;
    Beginning expected;
  };
  const std::vector<Case> cases = {
      {"nobody ever told of care", {}, Beginning::kFirstEver},
      {"care ended on the day before at the same provider", {Of(start - 90, start, kHere)}, Beginning::kContinued},
      {"28 days between", {Of(start - 90, start - 28, kHere)}, Beginning::kContinued},
      {"29 days between", {Of(start - 90, start - 29, kHere)}, Beginning::kReturned},
      {"the same provider, and goes on", {Of(start - 90, kOpenEnd, kHere)}, Beginning::kContinued},
      {"elsewhere, ended on the day before", {Of(start - 90, start, kThere)}, Beginning::kSwitched},
      {"elsewhere, ends 28 days later", {Of(start - 90, start + 28, kThere)}, Beginning::kSwitched},
      {"elsewhere, ends 29 days later", {Of(start - 90, start + 29, kThere)}, Beginning::kAdded},
      {"elsewhere, without an end", {Of(start - 90, kOpenEnd, kThere)}, Beginning::kAdded},
      {"both: it goes on here", {Of(start - 90, kOpenEnd, kThere), Of(start - 90, start, kHere)}, Beginning::kContinued},
      {"one elsewhere goes on, one ends", {Of(start - 90, start, kThere), Of(start - 90, kOpenEnd, 3)}, Beginning::kAdded},
      {"last had care in June of the year before", {Of(DayOf(2017, 1, 1), DayOf(2017, 6, 2), kThere)}, Beginning::kReturned},
      {"last had care in May of the year before", {Of(DayOf(2017, 1, 1), DayOf(2017, 6, 1), kThere)}, Beginning::kNew},
      {"begins on the same day", {Of(start, kOpenEnd, kThere)}, Beginning::kFirstEver},
      {"begins later", {Of(start + 1, kOpenEnd, kHere)}, Beginning::kFirstEver},
      {"a course without a day", {Of(start - 90, start - 90, kHere)}, Beginning::kFirstEver},
  };
  for (const Case& c : cases) EXPECT_EQ(ClassOf(course, c.others, {}), c.expected) << c.name;
}

TEST(ClassOf, DoesNotDependOnTheOrder) {
  std::mt19937 random(7);
  const auto below = [&random](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
  for (int round = 0; round < 300; ++round) {
    std::vector<CareSpell> others;
    for (int i = below(6); i > 0; --i) {
      const Day start = 17000 + below(600);
      others.push_back(Of(start, start + below(300), static_cast<uint32_t>(below(3))));
    }
    const CareSpell course = Of(17500, 17600, kHere);
    const Beginning expected = ClassOf(course, others, {});
    std::shuffle(others.begin(), others.end(), random);
    EXPECT_EQ(ClassOf(course, others, {}), expected);
  }
}

}  // namespace
}  // namespace nmd::analyses
