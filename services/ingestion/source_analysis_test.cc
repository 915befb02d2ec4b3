// SPDX-License-Identifier: EUPL-1.2
#include "services/ingestion/source_analysis.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace nmd::ingestion {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

Day D(absl::string_view text) { return *ParseDay(text); }
Month M(absl::string_view text) { return *ParseMonth(text); }
std::string Agb(int number) { return absl::StrFormat("5500%04d", number); }

constexpr Noun kProviders = {"aanbieder", "aanbieders"};
constexpr Noun kDeliveries = {"levering", "leveringen", /*delivers=*/false};

AnalysedDelivery Delivered(absl::string_view known, const std::string& sender, std::vector<Month> months, int64_t records = 1,
                           int64_t sound = 1) {
  AnalysedDelivery delivery;
  delivery.id = absl::StrCat(known, "/", sender, "/", months.empty() ? 0 : months[0]);
  delivery.known_day = D(known);
  delivery.counts = true;
  delivery.sender = sender;
  delivery.months = std::move(months);
  delivery.records = records;
  delivery.sound_records = sound;
  return delivery;
}

AnalysedDelivery Refused(absl::string_view known, const std::string& sender, int64_t records) {
  AnalysedDelivery delivery = Delivered(known, sender, {}, records, 0);
  delivery.counts = false;
  return delivery;
}

const SourceTerms kClaims = {ExpectedBy::kAllocations, Rhythm::kNone, 0, std::nullopt};

// Forty-one providers with an allocation all year; of all but two a claim about September.
struct FortyOne {
  FortyOne() {
    for (int i = 0; i < 41; ++i) {
      allocations.push_back({Agb(i), {D("2018-01-01"), D("2019-01-01")}});
      deliveries.push_back(Delivered("2018-09-10", Agb(i), {M("2018-08")}));
      if (i != 7 && i != 30) deliveries.push_back(Delivered(i % 2 == 0 ? "2018-10-31" : "2018-11-05", Agb(i), {M("2018-09")}));
    }
  }
  std::vector<ProviderPeriod> allocations;
  std::vector<AnalysedDelivery> deliveries;
};

// R5, F-26: the example of the issue.
TEST(SourceAnalysis, NamesTheTwoOfFortyOneThatAreMissingForSeptember) {
  const FortyOne scene;
  const SourceAnalysis analysis =
      Analyse(kClaims, scene.deliveries, scene.allocations, M("2018-09"), M("2018-10"), D("2018-11-06"));
  ASSERT_THAT(analysis.months, SizeIs(1));
  const MonthAnalysis& month = analysis.months[0];
  EXPECT_EQ(month.by, ExpectedBy::kAllocations);
  EXPECT_EQ(month.expected, 41);
  EXPECT_EQ(month.received, 39);
  EXPECT_EQ(month.pending, 0);
  EXPECT_THAT(month.missing_senders, ElementsAre(MissingSender{Agb(7), M("2018-08")}, MissingSender{Agb(30), M("2018-08")}));
  EXPECT_EQ(MonthSentence(month, kProviders), "2 van de 41 aanbieders ontbreken voor september 2018.");
  EXPECT_EQ(analysis.due, 41);
  EXPECT_EQ(analysis.received, 39);
}

// OP354: in the next period or later.
TEST(SourceAnalysis, AClaimIsNotMissingBeforeTheEndOfTheNextMonth) {
  const FortyOne scene;
  for (const auto& [today, missing] : std::vector<std::pair<const char*, int64_t>>{
           {"2018-09-30", 0}, {"2018-10-31", 0}, {"2018-11-01", 2}, {"2019-11-01", 2}}) {
    const SourceAnalysis analysis = Analyse(kClaims, scene.deliveries, scene.allocations, M("2018-09"), M("2018-10"), D(today));
    EXPECT_EQ(analysis.months[0].missing, missing) << today;
    EXPECT_EQ(analysis.months[0].pending, 2 - missing) << today;
    EXPECT_EQ(analysis.due, missing == 0 ? 0 : 41) << today;
  }
  const SourceAnalysis analysis =
      Analyse(kClaims, scene.deliveries, scene.allocations, M("2018-09"), M("2018-10"), D("2018-10-31"));
  EXPECT_EQ(MonthSentence(analysis.months[0], kProviders),
            "Voor september 2018 hebben 39 van de 41 aanbieders geleverd; de rest kan nog komen tot en met 31-10-2018.");
}

