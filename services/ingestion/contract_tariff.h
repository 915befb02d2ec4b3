// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_INGESTION_CONTRACT_TARIFF_H_
#define NMD_SERVICES_INGESTION_CONTRACT_TARIFF_H_

#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "services/core/date.h"
#include "services/core/money.h"
#include "services/ingestion/history_group.h"

namespace nmd::ingestion {

// What a unit of one product of one law costs, as a table of tariffs states it.
struct TariffRow {
  int32_t provider = 0;  // 0: every provider without a tariff of its own
  uint16_t unit = 0;     // as Code() packs it
  Cents cents = 0;
  Period period;
  MessageOrder order;  // of the delivery that states it
};

// Sorts rows so that of those that hold on a day the one that counts comes first: the one that started last, of several
// with one start the one known last. So a new tariff ends the old one also when nobody closed it, and a correction of last
// year's tariff does not override this year's. The same as in the figures of costs.
void SortTariffs(std::vector<TariffRow>* rows);

// Whether a prestatie may have this ProductTarief (TR418): it is the tariff on some day of the ProductPeriode, the provider's
// own before the general one; or no tariff is known on any of its days, for then there is nothing to compare with. A unit has
// its own tariff; minutes without one have that of the hour, divided by 60 and rounded half up (IV081).
// REQUIRES: rows in the order of SortTariffs.
bool FitsTariff(absl::Span<const TariffRow> rows, int32_t provider, uint16_t unit, const Period& period, Cents tariff);

}  // namespace nmd::ingestion

#endif  // NMD_SERVICES_INGESTION_CONTRACT_TARIFF_H_
