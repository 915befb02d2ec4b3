// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_PUBLICATION_STATEMENT_H_
#define NMD_SERVICES_PUBLICATION_STATEMENT_H_

#include <array>
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "nmd/publication/v1/statement.pb.h"
#include "services/platform/crypto.h"

// What instances say to each other, signed and checked (statement.proto). Used on both sides.
namespace nmd::publication {

// Edition that is written, and the oldest that is read. A newer one is read as far as it is known here.
inline constexpr int32_t kEdition = 1;
inline constexpr int32_t kOldestEdition = 1;

// Bounds of what is parsed: bytes of a statement, below what a call carries, and messages inside it.
inline constexpr size_t kMostStatementBytes = 3 << 20;
inline constexpr int64_t kMostStatementParts = 1'000'000;

// Checks signatures; an Ed25519 public key.
class PublicKey {
 public:
  // From 64 hexadecimal digits. INVALID_ARGUMENT FIELDS_INVALID (field "public_key") otherwise.
  static absl::StatusOr<PublicKey> FromHex(absl::string_view digits);

  std::string Hex() const;
  // First 16 hexadecimal digits of its SHA-256: SignedStatement.key_id.
  std::string Id() const;

 private:
  friend class Signer;
  friend absl::StatusOr<v1::Statement> Verify(const v1::SignedStatement& statement, absl::Span<const PublicKey> keys);
  std::array<uint8_t, 32> bytes_ = {};
};

// Signs statements. Immutable and thread-safe; the key is wiped when it is destroyed.
class Signer {
 public:
  // `seed` is the 32-byte seed of an Ed25519 key (RFC 8032), as `openssl rand -hex 32` makes one.
  explicit Signer(const Key& seed);
  ~Signer();
  Signer(const Signer&) = delete;
  Signer& operator=(const Signer&) = delete;

  // Serialises the statement once, deterministically, and signs those bytes.
  v1::SignedStatement Sign(const v1::Statement& statement) const;
  // Signs bytes as they are.
  v1::SignedStatement SignBytes(std::string statement) const;
  const PublicKey& public_key() const { return public_key_; }
  // A number in [0, 1) that follows from these words and that only who has the key can tell beforehand; for choices others must
  // not be able to redo.
  double Chance(absl::string_view words) const;

 private:
  std::array<uint8_t, 64> secret_;
  PublicKey public_key_;
};

// The statement when one of `keys` signed it. Whose key it is, whether it was said before and whether it is allowed is for the
// caller to judge; of an edition that is newer than kEdition the content may be one that is not known here (CONTENT_NOT_SET).
// Bytes are only parsed once the signature holds, within the bounds above.
// Errors: FAILED_PRECONDITION STATEMENT_REFUSED; metadata cause: unsigned, too_large, key_unknown, signature_wrong, unreadable
// or edition_old.
absl::StatusOr<v1::Statement> Verify(const v1::SignedStatement& statement, absl::Span<const PublicKey> keys);

// An error with STATEMENT_REFUSED and this cause.
absl::Status Refused(absl::string_view cause, absl::string_view text);

// SHA-256 of the bytes that were signed: 64 hexadecimal digits. What a recipient confirms.
std::string StatementHash(const v1::SignedStatement& statement);

// "gm1730/000042".
std::string StatementId(absl::string_view municipality, int64_t sequence);

}  // namespace nmd::publication

#endif  // NMD_SERVICES_PUBLICATION_STATEMENT_H_
