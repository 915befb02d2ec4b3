// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_PUBLICATION_REGION_SCHEMA_H_
#define NMD_SERVICES_PUBLICATION_REGION_SCHEMA_H_

#include <string>

#include "absl/strings/string_view.h"
#include "nmd/publication/v1/publication.pb.h"
#include "nmd/publication/v1/statement.pb.h"

// Whether what a member says has the form it must have. Pure. What is not known here, since the member has a newer release, is
// no fault.
namespace nmd::publication {

// The first fault of a table beside the rule it was agreed by, in English; empty: none. Without values of figures in it.
//   * dimensions and measures are those of the rule; codes are distinct and the first is "totaal";
//   * every combination of codes is a cell, in order; hidden cells have no values and no reliability, others one per measure in
//   its
//     unit, and in a zero nobody is counted;
//   * no count of clients that is shown is below the agreed minimum; with totals they can be those of persons: the largest part
//     <= total <= the sum of the parts (T-27);
//   * the period is whole months, of an agreed length, and rounding is as agreed.
std::string PublicationFault(const v1::Publication& publication, const v1::TableRule& rule);

// The same for an agreement of `municipality`.
std::string AgreementFault(const v1::Agreement& agreement, absl::string_view municipality);

}  // namespace nmd::publication

#endif  // NMD_SERVICES_PUBLICATION_REGION_SCHEMA_H_
