// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_COSTS_EFFECTS_H_
#define NMD_SERVICES_COSTS_EFFECTS_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "nmd/costs/v1/costs.pb.h"
#include "services/core/money.h"
#include "services/costs/decompose.h"

// Effects of a decomposition with the words people read. Pure.
namespace nmd::costs {

// A factor and what it is called when it makes the amount go up or down. "more" and "less" end a sentence that begins with
// "door": "een hogere prijs per voorziening".
struct FactorWords {
  absl::string_view id, more, less;
};

struct FactorAmount {
  FactorWords words;
  double cents = 0;
};

// Effects in order; rounded to cents they sum to the growth. REQUIRES: the amounts sum to the growth.
std::vector<v1::Effect> MakeEffects(absl::Span<const FactorAmount> amounts, Cents growth);

// Which factors a decomposition has: those of totals, of groups, or of products with their days and quantities.
enum class FactorSet { kTotals, kGroups, kProducts };
// In the order in which they are told. Of kProducts the price is per day.
std::vector<FactorAmount> AmountsOf(const Factors& factors, FactorSet set);

// What to say about growth that no factor explains.
inline constexpr FactorWords kNegativeWords = {"negative", "correcties en creditbedragen", "correcties en creditbedragen"};
inline constexpr FactorWords kNotComparableWords = {"not_comparable", "producten die niet te vergelijken zijn",
                                                    "producten die niet te vergelijken zijn"};

// "De kosten stegen met 43,8% van € 416.000 naar € 598.264 per maand. Daarvan komt ...": the effects that are not zero.
std::string GrowthConclusion(Cents before, Cents after, int months, absl::Span<const FactorAmount> amounts,
                             const std::vector<v1::Effect>& effects);

}  // namespace nmd::costs

#endif  // NMD_SERVICES_COSTS_EFFECTS_H_
