// SPDX-License-Identifier: EUPL-1.2
#include "gateway/caller_limits.h"

#include <algorithm>
#include <cmath>

#include "services/platform/errors.h"

namespace nmd::gateway {
namespace {

constexpr size_t kRemembered = 10'000;
constexpr int kBusyMilliseconds = 1000;

}  // namespace

CallerLimits::CallerLimits(int concurrency, int per_minute, const Clock& clock)
    : concurrency_(concurrency), per_minute_(per_minute), clock_(clock) {}

absl::StatusOr<std::shared_ptr<void>> CallerLimits::Enter(absl::string_view caller) {
  const absl::Time now = clock_.Now();
  MutexLock lock(mutex_);
  if (callers_.size() >= kRemembered) Forget(now);
  auto it = callers_.find(caller);
  if (it == callers_.end()) it = callers_.emplace(std::string(caller), State{0, per_minute_, now}).first;
  State& state = it->second;
  // A clock that is set back gives nothing.
  const double passed = std::max(0.0, absl::FDivDuration(now - state.at, absl::Minutes(1)));
  state.tokens = std::min(per_minute_, state.tokens + passed * per_minute_);
  state.at = now;
  if (state.running >= concurrency_) {
    return Overloaded("as many calls of this caller run as may at a time; wait for one to end", kBusyMilliseconds);
  }
  if (state.tokens < 1) {
    const double minutes = (1 - state.tokens) / per_minute_;
    return Overloaded("this caller begins more calls in a minute than it may; slow down",
                      static_cast<int>(std::ceil(minutes * 60'000)));
  }
  state.tokens -= 1;
  ++state.running;
  return std::shared_ptr<void>(nullptr, [this, name = std::string(caller)](void*) { Leave(name); });
}

void CallerLimits::Leave(const std::string& caller) {
  MutexLock lock(mutex_);
  if (const auto it = callers_.find(caller); it != callers_.end()) --it->second.running;
}

void CallerLimits::Forget(absl::Time now) {
  for (auto it = callers_.begin(); it != callers_.end();) {
    it = it->second.running == 0 && now - it->second.at >= absl::Minutes(1) ? callers_.erase(it) : std::next(it);
  }
}

size_t CallerLimits::remembered() const {
  MutexLock lock(mutex_);
  return callers_.size();
}

}  // namespace nmd::gateway
