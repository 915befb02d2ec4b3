// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_PUBLICATION_LEDGER_SPACE_H_
#define NMD_SERVICES_PUBLICATION_LEDGER_SPACE_H_

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "services/core/date.h"
#include "services/publication/engine/table.h"
#include "services/publication/ledger.h"

namespace nmd::publication {

using Months = std::pair<Month, Month>;  // Half-open.

// Some tables as cells of one set of dimensions: "periode", and every dimension one of them is split by or limited to. The same
// people, place and period are the same codes in all of them.
class Space {
 public:
  struct Placed {
    std::vector<std::vector<int32_t>> codes;
    std::vector<int64_t> cell;  // Of the table; -1: a zero that is said by not being there.
  };

  // Errors: FAILED_PRECONDITION TABLE_NOT_AGREED with cause overlap when periods overlap in part; INVALID_ARGUMENT
  // RESULT_TOO_LARGE. The tables must outlive the call only.
  static absl::StatusOr<Space> Of(absl::Span<const LedgerTable* const> tables);

  // The values a table is limited to; null: it is not.
  static const std::vector<std::string>* FilterOf(const LedgerTable& table, const std::string& dimension);

  const std::vector<engine::Dimension>& dimensions() const { return dimensions_; }
  const Placed& placed(size_t table) const { return placed_[table]; }

  int64_t KeyOf(const std::vector<int32_t>& codes) const;

  // Dutch: "periode 2018-01, wijk Eelde".
  std::string TextOfCell(const std::vector<int32_t>& codes) const;

 private:
  struct Codes {
    std::set<std::string> values;
    std::set<std::vector<std::string>> groups;  // Filters and merged codes of more than one value.
    // Axes of which some codes are merged: the values of the filter (none: all), and the merged ones.
    std::set<std::pair<std::vector<std::string>, std::vector<std::vector<std::string>>>> partitions;
    bool split = false;  // By a table of all values.
    std::map<std::string, int32_t> position;
    std::map<std::vector<std::string>, int32_t> group_position;
  };
  struct LongestFirst {
    bool operator()(const Months& a, const Months& b) const {
      return a.first != b.first ? a.first < b.first : a.second > b.second;
    }
  };

  void CollectCodes(absl::Span<const LedgerTable* const> tables);
  absl::Status CollectPeriods(absl::Span<const LedgerTable* const> tables);
  void NameDimensions();
  LedgerTable::Axis Completed(const LedgerTable& table, const LedgerTable::Axis& axis) const;
  Placed Place(const LedgerTable& table) const;

  std::map<std::string, Codes> codes_;  // By dimension; in this order behind "periode".
  std::map<Months, int32_t> period_position_;
  std::vector<engine::Dimension> dimensions_;
  std::vector<Placed> placed_;
};

}  // namespace nmd::publication

#endif  // NMD_SERVICES_PUBLICATION_LEDGER_SPACE_H_
