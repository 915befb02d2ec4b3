// SPDX-License-Identifier: EUPL-1.2
#include "services/costs/flows.h"

#include <algorithm>
#include <map>
#include <random>
#include <set>

#include "gtest/gtest.h"

namespace nmd::costs {
namespace {

Day On(absl::string_view text) { return *ParseDay(text); }
// Both inclusive.
nmd::Period Days(absl::string_view first, absl::string_view last) { return {On(first), On(last) + 1}; }
nmd::Period MonthOf2018(int month) { return MonthPeriod(nmd::MonthOf(2018, month)); }

int64_t Balance(const FlowCounts& c) {
  return c.start + c.inflow + c.returned + c.resumed + c.moved_in - c.moved_out - c.outflow - c.interrupted;
}

TEST(Flows, WhoBeginsOnTheFirstAndEndsOnTheLastIsInTheFlowsOfThatMonth) {
  const FlowBook book({{1, 0, Days("2018-02-01", "2018-03-31")}}, 1, {});
  const FlowCounts february = book.Count(0, MonthOf2018(2));
  EXPECT_EQ(february.start, 0);
  EXPECT_EQ(february.inflow, 1);
  EXPECT_EQ(february.end, 1);
  const FlowCounts march = book.Count(0, MonthOf2018(3));
  EXPECT_EQ(march.start, 1);
  EXPECT_EQ(march.outflow, 1);
  EXPECT_EQ(march.end, 0);
  EXPECT_EQ(book.Count(0, MonthOf2018(4)).start, 0);
}

TEST(Flows, AStretchInsideAPeriodFlowsInAndOut) {
  const FlowBook book({{1, 0, Days("2018-02-05", "2018-02-05")}}, 1, {});
  const FlowCounts february = book.Count(0, MonthOf2018(2));
  EXPECT_EQ(february.inflow, 1);
  EXPECT_EQ(february.outflow, 1);
  EXPECT_EQ(february.end, 0);
}

TEST(Flows, NewReturnedAndResumedGoByTheTimeWithoutCare) {
  struct Case {
    const char* last;
    const char* again;
    int64_t inflow, returned, resumed;
  };
  for (const Case& c : {Case{"2018-02-10", "2018-03-11", 0, 0, 1},  // 28 days between
                        {"2018-02-10", "2018-03-12", 0, 1, 0},      // 29 days between
                        {"2017-03-01", "2018-03-31", 0, 1, 0},      // in one of the 12 months before
                        {"2017-02-28", "2018-03-01", 1, 0, 0}}) {   // in none of them
    const FlowBook book({{1, 0, Days("2016-01-01", c.last)}, {1, 0, Days(c.again, "2018-12-31")}}, 1, {});
    const FlowCounts march = book.Count(0, MonthOf2018(3));
    EXPECT_EQ(march.inflow, c.inflow) << c.last;
    EXPECT_EQ(march.returned, c.returned) << c.last;
    EXPECT_EQ(march.resumed, c.resumed) << c.last;
    // What counts as an interruption at its end counts as resumed at its other end.
    const nmd::Period ever = {On("2016-01-01"), On("2019-01-01")};
    EXPECT_EQ(book.Count(0, ever).interrupted, c.resumed) << c.last;
  }
}

TEST(Flows, WhoGoesToAnotherCellMovesAndDoesNotLeave) {
  const FlowBook book({{1, 0, Days("2018-01-01", "2018-02-10")},
                       {1, 1, Days("2018-02-11", "2018-12-31")},
                       {2, 0, Days("2018-01-01", "2018-12-31")},
                       {2, 1, Days("2018-02-01", "2018-02-20")}},
                      2, {});
  const FlowCounts left = book.Count(0, MonthOf2018(2));
  EXPECT_EQ(left.moved_out, 1);
  EXPECT_EQ(left.outflow, 0);
  const FlowCounts right = book.Count(1, MonthOf2018(2));
  EXPECT_EQ(right.moved_in, 2) << "somebody who gets more care moves in, too";
  EXPECT_EQ(right.moved_out, 1);
  EXPECT_EQ(right.inflow, 0);
}

TEST(Flows, ATrajectoryIsMergedOnlyWhenItOverlapsAndAnEpisodeOverAGap) {
  const std::vector<Stretch> stretches = {{1, 0, Days("2018-01-01", "2018-01-31")},
                                          {1, 0, Days("2018-02-01", "2018-02-10")},
                                          {1, 0, Days("2018-03-11", "2018-03-20")},
                                          {1, 0, Days("2018-03-15", "2018-04-01")}};
  EXPECT_EQ(MergeStretches(stretches, -1).size(), 3u) << "overlap only";
  EXPECT_EQ(MergeStretches(stretches, 0).size(), 2u);
  EXPECT_EQ(MergeStretches(stretches, 28).size(), 1u);
  const StretchBook book(MergeStretches(stretches, 0), 2);
  EXPECT_EQ(book.Touching(0, MonthOf2018(3)), 1);
  EXPECT_EQ(book.Touching(0, MonthOf2018(2)), 1);
  EXPECT_EQ(book.Touching(0, {On("2018-02-11"), On("2018-03-11")}), 0) << "the days between the two";
  EXPECT_EQ(book.Touching(1, MonthOf2018(3)), 0);
}

TEST(Flows, AStepIsAChangeOfTheHeaviestLevelR105) {
  const auto steps = [](std::vector<LevelStretch> stretches) {
    std::string text;
    for (const LevelStep& step : StepsOf(std::move(stretches), 28)) {
      text += FormatDay(step.day) + (step.down ? " down\n" : " up\n");
    }
    return text;
  };
  EXPECT_EQ(steps({{1, 7, Days("2018-01-01", "2018-03-31")}, {1, 5, Days("2018-04-01", "2018-06-30")}}), "2018-04-01 down\n");
  EXPECT_EQ(steps({{1, 5, Days("2018-01-01", "2018-03-31")}, {1, 7, Days("2018-04-28", "2018-06-30")}}), "2018-04-28 up\n");
  EXPECT_EQ(steps({{1, 7, Days("2018-01-01", "2018-03-31")}, {1, 5, Days("2018-04-29", "2018-06-30")}}), "2018-04-29 down\n")
      << "28 days without";
  EXPECT_EQ(steps({{1, 7, Days("2018-01-01", "2018-03-31")}, {1, 5, Days("2018-04-30", "2018-06-30")}}), "")
      << "29 days without is a new start";
  EXPECT_EQ(steps({{1, 7, Days("2018-01-01", "2018-06-30")}, {1, 5, Days("2018-02-01", "2018-04-30")}}), "")
      << "lighter care beside heavy care changes nothing";
  EXPECT_EQ(steps({{1, 7, Days("2018-01-01", "2018-03-31")}, {1, 5, Days("2018-02-01", "2018-06-30")}}), "2018-04-01 down\n");
  EXPECT_EQ(steps({{1, 7, Days("2018-01-01", "2018-03-31")}, {1, 7, Days("2018-04-01", "2018-06-30")}}), "");
  EXPECT_EQ(steps({{1, 7, Days("2018-01-01", "2018-03-31")}, {2, 5, Days("2018-04-01", "2018-06-30")}}), "")
      << "nobody steps down to somebody else's level";
  EXPECT_EQ(steps({{1, 0, Days("2018-01-01", "2018-03-31")}, {1, 5, Days("2018-04-01", "2018-06-30")}}), "")
      << "from an unknown level nothing can be told";
}

// The identity closes in every cell and in total, for any stretches and any way to cut time; counts of a month sum over months;
// and stocks are what counting day by day says.
TEST(Flows, TheIdentityClosesForRandomCare) {
  std::mt19937 random(20180331);
  const Day first = On("2016-01-01");
  for (int round = 0; round < 60; ++round) {
    std::vector<Stretch> stretches;
    const uint32_t cells = 1 + static_cast<uint32_t>(random() % 4);
    const uint32_t subjects = 1 + static_cast<uint32_t>(random() % 8);
    for (size_t i = 0; i < 1 + random() % 40; ++i) {
      const Day start = first + static_cast<Day>(random() % 900);
      stretches.push_back({static_cast<uint32_t>(random() % subjects),
                           static_cast<uint32_t>(random() % cells),
                           {start, start + static_cast<Day>(random() % 200)}});
    }
    std::vector<Stretch> whole = stretches;
    for (Stretch& stretch : whole) stretch.cell = 0;
    std::shuffle(stretches.begin(), stretches.end(), random);
    const FlowBook book(stretches, cells, {});
    const FlowBook total(whole, 1, {});
    std::vector<Day> cuts;
    for (Month month = nmd::MonthOf(2015, 12); month < nmd::MonthOf(2019, 3); ++month) cuts.push_back(FirstDay(month));
    for (uint32_t cell = 0; cell < cells; ++cell) {
      FlowCounts sum;
      for (size_t i = 0; i + 1 < cuts.size(); ++i) {
        const FlowCounts counts = book.Count(cell, {cuts[i], cuts[i + 1]});
        ASSERT_EQ(Balance(counts), counts.end);
        ASSERT_EQ(counts.start, i == 0 ? 0 : sum.end);
        sum.inflow += counts.inflow;
        sum.outflow += counts.outflow;
        sum.end = counts.end;
        std::set<uint32_t> both;
        for (const Stretch& s : stretches) {
          const auto has = [&](Day day) {
            return std::any_of(stretches.begin(), stretches.end(), [&](const Stretch& other) {
              return other.subject == s.subject && other.cell == cell && other.days.Contains(day);
            });
          };
          if (s.cell == cell && has(cuts[i] - 1) && has(cuts[i])) both.insert(s.subject);
        }
        ASSERT_EQ(counts.start, static_cast<int64_t>(both.size()));
      }
      const FlowCounts all = book.Count(cell, {cuts.front(), cuts.back()});
      EXPECT_EQ(all.inflow, sum.inflow);
      EXPECT_EQ(all.outflow, sum.outflow);
    }
    const FlowCounts counts = total.Count(0, {cuts.front(), cuts.back()});
    EXPECT_EQ(counts.moved_in, 0) << "there is nowhere to move to";
    EXPECT_EQ(counts.moved_out, 0);
    EXPECT_EQ(counts.interrupted, counts.resumed);
    EXPECT_EQ(counts.inflow + counts.returned, counts.outflow);
  }
}

}  // namespace
}  // namespace nmd::costs
