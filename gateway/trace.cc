// SPDX-License-Identifier: EUPL-1.2
#include "gateway/trace.h"

#include <algorithm>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "services/platform/crypto.h"

namespace nmd::gateway {
namespace {

bool IsHex(absl::string_view text, size_t digits) {
  return text.size() == digits && std::all_of(text.begin(), text.end(), [](char c) {
           return absl::ascii_isdigit(static_cast<unsigned char>(c)) || ('a' <= c && c <= 'f');
         });
}
bool IsId(absl::string_view text, size_t digits) {
  return IsHex(text, digits) && text.find_first_not_of('0') != absl::string_view::npos;
}

}  // namespace

std::string Trace::Header() const { return absl::StrCat("00-", trace_id, "-", span_id, "-01"); }

Trace ContinueTrace(absl::string_view traceparent) {
  Trace trace;
  trace.span_id = RandomHex(16);
  const std::vector<absl::string_view> parts = absl::StrSplit(traceparent, '-');
  // Later versions may add parts behind the four; "ff" is no version.
  const bool known = parts.size() >= 4 && IsHex(parts[0], 2) && parts[0] != "ff" && (parts[0] != "00" || parts.size() == 4) &&
                     IsId(parts[1], 32) && IsId(parts[2], 16) && IsHex(parts[3], 2);
  trace.trace_id = known ? std::string(parts[1]) : RandomHex(32);
  if (known) trace.parent_span_id = std::string(parts[2]);
  return trace;
}

}  // namespace nmd::gateway
