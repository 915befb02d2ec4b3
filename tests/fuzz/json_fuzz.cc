// SPDX-License-Identifier: EUPL-1.2
// Whatever the body and the query: a request is refused with a reason that does not repeat a value, or becomes a message that
// says the same when it is written and read again. The first line of the input is "METHOD path?query", the rest is the body.
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gateway/api_descriptors.h"
#include "gateway/routes.h"
#include "gateway/transcoder.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/dynamic_message.h"
#include "services/platform/errors.h"

namespace nmd::gateway {
namespace {

void Require(bool condition) {
  if (!condition) std::abort();
}

const Routes& AllRoutes() {
  static const Routes& routes = *[] {
    std::vector<const google::protobuf::MethodDescriptor*> methods;
    for (const auto* service : ApiServices()) {
      const auto callable = ApiMethods(*service);
      methods.insert(methods.end(), callable.begin(), callable.end());
    }
    return new Routes(*Routes::Build(methods));
  }();
  return routes;
}

void Try(absl::string_view input) {
  const size_t line = std::min(input.find('\n'), input.size());
  absl::string_view first = input.substr(0, line);
  const std::string body(line == input.size() ? "" : input.substr(line + 1));
  const size_t space = std::min(first.find(' '), first.size());
  const absl::string_view method = first.substr(0, space);
  const absl::string_view target = space == first.size() ? absl::string_view() : first.substr(space + 1);
  const size_t question = std::min(target.find('?'), target.size());
  const Routes::Found found = AllRoutes().Find(method, target.substr(0, question));
  if (found.route == nullptr) return;
  const absl::string_view query = question == target.size() ? absl::string_view() : target.substr(question + 1);
  const absl::StatusOr<std::string> bytes = RequestBytes(*found.route, found.variables, query, body);
  if (!bytes.ok()) {
    const ErrorReason reason = ReasonOf(bytes.status());
    Require(reason == ErrorReason::JSON_INVALID || reason == ErrorReason::FIELDS_INVALID);
    return;
  }
  const google::protobuf::Message& prototype =
      *google::protobuf::MessageFactory::generated_factory()->GetPrototype(found.route->method->input_type());
  const std::unique_ptr<google::protobuf::Message> message(prototype.New());
  Require(message->ParseFromString(*bytes));
  // What was taken is what is meant: written as JSON and read again it is the same. Of a route whose body is one field, path
  // and query say the rest.
  if (found.route->body != "*") return;
  const absl::StatusOr<std::string> again = RequestBytes(*found.route, {}, "", ToJson(*message));
  Require(again.ok());
  const std::unique_ptr<google::protobuf::Message> second(prototype.New());
  Require(second->ParseFromString(*again));
  Require(ToJson(*second) == ToJson(*message));
}

}  // namespace
}  // namespace nmd::gateway

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  nmd::gateway::Try({reinterpret_cast<const char*>(data), size});
  return 0;
}
