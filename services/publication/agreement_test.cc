// SPDX-License-Identifier: EUPL-1.2
#include "services/publication/agreement.h"

#include <cstdlib>
#include <fstream>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_replace.h"
#include "services/platform/config.h"
#include "services/platform/errors.h"

namespace nmd::publication {
namespace {

using ::testing::ElementsAre;

std::vector<std::string> FaultyFields(const absl::Status& status) {
  std::vector<std::string> paths;
  for (const BadField& field : BadFieldsOf(status)) paths.push_back(field.path);
  return paths;
}

constexpr absl::string_view kGood = R"(
agreements:
  - name: municipalities/gm1730/agreements/regio
    title: Regio
    audiences: [regio]
    purpose: Sturing
    legal_basis: Jeugdwet artikel 2.7
    contact: privacyfunctionaris
    start_date: "2018-01-01"
    end_date: "2019-01-01"
    tables:
      - {table: wijk, title: Per wijk, measures: [clients, indicated], dimensions: [wijk], minimum_clients: 10}
)";

absl::StatusOr<std::vector<v1::Agreement>> Check(absl::string_view yaml) {
  internal::v1::AgreementFile file;
  const absl::Status status = ParseYaml(yaml, "agreements.yaml", &file);
  if (!status.ok()) return status;
  return CheckAgreements(file, "gm1730");
}

TEST(Agreement, SharesNothingByDefault) {
  const auto agreements = Check("agreements: []");
  ASSERT_TRUE(agreements.ok());
  EXPECT_TRUE(agreements->empty());
}

TEST(Agreement, TellsAllFaultsAtOnce) {
  EXPECT_TRUE(Check(kGood).ok());
  const auto bad = Check(R"(
agreements:
  - name: municipalities/gm0106/agreements/regio
    audiences: [regio, regio]
    purpose: Sturing
    contact: privacyfunctionaris
    start_date: "2019-01-01"
    end_date: "2018-01-01"
    tables:
      - {table: Wijk 1, title: Per wijk, measures: [provisions], dimensions: [], minimum_clients: 4}
      - {table: b, title: B, measures: [clients, ""], dimensions: [wijk, wijk], filters: [{}], minimum_clients: 5}
)");
  EXPECT_EQ(ReasonOf(bad.status()), ErrorReason::FIELDS_INVALID);
  EXPECT_THAT(
      FaultyFields(bad.status()),
      ElementsAre("agreements[0].name", "agreements[0].title", "agreements[0].legal_basis", "agreements[0].audiences[1]",
                  "agreements[0].end_date", "agreements[0].tables[0].table", "agreements[0].tables[0].measures",
                  "agreements[0].tables[0].dimensions", "agreements[0].tables[0].minimum_clients",
                  "agreements[0].tables[1].measures[1]", "agreements[0].tables[1].dimensions[1]",
                  "agreements[0].tables[1].filters[0].dimension", "agreements[0].tables[1].filters[0].values"));
}

TEST(Agreement, HoldsFromItsFirstDayUntilItsEndInDutchTime) {
  const v1::Agreement agreement = Check(kGood)->front();
  const auto at = [](const char* text) {
    absl::Time time;
    std::string error;
    EXPECT_TRUE(absl::ParseTime(absl::RFC3339_full, text, &time, &error)) << error;
    return time;
  };
  EXPECT_FALSE(InForce(agreement, at("2017-12-31T23:59:59+01:00")));
  EXPECT_TRUE(InForce(agreement, at("2018-01-01T00:00:00+01:00")));
  EXPECT_TRUE(InForce(agreement, at("2018-12-31T22:59:59Z")));
  EXPECT_FALSE(InForce(agreement, at("2018-12-31T23:00:00Z"))) << "it is 2019 in the Netherlands";
}

TEST(Agreement, TheFileOfTheDemoIsSound) {
  const char* source = std::getenv("NMD_SOURCE_DIR");
  std::ifstream file(std::string(source == nullptr ? "." : source) + "/deploy/config/agreements.yaml");
  std::stringstream text;
  text << file.rdbuf();
  const auto agreements = Check(absl::StrReplaceAll(text.str(), {{"@MUNICIPALITY@", "gm1730"}}));
  ASSERT_TRUE(agreements.ok()) << agreements.status();
  ASSERT_EQ(agreements->size(), 3);
  EXPECT_EQ((*agreements)[0].name(), "municipalities/gm1730/agreements/onderzoek-uitgaven-per-aanbieder") << "sorted by name";
}

}  // namespace
}  // namespace nmd::publication
