// SPDX-License-Identifier: EUPL-1.2
// Who may do what (R23), walked as a whole: every method of every service against every role, purpose and scope, held against
// a table that people can read. A change of the table is a change of policy.
#include "services/platform/policy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <map>
#include <memory>
#include <set>
#include <sstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "gateway/api_descriptors.h"
#include "gateway/gateway.h"
#include "gateway/testing.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "services/platform/errors.h"

namespace nmd::gateway {
namespace {

using google::protobuf::MethodDescriptor;

const absl::Time kNow = absl::FromUnixSeconds(1522533600);

std::vector<const MethodDescriptor*> AllMethods() {
  std::vector<const MethodDescriptor*> all;
  for (const auto* service : ApiServices()) {
    for (const MethodDescriptor* method : ApiMethods(*service)) all.push_back(method);
  }
  return all;
}

// Roles of tokens by their word; "dienst" for a service of the instance, which no token can be.
std::map<std::string, type::Role> Roles() {
  std::map<std::string, type::Role> roles;
  for (int number = type::Role_MIN; number <= type::Role_MAX; ++number) {
    if (!type::Role_IsValid(number) || number == type::ROLE_UNSPECIFIED) continue;
    const auto role = static_cast<type::Role>(number);
    roles[role == type::SERVICE ? "dienst" : std::string(WordOf(role))] = role;
  }
  return roles;
}

Caller CallerOf(type::Role role) {
  Caller caller;
  caller.subject = "iemand";
  caller.roles = {role};
  caller.municipality = "gm1730";
  caller.purpose = "beleidsinformatie";
  return caller;
}

// tests/golden/policy.txt: a line per method, its name and the words of its roles. Methods by name, words in the order of the
// alphabet; "#" begins a comment.
std::map<std::string, std::set<std::string>> Golden() {
  const char* source = std::getenv("NMD_SOURCE_DIR");
  std::ifstream file(absl::StrCat(source == nullptr ? "." : source, "/tests/golden/policy.txt"));
  EXPECT_TRUE(file) << "tests/golden/policy.txt";
  std::map<std::string, std::set<std::string>> golden;
  std::string line;
  while (std::getline(file, line)) {
    if (line.empty() || line[0] == '#') continue;
    const std::vector<std::string> words = absl::StrSplit(line, ' ', absl::SkipEmpty());
    golden[words[0]] = {words.begin() + 1, words.end()};
  }
  return golden;
}

TEST(Policy, IsTheTableThatPeopleRead) {
  std::map<std::string, std::set<std::string>> actual;
  int judged = 0;
  for (const MethodDescriptor* method : AllMethods()) {
    std::set<std::string>& words = actual[method->full_name()];
    for (const auto& [word, role] : Roles()) {
      const absl::Status status = CheckRole(*method, CallerOf(role));
      if (status.ok())
        words.insert(word);
      else
        EXPECT_EQ(ReasonOf(status), ErrorReason::ROLE_MISSING) << method->full_name();
      ++judged;
    }
  }
  EXPECT_GT(judged, 800);
  std::ostringstream text;
  for (const auto& [method, words] : actual) text << method << " " << absl::StrJoin(words, " ") << "\n";
  testing::WriteTemp("policy.txt", text.str());
  const auto golden = Golden();
  for (const auto& [method, words] : actual) {
    const auto it = golden.find(method);
    EXPECT_TRUE(it != golden.end() && it->second == words)
        << method << " " << absl::StrJoin(words, " ")
        << "\nwas agreed: " << (it == golden.end() ? "nothing" : absl::StrJoin(it->second, " "));
  }
  for (const auto& [method, words] : golden) EXPECT_EQ(actual.count(method), 1u) << method << " is gone";
}

TEST(Policy, WithoutARoleNothingIsAllowed) {
  for (const MethodDescriptor* method : AllMethods()) {
    Caller nobody = CallerOf(type::CONTROLLER);
    nobody.roles.clear();
    EXPECT_EQ(ReasonOf(CheckRole(*method, nobody)), ErrorReason::ROLE_MISSING) << method->full_name();
    nobody.roles = {type::ROLE_UNSPECIFIED};
    EXPECT_EQ(ReasonOf(CheckRole(*method, nobody)), ErrorReason::ROLE_MISSING) << method->full_name();
  }
}

// Purpose limitation (AVG 5.1.b): everybody but a service, and who reads only what is public, says what for.
TEST(Policy, PeopleSayWhatFor) {
  for (const auto& [word, role] : Roles()) {
    Caller caller = CallerOf(role);
    EXPECT_TRUE(CheckPurpose(caller).ok()) << word;
    caller.purpose.clear();
    const bool needs_none = role == type::SERVICE || role == type::PUBLIC;
    EXPECT_EQ(ReasonOf(CheckPurpose(caller)), needs_none ? ErrorReason::ERROR_REASON_UNSPECIFIED : ErrorReason::TOKEN_INVALID)
        << word;
  }
  Caller both = CallerOf(type::PUBLIC);
  both.roles.push_back(type::CONTROLLER);
  both.purpose.clear();
  EXPECT_EQ(ReasonOf(CheckPurpose(both)), ErrorReason::TOKEN_INVALID);
}

// Every method with its own municipality, another's, and none, asked by one of here and one of elsewhere.
TEST(Policy, NobodyReachesBeyondTheMunicipality) {
  for (const MethodDescriptor* method : AllMethods()) {
    // Names of operations have no municipality in them, whatever service takes them.
    if (method->input_type()->file()->package() == "google.longrunning") continue;
    const auto* prototype = google::protobuf::MessageFactory::generated_factory()->GetPrototype(method->input_type());
    const auto* field = method->input_type()->FindFieldByName("parent");
    if (field == nullptr) field = method->input_type()->FindFieldByName("name");
    ASSERT_NE(field, nullptr) << method->full_name();
    const auto check = [&](const std::string& name, const std::string& caller_municipality) {
      const std::unique_ptr<google::protobuf::Message> request(prototype->New());
      request->GetReflection()->SetString(request.get(), field, name);
      Caller caller = CallerOf(type::CONTROLLER);
      caller.municipality = caller_municipality;
      return CheckScope(*method, caller, *request, "gm1730");
    };
    EXPECT_TRUE(check("municipalities/gm1730/x/1", "gm1730").ok()) << method->full_name();
    EXPECT_EQ(ReasonOf(check("municipalities/gm0106/x/1", "gm1730")), ErrorReason::SCOPE_FOREIGN) << method->full_name();
    EXPECT_EQ(ReasonOf(check("municipalities/gm1730/x/1", "gm0106")), ErrorReason::SCOPE_FOREIGN) << method->full_name();
    EXPECT_EQ(ReasonOf(check("municipalities/gm0106/x/1", "gm0106")), ErrorReason::SCOPE_FOREIGN) << method->full_name();
    for (const char* none : {"", "municipalities", "municipalities/", "x/gm1730", "/municipalities/gm1730"}) {
      EXPECT_EQ(ReasonOf(check(none, "gm1730")), ErrorReason::FIELDS_INVALID) << method->full_name() << " " << none;
    }
  }
}

// The same at the door itself: every route, asked with the token of every role.
TEST(Policy, TheDoorLetsInWhomTheTableNames) {
  const testing::KeyPair keys = testing::MakeKeyPair("P-256");
  const FakeClock clock(kNow);
  const auto tokens = *TokenChecker::Create(testing::MakeIssuer("policy_test", keys), clock);
  // Nothing is called: the body is not read.
  class NoPeer : public Peer {
   public:
    absl::StatusOr<std::string> CallBytes(absl::string_view, absl::string_view, absl::Duration, const Caller*) const override {
      return absl::InternalError("called");
    }
    void CallBytesAsync(absl::string_view, std::string, absl::Duration, const Caller*,
                        std::function<void(absl::StatusOr<std::string>)>) const override {}
  };
  const NoPeer peer;
  Gateway::Parts parts;
  std::vector<const MethodDescriptor*> methods;
  for (const auto* service : ApiServices()) {
    parts.peers[service->full_name()] = &peer;
    for (const MethodDescriptor* method : ApiMethods(*service)) methods.push_back(method);
  }
  parts.tokens = tokens.get();
  const auto gateway = *Gateway::Create(std::move(parts), clock);
  const Routes routes = *Routes::Build(methods);
  const auto golden = Golden();
  ::testing::internal::CaptureStderr();
  std::vector<std::string> wrong;
  int asked = 0;
  for (const auto& [word, role] : Roles()) {
    if (role == type::SERVICE || role == type::MEMBER) continue;  // By certificate only.
    TokenClaims claims = testing::GoodClaims(kNow);
    claims.roles = {word};
    const std::string token = absl::StrCat("Bearer ", *MintToken(keys.private_pem, claims));
    for (const Route* route : routes.all()) {
      std::string path;
      for (const absl::string_view part : absl::StrSplit(route->pattern, '/', absl::SkipEmpty())) {
        const absl::string_view end = part.substr(part.find('=') == absl::string_view::npos ? 0 : part.find('=') + 1);
        absl::StrAppend(&path, "/", absl::StartsWith(end, "*") ? "gm1730" : absl::StripSuffix(end, "}"));
      }
      const Admission admission = gateway->Handle({route->http_method, path, {{"Authorization", token}}, "r"});
      const auto agreed = golden.find(route->method->full_name());
      // A member is known by its certificate, never by a token.
      const bool may = role != type::MEMBER && agreed != golden.end() && agreed->second.count(word) > 0;
      const bool admitted = !admission.answer;
      if (admitted != may || (!admitted && admission.answer->status != 403)) {
        wrong.push_back(absl::StrCat(word, " ", route->http_method, " ", path, " ", admitted ? 0 : admission.answer->status));
      }
      ++asked;
    }
  }
  ::testing::internal::GetCapturedStderr();
  EXPECT_THAT(wrong, ::testing::IsEmpty());
  EXPECT_GT(asked, 700);
}

}  // namespace
}  // namespace nmd::gateway
