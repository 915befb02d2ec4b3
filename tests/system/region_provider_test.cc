// SPDX-License-Identifier: EUPL-1.2
// One address for providers, as it runs (issue 7): a provider signs in at the region, by certificate over gRPC and by token
// over HTTP, and works on its account at a member. Two instances in processes of their own, with certificates as make_member.sh
// makes them. The region keeps nothing of it but its log of calls.
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <httplib.h>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "nmd/contracts/v1/provider.pb.h"
#include "services/platform/errors.h"
#include "services/platform/peer.h"
#include "tests/support/instance.h"

namespace nmd {
namespace {

using contracts::v1::ListItemChangesRequest;
using contracts::v1::ListItemChangesResponse;
using contracts::v1::ProductionStatement;
using contracts::v1::SubmitStatementRequest;
using ::testing::HasSubstr;
using testing::Instance;

constexpr char kService[] = "/nmd.contracts.v1.ProviderService/";
// The provider of make_certs.sh.
constexpr char kAccount[] = "municipalities/gm1730/accounts/98000017";
constexpr char kProduct[] = "49Q77";

// A client with a certificate at the gRPC door of an instance. To send the purpose it says that it is a member, which the door
// never hears: it goes by the certificate.
class Client {
 public:
  Client(const Instance& door, const std::string& municipality, const std::string& certificate) {
    internal::v1::PeerConfig config;
    config.set_address(absl::StrCat("127.0.0.1:", door.http_port() + 13));
    config.set_service("gateway");
    internal::v1::TlsConfig tls;
    tls.set_certificate(absl::StrCat(certificate, ".pem"));
    tls.set_key(absl::StrCat(certificate, ".key"));
    tls.set_roots(door.dir() + "/certs/ca.pem");
    peer_ = NewGrpcPeer(config, &tls, municipality);
    self_.roles = {type::MEMBER};
    self_.purpose = "eigen account";
  }

  template <typename Response, typename Request>
  absl::StatusOr<Response> Ask(const char* method, const Request& request, const std::string& on_behalf_of = "") const {
    Caller caller = self_;
    caller.provider = on_behalf_of;
    const auto bytes =
        peer_->CallBytes(absl::StrCat(kService, method), request.SerializeAsString(), absl::Seconds(40), &caller);
    if (!bytes.ok()) return bytes.status();
    Response response;
    EXPECT_TRUE(response.ParseFromString(*bytes));
    return response;
  }

