// SPDX-License-Identifier: EUPL-1.2
// The scenario calculator on the table of the nota of 2018 (requirements 2.4), as shipped.
#include "services/analyses/scenarios.h"

#include <cstdlib>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/platform/errors.h"
#include "services/platform/proto_time.h"
#include "tests/support/costs_scene.h"

namespace nmd::analyses {
namespace {

using costs::v1::CalculatedScenario;
using costs::v1::CalculateScenarioRequest;
using costs::v1::StoredScenario;
using costs::v1::SumCheck;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr Cents kTenth = 10'000'000;  // A tenth of a million euro.

std::shared_ptr<const PolicyData> Nota() {
  const char* root = std::getenv("NMD_SOURCE_DIR");
  google::protobuf::RepeatedPtrField<std::string> files;
  *files.Add() = absl::StrCat(root == nullptr ? "." : root, "/deploy/config/policy/scenarios.yaml");
  return *PolicyData::Load(files, "gm1730", *costs::Catalogue::Base());
}

class ScenariosTest : public ::testing::Test {
 protected:
  ScenariosTest() : scene("2018-06-01"), scenarios(scene.costs, scene.clock, Nota()) { EXPECT_TRUE(scenarios.Load().ok()); }

  static CalculateScenarioRequest Question(const std::string& option = "") {
    CalculateScenarioRequest request;
    request.set_parent("municipalities/gm1730");
    request.set_scenario_table("municipalities/gm1730/scenariotables/nota-2018");
    request.set_option(option);
    return request;
  }
  CalculatedScenario Calculate(const CalculateScenarioRequest& request) {
    const auto scenario = scenarios.CalculateScenario(Caller(), request);
    EXPECT_TRUE(scenario.ok()) << scenario.status();
    return scenario.ok() ? *scenario : CalculatedScenario();
  }
  StoredScenario Store(const std::string& title, const CalculateScenarioRequest& question, const std::string& id = "") {
    costs::v1::StoreScenarioRequest request;
    request.set_parent("municipalities/gm1730");
    request.set_title(title);
    request.set_text("Voor de raad.");
    *request.mutable_question() = question;
    request.set_request_id(id);
    Caller caller;
    caller.subject = "controller-1";
    caller.roles = {type::CONTROLLER};
    const auto stored = scenarios.StoreScenario(caller, request);
    EXPECT_TRUE(stored.ok()) << stored.status();
    return stored.ok() ? *stored : StoredScenario();
  }
  // "name version", newest first.
  std::vector<std::string> Stored(const std::string& known = "", int page_size = 0) {
    costs::v1::ListStoredScenariosRequest request;
    request.set_parent("municipalities/gm1730");
    request.set_page_size(page_size);
    if (!known.empty()) *request.mutable_known_time() = TimestampOf(testing::At(known));
    std::vector<std::string> lines;
    do {
      const auto page = scenarios.ListStoredScenarios(Caller(), request);
      EXPECT_TRUE(page.ok()) << page.status();
      for (const auto& scenario : page->stored_scenarios()) {
        lines.push_back(absl::StrCat(scenario.name().substr(scenario.name().rfind('/') + 1), " ", scenario.version()));
      }
      request.set_page_token(page->next_page_token());
    } while (!request.page_token().empty());
    return lines;
  }

