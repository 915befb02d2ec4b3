// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_ANALYSES_CONCORDANCE_H_
#define NMD_SERVICES_ANALYSES_CONCORDANCE_H_

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "services/core/date.h"

// Which products are one and the same thing under the names of successive contracts (trap D16). Pure.
namespace nmd::analyses {

// From `start` on `product` stands where `predecessor` stood; with an empty predecessor it is new.
struct Succession {
  uint8_t law = 0;
  absl::string_view product, predecessor;
  Day start = 0;
};

class Concordance {
 public:
  Concordance() = default;
  // Of the successions that began before `end`; products that are joined by them, also by way of others, are one. The order
  // does not matter.
  Concordance(absl::Span<const Succession> successions, Day end);

  // What all products that are one are called: the one that began last, of several the first by code. A product without a
  // succession is called itself.
  std::string NameOf(uint8_t law, absl::string_view product) const;
  // The others, ascending.
  std::vector<std::string> OthersOf(uint8_t law, const std::string& name) const;
  // Whether one of them was said to be new.
  bool IsNew(uint8_t law, const std::string& name) const { return new_.contains({law, name}); }

 private:
  using Key = std::pair<uint8_t, std::string>;
  std::map<Key, std::string> names_;
  std::map<Key, std::vector<std::string>> others_;
  std::set<Key> new_;
};

}  // namespace nmd::analyses

#endif  // NMD_SERVICES_ANALYSES_CONCORDANCE_H_
