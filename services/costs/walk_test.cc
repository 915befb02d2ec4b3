// SPDX-License-Identifier: EUPL-1.2
#include "services/costs/walk.h"

#include <algorithm>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nmd/costs/v1/costs.pb.h"
#include "tests/support/costs_scene.h"
#include "tests/support/facts.h"

namespace nmd::costs {
namespace {

using ingestion::v1::Fact;
using ingestion::v1::FactBatch;
using testing::AllocationOf;
using testing::At;
using testing::BatchOf;
using testing::CostsScene;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::LinkOf;
using testing::TariffOf;
using testing::ValueOf;
using Step = v1::DifferenceStep;

constexpr Step::Cause kOrder[] = {Step::HORIZON, Step::EXTERNAL, Step::WITHDRAWAL, Step::CORRECTION,
                                  Step::LATE,    Step::LINK,     Step::HOUSEHOLD};

// A figure over [from, to) at two known times.
v1::ExplainFigureResponse Explained(CostsScene* scene, const std::string& measure, const std::string& known,
                                    const std::string& compare, const std::string& from = "2018-01",
                                    const std::string& to = "2018-02", const std::string& household = "") {
  v1::ExplainFigureRequest request;
  if (!household.empty()) {
    request.add_filters()->set_dimension("household");
    request.mutable_filters(0)->add_values(household);
  }
  request.set_parent("municipalities/gm1730");
  request.set_measure(measure);
  request.mutable_period()->set_start_date(from + "-01");
  request.mutable_period()->set_end_date(to + "-01");
  request.mutable_known_time()->set_seconds(absl::ToUnixSeconds(At(known)));
  if (!compare.empty()) request.mutable_compare_known_time()->set_seconds(absl::ToUnixSeconds(At(compare)));
  const auto response = scene->costs.ExplainFigure(Caller(), request);
  EXPECT_TRUE(response.ok()) << response.status();
  return response.ok() ? *response : v1::ExplainFigureResponse();
}

int64_t ValueOf(const Step& step) { return step.difference_case() == Step::kCount ? step.count() : step.amount_cents(); }

// "LATE +1 of 2 in 1": the steps that did something or of which there are things.
std::vector<std::string> StepsOf(const v1::FigureDifference& difference) {
  std::vector<std::string> lines;
  for (const Step& step : difference.steps()) {
    if (ValueOf(step) == 0 && step.thing_count() == 0) continue;
    lines.push_back(absl::StrCat(Step::Cause_Name(step.cause()), " ", ValueOf(step) > 0 ? "+" : "", ValueOf(step), " of ",
                                 step.thing_count(), " in ", step.delivery_count()));
  }
  return lines;
}

FactBatch Correcting(int64_t sequence, const std::string& known, const std::string& delivery, const std::string& until = "") {
  FactBatch batch = BatchOf(sequence, At(known), {});
  batch.set_corrects(delivery);
  if (until.empty()) return batch;
  auto* counted = batch.add_counted();
  counted->mutable_from_time()->set_seconds(absl::ToUnixSeconds(At("2018-01-02")));
  counted->mutable_until_time()->set_seconds(absl::ToUnixSeconds(At(until)));
  return batch;
}

linking::v1::HouseholdStay StayOf(int64_t sequence, const std::string& client, const std::string& household,
                                  const std::string& known) {
  linking::v1::HouseholdStay stay;
  stay.set_sequence(sequence);
  stay.set_client(client);
  stay.set_household(household);
  stay.set_start_day(testing::On("2017-01-01"));
  stay.mutable_known_time()->set_seconds(absl::ToUnixSeconds(At(known)));
  stay.set_revision(sequence);
  return stay;
}

// Two clients with an allocation, a tariff of € 100 and a claim of € 60, known on 2 January 2018.
void FeedTwo(CostsScene* scene) {
  scene->Feed({BatchOf(1, At("2018-01-02"), {AllocationOf({}), AllocationOf({.person = "p2", .number = 2})}),
               BatchOf(2, At("2018-01-02"), {TariffOf("45A04", 10'000)}, "tarieven"),
               BatchOf(3, At("2018-01-02"), {testing::ClaimOf("n1", {{.reference = "r1", .amount_cents = 6'000}})}, "jw323")});
  scene->Feed({LinkOf(1, "p1", "c1", At("2018-01-02")), LinkOf(2, "p2", "c2", At("2018-01-02"))},
              {StayOf(3, "c1", "h1", "2018-01-02"), StayOf(4, "c2", "h2", "2018-01-02")});
}

TEST(ExplainDifference, R7_AllStepsAreThereInTheirOrderAlsoWhenNothingDiffers) {
  CostsScene scene("2018-12-30");
  FeedTwo(&scene);
  const auto response = Explained(&scene, "clients", "2018-01-10", "2018-01-20");
  std::vector<Step::Cause> causes;
  for (const Step& step : response.comparison().steps()) {
    causes.push_back(step.cause());
    EXPECT_EQ(step.difference_case(), Step::kCount);
    EXPECT_EQ(step.count(), 0);
    EXPECT_FALSE(step.statement().empty());
  }
  EXPECT_EQ(causes, std::vector<Step::Cause>(std::begin(kOrder), std::end(kOrder)));
  EXPECT_EQ(response.comparison().count(), 0);
  EXPECT_THAT(response.comparison().statement(), HasSubstr("dus gelijk."));
}

TEST(ExplainDifference, Q24_ALateMessageHasAllOfItWithTheLinkItCameWith) {
  CostsScene scene("2018-12-30");
  FeedTwo(&scene);
  scene.Feed({BatchOf(4, At("2018-01-15"), {AllocationOf({.person = "p3", .number = 3})})});
  // Another key of the client who was known: no third client.
  scene.Feed({BatchOf(5, At("2018-01-15"), {AllocationOf({.person = "q1", .number = 4, .product = "45A05"})})});
  scene.Feed({LinkOf(5, "p3", "c3", At("2018-01-15")), LinkOf(6, "q1", "c1", At("2018-01-15"))},
             {StayOf(7, "c3", "h3", "2018-01-15")});
  const auto response = Explained(&scene, "clients", "2018-01-10", "2018-01-20");
  EXPECT_EQ(response.figure().count(), 2);
  EXPECT_EQ(response.comparison().figure().count(), 3);
  EXPECT_EQ(response.comparison().count(), 1);
  EXPECT_THAT(StepsOf(response.comparison()), ElementsAre("LATE +1 of 2 in 2"));
  EXPECT_THAT(response.comparison().statement(), HasSubstr("dus 1 meer. Door wat later binnenkwam 1 meer."));
  EXPECT_THAT(StepsOf(Explained(&scene, "provisions", "2018-01-10", "2018-01-20").comparison()),
              ElementsAre("LATE +2 of 2 in 2"));
  EXPECT_THAT(StepsOf(Explained(&scene, "indicated", "2018-01-10", "2018-01-20").comparison()),
              ElementsAre("LATE +10000 of 2 in 2"));
}

TEST(ExplainDifference, TheEarlierAndTheLaterTimeMayBeGivenInEitherOrder) {
  CostsScene scene("2018-12-30");
  FeedTwo(&scene);
  scene.Feed({BatchOf(4, At("2018-01-15"), {AllocationOf({.person = "p3", .number = 3})})});
  const auto response = Explained(&scene, "clients", "2018-01-20", "2018-01-10");
  EXPECT_EQ(response.figure().count(), 3);
  EXPECT_EQ(response.comparison().figure().count(), 2);
  EXPECT_EQ(response.comparison().count(), 1);  // The later minus the earlier.
  EXPECT_THAT(StepsOf(response.comparison()), ElementsAre("LATE +1 of 1 in 1"));
}

TEST(ExplainDifference, Q24_ANewerVersionAndACreditAreCorrections) {
  CostsScene scene("2018-12-30");
  FeedTwo(&scene);
  // A smaller volume, and the whole message repeats what was known of p2 (OP087).
  scene.Feed({BatchOf(4, At("2018-01-15"),
                      {AllocationOf({.volume = 3, .assigned = "2018-01-14"}), AllocationOf({.person = "p2", .number = 2})})});
  // Credit of r1, what is declared in its place, and care of another month: late.
  scene.Feed({BatchOf(5, At("2018-01-16"),
                      {testing::ClaimOf("n2", {{.reference = "r2", .previous = "r1", .amount_cents = -6'000},
                                               {.reference = "r3", .amount_cents = 8'000},
                                               {.reference = "r4", .amount_cents = 500, .first = "2018-02-01"}})},
                      "jw323")});
  EXPECT_THAT(StepsOf(Explained(&scene, "indicated", "2018-01-10", "2018-01-20").comparison()),
              ElementsAre("CORRECTION +20000 of 3 in 2", "LATE 0 of 1 in 1"));
  EXPECT_THAT(StepsOf(Explained(&scene, "declared", "2018-01-10", "2018-01-20", "2018-01", "2018-03").comparison()),
              ElementsAre("CORRECTION +2000 of 3 in 2", "LATE +500 of 1 in 1"));
}

TEST(ExplainDifference, Q24_AWithdrawalHasItsReplacementWithIt) {
  CostsScene scene("2018-12-30");
  FeedTwo(&scene);
  scene.Feed({Correcting(4, "2018-01-15", "d1", "2018-01-15"),
              BatchOf(5, At("2018-01-15"), {AllocationOf({}), AllocationOf({.person = "p9", .number = 9})})});
  const auto response = Explained(&scene, "clients", "2018-01-10", "2018-01-20");
  // p1 is back, p2 is gone, p9 is new: replaced is what has the number of what was withdrawn.
  EXPECT_THAT(StepsOf(response.comparison()), ElementsAre("WITHDRAWAL -1 of 3 in 2", "LATE +1 of 1 in 1"));
  EXPECT_EQ(response.comparison().count(), 0);
}

TEST(ExplainDifference, ARestoredDeliveryIsNoLateMessage) {
  CostsScene scene("2018-12-30");
  FeedTwo(&scene);
  FactBatch batch = Correcting(4, "2018-01-15", "d1", "2018-01-05");
  auto* again = batch.add_counted();
  again->mutable_from_time()->set_seconds(absl::ToUnixSeconds(At("2018-01-15")));
  scene.Feed({batch, BatchOf(5, At("2018-01-02"), {AllocationOf({.person = "p7", .number = 7})})});
  const auto response = Explained(&scene, "clients", "2018-01-10", "2018-01-20");
  EXPECT_EQ(response.figure().count(), 1);
  EXPECT_THAT(StepsOf(response.comparison()), ElementsAre("WITHDRAWAL +2 of 2 in 1"));
}

TEST(ExplainDifference, Q24_AMergeIsTheLinkAndAMoveTheHousehold) {
  CostsScene scene("2018-12-30");
  FeedTwo(&scene);
  scene.Feed({LinkOf(5, "p2", "c1", At("2018-01-15"))}, {StayOf(6, "c1", "h9", "2018-01-16")});
  const auto response = Explained(&scene, "clients", "2018-01-10", "2018-01-20");
  EXPECT_THAT(StepsOf(response.comparison()), ElementsAre("LINK -1 of 1 in 0", "HOUSEHOLD 0 of 1 in 0"));
  EXPECT_THAT(StepsOf(Explained(&scene, "clients", "2018-01-10", "2018-01-20", "2018-01", "2018-02", "h9").comparison()),
              ElementsAre("LINK 0 of 1 in 0", "HOUSEHOLD +1 of 1 in 0"));
}

TEST(ExplainDifference, WhoIsOnlyDescribedIsALinkToo) {
  CostsScene scene("2018-12-30");
  FeedTwo(&scene);
  Fact born;
  born.mutable_person()->set_person_key("r1");
  born.mutable_person()->set_birth_day(testing::On("2010-05-05"));
  scene.Feed({BatchOf(4, At("2018-01-03"), {born}, "clienten")});
  scene.Feed({LinkOf(5, "r1", "c1", At("2018-01-03")), LinkOf(6, "r1", "c9", At("2018-01-15"))});
  v1::ExplainFigureRequest request;
  request.set_parent("municipalities/gm1730");
  request.set_measure("clients");
  request.mutable_period()->set_start_date("2018-01-01");
  request.mutable_period()->set_end_date("2018-02-01");
  auto* filter = request.add_filters();
  filter->set_dimension("age_band");
  filter->add_values("4-11");
  request.mutable_known_time()->set_seconds(absl::ToUnixSeconds(At("2018-01-10")));
  request.mutable_compare_known_time()->set_seconds(absl::ToUnixSeconds(At("2018-01-20")));
  const auto response = scene.costs.ExplainFigure(Caller(), request);
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->figure().count(), 1);
  EXPECT_THAT(StepsOf(response->comparison()), ElementsAre("LINK -1 of 1 in 0"));
}

TEST(ExplainDifference, TwoWhoTurnOutToLiveTogetherAreTheHousehold) {
  CostsScene scene("2018-12-30");
  FeedTwo(&scene);
  scene.Feed(std::vector<linking::v1::Link>{}, {StayOf(5, "c2", "h1", "2018-01-15")});
  EXPECT_THAT(StepsOf(Explained(&scene, "clients", "2018-01-10", "2018-01-20", "2018-01", "2018-02", "h1").comparison()),
              ElementsAre("HOUSEHOLD +1 of 1 in 0"));
}

TEST(ExplainDifference, R7_ATariffAndABudgetDocumentAreExternal) {
  CostsScene scene("2018-12-30");
  FeedTwo(&scene);
  scene.Feed({BatchOf(4, At("2018-01-15"), {TariffOf("45A04", 12'500)}, "tarieven"),
              BatchOf(5, At("2018-01-16"), {testing::BudgetOf("rijksbijdrage_jeugd", 2018, 70'000, "septembercirculaire")},
                      "begroting")});
  EXPECT_THAT(StepsOf(Explained(&scene, "indicated", "2018-01-10", "2018-01-20").comparison()),
              ElementsAre("EXTERNAL +5000 of 2 in 2"));
  // Not known before: a step to a number has no difference, and says what there is.
  const auto budget = Explained(&scene, "budget", "2018-01-10", "2018-01-20", "2018-01", "2019-01");
  EXPECT_EQ(budget.comparison().difference_case(), v1::FigureDifference::DIFFERENCE_NOT_SET);
  EXPECT_THAT(budget.comparison().statement(), HasSubstr("geen getal"));
}

TEST(ExplainDifference, CareWithoutAnEndReachesFurtherInALaterMonth) {
  CostsScene scene("2019-12-30");
  FeedTwo(&scene);
  scene.Feed({BatchOf(4, At("2018-01-02"), {AllocationOf({.person = "p8", .number = 8, .last = "2019-12-31"})})});
  // More than twelve months after January 2018, and less than that after May; nothing came in.
  const auto response = Explained(&scene, "clients", "2018-01-10", "2018-05-10", "2019-03", "2019-04");
  EXPECT_EQ(response.figure().count(), 1);
  EXPECT_THAT(StepsOf(response.comparison()), ElementsAre("HORIZON +2 of 4 in 0"));
}

TEST(ExplainDifference, RecordsAreSplitToo) {
  CostsScene scene("2018-12-30");
  FeedTwo(&scene);
  const auto booking = [](const std::string& number, int64_t cents) {
    Fact fact;
    auto* in = fact.mutable_ledger_booking();
    in->set_booking(number);
    in->set_year(2018);
    in->set_month(1);
    in->set_amount_cents(cents);
    return fact;
  };
  scene.Feed({BatchOf(4, At("2018-01-05"), {booking("b1", 1'000), booking("b2", 2'000)}, "grootboek"),
              BatchOf(5, At("2018-01-15"), {booking("b1", 1'500), booking("b2", 2'000), booking("b3", 4'000)}, "grootboek")});
  EXPECT_THAT(StepsOf(Explained(&scene, "booked", "2018-01-10", "2018-01-20").comparison()),
              ElementsAre("CORRECTION +500 of 1 in 1", "LATE +4000 of 1 in 1"));
}

TEST(ExplainFigure, R7_TellsWhatBecameKnownSinceOfItsOwnSources) {
  CostsScene scene("2018-12-30");
  FeedTwo(&scene);
  EXPECT_THAT(Explained(&scene, "clients", "2018-01-10", "").changes_since(), IsEmpty());
  scene.Feed({BatchOf(4, At("2018-01-15"), {AllocationOf({.volume = 2, .assigned = "2018-01-14"})}),
              BatchOf(5, At("2018-01-15"), {testing::BudgetOf("rijksbijdrage_jeugd", 2018, 70'000, "mei")}, "begroting")});
  const auto response = Explained(&scene, "clients", "2018-01-10", "");
  ASSERT_EQ(response.changes_since_size(), 1);
  EXPECT_EQ(response.changes_since(0).cause(), Step::CORRECTION);
  EXPECT_EQ(response.changes_since(0).thing_count(), 1);
  EXPECT_EQ(response.changes_since(0).statement(), "1 nieuwe versie of correctie van wat al bekend was, uit 1 levering.");
  EXPECT_FALSE(response.has_comparison());
}

TEST(ExplainFigure, SaysWhichOpenPairsAreInTheFigureAndNamesNobody) {
  CostsScene scene("2018-12-30");
  FeedTwo(&scene);
  linking::v1::ListLinksResponse links;
  links.set_next_sequence(9);
  auto* pair = links.add_open_pairs();
  pair->set_sequence(9);
  pair->set_person_key_a("p1");
  pair->set_person_key_b("p2");
  pair->set_permille(700);
  pair->mutable_known_time()->set_seconds(absl::ToUnixSeconds(At("2018-01-03")));
  ASSERT_TRUE(scene.costs.AddLinks(links).ok());
  const auto response = Explained(&scene, "clients", "2018-01-10", "", "2018-01", "2018-03");
  EXPECT_EQ(response.open_links().pair_count(), 1);
  EXPECT_EQ(response.open_links().least_count(), 1);
  ASSERT_EQ(response.open_links().pairs_size(), 1);
  EXPECT_EQ(response.open_links().pairs(0).row_count(), 2);
  EXPECT_EQ(response.open_links().pairs(0).other_row_count(), 2);
  EXPECT_EQ(response.open_links().statement(),
            "In dit cijfer is 1 paar van wie nog niet vaststaat of zij één persoon zijn; zijn zij dat, dan is het cijfer 1 in "
            "plaats van 2.");
  for (const char* id : {"p1", "p2", "c1", "c2"}) EXPECT_EQ(response.open_links().DebugString().find(id), std::string::npos);
  // One of the two is not in the figure: then nothing is open in it.
  EXPECT_FALSE(Explained(&scene, "declared", "2018-01-10", "", "2017-01", "2017-02").has_open_links());
}

// Histories in which everything happens at once, over 60 days.
class History {
 public:
  explicit History(uint32_t seed) : random_(seed) {}

  // One thing that becomes known.
  struct Event {
    std::vector<FactBatch> batches;
    std::vector<linking::v1::Link> links;
    std::vector<linking::v1::HouseholdStay> stays;
  };
  Event Next() {
    Event event;
    const uint32_t what = Pick(12);
    if (what < 8) {
      std::vector<Fact> facts;
      for (uint32_t left = 1 + Pick(4); left > 0; --left) facts.push_back(AnyFact());
      event.batches.push_back(BatchOf(++sequence_, Known(), std::move(facts), Pick(2) == 0 ? "jw301" : "jw323"));
    } else if (what == 8) {
      FactBatch& batch = event.batches.emplace_back(BatchOf(++sequence_, Known(), {}));
      batch.set_corrects(absl::StrCat("d", 1 + Pick(static_cast<uint32_t>(sequence_))));
      for (absl::Time from = Known(); Pick(3) > 0; from += absl::Hours(24 * 9)) {
        auto* counted = batch.add_counted();
        counted->mutable_from_time()->set_seconds(absl::ToUnixSeconds(from));
        counted->mutable_until_time()->set_seconds(absl::ToUnixSeconds(from + absl::Hours(24 * 7)));
      }
    } else if (what < 11) {
      event.links.push_back(LinkOf(++link_, Word("p", 8), Pick(6) == 0 ? "" : Word("c", 5), Known()));
    } else {
      auto& stay = event.stays.emplace_back(StayOf(++link_, Word("c", 5), Word("h", 3), "2018-06-01"));
      stay.mutable_known_time()->set_seconds(absl::ToUnixSeconds(Known()));
    }
    return event;
  }
  void Feed(CostsScene* scene) {
    const Event event = Next();
    if (!event.batches.empty()) scene->Feed(event.batches);
    if (event.batches.empty()) scene->Feed(event.links, event.stays);
  }
  void Feed(Ledger* ledger) {
    const Event event = Next();
    for (const auto& batch : event.batches) ledger->Add(batch);
    for (const auto& link : event.links) ledger->Add(link);
    for (const auto& stay : event.stays) ledger->Add(stay);
  }

  absl::Time Known() { return At("2018-05-20") + absl::Hours(24) * static_cast<int>(Pick(60)); }
  uint32_t Pick(uint32_t n) { return static_cast<uint32_t>(random_() % n); }

 private:
  std::string Word(const char* prefix, uint32_t n) { return absl::StrCat(prefix, Pick(n)); }
  Fact AnyFact() {
    Fact fact;
    const uint32_t what = Pick(13);
    if (what == 12) {
      auto* person = fact.mutable_person();
      person->set_person_key(Word("p", 8));
      person->set_birth_day(testing::On(absl::StrCat("200", Pick(9), "-05-05")));
      return fact;
    }
    if (what == 0) return TariffOf(Word("45A0", 3), 10'000 + Pick(3) * 500);
    if (what < 6) {
      return AllocationOf({.person = Word("p", 8),
                           .number = 1 + Pick(12),
                           .product = Word("45A0", 3),
                           .last = Pick(2) == 0 ? "" : "2018-08-31",
                           .volume = 1 + Pick(3),
                           .reason = Pick(9) == 0 ? "13" : "",
                           .assigned = absl::StrCat("2018-01-1", Pick(4))});
    }
    if (what < 9) {
      std::vector<testing::ClaimLineSpec> lines;
      for (uint32_t left = 1 + Pick(3); left > 0; --left) {
        testing::ClaimLineSpec line{.reference = Word("r", 14), .person = Word("p", 8), .allocation = 1 + Pick(12)};
        if (Pick(3) == 0) line.previous = Word("r", 14);
        line.amount_cents = static_cast<int64_t>(Pick(9'000)) * (line.previous.empty() ? 1 : -1);
        lines.push_back(line);
      }
      return testing::ClaimOf(Word("n", 6), lines);
    }
    if (what == 9) return testing::AnswerOf(Word("n", 6), {Word("r", 14)}, Pick(4) == 0);
    if (what == 10) {
      auto* booking = fact.mutable_ledger_booking();
      booking->set_booking(Word("b", 5));
      booking->set_year(2018);
      booking->set_month(1 + static_cast<int>(Pick(12)));
      booking->set_amount_cents(Pick(5'000));
      return fact;
    }
    return testing::BudgetOf("rijksbijdrage_jeugd", 2018, Pick(1'000'000), Word("document ", 3));
  }

  std::mt19937 random_;
  int64_t sequence_ = 0, link_ = 0;
};

// Everything rows say, without where they came from.
std::string Text(const Snapshot& s) {
  std::string text = absl::StrCat(s.table.size(), " rows from ", s.table.first_month, "\n");
  for (size_t row = 0; row < s.table.size(); ++row) {
    absl::StrAppend(&text, *s.clients[s.table.client[row]].first, " ", s.table.provision[row], " ", s.table.indicated[row], " ",
                    s.table.declared[row], " ", s.table.approved[row], " ", s.table.flags[row], " ", s.table.from_day[row], " ",
                    s.table.to_day[row]);
    for (size_t field = 0; field < kFieldCount; ++field) absl::StrAppend(&text, " ", s.table.fields[field][row]);
    absl::StrAppend(&text, "\n");
  }
  for (size_t c = 0; c < s.clients.size(); ++c) {
    absl::StrAppend(&text, *s.clients[c].first, " born on ", s.births[c], "\n");
  }
  for (const auto& budget : s.budgets) absl::StrAppend(&text, budget.line, " ", budget.amount, "\n");
  return text;
}

std::string Text(const RecordBook& book) {
  std::string text;
  for (const Record& record : book.records) {
    absl::StrAppend(&text, record.kind, " ", *record.key, " ", *record.person, " ", record.client, " ", record.amount, " ",
                    record.from, " ", record.until, "\n");
  }
  return text;
}

// A walk begins at what was known and ends at what is, in rows and in records: nothing a figure rests on is left out on the
// way.
TEST(Walk, BeginsAndEndsAtWhatWorkingOutEverythingGives) {
  int partial = 0, whole = 0;
  for (uint32_t seed = 1; seed <= 60; ++seed) {
    History history(seed);
    Ledger ledger;
    for (uint32_t left = 5 + history.Pick(40); left > 0; --left) history.Feed(&ledger);
    while (!ledger.CatchUp(1000)) {
    }
    const absl::Time a = history.Known(), b = history.Known();
    const Moment then = absl::ToUnixMicros(std::min(a, b)), now = absl::ToUnixMicros(std::max(a, b));
    const Month month_then = nmd::MonthOf(2018, 6), month_now = nmd::MonthOf(2018, 6 + static_cast<int>(history.Pick(2)));
    std::optional<Day> open_from;
    if (month_then != month_now) open_from = OpenFrom(month_then);
    const auto later = BuildSnapshot(ledger.AsKnown(now), month_now);
    Passage passage = ledger.PassageFrom(ledger.Here(), then, now, open_from, true);
    ++(passage.partial ? partial : whole);
    const Walk walk(std::move(passage), later, month_then, month_now);
    const Walk::State before = walk.Before(), after = walk.After(Cause::kHousehold);
    EXPECT_EQ(Text(*before.snapshot), Text(*BuildSnapshot(ledger.AsKnown(then), month_then))) << seed;
    EXPECT_EQ(Text(*before.records), Text(*MakeRecordBook(ledger.RecordsAsKnown(then)))) << seed;
    EXPECT_EQ(Text(*after.snapshot), Text(*later)) << seed;
    EXPECT_EQ(Text(*after.records), Text(*MakeRecordBook(ledger.RecordsAsKnown(now)))) << seed;
  }
  EXPECT_GT(partial, 10);
  EXPECT_GT(whole, 5);
}

// The law of the walk: whatever happened, the steps are the whole difference to the cent, in either way of making the states
// (a part of the table, or all of it).
TEST(ExplainDifference, R7_TheStepsSumToTheDifferenceForEveryHistory) {
  int moved = 0, several = 0;
  for (uint32_t seed = 1; seed <= 80; ++seed) {
    History history(seed);
    CostsScene scene("2018-12-30");
    for (uint32_t left = 5 + history.Pick(40); left > 0; --left) history.Feed(&scene);
    for (int question = 0; question < 3; ++question) {
      v1::ExplainFigureRequest request;
      request.set_parent("municipalities/gm1730");
      request.mutable_period()->set_start_date("2018-01-01");
      request.mutable_period()->set_end_date("2019-01-01");
      request.mutable_known_time()->set_seconds(absl::ToUnixSeconds(history.Known()));
      request.mutable_compare_known_time()->set_seconds(absl::ToUnixSeconds(history.Known()));
      for (const char* measure : {"clients", "provisions", "indicated", "declared", "approved", "booked", "budget"}) {
        request.clear_filters();
        if (absl::string_view(measure)[0] != 'b' && history.Pick(2) == 0) {
          request.add_filters()->set_dimension("household");
          request.mutable_filters(0)->add_values("h1");
        }
        request.set_measure(measure);
        const auto response = scene.costs.ExplainFigure(Caller(), request);
        ASSERT_TRUE(response.ok()) << response.status();
        const v1::FigureDifference& difference = response->comparison();
        ASSERT_EQ(difference.steps_size(), 7);
        if (response->figure().state() != type::Figure::ANSWERED || difference.figure().state() != type::Figure::ANSWERED) {
          EXPECT_EQ(difference.difference_case(), v1::FigureDifference::DIFFERENCE_NOT_SET);
          continue;
        }
        const bool forward = request.known_time().seconds() <= request.compare_known_time().seconds();
        const int64_t whole = (ValueOf(difference.figure()) - ValueOf(response->figure())) * (forward ? 1 : -1);
        int64_t sum = 0;
        int parts = 0;
        for (const Step& step : difference.steps()) {
          sum += ValueOf(step);
          parts += ValueOf(step) != 0;
          // Nothing of a kind differs: it does nothing.
          if (step.thing_count() == 0 && step.cause() >= Step::LINK) {
            EXPECT_EQ(ValueOf(step), 0) << seed << measure;
          }
        }
        EXPECT_EQ(sum, whole) << "seed " << seed << " " << measure;
        moved += whole != 0;
        several += parts > 1;
      }
    }
  }
  EXPECT_GT(moved, 250);
  EXPECT_GT(several, 60);
}

}  // namespace
}  // namespace nmd::costs
