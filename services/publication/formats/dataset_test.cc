// SPDX-License-Identifier: EUPL-1.2
#include "services/publication/formats/dataset.h"

#include <gtest/gtest.h>

#include <limits>
#include <random>

#include "absl/strings/match.h"
#include "services/publication/formats/catalogue.h"
#include "services/publication/formats/csv.h"
#include "services/publication/formats/json.h"
#include "services/publication/formats/odata.h"
#include "services/publication/formats/sdmx.h"
#include "services/publication/formats/test_dataset.h"

namespace nmd::publication::formats {
namespace {

using testing::TestDataset;

TEST(Dataset, TellsTheFiveStatesApart) {
  const v1::Publication publication = TestDataset().publication();
  EXPECT_EQ(StateOf(publication.cells(0), 0), ValueState::kAnswered);
  EXPECT_EQ(StateOf(publication.cells(1), 0), ValueState::kSuppressed);
  EXPECT_EQ(StateOf(publication.cells(2), 0), ValueState::kAnswered) << "a counted zero is a value";
  EXPECT_EQ(StateOf(publication.cells(2), 2), ValueState::kNotAvailable);
  EXPECT_EQ(StateOf(publication.cells(3), 0), ValueState::kNotAvailable);
  EXPECT_EQ(StateOf(publication.cells(3), 1), ValueState::kNotRegistered);
  EXPECT_EQ(StateOf(publication.cells(3), 2), ValueState::kNotComparable);
  v1::PublishedCell regional;
  regional.set_state(v1::PublishedCell::SHOWN);
  regional.add_values()->set_missing("CELL_PROTECTED");
  EXPECT_EQ(StateOf(regional, 0), ValueState::kSuppressed);
  EXPECT_EQ(StateOf(regional, 1), ValueState::kNotAvailable) << "not told at all";
  regional.mutable_values(0)->set_missing("A_REASON_OF_A_LATER_EDITION");
  EXPECT_EQ(StateOf(regional, 0), ValueState::kNotAvailable);
}

TEST(Dataset, WritesNumbersExactly) {
  v1::PublishedCell cell;
  cell.set_state(v1::PublishedCell::SHOWN);
  v1::PublishedValue* value = cell.add_values();
  const auto cents = [&](int64_t amount) {
    value->set_amount_cents(amount);
    return NumberOf(cell, 0);
  };
  EXPECT_EQ(cents(0), "0.00");
  EXPECT_EQ(cents(5), "0.05");
  EXPECT_EQ(cents(-5), "-0.05");
  EXPECT_EQ(cents(-123456), "-1234.56");
  EXPECT_EQ(cents(std::numeric_limits<int64_t>::min()), "-92233720368547758.08");
  value->set_count(std::numeric_limits<int64_t>::max());
  EXPECT_EQ(NumberOf(cell, 0), "9223372036854775807");
  for (const double ratio : {0.1, 1.0 / 3, 1e-9, 123456.789, 5e21}) {
    value->set_ratio(ratio);
    EXPECT_EQ(std::stod(NumberOf(cell, 0)), ratio);
  }
}

TEST(Dataset, NamesPeriodsAsOthersDo) {
  struct Case {
    const char *start, *end, *sdmx, *frequency, *cbs;
  };
  for (const Case& test :
       {Case{"2018-01-01", "2019-01-01", "2018", "A", "2018JJ00"}, Case{"2018-07-01", "2019-01-01", "2018-S2", "S", "2018HJ02"},
        Case{"2018-04-01", "2018-07-01", "2018-Q2", "Q", "2018KW02"},
        Case{"2018-12-01", "2019-01-01", "2018-12", "M", "2018MM12"},
        Case{"2018-02-01", "2018-05-01", "2018-02-01/P3M", "_O", "2018-02-01/2018-05-01"},
        Case{"2018-07-01", "2019-07-01", "2018-07-01/P12M", "_O", "2018-07-01/2019-07-01"},
        Case{"2018-01-15", "2018-02-01", "2018-01-15/P17D", "_O", "2018-01-15/2018-02-01"}}) {
    EXPECT_EQ(SdmxPeriod({test.start, test.end}), test.sdmx);
    EXPECT_EQ(SdmxFrequency({test.start, test.end}), test.frequency);
    EXPECT_EQ(CbsPeriod({test.start, test.end}), test.cbs);
  }
}

TEST(Dataset, ACellOfAMonthIsAboutThatMonth) {
  v1::Dataset dataset = testing::EmptyDataset();
  v1::PublishedDimension* time = dataset.mutable_publication()->add_dimensions();
  time->set_dimension("quarter");
  for (const char* code : {"totaal", "2018-Q1", "2018", "2018-03", "anders"}) testing::AddCode(code, "", time);
  const auto span = [&](int code) {
    v1::PublishedCell cell;
    cell.add_codes(code);
    const Span found = SpanOf(dataset, cell);
    return found.start + " " + found.end;
  };
  EXPECT_EQ(span(0), "2018-01-01 2018-04-01");
  EXPECT_EQ(span(1), "2018-01-01 2018-04-01");
  EXPECT_EQ(span(2), "2018-01-01 2019-01-01");
  EXPECT_EQ(span(3), "2018-03-01 2018-04-01");
  EXPECT_EQ(span(4), "2018-01-01 2018-04-01") << "a code that is no period is of the whole";
}

TEST(Dataset, WritesJsonThatEverybodyReads) {
  const std::string all = "\"\\/\b\f\n\r\t\x01 é €";
  Json json;
  json.Open('{').Text("a", all).Key("b").Open('[').Int(-5).Bool(true).Null().Number("1.50").Close(']').Maybe("c", "").Close(
      '}');
  const google::protobuf::Value read = testing::ReadJson(json.text());
  EXPECT_EQ(read.struct_value().fields().at("a").string_value(), all);
  EXPECT_EQ(read.struct_value().fields().at("b").list_value().values_size(), 4);
  EXPECT_EQ(read.struct_value().fields().count("c"), 0u);
}

// A hidden value gets out of no format, even where a message holds one that it must not.
TEST(Dataset, NoFormatEverTellsAHiddenValue) {
  std::mt19937 random(8);
  int secret_count = 0;
  for (int round = 0; round < 300; ++round) {
    v1::Dataset dataset = testing::EmptyDataset();
    const std::vector<std::string> secrets = testing::AddSecrets(random, &dataset);
    Publisher publisher;
    publisher.parent = "municipalities/gm1730";
    std::vector<std::string> outputs = {WriteCsv(dataset),
                                        WriteCsvMetadata(dataset, "https://licence.example"),
                                        WriteGmsd(dataset),
                                        WriteSdmxCsv(dataset),
                                        WriteSdmxStructure(dataset),
                                        WriteCatalogueJsonLd(publisher, {dataset}),
                                        WriteCatalogueTurtle(publisher, {dataset})};
    v1::ReadODataRequest options;
    for (const char* path : {"", "$metadata", "Observations", "MeasureCodes", "Dimensions", "Properties", "WijkCodes"}) {
      const auto answer = AnswerOData(dataset, path, options);
      ASSERT_TRUE(answer.ok()) << path << answer.status();
      outputs.push_back(answer->body);
    }
    for (const std::string& secret : secrets) {
      for (const std::string& output : outputs) ASSERT_FALSE(absl::StrContains(output, secret)) << secret << "\n" << output;
      // Nor to who asks whether it is there.
      if (secret == "123456789") continue;
      options.set_filter("Value eq " + secret + " or Value eq " + secret + ".0");
      EXPECT_EQ(AnswerOData(dataset, "Observations/$count", options)->body, "0");
    }
    secret_count += static_cast<int>(secrets.size()) - 1;
  }
  EXPECT_GT(secret_count, 1000);
}

}  // namespace
}  // namespace nmd::publication::formats
