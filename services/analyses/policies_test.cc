// SPDX-License-Identifier: EUPL-1.2
#include "services/analyses/policies.h"

#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nmd/internal/v1/policy_file.pb.h"
#include "services/analyses/policy_service.h"
#include "services/platform/config.h"
#include "services/platform/errors.h"
#include "services/platform/proto_time.h"
#include "tests/support/costs_scene.h"

namespace nmd::analyses {
namespace {

using costs::v1::Indicator;
using costs::v1::IndicatorReading;
using costs::v1::PolicyAssessment;
using costs::v1::PolicyMeasure;
using costs::v1::PolicyNote;
using costs::v1::PolicyStatus;
using testing::AllocationOf;
using testing::At;
using testing::BatchOf;
using testing::CostsScene;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::TariffOf;
using type::Figure;

constexpr char kParent[] = "municipalities/gm1730";

// A goal of every kind of indicator.
constexpr char kGoals[] = R"(
goals:
  - name: top
    title: Top
    indicators:
      - {indicator: cheaper, title: Minder geld, kind: INPUT, level: LOCAL, direction: LOWER_IS_BETTER, measure: indicated,
         filters: [{dimension: law, values: [jeugdwet]}]}
      - {indicator: fewer, title: Hooguit drie, kind: OUTPUT, level: NMD, measure: clients,
         target: {bound: AT_MOST, value: 3, text: hooguit 3 cliënten}}
      - {indicator: life, title: Kwaliteit van leven, kind: EFFECT, level: DRENTHE, direction: LOWER_IS_BETTER,
         values: [{year: 2015, area: Hier, printed: "22%"}, {year: 2016, area: Hier, printed: "29%", method: enquête},
                  {year: 2016, area: Nederland, printed: "23%"}]}
      - {indicator: lonely, title: Eenzaam, kind: EFFECT, level: LOCAL, unregistered_reason: Niemand vraagt ernaar.}
  - name: part
    title: Deel
    parent_goal: top
    indicators:
      - {indicator: a, title: A, kind: OUTPUT, level: LOCAL, direction: HIGHER_IS_BETTER, measure: clients}
      - {indicator: b, title: B, kind: OUTPUT, level: LOCAL, measure: provisions}
efforts: [{source: jw301, title: Berichten}]
policy_events:
  - {name: nieuw, date: "2018-01-01", title: Nieuwe regel}
policy_notes:
  - {name: plus, about: goals/top, sign: PLUS, date: "2017-06-01", subject: Nota, text: Het gaat goed.}
)";

std::shared_ptr<const PolicyData> Data(const std::string& yaml = kGoals) {
  internal::v1::PolicyFile file;
  EXPECT_TRUE(ParseYaml(yaml, "test.yaml", &file).ok());
  const auto data = PolicyData::Read(file, "gm1730", *costs::Catalogue::Base());
  EXPECT_TRUE(data.ok()) << data.status();
  return *data;
}

Caller Adviser() {
  Caller caller;
  caller.subject = "adviseur-1";
  caller.roles = {type::POLICY_ADVISER};
  return caller;
}

std::vector<std::string> PathsOf(const absl::Status& status) {
  std::vector<std::string> paths;
  for (const BadField& field : BadFieldsOf(status)) paths.push_back(field.path);
  return paths;
}

class PoliciesTest : public ::testing::Test {
 protected:
  PoliciesTest() : scene("2019-01-01"), policies(scene.costs, scene.clock, Data()) { EXPECT_TRUE(policies.Load().ok()); }

