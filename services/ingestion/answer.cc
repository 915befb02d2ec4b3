// SPDX-License-Identifier: EUPL-1.2
#include "services/ingestion/answer.h"

#include <libxml/xmlIO.h>
#include <libxml/xmlreader.h>
#include <libxml/xmlwriter.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <memory>
#include <set>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "services/ingestion/checks.h"
#include "services/ingestion/message_facts.h"
#include "services/ingestion/message_reader.h"
#include "services/ingestion/message_schema.h"

namespace nmd::ingestion {
namespace {

// Return codes that say how a class fared rather than what is wrong with it (WJ001).
constexpr absl::string_view kTechnical = "0001";  // refused at level 2
constexpr absl::string_view kNoRemark = "0200";
constexpr absl::string_view kNotJudged = "0233";
constexpr absl::string_view kAllGranted = "8001";

// What makes a credit line no credit: its reference is not new (TR314), it names no granted debit (TR323), or one that was
// credited before (TR390). The contents of a credit are those of its debit, which was granted (IV085, IV091).
constexpr absl::string_view kRefusesCredits[] = {"TR314", "TR323", "TR390"};

constexpr absl::string_view kAnswerRoot = "DeclaratieAntwoord";

// Codes of one class, in order and without repeats.
using Codes = std::set<std::string>;

struct Verdicts {
  Codes header;
  std::map<std::string, Codes> classes;  // by place, "Client/StartProducten/StartProduct[2]"; those of a 323 as in its 325
};

MessageType AnswerTypeOf(MessageType type) {
  return type == MessageType::kClaim ? MessageType::kClaimAnswer : static_cast<MessageType>(static_cast<int>(type) + 1);
}

const Element* ChildNamed(const Element& parent, absl::string_view name) {
  for (const Element& child : parent.children) {
    if (name == child.name) return &child;
  }
  return nullptr;
}

bool IsClass(const Element& element) {
  return !element.children.empty() && std::strcmp(element.children.back().name, "RetourCodes") == 0;
}

// The class of an answer that a finding at `place` is about: the innermost that encloses it. Empty: the header, and so all of
// the message.
// Example: "Declaratie/Clienten/Client[3]/Bsn" -> "DeclaratieAntwoord/Clienten/Client[3]".
std::string ClassAt(const MessageSchema& answer, absl::string_view place) {
  std::string path, found;
  const Element* at = &answer.root;
  for (const absl::string_view step : absl::StrSplit(place, '/')) {
    const absl::string_view name = step.substr(0, step.find('['));
    at = ChildNamed(*at, path.empty() && name == "Declaratie" ? kAnswerRoot : name);
    if (at == nullptr || at->type != nullptr || at->repeated == (name.size() == step.size())) break;
    absl::StrAppend(&path, path.empty() ? "" : "/", at->name, step.substr(name.size()));
    if (path == "Header") break;
    if (IsClass(*at)) found = path;
  }
  return found;
}

std::string ClientOf(const std::string& line_place) { return line_place.substr(0, line_place.rfind("/Prestaties/")); }

Verdicts Judge(const ParsedMessage& message, const MessageSchema& answer, const std::vector<Finding>& findings) {
  absl::flat_hash_set<std::string> credits;
  if (message.claim.has_value()) {
    for (const ClaimLine& line : message.claim->lines) {
      if (line.amount.credit) credits.insert(LinePlace(MessageType::kClaimAnswer, line));
    }
  }
  Verdicts verdicts;
  const auto add = [&](const Finding& finding) {
    const std::string place = ClassAt(answer, finding.place);
    if (!Refuses(finding, credits.contains(place))) return;
    (place.empty() ? verdicts.header : verdicts.classes[place]).insert(finding.return_code);
  };
  for (const Finding& finding : findings) {
    if (finding.level < 3) continue;
    if (finding.place != kMorePlaces) {
      add(finding);
      continue;
    }
    // The list of findings stops somewhere; an answer must not. Where a list outside is needed the rest cannot be judged here,
    // and all of it is refused.
    const Rule& rule = RuleById(finding.rule);
    if (rule.check == nullptr) add(finding);
    for (const Finding& each : CheckRule(rule, message)) add(each);
  }
  return verdicts;
}

// Writes one answer. Any class may be left out of it by `Keeps`; the others are written in the order of the schema.
class Writer {
 public:
  Writer(const ParsedMessage& message, const MessageSchema& answer, const AnswerStamp& stamp, const Verdicts& verdicts,
         std::string* out)
      : m_(message),
        answer_(answer),
        stamp_(stamp),
        verdicts_(verdicts),
        base_prefix_(message.law == Law::kYouth ? "ijw" : "iwmo"),
        writer_(xmlNewTextWriter(xmlOutputBufferCreateIO(OnWrite, nullptr, out, nullptr)), xmlFreeTextWriter) {}

