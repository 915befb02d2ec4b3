// SPDX-License-Identifier: EUPL-1.2
#include "gateway/cli/signals.h"

#include <CLI/CLI.hpp>
#include <cstdint>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gateway/cli/figures.h"
#include "services/platform/status_macros.h"

namespace nmd::cli {
namespace {

using contracts::v1::Signal;

absl::StatusOr<int> List(const Context& context, const SignalOptions& options) {
  Parameters parameters = {{"provider", options.provider}, {"rule", options.rule}};
  if (options.year != 0) parameters.emplace_back("year", absl::StrCat(options.year));
  if (options.open) parameters.emplace_back("state", "OPEN");
  contracts::v1::ListSignalsResponse response;
  NMD_RETURN_IF_ERROR(context.client.List(absl::StrCat(context.client.parent(), "/signals"), std::move(parameters), &response));
  context.Print(response, SignalTable(response));
  return 0;
}

absl::StatusOr<int> Acknowledge(const Context& context, const SignalOptions& options) {
  contracts::v1::AcknowledgeSignalRequest request;
  request.set_name(options.signal.find('/') != std::string::npos
                       ? options.signal
                       : absl::StrCat(context.client.parent(), "/signals/", options.signal));
  request.set_note(options.note);
  if (options.decision) request.set_kind(Signal::Acknowledgement::DECISION);
  contracts::v1::ListSignalsResponse response;
  NMD_RETURN_IF_ERROR(context.client.Post(absl::StrCat(request.name(), "/_acknowledge"), request, response.add_signals()));
  if (context.ForPeople()) {
    context.io.out << "Genoteerd. Het signaal blijft open tot de oorzaak weg is.\n";
  } else {
    context.Print(response.signals(0), SignalTable(response));
  }
  return 0;
}

absl::StatusOr<int> Rules(const Context& context, const SignalOptions&) {
  contracts::v1::ListSignalRulesResponse response;
  NMD_RETURN_IF_ERROR(context.client.List(absl::StrCat(context.client.parent(), "/signalrules"), {}, &response));
  context.Print(response, SignalRuleTable(response));
  return 0;
}

}  // namespace

Table SignalRuleTable(const contracts::v1::ListSignalRulesResponse& response) {
  Table table;
  table.columns = {{"Regel", "regel"},
                   {"Wat", "wat", false, 40},
                   {"Hoe", "formule", false, 50},
                   {"Grenzen", "grenzen", false, 30},
                   {"Waarover", "venster", false, 30},
                   {"Ernst", "ernst"},
                   {"Wie", "wie"},
                   {"Oordeelt", "oordeelt"},
                   {"Wat ontbreekt", "ontbreekt", false, 40}};
  for (const contracts::v1::SignalRule& rule : response.rules()) {
    // In order, because a protobuf map has none.
    const std::map<std::string, int64_t> thresholds(rule.thresholds().begin(), rule.thresholds().end());
    table.rows.push_back({Cell::Same(rule.id()),
                          Cell::Same(rule.title()),
                          Cell::Same(rule.formula()),
                          Cell::Same(absl::StrJoin(thresholds, ", ", absl::PairFormatter(" "))),
                          Cell::Same(rule.window()),
                          {rule.severity() >= 2 ? "handelen" : "bespreken", absl::StrCat(rule.severity())},
                          Cell::Same(rule.owner_role()),
                          Cell::Same(rule.state() == contracts::v1::SignalRule::JUDGED ? "ja" : "nee"),
                          Cell::Same(absl::StrJoin(rule.missing(), ", "))});
  }
  return table;
}

Table SignalTable(const contracts::v1::ListSignalsResponse& response) {
  Table table;
  table.columns = {{"Ernst", "ernst"},
                   {"Signaal", "signaal"},
                   {"Toestand", "toestand"},
                   {"Aanbieder", "aanbieder"},
                   {"Naam", "naam"},
                   {"Wet", "wet"},
                   {"Jaar", "jaar", true},
                   {"Sinds", "sinds"},
                   {"Wat er is", "tekst", false, 50},
                   {"Wat te doen", "stap", false, 50},
                   {"Notitie", "notitie", false, 30},
                   {"Nummer", "nummer"}};
  for (const Signal& signal : response.signals()) {
    const bool open = signal.state() == Signal::OPEN;
    const int notes = signal.acknowledgements_size();
    table.rows.push_back({{signal.severity() >= 2 ? "handelen" : "bespreken", absl::StrCat(signal.severity())},
                          Cell::Same(signal.rule()),
                          Cell::Same(open ? "open" : "gesloten"),
                          Cell::Same(signal.provider()),
                          Cell::Same(signal.provider_title()),
                          Cell::Same(signal.law()),
                          Cell::Same(absl::StrCat(signal.year())),
                          MomentCell(signal.open_time(), signal.has_open_time()),
                          Cell::Same(open || signal.close_text().empty() ? signal.text() : signal.close_text()),
                          Cell::Same(open ? signal.next_step() : ""),
                          Cell::Same(notes == 0 ? "" : signal.acknowledgements(notes - 1).note()),
                          Cell::Same(signal.name().substr(signal.name().rfind('/') + 1))});
  }
  return table;
}

void AddSignalCommands(CLI::App& app, SignalOptions& options, const Perform& perform) {
  const auto add = [&](const char* name, const char* text, absl::StatusOr<int> (*run)(const Context&, const SignalOptions&)) {
    CLI::App* sub = app.add_subcommand(name, text);
    sub->fallthrough();
    sub->callback(
        [&options, perform, run] { perform([&options, run](const Context& context) { return run(context, options); }); });
    return sub;
  };
  CLI::App* signals = add("signals", "Redenen om met een aanbieder te praten", &List);
  signals->add_option("--year", options.year, "Alleen dit jaar");
  signals->add_option("--provider", options.provider, "Alleen deze AGB-code");
  signals->add_option("--rule", options.rule, "Alleen deze regel, zoals CEILING_70");
  signals->add_flag("--open", options.open, "Alleen wat nu geldt");

  CLI::App* acknowledge = add("acknowledge", "Noteer dat een signaal is opgepakt", &Acknowledge);
  acknowledge->add_option("signal", options.signal, "Nummer van het signaal")->required();
  acknowledge->add_option("--note", options.note, "Wat er is gedaan of afgesproken, zonder namen van personen")->required();
  acknowledge->add_flag("--decision", options.decision, "Het is een besluit na het gesprek over het plafond");

  add("signalrules", "Waarnaar signalen kijken, vanaf welke grens, en wat daarvoor nog niet wordt geleverd", &Rules);
}

}  // namespace nmd::cli
