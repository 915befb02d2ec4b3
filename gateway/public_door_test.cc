// SPDX-License-Identifier: EUPL-1.2
// The door for everybody: who has no token reads what was released to the public, and nothing else; and what a service makes
// itself (google.api.HttpBody) goes out as it is.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "gateway/gateway.h"
#include "gateway/testing.h"
#include "gateway/transcoder.h"
#include "google/api/httpbody.pb.h"
#include "google/protobuf/struct.pb.h"
#include "nmd/publication/v1/open_data.pb.h"
#include "services/platform/errors.h"
#include "services/platform/journal.h"

namespace nmd::gateway {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

const absl::Time kNow = absl::FromUnixSeconds(1522533600);
constexpr char kDatasets[] = "/v1/municipalities/gm1730/datasets";
constexpr char kFile[] = "/v1/municipalities/gm1730/datasets/gm1730-2018-0007/files/csv";
constexpr char kOData[] = "/v1/municipalities/gm1730/odata/gm1730-2018-0007/Observations";

class TellingPeer : public Peer {
 public:
  absl::StatusOr<std::string> CallBytes(absl::string_view, absl::string_view, absl::Duration, const Caller*) const override {
    return absl::InternalError("not asked this way");
  }
  void CallBytesAsync(absl::string_view path, std::string request, absl::Duration, const Caller* caller,
                      std::function<void(absl::StatusOr<std::string>)> done) const override {
    last_path = std::string(path);
    last_request = std::move(request);
    last_caller = *caller;
    ++calls;
    done(answer);
  }
  absl::StatusOr<std::string> answer = std::string();
  mutable std::string last_path, last_request;
  mutable Caller last_caller;
  mutable int calls = 0;
};

std::string Bytes(const std::string& type, const std::string& data) {
  google::api::HttpBody body;
  body.set_content_type(type);
  body.set_data(data);
  return body.SerializeAsString();
}

class PublicDoor : public ::testing::Test {
 protected:
  PublicDoor() : clock_(kNow), journal_(NewMemoryJournal()) {
    AccessLog::Options options;
    options.municipality = "gm1730";
    log_ = *AccessLog::Open(*journal_, options, clock_);
    tokens_ = *TokenChecker::Create(testing::MakeIssuer("public_door", Keys()), clock_);
    internal::v1::PublicReadersConfig config;
    config.set_address_rate_per_minute(5);
    config.set_address_concurrency(5);
    config.set_rate_per_minute(1000);
    config.set_concurrency(10);
    readers_ = std::make_unique<PublicReaders>(config, "gm1730", clock_);
    Start(readers_.get());
  }
  void Start(PublicReaders* readers) {
    Gateway::Parts parts;
    for (const char* service : {"OpenDataService", "ReleaseService", "RegionService"})
      parts.peers[absl::StrCat("nmd.publication.v1.", service)] = &peer_;
    parts.tokens = tokens_.get();
    parts.log = log_.get();
    parts.public_readers = readers;
    gateway_ = *Gateway::Create(std::move(parts), clock_);
  }

  static const testing::KeyPair& Keys() {
    static const auto* keys = new testing::KeyPair(testing::MakeKeyPair("P-256"));
    return *keys;
  }
  static std::string Token(const std::string& role) {
    TokenClaims claims = testing::GoodClaims(kNow);
    claims.roles = {role};
    return absl::StrCat("Bearer ", *MintToken(Keys().private_pem, claims));
  }

  HttpResponse Ask(const std::string& target, Headers headers = {}, const std::string& method = "GET") {
    Admission admission = gateway_->Handle({method, target, std::move(headers), "vraag-1"});
    if (admission.answer) return *admission.answer;
    absl::Notification answered;
    HttpResponse response;
    admission.run("", [&](std::function<HttpResponse()> make) {
      response = make();
      answered.Notify();
    });
    answered.WaitForNotification();
    return response;
  }

