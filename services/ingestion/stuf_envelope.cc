// SPDX-License-Identifier: EUPL-1.2
#include "services/ingestion/stuf_envelope.h"

#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <libxml/xmlerror.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <memory>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "services/core/codes.h"
#include "services/ingestion/xml_text.h"

namespace nmd::ingestion {
namespace {

constexpr absl::string_view kGgk = "http://www.stufstandaarden.nl/koppelvlak/ggk0210";
constexpr absl::string_view kAnyGgk = "http://www.stufstandaarden.nl/koppelvlak/ggk";
constexpr absl::string_view kStuf = "http://www.egem.nl/StUF/StUF0301";
constexpr char kSchemaInstance[] = "http://www.w3.org/2001/XMLSchema-instance";
// detailsXML of a fault may hold any elements, to any depth that libxml2 lets pass.
constexpr int kMaxElements = 100'000;
// No text but that of a bestand is longer than 1000 characters.
constexpr size_t kMaxTextBytes = 4096;

// ---- The structure ------------------------------------------------------------------------------------------------------

enum class Type {
  kGroup,
  kText,     // min..max characters
  kOneOf,    // exactly `value`, or one of the two with a bar between
  kUuid,     // version 4, lower case
  kMoment,   // 8 to 17 digits
  kVersion,  // 4 digits
  kXmlFile,
  kTextFile,
  kAnything,  // any well-formed contents
};

struct Node {
  absl::string_view name;
  absl::string_view space;
  Type type;
  bool optional = false;
  bool is_choice = false;  // exactly one of the children instead of all in order
  int min = 0, max = 0;
  absl::string_view value = {};
  absl::Span<const Node> children = {};
};

constexpr Node Text(absl::string_view name, int min, int max, bool optional = false) {
  return {.name = name, .space = kStuf, .type = Type::kText, .optional = optional, .min = min, .max = max};
}
constexpr Node One(absl::string_view name, absl::string_view value) {
  return {.name = name, .space = kStuf, .type = Type::kOneOf, .value = value};
}
constexpr Node Of(absl::string_view space, absl::string_view name, Type type) {
  return {.name = name, .space = space, .type = type};
}
constexpr Node Group(absl::string_view space, absl::string_view name, absl::Span<const Node> children, bool is_choice = false) {
  return {.name = name, .space = space, .type = Type::kGroup, .is_choice = is_choice, .children = children};
}

constexpr Node kSystem[] = {Text("organisatie", 0, 200), Text("applicatie", 3, 50), Text("administratie", 0, 50, true),
                            Text("gebruiker", 0, 100, true)};
constexpr Node kFaultSystem[] = {Text("organisatie", 0, 200, true), Text("applicatie", 3, 50),
                                 Text("administratie", 0, 50, true), Text("gebruiker", 0, 100, true)};

constexpr Node kForward[] = {One("berichtcode", "Di01"),
                             Group(kStuf, "zender", kSystem),
                             Group(kStuf, "ontvanger", kSystem),
                             Of(kStuf, "referentienummer", Type::kUuid),
                             Of(kStuf, "tijdstipBericht", Type::kMoment),
                             Text("functie", 0, 30)};
constexpr Node kReturn[] = {One("berichtcode", "Du01"),
                            Group(kStuf, "zender", kSystem),
                            Group(kStuf, "ontvanger", kSystem),
                            Of(kStuf, "referentienummer", Type::kUuid),
                            Of(kStuf, "tijdstipBericht", Type::kMoment),
                            Of(kStuf, "crossRefnummer", Type::kUuid),
                            Text("functie", 0, 30)};
// The code is fixed in the schema, so that an empty element stands for it too.
constexpr Node kFaultHeader[] = {
    One("berichtcode", "Fo01|"),     Group(kStuf, "zender", kFaultSystem),        Group(kStuf, "ontvanger", kFaultSystem),
    Text("referentienummer", 0, 40), Of(kStuf, "tijdstipBericht", Type::kMoment), Text("crossRefnummer", 0, 40)};
constexpr Node kFaultBody[] = {Text("code", 0, 7),
                               One("plek", "client|server"),
                               Text("omschrijving", 0, 200),
                               Text("details", 0, 1000, true),
                               {.name = "detailsXML", .space = kStuf, .type = Type::kAnything, .optional = true}};

constexpr Node kFiles[] = {Of(kGgk, "tekstBestand", Type::kTextFile), Of(kGgk, "xmlBestand", Type::kXmlFile)};
constexpr Node kParameters[] = {Of(kGgk, "applicatieVersie", Type::kVersion), Of(kGgk, "applicatieSubversie", Type::kVersion),
                                Of(kGgk, "functieVersie", Type::kVersion), Of(kGgk, "functieSubversie", Type::kVersion),
                                Group(kGgk, "bericht", kFiles, true)};
constexpr Node kForwardParts[] = {Group(kGgk, "stuurgegevens", kForward), Group(kGgk, "parameters", kParameters)};
constexpr Node kReturnParts[] = {Group(kGgk, "stuurgegevens", kReturn), Group(kGgk, "parameters", kParameters)};
constexpr Node kFaultParts[] = {Group(kStuf, "stuurgegevens", kFaultHeader), Group(kStuf, "body", kFaultBody)};

constexpr Node kRoots[] = {Group(kGgk, "envelopHeenbericht-ggk_Di01", kForwardParts),
                           Group(kGgk, "envelopRetourbericht-ggk_Du01", kReturnParts),
                           Group(kStuf, "Fo01Bericht", kFaultParts)};

bool IsUuid4(absl::string_view text) {
  if (text.size() != 36) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (i == 8 || i == 13 || i == 18 || i == 23) {
      if (c != '-') return false;
    } else if (!absl::ascii_isdigit(static_cast<unsigned char>(c)) && !(c >= 'a' && c <= 'f')) {
      return false;
    }
  }
  return text[14] == '4' && (text[19] == '8' || text[19] == '9' || text[19] == 'a' || text[19] == 'b');
}

bool Fits(const Node& node, absl::string_view text) {
  const auto length = static_cast<int>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
  switch (node.type) {
    case Type::kText:
      return length >= node.min && length <= node.max;
    case Type::kOneOf: {
      const size_t bar = node.value.find('|');
      return text == node.value.substr(0, bar) || (bar != absl::string_view::npos && text == node.value.substr(bar + 1));
    }
    case Type::kUuid:
      return IsUuid4(text);
    case Type::kMoment:
      return text.size() >= 8 && text.size() <= 17 && IsDigits(text);
    case Type::kVersion:
      return text.size() == 4 && IsDigits(text);
    default:
      return true;
  }
}

std::string Wanted(const Node& node) {
  switch (node.type) {
    case Type::kText:
      return absl::StrCat("een tekst van ", node.min, " tot en met ", node.max, " tekens");
    case Type::kOneOf:
      return absl::StrCat("de waarde ", absl::string_view(node.value).substr(0, node.value.find('|')));
    case Type::kUuid:
      return "een UUID (versie 4) in kleine letters";
    case Type::kMoment:
      return "een tijdstip als 20260430134500";
    default:
      return "vier cijfers";
  }
}

bool IsFileName(absl::string_view text) {
  return text.size() >= 4 && text.size() <= 255 && std::all_of(text.begin(), text.end(), [](char c) {
           return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '.' || c == '_';
         });
}

// ---- Base64 -------------------------------------------------------------------------------------------------------------

// Decodes base64 that comes in pieces, as xs:base64Binary has it: white space anywhere, padding obligatory, unused bits 0.
class Base64 {
 public:
  bool Add(absl::string_view text, std::string* out) {
    for (const char c : text) {
      const int value = kValues[static_cast<unsigned char>(c)];
      if (value >= 0) {
        if (padding_ > 0) return false;
        bits_ = bits_ << 6 | static_cast<uint32_t>(value);
        if (++count_ < 4) continue;
        const char bytes[] = {static_cast<char>(bits_ >> 16), static_cast<char>(bits_ >> 8), static_cast<char>(bits_)};
        out->append(bytes, 3);
        bits_ = 0;
        count_ = 0;
      } else if (c == '=') {
        if (++padding_ > 2) return false;
      } else if (c != ' ' && c != '\n' && c != '\r' && c != '\t') {
        return false;
      }
    }
    return true;
  }

