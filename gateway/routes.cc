// SPDX-License-Identifier: EUPL-1.2
#include "gateway/routes.h"

#include <algorithm>
#include <optional>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "gateway/http.h"
#include "google/api/annotations.pb.h"
#include "google/protobuf/descriptor.h"
#include "services/platform/status_macros.h"

namespace nmd::gateway {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::MethodDescriptor;

bool IsStringField(const Descriptor* message, absl::string_view path) {
  const FieldDescriptor* field = nullptr;
  for (absl::string_view name : absl::StrSplit(path, '.')) {
    if (message == nullptr) return false;
    field = message->FindFieldByName(std::string(name));
    if (field == nullptr || field->is_repeated()) return false;
    message = field->message_type();
  }
  return field != nullptr && field->type() == FieldDescriptor::TYPE_STRING;
}

// The method and pattern of a rule; an empty method for a custom kind.
std::pair<absl::string_view, absl::string_view> PatternOf(const google::api::HttpRule& rule) {
  switch (rule.pattern_case()) {
    case google::api::HttpRule::kGet:
      return {"GET", rule.get()};
    case google::api::HttpRule::kPost:
      return {"POST", rule.post()};
    case google::api::HttpRule::kPut:
      return {"PUT", rule.put()};
    case google::api::HttpRule::kPatch:
      return {"PATCH", rule.patch()};
    case google::api::HttpRule::kDelete:
      return {"DELETE", rule.delete_()};
    default:
      return {};
  }
}

}  // namespace

absl::StatusOr<Routes> Routes::Build(absl::Span<const MethodDescriptor* const> methods) {
  Routes routes;
  for (const MethodDescriptor* method : methods) {
    if (!method->options().HasExtension(google::api::http)) continue;
    const google::api::HttpRule& main = method->options().GetExtension(google::api::http);
    std::vector<const google::api::HttpRule*> rules = {&main};
    for (const google::api::HttpRule& more : main.additional_bindings()) rules.push_back(&more);
    for (const google::api::HttpRule* rule : rules) {
      const auto [http_method, pattern] = PatternOf(*rule);
      if (absl::Status added = routes.Add(method, http_method, pattern, rule->body()); !added.ok()) {
        return absl::InvalidArgumentError(absl::StrCat(method->full_name(), ": \"", pattern, "\": ", added.message()));
      }
    }
  }
  return routes;
}

absl::Status Routes::Add(const MethodDescriptor* method, absl::string_view http_method, absl::string_view pattern,
                         absl::string_view body) {
  if (http_method.empty()) return absl::InvalidArgumentError("only get, post, put, patch and delete are supported");
  Entry entry;
  entry.route = {std::string(http_method), std::string(pattern),
                 absl::StrCat("/", method->service()->full_name(), "/", method->name()), std::string(body), method};
  if (!body.empty() && body != "*") {
    const FieldDescriptor* field = method->input_type()->FindFieldByName(std::string(body));
    if (field == nullptr || field->is_repeated() || field->message_type() == nullptr) {
      return absl::InvalidArgumentError("the body must be \"*\" or a message field of the request");
    }
  }
  absl::string_view rest = pattern;
  if (!absl::ConsumePrefix(&rest, "/")) return absl::InvalidArgumentError("a pattern begins with a slash");
  bool in_variable = false;
  for (absl::string_view part : absl::StrSplit(rest, '/')) {
    if (absl::ConsumePrefix(&part, "{")) {
      const size_t end = part.find_first_of("=}");
      if (in_variable || end == absl::string_view::npos) return absl::InvalidArgumentError("braces do not match");
      const absl::string_view field = part.substr(0, end);
      if (!IsStringField(method->input_type(), field)) {
        return absl::InvalidArgumentError(absl::StrCat("\"", field, "\" is no string field of the request"));
      }
      entry.variables.push_back({std::string(field), entry.segments.size(), 0});
      in_variable = true;
      part = part[end] == '=' ? part.substr(end + 1) : absl::string_view("*}");
    }
    const bool closes = absl::ConsumeSuffix(&part, "}");
    if (closes && !in_variable) return absl::InvalidArgumentError("braces do not match");
    if (part.empty() || part.find_first_of("{}:") != absl::string_view::npos) {
      return absl::InvalidArgumentError("an empty segment, braces or a \":verb\" is not supported");
    }
    if (!entry.segments.empty() && entry.segments.back().kind == Segment::kRest) {
      return absl::InvalidArgumentError("\"**\" may only be the last segment");
    }
    entry.segments.push_back({part == "*"    ? Segment::kOne
                              : part == "**" ? Segment::kRest
                                             : Segment::kLiteral,
                              std::string(part)});
    if (closes) {
      entry.variables.back().last = entry.segments.size();
      in_variable = false;
    }
  }
  if (in_variable) return absl::InvalidArgumentError("braces do not match");
  const auto shape = [](const Entry& e) {
    return absl::StrJoin(e.segments, "/", [](std::string* out, const Segment& s) { absl::StrAppend(out, s.text); });
  };
  for (const Entry& other : entries_) {
    if (other.route.http_method == http_method && shape(other) == shape(entry)) {
      return absl::InvalidArgumentError(absl::StrCat("also the pattern of ", other.route.rpc_path));
    }
  }
  entries_.push_back(std::move(entry));
  return absl::OkStatus();
}

Routes::Found Routes::Find(absl::string_view method, absl::string_view path) const {
  Found found;
  if (!absl::ConsumePrefix(&path, "/")) return found;
  std::vector<std::string> segments;
  for (absl::string_view part : absl::StrSplit(path, '/')) {
    std::optional<std::string> segment = PercentDecode(part);
    // A slash that was escaped would move the borders of a resource name, and with them its scope.
    if (!segment || segment->empty() || absl::StrContains(*segment, '/')) return found;
    segments.push_back(*std::move(segment));
  }
  const absl::string_view wanted = method == "HEAD" ? "GET" : method;
  for (const Entry& entry : entries_) {
    const bool rest = entry.segments.back().kind == Segment::kRest;
    if (rest ? segments.size() < entry.segments.size() : segments.size() != entry.segments.size()) continue;
    bool match = true;
    for (size_t i = 0; match && i < entry.segments.size(); ++i) {
      const Segment& segment = entry.segments[i];
      match = segment.kind == Segment::kLiteral ? segment.text == segments[i] : segments[i][0] != '_';
    }
    if (!match) continue;
    found.allowed.push_back(entry.route.http_method);
    if (found.route != nullptr || entry.route.http_method != wanted) continue;
    found.route = &entry.route;
    for (const Variable& variable : entry.variables) {
      const size_t last = rest && variable.last == entry.segments.size() ? segments.size() : variable.last;
      found.variables.emplace_back(variable.field, absl::StrJoin(segments.begin() + static_cast<ptrdiff_t>(variable.first),
                                                                 segments.begin() + static_cast<ptrdiff_t>(last), "/"));
    }
  }
  if (std::find(found.allowed.begin(), found.allowed.end(), "GET") != found.allowed.end()) found.allowed.push_back("HEAD");
  if (!found.allowed.empty()) found.allowed.push_back("OPTIONS");
  std::sort(found.allowed.begin(), found.allowed.end());
  found.allowed.erase(std::unique(found.allowed.begin(), found.allowed.end()), found.allowed.end());
  return found;
}

std::vector<const Route*> Routes::all() const {
  std::vector<const Route*> all;
  for (const Entry& entry : entries_) all.push_back(&entry.route);
  return all;
}

}  // namespace nmd::gateway
