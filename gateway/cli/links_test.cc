// SPDX-License-Identifier: EUPL-1.2
// nmdctl link from command line to request, against a monitor of the test.
#include "gateway/cli/links.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "gateway/cli/command_test.h"
#include "nmd/linking/v1/linking.pb.h"
#include "nmd/linking/v1/review.pb.h"

namespace nmd::cli {
namespace {

using ::testing::AllOf;
using testing::CommandTest;
using testing::FakeMonitor;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

const std::string kBase = "/v1/municipalities/gm1730/";

class LinksTest : public CommandTest {
 protected:
  int Run(const std::string& command) { return CommandTest::Run(absl::StrCat("link ", command)); }
};

const char kDecision[] = R"({"name":"municipalities/gm1730/linkdecisions/d1","kind":"PAIR","verdict":"SAME_PERSON",
    "state":"EFFECTIVE","followed":true,"known_time":"2018-03-31T10:00:00Z","reason":"zelfde adres","proposed_by":"anna"})";

TEST_F(LinksTest, StatusTellsQualityAndCounts) {
  monitor_.OnJson("GET " + kBase + "linksummary", R"({"client_count":"4","open_pair_count":"1","least_client_count":"3"})");
  monitor_.OnJson("GET " + kBase + "linkquality", R"({"statement":"Van de koppelingen is 99,8% terecht."})");
  EXPECT_EQ(Run("status"), 0) << err_.str();
  EXPECT_THAT(out_.str(),
              AllOf(HasSubstr("99,8% terecht"), HasSubstr("1 paar wacht op een besluit"), HasSubstr("tussen 3 en 4")));
  EXPECT_EQ(Run("status --format csv"), 0);
  EXPECT_THAT(out_.str(), HasSubstr("\nclienten,4\nclienten_minst,3\n"));
  EXPECT_EQ(Run("status --format json"), 0);
  EXPECT_THAT(out_.str(), HasSubstr("\"client_count\":\"4\""));
}

TEST_F(LinksTest, ReviewShowsTheFirstAndAllWhenAsked) {
  monitor_.On("GET " + kBase + "reviewitems", [](const FakeMonitor::Asked& asked) {
    const bool second = absl::StrContains(asked.target, "page_token=2");
    return FakeMonitor::Json(second ? R"({"items":[{"item":"r02"}],"total_count":"2"})"
                                    : R"({"items":[{"item":"r01","permille":640}],"next_page_token":"2","total_count":"2"})");
  });
  EXPECT_EQ(Run("review --source jeugdteam"), 0) << err_.str();
  EXPECT_THAT(out_.str(), AllOf(HasSubstr("r01"), Not(HasSubstr("r02")), HasSubstr("1 van 2 paren; --all toont alles.")));
  EXPECT_EQ(monitor_.asked().back().target, kBase + "reviewitems?source=jeugdteam&page_size=50");
  EXPECT_EQ(Run("review --all"), 0) << err_.str();
  EXPECT_THAT(out_.str(), AllOf(HasSubstr("r01"), HasSubstr("r02"), HasSubstr("2 van 2 paren. ")));
  EXPECT_EQ(Run("review --all --format csv"), 0);
  EXPECT_THAT(out_.str(), AllOf(HasSubstr("\nr01,"), HasSubstr("\nr02,"), Not(HasSubstr("van 2 paren"))));
  monitor_.OnJson("GET " + kBase + "reviewitems", "{}");
  EXPECT_EQ(Run("review"), 0);
  EXPECT_EQ(out_.str(), "Er wachten geen paren op een besluit.\n");
  EXPECT_EQ(Run("review --sample"), 0);
  EXPECT_EQ(out_.str(), "Er is niets meer te beoordelen.\n");
  EXPECT_THAT(monitor_.asked().back().target, HasSubstr("?sample=true&"));
}

