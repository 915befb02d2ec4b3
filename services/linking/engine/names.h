// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_LINKING_ENGINE_NAMES_H_
#define NMD_SERVICES_LINKING_ENGINE_NAMES_H_

#include <array>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

// What a written name, date, address or number means, as far as it helps to tell persons apart. Made for Dutch sources,
// harmless for others. Every function takes whatever a sender writes, in bounded time.
namespace nmd::linking::engine {

// First names: up to three, in the order written.
struct GivenNames {
  std::array<std::string, 3> names;  // Folded; empty ones last. "j" is an initial.
  char initial = '\0';               // Of the first; '\0' when there is none or it is not a-z.
  bool initials_only = false;        // "J.H.", "J H", "JH": no name is written out.
};
GivenNames ParseGivenNames(absl::string_view text);

// The name that names of one call-name group share ("kees", "cornelis", "cor" -> "cornelis"); the name itself when it is in
// no group. `name` is folded.
absl::string_view CallNameRoot(absl::string_view name);

// Surname without the words in front: "van der Berg", "v.d. Berg" and "Berg" are all "berg"; a name joined with a hyphen has
// a second part. A partner's name that stands apart is a part too: which of the two a person uses (NaamGebruik) changes
// with marriage, who it is does not.
struct FamilyName {
  std::string core;    // Folded, words joined: "el idrissi" -> "idrissi", "ten brink smit" -> "brinksmit".
  std::string second;  // The other part of "vries-jansen", or the partner's name; empty when there is none.
};
FamilyName ParseFamilyName(absl::string_view text, absl::string_view partner);

// How a Dutch surname sounds, roughly: Meijer and Meyer, Schmidt and Smit are the same. `core` is folded.
std::string SoundOf(absl::string_view core);

// A birth date as digits 0xYYYYMMDD (binary-coded, so that digits can be compared), 00 for a part that is not known
// (DatumGebruik; BRP dates with 00). 0 when nothing is known. Reads yyyy-mm-dd, yyyymmdd, dd-mm-yyyy, yyyy, with - / . or space
// between. Dates that do not exist stay as written: they are typing errors, and those are evidence.
uint32_t ParseBirth(absl::string_view text);

enum class Sex : uint8_t { kUnknown = 0, kMale = 1, kFemale = 2 };
// m, f, v, male, vrouw, 1, 2 ...; everything else is unknown.
Sex ParseSex(absl::string_view text);

// "9471 ab" -> "9471AB"; at most 8 characters, others are no postcode and give nothing.
std::string ParsePostcode(absl::string_view text);
// The wider area of a postcode: the four digits of a Dutch one, else all but the last two characters (at least two).
absl::string_view AreaOf(absl::string_view postcode);
// The house number before letter and addition ("12-A bis" -> 12); 0 when there is none.
uint32_t ParseHouse(absl::string_view text);

// A number of nine digits that passes the 11-test (and is no number of nobody: core/codes.h), with a leading zero that
// spreadsheets eat put back; empty when it is not a BSN.
std::string ParseBsn(absl::string_view text);

}  // namespace nmd::linking::engine

#endif  // NMD_SERVICES_LINKING_ENGINE_NAMES_H_
