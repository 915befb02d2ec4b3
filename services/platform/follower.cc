// SPDX-License-Identifier: EUPL-1.2
#include "services/platform/follower.h"

#include <algorithm>
#include <set>
#include <utility>

#include "services/platform/errors.h"
#include "services/platform/log.h"
#include "services/platform/metrics.h"

namespace nmd {

namespace {

Mutex all_mutex;
std::set<const Follower*>& All() ABSL_EXCLUSIVE_LOCKS_REQUIRED(all_mutex) {
  static auto& all = *new std::set<const Follower*>();
  return all;
}

}  // namespace

double Follower::LongestFailure() {
  double longest = 0;
  MutexLock lock(all_mutex);
  for (const Follower* each : All()) {
    const auto since = each->failing_since_.load();
    if (since == kFollows) continue;
    longest = std::max(longest, std::chrono::duration<double>(std::chrono::steady_clock::now() - since).count());
  }
  return longest;
}

Follower::Follower(std::string name, std::function<absl::Status()> step)
    : name_(std::move(name)), step_(std::move(step)), thread_([this] { Run(); }) {
  WatchMetric("nmd_feed_failing_seconds", "Longest time that a feed of another service could not be followed; 0: all are.",
              &LongestFailure);
  MutexLock lock(all_mutex);
  All().insert(this);
}

Follower::~Follower() {
  Stop();
  thread_.join();
  MutexLock lock(all_mutex);
  All().erase(this);
}

void Follower::Stop() {
  MutexLock lock(mutex_);
  stopped_ = true;
  stopped_changed_.NotifyAll();
}

void Follower::Run() {
  constexpr absl::Duration kFirstPause = absl::Milliseconds(100), kLongestPause = absl::Seconds(5);
  absl::Duration pause = kFirstPause;
  while (true) {
    {
      MutexLock lock(mutex_);
      if (stopped_) return;
    }
    const absl::Status status = step_();
    if (status.ok()) {
      if (failing_since_.exchange(kFollows) != kFollows) Log(LogLevel::kInfo, "following again", {{"feed", name_}});
      pause = kFirstPause;
      continue;
    }
    MutexLock lock(mutex_);
    if (stopped_) return;
    if (failing_since_.load() == kFollows) {
      failing_since_ = std::chrono::steady_clock::now();
      Log(LogLevel::kWarning, "cannot follow; trying on",
          {{"feed", name_}, {"reason", type::ErrorReason_Name(ReasonOf(status))}, {"detail", status.message()}});
    }
    stopped_changed_.WaitFor(mutex_, pause);
    pause = std::min(pause * 2, kLongestPause);
  }
}

}  // namespace nmd
