// SPDX-License-Identifier: EUPL-1.2
#include "gateway/cli/listings.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "gateway/cli/cells.h"
#include "gateway/cli/corrections.h"
#include "gateway/cli/figures.h"
#include "services/core/date.h"
#include "services/core/dutch.h"

namespace nmd::cli {
namespace {

// The last part of a resource name.
std::string IdOf(const std::string& name) { return name.substr(name.rfind('/') + 1); }

Cell NumberCell(int64_t value) { return {dutch::Number(value), absl::StrCat(value)}; }
Cell FigureCell(const type::Figure& figure) { return {FigureText(figure), FigureRaw(figure)}; }

// The day an exclusive end stands after, for people; as it is for machines.
Cell EndCell(const std::string& end_date) {
  const std::optional<Day> end = ParseDay(end_date);
  return {end ? dutch::Date(*end - 1) : "", end_date};
}

}  // namespace

Table DeliveryTable(const ingestion::v1::ListDeliveriesResponse& response) {
  Table table;
  table.columns = {{"Levering", "levering"},         {"Bron", "bron"},
                   {"Bestand", "bestand"},           {"Toestand", "toestand"},
                   {"Bekend op", "bekend_op"},       {"Feiten", "feiten", true},
                   {"Personen", "personen", true},   {"Bevindingen", "bevindingen", true},
                   {"Beantwoord", "beantwoord_door"}};
  for (const auto& delivery : response.deliveries()) {
    table.rows.push_back({Cell::Same(IdOf(delivery.name())),
                          Cell::Same(delivery.source()),
                          Cell::Same(delivery.file_name()),
                          Cell::Same(StateText(delivery.state())),
                          MomentCell(delivery.known_time(), delivery.has_known_time()),
                          NumberCell(delivery.fact_count()),
                          NumberCell(delivery.person_count()),
                          NumberCell(delivery.finding_count()),
                          {delivery.answered_by().empty() ? "" : "ja", IdOf(delivery.answered_by())}});
  }
  return table;
}

Table FindingTable(const ingestion::v1::ListFindingsResponse& response) {
  Table table;
  table.columns = {{"Levering", "levering"},        {"Regel", "regel"},
                   {"Niveau", "niveau", true},      {"Fataal", "fataal"},
                   {"Code", "retourcode"},          {"Eigenaar", "eigenaar"},
                   {"Plaats", "plaats", false, 40}, {"Wat er mis is", "tekst", false, 60}};
  for (const auto& finding : response.findings()) {
    table.rows.push_back({Cell::Same(IdOf(finding.delivery())), Cell::Same(finding.rule()), NumberCell(finding.level()),
                          Cell::Same(finding.fatal() ? "ja" : "nee"), Cell::Same(finding.return_code()),
                          Cell::Same(finding.owner()), Cell::Same(finding.place()), Cell::Same(finding.text())});
  }
  return table;
}

Table ContractTable(const contracts::v1::ListContractsResponse& response) {
  Table table;
  table.columns = {
      {"Contract", "contract"}, {"Aanbieder", "aanbieder"}, {"Naam", "naam"},       {"Wet", "wet"},
      {"Van", "van"},           {"Tot en met", "tot"},      {"Plafond", "plafond"}, {"Tarieven", "tarieven", true}};
  for (const auto& contract : response.contracts()) {
    std::vector<std::string> ceilings, raw;
    for (const auto& ceiling : contract.ceilings()) {
      const std::string year = ceiling.year() == 0 ? "elk jaar" : absl::StrCat(ceiling.year());
      ceilings.push_back(absl::StrCat(year, ": ", dutch::EuroWhole(ceiling.amount_cents())));
      raw.push_back(absl::StrFormat("%d=%d.%02d", ceiling.year(), ceiling.amount_cents() / 100, ceiling.amount_cents() % 100));
    }
    table.rows.push_back({Cell::Same(IdOf(contract.name())),
                          Cell::Same(contract.provider()),
                          Cell::Same(contract.provider_title()),
                          Cell::Same(contract.law()),
                          DayCell(contract.start_date()),
                          EndCell(contract.end_date()),
                          {absl::StrJoin(ceilings, "; "), absl::StrJoin(raw, ";")},
                          NumberCell(contract.prices_size())});
  }
  return table;
}

Table PositionTable(const contracts::v1::ListPositionsResponse& response) {
  Table table;
  table.columns = {{"Aanbieder", "aanbieder"},
                   {"Naam", "naam"},
                   {"Wet", "wet"},
                   {"Jaar", "jaar", true},
                   {"Geïndiceerd", "geindiceerd", true},
                   {"Gedeclareerd", "gedeclareerd", true},
                   {"Goedgekeurd", "goedgekeurd", true},
                   {"Plafond", "plafond", true},
                   {"", "toestand_plafond"},
                   {"Benut", "benut", true},
                   {"Verwacht", "verwacht", true}};
  for (const auto& position : response.positions()) {
    Cell used = FigureCell(position.used());
    if (position.used().value_case() == type::Figure::kRatio) used.text = dutch::Percent(position.used().ratio());
    table.rows.push_back({Cell::Same(position.provider()),
                          Cell::Same(position.provider_title()),
                          Cell::Same(position.law()),
                          Cell::Same(absl::StrCat(position.year())),
                          FigureCell(position.indicated()),
                          FigureCell(position.declared()),
                          FigureCell(position.approved()),
                          FigureCell(position.ceiling()),
                          {"", StateKey(position.ceiling().state())},
                          used,
                          FigureCell(position.expected())});
  }
  return table;
}

Table AgreementTable(const publication::v1::ListAgreementsResponse& response) {
  Table table;
  table.columns = {{"Afspraak", "afspraak"}, {"Titel", "titel"},         {"Voor", "voor"},
                   {"Van", "van"},           {"Tot en met", "tot"},      {"Tabel", "tabel"},
                   {"Maten", "maten"},       {"Kenmerken", "kenmerken"}, {"Minimum", "minimum", true}};
  for (const auto& agreement : response.agreements()) {
    for (const auto& rule : agreement.tables()) {
      table.rows.push_back({Cell::Same(IdOf(agreement.name())), Cell::Same(agreement.title()),
                            Cell::Same(absl::StrJoin(agreement.audiences(), " ")), DayCell(agreement.start_date()),
                            EndCell(agreement.end_date()), Cell::Same(rule.table()),
                            Cell::Same(absl::StrJoin(rule.measures(), " ")), Cell::Same(absl::StrJoin(rule.dimensions(), " ")),
                            NumberCell(rule.minimum_clients())});
    }
  }
  return table;
}

namespace {

// "12,5 % van de cellen, met 3,1 % van de cliënten".
std::string LossText(const publication::v1::Loss& loss) {
  std::string text = absl::StrCat(dutch::Percent(loss.hidden_cells()), " van de cellen");
  if (loss.has_hidden_value()) absl::StrAppend(&text, ", met ", dutch::Percent(loss.hidden_value()), " van de cliënten");
  return text;
}

std::string HidingText(const publication::v1::Loss& loss, bool safe) {
  return absl::StrCat("Alleen verbergen zou kosten: ", LossText(loss), safe ? "" : "; dat zou niet veilig zijn", ".\n");
}

}  // namespace

std::string PreviewNotes(const publication::v1::PreviewPublicationResponse& response) {
  std::string text;
  if (response.has_merging()) {
    const publication::v1::Merging& merging = response.merging();
    absl::StrAppend(&text, "Samengevoegd: ", dutch::Number(merging.value_count()), " waarden van ", merging.dimension(),
                    " in plaats van ", dutch::Number(merging.unmerged_count()), ".\n");
    for (const publication::v1::MergedArea& area : merging.areas()) {
      const std::string& label = area.value().label();
      absl::StrAppend(&text, "  - ", label.empty() ? area.value().value() : label, " (", absl::StrJoin(area.members(), ", "),
                      ")\n");
    }
    absl::StrAppend(&text, "Nu verborgen: ", LossText(response.loss()), ".\n",
                    HidingText(merging.hiding_alone(), merging.hiding_alone_safe()));
  }
  if (response.has_rounding()) {
    for (int m = 0; m < response.rounding().measures_size(); ++m) {
      const publication::v1::RoundedMeasure& measure = response.rounding().measures(m);
      const bool amount = std::any_of(response.cells().begin(), response.cells().end(), [&](const auto& cell) {
        return m < cell.figures_size() && cell.figures(m).value_case() == type::Figure::kAmountCents;
      });
      const auto number = [&](int64_t value) { return amount ? dutch::Euro(Cents{value}) : dutch::Number(value); };
      absl::StrAppend(&text, "Afgerond: ", measure.measure(), " op veelvouden van ", number(measure.rounded_to()), ", ± ",
                      number(measure.uncertainty()));
      if (measure.has_mean_distance()) {
        const auto whole = static_cast<int64_t>(measure.mean_distance());
        absl::StrAppend(&text, "; gemiddeld ", amount ? number(whole) : dutch::Decimal(measure.mean_distance(), 1),
                        " van het echte getal");
      }
      text += ".\n";
    }
    absl::StrAppend(&text, HidingText(response.rounding().hiding_alone(), response.rounding().hiding_alone_safe()));
  }
  return text;
}

Table PreviewTable(const publication::v1::PreviewPublicationResponse& response) {
  Table table;
  std::vector<std::string> measures;
  for (const auto& cell : response.cells()) {
    if (!table.columns.empty()) break;
    for (const auto& value : cell.dimensions()) table.columns.push_back({value.dimension(), value.dimension()});
    for (const auto& figure : cell.figures()) measures.push_back(figure.measure());
  }
  for (const std::string& measure : measures) table.columns.push_back({measure, measure, true});
  table.columns.push_back({"Toestand", "toestand"});
  for (const auto& cell : response.cells()) {
    std::vector<Cell> row;
    for (const auto& value : cell.dimensions()) {
      row.push_back({!value.label().empty()  ? value.label()
                     : value.value().empty() ? "onbekend"
                                             : value.value(),
                     value.value()});
    }
    for (const auto& figure : cell.figures()) row.push_back(FigureCell(figure));
    switch (cell.state()) {
      case publication::v1::Cell::SHOWN:
        row.push_back({"getoond", "getoond"});
        break;
      case publication::v1::Cell::ZERO:
        row.push_back({"nul", "nul"});
        break;
      case publication::v1::Cell::HIDDEN_PRIMARY:
        row.push_back({"onderdrukt: te klein", "onderdrukt_primair"});
        break;
      default:
        row.push_back({"onderdrukt: beschermt een ander", "onderdrukt_secundair"});
        break;
    }
    // Cells of one table have one shape; one that has not is shown as far as it goes.
    row.resize(table.columns.size());
    table.rows.push_back(std::move(row));
  }
  return table;
}

}  // namespace nmd::cli
