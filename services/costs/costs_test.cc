// SPDX-License-Identifier: EUPL-1.2
#include "services/costs/costs.h"

#include <atomic>
#include <string>
#include <thread>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nmd/costs/v1/costs.pb.h"
#include "nmd/internal/v1/costs_events.pb.h"
#include "services/costs/service.h"
#include "services/costs/snapshot.h"
#include "services/platform/errors.h"
#include "services/platform/router.h"
#include "tests/support/costs_scene.h"
#include "tests/support/facts.h"

namespace nmd::costs {
namespace {

using testing::AllocationOf;
using testing::AnswerOf;
using testing::At;
using testing::BatchOf;
using testing::ClaimOf;
using testing::CostsScene;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::LinkOf;
using testing::On;
using testing::TableOf;
using testing::TariffOf;
using testing::ValueOf;

ingestion::v1::Fact ResidenceOf(const std::string& person, const std::string& first, const std::string& wijk) {
  ingestion::v1::Fact fact;
  fact.mutable_residence()->set_person_key(person);
  fact.mutable_residence()->set_start_day(On(first));
  fact.mutable_residence()->set_wijk(wijk);
  return fact;
}

ingestion::v1::Fact TraitsOf(const std::string& person, const std::string& birth, const std::string& sex = "1") {
  ingestion::v1::Fact fact;
  fact.mutable_person()->set_person_key(person);
  fact.mutable_person()->set_birth_day(birth.empty() ? 0 : On(birth));
  fact.mutable_person()->set_sex(sex);
  return fact;
}

ingestion::v1::Fact ReferralOf(const std::string& person, int64_t allocation, const std::string& referrer,
                               const std::string& first) {
  ingestion::v1::Fact fact;
  fact.mutable_referral()->set_law(ingestion::v1::YOUTH);
  fact.mutable_referral()->set_person_key(person);
  fact.mutable_referral()->set_allocation(allocation);
  fact.mutable_referral()->set_referrer(referrer);
  fact.mutable_referral()->set_start_day(On(first));
  return fact;
}

ingestion::v1::Fact PeopleOf(int year, const std::string& wijk, int from, int to, const std::string& sex, int64_t count) {
  ingestion::v1::Fact fact;
  auto* population = fact.mutable_population();
  population->set_year(year);
  population->set_wijk(wijk);
  population->set_age_from(from);
  population->set_age_to(to);
  population->set_sex(sex);
  population->set_count(count);
  return fact;
}

linking::v1::HouseholdStay StayOf(int64_t sequence, int64_t revision, const std::string& client, const std::string& household,
                                  const std::string& first, const std::string& known) {
  linking::v1::HouseholdStay stay;
  stay.set_sequence(sequence);
  stay.set_revision(revision);
  stay.set_client(client);
  stay.set_household(household);
  stay.set_start_day(On(first));
  stay.mutable_known_time()->set_seconds(absl::ToUnixSeconds(At(known)));
  return stay;
}

TEST(Costs, ABatchSentAgainChangesNothing) {
  CostsScene scene;
  const auto batch = BatchOf(5, At("2018-01-02"), {ClaimOf("A", {{"r1", "", 100}})}, "jw323");
  scene.Feed({batch});
  const int64_t records = scene.journal->LastSequence();
  scene.Feed({batch});
  EXPECT_EQ(scene.journal->LastSequence(), records);
  EXPECT_EQ(scene.costs.facts_cursor(), 5);
  scene.Feed({LinkOf(3, "p1", "c1", At("2018-01-02"))});
  scene.Feed({LinkOf(3, "p1", "c1", At("2018-01-02"))});
  EXPECT_EQ(scene.journal->LastSequence(), records + 1);
  EXPECT_EQ(scene.costs.links_cursor(), 3);
}

TEST(Costs, ReplayOfTheJournalIsTheLiveState) {
  CostsScene scene;
  scene.Feed({BatchOf(1, At("2018-01-02"), {AllocationOf({}), TariffOf("45A04", 100'00), TraitsOf("p1", "2010-05-05")}),
              BatchOf(4, At("2018-02-02"), {ClaimOf("A", {{"r1", "", 5'000}})}, "jw323")});
  scene.Feed({LinkOf(2, "p1", "c1", At("2018-01-03"))}, {StayOf(3, 3, "c1", "h1", "2017-01-01", "2018-01-03")});
  const auto question =
      CostsScene::Question({"clients", "indicated", "declared"}, "2018-01", "2018-04", {"month", "age_band", "household"});
  Costs again(*scene.journal, scene.clock, "gm1730", {});
  ASSERT_TRUE(again.Replay().ok());
  EXPECT_EQ(again.facts_cursor(), 4);
  EXPECT_EQ(again.links_cursor(), 3);
  EXPECT_EQ(again.QueryFigures(Caller(), question)->SerializeAsString(), scene.Ask(question).SerializeAsString());
  EXPECT_THAT(TableOf(scene.Ask(question)), HasSubstr("month=2018-01 age_band=4-11 household=h1 clients=1\n"));
}

TEST(Costs, AStartFromTheCheckpointIsTheLiveState) {
  CostsScene scene;
  scene.Feed({BatchOf(1, At("2018-01-02"), {AllocationOf({}), TariffOf("45A04", 100'00), TraitsOf("p1", "2010-05-05")})});
  scene.Feed({LinkOf(2, "p1", "c1", At("2018-01-03"))}, {StayOf(3, 3, "c1", "h1", "2017-01-01", "2018-01-03")});
  const auto question =
      CostsScene::Question({"clients", "indicated", "declared"}, "2018-01", "2018-04", {"month", "age_band", "household"});
  const auto asked_of_another = [&] {
    Costs another(*scene.journal, scene.clock, "gm1730", {});
    EXPECT_TRUE(another.Replay().ok());
    EXPECT_EQ(another.facts_cursor(), scene.costs.facts_cursor());
    EXPECT_EQ(another.links_cursor(), scene.costs.links_cursor());
    return another.QueryFigures(Caller(), question)->SerializeAsString();
  };
  const auto saved = [&] { return *scene.journal->LoadCheckpoint(); };
  // An empty journal with the checkpoint: nothing else can have given the answer.
  const auto asked_of_checkpoint_alone = [&] {
    const auto journal = NewMemoryJournal();
    EXPECT_TRUE(journal->SaveCheckpoint(0, saved()->state).ok());
    Costs another(*journal, scene.clock, "gm1730", {});
    EXPECT_TRUE(another.Replay().ok());
    return another.QueryFigures(Caller(), question)->SerializeAsString();
  };
  ASSERT_TRUE(scene.costs.SaveCheckpoint().ok()) << "without a snapshot, before the first question";
  EXPECT_EQ(asked_of_another(), scene.Ask(question).SerializeAsString());
  // With a snapshot and records after it, which change what it says.
  scene.Feed({BatchOf(3, At("2018-01-05"), {AllocationOf({.person = "p2", .number = 2})})});
  scene.Total("clients", "2018-01", "2018-02");
  ASSERT_TRUE(scene.costs.SaveCheckpoint().ok());
  EXPECT_EQ(saved()->sequence, 3);
  EXPECT_EQ(asked_of_checkpoint_alone(), scene.Ask(question).SerializeAsString());
  EXPECT_EQ(asked_of_another(), scene.Ask(question).SerializeAsString());
  scene.Feed({BatchOf(4, At("2018-02-02"), {ClaimOf("A", {{"r1", "", 5'000}})}, "jw323")});
  EXPECT_EQ(asked_of_another(), scene.Ask(question).SerializeAsString());
  // One of another version, or that is none: the journal has everything.
  internal::v1::CostsCheckpoint other;
  ASSERT_TRUE(other.ParseFromString(saved()->state));
  other.set_version(99);
  for (const std::string& state : {other.SerializeAsString(), std::string("no checkpoint"), std::string()}) {
    ASSERT_TRUE(scene.journal->SaveCheckpoint(3, state).ok());
    EXPECT_EQ(asked_of_another(), scene.Ask(question).SerializeAsString());
  }
}

TEST(Costs, AReaderOfTheJournalAnswersAsWhoWritesIt) {
  CostsScene scene;
  const auto question =
      CostsScene::Question({"clients", "indicated", "declared"}, "2018-01", "2018-04", {"month", "age_band", "household"});
  scene.Feed({BatchOf(1, At("2018-01-02"), {AllocationOf({}), TariffOf("45A04", 100'00), TraitsOf("p1", "2010-05-05")})});
  Costs reader(*scene.journal, scene.clock, "gm1730", {});
  ASSERT_TRUE(reader.Replay().ok());
  int64_t sequence = 0;
  const auto expect_the_same = [&](const char* what) {
    ASSERT_TRUE(FollowJournal(*scene.journal, absl::ZeroDuration(), &sequence, &reader).ok());
    EXPECT_EQ(sequence, scene.journal->LastSequence()) << what;
    EXPECT_EQ(reader.QueryFigures(Caller(), question)->SerializeAsString(), scene.Ask(question).SerializeAsString()) << what;
    EXPECT_EQ(reader.Notes("a"), scene.costs.Notes("a")) << what;
  };
  expect_the_same("what was there");
  scene.Feed({LinkOf(2, "p1", "c1", At("2018-01-03"))}, {StayOf(3, 3, "c1", "h1", "2017-01-01", "2018-01-03")});
  expect_the_same("links");
  scene.Feed({BatchOf(4, At("2018-02-02"), {ClaimOf("A", {{"r1", "", 5'000}})}, "jw323")});
  ASSERT_TRUE(scene.costs.AddNote("a", "first", "somebody").ok());
  expect_the_same("facts and notes");
  // Linking read on and found nothing new about anybody: known to the reader, and written once.
  linking::v1::ListLinksResponse nothing;
  nothing.set_person_sequence(9);
  for (int i = 0; i < 2; ++i) ASSERT_TRUE(scene.costs.AddLinks(nothing).ok());
  EXPECT_EQ(scene.Ask(question).person_sequence(), 9);
  EXPECT_EQ(scene.costs.links_cursor(), 3);
  expect_the_same("how far linking read");
  EXPECT_EQ(scene.journal->LastSequence(), 5);
}

TEST(Costs, AnAnswerAboutThePastStaysTheSameWhateverComesInLater) {
  CostsScene scene;
  scene.Feed({BatchOf(1, At("2018-01-02"), {AllocationOf({})})});
  const auto question = CostsScene::Question({"clients"}, "2018-01", "2018-02", {}, "2018-01-15");
  auto before = scene.Ask(question);
  scene.Feed({BatchOf(2, At("2018-01-16"), {AllocationOf({.person = "p2", .number = 2})})});
  auto after = scene.Ask(question);
  EXPECT_EQ(before.fact_sequence(), 1);
  EXPECT_EQ(after.fact_sequence(), 2) << "how far the feed was followed is all that moves";
  before.clear_fact_sequence();
  after.clear_fact_sequence();
  EXPECT_EQ(after.SerializeAsString(), before.SerializeAsString());
  EXPECT_EQ(scene.Total("clients", "2018-01", "2018-02").count(), 2);
}

// Ingestion may tell more than the figures use yet: payloads from number 14 on, and such as this binary never heard of.
TEST(Costs, KindsOfFactsItDoesNotUseChangeNoFigureAndAreKept) {
  CostsScene scene;
  scene.Feed({BatchOf(1, At("2018-01-02"), {AllocationOf({}), TariffOf("45A04", 100'00)})});
  const auto question = CostsScene::Question({"clients", "indicated"}, "2018-01", "2018-04", {"month"});
  auto before = scene.Ask(question);
  std::vector<ingestion::v1::Fact> facts = {ingestion::v1::Fact()};
  const google::protobuf::OneofDescriptor* payload = ingestion::v1::Fact::descriptor()->FindOneofByName("payload");
  for (int i = 0; i < payload->field_count(); ++i) {
    if (payload->field(i)->number() < 14) continue;
    ingestion::v1::Fact fact;
    google::protobuf::Message* said = fact.GetReflection()->MutableMessage(&fact, payload->field(i));
    if (const auto* person = said->GetDescriptor()->FindFieldByName("person_key")) {
      said->GetReflection()->SetString(said, person, "p1");
    }
    facts.push_back(std::move(fact));
  }
  ASSERT_GE(facts.size(), 11u);
  scene.Feed({BatchOf(2, At("2018-01-03"), facts, "beschikkingen")});
  auto after = scene.Ask(question);
  EXPECT_EQ(after.fact_sequence(), 2);
  before.clear_fact_sequence();
  after.clear_fact_sequence();
  EXPECT_EQ(after.SerializeAsString(), before.SerializeAsString());
  int64_t kept = 0;
  ASSERT_TRUE(scene.journal
                  ->Replay(0,
                           [&](const JournalRecord& record) {
                             ingestion::v1::ListFactsResponse response;
                             if (response.ParseFromString(record.payload)) {
                               for (const auto& batch : response.batches()) kept += batch.facts_size();
                             }
                             return true;
                           })
                  .ok());
  EXPECT_EQ(kept, 2 + static_cast<int64_t>(facts.size())) << "a later version finds them in the journal";
}

TEST(Costs, ALateBatchWithAnOldKnownTimeChangesWhatWasWorkedOutBefore) {
  CostsScene scene;
  scene.Feed({BatchOf(1, At("2018-01-10"), {AllocationOf({})})});
  EXPECT_EQ(scene.Total("clients", "2018-01", "2018-02", "2018-01-15").count(), 1);
  scene.Feed({BatchOf(2, At("2018-01-05"), {AllocationOf({.person = "p2", .number = 2})})});
  EXPECT_EQ(scene.Total("clients", "2018-01", "2018-02", "2018-01-15").count(), 2);
}

TEST(Costs, AKnownTimeInTheFutureIsNow) {
  CostsScene scene("2018-03-01");
  scene.Feed({BatchOf(1, At("2018-01-02"), {AllocationOf({})})});
  const auto response = scene.Ask(CostsScene::Question({"clients"}, "2018-01", "2018-02", {}, "2030-01-01"));
  EXPECT_EQ(response.effective().known_time().seconds(), absl::ToUnixSeconds(At("2018-03-01")));
  EXPECT_EQ(response.totals(0).known_time().seconds(), absl::ToUnixSeconds(At("2018-03-01")));
}

TEST(Costs, AnOpenAllocationReachesTwelveMonthsPastTheMonthOfK) {
  CostsScene scene("2018-03-15");
  scene.Feed({BatchOf(1, At("2018-01-02"), {AllocationOf({})})});
  EXPECT_EQ(scene.Total("clients", "2019-03", "2019-04").count(), 1);
  EXPECT_EQ(scene.Total("clients", "2019-04", "2019-05").state_reason(), "PERIOD_NOT_DELIVERED");
  EXPECT_EQ(scene.Total("clients", "2017-12", "2018-01").state_reason(), "PERIOD_NOT_DELIVERED");
}

TEST(Costs, ACountedZeroIsZeroAndASeriesHasNoHoles) {
  CostsScene scene;
  scene.Feed({BatchOf(
      1, At("2018-05-02"),
      {AllocationOf({.last = "2018-01-31"}), AllocationOf({.number = 2, .first = "2018-03-01", .last = "2018-03-31"})})});
  EXPECT_EQ(TableOf(scene.Ask(CostsScene::Question({"clients"}, "2018-01", "2018-05", {"month"}))),
            "month=2018-01 clients=1\nmonth=2018-02 clients=0\nmonth=2018-03 clients=1\n"
            "month=2018-04 clients=PERIOD_NOT_DELIVERED\nclients=1\n");
  EXPECT_EQ(TableOf(scene.Ask(CostsScene::Question({"provisions"}, "2018-02", "2018-05", {"quarter", "year"}))),
            "quarter=2018-Q1 year=2018 provisions=1\nquarter=2018-Q2 year=2018 provisions=PERIOD_NOT_DELIVERED\n"
            "provisions=1\n");
}

TEST(Costs, AQuarterIsCutToThePeriod) {
  CostsScene scene;
  scene.Feed({BatchOf(1, At("2018-05-02"), {AllocationOf({})})});
  const auto response = scene.Ask(CostsScene::Question({"clients"}, "2018-02", "2018-05", {"quarter"}));
  EXPECT_EQ(response.figures(0).period().start_date(), "2018-02-01");
  EXPECT_EQ(response.figures(0).period().end_date(), "2018-04-01");
  EXPECT_EQ(response.figures(0).dimensions(0).label(), "1e kwartaal 2018");
}

TEST(Costs, AgeIsThatOfTheFirstDayOfThePeriod) {
  CostsScene scene;
  scene.Feed({BatchOf(1, At("2018-05-02"), {AllocationOf({}), TraitsOf("p1", "2006-02-01")})});
  EXPECT_EQ(TableOf(scene.Ask(CostsScene::Question({"clients"}, "2018-01", "2018-03", {"month", "age_band"}))),
            "month=2018-01 age_band=4-11 clients=1\nmonth=2018-02 age_band=12-17 clients=1\nclients=1\n");
  EXPECT_EQ(TableOf(scene.Ask(CostsScene::Question({"clients"}, "2018-01", "2018-03", {"age_band"}))),
            "age_band=4-11 clients=1\nclients=1\n");
}

TEST(Costs, AgeBandsComeInOrderOfAgeWithUnknownLast) {
  CostsScene scene;
  std::vector<ingestion::v1::Fact> facts;
  int64_t number = 0;
  for (const char* birth : {"1940-01-01", "", "2016-01-01", "1980-01-01", "2012-01-01", "1998-01-01", "2003-01-01"}) {
    const std::string person = "p" + std::to_string(++number);
    facts.push_back(AllocationOf({.person = person, .number = number}));
    facts.push_back(TraitsOf(person, birth));
  }
  scene.Feed({BatchOf(1, At("2018-05-02"), facts)});
  std::vector<std::string> labels;
  const auto response = scene.Ask(CostsScene::Question({"clients"}, "2018-01", "2018-02", {"age_band"}));
  for (const auto& figure : response.figures()) labels.push_back(figure.dimensions(0).label());
  EXPECT_THAT(labels, ElementsAre("0 t/m 3 jaar", "4 t/m 11 jaar", "12 t/m 17 jaar", "18 t/m 22 jaar", "23 t/m 64 jaar",
                                  "65 jaar en ouder", "Onbekend"));
}

TEST(Costs, SomebodyWhoMovesIsInBothWijkenAndOnceInTheTotal) {
  CostsScene scene;
  scene.Feed({BatchOf(1, At("2018-05-02"),
                      {AllocationOf({.first = "2018-01-15"}), ResidenceOf("brp1", "2017-01-01", "WK173001"),
                       ResidenceOf("brp1", "2018-02-10", "WK173002")})});
  // The population register has a key of its own; the link brings the two together.
  scene.Feed({LinkOf(1, "p1", "c1", At("2018-05-02")), LinkOf(2, "brp1", "c1", At("2018-05-02"))});
  EXPECT_EQ(TableOf(scene.Ask(CostsScene::Question({"clients"}, "2018-01", "2018-04", {"wijk"}))),
            "wijk=WK173001 clients=1\nwijk=WK173002 clients=1\nclients=1\n");
  EXPECT_EQ(TableOf(scene.Ask(CostsScene::Question({"clients"}, "2018-02", "2018-03", {"wijk"}))),
            "wijk=WK173001 clients=1\nclients=1\n")
      << "the first valid day in February decides";
}

TEST(Costs, TheReferralOfTheAllocationGoesBeforeTheLastOneBeforeTheStartD8) {
  CostsScene scene;
  scene.Feed({BatchOf(1, At("2018-05-02"),
                      {AllocationOf({.number = 1}), AllocationOf({.number = 2, .product = "45A05"}),
                       AllocationOf({.person = "p2", .number = 3}), ReferralOf("p1", 2, "05", "2018-01-01"),
                       ReferralOf("p1", 0, "02", "2017-06-01"), ReferralOf("p1", 0, "03", "2017-09-01"),
                       ReferralOf("p1", 0, "04", "2018-02-01")})});
  EXPECT_EQ(TableOf(scene.Ask(CostsScene::Question({"provisions"}, "2018-01", "2018-02", {"referrer"}))),
            "referrer= provisions=1\nreferrer=03 provisions=1\nreferrer=05 provisions=1\nprovisions=3\n");
}

TEST(Costs, ALevelIsThatOfTheDayAndUnknownIsAClassOfItsOwn) {
  CostsScene scene;
  scene.Feed({BatchOf(1, At("2018-05-02"),
                      {AllocationOf({}), AllocationOf({.person = "p2", .number = 2, .product = "45A05"}),
                       testing::LevelOf("45A04", "5"), testing::LevelOf("45A04", "6", "2018-02-01")})});
  const auto response = scene.Ask(CostsScene::Question({"provisions"}, "2018-01", "2018-03", {"month", "ivn"}));
  EXPECT_EQ(TableOf(response),
            "month=2018-01 ivn= provisions=1\nmonth=2018-01 ivn=5 provisions=1\n"
            "month=2018-02 ivn= provisions=1\nmonth=2018-02 ivn=6 provisions=1\nprovisions=2\n");
  EXPECT_EQ(response.figures(0).dimensions(1).label(), "Onbekend");
  EXPECT_EQ(response.figures(1).dimensions(1).label(), "IVN 5");
}

TEST(Costs, AProductWithoutALevelIsOfTheUnknownClassAndKeepsItsTitle) {
  ingestion::v1::Fact title = testing::LevelOf("01A03", "");
  title.mutable_product_level()->set_law(ingestion::v1::WMO);
  title.mutable_product_level()->set_title("Hulp bij het huishouden");
  CostsScene scene;
  scene.Feed(
      {BatchOf(1, At("2018-05-02"),
               {AllocationOf({.product = "01A03", .law = ingestion::v1::WMO}),
                AllocationOf({.person = "p2", .number = 2, .product = "45A04"}), title, testing::LevelOf("45A04", "5")})});
  const auto response = scene.Ask(CostsScene::Question({"provisions"}, "2018-01", "2018-02", {"ivn", "product"}));
  EXPECT_EQ(TableOf(response), "ivn= product=01A03 provisions=1\nivn=5 product=45A04 provisions=1\nprovisions=2\n");
  EXPECT_EQ(response.figures(0).dimensions(0).label(), "Onbekend");
  EXPECT_EQ(response.figures(0).dimensions(1).label(), "Hulp bij het huishouden");
}

TEST(Costs, OfHouseholdRevisionsTheLatestKnownHoldsWithAllItsRows) {
  CostsScene scene;
  scene.Feed({BatchOf(1, At("2018-01-02"), {AllocationOf({})})});
  scene.Feed({LinkOf(1, "p1", "c1", At("2018-01-02"))},
             {StayOf(2, 2, "c1", "h1", "2017-01-01", "2018-01-03"), StayOf(3, 2, "c1", "h2", "2018-03-01", "2018-01-03"),
              StayOf(4, 4, "c1", "h3", "2017-06-01", "2018-02-03")});
  EXPECT_EQ(TableOf(scene.Ask(CostsScene::Question({"clients"}, "2018-03", "2018-04", {"household"}, "2018-01-20"))),
            "household=h2 clients=1\nclients=1\n");
  EXPECT_EQ(TableOf(scene.Ask(CostsScene::Question({"clients"}, "2018-03", "2018-04", {"household"}))),
            "household=h3 clients=1\nclients=1\n");
}

TEST(Costs, FiltersKeepWhatAllOfThemKeepAndEmptyMeansUnknown) {
  CostsScene scene;
  scene.Feed({BatchOf(1, At("2018-05-02"),
                      {AllocationOf({}), AllocationOf({.person = "p2", .number = 2, .provider = "99000002"}),
                       AllocationOf({.person = "p3", .number = 3, .product = "45A05"}), testing::LevelOf("45A04", "5")})});
  const auto count = [&scene](std::vector<std::pair<std::string, std::vector<std::string>>> filters) {
    auto request = CostsScene::Question({"clients"}, "2018-01", "2018-02");
    for (auto& [dimension, values] : filters) CostsScene::Where(&request, dimension, values);
    return scene.Ask(request).totals(0).count();
  };
  EXPECT_EQ(count({{"product", {"45A04"}}}), 2);
  EXPECT_EQ(count({{"product", {"45A04"}}, {"provider", {"99000002"}}}), 1);
  EXPECT_EQ(count({{"product", {"45A04", "45A05"}}}), 3);
  EXPECT_EQ(count({{"ivn", {""}}}), 1);
  EXPECT_EQ(count({{"law", {"jeugdwet"}}, {"month", {"2018-01"}}}), 3);
  EXPECT_EQ(count({{"month", {"2018-02"}}}), 0);
  EXPECT_EQ(count({{"provider", {"nobody"}}}), 0);
  EXPECT_EQ(count({{"age_band", {""}}}), 3);
}

TEST(Costs, PopulationIsThatOfFirstJanuaryAndCountsNobodyTwice) {
  CostsScene scene;
  scene.Feed({BatchOf(
      1, At("2018-05-02"),
      {PeopleOf(2017, "", 0, 120, "", 33'000), PeopleOf(2018, "", 0, 120, "", 33'700), PeopleOf(2018, "", 0, 3, "", 1'200),
       PeopleOf(2018, "", 4, 11, "1", 1'500), PeopleOf(2018, "", 4, 11, "2", 1'400),
       PeopleOf(2018, "WK173001", 0, 120, "", 12'000), PeopleOf(2018, "WK173002", 0, 120, "", 21'700)},
      "inwoners")});
  EXPECT_EQ(TableOf(scene.Ask(CostsScene::Question({"population"}, "2017-01", "2019-01", {"year"}))),
            "year=2017 population=33000\nyear=2018 population=33700\npopulation=33000\n")
      << "the total is about the year the period begins in";
  EXPECT_EQ(TableOf(scene.Ask(CostsScene::Question({"population"}, "2018-01", "2019-01", {"wijk"}))),
            "wijk=WK173001 population=12000\nwijk=WK173002 population=21700\npopulation=33700\n");
  EXPECT_EQ(TableOf(scene.Ask(CostsScene::Question({"population"}, "2018-03", "2018-04", {"age_band"}))),
            "age_band=0-3 population=1200\nage_band=4-11 population=2900\npopulation=33700\n");
  EXPECT_EQ(scene.Total("population", "2016-01", "2017-01").state_reason(), "PERIOD_NOT_DELIVERED");
}

TEST(Costs, ClientsAndPopulationStandSideBySide) {
  CostsScene scene;
  scene.Feed({BatchOf(1, At("2018-05-02"),
                      {AllocationOf({}), ResidenceOf("p1", "2017-01-01", "WK173001"),
                       PeopleOf(2018, "WK173001", 0, 120, "", 12'000), PeopleOf(2018, "WK173002", 0, 120, "", 21'700)})});
  EXPECT_EQ(TableOf(scene.Ask(CostsScene::Question({"clients", "population"}, "2018-01", "2018-02", {"wijk"}))),
            "wijk=WK173001 clients=1\nwijk=WK173001 population=12000\n"
            "wijk=WK173002 clients=0\nwijk=WK173002 population=21700\nclients=1\npopulation=33700\n");
}

TEST(Costs, EveryFaultOfAQuestionIsListedAtOnce) {
  CostsScene scene;
  auto request = CostsScene::Question({"clients", "koffie"}, "2018-01", "2018-02", {"thee"});
  request.mutable_period()->set_start_date("2018-01-15");
  request.mutable_period()->set_end_date("gisteren");
  request.add_filters()->set_dimension("law");
  const auto response = scene.costs.QueryFigures(Caller(), request);
  EXPECT_EQ(ReasonOf(response.status()), ErrorReason::FIELDS_INVALID);
  std::vector<std::string> paths;
  for (const BadField& field : BadFieldsOf(response.status())) paths.push_back(field.path);
  EXPECT_THAT(paths, ::testing::UnorderedElementsAre("measures[1]", "dimensions[0]", "period.start_date", "period.end_date",
                                                     "filters[0].values"));
}

TEST(Costs, UnknownNamesHaveReasonsOfTheirOwn) {
  CostsScene scene;
  const auto measure = scene.costs.QueryFigures(Caller(), CostsScene::Question({"koffie", "melk"}, "2018-01", "2018-02"));
  EXPECT_EQ(ReasonOf(measure.status()), ErrorReason::MEASURE_UNKNOWN);
  EXPECT_EQ(MetadataOf(measure.status(), "measure"), "koffie, melk");
  const auto dimension = scene.costs.QueryFigures(Caller(), CostsScene::Question({"clients"}, "2018-01", "2018-02", {"thee"}));
  EXPECT_EQ(ReasonOf(dimension.status()), ErrorReason::DIMENSION_UNKNOWN);
  EXPECT_EQ(MetadataOf(dimension.status(), "dimension"), "thee");
}

TEST(Costs, RefusesWhatCannotBeAsked) {
  CostsScene scene;
  struct Case {
    costs::v1::QueryFiguresRequest request;
    const char* path;
  };
  auto backwards = CostsScene::Question({"clients"}, "2018-02", "2018-01");
  auto timeless = CostsScene::Question({"clients"}, "2018-01", "2018-02");
  timeless.clear_period();
  for (const Case& c : std::initializer_list<Case>{
           {CostsScene::Question({}, "2018-01", "2018-02"), "measures"},
           {CostsScene::Question({"clients", "clients"}, "2018-01", "2018-02"), "measures[1]"},
           {CostsScene::Question({"budget"}, "2018-01", "2018-02", {"ivn"}), "dimensions"},
           {CostsScene::Question({"clients"}, "2018-01", "2018-02", {"budget_line"}), "dimensions"},
           {CostsScene::QuestionOn({"clients"}, "2018-02-30"), "reference_date"},
           {CostsScene::QuestionOn({"clients"}, "0001-01-01"), "reference_date"},
           {CostsScene::Question({"clients"}, "0001-01", "2018-02"), "period.start_date"},
           {CostsScene::Question({"clients"}, "2018-01", "9999-01"), "period.end_date"},
           {CostsScene::Question({"clients"}, "1950-01", "2018-02"), "period.end_date"},
           {backwards, "period.end_date"},
           {timeless, "period"},
       }) {
    const auto response = scene.costs.QueryFigures(Caller(), c.request);
    ASSERT_EQ(ReasonOf(response.status()), ErrorReason::FIELDS_INVALID) << c.path;
    EXPECT_EQ(BadFieldsOf(response.status()).at(0).path, c.path);
  }
}

TEST(Costs, MoreThanAHundredThousandFiguresAreTooLarge) {
  CostsScene scene;
  std::vector<ingestion::v1::Fact> facts;
  for (int i = 0; i < 700; ++i) {
    facts.push_back(AllocationOf({.person = "p" + std::to_string(i),
                                  .number = i + 1,
                                  .product = "45" + std::to_string(100 + i),
                                  .first = "2010-01-01",
                                  .last = "2019-12-31",
                                  .provider = "990" + std::to_string(10'000 + i)}));
  }
  scene.Feed({BatchOf(1, At("2018-05-02"), facts)});
  const auto ask = [&scene](std::vector<std::string> measures) {
    return scene.costs.QueryFigures(Caller(),
                                    CostsScene::Question(std::move(measures), "2010-01", "2020-01", {"month", "product"}));
  };
  EXPECT_EQ(ask({"clients"})->figures_size(), 84'000);
  EXPECT_EQ(ReasonOf(ask({"clients", "provisions"}).status()), ErrorReason::RESULT_TOO_LARGE);
  // 58,800,000 groups are possible. What exists is counted, up to the limit; nothing is set aside for what does not.
  const auto by_three = [&scene](std::vector<std::string> measures) {
    return scene.costs.QueryFigures(
        Caller(), CostsScene::Question(std::move(measures), "2010-01", "2020-01", {"month", "product", "provider"}));
  };
  EXPECT_EQ(by_three({"clients"})->figures_size(), 84'000);
  EXPECT_EQ(ReasonOf(by_three({"clients", "provisions"}).status()), ErrorReason::RESULT_TOO_LARGE);
}

TEST(Costs, AFigureNamesItsSourcesAndTheirQualityR5I33) {
  CostsScene scene;
  auto allocations = BatchOf(1, At("2018-01-02"), {AllocationOf({})});
  allocations.set_record_count(10);
  allocations.set_sound_record_count(9);
  scene.Feed({allocations, BatchOf(2, At("2018-01-05"), {TariffOf("45A04", 100'00)}, "tarieven"),
              BatchOf(3, At("2018-01-09"), {ClaimOf("A", {{"r1", "", 5}})}, "jw323")});
  const auto response = scene.Ask(CostsScene::Question({"clients"}, "2018-01", "2018-02"));
  EXPECT_DOUBLE_EQ(response.totals(0).reliability().source_quality(), 0.9);
  EXPECT_FALSE(response.totals(0).reliability().has_completeness());
  ASSERT_EQ(response.provenance_size(), 1);
  EXPECT_EQ(response.provenance(0).source(), "jw301");
  EXPECT_EQ(response.provenance(0).newest_known_time().seconds(), absl::ToUnixSeconds(At("2018-01-02")));
  EXPECT_EQ(response.totals(0).reliability().statement(),
            "90,0% van de gegevens uit de bron is zonder fouten, 0,0% is gekoppeld op een geldig burgerservicenummer; de "
            "nieuwste levering is van 02-01-2018 01:00, 2.921 dagen oud.");
  EXPECT_EQ(scene.Ask(CostsScene::Question({"indicated"}, "2018-01", "2018-02")).provenance_size(), 2);
}

TEST(Costs, ExplainsAFigureDownToItsDeliveries) {
  CostsScene scene("2018-06-01");
  scene.Feed({BatchOf(1, At("2018-01-02"), {AllocationOf({.last = "2018-02-28"}), AllocationOf({.person = "p2", .number = 2})}),
              BatchOf(2, At("2018-02-02"), {AllocationOf({.number = 3, .first = "2018-03-01"})}),
              BatchOf(3, At("2018-02-03"),
                      {AllocationOf({.person = "p3", .number = 4}),
                       AllocationOf({.person = "p3", .number = 4, .reason = "13", .assigned = "2018-02-01"})})});
  costs::v1::ExplainFigureRequest request;
  request.set_measure("clients");
  request.mutable_period()->set_start_date("2018-01-01");
  request.mutable_period()->set_end_date("2018-05-01");
  const auto response = scene.costs.ExplainFigure(Caller(), request);
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->figure().count(), 2);
  EXPECT_EQ(response->measure().definition(), "clients/1");
  std::vector<int64_t> counts;
  for (const auto& step : response->steps()) counts.push_back(step.count());
  // Deliveries, versions, allocations, not deleted, provisions, rows in the period, filtered, clients.
  EXPECT_THAT(counts, ElementsAre(3, 5, 4, 3, 2, 8, 8, 2));
  std::vector<std::string> contributions;
  for (const auto& c : response->contributions()) {
    contributions.push_back(c.delivery() + " " + c.source() + " " + std::to_string(c.row_count()));
  }
  EXPECT_THAT(contributions,
              ElementsAre("municipalities/gm1730/deliveries/d2 jw301 2", "municipalities/gm1730/deliveries/d1 jw301 6"))
      << "newest first; the deleted allocation's delivery is behind no row";
  EXPECT_EQ(response->contribution_count(), 2);
}

TEST(Costs, ExplainsClaimsByTheDeliveriesOfTheirLines) {
  CostsScene scene("2018-06-01");
  scene.Feed({BatchOf(1, At("2018-01-02"), {AllocationOf({})}),
              BatchOf(2, At("2018-02-02"), {ClaimOf("A", {{"r1", "", 500}})}, "jw323"),
              BatchOf(3, At("2018-03-02"), {ClaimOf("B", {{"r2", "", 700, "p1", 1, "2018-02-01"}})}, "jw323")});
  costs::v1::ExplainFigureRequest request;
  request.set_measure("declared");
  request.mutable_period()->set_start_date("2018-01-01");
  request.mutable_period()->set_end_date("2018-02-01");
  const auto response = scene.costs.ExplainFigure(Caller(), request);
  ASSERT_TRUE(response.ok());
  EXPECT_EQ(response->figure().amount_cents(), 500);
  ASSERT_EQ(response->contributions_size(), 1);
  EXPECT_EQ(response->contributions(0).delivery(), "municipalities/gm1730/deliveries/d2");
}

TEST(Costs, NegativeAmountsAreNotSplit) {
  CostsScene scene;
  scene.Feed({BatchOf(1, At("2018-01-02"), {AllocationOf({}), TariffOf("45A04", -100)})});
  costs::v1::DecomposeGrowthRequest request;
  request.mutable_before()->set_start_date("2018-01-01");
  request.mutable_before()->set_end_date("2018-02-01");
  request.mutable_after()->set_start_date("2018-02-01");
  request.mutable_after()->set_end_date("2018-03-01");
  const auto response = scene.costs.DecomposeGrowth(Caller(), request);
  ASSERT_TRUE(response.ok());
  EXPECT_EQ(response->state(), type::Figure::NOT_COMPARABLE);
  EXPECT_EQ(response->state_reason(), "AMOUNT_NEGATIVE");
}

TEST(Costs, GrowthOfAGroupThatEntersHasAFigureForItsAbsence) {
  CostsScene scene;
  scene.Feed({BatchOf(1, At("2018-01-02"),
                      {AllocationOf({}), AllocationOf({.number = 2, .product = "45A05", .first = "2018-02-01"}),
                       TariffOf("45A04", 100'00), TariffOf("45A05", 50'00)})});
  costs::v1::DecomposeGrowthRequest request;
  request.mutable_before()->set_start_date("2018-01-01");
  request.mutable_before()->set_end_date("2018-02-01");
  request.mutable_after()->set_start_date("2018-02-01");
  request.mutable_after()->set_end_date("2018-03-01");
  request.set_group_by("product");
  auto response = scene.costs.DecomposeGrowth(Caller(), request);
  ASSERT_TRUE(response.ok());
  ASSERT_EQ(response->groups_size(), 2);
  EXPECT_EQ(response->groups(1).provisions_before().count(), 0);
  EXPECT_EQ(response->groups(1).provisions_before().period().start_date(), "2018-01-01");
  EXPECT_EQ(response->groups(1).amount_after().amount_cents(), 50'00);
  EXPECT_EQ(response->groups(1).effects(2).factor(), "mix");
  EXPECT_EQ(response->groups(1).effects(2).amount_cents(), 50'00);
  request.set_group_by("inkomen");
  EXPECT_EQ(scene.costs.DecomposeGrowth(Caller(), request)->state(), type::Figure::NOT_REGISTERED);
  request.set_group_by("month");
  EXPECT_EQ(ReasonOf(scene.costs.DecomposeGrowth(Caller(), request).status()), ErrorReason::FIELDS_INVALID);
}

TEST(Costs, ListsMeasuresAndDimensionsInPages) {
  CostsScene scene;
  costs::v1::ListMeasuresRequest request;
  request.set_page_size(5);
  const auto first = scene.costs.ListMeasures(Caller(), request);
  ASSERT_TRUE(first.ok());
  EXPECT_EQ(first->measures_size(), 5);
  EXPECT_EQ(first->measures(0).name(), "municipalities/gm1730/measures/clients");
  EXPECT_EQ(first->measures(0).additivity(), costs::v1::Measure::DISTINCT);
  request.set_page_token(first->next_page_token());
  const auto second = scene.costs.ListMeasures(Caller(), request);
  ASSERT_TRUE(second.ok());
  EXPECT_EQ(second->measures(0).name(), "municipalities/gm1730/measures/paid") << "in the order of the catalogue";
  request.set_page_size(1000);
  request.clear_page_token();
  const auto all = scene.costs.ListMeasures(Caller(), request);
  ASSERT_TRUE(all.ok());
  EXPECT_EQ(all->measures_size(), static_cast<int>(Catalogue::Base()->measures().size()));
  EXPECT_EQ(all->catalogue_version(), Catalogue::Base()->version());
  EXPECT_EQ(all->next_page_token(), "");
  const auto dimensions = scene.costs.ListDimensions(Caller(), {});
  ASSERT_TRUE(dimensions.ok());
  for (const auto& dimension : dimensions->dimensions()) EXPECT_EQ(dimension.registered(), dimension.reason().empty());
}

TEST(Costs, NotesAreKeptByBookInTheJournalAndTheCheckpoint) {
  CostsScene scene("2018-06-01");
  ASSERT_TRUE(scene.costs.AddNote("a", "first", "somebody").ok());
  ASSERT_TRUE(scene.costs.AddNote("b", std::string("\0other", 6), "somebody").ok());
  scene.Feed({BatchOf(1, At("2018-01-02"), {AllocationOf({})})});
  ASSERT_TRUE(scene.costs.AddNote("a", "second", "somebody").ok());
  for (const bool checkpoint : {false, true}) {
    if (checkpoint) {
      ASSERT_TRUE(scene.costs.SaveCheckpoint().ok());
    }
    Costs again(*scene.journal, scene.clock, "gm1730", {});
    ASSERT_TRUE(again.Replay().ok());
    EXPECT_THAT(again.Notes("a"), ElementsAre("first", "second"));
    EXPECT_THAT(again.Notes("b"), ElementsAre(std::string("\0other", 6)));
    EXPECT_THAT(again.Notes("c"), ::testing::IsEmpty());
    EXPECT_EQ(again.facts_cursor(), 1);
  }
}

TEST(Costs, AnswersWhileItIsFed) {
  CostsScene scene;
  std::atomic<bool> done = false;
  std::vector<std::thread> askers;
  for (int i = 0; i < 2; ++i) {
    askers.emplace_back([&scene, &done] {
      int64_t last = 0;
      while (!done) {
        const auto response = scene.costs.QueryFigures(Caller(), CostsScene::Question({"clients"}, "2018-01", "2018-02"));
        ASSERT_TRUE(response.ok());
        // Every answer is of one moment: it holds all deliveries up to its position in the feed, and maybe newer ones.
        EXPECT_GE(response->totals(0).count(), response->fact_sequence());
        EXPECT_GE(response->totals(0).count(), last);
        last = response->totals(0).count();
      }
    });
  }
  for (int64_t n = 1; n <= 60; ++n) {
    scene.Feed({BatchOf(n, At("2018-01-02"), {AllocationOf({.person = "p" + std::to_string(n), .number = n})})});
    scene.costs.Warm();
  }
  done = true;
  for (std::thread& asker : askers) asker.join();
  EXPECT_EQ(scene.Total("clients", "2018-01", "2018-02").count(), 60);
}

// Peers that answer like ingestion and linking do.
TEST(Service, PullsBothFeedsAndAnswersThroughTheRouter) {
  FakeClock clock(At("2018-06-01"));
  Router peers("gm1730", clock);
  peers.Handle(
      "nmd.ingestion.v1.IngestionService", "ListFacts",
      [](const Caller&, const ingestion::v1::ListFactsRequest& request) -> absl::StatusOr<ingestion::v1::ListFactsResponse> {
        ingestion::v1::ListFactsResponse response;
        response.set_last_sequence(2);
        response.set_next_sequence(std::min<int64_t>(2, request.after_sequence() + 1));
        if (request.after_sequence() < 2) {
          *response.add_batches() = BatchOf(request.after_sequence() + 1, At("2018-01-02"),
                                            {AllocationOf({.person = "p" + std::to_string(request.after_sequence()),
                                                           .number = request.after_sequence() + 1})});
        }
        return response;
      });
  peers.Handle(
      "nmd.linking.v1.LinkingService", "ListLinks",
      [](const Caller&, const linking::v1::ListLinksRequest& request) -> absl::StatusOr<linking::v1::ListLinksResponse> {
        linking::v1::ListLinksResponse response;
        response.set_next_sequence(2);
        response.set_last_sequence(2);
        if (request.after_sequence() == 0) {
          *response.add_links() = LinkOf(1, "p0", "c1", At("2018-01-02"));
          *response.add_links() = LinkOf(2, "p1", "c1", At("2018-01-02"));
        }
        return response;
      });
  const auto peer = NewLocalPeer(peers, "costs");
  const auto journal = NewMemoryJournal();
  Costs costs(*journal, clock, "gm1730", {});
  for (int turn = 0; turn < 3; ++turn) {
    ASSERT_TRUE(PullFacts(*peer, "municipalities/gm1730", 0, &costs).ok());
    ASSERT_TRUE(PullLinks(*peer, "municipalities/gm1730", 0, &costs).ok());
  }
  EXPECT_EQ(costs.facts_cursor(), 2);
  Router router("gm1730", clock);
  BindMethods(&costs, &router);
  EXPECT_EQ(router.methods().size(), 16u);
  const auto answer = router.Call("/nmd.costs.v1.CostsService/QueryFigures", ServiceCaller("publication", "gm1730"),
                                  CostsScene::Question({"clients"}, "2018-01", "2018-02").SerializeAsString());
  ASSERT_TRUE(answer.ok()) << answer.status();
  costs::v1::QueryFiguresResponse response;
  ASSERT_TRUE(response.ParseFromString(*answer));
  EXPECT_EQ(response.totals(0).count(), 1) << "two keys of one client";
}

}  // namespace
}  // namespace nmd::costs
