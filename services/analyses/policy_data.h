// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_ANALYSES_POLICY_DATA_H_
#define NMD_SERVICES_ANALYSES_POLICY_DATA_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "nmd/costs/v1/policy.pb.h"
#include "nmd/costs/v1/scenario.pb.h"
#include "services/costs/catalogue.h"

namespace nmd::internal::v1 {
class PolicyFile;
}

namespace nmd::analyses {

// What the configuration says about policy: scenarios, goals, pilots, events (PolicyFile), read once at the start, with every
// printed sum worked out again. Names are full resource names. Immutable.
class PolicyData {
 public:
  // Reads the files and takes them together. FAILED_PRECONDITION with all faults at once: what is unreadable, names that are
  // taken or not there, cells that fit no option, amounts that are no amounts, goals with a single indicator (R141), goals in a
  // circle, indicators that cannot be asked.
  static absl::StatusOr<std::shared_ptr<const PolicyData>> Load(const google::protobuf::RepeatedPtrField<std::string>& files,
                                                                absl::string_view municipality,
                                                                const costs::Catalogue& catalogue);
  static absl::StatusOr<std::shared_ptr<const PolicyData>> Read(const internal::v1::PolicyFile& file,
                                                                absl::string_view municipality,
                                                                const costs::Catalogue& catalogue);

  // In the order of the files.
  const std::vector<costs::v1::ScenarioTable>& scenario_tables() const { return scenario_tables_; }
  const std::vector<costs::v1::PilotProgramme>& pilot_programmes() const { return pilot_programmes_; }
  const std::vector<costs::v1::MeasuringEffort>& efforts() const { return efforts_; }
  const std::vector<costs::v1::PolicyNote>& notes() const { return notes_; }
  // Every goal after the one it is a part of.
  const std::vector<costs::v1::Goal>& goals() const { return goals_; }
  // By date.
  const std::vector<costs::v1::PolicyEvent>& events() const { return events_; }

  // By full resource name; null when there is none.
  const costs::v1::ScenarioTable* FindTable(absl::string_view name) const;
  const costs::v1::Goal* FindGoal(absl::string_view name) const;
  const costs::v1::PolicyEvent* FindEvent(absl::string_view name) const;

 private:
  friend class PolicyReader;

  std::vector<costs::v1::ScenarioTable> scenario_tables_;
  std::vector<costs::v1::PilotProgramme> pilot_programmes_;
  std::vector<costs::v1::MeasuringEffort> efforts_;
  std::vector<costs::v1::PolicyNote> notes_;
  std::vector<costs::v1::Goal> goals_;
  std::vector<costs::v1::PolicyEvent> events_;
};

// How to read an indicator of a kind, in Dutch (R142): it points and does not prove.
absl::string_view CaveatOf(costs::v1::Measure::Kind kind);

// "2018-03-01", "2018-03" or "2018": a document does not always tell the day.
bool IsDateAsKnown(absl::string_view text);

// "Begeleiding 2018-1" -> "begeleiding-2018-1": the last part of a name; empty without a letter or a digit.
std::string NameOfTitle(absl::string_view title);

}  // namespace nmd::analyses

#endif  // NMD_SERVICES_ANALYSES_POLICY_DATA_H_
