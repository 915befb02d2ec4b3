// SPDX-License-Identifier: EUPL-1.2
// nmdctl register, from command line to request and from answer to screen, against a monitor of the test.
#include "gateway/cli/answers.h"

#include <gmock/gmock.h>
#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "gateway/cli/command_test.h"

namespace nmd::cli {
namespace {

using testing::CommandTest;
using ::testing::HasSubstr;
using ::testing::Not;

const std::string kAnswers = "/v1/municipalities/gm1730/registeredanswers";

constexpr char kAnswer[] = R"("name":"municipalities/gm1730/registeredanswers/2018-0001","title":"Hoeveel kinderen?",
  "subject":"griffier-1","register_time":"2018-03-31T10:00:00Z",
  "question":{"measures":["clients"],"period":{"start_date":"2018-01-01","end_date":"2018-02-01"},
              "known_time":"2018-03-31T09:00:00Z"})";
constexpr char kFigure[] =
    R"("measure":"clients","state":"ANSWERED","period":{"start_date":"2018-01-01","end_date":"2018-02-01"})";

class RegisterTest : public CommandTest {
 protected:
  RegisterTest() : CommandTest('_') {}
};

TEST_F(RegisterTest, F03_AddAsksTheQuestionAndShowsTheNumber) {
  monitor_.OnJson("POST " + kAnswers, absl::StrCat("{", kAnswer, R"(,"text":"Het waren er 2.",
    "measures":[{"name":"municipalities/gm1730/measures/clients","title":"Cliënten"}],
    "figures":{"totals":[{)",
                                                   kFigure, R"(,"count":"2"}]}})"));
  const std::string add = "register add --title Hoeveel_kinderen? --text Het_waren_er_2. --measure clients --from 2018-01 ";
  ASSERT_EQ(Run(add + "--known-on 2018-03-31T09:00:00Z --where law=jeugdwet"), 0) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("2018-0001  Hoeveel kinderen?\nGeregistreerd door griffier-1 op 31-03-2018 12:00.\n\n"
                                    "Het waren er 2.\n\n"));
  EXPECT_THAT(out_.str(), HasSubstr("Cliënten"));
  EXPECT_THAT(out_.str(), HasSubstr("31-03-2018 11:00"));
  costs::v1::RegisterAnswerRequest asked[2];
  ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(monitor_.asked().back().body, &asked[0]).ok());
  EXPECT_EQ(asked[0].title(), "Hoeveel kinderen?");
  EXPECT_EQ(asked[0].text(), "Het waren er 2.");
  EXPECT_EQ(asked[0].question().measures(0), "clients");
  EXPECT_EQ(asked[0].question().filters(0).dimension(), "law");
  EXPECT_EQ(asked[0].question().known_time().seconds(), 1522486800);
  EXPECT_EQ(asked[0].request_id().size(), 32U);
  // The same words again are another answer.
  ASSERT_EQ(Run(add), 0);
  ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(monitor_.asked().back().body, &asked[1]).ok());
  EXPECT_NE(asked[1].request_id(), asked[0].request_id());
  // Without a text nothing is sent.
  const size_t calls = monitor_.asked().size();
  EXPECT_EQ(Run("register add --title Wat? --measure clients --from 2018-01"), 2);
  EXPECT_EQ(monitor_.asked().size(), calls);
}

TEST_F(RegisterTest, F03_ListAndShow) {
  monitor_.OnJson("GET " + kAnswers,
                  absl::StrCat(R"({"registered_answers":[{)", kAnswer, R"(,"answerability":{"state":"PARTLY"}}]})"));
  ASSERT_EQ(Run("register list --format csv"), 0) << err_.str();
  EXPECT_EQ(out_.str(),
            "nummer,vraag,te_beantwoorden,door,geregistreerd_op,bekend_op\n"
            "2018-0001,Hoeveel kinderen?,deels,griffier-1,2018-03-31T10:00:00Z,2018-03-31T09:00:00Z\n");
  monitor_.OnJson("GET " + kAnswers + "/2018-0001",
                  absl::StrCat("{", kAnswer, R"(,"figures":{"totals":[{)", kFigure, R"(,"count":"2"}]}})"));
  for (const char* number : {"2018-0001", "municipalities/gm1730/registeredanswers/2018-0001"}) {
    ASSERT_EQ(Run(absl::StrCat("register show ", number)), 0) << err_.str();
    EXPECT_THAT(out_.str(), HasSubstr("2018-0001  Hoeveel kinderen?\n"));
  }
  EXPECT_EQ(Run("register show 2018-0002"), 3);
}

