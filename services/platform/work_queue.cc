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

bool WorkQueue::TryPush(std::function<void()> work) {
  MutexLock lock(mutex_);
  if (stopped_ || waiting_.size() >= length_) return false;
  waiting_.push_back(std::move(work));
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
    std::function<void()> work;
    {
      MutexLock lock(mutex_);
      while (waiting_.empty() && !stopped_) changed_.Wait(mutex_);
      if (waiting_.empty()) return;
      work = std::move(waiting_.front());
      waiting_.pop_front();
    }
    work();
  }
}

}  // namespace nmd
