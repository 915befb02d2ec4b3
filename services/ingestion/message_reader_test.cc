// SPDX-License-Identifier: EUPL-1.2
#include "services/ingestion/message_reader.h"

#include <array>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/ingestion/official_schema.h"
#include "services/ingestion/simple_type.h"
#include "services/ingestion/test_message.h"

namespace nmd::ingestion {
namespace {

using ::testing::HasSubstr;
using testing::kLaws;
using testing::kTypes;
using testing::Render;
using testing::SoundMessage;

std::string Sound(Law law, int number) { return Render(SoundMessage(law, static_cast<MessageType>(number))); }

// The text with its first `from` replaced; the test is wrong when there is none.
std::string Edited(std::string text, absl::string_view from, absl::string_view to) {
  const size_t at = text.find(from.data(), 0, from.size());
  EXPECT_NE(at, std::string::npos) << from;
  return at == std::string::npos ? text : text.replace(at, from.size(), to.data(), to.size());
}

std::string Describe(const std::vector<Finding>& findings) {
  std::string text;
  for (const Finding& f : findings) absl::StrAppend(&text, f.rule, " @ ", f.place, ": ", f.text, "\n");
  return text;
}

TEST(ReadMessage, KeepsEveryValueOfEveryMessage) {
  for (const Law law : kLaws) {
    for (const MessageType type : kTypes) {
      const std::string text = Render(SoundMessage(law, type));
      const ReadResult result = ReadMessage(text);
      ASSERT_TRUE(result.ok()) << Describe(result.findings);
      EXPECT_TRUE(result.recognised);
      EXPECT_EQ(Render(result.message), text);
    }
  }
}

TEST(ReadMessage, TakesAReturnThatIsAHeaderOnly) {  // domain-standards 3.1: no error, or one of level 2
  for (const Law law : kLaws) {
    for (const MessageType type : kTypes) {
      if (!IsReturn(type)) continue;
      ParsedMessage message = testing::Empty(law, type);
      message.header.return_identification = "9452b7eb-c87";
      message.header.return_dated_day = message.header.dated_day;
      for (const std::vector<std::string>& codes : {std::vector<std::string>{}, {"0001"}, {"8848", "9056"}}) {
        message.header.return_codes = codes;
        const std::string text = Render(message);
        const ReadResult result = ReadMessage(text);
        ASSERT_TRUE(result.ok()) << Describe(result.findings);
        EXPECT_EQ(Render(result.message), text);
        EXPECT_EQ(result.message.Municipality(), "1730");
        EXPECT_EQ(result.message.Provider(), "41000001");
      }
    }
  }
}

TEST(ReadMessage, KnowsWhatOnlyOneLawHas) {  // domain-standards 1.7
  const std::string known = "<m:GezagsdragerBekend>1</m:GezagsdragerBekend>\n<m:AangevraagdeProducten>";
  const std::string request = "<m:AangevraagdeProducten>";
  EXPECT_TRUE(ReadMessage(Edited(Sound(Law::kYouth, 315), request, known)).ok());
  EXPECT_THAT(Describe(ReadMessage(Edited(Sound(Law::kWmo, 315), request, known)).findings), HasSubstr("niet hoort"));
  ParsedMessage reply = testing::ReplyMessage(Law::kWmo);
  reply.reply->municipality = "1680";
  EXPECT_THAT(Describe(ReadMessage(Render(reply)).findings), HasSubstr("niet hoort"));
}

TEST(IsFromMunicipality, SaysWhoSendsEachMessage) {  // domain-standards 1.2
  std::vector<int> numbers;
  for (const MessageType type : kTypes) {
    if (IsFromMunicipality(type)) numbers.push_back(static_cast<int>(type));
  }
  EXPECT_THAT(numbers, ::testing::ElementsAre(301, 306, 308, 316, 318, 319, 325));
}

TEST(ReadMessage, MakesInclusiveEndsExclusiveOnce) {
  const ReadResult stop = ReadMessage(Sound(Law::kYouth, 307));
  EXPECT_EQ(FormatDay(stop.message.stops.at(0).period.start), "2026-01-20");
  EXPECT_EQ(FormatDay(stop.message.stops.at(0).period.end), "2026-05-01");
  const ReadResult open = ReadMessage(Edited(Sound(Law::kYouth, 301), "<m:Einddatum>2026-12-31</m:Einddatum>\n", ""));
  EXPECT_EQ(open.message.allocations.at(0).period.end, kOpenEnd);
}

TEST(ReadMessage, TellsWhoseLineALineIs) {
  const ReadResult result = ReadMessage(Sound(Law::kWmo, 323));
  const std::vector<ClaimLine>& lines = result.message.claim->lines;
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_EQ(lines[1].client, 0);
  EXPECT_EQ(lines[1].position, 1);
  EXPECT_EQ(lines[2].client, 1);
  EXPECT_EQ(lines[2].position, 0);
  EXPECT_EQ(result.message.Provider(), "41000001");
  EXPECT_EQ(result.message.Municipality(), "1730");
}

TEST(ReadMessage, DoesNotCarePrefixesCommentsOrCdata) {
  std::string text = Sound(Law::kYouth, 305);
  text = absl::StrReplaceAll(text, {{"<m:", "<"}, {"</m:", "</"}, {"xmlns:m=", "xmlns="}});
  text = Edited(text, "<Bsn>", "<!-- een opmerking --><?iets anders?><Bsn>");
  text = Edited(text, "Verzonnen", "Ver<![CDATA[zon]]>n<!-- -->en &amp; Zn&#x2e;");
  const ReadResult result = ReadMessage(text);
  ASSERT_TRUE(result.ok()) << Describe(result.findings);
  EXPECT_EQ(result.message.clients.at(0).name.surname, "Verzonnen & Zn.");
}

TEST(ReadMessage, KeepsTheFactsOfRelationsOut) {
  const ReadResult result = ReadMessage(Sound(Law::kYouth, 301));
  ASSERT_EQ(result.message.clients.at(0).relations.size(), 2u);
  EXPECT_EQ(result.message.clients.at(0).relations[1].number, "2");
  EXPECT_EQ(result.message.clients.at(0).name.surname, "Verzonnen");
  EXPECT_EQ(result.message.clients.at(0).addresses.size(), 1u);
}

struct FaultCase {
  absl::string_view what;
  int number;
  absl::string_view from;
  absl::string_view to;
  absl::string_view place;
  absl::string_view text;
};

TEST(ReadMessage, SaysWhatDepartsFromTheStructureAndWhere) {  // domain-standards 1.3-1.6
  const FaultCase cases[] = {
      {"missing leaf", 301, "<m:Geslacht>2</m:Geslacht>\n", "", "Client/Geslacht", "ontbreekt"},
      {"missing group", 323, "<m:DeclaratieNummer>DN001</m:DeclaratieNummer>\n", "", "Declaratie/DeclaratieNummer",
       "ontbreekt"},
      {"empty element (RS033)", 301, "<m:Geslacht>2</m:Geslacht>", "<m:Geslacht/>", "Client/Geslacht", "waarde ontbreekt"},
      {"repeated leaf", 305, "<m:Geslacht>2</m:Geslacht>", "<m:Geslacht>2</m:Geslacht><m:Geslacht>1</m:Geslacht>",
       "Client/Geslacht", "te vaak"},
      {"order", 307, "<m:RedenBeeindiging>31</m:RedenBeeindiging>\n<m:Einddatum>2026-04-30</m:Einddatum>\n",
       "<m:Einddatum>2026-04-30</m:Einddatum>\n<m:RedenBeeindiging>31</m:RedenBeeindiging>\n",
       "Client/StopProducten/StopProduct[1]/RedenBeeindiging", "verkeerde plaats"},
      {"unknown element", 305, "<m:Geslacht>", "<m:Verzonnen>1</m:Verzonnen><m:Geslacht>", "Client", "niet hoort"},
      {"base element in the message namespace", 305, "<b:Achternaam>Verzonnen</b:Achternaam>",
       "<m:Achternaam>Verzonnen</m:Achternaam>", "Client/Naam/Geslachtsnaam/Achternaam", "basisschema"},
      {"element in a value", 305, "<m:Geslacht>2", "<m:Geslacht><b:Datum>2020-01-01</b:Datum>2", "Client/Geslacht",
       "alleen een waarde"},
      {"text between elements", 323, "<m:Prestaties>", "<m:Prestaties>tekst", "Declaratie/Clienten/Client[1]/Prestaties",
       "tekst"},
      {"attribute", 323, "<m:Bsn>", "<m:Bsn soort=\"x\">", "Declaratie/Clienten/Client[1]/Bsn", "attribuut"},
      {"second line", 323, "RN002", "",
       "Declaratie/Clienten/Client[1]/Prestaties/Prestatie[2]/ProductReferentie/ReferentieNummer", "waarde ontbreekt"},
      {"second client", 323, "RN003", "",
       "Declaratie/Clienten/Client[2]/Prestaties/Prestatie[1]/ProductReferentie/ReferentieNummer", "waarde ontbreekt"},
      {"impossible date", 323, "<b:Einddatum>2026-04-30", "<b:Einddatum>2026-04-31", "Declaratie/DeclaratiePeriode/Einddatum",
       "bestaande datum"},
      {"time zone", 323, "<b:Einddatum>2026-04-30", "<b:Einddatum>2026-04-30Z", "Declaratie/DeclaratiePeriode/Einddatum",
       "zonder tijdzone"},
      {"negative amount (IV024)", 323, "<b:Bedrag>5000", "<b:Bedrag>-5000",
       "Declaratie/Clienten/Client[1]/Prestaties/Prestatie[1]/IngediendBedrag/Bedrag", "0 tot en met 99999999"},
      {"code of no list", 323, "<m:Eenheid>04", "<m:Eenheid>05",
       "Declaratie/Clienten/Client[1]/Prestaties/Prestatie[1]/Eenheid", "01, 04, 14"},
      {"code of the other law", 307, "<m:RedenBeeindiging>31", "<m:RedenBeeindiging>19",
       "Client/StopProducten/StopProduct[1]/RedenBeeindiging", "02, 20, 31"},
      {"wrong message code", 323, "<m:BerichtCode>490", "<m:BerichtCode>484", "Header/BerichtCode", "de code 490"},
      {"wrong subversion (CS015)", 323, "<m:BerichtSubversie>2", "<m:BerichtSubversie>1", "Header/BerichtSubversie",
       "de waarde 2"},
      {"sender of the wrong kind", 323, "<m:Afzender>41000001", "<m:Afzender>1730", "Header/Afzender", "precies 8 cijfers"},
      {"short BSN", 305, absl::string_view("<m:Bsn>9"), "<m:Bsn>", "Client/Bsn", "precies 9 cijfers"},
      {"letters in a claim number (CS319)", 323, "DN001", "DN-01", "Declaratie/DeclaratieNummer", "letters of cijfers"},
  };
  for (const FaultCase& c : cases) {
    const ReadResult result = ReadMessage(Edited(Sound(Law::kYouth, c.number), c.from, c.to));
    ASSERT_EQ(result.findings.size(), 1u) << c.what << "\n" << Describe(result.findings);
    const Finding& finding = result.findings[0];
    EXPECT_EQ(finding.rule, "XSD") << c.what;
    EXPECT_EQ(finding.level, 1) << c.what;
    EXPECT_TRUE(finding.fatal) << c.what;
    EXPECT_EQ(finding.place, c.place) << c.what;
    EXPECT_THAT(finding.text, HasSubstr(std::string(c.text))) << c.what;
    EXPECT_TRUE(result.recognised) << c.what;
  }
}

TEST(ReadMessage, ListsAllFaultsAtOnce) {
  std::string text = Sound(Law::kYouth, 323);
  text = Edited(text, "<m:BerichtSubversie>2", "<m:BerichtSubversie>9");
  text = Edited(text, "<m:DeclaratieDagtekening>2026-05-06</m:DeclaratieDagtekening>\n", "");
  text = Edited(text, "RN002", "");
  text = Edited(text, "<m:Bsn>", "<m:Onbekend><m:Bsn>1</m:Bsn></m:Onbekend><m:Bsn>");
  const ReadResult result = ReadMessage(text);
  std::vector<std::string> places;
  for (const Finding& f : result.findings) places.push_back(f.place);
  EXPECT_THAT(places,
              ::testing::ElementsAre("Header/BerichtSubversie", "Declaratie/Clienten/Client[1]",
                                     "Declaratie/Clienten/Client[1]/Prestaties/Prestatie[2]/ProductReferentie/ReferentieNummer",
                                     "Declaratie/DeclaratieDagtekening"))
      << Describe(result.findings);
}

TEST(ReadMessage, StopsAfterAHundredFaults) {
  std::string lines;
  for (int i = 0; i < 500; ++i) lines += "<m:Prestatie/>";
  const ReadResult result = ReadMessage(Edited(Sound(Law::kYouth, 323), "<m:Prestaties>", "<m:Prestaties>" + lines));
  ASSERT_EQ(result.findings.size(), static_cast<size_t>(kMaxFindings) + 1);
  EXPECT_THAT(result.findings.back().text, HasSubstr("meer fouten"));
  EXPECT_LT(result.message.claim->lines.size(), 2u) << "a message with faults must not grow";
}

TEST(ReadMessage, RefusesWhatIsNotUtf8) {  // RS031
  const std::string text = Sound(Law::kYouth, 305);
  std::string utf16 = "\xFF\xFE";
  for (const char c : text) utf16 += {c, '\0'};
  struct {
    absl::string_view what;
    std::string bytes;
    absl::string_view text;
  } const cases[] = {
      {"empty", "", "leeg"},
      {"BOM", "\xEF\xBB\xBF" + text, "byte order mark"},
      {"UTF-16", utf16, "UTF-16"},
      {"UTF-16 without BOM", utf16.substr(2), "UTF-16"},
      {"declared Latin-1", Edited(text, "UTF-8", "ISO-8859-1"), "tekenset"},
      {"declared Latin-1, single quotes", Edited(text, "\"UTF-8\"", "'windows-1252'"), "tekenset"},
      {"Latin-1 bytes", Edited(text, "Zoë", "Zo\xEB"), "geen UTF-8"},
      {"a control character", Edited(text, "Zoë", "Zo\x01"), "niet mag"},
  };
  for (const auto& c : cases) {
    const ReadResult result = ReadMessage(c.bytes);
    ASSERT_EQ(result.findings.size(), 1u) << c.what << "\n" << Describe(result.findings);
    EXPECT_EQ(result.findings[0].rule, "XML") << c.what;
    EXPECT_THAT(result.findings[0].text, HasSubstr(std::string(c.text))) << c.what;
  }
  EXPECT_TRUE(ReadMessage(Edited(text, "UTF-8", "utf-8")).ok());
  EXPECT_TRUE(ReadMessage(text.substr(text.find('\n') + 1)).ok()) << "UTF-8 is what XML without a declaration is";
}

TEST(ReadMessage, SaysOnWhichLineAFileBreaksOff) {
  const std::string text = Sound(Law::kYouth, 323);
  const size_t at = text.find("<m:DeclaratieNummer>");
  const ReadResult result = ReadMessage(text.substr(0, at + 15));
  ASSERT_EQ(result.findings.size(), 1u) << Describe(result.findings);
  const auto line = std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at), '\n') + 1;
  EXPECT_EQ(result.findings[0].place, absl::StrCat("regel ", line));
  EXPECT_THAT(result.findings[0].text, HasSubstr("breekt"));
}

