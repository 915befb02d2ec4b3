// SPDX-License-Identifier: EUPL-1.2
#include "gateway/cli/figure_rows.h"

#include <CLI/CLI.hpp>

#include "absl/strings/str_cat.h"
#include "gateway/cli/cells.h"
#include "gateway/cli/figures.h"
#include "services/core/dutch.h"
#include "services/platform/status_macros.h"

namespace nmd::cli {
namespace {

// Each page is a look of its own, so as few as there can be.
constexpr int kPage = 1000;

Cell EuroCell(int64_t cents) { return {dutch::Euro(cents), Euros(cents)}; }

absl::StatusOr<int> Rows(const Context& context, const RowOptions& options) {
  NMD_ASSIGN_OR_RETURN(const costs::v1::ExplainFigureRequest figure, ExplainOf(options.question, context.client.parent()));
  costs::v1::ListFigureRowsRequest request;
  request.set_measure(figure.measure());
  if (figure.has_period()) *request.mutable_period() = figure.period();
  if (!figure.reference_date().empty()) request.set_reference_date(figure.reference_date());
  *request.mutable_filters() = figure.filters();
  *request.mutable_age_from() = figure.age_from();
  if (figure.has_known_time()) *request.mutable_known_time() = figure.known_time();
  request.set_purpose(options.purpose);
  request.set_page_size(kPage);
  costs::v1::ListFigureRowsResponse all;
  do {
    costs::v1::ListFigureRowsResponse page;
    NMD_RETURN_IF_ERROR(context.client.Post(absl::StrCat(context.client.parent(), "/figures/_rows"), request, &page));
    for (auto& row : *page.mutable_rows()) *all.add_rows() = std::move(row);
    all.set_row_count(page.row_count());
    if (!all.has_known_time()) *all.mutable_known_time() = page.known_time();
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  context.Print(all, FigureRowTable(all));
  if (context.ForPeople()) {
    context.io.out << "\n"
                   << dutch::Number(all.row_count()) << (all.row_count() == 1 ? " regel" : " regels") << ", zoals bekend op "
                   << MomentCell(all.known_time(), all.has_known_time()).text << ". Dat u dit bekeek, is vastgelegd.\n";
  }
  return 0;
}

absl::StatusOr<int> Accesses(const Context& context, const RowOptions&) {
  costs::v1::ListRowAccessesResponse response;
  NMD_RETURN_IF_ERROR(context.client.List(absl::StrCat(context.client.parent(), "/rowaccesses"), {}, &response));
  context.Print(response, RowAccessTable(response));
  return 0;
}

}  // namespace

Table FigureRowTable(const costs::v1::ListFigureRowsResponse& response) {
  Table table;
  table.columns = {{"Maand", "maand"},
                   {"Wet", "wet"},
                   {"Categorie", "categorie"},
                   {"Product", "product"},
                   {"Aanbieder", "aanbieder"},
                   {"", "van"},
                   {"", "tot"},
                   {"Geïndiceerd", "bedrag_geindiceerd", true},
                   {"Gedeclareerd", "bedrag_gedeclareerd", true},
                   {"Goedgekeurd", "bedrag_goedgekeurd", true},
                   {"Leveringen", "leveringen"}};
  for (const costs::v1::FigureRow& row : response.rows()) {
    std::string deliveries;
    for (const std::string& name : row.deliveries()) {
      absl::StrAppend(&deliveries, deliveries.empty() ? "" : " ", name.substr(name.rfind('/') + 1));
    }
    table.rows.push_back({Cell::Same(row.month()), Cell::Same(row.law()), Cell::Same(row.category()), Cell::Same(row.product()),
                          Cell::Same(row.provider()), Cell::Same(row.valid().start_date()), Cell::Same(row.valid().end_date()),
                          EuroCell(row.indicated_cents()), EuroCell(row.declared_cents()), EuroCell(row.approved_cents()),
                          Cell::Same(deliveries)});
  }
  return table;
}

Table RowAccessTable(const costs::v1::ListRowAccessesResponse& response) {
  Table table;
  table.columns = {
      {"Wanneer", "wanneer"}, {"Wie", "wie"},       {"Waarvoor", "waarvoor", false, 60}, {"Maat", "maat"}, {"Van", "van"},
      {"Tot", "tot"},         {"Alleen", "alleen"}, {"Regels", "regels", true}};
  for (const costs::v1::RowAccess& access : response.row_accesses()) {
    std::string filters;
    for (const costs::v1::Filter& filter : access.filters()) {
      absl::StrAppend(&filters, filters.empty() ? "" : " ", filter.dimension(), "=");
      for (int i = 0; i < filter.values_size(); ++i) absl::StrAppend(&filters, i == 0 ? "" : ",", filter.values(i));
    }
    const std::string& on = access.reference_date();
    table.rows.push_back({MomentCell(access.access_time(), access.has_access_time()),
                          Cell::Same(access.subject()),
                          Cell::Same(access.purpose()),
                          Cell::Same(access.measure()),
                          Cell::Same(on.empty() ? access.period().start_date() : on),
                          Cell::Same(on.empty() ? access.period().end_date() : on),
                          Cell::Same(filters),
                          {dutch::Number(access.row_count()), absl::StrCat(access.row_count())}});
  }
  return table;
}

void AddRowCommands(CLI::App& app, RowOptions& options, const Perform& perform) {
  CLI::App* rows = app.add_subcommand("rows", "De regels achter een cijfer, zonder wie het is; wie kijkt, wordt vastgelegd");
  rows->fallthrough();
  rows->add_option("--measure", options.question.measures, "Maat")->required()->expected(1);
  rows->add_option("--from", options.question.from, "Eerste maand, zoals 2017-01");
  rows->add_option("--to", options.question.to, "Laatste maand, die meetelt, zoals 2018-01");
  rows->add_option("--on", options.question.on, "Peildatum, in plaats van een periode");
  rows->add_option("--where", options.question.where, "Alleen kenmerk=waarde,waarde; mag vaker")->allow_extra_args(false);
  rows->add_option("--ages", options.question.ages, "Eerste leeftijden van de groepen van age_band, zoals 0,12,18,23")
      ->delimiter(',');
  rows->add_option("--purpose", options.purpose, "Waarvoor; noem niemand bij naam")->required();
  AddKnownOn(*rows, options.question);
  rows->callback([&options, perform] { perform([&options](const Context& context) { return Rows(context, options); }); });
  CLI::App* accesses = app.add_subcommand("row-accesses", "Wie de regels achter een cijfer bekeek");
  accesses->fallthrough();
  accesses->callback(
      [&options, perform] { perform([&options](const Context& context) { return Accesses(context, options); }); });
}

}  // namespace nmd::cli
