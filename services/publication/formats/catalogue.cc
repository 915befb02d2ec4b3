// SPDX-License-Identifier: EUPL-1.2
#include "services/publication/formats/catalogue.h"

#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "services/core/date.h"
#include "services/publication/formats/dataset.h"
#include "services/publication/formats/json.h"

namespace nmd::publication::formats {
namespace {

constexpr std::pair<const char*, const char*> kPrefixes[] = {{"adms", "http://www.w3.org/ns/adms#"},
                                                             {"dcat", "http://www.w3.org/ns/dcat#"},
                                                             {"dct", "http://purl.org/dc/terms/"},
                                                             {"foaf", "http://xmlns.com/foaf/0.1/"},
                                                             {"rdfs", "http://www.w3.org/2000/01/rdf-schema#"},
                                                             {"vcard", "http://www.w3.org/2006/vcard/ns#"},
                                                             {"xsd", "http://www.w3.org/2001/XMLSchema#"}};

constexpr absl::string_view kEu = "http://publications.europa.eu/resource/authority/";

// What is said of one thing. A thing without a name is told where it is an object.
struct Node {
  struct Object {
    enum Kind { kIri, kText, kDutch, kTyped, kNode } kind;
    std::string value;  // Of kTyped, with `type`: "xsd:date".
    std::string type;
    std::vector<Node> node;  // One, of kNode.
  };
  std::string iri, type;
  std::vector<std::pair<std::string, std::vector<Object>>> properties;

