// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_LINKING_ENGINE_PATTERN_H_
#define NMD_SERVICES_LINKING_ENGINE_PATTERN_H_

#include <algorithm>
#include <bit>
#include <cstdint>

#include "absl/base/attributes.h"
#include "services/linking/engine/compare.h"
#include "services/linking/engine/persons.h"

// How two records compare: one level per field, three bits each, together the pattern of the pair. Level 0 is always "not
// known on one side" and never counts for or against.
namespace nmd::linking::engine {

namespace level {
inline constexpr uint32_t kNull = 0;
inline constexpr uint32_t kEqual = 1;  // In every field.
// Number. kConflict: both are valid BSNs, so the persons are not one.
inline constexpr uint32_t kNumberTypo = 2, kNumberDiffers = 3, kNumberConflict = 4;
// Given names. kGivenShared: a later name is the same, or a call name of it.
inline constexpr uint32_t kGivenShared = 2, kGivenNear = 3, kGivenLike = 4, kGivenInitial = 5, kGivenVague = 6,
                          kGivenDiffers = 7;
// Surname. kFamilySwapped stands for both names, of which the given name then counts as not known.
inline constexpr uint32_t kFamilyPart = 2, kFamilyNear = 3, kFamilyLike = 4, kFamilySwapped = 5, kFamilyDiffers = 6;
// Birth date. kBirthPartly: equal as far as known, or 1 January (which stands for "not known") of the same year.
inline constexpr uint32_t kBirthSwapped = 2, kBirthPartly = 3, kBirthTypo = 4, kBirthTwoParts = 5, kBirthYear = 6,
                          kBirthDiffers = 7;
inline constexpr uint32_t kSexDiffers = 2;
// Address. kAddressTypo: same house number, the postcode one mistake apart.
inline constexpr uint32_t kAddressTypo = 2, kAddressPostcode = 3, kAddressArea = 4, kAddressDiffers = 5, kAddressHouse = 6,
                          kAddressAddition = 7;
// Street, city, e-mail, phone.
inline constexpr uint32_t kTextNear = 2, kTextLike = 3, kTextDiffers = 4;
}  // namespace level

// Levels a field has, with 0.
inline constexpr uint32_t kLevels[kFields] = {5, 8, 7, 8, 3, 8, 5, 5, 5, 5};

using Pattern = uint32_t;
constexpr Pattern LevelAt(Field field, uint32_t value) { return value << (3 * field); }
constexpr uint32_t LevelOf(Pattern pattern, Field field) { return pattern >> (3 * field) & 7; }

// Whether two persons of one household can look like this. They never share both first name and birth date.
constexpr bool MayBeHousehold(Pattern pattern) {
  return LevelOf(pattern, kGiven) != level::kEqual || LevelOf(pattern, kBirth) == level::kNull ||
         LevelOf(pattern, kBirth) > level::kBirthSwapped;
}

// A level that only texts tell, not numbers.
inline constexpr uint32_t kDeferred = 15;

ABSL_ATTRIBUTE_ALWAYS_INLINE inline uint32_t BirthLevel(uint32_t a, uint32_t b) {
  if (a == 0 || b == 0) return level::kNull;
  const uint32_t x = a ^ b;
  const bool unknown_a = (a & 0xFF) == 0, unknown_b = (b & 0xFF) == 0;
  if (x == 0) return unknown_a ? level::kBirthPartly : level::kEqual;
  if (x < 0x10000) {  // Same year.
    if ((a >> 8 & 0xFF) == (b & 0xFF) && (b >> 8 & 0xFF) == (a & 0xFF)) return level::kBirthSwapped;
    const bool months_fit = (a >> 8 & 0xFF) == 0 || (b >> 8 & 0xFF) == 0 || (x & 0xFF00) == 0;
    if ((a & 0xFFFF) == 0x0101 || (b & 0xFFFF) == 0x0101 || ((unknown_a || unknown_b) && months_fit)) {
      return level::kBirthPartly;
    }
  }
  // Digits that differ.
  uint32_t digits = x | x >> 1;
  digits = (digits | digits >> 2) & 0x11111111;
  const uint32_t others = digits & (digits - 1);  // But the lowest.
  if (others == 0) return level::kBirthTypo;
  if ((others & (others - 1)) == 0) {
    const int at = std::countr_zero(digits);
    if ((digits >> at) == 0x11 && (a >> at & 0xF) == (b >> (at + 4) & 0xF) && (a >> (at + 4) & 0xF) == (b >> at & 0xF)) {
      return level::kBirthTypo;
    }
  }
  const int parts = (x < 0x10000) + ((x & 0xFF00) == 0) + ((x & 0xFF) == 0);
  if (parts == 2) return level::kBirthTwoParts;
  return x < 0x10000 ? level::kBirthYear : level::kBirthDiffers;
}

inline uint32_t SexLevel(const Hot& a, const Hot& b) {
  if (a.sex() == 0 || b.sex() == 0) return level::kNull;
  return a.sex() == b.sex() ? level::kEqual : level::kSexDiffers;
}

// `bsn`: the numbers are BSNs.
inline uint32_t NumberLevel(const Hot& a, const Hot& b, bool bsn) {
  if (a.number == 0 || b.number == 0) return level::kNull;
  if (a.number == b.number) return level::kEqual;
  return bsn && (a.flags & b.flags & Hot::kValidBsn) != 0 ? level::kNumberConflict : kDeferred;
}

ABSL_ATTRIBUTE_ALWAYS_INLINE inline uint32_t AddressLevel(const Hot& a, const Hot& b) {
  const bool house = a.house == b.house && a.house != 0;
  if (a.postcode == 0 || b.postcode == 0) {
    if (a.postcode != b.postcode || a.house == 0 || b.house == 0) return level::kNull;
    return house ? level::kAddressHouse : level::kAddressDiffers;
  }
  if (a.postcode == b.postcode) {
    if (!house) return level::kAddressPostcode;
    return a.addition != b.addition && a.addition != 0 && b.addition != 0 ? level::kAddressAddition : level::kEqual;
  }
  if (house) return kDeferred;
  return a.area == b.area ? level::kAddressArea : level::kAddressDiffers;
}

inline uint32_t TextLevel(uint32_t a, uint32_t b) {
  if (a == 0 || b == 0) return level::kNull;
  return a == b ? level::kEqual : kDeferred;
}

// What only the texts tell.
uint32_t DeferredNumberLevel(const Hot& a, const Hot& b, const Persons& persons);
uint32_t DeferredAddressLevel(const Hot& a, const Hot& b, const Persons& persons);
uint32_t DeferredTextLevel(uint32_t a, uint32_t b, const Texts& texts);
// Given name and surname together, as bits of the pattern, and which values of the names agreed.
struct NameLevels {
  uint32_t given = 0, family = 0;
  // The name a level rests on, of either record: numbers in Persons::names(); 0 for none. For equal names both are the same.
  uint32_t given_a = 0, given_b = 0, family_a = 0, family_b = 0;
};
// Fills what is about the given name; whether the names may be in each other's place is for CompareFamily, which comes after.
void CompareGiven(const Hot& a, const Hot& b, const Persons& persons, NameLevels& result);
void CompareFamily(const Hot& a, const Hot& b, const Persons& persons, NameLevels& result);

// The whole pattern. Symmetric.
Pattern PatternOf(const Hot& a, const Hot& b, const Persons& persons, bool bsn);

}  // namespace nmd::linking::engine

#endif  // NMD_SERVICES_LINKING_ENGINE_PATTERN_H_
