// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_INGESTION_RULE_REGISTER_H_
#define NMD_SERVICES_INGESTION_RULE_REGISTER_H_

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

// The rules of iStandaarden that are not in Rules() (checks.h), so that both together are all of domain-standards 3.
namespace nmd::ingestion {

struct RuleNotJudged {
  absl::string_view id;      // "CS100"
  absl::string_view reason;  // Dutch: why no message is found to break it
};

// In order of id.
absl::Span<const RuleNotJudged> RulesNotJudged();

}  // namespace nmd::ingestion

#endif  // NMD_SERVICES_INGESTION_RULE_REGISTER_H_