  FakeClock clock_;
  TellingPeer peer_;
  std::unique_ptr<Journal> journal_;
  std::unique_ptr<AccessLog> log_;
  std::unique_ptr<TokenChecker> tokens_;
  std::unique_ptr<PublicReaders> readers_;
  std::unique_ptr<Gateway> gateway_;
};

TEST_F(PublicDoor, AnybodyReadsWhatIsPublic) {
  publication::v1::ListDatasetsResponse response;
  response.add_datasets()->set_title("Per wijk");
  peer_.answer = response.SerializeAsString();
  const HttpResponse answer = Ask(kDatasets);
  EXPECT_EQ(answer.status, 200);
  EXPECT_THAT(answer.body, HasSubstr("Per wijk"));
  EXPECT_THAT(peer_.last_caller.roles, ElementsAre(type::PUBLIC));
  EXPECT_EQ(peer_.last_caller.municipality, "gm1730");
  EXPECT_EQ(peer_.last_caller.subject, "openbaar");
  EXPECT_THAT(answer.headers, Contains(Pair("Access-Control-Allow-Origin", "*")));
  EXPECT_EQ(Ask(kDatasets, {}, "HEAD").status, 200);
}

TEST_F(PublicDoor, NobodyReadsAnythingElseWithoutAToken) {
  for (const char* path : {"/v1/municipalities/gm1730/releases", "/v1/municipalities/gm1730/releases/gm1730-2018-0007",
                           "/v1/municipalities/gm1730/members", "/v1/municipalities/gm1730/statements"}) {
    EXPECT_EQ(Ask(path).status, 401) << path;
  }
  EXPECT_EQ(Ask("/v1/municipalities/gm1730/iv3/_export", {}, "POST").status, 401);
  EXPECT_EQ(peer_.calls, 0);
}

// A token that does not hold is refused, not taken for none: who sends one must learn that it is over.
TEST_F(PublicDoor, ATokenIsJudgedWhereverItIsSent) {
  EXPECT_EQ(Ask(kDatasets, {{"Authorization", "Bearer x.y.z"}}).status, 401);
  EXPECT_EQ(Ask(kDatasets, {{"Authorization", Token("controller")}}).status, 200);
  EXPECT_THAT(peer_.last_caller.roles, ElementsAre(type::CONTROLLER));
}

TEST_F(PublicDoor, WithoutPublicReadersAllNeedAToken) {
  Start(nullptr);
  EXPECT_EQ(Ask(kDatasets).status, 401);
  EXPECT_EQ(Ask(kDatasets, {{"Authorization", Token("openbaar")}}).status, 200);
}

TEST_F(PublicDoor, AnAddressThatAsksTooMuchWaits) {
  const auto from = [](const char* address) { return Headers{{"X-Forwarded-For", address}}; };
  for (int i = 0; i < 5; ++i) EXPECT_EQ(Ask(kDatasets, from("192.0.2.1")).status, 200) << i;
  const HttpResponse refused = Ask(kDatasets, from("192.0.2.1"));
  EXPECT_EQ(refused.status, 429);
  EXPECT_THAT(refused.headers, Contains(Pair("Retry-After", ::testing::Not(""))));
  EXPECT_EQ(Ask(kDatasets, from("192.0.2.2")).status, 200);
  // What a client writes in front of what the proxy adds makes no other address of it.
  EXPECT_EQ(Ask(kDatasets, from("198.51.100.9, 192.0.2.1")).status, 429);
  EXPECT_EQ(Ask(kDatasets, {{"Authorization", Token("controller")}, {"X-Forwarded-For", "192.0.2.1"}}).status, 200)
      << "who is known has limits of his own";
}

// Nothing is known of who reads, and a flood of readers must not fill the log that others need.
TEST_F(PublicDoor, TheLogOfCallsHasNoReadersOfWhatIsPublic) {
  const int64_t before = journal_->LastSequence();
  EXPECT_EQ(Ask(kDatasets).status, 200);
  EXPECT_EQ(Ask(absl::StrCat(kDatasets, "?pageSize=x")).status, 400);
  EXPECT_EQ(journal_->LastSequence(), before);
  EXPECT_EQ(Ask(kDatasets, {{"Authorization", Token("controller")}}).status, 200);
  EXPECT_GT(journal_->LastSequence(), before);
}

TEST_F(PublicDoor, BytesOfAServiceGoOutAsTheyAre) {
  peer_.answer = Bytes("text/csv; charset=utf-8", "a,b\r\n1,\xC3\xA9\r\n");
  const HttpResponse answer = Ask(kFile);
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.content_type, "text/csv; charset=utf-8");
  EXPECT_EQ(answer.body, "a,b\r\n1,\xC3\xA9\r\n");
  std::string tag;
  for (const auto& [name, value] : answer.headers) tag = name == "ETag" ? value : tag;
  ASSERT_FALSE(tag.empty());
  EXPECT_EQ(Ask(kFile, {{"If-None-Match", tag}}).status, 304);
  peer_.answer = Bytes("text/csv; charset=utf-8", std::string(5000, 'a'));
  EXPECT_THAT(Ask(kFile, {{"Accept-Encoding", "gzip"}}).headers, Contains(Pair("Content-Encoding", "gzip")));
}

