// SPDX-License-Identifier: EUPL-1.2
#include "services/ingestion/answer.h"

#include <libxml/xmlreader.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/ingestion/checks.h"
#include "services/ingestion/message_reader.h"
#include "services/ingestion/official_schema.h"
#include "services/ingestion/test_message.h"

namespace nmd::ingestion {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::kLaws;
using testing::Render;
using testing::SoundMessage;

constexpr MessageType kAnswered[] = {MessageType::kAllocation, MessageType::kStart,         MessageType::kStop,
                                     MessageType::kRequest,    MessageType::kChangeRequest, MessageType::kReply,
                                     MessageType::kClaim};

const AnswerStamp& Stamp() {
  static const auto& stamp = *new AnswerStamp{"A1B2C3D4E5F6", testing::D("2026-05-09")};
  return stamp;
}

MessageType AnswerType(MessageType type) {
  return type == MessageType::kClaim ? MessageType::kClaimAnswer : static_cast<MessageType>(static_cast<int>(type) + 1);
}

Finding At(std::string place, std::string code, int level = 3, std::string rule = "TR999") {
  return {std::move(rule), level, std::move(place), "", std::move(code), "aanbieder", level <= 2};
}

Answer Answered(const std::string& text, const std::vector<Finding>& findings) {
  std::variant<Answer, NoAnswer> made = MakeAnswer(text, findings, Stamp());
  EXPECT_TRUE(std::holds_alternative<Answer>(made));
  return std::holds_alternative<Answer>(made) ? std::get<Answer>(std::move(made)) : Answer();
}

NoAnswer NotAnswered(const std::string& text, const std::vector<Finding>& findings) {
  const std::variant<Answer, NoAnswer> made = MakeAnswer(text, findings, Stamp());
  EXPECT_TRUE(std::holds_alternative<NoAnswer>(made));
  return std::get<NoAnswer>(made);
}

// Reads an answer back; the test fails when it is not valid by our own schemas, or breaks a rule of level 2.
ParsedMessage ReadBack(const std::string& xml) {
  ReadResult read = ReadMessage(xml);
  EXPECT_TRUE(read.ok()) << read.findings[0].place << ": " << read.findings[0].text << "\n" << xml;
  return std::move(read.message);
}

// ---- What an answer must be, said once more: from the values of the message, not from its text --------------------------

// The codes of findings by the class they are on; as the kernel gets them, but places are given, not worked out.
using CodesByPlace = std::map<std::string, std::set<std::string>>;

std::vector<std::string> Listed(const std::set<std::string>& codes) { return {codes.begin(), codes.end()}; }

// The return of `m` by the table of domain-standards 3.1.
ParsedMessage ExpectedReturn(ParsedMessage m, const CodesByPlace& codes) {
  m = testing::ReturnOf(std::move(m));
  m.header.return_identification = Stamp().identification;
  m.header.return_dated_day = Stamp().dated_day;
  if (codes.empty()) {
    m.header.return_codes.clear();
    m.clients.clear();
    m.reply.reset();
    return m;
  }
  const bool client_refused = codes.count("Client") > 0;
  const auto mark = [&](std::vector<std::string>& into, const std::string& place) {
    const auto found = codes.find(place);
    into = found != codes.end() ? Listed(found->second) : std::vector<std::string>{client_refused ? "0233" : "0200"};
  };
  const auto mark_all = [&](auto& rows, const std::string& place) {
    for (size_t i = 0; i < rows.size(); ++i) mark(rows[i].return_codes, absl::StrCat(place, "[", i + 1, "]"));
  };
  for (Client& client : m.clients) {
    mark(client.return_codes, "Client");
    mark_all(client.addresses, "Client/Contactgegevens/Contact");
    mark_all(client.relations, "Client/Relaties/Relatie");
    for (size_t i = 0; i < client.relations.size(); ++i) {
      mark(client.relations[i].addresses[0].return_codes, absl::StrCat("Client/Relaties/Relatie[", i + 1, "]/Contact"));
    }
  }
  mark_all(m.allocations, "Client/ToegewezenProducten/ToegewezenProduct");
  mark_all(m.starts, "Client/StartProducten/StartProduct");
  mark_all(m.stops, "Client/StopProducten/StopProduct");
  mark_all(m.requests, "Client/AangevraagdeProducten/AangevraagdProduct");
  if (m.change_request.has_value()) {
    mark(m.change_request->return_codes, "Client/Verzoek");
    mark_all(m.change_request->unchanged, "Client/Verzoek/OngewijzigdeProducten/OngewijzigdProduct");
    mark_all(m.change_request->changed, "Client/Verzoek/TeWijzigenProducten/TeWijzigenProduct");
    mark_all(m.change_request->added, "Client/Verzoek/NieuweProducten/NieuwProduct");
  }
  if (m.reply.has_value()) {
    mark(m.reply->return_codes, "Antwoord");
    if (!m.reply->municipality.empty()) mark(m.reply->municipality_return_codes, "Antwoord/Woonplaatsbeginsel");
  }
  return m;
}

// The 325 on the claim `m`; places are those of the claim.
ParsedMessage ExpectedClaimAnswer(const ParsedMessage& m, const CodesByPlace& codes) {
  ParsedMessage a = testing::Empty(m.law, MessageType::kClaimAnswer);
  a.header.sender = m.header.receiver;
  a.header.receiver = m.header.sender;
  a.header.identification = Stamp().identification;
  a.header.dated_day = Stamp().dated_day;
  a.header.claim_identification = m.header.identification;
  a.header.claim_dated_day = m.header.dated_day;
  a.header.return_codes = {"0200"};
  ClaimAnswer& answer = a.answer.emplace();
  answer.number = m.claim->number;
  answer.submitted = m.claim->total;
  answer.return_codes = {codes.empty() ? "8001" : "0200"};
  const auto total = [](Cents cents) { return Amount{.cents = std::abs(cents), .credit = cents < 0}; };
  Cents granted = 0;
  if (const auto whole = codes.find("Declaratie"); whole != codes.end()) {
    answer.return_codes = Listed(whole->second);
    answer.granted = total(0);
    return a;
  }
  int32_t last = -1;
  for (const ClaimLine& line : m.claim->lines) {
    const auto own = codes.find(LinePlace(MessageType::kClaim, line));
    const auto client = codes.find(absl::StrCat("Declaratie/Clienten/Client[", line.client + 1, "]"));
    if (own == codes.end() && client == codes.end()) {
      granted += line.amount.Signed();
      continue;
    }
    if (line.client != last) {
      last = line.client;
      a.clients.emplace_back().bsn = m.clients[static_cast<size_t>(line.client)].bsn;
      a.clients.back().return_codes = client == codes.end() ? std::vector<std::string>{"0200"} : Listed(client->second);
    }
    ClaimLine& refused = answer.lines.emplace_back(line);
    refused.client = static_cast<int32_t>(a.clients.size()) - 1;
    refused.return_codes = client == codes.end() ? Listed(own->second) : std::vector<std::string>{"0233"};
  }
  answer.granted = total(granted);
  return a;
}

ParsedMessage Expected(const ParsedMessage& m, const CodesByPlace& codes) {
  return m.type == MessageType::kClaim ? ExpectedClaimAnswer(m, codes) : ExpectedReturn(m, codes);
}

// Every element with a value below the header, in order, with the names of what it is in; not the return codes.
std::vector<std::string> BodyOf(const std::string& xml) {
  const std::unique_ptr<xmlTextReader, void (*)(xmlTextReaderPtr)> reader(
      xmlReaderForMemory(xml.data(), static_cast<int>(xml.size()), nullptr, nullptr, XML_PARSE_NONET), xmlFreeTextReader);
  std::vector<std::string> body, path;
  for (int more = xmlTextReaderRead(reader.get()); more == 1; more = xmlTextReaderRead(reader.get())) {
    const auto depth = static_cast<size_t>(xmlTextReaderDepth(reader.get()));
    const int kind = xmlTextReaderNodeType(reader.get());
    if (kind == XML_READER_TYPE_ELEMENT) {
      path.resize(depth);
      path.push_back(reinterpret_cast<const char*>(xmlTextReaderConstLocalName(reader.get())));
    } else if (kind == XML_READER_TYPE_TEXT || kind == XML_READER_TYPE_CDATA) {
      if (path[1] == "Header" || path.back() == "RetourCode") continue;
      std::string line;
      for (const std::string& name : path) absl::StrAppend(&line, name, "/");
      body.push_back(absl::StrCat(line, reinterpret_cast<const char*>(xmlTextReaderConstValue(reader.get()))));
    }
  }
  return body;
}

// The official schemas, each read once; none when they are not there.
class Official {
 public:
  Official() : there_(std::filesystem::exists(testing::OfficialFolder())) {}
  bool there() const { return there_; }
  bool Accepts(Law law, MessageType type, const std::string& text) {
    if (!there_) return true;
    std::unique_ptr<testing::OfficialSchema>& schema = schemas_[{law, type}];
    if (schema == nullptr) {
      schema = std::make_unique<testing::OfficialSchema>(testing::SchemaPath(testing::OfficialFolder(), law, type).string());
    }
    return schema->Accepts(text);
  }