TEST(ReadMessage, NeverTakesAPartForTheWhole) {
  for (const MessageType type : kTypes) {
    const std::string text = Render(SoundMessage(Law::kWmo, type));
    for (size_t size = 0; size + 1 < text.size(); ++size) {
      ASSERT_FALSE(ReadMessage(text.substr(0, size)).ok()) << "first " << size << " bytes";
    }
  }
}

TEST(ReadMessage, RefusesADoctypeBeforeWhatItDeclares) {
  const std::string text = Sound(Law::kYouth, 305);
  std::string bomb = "<!DOCTYPE b [<!ENTITY a0 \"ha\">";
  for (int i = 1; i < 30; ++i) absl::StrAppend(&bomb, "<!ENTITY a", i, " \"&a", i - 1, ";&a", i - 1, ";\">");
  bomb += "]>\n<m:Bericht";
  const ReadResult result = ReadMessage(Edited(Edited(text, "<m:Bericht", bomb), "Verzonnen", "&a29;"));
  ASSERT_EQ(result.findings.size(), 1u) << Describe(result.findings);
  EXPECT_THAT(result.findings[0].text, HasSubstr("DOCTYPE"));
  const std::string outside = "<!DOCTYPE b SYSTEM \"file:///etc/hostname\">\n<m:Bericht";
  EXPECT_THAT(Describe(ReadMessage(Edited(text, "<m:Bericht", outside)).findings), HasSubstr("DOCTYPE"));
  EXPECT_FALSE(ReadMessage(Edited(text, "Verzonnen", "&onbekend;")).ok());
}

