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

}  // namespace

std::string Vault::NewPersonKey(absl::string_view person_key) const {
  const Key key = Key::Random();
  std::string plain(reinterpret_cast<const char*>(key.bytes().data()), kKeySize);
  absl::StrAppend(&plain, person_key);
  std::string sealed = key_.Seal(plain);
  std::fill(plain.begin(), plain.end(), '\0');
  return sealed;
}

absl::StatusOr<Key> Vault::PersonKey(absl::string_view person_key, absl::string_view sealed_key) const {
  NMD_ASSIGN_OR_RETURN(std::string plain, key_.Open(sealed_key));
  if (plain.size() != kKeySize + person_key.size() || !absl::EndsWith(plain, person_key)) {
    return Damaged("the vault has another person's key here; restore the store from a backup");
  }
  std::array<uint8_t, kKeySize> bytes;
  std::copy(plain.begin(), plain.begin() + kKeySize, bytes.begin());
  std::fill(plain.begin(), plain.end(), '\0');
  return Key::FromBytes(bytes);
}

absl::StatusOr<std::string> Vault::Seal(const ingestion::v1::PersonRecord& record, absl::string_view sealed_key) const {
  NMD_ASSIGN_OR_RETURN(const Key key, PersonKey(record.person_key(), sealed_key));
  return key.Seal(record.SerializeAsString());
}

absl::StatusOr<ingestion::v1::PersonRecord> Vault::Open(absl::string_view person_key, absl::string_view sealed_key,
                                                        absl::string_view sealed_record) const {
  NMD_ASSIGN_OR_RETURN(const Key key, PersonKey(person_key, sealed_key));
  NMD_ASSIGN_OR_RETURN(const std::string plain, key.Open(sealed_record));
  ingestion::v1::PersonRecord record;
  if (!record.ParseFromString(plain) || record.person_key() != person_key) {
    return Damaged("the vault has another person's record here; restore the store from a backup");
  }
  return record;
}

}  // namespace nmd::linking
