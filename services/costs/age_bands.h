// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_COSTS_AGE_BANDS_H_
#define NMD_SERVICES_COSTS_AGE_BANDS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace nmd::costs {

// Ages cut into bands that together hold every age once, and one for who has no known birth. Bands are in order of age, the
// unknown one is the last. A value is "4-11", "65+" or, of one age, "5"; the unknown one is "".
class AgeBands {
 public:
  static constexpr int kOldest = 120;  // Nobody is asked apart who is older.

  // 0-3, 4-11, 12-17, 18-22, 23-64 and 65+.
  AgeBands() : AgeBands({0, 4, 12, 18, 23, 65}) {}
  // By their first ages. What is younger than the first one is a band too, so that nobody is left out.
  // REQUIRES: ascending, in [0, kOldest].
  explicit AgeBands(std::vector<int> first_ages);

  uint32_t size() const { return static_cast<uint32_t>(values_.size()); }
  uint32_t unknown() const { return size() - 1; }
  const std::vector<std::string>& values() const { return values_; }
  // Who is not born yet is of the first band.
  uint32_t BandOf(int age) const { return band_of_[static_cast<size_t>(age < 0 ? 0 : age > kOldest ? kOldest : age)]; }
  // The band with all ages from `from` up to and including `to`; unknown() when there is none.
  uint32_t BandWith(int from, int to) const;
  // First age of a band, and the first one above it, of the last band kOldest + 1. REQUIRES: band < unknown().
  int FirstAge(uint32_t band) const { return first_ages_[band]; }
  int EndAge(uint32_t band) const { return band + 1 < first_ages_.size() ? first_ages_[band + 1] : kOldest + 1; }

 private:
  std::vector<int> first_ages_;  // From 0 on.
  std::vector<std::string> values_;
  std::vector<uint8_t> band_of_;  // By age.
};

// "4-11" -> "4 t/m 11 jaar"; of any bands.
std::string AgeLabel(absl::string_view value);
// What values of bands sort by: by age, the unknown one last.
std::string AgeSortKey(absl::string_view value);

}  // namespace nmd::costs

#endif  // NMD_SERVICES_COSTS_AGE_BANDS_H_
