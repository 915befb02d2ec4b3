// SPDX-License-Identifier: EUPL-1.2
// The printed begrippenlijst and the catalogue are one: what people read is what is calculated.
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

#include "gateway/cli/glossary.h"
#include "gtest/gtest.h"
#include "services/costs/catalogue.h"
#include "services/costs/figures.h"

namespace nmd {
namespace {

costs::v1::ListMeasuresResponse Listed() {
  costs::v1::ListMeasuresResponse response;
  const costs::Catalogue& catalogue = *costs::Catalogue::Base();
  response.set_catalogue_version(catalogue.version());
  for (const costs::MeasureInfo& measure : catalogue.measures()) {
    *response.add_measures() = costs::MeasureMessage("gm1730", measure);
  }
  return response;
}

TEST(Glossary, ThePrintedOneAgreesWithTheCatalogue) {
  const char* root = std::getenv("NMD_SOURCE_DIR");
  const std::string path = std::string(root == nullptr ? "." : root) + "/services/costs/begrippenlijst.md";
  const std::string made = cli::GlossaryOf(Listed());
  if (std::getenv("NMD_UPDATE_GOLDEN") != nullptr) std::ofstream(path) << made;
  std::ifstream file(path);
  std::stringstream kept;
  kept << file.rdbuf();
  EXPECT_EQ(kept.str(), made) << "run this test with NMD_UPDATE_GOLDEN=1 after a change of measures.yaml";
}

TEST(Glossary, NamesEveryMeasureOnce) {
  const costs::v1::ListMeasuresResponse listed = Listed();
  const std::string made = cli::GlossaryOf(listed);
  for (const auto& measure : listed.measures()) {
    const size_t at = made.find("\n## " + measure.title() + "\n");
    ASSERT_NE(at, std::string::npos) << measure.title();
    EXPECT_EQ(made.find("\n## " + measure.title() + "\n", at + 1), std::string::npos) << measure.title();
  }
  EXPECT_EQ(cli::MeasureTable(listed).rows.size(), static_cast<size_t>(listed.measures_size()));
}

}  // namespace
}  // namespace nmd
