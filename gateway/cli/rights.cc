// SPDX-License-Identifier: EUPL-1.2
#include "gateway/cli/rights.h"

#include <CLI/CLI.hpp>
#include <fstream>
#include <istream>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gateway/cli/figures.h"
#include "gateway/cli/new_file.h"
#include "gateway/token.h"
#include "gateway/transcoder.h"
#include "nmd/linking/v1/subject.pb.h"
#include "nmd/log/v1/log.pb.h"
#include "services/core/dutch.h"
#include "services/platform/status_macros.h"

namespace nmd::cli {
namespace {

namespace v1 = linking::v1;

std::string Path(const Context& context, const char* what) { return absl::StrCat(context.client.parent(), "/", what); }

absl::StatusOr<int> Export(const RightsOptions& options, const Context& context) {
  v1::ExportSubjectRequest request;
  request.set_client(options.client);
  request.set_purpose(options.purpose);
  v1::SubjectExport subject;
  NMD_RETURN_IF_ERROR(context.client.Post(Path(context, "subjects/_export"), request, &subject));
  log::v1::QueryLogRecordsRequest query;
  query.set_client(subject.client());
  query.set_page_size(1000);
  std::string calls;
  int64_t count = 0;
  std::set<std::string> roles;
  do {
    log::v1::QueryLogRecordsResponse page;
    NMD_RETURN_IF_ERROR(context.client.Post(Path(context, "logrecords/_query"), query, &page));
    query.set_page_token(page.next_page_token());
    for (log::v1::LogRecord& record : *page.mutable_records()) {
      for (const int role : record.roles()) roles.emplace(gateway::WordOf(static_cast<type::Role>(role)));
      record.clear_actor();
      record.clear_origin();
      record.clear_request_id();
      // Who else the same call named is nothing to tell this resident.
      record.clear_clients();
      record.clear_more_clients();
      absl::StrAppend(&calls, calls.empty() ? "" : ",", gateway::ToJson(record));
      ++count;
    }
  } while (!query.page_token().empty());
  const std::string json = absl::StrCat("{\"subject\":", gateway::ToJson(subject), ",\"calls\":[", calls, "]}\n");
  if (options.output.empty()) {
    context.io.out << json;
    return 0;
  }
  NMD_RETURN_IF_ERROR(WriteNewFile(options.output, json));
  const auto number = [](int64_t value, const char* one, const char* more) {
    return absl::StrCat(dutch::Number(value), " ", value == 1 ? one : more);
  };
  context.io.out << "Geschreven naar " << options.output << ": " << number(subject.records_size(), "gegeven", "gegevens")
                 << " over de persoon, " << number(subject.facts_size(), "feit", "feiten") << " over zorg en geld, "
                 << number(subject.corrections_size(), "verbetering", "verbeteringen") << ", en "
                 << number(count, "vraag", "vragen") << " waarin de persoon voorkwam";
  if (!roles.empty()) context.io.out << " (door: " << absl::StrJoin(roles, ", ") << ")";
  context.io.out << ".\n";
  if (subject.restricted()) context.io.out << "Let op: niemand mag deze persoon nu bekijken.\n";
  return 0;
}

absl::StatusOr<int> Restrict(const RightsOptions& options, const Context& context) {
  v1::RestrictSubjectRequest request;
  request.set_client(options.client);
  request.set_purpose(options.purpose);
  request.set_reason(options.reason);
  request.set_restricted(!options.lift);
  v1::SubjectRestriction restriction;
  NMD_RETURN_IF_ERROR(context.client.Post(Path(context, "subjects/_restrict"), request, &restriction));
  if (context.ForPeople()) {
    context.io.out << (restriction.restricted() ? "Vanaf nu mag niemand deze persoon bekijken"
                                                : "Deze persoon mag weer worden bekeken")
                   << " (" << MomentCell(restriction.restrict_time(), true).text << "). De cijfers veranderen niet.\n";
    return 0;
  }
  context.Print(restriction, Table{{{"", "client"}, {"", "beperkt"}, {"", "sinds"}},
                                   {{Cell::Same(restriction.client()), Cell::Same(restriction.restricted() ? "ja" : "nee"),
                                     MomentCell(restriction.restrict_time(), true)}}});
  return 0;
}

absl::StatusOr<int> Correct(const RightsOptions& options, const Context& context) {
  v1::CorrectSubjectRequest request;
  request.set_client(options.client);
  request.set_purpose(options.purpose);
  request.set_reason(options.reason);
  request.set_source(options.source);
  request.set_field(options.field);
  std::string line;
  if (!options.value_file.empty()) {
    std::ifstream file(options.value_file);
    if (!std::getline(file, line))
      return absl::InvalidArgumentError("--value-file: het bestand kan niet worden gelezen of is leeg");
  } else {
    if (context.io.terminal) context.io.err << "Wat het moet zijn: " << std::flush;
    if (context.io.in == nullptr || !std::getline(*context.io.in, line)) {
      return absl::InvalidArgumentError("geef op de standaardinvoer wat het moet zijn");
    }
  }
  request.set_value(std::string(absl::StripAsciiWhitespace(line)));
  v1::SubjectCorrection correction;
  NMD_RETURN_IF_ERROR(context.client.Post(Path(context, "subjects/_correct"), request, &correction));
  if (context.ForPeople()) {
    context.io.out << "Vastgelegd op " << MomentCell(correction.create_time(), true).text << " als " << correction.name()
                   << ". Vraag de bron " << correction.source()
                   << " om het te verbeteren; tot die het zelf zegt staat dit erbij.\n";
    return 0;
  }
  context.Print(correction, Table{{{"", "naam"}, {"", "bron"}, {"", "veld"}, {"", "vastgelegd"}},
                                  {{Cell::Same(correction.name()), Cell::Same(correction.source()),
                                    Cell::Same(correction.field()), MomentCell(correction.create_time(), true)}}});
  return 0;
}

}  // namespace

void AddRightsCommands(CLI::App& app, RightsOptions& options, const Perform& perform) {
  using Command = absl::StatusOr<int>(const RightsOptions&, const Context&);
  CLI::App* rights =
      app.add_subcommand("rights", "Rechten van een persoon: inzage, beperking, verbetering (zie ook link find en erase)");
  rights->require_subcommand(1);
  const auto add = [&](const char* name, const char* text, Command* command) {
    CLI::App* sub = rights->add_subcommand(name, text);
    sub->fallthrough();
    sub->add_option("--client", options.client, "Cliënt; zie link find")->required();
    sub->add_option("--purpose", options.purpose, "Waarvoor; komt in het inzagelogboek, noem niemand bij naam")->required();
    sub->callback([&options, perform, command] {
      perform([&options, command](const Context& context) { return command(options, context); });
    });
    return sub;
  };
  add("export", "Alles over een persoon uit alle diensten, met wie het ontving, als JSON", &Export)
      ->add_option("--output", options.output, "Naar dit nieuwe bestand in plaats van de standaarduitvoer");
  CLI::App* restrict = add("restrict", "Niemand mag deze persoon nog bekijken; de cijfers gaan door", &Restrict);
  restrict->add_option("--reason", options.reason, "Waarom; noem niemand bij naam")->required();
  restrict->add_flag("--lift", options.lift, "Hef de beperking op");
  CLI::App* correct =
      add("correct", "Vastleggen wat volgens deze persoon niet klopt; wat het moet zijn staat op de standaardinvoer", &Correct);
  correct->add_option("--reason", options.reason, "Waarom; noem niemand bij naam")->required();
  correct->add_option("--source", options.source, "De bron die het verkeerd heeft, zoals jw301")->required();
  correct
      ->add_option("--field", options.field, "bsn, birth_date, sex, surname, partner_surname, given_names, initials of address")
      ->required();
  correct->add_option("--value-file", options.value_file, "Wat het moet zijn staat op de eerste regel van dit bestand");
}

}  // namespace nmd::cli
