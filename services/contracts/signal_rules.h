// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_CONTRACTS_SIGNAL_RULES_H_
#define NMD_SERVICES_CONTRACTS_SIGNAL_RULES_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "nmd/internal/v1/signal_rules.pb.h"

// Rules of signals: which check, from what amount on it is a signal, and what people read. Pure but for ReadSignalRules.
namespace nmd::contracts {

struct SignalRule {
  std::string id;
  std::string check;
  std::string title, formula, explanation, next_step, window, owner_role;  // As in signal_rules.proto.
  std::map<std::string, int64_t> thresholds;
  int severity = 1;
  int years = 0;  // 0: all.

  // REQUIRES: the check has this threshold; CheckSignalRules saw to it.
  int64_t At(const char* threshold) const { return thresholds.at(threshold); }
  // Whether a calendar year is judged when it is `present_year`.
  bool Judges(int year, int present_year) const { return year <= present_year && (years == 0 || year > present_year - years); }
};

// In order of id.
using SignalRules = std::vector<SignalRule>;

// FIELDS_INVALID with all faults: ids that are not capitals, digits and _, or come twice, checks that do not exist, and
// thresholds that are missing, unknown to the check or out of range.
absl::StatusOr<SignalRules> CheckSignalRules(const internal::v1::SignalRules& stated);

// The same of a YAML file. Errors: those of ReadYamlFile too.
absl::StatusOr<SignalRules> ReadSignalRules(const std::string& path);

}  // namespace nmd::contracts

#endif  // NMD_SERVICES_CONTRACTS_SIGNAL_RULES_H_
