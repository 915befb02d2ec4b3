// SPDX-License-Identifier: EUPL-1.2
#include "gateway/json_writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <memory>
#include <random>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "google/longrunning/operations.pb.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "google/protobuf/struct.pb.h"
#include "google/protobuf/timestamp.pb.h"
#include "google/protobuf/util/json_util.h"
#include "google/protobuf/util/message_differencer.h"
#include "google/rpc/error_details.pb.h"
#include "nmd/costs/v1/costs.pb.h"
#include "nmd/ingestion/v1/ingestion.pb.h"

namespace nmd::gateway {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

std::string Written(const Message& message) {
  std::string json;
  AppendJson(message, &json);
  return json;
}

std::string Printed(const Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.always_print_primitive_fields = true;
  options.preserve_proto_field_names = true;
  std::string json;
  EXPECT_TRUE(google::protobuf::util::MessageToJsonString(message, &json, options).ok());
  return json;
}

google::protobuf::Struct Parsed(const std::string& json) {
  google::protobuf::Struct parsed;
  EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(json, &parsed).ok()) << json;
  return parsed;
}

// Fills about half of the fields with values of all sizes.
void Fill(std::mt19937& random, int depth, Message* message) {
  const auto& r = *message->GetReflection();
  if (message->GetDescriptor() == google::protobuf::Timestamp::descriptor()) {
    auto* time = static_cast<google::protobuf::Timestamp*>(message);
    time->set_seconds(static_cast<int64_t>(random() % 4000000000U));
    time->set_nanos(static_cast<int32_t>(random() % 3 == 0 ? 0 : random() % 1000000 * 1000));
    return;
  }
  const auto text = [&] {
    static const char* const kParts[] = {"", "abc", "Cliënten \"x\"", "\\ / \n\t\x01", "€ 😀", "<script>", "\x7f"};
    return absl::StrCat(kParts[random() % 7], kParts[random() % 7]);
  };
  const auto integer = [&] {
    return static_cast<int64_t>((uint64_t{random()} << 32U | random()) >> (random() % 64)) * (random() % 2 ? 1 : -1);
  };
  const auto real = [&] {
    static const double kReals[] = {0, 1, -1, 0.1, 1.0 / 3, 1e21, 5e-324, 123456789.123, -0.5, 1e15};
    return kReals[random() % 10];
  };
  for (int f = 0; f < message->GetDescriptor()->field_count(); ++f) {
    const FieldDescriptor* field = message->GetDescriptor()->field(f);
    if (random() % 2 == 0) continue;
    const int count = field->is_repeated() ? static_cast<int>(random() % 3) : 1;
    for (int i = 0; i < count; ++i) {
      const bool many = field->is_repeated();
      switch (field->cpp_type()) {
        case FieldDescriptor::CPPTYPE_INT32: {
          const auto value = static_cast<int32_t>(integer());
          many ? r.AddInt32(message, field, value) : r.SetInt32(message, field, value);
          break;
        }
        case FieldDescriptor::CPPTYPE_INT64:
          many ? r.AddInt64(message, field, integer()) : r.SetInt64(message, field, integer());
          break;
        case FieldDescriptor::CPPTYPE_DOUBLE:
          many ? r.AddDouble(message, field, real()) : r.SetDouble(message, field, real());
          break;
        case FieldDescriptor::CPPTYPE_BOOL:
          many ? r.AddBool(message, field, true) : r.SetBool(message, field, true);
          break;
        case FieldDescriptor::CPPTYPE_ENUM: {
          const auto* value =
              field->enum_type()->value(static_cast<int>(random() % static_cast<unsigned>(field->enum_type()->value_count())));
          many ? r.AddEnum(message, field, value) : r.SetEnum(message, field, value);
          break;
        }
        case FieldDescriptor::CPPTYPE_STRING:
          many ? r.AddString(message, field, text()) : r.SetString(message, field, text());
          break;
        case FieldDescriptor::CPPTYPE_MESSAGE: {
          if (depth == 0 || field->is_map() || field->message_type()->full_name() == "google.protobuf.Any") break;
          Fill(random, depth - 1, many ? r.AddMessage(message, field) : r.MutableMessage(message, field));
          break;
        }
        default:
          FAIL() << field->full_name() << " has a type the API does not use";
      }
    }
  }
}

