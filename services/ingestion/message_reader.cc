// SPDX-License-Identifier: EUPL-1.2
#include "services/ingestion/message_reader.h"

#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <libxml/xmlerror.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "services/core/codes.h"
#include "services/ingestion/message_schema.h"
#include "services/ingestion/xml_text.h"

namespace nmd::ingestion {
namespace {

constexpr absl::string_view kNamespaceStart = "http://www.istandaarden.nl/";
constexpr absl::string_view kRelease = "3_2";
// Read in the structure of 3.2 as far as they fit in it: they differ in code lists, and in what 3.2 asks of the contents
// (domain-standards 1.1). Release 2 has other messages and another structure.
constexpr absl::string_view kOlderReleases[] = {"3_0", "3_1"};
constexpr char kSchemaInstance[] = "http://www.w3.org/2001/XMLSchema-instance";

// Deeper than any message. Elements below one that does not belong are not followed, so only a schema could get here.
constexpr int kMaxDepth = 16;
// A message of 25 MB in its tersest form has 730,000 elements.
constexpr int kMaxElements = 1'000'000;

bool IsOlderRelease(absl::string_view release) {
  return std::find(std::begin(kOlderReleases), std::end(kOlderReleases), release) != std::end(kOlderReleases);
}

// Example: "3.1".
std::string Dotted(absl::string_view release) { return absl::StrReplaceAll(release, {{"_", "."}}); }

// What to do about a release that is not read.
std::string OtherRelease(absl::string_view release) {
  const absl::string_view cure = release < absl::string_view("3")
                                     ? "Lever de gegevens aan als bericht van release 3.2, of als export."
                                     : "Vraag de leverancier van dit systeem om een versie die deze release leest.";
  return absl::StrCat("Het bericht is van release ", Dotted(release),
                      ". Gelezen worden 3.2, en 3.0 en 3.1 voor zover ze daarop "
                      "lijken. ",
                      cure);
}

// The parts of "http://www.istandaarden.nl/ijw/3_2/jw301/schema"; older releases end in "/schema/2_0".
std::optional<Recognised> ParseNamespace(absl::string_view uri) {
  if (!absl::ConsumePrefix(&uri, kNamespaceStart)) return std::nullopt;
  Recognised found;
  absl::string_view prefix;
  if (absl::ConsumePrefix(&uri, "ijw/")) {
    found.law = Law::kYouth;
    prefix = "jw";
  } else if (absl::ConsumePrefix(&uri, "iwmo/")) {
    found.law = Law::kWmo;
    prefix = "wmo";
  } else {
    return std::nullopt;
  }
  const size_t slash = uri.find('/');
  if (slash == absl::string_view::npos || slash > 8) return std::nullopt;
  const absl::string_view release = uri.substr(0, slash);
  if (release.empty() || release.find_first_not_of("0123456789_") != absl::string_view::npos) return std::nullopt;
  found.release = std::string(release);
  uri.remove_prefix(slash + 1);
  if (!absl::ConsumePrefix(&uri, prefix) || uri.size() < 10 || !IsDigits(uri.substr(0, 3)) || uri.substr(3, 7) != "/schema") {
    return std::nullopt;
  }
  if (!absl::SimpleAtoi(uri.substr(0, 3), &found.number)) return std::nullopt;
  const bool exact = uri.size() == 10 && (release == kRelease || IsOlderRelease(release));
  found.kind = !exact                              ? FileKind::kOtherRelease
               : SchemaOf(found.law, found.number) ? FileKind::kMessage
                                                   : FileKind::kOtherMessage;
  return found;
}

bool IsAllBlank(const char* text, size_t size) {
  // Eight bytes at a time: almost half of a message that people can read is indentation. In XML, all that is not above a
  // space is white space.
  size_t i = 0;
  for (; i + 8 <= size; i += 8) {
    uint64_t word = 0;
    std::memcpy(&word, text + i, 8);
    if (((word | (word + 0x5F5F5F5F5F5F5F5Full)) & 0x8080808080808080ull) != 0) return false;
  }
  for (; i < size; ++i) {
    if (static_cast<unsigned char>(text[i]) > ' ') return false;
  }
  return true;
}

const char* Chars(const xmlChar* text) { return reinterpret_cast<const char*>(text); }

class Reader {
 public:
  explicit Reader(ReadResult& result) : result_(result), filling_(result.message) {}
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  void Run(absl::string_view bytes);

