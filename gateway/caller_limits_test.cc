// SPDX-License-Identifier: EUPL-1.2
#include "gateway/caller_limits.h"

#include <gtest/gtest.h>

#include <vector>

#include "absl/strings/str_cat.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "services/platform/errors.h"

namespace nmd::gateway {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1522533600);

int64_t RetryMilliseconds(const absl::Status& status) {
  google::rpc::RetryInfo retry;
  const google::rpc::Status rpc = ToRpcStatus(status);
  for (const auto& detail : rpc.details()) detail.UnpackTo(&retry);
  return retry.retry_delay().seconds() * 1000 + retry.retry_delay().nanos() / 1'000'000;
}

TEST(CallerLimits, SoManyCallsAtATimeAndEachCallerItsOwn) {
  FakeClock clock(kNow);
  CallerLimits limits(2, 1000, clock);
  auto first = limits.Enter("a");
  auto second = limits.Enter("a");
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_EQ(ReasonOf(limits.Enter("a").status()), ErrorReason::OVERLOADED);
  EXPECT_TRUE(limits.Enter("b").ok()) << "another caller notices nothing";
  first->reset();
  EXPECT_TRUE(limits.Enter("a").ok());
}

TEST(CallerLimits, SoManyCallsInAMinute) {
  FakeClock clock(kNow);
  CallerLimits limits(10, 60, clock);
  for (int i = 0; i < 60; ++i) ASSERT_TRUE(limits.Enter("a").ok()) << i;
  const absl::Status refused = limits.Enter("a").status();
  EXPECT_EQ(ReasonOf(refused), ErrorReason::OVERLOADED);
  EXPECT_EQ(RetryMilliseconds(refused), 1000) << "one call comes back per second";
  clock.Advance(absl::Milliseconds(500));
  EXPECT_EQ(RetryMilliseconds(limits.Enter("a").status()), 500);
  clock.Advance(absl::Milliseconds(500));
  EXPECT_TRUE(limits.Enter("a").ok());
  EXPECT_FALSE(limits.Enter("a").ok());
  // What was not used is not saved up beyond a minute's worth.
  clock.Advance(absl::Hours(5));
  int begun = 0;
  while (limits.Enter("a").ok()) ++begun;
  EXPECT_EQ(begun, 60);
}

TEST(CallerLimits, AClockThatIsSetBackGivesNothing) {
  FakeClock clock(kNow);
  CallerLimits limits(10, 1, clock);
  ASSERT_TRUE(limits.Enter("a").ok());
  clock.Advance(-absl::Hours(1));
  EXPECT_FALSE(limits.Enter("a").ok());
}

TEST(CallerLimits, RemembersABoundedNumberOfThoseWhoLeft) {
  FakeClock clock(kNow);
  CallerLimits limits(1, 10, clock);
  const auto held = limits.Enter("stays");
  for (int i = 0; i < 10'500; ++i) {
    if (i == 9'000) clock.Advance(absl::Minutes(2));
    ASSERT_TRUE(limits.Enter(absl::StrCat("caller-", i)).ok());
  }
  EXPECT_LT(limits.remembered(), 5'000u);
  EXPECT_FALSE(limits.Enter("stays").ok()) << "a call that runs is not forgotten";
}

}  // namespace
}  // namespace nmd::gateway
