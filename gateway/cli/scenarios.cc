// SPDX-License-Identifier: EUPL-1.2
#include "gateway/cli/scenarios.h"

#include <CLI/CLI.hpp>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gateway/cli/cells.h"
#include "gateway/cli/figures.h"
#include "gateway/cli/policies.h"
#include "gateway/cli/question.h"
#include "nmd/costs/v1/scenario.pb.h"
#include "services/core/date.h"
#include "services/core/dutch.h"
#include "services/platform/crypto.h"
#include "services/platform/status_macros.h"

namespace nmd::cli {
namespace {

using costs::v1::CalculatedScenario;
using costs::v1::PrintedAmount;
using costs::v1::ScenarioTable;
using costs::v1::SumCheck;

using cli::MoneyCell;

// As it was printed; what is not a number has no value for machines.
Cell MoneyCell(const PrintedAmount& amount) {
  return amount.has_amount_cents() ? Cell{amount.text(), MoneyCell(amount.amount_cents()).raw} : Cell{amount.text(), ""};
}

Cell DateCell(const std::string& date) {
  const std::optional<Day> day = ParseDay(date);
  return {day.has_value() ? dutch::Date(*day) : date, date};
}

std::string IdOf(const std::string& name) { return name.substr(name.rfind('/') + 1); }

// The table that was meant, by its id or its full name; without one the first.
absl::StatusOr<ScenarioTable> Find(const Context& context, const std::string& table) {
  costs::v1::ListScenarioTablesResponse response;
  NMD_RETURN_IF_ERROR(context.client.List(absl::StrCat(context.client.parent(), "/scenariotables"), {}, &response));
  for (const ScenarioTable& found : response.scenario_tables()) {
    if (table.empty() || IdOf(found.name()) == IdOf(table)) return found;
  }
  return absl::InvalidArgumentError(absl::StrCat("er is geen tabel ", table, "; scenario list geeft wat er is"));
}

absl::StatusOr<int> List(const Context& context, const ScenarioOptions&) {
  costs::v1::ListScenarioTablesResponse response;
  NMD_RETURN_IF_ERROR(context.client.List(absl::StrCat(context.client.parent(), "/scenariotables"), {}, &response));
  Table table;
  table.columns = {{"Tabel", "tabel"},
                   {"Scenario", "scenario"},
                   {"Gedrukt", "gedrukt", true},
                   {"Berekend", "berekend", true},
                   {"Verschil", "verschil", true},
                   {"Min budget", "min_budget", true}};
  for (const ScenarioTable& found : response.scenario_tables()) {
    for (const auto& option : found.options()) {
      table.rows.push_back({Cell::Same(IdOf(found.name())), Cell{option.title(), option.option()},
                            MoneyCell(option.expenses().printed()), MoneyCell(option.expenses().sum_cents()),
                            MoneyCell(option.expenses().difference_cents()), MoneyCell(option.relation().sum_cents())});
    }
  }
  context.Print(response, table);
  return 0;
}

// A row per item and per option below each other, for machines; the table as printed, for people.
Table ItemTable(const ScenarioTable& found) {
  Table table;
  table.columns = {{"Keuze", "keuze", false, 60}, {"Afbakening", "afbakening"}};
  for (const auto& option : found.options()) table.columns.push_back({option.title(), option.option(), true});
  for (const auto& item : found.items()) {
    std::vector<Cell> row = {Cell{item.title(), item.item()}, Cell::Same(item.definition())};
    for (const auto& amount : item.amounts()) row.push_back(MoneyCell(amount));
    table.rows.push_back(std::move(row));
  }
  std::vector<Cell> printed = {Cell{"Totaal zoals gedrukt", "totaal_gedrukt"}, {}};
  std::vector<Cell> computed = {Cell{"Totaal berekend", "totaal_berekend"}, {}};
  for (const auto& option : found.options()) {
    printed.push_back(MoneyCell(option.expenses().printed()));
    computed.push_back(MoneyCell(option.expenses().sum_cents()));
  }
  table.rows.push_back(std::move(printed));
  table.rows.push_back(std::move(computed));
  table.total_rows = 2;
  return table;
}

void AppendSum(const std::string& title, const SumCheck& check, std::string* text) {
  absl::StrAppend(text, check.state() == SumCheck::DOES_NOT_CLOSE ? "! " : "  ", title, ": ", check.statement(), "\n");
}

absl::StatusOr<int> Show(const Context& context, const ScenarioOptions& options) {
  NMD_ASSIGN_OR_RETURN(const ScenarioTable found, Find(context, options.table));
  const Table items = ItemTable(found);
  if (!context.ForPeople()) {
    context.Print(found, items);
    return 0;
  }
  std::string text = absl::StrCat(found.title(), "\n", found.source(), "\n\n", TextOf(items), "\n");
  for (const auto& option : found.options()) {
    AppendSum(option.title(), option.expenses(), &text);
    AppendSum(option.title(), option.relation(), &text);
    for (const auto& sum : option.build_ups()) AppendSum(absl::StrCat(option.title(), ", ", sum.title()), sum.check(), &text);
  }
  for (const auto& sum : found.budgets()) AppendSum(sum.title(), sum.check(), &text);
  if (found.has_influenceable()) {
    const auto& posts = found.influenceable();
    AppendSum(posts.posts().title(), posts.posts().check(), &text);
    absl::StrAppend(&text, "  Dat is ", dutch::Percent(posts.share()), " van het budget; gedrukt staat ", posts.printed_share(),
                    ".\n");
    AppendSum("Wat overblijft", posts.remainder(), &text);
  }
  if (found.adjustments_size() > 0) {
    absl::StrAppend(&text, "\nAan of uit te zetten (--count, --leave-out):\n");
    for (const auto& adjustment : found.adjustments()) {
      absl::StrAppend(&text, "  ", adjustment.adjustment(), ": ", adjustment.title(), ", ",
                      dutch::Euro(adjustment.amount_cents()), " (", adjustment.formula(), ")",
                      adjustment.printed().text().empty() ? "" : absl::StrCat("; gedrukt staat ", adjustment.printed().text()),
                      "\n");
    }
  }
  for (const std::string& note : found.notes()) absl::StrAppend(&text, "\n", note);
  context.io.out << text << (found.notes_size() > 0 ? "\n" : "");
  return 0;
}

absl::StatusOr<costs::v1::CalculateScenarioRequest> QuestionOf(const Context& context, const ScenarioOptions& options) {
  costs::v1::CalculateScenarioRequest request;
  request.set_parent(context.client.parent());
  NMD_ASSIGN_OR_RETURN(const ScenarioTable found, Find(context, options.table));
  request.set_scenario_table(found.name());
  request.set_option(options.option);
  for (const std::string& text : options.set) {
    const size_t equals = text.find('=');
    const auto cents = equals == std::string::npos ? std::nullopt : CentsOf(absl::string_view(text).substr(equals + 1));
    if (!cents.has_value()) {
      return absl::InvalidArgumentError(
          absl::StrCat("--set ", text, " moet keuze=bedrag in euro zijn, zoals subsidies=600000"));
    }
    auto* choice = request.add_choices();
    choice->set_item(text.substr(0, equals));
    choice->set_amount_cents(*cents);
  }
  for (const auto* list : {&options.count, &options.leave_out}) {
    for (const std::string& adjustment : *list) {
      auto* toggle = request.add_toggles();
      toggle->set_adjustment(adjustment);
      toggle->set_counted(list == &options.count);
    }
  }
  request.set_first_year(options.from);
  request.set_last_year(options.to == 0 ? options.from : options.to);
  return request;
}

Table LineTable(const CalculatedScenario& scenario) {
  Table table;
  table.columns = {{"Keuze", "keuze", false, 60},
                   {"Afbakening", "afbakening"},
                   {"Gedrukt", "gedrukt", true},
                   {"Bedrag", "bedrag", true},
                   {"Kan vanaf", "vanaf"}};
  for (const auto& item : scenario.items()) {
    table.rows.push_back({Cell{item.title(), item.item()}, Cell::Same(item.definition()), MoneyCell(item.printed()),
                          item.has_amount_cents() ? MoneyCell(item.amount_cents()) : Cell(), DateCell(item.earliest_date())});
  }
  for (const auto& adjustment : scenario.adjustments()) {
    if (!adjustment.counted()) continue;
    table.rows.push_back({Cell{adjustment.title(), adjustment.adjustment()},
                          Cell{adjustment.side() == costs::v1::ScenarioAdjustment::BUDGET ? "budget" : "uitgaven", "extra"},
                          MoneyCell(adjustment.printed()), MoneyCell(adjustment.amount_cents()),
                          DateCell(adjustment.earliest_date())});
  }
  table.rows.push_back({Cell{"Uitgaven", "uitgaven"}, {}, {}, MoneyCell(scenario.expenses_cents()), {}});
  table.rows.push_back({Cell{"Budget", "budget"}, {}, {}, MoneyCell(scenario.budget_cents()), {}});
  table.rows.push_back({Cell{"Uitgaven min budget", "min_budget"}, {}, {}, MoneyCell(scenario.relation_cents()), {}});
  table.total_rows = 3;
  return table;
}

std::string ScenarioText(const CalculatedScenario& scenario) {
  std::string text = absl::StrCat(scenario.statement(), "\n\n", TextOf(LineTable(scenario)));
  if (scenario.years_size() > 0) {
    Table years;
    years.columns = {{"Jaar", "jaar"},
                     {"Uitgaven", "uitgaven", true},
                     {"Budget", "budget", true},
                     {"Verschil", "verschil", true},
                     {"Nog niet helemaal", "nog_niet", false, 60}};
    for (const auto& year : scenario.years()) {
      std::string waiting;
      for (const std::string& title : year.waiting()) absl::StrAppend(&waiting, waiting.empty() ? "" : "; ", title);
      years.rows.push_back({Cell::Same(absl::StrCat(year.year())), MoneyCell(year.expenses_cents()),
                            MoneyCell(year.budget_cents()), MoneyCell(year.relation_cents()), Cell::Same(waiting)});
    }
    absl::StrAppend(&text, "\n", TextOf(years));
  }
  const auto append = [&text](const char* title, const auto& lines) {
    if (lines.empty()) return;
    absl::StrAppend(&text, "\n", title, "\n");
    for (const std::string& line : lines) absl::StrAppend(&text, "  ", line, "\n");
  };
  append("Voordelen", scenario.positive_effects());
  append("Nadelen", scenario.negative_effects());
  append("Let op", scenario.remarks());
  return text;
}

absl::StatusOr<int> Calculate(const Context& context, const ScenarioOptions& options) {
  NMD_ASSIGN_OR_RETURN(const auto request, QuestionOf(context, options));
  CalculatedScenario scenario;
  NMD_RETURN_IF_ERROR(context.client.Post(absl::StrCat(context.client.parent(), "/scenarios/_calculate"), request, &scenario));
  if (context.ForPeople()) {
    context.io.out << ScenarioText(scenario);
  } else {
    context.Print(scenario, LineTable(scenario));
  }
  return 0;
}

Table StoredTable(const costs::v1::ListStoredScenariosResponse& response) {
  Table table;
  table.columns = {{"Naam", "naam"},
                   {"Versie", "versie", true},
                   {"Uitgaven", "uitgaven", true},
                   {"Min budget", "min_budget", true},
                   {"Waarvoor", "waarvoor", false, 60},
                   {"Door", "door"},
                   {"Bewaard", "bewaard_op"}};
  for (const auto& scenario : response.stored_scenarios()) {
    table.rows.push_back({Cell{scenario.title(), IdOf(scenario.name())}, Cell::Same(absl::StrCat(scenario.version())),
                          MoneyCell(scenario.outcome().expenses_cents()), MoneyCell(scenario.outcome().relation_cents()),
                          Cell::Same(scenario.text()), Cell::Same(scenario.subject()),
                          MomentCell(scenario.store_time(), scenario.has_store_time())});
  }
  return table;
}

absl::StatusOr<int> Store(const Context& context, const ScenarioOptions& options) {
  costs::v1::StoreScenarioRequest request;
  NMD_ASSIGN_OR_RETURN(*request.mutable_question(), QuestionOf(context, options));
  request.set_title(options.title);
  request.set_text(options.text);
  // A call that fails is made again: it must not be a next version.
  request.set_request_id(RandomHex(32));
  costs::v1::StoredScenario stored;
  NMD_RETURN_IF_ERROR(context.client.Post(absl::StrCat(context.client.parent(), "/scenarios"), request, &stored));
  costs::v1::ListStoredScenariosResponse one;
  *one.add_stored_scenarios() = stored;
  context.Print(stored, StoredTable(one));
  return 0;
}

absl::StatusOr<int> Stored(const Context& context, const ScenarioOptions& options) {
  Parameters parameters;
  NMD_RETURN_IF_ERROR(AddKnownTime(options.question, &parameters));
  costs::v1::ListStoredScenariosResponse response;
  NMD_RETURN_IF_ERROR(context.client.List(absl::StrCat(context.client.parent(), "/scenarios"), parameters, &response));
  context.Print(response, StoredTable(response));
  return 0;
}

}  // namespace

void AddScenarioCommands(CLI::App& app, ScenarioOptions& options, const Perform& perform) {
  using Run = absl::StatusOr<int> (*)(const Context&, const ScenarioOptions&);
  CLI::App* group = app.add_subcommand("scenario", "Wat als: scenario's narekenen, zelf maken en bewaren");
  group->fallthrough();
  group->require_subcommand(1);
  const auto add = [&](const char* name, const char* text, Run run) {
    CLI::App* sub = group->add_subcommand(name, text);
    sub->fallthrough();
    sub->callback([&options, perform, run] {
      perform([&options, run](const Context& context) { return WithUsage(context, run(context, options)); });
    });
    return sub;
  };
  const auto choose = [&options](CLI::App* sub) {
    sub->add_option("--table", options.table, "Tabel; anders de eerste");
    sub->add_option("--option", options.option, "Scenario om mee te beginnen, zoals sociaal; anders het huidige beleid");
    sub->add_option("--set", options.set, "Ander bedrag, zoals subsidies=600000 (euro per jaar); mag vaker")
        ->allow_extra_args(false);
    sub->add_option("--count", options.count, "Ook meetellen, zoals overhead")->delimiter(',');
    sub->add_option("--leave-out", options.leave_out, "Niet meetellen")->delimiter(',');
    sub->add_option("--from", options.from, "Eerste jaar van de invoering");
    sub->add_option("--to", options.to, "Laatste jaar van de invoering");
  };
  add("list", "Welke scenario's er zijn, met totalen zoals gedrukt en zoals berekend", &List);
  add("show", "Een tabel met elke som nagerekend; ! staat bij wat niet sluit", &Show)
      ->add_option("table", options.table, "Tabel; anders de eerste");
  choose(add("calculate", "Een scenario uitrekenen, ook met eigen keuzes; er wordt niets bewaard", &Calculate));
  CLI::App* store = add("store", "Een scenario uitrekenen en bewaren; dezelfde naam is een volgende versie", &Store);
  store->add_option("title", options.title, "Naam, zoals 'Voorstel raad 2019'")->required();
  store->add_option("--text", options.text, "Waarvoor; noem niemand bij naam")->required();
  choose(store);
  AddKnownOn(*add("stored", "Wat er bewaard is, het nieuwste eerst", &Stored), options.question);
}

}  // namespace nmd::cli
