// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_GATEWAY_ROUTES_H_
#define NMD_GATEWAY_ROUTES_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace google::protobuf {
class MethodDescriptor;
}

// Which method an HTTP request means, from the google.api.http annotations alone: a method added to a proto file has a
// route the next time the gateway is built, and nothing has to be kept in step.
namespace nmd::gateway {

struct Route {
  std::string http_method;  // "POST"
  std::string pattern;      // "/v1/{parent=municipalities/*}/figures/_query"
  std::string rpc_path;     // "/nmd.costs.v1.CostsService/QueryFigures"
  std::string body;         // Empty: none. "*": the whole request. Else the field that the body is.
  const google::protobuf::MethodDescriptor* method = nullptr;
};

// A field of the request and its value from the path. Example: {"parent", "municipalities/gm1730"}.
using PathVariables = std::vector<std::pair<std::string, std::string>>;

class Routes {
 public:
  // The routes of the methods that have an annotation, additional bindings included. Errors: INVALID_ARGUMENT naming the
  // method whose pattern has a form that is not supported (a ":verb", a variable that is no string field of the request, "**"
  // before the end), or that another method has already.
  static absl::StatusOr<Routes> Build(absl::Span<const google::protobuf::MethodDescriptor* const> methods);

  struct Found {
    const Route* route = nullptr;      // Null: no such path, or not with this method.
    PathVariables variables;           // Percent-decoded.
    std::vector<std::string> allowed;  // Methods this path does have, sorted; empty: no such path.
  };
  // `path` is without the query, as sent. HEAD finds what GET finds. A "*" stands for one segment that is not empty and
  // does not begin with "_": such a segment is always the word of a custom method. A trailing slash finds nothing. An
  // escaped slash never becomes a separator. Cost: proportional to the number of routes.
  Found Find(absl::string_view method, absl::string_view path) const;

  std::vector<const Route*> all() const;

 private:
  struct Segment {
    enum Kind { kLiteral, kOne, kRest } kind;
    std::string text;
  };
  struct Variable {
    std::string field;
    size_t first, last;  // Segments [first, last).
  };
  struct Entry {
    Route route;
    std::vector<Segment> segments;
    std::vector<Variable> variables;
  };

  absl::Status Add(const google::protobuf::MethodDescriptor* method, absl::string_view http_method, absl::string_view pattern,
                   absl::string_view body);

  std::vector<Entry> entries_;
};

}  // namespace nmd::gateway

#endif  // NMD_GATEWAY_ROUTES_H_
