// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_CONTRACTS_REGISTER_FINDINGS_H_
#define NMD_SERVICES_CONTRACTS_REGISTER_FINDINGS_H_

#include <map>
#include <string>
#include <vector>

#include "services/contracts/contract_book.h"
#include "services/core/date.h"

// What cannot be right in the register of contracts, or what people should know of it. Pure. Nothing is repaired: what follows
// from a fault is told where it is (an account says NO_CONTRACT, a figure has no tariff).
namespace nmd::contracts {

struct RegisterFinding {
  std::string rule;
  std::string text;     // Dutch.
  Period period{0, 0};  // Empty when it is about none.
};

struct RegisterFindings {
  // In order of rule, then period, then text.
  std::map<std::string, std::vector<RegisterFinding>> of_contract;  // By contract id; contracts without one are not in it.
  std::vector<RegisterFinding> others;                              // Of no contract.
  std::map<size_t, std::vector<RegisterFinding>> of_combination;    // By place in Book.combinations.
};

//   of a contract
//   AGB_CHANGED            an earlier version named another provider: what that one declared is not of this contract
//   AGB_SUCCEEDED          the provider leaves its organisation while the contract runs, and another one of it comes
//   CEILING_ZERO           a ceiling was stated for a year without an amount: there is none, and no signal about it
//   CONTRACT_EMPTY         it ends before it begins
//   CONTRACT_GAP           between it and the provider's contract before it, under the same law, there is none
//   PRICE_GAP              a product has a price before and after days on which it has none
//   PRICE_MISSING          a product that may be delivered has no price at all, where the law has prices
//   PRICE_OVERLAP          two prices of one product, unit and side hold on the same days and differ
//   TERM_OTHER_PROVIDER    a term names another provider than the contract
//   TERM_OUTSIDE_CONTRACT  a term holds on no day of the contract
//   TERM_OVERLAP           two terms about the same thing hold on the same days and differ
//   TERM_ZERO              a budget, a notice share or a norm of zero
//   of a combination of products
//   COMBINATION_OVERLAP    two rules about the same two products hold on the same days and differ
//   COMBINATION_SAME       it is about a product and itself, and says something else than that it may (TR302 is about that)
//   COMBINATION_UNKNOWN    a product of it is in no price and no contract, where the law has either
//   of none
//   GROUP_OVERLAP          a provider belongs to two organisations on one day
//   TERM_WITHOUT_CONTRACT  a term of a contract that is not known
//
// A price or a term that nobody closed is ended by the next one, so that is no overlap.
RegisterFindings FindInRegister(const Book& book);

}  // namespace nmd::contracts

#endif  // NMD_SERVICES_CONTRACTS_REGISTER_FINDINGS_H_
