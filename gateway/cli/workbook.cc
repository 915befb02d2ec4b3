// SPDX-License-Identifier: EUPL-1.2
#include "gateway/cli/workbook.h"

#include <stdlib.h>
#include <xlsxwriter.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gateway/cli/table.h"
#include "services/core/dutch.h"

namespace nmd::cli {
namespace {

using Kind = SheetCell::Kind;

constexpr int64_t kMostDigits = 999'999'999'999'999;
constexpr double kEpochInExcel = 25569;  // 1 January 1970.
constexpr Day kFirstExcelDay = -25508;   // 1 March 1900: before it Excel counts a day that never was.
constexpr size_t kNarrowest = 10, kWidest = 60;

// As the file has them, which is always in English; the spreadsheet shows them in the language of the reader.
const char* NumberFormat(Kind kind) {
  switch (kind) {
    case Kind::kText:
      return "General";
    case Kind::kCount:
      return "#,##0";
    case Kind::kEuro:
    case Kind::kDecimal:
      return "#,##0.00";
    case Kind::kShare:
      return "0.0%";
    case Kind::kDay:
      return "dd-mm-yyyy";
    case Kind::kMonth:
      return "mmm yyyy";
    case Kind::kYear:
      return "0";
  }
  return "General";
}

class Writer {
 public:
  explicit Writer(lxw_workbook* workbook) : workbook_(workbook) {}

  absl::Status Write(const Sheet& sheet) {
    // Asked first: the library tells of a name it does not take on the error stream.
    const bool named = workbook_validate_sheet_name(workbook_, sheet.name.c_str()) == LXW_NO_ERROR;
    lxw_worksheet* const target = named ? workbook_add_worksheet(workbook_, sheet.name.c_str()) : nullptr;
    if (target == nullptr) return absl::InvalidArgumentError(absl::StrCat(sheet.name, ": geen naam voor een werkblad"));
    std::vector<size_t> widths;
    for (size_t r = 0; r < sheet.rows.size(); ++r) {
      if (r >= LXW_ROW_MAX || sheet.rows[r].size() > LXW_COL_MAX) {
        return absl::ResourceExhaustedError("de tabel past niet in een werkblad; vraag minder, of gebruik --format csv");
      }
      if (widths.size() < sheet.rows[r].size()) widths.resize(sheet.rows[r].size(), kNarrowest);
      for (size_t c = 0; c < sheet.rows[r].size(); ++c) {
        const SheetCell& cell = sheet.rows[r][c];
        const auto row = static_cast<lxw_row_t>(r);
        const auto column = static_cast<lxw_col_t>(c);
        if (cell.kind != Kind::kText) {
          worksheet_write_number(target, row, column, cell.number, FormatOf(cell.kind, cell.bold, false));
          widths[c] = std::max<size_t>(widths[c], 16);
        } else if (!cell.text.empty()) {
          const size_t width = TextWidth(cell.text);
          const lxw_error error =
              worksheet_write_string(target, row, column, cell.text.c_str(), FormatOf(Kind::kText, cell.bold, width > kWidest));
          if (error != LXW_NO_ERROR) return absl::InvalidArgumentError(lxw_strerror(error));
          widths[c] = std::max(widths[c], std::min(width + 2, kWidest));
        }
      }
    }
    for (size_t c = 0; c < widths.size(); ++c) {
      const auto column = static_cast<lxw_col_t>(c);
      worksheet_set_column(target, column, column, static_cast<double>(widths[c]), nullptr);
    }
    if (sheet.frozen_rows > 0) worksheet_freeze_panes(target, static_cast<lxw_row_t>(sheet.frozen_rows), 0);
    return absl::OkStatus();
  }

 private:
  lxw_format* FormatOf(Kind kind, bool bold, bool wrapped) {
    lxw_format*& format = formats_[static_cast<size_t>(kind)][bold ? 1 : 0][wrapped ? 1 : 0];
    if (format == nullptr) {
      format = workbook_add_format(workbook_);
      if (kind != Kind::kText) format_set_num_format(format, NumberFormat(kind));
      format_set_align(format, LXW_ALIGN_VERTICAL_TOP);
      if (bold) format_set_bold(format);
      if (wrapped) format_set_text_wrap(format);
    }
    return format;
  }

  lxw_workbook* const workbook_;
  std::array<std::array<std::array<lxw_format*, 2>, 2>, 8> formats_ = {};
};

// A folder of its own that only this user may read, gone when it goes out of scope.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::error_code error;
    std::string pattern = (std::filesystem::temp_directory_path(error) / "nmdctl-XXXXXX").string();
    if (!error && mkdtemp(pattern.data()) != nullptr) path_ = pattern;
  }
  ~TemporaryFolder() {
    std::error_code error;
    if (!path_.empty()) std::filesystem::remove_all(path_, error);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace

SheetCell SheetCell::Count(int64_t count) {
  if (count > kMostDigits || count < -kMostDigits) return Text(dutch::Number(count));
  return {Kind::kCount, "", static_cast<double>(count), false};
}

SheetCell SheetCell::Euro(Cents cents) {
  if (cents > kMostDigits || cents < -kMostDigits) return Text(dutch::Euro(cents));
  return {Kind::kEuro, "", static_cast<double>(cents) / 100, false};
}

SheetCell SheetCell::Date(Day day) {
  if (day < kFirstExcelDay) return Text(dutch::Date(day));
  return {Kind::kDay, "", kEpochInExcel + static_cast<double>(day), false};
}

SheetCell SheetCell::MonthOfYear(Month month) {
  SheetCell cell = Date(FirstDay(month));
  if (cell.kind == Kind::kDay) cell.kind = Kind::kMonth;
  return cell;
}

absl::StatusOr<std::string> WorkbookOf(const std::vector<Sheet>& sheets, absl::Time made) {
  const TemporaryFolder folder;
  const std::string path = (folder.path() / "workbook.xlsx").string();
  std::string folder_name = folder.path().string();
  lxw_workbook_options options = {};
  options.tmpdir = folder_name.data();
  lxw_workbook* const workbook = folder_name.empty() ? nullptr : workbook_new_opt(path.c_str(), &options);
  if (workbook == nullptr) return absl::InternalError("de map voor tijdelijke bestanden kan niet worden beschreven");
  lxw_doc_properties properties = {};
  properties.created = absl::ToTimeT(made);
  workbook_set_properties(workbook, &properties);
  absl::Status status;
  Writer writer(workbook);
  for (const Sheet& sheet : sheets) {
    if (status = writer.Write(sheet); !status.ok()) break;
  }
  // Also frees it, whatever happened before.
  const lxw_error closed = workbook_close(workbook);
  if (!status.ok()) return status;
  std::ifstream file(path, std::ios::binary);
  std::stringstream content;
  content << file.rdbuf();
  if (closed != LXW_NO_ERROR || !file) return absl::InternalError("de werkmap kan niet worden gemaakt");
  return content.str();
}

}  // namespace nmd::cli