TEST(SourceAnalysis, TimelinessIsOfWhatCame) {
  const FortyOne scene;
  const SourceAnalysis analysis =
      Analyse(kClaims, scene.deliveries, scene.allocations, M("2018-09"), M("2018-10"), D("2018-11-06"));
  EXPECT_EQ(analysis.came, 39);
  EXPECT_EQ(analysis.on_time, 20);  // Even numbers but number 30, on the last day of the term.
  EXPECT_EQ(analysis.median_days_late, 5);
}

TEST(SourceAnalysis, OfTwoMiddleDelaysTheLargerIsTold) {
  const std::vector<ProviderPeriod> allocations = {{"A", {D("2018-01-01"), D("2018-02-01")}},
                                                   {"B", {D("2018-01-01"), D("2018-02-01")}}};
  const std::vector<AnalysedDelivery> deliveries = {Delivered("2018-03-02", "A", {M("2018-01")}),
                                                    Delivered("2018-03-31", "B", {M("2018-01")})};
  EXPECT_EQ(Analyse(kClaims, deliveries, allocations, M("2018-01"), M("2018-02"), D("2018-06-01")).median_days_late, 31);
}

TEST(SourceAnalysis, AnAllocationCountsInEveryMonthItTouchesAndInNoOther) {
  const std::vector<ProviderPeriod> allocations = {{"A", {D("2018-01-31"), D("2018-02-02")}},
                                                   {"A", {D("2018-01-01"), D("2018-01-02")}},
                                                   {"B", {D("2018-02-01"), kOpenEnd}},
                                                   {"C", {D("2018-01-10"), D("2018-01-10")}}};  // Never was.
  const SourceAnalysis analysis = Analyse(kClaims, {}, allocations, M("2017-12"), M("2018-04"), D("2019-01-01"));
  std::vector<int64_t> expected;
  for (const MonthAnalysis& month : analysis.months) expected.push_back(month.expected);
  EXPECT_THAT(expected, ElementsAre(0, 1, 2, 1));
  EXPECT_EQ(MonthSentence(analysis.months[0], kProviders), "Voor december 2017 wordt niets verwacht.");
  EXPECT_EQ(MonthSentence(analysis.months[1], kProviders), "De verwachte aanbieder ontbreekt voor januari 2018.");
  EXPECT_FALSE(analysis.months[1].missing_senders[0].last_month.has_value());
}

// OP280: one claim may hold lines of earlier months.
TEST(SourceAnalysis, AClaimTellsAboutEveryMonthInIt) {
  const std::vector<ProviderPeriod> allocations = {{"A", {D("2018-01-01"), D("2018-04-01")}}};
  const std::vector<AnalysedDelivery> deliveries = {Delivered("2018-04-03", "A", {M("2018-01"), M("2018-03")}, 5, 4)};
  const SourceAnalysis analysis = Analyse(kClaims, deliveries, allocations, M("2018-01"), M("2018-04"), D("2018-06-01"));
  std::vector<int64_t> received, records;
  for (const MonthAnalysis& month : analysis.months) {
    received.push_back(month.received);
    records.push_back(month.records);
  }
  EXPECT_THAT(received, ElementsAre(1, 0, 1));
  EXPECT_THAT(records, ElementsAre(0, 0, 5));  // Once, in the newest month.
}

TEST(SourceAnalysis, WhatIsRefusedIsNotReceived) {
  const std::vector<ProviderPeriod> allocations = {{"A", {D("2018-01-01"), D("2018-02-01")}}};
  const std::vector<AnalysedDelivery> deliveries = {Refused("2018-01-20", "A", 8),
                                                    Delivered("2018-01-25", "B", {M("2018-01")}, 12, 12)};
  const SourceAnalysis analysis = Analyse(kClaims, deliveries, allocations, M("2018-01"), M("2018-02"), D("2018-06-01"));
  EXPECT_EQ(analysis.months[0].missing, 1);
  EXPECT_EQ(analysis.months[0].extra, 1);  // B has no allocation.
  EXPECT_EQ(analysis.refused, 1);
  EXPECT_EQ(analysis.deliveries, 2);
  EXPECT_EQ(analysis.records, 20);
  EXPECT_EQ(analysis.sound_records, 12);
}

