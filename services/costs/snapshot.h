// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_COSTS_SNAPSHOT_H_
#define NMD_SERVICES_COSTS_SNAPSHOT_H_

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "services/core/date.h"
#include "services/core/money.h"
#include "services/costs/areas.h"
#include "services/costs/fact_table.h"
#include "services/costs/ledger.h"
#include "services/costs/provisions.h"
#include "services/costs/worked_out.h"

// What is known at one moment, worked out: the table figures are counted over and everything needed to say where they
// came from. A pure function of KnownFacts and the month of K; made once per knowledge moment, then only read.
namespace nmd::costs {

// The part of a batch that matters for provenance. The texts are the ledger's.
struct Origin {
  absl::string_view delivery;
  absl::string_view source;
  Moment known = 0;
};

// Deliveries of one source that hold one combination of kinds of facts; or, with no deliveries, the records of all those of
// a source without facts that count.
struct SourceShare {
  uint32_t kinds = 0;
  int64_t deliveries = 0, records = 0, sound_records = 0;
  Moment newest = 0;
};

struct PopulationCount {
  int32_t year = 0;
  std::string wijk, buurt, sex;
  int32_t age_from = 0, age_to = 0;
  int64_t count = 0;
  uint32_t origin = 0;
};

struct BudgetAmount {
  std::string line;
  int32_t year = 0;
  Cents amount = 0;
  uint32_t origin = 0;
};

// The day by which vintages of a budget line are put in order: that of the document, else that on which it became known.
Day VintageDay(const BudgetFact& fact, Moment known);

// Months [first, end) there is data about; empty when there is none.
struct MonthRange {
  Month first = 0, end = 0;
  bool empty() const { return end <= first; }
  // Makes it reach over the other as well.
  void Include(const MonthRange& other) {
    if (other.empty()) return;
    *this = empty() ? other : MonthRange{std::min(first, other.first), std::max(end, other.end)};
  }
  friend bool operator==(const MonthRange&, const MonthRange&) = default;
};

// Who a client is: the client id and true, or the person key of somebody without a link and false.
using ClientId = std::pair<Word, bool>;

struct Snapshot;
class LagProfile;

// How fast the lines of claims of a snapshot came in (reliability.h), worked out when it is first asked for. Thread safe.
class LagOnce {
 public:
  LagOnce();
  ~LagOnce();
  // `month` is that of the snapshot.
  const LagProfile& Of(const Snapshot& snapshot, Month month);

 private:
  std::once_flag once_;
  std::unique_ptr<LagProfile> profile_;
};

struct Snapshot {
  FactTable table;
  std::array<Dictionary, kFieldCount> dictionaries;  // Of kMonthField: empty, the code says it.

  // Per client, in order of client id.
  std::vector<ClientId> clients;
  std::vector<Day> births;  // 0 when not known. Never in an answer: only ages are.
  // Where the rows and provisions of a client begin; one more than there are clients.
  struct ClientBegin {
    uint32_t row = 0, provision = 0;
  };
  std::vector<ClientBegin> client_begin;

  // Deliveries behind the rows.
  std::vector<Origin> origins;  // By batch index.
  struct Span {
    uint32_t first = 0, count = 0;
  };
  struct Source {
    nmd::Period period;
    uint32_t origin = 0;
  };
  std::vector<Span> provision_sources;  // Per provision: a range of `sources`.
  std::vector<Source> sources;          // The allocations in force.
  // Batches behind the claim lines of a row, one per line: those of row r are claim_origins[i], i in ClaimOrigins(r).
  std::vector<uint32_t> claim_origins;       // In order of row, then delivery.
  std::vector<uint32_t> claim_origin_begin;  // Of every kOriginBlock-th row.
  static constexpr size_t kOriginBlock = 64;
  Span ClaimOrigins(size_t row) const;

  std::map<std::string, std::vector<SourceShare>> shares;  // By source.

  WorkedOutValues worked_out;

  std::vector<PopulationCount> populations;  // Latest statements, in order of year, wijk, buurt, sex, ages.
  Areas areas;
  std::vector<BudgetAmount> budgets;  // Latest vintages, in order of line and year.

  // Clients who may be one person while nobody decided: by number, a < b, ascending, each pair once.
  std::vector<std::pair<uint32_t, uint32_t>> open_pairs;

  MonthRange allocation_months, claim_months;

  absl::flat_hash_map<Word, VersionTally> tallies;  // By person key.

  std::shared_ptr<LagOnce> lag = std::make_shared<LagOnce>();

  // Steps of the calculation, for explanations.
  int64_t delivery_count = 0, version_count = 0, deleted_count = 0, current_count = 0, client_count = 0;

  // Rough memory in bytes.
  size_t Bytes() const;
};

// The first day after which the end of an allocation is no end, in a snapshot of this month.
Day OpenFrom(Month known_month);

// Cost: some microseconds per row.
std::shared_ptr<const Snapshot> BuildSnapshot(const KnownFacts& known, Month known_month);

// The same as BuildSnapshot of everything that is known, from a snapshot of before (or after) and what differs, which
// Ledger::AsKnownSince gave for it. Cost: that of BuildSnapshot for what differs, about a microsecond per claim line that
// touches no more than its row, and a copy of the columns: 15 ns per row.
std::shared_ptr<const Snapshot> PatchSnapshot(const Snapshot& base, const KnownPart& part, Month known_month);

}  // namespace nmd::costs

#endif  // NMD_SERVICES_COSTS_SNAPSHOT_H_
