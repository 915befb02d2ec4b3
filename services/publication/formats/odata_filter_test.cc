// SPDX-License-Identifier: EUPL-1.2
#include "services/publication/formats/odata_filter.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

namespace nmd::publication::formats {
namespace {

const std::vector<ODataProperty> kProperties = {{ODataProperty::kInt64, "Id", false},
                                                {ODataProperty::kString, "Wijk", false},
                                                {ODataProperty::kDouble, "Value", true},
                                                {ODataProperty::kBoolean, "Provisional", false},
                                                {ODataProperty::kString, "Reason", true}};

ODataValue Number(const std::string& digits) { return ODataNumber{digits, std::stod(digits)}; }

// Ids of the rows that a filter takes: "1 3".
std::string Taken(const std::string& filter) {
  const std::vector<ODataRow> rows = {{Number("1"), std::string("Eelde"), Number("10"), true, ODataValue()},
                                      {Number("2"), std::string("Vries"), ODataValue(), false, std::string("CELL_PROTECTED")},
                                      {Number("3"), std::string("'t Hof"), Number("-2.5"), false, ODataValue()}};
  const auto read = ReadODataFilter(filter, kProperties);
  if (!read.ok()) return std::string(absl::StatusCodeToString(read.status().code()));
  std::string ids;
  for (const ODataRow& row : rows) {
    if ((*read)(row)) absl::StrAppend(&ids, ids.empty() ? "" : " ", std::get<ODataNumber>(row[0]).digits);
  }
  return ids;
}

TEST(ODataFilter, TakesTheRowsThatAreMeant) {
  const std::vector<std::pair<const char*, const char*>> table = {
      {"", "1 2 3"},
      {"Id eq 2", "2"},
      {"2 eq Id", "2"},
      {"Id ne 2", "1 3"},
      {"Value gt 0", "1"},
      {"Value ge 10", "1"},
      {"Value lt 0", "3"},
      {"Value le -2.5", "3"},
      {"Value eq 1e1", "1"},
      {"Value eq null", "2"},
      {"Value ne null", "1 3"},
      {"null eq Value", "2"},
      {"Value ne 10", "2 3"},
      {"not (Value gt 0)", "2 3"},
      {"Wijk eq 'Eelde'", "1"},
      {"Wijk eq '''t Hof'", "3"},
      {"Wijk lt 'F'", "1 3"},
      {"Wijk in ('Eelde','Vries')", "1 2"},
      {"Id in (3)", "3"},
      {"Provisional", "1"},
      {"Provisional eq false", "2 3"},
      {"not Provisional and Value ne null", "3"},
      {"contains(Wijk,'e')", "1 2"},
      {"startswith(Wijk,'E') or endswith(Wijk,'f')", "1 3"},
      {"contains(Reason,'PROT')", "2"},
      // and binds stronger than or.
      {"Id eq 1 or Id eq 2 and Id eq 3", "1"},
      {"(Id eq 1 or Id eq 2) and Id eq 2", "2"},
      {"Reason eq Wijk", ""},
      {"Wijk gt 'Eelde' and not (Id eq 3)", "2"},
  };
  for (const auto& [filter, ids] : table) EXPECT_EQ(Taken(filter), ids) << filter;
}

TEST(ODataFilter, SaysThatItCannotReadIt) {
  for (const char* filter : {"Id",
                             "Id eq",
                             "eq 1",
                             "Id eq 1 and",
                             "(Id eq 1",
                             "Id eq 1)",
                             "Id == 1",
                             "Wijk eq 'Eelde",
                             "Nothing eq 1",
                             "Id eq 'x'",
                             "Wijk eq 1",
                             "Provisional eq 1",
                             "Id eq 1 Id eq 2",
                             "Id eq 1-2",
                             "Id eq --1",
                             "contains(Wijk)",
                             "contains(Id,'1')",
                             "contains('a','b')",
                             "contains(Wijk,Wijk)",
                             "startswith Wijk",
                             "Id in 3",
                             "Id in ()",
                             "Id in (Id)",
                             "1 in (1)",
                             "Id in (1",
                             "Wijk eq \"Eelde\"",
                             "\x01",
                             "Id eq 1e999",
                             "and",
                             "not",
                             "unknown(Wijk) eq 1"}) {
    EXPECT_EQ(Taken(filter), "INVALID_ARGUMENT") << filter;
  }
}

TEST(ODataFilter, SaysWhatODataHasAndThisHasNot) {
  for (const char* filter : {"tolower(Wijk) eq 'eelde'", "Id add 1 eq 2", "length(Wijk) gt 3", "year(Reason) eq 2018",
                             "Wijk has 'x'", "Id mod 2 eq 0"}) {
    EXPECT_EQ(Taken(filter), "UNIMPLEMENTED") << filter;
  }
}

TEST(ODataFilter, HasBounds) {
  EXPECT_EQ(Taken(std::string(100, '(') + "Id eq 1" + std::string(100, ')')), "INVALID_ARGUMENT");
  std::string nots;
  for (int i = 0; i < 100; ++i) nots += "not ";
  EXPECT_EQ(Taken(nots + "Provisional"), "INVALID_ARGUMENT");
  EXPECT_EQ(Taken("Wijk eq '" + std::string(5000, 'x') + "'"), "INVALID_ARGUMENT");
  std::string many = "Id eq 1";
  for (int i = 0; i < 200; ++i) many += " or Id eq 3";
  EXPECT_EQ(Taken(many), "1 3") << "long, but within what is read";
}

}  // namespace
}  // namespace nmd::publication::formats
