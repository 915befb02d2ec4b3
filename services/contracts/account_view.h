// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_CONTRACTS_ACCOUNT_VIEW_H_
#define NMD_SERVICES_CONTRACTS_ACCOUNT_VIEW_H_

#include <cstddef>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "services/contracts/reconcile.h"

namespace nmd::contracts {

// An account as it is answered from: whole, or in the parts it was worked out in (live_account.h), in the order that Reconcile
// has items in. Copying it copies pointers.
struct AccountView {
  using SharedPart = std::shared_ptr<const Reconciliation>;
  struct OfLaw {
    std::vector<std::pair<SharedPart, const Item*>> first;  // Items without an allocation, of whichever part,
    std::vector<SharedPart> parts;                          // and the allocations behind them.
  };
  std::map<Law, OfLaw> laws;
  Balances balances;
  Day today = 0;

  // Of an account that was worked out in one.
  static AccountView Of(Reconciliation account) {
    AccountView view;
    view.balances = account.balances;
    view.today = account.today;
    // Both laws are in it, one after the other.
    view.laws[Law::kYouth].parts.push_back(std::make_shared<const Reconciliation>(std::move(account)));
    return view;
  }

  // Calls f(part, item) for every item, in order; the part is what the item points into.
  template <typename F>
  void ForEach(F f) const {
    for (const auto& [law, of] : laws) {
      for (const auto& [part, item] : of.first) f(*part, *item);
      for (const SharedPart& part : of.parts) {
        for (const Item& item : part->items) f(*part, item);
      }
    }
  }
  size_t item_count() const {
    size_t count = 0;
    ForEach([&count](const Reconciliation&, const Item&) { ++count; });
    return count;
  }
};

}  // namespace nmd::contracts

#endif  // NMD_SERVICES_CONTRACTS_ACCOUNT_VIEW_H_
