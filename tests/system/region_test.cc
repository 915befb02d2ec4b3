// SPDX-License-Identifier: EUPL-1.2
// The region as it runs: two processes behind mutual TLS, and a member that delivers with its certificate while the region is
// killed under it. Nothing is lost and nothing is doubled (issue 8).
#include <atomic>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "nmd/publication/v1/region.pb.h"
#include "services/platform/crypto.h"
#include "services/platform/errors.h"
#include "services/platform/peer.h"
#include "services/publication/statement.h"
#include "services/publication/test_published.h"
#include "tests/support/instance.h"

namespace nmd {
namespace {

using publication::Signer;
using publication::testing::MakePublication;
using publication::v1::ReceiveStatementRequest;
using publication::v1::ReceiveStatementResponse;
using publication::v1::SignedStatement;
using publication::v1::Statement;
using ::testing::HasSubstr;
using testing::Instance;

constexpr char kReceive[] = "/nmd.publication.v1.RegionService/ReceiveStatement";
constexpr char kTable[] = "/v1/municipalities/nmd/tables/tabel?period.start_date=2018-01-01&period.end_date=2019-01-01";

// A member's side: its key and certificate are those that make_instance.sh gave it.
class Sender {
 public:
  Sender(const Instance& member, const Instance& region, const std::string& municipality)
      : municipality_(municipality), signer_(*Key::FromFile(member.dir() + "/keys/publication.key")) {
    internal::v1::PeerConfig config;
    config.set_address(absl::StrCat("127.0.0.1:", region.http_port() + 13));
    config.set_service("gateway");
    internal::v1::TlsConfig tls;
    tls.set_certificate(member.dir() + "/certs/lid.pem");
    tls.set_key(member.dir() + "/certs/lid.key");
    tls.set_roots(member.dir() + "/certs/regio-ca.pem");
    peer_ = NewGrpcPeer(config, &tls, "nmd");
    self_.roles = {type::MEMBER};
    self_.purpose = "regionale monitoring";
  }

  Statement Said(int64_t sequence) const {
    Statement statement;
    statement.set_edition(publication::kEdition);
    statement.set_municipality(municipality_);
    statement.set_sequence(sequence);
    statement.set_id(publication::StatementId(municipality_, sequence));
    return statement;
  }
  Statement Agreed(int64_t sequence) const {
    Statement statement = Said(sequence);
    auto* agreement = statement.mutable_agreement();
    agreement->set_name(absl::StrCat("municipalities/", municipality_, "/agreements/regio"));
    agreement->set_version(1);
    agreement->add_audiences("regio");
    agreement->add_audiences("openbaar");
    agreement->set_start_date("2017-01-01");
    agreement->set_end_date("2100-01-01");
    auto* rule = agreement->add_tables();
    rule->set_table("tabel");
    rule->add_measures("clients");
    rule->add_dimensions("ivn");
    rule->set_minimum_clients(10);
    return statement;
  }
  Statement Published(int64_t sequence, int64_t clients) const {
    Statement statement = Said(sequence);
    *statement.mutable_publication() = MakePublication(municipality_, static_cast<int>(sequence), {{"ivn", {"6"}}},
                                                       {{"clients", "count"}}, {{clients}, {clients}});
    return statement;
  }
  // By level of intervention, for the region or for everybody. A level that is hidden is below 0.
  Statement ByLevel(int64_t sequence, const std::string& audience, const std::vector<int64_t>& clients) const {
    std::vector<std::vector<int64_t>> cells;
    for (const int64_t each : clients) cells.push_back(each < 0 ? std::vector<int64_t>{} : std::vector<int64_t>{each});
    Statement statement = Said(sequence);
    *statement.mutable_publication() =
        MakePublication(municipality_, static_cast<int>(sequence), {{"ivn", {"5", "6"}}}, {{"clients", "count"}}, cells);
    statement.mutable_publication()->set_audience(audience);
    return statement;
  }
  SignedStatement Sign(const Statement& statement) const { return signer_.Sign(statement); }

