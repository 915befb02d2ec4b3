// SPDX-License-Identifier: EUPL-1.2
#include "services/linking/engine/pattern.h"

namespace nmd::linking::engine {
namespace {

// Thousandths of Jaro-Winkler from which names are one mistake apart, alike, or vaguely so.
constexpr int kNear = 920, kLikeGiven = 820, kLikeFamily = 850, kVague = 700, kLikeText = 820;

// JaroWinkler, or anything below `least` when it is below that.
int Similarity(const Texts::Entry& a, const Texts::Entry& b, int least) {
  if (a.hash > b.hash) return Similarity(b, a, least);  // Jaro's greedy matching is not symmetric.
  const int bound = JaroWinklerBound(a.text, a.letters, b.text, b.letters);
  return bound < least ? bound : JaroWinkler(a.text, b.text);
}

// Names in each other's place: one of them exactly, the other alike.
bool Swapped(const Hot& a, const Hot& b, const Texts& names) {
  if (a.given[0] == 0 || b.given[0] == 0) return false;
  if (a.given[0] != b.family && b.given[0] != a.family) return false;
  return Similarity(names[a.given[0]], names[b.family], kLikeGiven) >= kLikeGiven &&
         Similarity(names[b.given[0]], names[a.family], kLikeGiven) >= kLikeGiven;
}

}  // namespace

uint32_t DeferredNumberLevel(const Hot& a, const Hot& b, const Persons& persons) {
  return WithinOneEdit(persons.numbers()[a.number].text, persons.numbers()[b.number].text) ? level::kNumberTypo
                                                                                           : level::kNumberDiffers;
}

uint32_t DeferredAddressLevel(const Hot& a, const Hot& b, const Persons& persons) {
  if (WithinOneEdit(persons.postcodes()[a.postcode].text, persons.postcodes()[b.postcode].text)) return level::kAddressTypo;
  return a.area == b.area ? level::kAddressArea : level::kAddressHouse;
}

uint32_t DeferredTextLevel(uint32_t a, uint32_t b, const Texts& texts) {
  const int similarity = Similarity(texts[a], texts[b], kLikeText);
  return similarity >= kNear ? level::kTextNear : similarity >= kLikeText ? level::kTextLike : level::kTextDiffers;
}

void CompareGiven(const Hot& a, const Hot& b, const Persons& persons, NameLevels& result) {
  const Texts& names = persons.names();
  const bool initials = ((a.flags | b.flags) & Hot::kInitialsOnly) != 0;
  if (initials) {
    if (a.initial() == 0 || b.initial() == 0) return;
    result.given = a.initial() == b.initial() ? level::kGivenInitial : level::kGivenDiffers;
    return;
  }
  if (a.given[0] == 0 || b.given[0] == 0) return;
  result.given_a = a.given[0];
  result.given_b = b.given[0];
  if (a.given[0] == b.given[0]) {
    result.given = level::kEqual;
    return;
  }
  // Of several shared names the earliest; the sum of hashes decides between (first, second) and (second, first).
  size_t earliest = a.given.size() + b.given.size();
  uint64_t largest = 0;
  for (size_t i = 0; i < a.given.size() && a.given[i] != 0; ++i) {
    for (size_t j = 0; j < b.given.size() && b.given[j] != 0; ++j) {
      const uint32_t x = a.given[i], y = b.given[j];
      if (x != y && names[x].root != names[y].root) continue;
      const uint64_t sum = names[x].hash + names[y].hash;
      if (i + j > earliest || (i + j == earliest && sum <= largest)) continue;
      earliest = i + j;
      largest = sum;
      result.given = level::kGivenShared;
      result.given_a = x;
      result.given_b = y;
    }
  }
  if (result.given == level::kGivenShared) return;
  const int similarity = Similarity(names[a.given[0]], names[b.given[0]], kVague);
  result.given = similarity >= kNear        ? level::kGivenNear
                 : similarity >= kLikeGiven ? level::kGivenLike
                 : similarity >= kVague     ? level::kGivenVague
                                            : level::kGivenDiffers;
}

void CompareFamily(const Hot& a, const Hot& b, const Persons& persons, NameLevels& result) {
  const Texts& names = persons.names();
  if (a.family == 0 || b.family == 0) return;
  result.family_a = a.family;
  result.family_b = b.family;
  if (a.family == b.family) {
    result.family = level::kEqual;
    return;
  }
  if (Swapped(a, b, names)) {
    result = {};
    result.family = level::kFamilySwapped;
    return;
  }
  uint32_t part = a.second != 0 && (a.second == b.family || a.second == b.second) ? a.second : 0;
  if (b.second != 0 && b.second == a.family && (part == 0 || names[b.second].hash > names[part].hash)) part = b.second;
  if (part != 0) {
    result.family = level::kFamilyPart;
    result.family_a = result.family_b = part;
    return;
  }
  if (names[a.family].sound == names[b.family].sound) {
    result.family = level::kFamilyNear;
    return;
  }
  int best = 0;
  uint64_t largest = 0;
  const uint32_t parts_a[] = {a.family, a.second}, parts_b[] = {b.family, b.second};
  for (const uint32_t x : parts_a) {
    for (const uint32_t y : parts_b) {
      if (x == 0 || y == 0) continue;
      const int similarity = Similarity(names[x], names[y], kLikeFamily);
      const uint64_t sum = names[x].hash + names[y].hash;
      if (similarity < best || (similarity == best && sum <= largest)) continue;
      best = similarity;
      largest = sum;
      if (best >= kLikeFamily) {
        result.family_a = x;
        result.family_b = y;
      }
    }
  }
  result.family = best >= kNear ? level::kFamilyNear : best >= kLikeFamily ? level::kFamilyLike : level::kFamilyDiffers;
}

Pattern PatternOf(const Hot& a, const Hot& b, const Persons& persons, bool bsn) {
  const auto text = [](uint32_t x, uint32_t y, const Texts& texts) {
    const uint32_t quick = TextLevel(x, y);
    return quick == kDeferred ? DeferredTextLevel(x, y, texts) : quick;
  };
  uint32_t number = NumberLevel(a, b, bsn);
  if (number == kDeferred) number = DeferredNumberLevel(a, b, persons);
  uint32_t address = AddressLevel(a, b);
  if (address == kDeferred) address = DeferredAddressLevel(a, b, persons);
  NameLevels names;
  CompareGiven(a, b, persons, names);
  CompareFamily(a, b, persons, names);
  return LevelAt(kNumber, number) | LevelAt(kGiven, names.given) | LevelAt(kFamily, names.family) |
         LevelAt(kBirth, BirthLevel(a.birth, b.birth)) | LevelAt(kSex, SexLevel(a, b)) | LevelAt(kAddress, address) |
         LevelAt(kStreet, text(a.street, b.street, persons.streets())) |
         LevelAt(kCity, text(a.city, b.city, persons.cities())) | LevelAt(kEmail, text(a.email, b.email, persons.emails())) |
         LevelAt(kPhone, text(a.phone, b.phone, persons.phones()));
}

}  // namespace nmd::linking::engine
