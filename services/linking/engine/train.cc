// SPDX-License-Identifier: EUPL-1.2
#include "services/linking/engine/train.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "services/linking/engine/fold.h"
#include "services/linking/engine/pattern.h"

namespace nmd::linking::engine {
namespace {

using Chances = std::array<std::array<double, 8>, kFields>;

// Pairs looked at for training: of a rule, and at random.
constexpr int64_t kPairsPerRule = 120'000;
constexpr int64_t kRandomPairs = 200'000;
constexpr int64_t kRandomNumberPairs = 2'000'000;
// Random pairs come from so many records at most: a share that stays in the cache.
constexpr uint32_t kPool = 16'384;
// What the expectations weigh: so many pairs of one person, of one household, and of any two.
constexpr double kPriorMatches = 20, kPriorHousehold = 50, kPriorRandom = 2'000;
// No level of a field is rarer than this among strangers: nothing a person types proves more.
constexpr double kRarest = 1e-6;
// Same for a value, in the correction for rare values.
constexpr double kRarestValue = 1e-7;
constexpr int kIterations = 100;
// With fewer pairs of the same BSN all pairs teach.
constexpr int64_t kAnchors = 300;
// Pairs of one household per pair of one person below which there are none.
constexpr double kHouseholdsAtLeast = 0.01;
constexpr uint32_t kMaxCopies = 4;
constexpr uint32_t kAllFields = (1u << kFields) - 1;

// Pairs with one pattern, found by rules that leave the same fields free.
struct Cell {
  Pattern pattern = 0;
  uint32_t free = 0;
  double count = 0;
};

// The same on every machine; std::mt19937 with distributions is not.
class Random {
 public:
  uint64_t Next() { return Mix(0x5EED, ++state_); }
  uint32_t Below(uint32_t n) { return static_cast<uint32_t>((Next() >> 32) * n >> 32); }

