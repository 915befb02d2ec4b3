// SPDX-License-Identifier: EUPL-1.2
#include "gateway/cli/nmdctl.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <fstream>
#include <memory>
#include <sstream>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "gateway/cli/access.h"
#include "gateway/cli/answer.h"
#include "gateway/cli/answers.h"
#include "gateway/cli/bridge.h"
#include "gateway/cli/client.h"
#include "gateway/cli/compare.h"
#include "gateway/cli/context.h"
#include "gateway/cli/corrections.h"
#include "gateway/cli/council.h"
#include "gateway/cli/deliver.h"
#include "gateway/cli/door.h"
#include "gateway/cli/dossier.h"
#include "gateway/cli/durations.h"
#include "gateway/cli/figure_rows.h"
#include "gateway/cli/figure_sheets.h"
#include "gateway/cli/figures.h"
#include "gateway/cli/forecasts.h"
#include "gateway/cli/glossary.h"
#include "gateway/cli/growth.h"
#include "gateway/cli/link_file.h"
#include "gateway/cli/links.h"
#include "gateway/cli/listings.h"
#include "gateway/cli/new_file.h"
#include "gateway/cli/open_data.h"
#include "gateway/cli/operate.h"
#include "gateway/cli/policies.h"
#include "gateway/cli/protect_file.h"
#include "gateway/cli/provider.h"
#include "gateway/cli/publications.h"
#include "gateway/cli/question.h"
#include "gateway/cli/reconciliation.h"
#include "gateway/cli/region.h"
#include "gateway/cli/rights.h"
#include "gateway/cli/scenarios.h"
#include "gateway/cli/series.h"
#include "gateway/cli/signals.h"
#include "gateway/cli/source_listings.h"
#include "gateway/cli/subjects.h"
#include "gateway/cli/table_sheets.h"
#include "gateway/cli/watch.h"
#include "gateway/cli/workbook.h"
#include "gateway/dev_issuer.h"
#include "gateway/transcoder.h"
#include "services/core/dutch.h"
#include "services/platform/status_macros.h"

namespace nmd::cli {
namespace {

constexpr int kFindings = 1;
constexpr int kUsage = 2;

// Everything a command line can say; CLI11 fills it.
struct Options {
  std::string url = "http://127.0.0.1:8080";
  std::string token_file, municipality, format = "table";
  DoorOptions door;
  Question question;
  bool glossary = false;
  bool compare = false;
  std::vector<std::string> files, replaces;
  std::string manifest, source, received, delivery, reason, rule, dated, output, state, provider, agreement, table;
  int jobs = 4;
  int year = 0;
  bool all_open = false, missing = false, once = false;
  std::string watch;
  std::string month;
  std::string key, subject, issuer = "nmd-development", audience = "nmd-monitor", purpose = "beleidsinformatie";
  std::vector<std::string> roles;
  int hours = 12;
  int timeout_seconds = 300;
  cli::LinkFile link_file;
  cli::ProtectFile protect;
  cli::AuditFile audit;
  LinkOptions links;
  SubjectOptions subjects;
  RightsOptions rights;
  RegisterOptions answers;
  AccessOptions access;
  DurationOptions durations;
  GrowthOptions growth;
  PolicyOptions policies;
  ScenarioOptions scenarios;
  SeriesOptions series;
  ForecastCommandOptions forecasts;
  CouncilOptions council;
  RowOptions rows;
  ReconciliationOptions reconciliation;
  ProviderOptions provider_side;
  DossierOptions dossiers;
  SignalOptions signals;
  PublicationOptions publications;
  OpenDataOptions open_data;
  RegionOptions region;
  OperateOptions operate;
};

class Command {
 public:
  Command(Options& options, const Surroundings& surroundings) : options_(options), io_(surroundings) {}

  // The exit code of a command: 0, 1, or that of the error. `workbook`: whether it can make one.
  int Run(absl::StatusOr<int> (Command::*command)(), bool workbook) {
    const absl::Status ready = Prepare(workbook);
    return Told(ready.ok() ? (this->*command)() : absl::StatusOr<int>(ready));
  }
  // The same of a command that asks the monitor.
  int Run(const Action& action, bool workbook) {
    const absl::Status fits = Prepare(workbook);
    const absl::Status connected = fits.ok() ? Connect() : fits;
    return Told(connected.ok() ? action({*client_, io_, options_.format}) : absl::StatusOr<int>(connected));
  }
  // Of one that works on this machine: what is asked wrongly is an INVALID_ARGUMENT.
  int Run(const std::function<absl::StatusOr<int>()>& action) {
    const absl::Status fits = Prepare(/*workbook=*/false);
    const absl::StatusOr<int> result = fits.ok() ? action() : absl::StatusOr<int>(fits);
    return Told(absl::IsInvalidArgument(result.status()) ? absl::StatusOr<int>(Usage(result.status())) : result);
  }
  int Told(const absl::StatusOr<int>& result) {
    if (result.ok()) return *result;
    io_.err << "nmdctl: " << ErrorText(result.status()) << "\n";
    return usage_ ? kUsage : ExitCodeOf(result.status());
  }

