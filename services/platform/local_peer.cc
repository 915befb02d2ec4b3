// SPDX-License-Identifier: EUPL-1.2
#include "services/platform/peer.h"
#include "services/platform/router.h"

namespace nmd {
namespace {

class LocalPeer : public Peer {
 public:
  LocalPeer(const Router& router, absl::string_view service) : router_(router), service_(service) {}

  absl::StatusOr<std::string> CallBytes(absl::string_view path, absl::string_view request, absl::Duration timeout,
                                        const Caller* on_behalf_of) const override {
    Caller caller = on_behalf_of != nullptr ? *on_behalf_of : ServiceCaller(service_, router_.municipality());
    caller.deadline = router_.clock().Now() + timeout;
    return router_.Call(path, caller, request);
  }

  void CallBytesAsync(absl::string_view path, std::string request, absl::Duration timeout, const Caller* on_behalf_of,
                      std::function<void(absl::StatusOr<std::string>)> done) const override {
    done(CallBytes(path, request, timeout, on_behalf_of));
  }

 private:
  const Router& router_;
  const std::string service_;
};

}  // namespace

std::unique_ptr<Peer> NewLocalPeer(const Router& router, absl::string_view service) {
  return std::make_unique<LocalPeer>(router, service);
}

}  // namespace nmd
