// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_PLATFORM_FOLLOWER_H_
#define NMD_SERVICES_PLATFORM_FOLLOWER_H_

#include <atomic>
#include <chrono>
#include <functional>
#include <string>
#include <thread>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "services/platform/mutex.h"

namespace nmd {

// A thread that follows a feed for ever: calls `step` again and again until it is stopped.
//
// `step` asks the peer for what comes after its cursor and applies it together with the new cursor in one Append, so that
// a crash anywhere repeats the batch and changes nothing (decision 3). It blocks at the tail by asking the peer to wait.
// After an error it is called again after a pause that doubles from 100 ms to 5 s; the first error of a row is logged. Since
// when the longest row lasts is told by the metric nmd_feed_failing_seconds, over all followers of the process; 0: none fails.
class Follower {
 public:
  // `name` for the log. Example: "ingestion facts".
  Follower(std::string name, std::function<absl::Status()> step);
  // Stops and joins.
  ~Follower();
  Follower(const Follower&) = delete;
  Follower& operator=(const Follower&) = delete;

  // Asks the thread to end after the step it is in.
  void Stop();

 private:
  static constexpr std::chrono::steady_clock::time_point kFollows{};

  static double LongestFailure();
  void Run();

  const std::string name_;
  const std::function<absl::Status()> step_;
  // Of the first error since the last step without one.
  std::atomic<std::chrono::steady_clock::time_point> failing_since_ = kFollows;
  Mutex mutex_;
  CondVar stopped_changed_;
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace nmd

#endif  // NMD_SERVICES_PLATFORM_FOLLOWER_H_
