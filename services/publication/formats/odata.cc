// SPDX-License-Identifier: EUPL-1.2
#include "services/publication/formats/odata.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "services/publication/formats/dataset.h"
#include "services/publication/formats/json.h"
#include "services/publication/formats/odata_filter.h"

namespace nmd::publication::formats {
namespace {

constexpr absl::string_view kJson = "application/json;odata.metadata=minimal;charset=utf-8";

using Property = ODataProperty;

// An entity set with all its rows; the first property is the key.
struct EntitySet {
  std::string name, type;
  std::vector<Property> properties;
  std::vector<ODataRow> rows;
  bool singleton = false;
};

ODataValue Number(int64_t value) { return ODataNumber{absl::StrCat(value), static_cast<double>(value)}; }
ODataValue NumberOrNone(const std::string& digits) {
  ODataNumber number{digits, 0};
  if (digits.empty() || !absl::SimpleAtod(digits, &number.value)) return std::monostate();
  return number;
}
ODataValue TextOrNone(const std::string& text) { return text.empty() ? ODataValue() : ODataValue(text); }

absl::string_view AttributeOf(ValueState state) {
  switch (state) {
    case ValueState::kAnswered:
      return "None";
    case ValueState::kSuppressed:
      return "Suppressed";
    case ValueState::kNotRegistered:
      return "NotRegistered";
    case ValueState::kNotAvailable:
      return "NotAvailable";
    case ValueState::kNotComparable:
      return "NotComparable";
  }
  return "";
}

// A dimension as StatLine has it: where, when, or one of the publication (its position).
struct Dimension {
  std::string name, title, kind;
  int position = -1;
};

std::vector<Dimension> DimensionsOf(const v1::Publication& publication) {
  const int area = AreaDimension(publication), time = TimeDimension(publication);
  std::vector<Dimension> dimensions = {{"RegioS", "Gemeente of regio", "GeoDimension", area},
                                       {"Perioden", "Perioden", "TimeDimension", time}};
  for (int d = 0; d < publication.dimensions_size(); ++d) {
    if (d == area || d == time) continue;
    dimensions.push_back(
        {PascalCase(publication.dimensions(d).dimension()), publication.dimensions(d).title(), "Dimension", d});
  }
  return dimensions;
}

// "totaal" and what is not known have names of their own, so that no code is an empty text.
std::string CodeOf(const v1::PublishedCode& code, bool total) {
  return total ? "Totaal" : code.value().empty() ? "Onbekend" : code.value();
}

std::string CodeIn(const v1::Dataset& dataset, const v1::PublishedCell& cell, const Dimension& dimension) {
  if (dimension.name == "RegioS") return AreaOf(dataset, cell);
  if (dimension.name == "Perioden") return CbsPeriod(SpanOf(dataset, cell));
  const int code = cell.codes(dimension.position);
  return CodeOf(dataset.publication().dimensions(dimension.position).codes(code), code == 0);
}

EntitySet ObservationsOf(const v1::Dataset& dataset) {
  const v1::Publication& publication = dataset.publication();
  const std::vector<Dimension> dimensions = DimensionsOf(publication);
  EntitySet set = {"Observations", "Observation", {}, {}, false};
  set.properties = {{Property::kInt64, "Id", false},
                    {Property::kString, "Measure", false},
                    {Property::kString, "ValueAttribute", false},
                    {Property::kDouble, "Value", true}};
  for (const Dimension& dimension : dimensions) set.properties.push_back({Property::kString, dimension.name, false});
  for (const Property& property :
       {Property{Property::kString, "Reason", true}, Property{Property::kBoolean, "Provisional", false},
        Property{Property::kDouble, "SourceQuality", true}, Property{Property::kDouble, "Completeness", true},
        Property{Property::kDouble, "LinkQuality", true}, Property{Property::kString, "FigureId", false}}) {
    set.properties.push_back(property);
  }
  int64_t id = 0;
  for (int c = 0; c < publication.cells_size(); ++c) {
    const v1::PublishedCell& cell = publication.cells(c);
    for (int m = 0; m < publication.measures_size(); ++m) {
      const ValueState state = StateOf(cell, m);
      ODataRow row = {Number(id++), publication.measures(m).measure(), std::string(AttributeOf(state)),
                      NumberOrNone(NumberOf(cell, m))};
      for (const Dimension& dimension : dimensions) row.emplace_back(CodeIn(dataset, cell, dimension));
      row.push_back(TextOrNone(ReasonOf(cell, m)));
      row.emplace_back(IsProvisional(cell));
      for (const std::string& share : {SourceQualityOf(cell), CompletenessOf(cell), LinkQualityOf(cell)})
        row.push_back(NumberOrNone(share));
      row.emplace_back(FigureId(dataset, c));
      set.rows.push_back(std::move(row));
    }
  }
  return set;
}

EntitySet MeasureCodesOf(const v1::Dataset& dataset) {
  EntitySet set = {"MeasureCodes", "MeasureCode", {}, {}, false};
  set.properties = {{Property::kString, "Identifier", false}, {Property::kInt64, "Index", false},
                    {Property::kString, "Title", false},      {Property::kString, "Description", true},
                    {Property::kString, "Unit", false},       {Property::kString, "DataType", false},
                    {Property::kInt64, "Decimals", true},     {Property::kString, "MeasureGroupId", true}};
  int64_t index = 0;
  for (const v1::PublishedMeasure& measure : dataset.publication().measures()) {
    const bool euros = measure.unit() == "cents", ratio = measure.unit() == "ratio";
    set.rows.push_back({measure.measure(), Number(++index), TitleOf(measure), absl::StrCat("Definitie ", measure.definition()),
                        euros   ? "euro"
                        : ratio ? "verhouding"
                                : "aantal",
                        euros || ratio ? "Double" : "Long", ratio ? ODataValue() : Number(euros ? 2 : 0), ODataValue()});
  }
  return set;
}

EntitySet DimensionSetOf(const v1::Dataset& dataset) {
  EntitySet set = {"Dimensions", "Dimension", {}, {}, false};
  set.properties = {{Property::kString, "Identifier", false},
                    {Property::kString, "Title", false},
                    {Property::kString, "Kind", false},
                    {Property::kString, "ReleasePolicy", true}};
  for (const Dimension& dimension : DimensionsOf(dataset.publication()))
    set.rows.push_back({dimension.name, dimension.title, dimension.kind, ODataValue()});
  return set;
}

EntitySet PropertiesOf(const v1::Dataset& dataset) {
  EntitySet set = {"Properties", "TableProperties", {}, {}, true};
  ODataRow row;
  const auto add = [&](const char* name, const std::string& text) {
    set.properties.push_back({Property::kString, name, true});
    row.push_back(TextOrNone(text));
  };
  const auto moment = [](const google::protobuf::Timestamp& time) {
    return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", absl::FromUnixSeconds(time.seconds()), absl::UTCTimeZone());
  };
  add("Identifier", IdOf(dataset));
  add("Title", dataset.title());
  add("Modified", moment(dataset.released_time()));
  add("KnownTime", moment(dataset.known_time()));
  add("PeriodStart", dataset.period().start_date());
  add("PeriodEnd", dataset.period().end_date());
  add("Language", "nl");
  add("Status", dataset.state() == v1::Dataset::REPLACED ? "Replaced" : "Current");
  add("ReplacedBy", dataset.replaced_by());
  add("Coverage", dataset.coverage());
  add("Proof", dataset.publication().proof());
  set.rows.push_back(std::move(row));
  return set;
}

EntitySet CodesOf(const v1::Dataset& dataset, const Dimension& dimension) {
  EntitySet set = {absl::StrCat(dimension.name, "Codes"), absl::StrCat(dimension.name, "Code"), {}, {}, false};
  set.properties = {{Property::kString, "Identifier", false},
                    {Property::kInt64, "Index", false},
                    {Property::kString, "Title", false},
                    {Property::kString, "DimensionGroupId", true}};
  const v1::Publication& publication = dataset.publication();
  v1::PublishedCell probe;
  for (int d = 0; d < publication.dimensions_size(); ++d) probe.add_codes(0);
  const int codes = dimension.position < 0 ? 1 : publication.dimensions(dimension.position).codes_size();
  for (int code = 0; code < codes; ++code) {
    std::string title = dimension.title;
    if (dimension.position >= 0) {
      probe.set_codes(dimension.position, code);
      title = publication.dimensions(dimension.position).codes(code).label();
    }
    std::string identifier = CodeIn(dataset, probe, dimension);
    // One that is the whole has the same code as a part when there is one part only.
    const bool known = std::any_of(set.rows.begin(), set.rows.end(),
                                   [&](const ODataRow& row) { return std::get<std::string>(row[0]) == identifier; });
    if (known) continue;
    if (title.empty() || dimension.position < 0) title = identifier;
    set.rows.push_back({std::move(identifier), Number(code + 1), std::move(title), ODataValue()});
  }
  return set;
}

std::vector<std::string> SetNames(const v1::Dataset& dataset) {
  std::vector<std::string> names = {"Observations", "MeasureCodes", "Dimensions", "Properties"};
  for (const Dimension& dimension : DimensionsOf(dataset.publication())) names.push_back(absl::StrCat(dimension.name, "Codes"));
  return names;
}

std::optional<EntitySet> SetOf(const v1::Dataset& dataset, absl::string_view name) {
  if (name == "Observations") return ObservationsOf(dataset);
  if (name == "MeasureCodes") return MeasureCodesOf(dataset);
  if (name == "Dimensions") return DimensionSetOf(dataset);
  if (name == "Properties") return PropertiesOf(dataset);
  for (const Dimension& dimension : DimensionsOf(dataset.publication())) {
    if (name == absl::StrCat(dimension.name, "Codes")) return CodesOf(dataset, dimension);
  }
  return std::nullopt;
}

absl::string_view EdmType(Property::Type type) {
  switch (type) {
    case Property::kInt64:
      return "Edm.Int64";
    case Property::kDouble:
      return "Edm.Double";
    case Property::kBoolean:
      return "Edm.Boolean";
    default:
      return "Edm.String";
  }
}

// CSDL 4.0. All names are letters and digits, so nothing has to be escaped.
std::string MetadataOf(const v1::Dataset& dataset) {
  std::string types, container;
  for (const std::string& name : SetNames(dataset)) {
    const EntitySet set = *SetOf(dataset, name);
    absl::StrAppend(&types, "<EntityType Name=\"", set.type, "\"><Key><PropertyRef Name=\"", set.properties[0].name,
                    "\"/></Key>");
    for (const Property& property : set.properties) {
      const bool key = &property == &set.properties[0];
      absl::StrAppend(&types, "<Property Name=\"", property.name, "\" Type=\"", EdmType(property.type), "\"",
                      property.nullable && !key ? "" : " Nullable=\"false\"", "/>");
    }
    absl::StrAppend(&types, "</EntityType>");
    absl::StrAppend(&container, set.singleton ? "<Singleton Name=\"" : "<EntitySet Name=\"", name,
                    set.singleton ? "\" Type=\"nmd." : "\" EntityType=\"nmd.", set.type, "\"/>");
  }
  return absl::StrCat(
      "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
      "<edmx:Edmx Version=\"4.0\" xmlns:edmx=\"http://docs.oasis-open.org/odata/ns/edmx\"><edmx:DataServices>"
      "<Schema Namespace=\"nmd\" xmlns=\"http://docs.oasis-open.org/odata/ns/edm\">",
      types, "<EntityContainer Name=\"Container\">", container,
      "</EntityContainer></Schema></edmx:DataServices></edmx:Edmx>\n");
}

std::string ServiceDocument(const v1::Dataset& dataset) {
  // Without a slash behind it the address of the service is that of a document: what is below it begins with its last part.
  const std::string id = IdOf(dataset);
  Json json;
  json.Open('{').Text("@odata.context", absl::StrCat(id, "/$metadata")).Key("value").Open('[');
  for (const std::string& name : SetNames(dataset)) {
    json.Open('{').Text("name", name).Text("kind", name == "Properties" ? "Singleton" : "EntitySet");
    json.Text("url", absl::StrCat(id, "/", name)).Close('}');
  }
  json.Close(']').Close('}');
  return std::move(json).Done();
}

void AppendValue(const ODataValue& value, Json* json) {
  if (const auto* text = std::get_if<std::string>(&value)) {
    json->Text(*text);
  } else if (const auto* number = std::get_if<ODataNumber>(&value)) {
    json->Number(number->digits);
  } else if (const bool* truth = std::get_if<bool>(&value)) {
    json->Bool(*truth);
  } else {
    json->Null();
  }
}

void AppendMembers(const EntitySet& set, const std::vector<size_t>& selected, const ODataRow& row, Json* json) {
  for (const size_t p : selected) {
    json->Key(set.properties[p].name);
    AppendValue(row[p], json);
  }
}

absl::Status Unread(absl::string_view option, absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat(option, ": ", what));
}
absl::Status NotOffered(absl::string_view option, absl::string_view what) {
  return absl::UnimplementedError(absl::StrCat(option, ": ", what));
}

absl::Status CheckOptions(const v1::ReadODataRequest& options) {
  const std::pair<const char*, const std::string&> missing[] = {
      {"orderby", options.orderby()}, {"expand", options.expand()},   {"search", options.search()},
      {"apply", options.apply()},     {"compute", options.compute()}, {"skiptoken", options.skiptoken()},
      {"levels", options.levels()}};
  for (const auto& [name, value] : missing) {
    if (!value.empty()) return NotOffered(name, "is not offered; ask without it");
  }
  if (options.top() < 0) return Unread("top", "must be 0 or more");
  if (options.skip() < 0) return Unread("skip", "must be 0 or more");
  return absl::OkStatus();
}

absl::Status CheckFormat(const std::string& format, absl::string_view offered) {
  absl::string_view type = absl::string_view(format).substr(0, format.find(';'));
  absl::ConsumePrefix(&type, "application/");
  if (type.empty() || type == offered) return absl::OkStatus();
  return NotOffered("format", absl::StrCat("the answer is ", offered));
}

absl::StatusOr<std::vector<size_t>> SelectedOf(const EntitySet& set, const std::string& select) {
  std::vector<size_t> selected;
  if (select.empty() || select == "*") {
    for (size_t p = 0; p < set.properties.size(); ++p) selected.push_back(p);
    return selected;
  }
  for (absl::string_view name : absl::StrSplit(select, ',')) {
    name = absl::StripAsciiWhitespace(name);
    size_t p = 0;
    while (p < set.properties.size() && set.properties[p].name != name) ++p;
    if (p == set.properties.size()) return Unread("select", "names a property that is not there; $metadata has them all");
    if (std::find(selected.begin(), selected.end(), p) == selected.end()) selected.push_back(p);
  }
  return selected;
}

std::string PercentEncoded(absl::string_view text) {
  std::string encoded;
  for (const char c : text) {
    if (absl::ascii_isalnum(static_cast<unsigned char>(c)) || absl::StrContains("-._~*,", absl::string_view(&c, 1))) {
      encoded.push_back(c);
    } else {
      absl::StrAppend(&encoded, "%", absl::AsciiStrToUpper(absl::BytesToHexString(absl::string_view(&c, 1))));
    }
  }
  return encoded;
}

std::string NextLink(const EntitySet& set, const v1::ReadODataRequest& options, int64_t taken) {
  std::string link = absl::StrCat(set.name, "?$skip=", options.skip() + taken);
  if (options.has_top()) absl::StrAppend(&link, "&$top=", options.top() - taken);
  if (!options.filter().empty()) absl::StrAppend(&link, "&$filter=", PercentEncoded(options.filter()));
  if (!options.select().empty()) absl::StrAppend(&link, "&$select=", PercentEncoded(options.select()));
  if (options.count()) absl::StrAppend(&link, "&$count=true");
  return link;
}

// "#Observations" or, of some properties, "#Observations(Measure,Value)".
std::string ContextOf(const EntitySet& set, const v1::ReadODataRequest& options, const std::vector<size_t>& selected,
                      absl::string_view behind) {
  std::vector<absl::string_view> names;
  if (!options.select().empty() && options.select() != "*") {
    for (const size_t p : selected) names.push_back(set.properties[p].name);
  }
  return absl::StrCat("$metadata#", set.name, names.empty() ? "" : absl::StrCat("(", absl::StrJoin(names, ","), ")"), behind);
}

absl::StatusOr<ODataAnswer> OneRow(const EntitySet& set, const ODataRow& row, const v1::ReadODataRequest& options) {
  // Of one thing there is nothing to filter, count or pass over.
  if (!options.filter().empty() || options.has_top() || options.skip() != 0 || options.count())
    return Unread("filter", "only $select and $format go with one entity");
  absl::StatusOr<std::vector<size_t>> selected = SelectedOf(set, options.select());
  if (!selected.ok()) return selected.status();
  Json json;
  json.Open('{').Text("@odata.context", ContextOf(set, options, *selected, set.singleton ? "" : "/$entity"));
  AppendMembers(set, *selected, row, &json);
  json.Close('}');
  return ODataAnswer{std::string(kJson), std::move(json).Done()};
}

absl::StatusOr<ODataAnswer> Rows(const EntitySet& set, const v1::ReadODataRequest& options, bool only_count) {
  absl::StatusOr<ODataFilter> filter = ReadODataFilter(options.filter(), set.properties);
  if (!filter.ok()) return filter.status();
  absl::StatusOr<std::vector<size_t>> selected = SelectedOf(set, options.select());
  if (!selected.ok()) return selected.status();
  const int64_t wanted = std::min(options.has_top() ? options.top() : kODataPage, kODataPage);
  Json rows;
  rows.Open('[');
  int64_t found = 0, taken = 0;
  for (const ODataRow& row : set.rows) {
    if (!(*filter)(row)) continue;
    ++found;
    if (only_count || found <= options.skip() || taken >= wanted) continue;
    ++taken;
    rows.Open('{');
    AppendMembers(set, *selected, row, &rows);
    rows.Close('}');
  }
  rows.Close(']');
  if (only_count) return ODataAnswer{"text/plain; charset=utf-8", absl::StrCat(found)};
  Json json;
  json.Open('{').Text("@odata.context", ContextOf(set, options, *selected, ""));
  if (options.count()) json.Key("@odata.count").Int(found);
  json.Key("value").Number(rows.text());
  const bool more = options.skip() + taken < found && taken == kODataPage && (!options.has_top() || options.top() > taken);
  if (more) json.Text("@odata.nextLink", NextLink(set, options, taken));
  json.Close('}');
  return ODataAnswer{std::string(kJson), std::move(json).Done()};
}

// A key as it stands in brackets: a whole number, or a text in quotes of which inner ones are doubled. Nothing for anything
// else.
std::optional<ODataValue> KeyOf(absl::string_view key, Property::Type type) {
  if (type == Property::kInt64) {
    int64_t number = 0;
    if (!absl::SimpleAtoi(key, &number)) return std::nullopt;
    return Number(number);
  }
  if (key.size() < 2 || key.front() != '\'' || key.back() != '\'') return std::nullopt;
  const std::string inner = absl::StrReplaceAll(key.substr(1, key.size() - 2), {{"''", "\x01"}});
  if (absl::StrContains(inner, '\'')) return std::nullopt;
  return absl::StrReplaceAll(inner, {{"\x01", "'"}});
}

bool SameKey(const ODataValue& left, const ODataValue& right) {
  const auto* number = std::get_if<ODataNumber>(&left);
  if (number != nullptr) return number->value == std::get<ODataNumber>(right).value;
  return left.index() == right.index() && std::get<std::string>(left) == std::get<std::string>(right);
}

}  // namespace

