// SPDX-License-Identifier: EUPL-1.2
// What a snapshot says beyond its rows: deliveries, words, inhabitants and budgets.
#include <algorithm>
#include <limits>
#include <map>
#include <tuple>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "services/costs/catalogue.h"
#include "services/costs/snapshot_parts.h"
#include "services/costs/timeline.h"

namespace nmd::costs {
namespace {

class Describer {
 public:
  Describer(const KnownFacts& known, Snapshot* snapshot) : known_(known), facts_(known.facts), snapshot_(snapshot) {}

  void Describe() {
    DescribeOrigins();
    DescribeDictionaries();
    snapshot_->worked_out = MakeWorkedOut(known_, *snapshot_);
    PickPopulations();
    snapshot_->areas = Areas(snapshot_->populations);
    PickBudgets();
    PlaceOpenPairs();
  }

 private:
  static constexpr uint32_t kNobody = UINT32_MAX;
  Moment KnownOf(uint32_t batch) const { return known_.batches[batch].known; }

  void DescribeOrigins() {
    for (size_t i = 0; i < known_.batches.size(); ++i) {
      const Batch& batch = known_.batches[i];
      snapshot_->origins.push_back({*batch.delivery, *batch.source, batch.known});
      if (!known_.counted[i] || batch.kinds == 0) continue;
      ++snapshot_->delivery_count;
      std::vector<SourceShare>& shares = snapshot_->shares[*batch.source];
      auto share = std::find_if(shares.begin(), shares.end(), [&](const SourceShare& s) { return s.kinds == batch.kinds; });
      if (share == shares.end()) {
        shares.push_back({batch.kinds, 0, 0, 0, batch.known});
        share = shares.end() - 1;
      }
      ++share->deliveries;
      share->records += batch.records;
      share->sound_records += batch.sound_records;
      share->newest = std::max(share->newest, batch.known);
    }
    AddRecordsWithoutFacts();
  }

  // Deliveries without facts that count, because they were refused or superseded or had nothing to say, have records of the
  // source all the same, and of what was lost not one is sound (requirements 6.8). What they would have been about is not
  // known: they count for everything the source tells about.
  void AddRecordsWithoutFacts() {
    for (size_t i = 0; i < known_.batches.size(); ++i) {
      const Batch& batch = known_.batches[i];
      if (batch.known > known_.moment || batch.records == 0 || known_.withdrawn[i]) continue;
      if (known_.counted[i] && batch.kinds != 0) continue;
      const auto of_source = snapshot_->shares.find(*batch.source);
      if (of_source == snapshot_->shares.end()) continue;
      std::vector<SourceShare>& shares = of_source->second;
      if (shares.back().deliveries > 0) {
        SourceShare none;
        for (const SourceShare& share : shares) none.kinds |= share.kinds;
        none.newest = std::numeric_limits<Moment>::min();
        shares.push_back(none);
      }
      shares.back().records += batch.records;
      if (known_.counted[i]) shares.back().sound_records += batch.sound_records;
    }
  }

  void DescribeDictionaries() {
    absl::flat_hash_map<Word, Timeline<std::string>> titles, names;
    for (const LevelFact& fact : facts_.levels) {
      if (!fact.title->empty()) titles[fact.product].Add(fact.period, KnownOf(fact.batch), *fact.title);
    }
    for (const ContractFact& fact : facts_.contracts) {
      if (!fact.provider_name->empty()) names[fact.provider].Add(fact.period, KnownOf(fact.batch), *fact.provider_name);
    }
    for (auto& [product, timeline] : titles) timeline.Close();
    for (auto& [provider, timeline] : names) timeline.Close();
    const auto label = [](const auto& timelines, Word word) {
      const auto found = timelines.find(word);
      return found == timelines.end() ? std::string() : *found->second.Latest();
    };
    for (size_t field = 0; field < kFieldCount; ++field) {
      Dictionary& dictionary = snapshot_->dictionaries[field];
      if (field == kLawField) dictionary.values = {"", "jeugdwet", "wmo"};
      if (field == kSexField) dictionary.values = {"", "1", "2"};
      for (const Word word : dictionary.words) dictionary.values.push_back(*word);
      for (size_t code = 0; code < dictionary.values.size(); ++code) {
        std::string own;
        if (field == kProductField) own = label(titles, dictionary.words[code]);
        if (field == kProviderField) own = label(names, dictionary.words[code]);
        dictionary.labels.push_back(own.empty() || code == 0 ? FieldLabel(static_cast<Field>(field), dictionary.values[code])
                                                             : own);
      }
    }
  }

