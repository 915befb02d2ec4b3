// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_CORE_CODES_H_
#define NMD_SERVICES_CORE_CODES_H_

#include "absl/strings/string_view.h"

// The codes of the field and what makes them well-formed. Codes are text and keep their leading zeros.
namespace nmd {

// Nine digits that pass the 11-test, and neither 000000000 (unborn) nor 999999999 (unknown), which CBS files use
// (CS002, domain-standards 4.1). Official test numbers (999900006 and up) are valid.
bool IsValidBsn(absl::string_view text);

// Eight digits (domain-standards 4.2); there is no check digit.
bool IsAgbCode(absl::string_view text);

// All digits, at least one.
bool IsDigits(absl::string_view text);

// Dutch postcode without or with one space; letters not SA, SD or SS. Normalised form: "9471AB".
bool IsPostcode(absl::string_view text);

// A taakveld of Iv3 in that year (domain-standards 4.5). Those of the social domain (6.x) are known per year: they were split
// up in 2023 and numbered anew in 2025. Of the others the form is enough. Examples: 6.72 in 2022, 6.72a in 2023, 6.751 in 2025.
bool IsTaakveld(absl::string_view text, int year);

}  // namespace nmd

#endif  // NMD_SERVICES_CORE_CODES_H_
