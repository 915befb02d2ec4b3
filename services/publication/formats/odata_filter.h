// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_PUBLICATION_FORMATS_ODATA_FILTER_H_
#define NMD_SERVICES_PUBLICATION_FORMATS_ODATA_FILTER_H_

#include <functional>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace nmd::publication::formats {

// A value of a property: none, text, a number as it is written, or true or false.
struct ODataNumber {
  std::string digits;
  double value = 0;
};
using ODataValue = std::variant<std::monostate, std::string, ODataNumber, bool>;

struct ODataProperty {
  enum Type { kString, kInt64, kDouble, kBoolean } type = kString;
  std::string name;
  bool nullable = false;
};

using ODataRow = std::vector<ODataValue>;
using ODataFilter = std::function<bool(const ODataRow&)>;

// Reads a $filter: eq, ne, gt, ge, lt, le between a property and a literal; `in` with a list of literals; contains, startswith
// and endswith of a property that is a text; and, or, not, brackets. Text is compared byte by byte, no value is neither greater
// nor less than any. Errors: INVALID_ARGUMENT for what cannot be read, or compares what cannot be compared; UNIMPLEMENTED for
// what OData has and this has not (other functions, sums, lambdas). An empty text takes every row.
absl::StatusOr<ODataFilter> ReadODataFilter(absl::string_view text, absl::Span<const ODataProperty> properties);

}  // namespace nmd::publication::formats

#endif  // NMD_SERVICES_PUBLICATION_FORMATS_ODATA_FILTER_H_