  bool Finish(std::string* out) {
    if (count_ == 0) return padding_ == 0;
    if (count_ + padding_ != 4) return false;
    if (count_ == 2 && (bits_ & 0xF) == 0) {
      *out += static_cast<char>(bits_ >> 4);
      return true;
    }
    if (count_ != 3 || (bits_ & 0x3) != 0) return false;
    *out += static_cast<char>(bits_ >> 10);
    *out += static_cast<char>(bits_ >> 2);
    return true;
  }

 private:
  static constexpr std::array<int8_t, 256> kValues = [] {
    std::array<int8_t, 256> values{};
    for (int8_t& value : values) value = -1;
    constexpr absl::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < kLetters.size(); ++i) values[static_cast<unsigned char>(kLetters[i])] = static_cast<int8_t>(i);
    return values;
  }();
  uint32_t bits_ = 0;
  int count_ = 0;  // characters in bits_
  int padding_ = 0;
};

// ---- Faults -------------------------------------------------------------------------------------------------------------

struct FaultCode {
  absl::string_view code;
  absl::string_view meaning;  // Dutch: what went wrong and what to do
};

// Two lists are in use, which number differently (domain-standards 1.9). IB002, IB007 and IB009 are in both.
constexpr FaultCode kFaultCodes[] = {
    {"StUF055", "Het bericht voldoet niet aan het berichtschema. Herstel het bericht en verstuur het opnieuw."},
    {"IB002", "In de oude lijst: de afzender is niet gemachtigd. Regel de machtiging bij het knooppunt."},
    {"IB003", "Het bericht is groter dan 25 MB. Verdeel de inhoud over meer berichten."},
    {"IB005", "De gemeentecode is onbekend. Verbeter de code en verstuur het bericht opnieuw."},
    {"IB007", "In de oude lijst: het bericht is groter dan 25 MB. Verdeel de inhoud over meer berichten."},
    {"IB009", "In de oude lijst: het referentienummer is geen geldige UUID. Laat de software herstellen."},
    {"IB013", "Het bericht bevat een virus. Onderzoek het systeem van de afzender."},
    {"IB014", "Het bericht voldoet niet aan het berichtschema. Herstel het bericht en verstuur het opnieuw."},
    {"IB016", "Het referentienummer is eerder gebruikt. Verstuur het bericht met een nieuw referentienummer."},
    {"IB019", "Op deze declaratie is al een antwoord gegeven. Verstuur geen tweede antwoord."},
    {"IB020", "Op deze declaratie is al een antwoord gegeven. Verstuur geen tweede antwoord."},
    {"IB101", "Deze route bestaat niet. Controleer afzender, ontvanger en soort bericht."},
    {"IB102", "Deze route bestaat niet. Controleer afzender, ontvanger en soort bericht."},
    {"IB103", "Het verkeer ligt stil. Verstuur het bericht na de stop opnieuw."},
    {"IB210", "De ontvangende organisatie is onbekend. Verbeter de code en verstuur het bericht opnieuw."},
    {"IB213", "De organisatie is onbekend. Verbeter de code en verstuur het bericht opnieuw."},
    {"CC02", "Het bericht voldoet niet aan het berichtschema. Herstel het bericht en verstuur het opnieuw."},
    {"CC03", "Het bericht is te groot. Verdeel de inhoud over meer berichten."},
    {"CC04", "Het referentienummer is geen geldige UUID. Laat de software herstellen."},
    {"CC06", "De gegevens over de applicatie kloppen niet. Laat de software herstellen."},
    {"CC08", "Het referentienummer is eerder gebruikt. Verstuur het bericht met een nieuw referentienummer."},
    {"CC11", "Op deze declaratie is al een antwoord gegeven. Verstuur geen tweede antwoord."},
};
// In a list, without a meaning that this system knows.
constexpr absl::string_view kOtherCodes[] = {"IB001", "IB004", "IB006", "IB008",  "IB010", "IB011", "IB012", "IB015", "IB017",
                                             "IB018", "IB021", "IB022", "IB023",  "IB234", "IB240", "IB798", "IB901", "IB902",
                                             "IB903", "IB904", "IB905", "RIN001", "BRS02", "BRS03", "BRS04", "BRS05", "BRS06"};