  absl::StatusOr<int> Deliver() {
    if (!options_.watch.empty()) return WatchFolder();
    std::vector<Parcel> parcels;
    if (!options_.manifest.empty()) {
      if (!options_.files.empty()) return Usage(absl::InvalidArgumentError("geef bestanden of een --manifest, niet allebei"));
      absl::StatusOr<std::vector<Parcel>> read = ReadManifest(options_.manifest);
      if (!read.ok()) return Usage(read.status());
      parcels = *std::move(read);
    } else if (options_.files.empty()) {
      return Usage(absl::InvalidArgumentError("geef bestanden of een --manifest"));
    }
    const absl::StatusOr<std::vector<std::string>> files = ExpandPaths(options_.files);
    if (!files.ok()) return Usage(files.status());
    if (!options_.replaces.empty() && files->size() != 1) {
      return Usage(absl::InvalidArgumentError("--replaces hoort bij één bestand"));
    }
    NMD_RETURN_IF_ERROR(Connect());
    std::vector<std::string> replaces;
    for (const std::string& delivery : options_.replaces) replaces.push_back(DeliveryName(*client_, delivery));
    for (const std::string& file : *files) parcels.push_back({file, options_.source, options_.received, replaces});
    const DeliverySummary summary = cli::Deliver(parcels, options_.jobs, client_->options(), io_.terminal, io_.err);
    if (options_.format == "table") {
      io_.out << SummaryText(summary) << "\n";
    } else {
      Print(Table{{{"", "aangenomen", true},
                   {"", "afgekeurd", true},
                   {"", "al_geleverd", true},
                   {"", "mislukt", true},
                   {"", "bevindingen", true}},
                  {{Cell::Same(absl::StrCat(summary.accepted)), Cell::Same(absl::StrCat(summary.rejected)),
                    Cell::Same(absl::StrCat(summary.duplicate)), Cell::Same(absl::StrCat(summary.failed)),
                    Cell::Same(absl::StrCat(summary.findings))}}});
    }
    if (!summary.worst.ok()) return ExitCodeOf(summary.worst);
    return summary.rejected > 0 || summary.findings > 0 ? kFindings : 0;
  }

  absl::StatusOr<int> WatchFolder() {
    if (!options_.files.empty() || !options_.manifest.empty() || !options_.received.empty()) {
      return Usage(absl::InvalidArgumentError("--watch gaat niet samen met bestanden, --manifest of --received"));
    }
    NMD_RETURN_IF_ERROR(Connect());
    WatchOptions watch;
    watch.folder = options_.watch;
    watch.source = options_.source;
    watch.jobs = options_.jobs;
    watch.once = options_.once;
    watch.stopped = io_.interrupted;
    NMD_ASSIGN_OR_RETURN(const WatchSummary summary, Watch(watch, client_->options(), io_.clock, io_.err));
    io_.out << dutch::Number(summary.archived) << " gearchiveerd, " << dutch::Number(summary.refused) << " in de map fout; "
            << dutch::Number(summary.findings) << (summary.findings == 1 ? " bevinding" : " bevindingen") << "\n";
    if (!summary.worst.ok()) return ExitCodeOf(summary.worst);
    return summary.refused > 0 || summary.findings > 0 ? kFindings : 0;
  }
  absl::StatusOr<int> Withdraw() { return Correct(/*restores=*/false); }
  absl::StatusOr<int> Restore() { return Correct(/*restores=*/true); }

  absl::StatusOr<int> Deliveries() {
    Parameters parameters = {{"source", options_.source}};
    if (!options_.state.empty()) parameters.emplace_back("state", absl::AsciiStrToUpper(options_.state));
    return ListAs<ingestion::v1::ListDeliveriesResponse>("deliveries", parameters, &DeliveryTable);
  }
  absl::StatusOr<int> Findings() {
    NMD_RETURN_IF_ERROR(Connect());
    const std::string delivery = options_.delivery.empty() ? "" : DeliveryName(*client_, options_.delivery);
    return ListAs<ingestion::v1::ListFindingsResponse>("findings", {{"delivery", delivery}, {"rule", options_.rule}},
                                                       &FindingTable);
  }
  absl::StatusOr<int> Answer() {
    if (options_.all_open == !options_.delivery.empty()) {
      return Usage(absl::InvalidArgumentError("geef een levering of --all-open, niet allebei"));
    }
    if (options_.all_open && options_.output.empty()) {
      return Usage(absl::InvalidArgumentError("geef bij --all-open een map met --output"));
    }
    NMD_RETURN_IF_ERROR(Connect());
    if (options_.all_open) return AnswerAll();
    NMD_ASSIGN_OR_RETURN(ingestion::v1::Answer answer, FetchAnswer(*client_, options_.delivery, options_.dated));
    const bool refuses = answer.verdict() != ingestion::v1::Answer::GRANTED;
    if (options_.output.empty()) {
      // The message itself, to be piped on; what it says goes beside it.
      io_.out << answer.data();
      io_.err << AnswerText(answer) << "\n";
      return refuses ? kFindings : 0;
    }
    NMD_RETURN_IF_ERROR(WriteAnswer(answer, options_.output).status());
    answer.clear_data();
    if (options_.format == "table") {
      io_.out << AnswerText(answer) << "\n";
    } else {
      Print(answer, AnswerTable({answer}));
    }
    return refuses ? kFindings : 0;
  }
  // What every source delivered, one of them in detail, or who is missing for a month.
  absl::StatusOr<int> Sources() {
    NMD_RETURN_IF_ERROR(Connect());
    Parameters parameters;
    if (options_.missing && options_.month.empty()) {
      return Usage(absl::InvalidArgumentError("geef met --missing ook een maand: --month 2018-09"));
    }
    if (!options_.month.empty()) {
      const absl::StatusOr<type::Period> period = PeriodOf(options_.month, options_.month);
      if (!period.ok()) return Usage(period.status());
      parameters = {{"period.start_date", period->start_date()}, {"period.end_date", period->end_date()}};
    }
    if (const absl::Status known = AddKnownTime(options_.question, &parameters); !known.ok()) return Usage(known);
    ingestion::v1::ListSourceAnalysesResponse response;
    if (options_.source.empty()) {
      NMD_RETURN_IF_ERROR(client_->List(absl::StrCat(client_->parent(), "/sourceanalyses"), parameters, &response));
    } else {
      NMD_RETURN_IF_ERROR(client_->Get(absl::StrCat(client_->parent(), "/sources/", options_.source, "/analysis"), parameters,
                                       response.add_source_analyses()));
    }
    if (options_.missing) {
      if (options_.format == "table") io_.out << MissingText(response) << "\n";
      Print(response, MissingTable(response));
      return CountMissing(response) > 0 ? kFindings : 0;
    }
    // Links are as they are now; of an earlier moment nothing is said. A caller who may not see them sees the rest.
    linking::v1::LinkSummary links;
    if (options_.question.known_on.empty() && options_.format != "json" &&
        !client_->Get(absl::StrCat(client_->parent(), "/linksummary"), {}, &links).ok()) {
      links.Clear();
    }
    if (options_.source.empty()) {
      Print(response, SourceAnalysisTable(response, links));
    } else if (options_.format == "table") {
      io_.out << SourceText(response.source_analyses(0), links);
    } else {
      Print(response.source_analyses(0), SourceMonthTable(response.source_analyses(0)));
    }
    return 0;
  }
  absl::StatusOr<int> Contracts() { return ListAs<contracts::v1::ListContractsResponse>("contracts", {}, &ContractTable); }
  absl::StatusOr<int> Agreements() {
    return ListAs<publication::v1::ListAgreementsResponse>("agreements", {}, &AgreementTable);
  }
  absl::StatusOr<int> Positions() {
    Parameters parameters = {{"year", absl::StrCat(options_.year)}, {"provider", options_.provider}};
    if (const absl::Status known = AddKnownTime(options_.question, &parameters); !known.ok()) return Usage(known);
    return ListAs<contracts::v1::ListPositionsResponse>("positions", parameters, &PositionTable);
  }

