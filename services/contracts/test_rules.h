// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_CONTRACTS_TEST_RULES_H_
#define NMD_SERVICES_CONTRACTS_TEST_RULES_H_

#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "services/contracts/signal_rules.h"

// Rules of signals for tests.
namespace nmd::contracts::testing {

// A rule that judges all years.
inline SignalRule Rule(std::string id, std::string check, std::map<std::string, int64_t> thresholds = {}) {
  SignalRule rule;
  rule.id = std::move(id);
  rule.check = std::move(check);
  rule.title = "Titel";
  rule.next_step = "Praat met elkaar.";
  rule.thresholds = std::move(thresholds);
  return rule;
}

inline SignalRules CeilingRules() {
  return {Rule("CEILING_70", "ceiling_share", {{"percent", 70}}), Rule("CEILING_PACE", "ceiling_pace")};
}

}  // namespace nmd::contracts::testing

#endif  // NMD_SERVICES_CONTRACTS_TEST_RULES_H_
