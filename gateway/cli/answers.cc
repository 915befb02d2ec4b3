// SPDX-License-Identifier: EUPL-1.2
#include "gateway/cli/answers.h"

#include <CLI/CLI.hpp>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "gateway/cli/figures.h"
#include "services/platform/crypto.h"
#include "services/platform/status_macros.h"

namespace nmd::cli {
namespace {

// Something does not hold any more: the exit code of a finding.
constexpr int kFindings = 1;

std::string NumberOf(const costs::v1::RegisteredAnswer& answer) { return answer.name().substr(answer.name().rfind('/') + 1); }

// The path of an answer, by its number or its full name.
std::string PathOf(const Context& context, const std::string& number) {
  return absl::StrCat(context.client.parent(), "/registeredanswers/", number.substr(number.rfind('/') + 1));
}

// The names measures had when the answer was given.
Titles TitlesOf(const costs::v1::RegisteredAnswer& answer) {
  Titles titles;
  for (const costs::v1::Measure& measure : answer.measures()) {
    titles.measures[measure.name().substr(measure.name().rfind('/') + 1)] = measure.title();
  }
  return titles;
}

// With the question in it, as a query answers.
costs::v1::QueryFiguresResponse FiguresOf(const costs::v1::RegisteredAnswer& answer) {
  costs::v1::QueryFiguresResponse figures = answer.figures();
  *figures.mutable_effective() = answer.question();
  return figures;
}

std::string StateText(costs::v1::Answerability::State state) {
  switch (state) {
    case costs::v1::Answerability::ANSWERABLE:
      return "beantwoordbaar";
    case costs::v1::Answerability::PARTLY:
      return "deels";
    case costs::v1::Answerability::NOT_REGISTERED:
      return "niet geregistreerd";
    default:
      return "niet te beantwoorden";
  }
}

void PrintAnswer(const Context& context, const costs::v1::RegisteredAnswer& answer) {
  if (context.ForPeople()) {
    context.io.out << RegisteredAnswerText(answer);
  } else {
    context.Print(answer, QueryRecords(FiguresOf(answer)));
  }
}

absl::StatusOr<int> Add(const Context& context, const RegisterOptions& options) {
  costs::v1::RegisterAnswerRequest request;
  request.set_title(options.title);
  request.set_text(options.text);
  NMD_ASSIGN_OR_RETURN(*request.mutable_question(), QueryOf(options.question, context.client.parent()));
  // A call that fails is made again: it must not be a second answer.
  request.set_request_id(RandomHex(32));
  costs::v1::RegisteredAnswer answer;
  NMD_RETURN_IF_ERROR(context.client.Post(absl::StrCat(context.client.parent(), "/registeredanswers"), request, &answer));
  PrintAnswer(context, answer);
  return 0;
}

absl::StatusOr<int> List(const Context& context, const RegisterOptions&) {
  costs::v1::ListRegisteredAnswersResponse response;
  NMD_RETURN_IF_ERROR(context.client.List(absl::StrCat(context.client.parent(), "/registeredanswers"), {}, &response));
  Table table;
  table.columns = {{"Nummer", "nummer"}, {"Vraag", "vraag", false, 70},         {"Te beantwoorden", "te_beantwoorden"},
                   {"Door", "door"},     {"Geregistreerd", "geregistreerd_op"}, {"Bekend op", "bekend_op"}};
  for (const costs::v1::RegisteredAnswer& answer : response.registered_answers()) {
    table.rows.push_back({Cell::Same(NumberOf(answer)), Cell::Same(answer.title()),
                          Cell::Same(StateText(answer.answerability().state())), Cell::Same(answer.subject()),
                          MomentCell(answer.register_time(), answer.has_register_time()),
                          MomentCell(answer.question().known_time(), answer.question().has_known_time())});
  }
  context.Print(response, table);
  return 0;
}

absl::StatusOr<int> Show(const Context& context, const RegisterOptions& options) {
  costs::v1::RegisteredAnswer answer;
  NMD_RETURN_IF_ERROR(context.client.Get(PathOf(context, options.number), {}, &answer));
  PrintAnswer(context, answer);
  return 0;
}

absl::StatusOr<int> Annotate(const Context& context, const RegisterOptions& options) {
  costs::v1::AnnotateAnswerRequest request;
  request.set_text(options.text);
  if (options.question.measures.size() > 1) return absl::InvalidArgumentError("geef hooguit één --measure");
  if (!options.question.measures.empty()) request.set_measure(options.question.measures[0]);
  for (const std::string& where : options.question.where) {
    NMD_ASSIGN_OR_RETURN(const costs::v1::Filter filter, FilterOf(where));
    type::DimensionValue* value = request.add_dimensions();
    value->set_dimension(filter.dimension());
    value->set_value(filter.values(0));
  }
  request.set_request_id(RandomHex(32));
  costs::v1::RegisteredAnswer answer;
  NMD_RETURN_IF_ERROR(context.client.Post(absl::StrCat(PathOf(context, options.number), "/_annotate"), request, &answer));
  PrintAnswer(context, answer);
  return 0;
}

absl::StatusOr<int> Check(const Context& context, const RegisterOptions& options) {
  costs::v1::CheckRegisteredAnswerResponse response;
  NMD_RETURN_IF_ERROR(context.client.Post(absl::StrCat(PathOf(context, options.number), "/_check"),
                                          costs::v1::CheckRegisteredAnswerRequest(), &response));
  if (context.ForPeople()) {
    context.io.out << AnswerCheckText(response);
  } else {
    context.Print(response, AnswerCheckRecords(response));
  }
  return response.reproduced() && response.changes().empty() ? 0 : kFindings;
}

costs::v1::ListFrozenSnapshotsResponse ListOf(const costs::v1::FrozenSnapshot& snapshot) {
  costs::v1::ListFrozenSnapshotsResponse response;
  *response.add_frozen_snapshots() = snapshot;
  return response;
}

Table SnapshotTable(const costs::v1::ListFrozenSnapshotsResponse& response) {
  Table table;
  // The known time to the microsecond, for people too: it is what --known-on takes.
  table.columns = {{"Naam", "naam"}, {"Bekend op", "bekend_op"}, {"Waarvoor", "waarvoor", false, 70}, {"Door", "door"}};
  for (const costs::v1::FrozenSnapshot& snapshot : response.frozen_snapshots()) {
    table.rows.push_back({Cell::Same(snapshot.title()),
                          Cell::Same(MomentCell(snapshot.known_time(), snapshot.has_known_time()).raw),
                          Cell::Same(snapshot.reason()), Cell::Same(snapshot.subject())});
  }
  return table;
}

absl::StatusOr<int> Freeze(const Context& context, const RegisterOptions& options) {
  costs::v1::FreezeSnapshotRequest request;
  request.set_title(options.title);
  request.set_reason(options.reason);
  NMD_RETURN_IF_ERROR(SetKnownTime(options.question, &request));
  costs::v1::FrozenSnapshot snapshot;
  NMD_RETURN_IF_ERROR(context.client.Post(absl::StrCat(context.client.parent(), "/frozensnapshots"), request, &snapshot));
  context.Print(snapshot, SnapshotTable(ListOf(snapshot)));
  return 0;
}

absl::StatusOr<int> Snapshots(const Context& context, const RegisterOptions&) {
  costs::v1::ListFrozenSnapshotsResponse response;
  NMD_RETURN_IF_ERROR(context.client.List(absl::StrCat(context.client.parent(), "/frozensnapshots"), {}, &response));
  context.Print(response, SnapshotTable(response));
  return 0;
}

// "month=2018-01 wijk=Eelde"; "totaal" of a total.
std::string CoordinatesOf(const type::Figure& figure, bool for_people) {
  std::string text;
  for (const type::DimensionValue& value : figure.dimensions()) {
    absl::StrAppend(&text, text.empty() ? "" : " ", value.dimension(), "=", for_people ? value.label() : value.value());
  }
  return text.empty() ? std::string("totaal") : text;
}

using Changes = google::protobuf::RepeatedPtrField<costs::v1::FigureChange>;

void AddRows(const Changes& changes, const std::string& when, Table* table) {
  const auto cell = [](bool there, const type::Figure& figure) {
    return there ? Cell{FigureText(figure), FigureRaw(figure)} : Cell{"komt niet voor", ""};
  };
  for (const costs::v1::FigureChange& change : changes) {
    const type::Figure& figure = change.has_given() ? change.given() : change.found();
    table->rows.push_back({Cell{"", when}, Cell::Same(figure.measure()),
                           Cell{CoordinatesOf(figure, true), CoordinatesOf(figure, false)},
                           cell(change.has_given(), change.given()), cell(change.has_found(), change.found())});
  }
}

Table ChangeTable() {
  Table table;
  table.columns = {{"", "wanneer"},
                   {"Maat", "maat"},
                   {"Kenmerken", "kenmerken"},
                   {"Gegeven", "gegeven", true},
                   {"Gevonden", "gevonden", true}};
  return table;
}

// "De 3 meer komt door: ..." of every change that was measured.
void AppendSteps(const Changes& changes, std::string* text) {
  Table table;
  table.columns = {
      {"Maat", "maat"}, {"Kenmerken", "kenmerken"}, {"Verschil", "verschil", true}, {"Waardoor", "uitleg", false, 70}};
  for (const costs::v1::FigureChange& change : changes) {
    const type::Figure& figure = change.has_given() ? change.given() : change.found();
    for (const costs::v1::DifferenceStep& step : change.steps()) {
      table.rows.push_back({Cell::Same(figure.measure()), Cell::Same(CoordinatesOf(figure, true)), StepCell(step),
                            Cell::Same(step.statement())});
    }
  }
  if (!table.rows.empty()) absl::StrAppend(text, "\nHoeveel elke oorzaak uitmaakt:\n", TextOf(table));
}

void AppendChanges(const std::string& title, const Changes& changes,
                   const google::protobuf::RepeatedPtrField<costs::v1::ChangeCause>& causes, std::string* text) {
  if (changes.empty() && causes.empty()) return;
  absl::StrAppend(text, "\n", title, "\n");
  if (!changes.empty()) {
    Table table = ChangeTable();
    AddRows(changes, "", &table);
    absl::StrAppend(text, TextOf(table));
  }
  absl::StrAppend(text, causes.empty() ? "Waardoor dat komt, is niet te zien.\n" : "Wat daarachter kan zitten:\n");
  for (const costs::v1::ChangeCause& cause : causes) absl::StrAppend(text, "  ", cause.statement(), "\n");
  AppendSteps(changes, text);
}

std::string AnswerabilityLine(const char* when, const costs::v1::Answerability& answerability) {
  if (answerability.parts().empty()) return "";
  std::string text = absl::StrCat(when, ": ", StateText(answerability.state()));
  if (answerability.state() == costs::v1::Answerability::PARTLY && !answerability.answerable_from().empty()) {
    absl::StrAppend(&text, ", helemaal vanaf ", answerability.answerable_from());
  }
  return absl::StrCat(text, ".\n");
}

}  // namespace

std::string RegisteredAnswerText(const costs::v1::RegisteredAnswer& answer) {
  const Titles titles = TitlesOf(answer);
  const costs::v1::QueryFiguresResponse figures = FiguresOf(answer);
  std::string said;
  for (const costs::v1::Annotation& annotation : answer.annotations()) {
    type::Figure about;
    *about.mutable_dimensions() = annotation.dimensions();
    absl::StrAppend(&said, "\nDuiding van ", annotation.subject(), " op ",
                    MomentCell(annotation.annotate_time(), annotation.has_annotate_time()).text,
                    annotation.measure().empty()
                        ? ""
                        : absl::StrCat(" bij ", titles.Measure(annotation.measure()), ", ", CoordinatesOf(about, true)),
                    ":\n", annotation.text(), "\n");
  }
  return absl::StrCat(NumberOf(answer), "  ", answer.title(), "\nGeregistreerd door ", answer.subject(), " op ",
                      MomentCell(answer.register_time(), answer.has_register_time()).text, ".\n\n", answer.text(), "\n\n",
                      TextOf(QueryTable(figures, titles)), AnswerabilityLine("\nTe beantwoorden", answer.answerability()),
                      Footer(figures, titles), said);
}

std::string AnswerCheckText(const costs::v1::CheckRegisteredAnswerResponse& response) {
  std::string text = absl::StrCat(NumberOf(response.registered_answer()), "  ", response.registered_answer().title(), "\n",
                                  response.statement(), "\n");
  absl::StrAppend(&text, AnswerabilityLine("Toen te beantwoorden", response.registered_answer().answerability()),
                  AnswerabilityLine("Nu te beantwoorden", response.answerability()));
  AppendChanges("Met wat toen bekend was:", response.reproduction_changes(), response.reproduction_causes(), &text);
  AppendChanges(absl::StrCat("Met wat bekend is op ", MomentCell(response.check_time(), response.has_check_time()).text, ":"),
                response.changes(), response.causes(), &text);
  return text;
}

Table AnswerCheckRecords(const costs::v1::CheckRegisteredAnswerResponse& response) {
  Table table = ChangeTable();
  AddRows(response.reproduction_changes(), "toen", &table);
  AddRows(response.changes(), "nu", &table);
  return table;
}

void AddRegisterCommands(CLI::App& app, RegisterOptions& options, const Perform& perform) {
  using Run = absl::StatusOr<int> (*)(const Context&, const RegisterOptions&);
  CLI::App* group = app.add_subcommand("register", "Antwoordenregister: wat er is gezegd, en of het nog klopt");
  group->fallthrough();
  group->require_subcommand(1);
  const auto add = [&](const char* name, const char* text, Run run) {
    CLI::App* sub = group->add_subcommand(name, text);
    sub->fallthrough();
    sub->callback(
        [&options, perform, run] { perform([&options, run](const Context& context) { return run(context, options); }); });
    return sub;
  };
  CLI::App* answer = add("add", "Een vraag stellen en het antwoord voorgoed bewaren, met een nummer", &Add);
  answer->add_option("--title", options.title, "De vraag in woorden; noem niemand bij naam")->required();
  answer->add_option("--text", options.text, "Wat er gezegd is; noem niemand bij naam")->required();
  answer->add_option("--measure", options.question.measures, "Maten, zoals clients,provisions,indicated")
      ->delimiter(',')
      ->required();
  answer->add_option("--by", options.question.dimensions, "Uitgesplitst naar kenmerken, zoals month,ivn")->delimiter(',');
  answer->add_option("--from", options.question.from, "Eerste maand, zoals 2017-01");
  answer->add_option("--to", options.question.to, "Laatste maand, die meetelt, zoals 2018-01");
  answer->add_option("--on", options.question.on, "Peildatum, in plaats van een periode");
  AddKnownOn(*answer, options.question);
  answer->add_option("--where", options.question.where, "Alleen kenmerk=waarde,waarde; mag vaker")->allow_extra_args(false);

  add("list", "Alle antwoorden, het nieuwste eerst", &List);
  for (const auto& [name, text, run] :
       {std::make_tuple("show", "Een antwoord zoals het gegeven is", &Show),
        std::make_tuple("check", "De vraag opnieuw stellen: wat nu anders is, en waardoor dat kan komen", &Check)}) {
    add(name, text, run)->add_option("number", options.number, "Nummer, zoals 2026-0001")->required();
  }
  CLI::App* annotate = add("annotate", "Een duiding toevoegen aan een antwoord, of aan een cijfer ervan", &Annotate);
  annotate->add_option("number", options.number, "Nummer, zoals 2026-0001")->required();
  annotate->add_option("--text", options.text, "De duiding; noem niemand bij naam")->required();
  annotate->add_option("--measure", options.question.measures, "Maat van het cijfer; anders het hele antwoord")->expected(1);
  annotate->add_option("--where", options.question.where, "Kenmerk=waarde van het cijfer; mag vaker")->allow_extra_args(false);
  CLI::App* freeze = add("freeze", "Een moment van bekend zijn een naam geven, voorgoed", &Freeze);
  freeze->add_option("title", options.title, "Naam, zoals 'Bestuursrapportage 2018-1'")->required();
  freeze->add_option("--reason", options.reason, "Waarvoor; noem niemand bij naam")->required();
  freeze->add_option("--known-on", options.question.known_on, "Deze dag of dit moment; anders nu");
  add("snapshots", "De momenten met een naam; vraag er cijfers van op met --snapshot", &Snapshots);
}

}  // namespace nmd::cli
