// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_CONTRACTS_STATEMENTS_H_
#define NMD_SERVICES_CONTRACTS_STATEMENTS_H_

#include <string>
#include <vector>

#include "nmd/contracts/v1/provider.pb.h"
#include "services/contracts/account_view.h"
#include "services/contracts/reconcile.h"
#include "services/core/date.h"
#include "services/platform/errors.h"

// What a provider itself states, before it is stored. Pure.
namespace nmd::contracts {

// Most rows of a statement, and most faults that are told at once.
inline constexpr int kStatementLines = 20'000;
inline constexpr int kStatementFaults = 100;

// Adds every fault of the months and the rows: dates that are none, months that are not whole, of two years or in the future,
// rows that begin outside the months or end after them, codes and quantities that cannot be, and two rows about the same.
// `today` is the Dutch calendar day. Nothing is looked up: whether an allocation exists is no fault.
void CheckStatement(const v1::SubmitStatementRequest& request, Day today, FieldCheck& check);

// The production statement of a law and a calendar year as the municipality has it: debits that were approved less what credits
// took back, by allocation, product, unit and month, in that order. What nothing is left of has no row.
std::vector<v1::StatementLine> DraftOf(const AccountView& account, Law law, int year);

// Lines of the law and year without an answer.
Sum OpenIn(const Balances& balances, Law law, int year);

// Of the contents: the same for the same rows.
std::string EtagOf(const std::vector<v1::StatementLine>& lines);

}  // namespace nmd::contracts

#endif  // NMD_SERVICES_CONTRACTS_STATEMENTS_H_
