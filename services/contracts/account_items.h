// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_CONTRACTS_ACCOUNT_ITEMS_H_
#define NMD_SERVICES_CONTRACTS_ACCOUNT_ITEMS_H_

#include <cstdint>
#include <functional>
#include <string>

#include "nmd/contracts/v1/reconciliation.pb.h"
#include "services/contracts/account_view.h"
#include "services/contracts/reconcile.h"

// Items of an account as the API has them. Pure.
namespace nmd::contracts {

// "jeugdwet" or "wmo".
std::string LawText(Law law);

// Whether an item is about a year; 0 is every year. What has no period, such as an answer to a claim nobody knows, is about
// every year.
bool IsOf(const Item& item, int year);

// The claim an item is about; null when it is about none.
const ClaimRow* ClaimOf(const Reconciliation& account, const Item& item);

// What tells an item from all others of its provider, and stays when its outcome changes: 20 hexadecimal digits.
std::string IdOf(const Reconciliation& account, const Item& item);

// Without responses. `account_name` is municipalities/{municipality}/accounts/{provider}.
v1::ReconciliationItem ToProto(const Reconciliation& account, const Item& item, const std::string& account_name);

// Two items with one digest read the same, but for the days a line is open. Not the same in another process.
uint64_t DigestOf(const Reconciliation& account, const Item& item);

// How many items there are of every kind, outcome and actor among those that `counts` says.
void CountOutcomes(const AccountView& account, const std::function<bool(const Item&)>& counts,
                   google::protobuf::RepeatedPtrField<v1::ProviderAccount::OutcomeCount>* outcomes);

}  // namespace nmd::contracts

#endif  // NMD_SERVICES_CONTRACTS_ACCOUNT_ITEMS_H_