TEST_F(LinksTest, ShowAsksForAPurposeAndKeepsItOutOfTheAddress) {
  monitor_.OnJson("POST " + kBase + "reviewitems/_show",
                  R"({"item":{"item":"r01","permille":640},"model":"3f0c","steps":[{"title":"Vooraf","millibits":-18000}],
                      "fields":[{"field":"family","title":"Achternaam","value_a":"de Vries"}]})");
  EXPECT_EQ(Run("show r01"), 2) << "no purpose, no look";
  EXPECT_THAT(monitor_.asked(), IsEmpty());
  // The model that cannot be read costs the bounds, not the answer.
  EXPECT_EQ(Run("show r01 --purpose wachtrij"), 0) << err_.str();
  EXPECT_THAT(out_.str(), AllOf(HasSubstr("de Vries"), Not(HasSubstr("gekoppeld"))));
  monitor_.OnJson("GET " + kBase + "linkmodels/3f0c", R"({"text":"grenzen 6629 0 -4248 -4000\n"})");
  EXPECT_EQ(Run("show r01 --purpose wachtrij"), 0) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("┆ vanaf −4,2 open, ┃ vanaf +6,6 gekoppeld."));
  for (const FakeMonitor::Asked& asked : monitor_.asked()) {
    EXPECT_THAT(asked.target, AllOf(Not(HasSubstr("wachtrij")), Not(HasSubstr("r01"))));
  }
  EXPECT_EQ(Run("show r01 --purpose wachtrij --format csv"), 0);
  EXPECT_THAT(out_.str(), HasSubstr("\nfamily,de Vries,,,\n"));
  EXPECT_EQ(Asked<linking::v1::ShowReviewItemRequest>().purpose(), "wachtrij");
}

TEST_F(LinksTest, ADecisionNeedsOneVerdictAndAReason) {
  monitor_.OnJson("POST " + kBase + "linkdecisions", kDecision);
  for (const char* wrong : {"decide r01", "decide r01 --same", "decide r01 --reason x",
                            "decide r01 --same --different --reason x", "label r01", "label r01 --same --different"}) {
    EXPECT_EQ(Run(wrong), 2) << wrong;
  }
  EXPECT_THAT(monitor_.asked(), IsEmpty());
  EXPECT_EQ(Run("decide r01 --same --reason zelfde-adres"), 0) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("Besluit d1: dezelfde persoon."));
  const auto first = Asked<linking::v1::CreateLinkDecisionRequest>();
  EXPECT_EQ(first.item(), "r01");
  EXPECT_EQ(first.verdict(), linking::v1::SAME_PERSON);
  EXPECT_EQ(first.reason(), "zelfde-adres");
  EXPECT_EQ(Run("decide r01 --different --reason ander-kind --format csv"), 0) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("\nd1,SAME_PERSON,EFFECTIVE,anna,"));
  const auto second = Asked<linking::v1::CreateLinkDecisionRequest>();
  EXPECT_EQ(second.verdict(), linking::v1::DIFFERENT_PERSONS);
  // Two commands are two decisions; one command that is sent twice is one.
  EXPECT_EQ(first.request_id().size(), 32U);
  EXPECT_NE(first.request_id(), second.request_id());
}

TEST_F(LinksTest, ADecisionThatIsSentAgainIsOneDecision) {
  int calls = 0;
  monitor_.On("POST " + kBase + "linkdecisions", [&](const FakeMonitor::Asked&) {
    return ++calls == 1 ? FakeMonitor::Problem(Fail(absl::StatusCode::kUnavailable, ErrorReason::UNAVAILABLE_NOW, "soon"))
                        : FakeMonitor::Json(kDecision);
  });
  EXPECT_EQ(Run("decide r01 --same --reason x"), 0) << err_.str();
  const auto asked = monitor_.asked();
  ASSERT_EQ(asked.size(), 2U);
  EXPECT_EQ(asked[0].body, asked[1].body);
}

