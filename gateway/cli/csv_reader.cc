// SPDX-License-Identifier: EUPL-1.2
#include "gateway/cli/csv_reader.h"

#include <algorithm>
#include <cstring>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace nmd::cli {

bool CsvReader::Fill() {
  in_.read(buffer_.data(), static_cast<std::streamsize>(buffer_.size()));
  at_ = 0;
  end_ = static_cast<size_t>(in_.gcount());
  bytes_ += in_.gcount();
  return end_ > 0;
}

bool CsvReader::ReadLine(bool& too_long) {
  bool any = false;
  for (;;) {
    if (at_ == end_ && !Fill()) break;
    any = true;
    const char* from = buffer_.data() + at_;
    const auto* newline = static_cast<const char*>(std::memchr(from, '\n', end_ - at_));
    const size_t size = newline == nullptr ? end_ - at_ : static_cast<size_t>(newline - from);
    if (row_.size() + size > kMaxRow) {
      too_long = true;
    } else {
      row_.append(from, size);
    }
    at_ += size;
    if (newline != nullptr) {
      ++at_;
      break;
    }
  }
  if (any) ++lines_;
  return any;
}

absl::StatusOr<bool> CsvReader::Next() {
  for (;;) {
    row_.clear();
    bool too_long = false;
    row_line_ = lines_ + 1;
    if (!ReadLine(too_long)) return false;
    if (too_long) {
      return absl::OutOfRangeError(absl::StrCat("regel ", row_line_, ": langer dan ", kMaxRow / 1024, " KiB"));
    }
    if (lines_ == 1 && absl::StartsWith(row_, "\xEF\xBB\xBF")) row_.erase(0, 3);
    // An odd number of quotes: the row goes on behind the line break.
    while (std::count(row_.begin(), row_.end(), '"') % 2 != 0) {
      row_.push_back('\n');
      if (!ReadLine(too_long) || too_long) {
        return absl::InvalidArgumentError(absl::StrCat("regel ", row_line_, ": een aanhalingsteken wordt niet gesloten"));
      }
    }
    if (!row_.empty() && row_.back() == '\r') row_.pop_back();
    if (row_.empty()) continue;
    if (delimiter_ == '\0') {
      delimiter_ = ',';
      for (const char candidate : {';', '\t'}) {
        if (std::count(row_.begin(), row_.end(), candidate) > std::count(row_.begin(), row_.end(), delimiter_)) {
          delimiter_ = candidate;
        }
      }
    }
    Split();
    return true;
  }
}

void CsvReader::Split() {
  fields_.clear();
  const absl::string_view row = row_;
  if (!absl::StrContains(row, "\"")) {
    size_t from = 0;
    for (size_t at; (at = row.find(delimiter_, from)) != absl::string_view::npos; from = at + 1) {
      fields_.push_back(row.substr(from, at - from));
    }
    fields_.push_back(row.substr(from));
    return;
  }
  unquoted_.clear();
  unquoted_.reserve(row.size());  // Views into it must hold.
  bool quoted = false;
  size_t from = 0;
  const auto close = [&] {
    fields_.push_back(absl::string_view(unquoted_).substr(from));
    from = unquoted_.size();
  };
  for (size_t i = 0; i < row.size(); ++i) {
    if (quoted && row[i] == '"' && i + 1 < row.size() && row[i + 1] == '"') {
      unquoted_.push_back('"');
      ++i;
    } else if (row[i] == '"') {
      quoted = !quoted;
    } else if (row[i] == delimiter_ && !quoted) {
      close();
    } else {
      unquoted_.push_back(row[i]);
    }
  }
  close();
}

}  // namespace nmd::cli
