// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_PLATFORM_CALLER_H_
#define NMD_SERVICES_PLATFORM_CALLER_H_

#include <algorithm>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "nmd/type/options.pb.h"

namespace nmd {

// Who asks, for what, and until when. Made by the door from certificate and assertion; domain code only reads it.
struct Caller {
  std::string subject;  // "demo-adviseur", or "service:costs" for a service of this instance.
  std::vector<type::Role> roles;
  std::string municipality;  // "gm1730".
  std::string purpose;       // R23; empty for services.
  std::string request_id;
  std::string traceparent;  // W3C: "00-{trace}-{span}-01"; the span is the door's. Empty: no trace.
  std::string provider;     // AGB code of a provider that signed in with its certificate; empty for all others.
  absl::Time deadline = absl::InfiniteFuture();

  bool Has(type::Role role) const { return std::find(roles.begin(), roles.end(), role) != roles.end(); }
};

}  // namespace nmd

#endif  // NMD_SERVICES_PLATFORM_CALLER_H_
