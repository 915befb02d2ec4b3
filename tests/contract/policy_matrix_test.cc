// SPDX-License-Identifier: EUPL-1.2
// The matrix of issue 9: every method x every role x every scope (municipality, provider, audience, member), held against what
// people agreed in tests/golden/policy.txt and scopes.txt. Contracts and the region judge with the code they run with; of the
// other services the scope is the municipality alone, which the platform judges for all.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "gateway/api_descriptors.h"
#include "gateway/token.h"
#include "google/api/annotations.pb.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "nmd/type/figure.pb.h"
#include "services/contracts/contracts_methods.h"
#include "services/contracts/test_scene.h"
#include "services/platform/crypto.h"
#include "services/platform/errors.h"
#include "services/platform/policy.h"
#include "services/platform/router.h"
#include "services/publication/region.h"
#include "services/publication/region_service.h"
#include "services/publication/statement.h"

namespace nmd {
namespace {

using google::protobuf::Message;
using google::protobuf::MethodDescriptor;

constexpr char kInstance[] = "gm1730";
constexpr char kRegion[] = "nmd";
constexpr char kAgb[] = "01234567";
constexpr char kOtherAgb[] = "07654321";
constexpr char kOin[] = "00000001001730000000";
constexpr char kRegionService[] = "nmd.publication.v1.RegionService";

// A golden table: a name, and words behind it.
std::map<std::string, std::set<std::string>> Golden(const std::string& name) {
  const char* source = std::getenv("NMD_SOURCE_DIR");
  std::ifstream file(absl::StrCat(source == nullptr ? "." : source, "/tests/golden/", name));
  EXPECT_TRUE(file) << name;
  std::map<std::string, std::set<std::string>> golden;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line[0] == '#') continue;
    const std::vector<std::string> words = absl::StrSplit(line, ' ', absl::SkipEmpty());
    golden[words[0]] = {words.begin() + 1, words.end()};
  }
  return golden;
}

std::map<std::string, type::Role> Roles() {
  std::map<std::string, type::Role> roles;
  for (int number = type::Role_MIN; number <= type::Role_MAX; ++number) {
    const auto role = static_cast<type::Role>(number);
    if (type::Role_IsValid(number) && role != type::ROLE_UNSPECIFIED)
      roles[role == type::SERVICE ? "dienst" : std::string(gateway::WordOf(role))] = role;
  }
  return roles;
}

// Who asks, and about what.
struct Case {
  std::string caller_municipality, municipality;  // Of the caller; in the name of the resource.
  std::string subject;
  std::string provider;  // In the name, where the resource is of one.
  std::string audience;  // Where the request has one.
  std::string told;      // For messages of the test.
};

// The name or parent that the method takes, by its path.
std::string NameFor(const MethodDescriptor& method, const Case& asked) {
  const auto& http = method.options().GetExtension(google::api::http);
  const std::string& path = http.get().empty() ? http.post() : http.get();
  const size_t begin = path.find('='), end = path.find('}');
  if (begin == std::string::npos) return absl::StrCat("municipalities/", asked.municipality);
  std::vector<std::string> parts = absl::StrSplit(path.substr(begin + 1, end - begin - 1), '/');
  for (size_t i = 1; i < parts.size(); i += 2) {
    const std::string& of = parts[i - 1];
    parts[i] = of == "municipalities"                 ? asked.municipality
               : of == "accounts" || of == "dossiers" ? asked.provider
               : of == "drafts"                       ? "jeugdwet-2018"
                                                      : "1";
  }
  return absl::StrJoin(parts, "/");
}

std::unique_ptr<Message> RequestFor(const MethodDescriptor& method, const Case& asked) {
  std::unique_ptr<Message> request(
      google::protobuf::MessageFactory::generated_factory()->GetPrototype(method.input_type())->New());
  const auto set = [&](const char* name, const std::string& value) {
    const auto* field = method.input_type()->FindFieldByName(name);
    if (field != nullptr && field->type() == google::protobuf::FieldDescriptor::TYPE_STRING && !field->is_repeated())
      request->GetReflection()->SetString(request.get(), field, value);
    return field != nullptr;
  };
  if (!set("parent", NameFor(method, asked))) set("name", NameFor(method, asked));
  set("audience", asked.audience);
  // Of a request that is wrong in itself the region says that first.
  const auto* period = method.input_type()->FindFieldByName("period");
  if (period != nullptr && period->message_type() == type::Period::descriptor() && !period->is_repeated()) {
    type::Period year;
    year.set_start_date("2018-01-01");
    year.set_end_date("2019-01-01");
    request->GetReflection()->MutableMessage(request.get(), period)->CopyFrom(year);
  }
  return request;
}

