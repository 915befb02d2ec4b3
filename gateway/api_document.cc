// SPDX-License-Identifier: EUPL-1.2
#include "gateway/api_document.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "gateway/api_descriptors.h"
#include "gateway/gateway.h"
#include "gateway/http.h"
#include "gateway/public_readers.h"
#include "gateway/token.h"
#include "gateway/transcoder.h"
#include "google/api/field_behavior.pb.h"
#include "google/protobuf/descriptor.h"
#include "services/platform/policy.h"

namespace nmd::gateway {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::MethodDescriptor;

std::string Quoted(absl::string_view text) {
  std::string json;
  AppendJsonString(text, &json);
  return json;
}

// A JSON object whose members are written in the order they are added.
class Object {
 public:
  Object& Raw(absl::string_view name, absl::string_view json) {
    absl::StrAppend(&text_, text_.size() > 1 ? "," : "", Quoted(name), ":", json);
    return *this;
  }
  Object& Text(absl::string_view name, absl::string_view text) { return Raw(name, Quoted(text)); }
  // Left out when empty.
  Object& Maybe(absl::string_view name, absl::string_view text) { return text.empty() ? *this : Text(name, text); }
  bool empty() const { return text_.size() == 1; }
  std::string Done() const { return text_ + "}"; }

 private:
  std::string text_ = "{";
};

std::string List(const std::vector<std::string>& items) { return absl::StrCat("[", absl::StrJoin(items, ","), "]"); }
std::string Ref(absl::string_view kind, absl::string_view name) {
  return Object().Text("$ref", absl::StrCat("#/components/", kind, "/", name)).Done();
}

absl::string_view FirstSentence(absl::string_view text) {
  for (size_t at = text.find(". "); at != absl::string_view::npos; at = text.find(". ", at + 1)) {
    if (at + 2 < text.size() && absl::ascii_isupper(static_cast<unsigned char>(text[at + 2]))) return text.substr(0, at + 1);
  }
  return text.substr(0, text.find("\n\n"));
}

// The text after `Example: "`, up to the closing quote.
std::string ExampleIn(absl::string_view comment) {
  constexpr absl::string_view kMark = "Example: \"";
  const size_t at = comment.find(kMark);
  if (at == absl::string_view::npos) return {};
  const absl::string_view rest = comment.substr(at + kMark.size());
  return std::string(rest.substr(0, rest.find('"')));
}

std::string Singular(absl::string_view word) {
  if (absl::ConsumeSuffix(&word, "ies")) return absl::StrCat(word, "y");
  absl::ConsumeSuffix(&word, "s");
  return std::string(word);
}

// "/v1/{name=municipalities/*/uploads/*}/_append" -> "/municipalities/{municipality}/uploads/{upload}/_append"
std::string PathOf(absl::string_view pattern, std::vector<std::string>* parameters) {
  absl::ConsumePrefix(&pattern, "/v1");
  std::vector<std::string> segments;
  for (absl::string_view part : absl::StrSplit(pattern, '/')) {
    if (absl::ConsumePrefix(&part, "{")) {
      const size_t equals = part.find('=');
      part = equals == absl::string_view::npos ? absl::string_view("*") : part.substr(equals + 1);
    }
    absl::ConsumeSuffix(&part, "}");
    if (part == "*" || part == "**") {
      parameters->push_back(Singular(segments.back()));
      segments.push_back(absl::StrCat("{", parameters->back(), "}"));
    } else {
      segments.emplace_back(part);
    }
  }
  return absl::StrJoin(segments, "/");
}

class Writer {
 public:
  Writer(const std::vector<const Route*>& routes, const internal::v1::ContactConfig& contact)
      : routes_(routes), contact_(contact) {}

