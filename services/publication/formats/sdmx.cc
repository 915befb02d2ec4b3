// SPDX-License-Identifier: EUPL-1.2
#include "services/publication/formats/sdmx.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "services/publication/formats/csv.h"
#include "services/publication/formats/json.h"

namespace nmd::publication::formats {
namespace {

using Codes = std::vector<std::pair<std::string, std::string>>;  // Code and Dutch name.

// Of CL_OBS_STATUS and CL_CONF_STATUS those that are used here.
const Codes& ObsStatuses() {
  static const auto& codes = *new Codes{{"A", "Normale waarde"},
                                        {"B", "Breuk in de reeks: niet vergelijkbaar"},
                                        {"L", "Geen waarde: wordt niet geregistreerd"},
                                        {"O", "Geen waarde: niet geleverd of niet bekend"},
                                        {"P", "Voorlopige waarde"},
                                        {"Q", "Geen waarde: onderdrukt"}};
  return codes;
}
const Codes& ConfStatuses() {
  static const auto& codes = *new Codes{{"C", "Vertrouwelijk"}, {"F", "Vrij"}};
  return codes;
}
const Codes& Frequencies() {
  static const auto& codes =
      *new Codes{{"A", "Jaar"}, {"S", "Half jaar"}, {"Q", "Kwartaal"}, {"M", "Maand"}, {"_O", "Andere periode"}};
  return codes;
}
const Codes& Units() {
  static const auto& codes = *new Codes{{"EUR", "Euro"}, {"PN", "Aantal"}, {"PURE_NUMB", "Verhouding"}};
  return codes;
}

// A dimension of the structure, and of which of the publication it is; -1: of none.
struct Dimension {
  std::string id, title;
  int position = -1;
  Codes codes;
};

Codes CodesOf(const v1::PublishedDimension& dimension) {
  Codes codes;
  for (const v1::PublishedCode& code : dimension.codes()) {
    const std::string id = SdmxCode(code.value());
    codes.emplace_back(id, !code.label().empty() ? code.label()
                           : id == "_T"          ? "Totaal"
                           : id == "_U"          ? "Onbekend"
                                                 : code.value());
  }
  return codes;
}

// All but TIME_PERIOD, in the order of the structure.
std::vector<Dimension> DimensionsOf(const v1::Dataset& dataset) {
  const v1::Publication& publication = dataset.publication();
  const int area = AreaDimension(publication), time = TimeDimension(publication);
  std::vector<Dimension> dimensions = {{"FREQ", "Lengte van de periode", -1, Frequencies()}};
  Dimension where = {"REF_AREA", "Gebied", area, {{OwnerOf(dataset), OwnerOf(dataset)}}};
  if (area >= 0) {
    where.codes.clear();
    for (const v1::PublishedCode& code : publication.dimensions(area).codes()) {
      const bool total = where.codes.empty();
      where.codes.emplace_back(total ? OwnerOf(dataset) : absl::AsciiStrToUpper(code.value()), code.label());
    }
  }
  dimensions.push_back(std::move(where));
  for (int d = 0; d < publication.dimensions_size(); ++d) {
    if (d == area || d == time) continue;
    const v1::PublishedDimension& own = publication.dimensions(d);
    dimensions.push_back({absl::AsciiStrToUpper(own.dimension()), own.title(), d, CodesOf(own)});
  }
  Codes measures;
  for (const v1::PublishedMeasure& measure : publication.measures())
    measures.emplace_back(SdmxCode(measure.measure()), TitleOf(measure));
  dimensions.push_back({"MEASURE", "Maat", -1, std::move(measures)});
  return dimensions;
}

struct Attribute {
  const char *id, *title;
  const Codes* codes;  // Null: a number.
};
const std::vector<Attribute>& Attributes() {
  static const auto& attributes = *new std::vector<Attribute>{{"OBS_STATUS", "Toestand van de waarde", &ObsStatuses()},
                                                              {"CONF_STATUS", "Vertrouwelijkheid", &ConfStatuses()},
                                                              {"UNIT_MEASURE", "Eenheid", &Units()},
                                                              {"SOURCE_QUALITY", "Bronkwaliteit", nullptr},
                                                              {"COMPLETENESS", "Volledigheid", nullptr},
                                                              {"LINK_QUALITY", "Koppelkwaliteit", nullptr}};
  return attributes;
}

std::string VersionOf(const v1::Dataset& dataset) {
  return absl::StrCat(std::max<int64_t>(1, dataset.publication().agreement_version()), ".0.0");
}
// "GM1730:clienten-wijk-ivn(1.0.0)".
std::string ReferenceOf(const v1::Dataset& dataset, absl::string_view id) {
  return absl::StrCat(OwnerOf(dataset), ":", id, "(", VersionOf(dataset), ")");
}
std::string TableOf(const v1::Dataset& dataset) { return SdmxCode(dataset.table()); }

void AppendNames(absl::string_view name, Json* json) {
  json->Text("name", name).Key("names").Open('{').Text("nl", name).Close('}');
}

// Id, version, agency and names of something that is kept by the agency.
void AppendArtefact(const v1::Dataset& dataset, absl::string_view id, absl::string_view name, Json* json) {
  json->Text("id", id).Text("version", VersionOf(dataset)).Text("agencyID", OwnerOf(dataset));
  AppendNames(name, json);
}

std::string ConceptUrn(const v1::Dataset& dataset, absl::string_view concept_id) {
  return absl::StrCat("urn:sdmx:org.sdmx.infomodel.conceptscheme.Concept=", ReferenceOf(dataset, "CS_NMD"), ".", concept_id);
}
std::string CodelistUrn(const v1::Dataset& dataset, absl::string_view component) {
  return absl::StrCat("urn:sdmx:org.sdmx.infomodel.codelist.Codelist=", ReferenceOf(dataset, absl::StrCat("CL_", component)));
}

void AppendCoded(const v1::Dataset& dataset, absl::string_view id, Json* json) {
  json->Text("conceptIdentity", ConceptUrn(dataset, id));
  json->Key("localRepresentation").Open('{').Text("enumeration", CodelistUrn(dataset, id)).Close('}');
}
void AppendFormatted(const v1::Dataset& dataset, absl::string_view id, absl::string_view type, Json* json) {
  json->Text("conceptIdentity", ConceptUrn(dataset, id));
  json->Key("localRepresentation").Open('{').Key("format").Open('{').Text("dataType", type).Close('}').Close('}');
}

void AppendComponents(const v1::Dataset& dataset, const std::vector<Dimension>& dimensions, Json* json) {
  json->Key("dataStructureComponents").Open('{');
  json->Key("dimensionList").Open('{').Text("id", "DimensionDescriptor").Key("dimensions").Open('[');
  for (size_t d = 0; d < dimensions.size(); ++d) {
    json->Open('{').Text("id", dimensions[d].id).Key("position").Int(static_cast<int64_t>(d));
    AppendCoded(dataset, dimensions[d].id, json);
    json->Close('}');
  }
  json->Close(']').Key("timeDimension").Open('{').Text("id", "TIME_PERIOD");
  AppendFormatted(dataset, "TIME_PERIOD", "ObservationalTimePeriod", json);
  json->Close('}').Close('}');
  json->Key("measureList").Open('{').Text("id", "MeasureDescriptor").Key("measures").Open('[').Open('{');
  json->Text("id", "OBS_VALUE");
  AppendFormatted(dataset, "OBS_VALUE", "Double", json);
  json->Close('}').Close(']').Close('}');
  json->Key("attributeList").Open('{').Text("id", "AttributeDescriptor").Key("attributes").Open('[');
  for (const Attribute& attribute : Attributes()) {
    json->Open('{').Text("id", attribute.id).Text("usage", attribute.codes == nullptr ? "optional" : "mandatory");
    json->Key("attributeRelationship").Open('{').Key("observation").Open('{').Close('}').Close('}');
    if (attribute.codes == nullptr) {
      AppendFormatted(dataset, attribute.id, "Double", json);
    } else {
      AppendCoded(dataset, attribute.id, json);
    }
    json->Close('}');
  }
  json->Close(']').Close('}').Close('}');
}

void AppendCodelist(const v1::Dataset& dataset, absl::string_view component, absl::string_view name, const Codes& codes,
                    Json* json) {
  json->Open('{');
  AppendArtefact(dataset, absl::StrCat("CL_", component), name, json);
  json->Key("codes").Open('[');
  for (const auto& [id, title] : codes) {
    json->Open('{').Text("id", id);
    AppendNames(title, json);
    json->Close('}');
  }
  json->Close(']').Close('}');
}

}  // namespace

char ObsStatusOf(ValueState state, bool provisional) {
  switch (state) {
    case ValueState::kAnswered:
      return provisional ? 'P' : 'A';
    case ValueState::kSuppressed:
      return 'Q';
    case ValueState::kNotRegistered:
      return 'L';
    case ValueState::kNotAvailable:
      return 'O';
    case ValueState::kNotComparable:
      return 'B';
  }
  return 'O';
}

char ConfStatusOf(ValueState state) { return state == ValueState::kSuppressed ? 'C' : 'F'; }

std::string SdmxCode(absl::string_view text) {
  if (text.empty()) return "_U";
  if (text == "totaal") return "_T";
  // What begins with these would be taken for one of ours.
  std::string code;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool fits = absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '@' || (c == '_' && i > 0);
    if (fits) {
      code.push_back(c);
    } else {
      absl::StrAppend(&code, "$", absl::AsciiStrToUpper(absl::BytesToHexString(text.substr(i, 1))));
    }
  }
  return code;
}

