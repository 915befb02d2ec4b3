// SPDX-License-Identifier: EUPL-1.2
#include "gateway/cli/table_files.h"

#include <algorithm>
#include <fstream>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "gateway/cli/csv_reader.h"
#include "services/platform/status_macros.h"

namespace nmd::cli {
namespace {

using publication::engine::Dimension;
using publication::engine::PublishedCell;
using publication::engine::PublishedTable;

absl::Status Wrong(const CsvFile& file, size_t row, absl::string_view text) {
  return absl::FailedPreconditionError(absl::StrCat(file.path, ":", file.lines[row], ": ", text));
}

// The sums of one hierarchy file, by parent in the order of the file, codes by name.
struct Tree {
  std::string root;
  std::vector<std::pair<std::string, std::vector<std::string>>> sums;
};
absl::StatusOr<Tree> ReadTree(const std::string& path) {
  NMD_ASSIGN_OR_RETURN(const CsvFile file, ReadCsv(path));
  const int code = file.ColumnOf("code"), parent = file.ColumnOf("parent");
  if (code < 0 || parent < 0) return absl::FailedPreconditionError(absl::StrCat(path, ": heeft geen kolommen code en parent"));
  Tree tree;
  std::map<std::string, size_t> sum_of;
  for (size_t r = 0; r < file.rows.size(); ++r) {
    const std::string& name = file.rows[r][static_cast<size_t>(code)];
    const std::string& above = file.rows[r][static_cast<size_t>(parent)];
    if (name.empty()) return Wrong(file, r, "de code ontbreekt");
    if (above.empty()) {
      if (!tree.root.empty()) return Wrong(file, r, "er is al een code zonder parent; er is één totaal");
      tree.root = name;
      continue;
    }
    const auto [at, fresh] = sum_of.emplace(above, tree.sums.size());
    if (fresh) tree.sums.push_back({above, {}});
    std::vector<std::string>& parts = tree.sums[at->second].second;
    if (std::find(parts.begin(), parts.end(), name) != parts.end()) return Wrong(file, r, "staat er twee keer");
    parts.push_back(name);
  }
  if (tree.root.empty())
    return absl::FailedPreconditionError(absl::StrCat(path, ": geen code zonder parent; dat is het totaal"));
  return tree;
}

// Numbers codes so that a total stands before its parts.
absl::StatusOr<Dimension> DimensionOf(const std::string& name, const std::vector<Tree>& trees) {
  Dimension dimension{name, {}, {}, false};
  std::map<std::string, int> above;  // How many sums a code is in of which the total has no number yet.
  std::map<std::string, std::vector<const std::vector<std::string>*>> parts_of;
  for (const Tree& tree : trees) {
    if (tree.root != trees[0].root) {
      return absl::FailedPreconditionError(
          absl::StrCat("dimensie ", name, " heeft twee totalen: ", trees[0].root, " en ", tree.root));
    }
    for (const auto& [total, parts] : tree.sums) {
      parts_of[total].push_back(&parts);
      above[total];
      for (const std::string& part : parts) ++above[part];
    }
  }
  above[trees[0].root];
  std::map<std::string, int32_t> position;
  std::vector<std::string> ready = {trees[0].root};
  if (above[trees[0].root] > 0)
    return absl::FailedPreconditionError(absl::StrCat("dimensie ", name, ": het totaal is een onderdeel"));
  for (size_t next = 0; next < ready.size(); ++next) {
    position[ready[next]] = static_cast<int32_t>(next);
    for (const auto* parts : parts_of[ready[next]]) {
      for (const std::string& part : *parts) {
        if (--above[part] == 0) ready.push_back(part);
      }
    }
  }
  for (const auto& [code, left] : above) {
    if (position.count(code) == 0) {
      return absl::FailedPreconditionError(absl::StrCat("dimensie ", name, ": ", code, " hangt niet onder ", trees[0].root));
    }
  }
  dimension.codes = std::move(ready);
  for (const Tree& tree : trees) {
    for (const auto& [total, parts] : tree.sums) {
      Dimension::Sum sum{position[total], {}};
      for (const std::string& part : parts) sum.parts.push_back(position[part]);
      const auto same = [&](const Dimension::Sum& s) {
        return s.total == sum.total &&
               std::set<int32_t>(s.parts.begin(), s.parts.end()) == std::set<int32_t>(sum.parts.begin(), sum.parts.end());
      };
      if (std::none_of(dimension.sums.begin(), dimension.sums.end(), same)) dimension.sums.push_back(std::move(sum));
    }
  }
  return dimension;
}

}  // namespace

int CsvFile::ColumnOf(const std::string& name) const {
  const auto at = std::find(header.begin(), header.end(), name);
  return at == header.end() ? -1 : static_cast<int>(at - header.begin());
}

absl::StatusOr<CsvFile> ReadCsv(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return absl::InvalidArgumentError(absl::StrCat(path, ": kan niet worden gelezen"));
  CsvReader reader(in);
  CsvFile file;
  file.path = path;
  for (;;) {
    const absl::StatusOr<bool> next = reader.Next();
    if (!next.ok()) return absl::FailedPreconditionError(absl::StrCat(path, ": ", next.status().message()));
    if (!*next) break;
    std::vector<std::string> row;
    for (const absl::string_view field : reader.fields()) row.emplace_back(absl::StripAsciiWhitespace(field));
    if (file.header.empty()) {
      file.header = std::move(row);
      continue;
    }
    if (row.size() != file.header.size()) {
      return absl::FailedPreconditionError(
          absl::StrCat(path, ":", reader.line(), ": heeft niet zoveel velden als de kopregel"));
    }
    file.rows.push_back(std::move(row));
    file.lines.push_back(reader.line());
  }
  if (file.header.empty()) return absl::FailedPreconditionError(absl::StrCat(path, ": het bestand is leeg"));
  return file;
}

absl::StatusOr<std::vector<Dimension>> ReadDimensions(const std::vector<std::string>& arguments,
                                                      const std::vector<std::string>& distinct) {
  std::vector<std::pair<std::string, std::vector<Tree>>> trees;
  for (const std::string& argument : arguments) {
    const std::pair<std::string, std::string> pair = absl::StrSplit(argument, absl::MaxSplits('=', 1));
    if (pair.first.empty() || pair.second.empty()) {
      return absl::InvalidArgumentError(absl::StrCat("\"", argument, "\" is geen dimensie=bestand"));
    }
    NMD_ASSIGN_OR_RETURN(Tree tree, ReadTree(pair.second));
    auto at = std::find_if(trees.begin(), trees.end(), [&](const auto& known) { return known.first == pair.first; });
    if (at == trees.end()) at = trees.insert(trees.end(), {pair.first, {}});
    at->second.push_back(std::move(tree));
  }
  std::vector<Dimension> dimensions;
  for (const auto& [name, of_name] : trees) {
    NMD_ASSIGN_OR_RETURN(Dimension dimension, DimensionOf(name, of_name));
    dimensions.push_back(std::move(dimension));
  }
  for (const std::string& name : distinct) {
    const auto at = std::find_if(dimensions.begin(), dimensions.end(), [&](const Dimension& d) { return d.name == name; });
    if (at == dimensions.end()) return absl::InvalidArgumentError(absl::StrCat("distinct: er is geen dimensie ", name));
    at->distinct = true;
  }
  return dimensions;
}

std::vector<size_t> DimensionsOf(const CsvFile& file, const std::vector<Dimension>& dimensions) {
  std::vector<size_t> found;
  for (size_t d = 0; d < dimensions.size(); ++d) {
    if (file.ColumnOf(dimensions[d].name) >= 0) found.push_back(d);
  }
  return found;
}

absl::StatusOr<std::vector<TableRow>> ReadTable(const CsvFile& file, const std::vector<Dimension>& dimensions,
                                                const std::vector<std::string>& columns) {
  std::vector<int> positions;
  for (const std::string& column : columns) {
    const bool optional = absl::StartsWith(column, "?");
    positions.push_back(file.ColumnOf(optional ? column.substr(1) : column));
    if (positions.back() < 0 && !optional) {
      return absl::InvalidArgumentError(
          absl::StrCat(file.path, ": heeft geen kolom ", column, "; wel ", absl::StrJoin(file.header, ", ")));
    }
  }
  const std::vector<size_t> with = DimensionsOf(file, dimensions);
  std::vector<std::map<std::string, int32_t>> position_of(dimensions.size());
  for (const size_t d : with) {
    for (size_t c = 0; c < dimensions[d].codes.size(); ++c)
      position_of[d].emplace(dimensions[d].codes[c], static_cast<int32_t>(c));
  }
  std::vector<TableRow> rows;
  std::set<std::vector<int32_t>> seen;
  for (size_t r = 0; r < file.rows.size(); ++r) {
    TableRow row;
    row.codes.assign(dimensions.size(), 0);
    for (const size_t d : with) {
      const std::string& code = file.rows[r][static_cast<size_t>(file.ColumnOf(dimensions[d].name))];
      const auto at = position_of[d].find(code);
      if (at == position_of[d].end())
        return Wrong(file, r, absl::StrCat("code \"", code, "\" staat niet in de hiërarchie van ", dimensions[d].name));
      row.codes[d] = at->second;
    }
    if (!seen.insert(row.codes).second) return Wrong(file, r, "deze cel staat er twee keer");
    for (size_t k = 0; k < columns.size(); ++k) {
      int64_t number = 0;
      if (positions[k] >= 0 && !absl::SimpleAtoi(file.rows[r][static_cast<size_t>(positions[k])], &number)) {
        return Wrong(file, r, absl::StrCat("\"", file.rows[r][static_cast<size_t>(positions[k])], "\" is geen heel getal"));
      }
      row.numbers.push_back(number);
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

void SetTold(int64_t told, int64_t uncertainty, PublishedCell* cell) {
  cell->rounded = true;
  cell->low = std::max<int64_t>(0, told - uncertainty);
  cell->high = told + uncertainty;
}

absl::StatusOr<PublishedTable> ReadPublished(const std::string& path, const std::string& value,
                                             const std::vector<Dimension>& dimensions) {
  NMD_ASSIGN_OR_RETURN(const CsvFile file, ReadCsv(path));
  const bool says_primary = file.ColumnOf("primary") >= 0;
  NMD_ASSIGN_OR_RETURN(const std::vector<TableRow> rows,
                       ReadTable(file, dimensions, {value, "suppressed", "?primary", "?told", "?uncertainty"}));
  const bool is_rounded = file.ColumnOf("told") >= 0;
  PublishedTable table{path, {}};
  for (const TableRow& row : rows) {
    const bool hidden = row.numbers[1] != 0;
    // Who does not say why cells are hidden wants all of them to be safe.
    PublishedCell& cell = table.cells.emplace_back();
    cell.codes = row.codes;
    cell.value = row.numbers[0];
    cell.primary = says_primary ? row.numbers[2] != 0 : hidden;
    cell.hidden = hidden;
    if (is_rounded && !hidden) SetTold(row.numbers[3], row.numbers[4], &cell);
  }
  return table;
}

std::string CsvField(absl::string_view text) {
  if (text.find_first_of(",\"\r\n") == absl::string_view::npos) return std::string(text);
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"') quoted.push_back('"');
    quoted.push_back(c);
  }
  return quoted + "\"";
}

}  // namespace nmd::cli
