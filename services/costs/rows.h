// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_COSTS_ROWS_H_
#define NMD_SERVICES_COSTS_ROWS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "nmd/costs/v1/rows.pb.h"
#include "services/costs/snapshot.h"

// The rows behind a figure, as those with a mandate see them (rows.proto).
namespace nmd::costs {

// Of a look in the costs journal.
inline constexpr absl::string_view kRowsKind = "rows";

// Rows of the table in the order of rows.proto. Within one month, law, product and provider they come in order of what they
// say, not of whose they are: the order of the table is that of clients, and would tell which rows are one client's.
std::vector<v1::FigureRow> FigureRows(const Snapshot& snapshot, const std::vector<uint32_t>& rows,
                                      const std::string& municipality);

}  // namespace nmd::costs

#endif  // NMD_SERVICES_COSTS_ROWS_H_