  void PlaceOpenPairs() {
    if (known_.open_pairs.empty()) return;
    absl::flat_hash_map<ClientId, uint32_t> numbers;
    for (const auto& [a, b] : known_.open_pairs) {
      numbers[a] = kNobody;
      numbers[b] = kNobody;
    }
    for (uint32_t client = 0; client < snapshot_->clients.size(); ++client) {
      if (const auto asked = numbers.find(snapshot_->clients[client]); asked != numbers.end()) asked->second = client;
    }
    for (const auto& [a, b] : known_.open_pairs) {
      const auto pair = std::minmax(numbers.at(a), numbers.at(b));
      // Who has no row is in no figure.
      if (pair.first != pair.second && pair.second != kNobody) snapshot_->open_pairs.push_back(pair);
    }
    std::sort(snapshot_->open_pairs.begin(), snapshot_->open_pairs.end());
    snapshot_->open_pairs.erase(std::unique(snapshot_->open_pairs.begin(), snapshot_->open_pairs.end()),
                                snapshot_->open_pairs.end());
  }

  void PickPopulations() {
    std::vector<std::pair<PopulationCount, Moment>> all;
    for (const PopulationFact& fact : facts_.populations) {
      all.push_back({{fact.year, *fact.wijk, *fact.buurt, *fact.sex, fact.age_from, fact.age_to, fact.count, fact.batch},
                     KnownOf(fact.batch)});
    }
    const auto key = [](const PopulationCount& c) { return std::tie(c.year, c.wijk, c.buurt, c.sex, c.age_from, c.age_to); };
    std::sort(all.begin(), all.end(), [&key](const auto& a, const auto& b) {
      if (key(a.first) != key(b.first)) return key(a.first) < key(b.first);
      return std::tie(b.second, b.first.count) < std::tie(a.second, a.first.count);
    });
    for (const auto& [count, known] : all) {
      if (snapshot_->populations.empty() || key(snapshot_->populations.back()) != key(count)) {
        snapshot_->populations.push_back(count);
      }
    }
  }

  // Of what documents say about a line and a year the one with the latest date holds, known that day when it has none (R60): a
  // circular of May that comes in after the annual account does not take its place. Of one day the one known last, then the
  // document with the greatest name.
  void PickBudgets() {
    std::map<std::pair<std::string, int32_t>, const BudgetFact*> latest;
    for (const BudgetFact& fact : facts_.budgets) {
      const BudgetFact*& slot = latest[{*fact.line, fact.year}];
      const auto rank = [this](const BudgetFact& f) {
        return std::make_tuple(VintageDay(f, KnownOf(f.batch)), KnownOf(f.batch), absl::string_view(*f.document), f.amount);
      };
      if (slot == nullptr || rank(*slot) < rank(fact)) slot = &fact;
    }
    for (const auto& [key, fact] : latest) snapshot_->budgets.push_back({key.first, key.second, fact->amount, fact->batch});
  }

  const KnownFacts& known_;
  const Facts& facts_;
  Snapshot* snapshot_;
};

}  // namespace

Day VintageDay(const BudgetFact& fact, Moment known) {
  constexpr Moment kDay = Moment{86'400} * 1'000'000;
  return fact.document_day != 0 ? fact.document_day : static_cast<Day>(known >= 0 ? known / kDay : (known - kDay + 1) / kDay);
}

void Describe(const KnownFacts& known, Snapshot* snapshot) { Describer(known, snapshot).Describe(); }

}  // namespace nmd::costs