  static costs::v1::RegisterPolicyMeasureRequest Measure() {
    costs::v1::RegisterPolicyMeasureRequest request;
    request.set_parent(kParent);
    PolicyMeasure* measure = request.mutable_policy_measure();
    measure->set_title("Praktijkondersteuner jeugd");
    measure->set_text("Bij de huisarts is een praktijkondersteuner.");
    measure->set_level(costs::v1::LOCAL);
    measure->set_start_date("2018-01-01");
    measure->set_expected_per_year(-1'200'000);
    measure->set_measure("indicated");
    measure->set_form(PolicyMeasure::RELATIVE);
    auto* population = measure->add_population();
    population->set_dimension("provider");
    population->add_values("99000001");
    auto* comparison = measure->add_comparison();
    comparison->set_dimension("provider");
    comparison->add_values("99000002");
    return request;
  }
  PolicyMeasure Register(const costs::v1::RegisterPolicyMeasureRequest& request) {
    const auto measure = policies.RegisterPolicyMeasure(Adviser(), request);
    EXPECT_TRUE(measure.ok()) << measure.status();
    return measure.ok() ? *measure : PolicyMeasure();
  }
  PolicyAssessment Assess(const std::string& name, int before = 0, int after = 0, const std::string& known = "") {
    costs::v1::AssessPolicyMeasureRequest request;
    request.set_name(name);
    request.set_months_before(before);
    request.set_months_after(after);
    if (!known.empty()) *request.mutable_known_time() = TimestampOf(At(known));
    const auto assessment = policies.AssessPolicyMeasure(Adviser(), request);
    EXPECT_TRUE(assessment.ok()) << assessment.status();
    return assessment.ok() ? *assessment : PolicyAssessment();
  }

