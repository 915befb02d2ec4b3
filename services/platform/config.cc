// SPDX-License-Identifier: EUPL-1.2
#include "services/platform/config.h"

#include <unistd.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "google/protobuf/message.h"
#include "nmd/type/options.pb.h"
#include "services/platform/errors.h"

namespace nmd {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// Fills a message from a YAML tree and collects what is wrong.
class Reader {
 public:
  explicit Reader(std::string origin) : origin_(std::move(origin)), folder_(std::filesystem::path(origin_).parent_path()) {}

  void ReadMessage(const YAML::Node& node, const std::string& path, Message* message) {
    if (!node.IsMap() && !node.IsNull()) {
      Fault(node, path, "must hold keys with values");
      return;
    }
    std::set<std::string> seen;
    for (const auto& entry : node) {
      const std::string key = entry.first.Scalar();
      const std::string at = path.empty() ? key : absl::StrCat(path, ".", key);
      const FieldDescriptor* field = message->GetDescriptor()->FindFieldByName(key);
      if (field == nullptr) {
        Fault(entry.first, at, "is not a known key");
      } else if (!seen.insert(key).second) {
        Fault(entry.first, at, "stands here twice");
      } else {
        ReadField(entry.second, at, field, message);
      }
    }
    CheckAbsent(node, path, message, seen);
  }

  void Fault(const YAML::Node& node, const std::string& path, absl::string_view text) {
    const int line = node.Mark().is_null() ? 0 : node.Mark().line + 1;
    faults_.push_back(absl::StrCat(origin_, ":", line, ": ", path, path.empty() ? "" : ": ", text));
  }

  absl::Status Result() const {
    if (faults_.empty()) return absl::OkStatus();
    return Fail(absl::StatusCode::kFailedPrecondition, ErrorReason::FIELDS_INVALID, absl::StrJoin(faults_, "\n"));
  }

 private:
  void ReadField(const YAML::Node& node, const std::string& at, const FieldDescriptor* field, Message* message) {
    const auto* reflection = message->GetReflection();
    if (field->is_map()) {
      if (!node.IsMap()) return Fault(node, at, "must hold keys with values");
      std::set<std::string> seen;
      for (const auto& entry : node) {
        if (!seen.insert(entry.first.Scalar()).second) {
          Fault(entry.first, absl::StrCat(at, ".", entry.first.Scalar()), "stands here twice");
          continue;
        }
        Message* pair = reflection->AddMessage(message, field);
        const auto* type = field->message_type();
        const std::string item = absl::StrCat(at, ".", entry.first.Scalar());
        ReadScalar(entry.first, item, type->map_key(), pair);
        if (type->map_value()->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
          ReadMessage(entry.second, item, pair->GetReflection()->MutableMessage(pair, type->map_value()));
        } else {
          ReadScalar(entry.second, item, type->map_value(), pair);
        }
      }
      return;
    }
    if (field->is_repeated()) {
      if (!node.IsSequence()) return Fault(node, at, "must be a list");
      for (size_t i = 0; i < node.size(); ++i) {
        const std::string item = absl::StrCat(at, "[", i, "]");
        if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
          ReadMessage(node[i], item, reflection->AddMessage(message, field));
        } else {
          ReadScalar(node[i], item, field, message);
        }
      }
      return;
    }
    if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      return ReadMessage(node, at, reflection->MutableMessage(message, field));
    }
    ReadScalar(node, at, field, message);
  }

  void ReadScalar(const YAML::Node& node, const std::string& at, const FieldDescriptor* field, Message* message) {
    if (!node.IsScalar()) return Fault(node, at, "must be a single value");
    SetScalar(node, node.Scalar(), at, field, message);
  }

  // Sets or, for a repeated field, adds.
  void SetScalar(const YAML::Node& node, const std::string& text, const std::string& at, const FieldDescriptor* field,
                 Message* message) {
    const auto* r = message->GetReflection();
    const bool add = field->is_repeated();
    const auto& rule = field->options().GetExtension(type::rule);
    const auto bounded = [&](int64_t value) {
      if (rule.min() == rule.max() || (value >= rule.min() && value <= rule.max())) return true;
      Fault(node, at, absl::StrCat("must be from ", rule.min(), " to ", rule.max()));
      return false;
    };
    switch (field->cpp_type()) {
      case FieldDescriptor::CPPTYPE_INT32: {
        int32_t value;
        if (!absl::SimpleAtoi(text, &value)) return Fault(node, at, "must be a whole number");
        if (!bounded(value)) return;
        return add ? r->AddInt32(message, field, value) : r->SetInt32(message, field, value);
      }
      case FieldDescriptor::CPPTYPE_INT64: {
        int64_t value;
        if (!absl::SimpleAtoi(text, &value)) return Fault(node, at, "must be a whole number");
        if (!bounded(value)) return;
        return add ? r->AddInt64(message, field, value) : r->SetInt64(message, field, value);
      }
      case FieldDescriptor::CPPTYPE_DOUBLE: {
        double value;
        if (!absl::SimpleAtod(text, &value)) return Fault(node, at, "must be a number");
        return add ? r->AddDouble(message, field, value) : r->SetDouble(message, field, value);
      }
      case FieldDescriptor::CPPTYPE_BOOL: {
        if (text != "true" && text != "false") return Fault(node, at, "must be true or false");
        return add ? r->AddBool(message, field, text == "true") : r->SetBool(message, field, text == "true");
      }
      case FieldDescriptor::CPPTYPE_ENUM: {
        const auto* value = field->enum_type()->FindValueByName(text);
        if (value == nullptr) {
          std::vector<std::string> names;
          for (int i = 0; i < field->enum_type()->value_count(); ++i) names.push_back(field->enum_type()->value(i)->name());
          return Fault(node, at, absl::StrCat("must be one of ", absl::StrJoin(names, ", ")));
        }
        return add ? r->AddEnum(message, field, value) : r->SetEnum(message, field, value);
      }
      case FieldDescriptor::CPPTYPE_STRING: {
        std::string value = text;
        if (rule.required() && value.empty()) return Fault(node, at, "must not be empty");
        const bool is_path = rule.file() || absl::EndsWith(field->name(), "_dir") || absl::EndsWith(field->name(), "_file");
        if (is_path && !value.empty() && !std::filesystem::path(value).is_absolute())
          value = (folder_ / value).lexically_normal();
        if (rule.file() && access(value.c_str(), R_OK) != 0)
          return Fault(node, at, absl::StrCat("cannot read the file ", value));
        return add ? r->AddString(message, field, value) : r->SetString(message, field, value);
      }
      default:
        Fault(node, at, "has a type that configuration does not support");
    }
  }

  void CheckAbsent(const YAML::Node& node, const std::string& path, Message* message, const std::set<std::string>& seen) {
    const auto* descriptor = message->GetDescriptor();
    for (int i = 0; i < descriptor->field_count(); ++i) {
      const FieldDescriptor* field = descriptor->field(i);
      if (seen.count(field->name()) > 0) continue;
      const auto& rule = field->options().GetExtension(type::rule);
      const std::string at = path.empty() ? field->name() : absl::StrCat(path, ".", field->name());
      if (rule.required()) Fault(node, at, "is missing");
      if (!rule.preset().empty()) SetScalar(node, rule.preset(), at, field, message);
    }
  }

  const std::string origin_;
  const std::filesystem::path folder_;
  std::vector<std::string> faults_;
};

