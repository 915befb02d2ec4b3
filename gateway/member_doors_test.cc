// SPDX-License-Identifier: EUPL-1.2
// One address for providers: the door of the region passes their calls on to the doors of two members, here all in one process.
// What a router may present is tried with everything it may not (issue 7, provider feed; default deny).
#include "gateway/member_doors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "gateway/access_log.h"
#include "gateway/api_descriptors.h"
#include "gateway/gateway.h"
#include "gateway/testing.h"
#include "google/protobuf/descriptor.h"
#include "nmd/contracts/v1/provider.pb.h"
#include "services/platform/errors.h"

namespace nmd::gateway {
namespace {

using log::v1::LogRecord;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const absl::Time kNow = absl::FromUnixSeconds(1522533600);
constexpr char kRegionOin[] = "00000001001699000000";
constexpr char kAgb[] = "01234567";
constexpr char kFeed[] = "/nmd.contracts.v1.ProviderService/ListItemChanges";

// Contracts of a member: says which municipality it is of, and remembers who asked.
class Contracts : public Peer {
 public:
  explicit Contracts(std::string name) : name_(std::move(name)) {}
  absl::StatusOr<std::string> CallBytes(absl::string_view, absl::string_view, absl::Duration, const Caller*) const override {
    return absl::InternalError("not asked for");
  }
  void CallBytesAsync(absl::string_view path, std::string request, absl::Duration limit, const Caller* caller,
                      std::function<void(absl::StatusOr<std::string>)> done) const override {
    calls.push_back({std::string(path), std::move(request), limit, *caller});
    if (fails.ok()) return done(name_);
    done(fails);
  }
  struct Call {
    std::string path, request;
    absl::Duration limit;
    Caller caller;
  };
  mutable std::vector<Call> calls;
  absl::Status fails;

 private:
  const std::string name_;
};

absl::StatusOr<std::string> Serve(const Gateway& gateway, FrontCall call) {
  absl::Notification answered;
  absl::StatusOr<std::string> answer;
  gateway.Serve(std::move(call), [&](absl::StatusOr<std::string> result) {
    answer = std::move(result);
    answered.Notify();
  });
  answered.WaitForNotification();
  return answer;
}

// The way over the network to the door of a member: what a GrpcPeer sends, and the certificate it shows.
class Way : public Peer {
 public:
  Way(const Gateway& there, std::string certificate) : there_(there), certificate_(std::move(certificate)) {}
  absl::StatusOr<std::string> CallBytes(absl::string_view, absl::string_view, absl::Duration, const Caller*) const override {
    return absl::InternalError("not asked for");
  }
  void CallBytesAsync(absl::string_view path, std::string request, absl::Duration limit, const Caller* caller,
                      std::function<void(absl::StatusOr<std::string>)> done) const override {
    FrontCall call;
    call.path = std::string(path);
    call.request = std::move(request);
    call.certificate = certificate_;
    call.address = "192.0.2.1";
    call.deadline = kNow + limit;
    call.purpose = caller->purpose;
    call.provider = caller->provider;
    call.traceparent = caller->traceparent;
    there_.Serve(std::move(call), std::move(done));
  }

 private:
  const Gateway& there_;
  const std::string certificate_;
};

const std::string& RegionCertificate() {
  static const auto& pem = *new std::string(testing::Certificate({{"O", "Regio"}, {"serialNumber", kRegionOin}}));
  return pem;
}

// An instance: its door, its log, and the contracts behind it.
struct Instance {
  Instance(const std::string& municipality, const Clock& clock, std::map<std::string, const Peer*> peers,
           std::set<std::string, std::less<>> routers)
      : keys(testing::MakeKeyPair("P-256")), journal(NewMemoryJournal()) {
    AccessLog::Options options;
    options.municipality = municipality;
    log = *AccessLog::Open(*journal, options, clock);
    tokens = *TokenChecker::Create(testing::MakeIssuer(absl::StrCat("member_doors_", municipality), keys), clock);
    Gateway::Parts parts;
    parts.peers = std::move(peers);
    parts.tokens = tokens.get();
    parts.log = log.get();
    parts.municipality = municipality;
    parts.provider_routers = std::move(routers);
    gateway = *Gateway::Create(std::move(parts), clock);
  }

