// SPDX-License-Identifier: EUPL-1.2
#include "services/ingestion/contract_tariff.h"

#include <algorithm>
#include <optional>
#include <tuple>

namespace nmd::ingestion {
namespace {

std::optional<Cents> TariffOn(absl::Span<const TariffRow> rows, int32_t provider, uint16_t unit, Day day) {
  for (const TariffRow& row : rows) {
    if (row.provider == provider && row.unit == unit && row.period.Contains(day)) return row.cents;
  }
  return std::nullopt;
}

}  // namespace

void SortTariffs(std::vector<TariffRow>* rows) {
  std::sort(rows->begin(), rows->end(), [](const TariffRow& a, const TariffRow& b) {
    const auto rest = [](const TariffRow& row) { return std::tie(row.cents, row.period.end, row.provider, row.unit); };
    if (a.period.start != b.period.start) return a.period.start > b.period.start;
    if (b.order < a.order || a.order < b.order) return b.order < a.order;
    return rest(a) > rest(b);
  });
}

bool FitsTariff(absl::Span<const TariffRow> rows, int32_t provider, uint16_t unit, const Period& period, Cents tariff) {
  bool known = false;
  const auto fits_on = [&](Day day) {
    for (const int32_t owner : {provider, 0}) {
      std::optional<Cents> contracted = TariffOn(rows, owner, unit, day);
      if (!contracted && unit == Code("01")) {
        contracted = TariffOn(rows, owner, Code("04"), day);
        if (contracted) contracted = HourTariffForMinutes(*contracted, 1);
      }
      if (!contracted) continue;
      known = true;
      return *contracted == tariff;
    }
    return false;
  };
  if (fits_on(period.start)) return true;
  // The answer changes only where a tariff begins or ends.
  for (const TariffRow& row : rows) {
    for (const Day day : {row.period.start, row.period.end}) {
      if (period.Contains(day) && fits_on(day)) return true;
    }
  }
  return !known;
}

}  // namespace nmd::ingestion