SourceTerms Schedule(Rhythm rhythm, int due_days, const char* since = nullptr) {
  SourceTerms terms = {ExpectedBy::kSchedule, rhythm, due_days, std::nullopt};
  if (since != nullptr) terms.since = D(since);
  return terms;
}

TEST(SourceAnalysis, ADeliveryByScheduleIsAboutTheLastPeriodThatHadEnded) {
  // About September on 1 October and on 15 October; about October too late; about November never.
  const std::vector<AnalysedDelivery> deliveries = {Delivered("2018-10-01", "", {}), Delivered("2018-10-15", "", {}),
                                                    Delivered("2018-11-30", "", {})};
  const SourceAnalysis analysis =
      Analyse(Schedule(Rhythm::kMonthly, 15), deliveries, {}, M("2018-08"), M("2019-01"), D("2018-12-20"));
  std::vector<std::string> sentences;
  for (const MonthAnalysis& month : analysis.months) sentences.push_back(MonthSentence(month, kDeliveries));
  EXPECT_THAT(sentences, ElementsAre("Voor augustus 2018 wordt niets verwacht.",  // Before the first delivery.
                                     "De verwachte levering is ontvangen voor september 2018.",
                                     "De verwachte levering is ontvangen voor oktober 2018.",
                                     "De verwachte levering ontbreekt voor november 2018.",
                                     "Voor december 2018 is nog niets ontvangen; dat kan nog tot en met 15-01-2019."));
  EXPECT_EQ(analysis.due, 3);
  EXPECT_EQ(analysis.received, 2);
  EXPECT_EQ(analysis.came, 2);
  EXPECT_EQ(analysis.on_time, 1);
  EXPECT_EQ(analysis.median_days_late, 15);
}

TEST(SourceAnalysis, EveryRhythmHasItsPeriodsInTheMonthTheyEndIn) {
  struct Case {
    Rhythm rhythm;
    std::vector<int64_t> expected;  // January to December 2018.
  };
  for (const Case& each : {Case{Rhythm::kWeekly, {4, 4, 4, 5, 4, 4, 5, 4, 5, 4, 4, 5}},
                           Case{Rhythm::kMonthly, {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}},
                           Case{Rhythm::kQuarterly, {0, 0, 1, 0, 0, 1, 0, 0, 1, 0, 0, 1}},
                           Case{Rhythm::kHalfYearly, {0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1}},
                           Case{Rhythm::kYearly, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}}}) {
    const SourceAnalysis analysis =
        Analyse(Schedule(each.rhythm, 0, "2018-01-01"), {}, {}, M("2018-01"), M("2019-01"), D("2019-06-01"));
    std::vector<int64_t> expected;
    for (const MonthAnalysis& month : analysis.months) {
      expected.push_back(month.expected);
      EXPECT_EQ(month.missing, month.expected);
    }
    EXPECT_EQ(expected, each.expected) << static_cast<int>(each.rhythm);
  }
}

TEST(SourceAnalysis, WeeksThatMayStillComeAreNotMissing) {
  const SourceAnalysis analysis = Analyse(Schedule(Rhythm::kWeekly, 2, "2018-01-01"), {Delivered("2018-09-10", "", {})}, {},
                                          M("2018-09"), M("2018-10"), D("2018-09-20"));
  const MonthAnalysis& month = analysis.months[0];
  EXPECT_EQ(month.expected, 5);  // Ends on 2, 9, 16, 23 and 30 September.
  EXPECT_EQ(month.received, 1);
  EXPECT_EQ(month.missing, 2);
  EXPECT_EQ(month.pending, 2);
  EXPECT_EQ(MonthSentence(month, kDeliveries), "2 van de 5 leveringen ontbreken voor september 2018. 2 kunnen nog komen.");
}

