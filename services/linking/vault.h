// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_LINKING_VAULT_H_
#define NMD_SERVICES_LINKING_VAULT_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "nmd/ingestion/v1/fact.pb.h"
#include "services/platform/crypto.h"

namespace nmd::linking {

// Keeps what names a person unreadable (decision 4). Every person_key has a random key of its own, which seals the person's
// records; that key is kept sealed with the vault's. Whoever destroys the sealed key of a person has destroyed the person's
// records everywhere, in backups of them too. Thread-safe.
class Vault {
 public:
  explicit Vault(const Key& service_key) : key_(service_key.Derive("vault")) {}

  // A new random key for the person, sealed together with the person_key it is for.
  std::string NewPersonKey(absl::string_view person_key) const;

  // The record, sealed with the person's key. DATA_LOSS STORE_DAMAGED when sealed_key is not the person's.
  absl::StatusOr<std::string> Seal(const ingestion::v1::PersonRecord& record, absl::string_view sealed_key) const;

  // The record that Seal got. DATA_LOSS STORE_DAMAGED when the key or the record is not this person's.
  absl::StatusOr<ingestion::v1::PersonRecord> Open(absl::string_view person_key, absl::string_view sealed_key,
                                                   absl::string_view sealed_record) const;

 private:
  absl::StatusOr<Key> PersonKey(absl::string_view person_key, absl::string_view sealed_key) const;

  const Key key_;
};

}  // namespace nmd::linking

#endif  // NMD_SERVICES_LINKING_VAULT_H_