// Tells where documents begin, and nothing of what is in them.
class Documents : public YAML::EventHandler {
 public:
  void OnDocumentStart(const YAML::Mark& mark) override { starts_.push_back(mark); }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark&, YAML::anchor_t) override {}
  void OnAlias(const YAML::Mark&, YAML::anchor_t) override {}
  void OnScalar(const YAML::Mark&, const std::string&, YAML::anchor_t, const std::string&) override {}
  void OnSequenceStart(const YAML::Mark&, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override {}
  void OnSequenceEnd() override {}
  void OnMapStart(const YAML::Mark&, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override {}
  void OnMapEnd() override {}

  const std::vector<YAML::Mark>& starts() const { return starts_; }

 private:
  std::vector<YAML::Mark> starts_;
};

}  // namespace

absl::Status ParseYaml(absl::string_view text, const std::string& origin, Message* message) {
  message->Clear();
  Reader reader(origin);
  try {
    // Two documents at most are asked for: of some malformed text (",#") yaml-cpp goes on giving empty ones for ever.
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    Documents documents;
    while (documents.starts().size() < 2 && parser.HandleNextDocument(documents)) {
    }
    if (documents.starts().size() > 1) {
      return Fail(absl::StatusCode::kFailedPrecondition, ErrorReason::FIELDS_INVALID,
                  absl::StrCat(origin, ":", documents.starts()[1].line + 1, ": must be one YAML document"));
    }
    reader.ReadMessage(YAML::Load(std::string(text)), "", message);
  } catch (const YAML::Exception& e) {
    return Fail(absl::StatusCode::kFailedPrecondition, ErrorReason::FIELDS_INVALID,
                absl::StrCat(origin, ":", e.mark.line + 1, ": not valid YAML: ", e.msg));
  }
  return reader.Result();
}

absl::Status ReadYamlFile(const std::string& path, Message* message) {
  std::ifstream file(path);
  if (!file) {
    return Fail(absl::StatusCode::kFailedPrecondition, ErrorReason::FIELDS_INVALID, absl::StrCat(path, ":0: cannot be read"));
  }
  std::stringstream text;
  text << file.rdbuf();
  return ParseYaml(text.str(), path, message);
}

}  // namespace nmd
