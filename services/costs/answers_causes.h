// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_COSTS_ANSWERS_CAUSES_H_
#define NMD_SERVICES_COSTS_ANSWERS_CAUSES_H_

#include <string>
#include <vector>

#include "google/protobuf/repeated_ptr_field.h"
#include "nmd/costs/v1/answers.pb.h"
#include "services/costs/catalogue.h"
#include "services/costs/differences.h"
#include "services/costs/ledger.h"

// What differs between an answer that was given and the same question asked again. Pure.
namespace nmd::costs {

// The measures of a question and all they are made of, each once, as `municipality` serves them.
google::protobuf::RepeatedPtrField<v1::Measure> MeasuresBehind(const Catalogue& catalogue, const std::string& municipality,
                                                               const v1::QueryFiguresRequest& question);

// The figures and totals that are there in one answer only, or whose value, state or reason differ: in the order of `given`,
// then what only `found` has.
google::protobuf::RepeatedPtrField<v1::FigureChange> ChangedFigures(const v1::QueryFiguresResponse& given,
                                                                    const v1::QueryFiguresResponse& found);

// An answer after one step of a walk.
struct AnswerStage {
  v1::DifferenceStep::Cause cause = v1::DifferenceStep::CAUSE_UNSPECIFIED;
  Walk::Extent extent;
  v1::QueryFiguresResponse figures;
};

// Fills in the steps of every change that has a number on both sides, from what was given to the answer of the last stage;
// those that did nothing are left out.
void AddChangeSteps(const std::vector<AnswerStage>& stages, google::protobuf::RepeatedPtrField<v1::FigureChange>* changes);

// Whether the answer has the figure; then its coordinates get their labels.
bool FindFigure(const v1::QueryFiguresResponse& answer, const std::string& measure,
                google::protobuf::RepeatedPtrField<type::DimensionValue>* dimensions);

// Definitions that are not those of the answer any more.
void AddDefinitionCauses(const v1::RegisteredAnswer& answer, const Catalogue& catalogue, const std::string& municipality,
                         google::protobuf::RepeatedPtrField<v1::ChangeCause>* causes);

// Changes of the ledger; of households only when `households`.
void AddLedgerCauses(const std::vector<Ledger::Change>& changes, bool households,
                     google::protobuf::RepeatedPtrField<v1::ChangeCause>* causes);

}  // namespace nmd::costs

#endif  // NMD_SERVICES_COSTS_ANSWERS_CAUSES_H_
