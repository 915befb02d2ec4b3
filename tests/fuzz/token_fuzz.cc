// SPDX-License-Identifier: EUPL-1.2
// Whatever the text: it is no token of the issuer unless the issuer's key signed it, a set of keys is read or left aside, and a
// certificate names a provider or nobody. The first byte says which reader gets the rest.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gateway/certificate.h"
#include "gateway/issuer.h"
#include "gateway/jws.h"
#include "gateway/token.h"

namespace nmd::gateway {
namespace {

void Require(bool condition) {
  if (!condition) std::abort();
}

// Its other half was thrown away.
constexpr char kKey[] = R"(-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEEAlcNSYc42Er5e4G4EN7Fpr/IYkk
3+3TJponYdyIBAgaP/gF2tubYvj38JfwF1RvL7OfZ/cUtmjUNFMPYx42ew==
-----END PUBLIC KEY-----
)";

class OneKey : public KeySource {
 public:
  std::shared_ptr<const KeySet> keys() const override { return keys_; }

 private:
  const std::shared_ptr<const KeySet> keys_ =
      std::make_shared<const KeySet>(KeySet{{"k1", *VerifyKey::FromPem(kKey, JwsFamily::kOidc)}});
};

void TryToken(absl::string_view text) {
  static const OneKey& keys = *new OneKey;
  static const SystemClock& clock = *new SystemClock;
  static const TokenChecker& checker = *[] {
    internal::v1::IssuerConfig config;
    config.set_issuer("https://login.example.nl");
    config.set_audience("nmd-monitor");
    return TokenChecker::Create(config, &keys, clock)->release();
  }();
  const std::string header = absl::StrCat("Bearer ", text);
  Require(!checker.Check(header).ok());
  Require(!checker.Check(text).ok());
  (void)checker.NamesUnknownKey(header);
  Require(!checker.CheckIdToken(text, "monitor", "nonce").ok());
  if (const std::optional<Jws> jws = ParseJws(text)) {
    Require(text.size() <= kTokenLimit && absl::StrCat(jws->signed_text, ".").size() <= text.size());
    Require(ClaimOf(jws->header, "crit") == nullptr);
  }
}

void TryKeys(absl::string_view text) {
  const KeySet keys = KeysOf(text);
  Require(keys.size() <= 32);
  const std::optional<Jws> jws = ParseJws("eyJhbGciOiJFUzI1NiJ9.e30.AAAA");
  for (const auto& [id, key] : keys) Require(!key.Verify(*jws));
}

void TryCertificate(absl::string_view text) {
  const absl::StatusOr<Caller> caller = CallerOfCertificate(text);
  Require(!caller.ok() || (caller->provider.size() == 8 && caller->subject == absl::StrCat("agb:", caller->provider)));
}

}  // namespace
}  // namespace nmd::gateway

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const absl::string_view rest(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0]) {
    case 'k':
      nmd::gateway::TryKeys(rest);
      break;
    case 'c':
      nmd::gateway::TryCertificate(rest);
      break;
    default:
      nmd::gateway::TryToken(rest);
  }
  return 0;
}