  absl::StatusOr<int> LinkFile() {
    const absl::StatusOr<int> result = RunLinkFile(options_.link_file, io_);
    return result.status().code() == absl::StatusCode::kInvalidArgument ? Usage(result.status()) : result;
  }

  absl::StatusOr<int> Protect() {
    const absl::StatusOr<int> result = RunProtectFile(options_.protect, io_);
    return result.status().code() == absl::StatusCode::kInvalidArgument ? Usage(result.status()) : result;
  }
  absl::StatusOr<int> Audit() {
    const absl::StatusOr<int> result = RunAuditFile(options_.audit, io_);
    return result.status().code() == absl::StatusCode::kInvalidArgument ? Usage(result.status()) : result;
  }

  absl::StatusOr<int> Measures() {
    NMD_RETURN_IF_ERROR(Connect());
    costs::v1::ListMeasuresResponse response;
    NMD_RETURN_IF_ERROR(client_->List(absl::StrCat(client_->parent(), "/measures"), {}, &response));
    if (options_.glossary) {
      io_.out << GlossaryOf(response);
    } else {
      Print(response, MeasureTable(response));
    }
    return 0;
  }

  absl::StatusOr<int> Query() {
    NMD_RETURN_IF_ERROR(Connect());
    if (options_.compare) return Compare();
    const auto request = QueryOf(options_.question, client_->parent());
    if (!request.ok()) return Usage(request.status());
    NMD_ASSIGN_OR_RETURN(const costs::v1::QueryFiguresResponse response, Ask(*request));
    if (options_.format == "json") return Give(absl::StrCat(gateway::ToJson(response), "\n"));
    if (options_.format == "xlsx")
      return GiveWorkbook(FigureSheets(response, ReadCatalogue()), response.effective().known_time());
    if (options_.format != "table") return Give(Printed(QueryRecords(response), options_.format));
    const Titles titles = ReadTitles();
    return Give(absl::StrCat(TextOf(QueryTable(response, titles)), Footer(response, titles)));
  }

  absl::StatusOr<int> Bridge() {
    NMD_RETURN_IF_ERROR(Connect());
    // A question without measures has the period, the filters and the known time of the bridge.
    const auto question = QueryOf(options_.question, client_->parent());
    if (!question.ok()) return Usage(question.status());
    costs::v1::BridgeAmountsRequest request;
    *request.mutable_period() = question->period();
    *request.mutable_filters() = question->filters();
    if (question->has_known_time()) *request.mutable_known_time() = question->known_time();
    costs::v1::BridgeAmountsResponse response;
    NMD_RETURN_IF_ERROR(client_->Post(absl::StrCat(client_->parent(), "/figures/_bridge"), request, &response));
    if (options_.format == "xlsx") return GiveWorkbook(BridgeSheets(request, response), response.known_time());
    return Give(options_.format == "table" ? BridgeText(response) : Formed(response, BridgeRecords(response)));
  }

  absl::StatusOr<int> Decompose() {
    NMD_RETURN_IF_ERROR(Connect());
    const auto request = DecomposeOf(options_.question, client_->parent());
    if (!request.ok()) return Usage(request.status());
    costs::v1::DecomposeGrowthResponse response;
    NMD_RETURN_IF_ERROR(client_->Post(absl::StrCat(client_->parent(), "/figures/_decompose"), *request, &response));
    if (options_.format == "xlsx") return GiveWorkbook(DecomposeSheets(*request, response), response.known_time());
    return Give(options_.format == "table" ? DecomposeText(response, ReadTitles())
                                           : Formed(response, DecomposeRecords(response)));
  }

