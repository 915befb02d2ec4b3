// SPDX-License-Identifier: EUPL-1.2
// Whatever the bytes: reading an envelope ends, and says one useful thing when it gives no message.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "services/ingestion/stuf_envelope.h"

namespace nmd::ingestion {
namespace {

void Require(bool condition) {
  if (!condition) std::abort();
}

void Try(absl::string_view bytes) {
  const Envelope envelope = ReadEnvelope(bytes);
  const bool has_file = envelope.kind == Envelope::Kind::kXml || envelope.kind == Envelope::Kind::kText;
  Require(has_file != envelope.content.empty());
  Require(envelope.content.size() <= bytes.size());
  Require(envelope.findings.size() == (has_file ? 0u : 1u));
  for (const Finding& finding : envelope.findings) {
    Require(!finding.text.empty() && !finding.place.empty() && finding.level == 1);
    Require(finding.fatal == (envelope.kind == Envelope::Kind::kRefused));
  }
}

}  // namespace
}  // namespace nmd::ingestion

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  nmd::ingestion::Try({reinterpret_cast<const char*>(data), size});
  return 0;
}