  testing::CostsScene scene;
  Scenarios scenarios;
};

TEST_F(ScenariosTest, Q21_WhatIfWeGoSociaal) {
  const CalculatedScenario scenario = Calculate(Question("sociaal"));
  EXPECT_EQ(scenario.expenses_cents(), 261 * kTenth);
  EXPECT_EQ(scenario.relation_cents(), kTenth);
  EXPECT_EQ(scenario.printed_expenses().state(), SumCheck::CLOSES);
  EXPECT_EQ(scenario.statement(),
            "Sociaal kost € 26,1 miljoen per jaar: € 0,1 miljoen meer dan het budget van € 26,0 miljoen.");
  EXPECT_THAT(scenario.positive_effects(), Contains(HasSubstr("preventie"))) << "R168: the words travel along";
  EXPECT_THAT(scenario.negative_effects(), Contains(HasSubstr("dorpshuizen")));
  EXPECT_THAT(scenario.remarks(), Contains(HasSubstr("Niet meegeteld: Overhead (€ 0,3 miljoen)"))) << "R166: listed";
}

TEST_F(ScenariosTest, T25_WhatDoesNotCloseIsRemarkedOn) {
  const CalculatedScenario scenario = Calculate(Question("individualistisch"));
  EXPECT_EQ(scenario.expenses_cents(), 237 * kTenth) << "the items, not the printed total";
  EXPECT_THAT(scenario.remarks(), Contains(HasSubstr("gedrukt staat € 23,8 miljoen")));
  const CalculatedScenario now = Calculate(Question());
  EXPECT_EQ(now.option(), "huidig");
  EXPECT_EQ(now.expenses_cents(), 264 * kTenth);
  // With 23,3 as the minimum, as the text has it, it closes (I2): a choice of one's own, which says so.
  CalculateScenarioRequest request = Question("individualistisch");
  auto* choice = request.add_choices();
  choice->set_item("minimum");
  choice->set_amount_cents(233 * kTenth);
  const CalculatedScenario own = Calculate(request);
  EXPECT_EQ(own.expenses_cents(), 238 * kTenth);
  EXPECT_EQ(own.printed_expenses().state(), SumCheck::NOT_PRINTED);
  EXPECT_EQ(own.title(), "Individualistisch, met eigen keuzes");
  EXPECT_TRUE(own.items(8).chosen());
  EXPECT_EQ(own.items(8).printed().text(), "23,2") << "what was printed stays beside it";
  EXPECT_FALSE(own.items(4).has_amount_cents()) << "a blank stays blank";
}

TEST_F(ScenariosTest, T18_R79_OverheadIsASwitch) {
  CalculateScenarioRequest request = Question("sociaal");
  auto* toggle = request.add_toggles();
  toggle->set_adjustment("overhead");
  toggle->set_counted(true);
  EXPECT_EQ(Calculate(request).expenses_cents(), 261 * kTenth + 30 * 1'000'000);
  request.mutable_toggles(0)->set_counted(false);
  EXPECT_EQ(Calculate(request).expenses_cents(), 261 * kTenth);
}

TEST_F(ScenariosTest, R167_WhatIsUncertainGivesABandwidth) {
  CalculateScenarioRequest request = Question("sociaal");
  auto* toggle = request.add_toggles();
  toggle->set_adjustment("extra-rijk");
  toggle->set_counted(true);
  const CalculatedScenario scenario = Calculate(request);
  EXPECT_EQ(scenario.budget_cents(), 262 * kTenth);
  EXPECT_EQ(scenario.budget_low_cents(), 260 * kTenth);
  EXPECT_EQ(scenario.budget_high_cents(), 262 * kTenth);
  EXPECT_EQ(scenario.relation_cents(), -kTenth);
  EXPECT_EQ(scenario.relation_low_cents(), -kTenth);
  EXPECT_EQ(scenario.relation_high_cents(), kTenth);
  EXPECT_THAT(scenario.statement(), HasSubstr("ligt het verschil met het budget tussen"));
}

TEST_F(ScenariosTest, R165_EveryPostChangesFromItsOwnDate) {
  CalculateScenarioRequest request = Question("individualistisch");
  request.set_first_year(2018);
  request.set_last_year(2020);
  const CalculatedScenario scenario = Calculate(request);
  ASSERT_EQ(scenario.years_size(), 3);
  // Present policy is 26,4. At once: formatie -0,1, minimum -0,1, participatie -0,3, preventie -0,2, verbanden -0,3. In 2019:
  // subsidies -0,6, WPDA -0,3. In 2020: verstrekkingen -0,7, dorpshuizen -0,1.
  EXPECT_EQ(scenario.years(0).expenses_cents(), 254 * kTenth);
  EXPECT_EQ(scenario.years(1).expenses_cents(), 245 * kTenth);
  EXPECT_EQ(scenario.years(2).expenses_cents(), 237 * kTenth);
  EXPECT_EQ(scenario.years(2).expenses_cents(), scenario.expenses_cents());
  EXPECT_EQ(scenario.years(0).relation_cents(), -6 * kTenth);
  EXPECT_EQ(scenario.years(0).waiting_size(), 4);
  EXPECT_THAT(scenario.years(2).waiting(), IsEmpty());
}

TEST_F(ScenariosTest, FaultsAreToldAllAtOnce) {
  CalculateScenarioRequest request = Question("weg");
  request.add_choices()->set_item("niets");
  request.add_toggles()->set_adjustment("niets");
  request.set_first_year(2020);
  request.set_last_year(2019);
  const auto refused = scenarios.CalculateScenario(Caller(), request);
  EXPECT_EQ(ReasonOf(refused.status()), ErrorReason::FIELDS_INVALID);
  std::vector<std::string> paths;
  for (const BadField& field : BadFieldsOf(refused.status())) paths.push_back(field.path);
  EXPECT_THAT(paths, ElementsAre("option", "choices[0].item", "toggles[0].adjustment", "last_year"));
  request = Question();
  request.set_scenario_table("municipalities/gm1730/scenariotables/weg");
  EXPECT_EQ(scenarios.CalculateScenario(Caller(), request).status().code(), absl::StatusCode::kNotFound);
  request = Question();
  request.add_choices()->set_item("minimum");
  request.mutable_choices(0)->set_amount_cents(INT64_MIN + 1);
  EXPECT_FALSE(scenarios.CalculateScenario(Caller(), request).ok());
}

TEST_F(ScenariosTest, AStoredScenarioHasVersionsThatNeverChange) {
  const StoredScenario first = Store("Keuze 2019", Question("sociaal"), "a");
  EXPECT_EQ(first.name(), "municipalities/gm1730/scenarios/keuze-2019");
  EXPECT_EQ(first.version(), 1);
  EXPECT_EQ(first.subject(), "controller-1");
  EXPECT_EQ(first.outcome().expenses_cents(), 261 * kTenth);
  EXPECT_EQ(Store("Keuze 2019", Question("collectief"), "a").SerializeAsString(), first.SerializeAsString()) << "a repeat";
  scene.clock.Set(testing::At("2018-07-01"));
  EXPECT_EQ(Store("Keuze 2019", Question("collectief"), "b").version(), 2);
  Store("Iets anders", Question());
  EXPECT_THAT(Stored(), ElementsAre("iets-anders 1", "keuze-2019 2", "keuze-2019 1"));
  EXPECT_THAT(Stored("", 2), ElementsAre("iets-anders 1", "keuze-2019 2", "keuze-2019 1"));
  EXPECT_THAT(Stored("2018-06-15"), ElementsAre("keuze-2019 1")) << "as known then";

  // The same from the journal, and from the checkpoint.
  for (const bool checkpoint : {false, true}) {
    if (checkpoint) {
      ASSERT_TRUE(scene.costs.SaveCheckpoint().ok());
    }
    costs::Costs again(*scene.journal, scene.clock, "gm1730", {});
    ASSERT_TRUE(again.Replay().ok());
    Scenarios reopened(again, scene.clock, Nota());
    ASSERT_TRUE(reopened.Load().ok());
    costs::v1::ListStoredScenariosRequest request;
    request.set_parent("municipalities/gm1730");
    const auto listed = reopened.ListStoredScenarios(Caller(), request);
    ASSERT_EQ(listed->stored_scenarios_size(), 3);
    EXPECT_EQ(listed->stored_scenarios(2).SerializeAsString(), first.SerializeAsString());
  }
}

TEST_F(ScenariosTest, NothingIsStoredWithoutATitleATextAndAScenario) {
  costs::v1::StoreScenarioRequest request;
  request.set_parent("municipalities/gm1730");
  request.set_title("--");
  const auto refused = scenarios.StoreScenario(Caller(), request);
  std::vector<std::string> paths;
  for (const BadField& field : BadFieldsOf(refused.status())) paths.push_back(field.path);
  EXPECT_THAT(paths, ElementsAre("title", "text", "question"));
  EXPECT_THAT(Stored(), IsEmpty());
}

}  // namespace
}  // namespace nmd::analyses
