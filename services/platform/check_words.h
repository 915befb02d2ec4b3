// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_PLATFORM_CHECK_WORDS_H_
#define NMD_SERVICES_PLATFORM_CHECK_WORDS_H_

#include <cstddef>

#include "absl/strings/string_view.h"
#include "services/platform/errors.h"

// Words that people give and that are kept for good: they name nobody, because they outlive the person. What is seen of that is
// a burgerservicenummer, also written as 1234.56.782, and a postcode with a house number; a name is not seen.
namespace nmd {

// The most a purpose of a look and a reason of a decision may hold (review.proto, subject.proto).
inline constexpr size_t kPurposeCharacters = 200;
inline constexpr size_t kReasonCharacters = 500;

// A purpose, a reason or a title: one line of 1 to `characters` characters.
void CheckWords(absl::string_view text, absl::string_view field, size_t characters, FieldCheck& check);

// The same for a text of more than one line.
void CheckText(absl::string_view text, absl::string_view field, size_t characters, FieldCheck& check);

}  // namespace nmd

#endif  // NMD_SERVICES_PLATFORM_CHECK_WORDS_H_
