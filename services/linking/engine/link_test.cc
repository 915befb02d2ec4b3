// SPDX-License-Identifier: EUPL-1.2
// What linking means, as tables: records in, persons and reasons out; its laws on invented populations; and how well it does on
// sets with a known truth, where those are given.
#include "services/linking/engine/link.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <iostream>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "services/linking/engine/blocking.h"
#include "services/linking/engine/testing.h"
#include "services/linking/engine/testing_population.h"

namespace nmd::linking::engine {
namespace {

using testing::MadeUp;

struct Record {
  const char* id;
  const char* bsn;
  const char* given;
  const char* family;
  const char* birth;
  const char* sex;
  const char* postcode;
  const char* house;
};

// Persons as "a+b c": records of one person joined, in order of id. `why` gets the sentence of the pair a, b.
std::string PersonsOf(const std::vector<Record>& records, std::map<std::string, std::string>* why = nullptr) {
  Persons persons;
  for (const Record& r : records) {
    persons.Add(r.id, {r.bsn, r.given, r.family, {}, r.birth, r.sex, r.postcode, r.house, {}, {}, {}, {}});
  }
  Model model = Model::Expected(true);
  LinkOptions options;
  options.model = &model;
  const LinkResult result = Link(persons, options);
  std::map<uint32_t, std::set<std::string>> clusters;
  for (uint32_t i = 0; i < persons.size(); ++i) clusters[result.cluster[i]].insert(std::string(persons.id(i)));
  std::set<std::string> texts;
  for (const auto& [root, ids] : clusters) {
    std::string text;
    for (const std::string& id : ids) absl::StrAppend(&text, text.empty() ? "" : "+", id);
    texts.insert(text);
  }
  if (why != nullptr) {
    const Scorer scorer(result.model, persons);
    for (const PairDecision& pair : result.pairs) {
      const Explanation e = scorer.Explain(persons.hot(pair.a), persons.hot(pair.b));
      const std::string a(persons.id(pair.a)), b(persons.id(pair.b));
      (*why)[absl::StrCat(std::min(a, b), "+", std::max(a, b))] =
          absl::StrCat(ReasonName(e.decision.reason), ": ", DutchSentence(e));
    }
  }
  std::string all;
  for (const std::string& text : texts) absl::StrAppend(&all, all.empty() ? "" : " ", text);
  return all;
}

TEST(LinkSpec, KeepsPersonsApartAndTogetherAsPeopleWould) {
  struct Case {
    const char* name;
    std::vector<Record> records;
    const char* persons;
  };
  for (const Case& c : std::vector<Case>{
           {"the same person, written twice",
            {{"a", "", "Johanna Maria", "de Vries", "1980-05-15", "V", "9471AB", "12"},
             {"b", "", "johanna", "DE VRIES", "15-05-1980", "v", "9471 ab", "12"}},
            "a+b"},
           {"twins at one address",
            {{"a", "", "Daan", "Bakker", "2012-03-09", "M", "9471AB", "3"},
             {"b", "", "Stijn", "Bakker", "2012-03-09", "M", "9471AB", "3"}},
            "a b"},
           {"father and son with the same name and address",
            {{"a", "", "Jan", "Bakker", "1958-11-02", "M", "9471AB", "3"},
             {"b", "", "Jan", "Bakker", "1991-04-23", "M", "9471AB", "3"}},
            "a b"},
           {"married: first her own name, then both",
            {{"a", "", "Anna", "Zijlstra", "1979-01-30", "V", "9471AB", "7"},
             {"b", "", "Anna", "Dijkgraaf-Zijlstra", "1979-01-30", "V", "1012XX", "40"}},
            "a+b"},
           {"moved, all else the same",
            {{"a", "", "Tjitske", "Hoekstra", "1966-09-18", "V", "9471AB", "7"},
             {"b", "", "Tjitske", "Hoekstra", "1966-09-18", "V", "1012XX", "40"}},
            "a+b"},
           {"a typing error in the surname and in the postcode",
            {{"a", "", "Wouter", "Oosterkamp", "1988-12-01", "M", "9471AB", "7"},
             {"b", "", "Wouter", "Oosterkmap", "1988-12-01", "M", "9417AB", "7"}},
            "a+b"},
           {"day and month swapped",
            {{"a", "", "Fatima", "El Idrissi", "1990-04-11", "V", "9471AB", "9"},
             {"b", "", "Fatima", "Idrissi", "1990-11-04", "V", "9471AB", "9"}},
            "a+b"},
           {"initials only",
            {{"a", "", "Pieter Jan", "van der Veen", "1971-07-07", "M", "9471AB", "21"},
             {"b", "", "P.J.", "v.d. Veen", "1971-07-07", "M", "9471AB", "21"}},
            "a+b"},
           {"a common name and nothing else",
            {{"a", "", "Jan", "de Jong", "", "M", "", ""}, {"b", "", "Jan", "de Jong", "", "M", "", ""}},
            "a b"},
           {"two different valid BSNs, all else the same",
            {{"a", "999900006", "Eva", "Smit", "1985-02-14", "V", "9471AB", "2"},
             {"b", "999900018", "Eva", "Smit", "1985-02-14", "V", "9471AB", "2"}},
            "a b"},
           {"two valid BSNs and a record that fits both",
            {{"a", "999900006", "Eva", "Smit", "1985-02-14", "V", "9471AB", "2"},
             {"b", "999900018", "Eva", "Smit", "1985-02-14", "V", "1012XX", "8"},
             {"c", "", "Eva", "Smit", "1985-02-14", "V", "9471AB", "2"}},
            "a+c b"},
           {"the same BSN, moved and married",
            {{"a", "999900006", "Eva", "Smit", "1985-02-14", "V", "9471AB", "2"},
             {"b", "999900006", "Eva", "Kuiper", "1985-02-14", "V", "1012XX", "8"}},
            "a+b"},
           {"the BSN of somebody else: name and birth date are another's",
            {{"a", "999900006", "Eva", "Smit", "1985-02-14", "V", "9471AB", "2"},
             {"b", "999900006", "Mehmet", "Yilmaz", "1961-10-30", "M", "1012XX", "8"}},
            "a b"},
           {"two persons on one BSN, and a record with nothing else: it is of one of them, and glues nobody",
            {{"a", "999900006", "Eva", "Smit", "1985-02-14", "V", "9471AB", "2"},
             {"b", "999900006", "Mehmet", "Yilmaz", "1961-10-30", "M", "1012XX", "8"},
             {"c", "999900006", "", "", "", "", "", ""}},
            "a b+c"},
           {"a dummy for a BSN says nothing",
            {{"a", "999999999", "Eva", "Smit", "1985-02-14", "V", "9471AB", "2"},
             {"b", "999999999", "Mehmet", "Yilmaz", "1961-10-30", "M", "1012XX", "8"}},
            "a b"},
           {"a dummy does not keep records of one person apart",
            {{"a", "999999999", "Eva", "Smit", "1985-02-14", "V", "9471AB", "2"},
             {"b", "999900006", "Eva", "Smit", "1985-02-14", "V", "9471AB", "2"}},
            "a+b"},
           {"first and last name in each other's place",
            {{"a", "", "Zeynep", "Ozturk", "1993-06-05", "V", "9471AB", "2"},
             {"b", "", "Ozturk", "Zeynep", "1993-06-05", "V", "9471AB", "2"}},
            "a+b"},
           {"nothing known at all", {{"a", "", "", "", "", "", "", ""}, {"b", "", "", "", "", "", "", ""}}, "a b"},
       }) {
    EXPECT_EQ(PersonsOf(c.records), c.persons) << c.name;
  }
}

TEST(LinkSpec, SaysWhy) {
  std::map<std::string, std::string> why;
  PersonsOf({{"a", "999900006", "Eva", "Smit", "1985-02-14", "V", "9471AB", "2"},
             {"b", "999900006", "Eva", "Kuiper", "1985-02-14", "V", "1012XX", "8"},
             {"c", "999900018", "Eva", "Smit", "1985-02-14", "V", "9471AB", "2"},
             {"d", "999900006", "Mehmet", "Yilmaz", "1961-10-30", "M", "1012XX", "8"}},
            &why);
  EXPECT_THAT(why["a+b"], ::testing::StartsWith("zelfde bsn: Zelfde nummer"));
  EXPECT_THAT(why["a+c"], ::testing::StartsWith("twee geldige bsn's: "));
  EXPECT_THAT(why["a+d"], ::testing::StartsWith("bsn van iemand anders?: "));
}

std::vector<MadeUp> Records(uint64_t seed, uint32_t n) {
  std::vector<MadeUp> records;
  testing::Population(seed, 999900006).Make(n, [&](const MadeUp& r) { records.push_back(r); });
  return records;
}

Persons PersonsFrom(const std::vector<MadeUp>& records) {
  Persons persons;
  for (const MadeUp& r : records) {
    persons.Add(r.id, {r.number, r.given, r.family, {}, r.birth, r.sex, r.postcode, r.house, {}, {}, {}, {}});
  }
  return persons;
}

// Everything a result decides, by id.
std::string TextOf(const Persons& persons, const LinkResult& result) {
  std::string text = result.model.Text();
  for (uint32_t i = 0; i < persons.size(); ++i) absl::StrAppend(&text, persons.id(i), "=", persons.id(result.cluster[i]), "\n");
  for (const PairDecision& pair : result.pairs) {
    absl::StrAppend(&text, persons.id(pair.a), ",", persons.id(pair.b), ",", pair.decision.score, ",", pair.decision.pattern,
                    ",", static_cast<int>(pair.decision.verdict), "\n");
  }
  for (const RefusedEdge& r : result.refused) absl::StrAppend(&text, persons.id(r.edge.a), "|", persons.id(r.edge.b), "\n");
  return text;
}

TEST(LinkLaws, SameRecordsSameBytesWhateverOrderAndThreads) {
  std::vector<MadeUp> records = Records(21, 4000);
  Persons persons = PersonsFrom(records);
  const std::string once = TextOf(persons, Link(persons, {}));
  std::mt19937 random(3);
  for (const int threads : {1, 2, 5}) {
    std::shuffle(records.begin(), records.end(), random);
    Persons shuffled = PersonsFrom(records);
    LinkOptions options;
    options.threads = threads;
    const LinkResult result = Link(shuffled, options);
    EXPECT_EQ(TextOf(shuffled, result), once) << threads;
  }
}

TEST(LinkLaws, TwoValidBsnsAreNeverOnePerson) {
  for (const uint64_t seed : {31u, 32u, 33u}) {
    Persons persons = PersonsFrom(Records(seed, 3000));
    LinkOptions options;
    options.link = -20'000;  // As eager as can be.
    const LinkResult result = Link(persons, options);
    std::map<uint32_t, uint32_t> number_of;
    for (uint32_t i = 0; i < persons.size(); ++i) {
      const Hot& hot = persons.hot(i);
      if ((hot.flags & Hot::kValidBsn) == 0) continue;
      const auto [it, first] = number_of.try_emplace(result.cluster[i], hot.number);
      EXPECT_EQ(it->second, hot.number);
    }
  }
}

TEST(LinkLaws, DecisionsOfPeopleHoldAndUndoRestoresExactly) {
  const std::vector<MadeUp> records = Records(41, 2000);
  Persons persons = PersonsFrom(records);
  const LinkResult before = Link(persons, {});
  std::mt19937 random(4);
  Constraints constraints;
  for (uint32_t i = 0; i < persons.size(); ++i) {
    if (before.cluster[i] != i && random() % 3 == 0) constraints.cannot.emplace_back(i, before.cluster[i]);
  }
  for (int k = 0; k < 50; ++k) {
    constraints.must.emplace_back(static_cast<uint32_t>(random() % persons.size()),
                                  static_cast<uint32_t>(random() % persons.size()));
  }
  ASSERT_GT(constraints.cannot.size(), 50u);
  LinkOptions options;
  options.constraints = constraints;
  options.model = &before.model;
  const LinkResult decided = Link(persons, options);
  for (const auto& [a, b] : constraints.cannot) EXPECT_NE(decided.cluster[a], decided.cluster[b]);
  size_t refused = 0;
  for (const RefusedEdge& r : decided.refused) refused += r.must;
  size_t apart = 0;
  for (const auto& [a, b] : constraints.must) apart += decided.cluster[a] != decided.cluster[b];
  EXPECT_LE(apart, refused) << "a decision that cannot be followed is told";
  options.constraints = {};
  EXPECT_EQ(Link(persons, options).cluster, before.cluster);
}

TEST(LinkBounds, TenThousandTimesTheSamePersonIsLinkedAtOnce) {
  Persons persons;
  for (int i = 0; i < 10'000; ++i) {
    persons.Add(absl::StrCat(i), {"999900006", "Eva", "Smit", {}, "1985-02-14", "V", "9471AB", "2", {}, {}, {}, {}});
  }
  const LinkResult result = Link(persons, {});
  EXPECT_EQ(result.cluster, std::vector<uint32_t>(10'000, 0u));
  EXPECT_EQ(result.compared, 0);
  EXPECT_EQ(result.copies, 9'999u);
}

TEST(LinkBounds, TenThousandAlmostEqualRecordsTakeBoundedPairs) {
  Persons persons;
  for (int i = 0; i < 10'000; ++i) {
    const std::string house = absl::StrCat(i + 1);
    persons.Add(absl::StrCat(i), {"999900006", "Eva", "Smit", {}, "1985-02-14", "V", "9471AB", house, {}, {}, {}, {}});
  }
  const LinkResult result = Link(persons, {});
  EXPECT_EQ(result.cluster, std::vector<uint32_t>(10'000, 0u));
  EXPECT_LE(result.compared, int64_t{10'000} * kWindow * 20) << "and not ten thousand squared";
  EXPECT_GT(result.windowed_runs, 0);
}

TEST(LinkBounds, TheSameWithoutEnoughToKnowAPersonByIsNotLinked) {
  Persons persons;
  for (int i = 0; i < 5'000; ++i) persons.Add(absl::StrCat(i), {"", "Jan", "", {}, "", "M", "", "", {}, {}, {}, {}});
  const LinkResult result = Link(persons, {});
  for (uint32_t i = 0; i < persons.size(); ++i) EXPECT_EQ(result.cluster[i], i);
}

TEST(LinkBounds, TakesAnySmallSet) {
  Persons none;
  EXPECT_TRUE(Link(none, {}).cluster.empty());
  Persons one;
  one.Add("x", {});
  EXPECT_EQ(Link(one, {}).cluster, std::vector<uint32_t>{0});
}

// --- Sets with a known truth. Thresholds are the defaults; the truth only scores.

TEST(LinkLaws, SelectedRecordsLinkAsTheyWouldAlone) {
  Persons all, alone;
  std::vector<uint32_t> selected;
  testing::Population(3, 900'000'000).Make(6'000, [&](const MadeUp& r) {
    const PersonText text{r.number, r.given, r.family, {}, r.birth, r.sex, r.postcode, r.house, {}, {}, {}, {}};
    const uint32_t record = all.Add(r.id, text);
    if (record % 3 == 1) return;
    selected.push_back(record);
    alone.Add(r.id, text);
  });
  std::shuffle(selected.begin(), selected.end(), std::mt19937(4));
  Persons copy = all.Select(selected);
  const LinkResult expected = Link(alone, {}), result = Link(copy, {});
  ASSERT_EQ(copy.size(), alone.size());
  EXPECT_EQ(result.model.Text(), expected.model.Text());
  EXPECT_EQ(Learn(copy).Text(), expected.model.Text());
  EXPECT_EQ(result.cluster, expected.cluster);
  for (uint32_t i = 0; i < copy.size(); ++i) ASSERT_EQ(copy.id(i), alone.id(i));
  // Two sets from here on: what is added to one is not in the other.
  const uint32_t known = all.names().size();
  copy.Add("new", {{}, "Xaverius", "Nieuwenhuizenaar", {}, {}, {}, {}, {}, {}, {}, {}, {}});
  EXPECT_EQ(all.names().size(), known);
  EXPECT_GT(copy.names().size(), known);
}

struct GivenSet {
  const char* name;
  const char* file;
  std::map<std::string, std::string> columns;
  double least_f1;  // Of clusters, pairwise, linking what is likelier than not.
};

TEST(LinkAccuracy, MeetsTheTargetsOnTheGivenSets) {
  std::map<std::string, std::string> febrl = {{"given", "given_name"},  {"family", "surname"},      {"birth", "date_of_birth"},
                                              {"postcode", "postcode"}, {"house", "street_number"}, {"street", "address_1"},
                                              {"city", "suburb"}};
  std::map<std::string, std::string> febrl_ssn = febrl;
  febrl_ssn["number"] = "soc_sec_id";
  const std::map<std::string, std::string> hidden = {{"given", "voornamen"},     {"family", "geslachtsnaam"},
                                                     {"birth", "geboortedatum"}, {"sex", "geslacht"},
                                                     {"postcode", "postcode"},   {"house", "huisnummer"}};
  std::map<std::string, std::string> bsn = hidden;
  bsn["number"] = "bsn";
  if (testing::GivenFile("febrl4.csv").empty()) GTEST_SKIP() << "../shared/data/linking is not there";
  for (const GivenSet& set : std::vector<GivenSet>{
           {"febrl4 without SSN", "febrl4", febrl, .9994},
           {"febrl4 with SSN", "febrl4", febrl_ssn, .9999},
           {"fake_1000",
            "splink_fake_1000",
            {{"given", "first_name"}, {"family", "surname"}, {"birth", "dob"}, {"city", "city"}, {"email", "email"}},
            .943},
           {"opencr_uganda",
            "opencr_uganda_5000",
            {{"given", "given_name"},
             {"family", "surname"},
             {"birth", "date_of_birth"},
             {"sex", "sex"},
             {"phone", "phone_number"},
             {"number", "uganda_nin"}},
            .9990},
           {"nl20k with BSN", "nl20k", bsn, .993},
           {"nl20k, BSN hidden", "nl20k", hidden, .955},
       }) {
    const auto rows = testing::ReadRows(testing::GivenFile(absl::StrCat(set.file, ".csv")), set.columns);
    const auto truth = testing::ReadTruth(testing::GivenFile(absl::StrCat(set.file, "_truth.csv")));
    ASSERT_EQ(rows.size(), truth.size());
    Persons persons;
    testing::AddAll(rows, persons);
    const LinkResult result = Link(persons, {});
    const testing::PairScore likely = testing::ScoreClusters(persons, result.cluster, truth);
    LinkOptions sure;
    sure.model = &result.model;
    sure.link = result.model.sure;
    const LinkResult careful = Link(persons, sure);
    const testing::PairScore automatic = testing::ScoreClusters(persons, careful.cluster, truth);
    std::cout << absl::StrFormat("%-20s F1 %.4f (P %.4f R %.4f); automatic links alone P %.4f R %.4f\n", set.name, likely.F1(),
                                 likely.Precision(), likely.Recall(), automatic.Precision(), automatic.Recall());
    EXPECT_GE(likely.F1(), set.least_f1) << set.name;
    if (!result.model.bsn) continue;
    EXPECT_GE(automatic.Precision(), .999);
    EXPECT_GE(automatic.Recall(), .958);
    std::map<uint32_t, uint32_t> number_of;
    for (uint32_t i = 0; i < persons.size(); ++i) {
      if ((persons.hot(i).flags & Hot::kValidBsn) == 0) continue;
      const auto [it, first] = number_of.try_emplace(result.cluster[i], persons.hot(i).number);
      EXPECT_EQ(it->second, persons.hot(i).number);
    }
  }
}

}  // namespace
}  // namespace nmd::linking::engine
