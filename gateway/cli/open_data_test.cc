// SPDX-License-Identifier: EUPL-1.2
#include "gateway/cli/open_data.h"

#include <filesystem>
#include <fstream>
#include <sstream>

#include "gateway/cli/command_test.h"
#include "gmock/gmock.h"
#include "nmd/publication/v1/open_data.pb.h"

namespace nmd::cli {
namespace {

using testing::CommandTest;
using testing::FakeMonitor;
using ::testing::HasSubstr;

class OpenDataCommandTest : public CommandTest {
 protected:
  void OnBytes(const std::string& path, const std::string& bytes) {
    monitor_.On("GET /v1/municipalities/gm1730/" + path, [bytes](const FakeMonitor::Asked&) {
      return gateway::HttpResponse{200, "text/csv", bytes, {}};
    });
  }
};

TEST_F(OpenDataCommandTest, ListsWhatIsForEverybodyWithWhatWasTakenBack) {
  monitor_.OnJson("GET /v1/municipalities/gm1730/datasets", R"({"datasets":[
      {"name":"municipalities/gm1730/datasets/gm1730-2018-0009","title":"Per wijk","state":"CURRENT",
       "period":{"startDate":"2018-01-01","endDate":"2018-02-01"}},
      {"name":"municipalities/gm1730/datasets/gm1730-2018-0007","title":"Per wijk","state":"WITHDRAWN","reason":"Dubbel geteld.",
       "period":{"startDate":"2018-01-01","endDate":"2018-02-01"}}]})");
  ASSERT_EQ(Run("--format csv publish datasets"), 0) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("\ngm1730-2018-0009,geldt,Per wijk,2018-01-01,2018-02-01,,,,\n"));
  EXPECT_THAT(out_.str(), HasSubstr("\ngm1730-2018-0007,ingetrokken,Per wijk,2018-01-01,2018-02-01,,,,Dubbel geteld.\n"));
}

TEST_F(OpenDataCommandTest, GivesTheBytesAsTheyAre) {
  const std::string bytes = "a,b\r\n1,\xC3\xA9\r\n";
  OnBytes("datasets/gm1730-2018-0007/files/sdmx-csv", bytes);
  ASSERT_EQ(Run("publish export gm1730-2018-0007 --format sdmx-csv"), 0) << err_.str();
  EXPECT_EQ(out_.str(), bytes);
  const std::string path = ::testing::TempDir() + "/open_data_export.csv";
  std::filesystem::remove(path);
  ASSERT_EQ(RunWords({"publish", "export", "gm1730-2018-0007", "--format", "sdmx-csv", "--output", path}), 0) << err_.str();
  EXPECT_EQ(out_.str(), "");
  std::stringstream written;
  written << std::ifstream(path, std::ios::binary).rdbuf();
  EXPECT_EQ(written.str(), bytes);
}

TEST_F(OpenDataCommandTest, AsksTheCatalogueAndOData) {
  OnBytes("catalogue", "{}");
  ASSERT_EQ(Run("publish export --format dcat"), 0) << err_.str();
  ASSERT_EQ(Run("publish export --format dcat-turtle"), 0) << err_.str();
  EXPECT_THAT(monitor_.asked().back().target, HasSubstr("/catalogue?format=turtle"));
  OnBytes("odata/gm1730-2018-0007/Observations", "{}");
  ASSERT_EQ(RunWords({"publish", "export", "gm1730-2018-0007", "--format", "odata", "--filter", "Value gt 5"}), 0)
      << err_.str();
  EXPECT_THAT(monitor_.asked().back().target, HasSubstr("/Observations?%24filter=Value%20gt%205"));
}

TEST_F(OpenDataCommandTest, SaysWhatIsMissing) {
  EXPECT_EQ(Run("publish export gm1730-2018-0007"), 2) << "which format?";
  EXPECT_EQ(Run("publish export gm1730-2018-0007 --format word"), 2);
  EXPECT_EQ(Run("publish export --format csv"), 3) << "of which dataset?";
  EXPECT_THAT(err_.str(), HasSubstr("nmdctl publish datasets"));
  monitor_.On("GET /v1/municipalities/gm1730/datasets/gm1730-2018-0007/files/csv", [](const FakeMonitor::Asked&) {
    return FakeMonitor::Problem(
        Fail(absl::StatusCode::kFailedPrecondition, ErrorReason::PUBLICATION_WITHDRAWN, "taken back", {{"reason", "Fout."}}));
  });
  EXPECT_EQ(Run("publish export gm1730-2018-0007 --format csv"), 3);
  EXPECT_THAT(err_.str(), HasSubstr("PUBLICATION_WITHDRAWN"));
}

TEST_F(OpenDataCommandTest, AsksTheLedgerForIv3) {
  monitor_.OnJson("POST /v1/municipalities/gm1730/iv3/_export", R"({"metadata":{}})");
  ASSERT_EQ(Run("publish export --format iv3 --year 2025 --quarter 5 --title Tynaarlo --contact-name Beheer --contact-email "
                "a@example.nl --contact-phone 0592 --cost-category 3.4.1 --revenue-category 3.4.2"),
            0)
      << err_.str();
  EXPECT_EQ(out_.str(), R"({"metadata":{}})");
  const auto asked = Asked<publication::v1::ExportIv3Request>();
  EXPECT_EQ(asked.year(), 2025);
  EXPECT_EQ(asked.quarter(), 5);
  EXPECT_EQ(asked.cost_category(), "3.4.1");
}

}  // namespace
}  // namespace nmd::cli
