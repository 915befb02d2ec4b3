// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_LINKING_ENGINE_NUMBERS_H_
#define NMD_SERVICES_LINKING_ENGINE_NUMBERS_H_

#include "absl/strings/string_view.h"

// Which numbers that look like a BSN are of nobody.
namespace nmd::linking::engine {

// Whether nine digits are what people type when they have no number and the screen insists. No standard lists them, so they
// are known by their pattern, whatever the 11-test says of them:
//   - all digits but at most one are the same: 999999999, 111111110
//   - the first eight go up or down by one: 123456782, 987654329, 890123457
//   - the first eight repeat two digits: 121212124
//   - three digits are repeated, or stand there three times each: 246246246, 111222333
//   - they begin with 00: a BSN has eight digits or nine
// Of the numbers that pass the 11-test and do not begin with 00, four in a million are. Who really has one of
// them is linked by name, birth date and address instead.
bool IsPlaceholderBsn(absl::string_view digits);

// Whether nine digits are of the range for tests (9999...). RvIG gives numbers of it to invented persons only.
bool IsTestBsn(absl::string_view digits);

}  // namespace nmd::linking::engine

#endif  // NMD_SERVICES_LINKING_ENGINE_NUMBERS_H_