 private:
  std::unique_ptr<Peer> peer_;
  Caller self_;
};

SubmitStatementRequest Statement(int month, const std::string& request_id) {
  SubmitStatementRequest request;
  request.set_parent(kAccount);
  request.set_law("jeugdwet");
  request.set_start_date(absl::StrCat("2018-0", month, "-01"));
  request.set_end_date(absl::StrCat("2018-0", month + 1, "-01"));
  request.set_request_id(request_id);
  auto* line = request.add_lines();
  line->set_allocation(7'654'321);
  line->set_product(kProduct);
  line->set_start_date(request.start_date());
  line->set_end_date(request.end_date());
  line->set_unit("04");
  line->set_volume_thousandths(12'000);
  return request;
}

ListItemChangesRequest Feed(int64_t after, int wait_seconds) {
  ListItemChangesRequest request;
  request.set_parent(kAccount);
  request.set_after_sequence(after);
  request.set_wait_seconds(wait_seconds);
  request.set_page_size(100);
  return request;
}

// Whether a file of the folder has the text in it.
std::string FileWith(const std::string& dir, const std::string& text) {
  for (const auto& entry : std::filesystem::recursive_directory_iterator(dir)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream file(entry.path(), std::ios::binary);
    std::ostringstream bytes;
    bytes << file.rdbuf();
    if (absl::StrContains(bytes.str(), text)) return entry.path();
  }
  return "";
}

class RegionProviderTest : public ::testing::Test {
 protected:
  RegionProviderTest()
      : region_(testing::ScratchDir("region"), "nmd", Instance::Role::kRegion),
        tynaarlo_(testing::ScratchDir("gm1730"), "gm1730", Instance::Role::kMunicipality, region_.dir()),
        assen_(testing::ScratchDir("gm0106"), "gm0106", Instance::Role::kMunicipality, region_.dir()) {
    region_.Configure();
    region_.Start("gateway");
    for (const char* service : {"ingestion", "costs", "contracts", "gateway"}) tynaarlo_.Start(service);
    // A contract, so that the provider has an account.
    const std::filesystem::path box = testing::ScratchDir("box") + "/contracten";
    std::filesystem::create_directories(box);
    std::ofstream(box / "2018.csv") << "contract;wet;agb;aanbieder;geldig_vanaf;geldig_tot;plafond;plafond_jaar\n"
                                       "JH-1;jeugdwet;98000017;Zorg Voorbeeld;01-01-2018;;;\n";
    const Instance::Result delivered =
        tynaarlo_.RunCtl("beheerder", {"deliver", "--once", "--watch", box.parent_path().string()});
    EXPECT_THAT(delivered.output, HasSubstr("1 gearchiveerd, 0 in de map fout")) << delivered.errors;
  }

  // Over HTTP, with a token of the region.
  int Get(const std::string& path, const std::string& subject, const std::string& role, std::string* body = nullptr) {
    const std::string file = absl::StrCat(region_.dir(), "/", role, "-", subject, ".token");
    testing::MustRun(absl::StrCat(testing::Program("nmdctl"), " token --key ", region_.dir(), "/certs/issuer.key --role ", role,
                                  " --municipality nmd --subject ", subject, " > '", file, "'"));
    std::ifstream stream(file);
    std::string token;
    stream >> token;
    httplib::Client client("127.0.0.1", region_.http_port());
    client.set_read_timeout(60);
    const auto result = client.Get(path, {{"Authorization", absl::StrCat("Bearer ", token)}});
    if (!result) return 0;
    if (body != nullptr) *body = result->body;
    return result->status;
  }

  Instance region_, tynaarlo_, assen_;
};

TEST_F(RegionProviderTest, AProviderWorksOnItsAccountAtAMemberThroughTheRegion) {
  const Client at_region(region_, "nmd", region_.dir() + "/certs/aanbieder");
  const Client at_member(tynaarlo_, "gm1730", tynaarlo_.dir() + "/certs/aanbieder");

  // It states what it delivered, and finds the same at the member itself.
  auto submitted = at_region.Ask<ProductionStatement>("SubmitStatement", Statement(1, "een"));
  // Until contracts has read the delivery.
  for (int attempt = 0; attempt < 500 && ReasonOf(submitted.status()) == ErrorReason::RESOURCE_NOT_FOUND; ++attempt)
    submitted = at_region.Ask<ProductionStatement>("SubmitStatement", Statement(1, "een"));
  ASSERT_TRUE(submitted.ok()) << submitted.status();
  EXPECT_EQ(submitted->name(), absl::StrCat(kAccount, "/statements/1"));
  contracts::v1::GetStatementRequest get;
  get.set_name(submitted->name());
  const auto directly = at_member.Ask<ProductionStatement>("GetStatement", get);
  ASSERT_TRUE(directly.ok()) << directly.status();
  ASSERT_EQ(directly->lines_size(), 1);
  EXPECT_EQ(directly->lines(0).product(), kProduct);
  // And over HTTP.
  std::string body;
  EXPECT_EQ(Get(absl::StrCat("/v1/", kAccount, "/statements"), "agb:98000017", "aanbieder", &body), 200) << body;
  EXPECT_THAT(body, HasSubstr(absl::StrCat(kAccount, "/statements/1")));

  // A feed waits through both doors, and hears what happens at the member.
  auto changes = at_region.Ask<ListItemChangesResponse>("ListItemChanges", Feed(0, 0));
  ASSERT_TRUE(changes.ok()) << changes.status();
  while (changes.ok() && changes->changes_size() > 0)
    changes = at_region.Ask<ListItemChangesResponse>("ListItemChanges", Feed(changes->next_sequence(), 0));
  ASSERT_TRUE(changes.ok()) << changes.status();
  absl::StatusOr<ListItemChangesResponse> heard;
  const int64_t after = changes->next_sequence();
  std::thread listening([&] { heard = at_region.Ask<ListItemChangesResponse>("ListItemChanges", Feed(after, 30)); });
  EXPECT_TRUE(at_member.Ask<ProductionStatement>("SubmitStatement", Statement(2, "twee")).ok());
  listening.join();
  ASSERT_TRUE(heard.ok()) << heard.status();
  EXPECT_GT(heard->changes_size(), 0) << heard->DebugString();

  // Nothing else goes through.
  ListItemChangesRequest other = Feed(0, 0);
  other.set_parent("municipalities/gm1730/accounts/98000025");
  EXPECT_EQ(ReasonOf(at_region.Ask<ListItemChangesResponse>("ListItemChanges", other).status()), ErrorReason::SCOPE_FOREIGN);
  other.set_parent("municipalities/gm9999/accounts/98000017");
  EXPECT_EQ(ReasonOf(at_region.Ask<ListItemChangesResponse>("ListItemChanges", other).status()), ErrorReason::SCOPE_FOREIGN);
  other.set_parent("municipalities/gm0106/accounts/98000017");
  EXPECT_EQ(ReasonOf(at_region.Ask<ListItemChangesResponse>("ListItemChanges", other).status()), ErrorReason::UNAVAILABLE_NOW)
      << "Assen is off; nobody else notices";
  EXPECT_EQ(Get(absl::StrCat("/v1/", kAccount, "/statements"), "test-controller", "controller"), 403);
  EXPECT_EQ(Get(absl::StrCat("/v1/", kAccount), "agb:98000017", "aanbieder"), 404) << "the region has no such route";
  const Client member(region_, "nmd", tynaarlo_.dir() + "/certs/lid");
  EXPECT_EQ(ReasonOf(member.Ask<ListItemChangesResponse>("ListItemChanges", Feed(0, 0)).status()), ErrorReason::ROLE_MISSING);
  EXPECT_EQ(ReasonOf(member.Ask<ListItemChangesResponse>("ListItemChanges", Feed(0, 0), "98000017").status()),
            ErrorReason::SCOPE_FOREIGN)
      << "a member presents nobody at the region";

  // The certificate of the region, used at the member for anything else.
  const Client router(tynaarlo_, "gm1730", region_.dir() + "/certs/deur-gm1730");
  EXPECT_TRUE(router.Ask<ListItemChangesResponse>("ListItemChanges", Feed(0, 0), "98000017").ok());
  EXPECT_EQ(ReasonOf(router.Ask<ListItemChangesResponse>("ListItemChanges", Feed(0, 0), "98000025").status()),
            ErrorReason::SCOPE_FOREIGN);
  EXPECT_EQ(ReasonOf(router.Ask<ListItemChangesResponse>("ListItemChanges", Feed(0, 0)).status()), ErrorReason::ROLE_MISSING);

  // Both doors wrote down who asked; the region nothing else.
  const Instance::Result at_door =
      tynaarlo_.RunCtl("privacyfunctionaris", {"access-log", "list", "--who", "agb:98000017", "--format", "json"});
  EXPECT_EQ(at_door.exit_code, 0) << at_door.errors;
  EXPECT_THAT(at_door.output, HasSubstr("\"via\":\"oin:00000001009999000000\""));
  const Instance::Result at_router =
      region_.RunCtl("privacyfunctionaris", {"access-log", "list", "--who", "agb:98000017", "--format", "json"});
  EXPECT_EQ(at_router.exit_code, 0) << at_router.errors;
  EXPECT_THAT(at_router.output, HasSubstr(absl::StrCat("\"object\":\"", kAccount, "\"")));
  EXPECT_EQ(FileWith(region_.dir(), kProduct), "");
  region_.StopAll();
  tynaarlo_.StopAll();
}

}  // namespace
}  // namespace nmd
