// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_GATEWAY_TRACE_H_
#define NMD_GATEWAY_TRACE_H_

#include <string>

#include "absl/strings/string_view.h"

namespace nmd::gateway {

// Where a call stands in a trace (W3C Trace Context; Logboek Dataverwerkingen wants it kept and passed on). Lower-case
// hexadecimal.
struct Trace {
  std::string trace_id;        // 32 digits.
  std::string span_id;         // 16 digits: this call.
  std::string parent_span_id;  // 16 digits: the caller's; empty when the trace begins here.

  // For whom is called next: "00-{trace}-{span}-01". All is recorded, whatever the caller's flag says.
  std::string Header() const;
};

// A new span in the trace of the header, or in a new trace when the header is absent or malformed.
Trace ContinueTrace(absl::string_view traceparent);

}  // namespace nmd::gateway

#endif  // NMD_GATEWAY_TRACE_H_
