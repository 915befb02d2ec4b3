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

using std::chrono::milliseconds;
using std::chrono::seconds;

// Times after some moment.
QueuePatience::Clock::time_point At(milliseconds time) { return QueuePatience::Clock::time_point(seconds(1000)) + time; }

TEST(QueuePatience, WaitsThroughABurst) {
  QueuePatience patience;
  patience.Emptied(At(milliseconds(0)));
  patience.Took(milliseconds(10));
  EXPECT_FALSE(patience.IsLate(At(milliseconds(0)), At(milliseconds(1000)))) << "the queue was empty a second ago";
  EXPECT_TRUE(patience.IsLate(At(milliseconds(0)), At(milliseconds(1001))));
  patience.Emptied(At(milliseconds(1001)));
  EXPECT_FALSE(patience.IsLate(At(milliseconds(0)), At(milliseconds(2001)))) << "it was empty since";
}

TEST(QueuePatience, OfAQueueThatStandsWaitsAsLongAsWorkTakes) {
  QueuePatience patience;
  patience.Emptied(At(milliseconds(0)));
  const auto now = At(seconds(60));
  patience.Took(milliseconds(2));
  EXPECT_FALSE(patience.IsLate(now - milliseconds(100), now)) << "nothing is late that soon";
  EXPECT_TRUE(patience.IsLate(now - milliseconds(101), now));
  patience.Took(milliseconds(100));
  EXPECT_FALSE(patience.IsLate(now - milliseconds(800), now));
  EXPECT_TRUE(patience.IsLate(now - milliseconds(801), now));
}

TEST(QueuePatience, OneLongPauseMakesNothingLateAndIsForgottenSlowly) {
  QueuePatience patience;
  patience.Emptied(At(milliseconds(0)));
  const auto now = At(seconds(60));
  patience.Took(milliseconds(2'400));
  EXPECT_FALSE(patience.IsLate(now - milliseconds(2'400), now)) << "all that waited for the pause";
  for (int i = 0; i < 5; ++i) patience.Took(milliseconds(2));
  EXPECT_FALSE(patience.IsLate(now - milliseconds(2'400), now));
  for (int i = 0; i < 50; ++i) patience.Took(milliseconds(2));
  EXPECT_TRUE(patience.IsLate(now - milliseconds(200), now));
}

TEST(WorkQueue, RunsWhatIsNotLate) {
  std::atomic<int> done = 0, late = 0;
  {
    WorkQueue queue(2, 100);
    for (int i = 0; i < 50; ++i) EXPECT_TRUE(queue.TryPush([&] { ++done; }, [&] { ++late; }));
  }
  EXPECT_EQ(done, 50);
  EXPECT_EQ(late, 0);
}

}  // namespace
}  // namespace nmd
