// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_CONTRACTS_ACCOUNTS_H_
#define NMD_SERVICES_CONTRACTS_ACCOUNTS_H_

#include <cstdint>
#include <initializer_list>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "nmd/contracts/v1/contracts.pb.h"
#include "nmd/type/figure.pb.h"
#include "services/contracts/contract_book.h"
#include "services/contracts/signals.h"
#include "services/platform/peer.h"

namespace nmd::contracts {

// A provider's account under a law in a calendar year.
struct Account {
  v1::Position position;
  Standing standing;
  int64_t fact_sequence = 0;  // How far costs had followed the facts.
};

// What to ask about.
struct AccountQuestion {
  std::string municipality;
  int year = 0;
  std::string provider;  // Empty for all.
  absl::Time known_time;
};

// The account of every provider and law with a contract in the year, by provider and law. Asks costs two questions,
// whatever the number of providers: the amounts of the year, and what was declared about each month. A provider that
// costs has nothing about has zeros; what costs cannot answer keeps its state. The ceiling is the sum over the contracts of
// the year that have one.
// Errors: those of costs.
absl::StatusOr<std::vector<Account>> AskAccounts(const Peer& costs, const Book& book, const AccountQuestion& question,
                                                 absl::Duration timeout);

// What costs says of every provider in a year, over both laws: a figure per measure, in the order they were asked for.
struct FiguresByProvider {
  std::map<std::string, std::vector<type::Figure>> of;  // By AGB code.
  std::vector<type::Figure> others;                     // Of who is not in it: zeros where costs has an answer at all.
};
// Asks one question per measure. Errors: those of costs.
absl::StatusOr<FiguresByProvider> AskByProvider(const Peer& costs, const AccountQuestion& question,
                                                std::initializer_list<const char*> measures, absl::Duration timeout);

// Measures of one provider in a year, over both laws: a figure each, in the order they were asked for. What costs cannot
// answer, also because it cannot be reached, is NOT_AVAILABLE with the reason: an account does without.
std::vector<type::Figure> AskTotals(const Peer& costs, const AccountQuestion& question,
                                    std::initializer_list<const char*> measures, absl::Duration timeout);

}  // namespace nmd::contracts

#endif  // NMD_SERVICES_CONTRACTS_ACCOUNTS_H_
