// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_INGESTION_SOURCES_H_
#define NMD_SERVICES_INGESTION_SOURCES_H_

#include <string>
#include <vector>

#include "absl/numeric/int128.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "services/ingestion/message.h"

// The official messages as sources, and ids of deliveries.
namespace nmd::ingestion {

// Source of an XML file that is no message this system reads; it is kept and refused.
inline constexpr absl::string_view kUnknownSource = "onbekend";
// Sources of what holds messages.
inline constexpr absl::string_view kEnvelopeSource = "envelop";
inline constexpr absl::string_view kZipSource = "zip";
// Whether an id is one of the three, which no export may have.
constexpr bool IsReservedSource(absl::string_view id) {
  return id == kUnknownSource || id == kEnvelopeSource || id == kZipSource;
}

struct OfficialSource {
  absl::string_view id;  // "jw301"
  Law law;
  MessageType type;
  absl::string_view title;  // Dutch, for people.
  absl::string_view owner;  // Who sends it: "gemeente" or "aanbieder".
  std::vector<absl::string_view>
      fields;  // Elements that end in facts or person records; none where a message is kept and counted only.
};

// The official messages of release 3.2, in order of law and number.
absl::Span<const OfficialSource> OfficialSources();
// Null when there is none of that id.
const OfficialSource* OfficialSourceNamed(absl::string_view id);

// The id of a delivery as a number, and back: 32 hexadecimal digits. Anything else gives 0, the id of nothing.
absl::uint128 IdOf(absl::string_view hex);
std::string HexOf(absl::uint128 id);

}  // namespace nmd::ingestion

#endif  // NMD_SERVICES_INGESTION_SOURCES_H_
