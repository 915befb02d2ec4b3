// SPDX-License-Identifier: EUPL-1.2
#include "services/ingestion/simple_type.h"

#include <algorithm>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "services/core/codes.h"
#include "services/core/date.h"

namespace nmd::ingestion {
namespace {

bool IsBlank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

absl::string_view Trim(absl::string_view text) {
  while (!text.empty() && IsBlank(text.front())) text.remove_prefix(1);
  while (!text.empty() && IsBlank(text.back())) text.remove_suffix(1);
  return text;
}

// Characters of text that is UTF-8, which libxml2 has seen to.
int64_t Length(absl::string_view text) {
  return std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; });
}

bool HasInk(absl::string_view text) { return !std::all_of(text.begin(), text.end(), IsBlank); }

bool FitsIn(absl::string_view text, int64_t max) { return !text.empty() && Length(text) <= max; }

// xs:integer from 0 to max: a sign and leading zeros are allowed, so is -0.
bool ParseInteger(absl::string_view text, int64_t max, int64_t* number) {
  bool negative = false;
  if (!text.empty() && (text.front() == '+' || text.front() == '-')) {
    negative = text.front() == '-';
    text.remove_prefix(1);
  }
  if (text.empty()) return false;
  int64_t value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return false;
    value = value * 10 + (c - '0');
    if (value > max) return false;
  }
  *number = value;
  return !negative || value == 0;
}

// The code points of LDT_Voorletters: a-z, A-Z and U+00C0 up to U+1EF3.
bool AreInitials(absl::string_view text) {
  for (size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    if (lead < 0x80) {
      if (!absl::ascii_isalpha(lead)) return false;
      i += 1;
      continue;
    }
    uint32_t point = 0;
    const size_t size = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    if (i + size > text.size()) return false;
    point = lead & (0xFFu >> (size + 1));
    for (size_t k = 1; k < size; ++k) point = point << 6 | (static_cast<unsigned char>(text[i + k]) & 0x3Fu);
    if (point < 0xC0 || point > 0x1EF3) return false;
    i += size;
  }
  return !text.empty();
}

// Three numbers without leading zeros, with dots.
bool IsVersion(absl::string_view text) {
  for (int part = 0; part < 3; ++part) {
    size_t digits = 0;
    while (digits < text.size() && absl::ascii_isdigit(static_cast<unsigned char>(text[digits]))) ++digits;
    if (digits == 0 || (digits > 1 && text.front() == '0')) return false;
    text.remove_prefix(digits);
    if (part == 2) return text.empty();
    if (text.empty() || text.front() != '.') return false;
    text.remove_prefix(1);
  }
  return false;
}

// "hh:mm:ss", with decimals if need be; "24:00:00" is the end of the day.
bool ParseTime(absl::string_view text, int64_t* second) {
  if (text.size() < 8 || text[2] != ':' || text[5] != ':') return false;
  int64_t hours = 0, minutes = 0, seconds = 0;
  if (!IsDigits(text.substr(0, 2)) || !IsDigits(text.substr(3, 2)) || !IsDigits(text.substr(6, 2))) return false;
  ParseInteger(text.substr(0, 2), 99, &hours);
  ParseInteger(text.substr(3, 2), 99, &minutes);
  ParseInteger(text.substr(6, 2), 99, &seconds);
  const absl::string_view rest = text.substr(8);
  if (!rest.empty() && (rest.front() != '.' || !IsDigits(rest.substr(1)))) return false;
  *second = hours * 3600 + minutes * 60 + seconds;
  if (hours == 24) return *second == 86'400 && rest.find_first_not_of(".0") == absl::string_view::npos;
  return hours < 24 && minutes < 60 && seconds < 60;
}

absl::string_view CodesOf(const SimpleType& type, Law law) {
  return law == Law::kWmo && !type.codes_of_wmo.empty() ? type.codes_of_wmo : type.codes;
}

