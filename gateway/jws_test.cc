// SPDX-License-Identifier: EUPL-1.2
#include "gateway/jws.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gateway/testing.h"
#include "google/protobuf/util/json_util.h"

namespace nmd::gateway {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const testing::KeyPair& Rsa() {
  static const auto* keys = new testing::KeyPair(testing::MakeKeyPair("", 2048));
  return *keys;
}
const testing::KeyPair& P256() {
  static const auto* keys = new testing::KeyPair(testing::MakeKeyPair("P-256"));
  return *keys;
}
const testing::KeyPair& P384() {
  static const auto* keys = new testing::KeyPair(testing::MakeKeyPair("P-384"));
  return *keys;
}

std::string Header(const std::string& algorithm) { return absl::StrCat(R"({"alg":")", algorithm, R"(","kid":"k1"})"); }

google::protobuf::Struct Object(const std::string& json) {
  google::protobuf::Struct object;
  EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(json, &object).ok()) << json;
  return object;
}

std::string Signed(const testing::KeyPair& keys, const std::string& algorithm) {
  return testing::SignJws(Header(algorithm), R"({"sub":"a"})", keys.private_pem, algorithm);
}

bool Takes(const testing::KeyPair& keys, JwsFamily family, const std::string& token) {
  const absl::StatusOr<VerifyKey> key = VerifyKey::FromPem(keys.public_pem, family);
  const std::optional<Jws> jws = ParseJws(token);
  return key.ok() && jws && key->Verify(*jws);
}

TEST(Jws, IsTakenApartAsItCame) {
  const std::string token = Signed(P256(), "ES256");
  const std::optional<Jws> jws = ParseJws(token);
  ASSERT_TRUE(jws);
  EXPECT_EQ(jws->algorithm, "ES256");
  EXPECT_EQ(jws->key_id, "k1");
  EXPECT_EQ(ClaimText(jws->claims, "sub"), "a");
  EXPECT_EQ(jws->signed_text, token.substr(0, token.rfind('.')));
  EXPECT_EQ(jws->signature.size(), 64u);
}

TEST(Jws, HasOneFormAndNoOther) {
  const std::string good = Signed(P256(), "ES256");
  ASSERT_TRUE(ParseJws(good));
  const std::string header = absl::WebSafeBase64Escape(Header("ES256"));
  const std::string claims = absl::WebSafeBase64Escape(R"({"sub":"a"})");
  std::string other_bits = good;  // The last character of 64 bytes in base64 has four bits that nobody reads.
  ASSERT_THAT(std::string("AQgw"), ::testing::HasSubstr(good.substr(good.size() - 1)));
  other_bits.back() = static_cast<char>(other_bits.back() + 1);
  for (const std::string& token : {
           std::string(),
           std::string("..."),
           good + ".",
           good + "=",
           good + " ",
           " " + good,
           other_bits,
           absl::StrCat(header, ".", claims),
           absl::StrCat(header, ".", claims, ".", "a+b/"),
           absl::StrCat(absl::WebSafeBase64Escape("[]"), ".", claims, ".AAAA"),
           absl::StrCat(header, ".", absl::WebSafeBase64Escape("\"a\""), ".AAAA"),
           absl::StrCat(header, ".", absl::WebSafeBase64Escape("{"), ".AAAA"),
           testing::SignJws(R"({"alg":"ES256","crit":["exp"]})", "{}", P256().private_pem, "ES256"),
           testing::SignJws(Header("ES256"), absl::StrCat(R"({"a":")", std::string(9000, 'a'), "\"}"), P256().private_pem,
                            "ES256"),
       }) {
    EXPECT_FALSE(ParseJws(token)) << token;
  }
}

// RFC 8725, 3.1: the algorithms are those of the key and of its use, whatever the token says.
TEST(Jws, TheKeyDecidesTheAlgorithm) {
  struct Case {
    const testing::KeyPair& keys;
    const char* algorithm;
    bool oidc, fsc;
  };
  for (const Case& test :
       {Case{Rsa(), "RS256", true, true}, Case{Rsa(), "PS256", true, false}, Case{Rsa(), "RS384", false, true},
        Case{Rsa(), "RS512", false, true}, Case{P256(), "ES256", true, true}, Case{P384(), "ES384", false, true}}) {
    const std::string token = Signed(test.keys, test.algorithm);
    EXPECT_EQ(Takes(test.keys, JwsFamily::kOidc, token), test.oidc) << test.algorithm;
    EXPECT_EQ(Takes(test.keys, JwsFamily::kFsc, token), test.fsc) << test.algorithm;
  }
  for (const testing::KeyPair* keys : {&Rsa(), &P256()}) {
    EXPECT_FALSE(Takes(*keys, JwsFamily::kOidc, testing::SignJws(Header("none"), "{}", "", "none")));
    EXPECT_FALSE(Takes(*keys, JwsFamily::kOidc, testing::SignJws(Header("HS256"), "{}", keys->public_pem, "HS256")));
    // Signed in one way, and said to be in another.
    EXPECT_FALSE(Takes(*keys, JwsFamily::kOidc, testing::SignJws(Header("ES256"), "{}", Rsa().private_pem, "RS256")));
    EXPECT_FALSE(Takes(*keys, JwsFamily::kOidc, testing::SignJws(Header("PS256"), "{}", Rsa().private_pem, "RS256")));
    EXPECT_FALSE(Takes(*keys, JwsFamily::kOidc, testing::SignJws("{}", "{}", Rsa().private_pem, "RS256")));
  }
  EXPECT_FALSE(Takes(testing::MakeKeyPair("P-256"), JwsFamily::kOidc, Signed(P256(), "ES256")));
}

