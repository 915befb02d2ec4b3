// SPDX-License-Identifier: EUPL-1.2
#include "services/contracts/signal_rules.h"

#include <cstdlib>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/platform/errors.h"

namespace nmd::contracts {
namespace {

using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;

internal::v1::SignalRule* Add(const char* id, const char* check, internal::v1::SignalRules* rules) {
  internal::v1::SignalRule* rule = rules->add_rules();
  rule->set_id(id);
  rule->set_check(check);
  return rule;
}

std::vector<std::string> Faults(const internal::v1::SignalRules& rules) {
  std::vector<std::string> paths;
  for (const BadField& field : BadFieldsOf(CheckSignalRules(rules).status())) paths.push_back(field.path);
  return paths;
}

TEST(SignalRules, TheRulesOfTheInstanceAreSoundAndCoverEveryCheck) {
  const char* source = std::getenv("NMD_SOURCE_DIR");
  const auto rules = ReadSignalRules(std::string(source == nullptr ? "." : source) + "/deploy/config/signals.yaml");
  ASSERT_TRUE(rules.ok()) << rules.status();
  std::vector<std::string> checks;
  for (const SignalRule& rule : *rules) checks.push_back(rule.check);
  EXPECT_THAT(checks,
              UnorderedElementsAre("ceiling_share", "ceiling_pace", "talk_overdue", "no_delivery", "price_above", "level_shift",
                                   "level_rise", "growth", "beds", "duration_norm", "repeat_use", "overlap", "combination",
                                   "start_late", "stop_late", "return_late", "own_return_late", "answer_late",
                                   "decision_overdue", "room_announced", "room_decided", "paid_above", "insufficient_use",
                                   "indexation", "continuity", "waiting", "client_stop", "kpi_missed", "settlement"));
}

TEST(SignalRules, AreReadInOrderOfIdWithTheirThresholds) {
  internal::v1::SignalRules stated;
  Add("TWO", "ceiling_pace", &stated);
  (*Add("ONE", "ceiling_share", &stated)->mutable_thresholds())["percent"] = 80;
  const auto rules = CheckSignalRules(stated);
  ASSERT_TRUE(rules.ok()) << rules.status();
  ASSERT_EQ(rules->size(), 2u);
  EXPECT_EQ((*rules)[0].id, "ONE");
  EXPECT_EQ((*rules)[0].At("percent"), 80);
}

TEST(SignalRules, AllFaultsAreNamedAtOnce) {
  internal::v1::SignalRules stated;
  Add("small", "ceiling_pace", &stated);
  Add("TWICE", "ceiling_share", &stated);
  (*Add("TWICE", "ceiling_share", &stated)->mutable_thresholds())["percent"] = 101;
  Add("OTHER", "horoscope", &stated);
  (*Add("MORE", "ceiling_pace", &stated)->mutable_thresholds())["percent"] = 1;
  EXPECT_THAT(Faults(stated), ElementsAre("rules[0].id", "rules[1].thresholds.percent", "rules[2].id",
                                          "rules[2].thresholds.percent", "rules[3].check", "rules[4].thresholds.percent"));
}

TEST(SignalRules, JudgeTheLastYearsOrAll) {
  SignalRule rule;
  rule.years = 2;
  EXPECT_TRUE(rule.Judges(2018, 2018));
  EXPECT_TRUE(rule.Judges(2017, 2018));
  EXPECT_FALSE(rule.Judges(2016, 2018));
  EXPECT_FALSE(rule.Judges(2019, 2018));
  rule.years = 0;
  EXPECT_TRUE(rule.Judges(2015, 2018));
}

}  // namespace
}  // namespace nmd::contracts
