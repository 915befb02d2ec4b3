// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_CONTRACTS_ITEM_TEXTS_H_
#define NMD_SERVICES_CONTRACTS_ITEM_TEXTS_H_

#include <string>

#include "services/contracts/reconcile.h"

// What people of both sides read about an account, in Dutch. Never about a person.
namespace nmd::contracts {

// What an outcome is called. Example: "Meer dan toegewezen".
std::string TitleOf(Outcome outcome);

struct ItemText {
  std::string text;       // What is the case, with the figures.
  std::string next_step;  // What to do; empty when nobody needs to do anything.
};
ItemText ExplainItem(const Reconciliation& account, const Item& item);

// The balances in a sentence per law and year.
std::string ExplainBalances(const Balances& balances, int year);

}  // namespace nmd::contracts

#endif  // NMD_SERVICES_CONTRACTS_ITEM_TEXTS_H_