 private:
  uint64_t state_ = 0;
};

std::vector<Cell> SampleCells(const Persons& persons, const Blocks& blocks, absl::Span<const uint32_t> copies, bool bsn) {
  absl::flat_hash_map<uint64_t, int64_t> counts;
  const auto add = [&](Pattern pattern, uint32_t free, int64_t count) { counts[uint64_t{free} << 32 | pattern] += count; };
  const auto items = blocks.items();
  for (size_t i = 0; i < blocks.runs(); ++i) {
    const Blocks::Run run = blocks.run(i);
    // Every how manieth run; which ones is decided by the record with the smallest number.
    const auto every = static_cast<uint64_t>(std::max<int64_t>(1, blocks.pairs(run.rule) / kPairsPerRule));
    const uint32_t smallest = *std::min_element(run.members.begin(), run.members.end());
    if (Mix(run.rule + 1, smallest) % every != 0) continue;
    // A pair of a windowed run stands for those that are left out.
    const auto size = static_cast<int64_t>(run.members.size());
    const int64_t stands_for = static_cast<int64_t>(every) * (size * (size - 1) / 2 / run.pairs());
    ForEachPair(run, [&](uint32_t x, uint32_t y) {
      const uint32_t shared = blocks.Shared(x, y) | uint32_t{1} << run.rule;
      if ((shared & ((uint32_t{1} << run.rule) - 1)) != 0) return;  // An earlier rule has the pair.
      uint32_t free = 0;
      for (uint32_t rest = shared; rest != 0; rest &= rest - 1) {
        free |= ~AllRules()[static_cast<size_t>(std::countr_zero(rest))].fields & kAllFields;
      }
      add(PatternOf(persons.hot(items[x]), persons.hot(items[y]), persons, bsn), free, stands_for);
    });
  }
  for (size_t i = 0; i < copies.size(); ++i) {
    const int64_t n = std::min(copies[i], kMaxCopies);
    if (n < 2) continue;
    const Hot& hot = persons.hot(items[i]);
    add(PatternOf(hot, hot, persons, bsn), kAllFields, n * (n - 1) / 2);
  }
  std::vector<Cell> cells;
  cells.reserve(counts.size());
  for (const auto& [key, count] : counts) {
    cells.push_back({static_cast<Pattern>(key), static_cast<uint32_t>(key >> 32), static_cast<double>(count)});
  }
  std::sort(cells.begin(), cells.end(),
            [](const Cell& a, const Cell& b) { return std::pair(a.pattern, a.free) < std::pair(b.pattern, b.free); });
  return cells;
}

// How often two records drawn at random have equal values, by field; negative when hardly any record has a value.
std::array<double, kFields> EqualShares(const Persons& persons, absl::Span<const uint32_t> items) {
  std::array<double, kFields> shares;
  const auto share = [&](const auto& counts, int64_t present) {
    if (present < 2) return -1.0;
    double pairs = 0;
    for (const int64_t count : counts) pairs += static_cast<double>(count) * static_cast<double>(count - 1) / 2;
    return pairs / (static_cast<double>(present) * static_cast<double>(present - 1) / 2);
  };
  const auto by_number = [&](uint32_t size, auto value, auto is_present) {
    std::vector<int64_t> counts(size);
    int64_t present = 0;
    for (const uint32_t item : items) {
      const Hot& hot = persons.hot(item);
      if (!is_present(hot)) continue;
      ++present;
      if (const uint32_t v = value(hot); v != 0) ++counts[v];
    }
    return share(counts, present);
  };
  const auto by_hash = [&](auto value) {
    absl::flat_hash_map<uint64_t, int64_t> counts;
    int64_t present = 0;
    for (const uint32_t item : items) {
      if (const uint64_t v = value(persons.hot(item)); v != 0) {
        ++present;
        ++counts[v];
      }
    }
    // Sums of whole numbers below 2^53 do not depend on the order.
    std::vector<int64_t> values;
    values.reserve(counts.size());
    for (const auto& [key, count] : counts) values.push_back(count);
    std::sort(values.begin(), values.end());
    return share(values, present);
  };
  const auto plain = [&](uint32_t size, uint32_t Hot::*member) {
    return by_number(
        size, [&](const Hot& hot) { return hot.*member; }, [&](const Hot& hot) { return hot.*member != 0; });
  };
  shares[kNumber] = plain(persons.numbers().size(), &Hot::number);
  shares[kGiven] = by_number(
      persons.names().size(), [](const Hot& hot) { return hot.given[0]; },
      [](const Hot& hot) { return hot.given[0] != 0 || (hot.flags & Hot::kInitialsOnly) != 0; });
  shares[kFamily] = plain(persons.names().size(), &Hot::family);
  shares[kBirth] = by_hash([](const Hot& hot) { return uint64_t{hot.birth}; });
  shares[kSex] = -1;  // The random pairs tell.
  shares[kAddress] = by_hash(
      [](const Hot& hot) { return hot.postcode == 0 || hot.house == 0 ? 0 : uint64_t{hot.postcode} << 32 | hot.house; });
  shares[kStreet] = plain(persons.streets().size(), &Hot::street);
  shares[kCity] = plain(persons.cities().size(), &Hot::city);
  shares[kEmail] = plain(persons.emails().size(), &Hot::email);
  shares[kPhone] = plain(persons.phones().size(), &Hot::phone);
  return shares;
}

// Chances of levels among any two records, matches included.
Chances AnyTwo(const Persons& persons, absl::Span<const uint32_t> items, const Expectation& expected, bool bsn) {
  std::array<std::array<int64_t, 8>, kFields> counts{};
  const auto n = static_cast<uint32_t>(std::min<size_t>(items.size(), kPool));
  const int64_t all = int64_t{n} * (n - 1) / 2;
  const auto visit = [&](int64_t most, auto count) {
    if (n < 2) return;
    if (all <= most) {
      for (uint32_t i = 0; i < n; ++i) {
        for (uint32_t j = i + 1; j < n; ++j) count(persons.hot(items[i]), persons.hot(items[j]));
      }
      return;
    }
    Random random;
    for (int64_t k = 0; k < most; ++k) {
      const uint32_t i = random.Below(n), j = random.Below(n);
      if (i != j) count(persons.hot(items[i]), persons.hot(items[j]));
    }
  };
  visit(kRandomPairs, [&](const Hot& a, const Hot& b) {
    const Pattern pattern = PatternOf(a, b, persons, bsn);
    for (uint32_t f = 0; f < kFields; ++f) {
      if (f != kBirth && f != kSex && f != kAddress) ++counts[f][LevelOf(pattern, static_cast<Field>(f))];
    }
  });
  // Numbers compare fast, and their levels are rare.
  visit(kRandomNumberPairs, [&](const Hot& a, const Hot& b) {
    ++counts[kBirth][BirthLevel(a.birth, b.birth)];
    ++counts[kSex][SexLevel(a, b)];
    uint32_t address = AddressLevel(a, b);
    if (address == kDeferred) address = DeferredAddressLevel(a, b, persons);
    ++counts[kAddress][address];
  });
  const std::array<double, kFields> equal = EqualShares(persons, items);
  Chances chances{};
  for (uint32_t f = 0; f < kFields; ++f) {
    double present = 0;
    for (uint32_t l = 1; l < kLevels[f]; ++l) present += static_cast<double>(counts[f][l]);
    for (uint32_t l = 1; l < kLevels[f]; ++l) {
      chances[f][l] = (static_cast<double>(counts[f][l]) + kPriorRandom * expected.random[f][l]) / (present + kPriorRandom);
    }
    if (equal[f] < 0) continue;
    // The exact share of equal values instead of the sampled one.
    const double pairs = static_cast<double>(items.size()) * static_cast<double>(items.size() - 1) / 2;
    const double exact = (equal[f] * pairs + kPriorRandom * expected.random[f][1]) / (pairs + kPriorRandom);
    const double rest = 1 - chances[f][level::kEqual];
    for (uint32_t l = 2; l < kLevels[f]; ++l) chances[f][l] *= (1 - exact) / std::max(rest, 1e-9);
    chances[f][level::kEqual] = exact;
  }
  return chances;
}

class Estimate {
 public:
  Estimate(std::vector<Cell> cells, const Chances& any_two, double pairs, bool bsn)
      : expected_(Expected(bsn)),
        cells_(std::move(cells)),
        any_two_(any_two),
        pairs_(pairs),
        match_(expected_.match),
        household_(expected_.household) {
    double at_one_address = 0, same_number = 0;
    for (const Cell& cell : cells_) {
      if (LevelOf(cell.pattern, kAddress) == level::kEqual) at_one_address += cell.count;
      if (LevelOf(cell.pattern, kNumber) == level::kEqual) same_number += cell.count;
    }
    anchored_ = bsn && same_number >= kAnchors;
    // Half of the pairs at one address, to begin with.
    household_share_ = std::min((at_one_address / 2 + .2) / (pairs_ + kPriorRandom), .25);
    double found = 0;
    for (const Cell& cell : cells_) found += cell.count;
    match_share_ = std::min((found / 10 + .2) / (pairs_ + kPriorRandom), .5);
    RemoveMatches();
  }

