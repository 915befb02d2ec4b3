// SPDX-License-Identifier: EUPL-1.2
#include "gateway/cli/council.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gateway/cli/command_test.h"
#include "gateway/cli/nmdctl.h"
#include "nmd/costs/v1/answers.pb.h"
#include "services/platform/crypto.h"

namespace nmd::cli {
namespace {

using testing::CommandTest;
using testing::FakeMonitor;
using ::testing::HasSubstr;
using ::testing::Not;

const std::string kParent = "/v1/municipalities/gm1730";
const std::string kAgreement = "municipalities/gm1730/agreements/onderzoek-uitgaven-per-aanbieder";

class CouncilTest : public CommandTest {
 protected:
  CouncilTest() {
    monitor_.OnJson("GET " + kParent + "/agreements",
                    absl::StrCat(R"({"agreements":[{"name":"municipalities/gm1730/agreements/x",
      "tables":[{"table":"uitgaven-aanbieder"}]},{"name":")",
                                 kAgreement, R"(","title":"Onderzoek","purpose":"Onderzoek naar uitgaven",
      "legal_basis":"Wet open overheid","contact":"griffie","tables":[{"table":"uitgaven-aanbieder","minimum_clients":10,
      "measures":["clients","declared","approved"],"dimensions":["provider"],
      "filters":[{"dimension":"law","values":["jeugdwet"]}]}]}]})"));
    monitor_.OnJson("POST /v1/" + kAgreement + "/_preview", R"({"cells":[
      {"dimensions":[{"dimension":"provider","value":"01000001","label":"=Zorg"}],"state":"SHOWN","figures":[
        {"measure":"clients","state":"ANSWERED","count":"40"},{"measure":"declared","state":"ANSWERED","amount_cents":"100050"},
        {"measure":"approved","state":"ANSWERED","amount_cents":"90000"}]},
      {"dimensions":[{"dimension":"provider","value":"01000002","label":"Klein"}],"state":"HIDDEN_PRIMARY","figures":[
        {"measure":"clients","state":"SUPPRESSED"},{"measure":"declared","state":"SUPPRESSED"},{"measure":"approved","state":"SUPPRESSED"}]},
      {"dimensions":[{"dimension":"provider","value":"01000003","label":"Buur"}],"state":"HIDDEN_SECONDARY","figures":[
        {"measure":"clients","state":"SUPPRESSED"},{"measure":"declared","state":"SUPPRESSED"},{"measure":"approved","state":"SUPPRESSED"}]},
      {"dimensions":[{"dimension":"provider","value":"totaal","label":"Totaal"}],"state":"SHOWN","figures":[
        {"measure":"clients","state":"ANSWERED","count":"60"},{"measure":"declared","state":"ANSWERED","amount_cents":"200000"},
        {"measure":"approved","state":"ANSWERED","amount_cents":"180000"}]}],
      "shown_count":"2","primary_count":"1","secondary_count":"1","proof":"Geen verborgen cel is te berekenen.",
      "known_time":"2018-03-31T21:59:59Z"})");
    monitor_.OnJson("POST " + kParent + "/registeredanswers",
                    R"({"name":"municipalities/gm1730/registeredanswers/2018-0007"})");
    monitor_.OnJson("GET " + kParent + "/frozensnapshots", R"({"frozen_snapshots":[{"title":"Jaarrekening",
      "name":"municipalities/gm1730/frozensnapshots/jaarrekening","known_time":"2018-03-30T21:59:59.999999Z"}]})");
  }

  costs::v1::RegisterAnswerRequest Registered() const { return Asked<costs::v1::RegisterAnswerRequest>(); }
};

TEST_F(CouncilTest, R22_IsSafeAndSaysNotWhichCellIsTheSmallOne) {
  ASSERT_EQ(Run("export council --year 2017 --format csv"), 0) << err_.str();
  EXPECT_EQ(out_.str(),
            "aanbieder,naam,clienten,bedrag_gedeclareerd,bedrag_goedgekeurd,toestand\n"
            "01000001,\"'=Zorg\",40,1000.50,900.00,getoond\n"
            "01000002,Klein,,,,onderdrukt\n"
            "01000003,Buur,,,,onderdrukt\n"
            "totaal,Totaal,60,2000.00,1800.00,getoond\n");
  EXPECT_THAT(err_.str(), HasSubstr("2 cellen getoond, 2 verborgen. Geen verborgen cel is te berekenen."));
  EXPECT_THAT(err_.str(), HasSubstr("register als 2018-0007"));
}

