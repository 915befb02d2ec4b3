// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_PLATFORM_WORK_QUEUE_H_
#define NMD_SERVICES_PLATFORM_WORK_QUEUE_H_

#include <algorithm>
#include <chrono>
#include <deque>
#include <functional>
#include <thread>
#include <vector>

#include "services/platform/mutex.h"

namespace nmd {

// When work has waited too long to be worth doing. A queue that is empty now and then is a burst being worked off, and whoever
// is in it may wait. One that never empties makes everybody wait for as long as it is, and helps nobody (RFC 8289): of that,
// work is late that waited eight times as long as work takes. What work takes rises at once with a piece that took longer, and
// falls slowly, so that one long pause of all threads makes nothing late.
//
// Not thread-safe; times are of the steady clock.
class QueuePatience {
 public:
  using Clock = std::chrono::steady_clock;
  void Emptied(Clock::time_point now) { emptied_ = now; }
  void Took(Clock::duration time) { typical_ = std::max(time, typical_ - typical_ / 8 + time / 8); }
  bool IsLate(Clock::time_point since, Clock::time_point now) const {
    return now - emptied_ > kStanding && now - since > std::max<Clock::duration>(kLeast, 8 * typical_);
  }

 private:
  static constexpr std::chrono::seconds kStanding{1};
  static constexpr std::chrono::milliseconds kLeast{100};
  Clock::time_point emptied_;
  Clock::duration typical_{0};
};

// A bounded queue with threads of its own. What does not fit is refused at once: no unbounded list anywhere.
class WorkQueue {
 public:
  WorkQueue(int threads, int length);
  // Runs what was taken, then joins.
  ~WorkQueue();
  WorkQueue(const WorkQueue&) = delete;
  WorkQueue& operator=(const WorkQueue&) = delete;

  // False when `length` pieces of work are waiting, or after Stop(): the work was not taken. With `late`, that is run instead
  // of work that waited too long (QueuePatience).
  bool TryPush(std::function<void()> work, std::function<void()> late = nullptr);
  // Takes no more work.
  void Stop();
  // Waiting now.
  int depth() const;

 private:
  struct Work {
    std::function<void()> run, late;
    QueuePatience::Clock::time_point since;
  };
  void Run();

  const size_t length_;
  mutable Mutex mutex_;
  CondVar changed_;
  std::deque<Work> waiting_ ABSL_GUARDED_BY(mutex_);
  QueuePatience patience_ ABSL_GUARDED_BY(mutex_);
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<std::thread> threads_;
};

}  // namespace nmd

#endif  // NMD_SERVICES_PLATFORM_WORK_QUEUE_H_