// What a router behind the door says of the call, as far as it is about who may: the reason of a denial, else nothing.
ErrorReason Denial(const absl::Status& status) {
  const auto reason = ReasonOf(status);
  const bool denies =
      status.code() == absl::StatusCode::kPermissionDenied || status.code() == absl::StatusCode::kUnauthenticated;
  return denies ? reason : ErrorReason::ERROR_REASON_UNSPECIFIED;
}

// Contracts of gm1730 with an account of one provider.
class ContractsScene : public contracts::testing::Scene {
 public:
  ContractsScene() : router(kInstance, clock_) {
    account_.Allocate(1);
    account_.Claim("c1", "2018-03-05", {{"r1", 1, "2018-01", 40}});
    Follow();
    contracts::Handle(*contracts_, router);
  }
  Router router;

 private:
  void TestBody() override {}
};

class PolicyMatrixTest : public ::testing::Test {
 protected:
  PolicyMatrixTest()
      : clock_(absl::FromUnixSeconds(1522533600)), region_router_(kRegion, clock_), journal_(NewMemoryJournal()) {
    publication::Region::Options options;
    options.municipality = kRegion;
    options.audience = "regio";
    internal::v1::MemberConfig& member = options.members.emplace_back();
    member.set_municipality(kInstance);
    member.set_title("Tynaarlo");
    member.set_oin(kOin);
    member.add_public_keys(publication::Signer(Key::Random()).public_key().Hex());
    region_ = *publication::Region::Open(std::move(options), *journal_, clock_);
    publication::BindRegion(*region_, region_router_);
  }

  // Where the method is answered.
  static const char* InstanceOf(const MethodDescriptor& method) {
    return method.service()->full_name() == kRegionService ? kRegion : kInstance;
  }

  absl::Status Ask(const MethodDescriptor& method, type::Role role, const Case& asked) {
    Caller caller;
    caller.subject = asked.subject;
    caller.roles = {role};
    caller.municipality = asked.caller_municipality;
    caller.purpose = "beleidsinformatie";
    const std::unique_ptr<Message> request = RequestFor(method, asked);
    const std::string path = absl::StrCat("/", method.service()->full_name(), "/", method.name());
    const Router* router = method.service()->full_name() == kRegionService             ? &region_router_
                           : method.service()->file()->package() == "nmd.contracts.v1" ? &contracts_.router
                                                                                       : nullptr;
    if (router != nullptr) return router->Call(path, caller, request->SerializeAsString()).status();
    // As Router does for every method (services/platform/router_test.cc).
    absl::Status status = CheckRole(method, caller);
    if (status.ok()) status = CheckScope(method, caller, *request, InstanceOf(method));
    return status;
  }

  FakeClock clock_;
  Router region_router_;
  const std::unique_ptr<Journal> journal_;
  std::unique_ptr<publication::Region> region_;
  ContractsScene contracts_;
};