TEST_F(LinksTest, MergesAndSplitsByPseudonymInTheBody) {
  monitor_.OnJson("POST " + kBase + "clients/_merge", kDecision);
  monitor_.OnJson("POST " + kBase + "clients/_split", kDecision);
  EXPECT_EQ(Run("merge c1 --reason x"), 2) << "one client cannot be merged";
  EXPECT_EQ(Run("merge c1 c2 c3 --reason x"), 0) << err_.str();
  EXPECT_EQ(Asked<linking::v1::MergeClientsRequest>().clients_size(), 3);
  EXPECT_EQ(Run("split c1 --reason x"), 2);
  EXPECT_EQ(Run("split c1 --persons p1,p2 --reason x"), 0) << err_.str();
  const auto split = Asked<linking::v1::SplitClientRequest>();
  EXPECT_EQ(split.client(), "c1");
  EXPECT_EQ(split.persons_size(), 2);
  EXPECT_EQ(split.request_id().size(), 32U);
}

TEST_F(LinksTest, ConfirmsUndoesAndListsDecisions) {
  monitor_.OnJson("POST " + kBase + "linkdecisions/d1/_confirm", kDecision);
  monitor_.OnJson("POST " + kBase + "linkdecisions/d1/_undo", kDecision);
  monitor_.OnJson("GET " + kBase + "linkdecisions", absl::StrCat("{\"decisions\":[", kDecision, "]}"));
  EXPECT_EQ(Run("confirm d1"), 0) << err_.str();
  EXPECT_EQ(Run("undo d1"), 2) << "a reason is needed";
  EXPECT_EQ(Run("undo municipalities/gm1730/linkdecisions/d1 --reason vergissing"), 0) << err_.str();
  EXPECT_EQ(Asked<linking::v1::UndoLinkDecisionRequest>().reason(), "vergissing");
  EXPECT_EQ(Run("decisions --proposed"), 0) << err_.str();
  EXPECT_THAT(monitor_.asked().back().target, HasSubstr("?proposed=true&"));
  EXPECT_THAT(out_.str(), AllOf(HasSubstr("anna"), HasSubstr("zelfde adres"), HasSubstr("geldt")));
  // Who proposed it is not a second pair of eyes.
  monitor_.On("POST " + kBase + "linkdecisions/d1/_confirm", [](const FakeMonitor::Asked&) {
    return FakeMonitor::Problem(Fail(absl::StatusCode::kPermissionDenied, ErrorReason::FOUR_EYES, "somebody else must"));
  });
  EXPECT_EQ(Run("confirm d1"), 3);
  EXPECT_THAT(err_.str(), HasSubstr("FOUR_EYES"));
}

TEST_F(LinksTest, HistoryAsksInTheBody) {
  monitor_.OnJson("POST " + kBase + "clients/_history", R"({"client":"c1","aliases":["c2"]})");
  EXPECT_EQ(Run("history c2"), 0) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("Cliënt c1\nOok bekend als: c2\n"));
  EXPECT_EQ(Asked<linking::v1::GetClientHistoryRequest>().client(), "c2");
}

TEST_F(LinksTest, ExplainTellsWhyEveryRecordIsOfTheClient) {
  monitor_.OnJson("POST " + kBase + "clients/_explain", R"({"records":[{"source":"jw301","reason":"EXACT_BSN",
      "known_time":"2018-03-31T10:00:00Z","text":"Zelfde geldig burgerservicenummer als 4 andere records"}]})");
  EXPECT_EQ(Run("explain c1"), 0) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("jw301  31-03-2018 12:00  Zelfde geldig burgerservicenummer als 4 andere records\n"));
  EXPECT_EQ(Run("explain c1 --format csv"), 0);
  EXPECT_THAT(out_.str(), HasSubstr("\njw301,2018-03-31T10:00:00Z,EXACT_BSN,Zelfde"));
  EXPECT_EQ(Asked<linking::v1::ExplainClientRequest>().client(), "c1");
}