  void Run() {
    Iterate();
    // A source of single persons has no households. A class of a handful would only collect odd pairs of one person.
    if (household_share_ < kHouseholdsAtLeast * match_share_ && match_share_ * pairs_ >= kAnchors) {
      household_share_ = 0;
      Iterate();
    }
  }

  Model Result(bool bsn) const {
    Model model = Model::Expected(bsn);
    const auto weight = [](double match, double other) {
      return static_cast<Millibits>(std::lround(1000 * std::log2(std::max(match, kRarest) / std::max(other, kRarest))));
    };
    for (uint32_t f = 0; f < kFields; ++f) {
      for (uint32_t l = 1; l < kLevels[f]; ++l) {
        if (expected_.match[f][l] <= 0) continue;
        model.random[f][l] = weight(match_[f][l], random_[f][l]);
        model.household[f][l] = weight(match_[f][l], household_[f][l]);
      }
    }
    model.prior_random = static_cast<Millibits>(std::lround(1000 * std::log2(match_share_ / (1 - match_share_))));
    if (household_share_ > 0) {
      model.prior_household = static_cast<Millibits>(std::lround(1000 * std::log2(match_share_ / household_share_)));
    } else {
      model.prior_household = -kNever;
    }
    return model;
  }
  const Chances& random() const { return random_; }

 private:
  void Iterate() {
    for (int i = 0; i < kIterations; ++i) {
      if (!Step()) break;
    }
  }

