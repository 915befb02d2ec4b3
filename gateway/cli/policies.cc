// SPDX-License-Identifier: EUPL-1.2
#include "gateway/cli/policies.h"

#include <CLI/CLI.hpp>
#include <map>
#include <tuple>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "gateway/cli/cells.h"
#include "gateway/cli/figures.h"
#include "nmd/costs/v1/policy.pb.h"
#include "services/core/date.h"
#include "services/core/dutch.h"
#include "services/platform/crypto.h"
#include "services/platform/errors.h"
#include "services/platform/status_macros.h"

namespace nmd::cli {
namespace {

using costs::v1::GoalPage;
using costs::v1::IndicatorReading;
using costs::v1::PolicyAssessment;
using costs::v1::PolicyMeasure;
using costs::v1::PolicyNote;
using costs::v1::PolicyStatus;
using costs::v1::PrintedAmount;

const std::map<std::string, costs::v1::ProgrammeLevel> kLevels = {
    {"lokaal", costs::v1::LOCAL}, {"nmd", costs::v1::NMD}, {"drenthe", costs::v1::DRENTHE}};
const std::map<std::string, PolicyStatus::State> kStates = {
    {"voorgesteld", PolicyStatus::PROPOSED}, {"besloten", PolicyStatus::ADOPTED}, {"op-koers", PolicyStatus::ON_TRACK},
    {"achter", PolicyStatus::BEHIND},        {"gestopt", PolicyStatus::STOPPED},  {"klaar", PolicyStatus::DONE}};
const std::map<std::string, PolicyMeasure::Form> kForms = {{"relatief", PolicyMeasure::RELATIVE},
                                                           {"absoluut", PolicyMeasure::ABSOLUTE}};
const std::map<std::string, PolicyNote::Sign> kSigns = {
    {"plus", PolicyNote::PLUS}, {"min", PolicyNote::MINUS}, {"neutraal", PolicyNote::NEUTRAL}};

// The word of a value.
template <typename Words, typename Value>
std::string WordOf(const Words& words, Value value) {
  for (const auto& [word, meaning] : words) {
    if (meaning == value) return word;
  }
  return "";
}

template <typename Words>
std::vector<std::string> KeysOf(const Words& words) {
  std::vector<std::string> keys;
  for (const auto& [word, meaning] : words) keys.push_back(word);
  return keys;
}

std::string IdOf(const std::string& name) { return name.substr(name.rfind('/') + 1); }

std::string PathOf(const Context& context, absl::string_view collection, const std::string& name) {
  return absl::StrCat(context.client.parent(), "/", collection, "/", IdOf(name));
}

Cell DateCell(const std::string& date) {
  const std::optional<Day> day = ParseDay(date);
  return {day.has_value() ? dutch::Date(*day) : date, date};
}

Cell NumberCell(double value, bool present = true) {
  return present ? Cell{dutch::Decimal(value, 2), absl::StrFormat("%.6f", value)} : Cell();
}

absl::Status AddFilters(const std::vector<std::string>& where, google::protobuf::RepeatedPtrField<costs::v1::Filter>* filters) {
  for (const std::string& text : where) {
    NMD_ASSIGN_OR_RETURN(*filters->Add(), FilterOf(text));
  }
  return absl::OkStatus();
}

std::string KindText(costs::v1::Measure::Kind kind) {
  switch (kind) {
    case costs::v1::Measure::INPUT:
      return "input";
    case costs::v1::Measure::THROUGHPUT:
      return "throughput";
    case costs::v1::Measure::OUTPUT:
      return "output";
    case costs::v1::Measure::EFFECT:
      return "effect";
    default:
      return "";
  }
}

std::string SignalText(IndicatorReading::Signal signal) {
  return signal == IndicatorReading::GOOD ? "goed" : signal == IndicatorReading::NOT_GOOD ? "niet goed" : "niet te zeggen";
}

absl::StatusOr<int> Goals(const Context& context, const PolicyOptions&) {
  costs::v1::ListGoalsResponse response;
  NMD_RETURN_IF_ERROR(context.client.List(absl::StrCat(context.client.parent(), "/goals"), {}, &response));
  Table table;
  table.columns = {{"Doel", "doel"},
                   {"Titel", "titel", false, 50},
                   {"Onderdeel van", "onderdeel_van"},
                   {"Indicatoren", "indicatoren", true},
                   {"Bron", "bron", false, 50}};
  for (const auto& goal : response.goals()) {
    table.rows.push_back({Cell::Same(IdOf(goal.name())), Cell::Same(goal.title()), Cell::Same(IdOf(goal.parent_goal())),
                          Cell::Same(absl::StrCat(goal.indicators_size())), Cell::Same(goal.source())});
  }
  context.Print(response, table);
  return 0;
}

Table ReadingTable(const GoalPage& page) {
  Table table;
  table.columns = {{"Indicator", "indicator", false, 40},
                   {"Soort", "soort"},
                   {"Niveau", "niveau"},
                   {"Nu", "nu", true},
                   {"Eerder", "eerder", true},
                   {"Signaal", "signaal"},
                   {"Wat het zegt", "uitleg", false, 60}};
  for (const IndicatorReading& reading : page.readings()) {
    const auto cell = [](bool there, const type::Figure& figure) {
      return there ? Cell{FigureText(figure), FigureRaw(figure)} : Cell();
    };
    const auto& indicator = reading.indicator();
    table.rows.push_back({Cell{indicator.title(), indicator.indicator()}, Cell::Same(KindText(indicator.kind())),
                          Cell::Same(WordOf(kLevels, indicator.level())), cell(reading.has_figure(), reading.figure()),
                          cell(reading.has_before(), reading.before()), Cell::Same(SignalText(reading.signal())),
                          Cell::Same(reading.statement())});
  }
  return table;
}

absl::StatusOr<int> ShowGoal(const Context& context, const PolicyOptions& options) {
  Parameters parameters;
  NMD_RETURN_IF_ERROR(AddKnownTime(options.question, &parameters));
  if (!options.question.from.empty()) {
    NMD_ASSIGN_OR_RETURN(const type::Period period, PeriodOf(options.question.from, options.question.to));
    parameters.emplace_back("period.start_date", period.start_date());
    parameters.emplace_back("period.end_date", period.end_date());
  }
  GoalPage page;
  NMD_RETURN_IF_ERROR(context.client.Get(PathOf(context, "goals", options.name), parameters, &page));
  const Table table = ReadingTable(page);
  if (!context.ForPeople()) {
    context.Print(page, table);
    return 0;
  }
  std::string text =
      absl::StrCat(page.goal().title(), ": ", page.goal().description(), "\n", page.statement(), "\n\n", TextOf(table), "\n");
  std::map<std::string, std::string> caveats;
  for (const IndicatorReading& reading : page.readings()) caveats[KindText(reading.indicator().kind())] = reading.caveat();
  for (const auto& [kind, caveat] : caveats) absl::StrAppend(&text, "  ", kind, ": ", caveat, "\n");
  for (const auto& part : page.parts())
    absl::StrAppend(&text, "Hieronder valt: ", part.title(), " (", IdOf(part.name()), ")\n");
  for (const auto& note : page.notes()) {
    absl::StrAppend(&text, WordOf(kSigns, note.sign()), " ", note.text(), " (", note.subject(), ")",
                    note.action().empty() ? ""
                                          : absl::StrCat(" Afgesproken: ", note.action(),
                                                         " Opnieuw bekijken: ", DateCell(note.review_date()).text, "."),
                    "\n");
  }
  context.io.out << text;
  return 0;
}

Table MeasureTable(const google::protobuf::RepeatedPtrField<PolicyMeasure>& measures) {
  Table table;
  table.columns = {{"Maatregel", "maatregel"}, {"Versie", "versie", true}, {"Titel", "titel", false, 40},
                   {"Niveau", "niveau"},       {"Begint", "begint"},       {"Cijfer", "cijfer"},
                   {"Kwartaal", "kwartaal"},   {"Stand", "stand"},         {"Wat er staat", "tekst", false, 50}};
  for (const PolicyMeasure& measure : measures) {
    std::vector<Cell> row = {Cell::Same(IdOf(measure.name())), Cell::Same(absl::StrCat(measure.version())),
                             Cell::Same(measure.title()),      Cell::Same(WordOf(kLevels, measure.level())),
                             DateCell(measure.start_date()),   Cell::Same(measure.measure())};
    std::vector<std::vector<Cell>> told;
    for (const PolicyStatus& status : measure.statuses()) {
      told.push_back({Cell::Same(status.quarter()), Cell::Same(WordOf(kStates, status.state())), Cell::Same(status.text())});
    }
    if (told.empty()) told.push_back({{}, {}, Cell::Same(measure.text())});
    for (const auto& cells : told) {
      table.rows.push_back(row);
      table.rows.back().insert(table.rows.back().end(), cells.begin(), cells.end());
    }
  }
  return table;
}

absl::StatusOr<int> Policies(const Context& context, const PolicyOptions& options) {
  Parameters parameters;
  NMD_RETURN_IF_ERROR(AddKnownTime(options.question, &parameters));
  costs::v1::ListPolicyMeasuresResponse response;
  NMD_RETURN_IF_ERROR(context.client.List(absl::StrCat(context.client.parent(), "/policymeasures"), parameters, &response));
  context.Print(response, MeasureTable(response.policy_measures()));
  return 0;
}

absl::StatusOr<int> AddMeasure(const Context& context, const PolicyOptions& options) {
  costs::v1::RegisterPolicyMeasureRequest request;
  PolicyMeasure* measure = request.mutable_policy_measure();
  if (!options.name.empty()) measure->set_name(PathOf(context, "policymeasures", options.name));
  measure->set_title(options.title);
  measure->set_text(options.text);
  measure->set_level(kLevels.at(options.level));
  measure->set_start_date(options.start);
  measure->set_source(options.source);
  measure->set_form(kForms.at(options.form));
  if (options.question.measures.size() == 1) measure->set_measure(options.question.measures[0]);
  int64_t expected = 0;
  if (!options.expected_euro.empty()) {
    const std::optional<int64_t> cents = CentsOf(options.expected_euro);
    if (!cents.has_value()) return absl::InvalidArgumentError("--expected-euro moet een bedrag zijn, zoals -2000000");
    expected = *cents;
  } else if (!absl::SimpleAtoi(options.expected, &expected)) {
    return absl::InvalidArgumentError("--expected-euro of --expected is nodig: wat er per jaar anders wordt");
  }
  measure->set_expected_per_year(expected);
  NMD_RETURN_IF_ERROR(AddFilters(options.question.where, measure->mutable_population()));
  NMD_RETURN_IF_ERROR(AddFilters(options.compared_with, measure->mutable_comparison()));
  // A call that fails is made again: it must not be a next version.
  request.set_request_id(RandomHex(32));
  costs::v1::ListPolicyMeasuresResponse one;
  NMD_RETURN_IF_ERROR(
      context.client.Post(absl::StrCat(context.client.parent(), "/policymeasures"), request, one.add_policy_measures()));
  context.Print(one.policy_measures(0), MeasureTable(one.policy_measures()));
  return 0;
}

absl::StatusOr<int> Report(const Context& context, const PolicyOptions& options) {
  costs::v1::ReportPolicyStatusRequest request;
  request.set_quarter(options.quarter);
  request.set_state(kStates.at(options.state));
  request.set_text(options.text);
  PolicyStatus status;
  NMD_RETURN_IF_ERROR(
      context.client.Post(absl::StrCat(PathOf(context, "policymeasures", options.name), "/_report"), request, &status));
  Table table;
  table.columns = {{"Kwartaal", "kwartaal"}, {"Stand", "stand"}, {"Wat er staat", "tekst", false, 60}, {"Door", "door"}};
  table.rows.push_back({Cell::Same(status.quarter()), Cell::Same(WordOf(kStates, status.state())), Cell::Same(status.text()),
                        Cell::Same(status.subject())});
  context.Print(status, table);
  return 0;
}

void AppendWords(const google::protobuf::RepeatedPtrField<std::string>& warnings, const std::string& method,
                 std::string* text) {
  for (const std::string& warning : warnings) absl::StrAppend(text, "Let op: ", warning, "\n");
  absl::StrAppend(text, method, "\n");
}

absl::StatusOr<int> Assess(const Context& context, const PolicyOptions& options) {
  costs::v1::AssessPolicyMeasureRequest request;
  request.set_months_before(options.before);
  request.set_months_after(options.after);
  NMD_RETURN_IF_ERROR(SetKnownTime(options.question, &request));
  PolicyAssessment assessment;
  NMD_RETURN_IF_ERROR(
      context.client.Post(absl::StrCat(PathOf(context, "policymeasures", options.name), "/_assess"), request, &assessment));
  Table table;
  table.columns = {{"Maand", "maand"},
                   {"Groep", "groep", true},
                   {"Zonder maatregel", "zonder_maatregel", true},
                   {"Vergelijking", "vergelijking", true}};
  for (const auto& month : assessment.months()) {
    table.rows.push_back({Cell::Same(month.month()), NumberCell(month.population(), month.has_population()),
                          NumberCell(month.counterfactual(), month.has_counterfactual()),
                          NumberCell(month.comparison(), month.has_comparison())});
  }
  if (!context.ForPeople()) {
    context.Print(assessment, table);
    return 0;
  }
  std::string text = absl::StrCat(assessment.policy_measure().title(), "\n", assessment.statement(), "\n");
  AppendWords(assessment.warnings(), assessment.method(), &text);
  context.io.out << text << "\n" << TextOf(table);
  return 0;
}

absl::StatusOr<int> Interrupt(const Context& context, const PolicyOptions& options) {
  costs::v1::AnalyseInterruptionRequest request;
  if (options.question.measures.size() == 1) request.set_measure(options.question.measures[0]);
  NMD_RETURN_IF_ERROR(AddFilters(options.question.where, request.mutable_filters()));
  request.set_month(options.question.from);
  if (!options.event.empty()) request.set_policy_event(PathOf(context, "policyevents", options.event));
  request.set_months_before(options.before);
  request.set_months_after(options.after);
  NMD_RETURN_IF_ERROR(SetKnownTime(options.question, &request));
  costs::v1::Interruption found;
  NMD_RETURN_IF_ERROR(context.client.Post(absl::StrCat(context.client.parent(), "/figures/_interrupt"), request, &found));
  Table table;
  table.columns = {{"Wat", "wat"}, {"Waarde", "waarde", true}, {"Van", "van", true}, {"Tot", "tot", true}};
  if (found.state() == type::Figure::ANSWERED) {
    for (const auto& [title, key, estimate] : {std::make_tuple("Stand vlak ervoor", "stand", &found.level()),
                                               std::make_tuple("Verandering per maand ervoor", "helling", &found.slope()),
                                               std::make_tuple("Sprong", "sprong", &found.level_change()),
                                               std::make_tuple("Verandering van de helling", "knik", &found.slope_change())}) {
      table.rows.push_back({Cell{title, key}, NumberCell(estimate->value()), NumberCell(estimate->interval().low()),
                            NumberCell(estimate->interval().high())});
    }
  }
  if (!context.ForPeople()) {
    context.Print(found, table);
    return 0;
  }
  std::string text = absl::StrCat(found.statement(), "\n");
  AppendWords(found.warnings(), found.method(), &text);
  context.io.out << text << "\n" << TextOf(table);
  return 0;
}

absl::StatusOr<int> Events(const Context& context, const PolicyOptions&) {
  costs::v1::ListPolicyEventsResponse response;
  NMD_RETURN_IF_ERROR(context.client.List(absl::StrCat(context.client.parent(), "/policyevents"), {}, &response));
  Table table;
  table.columns = {{"Datum", "datum"}, {"Naam", "naam"}, {"Wat", "wat", false, 40}, {"Wat het kan doen", "uitleg", false, 60}};
  for (const auto& event : response.policy_events()) {
    table.rows.push_back(
        {DateCell(event.date()), Cell::Same(IdOf(event.name())), Cell::Same(event.title()), Cell::Same(event.text())});
  }
  context.Print(response, table);
  return 0;
}

Table NoteTable(const google::protobuf::RepeatedPtrField<PolicyNote>& notes) {
  Table table;
  table.columns = {{"Over", "over"},
                   {"Teken", "teken"},
                   {"Wat er staat", "tekst", false, 50},
                   {"Afspraak", "afspraak", false, 40},
                   {"Opnieuw bekijken", "opnieuw_bekijken"},
                   {"Door", "door", false, 30},
                   {"Datum", "datum"}};
  for (const PolicyNote& note : notes) {
    // Without the municipality, which is the same for all.
    const std::string about = note.about().substr(note.about().find('/', note.about().find('/') + 1) + 1);
    table.rows.push_back({Cell::Same(about), Cell::Same(WordOf(kSigns, note.sign())), Cell::Same(note.text()),
                          Cell::Same(note.action()), DateCell(note.review_date()), Cell::Same(note.subject()),
                          note.date().empty() ? MomentCell(note.add_time(), note.has_add_time()) : DateCell(note.date())});
  }
  return table;
}

absl::StatusOr<int> Notes(const Context& context, const PolicyOptions& options) {
  Parameters parameters;
  NMD_RETURN_IF_ERROR(AddKnownTime(options.question, &parameters));
  if (!options.name.empty()) parameters.emplace_back("about", absl::StrCat(context.client.parent(), "/", options.name));
  costs::v1::ListPolicyNotesResponse response;
  NMD_RETURN_IF_ERROR(context.client.List(absl::StrCat(context.client.parent(), "/policynotes"), parameters, &response));
  context.Print(response, NoteTable(response.policy_notes()));
  return 0;
}

absl::StatusOr<int> AddNote(const Context& context, const PolicyOptions& options) {
  costs::v1::AddPolicyNoteRequest request;
  PolicyNote* note = request.mutable_policy_note();
  note->set_about(absl::StrCat(context.client.parent(), "/", options.name));
  if (!options.sign.empty()) note->set_sign(kSigns.at(options.sign));
  note->set_text(options.text);
  note->set_action(options.action);
  note->set_review_date(options.review);
  request.set_request_id(RandomHex(32));
  costs::v1::ListPolicyNotesResponse one;
  NMD_RETURN_IF_ERROR(
      context.client.Post(absl::StrCat(context.client.parent(), "/policynotes"), request, one.add_policy_notes()));
  context.Print(one.policy_notes(0), NoteTable(one.policy_notes()));
  return 0;
}

absl::StatusOr<int> Pilots(const Context& context, const PolicyOptions&) {
  costs::v1::ListPilotProgrammesResponse response;
  NMD_RETURN_IF_ERROR(context.client.List(absl::StrCat(context.client.parent(), "/pilotprogrammes"), {}, &response));
  Table table;
  table.columns = {{"Programma", "programma"},        {"Onderdeel", "onderdeel"}, {"Activiteit", "activiteit", false, 50},
                   {"Bereikt", "bereikt", false, 30}, {"Jaar", "jaar"},           {"Bedrag", "bedrag", true}};
  const auto add = [&table](const auto& programme, const std::string& part, const std::string& title,
                            const std::string& reached, int year, Cell amount) {
    table.rows.push_back({Cell::Same(IdOf(programme.name())), Cell::Same(part), Cell::Same(title), Cell::Same(reached),
                          Cell::Same(absl::StrCat(year)), std::move(amount)});
  };
  for (const auto& programme : response.pilot_programmes()) {
    for (const auto& line : programme.lines()) {
      for (int y = 0; y < line.amounts_size(); ++y) {
        const PrintedAmount& amount = line.amounts(y);
        if (amount.state() == PrintedAmount::BLANK) continue;
        add(programme, line.part(), line.title(), line.reached(), programme.years(y).year(),
            amount.has_amount_cents() ? MoneyCell(amount.amount_cents()) : Cell{amount.text(), ""});
      }
    }
    for (const auto& year : programme.years()) {
      add(programme, "", "Som van de regels", "", year.year(), MoneyCell(year.check().sum_cents()));
      if (year.unallocated_cents() != 0) {
        add(programme, "", "Niet toegerekend", "", year.year(), MoneyCell(year.unallocated_cents()));
      }
      if (year.check().printed().has_amount_cents()) {
        add(programme, "", "Totaal zoals gedrukt", "", year.year(), MoneyCell(year.check().printed().amount_cents()));
      }
    }
  }
  context.Print(response, table);
  return 0;
}

}  // namespace

std::optional<int64_t> CentsOf(absl::string_view euros) {
  const bool negative = absl::ConsumePrefix(&euros, "-");
  const size_t comma = euros.find(',');
  const absl::string_view part = comma == absl::string_view::npos ? absl::string_view() : euros.substr(comma + 1);
  const std::string whole = absl::StrReplaceAll(euros.substr(0, comma), {{".", ""}});
  if (whole.empty() || whole.size() > 11 || part.size() > 2 || (comma != absl::string_view::npos && part.empty())) {
    return std::nullopt;
  }
  int64_t cents = 0;
  for (const char c : absl::StrCat(whole, part, std::string(2 - part.size(), '0'))) {
    if (!absl::ascii_isdigit(static_cast<unsigned char>(c))) return std::nullopt;
    cents = cents * 10 + (c - '0');
  }
  if (cents > 1'000'000'000'000) return std::nullopt;
  return negative ? -cents : cents;
}

absl::StatusOr<int> WithUsage(const Context& context, absl::StatusOr<int> result) {
  if (!absl::IsInvalidArgument(result.status()) || ReasonOf(result.status()) != ErrorReason::ERROR_REASON_UNSPECIFIED)
    return result;
  context.io.err << "nmdctl: " << ErrorText(result.status()) << "\n";
  return 2;
}

void AddPolicyCommands(CLI::App& app, PolicyOptions& options, const Perform& perform) {
  using Run = absl::StatusOr<int> (*)(const Context&, const PolicyOptions&);
  const auto group = [&app](const char* name, const char* text) {
    CLI::App* sub = app.add_subcommand(name, text);
    sub->fallthrough();
    return sub;
  };
  const auto add = [&options, perform](CLI::App* to, const char* name, const char* text, Run run) {
    CLI::App* sub = to->add_subcommand(name, text);
    sub->fallthrough();
    sub->callback([&options, perform, run] {
      perform([&options, run](const Context& context) { return WithUsage(context, run(context, options)); });
    });
    return sub;
  };
  const auto known = [&options](CLI::App* sub) { AddKnownOn(*sub, options.question); };
  const auto months = [&options](CLI::App* sub) {
    sub->add_option("--before", options.before, "Maanden ervoor")->check(CLI::Range(1, 120));
    sub->add_option("--after", options.after, "Maanden erna")->check(CLI::Range(1, 120));
  };
  CLI::App* goals = group("goals", "Doelen met hun indicatoren");
  goals->require_subcommand(1);
  add(goals, "list", "De doelen", &Goals);
  CLI::App* show = add(goals, "show", "Een doel met de cijfers van zijn indicatoren", &ShowGoal);
  show->add_option("goal", options.name, "Doel, zoals vangnet")->required();
  show->add_option("--from", options.question.from, "Eerste maand; anders de laatste twaalf maanden");
  show->add_option("--to", options.question.to, "Laatste maand, die meetelt");
  known(show);

  CLI::App* policies = group("policies", "Maatregelen: wat ervan verwacht wordt en wat ervan komt");
  policies->require_subcommand(1);
  known(add(policies, "list", "Alle maatregelen met hun stand per kwartaal", &Policies));
  CLI::App* measure = add(policies, "add", "Een maatregel vastleggen, of een volgende versie van een maatregel", &AddMeasure);
  measure->add_option("--title", options.title, "Naam")->required();
  measure->add_option("--text", options.text, "Wat er gebeurt; noem niemand bij naam")->required();
  measure->add_option("--name", options.name, "Van welke maatregel dit een volgende versie is");
  measure->add_option("--level", options.level, "Wiens programma: lokaal, nmd of drenthe")
      ->required()
      ->check(CLI::IsMember(KeysOf(kLevels)));
  measure->add_option("--start", options.start, "Eerste dag, de eerste van een maand, zoals 2019-01-01")->required();
  measure->add_option("--measure", options.question.measures, "Cijfer dat zou moeten veranderen, zoals indicated")
      ->required()
      ->expected(1);
  measure->add_option("--expected-euro", options.expected_euro, "Wat er per jaar anders wordt in euro, zoals -2000000");
  measure->add_option("--expected", options.expected, "Hetzelfde van een cijfer dat geen geld is");
  measure->add_option("--where", options.question.where, "Voor wie: kenmerk=waarde,waarde; mag vaker")->allow_extra_args(false);
  measure->add_option("--compared-with", options.compared_with, "Vergelijkingsgroep: kenmerk=waarde,waarde; mag vaker")
      ->allow_extra_args(false);
  options.form = "relatief";
  measure->add_option("--form", options.form, "relatief voor aantallen en geld, absoluut voor verhoudingen")
      ->check(CLI::IsMember(KeysOf(kForms)));
  measure->add_option("--source", options.source, "Besluit of document");
  CLI::App* report = add(policies, "report", "Zeggen hoe een maatregel er in een kwartaal voor staat", &Report);
  report->add_option("policy", options.name, "Maatregel")->required();
  report->add_option("--quarter", options.quarter, "Kwartaal, zoals 2019-Q1")->required();
  report->add_option("--state", options.state, "voorgesteld, besloten, op-koers, achter, gestopt of klaar")
      ->required()
      ->check(CLI::IsMember(KeysOf(kStates)));
  report->add_option("--text", options.text, "Hoe het gaat; noem niemand bij naam")->required();
  CLI::App* assess = add(policies, "assess", "Verwacht naast gemeten, met een vergelijkingsgroep", &Assess);
  assess->add_option("policy", options.name, "Maatregel")->required();
  months(assess);
  known(assess);
  add(policies, "events", "Nieuwe regels en taken, die op elke tijdlijn horen", &Events);
  CLI::App* interrupt = add(policies, "interrupt", "Of een cijfer op een moment versprong of afboog", &Interrupt);
  interrupt->add_option("--measure", options.question.measures, "Cijfer")->required()->expected(1);
  interrupt->add_option("--where", options.question.where, "Alleen kenmerk=waarde,waarde; mag vaker")->allow_extra_args(false);
  interrupt->add_option("--month", options.question.from, "Eerste maand erna, zoals 2019-01");
  interrupt->add_option("--event", options.event, "In plaats van de maand: een regel of taak van policies events");
  months(interrupt);
  known(interrupt);
  CLI::App* note = add(policies, "note", "Vastleggen wat ergens van te vinden is, met een afspraak", &AddNote);
  note->add_option("about", options.name, "Waarover, zoals goals/vangnet of measures/clients")->required();
  note->add_option("--text", options.text, "Wat er te zien is; noem niemand bij naam")->required();
  note->add_option("--sign", options.sign, "plus, min of neutraal")->check(CLI::IsMember(KeysOf(kSigns)));
  note->add_option("--action", options.action, "Wat er is afgesproken");
  note->add_option("--review", options.review, "Wanneer het opnieuw bekeken wordt, zoals 2019-06-01");
  CLI::App* notes = add(policies, "notes", "Wat er is vastgelegd, het nieuwste eerst", &Notes);
  notes->add_option("about", options.name, "Alleen hierover, zoals goals/vangnet");
  known(notes);

  CLI::App* pilots = group("pilots", "Proefprojecten: bereik en kosten, met elke som nagerekend");
  pilots->callback([&options, perform] { perform([&options](const Context& context) { return Pilots(context, options); }); });
}

}  // namespace nmd::cli
