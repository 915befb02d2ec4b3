// SPDX-License-Identifier: EUPL-1.2
#include "services/linking/engine/score.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "services/linking/engine/link.h"
#include "services/linking/engine/testing_population.h"

namespace nmd::linking::engine {
namespace {

using ::testing::HasSubstr;

Persons People(uint64_t seed, uint32_t records) {
  Persons persons;
  testing::Population(seed, 999900006).Make(records, [&](const testing::MadeUp& r) {
    persons.Add(r.id, {r.number, r.given, r.family, {}, r.birth, r.sex, r.postcode, r.house, {}, {}, {}, {}});
  });
  return persons;
}

TEST(Birth, ComparesAsFarAsItIsKnown) {
  struct Row {
    uint32_t a, b, level;
  };
  for (const Row& row : std::vector<Row>{{0x19800515, 0x19800515, level::kEqual},
                                         {0x19800512, 0x19801205, level::kBirthSwapped},
                                         {0x19800515, 0x19800101, level::kBirthPartly},
                                         {0x19800515, 0x19800000, level::kBirthPartly},
                                         {0x19800515, 0x19800500, level::kBirthPartly},
                                         {0x19800000, 0x19800000, level::kBirthPartly},
                                         {0x19800515, 0x19800600, level::kBirthTwoParts + 1},
                                         {0x19800515, 0x19800516, level::kBirthTypo},
                                         {0x19800515, 0x19080515, level::kBirthTypo},
                                         {0x19800515, 0x19800726, level::kBirthYear},
                                         {0x19800515, 0x19930515, level::kBirthTwoParts},
                                         {0x19800515, 0x19800528, level::kBirthTwoParts},
                                         {0x19800515, 0x19761228, level::kBirthDiffers},
                                         {0x19800515, 0, level::kNull}}) {
    EXPECT_EQ(BirthLevel(row.a, row.b), row.level) << std::hex << row.a << " " << row.b;
    EXPECT_EQ(BirthLevel(row.b, row.a), row.level) << std::hex << row.b << " " << row.a;
  }
}

TEST(Patterns, SayWhatAPersonWouldSay) {
  struct Row {
    PersonText a, b;
    Field field;
    uint32_t level;
  };
  const auto names = [](const char* given, const char* family) {
    PersonText text;
    text.given = given;
    text.family = family;
    return text;
  };
  const auto address = [](const char* postcode, const char* house) {
    PersonText text;
    text.postcode = postcode;
    text.house = house;
    return text;
  };
  const auto number = [](const char* bsn) {
    PersonText text;
    text.number = bsn;
    return text;
  };
  for (const Row& row : std::vector<Row>{
           {names("Jan Willem", "Bos"), names("Jan", "Bos"), kGiven, level::kEqual},
           {names("Jan Willem", "Bos"), names("Willem", "Bos"), kGiven, level::kGivenShared},
           {names("Kees", "Bos"), names("Cornelis", "Bos"), kGiven, level::kGivenShared},
           {names("Johanna", "Bos"), names("Johana", "Bos"), kGiven, level::kGivenNear},
           {names("J.W.", "Bos"), names("Jan", "Bos"), kGiven, level::kGivenInitial},
           {names("P.", "Bos"), names("Jan", "Bos"), kGiven, level::kGivenDiffers},
           {names("", "Bos"), names("Jan", "Bos"), kGiven, level::kNull},
           {names("Jan", "van den Berg"), names("Jan", "v.d. Berg"), kFamily, level::kEqual},
           {names("Anna", "de Vries-Jansen"), names("Anna", "Jansen"), kFamily, level::kFamilyPart},
           {names("Anna", "Meijer"), names("Anna", "Meyer"), kFamily, level::kFamilyNear},
           {names("Bos", "Jan"), names("Jan", "Bos"), kFamily, level::kFamilySwapped},
           {names("Bos", "Jan"), names("Jan", "Bos"), kGiven, level::kNull},
           {names("Jan", "Bakker"), names("Jan", "Visser"), kFamily, level::kFamilyDiffers},
           {address("9471AB", "12"), address("9471 ab", "12"), kAddress, level::kEqual},
           {address("9471AB", "12"), address("9471AB", "12 A"), kAddress, level::kEqual},
           {address("9471AB", "12B"), address("9471AB", "12 A"), kAddress, level::kAddressAddition},
           {address("9471AB", "12"), address("9417AB", "12"), kAddress, level::kAddressTypo},
           {address("9471AB", "12"), address("9471AB", "14"), kAddress, level::kAddressPostcode},
           {address("9471AB", "12"), address("9471XC", "14"), kAddress, level::kAddressArea},
           {address("9471AB", "12"), address("1000AA", "14"), kAddress, level::kAddressDiffers},
           {address("9471AB", "12"), address("", "12"), kAddress, level::kNull},
           {number("999900006"), number("999900018"), kNumber, level::kNumberConflict},
           {number("999900006"), number("999900007"), kNumber, level::kNumberTypo},
           {number("999900006"), number("123"), kNumber, level::kNumberDiffers},
       }) {
    Persons persons;
    persons.Add("a", row.a);
    persons.Add("b", row.b);
    for (const bool turned : {false, true}) {
      const Pattern pattern = PatternOf(persons.hot(turned), persons.hot(!turned), persons, true);
      EXPECT_EQ(LevelOf(pattern, row.field), row.level)
          << row.a.given << " " << row.a.family << row.a.postcode << " / " << row.b.given << " " << row.b.family;
    }
  }
}

TEST(Scores, AreTheSumOfTheirParts) {
  Persons persons = People(5, 400);
  const LinkResult linked = Link(persons, {});
  const Scorer scorer(linked.model, persons);
  for (uint32_t a = 0; a < persons.size(); ++a) {
    for (uint32_t b = a; b < persons.size(); b += 7) {
      const Explanation e = scorer.Explain(persons.hot(a), persons.hot(b));
      Millibits sum = e.prior + e.household;
      for (int f = 0; f < kFields; ++f) sum += e.field[static_cast<size_t>(f)] + e.rarity[static_cast<size_t>(f)];
      EXPECT_EQ(sum, e.decision.score);
      EXPECT_LE(e.household, 0);
      EXPECT_EQ(scorer.Decide(persons.hot(b), persons.hot(a)).score, e.decision.score) << "a pair has one score";
    }
  }
}

TEST(Scores, AreNeverCutShortWronglyByNumbersAlone) {
  Persons persons = People(6, 1500);
  const LinkResult linked = Link(persons, {});
  const Scorer scorer(linked.model, persons);
  std::mt19937 random(1);
  int cut = 0;
  for (int round = 0; round < 300'000; ++round) {
    const Hot& a = persons.hot(static_cast<uint32_t>(random() % persons.size()));
    const Hot& b = persons.hot(static_cast<uint32_t>(random() % persons.size()));
    const Millibits floor = static_cast<Millibits>(random() % 40'000) - 20'000;
    const Decision decision = scorer.Decide(a, b);
    if (!scorer.MayReach(a, b, floor)) {
      ++cut;
      EXPECT_LT(decision.score, floor);
    }
    const Decision quick = scorer.Decide(a, b, floor);
    if (decision.score >= floor) {
      EXPECT_EQ(quick.score, decision.score);
      EXPECT_EQ(quick.pattern, decision.pattern);
    } else {
      EXPECT_LT(quick.score, floor);
    }
  }
  EXPECT_GT(cut, 100'000) << "and it is worth its while";
}

TEST(Sentences, TellTheStrongestFirstAndNoValues) {
  Persons persons;
  persons.Add("1", {"999900006", "Johanna", "de Vries", {}, "1980-05-15", "V", "9471AB", "12", {}, {}, {}, {}});
  persons.Add("2", {"", "Joke", "Bakker-de Vries", {}, "1980-05-15", "V", "1000AA", "3", {}, {}, {}, {}});
  const Model model = Model::Expected(true);
  const Scorer scorer(model, persons);
  const std::string sentence = DutchSentence(scorer.Explain(persons.hot(0), persons.hot(1)));
  EXPECT_THAT(sentence, ::testing::StartsWith("Zelfde geboortedatum (+14,9), achternaam deels gelijk (+6,6)"));
  EXPECT_THAT(sentence, HasSubstr("voornaam of roepnaam gelijk"));
  EXPECT_THAT(sentence, HasSubstr("ander adres (-"));
  for (const char* value : {"Vries", "Johanna", "9471", "1980", "999900006"}) {
    EXPECT_THAT(sentence, ::testing::Not(HasSubstr(value)));
  }
}

TEST(SoftMax, IsLog2OfTheSum) {
  EXPECT_EQ(SoftMax(0, 0), 1000);
  EXPECT_EQ(SoftMax(1000, 0), 1585);
  EXPECT_EQ(SoftMax(0, 1000), 1585);
  EXPECT_EQ(SoftMax(50'000, 0), 50'000);
  EXPECT_EQ(SoftMax(kNever, 7), 7);
}

TEST(Model, IsTheSameAfterBeingText) {
  Persons persons = People(7, 2000);
  const LinkResult linked = Link(persons, {});
  const std::string text = linked.model.Text();
  const auto parsed = Model::Parse(text);
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(parsed->Text(), text);
  EXPECT_EQ(parsed->Version(), linked.model.Version());
  EXPECT_EQ(linked.model.Version().size(), 16u);

  // What people read is the same text without its lines about single values.
  std::string weights;
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    if (!line.empty() && !absl::StartsWith(line, "waarde ")) absl::StrAppend(&weights, line, "\n");
  }
  EXPECT_LT(weights.size(), text.size());
  EXPECT_EQ(linked.model.Weights(), weights);

  Persons again = People(7, 2000);
  LinkOptions options;
  options.model = &*parsed;
  EXPECT_EQ(Link(again, options).cluster, linked.cluster) << "the text decides the same";
}

TEST(Model, IsRefusedWithTheLineThatIsWrong) {
  const std::string text = Model::Expected(true).Text();
  EXPECT_TRUE(Model::Parse(text).ok());
  EXPECT_THAT(std::string(Model::Parse("").status().message()), HasSubstr("regel 1"));
  EXPECT_THAT(std::string(Model::Parse("iets anders\n").status().message()), HasSubstr("regel 1"));
  EXPECT_THAT(std::string(Model::Parse(absl::StrCat(text, "gewicht neus 1 2 3\n")).status().message()),
              HasSubstr("hoort niet"));
  EXPECT_FALSE(Model::Parse(text.substr(0, text.size() / 2)).ok()) << "half a model";
  std::mt19937 random(2);
  for (int round = 0; round < 3000; ++round) {
    std::string damaged = text;
    damaged[random() % damaged.size()] = static_cast<char>(random());
    const auto parsed = Model::Parse(damaged);
    // What is still accepted means something: it is text again.
    if (parsed.ok()) {
      EXPECT_TRUE(Model::Parse(parsed->Text()).ok());
    }
  }
}

}  // namespace
}  // namespace nmd::linking::engine
