// SPDX-License-Identifier: EUPL-1.2
#include "gateway/cli/growth.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <optional>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "gateway/cli/cells.h"
#include "gateway/cli/figures.h"
#include "gateway/cli/series.h"
#include "services/core/date.h"
#include "services/core/dutch.h"
#include "services/platform/status_macros.h"

namespace nmd::cli {
namespace {

namespace v1 = costs::v1;

Cell EuroCell(int64_t cents) { return {dutch::EuroWhole(cents), Euros(cents)}; }
Cell RealCell(double value, int decimals) { return {dutch::Decimal(value, decimals), absl::StrFormat("%.6f", value)}; }
Cell ShareCell(double share) { return {dutch::Percent(share), absl::StrFormat("%.6f", share)}; }
Cell MaybeReal(bool there, double value, int decimals) { return there ? RealCell(value, decimals) : Cell{"-", ""}; }
std::string LabelOf(const type::DimensionValue& value) { return value.label().empty() ? "Onbekend" : value.label(); }
Cell GroupCell(const type::DimensionValue& value) { return {LabelOf(value), value.value()}; }

// Remarks and known time, one line each.
template <typename Response>
std::string Closing(const Response& response) {
  std::string text;
  for (const std::string& remark : response.remarks()) absl::StrAppend(&text, remark, "\n");
  if (response.has_known_time()) absl::StrAppend(&text, "Bekend op ", MomentCell(response.known_time(), true).text, ".\n");
  return text;
}

template <typename Response>
std::string NoAnswer(const Response& response) {
  return absl::StrCat(ReasonText(response.state_reason()), "\n");
}

type::Period From(Month first, int months) {
  type::Period period;
  period.set_start_date(FormatDay(FirstDay(first)));
  period.set_end_date(FormatDay(FirstDay(first + months)));
  return period;
}

// The two periods of `months` months that begin in the months of the question, its filters and its known time.
template <typename Request>
absl::Status FillPeriods(const GrowthOptions& options, Request* request) {
  if (options.question.from.empty() || options.question.to.empty()) {
    return absl::InvalidArgumentError("geef twee maanden met --from en --to");
  }
  const std::optional<Month> from = ParseMonth(options.question.from), to = ParseMonth(options.question.to);
  if (!from.has_value() || !to.has_value()) return absl::InvalidArgumentError("schrijf een maand als 2017-01");
  *request->mutable_before() = From(*from, options.months);
  *request->mutable_after() = From(*to, options.months);
  return absl::OkStatus();
}

template <typename Request>
absl::Status FillCommon(const Question& question, Request* request) {
  for (const std::string& where : question.where) {
    NMD_ASSIGN_OR_RETURN(*request->add_filters(), FilterOf(where));
  }
  return SetKnownTime(question, request);
}

template <typename Request>
absl::Status FillPeriod(const Question& question, Request* request) {
  NMD_ASSIGN_OR_RETURN(*request->mutable_period(), PeriodOf(question.from, question.to));
  return absl::OkStatus();
}

absl::StatusOr<std::string> GroupOf(const Question& question) {
  if (question.dimensions.size() > 1) return absl::InvalidArgumentError("geef hooguit één kenmerk met --by");
  return question.dimensions.empty() ? "" : question.dimensions[0];
}

int64_t CentsOf(double euros) { return std::llround(euros * 100); }

// Asks, and prints as text or as records. The exit code is 0 also when there is no answer: that is one.
template <typename Request, typename Response>
absl::StatusOr<int> Ask(const Context& context, absl::string_view path, const Request& request,
                        std::string (*text)(const Response&), Table (*records)(const Response&)) {
  Response response;
  NMD_RETURN_IF_ERROR(context.client.Post(absl::StrCat(context.client.parent(), path), request, &response));
  if (context.ForPeople()) {
    context.io.out << text(response);
  } else {
    context.Print(response, records(response));
  }
  return 0;
}

absl::StatusOr<int> Growth(const Context& context, const GrowthOptions& options) {
  v1::ExplainGrowthRequest request;
  NMD_RETURN_IF_ERROR(FillPeriods(options, &request));
  NMD_RETURN_IF_ERROR(FillCommon(options.question, &request));
  NMD_ASSIGN_OR_RETURN(*request.mutable_group_by(), GroupOf(options.question));
  request.set_step_months(options.step);
  request.set_measure(options.measure);
  if (options.depth == "totals") request.set_depth(v1::ExplainGrowthRequest::TOTALS);
  if (options.depth == "groups") request.set_depth(v1::ExplainGrowthRequest::GROUPS);
  return Ask(context, "/growth/_explain", request, &GrowthText, &GrowthRecords);
}

absl::StatusOr<int> Providers(const Context& context, const GrowthOptions& options) {
  v1::CompareProvidersRequest request;
  NMD_RETURN_IF_ERROR(FillPeriods(options, &request));
  NMD_RETURN_IF_ERROR(FillCommon(options.question, &request));
  request.set_measure(options.measure);
  request.set_provider_level(options.level);
  request.set_new_months(options.new_months);
  request.set_small_cents(CentsOf(options.small_euros));
  return Ask(context, "/growth/_providers", request, &ProvidersText, &ProvidersTable);
}

absl::StatusOr<int> Deficit(const Context& context, const GrowthOptions& options) {
  v1::ExplainDeficitRequest request;
  NMD_RETURN_IF_ERROR(FillCommon(options.question, &request));
  request.set_year_before(options.from_year);
  request.set_year_after(options.to_year);
  for (const std::string& line : options.income) request.add_income_lines(line);
  request.set_result_line(options.result);
  request.set_measure(options.measure);
  return Ask(context, "/growth/_deficit", request, &DeficitText, &DeficitTable);
}

absl::StatusOr<int> Stock(const Context& context, const GrowthOptions& options) {
  v1::ExplainStockRequest request;
  NMD_RETURN_IF_ERROR(FillPeriod(options.question, &request));
  NMD_RETURN_IF_ERROR(FillCommon(options.question, &request));
  NMD_ASSIGN_OR_RETURN(*request.mutable_group_by(), GroupOf(options.question));
  return Ask(context, "/growth/_stock", request, &StockText, &StockTable);
}

absl::StatusOr<int> Concentration(const Context& context, const GrowthOptions& options) {
  v1::DescribeConcentrationRequest request;
  NMD_RETURN_IF_ERROR(FillPeriod(options.question, &request));
  NMD_RETURN_IF_ERROR(FillCommon(options.question, &request));
  request.set_measure(options.measure);
  request.set_provider_level(options.level);
  for (const int percent : options.percents) request.add_top_percents(percent);
  request.set_total_cents(CentsOf(options.total_euros));
  request.set_largest_missing_cents(CentsOf(options.largest_euros));
  return Ask(context, "/concentration/_describe", request, &ConcentrationText, &ConcentrationTable);
}

absl::StatusOr<int> Neighbourhoods(const Context& context, const GrowthOptions& options) {
  v1::CompareNeighbourhoodsRequest request;
  NMD_RETURN_IF_ERROR(FillCommon(options.question, &request));
  request.set_year_before(options.from_year);
  request.set_year_after(options.to_year);
  request.set_area_level(options.level);
  if (options.ages.size() == 2) {
    request.set_age_from(options.ages[0]);
    request.set_age_to(options.ages[1]);
  }
  return Ask(context, "/neighbourhoods/_compare", request, &NeighbourhoodsText, &NeighbourhoodsTable);
}

template <typename Effects>
Table EffectTable(const Effects& effects) {
  Table table;
  table.columns = {{"Waardoor", "factor"}, {"Bedrag", "bedrag", true}, {"Deel", "aandeel", true}};
  for (const v1::Effect& effect : effects) {
    table.rows.push_back({{effect.title(), effect.factor()}, EuroCell(effect.amount_cents()), ShareCell(effect.share())});
  }
  return table;
}

std::string PeriodName(const type::Period& period) { return absl::StrCat(period.start_date().substr(0, 7)); }

}  // namespace

std::string GrowthText(const v1::ExplainGrowthResponse& response) {
  std::string text;
  if (response.state() != type::Figure::ANSWERED) absl::StrAppend(&text, NoAnswer(response), "\n");
  if (!response.conclusion().empty()) absl::StrAppend(&text, response.conclusion(), "\n\n");
  Table points;
  points.columns = {
      {"Vanaf", "van"},    {"Cliënten", "clienten", true}, {"Index", "", true}, {"Voorzieningen", "voorzieningen", true},
      {"Index", "", true}, {"Bedrag", "bedrag", true},     {"Index", "", true}};
  for (const v1::GrowthPoint& point : response.points()) {
    points.rows.push_back(
        {Cell::Same(PeriodName(point.clients().period())), Cell::Same(FigureText(point.clients())),
         MaybeReal(point.has_clients_index(), point.clients_index(), 1), Cell::Same(FigureText(point.provisions())),
         MaybeReal(point.has_provisions_index(), point.provisions_index(), 1), Cell::Same(FigureText(point.amount())),
         MaybeReal(point.has_amount_index(), point.amount_index(), 1)});
  }
  absl::StrAppend(&text, TextOf(points));
  if (response.effects_size() > 0) absl::StrAppend(&text, "\n", TextOf(EffectTable(response.effects())));
  if (response.groups_size() > 0) {
    Table groups;
    groups.columns = {{response.level(), "groep"},   {"Was", "voorzieningen_was", true}, {"Nu", "voorzieningen", true},
                      {"Groei", "groei", true},      {"Bedrag was", "bedrag_was", true}, {"Bedrag", "bedrag", true},
                      {"Verschil", "verschil", true}};
    for (const v1::GrowthGroup& group : response.groups()) {
      groups.rows.push_back(
          {GroupCell(group.group()), CountCell(group.provisions_before()), CountCell(group.provisions_after()),
           group.has_provisions_growth() ? Cell::Same(dutch::Growth(group.provisions_growth())) : Cell{"nieuw", ""},
           EuroCell(group.amount_before_cents()), EuroCell(group.amount_after_cents()), EuroCell(group.growth_cents())});
    }
    absl::StrAppend(&text, "\n", TextOf(groups));
  }
  if (response.not_comparable_size() > 0) {
    Table lost;
    lost.columns = {{"Niet vergelijkbaar", "product"}, {"Bedrag was", "bedrag_was", true}, {"Bedrag", "bedrag", true}};
    for (const v1::IncomparableProduct& product : response.not_comparable()) {
      lost.rows.push_back({{product.label(), product.product()},
                           EuroCell(product.amount_before_cents()),
                           EuroCell(product.amount_after_cents())});
    }
    absl::StrAppend(&text, "\n", TextOf(lost));
  }
  return absl::StrCat(text, "\n", Closing(response));
}

Table GrowthRecords(const v1::ExplainGrowthResponse& response) {
  Table table;
  table.columns = {{"", "deel"},         {"", "van"},           {"", "tot"},      {"", "groep"}, {"", "factor"},
                   {"", "bedrag", true}, {"", "aandeel", true}, {"", "toestand"}, {"", "reden"}};
  const auto add = [&](absl::string_view part, const type::Period& before, const type::Period& after, const std::string& group,
                       const auto& effects, type::Figure::State state, const std::string& reason) {
    for (const v1::Effect& effect : effects) {
      table.rows.push_back({Cell::Same(std::string(part)), Cell::Same(before.start_date()), Cell::Same(after.start_date()),
                            Cell::Same(group), Cell::Same(effect.factor()), Cell::Same(Euros(effect.amount_cents())),
                            ShareCell(effect.share()), Cell::Same(StateKey(state)), Cell::Same(reason)});
    }
    if (effects.empty()) {
      std::vector<Cell> row = {Cell::Same(std::string(part)), Cell::Same(before.start_date()), Cell::Same(after.start_date()),
                               Cell::Same(group)};
      row.resize(7);
      row.push_back(Cell::Same(StateKey(state)));
      row.push_back(Cell::Same(reason));
      table.rows.push_back(std::move(row));
    }
  };
  const bool any = response.points_size() > 0;
  const type::Period first = any ? response.points(0).clients().period() : type::Period();
  const type::Period last = any ? response.points(response.points_size() - 1).clients().period() : type::Period();
  for (const v1::GrowthLink& link : response.links()) {
    add("stap", link.before(), link.after(), "", link.effects(), link.state(), link.state_reason());
  }
  for (const v1::GrowthGroup& group : response.groups()) {
    add("groep", first, last, group.group().value(), group.effects(), response.state(), response.state_reason());
  }
  add("totaal", first, last, "", response.effects(), response.state(), response.state_reason());
  return table;
}

namespace {

absl::string_view CohortKey(v1::ProviderCohort cohort) {
  return cohort == v1::NEW_PROVIDER     ? "nieuw"
         : cohort == v1::SMALL_PROVIDER ? "klein"
         : cohort == v1::LARGE_PROVIDER ? "groot"
                                        : "";
}

}  // namespace

Table ProvidersTable(const v1::CompareProvidersResponse& response) {
  Table table;
  table.columns = {{"Aanbieder", "aanbieder"},
                   {"Soort", "soort"},
                   {"Cliënten was", "clienten_was", true},
                   {"nu", "clienten", true},
                   {"Voorz. was", "voorzieningen_was", true},
                   {"nu", "voorzieningen", true},
                   {"IVN was", "ivn_was", true},
                   {"nu", "ivn", true},
                   {"Bedrag was", "bedrag_was", true},
                   {"nu", "bedrag", true},
                   {"Groei", "groei", true}};
  for (const v1::Effect& effect : response.total().effects()) table.columns.push_back({effect.title(), effect.factor(), true});
  const size_t effects = static_cast<size_t>(response.total().effects_size());
  const auto add = [&](Cell name, const v1::ProviderGrowth& provider) {
    std::vector<Cell> row = {std::move(name),
                             Cell::Same(std::string(CohortKey(provider.cohort()))),
                             CountCell(provider.clients_before()),
                             CountCell(provider.clients_after()),
                             CountCell(provider.provisions_before()),
                             CountCell(provider.provisions_after()),
                             MaybeReal(provider.has_mean_ivn_before(), provider.mean_ivn_before(), 2),
                             MaybeReal(provider.has_mean_ivn_after(), provider.mean_ivn_after(), 2),
                             EuroCell(provider.amount_before_cents()),
                             EuroCell(provider.amount_after_cents()),
                             EuroCell(provider.growth_cents())};
    const size_t fixed = row.size();
    row.resize(fixed + effects, EuroCell(0));
    for (const v1::Effect& effect : provider.effects()) {
      for (size_t i = 0; i < effects; ++i) {
        if (table.columns[fixed + i].key == effect.factor()) row[fixed + i] = EuroCell(effect.amount_cents());
      }
    }
    table.rows.push_back(std::move(row));
  };
  for (const v1::ProviderGrowth& provider : response.providers()) add(GroupCell(provider.provider()), provider);
  for (const v1::ProviderGrowth& cohort : response.cohorts()) {
    add({absl::StrCat(dutch::Number(cohort.provider_count()), " aanbieders"), "*"}, cohort);
  }
  if (response.has_total()) add({"Totaal", "*"}, response.total());
  table.total_rows = static_cast<size_t>(response.cohorts_size()) + (response.has_total() ? 1 : 0);
  return table;
}

std::string ProvidersText(const v1::CompareProvidersResponse& response) {
  if (response.state() != type::Figure::ANSWERED) return NoAnswer(response);
  return absl::StrCat(response.conclusion(), "\n\n", TextOf(ProvidersTable(response)), "\n", Closing(response));
}

Table DeficitTable(const v1::ExplainDeficitResponse& response) { return EffectTable(response.effects()); }

std::string DeficitText(const v1::ExplainDeficitResponse& response) {
  if (response.state() != type::Figure::ANSWERED) return NoAnswer(response);
  Table years;
  years.columns = {{"", "post"}, {"Was", "was", true}, {"Nu", "nu", true}, {"Verschil", "verschil", true}};
  const auto add = [&years](const char* name, int64_t before, int64_t after) {
    years.rows.push_back({Cell::Same(name), EuroCell(before), EuroCell(after), EuroCell(after - before)});
  };
  add("Inkomsten", response.income_before_cents(), response.income_after_cents());
  add("Uitgaven", response.spending_before_cents(), response.spending_after_cents());
  add("Resultaat", response.result_before_cents(), response.result_after_cents());
  std::string text = absl::StrCat(response.conclusion(), "\n\n", TextOf(years), "\n", TextOf(EffectTable(response.effects())));
  if (response.spending_state() != type::Figure::ANSWERED) {
    absl::StrAppend(&text, "\nDe uitgaven zijn niet verder gesplitst. ", ReasonText(response.spending_state_reason()), "\n");
  }
  if (response.has_known_time()) absl::StrAppend(&text, "\nBekend op ", MomentCell(response.known_time(), true).text, ".\n");
  return text;
}

Table StockTable(const v1::ExplainStockResponse& response) {
  Table table;
  table.columns = {{"Groep", "groep"},
                   {"Begin", "begin", true},
                   {"Nieuw", "instroom", true},
                   {"Terug", "terug", true},
                   {"Hervat", "hervat", true},
                   {"Erbij uit andere groep", "verhuisd_in", true},
                   {"Weg naar andere groep", "verhuisd_uit", true},
                   {"Weg", "uitstroom", true},
                   {"Onderbroken", "onderbroken", true},
                   {"Eind", "eind", true},
                   {"Groei", "groei", true}};
  const auto add = [&table](Cell name, const v1::StockFlow& flow) {
    std::vector<Cell> row = {std::move(name)};
    for (const int64_t count : {flow.start(), flow.inflow(), flow.returned(), flow.resumed(), flow.moved_in(), flow.moved_out(),
                                flow.outflow(), flow.interrupted(), flow.end(), flow.growth()}) {
      row.push_back(CountCell(count));
    }
    table.rows.push_back(std::move(row));
  };
  for (const v1::StockFlow& group : response.groups()) add(GroupCell(group.group()), group);
  if (response.has_total()) {
    add({"Totaal", "*"}, response.total());
    table.total_rows = 1;
  }
  if (response.has_previous()) {
    add({"Totaal, periode ervoor", "*ervoor"}, response.previous());
    ++table.total_rows;
  }
  return table;
}

std::string StockText(const v1::ExplainStockResponse& response) {
  if (response.state() != type::Figure::ANSWERED) return NoAnswer(response);
  return absl::StrCat(response.conclusion(), "\n\n", TextOf(StockTable(response)), "\n", Closing(response));
}

Table ConcentrationTable(const v1::DescribeConcentrationResponse& response) {
  Table table;
  table.columns = {{"Wat", "wat"},         {"Aantal", "aantal", true}, {"Bedrag", "bedrag", true},
                   {"Deel", "deel", true}, {"", "tot", true},          {"", "toestand"}};
  const auto state = [](type::Figure::State value) {
    type::Figure figure;
    figure.set_state(value);
    return Cell{value == type::Figure::ANSWERED ? "" : FigureText(figure), StateKey(value)};
  };
  const auto hidden = [&](Cell name, Cell count, type::Figure::State value) {
    table.rows.push_back({std::move(name),
                          std::move(count),
                          state(value).text.empty() ? Cell() : Cell{state(value).text, ""},
                          {},
                          {},
                          state(value)});
  };
  const v1::ClientSpread& clients = response.clients();
  const Cell all = CountCell(clients.client_count());
  if (clients.state() != type::Figure::ANSWERED) {
    hidden({"Cliënten", "clienten"}, all, clients.state());
  } else {
    table.rows.push_back(
        {{"Alle cliënten", "clienten"}, all, EuroCell(clients.amount_cents()), {}, {}, state(clients.state())});
    table.rows.push_back({{"Gemiddeld", "gemiddeld"}, {}, EuroCell(clients.mean_cents()), {}, {}, state(clients.state())});
    table.rows.push_back({{"Gini", "gini"}, {}, {}, RealCell(clients.gini(), 3), {}, state(clients.state())});
  }
  for (const v1::AmountPercentile& percentile : clients.percentiles()) {
    const Cell name = {absl::StrCat(percentile.percent(), "% kost niet meer dan"), absl::StrCat("p", percentile.percent())};
    if (percentile.state() != type::Figure::ANSWERED) {
      hidden(name, {}, percentile.state());
    } else {
      table.rows.push_back({name, {}, EuroCell(percentile.amount_cents()), {}, {}, state(percentile.state())});
    }
  }
  for (const v1::TopShare& top : clients.top_shares()) {
    const Cell name = {absl::StrCat("Duurste ", top.percent(), "%"), absl::StrCat("top", top.percent())};
    if (top.state() != type::Figure::ANSWERED) {
      hidden(name, CountCell(top.client_count()), top.state());
    } else {
      table.rows.push_back(
          {name, CountCell(top.client_count()), EuroCell(top.least_cents()), ShareCell(top.share()), {}, state(top.state())});
    }
  }
  const v1::ProviderSpread& providers = response.providers();
  if (providers.state() == type::Figure::ANSWERED) {
    const auto range = [&](Cell name, const v1::ShareRange& bounds, bool share) {
      const auto cell = [share](double value) { return share ? ShareCell(value) : RealCell(value, 0); };
      table.rows.push_back({std::move(name),
                            CountCell(providers.provider_count()),
                            {},
                            cell(bounds.least()),
                            cell(bounds.most()),
                            state(providers.state())});
    };
    range({"Vijf grootste aanbieders", "cr5"}, providers.largest5_share(), true);
    range({"Herfindahl-index", "hhi"}, providers.hhi(), false);
    for (const v1::ProviderShare& share : providers.largest()) {
      table.rows.push_back({GroupCell(share.provider()),
                            {},
                            EuroCell(share.amount_cents()),
                            ShareCell(share.share()),
                            {},
                            state(providers.state())});
    }
  } else if (response.state() == type::Figure::ANSWERED) {
    hidden({"Aanbieders", "aanbieders"}, CountCell(providers.provider_count()), providers.state());
  }
  return table;
}

std::string ConcentrationText(const v1::DescribeConcentrationResponse& response) {
  if (response.state() != type::Figure::ANSWERED) return NoAnswer(response);
  std::string text = absl::StrCat(response.conclusion(), "\n\n", TextOf(ConcentrationTable(response)), "\n");
  for (const v1::ProviderChange& change : response.providers().changes()) absl::StrAppend(&text, change.text(), "\n");
  return absl::StrCat(text, Closing(response));
}

Table NeighbourhoodsTable(const v1::CompareNeighbourhoodsResponse& response) {
  Table table;
  table.columns = {{"Gebied", "gebied"},
                   {"Jaar", "jaar"},
                   {"Cliënten", "clienten", true},
                   {"Inwoners", "inwoners", true},
                   {"Per 1000", "per_1000", true},
                   {"van", "per_1000_laag", true},
                   {"tot", "per_1000_hoog", true},
                   {"Gestandaardiseerd", "gestandaardiseerd", true},
                   {"Groei", "groei", true},
                   {"Per inwoner", "verhouding", true},
                   {"van", "verhouding_laag", true},
                   {"tot", "verhouding_hoog", true},
                   {"", "reden"}};
  const auto add = [&table](const v1::Neighbourhood& area) {
    const Cell name = area.has_area() ? GroupCell(area.area()) : Cell{"Gemeente", "*"};
    for (const v1::NeighbourhoodYear* year : {&area.before(), &area.after()}) {
      const bool rate = year->state() == type::Figure::ANSWERED;
      const bool growth = year == &area.after() && area.growth().state() == type::Figure::ANSWERED;
      const auto& bounds = area.growth().rate_ratio_interval();
      table.rows.push_back({name,
                            Cell::Same(absl::StrCat(year->year())),
                            {FigureText(year->clients()), FigureRaw(year->clients())},
                            {FigureText(year->population()), FigureRaw(year->population())},
                            MaybeReal(rate, year->per_1000(), 1),
                            MaybeReal(rate, year->per_1000_interval().low(), 1),
                            MaybeReal(rate, year->per_1000_interval().high(), 1),
                            MaybeReal(year->has_standardised_per_1000(), year->standardised_per_1000(), 1),
                            growth ? Cell{dutch::Growth(area.growth().clients_growth(), 1),
                                          absl::StrFormat("%.6f", area.growth().clients_growth())}
                                   : Cell{"-", ""},
                            MaybeReal(growth, area.growth().rate_ratio(), 2),
                            MaybeReal(growth, bounds.low(), 2),
                            MaybeReal(growth, bounds.high(), 2),
                            Cell::Same(year == &area.after() ? area.growth().state_reason() : year->state_reason())});
    }
  };
  for (const v1::Neighbourhood& area : response.areas()) add(area);
  if (response.has_total()) {
    add(response.total());
    table.total_rows = 2;
  }
  return table;
}

std::string NeighbourhoodsText(const v1::CompareNeighbourhoodsResponse& response) {
  if (response.state() != type::Figure::ANSWERED) return NoAnswer(response);
  std::string text = absl::StrCat(TextOf(NeighbourhoodsTable(response)), "\n");
  for (const v1::Neighbourhood& area : response.areas()) {
    absl::StrAppend(&text, area.conclusion(), "\n");
    for (const v1::ExternalValue& value : area.external_values()) absl::StrAppend(&text, "  ", SeriesLine(value), "\n");
  }
  return absl::StrCat(text, response.total().conclusion(), "\n\n", Closing(response));
}

void AddGrowthCommands(CLI::App& app, GrowthOptions& options, const Perform& perform) {
  const auto add = [&](const char* name, const char* text, absl::StatusOr<int> (*run)(const Context&, const GrowthOptions&)) {
    CLI::App* sub = app.add_subcommand(name, text);
    sub->fallthrough();
    sub->callback(
        [&options, perform, run] { perform([&options, run](const Context& context) { return run(context, options); }); });
    sub->add_option("--where", options.question.where, "Alleen kenmerk=waarde,waarde; mag vaker")->allow_extra_args(false);
    AddKnownOn(*sub, options.question);
    return sub;
  };
  const auto add_measure = [&](CLI::App* sub) {
    sub->add_option("--amount", options.measure, "Welk bedrag")->check(CLI::IsMember({"indicated", "declared", "approved"}));
  };
  const auto add_level = [&](CLI::App* sub) {
    sub->add_option("--level", options.level, "Aanbieders als vestiging, organisatie of concern")
        ->check(CLI::IsMember({"provider", "organisation", "concern"}));
  };
  const auto add_years = [&](CLI::App* sub) {
    sub->add_option("--from", options.from_year, "Eerste jaar, zoals 2018")->required();
    sub->add_option("--to", options.to_year, "Laatste jaar, zoals 2020")->required();
  };
  const auto add_periods = [&](CLI::App* sub) {
    sub->add_option("--from", options.question.from, "Eerste maand van de eerste periode, zoals 2017-01");
    sub->add_option("--to", options.question.to, "Eerste maand van de laatste periode, zoals 2018-01");
    sub->add_option("--months", options.months, "Zoveel maanden is elke periode lang")->check(CLI::Range(1, 120));
  };
  const auto add_time = [&](CLI::App* sub) {
    sub->add_option("--from", options.question.from, "Eerste maand, zoals 2017-01");
    sub->add_option("--to", options.question.to, "Laatste maand, die meetelt, zoals 2017-12");
  };

  CLI::App* growth = add("growth", "Waardoor de kosten groeiden: cliënten, mix, duur, omvang en tarief", &Growth);
  add_periods(growth);
  add_measure(growth);
  growth->add_option("--by", options.question.dimensions, "Groepen, zoals ivn; anders de producten")->expected(1);
  growth->add_option("--step", options.step, "In stappen van zoveel maanden, zoals 12")->check(CLI::Range(1, 600));
  growth->add_option("--depth", options.depth, "totals, groups of products")
      ->check(CLI::IsMember({"totals", "groups", "products"}));

  CLI::App* providers = add("provider-growth", "Welke aanbieders groeiden, en waardoor", &Providers);
  add_periods(providers);
  add_measure(providers);
  add_level(providers);
  providers->add_option("--new-months", options.new_months, "Nieuw is korter dan zoveel maanden; anders 24")
      ->check(CLI::Range(1, 600));
  providers->add_option("--small", options.small_euros, "Klein is minder dan zoveel euro per jaar; anders 250000")
      ->check(CLI::Range(0.0, 1e9));

  CLI::App* deficit = add("deficit", "Waardoor het tekort tussen twee jaren veranderde", &Deficit);
  add_years(deficit);
  add_measure(deficit);
  deficit->add_option("--income", options.income, "Begrotingsposten die inkomsten zijn")->delimiter(',');
  deficit->add_option("--result", options.result, "Begrotingspost van het resultaat");

  CLI::App* stock = add("stock", "Waardoor het aantal cliënten veranderde: wie kwam, ging en bleef", &Stock);
  add_time(stock);
  stock->add_option("--by", options.question.dimensions, "Groepen, zoals referrer")->expected(1);

  CLI::App* concentration = add("concentration", "Hoe het geld is verdeeld over cliënten en aanbieders", &Concentration);
  add_time(concentration);
  add_measure(concentration);
  add_level(concentration);
  concentration->add_option("--top", options.percents, "De duurste zoveel procent; anders 1,2,10")->delimiter(',');
  concentration->add_option("--total", options.total_euros, "Het hele bedrag in euro, als er aanbieders ontbreken")
      ->check(CLI::Range(0.0, 1e12));
  concentration->add_option("--largest-missing", options.largest_euros, "Meer dan dit heeft geen van wie ontbreekt, in euro")
      ->check(CLI::Range(0.0, 1e12));

  CLI::App* areas = add("neighbourhoods", "Wijken of buurten in twee jaren, met inwoners en marges", &Neighbourhoods);
  add_years(areas);
  areas->add_option("--area", options.level, "wijk of buurt")->check(CLI::IsMember({"wijk", "buurt"}));
  areas->add_option("--ages", options.ages, "Eerste en laatste leeftijd, zoals 0,17")->delimiter(',')->expected(2);
}

}  // namespace nmd::cli
