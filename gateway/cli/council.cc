// SPDX-License-Identifier: EUPL-1.2
#include "gateway/cli/council.h"

#include <CLI/CLI.hpp>
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "gateway/cli/figures.h"
#include "gateway/cli/new_file.h"
#include "gateway/cli/table_sheets.h"
#include "gateway/transcoder.h"
#include "nmd/costs/v1/answers.pb.h"
#include "services/core/dutch.h"
#include "services/platform/crypto.h"
#include "services/platform/status_macros.h"

namespace nmd::cli {
namespace {

namespace v1 = publication::v1;

constexpr char kTable[] = "uitgaven-aanbieder";
constexpr char kWhy[] =
    "Een getal is verborgen waar het over weinig cliënten gaat, of waar een ander verborgen getal eruit te berekenen zou zijn.";

// The table of an agreement that is in force for it.
absl::StatusOr<v1::Agreement> FindAgreement(const Context& context, const std::string& id) {
  v1::ListAgreementsResponse agreements;
  NMD_RETURN_IF_ERROR(context.client.List(absl::StrCat(context.client.parent(), "/agreements"), {}, &agreements));
  for (const v1::Agreement& agreement : agreements.agreements()) {
    if (agreement.name() != absl::StrCat(context.client.parent(), "/agreements/", id)) continue;
    for (const v1::TableRule& table : agreement.tables()) {
      if (table.table() == kTable) return agreement;
    }
  }
  return absl::NotFoundError(
      absl::StrCat("er is geen afspraak ", id, " met een tabel ", kTable, "; wat niet is afgesproken, wordt niet gedeeld"));
}

// The decision to hand it out, with what was handed out: for good, and once however often the same file is made.
absl::StatusOr<std::string> Register(const Context& context, const v1::Agreement& agreement, int year,
                                     const v1::PreviewPublicationRequest& asked, const v1::PreviewPublicationResponse& response,
                                     const std::string& content) {
  const std::string hash = Sha256Hex(content);
  costs::v1::RegisterAnswerRequest request;
  request.set_title(absl::StrCat("Uitgaven en cliënten per aanbieder in ", year, ", voor onderzoek"));
  request.set_text(absl::StrCat("Verstrekt onder de afspraak \"", agreement.title(), "\" (", agreement.legal_basis(),
                                "), afgeschermd: ", dutch::Number(response.shown_count() + response.zero_count()),
                                " cellen getoond, ", dutch::Number(response.primary_count() + response.secondary_count()),
                                " verborgen. ", response.proof(), "\nBestand: SHA-256 ", hash, "."));
  costs::v1::QueryFiguresRequest* question = request.mutable_question();
  for (const v1::TableRule& table : agreement.tables()) {
    if (table.table() != kTable) continue;
    *question->mutable_measures() = table.measures();
    *question->mutable_dimensions() = table.dimensions();
    for (const v1::FixedFilter& fixed : table.filters()) {
      costs::v1::Filter* filter = question->add_filters();
      filter->set_dimension(fixed.dimension());
      *filter->mutable_values() = fixed.values();
    }
  }
  *question->mutable_period() = asked.period();
  *question->mutable_known_time() = response.known_time();
  request.set_request_id(hash);
  costs::v1::RegisteredAnswer answer;
  NMD_RETURN_IF_ERROR(context.client.Post(absl::StrCat(context.client.parent(), "/registeredanswers"), request, &answer));
  return answer.name().substr(answer.name().rfind('/') + 1);
}

absl::StatusOr<int> Council(const Context& context, const CouncilOptions& options) {
  NMD_ASSIGN_OR_RETURN(const v1::Agreement agreement, FindAgreement(context, options.agreement));
  v1::PreviewPublicationRequest request;
  request.set_table(kTable);
  const std::string year = absl::StrCat(options.year);
  NMD_ASSIGN_OR_RETURN(*request.mutable_period(), PeriodOf(absl::StrCat(year, "-01"), absl::StrCat(year, "-12")));
  NMD_RETURN_IF_ERROR(SetKnownTime(options.question, &request));
  v1::PreviewPublicationResponse response;
  NMD_RETURN_IF_ERROR(context.client.Post(absl::StrCat(context.client.parent(), "/agreements/", options.agreement, "/_preview"),
                                          request, &response));
  const Table table = CouncilTable(response);
  std::string content;
  if (context.format == "xlsx") {
    NMD_ASSIGN_OR_RETURN(content, WorkbookOf(CouncilSheets(agreement, options.year, response),
                                             absl::FromUnixSeconds(response.known_time().seconds())));
  } else {
    content = context.format == "json" ? absl::StrCat(gateway::ToJson(response), "\n") : Printed(table, context.format);
  }
  // Before anything is handed out: what cannot be accounted for is not handed out.
  NMD_ASSIGN_OR_RETURN(const std::string number, Register(context, agreement, options.year, request, response, content));
  if (options.output.empty()) {
    context.io.out << content;
  } else {
    NMD_RETURN_IF_ERROR(WriteNewFile(options.output, content));
  }
  // Beside what may be piped on.
  context.io.err << dutch::Number(response.shown_count() + response.zero_count()) << " cellen getoond, "
                 << dutch::Number(response.primary_count() + response.secondary_count()) << " verborgen. " << response.proof()
                 << "\nVastgelegd in het register als " << number << ".\n";
  return 0;
}

bool IsHidden(const v1::Cell& cell) { return cell.state() != v1::Cell::SHOWN && cell.state() != v1::Cell::ZERO; }

}  // namespace

Table CouncilTable(const v1::PreviewPublicationResponse& response) {
  Table table;
  table.columns = {{"AGB-code", "aanbieder"},
                   {"Aanbieder", "naam"},
                   {"Cliënten", "clienten", true},
                   {"Gedeclareerd", "bedrag_gedeclareerd", true},
                   {"Goedgekeurd", "bedrag_goedgekeurd", true},
                   {"Toestand", "toestand"}};
  for (const v1::Cell& cell : response.cells()) {
    const type::DimensionValue at = cell.dimensions_size() > 0 ? cell.dimensions(0) : type::DimensionValue();
    const bool total = at.value() == "totaal";
    std::vector<Cell> row = {Cell::Same(at.value()), Cell::Same(total ? "Totaal" : LabelText(at))};
    for (const char* measure : {"clients", "declared", "approved"}) {
      const auto figure = std::find_if(cell.figures().begin(), cell.figures().end(),
                                       [&](const type::Figure& one) { return one.measure() == measure; });
      row.push_back(figure == cell.figures().end() ? Cell() : Cell{FigureText(*figure), FigureRaw(*figure)});
    }
    row.push_back(Cell::Same(IsHidden(cell) ? "onderdrukt" : "getoond"));
    table.rows.push_back(std::move(row));
    if (total) table.total_rows = 1;
  }
  return table;
}

std::vector<Sheet> CouncilSheets(const v1::Agreement& agreement, int year, const v1::PreviewPublicationResponse& response) {
  int32_t minimum = 0;
  for (const v1::TableRule& table : agreement.tables()) {
    if (table.table() == kTable) minimum = table.minimum_clients();
  }
  const std::vector<std::pair<std::string, std::string>> lines = {
      {"Wat dit is", absl::StrCat("Uitgaven en cliënten per aanbieder over ", year, ".")},
      {"Cliënten",
       "Verschillende personen met zorg in het jaar; wie bij twee aanbieders zorg heeft, telt in het totaal één keer."},
      {"Gedeclareerd", "Wat de aanbieder voor zorg in het jaar heeft gedeclareerd, na zijn correcties."},
      {"Goedgekeurd", "Wat de gemeente daarvan heeft goedgekeurd. Wat er is betaald, levert geen bron."},
      {"Onderdrukt", absl::StrCat(kWhy, " Getoond wordt vanaf ", minimum, " cliënten.")},
      {"Bewijs", response.proof()},
      {"Afspraak", agreement.title()},
      {"Doel", agreement.purpose()},
      {"Grondslag", agreement.legal_basis()},
      {"Vragen aan", agreement.contact()},
      {"Bekend op", MomentCell(response.known_time(), response.has_known_time()).text}};
  return {SheetOf("Uitgaven", CouncilTable(response)), NotesOf(lines, {})};
}

void AddExportCommands(CLI::App& app, CouncilOptions& options, const Perform& perform) {
  CLI::App* group = app.add_subcommand("export", "Gegevens voor buiten, afgeschermd en vastgelegd");
  group->fallthrough();
  group->require_subcommand(1);
  CLI::App* council =
      group->add_subcommand("council", "Uitgaven en cliënten per aanbieder in een jaar, voor raad en onderzoek");
  council->fallthrough();
  council->add_option("--year", options.year, "Kalenderjaar")->required()->check(CLI::Range(2015, 2200));
  council->add_option("--output", options.output, "In dit bestand, dat er nog niet is; anders op het scherm");
  council->add_option("--agreement", options.agreement, "Afspraak waar het onder valt");
  AddKnownOn(*council, options.question);
  council->callback([&options, perform] { perform([&options](const Context& context) { return Council(context, options); }); });
}

}  // namespace nmd::cli
