// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_CONTRACTS_SETTLEMENT_H_
#define NMD_SERVICES_CONTRACTS_SETTLEMENT_H_

#include <optional>
#include <string>

#include "nmd/contracts/v1/reconciliation.pb.h"
#include "nmd/type/figure.pb.h"
#include "services/core/money.h"

// Whether what was granted to a provider was paid and booked (domain-standards 8, check 14). Pure.
namespace nmd::contracts {

struct SettledAmounts {
  v1::ProviderAccount::Settlement::State state = v1::ProviderAccount::Settlement::STATE_UNSPECIFIED;
  Cents granted = 0;
  // Granted and not paid, granted and not booked; absent where that is not registered.
  std::optional<Cents> unpaid, unbooked;
  std::string text;  // Dutch.
};

// By the figures of one provider in one year.
SettledAmounts SettledAmountsOf(const type::Figure& granted, const type::Figure& paid, const type::Figure& booked);

}  // namespace nmd::contracts

#endif  // NMD_SERVICES_CONTRACTS_SETTLEMENT_H_