Finding FaultFinding(absl::string_view code, bool sent_by_municipality) {
  Finding finding = Structural("FO01", "Fo01Bericht/body/code", "");
  // Who got the fault has sent the message that is wrong.
  finding.owner = sent_by_municipality ? "aanbieder" : "gemeente";
  finding.fatal = false;
  const std::string start = "Een verstuurd bericht is niet aangenomen: foutmelding Fo01";
  for (const FaultCode& known : kFaultCodes) {
    if (known.code == code) finding.text = absl::StrCat(start, ", code ", code, ". ", known.meaning);
  }
  if (std::find(std::begin(kOtherCodes), std::end(kOtherCodes), code) != std::end(kOtherCodes)) {
    finding.text = absl::StrCat(start, ", code ", code, ". Zoek de betekenis op in de foutcodelijst van de keten.");
  }
  if (finding.text.empty()) {
    finding.text = absl::StrCat(
        start, ", met een code die niet in de foutcodelijsten staat. Vraag de beheerder van de koppeling de melding te lezen.");
  }
  return finding;
}

// ---- Reading ------------------------------------------------------------------------------------------------------------

class Reader {
 public:
  explicit Reader(Envelope& result) : result_(result) {}
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  void Run(absl::string_view bytes);

 private:
  struct Frame {
    const Node* node;
    size_t next;  // Index of the child that may come next.
  };
  static constexpr int kMaxDepth = 6;

