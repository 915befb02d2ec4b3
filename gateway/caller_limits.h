// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_GATEWAY_CALLER_LIMITS_H_
#define NMD_GATEWAY_CALLER_LIMITS_H_

#include <map>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "services/platform/clock.h"
#include "services/platform/mutex.h"

namespace nmd::gateway {

// Keeps one caller from taking what is there for all: so many calls at a time, and so many begun in a minute (a token bucket,
// so that a burst of a minute's worth is fine). Thread-safe; must outlive the places it gave.
class CallerLimits {
 public:
  CallerLimits(int concurrency, int per_minute, const Clock& clock);

  // A place for one call, given back when the result goes. Errors: OVERLOADED with when to try again.
  absl::StatusOr<std::shared_ptr<void>> Enter(absl::string_view caller);

  // Callers that are remembered; for tests.
  size_t remembered() const;

 private:
  struct State {
    int running = 0;
    double tokens = 0;  // Calls that may still begin, as of `at`.
    absl::Time at;
  };
  void Leave(const std::string& caller);
  // Those that would be as good as new.
  void Forget(absl::Time now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const int concurrency_;
  const double per_minute_;
  const Clock& clock_;
  mutable Mutex mutex_;
  std::map<std::string, State, std::less<>> callers_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace nmd::gateway

#endif  // NMD_GATEWAY_CALLER_LIMITS_H_