TEST(ReadMessage, EndsSoonOnHostileFiles) {
  const std::string text = Sound(Law::kYouth, 323);
  std::string attributes, depth, elements;
  for (int i = 0; i < 20'000; ++i) absl::StrAppend(&attributes, " a", i, "=\"\"");
  for (int i = 0; i < 100'000; ++i) depth += "<m:Client>";
  for (int i = 0; i < 1'100'000; ++i) elements += "<a/>";
  EXPECT_THAT(Describe(ReadMessage(Edited(text, "<m:Bsn", "<m:Bsn" + attributes)).findings), HasSubstr("te veel attributen"));
  EXPECT_FALSE(ReadMessage(Edited(text, "<m:Client>", depth)).ok());
  EXPECT_THAT(Describe(ReadMessage(Edited(text, "<m:Bsn>", "<x>" + elements + "</x><m:Bsn>")).findings),
              HasSubstr("te veel elementen"));
  EXPECT_THAT(Describe(ReadMessage(std::string(kMaxMessageBytes + 1, ' ')).findings), HasSubstr("25 MB"));
}

TEST(ReadMessage, NamesWhatItDoesNotRead) {
  const std::string text = Sound(Law::kYouth, 301);
  EXPECT_THAT(Describe(ReadMessage(absl::StrReplaceAll(text, {{"3_2", "2_0"}, {"jw301/schema", "jw301/schema/2_0"}})).findings),
              HasSubstr("release 2.0"));
  EXPECT_THAT(Describe(ReadMessage(absl::StrReplaceAll(text, {{"jw301", "jw303"}})).findings), HasSubstr("Bericht jw303"));
  EXPECT_THAT(Describe(ReadMessage("<a/>").findings), HasSubstr("geen iJw- of iWmo-bericht"));
  EXPECT_THAT(Describe(ReadMessage(absl::StrReplaceAll(text, {{"istandaarden", "voorbeeld"}})).findings),
              HasSubstr("geen iJw- of iWmo-bericht"));
  EXPECT_THAT(Describe(ReadMessage(absl::StrReplaceAll(text, {{"m:Bericht", "m:Brief"}})).findings),
              HasSubstr("geen iJw- of iWmo-bericht"));
  EXPECT_THAT(Describe(ReadMessage("dit is geen XML").findings), HasSubstr("XML @ regel 1"));
}

TEST(ReadMessage, ReadsReleases30And31AsFarAsTheyFit) {  // domain-standards 1.1
  for (const Law law : kLaws) {
    for (const MessageType type : kTypes) {
      for (const int subversion : {0, 1}) {
        ParsedMessage message = SoundMessage(law, type);
        message.header.subversion = subversion;
        const std::string text = Render(message);
        ASSERT_THAT(text, HasSubstr(absl::StrCat("/3_", subversion, "/")));
        const ReadResult result = ReadMessage(text);
        ASSERT_TRUE(result.ok()) << Describe(result.findings);
        EXPECT_EQ(result.message.header.subversion, subversion);
        EXPECT_EQ(Render(result.message), text);
      }
    }
  }
}

TEST(ReadMessage, SaysOnceWhereAnOlderReleaseDiffers) {
  ParsedMessage message = SoundMessage(Law::kYouth, MessageType::kAllocation);
  message.header.subversion = 1;
  const std::string text = Render(message);
  const auto findings = [&](absl::string_view from, absl::string_view to) {
    return Describe(ReadMessage(absl::StrReplaceAll(text, {{from, to}})).findings);
  };
  // However many places differ, and whatever the first is: an element more, another code, a namespace of another release.
  for (const auto& [from, to, place] : std::vector<std::array<std::string, 3>>{
           {"<m:Client>", "<m:Beschikking>\n</m:Beschikking>\n<m:Client>\n<m:Anders/>", "Bericht"},
           {"<m:Ingangsdatum>", "<m:Ingangsdatum>x", "Client/ToegewezenProducten/ToegewezenProduct[1]/Ingangsdatum"},
           {"<m:BerichtSubversie>1", "<m:BerichtSubversie>2", "Header/BerichtSubversie"},
           {"3_1/basisschema", "3_2/basisschema", ""}}) {
    EXPECT_THAT(findings(from, to), HasSubstr("BERICHT @ " + place));
    EXPECT_THAT(findings(from, to), HasSubstr("Het bericht is van release 3.1 en is op deze plaats anders dan release 3.2"));
    EXPECT_EQ(ReadMessage(absl::StrReplaceAll(text, {{from, to}})).findings.size(), 1u);
  }
  // What is no XML is that first.
  EXPECT_THAT(Describe(ReadMessage(text.substr(0, text.size() / 2)).findings), HasSubstr("XML @ regel"));
}

TEST(ReadMessage, SubversionIsThatOfTheRelease_CS015_CS025) {
  for (const int release : {0, 1, 2}) {
    for (const int subversion : {0, 1, 2, 3}) {
      ParsedMessage message = SoundMessage(Law::kWmo, MessageType::kStart);
      message.header.subversion = release;
      const std::string text = absl::StrReplaceAll(
          Render(message), {{absl::StrCat("Subversie>", release, "<"), absl::StrCat("Subversie>", subversion, "<")}});
      EXPECT_EQ(ReadMessage(text).ok(), release == subversion) << release << " " << subversion;
    }
    ParsedMessage message = SoundMessage(Law::kWmo, MessageType::kStart);
    message.header.subversion = release;
    EXPECT_FALSE(ReadMessage(absl::StrReplaceAll(Render(message), {{"Versie>3<", "Versie>2<"}})).ok());
  }
}

TEST(ReadMessage, OldSamplesAreRefusedWithTheirRelease) {
  const std::filesystem::path folder = testing::OfficialFolder() / "iwmo-2.1-samples-old";
  if (!std::filesystem::exists(folder)) GTEST_SKIP() << "no samples at ../shared/istandaarden";
  int samples = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() != ".xml") continue;
    const std::string text = testing::ReadFile(entry.path());
    const Recognised found = Recognise(text);
    EXPECT_EQ(found.kind, FileKind::kOtherRelease) << entry.path();
    EXPECT_EQ(found.law, Law::kWmo);
    // Their folder calls them 2.1; their namespace and their Versie and SubVersie say 2.0.
    EXPECT_THAT(Describe(ReadMessage(text).findings),
                HasSubstr("BERICHT @ Bericht: Het bericht is van release 2.0. Gelezen worden 3.2"))
        << entry.path();
    EXPECT_EQ(ReadMessage(text).findings.size(), 1u);
    ++samples;
  }
  EXPECT_EQ(samples, 11);
}

