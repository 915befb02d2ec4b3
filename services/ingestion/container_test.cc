// SPDX-License-Identifier: EUPL-1.2
#include "services/ingestion/container.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "services/ingestion/test_container.h"
#include "services/ingestion/xml_text.h"

namespace nmd::ingestion {
namespace {

using ::testing::ElementsAre;
using testing::EnvelopeOf;
using testing::EnvelopeWith;
using testing::FaultOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::Pair;
using testing::Patched;
using ::testing::SizeIs;
using testing::ZipOf;

struct Reading {
  std::vector<std::pair<int, std::string>> messages;
  std::vector<Finding> findings;
};

Reading Read(const std::string& bytes) {
  Reading reading;
  reading.findings = ReadContainer(
      bytes, [&](int position, std::string message) { reading.messages.emplace_back(position, std::move(message)); });
  for (const auto& [position, message] : reading.messages) EXPECT_EQ(ReadPart(bytes, position), message);
  EXPECT_EQ(ReadPart(bytes, 0), std::nullopt);
  EXPECT_EQ(ReadPart(bytes, 1000), std::nullopt);
  return reading;
}

std::vector<std::string> Described(const Reading& reading) {
  std::vector<std::string> texts;
  for (const Finding& finding : reading.findings)
    texts.push_back(absl::StrCat(finding.rule, " @ ", finding.place, ": ", finding.text));
  return texts;
}

// Overwrites the size an entry says it has, unpacked, in the directory.
std::string WithSize(std::string zip, uint32_t size) {
  std::memcpy(&zip[zip.rfind("PK\1\2") + 24], &size, sizeof size);
  return zip;
}

TEST(Container, IsToldByItsFirstBytes) {
  EXPECT_EQ(ContainerKindOf(ZipOf({{"a.xml", "<a/>"}})), ContainerKind::kZip);
  EXPECT_EQ(ContainerKindOf(EnvelopeOf("<a/>")), ContainerKind::kEnvelope);
  EXPECT_EQ(ContainerKindOf(FaultOf("IB014")), ContainerKind::kEnvelope);
  for (const char* text : {"", "PK", "<a/>", "bsn;naam",
                           "<m:Bericht xmlns:m=\"http://www.istandaarden.nl/ijw/3_2/jw301/schema\" "
                           "xmlns:s=\"http://www.egem.nl/StUF/StUF0301\"/>"}) {
    EXPECT_EQ(ContainerKindOf(text), ContainerKind::kNone) << text;
  }
}

TEST(Container, IsNoWorkbook) {
  const std::string workbook = ZipOf({{"xl/workbook.xml", "<a/>"}, {"[Content_Types].xml", "<Types/>"}});
  EXPECT_EQ(ContainerKindOf(workbook), ContainerKind::kNone);
  EXPECT_THAT(Described(Read(ZipOf({{"a.xlsx", workbook}}))),
              ElementsAre(HasSubstr("ZIP @ bestand 1: Dit is geen XML-bericht")));
}

TEST(Container, GivesItsMessagesByPosition) {
  const std::string bytes =
      ZipOf({{"map/", ""}, {"map/a.xml", "<a/>"}, {"b.xml", EnvelopeOf("<b/>")}, {"map/c.xml", "\n<c/>"}});
  const Reading reading = Read(bytes);
  EXPECT_THAT(reading.messages, ElementsAre(Pair(2, "<a/>"), Pair(3, "<b/>"), Pair(4, "\n<c/>")));
  EXPECT_THAT(reading.findings, IsEmpty());
  EXPECT_THAT(Read(EnvelopeOf("<a/>")).messages, ElementsAre(Pair(1, "<a/>")));
  EXPECT_THAT(Read(ZipOf({{"a.xml", "<a/>"}}, ZIP_CM_STORE)).messages, SizeIs(1));
}

TEST(Container, TakesAsManyFilesAsVecozoSendsAndMore) {  // VECOZO: 30
  std::vector<std::pair<std::string, std::string>> files;
  for (int i = 0; i < kMaxZipEntries; ++i) files.emplace_back(absl::StrCat(i, ".xml"), absl::StrCat("<a n=\"", i, "\"/>"));
  EXPECT_THAT(Read(ZipOf(files)).messages, SizeIs(kMaxZipEntries));
  files.emplace_back("over.xml", "<a/>");
  Reading reading = Read(ZipOf(files));
  EXPECT_THAT(reading.messages, IsEmpty());
  EXPECT_THAT(Described(reading), ElementsAre(HasSubstr("ZIP @ bestand: In het zipbestand zitten meer dan 100 bestanden")));
  EXPECT_TRUE(reading.findings[0].fatal);
  for (int i = 0; i < 2000; ++i) files.emplace_back(absl::StrCat("over", i), "");
  EXPECT_THAT(Described(Read(ZipOf(files))), ElementsAre(HasSubstr("meer dan 100 bestanden")));
}

TEST(Container, TakesTheGoodEntriesAndNamesTheOthersByPosition) {
  const std::string secret = "jansen_190000019.xml";
  const Reading reading =
      Read(ZipOf({{"1.xml", "<a/>"},
                  {secret, "geen xml"},
                  {secret + "2", ZipOf({{"x.xml", "<x/>"}})},
                  {secret + "3", EnvelopeWith("<g:xmlBestand>Y</g:xmlBestand>")},
                  {secret + "4", EnvelopeOf(EnvelopeOf("<x/>"))},
                  {secret + "5", EnvelopeOf(ZipOf({{"x.xml", "<x/>"}}))},
                  {secret + "6", EnvelopeOf("tekst")},
                  {secret + "7", EnvelopeWith("<g:tekstBestand bestandsnaam=\"Q1.csv\">YTti</g:tekstBestand>")},
                  {secret + "8", FaultOf("StUF055")},
                  {secret + "9", ""},
                  {"10.xml", "<b/>"}}));
  EXPECT_THAT(reading.messages, ElementsAre(Pair(1, "<a/>"), Pair(11, "<b/>")));
  EXPECT_THAT(
      Described(reading),
      ElementsAre(HasSubstr("ZIP @ bestand 2: Dit is geen XML-bericht"), HasSubstr("ZIP @ bestand 3: Een container in"),
                  HasSubstr("ENVELOP @ bestand 4, envelopHeenbericht-ggk_Di01/parameters/bericht/xmlBestand: De inhoud is"),
                  HasSubstr("ENVELOP @ bestand 5, parameters/bericht/xmlBestand: Een container in"),
                  HasSubstr("ENVELOP @ bestand 6, parameters/bericht/xmlBestand: Een container in"),
                  HasSubstr("ENVELOP @ bestand 7, parameters/bericht/xmlBestand: Dit is geen XML-bericht"),
                  HasSubstr("ENVELOP @ bestand 8, parameters/bericht/tekstBestand: In de envelop zit een tekstbestand"),
                  HasSubstr("FO01 @ bestand 9, Fo01Bericht/body/code: "), HasSubstr("ZIP @ bestand 10: Dit is geen XML")));
  for (const Finding& finding : reading.findings) {
    EXPECT_FALSE(finding.fatal) << "others were taken";
    EXPECT_EQ(finding.level, 1);
    EXPECT_THAT(absl::StrCat(finding.place, finding.text), Not(HasSubstr("jansen")));
  }
}

TEST(Container, WithoutAMessageIsRefused) {
  for (const std::string& bytes :
       {ZipOf({{"a.txt", "tekst"}}), ZipOf({{"map/", ""}}), EnvelopeOf("tekst"), EnvelopeOf(EnvelopeOf("<a/>")),
        EnvelopeWith("<g:tekstBestand bestandsnaam=\"Q1.csv\">YTti</g:tekstBestand>"),
        std::string("PK\5\6\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 22), std::string("PK\3\4 en dan niets")}) {
    const Reading reading = Read(bytes);
    EXPECT_THAT(reading.messages, IsEmpty());
    ASSERT_THAT(reading.findings, SizeIs(1));
    EXPECT_TRUE(reading.findings[0].fatal);
  }
}

TEST(Container, FaultAloneRefusesNothing) {
  const Reading reading = Read(FaultOf("IB014"));
  EXPECT_THAT(Described(reading), ElementsAre(HasSubstr("FO01 @ Fo01Bericht/body/code")));
  EXPECT_FALSE(reading.findings[0].fatal);
}

TEST(Container, EncryptedAndStrangelyPackedEntriesAreFindings) {
  const std::string zip = ZipOf({{"a.xml", "<aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/>"}});
  EXPECT_THAT(Described(Read(Patched(zip, 6, 1))),
              ElementsAre(HasSubstr("ZIP @ bestand 1: Dit bestand in de zip is versleuteld")));
  EXPECT_THAT(Described(Read(Patched(zip, 8, 12))), ElementsAre(HasSubstr("op een ongewone manier ingepakt")));
}

TEST(Container, DamageIsAFindingAtEveryPlace) {
  const std::string zip = ZipOf({{"a.xml", "<aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa>tekst</a>"}});
  const std::string whole = Read(zip).messages.at(0).second;
  for (size_t at = 4; at < zip.size(); ++at) {
    std::string damaged = zip;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x55);
    const Reading reading = Read(damaged);
    if (reading.messages.empty()) {
      EXPECT_THAT(reading.findings, SizeIs(1)) << at;
    } else {
      EXPECT_EQ(reading.messages[0].second, whole) << "never a part for the whole: " << at;
    }
    Read(zip.substr(0, at));
  }
}

TEST(Container, ZipBombsAreNotUnpacked) {
  const std::string zeros(24'000'000, ' ');
  EXPECT_THAT(Described(Read(ZipOf({{"a.xml", zeros}}))), ElementsAre(HasSubstr("verdacht veel groter")));
  EXPECT_THAT(Described(Read(ZipOf({{"a.xml", zeros + zeros}}))), ElementsAre(HasSubstr("groter dan 25 MB (OP179)")));
  std::vector<std::pair<std::string, std::string>> many(11, {"", zeros});
  for (size_t i = 0; i < many.size(); ++i) many[i].first = absl::StrCat(i);
  EXPECT_THAT(Described(Read(ZipOf(many))),
              ElementsAre(HasSubstr("ZIP @ bestand: Uitgepakt is het zipbestand groter dan 250 MB")));
  // One that lies about its size: more or less comes out than it says.
  const std::string small = ZipOf({{"a.xml", std::string(2'000'000, ' ')}});
  EXPECT_THAT(Read(WithSize(small, 100)).messages, IsEmpty());
  EXPECT_THAT(Described(Read(WithSize(small, 0xFFFF'FFF0))), ElementsAre(HasSubstr("250 MB")));
  EXPECT_THAT(Read(WithSize(ZipOf({{"a.xml", "<a/>"}}), 1'000'000)).messages, IsEmpty());
}

}  // namespace
}  // namespace nmd::ingestion