TEST(SourceAnalysis, WhatIsAgreedToComeNowAndThenIsNeverMissing) {
  const SourceTerms terms = {ExpectedBy::kNothing, Rhythm::kNone, 0, std::nullopt};
  const SourceAnalysis analysis =
      Analyse(terms, {Delivered("2018-01-01", "", {M("2018-01")})}, {}, M("2018-01"), M("2019-01"), D("2019-06-01"));
  EXPECT_EQ(analysis.due, 0);
  EXPECT_EQ(MonthSentence(analysis.months[0], kDeliveries), "Voor januari 2018 is niet te zeggen hoeveel er verwacht wordt.");
}

const SourceTerms kMessages = {ExpectedBy::kRegularSenders, Rhythm::kNone, 0, std::nullopt};

TEST(SourceAnalysis, WhoSentInSixOfTwelveMonthsIsExpectedAgain) {
  std::vector<AnalysedDelivery> deliveries;
  for (int i = 0; i < 6; ++i) deliveries.push_back(Delivered("2018-06-30", "A", {M("2017-12") + i}));
  for (int i = 0; i < 5; ++i) deliveries.push_back(Delivered("2018-06-30", "B", {M("2017-12") + i}));
  // Six again, but the first of them thirteen months before.
  for (int i = 0; i < 6; ++i) deliveries.push_back(Delivered("2018-06-30", "C", {M("2017-05") + i}));
  const SourceAnalysis analysis = Analyse(kMessages, deliveries, {}, M("2018-06"), M("2018-07"), D("2018-07-08"));
  EXPECT_EQ(analysis.months[0].by, ExpectedBy::kRegularSenders);
  EXPECT_THAT(analysis.months[0].missing_senders, ElementsAre(MissingSender{"A", M("2018-05")}));
  EXPECT_EQ(analysis.months[0].due_day, D("2018-07-07"));
  EXPECT_EQ(Analyse(kMessages, deliveries, {}, M("2018-06"), M("2018-07"), D("2018-07-07")).months[0].missing, 0);
}

TEST(SourceAnalysis, WithoutRegularSendersTheYearBeforeTells) {
  std::vector<AnalysedDelivery> deliveries;
  for (int i = 0; i < 3; ++i) deliveries.push_back(Delivered("2017-02-10", Agb(i), {M("2017-02")}));
  // Every month another sender, but none in March.
  for (int i = 0; i < 6; ++i) deliveries.push_back(Delivered("2017-12-10", Agb(10 + i), {M("2017-04") + i}));
  deliveries.push_back(Delivered("2018-02-20", Agb(9), {M("2018-02")}));
  const SourceAnalysis analysis = Analyse(kMessages, deliveries, {}, M("2018-02"), M("2018-04"), D("2018-06-01"));
  EXPECT_EQ(analysis.months[0].by, ExpectedBy::kLastYear);
  EXPECT_EQ(analysis.months[0].expected, 3);
  EXPECT_EQ(analysis.months[0].missing, 2);
  EXPECT_THAT(analysis.months[0].missing_senders, IsEmpty());  // How many, not who.
  EXPECT_EQ(analysis.months[1].by, ExpectedBy::kLastYear);
  EXPECT_EQ(MonthSentence(analysis.months[1], kProviders), "Voor maart 2018 wordt niets verwacht.");
}

TEST(SourceAnalysis, AYoungSourceIsMeasuredByTheMedianOfItsMonths) {
  const SourceTerms profile;
  std::vector<AnalysedDelivery> deliveries;
  const std::vector<int> counts = {4, 1, 3, 9, 3, 2, 9};
  for (int month = 0; month < 7; ++month) {
    for (int i = 0; i < counts[static_cast<size_t>(month)]; ++i) {
      deliveries.push_back(Delivered("2018-06-01", "", {M("2018-01") + month}));
    }
  }
  const SourceAnalysis analysis = Analyse(profile, deliveries, {}, M("2018-01"), M("2018-09"), D("2018-12-01"));
  std::vector<int64_t> expected;
  for (const MonthAnalysis& month : analysis.months) expected.push_back(month.expected);
  // Six months are needed; of 1 2 3 3 4 9 the smaller middle is 3, and of 1 2 3 3 4 9 9 the middle is 3.
  EXPECT_THAT(expected, ElementsAre(0, 0, 0, 0, 0, 0, 3, 3));
  EXPECT_EQ(analysis.months[6].received, 3);  // Nine came, never more than all.
  EXPECT_EQ(analysis.months[7].missing, 3);
  EXPECT_EQ(analysis.months[5].by, ExpectedBy::kNothing);
}

