// SPDX-License-Identifier: EUPL-1.2
// The API's own rules, checked on the descriptors: names as buf and the AIPs ask, comments everywhere, privacy on
// everything personal, access on every method, paging on every list.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <functional>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "google/api/annotations.pb.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/descriptor.pb.h"
#include "nmd/type/error_reason.pb.h"
#include "nmd/type/options.pb.h"

namespace nmd {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::FileDescriptor;
using google::protobuf::MethodDescriptor;
using google::protobuf::ServiceDescriptor;
using google::protobuf::SourceLocation;

class ProtoStyle : public ::testing::Test {
 protected:
  void SetUp() override {
    const char* binary = std::getenv("NMD_BINARY_DIR");
    std::ifstream file(absl::StrCat(binary == nullptr ? "build/release" : binary, "/nmd.descriptors.pb"), std::ios::binary);
    google::protobuf::FileDescriptorSet set;
    ASSERT_TRUE(set.ParseFromIstream(&file)) << "build the target nmd_descriptor_set";
    for (const auto& proto : set.file()) {
      const FileDescriptor* built = pool_.BuildFile(proto);
      ASSERT_NE(built, nullptr) << proto.name();
      if (absl::StartsWith(built->name(), "nmd/")) files_.push_back(built);
    }
    ASSERT_GE(files_.size(), 10u);
  }

  void EachMessage(const std::function<void(const Descriptor*)>& visit) {
    std::function<void(const Descriptor*)> walk = [&](const Descriptor* message) {
      if (message->options().map_entry()) return;
      visit(message);
      for (int i = 0; i < message->nested_type_count(); ++i) walk(message->nested_type(i));
    };
    for (const FileDescriptor* file : files_) {
      for (int i = 0; i < file->message_type_count(); ++i) walk(file->message_type(i));
    }
  }

  void EachMethod(const std::function<void(const MethodDescriptor*)>& visit) {
    for (const FileDescriptor* file : files_) {
      for (int i = 0; i < file->service_count(); ++i) {
        for (int j = 0; j < file->service(i)->method_count(); ++j) visit(file->service(i)->method(j));
      }
    }
  }

  // Configuration and journal records are documented too, but they are not the API.
  static bool IsInternal(absl::string_view name) { return absl::StrContains(name, "internal"); }

  template <typename Element>
  static bool HasComment(const Element* element) {
    SourceLocation location;
    return element->GetSourceLocation(&location) && !absl::StripAsciiWhitespace(location.leading_comments).empty();
  }