  std::string Write() {
    std::map<std::string, std::map<std::string, std::string>> paths;
    std::map<std::string, std::string> tags;
    for (const Route* route : routes_) {
      const type::Access access = AccessOf(*route->method);
      const bool people =
          std::any_of(access.role().begin(), access.role().end(), [](int role) { return role != type::SERVICE; });
      if (!people) continue;
      std::vector<std::string> parameters;
      const std::string path = PathOf(route->pattern, &parameters);
      paths[path][absl::AsciiStrToLower(route->http_method)] = Operation(*route, access, parameters);
      tags[TagOf(*route->method)] = std::string(comments_.Of(route->method->service()->full_name()));
    }
    paths["/openapi.json"]["get"] = OwnOperation();
    tags.emplace("OpenAPI", "Dit document.");

    Object paths_json, schemas_json;
    for (const auto& [path, operations] : paths) {
      Object item;
      for (const auto& [method, operation] : operations) item.Raw(method, operation);
      paths_json.Raw(path, item.Done());
    }
    std::vector<std::string> tags_json;
    tags_json.reserve(tags.size());
    for (const auto& [name, text] : tags) tags_json.push_back(Object().Text("name", name).Maybe("description", text).Done());
    // Schemas that are still waiting may bring others along.
    while (!waiting_.empty()) {
      const Descriptor* next = *waiting_.begin();
      waiting_.erase(waiting_.begin());
      schemas_.emplace(NameOf(next), MessageSchema(*next, {}));
    }
    schemas_.emplace("Problem", ProblemSchema());
    for (const auto& [name, schema] : schemas_) schemas_json.Raw(name, schema);

    return Object()
        .Text("openapi", "3.0.3")
        .Raw("info", Info())
        .Raw("servers", List({Object().Text("url", "/v1").Text("description", "Deze instantie").Done()}))
        .Raw("security", List({Object().Raw("bearer", "[]").Done()}))
        .Raw("tags", List(tags_json))
        .Raw("paths", paths_json.Done())
        .Raw("components", Object()
                               .Raw("securitySchemes", SecuritySchemes())
                               .Raw("headers", ResponseHeaders())
                               .Raw("responses", Problems())
                               .Raw("schemas", schemas_json.Done())
                               .Done())
        .Done();
  }

 private:
  static std::string TagOf(const MethodDescriptor& method) {
    absl::string_view name = method.service()->name();
    absl::ConsumeSuffix(&name, "Service");
    return std::string(name);
  }

  // Nested names are joined; of two types with one name both carry the word of their package.
  std::string NameOf(const Descriptor* type) { return SchemaName(type->full_name(), type->file()->package()); }
  std::string NameOf(const EnumDescriptor* type) { return SchemaName(type->full_name(), type->file()->package()); }
  std::string SchemaName(absl::string_view full_name, absl::string_view package) {
    const absl::string_view inner = full_name.substr(package.size() + 1);
    std::string name;
    for (const absl::string_view part : absl::StrSplit(inner, '.')) absl::StrAppend(&name, part);
    const auto [it, fresh] = names_.emplace(name, full_name);
    if (fresh || it->second == full_name) return name;
    const std::vector<std::string> parts = absl::StrSplit(package, '.');
    std::string word = parts.size() > 1 ? parts[1] : parts[0];
    word[0] = absl::ascii_toupper(static_cast<unsigned char>(word[0]));
    return absl::StrCat(word, name);
  }

  std::string Info() const {
    return Object()
        .Text("title", "NMD Monitor")
        .Text("version", kApiVersion)
        .Text("description",
              "Monitor sociaal domein: leveringen, koppelen van cliënten, cijfers over gebruik en kosten, contracten en "
              "publicaties van één gemeente. Elk cijfer zegt hoe ver het te vertrouwen is en per wanneer het bekend was. "
              "Beschrijvingen en namen van velden zijn Engels; woorden uit het vak staan in de begrippenlijst "
              "(/municipalities/{municipality}/measures). Getallen van 64 bits zijn tekst; bedragen zijn hele centen.")
        .Raw("contact",
             Object().Text("name", contact_.name()).Text("url", contact_.url()).Text("email", contact_.email()).Done())
        .Raw("license", Object().Text("name", "EUPL-1.2").Text("url", "https://eupl.eu/1.2/nl/").Done())
        .Done();
  }

