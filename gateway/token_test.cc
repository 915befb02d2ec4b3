// SPDX-License-Identifier: EUPL-1.2
#include "gateway/token.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <jwt.h>

#include <cstdlib>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "gateway/dev_issuer.h"
#include "gateway/testing.h"
#include "services/platform/errors.h"

namespace nmd::gateway {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const absl::Time kNow = absl::FromUnixSeconds(1522533600);

const testing::KeyPair& Keys() {
  static const auto* keys = new testing::KeyPair(testing::MakeKeyPair("P-256"));
  return *keys;
}

class Token : public ::testing::Test {
 protected:
  Token() : clock_(kNow), checker_(*TokenChecker::Create(testing::MakeIssuer("token_test", Keys()), clock_)) {}

  absl::StatusOr<Caller> Check(const TokenClaims& claims) {
    return checker_->Check(absl::StrCat("Bearer ", *MintToken(Keys().private_pem, claims)));
  }
  ErrorReason Reason(const TokenClaims& claims) { return ReasonOf(Check(claims).status()); }

  FakeClock clock_;
  const std::unique_ptr<TokenChecker> checker_;
};

// A token with these claims that is signed in a way MintToken never would.
std::string Forge(jwt_alg_t algorithm, const std::string& key, const TokenClaims& claims) {
  jwt_t* jwt = nullptr;
  jwt_new(&jwt);
  jwt_add_grant(jwt, "iss", claims.issuer.c_str());
  jwt_add_grant(jwt, "aud", claims.audience.c_str());
  jwt_add_grant(jwt, "sub", claims.subject.c_str());
  jwt_add_grant(jwt, "municipality", claims.municipality.c_str());
  jwt_add_grant_int(jwt, "exp", absl::ToUnixSeconds(claims.expires));
  if (algorithm != JWT_ALG_NONE) {
    jwt_set_alg(jwt, algorithm, reinterpret_cast<const unsigned char*>(key.data()), static_cast<int>(key.size()));
  }
  char* text = jwt_encode_str(jwt);
  std::string token = text == nullptr ? "" : text;
  std::free(text);
  jwt_free(jwt);
  return token;
}

TEST_F(Token, SaysWhoItIs) {
  TokenClaims claims = testing::GoodClaims(kNow);
  claims.roles = {"beleidsadviseur", "controller", "keizer", "controller"};
  const absl::StatusOr<Caller> caller = Check(claims);
  ASSERT_TRUE(caller.ok()) << caller.status();
  EXPECT_EQ(caller->subject, "adviseur-1");
  EXPECT_EQ(caller->municipality, "gm1730");
  EXPECT_EQ(caller->purpose, "beleidsinformatie");
  EXPECT_THAT(caller->roles, ElementsAre(type::POLICY_ADVISER, type::CONTROLLER));
}

TEST_F(Token, EveryRoleHasOneWordAndServiceHasNone) {
  for (int i = type::Role_MIN; i <= type::Role_MAX; ++i) {
    const auto role = static_cast<type::Role>(i);
    if (role == type::ROLE_UNSPECIFIED || role == type::SERVICE) {
      EXPECT_THAT(std::string(WordOf(role)), IsEmpty());
    } else {
      EXPECT_EQ(RoleOf(WordOf(role)), role);
    }
  }
  TokenClaims claims = testing::GoodClaims(kNow);
  claims.roles = {"service", "SERVICE", "", "lid"};
  EXPECT_THAT(Check(claims)->roles, IsEmpty());
}

TEST_F(Token, MayBeRsa) {
  const testing::KeyPair keys = testing::MakeKeyPair("", 2048);
  const auto checker = *TokenChecker::Create(testing::MakeIssuer("token_rsa", keys), clock_);
  const std::string token = *MintToken(keys.private_pem, testing::GoodClaims(kNow));
  EXPECT_TRUE(checker->Check(absl::StrCat("bearer ", token)).ok());
  // The classic: the public key, which everybody has, as the secret of an HMAC.
  for (const jwt_alg_t algorithm : {JWT_ALG_HS256, JWT_ALG_HS512}) {
    const std::string forged = Forge(algorithm, keys.public_pem, testing::GoodClaims(kNow));
    ASSERT_FALSE(forged.empty());
    EXPECT_EQ(ReasonOf(checker->Check(absl::StrCat("Bearer ", forged)).status()), ErrorReason::IDENTITY_MISSING);
  }
  // Only the algorithm that goes with the key, even when the key can do more.
  const std::string other = Forge(JWT_ALG_RS512, keys.private_pem, testing::GoodClaims(kNow));
  ASSERT_FALSE(other.empty());
  EXPECT_EQ(ReasonOf(checker->Check(absl::StrCat("Bearer ", other)).status()), ErrorReason::IDENTITY_MISSING);
}

TEST_F(Token, IsRefusedWithoutTheIssuersSignature) {
  const TokenClaims claims = testing::GoodClaims(kNow);
  const std::string good = *MintToken(Keys().private_pem, claims);
  std::string changed = good;
  changed[changed.find('.') + 10] ^= 1;
  const std::string none = Forge(JWT_ALG_NONE, "", claims);
  ASSERT_FALSE(none.empty());
  for (const std::string& token : {
           none,
           absl::StrCat(none, "x"),
           Forge(JWT_ALG_HS256, Keys().public_pem, claims),
           *MintToken(testing::MakeKeyPair("P-256").private_pem, claims),
           changed,
           good.substr(0, good.rfind('.') + 1),
           good.substr(0, good.rfind('.')),
           std::string("a.b.c"),
           std::string("x"),
           std::string(),
           std::string(9000, 'a'),
       }) {
    EXPECT_EQ(ReasonOf(checker_->Check(absl::StrCat("Bearer ", token)).status()), ErrorReason::IDENTITY_MISSING) << token;
  }
  for (const std::string& header : {std::string(), good, absl::StrCat("Basic ", good)}) {
    EXPECT_EQ(ReasonOf(checker_->Check(header).status()), ErrorReason::IDENTITY_MISSING);
  }
  EXPECT_TRUE(checker_->Check(absl::StrCat("Bearer ", good)).ok());
}

TEST_F(Token, IsOfThisIssuerForThisAudience) {
  TokenClaims claims = testing::GoodClaims(kNow);
  claims.issuer = "https://elders.test";
  EXPECT_EQ(Reason(claims), ErrorReason::IDENTITY_MISSING);
  claims = testing::GoodClaims(kNow);
  claims.audience = "iets anders";
  EXPECT_EQ(Reason(claims), ErrorReason::TOKEN_INVALID);
}

TEST_F(Token, NamesSubjectAndMunicipality) {
  TokenClaims claims = testing::GoodClaims(kNow);
  claims.subject.clear();
  EXPECT_EQ(Reason(claims), ErrorReason::TOKEN_INVALID);
  claims = testing::GoodClaims(kNow);
  claims.municipality.clear();
  EXPECT_EQ(Reason(claims), ErrorReason::TOKEN_INVALID);
}

TEST_F(Token, HoldsForItsTimeAndAMinute) {
  struct Case {
    absl::Duration not_before, expires;
    bool good;
  };
  for (const Case& test : {Case{-absl::Hours(1), absl::Hours(1), true}, Case{absl::Seconds(60), absl::Hours(1), true},
                           Case{absl::Seconds(61), absl::Hours(1), false}, Case{-absl::Hours(1), -absl::Seconds(59), true},
                           Case{-absl::Hours(1), -absl::Seconds(60), false}, Case{-absl::Hours(2), -absl::Hours(1), false}}) {
    TokenClaims claims = testing::GoodClaims(kNow);
    claims.not_before = kNow + test.not_before;
    claims.expires = kNow + test.expires;
    EXPECT_EQ(Check(claims).ok(), test.good) << test.not_before << " " << test.expires;
    if (!test.good) {
      EXPECT_EQ(Reason(claims), ErrorReason::TOKEN_INVALID);
    }
  }
}

TEST_F(Token, ExpiresAlsoWhenItWasRemembered) {
  const std::string header = absl::StrCat("Bearer ", *MintToken(Keys().private_pem, testing::GoodClaims(kNow)));
  EXPECT_TRUE(checker_->Check(header).ok());
  clock_.Advance(absl::Hours(1) + absl::Seconds(59));
  EXPECT_TRUE(checker_->Check(header).ok());
  clock_.Advance(absl::Seconds(1));
  EXPECT_EQ(ReasonOf(checker_->Check(header).status()), ErrorReason::TOKEN_INVALID);
}

TEST_F(Token, MustSayWhenItExpires) {
  jwt_t* jwt = nullptr;
  jwt_new(&jwt);
  jwt_add_grants_json(jwt, R"({"iss":"aanmelden-test","aud":["x","nmd-monitor"],"sub":"a","municipality":"gm1730"})");
  const auto header = [&] {
    jwt_set_alg(jwt, JWT_ALG_ES256, reinterpret_cast<const unsigned char*>(Keys().private_pem.data()),
                static_cast<int>(Keys().private_pem.size()));
    char* text = jwt_encode_str(jwt);
    const std::string token = absl::StrCat("Bearer ", text);
    std::free(text);
    return token;
  };
  EXPECT_EQ(ReasonOf(checker_->Check(header()).status()), ErrorReason::TOKEN_INVALID);
  jwt_add_grants_json(jwt, R"({"exp":"soon"})");
  EXPECT_EQ(ReasonOf(checker_->Check(header()).status()), ErrorReason::TOKEN_INVALID);
  jwt_del_grants(jwt, "exp");
  jwt_add_grant_int(jwt, "exp", 1522533700);
  EXPECT_TRUE(checker_->Check(header()).ok());  // An audience may be a list.
  jwt_add_grant(jwt, "nbf", "yesterday");
  EXPECT_EQ(ReasonOf(checker_->Check(header()).status()), ErrorReason::TOKEN_INVALID);
  jwt_free(jwt);
}

TEST_F(Token, NeedsAKeyThatIsGoodEnough) {
  for (const testing::KeyPair& keys : {testing::MakeKeyPair("P-384"), testing::MakeKeyPair("", 1024),
                                       testing::KeyPair{"", "not a key"}, testing::KeyPair{"", Keys().private_pem}}) {
    const auto checker = TokenChecker::Create(testing::MakeIssuer("token_weak", keys), clock_);
    ASSERT_FALSE(checker.ok());
    EXPECT_THAT(std::string(checker.status().message()), HasSubstr("public key"));
  }
  internal::v1::IssuerConfig nowhere;
  nowhere.set_public_key(::testing::TempDir() + "is-not-there.pem");
  EXPECT_FALSE(TokenChecker::Create(nowhere, clock_).ok());
}

TEST_F(Token, ManyTokensDoNotGrowTheMemory) {
  // More distinct good tokens than are remembered; every one is still judged right, also the first again.
  TokenClaims claims = testing::GoodClaims(kNow);
  const std::string first = absl::StrCat("Bearer ", *MintToken(Keys().private_pem, claims));
  for (int i = 0; i < 1100; ++i) {
    claims.subject = absl::StrCat("adviseur-", i);
    ASSERT_EQ(Check(claims)->subject, claims.subject);
  }
  EXPECT_EQ(checker_->Check(first)->subject, "adviseur-1");
}

}  // namespace
}  // namespace nmd::gateway