  // Two providers with as many clients as `treated` and `control` say per month from January 2017 on, each of 1,000 euro a
  // month.
  void Feed(const std::vector<int>& treated, const std::vector<int>& control) {
    std::vector<ingestion::v1::Fact> facts = {TariffOf("45A04", 100'000, "2016-01-01")};
    int64_t number = 0;
    const auto add = [&](const std::vector<int>& counts, const std::string& provider) {
      for (size_t m = 0; m < counts.size(); ++m) {
        const Month month = MonthOf(2017, 1) + static_cast<Month>(m);
        for (int i = 0; i < counts[m]; ++i) {
          ++number;
          facts.push_back(AllocationOf({.person = absl::StrCat("p", provider, i),
                                        .number = number,
                                        .first = FormatDay(FirstDay(month)),
                                        .last = FormatDay(FirstDay(month + 1) - 1),
                                        .provider = provider,
                                        .assigned = "2016-12-01"}));
        }
      }
    };
    add(treated, "99000001");
    add(control, "99000002");
    scene.Feed({BatchOf(1, At("2017-01-02"), std::move(facts))});
  }

  CostsScene scene;
  Policies policies;
};

costs::v1::GoalPage Goal(Policies& policies, const std::string& name, const std::string& known = "",
                         const std::string& from = "", const std::string& to = "") {
  costs::v1::GetGoalRequest request;
  request.set_name(absl::StrCat(kParent, "/goals/", name));
  if (!known.empty()) *request.mutable_known_time() = TimestampOf(At(known));
  if (!from.empty()) {
    request.mutable_period()->set_start_date(from);
    request.mutable_period()->set_end_date(to);
  }
  const auto page = policies.GetGoal(Adviser(), request);
  EXPECT_TRUE(page.ok()) << page.status();
  return page.ok() ? *page : costs::v1::GoalPage();
}

TEST_F(PoliciesTest, R141_AGoalShowsItsIndicatorsTogetherWithFiguresSignalsAndCaveats) {
  Feed(std::vector<int>(24, 3), std::vector<int>(24, 1));
  // In 2018 one client less than in 2017.
  scene.Feed({BatchOf(2, At("2017-01-03"),
                      {AllocationOf({.person = "extra", .number = 900, .first = "2017-01-01", .last = "2017-12-31"})})});
  const costs::v1::GoalPage page = Goal(policies, "top");
  EXPECT_EQ(page.period().start_date(), "2018-01-01") << "the last twelve months that are over";
  EXPECT_EQ(page.period().end_date(), "2019-01-01");
  ASSERT_EQ(page.readings_size(), 4);

  const IndicatorReading& money = page.readings(0);
  EXPECT_EQ(money.figure().amount_cents(), 48 * 100'000);
  EXPECT_EQ(money.before().amount_cents(), 60 * 100'000);
  EXPECT_EQ(money.signal(), IndicatorReading::GOOD);
  EXPECT_EQ(money.statement(), "De waarde is € 48.000; eerder was die € 60.000. Lager is beter.");
  EXPECT_EQ(money.caveat(), CaveatOf(costs::v1::Measure::INPUT));

  const IndicatorReading& few = page.readings(1);
  EXPECT_EQ(few.figure().count(), 4);
  EXPECT_EQ(few.signal(), IndicatorReading::NOT_GOOD);
  EXPECT_EQ(few.statement(), "De waarde is 4; het doel is hooguit 3 cliënten.");
  EXPECT_EQ(few.indicator().level(), costs::v1::NMD) << "R170";

  const IndicatorReading& life = page.readings(2);
  EXPECT_EQ(life.signal(), IndicatorReading::NOT_GOOD);
  EXPECT_EQ(life.statement(),
            "De waarde is 29% (2016); eerder was die 22% (2015). Lager is beter. Nederland: 23%. Hoeveel mensen antwoord "
            "gaven, is niet "
            "bekend.")
      << "T-23";

  const IndicatorReading& lonely = page.readings(3);
  EXPECT_EQ(lonely.figure().state(), Figure::NOT_REGISTERED);
  EXPECT_EQ(lonely.signal(), IndicatorReading::UNDECIDED);
  EXPECT_EQ(lonely.statement(), "Niemand vraagt ernaar.");

  EXPECT_EQ(page.statement(), "Van 4 indicatoren staan er 1 goed en 2 niet goed; van 1 is het niet te zeggen.");
  ASSERT_EQ(page.parts_size(), 1);
  EXPECT_EQ(page.parts(0).title(), "Deel");
  ASSERT_EQ(page.notes_size(), 1);
  EXPECT_EQ(page.notes(0).sign(), PolicyNote::PLUS);
  EXPECT_FALSE(page.provenance().empty());
}

TEST_F(PoliciesTest, T23_OnlyAShareOfPeopleWhoWereAskedMissesHowManyTheyWere) {
  // Of 2015 no method is known, so it is no survey to ask about.
  EXPECT_EQ(Goal(policies, "top", "", "2015-01-01", "2016-01-01").readings(2).statement(),
            "De waarde is 22% (2015). Er is geen eerdere waarde om mee te vergelijken.");
}

TEST_F(PoliciesTest, R141_IndicatorsOfOneKindAreCalledANarrowBase) {
  Feed({2}, {});
  EXPECT_THAT(Goal(policies, "part").statement(), HasSubstr("allemaal van één soort"));
}

TEST_F(PoliciesTest, AGoalIsAsKnownThenAndOverAPeriodOfOnesOwn) {
  Feed(std::vector<int>(24, 3), {});
  EXPECT_EQ(Goal(policies, "part", "", "2018-01-01", "2018-02-01").readings(0).figure().count(), 3);
  EXPECT_EQ(Goal(policies, "part", "2017-01-01").readings(0).figure().count(), 0) << "nothing was known yet";
  // Published values of later years do not count in an earlier period.
  EXPECT_THAT(Goal(policies, "top", "", "2015-01-01", "2016-01-01").readings(2).statement(),
              HasSubstr("De waarde is 22% (2015)"));
  EXPECT_EQ(Goal(policies, "top", "", "2014-01-01", "2015-01-01").readings(2).signal(), IndicatorReading::UNDECIDED);
  costs::v1::GetGoalRequest request;
  request.set_name(absl::StrCat(kParent, "/goals/weg"));
  EXPECT_EQ(policies.GetGoal(Adviser(), request).status().code(), absl::StatusCode::kNotFound);
  request.set_name(absl::StrCat(kParent, "/goals/top"));
  request.mutable_period()->set_start_date("2018-01-02");
  request.mutable_period()->set_end_date("2018-02-01");
  EXPECT_THAT(PathsOf(policies.GetGoal(Adviser(), request).status()), ElementsAre("period"));
}

TEST_F(PoliciesTest, R17_AYearAcrossATrendBreakGivesNoSignal) {
  CostsScene broken("2019-01-01", {DayOf(2018, 1, 1)});
  Policies other(broken.costs, broken.clock, Data());
  broken.Feed({BatchOf(1, At("2017-01-02"), {AllocationOf({.first = "2017-01-01"})})});
  const IndicatorReading reading = Goal(other, "part").readings(0);
  EXPECT_EQ(reading.signal(), IndicatorReading::UNDECIDED);
  EXPECT_THAT(reading.statement(), HasSubstr("niet te vergelijken: trendbreuk"));
}

TEST_F(PoliciesTest, R143_R144_TheTreeSaysWhatMeasuringTakesAndWhatNobodyUses) {
  costs::v1::ListGoalsRequest request;
  request.set_parent(kParent);
  request.set_page_size(1);
  const auto page = policies.ListGoals(Adviser(), request);
  ASSERT_TRUE(page.ok());
  ASSERT_EQ(page->goals_size(), 1);
  EXPECT_EQ(page->goals(0).title(), "Top");
  EXPECT_FALSE(page->next_page_token().empty());
  EXPECT_EQ(page->efforts(0).source(), "jw301");
  EXPECT_THAT(page->unused_measures(), ::testing::Contains("approved"));
  EXPECT_THAT(page->unused_measures(), ::testing::Not(::testing::Contains("clients")));
}

TEST_F(PoliciesTest, R149_AMeasureHasVersionsAndAStatusPerQuarter) {
  auto request = Measure();
  request.set_request_id("a");
  const PolicyMeasure first = Register(request);
  EXPECT_EQ(first.name(), "municipalities/gm1730/policymeasures/praktijkondersteuner-jeugd");
  EXPECT_EQ(first.version(), 1);
  EXPECT_EQ(first.subject(), "adviseur-1");
  EXPECT_EQ(Register(request).SerializeAsString(), first.SerializeAsString()) << "a repeat";

  costs::v1::ReportPolicyStatusRequest report;
  report.set_name(first.name());
  report.set_quarter("2018-Q1");
  report.set_state(PolicyStatus::BEHIND);
  report.set_text("Er is nog niemand.");
  ASSERT_TRUE(policies.ReportPolicyStatus(Adviser(), report).ok());
  scene.clock.Set(At("2019-02-01"));
  report.set_state(PolicyStatus::ON_TRACK);
  ASSERT_TRUE(policies.ReportPolicyStatus(Adviser(), report).ok());
  report.set_quarter("2017-Q4");
  ASSERT_TRUE(policies.ReportPolicyStatus(Adviser(), report).ok());
  request.set_request_id("b");
  request.mutable_policy_measure()->set_name(first.name());
  request.mutable_policy_measure()->set_expected_per_year(-2'000'000);
  EXPECT_EQ(Register(request).version(), 2);

  const auto list = [](Policies& of, const std::string& known) {
    costs::v1::ListPolicyMeasuresRequest listing;
    listing.set_parent(kParent);
    if (!known.empty()) *listing.mutable_known_time() = TimestampOf(At(known));
    const auto listed = of.ListPolicyMeasures(Adviser(), listing);
    EXPECT_TRUE(listed.ok());
    return *listed;
  };
  const auto now = list(policies, "");
  ASSERT_EQ(now.policy_measures_size(), 1);
  EXPECT_EQ(now.policy_measures(0).expected_per_year(), -2'000'000);
  ASSERT_EQ(now.policy_measures(0).statuses_size(), 2);
  EXPECT_EQ(now.policy_measures(0).statuses(0).quarter(), "2017-Q4");
  EXPECT_EQ(now.policy_measures(0).statuses(1).state(), PolicyStatus::ON_TRACK);
  const auto then = list(policies, "2019-01-15");
  EXPECT_EQ(then.policy_measures(0).version(), 1);
  ASSERT_EQ(then.policy_measures(0).statuses_size(), 1);
  EXPECT_EQ(then.policy_measures(0).statuses(0).state(), PolicyStatus::BEHIND) << "as it was told then";
  EXPECT_EQ(list(policies, "2018-12-31").policy_measures_size(), 0);

  // All of it is there again after a start.
  costs::Costs again(*scene.journal, scene.clock, "gm1730", {});
  ASSERT_TRUE(again.Replay().ok());
  Policies reopened(again, scene.clock, Data());
  ASSERT_TRUE(reopened.Load().ok());
  EXPECT_EQ(list(reopened, "").SerializeAsString(), now.SerializeAsString());
}

TEST_F(PoliciesTest, AMeasureThatCannotBeAssessedIsRefusedWithAllFaults) {
  costs::v1::RegisterPolicyMeasureRequest request;
  request.set_parent(kParent);
  PolicyMeasure* measure = request.mutable_policy_measure();
  measure->set_text("Van 999900006.");
  measure->set_start_date("2018-01-02");
  measure->set_measure("indicated");
  measure->add_population()->set_dimension("nothing");
  measure->mutable_population(0)->add_values("x");
  measure->add_comparison()->set_dimension("inkomen");
  measure->mutable_comparison(0)->add_values("laag");
  const auto refused = policies.RegisterPolicyMeasure(Adviser(), request);
  EXPECT_THAT(PathsOf(refused.status()),
              ElementsAre("policy_measure.title", "policy_measure.text", "policy_measure.level", "policy_measure.form",
                          "policy_measure.start_date", "policy_measure.population", "policy_measure.comparison"));
  EXPECT_THAT(std::string(refused.status().message()), ::testing::Not(HasSubstr("999900006")));
  auto unknown = Measure();
  unknown.mutable_policy_measure()->set_name(absl::StrCat(kParent, "/policymeasures/weg"));
  EXPECT_EQ(policies.RegisterPolicyMeasure(Adviser(), unknown).status().code(), absl::StatusCode::kNotFound);
  costs::v1::ReportPolicyStatusRequest report;
  report.set_name(absl::StrCat(kParent, "/policymeasures/weg"));
  report.set_quarter("2018-Q5");
  EXPECT_THAT(PathsOf(policies.ReportPolicyStatus(Adviser(), report).status()), ElementsAre("quarter", "state", "text"));
  report.set_quarter("2018-Q4");
  report.set_state(PolicyStatus::DONE);
  report.set_text("Klaar.");
  EXPECT_EQ(policies.ReportPolicyStatus(Adviser(), report).status().code(), absl::StatusCode::kNotFound);
}

// Twelve months before and twelve after: the comparison group grows from about 50 to about 60, the population from about 40 to
// about 43 instead of 48.
const std::vector<int> kTreated = {40, 41, 39, 40, 42, 40, 38, 40, 41, 40, 39, 40,
                                   43, 42, 44, 43, 43, 42, 44, 43, 43, 45, 41, 43};
const std::vector<int> kControl = {50, 51, 49, 50, 50, 52, 48, 50, 51, 50, 50, 49,
                                   60, 61, 60, 59, 60, 62, 60, 58, 60, 61, 60, 59};

TEST_F(PoliciesTest, R148_R114_TheRealisedEffectIsTheDifferenceInDifferences) {
  Feed(kTreated, kControl);
  const PolicyMeasure measure = Register(Measure());
  const PolicyAssessment assessment = Assess(measure.name());
  ASSERT_EQ(assessment.state(), Figure::ANSWERED) << assessment.state_reason();
  ASSERT_EQ(assessment.months_size(), 24);
  EXPECT_EQ(assessment.months(0).month(), "2017-01");
  EXPECT_DOUBLE_EQ(assessment.months(0).population(), 40'000);
  EXPECT_DOUBLE_EQ(assessment.months(23).comparison(), 59'000);
  EXPECT_FALSE(assessment.months(11).has_counterfactual());
  EXPECT_TRUE(assessment.months(12).has_counterfactual());
  // By hand: with d = ln(population / comparison), exp(mean after - mean before) is the ratio.
  double before = 0, after = 0, sum = 0;
  for (size_t t = 0; t < 12; ++t) before += std::log(kTreated[t] / static_cast<double>(kControl[t])) / 12;
  for (size_t t = 12; t < 24; ++t) {
    after += std::log(kTreated[t] / static_cast<double>(kControl[t])) / 12;
    sum += kTreated[t] * 1'000.0;
  }
  const double ratio = std::exp(after - before);
  EXPECT_NEAR(assessment.ratio().value(), ratio, 1e-9);
  EXPECT_NEAR(assessment.effect_per_year().value(), sum - sum / ratio, 1e-3) << "twelve months: a year";
  EXPECT_NEAR(assessment.counterfactual_per_year(), sum / ratio, 1e-3);
  EXPECT_LT(assessment.effect_per_year().interval().low(), assessment.effect_per_year().value());
  EXPECT_LT(assessment.effect_per_year().interval().high(), 0) << "beyond chance";
  EXPECT_DOUBLE_EQ(assessment.expected_per_year(), -12'000);
  EXPECT_THAT(assessment.statement(),
              HasSubstr("Verwacht was een verandering van € \u221212.000 per jaar; gemeten is € \u221260.011"));
  EXPECT_THAT(assessment.statement(), HasSubstr("Dat is meer dan toeval. De verwachting ligt buiten de marge."));
  EXPECT_EQ(assessment.fewest_clients(), 38);
  EXPECT_EQ(assessment.totals_size(), 4) << "population before and after, comparison before and after";
  EXPECT_EQ(assessment.totals(0).amount_cents(), 480 * 100'000);
  EXPECT_THAT(assessment.warnings(), ElementsAre("In deze maanden valt ook: Nieuwe regel (01-01-2018)."));
}

TEST_F(PoliciesTest, R114_FewClientsWeakenAnEffect) {
  std::vector<int> small;
  for (const int count : kTreated) small.push_back(count - 20);
  Feed(small, kControl);
  const PolicyMeasure measure = Register(Measure());
  const PolicyAssessment weak = Assess(measure.name());
  EXPECT_EQ(weak.state(), Figure::ANSWERED);
  EXPECT_THAT(weak.warnings(), ::testing::Contains(HasSubstr("maar 18 cliënten")));
}

TEST_F(PoliciesTest, R114_WhatCannotBeToldHasAReason) {
  std::vector<int> tiny(24, 8);
  tiny[3] = 9;
  Feed(tiny, kControl);
  const auto reason = [&](const std::string& title, const std::function<void(PolicyMeasure*)>& change, int months_after = 0) {
    auto request = Measure();
    request.mutable_policy_measure()->set_title(title);
    change(request.mutable_policy_measure());
    const PolicyAssessment assessment = Assess(Register(request).name(), 12, months_after);
    EXPECT_NE(assessment.state(), Figure::ANSWERED) << title;
    EXPECT_FALSE(assessment.has_effect_per_year()) << title;
    EXPECT_FALSE(assessment.statement().empty()) << title;
    return assessment.state_reason();
  };
  EXPECT_EQ(reason("a", [](PolicyMeasure*) {}), "TOO_FEW_CLIENTS");
  EXPECT_EQ(reason("b", [](PolicyMeasure* m) { m->clear_comparison(); }), "COMPARISON_MISSING");
  EXPECT_EQ(reason("c", [](PolicyMeasure* m) { m->mutable_population(0)->set_values(0, "99000009"); }), "TOO_FEW_CLIENTS");
  EXPECT_EQ(reason("d", [](PolicyMeasure* m) { *m->mutable_population() = m->comparison(); }), "NO_VARIATION");
  EXPECT_EQ(reason(
                "e", [](PolicyMeasure* m) { *m->mutable_population() = m->comparison(); }, 2),
            "TOO_FEW_MONTHS");
}

TEST_F(PoliciesTest, R148_BeforeItBeginsTheFigureWithoutTheMeasureStandsBesideWhatIsExpected) {
  Feed(kTreated, kControl);
  auto request = Measure();
  request.mutable_policy_measure()->set_start_date("2020-01-01");
  const PolicyMeasure measure = Register(request);
  const PolicyAssessment plan = Assess(measure.name());
  EXPECT_EQ(plan.state(), Figure::NOT_AVAILABLE);
  EXPECT_EQ(plan.state_reason(), "NOT_STARTED");
  int clients = 0;
  for (size_t t = 12; t < 24; ++t) clients += kTreated[t];
  EXPECT_DOUBLE_EQ(plan.counterfactual_per_year(), clients * 1'000.0) << "the last twelve months that are over";
  EXPECT_FALSE(plan.has_effect_per_year());
  EXPECT_THAT(plan.statement(), HasSubstr("De maatregel begint op 01-01-2020; er is nog niets gemeten."));
  EXPECT_THAT(plan.statement(), HasSubstr("verwacht wordt een verandering van € \u221212.000"));
}

TEST_F(PoliciesTest, AnAssessmentIsAsKnownThen) {
  Feed(kTreated, kControl);
  scene.clock.Set(At("2018-04-02"));
  const PolicyMeasure measure = Register(Measure());
  scene.clock.Set(At("2019-01-01"));
  // On 2 June five months were over; before April nobody had registered it.
  EXPECT_EQ(Assess(measure.name(), 12, 12, "2018-06-02").months_size(), 17);
  costs::v1::AssessPolicyMeasureRequest request;
  request.set_name(measure.name());
  *request.mutable_known_time() = TimestampOf(At("2018-03-01"));
  EXPECT_EQ(policies.AssessPolicyMeasure(Adviser(), request).status().code(), absl::StatusCode::kNotFound);
  request.set_months_before(61);
  request.set_months_after(-1);
  EXPECT_THAT(PathsOf(policies.AssessPolicyMeasure(Adviser(), request).status()), ElementsAre("months_before", "months_after"));
}

costs::v1::AnalyseInterruptionRequest Interrupted(const std::string& month, int before, int after) {
  costs::v1::AnalyseInterruptionRequest request;
  request.set_parent(kParent);
  request.set_measure("clients");
  request.set_month(month);
  request.set_months_before(before);
  request.set_months_after(after);
  auto* filter = request.add_filters();
  filter->set_dimension("provider");
  filter->add_values("99000001");
  return request;
}

TEST_F(PoliciesTest, R135_AnInterruptedSeriesTellsTheJumpAndTheBend) {
  // The series that regression_test.cc has from R.
  Feed({50, 52, 51, 55, 54, 57, 58, 57, 60, 61, 70, 69, 72, 71, 70, 73, 72, 74}, {});
  const auto found = policies.AnalyseInterruption(Adviser(), Interrupted("2017-11", 10, 8));
  ASSERT_TRUE(found.ok()) << found.status();
  ASSERT_EQ(found->state(), Figure::ANSWERED) << found->state_reason();
  EXPECT_NEAR(found->level_change().value(), 7.433333333333, 1e-9);
  EXPECT_NEAR(found->slope_change().value(), -0.658225108225, 1e-9);
  EXPECT_NEAR(found->level().value(), 62.066666666667, 1e-9);
  EXPECT_NEAR(found->slope().value(), 1.193939393939, 1e-9);
  EXPECT_EQ(found->figures_size(), 18);
  EXPECT_THAT(found->statement(), HasSubstr("In november 2017 is de sprong 7,43"));
  EXPECT_THAT(found->warnings(),
              ElementsAre("In deze maanden valt ook: Nieuwe regel (01-01-2018).", HasSubstr("minder dan twee jaar")));
  ASSERT_EQ(found->policy_events_size(), 1);
}

TEST_F(PoliciesTest, R135_AnEventGivesItsMonth) {
  std::vector<int> counts = std::vector<int>(24, 5);
  counts[3] = 6;
  counts[17] = 4;
  Feed(counts, {});
  auto request = Interrupted("", 12, 12);
  request.set_policy_event(absl::StrCat(kParent, "/policyevents/nieuw"));
  const auto found = policies.AnalyseInterruption(Adviser(), request);
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_EQ(found->state(), Figure::ANSWERED) << found->state_reason();
  EXPECT_THAT(found->statement(), HasSubstr("In januari 2018"));
  EXPECT_EQ(found->figures_size(), 24);
  request.set_month("2018-01");
  EXPECT_THAT(PathsOf(policies.AnalyseInterruption(Adviser(), request).status()), ElementsAre("month"));
}

TEST_F(PoliciesTest, R135_ASeriesThatTellsNothingHasAReason) {
  Feed(std::vector<int>(14, 5), {});
  EXPECT_EQ(policies.AnalyseInterruption(Adviser(), Interrupted("2018-01", 12, 12))->state_reason(), "VALUE_MISSING")
      << "what nobody delivered is not zero";
  EXPECT_EQ(policies.AnalyseInterruption(Adviser(), Interrupted("2018-01", 12, 2))->state_reason(), "TOO_FEW_MONTHS");
  EXPECT_EQ(policies.AnalyseInterruption(Adviser(), Interrupted("2017-07", 6, 6))->state_reason(), "NO_VARIATION");
  auto request = Interrupted("juli", 121, 6);
  request.set_measure("nothing");
  EXPECT_THAT(PathsOf(policies.AnalyseInterruption(Adviser(), request).status()),
              ElementsAre("months_before", "month", "measure"));
}

TEST_F(PoliciesTest, R153_R158_ANoteHasAnAuthorADateAndAnActionThatIsLookedAtAgain) {
  costs::v1::AddPolicyNoteRequest request;
  request.set_parent(kParent);
  PolicyNote* note = request.mutable_policy_note();
  note->set_about(absl::StrCat(kParent, "/goals/top"));
  note->set_sign(PolicyNote::MINUS);
  note->set_text("De wachtlijst groeit.");
  note->set_action("Gesprek met de aanbieder.");
  EXPECT_THAT(PathsOf(policies.AddPolicyNote(Adviser(), request).status()), ElementsAre("policy_note.review_date"));
  note->set_review_date("2019-06-01");
  request.set_request_id("n1");
  const auto added = policies.AddPolicyNote(Adviser(), request);
  ASSERT_TRUE(added.ok()) << added.status();
  EXPECT_EQ(added->name(), "municipalities/gm1730/policynotes/1");
  EXPECT_EQ(added->subject(), "adviseur-1");
  EXPECT_EQ(policies.AddPolicyNote(Adviser(), request)->SerializeAsString(), added->SerializeAsString());
  EXPECT_EQ(Goal(policies, "top").notes_size(), 2);
  EXPECT_EQ(Goal(policies, "top").notes(0).text(), "De wachtlijst groeit.") << "newest first";
  EXPECT_EQ(Goal(policies, "top", "2018-12-31").notes_size(), 1) << "as known then";
  costs::v1::ListPolicyNotesRequest list;
  list.set_parent(kParent);
  EXPECT_EQ(policies.ListPolicyNotes(Adviser(), list)->policy_notes_size(), 2);
  list.set_about(absl::StrCat(kParent, "/goals/part"));
  EXPECT_THAT(policies.ListPolicyNotes(Adviser(), list)->policy_notes(), IsEmpty());
  note->set_about("municipalities/gm0106/goals/top");
  note->set_text(" ");
  request.set_request_id("n2");
  EXPECT_THAT(PathsOf(policies.AddPolicyNote(Adviser(), request).status()),
              ElementsAre("policy_note.about", "policy_note.text"));
}

TEST_F(PoliciesTest, EventsAndProgrammesAreListed) {
  costs::v1::ListPolicyEventsRequest request;
  request.set_parent(kParent);
  const auto events = policies.ListPolicyEvents(Adviser(), request);
  ASSERT_EQ(events->policy_events_size(), 1);
  EXPECT_EQ(events->policy_events(0).name(), "municipalities/gm1730/policyevents/nieuw");
  costs::v1::ListPilotProgrammesRequest pilots;
  pilots.set_parent(kParent);
  EXPECT_EQ(policies.ListPilotProgrammes(Adviser(), pilots)->pilot_programmes_size(), 0);
}

TEST_F(PoliciesTest, EveryMethodIsBound) {
  Router router("gm1730", scene.clock);
  Scenarios scenarios(scene.costs, scene.clock, Data());
  BindScenarios(&scenarios, &router);
  BindPolicies(&policies, &router);
  size_t methods = 0;
  for (const char* name : {"nmd.costs.v1.PoliciesService", "nmd.costs.v1.ScenariosService"}) {
    const auto* service = google::protobuf::DescriptorPool::generated_pool()->FindServiceByName(name);
    ASSERT_NE(service, nullptr);
    methods += static_cast<size_t>(service->method_count());
  }
  EXPECT_EQ(router.methods().size(), methods);
}

}  // namespace
}  // namespace nmd::analyses