  std::vector<LogRecord> Records() const {
    absl::Notification written;
    LogRecord mark;
    mark.set_actor("merk");
    log->Begin(mark, [&](const absl::Status&) { written.Notify(); });
    written.WaitForNotification();
    std::vector<LogRecord> records;
    const auto response = *log->QueryLogRecords(log::v1::QueryLogRecordsRequest());
    for (const LogRecord& record : response.records()) {
      if (record.actor() != "merk") records.push_back(record);
    }
    return records;
  }

  const testing::KeyPair keys;
  const std::unique_ptr<Journal> journal;
  std::unique_ptr<AccessLog> log;
  std::unique_ptr<TokenChecker> tokens;
  std::unique_ptr<Gateway> gateway;
};

class MemberDoorsTest : public ::testing::Test {
 protected:
  MemberDoorsTest()
      : clock_(kNow),
        tynaarlo_("gm1730", clock_, PeersOf(tynaarlo_contracts_), {kRegionOin}),
        // It did not say that the region may present providers.
        assen_("gm0106", clock_, {{std::string(kRoutedService), &assen_contracts_}}, {}) {
    std::map<std::string, std::unique_ptr<Peer>> doors;
    doors["gm1730"] = std::make_unique<Way>(*tynaarlo_.gateway, RegionCertificate());
    doors["gm0106"] = std::make_unique<Way>(*assen_.gateway, RegionCertificate());
    doors_ = NewMemberDoors(std::move(doors), "nmd");
    region_ = std::make_unique<Instance>("nmd", clock_,
                                         std::map<std::string, const Peer*>{{std::string(kRoutedService), doors_.get()}},
                                         std::set<std::string, std::less<>>{});
  }

  static std::map<std::string, const Peer*> PeersOf(const Contracts& contracts) {
    std::map<std::string, const Peer*> peers;
    for (const auto* service : ApiServices()) peers[service->full_name()] = &contracts;
    return peers;
  }

  static std::string FeedOf(const std::string& municipality, const std::string& agb = kAgb) {
    contracts::v1::ListItemChangesRequest request;
    request.set_parent(absl::StrCat("municipalities/", municipality, "/accounts/", agb));
    request.set_after_sequence(12);
    request.set_wait_seconds(30);
    return request.SerializeAsString();
  }

  // A provider at the door of the region.
  static FrontCall ByProvider(std::string request, const std::string& path = kFeed) {
    FrontCall call;
    call.path = path;
    call.request = std::move(request);
    call.certificate = testing::Certificate({{"O", "Zorg"}, {"serialNumber", kAgb}});
    call.address = "198.51.100.7";
    call.deadline = kNow + absl::Seconds(40);
    call.purpose = "eigen account";
    return call;
  }
  // What claims to come from the region at the door of a member.
  static FrontCall ByRouter(const std::string& path, std::string request) {
    FrontCall call = ByProvider(std::move(request), path);
    call.certificate = RegionCertificate();
    call.provider = kAgb;
    return call;
  }

