// SPDX-License-Identifier: EUPL-1.2
// The description of the whole API, held against the NL API Design Rules by their official linter where that is at hand.
#include "gateway/api_document.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gateway/api_descriptors.h"
#include "gateway/gateway.h"
#include "gateway/testing.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/struct.pb.h"
#include "google/protobuf/util/json_util.h"

namespace nmd::gateway {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using Json = google::protobuf::Value;

const Json& At(const Json& value, std::initializer_list<const char*> path) {
  const Json* at = &value;
  for (const char* name : path) {
    const auto& fields = at->struct_value().fields();
    const auto it = fields.find(name);
    if (it == fields.end()) {
      ADD_FAILURE() << "no member " << name;
      static const Json nothing;
      return nothing;
    }
    at = &it->second;
  }
  return *at;
}

class ApiDocument : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    std::vector<const google::protobuf::MethodDescriptor*> methods;
    for (const auto* service : ApiServices()) {
      const auto callable = ApiMethods(*service);
      methods.insert(methods.end(), callable.begin(), callable.end());
    }
    absl::StatusOr<Routes> routes = Routes::Build(methods);
    ASSERT_TRUE(routes.ok()) << routes.status();
    internal::v1::ContactConfig contact;
    contact.set_name("Beheer");
    contact.set_url("https://example.org");
    contact.set_email("beheer@example.org");
    text_ = new std::string(OpenApiDocument(routes->all(), contact));
    json_ = new Json;
    ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(*text_, json_).ok());
    EXPECT_EQ(*text_, OpenApiDocument(routes->all(), contact)) << "the same build, the same text";
  }

  static std::string* text_;
  static Json* json_;
};
std::string* ApiDocument::text_ = nullptr;
Json* ApiDocument::json_ = nullptr;

TEST_F(ApiDocument, HasEveryRoutePeopleMayCallAndNoOther) {
  const auto& paths = At(*json_, {"paths"}).struct_value().fields();
  EXPECT_GT(paths.size(), 60u);
  EXPECT_TRUE(paths.contains("/openapi.json"));
  EXPECT_TRUE(paths.contains("/municipalities/{municipality}/figures/_query"));
  EXPECT_TRUE(paths.contains("/municipalities/{municipality}/uploads/{upload}/_append"));
  // Operations of Google's API: only the one that services answer.
  int operations = 0;
  for (const auto& [path, item] : paths) operations += absl::StrContains(path, "/operations") ? 1 : 0;
  EXPECT_EQ(operations, 1);
  for (const auto& [path, item] : paths) {
    for (const auto& [method, operation] : item.struct_value().fields()) {
      if (path == "/openapi.json") continue;
      EXPECT_GT(At(operation, {"x-roles"}).list_value().values_size(), 0) << method << " " << path;
    }
  }
}

TEST_F(ApiDocument, TakesItsWordsFromTheProtos) {
  const Json& query = At(*json_, {"paths", "/municipalities/{municipality}/figures/_query", "post"});
  EXPECT_THAT(At(query, {"description"}).string_value(), HasSubstr("Answers measures x dimensions x filters"));
  EXPECT_EQ(At(query, {"operationId"}).string_value(), "CostsService_QueryFigures");
  EXPECT_EQ(At(query, {"x-roles"}).list_value().values(0).string_value(), "beleidsadviseur");
  const Json& schemas = At(*json_, {"components", "schemas"});
  const Json& request = At(schemas, {"QueryFiguresRequest"});
  // What the path gives is not asked for again.
  EXPECT_FALSE(At(request, {"properties"}).struct_value().fields().contains("parent"));
  EXPECT_EQ(At(request, {"properties", "measures", "type"}).string_value(), "array");
  EXPECT_EQ(At(schemas, {"Period", "properties", "start_date", "format"}).string_value(), "date");
}

// A number of 64 bits does not fit in a JavaScript number; it is text, as in the answers themselves.
TEST_F(ApiDocument, DescribesValuesAsTheTranscoderWritesThem) {
  const Json& figure = At(*json_, {"components", "schemas", "Figure", "properties"});
  EXPECT_EQ(At(figure, {"count", "type"}).string_value(), "string");
  EXPECT_EQ(At(figure, {"count", "format"}).string_value(), "int64");
  const Json& state = At(*json_, {"components", "schemas", "FigureState"});
  EXPECT_EQ(At(state, {"enum"}).list_value().values(0).string_value(), "STATE_UNSPECIFIED");
}

// nlgov:query-keys-camel-case is on names; that the gateway takes these names is in transcoder_test.
TEST_F(ApiDocument, EveryListCanBePaged) {
  const Json& list = At(*json_, {"paths", "/municipalities/{municipality}/deliveries", "get"});
  std::vector<std::string> names;
  for (const Json& parameter : At(list, {"parameters"}).list_value().values()) {
    names.push_back(At(parameter, {"name"}).string_value());
  }
  EXPECT_THAT(names, ::testing::IsSupersetOf({"municipality", "pageSize", "pageToken"}));
  EXPECT_TRUE(At(list, {"responses", "200", "headers"}).struct_value().fields().contains("Link"));
}

// R23: what says something about a person is never in a path or a query (transport/no-sensitive-uris).
TEST_F(ApiDocument, NothingPersonalIsAParameter) {
  for (const auto* service : ApiServices()) {
    for (const auto* method : ApiMethods(*service)) {
      const absl::StatusOr<Routes> routes = Routes::Build({method});
      ASSERT_TRUE(routes.ok());
      for (const Route* route : routes->all()) {
        if (route->body == "*") continue;
        for (int i = 0; i < method->input_type()->field_count(); ++i) {
          const auto* field = method->input_type()->field(i);
          if (field->name() == route->body) continue;
          EXPECT_NE(field->options().GetExtension(type::privacy), type::PERSONAL) << field->full_name();
        }
      }
    }
  }
}

// Needs tests/e2e/node_modules (npm ci) and the official rule set, which lies beside the checkout and is no part of it.
TEST_F(ApiDocument, PassesTheOfficialLinter) {
  const char* source = std::getenv("NMD_SOURCE_DIR");
  const std::string root = source == nullptr ? "." : source;
  const std::string spectral = root + "/tests/e2e/node_modules/.bin/spectral";
  if (!std::filesystem::exists(spectral)) GTEST_SKIP() << "no " << spectral << "; npm ci in tests/e2e installs it";
  const std::string document = testing::WriteTemp("openapi.json", *text_);
  int rule_sets = 0;
  // Of 2.1 one warning is left: it wants "https://" in the address of the server, which 2.2 (issue 291) lets be relative, and
  // which only the operator's proxy knows.
  for (const auto& [rules, severity] :
       {std::pair("/../shared/adr/adr-2.2-linter.yaml", "warn"), std::pair("/../shared/adr/adr-2.1.0-spectral.yml", "error")}) {
    if (!std::filesystem::exists(root + rules)) continue;
    ++rule_sets;
    const std::string command = absl::StrCat("SCARF_ANALYTICS=false ", spectral, " lint --fail-severity ", severity,
                                             " --ruleset ", root, rules, " ", document, " 2>&1");
    EXPECT_EQ(std::system(command.c_str()), 0) << rules;
  }
  if (rule_sets == 0) GTEST_SKIP() << "the official rule set is not at hand";
}

}  // namespace
}  // namespace nmd::gateway
