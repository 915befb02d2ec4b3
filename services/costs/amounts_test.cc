// SPDX-License-Identifier: EUPL-1.2
#include "services/costs/amounts.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <random>
#include <string>

#include "gtest/gtest.h"
#include "tests/support/facts.h"

namespace nmd::costs {
namespace {

using testing::AllocationOf;
using testing::AllocationSpec;
using testing::AnswerOf;
using testing::At;
using testing::BatchOf;
using testing::ClaimOf;
using testing::On;
using testing::TariffOf;

KnownFacts Known(Ledger* ledger, std::vector<ingestion::v1::Fact> facts) {
  ledger->Add(BatchOf(1, At("2018-01-01"), std::move(facts)));
  return ledger->AsKnown(absl::ToUnixMicros(At("2026-01-01")));
}

Indicated Amount(const AllocationSpec& spec, const std::vector<ingestion::v1::Fact>& tariffs, int year, int month) {
  Ledger ledger;
  std::vector<ingestion::v1::Fact> facts = tariffs;
  facts.push_back(AllocationOf(spec));
  const KnownFacts known = Known(&ledger, std::move(facts));
  return IndicatedInMonth(known.facts.allocations[0], MonthOf(year, month),
                          TariffBook(known.facts.tariffs, known.batches, known.empty));
}

TEST(IndicatedInMonth, SpreadsAVolumeByItsFrequency) {
  struct Case {
    const char* frequency;
    const char* last;
    Cents february;  // Of 3 units at 10,00 from 1-2-2018.
  };
  for (const Case& c : std::initializer_list<Case>{
           {"1", "", 28 * 30'00},       // Every day.
           {"2", "", 120'00},           // 28/7 weeks.
           {"3", "", 30'00},            // 28/28 of four weeks.
           {"4", "", 30'00},            // The whole month.
           {"4", "2018-02-14", 15'00},  // Half of it.
           {"5", "", 2'30},             // 28/365 of 30,00 = 2,3014.
           {"6", "2018-02-28", 30'00},  // All of it within the month.
           {"6", "2018-03-28", 15'00},  // 28 of 56 days.
       }) {
    const Indicated amount = Amount({.first = "2018-02-01", .last = c.last, .volume = 3, .frequency = c.frequency},
                                    {TariffOf("45A04", 10'00)}, 2018, 2);
    EXPECT_EQ(amount.cents, c.february) << "frequency " << c.frequency << " until " << c.last;
    EXPECT_TRUE(amount.complete);
  }
}

TEST(IndicatedInMonth, ATotalWithoutAnEndHasNoAmountPerDay) {
  const Indicated amount = Amount({.frequency = "6"}, {TariffOf("45A04", 10'00)}, 2018, 2);
  EXPECT_EQ(amount.cents, 0);
  EXPECT_FALSE(amount.complete);
}

TEST(IndicatedInMonth, MinutesAndHoursStandForEachOther) {
  const auto hourly = {TariffOf("45A04", 55'00, "2017-01-01", "", "04")};
  // IV081: 55,00 per hour for 95 minutes is 87,08.
  EXPECT_EQ(Amount({.volume = 95, .unit = "01"}, hourly, 2018, 1).cents, 87'08);
  const auto per_minute = {TariffOf("45A04", 92, "2017-01-01", "", "01")};
  EXPECT_EQ(Amount({.volume = 2, .unit = "04"}, per_minute, 2018, 1).cents, 2 * 60 * 92);
  EXPECT_FALSE(Amount({.unit = "14"}, hourly, 2018, 1).complete) << "a day is no number of hours";
}

TEST(IndicatedInMonth, AVolumeOfEurosNeedsNoTariffIV042) {
  const Indicated amount = Amount({.volume = 123'45, .unit = "83"}, {}, 2018, 1);
  EXPECT_EQ(amount.cents, 123'45);
  EXPECT_TRUE(amount.complete);
}

TEST(IndicatedInMonth, ABudgetIsSpreadOverTheAllocation) {
  EXPECT_EQ(Amount({.last = "2018-01-31", .volume = 0, .budget_cents = 310'00}, {}, 2018, 1).cents, 310'00);
  EXPECT_EQ(Amount({.last = "2018-12-31", .volume = 0, .budget_cents = 365'00}, {}, 2018, 2).cents, 28'00);
}

TEST(IndicatedInMonth, WithoutVolumeAndBudgetThereIsNoAmount) {
  EXPECT_FALSE(Amount({.volume = 0}, {TariffOf("45A04", 10'00)}, 2018, 1).complete);
}

TEST(IndicatedInMonth, EveryDayHasTheTariffOfThatDayAndTheMonthIsRoundedOnce) {
  // 31 days: 10 at 1,00 and 21 at 2,00 per month: 10/31 + 42/31 = 1,677.
  EXPECT_EQ(Amount({}, {TariffOf("45A04", 1'00), TariffOf("45A04", 2'00, "2018-01-11")}, 2018, 1).cents, 1'68);
}

TEST(IndicatedInMonth, AMissingTariffOfSomeDaysIsAnIncompleteAmount) {
  const Indicated amount = Amount({}, {TariffOf("45A04", 31'00, "2018-01-17")}, 2018, 1);
  EXPECT_EQ(amount.cents, 15'00);
  EXPECT_FALSE(amount.complete);
}

// The law of requirements 6.3: a month is the sum over its valid days of what each day is worth, rounded once. Days are summed
// here one by one, over the one denominator they have in a month.
TEST(IndicatedInMonth, IsTheSumOfItsDailyValuesToTheCent) {
  std::mt19937 random(63);
  const auto pick = [&random](int n) { return static_cast<int>(random() % static_cast<uint32_t>(n)); };
  for (int turn = 0; turn < 2'000; ++turn) {
    const Day start = DayOf(2017, 1, 1) + pick(700);
    const Day last = start + pick(500);
    const int frequency = 1 + pick(6);
    AllocationSpec spec{.first = FormatDay(start),
                        .last = pick(3) == 0 && frequency != 6 ? "" : FormatDay(last),
                        .volume = 1 + pick(5'000),
                        .frequency = std::to_string(frequency)};
    const Day end = spec.last.empty() ? kOpenEnd : last + 1;
    std::map<Day, int64_t> tariffs;
    std::vector<ingestion::v1::Fact> facts;
    for (int i = 0; i < 4; ++i) {
      const Day since = i == 0 ? DayOf(2016, 1, 1) : DayOf(2017, 1, 1) + pick(900);
      if (!tariffs.emplace(since, 1 + pick(99'999)).second) continue;
      facts.push_back(TariffOf("45A04", tariffs[since], FormatDay(since)));
    }
    const Month month = MonthOf(start) + pick(14);
    int64_t days = 0, value = 0;
    for (Day day = FirstDay(month); day < FirstDay(month + 1); ++day) {
      if (day < start || day >= end) continue;
      ++days;
      value += spec.volume * std::prev(tariffs.upper_bound(day))->second;
    }
    const int year = YearOf(month);
    const int64_t spread[] = {1, 7, 28, DaysInMonth(month), DayOf(year + 1, 1, 1) - DayOf(year, 1, 1), last + 1 - start};
    const int64_t per = spread[frequency - 1];
    const Indicated amount = Amount(spec, facts, year, MonthInYear(month));
    ASSERT_EQ(amount.cents, (2 * value + per) / (2 * per)) << "turn " << turn << ", " << days << " days";
    ASSERT_TRUE(amount.complete || days == 0);
  }
}

// The same law over any days; the days are brought to one denominator, a multiple of all lengths of months and years.
TEST(IndicatedInPeriod, IsTheSumOfItsDailyValuesRoundedOnce) {
  std::mt19937 random(64);
  const auto pick = [&random](int n) { return static_cast<int>(random() % static_cast<uint32_t>(n)); };
  constexpr int64_t kAll = 1'681'363'740;
  for (int turn = 0; turn < 2'000; ++turn) {
    const Day start = DayOf(2015, 6, 1) + pick(400);
    const Day last = start + pick(1'000);
    const int frequency = 1 + pick(6);
    const AllocationSpec spec{
        .first = FormatDay(start), .last = FormatDay(last), .volume = 1 + pick(500), .frequency = std::to_string(frequency)};
    const Day second = DayOf(2016, 1, 1) + pick(600);
    Ledger ledger;
    const KnownFacts known = Known(
        &ledger, {AllocationOf(spec), TariffOf("45A04", 85'00, "2015-01-01"), TariffOf("45A04", 91'37, FormatDay(second))});
    const TariffBook book(known.facts.tariffs, known.batches, known.empty);
    const nmd::Period days{start - 20 + pick(200), start + pick(1'100)};
    __extension__ using Wide = __int128;
    const int64_t length = frequency == 6 ? last + 1 - start : 1;
    Wide parts = 0;
    for (Day day = days.start; day < days.end; ++day) {
      if (day < start || day > last) continue;
      const int year = CivilOf(day).year;
      const int64_t spread[] = {1, 7, 28, DaysInMonth(MonthOf(day)), DayOf(year + 1, 1, 1) - DayOf(year, 1, 1), 1};
      parts += static_cast<Wide>(spec.volume) * (day < second ? 85'00 : 91'37) * (kAll / spread[frequency - 1]);
    }
    const Wide denominator = Wide{kAll} * length;
    const Indicated amount = IndicatedInPeriod(known.facts.allocations[0], days, book);
    ASSERT_EQ(amount.cents, static_cast<Cents>((2 * parts + denominator) / (2 * denominator))) << "turn " << turn;
    ASSERT_TRUE(amount.complete);
  }
}

TEST(TariffBook, TheProvidersOwnTariffGoesBeforeTheGeneralOne) {
  const auto tariffs = {TariffOf("45A04", 10'00), TariffOf("45A04", 12'00, "2018-01-01", "99000001")};
  EXPECT_EQ(Amount({}, tariffs, 2018, 1).cents, 12'00);
  EXPECT_EQ(Amount({.provider = "99000002"}, tariffs, 2018, 1).cents, 10'00);
}

TEST(TariffBook, ACorrectionOfLastYearDoesNotOverrideThisYear) {
  Ledger ledger;
  ledger.Add(
      BatchOf(1, At("2018-01-01"), {AllocationOf({}), TariffOf("45A04", 10'00), TariffOf("45A04", 20'00, "2018-01-01")}));
  ledger.Add(BatchOf(2, At("2019-01-01"), {TariffOf("45A04", 11'00)}));
  const KnownFacts known = ledger.AsKnown(absl::ToUnixMicros(At("2019-02-01")));
  const TariffBook book(known.facts.tariffs, known.batches, known.empty);
  TariffBook::Price price;
  Day until = 0;
  ASSERT_TRUE(book.Find(known.facts.allocations[0], On("2017-12-31"), &price, &until));
  EXPECT_EQ(price.cents, 11'00) << "the correction holds for its own year";
  EXPECT_EQ(until, On("2018-01-01"));
  ASSERT_TRUE(book.Find(known.facts.allocations[0], On("2018-01-01"), &price, &until));
  EXPECT_EQ(price.cents, 20'00);
}

// Declared and approved over all lines that count.
std::pair<Cents, Cents> Net(const std::vector<ingestion::v1::Fact>& facts) {
  Ledger ledger;
  const KnownFacts known = Known(&ledger, facts);
  std::pair<Cents, Cents> sums;
  for (const NetLine& net : NetClaims(known.facts, known.batches)) {
    sums.first += net.line->amount;
    if (net.approved) sums.second += net.line->amount;
  }
  return sums;
}

TEST(NetClaims, ALineSentTwiceCountsOnceTR314) {
  EXPECT_EQ(Net({ClaimOf("A", {{"r1", "", 100}}), ClaimOf("A", {{"r1", "", 100}})}), std::pair(Cents{100}, Cents{0}));
}

TEST(NetClaims, ALineSentAgainAfterItsClaimWasNotProcessedCountsAsGranted) {
  // Claim A was refused as a whole; B is the same care sent again, with the references it had.
  const auto again = {ClaimOf("A", {{"r1", "", 100}}), AnswerOf("A", {}, true), ClaimOf("B", {{"r1", "", 100}}), AnswerOf("B")};
  EXPECT_EQ(Net(again), std::pair(Cents{100}, Cents{100}));
  // The other way round: B repeats what A was granted, and is refused for it.
  EXPECT_EQ(Net({ClaimOf("B", {{"r1", "", 100}}), AnswerOf("B", {"r1"}), ClaimOf("A", {{"r1", "", 100}}), AnswerOf("A")}),
            std::pair(Cents{100}, Cents{100}));
}

TEST(NetClaims, ReferencesAreOfAProvider) {
  EXPECT_EQ(Net({ClaimOf("A", {{"r1", "", 100}}), ClaimOf("A", {{"r1", "", 50}}, "99000002")}).first, 150);
}

TEST(NetClaims, ClaimsOfTwoProvidersUnderOneNumberInOneDeliveryHaveTheirOwnAnswers) {
  const auto first = ClaimOf("A", {{"r1", "", 100}});
  const auto second = ClaimOf("A", {{"r1", "", 50}}, "99000002");
  EXPECT_EQ(Net({first, second, AnswerOf("A", {}, false, "99000002")}), std::pair(Cents{150}, Cents{50}));
  EXPECT_EQ(Net({first, second, AnswerOf("A")}), std::pair(Cents{150}, Cents{100}));
}

TEST(NetClaims, ADebitIsCreditedOnceAndARejectedCreditDoesNotBlockTheNextOP360) {
  const auto debit = ClaimOf("A", {{"r1", "", 100}});
  const auto twice = {debit, ClaimOf("B", {{"r2", "r1", -100}}), ClaimOf("C", {{"r3", "r1", -100}})};
  EXPECT_EQ(Net(twice).first, 0);
  std::vector<ingestion::v1::Fact> answered = twice;
  answered.insert(answered.end(), {AnswerOf("A"), AnswerOf("B", {"r2"}), AnswerOf("C")});
  EXPECT_EQ(Net(answered), std::pair(Cents{0}, Cents{0})) << "r2 was rejected, r3 takes the debit back";
}

TEST(NetClaims, ACreditOfARejectedDebitIsNotApproved) {
  EXPECT_EQ(Net({ClaimOf("A", {{"r1", "", 100}}), ClaimOf("B", {{"r2", "r1", -100}}), AnswerOf("A", {"r1"}), AnswerOf("B")}),
            std::pair(Cents{0}, Cents{0}));
}

// A claim in a message of its own.
ingestion::v1::FactBatch MessageOf(int64_t sequence, const std::string& identification, ingestion::v1::Fact fact) {
  ingestion::v1::FactBatch batch = BatchOf(sequence, At("2018-01-01") + absl::Hours(sequence), {std::move(fact)}, "jw323");
  batch.mutable_message()->set_type(323);
  batch.mutable_message()->set_identification(identification);
  return batch;
}

// An answer that names the message of the claim.
ingestion::v1::Fact AnswerTo(const std::string& identification, const std::string& number, bool whole = false) {
  ingestion::v1::Fact fact = AnswerOf(number, {}, whole);
  fact.mutable_claim_answer()->set_claim_identification(identification);
  return fact;
}

// Answered and approved lines, in order of reference. The batches are fed in both orders, which must not matter (T-29).
std::string Settled(std::vector<ingestion::v1::FactBatch> batches) {
  std::string text;
  for (int turn = 0; turn < 2; ++turn) {
    Ledger ledger;
    for (const ingestion::v1::FactBatch& batch : batches) ledger.Add(batch);
    const KnownFacts known = ledger.AsKnown(absl::ToUnixMicros(At("2026-01-01")));
    std::vector<NetLine> lines = NetClaims(known.facts, known.batches);
    std::sort(lines.begin(), lines.end(),
              [](const NetLine& a, const NetLine& b) { return *a.line->reference < *b.line->reference; });
    std::string now;
    for (const NetLine& net : lines) {
      now += *net.line->reference + (net.approved ? " approved; " : net.answered ? " refused; " : " open; ");
    }
    if (turn == 1) {
      EXPECT_EQ(now, text);
    }
    text = now;
    std::reverse(batches.begin(), batches.end());
  }
  return text;
}

TEST(NetClaims, AnAnswerThatRefusesTheHeaderOnlyIsJoinedByTheMessage) {  // TR337, domain-standards 3.1
  const auto claim = MessageOf(1, "M1", ClaimOf("A", {{"r1", "", 100}}));
  EXPECT_EQ(Settled({claim}), "r1 open; ");
  EXPECT_EQ(Settled({claim, BatchOf(2, At("2018-02-01"), {AnswerTo("M1", "", true)}, "jw325")}), "r1 refused; ");
  EXPECT_EQ(Settled({claim, BatchOf(2, At("2018-02-01"), {AnswerTo("M2", "", true)}, "jw325")}), "r1 open; ");
  // A claim kept before messages were named has no identification.
  EXPECT_EQ(Settled({BatchOf(1, At("2018-01-01"), {ClaimOf("A", {{"r1", "", 100}})}),
                     BatchOf(2, At("2018-02-01"), {AnswerTo("M1", "", true)})}),
            "r1 open; ");
}

TEST(NetClaims, AClaimSentAgainUnderItsNumberHasItsOwnAnswer) {
  // M1 is refused by its header; M2 is the same declaration made again, with new references.
  const auto first = MessageOf(1, "M1", ClaimOf("A", {{"r1", "", 100}}));
  const auto second = MessageOf(2, "M2", ClaimOf("A", {{"r2", "", 100}}));
  const auto refusal = BatchOf(3, At("2018-02-01"), {AnswerTo("M1", "", true)}, "jw325");
  const auto grant = BatchOf(4, At("2018-03-01"), {AnswerTo("M2", "A")}, "jw325");
  EXPECT_EQ(Settled({first, second, refusal, grant}), "r1 refused; r2 approved; ");
  EXPECT_EQ(Settled({first, second, grant}), "r1 open; r2 approved; ");
  // An answer to a message that is not known holds for the number (TR376).
  EXPECT_EQ(Settled({first, BatchOf(3, At("2018-03-01"), {AnswerTo("M9", "A")}, "jw325")}), "r1 approved; ");
}

// What January 2018 holds of an allocation of these.
double InJanuary(testing::AllocationSpec spec) {
  Ledger ledger;
  ledger.Add(BatchOf(1, At("2017-12-01"), {AllocationOf(spec)}));
  return VolumeInMonth(ledger.AsKnown(absl::ToUnixMicros(At("2018-02-01"))).facts.allocations.front(), MonthOf(2018, 1));
}

TEST(VolumeInMonth, IsSpreadAsTheAmountIs) {
  testing::AllocationSpec spec;
  spec.first = "2018-01-11";
  spec.volume = 180;
  spec.unit = "01";
  spec.frequency = "2";
  EXPECT_DOUBLE_EQ(InJanuary(spec), 9) << "three hours a week, for three weeks";
  spec.unit = "04";
  EXPECT_DOUBLE_EQ(InJanuary(spec), 540);
  spec.frequency = "6";
  EXPECT_EQ(InJanuary(spec), 0) << "a total without an end cannot be spread";
  spec.last = "2018-02-09";
  EXPECT_DOUBLE_EQ(InJanuary(spec), 126) << "21 of 30 days";
  spec.budget_cents = 100'000;
  EXPECT_EQ(InJanuary(spec), 0) << "a budget says nothing of a quantity";
}

}  // namespace
}  // namespace nmd::costs
