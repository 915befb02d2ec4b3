// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_COSTS_CATALOGUE_H_
#define NMD_SERVICES_COSTS_CATALOGUE_H_

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "nmd/internal/v1/catalogue.pb.h"
#include "services/costs/expression.h"
#include "services/costs/fact_table.h"
#include "services/costs/worked_out.h"

// What can be asked: the measures and dimensions, with the words people read. Measures are data (measures.yaml and, of one
// municipality, own_measures in costs.yaml); a definition that changes gets a new version, because a figure names the version
// it was calculated with.
namespace nmd::costs {

// What a measure is counted over.
enum class Family : uint8_t {
  kRows,          // The fact table.
  kPopulation,    // Inhabitants.
  kBudget,        // Vintages of budget lines.
  kFlows,         // Days of care of clients and provisions, over the table.
  kSpread,        // Money per client or provider, over the table.
  kRecords,       // Facts that are no provision (records.h).
  kPersons,       // Households and persons, over the table and the records (person_measures.h).
  kDerived,       // Other measures.
  kUnregistered,  // Nothing: no source tells.
};

enum class MeasureId {
  kNone,
  // Rows, inhabitants, budgets.
  kClients,
  kProvisions,
  kIndicated,
  kDeclared,
  kApproved,
  kPopulation,
  kBudget,
  kIncome,
  kSpend,
  // Flows.
  kStockStart,
  kInflow,
  kReturned,
  kResumed,
  kMovedIn,
  kMovedOut,
  kOutflow,
  kInterrupted,
  kStockEnd,
  kProvisionsStart,
  kProvisionsStarted,
  kProvisionsMovedIn,
  kProvisionsMovedOut,
  kProvisionsEnded,
  kProvisionsEnd,
  kTrajectories,
  kEpisodes,
  kStepDown,
  kStepUp,
  kSameLevel,
  // Spread.
  kTop1Share,
  kTop2Share,
  kTop10Share,
  kGini,
  kCostP50,
  kCostP90,
  kCostP99,
  kLargest5Share,
  kHhi,
  // Records.
  kPgbClients,
  kPgbBudgets,
  kPgbGranted,
  kPgbPaid,
  kTeamClients,
  kTeamHelps,
  kBooked,
  kBookedRevenue,
  kApplications,
  kDecisionsGranted,
  kDecisionsRefused,
  kDecisionDaysP50,
  kWaits,
  kWaitsOpen,
  kWaitsBefore,
  kWaitDaysP50,
  kWaitDaysP90,
  kRequestDaysP50,
  // Persons.
  kHouseholds,
  kHouseholdProvisions,
  kAllHouseholds,
  kClientsAndPgb,
  kInCare1,
  kInCare2,
  kInCare3,
  kInCare4,
  kInCare5,
  kCoreClients,
  kCoreApproved,
  kFirstEver,
  kProviderSwitches,
  kEpisodes3Switches,
};
enum class Combine { kAdditive, kDistinct, kRatio };

struct MeasureInfo {
  MeasureId measure = MeasureId::kNone;  // kNone unless there is a calculation.
  absl::string_view id;
  absl::string_view title;
  std::string definition;  // "clients/1".
  absl::string_view unit;
  Combine combine = Combine::kAdditive;
  absl::string_view stage;
  Family family = Family::kRows;
  uint32_t kinds = 0;  // Facts the figure rests on, as Kind bits.
  bool money = false;  // Values are cents,
  bool ratio = false;  // or fractions; else counts.
  bool own = false;    // Of this municipality.

  // Of a derived measure.
  Expression expression;
  std::vector<const MeasureInfo*> inputs;  // By Expression::names().
  std::vector<const MeasureInfo*> bases;   // All measures below it that are not derived, each once.

  const internal::v1::CatalogueMeasure* texts = nullptr;  // Everything else people read.
};

// The measures of one instance. Immutable.
class Catalogue {
 public:
  // The catalogue that every instance has.
  static const std::shared_ptr<const Catalogue>& Base();
  // The same and the municipality's own measures. FAILED_PRECONDITION with all faults at once and their places: unknown
  // names, ids that are taken, units that do not go together, and measures that are made of themselves.
  static absl::StatusOr<std::shared_ptr<const Catalogue>> With(
      const google::protobuf::RepeatedPtrField<internal::v1::OwnMeasure>& own);
  // From a text as in measures.yaml, and own measures.
  static absl::StatusOr<std::shared_ptr<const Catalogue>> Read(
      absl::string_view yaml, const google::protobuf::RepeatedPtrField<internal::v1::OwnMeasure>& own);

  int32_t version() const { return source_.version(); }
  const std::deque<MeasureInfo>& measures() const { return measures_; }
  // Null when there is none.
  const MeasureInfo* Find(absl::string_view id) const;

 private:
  Catalogue() = default;

  internal::v1::MeasureCatalogue source_;  // With the own measures at the end.
  std::deque<MeasureInfo> measures_;       // Points into source_.
};

// A measure of the catalogue every instance has; null when there is none.
const MeasureInfo* FindMeasure(absl::string_view id);

enum class DimensionKind : uint8_t { kTime, kColumn, kAge, kWorkedOut, kBudgetLine, kNotRegistered };
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
  WorkedOut worked_out{};    // For kWorkedOut.
};

absl::Span<const DimensionInfo> Dimensions();
// Null when there is none.
const DimensionInfo* FindDimension(absl::string_view id);

// Whether figures of the measure can be split and filtered by the dimension: of a derived one when all it is made of can. True
// for one that is not registered: that question has an answer, namely that there is none.
bool Supports(const MeasureInfo& measure, const DimensionInfo& dimension);
// Whether figures of the measure can be filtered by it, which some can though they are not split by it, and the other way
// round.
bool SupportsFilter(const MeasureInfo& measure, const DimensionInfo& dimension);
// Whether the measure says something about one day instead of a period.
bool SupportsReferenceDate(const MeasureInfo& measure);

// Dutch label of a value of a column; the value itself when there is no better word.
std::string FieldLabel(Field field, absl::string_view value);

// "rijksbijdrage_jeugd" -> "Rijksbijdrage jeugd".
std::string BudgetLineLabel(absl::string_view line);

}  // namespace nmd::costs

#endif  // NMD_SERVICES_COSTS_CATALOGUE_H_
