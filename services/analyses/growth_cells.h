// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_ANALYSES_GROWTH_CELLS_H_
#define NMD_SERVICES_ANALYSES_GROWTH_CELLS_H_

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "services/analyses/concordance.h"
#include "services/core/money.h"
#include "services/costs/care.h"
#include "services/costs/decompose.h"
#include "services/costs/evaluate.h"
#include "services/costs/snapshot.h"

// What a period cost, per group and product, in the parts growth is split into; and what became of it between two periods.
// Pure.
namespace nmd::analyses {

// The products of a snapshot under the names they are compared by. Numbers are in no order that means anything.
class Products {
 public:
  struct Info {
    uint8_t law = 0;
    std::string name;  // Product, or the category of an allocation without one.
    bool category = false;
    std::string label;  // "Ambulant regulier (voorheen 45A04)".
    std::string value() const { return category ? "" : name; }
  };
  // `snapshot` must outlive this.
  Products(const costs::Snapshot& snapshot, Concordance concordance);

  // Of a row of the table. Cost: some nanoseconds.
  uint32_t NumberOf(uint32_t row);
  const Info& At(uint32_t number) const { return infos_[number]; }
  size_t size() const { return infos_.size(); }
  bool IsNew(uint32_t number) const { return concordance_.IsNew(infos_[number].law, infos_[number].name); }

 private:
  uint32_t Make(uint32_t law, uint32_t category, uint32_t product);

  const costs::Snapshot& snapshot_;
  const Concordance concordance_;
  std::vector<Info> infos_;
  std::map<std::pair<uint8_t, std::pair<bool, std::string>>, uint32_t> numbers_;
  std::map<std::pair<uint32_t, uint64_t>, uint32_t> by_codes_;  // By law, then category and product.
  std::pair<std::pair<uint32_t, uint64_t>, uint32_t> last_ = {{UINT32_MAX, 0}, 0};
};

// One cell in one period.
struct CellSums {
  int64_t provisions = 0;
  int64_t days = 0;  // Of all provisions together.
  Cents amount = 0;
  double quantity = 0;   // Of the unit.
  bool measured = true;  // Every provision has a volume, and all in one unit.
  absl::string_view unit;
};
// By value of the group ("" when there are none), then number of the product (0 when they are not told apart).
using GroupCells = std::map<std::pair<std::string, uint32_t>, CellSums>;

struct CellOptions {
  costs::MeasureId amount = costs::MeasureId::kIndicated;  // kIndicated, kDeclared or kApproved.
  Products* products = nullptr;                            // Tell them apart.
  const costs::CareBook* volumes = nullptr;                // Add quantities. REQUIRES: it is of the snapshot.
};
// Of a question with at most one dimension. A provision counts in every group it is in. Cost: some tens of nanoseconds per row
// of the period; with volumes a hundred.
GroupCells SumCells(const costs::Snapshot& snapshot, const costs::Question& question, const CellOptions& options);

Cents AmountOfRow(const costs::FactTable& table, costs::MeasureId amount, size_t row);

// What became of one group from one period to the next.
struct GroupChange {
  costs::Factors factors;
  double negative = 0;        // Growth of cells with a negative amount: it has no logarithm.
  double not_comparable = 0;  // Growth of products that stand on one side of a change of contract.
  int64_t provisions_before = 0, provisions_after = 0;
  Cents amount_before = 0, amount_after = 0;

  GroupChange& operator+=(const GroupChange& other);
};

struct LinkChange {
  std::map<std::string, GroupChange> groups;
  // Amounts before and after of the products that could not be compared.
  std::map<uint32_t, std::pair<Cents, Cents>> not_comparable;
  Cents unmeasured_after = 0;  // Amount of the cells of which no volume is known.
};

// `contract_changed`: between the two lies a change of contract, so that a product that is on one side only, and was not said
// to be new, cannot be compared. `days`: split the price. The growth of the groups sums to that of the totals' amounts when the
// totals are of the same rows.
LinkChange CompareCells(const costs::PeriodTotals& before, const costs::PeriodTotals& after, const GroupCells& cells_before,
                        const GroupCells& cells_after, const Products* products, bool contract_changed, bool days);

}  // namespace nmd::analyses

#endif  // NMD_SERVICES_ANALYSES_GROWTH_CELLS_H_
