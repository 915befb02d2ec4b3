// SPDX-License-Identifier: EUPL-1.2
#include "services/ingestion/csv_rows.h"

#include <algorithm>
#include <array>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace nmd::ingestion {
namespace {

// What 0x80..0x9F are in Windows-1252; 0 where nothing is.
constexpr std::array<uint16_t, 32> kWindows1252 = {
    0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0, 0x017D, 0,
    0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0, 0x017E, 0x0178};

void AppendUtf8(uint32_t point, std::string* out) {
  if (point < 0x80) {
    out->push_back(static_cast<char>(point));
  } else if (point < 0x800) {
    out->push_back(static_cast<char>(0xC0 | (point >> 6)));
    out->push_back(static_cast<char>(0x80 | (point & 0x3F)));
  } else {
    out->push_back(static_cast<char>(0xE0 | (point >> 12)));
    out->push_back(static_cast<char>(0x80 | ((point >> 6) & 0x3F)));
    out->push_back(static_cast<char>(0x80 | (point & 0x3F)));
  }
}

// False when a byte stands for nothing.
bool DecodeWindows1252(std::string* text) {
  if (std::all_of(text->begin(), text->end(), absl::ascii_isascii)) return true;
  std::string decoded;
  for (const char c : *text) {
    uint32_t point = static_cast<unsigned char>(c);
    if (point >= 0x80 && point < 0xA0) point = kWindows1252[point - 0x80];
    if (point == 0 && c != 0) return false;
    AppendUtf8(point, &decoded);
  }
  *text = std::move(decoded);
  return true;
}

}  // namespace

bool IsUtf8(absl::string_view text) {
  for (size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    if (lead < 0x80) {
      ++i;
      continue;
    }
    const size_t length = lead >= 0xC2 && lead < 0xE0 ? 2 : (lead & 0xF0) == 0xE0 ? 3 : lead >= 0xF0 && lead < 0xF5 ? 4 : 0;
    if (length == 0 || i + length > text.size()) return false;
    for (size_t k = 1; k < length; ++k) {
      if ((static_cast<unsigned char>(text[i + k]) & 0xC0) != 0x80) return false;
    }
    const auto second = static_cast<unsigned char>(text[i + 1]);
    if ((lead == 0xE0 && second < 0xA0) || (lead == 0xED && second >= 0xA0) || (lead == 0xF0 && second < 0x90) ||
        (lead == 0xF4 && second >= 0x90)) {
      return false;
    }
    i += length;
  }
  return true;
}

CsvRows::CsvRows(absl::string_view text, char separator, internal::v1::TextEncoding encoding, int64_t first_line)
    : text_(text), separator_(separator), encoding_(encoding) {
  const absl::string_view mark = text_.substr(0, 2);
  if (mark == "\xFF\xFE" || mark == "\xFE\xFF") {
    failure_ = "het bestand is UTF-16; sla het op als UTF-8 of Windows-1252";
    at_ = text_.size();
    return;
  }
  if (encoding_ == internal::v1::UTF_8 && text_.substr(0, 3) == "\xEF\xBB\xBF") text_.remove_prefix(3);
  while (line_ < first_line && at_ < text_.size()) {
    const size_t end = text_.find('\n', at_);
    at_ = end == absl::string_view::npos ? text_.size() : end + 1;
    ++line_;
  }
}

bool CsvRows::Next(Row* row) {
  row->cells.clear();
  row->fault.clear();
  // Empty lines.
  while (at_ < text_.size() &&
         (text_[at_] == '\n' || (text_[at_] == '\r' && at_ + 1 < text_.size() && text_[at_ + 1] == '\n'))) {
    at_ += text_[at_] == '\n' ? 1 : 2;
    ++line_;
  }
  if (at_ >= text_.size()) return false;
  Split(row);
  Decode(row);
  if (!row->fault.empty()) return true;
  if (width_ == 0) width_ = row->cells.size();
  if (row->cells.size() != width_) {
    row->fault = absl::StrCat("de regel heeft ", row->cells.size(), " velden in plaats van ", width_);
  }
  return true;
}

void CsvRows::Decode(Row* row) const {
  for (Cell& cell : row->cells) {
    if (!row->fault.empty()) return;
    if (encoding_ == internal::v1::WINDOWS_1252 && !DecodeWindows1252(&cell.text)) {
      row->fault = "de tekst is geen Windows-1252; sla het bestand opnieuw op";
    } else if (encoding_ == internal::v1::UTF_8 && !IsUtf8(cell.text)) {
      row->fault = "de tekst is geen UTF-8; sla het bestand opnieuw op als UTF-8";
    }
  }
}

void CsvRows::Split(Row* row) {
  row->line = line_;
  const size_t begin = at_;
  const size_t limit = std::min(text_.size(), begin + kMaxRowBytes);
  size_t at = begin;
  int64_t lines = 0;
  bool complete = false;
  while (row->fault.empty() && !complete) {
    std::string field;
    if (at < limit && text_[at] == '"') {
      bool closed = false;
      for (++at; at < limit; ++at) {
        if (text_[at] == '\n') ++lines;
        if (text_[at] != '"') {
          field.push_back(text_[at]);
        } else if (at + 1 < limit && text_[at + 1] == '"') {
          field.push_back('"');
          ++at;
        } else {
          closed = true;
          ++at;
          break;
        }
      }
      if (!closed) {
        row->fault = "een aanhalingsteken wordt niet gesloten";
        break;
      }
    } else {
      const size_t start = at;
      while (at < limit && text_[at] != separator_ && text_[at] != '\n') ++at;
      field.assign(text_.data() + start, at - start);
      if (at < text_.size() && text_[at] == '\n' && !field.empty() && field.back() == '\r') field.pop_back();
      if (field.find('"') != std::string::npos) row->fault = "een aanhalingsteken staat midden in een veld";
    }
    row->cells.push_back({std::move(field), Cell::Type::kText});
    if (at < text_.size() && text_[at] == '\r' && at + 1 < text_.size() && text_[at + 1] == '\n') ++at;
    if (at >= text_.size()) {
      complete = true;
    } else if (at >= limit) {
      row->fault = absl::StrCat("de regel is langer dan ", kMaxRowBytes, " tekens");
    } else if (text_[at] == '\n') {
      ++at;
      ++lines;
      complete = true;
    } else if (text_[at] == separator_) {
      ++at;
      if (row->cells.size() >= kMaxColumns) row->fault = absl::StrCat("de regel heeft meer dan ", kMaxColumns, " kolommen");
    } else {
      row->fault = "na een gesloten aanhalingsteken volgt nog tekst";
    }
  }
  if (row->fault.empty()) {
    at_ = at;
    line_ += lines;
    return;
  }
  const size_t end = text_.find('\n', begin);
  at_ = end == absl::string_view::npos ? text_.size() : end + 1;
  ++line_;
}

}  // namespace nmd::ingestion