std::string WriteSdmxCsv(const v1::Dataset& dataset) {
  const v1::Publication& publication = dataset.publication();
  const std::vector<Dimension> dimensions = DimensionsOf(dataset);
  std::string text = "STRUCTURE,STRUCTURE_ID,ACTION";
  for (const Dimension& dimension : dimensions) absl::StrAppend(&text, ",", dimension.id);
  absl::StrAppend(&text, ",TIME_PERIOD,OBS_VALUE");
  for (const Attribute& attribute : Attributes()) absl::StrAppend(&text, ",", attribute.id);
  absl::StrAppend(&text, "\r\n");
  const std::string structure = ReferenceOf(dataset, TableOf(dataset));
  for (const v1::PublishedCell& cell : publication.cells()) {
    const Span span = SpanOf(dataset, cell);
    for (int m = 0; m < publication.measures_size(); ++m) {
      const ValueState state = StateOf(cell, m);
      absl::StrAppend(&text, "dataflow,", CsvField(structure), ",I");
      for (const Dimension& dimension : dimensions) {
        absl::string_view code;
        std::string made;
        if (dimension.id == "FREQ") {
          code = SdmxFrequency(span);
        } else if (dimension.id == "MEASURE") {
          code = dimension.codes[static_cast<size_t>(m)].first;
        } else if (dimension.id == "REF_AREA") {
          code = made = AreaOf(dataset, cell);
        } else {
          code = dimension.codes[static_cast<size_t>(cell.codes(dimension.position))].first;
        }
        absl::StrAppend(&text, ",", code);
      }
      const std::string number = NumberOf(cell, m);
      const char obs_status = ObsStatusOf(state, IsProvisional(cell)), conf_status = ConfStatusOf(state);
      absl::StrAppend(&text, ",", SdmxPeriod(span), ",", number.empty() ? "NaN" : number, ",",
                      absl::string_view(&obs_status, 1), ",", absl::string_view(&conf_status, 1), ",",
                      UnitOf(publication.measures(m)), ",", SourceQualityOf(cell), ",", CompletenessOf(cell), ",",
                      LinkQualityOf(cell), "\r\n");
    }
  }
  return text;
}

