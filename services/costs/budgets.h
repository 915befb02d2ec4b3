// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_COSTS_BUDGETS_H_
#define NMD_SERVICES_COSTS_BUDGETS_H_

#include <cstdint>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "services/costs/catalogue.h"
#include "services/costs/snapshot.h"

// What a budget line is, by its name: the first word says which side it is on, the rest what it is about.
// "rijksbijdrage_jeugd" is income about "jeugd", "uitgaven_jeugd" is what was spent on it. Pure.
namespace nmd::costs {

enum class BudgetSide : uint8_t { kOther, kIncome, kSpend };

// Income: rijksbijdrage, uitkering, integratieuitkering, baten, inkomsten. Spend: uitgaven, uitgave, lasten. A printed result
// is neither: it is shown as budget, never mixed with what follows from the two sides (I8, I9).
BudgetSide SideOf(absl::string_view line);
// Empty when the name is one word.
absl::string_view SubjectOf(absl::string_view line);
// The value a line has of a dimension of kind kBudgetLine: the line itself, or its subject.
std::string BudgetValue(const DimensionInfo& dimension, absl::string_view line);

// Subjects and years of which both sides are known: of the others there is no result.
class TwoSided {
 public:
  explicit TwoSided(const std::vector<BudgetAmount>& budgets);
  // Whether the measure sums this amount.
  bool Takes(MeasureId measure, const BudgetAmount& budget) const;

 private:
  std::set<std::pair<absl::string_view, int32_t>> complete_;
};

}  // namespace nmd::costs

#endif  // NMD_SERVICES_COSTS_BUDGETS_H_
