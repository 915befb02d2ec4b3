// SPDX-License-Identifier: EUPL-1.2
#include "services/contracts/contract_book.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace nmd::contracts {
namespace {

using ingestion::v1::Fact;
using ingestion::v1::FactBatch;

Period PeriodOf(Day start, Day end) { return {start, end == 0 ? kOpenEnd : end}; }

absl::Time KnownTime(const FactBatch& batch) {
  return absl::FromUnixSeconds(batch.known_time().seconds()) + absl::Nanoseconds(batch.known_time().nanos());
}

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

void ContractBook::Add(const FactBatch& batch) {
  if (!batch.supersedes().empty()) superseded_.insert(batch.supersedes());
  if (!batch.corrects().empty()) corrected_[batch.corrects()] = KnownPeriodsOf(batch.counted());
  if (batch.facts_size() > 0) batches_.push_back(batch);
}

Book ContractBook::AsKnown(absl::Time known_time) const {
  std::vector<const FactBatch*> known;
  for (const FactBatch& batch : batches_) {
    if (KnownTime(batch) > known_time || superseded_.count(batch.delivery()) > 0) continue;
    const auto correction = corrected_.find(batch.delivery());
    if (correction != corrected_.end() && !correction->second.Contains(absl::ToUnixMicros(known_time))) continue;
    known.push_back(&batch);
  }
  std::sort(known.begin(), known.end(), [](const FactBatch* a, const FactBatch* b) {
    return KnownTime(*a) != KnownTime(*b) ? KnownTime(*a) < KnownTime(*b) : a->delivery() < b->delivery();
  });

  std::map<std::string, BookedContract> contracts;
  std::map<std::tuple<std::string, std::string, std::string, std::string, Day>, BookedPrice> prices;
  for (const FactBatch* batch : known) {
    for (const Fact& fact : batch->facts()) {
      if (fact.has_contract()) {
        const auto& stated = fact.contract();
        BookedContract& contract = contracts[stated.contract()];
        contract.id = stated.contract();
        contract.law = LawId(stated.law());
        contract.provider = stated.provider();
        contract.provider_title = stated.provider_name();
        contract.period = PeriodOf(stated.start_day(), stated.end_day());
        if (stated.ceiling_cents() > 0) {
          contract.ceilings[stated.ceiling_year()] = stated.ceiling_cents();
        } else {
          contract.ceilings.erase(stated.ceiling_year());
        }
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
  for (auto& [id, contract] : contracts) book.contracts.push_back(std::move(contract));
  std::sort(book.contracts.begin(), book.contracts.end(), [](const BookedContract& a, const BookedContract& b) {
    return std::tie(a.provider, a.period.start, a.id) < std::tie(b.provider, b.period.start, b.id);
  });
  for (auto& [key, price] : prices) book.prices.push_back(std::move(price));
  return book;
}

}  // namespace nmd::contracts