  Node(std::string name, std::string kind) : iri(std::move(name)), type(std::move(kind)) {}
  // In the order they are added; a predicate that comes again gets one more object.
  Node& Add(absl::string_view predicate, Object object) {
    if (properties.empty() || properties.back().first != predicate)
      properties.emplace_back(std::string(predicate), std::vector<Object>());
    properties.back().second.push_back(std::move(object));
    return *this;
  }
  Node& Iri(absl::string_view predicate, std::string target) { return Add(predicate, {Object::kIri, std::move(target), "", {}}); }
  Node& Text(absl::string_view predicate, std::string text) { return Add(predicate, {Object::kText, std::move(text), "", {}}); }
  Node& Dutch(absl::string_view predicate, std::string text) {
    return Add(predicate, {Object::kDutch, std::move(text), "", {}});
  }
  Node& Typed(absl::string_view predicate, std::string text, std::string datatype) {
    return Add(predicate, {Object::kTyped, std::move(text), std::move(datatype), {}});
  }
  Node& Thing(absl::string_view predicate, Node node) { return Add(predicate, {Object::kNode, "", "", {std::move(node)}}); }
};

std::string MomentOf(const google::protobuf::Timestamp& time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", absl::FromUnixSeconds(time.seconds()), absl::UTCTimeZone());
}

std::string UrlOf(const Publisher& publisher, absl::string_view path) { return absl::StrCat(publisher.origin, "/v1/", path); }
std::string DatasetUrl(const Publisher& publisher, absl::string_view id) {
  return UrlOf(publisher, absl::StrCat(publisher.parent, "/datasets/", id));
}

// What dataset, service and catalogue say alike of who and for whom.
void AddCommon(const Publisher& publisher, Node* node) {
  node->Iri("dct:publisher", publisher.uri);
  Node contact("", "vcard:Organization");
  contact.Text("vcard:fn", publisher.contact_name).Iri("vcard:hasEmail", absl::StrCat("mailto:", publisher.contact_email));
  node->Thing("dcat:contactPoint", std::move(contact));
}
void AddRights(const Publisher& publisher, Node* node) {
  node->Iri("dct:accessRights", absl::StrCat(kEu, "access-right/PUBLIC"));
  for (const std::string& theme : publisher.themes) node->Iri("dcat:theme", theme);
}

struct DistributionKind {
  absl::string_view file, format, media_type, standard;  // Format of the EU list file-type; media type of IANA.
};
constexpr DistributionKind kDistributions[] = {
    {"csv", "CSV", "text/csv", "https://www.rfc-editor.org/rfc/rfc4180"},
    {"csv-metadata", "JSON", "application/csvm+json", "https://www.w3.org/TR/tabular-metadata/"},
    {"gmsd", "CSV", "text/csv", ""},
    {"sdmx-csv", "CSV", "application/vnd.sdmx.data+csv", "https://sdmx.org/sdmx-3-0-0/"},
    {"sdmx-structure", "JSON", "application/vnd.sdmx.structure+json", "https://sdmx.org/sdmx-3-0-0/"}};

Node DistributionOf(const Publisher& publisher, const v1::Dataset& dataset, const DistributionKind& kind,
                    absl::string_view title) {
  const std::string url = absl::StrCat(DatasetUrl(publisher, IdOf(dataset)), "/files/", kind.file);
  Node node(url, "dcat:Distribution");
  node.Dutch("dct:title", absl::StrCat(dataset.title(), ": ", title)).Iri("dcat:accessURL", url).Iri("dcat:downloadURL", url);
  node.Iri("dct:license", publisher.license).Iri("dct:format", absl::StrCat(kEu, "file-type/", kind.format));
  node.Iri("dcat:mediaType", absl::StrCat("https://www.iana.org/assignments/media-types/", kind.media_type));
  if (!kind.standard.empty()) node.Iri("dct:conformsTo", std::string(kind.standard));
  return node;
}

std::string ServiceUrl(const Publisher& publisher) { return UrlOf(publisher, absl::StrCat(publisher.parent, "/odata")); }

std::string DescriptionOf(const v1::Dataset& dataset) {
  std::string text =
      absl::StrCat(dataset.title(), ", van ", dataset.period().start_date(), " tot ", dataset.period().end_date(), ".");
  if (!dataset.coverage().empty()) absl::StrAppend(&text, " Cijfers van ", dataset.coverage(), ".");
  if (dataset.state() == v1::Dataset::WITHDRAWN) absl::StrAppend(&text, " Ingetrokken: ", dataset.reason());
  absl::StrAppend(&text, " Kleine aantallen zijn verborgen, zodat niemand te herkennen is.");
  return text;
}

std::string LastDay(const std::string& end) {
  const std::optional<Day> day = ParseDay(end);
  return day ? FormatDay(*day - 1) : end;
}

std::vector<Node> NodesOf(const Publisher& publisher, absl::Span<const v1::Dataset> datasets) {
  const std::string catalogue_url = UrlOf(publisher, absl::StrCat(publisher.parent, "/catalogue"));
  const std::string dutch = absl::StrCat(kEu, "language/NLD");
  std::vector<Node> nodes;
  Node catalogue(catalogue_url, "dcat:Catalog");
  catalogue.Dutch("dct:title", absl::StrCat("Open data sociaal domein: ", publisher.name));
  catalogue.Dutch("dct:description", "Cijfers over gebruik en kosten van jeugdhulp en Wmo die voor iedereen zijn.");
  AddCommon(publisher, &catalogue);
  catalogue.Iri("dct:language", dutch).Iri("dct:license", publisher.license).Iri("foaf:homepage", publisher.origin);
  for (const v1::Dataset& dataset : datasets) catalogue.Iri("dcat:dataset", DatasetUrl(publisher, IdOf(dataset)));
  catalogue.Iri("dcat:service", ServiceUrl(publisher));
  nodes.push_back(std::move(catalogue));

  Node agent(publisher.uri, "foaf:Organization");
  nodes.push_back(std::move(agent.Dutch("foaf:name", publisher.name)));

  Node service(ServiceUrl(publisher), "dcat:DataService");
  service.Dutch("dct:title", "OData")
      .Dutch("dct:description", "De tabellen als OData 4, zoals StatLine van het CBS die geeft.");
  service.Text("dct:identifier", ServiceUrl(publisher));
  AddCommon(publisher, &service);
  AddRights(publisher, &service);
  service.Iri("dct:license", publisher.license).Iri("dcat:endpointURL", ServiceUrl(publisher));
  service.Iri("dcat:endpointDescription", UrlOf(publisher, "openapi.json"));
  service.Iri("dct:conformsTo", "https://docs.oasis-open.org/odata/odata/v4.0/");
  for (const v1::Dataset& dataset : datasets) {
    if (dataset.state() != v1::Dataset::WITHDRAWN) service.Iri("dcat:servesDataset", DatasetUrl(publisher, IdOf(dataset)));
  }
  nodes.push_back(std::move(service));

  for (const v1::Dataset& dataset : datasets) {
    const std::string id = IdOf(dataset);
    Node node(DatasetUrl(publisher, id), "dcat:Dataset");
    node.Dutch("dct:title", dataset.title()).Dutch("dct:description", DescriptionOf(dataset));
    node.Text("dct:identifier", node.iri);
    AddCommon(publisher, &node);
    node.Iri("dct:creator", publisher.uri);
    AddRights(publisher, &node);
    node.Iri("dct:language", dutch).Typed("dct:issued", MomentOf(dataset.released_time()), "xsd:dateTime");
    if (dataset.has_withdrawn_time()) node.Typed("dct:modified", MomentOf(dataset.withdrawn_time()), "xsd:dateTime");
    Node period("", "dct:PeriodOfTime");
    period.Typed("dcat:startDate", dataset.period().start_date(), "xsd:date");
    period.Typed("dcat:endDate", LastDay(dataset.period().end_date()), "xsd:date");
    node.Thing("dct:temporal", std::move(period));
    const bool withdrawn = dataset.state() == v1::Dataset::WITHDRAWN;
    node.Iri("adms:status", absl::StrCat(kEu, "dataset-status/",
                                         withdrawn                                  ? "WITHDRAWN"
                                         : dataset.state() == v1::Dataset::REPLACED ? "DEPRECATED"
                                                                                    : "COMPLETED"));
    if (withdrawn) node.Dutch("adms:versionNotes", absl::StrCat("Ingetrokken: ", dataset.reason()));
    if (!dataset.replaces().empty()) node.Iri("dct:replaces", DatasetUrl(publisher, dataset.replaces()));
    if (!dataset.replaced_by().empty()) node.Iri("dct:isReplacedBy", DatasetUrl(publisher, dataset.replaced_by()));
    std::vector<Node> distributions;
    if (!withdrawn) {
      for (const DistributionKind& kind : kDistributions) {
        for (const FileKind& file : FileKinds()) {
          if (file.file == kind.file) distributions.push_back(DistributionOf(publisher, dataset, kind, file.title));
        }
      }
      const std::string url = absl::StrCat(ServiceUrl(publisher), "/", id);
      Node odata(url, "dcat:Distribution");
      odata.Dutch("dct:title", absl::StrCat(dataset.title(), ": OData 4")).Iri("dcat:accessURL", url);
      odata.Iri("dct:license", publisher.license).Iri("dct:format", absl::StrCat(kEu, "file-type/JSON"));
      odata.Iri("dcat:mediaType", "https://www.iana.org/assignments/media-types/application/json");
      odata.Iri("dcat:accessService", ServiceUrl(publisher));
      distributions.push_back(std::move(odata));
    }
    for (const Node& distribution : distributions) node.Iri("dcat:distribution", distribution.iri);
    nodes.push_back(std::move(node));
    for (Node& distribution : distributions) nodes.push_back(std::move(distribution));
  }
  return nodes;
}

// What may not stand in an IRI is escaped (RFC 3987).
std::string IriOf(absl::string_view iri) {
  std::string text;
  for (const char c : iri) {
    if (static_cast<unsigned char>(c) <= 0x20 || absl::StrContains("<>\"{}|^`\\", absl::string_view(&c, 1))) {
      absl::StrAppendFormat(&text, "%%%02X", static_cast<int>(static_cast<unsigned char>(c)));
    } else {
      text.push_back(c);
    }
  }
  return text;
}
void AppendJson(const Node& node, Json* json) {
  json->Open('{');
  json->Maybe("@id", IriOf(node.iri)).Text("@type", node.type);
  for (const auto& [predicate, objects] : node.properties) {
    json->Key(predicate).Open('[');
    for (const Node::Object& object : objects) {
      if (object.kind == Node::Object::kNode) {
        AppendJson(object.node[0], json);
        continue;
      }
      const bool iri = object.kind == Node::Object::kIri;
      json->Open('{').Text(iri ? "@id" : "@value", iri ? IriOf(object.value) : object.value);
      if (object.kind == Node::Object::kDutch) json->Text("@language", "nl");
      json->Maybe("@type", object.type).Close('}');
    }
    json->Close(']');
  }
  json->Close('}');
}

// Turtle 1.1: what may not stand in quotes is escaped.
std::string TurtleText(absl::string_view value) {
  std::string text = "\"";
  for (const char c : value) {
    if (c == '"' || c == '\\') text.push_back('\\');
    if (c == '\n') {
      text += "\\n";
    } else if (c == '\r') {
      text += "\\r";
    } else {
      text.push_back(c);
    }
  }
  return text + "\"";
}

void AppendTurtle(const Node& node, absl::string_view indent, std::string* text) {
  absl::StrAppend(text, "a ", node.type);
  for (const auto& [predicate, objects] : node.properties) {
    absl::StrAppend(text, " ;\n", indent, predicate, " ");
    for (size_t i = 0; i < objects.size(); ++i) {
      const Node::Object& object = objects[i];
      if (i > 0) absl::StrAppend(text, ", ");
      switch (object.kind) {
        case Node::Object::kIri:
          absl::StrAppend(text, "<", IriOf(object.value), ">");
          break;
        case Node::Object::kText:
          absl::StrAppend(text, TurtleText(object.value));
          break;
        case Node::Object::kDutch:
          absl::StrAppend(text, TurtleText(object.value), "@nl");
          break;
        case Node::Object::kTyped:
          absl::StrAppend(text, TurtleText(object.value), "^^", object.type);
          break;
        case Node::Object::kNode:
          absl::StrAppend(text, "[ ");
          AppendTurtle(object.node[0], absl::StrCat(indent, "  "), text);
          absl::StrAppend(text, " ]");
          break;
      }
    }
  }
}

}  // namespace

std::string WriteCatalogueJsonLd(const Publisher& publisher, absl::Span<const v1::Dataset> datasets) {
  Json json;
  json.Open('{').Key("@context").Open('{');
  for (const auto& [prefix, iri] : kPrefixes) json.Text(prefix, iri);
  json.Close('}').Key("@graph").Open('[');
  for (const Node& node : NodesOf(publisher, datasets)) AppendJson(node, &json);
  json.Close(']').Close('}');
  return std::move(json).Done();
}

std::string WriteCatalogueTurtle(const Publisher& publisher, absl::Span<const v1::Dataset> datasets) {
  std::string text;
  for (const auto& [prefix, iri] : kPrefixes) absl::StrAppend(&text, "@prefix ", prefix, ": <", iri, "> .\n");
  for (const Node& node : NodesOf(publisher, datasets)) {
    absl::StrAppend(&text, "\n<", IriOf(node.iri), "> ");
    AppendTurtle(node, "  ", &text);
    absl::StrAppend(&text, " .\n");
  }
  return text;
}

}  // namespace nmd::publication::formats