TEST(Jws, OneChangedByteIsSeen) {
  for (const auto& [keys, algorithm] : {std::pair{&Rsa(), "RS256"}, {&Rsa(), "PS256"}, {&P256(), "ES256"}}) {
    const std::string good = Signed(*keys, algorithm);
    ASSERT_TRUE(Takes(*keys, JwsFamily::kOidc, good));
    const std::optional<Jws> jws = ParseJws(good);
    const VerifyKey key = *VerifyKey::FromPem(keys->public_pem, JwsFamily::kOidc);
    for (size_t i = 0; i < jws->signature.size(); i += 7) {
      Jws changed = *jws;
      changed.signature[i] = static_cast<char>(changed.signature[i] ^ 1);
      EXPECT_FALSE(key.Verify(changed)) << algorithm << " " << i;
    }
    for (size_t i = 0; i < jws->signed_text.size(); i += 5) {
      Jws changed = *jws;
      changed.signed_text[i] = static_cast<char>(changed.signed_text[i] ^ 1);
      EXPECT_FALSE(key.Verify(changed)) << algorithm << " " << i;
    }
  }
}

// A signature of zeros was good for every text in some libraries (CVE-2022-21449).
TEST(Jws, ZerosAreNoSignature) {
  std::optional<Jws> jws = ParseJws(Signed(P256(), "ES256"));
  jws->signature.assign(64, '\0');
  EXPECT_FALSE(VerifyKey::FromPem(P256().public_pem, JwsFamily::kOidc)->Verify(*jws));
}

TEST(VerifyKey, OfASetIsTheSameKey) {
  for (const auto& [keys, algorithm] : {std::pair{&Rsa(), "RS256"}, {&P256(), "ES256"}}) {
    const auto key = VerifyKey::FromJwk(Object(testing::JwkOf(*keys, R"("use":"sig")")), JwsFamily::kOidc);
    ASSERT_TRUE(key.ok()) << key.status();
    EXPECT_TRUE(key->Verify(*ParseJws(Signed(*keys, algorithm))));
  }
  // `alg` narrows.
  const auto narrow = VerifyKey::FromJwk(Object(testing::JwkOf(Rsa(), R"("alg":"PS256")")), JwsFamily::kOidc);
  EXPECT_TRUE(narrow->Verify(*ParseJws(Signed(Rsa(), "PS256"))));
  EXPECT_FALSE(narrow->Verify(*ParseJws(Signed(Rsa(), "RS256"))));
}

TEST(VerifyKey, MustBeGoodEnoughAndForSignatures) {
  std::string off_curve = testing::JwkOf(P256(), "");
  const size_t x = off_curve.find("\"x\":\"") + 5;
  off_curve.replace(x, 4, off_curve.substr(x, 4) == "AAAA" ? "BBBB" : "AAAA");
  for (const std::string& jwk :
       {testing::JwkOf(Rsa(), R"("use":"enc")"), testing::JwkOf(Rsa(), R"("alg":"RS512")"),
        testing::JwkOf(Rsa(), R"("alg":"HS256")"), testing::JwkOf(testing::MakeKeyPair("", 1024), ""),
        testing::JwkOf(P384(), ""), off_curve, std::string(R"({"kty":"oct","k":"c2VjcmV0"})"), std::string("{}"),
        std::string(R"({"kty":"RSA","n":"","e":""})"), std::string(R"({"kty":"EC","crv":"P-256","x":"AA","y":"AA"})")}) {
    EXPECT_FALSE(VerifyKey::FromJwk(Object(jwk), JwsFamily::kOidc).ok()) << jwk;
  }
}

TEST(Claims, AreFoundInsideObjects) {
  const google::protobuf::Struct claims =
      Object(R"({"realm_access":{"roles":["a","b",3]},"https://x.nl/roles":["c"],"one":"d","number":5})");
  EXPECT_THAT(ClaimTexts(claims, "realm_access.roles"), ElementsAre("a", "b"));
  EXPECT_THAT(ClaimTexts(claims, "https://x.nl/roles"), ElementsAre("c"));
  EXPECT_THAT(ClaimTexts(claims, "one"), ElementsAre("d"));
  EXPECT_THAT(ClaimTexts(claims, "number"), IsEmpty());
  EXPECT_THAT(ClaimTexts(claims, "one.more"), IsEmpty());
  EXPECT_EQ(ClaimText(claims, "number"), "");
}

}  // namespace
}  // namespace nmd::gateway
