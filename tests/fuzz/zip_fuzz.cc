// SPDX-License-Identifier: EUPL-1.2
// Whatever the bytes: unpacking ends, gives bounded messages that are found again at their positions, and says something
// useful of the rest.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "services/ingestion/container.h"
#include "services/ingestion/xml_text.h"

namespace nmd::ingestion {
namespace {

void Require(bool condition) {
  if (!condition) std::abort();
}

void Try(absl::string_view bytes) {
  if (ContainerKindOf(bytes) == ContainerKind::kNone) return;
  std::vector<std::pair<int, std::string>> messages;
  size_t total = 0;
  const std::vector<Finding> findings = ReadContainer(bytes, [&](int position, std::string message) {
    Require(position > (messages.empty() ? 0 : messages.back().first) && position <= kMaxZipEntries);
    Require(message.size() <= kMaxMessageBytes && LooksLikeXml(message));
    total += message.size();
    messages.emplace_back(position, std::move(message));
  });
  Require(total <= kMaxUnpackedBytes);
  Require(!messages.empty() || !findings.empty());
  for (const Finding& finding : findings) {
    Require(!finding.text.empty() && !finding.place.empty() && finding.level == 1);
    Require(!finding.fatal || messages.empty());
  }
  for (const auto& [position, message] : messages) Require(ReadPart(bytes, position) == message);
}

}  // namespace
}  // namespace nmd::ingestion

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  nmd::ingestion::Try({reinterpret_cast<const char*>(data), size});
  return 0;
}
