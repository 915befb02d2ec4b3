// SPDX-License-Identifier: EUPL-1.2
// nmdctl scenario, goals, policies and pilots, from command line to request and from answer to screen, against a monitor of the
// test.
#include "gateway/cli/policies.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "gateway/cli/command_test.h"
#include "nmd/costs/v1/policy.pb.h"
#include "nmd/costs/v1/scenario.pb.h"

namespace nmd::cli {
namespace {

using testing::CommandTest;
using ::testing::HasSubstr;

const std::string kParent = "/v1/municipalities/gm1730";

constexpr char kTables[] =
    R"({"scenario_tables":[{"name":"municipalities/gm1730/scenariotables/nota-2018","title":"Denkrichtingen",
  "source":"Nota","items":[{"item":"minimum","title":"Wettelijk minimum","definition":"minimum/1",
    "amounts":[{"text":"23,2","state":"AMOUNT","amount_cents":"2320000000"},{"text":"","state":"BLANK"}]}],
  "options":[{"option":"individualistisch","title":"Individualistisch",
      "expenses":{"state":"DOES_NOT_CLOSE","printed":{"text":"23,8","state":"AMOUNT","amount_cents":"2380000000"},
        "sum_cents":"2370000000","difference_cents":"10000000","statement":"Er is verschil."},
      "relation":{"state":"NOT_PRINTED","sum_cents":"-230000000","statement":"Onder budget."}},
    {"option":"huidig","title":"Huidig","expenses":{"state":"CLOSES","sum_cents":"0","statement":"Sluit."}}]}]})";

class PolicyCommandsTest : public CommandTest {
 protected:
  PolicyCommandsTest() : CommandTest('_') {}
};

TEST(CentsOf, IsExactOrRefuses) {
  EXPECT_EQ(CentsOf("23300000"), 2'330'000'000);
  EXPECT_EQ(CentsOf("-1.200"), -120'000);
  EXPECT_EQ(CentsOf("0,5"), 50);
  EXPECT_EQ(CentsOf("10.000.000.000"), 1'000'000'000'000);
  for (const char* text : {"", "-", "1,", "1,234", "abc", "1e6", "10.000.000.001", "123456789012", "--1"}) {
    EXPECT_EQ(CentsOf(text), std::nullopt) << text;
  }
}

TEST_F(PolicyCommandsTest, T25_ScenarioShowMarksWhatDoesNotClose) {
  monitor_.OnJson("GET " + kParent + "/scenariotables", kTables);
  ASSERT_EQ(Run("scenario list --format csv"), 0) << err_.str();
  EXPECT_EQ(out_.str(),
            "tabel,scenario,gedrukt,berekend,verschil,min_budget\n"
            "nota-2018,individualistisch,23800000.00,23700000.00,100000.00,-2300000.00\n"
            "nota-2018,huidig,,0.00,0.00,0.00\n");
  ASSERT_EQ(Run("scenario show"), 0) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("! Individualistisch: Er is verschil.\n"));
  EXPECT_THAT(out_.str(), HasSubstr("  Huidig: Sluit.\n"));
  ASSERT_EQ(Run("scenario show nota-2018 --format csv"), 0);
  EXPECT_EQ(out_.str(),
            "keuze,afbakening,individualistisch,huidig\n"
            "minimum,minimum/1,23200000.00,\n"
            "totaal_gedrukt,,23800000.00,\n"
            "totaal_berekend,,23700000.00,0.00\n");
  EXPECT_EQ(Run("scenario show nota-1999"), 2) << "there is no such table";
}

TEST_F(PolicyCommandsTest, Q21_ScenarioCalculateSendsChoicesAndShowsEffectsAndYears) {
  monitor_.OnJson("GET " + kParent + "/scenariotables", kTables);
  monitor_.OnJson("POST " + kParent + "/scenarios/_calculate",
                  R"({"option":"huidig","title":"Huidig","statement":"Het kost wat.",
    "items":[{"item":"minimum","title":"Wettelijk minimum","amount_cents":"100","earliest_date":"2020-01-01"}],
    "expenses_cents":"100","budget_cents":"200","relation_cents":"-100",
    "years":[{"year":2019,"expenses_cents":"50","waiting":["Wettelijk minimum"]}],
    "positive_effects":["Goed."],"negative_effects":["Slecht."],"remarks":["Bijzonder."]})");
  ASSERT_EQ(
      Run("scenario calculate --option huidig --set minimum=23300000 --count overhead --leave-out groei --from 2019 --to 2021"),
      0)
      << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("Het kost wat.\n"));
  EXPECT_THAT(out_.str(), HasSubstr("01-01-2020"));
  EXPECT_THAT(out_.str(), HasSubstr("2019"));
  EXPECT_THAT(out_.str(), HasSubstr("Voordelen\n  Goed.\n\nNadelen\n  Slecht.\n\nLet op\n  Bijzonder.\n"));
  const auto asked = Asked<costs::v1::CalculateScenarioRequest>();
  EXPECT_EQ(asked.scenario_table(), "municipalities/gm1730/scenariotables/nota-2018");
  ASSERT_EQ(asked.choices_size(), 1);
  EXPECT_EQ(asked.choices(0).amount_cents(), 2'330'000'000);
  ASSERT_EQ(asked.toggles_size(), 2);
  EXPECT_TRUE(asked.toggles(0).counted());
  EXPECT_FALSE(asked.toggles(1).counted());
  EXPECT_EQ(asked.last_year(), 2021);
  EXPECT_EQ(Run("scenario calculate --set minimum=veel"), 2);
  EXPECT_EQ(Run("scenario calculate --set minimum"), 2);
}

