// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_GATEWAY_CLI_CELLS_H_
#define NMD_GATEWAY_CLI_CELLS_H_

#include <cstdint>
#include <string>

#include "gateway/cli/table.h"

// Values as cells: in Dutch for people, with a decimal point and ISO days for machines (requirements 5.2).
namespace nmd::cli {

// For machines: -1205 -> "-12.05". Every int64 is taken.
std::string Euros(int64_t cents);

Cell MoneyCell(int64_t cents);
Cell CountCell(int64_t count);

// A day as protos write it ("2018-01-31"); for people nothing when it is not one.
Cell DayCell(const std::string& date);

}  // namespace nmd::cli

#endif  // NMD_GATEWAY_CLI_CELLS_H_
