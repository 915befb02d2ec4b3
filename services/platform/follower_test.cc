// SPDX-License-Identifier: EUPL-1.2
#include "services/platform/follower.h"

#include <atomic>
#include <thread>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "gtest/gtest.h"
#include "services/platform/errors.h"
#include "services/platform/metrics.h"

namespace nmd {
namespace {

double FailingSeconds() {
  for (absl::string_view line : absl::StrSplit(MetricsText(), '\n')) {
    double seconds;
    if (absl::ConsumePrefix(&line, "nmd_feed_failing_seconds ") && absl::SimpleAtod(line, &seconds)) return seconds;
  }
  return -1;
}

// The metric as it is once the follower called its step anew, so that what it made of the earlier answers is told.
double FailingSecondsAfterAnotherStep(const std::atomic<int>& steps) {
  for (const int from = steps; steps < from + 2;) std::this_thread::yield();
  return FailingSeconds();
}

TEST(Follower, TellsSinceWhenItCannotFollow) {
  std::atomic<bool> reachable = true;
  std::atomic<int> steps = 0;
  const auto step = [&]() -> absl::Status {
    ++steps;
    if (reachable) return absl::OkStatus();
    return Fail(absl::StatusCode::kUnavailable, ErrorReason::UNAVAILABLE_NOW, "nobody is there");
  };
  Follower follower("facts", step);
  EXPECT_EQ(FailingSecondsAfterAnotherStep(steps), 0);
  reachable = false;
  const double early = FailingSecondsAfterAnotherStep(steps);
  EXPECT_GT(early, 0);
  EXPECT_GT(FailingSecondsAfterAnotherStep(steps), early) << "it counts from the first error of a row";
  {
    Follower other("links", [&]() -> absl::Status { return step(); });
    EXPECT_GT(FailingSecondsAfterAnotherStep(steps), early) << "the longest row of all followers";
  }
  reachable = true;
  EXPECT_EQ(FailingSecondsAfterAnotherStep(steps), 0);
}

}  // namespace
}  // namespace nmd
