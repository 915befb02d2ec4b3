// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_COSTS_FIGURES_H_
#define NMD_SERVICES_COSTS_FIGURES_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "nmd/type/figure.pb.h"
#include "services/costs/evaluate.h"
#include "services/costs/question.h"
#include "services/costs/snapshot.h"

// From values to figures: with their reliability, their provenance and one plain sentence about both (R5, R6).
namespace nmd::costs {

// A measure as ListMeasures serves it.
v1::Measure MeasureMessage(const std::string& municipality, const MeasureInfo& info);

class FigureMaker {
 public:
  // Both must outlive this.
  FigureMaker(const Snapshot& snapshot, const AskedQuestion& asked);

  // One figure of the measure with index `m`, in a cell; `dimensions` says whether the cell has coordinates.
  type::Figure Make(const Cell& cell, size_t m, bool dimensions) const;

  // NOT_REGISTERED for measure `m`, with what is not registered as its coordinates.
  type::Figure NotRegistered(size_t m, const std::vector<const DimensionInfo*>& what) const;

  // One line per source any of the measures rests on.
  void AddProvenance(google::protobuf::RepeatedPtrField<type::Provenance>* lines) const;

 private:
  // What the sources of one measure are worth.
  struct Base {
    int64_t records = 0, sound_records = 0, deliveries = 0;
    Moment newest = 0;
    std::string opening, closing;  // The parts of the statement every figure shares.
  };
  uint32_t KindsOf(const MeasureInfo& measure) const;
  type::Figure Bare(size_t m) const;
  std::string Statement(const MeasureInfo& measure, const Base& base, const Value& value,
                        const std::optional<double>& completeness, const MonthRange& months) const;
  // What one must know about a flow at the edges of what is known; empty when nothing.
  std::string FlowRemark(const MeasureInfo& measure, const MonthRange& months) const;

  const Snapshot& snapshot_;
  const AskedQuestion& asked_;
  const Day today_;          // Of the known time.
  std::vector<Base> bases_;  // Per measure.
};

// "2018-02-01"..; the part of the period a cell is about, or the reference date itself.
type::Period PeriodMessage(const Question& question, const MonthRange& months);

// Label of a dimension's value.
std::string ValueLabel(const Snapshot& snapshot, const DimensionInfo& dimension, const std::string& value);

}  // namespace nmd::costs

#endif  // NMD_SERVICES_COSTS_FIGURES_H_
