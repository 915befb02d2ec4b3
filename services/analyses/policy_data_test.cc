// SPDX-License-Identifier: EUPL-1.2
// What the shipped files say, which are the tables of the public documents, and what a file may not say.
#include "services/analyses/policy_data.h"

#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nmd/internal/v1/policy_file.pb.h"
#include "services/platform/config.h"

namespace nmd::analyses {
namespace {

using costs::v1::PrintedAmount;
using costs::v1::SumCheck;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

std::shared_ptr<const PolicyData> Shipped() {
  const char* root = std::getenv("NMD_SOURCE_DIR");
  google::protobuf::RepeatedPtrField<std::string> files;
  for (const char* name : {"scenarios", "goals", "pilots"}) {
    *files.Add() = absl::StrCat(root == nullptr ? "." : root, "/deploy/config/policy/", name, ".yaml");
  }
  const auto data = PolicyData::Load(files, "gm1730", *costs::Catalogue::Base());
  EXPECT_TRUE(data.ok()) << data.status();
  return data.ok() ? *data : nullptr;
}

// The faults of a text, or "" when it has none.
std::string FaultsOf(const std::string& yaml) {
  internal::v1::PolicyFile file;
  const absl::Status read = ParseYaml(yaml, "test.yaml", &file);
  if (!read.ok()) return std::string(read.message());
  return std::string(PolicyData::Read(file, "gm1730", *costs::Catalogue::Base()).status().message());
}

std::string SumText(const SumCheck& check) {
  return absl::StrCat(SumCheck::State_Name(check.state()), " ", check.sum_cents() / 10'000'000, " ",
                      check.difference_cents() / 10'000'000);
}

TEST(PolicyData, T25_EverySumOfTheNotaIsRecomputedAndNoneIsForced) {
  const auto data = Shipped();
  ASSERT_NE(data, nullptr);
  const auto* table = data->FindTable("municipalities/gm1730/scenariotables/nota-2018");
  ASSERT_NE(table, nullptr);
  ASSERT_EQ(table->options_size(), 4);
  std::vector<std::string> expenses, relations;
  for (const auto& option : table->options()) {
    expenses.push_back(absl::StrCat(option.option(), " ", SumText(option.expenses())));
    relations.push_back(SumText(option.relation()));
  }
  // In tenths of a million: printed 23,8 is recomputed 23,7; printed 26,3 is recomputed 26,4.
  EXPECT_THAT(expenses, ElementsAre("individualistisch DOES_NOT_CLOSE 237 1", "sociaal CLOSES 261 0", "collectief CLOSES 272 0",
                                    "huidig DOES_NOT_CLOSE 264 -1"));
  EXPECT_THAT(relations, ElementsAre("DOES_NOT_CLOSE -23 1", "CLOSES 1 0", "CLOSES 12 0", "DOES_NOT_CLOSE 4 -1"));
  EXPECT_EQ(table->options(0).expenses().printed().text(), "23,8");
  EXPECT_TRUE(table->options(0).expenses().rounding_may_explain());
  EXPECT_THAT(table->options(0).expenses().statement(),
              AllOf(HasSubstr("tellen op tot € 23,7 miljoen; gedrukt staat € 23,8 miljoen"), HasSubstr("niet weggewerkt")));
  std::vector<int64_t> above;
  for (const auto& option : table->options()) above.push_back(option.above_minimum_cents() / 10'000'000);
  EXPECT_THAT(above, ElementsAre(5, 28, 39, 31));
  // The text of the nota builds the same three up to what it prints.
  for (int i = 0; i < 3; ++i) {
    ASSERT_EQ(table->options(i).build_ups_size(), 1);
    EXPECT_EQ(table->options(i).build_ups(0).check().state(), SumCheck::CLOSES) << i;
  }
}

TEST(PolicyData, I4_TwoDefinitionsOfOneTitleStayApart) {
  const auto data = Shipped();
  const auto& table = data->scenario_tables()[0];
  const auto& item = table.items(3);
  const auto& post = table.influenceable().posts().lines(4);
  EXPECT_EQ(item.definition(), "verstrekkingen-tabel/1");
  EXPECT_EQ(post.definition(), "verstrekkingen-lijst/1");
  EXPECT_EQ(item.amounts(3).amount_cents(), 70'000'000);
  EXPECT_EQ(post.amount().amount_cents(), 90'000'000);
}

TEST(PolicyData, T25_ABlankStaysBlankAndADashIsZero) {
  const auto data = Shipped();
  const auto& table = data->scenario_tables()[0];
  const PrintedAmount& dash = table.items(2).amounts(0);
  const PrintedAmount& blank = table.items(4).amounts(0);
  EXPECT_EQ(dash.state(), PrintedAmount::DASH);
  EXPECT_TRUE(dash.has_amount_cents());
  EXPECT_EQ(blank.state(), PrintedAmount::BLANK);
  EXPECT_FALSE(blank.has_amount_cents());
  EXPECT_EQ(table.options(0).expenses().blank_count(), 4);
  EXPECT_THAT(table.options(0).expenses().statement(), HasSubstr("4 posten zijn leeg en tellen niet mee."));
}

TEST(PolicyData, T26_TheInfluenceablePosts) {
  const auto data = Shipped();
  const auto& posts = data->scenario_tables()[0].influenceable();
  EXPECT_EQ(SumText(posts.posts().check()), "CLOSES 30 0");
  EXPECT_NEAR(posts.share(), 0.11538, 0.00001);
  EXPECT_EQ(SumText(posts.remainder()), "CLOSES 233 0");
}

TEST(PolicyData, R62_AComposedBudgetSaysThatItsPartsAreOfTwoYearsAndDoNotClose) {
  const auto data = Shipped();
  const auto& table = data->scenario_tables()[0];
  const auto& state = table.budgets(0);
  EXPECT_EQ(state.check().sum_cents(), 2'036'140'500);
  EXPECT_EQ(state.check().difference_cents(), -6'140'500);
  EXPECT_FALSE(state.check().rounding_may_explain()) << "20,36 rounds to 20,4: the nota cut it off";
  EXPECT_EQ(state.lines(0).year(), 2018);
  EXPECT_EQ(state.lines(1).year(), 2017);
  EXPECT_EQ(table.budgets(1).check().state(), SumCheck::CLOSES);
}

const costs::v1::ScenarioAdjustment& Adjustment(const PolicyData& data, const std::string& id) {
  for (const auto& adjustment : data.scenario_tables()[0].adjustments()) {
    if (adjustment.adjustment() == id) return adjustment;
  }
  ADD_FAILURE() << id;
  return costs::v1::ScenarioAdjustment::default_instance();
}

TEST(PolicyData, T18_R78_R164_AComputedAmountStandsBesideThePrintedOne) {
  const auto data = Shipped();
  const auto& overhead = Adjustment(*data, "overhead");
  EXPECT_EQ(overhead.amount_cents(), 30'000'000) << "30 x 10.000 = 300.000";
  EXPECT_EQ(overhead.formula(), "30 x € 10.000");
  EXPECT_EQ(overhead.difference_cents(), 0);
  EXPECT_FALSE(overhead.counted());
  const auto& growth = Adjustment(*data, "groei-jeugd");
  EXPECT_EQ(growth.amount_cents(), 13'074'175) << "2,5% of 5.229.670 (I27)";
  EXPECT_EQ(growth.difference_cents(), -3'074'175);
  EXPECT_EQ(growth.printed().text(), "100.000");
  EXPECT_EQ(Adjustment(*data, "budgetverhoging").amount_cents(), 104'000'000) << "4% of 26,0 is 1,04";
  EXPECT_EQ(Adjustment(*data, "eigen-bijdragen").amount_cents(), -10'000'000);
  const auto& state = Adjustment(*data, "extra-rijk");
  EXPECT_EQ(state.low_cents(), 0);
  EXPECT_EQ(state.high_cents(), 20'000'000);
}

TEST(PolicyData, T24_ThePilotsOf2016CloseAndOf2017DoNotByExactly5000) {
  const auto data = Shipped();
  ASSERT_EQ(data->pilot_programmes().size(), 1U);
  const auto& programme = data->pilot_programmes()[0];
  const auto& first = programme.years(0);
  EXPECT_EQ(first.check().state(), SumCheck::CLOSES);
  EXPECT_EQ(first.check().sum_cents(), 6'784'900);
  EXPECT_EQ(first.unallocated_cents(), 0);
  const auto& second = programme.years(1);
  EXPECT_EQ(second.check().state(), SumCheck::DOES_NOT_CLOSE);
  EXPECT_EQ(second.check().sum_cents(), 63'262'100);
  EXPECT_EQ(second.check().printed().amount_cents(), 63'762'100);
  EXPECT_EQ(second.unallocated_cents(), 500'000);
  EXPECT_FALSE(second.check().rounding_may_explain());
  EXPECT_EQ(second.check().open_count(), 2) << "pm, and one at the expense of youth care";
  std::vector<std::string> parts;
  for (int i = 0; i < first.parts_size(); ++i) {
    parts.push_back(absl::StrCat(first.parts(i).part(), " ", first.parts(i).amount_cents() / 100, " ",
                                 second.parts(i).amount_cents() / 100));
  }
  EXPECT_THAT(parts, ElementsAre("Preventie 18709 364348", "Participatie 11250 90962", "Samenhang 1570 85059",
                                 "Vangnet 30000 53780", "Monitoring en uitvoering 6320 38472"));
  int memories = 0, elsewhere = 0;
  for (const auto& line : programme.lines()) {
    if (line.amounts(1).state() == PrintedAmount::PRO_MEMORIE) ++memories;
    if (line.amounts(1).state() == PrintedAmount::CHARGED_ELSEWHERE) ++elsewhere;
    if (line.title() == "Mentor4You") {
      EXPECT_EQ(line.amounts(1).charged_to(), "budget jeugdhulp");
      EXPECT_FALSE(line.amounts(1).has_amount_cents());
    }
  }
  EXPECT_EQ(memories, 1);
  EXPECT_EQ(elsewhere, 1);
}

TEST(PolicyData, T23_ClientExperienceKeepsItsValuesItsMethodAndThatNIsUnknown) {
  const auto data = Shipped();
  const auto* goal = data->FindGoal("municipalities/gm1730/goals/zelfredzaamheid");
  ASSERT_NE(goal, nullptr);
  const auto& life = goal->indicators(1);
  ASSERT_EQ(life.values_size(), 3);
  EXPECT_DOUBLE_EQ(life.values(0).value(), 0.22);
  EXPECT_DOUBLE_EQ(life.values(1).value(), 0.29);
  EXPECT_DOUBLE_EQ(life.values(2).value(), 0.23);
  EXPECT_EQ(life.values(2).area(), "Nederland");
  EXPECT_FALSE(life.values(0).has_respondent_count());
  EXPECT_FALSE(life.values(0).has_interval()) << "without n there is no interval";
  EXPECT_EQ(life.values(0).method(), "cliëntervaringsonderzoek Wmo");
  const auto& support = data->FindGoal("municipalities/gm1730/goals/vangnet")->indicators(1);
  EXPECT_DOUBLE_EQ(support.values(0).value(), 0.67);
  EXPECT_DOUBLE_EQ(support.values(1).value(), 0.63);
  EXPECT_DOUBLE_EQ(support.values(2).value(), 0.84);
}

TEST(PolicyData, R152_ACountHasItsDenominatorAndAnInterval) {
  const auto data = Shipped();
  const auto& objections = data->FindGoal("municipalities/gm1730/goals/vangnet")->indicators(2).values(0);
  EXPECT_DOUBLE_EQ(objections.value(), 7.0 / 1842);
  ASSERT_TRUE(objections.has_interval());
  EXPECT_LT(objections.interval().low(), objections.value());
  EXPECT_GT(objections.interval().high(), objections.value());
}

TEST(PolicyData, R144_GoalsComeAfterTheGoalTheyArePartOf) {
  const auto data = Shipped();
  std::vector<std::string> names;
  for (const auto& goal : data->goals()) names.push_back(goal.name().substr(goal.name().rfind('/') + 1));
  EXPECT_THAT(names, ElementsAre("zelfredzaamheid", "vroeg-en-licht", "participatie", "vangnet", "betaalbaarheid"));
  for (const auto& goal : data->goals()) EXPECT_GE(goal.indicators_size(), 2) << goal.name() << " (R141)";
  EXPECT_EQ(data->efforts()[0].indicator_count(), 5);
}

constexpr char kIndicator[] = R"({indicator: a, title: A, kind: OUTPUT, level: LOCAL, measure: clients})";

TEST(PolicyData, R141_AGoalWithOneIndicatorIsRefused) {
  const std::string goal = "goals: [{name: g, title: G, indicators: [";
  EXPECT_THAT(FaultsOf(absl::StrCat(goal, kIndicator, "]}]")),
              HasSubstr("goals/g.indicators: one indicator alone says too little about a goal"));
  EXPECT_EQ(FaultsOf(absl::StrCat(goal, kIndicator, ", {indicator: b, title: B, kind: EFFECT, level: NMD, ",
                                  "unregistered_reason: Niemand meet het.}]}]")),
            "");
  EXPECT_THAT(FaultsOf("goals: [{name: g, title: G}]"), HasSubstr("a goal without parts needs indicators"));
}

TEST(PolicyData, AllFaultsAreToldAtOnceWithTheirPlace) {
  const std::string faults = FaultsOf(R"(
goals:
  - name: Groot
    title: G
    parent_goal: weg
    indicators:
      - {indicator: a, title: A, kind: OUTPUT, measure: nothing}
      - {indicator: a, title: A, level: LOCAL, measure: clients, filters: [{dimension: budget_line, values: [x]}]}
      - {indicator: c, title: C, kind: EFFECT, level: LOCAL, values: [{year: 2015, printed: veel}, {year: 2016, part: 3, whole: 2}]}
      - {indicator: d, title: D, kind: EFFECT, level: LOCAL}
policy_events:
  - {name: e, title: E, date: 2018}
policy_notes:
  - {name: n, about: goals/g, text: T, date: "2018-01-01"}
)");
  for (const char* fault :
       {"goals/Groot.name: must be lower case", "parent_goal: there is no such goal", "indicators[0].level: is missing (R170)",
        "indicators[0]: cannot be asked", "indicators[1].kind: is missing (R140)", "indicators[1]: cannot be asked",
        "indicators[1].indicator: is taken", "indicators[2].values[0].printed", "indicators[2].values[1]: needs part and whole",
        "indicators[3]: needs exactly one of", "policyevents/e.date", "policynotes/n.subject"}) {
    EXPECT_THAT(faults, HasSubstr(fault));
  }
}

TEST(PolicyData, GoalsInACircleAreRefused) {
  const std::string two = absl::StrCat("indicators: [", kIndicator, ", {indicator: b, title: B, kind: INPUT, level: LOCAL, ",
                                       "measure: indicated}]}");
  EXPECT_THAT(FaultsOf(absl::StrCat("goals: [{name: a, title: A, parent_goal: b, ", two,
                                    ", {name: b, title: B, parent_goal: a, ", two, "]")),
              HasSubstr("some goals are a part of themselves"));
}

constexpr char kTable[] = R"(
scenario_tables:
  - name: t
    title: T
    source: S
    year: 2018
    unit: miljoen
    budget: "1,0"
    current_option: nu
    options: [{option: nu, title: Nu, total: "1,0"}, {option: straks, title: Straks}]
    items: [{item: a, title: A, definition: a/1, amounts: ["1,0", "0,5"]}]
)";

TEST(PolicyData, ATableWithAFaultIsRefused) {
  EXPECT_EQ(FaultsOf(kTable), "");
  const auto replaced = [](const std::string& from, const std::string& to) {
    std::string text = kTable;
    text.replace(text.find(from), from.size(), to);
    return FaultsOf(text);
  };
  EXPECT_THAT(replaced("\"0,5\"]", "\"0.5\"]"), HasSubstr("scenariotables/t.items[0].amounts: \"0.5\" is not an amount"));
  EXPECT_THAT(replaced(", \"0,5\"]", "]"), HasSubstr("must have one cell per option, 2 in all"));
  EXPECT_THAT(replaced("current_option: nu", "current_option: weg"), HasSubstr("current_option: must be one of the options"));
  EXPECT_THAT(replaced("budget: \"1,0\"", "budget: \"pm\""), HasSubstr("budget: must be an amount"));
  EXPECT_THAT(replaced("unit: miljoen", "unit: dollar"), HasSubstr("unit: must be euro or miljoen"));
  EXPECT_THAT(replaced("{option: straks", "{option: nu"), HasSubstr("options[1].option: is taken"));
  const auto adjusted = [](const std::string& adjustment) {
    return FaultsOf(absl::StrCat(kTable, "    adjustments: [{adjustment: x, title: X, side: BUDGET, ", adjustment, "}]\n"));
  };
  EXPECT_EQ(adjusted("amount: \"100\", low: \"0\", high: \"100\""), "");
  EXPECT_THAT(adjusted("amount: \"100\", percent: \"2%\", percent_of: \"100\""), HasSubstr("needs exactly one of"));
  EXPECT_THAT(adjusted("amount: \"100\", low: \"0\""), HasSubstr("needs low and high together"));
  EXPECT_THAT(adjusted("amount: \"100\", low: \"0\", high: \"50\""), HasSubstr("must have the amount between them"));
  EXPECT_THAT(adjusted("unit_amount: \"100\""), HasSubstr("quantity: must be at least 1"));
  EXPECT_THAT(adjusted("percent: \"2\", percent_of: \"100\""), HasSubstr("must be a percentage"));
}

TEST(PolicyData, R146_R158_R169_WhatADocumentFindsIsANoteWithAuthorAndDate) {
  const auto data = Shipped();
  ASSERT_EQ(data->notes().size(), 6U);
  for (const auto& note : data->notes()) {
    EXPECT_FALSE(note.subject().empty());
    EXPECT_TRUE(IsDateAsKnown(note.date()));
    EXPECT_NE(data->FindGoal(note.about()), nullptr) << note.about();
  }
  EXPECT_TRUE(IsDateAsKnown("2018-03-31"));
  for (const char* text : {"", "18", "2018-13", "maart 2018", "2018-02-30"}) EXPECT_FALSE(IsDateAsKnown(text)) << text;
}

TEST(PolicyData, R142_EveryKindHasItsCaveat) {
  for (const auto kind :
       {costs::v1::Measure::INPUT, costs::v1::Measure::THROUGHPUT, costs::v1::Measure::OUTPUT, costs::v1::Measure::EFFECT}) {
    EXPECT_THAT(std::string(CaveatOf(kind)), Not(HasSubstr("geen twijfel")));
    EXPECT_GT(CaveatOf(kind).size(), 40U);
  }
  EXPECT_THAT(std::string(CaveatOf(costs::v1::Measure::EFFECT)), HasSubstr("zonder zekerheid"));
}

}  // namespace
}  // namespace nmd::analyses
