// SPDX-License-Identifier: EUPL-1.2
#include "gateway/cli/bridge.h"

#include "absl/strings/str_cat.h"
#include "gateway/cli/cells.h"
#include "gateway/cli/figures.h"
#include "services/core/dutch.h"

namespace nmd::cli {
namespace {}  // namespace

std::string BridgeText(const costs::v1::BridgeAmountsResponse& response) {
  if (response.state() != type::Figure::ANSWERED) return absl::StrCat(ReasonText(response.state_reason()), "\n");
  Table table;
  table.columns = {
      {"Stap", "stap"}, {"Bedrag", "bedrag", true}, {"Regels", "regels", true}, {"Wat het is", "uitleg", false, 70}};
  for (const costs::v1::BridgeStep& step : response.steps()) {
    table.rows.push_back({Cell::Same(absl::StrCat(step.subtotal() ? "" : "  ", step.title())),
                          Cell::Same(dutch::Euro(step.amount_cents())),
                          Cell::Same(step.subtotal() ? "" : dutch::Number(step.item_count())), Cell::Same(step.description())});
  }
  std::string text = TextOf(table);
  for (const std::string& remark : response.remarks()) absl::StrAppend(&text, "\n", remark);
  return absl::StrCat(text, response.remarks_size() > 0 ? "\n" : "");
}

Table BridgeRecords(const costs::v1::BridgeAmountsResponse& response) {
  Table table;
  for (const char* key : {"stap", "deel", "law", "category", "product", "provider", "month"})
    table.columns.push_back({key, key});
  table.columns.push_back({"bedrag", "bedrag", true});
  table.columns.push_back({"aantal", "aantal", true});
  table.columns.push_back({"toestand", "toestand"});
  if (response.state() != type::Figure::ANSWERED) {
    table.rows.emplace_back(9);
    table.rows.back().push_back(Cell::Same(StateKey(response.state())));
  }
  for (const costs::v1::BridgeStep& step : response.steps()) {
    std::vector<Cell> row = {Cell::Same(step.step()), Cell::Same(step.subtotal() ? "tussenstand" : "stap")};
    row.resize(7);
    row.push_back(Cell::Same(Euros(step.amount_cents())));
    row.push_back(Cell::Same(absl::StrCat(step.item_count())));
    row.push_back(Cell::Same(StateKey(response.state())));
    table.rows.push_back(std::move(row));
    for (const costs::v1::BridgeItem& item : step.items()) {
      std::vector<Cell> line = {Cell::Same(step.step()), Cell::Same("regel")};
      for (size_t i = 2; i < 7; ++i) {
        Cell cell;
        for (const type::DimensionValue& value : item.dimensions()) {
          if (value.dimension() == table.columns[i].key) cell = Cell::Same(value.value());
        }
        line.push_back(std::move(cell));
      }
      line.push_back(Cell::Same(Euros(item.amount_cents())));
      line.push_back(Cell::Same(absl::StrCat(item.count())));
      line.push_back(Cell::Same(StateKey(response.state())));
      table.rows.push_back(std::move(line));
    }
  }
  return table;
}

}  // namespace nmd::cli
