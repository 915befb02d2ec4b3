// SPDX-License-Identifier: EUPL-1.2
#include "gateway/cli/region.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "gateway/cli/figures.h"
#include "services/platform/status_macros.h"

namespace nmd::cli {
namespace {

using publication::v1::MemberRate;
using publication::v1::RegionalTable;
using publication::v1::RegionalValue;
using publication::v1::TableMember;
using type::Figure;

// A value of a region or a member as a figure, which is what people and machines are shown.
template <typename Value>
Figure FigureOf(const Value& value) {
  Figure figure;
  figure.set_state(value.state());
  figure.set_state_reason(value.state_reason());
  switch (value.value_case()) {
    case Value::kCount:
      figure.set_count(value.count());
      break;
    case Value::kAmountCents:
      figure.set_amount_cents(value.amount_cents());
      break;
    case Value::kRatio:
      figure.set_ratio(value.ratio());
      break;
    case Value::VALUE_NOT_SET:
      break;
  }
  return figure;
}

Cell CellOf(const Figure& figure) { return {FigureText(figure), FigureRaw(figure)}; }

// A bound in the unit of the measure; empty when there is none.
Cell BoundCell(bool known, double bound, absl::string_view unit) {
  if (!known) return {};
  Figure figure;
  figure.set_state(Figure::ANSWERED);
  if (unit == "cents") {
    figure.set_amount_cents(static_cast<int64_t>(bound));
  } else if (unit == "count") {
    figure.set_count(static_cast<int64_t>(bound));
  } else {
    figure.set_ratio(bound);
  }
  return CellOf(figure);
}

const char* Words(TableMember::State state) {
  switch (state) {
    case TableMember::PUBLISHED:
      return "geleverd";
    case TableMember::NOT_DELIVERED:
      return "niet geleverd";
    case TableMember::WITHDRAWN:
      return "ingetrokken";
    case TableMember::NOT_AGREED:
      return "niet afgesproken";
    case TableMember::NOT_COMPARABLE:
      return "niet vergelijkbaar";
    default:
      return "";
  }
}

absl::StatusOr<Parameters> PeriodParameters(const RegionOptions& options) {
  NMD_ASSIGN_OR_RETURN(const type::Period period, PeriodOf(options.question.from, options.question.to));
  Parameters parameters = {{"period.start_date", period.start_date()}, {"period.end_date", period.end_date()}};
  NMD_RETURN_IF_ERROR(AddKnownTime(options.question, &parameters));
  if (!options.audience.empty()) parameters.emplace_back("audience", options.audience);
  return parameters;
}

// Below a table for people: of how many it is, and why the others are not there.
template <typename Members>
void PrintCoverage(const Context& context, const std::string& coverage, const Members& members) {
  if (!context.ForPeople()) return;
  context.io.out << coverage << '\n';
  for (const auto& member : members) {
    if (member.state() == TableMember::PUBLISHED) continue;
    context.io.out << "  " << member.title() << ": " << Words(member.state());
    if (!member.reason().empty()) context.io.out << ". " << member.reason();
    context.io.out << '\n';
  }
}

absl::StatusOr<int> Members(const Context& context, const RegionOptions&) {
  publication::v1::ListMembersResponse response;
  NMD_RETURN_IF_ERROR(context.client.List(absl::StrCat(context.client.parent(), "/members"), {}, &response));
  context.Print(response, MemberTable(response));
  if (context.ForPeople()) context.io.out << response.coverage() << '\n';
  return 0;
}

absl::StatusOr<int> Statements(const Context& context, const RegionOptions& options) {
  publication::v1::ListStatementsResponse response;
  Parameters parameters;
  if (!options.municipality.empty()) parameters.emplace_back("municipality", options.municipality);
  NMD_RETURN_IF_ERROR(
      context.client.List(absl::StrCat(context.client.parent(), "/statements"), std::move(parameters), &response));
  Table table;
  table.columns = {
      {"Ontvangen", "ontvangen"}, {"Gemeente", "gemeente"},   {"Bericht", "bericht"},          {"Inhoud", "inhoud"},
      {"Over", "over"},           {"Geweigerd", "geweigerd"}, {"Waarom", "waarom", false, 50}, {"", "sha256"}};
  for (const auto& statement : response.statements()) {
    table.rows.push_back({MomentCell(statement.received_time(), true), Cell::Same(statement.municipality()),
                          Cell::Same(statement.id()), Cell::Same(statement.kind()), Cell::Same(statement.subject()),
                          Cell::Same(statement.refusal()), Cell::Same(statement.refusal_text()),
                          Cell::Same(statement.sha256())});
  }
  context.Print(response, table);
  return 0;
}

absl::StatusOr<int> Tables(const Context& context, const RegionOptions& options) {
  publication::v1::ListRegionalTablesResponse response;
  Parameters parameters;
  if (!options.audience.empty()) parameters.emplace_back("audience", options.audience);
  NMD_RETURN_IF_ERROR(context.client.List(absl::StrCat(context.client.parent(), "/tables"), std::move(parameters), &response));
  Table table;
  table.columns = {
      {"Tabel", "tabel"},         {"Titel", "titel"}, {"Van", "van"}, {"Tot", "tot"}, {"Gemeenten", "gemeenten", true},
      {"", "van_gemeenten", true}};
  for (const auto& info : response.tables()) {
    for (const auto& period : info.periods()) {
      table.rows.push_back(
          {Cell::Same(info.name().substr(info.name().rfind('/') + 1)),
           Cell::Same(info.title()),
           Cell::Same(period.period().start_date()),
           Cell::Same(period.period().end_date()),
           {absl::StrCat(period.member_count(), " van ", period.of_count()), absl::StrCat(period.member_count())},
           Cell::Same(absl::StrCat(period.of_count()))});
    }
  }
  context.Print(response, table);
  return 0;
}

absl::StatusOr<int> Show(const Context& context, const RegionOptions& options) {
  NMD_ASSIGN_OR_RETURN(const Parameters parameters, PeriodParameters(options));
  RegionalTable table;
  NMD_RETURN_IF_ERROR(context.client.Get(absl::StrCat(context.client.parent(), "/tables/", options.table), parameters, &table));
  if (table.cells().empty()) {
    context.Print(table, Table{{{"Gemeenten", "gemeenten"}}, {}});
  } else {
    NMD_ASSIGN_OR_RETURN(const Table rows, RegionalTableRows(table, options.measure));
    context.Print(table, rows);
  }
  PrintCoverage(context, table.coverage(), table.members());
  if (context.ForPeople()) {
    for (const auto& measure : table.measures()) {
      if (options.measure.empty() ? &measure == &table.measures(0) : measure.measure() == options.measure) {
        context.io.out << measure.note() << '\n';
      }
    }
    if (!table.proof().empty()) context.io.out << table.proof() << '\n';
  }
  return 0;
}

absl::StatusOr<int> Compare(const Context& context, const RegionOptions& options) {
  publication::v1::CompareMembersRequest request;
  request.set_parent(context.client.parent());
  request.set_table(options.table);
  request.set_measure(options.measure);
  request.set_inhabitants_table(options.inhabitants);
  NMD_ASSIGN_OR_RETURN(*request.mutable_period(), PeriodOf(options.question.from, options.question.to));
  NMD_RETURN_IF_ERROR(SetKnownTime(options.question, &request));
  for (const std::string& where : options.where) {
    const std::pair<std::string, std::string> parts = absl::StrSplit(where, absl::MaxSplits('=', 1));
    if (parts.first.empty() || parts.second.empty()) {
      return absl::InvalidArgumentError(absl::StrCat("--where ", where, ": schrijf het als uitsplitsing=waarde, zoals ivn=6"));
    }
    request.add_where()->set_dimension(parts.first);
    request.mutable_where(request.where_size() - 1)->set_value(parts.second);
  }
  publication::v1::CompareMembersResponse response;
  NMD_RETURN_IF_ERROR(context.client.Post(absl::StrCat(context.client.parent(), "/members/_compare"), request, &response));
  context.Print(response, RateTable(response));
  PrintCoverage(context, response.coverage(), response.members());
  if (context.ForPeople()) context.io.out << response.note() << '\n';
  return 0;
}

absl::StatusOr<int> Market(const Context& context, const RegionOptions& options) {
  publication::v1::AssessMarketRequest request;
  request.set_parent(context.client.parent());
  request.set_table(options.table);
  request.set_measure(options.measure);
  NMD_ASSIGN_OR_RETURN(*request.mutable_period(), PeriodOf(options.question.from, options.question.to));
  NMD_RETURN_IF_ERROR(SetKnownTime(options.question, &request));
  publication::v1::AssessMarketResponse response;
  NMD_RETURN_IF_ERROR(context.client.Post(absl::StrCat(context.client.parent(), "/market/_assess"), request, &response));
  context.Print(response, MarketTable(response));
  if (context.ForPeople()) {
    const auto between = [&](const char* title, const RegionalValue& value, const char* unit) {
      context.io.out << title << ": " << FigureText(FigureOf(value));
      if (value.has_lower()) context.io.out << ", minstens " << BoundCell(true, value.lower(), unit).text;
      if (value.has_upper()) context.io.out << ", hoogstens " << BoundCell(true, value.upper(), unit).text;
      context.io.out << '\n';
    };
    between("HHI", response.hhi(), "ratio");
    between("Aandeel van de vijf grootste", response.largest5_share(), "ratio");
  }
  PrintCoverage(context, response.coverage(), response.members());
  return 0;
}

absl::StatusOr<int> Ceilings(const Context& context, const RegionOptions& options) {
  Parameters parameters;
  NMD_RETURN_IF_ERROR(AddKnownTime(options.question, &parameters));
  publication::v1::ListRegionalCeilingsResponse response;
  NMD_RETURN_IF_ERROR(
      context.client.List(absl::StrCat(context.client.parent(), "/ceilings"), std::move(parameters), &response));
  Table table;
  table.columns = {{"Plafond", "plafond"},
                   {"Titel", "titel"},
                   {"Van", "van"},
                   {"Tot", "tot"},
                   {"Bedrag", "bedrag", true},
                   {"Gebruikt", "gebruikt", true},
                   {"Minstens", "minstens", true},
                   {"Hoogstens", "hoogstens", true},
                   {"Toestand", "toestand"},
                   {"Gemeenten", "gemeenten"}};
  for (const auto& ceiling : response.ceilings()) {
    const auto state = ceiling.state();
    const char* word = state == publication::v1::RegionalCeilingState::PASSED  ? "overschreden"
                       : state == publication::v1::RegionalCeilingState::BELOW ? "eronder"
                                                                               : "niet te zeggen";
    table.rows.push_back(
        {Cell::Same(ceiling.ceiling()), Cell::Same(ceiling.title()), Cell::Same(ceiling.period().start_date()),
         Cell::Same(ceiling.period().end_date()), BoundCell(true, static_cast<double>(ceiling.ceiling_cents()), "cents"),
         CellOf(FigureOf(ceiling.used())), BoundCell(ceiling.used().has_lower(), ceiling.used().lower(), "cents"),
         BoundCell(ceiling.used().has_upper(), ceiling.used().upper(), "cents"), Cell::Same(word),
         Cell::Same(ceiling.coverage())});
  }
  context.Print(response, table);
  return 0;
}

}  // namespace

Table MemberTable(const publication::v1::ListMembersResponse& response) {
  Table table;
  table.columns = {{"Gemeente", "gemeente"},
                   {"Naam", "naam"},
                   {"Laatste bericht", "laatste_bericht"},
                   {"Ontvangen", "ontvangen"},
                   {"Dagen", "dagen", true},
                   {"Publicaties", "publicaties", true},
                   {"Ingetrokken", "ingetrokken", true},
                   {"Afspraken", "afspraken", true},
                   {"Geweigerd", "geweigerd", true},
                   {"Laatste reden", "laatste_reden"}};
  for (const auto& member : response.members()) {
    const bool heard = member.has_last_received_time();
    table.rows.push_back(
        {Cell::Same(member.municipality()), Cell::Same(member.title()), Cell::Same(member.last_statement()),
         MomentCell(member.last_received_time(), heard), Cell::Same(heard ? absl::StrCat(member.age_days()) : ""),
         Cell::Same(absl::StrCat(member.publication_count())), Cell::Same(absl::StrCat(member.withdrawn_count())),
         Cell::Same(absl::StrCat(member.agreement_count())), Cell::Same(absl::StrCat(member.refused_count())),
         Cell::Same(member.last_refusal())});
  }
  return table;
}

absl::StatusOr<Table> RegionalTableRows(const RegionalTable& table, const std::string& measure) {
  int k = measure.empty() ? 0 : -1;
  for (int j = 0; j < table.measures_size(); ++j) {
    if (table.measures(j).measure() == measure) k = j;
  }
  if (k < 0 || table.measures().empty()) return absl::InvalidArgumentError(absl::StrCat("de tabel heeft geen maat ", measure));
  const std::string& unit = table.measures(k).unit();
  Table rows;
  for (const auto& dimension : table.dimensions()) rows.columns.push_back({dimension.title(), dimension.dimension()});
  rows.columns.push_back({absl::StrCat(table.measures(k).title(), ", regio"), "regio", true});
  rows.columns.push_back({"Minstens", "minstens", true});
  rows.columns.push_back({"Hoogstens", "hoogstens", true});
  rows.columns.push_back({"", "toestand"});
  for (const auto& member : table.members()) rows.columns.push_back({member.title(), member.municipality(), true});
  for (const auto& cell : table.cells()) {
    std::vector<Cell>& row = rows.rows.emplace_back();
    for (int d = 0; d < table.dimensions_size(); ++d) {
      const auto& code = table.dimensions(d).codes(cell.codes(d));
      row.push_back({code.label().empty() ? code.value() : code.label(), code.value()});
    }
    const RegionalValue& value = cell.values(k);
    row.push_back(CellOf(FigureOf(value)));
    row.push_back(BoundCell(value.has_lower(), value.lower(), unit));
    row.push_back(BoundCell(value.has_upper(), value.upper(), unit));
    row.push_back(Cell::Same(StateKey(value.state())));
    std::vector<Cell> members(static_cast<size_t>(table.members_size()));
    for (int m = 0; m < table.members_size(); ++m) {
      if (table.members(m).state() != TableMember::PUBLISHED)
        members[static_cast<size_t>(m)] = {Words(table.members(m).state()), ""};
    }
    for (const auto& member : value.members()) members[static_cast<size_t>(member.member())] = CellOf(FigureOf(member));
    std::move(members.begin(), members.end(), std::back_inserter(row));
  }
  return rows;
}

Table RateTable(const publication::v1::CompareMembersResponse& response) {
  Table table;
  table.columns = {{"Gemeente", "naam"},
                   {"", "gemeente"},
                   {"Per 1000", "per_1000", true},
                   {"Vanaf", "laag", true},
                   {"Tot", "hoog", true},
                   {"Naar leeftijd", "naar_leeftijd", true},
                   {"Vanaf", "naar_leeftijd_laag", true},
                   {"Tot", "naar_leeftijd_hoog", true},
                   {"", "toestand"}};
  const auto end = [](const Figure& figure, double bound) {
    return figure.has_interval() ? BoundCell(true, bound, "ratio") : Cell();
  };
  const auto add = [&](const MemberRate& rate) {
    const Figure &crude = rate.rate(), &aged = rate.standardised_rate();
    table.rows.push_back({Cell::Same(rate.title()), Cell::Same(rate.municipality()), CellOf(crude),
                          end(crude, crude.interval().low()), end(crude, crude.interval().high()), CellOf(aged),
                          end(aged, aged.interval().low()), end(aged, aged.interval().high()),
                          Cell::Same(StateKey(crude.state()))});
  };
  for (const MemberRate& rate : response.members()) add(rate);
  if (response.has_together()) {
    add(response.together());
    table.total_rows = 1;
  }
  return table;
}

Table MarketTable(const publication::v1::AssessMarketResponse& response) {
  Table table;
  table.columns = {{"Aanbieder", "aanbieder"},
                   {"Naam", "naam"},
                   {"Bedrag", "bedrag", true},
                   {"Minstens", "minstens", true},
                   {"Hoogstens", "hoogstens", true},
                   {"Aandeel", "aandeel", true},
                   {"Minstens", "aandeel_minstens", true},
                   {"Hoogstens", "aandeel_hoogstens", true}};
  for (const auto& provider : response.providers()) {
    const RegionalValue &amount = provider.amount(), &share = provider.share();
    table.rows.push_back({Cell::Same(provider.provider()), Cell::Same(provider.label()), CellOf(FigureOf(amount)),
                          BoundCell(amount.has_lower(), amount.lower(), "cents"),
                          BoundCell(amount.has_upper(), amount.upper(), "cents"), CellOf(FigureOf(share)),
                          BoundCell(share.has_lower(), share.lower(), "ratio"),
                          BoundCell(share.has_upper(), share.upper(), "ratio")});
  }
  return table;
}

void AddRegionCommands(CLI::App& app, RegionOptions& options, const Perform& perform) {
  using Run = absl::StatusOr<int> (*)(const Context&, const RegionOptions&);
  CLI::App* group = app.add_subcommand("region", "De regio: wat gemeenten deelden, naast elkaar en samen");
  group->fallthrough();
  group->require_subcommand(1);
  const auto add = [&](const char* name, const char* text, Run run) {
    CLI::App* sub = group->add_subcommand(name, text);
    sub->fallthrough();
    sub->callback(
        [&options, perform, run] { perform([&options, run](const Context& context) { return run(context, options); }); });
    return sub;
  };
  const auto add_table = [&](CLI::App* sub) {
    sub->add_option("table", options.table, "Tabel, zoals region tables die noemt")->required();
    sub->add_option("--from", options.question.from, "Eerste maand, zoals 2018-01")->required();
    sub->add_option("--to", options.question.to, "Laatste maand, zoals 2018-12; anders die ene maand");
    sub->add_option("--measure", options.measure, "Maat; anders de eerste van de tabel");
    AddKnownOn(*sub, options.question);
  };
  add("members", "De gemeenten: wat zij het laatst zeiden, en hoe lang geleden", &Members);
  add("statements", "Berichten zoals ze kwamen, ook de geweigerde", &Statements)
      ->add_option("--member", options.municipality, "Alleen van deze gemeente, zoals gm1730");
  add("tables", "Tabellen die gemeenten publiceerden", &Tables)
      ->add_option("--audience", options.audience, "openbaar: wat iedereen mag zien");
  CLI::App* table = add("table", "Een tabel van alle gemeenten", &Show);
  add_table(table);
  table->add_option("--audience", options.audience, "openbaar: zoals iedereen hem mag zien");
  CLI::App* compare = add("compare", "Gemeenten naast elkaar, per 1000 inwoners en met gelijke leeftijden", &Compare);
  add_table(compare);
  compare->add_option("--where", options.where, "Alleen dit, zoals ivn=6");
  compare->add_option("--inhabitants", options.inhabitants, "Tabel met inwoners, liefst naar leeftijd; anders dezelfde");
  add_table(add("market", "Hoe de uitgaven over aanbieders verdeeld zijn", &Market));
  AddKnownOn(*add("ceilings", "Plafonds van de regio", &Ceilings), options.question);
}

}  // namespace nmd::cli
