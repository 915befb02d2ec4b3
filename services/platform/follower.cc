// SPDX-License-Identifier: EUPL-1.2
#include "services/platform/follower.h"

#include <algorithm>
#include <utility>

#include "services/platform/errors.h"
#include "services/platform/log.h"

namespace nmd {

Follower::Follower(std::string name, std::function<absl::Status()> step)
    : name_(std::move(name)), step_(std::move(step)), thread_([this] { Run(); }) {}

Follower::~Follower() {
  Stop();
  thread_.join();
}

void Follower::Stop() {
  MutexLock lock(mutex_);
  stopped_ = true;
  stopped_changed_.NotifyAll();
}

void Follower::Run() {
  constexpr absl::Duration kFirstPause = absl::Milliseconds(100), kLongestPause = absl::Seconds(5);
  absl::Duration pause = kFirstPause;
  bool failing = false;
  while (true) {
    {
      MutexLock lock(mutex_);
      if (stopped_) return;
    }
    const absl::Status status = step_();
    if (status.ok()) {
      if (failing) Log(LogLevel::kInfo, "following again", {{"feed", name_}});
      failing = false;
      pause = kFirstPause;
      continue;
    }
    MutexLock lock(mutex_);
    if (stopped_) return;
    if (!failing) {
      Log(LogLevel::kWarning, "cannot follow; trying on",
          {{"feed", name_}, {"reason", type::ErrorReason_Name(ReasonOf(status))}, {"detail", status.message()}});
    }
    failing = true;
    stopped_changed_.WaitFor(mutex_, pause);
    pause = std::min(pause * 2, kLongestPause);
  }
}

}  // namespace nmd
