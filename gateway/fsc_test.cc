// SPDX-License-Identifier: EUPL-1.2
#include "gateway/fsc.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <functional>
#include <map>
#include <memory>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/synchronization/notification.h"
#include "gateway/gateway.h"
#include "gateway/testing.h"
#include "services/platform/crypto.h"
#include "services/platform/errors.h"

namespace nmd::gateway {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const absl::Time kNow = absl::FromUnixSeconds(1790000000);
constexpr char kOurs[] = "00000001001730000000";
constexpr char kRegion[] = "00000001009999000000";
constexpr char kProvider[] = "00000003001234560000";
constexpr char kTransaction[] = "01936b6e-7f3a-7c2e-9b1d-3c5f2a7e9d10";

struct Signed {
  std::string key, certificate, thumbprint;
};

EVP_PKEY* KeyOf(const std::string& pem) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), &BIO_free);
  return PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr);
}

// A certificate of a key of the group, signed by `issuer`, or by itself when that is null.
Signed Certify(const std::string& name, const Signed* issuer, bool authority, absl::Time from, absl::Time until,
               const std::string& group = "P-256") {
  static long serial = 1;
  Signed made;
  made.key = testing::MakeKeyPair(group).private_pem;
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(KeyOf(made.key), &EVP_PKEY_free);
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> signer(KeyOf(issuer == nullptr ? made.key : issuer->key),
                                                                   &EVP_PKEY_free);
  const std::unique_ptr<X509, decltype(&X509_free)> certificate(X509_new(), &X509_free);
  X509_set_version(certificate.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), ++serial);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate.get()), "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  if (issuer == nullptr) {
    X509_set_issuer_name(certificate.get(), X509_get_subject_name(certificate.get()));
  } else {
    const std::unique_ptr<BIO, decltype(&BIO_free)> bio(
        BIO_new_mem_buf(issuer->certificate.data(), static_cast<int>(issuer->certificate.size())), &BIO_free);
    const std::unique_ptr<X509, decltype(&X509_free)> above(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr),
                                                            &X509_free);
    X509_set_issuer_name(certificate.get(), X509_get_subject_name(above.get()));
  }
  ASN1_TIME_set(X509_getm_notBefore(certificate.get()), absl::ToTimeT(from));
  ASN1_TIME_set(X509_getm_notAfter(certificate.get()), absl::ToTimeT(until));
  X509_set_pubkey(certificate.get(), key.get());
  X509_EXTENSION* basic =
      X509V3_EXT_conf_nid(nullptr, nullptr, NID_basic_constraints, authority ? "critical,CA:TRUE" : "critical,CA:FALSE");
  X509_add_ext(certificate.get(), basic, -1);
  X509_EXTENSION_free(basic);
  EXPECT_GT(X509_sign(certificate.get(), signer.get(), EVP_sha256()), 0);
  const std::unique_ptr<BIO, decltype(&BIO_free)> bio(BIO_new(BIO_s_mem()), &BIO_free);
  PEM_write_bio_X509(bio.get(), certificate.get());
  char* text = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &text);
  made.certificate.assign(text, static_cast<size_t>(size));
  unsigned char* der = nullptr;
  const int length = i2d_X509(certificate.get(), &der);
  made.thumbprint = absl::WebSafeBase64Escape(
      absl::HexStringToBytes(Sha256Hex({reinterpret_cast<const char*>(der), static_cast<size_t>(length)})));
  OPENSSL_free(der);
  return made;
}

const absl::Time kFrom = kNow - absl::Hours(24), kUntil = kNow + absl::Hours(24 * 300);