TEST(Recognise, GoesByTheRootElementAloneWhateverIsQuotedBeforeIt) {
  constexpr absl::string_view kRoot =
      R"(<m:Bericht xmlns:b="http://www.istandaarden.nl/ijw/3_2/jw305/schema" xmlns:m = 'http://www.istandaarden.nl/ijw/3_2/jw323/schema'>)";
  constexpr absl::string_view kOther = "xmlns:m=\"http://www.istandaarden.nl/ijw/3_2/jw301/schema\"";
  for (const std::string& before : {std::string(), std::string("\xEF\xBB\xBF<?xml version=\"1.0\"?>\n"),
                                    absl::StrCat("<!-- <m:Bericht ", kOther, "> -->\n"), absl::StrCat("<?xml2 ", kOther, "?>"),
                                    absl::StrCat("<?a?><!--", kOther, "--><?b?> ")}) {
    EXPECT_EQ(Recognise(absl::StrCat(before, kRoot)).number, 323) << before;
  }
  for (const std::string& text : {absl::StrCat("<!-- ", kRoot), absl::StrCat("<?", kRoot), absl::StrCat("x", kRoot),
                                  std::string("<m:Bericht xmlns:m=")}) {
    EXPECT_EQ(Recognise(text).kind, FileKind::kOther) << text;
  }
}