  // A header without a body.
  void WriteHeaderOnly(const Codes& codes) {
    Open();
    Header(codes);
    Close();
  }

  // Whether the message could not be read to its end this time: what was written must not go out.
  bool cut_off() const { return cut_off_; }

  // The header and the classes of `bytes`, which is the message. False when some codes were for a class that it has not.
  bool WriteWhole(absl::string_view bytes, const absl::flat_hash_set<std::string>* kept, const Amount& granted) {
    kept_ = kept;
    granted_ = granted;
    Open();
    Header({std::string(kNoRemark)});
    const std::unique_ptr<xmlTextReader, void (*)(xmlTextReaderPtr)> reader(
        xmlReaderForMemory(bytes.data(), static_cast<int>(bytes.size()), nullptr, "UTF-8", XML_PARSE_NONET), xmlFreeTextReader);
    reader_ = reader.get();
    int more = xmlTextReaderRead(reader_);
    while (more == 1) {
      const bool body = xmlTextReaderNodeType(reader_) == XML_READER_TYPE_ELEMENT && xmlTextReaderDepth(reader_) == 1;
      if (body && Name() != "Header") {
        const Element& root = *ChildNamed(answer_.root, Name() == "Declaratie" ? kAnswerRoot : Name());
        path_ = root.name;
        Copy(root, false);
        break;
      }
      more = body ? xmlTextReaderNext(reader_) : xmlTextReaderRead(reader_);
    }
    Close();
    return placed_ == verdicts_.classes.size();
  }

 private:
  static int OnWrite(void* out, const char* bytes, int size) {
    static_cast<std::string*>(out)->append(bytes, static_cast<size_t>(size));
    return size;
  }
  static const xmlChar* X(const char* text) { return reinterpret_cast<const xmlChar*>(text); }
  static const xmlChar* X(const std::string& text) { return X(text.c_str()); }

  absl::string_view Name() const { return reinterpret_cast<const char*>(xmlTextReaderConstLocalName(reader_)); }

  void Open() {
    const std::string start = absl::StrCat("http://www.istandaarden.nl/", base_prefix_, "/3_2/");
    const std::string own = absl::StrCat(start, SourceName(m_.law, static_cast<int>(answer_.type)), "/schema");
    // Elements on lines of their own, without indentation: to be read by people too, and hardly larger.
    xmlTextWriterSetIndent(writer_.get(), 1);
    xmlTextWriterSetIndentString(writer_.get(), X(""));
    xmlTextWriterStartDocument(writer_.get(), "1.0", "UTF-8", nullptr);
    xmlTextWriterStartElementNS(writer_.get(), nullptr, X("Bericht"), X(own));
    xmlTextWriterWriteAttribute(writer_.get(), X(absl::StrCat("xmlns:", base_prefix_)),
                                X(absl::StrCat(start, "basisschema/schema")));
  }
  void Close() {
    xmlTextWriterEndDocument(writer_.get());
    xmlTextWriterFlush(writer_.get());
  }
  void Start(const Element& element) {
    xmlTextWriterStartElementNS(writer_.get(), element.in_base ? X(base_prefix_) : nullptr, X(element.name), nullptr);
  }
  void End() { xmlTextWriterEndElement(writer_.get()); }
  void Put(const Element& element, const xmlChar* text) {
    Start(element);
    xmlTextWriterWriteString(writer_.get(), text);
    End();
  }
  // Children of `group` by name, in the order they are called for: a name that is not there is a fault of this file.
  void Put(const Element& group, absl::string_view name, const std::string& text) { Put(*ChildNamed(group, name), X(text)); }

