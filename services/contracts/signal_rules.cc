// SPDX-License-Identifier: EUPL-1.2
#include "services/contracts/signal_rules.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "services/platform/config.h"
#include "services/platform/errors.h"
#include "services/platform/status_macros.h"

namespace nmd::contracts {
namespace {

struct Range {
  int64_t least, most;
};
using Thresholds = std::map<std::string, Range>;

// Every check with its thresholds.
const std::map<std::string, Thresholds>& Checks() {
  constexpr Range kPercent = {1, 100}, kCount = {1, 1'000'000}, kDays = {1, 3660};
  static const auto* const kChecks = new std::map<std::string, Thresholds>{
      {"ceiling_share", {{"percent", kPercent}}},
      {"ceiling_pace", {}},
      {"talk_overdue", {{"days", kDays}}},
      {"decision_overdue", {{"days", kDays}}},
      {"room_announced", {{"months", {1, 24}}}},
      {"room_decided", {{"months", {1, 24}}}},
      {"paid_above", {}},
      {"insufficient_use", {{"months", {1, 60}}}},
      {"indexation", {{"cents", {0, 1'000'000}}}},
      {"continuity", {{"negative_years", {1, 10}}, {"liquidity_percent", {0, 1000}}}},
      {"waiting", {{"days", kDays}, {"percent", kPercent}, {"minimum", kCount}}},
      {"client_stop", {}},
      {"kpi_missed", {}},
      {"settlement", {{"euros", {0, 1'000'000'000}}, {"months", {0, 24}}}},
      {"no_delivery", {{"months", {1, 120}}}},
      {"price_above", {{"lines", kCount}}},
      {"level_shift", {{"minimum", kCount}, {"confidence_per_mille", {500, 999}}}},
      {"level_rise", {{"minimum", kCount}}},
      {"growth", {{"percent", {1, 10'000}}, {"clients", kCount}, {"small_clients", kCount}, {"new_years", {1, 20}}}},
      {"beds", {{"above", {0, 1'000'000}}}},
      {"duration_norm", {{"percent", kPercent}, {"minimum", kCount}}},
      {"repeat_use", {{"percent", kPercent}, {"minimum", kCount}, {"days", kDays}}},
      {"overlap", {{"pairs", kCount}}},
      {"combination", {{"pairs", kCount}}},
      {"start_late", {{"workdays", {1, 260}}, {"percent", kPercent}, {"minimum", kCount}}},
      {"stop_late", {{"workdays", {1, 260}}, {"percent", kPercent}, {"minimum", kCount}}},
      {"return_late", {{"workdays", {1, 260}}, {"percent", kPercent}, {"minimum", kCount}}},
      {"own_return_late", {{"workdays", {1, 260}}, {"percent", kPercent}, {"minimum", kCount}}},
      {"answer_late", {{"workdays", {1, 260}}, {"claims", kCount}}},
  };
  return *kChecks;
}

bool IsId(const std::string& id) {
  return !id.empty() &&
         std::all_of(id.begin(), id.end(), [](char c) { return ('A' <= c && c <= 'Z') || ('0' <= c && c <= '9') || c == '_'; });
}

}  // namespace

absl::StatusOr<SignalRules> CheckSignalRules(const internal::v1::SignalRules& stated) {
  FieldCheck check;
  SignalRules rules;
  std::set<std::string> ids;
  for (int i = 0; i < stated.rules_size(); ++i) {
    const internal::v1::SignalRule& rule = stated.rules(i);
    const std::string path = absl::StrCat("rules[", i, "]");
    check.Require(IsId(rule.id()), absl::StrCat(path, ".id"), "must be capitals, digits and _");
    check.Require(ids.insert(rule.id()).second, absl::StrCat(path, ".id"), "must be there once");
    const auto known = Checks().find(rule.check());
    if (!check.Require(known != Checks().end(), absl::StrCat(path, ".check"), "must be a check that exists")) continue;
    for (const auto& [name, range] : known->second) {
      const auto found = rule.thresholds().find(name);
      check.Require(found != rule.thresholds().end() && range.least <= found->second && found->second <= range.most,
                    absl::StrCat(path, ".thresholds.", name), absl::StrCat("must be ", range.least, " to ", range.most));
    }
    // In order, because a protobuf map has none.
    std::map<std::string, int64_t> thresholds(rule.thresholds().begin(), rule.thresholds().end());
    for (const auto& [name, value] : thresholds) {
      check.Require(known->second.count(name) != 0, absl::StrCat(path, ".thresholds.", name), "is no threshold of this check");
    }
    rules.push_back({rule.id(), rule.check(), rule.title(), rule.formula(), rule.explanation(), rule.next_step(), rule.window(),
                     rule.owner_role(), std::move(thresholds), rule.severity(), rule.years()});
  }
  NMD_RETURN_IF_ERROR(check.Result());
  std::sort(rules.begin(), rules.end(), [](const SignalRule& a, const SignalRule& b) { return a.id < b.id; });
  return rules;
}

absl::StatusOr<SignalRules> ReadSignalRules(const std::string& path) {
  internal::v1::SignalRules stated;
  NMD_RETURN_IF_ERROR(ReadYamlFile(path, &stated));
  return CheckSignalRules(stated);
}

}  // namespace nmd::contracts