TEST_F(PublicDoor, PassesOnTheHeadersThatGoWithBytesAndNoOthers) {
  google::protobuf::Struct told;
  const std::map<std::string, std::string> headers = {{"OData-Version", "4.0"},
                                                      {"Link", "<x>; rel=\"describedby\""},
                                                      {"Content-Disposition", "attachment\r\nSet-Cookie: a=b"},
                                                      {"Set-Cookie", "a=b"},
                                                      {"Cache-Control", "public"}};
  for (const auto& [name, value] : headers) (*told.mutable_fields())[name].set_string_value(value);
  google::api::HttpBody body;
  body.set_content_type("application/json");
  body.set_data("{}");
  body.add_extensions()->PackFrom(publication::v1::Dataset());
  body.add_extensions()->PackFrom(told);
  peer_.answer = body.SerializeAsString();
  std::map<std::string, std::string> sent;
  for (const auto& [name, value] : Ask(kOData).headers) sent[name] = value;
  EXPECT_EQ(sent["OData-Version"], "4.0");
  EXPECT_EQ(sent["Link"], "<x>; rel=\"describedby\"");
  EXPECT_EQ(sent.count("Content-Disposition") + sent.count("Set-Cookie") + sent.count("Cache-Control"), 0u);
}

TEST_F(PublicDoor, OffersTheTypeThatTheBytesHave) {
  peer_.answer = Bytes("text/csv; charset=utf-8", "a\r\n");
  EXPECT_EQ(Ask(kFile, {{"Accept", "text/csv"}}).status, 200);
  const HttpResponse refused = Ask(kFile, {{"Accept", "application/json"}});
  EXPECT_EQ(refused.status, 406);
  EXPECT_THAT(refused.body, HasSubstr("the answer is text/csv"));
  peer_.answer = std::string("\xFF no body");
  EXPECT_EQ(Ask(kFile, {{"X-Forwarded-For", "192.0.2.9"}}).status, 500);
}

TEST_F(PublicDoor, AnErrorOfThemIsAProblemLikeAnyOther) {
  peer_.answer = Fail(absl::StatusCode::kFailedPrecondition, ErrorReason::PUBLICATION_WITHDRAWN, "taken back");
  const HttpResponse gone = Ask(kFile);
  EXPECT_EQ(gone.status, 410);
  EXPECT_EQ(gone.content_type, "application/problem+json");
  peer_.answer = Fail(absl::StatusCode::kUnimplemented, ErrorReason::QUERY_NOT_SUPPORTED, "$apply is not offered");
  EXPECT_EQ(Ask(kOData).status, 501);
}

// OData 4.0 writes its options with a dollar, 4.01 without.
TEST_F(PublicDoor, ReadsOptionsOfODataInBothSpellings) {
  peer_.answer = Bytes("application/json", "{}");
  for (const char* query : {"?$filter=Value%20gt%205&$top=0&$count=true", "?filter=Value+gt+5&top=0&count=true"}) {
    ASSERT_EQ(Ask(absl::StrCat(kOData, query)).status, 200) << query;
    publication::v1::ReadODataRequest request;
    ASSERT_TRUE(request.ParseFromString(peer_.last_request));
    EXPECT_EQ(request.name(), "municipalities/gm1730/odata/gm1730-2018-0007/Observations");
    EXPECT_EQ(request.filter(), "Value gt 5");
    EXPECT_TRUE(request.has_top());
    EXPECT_EQ(request.top(), 0);
    EXPECT_TRUE(request.count());
  }
  EXPECT_EQ(Ask("/v1/municipalities/gm1730/odata/gm1730-2018-0007/$metadata").status, 200);
  EXPECT_EQ(Ask(absl::StrCat(kOData, "?$nothing=1")).status, 400);
  EXPECT_EQ(Ask(absl::StrCat(kDatasets, "?$pageSize=1")).status, 400) << "only where OData is spoken";
}

}  // namespace
}  // namespace nmd::gateway
