// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_LINKING_ENGINE_PERSONS_H_
#define NMD_SERVICES_LINKING_ENGINE_PERSONS_H_

#include <array>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "services/linking/engine/names.h"

// Person records in the form they are compared in.
namespace nmd::linking::engine {

// What is compared about two records. At most seven levels each, so that the levels of a pair are three bits per field.
enum Field : uint8_t { kNumber, kGiven, kFamily, kBirth, kSex, kAddress, kStreet, kCity, kEmail, kPhone };
inline constexpr int kFields = 10;

// What one source says about one person, as it is written there; what is empty is not known.
struct PersonText {
  absl::string_view number;   // BSN, or another number of a person. One that is a placeholder (numbers.h) counts as not known.
  absl::string_view given;    // First names, a call name or initials.
  absl::string_view family;   // With or without the words in front.
  absl::string_view partner;  // Surname of the partner, when it stands apart.
  absl::string_view birth, sex, postcode;
  absl::string_view house;  // Number, letter and addition.
  absl::string_view street, city, email, phone;
};

// Texts by number, from 1 on in order of first appearance; 0 is "not known".
class Texts {
 public:
  struct Entry {
    absl::string_view text;  // Lives as long as the Texts.
    uint64_t hash = 0;       // HashOf(text).
    uint32_t letters = 0;    // LettersOf(text).
    uint32_t root = 0;       // For names: a number that names of one call-name group share.
    uint32_t sound = 0;      // For names: a number that names of one sound share.
  };

  Texts() : entries_(1) {}
  Texts(Texts&&) = default;
  Texts& operator=(Texts&&) = default;

  // The same texts with the same numbers.
  Texts Copy() const;

  // 0 for an empty text. Cost: one look-up.
  uint32_t Add(absl::string_view text);
  const Entry& operator[](uint32_t number) const { return entries_[number]; }
  Entry& entry(uint32_t number) { return entries_[number]; }
  // Including 0.
  uint32_t size() const { return static_cast<uint32_t>(entries_.size()); }

 private:
  absl::string_view Keep(absl::string_view text);

  std::deque<std::string> blocks_;  // Hold the texts; a block never moves or grows beyond what was reserved.
  std::vector<Entry> entries_;
  absl::flat_hash_map<absl::string_view, uint32_t> numbers_;
};

// One record as numbers, in one cache line. Equal numbers are equal texts (of one Persons).
struct alignas(64) Hot {
  uint32_t number = 0;
  uint32_t birth = 0;  // ParseBirth.
  std::array<uint32_t, 3> given{};
  uint32_t family = 0, second = 0;
  uint32_t postcode = 0, area = 0, house = 0;
  uint32_t street = 0, city = 0, email = 0, phone = 0;
  uint16_t addition = 0;  // Letter and addition of the house number as a hash; 0 for none.
  // Bits 0-1 sex, 2 the number is a valid BSN, 3 given names are initials only, 8-12 first initial (1 = a).
  uint16_t flags = 0;
  // No pair with this record gets more for its given name and its surname, in kBestUnit millibits rounded up. Set by scoring;
  // no part of what the record says.
  uint16_t given_best = 0, family_best = 0;
  static constexpr int32_t kBestUnit = 4;

  static constexpr uint16_t kValidBsn = 4, kInitialsOnly = 8;
  uint32_t sex() const { return flags & 3u; }
  uint32_t initial() const { return flags >> 8; }
};
static_assert(sizeof(Hot) == 64);

// Whether two records (of one Persons) say exactly the same, and a hash of what a record says.
bool SameContent(const Hot& a, const Hot& b);
uint64_t ContentHash(const Hot& h);

// Records of persons and the texts in them. Not thread-safe; const use from many threads is.
class Persons {
 public:
  // Keys of a record that only blocking uses.
  struct Cold {
    uint32_t sound = 0;   // Of the surname.
    uint32_t prefix = 0;  // Its first four letters.
    uint32_t letter = 0;  // Its first.
  };

  // The number of the record: 0, 1, 2 ... `id` identifies it and decides where a choice must be made at random or in order,
  // so that the order of arrival never does. Bounded by the bounds of the parsers, whatever the texts are.
  uint32_t Add(absl::string_view id, const PersonText& text);

  // Only these records, numbered in the order given, as if they alone had been added; for work on them elsewhere. Texts of
  // others may stay in it. Cost: O(records and texts), without parsing any.
  Persons Select(absl::Span<const uint32_t> records) const;

  // Renumbers the records by their ids, so that results do not depend on the order of arrival: record i becomes the one that
  // was added as Order()[i]. Errors are for the caller: ids must be unique; equal ones end up as neighbours.
  void Sort();

  uint32_t size() const { return static_cast<uint32_t>(hot_.size()); }
  const Hot& hot(uint32_t i) const { return hot_[i]; }
  Hot& mutable_hot(uint32_t i) { return hot_[i]; }
  const Cold& cold(uint32_t i) const { return cold_[i]; }
  absl::string_view id(uint32_t i) const { return ids_[i]; }
  // When the record was added; the same number until Sort.
  uint32_t added(uint32_t i) const { return added_[i]; }

  const Texts& names() const { return names_; }
  const Texts& numbers() const { return numbers_; }
  const Texts& postcodes() const { return postcodes_; }
  const Texts& streets() const { return streets_; }
  const Texts& cities() const { return cities_; }
  const Texts& emails() const { return emails_; }
  const Texts& phones() const { return phones_; }

  // Whether the numbers are BSNs: most of them pass the 11-test, which one in eleven others does.
  bool NumbersAreBsns() const { return 2 * valid_numbers_ > present_numbers_; }

 private:
  struct GivenEntry {
    std::array<uint32_t, 3> names{};
    uint16_t flags = 0;
  };
  struct FamilyEntry {
    uint32_t core = 0, second = 0, sound = 0, prefix = 0, letter = 0;
  };
  uint32_t AddName(absl::string_view name);
  GivenEntry Given(absl::string_view text);
  FamilyEntry Family(absl::string_view text, absl::string_view partner);
  absl::string_view KeepId(absl::string_view id);

  bool sorted_ = true;
  std::vector<Hot> hot_;
  std::vector<Cold> cold_;
  std::vector<absl::string_view> ids_;
  std::vector<uint32_t> added_;
  std::deque<std::string> id_blocks_;
  Texts names_, sounds_, prefixes_, numbers_, postcodes_, areas_, streets_, cities_, emails_, phones_;
  int64_t present_numbers_ = 0, valid_numbers_ = 0;
  // Names repeat: what a text means is looked up before it is parsed.
  absl::flat_hash_map<std::string, GivenEntry> given_seen_;
  absl::flat_hash_map<std::string, FamilyEntry> family_seen_;
};

}  // namespace nmd::linking::engine

#endif  // NMD_SERVICES_LINKING_ENGINE_PERSONS_H_