std::string WriteSdmxStructure(const v1::Dataset& dataset) {
  const std::vector<Dimension> dimensions = DimensionsOf(dataset);
  const std::string id = TableOf(dataset);
  Json json;
  json.Open('{').Key("meta").Open('{').Text("id", IdOf(dataset)).Key("test").Bool(false);
  json.Key("contentLanguages").Open('[').Text("nl").Close(']');
  json.Key("sender").Open('{').Text("id", OwnerOf(dataset)).Close('}').Close('}');
  json.Key("data").Open('{');
  json.Key("dataflows").Open('[').Open('{');
  AppendArtefact(dataset, id, dataset.title(), &json);
  json.Text("structure", absl::StrCat("urn:sdmx:org.sdmx.infomodel.datastructure.DataStructure=",
                                      ReferenceOf(dataset, absl::StrCat("DSD_", id))));
  json.Close('}').Close(']');
  json.Key("dataStructures").Open('[').Open('{');
  AppendArtefact(dataset, absl::StrCat("DSD_", id), dataset.title(), &json);
  AppendComponents(dataset, dimensions, &json);
  json.Close('}').Close(']');
  json.Key("conceptSchemes").Open('[').Open('{');
  AppendArtefact(dataset, "CS_NMD", "Begrippen", &json);
  json.Key("concepts").Open('[');
  std::vector<std::pair<std::string, std::string>> concepts = {{"TIME_PERIOD", "Periode"}, {"OBS_VALUE", "Waarde"}};
  for (const Dimension& dimension : dimensions) concepts.emplace_back(dimension.id, dimension.title);
  for (const Attribute& attribute : Attributes()) concepts.emplace_back(attribute.id, attribute.title);
  for (const auto& [concept_id, title] : concepts) {
    json.Open('{').Text("id", concept_id);
    AppendNames(title, &json);
    json.Close('}');
  }
  json.Close(']').Close('}').Close(']');
  json.Key("codelists").Open('[');
  for (const Dimension& dimension : dimensions) AppendCodelist(dataset, dimension.id, dimension.title, dimension.codes, &json);
  for (const Attribute& attribute : Attributes()) {
    if (attribute.codes != nullptr) AppendCodelist(dataset, attribute.id, attribute.title, *attribute.codes, &json);
  }
  json.Close(']').Close('}').Close('}');
  return std::move(json).Done();
}

}  // namespace nmd::publication::formats
