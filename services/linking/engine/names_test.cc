// SPDX-License-Identifier: EUPL-1.2
#include "services/linking/engine/names.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "services/linking/engine/fold.h"

namespace nmd::linking::engine {
namespace {

TEST(FamilyName, TakesWordsInFrontOffHoweverTheyAreWritten) {
  for (const char* text : {"van den Berg", "v.d. Berg", "VAN DEN BERG", "Berg", " berg", "v/d Berg", "Berg-Berg"}) {
    const FamilyName name = ParseFamilyName(text, "");
    EXPECT_EQ(name.core, "berg") << text;
    EXPECT_EQ(name.second, "") << text;
  }
  EXPECT_EQ(ParseFamilyName("'t Hart", "").core, "hart");
  EXPECT_EQ(ParseFamilyName("in 't Veld", "").core, "veld");
  EXPECT_EQ(ParseFamilyName("El Idrissi", "").core, "idrissi");
  EXPECT_EQ(ParseFamilyName("ten Brink Smit", "").core, "brinksmit");
  EXPECT_EQ(ParseFamilyName("van der", "").core, "der") << "a name of such words alone keeps its last";
  EXPECT_EQ(ParseFamilyName("", "").core, "");
}

TEST(FamilyName, KnowsTwoPartsWhateverNameIsUsed) {
  const FamilyName joined = ParseFamilyName("de Vries-van Dijk", "");
  EXPECT_EQ(joined.core, "vries");
  EXPECT_EQ(joined.second, "dijk");
  const FamilyName apart = ParseFamilyName("van Dijk", "de Vries");
  EXPECT_EQ(apart.core, "dijk");
  EXPECT_EQ(apart.second, "vries");
  EXPECT_EQ(ParseFamilyName("Jansen", "Jansen").second, "") << "a partner of the same name adds nothing";
  EXPECT_EQ(ParseFamilyName("", "de Vries").core, "vries");
}

TEST(GivenNames, TellsNamesFromInitials) {
  struct Row {
    const char* text;
    std::vector<std::string> names;
    char initial;
    bool initials_only;
  };
  for (const Row& row : std::vector<Row>{{"Jan Willem", {"jan", "willem"}, 'j', false},
                                         {"Jan-Willem", {"jan", "willem"}, 'j', false},
                                         {"J.H.", {"j", "h"}, 'j', true},
                                         {"JH", {"jh"}, 'j', true},
                                         {"J. Willem", {"j", "willem"}, 'j', false},
                                         {"Élodie", {"elodie"}, 'e', false},
                                         {"", {}, '\0', false},
                                         {"a b c d e", {"a", "b", "c"}, 'a', true}}) {
    const GivenNames given = ParseGivenNames(row.text);
    for (size_t i = 0; i < given.names.size(); ++i) {
      EXPECT_EQ(given.names[i], i < row.names.size() ? row.names[i] : "") << row.text;
    }
    EXPECT_EQ(given.initial, row.initial) << row.text;
    EXPECT_EQ(given.initials_only, row.initials_only) << row.text;
  }
}

TEST(CallNames, ShareTheNameTheyStandFor) {
  EXPECT_EQ(CallNameRoot("kees"), CallNameRoot("cornelis"));
  EXPECT_EQ(CallNameRoot("els"), CallNameRoot("elisabeth"));
  EXPECT_NE(CallNameRoot("kees"), CallNameRoot("piet"));
  EXPECT_EQ(CallNameRoot("yoska"), "yoska");
}

TEST(Sound, IsTheSameForSpellingsOfOneName) {
  for (const auto& [a, b] : std::vector<std::pair<std::string, std::string>>{{"meijer", "meyer"},
                                                                             {"meijer", "meier"},
                                                                             {"schmidt", "smit"},
                                                                             {"smits", "smit"},
                                                                             {"dekker", "decker"},
                                                                             {"bouwman", "bauman"},
                                                                             {"zanders", "sander"},
                                                                             {"visser", "fisser"}}) {
    EXPECT_EQ(SoundOf(a), SoundOf(b)) << a << " " << b;
  }
  EXPECT_NE(SoundOf("jansen"), SoundOf("hansen"));
  EXPECT_NE(SoundOf("bakker"), SoundOf("dekker"));
  EXPECT_EQ(SoundOf(""), "");
}

TEST(Birth, ReadsTheWaysADateIsWritten) {
  for (const char* text :
       {"1942-03-05", "19420305", "05-03-1942", "5/3/1942", "5.3.1942", " 1942-3-5 ", "1942-03-05T00:00:00"}) {
    EXPECT_EQ(ParseBirth(text), 0x19420305u) << text;
  }
  EXPECT_EQ(ParseBirth("1942"), 0x19420000u);
  EXPECT_EQ(ParseBirth("19420300"), 0x19420300u) << "day not known (DatumGebruik)";
  EXPECT_EQ(ParseBirth("1942-00-00"), 0x19420000u);
  EXPECT_EQ(ParseBirth("19421399"), 0x19421399u) << "a typing error stays evidence";
  for (const char* text : {"", "onbekend", "00000000", "05-03", "1-2-3-1942", "194203051", "0000-03-05", "12-1942"}) {
    EXPECT_EQ(ParseBirth(text), 0u) << text;
  }
}

TEST(Address, IsReadWithoutWhatVaries) {
  EXPECT_EQ(ParsePostcode("9471 ab"), "9471AB");
  EXPECT_EQ(AreaOf("9471AB"), "9471");
  EXPECT_EQ(ParsePostcode("4223"), "4223");
  EXPECT_EQ(AreaOf("4223"), "42");
  EXPECT_EQ(ParsePostcode("een heel lange straatnaam"), "");
  EXPECT_EQ(AreaOf(""), "");
  EXPECT_EQ(ParseHouse("12-A bis"), 12u);
  EXPECT_EQ(ParseHouse("t/o 12"), 12u);
  EXPECT_EQ(ParseHouse("briefadres"), 0u);
  EXPECT_EQ(ParseHouse("123456789012"), 0u);
}

TEST(Numbers, AreBsnsOnlyWithTheElevenTest) {
  EXPECT_EQ(ParseBsn("999900006"), "999900006");
  EXPECT_EQ(ParseBsn("9999.00.006"), "999900006");
  EXPECT_EQ(ParseBsn("999900007"), "");
  EXPECT_EQ(ParseBsn("000000000"), "");
  EXPECT_EQ(ParseBsn("999999999"), "") << "unknown (CS002)";
  EXPECT_EQ(ParseBsn("12345"), "");
  EXPECT_EQ(ParseBsn("NL999900006"), "");
  EXPECT_EQ(ParseSex("V"), Sex::kFemale);
  EXPECT_EQ(ParseSex("m"), Sex::kMale);
  EXPECT_EQ(ParseSex("9"), Sex::kUnknown);
}

TEST(Parsers, TakeAnyBytes) {
  std::mt19937 random(3);
  for (int round = 0; round < 50'000; ++round) {
    std::string text;
    for (size_t n = random() % 30; n > 0; --n)
      text.push_back(random() % 2 == 0 ? static_cast<char>(random()) : "-/. 19azAZ'"[random() % 11]);
    ParseGivenNames(text);
    EXPECT_NE(ParseFamilyName(text, text).core, "-");
    ParseBirth(text);
    ParseHouse(text);
    EXPECT_LE(ParsePostcode(text).size(), 8u);
    EXPECT_LE(SoundOf(Fold(text)).size(), 2 * kMaxFolded);
    ParseBsn(text);
  }
}

}  // namespace
}  // namespace nmd::linking::engine
