// SPDX-License-Identifier: EUPL-1.2
#include "services/costs/worked_out.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "services/costs/snapshot.h"

namespace nmd::costs {
namespace {

using Change = DayTable::Change;

constexpr uint32_t kInKind = 3;  // Code of "zin".

using CodesOfWords = absl::flat_hash_map<Word, uint32_t>;

CodesOfWords CodesOf(const Dictionary& dictionary) {
  CodesOfWords codes;
  for (uint32_t code = 0; code < dictionary.words.size(); ++code) codes.emplace(dictionary.words[code], code);
  return codes;
}

// Gathers values with their labels, then gives them codes in order.
class Values {
 public:
  Values() { labels_[""] = {0, "Onbekend"}; }
  // Of several labels the one with the greatest rank holds, whatever the order.
  void See(const std::string& value, int64_t rank, const std::string& label) {
    if (value.empty()) return;
    std::pair<int64_t, std::string>& holds = labels_.try_emplace(value, rank, label).first->second;
    holds = std::max(holds, {rank, label});
  }
  Dictionary Finish() {
    Dictionary dictionary;
    for (const auto& [value, label] : labels_) {
      codes_.emplace(value, static_cast<uint32_t>(dictionary.values.size()));
      dictionary.values.push_back(value);
      dictionary.labels.push_back(label.second);
    }
    return dictionary;
  }
  uint32_t operator[](const std::string& value) const { return codes_.at(value); }

 private:
  std::map<std::string, std::pair<int64_t, std::string>> labels_;
  std::map<std::string, uint32_t> codes_;
};

// The days on which any of these may change, in order.
template <typename Value>
std::vector<Day> ChangesOf(const std::vector<const Timeline<Value>*>& timelines) {
  std::vector<Day> days;
  for (const Timeline<Value>* timeline : timelines) {
    // Nothing is said of days before the year 1, the first one a message can name.
    for (Day day = timeline->NextChange(DayOf(1, 1, 1) - 1); day != kOpenEnd; day = timeline->NextChange(day)) {
      days.push_back(day);
    }
  }
  std::sort(days.begin(), days.end());
  days.erase(std::unique(days.begin(), days.end()), days.end());
  return days;
}

class Maker {
 public:
  Maker(const KnownFacts& known, const Snapshot& snapshot)
      : known_(known), snapshot_(snapshot), providers_(snapshot.dictionaries[kProviderField]) {}

  WorkedOutValues Make() {
    provider_codes_ = CodesOf(providers_);
    MakeContracts();
    MakeGroups();
    MakeForms();
    MakeSources();
    MakeHouseholdSizes();
    MakeTaakvelden();
    return std::move(made_);
  }

 private:
  Moment KnownOf(uint32_t batch) const { return known_.batches[batch].known; }
  Dictionary& DictionaryOf(WorkedOut what) { return made_.dictionaries[static_cast<size_t>(what)]; }

  void MakeContracts() {
    const size_t count = providers_.words.size();
    std::vector<Timeline<std::string>> timelines(kLawCount * count);
    Values values;
    for (const ContractFact& fact : known_.facts.contracts) {
      const auto provider = provider_codes_.find(fact.provider);
      if (provider == provider_codes_.end() || fact.contract->empty()) continue;
      // A contract of no law in particular is one of both.
      for (uint8_t law = 1; law < kLawCount; ++law) {
        if (fact.law != 0 && fact.law != law) continue;
        timelines[law * count + provider->second].Add(fact.period, KnownOf(fact.batch), *fact.contract);
      }
      values.See(*fact.contract, KnownOf(fact.batch),
                 absl::StrCat(*fact.contract, " (", providers_.labels[provider->second], ")"));
    }
    DictionaryOf(WorkedOut::kContract) = values.Finish();
    for (Timeline<std::string>& timeline : timelines) {
      timeline.Close();
      std::vector<Change> changes;
      for (const Day day : ChangesOf<std::string>({&timeline})) {
        const std::string* contract = timeline.At(day);
        changes.push_back({day, contract == nullptr ? 0 : values[*contract]});
      }
      made_.contracts.Add(changes);
    }
  }

