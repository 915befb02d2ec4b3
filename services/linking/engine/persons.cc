// SPDX-License-Identifier: EUPL-1.2
#include "services/linking/engine/persons.h"

#include <algorithm>
#include <numeric>
#include <tuple>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "services/linking/engine/compare.h"
#include "services/linking/engine/fold.h"
#include "services/linking/engine/numbers.h"

namespace nmd::linking::engine {
namespace {

constexpr size_t kBlock = 1 << 16;
// Longer names are parsed every time and more are not remembered: what a sender writes does not decide the memory.
constexpr size_t kMaxRemembered = 48;
constexpr size_t kMaxMemory = 1 << 18;

absl::string_view Store(std::deque<std::string>& blocks, absl::string_view text) {
  if (blocks.empty() || blocks.back().capacity() - blocks.back().size() < text.size()) {
    blocks.emplace_back();
    blocks.back().reserve(std::max(kBlock, text.size()));
  }
  std::string& block = blocks.back();
  const size_t from = block.size();
  block.append(text.data(), text.size());
  return absl::string_view(block).substr(from);
}

// Letter and addition behind the house number.
uint16_t AdditionOf(absl::string_view house) {
  size_t i = 0;
  while (i < house.size() && !absl::ascii_isdigit(static_cast<unsigned char>(house[i]))) ++i;
  while (i < house.size() && absl::ascii_isdigit(static_cast<unsigned char>(house[i]))) ++i;
  if (i == house.size()) return 0;
  const std::string code = FoldCode(house.substr(i));
  return code.empty() ? uint16_t{0} : static_cast<uint16_t>(HashOf(code) % 65535 + 1);
}

std::string PhoneOf(absl::string_view text) {
  std::string digits;
  for (const char c : text.substr(0, 64)) {
    if (absl::ascii_isdigit(static_cast<unsigned char>(c))) digits.push_back(c);
  }
  if (absl::StartsWith(digits, "0031")) digits = absl::StrCat("0", digits.substr(4));
  if (absl::StartsWith(digits, "31") && digits.size() == 11) digits = absl::StrCat("0", digits.substr(2));
  return digits;
}

}  // namespace

bool SameContent(const Hot& a, const Hot& b) {
  return std::tie(a.number, a.birth, a.given, a.family, a.second, a.postcode, a.house, a.street, a.city, a.email, a.phone,
                  a.addition, a.flags) == std::tie(b.number, b.birth, b.given, b.family, b.second, b.postcode, b.house,
                                                   b.street, b.city, b.email, b.phone, b.addition, b.flags);
}

uint64_t ContentHash(const Hot& h) {
  uint64_t hash = Mix(h.number, h.birth);
  for (const uint32_t given : h.given) hash = Mix(hash, given);
  hash = Mix(Mix(hash, h.family), h.second);
  hash = Mix(Mix(hash, h.postcode), h.house);
  hash = Mix(Mix(hash, h.street), h.city);
  hash = Mix(Mix(hash, h.email), h.phone);
  return Mix(hash, uint64_t{h.addition} << 16 | h.flags);
}

absl::string_view Texts::Keep(absl::string_view text) { return Store(blocks_, text); }

uint32_t Texts::Add(absl::string_view text) {
  if (text.empty()) return 0;
  const auto it = numbers_.find(text);
  if (it != numbers_.end()) return it->second;
  const uint32_t number = size();
  const absl::string_view kept = Keep(text);
  entries_.push_back({kept, HashOf(kept), LettersOf(kept), 0, 0});
  numbers_.emplace(kept, number);
  return number;
}

Texts Texts::Copy() const {
  Texts copy;
  copy.entries_.reserve(entries_.size());
  copy.numbers_.reserve(entries_.size());
  for (uint32_t i = 1; i < size(); ++i) {
    Entry entry = entries_[i];
    entry.text = copy.Keep(entry.text);
    copy.numbers_.emplace(entry.text, i);
    copy.entries_.push_back(entry);
  }
  return copy;
}

uint32_t Persons::AddName(absl::string_view name) {
  const uint32_t before = names_.size();
  const uint32_t number = names_.Add(name);
  if (number >= before) {
    const uint32_t sound = sounds_.Add(SoundOf(name));
    const absl::string_view root = CallNameRoot(name);
    const uint32_t root_number = root == name ? number : AddName(root);
    names_.entry(number).sound = sound;
    names_.entry(number).root = root_number;
  }
  return number;
}

Persons::GivenEntry Persons::Given(absl::string_view text) {
  if (text.empty()) return {};
  const bool remembered = text.size() <= kMaxRemembered;
  if (remembered) {
    const auto it = given_seen_.find(text);
    if (it != given_seen_.end()) return it->second;
  }
  const GivenNames given = ParseGivenNames(text);
  GivenEntry entry;
  if (!given.initials_only) {
    size_t n = 0;
    // Initials among names say less than the names and are no names.
    for (const std::string& name : given.names) {
      if (name.size() > 1) entry.names[n++] = AddName(name);
    }
  } else if (given.initial != '\0') {
    entry.flags |= Hot::kInitialsOnly;
  }
  if (given.initial != '\0') entry.flags |= static_cast<uint16_t>((given.initial - 'a' + 1) << 8);
  if (remembered && given_seen_.size() < kMaxMemory) given_seen_.emplace(text, entry);
  return entry;
}

Persons::FamilyEntry Persons::Family(absl::string_view text, absl::string_view partner) {
  if (text.empty() && partner.empty()) return {};
  const bool remembered = text.size() + partner.size() < kMaxRemembered;
  std::string joined;
  absl::string_view key = text;
  if (!partner.empty() && remembered) key = joined = absl::StrCat(text, "\x1f", partner);
  if (remembered) {
    const auto it = family_seen_.find(key);
    if (it != family_seen_.end()) return it->second;
  }
  const FamilyName name = ParseFamilyName(text, partner);
  FamilyEntry entry;
  entry.core = AddName(name.core);
  entry.second = AddName(name.second);
  if (entry.core != 0) {
    entry.sound = names_[entry.core].sound;
    entry.prefix = prefixes_.Add(absl::string_view(name.core).substr(0, 4));
    entry.letter = static_cast<unsigned char>(name.core[0]);
  }
  if (remembered && family_seen_.size() < kMaxMemory) family_seen_.emplace(key, entry);
  return entry;
}

uint32_t Persons::Add(absl::string_view id, const PersonText& text) {
  Hot hot;
  Cold cold;
  if (!text.number.empty()) {
    const std::string bsn = ParseBsn(text.number);
    const std::string number = bsn.empty() ? FoldCode(text.number) : bsn;
    if (!IsPlaceholderBsn(number)) {
      hot.number = numbers_.Add(number);
      present_numbers_ += hot.number != 0;
      if (!bsn.empty()) {
        ++valid_numbers_;
        hot.flags |= Hot::kValidBsn;
      }
    }
  }
  const GivenEntry given = Given(text.given);
  hot.given = given.names;
  hot.flags |= given.flags;
  const FamilyEntry family = Family(text.family, text.partner);
  hot.family = family.core;
  hot.second = family.second;
  cold.sound = family.sound;
  cold.prefix = family.prefix;
  cold.letter = family.letter;
  hot.birth = ParseBirth(text.birth);
  hot.flags |= static_cast<uint16_t>(ParseSex(text.sex));
  if (!text.postcode.empty()) {
    const std::string postcode = ParsePostcode(text.postcode);
    hot.postcode = postcodes_.Add(postcode);
    hot.area = areas_.Add(AreaOf(postcode));
  }
  hot.house = ParseHouse(text.house);
  if (hot.house != 0) hot.addition = AdditionOf(text.house);
  if (!text.street.empty()) hot.street = streets_.Add(Fold(text.street));
  if (!text.city.empty()) hot.city = cities_.Add(Fold(text.city));
  if (!text.email.empty()) {
    hot.email = emails_.Add(absl::AsciiStrToLower(absl::StripAsciiWhitespace(text.email.substr(0, kMaxFolded))));
  }
  if (!text.phone.empty()) hot.phone = phones_.Add(PhoneOf(text.phone));

  const uint32_t number = size();
  sorted_ = false;
  hot_.push_back(hot);
  cold_.push_back(cold);
  ids_.push_back(KeepId(id));
  added_.push_back(number);
  return number;
}

absl::string_view Persons::KeepId(absl::string_view id) { return Store(id_blocks_, id); }

Persons Persons::Select(absl::Span<const uint32_t> records) const {
  Persons selected;
  for (const auto which : {&Persons::names_, &Persons::sounds_, &Persons::prefixes_, &Persons::numbers_, &Persons::postcodes_,
                           &Persons::areas_, &Persons::streets_, &Persons::cities_, &Persons::emails_, &Persons::phones_}) {
    selected.*which = (this->*which).Copy();
  }
  selected.sorted_ = false;
  selected.hot_.reserve(records.size());
  for (const uint32_t record : records) {
    selected.added_.push_back(selected.size());
    selected.hot_.push_back(hot_[record]);
    selected.cold_.push_back(cold_[record]);
    selected.ids_.push_back(selected.KeepId(ids_[record]));
    selected.present_numbers_ += hot_[record].number != 0;
    selected.valid_numbers_ += (hot_[record].flags & Hot::kValidBsn) != 0;
  }
  return selected;
}

void Persons::Sort() {
  if (std::exchange(sorted_, true)) return;
  struct Key {
    uint64_t hash;
    uint32_t record;
  };
  std::vector<Key> keys(size());
  for (uint32_t i = 0; i < size(); ++i) keys[i] = {HashOf(ids_[i]), i};
  std::sort(keys.begin(), keys.end(), [&](const Key& a, const Key& b) {
    if (a.hash != b.hash) return a.hash < b.hash;
    return ids_[a.record] != ids_[b.record] ? ids_[a.record] < ids_[b.record] : a.record < b.record;
  });
  const auto reorder = [&](auto& values) {
    auto sorted = values;
    for (size_t i = 0; i < keys.size(); ++i) sorted[i] = values[keys[i].record];
    values = std::move(sorted);
  };
  reorder(hot_);
  reorder(cold_);
  reorder(ids_);
  reorder(added_);
}

}  // namespace nmd::linking::engine
