// SPDX-License-Identifier: EUPL-1.2
#include "gateway/call_window.h"

#include <algorithm>

namespace nmd::gateway {

bool CallWindow::Full() const {
  MutexLock lock(mutex_);
  return running_ + 1 > size_;
}

bool CallWindow::Enter(Round* round) {
  MutexLock lock(mutex_);
  if (running_ + 1 > size_) return false;
  ++running_;
  *round = round_;
  return true;
}

void CallWindow::Leave(Round round, bool refused) {
  MutexLock lock(mutex_);
  const bool full = running_ + 1 > size_;
  if (refused && round == round_) {
    size_ = std::max(kLeast, std::min<double>(size_, running_) / 2);
    ++round_;
  } else if (!refused && full) {
    size_ = std::min(kMost, size_ + 1 / size_);
  }
  --running_;
}

int CallWindow::size() const {
  MutexLock lock(mutex_);
  return static_cast<int>(size_);
}

}  // namespace nmd::gateway
