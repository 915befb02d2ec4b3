// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_PLATFORM_STATUS_MACROS_H_
#define NMD_SERVICES_PLATFORM_STATUS_MACROS_H_

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

// Returns from the function when the expression is an error.
#define NMD_RETURN_IF_ERROR(expression) NMD_RETURN_IF_ERROR_(NMD_CONCAT_(nmd_status_, __LINE__), expression)
#define NMD_RETURN_IF_ERROR_(status, expression)                         \
  do {                                                                   \
    if (absl::Status status = (expression); !status.ok()) return status; \
  } while (false)

// NMD_ASSIGN_OR_RETURN(auto value, Expression()): the value, or returns the error.
#define NMD_ASSIGN_OR_RETURN(lhs, expression) NMD_ASSIGN_OR_RETURN_(NMD_CONCAT_(nmd_statusor_, __LINE__), lhs, expression)
#define NMD_ASSIGN_OR_RETURN_(statusor, lhs, expression) \
  auto statusor = (expression);                          \
  if (!statusor.ok()) return statusor.status();          \
  lhs = *std::move(statusor)
#define NMD_CONCAT_(a, b) NMD_CONCAT_INNER_(a, b)
#define NMD_CONCAT_INNER_(a, b) a##b

#endif  // NMD_SERVICES_PLATFORM_STATUS_MACROS_H_
