// SPDX-License-Identifier: EUPL-1.2
#include "services/publication/formats/odata.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <libxml/parser.h>
#include <libxml/xpath.h>
#include <libxml/xpathInternals.h>

#include <memory>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "services/publication/formats/test_dataset.h"

namespace nmd::publication::formats {
namespace {

using google::protobuf::Struct;
using google::protobuf::Value;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::TestDataset;

v1::ReadODataRequest Options(const std::string& filter = "", const std::string& select = "") {
  v1::ReadODataRequest options;
  options.set_filter(filter);
  options.set_select(select);
  return options;
}

std::string Body(const v1::Dataset& dataset, absl::string_view path, const v1::ReadODataRequest& options = {}) {
  const auto answer = AnswerOData(dataset, path, options);
  EXPECT_TRUE(answer.ok()) << path << " " << answer.status();
  return answer.ok() ? answer->body : "";
}
std::vector<Struct> Rows(const std::string& body) {
  std::vector<Struct> rows;
  const Value read = testing::ReadJson(body);
  for (const Value& row : read.struct_value().fields().at("value").list_value().values()) rows.push_back(row.struct_value());
  return rows;
}
absl::StatusCode CodeOf(absl::string_view path, const v1::ReadODataRequest& options = {}) {
  return AnswerOData(TestDataset(), path, options).status().code();
}

const xmlChar* Xml(const char* text) { return reinterpret_cast<const xmlChar*>(text); }

// A dataset of many observations.
v1::Dataset Large(int cells) {
  v1::Dataset dataset = testing::EmptyDataset();
  v1::PublishedDimension* wijk = dataset.mutable_publication()->add_dimensions();
  wijk->set_dimension("wijk");
  for (int c = 0; c < cells; ++c) {
    testing::AddCode(c == 0 ? "totaal" : absl::StrCat("WK", c), "", wijk);
    v1::PublishedCell* cell = testing::AddCell({c}, v1::PublishedCell::SHOWN, dataset.mutable_publication());
    for (int m = 0; m < 3; ++m) cell->add_values()->set_count(c % 100);
  }
  return dataset;
}

TEST(OData, IsWhatOthersRead) {
  const v1::Dataset dataset = TestDataset();
  testing::ExpectGolden("odata-service.json", Body(dataset, ""));
  testing::ExpectGolden("odata-metadata.xml", Body(dataset, "$metadata"));
  testing::ExpectGolden("odata-observations.json", Body(dataset, "Observations"));
  testing::ExpectGolden("odata-measure-codes.json", Body(dataset, "MeasureCodes"));
}

TEST(OData, TheServiceDocumentNamesWhatThereIs) {
  const Value document = testing::ReadJson(Body(TestDataset(), ""));
  std::vector<std::string> names;
  for (const Value& set : document.struct_value().fields().at("value").list_value().values()) {
    const auto& fields = set.struct_value().fields();
    names.push_back(fields.at("name").string_value());
    EXPECT_EQ(fields.at("url").string_value(), absl::StrCat("gm1730-2018-0007/", names.back()));
    EXPECT_NE(Body(TestDataset(), names.back()), "");
  }
  EXPECT_THAT(names, ElementsAre("Observations", "MeasureCodes", "Dimensions", "Properties", "RegioSCodes", "PeriodenCodes",
                                 "WijkCodes"));
}

TEST(OData, ValueAttributeSaysWhyThereIsNoValue) {
  const std::vector<Struct> rows = Rows(Body(TestDataset(), "Observations"));
  ASSERT_EQ(rows.size(), 12u);
  std::vector<std::string> told;
  for (const Struct& row : rows) {
    const auto& fields = row.fields();
    const std::string attribute = fields.at("ValueAttribute").string_value();
    EXPECT_EQ(fields.at("Value").kind_case() == Value::kNullValue, attribute != "None");
    told.push_back(attribute);
  }
  EXPECT_EQ(told[0], "None");
  EXPECT_EQ(told[3], "Suppressed");
  EXPECT_EQ(told[6], "None");
  EXPECT_EQ(rows[6].fields().at("Value").number_value(), 0);
  EXPECT_EQ(told[9], "NotAvailable");
  EXPECT_EQ(told[10], "NotRegistered");
  EXPECT_EQ(told[11], "NotComparable");
  EXPECT_EQ(rows[3].fields().at("SourceQuality").kind_case(), Value::kNullValue);
}

// Each property of each row is in $metadata with its type, and every code of a row in the codes of its dimension.
TEST(OData, TheMetadataDescribesEveryRow) {
  const v1::Dataset dataset = TestDataset();
  const std::string xml = Body(dataset, "$metadata");
  const std::unique_ptr<xmlDoc, decltype(&xmlFreeDoc)> document(
      xmlReadMemory(xml.data(), static_cast<int>(xml.size()), nullptr, nullptr, XML_PARSE_NONET), &xmlFreeDoc);
  ASSERT_NE(document, nullptr);
  const std::unique_ptr<xmlXPathContext, decltype(&xmlXPathFreeContext)> context(xmlXPathNewContext(document.get()),
                                                                                 &xmlXPathFreeContext);
  xmlXPathRegisterNs(context.get(), Xml("e"), Xml("http://docs.oasis-open.org/odata/ns/edm"));
  const auto texts = [&](const std::string& path) {
    const std::unique_ptr<xmlXPathObject, decltype(&xmlXPathFreeObject)> found(
        xmlXPathEvalExpression(Xml(path.c_str()), context.get()), &xmlXPathFreeObject);
    std::vector<std::string> values;
    for (int i = 0; found != nullptr && found->nodesetval != nullptr && i < found->nodesetval->nodeNr; ++i) {
      xmlChar* text = xmlNodeGetContent(found->nodesetval->nodeTab[i]);
      values.emplace_back(reinterpret_cast<const char*>(text));
      xmlFree(text);
    }
    return values;
  };
  int judged = 0;
  for (const std::string& set : texts("//e:EntitySet/@Name")) {
    const std::vector<std::string> type = texts("//e:EntitySet[@Name='" + set + "']/@EntityType");
    ASSERT_EQ(type.size(), 1u);
    const std::string of_type = "//e:EntityType[@Name='" + type[0].substr(4) + "']";
    EXPECT_EQ(texts(of_type + "/e:Key/e:PropertyRef/@Name").size(), 1u) << set;
    const std::vector<std::string> names = texts(of_type + "/e:Property/@Name");
    for (const Struct& row : Rows(Body(dataset, set))) {
      EXPECT_EQ(static_cast<size_t>(row.fields().size()), names.size()) << set;
      for (const std::string& name : names) {
        ASSERT_EQ(row.fields().count(name), 1u) << set << " " << name;
        const Value& value = row.fields().at(name);
        const std::string property = of_type + "/e:Property[@Name='" + name + "']";
        const std::string edm = texts(property + "/@Type")[0];
        if (value.kind_case() == Value::kNullValue) {
          EXPECT_TRUE(texts(property + "/@Nullable").empty()) << set << " " << name;
        } else {
          EXPECT_EQ(value.kind_case() == Value::kStringValue, edm == "Edm.String") << set << " " << name;
          EXPECT_EQ(value.kind_case() == Value::kBoolValue, edm == "Edm.Boolean") << set << " " << name;
        }
        ++judged;
      }
    }
  }
  EXPECT_GT(judged, 150);
  EXPECT_EQ(texts("//e:Singleton/@Name").size(), 1u);
  for (const Struct& row : Rows(Body(dataset, "Observations"))) {
    for (const char* dimension : {"RegioS", "Perioden", "Wijk"}) {
      const std::string code = row.fields().at(dimension).string_value();
      EXPECT_EQ(Rows(Body(dataset, absl::StrCat(dimension, "Codes"), Options("Identifier eq '" + code + "'"))).size(), 1u)
          << dimension << " " << code;
    }
  }
}

TEST(OData, AnswersWhatIsAsked) {
  const v1::Dataset dataset = TestDataset();
  EXPECT_EQ(Rows(Body(dataset, "Observations", Options("Measure eq 'clients'"))).size(), 4u);
  EXPECT_EQ(Rows(Body(dataset, "Observations", Options("ValueAttribute eq 'Suppressed'"))).size(), 3u);
  const std::string selected = Body(dataset, "Observations", Options("Id lt 2", "Measure, Value"));
  EXPECT_THAT(selected, HasSubstr("\"@odata.context\":\"$metadata#Observations(Measure,Value)\""));
  EXPECT_EQ(Rows(selected)[0].fields().size(), 2u);
  v1::ReadODataRequest options;
  options.set_top(2);
  options.set_skip(1);
  options.set_count(true);
  const std::string page = Body(dataset, "Observations", options);
  EXPECT_EQ(Rows(page).size(), 2u);
  EXPECT_EQ(Rows(page)[0].fields().at("Id").number_value(), 1);
  EXPECT_THAT(page, HasSubstr("\"@odata.count\":12"));
  EXPECT_FALSE(absl::StrContains(page, "nextLink")) << "two were asked";
  options.set_top(0);
  EXPECT_EQ(Rows(Body(dataset, "Observations", options)).size(), 0u);
  EXPECT_EQ(Body(dataset, "Observations/$count"), "12");
  EXPECT_EQ(Body(dataset, "Observations/$count", Options("Value gt 0")), "3");
  EXPECT_THAT(Body(dataset, "Observations(3)"), HasSubstr("\"ValueAttribute\":\"Suppressed\""));
  EXPECT_THAT(Body(dataset, "Observations(3)"), HasSubstr("$metadata#Observations/$entity"));
  EXPECT_THAT(Body(dataset, "MeasureCodes('indicated')"), HasSubstr("\"Unit\":\"euro\""));
  EXPECT_THAT(Body(dataset, "Properties"), HasSubstr("\"PeriodStart\":\"2018-01-01\""));
}

TEST(OData, SaysWhatItHasNotAndWhatItCannotRead) {
  for (const char* path : {"Nothing", "Observations/1", "observations", "Observations(99)", "Observations('1')",
                           "Observations(1 or Id ge 0)", "MeasureCodes(1)", "MeasureCodes('x' or 'y')", "Observations)",
                           "$batch", "Properties/$count", "Properties(1)", "$metadata/$count"}) {
    EXPECT_EQ(CodeOf(path), absl::StatusCode::kNotFound) << path;
  }
  for (const char* option : {"orderby", "expand", "search", "apply", "compute", "skiptoken", "levels"}) {
    v1::ReadODataRequest options;
    const auto* field = v1::ReadODataRequest::descriptor()->FindFieldByName(option);
    options.GetReflection()->SetString(&options, field, "Value");
    const absl::Status status = AnswerOData(TestDataset(), "Observations", options).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kUnimplemented) << option;
    EXPECT_TRUE(absl::StartsWith(status.message(), absl::StrCat(option, ": "))) << status;
  }
  EXPECT_EQ(CodeOf("Observations", Options("Value eq")), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(CodeOf("Observations", Options("", "Nothing")), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(CodeOf("Observations(1)", Options("Id eq 1")), absl::StatusCode::kInvalidArgument);
  v1::ReadODataRequest options;
  options.set_top(-1);
  EXPECT_EQ(CodeOf("Observations", options), absl::StatusCode::kInvalidArgument);
  options.set_top(1);
  options.set_skip(-1);
  EXPECT_EQ(CodeOf("Observations", options), absl::StatusCode::kInvalidArgument);
  options.Clear();
  for (const char* format : {"json", "application/json", "application/json;odata.metadata=none"}) {
    options.set_format(format);
    EXPECT_EQ(CodeOf("Observations", options), absl::StatusCode::kOk) << format;
  }
  options.set_format("atom");
  EXPECT_EQ(CodeOf("Observations", options), absl::StatusCode::kUnimplemented);
  options.set_format("xml");
  EXPECT_EQ(CodeOf("$metadata", options), absl::StatusCode::kOk);
}

// Following the links gives every row once, whatever is asked beside it.
TEST(OData, TheNextLinksLeadThroughEverything) {
  const v1::Dataset dataset = Large(9'000);  // 27,000 observations.
  v1::ReadODataRequest options = Options("Value lt 90", "Id");
  options.set_count(true);
  std::set<double> ids;
  int pages = 0, rows = 0;
  for (bool more = true; more; ++pages) {
    ASSERT_LT(pages, 10);
    const std::string body = Body(dataset, "Observations", options);
    for (const Struct& row : Rows(body)) {
      ids.insert(row.fields().at("Id").number_value());
      ++rows;
    }
    const Value read = testing::ReadJson(body);
    EXPECT_EQ(read.struct_value().fields().at("@odata.count").number_value(), 24'300);
    more = read.struct_value().fields().count("@odata.nextLink") > 0;
    if (!more) continue;
    const std::string link = read.struct_value().fields().at("@odata.nextLink").string_value();
    EXPECT_EQ(link, absl::StrCat("Observations?$skip=", rows, "&$filter=Value%20lt%2090&$select=Id&$count=true"));
    options.set_skip(rows);
  }
  EXPECT_EQ(pages, 3);
  EXPECT_EQ(rows, 24'300);
  EXPECT_EQ(ids.size(), 24'300u);
  v1::ReadODataRequest top;
  top.set_top(15'000);
  EXPECT_THAT(Body(dataset, "Observations", top), HasSubstr("\"@odata.nextLink\":\"Observations?$skip=10000&$top=5000\""));
  top.set_top(10'000);
  EXPECT_FALSE(absl::StrContains(Body(dataset, "Observations", top), "nextLink"));
}

}  // namespace
}  // namespace nmd::publication::formats
