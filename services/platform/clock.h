// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_PLATFORM_CLOCK_H_
#define NMD_SERVICES_PLATFORM_CLOCK_H_

#include <atomic>

#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace nmd {

// The seam for time. Nothing but an implementation of this reads the wall clock. Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  // Whole microseconds: what the journal stores and a protobuf Timestamp keeps.
  virtual absl::Time Now() const = 0;
};

class SystemClock : public Clock {
 public:
  absl::Time Now() const override { return absl::FromUnixMicros(absl::ToUnixMicros(absl::Now())); }
};

// Stands still until told otherwise. For tests.
class FakeClock : public Clock {
 public:
  explicit FakeClock(absl::Time start) : micros_(absl::ToUnixMicros(start)) {}
  absl::Time Now() const override { return absl::FromUnixMicros(micros_.load()); }
  void Set(absl::Time time) { micros_ = absl::ToUnixMicros(time); }
  void Advance(absl::Duration step) { micros_ += absl::ToInt64Microseconds(step); }

 private:
  std::atomic<int64_t> micros_;
};

}  // namespace nmd

#endif  // NMD_SERVICES_PLATFORM_CLOCK_H_
