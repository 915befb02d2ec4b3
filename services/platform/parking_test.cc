// SPDX-License-Identifier: EUPL-1.2
#include "services/platform/parking.h"

#include <atomic>
#include <future>
#include <vector>

#include <gtest/gtest.h>

#include "absl/time/clock.h"

namespace nmd {
namespace {

TEST(Parking, TellsEverybodyToLookAgainWhenSomethingIsNew) {
  Parking parking;
  std::vector<std::promise<void>> told(200);
  for (std::promise<void>& one : told) {
    ASSERT_TRUE(parking.Park(parking.Generation(), absl::InfiniteFuture(), [&one] { one.set_value(); }));
  }
  EXPECT_EQ(parking.parked(), told.size());
  parking.Wake();
  for (std::promise<void>& one : told) one.get_future().wait();
  EXPECT_EQ(parking.parked(), 0u);
}

// Who looked, found nothing and parks after the news came would wait for the next news otherwise.
TEST(Parking, MissesNothingThatCameBetweenTheLookAndThePark) {
  Parking parking;
  const int64_t looked = parking.Generation();
  parking.Wake();
  std::promise<void> told;
  ASSERT_TRUE(parking.Park(looked, absl::InfiniteFuture(), [&told] { told.set_value(); }));
  told.get_future().wait();
}

TEST(Parking, EndsEachWaitAtItsOwnTime) {
  Parking parking;
  std::promise<void> soon;
  std::atomic<bool> late = false;
  ASSERT_TRUE(parking.Park(parking.Generation(), absl::InfiniteFuture(), [&late] { late = true; }));
  ASSERT_TRUE(parking.Park(parking.Generation(), absl::Now() + absl::Milliseconds(1), [&soon] { soon.set_value(); }));
  soon.get_future().wait();
  EXPECT_FALSE(late);
  EXPECT_EQ(parking.parked(), 1u);
}

TEST(Parking, RefusesWhenItIsFullOrClosedAndForgetsNobody) {
  std::atomic<int> told = 0;
  {
    Parking parking(2);
    const auto park = [&] { return parking.Park(parking.Generation(), absl::InfiniteFuture(), [&told] { ++told; }); };
    EXPECT_TRUE(park());
    EXPECT_TRUE(park());
    EXPECT_FALSE(park());
    parking.Close();
    EXPECT_FALSE(park());
    EXPECT_TRUE(parking.closed());
  }
  EXPECT_EQ(told, 2) << "those who wait are told that there is no more to wait for";
}

}  // namespace
}  // namespace nmd
