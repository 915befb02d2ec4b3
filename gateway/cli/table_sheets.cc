// SPDX-License-Identifier: EUPL-1.2
#include "gateway/cli/table_sheets.h"

#include <cstdint>
#include <optional>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "gateway/cli/bridge.h"
#include "gateway/cli/figures.h"
#include "services/core/date.h"

namespace nmd::cli {
namespace {

SheetCell CellOf(const Column& column, const Cell& cell) {
  if (!column.number) {
    const std::optional<Day> day = ParseDay(cell.raw);
    return day.has_value() ? SheetCell::Date(*day) : SheetCell::Text(cell.raw);
  }
  if (cell.raw.empty()) return SheetCell::Text(cell.text);  // The word for why there is no number.
  int64_t whole = 0;
  double number = 0;
  const size_t point = cell.raw.find('.');
  if (absl::StartsWith(column.key, "bedrag") && point != std::string::npos && point + 3 == cell.raw.size() &&
      absl::SimpleAtoi(absl::StrReplaceAll(cell.raw, {{".", ""}}), &whole)) {
    return SheetCell::Euro(whole);
  }
  if (point == std::string::npos && absl::SimpleAtoi(cell.raw, &whole)) return SheetCell::Count(whole);
  if (!absl::SimpleAtod(cell.raw, &number)) return SheetCell::Text(cell.raw);
  return column.key == "aandeel" || column.key == "groei" ? SheetCell::Share(number) : SheetCell::Decimal(number);
}

std::string PeriodText(const type::Period& period) {
  costs::v1::QueryFiguresRequest asked;
  *asked.mutable_period() = period;
  return cli::PeriodText(asked);
}

template <typename Request>
std::string FiltersText(const Request& asked) {
  std::vector<std::string> filters;
  for (const costs::v1::Filter& filter : asked.filters()) {
    filters.push_back(absl::StrCat(filter.dimension(), " = ", absl::StrJoin(filter.values(), " of ")));
  }
  return filters.empty() ? "alles" : absl::StrCat("alleen ", absl::StrJoin(filters, "; "));
}

template <typename Response>
std::string KnownText(const Response& response) {
  return MomentCell(response.known_time(), response.has_known_time()).text;
}

}  // namespace

Sheet SheetOf(const std::string& name, const Table& table) {
  Sheet sheet;
  sheet.name = name;
  sheet.frozen_rows = 1;
  sheet.rows.emplace_back();
  for (const Column& column : table.columns) {
    sheet.rows[0].push_back(SheetCell::Text(column.title.empty() ? column.key : column.title, /*bold=*/true));
  }
  for (size_t r = 0; r < table.rows.size(); ++r) {
    std::vector<SheetCell>& row = sheet.rows.emplace_back();
    for (size_t c = 0; c < table.rows[r].size(); ++c) {
      row.push_back(CellOf(table.columns[c], table.rows[r][c]));
      row.back().bold = r + table.total_rows >= table.rows.size();
    }
  }
  return sheet;
}

Sheet NotesOf(const std::vector<std::pair<std::string, std::string>>& lines,
              const google::protobuf::RepeatedPtrField<type::Provenance>& provenance) {
  Sheet sheet;
  sheet.name = "Toelichting";
  sheet.rows.push_back({SheetCell::Text("Toelichting", /*bold=*/true)});
  for (const auto& [name, text] : lines) sheet.rows.push_back({SheetCell::Text(name), SheetCell::Text(text)});
  if (provenance.empty()) return sheet;
  sheet.rows.emplace_back();
  sheet.rows.emplace_back();
  for (const char* title : {"Bron", "Nieuwste levering bekend op", "Leveringen"}) {
    sheet.rows.back().push_back(SheetCell::Text(title, /*bold=*/true));
  }
  for (const type::Provenance& source : provenance) {
    sheet.rows.push_back({SheetCell::Text(source.source()),
                          SheetCell::Text(MomentCell(source.newest_known_time(), source.has_newest_known_time()).text),
                          SheetCell::Count(source.delivery_count())});
  }
  return sheet;
}

std::vector<Sheet> DecomposeSheets(const costs::v1::DecomposeGrowthRequest& asked,
                                   const costs::v1::DecomposeGrowthResponse& response) {
  std::vector<std::pair<std::string, std::string>> lines = {
      {"Vraag",
       absl::StrCat("Waardoor het geïndiceerde bedrag groeide van ", PeriodText(asked.before()), " naar ",
                    PeriodText(asked.after()), asked.group_by().empty() ? "" : absl::StrCat(", per ", asked.group_by()), "; ",
                    FiltersText(asked), ".")},
      {"Bekend op", KnownText(response)},
      {"Toestand", StateKey(response.state())}};
  if (!response.state_reason().empty()) lines.emplace_back("Reden", ReasonText(response.state_reason()));
  if (!response.conclusion().empty()) lines.emplace_back("Uitkomst", response.conclusion());
  lines.emplace_back("Methode", "LMDI-I, optellend: de factoren samen zijn precies de groei.");
  return {SheetOf("Groei", DecomposeRecords(response)), NotesOf(lines, response.provenance())};
}

std::vector<Sheet> BridgeSheets(const costs::v1::BridgeAmountsRequest& asked,
                                const costs::v1::BridgeAmountsResponse& response) {
  std::vector<std::pair<std::string, std::string>> lines = {
      {"Vraag", absl::StrCat("Van geïndiceerd naar geboekt, ", PeriodText(asked.period()), "; ", FiltersText(asked), ".")},
      {"Bekend op", KnownText(response)},
      {"Toestand", StateKey(response.state())}};
  if (!response.state_reason().empty()) lines.emplace_back("Reden", ReasonText(response.state_reason()));
  for (const costs::v1::BridgeStep& step : response.steps()) lines.emplace_back(step.title(), step.description());
  for (const std::string& remark : response.remarks()) lines.emplace_back("Let op", remark);
  return {SheetOf("Brug", BridgeRecords(response)), NotesOf(lines, response.provenance())};
}

}  // namespace nmd::cli
