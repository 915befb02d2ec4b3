// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_GATEWAY_CALL_WINDOW_H_
#define NMD_GATEWAY_CALL_WINDOW_H_

#include <cstdint>

#include "absl/base/thread_annotations.h"
#include "services/platform/mutex.h"

namespace nmd::gateway {

// How many calls of one method the door has running at a time. What a service refuses for want of room costs it, the log and
// the door as much as a call it takes; so the door finds out how many fit, as TCP does (RFC 5681): a refusal halves the window,
// once for all calls that were on their way, and each round of calls that end well while the window is full makes it one wider.
// What does not fit is refused at the door, before its body is read and before anything is written, which keeps the time of
// those that are let in. Without a refusal there is no bound.
//
// Thread-safe.
class CallWindow {
 public:
  // What Leave needs to know of a call.
  using Round = int64_t;

  // Whether a call that comes now would not fit.
  bool Full() const;
  // Takes a place; false when full. Each that was taken is given back by one Leave.
  bool Enter(Round* round);
  // `refused`: the service had no room for it.
  void Leave(Round round, bool refused);

  // Calls that may run now; for tests.
  int size() const;

 private:
  // Fewer are never worth it: what is refused by itself, and not because of others, must be able to come back.
  static constexpr double kLeast = 2;
  static constexpr double kMost = 100'000;

  mutable Mutex mutex_;
  double size_ ABSL_GUARDED_BY(mutex_) = kMost;
  int running_ ABSL_GUARDED_BY(mutex_) = 0;
  Round round_ ABSL_GUARDED_BY(mutex_) = 0;  // Times it was halved.
};

}  // namespace nmd::gateway

#endif  // NMD_GATEWAY_CALL_WINDOW_H_