  static Reader& Self(void* data) { return *static_cast<Reader*>(data); }
  static absl::string_view Chars(const xmlChar* text) {
    return text == nullptr ? absl::string_view() : absl::string_view(reinterpret_cast<const char*>(text));
  }
  static int OnRead(void* data, char* into, int size);
  static void OnStart(void* data, const xmlChar* name, const xmlChar*, const xmlChar* uri, int, const xmlChar**, int attributes,
                      int, const xmlChar** values);
  static void OnText(void* data, const xmlChar* text, int size) {
    Self(data).OnChars({reinterpret_cast<const char*>(text), static_cast<size_t>(size)});
  }

  const Node* Enter(absl::string_view name, absl::string_view space);
  void CheckAttributes(const Node& node, int count, const xmlChar** values);
  void OnChars(absl::string_view text);
  void End();
  void Fault(std::string place, std::string text);
  std::string Place(absl::string_view child = "") const;
  bool IsMissing(const Frame& frame, std::string* name) const;

  Envelope& result_;
  absl::string_view rest_;
  xmlParserCtxtPtr parser_ = nullptr;
  Frame stack_[kMaxDepth];
  int depth_ = 0;
  int skipped_ = 0;  // Open elements inside detailsXML.
  int elements_ = 0;
  bool stopped_ = false;
  std::string text_;
  Base64 base64_;
  Envelope::Kind kind_ = Envelope::Kind::kRefused;
  std::string fault_code_;
  std::string sender_;
};

int Reader::OnRead(void* data, char* into, int size) {
  absl::string_view& rest = Self(data).rest_;
  const size_t count = std::min(rest.size(), static_cast<size_t>(size));
  std::memcpy(into, rest.data(), count);
  rest.remove_prefix(count);
  return static_cast<int>(count);
}

void Reader::Run(absl::string_view bytes) {
  rest_ = bytes;
  parser_ = xmlCreateIOParserCtxt(nullptr, nullptr, OnRead, nullptr, this, XML_CHAR_ENCODING_NONE);
  if (parser_ == nullptr) return Fault("bestand", "De envelop is geen XML.");
  const std::unique_ptr<xmlParserCtxt, void (*)(xmlParserCtxtPtr)> owner(parser_, xmlFreeParserCtxt);
  xmlSAXHandler handler = {};
  handler.initialized = XML_SAX2_MAGIC;
  handler.startElementNs = OnStart;
  handler.endElementNs = [](void* data, const xmlChar*, const xmlChar*, const xmlChar*) { Self(data).End(); };
  handler.characters = OnText;
  handler.ignorableWhitespace = OnText;
  handler.cdataBlock = OnText;
  handler.internalSubset = [](void* data, const xmlChar*, const xmlChar*, const xmlChar*) {
    Self(data).Fault("bestand", "De envelop heeft een DOCTYPE. Die is niet toegestaan: verwijder hem.");
  };
  handler.serror = [](void* data, xmlErrorPtr error) {
    if (error->level < XML_ERR_ERROR) return;
    Self(data).Fault(absl::StrCat("regel ", error->line), "De envelop is geen geldige XML. Laat hem opnieuw maken.");
  };
  *parser_->sax = handler;
  parser_->userData = this;
  // No entity is replaced, nothing is loaded, the limits of libxml2 hold.
  xmlCtxtUseOptions(parser_, XML_PARSE_NONET);
  xmlParseDocument(parser_);
  if (parser_->wellFormed == 0 || depth_ != 0) Fault("bestand", "De envelop is geen geldige XML. Laat hem opnieuw maken.");
  if (stopped_) return;
  result_.kind = kind_;
  if (kind_ == Envelope::Kind::kFault) {
    result_.findings.push_back(FaultFinding(fault_code_, sender_.size() == 4 && IsDigits(sender_)));
  }
}

