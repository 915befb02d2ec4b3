// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_COSTS_ANSWERABILITY_H_
#define NMD_SERVICES_COSTS_ANSWERABILITY_H_

#include "nmd/costs/v1/answers.pb.h"

namespace nmd::costs {

// How far an answer answers its question, per period of its figures; of its totals when it has no others (R15). Pure.
v1::Answerability AnswerabilityOf(const v1::QueryFiguresResponse& response);

}  // namespace nmd::costs

#endif  // NMD_SERVICES_COSTS_ANSWERABILITY_H_
