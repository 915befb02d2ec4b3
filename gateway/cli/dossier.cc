// SPDX-License-Identifier: EUPL-1.2
#include "gateway/cli/dossier.h"

#include <google/protobuf/util/json_util.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <fstream>
#include <sstream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "gateway/cli/figures.h"
#include "gateway/cli/question.h"
#include "gateway/cli/reconciliation.h"
#include "gateway/cli/signals.h"
#include "services/core/dutch.h"
#include "services/platform/crypto.h"
#include "services/platform/errors.h"
#include "services/platform/status_macros.h"

namespace nmd::cli {
namespace {

namespace v1 = contracts::v1;
using type::Figure;
using v1::Proposal;

std::string Escaped(absl::string_view text) {
  return absl::StrReplaceAll(text, {{"&", "&amp;"}, {"<", "&lt;"}, {">", "&gt;"}, {"\"", "&quot;"}, {"'", "&#39;"}});
}

constexpr const char* kStyle =
    "body{font:11pt/1.4 sans-serif;max-width:60em;margin:2em auto;padding:0 1em}table{border-collapse:collapse;margin:.5em 0 "
    "1.5em}"
    "caption{text-align:left;font-weight:bold}th,td{border:1px solid #767676;padding:.2em "
    ".5em;text-align:left;vertical-align:top}"
    "td.n{text-align:right}@media print{body{margin:0;max-width:none}h2{break-after:avoid}tr{break-inside:avoid}}";

std::string Page(const std::string& title, const std::string& body) {
  return absl::StrCat("<!DOCTYPE html>\n<html lang=\"nl\">\n<head>\n<meta charset=\"utf-8\">\n<title>", Escaped(title),
                      "</title>\n<style>", kStyle, "</style>\n</head>\n<body>\n<main>\n<h1>", Escaped(title), "</h1>\n", body,
                      "</main>\n</body>\n</html>\n");
}

std::string Section(const std::string& title, const std::string& body) {
  return absl::StrCat("<section>\n<h2>", Escaped(title), "</h2>\n", body, "</section>\n");
}

// The columns that people read.
std::string HtmlTable(const Table& table, const std::string& caption) {
  if (table.rows.empty()) return "<p>Er is niets.</p>\n";
  std::string html = absl::StrCat("<table>\n<caption>", Escaped(caption), "</caption>\n<thead><tr>");
  for (const Column& column : table.columns) {
    if (!column.title.empty()) absl::StrAppend(&html, "<th scope=\"col\">", Escaped(column.title), "</th>");
  }
  absl::StrAppend(&html, "</tr></thead>\n<tbody>\n");
  for (const auto& row : table.rows) {
    absl::StrAppend(&html, "<tr>");
    for (size_t i = 0; i < row.size(); ++i) {
      if (table.columns[i].title.empty()) continue;
      absl::StrAppend(&html, table.columns[i].number ? "<td class=\"n\">" : "<td>", Escaped(row[i].text), "</td>");
    }
    absl::StrAppend(&html, "</tr>\n");
  }
  return absl::StrCat(html, "</tbody>\n</table>\n");
}

std::string Paragraphs(const google::protobuf::RepeatedPtrField<std::string>& texts) {
  std::string html;
  for (const std::string& text : texts) absl::StrAppend(&html, "<p>", Escaped(text), "</p>\n");
  return html;
}

Cell EurosCell(int64_t cents) {
  const int64_t size = cents < 0 ? -cents : cents;
  return {dutch::Euro(cents), absl::StrFormat("%s%d.%02d", cents < 0 ? "-" : "", size / 100, size % 100)};
}
Cell ShareCell(double share) { return {dutch::Percent(share), absl::StrFormat("%.6f", share)}; }
Cell NumberCell(int64_t number) { return {dutch::Number(number), absl::StrCat(number)}; }

Cell FigureCell(const Figure& figure) {
  if (figure.state() != Figure::ANSWERED) return {ReasonText(figure.state_reason()), ""};
  switch (figure.value_case()) {
    case Figure::kCount:
      return NumberCell(figure.count());
    case Figure::kAmountCents:
      return EurosCell(figure.amount_cents());
    default:
      return {dutch::Decimal(figure.ratio(), 2), absl::StrFormat("%.6f", figure.ratio())};
  }
}

// What a figure of these pages is called.
std::string MeasureTitle(const std::string& measure) {
  static const auto* const kTitles =
      new std::vector<std::pair<std::string, std::string>>{{"clients", "Cliënten"},
                                                           {"provisions", "Voorzieningen"},
                                                           {"indicated", "Toegewezen"},
                                                           {"declared", "Gedeclareerd"},
                                                           {"approved", "Goedgekeurd"},
                                                           {"paid", "Betaald"},
                                                           {"indicated_per_client", "Toegewezen per cliënt"},
                                                           {"forecast", "Verwacht over het jaar"},
                                                           {"realised", "Gedeclareerd tot nu"},
                                                           {"outstanding", "Nog te declareren"},
                                                           {"running", "Toegewezen, nog te leveren"},
                                                           {"inflow", "Nog toe te wijzen"}};
  for (const auto& [id, title] : *kTitles) {
    if (id == measure) return title;
  }
  return measure;
}

Table Parts() {
  Table table;
  table.columns = {{"Deel", "deel"}, {"Wat", "wat"}, {"Waarde", "waarde", true}, {"Jaar ervoor", "jaar_ervoor", true}};
  return table;
}
void AddPart(const char* part, std::string what, Cell value, Cell before, Table* table) {
  table->rows.push_back({Cell::Same(part), Cell::Same(std::move(what)), std::move(value), std::move(before)});
}
void AddFigures(const char* part, const google::protobuf::RepeatedPtrField<v1::YearFigure>& figures, Table* table) {
  for (const v1::YearFigure& of : figures) {
    AddPart(part, MeasureTitle(of.figure().measure()), FigureCell(of.figure()), FigureCell(of.before()), table);
  }
}
void AddMarket(const google::protobuf::RepeatedPtrField<v1::MarketShare>& market, Table* table) {
  for (const v1::MarketShare& of : market) {
    AddPart("marktaandeel", absl::StrCat(of.law(), " ", of.provider(), " ", of.provider_title()), ShareCell(of.share()),
            ShareCell(of.share_before()), table);
  }
}

// The rows of one part, without its name.
Table PartOf(const Table& parts, const char* part) {
  Table table;
  table.columns.assign(parts.columns.begin() + 1, parts.columns.end());
  for (const auto& row : parts.rows) {
    if (row[0].raw == part) table.rows.emplace_back(row.begin() + 1, row.end());
  }
  return table;
}

std::string EndingsText(const costs::v1::EndingsOfMonth& endings) {
  std::string html = absl::StrCat("<p>Beëindigde trajecten: ", dutch::Number(endings.count()), ".</p>\n");
  if (endings.endings_size() == 0) return html;
  absl::StrAppend(&html, "<ul>\n");
  for (const auto& of : endings.endings()) {
    absl::StrAppend(&html, "<li>", Escaped(of.title()), ": ", dutch::Number(of.count()), "</li>\n");
  }
  return absl::StrCat(html, "</ul>\n");
}

std::string DurationText(const costs::v1::DurationGroup& durations) {
  const auto& median = durations.summary().median();
  if (median.text().empty()) return "<p>Hoe lang trajecten duren, is niet te zeggen.</p>\n";
  return absl::StrCat("<p>De helft van de trajecten eindigt binnen ", Escaped(median.text()), " (",
                      dutch::Number(durations.trajectories()), " trajecten).</p>\n");
}

std::string PositionText(const v1::Position& position) {
  return absl::StrCat("<li>", position.law() == "wmo" ? "Wmo" : "Jeugdwet", ": gedeclareerd ",
                      Escaped(FigureCell(position.declared()).text), ", plafond ", Escaped(FigureCell(position.ceiling()).text),
                      ", verwacht over het jaar ", Escaped(FigureCell(position.expected()).text), "</li>\n");
}

absl::StatusOr<Parameters> Times(const DossierOptions& options) {
  Parameters parameters = {{"year", absl::StrCat(options.year)}};
  if (options.for_provider) parameters.emplace_back("for_provider", "true");
  if (options.known_on.empty()) return parameters;
  NMD_ASSIGN_OR_RETURN(const absl::Time known, KnownTimeOf(options.known_on));
  parameters.emplace_back("known_time", absl::FormatTime("%Y-%m-%dT%H:%M:%E6SZ", known, absl::UTCTimeZone()));
  return parameters;
}

template <typename Message>
absl::StatusOr<int> Show(const Context& context, const DossierOptions& options, const std::string& collection,
                         std::string (*html)(const Message&), Table (*table)(const Message&)) {
  NMD_ASSIGN_OR_RETURN(const Parameters parameters, Times(options));
  Message message;
  NMD_RETURN_IF_ERROR(
      context.client.Get(absl::StrCat(context.client.parent(), "/", collection, "/", options.subject), parameters, &message));
  if (options.html) {
    context.io.out << html(message);
    return 0;
  }
  if (context.ForPeople()) {
    for (const std::string& text : message.summary()) context.io.out << text << "\n";
    context.io.out << "\n";
  }
  context.Print(message, table(message));
  if (context.ForPeople()) {
    for (const std::string& remark : message.remarks()) context.io.out << "Let op: " << remark << "\n";
  }
  return 0;
}

absl::StatusOr<int> Dossier(const Context& context, const DossierOptions& options) {
  return Show<v1::ProviderDossier>(context, options, "dossiers", &DossierHtml, &DossierTable);
}
absl::StatusOr<int> Group(const Context& context, const DossierOptions& options) {
  return Show<v1::ProductGroup>(context, options, "productgroups", &ProductGroupHtml, &ProductGroupTable);
}

std::string StateTitle(Proposal::State state) {
  return state == Proposal::PROPOSED   ? "voorgesteld"
         : state == Proposal::APPROVED ? "vastgesteld"
         : state == Proposal::REJECTED ? "afgewezen"
                                       : "ingetrokken";
}

int PrintProposal(const Context& context, const Proposal& proposal) {
  if (context.ForPeople()) {
    context.io.out << "Voorstel " << proposal.name().substr(proposal.name().rfind('/') + 1) << ": "
                   << StateTitle(proposal.state()) << ".\n"
                   << proposal.text() << "\n";
    for (const auto& finding : proposal.new_findings()) context.io.out << "Dit geeft: " << finding.text() << "\n";
    for (const auto& finding : proposal.solved_findings()) context.io.out << "Dit lost op: " << finding.text() << "\n";
    if (!proposal.source_text().empty()) context.io.out << proposal.source_text() << "\n";
    if (!proposal.delivery_fault().empty()) context.io.out << "Nog niet in het register: " << proposal.delivery_fault() << "\n";
  } else {
    v1::ListProposalsResponse response;
    *response.add_proposals() = proposal;
    context.Print(proposal, ProposalTable(response));
  }
  return 0;
}

absl::StatusOr<int> Propose(const Context& context, const DossierOptions& options) {
  std::string json = options.change;
  if (!json.empty() && json[0] == '@') {
    std::ifstream file(json.substr(1), std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    if (!file) return BadFields({{"--change", absl::StrCat("het bestand ", json.substr(1), " is niet te lezen")}});
    json = text.str();
  }
  v1::ProposeChangeRequest request;
  if (!google::protobuf::util::JsonStringToMessage(json, request.mutable_change()).ok()) {
    return BadFields({{"--change", "is geen ContractChange in JSON; een voorbeeld staat in services/contracts/README.md"}});
  }
  request.set_parent(context.client.parent());
  request.set_reason(options.reason);
  // A repeat of the command is another proposal; a repeat of the call is not.
  request.set_request_id(RandomHex(16));
  Proposal proposal;
  NMD_RETURN_IF_ERROR(context.client.Post(absl::StrCat(context.client.parent(), "/proposals"), request, &proposal));
  return PrintProposal(context, proposal);
}

template <typename Request>
absl::StatusOr<int> DecideWith(const Context& context, const DossierOptions& options, const char* verb) {
  Request request;
  request.set_name(absl::StrCat(context.client.parent(), "/proposals/", options.proposal));
  request.set_note(options.note);
  Proposal proposal;
  NMD_RETURN_IF_ERROR(context.client.Post(absl::StrCat(request.name(), "/_", verb), request, &proposal));
  return PrintProposal(context, proposal);
}
absl::StatusOr<int> Approve(const Context& context, const DossierOptions& options) {
  return DecideWith<v1::ApproveProposalRequest>(context, options, "approve");
}
absl::StatusOr<int> Reject(const Context& context, const DossierOptions& options) {
  return DecideWith<v1::RejectProposalRequest>(context, options, "reject");
}
absl::StatusOr<int> Withdraw(const Context& context, const DossierOptions& options) {
  return DecideWith<v1::WithdrawProposalRequest>(context, options, "withdraw");
}

absl::StatusOr<int> Proposals(const Context& context, const DossierOptions& options) {
  Parameters parameters;
  if (!options.state.empty()) {
    parameters.emplace_back("state", options.state == "voorgesteld"   ? "PROPOSED"
                                     : options.state == "vastgesteld" ? "APPROVED"
                                     : options.state == "afgewezen"   ? "REJECTED"
                                                                      : "WITHDRAWN");
  }
  v1::ListProposalsResponse response;
  NMD_RETURN_IF_ERROR(context.client.List(absl::StrCat(context.client.parent(), "/proposals"), parameters, &response));
  context.Print(response, ProposalTable(response));
  return 0;
}

}  // namespace

Table ProposalTable(const v1::ListProposalsResponse& response) {
  Table table;
  table.columns = {{"Nummer", "nummer"},
                   {"Toestand", "toestand"},
                   {"Wat", "wat", false, 60},
                   {"Waarom", "waarom", false, 40},
                   {"Door", "door"},
                   {"Sinds", "sinds"},
                   {"Besluit door", "besluit_door"},
                   {"Besluit op", "besluit_op"},
                   {"Nieuwe bevindingen", "nieuwe_bevindingen", true},
                   {"", "levering"}};
  for (const Proposal& of : response.proposals()) {
    table.rows.push_back({Cell::Same(of.name().substr(of.name().rfind('/') + 1)),
                          {StateTitle(of.state()), Proposal::State_Name(of.state())},
                          Cell::Same(of.text()),
                          Cell::Same(of.reason()),
                          Cell::Same(of.proposer()),
                          MomentCell(of.propose_time(), of.has_propose_time()),
                          Cell::Same(of.decider()),
                          MomentCell(of.decide_time(), of.has_decide_time()),
                          NumberCell(of.new_findings_size()),
                          Cell::Same(of.delivery())});
  }
  return table;
}

Table DossierTable(const v1::ProviderDossier& dossier) {
  Table table = Parts();
  AddFigures("cijfers", dossier.figures(), &table);
  for (const auto& effect : dossier.growth().effects()) {
    AddPart("groei", effect.title().empty() ? effect.factor() : effect.title(), EurosCell(effect.amount_cents()), {"", ""},
            &table);
  }
  for (const v1::IndicatorStanding& of : dossier.indicators()) {
    const bool least = of.kind() == v1::Contract::Term::KPI_AT_LEAST;
    AddPart("indicator",
            absl::StrCat(of.indicator(), least ? ", minstens " : ", hoogstens ",
                         dutch::Decimal(static_cast<double>(of.agreed()) / 1000, 1)),
            FigureCell(of.measured()), {"", ""}, &table);
  }
  AddMarket(dossier.market(), &table);
  for (const v1::FunnelPoint& of : dossier.funnel()) {
    AddPart("trechter",
            absl::StrCat(of.provider(), ": ", of.count(), " van ", of.total(), ", door toeval ", of.low(), " tot en met ",
                         of.high()),
            ShareCell(of.total() == 0 ? 0 : static_cast<double>(of.count()) / static_cast<double>(of.total())), {"", ""},
            &table);
  }
  return table;
}

Table ProductGroupTable(const v1::ProductGroup& group) {
  Table table = Parts();
  AddPart("resultaat", "Beëindigde trajecten", NumberCell(group.endings().count()), NumberCell(group.endings_before().count()),
          &table);
  AddFigures("geld", group.money(), &table);
  AddMarket(group.market(), &table);
  AddPart("marktaandeel", "Vijf grootste samen", ShareCell(group.five_greatest_share()), {"", ""}, &table);
  AddFigures("situatie", group.situation(), &table);
  AddPart("situatie", "Contracten", NumberCell(group.contract_count()), {"", ""}, &table);
  AddPart("situatie", "Aanbieders met een contract", NumberCell(group.provider_count()), {"", ""}, &table);
  AddPart("situatie", "Open signalen", NumberCell(group.open_signal_count()), {"", ""}, &table);
  const char* const kExpected[] = {"forecast", "realised", "outstanding", "running", "inflow"};
  for (int i = 0; i < std::min(group.expectation_size(), 5); ++i) {
    AddPart("verwachting", MeasureTitle(kExpected[i]), FigureCell(group.expectation(i)), {"", ""}, &table);
  }
  return table;
}

std::string DossierHtml(const v1::ProviderDossier& dossier) {
  const Table parts = DossierTable(dossier);
  const auto part = [&](const char* id, const char* caption) { return HtmlTable(PartOf(parts, id), caption); };
  std::string body = Paragraphs(dossier.summary());
  std::string contracts;
  for (const v1::Contract& contract : dossier.contracts()) {
    absl::StrAppend(&contracts, HtmlTable(ContractTerms(contract), contract.name().substr(contract.name().rfind('/') + 1)));
    for (const auto& finding : contract.findings())
      absl::StrAppend(&contracts, "<p>Let op: ", Escaped(finding.text()), "</p>\n");
  }
  absl::StrAppend(&body, Section("Contracten", contracts.empty() ? "<p>Er liep geen contract.</p>\n" : contracts));
  std::string positions;
  for (const v1::Position& position : dossier.positions()) absl::StrAppend(&positions, PositionText(position));
  absl::StrAppend(&body, Section("Stand naast het plafond", positions.empty() ? "<p>Er is geen plafond.</p>\n"
                                                                              : absl::StrCat("<ul>\n", positions, "</ul>\n")));
  absl::StrAppend(&body, Section("Cijfers", part("cijfers", "Het jaar en het jaar ervoor")));
  absl::StrAppend(&body, Section("Groei", absl::StrCat("<p>", Escaped(dossier.growth().conclusion()), "</p>\n",
                                                       part("groei", "Waardoor het toegewezen bedrag veranderde"))));
  absl::StrAppend(&body, Section("Duur en einde", DurationText(dossier.durations()) + EndingsText(dossier.endings())));
  absl::StrAppend(&body, Section("Indicatoren", part("indicator", "Gemeten naast de afspraak")));
  absl::StrAppend(&body,
                  Section("De rekening", absl::StrCat("<p>", Escaped(dossier.account().text()), "</p>\n",
                                                      HtmlTable(AccountTable(dossier.account()), "Bedragen en uitkomsten"))));
  v1::ListReconciliationItemsResponse items;
  *items.mutable_items() = dossier.open_items();
  absl::StrAppend(&body, Section("Wat nog moet gebeuren", HtmlTable(ItemTable(items), "Hoogstens honderd punten")));
  std::string said;
  for (const v1::ItemResponse& of : dossier.responses()) {
    absl::StrAppend(&said, "<li>", Escaped(MomentCell(of.time(), true).text), ", ",
                    of.side() == v1::ItemResponse::OF_PROVIDER ? "aanbieder" : "gemeente", ": ",
                    Escaped(v1::ItemResponse::Position_Name(of.position())), of.note().empty() ? "" : ". ", Escaped(of.note()),
                    "</li>\n");
  }
  absl::StrAppend(&body, Section("Wat beide kanten zeiden",
                                 said.empty() ? "<p>Er is niets gezegd.</p>\n" : absl::StrCat("<ul>\n", said, "</ul>\n")));
  v1::ListSignalsResponse signals;
  *signals.mutable_signals() = dossier.signals();
  absl::StrAppend(&body, Section("Signalen", "<p>Een signaal is een reden om te praten, geen oordeel.</p>\n" +
                                                 HtmlTable(SignalTable(signals), "Signalen")));
  if (!dossier.for_provider()) {
    absl::StrAppend(&body,
                    Section("Marktaandelen", part("marktaandeel", "Aandeel in het goedgekeurde bedrag, op volgorde van code")));
    absl::StrAppend(&body, Section("Interventieniveau 6", "<p>Een punt buiten de grenzen is een vraag, geen bewijs.</p>\n" +
                                                              part("trechter", "Eerste toewijzingen met niveau 6")));
  }
  if (dossier.remarks_size() > 0) absl::StrAppend(&body, Section("Wat er niet in staat", Paragraphs(dossier.remarks())));
  absl::StrAppend(&body, "<p>Bekend op ", Escaped(MomentCell(dossier.known_time(), true).text),
                  dossier.for_provider() ? ". Exemplaar voor de aanbieder." : ".", "</p>\n");
  return Page(absl::StrCat("Dossier ", dossier.provider(), " ", dossier.provider_title(), ", ", dossier.year()), body);
}

std::string ProductGroupHtml(const v1::ProductGroup& group) {
  const Table parts = ProductGroupTable(group);
  const auto part = [&](const char* id, const char* caption) { return HtmlTable(PartOf(parts, id), caption); };
  std::string body = Paragraphs(group.summary());
  absl::StrAppend(&body, Section("1. Resultaat", absl::StrCat(part("resultaat", "Het jaar en het jaar ervoor"),
                                                              DurationText(group.durations()), EndingsText(group.endings()))));
  absl::StrAppend(&body, Section("2. Geld", part("geld", "Het jaar en het jaar ervoor")));
  absl::StrAppend(
      &body, Section("3. Marktaandelen", part("marktaandeel", "Aandeel in het goedgekeurde bedrag, op volgorde van code")));
  absl::StrAppend(&body, Section("4. Situatie", part("situatie", "Cliënten, contracten en signalen")));
  absl::StrAppend(&body, Section("5. Verwachting", part("verwachting", "Wat het jaar naar verwachting kost")));
  if (group.remarks_size() > 0) absl::StrAppend(&body, Section("Wat er niet in staat", Paragraphs(group.remarks())));
  absl::StrAppend(&body, "<p>Bekend op ", Escaped(MomentCell(group.known_time(), true).text), ".</p>\n");
  return Page(
      absl::StrCat("Productgroep ", group.category(), " (", group.law() == "wmo" ? "Wmo" : "Jeugdwet", "), ", group.year()),
      body);
}

void AddDossierCommands(CLI::App& app, DossierOptions& options, const Perform& perform) {
  const auto add = [&](CLI::App* to, const char* name, const char* text,
                       absl::StatusOr<int> (*run)(const Context&, const DossierOptions&)) {
    CLI::App* sub = to->add_subcommand(name, text);
    sub->fallthrough();
    sub->callback(
        [&options, perform, run] { perform([&options, run](const Context& context) { return run(context, options); }); });
    return sub;
  };
  const auto page = [&](const char* name, const char* text, const char* subject,
                        absl::StatusOr<int> (*run)(const Context&, const DossierOptions&)) {
    CLI::App* sub = add(&app, name, text, run);
    sub->add_option("subject", options.subject, subject)->required();
    sub->add_option("--year", options.year, "Kalenderjaar")->required();
    sub->add_option("--known-on", options.known_on, "Zoals bekend op deze dag of dit moment");
    sub->add_flag("--html", options.html, "Als pagina om af te drukken, in HTML");
    return sub;
  };
  page("dossier", "Alles over een aanbieder in een jaar, voor het kwartaalgesprek", "AGB-code", &Dossier)
      ->add_flag("--for-provider", options.for_provider, "Het exemplaar voor de aanbieder: niets over anderen");
  page("productgroup", "Een productgroep in een jaar: resultaat, geld, marktaandelen, situatie en verwachting",
       "Wet en categorie, zoals jeugdwet-45", &Group);

  add(&app, "proposals", "Voorstellen om contracten, tarieven of afspraken te wijzigen", &Proposals)
      ->add_option("--state", options.state, "voorgesteld, vastgesteld, afgewezen of ingetrokken")
      ->check(CLI::IsMember({"voorgesteld", "vastgesteld", "afgewezen", "ingetrokken"}));
  CLI::App* contract = app.get_subcommand("contract");
  CLI::App* propose = add(contract, "propose", "Stel een wijziging voor; iemand anders stelt die vast", &Propose);
  propose->add_option("--change", options.change, "De wijziging in JSON, of @BESTAND")->required();
  propose->add_option("--reason", options.reason, "Waarom, zonder namen van personen")->required();
  const auto decide = [&](const char* name, const char* text, bool needs_note,
                          absl::StatusOr<int> (*run)(const Context&, const DossierOptions&)) {
    CLI::App* sub = add(contract, name, text, run);
    sub->add_option("proposal", options.proposal, "Nummer van het voorstel")->required();
    CLI::Option* note = sub->add_option("--note", options.note, "Toelichting, zonder namen van personen");
    if (needs_note) note->required();
  };
  decide("approve", "Stel een voorstel van iemand anders vast", false, &Approve);
  decide("reject", "Wijs een voorstel van iemand anders af", true, &Reject);
  decide("withdraw", "Trek het eigen voorstel in", true, &Withdraw);
}

}  // namespace nmd::cli