class Fsc : public ::testing::Test {
 protected:
  Fsc()
      : clock_(kNow),
        anchor_(Certify("Anker", nullptr, true, kFrom, kUntil)),
        between_(Certify("Tussen", &anchor_, true, kFrom, kUntil)),
        manager_(Certify("Manager", &between_, false, kFrom, kNow + absl::Hours(48))) {
    config_.set_listen("127.0.0.1:0");
    config_.set_group("nl.test.groep");
    config_.set_peer_id(kOurs);
    config_.set_service("monitor");
    config_.set_inway("https://inway.example.nl:443");
    config_.set_trust_anchor(testing::WriteTemp("fsc_anchor.pem", anchor_.certificate));
    config_.set_manager_certificates(testing::WriteTemp("fsc_manager.pem", manager_.certificate + between_.certificate));
    internal::v1::FscPeer* region = config_.add_peers();
    region->set_peer_id(kRegion);
    region->add_roles("regio");
    region->add_roles("openbaar");
    region->set_purpose("regionale monitoring");
    internal::v1::FscPeer* provider = config_.add_peers();
    provider->set_peer_id(kProvider);
    provider->add_roles("aanbieder");
    provider->add_roles("openbaar");
    provider->set_provider("12345678");
    provider->set_purpose("afstemmen");
    door_ = *FscDoor::Create(config_, "gm1730", clock_);
    claims_ = {{"gth", "\"$1$3$abc\""},
               {"gid", "\"nl.test.groep\""},
               {"sub", absl::StrCat("\"", kRegion, "\"")},
               {"iss", absl::StrCat("\"", kOurs, "\"")},
               {"svc", "\"monitor\""},
               {"aud", "\"https://inway.example.nl:443\""},
               {"nbf", absl::StrCat(absl::ToUnixSeconds(kNow - absl::Minutes(1)))},
               {"exp", absl::StrCat(absl::ToUnixSeconds(kNow + absl::Minutes(5)))},
               {"cnf", R"({"x5t#S256":"DpAyDYakmVAQ4oOJC3UYLRk_ONRCqMj00TeGJemMiLA"})"}};
  }

  std::string Token(const Signed& signer, const std::string& algorithm = "ES256") const {
    const std::string claims = absl::StrJoin(claims_, ",", [](std::string* out, const auto& claim) {
      absl::StrAppend(out, "\"", claim.first, "\":", claim.second);
    });
    return testing::SignJws(absl::StrCat(R"({"alg":")", algorithm, R"(","typ":"JWT","x5t#S256":")", signer.thumbprint, "\"}"),
                            absl::StrCat("{", claims, "}"), signer.key, algorithm);
  }
  absl::StatusOr<Caller> Ask(const std::string& token, const std::string& transaction = kTransaction) const {
    return door_->Check({"GET", "/v1/x", {{"Fsc-Authorization", token}, {"Fsc-Transaction-Id", transaction}}, "r-1"});
  }
  ErrorReason Reason() const { return ReasonOf(Ask(absl::StrCat("Bearer ", Token(manager_))).status()); }

  FakeClock clock_;
  const Signed anchor_, between_, manager_;
  internal::v1::FscConfig config_;
  std::unique_ptr<FscDoor> door_;
  std::map<std::string, std::string> claims_;
};

TEST_F(Fsc, TheOrganisationAsksWithTheRolesItHasHere) {
  for (const char* before : {"Bearer ", ""}) {
    const absl::StatusOr<Caller> caller = Ask(before + Token(manager_));
    ASSERT_TRUE(caller.ok()) << caller.status();
    EXPECT_EQ(caller->subject, absl::StrCat("oin:", kRegion));
    EXPECT_THAT(caller->roles, ElementsAre(type::REGION, type::PUBLIC));
    EXPECT_EQ(caller->municipality, "gm1730");
    EXPECT_EQ(caller->purpose, "regionale monitoring");
    EXPECT_EQ(caller->provider, "");
  }
  claims_["sub"] = absl::StrCat("\"", kProvider, "\"");
  const absl::StatusOr<Caller> provider = Ask(Token(manager_));
  ASSERT_TRUE(provider.ok()) << provider.status();
  EXPECT_EQ(provider->subject, "agb:12345678");
  EXPECT_EQ(provider->provider, "12345678");
}

TEST_F(Fsc, WhoAsksForAnotherMayDoWhatBothMay) {
  claims_["act"] = absl::StrCat(R"({"sub":")", kProvider, "\"}");
  EXPECT_THAT(Ask(Token(manager_))->roles, ElementsAre(type::PUBLIC));
  claims_["act"] = R"({"sub":"00000003009999990000"})";
  EXPECT_EQ(Reason(), ErrorReason::ROLE_MISSING);
  claims_["act"] = "{}";
  EXPECT_EQ(Reason(), ErrorReason::ROLE_MISSING);
}

TEST_F(Fsc, AnOrganisationThatIsNotNamedMayNot) {
  claims_["sub"] = "\"00000003009999990000\"";
  EXPECT_EQ(Reason(), ErrorReason::ROLE_MISSING);
  claims_.erase("sub");
  EXPECT_EQ(Reason(), ErrorReason::ROLE_MISSING);
}

TEST_F(Fsc, TheTokenIsForThisServiceNow) {
  ASSERT_EQ(Reason(), ErrorReason::ERROR_REASON_UNSPECIFIED);
  const auto seconds = [](absl::Time time) { return absl::StrCat(absl::ToUnixSeconds(time)); };
  const std::pair<const char*, std::string> wrong[] = {
      {"gid", "\"andere.groep\""},
      {"svc", "\"andere-dienst\""},
      {"aud", "\"https://inway.example.nl\""},
      {"aud", R"(["https://inway.example.nl:443","https://elders.nl:443"])"},
      {"gth", "\"\""},
      {"cnf", "{}"},
      {"cnf", R"({"x5t#S256":"kort"})"},
      {"exp", seconds(kNow - absl::Seconds(60))},
      {"exp", "\"later\""},
      {"nbf", seconds(kNow + absl::Seconds(61))},
      {"nbf", "-1"},
  };
  for (const auto& [name, value] : wrong) {
    const std::string good = claims_[name];
    claims_[name] = value;
    EXPECT_EQ(Reason(), ErrorReason::TOKEN_INVALID) << name << " " << value;
    claims_.erase(name);
    EXPECT_EQ(Reason(), ErrorReason::TOKEN_INVALID) << "without " << name;
    claims_[name] = good;
  }
  claims_["iss"] = absl::StrCat("\"", kRegion, "\"");
  EXPECT_EQ(Reason(), ErrorReason::IDENTITY_MISSING) << "another organisation's Manager";
}

TEST_F(Fsc, TheTokenIsSignedByTheOwnManager) {
  const Signed stranger = Certify("Manager", &between_, false, kFrom, kUntil);
  Signed pretender = stranger;
  pretender.thumbprint = manager_.thumbprint;
  for (const std::string& token :
       {Token(stranger), Token(pretender), Token(Signed{"", "", manager_.thumbprint}, "none"),
        Token(Signed{manager_.certificate, "", manager_.thumbprint}, "HS256"), std::string(), std::string("a.b.c")}) {
    EXPECT_EQ(ReasonOf(Ask(token).status()), ErrorReason::IDENTITY_MISSING) << token;
  }
  // Its certificate ends before the token does.
  clock_.Set(kNow + absl::Hours(48) + absl::Seconds(1));
  claims_["exp"] = absl::StrCat(absl::ToUnixSeconds(kNow + absl::Hours(50)));
  EXPECT_EQ(Reason(), ErrorReason::IDENTITY_MISSING);
}

TEST_F(Fsc, ANewCertificateOfTheManagerIsFoundWithoutARestart) {
  const Signed next = Certify("Manager", &between_, false, kFrom, kUntil, "P-384");
  testing::WriteTemp("fsc_manager.pem", next.certificate + manager_.certificate + between_.certificate);
  EXPECT_FALSE(Ask(Token(next, "ES384")).ok()) << "read half a minute ago";
  clock_.Advance(absl::Seconds(30));
  EXPECT_TRUE(Ask(Token(next, "ES384")).ok());
  EXPECT_TRUE(Ask(Token(manager_)).ok());
  // A file that went wrong changes nothing.
  testing::WriteTemp("fsc_manager.pem", "kapot");
  clock_.Advance(absl::Seconds(30));
  EXPECT_FALSE(Ask(Token(Certify("Manager", &between_, false, kFrom, kUntil))).ok());
  EXPECT_TRUE(Ask(Token(next, "ES384")).ok());
}

TEST_F(Fsc, ACallHasATransaction) {
  for (const char* id : {"", "1", "01936b6e7f3a7c2e9b1d3c5f2a7e9d10", "01936b6e-7f3a-7c2e-9b1d-3c5f2a7e9d1g",
                         "01936b6e-7f3a-7c2e-9b1d-3c5f2a7e9d10\r\nx"}) {
    EXPECT_EQ(ReasonOf(Ask(Token(manager_), id).status()), ErrorReason::REQUEST_UNREADABLE) << id;
  }
}

TEST_F(Fsc, AWrongConfigurationIsAFaultAtStart) {
  const Signed self = Certify("Manager", nullptr, false, kFrom, kUntil);
  const Signed old = Certify("Manager", &anchor_, false, kFrom - absl::Hours(48), kFrom);
  const std::pair<const char*, std::function<void(internal::v1::FscConfig&)>> wrong[] = {
      {"of nobody", [&](auto& config) { config.set_manager_certificates(testing::WriteTemp("fsc_w1.pem", self.certificate)); }},
      {"without the one between",
       [&](auto& config) { config.set_manager_certificates(testing::WriteTemp("fsc_w2.pem", manager_.certificate)); }},
      {"over", [&](auto& config) { config.set_manager_certificates(testing::WriteTemp("fsc_w3.pem", old.certificate)); }},
      {"none", [&](auto& config) { config.set_manager_certificates(testing::WriteTemp("fsc_w4.pem", between_.certificate)); }},
      {"anchor", [&](auto& config) { config.set_trust_anchor(testing::WriteTemp("fsc_w5.pem", self.certificate)); }},
      {"number", [&](auto& config) { config.mutable_peers(0)->set_peer_id("1234"); }},
      {"role", [&](auto& config) { config.mutable_peers(0)->add_roles("keizer"); }},
      {"member", [&](auto& config) { config.mutable_peers(0)->add_roles("lid"); }},
  };
  for (const auto& [what, change] : wrong) {
    internal::v1::FscConfig config = config_;
    change(config);
    EXPECT_EQ(FscDoor::Create(config, "gm1730", clock_).status().code(), absl::StatusCode::kFailedPrecondition) << what;
  }
}

TEST_F(Fsc, RolesAreNeverThoseOfTheToken) {
  config_.mutable_peers(0)->clear_roles();
  door_ = *FscDoor::Create(config_, "gm1730", clock_);
  claims_["roles"] = R"(["beheerder"])";
  claims_["prp"] = R"({"roles":["beheerder"]})";
  EXPECT_THAT(Ask(Token(manager_))->roles, IsEmpty());
}

// --- The gateway behind an Inway.

class EchoPeer : public Peer {
 public:
  absl::StatusOr<std::string> CallBytes(absl::string_view, absl::string_view, absl::Duration,
                                        const Caller* caller) const override {
    asked_.push_back(*caller);
    return std::string();
  }
  void CallBytesAsync(absl::string_view path, std::string request, absl::Duration timeout, const Caller* caller,
                      std::function<void(absl::StatusOr<std::string>)> done) const override {
    done(CallBytes(path, request, timeout, caller));
  }
  mutable std::vector<Caller> asked_;
};

class FscGateway : public Fsc {
 protected:
  FscGateway() : journal_(NewMemoryJournal()) {
    AccessLog::Options options;
    options.municipality = "gm1730";
    log_ = *AccessLog::Open(*journal_, std::move(options), clock_);
    tokens_ = *TokenChecker::Create(testing::MakeIssuer("fsc_test", testing::MakeKeyPair("P-256")), clock_);
    Gateway::Parts parts;
    parts.peers = {{"nmd.costs.v1.CostsService", &peer_}};
    parts.tokens = tokens_.get();
    parts.fsc = door_.get();
    parts.log = log_.get();
    gateway_ = *Gateway::Create(std::move(parts), clock_);
  }

  HttpRequest Request(const std::string& token) const {
    return {"GET",
            "/v1/municipalities/gm1730/measures",
            {{"Host", "x"}, {"Fsc-Authorization", token}, {"Fsc-Transaction-Id", kTransaction}},
            "r-1"};
  }
  HttpResponse Answer(Admission admission) const {
    if (admission.answer) return *std::move(admission.answer);
    absl::Notification answered;
    HttpResponse response;
    admission.run("", [&](std::function<HttpResponse()> make) {
      response = make();
      answered.Notify();
    });
    answered.WaitForNotification();
    return response;
  }
  static std::string HeaderOf(const HttpResponse& response, const std::string& name) {
    for (const auto& [key, value] : response.headers) {
      if (key == name) return value;
    }
    return {};
  }

  const EchoPeer peer_;
  const std::unique_ptr<Journal> journal_;
  std::unique_ptr<AccessLog> log_;
  std::unique_ptr<TokenChecker> tokens_;
  std::unique_ptr<Gateway> gateway_;
};

TEST_F(FscGateway, CarriesTheTransactionIntoAnswerAndLog) {
  config_.mutable_peers(0)->add_roles("controller");
  door_ = *FscDoor::Create(config_, "gm1730", clock_);
  Gateway::Parts parts;
  parts.peers = {{"nmd.costs.v1.CostsService", &peer_}};
  parts.tokens = tokens_.get();
  parts.fsc = door_.get();
  parts.log = log_.get();
  gateway_ = *Gateway::Create(std::move(parts), clock_);
  ::testing::internal::CaptureStderr();
  const HttpResponse response = Answer(gateway_->HandleFsc(Request(Token(manager_))));
  const std::string lines = ::testing::internal::GetCapturedStderr();
  ASSERT_EQ(response.status, 200) << response.body;
  EXPECT_EQ(HeaderOf(response, "Fsc-Transaction-Id"), kTransaction);
  EXPECT_THAT(lines, ::testing::HasSubstr(kTransaction));
  EXPECT_EQ(peer_.asked_.back().subject, absl::StrCat("oin:", kRegion));
  EXPECT_EQ(peer_.asked_.back().purpose, "regionale monitoring");
  // Ends are not waited for: a beginning behind them is.
  absl::Notification written;
  log_->Begin(log::v1::LogRecord(), [&](const absl::Status&) { written.Notify(); });
  written.WaitForNotification();
  log::v1::QueryLogRecordsRequest query;
  query.set_parent("municipalities/gm1730");
  query.set_actor(absl::StrCat("oin:", kRegion));
  const auto records = log_->QueryLogRecords(query);
  ASSERT_TRUE(records.ok()) << records.status();
  ASSERT_EQ(records->records_size(), 1);
  EXPECT_EQ(records->records(0).fsc_transaction_id(), kTransaction);
  log::v1::QueryProcessingActivitiesRequest activities;
  activities.set_parent("municipalities/gm1730");
  activities.set_trace_id(records->records(0).trace_id());
  const auto processed = log_->QueryProcessingActivities(activities);
  ASSERT_TRUE(processed.ok() && processed->records_size() == 1);
  EXPECT_EQ(processed->records(0).attributes().at("fsc.transaction_id"), kTransaction);
}

// nl-standards 3, the service's list 4 and 5: identity never comes from a bare header on another listener.
TEST_F(FscGateway, HeadersOfFscMeanNothingOnThePublicListener) {
  const HttpResponse response = Answer(gateway_->Handle(Request(Token(manager_))));
  EXPECT_EQ(response.status, 401);
  EXPECT_EQ(HeaderOf(response, "Fsc-Transaction-Id"), "");
  EXPECT_THAT(peer_.asked_, IsEmpty());
}

TEST_F(FscGateway, TokensOfPeopleMeanNothingBehindTheInway) {
  TokenClaims claims = testing::GoodClaims(kNow);
  const testing::KeyPair keys = testing::MakeKeyPair("P-256");
  HttpRequest request = Request("");
  request.headers.emplace_back("Authorization", "Bearer " + *MintToken(keys.private_pem, claims));
  EXPECT_EQ(Answer(gateway_->HandleFsc(request)).status, 401);
  request = Request(Token(manager_));
  request.target = "/";
  EXPECT_EQ(Answer(gateway_->HandleFsc(request)).status, 404) << "no dashboard";
  request.target = "/v1/openapi.json";
  EXPECT_EQ(Answer(gateway_->HandleFsc(request)).status, 200) << "what an Inway may probe";
  request = Request(Token(manager_));
  EXPECT_EQ(Answer(gateway_->HandleFsc(request)).status, 403) << "the role regio may not ask for measures";
}

}  // namespace
}  // namespace nmd::gateway
