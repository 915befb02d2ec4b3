// SPDX-License-Identifier: EUPL-1.2
#include "services/publication/formats/csv.h"

#include <algorithm>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "services/publication/formats/dataset.h"
#include "services/publication/formats/json.h"

namespace nmd::publication::formats {
namespace {

constexpr absl::string_view kNewLine = "\r\n";

struct Column {
  std::string name, title, datatype, about;
  bool required = true;
};

bool IsUncertain(const v1::Publication& publication) {
  return std::any_of(publication.measures().begin(), publication.measures().end(),
                     [](const v1::PublishedMeasure& measure) { return measure.uncertainty() > 0; });
}

// Of every line, in order.
std::vector<Column> ColumnsOf(const v1::Publication& publication) {
  std::vector<Column> columns = {
      {"figuur", "Nummer van het cijfer", "string", "Blijvend nummer: dat van de dataset en de plaats van de cel."},
      {"gemeente", "Gemeente", "string", "Code van de gemeente of, van een totaal, van de regio."},
      {"van", "Van", "date", "Eerste dag van de periode."},
      {"tot", "Tot", "date", "Eerste dag die er niet meer bij hoort."}};
  for (const v1::PublishedDimension& dimension : publication.dimensions()) {
    columns.push_back(
        {dimension.dimension(), dimension.title(), "string", "Code; \"totaal\" is het geheel, leeg is niet bekend.", false});
    columns.push_back({absl::StrCat(dimension.dimension(), "_naam"), absl::StrCat(dimension.title(), " (naam)"), "string",
                       "Naam van de code.", false});
  }
  columns.push_back({"maat", "Maat", "string", "Wat er geteld is."});
  columns.push_back({"definitie", "Definitie", "string", "Versie van de definitie waarmee is geteld."});
  columns.push_back({"eenheid", "Eenheid", "string", "EUR is euro, PN een aantal, PURE_NUMB een verhouding."});
  columns.push_back({"waarde", "Waarde", "decimal", "Leeg als er geen waarde is; toestand zegt waarom.", false});
  if (IsUncertain(publication)) {
    columns.push_back({"onzekerheid", "Onzekerheid", "decimal",
                       "Hoe ver de echte waarde hoogstens van de waarde af is: er is afgerond.", false});
  }
  columns.push_back({"toestand", "Toestand", "string",
                     "beantwoord, onderdrukt (om iemand te beschermen), niet_geregistreerd, niet_beschikbaar of "
                     "niet_vergelijkbaar."});
  columns.push_back({"reden", "Reden", "string", "Code van de reden waarom er geen waarde is.", false});
  columns.push_back({"voorlopig", "Voorlopig", "boolean", "Er worden nog leveringen over deze periode verwacht."});
  columns.push_back({"bronkwaliteit", "Bronkwaliteit", "decimal", "Deel van de gegevens dat alle controles doorstond.", false});
  columns.push_back({"volledigheid", "Volledigheid", "decimal", "Deel van de verwachte leveringen dat er is.", false});
  columns.push_back({"koppelkwaliteit", "Koppelkwaliteit", "decimal", "Deel dat op een geldig BSN is gekoppeld.", false});
  return columns;
}

void AppendLine(const std::vector<std::string>& fields, char separator, std::string* text) {
  for (size_t i = 0; i < fields.size(); ++i) {
    if (i > 0) text->push_back(separator);
    absl::StrAppend(text, CsvField(fields[i], separator));
  }
  absl::StrAppend(text, kNewLine);
}

}  // namespace

std::string Defused(const std::string& text) {
  const bool formula = !text.empty() && absl::StrContains("=+-@\t\r", text.substr(0, 1));
  return formula ? absl::StrCat("'", text) : text;
}

std::string CsvField(const std::string& text, char separator) {
  if (text.find_first_of("\"\r\n") == std::string::npos && text.find(separator) == std::string::npos) return text;
  return absl::StrCat("\"", absl::StrReplaceAll(text, {{"\"", "\"\""}}), "\"");
}

std::string WriteCsv(const v1::Dataset& dataset) {
  const v1::Publication& publication = dataset.publication();
  std::string text;
  std::vector<std::string> fields;
  for (const Column& column : ColumnsOf(publication)) fields.push_back(column.name);
  AppendLine(fields, ',', &text);
  for (int c = 0; c < publication.cells_size(); ++c) {
    const v1::PublishedCell& cell = publication.cells(c);
    const Span span = SpanOf(dataset, cell);
    for (int m = 0; m < publication.measures_size(); ++m) {
      fields = {FigureId(dataset, c), AreaOf(dataset, cell), span.start, span.end};
      for (int d = 0; d < publication.dimensions_size(); ++d) {
        const v1::PublishedCode& code = publication.dimensions(d).codes(cell.codes(d));
        fields.push_back(Defused(code.value()));
        fields.push_back(Defused(code.label()));
      }
      const v1::PublishedMeasure& measure = publication.measures(m);
      const ValueState state = StateOf(cell, m);
      for (const std::string& field :
           {measure.measure(), measure.definition(), std::string(UnitOf(measure)), NumberOf(cell, m)}) {
        fields.push_back(field);
      }
      if (IsUncertain(publication)) fields.push_back(state == ValueState::kAnswered ? UncertaintyOf(measure) : "");
      for (const std::string& field :
           {std::string(WordOf(state)), ReasonOf(cell, m), std::string(IsProvisional(cell) ? "true" : "false"),
            SourceQualityOf(cell), CompletenessOf(cell), LinkQualityOf(cell)}) {
        fields.push_back(field);
      }
      AppendLine(fields, ',', &text);
    }
  }
  return text;
}

std::string WriteCsvMetadata(const v1::Dataset& dataset, const std::string& license) {
  Json json;
  json.Open('{')
      .Key("@context")
      .Open('[')
      .Text("http://www.w3.org/ns/csvw")
      .Open('{')
      .Text("@language", "nl")
      .Close('}')
      .Close(']');
  json.Text("url", "csv").Text("dc:title", dataset.title()).Text("dc:identifier", IdOf(dataset));
  if (!license.empty()) json.Key("dc:license").Open('{').Text("@id", license).Close('}');
  json.Key("dialect")
      .Open('{')
      .Text("encoding", "utf-8")
      .Text("delimiter", ",")
      .Key("header")
      .Bool(true)
      .Key("doubleQuote")
      .Bool(true);
  json.Key("lineTerminators").Open('[').Text("\r\n").Close(']').Close('}');
  json.Key("tableSchema").Open('{').Key("columns").Open('[');
  for (const Column& column : ColumnsOf(dataset.publication())) {
    json.Open('{').Text("name", column.name).Text("titles", column.name).Text("dc:title", column.title);
    json.Text("dc:description", column.about).Text("datatype", column.datatype);
    if (column.required) json.Key("required").Bool(true);
    json.Close('}');
  }
  json.Close(']').Key("primaryKey").Open('[').Text("figuur").Text("maat").Close(']').Close('}');
  json.Close('}');
  return std::move(json).Done();
}

std::string WriteGmsd(const v1::Dataset& dataset) {
  const v1::Publication& publication = dataset.publication();
  const int area = AreaDimension(publication), time = TimeDimension(publication);
  std::string text;
  std::vector<std::string> fields = {"ID", "RegioS", "Perioden"};
  for (int d = 0; d < publication.dimensions_size(); ++d) {
    if (d != area && d != time) fields.push_back(PascalCase(publication.dimensions(d).dimension()));
  }
  for (const v1::PublishedMeasure& measure : publication.measures()) {
    fields.push_back(absl::StrCat(TitleOf(measure), measure.unit() == "cents" ? " (euro)" : ""));
  }
  AppendLine(fields, ';', &text);
  for (int c = 0; c < publication.cells_size(); ++c) {
    const v1::PublishedCell& cell = publication.cells(c);
    fields = {absl::StrCat(c), AreaOf(dataset, cell), CbsPeriod(SpanOf(dataset, cell))};
    for (int d = 0; d < publication.dimensions_size(); ++d) {
      if (d == area || d == time) continue;
      const v1::PublishedCode& code = publication.dimensions(d).codes(cell.codes(d));
      fields.push_back(Defused(cell.codes(d) == 0 ? "Totaal" : code.value().empty() ? "Onbekend" : code.value()));
    }
    for (int m = 0; m < publication.measures_size(); ++m) {
      const std::string number = NumberOf(cell, m);
      fields.push_back(number.empty() ? "." : absl::StrReplaceAll(number, {{".", ","}}));
    }
    AppendLine(fields, ';', &text);
  }
  return text;
}

}  // namespace nmd::publication::formats
