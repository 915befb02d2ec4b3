// SPDX-License-Identifier: EUPL-1.2
#include "gateway/cli/glossary.h"

#include "absl/strings/str_cat.h"

namespace nmd::cli {
namespace {

using costs::v1::Measure;

std::string IdOf(const Measure& measure) { return measure.name().substr(measure.name().rfind('/') + 1); }

void Line(absl::string_view name, absl::string_view text, std::string* out) {
  if (!text.empty()) absl::StrAppend(out, "- ", name, ": ", text, "\n");
}

}  // namespace

std::string AdditivityText(Measure::Additivity additivity) {
  switch (additivity) {
    case Measure::ADDITIVE:
      return "delen tellen op tot het totaal";
    case Measure::DISTINCT:
      return "het totaal is opnieuw geteld, nooit opgeteld";
    case Measure::RATIO:
      return "het totaal is opnieuw berekend uit de totalen, nooit een gemiddelde van delen";
    default:
      return "";
  }
}

std::string KindText(Measure::Kind kind) {
  switch (kind) {
    case Measure::INPUT:
      return "input";
    case Measure::THROUGHPUT:
      return "throughput";
    case Measure::OUTPUT:
      return "output";
    case Measure::EFFECT:
      return "maatschappelijk effect";
    default:
      return "";
  }
}

std::string ConfidentialityText(Measure::Confidentiality confidentiality) {
  switch (confidentiality) {
    case Measure::INTERNAL:
      return "alleen de eigen gemeente";
    case Measure::REGION:
      return "gemeente en regio";
    case Measure::PUBLIC:
      return "openbaar, na beveiliging";
    default:
      return "";
  }
}

Table MeasureTable(const costs::v1::ListMeasuresResponse& response) {
  Table table;
  table.columns = {{"Maat", "maat"},           {"Naam", "naam"},   {"Eenheid", "eenheid"}, {"Stadium", "stadium"},
                   {"Definitie", "definitie"}, {"Soort", "soort"}, {"Eigen", "eigen"},     {"", "uitleg"}};
  for (const Measure& measure : response.measures()) {
    const std::string own = measure.own() ? "ja" : "nee";
    table.rows.push_back({Cell::Same(IdOf(measure)), Cell::Same(measure.title()), Cell::Same(measure.unit()),
                          Cell::Same(measure.stage()), Cell::Same(measure.definition()), Cell::Same(KindText(measure.kind())),
                          Cell::Same(own), Cell::Same(measure.description())});
  }
  return table;
}

std::string GlossaryOf(const costs::v1::ListMeasuresResponse& response) {
  std::string out = absl::StrCat("# Begrippenlijst\n\nVersie ", response.catalogue_version(),
                                 " van de catalogus. Gemaakt met `nmdctl measures --glossary`; verander de catalogus, niet dit "
                                 "bestand.\n");
  for (const Measure& measure : response.measures()) {
    absl::StrAppend(&out, "\n## ", measure.title(), "\n\n", measure.description(), "\n\n");
    Line("Maat",
         absl::StrCat("`", IdOf(measure), "`, definitie `", measure.definition(), "`",
                      measure.own() ? ", van deze gemeente zelf" : ""),
         &out);
    Line("Engels", measure.title_en(), &out);
    Line("Berekening", measure.formula(), &out);
    if (!measure.expression().empty()) Line("Uitdrukking", absl::StrCat("`", measure.expression(), "`"), &out);
    Line("Eenheid", measure.unit(), &out);
    Line("Wie telt mee", measure.population(), &out);
    Line("Stadium", measure.stage(), &out);
    Line("Soort indicator", KindText(measure.kind()), &out);
    if (measure.unregistered_reason().empty()) {
      Line("Optellen", AdditivityText(measure.additivity()), &out);
    } else {
      Line("Niet geregistreerd", measure.unregistered_reason(), &out);
    }
    Line("Wie mag het zien", ConfidentialityText(measure.confidentiality()), &out);
    if (measure.unregistered_reason().empty()) {
      std::string dimensions;
      for (const std::string& id : measure.dimensions()) {
        absl::StrAppend(&dimensions, dimensions.empty() ? "" : ", ", "`", id, "`");
      }
      Line("Te splitsen naar", dimensions, &out);
    }
    for (const std::string& rule : measure.edge_rules()) Line("Let op", rule, &out);
  }
  return out;
}

}  // namespace nmd::cli
