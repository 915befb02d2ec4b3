// SPDX-License-Identifier: EUPL-1.2
#include "services/publication/formats/sdmx.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "services/publication/formats/test_dataset.h"

namespace nmd::publication::formats {
namespace {

using testing::ReadCsv;
using testing::TestDataset;

TEST(Sdmx, IsTheFileThatOthersRead) {
  testing::ExpectGolden("dataset-sdmx.csv", WriteSdmxCsv(TestDataset()));
  testing::ExpectGolden("dataset-sdmx-structure.json", WriteSdmxStructure(TestDataset()));
}

// SDMX-CSV 2.0: first the structure, then dimensions, measures and attributes in the order of the structure.
TEST(Sdmx, ColumnsStandInTheOrderOfTheGuide) {
  const std::string text = WriteSdmxCsv(TestDataset());
  EXPECT_EQ(text.substr(0, text.find("\r\n")),
            "STRUCTURE,STRUCTURE_ID,ACTION,FREQ,REF_AREA,WIJK,MEASURE,TIME_PERIOD,OBS_VALUE,OBS_STATUS,CONF_STATUS,"
            "UNIT_MEASURE,SOURCE_QUALITY,COMPLETENESS,LINK_QUALITY");
  for (const auto& row : ReadCsv(text)) {
    EXPECT_EQ(row.at("STRUCTURE"), "dataflow");
    EXPECT_EQ(row.at("STRUCTURE_ID"), "GM1730:clienten-wijk(2.0.0)");
    EXPECT_EQ(row.at("ACTION"), "I");
    EXPECT_EQ(row.at("TIME_PERIOD"), "2018-Q1");
  }
}

TEST(Sdmx, EveryStateHasItsCode) {
  const auto rows = ReadCsv(WriteSdmxCsv(TestDataset()));
  const auto told = [&](size_t row) {
    return rows[row].at("OBS_VALUE") + " " + rows[row].at("OBS_STATUS") + " " + rows[row].at("CONF_STATUS");
  };
  EXPECT_EQ(told(0), "1234 P F") << "provisional";
  EXPECT_EQ(told(1), "598264.00 P F");
  for (size_t hidden = 3; hidden < 6; ++hidden) EXPECT_EQ(told(hidden), "NaN Q C");
  EXPECT_EQ(told(6), "0 A F") << "a counted zero is normal";
  EXPECT_EQ(told(8), "NaN O F");
  EXPECT_EQ(told(9), "NaN O F") << "not delivered";
  EXPECT_EQ(told(10), "NaN L F") << "nobody registers it";
  EXPECT_EQ(told(11), "NaN B F") << "a break";
  EXPECT_EQ(rows[0].at("WIJK"), "_T");
  EXPECT_EQ(rows[9].at("WIJK"), "_U");
}

// Whether a cell is hidden for itself or for another would tell which are small.
TEST(Sdmx, HiddenCellsAreAllAlike) {
  std::set<std::string> kinds;
  for (const auto& row : ReadCsv(WriteSdmxCsv(TestDataset()))) {
    if (row.at("OBS_STATUS") != "Q") continue;
    kinds.insert(row.at("CONF_STATUS") + row.at("OBS_VALUE") + row.at("SOURCE_QUALITY") + row.at("LINK_QUALITY"));
  }
  EXPECT_THAT(kinds, ::testing::ElementsAre("CNaN"));
}

TEST(Sdmx, DifferentCodesStayDifferentIdentifiers) {
  const std::vector<std::string> codes = {"",    "totaal", "_T", "_U", "$",    "$24", "a b", "a_b",   "a-b",
                                          "a.b", "é",      "A",  "a",  "0-17", "18+", "18",  "Totaal"};
  std::set<std::string> ids;
  for (const std::string& code : codes) {
    const std::string id = SdmxCode(code);
    EXPECT_TRUE(ids.insert(id).second) << code << " " << id;
    for (const char c : id)
      EXPECT_TRUE(absl::ascii_isalnum(static_cast<unsigned char>(c)) || absl::StrContains("_-@$", absl::string_view(&c, 1)))
          << id;
  }
  EXPECT_EQ(SdmxCode("0-17"), "0-17");
  EXPECT_EQ(SdmxCode("18+"), "18$2B");
}

// The structure has every column of the file, in its order, and a code for every value in it.
TEST(Sdmx, TheStructureExplainsTheFile) {
  v1::Dataset dataset = TestDataset();
  const google::protobuf::Value message = testing::ReadJson(WriteSdmxStructure(dataset));
  const auto& data = message.struct_value().fields().at("data").struct_value().fields();
  std::map<std::string, std::set<std::string>> codelists;
  for (const auto& list : data.at("codelists").list_value().values()) {
    const auto& fields = list.struct_value().fields();
    std::set<std::string>& codes = codelists[fields.at("id").string_value()];
    for (const auto& code : fields.at("codes").list_value().values())
      codes.insert(code.struct_value().fields().at("id").string_value());
  }
  std::set<std::string> concepts;
  for (const auto& one :
       data.at("conceptSchemes").list_value().values(0).struct_value().fields().at("concepts").list_value().values())
    concepts.insert(one.struct_value().fields().at("id").string_value());
  const auto& components = data.at("dataStructures")
                               .list_value()
                               .values(0)
                               .struct_value()
                               .fields()
                               .at("dataStructureComponents")
                               .struct_value()
                               .fields();
  std::vector<std::string> columns = {"STRUCTURE", "STRUCTURE_ID", "ACTION"};
  const auto add = [&](const google::protobuf::Value& component) {
    const auto& fields = component.struct_value().fields();
    columns.push_back(fields.at("id").string_value());
    EXPECT_EQ(concepts.count(columns.back()), 1u) << columns.back();
    const auto& representation = fields.at("localRepresentation").struct_value().fields();
    if (representation.count("enumeration") > 0) {
      EXPECT_EQ(codelists.count("CL_" + columns.back()), 1u) << columns.back();
      EXPECT_TRUE(absl::StrContains(representation.at("enumeration").string_value(), ":CL_" + columns.back() + "("));
    }
  };
  const auto& dimension_list = components.at("dimensionList").struct_value().fields();
  for (const auto& one : dimension_list.at("dimensions").list_value().values()) add(one);
  add(dimension_list.at("timeDimension"));
  for (const auto& one : components.at("measureList").struct_value().fields().at("measures").list_value().values()) add(one);
  for (const auto& one : components.at("attributeList").struct_value().fields().at("attributes").list_value().values())
    add(one);
  const std::string text = WriteSdmxCsv(dataset);
  EXPECT_EQ(columns, std::vector<std::string>(absl::StrSplit(text.substr(0, text.find("\r\n")), ',')));
  for (const auto& row : ReadCsv(text)) {
    for (const auto& [column, value] : row) {
      const auto list = codelists.find("CL_" + column);
      if (list != codelists.end()) {
        EXPECT_EQ(list->second.count(value), 1u) << column << " " << value;
      }
    }
  }
}

TEST(Sdmx, TimeAndPlaceAreNoDimensionsOfTheirOwn) {
  v1::Dataset dataset = testing::EmptyDataset();
  dataset.set_name("municipalities/nmd/datasets/x_2018-01-01_2018-04-01");
  v1::Publication& publication = *dataset.mutable_publication();
  v1::PublishedDimension* whose = publication.add_dimensions();
  whose->set_dimension("municipality");
  testing::AddCode("totaal", "Regio", whose);
  testing::AddCode("gm1730", "Tynaarlo", whose);
  v1::PublishedDimension* time = publication.add_dimensions();
  time->set_dimension("month");
  for (const char* code : {"totaal", "2018-01"}) testing::AddCode(code, "", time);
  for (int area = 0; area < 2; ++area) {
    for (int month = 0; month < 2; ++month) testing::AddCell({area, month}, v1::PublishedCell::HIDDEN, &publication);
  }
  const auto rows = ReadCsv(WriteSdmxCsv(dataset));
  ASSERT_EQ(rows.size(), 12u);
  EXPECT_EQ(rows[0].at("REF_AREA") + rows[0].at("TIME_PERIOD") + rows[0].at("FREQ"), "NMD2018-Q1Q");
  EXPECT_EQ(rows[9].at("REF_AREA") + rows[9].at("TIME_PERIOD") + rows[9].at("FREQ"), "GM17302018-01M");
  EXPECT_EQ(rows[0].count("MONTH") + rows[0].count("MUNICIPALITY"), 0u);
}

}  // namespace
}  // namespace nmd::publication::formats
