// SPDX-License-Identifier: EUPL-1.2
#include "gateway/cli/figure_sheets.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "gateway/cli/glossary.h"
#include "services/core/date.h"
#include "services/core/dutch.h"

namespace nmd::cli {
namespace {

using costs::v1::Measure;
using costs::v1::QueryFiguresResponse;
using type::Figure;
using Row = std::vector<SheetCell>;

std::string IdOf(const std::string& name) { return name.substr(name.rfind('/') + 1); }

const Measure* FindMeasure(const Catalogue& catalogue, const std::string& id) {
  for (const Measure& measure : catalogue.measures.measures()) {
    if (IdOf(measure.name()) == id) return &measure;
  }
  return nullptr;
}

// A share is a percentage to a reader; every other quotient is a number of its unit.
SheetCell RatioCell(double ratio, const Measure* measure) {
  return measure != nullptr && measure->unit() == "deel" ? SheetCell::Share(ratio) : SheetCell::Decimal(ratio);
}

SheetCell FigureCell(const Figure& figure, const Measure* measure) {
  if (figure.state() == Figure::ANSWERED) {
    if (figure.value_case() == Figure::kCount) return SheetCell::Count(figure.count());
    if (figure.value_case() == Figure::kAmountCents) return SheetCell::Euro(figure.amount_cents());
    if (figure.value_case() == Figure::kRatio) return RatioCell(figure.ratio(), measure);
  }
  return SheetCell::Text(FigureText(figure));
}

// A coordinate as what it is: a month is a date, a year a number, all else a name.
SheetCell CoordinateCell(const type::DimensionValue& at) {
  if (at.dimension() == "month") {
    if (const std::optional<Month> month = ParseMonth(at.value())) return SheetCell::MonthOfYear(*month);
  }
  int year = 0;
  if (at.dimension() == "year" && absl::SimpleAtoi(at.value(), &year)) return SheetCell::Year(year);
  return SheetCell::Text(LabelText(at));
}

bool TimeOfItself(const std::string& dimension) { return dimension == "month" || dimension == "year"; }

// The columns of a measure beside the figure itself.
struct Beside {
  bool interval = false;
  bool least = false;
};

class FigureTable {
 public:
  FigureTable(const QueryFiguresResponse& response, const Catalogue& catalogue)
      : response_(response), titles_(TitlesOf(catalogue)) {
    for (const Measure& measure : catalogue.measures.measures()) measures_[IdOf(measure.name())] = &measure;
    for (const auto* figures : {&response.figures(), &response.totals()}) {
      for (const Figure& figure : *figures) {
        beside_[figure.measure()].interval |= figure.has_interval();
        beside_[figure.measure()].least |= figure.reliability().has_least_count();
        for (const type::DimensionValue& at : figure.dimensions()) {
          if (!at.value().empty() && !TimeOfItself(at.dimension()) && LabelText(at) != at.value())
            coded_.insert(at.dimension());
        }
      }
    }
  }

  Sheet Make() const {
    Sheet sheet;
    sheet.name = "Cijfers";
    sheet.frozen_rows = 1;
    sheet.rows.push_back(Header());
    const auto& dimensions = response_.effective().dimensions();
    if (!dimensions.empty()) {
      // Figures of one cell stand together, in order of measure.
      for (int i = 0; i < response_.figures_size();) {
        const int first = i;
        std::map<std::string, const Figure*> row;
        while (i < response_.figures_size() && SameCell(response_.figures(first), response_.figures(i))) {
          row[response_.figures(i).measure()] = &response_.figures(i);
          ++i;
        }
        sheet.rows.push_back(RowOf(Head(response_.figures(first)), row));
      }
    }
    std::map<std::string, const Figure*> totals;
    for (const Figure& figure : response_.totals()) totals[figure.measure()] = &figure;
    Row head(static_cast<size_t>(dimensions.size()) + coded_.size());
    if (!head.empty()) head[0] = SheetCell::Text("Totaal");
    sheet.rows.push_back(RowOf(std::move(head), totals));
    for (SheetCell& cell : sheet.rows.back()) cell.bold = true;
    return sheet;
  }

 private:
  static bool SameCell(const Figure& a, const Figure& b) {
    return std::equal(a.dimensions().begin(), a.dimensions().end(), b.dimensions().begin(), b.dimensions().end(),
                      [](const auto& x, const auto& y) { return x.dimension() == y.dimension() && x.value() == y.value(); });
  }

