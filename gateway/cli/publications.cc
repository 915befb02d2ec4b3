// SPDX-License-Identifier: EUPL-1.2
#include "gateway/cli/publications.h"

#include <CLI/CLI.hpp>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gateway/cli/figures.h"
#include "gateway/cli/question.h"
#include "nmd/internal/v1/agreement.pb.h"
#include "services/core/dutch.h"
#include "services/platform/config.h"
#include "services/platform/crypto.h"
#include "services/platform/status_macros.h"
#include "services/publication/statement.h"

namespace nmd::cli {
namespace {

namespace v1 = publication::v1;
using v1::AgreementVersion;
using v1::Release;

constexpr int kFindings = 1;

std::string LastOf(const std::string& name) { return name.substr(name.rfind('/') + 1); }

// "regio-jeugdhulp" or a whole name.
std::string AgreementName(const Context& context, const std::string& id) {
  return id.find('/') != std::string::npos ? id : absl::StrCat(context.client.parent(), "/agreements/", id);
}
std::string ReleaseName(const Context& context, const std::string& number) {
  return number.find('/') != std::string::npos ? number : absl::StrCat(context.client.parent(), "/releases/", number);
}

Cell StateOf(AgreementVersion::State state) {
  switch (state) {
    case AgreementVersion::PROPOSED:
      return {"voorgesteld", "voorgesteld"};
    case AgreementVersion::IN_FORCE:
      return {"geldt", "geldt"};
    case AgreementVersion::REPLACED:
      return {"vervangen", "vervangen"};
    case AgreementVersion::REFUSED:
      return {"afgewezen", "afgewezen"};
    case AgreementVersion::ENDED:
      return {"beëindigd", "beeindigd"};
    default:
      return {"onbekend", "onbekend"};
  }
}

Cell StateOf(Release::State state) {
  switch (state) {
    case Release::PROPOSED:
      return {"voorgesteld", "voorgesteld"};
    case Release::BLOCKED:
      return {"tegengehouden", "tegengehouden"};
    case Release::REFUSED:
      return {"afgewezen", "afgewezen"};
    case Release::RELEASED:
      return {"gepubliceerd", "gepubliceerd"};
    case Release::WITHDRAWN:
      return {"ingetrokken", "ingetrokken"};
    default:
      return {"onbekend", "onbekend"};
  }
}

std::string DeliveryText(const v1::Delivery& delivery) {
  switch (delivery.state()) {
    case v1::Delivery::RECEIVED:
      return absl::StrCat(delivery.recipient(), ": ontvangen");
    case v1::Delivery::REFUSED:
      return absl::StrCat(delivery.recipient(), ": geweigerd (", delivery.detail(), ")");
    default:
      return absl::StrCat(delivery.recipient(), delivery.detail().empty() ? ": onderweg" : ": nog niet bereikt");
  }
}

void Tell(const Context& context, const AgreementVersion& version) {
  v1::ListAgreementVersionsResponse one;
  *one.add_versions() = version;
  if (!context.ForPeople()) return context.Print(version, AgreementVersionTable(one));
  context.io.out << LastOf(version.agreement().name()) << ", versie " << version.agreement().version() << ": "
                 << StateOf(version.state()).text << ".\n";
  for (const std::string& change : version.changes()) context.io.out << "  - " << change << "\n";
}

void Tell(const Context& context, const Release& release) {
  v1::ListReleasesResponse one;
  *one.add_releases() = release;
  if (!context.ForPeople()) return context.Print(release, ReleaseTable(one));
  std::ostream& out = context.io.out;
  out << LastOf(release.name()) << ": " << StateOf(release.state()).text << ".\n"
      << release.title() << ", voor " << release.audience() << ", " << release.period().start_date() << " tot "
      << release.period().end_date() << ".\n";
  if (!release.coverage().empty()) out << "Van " << release.coverage() << ".\n";
  if (!release.replaces().empty()) out << "Vervangt " << release.replaces() << ".\n";
  if (!release.reason().empty()) out << "Reden: " << release.reason() << ".\n";
  out << dutch::Number(release.cell_count()) << " cellen, " << dutch::Percent(release.loss().hidden_cells()) << " verborgen";
  if (release.loss().has_hidden_value()) out << ", met " << dutch::Percent(release.loss().hidden_value()) << " van de cliënten";
  out << ".\n" << release.proof() << "\n";
  if (release.audit().safe()) {
    out << "Aanval: niets gevonden, naast " << dutch::Number(release.audit().release_count()) << " eerdere publicaties.\n";
  } else {
    out << "Aanval: er is een weg naar binnen. Deze tabel kan niet worden gepubliceerd.\n";
  }
  for (const v1::AuditFinding& finding : release.audit().findings()) {
    out << "  - " << finding.measure() << ", " << finding.cell() << ": te weten voor " << finding.attacker() << "\n";
    for (const std::string& step : finding.path()) out << "      " << step << "\n";
  }
  for (const v1::Delivery& delivery : release.deliveries()) out << DeliveryText(delivery) << ".\n";
}

// "± 4" behind a value that was rounded.
std::string UncertaintyText(const v1::PublishedMeasure& measure) {
  if (measure.uncertainty() == 0) return "";
  type::Figure figure;
  figure.set_state(type::Figure::ANSWERED);
  if (measure.unit() == "cents") {
    figure.set_amount_cents(measure.uncertainty());
  } else {
    figure.set_count(measure.uncertainty());
  }
  return absl::StrCat(" ± ", FigureText(figure));
}

Cell ValueCell(const v1::PublishedValue& value, const v1::PublishedMeasure& measure) {
  type::Figure figure;
  figure.set_state(type::Figure::ANSWERED);
  if (value.value_case() == v1::PublishedValue::kCount) figure.set_count(value.count());
  if (value.value_case() == v1::PublishedValue::kAmountCents) figure.set_amount_cents(value.amount_cents());
  if (value.value_case() == v1::PublishedValue::kRatio) figure.set_ratio(value.ratio());
  if (figure.value_case() == type::Figure::VALUE_NOT_SET) return {ReasonText(value.missing()), ""};
  return {absl::StrCat(FigureText(figure), UncertaintyText(measure)), FigureRaw(figure)};
}

absl::StatusOr<int> ProposeAgreements(const Context& context, const PublicationOptions& options, bool validate_only) {
  internal::v1::AgreementFile file;
  NMD_RETURN_IF_ERROR(ReadYamlFile(options.file, &file));
  for (const v1::Agreement& agreement : file.agreements()) {
    v1::ProposeAgreementRequest request;
    *request.mutable_agreement() = agreement;
    request.set_validate_only(validate_only);
    AgreementVersion version;
    NMD_RETURN_IF_ERROR(context.client.Post(absl::StrCat(context.client.parent(), "/agreements"), request, &version));
    if (validate_only && version.state() == AgreementVersion::IN_FORCE) {
      // Its changes are those of when it was proposed.
      version.clear_changes();
      if (context.ForPeople()) {
        context.io.out << LastOf(agreement.name()) << ": geen verschil met wat geldt.\n";
        continue;
      }
    }
    Tell(context, version);
  }
  return 0;
}
absl::StatusOr<int> ProposeFile(const Context& context, const PublicationOptions& options) {
  return ProposeAgreements(context, options, false);
}
absl::StatusOr<int> DiffFile(const Context& context, const PublicationOptions& options) {
  return ProposeAgreements(context, options, true);
}

// The newest version that is proposed.
absl::StatusOr<AgreementVersion> FindProposed(const Context& context, const std::string& id) {
  v1::ListAgreementVersionsResponse response;
  NMD_RETURN_IF_ERROR(context.client.List(absl::StrCat(AgreementName(context, id), "/versions"), {}, &response));
  for (const AgreementVersion& version : response.versions()) {
    if (version.state() == AgreementVersion::PROPOSED) return version;
  }
  return absl::NotFoundError(absl::StrCat("van afspraak ", id, " is geen versie voorgesteld"));
}

absl::StatusOr<int> ApproveAgreements(const Context& context, const PublicationOptions& options) {
  for (const std::string& id : options.agreements) {
    NMD_ASSIGN_OR_RETURN(AgreementVersion version, FindProposed(context, id));
    v1::ApproveAgreementRequest request;
    request.set_name(version.name());
    NMD_RETURN_IF_ERROR(context.client.Post(absl::StrCat(version.name(), "/_approve"), request, &version));
    Tell(context, version);
  }
  return 0;
}

absl::StatusOr<int> RefuseAgreement(const Context& context, const PublicationOptions& options) {
  NMD_ASSIGN_OR_RETURN(AgreementVersion version, FindProposed(context, options.agreement));
  v1::RefuseAgreementRequest request;
  request.set_name(version.name());
  request.set_reason(options.reason);
  NMD_RETURN_IF_ERROR(context.client.Post(absl::StrCat(version.name(), "/_refuse"), request, &version));
  Tell(context, version);
  return 0;
}

absl::StatusOr<int> EndAgreement(const Context& context, const PublicationOptions& options) {
  v1::EndAgreementRequest request;
  request.set_name(AgreementName(context, options.agreement));
  request.set_reason(options.reason);
  AgreementVersion version;
  NMD_RETURN_IF_ERROR(context.client.Post(absl::StrCat(request.name(), "/_end"), request, &version));
  Tell(context, version);
  return 0;
}

absl::StatusOr<int> ListVersions(const Context& context, const PublicationOptions& options) {
  v1::ListAgreementVersionsResponse response;
  const std::string id = options.agreement.empty() ? "-" : options.agreement;
  NMD_RETURN_IF_ERROR(context.client.List(absl::StrCat(AgreementName(context, id), "/versions"), {}, &response));
  context.Print(response, AgreementVersionTable(response));
  return 0;
}

absl::StatusOr<int> ProposeRelease(const Context& context, const PublicationOptions& options) {
  v1::ProposeReleaseRequest request;
  if (!options.agreement.empty()) request.set_agreement(AgreementName(context, options.agreement));
  request.set_table(options.table);
  request.set_audience(options.audience);
  NMD_ASSIGN_OR_RETURN(*request.mutable_period(), PeriodOf(options.from, options.to));
  Question question;
  question.known_on = options.known_on;
  NMD_RETURN_IF_ERROR(SetKnownTime(question, &request));
  Release release;
  NMD_RETURN_IF_ERROR(context.client.Post(absl::StrCat(context.client.parent(), "/releases"), request, &release));
  Tell(context, release);
  return release.state() == Release::BLOCKED ? kFindings : 0;
}

template <typename Request>
absl::StatusOr<int> DecideRelease(const Context& context, const PublicationOptions& options, const char* verb,
                                  Request request) {
  request.set_name(ReleaseName(context, options.release));
  Release release;
  NMD_RETURN_IF_ERROR(context.client.Post(absl::StrCat(request.name(), "/_", verb), request, &release));
  Tell(context, release);
  return 0;
}
absl::StatusOr<int> ApproveRelease(const Context& context, const PublicationOptions& options) {
  return DecideRelease(context, options, "approve", v1::ApproveReleaseRequest());
}
absl::StatusOr<int> RefuseRelease(const Context& context, const PublicationOptions& options) {
  v1::RefuseReleaseRequest request;
  request.set_reason(options.reason);
  return DecideRelease(context, options, "refuse", std::move(request));
}
absl::StatusOr<int> WithdrawRelease(const Context& context, const PublicationOptions& options) {
  v1::WithdrawReleaseRequest request;
  request.set_reason(options.reason);
  return DecideRelease(context, options, "withdraw", std::move(request));
}

absl::StatusOr<int> ListReleases(const Context& context, const PublicationOptions& options) {
  Parameters parameters;
  if (!options.state.empty()) parameters.emplace_back("state", options.state);
  v1::ListReleasesResponse response;
  NMD_RETURN_IF_ERROR(
      context.client.List(absl::StrCat(context.client.parent(), "/releases"), std::move(parameters), &response));
  context.Print(response, ReleaseTable(response));
  return 0;
}

absl::StatusOr<int> ShowRelease(const Context& context, const PublicationOptions& options) {
  Release release;
  NMD_RETURN_IF_ERROR(context.client.Get(ReleaseName(context, options.release), {}, &release));
  const Table cells = PublicationTable(release.publication());
  if (!context.ForPeople()) {
    context.Print(release, cells);
    return 0;
  }
  Tell(context, release);
  if (release.has_publication()) context.io.out << "\n" << TextOf(cells);
  return 0;
}

absl::StatusOr<int> Redeliver(const Context& context, const PublicationOptions&) {
  v1::RedeliverStatementsRequest request;
  v1::RedeliverStatementsResponse response;
  NMD_RETURN_IF_ERROR(context.client.Post(absl::StrCat(context.client.parent(), "/releases/_redeliver"), request, &response));
  Table table;
  table.columns = {{"Opnieuw verstuurd", "opnieuw_verstuurd", true}};
  table.rows.push_back({{dutch::Number(response.statement_count()), absl::StrCat(response.statement_count())}});
  context.Print(response, table);
  return 0;
}

}  // namespace

int PrintPublicKey(const PublicationOptions& options, const Surroundings& io) {
  const absl::StatusOr<Key> seed = Key::FromFile(options.key);
  if (!seed.ok()) {
    io.err << seed.status().message() << "\n";
    return ExitCodeOf(seed.status());
  }
  io.out << publication::Signer(*seed).public_key().Hex() << "\n";
  return 0;
}

Table AgreementVersionTable(const v1::ListAgreementVersionsResponse& response) {
  Table table;
  table.columns = {{"Afspraak", "afspraak"},     {"Versie", "versie", true},
                   {"Toestand", "toestand"},     {"Voorgesteld door", "voorgesteld_door"},
                   {"Op", "voorgesteld_op"},     {"Besloten door", "besloten_door"},
                   {"Op", "besloten_op"},        {"Verschil", "verschil", false, 60},
                   {"Reden", "reden", false, 30}};
  for (const AgreementVersion& version : response.versions()) {
    table.rows.push_back({Cell::Same(LastOf(version.agreement().name())),
                          Cell::Same(absl::StrCat(version.agreement().version())), StateOf(version.state()),
                          Cell::Same(version.proposed_by()), MomentCell(version.proposed_time(), version.has_proposed_time()),
                          Cell::Same(version.decided_by()), MomentCell(version.decided_time(), version.has_decided_time()),
                          Cell::Same(absl::StrJoin(version.changes(), "; ")), Cell::Same(version.reason())});
  }
  return table;
}

Table ReleaseTable(const v1::ListReleasesResponse& response) {
  Table table;
  table.columns = {{"Nummer", "nummer"},
                   {"Toestand", "toestand"},
                   {"Tabel", "tabel"},
                   {"Voor", "voor"},
                   {"Van", "van"},
                   {"Tot", "tot"},
                   {"Cellen", "cellen", true},
                   {"Verborgen", "verborgen", true},
                   {"Aanval", "aanval"},
                   {"Vervangt", "vervangt"},
                   {"Ontvangst", "ontvangst", false, 40}};
  for (const Release& release : response.releases()) {
    std::vector<std::string> deliveries;
    for (const v1::Delivery& delivery : release.deliveries()) deliveries.push_back(DeliveryText(delivery));
    table.rows.push_back(
        {Cell::Same(LastOf(release.name())),
         StateOf(release.state()),
         Cell::Same(release.table()),
         Cell::Same(release.audience()),
         Cell::Same(release.period().start_date()),
         Cell::Same(release.period().end_date()),
         {dutch::Number(release.cell_count()), absl::StrCat(release.cell_count())},
         {dutch::Percent(release.loss().hidden_cells()), absl::StrCat(release.loss().hidden_cells())},
         {release.audit().safe() ? "doorstaan" : "geslaagd", release.audit().safe() ? "doorstaan" : "geslaagd"},
         Cell::Same(release.replaces()),
         Cell::Same(absl::StrJoin(deliveries, "; "))});
  }
  return table;
}

Table PublicationTable(const v1::Publication& publication) {
  Table table;
  for (const v1::PublishedDimension& dimension : publication.dimensions()) {
    table.columns.push_back({dimension.title(), dimension.dimension()});
  }
  for (const v1::PublishedMeasure& measure : publication.measures()) {
    table.columns.push_back({measure.title(), measure.measure(), true});
  }
  table.columns.push_back({"Toestand", "toestand"});
  for (const v1::PublishedCell& cell : publication.cells()) {
    std::vector<Cell> row;
    for (int d = 0; d < cell.codes_size() && d < publication.dimensions_size(); ++d) {
      const v1::PublishedDimension& dimension = publication.dimensions(d);
      if (cell.codes(d) < 0 || cell.codes(d) >= dimension.codes_size()) {
        row.emplace_back();
        continue;
      }
      const v1::PublishedCode& code = dimension.codes(cell.codes(d));
      row.push_back({!code.label().empty() ? code.label() : code.value().empty() ? "onbekend" : code.value(), code.value()});
    }
    row.resize(static_cast<size_t>(publication.dimensions_size()));
    for (int m = 0; m < cell.values_size() && m < publication.measures_size(); ++m) {
      row.push_back(ValueCell(cell.values(m), publication.measures(m)));
    }
    row.resize(table.columns.size() - 1);
    const bool hidden = cell.state() == v1::PublishedCell::HIDDEN, zero = cell.state() == v1::PublishedCell::ZERO;
    row.push_back(Cell::Same(hidden ? "verborgen" : zero ? "nul" : "getoond"));
    table.rows.push_back(std::move(row));
  }
  return table;
}

void AddPublicationCommands(CLI::App& app, CLI::App& publish, PublicationOptions& options, const Perform& perform) {
  using Run = absl::StatusOr<int> (*)(const Context&, const PublicationOptions&);
  const auto add = [&](CLI::App& to, const char* name, const char* text, Run run) {
    CLI::App* sub = to.add_subcommand(name, text);
    sub->fallthrough();
    sub->callback(
        [&options, perform, run] { perform([&options, run](const Context& context) { return run(context, options); }); });
    return sub;
  };
  CLI::App* agreement = app.add_subcommand("agreement", "Afspraken over delen: voorstellen, vaststellen, beëindigen");
  agreement->require_subcommand(1);
  agreement->fallthrough();
  add(*agreement, "propose", "Stel de afspraken uit een bestand voor", &ProposeFile)
      ->add_option("file", options.file, "YAML-bestand met afspraken")
      ->required();
  add(*agreement, "diff", "Wat een bestand zou veranderen aan wat geldt", &DiffFile)
      ->add_option("file", options.file, "YAML-bestand met afspraken")
      ->required();
  add(*agreement, "approve", "Stel vast wat een ander heeft voorgesteld", &ApproveAgreements)
      ->add_option("agreement", options.agreements, "Afspraken")
      ->required();
  const auto with_reason = [&](CLI::App* sub, const char* text) {
    sub->add_option("--reason", options.reason, text)->required();
  };
  CLI::App* refuse_agreement = add(*agreement, "refuse", "Wijs een voorgestelde versie af", &RefuseAgreement);
  refuse_agreement->add_option("agreement", options.agreement, "Afspraak")->required();
  with_reason(refuse_agreement, "Waarom");
  CLI::App* end = add(*agreement, "end", "Beëindig een afspraak; dat werkt meteen", &EndAgreement);
  end->add_option("agreement", options.agreement, "Afspraak")->required();
  with_reason(end, "Waarom; de ontvangers lezen dit");
  add(*agreement, "versions", "Alle versies, met wie wat besloot", &ListVersions)
      ->add_option("agreement", options.agreement, "Alleen deze afspraak");

  CLI::App* propose = add(publish, "propose", "Stel een tabel voor om te publiceren", &ProposeRelease);
  propose->add_option("--agreement", options.agreement, "Afspraak; niet bij de regio, die van haar gemeenten publiceert");
  propose->add_option("--table", options.table, "Tabel van de afspraak")->required();
  propose->add_option("--audience", options.audience, "Voor wie, als de afspraak er meer heeft");
  propose->add_option("--from", options.from, "Eerste maand, zoals 2018-01")->required();
  propose->add_option("--to", options.to, "Laatste maand; zonder: dezelfde");
  propose->add_option("--known-on", options.known_on, "Zoals bekend op deze dag of dit moment");
  const auto with_release = [&](CLI::App* sub) {
    sub->add_option("release", options.release, "Nummer, zoals gm1730-2018-0007")->required();
    return sub;
  };
  with_release(add(publish, "approve", "Publiceer wat een ander heeft voorgesteld", &ApproveRelease));
  with_reason(with_release(add(publish, "refuse", "Wijs een voorstel af", &RefuseRelease)), "Waarom");
  with_reason(with_release(add(publish, "withdraw", "Trek een publicatie in", &WithdrawRelease)),
              "Waarom; wie de publicatie zag, leest dit");
  with_release(add(publish, "show", "Een publicatie met haar tabel", &ShowRelease));
  add(publish, "list", "Wat is voorgesteld en gepubliceerd", &ListReleases)
      ->add_option("--state", options.state, "Alleen deze toestand")
      ->check(CLI::IsMember({"PROPOSED", "BLOCKED", "REFUSED", "RELEASED", "WITHDRAWN"}));
  add(publish, "redeliver", "Verstuur opnieuw wat een ontvanger weigerde", &Redeliver);
}

}  // namespace nmd::cli
