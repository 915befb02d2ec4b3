// SPDX-License-Identifier: EUPL-1.2
#include "services/ingestion/cell_reader.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "services/core/codes.h"

namespace nmd::ingestion {
namespace {

using internal::v1::DecimalSign;
using internal::v1::MappingFile;

constexpr int64_t kMostCents = 1'000'000'000'000'000;
// Longest cell of every type but text.
constexpr size_t kMaxShort = 80;

bool HasControl(absl::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) { return absl::ascii_iscntrl(static_cast<unsigned char>(c)); });
}

// Spreadsheets drop leading zeros.
std::string Padded(std::string text, size_t width) {
  if (text.size() < width && IsDigits(text)) text.insert(0, width - text.size(), '0');
  return text;
}

bool IsNeighbourhood(absl::string_view code, absl::string_view prefix, size_t digits) {
  return code.size() == prefix.size() + digits && code.substr(0, prefix.size()) == prefix &&
         IsDigits(code.substr(prefix.size()));
}

// "3.5.1".
bool IsIv3Category(absl::string_view text) {
  const std::vector<absl::string_view> parts = absl::StrSplit(text, '.');
  return parts.size() >= 2 && parts.size() <= 3 && parts[0].size() == 1 &&
         std::all_of(parts.begin(), parts.end(), [](absl::string_view part) { return IsDigits(part) && part.size() <= 2; });
}

// Text of a number cell as a multiple of its smallest part. A computed number is a hair off; more than that is another number.
std::optional<int64_t> ScaledNumber(const std::string& text, int decimals, int32_t* shown) {
  double number = 0;
  if (!absl::SimpleAtod(text, &number)) return std::nullopt;
  const double scaled = number * std::pow(10, decimals);
  if (!(std::abs(scaled) <= 1e15)) return std::nullopt;
  int64_t whole = std::llround(scaled);
  if (std::abs(scaled - static_cast<double>(whole)) > 1e-4) return std::nullopt;
  if (shown != nullptr) {
    *shown = decimals;
    for (int64_t rest = whole; *shown > 0 && rest % 10 == 0; rest /= 10) --*shown;
  }
  return whole;
}

std::optional<Day> DateOf(const Cell& cell, const MappingFile& mapping, const RowSource* rows, absl::string_view text) {
  if (cell.type == Cell::Type::kNumber) {
    double number = 0;
    // The part behind the point is the time of day.
    if (rows == nullptr || !absl::SimpleAtod(text, &number) || !(std::abs(number) < 1e7)) return std::nullopt;
    return rows->DayOfNumber(static_cast<int64_t>(std::floor(number)));
  }
  if (cell.type == Cell::Type::kIsoDate) return ParseDay(text.substr(0, 10));
  if (mapping.dates() != internal::v1::DUTCH_DATE) return ParseDay(text);
  if (text.size() != 10 || text[2] != '-' || text[5] != '-') return std::nullopt;
  return ParseDay(absl::StrCat(text.substr(6), "-", text.substr(3, 2), "-", text.substr(0, 2)));
}

std::string ReadCode(const ExportField& field, const Words* words, CellValue* value) {
  if (words != nullptr) {
    const auto found = words->find(absl::AsciiStrToLower(value->text));
    if (found == words->end()) {
      return absl::StrCat("onbekende waarde; toegestaan: ",
                          absl::StrJoin(*words, ", ", [](std::string* out, const auto& word) { *out += word.first; }));
    }
    value->text = found->second;
    return "";
  }
  if (value->typed && !field.codes.empty()) value->text = Padded(value->text, field.codes.front().size());
  if (std::find(field.codes.begin(), field.codes.end(), value->text) != field.codes.end()) return "";
  return absl::StrCat("onbekende code; toegestaan: ", absl::StrJoin(field.codes, ", "));
}