TEST_F(PolicyCommandsTest, AScenarioIsStoredOnceAndListedAsKnownThen) {
  monitor_.OnJson("GET " + kParent + "/scenariotables", kTables);
  const std::string stored = R"({"name":"municipalities/gm1730/scenarios/voorstel","version":1,"title":"Voorstel","text":"Raad",
    "subject":"c-1","store_time":"2018-03-31T10:00:00Z","outcome":{"expenses_cents":"100","relation_cents":"5"}})";
  monitor_.OnJson("POST " + kParent + "/scenarios", stored);
  monitor_.OnJson("GET " + kParent + "/scenarios", absl::StrCat(R"({"stored_scenarios":[)", stored, "]}"));
  ASSERT_EQ(Run("scenario store Voorstel --text Raad --option huidig"), 0) << err_.str();
  EXPECT_EQ(Asked<costs::v1::StoreScenarioRequest>().request_id().size(), 32U);
  ASSERT_EQ(Run("scenario stored --format csv --known-on 2018-04-01T00:00:00Z"), 0) << err_.str();
  EXPECT_EQ(out_.str(),
            "naam,versie,uitgaven,min_budget,waarvoor,door,bewaard_op\n"
            "voorstel,1,1.00,0.05,Raad,c-1,2018-03-31T10:00:00Z\n");
  EXPECT_THAT(monitor_.asked().back().target, HasSubstr("known_time=2018-04-01T00"));
  EXPECT_EQ(Run("scenario store Voorstel"), 2) << "without a text";
}

TEST_F(PolicyCommandsTest, R142_AGoalIsShownWithSignalsAndCaveats) {
  monitor_.OnJson("GET " + kParent + "/goals", R"({"goals":[{"name":"municipalities/gm1730/goals/vangnet","title":"Vangnet",
    "indicators":[{},{}],"source":"Nota"}]})");
  monitor_.OnJson("GET " + kParent + "/goals/vangnet", R"({"goal":{"title":"Vangnet","description":"Op tijd hulp."},
    "statement":"Van 1 indicator.","readings":[{"indicator":{"indicator":"c","title":"Cliënten","kind":"OUTPUT","level":"NMD"},
      "figure":{"measure":"clients","state":"ANSWERED","count":"1234"},"signal":"NOT_GOOD","statement":"Lager is beter.",
      "caveat":"Dit is wat er wordt geleverd."}],
    "notes":[{"sign":"MINUS","text":"Het loopt op.","action":"Gesprek.","review_date":"2019-06-01","subject":"a-1"}]})");
  ASSERT_EQ(Run("goals list --format csv"), 0) << err_.str();
  EXPECT_EQ(out_.str(), "doel,titel,onderdeel_van,indicatoren,bron\nvangnet,Vangnet,,2,Nota\n");
  ASSERT_EQ(Run("goals show vangnet --from 2018-01 --to 2018-12"), 0) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("Vangnet: Op tijd hulp.\nVan 1 indicator.\n"));
  EXPECT_THAT(out_.str(), HasSubstr("1.234"));
  EXPECT_THAT(out_.str(), HasSubstr("niet goed"));
  EXPECT_THAT(out_.str(), HasSubstr("  output: Dit is wat er wordt geleverd.\n"));
  EXPECT_THAT(out_.str(), HasSubstr("min Het loopt op. (a-1) Afgesproken: Gesprek. Opnieuw bekijken: 01-06-2019.\n"));
  EXPECT_THAT(monitor_.asked().back().target, HasSubstr("period.end_date=2019-01-01"));
  ASSERT_EQ(Run("goals show vangnet --format csv"), 0);
  EXPECT_EQ(out_.str(), "indicator,soort,niveau,nu,eerder,signaal,uitleg\nc,output,nmd,1234,,niet goed,Lager is beter.\n");
}

