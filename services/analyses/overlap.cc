// SPDX-License-Identifier: EUPL-1.2
#include "services/analyses/overlap.h"

#include <unordered_map>

namespace nmd::analyses {
namespace {

struct OfProduct {
  int courses = 0;
  bool motivated = false;
};

// A rule is about a pair of products, so its kind is the same for every client but for the reason somebody gave.
OverlapKind KindOf(const CombinationRules& rules, const std::pair<uint32_t, uint32_t>& pair, bool motivated) {
  const auto rule = rules.find(pair);
  if (rule == rules.end() || rule->second == Verdict::kAllowed) return kParallel;
  if (rule->second == Verdict::kForbidden) return kForbidden;
  return motivated ? kMotivated : kMotiveMissing;
}

void CountClient(absl::Span<const RunningCourse> courses, const CombinationRules& rules, int level, Overlaps* found) {
  std::array<bool, kOverlapKinds> has{};
  std::map<uint32_t, OfProduct> products;
  int of_level = 0;
  for (const RunningCourse& course : courses) {
    OfProduct& product = products[course.product];
    ++product.courses;
    product.motivated |= course.motivated;
    has[kSameTwice] |= course.doubled;
    has[kBudgetBeside] |= course.budget;
    of_level += course.level == level && level > 0 ? 1 : 0;
  }
  has[kParallel] = courses.size() > 1;
  has[kSameLevel] = of_level > 1;
  for (auto a = products.begin(); a != products.end(); ++a) {
    for (auto b = a; b != products.end(); ++b) {
      if (a == b && a->second.courses < 2) continue;
      const std::pair<uint32_t, uint32_t> pair = {a->first, b->first};
      const OverlapKind kind = KindOf(rules, pair, a->second.motivated || b->second.motivated);
      ++found->pairs[pair][kind];
      has[kind] = true;
    }
  }
  ++found->clients;
  for (size_t kind = 0; kind < kOverlapKinds; ++kind) found->counts[kind] += has[kind] ? 1 : 0;
}

}  // namespace

Overlaps CountOverlaps(absl::Span<const RunningCourse> courses, const CombinationRules& rules, int level) {
  Overlaps found;
  std::unordered_map<uint32_t, uint32_t> laws_of;  // By household; a bit per law.
  for (size_t begin = 0; begin < courses.size();) {
    size_t end = begin + 1;
    while (end < courses.size() && courses[end].client == courses[begin].client) ++end;
    const absl::Span<const RunningCourse> own = courses.subspan(begin, end - begin);
    CountClient(own, rules, level, &found);
    uint32_t laws = 0, household = 0;
    for (const RunningCourse& course : own) {
      laws |= 1u << course.law;
      household = course.household;
    }
    if (household == 0) {
      ++found.households;
      found.counts[kBothLaws] += (laws & (laws - 1)) != 0 ? 1 : 0;
    } else {
      laws_of[household] |= laws;
    }
    begin = end;
  }
  found.households += static_cast<int64_t>(laws_of.size());
  for (const auto& [household, laws] : laws_of) found.counts[kBothLaws] += (laws & (laws - 1)) != 0 ? 1 : 0;
  return found;
}

}  // namespace nmd::analyses
