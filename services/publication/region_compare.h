// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_PUBLICATION_REGION_COMPARE_H_
#define NMD_SERVICES_PUBLICATION_REGION_COMPARE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "nmd/publication/v1/region_answers.pb.h"

// Members side by side, from a regional table (R66). Pure.
namespace nmd::publication {

inline constexpr char kInhabitants[] = "population";
inline constexpr char kAgeBand[] = "age_band";

// Rates per 1,000 inhabitants of one measure of `table`, and what they would be with the ages of all members together.
// Inhabitants are those of `living`, which may be the same table, with its other dimensions at their total; age bands are
// matched by their code.
//
// `cell` is the position of a code in each dimension of `table`: what is compared. With a code of age_band the rate is that of
// the band, and there is nothing to standardise any more. Else the reference rate of an age band is that of the members that
// show it, together; a member that hides a band has bounds for what was expected: its inhabitants in hidden bands by the lowest
// and the highest rate of those bands. A band nobody shows leaves it not available. REQUIRES: `table` has the measure, of unit
// count, `living` has kInhabitants, both have the same members; `cell` has one position per dimension; of each table there is a
// member that is part of it.
v1::CompareMembersResponse CompareRates(const v1::RegionalTable& table, const std::string& measure, std::vector<int32_t> cell,
                                        const v1::RegionalTable& living);

}  // namespace nmd::publication

#endif  // NMD_SERVICES_PUBLICATION_REGION_COMPARE_H_
