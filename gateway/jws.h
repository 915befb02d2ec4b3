// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_GATEWAY_JWS_H_
#define NMD_GATEWAY_JWS_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/struct.pb.h"

// Signed tokens: JSON Web Signatures in compact form (RFC 7515), with the keys that may check them. What the claims mean is for
// others.
namespace nmd::gateway {

// Longer ones are nobody's: the head of a request holds 16 KiB.
inline constexpr size_t kTokenLimit = 8192;

// A token in its parts. Nothing of it may be believed before VerifyKey::Verify said so.
struct Jws {
  std::string algorithm, key_id;  // Of the header: `alg`, and `kid` if it is there.
  google::protobuf::Struct header, claims;
  std::string signed_text;  // Header and claims as they came: what the signature is over.
  std::string signature;    // Decoded.
};

// Nothing for text that is not three parts of base64url with a JSON object in the first two, is longer than kTokenLimit, or has
// a `crit` in its header, which asks for what nobody here understands (RFC 7515, 4.1.11). Cost: proportional to the text.
std::optional<Jws> ParseJws(absl::string_view token);

// The families of algorithms that a user of keys takes; "none" and those with a shared secret are in no family.
enum class JwsFamily {
  kOidc,  // RS256, PS256, ES256.
  kFsc,   // RS256, RS384, RS512, ES256, ES384, ES512 (FSC Core, access token).
};

// A public key. It decides which algorithms are its own, never the token: RSA of at least 2048 bits, P-256, and for FSC P-384
// and P-521. Immutable; cheap to copy; thread-safe.
class VerifyKey {
 public:
  // Errors: FAILED_PRECONDITION for text that holds no such key.
  static absl::StatusOr<VerifyKey> FromPem(const std::string& pem, JwsFamily family);
  // A key of a JSON Web Key Set (RFC 7517). Its `alg` narrows what it may be used for; one with another `use` than "sig" is
  // refused.
  static absl::StatusOr<VerifyKey> FromJwk(const google::protobuf::Struct& jwk, JwsFamily family);

  // Whether the token was signed with this key, by an algorithm that is one of the key's.
  bool Verify(const Jws& token) const;

  struct Handle;  // EVP_PKEY; OpenSSL stays out of the header.

 private:
  VerifyKey(std::shared_ptr<Handle> handle, std::vector<std::string> algorithms)
      : handle_(std::move(handle)), algorithms_(std::move(algorithms)) {}
  static absl::StatusOr<VerifyKey> Judge(std::shared_ptr<Handle> handle, JwsFamily family);

  std::shared_ptr<Handle> handle_;
  std::vector<std::string> algorithms_;
};

// Readers of claims. A name with dots goes into objects ("realm_access.roles"), unless there is a claim of the whole name.
const google::protobuf::Value* ClaimOf(const google::protobuf::Struct& claims, absl::string_view name);
// Empty when it is absent or no string.
std::string ClaimText(const google::protobuf::Struct& claims, absl::string_view name);
// The strings of a claim that is one, or a list of them.
std::vector<std::string> ClaimTexts(const google::protobuf::Struct& claims, absl::string_view name);

}  // namespace nmd::gateway

#endif  // NMD_GATEWAY_JWS_H_
