// SPDX-License-Identifier: EUPL-1.2
#include "services/costs/age_bands.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"

namespace nmd::costs {

AgeBands::AgeBands(std::vector<int> first_ages) : first_ages_(std::move(first_ages)) {
  if (first_ages_.empty() || first_ages_.front() != 0) first_ages_.insert(first_ages_.begin(), 0);
  for (size_t band = 0; band < first_ages_.size(); ++band) {
    const int from = first_ages_[band];
    const bool last = band + 1 == first_ages_.size();
    const int to = last ? kOldest : first_ages_[band + 1] - 1;
    values_.push_back(last ? absl::StrCat(from, "+") : from == to ? absl::StrCat(from) : absl::StrCat(from, "-", to));
    for (int age = from; age <= to; ++age) band_of_.push_back(static_cast<uint8_t>(band));
  }
  values_.emplace_back();
}

uint32_t AgeBands::BandWith(int from, int to) const { return BandOf(from) == BandOf(to) ? BandOf(from) : unknown(); }

std::string AgeLabel(absl::string_view value) {
  if (value.empty()) return "Onbekend";
  absl::string_view first = value;
  if (absl::ConsumeSuffix(&first, "+")) return absl::StrCat(first, " jaar en ouder");
  const size_t dash = value.find('-');
  if (dash == absl::string_view::npos) return absl::StrCat(value, " jaar");
  return absl::StrCat(value.substr(0, dash), " t/m ", value.substr(dash + 1), " jaar");
}

std::string AgeSortKey(absl::string_view value) {
  const auto* const end = std::find_if_not(value.begin(), value.end(), [](unsigned char c) { return absl::ascii_isdigit(c); });
  const auto digits = static_cast<size_t>(end - value.begin());
  // After all digits, for the unknown one.
  return digits == 0 ? "~" : absl::StrFormat("%03s", value.substr(0, digits));
}

}  // namespace nmd::costs
