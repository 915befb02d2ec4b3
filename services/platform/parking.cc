// SPDX-License-Identifier: EUPL-1.2
#include "services/platform/parking.h"

#include <utility>
#include <vector>

#include "absl/time/clock.h"

namespace nmd {

Parking::Parking(size_t places) : places_(places), thread_([this] { Run(); }) {}

Parking::~Parking() {
  Close();
  {
    MutexLock lock(mutex_);
    ended_ = true;
    changed_.NotifyAll();
  }
  thread_.join();
}

int64_t Parking::Generation() const {
  MutexLock lock(mutex_);
  return generation_;
}

bool Parking::Park(int64_t generation, absl::Time until, std::function<void()> again) {
  MutexLock lock(mutex_);
  if (closed_ || waiting_.size() >= places_) return false;
  const bool soonest = waiting_.empty() || until < waiting_.begin()->first;
  waiting_.emplace(until, Place{generation, std::move(again)});
  if (soonest || generation < generation_) changed_.NotifyAll();
  return true;
}

void Parking::Wake() {
  MutexLock lock(mutex_);
  ++generation_;
  changed_.NotifyAll();
}

void Parking::Close() {
  MutexLock lock(mutex_);
  closed_ = true;
  changed_.NotifyAll();
}

bool Parking::closed() const {
  MutexLock lock(mutex_);
  return closed_;
}

size_t Parking::parked() const {
  MutexLock lock(mutex_);
  return waiting_.size();
}

void Parking::Run() {
  while (true) {
    std::vector<std::function<void()>> due;
    {
      MutexLock lock(mutex_);
      const absl::Time now = absl::Now();
      // Someone who looked before the last Wake() and parked after it is older than the newest generation too.
      for (auto place = waiting_.begin(); place != waiting_.end();) {
        if (!closed_ && place->first > now && place->second.generation >= generation_) {
          ++place;
          continue;
        }
        due.push_back(std::move(place->second.again));
        place = waiting_.erase(place);
      }
      if (due.empty()) {
        if (ended_) return;
        if (waiting_.empty()) {
          changed_.Wait(mutex_);
        } else {
          changed_.WaitFor(mutex_, waiting_.begin()->first - now);
        }
        continue;
      }
    }
    for (const std::function<void()>& again : due) again();
  }
}

}  // namespace nmd
