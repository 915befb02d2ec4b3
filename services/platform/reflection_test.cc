// SPDX-License-Identifier: EUPL-1.2
#include "services/platform/reflection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "google/protobuf/descriptor.pb.h"
#include "nmd/costs/v1/costs.pb.h"
#include "nmd/internal/v1/config.pb.h"
#include "nmd/internal/v1/reflection.pb.h"

namespace nmd {
namespace {

using internal::v1::ReflectionRequest;
using internal::v1::ReflectionResponse;
using ::testing::Contains;

ReflectionResponse Ask(const Reflection& reflection, const ReflectionRequest& request) {
  ReflectionResponse response;
  EXPECT_TRUE(response.ParseFromString(reflection.Answer(request.SerializeAsString())));
  return response;
}

TEST(Reflection, ListsTheServicesItWasGiven) {
  // Linked in, or the test shows nothing.
  ASSERT_NE(costs::v1::QueryFiguresRequest::descriptor(), nullptr);
  const Reflection reflection({"nmd.log.v1.LogService", "nmd.costs.v1.CostsService", "nmd.nothing.v1.NothingService"});
  ReflectionRequest request;
  request.set_list_services("*");
  const ReflectionResponse response = Ask(reflection, request);
  std::vector<std::string> names;
  for (const auto& service : response.list_services_response().service()) names.push_back(service.name());
  EXPECT_THAT(names, Contains("nmd.costs.v1.CostsService"));
  EXPECT_THAT(names, ::testing::Not(Contains("nmd.nothing.v1.NothingService")));
  EXPECT_TRUE(std::is_sorted(names.begin(), names.end()));
}

TEST(Reflection, GivesAFileWithAllItImportsInOrder) {
  const Reflection reflection({"nmd.costs.v1.CostsService"});
  ReflectionRequest by_symbol, by_name;
  by_symbol.set_file_containing_symbol("nmd.costs.v1.CostsService.QueryFigures");
  by_name.set_file_by_filename("nmd/costs/v1/costs.proto");
  const ReflectionResponse response = Ask(reflection, by_symbol);
  EXPECT_EQ(response.file_descriptor_response().SerializeAsString(),
            Ask(reflection, by_name).file_descriptor_response().SerializeAsString());
  google::protobuf::DescriptorPool pool;
  for (const std::string& bytes : response.file_descriptor_response().file_descriptor_proto()) {
    google::protobuf::FileDescriptorProto file;
    ASSERT_TRUE(file.ParseFromString(bytes));
    ASSERT_NE(pool.BuildFile(file), nullptr) << file.name() << " came before what it imports";
  }
  EXPECT_NE(pool.FindMethodByName("nmd.costs.v1.CostsService.QueryFigures"), nullptr);
}

// What is linked in besides, such as the configuration and the journals, is nobody's business.
TEST(Reflection, SaysNothingOfWhatIsNotTheApi) {
  ASSERT_NE(internal::v1::GatewayConfig::descriptor(), nullptr);
  const Reflection reflection({"nmd.costs.v1.CostsService"});
  ReflectionRequest request;
  request.set_file_containing_symbol("nmd.internal.v1.GatewayConfig");
  EXPECT_EQ(Ask(reflection, request).error_response().error_code(), 5);
  request.set_file_by_filename("nmd/internal/v1/config.proto");
  EXPECT_EQ(Ask(reflection, request).error_response().error_code(), 5);
}

TEST(Reflection, SaysWhatItCannotAnswer) {
  const Reflection reflection({"nmd.costs.v1.CostsService"});
  ReflectionRequest request;
  EXPECT_EQ(Ask(reflection, request).error_response().error_code(), 3);
  request.mutable_file_containing_extension()->set_containing_type("google.protobuf.MethodOptions");
  EXPECT_EQ(Ask(reflection, request).error_response().error_code(), 12);
  ReflectionResponse response;
  ASSERT_TRUE(response.ParseFromString(reflection.Answer("\xff\xff")));
  EXPECT_EQ(response.error_response().error_code(), 3);
  EXPECT_TRUE(Reflection::IsPath("/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo"));
  EXPECT_FALSE(Reflection::IsPath("/grpc.reflection.v1.ServerReflection/Other"));
}

}  // namespace
}  // namespace nmd
