// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_PLATFORM_ADDRESS_H_
#define NMD_SERVICES_PLATFORM_ADDRESS_H_

#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/string_view.h"

namespace nmd {

// "127.0.0.1:7101" or "[::1]:7101" in its parts; an address without a port has port -1.
struct Address {
  std::string host;
  int port = -1;

  explicit Address(absl::string_view text) {
    const size_t colon = text.rfind(':');
    if (colon == absl::string_view::npos) {
      host = std::string(text);
      return;
    }
    host = std::string(text.substr(0, colon));
    if (!absl::SimpleAtoi(text.substr(colon + 1), &port) || port > 65535) port = -1;
    if (host.size() > 2 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  }
  // By number: a name that begins with "127." may be any machine's.
  bool IsLoopback() const {
    const bool number = host.find_first_not_of("0123456789.") == std::string::npos;
    return host == "::1" || host == "localhost" || (number && host.rfind("127.", 0) == 0);
  }
};

}  // namespace nmd

#endif  // NMD_SERVICES_PLATFORM_ADDRESS_H_
