// SPDX-License-Identifier: EUPL-1.2
#include "gateway/cli/compare.h"

#include <cstdint>
#include <set>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "services/core/dutch.h"
#include "services/platform/status_macros.h"

namespace nmd::cli {
namespace {

using costs::v1::CompareFiguresRequest;
using costs::v1::CompareFiguresResponse;
using costs::v1::Comparison;
using costs::v1::QueryFiguresResponse;
using type::Figure;

// One of the two answers the comparison is made of.
QueryFiguresResponse SideOf(const CompareFiguresRequest& asked, const CompareFiguresResponse& response, bool later) {
  QueryFiguresResponse side;
  for (const Comparison& one : response.comparisons()) *side.add_figures() = later ? one.after() : one.before();
  for (const Comparison& one : response.totals()) *side.add_totals() = later ? one.after() : one.before();
  *side.mutable_provenance() = response.provenance();
  costs::v1::QueryFiguresRequest* effective = side.mutable_effective();
  effective->set_parent(asked.parent());
  *effective->mutable_measures() = asked.measures();
  *effective->mutable_dimensions() = asked.dimensions();
  *effective->mutable_period() = later ? asked.after() : asked.before();
  *effective->mutable_filters() = asked.filters();
  *effective->mutable_age_from() = asked.age_from();
  if (response.has_known_time()) *effective->mutable_known_time() = response.known_time();
  return side;
}

Cell DifferenceCell(const Comparison& comparison) {
  if (comparison.state() != Figure::ANSWERED) {
    return {comparison.state() == Figure::NOT_COMPARABLE ? "niet vergelijkbaar" : "–", ""};
  }
  Figure difference;
  difference.set_state(Figure::ANSWERED);
  if (comparison.difference_case() == Comparison::kCount) difference.set_count(comparison.count());
  if (comparison.difference_case() == Comparison::kAmountCents) difference.set_amount_cents(comparison.amount_cents());
  if (comparison.difference_case() == Comparison::kRatio) difference.set_ratio(comparison.ratio());
  return {FigureText(difference), FigureRaw(difference)};
}

Cell GrowthCell(const Comparison& comparison) {
  if (comparison.state() != Figure::ANSWERED) return {"–", ""};
  if (comparison.has_growth()) {
    return {dutch::Growth(comparison.growth()), absl::StrFormat("%.6f", comparison.growth())};
  }
  // From nothing there is no growth in per cents; from less than nothing neither.
  const Figure& before = comparison.before();
  const bool zero = before.count() == 0 && before.amount_cents() == 0 && !(before.ratio() < 0);
  const bool same = comparison.count() == 0 && comparison.amount_cents() == 0 && !(comparison.ratio() > 0);
  return {!zero ? "–" : same ? "0%" : "nieuw", ""};
}

void AddRow(const CompareFiguresRequest& asked, const Comparison& comparison, const Titles& titles, bool total, Table* table) {
  const Figure& figure = comparison.after().measure().empty() ? comparison.before() : comparison.after();
  std::vector<Cell> row = {{"", total ? "totaal" : "cel"}};
  for (const std::string& dimension : asked.dimensions()) {
    Cell cell;
    for (const type::DimensionValue& value : figure.dimensions()) {
      if (value.dimension() == dimension) cell = {LabelText(value), value.value()};
    }
    row.push_back(std::move(cell));
  }
  if (total && row.size() > 1) row[1].text = "Totaal";
  row.push_back({titles.Measure(figure.measure()), figure.measure()});
  row.push_back({FigureText(comparison.before()), FigureRaw(comparison.before())});
  row.push_back({FigureText(comparison.after()), FigureRaw(comparison.after())});
  row.push_back(DifferenceCell(comparison));
  row.push_back(GrowthCell(comparison));
  for (const std::string& key : {StateKey(comparison.before().state()), StateKey(comparison.after().state()),
                                 StateKey(comparison.state()), comparison.state_reason()}) {
    row.push_back({"", key});
  }
  table->rows.push_back(std::move(row));
}

// A number as machines get it, as the number it is; its word when it has none.
SheetCell NumberCell(const Cell& cell, Figure::ValueCase kind) {
  int64_t whole = 0;
  if (kind == Figure::kCount && absl::SimpleAtoi(cell.raw, &whole)) return SheetCell::Count(whole);
  if (kind == Figure::kAmountCents && absl::SimpleAtoi(absl::StrReplaceAll(cell.raw, {{".", ""}}), &whole)) {
    return SheetCell::Euro(whole);
  }
  double ratio = 0;
  if (kind == Figure::kRatio && absl::SimpleAtod(cell.raw, &ratio)) return SheetCell::Decimal(ratio);
  return SheetCell::Text(cell.text);
}

}  // namespace

absl::StatusOr<CompareFiguresRequest> CompareOf(const Question& question, const std::string& parent) {
  if (question.from.empty() || question.to.empty() || !question.on.empty()) {
    return absl::InvalidArgumentError("--compare vergelijkt twee maanden: geef --from en --to");
  }
  Question first = question, last = question;
  first.to = first.from;
  last.from = last.to;
  NMD_ASSIGN_OR_RETURN(const costs::v1::QueryFiguresRequest before, QueryOf(first, parent));
  NMD_ASSIGN_OR_RETURN(const costs::v1::QueryFiguresRequest after, QueryOf(last, parent));
  CompareFiguresRequest request;
  request.set_parent(parent);
  *request.mutable_measures() = after.measures();
  *request.mutable_dimensions() = after.dimensions();
  *request.mutable_before() = before.period();
  *request.mutable_after() = after.period();
  *request.mutable_filters() = after.filters();
  *request.mutable_age_from() = after.age_from();
  if (after.has_known_time()) *request.mutable_known_time() = after.known_time();
  return request;
}

Table CompareTable(const CompareFiguresRequest& asked, const CompareFiguresResponse& response, const Titles& titles) {
  Table table;
  table.columns.push_back({"", "rij"});
  for (const std::string& dimension : asked.dimensions()) table.columns.push_back({titles.Dimension(dimension), dimension});
  table.columns.push_back({"Maat", "maat"});
  table.columns.push_back({PeriodText(SideOf(asked, {}, false).effective()), "waarde_voor", true});
  table.columns.push_back({PeriodText(SideOf(asked, {}, true).effective()), "waarde_na", true});
  table.columns.push_back({"Verschil", "verschil", true});
  table.columns.push_back({"Groei", "groei", true});
  for (const char* key : {"toestand_voor", "toestand_na", "toestand", "reden"}) table.columns.push_back({"", key});
  if (asked.dimensions_size() > 0) {
    for (const Comparison& comparison : response.comparisons()) AddRow(asked, comparison, titles, false, &table);
  }
  for (const Comparison& comparison : response.totals()) AddRow(asked, comparison, titles, true, &table);
  table.total_rows = static_cast<size_t>(response.totals_size());
  return table;
}

std::string CompareFooter(const CompareFiguresRequest& asked, const CompareFiguresResponse& response, const Titles& titles) {
  std::set<std::string> reasons;
  for (const auto* comparisons : {&response.comparisons(), &response.totals()}) {
    for (const Comparison& comparison : *comparisons) {
      if (!comparison.state_reason().empty()) reasons.insert(comparison.state_reason());
    }
  }
  std::string text = "\n";
  for (const std::string& reason : reasons) absl::StrAppend(&text, ReasonText(reason), "\n");
  // What is missing in the later figures themselves has been said.
  QueryFiguresResponse later = SideOf(asked, response, true);
  for (Figure& figure : *later.mutable_figures()) figure.clear_state_reason();
  for (Figure& figure : *later.mutable_totals()) figure.clear_state_reason();
  return absl::StrCat(text, Footer(later, titles, /*compared=*/true).substr(1));
}

std::vector<Sheet> CompareSheets(const CompareFiguresRequest& asked, const CompareFiguresResponse& response,
                                 const Catalogue& catalogue) {
  const Table table = CompareTable(asked, response, TitlesOf(catalogue));
  Sheet sheet;
  sheet.name = "Cijfers";
  sheet.frozen_rows = 1;
  sheet.rows.emplace_back();
  for (const Column& column : table.columns) {
    if (!column.title.empty()) sheet.rows[0].push_back(SheetCell::Text(column.title, /*bold=*/true));
  }
  const int cells = asked.dimensions_size() > 0 ? response.comparisons_size() : 0;
  for (size_t r = 0; r < table.rows.size(); ++r) {
    const int at = static_cast<int>(r);
    const Comparison& comparison = at < cells ? response.comparisons(at) : response.totals(at - cells);
    const Figure::ValueCase kind = comparison.after().value_case() != Figure::VALUE_NOT_SET ? comparison.after().value_case()
                                                                                            : comparison.before().value_case();
    std::vector<SheetCell> row;
    for (size_t c = 0; c < table.columns.size(); ++c) {
      const Column& column = table.columns[c];
      const Cell& cell = table.rows[r][c];
      if (column.title.empty()) continue;
      double growth = 0;
      row.push_back(!column.number                        ? SheetCell::Text(cell.text)
                    : column.key != "groei"               ? NumberCell(cell, kind)
                    : absl::SimpleAtod(cell.raw, &growth) ? SheetCell::Share(growth)
                                                          : SheetCell::Text(cell.text));
      row.back().bold = at >= cells;
    }
    sheet.rows.push_back(std::move(row));
  }
  std::set<std::string> reasons;
  for (const auto* comparisons : {&response.comparisons(), &response.totals()}) {
    for (const Comparison& comparison : *comparisons) {
      if (comparison.state() == Figure::NOT_COMPARABLE) reasons.insert(ReasonText(comparison.state_reason()));
    }
  }
  Sheet explanation = ExplanationSheet(SideOf(asked, response, true), SideOf(asked, response, false), catalogue);
  for (const std::string& reason : reasons) {
    explanation.rows.push_back({SheetCell::Text("in dit antwoord"), SheetCell::Text(reason)});
  }
  return {std::move(sheet), std::move(explanation)};
}

}  // namespace nmd::cli
