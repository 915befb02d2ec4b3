// SPDX-License-Identifier: EUPL-1.2
#include "services/publication/region_schema.h"

#include <algorithm>
#include <optional>
#include <set>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "services/core/date.h"
#include "services/publication/region_merge.h"

namespace nmd::publication {
namespace {

using v1::PublishedCell;
using v1::PublishedValue;

constexpr absl::string_view kTotal = "totaal";
// Of one publication; larger ones do not fit in a message.
constexpr int64_t kMostCells = 1'000'000;

std::string PeriodFault(const type::Period& period, const v1::TableRule& rule) {
  const std::optional<Day> start = ParseDay(period.start_date()), end = ParseDay(period.end_date());
  if (!start || !end || *start >= *end || CivilOf(*start).day != 1 || CivilOf(*end).day != 1) {
    return "the period is not a number of whole months";
  }
  if (rule.periods().empty()) return "";
  const Month first = MonthOf(*start);
  const int months = MonthOf(*end) - first;
  const auto agreed = [&](absl::string_view length) {
    if (length == "month") return months == 1;
    if (length == "quarter") return months == 3 && (MonthInYear(first) - 1) % 3 == 0;
    return length == "year" && months == 12 && MonthInYear(first) == 1;
  };
  return std::any_of(rule.periods().begin(), rule.periods().end(), agreed) ? "" : "periods of this length were not agreed";
}

std::string ShapeFault(const v1::Publication& publication, const v1::TableRule& rule) {
  if (!std::equal(publication.dimensions().begin(), publication.dimensions().end(), rule.dimensions().begin(),
                  rule.dimensions().end(), [](const auto& own, const auto& agreed) { return own.dimension() == agreed; })) {
    return "the dimensions are not those of the agreement";
  }
  if (!std::equal(publication.measures().begin(), publication.measures().end(), rule.measures().begin(), rule.measures().end(),
                  [](const auto& own, const auto& agreed) { return own.measure() == agreed; })) {
    return "the measures are not those of the agreement";
  }
  if (publication.measures().empty() || publication.dimensions().empty()) return "there is no measure or no dimension";
  for (const auto& measure : publication.measures()) {
    if (measure.unit() != "count" && measure.unit() != "cents" && measure.unit() != "ratio") {
      return absl::StrCat("measure ", measure.measure(), " has a unit that is not known");
    }
  }
  if (publication.measures(0).unit() != "count") return "the first measure is not a count";
  for (const auto& dimension : publication.dimensions()) {
    std::set<std::string> values;
    for (const auto& code : dimension.codes()) {
      if (!values.insert(code.value()).second) return absl::StrCat("dimension ", dimension.dimension(), " has a code twice");
    }
    if (dimension.codes().empty() || dimension.codes(0).value() != kTotal) {
      return absl::StrCat("dimension ", dimension.dimension(), " does not begin with its total");
    }
  }
  return "";
}

bool HasUnit(const PublishedValue& value, absl::string_view unit) {
  switch (value.value_case()) {
    case PublishedValue::kCount:
      return unit == "count";
    case PublishedValue::kAmountCents:
      return unit == "cents";
    case PublishedValue::kRatio:
      return unit == "ratio";
    case PublishedValue::kMissing:
      return !value.missing().empty();
    case PublishedValue::VALUE_NOT_SET:
      return false;
  }
  return false;
}

std::string CellFault(const PublishedCell& cell, const v1::Publication& publication, const v1::TableRule& rule) {
  if (cell.state() == PublishedCell::HIDDEN) {
    return cell.values().empty() && !cell.has_reliability() ? "" : "tells something of what is hidden";
  }
  if (cell.state() != PublishedCell::SHOWN && cell.state() != PublishedCell::ZERO) return "has a state that is not known";
  if (cell.values_size() != publication.measures_size()) return "has another number of values than there are measures";
  for (int m = 0; m < cell.values_size(); ++m) {
    if (!HasUnit(cell.values(m), publication.measures(m).unit())) return "has a value in another unit than its measure";
  }
  if (cell.values(0).value_case() != PublishedValue::kCount) return "is shown and has no count";
  for (int m = 0; m < cell.values_size(); ++m) {
    const int64_t base = publication.measures(m).rounded_to();
    if (base > 1 && (cell.values(m).count() + cell.values(m).amount_cents()) % base != 0) return "is not rounded as it says";
  }
  // Nobody was counted: what is no property of clients, such as inhabitants, may be there all the same.
  if (cell.state() == PublishedCell::ZERO && cell.values(0).count() != 0) return "is zero and has a count that is not";
  const int64_t count = cell.values(0).count(), off = publication.rounded_to() > 1 ? publication.rounded_to() / 2 : 0;
  // Nobody among some inhabitants is no small number.
  if (cell.state() == PublishedCell::SHOWN && count > 0 && count + off < rule.minimum_clients())
    return "is shown and below the agreed minimum";
  return "";
}

}  // namespace

std::string PublicationFault(const v1::Publication& publication, const v1::TableRule& rule) {
  if (std::string fault = PeriodFault(publication.period(), rule); !fault.empty()) return fault;
  if (std::string fault = ShapeFault(publication, rule); !fault.empty()) return fault;
  if (std::max<int64_t>(publication.rounded_to(), 1) != std::max<int64_t>(rule.rounded_to(), 1))
    return "rounding is not as agreed";
  for (const auto& measure : publication.measures()) {
    const int64_t base = measure.unit() == "cents" ? rule.round_amounts_to() : rule.round_counts_to();
    if (measure.rounded_to() != base || measure.uncertainty() != std::max<int64_t>(base - 1, 0))
      return "rounding is not as agreed";
  }
  std::vector<int32_t> codes;
  int64_t cells = 1;
  for (const auto& dimension : publication.dimensions()) {
    codes.push_back(dimension.codes_size());
    cells *= dimension.codes_size();
    if (cells > kMostCells) return "there are too many cells";
  }
  if (cells != publication.cells_size()) return "the cells are not all combinations of the codes";
  std::vector<int32_t> at(codes.size(), 0);
  std::vector<Range> counts;
  for (const PublishedCell& cell : publication.cells()) {
    if (!std::equal(cell.codes().begin(), cell.codes().end(), at.begin(), at.end())) return "the cells are not in order";
    if (const std::string fault = CellFault(cell, publication, rule); !fault.empty()) {
      return absl::StrCat("cell ", counts.size(), " ", fault);
    }
    const int64_t off =
        std::max(publication.measures(0).uncertainty(), publication.rounded_to() > 1 ? publication.rounded_to() / 2 : 0);
    Range count{0, Range::kNoHigh};
    if (cell.state() != PublishedCell::HIDDEN) {
      count = {std::max<int64_t>(cell.values(0).count() - off, 0), cell.values(0).count() + off};
    }
    counts.push_back(count);
    size_t d = at.size();
    while (d > 0 && ++at[d - 1] == codes[d - 1]) at[--d] = 0;
  }
  if (Contradicts(codes, std::move(counts), Adding::kDistinct)) return "totals and parts contradict each other";
  return "";
}

std::string AgreementFault(const v1::Agreement& agreement, absl::string_view municipality) {
  if (!absl::StartsWith(agreement.name(), absl::StrCat("municipalities/", municipality, "/agreements/"))) {
    return "the agreement is not of the municipality that says it";
  }
  const std::optional<Day> start = ParseDay(agreement.start_date()), end = ParseDay(agreement.end_date());
  if (!start || !end || *start >= *end) return "the agreement has no period";
  if (agreement.version() < 1) return "the agreement has no version";
  if (agreement.audiences().empty()) return "the agreement names nobody who may see it";
  for (const v1::TableRule& table : agreement.tables()) {
    if (table.minimum_clients() < 1) return absl::StrCat("table ", table.table(), " has no minimum");
  }
  return "";
}

}  // namespace nmd::publication