  static std::string SecuritySchemes() {
    return Object()
        .Raw("bearer", Object()
                           .Text("type", "http")
                           .Text("scheme", "bearer")
                           .Text("bearerFormat", "JWT")
                           .Text("description", "Token van de uitgever van de gemeente: rollen, gemeente en doel staan erin.")
                           .Done())
        .Done();
  }

  static std::string ResponseHeaders() {
    const auto header = [](absl::string_view text, absl::string_view type) {
      return Object().Text("description", text).Raw("schema", Object().Text("type", type).Done()).Done();
    };
    return Object()
        .Raw("ApiVersion", header("Volledige versie van de API.", "string"))
        .Raw("RequestId", header("Kenmerk van dit verzoek, ook in het logboek.", "string"))
        .Raw("ETag", header("Kenmerk van de inhoud, voor If-None-Match.", "string"))
        .Raw("Link", header("Bij een lijst: de volgende bladzijde, rel=next.", "string"))
        .Raw("RetryAfter", header("Na zoveel seconden opnieuw proberen.", "integer"))
        .Raw("AllowOrigin", header("Dit document mag overal gelezen worden.", "string"))
        .Done();
  }

  static std::string Headers(const std::vector<std::pair<std::string, std::string>>& more = {}) {
    Object headers;
    headers.Raw("API-Version", Ref("headers", "ApiVersion")).Raw("X-Request-Id", Ref("headers", "RequestId"));
    for (const auto& [name, component] : more) headers.Raw(name, Ref("headers", component));
    return headers.Done();
  }

  static std::string Problems() {
    const auto problem = [](absl::string_view text, const std::string& headers) {
      return Object()
          .Text("description", text)
          .Raw("headers", headers)
          .Raw("content",
               Object().Raw("application/problem+json", Object().Raw("schema", Ref("schemas", "Problem")).Done()).Done())
          .Done();
    };
    const std::string later = Headers({{"Retry-After", "RetryAfter"}});
    return Object()
        .Raw("InvalidInput", problem("Het verzoek klopt niet; alle fouten staan in violations.", Headers()))
        .Raw("Unauthenticated", problem("Er is geen geldig token, of het zegt niet waarvoor.", Headers()))
        .Raw("Forbidden", problem("Deze rol mag dit niet, of het is van een andere gemeente.", Headers()))
        .Raw("NotFound", problem("Dit bestaat niet.", Headers()))
        .Raw("NotAcceptable", problem("Het antwoord is er alleen als application/json.", Headers()))
        .Raw("Conflict", problem("Iemand anders schreef eerder; lees opnieuw.", Headers()))
        .Raw("Unchanged", problem("Het antwoord is nog dat van If-None-Match.", Headers()))
        .Raw("UnsupportedType", problem("De inhoud moet application/json zijn.", Headers()))
        .Raw("TooMany", problem("Te veel verzoeken tegelijk of per minuut.", later))
        .Raw("Fault", problem("De dienst maakte een fout; meld het kenmerk van het verzoek.", Headers()))
        .Raw("Unavailable", problem("De dienst is nu niet bereikbaar.", later))
        .Done();
  }

  static std::string ProblemSchema() {
    const auto text = [](absl::string_view description) {
      return Object().Text("type", "string").Text("description", description).Done();
    };
    const std::string violation =
        Object()
            .Text("type", "object")
            .Raw("properties",
                 Object().Raw("field", text("Pad van het veld.")).Raw("description", text("Wat er fout is.")).Done())
            .Done();
    return Object()
        .Text("type", "object")
        .Text("description", "Fout volgens RFC 9457.")
        .Raw("required", List({Quoted("status"), Quoted("title"), Quoted("detail")}))
        .Raw(
            "properties",
            Object()
                .Raw("type", text("Soort fout, als URI."))
                .Raw("title", text("Soort fout, als woord."))
                .Raw("status", Object().Text("type", "integer").Text("format", "int32").Done())
                .Raw("detail", text("Wat er fout is en wat te doen."))
                .Raw("instance", text("Kenmerk van het verzoek, als URI."))
                .Raw("reason", text("Gelijk aan title; voor programma's."))
                .Raw("metadata",
                     Object().Text("type", "object").Raw("additionalProperties", Object().Text("type", "string").Done()).Done())
                .Raw("violations", Object().Text("type", "array").Raw("items", violation).Done())
                .Done())
        .Done();
  }