TEST_F(LinksTest, TrainingShowsProgressAndWhatItWouldChange) {
  int polls = 0;
  const std::string running =
      R"({"name":"linkoperations/1","metadata":{"@type":"type.googleapis.com/nmd.linking.v1.TrainProgress",)";
  monitor_.OnJson("POST " + kBase + "linkmodels/_train", running + R"("pairs_all":"20000"}})");
  monitor_.On("GET /v1/linkoperations/1", [&](const FakeMonitor::Asked&) {
    if (++polls == 1) return FakeMonitor::Json(running + R"("pairs_done":"9000","pairs_all":"20000"}})");
    return FakeMonitor::Json(R"({"name":"linkoperations/1","done":true,"response":{
        "@type":"type.googleapis.com/nmd.linking.v1.LinkModel","name":"municipalities/gm1730/linkmodels/3f0c","record_count":"10",
        "difference":{"clients_before":"4","clients_after":"3"}}})");
  });
  EXPECT_EQ(Run("train"), 0) << err_.str();
  EXPECT_EQ(err_.str(), "9 van 20 duizend paren\n");
  EXPECT_THAT(out_.str(), AllOf(HasSubstr("Koppelmodel 3f0c"), HasSubstr("nu 4, met dit model 3")));
  polls = 0;
  terminal_ = true;
  EXPECT_EQ(Run("train --format csv"), 0) << err_.str();
  EXPECT_THAT(err_.str(), HasSubstr("] 9 van 20"));
  EXPECT_THAT(out_.str(), HasSubstr("\n3f0c,,10,,nee,,4,3,0,\n"));
  monitor_.OnJson("GET /v1/linkoperations/1",
                  R"({"name":"linkoperations/1","done":true,"error":{"code":9,"message":"te weinig records"}})");
  EXPECT_EQ(Run("train"), 3);
  EXPECT_THAT(err_.str(), HasSubstr("te weinig records"));
}

TEST_F(LinksTest, ModelsAreListedReadAndReleased) {
  monitor_.OnJson("GET " + kBase + "linkmodels",
                  R"({"models":[{"name":"municipalities/gm1730/linkmodels/3f0c","in_force":true}]})");
  monitor_.OnJson("GET " + kBase + "linkmodels/3f0c",
                  R"({"name":"municipalities/gm1730/linkmodels/3f0c","text":"nmd koppelmodel\nbsn 1\n"})");
  monitor_.OnJson("POST " + kBase + "linkmodels/3f0c/_release",
                  R"({"name":"municipalities/gm1730/linkmodels/3f0c","in_force":true})");
  EXPECT_EQ(Run("models"), 0) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("3f0c"));
  EXPECT_EQ(Run("model 3f0c"), 0) << err_.str();
  EXPECT_EQ(out_.str(), "nmd koppelmodel\nbsn 1\n");
  EXPECT_EQ(Run("release 3f0c"), 2) << "a reason is needed";
  EXPECT_EQ(Run("release 3f0c --reason beter"), 0) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("in gebruik"));
}

TEST_F(LinksTest, DrawsLabelsAndTellsQuality) {
  const std::string sample = R"({"strata":[{"kind":"OPEN","pair_count":"9","drawn_count":"2","labelled_count":"1"}]})";
  monitor_.OnJson("POST " + kBase + "goldsamples/_draw", sample);
  monitor_.OnJson("POST " + kBase + "goldsamples/_label", sample);
  monitor_.OnJson("GET " + kBase + "linkquality", R"({"statement":"Zin.","strata":[{"kind":"OPEN"}]})");
  EXPECT_EQ(Run("sample --size 9"), 2);
  EXPECT_EQ(Run("sample --size 200"), 0) << err_.str();
  EXPECT_EQ(Asked<linking::v1::DrawGoldSampleRequest>().size(), 200);
  EXPECT_THAT(out_.str(), HasSubstr("Gouden steekproef: 2 paren geloot, 1 beoordeeld."));
  EXPECT_EQ(Run("label r02 --different"), 0) << err_.str();
  EXPECT_EQ(Asked<linking::v1::LabelGoldPairRequest>().verdict(), linking::v1::DIFFERENT_PERSONS);
  EXPECT_EQ(Run("quality"), 0) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("niet te zeggen"));
  EXPECT_EQ(Run("quality --format json"), 0);
  EXPECT_THAT(out_.str(), HasSubstr("\"statement\":\"Zin.\""));
}

}  // namespace
}  // namespace nmd::cli