TEST_F(PolicyMatrixTest, EveryMethodAnswersEveryRoleAndScopeAsAgreed) {
  const auto policy = Golden("policy.txt"), scopes = Golden("scopes.txt");
  int methods = 0, judged = 0, let_in = 0;
  std::map<std::string, int> let_in_by_scope;
  ::testing::internal::CaptureStderr();
  std::vector<std::string> wrong;
  for (const auto* service : gateway::ApiServices()) {
    for (const MethodDescriptor* method : gateway::ApiMethods(*service)) {
      ++methods;
      const auto agreed = policy.find(method->full_name());
      const auto scope = scopes.find(method->full_name());
      const auto has = [&](const char* word) { return scope != scopes.end() && scope->second.count(word) > 0; };
      const std::string here = InstanceOf(*method);
      const bool names_municipality = method->input_type()->file()->package() != "google.longrunning";
      for (const auto& [word, role] : Roles()) {
        const std::string self = role == type::PROVIDER ? absl::StrCat("agb:", kAgb)
                                 : role == type::MEMBER ? absl::StrCat("oin:", kOin)
                                                        : "iemand";
        std::vector<Case> cases = {{here, here, self, kAgb, "", "own"},
                                   {here, "gm9999", self, kAgb, "", "resource elsewhere"},
                                   {"gm9999", here, self, kAgb, "", "caller elsewhere"},
                                   {"gm9999", "gm9999", self, kAgb, "", "both elsewhere"},
                                   {here, here, self, kOtherAgb, "", "other provider"}};
        for (const char* subject : {"demo-aanbieder", "agb:", "01234567", "agb:01234567 ", ""})
          cases.push_back({here, here, subject, kAgb, "", absl::StrCat("subject '", subject, "'")});
        for (const char* audience : {"openbaar", "regio"})
          cases.push_back({here, here, self, kAgb, audience, absl::StrCat("audience ", audience)});
        for (const Case& asked : cases) {
          const bool may = agreed != policy.end() && agreed->second.count(word) > 0;
          const bool foreign_caller = asked.caller_municipality != here;
          const bool foreign_name = names_municipality && asked.municipality != here;
          const bool other_provider = has("aanbieder") && role == type::PROVIDER &&
                                      (asked.subject != absl::StrCat("agb:", kAgb) || asked.provider != kAgb);
          const bool not_for_public = has("doelgroep") && role == type::PUBLIC && asked.audience == "regio";
          ErrorReason expected = ErrorReason::ERROR_REASON_UNSPECIFIED;
          if (!may) {
            expected = ErrorReason::ROLE_MISSING;
          } else if (foreign_caller || foreign_name || other_provider) {
            expected = ErrorReason::SCOPE_FOREIGN;
          } else if (not_for_public) {
            expected = ErrorReason::ROLE_MISSING;
          }
          const absl::Status status = Ask(*method, role, asked);
          ++judged;
          if (Denial(status) != expected) {
            wrong.push_back(absl::StrCat(method->full_name(), " ", word, ", ", asked.told, ": ", status.ToString(),
                                         ", agreed was ", type::ErrorReason_Name(expected)));
          }
          if (expected == ErrorReason::ERROR_REASON_UNSPECIFIED) {
            ++let_in;
            if (scope != scopes.end()) ++let_in_by_scope[*scope->second.begin()];
          }
        }
      }
    }
  }
  ::testing::internal::GetCapturedStderr();
  EXPECT_THAT(wrong, ::testing::IsEmpty());
  EXPECT_EQ(methods, static_cast<int>(policy.size()));
  EXPECT_GT(judged, 20'000);
  EXPECT_GT(let_in, 2'000);
  for (const char* word : {"aanbieder", "doelgroep", "lid"}) EXPECT_GT(let_in_by_scope[word], 0) << word;
}

// A method that one of the roles with a narrower scope may call has that scope; nothing else is in the table.
TEST_F(PolicyMatrixTest, WhoeverReachesLessThanTheMunicipalityStandsInTheTable) {
  const auto policy = Golden("policy.txt"), scopes = Golden("scopes.txt");
  const std::map<std::string, std::string> narrower = {{"aanbieder", "aanbieder"}, {"openbaar", "doelgroep"}, {"lid", "lid"}};
  for (const auto& [method, roles] : policy) {
    std::set<std::string> expected;
    for (const auto& [role, scope] : narrower) {
      if (roles.count(role) > 0) expected.insert(scope);
    }
    const auto it = scopes.find(method);
    // What is made of releases to the public has no part that is somebody's.
    if (it != scopes.end() && it->second.count("publiek") > 0) {
      EXPECT_EQ(roles.count("openbaar"), 1u) << method;
      expected = {"publiek"};
    }
    EXPECT_EQ(it == scopes.end() ? std::set<std::string>() : it->second, expected) << method;
  }
  for (const auto& [method, words] : scopes) EXPECT_EQ(policy.count(method), 1u) << method << " is gone";
}

// A member delivers for itself: an OIN that the region does not know is nobody, whatever it delivers.
TEST_F(PolicyMatrixTest, AMemberIsKnownByItsOin) {
  const auto* method =
      google::protobuf::DescriptorPool::generated_pool()->FindMethodByName(absl::StrCat(kRegionService, ".ReceiveStatement"));
  ASSERT_NE(method, nullptr);
  ::testing::internal::CaptureStderr();
  for (const char* subject : {"oin:00000001000106000000", "oin:", "00000001001730000000", "gm1730", ""}) {
    const absl::Status status = Ask(*method, type::MEMBER, {kRegion, kRegion, subject, "", "", ""});
    EXPECT_EQ(ReasonOf(status), ErrorReason::STATEMENT_REFUSED) << subject << status;
    EXPECT_EQ(MetadataOf(status, "cause"), "member_foreign") << subject;
  }
  const absl::Status known = Ask(*method, type::MEMBER, {kRegion, kRegion, absl::StrCat("oin:", kOin), "", "", ""});
  EXPECT_NE(MetadataOf(known, "cause"), "member_foreign") << known;
  ::testing::internal::GetCapturedStderr();
}

}  // namespace
}  // namespace nmd