  FakeClock clock_;
  Contracts tynaarlo_contracts_{"tynaarlo"}, assen_contracts_{"assen"};
  Instance tynaarlo_, assen_;
  std::unique_ptr<Peer> doors_;
  std::unique_ptr<Instance> region_;
};

TEST_F(MemberDoorsTest, AProviderIsPassedOnAsItselfAndBothDoorsLogIt) {
  const std::string request = FeedOf("gm1730");
  EXPECT_EQ(*Serve(*region_->gateway, ByProvider(request)), "tynaarlo");
  ASSERT_EQ(tynaarlo_contracts_.calls.size(), 1u);
  const Contracts::Call& call = tynaarlo_contracts_.calls[0];
  EXPECT_EQ(call.path, kFeed);
  EXPECT_EQ(call.request, request) << "byte for byte";
  EXPECT_EQ(call.limit, absl::Seconds(40)) << "a feed may wait as long as the provider said";
  EXPECT_EQ(call.caller.subject, "agb:01234567");
  EXPECT_THAT(call.caller.roles, ElementsAre(type::PROVIDER));
  EXPECT_EQ(call.caller.municipality, "gm1730");
  EXPECT_EQ(call.caller.purpose, "eigen account");

  const auto at_region = region_->Records(), at_member = tynaarlo_.Records();
  ASSERT_EQ(at_region.size(), 1u);
  EXPECT_EQ(at_region[0].actor(), "agb:01234567");
  EXPECT_EQ(at_region[0].via(), "");
  EXPECT_EQ(at_region[0].object(), "municipalities/gm1730/accounts/01234567");
  EXPECT_EQ(at_region[0].outcome(), LogRecord::SUCCEEDED);
  ASSERT_EQ(at_member.size(), 1u);
  EXPECT_EQ(at_member[0].actor(), "agb:01234567");
  EXPECT_EQ(at_member[0].via(), absl::StrCat("oin:", kRegionOin));
  EXPECT_EQ(at_member[0].object(), "municipalities/gm1730/accounts/01234567");
  EXPECT_THAT(at_member[0].roles(), ElementsAre(type::PROVIDER));
  EXPECT_EQ(at_member[0].trace_id(), at_region[0].trace_id()) << "one trace over both";
  EXPECT_EQ(at_member[0].parent_span_id(), at_region[0].span_id());
}

TEST_F(MemberDoorsTest, OverHttpAProviderWithATokenIsPassedOnToo) {
  TokenClaims claims = testing::GoodClaims(kNow);
  claims.subject = absl::StrCat("agb:", kAgb);
  claims.roles = {"aanbieder"};
  claims.municipality = "nmd";
  const auto ask = [&](const std::string& municipality) {
    Admission admission =
        region_->gateway->Handle({"GET",
                                  absl::StrCat("/v1/municipalities/", municipality, "/accounts/01234567/statements/1"),
                                  {{"Authorization", absl::StrCat("Bearer ", *MintToken(region_->keys.private_pem, claims))}},
                                  "vraag-1"});
    if (admission.answer) return admission.answer->status;
    absl::Notification answered;
    int status = 0;
    admission.run("", [&](std::function<HttpResponse()> make) {
      status = make().status;
      answered.Notify();
    });
    answered.WaitForNotification();
    return status;
  };
  tynaarlo_contracts_.fails = NotFound("no such statement");
  EXPECT_EQ(ask("gm1730"), 404) << "what the member says";
  ASSERT_EQ(tynaarlo_contracts_.calls.size(), 1u);
  EXPECT_EQ(tynaarlo_contracts_.calls[0].caller.provider, kAgb);
  EXPECT_EQ(ask("gm9999"), 403);
  claims.roles = {"controller", "contractmanager"};
  EXPECT_EQ(ask("gm1730"), 403) << "people of the region are no people of the member";
  claims.roles = {"aanbieder"};
  claims.subject = "demo-aanbieder";
  EXPECT_EQ(ask("gm1730"), 403) << "of which provider is not said";
  claims.subject = absl::StrCat("agb:", kAgb);
  claims.municipality = "gm1730";
  EXPECT_EQ(ask("gm1730"), 403) << "a token of elsewhere";
  EXPECT_EQ(tynaarlo_contracts_.calls.size(), 1u);
}

TEST_F(MemberDoorsTest, AMemberThatDidNotOptInRefuses) {
  EXPECT_EQ(ReasonOf(Serve(*region_->gateway, ByProvider(FeedOf("gm0106"))).status()), ErrorReason::SCOPE_FOREIGN);
  EXPECT_THAT(assen_contracts_.calls, IsEmpty());
  const auto records = assen_.Records();
  ASSERT_EQ(records.size(), 1u) << "who tries doors is written down";
  EXPECT_EQ(records[0].actor(), absl::StrCat("oin:", kRegionOin));
  EXPECT_EQ(records[0].outcome(), LogRecord::REFUSED);
}

TEST_F(MemberDoorsTest, OnlyWhatNamesAMemberIsPassedOn) {
  const auto reason = [&](const std::string& parent) {
    contracts::v1::ListItemChangesRequest request;
    request.set_parent(parent);
    return ReasonOf(Serve(*region_->gateway, ByProvider(request.SerializeAsString())).status());
  };
  for (const char* parent : {"municipalities/gm9999/accounts/01234567", "municipalities/nmd/accounts/01234567",
                             "municipalities/GM1730/accounts/01234567", "municipalities/gm1730 /accounts/01234567"}) {
    EXPECT_EQ(reason(parent), ErrorReason::SCOPE_FOREIGN) << parent;
  }
  for (const char* parent : {"", "municipalities", "municipalities//accounts/1", "/municipalities/gm1730", "x/gm1730"}) {
    EXPECT_EQ(reason(parent), ErrorReason::FIELDS_INVALID) << parent;
  }
  EXPECT_EQ(ReasonOf(Serve(*region_->gateway, ByProvider("\xff\xff")).status()), ErrorReason::FIELDS_INVALID);
  EXPECT_THAT(tynaarlo_contracts_.calls, IsEmpty());
}

// Two names in one message: the last one holds for every reader, so nobody is sent to one member with a name of another.
TEST_F(MemberDoorsTest, TheNameThatIsRoutedByIsTheNameThatIsRead) {
  const std::string both = FeedOf("gm9999") + FeedOf("gm1730");
  contracts::v1::ListItemChangesRequest read;
  ASSERT_TRUE(read.ParseFromString(both));
  EXPECT_EQ(read.parent(), "municipalities/gm1730/accounts/01234567");
  EXPECT_EQ(*Serve(*region_->gateway, ByProvider(both)), "tynaarlo");
  EXPECT_EQ(ReasonOf(Serve(*region_->gateway, ByProvider(FeedOf("gm1730") + FeedOf("gm9999"))).status()),
            ErrorReason::SCOPE_FOREIGN);
}

// Of every method there is the router gets those of ProviderService, and those as a provider.
TEST_F(MemberDoorsTest, ARouterMayAskNothingButWhatAProviderMayOfItsAccount) {
  int passed = 0, refused = 0;
  for (const auto* service : ApiServices()) {
    for (const auto* method : ApiMethods(*service)) {
      const std::string path = absl::StrCat("/", service->full_name(), "/", method->name());
      const auto answer = Serve(*tynaarlo_.gateway, ByRouter(path, FeedOf("gm1730")));
      if (service->full_name() == kRoutedService) {
        EXPECT_TRUE(answer.ok()) << path << answer.status();
        EXPECT_THAT(tynaarlo_contracts_.calls.back().caller.roles, ElementsAre(type::PROVIDER)) << path;
        ++passed;
      } else {
        EXPECT_EQ(ReasonOf(answer.status()), ErrorReason::ROLE_MISSING) << path;
        ++refused;
      }
    }
  }
  EXPECT_EQ(passed, 8);
  EXPECT_GT(refused, 100);
  EXPECT_EQ(tynaarlo_contracts_.calls.size(), 8u);
}

TEST_F(MemberDoorsTest, NobodyElseMayPresentAProvider) {
  const auto reason = [&](const FrontCall& call) { return ReasonOf(Serve(*tynaarlo_.gateway, call).status()); };
  FrontCall other = ByRouter(kFeed, FeedOf("gm1730"));
  other.certificate = testing::Certificate({{"O", "Andere gemeente"}, {"serialNumber", "00000001000106000000"}});
  EXPECT_EQ(reason(other), ErrorReason::SCOPE_FOREIGN) << "an OIN that no router has";
  FrontCall provider = ByProvider(FeedOf("gm1730"));
  provider.provider = "07654321";
  EXPECT_EQ(reason(provider), ErrorReason::SCOPE_FOREIGN) << "a provider that presents another";
  provider.provider = kAgb;
  EXPECT_EQ(reason(provider), ErrorReason::SCOPE_FOREIGN) << "or itself";
  FrontCall both = ByRouter(kFeed, FeedOf("gm1730"));
  both.certificate = testing::Certificate({{"OU", absl::StrCat("AGB ", "07654321")}, {"serialNumber", kRegionOin}});
  EXPECT_EQ(reason(both), ErrorReason::SCOPE_FOREIGN) << "a provider whose OIN is that of a router";

  TokenClaims claims = testing::GoodClaims(kNow);
  claims.roles = {"controller", "aanbieder"};
  FrontCall token = ByRouter(kFeed, FeedOf("gm1730"));
  token.authorization = absl::StrCat("Bearer ", *MintToken(tynaarlo_.keys.private_pem, claims));
  EXPECT_EQ(reason(token), ErrorReason::SCOPE_FOREIGN) << "a token, with the certificate of the router or without";
  token.certificate.clear();
  EXPECT_EQ(reason(token), ErrorReason::SCOPE_FOREIGN);
  EXPECT_THAT(tynaarlo_contracts_.calls, IsEmpty());
}

TEST_F(MemberDoorsTest, ARouterSaysWhoAndWhatFor) {
  for (const char* agb : {"1234567", "012345678", "0123456x", "agb:01234567", " 01234567", "01234567,07654321"}) {
    FrontCall call = ByRouter(kFeed, FeedOf("gm1730"));
    call.provider = agb;
    EXPECT_EQ(ReasonOf(Serve(*tynaarlo_.gateway, call).status()), ErrorReason::FIELDS_INVALID) << agb;
  }
  FrontCall nobody = ByRouter(kFeed, FeedOf("gm1730"));
  nobody.provider.clear();
  EXPECT_EQ(ReasonOf(Serve(*tynaarlo_.gateway, nobody).status()), ErrorReason::ROLE_MISSING) << "for itself it may nothing";
  FrontCall aimless = ByRouter(kFeed, FeedOf("gm1730"));
  aimless.purpose.clear();
  EXPECT_EQ(ReasonOf(Serve(*tynaarlo_.gateway, aimless).status()), ErrorReason::TOKEN_INVALID);
  EXPECT_THAT(tynaarlo_contracts_.calls, IsEmpty());
}

TEST_F(MemberDoorsTest, AMemberThatIsAwayIsToldAsThat) {
  tynaarlo_contracts_.fails = Fail(absl::StatusCode::kUnavailable, ErrorReason::UNAVAILABLE_NOW, "ipv4:10.0.0.7:8113 is gone");
  const absl::Status status = Serve(*region_->gateway, ByProvider(FeedOf("gm1730"))).status();
  EXPECT_EQ(ReasonOf(status), ErrorReason::UNAVAILABLE_NOW);
  EXPECT_THAT(std::string(status.message()), ::testing::Not(HasSubstr("10.0.0.7")));
}

// The region has no other service of contracts, so nothing of it can be routed by mistake.
TEST(MemberDoors, PassNoOtherServiceOn) {
  const auto doors = NewMemberDoors({}, "nmd");
  Caller caller;
  caller.subject = "agb:01234567";
  caller.roles = {type::PROVIDER};
  caller.municipality = "nmd";
  for (const char* path : {"/nmd.contracts.v1.ReconciliationService/GetProviderAccount",
                           "/nmd.costs.v1.CostsService/QueryFigures", "/nmd.contracts.v1.ProviderService/Nothing", ""}) {
    EXPECT_EQ(ReasonOf(doors->CallBytes(path, "", absl::Seconds(1), &caller).status()), ErrorReason::METHOD_UNKNOWN) << path;
  }
  EXPECT_EQ(ReasonOf(doors->CallBytes(kFeed, "", absl::Seconds(1), nullptr).status()), ErrorReason::ROLE_MISSING);
}

TEST(ResourceOf, IsTheParentOrTheNameOfAnyRequest) {
  int seen = 0;
  for (const auto* service : ApiServices()) {
    for (const auto* method : ApiMethods(*service)) {
      const auto* prototype = google::protobuf::MessageFactory::generated_factory()->GetPrototype(method->input_type());
      const std::unique_ptr<google::protobuf::Message> request(prototype->New());
      const auto* field = method->input_type()->FindFieldByName("parent");
      if (field == nullptr) field = method->input_type()->FindFieldByName("name");
      request->GetReflection()->SetString(request.get(), field, "municipalities/gm1730/x/1");
      EXPECT_EQ(ResourceOf(*method, request->SerializeAsString()), "municipalities/gm1730/x/1") << method->full_name();
      EXPECT_EQ(ResourceOf(*method, ""), "");
      ++seen;
    }
  }
  EXPECT_GT(seen, 100);
}

}  // namespace
}  // namespace nmd::gateway
