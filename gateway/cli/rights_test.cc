// SPDX-License-Identifier: EUPL-1.2
// nmdctl rights, from command line to request, against a monitor of the test.
#include "gateway/cli/rights.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gateway/cli/command_test.h"
#include "google/protobuf/struct.pb.h"
#include "google/protobuf/util/json_util.h"
#include "nmd/linking/v1/subject.pb.h"

namespace nmd::cli {
namespace {

using ::testing::AllOf;
using testing::CommandTest;
using testing::FakeMonitor;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

const std::string kBase = "/v1/municipalities/gm1730/";
const std::string kClient = "c0123456789abcdef0123";

class RightsTest : public CommandTest {
 protected:
  RightsTest() : CommandTest('_') {}
};

TEST_F(RightsTest, AnExportIsOneFileOverAllServicesWithWhoGotIt) {
  monitor_.OnJson("POST " + kBase + "subjects/_export", absl::StrCat(R"({"client":")", kClient, R"(",
      "records":[{"source":"jw301","surname":"van Dijk"}],"restricted":true,
      "corrections":[{"source":"jw301","field":"surname","value":"van Dyk"}],
      "facts":[{"source":"jw301","fact":{"allocation":{"provider":"12345678"}}},{"source":"jw323","fact":{}}]})"));
  monitor_.On("POST " + kBase + "logrecords/_query", [](const FakeMonitor::Asked& asked) {
    const bool second = absl::StrContains(asked.body, "\"tweede\"");
    return FakeMonitor::Json(
        second ? R"({"records":[{"actor":"jansen","roles":["CONTROLLER"],"purpose":"controle","method":"b"}]})"
               : R"({"records":[{"actor":"pietersen","roles":["LINK_STEWARD"],"purpose":"koppelen","method":"a",
                                        "origin":"10.0.0.7","clients":["c0123456789abcdef0123","cffffffffffffffffffff"]}],
                                        "next_page_token":"tweede"})");
  });
  const std::string path = ::testing::TempDir() + "rights_export/dossier.json";
  std::filesystem::remove_all(::testing::TempDir() + "rights_export");
  ASSERT_EQ(RunWords({"rights", "export", "--client", kClient, "--purpose", "verzoek 12", "--output", path}), 0) << err_.str();
  EXPECT_THAT(out_.str(), AllOf(HasSubstr("1 gegeven over de persoon, 2 feiten over zorg en geld, 1 verbetering, en 2 vragen"),
                                HasSubstr("(door: controller, koppelbeheerder)"), HasSubstr("niemand mag")));
  EXPECT_THAT(out_.str(), Not(HasSubstr("van Dijk")));
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  google::protobuf::Struct parsed;
  ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(text.str(), &parsed).ok()) << text.str();
  EXPECT_EQ(parsed.fields().at("calls").list_value().values_size(), 2);
  EXPECT_EQ(parsed.fields().at("subject").struct_value().fields().at("facts").list_value().values_size(), 2);
  EXPECT_THAT(text.str(), AllOf(HasSubstr("LINK_STEWARD"), HasSubstr("koppelen"), HasSubstr("van Dyk"), HasSubstr("12345678")));
  // Which function received data, not which employee, from where, or about whom else.
  for (const char* hidden : {"jansen", "pietersen", "10.0.0.7", "cffffffffffffffffffff"})
    EXPECT_THAT(text.str(), Not(HasSubstr(hidden)));
  EXPECT_EQ(std::filesystem::status(path).permissions() & std::filesystem::perms::others_read, std::filesystem::perms::none);
  // Without a file it is the output itself.
  EXPECT_EQ(Run("rights export --client " + kClient + " --purpose verzoek_12"), 0);
  EXPECT_EQ(out_.str(), text.str());
}

TEST_F(RightsTest, ARestrictionIsMadeAndLifted) {
  monitor_.On("POST " + kBase + "subjects/_restrict", [](const FakeMonitor::Asked& asked) {
    const bool lifted = !absl::StrContains(asked.body, "\"restricted\":true");
    return FakeMonitor::Json(absl::StrCat(R"({"client":"c0","restricted":)", lifted ? "false" : "true",
                                          R"(,"restrict_time":"2018-05-01T10:00:00Z"})"));
  });
  const std::string command = "rights restrict --client " + kClient + " --purpose verzoek_14 --reason juistheid_betwist";
  EXPECT_EQ(Run(command), 0) << err_.str();
  EXPECT_EQ(out_.str(), "Vanaf nu mag niemand deze persoon bekijken (01-05-2018 12:00). De cijfers veranderen niet.\n");
  const auto request = Asked<linking::v1::RestrictSubjectRequest>();
  EXPECT_TRUE(request.restricted());
  EXPECT_EQ(request.reason(), "juistheid betwist");
  EXPECT_EQ(Run(command + " --lift"), 0);
  EXPECT_EQ(out_.str(), "Deze persoon mag weer worden bekeken (01-05-2018 12:00). De cijfers veranderen niet.\n");
  EXPECT_EQ(Run(command + " --format csv"), 0);
  EXPECT_EQ(out_.str(), "client,beperkt,sinds\nc0,ja,2018-05-01T10:00:00Z\n");
}

TEST_F(RightsTest, WhatIsRightComesFromStandardInputOrAFile) {
  monitor_.OnJson("POST " + kBase + "subjects/_correct",
                  R"({"name":"municipalities/gm1730/subjectcorrections/k1","source":"jw301","field":"surname","value":"Vink",
                      "create_time":"2018-05-01T10:00:00Z"})");
  const std::string command =
      "rights correct --client " + kClient + " --purpose verzoek_15 --reason akte --source jw301 --field surname";
  const std::string file = ::testing::TempDir() + "rightsvalue.txt";
  std::ofstream(file) << "Vink\n";
  for (const bool from_file : {false, true}) {
    EXPECT_EQ(from_file ? Run(command + " --value-file " + file) : Run(command, " Vink\n"), 0) << err_.str();
    const auto request = Asked<linking::v1::CorrectSubjectRequest>();
    EXPECT_EQ(request.value(), "Vink");
    EXPECT_EQ(request.field(), "surname");
    EXPECT_THAT(out_.str(),
                AllOf(HasSubstr("subjectcorrections/k1"), HasSubstr("Vraag de bron jw301"), Not(HasSubstr("Vink"))));
  }
  EXPECT_EQ(Run(command + " --format csv", "Vink\n"), 0);
  EXPECT_EQ(out_.str(),
            "naam,bron,veld,vastgelegd\nmunicipalities/gm1730/subjectcorrections/k1,jw301,surname,2018-05-01T10:00:00Z\n");
}

TEST_F(RightsTest, WhatIsMissingIsToldBeforeAnythingIsAsked) {
  for (const char* command :
       {"rights", "rights export --purpose x", "rights export --client c1", "rights restrict --client c1 --purpose x",
        "rights correct --client c1 --purpose x --reason y --source jw301",
        "rights correct --client c1 --purpose x --reason y --field sex"}) {
    EXPECT_EQ(Run(command), 2) << command;
  }
  EXPECT_NE(Run("rights correct --client c1 --purpose x --reason y --source jw301 --field sex --value-file /bestaat/niet"), 0);
  EXPECT_THAT(err_.str(), HasSubstr("--value-file"));
  EXPECT_THAT(monitor_.asked(), IsEmpty());
}

}  // namespace
}  // namespace nmd::cli