  // Among any two records are some of one person; what is left are strangers.
  void RemoveMatches() {
    for (uint32_t f = 0; f < kFields; ++f) {
      double sum = 0;
      for (uint32_t l = 1; l < kLevels[f]; ++l) {
        const double floor = std::max(kRarest, std::min(any_two_[f][l], expected_.random[f][l]) / 10);
        random_[f][l] = std::max(any_two_[f][l] - match_share_ * match_[f][l], floor);
        sum += random_[f][l];
      }
      for (uint32_t l = 1; l < kLevels[f]; ++l) random_[f][l] /= sum;
    }
  }

  // One step of expectation and maximisation; false when nothing moves any more.
  bool Step() {
    // log chances by field and level, so that a cell costs additions only.
    Chances lm{}, lr{}, lh{};
    for (uint32_t f = 0; f < kFields; ++f) {
      for (uint32_t l = 1; l < kLevels[f]; ++l) {
        lm[f][l] = std::log(std::max(match_[f][l], 1e-12));
        lr[f][l] = std::log(std::max(random_[f][l], 1e-12));
        lh[f][l] = std::log(std::max(household_[f][l], 1e-12));
      }
    }
    Chances matches{}, households{};
    double matched = 0, housed = 0;
    const double log_m = std::log(match_share_), log_h = household_share_ > 0 ? std::log(household_share_) : -1e6,
                 log_r = std::log(1 - match_share_ - household_share_);
    for (const Cell& cell : cells_) {
      double m = log_m, r = log_r, h = log_h;
      for (uint32_t f = 0; f < kFields; ++f) {
        const uint32_t l = LevelOf(cell.pattern, static_cast<Field>(f));
        m += lm[f][l];
        r += lr[f][l];
        h += lh[f][l];
      }
      if (!MayBeHousehold(cell.pattern)) h = -1e6;
      const double most = std::max({m, r, h});
      const double em = std::exp(m - most), er = std::exp(r - most), eh = std::exp(h - most);
      const double p = cell.count * em / (em + er + eh), q = cell.count * eh / (em + er + eh);
      matched += p;
      housed += q;
      const bool same_number = LevelOf(cell.pattern, kNumber) == level::kEqual;
      const bool one_address = LevelOf(cell.pattern, kAddress) == level::kEqual;
      for (uint32_t f = 0; f < kFields; ++f) {
        const uint32_t l = LevelOf(cell.pattern, static_cast<Field>(f));
        const bool teaches = (cell.free >> f & 1) != 0 && (!anchored_ || f == kNumber || same_number);
        if (teaches) matches[f][l] += p;
        if (one_address && f != kAddress) households[f][l] += q;
      }
    }
    double moved = 0;
    // `stiff`: what the expectation of the birth date weighs besides, as a share of what was counted.
    const auto update = [&](const Chances& counts, const Chances& expected, double prior, double stiff, Chances& chances) {
      for (uint32_t f = 0; f < kFields; ++f) {
        double sum = 0;
        for (uint32_t l = 1; l < kLevels[f]; ++l) sum += counts[f][l];
        const double strength = prior + (f == kBirth ? stiff * sum : 0);
        for (uint32_t l = 1; l < kLevels[f]; ++l) {
          const double next = (counts[f][l] + strength * expected[f][l]) / (sum + strength);
          moved = std::max(moved, std::abs(next - chances[f][l]));
          chances[f][l] = next;
        }
      }
    };
    // Without numbers a parent and a child of one name and address cannot be told from a person whose birth date was written
    // down wrong, except by knowing how rare that is: the more households, the more that knowledge counts.
    update(matches, expected_.match, kPriorMatches, anchored_ ? 0 : std::min(housed / std::max(matched, 1.0), 1.0), match_);
    update(households, expected_.household, kPriorHousehold, 0, household_);
    // What a household is, not what it is found by: one address, and numbers of their own.
    household_[kAddress] = expected_.household[kAddress];
    household_[kNumber] = expected_.household[kNumber];
    KeepHouseholdsAlike();
    // In a set that is one person all over, something is left for strangers.
    match_share_ = std::min((matched + .2) / (pairs_ + kPriorRandom), .5);
    if (household_share_ > 0) household_share_ = std::min((housed + .2) / (pairs_ + kPriorRandom), .25);
    RemoveMatches();
    return moved > 1e-7;
  }