 private:
  struct Frame {
    const Element* element;
    uint32_t next;       // index of the child that may come next
    uint32_t seen;       // bits of the children that came
    int32_t repeats;     // how many of the current repeated child came
    int32_t occurrence;  // position of this element among its like, from 1
    bool text_reported;
  };

  static Reader& Self(void* data) { return *static_cast<Reader*>(data); }
  static int OnRead(void* data, char* into, int size);
  static void OnStart(void* data, const xmlChar* name, const xmlChar* prefix, const xmlChar* uri, int namespaces,
                      const xmlChar** declared, int attributes, int defaulted, const xmlChar** values);
  static void OnEnd(void* data, const xmlChar*, const xmlChar*, const xmlChar*) { Self(data).End(); }
  static void OnText(void* data, const xmlChar* text, int size) { Self(data).Text(Chars(text), static_cast<size_t>(size)); }
  static void OnDoctype(void* data, const xmlChar*, const xmlChar*, const xmlChar*) { Self(data).Doctype(); }
  static void OnError(void* data, const xmlError* error) { Self(data).Error(*error); }

  void Root(const char* name, const xmlChar* uri);
  void Child(const char* name, const xmlChar* uri);
  void Push(const Element& element, int32_t occurrence);
  void End();
  void Text(const char* text, size_t size);
  void Doctype();
  void Error(const xmlError& error);
  void ExplainRelease();

  bool IsIn(const Element& element, const xmlChar* uri) const { return uri == (element.in_base ? base_uri_ : own_uri_); }
  bool AtEnd() const { return rest_.empty() && (parser_->input == nullptr || parser_->input->cur >= parser_->input->end); }
  std::string Line() const { return absl::StrCat("regel ", xmlSAX2GetLineNumber(parser_)); }
  // The path of the innermost open element, and of `child` in it.
  std::string Place(const char* child = nullptr) const;
  void Fault(absl::string_view rule, std::string place, std::string text);
  void Stop() {
    stopped_ = true;
    xmlStopParser(parser_);
  }

