// SPDX-License-Identifier: EUPL-1.2
#include "services/ingestion/export_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <map>

#include "absl/strings/str_cat.h"
#include "services/platform/config.h"

namespace nmd::ingestion {
namespace {

using internal::v1::MappingFile;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

std::string Plain(absl::string_view identity) { return absl::StrCat("key(", identity, ")"); }

MappingFile Mapping(internal::v1::ExportKind kind, const std::map<std::string, std::string>& columns) {
  MappingFile mapping;
  mapping.set_source("export");
  mapping.set_title("Export");
  mapping.set_owner("gemeente");
  mapping.set_kind(kind);
  mapping.set_separator(";");
  mapping.set_dates(internal::v1::DUTCH_DATE);
  mapping.mutable_columns()->insert(columns.begin(), columns.end());
  if (mapping.columns().contains("law")) {
    auto& codes = *(*mapping.mutable_values())["law"].mutable_codes();
    codes["jeugdwet"] = "YOUTH";
    codes["wmo"] = "WMO";
  }
  return mapping;
}

MappingFile ClientMapping() {
  MappingFile mapping = Mapping(internal::v1::CLIENTS, {{"bsn", "burgerservicenummer"},
                                                        {"surname", "achternaam"},
                                                        {"birth_date", "geboortedatum"},
                                                        {"sex", "geslacht"},
                                                        {"postcode", "postcode"},
                                                        {"house_number", "huisnummer"},
                                                        {"buurt", "buurt"},
                                                        {"address_start", "adres_vanaf"},
                                                        {"address_end", "adres_tot"}});
  auto& codes = *(*mapping.mutable_values())["sex"].mutable_codes();
  codes["M"] = "1";
  codes["V"] = "2";
  return mapping;
}

constexpr absl::string_view kClientHeader =
    "burgerservicenummer;achternaam;geboortedatum;geslacht;postcode;huisnummer;buurt;adres_vanaf;adres_tot\n";

ExportReading Read(const MappingFile& mapping, absl::string_view text) {
  const absl::StatusOr<ExportSource> source = ExportSource::Make(mapping);
  EXPECT_TRUE(source.ok()) << source.status();
  return source->Read(text, DayOf(2018, 3, 1), Plain);
}

TEST(ExportSource, ClientRowGivesTraitsResidenceAndPersonRecord) {
  const ExportReading reading =
      Read(ClientMapping(),
           absl::StrCat(kClientHeader, "999900006;Van Test;01-02-2010;v;9401 ab;12;BU17300101;05-01-2017;31-12-2017\r\n"));
  EXPECT_THAT(reading.findings, IsEmpty());
  EXPECT_EQ(reading.record_count, 1);
  EXPECT_EQ(reading.sound_record_count, 1);
  ASSERT_THAT(reading.facts, SizeIs(2));
  EXPECT_EQ(reading.facts[0].person().person_key(), "key(bsn/export/999900006)");
  EXPECT_EQ(reading.facts[0].person().birth_day(), DayOf(2010, 2, 1));
  EXPECT_EQ(reading.facts[0].person().sex(), "2");
  EXPECT_EQ(reading.facts[1].residence().buurt(), "BU17300101");
  EXPECT_EQ(reading.facts[1].residence().start_day(), DayOf(2017, 1, 5));
  EXPECT_EQ(reading.facts[1].residence().end_day(), DayOf(2018, 1, 1)) << "the last day in the file is inclusive";
  ASSERT_THAT(reading.persons, SizeIs(1));
  EXPECT_EQ(reading.persons[0].postcode(), "9401AB");
  EXPECT_EQ(reading.persons[0].house_number(), 12);
  EXPECT_EQ(reading.persons[0].address_end_day(), DayOf(2018, 1, 1));
}

TEST(ExportSource, FaultyRowIsNamedWithoutItsValueAndTheOthersAreRead) {
  const ExportReading reading = Read(ClientMapping(), absl::StrCat(kClientHeader,
                                                                   "999900006;Een;01-02-2010;V;9401AB;1;;;\n"
                                                                   "999900007;Geheimpje;31-02-2010;X;94;zeven;BU1;;\n"
                                                                   "999900018;Twee;01-02-2011;M;9401AB;2;;;\n"));
  EXPECT_EQ(reading.record_count, 3);
  EXPECT_EQ(reading.sound_record_count, 2);
  EXPECT_THAT(reading.persons, SizeIs(2));
  std::vector<std::string> places;
  for (const Finding& finding : reading.findings) {
    places.push_back(finding.place);
    EXPECT_FALSE(finding.fatal);
    EXPECT_EQ(finding.rule, "EXPORT");
    EXPECT_EQ(finding.level, 1);
    EXPECT_THAT(finding.text, HasSubstr(finding.place));
    for (const char* value : {"999900007", "Geheimpje", "31-02-2010", "zeven"})
      EXPECT_THAT(finding.text, Not(HasSubstr(value)));
  }
  EXPECT_THAT(places,
              ElementsAre("regel 3, kolom burgerservicenummer", "regel 3, kolom geboortedatum", "regel 3, kolom geslacht",
                          "regel 3, kolom postcode", "regel 3, kolom huisnummer", "regel 3, kolom buurt"));
}

TEST(ExportSource, MissingColumnsAreAllListedAtOnceAndFatal) {
  const ExportReading reading = Read(ClientMapping(), "burgerservicenummer;achternaam;postcode;postcode\n999900006;A;;\n");
  ASSERT_THAT(reading.findings, SizeIs(1));
  EXPECT_TRUE(reading.findings[0].fatal);
  EXPECT_THAT(reading.findings[0].text,
              HasSubstr("ontbrekende kolommen: adres_tot, adres_vanaf, buurt, geboortedatum, geslacht, huisnummer"));
  EXPECT_THAT(reading.findings[0].text, HasSubstr("dubbele kolommen: postcode"));
  EXPECT_THAT(reading.facts, IsEmpty());
}

TEST(ExportSource, ColumnsMayStandInAnyOrderAndExtraOnesAreIgnored) {
  MappingFile mapping =
      Mapping(internal::v1::BUDGET, {{"line", "regel"}, {"year", "jaar"}, {"amount", "bedrag"}, {"document", "document"}});
  const ExportReading reading =
      Read(mapping,
           "\xEF\xBB\xBF"
           "Bedrag;Opmerking;DOCUMENT;jaar;regel\n-1.500.000,00;x;begroting 2018;2018;resultaat_jeugd");
  EXPECT_THAT(reading.findings, IsEmpty());
  ASSERT_THAT(reading.facts, SizeIs(1));
  EXPECT_EQ(reading.facts[0].budget_line().amount_cents(), -150'000'000);
  EXPECT_EQ(reading.facts[0].budget_line().line(), "resultaat_jeugd");
}

TEST(ExportSource, EveryKindGivesItsFact) {
  ExportReading reading = Read(
      Mapping(internal::v1::REFERRALS, {{"bsn", "b"}, {"law", "w"}, {"allocation", "t"}, {"referrer", "v"}, {"date", "d"}}),
      "b;w;t;v;d\n999900006;Jeugdwet;123;02;01-02-2018\n");
  ASSERT_THAT(reading.facts, SizeIs(1));
  EXPECT_EQ(reading.facts[0].referral().person_key(), "key(bsn/export/999900006)");
  EXPECT_EQ(reading.facts[0].referral().law(), v1::YOUTH);
  EXPECT_EQ(reading.facts[0].referral().allocation(), 123);
  EXPECT_EQ(reading.facts[0].referral().referrer(), "02");
  EXPECT_EQ(reading.persons[0].bsn(), "999900006");

  reading = Read(Mapping(internal::v1::PRODUCT_LEVELS,
                         {{"law", "w"}, {"product", "p"}, {"title", "o"}, {"ivn", "i"}, {"start", "s"}, {"end", "e"}}),
                 "w;p;o;i;s;e\njeugdwet;45A04;\"Ambulant; \"\"regulier\"\"\";5;01-01-2017;31-12-2019\n");
  ASSERT_THAT(reading.facts, SizeIs(1));
  EXPECT_EQ(reading.facts[0].product_level().title(), "Ambulant; \"regulier\"");
  EXPECT_EQ(reading.facts[0].product_level().ivn(), "5");
  EXPECT_EQ(reading.facts[0].product_level().end_day(), DayOf(2020, 1, 1));

  reading = Read(
      Mapping(
          internal::v1::TARIFFS,
          {{"law", "w"}, {"product", "p"}, {"provider", "a"}, {"unit", "u"}, {"tariff", "t"}, {"start", "s"}, {"end", "e"}}),
      "w;p;a;u;t;s;e\nwmo;01A01;;04;30,5;01-01-2017;\nwmo;01A01;12345678;04;1.030,00;01-01-2017;\n");
  ASSERT_THAT(reading.facts, SizeIs(2));
  EXPECT_EQ(reading.facts[0].tariff().tariff_cents(), 3050);
  EXPECT_EQ(reading.facts[0].tariff().provider(), "");
  EXPECT_EQ(reading.facts[0].tariff().end_day(), 0);
  EXPECT_EQ(reading.facts[1].tariff().tariff_cents(), 103000);

  reading =
      Read(Mapping(internal::v1::POPULATION, {{"year", "j"}, {"age_from", "v"}, {"age_to", "t"}, {"sex", "g"}, {"count", "n"}}),
           "j;v;t;g;n\n2018;0;17;;7150\n2018;17;0;;1\n");
  ASSERT_THAT(reading.facts, SizeIs(1));
  EXPECT_EQ(reading.facts[0].population().count(), 7150);
  EXPECT_EQ(reading.findings[0].place, "regel 3, kolom t");

  reading = Read(
      Mapping(internal::v1::CONTRACTS, {{"contract", "c"},
                                        {"law", "w"},
                                        {"provider", "a"},
                                        {"start", "s"},
                                        {"end", "e"},
                                        {"ceiling", "p"},
                                        {"ceiling_year", "j"}}),
      "c;w;a;s;e;p;j\njh-1;jeugdwet;12345678;01-01-2018;31-12-2018;250.000,00;2018\njh-2;jeugdwet;1234567;01-01-2018;;;\n");
  ASSERT_THAT(reading.facts, SizeIs(1));
  EXPECT_EQ(reading.facts[0].contract().ceiling_cents(), 25'000'000);
  EXPECT_EQ(reading.facts[0].contract().ceiling_year(), 2018);
  EXPECT_EQ(reading.findings[0].place, "regel 3, kolom a");
}

TEST(ExportSource, RowWithoutBsnIsKeyedByExternalIdElseByTheWholeRow) {
  MappingFile mapping = Mapping(internal::v1::CLIENTS, {{"external_id", "id"}, {"surname", "naam"}, {"birth_date", "geb"}});
  const ExportReading reading =
      Read(mapping, "id;naam;geb\nA7;Een;01-02-2010\n;Een;01-02-2010\n; een ;01-02-2010\n;Een;02-02-2010\n");
  ASSERT_THAT(reading.persons, SizeIs(4));
  EXPECT_EQ(reading.persons[0].person_key(), "key(export/A7)");
  EXPECT_EQ(reading.persons[1].person_key(), reading.persons[2].person_key());
  EXPECT_NE(reading.persons[1].person_key(), reading.persons[3].person_key());
}

TEST(ExportSource, ReadsWindows1252AndRefusesWhatIsNotText) {
  MappingFile mapping = Mapping(internal::v1::BUDGET, {{"line", "r"}, {"year", "j"}, {"amount", "b"}, {"document", "d"}});
  mapping.set_encoding(internal::v1::WINDOWS_1252);
  ExportReading reading = Read(mapping, "r;j;b;d\nx;2018;1,00;caf\xE9 \x80\nx;2018;1,00;\x81\n");
  ASSERT_THAT(reading.facts, SizeIs(1));
  EXPECT_EQ(reading.facts[0].budget_line().document(), "café €");
  EXPECT_THAT(reading.findings[0].text, HasSubstr("regel 3: de tekst is geen Windows-1252"));

  mapping.set_encoding(internal::v1::UTF_8);
  reading = Read(mapping, "r;j;b;d\nx;2018;1,00;caf\xE9\nx;2018;1,00;café\nx;2018;1,00;\xED\xA0\x80\n");
  EXPECT_THAT(reading.facts, SizeIs(1));
  EXPECT_THAT(reading.findings, SizeIs(2));
  EXPECT_TRUE(Read(mapping, absl::string_view("\xFF\xFEr\0", 4)).findings[0].fatal);
  EXPECT_TRUE(Read(mapping, "").findings[0].fatal);
}

TEST(ExportSource, CountsEveryFaultyRowButListsAThousand) {
  MappingFile mapping = Mapping(internal::v1::BUDGET, {{"line", "r"}, {"year", "j"}, {"amount", "b"}, {"document", "d"}});
  std::string text = "r;j;b;d\n";
  for (int i = 0; i < 1500; ++i) absl::StrAppend(&text, "x;2018;duizend;d\n");
  absl::StrAppend(&text, "x;2018;1;d\n");
  const ExportReading reading = Read(mapping, text);
  EXPECT_EQ(reading.record_count, 1501);
  EXPECT_EQ(reading.sound_record_count, 1);
  ASSERT_THAT(reading.findings, SizeIs(1001));
  EXPECT_EQ(reading.findings.back().text, "nog 500 regels met fouten");
}

TEST(ExportSource, TellsEveryFaultOfAMappingAtOnce) {
  MappingFile mapping = Mapping(internal::v1::TARIFFS, {{"law", "wet"}, {"colour", "kleur"}, {"unit", "wet"}});
  mapping.set_source("Jw 301");
  (*(*mapping.mutable_values())["unit"].mutable_codes())["uur"] = "4";
  const absl::Status status = ExportSource::Make(mapping).status();
  for (const char* part : {"source:", "columns.colour", "used twice", "needs product", "needs tariff", "needs start",
                           "values.unit: no code of the field: uur"}) {
    EXPECT_THAT(std::string(status.message()), HasSubstr(part));
  }
}

// The files an instance starts with read the exports of the demo as they are, one good row each.
TEST(ExportSource, AProductNeedsATitleOrALevel) {
  const std::map<std::string, std::string> columns = {
      {"law", "w"}, {"product", "p"}, {"title", "o"}, {"ivn", "i"}, {"start", "s"}};
  const ExportReading reading = Read(Mapping(internal::v1::PRODUCT_LEVELS, columns),
                                     "w;p;o;i;s\n"
                                     "wmo;01A03;Hulp bij het huishouden;;01-01-2017\n"
                                     "jeugdwet;45A04;;5;01-01-2017\n"
                                     "wmo;02A10;;;01-01-2017\n"
                                     "wmo;07A12;Dagbesteding;9;01-01-2017\n");
  ASSERT_THAT(reading.facts, SizeIs(2));
  EXPECT_EQ(reading.facts[0].product_level().law(), v1::WMO);
  EXPECT_EQ(reading.facts[0].product_level().title(), "Hulp bij het huishouden");
  EXPECT_EQ(reading.facts[0].product_level().ivn(), "");
  EXPECT_EQ(reading.facts[1].product_level().title(), "");
  EXPECT_EQ(reading.facts[1].product_level().ivn(), "5");
  ASSERT_THAT(reading.findings, SizeIs(2));
  EXPECT_EQ(reading.findings[0].place, "regel 4, kolom p");
  EXPECT_EQ(reading.findings[1].place, "regel 5, kolom i");
  EXPECT_EQ(reading.sound_record_count, 2);
}

TEST(ExportSource, AListOfTitlesNeedsNoColumnForTheLevel) {
  const ExportReading reading =
      Read(Mapping(internal::v1::PRODUCT_LEVELS, {{"law", "w"}, {"product", "p"}, {"title", "o"}, {"start", "s"}}),
           "w;p;o;s\nwmo;01A03;Hulp bij het huishouden;01-01-2017\n");
  EXPECT_THAT(reading.findings, IsEmpty());
  ASSERT_THAT(reading.facts, SizeIs(1));
  EXPECT_EQ(reading.facts[0].product_level().ivn(), "");
}

TEST(MappingFiles, ReadTheExportsOfTheDemo) {
  const char* root = std::getenv("NMD_SOURCE_DIR");
  const std::map<std::string, std::pair<std::string, size_t>> exports = {
      {"clienten",
       {"burgerservicenummer;achternaam;voorvoegsel;voorletters;roepnaam;geboortedatum;geslacht;postcode;huisnummer;huisletter;"
        "toevoeging;wijk;buurt;adres_vanaf;adres_tot\n"
        "999900006;Proef;van;A;Anna;01-02-2010;V;9401AB;12;a;II;WK173001;BU17300101;01-01-2015;\n",
        2}},
      {"verwijzingen",
       {"burgerservicenummer;wet;toewijzingnummer;verwijzer;datum\n999900006;jeugdwet;12;huisarts;01-02-2018\n", 1}},
      {"producten",
       {"wet;productcode;omschrijving;ivn;geldig_vanaf;geldig_tot\njeugdwet;45A04;Ambulant regulier;5;01-01-2017;31-12-2019\n"
        "wmo;01A03;Hulp bij het huishouden;;01-01-2017;\n",
        2}},
      {"tarieven", {"wet;productcode;agb;eenheid;tarief;geldig_vanaf;geldig_tot\nwmo;01A01;;04;30,50;01-01-2017;\n", 1}},
      {"bevolking",
       {"jaar;wijk;buurt;leeftijd_van;leeftijd_tot;geslacht;aantal\n2018;WK173001;BU17300101;0;17;M;412\n2018;;;0;17;;7150\n",
        2}},
      {"begroting", {"regel;jaar;bedrag;document\nresultaat_jeugd;2018;-1.500.000,00;jaarrekening 2018\n", 1}},
      {"contracten",
       {"contract;wet;agb;aanbieder;geldig_vanaf;geldig_tot;plafond;plafond_jaar\n"
        "jh-1;jeugdwet;12345678;Proefzorg;01-01-2018;31-12-2018;250.000,00;2018\n",
        1}},
  };
  for (const auto& [id, sample] : exports) {
    MappingFile mapping;
    const std::string path = absl::StrCat(root == nullptr ? "." : root, "/deploy/config/mappings/", id, ".yaml");
    ASSERT_TRUE(ReadYamlFile(path, &mapping).ok()) << ReadYamlFile(path, &mapping);
    EXPECT_EQ(mapping.source(), id);
    const ExportReading reading = Read(mapping, sample.first);
    for (const Finding& finding : reading.findings) ADD_FAILURE() << id << ": " << finding.text;
    EXPECT_THAT(reading.facts, SizeIs(sample.second)) << id;
  }
}

}  // namespace
}  // namespace nmd::ingestion
