// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_CONTRACTS_ACCOUNT_ACCESS_H_
#define NMD_SERVICES_CONTRACTS_ACCOUNT_ACCESS_H_

#include <algorithm>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "services/core/codes.h"
#include "services/platform/caller.h"
#include "services/platform/errors.h"

// Who sees which account: the one rule of everything that is about one provider.
namespace nmd::contracts {

// Whether the caller is a provider and nothing more: it sees its own account, and nothing about anybody else.
inline bool IsOnlyProvider(const Caller& caller) {
  return !caller.Has(type::CONTRACT_MANAGER) && !caller.Has(type::CONTROLLER);
}

// Where a name is "municipalities/{municipality}/{collection}/{provider}/...": its parts, when the caller may see that
// provider. `depth` is the number of parts. Both are told before anything is looked up, so that a refusal says nothing about
// what exists. Errors: FIELDS_INVALID for another shape, SCOPE_FOREIGN for another provider than the caller's: its subject is
// its AGB code, as in a certificate ("agb:01234567").
inline absl::StatusOr<std::vector<std::string>> PartsOfAccount(const Caller& caller, const std::string& name,
                                                               absl::string_view field, absl::string_view collection,
                                                               size_t depth, absl::string_view shape) {
  std::vector<std::string> parts = absl::StrSplit(name, '/');
  FieldCheck check;
  const bool good = parts.size() == depth && parts[2] == collection && IsAgbCode(parts[3]) && !parts.back().empty();
  check.Require(good, field, absl::StrCat("must be ", shape, ", with an AGB code of eight digits"));
  if (!check.ok()) return check.Result();
  const bool is_own = caller.Has(type::PROVIDER) && caller.subject == absl::StrCat("agb:", parts[3]);
  if (!IsOnlyProvider(caller) || is_own) return parts;
  return Fail(absl::StatusCode::kPermissionDenied, ErrorReason::SCOPE_FOREIGN,
              "a provider sees its own account only: that of the AGB code it signed in with");
}

// The AGB code of municipalities/{municipality}/accounts/{provider}.
inline absl::StatusOr<std::string> ProviderOfAccount(const Caller& caller, const std::string& name, absl::string_view field) {
  auto parts = PartsOfAccount(caller, name, field, "accounts", 4, "municipalities/{municipality}/accounts/{provider}");
  if (!parts.ok()) return parts.status();
  return (*parts)[3];
}

// By which a write is known when it is repeated.
inline void CheckRequestId(absl::string_view id, FieldCheck& check) {
  const bool good = !id.empty() && id.size() <= 64 &&
                    std::all_of(id.begin(), id.end(), [](char c) { return absl::ascii_isalnum(c) || c == '-'; });
  check.Require(good, "request_id", "must have 1 to 64 letters, digits and dashes, as a UUID has");
}

}  // namespace nmd::contracts

#endif  // NMD_SERVICES_CONTRACTS_ACCOUNT_ACCESS_H_