  ReadResult& result_;
  Filling filling_;
  absl::string_view rest_;  // what the parser has not taken yet
  xmlParserCtxtPtr parser_ = nullptr;
  // As the parser's dictionary has them, so that namespaces are compared by address.
  const xmlChar* base_uri_ = nullptr;
  const xmlChar* own_uri_ = nullptr;
  Frame stack_[kMaxDepth];
  int depth_ = 0;
  int skipped_ = 0;  // open elements from one that does not belong inwards
  int elements_ = 0;
  bool stopped_ = false;
  std::string older_release_;  // Example: "3_1"; empty for 3.2
  std::string text_;           // of the open value
};

void Reader::Run(absl::string_view bytes) {
  static const bool initialised = [] {
    xmlInitParser();
    return true;
  }();
  if (!initialised) return;
  rest_ = bytes;
  // Read in pieces: a parser that is given the memory makes a copy of all of it first.
  parser_ = xmlCreateIOParserCtxt(nullptr, nullptr, OnRead, nullptr, this, XML_CHAR_ENCODING_NONE);
  if (parser_ == nullptr) {
    Fault("XML", "bestand", "Het bestand is geen XML.");
    return;
  }
  const std::unique_ptr<xmlParserCtxt, void (*)(xmlParserCtxtPtr)> owner(parser_, xmlFreeParserCtxt);
  xmlSAXHandler handler = {};
  handler.initialized = XML_SAX2_MAGIC;
  handler.startElementNs = OnStart;
  handler.endElementNs = OnEnd;
  handler.characters = OnText;
  handler.ignorableWhitespace = OnText;
  handler.cdataBlock = OnText;
  handler.internalSubset = OnDoctype;
  // A prestatie takes 600 to 900 bytes.
  filling_.expected_lines = bytes.size() / 600;
  handler.serror = [](void* data, xmlErrorPtr error) { OnError(data, error); };
  *parser_->sax = handler;
  parser_->userData = this;
  // Without XML_PARSE_NOENT, XML_PARSE_DTDLOAD and XML_PARSE_HUGE: no entity is replaced, nothing is loaded, limits hold.
  xmlCtxtUseOptions(parser_, XML_PARSE_NONET);
  xmlParseDocument(parser_);
  if (result_.findings.empty() && (parser_->wellFormed == 0 || !result_.recognised || depth_ != 0)) {
    Fault("XML", "bestand", "Het bestand is geen geldige XML.");
  }
  if (!older_release_.empty()) ExplainRelease();
}

void Reader::ExplainRelease() {
  std::vector<Finding>& findings = result_.findings;
  if (std::none_of(findings.begin(), findings.end(), [](const Finding& finding) { return finding.rule == "XSD"; })) return;
  // Faults against a schema that is not that of the message help nobody: the first tells where the two differ.
  const std::string place = findings[0].place;
  findings = {
      Structural("BERICHT", place,
                 absl::StrCat("Het bericht is van release ", Dotted(older_release_),
                              " en is op deze plaats anders dan release 3.2 toestaat. Laat de afzender het in release 3.2 "
                              "maken, of verbeter de fout."))};
}

int Reader::OnRead(void* data, char* into, int size) {
  absl::string_view& rest = Self(data).rest_;
  const size_t count = std::min(rest.size(), static_cast<size_t>(size));
  std::memcpy(into, rest.data(), count);
  rest.remove_prefix(count);
  return static_cast<int>(count);
}

void Reader::OnStart(void* data, const xmlChar* name, const xmlChar*, const xmlChar* uri, int, const xmlChar**, int attributes,
                     int, const xmlChar** values) {
  Reader& self = Self(data);
  // A tag that the end of the file cuts off is announced too, before the error.
  if (self.stopped_ || self.AtEnd()) return;
  if (++self.elements_ > kMaxElements) {
    self.Fault("XML", self.Line(), "Het bestand heeft te veel elementen voor een bericht van 25 MB.");
    self.Stop();
    return;
  }
  if (self.skipped_ > 0) {
    ++self.skipped_;
    return;
  }
  if (self.depth_ == 0) {
    self.Root(Chars(name), uri);
  } else {
    self.Child(Chars(name), uri);
  }
  for (int i = 0; i < attributes && !self.stopped_; ++i) {
    const char* local = Chars(values[i * 5]);
    const char* space = Chars(values[i * 5 + 2]);
    const bool is_location =
        space != nullptr && std::strcmp(space, kSchemaInstance) == 0 &&
        (std::strcmp(local, "schemaLocation") == 0 || std::strcmp(local, "noNamespaceSchemaLocation") == 0);
    if (is_location) continue;
    self.Fault("XSD", self.Place(), "Dit element heeft een attribuut. Berichten hebben geen attributen: verwijder het.");
    break;
  }
}

void Reader::Root(const char* name, const xmlChar* uri) {
  const std::optional<Recognised> found = uri == nullptr ? std::nullopt : ParseNamespace(Chars(uri));
  if (found.has_value()) result_.message.law = found->law;
  if (!found.has_value() || std::strcmp(name, "Bericht") != 0) {
    Fault("BERICHT", Line(), "Dit is geen iJw- of iWmo-bericht. Controleer of het juiste bestand is aangeleverd.");
  } else if (found->kind == FileKind::kOtherRelease) {
    Fault("BERICHT", "Bericht", OtherRelease(found->release));
  } else if (found->kind == FileKind::kOtherMessage) {
    Fault("BERICHT", "Bericht",
          absl::StrCat("Bericht ", SourceName(found->law, found->number),
                       " hoort niet bij release 3.2. Lever een bericht van die release aan: 301 tot en met 325."));
  } else {
    const MessageSchema& schema = *SchemaOf(found->law, found->number);
    result_.message.type = schema.type;
    result_.recognised = true;
    own_uri_ = uri;
    const absl::string_view law = found->law == Law::kYouth ? "ijw" : "iwmo";
    if (found->release != kRelease) older_release_ = found->release;
    const std::string base = absl::StrCat(kNamespaceStart, law, "/", found->release, "/basisschema/schema");
    base_uri_ = xmlDictLookup(parser_->dict, reinterpret_cast<const xmlChar*>(base.c_str()), -1);
    Push(schema.root, 1);
    return;
  }
  Stop();
}

void Reader::Child(const char* name, const xmlChar* uri) {
  Frame& top = stack_[depth_ - 1];
  if (top.element->type != nullptr) {
    Fault("XSD", Place(), "Hier hoort alleen een waarde, geen ander element. Verwijder het element.");
    skipped_ = 1;
    return;
  }
  const absl::Span<const Element> children = top.element->children;
  for (size_t i = top.next; i < children.size(); ++i) {
    const Element& child = children[i];
    if (std::strcmp(child.name, name) != 0 || !IsIn(child, uri)) continue;
    const uint32_t bit = 1u << i;
    top.repeats = (top.seen & bit) != 0 ? top.repeats + 1 : 1;
    top.seen |= bit;
    top.next = static_cast<uint32_t>(child.repeated ? i : i + 1);
    Push(child, top.repeats);
    return;
  }
  // Not what may come here. It is followed when it belongs somewhere in this group, so that its own faults come out too.
  for (size_t i = 0; i < children.size(); ++i) {
    const Element& child = children[i];
    if (std::strcmp(child.name, name) != 0) continue;
    const uint32_t bit = 1u << i;
    if (!IsIn(child, uri)) {
      Fault("XSD", Place(name),
            absl::StrCat("Dit element heeft een verkeerde namespace. Gebruik die van het ",
                         child.in_base ? "basisschema." : "bericht."));
    } else if ((top.seen & bit) != 0 && !child.repeated) {
      Fault("XSD", Place(name), "Dit element komt te vaak voor. Het mag hier één keer voorkomen.");
    } else {
      Fault("XSD", Place(name), "Dit element staat op de verkeerde plaats. Houd de volgorde van het berichtschema aan.");
    }
    top.seen |= bit;
    if (!stopped_) Push(child, 1);
    return;
  }
  // Its name is not shown: what somebody puts between angle brackets may be anything.
  Fault("XSD", Place(),
        absl::StrCat("Op ", Line(), " staat een element dat hier niet hoort. Verwijder het of verbeter de naam."));
  skipped_ = 1;
}

void Reader::Push(const Element& element, int32_t occurrence) {
  stack_[depth_++] = {
      .element = &element, .next = 0, .seen = 0, .repeats = 0, .occurrence = occurrence, .text_reported = false};
  text_.clear();
  // With a fault the message is lost; keeping rows of it would only let a hostile file take memory.
  if (element.open != nullptr && result_.findings.empty()) element.open(filling_);
}

void Reader::End() {
  if (stopped_) return;
  if (skipped_ > 0) {
    --skipped_;
    return;
  }
  const Frame& top = stack_[depth_ - 1];
  const Element& element = *top.element;
  if (element.type != nullptr) {
    Value value;
    SimpleType type = *element.type;
    // The subversion is that of the namespace: in 3.2 always 2 (CS015).
    const absl::string_view older = older_release_;
    if (!older.empty() && std::strcmp(element.name, "BerichtSubversie") == 0) type.codes = older.substr(older.size() - 1);
    if (!ParseValue(type, result_.message.law, text_, &value)) {
      Fault("XSD", Place(),
            absl::StrCat(text_.empty() ? "De waarde ontbreekt." : "De waarde klopt niet.",
                         " Vul in: ", Wanted(type, result_.message.law), "."));
    } else if (element.store != nullptr && result_.findings.empty()) {
      element.store(filling_, value);
    }
  } else if (const uint32_t missing = element.required & ~top.seen; missing != 0) {
    for (size_t i = 0; i < element.children.size() && !stopped_; ++i) {
      if ((missing >> i & 1) == 0) continue;
      Fault("XSD", Place(element.children[i].name), "Dit verplichte element ontbreekt. Voeg het toe.");
    }
  }
  --depth_;
}

void Reader::Text(const char* text, size_t size) {
  if (stopped_ || skipped_ > 0 || depth_ == 0) return;
  Frame& top = stack_[depth_ - 1];
  if (top.element->type != nullptr) {
    text_.append(text, size);
  } else if (!IsAllBlank(text, size) && !top.text_reported) {
    top.text_reported = true;
    Fault("XSD", Place(), absl::StrCat("Op ", Line(), " staat tekst tussen de elementen. Verwijder de tekst."));
  }
}

void Reader::Doctype() {
  if (stopped_) return;
  Fault("XML", Line(), "Het bestand heeft een DOCTYPE. Die is in berichten niet toegestaan: verwijder hem.");
  Stop();
}

void Reader::Error(const xmlError& error) {
  if (stopped_ || error.level < XML_ERR_ERROR) return;
  const std::string line = absl::StrCat("regel ", error.line);
  if (error.code == XML_ERR_INVALID_CHAR || error.code == XML_ERR_INVALID_ENCODING || error.code == XML_I18N_CONV_FAILED) {
    Fault("XML", line, "Hier staat een teken dat geen UTF-8 is of in XML niet mag. Sla het bestand op als UTF-8 zonder BOM.");
  } else if (error.domain == XML_FROM_NAMESPACE) {
    Fault("XML", line, "Hier staat een namespace die niet klopt. Verklaar elke prefix op het hoofdelement.");
  } else if (AtEnd()) {
    Fault("XML", line, "Het bestand breekt hier af. Lever het hele bericht opnieuw aan.");
  } else {
    Fault("XML", line, "Dit is geen geldige XML. Laat het bericht opnieuw maken.");
  }
  if (error.level == XML_ERR_FATAL && !stopped_) Stop();
}

std::string Reader::Place(const char* child) const {
  std::string place;
  for (int i = 1; i < depth_; ++i) {
    const Frame& frame = stack_[i];
    absl::StrAppend(&place, place.empty() ? "" : "/", frame.element->name);
    if (frame.element->repeated) absl::StrAppend(&place, "[", frame.occurrence, "]");
  }
  if (child != nullptr) absl::StrAppend(&place, place.empty() ? "" : "/", child);
  return place.empty() ? "Bericht" : place;
}

void Reader::Fault(absl::string_view rule, std::string place, std::string text) {
  if (stopped_) return;
  std::vector<Finding>& findings = result_.findings;
  if (findings.size() < static_cast<size_t>(kMaxFindings)) {
    findings.push_back(Structural(rule, std::move(place), std::move(text)));
    return;
  }
  findings.push_back(Structural("XSD", Line(), "Vanaf hier zijn er meer fouten. Herstel eerst de fouten hierboven."));
  Stop();
}

}  // namespace

Recognised Recognise(absl::string_view bytes) {
  bytes = bytes.substr(0, 1024);
  absl::ConsumePrefix(&bytes, "\xEF\xBB\xBF");
  // What stands before the root element, a comment that quotes another message too, says nothing.
  for (;;) {
    bytes = absl::StripLeadingAsciiWhitespace(bytes);
    const absl::string_view close = absl::StartsWith(bytes, "<?") ? "?>" : absl::StartsWith(bytes, "<!--") ? "-->" : "";
    if (close.empty()) break;
    const size_t end = bytes.find(close, close.size() == 2 ? 2 : 4);
    if (end == absl::string_view::npos) return {};
    bytes.remove_prefix(end + close.size());
  }
  if (!absl::ConsumePrefix(&bytes, "<")) return {};
  const absl::string_view name = bytes.substr(0, bytes.find_first_of(" \t\r\n/>"));
  const size_t colon = name.find(':');
  const std::string declared = colon == absl::string_view::npos ? "xmlns" : absl::StrCat("xmlns:", name.substr(0, colon));
  bytes.remove_prefix(name.size());
  for (;;) {
    bytes = absl::StripLeadingAsciiWhitespace(bytes);
    const size_t equals = bytes.find('=');
    if (equals == absl::string_view::npos) return {};
    const absl::string_view attribute = absl::StripTrailingAsciiWhitespace(bytes.substr(0, equals));
    bytes = absl::StripLeadingAsciiWhitespace(bytes.substr(equals + 1));
    if (bytes.empty() || (bytes[0] != '"' && bytes[0] != '\'')) return {};
    const size_t end = bytes.find(bytes[0], 1);
    if (end == absl::string_view::npos) return {};
    if (attribute == declared) return ParseNamespace(bytes.substr(1, end - 1)).value_or(Recognised{});
    bytes.remove_prefix(end + 1);
  }
}

std::string SourceName(Law law, int number) { return absl::StrCat(law == Law::kYouth ? "jw" : "wmo", number); }

ReadResult ReadMessage(absl::string_view bytes) {
  ReadResult result;
  if (std::optional<Finding> finding = BeforeParsing(bytes); finding.has_value()) {
    result.findings.push_back(*std::move(finding));
    return result;
  }
  Reader(result).Run(bytes);
  return result;
}

}  // namespace nmd::ingestion
