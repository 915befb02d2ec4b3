// SPDX-License-Identifier: EUPL-1.2
#include "gateway/queued_peer.h"

#include <string>
#include <utility>

#include "services/platform/errors.h"
#include "services/platform/work_queue.h"

namespace nmd::gateway {
namespace {

constexpr int kThreads = 2;
constexpr int kWaiting = 16;

class QueuedPeer : public Peer {
 public:
  explicit QueuedPeer(const Peer& inner) : inner_(inner), queue_(kThreads, kWaiting) {}

  absl::StatusOr<std::string> CallBytes(absl::string_view path, absl::string_view request, absl::Duration timeout,
                                        const Caller* on_behalf_of) const override {
    return inner_.CallBytes(path, request, timeout, on_behalf_of);
  }

  void CallBytesAsync(absl::string_view path, std::string request, absl::Duration timeout, const Caller* on_behalf_of,
                      std::function<void(absl::StatusOr<std::string>)> done) const override {
    const auto work = [this, path = std::string(path), request = std::move(request), timeout, caller = *on_behalf_of, done] {
      done(inner_.CallBytes(path, request, timeout, &caller));
    };
    if (!queue_.TryPush(work)) done(Overloaded("the gateway has as much work of its own as it takes; try again", 1000));
  }

 private:
  const Peer& inner_;
  mutable WorkQueue queue_;
};

}  // namespace

std::unique_ptr<Peer> NewQueuedPeer(const Peer& inner) { return std::make_unique<QueuedPeer>(inner); }

}  // namespace nmd::gateway
