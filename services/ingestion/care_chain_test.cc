// SPDX-License-Identifier: EUPL-1.2
#include "services/ingestion/care_chain.h"

#include <random>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/ingestion/history_group.h"

namespace nmd::ingestion {
namespace {

CareEvent Start(Day day) {
  CareEvent event;
  event.start_day = day;
  return event;
}
CareEvent Stop(Day start, Day end, absl::string_view reason) {
  CareEvent event = Start(start);
  event.is_stop = true;
  event.end_day = end;
  event.reason = Code(reason);
  event.is_pause = reason == "20";
  return event;
}
CareEvent Pause(Day start, Day end) { return Stop(start, end, "20"); }
CareEvent End(Day start, Day end) { return Stop(start, end, "31"); }
CareEvent Remove(CareEvent event) {
  event.is_removal = true;
  return event;
}

constexpr CareState kNone = CareState::kNone;
constexpr CareState kRunning = CareState::kRunning;
constexpr CareState kPaused = CareState::kPaused;
constexpr CareState kEnded = CareState::kEnded;

struct Transition {
  absl::string_view what;
  std::vector<CareEvent> before;
  CareEvent event;
  uint16_t violated;
  CareState after;
};

// The table of domain-standards 3.6, row by row.
TEST(CareChain, FollowsTheTableOfTheStandard) {
  const std::vector<CareEvent> running = {Start(1)};
  const std::vector<CareEvent> paused = {Start(1), Pause(1, 10)};
  const std::vector<CareEvent> ended = {Start(1), End(1, 10)};
  const Transition table[] = {
      {"none: start", {}, Start(1), 0, kRunning},
      {"none: stop", {}, End(1, 10), kNoStart382, kNone},
      {"none: removal of a start", {}, Remove(Start(1)), kNothingToRemove063, kNone},
      {"none: removal of a stop", {}, Remove(End(1, 10)), kNothingToRemove063, kNone},
      {"running: pause", running, Pause(1, 10), 0, kPaused},
      {"running: end", running, End(1, 10), 0, kEnded},
      {"running: another start", running, Start(5), kRunning326, kRunning},
      {"running: the same start", running, Start(1), kSentBefore074 | kRunning326, kRunning},
      {"running: stop of another start", running, End(2, 10), kNoStart382, kRunning},
      {"running: removal of the start", running, Remove(Start(1)), 0, kNone},
      {"running: removal of another start", running, Remove(Start(2)), kNothingToRemove063, kRunning},
      {"paused: start", paused, Start(20), 0, kRunning},
      {"paused: start of the same day", paused, Start(1), kSentBefore074, kPaused},
      {"paused: another pause", paused, Pause(1, 12), kPausedBefore413, kPaused},
      {"paused: the same pause", paused, Pause(1, 10), kSentBefore074 | kPausedBefore413, kPaused},
      {"paused: end on the same day (OP378)", paused, End(1, 10), 0, kEnded},
      {"paused: end later", paused, End(1, 15), 0, kEnded},
      {"paused: end earlier", paused, End(1, 9), kEndsEarlier414, kPaused},
      {"paused: removal of the start", paused, Remove(Start(1)), kStopped071, kPaused},
      {"paused: removal of the pause", paused, Remove(Pause(1, 10)), 0, kRunning},
      {"paused: removal of another stop", paused, Remove(End(1, 10)), kNothingToRemove063, kPaused},
      {"ended: start (OP379)", ended, Start(20), 0, kRunning},
      {"ended: pause", ended, Pause(1, 12), kEndedBefore415, kEnded},
      {"ended: end", ended, End(1, 12), kEndedBefore415, kEnded},
      {"ended: end earlier", ended, End(1, 9), kEndedBefore415 | kEndsEarlier414, kEnded},
      {"ended: removal of the start", ended, Remove(Start(1)), kStopped071, kEnded},
      {"ended: removal of the end", ended, Remove(End(1, 10)), 0, kRunning},
      {"ended: the stop of a stop", {Start(1), Pause(1, 10), End(1, 15)}, Remove(End(1, 15)), 0, kPaused},
      {"an event that was refused is no state", {Start(1), Start(5)}, Remove(Start(5)), 0, kRunning},
      {"what was removed may come again", {Start(1), Remove(Start(1))}, Start(1), 0, kRunning},
      {"what was removed is gone", {Start(1), Remove(Start(1))}, Remove(Start(1)), kNothingToRemove063, kNone},
  };
  for (const Transition& row : table) {
    CareChain chain;
    for (const CareEvent& event : row.before) chain.Take(event);
    EXPECT_EQ(chain.Take(row.event), row.violated) << row.what;
    EXPECT_EQ(chain.state(), row.after) << row.what;
  }
}

TEST(CareChain, TakesWhatItsReceiverRefusedForNotSent) {
  CareChain chain;
  EXPECT_EQ(chain.Take(Start(1), /*refused=*/true), 0);
  EXPECT_EQ(chain.state(), kNone);
  EXPECT_EQ(chain.Take(Start(1)), 0);  // No TR074.
  EXPECT_EQ(chain.Take(End(1, 9), /*refused=*/true), 0);
  EXPECT_EQ(chain.state(), kRunning);
  EXPECT_EQ(chain.Take(Remove(Start(1)), /*refused=*/true), 0);
  EXPECT_EQ(chain.state(), kRunning);
}

TEST(CareChain, TellsSinceWhenAndUntilWhenCareRuns) {
  CareChain chain;
  for (const CareEvent& event : {Start(1), Pause(1, 10), Start(20)}) chain.Take(event);
  EXPECT_EQ(chain.RunningSince(), 20);
  EXPECT_EQ(chain.EndOf(1), 10);
  EXPECT_EQ(chain.EndOf(20), kOpenEnd);
  EXPECT_TRUE(chain.Counts(20));
  EXPECT_FALSE(chain.Counts(10));
}

CareEvent RandomEvent(std::mt19937& random) {
  const Day start = 1 + static_cast<Day>(random() % 3);
  CareEvent event = random() % 2 == 0
                        ? Start(start)
                        : Stop(start, start + 1 + static_cast<Day>(random() % 3), random() % 2 == 0 ? "20" : "31");
  return random() % 4 == 0 ? Remove(event) : event;
}

// Whatever comes: what violates changes nothing, and what is removed leaves the state of before (IV008).
TEST(CareChain, KeepsItsLawsWhateverComes) {
  std::mt19937 random(308);
  for (int round = 0; round < 2000; ++round) {
    CareChain chain;
    for (int i = 0; i < 12; ++i) {
      const CareEvent event = RandomEvent(random);
      const CareState before = chain.state();
      CareChain other = chain;
      const uint16_t violated = chain.Take(event);
      if (violated != 0) {
        EXPECT_EQ(chain.state(), before);
        continue;
      }
      if (event.is_removal) continue;
      if (event.is_stop) {
        EXPECT_EQ(chain.EndOf(event.start_day), event.end_day);
        EXPECT_NE(chain.state(), kNone);
      } else {
        EXPECT_EQ(chain.state(), kRunning);
      }
      EXPECT_NE(chain.Take(event) & kSentBefore074, 0);
      EXPECT_EQ(chain.Take(Remove(event)), 0);
      EXPECT_EQ(chain.state(), before);
      EXPECT_EQ(chain.Take(event), 0);
      EXPECT_EQ(other.Take(Remove(event)), kNothingToRemove063);
    }
  }
}

}  // namespace
}  // namespace nmd::ingestion
