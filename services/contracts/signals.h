// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_CONTRACTS_SIGNALS_H_
#define NMD_SERVICES_CONTRACTS_SIGNALS_H_

#include <optional>
#include <string>
#include <vector>

#include "services/core/money.h"

// When an account is a reason to talk. Pure.
namespace nmd::contracts {

// Where a provider stands in a calendar year under a law.
struct Standing {
  std::string provider_title;  // What a person reads.
  std::string law;             // "jeugdwet" or "wmo".
  int year = 0;
  std::optional<Cents> ceiling;   // Absent when the contract has none.
  std::optional<Cents> declared;  // Of the year, as far as known; absent when there is no answer.
  // Months of the year that were over when the account was known, that the contract runs in and about which something was
  // declared; and what was declared about them. The running month is not among them: half a month would make a pace of
  // half the amount.
  int whole_months = 0;
  Cents whole_months_declared = 0;
  // Months of the year in which the contract runs, 1-12.
  int running_months = 12;
};

// Declared amount of the whole year when it goes on as it did in the whole months; absent with fewer than two of them.
std::optional<Cents> ExpectedOfYear(const Standing& standing);

// A rule that holds.
struct Finding {
  std::string rule;
  std::string text;       // Dutch, with the figures.
  std::string next_step;  // Dutch.
  int severity = 1;       // 1 talk, 2 act: the ceiling is passed.
};

// The rules, in this order; each judges one provider by its own contract and never by another's:
//   CEILING_{percent}  declared >= percent of the ceiling            (Wmo-overeenkomst 1.5; domain-standards 7.4)
//   CEILING_PACE       expected amount of the year above the ceiling  (the same: "expected overrun")
// A standing without a ceiling or an answer gives none.
std::vector<Finding> FindSignals(const Standing& standing, int ceiling_percent);

}  // namespace nmd::contracts

#endif  // NMD_SERVICES_CONTRACTS_SIGNALS_H_
