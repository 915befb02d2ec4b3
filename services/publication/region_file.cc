// SPDX-License-Identifier: EUPL-1.2
#include "services/publication/region_file.h"

#include <algorithm>
#include <optional>
#include <set>

#include "absl/strings/str_cat.h"
#include "services/core/date.h"
#include "services/platform/config.h"
#include "services/platform/errors.h"
#include "services/platform/status_macros.h"

namespace nmd::publication {
namespace {

void CheckMeasure(const internal::v1::MergedMeasure& measure, const std::string& path, FieldCheck* check) {
  check->Require(!measure.measure().empty(), absl::StrCat(path, ".measure"), "is missing");
  const bool is_ratio = measure.together() == "ratio";
  check->Require(is_ratio || measure.together() == "sum" || measure.together() == "distinct", absl::StrCat(path, ".together"),
                 "must be distinct, sum or ratio");
  check->Require(is_ratio == !measure.numerator().empty(), absl::StrCat(path, ".numerator"),
                 "belongs to a ratio, and must be there");
  check->Require(is_ratio == !measure.denominator().empty(), absl::StrCat(path, ".denominator"),
                 "belongs to a ratio, and must be there");
  check->Require(measure.factor() >= 0, absl::StrCat(path, ".factor"), "must be above 0");
}

void CheckCeiling(const internal::v1::RegionalCeiling& ceiling, const std::string& path, FieldCheck* check) {
  const std::pair<const char*, const std::string*> words[] = {{"ceiling", &ceiling.ceiling()},
                                                              {"title", &ceiling.title()},
                                                              {"table", &ceiling.table()},
                                                              {"measure", &ceiling.measure()}};
  for (const auto& [field, text] : words) check->Require(!text->empty(), absl::StrCat(path, ".", field), "is missing");
  const std::optional<Day> start = ParseDay(ceiling.start_date()), end = ParseDay(ceiling.end_date());
  check->Require(start.has_value(), absl::StrCat(path, ".start_date"), "must be a date, YYYY-MM-DD");
  check->Require(end.has_value() && (!start || *start < *end), absl::StrCat(path, ".end_date"),
                 "must be a date after start_date");
  check->Require(ceiling.ceiling_cents() > 0, absl::StrCat(path, ".ceiling_cents"), "must be above 0");
}

}  // namespace

absl::StatusOr<RegionRules> CheckRegionFile(const internal::v1::RegionFile& file) {
  FieldCheck check;
  RegionRules rules;
  for (int i = 0; i < file.measures_size(); ++i) {
    const std::string path = absl::StrCat("measures[", i, "]");
    CheckMeasure(file.measures(i), path, &check);
    check.Require(rules.measures.emplace(file.measures(i).measure(), file.measures(i)).second, absl::StrCat(path, ".measure"),
                  "is there twice");
  }
  std::set<std::string> ids;
  for (int i = 0; i < file.ceilings_size(); ++i) {
    const std::string path = absl::StrCat("ceilings[", i, "]");
    CheckCeiling(file.ceilings(i), path, &check);
    check.Require(ids.insert(file.ceilings(i).ceiling()).second, absl::StrCat(path, ".ceiling"), "is there twice");
    rules.ceilings.push_back(file.ceilings(i));
  }
  NMD_RETURN_IF_ERROR(check.Result());
  std::sort(rules.ceilings.begin(), rules.ceilings.end(),
            [](const auto& a, const auto& b) { return a.ceiling() < b.ceiling(); });
  return rules;
}

absl::StatusOr<RegionRules> ReadRegionFile(const std::string& path) {
  internal::v1::RegionFile file;
  NMD_RETURN_IF_ERROR(ReadYamlFile(path, &file));
  return CheckRegionFile(file);
}

}  // namespace nmd::publication
