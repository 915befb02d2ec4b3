// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_COSTS_BRIDGE_H_
#define NMD_SERVICES_COSTS_BRIDGE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "services/core/money.h"
#include "services/costs/evaluate.h"
#include "services/costs/records.h"

// From what was indicated to what was booked, in steps that close exactly, with the list behind every step (R84). Pure.
//
// A row is one provision in one month, or claims of one client, product, provider and month without a provision. What lies
// between two amounts is split by row, so that every step is a list and none of them makes up the rest.
namespace nmd::costs {

struct BridgeItem {
  // One per name in BridgeStep::dimensions.
  std::vector<std::string> values;
  Cents amount = 0;
  int64_t count = 0;  // Rows, or bookings.
};

struct BridgeStep {
  std::string id;
  bool subtotal = false;
  Cents amount = 0;
  std::vector<absl::string_view> dimensions;  // Ids.
  std::vector<BridgeItem> items;              // Greatest amount first, whatever its sign; none of a subtotal.
};

// `question` is about a period and has no dimensions; its filters are those of the rows. Without `booked` the bridge ends at
// the approved amount; then `records` is not looked at. Cost: some nanoseconds per row of the period.
std::vector<BridgeStep> MakeBridge(const Snapshot& snapshot, const RecordBook& records, const Question& question, bool booked);

}  // namespace nmd::costs

#endif  // NMD_SERVICES_COSTS_BRIDGE_H_