  absl::StatusOr<int> Explain() {
    NMD_RETURN_IF_ERROR(Connect());
    const auto request = ExplainOf(options_.question, client_->parent());
    if (!request.ok()) return Usage(request.status());
    costs::v1::ExplainFigureResponse response;
    NMD_RETURN_IF_ERROR(client_->Post(absl::StrCat(client_->parent(), "/figures/_explain"), *request, &response));
    if (options_.format == "table") {
      io_.out << ExplainText(response);
    } else {
      Print(response, ExplainRecords(response));
    }
    return 0;
  }

  absl::StatusOr<int> Preview() {
    NMD_RETURN_IF_ERROR(Connect());
    publication::v1::PreviewPublicationRequest request;
    request.set_table(options_.table);
    const auto period = PeriodOf(options_.question.from, options_.question.to);
    if (!period.ok()) return Usage(period.status());
    *request.mutable_period() = *period;
    if (const absl::Status known = SetKnownTime(options_.question, &request); !known.ok()) return Usage(known);
    publication::v1::PreviewPublicationResponse response;
    NMD_RETURN_IF_ERROR(
        client_->Post(absl::StrCat(client_->parent(), "/agreements/", options_.agreement, "/_preview"), request, &response));
    Print(response, PreviewTable(response));
    if (options_.format == "table") {
      io_.out << "\n"
              << dutch::Number(response.shown_count()) << " getoond, " << dutch::Number(response.zero_count()) << " nul, "
              << dutch::Number(response.primary_count()) << " te klein, " << dutch::Number(response.secondary_count())
              << " verborgen om die te beschermen.\n";
      if (!response.proof().empty()) io_.out << response.proof() << "\n";
      io_.out << PreviewNotes(response);
      if (response.has_known_time()) io_.out << "Bekend op " << MomentCell(response.known_time(), true).text << ".\n";
    }
    return 0;
  }

  // Waits until every accepted delivery is in the figures: its facts in costs, its persons linked.
  absl::StatusOr<int> Wait() {
    NMD_RETURN_IF_ERROR(Connect());
    // The newest thousand; what came before them is in when they are.
    ingestion::v1::ListDeliveriesResponse deliveries;
    int64_t facts = 0, persons = 0;
    for (const char* state : {"ACCEPTED", "WITHDRAWN", "REPLACED"}) {
      NMD_RETURN_IF_ERROR(
          client_->Get(absl::StrCat(client_->parent(), "/deliveries"), {{"state", state}, {"page_size", "1000"}}, &deliveries));
      for (const auto& delivery : deliveries.deliveries()) {
        if (delivery.fact_count() > 0) facts = std::max(facts, delivery.sequence());
        if (delivery.person_count() > 0) persons = std::max(persons, delivery.sequence());
      }
    }
    costs::v1::QueryFiguresRequest request;
    request.set_parent(client_->parent());
    request.add_measures("clients");
    request.set_reference_date(absl::FormatTime("%Y-%m-%d", io_.clock.Now(), absl::UTCTimeZone()));
    const absl::Time end = io_.clock.Now() + absl::Seconds(options_.timeout_seconds);
    while (true) {
      NMD_ASSIGN_OR_RETURN(const costs::v1::QueryFiguresResponse figures, Ask(request));
      if (figures.fact_sequence() >= facts && figures.person_sequence() >= persons) return 0;
      if (io_.clock.Now() >= end) return absl::DeadlineExceededError("de leveringen zijn nog niet alle verwerkt");
      io_.sleep(absl::Milliseconds(300));
    }
  }

  absl::StatusOr<int> Token() {
    std::ifstream file(options_.key);
    std::stringstream pem;
    pem << file.rdbuf();
    if (!file) return Usage(absl::InvalidArgumentError(absl::StrCat(options_.key, ": kan niet worden gelezen")));
    if (options_.municipality.empty()) return Usage(absl::InvalidArgumentError("geef --municipality, bijvoorbeeld gm1730"));
    const absl::Time now = io_.clock.Now();
    const std::string subject = options_.subject.empty() ? absl::StrCat("demo-", options_.roles[0]) : options_.subject;
    const absl::StatusOr<std::string> token =
        gateway::MintToken(pem.str(), {options_.issuer, options_.audience, subject, options_.municipality, options_.roles,
                                       options_.purpose, now, now + absl::Hours(options_.hours)});
    if (!token.ok()) return Usage(token.status());
    io_.out << *token << "\n";
    return 0;
  }

 private:
  absl::Status Usage(const absl::Status& status) {
    usage_ = true;
    return status;
  }

  absl::Status Connect() {
    if (client_ != nullptr) return absl::OkStatus();
    ClientOptions options;
    options.url = options_.url;
    options.sleep = io_.sleep;
    if (!options_.token_file.empty()) {
      std::ifstream file(options_.token_file);
      std::getline(file, options.token);
      if (!file) return Usage(absl::InvalidArgumentError(absl::StrCat(options_.token_file, ": kan niet worden gelezen")));
      options.token = std::string(absl::StripAsciiWhitespace(options.token));
    }
    options.municipality = options_.municipality.empty() ? MunicipalityOfToken(options.token) : options_.municipality;
    if (options.municipality.empty()) return Usage(absl::InvalidArgumentError("geef --municipality, bijvoorbeeld gm1730"));
    client_ = std::make_unique<ApiClient>(std::move(options));
    return absl::OkStatus();
  }