TEST(Recognise, TellsLawNumberAndReleaseFromTheFirstBytes) {
  for (const Law law : kLaws) {
    for (const MessageType type : kTypes) {
      const std::string text = Render(SoundMessage(law, type));
      const Recognised found = Recognise(absl::string_view(text).substr(0, 1024));
      EXPECT_EQ(found.kind, FileKind::kMessage);
      EXPECT_EQ(found.law, law);
      EXPECT_EQ(found.number, static_cast<int>(type));
      EXPECT_EQ(found.release, "3_2");
    }
  }
  const std::string text = Sound(Law::kWmo, 323);
  EXPECT_EQ(Recognise(absl::StrReplaceAll(text, {{"3_2", "3_0"}})).kind, FileKind::kMessage);
  EXPECT_EQ(Recognise(absl::StrReplaceAll(text, {{"3_2", "3_0"}})).release, "3_0");
  for (const char* release : {"2_0", "2_1", "3_3", "4_0"}) {
    EXPECT_EQ(Recognise(absl::StrReplaceAll(text, {{"3_2", release}})).kind, FileKind::kOtherRelease) << release;
  }
  EXPECT_EQ(Recognise(absl::StrReplaceAll(text, {{"wmo323", "wmo304"}})).kind, FileKind::kOtherMessage);
  EXPECT_EQ(Recognise(absl::StrReplaceAll(text, {{"wmo323", "jw323"}})).kind, FileKind::kOther);
  EXPECT_EQ(Recognise("bsn;naam\n").kind, FileKind::kOther);
  EXPECT_EQ(Recognise("").kind, FileKind::kOther);
  EXPECT_EQ(SourceName(Law::kWmo, 323), "wmo323");
}

