// SPDX-License-Identifier: EUPL-1.2
#include "services/contracts/contract_book.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "services/contracts/indexation.h"

namespace nmd::contracts {
namespace {

using ingestion::v1::ContractTerm;
using ingestion::v1::Fact;
using ingestion::v1::FactBatch;

Period PeriodOf(Day start, Day end) { return {start, end == 0 ? kOpenEnd : end}; }

}  // namespace

std::string LawId(ingestion::v1::Law law) { return law == ingestion::v1::WMO ? "wmo" : "jeugdwet"; }

std::optional<Cents> BookedContract::CeilingOf(int year) const {
  for (const int key : {year, 0}) {
    if (const auto found = ceilings.find(key); found != ceilings.end()) return found->second;
  }
  return std::nullopt;
}

uint32_t BookedContract::RunningMonths(int year) const {
  uint32_t months = 0;
  for (int month = 1; month <= 12; ++month) {
    if (period.Overlaps(MonthPeriod(MonthOf(year, month)))) months |= 1u << (month - 1);
  }
  return months;
}

std::vector<BookedPrice> Book::PricesOf(const BookedContract& contract) const {
  std::set<std::pair<std::string, std::string>> own;  // Products and units with a price of the provider's own.
  const auto applies = [&](const BookedPrice& price) {
    return price.law == contract.law && price.period.Overlaps(contract.period);
  };
  for (const BookedPrice& price : prices) {
    if (applies(price) && price.provider == contract.provider) own.emplace(price.product, price.unit);
  }
  std::vector<BookedPrice> found;
  for (const BookedPrice& price : prices) {
    if (!applies(price)) continue;
    const bool is_own = price.provider == contract.provider;
    if (is_own || (price.provider.empty() && own.count({price.product, price.unit}) == 0)) found.push_back(price);
  }
  return found;
}

std::vector<BookedTerm> Book::TermsOf(const BookedContract& contract) const {
  std::vector<BookedTerm> found;
  for (const BookedTerm& term : terms) {
    if (term.contract == contract.id && term.law == contract.law) found.push_back(term);
  }
  return found;
}

std::vector<BookedGroup> Book::GroupsOf(const BookedContract& contract) const {
  std::vector<BookedGroup> found;
  for (const BookedGroup& group : groups) {
    if (group.provider == contract.provider && group.period.Overlaps(contract.period)) found.push_back(group);
  }
  return found;
}

Agreed Book::AgreedWith(absl::string_view provider) const {
  Agreed agreed;
  const auto law_of = [](const std::string& law) { return law == "wmo" ? Law::kWmo : Law::kYouth; };
  for (const BookedPrice& price : prices) {
    if (!price.provider.empty() && price.provider != provider) continue;
    agreed.prices.Add(law_of(price.law), price.product, price.unit, !price.provider.empty(), price.period, price.amount);
  }
  for (const BookedContract& contract : contracts) {
    if (contract.provider != provider) continue;
    AgreedContract& entry = agreed.contracts.emplace_back();
    entry.law = law_of(contract.law);
    entry.period = contract.period;
    for (const BookedTerm& term : TermsOf(contract)) {
      if (term.kind == ContractTerm::PRODUCT) entry.products.push_back({term.category, term.product, term.period});
    }
  }
  return agreed;
}

bool ContractBook::IsIndicator(const Fact& fact) {
  if (!fact.has_indicator_result()) return false;
  const auto& told = fact.indicator_result();
  const bool index = told.indicator() == kWagesForecast || told.indicator() == kWages ||
                     told.indicator() == kMaterialForecast || told.indicator() == kMaterial;
  return index ? told.provider().empty() : !told.provider().empty() && told.area().empty();
}

void ContractBook::Add(const FactBatch& batch) {
  deliveries_.Add(batch);
  FactBatch kept;
  for (const Fact& fact : batch.facts()) {
    if (Keeps(fact)) *kept.add_facts() = fact;
  }
  if (kept.facts_size() == 0) return;
  kept.set_delivery(batch.delivery());
  *kept.mutable_known_time() = batch.known_time();
  batches_.push_back(std::move(kept));
}

absl::Time ContractBook::KnowledgeMoment(absl::Time at) const {
  absl::Time last = deliveries_.LastChange(at);
  for (const FactBatch& batch : batches_) {
    if (KnownTimeOf(batch) <= at) last = std::max(last, KnownTimeOf(batch));
  }
  return last;
}

Book ContractBook::AsKnown(absl::Time known_time) const {
  std::vector<const FactBatch*> known;
  for (const FactBatch& batch : batches_) {
    if (deliveries_.Counts(batch.delivery(), KnownTimeOf(batch), known_time)) known.push_back(&batch);
  }
  std::sort(known.begin(), known.end(), [](const FactBatch* a, const FactBatch* b) {
    return KnownTimeOf(*a) != KnownTimeOf(*b) ? KnownTimeOf(*a) < KnownTimeOf(*b) : a->delivery() < b->delivery();
  });

  std::map<std::string, BookedContract> contracts;
  std::map<std::tuple<std::string, std::string, std::string, std::string, Day>, BookedPrice> prices;
  std::map<std::tuple<std::string, std::string, ContractTerm::Kind, std::string, std::string, std::string, Day>, BookedTerm>
      terms;
  std::map<std::pair<std::string, Day>, BookedGroup> groups;
  std::map<std::tuple<std::string, std::string, Day>, BookedLevel> levels;
  std::map<std::tuple<std::string, std::string, std::string, std::string, Day>, BookedCombination> combinations;
  std::map<std::tuple<std::string, std::string, std::string, std::string, std::string, Day, Day>, BookedIndicator> indicators;
  for (const FactBatch* batch : known) {
    for (const Fact& fact : batch->facts()) {
      if (fact.has_contract()) {
        const auto& stated = fact.contract();
        BookedContract& contract = contracts[stated.contract()];
        if (!contract.provider.empty()) contract.former_providers.insert(contract.provider);
        contract.former_providers.erase(stated.provider());
        contract.id = stated.contract();
        contract.law = LawId(stated.law());
        contract.provider = stated.provider();
        contract.provider_title = stated.provider_name();
        contract.period = PeriodOf(stated.start_day(), stated.end_day());
        if (stated.ceiling_cents() > 0) {
          contract.ceilings[stated.ceiling_year()] = stated.ceiling_cents();
          contract.zero_ceilings.erase(stated.ceiling_year());
        } else {
          contract.ceilings.erase(stated.ceiling_year());
          if (stated.ceiling_year() != 0) contract.zero_ceilings.insert(stated.ceiling_year());
        }
      }
      if (fact.has_contract_term()) {
        const auto& stated = fact.contract_term();
        const std::string law = LawId(stated.law());
        terms[{stated.contract(), law, stated.kind(), stated.category(), stated.product(), stated.indicator(),
               stated.start_day()}] = {stated.contract(),
                                       law,
                                       stated.provider(),
                                       stated.kind(),
                                       stated.category(),
                                       stated.product(),
                                       stated.indicator(),
                                       stated.value(),
                                       PeriodOf(stated.start_day(), stated.end_day())};
      }
      if (fact.has_provider_group()) {
        const auto& stated = fact.provider_group();
        groups[{stated.provider(), stated.start_day()}] = {stated.provider(),
                                                           stated.provider_name(),
                                                           stated.organisation(),
                                                           stated.organisation_name(),
                                                           stated.concern(),
                                                           stated.concern_name(),
                                                           PeriodOf(stated.start_day(), stated.end_day())};
      }
      if (fact.has_product_level()) {
        const auto& stated = fact.product_level();
        const std::string law = LawId(stated.law());
        levels[{law, stated.product(), stated.start_day()}] = {law, stated.product(), stated.ivn(),
                                                               PeriodOf(stated.start_day(), stated.end_day())};
      }
      if (fact.has_combination_rule()) {
        const auto& stated = fact.combination_rule();
        BookedCombination rule = {LawId(stated.law()),
                                  stated.product(),
                                  LawId(stated.other_law()),
                                  stated.other_product(),
                                  stated.verdict(),
                                  stated.reason(),
                                  PeriodOf(stated.start_day(), stated.end_day())};
        if (std::tie(rule.other_law, rule.other_product) < std::tie(rule.law, rule.product)) {
          std::swap(rule.law, rule.other_law);
          std::swap(rule.product, rule.other_product);
        }
        combinations[{rule.law, rule.product, rule.other_law, rule.other_product, stated.start_day()}] = std::move(rule);
      }
      if (fact.has_indicator_result()) {
        const auto& stated = fact.indicator_result();
        const std::string law = stated.law() == ingestion::v1::LAW_UNSPECIFIED ? "" : LawId(stated.law());
        const Period period = PeriodOf(stated.start_day(), stated.end_day());
        indicators[{stated.provider(), stated.indicator(), law, stated.category(), stated.product(), period.start,
                    period.end}] = {stated.indicator(), law,    stated.provider(),           stated.category(),
                                    stated.product(),   period, stated.value().thousandths()};
      }
      if (fact.has_tariff()) {
        const auto& stated = fact.tariff();
        const std::string law = LawId(stated.law());
        prices[{law, stated.product(), stated.unit(), stated.provider(), stated.start_day()}] = {
            law,           stated.product(),      stated.provider(),
            stated.unit(), stated.tariff_cents(), PeriodOf(stated.start_day(), stated.end_day())};
      }
    }
  }
  Book book;
  for (auto& [key, term] : terms) book.terms.push_back(std::move(term));
  for (auto& [key, group] : groups) book.groups.push_back(std::move(group));
  for (auto& [key, level] : levels) book.levels.push_back(std::move(level));
  for (auto& [key, rule] : combinations) book.combinations.push_back(std::move(rule));
  for (auto& [key, told] : indicators) book.indicators.push_back(std::move(told));
  for (auto& [id, contract] : contracts) book.contracts.push_back(std::move(contract));
  std::sort(book.contracts.begin(), book.contracts.end(), [](const BookedContract& a, const BookedContract& b) {
    return std::tie(a.provider, a.period.start, a.id) < std::tie(b.provider, b.period.start, b.id);
  });
  for (auto& [key, price] : prices) book.prices.push_back(std::move(price));
  return book;
}

}  // namespace nmd::contracts