  google::protobuf::DescriptorPool pool_;
  std::vector<const FileDescriptor*> files_;
};

TEST_F(ProtoStyle, PACKAGE_DIRECTORY_MATCH) {
  for (const FileDescriptor* file : files_) {
    const std::string folder = absl::StrReplaceAll(file->package(), {{".", "/"}});
    EXPECT_TRUE(absl::StartsWith(file->name(), folder + "/")) << file->name();
  }
}

TEST_F(ProtoStyle, ENUM_ZERO_VALUE_IsUnspecified) {
  const auto check = [](const EnumDescriptor* type) {
    if (IsInternal(type->full_name())) return;
    EXPECT_TRUE(absl::EndsWith(type->value(0)->name(), "_UNSPECIFIED")) << type->full_name();
    EXPECT_EQ(type->value(0)->number(), 0) << type->full_name();
  };
  for (const FileDescriptor* file : files_) {
    for (int i = 0; i < file->enum_type_count(); ++i) check(file->enum_type(i));
  }
  EachMessage([&](const Descriptor* message) {
    for (int i = 0; i < message->enum_type_count(); ++i) check(message->enum_type(i));
  });
}

TEST_F(ProtoStyle, FIELD_LOWER_SNAKE_CASE_AndNoUnsignedNumbers) {
  EachMessage([](const Descriptor* message) {
    for (int i = 0; i < message->field_count(); ++i) {
      const FieldDescriptor* field = message->field(i);
      for (const char c : field->name()) {
        EXPECT_TRUE(absl::ascii_islower(c) || absl::ascii_isdigit(c) || c == '_') << field->full_name();
      }
      EXPECT_NE(field->cpp_type(), FieldDescriptor::CPPTYPE_UINT32) << field->full_name();
      EXPECT_NE(field->cpp_type(), FieldDescriptor::CPPTYPE_UINT64) << field->full_name();
    }
  });
}

// AIP-192: nobody should have to read C++ to use the API. Request and response messages are covered by their method.
TEST_F(ProtoStyle, EveryServiceMethodMessageAndEnumIsDocumented) {
  for (const FileDescriptor* file : files_) {
    if (IsInternal(file->name())) continue;
    for (int i = 0; i < file->service_count(); ++i) EXPECT_TRUE(HasComment(file->service(i))) << file->service(i)->full_name();
    for (int i = 0; i < file->enum_type_count(); ++i) {
      EXPECT_TRUE(HasComment(file->enum_type(i))) << file->enum_type(i)->full_name();
    }
  }
  EachMethod([](const MethodDescriptor* method) { EXPECT_TRUE(HasComment(method)) << method->full_name(); });
}

// Architecture decision 10, default deny: a method without the option could be called by nobody.
TEST_F(ProtoStyle, EveryMethodSaysWhoMayCallIt) {
  EachMethod([](const MethodDescriptor* method) {
    const auto* linked = google::protobuf::DescriptorPool::generated_pool()->FindMethodByName(method->full_name());
    if (linked == nullptr) return;
    EXPECT_GT(linked->options().GetExtension(type::access).role_size(), 0) << method->full_name();
    for (const int role : linked->options().GetExtension(type::access).role())
      EXPECT_NE(role, type::ROLE_UNSPECIFIED) << method->full_name();
  });
}

// The door compares the municipality in parent or name with the caller's: every request must have one.
TEST_F(ProtoStyle, EveryRequestNamesItsMunicipality) {
  EachMethod([](const MethodDescriptor* method) {
    const Descriptor* input = method->input_type();
    const FieldDescriptor* field = input->FindFieldByName("parent");
    if (field == nullptr) field = input->FindFieldByName("name");
    ASSERT_NE(field, nullptr) << method->full_name();
    EXPECT_EQ(field->cpp_type(), FieldDescriptor::CPPTYPE_STRING) << method->full_name();
  });
}

// AIP-158; feeds page by sequence instead.
TEST_F(ProtoStyle, EveryListIsPaged) {
  EachMethod([](const MethodDescriptor* method) {
    if (!absl::StartsWith(method->name(), "List")) return;
    const Descriptor* input = method->input_type();
    if (input->FindFieldByName("after_sequence") != nullptr) {
      EXPECT_NE(method->output_type()->FindFieldByName("next_sequence"), nullptr) << method->full_name();
      return;
    }
    EXPECT_NE(input->FindFieldByName("page_size"), nullptr) << method->full_name();
    EXPECT_NE(input->FindFieldByName("page_token"), nullptr) << method->full_name();
    EXPECT_NE(method->output_type()->FindFieldByName("next_page_token"), nullptr) << method->full_name();
  });
}

// R23: a field whose name says it holds a person carries the privacy option, so that logs drop it.
TEST_F(ProtoStyle, PersonalFieldsCarryThePrivacyOption) {
  const std::set<std::string> personal = {
      "bsn",      "person_key",   "surname",      "prefix",         "partner_surname", "given_names", "initials",
      "postcode", "house_number", "house_letter", "house_addition", "birth_day",       "content",     "data"};
  EachMessage([&](const Descriptor* message) {
    for (int i = 0; i < message->field_count(); ++i) {
      const FieldDescriptor* field = message->field(i);
      if (personal.count(field->name()) == 0 || IsInternal(message->full_name())) continue;
      const auto* linked = google::protobuf::DescriptorPool::generated_pool()->FindFieldByName(field->full_name());
      ASSERT_NE(linked, nullptr) << field->full_name();
      EXPECT_EQ(linked->options().GetExtension(type::privacy), type::PERSONAL) << field->full_name();
    }
  });
}

// Custom methods are /_verb, one lower-case word; no person in a path (API Design Rules; reference style 4.3).
TEST_F(ProtoStyle, PathsFollowTheApiDesignRules) {
  EachMethod([](const MethodDescriptor* method) {
    const auto* linked = google::protobuf::DescriptorPool::generated_pool()->FindMethodByName(method->full_name());
    if (linked == nullptr || !linked->options().HasExtension(google::api::http)) return;
    const auto& rule = linked->options().GetExtension(google::api::http);
    const std::string path = rule.get().empty() ? rule.post() : rule.get();
    EXPECT_TRUE(absl::StartsWith(path, "/v1/")) << method->full_name();
    EXPECT_FALSE(absl::EndsWith(path, "/")) << method->full_name();
    for (const char c : path) EXPECT_FALSE(absl::ascii_isupper(c) || c == ':') << method->full_name();
    for (const char* person : {"client", "person", "bsn"}) {
      EXPECT_FALSE(absl::StrContains(path, absl::StrCat("{", person))) << method->full_name();
    }
  });
}

}  // namespace
}  // namespace nmd
