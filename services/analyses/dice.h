// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_ANALYSES_DICE_H_
#define NMD_SERVICES_ANALYSES_DICE_H_

#include <cmath>
#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"

namespace nmd::analyses {

// Numbers by chance for simulation: the same seed gives the same throws on every run, so that an answer can be given again.
// Sources: SplitMix64 (Steele, Lea and Flood, OOPSLA 2014); normal by the polar method (Marsaglia and Bray, SIAM Review 6,
// 1964); gamma by Marsaglia and Tsang (ACM TOMS 26, 2000). Not for secrets.
class Dice {
 public:
  explicit Dice(uint64_t seed) : state_(seed) {}
  // A seed made of what a question says: equal questions, equal throws.
  explicit Dice(absl::string_view question) : state_(0x9e3779b97f4a7c15ULL) {
    for (const char c : question) state_ = Mix(state_ ^ static_cast<unsigned char>(c));
  }

  // 0 <= result < n. REQUIRES: n > 0.
  size_t Below(size_t n) { return static_cast<size_t>(Next() % n); }
  // 0 < result < 1.
  double Share() { return (static_cast<double>(Next() >> 11) + 0.5) * 0x1.0p-53; }
  double Normal() {
    for (;;) {
      const double u = 2 * Share() - 1;
      const double v = 2 * Share() - 1;
      const double s = u * u + v * v;
      if (s > 0 && s < 1) return u * std::sqrt(-2 * std::log(s) / s);
    }
  }
  // Gamma with this shape and scale 1. REQUIRES: shape > 0.
  double Gamma(double shape) {
    if (shape < 1) {
      // Gamma(a) is Gamma(a + 1) U^(1/a); for a tiny shape the power is 0 in doubles, as it should be nearly always.
      const double u = Share();
      return Gamma(shape + 1) * std::pow(u, 1 / shape);
    }
    const double d = shape - 1.0 / 3;
    const double c = 1 / std::sqrt(9 * d);
    for (;;) {
      const double x = Normal();
      const double root = 1 + c * x;
      if (root <= 0) continue;
      const double v = root * root * root;
      if (std::log(Share()) < 0.5 * x * x + d - d * v + d * std::log(v)) return d * v;
    }
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

}  // namespace nmd::analyses

#endif  // NMD_SERVICES_ANALYSES_DICE_H_
