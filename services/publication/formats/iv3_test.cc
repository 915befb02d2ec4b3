// SPDX-License-Identifier: EUPL-1.2
#include "services/publication/formats/iv3.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "services/publication/formats/test_dataset.h"

namespace nmd::publication::formats {
namespace {

using google::protobuf::Struct;
using google::protobuf::Value;
using ::testing::HasSubstr;
using ::testing::Not;

Iv3Delivery TestDelivery() {
  Iv3Delivery delivery;
  delivery.municipality = "gm1730";
  delivery.municipality_title = "Tynaarlo";
  delivery.year = 2025;
  delivery.quarter = 5;
  delivery.made_time = "2026-03-31T12:40:00Z";
  delivery.known_time = "2026-03-01T00:00:00Z";
  delivery.contact_name = "Financiën";
  delivery.contact_email = "financien@example.nl";
  delivery.contact_phone = "0592000000";
  delivery.cost_category = "3.4.1";
  delivery.revenue_category = "3.4.2";
  delivery.costs = {{"", 12345}, {"6.711", 100000}, {"6.752", -5}, {"6.762", 0}};
  delivery.revenues = {{"6.711", 250}};
  return delivery;
}

// A file of the official material; empty when it is not there.
std::string Official(const std::string& name) {
  const char* source = std::getenv("NMD_SOURCE_DIR");
  std::ifstream file(absl::StrCat(source == nullptr ? "." : source, "/../shared/iv3/", name));
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

// The words of JSON Schema that the Iv3 schema uses; anything else in it fails the test.
void Validate(const Value& value, const Struct& schema, const Struct& root, const std::string& path) {
  const auto& words = schema.fields();
  if (words.count("$ref") > 0) {
    const std::string name = words.at("$ref").string_value().substr(std::string("#/definitions/").size());
    return Validate(value, root.fields().at("definitions").struct_value().fields().at(name).struct_value(), root, path);
  }
  for (const auto& [word, asked] : words) {
    if (word == "type") {
      const std::string type = asked.string_value();
      const Value::KindCase kind = value.kind_case();
      EXPECT_EQ(kind, type == "object"    ? Value::kStructValue
                      : type == "array"   ? Value::kListValue
                      : type == "number"  ? Value::kNumberValue
                      : type == "boolean" ? Value::kBoolValue
                                          : Value::kStringValue)
          << path;
    } else if (word == "required") {
      for (const Value& name : asked.list_value().values())
        EXPECT_EQ(value.struct_value().fields().count(name.string_value()), 1u) << path << " " << name.string_value();
    } else if (word == "properties") {
      const bool closed = words.count("additionalProperties") > 0 && !words.at("additionalProperties").bool_value();
      for (const auto& [name, member] : value.struct_value().fields()) {
        const auto known = asked.struct_value().fields().find(name);
        if (known == asked.struct_value().fields().end()) {
          EXPECT_FALSE(closed) << path << " may not have " << name;
        } else {
          Validate(member, known->second.struct_value(), root, path + "." + name);
        }
      }
    } else if (word == "items") {
      for (const Value& item : value.list_value().values()) Validate(item, asked.struct_value(), root, path + "[]");
    } else if (word == "oneOf") {
      ASSERT_EQ(asked.list_value().values_size(), 1) << path;
      Validate(value, asked.list_value().values(0).struct_value(), root, path);
    } else if (word == "enum") {
      bool found = false;
      for (const Value& one : asked.list_value().values())
        found = found || one.SerializeAsString() == value.SerializeAsString();
      EXPECT_TRUE(found) << path;
    } else if (word == "pattern") {
      EXPECT_TRUE(std::regex_search(value.string_value(), std::regex(asked.string_value()))) << path << value.string_value();
    } else if (word == "minProperties") {
      EXPECT_GE(value.struct_value().fields().size(), asked.number_value()) << path;
    } else {
      const std::set<std::string> said = {"$schema",    "title", "description", "$id", "examples", "additionalProperties",
                                          "definitions"};
      EXPECT_EQ(said.count(word), 1u) << "a word of the schema that is not judged: " << word;
    }
  }
}

TEST(Iv3, IsTheFileThatOthersRead) { testing::ExpectGolden("iv3.json", WriteIv3(TestDelivery())); }

TEST(Iv3, KeepsToTheSchemaOfStatisticsNetherlands) {
  const std::string schema = Official("iv3_data_schema_v2_1_1.json");
  if (schema.empty()) GTEST_SKIP() << "the Iv3 schema does not lie beside the checkout";
  const Struct root = testing::ReadJson(schema).struct_value();
  Validate(testing::ReadJson(WriteIv3(TestDelivery())), root, root, "");
}

// Task fields and categories of 2025 exist, and may be filled in together (grijze cellen).
TEST(Iv3, UsesCellsThatMayBeFilledIn) {
  const std::string text = Official("iv3_definities_Gemeente_2025.json");
  if (text.empty()) GTEST_SKIP() << "the Iv3 definitions do not lie beside the checkout";
  std::set<std::string> grey;
  const Value definitions = testing::ReadJson(text);
  for (const auto& [side, cells] : definitions.struct_value().fields().at("grijze_cellen").struct_value().fields()) {
    for (const Value& cell : cells.list_value().values()) {
      const auto& fields = cell.struct_value().fields();
      if (fields.count("taakveld") == 0) continue;
      grey.insert(absl::StrCat(side, " ", fields.at("taakveld").string_value(), " ", fields.at("categorie").string_value()));
    }
  }
  ASSERT_GT(grey.size(), 1000u);
  const Value delivery = testing::ReadJson(WriteIv3(TestDelivery()));
  int judged = 0;
  for (const char* side : {"lasten", "baten"}) {
    for (const Value& line :
         delivery.struct_value().fields().at("data").struct_value().fields().at(side).list_value().values()) {
      const auto& fields = line.struct_value().fields();
      const std::string cell =
          absl::StrCat(side, " ", fields.at("taakveld").string_value(), " ", fields.at("categorie").string_value());
      EXPECT_EQ(grey.count(cell), 0u) << cell;
      EXPECT_THAT(text, HasSubstr(absl::StrCat("\"", fields.at("taakveld").string_value(), "\"")));
      ++judged;
    }
  }
  EXPECT_EQ(judged, 3);
}

TEST(Iv3, AddsUpToTheLedgerAndSaysWhatItLeavesOut) {
  const std::string text = WriteIv3(TestDelivery());
  const Value read = testing::ReadJson(text);
  const auto& data = read.struct_value().fields().at("data").struct_value().fields();
  double costs = 0;
  for (const Value& line : data.at("lasten").list_value().values())
    costs += line.struct_value().fields().at("bedrag").number_value();
  EXPECT_DOUBLE_EQ(costs, 999.95);
  EXPECT_EQ(data.at("lasten").list_value().values_size(), 2) << "nothing of zero, nothing without a task field";
  EXPECT_EQ(data.at("balans_standen").list_value().values_size(), 0);
  EXPECT_THAT(text, HasSubstr("weggelaten: lasten € 123,45, baten € 0,00."));
  EXPECT_THAT(text, HasSubstr("alle lasten staan op 3.4.1 en alle baten op 3.4.2"));
  EXPECT_THAT(text, HasSubstr("de balans, kengetallen"));
  Iv3Delivery whole = TestDelivery();
  whole.costs.erase(whole.costs.begin());
  whole.quarter = 2;
  EXPECT_THAT(WriteIv3(whole), Not(HasSubstr("weggelaten")));
  EXPECT_THAT(WriteIv3(whole), Not(HasSubstr("periode 13")));
}

}  // namespace
}  // namespace nmd::publication::formats
