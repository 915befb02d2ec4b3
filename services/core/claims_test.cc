// SPDX-License-Identifier: EUPL-1.2
#include "services/core/claims.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace nmd {
namespace {

using ::testing::ElementsAre;

TEST(AnswerOfEachClaim, GoesByTheMessageAndElseByTheNumber) {  // TR337, TR376
  const std::vector<ClaimName> claims = {{1, "A", "M1"}, {1, "A", "M2"}, {1, "B", "M3"}, {2, "A", "M1"}, {1, "C", ""}};
  // No answer.
  EXPECT_THAT(AnswerOfEachClaim(claims, {}), ElementsAre(-1, -1, -1, -1, -1));
  // A refusal by the header names the message only.
  EXPECT_THAT(AnswerOfEachClaim(claims, {{1, "", "M1"}}), ElementsAre(0, -1, -1, -1, -1));
  // Of two claims with one number the message tells which.
  EXPECT_THAT(AnswerOfEachClaim(claims, {{1, "", "M1"}, {1, "A", "M2"}}), ElementsAre(0, 1, -1, -1, -1));
  // A message nobody knows, or of another number: the number decides.
  EXPECT_THAT(AnswerOfEachClaim(claims, {{1, "A", "M9"}}), ElementsAre(0, 0, -1, -1, -1));
  EXPECT_THAT(AnswerOfEachClaim(claims, {{1, "B", "M1"}}), ElementsAre(-1, -1, 0, -1, -1));
  // A claim or an answer without a message is known by its number.
  EXPECT_THAT(AnswerOfEachClaim(claims, {{1, "C", "M9"}, {2, "A", ""}}), ElementsAre(-1, -1, -1, 1, 0));
  // Neither a number nor a known message: it answers nothing.
  EXPECT_THAT(AnswerOfEachClaim(claims, {{1, "", "M9"}, {1, "", ""}, {3, "A", "M1"}}), ElementsAre(-1, -1, -1, -1, -1));
}

TEST(AnswerOfEachClaim, TheLastAnswerHoldsAndOneThatNamesTheMessageGoesFirst) {
  EXPECT_THAT(AnswerOfEachClaim({{1, "A", "M1"}}, {{1, "A", "M1"}, {1, "", "M1"}}), ElementsAre(1));
  EXPECT_THAT(AnswerOfEachClaim({{1, "A", "M1"}}, {{1, "A", "M8"}, {1, "A", "M9"}}), ElementsAre(1));
  EXPECT_THAT(AnswerOfEachClaim({{1, "A", "M1"}}, {{1, "", "M1"}, {1, "A", "M9"}}), ElementsAre(0));
}

struct StateCase {
  std::string what;
  std::vector<SubmittedLine> lines;
  std::vector<LineState> states;
};

TEST(SettleLines, FollowsTheTable) {
  using enum LineState;
  constexpr Verdict kNo = Verdict::kNone, kYes = Verdict::kGranted, kNot = Verdict::kRefused;
  constexpr int32_t kDebit = SubmittedLine::kDebit, kUnknown = SubmittedLine::kUnknown;
  const std::vector<StateCase> cases = {
      {"debits", {{kDebit, kNo}, {kDebit, kNot}, {kDebit, kYes}}, {kOpen, kRejected, kApproved}},
      {"a credit that waits for its answer", {{kDebit, kYes}, {0, kNo}}, {kApproved, kOpen}},
      {"a credit that is refused", {{kDebit, kYes}, {0, kNot}}, {kApproved, kRejected}},
      {"a credit that is granted", {{kDebit, kYes}, {0, kYes}}, {kCredited, kApproved}},
      {"a credit of a debit that waits for its answer (IV085)", {{kDebit, kNo}, {0, kYes}}, {kOpen, kOpen}},
      {"a credit of a debit that was refused (IV085)", {{kDebit, kNot}, {0, kYes}}, {kRejected, kRejected}},
      {"a credit of nothing", {{kUnknown, kYes}}, {kStray}},
      {"a second credit (TR390)", {{kDebit, kYes}, {0, kYes}, {0, kYes}}, {kCredited, kApproved, kStray}},
      {"a second credit after one that was refused", {{kDebit, kYes}, {0, kNot}, {0, kYes}}, {kCredited, kStray, kApproved}},
      {"debit, credit, new debit (OP366)", {{kDebit, kYes}, {0, kYes}, {kDebit, kYes}}, {kCredited, kApproved, kApproved}},
      {"a credit before its debit", {{1, kYes}, {kDebit, kYes}}, {kApproved, kCredited}},
  };
  for (const StateCase& c : cases) {
    EXPECT_EQ(SettleLines(c.lines, [](int32_t a, int32_t b) { return a < b; }), c.states) << c.what;
  }
}

// Approved is what was submitted less what was rejected, credited or not answered, in whatever order the lines are given.
TEST(SettleLines, ApprovedIsSubmittedLessRejectedAndCredited) {
  std::mt19937 random(323);
  for (int round = 0; round < 5000; ++round) {
    const size_t count = 1 + random() % 12;
    std::vector<SubmittedLine> lines(count);
    std::vector<int64_t> amounts(count);
    std::vector<int32_t> debits;
    for (size_t i = 0; i < count; ++i) {
      lines[i].verdict = static_cast<Verdict>(random() % 3);
      amounts[i] = 1 + static_cast<int64_t>(random() % 1000);
      const bool credit = random() % 2 == 0;
      if (credit && !debits.empty() && random() % 8 != 0) {
        lines[i].debit = debits[random() % debits.size()];
        amounts[i] = -amounts[static_cast<size_t>(lines[i].debit)];
      } else if (credit) {
        lines[i].debit = SubmittedLine::kUnknown;
        amounts[i] = -amounts[i];
      } else {
        debits.push_back(static_cast<int32_t>(i));
      }
    }
    const std::vector<LineState> states = SettleLines(lines, [](int32_t a, int32_t b) { return a < b; });

    std::map<LineState, int64_t> of_debits;
    int64_t submitted = 0, counted = 0;
    for (size_t i = 0; i < count; ++i) {
      if (lines[i].debit == SubmittedLine::kDebit) {
        of_debits[states[i]] += amounts[i];
        submitted += amounts[i];
      }
      if (states[i] == LineState::kApproved || states[i] == LineState::kCredited) counted += amounts[i];
    }
    ASSERT_EQ(of_debits[LineState::kApproved],
              submitted - of_debits[LineState::kRejected] - of_debits[LineState::kCredited] - of_debits[LineState::kOpen]);
    ASSERT_EQ(counted, of_debits[LineState::kApproved]);
    ASSERT_GE(counted, 0);

    // The same lines shuffled: every line has the state it had.
    std::vector<int32_t> place(count);
    std::iota(place.begin(), place.end(), 0);
    std::shuffle(place.begin(), place.end(), random);
    std::vector<SubmittedLine> shuffled(count);
    std::vector<int32_t> origin(count);
    for (size_t i = 0; i < count; ++i) {
      const auto to = static_cast<size_t>(place[i]);
      shuffled[to] = lines[i];
      if (lines[i].debit >= 0) shuffled[to].debit = place[static_cast<size_t>(lines[i].debit)];
      origin[to] = static_cast<int32_t>(i);
    }
    const std::vector<LineState> again = SettleLines(
        shuffled, [&](int32_t a, int32_t b) { return origin[static_cast<size_t>(a)] < origin[static_cast<size_t>(b)]; });
    for (size_t i = 0; i < count; ++i) ASSERT_EQ(again[static_cast<size_t>(place[i])], states[i]);
  }
}

}  // namespace
}  // namespace nmd
