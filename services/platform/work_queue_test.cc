// SPDX-License-Identifier: EUPL-1.2
#include "services/platform/work_queue.h"

#include <atomic>

#include <gtest/gtest.h>

#include "absl/synchronization/notification.h"

namespace nmd {
namespace {

TEST(WorkQueue, RefusesWhatDoesNotFitAndFinishesWhatItTook) {
  std::atomic<int> done = 0;
  absl::Notification running, release;
  {
    WorkQueue queue(1, 2);
    ASSERT_TRUE(queue.TryPush([&] {
      running.Notify();
      release.WaitForNotification();
      ++done;
    }));
    running.WaitForNotification();
    EXPECT_TRUE(queue.TryPush([&] { ++done; }));
    EXPECT_TRUE(queue.TryPush([&] { ++done; }));
    EXPECT_FALSE(queue.TryPush([&] { ++done; })) << "one runs, two wait";
    EXPECT_EQ(queue.depth(), 2);
    release.Notify();
  }
  EXPECT_EQ(done, 3);
}

TEST(WorkQueue, TakesNothingAfterStop) {
  WorkQueue queue(2, 10);
  queue.Stop();
  EXPECT_FALSE(queue.TryPush([] {}));
}

}  // namespace
}  // namespace nmd
