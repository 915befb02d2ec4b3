// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_LINKING_VAULT_H_
#define NMD_SERVICES_LINKING_VAULT_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "nmd/ingestion/v1/fact.pb.h"
#include "services/platform/crypto.h"

namespace nmd::linking {

// What pseudonyms are made with. Not derived from the key that seals whenever they are needed: they stay when that one is
// rotated, so that ids never change.
struct IdentityKeys {
  Key clients;     // Ids of clients.
  Key households;  // Ids of households.
  Key others;      // Every other keyed hash and pseudonym derives from this one, by purpose.

  // Of an instance that has none yet. Says nothing about what service_key seals.
  static IdentityKeys Of(const Key& service_key);
};

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

  // The person's own key, for who opens many records. DATA_LOSS STORE_DAMAGED as Open.
  absl::StatusOr<Key> PersonKey(absl::string_view person_key, absl::string_view sealed_key) const;
  // As Open, with the key that PersonKey gave.
  static absl::StatusOr<ingestion::v1::PersonRecord> OpenWith(const Key& key, absl::string_view person_key,
                                                              absl::string_view sealed_record);

  // Sealed with the vault's key: what is of no single person. DATA_LOSS STORE_DAMAGED when it was sealed with another.
  std::string SealIdentity(const IdentityKeys& keys) const;
  absl::StatusOr<IdentityKeys> OpenIdentity(absl::string_view sealed) const;
  std::string SealText(absl::string_view text) const { return key_.Seal(text); }
  absl::StatusOr<std::string> OpenText(absl::string_view sealed) const { return key_.Open(sealed); }

  // What `previous` sealed with its own key, sealed with this one; what this one sealed already, as it is.
  // DATA_LOSS STORE_DAMAGED when neither did.
  absl::StatusOr<std::string> SealAnew(const Vault& previous, absl::string_view sealed) const;

 private:
  const Key key_;
};

}  // namespace nmd::linking

#endif  // NMD_SERVICES_LINKING_VAULT_H_
