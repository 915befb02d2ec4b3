// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_INGESTION_ALLOCATION_INDEX_H_
#define NMD_SERVICES_INGESTION_ALLOCATION_INDEX_H_

#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/numeric/int128.h"
#include "absl/strings/string_view.h"
#include "services/core/date.h"
#include "services/ingestion/message.h"

namespace nmd::ingestion {

// Tells deliveries apart independently of arrival: known time, then the first 128 bits of the SHA-256.
struct DeliveryRank {
  int64_t known_micros = 0;
  absl::uint128 id = 0;
  friend bool operator<(const DeliveryRank& a, const DeliveryRank& b) {
    return a.known_micros != b.known_micros ? a.known_micros < b.known_micros : a.id < b.id;
  }
};

// What one delivery says about one allocation: a version of it, or something that refers to it.
struct AllocationReference {
  enum Kind : int32_t { kVersion = 0, kStart = 1, kStop = 2, kLine = 3 };
  Kind kind = kVersion;
  Law law = Law::kYouth;
  int64_t number = 0;  // ToewijzingNummer
  int32_t client = 0;  // Place in the message: index of the client, of the thing within it.
  int32_t item = 0;
  std::string person_key;
  std::string provider;
  std::string category;
  std::string product;
  Period period;       // Of the allocation, or the ProductPeriode of a line; empty for a start or stop.
  int64_t volume = 0;  // 0 when an allocation has no Omvang.
  std::string unit;
  std::string frequency;
  int64_t assigned_second = 0;
  bool deleted = false;  // A version that says the allocation never existed.
  bool credit = false;   // A line that takes a debit back.
};

// The rules of level 3 that join messages by ToewijzingNummer: TR332, TR019, TR338, TR307, TR308, TR321.
//
// It judges by everything it holds, so the same deliveries give the same findings in whatever order they came (OP080): a
// start that came before its allocation loses its finding when the allocation comes. No finding here is fatal: what a
// provider declared stays declared.
//
// An allocation belongs to the client, provider, category and product of the version in the earliest delivery; another one
// under the same number violates TR332. What refers to a number is judged by the version of that client and provider with
// the latest Toewijzingsdatum (OP033x1); when that one deletes it, there is none (domain-standards 3.5). A credit repeats its
// debit and is judged on the number only (IV085).
//
// Cost: adding is linear in what is added plus what is known of the same numbers. About 100 bytes per reference.
// Thread-compatible.
class AllocationIndex {
 public:
  // Adds what delivery number `delivery` says. REQUIRES: numbers are given once, and a delivery is added whole.
  void Add(int32_t delivery, const DeliveryRank& rank, const std::vector<AllocationReference>& references);
  // Takes a delivery out, as if it had never come.
  void Remove(int32_t delivery);

  // Findings of a delivery, in order of place.
  std::vector<Finding> FindingsOf(int32_t delivery) const;
  int64_t CountFindings(int32_t delivery) const;

  // Everything that was added and not removed, in order of adding. For checkpoints.
  void ForEach(const std::function<void(int32_t delivery, const AllocationReference&)>& visit) const;

 private:
  // An AllocationReference with its texts numbered.
  struct Entry {
    AllocationReference::Kind kind;
    Law law;
    bool deleted, credit;
    bool removed = false;
    uint8_t violated = 0;  // Bits of kRules.
    int32_t delivery, client, item;
    int32_t person, provider, category, product, unit, frequency;
    Period period;
    int64_t number, volume, assigned_second;
  };
  struct Node {
    std::vector<int32_t> versions;  // Indexes of entries_.
    std::vector<int32_t> referers;
  };
  struct Delivery {
    DeliveryRank rank;
    int32_t first = 0, last = 0;  // Entries [first, last).
    int64_t findings = 0;
  };

  int32_t Numbered(absl::string_view text);
  void JudgeNode(const Node& node);
  // Whether version `a` is the one in force rather than `b`.
  bool Supersedes(const Entry& a, const Entry& b) const;
  // The version `referer` is judged by; null when there is none.
  const Entry* CurrentFor(const Node& node, const Entry& referer) const;
  uint8_t Judge(const Entry* current, const Entry& referer) const;
  void SetViolated(Entry& entry, uint8_t violated);
  bool Earlier(const Entry& a, const Entry& b) const;

  std::deque<std::string> texts_;
  absl::flat_hash_map<absl::string_view, int32_t> numbers_;  // Into texts_, whose elements stay where they are.
  std::deque<Entry> entries_;
  absl::flat_hash_map<std::pair<int32_t, int64_t>, Node> nodes_;  // By law and ToewijzingNummer.
  absl::flat_hash_map<int32_t, Delivery> deliveries_;
};

}  // namespace nmd::ingestion

#endif  // NMD_SERVICES_INGESTION_ALLOCATION_INDEX_H_