// Of what comes now and then nobody can say that it is missing.
TEST(SourceAnalysis, WhatCameInFiveOfTwelveMonthsIsNotExpected) {
  std::vector<AnalysedDelivery> deliveries;
  for (int i = 0; i < 5; ++i) deliveries.push_back(Delivered("2018-01-10", "", {M("2017-01") + 2 * i}));
  const SourceAnalysis analysis = Analyse(SourceTerms{}, deliveries, {}, M("2018-01"), M("2018-02"), D("2018-12-01"));
  EXPECT_EQ(analysis.due, 0);
  EXPECT_EQ(MonthSentence(analysis.months[0], kDeliveries), "Voor januari 2018 is niet te zeggen hoeveel er verwacht wordt.");
}

// OP271: a message with a term of its own is measured by that, and by nothing else.
TEST(SourceAnalysis, AMessageWithATermOfItsOwnIsMeasuredByIt) {
  std::vector<AnalysedDelivery> deliveries;
  for (int i = 0; i < 8; ++i) deliveries.push_back(Delivered("2018-06-30", "A", {M("2017-12") + i}));
  deliveries[6].due_day = D("2018-06-20");
  deliveries[6].done_day = D("2018-06-30");
  deliveries[7].due_day = D("2018-07-20");
  deliveries[7].done_day = D("2018-07-20");
  const SourceAnalysis analysis = Analyse(kMessages, deliveries, {}, M("2018-06"), M("2018-08"), D("2018-09-01"));
  EXPECT_EQ(analysis.came, 2);
  EXPECT_EQ(analysis.on_time, 1);
  EXPECT_EQ(analysis.median_days_late, 10);
}

TEST(SourceAnalysis, FailedChecksAreCountedAndShowTheEarliestExample) {
  std::vector<AnalysedDelivery> deliveries = {Delivered("2018-01-03", "A", {M("2018-01")}),
                                              Delivered("2018-01-02", "A", {M("2018-01")}),
                                              Delivered("2018-03-01", "A", {M("2018-03")})};
  deliveries[0].broken = {{"TR101", 2, 3}, {"CS002", 2, 1}};
  deliveries[1].broken = {{"TR101", 2, 1}, {"CSV", 1, 4}};
  deliveries[2].broken = {{"TR101", 2, 100}};  // Not in the period.
  const SourceAnalysis analysis = Analyse(kMessages, deliveries, {}, M("2018-01"), M("2018-02"), D("2018-06-01"));
  EXPECT_THAT(analysis.failed,
              ElementsAre(FailedCheck{"CSV", 1, 4, 1, deliveries[1].id}, FailedCheck{"TR101", 2, 4, 2, deliveries[1].id},
                          FailedCheck{"CS002", 2, 1, 1, deliveries[0].id}));
}

// Requirements 6.8: A to D.
TEST(SourceAnalysis, GradesHaveTheirBounds) {
  struct Case {
    int64_t sound, records;
    char grade;
  };
  for (const Case& each :
       {Case{100, 100, 'A'}, Case{99, 100, 'A'}, Case{9899, 10000, 'B'}, Case{95, 100, 'B'}, Case{9499, 10000, 'C'},
        Case{90, 100, 'C'}, Case{8999, 10000, 'D'}, Case{0, 1, 'D'}, Case{0, 0, '\0'}}) {
    EXPECT_EQ(Grade(each.sound, each.records), each.grade) << each.sound << "/" << each.records;
  }
}

// R6: the value one may attach to it, generated.
TEST(SourceAnalysis, StatesWhatItComesTo) {
  SourceAnalysis analysis;
  EXPECT_EQ(AnalysisStatement(analysis),
            "Of deze bron volledig is, is niet te zeggen: er is niets bekend over wat er verwacht wordt.");
  analysis.due = 41;
  analysis.received = 39;
  analysis.came = 40;
  analysis.on_time = 30;
  analysis.median_days_late = 1;
  analysis.records = 1000;
  analysis.sound_records = 996;
  EXPECT_EQ(
      AnalysisStatement(analysis),
      "Van wat er van deze bron verwacht werd, is 95,1% ontvangen. Hiervan kwam 75,0% op tijd; wat te laat was, kwam meestal 1 "
      "dag te laat. Kwaliteit A: 99,6% van de gegevens kwam zonder fouten door de controles.");
  analysis.received = 41;
  analysis.on_time = 40;
  analysis.records = 0;
  EXPECT_EQ(AnalysisStatement(analysis), "Alles wat van deze bron verwacht werd, is ontvangen. Alles kwam op tijd.");
}

