// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_ANALYSES_WORDS_H_
#define NMD_SERVICES_ANALYSES_WORDS_H_

#include <cstddef>

#include "absl/strings/string_view.h"
#include "services/platform/errors.h"

namespace nmd::analyses {

// Words that are kept for good: 1 to `most` bytes, not only spaces, and no burgerservicenummer in them.
void RequireWords(FieldCheck& check, absl::string_view text, absl::string_view path, size_t most);
// The same, but they may be empty.
void AllowWords(FieldCheck& check, absl::string_view text, absl::string_view path, size_t most);

}  // namespace nmd::analyses

#endif  // NMD_SERVICES_ANALYSES_WORDS_H_
