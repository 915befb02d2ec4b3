// SPDX-License-Identifier: EUPL-1.2
#include "services/platform/work_queue.h"

#include <utility>

namespace nmd {

WorkQueue::WorkQueue(int threads, int length) : length_(static_cast<size_t>(length)) {
  for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { Run(); });
}

WorkQueue::~WorkQueue() {
  Stop();
  for (std::thread& thread : threads_) thread.join();
}

bool WorkQueue::TryPush(std::function<void()> work, std::function<void()> late) {
  const auto now = QueuePatience::Clock::now();
  MutexLock lock(mutex_);
  if (stopped_ || waiting_.size() >= length_) return false;
  if (waiting_.empty()) patience_.Emptied(now);
  waiting_.push_back({std::move(work), std::move(late), now});
  changed_.NotifyOne();
  return true;
}

void WorkQueue::Stop() {
  MutexLock lock(mutex_);
  stopped_ = true;
  changed_.NotifyAll();
}

int WorkQueue::depth() const {
  MutexLock lock(mutex_);
  return static_cast<int>(waiting_.size());
}

void WorkQueue::Run() {
  while (true) {
    Work work;
    bool late = false;
    QueuePatience::Clock::time_point begin;
    {
      MutexLock lock(mutex_);
      while (waiting_.empty() && !stopped_) changed_.Wait(mutex_);
      if (waiting_.empty()) return;
      work = std::move(waiting_.front());
      waiting_.pop_front();
      begin = QueuePatience::Clock::now();
      late = work.late && patience_.IsLate(work.since, begin);
      if (waiting_.empty()) patience_.Emptied(begin);
    }
    if (late) {
      work.late();
      continue;
    }
    work.run();
    const auto took = QueuePatience::Clock::now() - begin;
    MutexLock lock(mutex_);
    patience_.Took(took);
  }
}

}  // namespace nmd
