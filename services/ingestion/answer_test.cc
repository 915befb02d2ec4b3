// SPDX-License-Identifier: EUPL-1.2
#include "services/ingestion/answer.h"

#include <random>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/ingestion/checks.h"
#include "services/ingestion/test_answer.h"

namespace nmd::ingestion {
namespace {

using testing::Answered;
using testing::AnswerType;
using testing::At;
using testing::BodyOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::kAnswered;
using testing::kLaws;
using testing::ReadBack;
using testing::Render;
using testing::SoundMessage;
using testing::Stamp;

NoAnswer NotAnswered(const std::string& text, const std::vector<Finding>& findings) {
  const std::variant<Answer, NoAnswer> made = MakeAnswer(text, findings, Stamp());
  EXPECT_TRUE(std::holds_alternative<NoAnswer>(made));
  return std::get<NoAnswer>(made);
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
  ParsedMessage older = SoundMessage(Law::kYouth, MessageType::kStart);
  older.header.subversion = 1;
  EXPECT_EQ(NotAnswered(Render(older), {}), NoAnswer::kOtherRelease);
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

TEST(MakeAnswer, SaysThatATotalHasTooManyDigits) {  // LDT_TotaalBedrag
  ParsedMessage m = SoundMessage(Law::kYouth, MessageType::kClaim);
  m.claim->lines[2].amount.credit = true;
  m.claim->lines[2].previous_reference = "RN900";
  m.claim->total.cents = 999'999'999'999;
  EXPECT_EQ(NotAnswered(Render(m), {At("Declaratie/Clienten/Client[2]", "8187")}), NoAnswer::kTooLarge);
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

}  // namespace
}  // namespace nmd::ingestion