  // Organisation and concern of a provider, with their names.
  struct Group {
    std::string organisation, organisation_name, concern, concern_name;
    friend auto operator<=>(const Group&, const Group&) = default;
  };

  void MakeGroups() {
    std::vector<Timeline<Group>> timelines(providers_.words.size());
    for (const ProviderGroupFact& fact : known_.facts.provider_groups) {
      const auto provider = provider_codes_.find(fact.provider);
      if (provider == provider_codes_.end() || provider->second == 0) continue;
      Group group = Alone(provider->second);
      const auto name = [](Word text, const std::string& id) { return text->empty() ? id : *text; };
      if (!fact.organisation->empty()) {
        group.organisation = *fact.organisation;
        group.organisation_name = name(fact.organisation_name, *fact.organisation);
      }
      group.concern = fact.concern->empty() ? group.organisation : *fact.concern;
      group.concern_name = fact.concern->empty() ? group.organisation_name : name(fact.concern_name, *fact.concern);
      timelines[provider->second].Add(fact.period, KnownOf(fact.batch), std::move(group));
    }
    Values organisations, concerns;
    std::vector<std::vector<std::pair<Day, Group>>> groups(timelines.size());
    for (uint32_t provider = 1; provider < timelines.size(); ++provider) {
      timelines[provider].Close();
      groups[provider].emplace_back(DayOf(1, 1, 1), Alone(provider));
      for (const Day day : ChangesOf<Group>({&timelines[provider]})) {
        const Group* group = timelines[provider].At(day);
        groups[provider].emplace_back(day, group == nullptr ? Alone(provider) : *group);
      }
      for (const auto& [day, group] : groups[provider]) {
        organisations.See(group.organisation, day, group.organisation_name);
        concerns.See(group.concern, day, group.concern_name);
      }
    }
    DictionaryOf(WorkedOut::kOrganisation) = organisations.Finish();
    DictionaryOf(WorkedOut::kConcern) = concerns.Finish();
    for (const auto& of_provider : groups) {
      std::vector<Change> organisation_changes, concern_changes;
      for (const auto& [day, group] : of_provider) {
        organisation_changes.push_back({day, organisations[group.organisation]});
        concern_changes.push_back({day, concerns[group.concern]});
      }
      made_.organisations.Add(organisation_changes);
      made_.concerns.Add(concern_changes);
    }
  }

  Group Alone(uint32_t provider) const {
    const std::string& id = providers_.values[provider];
    const std::string& name = providers_.labels[provider];
    return {id, name, id, name};
  }

  void MakeForms() {
    DictionaryOf(WorkedOut::kForm) = {
        {"", "pgb", "team", "zin"}, {"Onbekend", "Persoonsgebonden budget", "Eigen team", "Zorg in natura"}, {}};
  }

  void MakeSources() {
    Values values;
    absl::flat_hash_map<absl::string_view, uint32_t> codes;  // There are many deliveries and few sources.
    for (const Origin& origin : snapshot_.origins) codes.try_emplace(origin.source, 0);
    for (const auto& [source, code] : codes) values.See(std::string(source), 0, std::string(source));
    DictionaryOf(WorkedOut::kSource) = values.Finish();
    for (auto& [source, code] : codes) code = values[std::string(source)];
    made_.sources.reserve(snapshot_.origins.size());
    for (const Origin& origin : snapshot_.origins) made_.sources.push_back(codes.at(origin.source));
  }