// What a value must look like; empty when it does.
std::string Mismatch(const ExportField& field, const MappingFile& mapping, const Words* words, const RowSource* rows,
                     const Cell& cell, CellValue* value) {
  std::string& text = value->text;
  const bool dutch = mapping.decimals() == internal::v1::COMMA;
  switch (field.type) {
    case FieldType::kText:
      return "";
    case FieldType::kCode:
      return ReadCode(field, words, value);
    case FieldType::kDate:
    case FieldType::kLastDay: {
      const std::optional<Day> day = DateOf(cell, mapping, rows, text);
      if (!day) {
        return absl::StrCat("geen bestaande datum; schrijf ",
                            mapping.dates() == internal::v1::DUTCH_DATE ? "dd-mm-jjjj" : "jjjj-mm-dd");
      }
      value->number = *day + (field.type == FieldType::kLastDay ? 1 : 0);
      return "";
    }
    case FieldType::kWhole:
      if (!IsDigits(text) || !absl::SimpleAtoi(text, &value->number) || value->number < field.min ||
          value->number > field.max) {
        return absl::StrCat("geen geheel getal van ", field.min, " tot en met ", field.max);
      }
      return "";
    case FieldType::kAmount:
    case FieldType::kSignedAmount: {
      const std::optional<int64_t> cents =
          value->typed ? ScaledNumber(text, 2, nullptr) : ParseAmount(text, mapping.decimals());
      if (!cents || (*cents < 0 && field.type == FieldType::kAmount)) {
        return absl::StrCat("geen bedrag; schrijf bijvoorbeeld ", dutch ? "1.500,00" : "1,500.00");
      }
      value->number = *cents;
      return "";
    }
    case FieldType::kNumber: {
      const std::optional<int64_t> thousandths =
          value->typed ? ScaledNumber(text, 3, &value->decimals) : ParseDecimal(text, mapping.decimals(), 3, &value->decimals);
      if (!thousandths) {
        return absl::StrCat("geen getal met hoogstens drie decimalen; schrijf bijvoorbeeld ", dutch ? "7,4" : "7.4");
      }
      value->number = *thousandths;
      return "";
    }
    case FieldType::kBsn:
      // In text too: whoever opened the export once has lost it.
      if (text.size() == 8) text = Padded(std::move(text), 9);
      return IsValidBsn(text) ? "" : "geen geldig burgerservicenummer (11-proef)";
    case FieldType::kAgb:
      if (value->typed) text = Padded(std::move(text), 8);
      return IsAgbCode(text) ? "" : "geen AGB-code; een AGB-code heeft acht cijfers";
    case FieldType::kCategory:
      if (value->typed) text = Padded(std::move(text), 2);
      return text.size() == 2 && IsDigits(text) ? "" : "geen productcategorie; een productcategorie heeft twee cijfers";
    case FieldType::kMunicipality:
      if (value->typed) text = Padded(std::move(text), 4);
      return text.size() == 4 && IsDigits(text) ? "" : "geen gemeentecode; een gemeentecode heeft vier cijfers";
    case FieldType::kPostcode:
      text = absl::AsciiStrToUpper(text);
      if (!IsPostcode(text)) return "geen postcode; schrijf vier cijfers en twee letters";
      text.erase(std::remove(text.begin(), text.end(), ' '), text.end());
      return "";
    case FieldType::kWijk:
      return IsNeighbourhood(text, "WK", 6) ? "" : "geen wijkcode; schrijf WK en zes cijfers";
    case FieldType::kBuurt:
      return IsNeighbourhood(text, "BU", 8) ? "" : "geen buurtcode; schrijf BU en acht cijfers";
    case FieldType::kTaakveld:
      text = absl::AsciiStrToLower(text);
      return "";  // Which codes there are depends on the year; the maker of the fact knows it.
    case FieldType::kIv3Category:
      return IsIv3Category(text) ? "" : "geen Iv3-categorie; schrijf bijvoorbeeld 3.5.1";
  }
  return "";
}

}  // namespace

std::string ReadCell(const ExportField& field, const MappingFile& mapping, const Words* words, const RowSource* rows,
                     const Cell& cell, CellValue* value) {
  *value = CellValue();
  if (cell.type == Cell::Type::kError) {
    return "de formule in de cel heeft geen uitkomst; herstel de formule en sla het werkblad opnieuw op";
  }
  const absl::string_view text = absl::StripAsciiWhitespace(cell.text);
  if (text.empty()) return "";
  const size_t max_bytes = field.type == FieldType::kText ? static_cast<size_t>(field.max) : kMaxShort;
  if (text.size() > max_bytes) return absl::StrCat("de waarde is langer dan ", max_bytes, " tekens; kort de waarde in");
  if (HasControl(text)) return "de waarde bevat een stuurteken of regeleinde; verwijder dat";
  value->text = std::string(text);
  value->typed = cell.type == Cell::Type::kNumber;
  std::string fault = Mismatch(field, mapping, words, rows, cell, value);
  if (!fault.empty()) {
    *value = CellValue();
  } else {
    value->filled = true;
  }
  return fault;
}

std::optional<int64_t> ParseDecimal(absl::string_view text, DecimalSign sign, int decimals, int32_t* shown) {
  const char decimal = sign == internal::v1::COMMA ? ',' : '.';
  const char group = sign == internal::v1::COMMA ? '.' : ',';
  const bool negative = !text.empty() && text[0] == '-';
  if (negative) text.remove_prefix(1);
  const size_t point = text.find(decimal);
  const absl::string_view whole = text.substr(0, point);
  const absl::string_view part = point == absl::string_view::npos ? "" : text.substr(point + 1);
  const auto most = static_cast<size_t>(decimals);
  if (point != absl::string_view::npos && (part.size() > most || !IsDigits(part))) return std::nullopt;
  const std::vector<absl::string_view> groups = absl::StrSplit(whole, group);
  std::string digits;
  for (size_t i = 0; i < groups.size(); ++i) {
    const bool good = i == 0 ? (groups.size() == 1 || groups[i].size() <= 3) : groups[i].size() == 3;
    if (!good || !IsDigits(groups[i])) return std::nullopt;
    absl::StrAppend(&digits, groups[i]);
  }
  absl::StrAppend(&digits, part, std::string(most - part.size(), '0'));
  int64_t value = 0;
  if (digits.size() > 18 || !absl::SimpleAtoi(digits, &value)) return std::nullopt;
  if (shown != nullptr) *shown = static_cast<int32_t>(part.size());
  return negative ? -value : value;
}

std::optional<int64_t> ParseAmount(absl::string_view text, DecimalSign sign) {
  const std::optional<int64_t> cents = ParseDecimal(text, sign, 2);
  if (!cents || *cents > kMostCents || *cents < -kMostCents) return std::nullopt;
  return cents;
}

}  // namespace nmd::ingestion