// Every answer of every service that HTTP can ask, in 30 shapes.
TEST(JsonWriter, SaysWhatProtobufSays) {
  std::mt19937 random(20180131);
  int types = 0;
  for (const char* service : {"nmd.ingestion.v1.IngestionService",
                              "nmd.linking.v1.LinkingService",
                              "nmd.costs.v1.CostsService",
                              "nmd.costs.v1.AccessService",
                              "nmd.costs.v1.AnswersService",
                              "nmd.costs.v1.DurationsService",
                              "nmd.costs.v1.ExternalSeriesService",
                              "nmd.costs.v1.ForecastsService",
                              "nmd.costs.v1.GrowthService",
                              "nmd.costs.v1.PoliciesService",
                              "nmd.costs.v1.RowsService",
                              "nmd.costs.v1.ScenariosService",
                              "nmd.contracts.v1.ContractsService",
                              "nmd.contracts.v1.DossiersService",
                              "nmd.contracts.v1.ProposalsService",
                              "nmd.contracts.v1.ProviderService",
                              "nmd.contracts.v1.ReconciliationService",
                              "nmd.publication.v1.AgreementService",
                              "nmd.publication.v1.OpenDataService",
                              "nmd.publication.v1.PublicationService",
                              "nmd.publication.v1.RegionService",
                              "nmd.publication.v1.ReleaseService"}) {
    const auto* descriptor = google::protobuf::DescriptorPool::generated_pool()->FindServiceByName(service);
    ASSERT_NE(descriptor, nullptr) << service;
    for (int m = 0; m < descriptor->method_count(); ++m) {
      const Descriptor* type = descriptor->method(m)->output_type();
      const auto* prototype = google::protobuf::MessageFactory::generated_factory()->GetPrototype(type);
      ++types;
      for (int i = 0; i < 30; ++i) {
        const std::unique_ptr<Message> message(prototype->New());
        Fill(random, 4, message.get());
        const google::protobuf::Struct ours = Parsed(Written(*message));
        const google::protobuf::Struct theirs = Parsed(Printed(*message));
        ASSERT_TRUE(google::protobuf::util::MessageDifferencer::Equals(ours, theirs)) << type->full_name() << "\n"
                                                                                      << Written(*message) << "\n"
                                                                                      << Printed(*message);
        // And a client reads back what was written.
        const std::unique_ptr<Message> read(prototype->New());
        ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(Written(*message), read.get()).ok()) << type->full_name();
        ASSERT_TRUE(google::protobuf::util::MessageDifferencer::Equals(*read, *message)) << Written(*message);
      }
    }
  }
  EXPECT_GT(types, 20);
}

TEST(JsonWriter, WritesMapsAndAnyValues) {
  google::rpc::ErrorInfo info;
  (*info.mutable_metadata())["a\"b"] = "1";
  EXPECT_EQ(Written(info), R"({"reason":"","domain":"","metadata":{"a\"b":"1"}})");
  google::longrunning::Operation operation;
  operation.set_name("operations/1");
  ingestion::v1::Upload upload;
  upload.set_committed_size(5);
  operation.mutable_response()->PackFrom(upload);
  EXPECT_EQ(Written(operation),
            R"({"name":"operations/1","done":false,"response":{"@type":"type.googleapis.com/nmd.ingestion.v1.Upload",)"
            R"("name":"","source":"","file_name":"","committed_size":"5","replaces":[]}})");
  operation.mutable_response()->set_type_url("type.googleapis.com/nmd.nothing.v1.Nothing");
  EXPECT_THAT(Written(operation),
              ::testing::HasSubstr(R"("response":{"@type":"type.googleapis.com/nmd.nothing.v1.Nothing"}})"));
}

TEST(JsonWriter, KeepsEveryDigit) {
  type::Figure figure;
  for (const double value : {0.1, 1.0 / 3, 1e300, std::numeric_limits<double>::denorm_min(), -1234567.890625}) {
    figure.set_ratio(value);
    EXPECT_EQ(Parsed(Written(figure)).fields().at("ratio").number_value(), value);
  }
  figure.set_ratio(std::numeric_limits<double>::quiet_NaN());
  EXPECT_THAT(Written(figure), ::testing::HasSubstr(R"("ratio":"NaN")"));
  figure.set_amount_cents(std::numeric_limits<int64_t>::min());
  EXPECT_THAT(Written(figure), ::testing::HasSubstr(R"("amount_cents":"-9223372036854775808")"));
}

}  // namespace
}  // namespace nmd::gateway