constexpr char kMeasure[] = R"({"name":"municipalities/gm1730/policymeasures/poh","version":2,"title":"POH","level":"LOCAL",
  "start_date":"2018-01-01","measure":"indicated","text":"Bij de huisarts.",
  "statuses":[{"quarter":"2018-Q1","state":"BEHIND","text":"Nog niemand."}]})";

TEST_F(PolicyCommandsTest, R148_R149_AMeasureIsRegisteredReportedOnAndListed) {
  monitor_.OnJson("POST " + kParent + "/policymeasures", kMeasure);
  monitor_.OnJson("GET " + kParent + "/policymeasures", absl::StrCat(R"({"policy_measures":[)", kMeasure, "]}"));
  monitor_.OnJson("POST " + kParent + "/policymeasures/poh/_report",
                  R"({"quarter":"2018-Q2","state":"ON_TRACK","text":"Begonnen.","subject":"a-1"})");
  const std::string add =
      "policies add --title POH --text Bij_de_huisarts. --level lokaal --start 2018-01-01 --measure indicated ";
  ASSERT_EQ(Run(add + "--expected-euro -2.000.000 --where referrer=02 --compared-with referrer=01 --name poh"), 0)
      << err_.str();
  const auto asked = Asked<costs::v1::RegisterPolicyMeasureRequest>();
  EXPECT_EQ(asked.policy_measure().name(), "municipalities/gm1730/policymeasures/poh");
  EXPECT_EQ(asked.policy_measure().expected_per_year(), -200'000'000);
  EXPECT_EQ(asked.policy_measure().form(), costs::v1::PolicyMeasure::RELATIVE);
  EXPECT_EQ(asked.policy_measure().population(0).values(0), "02");
  EXPECT_EQ(asked.policy_measure().comparison(0).values(0), "01");
  ASSERT_EQ(Run(add + "--expected -12 --form absoluut"), 0) << err_.str();
  EXPECT_EQ(Asked<costs::v1::RegisterPolicyMeasureRequest>().policy_measure().expected_per_year(), -12);
  EXPECT_EQ(Run(add), 2) << "nothing is expected";
  EXPECT_EQ(Run(add + "--expected-euro veel"), 2);
  ASSERT_EQ(Run("policies report poh --quarter 2018-Q2 --state op-koers --text Begonnen."), 0) << err_.str();
  EXPECT_EQ(Asked<costs::v1::ReportPolicyStatusRequest>().state(), costs::v1::PolicyStatus::ON_TRACK);
  EXPECT_EQ(Run("policies report poh --quarter 2018-Q2 --state weg --text X"), 2);
  ASSERT_EQ(Run("policies list --format csv"), 0) << err_.str();
  EXPECT_EQ(out_.str(),
            "maatregel,versie,titel,niveau,begint,cijfer,kwartaal,stand,tekst\n"
            "poh,2,POH,lokaal,2018-01-01,indicated,2018-Q1,achter,Nog niemand.\n");
}