  absl::StatusOr<ReceiveStatementResponse> Send(const SignedStatement& statement,
                                                absl::Duration limit = absl::Seconds(10)) const {
    ReceiveStatementRequest request;
    request.set_parent("municipalities/nmd");
    *request.mutable_statement() = statement;
    const auto bytes = peer_->CallBytes(kReceive, request.SerializeAsString(), limit, &self_);
    if (!bytes.ok()) return bytes.status();
    ReceiveStatementResponse response;
    EXPECT_TRUE(response.ParseFromString(*bytes));
    return response;
  }
  // As a member does it: until it is confirmed.
  ReceiveStatementResponse SendUntilTaken(const SignedStatement& statement) const {
    for (int attempt = 0; attempt < 200; ++attempt) {
      const auto response = Send(statement, absl::Seconds(2));
      if (response.ok()) return *response;
      if (ReasonOf(response.status()) == ErrorReason::STATEMENT_REFUSED) {
        ADD_FAILURE() << response.status();
        return {};
      }
    }
    ADD_FAILURE() << "never taken";
    return {};
  }

 private:
  const std::string municipality_;
  const Signer signer_;
  std::unique_ptr<Peer> peer_;
  Caller self_;
};

class RegionSystemTest : public ::testing::Test {
 protected:
  RegionSystemTest()
      : region_(testing::ScratchDir("region"), "nmd", Instance::Role::kRegion),
        tynaarlo_(testing::ScratchDir("gm1730"), "gm1730", Instance::Role::kMunicipality, region_.dir()),
        assen_(testing::ScratchDir("gm0106"), "gm0106", Instance::Role::kMunicipality, region_.dir()) {
    region_.Configure();
    region_.Start("publication");
    region_.Start("gateway");
  }

