// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_LINKING_HOUSEHOLD_H_
#define NMD_SERVICES_LINKING_HOUSEHOLD_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "services/core/date.h"

// Households by address per day (requirements 6.1, Huishouden): pure functions from what sources said about addresses to
// where a client lived when. The results depend on the set of the arguments only, never on their order.
namespace nmd::linking {

// One text per address: postcode without space, house number, letter and addition, all upper case. "9471AB/12/A/" and
// "9471AB/12//BIS" are two addresses. Empty when the postcode is not one or the house number is not positive: such an
// address cannot be told from others.
std::string AddressText(absl::string_view postcode, int32_t house_number, absl::string_view letter, absl::string_view addition);

// What one record says: from period.start on the client lived at `address` (any text that stands for it; empty for an
// address that is not known well enough).
struct AddressRecord {
  absl::string_view address;
  Period period;
  int64_t known_micros = 0;
};

struct Stay {
  absl::string_view address;
  Period period;
  friend bool operator==(const Stay&, const Stay&) = default;
};

// Where one client lived, in order of time, without overlap; neighbours with the same address are one stay.
//
// A person lives at one address at a time, so a later start ends what was before it, also an end that was stated later.
// Of records with the same start the one known last counts, then the smaller address, then the later end. Empty periods
// say nothing.
std::vector<Stay> HistoryOf(std::vector<AddressRecord> records);

// The days on which more than `size` clients lived at one address, in order and apart. `periods` holds the stays of all
// clients there; those of one client must not overlap.
std::vector<Period> CrowdedPeriods(absl::Span<const Period> periods, int size);

// The history with the address left empty on the days it is crowded: an institution, not a household.
// `crowded_at` answers with the CrowdedPeriods of an address that is not empty.
std::vector<Stay> HouseholdsOf(absl::Span<const Stay> history,
                               const std::function<absl::Span<const Period>(absl::string_view)>& crowded_at);

}  // namespace nmd::linking

#endif  // NMD_SERVICES_LINKING_HOUSEHOLD_H_
