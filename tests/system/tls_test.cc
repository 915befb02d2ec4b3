// SPDX-License-Identifier: EUPL-1.2
// Mutual TLS between services, with the development CA that deploy/ makes.
#include <unistd.h>

#include <cstdlib>

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "nmd/costs/v1/costs.pb.h"
#include "nmd/internal/v1/reflection.pb.h"
#include "services/platform/grpc_front.h"
#include "services/platform/peer.h"
#include "services/platform/server.h"

namespace nmd {
namespace {

using costs::v1::ListMeasuresRequest;
using costs::v1::ListMeasuresResponse;

std::string MakeCertificates(const std::string& folder, const std::string& municipality) {
  const char* source = std::getenv("NMD_SOURCE_DIR");
  const std::string dir = absl::StrCat(::testing::TempDir(), "nmd-tls-", getpid(), "/", folder);
  const std::string command =
      absl::StrCat(source == nullptr ? "." : source, "/deploy/make_certs.sh ", dir, " ", municipality, " >/dev/null 2>&1");
  EXPECT_EQ(std::system(command.c_str()), 0) << command;
  return dir;
}

internal::v1::TlsConfig Tls(const std::string& dir, const std::string& service) {
  internal::v1::TlsConfig tls;
  tls.set_certificate(absl::StrCat(dir, "/", service, ".pem"));
  tls.set_key(absl::StrCat(dir, "/", service, ".key"));
  tls.set_roots(absl::StrCat(dir, "/ca.pem"));
  return tls;
}

class TlsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ours_ = MakeCertificates("ours", "gm1730");
    internal::v1::ServerConfig config;
    config.set_service("costs");
    config.set_municipality("gm1730");
    config.set_listen("127.0.0.1:0");
    config.set_admin_listen("127.0.0.1:0");
    config.set_workers(2);
    config.set_queue_length(10);
    config.set_call_limit_seconds(30);
    config.set_drain_limit_seconds(5);
    *config.mutable_tls() = Tls(ours_, "costs");
    router_.Handle("nmd.costs.v1.CostsService", "ListMeasures",
                   [](const Caller& caller, const ListMeasuresRequest&) -> absl::StatusOr<ListMeasuresResponse> {
                     ListMeasuresResponse response;
                     response.add_measures()->set_name(caller.subject);
                     return response;
                   });
    auto server = StartServer(config, router_, clock_);
    ASSERT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
  }

  // Calls with `dir`'s certificate of `service`, and expects the server to be `expected`.
  absl::StatusOr<ListMeasuresResponse> Ask(const std::string& dir, const std::string& service,
                                           const std::string& expected = "costs", const Caller* on_behalf_of = nullptr) {
    internal::v1::PeerConfig config;
    config.set_address(absl::StrCat("127.0.0.1:", server_->port()));
    config.set_service(expected);
    const internal::v1::TlsConfig tls = Tls(dir, service);
    const auto peer = NewGrpcPeer(config, dir.empty() ? nullptr : &tls, "gm1730");
    ListMeasuresRequest request;
    request.set_parent("municipalities/gm1730");
    const auto bytes =
        peer->CallBytes("/nmd.costs.v1.CostsService/ListMeasures", request.SerializeAsString(), absl::Seconds(5), on_behalf_of);
    if (!bytes.ok()) return bytes.status();
    ListMeasuresResponse response;
    response.ParseFromString(*bytes);
    return response;
  }

  SystemClock clock_;
  Router router_{"gm1730", clock_};
  std::string ours_;
  std::unique_ptr<Server> server_;
};

TEST_F(TlsTest, KnowsAServiceByItsCertificate) {
  const auto answer = Ask(ours_, "publication");
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->measures(0).name(), "service:publication");
}

TEST_F(TlsTest, RefusesStrangers) {
  const std::string neighbour = MakeCertificates("neighbour", "gm0106");
  EXPECT_FALSE(Ask("", "").ok()) << "plain text";
  EXPECT_FALSE(Ask(neighbour, "costs").ok()) << "another CA";
  EXPECT_FALSE(Ask(ours_, "publication", "ingestion").ok()) << "the peer is another service than the one that was meant";
}

// grpc_reflection: a stream of its own beside the calls, which go on as they were.
TEST_F(TlsTest, TheDoorTellsItsMethodsWhereItIsToldTo) {
  const std::string path = "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo";
  for (const bool told : {true, false}) {
    std::vector<std::string> calls;
    const auto front = StartGrpcFront(
        "127.0.0.1:0", nullptr,
        [&](FrontCall call, const FrontAnswer& answer) {
          calls.push_back(call.path);
          answer(Fail(absl::StatusCode::kUnimplemented, ErrorReason::METHOD_UNKNOWN, "there is no such method"));
        },
        told ? std::make_unique<Reflection>(std::vector<std::string>{"nmd.costs.v1.CostsService"}) : nullptr);
    ASSERT_TRUE(front.ok()) << front.status();
    internal::v1::PeerConfig config;
    config.set_address(absl::StrCat("127.0.0.1:", (*front)->port()));
    const auto client = NewGrpcPeer(config, nullptr, "gm1730");
    internal::v1::ReflectionRequest request;
    request.set_list_services("*");
    const auto answer = client->CallBytes(path, request.SerializeAsString(), absl::Seconds(10));
    ASSERT_EQ(answer.ok(), told) << answer.status();
    internal::v1::ReflectionResponse response;
    if (told) {
      EXPECT_TRUE(response.ParseFromString(*answer));
      EXPECT_EQ(response.list_services_response().service(0).name(), "nmd.costs.v1.CostsService");
      EXPECT_TRUE(calls.empty());
    } else {
      EXPECT_EQ(calls, std::vector<std::string>{path}) << "an ordinary call, which the gateway does not know";
    }
  }
}

TEST_F(TlsTest, OnlyTheGatewaySpeaksForAPerson) {
  Caller adviser;
  adviser.subject = "adviseur";
  adviser.roles = {type::POLICY_ADVISER};
  adviser.municipality = "gm1730";
  const auto answer = Ask(ours_, "gateway", "costs", &adviser);
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->measures(0).name(), "adviseur");
  EXPECT_EQ(ReasonOf(Ask(ours_, "publication", "costs", &adviser).status()), ErrorReason::IDENTITY_MISSING);
  EXPECT_EQ(ReasonOf(Ask(ours_, "gateway").status()), ErrorReason::ROLE_MISSING) << "the gateway alone may do nothing";
}

}  // namespace
}  // namespace nmd
