// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_LINKING_JOURNAL_KINDS_H_
#define NMD_SERVICES_LINKING_JOURNAL_KINDS_H_

#include "absl/strings/string_view.h"

// Kinds of the records in the journal of linking (linking_events.proto).
namespace nmd::linking {

inline constexpr absl::string_view kSecret = "secret";
inline constexpr absl::string_view kPersonKey = "person_key";
inline constexpr absl::string_view kPersons = "persons";
inline constexpr absl::string_view kLinks = "links";
inline constexpr absl::string_view kModel = "model";
inline constexpr absl::string_view kModelRelease = "model_release";
inline constexpr absl::string_view kDecision = "decision";
inline constexpr absl::string_view kGold = "gold";
inline constexpr absl::string_view kOperation = "operation";
inline constexpr absl::string_view kAccess = "access";
inline constexpr absl::string_view kErasure = "erasure";
inline constexpr absl::string_view kRestriction = "restriction";
inline constexpr absl::string_view kCorrection = "correction";

}  // namespace nmd::linking

#endif  // NMD_SERVICES_LINKING_JOURNAL_KINDS_H_
