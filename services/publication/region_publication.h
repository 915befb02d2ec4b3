// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_PUBLICATION_REGION_PUBLICATION_H_
#define NMD_SERVICES_PUBLICATION_REGION_PUBLICATION_H_

#include "absl/strings/string_view.h"
#include "nmd/publication/v1/region_answers.pb.h"
#include "nmd/publication/v1/statement.pb.h"

namespace nmd::publication {

// The dimension of a regional table that says whose value it is.
inline constexpr absl::string_view kMunicipality = "municipality";

// A regional table in the shape of a publication, with "municipality" in front of its dimensions: the total is the region, and
// each member has its values, or why it has none. Bounds are left out; what is known of them follows from the values. Number,
// table and known time are for the caller to fill in.
v1::Publication PublicationOfRegion(const v1::RegionalTable& table);

}  // namespace nmd::publication

#endif  // NMD_SERVICES_PUBLICATION_REGION_PUBLICATION_H_