std::string Print(const SourceAnalysis& analysis) {
  std::string text = absl::StrCat(analysis.due, " ", analysis.received, " ", analysis.came, " ", analysis.on_time, " ",
                                  analysis.median_days_late, " ", analysis.records, "\n");
  for (const MonthAnalysis& month : analysis.months) {
    absl::StrAppend(&text, month.month, " ", month.expected, " ", month.received, " ", month.missing, " ", month.pending, " ",
                    month.extra);
    for (const MissingSender& missing : month.missing_senders)
      absl::StrAppend(&text, " ", missing.sender, "/", missing.last_month.value_or(-1));
    text += "\n";
  }
  for (const FailedCheck& failed : analysis.failed)
    absl::StrAppend(&text, failed.rule, " ", failed.count, " ", failed.example, "\n");
  return text;
}

// T-29, and the laws between the counts, on random deliveries.
TEST(SourceAnalysis, IsAFunctionOfTheSetOfDeliveries) {
  std::mt19937 random(20180930);
  const auto pick = [&](int bound) { return static_cast<int>(random() % static_cast<unsigned>(bound)); };
  for (int round = 0; round < 200; ++round) {
    std::vector<AnalysedDelivery> deliveries;
    std::vector<ProviderPeriod> allocations;
    for (int i = 0; i < 30; ++i) {
      AnalysedDelivery& delivery =
          deliveries.emplace_back(Delivered(FormatDay(D("2018-01-01") + pick(500)), Agb(pick(5)),
                                            {M("2017-06") + pick(24), M("2018-06") + pick(6)}, 1 + pick(4), 1));
      absl::StrAppend(&delivery.id, "/", i);
      delivery.counts = pick(4) > 0;
      if (pick(3) == 0) delivery.broken = {{absl::StrCat("TR10", pick(3)), 2, 1 + pick(3)}};
      const Day start = D("2017-01-01") + pick(700);
      allocations.push_back({Agb(pick(5)), {start, start + pick(300)}});
    }
    for (const SourceTerms& terms :
         {kClaims, kMessages, SourceTerms{}, Schedule(Rhythm::kWeekly, pick(20)), Schedule(Rhythm::kQuarterly, 30)}) {
      const Day today = D("2018-01-01") + pick(600);
      const SourceAnalysis analysis = Analyse(terms, deliveries, allocations, M("2018-01"), M("2019-07"), today);
      int64_t seen = 0;
      for (const MonthAnalysis& month : analysis.months) {
        EXPECT_EQ(month.expected, month.received + month.missing + month.pending);
        EXPECT_TRUE(month.missing_senders.empty() || static_cast<int64_t>(month.missing_senders.size()) == month.missing);
        EXPECT_LE(month.sound_records, month.records);
        seen += month.deliveries;
      }
      EXPECT_EQ(seen, analysis.deliveries);
      EXPECT_LE(analysis.received, analysis.due);
      EXPECT_LE(analysis.on_time, analysis.came);
      const std::string before = Print(analysis);
      std::shuffle(deliveries.begin(), deliveries.end(), random);
      std::shuffle(allocations.begin(), allocations.end(), random);
      ASSERT_EQ(Print(Analyse(terms, deliveries, allocations, M("2018-01"), M("2019-07"), today)), before);
      // Nothing that was missing comes back because time passes.
      const SourceAnalysis later = Analyse(terms, deliveries, allocations, M("2018-01"), M("2019-07"), today + 30);
      for (size_t i = 0; i < later.months.size(); ++i) EXPECT_GE(later.months[i].missing, analysis.months[i].missing);
    }
  }
}

}  // namespace
}  // namespace nmd::ingestion
