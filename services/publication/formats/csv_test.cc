// SPDX-License-Identifier: EUPL-1.2
#include "services/publication/formats/csv.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "services/publication/formats/dataset.h"
#include "services/publication/formats/test_dataset.h"

namespace nmd::publication::formats {
namespace {

using testing::ReadCsv;
using testing::TestDataset;

TEST(Csv, IsTheFileThatOthersRead) {
  testing::ExpectGolden("dataset.csv", WriteCsv(TestDataset()));
  testing::ExpectGolden("dataset-csv-metadata.json", WriteCsvMetadata(TestDataset(), "https://licence.example/cc0"));
  testing::ExpectGolden("dataset-gmsd.csv", WriteGmsd(TestDataset()));
}

TEST(Csv, ReadBackItIsWhatWasReleased) {
  const v1::Dataset dataset = TestDataset();
  const auto rows = ReadCsv(WriteCsv(dataset));
  ASSERT_EQ(rows.size(), 12u);
  EXPECT_EQ(rows[0].at("figuur"), "gm1730-2018-0007.0");
  EXPECT_EQ(rows[0].at("waarde"), "1234");
  EXPECT_EQ(rows[0].at("voorlopig"), "true");
  EXPECT_EQ(rows[1].at("waarde"), "598264.00");
  EXPECT_EQ(rows[1].at("eenheid"), "EUR");
  EXPECT_EQ(rows[2].at("waarde"), "0.1");
  EXPECT_EQ(rows[3].at("wijk_naam"), "Eelde, \"Oud\"");
  EXPECT_EQ(rows[6].at("wijk_naam"), "'=Vries; <Zuid>") << "no formula for a spreadsheet";
  EXPECT_EQ(rows[6].at("waarde"), "0");
  int row = 0;
  for (int c = 0; c < dataset.publication().cells_size(); ++c) {
    for (int m = 0; m < dataset.publication().measures_size(); ++m, ++row) {
      const v1::PublishedCell& cell = dataset.publication().cells(c);
      EXPECT_EQ(rows[static_cast<size_t>(row)].at("waarde"), NumberOf(cell, m));
      EXPECT_EQ(rows[static_cast<size_t>(row)].at("toestand"), WordOf(StateOf(cell, m)));
    }
  }
}

TEST(Csv, SaysHowFarARoundedValueMayBeOff) {
  v1::Dataset dataset = TestDataset();
  EXPECT_EQ(ReadCsv(WriteCsv(dataset))[0].count("onzekerheid"), 0u) << "values as they are need none";
  dataset.mutable_publication()->mutable_measures(0)->set_uncertainty(4);
  dataset.mutable_publication()->mutable_measures(1)->set_uncertainty(99'999);
  const auto rows = ReadCsv(WriteCsv(dataset));
  EXPECT_EQ(rows[0].at("onzekerheid"), "4");
  EXPECT_EQ(rows[1].at("onzekerheid"), "999.99") << "in euro, as the value";
  EXPECT_EQ(rows[2].at("onzekerheid"), "") << "a measure that is not rounded";
  for (const auto& row : rows) EXPECT_TRUE(row.at("toestand") == "beantwoord" || row.at("onzekerheid").empty());
  EXPECT_THAT(WriteGmsd(dataset), ::testing::HasSubstr("Cliënten (afgerond, ± 4)"));
}

// R3: never a zero or a blank for what is not known.
TEST(Csv, SaysOfEveryValueWhyItIsNotThere) {
  for (const auto& row : ReadCsv(WriteCsv(TestDataset()))) {
    EXPECT_EQ(row.at("waarde").empty(), row.at("toestand") != "beantwoord");
    EXPECT_EQ(row.at("waarde").empty(), !row.at("reden").empty());
    if (row.at("toestand") == "onderdrukt") {
      EXPECT_EQ(row.at("reden"), "CELL_PROTECTED");
      EXPECT_EQ(row.at("bronkwaliteit"), "");
      EXPECT_EQ(row.at("koppelkwaliteit"), "");
    }
  }
}

TEST(Csv, ItsMetadataDescribesItsColumns) {
  const std::string text = WriteCsv(TestDataset());
  const google::protobuf::Value metadata = testing::ReadJson(WriteCsvMetadata(TestDataset(), ""));
  const auto& fields = metadata.struct_value().fields();
  EXPECT_EQ(fields.at("url").string_value(), "csv");
  EXPECT_EQ(fields.count("dc:license"), 0u);
  std::string header;
  std::vector<std::string> required;
  for (const auto& column : fields.at("tableSchema").struct_value().fields().at("columns").list_value().values()) {
    const auto& told = column.struct_value().fields();
    absl::StrAppend(&header, header.empty() ? "" : ",", told.at("name").string_value());
    if (told.count("required") > 0) required.push_back(told.at("name").string_value());
  }
  EXPECT_EQ(header, text.substr(0, text.find("\r\n")));
  for (const auto& row : ReadCsv(text)) {
    for (const std::string& name : required) EXPECT_NE(row.at(name), "") << name;
  }
}

TEST(Csv, OfTheRegionSaysWhoseValueItIs) {
  v1::Dataset dataset = testing::EmptyDataset();
  dataset.set_name("municipalities/nmd/datasets/clienten_2018-01-01_2018-04-01");
  v1::PublishedDimension* whose = dataset.mutable_publication()->add_dimensions();
  whose->set_dimension("municipality");
  testing::AddCode("totaal", "Regio", whose);
  testing::AddCode("gm1730", "Tynaarlo", whose);
  for (int code = 0; code < 2; ++code) {
    testing::AddCell({code}, v1::PublishedCell::SHOWN, dataset.mutable_publication())->add_values()->set_count(10);
  }
  const auto rows = ReadCsv(WriteCsv(dataset));
  EXPECT_EQ(rows[0].at("gemeente"), "NMD");
  EXPECT_EQ(rows[3].at("gemeente"), "GM1730");
  EXPECT_EQ(rows[1].at("toestand"), "niet_beschikbaar") << "a measure that is not told";
  const auto gmsd = ReadCsv(WriteGmsd(dataset), ';');
  EXPECT_EQ(gmsd[1].at("RegioS"), "GM1730");
  EXPECT_EQ(gmsd[1].count("Municipality"), 0u);
}

TEST(Gmsd, WritesAsStatisticsNetherlandsDoes) {
  const auto rows = ReadCsv(WriteGmsd(TestDataset()), ';');
  ASSERT_EQ(rows.size(), 4u);
  EXPECT_EQ(rows[0].at("Perioden"), "2018KW01");
  EXPECT_EQ(rows[0].at("RegioS"), "GM1730");
  EXPECT_EQ(rows[0].at("Wijk"), "Totaal");
  EXPECT_EQ(rows[0].at("Toegewezen (euro)"), "598264,00");
  EXPECT_EQ(rows[1].at("Cliënten"), ".");
  EXPECT_EQ(rows[2].at("Cliënten"), "0");
  EXPECT_EQ(rows[3].at("Wijk"), "Onbekend");
  EXPECT_EQ(rows[3].at("Cliënten"), ".");
}

}  // namespace
}  // namespace nmd::publication::formats
