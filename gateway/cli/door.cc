// SPDX-License-Identifier: EUPL-1.2
#include "gateway/cli/door.h"

#include <CLI/CLI.hpp>
#include <optional>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "gateway/api_descriptors.h"
#include "gateway/api_document.h"
#include "gateway/cli/figures.h"
#include "gateway/token.h"
#include "google/protobuf/descriptor.h"
#include "services/core/date.h"
#include "services/core/dutch.h"
#include "services/platform/policy.h"
#include "services/platform/proto_time.h"
#include "services/platform/status_macros.h"

namespace nmd::cli {
namespace {

namespace v1 = log::v1;
using google::protobuf::MethodDescriptor;

std::vector<const MethodDescriptor*> AllMethods() {
  std::vector<const MethodDescriptor*> all;
  for (const auto* service : gateway::ApiServices()) {
    for (const MethodDescriptor* method : gateway::ApiMethods(*service)) all.push_back(method);
  }
  return all;
}

// The words of the roles that may; a service of the instance is no role of a token, so it has no word there.
std::vector<std::string> WordsOf(const MethodDescriptor& method) {
  std::vector<std::string> words;
  const type::Access access = AccessOf(method);
  for (const int role : access.role()) {
    const absl::string_view word = gateway::WordOf(static_cast<type::Role>(role));
    words.emplace_back(word.empty() ? "dienst" : word);
  }
  return words;
}

const char* OutcomeText(v1::LogRecord::Outcome outcome) {
  switch (outcome) {
    case v1::LogRecord::SUCCEEDED:
      return "gelukt";
    case v1::LogRecord::REFUSED:
      return "geweigerd";
    case v1::LogRecord::FAILED:
      return "mislukt";
    default:
      return "onbekend";
  }
}

// The last part: "QueryFigures".
std::string ShortName(const std::string& method) { return method.substr(method.rfind('.') + 1); }

// "h-7c" of "municipalities/gm1730/logholds/h-7c".
std::string ShortNameOfHold(const std::string& name) { return name.substr(name.rfind('/') + 1); }

// The begin of a day in the Netherlands, or of the next one; or a moment as it is.
absl::StatusOr<absl::Time> DayOrMoment(absl::string_view option, const std::string& text, bool next) {
  if (const std::optional<Day> day = ParseDay(text)) {
    absl::TimeZone zone;
    if (!absl::LoadTimeZone("Europe/Amsterdam", &zone)) {
      return absl::InvalidArgumentError(
          absl::StrCat(option, ": deze computer kent de Nederlandse tijd niet; geef een moment in UTC"));
    }
    const Civil civil = CivilOf(*day + (next ? 1 : 0));
    return absl::FromCivil(absl::CivilDay(civil.year, civil.month, civil.day), zone);
  }
  absl::Time time;
  std::string error;
  if (absl::ParseTime(absl::RFC3339_full, text, &time, &error)) return time;
  return absl::InvalidArgumentError(
      absl::StrCat(option, ": \"", text, "\" is geen datum (2018-03-31) of moment (2018-03-31T12:00:00Z)"));
}

absl::Status SetPeriod(const DoorOptions& options, google::protobuf::Timestamp* start, google::protobuf::Timestamp* end) {
  if (!options.from.empty()) {
    NMD_ASSIGN_OR_RETURN(const absl::Time from, DayOrMoment("--from", options.from, false));
    *start = TimestampOf(from);
  }
  if (!options.to.empty()) {
    NMD_ASSIGN_OR_RETURN(const absl::Time to, DayOrMoment("--to", options.to, true));
    *end = TimestampOf(to);
  }
  return absl::OkStatus();
}

std::string Path(const Context& context, absl::string_view rest) { return absl::StrCat(context.client.parent(), "/", rest); }

absl::StatusOr<int> ListLog(const DoorOptions& options, const Context& context) {
  v1::QueryLogRecordsRequest request;
  google::protobuf::Timestamp start, end;
  NMD_RETURN_IF_ERROR(SetPeriod(options, &start, &end));
  if (!options.from.empty()) *request.mutable_start_time() = start;
  if (!options.to.empty()) *request.mutable_end_time() = end;
  request.set_actor(options.who);
  request.set_method(options.method);
  request.set_client(options.client);
  request.set_only_clients(options.clients);
  request.set_page_size(1000);
  v1::QueryLogRecordsResponse all;
  do {
    v1::QueryLogRecordsResponse page;
    NMD_RETURN_IF_ERROR(context.client.Post(Path(context, "logrecords/_query"), request, &page));
    request.set_page_token(page.next_page_token());
    for (v1::LogRecord& record : *page.mutable_records()) *all.add_records() = std::move(record);
  } while (!request.page_token().empty());
  context.Print(all, LogTable(all));
  return 0;
}

absl::StatusOr<int> VerifyLog(const DoorOptions& options, const Context& context) {
  v1::VerifyLogRequest request;
  if (!options.head.empty()) {
    const std::vector<std::string> parts = absl::StrSplit(options.head, ':');
    int64_t sequence = 0;
    if (parts.size() != 2 || !absl::SimpleAtoi(parts[0], &sequence)) {
      return absl::InvalidArgumentError("--head: geef de regel en haar kenmerk, zoals access-log verify ze noemt: 1200:9f2c…");
    }
    request.set_known_sequence(sequence);
    request.set_known_hash(parts[1]);
  }
  v1::VerifyLogResponse response;
  NMD_RETURN_IF_ERROR(context.client.Post(Path(context, "logrecords/_verify"), request, &response));
  if (context.ForPeople()) {
    context.io.out << response.explanation() << "\n";
    if (response.intact()) {
      context.io.out << "Bewaar dit buiten de monitor, en geef het de volgende keer met --head:\n"
                     << response.last_sequence() << ":" << response.head_hash() << "\n";
    }
  } else {
    const auto number = [](int64_t value) { return Cell::Same(absl::StrCat(value)); };
    context.Print(response, Table{{{"", "heel"},
                                   {"", "breuk", true},
                                   {"", "regels", true},
                                   {"", "opgeruimd", true},
                                   {"", "laatste", true},
                                   {"", "kenmerk"}},
                                  {{Cell::Same(response.intact() ? "ja" : "nee"), number(response.broken_sequence()),
                                    number(response.record_count()), number(response.pruned_count()),
                                    number(response.last_sequence()), Cell::Same(response.head_hash())}}});
  }
  return response.intact() ? 0 : 1;
}

Table HoldTable(const v1::LogHold& hold) {
  return {{{"Bewaarplicht", "naam"}, {"Van", "van"}, {"Tot", "tot"}, {"Waarom", "reden"}, {"Opgeheven", "opgeheven"}},
          {{Cell::Same(ShortNameOfHold(hold.name())), MomentCell(hold.start_time(), true),
            MomentCell(hold.end_time(), hold.has_end_time()), Cell::Same(hold.reason()),
            Cell::Same(hold.released() ? "ja" : "nee")}}};
}

absl::StatusOr<int> HoldLog(const DoorOptions& options, const Context& context) {
  v1::HoldLogRequest request;
  google::protobuf::Timestamp end;
  NMD_RETURN_IF_ERROR(SetPeriod(options, request.mutable_start_time(), &end));
  if (!options.to.empty()) *request.mutable_end_time() = end;
  request.set_reason(options.reason);
  v1::LogHold hold;
  NMD_RETURN_IF_ERROR(context.client.Post(Path(context, "logholds/_hold"), request, &hold));
  context.Print(hold, HoldTable(hold));
  return 0;
}

absl::StatusOr<int> ReleaseLog(const DoorOptions& options, const Context& context) {
  v1::LogHold hold;
  NMD_RETURN_IF_ERROR(
      context.client.Post(Path(context, absl::StrCat("logholds/", options.name, "/_release")), v1::ReleaseLogRequest(), &hold));
  context.Print(hold, HoldTable(hold));
  return 0;
}

absl::StatusOr<int> PruneLog(const DoorOptions&, const Context& context) {
  v1::PruneLogResponse response;
  NMD_RETURN_IF_ERROR(context.client.Post(Path(context, "logrecords/_prune"), v1::PruneLogRequest(), &response));
  if (context.ForPeople()) {
    context.io.out << "Van " << dutch::Number(response.pruned_count()) << " regels is de termijn voorbij; hun inhoud is weg.\n";
    if (response.held_count() > 0) {
      context.io.out << dutch::Number(response.held_count()) << " regels blijven door een bewaarplicht.\n";
    }
    return 0;
  }
  context.Print(response,
                Table{{{"", "opgeruimd", true}, {"", "bewaard", true}},
                      {{Cell::Same(absl::StrCat(response.pruned_count())), Cell::Same(absl::StrCat(response.held_count()))}}});
  return 0;
}

}  // namespace

Table LogTable(const v1::QueryLogRecordsResponse& response) {
  Table table;
  table.columns = {{"Wanneer", "begonnen"},  {"Wie", "wie"},          {"Rol", "rol"},       {"Doel", "doel"},
                   {"Wat", "methode"},       {"Waarvan", "voorwerp"}, {"Afloop", "afloop"}, {"Reden", "reden"},
                   {"Cliënten", "clienten"}, {"", "herkomst"},        {"", "kenmerk"},      {"", "trace"}};
  for (const v1::LogRecord& record : response.records()) {
    const std::string roles = absl::StrJoin(record.roles(), " ", [](std::string* out, int role) {
      absl::StrAppend(out, gateway::WordOf(static_cast<type::Role>(role)));
    });
    std::string clients = absl::StrJoin(record.clients(), " ");
    if (record.more_clients()) absl::StrAppend(&clients, " …");
    table.rows.push_back(
        {MomentCell(record.start_time(), true), Cell::Same(record.actor()), Cell::Same(roles), Cell::Same(record.purpose()),
         Cell{ShortName(record.method()), record.method()}, Cell::Same(record.object()),
         Cell{OutcomeText(record.outcome()), v1::LogRecord::Outcome_Name(record.outcome())}, Cell::Same(record.reason()),
         Cell::Same(clients), Cell::Same(record.origin()), Cell::Same(record.request_id()), Cell::Same(record.trace_id())});
  }
  return table;
}

Table PolicyTable() {
  Table table;
  table.columns = {{"Methode", "methode"}, {"Leest alleen", "leest"}, {"Rollen", "rollen"}};
  for (const MethodDescriptor* method : AllMethods()) {
    table.rows.push_back({Cell::Same(method->full_name()), Cell::Same(IsSafe(*method) ? "ja" : "nee"),
                          Cell::Same(absl::StrJoin(WordsOf(*method), " "))});
  }
  return table;
}

int ExplainPolicy(const DoorOptions& options, const std::string& format, const Surroundings& io) {
  Caller caller;
  caller.purpose = options.purpose;
  caller.roles = {options.role == "dienst" ? type::SERVICE : gateway::RoleOf(options.role)};
  if (caller.roles[0] == type::ROLE_UNSPECIFIED) {
    io.err << "nmdctl: de rol " << options.role << " bestaat niet\n";
    return 2;
  }
  std::vector<const MethodDescriptor*> found;
  for (const MethodDescriptor* method : AllMethods()) {
    if (method->full_name() == options.method || method->name() == options.method) found.push_back(method);
  }
  if (found.size() != 1) {
    io.err << "nmdctl: " << (found.empty() ? "er is geen methode " : "er is meer dan een methode ") << options.method
           << "; nmdctl policy list noemt ze alle\n";
    return 2;
  }
  const MethodDescriptor& method = *found[0];
  const bool role = CheckRole(method, caller).ok(), purpose = CheckPurpose(caller).ok(), may = role && purpose;
  const std::string words = absl::StrJoin(WordsOf(method), ", ");
  if (format != "table") {
    const Table table = {{{"", "methode"}, {"", "rol"}, {"", "mag"}, {"", "rol_mag"}, {"", "doel_genoemd"}, {"", "rollen"}},
                         {{Cell::Same(method.full_name()), Cell::Same(options.role), Cell::Same(may ? "ja" : "nee"),
                           Cell::Same(role ? "ja" : "nee"), Cell::Same(purpose ? "ja" : "nee"), Cell::Same(words)}}};
    io.out << Printed(table, format);
    return may ? 0 : 3;
  }
  io.out << (may ? "Ja" : "Nee") << ": " << options.role << (may ? " mag " : " mag niet ") << method.full_name() << "\n";
  io.out << "Rol:     " << (role ? "een van" : "geen van") << " " << (words.empty() ? "geen enkele rol" : words) << "\n";
  io.out << "Doel:    "
         << (!purpose                  ? "ontbreekt; zonder doel wordt geen vraag gesteld (R23)"
             : options.purpose.empty() ? "niet nodig voor deze rol"
                                       : absl::StrCat("genoemd: ", options.purpose))
         << "\n";
  io.out << "Gebied:  alleen van de eigen gemeente; wie en wat van een andere is, wordt geweigerd\n";
  io.out << "Gevolg:  " << (IsSafe(method) ? "leest alleen" : "kan iets veranderen, of leest per verzoek")
         << "; elke aanroep komt in het logboek\n";
  return may ? 0 : 3;
}

int PrintOpenApi(const Surroundings& io) {
  const absl::StatusOr<gateway::Routes> routes = gateway::Routes::Build(AllMethods());
  if (!routes.ok()) {
    io.err << "nmdctl: " << routes.status().message() << "\n";
    return 2;
  }
  internal::v1::ContactConfig contact;
  contact.set_name("NMD Monitor");
  contact.set_url("https://example.org/nmd-monitor");
  contact.set_email("monitor@example.org");
  io.out << gateway::OpenApiDocument(routes->all(), contact) << "\n";
  return 0;
}

void AddAccessLogCommands(CLI::App& app, DoorOptions& options, const Perform& perform) {
  CLI::App* group = app.add_subcommand("access-log", "Wie wat vroeg, wanneer en waarvoor, en of dat logboek heel is");
  group->fallthrough();
  group->require_subcommand(1);
  using Command = absl::StatusOr<int>(const DoorOptions&, const Context&);
  const auto add = [&](const char* name, const char* text, Command* command) {
    CLI::App* sub = group->add_subcommand(name, text);
    sub->fallthrough();
    sub->callback([&options, perform, command] {
      perform([&options, command](const Context& context) { return command(options, context); });
    });
    return sub;
  };
  CLI::App* list = add("list", "De regels van het logboek", &ListLog);
  list->add_option("--who", options.who, "Alleen van deze gebruiker");
  list->add_option("--client", options.client, "Alleen over deze cliënt");
  list->add_flag("--clients", options.clients, "Alleen waar cliënten in voorkomen: wiens gegevens iemand zag");
  list->add_option("--method", options.method, "Alleen deze methode, met haar hele naam");
  list->add_option("--from", options.from, "Vanaf deze dag of dit moment");
  list->add_option("--to", options.to, "Tot en met deze dag, of tot dit moment");
  CLI::App* verify = add("verify", "Nagaan of geen byte van het logboek veranderd is", &VerifyLog);
  verify->add_option("--head", options.head, "Regel en kenmerk die eerder buiten de monitor bewaard zijn, zoals 1200:9f2c…");
  CLI::App* hold = add("hold", "Regels langer bewaren dan hun termijn, voor een klacht of een zaak", &HoldLog);
  hold->add_option("--from", options.from, "Vanaf deze dag of dit moment")->required();
  hold->add_option("--to", options.to, "Tot en met deze dag, of tot dit moment; anders tot nader order");
  hold->add_option("--reason", options.reason, "Waarom; noem niemand bij naam")->required();
  CLI::App* release = add("release", "Een bewaarplicht opheffen", &ReleaseLog);
  release->add_option("--hold", options.name, "Bewaarplicht, zoals access-log hold die noemde")->required();
  add("prune", "Regels opruimen waarvan de termijn voorbij is; gebeurt ook elke dag vanzelf", &PruneLog);
}

}  // namespace nmd::cli
