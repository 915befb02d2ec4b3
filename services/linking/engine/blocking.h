// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_LINKING_ENGINE_BLOCKING_H_
#define NMD_SERVICES_LINKING_ENGINE_BLOCKING_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "services/linking/engine/persons.h"

// Which pairs are worth comparing: those that agree on all parts of a rule. No pair is ever stored.
namespace nmd::linking::engine {

enum class Part : uint8_t {
  kNumber,
  kBirth,
  kYear,
  kMonthDay,
  kGiven,
  kInitial,
  kFamily,
  kLetter,
  kSound,
  kPrefix,
  kBothNames,
  kPostcode,
  kArea,
  kHouse,
  kStreet,
  kCity,
  kEmail,
  kPhone
};

struct Rule {
  absl::string_view name;  // How a model names it. Example: "geboortedatum".
  uint32_t parts = 0;      // Bit per Part.
  uint32_t fields = 0;     // Bit per Field that the parts say something about.
  enum Use : uint8_t {
    kAlways,
    kWithin,   // Unless it alone gives more pairs than Blocks::kPairsPerRecord.
    kInstead,  // In place of the rule before it, of which it gives a part, when that one is not used.
    kOptional  // While all pairs together stay within Blocks::kPairsPerRecord.
  } use = kAlways;
};

// All rules there are, the most telling first. At most kMaxRules.
inline constexpr size_t kMaxRules = 24;
absl::Span<const Rule> AllRules();

// The same for two records that agree on every part; 0 when one of them is not known: what is missing agrees with nothing.
uint64_t KeyOf(const Rule& rule, const Hot& hot, const Persons::Cold& cold);

// A run of records with one key longer than this is not compared pair by pair: its records are ordered by name and each is
// compared with the kWindow that follow. What it left out is counted.
inline constexpr uint32_t kMaxRun = 1000;
inline constexpr uint32_t kWindow = 50;

// The runs of every rule over some of the records ("items").
class Blocks {
 public:
  // Pairs per record that rules may give, and what small sets may give whatever their size.
  static constexpr int64_t kPairsPerRecord = 24;
  static constexpr int64_t kPairsAlways = 500'000;

  // `items` are records in ascending order. `rules` is a bit per rule of AllRules() to use; those that
  // give too many pairs are left out when `choose`. Cost: O(items) per rule.
  Blocks(const Persons& persons, std::vector<uint32_t> items, uint32_t rules, bool choose);

  struct Run {
    uint32_t rule;
    absl::Span<const uint32_t> members;  // Positions in items(), ascending; by name when windowed.
    bool windowed;
    // Pairs to compare.
    int64_t pairs() const;
  };
  size_t runs() const { return runs_.size(); }
  Run run(size_t i) const;

  absl::Span<const uint32_t> items() const { return items_; }
  // Bit per rule in use.
  uint32_t rules() const { return rules_; }
  int64_t pairs() const { return pairs_; }
  int64_t pairs(uint32_t rule) const { return pairs_by_rule_[rule]; }
  int64_t windowed_runs() const { return windowed_runs_; }

  // Fetches what Shared needs of an item; call it some time before.
  void Prefetch(uint32_t item) const {
    __builtin_prefetch(&tags_[size_t{item} * kMaxRules]);
    __builtin_prefetch(&tags_[size_t{item} * kMaxRules + kMaxRules - 1]);
  }
  // Bit per rule whose run holds both, not counting windowed runs. Positions in items().
  uint32_t Shared(uint32_t a, uint32_t b) const {
    const uint32_t* x = &tags_[size_t{a} * kMaxRules];
    const uint32_t* y = &tags_[size_t{b} * kMaxRules];
    uint32_t shared = 0;
    for (uint32_t r = 0; r < kMaxRules; ++r) shared |= static_cast<uint32_t>(x[r] == y[r] && x[r] != 0) << r;
    return shared;
  }

 private:
  struct StoredRun {
    uint32_t rule;
    uint32_t size;
    size_t begin;
    bool windowed;
  };
  void Build(const Persons& persons, uint32_t rule, bool choose);

  std::vector<uint32_t> items_;
  uint32_t rules_ = 0;
  int64_t pairs_ = 0;
  int64_t pairs_by_rule_[kMaxRules] = {};
  int64_t windowed_runs_ = 0;
  std::vector<uint32_t> members_;
  std::vector<StoredRun> runs_;
  std::vector<uint32_t> tags_;  // Per item, per rule: number of its run from 1, 0 for none.
};

// Sorts by key so that equal keys are neighbours, each in the order they were in; the order of keys means nothing.
void GroupByKey(std::vector<std::pair<uint64_t, uint32_t>>& keys);

// Calls visit(position a, position b) with a != b for every pair of the run.
template <typename Visit>
void ForEachPair(const Blocks::Run& run, Visit visit) {
  const size_t n = run.members.size();
  for (size_t i = 0; i + 1 < n; ++i) {
    const size_t end = run.windowed ? std::min<size_t>(n, i + 1 + kWindow) : n;
    for (size_t j = i + 1; j < end; ++j) visit(run.members[i], run.members[j]);
  }
}

}  // namespace nmd::linking::engine

#endif  // NMD_SERVICES_LINKING_ENGINE_BLOCKING_H_
