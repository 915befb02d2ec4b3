// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_LINKING_CHECK_WORDS_H_
#define NMD_SERVICES_LINKING_CHECK_WORDS_H_

#include <cstddef>

#include "absl/strings/string_view.h"
#include "services/platform/errors.h"

namespace nmd::linking {

// The most a purpose of a look and a reason of a decision may hold (review.proto, subject.proto).
inline constexpr size_t kPurposeCharacters = 200;
inline constexpr size_t kReasonCharacters = 500;

// A purpose or a reason that somebody gives: one line of 1 to `characters` characters that names nobody. It goes into logs that
// outlive the person, so a burgerservicenummer in it is a fault.
void CheckWords(absl::string_view text, absl::string_view field, size_t characters, FieldCheck& check);

}  // namespace nmd::linking

#endif  // NMD_SERVICES_LINKING_CHECK_WORDS_H_