  Instance region_, tynaarlo_, assen_;
};

TEST_F(RegionSystemTest, TakesWhatAMemberDeliversWithItsCertificateAndAnswersPeople) {
  const Sender tynaarlo(tynaarlo_, region_, "gm1730"), assen(assen_, region_, "gm0106");
  ASSERT_TRUE(tynaarlo.Send(tynaarlo.Sign(tynaarlo.Agreed(1))).ok());
  ASSERT_TRUE(tynaarlo.Send(tynaarlo.Sign(tynaarlo.Published(2, 40))).ok());
  // The one speaks for the other: by its own key, and by a stolen statement.
  EXPECT_EQ(MetadataOf(assen.Send(assen.Sign(tynaarlo.Published(3, 50))).status(), "cause"), "member_foreign");
  EXPECT_EQ(MetadataOf(assen.Send(tynaarlo.Sign(tynaarlo.Published(3, 50))).status(), "cause"), "key_unknown");

  const Instance::Answer table = region_.Get(kTable, "regio");
  ASSERT_EQ(table.status, 200) << table.body;
  EXPECT_THAT(table.body, HasSubstr("1 van 2 gemeenten"));
  EXPECT_EQ(region_.Get(kTable, "aanbieder").status, 403);
  // What the region has no service for is no route of it.
  EXPECT_EQ(region_.Get("/v1/municipalities/nmd/sources", "controller").status, 404);
  EXPECT_EQ(region_.Get("/v1/municipalities/gm1730/members", "regio").status, 403);
  const Instance::Result members = region_.RunCtl("regio", {"region", "members", "--format", "csv"});
  EXPECT_EQ(members.exit_code, 0) << members.errors;
  EXPECT_THAT(members.output, HasSubstr("gm1730,Tynaarlo,gm1730/000002"));
  const Instance::Result statements = region_.RunCtl("beheerder", {"region", "statements"});
  EXPECT_THAT(statements.output, HasSubstr("key_unknown"));
  EXPECT_THAT(region_.Logs(), HasSubstr("\"cause\":\"member_foreign\""));
}

// Issue 10: the screens of the region with real answers, in a real browser.
TEST_F(RegionSystemTest, ItsScreensShowWhatItAnswers) {
  const std::string web = testing::SourceDir() + "/gateway/web";
  if (!std::filesystem::exists("/usr/bin/chromium") || !std::filesystem::exists(web + "/node_modules") ||
      !std::filesystem::exists(testing::SourceDir() + "/build/web/index.html")) {
    GTEST_SKIP() << "needs chromium and the built dashboard; tests/run.sh installs and builds them";
  }
  const Sender tynaarlo(tynaarlo_, region_, "gm1730"), assen(assen_, region_, "gm0106");
  for (const Sender* member : {&tynaarlo, &assen}) ASSERT_TRUE(member->Send(member->Sign(member->Agreed(1))).ok());
  for (const char* audience : {"regio", "openbaar"}) {
    const int64_t sequence = audience == std::string("regio") ? 2 : 3;
    ASSERT_TRUE(tynaarlo.Send(tynaarlo.Sign(tynaarlo.ByLevel(sequence, audience, {600, 400, 200}))).ok());
    ASSERT_TRUE(assen.Send(assen.Sign(assen.ByLevel(sequence, audience, {100, -1, -1}))).ok());
  }
  testing::MustRun(absl::StrCat("cd ", web, " && BASE_URL=http://127.0.0.1:", region_.http_port(),
                                " node --test ../../tests/e2e/region.test.mjs > ", region_.dir(), "/e2e.out 2>&1"));
}

TEST_F(RegionSystemTest, NothingIsLostAndNothingDoubledWhenItIsKilledAtAnyMoment) {
  constexpr int kStatements = 60;
  const Sender member(tynaarlo_, region_, "gm1730");
  member.SendUntilTaken(member.Sign(member.Agreed(1)));
  std::vector<SignedStatement> sent;
  for (int i = 0; i < kStatements; ++i) sent.push_back(member.Sign(member.Published(2 + i, 20 + i)));
  std::vector<std::string> receipts;
  std::atomic<int> confirmed = 0;
  std::thread delivering([&] {
    for (const SignedStatement& statement : sent) {
      receipts.push_back(member.SendUntilTaken(statement).SerializeAsString());
      ++confirmed;
    }
  });
  // Killed whenever a few more were confirmed, in the middle of what is being sent.
  for (int kill = 1; kill <= 6; ++kill) {
    while (confirmed < kill * 8) std::this_thread::yield();
    region_.KillNine(kill == 3 ? "gateway" : "publication");
    region_.Start(kill == 3 ? "gateway" : "publication");
  }
  delivering.join();
  ASSERT_EQ(receipts.size(), static_cast<size_t>(kStatements));
  // Everything again: each is known, and has the receipt it had.
  for (int i = 0; i < kStatements; ++i) {
    const ReceiveStatementResponse again = member.SendUntilTaken(sent[static_cast<size_t>(i)]);
    EXPECT_EQ(again.SerializeAsString(), receipts[static_cast<size_t>(i)]) << i;
    EXPECT_EQ(again.statement_hash(), publication::StatementHash(sent[static_cast<size_t>(i)]));
  }
  const Instance::Answer members = region_.Get("/v1/municipalities/nmd/members", "regio");
  EXPECT_THAT(members.body, HasSubstr(absl::StrCat("\"statement_count\":\"", kStatements + 1, "\""))) << members.body;
  EXPECT_THAT(members.body, HasSubstr(absl::StrCat("\"publication_count\":\"", kStatements, "\"")));
  const Instance::Answer table = region_.Get(kTable, "regio");
  EXPECT_THAT(table.body, HasSubstr(absl::StrCat("\"count\":\"", 20 + kStatements - 1, "\""))) << table.body;
  region_.StopAll();
}

}  // namespace
}  // namespace nmd
