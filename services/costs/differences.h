// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_COSTS_DIFFERENCES_H_
#define NMD_SERVICES_COSTS_DIFFERENCES_H_

#include <string>
#include <vector>

#include "google/protobuf/repeated_ptr_field.h"
#include "nmd/costs/v1/costs.pb.h"
#include "nmd/type/figure.pb.h"
#include "services/costs/walk.h"

// What the steps of a walk did to one figure, as messages. Pure.
namespace nmd::costs {

// One figure after one step; null when the answer does not have it there.
struct Stage {
  v1::DifferenceStep::Cause cause = v1::DifferenceStep::CAUSE_UNSPECIFIED;
  Walk::Extent extent;
  const type::Figure* figure = nullptr;
};

v1::DifferenceStep::Cause MessageOf(Cause cause);

// "3 gegevens die later binnenkwamen, uit 2 leveringen."
std::string StatementOf(v1::DifferenceStep::Cause cause, const Walk::Extent& extent);

// Whether a step has a difference that is not 0.
bool DidSomething(const v1::DifferenceStep& step);

// A step per stage, from `start` on. A count or an amount that is not there is 0; a ratio that is not there, and what is no
// number, has no difference: it is left to the next stage that has a number. False when the start or the end is no number, and
// then the steps are without differences.
bool AddSteps(const type::Figure* start, const std::vector<Stage>& stages,
              google::protobuf::RepeatedPtrField<v1::DifferenceStep>* steps);

// Fills in the difference, the steps and the statement of a comparison from the earlier to the later figure, which is that of
// the last stage.
void FillDifference(const type::Figure& earlier, const type::Figure& later, const std::vector<Stage>& stages,
                    v1::FigureDifference* difference);

}  // namespace nmd::costs

#endif  // NMD_SERVICES_COSTS_DIFFERENCES_H_
