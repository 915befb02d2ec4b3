// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_INGESTION_MESSAGE_READER_H_
#define NMD_SERVICES_INGESTION_MESSAGE_READER_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "services/ingestion/message.h"
#include "services/ingestion/xml_text.h"

// Reads iJw 3.2 and iWmo 3.2 messages, and those of 3.0 and 3.1 that fit in the structure of 3.2: structure (control level 1)
// and contents in one pass over the bytes.
namespace nmd::ingestion {

// More structural findings than this become one "and more".
inline constexpr int kMaxFindings = 100;

// What a file is, by the namespace of its root element.
enum class FileKind {
  kOther,         // not an iJw or iWmo message
  kOtherRelease,  // iJw or iWmo, but not release 3.0, 3.1 or 3.2
  kOtherMessage,  // release 3.2 has no such message. Example: jw303
  kMessage,       // ReadMessage reads it
};

struct Recognised {
  FileKind kind = FileKind::kOther;
  // The rest holds unless kind is kOther.
  Law law = Law::kYouth;
  // Example: 301; of kOtherRelease and kOtherMessage too.
  int number = 0;
  // Example: "3_2".
  std::string release;
};

// Tells what a file is from its root element, when that is in the first KiB, without reading on. A file it takes for a message
// may still be malformed; one that ReadMessage can read is what this says, or kOther.
// Example: Recognise(bytes).number == 323.
Recognised Recognise(absl::string_view bytes);

// The name of a message as sources are called. Example: "jw301", "wmo323".
std::string SourceName(Law law, int number);

struct ReadResult {
  // Whole when there are no findings. Otherwise law, type and what came before the first fault, to name the delivery by; the
  // rest must not be used.
  ParsedMessage message;
  // Whether the root element was that of a message this system reads, so that message.law and type hold.
  bool recognised = false;
  // Everything wrong with encoding, XML and structure, as it was found. All are level 1 and fatal.
  std::vector<Finding> findings;

  bool ok() const { return findings.empty(); }
};

// Reads a whole message.
//
// The verdict is that of the official schema of the message, which a test compares. Refused though the schema would let
// them pass, because no message has a use for them: a DOCTYPE, xsi:type, a prefix that is not declared well, a year before
// 1 or after 9999, more than 1,000,000 elements and more than 10,000 equal signs (attributes).
// A message of release 3.0 or 3.1 is read as one of 3.2, with its own namespaces and BerichtSubversie; header.subversion tells.
// Where it does not fit, one finding names the release.
// Findings: encoding other than UTF-8 without BOM, over kMaxMessageBytes, malformed or truncated XML, another release, an
// unknown message, and every departure from the structure, at most kMaxFindings and one that says there are more.
// Cost: one pass; memory at most ten times the file, and nothing kept after the first finding. No file, network or entity
// is ever opened.
// Thread safety: may be called from any number of threads at once.
ReadResult ReadMessage(absl::string_view bytes);

}  // namespace nmd::ingestion

#endif  // NMD_SERVICES_INGESTION_MESSAGE_READER_H_