  void MakeHouseholdSizes() {
    Dictionary& dictionary = DictionaryOf(WorkedOut::kHouseholdSize);
    dictionary = {{""}, {"Onbekend"}, {}};
    for (int size = 1; size <= kLargestHousehold; ++size) {
      const bool more = size == kLargestHousehold;
      dictionary.values.push_back(absl::StrCat(size, more ? "+" : ""));
      dictionary.labels.push_back(absl::StrCat(size, more ? " of meer personen" : size == 1 ? " persoon" : " personen"));
    }
    const std::vector<Word>& words = snapshot_.dictionaries[kHouseholdField].words;
    const CodesOfWords codes = CodesOf(snapshot_.dictionaries[kHouseholdField]);
    std::vector<std::vector<Change>> changes(words.size());
    for (const HouseholdCount& count : known_.household_counts) {
      const auto household = codes.find(count.household);
      if (household == codes.end() || household->second == 0) continue;
      changes[household->second].push_back(
          {count.from, static_cast<uint32_t>(std::clamp(count.persons, 0, kLargestHousehold))});
    }
    for (const std::vector<Change>& of_household : changes) made_.household_sizes.Add(of_household);
  }

  void MakeTaakvelden() {
    const CodesOfWords categories = CodesOf(snapshot_.dictionaries[kCategoryField]);
    const CodesOfWords products = CodesOf(snapshot_.dictionaries[kProductField]);
    Values values;
    for (const TaakveldFact& fact : known_.facts.taakvelden) values.See(*fact.taakveld, 0, *fact.taakveld);
    DictionaryOf(WorkedOut::kTaakveld) = values.Finish();
    const auto code = [](const CodesOfWords& codes, Word word) -> std::optional<uint32_t> {
      const auto found = codes.find(word);
      if (found != codes.end()) return found->second;
      return word->empty() ? std::optional<uint32_t>(0) : std::nullopt;  // Nullopt: no row has it.
    };
    for (const TaakveldFact& fact : known_.facts.taakvelden) {
      const auto product = code(products, fact.product), provider = code(provider_codes_, fact.provider);
      // With a product the category says nothing more.
      const auto category = fact.product->empty() ? code(categories, fact.category) : std::optional<uint32_t>(0);
      if (!product.has_value() || !category.has_value() || !provider.has_value()) continue;
      if (*product == 0 && *category == 0) continue;
      made_.taakvelden[{fact.law, *category, *product, *provider}].Add(fact.period, KnownOf(fact.batch),
                                                                       values[*fact.taakveld]);
    }
    for (auto& [key, timeline] : made_.taakvelden) timeline.Close();
  }

  const KnownFacts& known_;
  const Snapshot& snapshot_;
  const Dictionary& providers_;
  CodesOfWords provider_codes_;
  WorkedOutValues made_;
};

// What rows are.
class Worker {
 public:
  Worker(const Snapshot& snapshot, WorkedOut what)
      : snapshot_(snapshot), table_(snapshot.table), values_(snapshot.worked_out), what_(what) {}

  // `day`: the first valid one of the row in its month.
  uint32_t CodeOf(size_t row, Day day) {
    const Column& providers = table_.fields[kProviderField];
    switch (what_) {
      case WorkedOut::kContract:
        return values_.contracts.At(size_t{table_.fields[kLawField][row]} * providers.cardinality() + providers[row], day);
      case WorkedOut::kOrganisation:
        return values_.organisations.At(providers[row], day);
      case WorkedOut::kConcern:
        return values_.concerns.At(providers[row], day);
      case WorkedOut::kHouseholdSize:
        return values_.household_sizes.At(table_.fields[kHouseholdField][row], day);
      case WorkedOut::kSource:
        return SourceOf(row, day);
      case WorkedOut::kTaakveld:
        return TaakveldOf(row, day);
      case WorkedOut::kForm:
        break;
    }
    return kInKind;
  }

 private:
  using Key = WorkedOutValues::TaakveldKey;

  uint32_t SourceOf(size_t row, Day day) const {
    if ((table_.flags[row] & kCounts) == 0) {
      const Snapshot::Span lines = snapshot_.ClaimOrigins(row);
      return lines.count == 0 ? 0 : values_.sources[snapshot_.claim_origins[lines.first]];
    }
    const Snapshot::Span span = snapshot_.provision_sources[table_.provision[row]];
    for (uint32_t i = span.first; i < span.first + span.count; ++i) {
      if (snapshot_.sources[i].period.Contains(day)) return values_.sources[snapshot_.sources[i].origin];
    }
    return 0;
  }