  Row Header() const {
    Row row;
    for (const std::string& dimension : response_.effective().dimensions()) {
      row.push_back(SheetCell::Text(titles_.Dimension(dimension)));
      if (coded_.count(dimension) > 0) row.push_back(SheetCell::Text(absl::StrCat(titles_.Dimension(dimension), " (code)")));
    }
    for (const std::string& id : response_.effective().measures()) {
      const Measure* measure = MeasureOf(id);
      const std::string title = titles_.Measure(id);
      // "Cliënten" need not say that they are clients.
      const bool unit = measure != nullptr && !measure->unit().empty() && measure->unit() != "deel" &&
                        absl::AsciiStrToLower(title) != measure->unit();
      row.push_back(SheetCell::Text(unit ? absl::StrCat(title, " (", measure->unit(), ")") : title));
      const Beside beside = BesideOf(id);
      if (beside.interval) {
        row.push_back(SheetCell::Text(absl::StrCat(title, ", ondergrens")));
        row.push_back(SheetCell::Text(absl::StrCat(title, ", bovengrens")));
      }
      if (beside.least) row.push_back(SheetCell::Text(absl::StrCat(title, ", minstens")));
    }
    row.push_back(SheetCell::Text("Betrouwbaarheid"));
    for (SheetCell& cell : row) cell.bold = true;
    return row;
  }

  Row Head(const Figure& figure) const {
    Row row;
    for (const std::string& dimension : response_.effective().dimensions()) {
      const auto at = std::find_if(figure.dimensions().begin(), figure.dimensions().end(),
                                   [&](const auto& one) { return one.dimension() == dimension; });
      const bool there = at != figure.dimensions().end();
      row.push_back(there ? CoordinateCell(*at) : SheetCell());
      if (coded_.count(dimension) > 0) row.push_back(SheetCell::Text(there ? at->value() : ""));
    }
    return row;
  }

  Row RowOf(Row row, const std::map<std::string, const Figure*>& figures) const {
    std::vector<std::string> statements;
    for (const std::string& id : response_.effective().measures()) {
      const auto it = figures.find(id);
      const Figure& figure = it == figures.end() ? Figure::default_instance() : *it->second;
      const Measure* measure = MeasureOf(id);
      const bool answered = figure.state() == Figure::ANSWERED;
      row.push_back(it == figures.end() ? SheetCell() : FigureCell(figure, measure));
      const Beside beside = BesideOf(id);
      if (beside.interval) {
        const bool has = answered && figure.has_interval();
        // A bound is in the unit of the figure: cents of money are no whole number here.
        const double scale = figure.value_case() == Figure::kAmountCents ? 0.01 : 1;
        row.push_back(has ? RatioCell(figure.interval().low() * scale, measure) : SheetCell());
        row.push_back(has ? RatioCell(figure.interval().high() * scale, measure) : SheetCell());
      }
      if (beside.least) {
        const bool has = answered && figure.reliability().has_least_count();
        row.push_back(has ? SheetCell::Count(figure.reliability().least_count()) : SheetCell());
      }
      const std::string& statement = figure.reliability().statement();
      if (!statement.empty() && std::find(statements.begin(), statements.end(), statement) == statements.end()) {
        statements.push_back(statement);
      }
    }
    row.push_back(SheetCell::Text(absl::StrJoin(statements, " ")));
    return row;
  }

  const Measure* MeasureOf(const std::string& id) const {
    const auto it = measures_.find(id);
    return it == measures_.end() ? nullptr : it->second;
  }

  Beside BesideOf(const std::string& measure) const {
    const auto it = beside_.find(measure);
    return it == beside_.end() ? Beside() : it->second;
  }