TEST(ParseValue, FollowsTheFacetsOfTheStandard) {  // domain-standards 1.5
  constexpr SimpleType kInteger = {SimpleType::kInteger, 99'999'999};
  constexpr SimpleType kLine = {SimpleType::kLine, 5};
  constexpr SimpleType kRemark = {SimpleType::kRemark};
  constexpr SimpleType kInitials = {SimpleType::kInitials, 6};
  constexpr SimpleType kVersion = {SimpleType::kVersion};
  constexpr SimpleType kDate = {SimpleType::kDate};
  constexpr SimpleType kTime = {SimpleType::kTime};
  constexpr SimpleType kPhone = {SimpleType::kPhone, 15};
  struct {
    const SimpleType& type;
    absl::string_view text;
    bool valid;
    int64_t number;
  } const cases[] = {
      {kInteger, "0", true, 0},
      {kInteger, " +0007\n", true, 7},
      {kInteger, "-0", true, 0},
      {kInteger, "99999999", true, 99'999'999},
      {kInteger, "100000000", false, 0},
      {kInteger, "99999999999999999999999999", false, 0},
      {kInteger, "-1", false, 0},
      {kInteger, "1.0", false, 0},
      {kInteger, "", false, 0},
      {kInteger, "+", false, 0},
      {kLine, "45A04", true, 0},
      {kLine, "éééée", true, 0},
      {kLine, "45A040", false, 0},
      {kLine, "  ", false, 0},
      {kLine, "a\nb", false, 0},
      {kRemark, "eerste regel\ntweede regel", true, 0},
      {kRemark, " \n\t", false, 0},
      {kInitials, "ÉÇa", true, 0},
      {kInitials, "A.B.", false, 0},
      {kInitials, "ABCDEFG", false, 0},
      {kInitials, "Ω€", false, 0},
      {kVersion, "1.0.12", true, 0},
      {kVersion, "1.0", false, 0},
      {kVersion, "01.0.0", false, 0},
      {kVersion, "1.0.0.0", false, 0},
      {kDate, "1970-01-02", true, 1},
      {kDate, " 1970-01-02 ", true, 1},
      {kDate, "2027-06-31", false, 0},
      {kDate, "2026-04-30+01:00", false, 0},
      {kDate, "20260430", false, 0},
      {kTime, "10:30:05", true, 37805},
      {kTime, "10:30:05.25", true, 37805},
      {kTime, "24:00:00", true, 86400},
      {kTime, "24:00:01", false, 0},
      {kTime, "10:60:00", false, 0},
      {kTime, "10:30:05Z", false, 0},
      {kTime, "10:30", false, 0},
      {kPhone, "0592123456", true, 0},
      {kPhone, "0592-123456", false, 0},
  };
  for (const auto& c : cases) {
    Value value;
    EXPECT_EQ(ParseValue(c.type, Law::kYouth, c.text, &value), c.valid) << "'" << c.text << "'";
    EXPECT_EQ(c.valid ? value.number : 0, c.number) << "'" << c.text << "'";
  }
}

// Decision 4: a finding is shown to people and sent back; it must not carry what was wrong.
TEST(ReadMessage, ShowsNoPersonalValueInAFinding) {
  std::mt19937 random(4);
  const std::vector<std::string> secrets = {testing::TestBsn(0), "Verzonnen", "Zoë", "2011-08-14", "9471AB", "Dorpsstraat"};
  for (int round = 0; round < 3000; ++round) {
    std::string text = Sound(Law::kYouth, round % 2 == 0 ? 301 : 305);
    for (int edit = 0; edit < 3; ++edit) {
      const size_t at = random() % text.size();
      switch (random() % 4) {
        case 0:
          text.erase(at, 1 + random() % 12);
          break;
        case 1:
          text.insert(at, secrets[random() % secrets.size()]);
          break;
        case 2:
          text.insert(at, "<Verzonnen>");
          break;
        default:
          text[at] = static_cast<char>(' ' + random() % 90);
          break;
      }
    }
    const std::string shown = Describe(ReadMessage(text).findings);
    for (const std::string& secret : secrets) ASSERT_FALSE(absl::StrContains(shown, secret)) << shown;
  }
}

}  // namespace
}  // namespace nmd::ingestion
