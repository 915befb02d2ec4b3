// SPDX-License-Identifier: EUPL-1.2
// The rules that deliveries are judged by, for whoever reads a finding.
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "services/ingestion/checks.h"
#include "services/ingestion/ingestion.h"
#include "services/ingestion/rule_register.h"
#include "services/platform/paging.h"
#include "services/platform/status_macros.h"

namespace nmd::ingestion {

absl::StatusOr<v1::ListRulesResponse> Ingestion::ListRules(const Caller&, const v1::ListRulesRequest& request) const {
  NMD_ASSIGN_OR_RETURN(const Page page, ReadPage(request));
  std::vector<v1::Rule> rules;
  for (const Rule& judged : Rules()) {
    v1::Rule& rule = rules.emplace_back();
    rule.set_rule(std::string(judged.id));
    rule.set_level(judged.level);
    for (int number = 301; number <= 325; ++number) {
      if (judged.HoldsFor(static_cast<MessageType>(number))) rule.add_messages(number);
    }
    rule.set_return_code(std::string(judged.return_code));
    rule.set_text(std::string(judged.text));
    rule.set_judged(true);
  }
  for (const RuleNotJudged& other : RulesNotJudged()) {
    v1::Rule& rule = rules.emplace_back();
    rule.set_rule(std::string(other.id));
    rule.set_reason(std::string(other.reason));
  }
  const auto total = static_cast<int64_t>(rules.size());
  const int64_t end = std::min(total, page.offset + page.size);
  v1::ListRulesResponse response;
  for (int64_t i = page.offset; i < end; ++i) *response.add_rules() = std::move(rules[static_cast<size_t>(i)]);
  response.set_total_size(total);
  response.set_next_page_token(NextPageToken(request, end, total));
  return response;
}

}  // namespace nmd::ingestion
