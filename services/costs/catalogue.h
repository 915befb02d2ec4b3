// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_COSTS_CATALOGUE_H_
#define NMD_SERVICES_COSTS_CATALOGUE_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "services/costs/fact_table.h"

// What can be asked: the measures and dimensions, with the words people read. The one place to add either; a definition
// that changes gets a new version, because a figure names the version it was calculated with.
namespace nmd::costs {

inline constexpr uint32_t kLawCount = 3;  // None, Jeugdwet, Wmo.

// What a measure is counted over.
enum class Family : uint8_t {
  kRows,        // The fact table.
  kPopulation,  // Inhabitants.
  kBudget,      // Vintages of budget lines.
};

enum class MeasureId { kClients, kProvisions, kIndicated, kDeclared, kApproved, kPopulation, kBudget };
enum class Combine { kAdditive, kDistinct };

struct MeasureInfo {
  MeasureId measure;
  absl::string_view id;
  absl::string_view title;
  absl::string_view definition;
  absl::string_view description;
  absl::string_view unit;
  Combine combine;
  absl::string_view stage;
  Family family;
  uint32_t kinds;  // Facts the figure rests on, as Kind bits.
  bool money;
};

enum class DimensionKind : uint8_t { kTime, kColumn, kAge, kBudgetLine, kNotRegistered };
enum class Grain : uint8_t { kMonth, kQuarter, kYear };

struct DimensionInfo {
  absl::string_view id;
  absl::string_view title;
  absl::string_view description;
  DimensionKind kind;
  Field field;               // For kColumn.
  Grain grain;               // For kTime.
  uint32_t kinds;            // Facts that decide the value.
  absl::string_view reason;  // For kNotRegistered: why, and what would be needed.
};

absl::Span<const MeasureInfo> Measures();
absl::Span<const DimensionInfo> Dimensions();
// Null when there is none.
const MeasureInfo* FindMeasure(absl::string_view id);
const DimensionInfo* FindDimension(absl::string_view id);

// Whether figures of the family can be split and filtered by the dimension. True for one that is not registered: that
// question has an answer, namely that there is none.
bool Supports(Family family, const DimensionInfo& dimension);

// Dutch label of a value of a column; the value itself when there is no better word.
std::string FieldLabel(Field field, absl::string_view value);

// Age bands in ascending order, by number of birthdays of AgeDays that have passed; the last is "" for unknown.
inline constexpr uint32_t kAgeBandCount = 7;
inline constexpr uint32_t kUnknownAgeBand = 6;
struct AgeBand {
  absl::string_view value;
  absl::string_view label;
  int from, to;  // Both inclusive; -1, -1 for unknown.
};
const AgeBand& AgeBandOf(uint32_t band);

// "rijksbijdrage_jeugd" -> "Rijksbijdrage jeugd".
std::string BudgetLineLabel(absl::string_view line);

}  // namespace nmd::costs

#endif  // NMD_SERVICES_COSTS_CATALOGUE_H_