  static std::string OwnOperation() {
    const std::string schema = Object().Text("type", "object").Done();
    return Object()
        .Text("operationId", "OpenAPI_Get")
        .Text("summary", "Dit document")
        .Text("description", "De beschrijving van deze API volgens OpenAPI 3.0; zonder token te lezen.")
        .Raw("tags", List({Quoted("OpenAPI")}))
        .Raw("security", "[]")
        .Raw("responses",
             Object()
                 .Raw("200", Object()
                                 .Text("description", "OK")
                                 .Raw("headers", Headers({{"access-control-allow-origin", "AllowOrigin"}, {"ETag", "ETag"}}))
                                 .Raw("content", Object().Raw("application/json", Object().Raw("schema", schema).Done()).Done())
                                 .Done())
                 .Done())
        .Done();
  }

  std::string Operation(const Route& route, const type::Access& access, const std::vector<std::string>& names) {
    const MethodDescriptor& method = *route.method;
    const absl::string_view comment = comments_.Of(method.full_name());
    std::set<std::string> taken;  // Fields of the request that the path gives.
    for (size_t at = route.pattern.find('{'); at != std::string::npos; at = route.pattern.find('{', at + 1)) {
      taken.insert(route.pattern.substr(at + 1, route.pattern.find_first_of("=}", at) - at - 1));
    }
    std::vector<std::string> parameters, words;
    for (const std::string& name : names) {
      Object schema;
      schema.Text("type", "string");
      if (name == "municipality") schema.Text("example", "gm1730");
      parameters.push_back(
          Object().Text("name", name).Text("in", "path").Raw("required", "true").Raw("schema", schema.Done()).Done());
    }
    if (route.body != "*") {
      for (int i = 0; i < method.input_type()->field_count(); ++i) {
        const FieldDescriptor& field = *method.input_type()->field(i);
        const bool scalar = field.message_type() == nullptr || field.message_type()->full_name() == "google.protobuf.Timestamp";
        if (taken.count(field.name()) > 0 || field.name() == route.body || !scalar) continue;
        Object parameter;
        parameter.Text("name", field.camelcase_name())
            .Text("in", "query")
            .Maybe("description", comments_.Of(field.full_name()));
        if (IsRequired(field)) parameter.Raw("required", "true");
        parameters.push_back(parameter.Raw("schema", FieldSchema(field, false)).Done());
      }
    }
    for (const int role : access.role()) {
      if (const absl::string_view word = WordOf(static_cast<type::Role>(role)); !word.empty()) words.push_back(Quoted(word));
    }

    Object operation;
    operation.Text("operationId", absl::StrCat(method.service()->name(), "_", method.name()))
        .Text("summary", FirstSentence(comment))
        .Text("description", comment)
        .Raw("tags", List({Quoted(TagOf(method))}))
        .Raw("x-roles", List(words));
    // An empty requirement: a token may be left out.
    if (PublicReaders::May(method)) operation.Raw("security", List({"{}", Object().Raw("bearer", "[]").Done()}));
    if (!parameters.empty()) operation.Raw("parameters", List(parameters));
    if (!route.body.empty()) operation.Raw("requestBody", Body(route, taken));
    return operation.Raw("responses", Responses(route)).Done();
  }

