// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_LINKING_ENGINE_COMPARE_H_
#define NMD_SERVICES_LINKING_ENGINE_COMPARE_H_

#include <cstdint>

#include "absl/strings/string_view.h"

// How alike two texts are. Whole numbers throughout, so that the same pair gives the same answer on every machine.
namespace nmd::linking::engine {

// Jaro-Winkler similarity in thousandths; 1000 only for equal texts, 0 when one is empty. The prefix (at most
// four, a tenth each) counts from a Jaro similarity of 700 on, as Winkler has it. Bytes beyond the 64th do not count.
// Cost: O(|a| + |b|) by bit masks.
int JaroWinkler(absl::string_view a, absl::string_view b);

// A bound that JaroWinkler never exceeds, from the lengths, the letters that occur and the common prefix alone.
// `letters` is LettersOf the text.
int JaroWinklerBound(absl::string_view a, uint32_t letters_a, absl::string_view b, uint32_t letters_b);
// Bit (byte & 31) for each byte.
uint32_t LettersOf(absl::string_view text);

// Whether one insertion, deletion, substitution or swap of neighbours makes the one the other (equal texts: true).
bool WithinOneEdit(absl::string_view a, absl::string_view b);

}  // namespace nmd::linking::engine

#endif  // NMD_SERVICES_LINKING_ENGINE_COMPARE_H_
