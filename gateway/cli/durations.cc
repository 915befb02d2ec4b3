// SPDX-License-Identifier: EUPL-1.2
#include "gateway/cli/durations.h"

#include <CLI/CLI.hpp>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gateway/cli/figures.h"
#include "nmd/costs/v1/durations.pb.h"
#include "services/core/dutch.h"
#include "services/platform/status_macros.h"

namespace nmd::cli {
namespace {

namespace v1 = costs::v1;

// What went wrong with what was typed is a usage error: exit code 2.
absl::StatusOr<int> Usage(const Context& context, const absl::Status& status) {
  context.io.err << status.message() << "\n";
  return 2;
}

absl::StatusOr<v1::DurationQuestion> QuestionOf(const DurationOptions& options) {
  v1::DurationQuestion question;
  for (const std::string& where : options.where) {
    NMD_ASSIGN_OR_RETURN(*question.add_filters(), FilterOf(where));
  }
  NMD_RETURN_IF_ERROR(SetKnownTime(options.question, &question));
  if (options.lag_days >= 0) question.set_lag_days(options.lag_days);
  question.set_observed_from_date(options.observed_from);
  question.set_unit(options.per_product ? v1::DurationQuestion::PRODUCT : v1::DurationQuestion::TRAJECTORY);
  return question;
}

std::string ValueRaw(const v1::DurationValue& value) {
  return value.state() == type::Figure::ANSWERED ? absl::StrCat(value.value()) : "";
}
Cell CellOf(const v1::DurationValue& value) { return {value.text(), ValueRaw(value)}; }
// With its interval: "9,0 maanden (6,0 tot ?)".
Cell IntervalOf(const v1::DurationValue& value, bool share) {
  if (value.state() != type::Figure::ANSWERED || (!value.has_low() && !value.has_high())) return CellOf(value);
  const auto bound = [share](bool there, double number) {
    if (!there) return std::string("?");
    return share ? dutch::Percent(number) : dutch::Decimal(number, 1);
  };
  return {absl::StrCat(value.text(), " (", bound(value.has_low(), value.low()), " tot ", bound(value.has_high(), value.high()),
                       ")"),
          ValueRaw(value)};
}
Cell CountOf(int64_t count) { return {dutch::Number(count), absl::StrCat(count)}; }

std::string StateText(const std::string& reason) {
  if (reason == "TOO_FEW_CASES") return "minder dan 20 trajecten: geen duur";
  if (reason == "NO_CASES") return "geen trajecten";
  if (reason == "NOT_OBSERVED") return "te weinig gevolgd: geen duur";
  return ReasonText(reason);
}

Cell GroupOf(bool total, const type::DimensionValue& group) {
  return total ? Cell{"Alles", ""} : Cell{LabelText(group), group.value()};
}

void AddRow(bool total, const v1::DurationGroup& group, Table* table) {
  std::vector<Cell> row = {GroupOf(total, group.group()), CountOf(group.trajectories()), CountOf(group.ended()),
                           CountOf(group.imputed())};
  if (group.state() == type::Figure::ANSWERED) {
    const v1::DurationSummary& summary = group.summary();
    row.push_back(IntervalOf(summary.median(), false));
    for (const v1::DurationValue* value : {&summary.longer_than_6(), &summary.longer_than_9(), &summary.longer_than_12()}) {
      row.push_back(IntervalOf(*value, true));
    }
    row.push_back(group.has_without_imputed() ? CellOf(group.without_imputed().median()) : Cell());
  } else {
    row.push_back({StateText(group.state_reason()), ""});
    row.resize(9);
  }
  row.push_back(CellOf(group.ended_mean()));
  row.push_back({"", group.state_reason()});
  table->rows.push_back(std::move(row));
}

Table DurationTable(const v1::EstimateDurationResponse& response) {
  Table table;
  table.columns = {{"Groep", "groep"},
                   {"Trajecten", "trajecten", true},
                   {"Beëindigd", "beeindigd", true},
                   {"Zonder stop", "zonder_stop", true},
                   {"Mediaan", "mediaan_maanden"},
                   {"Langer dan 6", "langer_6"},
                   {"Langer dan 9", "langer_9"},
                   {"Langer dan 12", "langer_12"},
                   {"Mediaan, zonder afgeleide einden", "mediaan_zonder_afgeleid"},
                   {"Gemiddelde van alleen beëindigde", "gemiddelde_beeindigd"},
                   {"", "reden"}};
  for (const v1::DurationGroup& group : response.groups()) AddRow(false, group, &table);
  AddRow(true, response.total(), &table);
  table.total_rows = 1;
  return table;
}

Table CurveTable(const v1::EstimateDurationResponse& response) {
  Table table;
  table.columns = {{"Groep", "groep"},
                   {"Maanden", "maanden", true},
                   {"Gevolgd", "gevolgd", true},
                   {"Beëindigd", "beeindigd", true},
                   {"Duurt langer", "langer", true},
                   {"Van", "laag", true},
                   {"Tot", "hoog", true}};
  const auto add = [&table](bool total, const v1::DurationGroup& group) {
    for (const v1::DurationPoint& point : group.points()) {
      const auto share = [](bool there, double value) {
        return there ? Cell{dutch::Percent(value), absl::StrCat(value)} : Cell();
      };
      table.rows.push_back({GroupOf(total, group.group()), CountOf(point.months()), CountOf(point.at_risk()),
                            CountOf(point.ended()), share(true, point.share()), share(point.has_low(), point.low()),
                            share(point.has_high(), point.high())});
    }
  };
  for (const v1::DurationGroup& group : response.groups()) add(false, group);
  add(true, response.total());
  return table;
}

Table ReasonTable(const v1::DurationGroup& total) {
  Table table;
  table.columns = {{"Einde", "einde"},
                   {"Beëindigd", "beeindigd", true},
                   {"Binnen 6 maanden", "binnen_6"},
                   {"Binnen 9 maanden", "binnen_9"},
                   {"Binnen 12 maanden", "binnen_12"}};
  for (const v1::EndingShare& ending : total.endings()) {
    table.rows.push_back({{ending.title(), ending.ending()},
                          CountOf(ending.ended()),
                          IntervalOf(ending.within_6(), true),
                          IntervalOf(ending.within_9(), true),
                          IntervalOf(ending.within_12(), true)});
  }
  return table;
}

template <typename Response>
void PrintRemarks(const Context& context, const Response& response) {
  context.io.out << "\n";
  for (const std::string& remark : response.remarks()) context.io.out << remark << "\n";
}

absl::StatusOr<int> Estimate(const Context& context, const DurationOptions& options) {
  const absl::StatusOr<v1::DurationQuestion> question = QuestionOf(options);
  if (!question.ok()) return Usage(context, question.status());
  v1::EstimateDurationRequest request;
  *request.mutable_question() = *question;
  if (!options.from.empty()) {
    const absl::StatusOr<type::Period> period = PeriodOf(options.from, options.to);
    if (!period.ok()) return Usage(context, period.status());
    *request.mutable_question()->mutable_started() = *period;
  }
  request.set_group_by(options.by);
  v1::EstimateDurationResponse response;
  NMD_RETURN_IF_ERROR(context.client.Post(absl::StrCat(context.client.parent(), "/durations/_estimate"), request, &response));
  context.Print(response, options.curve ? CurveTable(response) : DurationTable(response));
  if (!context.ForPeople()) return 0;
  if (response.total().endings_size() > 0 && !options.curve) context.io.out << "\n" << TextOf(ReasonTable(response.total()));
  if (response.total().has_net_share()) {
    context.io.out << "\nOp gemiddeld " << response.total().net_share().text()
                   << " van de dagen tussen begin en einde was er zorg; de rest was onderbroken.\n";
  }
  if (response.has_log_rank()) context.io.out << "\n" << response.log_rank().text() << "\n";
  PrintRemarks(context, response);
  return 0;
}

void AddComparison(bool total, const v1::DurationComparison& comparison, Table* table) {
  const auto add = [&](const char* what, const char* key, const v1::DurationRatio& ratio) {
    std::vector<Cell> row = {
        GroupOf(total, comparison.group()), {what, key}, CountOf(ratio.trajectories()), CountOf(ratio.left_out())};
    if (ratio.state() == type::Figure::ANSWERED) {
      row.push_back(IntervalOf(ratio.median(), true));
      row.push_back(IntervalOf(ratio.ended_within(), true));
    } else {
      row.push_back({StateText(ratio.state_reason()), ""});
      row.emplace_back();
    }
    row.push_back(CountOf(comparison.extended()));
    row.push_back({"", ratio.state_reason()});
    table->rows.push_back(std::move(row));
  };
  add("Eerst toegewezen", "toegewezen", comparison.allocated());
  add("Afgesproken", "afgesproken", comparison.agreed());
}

absl::StatusOr<int> Compare(const Context& context, const DurationOptions& options) {
  const absl::StatusOr<v1::DurationQuestion> question = QuestionOf(options);
  if (!question.ok()) return Usage(context, question.status());
  v1::CompareDurationsRequest request;
  *request.mutable_question() = *question;
  if (!options.from.empty()) {
    const absl::StatusOr<type::Period> period = PeriodOf(options.from, options.to);
    if (!period.ok()) return Usage(context, period.status());
    *request.mutable_question()->mutable_started() = *period;
  }
  request.set_group_by(options.by);
  v1::CompareDurationsResponse response;
  NMD_RETURN_IF_ERROR(context.client.Post(absl::StrCat(context.client.parent(), "/durations/_compare"), request, &response));
  Table table;
  table.columns = {{"Groep", "groep"},
                   {"Vergeleken met", "met"},
                   {"Trajecten", "trajecten", true},
                   {"Doen niet mee", "doen_niet_mee", true},
                   {"Mediaan als deel daarvan", "mediaan_deel"},
                   {"Daarbinnen beëindigd", "binnen"},
                   {"Verlengd", "verlengd", true},
                   {"", "reden"}};
  for (const v1::DurationComparison& group : response.groups()) AddComparison(false, group, &table);
  AddComparison(true, response.total(), &table);
  context.Print(response, table);
  if (context.ForPeople()) PrintRemarks(context, response);
  return 0;
}

absl::StatusOr<int> Duration(const Context& context, const DurationOptions& options) {
  return options.compare ? Compare(context, options) : Estimate(context, options);
}

absl::StatusOr<int> Endings(const Context& context, const DurationOptions& options) {
  const absl::StatusOr<v1::DurationQuestion> question = QuestionOf(options);
  if (!question.ok()) return Usage(context, question.status());
  const absl::StatusOr<type::Period> period = PeriodOf(options.from, options.to);
  if (!period.ok()) return Usage(context, period.status());
  v1::CountEndingsRequest request;
  *request.mutable_question() = *question;
  *request.mutable_period() = *period;
  v1::CountEndingsResponse response;
  NMD_RETURN_IF_ERROR(context.client.Post(absl::StrCat(context.client.parent(), "/durations/_endings"), request, &response));
  Table table;
  table.columns = {{"Maand", "maand"}, {"Beëindigd", "beeindigd", true}, {"Zonder stopbericht", "zonder_stop", true}};
  for (const v1::EndingCount& ending : response.total().endings()) {
    table.columns.push_back({ending.title(), ending.ending(), true});
  }
  for (const auto& [title, key] : {std::pair("Daarna lager niveau", "daarna_lager"), std::pair("Gelijk", "daarna_gelijk"),
                                   std::pair("Hoger", "daarna_hoger"), std::pair("Niveau onbekend", "daarna_onbekend")}) {
    table.columns.push_back({title, key, true});
  }
  table.columns.push_back({"", "reden"});
  const auto add = [&](const v1::EndingsOfMonth& month, const std::string& name) {
    std::vector<Cell> row = {{month.provisional() ? absl::StrCat(name, " (voorlopig)") : name, month.month()}};
    if (month.state() == type::Figure::ANSWERED) {
      row.push_back(CountOf(month.count()));
      row.push_back(CountOf(month.imputed()));
      for (const v1::EndingCount& ending : month.endings()) row.push_back(CountOf(ending.count()));
      for (const int64_t count : {month.lower(), month.same(), month.higher(), month.unknown_level()}) {
        row.push_back(CountOf(count));
      }
    } else {
      row.push_back({"niet beschikbaar", ""});
    }
    row.resize(table.columns.size() - 1);
    row.push_back({"", month.state_reason()});
    table.rows.push_back(std::move(row));
  };
  for (const v1::EndingsOfMonth& month : response.months()) add(month, month.month());
  add(response.total(), "Totaal");
  table.total_rows = 1;
  context.Print(response, table);
  if (context.ForPeople()) PrintRemarks(context, response);
  return 0;
}

}  // namespace

void AddDurationCommands(CLI::App& app, DurationOptions& options, const Perform& perform) {
  using Run = absl::StatusOr<int> (*)(const Context&, const DurationOptions&);
  const auto add = [&](const char* name, const char* text, Run run) {
    CLI::App* sub = app.add_subcommand(name, text);
    sub->fallthrough();
    sub->callback(
        [&options, perform, run] { perform([&options, run](const Context& context) { return run(context, options); }); });
    sub->add_option("--where", options.where, "Alleen kenmerk=waarde,waarde; mag vaker")->allow_extra_args(false);
    AddKnownOn(*sub, options.question);
    sub->add_option("--lag", options.lag_days, "Zoveel dagen ervoor kunnen nog berichten komen; anders 30")
        ->check(CLI::Range(0, 365));
    sub->add_option("--observed-from", options.observed_from, "Vanaf deze dag staan einden in de gegevens");
    sub->add_flag("--per-product", options.per_product, "Elk product een eigen traject");
    return sub;
  };
  CLI::App* duration = add("duration", "Hoe lang zorg duurt, ook die nog loopt", &Duration);
  duration->add_option("--by", options.by, "Groepen, zoals provider, product of quarter (van het begin)");
  duration->add_option("--from", options.from, "Begonnen vanaf deze maand, zoals 2017-01");
  duration->add_option("--to", options.to, "Begonnen tot en met deze maand");
  duration->add_flag("--curve", options.curve, "Per maand welk deel langer duurt");
  duration->add_flag("--compare", options.compare, "Naast wat er is toegewezen en wat er is afgesproken");
  CLI::App* endings = add("endings", "Hoeveel trajecten er per maand eindigen, en waarom", &Endings);
  endings->add_option("--from", options.from, "Eerste maand, zoals 2017-01")->required();
  endings->add_option("--to", options.to, "Laatste maand, die meetelt");
}

}  // namespace nmd::cli