  std::string Body(const Route& route, const std::set<std::string>& taken) {
    std::string schema;
    if (route.body == "*") {
      const Descriptor& input = *route.method->input_type();
      const std::string name = NameOf(&input);
      schemas_.emplace(name, MessageSchema(input, taken));
      schema = Ref("schemas", name);
    } else {
      schema = Need(route.method->input_type()->FindFieldByName(route.body)->message_type());
    }
    return Object()
        .Raw("required", "true")
        .Raw("content", Object().Raw("application/json", Object().Raw("schema", schema).Done()).Done())
        .Done();
  }

  std::string Responses(const Route& route) {
    std::vector<std::pair<std::string, std::string>> headers;
    const bool get = route.http_method == "GET";
    const bool tagged = get || IsSafe(*route.method);
    if (tagged) headers.emplace_back("ETag", "ETag");
    const bool paged = get && route.method->output_type()->FindFieldByName("next_page_token") != nullptr;
    if (paged) headers.emplace_back("Link", "Link");
    Object responses;
    // What makes its own bytes says of which type they are with each answer.
    const bool bytes = AnswersBytes(*route.method);
    const std::string schema =
        bytes ? Object().Text("type", "string").Text("format", "binary").Done() : Need(route.method->output_type());
    responses.Raw(
        "200",
        Object()
            .Text("description", "OK")
            .Raw("headers", Headers(headers))
            .Raw("content", Object().Raw(bytes ? "*/*" : "application/json", Object().Raw("schema", schema).Done()).Done())
            .Done());
    if (get) responses.Raw("304", Object().Text("description", "Niet veranderd").Raw("headers", Headers(headers)).Done());
    responses.Raw("400", Ref("responses", "InvalidInput"))
        .Raw("401", Ref("responses", "Unauthenticated"))
        .Raw("403", Ref("responses", "Forbidden"))
        .Raw("404", Ref("responses", "NotFound"))
        .Raw("406", Ref("responses", "NotAcceptable"));
    if (!get) responses.Raw("409", Ref("responses", "Conflict"));
    if (tagged && !get) responses.Raw("412", Ref("responses", "Unchanged"));
    if (!route.body.empty()) responses.Raw("415", Ref("responses", "UnsupportedType"));
    return responses.Raw("429", Ref("responses", "TooMany"))
        .Raw("500", Ref("responses", "Fault"))
        .Raw("503", Ref("responses", "Unavailable"))
        .Done();
  }

  static bool IsRequired(const FieldDescriptor& field) {
    const auto& options = field.options();
    for (int i = 0; i < options.ExtensionSize(google::api::field_behavior); ++i) {
      if (options.GetExtension(google::api::field_behavior, i) == google::api::REQUIRED) return true;
    }
    return false;
  }

  // A reference to the schema of a message, which is written when it was not yet.
  std::string Need(const Descriptor* type) {
    if (type->full_name() == "google.protobuf.Timestamp")
      return Object().Text("type", "string").Text("format", "date-time").Done();
    if (type->full_name() == "google.protobuf.Any") {
      return Object()
          .Text("type", "object")
          .Raw("properties", Object().Raw("@type", Object().Text("type", "string").Done()).Done())
          .Raw("additionalProperties", "true")
          .Done();
    }
    const std::string name = NameOf(type);
    if (schemas_.count(name) == 0) waiting_.insert(type);
    return Ref("schemas", name);
  }

  std::string NeedEnum(const EnumDescriptor* type) {
    const std::string name = NameOf(type);
    if (schemas_.count(name) == 0) {
      std::vector<std::string> values;
      std::string description(comments_.Of(type->full_name()));
      for (int i = 0; i < type->value_count(); ++i) {
        values.push_back(Quoted(type->value(i)->name()));
        // Comments of values are kept below the enum, as source info has them.
        const absl::string_view text = comments_.Of(absl::StrCat(type->full_name(), ".", type->value(i)->name()));
        if (!text.empty()) absl::StrAppend(&description, description.empty() ? "" : "\n\n", type->value(i)->name(), ": ", text);
      }
      schemas_.emplace(name,
                       Object().Text("type", "string").Maybe("description", description).Raw("enum", List(values)).Done());
    }
    return Ref("schemas", name);
  }

