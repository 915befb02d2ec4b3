// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_PUBLICATION_REGION_MARKET_H_
#define NMD_SERVICES_PUBLICATION_REGION_MARKET_H_

#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "services/publication/region_merge.h"

// How concentrated a market can be when not all amounts are known (requirements 6.5). Pure.
namespace nmd::publication {

struct Concentration {
  double hhi_low = 0, hhi_high = 0;            // 0 to 10,000: the sum of the squares of the shares in percent.
  double largest5_low = 0, largest5_high = 0;  // In [0, 1].
};

// Bounds of the concentration of a market of `total` cents. Of each provider `amounts` says the least and the most; what is
// left of the total is divided among them, or also among providers nobody named when `others`. The low ends are attained (the
// rest is spread as evenly as it can be, which every measure of concentration likes least); the high end of the index is
// attained, or off by what the last provider that is filled up falls short. When all is known both ends are the value.
// REQUIRES: total > 0; 0 <= low <= high for every amount; the sum of the lows is at most total.
Concentration ConcentrationBounds(absl::Span<const Range> amounts, int64_t total, bool others);

}  // namespace nmd::publication

#endif  // NMD_SERVICES_PUBLICATION_REGION_MARKET_H_
