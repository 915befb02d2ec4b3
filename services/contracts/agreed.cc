// SPDX-License-Identifier: EUPL-1.2
#include "services/contracts/agreed.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace nmd::contracts {

std::optional<Cents> PriceTable::Price::Times(int64_t volume) const {
  const __int128 product = static_cast<__int128>(amount) * volume;
  constexpr __int128 kMost = std::numeric_limits<Cents>::max();
  if (product > kMost || product < -kMost) return std::nullopt;
  return of_hour ? HourTariffForMinutes(amount, volume) : static_cast<Cents>(product);
}

void PriceTable::Add(Law law, absl::string_view product, absl::string_view unit, bool own, const Period& period, Cents amount) {
  std::vector<Row>& rows = rows_[{law, std::string(product), std::string(unit)}];
  const auto place = std::find_if(rows.begin(), rows.end(), [&](const Row& row) { return row.period.start < period.start; });
  rows.insert(place, {own, period, amount});
}

const std::vector<PriceTable::Row>* PriceTable::RowsOf(Law law, absl::string_view product, absl::string_view unit) const {
  const auto found = rows_.find(std::make_tuple(law, product, unit));
  return found == rows_.end() ? nullptr : &found->second;
}

const PriceTable::Row* PriceTable::RowOn(Law law, absl::string_view product, absl::string_view unit, bool own, Day day) const {
  const std::vector<Row>* rows = RowsOf(law, product, unit);
  if (rows == nullptr) return nullptr;
  const auto found =
      std::find_if(rows->begin(), rows->end(), [&](const Row& row) { return row.own == own && row.period.Contains(day); });
  return found == rows->end() ? nullptr : &*found;
}

std::optional<PriceTable::Price> PriceTable::On(Law law, absl::string_view product, absl::string_view unit, Day day) const {
  for (const bool own : {true, false}) {
    if (const Row* row = RowOn(law, product, unit, own, day)) return Price{row->amount, false};
    if (unit != "01") continue;
    if (const Row* row = RowOn(law, product, "04", own, day)) return Price{row->amount, true};
  }
  return std::nullopt;
}

std::optional<PriceTable::Price> PriceTable::Expected(Law law, absl::string_view product, absl::string_view unit,
                                                      const Period& period, Cents tariff) const {
  // The price changes only where a row begins or ends.
  std::vector<Day> days = {period.start};
  for (const absl::string_view of : {unit, absl::string_view("04")}) {
    const std::vector<Row>* rows = of == unit || unit == "01" ? RowsOf(law, product, of) : nullptr;
    if (rows == nullptr) continue;
    for (const Row& row : *rows) {
      for (const Day day : {row.period.start, row.period.end}) {
        if (period.Contains(day)) days.push_back(day);
      }
    }
  }
  std::sort(days.begin(), days.end());
  std::optional<Price> first;
  for (const Day day : days) {
    const std::optional<Price> price = On(law, product, unit, day);
    if (!price) continue;
    if (price->Shown() == tariff) return std::nullopt;
    if (!first) first = price;
  }
  return first;
}

}  // namespace nmd::contracts