  absl::StatusOr<int> Correct(bool restores) {
    const std::string& known_on = options_.question.known_on;
    if (!known_on.empty() && !KnownTimeOf(known_on).ok()) return Usage(KnownTimeOf(known_on).status());
    NMD_RETURN_IF_ERROR(Connect());
    NMD_ASSIGN_OR_RETURN(const ingestion::v1::Delivery delivery,
                         cli::Correct(*client_, {options_.delivery, options_.reason, known_on, restores}));
    if (options_.format == "table") {
      io_.out << CorrectionText(delivery) << "\n";
    } else {
      ingestion::v1::ListDeliveriesResponse listed;
      *listed.add_deliveries() = delivery;
      Print(delivery, DeliveryTable(listed));
    }
    return 0;
  }

  absl::StatusOr<int> AnswerAll() {
    const AnswerSummary summary =
        AnswerAllOpen(*client_, options_.source, options_.dated, options_.output, io_.terminal, io_.err);
    if (options_.format == "table") {
      io_.out << SummaryText(summary) << "\n";
    } else if (options_.format != "json") {
      Print(AnswerTable(summary.made));
    } else {
      std::string json;
      for (const ingestion::v1::Answer& answer : summary.made) {
        absl::StrAppend(&json, json.empty() ? "" : ",", gateway::ToJson(answer));
      }
      io_.out << "{\"answers\":[" << json << "]}\n";
    }
    if (!summary.worst.ok()) return ExitCodeOf(summary.worst);
    const bool refuses = std::any_of(summary.made.begin(), summary.made.end(), [](const ingestion::v1::Answer& answer) {
      return answer.verdict() != ingestion::v1::Answer::GRANTED;
    });
    return refuses ? kFindings : 0;
  }

  void Print(const Table& table) { io_.out << Printed(table, options_.format); }
  void Print(const google::protobuf::Message& message, const Table& table) {
    Context{*client_, io_, options_.format}.Print(message, table);
  }

  template <typename Response>
  absl::StatusOr<int> ListAs(const std::string& collection, const Parameters& parameters, Table (*table)(const Response&)) {
    NMD_RETURN_IF_ERROR(Connect());
    Parameters given;
    for (const auto& parameter : parameters) {
      if (!parameter.second.empty()) given.push_back(parameter);
    }
    Response response;
    NMD_RETURN_IF_ERROR(client_->List(absl::StrCat(client_->parent(), "/", collection), given, &response));
    Print(response, table(response));
    return 0;
  }

  absl::StatusOr<costs::v1::QueryFiguresResponse> Ask(const costs::v1::QueryFiguresRequest& request) {
    costs::v1::QueryFiguresResponse response;
    NMD_RETURN_IF_ERROR(client_->Post(absl::StrCat(client_->parent(), "/figures/_query"), request, &response));
    return response;
  }

  absl::StatusOr<int> Compare() {
    const auto request = CompareOf(options_.question, client_->parent());
    if (!request.ok()) return Usage(request.status());
    costs::v1::CompareFiguresResponse response;
    NMD_RETURN_IF_ERROR(client_->Post(absl::StrCat(client_->parent(), "/figures/_compare"), *request, &response));
    if (options_.format == "json") return Give(absl::StrCat(gateway::ToJson(response), "\n"));
    if (options_.format == "xlsx") {
      return GiveWorkbook(CompareSheets(*request, response, ReadCatalogue()), response.known_time());
    }
    const Titles titles = ReadTitles();
    return Give(absl::StrCat(Printed(CompareTable(*request, response, titles), options_.format),
                             options_.format == "table" ? CompareFooter(*request, response, titles) : ""));
  }

  // Names for people. A caller who may not read the catalogue sees the ids.
  Titles ReadTitles() { return TitlesOf(ReadCatalogue()); }
  Catalogue ReadCatalogue() {
    Catalogue catalogue;
    if (!client_->List(absl::StrCat(client_->parent(), "/measures"), {}, &catalogue.measures).ok()) catalogue.measures.Clear();
    if (!client_->List(absl::StrCat(client_->parent(), "/dimensions"), {}, &catalogue.dimensions).ok()) {
      catalogue.dimensions.Clear();
    }
    return catalogue;
  }

  // On the screen, or in the file that was asked for.
  absl::StatusOr<int> Give(const std::string& content) {
    if (options_.output.empty()) {
      io_.out << content;
    } else {
      NMD_RETURN_IF_ERROR(WriteNewFile(options_.output, content));
    }
    return 0;
  }

  // The moment of the file is that of the answer, so the same answer is the same file.
  absl::StatusOr<int> GiveWorkbook(const std::vector<Sheet>& sheets, const google::protobuf::Timestamp& known_time) {
    NMD_ASSIGN_OR_RETURN(const std::string workbook, WorkbookOf(sheets, absl::FromUnixSeconds(known_time.seconds())));
    return Give(workbook);
  }

  // For machines: the table as CSV, or the whole message as JSON.
  std::string Formed(const google::protobuf::Message& message, const Table& table) const {
    return options_.format == "json" ? absl::StrCat(gateway::ToJson(message), "\n") : Printed(table, options_.format);
  }