absl::StatusOr<ODataAnswer> AnswerOData(const v1::Dataset& dataset, absl::string_view path,
                                        const v1::ReadODataRequest& options) {
  if (absl::Status checked = CheckOptions(options); !checked.ok()) return checked;
  if (path == "$metadata") {
    if (absl::Status format = CheckFormat(options.format(), "xml"); !format.ok()) return format;
    return ODataAnswer{"application/xml; charset=utf-8", MetadataOf(dataset)};
  }
  if (absl::Status format = CheckFormat(options.format(), "json"); !format.ok()) return format;
  if (path.empty()) return ODataAnswer{std::string(kJson), ServiceDocument(dataset)};
  const bool count = absl::ConsumeSuffix(&path, "/$count");
  std::optional<absl::string_view> key;
  if (!count && absl::ConsumeSuffix(&path, ")")) {
    const size_t open = path.find('(');
    if (open == absl::string_view::npos) return absl::NotFoundError("no such entity");
    key = path.substr(open + 1);
    path = path.substr(0, open);
  }
  const std::optional<EntitySet> set = SetOf(dataset, path);
  if (!set || (set->singleton && (count || key))) return absl::NotFoundError("no such entity set");
  if (set->singleton) return OneRow(*set, set->rows[0], options);
  if (!key) return Rows(*set, options, count);
  const std::optional<ODataValue> wanted = KeyOf(*key, set->properties[0].type);
  for (const ODataRow& row : set->rows) {
    if (wanted && SameKey(row[0], *wanted)) return OneRow(*set, row, options);
  }
  return absl::NotFoundError("no such entity");
}

}  // namespace nmd::publication::formats
