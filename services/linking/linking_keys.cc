// SPDX-License-Identifier: EUPL-1.2
// Which keys the store was made with, and what to do when they are rotated.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "nmd/internal/v1/linking_events.pb.h"
#include "services/linking/journal_kinds.h"
#include "services/linking/linking.h"
#include "services/platform/errors.h"
#include "services/platform/log.h"
#include "services/platform/status_macros.h"

namespace nmd::linking {
namespace {

absl::Status Damaged(int64_t sequence) {
  return Fail(absl::StatusCode::kDataLoss, ErrorReason::STORE_DAMAGED,
              absl::StrCat("record ", sequence,
                           " of the journal cannot be opened with the key or the previous one; restore the "
                           "store from a backup"));
}

template <typename Event>
absl::StatusOr<JournalRecord> SealFieldAnew(JournalRecord record, const std::string& (Event::*get)() const,
                                            std::string* (Event::*change)(), const Vault& vault, const Vault& previous) {
  Event event;
  if (!event.ParseFromString(record.payload)) return Damaged(record.sequence);
  if ((event.*get)().empty()) return record;  // Erased.
  absl::StatusOr<std::string> anew = vault.SealAnew(previous, (event.*get)());
  if (!anew.ok()) return Damaged(record.sequence);
  *(event.*change)() = *std::move(anew);
  record.payload = event.SerializeAsString();
  return record;
}

// The record with what the previous key sealed sealed by the vault's. What a person's own key sealed stays as it is.
absl::StatusOr<JournalRecord> SealAnew(const JournalRecord& record, const Vault& vault, const Vault& previous) {
  using internal::v1::ModelEvent;
  using internal::v1::PersonKeyEvent;
  using internal::v1::SecretEvent;
  if (record.kind == kPersonKey) {
    return SealFieldAnew<PersonKeyEvent>(record, &PersonKeyEvent::sealed_key, &PersonKeyEvent::mutable_sealed_key, vault,
                                         previous);
  }
  if (record.kind == kSecret) {
    return SealFieldAnew<SecretEvent>(record, &SecretEvent::sealed_identity_key, &SecretEvent::mutable_sealed_identity_key,
                                      vault, previous);
  }
  if (record.kind == kModel) {
    return SealFieldAnew<ModelEvent>(record, &ModelEvent::sealed_text, &ModelEvent::mutable_sealed_text, vault, previous);
  }
  return record;
}

}  // namespace

absl::Status Linking::ReadKeys() {
  std::optional<Vault> previous;
  if (options_.previous_key) previous.emplace(*options_.previous_key);
  if (state_.sealed_identity().empty()) {
    // A new journal, or one of before the keys of ids were kept: then they are those of the key that sealed the persons.
    bool is_previous = false;
    for (uint32_t person = 0; previous && person < state_.persons().size() && !is_previous; ++person) {
      is_previous = previous->PersonKey(state_.person_keys()[person], state_.persons()[person].sealed_key).ok();
    }
    internal::v1::SecretEvent event;
    event.set_sealed_identity_key(is_previous ? previous->SealIdentity(IdentityKeys::Of(*options_.previous_key))
                                              : vault_.SealIdentity(first_identity_));
    NMD_ASSIGN_OR_RETURN(journal_sequence_,
                         journal_.Append({NewRecord(kSecret, event.SerializeAsString())}, journal_sequence_));
    NMD_RETURN_IF_ERROR(state_.Apply(event));
  }
  absl::StatusOr<IdentityKeys> keys = vault_.OpenIdentity(state_.sealed_identity());
  if (!keys.ok() && previous && previous->OpenIdentity(state_.sealed_identity()).ok()) {
    NMD_RETURN_IF_ERROR(RotateKeys(*previous));
    keys = vault_.OpenIdentity(state_.sealed_identity());
  }
  if (!keys.ok()) {
    return Fail(
        absl::StatusCode::kFailedPrecondition, ErrorReason::INTERNAL_FAULT,
        "the store of linking was sealed with another key than that of key_file; give the right one, or name the one of "
        "before as previous_key_file to rotate");
  }
  identity_ = *std::move(keys);
  return absl::OkStatus();
}

absl::Status Linking::RotateKeys(const Vault& previous) {
  // All of it can be opened, before any of it is changed.
  absl::Status status;
  NMD_RETURN_IF_ERROR(journal_.Replay(0, [&](const JournalRecord& record) {
    status = SealAnew(record, vault_, previous).status();
    return status.ok();
  }));
  NMD_RETURN_IF_ERROR(status);
  // One transaction: after a crash the secret tells whether it was done.
  NMD_RETURN_IF_ERROR(journal_.Rewrite([&](const JournalRecord& record) {
    const absl::StatusOr<JournalRecord> anew = SealAnew(record, vault_, previous);
    return std::make_optional(anew.ok() ? *anew : record);
  }));
  Log(LogLevel::kInfo, "what the previous key sealed is sealed with the new one; previous_key_file can go");
  return FoldJournal();
}

}  // namespace nmd::linking
