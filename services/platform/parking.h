// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_PLATFORM_PARKING_H_
#define NMD_SERVICES_PLATFORM_PARKING_H_

#include <cstdint>
#include <functional>
#include <map>
#include <thread>

#include "absl/time/time.h"
#include "services/platform/mutex.h"

namespace nmd {

// Where calls of a feed wait for something new without a thread each: a place costs some hundred bytes. One thread of its own
// tells those that wait to look again. Thread-safe.
class Parking {
 public:
  // At most so many wait at one time.
  explicit Parking(size_t places = 4096);
  // As Close().
  ~Parking();
  Parking(const Parking&) = delete;
  Parking& operator=(const Parking&) = delete;

  // How often Wake() was called. Read it before looking whether there is something new: then nothing that comes in between is
  // missed.
  int64_t Generation() const;

  // Calls `again` once, on this one's thread, as soon as Wake() is or was called after `generation`, `until` has come, or
  // Close() is called. `again` must not block. False, without a call, when all places are taken or after Close().
  bool Park(int64_t generation, absl::Time until, std::function<void()> again);

  // There is something new: everybody looks again.
  void Wake();
  // Ends all waits, now and later: the service is stopping.
  void Close();
  bool closed() const;
  size_t parked() const;

 private:
  struct Place {
    int64_t generation = 0;
    std::function<void()> again;
  };
  void Run();

  const size_t places_;
  mutable Mutex mutex_;
  CondVar changed_;
  int64_t generation_ ABSL_GUARDED_BY(mutex_) = 0;
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
  std::multimap<absl::Time, Place> waiting_ ABSL_GUARDED_BY(mutex_);  // By the end of the wait.
  std::thread thread_;
};

}  // namespace nmd

#endif  // NMD_SERVICES_PLATFORM_PARKING_H_