void Reader::OnStart(void* data, const xmlChar* name, const xmlChar*, const xmlChar* uri, int, const xmlChar**, int attributes,
                     int, const xmlChar** values) {
  Reader& self = Self(data);
  if (self.stopped_) return;
  if (++self.elements_ > kMaxElements)
    return self.Fault("bestand", "De envelop heeft te veel elementen. Laat hem opnieuw maken.");
  if (self.skipped_ > 0 || (self.depth_ > 0 && self.stack_[self.depth_ - 1].node->type == Type::kAnything)) {
    ++self.skipped_;
    return;
  }
  const Node* node = self.Enter(Chars(name), Chars(uri));
  if (node == nullptr) return;
  self.stack_[self.depth_++] = {node, 0};
  self.text_.clear();
  self.CheckAttributes(*node, attributes, values);
}

const Node* Reader::Enter(absl::string_view name, absl::string_view space) {
  if (depth_ == 0) {
    for (const Node& root : kRoots) {
      if (root.name != name || root.space != space) continue;
      if (root.space == kStuf) kind_ = Envelope::Kind::kFault;
      return &root;
    }
    const bool other_version = absl::StartsWith(space, kAnyGgk) && space != kGgk;
    Fault("bestand",
          other_version
              ? "De envelop is van een andere versie dan StUF-GGK 2.1. Lever het bericht aan in een envelop 2.1, of los."
              : "Dit is geen envelop met een bericht en geen foutmelding Fo01. Controleer of het juiste bestand is "
                "aangeleverd.");
    return nullptr;
  }
  Frame& top = stack_[depth_ - 1];
  const absl::Span<const Node> children = top.node->children;
  for (size_t i = top.node->is_choice ? 0 : top.next; i < children.size(); ++i) {
    if (top.node->is_choice && top.next > 0) break;
    if (children[i].name == name && children[i].space == space) {
      top.next = i + 1;
      return &children[i];
    }
    if (!children[i].optional && !top.node->is_choice) {
      break;
    }
  }
  const bool again = std::any_of(children.begin(), children.begin() + static_cast<std::ptrdiff_t>(top.next),
                                 [&](const Node& child) { return child.name == name && child.space == space; });
  if (name == "bericht" || (top.node->is_choice && top.next > 0)) {
    Fault(Place(), "Er zit meer dan één bericht in de envelop. Verstuur elk bericht in een eigen envelop.");
  } else if (again) {
    Fault(Place(), "In dit deel van de envelop komt een element te vaak voor. Laat de software herstellen.");
  } else {
    std::string missing;
    Fault(IsMissing(top, &missing) ? Place(missing) : Place(),
          "De envelop heeft hier een ander element dan het StUF-GGK-schema. Laat de software herstellen.");
  }
  return nullptr;
}

void Reader::CheckAttributes(const Node& node, int count, const xmlChar** values) {
  bool named = false;
  for (int i = 0; i < count && !stopped_; ++i) {
    const absl::string_view local = Chars(values[i * 5]), space = Chars(values[i * 5 + 2]);
    const absl::string_view value(reinterpret_cast<const char*>(values[i * 5 + 3]),
                                  static_cast<size_t>(values[i * 5 + 4] - values[i * 5 + 3]));
    if (space == kSchemaInstance && (local == "schemaLocation" || local == "noNamespaceSchemaLocation")) continue;
    if (node.type == Type::kTextFile && space.empty() && local == "bestandsnaam" && IsFileName(value)) {
      named = true;
      continue;
    }
    Fault(Place(), "Dit element heeft een attribuut dat hier niet hoort. Laat de software herstellen.");
  }
  if (node.type == Type::kTextFile && !named) {
    Fault(Place(), "Het attribuut bestandsnaam ontbreekt of klopt niet. Laat de software herstellen.");
  }
}

