// SPDX-License-Identifier: EUPL-1.2
#include "gateway/cli/source_listings.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "gateway/cli/figures.h"
#include "services/core/dutch.h"

namespace nmd::cli {
namespace {

using ingestion::v1::SourceAnalysis;

// "jw323" of "municipalities/gm1730/sources/jw323/analysis".
std::string SourceOf(const SourceAnalysis& analysis) {
  const std::vector<std::string> parts = absl::StrSplit(analysis.name(), '/');
  return parts.size() == 5 ? parts[3] : analysis.name();
}

Cell Count(int64_t value) { return {dutch::Number(value), absl::StrCat(value)}; }

Cell Share(bool present, double share) {
  return present ? Cell{dutch::Percent(share), absl::StrFormat("%.4f", share)} : Cell{"onbekend", ""};
}

std::string GradeOf(const SourceAnalysis& analysis) {
  return analysis.grade() == SourceAnalysis::GRADE_UNSPECIFIED ? "" : SourceAnalysis::Grade_Name(analysis.grade());
}

Cell LinkCell(const std::string& source, const linking::v1::LinkSummary& links) {
  for (const auto& each : links.sources()) {
    if (each.source() != source || each.person_count() == 0) continue;
    return Share(true, static_cast<double>(each.linked_count()) / static_cast<double>(each.person_count()));
  }
  return {"", ""};
}

Cell MonthCell(const std::string& month) {
  const std::optional<Month> parsed = ParseMonth(month);
  return {parsed ? dutch::MonthName(*parsed) : "", month};
}

std::string MethodText(SourceAnalysis::Method method) {
  switch (method) {
    case SourceAnalysis::SCHEDULE:
      return "afspraak";
    case SourceAnalysis::ALLOCATIONS:
      return "toewijzingen";
    case SourceAnalysis::REGULAR_SENDERS:
      return "vaste afzenders";
    case SourceAnalysis::LAST_YEAR:
      return "vorig jaar";
    default:
      return "";
  }
}

}  // namespace

Table SourceAnalysisTable(const ingestion::v1::ListSourceAnalysesResponse& response, const linking::v1::LinkSummary& links) {
  Table table;
  table.columns = {{"Bron", "bron"},
                   {"Naam", "naam"},
                   {"Eigenaar", "eigenaar"},
                   {"Leveringen", "leveringen", true},
                   {"Afgekeurd", "afgekeurd", true},
                   {"Volledig", "volledigheid", true},
                   {"Op tijd", "op_tijd", true},
                   {"Dagen te laat", "dagen_te_laat", true},
                   {"Kwaliteit", "kwaliteit"},
                   {"Gekoppeld", "koppeling", true},
                   {"Nieuwste", "nieuwste"},
                   {"", "grondslag"},
                   {"", "contact"}};
  for (const SourceAnalysis& analysis : response.source_analyses()) {
    const std::string source = SourceOf(analysis);
    table.rows.push_back({Cell::Same(source), Cell::Same(analysis.title()), Cell::Same(analysis.owner()),
                          Count(analysis.delivery_count()), Count(analysis.rejected_count()),
                          Share(analysis.has_completeness(), analysis.completeness()),
                          Share(analysis.has_timeliness(), analysis.timeliness()), Count(analysis.median_days_late()),
                          Cell::Same(GradeOf(analysis)), LinkCell(source, links),
                          MomentCell(analysis.newest_known_time(), analysis.has_newest_known_time()),
                          Cell::Same(analysis.legal_basis()), Cell::Same(analysis.contact())});
  }
  return table;
}

Table MissingTable(const ingestion::v1::ListSourceAnalysesResponse& response) {
  Table table;
  table.columns = {{"Bron", "bron"},
                   {"Maand", "maand"},
                   {"Afzender", "afzender"},
                   {"Naam", "naam"},
                   {"Leverde het laatst over", "laatste_maand"}};
  for (const SourceAnalysis& analysis : response.source_analyses()) {
    for (const SourceAnalysis::Month& month : analysis.months()) {
      for (const SourceAnalysis::MissingSender& missing : month.missing()) {
        Cell last = MonthCell(missing.last_month());
        if (missing.last_month().empty()) last.text = "nooit";
        table.rows.push_back({Cell::Same(SourceOf(analysis)), MonthCell(month.month()), Cell::Same(missing.sender()),
                              Cell::Same(missing.title()), last});
      }
    }
  }
  return table;
}

std::string MissingText(const ingestion::v1::ListSourceAnalysesResponse& response) {
  std::string text;
  for (const SourceAnalysis& analysis : response.source_analyses()) {
    for (const SourceAnalysis::Month& month : analysis.months()) {
      if (month.missing_count() > 0) absl::StrAppend(&text, analysis.title(), ": ", month.statement(), "\n");
    }
  }
  return text;
}

int64_t CountMissing(const ingestion::v1::ListSourceAnalysesResponse& response) {
  int64_t count = 0;
  for (const SourceAnalysis& analysis : response.source_analyses()) {
    for (const SourceAnalysis::Month& month : analysis.months()) count += month.missing_count();
  }
  return count;
}

Table SourceMonthTable(const SourceAnalysis& analysis) {
  Table table;
  table.columns = {{"Maand", "maand"},
                   {"Verwacht volgens", "methode"},
                   {"Op tijd tot en met", "termijn"},
                   {"Verwacht", "verwacht", true},
                   {"Ontvangen", "ontvangen", true},
                   {"Ontbreekt", "ontbreekt", true},
                   {"Kan nog komen", "kan_nog_komen", true},
                   {"Extra", "extra", true},
                   {"Leveringen", "leveringen", true},
                   {"Afgekeurd", "afgekeurd", true}};
  for (const SourceAnalysis::Month& month : analysis.months()) {
    const std::optional<Day> due = ParseDay(month.due_date());
    table.rows.push_back({MonthCell(month.month()),
                          {MethodText(month.method()), SourceAnalysis::Method_Name(month.method())},
                          {due ? dutch::Date(*due) : "", month.due_date()},
                          Count(month.expected_count()),
                          Count(month.received_count()),
                          Count(month.missing_count()),
                          Count(month.pending_count()),
                          Count(month.extra_count()),
                          Count(month.delivery_count()),
                          Count(month.rejected_count())});
  }
  return table;
}

std::string SourceText(const SourceAnalysis& analysis, const linking::v1::LinkSummary& links) {
  std::string text = absl::StrCat(analysis.title(), " (", SourceOf(analysis), ")\n");
  const auto line = [&](absl::string_view name, const std::string& value) {
    if (!value.empty()) absl::StrAppend(&text, name, ": ", value, "\n");
  };
  line("Eigenaar", analysis.owner());
  line("Contact", analysis.contact());
  line("Grondslag", analysis.legal_basis());
  line("Gegevens", absl::StrJoin(analysis.fields(), ", "));
  line("Eerste levering", MomentCell(analysis.first_known_time(), analysis.has_first_known_time()).text);
  line("Nieuwste levering", MomentCell(analysis.newest_known_time(), analysis.has_newest_known_time()).text);
  line("Personen gekoppeld", LinkCell(SourceOf(analysis), links).text);
  absl::StrAppend(&text, "\n", analysis.statement(), "\n\n", TextOf(SourceMonthTable(analysis)));
  ingestion::v1::ListSourceAnalysesResponse one;
  *one.add_source_analyses() = analysis;
  if (const Table missing = MissingTable(one); !missing.rows.empty()) {
    absl::StrAppend(&text, "\nWie ontbreekt\n", TextOf(missing));
  }
  if (analysis.failed_checks_size() > 0) {
    Table checks;
    checks.columns = {{"Regel", "regel"},
                      {"Niveau", "niveau", true},
                      {"Keer", "keer", true},
                      {"Leveringen", "leveringen", true},
                      {"Wat er mis is", "tekst", false, 60}};
    for (const SourceAnalysis::FailedCheck& check : analysis.failed_checks()) {
      checks.rows.push_back({Cell::Same(check.rule()), Count(check.level()), Count(check.finding_count()),
                             Count(check.delivery_count()), Cell::Same(check.text())});
    }
    absl::StrAppend(&text, "\nWelke controles mislukten\n", TextOf(checks));
  }
  absl::StrAppend(&text, "\nBekend op ", MomentCell(analysis.known_time(), true).text, ".\n");
  return text;
}

}  // namespace nmd::cli