  const QueryFiguresResponse& response_;
  const Titles titles_;
  std::map<std::string, const Measure*> measures_;
  std::map<std::string, Beside> beside_;
  std::set<std::string> coded_;  // Dimensions with names of their own beside the codes.
};

// "Cliënten en Geïndiceerd bedrag per Maand en Interventieniveau; alleen Product 45A04 of 45A05; januari 2018".
// `before`: what it is compared with, or null.
std::string QuestionText(const QueryFiguresResponse& response, const QueryFiguresResponse* before, const Titles& titles) {
  const costs::v1::QueryFiguresRequest& asked = response.effective();
  const auto joined = [](const auto& ids, const auto& title, const char* last) {
    std::string text;
    for (int i = 0; i < ids.size(); ++i)
      absl::StrAppend(&text, i == 0 ? "" : i + 1 < ids.size() ? ", " : last, title(ids.Get(i)));
    return text;
  };
  std::string text = joined(
      asked.measures(), [&](const std::string& id) { return titles.Measure(id); }, " en ");
  if (asked.dimensions_size() > 0) {
    absl::StrAppend(&text, " per ",
                    joined(
                        asked.dimensions(), [&](const std::string& id) { return titles.Dimension(id); }, " en "));
  }
  for (const costs::v1::Filter& filter : asked.filters()) {
    const auto value = [](const std::string& one) { return one.empty() ? "onbekend" : one; };
    absl::StrAppend(&text, "; alleen ", titles.Dimension(filter.dimension()), " ", joined(filter.values(), value, " of "));
  }
  if (before != nullptr) return absl::StrCat(text, "; ", PeriodText(asked), " naast ", PeriodText(before->effective()), ".");
  const std::string period = PeriodText(asked);
  return absl::StrCat(text, period.empty() ? "" : "; ", period, ".");
}

Row Heading(std::vector<std::string> titles) {
  Row row;
  for (std::string& title : titles) row.push_back(SheetCell::Text(std::move(title), /*bold=*/true));
  return row;
}

Row Line(const std::string& name, const std::string& text) { return {SheetCell::Text(name), SheetCell::Text(text)}; }

// `which`: what to put behind the names when there are two periods.
void AppendPeriod(const costs::v1::QueryFiguresRequest& asked, const std::string& which, std::vector<Row>* rows) {
  if (const std::optional<Day> day = ParseDay(asked.reference_date())) {
    rows->push_back({SheetCell::Text(absl::StrCat("Peildatum", which)), SheetCell::Date(*day)});
  }
  const std::optional<Day> start = ParseDay(asked.period().start_date());
  const std::optional<Day> end = ParseDay(asked.period().end_date());
  if (!asked.has_period() || !start || !end) return;
  rows->push_back({SheetCell::Text(absl::StrCat("Eerste dag", which)), SheetCell::Date(*start)});
  rows->push_back({SheetCell::Text(absl::StrCat("Laatste dag, die meetelt", which)), SheetCell::Date(*end - 1)});
}

void AppendMeasures(const QueryFiguresResponse& response, const Catalogue& catalogue, const Titles& titles,
                    std::vector<Row>* rows) {
  rows->push_back(Heading({"Cijfer", "Wat het is", "Berekening", "Eenheid", "Wie telt mee", "Optellen", "Definitie"}));
  for (const std::string& id : response.effective().measures()) {
    const Measure* measure = FindMeasure(catalogue, id);
    std::string definition = measure == nullptr ? "" : measure->definition();
    // The version the answer was made with, which is what counts when the catalogue went on.
    for (const Figure& figure : response.totals()) {
      if (figure.measure() == id && !figure.definition().empty()) definition = figure.definition();
    }
    Row row = {SheetCell::Text(titles.Measure(id))};
    for (const std::string& text :
         measure == nullptr ? std::vector<std::string>(5)
                            : std::vector<std::string>{measure->description(), measure->formula(), measure->unit(),
                                                       measure->population(), AdditivityText(measure->additivity())}) {
      row.push_back(SheetCell::Text(text));
    }
    row.push_back(SheetCell::Text(definition));
    rows->push_back(std::move(row));
    if (measure == nullptr) continue;
    for (const std::string& rule : measure->edge_rules()) rows->push_back(Line("", absl::StrCat("Let op: ", rule)));
  }
}

void AppendBeside(const QueryFiguresResponse& response, std::vector<Row>* rows) {
  const type::Interval* interval = nullptr;
  bool least = false;
  for (const auto* figures : {&response.figures(), &response.totals()}) {
    for (const Figure& figure : *figures) {
      if (figure.has_interval()) interval = &figure.interval();
      least |= figure.reliability().has_least_count();
    }
  }
  if (interval != nullptr) {
    rows->push_back(Line("ondergrens, bovengrens",
                         absl::StrCat("Hoe ver het toeval het cijfer kan verschuiven, met ",
                                      dutch::Percent(interval->confidence(), 0), " zekerheid (", interval->method(), ").")));
  }
  if (least) {
    rows->push_back(
        Line("minstens", "Zoveel zijn het er als alle twijfelgevallen bij het koppelen één persoon blijken te zijn."));
  }
}

void AppendWords(const QueryFiguresResponse& response, const QueryFiguresResponse* before, std::vector<Row>* rows) {
  rows->push_back(Heading({"Woord in plaats van een getal", "Wat het betekent"}));
  rows->push_back(Line("onderdrukt", "Het getal is er, maar is afgeschermd om een persoon of een geheim te beschermen."));
  rows->push_back(Line("niet geregistreerd", "Geen enkele bron van deze gemeente legt dit vast."));
  rows->push_back(Line("niet beschikbaar",
                       "Het wordt wel vastgelegd, maar was op dat moment nog niet geleverd of kan niet worden berekend."));
  rows->push_back(Line("niet vergelijkbaar", "Er zijn twee getallen, maar zij mogen niet naast elkaar worden gezet."));
  if (before != nullptr) {
    rows->push_back(Line("nieuw", "In de eerdere periode was het nul, dus er is geen groei in procenten."));
    rows->push_back(Line("–", "Een van de twee is geen getal, dus er is geen verschil."));
  }
  std::set<std::string> reasons;
  for (const QueryFiguresResponse* answer : {&response, before}) {
    if (answer == nullptr) continue;
    for (const auto* figures : {&answer->figures(), &answer->totals()}) {
      for (const Figure& figure : *figures) {
        if (!figure.state_reason().empty()) reasons.insert(ReasonText(figure.state_reason()));
      }
    }
  }
  for (const std::string& reason : reasons) rows->push_back(Line("in dit antwoord", reason));
}

Sheet Explanation(const QueryFiguresResponse& response, const QueryFiguresResponse* before, const Catalogue& catalogue) {
  const Titles titles = TitlesOf(catalogue);
  const costs::v1::QueryFiguresRequest& asked = response.effective();
  Sheet sheet;
  sheet.name = "Toelichting";
  std::vector<Row>& rows = sheet.rows;
  rows.push_back(Heading({"Toelichting"}));
  rows.push_back(Line("Vraag", QuestionText(response, before, titles)));
  rows.push_back(Line("Gemeente", IdOf(asked.parent())));
  AppendPeriod(asked, "", &rows);
  if (before != nullptr) AppendPeriod(before->effective(), " (eerdere periode)", &rows);
  rows.push_back(Line("Bekend op", MomentCell(asked.known_time(), asked.has_known_time()).text));
  for (const auto& [statement, measures] : StatementsOf(response, titles)) {
    rows.push_back(Line("Betrouwbaarheid", absl::StrCat(absl::StrJoin(measures, ", "), ": ", statement)));
  }
  if (before == nullptr) {
    AppendBeside(response, &rows);
  } else {
    for (const auto& [statement, measures] : StatementsOf(*before, titles)) {
      rows.push_back(Line("Betrouwbaarheid (eerdere periode)", absl::StrCat(absl::StrJoin(measures, ", "), ": ", statement)));
    }
  }
  rows.push_back({});
  AppendMeasures(response, catalogue, titles, &rows);
  if (catalogue.measures.catalogue_version() > 0) {
    rows.push_back({SheetCell::Text("Versie van de catalogus"), SheetCell::Count(catalogue.measures.catalogue_version())});
  }
  rows.push_back({});
  rows.push_back(Heading({"Bron", "Nieuwste levering bekend op", "Leveringen"}));
  for (const type::Provenance& source : response.provenance()) {
    rows.push_back({SheetCell::Text(source.source()),
                    SheetCell::Text(MomentCell(source.newest_known_time(), source.has_newest_known_time()).text),
                    SheetCell::Count(source.delivery_count())});
  }
  if (response.provenance().empty()) rows.push_back(Line("geen", "Er was nog niets geleverd waar dit antwoord op rust."));
  rows.push_back({});
  AppendWords(response, before, &rows);
  return sheet;
}

}  // namespace

Titles TitlesOf(const Catalogue& catalogue) {
  Titles titles;
  for (const auto& measure : catalogue.measures.measures()) titles.measures[IdOf(measure.name())] = measure.title();
  for (const auto& dimension : catalogue.dimensions.dimensions()) {
    titles.dimensions[IdOf(dimension.name())] = dimension.title();
  }
  return titles;
}

std::vector<Sheet> FigureSheets(const QueryFiguresResponse& response, const Catalogue& catalogue) {
  return {FigureTable(response, catalogue).Make(), Explanation(response, nullptr, catalogue)};
}

Sheet ExplanationSheet(const QueryFiguresResponse& response, const QueryFiguresResponse& before, const Catalogue& catalogue) {
  return Explanation(response, &before, catalogue);
}

}  // namespace nmd::cli
