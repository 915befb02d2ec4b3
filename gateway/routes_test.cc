// SPDX-License-Identifier: EUPL-1.2
#include "gateway/routes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/match.h"
#include "google/api/annotations.pb.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/descriptor.pb.h"
#include "google/protobuf/text_format.h"
#include "nmd/contracts/v1/contracts.pb.h"
#include "nmd/costs/v1/costs.pb.h"
#include "nmd/ingestion/v1/ingestion.pb.h"
#include "nmd/linking/v1/linking.pb.h"
#include "nmd/publication/v1/publication.pb.h"

namespace nmd::gateway {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

std::vector<const google::protobuf::MethodDescriptor*> AllMethods() {
  std::vector<const google::protobuf::MethodDescriptor*> methods;
  for (const google::protobuf::FileDescriptor* file :
       {ingestion::v1::Delivery::descriptor()->file(), linking::v1::Link::descriptor()->file(),
        costs::v1::Measure::descriptor()->file(), contracts::v1::Contract::descriptor()->file(),
        publication::v1::Agreement::descriptor()->file()}) {
    for (int i = 0; i < file->service(0)->method_count(); ++i) methods.push_back(file->service(0)->method(i));
  }
  return methods;
}

Routes AllRoutes() { return *Routes::Build(AllMethods()); }

TEST(Routes, FindTheMethodAndItsVariables) {
  const Routes routes = AllRoutes();
  const Routes::Found found = routes.Find("POST", "/v1/municipalities/gm1730/figures/_query");
  ASSERT_NE(found.route, nullptr);
  EXPECT_EQ(found.route->rpc_path, "/nmd.costs.v1.CostsService/QueryFigures");
  EXPECT_EQ(found.route->pattern, "/v1/{parent=municipalities/*}/figures/_query");
  EXPECT_EQ(found.route->body, "*");
  EXPECT_THAT(found.variables, ElementsAre(Pair("parent", "municipalities/gm1730")));

  const Routes::Found upload = routes.Find("POST", "/v1/municipalities/gm1730/uploads/u1/_append");
  ASSERT_NE(upload.route, nullptr);
  EXPECT_THAT(upload.variables, ElementsAre(Pair("name", "municipalities/gm1730/uploads/u1")));
}

TEST(Routes, CoverEveryAnnotatedMethodAndNoFeed) {
  size_t annotated = 0;
  for (const google::protobuf::MethodDescriptor* method : AllMethods()) {
    annotated += method->options().HasExtension(google::api::http) ? 1 : 0;
  }
  const Routes routes = AllRoutes();
  EXPECT_EQ(routes.all().size(), annotated);
  for (const Route* route : routes.all()) {
    EXPECT_NE(route->method->name(), "ListFacts");
    EXPECT_NE(route->method->name(), "ListPersonRecords");
    EXPECT_NE(route->method->name(), "ListLinks");
    // NL API Design Rules: no trailing slash, kebab-case segments, nothing that names a person in a path.
    EXPECT_FALSE(absl::EndsWith(route->pattern, "/")) << route->pattern;
    EXPECT_FALSE(absl::StrContains(route->pattern, "clients/*")) << route->pattern;
  }
}

TEST(Routes, EveryPathIsFoundAsTheMethodThatDeclaresIt) {
  const Routes routes = AllRoutes();
  for (const Route* route : routes.all()) {
    std::string path;
    for (const char c : route->pattern) {
      if (c == '*') path += "gm1730";
      if (c != '*' && c != '{' && c != '}') path += c;
    }
    // "{parent=municipalities/*}" became "parent=municipalities/gm1730".
    for (const std::string name : {"parent=", "name="}) {
      if (const size_t at = path.find(name); at != std::string::npos) path.erase(at, name.size());
    }
    const Routes::Found found = routes.Find(route->http_method, path);
    EXPECT_EQ(found.route, route) << path;
  }
}

TEST(Routes, FindNothingForPathsThatAreNotThere) {
  const Routes routes = AllRoutes();
  for (const char* path :
       {"", "/", "/v1", "/v1/", "/v1/municipalities/gm1730/figures", "/v1/municipalities/gm1730/measures/",
        "//v1/municipalities/gm1730/measures", "/v1/municipalities//measures", "/v1/municipalities/gm1730/measures/clients",
        "/v2/municipalities/gm1730/measures", "/V1/municipalities/gm1730/measures", "/v1/municipalities/gm1730%2Fx/measures",
        "/v1/municipalities/%ZZ/measures", "/v1/municipalities/gm1730%00/measures", "/v1/municipalities/gm1730%2/measures",
        "v1/municipalities/gm1730/measures"}) {
    const Routes::Found found = routes.Find("GET", path);
    EXPECT_EQ(found.route, nullptr) << path;
    EXPECT_THAT(found.allowed, IsEmpty()) << path;
  }
}

TEST(Routes, SayWhichMethodsAPathTakes) {
  const Routes routes = AllRoutes();
  EXPECT_THAT(routes.Find("GET", "/v1/municipalities/gm1730/figures/_query").allowed, ElementsAre("OPTIONS", "POST"));
  EXPECT_EQ(routes.Find("GET", "/v1/municipalities/gm1730/figures/_query").route, nullptr);
  EXPECT_THAT(routes.Find("DELETE", "/v1/municipalities/gm1730/measures").allowed, ElementsAre("GET", "HEAD", "OPTIONS"));
  ASSERT_NE(routes.Find("HEAD", "/v1/municipalities/gm1730/measures").route, nullptr);
}

TEST(Routes, TheWordOfACustomMethodIsNoResource) {
  // GET of the path of POST _deliver must not read the delivery "_deliver".
  const Routes::Found found = AllRoutes().Find("GET", "/v1/municipalities/gm1730/deliveries/_deliver");
  EXPECT_EQ(found.route, nullptr);
  EXPECT_THAT(found.allowed, ElementsAre("OPTIONS", "POST"));
}

TEST(Routes, DecodeVariablesOnce) {
  const Routes::Found found = AllRoutes().Find("GET", "/v1/municipalities/gm%31730/deliveries/a%2525");
  ASSERT_NE(found.route, nullptr);
  EXPECT_THAT(found.variables, ElementsAre(Pair("name", "municipalities/gm1730/deliveries/a%25")));
}

TEST(Routes, RefuseAnnotationsTheyCannotServe) {
  struct Case {
    const char* pattern;
    const char* body;
    const char* fault;
  };
  for (const Case& test :
       {Case{"v1/things", "", "slash"}, Case{"/v1/{parent=things/*", "", "braces"},
        Case{"/v1/{nobody=things/*}", "", "no string field"}, Case{"/v1/{page_size=things/*}", "", "no string"},
        Case{"/v1/{parent=things/*}:query", "", ":verb"}, Case{"/v1/{parent=**}/more", "", "last segment"},
        Case{"/v1/things", "page_size", "message field"}, Case{"/v1//things", "", "empty segment"}}) {
    google::protobuf::FileDescriptorProto file;
    ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(R"(
        name: "things.proto" package: "things" syntax: "proto3"
        message_type { name: "Request"
                       field { name: "parent" number: 1 type: TYPE_STRING label: LABEL_OPTIONAL }
                       field { name: "page_size" number: 2 type: TYPE_INT32 label: LABEL_OPTIONAL } }
        service { name: "Things" method { name: "List" input_type: ".things.Request" output_type: ".things.Request" } })",
                                                              &file));
    google::api::HttpRule* rule =
        file.mutable_service(0)->mutable_method(0)->mutable_options()->MutableExtension(google::api::http);
    rule->set_get(test.pattern);
    rule->set_body(test.body);
    google::protobuf::DescriptorPool pool;
    const google::protobuf::FileDescriptor* built = pool.BuildFile(file);
    ASSERT_NE(built, nullptr) << test.pattern;
    const absl::StatusOr<Routes> routes = Routes::Build({built->service(0)->method(0)});
    ASSERT_FALSE(routes.ok()) << test.pattern;
    EXPECT_THAT(std::string(routes.status().message()), ::testing::HasSubstr(test.fault));
    EXPECT_THAT(std::string(routes.status().message()), ::testing::HasSubstr("things.Things.List"));
  }
}

TEST(Routes, RefuseTwoMethodsWithOnePattern) {
  std::vector<const google::protobuf::MethodDescriptor*> methods = AllMethods();
  methods.push_back(methods[0]);
  const absl::StatusOr<Routes> routes = Routes::Build(methods);
  ASSERT_FALSE(routes.ok());
  EXPECT_THAT(std::string(routes.status().message()), ::testing::HasSubstr("also the pattern of"));
}

}  // namespace
}  // namespace nmd::gateway
