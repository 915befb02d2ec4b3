// SPDX-License-Identifier: EUPL-1.2
#include "services/linking/identity.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace nmd::linking {
namespace {

struct IdentityCase {
  const char* what;
  std::vector<Evidence> evidence;
  std::vector<LinkStep> steps;
};

TEST(LinkSteps, FollowTheStages) {
  const IdentityCase cases[] = {
      {"nothing known", {}, {}},
      {"a BSN", {{5, "a"}}, {{5, "a", v1::EXACT_BSN}}},
      {"no BSN", {{5, ""}}, {{5, "", v1::ALONE}}},
      {"the BSN comes later", {{5, ""}, {7, "a"}}, {{5, "", v1::ALONE}, {7, "a", v1::EXACT_BSN}}},
      {"a record without BSN takes nothing back", {{5, "a"}, {7, ""}}, {{5, "a", v1::EXACT_BSN}}},
      {"with and without at the same moment", {{5, ""}, {5, "a"}}, {{5, "a", v1::EXACT_BSN}}},
      {"the same BSN again, known earlier", {{7, "a"}, {5, "a"}}, {{5, "a", v1::EXACT_BSN}}},
      {"another BSN", {{5, "a"}, {7, "b"}}, {{5, "a", v1::EXACT_BSN}, {7, "b", v1::EXACT_BSN}}},
      {"two BSNs at the same moment", {{5, "b"}, {5, "a"}}, {{5, "a", v1::EXACT_BSN}}},
      {"there and back",
       {{5, "a"}, {7, "b"}, {9, "a"}},
       {{5, "a", v1::EXACT_BSN}, {7, "b", v1::EXACT_BSN}, {9, "a", v1::EXACT_BSN}}},
  };
  for (const IdentityCase& c : cases) EXPECT_EQ(LinkSteps(c.evidence), c.steps) << c.what;
}

TEST(LinkSteps, OfCorrectedEvidenceHoldWhileItCounts) {
  KnownPeriods until_nine, hole, never;
  until_nine.Append({5, 9});
  hole.Append({5, 7});
  hole.Append({8, KnownPeriods::kOpen});
  const IdentityCase cases[] = {
      {"withdrawn: nobody any more", {{5, "a", &until_nine}}, {{5, "a", v1::EXACT_BSN}, {9, "", v1::LINK_REASON_UNSPECIFIED}}},
      {"withdrawn and restored",
       {{5, "a", &hole}},
       {{5, "a", v1::EXACT_BSN}, {7, "", v1::LINK_REASON_UNSPECIFIED}, {8, "a", v1::EXACT_BSN}}},
      {"never counted", {{5, "a", &never}}, {}},
      {"another record of the person stays", {{5, "a", &until_nine}, {6, ""}}, {{5, "a", v1::EXACT_BSN}, {9, "", v1::ALONE}}},
      {"the number before it holds again",
       {{4, "b"}, {5, "a", &until_nine}},
       {{4, "b", v1::EXACT_BSN}, {5, "a", v1::EXACT_BSN}, {9, "b", v1::EXACT_BSN}}},
      {"known later than what stays: nothing changes",
       {{6, "b"}, {5, "a", &until_nine}},
       {{5, "a", v1::EXACT_BSN}, {6, "b", v1::EXACT_BSN}}},
  };
  for (const IdentityCase& c : cases) EXPECT_EQ(LinkSteps(c.evidence), c.steps) << c.what;
}

// What is known at K is the answer to what was known by K: later evidence changes nothing before it.
TEST(LinkSteps, AtAKnownTimeUseOnlyWhatWasKnownInAnyOrder) {
  std::mt19937 random(11);
  const absl::string_view clients[] = {"", "a", "b"};
  for (int round = 0; round < 2000; ++round) {
    std::vector<Evidence> evidence(1 + random() % 6);
    for (Evidence& e : evidence) e = {static_cast<int64_t>(random() % 5), clients[random() % 3]};
    const std::vector<LinkStep> steps = LinkSteps(evidence);
    std::vector<Evidence> shuffled = evidence;
    std::shuffle(shuffled.begin(), shuffled.end(), random);
    ASSERT_EQ(LinkSteps(shuffled), steps);
    for (int64_t known = 0; known < 5; ++known) {
      std::vector<Evidence> by_then;
      for (const Evidence& e : evidence) {
        if (e.known_micros <= known) by_then.push_back(e);
      }
      std::vector<LinkStep> steps_by_then;
      for (const LinkStep& step : steps) {
        if (step.known_micros <= known) steps_by_then.push_back(step);
      }
      ASSERT_EQ(LinkSteps(by_then), steps_by_then);
    }
  }
}

}  // namespace
}  // namespace nmd::linking