  void PutCodes(const Element& parent, const Codes& codes) {
    const Element& group = *ChildNamed(parent, "RetourCodes");
    Start(group);
    for (const std::string& code : codes) Put(group.children[0], X(code));
    End();
  }
  void PutIdentification(const Element& group, const std::string& identification, Day dated_day) {
    Start(group);
    Put(group, "Identificatie", identification);
    Put(group, "Dagtekening", FormatDay(dated_day));
    End();
  }
  void PutVersions(const Element& group, const std::string& base, const std::string& own) {
    Start(group);
    Put(group, "BasisschemaXsdVersie", base);
    Put(group, "BerichtXsdVersie", own);
    End();
  }
  void PutAmount(const Element& group, const Amount& amount) {
    Start(group);
    Put(group, "TotaalBedrag", absl::StrCat(amount.cents));
    Put(group, "DebetCredit", amount.credit ? "C" : "D");
    End();
  }

  // XsltVersie stays away: it says which official XSLT refused the message (IV033), and the rules here are not those.
  void Header(const Codes& codes) {
    const MessageHeader& h = m_.header;
    const std::string written(kWrittenSchemaVersion);
    const Element& header = *ChildNamed(answer_.root, "Header");
    const bool is_return = IsReturn(answer_.type);
    Start(header);
    for (const Element& child : header.children) {
      const absl::string_view name = child.name;
      if (name == "BerichtCode") {
        const SimpleType& type = *child.type;
        Put(child, X(std::string(m_.law == Law::kWmo ? type.codes_of_wmo : type.codes)));
      } else if (name == "BerichtVersie") {
        Put(child, X(absl::StrCat(h.version)));
      } else if (name == "BerichtSubversie") {
        Put(child, X(absl::StrCat(h.subversion)));
      } else if (name == "Afzender") {
        Put(child, X(is_return ? h.sender : h.receiver));
      } else if (name == "Ontvanger") {
        Put(child, X(is_return ? h.receiver : h.sender));
      } else if (name == "BerichtIdentificatie") {
        is_return ? PutIdentification(child, h.identification, h.dated_day)
                  : PutIdentification(child, stamp_.identification, stamp_.dated_day);
      } else if (name == "XsdVersie") {
        is_return ? PutVersions(child, h.base_schema_version, h.schema_version) : PutVersions(child, written, written);
      } else if (name == "DeclaratieIdentificatie") {
        PutIdentification(child, h.identification, h.dated_day);
      } else if (name == "XsdVersieDeclaratie") {
        PutVersions(child, h.base_schema_version, h.schema_version);
      } else if (name == "IdentificatieRetour") {
        Put(child, X(stamp_.identification));
      } else if (name == "DagtekeningRetour") {
        Put(child, X(FormatDay(stamp_.dated_day)));
      } else if (name == "XsdVersieRetour") {
        PutVersions(child, written, written);
      } else if (name == "RetourCodes" && !codes.empty()) {
        PutCodes(header, codes);
      }
    }
    End();
  }

  // Whether the class at path_ belongs in the answer: of a claim only what is refused does (OP303, OP304).
  bool Keeps() const { return kept_ == nullptr || kept_->contains(path_); }

  // The codes of the class at path_.
  Codes CodesHere(bool below_refused) {
    const auto own = verdicts_.classes.find(path_);
    if (own != verdicts_.classes.end()) {
      ++placed_;
      // A line of a client that is refused comes back as not judged (3.1).
      if (!below_refused || kept_ == nullptr) return own->second;
    }
    if (below_refused) return {std::string(kNotJudged)};
    const bool all_granted = kept_ != nullptr && kept_->empty() && path_ == kAnswerRoot;
    return {std::string(all_granted ? kAllGranted : kNoRemark)};
  }