  // What every command begins with: an error when a workbook was asked of one that has none or without a file, and the known
  // time a snapshot stands for.
  absl::Status Prepare(bool workbook) {
    if (options_.format == "xlsx" && !workbook) {
      return Usage(absl::InvalidArgumentError("--format xlsx is er alleen voor query, decompose, bridge en export"));
    }
    if (options_.format == "xlsx" && options_.output.empty() && options_.council.output.empty()) {
      return Usage(absl::InvalidArgumentError("geef bij --format xlsx ook een bestand: --output cijfers.xlsx"));
    }
    for (Question* question :
         {&options_.question, &options_.answers.question, &options_.access.question, &options_.durations.question,
          &options_.growth.question, &options_.policies.question, &options_.scenarios.question, &options_.council.question,
          &options_.rows.question, &options_.series.question, &options_.forecasts.question}) {
      if (question->snapshot.empty()) continue;
      NMD_RETURN_IF_ERROR(Connect());
      const absl::Status resolved = ResolveSnapshot(*client_, question);
      if (absl::IsInvalidArgument(resolved)) return Usage(resolved);
      NMD_RETURN_IF_ERROR(resolved);
    }
    return absl::OkStatus();
  }

  Options& options_;
  const Surroundings& io_;
  std::unique_ptr<ApiClient> client_;
  bool usage_ = false;
};

}  // namespace

int RunNmdctl(std::vector<std::string> arguments, const Surroundings& surroundings) {
  Options options;
  Command command(options, surroundings);
  int code = 0;
  CLI::App app("nmdctl: leveren aan en vragen stellen aan een NMD Monitor", "nmdctl");
  app.set_help_flag("-h,--help", "Toon deze uitleg");
  app.require_subcommand(1);
  app.fallthrough();
  app.add_option("--url", options.url, "Adres van de monitor")->envname("NMDCTL_URL")->take_last();
  app.add_option("--token-file", options.token_file, "Bestand met het toegangsbewijs")
      ->envname("NMDCTL_TOKEN_FILE")
      ->take_last();
  app.add_option("--municipality", options.municipality, "Gemeente, zoals gm1730; anders die van het toegangsbewijs")
      ->envname("NMDCTL_MUNICIPALITY")
      ->take_last();
  app.add_option("--format", options.format,
                 "table, csv (voor programma's), csv-nl (voor Excel), xlsx (werkmap van cijfers) of json")
      ->check(CLI::IsMember({"table", "csv", "csv-nl", "xlsx", "json"}));

  const auto add = [&](CLI::App* parent, const char* name, const char* text, absl::StatusOr<int> (Command::*run)()) {
    CLI::App* sub = parent->add_subcommand(name, text);
    sub->fallthrough();
    const bool workbook = run == &Command::Query || run == &Command::Bridge || run == &Command::Decompose;
    if (run != nullptr) sub->callback([&code, &command, run, workbook] { code = command.Run(run, workbook); });
    return sub;
  };
  const auto add_output = [&](CLI::App* sub) {
    sub->add_option("--output", options.output, "In dit bestand, dat er nog niet is; anders op het scherm");
  };
  const auto add_time = [&](CLI::App* sub) {
    sub->add_option("--from", options.question.from, "Eerste maand, zoals 2017-01");
    sub->add_option("--to", options.question.to, "Laatste maand, die meetelt, zoals 2018-01");
    AddKnownOn(*sub, options.question);
  };
  const auto add_where = [&](CLI::App* sub) {
    sub->add_option("--ages", options.question.ages, "Eerste leeftijden van de groepen van age_band, zoals 0,12,18,23")
        ->delimiter(',');
    sub->add_option("--where", options.question.where, "Alleen kenmerk=waarde,waarde; mag vaker")->allow_extra_args(false);
  };

  CLI::App* deliver = add(&app, "deliver", "Bestanden leveren", &Command::Deliver);
  deliver->add_option("files", options.files, "Bestanden, zips en mappen; van een map alles wat erin staat");
  deliver->add_option("--watch", options.watch,
                      "Deze map als brievenbus: wat compleet is leveren, en opbergen in archief of fout");
  deliver->add_flag("--once", options.once, "Met --watch: ophouden als er niets meer ligt dat compleet is");
  deliver->add_option("--manifest", options.manifest, "CSV met received,source,file");
  deliver->add_option("--source", options.source, "Bron; officiële berichten worden herkend");
  deliver->add_option("--received", options.received, "Wanneer de gemeente het ontving, zoals 2018-03-31T12:00:00Z");
  deliver->add_option("--replaces", options.replaces, "Levering waar dit bestand voor in de plaats komt")
      ->allow_extra_args(false)
      ->delimiter(',');
  deliver->add_option("--jobs", options.jobs, "Verbindingen tegelijk")->check(CLI::Range(1, 64));

  CLI::App* deliveries = add(&app, "deliveries", "Wat er geleverd is", &Command::Deliveries);
  deliveries->add_option("--source", options.source, "Alleen deze bron");
  deliveries->add_option("--state", options.state, "Alleen deze toestand, zoals accepted of withdrawn")
      ->check(CLI::IsMember({"accepted", "rejected", "superseded", "unpacked", "withdrawn", "replaced"}));
  for (const auto& [verb, help, run] :
       {std::make_tuple("withdraw", "Een levering intrekken: wat erin staat telt vanaf dan niet meer mee", &Command::Withdraw),
        std::make_tuple("restore", "Een ingetrokken levering weer laten meetellen", &Command::Restore)}) {
    CLI::App* correction = add(&app, verb, help, run);
    correction->add_option("delivery", options.delivery, "Levering")->required();
    correction->add_option("--reason", options.reason, "Waarom; noem niemand bij naam")->required();
    correction->add_option("--known-on", options.question.known_on, "Sinds wanneer dat bekend is; anders nu");
  }
  CLI::App* findings = add(&app, "findings", "Wat er mis is met leveringen", &Command::Findings);
  findings->add_option("--delivery", options.delivery, "Alleen van deze levering");
  findings->add_option("--rule", options.rule, "Alleen van deze regel, zoals TR101");
  CLI::App* answer = add(&app, "answer", "Officiële retourberichten en declaratie-antwoorden maken", &Command::Answer);
  answer->add_option("delivery", options.delivery, "Levering waarop dit het antwoord is");
  answer->add_flag("--all-open", options.all_open, "Alles wat aanbieders stuurden en waarop nog geen antwoord is geleverd");
  answer->add_option("--output", options.output, "Bestand of map; anders op het scherm");
  answer->add_option("--source", options.source, "Bij --all-open: alleen deze bron, zoals jw323");
  answer->add_option("--dated", options.dated, "Dagtekening, zoals 2026-05-09; anders vandaag");
  CLI::App* sources =
      add(&app, "sources", "Welke bronnen er zijn, en hoe volledig, tijdig en goed zij leveren", &Command::Sources);
  sources->add_option("source", options.source, "Alleen deze bron, met alles erover");
  sources->add_option("--month", options.month, "Alleen deze maand, zoals 2018-09; anders de laatste twaalf");
  AddKnownOn(*sources, options.question);
  sources->add_flag("--missing", options.missing, "Wie er ontbreekt voor de maand");

  add(&app, "measures", "Welke maten er zijn en wat zij betekenen", &Command::Measures)
      ->add_flag("--glossary", options.glossary, "Als begrippenlijst, in Markdown");

  CLI::App* query = add(&app, "query", "Cijfers opvragen", &Command::Query);
  query->add_option("--measure", options.question.measures, "Maten, zoals clients,provisions,indicated")
      ->delimiter(',')
      ->required();
  query->add_option("--by", options.question.dimensions, "Uitgesplitst naar kenmerken, zoals month,ivn")->delimiter(',');
  add_time(query);
  add_where(query);
  query->add_option("--on", options.question.on, "Peildatum, in plaats van een periode");
  add_output(query);
  query->add_flag("--stability", options.question.stability, "Ook hoe ver eerdere cijfers nog verschoven; duurt langer");
  query->add_flag("--compare", options.compare, "De maand --from naast de maand --to, met de groei");

  CLI::App* explain = add(&app, "explain", "Waar een cijfer vandaan komt", &Command::Explain);
  explain->add_option("--measure", options.question.measures, "Maat")->required()->expected(1);
  add_time(explain);
  add_where(explain);
  explain->add_option("--on", options.question.on, "Peildatum, in plaats van een periode");
  explain->add_option("--compare", options.question.compare,
                      "Naast wat bekend is op deze dag of dit moment, met hoeveel elke oorzaak uitmaakt");

  CLI::App* bridge = add(&app, "bridge", "Van geïndiceerd naar geboekt, met de regels achter elke stap", &Command::Bridge);
  add_time(bridge);
  add_where(bridge);
  add_output(bridge);

  CLI::App* decompose = add(&app, "decompose", "Waardoor het bedrag tussen twee maanden groeide", &Command::Decompose);
  add_time(decompose);
  add_where(decompose);
  add_output(decompose);
  decompose->add_option("--by", options.question.dimensions, "Groepen, zoals ivn")->expected(1);

  AddSignalCommands(app, options.signals, [&](const Action& action) { code = command.Run(action, false); });
  AddRegionCommands(app, options.region, [&](const Action& action) { code = command.Run(action, false); });
  CLI::App* positions = add(&app, "positions", "Waar aanbieders staan ten opzichte van hun plafond", &Command::Positions);
  positions->add_option("--year", options.year, "Kalenderjaar")->required();
  positions->add_option("--provider", options.provider, "Alleen deze AGB-code");
  AddKnownOn(*positions, options.question);
  add(&app, "contracts", "Contracten", &Command::Contracts);

  AddAccessCommands(app, options.access, [&](const Action& action) { code = command.Run(action, false); });
  AddDurationCommands(app, options.durations, [&](const Action& action) { code = command.Run(action, false); });

  AddRegisterCommands(app, options.answers, [&](const Action& action) { code = command.Run(action, false); });
  AddGrowthCommands(app, options.growth, [&](const Action& action) { code = command.Run(action, false); });
  AddScenarioCommands(app, options.scenarios, [&](const Action& action) { code = command.Run(action, false); });
  AddPolicyCommands(app, options.policies, [&](const Action& action) { code = command.Run(action, false); });
  AddRowCommands(app, options.rows, [&](const Action& action) { code = command.Run(action, false); });
  AddExportCommands(app, options.council, [&](const Action& action) { code = command.Run(action, true); });
  AddSeriesCommand(app, options.series, [&](const Action& action) { code = command.Run(action, false); });
  AddAccessLogCommands(app, options.door, [&](const Action& action) { code = command.Run(action, false); });
  CLI::App* policy = add(&app, "policy", "Wie wat mag", nullptr);
  policy->require_subcommand(1);
  CLI::App* why = policy->add_subcommand("explain", "Of een rol een methode mag aanroepen, en waarom; vraagt geen monitor");
  why->fallthrough();
  why->add_option("--as", options.door.role, "Rol, zoals controller; dienst voor een dienst van de instantie")->required();
  why->add_option("--method", options.door.method, "Methode, zoals QueryFigures")->required();
  why->add_option("--purpose", options.door.purpose, "Doel in het token")->capture_default_str();
  why->add_flag_callback(
      "--no-purpose", [&] { options.door.purpose.clear(); }, "Met een token dat geen doel noemt");
  why->callback([&] { code = ExplainPolicy(options.door, options.format, surroundings); });
  CLI::App* rules = policy->add_subcommand("list", "Alle methoden met de rollen die ze mogen aanroepen");
  rules->fallthrough();
  rules->callback([&] { surroundings.out << Printed(PolicyTable(), options.format); });
  app.add_subcommand("openapi", "De beschrijving van de API (OpenAPI 3.0), zoals de monitor die geeft")->callback([&] {
    code = PrintOpenApi(surroundings);
  });
  AddForecastCommands(app, options.forecasts, [&](const Action& action) { code = command.Run(action, false); });
  AddReconciliationCommands(app, options.reconciliation, [&](const Action& action) { code = command.Run(action, false); });
  AddProviderCommands(app, options.provider_side, [&](const Action& action) { code = command.Run(action, false); });
  AddDossierCommands(app, options.dossiers, [&](const Action& action) { code = command.Run(action, false); });

  CLI::App* link = add(&app, "link", "Koppelen van personen", nullptr);
  link->require_subcommand(1);
  AddLinkCommands(*link, options.links, [&](const Action& action) { code = command.Run(action, false); });
  AddSubjectCommands(app, *link, options.subjects, [&](const Action& action) { code = command.Run(action, false); });
  AddRightsCommands(app, options.rights, [&](const Action& action) { code = command.Run(action, false); });
  CLI::App* link_file = add(link, "file", "Koppelen van de personen in een CSV-bestand, zonder monitor", &Command::LinkFile);
  link_file->add_option("--input", options.link_file.input, "CSV-bestand met een kopregel")->required();
  link_file->add_option("--columns", options.link_file.columns, absl::StrCat("Rol=kolom,...; rollen: ", LinkFileRoles()))
      ->delimiter(',')
      ->required();
  link_file->add_option("--output", options.link_file.output, "Hierin komt record_id,cluster_id")->required();
  link_file->add_option("--explain", options.link_file.explain, "Hierin komen de paren met een gewicht per veld");
  link_file->add_option("--certainty", options.link_file.certainty, "Koppel vanaf deze kans dat het een persoon is")
      ->check(CLI::Range(0.01, 0.9999));
  link_file->add_option("--threads", options.link_file.threads, "Zoveel draden tegelijk")->check(CLI::Range(1, 256));
  link_file->add_option("--model", options.link_file.model, "Beslis met dit koppelmodel");
  link_file->add_option("--save-model", options.link_file.save_model, "Bewaar het koppelmodel hierin");
  add(&app, "wait", "Wachten tot wat geleverd is, is verwerkt", &Command::Wait)
      ->add_option("--timeout", options.timeout_seconds, "Hooguit zoveel seconden")
      ->check(CLI::Range(1, 86400));

  AddProtectCommands(
      app, options.protect, options.audit, [&] { code = command.Run(&Command::Protect, false); },
      [&] { code = command.Run(&Command::Audit, false); });

  AddOperateCommands(app, options.operate, options.format, surroundings,
                     [&](const std::function<absl::StatusOr<int>()>& action) { code = command.Run(action); });

  CLI::App* publish = add(&app, "publish", "Delen met de regio", nullptr);
  publish->require_subcommand(1);
  add(publish, "agreements", "Wat er gedeeld mag worden", &Command::Agreements);
  CLI::App* preview = add(publish, "preview", "Hoe een tabel eruit komt te zien", &Command::Preview);
  preview->add_option("--agreement", options.agreement, "Afspraak")->required();
  preview->add_option("--table", options.table, "Tabel van de afspraak")->required();
  add_time(preview);
  CLI::App* key = publish->add_subcommand("key", "De openbare sleutel bij een geheime sleutel; voor de ontvanger");
  key->add_option("--key", options.publications.key, "Bestand met de geheime sleutel")->required();
  key->callback([&] { code = PrintPublicKey(options.publications, surroundings); });
  AddPublicationCommands(app, *publish, options.publications, [&](const Action& action) { code = command.Run(action, false); });
  AddOpenDataCommands(*publish, options.open_data, [&](const Action& action) { code = command.Run(action, false); });

  CLI::App* token = add(&app, "token", "Toegangsbewijs van de ontwikkeluitgever; niet voor echte gegevens", &Command::Token);
  token->add_option("--key", options.key, "Geheime sleutel van de uitgever (PEM)")->required();
  token->add_option("--role", options.roles, "Rollen, zoals beleidsadviseur,controller")->delimiter(',')->required();
  token->add_option("--subject", options.subject, "Wie het is");
  token->add_option("--issuer", options.issuer, "Naam van de uitgever");
  token->add_option("--audience", options.audience, "Waarvoor het geldt");
  token->add_option("--purpose", options.purpose, "Doel van de vragen");
  token->add_option("--hours", options.hours, "Geldig zoveel uur")->check(CLI::Range(1, 24));

  try {
    std::reverse(arguments.begin(), arguments.end());  // CLI11 takes a vector from its end.
    app.parse(std::move(arguments));
  } catch (const CLI::ParseError& error) {
    const int exit = app.exit(error, surroundings.out, surroundings.err);
    return exit == 0 ? 0 : kUsage;
  }
  return code;
}

}  // namespace nmd::cli
