// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_COSTS_WORKED_OUT_H_
#define NMD_SERVICES_COSTS_WORKED_OUT_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <tuple>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "services/core/date.h"
#include "services/costs/column.h"
#include "services/costs/ledger.h"
#include "services/costs/timeline.h"

// Dimensions without a column of their own: what they are follows from the columns of a row and from what is known beside the
// table. They cost no memory per row, and some nanoseconds per row of the period when somebody asks. Each is what it is on the
// first valid day of a row in its month.
namespace nmd::costs {

struct Snapshot;

// Values and labels by code; values in ascending order, code 0 the empty one ("onbekend"). In a dictionary of a column every
// other value is that of a row, except of law and sex.
struct Dictionary {
  std::vector<std::string> values;
  std::vector<std::string> labels;
  std::vector<Word> words;  // The values as the ledger has them; only of columns, and not of law, sex and months.
};

enum class WorkedOut : uint8_t {
  kContract,       // By law and provider: of several that hold the one that began last.
  kOrganisation,   // By provider; one without a group is its own organisation,
  kConcern,        // and an organisation without a concern its own concern.
  kForm,           // Rows are care in kind.
  kSource,         // Of the allocation in force; of a row without one, of its first claim line.
  kHouseholdSize,  // By household: how many persons are known in it.
  kTaakveld,       // By law, category, product and provider (ProductTaakveld in fact.proto).
};
inline constexpr size_t kWorkedOutCount = 7;

// What numbered things are, from a day on.
class DayTable {
 public:
  struct Change {
    Day from = 0;
    uint32_t code = 0;
  };
  // Of the next number: from its first day on, in order of day; before that it is 0.
  void Add(const std::vector<Change>& changes) {
    changes_.insert(changes_.end(), changes.begin(), changes.end());
    begin_.push_back(static_cast<uint32_t>(changes_.size()));
  }
  // REQUIRES: number < the count of Add.
  uint32_t At(size_t number, Day day) const {
    for (uint32_t i = begin_[number + 1]; i > begin_[number]; --i) {
      if (changes_[i - 1].from <= day) return changes_[i - 1].code;
    }
    return 0;
  }
  size_t size() const { return begin_.size() - 1; }
  size_t Bytes() const { return begin_.size() * sizeof(begin_[0]) + changes_.size() * sizeof(changes_[0]); }

 private:
  std::vector<uint32_t> begin_ = {0};
  std::vector<Change> changes_;
};

struct WorkedOutValues {
  std::array<Dictionary, kWorkedOutCount> dictionaries;
  DayTable contracts;                // Number: law * providers + provider, as codes of the rows.
  DayTable organisations, concerns;  // Number: provider.
  DayTable household_sizes;          // Number: household.
  std::vector<uint32_t> sources;     // By batch.
  // By law, category, product and provider, as codes of the rows; 0 where the rule has none.
  using TaakveldKey = std::tuple<uint32_t, uint32_t, uint32_t, uint32_t>;
  absl::flat_hash_map<TaakveldKey, Timeline<uint32_t>> taakvelden;

  const Dictionary& DictionaryOf(WorkedOut what) const { return dictionaries[static_cast<size_t>(what)]; }
  size_t Bytes() const;
};

// REQUIRES: the dictionaries and origins of the snapshot are there.
WorkedOutValues MakeWorkedOut(const KnownFacts& known, const Snapshot& snapshot);

// The codes of the rows in months [first, end), by the dictionary; of other rows 0.
Column WorkOut(const Snapshot& snapshot, WorkedOut what, Month first, Month end);

// The code of one row.
uint32_t WorkOutRow(const Snapshot& snapshot, WorkedOut what, size_t row);

// The most persons a household is counted apart for.
inline constexpr int kLargestHousehold = 5;

}  // namespace nmd::costs

#endif  // NMD_SERVICES_COSTS_WORKED_OUT_H_
