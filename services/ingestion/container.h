// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_INGESTION_CONTAINER_H_
#define NMD_SERVICES_INGESTION_CONTAINER_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "services/ingestion/message.h"

// Files that hold messages: StUF-GGK envelopes and zips, of messages or of envelopes. No deeper: a zip in a zip, an envelope in
// an envelope or a zip in an envelope is refused.
namespace nmd::ingestion {

// VECOZO puts at most 30 messages in a zip; room for folders and for archives that somebody made by hand.
inline constexpr int64_t kMaxZipEntries = 100;
// Of all entries of a zip together, unpacked. One entry holds kMaxMessageBytes at most.
inline constexpr uint64_t kMaxUnpackedBytes = 250'000'000;
// An entry over 1 MiB that shrank by more than this is a zip bomb; claims that repeat themselves shrink 50 times.
inline constexpr uint64_t kMaxShrinkage = 250;

enum class ContainerKind { kNone, kZip, kEnvelope };

// What the bytes look like. A file it takes for a container may still be damaged. A workbook is none, though it is a zip.
ContainerKind ContainerKindOf(absl::string_view bytes);

// Finds the messages in a container, which ContainerKindOf took for one, and calls `take` for each, in order of position: the
// number of its entry in a zip, from 1 and with folders counted; 1 in an envelope.
//
// Findings: what is wrong with the container or with an entry, which is named by its position, never by its file name; and
// what a Fo01 says. They are fatal when nothing could be taken, except that a fault alone refuses nothing.
// Cost: linear in what is unpacked; memory for one entry, whose size and that of all together is checked before it is unpacked.
// Thread safety: may be called from any number of threads at once.
std::vector<Finding> ReadContainer(absl::string_view bytes, absl::FunctionRef<void(int position, std::string message)> take);

// The message at a position, unpacked again. Absent when there is none.
std::optional<std::string> ReadPart(absl::string_view bytes, int position);

}  // namespace nmd::ingestion

#endif  // NMD_SERVICES_INGESTION_CONTAINER_H_
