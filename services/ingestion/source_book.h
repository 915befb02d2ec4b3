// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_INGESTION_SOURCE_BOOK_H_
#define NMD_SERVICES_INGESTION_SOURCE_BOOK_H_

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "nmd/internal/v1/ingestion_events.pb.h"
#include "services/core/date.h"
#include "services/ingestion/message.h"
#include "services/ingestion/source_analysis.h"

// What ingestion remembers of its deliveries for the source analysis: who sent what about which month, which allocations were
// in force, and what providers are called.
namespace nmd::ingestion {

// A delivery, by its number, with when it became known; or whether it counts at the moment that is asked about.
using CountsAt = std::function<bool(int32_t delivery)>;
using KnownDayOf = std::function<Day(int32_t delivery)>;

// Grows with every delivery by about 64 bytes, and by 40 for each version of an allocation. Thread-compatible.
class SourceBook {
 public:
  // Of what a checkpoint holds.
  static constexpr int32_t kVersion = 1;

  // Adds the next delivery; numbers are 0, 1, 2, ...
  void Add(const internal::v1::DeliveryRecord& record, Day known_day);

  // The checkpoint. REQUIRES of Load: an empty book, and a checkpoint of kVersion.
  void Save(internal::v1::SourceBookCheckpoint* saved) const;
  void Load(const internal::v1::SourceBookCheckpoint& saved);

  // Allocations in force by the deliveries that count: of every number the version with the latest Toewijzingsdatum and -tijd
  // (OP033x1), unless that says it never existed.
  std::vector<ProviderPeriod> Allocations(Law law, const CountsAt& counts) const;
  // When each allocation of the law was first received.
  absl::flat_hash_map<int64_t, Day> FirstReceived(Law law, const CountsAt& counts, const KnownDayOf& known_day) const;
  // Names by AGB code: the one that became known last, of several on one day the last in the alphabet.
  std::map<std::string, std::string> Names(const CountsAt& counts, const KnownDayOf& known_day) const;

  // What the analysis needs of a delivery; id, known_day, counts and broken are the caller's. A start of care that was due
  // before its allocation was received is due 5 working days after that (OP271).
  void Describe(int32_t delivery, const absl::flat_hash_map<int64_t, Day>& first_received, AnalysedDelivery* described) const;

 private:
  struct Entry {
    int32_t sender = 0;
    Month newest = 0;
    uint64_t months = 0;
    int64_t records = 0;
    int64_t sound_records = 0;
    Day due_day = 0;
    Day done_day = 0;
    int64_t allocation = 0;
  };
  struct Version {
    int64_t number;
    int64_t assigned_second;
    Period period;
    int32_t delivery;
    int32_t provider;
    Law law;
    bool deleted;
  };
  struct Name {
    int32_t delivery;
    int32_t provider;
    std::string title;
  };

  int32_t Numbered(absl::string_view text);

  std::deque<std::string> texts_ = {""};
  absl::flat_hash_map<absl::string_view, int32_t> numbers_ = {{"", 0}};  // Into texts_, whose elements stay where they are.
  std::deque<Entry> entries_;
  std::deque<Version> versions_;
  std::vector<Name> names_;
};

}  // namespace nmd::ingestion

#endif  // NMD_SERVICES_INGESTION_SOURCE_BOOK_H_
