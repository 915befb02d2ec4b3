// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_INGESTION_STUF_ENVELOPE_H_
#define NMD_SERVICES_INGESTION_STUF_ENVELOPE_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "services/ingestion/message.h"

// The StUF-GGK 2.1 envelope (patch 4) in which messages travel between municipality and provider (domain-standards 1.9).
namespace nmd::ingestion {

// Whether the first KiB names a namespace of the envelope or of StUF. Such a file may still be malformed.
bool IsEnvelope(absl::string_view bytes);

struct Envelope {
  enum class Kind {
    kRefused,  // no sound envelope; findings say why
    kXml,      // xmlBestand: `content` should be a message
    kText,     // tekstBestand: a flat file, such as the CSV a municipality sends to CBS
    kFault,    // Fo01: the other side could not take a message
  };
  Kind kind = Kind::kRefused;
  // What xmlBestand or tekstBestand held, decoded.
  std::string content;
  // One that is fatal and says why the envelope is refused, or for kFault one that is not: which code and what to do.
  std::vector<Finding> findings;
};

// Reads a whole envelope.
//
// The verdict is that of the official schema, which a test compares. Refused though libxml2's reading of the schema lets it
// pass: a DOCTYPE, xsi:type, characters in base64 that are no base64, and an empty bestand.
// Findings: one, at the first fault; an envelope is the work of software, which has its faults in every one. Of a fault only a
// code of the published lists is shown: its texts may quote the message.
// Cost: one pass; memory for what was decoded and a bounded rest. No file, network or entity is ever opened.
// Thread safety: may be called from any number of threads at once.
Envelope ReadEnvelope(absl::string_view bytes);

}  // namespace nmd::ingestion

#endif  // NMD_SERVICES_INGESTION_STUF_ENVELOPE_H_
