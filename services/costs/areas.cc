// SPDX-License-Identifier: EUPL-1.2
#include "services/costs/areas.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "services/costs/evaluate.h"
#include "services/costs/snapshot.h"

namespace nmd::costs {
namespace {

bool IsArea(const DimensionInfo& dimension) {
  return dimension.kind == DimensionKind::kColumn && (dimension.field == kWijkField || dimension.field == kBuurtField);
}

}  // namespace

Areas::Areas(const std::vector<PopulationCount>& populations) {
  const auto add = [](const std::string& code, int year, Level* level) {
    if (code.empty()) return;
    level->years.insert(year);
    level->codes[code].insert(year);
  };
  for (const PopulationCount& population : populations) {
    add(population.wijk, population.year, &wijken_);
    add(population.buurt, population.year, &buurten_);
  }
}

bool Areas::Changes(bool buurt, const std::string& code, const std::vector<MonthRange>& periods) const {
  const Level& level = LevelOf(buurt);
  const auto own = level.codes.find(code);
  if (own == level.codes.end()) return false;
  bool in = false, out = false;
  for (const MonthRange& period : periods) {
    for (int year = YearOf(period.first); year <= YearOf(period.end - 1); ++year) {
      if (!level.years.contains(year)) continue;
      (own->second.contains(year) ? in : out) = true;
    }
  }
  return in && out;
}

std::string Areas::YearsOf(bool buurt, const std::string& code) const {
  const Level& level = LevelOf(buurt);
  const auto own = level.codes.find(code);
  if (own == level.codes.end() || own->second == level.years) return "";
  std::string text;
  for (auto year = own->second.begin(); year != own->second.end();) {
    const int first = *year;
    int last = first;
    for (++year; year != own->second.end() && *year == last + 1; ++year) last = *year;
    absl::StrAppend(&text, text.empty() ? "" : ", ", first);
    if (last > first) absl::StrAppend(&text, " t/m ", last);
  }
  return text;
}

bool AreaChanges(const Areas& areas, const Question& question, const std::vector<std::string>& values,
                 const std::vector<MonthRange>& periods) {
  for (size_t d = 0; d < values.size(); ++d) {
    const DimensionInfo& dimension = *question.dimensions[d];
    if (IsArea(dimension) && areas.Changes(dimension.field == kBuurtField, values[d], periods)) return true;
  }
  return std::any_of(question.filters.begin(), question.filters.end(), [&](const QuestionFilter& filter) {
    if (!IsArea(*filter.dimension)) return false;
    return std::any_of(filter.values.begin(), filter.values.end(), [&](const std::string& code) {
      return areas.Changes(filter.dimension->field == kBuurtField, code, periods);
    });
  });
}

}  // namespace nmd::costs
