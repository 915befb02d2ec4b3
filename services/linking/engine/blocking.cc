// SPDX-License-Identifier: EUPL-1.2
#include "services/linking/engine/blocking.h"

#include <algorithm>
#include <array>
#include <tuple>
#include <utility>

#include "services/linking/engine/fold.h"

namespace nmd::linking::engine {
namespace {

constexpr uint32_t Bit(Part part) { return uint32_t{1} << static_cast<int>(part); }
constexpr uint32_t Bit(Field field) { return uint32_t{1} << field; }

constexpr uint32_t kNames = Bit(kGiven) | Bit(kFamily);

// A typing error in one field leaves the rules that do not use it.
constexpr std::array<Rule, 24> kRules = {{
    {"nummer", Bit(Part::kNumber), Bit(kNumber)},
    {"email", Bit(Part::kEmail), Bit(kEmail)},
    {"telefoon", Bit(Part::kPhone), Bit(kPhone)},
    {"geboortedatum", Bit(Part::kBirth), Bit(kBirth)},
    {"adres", Bit(Part::kPostcode) | Bit(Part::kHouse), Bit(kAddress)},
    {"achternaam+postcode", Bit(Part::kFamily) | Bit(Part::kPostcode), Bit(kFamily) | Bit(kAddress)},
    {"namen", Bit(Part::kBothNames), kNames, Rule::kWithin},
    {"namen+gebied", Bit(Part::kBothNames) | Bit(Part::kArea), kNames | Bit(kAddress), Rule::kInstead},
    {"klank+voornaam+jaar", Bit(Part::kSound) | Bit(Part::kGiven) | Bit(Part::kYear), kNames | Bit(kBirth)},
    {"begin+voorletter+jaar", Bit(Part::kPrefix) | Bit(Part::kInitial) | Bit(Part::kYear), kNames | Bit(kBirth)},
    {"voornaam+dag", Bit(Part::kGiven) | Bit(Part::kMonthDay), Bit(kGiven) | Bit(kBirth), Rule::kWithin},
    {"voornaam+dag+letter", Bit(Part::kGiven) | Bit(Part::kMonthDay) | Bit(Part::kLetter), kNames | Bit(kBirth),
     Rule::kInstead},
    {"straat+huisnummer", Bit(Part::kStreet) | Bit(Part::kHouse), Bit(kStreet) | Bit(kAddress)},
    {"achternaam+dag", Bit(Part::kFamily) | Bit(Part::kMonthDay), Bit(kFamily) | Bit(kBirth), Rule::kOptional},
    {"achternaam+plaats", Bit(Part::kFamily) | Bit(Part::kCity), Bit(kFamily) | Bit(kCity), Rule::kOptional},
    {"voornaam+jaar", Bit(Part::kGiven) | Bit(Part::kYear), Bit(kGiven) | Bit(kBirth), Rule::kOptional},
    {"voornaam+postcode", Bit(Part::kGiven) | Bit(Part::kPostcode), Bit(kGiven) | Bit(kAddress), Rule::kOptional},
    {"straat+plaats", Bit(Part::kStreet) | Bit(Part::kCity), Bit(kStreet) | Bit(kCity), Rule::kOptional},
    {"straat+postcode", Bit(Part::kStreet) | Bit(Part::kPostcode), Bit(kStreet) | Bit(kAddress), Rule::kOptional},
    {"klank+voorletter", Bit(Part::kSound) | Bit(Part::kInitial), kNames, Rule::kOptional},
    {"klank+gebied", Bit(Part::kSound) | Bit(Part::kArea), Bit(kFamily) | Bit(kAddress), Rule::kOptional},
    {"postcode", Bit(Part::kPostcode), Bit(kAddress), Rule::kOptional},
    {"achternaam", Bit(Part::kFamily), Bit(kFamily), Rule::kOptional},
    {"voornaam", Bit(Part::kGiven), Bit(kGiven), Rule::kOptional},
}};

int64_t PairsOf(int64_t n, bool windowed) {
  if (!windowed || n <= kWindow + 1) return n * (n - 1) / 2;
  return (n - kWindow) * kWindow + int64_t{kWindow} * (kWindow - 1) / 2;
}

}  // namespace

void GroupByKey(std::vector<std::pair<uint64_t, uint32_t>>& keys) {
  std::vector<std::pair<uint64_t, uint32_t>> other(keys.size());
  constexpr int kBits = 11;
  for (int shift = 0; shift < 33; shift += kBits) {
    std::array<uint32_t, 1 << kBits> counts{};
    for (const auto& key : keys) ++counts[key.first >> shift & (counts.size() - 1)];
    uint32_t sum = 0;
    for (uint32_t& count : counts) sum += std::exchange(count, sum);
    for (const auto& key : keys) other[counts[key.first >> shift & (counts.size() - 1)]++] = key;
    keys.swap(other);
  }
  // 33 bits are sorted; keys that share them and differ are rare.
  constexpr uint64_t kSorted = (uint64_t{1} << 33) - 1;
  for (size_t i = 0; i < keys.size();) {
    size_t end = i + 1;
    bool same = true;
    for (; end < keys.size() && (keys[end].first & kSorted) == (keys[i].first & kSorted); ++end) {
      same = same && keys[end].first == keys[i].first;
    }
    if (!same) std::sort(&keys[i], &keys[end - 1] + 1);
    i = end;
  }
}

absl::Span<const Rule> AllRules() { return kRules; }

uint64_t KeyOf(const Rule& rule, const Hot& hot, const Persons::Cold& cold) {
  uint64_t key = 1;
  bool known = true;
  const auto add = [&](Part part, uint64_t value) {
    if ((rule.parts & Bit(part)) == 0) return;
    known = known && value != 0;
    key = Mix(key, value);
  };
  add(Part::kNumber, hot.number);
  add(Part::kBirth, (hot.birth & 0xFF) == 0 ? 0 : hot.birth);
  add(Part::kYear, hot.birth >> 16);
  add(Part::kMonthDay, (hot.birth & 0xFF) == 0 ? 0 : hot.birth & 0xFFFF);
  add(Part::kGiven, hot.given[0]);
  add(Part::kInitial, hot.initial());
  add(Part::kFamily, hot.family);
  add(Part::kLetter, cold.letter);
  add(Part::kSound, cold.sound);
  add(Part::kPrefix, cold.prefix);
  // Either name in either place.
  const uint64_t low = std::min(hot.given[0], hot.family), high = std::max(hot.given[0], hot.family);
  add(Part::kBothNames, low == 0 ? 0 : low << 32 | high);
  add(Part::kPostcode, hot.postcode);
  add(Part::kArea, hot.area);
  add(Part::kHouse, hot.house);
  add(Part::kStreet, hot.street);
  add(Part::kCity, hot.city);
  add(Part::kEmail, hot.email);
  add(Part::kPhone, hot.phone);
  if (!known) return 0;
  return key == 0 ? 1 : key;
}

Blocks::Blocks(const Persons& persons, std::vector<uint32_t> items, uint32_t rules, bool choose)
    : items_(std::move(items)), tags_(items_.size() * kMaxRules) {
  for (uint32_t r = 0; r < kRules.size(); ++r) {
    const bool wanted = !choose || kRules[r].use != Rule::kInstead || (rules_ >> (r - 1) & 1) == 0;
    if ((rules >> r & 1) != 0 && wanted) Build(persons, r, choose);
  }
}

void Blocks::Build(const Persons& persons, uint32_t rule, bool choose) {
  const int64_t budget = std::max(kPairsAlways, kPairsPerRecord * static_cast<int64_t>(items_.size()));
  if (choose && kRules[rule].use == Rule::kOptional && pairs_ >= budget) return;
  std::vector<std::pair<uint64_t, uint32_t>> keys;
  keys.reserve(items_.size());
  for (uint32_t i = 0; i < items_.size(); ++i) {
    const uint64_t key = KeyOf(kRules[rule], persons.hot(items_[i]), persons.cold(items_[i]));
    if (key != 0) keys.emplace_back(key, i);
  }
  if (keys.empty()) return;
  GroupByKey(keys);
  const size_t old_runs = runs_.size(), old_members = members_.size();
  int64_t pairs = 0;
  for (size_t i = 0; i < keys.size();) {
    size_t end = i + 1;
    while (end < keys.size() && keys[end].first == keys[i].first) ++end;
    const auto size = static_cast<uint32_t>(end - i);
    if (size > 1) {
      const bool windowed = size > kMaxRun;
      runs_.push_back({rule, size, members_.size(), windowed});
      pairs += PairsOf(size, windowed);
      for (size_t k = i; k < end; ++k) members_.push_back(keys[k].second);
    }
    i = end;
  }
  const bool too_many =
      (kRules[rule].use == Rule::kOptional && pairs_ + pairs > budget) || (kRules[rule].use == Rule::kWithin && pairs > budget);
  if (choose && too_many) {
    runs_.resize(old_runs);
    members_.resize(old_members);
    return;
  }
  rules_ |= uint32_t{1} << rule;
  pairs_ += pairs;
  pairs_by_rule_[rule] = pairs;
  for (size_t i = old_runs; i < runs_.size(); ++i) {
    uint32_t* const members = &members_[runs_[i].begin];
    if (!runs_[i].windowed) {
      for (uint32_t k = 0; k < runs_[i].size; ++k) {
        tags_[size_t{members[k]} * kMaxRules + rule] = static_cast<uint32_t>(i - old_runs + 1);
      }
      continue;
    }
    ++windowed_runs_;
    const auto order = [&](uint32_t position) {
      const Hot& hot = persons.hot(items_[position]);
      const Texts& names = persons.names();
      return std::tuple(names[hot.family].hash, hot.birth, names[hot.given[0]].hash, position);
    };
    std::sort(members, members + runs_[i].size, [&](uint32_t a, uint32_t b) { return order(a) < order(b); });
  }
}

int64_t Blocks::Run::pairs() const { return PairsOf(static_cast<int64_t>(members.size()), windowed); }

Blocks::Run Blocks::run(size_t i) const {
  const StoredRun& run = runs_[i];
  return {run.rule, absl::MakeConstSpan(members_).subspan(run.begin, run.size), run.windowed};
}

}  // namespace nmd::linking::engine
