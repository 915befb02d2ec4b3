// SPDX-License-Identifier: EUPL-1.2
// Messages between programs of two versions (architecture: fields are only ever added). What any earlier version sent is kept
// as bytes in tests/golden/wire/VERSION/FULL.MESSAGE.NAME.binpb, and is read whole; what a later version will add is passed
// over.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "google/protobuf/message.h"
#include "google/protobuf/unknown_field_set.h"
#include "nmd/costs/v1/costs.pb.h"
#include "nmd/ingestion/v1/ingestion.pb.h"
#include "services/costs/costs.h"
#include "services/platform/clock.h"
#include "services/platform/journal.h"

namespace nmd {
namespace {

namespace fs = std::filesystem;
using google::protobuf::DescriptorPool;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

fs::path Wire() {
  const char* root = std::getenv("NMD_SOURCE_DIR");
  return fs::path(root == nullptr ? "." : root) / "tests/golden/wire";
}

std::vector<fs::path> Files() {
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(Wire())) {
    if (entry.path().extension() == ".binpb") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::string ReadAll(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return std::string((std::istreambuf_iterator<char>(file)), {});
}

std::string InOneOrder(const Message& message) {
  std::string bytes;
  google::protobuf::io::StringOutputStream stream(&bytes);
  google::protobuf::io::CodedOutputStream out(&stream);
  out.SetSerializationDeterministic(true);
  message.SerializeToCodedStream(&out);
  out.Trim();
  return bytes;
}

// Calls `visit` for the message and every message in it.
void Everywhere(Message* message, const std::function<void(Message*)>& visit) {
  visit(message);
  const auto* reflection = message->GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection->ListFields(*message, &fields);
  for (const FieldDescriptor* field : fields) {
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE || field->is_map()) continue;
    if (!field->is_repeated()) {
      Everywhere(reflection->MutableMessage(message, field), visit);
      continue;
    }
    for (int i = 0; i < reflection->FieldSize(*message, field); ++i) {
      Everywhere(reflection->MutableRepeatedMessage(message, field, i), visit);
    }
  }
}

TEST(Wire, WhatEveryVersionSentIsReadWhole) {
  int messages = 0;
  for (const fs::path& path : Files()) {
    const auto* type = DescriptorPool::generated_pool()->FindMessageTypeByName(path.stem().string());
    ASSERT_NE(type, nullptr) << path << ": a message keeps its name";
    const std::unique_ptr<Message> message(google::protobuf::MessageFactory::generated_factory()->GetPrototype(type)->New());
    const std::string bytes = ReadAll(path);
    ASSERT_FALSE(bytes.empty()) << path;
    ASSERT_TRUE(message->ParseFromString(bytes)) << path;
    Everywhere(message.get(), [&](Message* each) {
      ++messages;
      EXPECT_EQ(each->GetReflection()->GetUnknownFields(*each).field_count(), 0)
          << path << ": a field of " << each->GetDescriptor()->full_name() << " is not known any more";
    });
    EXPECT_EQ(InOneOrder(*message), bytes) << path << ": every field has the number and type it had";
  }
  EXPECT_GT(messages, 1000) << "there are golden messages";
}

// The answer to a question about all that the bytes of a feed tell.
std::string AnswerOf(const std::string& facts) {
  const std::unique_ptr<Journal> journal = NewMemoryJournal();
  const FakeClock clock(absl::FromUnixSeconds(1'600'000'000));
  const auto answer = [&](costs::Costs& costs) {
    costs::v1::QueryFiguresRequest question;
    question.set_parent("municipalities/gm1730");
    for (const char* measure : {"clients", "provisions", "indicated", "declared"}) question.add_measures(measure);
    for (const char* dimension : {"month", "product"}) question.add_dimensions(dimension);
    question.mutable_period()->set_start_date("2016-01-01");
    question.mutable_period()->set_end_date("2018-01-01");
    const auto response = costs.QueryFigures(Caller(), question);
    EXPECT_TRUE(response.ok()) << response.status();
    return response.ok() ? response->SerializeAsString() : "";
  };
  costs::Costs costs(*journal, clock, "gm1730", {});
  EXPECT_TRUE(costs.Replay().ok());
  ingestion::v1::ListFactsResponse response;
  EXPECT_TRUE(response.ParseFromString(facts));
  EXPECT_TRUE(costs.AddFacts(response).ok());
  EXPECT_GT(response.batches_size(), 10);
  const std::string live = answer(costs);
  // From its own journal, in which what was not known is kept.
  costs::Costs again(*journal, clock, "gm1730", {});
  EXPECT_TRUE(again.Replay().ok());
  EXPECT_EQ(answer(again), live);
  return live;
}

TEST(Wire, WhatANewerPeerAddsIsPassedOver) {
  for (const auto& entry : fs::directory_iterator(Wire())) {
    if (!entry.is_directory()) continue;
    const std::string facts = ReadAll(entry.path() / "nmd.ingestion.v1.ListFactsResponse.binpb");
    ingestion::v1::ListFactsResponse newer;
    ASSERT_TRUE(newer.ParseFromString(facts));
    int added = 0;
    Everywhere(&newer, [&](Message* each) {
      auto* unknown = each->GetReflection()->MutableUnknownFields(each);
      unknown->AddVarint(50'000, 7);
      unknown->AddLengthDelimited(50'001, "of a newer version");
      ++added;
    });
    EXPECT_GT(added, 1000);
    EXPECT_EQ(AnswerOf(newer.SerializeAsString()), AnswerOf(facts)) << entry.path();
  }
}

}  // namespace
}  // namespace nmd
