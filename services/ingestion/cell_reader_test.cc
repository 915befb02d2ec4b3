// SPDX-License-Identifier: EUPL-1.2
#include "services/ingestion/cell_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <vector>

#include "absl/strings/str_cat.h"

namespace nmd::ingestion {
namespace {

using internal::v1::MappingFile;

// Numbers are days from 1899-12-30, as in the 1900 system.
class Numbers : public RowSource {
 public:
  bool Next(Row*) override { return false; }
  std::string Failure() const override { return ""; }
  std::optional<Day> DayOfNumber(int64_t number) const override {
    if (number < 61) return std::nullopt;
    return DayOf(1899, 12, 30) + static_cast<Day>(number);
  }
};

MappingFile Dutch() {
  MappingFile mapping;
  mapping.set_dates(internal::v1::DUTCH_DATE);
  return mapping;
}

// What a cell becomes: "text/number/decimals", or the fault.
std::string Reading(const ExportField& field, const std::string& text, Cell::Type type = Cell::Type::kText,
                    const MappingFile& mapping = Dutch(), const Words* words = nullptr) {
  CellValue value;
  const Numbers numbers;
  const std::string fault = ReadCell(field, mapping, words, &numbers, {text, type}, &value);
  EXPECT_NE(value.filled, !fault.empty() || text.find_first_not_of(" \t") == std::string::npos) << text;
  if (!fault.empty()) {
    EXPECT_TRUE(text.size() <= 3 || fault.find(text) == std::string::npos) << "a finding holds no value";
    return absl::StrCat("! ", fault.substr(0, fault.find(';')));
  }
  return absl::StrCat(value.text, "/", value.number, "/", value.decimals);
}

ExportField Of(FieldType type, int64_t min = 0, int64_t max = 0, std::vector<absl::string_view> codes = {}) {
  return {"x", type, Need::kOptional, "", min, max, std::move(codes)};
}

TEST(ReadCell, ReadsTextOfEveryType) {
  const std::string day = absl::StrCat(DayOf(2018, 2, 1)), next = absl::StrCat(DayOf(2018, 2, 2));
  struct Case {
    ExportField field;
    std::string text, reading;
  };
  const std::vector<Case> cases = {
      {Of(FieldType::kText, 0, 5), " abc ", "abc/0/0"},
      {Of(FieldType::kText, 0, 5), "", "/0/0"},
      {Of(FieldType::kText, 0, 5), "abcdef", "! de waarde is langer dan 5 tekens"},
      {Of(FieldType::kText, 0, 9), std::string("a\0b", 3), "! de waarde bevat een stuurteken of regeleinde"},
      {Of(FieldType::kText, 0, 9), "a\nb", "! de waarde bevat een stuurteken of regeleinde"},
      {Of(FieldType::kCode, 0, 0, {"01", "02"}), "02", "02/0/0"},
      {Of(FieldType::kCode, 0, 0, {"01", "02"}), "2", "! onbekende code"},
      {Of(FieldType::kDate), "01-02-2018", absl::StrCat("01-02-2018/", day, "/0")},
      {Of(FieldType::kLastDay), "01-02-2018", absl::StrCat("01-02-2018/", next, "/0")},
      {Of(FieldType::kDate), "2018-02-01", "! geen bestaande datum"},
      {Of(FieldType::kDate), "31-06-2027", "! geen bestaande datum"},
      {Of(FieldType::kDate), "1-2-2018", "! geen bestaande datum"},
      {Of(FieldType::kWhole, 1, 12), "7", "7/7/0"},
      {Of(FieldType::kWhole, 1, 12), "13", "! geen geheel getal van 1 tot en met 12"},
      {Of(FieldType::kWhole, 1, 12), "99999999999999999999", "! geen geheel getal van 1 tot en met 12"},
      {Of(FieldType::kWhole, -5, 12), "-1", "! geen geheel getal van -5 tot en met 12"},
      {Of(FieldType::kAmount), "1.500,5", "1.500,5/150050/0"},
      {Of(FieldType::kAmount), "-1,00", "! geen bedrag"},
      {Of(FieldType::kSignedAmount), "-1,00", "-1,00/-100/0"},
      {Of(FieldType::kSignedAmount), "92233720368547758,08", "! geen bedrag"},
      {Of(FieldType::kNumber), "22", "22/22000/0"},
      {Of(FieldType::kNumber), "5,30", "5,30/5300/2"},
      {Of(FieldType::kNumber), "-0,125", "-0,125/-125/3"},
      {Of(FieldType::kNumber), "0,1255", "! geen getal met hoogstens drie decimalen"},
      {Of(FieldType::kBsn), "999900006", "999900006/0/0"},
      {Of(FieldType::kBsn), "999900007", "! geen geldig burgerservicenummer (11-proef)"},
      {Of(FieldType::kBsn), "000000000", "! geen geldig burgerservicenummer (11-proef)"},
      {Of(FieldType::kAgb), "12345678", "12345678/0/0"},
      {Of(FieldType::kAgb), "1234567", "! geen AGB-code"},
      {Of(FieldType::kMunicipality), "0106", "0106/0/0"},
      {Of(FieldType::kMunicipality), "106", "! geen gemeentecode"},
      {Of(FieldType::kMunicipality), "gm0106", "! geen gemeentecode"},
      {Of(FieldType::kCategory), "45", "45/0/0"},
      {Of(FieldType::kCategory), "4", "! geen productcategorie"},
      {Of(FieldType::kPostcode), "9401 ab", "9401AB/0/0"},
      {Of(FieldType::kPostcode), "9401SS", "! geen postcode"},
      {Of(FieldType::kWijk), "WK173001", "WK173001/0/0"},
      {Of(FieldType::kWijk), "WK17301", "! geen wijkcode"},
      {Of(FieldType::kBuurt), "BU17300101", "BU17300101/0/0"},
      {Of(FieldType::kBuurt), "WK173001", "! geen buurtcode"},
      {Of(FieldType::kTaakveld), "6.72A", "6.72a/0/0"},
      {Of(FieldType::kIv3Category), "3.5.1", "3.5.1/0/0"},
      {Of(FieldType::kIv3Category), "3", "! geen Iv3-categorie"},
      {Of(FieldType::kIv3Category), "3.5.1.2", "! geen Iv3-categorie"},
      {Of(FieldType::kIv3Category), "3.x", "! geen Iv3-categorie"},
  };
  for (const Case& c : cases) EXPECT_EQ(Reading(c.field, c.text), c.reading) << c.text;
}

TEST(ReadCell, ReadsANumberOfAWorkbookByTheFieldItIsIn) {
  const std::string day = absl::StrCat(DayOf(2018, 2, 1));
  struct Case {
    ExportField field;
    std::string text, reading;
  };
  const std::vector<Case> cases = {
      {Of(FieldType::kDate), "43132", absl::StrCat("43132/", day, "/0")},
      {Of(FieldType::kDate), "43132.75", absl::StrCat("43132.75/", day, "/0")},
      {Of(FieldType::kDate), "60", "! geen bestaande datum"},
      {Of(FieldType::kDate), "1e300", "! geen bestaande datum"},
      {Of(FieldType::kAmount), "30.5", "30.5/3050/0"},
      {Of(FieldType::kAmount), "30.499999999999996", "30.499999999999996/3050/0"},
      {Of(FieldType::kAmount), "30.555", "! geen bedrag"},
      {Of(FieldType::kAmount), "nan", "! geen bedrag"},
      {Of(FieldType::kAmount), "1e17", "! geen bedrag"},
      {Of(FieldType::kSignedAmount), "-1.4E-14", "-1.4E-14/0/0"},
      {Of(FieldType::kNumber), "7.4", "7.4/7400/1"},
      {Of(FieldType::kWhole, 0, 99), "12", "12/12/0"},
      {Of(FieldType::kWhole, 0, 99), "12.5", "! geen geheel getal van 0 tot en met 99"},
      {Of(FieldType::kCode, 0, 0, {"01", "02"}), "2", "02/0/0"},
      {Of(FieldType::kBsn), "10000008", "010000008/0/0"},
      {Of(FieldType::kAgb), "1234567", "01234567/0/0"},
      {Of(FieldType::kMunicipality), "106", "0106/0/0"},
      {Of(FieldType::kCategory), "1", "01/0/0"},
      {Of(FieldType::kText, 0, 9), "42", "42/0/0"},
  };
  for (const Case& c : cases) EXPECT_EQ(Reading(c.field, c.text, Cell::Type::kNumber), c.reading) << c.text;
  EXPECT_EQ(Reading(Of(FieldType::kDate), "2018-02-01T00:00:00", Cell::Type::kIsoDate),
            absl::StrCat("2018-02-01T00:00:00/", day, "/0"));
}

TEST(ReadCell, AFormulaWithoutAResultIsAFault) {
  for (const FieldType type : {FieldType::kText, FieldType::kAmount, FieldType::kDate}) {
    EXPECT_EQ(Reading(Of(type, 0, 9), "", Cell::Type::kError), "! de formule in de cel heeft geen uitkomst");
  }
}

TEST(ReadCell, WordsStandForCodesWhateverTheirCase) {
  const Words words = {{"m", "1"}, {"v", "2"}};
  const ExportField sex = Of(FieldType::kCode, 0, 0, {"0", "1", "2"});
  EXPECT_EQ(Reading(sex, "V", Cell::Type::kText, Dutch(), &words), "2/0/0");
  EXPECT_EQ(Reading(sex, "1", Cell::Type::kText, Dutch(), &words), "! onbekende waarde");
}

TEST(ReadCell, PointsAndIsoDatesWhenTheMappingSaysSo) {
  MappingFile mapping;
  mapping.set_decimals(internal::v1::POINT);
  EXPECT_EQ(Reading(Of(FieldType::kAmount), "1,500.25", Cell::Type::kText, mapping), "1,500.25/150025/0");
  EXPECT_EQ(Reading(Of(FieldType::kAmount), "1.500,25", Cell::Type::kText, mapping), "! geen bedrag");
  EXPECT_EQ(Reading(Of(FieldType::kDate), "01-02-2018", Cell::Type::kText, mapping), "! geen bestaande datum");
  EXPECT_EQ(Reading(Of(FieldType::kDate), "2018-02-01", Cell::Type::kText, mapping),
            absl::StrCat("2018-02-01/", DayOf(2018, 2, 1), "/0"));
}

TEST(ParseAmount, ReadsExactlyDutchAmounts) {
  const std::map<std::string, std::optional<int64_t>> cases = {{"0", 0},
                                                               {"12", 1200},
                                                               {"12,5", 1250},
                                                               {"12,50", 1250},
                                                               {"-1.500.000,00", -150'000'000},
                                                               {"1234567,89", 123456789},
                                                               {"1.23,00", std::nullopt},
                                                               {"1.2345", std::nullopt},
                                                               {"12,345", std::nullopt},
                                                               {"12,", std::nullopt},
                                                               {",5", std::nullopt},
                                                               {"--1", std::nullopt},
                                                               {"+1", std::nullopt},
                                                               {"1e3", std::nullopt},
                                                               {"", std::nullopt},
                                                               {"-", std::nullopt},
                                                               {"1 000", std::nullopt},
                                                               {"10000000000000,00", 1'000'000'000'000'000},
                                                               {"10000000000000,01", std::nullopt},
                                                               {"99999999999999999999", std::nullopt}};
  for (const auto& [text, cents] : cases) EXPECT_EQ(ParseAmount(text, internal::v1::COMMA), cents) << text;
  EXPECT_EQ(ParseAmount("1,500.25", internal::v1::POINT), 150025);
}

}  // namespace
}  // namespace nmd::ingestion
