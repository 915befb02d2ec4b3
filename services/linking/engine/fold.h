// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_LINKING_ENGINE_FOLD_H_
#define NMD_SERVICES_LINKING_ENGINE_FOLD_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace nmd::linking::engine {

// No folded text is longer, and no more than four times as many bytes of the input are looked at: what a sender writes
// never decides how much time or memory a record takes.
inline constexpr size_t kMaxFolded = 64;

// The text as it is compared: a-z and 0-9 in words that are parted by one space, hyphens kept as words "-" of their own
// ("De Vries-Jansen" -> "de vries - jansen"). Letters lose case and diacritics (é e, ß ss, ø o, ĳ ij, full width), Greek and
// Cyrillic are written in Latin letters, letters of other scripts keep their UTF-8 bytes, apostrophes disappear ('t -> t),
// everything else parts words. Controls, joiners and marks that change only how a text looks are left out. Bytes that are
// not UTF-8 are read as Latin-1, which old exports hold.
std::string Fold(absl::string_view text);

// Letters and digits only, upper case, at most kMaxFolded: what identifies ("12.34-5 a" -> "12345A").
std::string FoldCode(absl::string_view text);

// A hash that is the same in every process and on every machine; not for keeping secrets.
uint64_t HashOf(absl::string_view text);
// Mixes two hashes; the order counts.
constexpr uint64_t Mix(uint64_t a, uint64_t b) {
  uint64_t x = a * 0x9E3779B97F4A7C15u ^ (b + 0x632BE59BD9B4E019u);
  x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9u;
  x = (x ^ x >> 27) * 0x94D049BB133111EBu;
  return x ^ x >> 31;
}

}  // namespace nmd::linking::engine

#endif  // NMD_SERVICES_LINKING_ENGINE_FOLD_H_