  // Copies the element the reader is at, which `element` of the answer stands for; leaves the reader at its end.
  void Copy(const Element& element, bool below_refused) {
    const int depth = xmlTextReaderDepth(reader_);
    const size_t length = path_.size();
    const bool is_class = IsClass(element);
    // Asked before the children, who change the path.
    const Codes codes = is_class ? CodesHere(below_refused) : Codes();
    const bool refuses_below = below_refused || (std::strcmp(element.name, "Client") == 0 && verdicts_.classes.contains(path_));
    Start(element);
    const Element* last = nullptr;
    int position = 0;
    int more = xmlTextReaderRead(reader_);
    while (more == 1 && xmlTextReaderDepth(reader_) > depth) {
      if (xmlTextReaderNodeType(reader_) != XML_READER_TYPE_ELEMENT) {
        more = xmlTextReaderRead(reader_);
        continue;
      }
      const Element* child = ChildNamed(element, Name());
      if (child == nullptr) {
        more = xmlTextReaderNext(reader_);
        continue;
      }
      position = child == last ? position + 1 : 1;
      last = child;
      if (child->type != nullptr) {
        const std::unique_ptr<xmlChar, void (*)(void*)> text(xmlTextReaderReadString(reader_), [](void* p) { xmlFree(p); });
        Put(*child, text == nullptr ? X("") : text.get());
        more = xmlTextReaderNext(reader_);
        continue;
      }
      absl::StrAppend(&path_, "/", child->name);
      if (child->repeated) absl::StrAppend(&path_, "[", position, "]");
      const bool of_nobody = kept_ != nullptr && kept_->empty() && std::strcmp(child->name, "Clienten") == 0;
      if ((child->repeated && !Keeps()) || of_nobody) {
        more = xmlTextReaderNext(reader_);
      } else {
        Copy(*child, refuses_below);
        more = xmlTextReaderRead(reader_);
      }
      path_.resize(length);
      if (std::strcmp(child->name, "TotaalIngediendBedrag") == 0) {
        PutAmount(*ChildNamed(element, "TotaalToegekendBedrag"), granted_);
      }
    }
    cut_off_ |= more < 0;
    if (is_class) PutCodes(element, codes);
    End();
  }

