// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_DEPLOY_DEMO_RNG_H_
#define NMD_DEPLOY_DEMO_RNG_H_

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"

namespace nmd::demo {

// The dice of the demo. The same seed and label give the same throws on every machine and compiler, which the standard
// distributions do not promise. Throw once per expression: C++ does not say which operand of + or which argument comes first.
// Source of the generator: SplitMix64 (Steele, Lea and Flood, OOPSLA 2014).
class Rng {
 public:
  // A stream of its own per label, so that more throws in one stage change nothing in another.
  Rng(uint64_t seed, absl::string_view label) : state_(seed) {
    for (char c : label) state_ = Mix(state_ ^ static_cast<unsigned char>(c));
  }

  // 0 <= result < n. REQUIRES: n > 0.
  int Below(int n) { return static_cast<int>(Next() % static_cast<uint64_t>(n)); }
  // low <= result <= high.
  int Between(int low, int high) { return low + Below(high - low + 1); }
  // True `permille` times in a thousand.
  bool Chance(int permille) { return Below(1000) < permille; }

  template <typename T>
  const T& Pick(const std::vector<T>& from) {
    return from[static_cast<size_t>(Below(static_cast<int>(from.size())))];
  }

  template <typename T>
  void Shuffle(std::vector<T>* items) {
    for (size_t i = items->size(); i > 1; --i) std::swap((*items)[i - 1], (*items)[Next() % i]);
  }

 private:
  static uint64_t Mix(uint64_t z) {
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
  }
  uint64_t Next() { return Mix(state_ += 0x9e3779b97f4a7c15ULL); }

  uint64_t state_;
};

}  // namespace nmd::demo

#endif  // NMD_DEPLOY_DEMO_RNG_H_
