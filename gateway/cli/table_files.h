// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_GATEWAY_CLI_TABLE_FILES_H_
#define NMD_GATEWAY_CLI_TABLE_FILES_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "services/publication/engine/table.h"

namespace nmd::cli {

// The files of nmdctl protect and audit (protect_file.h) as tables. Errors, in Dutch with file and line: INVALID_ARGUMENT when
// a file or column is not there; FAILED_PRECONDITION when the content is wrong.

// Dimensions from "name=file" arguments, in the order of their first mention.
absl::StatusOr<std::vector<publication::engine::Dimension>> ReadDimensions(const std::vector<std::string>& arguments,
                                                                           const std::vector<std::string>& distinct);

// A CSV file by column; rows in order.
struct CsvFile {
  std::string path;
  std::vector<std::string> header;
  std::vector<std::vector<std::string>> rows;
  std::vector<int64_t> lines;

  int ColumnOf(const std::string& name) const;  // -1: none.
};
absl::StatusOr<CsvFile> ReadCsv(const std::string& path);

// One row of a table.
struct TableRow {
  std::vector<int32_t> codes;    // One per dimension; 0 where the file does not have it.
  std::vector<int64_t> numbers;  // One per column asked.
};
// `columns` must be there, except those that begin with "?", which are 0 when they are not.
absl::StatusOr<std::vector<TableRow>> ReadTable(const CsvFile& file,
                                                const std::vector<publication::engine::Dimension>& dimensions,
                                                const std::vector<std::string>& columns);
// The dimensions a file has a column for.
std::vector<size_t> DimensionsOf(const CsvFile& file, const std::vector<publication::engine::Dimension>& dimensions);

// What protect wrote: the owner's file of a publication.
absl::StatusOr<publication::engine::PublishedTable> ReadPublished(
    const std::string& path, const std::string& value, const std::vector<publication::engine::Dimension>& dimensions);

// That a cell was told as `told`, at most `uncertainty` from its value, which is nowhere negative.
void SetTold(int64_t told, int64_t uncertainty, publication::engine::PublishedCell* cell);

// A field of a CSV file.
std::string CsvField(absl::string_view text);

}  // namespace nmd::cli

#endif  // NMD_GATEWAY_CLI_TABLE_FILES_H_