TEST_F(CouncilTest, R22_TheDecisionIsRegisteredWithTheHashOfTheFile) {
  ASSERT_EQ(Run("export council --year 2017 --format csv --snapshot jaarrekening"), 0) << err_.str();
  const auto asked = monitor_.asked();
  EXPECT_THAT(asked[asked.size() - 2].body, HasSubstr("2018-03-30T21:59:59.999999Z"));
  const auto request = Registered();
  const std::string hash = Sha256Hex(out_.str());
  EXPECT_THAT(request.text(), HasSubstr(hash));
  EXPECT_THAT(request.text(), HasSubstr("\"Onderzoek\" (Wet open overheid)"));
  EXPECT_EQ(request.request_id(), hash) << "the same file again is no second decision";
  EXPECT_EQ(request.question().dimensions(0), "provider");
  EXPECT_EQ(request.question().filters(0).values(0), "jeugdwet");
  EXPECT_EQ(request.question().period().end_date(), "2018-01-01");
  EXPECT_EQ(request.question().known_time().seconds(), 1522533599) << "of the table, not of the clock";
}

TEST_F(CouncilTest, WhatIsNotRegisteredIsNotHandedOut) {
  monitor_.On("POST " + kParent + "/registeredanswers", [](const FakeMonitor::Asked&) {
    return FakeMonitor::Problem(Fail(absl::StatusCode::kPermissionDenied, ErrorReason::ROLE_MISSING, "no role"));
  });
  const std::filesystem::path file = std::filesystem::path(::testing::TempDir()) / "council_refused.xlsx";
  std::filesystem::remove(file);
  EXPECT_EQ(Run(absl::StrCat("export council --year 2017 --format xlsx --output ", file.string())), 3);
  EXPECT_FALSE(std::filesystem::exists(file));
  EXPECT_EQ(Run("export council --year 2017 --format csv"), 3);
  EXPECT_EQ(out_.str(), "");
}

TEST_F(CouncilTest, AWorkbookExplainsItself) {
  const std::filesystem::path file = std::filesystem::path(::testing::TempDir()) / "council.xlsx";
  std::filesystem::remove(file);
  ASSERT_EQ(Run(absl::StrCat("export council --year 2017 --format xlsx --output ", file.string())), 0) << err_.str();
  std::ifstream in(file, std::ios::binary);
  std::stringstream bytes;
  bytes << in.rdbuf();
  EXPECT_TRUE(absl::StartsWith(bytes.str(), "PK"));
  EXPECT_THAT(Registered().text(), HasSubstr(Sha256Hex(bytes.str())));
  publication::v1::PreviewPublicationResponse response;
  auto* cell = response.add_cells();
  cell->set_state(publication::v1::Cell::SHOWN);
  cell->add_dimensions()->set_value("01000001");
  auto* figure = cell->add_figures();
  figure->set_measure("approved");
  figure->set_state(type::Figure::ANSWERED);
  figure->set_amount_cents(90'000);
  const auto sheets = CouncilSheets({}, 2017, response);
  EXPECT_EQ(sheets[0].rows[1][4].kind, SheetCell::Kind::kEuro);
  EXPECT_EQ(sheets[0].rows[1][0].kind, SheetCell::Kind::kText) << "a code is no number";
}

TEST_F(CouncilTest, WithoutAnAgreementNothingIsAsked) {
  EXPECT_EQ(Run("export council --year 2017 --agreement y"), 3);
  EXPECT_THAT(err_.str(), HasSubstr("wat niet is afgesproken, wordt niet gedeeld"));
  EXPECT_EQ(monitor_.asked().back().method, "GET");
  EXPECT_EQ(Run("export council"), 2);
  EXPECT_EQ(Run("export council --year 2017 --format xlsx"), 2);
  EXPECT_THAT(err_.str(), HasSubstr("--output"));
  EXPECT_EQ(Run("export council --year 2017 --snapshot onbekend"), 2);
  EXPECT_THAT(err_.str(), HasSubstr("geen moment met de naam"));
}

}  // namespace
}  // namespace nmd::cli