  uint32_t TaakveldOf(size_t row, Day day) {
    const Key key = {table_.fields[kLawField][row], table_.fields[kCategoryField][row], table_.fields[kProductField][row],
                     table_.fields[kProviderField][row]};
    // Rows of one provision have one key, so that most rows need no look-up.
    if (days_.size() == 0 || key != last_) {
      last_ = key;
      number_ = NumberOf(key);
    }
    return days_.At(number_, day);
  }

  // Of a key in `days_`.
  size_t NumberOf(const Key& key) {
    const auto [at, fresh] = numbers_.try_emplace(key, days_.size());
    if (!fresh) return at->second;
    const auto [law, category, product, provider] = key;
    std::vector<const Timeline<uint32_t>*> candidates;  // In order of precedence.
    for (const uint32_t of : {provider, uint32_t{0}}) {
      for (const Key& rule : {Key{law, 0, product, of}, Key{law, category, 0, of}}) {
        const bool empty = std::get<1>(rule) == 0 && std::get<2>(rule) == 0;
        const auto found = values_.taakvelden.find(rule);
        if (!empty && found != values_.taakvelden.end()) candidates.push_back(&found->second);
      }
    }
    std::vector<Change> changes;
    for (const Day day : ChangesOf(candidates)) {
      const uint32_t* taakveld = nullptr;
      for (const auto* timeline : candidates) taakveld = taakveld != nullptr ? taakveld : timeline->At(day);
      changes.push_back({day, taakveld == nullptr ? 0 : *taakveld});
    }
    days_.Add(changes);
    return at->second;
  }

  const Snapshot& snapshot_;
  const FactTable& table_;
  const WorkedOutValues& values_;
  const WorkedOut what_;
  absl::flat_hash_map<Key, size_t> numbers_;
  DayTable days_;
  Key last_;
  size_t number_ = 0;
};

// Of a row in a month.
Day FirstValidDay(const FactTable& table, size_t row, Day first_of_month) {
  return first_of_month + std::max<Day>(table.from_day[row], 1) - 1;
}

}  // namespace

size_t WorkedOutValues::Bytes() const {
  return contracts.Bytes() + organisations.Bytes() + concerns.Bytes() + household_sizes.Bytes() +
         sources.size() * sizeof(sources[0]);
}

WorkedOutValues MakeWorkedOut(const KnownFacts& known, const Snapshot& snapshot) { return Maker(known, snapshot).Make(); }

Column WorkOut(const Snapshot& snapshot, WorkedOut what, Month first, Month end) {
  const FactTable& table = snapshot.table;
  const Month low = std::max(first, table.first_month), high = std::min(end, table.end_month);
  std::vector<Day> first_days;
  for (Month month = table.first_month; month < table.end_month; ++month) first_days.push_back(FirstDay(month));
  const auto cardinality = static_cast<uint32_t>(snapshot.worked_out.DictionaryOf(what).values.size());
  Worker worker(snapshot, what);
  return Column(cardinality, table.size(), [&](auto& codes) {
    if (low >= high) return;
    const auto from = static_cast<uint32_t>(low - table.first_month), width = static_cast<uint32_t>(high - low);
    table.fields[kMonthField].Visit([&](const auto& months) {
      for (size_t row = 0; row < codes.size(); ++row) {
        const uint32_t month = months[row];
        if (month - from >= width) continue;
        const uint32_t code = worker.CodeOf(row, FirstValidDay(table, row, first_days[month]));
        codes[row] = static_cast<std::decay_t<decltype(codes[row])>>(code);
      }
    });
  });
}

uint32_t WorkOutRow(const Snapshot& snapshot, WorkedOut what, size_t row) {
  const FactTable& table = snapshot.table;
  const Month month = table.first_month + static_cast<Month>(table.fields[kMonthField][row]);
  return Worker(snapshot, what).CodeOf(row, FirstValidDay(table, row, FirstDay(month)));
}

}  // namespace nmd::costs
