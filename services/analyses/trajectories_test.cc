// SPDX-License-Identifier: EUPL-1.2
#include "services/analyses/trajectories.h"

#include <algorithm>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/costs_scene.h"
#include "tests/support/facts.h"

namespace nmd::analyses {
namespace {

using testing::AllocationOf;
using testing::At;
using testing::BatchOf;
using testing::ClaimOf;
using testing::CostsScene;
using ::testing::ElementsAre;
using testing::LevelOf;
using testing::On;
using testing::StartOf;
using testing::StopOf;

constexpr auto kYouth = costs::kYouth;
constexpr auto kWmo = costs::kWmo;

TEST(Endings, ACodeMeansSomethingElseInTheOtherLaw) {
  EXPECT_EQ(EndingOf(kYouth, "31", On("2022-06-01"), 0), kPlanned);
  EXPECT_EQ(EndingOf(kWmo, "31", On("2022-06-01"), 0), kExternal) << "D13";
  EXPECT_EQ(EndingOf(kWmo, "19", On("2022-06-01"), 0), kPlanned);
  EXPECT_EQ(EndingOf(kYouth, "32", On("2022-06-01"), 0), kByClient);
  EXPECT_EQ(EndingOf(kWmo, "32", On("2022-06-01"), 0), kUnknownReason);
  EXPECT_EQ(EndingOf(kWmo, "21", On("2022-06-01"), 0), kByClient);
  EXPECT_EQ(EndingOf(0, "31", On("2022-06-01"), 0), kUnknownReason);
  EXPECT_EQ(EndingOf(kYouth, "", On("2022-06-01"), 0), kUnknownReason);
}

TEST(Endings, ACodeMeansSomethingWhileItIsInForce) {
  EXPECT_EQ(EndingOf(kYouth, "38", On("2022-03-31"), 0), kUnknownReason);
  EXPECT_EQ(EndingOf(kYouth, "38", On("2022-04-01"), 0), kOtherProvider) << "release 3.1";
  EXPECT_EQ(EndingOf(kYouth, "21", On("2020-12-31"), 0), kByClient) << "D13: older codes";
  EXPECT_EQ(EndingOf(kYouth, "21", On("2021-01-01"), 0), kUnknownReason) << "release 3.0";
}

TEST(Endings, AsPlannedAtEighteenIsApart) {
  const Day birth = On("2000-05-10");
  EXPECT_EQ(EndingOf(kYouth, "31", On("2018-05-09"), birth), kTurned18) << "the last day is the one before the birthday";
  EXPECT_EQ(EndingOf(kYouth, "31", On("2018-06-08"), birth), kTurned18);
  EXPECT_EQ(EndingOf(kYouth, "31", On("2018-06-09"), birth), kPlanned);
  EXPECT_EQ(EndingOf(kYouth, "31", On("2018-05-08"), birth), kPlanned);
  EXPECT_EQ(EndingOf(kYouth, "34", On("2018-05-09"), birth), kAgreed);
  EXPECT_EQ(EndingOf(kWmo, "19", On("2018-05-09"), birth), kPlanned);
}

TEST(Endings, EveryRowHasASourceAndNoCodeTwoMeaningsOnADay) {
  for (const ReasonMeaning& row : ReasonMeanings()) {
    EXPECT_FALSE(row.source.empty());
    EXPECT_NE(row.code, "20") << "a temporary stop is no ending";
    EXPECT_FALSE(WordsOf(row.ending).title.empty());
    for (const ReasonMeaning& other : ReasonMeanings()) {
      if (&row == &other || row.law != other.law || row.code != other.code) continue;
      EXPECT_TRUE(row.until <= other.from || other.until <= row.from) << row.code;
    }
  }
  std::set<absl::string_view> ids;
  for (int32_t ending = 0; ending < kEndingCount; ++ending) ids.insert(WordsOf(static_cast<Ending>(ending)).id);
  EXPECT_EQ(ids.size(), static_cast<size_t>(kEndingCount));
}

// The trajectories of some facts, known on 2019-01-01 and cut off on 2018-12-01.
struct Told {
  explicit Told(std::vector<ingestion::v1::Fact> facts, TrajectoryRules rules = {.cut = On("2018-12-01")})
      : scene("2019-01-01") {
    scene.Feed({BatchOf(1, At("2018-02-01"), std::move(facts))});
    book = scene.costs.CareAt(At("2019-01-01"));
    set = MakeTrajectories(*book, rules);
  }
  // "2018-01-01 2018-07-01 planned" and what else there is to tell, one per trajectory.
  std::vector<std::string> Lines() const {
    std::vector<std::string> lines;
    for (const Trajectory& t : set.trajectories) {
      std::string line = absl::StrCat(FormatDay(t.start), " ", FormatDay(t.end), " ", WordsOf(t.ending).id);
      if (t.imputed) line += " imputed";
      if (t.start_assumed) line += " assumed";
      if (t.follow_up != FollowUp::kNone) absl::StrAppend(&line, " followed ", static_cast<int>(t.follow_up));
      if (t.care_days != t.end - t.start) absl::StrAppend(&line, " care ", t.care_days);
      lines.push_back(line);
    }
    return lines;
  }
  CostsScene scene;
  std::shared_ptr<const costs::CareBook> book;
  TrajectorySet set;
};

TEST(Trajectories, BeginWithTheStartMessageAndEndWithTheStop) {
  EXPECT_THAT(Told({AllocationOf({}), StartOf(1, "2018-01-15"), StopOf({.first = "2018-01-15"})}).Lines(),
              ElementsAre("2018-01-15 2018-07-01 planned"));
  EXPECT_THAT(Told({AllocationOf({}), StopOf({.reason = "32"})}).Lines(),
              ElementsAre("2018-01-01 2018-07-01 by_client assumed"))
      << "D3: without a start message";
  EXPECT_THAT(Told({AllocationOf({}), StartOf(1, "2018-01-15")}).Lines(), ElementsAre("2018-01-15 2018-12-01 not_ended"));
  EXPECT_THAT(Told({AllocationOf({}), StartOf(1, "2018-01-15"), StopOf({.last = "2018-12-05"})}).Lines(),
              ElementsAre("2018-01-15 2018-12-01 not_ended"))
      << "after the cut";
  const Told later({AllocationOf({.first = "2018-12-01"})});
  EXPECT_TRUE(later.set.trajectories.empty());
  EXPECT_EQ(later.set.later, 1);
}

TEST(Trajectories, ATemporaryStopIsNoEnd) {
  const auto pause = StopOf({.last = "2018-03-31", .reason = "20"});
  EXPECT_THAT(Told({AllocationOf({}), StartOf(1, "2018-01-01"), pause, StartOf(1, "2018-05-01"), StopOf({})}).Lines(),
              ElementsAre("2018-01-01 2018-07-01 planned care 151"));
  EXPECT_THAT(Told({AllocationOf({}), StartOf(1, "2018-01-01"), pause, StartOf(1, "2018-05-01")}).Lines(),
              ElementsAre("2018-01-01 2018-12-01 not_ended care 304"));
  EXPECT_THAT(Told({AllocationOf({}), StartOf(1, "2018-01-01"), pause}).Lines(),
              ElementsAre("2018-01-01 2018-12-01 not_ended care 90"))
      << "it may begin again";
  EXPECT_THAT(Told({AllocationOf({}), StartOf(1, "2018-01-01"), pause, StopOf({})}).Lines(),
              ElementsAre("2018-01-01 2018-07-01 planned care 90"))
      << "ended while it was paused";
  EXPECT_THAT(Told({AllocationOf({.last = "2018-06-30"}), StartOf(1, "2018-01-01"), pause}).Lines(),
              ElementsAre("2018-01-01 2018-04-01 unknown imputed"))
      << "its allocation ran out while it was paused";
  EXPECT_THAT(Told({AllocationOf({}), pause, StartOf(1, "2018-05-01")}).Lines(),
              ElementsAre("2018-01-01 2018-12-01 not_ended assumed care 304"))
      << "the first start message is missing";
}

TEST(Trajectories, AMissingStopIsImputedWhenTheAllocationRanOut) {
  const auto claim = [](const std::string& month) { return ClaimOf("A", {{"r1", "", 100, "p1", 1, month}}); };
  EXPECT_THAT(Told({AllocationOf({.last = "2018-06-30"}), StartOf(1, "2018-01-01"), claim("2018-03-01")}).Lines(),
              ElementsAre("2018-01-01 2018-04-01 unknown imputed"));
  EXPECT_THAT(Told({AllocationOf({.last = "2018-06-10"}), StartOf(1, "2018-01-01"), claim("2018-06-01")}).Lines(),
              ElementsAre("2018-01-01 2018-06-11 unknown imputed"))
      << "never after the allocation";
  EXPECT_THAT(Told({AllocationOf({.last = "2018-06-30"}), StartOf(1, "2018-01-01")}).Lines(),
              ElementsAre("2018-01-01 2018-07-01 unknown imputed"));
  EXPECT_THAT(Told({AllocationOf({.last = "2018-12-31"}), StartOf(1, "2018-01-01"), claim("2018-03-01")}).Lines(),
              ElementsAre("2018-01-01 2018-12-01 not_ended"));
}

TEST(Trajectories, CareThatBeginsAgainWithin28DaysGoesOn) {
  const auto again = [](const std::string& first, const std::string& product, const std::string& reason,
                        const std::string& provider = "99000001") {
    return Told({AllocationOf({.last = "2018-06-30"}), StartOf(1, "2018-01-01"),
                 StopOf({.last = "2018-06-30", .reason = reason}),
                 AllocationOf({.number = 2, .product = product, .first = first, .provider = provider}), StartOf(2, first)})
        .Lines();
  };
  EXPECT_THAT(again("2018-07-29", "45A04", "31"), ElementsAre("2018-01-01 2018-12-01 not_ended care 306"));
  EXPECT_THAT(again("2018-07-30", "45A04", "31"),
              ElementsAre("2018-01-01 2018-07-01 planned", "2018-07-30 2018-12-01 not_ended"));
  EXPECT_THAT(again("2018-07-10", "45A05", "31"),
              ElementsAre("2018-01-01 2018-07-01 planned followed 4", "2018-07-10 2018-12-01 not_ended"))
      << "another product of the form";
  EXPECT_THAT(again("2018-07-10", "45A05", "37"), ElementsAre("2018-01-01 2018-12-01 not_ended care 325"))
      << "ended on request, to go on with something else";
  EXPECT_THAT(again("2018-07-10", "43A05", "36", "99000002"),
              ElementsAre("2018-07-10 2018-12-01 not_ended", "2018-01-01 2018-07-01 not_ended followed 4"))
      << "another form and provider: not an end of care, and not the same trajectory either";
  EXPECT_THAT(again("2018-09-10", "43A05", "36", "99000002"),
              ElementsAre("2018-09-10 2018-12-01 not_ended", "2018-01-01 2018-07-01 by_municipality"));
}

TEST(Trajectories, WhatGoesOnAfterTheCutHasNotEnded) {
  EXPECT_THAT(Told({AllocationOf({.last = "2018-11-20"}), StartOf(1, "2018-01-01"), StopOf({.last = "2018-11-20"}),
                    AllocationOf({.number = 2, .first = "2018-12-05"}), StartOf(2, "2018-12-05")})
                  .Lines(),
              ElementsAre("2018-01-01 2018-11-21 not_ended"));
}

TEST(Trajectories, CareOfOneFormAndProviderIsOne) {
  const std::vector<ingestion::v1::Fact> facts = {
      AllocationOf({.number = 1, .last = "2018-06-30"}), StopOf({.number = 1, .last = "2018-06-30"}),
      AllocationOf({.number = 2, .product = "45A05", .first = "2018-03-01", .last = "2018-09-30"}),
      StopOf({.number = 2, .first = "2018-03-01", .last = "2018-09-30", .reason = "33"}),
      AllocationOf({.number = 3, .product = "43B01", .first = "2018-03-01"})};
  EXPECT_THAT(Told(facts).Lines(),
              ElementsAre("2018-03-01 2018-12-01 not_ended assumed", "2018-01-01 2018-10-01 by_provider assumed"))
      << "in order of category";
  EXPECT_THAT(Told(facts, {.cut = On("2018-12-01"), .join = false}).Lines(),
              ElementsAre("2018-03-01 2018-12-01 not_ended assumed", "2018-01-01 2018-07-01 planned assumed",
                          "2018-03-01 2018-10-01 by_provider assumed"));
}

TEST(Trajectories, AFollowUpIsOfALowerEqualOrHigherLevel) {
  const auto follow = [](const std::string& level) {
    return Told({AllocationOf({.last = "2018-06-30"}), StartOf(1, "2018-01-01"), StopOf({}), LevelOf("45A04", "5"),
                 LevelOf("43B01", level), AllocationOf({.number = 2, .product = "43B01", .first = "2018-07-01"})})
        .set.trajectories.back()
        .follow_up;
  };
  EXPECT_EQ(follow("4"), FollowUp::kLowerLevel);
  EXPECT_EQ(follow("5"), FollowUp::kSameLevel);
  EXPECT_EQ(follow("7"), FollowUp::kHigherLevel);
  EXPECT_EQ(follow(""), FollowUp::kUnknownLevel);
}

TEST(Trajectories, AreAtRiskSinceEndingsAreInTheData) {
  const Told told({AllocationOf({.first = "2017-01-01", .last = "2018-06-20"}),
                   StopOf({.first = "2017-01-01", .last = "2018-06-20"}),
                   AllocationOf({.person = "p2", .number = 2, .first = "2018-06-10"})});
  EXPECT_EQ(told.set.observed_from, On("2018-06-01"));
  const Spell late = SpellOf(told.set.trajectories[0], told.set.observed_from, true);
  EXPECT_EQ(late.entry, On("2018-06-01") - On("2017-01-01"));
  EXPECT_EQ(late.exit, On("2018-06-21") - On("2017-01-01"));
  EXPECT_EQ(late.cause, kPlanned);
  EXPECT_EQ(SpellOf(told.set.trajectories[1], told.set.observed_from, true).entry, 0);
  EXPECT_EQ(Told({AllocationOf({})}).set.observed_from, On("2018-01-01")) << "nothing ended: all is seen from its start";
  Trajectory imputed;
  imputed.end = 10;
  imputed.imputed = true;
  imputed.ending = kUnknownReason;
  EXPECT_EQ(SpellOf(imputed, 0, true).cause, kUnknownReason);
  EXPECT_EQ(SpellOf(imputed, 0, false).cause, kNotEnded);
}

// Whatever the messages say: stretches are not empty, do not overlap within a form and provider, and end by the cut.
TEST(Trajectories, HoldTogetherForRandomMessages) {
  std::mt19937 random(31);
  for (int round = 0; round < 40; ++round) {
    std::vector<ingestion::v1::Fact> facts;
    const auto day = [&random] { return FormatDay(On("2018-01-01") + static_cast<Day>(random() % 360)); };
    for (int i = 0; i < 40; ++i) {
      const int64_t number = 1 + static_cast<int64_t>(random() % 10);
      const std::vector<std::string> reasons = {"20", "20", "31", "36", "37", "99"};
      switch (random() % 3) {
        case 0:
          facts.push_back(AllocationOf({.person = absl::StrCat("p", number % 3),
                                        .number = number,
                                        .product = random() % 2 == 0 ? "45A04" : "45A05",
                                        .first = day(),
                                        .last = random() % 2 == 0 ? "" : "2018-10-15"}));
          break;
        case 1:
          facts.push_back(StartOf(number, day()));
          break;
        default:
          facts.push_back(StopOf({.number = number, .last = day(), .reason = reasons[random() % reasons.size()]}));
      }
    }
    const Told told(facts);
    for (size_t i = 0; i < told.set.trajectories.size(); ++i) {
      const Trajectory& t = told.set.trajectories[i];
      EXPECT_LT(t.start, t.end);
      EXPECT_LE(t.end, On("2018-12-01"));
      EXPECT_LE(t.care_days, t.end - t.start);
      EXPECT_GT(t.care_days, 0);
      EXPECT_GE(t.allocations, 1u);
      if (i == 0) continue;
      const Trajectory& before = told.set.trajectories[i - 1];
      const costs::Course &a = told.book->courses[before.course], &b = told.book->courses[t.course];
      if (a.client == b.client && a.category == b.category && a.provider == b.provider) {
        EXPECT_LT(before.end, t.start);
      }
    }
  }
}

}  // namespace
}  // namespace nmd::analyses
