// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_CONTRACTS_SIGNAL_NEEDS_H_
#define NMD_SERVICES_CONTRACTS_SIGNAL_NEEDS_H_

#include <string>
#include <vector>

#include "services/contracts/contract_book.h"
#include "services/contracts/signal_rules.h"

// Whether what a rule looks at comes in at all. Where it does not the rule finds nothing, whatever is the case, and people have
// to know that no signal says nothing (decision 35). Pure.
namespace nmd::contracts {

// What sources deliver beside what is in the book.
struct Intake {
  bool allocations = false, starts = false, stops = false, claims = false, answers = false, returns = false;
  bool paid = false, booked = false;  // As costs says.
};

// What the check of a rule needs and no source delivers, in Dutch, in order; empty when it can judge. REQUIRES: the check
// exists.
std::vector<std::string> NotDelivered(const SignalRule& rule, const Book& book, const Intake& intake);

}  // namespace nmd::contracts

#endif  // NMD_SERVICES_CONTRACTS_SIGNAL_NEEDS_H_
