// SPDX-License-Identifier: EUPL-1.2
#include "services/linking/vault.h"

#include <algorithm>
#include <array>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "services/platform/errors.h"
#include "services/platform/status_macros.h"

namespace nmd::linking {
namespace {

constexpr size_t kKeySize = 32;

absl::Status Damaged(absl::string_view text) { return Fail(absl::StatusCode::kDataLoss, ErrorReason::STORE_DAMAGED, text); }

// The key at place `number` in a row of keys.
Key KeyAt(absl::string_view plain, size_t number) {
  std::array<uint8_t, kKeySize> bytes;
  std::copy_n(plain.begin() + number * kKeySize, kKeySize, bytes.begin());
  return Key::FromBytes(bytes);
}

}  // namespace

IdentityKeys IdentityKeys::Of(const Key& service_key) {
  return {service_key.Derive("client"), service_key.Derive("household"), service_key.Derive("identity")};
}

std::string Vault::NewPersonKey(absl::string_view person_key) const {
  const Key key = Key::Random();
  std::string plain(reinterpret_cast<const char*>(key.bytes().data()), kKeySize);
  absl::StrAppend(&plain, person_key);
  std::string sealed = key_.Seal(plain);
  std::fill(plain.begin(), plain.end(), '\0');
  return sealed;
}

std::string Vault::SealIdentity(const IdentityKeys& keys) const {
  std::string plain;
  plain.reserve(3 * kKeySize);
  for (const Key* key : {&keys.clients, &keys.households, &keys.others}) {
    plain.append(reinterpret_cast<const char*>(key->bytes().data()), kKeySize);
  }
  std::string sealed = key_.Seal(plain);
  std::fill(plain.begin(), plain.end(), '\0');
  return sealed;
}

absl::StatusOr<IdentityKeys> Vault::OpenIdentity(absl::string_view sealed) const {
  NMD_ASSIGN_OR_RETURN(std::string plain, key_.Open(sealed));
  if (plain.size() != 3 * kKeySize) return Damaged("the identity keys are incomplete; restore the store from a backup");
  IdentityKeys keys = {KeyAt(plain, 0), KeyAt(plain, 1), KeyAt(plain, 2)};
  std::fill(plain.begin(), plain.end(), '\0');
  return keys;
}

absl::StatusOr<std::string> Vault::SealAnew(const Vault& previous, absl::string_view sealed) const {
  if (key_.Open(sealed).ok()) return std::string(sealed);
  NMD_ASSIGN_OR_RETURN(std::string plain, previous.key_.Open(sealed));
  std::string anew = key_.Seal(plain);
  std::fill(plain.begin(), plain.end(), '\0');
  return anew;
}

absl::StatusOr<Key> Vault::PersonKey(absl::string_view person_key, absl::string_view sealed_key) const {
  NMD_ASSIGN_OR_RETURN(std::string plain, key_.Open(sealed_key));
  if (plain.size() != kKeySize + person_key.size() || !absl::EndsWith(plain, person_key)) {
    return Damaged("the vault has another person's key here; restore the store from a backup");
  }
  const Key key = KeyAt(plain, 0);
  std::fill(plain.begin(), plain.end(), '\0');
  return key;
}

absl::StatusOr<std::string> Vault::Seal(const ingestion::v1::PersonRecord& record, absl::string_view sealed_key) const {
  NMD_ASSIGN_OR_RETURN(const Key key, PersonKey(record.person_key(), sealed_key));
  return key.Seal(record.SerializeAsString());
}

absl::StatusOr<ingestion::v1::PersonRecord> Vault::Open(absl::string_view person_key, absl::string_view sealed_key,
                                                        absl::string_view sealed_record) const {
  NMD_ASSIGN_OR_RETURN(const Key key, PersonKey(person_key, sealed_key));
  return OpenWith(key, person_key, sealed_record);
}

absl::StatusOr<ingestion::v1::PersonRecord> Vault::OpenWith(const Key& key, absl::string_view person_key,
                                                            absl::string_view sealed_record) {
  NMD_ASSIGN_OR_RETURN(const std::string plain, key.Open(sealed_record));
  ingestion::v1::PersonRecord record;
  if (!record.ParseFromString(plain) || record.person_key() != person_key) {
    return Damaged("the vault has another person's record here; restore the store from a backup");
  }
  return record;
}

}  // namespace nmd::linking