bool HasCode(absl::string_view codes, size_t width, absl::string_view text) {
  if (text.size() != width) return false;
  for (size_t i = 0; i < codes.size(); i += width) {
    if (codes.substr(i, width) == text) return true;
  }
  return false;
}

}  // namespace

bool ParseValue(const SimpleType& type, Law law, absl::string_view text, Value* value) {
  value->text = text;
  switch (type.kind) {
    case SimpleType::kFixed:
      value->text = Trim(text);
      return value->text == type.codes && ParseInteger(value->text, 99, &value->number);
    case SimpleType::kInteger:
      value->text = Trim(text);
      return ParseInteger(value->text, type.max, &value->number);
    case SimpleType::kDigits:
      return static_cast<int64_t>(text.size()) == type.max && IsDigits(text);
    case SimpleType::kPhone:
      return static_cast<int64_t>(text.size()) <= type.max && IsDigits(text);
    case SimpleType::kLine:
      return FitsIn(text, type.max) && HasInk(text) && text.find_first_of("\n\r") == absl::string_view::npos;
    case SimpleType::kText:
      return FitsIn(text, type.max);
    case SimpleType::kRemark:
      return HasInk(text);
    case SimpleType::kInitials:
      return FitsIn(text, type.max) && AreInitials(text);
    case SimpleType::kAlphanumeric:
      return FitsIn(text, type.max) &&
             std::all_of(text.begin(), text.end(), [](char c) { return absl::ascii_isalnum(static_cast<unsigned char>(c)); });
    case SimpleType::kVersion:
      return IsVersion(text);
    case SimpleType::kDate: {
      value->text = Trim(text);
      const std::optional<Day> day = ParseDay(value->text);
      if (!day.has_value() || value->text.substr(0, 4) == "0000") return false;
      value->number = *day;
      return true;
    }
    case SimpleType::kTime:
      value->text = Trim(text);
      return ParseTime(value->text, &value->number);
    case SimpleType::kCode:
      return HasCode(CodesOf(type, law), static_cast<size_t>(type.max), text);
  }
  return false;
}

std::string Wanted(const SimpleType& type, Law law) {
  switch (type.kind) {
    case SimpleType::kFixed:
      return absl::StrCat("de waarde ", type.codes);
    case SimpleType::kInteger:
      return absl::StrCat("een heel getal van 0 tot en met ", type.max);
    case SimpleType::kDigits:
      return absl::StrCat("precies ", type.max, " cijfers");
    case SimpleType::kPhone:
      return absl::StrCat("1 tot en met ", type.max, " cijfers, zonder andere tekens");
    case SimpleType::kLine:
      return absl::StrCat("een tekst van 1 tot en met ", type.max, " tekens op één regel, niet alleen spaties");
    case SimpleType::kText:
      return absl::StrCat("een tekst van 1 tot en met ", type.max, " tekens");
    case SimpleType::kRemark:
      return "een tekst die niet leeg is";
    case SimpleType::kInitials:
      return absl::StrCat("1 tot en met ", type.max, " letters, zonder punten of spaties");
    case SimpleType::kAlphanumeric:
      return absl::StrCat("1 tot en met ", type.max, " letters of cijfers");
    case SimpleType::kVersion:
      return "een versie als 1.0.0";
    case SimpleType::kDate:
      return "een bestaande datum als 2026-04-30, zonder tijdzone";
    case SimpleType::kTime:
      return "een tijd als 13:45:00, zonder tijdzone";
    case SimpleType::kCode: {
      const absl::string_view codes = CodesOf(type, law);
      const auto width = static_cast<size_t>(type.max);
      if (codes.size() / width > 24) return "een code uit de codelijst van dit element";
      if (codes.size() == width) return absl::StrCat("de code ", codes);
      std::string text = "een van de codes";
      for (size_t i = 0; i < codes.size(); i += width) {
        absl::StrAppend(&text, i == 0 ? " " : ", ", codes.substr(i, width));
      }
      return text;
    }
  }
  return "";
}

}  // namespace nmd::ingestion
