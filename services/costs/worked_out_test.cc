// SPDX-License-Identifier: EUPL-1.2
#include "services/costs/worked_out.h"

#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "tests/support/costs_scene.h"

namespace nmd::costs {
namespace {

using ingestion::v1::Fact;
using testing::AllocationOf;
using testing::At;
using testing::BatchOf;
using testing::ClaimOf;
using testing::CostsScene;
using testing::LinkOf;
using testing::On;
using testing::TableOf;

struct ContractSpec {
  std::string contract = "jh-1";
  ingestion::v1::Law law = ingestion::v1::YOUTH;
  std::string first = "2017-01-01", last = "";
  std::string provider = "99000001", name = "Zorg Een";
};
Fact ContractOf(const ContractSpec& spec) {
  Fact fact;
  auto* contract = fact.mutable_contract();
  contract->set_contract(spec.contract);
  contract->set_law(spec.law);
  contract->set_provider(spec.provider);
  contract->set_provider_name(spec.name);
  contract->set_start_day(On(spec.first));
  if (!spec.last.empty()) contract->set_end_day(On(spec.last) + 1);
  return fact;
}

struct GroupSpec {
  std::string provider = "99000001", organisation = "o1", organisation_name = "Zorggroep", concern = "", concern_name = "";
  std::string first = "2017-01-01", last = "";
};
Fact GroupOf(const GroupSpec& spec) {
  Fact fact;
  auto* group = fact.mutable_provider_group();
  group->set_provider(spec.provider);
  group->set_organisation(spec.organisation);
  group->set_organisation_name(spec.organisation_name);
  group->set_concern(spec.concern);
  group->set_concern_name(spec.concern_name);
  group->set_start_day(On(spec.first));
  if (!spec.last.empty()) group->set_end_day(On(spec.last) + 1);
  return fact;
}

struct TaakveldSpec {
  std::string taakveld = "6.72";
  std::string category = "", product = "", provider = "";
  std::string first = "2015-01-01", last = "";
  ingestion::v1::Law law = ingestion::v1::YOUTH;
};
Fact TaakveldOf(const TaakveldSpec& spec) {
  Fact fact;
  auto* taakveld = fact.mutable_product_taakveld();
  taakveld->set_law(spec.law);
  taakveld->set_category(spec.category);
  taakveld->set_product(spec.product);
  taakveld->set_provider(spec.provider);
  taakveld->set_taakveld(spec.taakveld);
  taakveld->set_start_day(On(spec.first));
  if (!spec.last.empty()) taakveld->set_end_day(On(spec.last) + 1);
  return fact;
}

linking::v1::HouseholdStay StayOf(int64_t sequence, const std::string& client, const std::string& household,
                                  const std::string& first, const std::string& last = "", int64_t revision = 1,
                                  const std::string& known = "2017-06-01") {
  linking::v1::HouseholdStay stay;
  stay.set_sequence(sequence);
  stay.set_client(client);
  stay.set_household(household);
  stay.set_start_day(On(first));
  if (!last.empty()) stay.set_end_day(On(last) + 1);
  stay.set_revision(revision);
  stay.mutable_known_time()->set_seconds(absl::ToUnixSeconds(At(known)));
  return stay;
}

std::string Ask(CostsScene* scene, std::vector<std::string> dimensions, const std::string& from = "2018-01",
                const std::string& to = "2018-03", std::vector<std::string> measures = {"clients"}) {
  return TableOf(scene->Ask(CostsScene::Question(std::move(measures), from, to, std::move(dimensions))));
}

TEST(Contract, IsThatOfTheProviderForTheLawOnTheFirstValidDay) {
  CostsScene scene;
  scene.Feed({BatchOf(1, At("2017-12-01"),
                      {AllocationOf({.person = "p1", .number = 1, .first = "2018-01-10"}),
                       AllocationOf({.person = "p2", .number = 2, .first = "2018-02-20", .law = ingestion::v1::WMO}),
                       AllocationOf({.person = "p3", .number = 3, .provider = "99000002"})}),
              BatchOf(2, At("2017-12-02"),
                      {ContractOf({}), ContractOf({.contract = "jh-2", .first = "2018-02-01"}),
                       ContractOf({.contract = "wmo-1", .law = ingestion::v1::WMO, .first = "2018-02-21"})},
                      "contracts")});
  EXPECT_EQ(Ask(&scene, {"month", "contract"}),
            "month=2018-01 contract= clients=1\n"
            "month=2018-01 contract=jh-1 clients=1\n"
            "month=2018-02 contract= clients=2\n"
            "month=2018-02 contract=jh-2 clients=1\n"
            "clients=3\n")
      << "the Wmo contract begins a day too late; the other provider has none";
  const auto labelled = scene.Ask(CostsScene::Question({"clients"}, "2018-02", "2018-03", {"contract"}));
  EXPECT_EQ(labelled.figures(0).dimensions(0).label(), "Onbekend");
  EXPECT_EQ(labelled.figures(1).dimensions(0).label(), "jh-2 (Zorg Een)");
  auto filtered = CostsScene::Question({"clients"}, "2018-01", "2018-03");
  CostsScene::Where(&filtered, "contract", {"jh-1", "wmo-1"});
  EXPECT_EQ(TableOf(scene.Ask(filtered)), "clients=1\n");
}

TEST(Contract, EndsAndAnEarlierOneThatStillRunsHoldsAgain) {
  CostsScene scene;
  scene.Feed(
      {BatchOf(1, At("2017-12-01"),
               {AllocationOf({}), ContractOf({}), ContractOf({.contract = "jh-2", .first = "2018-02-01", .last = "2018-02-28"}),
                // Of no law in particular.
                ContractOf({.contract = "all", .law = ingestion::v1::LAW_UNSPECIFIED, .first = "2018-04-01"})})});
  EXPECT_EQ(Ask(&scene, {"month", "contract"}, "2018-01", "2018-05"),
            "month=2018-01 contract=jh-1 clients=1\nmonth=2018-02 contract=jh-2 clients=1\n"
            "month=2018-03 contract=jh-1 clients=1\nmonth=2018-04 contract=all clients=1\nclients=1\n");
}

TEST(Concern, IsThatOfTheMonthAndAProviderWithoutAGroupIsItsOwn) {
  CostsScene scene;
  scene.Feed({BatchOf(1, At("2017-12-01"),
                      {AllocationOf({.person = "p1", .number = 1}),
                       AllocationOf({.person = "p1", .number = 2, .provider = "99000002"}),
                       AllocationOf({.person = "p2", .number = 3, .provider = "99000003"})}),
              BatchOf(2, At("2017-12-02"),
                      {GroupOf({.first = "2018-02-01", .last = "2018-02-28"}),
                       GroupOf({.provider = "99000002", .concern = "k1", .concern_name = "Concern"}),
                       ContractOf({.provider = "99000003", .name = "Zorg Drie"})},
                      "groups")});
  EXPECT_EQ(Ask(&scene, {"month", "organisation"}, "2018-01", "2018-04", {"clients", "provisions"}),
            "month=2018-01 organisation=99000001 clients=1\nmonth=2018-01 organisation=99000001 provisions=1\n"
            "month=2018-01 organisation=99000003 clients=1\nmonth=2018-01 organisation=99000003 provisions=1\n"
            "month=2018-01 organisation=o1 clients=1\nmonth=2018-01 organisation=o1 provisions=1\n"
            "month=2018-02 organisation=99000003 clients=1\nmonth=2018-02 organisation=99000003 provisions=1\n"
            "month=2018-02 organisation=o1 clients=1\nmonth=2018-02 organisation=o1 provisions=2\n"
            "month=2018-03 organisation=99000001 clients=1\nmonth=2018-03 organisation=99000001 provisions=1\n"
            "month=2018-03 organisation=99000003 clients=1\nmonth=2018-03 organisation=99000003 provisions=1\n"
            "month=2018-03 organisation=o1 clients=1\nmonth=2018-03 organisation=o1 provisions=1\n"
            "clients=2\nprovisions=3\n")
      << "somebody with care of two establishments is one client of the organisation";
  EXPECT_EQ(Ask(&scene, {"concern"}, "2018-02", "2018-03"),
            "concern=99000003 clients=1\nconcern=k1 clients=1\nconcern=o1 clients=1\nclients=2\n")
      << "an organisation without a concern is its own";
  const auto labelled = scene.Ask(CostsScene::Question({"clients"}, "2018-02", "2018-03", {"concern"}));
  EXPECT_EQ(labelled.figures(0).dimensions(0).label(), "Zorg Drie");
  EXPECT_EQ(labelled.figures(1).dimensions(0).label(), "Concern");
  EXPECT_EQ(labelled.figures(2).dimensions(0).label(), "Zorggroep");
}

TEST(Concern, OfLaterKnowledgeIsThatOfTheKnownTimeT29) {
  CostsScene scene;
  scene.Feed({BatchOf(1, At("2017-12-01"), {AllocationOf({})}), BatchOf(2, At("2018-06-01"), {GroupOf({})}, "groups")});
  const auto ask = [&](const std::string& known) {
    return TableOf(scene.Ask(CostsScene::Question({"clients"}, "2018-01", "2018-02", {"concern"}, known)));
  };
  EXPECT_EQ(ask("2018-05-31"), "concern=99000001 clients=1\nclients=1\n");
  EXPECT_EQ(ask("2018-06-01"), "concern=o1 clients=1\nclients=1\n");
}

TEST(Source, IsThatOfTheAllocationInForceOrOfTheClaim) {
  CostsScene scene;
  scene.Feed(
      {BatchOf(1, At("2017-12-01"), {AllocationOf({.number = 1, .last = "2018-01-31"})}, "jw301"),
       BatchOf(2, At("2017-12-02"), {AllocationOf({.number = 2, .first = "2018-02-01", .last = "2018-02-28"})}, "export"),
       BatchOf(3, At("2018-04-02"),
               {ClaimOf("D1", {{.reference = "r1", .amount_cents = 500},
                               {.reference = "r2", .amount_cents = 700, .allocation = 0, .first = "2018-03-01"}})},
               "jw323")});
  EXPECT_EQ(Ask(&scene, {"source"}, "2018-01", "2018-04", {"provisions", "declared"}),
            "source=export provisions=1\nsource=export declared=0\nsource=jw301 provisions=1\nsource=jw301 declared=500\n"
            "source=jw323 provisions=0\nsource=jw323 declared=700\nprovisions=1\ndeclared=1200\n")
      << "one provision of two sources is one in the total";
}

TEST(HouseholdSize, CountsEverybodyKnownInTheHouseholdAlsoWithoutCare) {
  CostsScene scene;
  scene.Feed({BatchOf(1, At("2017-12-01"),
                      {AllocationOf({.person = "p1", .number = 1}), AllocationOf({.person = "p2", .number = 2}),
                       AllocationOf({.person = "p3", .number = 3}), AllocationOf({.person = "p4", .number = 4})})});
  std::vector<linking::v1::HouseholdStay> stays = {
      StayOf(11, "c1", "h1", "2010-01-01"), StayOf(12, "mother", "h1", "2010-01-01", "2018-01-31"),
      StayOf(13, "father", "h1", "2010-01-01"), StayOf(14, "c2", "h2", "2010-01-01")};
  for (int i = 0; i < 6; ++i) stays.push_back(StayOf(20 + i, "m" + std::to_string(i), "h3", "2018-01-10"));
  stays.push_back(StayOf(30, "c3", "h3", "2010-01-01"));
  scene.Feed({LinkOf(1, "p1", "c1", At("2017-06-01")), LinkOf(2, "p2", "c2", At("2017-06-01")),
              LinkOf(3, "p3", "c3", At("2017-06-01")), LinkOf(4, "p4", "c4", At("2017-06-01"))},
             stays);
  EXPECT_EQ(Ask(&scene, {"month", "household_size"}),
            "month=2018-01 household_size= clients=1\nmonth=2018-01 household_size=1 clients=2\n"
            "month=2018-01 household_size=3 clients=1\n"
            "month=2018-02 household_size= clients=1\nmonth=2018-02 household_size=1 clients=1\n"
            "month=2018-02 household_size=2 clients=1\nmonth=2018-02 household_size=5+ clients=1\nclients=4\n")
      << "on the first valid day: the mother left on 31 January, six came after 1 January, of p4 no household is known";
  // Somebody without care moves: no row of a client is touched, and the size is another all the same.
  scene.Feed({}, {StayOf(40, "father", "h2", "2018-02-01", "", 2, "2018-03-01")});
  EXPECT_EQ(Ask(&scene, {"household_size"}, "2018-02", "2018-03"),
            "household_size= clients=1\nhousehold_size=1 clients=1\nhousehold_size=2 clients=1\nhousehold_size=5+ clients=1\n"
            "clients=4\n");
  EXPECT_EQ(TableOf(scene.Ask(CostsScene::Question({"clients"}, "2018-02", "2018-03", {"household", "household_size"}))),
            "household= household_size= clients=1\nhousehold=h1 household_size=1 clients=1\n"
            "household=h2 household_size=2 clients=1\nhousehold=h3 household_size=5+ clients=1\nclients=4\n");
}

TEST(Taakveld, OfARowIsThatOfTheNearestRule) {
  CostsScene scene;
  scene.Feed(
      {BatchOf(1, At("2017-12-01"),
               {AllocationOf({.person = "p1", .number = 1}), AllocationOf({.person = "p2", .number = 2, .product = "45A05"}),
                AllocationOf({.person = "p3", .number = 3, .product = "45A05", .provider = "99000002"}),
                AllocationOf({.person = "p4", .number = 4, .product = "43A01"}),
                AllocationOf({.person = "p5", .number = 5, .law = ingestion::v1::WMO})}),
       BatchOf(2, At("2017-12-02"),
               {TaakveldOf({.taakveld = "a", .category = "45"}), TaakveldOf({.taakveld = "b", .product = "45A05"}),
                TaakveldOf({.taakveld = "c", .category = "45", .provider = "99000002"}),
                TaakveldOf({.taakveld = "d", .product = "45A05", .provider = "99000002", .first = "2018-02-01"}),
                TaakveldOf({.taakveld = "e", .product = "99X99"})},
               "taakvelden")});
  EXPECT_EQ(Ask(&scene, {"month", "taakveld", "product"}),
            "month=2018-01 taakveld= product=43A01 clients=1\n"   // No rule.
            "month=2018-01 taakveld= product=45A04 clients=1\n"   // Of the other law.
            "month=2018-01 taakveld=a product=45A04 clients=1\n"  // Category.
            "month=2018-01 taakveld=b product=45A05 clients=1\n"  // Product before category.
            "month=2018-01 taakveld=c product=45A05 clients=1\n"  // Provider before product.
            "month=2018-02 taakveld= product=43A01 clients=1\nmonth=2018-02 taakveld= product=45A04 clients=1\n"
            "month=2018-02 taakveld=a product=45A04 clients=1\nmonth=2018-02 taakveld=b product=45A05 clients=1\n"
            "month=2018-02 taakveld=d product=45A05 clients=1\n"  // Provider and product, from its first day on.
            "clients=5\n");
}

TEST(Taakveld, OfCareStandsBesideWhatWasBookedOnIt) {
  CostsScene scene;
  Fact booking;
  booking.mutable_ledger_booking()->set_year(2018);
  booking.mutable_ledger_booking()->set_month(1);
  booking.mutable_ledger_booking()->set_taakveld("6.72");
  booking.mutable_ledger_booking()->set_amount_cents(90'000);
  scene.Feed({BatchOf(1, At("2017-12-01"), {AllocationOf({}), TaakveldOf({.category = "45"}), booking})});
  EXPECT_EQ(Ask(&scene, {"taakveld"}, "2018-01", "2018-02", {"clients", "booked"}),
            "taakveld=6.72 clients=1\ntaakveld=6.72 booked=90000\nclients=1\nbooked=90000\n");
}

TEST(Form, PutsNaturePgbAndTeamSideBySide) {
  CostsScene scene;
  Fact budget, help, decision;
  budget.mutable_personal_budget()->set_law(ingestion::v1::YOUTH);
  budget.mutable_personal_budget()->set_person_key("p2");
  budget.mutable_personal_budget()->set_start_day(On("2018-01-01"));
  help.mutable_team_help()->set_law(ingestion::v1::YOUTH);
  help.mutable_team_help()->set_person_key("p3");
  help.mutable_team_help()->set_start_day(On("2018-01-01"));
  decision.mutable_decision()->set_law(ingestion::v1::YOUTH);
  decision.mutable_decision()->set_person_key("p2");
  decision.mutable_decision()->set_form(ingestion::v1::PGB);
  decision.mutable_decision()->set_applied_day(On("2018-01-05"));
  scene.Feed({BatchOf(1, At("2018-01-20"), {AllocationOf({}), budget, help, decision})});
  EXPECT_EQ(Ask(&scene, {"form"}, "2018-01", "2018-02", {"pgb_clients", "team_clients", "applications"}),
            "form=pgb pgb_clients=1\nform=pgb team_clients=0\nform=pgb applications=1\n"
            "form=team pgb_clients=0\nform=team team_clients=1\nform=team applications=0\n"
            "pgb_clients=1\nteam_clients=1\napplications=1\n");
  EXPECT_EQ(Ask(&scene, {"form"}, "2018-01", "2018-02"), "form=zin clients=1\nclients=1\n");
}

TEST(WorkedOut, FlowsSeeAChangeOfConcernAsAMove) {
  CostsScene scene;
  scene.Feed({BatchOf(1, At("2017-12-01"), {AllocationOf({.last = "2018-03-31"}), GroupOf({.first = "2018-02-01"})})});
  EXPECT_EQ(Ask(&scene, {"concern"}, "2018-01", "2018-04", {"inflow", "moved_in", "moved_out", "outflow"}),
            "concern=99000001 inflow=1\nconcern=99000001 moved_in=0\nconcern=99000001 moved_out=1\nconcern=99000001 outflow=0\n"
            "concern=o1 inflow=0\nconcern=o1 moved_in=1\nconcern=o1 moved_out=0\nconcern=o1 outflow=1\n"
            "inflow=1\nmoved_in=0\nmoved_out=0\noutflow=1\n");
}

}  // namespace
}  // namespace nmd::costs
