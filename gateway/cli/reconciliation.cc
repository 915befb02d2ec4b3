// SPDX-License-Identifier: EUPL-1.2
#include "gateway/cli/reconciliation.h"

#include <CLI/CLI.hpp>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "gateway/cli/cells.h"
#include "gateway/cli/figures.h"
#include "gateway/cli/question.h"
#include "services/core/date.h"
#include "services/core/dutch.h"
#include "services/platform/status_macros.h"

namespace nmd::cli {
namespace {

namespace v1 = contracts::v1;
using Item = v1::ReconciliationItem;
using Term = v1::Contract::Term;
using type::Figure;

// The last day of a period whose end is the first day after it.
Cell EndCell(const std::string& date) {
  const std::optional<Day> day = ParseDay(date);
  return {day ? dutch::Date(*day - 1) : "", date};
}

std::string LawTitle(const std::string& law) { return law == "wmo" ? "Wmo" : "Jeugdwet"; }

std::string ActorTitle(Item::Actor actor) {
  return actor == Item::CARE_PROVIDER ? "aanbieder" : actor == Item::MUNICIPALITY ? "gemeente" : "niemand";
}

std::string KindTitle(Item::Kind kind) {
  switch (kind) {
    case Item::LINE:
      return "regel";
    case Item::CLAIM:
      return "declaratie";
    case Item::ALLOCATION:
      return "toewijzing";
    case Item::STATEMENT:
      return "verantwoording";
    default:
      return "";
  }
}

std::string TermTitle(Term::Kind kind) {
  switch (kind) {
    case Term::PRODUCT:
      return "product";
    case Term::DURATION_NORM:
      return "langste duur in dagen";
    case Term::BEDS:
      return "bedden";
    case Term::YEAR_BUDGET:
      return "jaarbudget";
    case Term::INDEXATION:
      return "indexatie";
    case Term::NOTICE_SHARE:
      return "meldgrens";
    case Term::KPI_AT_LEAST:
      return "indicator minstens";
    case Term::KPI_AT_MOST:
      return "indicator hoogstens";
    case Term::WAITING_NORM:
      return "langste wachttijd in dagen";
    case Term::CLIENT_STOP:
      return "cliëntenstop zonder toestemming";
    case Term::CLIENT_STOP_AGREED:
      return "cliëntenstop met toestemming";
    case Term::LEAST_TURNOVER:
      return "omzet per jaar minstens";
    case Term::LEAST_CLIENTS:
      return "cliënten per jaar minstens";
    case Term::WAGE_SHARE:
      return "aandeel lonen";
    case Term::ROOM_ANNOUNCED:
      return "bestedingsruimte aangekondigd voor jaar";
    case Term::ROOM_DECIDED:
      return "bestedingsruimte vastgesteld voor jaar";
    default:
      return "onbekend";
  }
}

// A product and a client stop have no value; money is in cents, days, years and counts are whole, all else is in thousandths.
Cell TermCell(const Term& term) {
  switch (term.kind()) {
    case Term::PRODUCT:
    case Term::CLIENT_STOP:
    case Term::CLIENT_STOP_AGREED:
      return {"", ""};
    case Term::YEAR_BUDGET:
    case Term::LEAST_TURNOVER:
      return MoneyCell(term.value());
    case Term::DURATION_NORM:
    case Term::BEDS:
    case Term::WAITING_NORM:
    case Term::LEAST_CLIENTS:
      return CountCell(term.value());
    case Term::ROOM_ANNOUNCED:
    case Term::ROOM_DECIDED:
      return Cell::Same(absl::StrCat(term.value()));
    default:
      break;
  }
  const bool percent = term.kind() == Term::INDEXATION || term.kind() == Term::NOTICE_SHARE || term.kind() == Term::WAGE_SHARE;
  const double value = static_cast<double>(term.value()) / 1000;
  return {absl::StrCat(dutch::Decimal(value, 1), percent ? "%" : ""), absl::StrFormat("%.3f", value)};
}

std::string FigureText(absl::string_view title, const Figure& figure) {
  const bool answered = figure.state() == Figure::ANSWERED;
  return absl::StrCat(std::string(title), ": ",
                      answered ? dutch::Euro(figure.amount_cents()) : ReasonText(figure.state_reason()), "\n");
}

absl::StatusOr<Parameters> KnownOn(const ReconciliationOptions& options) {
  Parameters parameters;
  if (options.known_on.empty()) return parameters;
  NMD_ASSIGN_OR_RETURN(const absl::Time known, KnownTimeOf(options.known_on));
  parameters.emplace_back("known_time", absl::FormatTime("%Y-%m-%dT%H:%M:%E6SZ", known, absl::UTCTimeZone()));
  return parameters;
}

std::string AccountPath(const Context& context, const ReconciliationOptions& options) {
  return absl::StrCat(context.client.parent(), "/accounts/", options.provider);
}

absl::StatusOr<int> Account(const Context& context, const ReconciliationOptions& options) {
  NMD_ASSIGN_OR_RETURN(Parameters parameters, KnownOn(options));
  if (options.year != 0) parameters.emplace_back("year", absl::StrCat(options.year));
  v1::ProviderAccount account;
  NMD_RETURN_IF_ERROR(context.client.Get(AccountPath(context, options), parameters, &account));
  if (context.ForPeople()) {
    context.io.out << AccountText(account);
  } else {
    context.Print(account, AccountTable(account));
  }
  return 0;
}

absl::StatusOr<int> Items(const Context& context, const ReconciliationOptions& options) {
  NMD_ASSIGN_OR_RETURN(Parameters parameters, KnownOn(options));
  const auto add = [&parameters](const char* name, const std::string& value) {
    if (!value.empty()) parameters.emplace_back(name, value);
  };
  add("year", options.year == 0 ? "" : absl::StrCat(options.year));
  add("law", options.law);
  add("kind", absl::AsciiStrToUpper(options.kind));
  add("actor", options.actor == "aanbieder" ? "CARE_PROVIDER" : options.actor == "gemeente" ? "MUNICIPALITY" : "");
  add("allocation", options.allocation == 0 ? "" : absl::StrCat(options.allocation));
  add("claim", options.claim);
  for (const std::string& outcome : options.outcomes) add("outcomes", absl::AsciiStrToUpper(outcome));
  v1::ListReconciliationItemsResponse response;
  NMD_RETURN_IF_ERROR(context.client.List(absl::StrCat(AccountPath(context, options), "/items"), parameters, &response));
  context.Print(response, ItemTable(response));
  return 0;
}

absl::StatusOr<int> Contract(const Context& context, const ReconciliationOptions& options) {
  NMD_ASSIGN_OR_RETURN(const Parameters parameters, KnownOn(options));
  v1::Contract contract;
  NMD_RETURN_IF_ERROR(
      context.client.Get(absl::StrCat(context.client.parent(), "/contracts/", options.contract), parameters, &contract));
  if (context.ForPeople()) {
    context.io.out << ContractText(contract);
  } else {
    context.Print(contract, ContractTerms(contract));
  }
  return 0;
}

}  // namespace

Table AccountTable(const v1::ProviderAccount& account) {
  Table table;
  table.columns = {
      {"Deel", "deel"},          {"Wet", "wet"}, {"Jaar", "jaar"}, {"Wat", "wat"}, {"Wie", "wie"}, {"Aantal", "aantal", true},
      {"Bedrag", "bedrag", true}};
  const auto add = [&table](std::string part, std::string law, std::string year, Cell what, std::string who,
                            const v1::ProviderAccount::Amount& amount) {
    table.rows.push_back({Cell::Same(std::move(part)), Cell::Same(std::move(law)), Cell::Same(std::move(year)), std::move(what),
                          Cell::Same(std::move(who)), CountCell(amount.count()), MoneyCell(amount.amount_cents())});
  };
  for (const auto& balance : account.balances()) {
    const std::pair<const char*, const v1::ProviderAccount::Amount*> amounts[] = {{"debet", &balance.debits()},
                                                                                  {"credit", &balance.credits()},
                                                                                  {"gedeclareerd", &balance.declared()},
                                                                                  {"goedgekeurd", &balance.approved()},
                                                                                  {"afgewezen", &balance.rejected()},
                                                                                  {"open", &balance.open()},
                                                                                  {"telt niet mee", &balance.not_counted()},
                                                                                  {"teruggenomen", &balance.taken_back()}};
    for (const auto& [what, amount] : amounts) {
      add("saldo", balance.law(), absl::StrCat(balance.year()), Cell::Same(what), "", *amount);
    }
  }
  for (const auto& age : account.ages()) {
    const std::string days = age.to_days() == 0 ? absl::StrCat("meer dan ", age.from_days() - 1, " dagen")
                                                : absl::StrCat(age.from_days(), "-", age.to_days(), " dagen");
    add("open", "", "", Cell::Same(days), "", age.open());
  }
  for (const auto& count : account.outcomes()) {
    add(KindTitle(count.kind()), "", "", {count.title(), Item::Outcome_Name(count.outcome())}, ActorTitle(count.actor()),
        count.items());
  }
  return table;
}

std::string AccountText(const v1::ProviderAccount& account) {
  std::string text = absl::StrCat(account.provider(), account.provider_title().empty() ? "" : " ", account.provider_title(),
                                  "\n", account.text(), "\n");
  if (account.has_indicated()) {
    absl::StrAppend(&text, FigureText("Toegewezen", account.indicated()), FigureText("Betaald", account.paid()),
                    FigureText("Geboekt", account.booked()), account.settlement().text(),
                    account.settlement().text().empty() ? "" : "\n");
  }
  absl::StrAppend(&text, "\n", TextOf(AccountTable(account)), "Bekend op ", MomentCell(account.known_time(), true).text, ".\n");
  return text;
}

Table ItemTable(const v1::ListReconciliationItemsResponse& response) {
  Table table;
  table.columns = {{"Soort", "soort"},
                   {"Wet", "wet"},
                   {"Toewijzing", "toewijzing"},
                   {"Declaratie", "declaratie"},
                   {"Referentie", "referentie"},
                   {"", "product"},
                   {"Van", "van"},
                   {"Tot en met", "tot"},
                   {"Bedrag", "bedrag", true},
                   {"", "verwacht", true},
                   {"", "uitkomst"},
                   {"", "regel"},
                   {"", "stand"},
                   {"", "dagen_open", true},
                   {"Wie", "wie"},
                   {"Wat", "wat", false, 60},
                   {"Wat nu", "wat_nu", false, 40}};
  for (const Item& item : response.items()) {
    const bool is_open = item.standing() == Item::OPEN;
    table.rows.push_back({Cell::Same(KindTitle(item.kind())), Cell::Same(item.law()),
                          Cell::Same(item.allocation() == 0 ? "" : absl::StrCat(item.allocation())), Cell::Same(item.claim()),
                          Cell::Same(item.reference()), Cell::Same(item.product()), DayCell(item.start_date()),
                          EndCell(item.end_date()), MoneyCell(item.amount_cents()),
                          item.has_expected_cents() ? MoneyCell(item.expected_cents()) : Cell{"", ""},
                          Cell::Same(Item::Outcome_Name(item.outcome())), Cell::Same(item.rule()),
                          Cell::Same(item.standing() == Item::STANDING_UNSPECIFIED ? "" : Item::Standing_Name(item.standing())),
                          is_open ? CountCell(item.open_days()) : Cell{"", ""}, Cell::Same(ActorTitle(item.actor())),
                          Cell::Same(item.text()), Cell::Same(item.next_step())});
  }
  return table;
}

Table ContractTerms(const v1::Contract& contract) {
  Table table;
  table.columns = {{"Afspraak", "afspraak"},   {"Categorie", "categorie"}, {"Product", "product"},
                   {"Indicator", "indicator"}, {"Waarde", "waarde", true}, {"Van", "van"},
                   {"Tot en met", "tot"}};
  const auto add = [&table](std::string what, const std::string& category, const std::string& product, const std::string& about,
                            Cell value, const std::string& start, const std::string& end) {
    table.rows.push_back({Cell::Same(std::move(what)), Cell::Same(category), Cell::Same(product), Cell::Same(about),
                          std::move(value), DayCell(start), EndCell(end)});
  };
  for (const auto& ceiling : contract.ceilings()) {
    add("plafond", "", "", ceiling.year() == 0 ? "elk jaar" : absl::StrCat(ceiling.year()), MoneyCell(ceiling.amount_cents()),
        "", "");
  }
  for (const auto& price : contract.prices()) {
    add("tarief", "", price.product(), absl::StrCat("eenheid ", price.unit()), MoneyCell(price.amount_cents()),
        price.start_date(), price.end_date());
  }
  for (const Term& term : contract.terms()) {
    add(TermTitle(term.kind()), term.category(), term.product(), term.indicator(), TermCell(term), term.start_date(),
        term.end_date());
  }
  return table;
}

std::string ContractText(const v1::Contract& contract) {
  const Cell end = EndCell(contract.end_date());
  std::string text =
      absl::StrCat(contract.name().substr(contract.name().rfind('/') + 1), ": ", contract.provider(), " ",
                   contract.provider_title(), ", ", LawTitle(contract.law()), ", van ", DayCell(contract.start_date()).text,
                   end.text.empty() ? "" : absl::StrCat(" tot en met ", end.text), "\n");
  for (const auto& party : contract.parties()) {
    std::vector<std::string> names;
    for (const std::string& name : {party.organisation_title().empty() ? party.organisation() : party.organisation_title(),
                                    party.concern_title().empty() ? party.concern() : party.concern_title()}) {
      if (!name.empty()) names.push_back(name);
    }
    if (names.empty()) continue;
    absl::StrAppend(&text, "Vanaf ", DayCell(party.start_date()).text, " van ", absl::StrJoin(names, ", "), "\n");
  }
  absl::StrAppend(&text, "\n", TextOf(ContractTerms(contract)));
  for (const auto& finding : contract.findings()) absl::StrAppend(&text, "Let op: ", finding.text(), "\n");
  return text;
}

void AddReconciliationCommands(CLI::App& app, ReconciliationOptions& options, const Perform& perform) {
  const auto add = [&](const char* name, const char* text,
                       absl::StatusOr<int> (*run)(const Context&, const ReconciliationOptions&)) {
    CLI::App* sub = app.add_subcommand(name, text);
    sub->fallthrough();
    sub->callback(
        [&options, perform, run] { perform([&options, run](const Context& context) { return run(context, options); }); });
    sub->add_option("--known-on", options.known_on, "Zoals bekend op deze dag of dit moment");
    return sub;
  };
  CLI::App* account = add("account", "De rekening met een aanbieder: gedeclareerd, goedgekeurd en open", &Account);
  account->add_option("provider", options.provider, "AGB-code")->required();
  account->add_option("--year", options.year, "Kalenderjaar van de zorg; anders alle jaren");

  CLI::App* items = add("items", "Waaruit de rekening met een aanbieder bestaat: elke regel met een uitkomst", &Items);
  items->add_option("provider", options.provider, "AGB-code")->required();
  items->add_option("--year", options.year, "Kalenderjaar van de zorg; anders alle jaren");
  items->add_option("--law", options.law, "jeugdwet of wmo")->check(CLI::IsMember({"jeugdwet", "wmo"}));
  items->add_option("--kind", options.kind, "line, claim, allocation of statement")
      ->check(CLI::IsMember({"line", "claim", "allocation", "statement"}));
  items->add_option("--outcome", options.outcomes, "Alleen deze uitkomsten, zoals over_volume")->delimiter(',');
  items->add_option("--actor", options.actor, "Wie iets moet doen: aanbieder of gemeente")
      ->check(CLI::IsMember({"aanbieder", "gemeente"}));
  items->add_option("--allocation", options.allocation, "Alleen dit toewijzingsnummer");
  items->add_option("--claim", options.claim, "Alleen dit declaratienummer");

  // Its subcommands are in dossier.cc.
  CLI::App* contract = app.add_subcommand("contract", "Wat in een contract is afgesproken, en wat er niet aan klopt");
  contract->fallthrough();
  contract->add_option("--known-on", options.known_on, "Zoals bekend op deze dag of dit moment");
  contract->add_option("contract", options.contract, "Nummer van het contract");
  contract->callback([&options, perform, contract] {
    if (!contract->get_subcommands().empty()) return;
    if (options.contract.empty()) throw CLI::RequiredError("contract");
    perform([&options](const Context& context) { return Contract(context, options); });
  });
}

}  // namespace nmd::cli