  std::string FieldSchema(const FieldDescriptor& field, bool described) {
    if (field.is_map()) {
      const FieldDescriptor& value = *field.message_type()->FindFieldByName("value");
      Object map;
      map.Text("type", "object");
      if (described) map.Maybe("description", comments_.Of(field.full_name()));
      return map.Raw("additionalProperties", SingleSchema(value, {})).Done();
    }
    const absl::string_view comment = described ? comments_.Of(field.full_name()) : absl::string_view();
    if (!field.is_repeated()) return SingleSchema(field, comment);
    Object array;
    array.Text("type", "array").Maybe("description", comment);
    return array.Raw("items", SingleSchema(field, {})).Done();
  }

  // Without regard to repetition.
  std::string SingleSchema(const FieldDescriptor& field, absl::string_view comment) {
    std::string reference;
    if (field.enum_type() != nullptr) reference = NeedEnum(field.enum_type());
    if (field.message_type() != nullptr) reference = Need(field.message_type());
    if (!reference.empty()) {
      // Beside a $ref nothing may stand.
      return comment.empty() ? reference : Object().Raw("allOf", List({reference})).Text("description", comment).Done();
    }
    Object schema;
    const auto typed = [&](absl::string_view type, absl::string_view format) {
      schema.Text("type", type).Maybe("format", format);
    };
    switch (field.cpp_type()) {
      case FieldDescriptor::CPPTYPE_BOOL:
        typed("boolean", "");
        break;
      case FieldDescriptor::CPPTYPE_INT32:
        typed("integer", "int32");
        break;
      case FieldDescriptor::CPPTYPE_INT64:
        typed("string", "int64");
        break;
      case FieldDescriptor::CPPTYPE_DOUBLE:
        typed("number", "double");
        break;
      default:
        typed("string", field.type() == FieldDescriptor::TYPE_BYTES ? "byte" : IsDay(field.name()) ? "date" : "");
        break;
    }
    schema.Maybe("description", comment);
    if (field.type() == FieldDescriptor::TYPE_STRING && !IsDay(field.name())) {
      schema.Maybe("example", ExampleIn(comments_.Of(field.full_name())));
    }
    return schema.Done();
  }

  // Days are text in the protos; their names say so.
  static bool IsDay(absl::string_view name) {
    return name == "date" || absl::EndsWith(name, "_date") || absl::EndsWith(name, "_dates");
  }

  std::string MessageSchema(const Descriptor& type, const std::set<std::string>& without) {
    Object properties, schema;
    std::vector<std::string> required;
    for (int i = 0; i < type.field_count(); ++i) {
      const FieldDescriptor& field = *type.field(i);
      if (without.count(field.name()) > 0) continue;
      properties.Raw(field.name(), FieldSchema(field, true));
      if (IsRequired(field)) required.push_back(Quoted(field.name()));
    }
    schema.Text("type", "object").Maybe("description", comments_.Of(type.full_name()));
    if (!required.empty()) schema.Raw("required", List(required));
    if (!properties.empty()) schema.Raw("properties", properties.Done());
    return schema.Done();
  }

  // In order of name: a set of pointers would be in another order each time.
  struct ByName {
    bool operator()(const Descriptor* left, const Descriptor* right) const { return left->full_name() < right->full_name(); }
  };

  const std::vector<const Route*>& routes_;
  const internal::v1::ContactConfig& contact_;
  const ApiComments comments_;
  std::map<std::string, std::string> names_;    // Full name by schema name.
  std::map<std::string, std::string> schemas_;  // What is written.
  std::set<const Descriptor*, ByName> waiting_;
};

}  // namespace

std::string OpenApiDocument(const std::vector<const Route*>& routes, const internal::v1::ContactConfig& contact) {
  return Writer(routes, contact).Write();
}

}  // namespace nmd::gateway