 private:
  const bool there_;
  std::map<std::pair<Law, MessageType>, std::unique_ptr<testing::OfficialSchema>> schemas_;
};

// ---- The rules of construction, one by one ------------------------------------------------------------------------------

TEST(MakeAnswer, SaysNothingMoreOfAMessageThatIsInOrder) {  // 3.1, no error
  for (const Law law : kLaws) {
    for (const MessageType type : kAnswered) {
      const ParsedMessage m = SoundMessage(law, type);
      const Answer answer = Answered(Render(m), {});
      EXPECT_EQ(answer.type, AnswerType(type));
      EXPECT_EQ(answer.verdict, Answer::Verdict::kGranted);
      EXPECT_EQ(answer.refused_line_count, 0);
      EXPECT_EQ(Render(ReadBack(answer.xml)), Render(Expected(m, {})));
    }
  }
}

TEST(MakeAnswer, RefusesWhatIsWrongInItselfWithAHeaderOnly) {  // 3.1, level 2; IV033: without XsltVersie
  for (const Law law : kLaws) {
    for (const MessageType type : kAnswered) {
      const ParsedMessage m = SoundMessage(law, type);
      const Answer answer = Answered(Render(m), {At("Client/Bsn", "0001", 2, "CS002"), At("Header/Afzender", "S300")});
      EXPECT_EQ(answer.verdict, Answer::Verdict::kRefused);
      EXPECT_EQ(answer.granted, 0);
      const ParsedMessage read = ReadBack(answer.xml);
      EXPECT_THAT(read.header.return_codes, ElementsAre("0001"));
      EXPECT_THAT(BodyOf(answer.xml), IsEmpty());
      EXPECT_FALSE(absl::StrContains(answer.xml, "XsltVersie"));
    }
  }
}

TEST(MakeAnswer, RefusesAMessageByItsHeader) {  // 3.1, level 3 and 4: Header + code
  for (const Law law : kLaws) {
    for (const MessageType type : kAnswered) {
      const ParsedMessage m = SoundMessage(law, type);
      const std::string root = m.claim.has_value() ? "Declaratie" : m.reply.has_value() ? "Antwoord" : "Client";
      const Answer answer = Answered(Render(m), {At("Header/BerichtIdentificatie/Identificatie", "9056"),
                                                 At("Header/BerichtIdentificatie/Dagtekening", "8848", 4), At(root, "9333")});
      EXPECT_EQ(answer.verdict, Answer::Verdict::kRefused);
      EXPECT_EQ(answer.refused_line_count, answer.line_count);
      EXPECT_EQ(answer.granted, 0);
      EXPECT_THAT(ReadBack(answer.xml).header.return_codes, ElementsAre("8848", "9056"));
      EXPECT_THAT(BodyOf(answer.xml), IsEmpty());
    }
  }
}

TEST(MakeAnswer, GivesNoneToWhatTheTransportRefuses) {  // 3.1, level 1: Fo01 only
  const std::string text = Render(SoundMessage(Law::kYouth, MessageType::kStart));
  EXPECT_EQ(NotAnswered(text.substr(0, text.size() / 2), {}), NoAnswer::kUnreadable);
  EXPECT_EQ(NotAnswered("", {}), NoAnswer::kUnreadable);
  EXPECT_EQ(NotAnswered("geen bericht", {}), NoAnswer::kUnreadable);
  EXPECT_EQ(NotAnswered(text, {At("Header/Ontvanger", "", 1, "BERICHT")}), NoAnswer::kUnreadable);  // another municipality's
}

TEST(MakeAnswer, GivesNoneToAnAnswer) {  // domain-standards 1.2: nothing returns a return or a 325
  for (const Law law : kLaws) {
    for (const MessageType type : testing::kTypes) {
      if (!IsReturn(type) && type != MessageType::kClaimAnswer) continue;
      EXPECT_EQ(NotAnswered(Render(SoundMessage(law, type)), {}), NoAnswer::kNotAnswered);
    }
  }
}

TEST(MakeAnswer, ReturnsAllClassesOfAClientWithAFault) {  // IV028, IV032, OP065
  const ParsedMessage m = SoundMessage(Law::kWmo, MessageType::kAllocation);
  const Answer answer = Answered(Render(m), {At("Client/ToegewezenProducten/ToegewezenProduct[2]/ToewijzingNummer", "9332")});
  EXPECT_EQ(answer.verdict, Answer::Verdict::kRefused);
  EXPECT_EQ(answer.line_count, 2);
  EXPECT_EQ(answer.refused_line_count, 2);  // IV032: the whole message
  const ParsedMessage read = ReadBack(answer.xml);
  EXPECT_THAT(read.header.return_codes, ElementsAre("0200"));
  EXPECT_EQ(read.header.sender, "1730");  // as in the 301, though a provider sends this (1.4)
  EXPECT_THAT(read.clients[0].return_codes, ElementsAre("0200"));
  EXPECT_THAT(read.clients[0].relations[1].addresses[0].return_codes, ElementsAre("0200"));
  EXPECT_THAT(read.allocations[0].return_codes, ElementsAre("0200"));
  EXPECT_THAT(read.allocations[1].return_codes, ElementsAre("9332"));
}

TEST(MakeAnswer, DoesNotJudgeWhatIsBelowARefusedClient) {  // WJ001 0233
  const ParsedMessage m = SoundMessage(Law::kYouth, MessageType::kChangeRequest);
  const ParsedMessage read = ReadBack(
      Answered(Render(m), {At("Client/Bsn", "8187"), At("Client/Verzoek/NieuweProducten/NieuwProduct[1]", "9361")}).xml);
  EXPECT_THAT(read.clients[0].return_codes, ElementsAre("8187"));
  EXPECT_THAT(read.change_request->return_codes, ElementsAre("0233"));
  EXPECT_THAT(read.change_request->unchanged[0].return_codes, ElementsAre("0233"));
  EXPECT_THAT(read.change_request->added[0].return_codes, ElementsAre("9361"));
}

TEST(MakeAnswer, GrantsAClaimInPart) {  // OP303, OP304, IV087: only refused lines; the text as it goes out
  ParsedMessage m = SoundMessage(Law::kYouth, MessageType::kClaim);
  m.claim->lines[2].reference = "R<&>\"3";
  const Answer answer = Answered(Render(m), {At("Declaratie/Clienten/Client[2]/Prestaties/Prestatie[1]/GeleverdVolume", "9321"),
                                             At("Declaratie/Clienten/Client[2]/Prestaties/Prestatie[1]", "9308")});
  EXPECT_EQ(answer.verdict, Answer::Verdict::kGrantedInPart);
  EXPECT_EQ(answer.line_count, 3);
  EXPECT_EQ(answer.refused_line_count, 1);
  EXPECT_EQ(answer.submitted, 15000);
  EXPECT_EQ(answer.granted, 10000);
  EXPECT_TRUE(absl::StartsWith(answer.xml, R"(<?xml version="1.0" encoding="UTF-8"?>
<Bericht xmlns:ijw="http://www.istandaarden.nl/ijw/3_2/basisschema/schema" )"
                                           R"(xmlns="http://www.istandaarden.nl/ijw/3_2/jw325/schema">)"));
  EXPECT_THAT(answer.xml, HasSubstr(R"(<Clienten>
<Client>
<Bsn>999900018</Bsn>
<Prestaties>
<Prestatie>
<ProductReferentie>
<ijw:ReferentieNummer>R&lt;&amp;&gt;&quot;3</ijw:ReferentieNummer>
</ProductReferentie>
<ToewijzingNummer>10172</ToewijzingNummer>
<ProductCategorie>45</ProductCategorie>
<ProductCode>45A04</ProductCode>
<ProductPeriode>
<ijw:Begindatum>2026-04-01</ijw:Begindatum>
<ijw:Einddatum>2026-04-30</ijw:Einddatum>
</ProductPeriode>
<GeleverdVolume>4</GeleverdVolume>
<Eenheid>04</Eenheid>
<ProductTarief>1250</ProductTarief>
<IngediendBedrag>
<ijw:Bedrag>5000</ijw:Bedrag>
<ijw:DebetCredit>D</ijw:DebetCredit>
</IngediendBedrag>
<RetourCodes>
<RetourCode>9308</RetourCode>
<RetourCode>9321</RetourCode>
</RetourCodes>
</Prestatie>
</Prestaties>
<RetourCodes>
<RetourCode>0200</RetourCode>
</RetourCodes>
</Client>
</Clienten>
<RetourCodes>
<RetourCode>0200</RetourCode>
</RetourCodes>
</DeclaratieAntwoord>
</Bericht>
)"));
}

TEST(MakeAnswer, RefusesAClaimAsAWhole) {  // 3.1: an error in Declaratie; TR342: granted 0, no lines
  const ParsedMessage m = SoundMessage(Law::kWmo, MessageType::kClaim);
  const Answer answer =
      Answered(Render(m), {At("Declaratie/DeclaratieNummer", "9333"), At("Declaratie/DeclaratiePeriode", "8214"),
                           At("Declaratie/Clienten/Client[1]/Prestaties/Prestatie[1]", "9321")});
  EXPECT_EQ(answer.verdict, Answer::Verdict::kRefused);
  EXPECT_EQ(answer.granted, 0);
  EXPECT_EQ(answer.refused_line_count, 3);
  const ParsedMessage read = ReadBack(answer.xml);
  EXPECT_THAT(read.header.return_codes, ElementsAre("0200"));
  EXPECT_THAT(read.answer->return_codes, ElementsAre("8214", "9333"));
  EXPECT_EQ(read.answer->granted, (Amount{0, false}));
  EXPECT_THAT(read.answer->lines, IsEmpty());
  EXPECT_THAT(CheckMessage(read), IsEmpty());
}

TEST(MakeAnswer, RefusesAllLinesOfAClientUnjudged) {  // 3.1: code on Client, its prestaties 0233
  const ParsedMessage m = SoundMessage(Law::kYouth, MessageType::kClaim);
  const Answer answer = Answered(Render(m), {At("Declaratie/Clienten/Client[1]/Bsn", "8187"),
                                             At("Declaratie/Clienten/Client[1]/Prestaties/Prestatie[2]", "9321")});
  EXPECT_EQ(answer.refused_line_count, 2);
  EXPECT_EQ(answer.granted, 5000);
  const ParsedMessage read = ReadBack(answer.xml);
  ASSERT_EQ(read.clients.size(), 1u);
  EXPECT_THAT(read.clients[0].return_codes, ElementsAre("8187"));
  ASSERT_EQ(read.answer->lines.size(), 2u);
  for (const ClaimLine& line : read.answer->lines) EXPECT_THAT(line.return_codes, ElementsAre("0233"));
}

TEST(MakeAnswer, GrantsANegativeTotalAsACredit) {  // IV024: no negative amounts; CS325: 0 is D
  ParsedMessage m = SoundMessage(Law::kYouth, MessageType::kClaim);
  ClaimLine& credit = m.claim->lines[2];
  credit.amount = {.cents = 15000, .credit = true};
  credit.previous_reference = "RN900";
  m.claim->total = {.cents = 5000, .credit = true};
  const auto refuse = [](int client, int line) {
    return At(absl::StrCat("Declaratie/Clienten/Client[", client, "]/Prestaties/Prestatie[", line, "]"), "9321");
  };
  const Answer some = Answered(Render(m), {refuse(1, 1)});
  EXPECT_EQ(some.submitted, -5000);
  EXPECT_EQ(some.granted, -10000);
  EXPECT_EQ(ReadBack(some.xml).answer->granted, (Amount{10000, true}));
  m.claim->lines[2].amount.cents = 5000;
  m.claim->total = {.cents = 5000, .credit = false};
  const Answer none = Answered(Render(m), {refuse(1, 1)});
  EXPECT_EQ(none.granted, 0);
  EXPECT_EQ(ReadBack(none.xml).answer->granted, (Amount{0, false}));
}

TEST(MakeAnswer, RefusesACreditForWhatMakesItNoCreditOnly) {  // IV085, IV091
  ParsedMessage m = SoundMessage(Law::kYouth, MessageType::kClaim);
  ClaimLine& credit = m.claim->lines[2];
  credit.amount.credit = true;
  credit.previous_reference = "RN900";
  m.claim->total.cents = 5000;
  const std::string place = "Declaratie/Clienten/Client[2]/Prestaties/Prestatie[1]";
  EXPECT_EQ(Answered(Render(m), {At(place, "9321", 3, "TR321"), At(place, "9346", 4, "TR346")}).verdict,
            Answer::Verdict::kGranted);
  const Answer answer = Answered(Render(m), {At(place, "9321", 3, "TR321"), At(place, "8017", 3, "TR323")});
  EXPECT_EQ(answer.verdict, Answer::Verdict::kGrantedInPart);
  EXPECT_EQ(answer.granted, 10000);
  EXPECT_THAT(ReadBack(answer.xml).answer->lines[0].return_codes, ElementsAre("8017"));
}

TEST(Refuses, OnlyWithAReturnCodeOfTheStandard) {  // OP095, OP364: what has no code costs nothing
  EXPECT_TRUE(Refuses(At("", "9321"), false));
  EXPECT_TRUE(Refuses(At("", "S300", 4), false));
  for (const char* code : {"", "n.v.t.", "9999", "0200", "0233", "8001", "932", "93210"}) {
    EXPECT_FALSE(Refuses(At("", code), false)) << code;
  }
}

TEST(Refuses, ByEveryRuleOfLevel3And4ThatHasACode) {
  for (const Rule& rule : Rules()) {
    if (rule.level < 3) continue;
    const Finding finding = FindingOf(rule, MessageType::kClaim, "Declaratie");
    EXPECT_EQ(Refuses(finding, false), rule.return_code.size() == 4) << rule.id;
  }
}

TEST(MakeAnswer, RefusesEachLineHoweverManyThereAre) {  // the list of findings is cut off at 100 a rule
  ParsedMessage m = SoundMessage(Law::kYouth, MessageType::kClaim);
  m.clients.resize(1);
  m.claim->lines.clear();
  for (int i = 0; i < 250; ++i) {
    ClaimLine& line = m.claim->lines.emplace_back(testing::TestLine(m.law, 0, i, absl::StrCat("RN", i)));
    if (i != 7) line.amount.cents += 1;
  }
  m.claim->total.cents = 250 * 5000 + 249;
  const std::vector<Finding> findings = CheckMessage(m);
  ASSERT_EQ(findings.size(), 101u);  // TR346
  const Answer answer = Answered(Render(m), findings);
  EXPECT_EQ(answer.refused_line_count, 249);
  EXPECT_EQ(answer.granted, 5000);
  EXPECT_THAT(CheckMessage(ReadBack(answer.xml)), ::testing::Each(::testing::Field(&Finding::rule, "TR346")));
}

TEST(MakeAnswer, NeverLosesACodeThatHasNoPlace) {
  for (const MessageType type : kAnswered) {
    const std::string text = Render(SoundMessage(Law::kYouth, type));
    for (const char* place :
         {"", "regel 3", "Client/StartProducten/StartProduct[2]", "Client/ToegewezenProducten/ToegewezenProduct[9]",
          "Declaratie/Clienten/Client[9]", "Declaratie/Clienten/Client[1]/Prestaties/Prestatie[9]"}) {
      const Answer answer = Answered(text, {At(place, "9319")});
      EXPECT_EQ(answer.verdict, Answer::Verdict::kRefused) << place;
      EXPECT_TRUE(absl::StrContains(answer.xml, "9319")) << place;
    }
  }
}

TEST(MakeAnswer, SaysThatAnAnswerIsTooLargeForTheChain) {  // OP179
  ParsedMessage m = SoundMessage(Law::kYouth, MessageType::kClaim);
  m.clients.resize(1);
  const ClaimLine line = m.claim->lines[0];
  m.claim->lines.assign(45'000, line);
  for (size_t i = 0; i < m.claim->lines.size(); ++i) m.claim->lines[i].position = static_cast<int32_t>(i);
  const std::string text = absl::StrReplaceAll(Render(m), {{"\n", ""}, {"<m:", "<"}, {"</m:", "</"}, {"xmlns:m", "xmlns"}});
  ASSERT_LT(text.size(), kMaxMessageBytes);
  EXPECT_TRUE(std::holds_alternative<Answer>(MakeAnswer(text, {}, Stamp())));
  EXPECT_EQ(NotAnswered(text, {At("Declaratie/Clienten/Client[1]/Bsn", "8187")}), NoAnswer::kTooLarge);
}

TEST(AnswerIdentification, FitsAndTellsHashesApart) {  // LDT_IdentificatieBericht, TR056
  EXPECT_EQ(AnswerIdentification(0), "000000000000");
  EXPECT_EQ(AnswerIdentification(4), "000000000001");
  EXPECT_EQ(AnswerIdentification(uint64_t{36} << 2), "000000000010");
  std::mt19937_64 random(1);
  std::set<std::string> names = {AnswerIdentification(~uint64_t{0})};
  for (int i = 0; i < 10'000; ++i) names.insert(AnswerIdentification(random()));
  EXPECT_EQ(names.size(), 10'001u);
  for (const std::string& name : names) EXPECT_EQ(name.size(), 12u);
}

// ---- Any message with any findings --------------------------------------------------------------------------------------

class Random {
 public:
  explicit Random(uint32_t seed) : engine_(seed) {}
  int Below(int count) { return static_cast<int>(engine_() % static_cast<uint32_t>(count)); }
  bool Once(int in) { return Below(in) == 0; }
  template <typename T>
  const T& Of(const std::vector<T>& values) {
    return values[static_cast<size_t>(Below(static_cast<int>(values.size())))];
  }
  std::mt19937& engine() { return engine_; }

 private:
  std::mt19937 engine_;
};

// Makes rows of `rows` more or fewer, at least one.
template <typename Rows>
void Resize(Random& random, Rows& rows) {
  if (rows.empty()) return;
  const auto first = rows.front();
  rows.resize(static_cast<size_t>(1 + random.Below(4)), first);
}

ParsedMessage RandomMessage(Random& random, Law law, MessageType type) {
  static const auto& texts =
      *new std::vector<std::string>{"Zoë & Zn", "a<b>c", "\"x\"", "'s-Graveland", "ĂȘ€", " twee  spaties "};
  ParsedMessage m = SoundMessage(law, type);
  m.header.identification = absl::StrCat(random.Below(1'000'000));
  Resize(random, m.allocations);
  Resize(random, m.starts);
  Resize(random, m.stops);
  Resize(random, m.requests);
  for (AllocatedProduct& row : m.allocations) {
    row.number = 10072 + (&row - m.allocations.data());
    if (random.Once(2)) row.reference = random.Of(texts);
    if (random.Once(3)) row.period.end = kOpenEnd;
    if (random.Once(3)) row.change_reason = "14";
    if (random.Once(2)) row.volume.reset();
    if (random.Once(2)) row.budget = random.Below(100'000);
  }
  for (RequestedProduct& row : m.requests) row.reference = random.Of(texts);
  if (type == MessageType::kAllocation) {
    Client& client = m.clients[0];
    Resize(random, client.addresses);
    Resize(random, client.relations);
    if (random.Once(3)) client.relations.clear();
    if (random.Once(2)) client.communication = "1";
    client.has_language = !client.communication.empty();
    client.addresses[0].has_phone = random.Once(2);
    client.addresses[0].street = random.Of(texts);
  }
  if (!m.clients.empty() && !m.clients[0].name.surname.empty()) m.clients[0].name.surname = random.Of(texts);
  if (m.change_request.has_value()) {
    Resize(random, m.change_request->unchanged);
    Resize(random, m.change_request->changed);
    Resize(random, m.change_request->added);
    if (random.Once(3)) m.change_request->changed.clear();
    if (random.Once(3)) m.change_request->unchanged.clear();
  }
  if (m.reply.has_value() && random.Once(2)) m.reply->municipality.clear();
  if (m.claim.has_value()) {
    m.clients.clear();
    m.claim->lines.clear();
    Cents sum = 0;
    for (int client = 0; client < 1 + random.Below(4); ++client) {
      m.clients.emplace_back().bsn = testing::TestBsn(client);
      const int lines = 1 + random.Below(5);
      for (int i = 0; i < lines; ++i) {
        ClaimLine& line = m.claim->lines.emplace_back(testing::TestLine(law, client, i, absl::StrCat("RN", client, "-", i)));
        line.amount.cents = random.Below(20'000);
        if (random.Once(3) && line.amount.cents > 0) {
          line.amount.credit = true;
          line.previous_reference = absl::StrCat("OUD", client, "-", i);
        }
        sum += line.amount.Signed();
      }
    }
    m.claim->total = {.cents = std::abs(sum), .credit = sum < 0};
  }
  return m;
}

// The places of all classes of a message but the header, as findings name them.
std::vector<std::string> PlacesOf(const ParsedMessage& m) {
  std::vector<std::string> places;
  const auto add = [&](const auto& rows, const std::string& place) {
    for (size_t i = 0; i < rows.size(); ++i) places.push_back(absl::StrCat(place, "[", i + 1, "]"));
  };
  if (m.claim.has_value()) {
    if (m.claim->lines.size() > 3) places.push_back("Declaratie");
    add(m.clients, "Declaratie/Clienten/Client");
    for (const ClaimLine& line : m.claim->lines) places.push_back(LinePlace(m.type, line));
    return places;
  }
  if (m.reply.has_value()) {
    places.push_back("Antwoord");
    if (!m.reply->municipality.empty()) places.push_back("Antwoord/Woonplaatsbeginsel");
    return places;
  }
  places.push_back("Client");
  add(m.clients[0].addresses, "Client/Contactgegevens/Contact");
  add(m.clients[0].relations, "Client/Relaties/Relatie");
  for (size_t i = 0; i < m.clients[0].relations.size(); ++i) {
    places.push_back(absl::StrCat("Client/Relaties/Relatie[", i + 1, "]/Contact"));
  }
  for (size_t i = 0; i < m.allocations.size(); ++i) places.push_back(AllocationPlace(i));
  for (size_t i = 0; i < m.starts.size(); ++i) places.push_back(StartPlace(i));
  for (size_t i = 0; i < m.stops.size(); ++i) places.push_back(StopPlace(i));
  for (size_t i = 0; i < m.requests.size(); ++i) places.push_back(RequestPlace(i));
  if (m.change_request.has_value()) {
    places.push_back("Client/Verzoek");
    add(m.change_request->unchanged, "Client/Verzoek/OngewijzigdeProducten/OngewijzigdProduct");
    add(m.change_request->changed, "Client/Verzoek/TeWijzigenProducten/TeWijzigenProduct");
    for (size_t i = 0; i < m.change_request->added.size(); ++i) places.push_back(AddedPlace(i));
  }
  return places;
}

// Findings at some of the places, on the class itself or on something in it; some refuse nothing. `codes` is what must come
// of them.
std::vector<Finding> RandomFindings(Random& random, const ParsedMessage& m, CodesByPlace* codes) {
  static const auto& official = *new std::vector<std::string>{"0611", "8017", "8187", "9019", "9307", "9321", "9415", "S329"};
  static const auto& idle = *new std::vector<std::string>{"", "0200", "0233", "8001", "9998"};
  static const auto& below =
      *new std::vector<std::string>{"", "", "/Bsn", "/Einddatum", "/ProductReferentie/VorigReferentieNummer"};
  std::set<std::string> credits;
  if (m.claim.has_value()) {
    for (const ClaimLine& line : m.claim->lines) {
      if (line.amount.credit) credits.insert(LinePlace(m.type, line));
    }
  }
  const std::vector<std::string> places = PlacesOf(m);
  std::vector<Finding> findings;
  for (int left = random.Below(5); left > 0; --left) {
    const std::string& place = random.Of(places);
    const bool refuses = !random.Once(4);
    const bool technical = random.Once(2);
    Finding finding = At(place + random.Of(below), random.Of(refuses ? official : idle), 3 + random.Below(2));
    finding.rule = technical ? "TR323" : "TR321";
    if (refuses && (technical || credits.count(place) == 0)) (*codes)[place].insert(finding.return_code);
    findings.push_back(std::move(finding));
  }
  return findings;
}

TEST(MakeAnswer, GivesBackExactlyTheCodesItWasGiven) {  // 3.1 and TR342, for any message with any findings
  Official official;
  int whole = 0, part = 0;
  for (uint32_t seed = 1; seed <= 150; ++seed) {
    Random random(seed);
    for (const Law law : kLaws) {
      for (const MessageType type : kAnswered) {
        const ParsedMessage m = RandomMessage(random, law, type);
        const std::string text = Render(m);
        CodesByPlace codes;
        std::vector<Finding> findings = RandomFindings(random, m, &codes);
        const Answer answer = Answered(text, findings);
        const ParsedMessage read = ReadBack(answer.xml);
        ASSERT_TRUE(official.Accepts(law, AnswerType(type), answer.xml)) << answer.xml;
        ASSERT_EQ(Render(read), Render(Expected(m, codes))) << "seed " << seed << "\n" << text;
        const bool refused = type != MessageType::kClaim && !codes.empty();
        if (refused) {
          ASSERT_EQ(BodyOf(answer.xml), BodyOf(text));  // all of it, unchanged
        }
        if (type == MessageType::kClaim) {
          Cents cents = 0;
          for (const ClaimLine& line : read.answer->lines) cents += line.amount.Signed();
          EXPECT_EQ(read.answer->submitted.Signed(), answer.submitted);
          EXPECT_EQ(read.answer->granted.Signed(), answer.granted);
          if (codes.count("Declaratie") == 0) {
            EXPECT_EQ(answer.granted, answer.submitted - cents);
            EXPECT_EQ(answer.refused_line_count, static_cast<int64_t>(read.answer->lines.size()));
          }
          for (const Finding& finding : CheckMessage(read)) EXPECT_EQ(finding.rule, "TR346") << finding.place;
        }
        EXPECT_EQ(answer.verdict == Answer::Verdict::kGranted, codes.empty());
        whole += answer.verdict == Answer::Verdict::kRefused;
        part += answer.verdict == Answer::Verdict::kGrantedInPart;
        std::shuffle(findings.begin(), findings.end(), random.engine());
        ASSERT_EQ(Answered(text, findings).xml, answer.xml);  // in whatever order findings come
      }
    }
  }
  EXPECT_GT(whole, 500);
  EXPECT_GT(part, 100);
  RecordProperty("official_schemas", official.there());
}

// ---- Official samples ---------------------------------------------------------------------------------------------------

// The places of all classes of a message as text, by the names its return has them under.
std::vector<std::string> ClassPlaces(const std::string& text, Law law, MessageType type) {
  const ReadResult read = ReadMessage(text);
  EXPECT_TRUE(read.ok()) << static_cast<int>(law) << static_cast<int>(type);
  return PlacesOf(read.message);
}

TEST(MakeAnswer, AnswersTheOfficialSamples) {
  Official official;
  if (!official.there()) GTEST_SKIP() << "no official schemas at ../shared/istandaarden";
  int answered = 0;
  for (const Law law : kLaws) {
    const std::filesystem::path folder = testing::OfficialFolder() / (law == Law::kYouth ? "ijw-3.2" : "iwmo-3.2") / "samples";
    for (const MessageType type : kAnswered) {
      const std::string name = absl::StrCat(law == Law::kYouth ? "JW" : "WMO", static_cast<int>(type), ".xml");
      const std::string text = absl::StrReplaceAll(testing::ReadFile(folder / name), {{"2027-06-31", "2027-06-30"}});
      const std::vector<std::string> places = ClassPlaces(text, law, type);
      ASSERT_FALSE(places.empty()) << name;
      std::vector<std::vector<Finding>> cases = {{}, {At("Header", "9056")}, {At("Header", "0001", 2)}};
      for (const std::string& place : places) cases.push_back({At(place, "9319", 3, "TR323")});
      for (const std::vector<Finding>& findings : cases) {
        const Answer answer = Answered(text, findings);
        EXPECT_TRUE(official.Accepts(law, AnswerType(type), answer.xml)) << name << "\n" << answer.xml;
        const bool body = !findings.empty() && findings[0].place != "Header";
        if (body && type != MessageType::kClaim) {
          EXPECT_EQ(BodyOf(answer.xml), BodyOf(text)) << name;
        }
        EXPECT_EQ(absl::StrContains(answer.xml, "9319"), body) << name;
        ++answered;
      }
    }
  }
  EXPECT_GT(answered, 100);
}

}  // namespace
}  // namespace nmd::ingestion
