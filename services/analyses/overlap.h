// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_ANALYSES_OVERLAP_H_
#define NMD_SERVICES_ANALYSES_OVERLAP_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <utility>

#include "absl/types/span.h"

// Care that runs side by side on one day (stapeling, requirements 6.2). What is not allowed, what runs side by side and what
// crosses laws are separate measures (Q19). Pure.
namespace nmd::analyses {

// A course that is valid on the day.
struct RunningCourse {
  uint32_t client = 0;
  uint32_t household = 0;  // 0: not known; such a client is a household of its own.
  uint8_t law = 0;
  uint32_t product = 0;    // Number of law and product together.
  int level = 0;           // IVN; 0 without.
  bool doubled = false;    // Two of its allocations are in force on the day (OP347).
  bool motivated = false;  // Somebody told why this care is needed.
  bool budget = false;     // The client has a personal budget for the product on the day (OP043).
};

enum class Verdict : uint8_t { kAllowed, kNeedsMotive, kForbidden };
// By two products, the lower number first.
using CombinationRules = std::map<std::pair<uint32_t, uint32_t>, Verdict>;

enum OverlapKind : size_t {
  kSameTwice,      // Two allocations of one product at one provider.
  kParallel,       // Two courses.
  kSameLevel,      // Two courses of the level.
  kBothLaws,       // Courses of both laws in one household; counts households.
  kForbidden,      // Products that a rule does not allow together.
  kMotiveMissing,  // Products that need a reason, and neither has one,
  kMotivated,      // or one has.
  kBudgetBeside,   // A personal budget for a product that comes in kind too.
  kOverlapKinds,
};

struct Overlaps {
  int64_t clients = 0, households = 0;          // With care on the day.
  std::array<int64_t, kOverlapKinds> counts{};  // Clients with it, each once per kind; of kBothLaws households.
  // Clients by two products they have at one time, the lower number first, and by kind: kParallel without a rule. One product
  // twice, at two providers, is a pair too.
  std::map<std::pair<uint32_t, uint32_t>, std::array<int64_t, kOverlapKinds>> pairs;
};

// REQUIRES: courses of one client stand together. The order of clients, and of the courses of one, does not matter.
// Cost: that of the pairs of distinct products each client has.
Overlaps CountOverlaps(absl::Span<const RunningCourse> courses, const CombinationRules& rules, int level);

}  // namespace nmd::analyses

#endif  // NMD_SERVICES_ANALYSES_OVERLAP_H_
