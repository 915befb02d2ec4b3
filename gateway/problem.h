// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_GATEWAY_PROBLEM_H_
#define NMD_GATEWAY_PROBLEM_H_

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "gateway/http.h"

// Errors as RFC 9457 problem details (NL API Design Rules 2.2, error-handling): `status`, `title` and `detail` always, and
// the extension members `reason`, `metadata` and `violations`, which lists every faulty field at once.
//
//   {"type":"tag:nmd.nl,2026:FIELDS_INVALID","title":"FIELDS_INVALID","status":400,"detail":"2 fields are wrong",
//    "instance":"tag:nmd.nl,2026:request/8c2f…","reason":"FIELDS_INVALID","metadata":{},
//    "violations":[{"field":"measures","description":"must not be empty"}, …]}
//
// Nothing is added to what the error says, and errors never hold a personal value (services/platform/errors.h).
namespace nmd::gateway {

// The HTTP status of a code. Invalid input is 400, never 422 (error-handling/invalid-input).
int HttpStatusOf(absl::StatusCode code);

// The answer for an error. `http_status` replaces the table's where HTTP has a more exact one: 405, 413, 415, 431.
// An error with RetryInfo gives a Retry-After header, 401 gives WWW-Authenticate. REQUIRES: !status.ok().
HttpResponse ProblemOf(const absl::Status& status, absl::string_view request_id, std::optional<int> http_status = std::nullopt);

}  // namespace nmd::gateway

#endif  // NMD_GATEWAY_PROBLEM_H_