  const ParsedMessage& m_;
  const MessageSchema& answer_;
  const AnswerStamp& stamp_;
  const Verdicts& verdicts_;
  const std::string base_prefix_;
  std::unique_ptr<xmlTextWriter, void (*)(xmlTextWriterPtr)> writer_;
  xmlTextReaderPtr reader_ = nullptr;
  const absl::flat_hash_set<std::string>* kept_ = nullptr;  // places of the classes of a 325; null in a return
  Amount granted_;
  std::string path_;
  size_t placed_ = 0;
  bool cut_off_ = false;
};

// What of a claim is refused, and so comes back.
struct Refused {
  absl::flat_hash_set<std::string> places;  // of lines and of the clients they are of
  int64_t lines = 0;
  Cents cents = 0;
};

Refused RefusedOf(const ParsedMessage& message, const Verdicts& verdicts) {
  Refused refused;
  if (verdicts.classes.empty()) return refused;
  for (const ClaimLine& line : message.claim->lines) {
    std::string place = LinePlace(MessageType::kClaimAnswer, line);
    std::string client = ClientOf(place);
    if (verdicts.classes.count(place) == 0 && verdicts.classes.count(client) == 0) continue;
    refused.places.insert(std::move(place));
    refused.places.insert(std::move(client));
    ++refused.lines;
    refused.cents += line.amount.Signed();
  }
  return refused;
}

// 0 is a debit (CS325).
Amount AmountOf(Cents cents) { return {.cents = cents < 0 ? -cents : cents, .credit = cents < 0}; }

}  // namespace

bool Refuses(const Finding& finding, bool about_credit) {
  static const SimpleType& type = *[] {
    const Element& header = *ChildNamed(SchemaOf(Law::kYouth, 325)->root, "Header");
    return ChildNamed(header, "RetourCodes")->children[0].type;
  }();
  const std::string& code = finding.return_code;
  Value value;
  if (!ParseValue(type, Law::kYouth, code, &value)) return false;
  if (code == kNoRemark || code == kNotJudged || code == kAllGranted) return false;
  const auto* const end = std::end(kRefusesCredits);
  return !about_credit || std::find(std::begin(kRefusesCredits), end, finding.rule) != end;
}

std::variant<Answer, NoAnswer> MakeAnswer(absl::string_view bytes, const std::vector<Finding>& findings,
                                          const AnswerStamp& stamp) {
  const auto is_fatal = [&](int low, int high) {
    return std::any_of(findings.begin(), findings.end(),
                       [&](const Finding& f) { return f.level >= low && f.level <= high && f.fatal; });
  };
  const ReadResult read = ReadMessage(bytes);
  if (read.recognised && (IsReturn(read.message.type) || read.message.type == MessageType::kClaimAnswer)) {
    return NoAnswer::kNotAnswered;
  }
  if (!read.ok() || is_fatal(0, 1)) return NoAnswer::kUnreadable;
  if (read.message.header.subversion != 2) return NoAnswer::kOtherRelease;
  const ParsedMessage& message = read.message;
  const bool is_claim = message.claim.has_value();
  const MessageSchema& schema = *SchemaOf(message.law, static_cast<int>(AnswerTypeOf(message.type)));

  Answer answer;
  answer.type = schema.type;
  answer.line_count = RecordsOf(message);
  answer.submitted = is_claim ? message.claim->total.Signed() : 0;
  const auto refuse_all = [&](const Codes& codes) {
    answer.verdict = Answer::Verdict::kRefused;
    answer.refused_line_count = answer.line_count;
    answer.granted = 0;
    answer.xml.clear();
    Writer(message, schema, stamp, {}, &answer.xml).WriteHeaderOnly(codes);
  };

  if (is_fatal(2, 2)) {
    refuse_all({std::string(kTechnical)});
    return answer;
  }
  const Verdicts verdicts = Judge(message, schema, findings);
  if (!verdicts.header.empty()) {
    refuse_all(verdicts.header);
    return answer;
  }
  bool placed = true, cut_off = false;
  const auto write_whole = [&](const absl::flat_hash_set<std::string>* kept, const Amount& granted) {
    Writer writer(message, schema, stamp, verdicts, &answer.xml);
    placed = writer.WriteWhole(bytes, kept, granted);
    cut_off = writer.cut_off();
  };
  if (is_claim) {
    const bool all = verdicts.classes.count(std::string(kAnswerRoot)) > 0;
    const Refused refused = all ? Refused() : RefusedOf(message, verdicts);
    answer.refused_line_count = all ? answer.line_count : refused.lines;
    answer.granted = all ? 0 : answer.submitted - refused.cents;
    answer.verdict = all || refused.lines == answer.line_count ? Answer::Verdict::kRefused
                     : refused.lines > 0                       ? Answer::Verdict::kGrantedInPart
                                                               : Answer::Verdict::kGranted;
    write_whole(&refused.places, AmountOf(answer.granted));
    // Codes of clients and lines of a claim that is refused as a whole are not said.
    placed = placed || all;
  } else if (verdicts.classes.empty()) {
    Writer(message, schema, stamp, verdicts, &answer.xml).WriteHeaderOnly({});
  } else {
    answer.verdict = Answer::Verdict::kRefused;
    answer.refused_line_count = answer.line_count;
    write_whole(nullptr, {});
  }
  if (cut_off) return NoAnswer::kUnreadable;
  if (!placed) {
    Codes codes;
    for (const auto& [place, said] : verdicts.classes) codes.insert(said.begin(), said.end());
    refuse_all(codes);
  }
  // A total has twelve digits: without its credits a claim may come above that.
  constexpr Cents kMostTotal = 999'999'999'999;
  if (answer.xml.size() > kMaxMessageBytes || AmountOf(answer.granted).cents > kMostTotal) return NoAnswer::kTooLarge;
  return answer;
}

std::string AnswerIdentification(uint64_t hash) {
  hash >>= 2;  // 62 bits fit in 12 of 36
  std::string text(12, '0');
  for (size_t i = text.size(); i-- > 0; hash /= 36) text[i] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"[hash % 36];
  return text;
}

}  // namespace nmd::ingestion