TEST_F(RegisterTest, Q24_CheckTellsWhatDiffersAndWhy) {
  const std::string check = "POST " + kAnswers + "/2018-0001/_check";
  const std::string answer = absl::StrCat(R"("registered_answer":{)", kAnswer, R"(},"check_time":"2018-05-01T10:00:00Z")");
  monitor_.OnJson(check, absl::StrCat("{", answer, R"(,"reproduced":true,"statement":"Hetzelfde."})"));
  EXPECT_EQ(Run("register check 2018-0001"), 0) << err_.str();
  EXPECT_EQ(out_.str(), "2018-0001  Hoeveel kinderen?\nHetzelfde.\n");
  monitor_.OnJson(
      check,
      absl::StrCat("{", answer, R"(,"reproduced":true,"statement":"Anders.",
    "changes":[{"given":{)",
                   kFigure, R"(,"count":"2"},"found":{)", kFigure,
                   R"(,"count":"3"},"steps":[{"cause":"LATE","count":"1","statement":"1 gegeven dat later binnenkwam."}]},
               {"found":{)",
                   kFigure, R"(,"dimensions":[{"dimension":"wijk","value":"WK01","label":"Eelde"}],"count":"1"}}],
    "answerability":{"state":"PARTLY","answerable_from":"2018-01-01","parts":[{}]},
    "causes":[{"kind":"DELIVERY_ADDED","source":"jw301","count":"1","statement":"Van bron jw301 telt 1 levering mee."}]})"));
  EXPECT_EQ(Run("register check 2018-0001"), 1) << "something does not hold any more";
  EXPECT_THAT(
      out_.str(),
      HasSubstr("Anders.\nNu te beantwoorden: deels, helemaal vanaf 2018-01-01.\n\nMet wat bekend is op 01-05-2018 12:00:\n"));
  EXPECT_THAT(out_.str(), HasSubstr("wijk=Eelde"));
  EXPECT_THAT(out_.str(), HasSubstr("komt niet voor"));
  EXPECT_THAT(out_.str(), HasSubstr("Wat daarachter kan zitten:\n  Van bron jw301 telt 1 levering mee.\n"));
  EXPECT_THAT(out_.str(), HasSubstr("totaal            1  1 gegeven dat later binnenkwam.\n"));
  EXPECT_THAT(out_.str(), Not(HasSubstr("Met wat toen bekend was:")));
  EXPECT_EQ(Run("register check 2018-0001 --format csv"), 1);
  EXPECT_EQ(out_.str(), "wanneer,maat,kenmerken,gegeven,gevonden\nnu,clients,totaal,2,3\nnu,clients,wijk=WK01,,1\n");
}

TEST_F(RegisterTest, R31_AnInterpretationIsAddedToAFigureAndShownWithIt) {
  monitor_.OnJson(
      "POST " + kAnswers + "/2018-0001/_annotate",
      absl::StrCat("{", kAnswer, R"(,"measures":[{"name":"municipalities/gm1730/measures/clients","title":"Cliënten"}],
    "annotations":[{"subject":"c-1","annotate_time":"2018-03-31T10:00:00Z","text":"Dat is weinig.","measure":"clients",
                    "dimensions":[{"dimension":"wijk","value":"WK01","label":"Eelde"}]}]})"));
  ASSERT_EQ(Run("register annotate 2018-0001 --text Dat_is_weinig. --measure clients --where wijk=WK01"), 0) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("Duiding van c-1 op 31-03-2018 12:00 bij Cliënten, wijk=Eelde:\nDat is weinig.\n"));
  costs::v1::AnnotateAnswerRequest asked;
  ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(monitor_.asked().back().body, &asked).ok());
  EXPECT_EQ(asked.text(), "Dat is weinig.");
  EXPECT_EQ(asked.measure(), "clients");
  EXPECT_EQ(asked.dimensions(0).value(), "WK01");
  EXPECT_EQ(asked.request_id().size(), 32U);
  EXPECT_EQ(Run("register annotate 2018-0001"), 2) << "without a text";
}

TEST_F(RegisterTest, F03_AFrozenSnapshotIsListedWithTheKnownTimeToAskWith) {
  const std::string path = "/v1/municipalities/gm1730/frozensnapshots";
  const std::string frozen =
      R"({"title":"Berap 1","known_time":"2018-03-31T21:59:59.999999Z","reason":"Raad","subject":"g-1"})";
  monitor_.OnJson("POST " + path, frozen);
  monitor_.OnJson("GET " + path, absl::StrCat(R"({"frozen_snapshots":[)", frozen, "]}"));
  ASSERT_EQ(Run("register freeze Berap_1 --reason Raad --known-on 2018-03-31"), 0) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("2018-03-31T21:59:59.999999Z"));
  costs::v1::FreezeSnapshotRequest asked;
  ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(monitor_.asked().back().body, &asked).ok());
  EXPECT_EQ(asked.title(), "Berap 1");
  EXPECT_EQ(asked.reason(), "Raad");
  EXPECT_EQ(asked.known_time().seconds(), 1522533599);
  EXPECT_EQ(asked.known_time().nanos(), 999'999'000);
  ASSERT_EQ(Run("register freeze Berap_1 --reason Raad"), 0) << err_.str();
  asked.Clear();
  ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(monitor_.asked().back().body, &asked).ok());
  EXPECT_FALSE(asked.has_known_time()) << "now is for the monitor to say";
  ASSERT_EQ(Run("register snapshots --format csv"), 0) << err_.str();
  EXPECT_EQ(out_.str(), "naam,bekend_op,waarvoor,door\nBerap 1,2018-03-31T21:59:59.999999Z,Raad,g-1\n");
  EXPECT_EQ(Run("register freeze Berap_1"), 2) << "without a reason";
}

}  // namespace
}  // namespace nmd::cli