void Reader::OnChars(absl::string_view text) {
  if (stopped_ || skipped_ > 0 || depth_ == 0) return;
  const Node& node = *stack_[depth_ - 1].node;
  switch (node.type) {
    case Type::kXmlFile:
    case Type::kTextFile:
      if (!base64_.Add(text, &result_.content)) {
        Fault(Place(), "De inhoud is geen geldige base64. Laat de envelop opnieuw maken.");
      }
      return;
    case Type::kGroup:
    case Type::kAnything:
      if (!std::all_of(text.begin(), text.end(), [](char c) { return absl::ascii_isspace(static_cast<unsigned char>(c)); })) {
        Fault(Place(), "Tussen de elementen staat tekst. Laat de software herstellen.");
      }
      return;
    default:
      // More than fits anywhere is wrong already; the rest need not be kept to know that.
      if (text_.size() <= kMaxTextBytes)
        text_.append(text.substr(0, kMaxTextBytes).data(), std::min(text.size(), kMaxTextBytes));
  }
}

bool Reader::IsMissing(const Frame& frame, std::string* name) const {
  const absl::Span<const Node> children = frame.node->children;
  if (frame.node->is_choice) {
    if (frame.next == 0) *name = "xmlBestand";
    return frame.next == 0;
  }
  for (size_t i = frame.next; i < children.size(); ++i) {
    if (children[i].optional) continue;
    *name = std::string(children[i].name);
    return true;
  }
  return false;
}

void Reader::End() {
  if (stopped_) return;
  if (skipped_ > 0) {
    --skipped_;
    return;
  }
  const Frame& top = stack_[depth_ - 1];
  const Node& node = *top.node;
  std::string missing;
  switch (node.type) {
    case Type::kGroup:
      if (IsMissing(top, &missing)) {
        Fault(Place(missing), missing == "xmlBestand" ? "De envelop is leeg. Verstuur hem opnieuw, met het bericht erin."
                                                      : "Dit verplichte element ontbreekt. Laat de software herstellen.");
      }
      break;
    case Type::kXmlFile:
    case Type::kTextFile:
      kind_ = node.type == Type::kXmlFile ? Envelope::Kind::kXml : Envelope::Kind::kText;
      if (!base64_.Finish(&result_.content)) {
        Fault(Place(), "De inhoud is geen geldige base64. Laat de envelop opnieuw maken.");
      } else if (result_.content.empty()) {
        Fault(Place(), "De envelop is leeg. Verstuur hem opnieuw, met het bericht erin.");
      }
      break;
    case Type::kAnything:
      break;
    default:
      if (!Fits(node, text_)) Fault(Place(), absl::StrCat("De waarde klopt niet. Vul in: ", Wanted(node), "."));
      if (node.name == "code") fault_code_ = text_;
      if (node.name == "organisatie" && stack_[depth_ - 2].node->name == "zender") sender_ = text_;
      text_.clear();
  }
  --depth_;
}

std::string Reader::Place(absl::string_view child) const {
  std::string place;
  for (int i = 0; i < depth_; ++i) absl::StrAppend(&place, i == 0 ? "" : "/", stack_[i].node->name);
  if (!child.empty()) absl::StrAppend(&place, place.empty() ? "" : "/", child);
  return place.empty() ? "bestand" : place;
}

void Reader::Fault(std::string place, std::string text) {
  if (stopped_) return;
  stopped_ = true;
  result_.findings.push_back(Structural("ENVELOP", std::move(place), std::move(text)));
  if (parser_ != nullptr) xmlStopParser(parser_);
}

}  // namespace

bool IsEnvelope(absl::string_view bytes) {
  const absl::string_view start = bytes.substr(0, 1024);
  return LooksLikeXml(start) && (absl::StrContains(start, kAnyGgk) || absl::StrContains(start, kStuf));
}

Envelope ReadEnvelope(absl::string_view bytes) {
  Envelope result;
  if (std::optional<Finding> finding = BeforeParsing(bytes); finding.has_value()) {
    result.findings.push_back(*std::move(finding));
    return result;
  }
  Reader(result).Run(bytes);
  if (result.kind == Envelope::Kind::kRefused) std::string().swap(result.content);
  return result;
}

}  // namespace nmd::ingestion
