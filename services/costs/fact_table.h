// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_COSTS_FACT_TABLE_H_
#define NMD_SERVICES_COSTS_FACT_TABLE_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "services/core/date.h"
#include "services/core/money.h"
#include "services/costs/column.h"
#include "services/costs/row_vector.h"

// The columns figures are counted over, and the one kernel that counts them.
namespace nmd::costs {

// What rows can be split and filtered by. Law to household have a dictionary each.
enum Field : size_t {
  kMonthField,  // Code = month - FactTable::first_month.
  kLawField,
  kCategoryField,
  kProductField,
  kIvnField,
  kProviderField,
  kReferrerField,
  kSexField,
  kWijkField,
  kBuurtField,
  kHouseholdField,
  kFieldCount,
};

inline constexpr uint32_t kLawCount = 3;  // None, Jeugdwet, Wmo.

// Bits of FactTable::flags.
enum RowFlag : uint8_t {
  kCounts = 1,    // A provision touches the month: the row counts a client and a provision. Unset: claims only.
  kExact = 2,     // Every person key of the row was linked on a valid BSN.
  kNoTariff = 4,  // The indicated amount misses a part, because a tariff or a volume is not known.
};

// One row per provision and calendar month it touches, and one per client, product, provider, referrer and month of claims
// that belong to no such row. Rows are clustered: in order of client, then provision, then month. The kernel relies on it.
//
// All vectors have one entry per row. Filled by its maker, then only read; any number of threads may read.
struct FactTable {
  Month first_month = 0;
  Month end_month = 0;  // Exclusive; equal to first_month when there are no rows.
  std::array<Column, kFieldCount> fields;
  RowVector<uint32_t> client;
  RowVector<uint32_t> provision;
  AmountColumn indicated, declared, approved;
  RowVector<uint8_t> flags;
  RowVector<uint8_t> from_day, to_day;  // Valid days of the month [from, to), 1-based; both 0 without a provision.
  CountColumn claim_lines, answered_lines;

  size_t size() const { return client.size(); }
  size_t Bytes() const;  // With the index.

  // Rows that follow one another and are alike: of one client and provision, with the same codes and flags, of one month after
  // the other. Most provisions are one run of a year or so, so that what runs have in common is read ten times less often than
  // rows are. Made by Index().
  struct Runs {
    std::vector<uint32_t> begin;             // First row of each, plus the number of rows.
    std::array<Column, kFieldCount> fields;  // The codes; of the month that of the first row.
    std::vector<uint32_t> client, provision;
    std::vector<uint8_t> flags;
    size_t size() const { return client.size(); }
  };
  Runs runs;
  // Runs by code of a column, in order: lets a filter touch only what it asks for.
  struct Postings {
    std::vector<uint32_t> begin;  // Per code, plus one.
    std::vector<uint32_t> runs;
  };
  Postings by_provider, by_product;
  // Call once, when the rows are all there.
  void Index() {
    FindRuns();
    ListRuns();
  }
  // Its two steps.
  void FindRuns();
  void ListRuns();
};

// Maps the codes of a column to positions on an axis of the answer, or drops the row.
struct Axis {
  static constexpr uint32_t kDropped = std::numeric_limits<uint32_t>::max();
  const Column* column = nullptr;
  std::vector<uint32_t> position;  // Per code of the column.
  uint32_t size = 0;               // Positions are in [0, size).
};

// What to accumulate; counting what nobody asked for costs time.
struct Wanted {
  bool clients = false;
  bool provisions = false;
  bool indicated = false;
  bool claims = false;  // Declared, approved and the numbers of lines.
};

struct TableQuery {
  Month first = 0, end = 0;     // Months [first, end).
  std::optional<Day> valid_on;  // Only rows that are valid on this day, which lies in `first`.
  std::vector<Axis> groups;     // None: one group.
  std::vector<Axis> filters;    // Positions do not matter, kDropped does.
  Wanted wanted;
  size_t group_limit = 0;  // More groups than this: no answer.
};

struct Totals {
  int64_t clients = 0;
  int64_t provisions = 0;
  Cents indicated = 0, declared = 0, approved = 0;
  int64_t rows = 0;                   // Rows in the group,
  int64_t exact_rows = 0;             // of which with kExact,
  int64_t counted_rows = 0;           // of which with kCounts,
  int64_t untariffed_rows = 0;        // of which with kNoTariff.
  int64_t untariffed_provisions = 0;  // Provisions with such a row.
  int64_t claim_lines = 0, answered_lines = 0;
  // So many clients fewer when everybody who may be one is one (open_clients.h). Not counted here.
  int64_t open_clients = 0;
};

struct Group {
  std::vector<uint32_t> positions;  // One per axis of TableQuery::groups.
  Totals totals;
};

struct Counted {
  std::vector<Group> groups;
  Totals total;  // Of all rows in a group: counted again, for distinct counts are no sums.
};

// Groups with at least one row, in order of positions (the first axis varies slowest), and their total. nullopt when there are
// more than group_limit. Distinct clients and provisions are exact in every group.
//
// Cost: one pass over the runs that the most selective of the provider and product filters leaves, some nanoseconds each, and
// about one nanosecond per row for every amount and for months as an axis. A client is counted when the group's last-seen
// client is another one, which the clustering makes right.
std::optional<Counted> Count(const FactTable& table, const TableQuery& query);

// The groups only.
std::optional<std::vector<Group>> Aggregate(const FactTable& table, const TableQuery& query);

// Whether a row that counts is of the query.
bool CountsIn(const FactTable& table, const TableQuery& query, size_t row);

// Rows [begin, end) of a run.
struct RowSpan {
  uint32_t run = 0;
  uint32_t begin = 0, end = 0;
};
// The rows of the query, in order, as few spans as may be; groups and wanted do not matter.
std::vector<RowSpan> SelectSpans(const FactTable& table, const TableQuery& query);

// The same rows one by one.
std::vector<uint32_t> SelectRows(const FactTable& table, const TableQuery& query);

}  // namespace nmd::costs

#endif  // NMD_SERVICES_COSTS_FACT_TABLE_H_
