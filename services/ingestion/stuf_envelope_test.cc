// SPDX-License-Identifier: EUPL-1.2
#include "services/ingestion/stuf_envelope.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "services/ingestion/official_schema.h"
#include "services/ingestion/test_container.h"
#include "services/ingestion/xml_text.h"

namespace nmd::ingestion {
namespace {

using testing::EnvelopeOf;
using testing::EnvelopeWith;
using testing::FaultOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

std::string Replaced(const std::string& text, absl::string_view from, absl::string_view to) {
  const std::string changed = absl::StrReplaceAll(text, {{from, to}});
  EXPECT_NE(changed, text) << from;
  return changed;
}

std::string XmlFile(absl::string_view base64) {
  return EnvelopeWith(absl::StrCat("<g:xmlBestand>", base64, "</g:xmlBestand>"));
}

TEST(Envelope, GivesTheBytesThatWereWrapped) {
  std::string all_bytes;
  for (int i = 0; i < 256; ++i) all_bytes += static_cast<char>(i);
  for (size_t size = 1; size < 300; ++size) {
    const std::string content = (all_bytes + all_bytes).substr(size % 7, size);
    const Envelope envelope = ReadEnvelope(EnvelopeOf(content));
    ASSERT_EQ(envelope.kind, Envelope::Kind::kXml) << envelope.findings[0].text;
    ASSERT_EQ(envelope.content, content);
    ASSERT_THAT(envelope.findings, IsEmpty());
  }
}

TEST(Envelope, OfTwentyMegabytesOnOneLineIsRead) {
  std::string content;
  while (content.size() < 18'500'000) absl::StrAppend(&content, "<Prestatie>", content.size(), "</Prestatie>\n");
  const std::string text = EnvelopeOf(content);
  ASSERT_LE(text.size(), kMaxMessageBytes);
  EXPECT_EQ(ReadEnvelope(text).content, content);
  EXPECT_EQ(ReadEnvelope(EnvelopeOf(content + content)).findings.at(0).rule, "OP179");
}

TEST(Envelope, ReturnAndTextEnvelopesAreTold) {
  std::string text = Replaced(EnvelopeOf("x"), "envelopHeenbericht-ggk_Di01", "envelopRetourbericht-ggk_Du01");
  text = Replaced(text, ">Di01<", ">Du01<");
  EXPECT_EQ(ReadEnvelope(text).kind, Envelope::Kind::kRefused) << "crossRefnummer is missing";
  text =
      Replaced(text, "<s:functie>", "<s:crossRefnummer>0f8fad5b-d9cb-469f-a165-70867728950e</s:crossRefnummer>\n<s:functie>");
  EXPECT_EQ(ReadEnvelope(text).kind, Envelope::Kind::kXml);
  const Envelope flat = ReadEnvelope(EnvelopeWith("<g:tekstBestand bestandsnaam=\"Q1.csv\">YTti</g:tekstBestand>"));
  EXPECT_EQ(flat.kind, Envelope::Kind::kText);
  EXPECT_EQ(flat.content, "a;b");
}

TEST(Envelope, BadBase64IsAFinding) {
  for (const absl::string_view good :
       {"YQ==", "YWI=", "YWJj", " Y W\nJ\tj ", "YWJjZA= =", "<![CDATA[YWJj]]>", "YW<!-- x -->Jj"}) {
    EXPECT_EQ(ReadEnvelope(XmlFile(good)).kind, Envelope::Kind::kXml) << good;
  }
  for (const absl::string_view bad :
       {"Y", "YQ", "YQ=", "YWI", "YWJj=", "YQ===", "YR==", "YWJ=", "=", "YQ==YQ==", "Y-Jj", "é", "YWJj&#0;"}) {
    const Envelope envelope = ReadEnvelope(XmlFile(bad));
    EXPECT_EQ(envelope.kind, Envelope::Kind::kRefused) << bad;
    ASSERT_THAT(envelope.findings, SizeIs(1)) << bad;
    EXPECT_TRUE(envelope.findings[0].fatal);
    EXPECT_THAT(envelope.content, IsEmpty());
  }
}

TEST(Envelope, SaysWhatIsWrongAndWhere) {
  struct Case {
    std::string text, place, says;
  };
  const std::string sound = EnvelopeOf("x");
  const std::string file = sound.substr(sound.find("<g:xmlBestand>"), std::string("<g:xmlBestand>eA==</g:xmlBestand>").size());
  const std::string bericht = absl::StrCat("<g:bericht>\n", file, "\n</g:bericht>");
  const std::string root = "envelopHeenbericht-ggk_Di01";
  const std::vector<Case> cases = {
      {XmlFile(""), root + "/parameters/bericht/xmlBestand", "De envelop is leeg"},
      {EnvelopeWith(""), root + "/parameters/bericht/xmlBestand", "De envelop is leeg"},
      {EnvelopeWith(file + file), root + "/parameters/bericht", "meer dan één bericht"},
      {Replaced(sound, "</g:parameters>", bericht + "</g:parameters>"), root + "/parameters", "meer dan één bericht"},
      {Replaced(sound, "ggk0210", "ggk0200"), "bestand", "andere versie dan StUF-GGK 2.1"},
      {Replaced(sound, root, "envelop"), "bestand", "geen envelop met een bericht"},
      {Replaced(sound, "<g:functieVersie>0003</g:functieVersie>", ""), root + "/parameters/functieVersie", "ander element"},
      {Replaced(sound, "<s:functie>JW301</s:functie>", ""), root + "/stuurgegevens/functie", "ontbreekt"},
      {Replaced(sound, "469f", "569f"), root + "/stuurgegevens/referentienummer", "UUID"},
      {Replaced(sound, "<s:applicatie>GGk</s:applicatie>", "<s:applicatie>G</s:applicatie>"),
       root + "/stuurgegevens/ontvanger/applicatie", "van 3 tot en met 50 tekens"},
      {Replaced(sound, "<s:berichtcode>", "<s:berichtcode soort=\"1\">"), root + "/stuurgegevens/berichtcode", "attribuut"},
      {Replaced(sound, "<g:parameters>", "<g:parameters>x"), root + "/parameters", "staat tekst"},
      {EnvelopeWith("<g:tekstBestand bestandsnaam=\"a b\">YQ==</g:tekstBestand>"), root + "/parameters/bericht/tekstBestand",
       "attribuut"},
      {EnvelopeWith("<g:tekstBestand>YQ==</g:tekstBestand>"), root + "/parameters/bericht/tekstBestand", "bestandsnaam"},
      {sound.substr(0, sound.size() / 2), "regel 1", "geen geldige XML"},
      {Replaced(sound, "<g:env", "<!DOCTYPE a [<!ENTITY e SYSTEM \"file:///etc/passwd\">]>\n<g:env"), "bestand", "DOCTYPE"},
      {Replaced(sound, "GGk", "&e;"), "regel 1", "geen geldige XML"},
      {Replaced(sound, "UTF-8", "ISO-8859-1"), "regel 1", "UTF-8"},
      {"\xEF\xBB\xBF" + sound, "regel 1", "byte order mark"},
  };
  for (const Case& c : cases) {
    const Envelope envelope = ReadEnvelope(c.text);
    EXPECT_EQ(envelope.kind, Envelope::Kind::kRefused) << c.says;
    ASSERT_THAT(envelope.findings, SizeIs(1)) << c.says;
    EXPECT_THAT(envelope.findings[0].text, HasSubstr(c.says));
    EXPECT_THAT(envelope.findings[0].place, ::testing::StartsWith(c.place)) << c.says;
    EXPECT_TRUE(envelope.findings[0].fatal);
  }
}

TEST(Envelope, FaultSaysItsCodeAndNothingElse) {
  struct Case {
    std::string code, says;
  };
  for (const Case& c :
       {Case{"StUF055", "code StUF055. Het bericht voldoet niet aan het berichtschema"},
        Case{"IB014", "code IB014. Het bericht voldoet niet aan het berichtschema"},
        Case{"IB210", "De ontvangende organisatie is onbekend"}, Case{"IB904", "code IB904. Zoek de betekenis op"},
        Case{"Jansen", "een code die niet in de foutcodelijsten staat"},
        Case{"", "een code die niet in de foutcodelijsten staat"}}) {
    const Envelope envelope = ReadEnvelope(FaultOf(c.code));
    ASSERT_EQ(envelope.kind, Envelope::Kind::kFault);
    ASSERT_THAT(envelope.findings, SizeIs(1));
    const Finding& finding = envelope.findings[0];
    EXPECT_EQ(finding.rule, "FO01");
    EXPECT_THAT(finding.text, HasSubstr(c.says));
    EXPECT_THAT(finding.text, Not(HasSubstr("Jansen"))) << "omschrijving and details may quote the message";
    EXPECT_FALSE(finding.fatal);
    EXPECT_EQ(finding.owner, "gemeente");
  }
  EXPECT_EQ(ReadEnvelope(FaultOf("StUF055", "1730")).findings.at(0).owner, "aanbieder");
}

TEST(Envelope, EndsSoonOnHostileFiles) {
  std::string depth, elements;
  for (int i = 0; i < 1'000'000; ++i) depth += "<a>";
  for (int i = 0; i < 1'000'000; ++i) elements += "<a/>";
  const std::string fault = FaultOf("IB014");
  EXPECT_THAT(ReadEnvelope(Replaced(fault, "<fout>", "<fout>" + elements)).findings.at(0).text, HasSubstr("te veel elementen"));
  for (const std::string& text : {Replaced(fault, "<fout>", depth), depth, Replaced(EnvelopeOf("x"), "<g:bericht>", depth)}) {
    const Envelope envelope = ReadEnvelope(text);
    EXPECT_EQ(envelope.kind, Envelope::Kind::kRefused);
    EXPECT_THAT(envelope.findings, SizeIs(1));
  }
  const std::string zeros(30'000'000, 'A');
  EXPECT_EQ(ReadEnvelope(Replaced(EnvelopeOf("x"), "GGk", zeros.substr(0, 24'000'000))).kind, Envelope::Kind::kRefused);
}

TEST(IsEnvelope, TellsFromTheFirstBytes) {
  EXPECT_TRUE(IsEnvelope(EnvelopeOf("x")));
  EXPECT_TRUE(IsEnvelope(FaultOf("IB014")));
  EXPECT_TRUE(IsEnvelope(Replaced(EnvelopeOf("x"), "ggk0210", "ggk0200")));
  EXPECT_FALSE(IsEnvelope("<a/>"));
  EXPECT_FALSE(IsEnvelope("bsn;http://www.egem.nl/StUF/StUF0301"));
  EXPECT_FALSE(IsEnvelope(""));
}

// ---- The official schemas -----------------------------------------------------------------------------------------------

std::vector<std::string> Values() {
  std::vector<std::string> values = {"",
                                     " ",
                                     "x",
                                     "Di01",
                                     "Du01",
                                     "Fo01",
                                     " Fo01",
                                     "client",
                                     "server",
                                     "Client",
                                     "0003",
                                     "00003",
                                     "003",
                                     "000a",
                                     " 0003",
                                     "1234567",
                                     "12345678",
                                     "12345678901234567",
                                     "123456789012345678",
                                     "é",
                                     "ab",
                                     "abc",
                                     "a\nb",
                                     "GGk",
                                     "&amp;",
                                     "&#49;",
                                     "YQ==",
                                     "YWJj",
                                     "YWJ",
                                     "YQ=",
                                     "Y W J j",
                                     "<!-- x -->GGk",
                                     "<![CDATA[GGk]]>",
                                     "0f8fad5b-d9cb-469f-a165-70867728950e",
                                     "0F8FAD5B-D9CB-469F-A165-70867728950E",
                                     "0f8fad5b-d9cb-569f-a165-70867728950e",
                                     "0f8fad5b-d9cb-469f-c165-70867728950e",
                                     "0f8fad5bd9cb469fa16570867728950e",
                                     " 0f8fad5b-d9cb-469f-a165-70867728950e"};
  for (const int size : {7, 8, 30, 31, 40, 41, 50, 51, 100, 101, 200, 201, 1000, 1001}) {
    values.push_back(std::string(static_cast<size_t>(size), 'a'));
    std::string wide;
    for (int i = 0; i < size; ++i) wide += "é";
    values.push_back(wide);
  }
  return values;
}

// What our reader refuses on purpose, though libxml2 lets it pass: see ReadEnvelope.
bool IsKnownDifference(const Envelope& envelope) {
  return envelope.findings.size() == 1 && (absl::StrContains(envelope.findings[0].text, "base64") ||
                                           absl::StrContains(envelope.findings[0].text, "De envelop is leeg"));
}

TEST(Envelope, GetsTheVerdictOfTheOfficialSchemas) {
  const std::filesystem::path root = testing::OfficialFolder() / "ggk-2.1";
  if (!std::filesystem::exists(root)) GTEST_SKIP() << "no official schemas at ../shared/istandaarden/ggk-2.1";
  const testing::OfficialSchema ggk((root / "ggk0210/ggkberichten/ggk0210_msg_ggkberichten.xsd").string());
  const testing::OfficialSchema stuf((root / "0301/stuf0301.xsd").string());
  std::vector<std::string> samples = {EnvelopeOf("<a/>"), FaultOf("IB014"),
                                      EnvelopeWith("<g:tekstBestand bestandsnaam=\"Q1.csv\">YTti</g:tekstBestand>")};
  for (const auto& entry : std::filesystem::directory_iterator(root / "voorbeeldberichten")) {
    samples.push_back(testing::ReadFile(entry.path()));
  }
  ASSERT_THAT(samples, SizeIs(7));
  const std::vector<std::string> values = Values();
  int64_t judged = 0, accepted = 0, stricter = 0;
  for (const std::string& sample : samples) {
    const testing::OfficialSchema& schema = absl::StrContains(sample, "Fo01Bericht") ? stuf : ggk;
    ASSERT_TRUE(schema.Accepts(sample));
    ASSERT_NE(ReadEnvelope(sample).kind, Envelope::Kind::kRefused);
    std::vector<std::string> lines;
    for (const absl::string_view line : absl::StrSplit(sample, absl::ByAnyChar("\r\n"), absl::SkipWhitespace())) {
      lines.emplace_back(absl::StripAsciiWhitespace(line));
    }
    const auto judge = [&](size_t at, const std::vector<std::string>& replacement) {
      std::vector<std::string> copy = lines;
      copy.erase(copy.begin() + static_cast<std::ptrdiff_t>(at));
      copy.insert(copy.begin() + static_cast<std::ptrdiff_t>(at), replacement.begin(), replacement.end());
      const std::string text = absl::StrJoin(copy, "\n");
      const Envelope envelope = ReadEnvelope(text);
      const bool ours = envelope.kind != Envelope::Kind::kRefused, theirs = schema.Accepts(text);
      ++judged;
      accepted += ours;
      if (!ours && theirs && IsKnownDifference(envelope)) {
        ++stricter;
        return;
      }
      ASSERT_EQ(ours, theirs) << (ours ? "" : envelope.findings[0].place + ": " + envelope.findings[0].text) << "\n" << text;
    };
    for (size_t at = 0; at < lines.size(); ++at) {
      const std::string& line = lines[at];
      const size_t close = line.find('>'), end = line.rfind("</");
      judge(at, {});
      judge(at, {line, line});
      judge(at, {"tekst", line});
      judge(at, {"<!-- opmerking -->", "&#32;", line});
      judge(at, {"<anders/>", line});
      if (at + 1 < lines.size()) {
        std::swap(lines[at], lines[at + 1]);
        judge(at, {lines[at]});
        std::swap(lines[at], lines[at + 1]);
      }
      if (absl::StartsWith(line, "<") && !absl::StartsWith(line, "<?") && !absl::StartsWith(line, "</")) {
        judge(at, {line.substr(0, close) + " soort=\"1\"" + line.substr(close)});
        judge(at, {line.substr(0, close) + " xmlns:x=\"http://www.w3.org/2001/XMLSchema-instance\" x:schemaLocation=\"a b\"" +
                   line.substr(close)});
      }
      if (end != std::string::npos && end > close) {
        for (const std::string& value : values) judge(at, {line.substr(0, close + 1) + value + line.substr(end)});
        judge(at, {absl::StrReplaceAll(line, {{"<s:", "<g:"}, {"</s:", "</g:"}, {"<StUF:", "<GGK:"}, {"</StUF:", "</GGK:"}})});
        judge(at, {line.substr(0, close + 1) + "<x/>" + line.substr(end)});
      }
      if (HasFatalFailure()) return;
    }
    for (const char* name : {"abc", "abcd", "a b.csv", "Q-1_2.csv", "", "é.csv"}) {
      const size_t at = sample.find("bestandsnaam=\"");
      if (at == std::string::npos) break;
      for (size_t i = 0; i < lines.size(); ++i) {
        const size_t open = lines[i].find("bestandsnaam=\"");
        if (open == std::string::npos) continue;
        const size_t begin = open + 14, stop = lines[i].find('"', begin);
        judge(i, {lines[i].substr(0, begin) + name + lines[i].substr(stop)});
      }
    }
  }
  // Both verdicts must be well represented, or the test proves nothing.
  EXPECT_GT(judged, 3000);
  EXPECT_GT(accepted, judged / 10);
  EXPECT_LT(stricter, judged / 10);
}

}  // namespace
}  // namespace nmd::ingestion
