// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_GATEWAY_TESTING_H_
#define NMD_GATEWAY_TESTING_H_

#include <string>
#include <utility>
#include <vector>

#include "gateway/dev_issuer.h"
#include "nmd/internal/v1/config.pb.h"

// For the tests of the gateway only: keys and tokens made on the spot.
namespace nmd::gateway::testing {

struct KeyPair {
  std::string private_pem, public_pem;
};
// group: "P-256", "P-384", or empty for RSA of `bits`.
KeyPair MakeKeyPair(const std::string& group, int bits = 2048);

// A token of these JSON objects in compact form, signed with the PEM private key by an algorithm such as "ES256"; "none" has no
// signature, and of "HS256" the key is the secret as it stands.
std::string SignJws(const std::string& header, const std::string& claims, const std::string& key, const std::string& algorithm);

// The public half of a key as JSON Web Key, with these members besides. Example of more: R"("kid":"a","use":"sig")".
std::string JwkOf(const KeyPair& keys, const std::string& more);

// PEM of a certificate with this subject, signed by itself: who signed it is looked at before the gateway sees it.
// Example: {{"O", "Zorg Noord"}, {"serialNumber", "12345678"}}.
using Attributes = std::vector<std::pair<std::string, std::string>>;
std::string Certificate(const Attributes& subject);

// Writes the text to a file of this name in the folder for test files. Returns its path.
std::string WriteTemp(const std::string& name, const std::string& text);

// An issuer whose public key is in a temporary file.
internal::v1::IssuerConfig MakeIssuer(const std::string& name, const KeyPair& keys);

// Claims that every check accepts at `now`, for an adviser of gm1730.
TokenClaims GoodClaims(absl::Time now);

}  // namespace nmd::gateway::testing

#endif  // NMD_GATEWAY_TESTING_H_
