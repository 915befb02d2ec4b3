// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_PLATFORM_WORK_QUEUE_H_
#define NMD_SERVICES_PLATFORM_WORK_QUEUE_H_

#include <deque>
#include <functional>
#include <thread>
#include <vector>

#include "services/platform/mutex.h"

namespace nmd {

// A bounded queue with threads of its own. What does not fit is refused at once: no unbounded list anywhere.
class WorkQueue {
 public:
  WorkQueue(int threads, int length);
  // Runs what was taken, then joins.
  ~WorkQueue();
  WorkQueue(const WorkQueue&) = delete;
  WorkQueue& operator=(const WorkQueue&) = delete;

  // False when `length` pieces of work are waiting, or after Stop(): the work was not taken.
  bool TryPush(std::function<void()> work);
  // Takes no more work.
  void Stop();
  // Waiting now.
  int depth() const;

 private:
  void Run();

  const size_t length_;
  mutable Mutex mutex_;
  CondVar changed_;
  std::deque<std::function<void()>> waiting_ ABSL_GUARDED_BY(mutex_);
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<std::thread> threads_;
};

}  // namespace nmd

#endif  // NMD_SERVICES_PLATFORM_WORK_QUEUE_H_
