// SPDX-License-Identifier: EUPL-1.2
// Mutual TLS between services, with the development CA that deploy/ makes.
#include <unistd.h>

#include <cstdlib>

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "nmd/costs/v1/costs.pb.h"
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