  // Members of a household agree at least as often as strangers do, in every way they can. Without this the estimate may call
  // a father and a son of one name one person, and learn from it that persons change their birth date.
  void KeepHouseholdsAlike() {
    for (uint32_t f = 0; f < kFields; ++f) {
      if (f == kAddress || f == kNumber) continue;
      const uint32_t last = kLevels[f] - 1;
      double agreeing = 0;
      for (uint32_t l = 1; l < last; ++l) {
        household_[f][l] = std::max(household_[f][l], random_[f][l]);
        agreeing += household_[f][l];
      }
      household_[f][last] = std::max(1 - agreeing, 1e-3);
      for (uint32_t l = 1; l <= last; ++l) household_[f][l] /= agreeing + household_[f][last];
    }
  }

  const Expectation expected_;
  const std::vector<Cell> cells_;
  const Chances any_two_;
  const double pairs_;
  Chances match_, household_, random_{};
  double match_share_ = 0, household_share_ = 0;
  bool anchored_ = false;
};

// What a value adds: how much rarer it is than two equal values are on average.
Model::Frequency FrequencyOf(const Persons& persons, absl::Span<const uint32_t> items, Field field, double equal) {
  const auto values_of = [&](const Hot& hot) -> std::array<uint32_t, 3> {
    switch (field) {
      case kGiven:
        return hot.given;
      case kFamily:
        return {hot.family, hot.second, 0};
      case kStreet:
        return {hot.street, 0, 0};
      case kCity:
        return {hot.city, 0, 0};
      case kEmail:
        return {hot.email, 0, 0};
      case kPhone:
        return {hot.phone, 0, 0};
      default:
        return {};
    }
  };
  const Texts& texts = field == kGiven || field == kFamily ? persons.names()
                       : field == kStreet                  ? persons.streets()
                       : field == kCity                    ? persons.cities()
                       : field == kEmail                   ? persons.emails()
                                                           : persons.phones();
  std::vector<int64_t> counts(texts.size());
  int64_t present = 0;
  for (const uint32_t item : items) {
    const std::array<uint32_t, 3> values = values_of(persons.hot(item));
    present += values[0] != 0;
    for (const uint32_t value : values) {
      if (value != 0) ++counts[value];
    }
  }
  Model::Frequency frequency;
  if (present < 2) return frequency;
  const double records = static_cast<double>(present) + 100;  // As if seen a hundred times more, spread thin.
  const auto adjustment = [&](double count) {
    const double share = std::max((count + 100 * equal) / records, kRarestValue);
    return static_cast<Millibits>(std::lround(1000 * std::log2(equal / share)));
  };
  // Only what is not rare is listed: a model stays small and tells nothing about single persons.
  const double rare = std::max(2.0, 1e-5 * static_cast<double>(present));
  frequency.rare = adjustment(rare);
  for (uint32_t i = 1; i < texts.size(); ++i) {
    if (static_cast<double>(counts[i]) > rare) {
      frequency.values.emplace(texts[i].hash, adjustment(static_cast<double>(counts[i])));
    }
  }
  return frequency;
}

}  // namespace

Model Train(const Persons& persons, const Blocks& blocks, absl::Span<const uint32_t> copies) {
  const bool bsn = persons.NumbersAreBsns();
  const auto items = blocks.items();
  const double n = static_cast<double>(items.size());
  const Chances any_two = AnyTwo(persons, items, Expected(bsn), bsn);
  Estimate estimate(SampleCells(persons, blocks, copies, bsn), any_two, std::max(n * (n - 1) / 2, 1.0), bsn);
  estimate.Run();
  Model model = estimate.Result(bsn);
  model.records = persons.size();
  model.rules = blocks.rules();
  for (const Field field : {kGiven, kFamily, kStreet, kCity, kEmail, kPhone}) {
    model.frequency[field] = FrequencyOf(persons, items, field, estimate.random()[field][level::kEqual]);
  }
  return model;
}

}  // namespace nmd::linking::engine