TEST_F(PolicyCommandsTest, R114_R135_EffectsAreShownWithWarningsAndMethod) {
  monitor_.OnJson("POST " + kParent + "/policymeasures/poh/_assess", R"({"policy_measure":{"title":"POH"},"state":"ANSWERED",
    "statement":"Gemeten is minder.","warnings":["Weinig cliënten."],"method":"Verschil in verschillen.",
    "months":[{"month":"2018-01","population":40,"comparison":50.5},{"month":"2018-02","population":0,"counterfactual":41.25}]})");
  ASSERT_EQ(Run("policies assess poh --before 6"), 0) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("POH\nGemeten is minder.\nLet op: Weinig cliënten.\nVerschil in verschillen.\n"));
  EXPECT_EQ(Asked<costs::v1::AssessPolicyMeasureRequest>().months_before(), 6);
  ASSERT_EQ(Run("policies assess poh --format csv"), 0);
  EXPECT_EQ(out_.str(),
            "maand,groep,zonder_maatregel,vergelijking\n2018-01,40.000000,,50.500000\n2018-02,0.000000,41.250000,\n");
  monitor_.OnJson("POST " + kParent + "/figures/_interrupt", R"({"state":"ANSWERED","statement":"Een sprong.",
    "level":{"value":1,"interval":{"low":0.5,"high":1.5}}})");
  ASSERT_EQ(Run("policies interrupt --measure clients --event nieuw --where law=wmo --format csv"), 0) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("wat,waarde,van,tot\nstand,1.000000,0.500000,1.500000\n"));
  EXPECT_EQ(Asked<costs::v1::AnalyseInterruptionRequest>().policy_event(), "municipalities/gm1730/policyevents/nieuw");
}

TEST_F(PolicyCommandsTest, R153_NotesAndEventsAndPilots) {
  const std::string note = R"({"about":"municipalities/gm1730/goals/vangnet","sign":"PLUS","text":"Goed.","subject":"a-1",
    "add_time":"2018-03-31T10:00:00Z"})";
  monitor_.OnJson("POST " + kParent + "/policynotes", note);
  monitor_.OnJson("GET " + kParent + "/policynotes", absl::StrCat(R"({"policy_notes":[)", note, "]}"));
  ASSERT_EQ(Run("policies note goals/vangnet --text Goed. --sign plus --action Praten. --review 2019-01-01"), 0) << err_.str();
  EXPECT_EQ(Asked<costs::v1::AddPolicyNoteRequest>().policy_note().about(), "municipalities/gm1730/goals/vangnet");
  ASSERT_EQ(Run("policies notes goals/vangnet --format csv"), 0) << err_.str();
  EXPECT_EQ(out_.str(),
            "over,teken,tekst,afspraak,opnieuw_bekijken,door,datum\ngoals/vangnet,plus,Goed.,,,a-1,2018-03-31T10:00:00Z\n");
  monitor_.OnJson(
      "GET " + kParent + "/policyevents",
      R"({"policy_events":[{"name":"municipalities/gm1730/policyevents/x","date":"2019-01-01","title":"X","text":"Y"}]})");
  ASSERT_EQ(Run("policies events --format csv"), 0) << err_.str();
  EXPECT_EQ(out_.str(), "datum,naam,wat,uitleg\n2019-01-01,x,X,Y\n");
  monitor_.OnJson("GET " + kParent + "/pilotprogrammes",
                  R"({"pilot_programmes":[{"name":"municipalities/gm1730/pilotprogrammes/t",
    "lines":[{"part":"P","title":"A","amounts":[{"text":"","state":"BLANK"},{"text":"pm","state":"PRO_MEMORIE"}]},
             {"part":"P","title":"B","reached":"8","amounts":[{"text":"0","state":"AMOUNT","amount_cents":"0"},
                                                               {"text":"10","state":"AMOUNT","amount_cents":"1000"}]}],
    "years":[{"year":2016,"check":{"state":"NOT_PRINTED"}},
             {"year":2017,"unallocated_cents":"500000","check":{"sum_cents":"1000","printed":{"amount_cents":"501000"}}}]}]})");
  ASSERT_EQ(Run("pilots --format csv"), 0) << err_.str();
  EXPECT_EQ(out_.str(),
            "programma,onderdeel,activiteit,bereikt,jaar,bedrag\n"
            "t,P,A,,2017,\n"
            "t,P,B,8,2016,0.00\n"
            "t,P,B,8,2017,10.00\n"
            "t,,Som van de regels,,2016,0.00\n"
            "t,,Som van de regels,,2017,10.00\n"
            "t,,Niet toegerekend,,2017,5000.00\n"
            "t,,Totaal zoals gedrukt,,2017,5010.00\n");
  ASSERT_EQ(Run("pilots"), 0);
  EXPECT_THAT(out_.str(), HasSubstr("pm")) << "a pm is shown, and is no zero (T-24)";
}

}  // namespace
}  // namespace nmd::cli
