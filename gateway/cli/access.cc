// SPDX-License-Identifier: EUPL-1.2
#include "gateway/cli/access.h"

#include <CLI/CLI.hpp>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "gateway/cli/cells.h"
#include "gateway/cli/figures.h"
#include "services/core/dutch.h"
#include "services/platform/status_macros.h"

namespace nmd::cli {
namespace {

// The word for a value that is not there.
std::string Missing(const costs::v1::Estimate& estimate) {
  return estimate.state_reason() == "NOT_REACHED" ? "niet bereikt" : estimate.state_reason() == "TOO_FEW" ? "te weinig" : "-";
}

// With its interval for people; machines get the value only.
Cell ValueCell(const costs::v1::Estimate& estimate, int decimals) {
  if (estimate.state() != type::Figure::ANSWERED) return {Missing(estimate), ""};
  std::string text = dutch::Decimal(estimate.value(), decimals);
  if (estimate.has_interval()) {
    absl::StrAppend(&text, " [", dutch::Decimal(estimate.interval().low(), decimals), "–",
                    dutch::Decimal(estimate.interval().high(), decimals), "]");
  }
  return {std::move(text), absl::StrFormat("%.6g", estimate.value())};
}

Cell ShareCell(const costs::v1::Estimate& estimate) {
  if (estimate.state() != type::Figure::ANSWERED) return {Missing(estimate), ""};
  std::string text = dutch::Percent(estimate.value());
  if (estimate.has_interval()) {
    absl::StrAppend(&text, " [", dutch::Percent(estimate.interval().low()), "–", dutch::Percent(estimate.interval().high()),
                    "]");
  }
  return {std::move(text), absl::StrFormat("%.6g", estimate.value())};
}

Cell GroupCell(bool all, const type::DimensionValue& value) {
  return all ? Cell{"alles samen", ""} : Cell{LabelText(value), value.value()};
}

// What every request of these has.
template <typename Request>
absl::Status Ask(const Question& question, Request* request) {
  NMD_ASSIGN_OR_RETURN(*request->mutable_period(), PeriodOf(question.from, question.to));
  for (const std::string& where : question.where) {
    NMD_ASSIGN_OR_RETURN(*request->add_filters(), FilterOf(where));
  }
  return absl::OkStatus();
}

template <typename Response, typename Request>
absl::StatusOr<int> Call(const Context& context, absl::string_view verb, const Request& request,
                         Table (*table_of)(const Response&)) {
  Response response;
  NMD_RETURN_IF_ERROR(context.client.Post(absl::StrCat(context.client.parent(), "/figures/_", verb), request, &response));
  if (context.ForPeople() && response.state() != type::Figure::ANSWERED) {
    context.io.out << ReasonText(response.state_reason()) << "\n";
    return 0;
  }
  context.Print(response, table_of(response));
  if (context.ForPeople()) context.io.out << "\n" << response.conclusion() << "\n";
  return 0;
}

// A usage error keeps its own exit code.
template <typename Request>
absl::Status Build(const AccessOptions& options, Request* request) {
  NMD_RETURN_IF_ERROR(Ask(options.question, request));
  return SetKnownTime(options.question, request);
}

absl::StatusOr<int> Referrers(const Context& context, const AccessOptions& options) {
  costs::v1::CompareReferrersRequest request;
  NMD_RETURN_IF_ERROR(Build(options, &request));
  return Call(context, "referrers", request, &ReferrerTable);
}

absl::StatusOr<int> Waiting(const Context& context, const AccessOptions& options) {
  costs::v1::DescribeWaitingRequest request;
  NMD_RETURN_IF_ERROR(Build(options, &request));
  request.set_from(options.since == "referred" ? costs::v1::DescribeWaitingRequest::REFERRED
                                               : costs::v1::DescribeWaitingRequest::ASSIGNED);
  if (!options.question.dimensions.empty()) request.set_group_by(options.question.dimensions.front());
  for (const int days : options.longer) request.add_longer_than_days(days);
  return Call(context, "waiting", request, &WaitingTable);
}

absl::StatusOr<int> Continuation(const Context& context, const AccessOptions& options) {
  costs::v1::DescribeContinuationRequest request;
  NMD_RETURN_IF_ERROR(Build(options, &request));
  if (!options.question.dimensions.empty()) request.set_group_by(options.question.dimensions.front());
  return Call(context, "continuation", request, &ContinuationTable);
}

absl::StatusOr<int> Overlaps(const Context& context, const AccessOptions& options) {
  costs::v1::DescribeOverlapsRequest request;
  request.set_reference_date(options.question.on);
  request.set_level(options.level);
  for (const std::string& where : options.question.where) {
    NMD_ASSIGN_OR_RETURN(*request.add_filters(), FilterOf(where));
  }
  NMD_RETURN_IF_ERROR(SetKnownTime(options.question, &request));
  return Call(context, "overlaps", request, &OverlapTable);
}

absl::StatusOr<int> Responsibility(const Context& context, const AccessOptions& options) {
  costs::v1::DescribeResponsibilityRequest request;
  NMD_RETURN_IF_ERROR(Build(options, &request));
  return Call(context, "responsibility", request, &ResponsibilityTable);
}

}  // namespace

Table ReferrerTable(const costs::v1::CompareReferrersResponse& response) {
  Table table;
  table.columns = {{"Verwijzer", "verwijzer"},
                   {"Voorzieningen", "voorzieningen", true},
                   {"Deel", "deel", true},
                   {"Deel van bekend", "deel_van_bekend", true},
                   {"Gemiddeld IVN", "ivn", true},
                   {"Verschil", "ivn_verschil", true},
                   {"Euro per maand", "euro_per_maand", true},
                   {"Verschil", "euro_verschil", true},
                   {"Helft klaar na dagen", "mediaan_dagen", true},
                   {"Grootste aanbieder", "grootste_aanbieder"},
                   {"Deel", "grootste_deel", true}};
  for (const auto& group : response.groups()) {
    table.rows.push_back(
        {{group.title(), group.group()},
         CountCell(group.course_count()),
         ShareCell(group.share()),
         ShareCell(group.share_of_known()),
         ValueCell(group.ivn(), 2),
         ValueCell(group.difference().ivn(), 2),
         ValueCell(group.amount(), 0),
         ValueCell(group.difference().amount(), 0),
         ValueCell(group.duration(), 0),
         {group.has_largest_provider() ? LabelText(group.largest_provider()) : "", group.largest_provider().value()},
         ShareCell(group.largest_share())});
  }
  return table;
}

Table WaitingTable(const costs::v1::DescribeWaitingResponse& response) {
  Table table;
  table.columns = {{"Groep", "groep"},
                   {"Voorzieningen", "voorzieningen", true},
                   {"Begonnen", "begonnen", true},
                   {"Wacht nog", "wacht", true},
                   {"Eerder begonnen", "eerder", true},
                   {"Onbekend", "onbekend", true},
                   {"Helft binnen", "p50", true},
                   {"90% binnen", "p90", true}};
  if (response.groups_size() > 0) {
    for (const auto& longer : response.groups(0).longer()) {
      table.columns.push_back(
          {absl::StrCat("Langer dan ", longer.days(), " dagen"), absl::StrCat("langer_dan_", longer.days()), true});
    }
  }
  for (const auto& group : response.groups()) {
    std::vector<Cell> row = {GroupCell(!group.has_group(), group.group()),
                             CountCell(group.course_count()),
                             CountCell(group.started()),
                             CountCell(group.waiting()),
                             CountCell(group.before()),
                             CountCell(group.unknown()),
                             ValueCell(group.median(), 0),
                             ValueCell(group.p90(), 0)};
    for (const auto& longer : group.longer()) row.push_back(ShareCell(longer.share()));
    row.resize(table.columns.size());
    table.rows.push_back(std::move(row));
  }
  return table;
}

Table ContinuationTable(const costs::v1::DescribeContinuationResponse& response) {
  Table table;
  table.columns = {{"Groep", "groep"},
                   {"Voorzieningen", "voorzieningen", true},
                   {"Zelfde aanbieder", "zelfde_aanbieder", true},
                   {"Erbij", "erbij", true},
                   {"Van elders", "van_elders", true},
                   {"Terug binnen een jaar", "terug", true},
                   {"Nieuw", "nieuw", true},
                   {"Nooit eerder", "nooit_eerder", true},
                   {"Deel zelfde aanbieder", "deel_zelfde_aanbieder", true}};
  for (const auto& group : response.groups()) {
    table.rows.push_back({GroupCell(!group.has_group(), group.group()), CountCell(group.course_count()),
                          CountCell(group.continued()), CountCell(group.added()), CountCell(group.switched()),
                          CountCell(group.returned()), CountCell(group.newcomer()), CountCell(group.first_ever()),
                          ShareCell(group.continued_share())});
  }
  return table;
}

Table OverlapTable(const costs::v1::DescribeOverlapsResponse& response) {
  Table table;
  table.columns = {{"Wat samenloopt", "soort"}, {"Product", "product"}, {"Ander product", "ander_product"},
                   {"Aantal", "aantal", true},  {"Deel", "deel", true}, {"Regel", "regel", false, 60}};
  for (const auto& overlap : response.overlaps()) {
    table.rows.push_back({{overlap.title(), costs::v1::DescribeOverlapsResponse::Kind_Name(overlap.kind())},
                          Cell::Same(""),
                          Cell::Same(""),
                          CountCell(overlap.count()),
                          ShareCell(overlap.share()),
                          Cell::Same("")});
  }
  for (const auto& pair : response.pairs()) {
    const int kind = static_cast<int>(pair.kind());
    const bool named = 0 < kind && kind <= response.overlaps_size();
    table.rows.push_back({{named ? absl::StrCat("  ", response.overlaps(kind - 1).title()) : "",
                           costs::v1::DescribeOverlapsResponse::Kind_Name(pair.kind())},
                          {LabelText(pair.product()), pair.product().value()},
                          {LabelText(pair.other_product()), pair.other_product().value()},
                          CountCell(pair.count()),
                          Cell::Same(""),
                          Cell::Same(pair.reason())});
  }
  return table;
}

Table ResponsibilityTable(const costs::v1::DescribeResponsibilityResponse& response) {
  Table table;
  table.columns = {
      {"Wie", "soort"}, {"Cliënten", "clienten", true}, {"Geïndiceerd", "geindiceerd", true}, {"Deel", "deel", true}};
  for (const auto& group : response.groups()) {
    table.rows.push_back({{group.title(), costs::v1::DescribeResponsibilityResponse::Kind_Name(group.kind())},
                          CountCell(group.client_count()),
                          {dutch::EuroWhole(group.indicated_cents()),
                           absl::StrFormat("%d.%02d", group.indicated_cents() / 100, group.indicated_cents() % 100)},
                          ShareCell(group.share())});
  }
  return table;
}

void AddAccessCommands(CLI::App& app, AccessOptions& options, const Perform& perform) {
  using Run = absl::StatusOr<int> (*)(const Context&, const AccessOptions&);
  const auto add = [&](const char* name, const char* text, Run run) {
    CLI::App* sub = app.add_subcommand(name, text);
    sub->fallthrough();
    sub->callback(
        [&options, perform, run] { perform([&options, run](const Context& context) { return run(context, options); }); });
    sub->add_option("--where", options.question.where, "Alleen kenmerk=waarde,waarde; mag vaker")->allow_extra_args(false);
    AddKnownOn(*sub, options.question);
    return sub;
  };
  const auto add_time = [&](CLI::App* sub) {
    sub->add_option("--from", options.question.from, "Eerste maand, zoals 2017-01")->required();
    sub->add_option("--to", options.question.to, "Laatste maand, die meetelt, zoals 2018-01");
  };
  const auto add_by = [&](CLI::App* sub) {
    sub->add_option("--by", options.question.dimensions, "Groepen, zoals category of referrer")->expected(1);
  };
  add_time(add("referrers", "Wie er verwijst, en of de zorg daarna verschilt", &Referrers));
  CLI::App* waiting = add("waiting", "Hoe lang mensen wachten; wie nog wacht telt mee", &Waiting);
  add_time(waiting);
  add_by(waiting);
  waiting->add_option("--since", options.since, "Vanaf wanneer: assigned (besluit) of referred (verwijzing)")
      ->check(CLI::IsMember({"assigned", "referred"}));
  waiting->add_option("--longer-than", options.longer, "Het deel dat langer wacht dan zoveel dagen; anders 28,70")
      ->delimiter(',');
  CLI::App* continuation = add("continuation", "Of zorg die begint nieuw is, of doorgaat bij een aanbieder", &Continuation);
  add_time(continuation);
  add_by(continuation);
  CLI::App* overlaps = add("overlaps", "Zorg die samenloopt op een dag, en wat daarvan niet mag", &Overlaps);
  overlaps->add_option("--on", options.question.on, "Peildatum, zoals 2018-01-31")->required();
  overlaps->add_option("--level", options.level, "Niveau waarvan er twee tegelijk geteld worden; anders 6")
      ->check(CLI::Range(1, 8));
  add_time(add("responsibility", "Wie er verblijft en van elders komt, en wat dat kost (woonplaatsbeginsel)", &Responsibility));
}

}  // namespace nmd::cli
