// SPDX-License-Identifier: EUPL-1.2
#include "services/linking/retrain.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "services/linking/engine/testing_population.h"

namespace nmd::linking {
namespace {

using engine::Model;
using engine::testing::MadeUp;

struct Said {
  std::string id, person;
  MadeUp text;
};

// Records of which some are said by one source about one person: two or three of them in a row.
std::vector<Said> Records(uint32_t n, bool numbers) {
  std::vector<Said> records;
  engine::testing::Population(9, 900'000'000).Make(n, [&](const MadeUp& r) {
    records.push_back({r.id, r.person, r});
    if (!numbers) records.back().text.number.clear();
  });
  return records;
}

// Every person is its own client before. `order` is that of the records.
TrainingSet SetOf(const std::vector<Said>& records, const std::vector<uint32_t>& order) {
  TrainingSet set;
  std::map<std::string, uint32_t> numbers;
  std::map<uint32_t, uint32_t> last;
  for (const uint32_t i : order) {
    const MadeUp& r = records[i].text;
    set.persons.Add(records[i].id, {r.number, r.given, r.family, {}, r.birth, r.sex, r.postcode, r.house, {}, {}, {}, {}});
    // One source person per record, except that every tenth record and the next of the same human are one.
    const std::string person = i % 10 == 1 && records[i - 1].person == records[i].person ? records[i - 1].id : records[i].id;
    const auto number = static_cast<uint32_t>(numbers.size());
    set.person_of.push_back(numbers.try_emplace(person, number).first->second);
    const auto [before, is_new] = last.try_emplace(set.person_of.back(), set.persons.size() - 1);
    if (!is_new) set.constraints.same.emplace_back(before->second, set.persons.size() - 1);
  }
  for (uint32_t person = 0; person < numbers.size(); ++person) set.client_of.push_back(person);
  return set;
}

std::vector<uint32_t> InOrder(size_t n) {
  std::vector<uint32_t> order(n);
  for (uint32_t i = 0; i < n; ++i) order[i] = i;
  return order;
}

TEST(Retrain, DoesNotDependOnTheOrderOfRecords) {
  const std::vector<Said> records = Records(4000, true);
  const Retrained first = Retrain(SetOf(records, InOrder(records.size())), {});
  EXPECT_TRUE(first.model.bsn);
  EXPECT_GT(first.difference.clients_before(), first.difference.clients_after());
  EXPECT_GT(first.difference.persons_moved(), 1000);
  EXPECT_GT(first.difference.open_pairs_after(), 0);
  std::vector<uint32_t> order = InOrder(records.size());
  std::shuffle(order.begin(), order.end(), std::mt19937(3));
  const Retrained again = Retrain(SetOf(records, order), {});
  EXPECT_EQ(again.model.Text(), first.model.Text());
  EXPECT_EQ(again.difference.SerializeAsString(), first.difference.SerializeAsString());
}

TEST(Retrain, ChangesNothingWhenAllIsAsTheModelHasIt) {
  const std::vector<Said> records = Records(3000, true);
  TrainingSet set = SetOf(records, InOrder(records.size()));
  const Retrained first = Retrain(SetOf(records, InOrder(records.size())), {});
  // What the model makes of them, as what there is.
  TrainingSet linked = SetOf(records, InOrder(records.size()));
  engine::LinkOptions options;
  options.model = &first.model;
  options.link = first.model.sure;
  linked.persons.Sort();
  std::vector<uint32_t> sorted_as(linked.persons.size());
  for (uint32_t i = 0; i < linked.persons.size(); ++i) sorted_as[linked.persons.added(i)] = i;
  options.constraints = linked.constraints;
  for (auto& [a, b] : options.constraints.same) a = sorted_as[a], b = sorted_as[b];
  const engine::LinkResult result = engine::Link(linked.persons, options);
  for (uint32_t i = 0; i < result.cluster.size(); ++i) {
    set.client_of[linked.person_of[linked.persons.added(i)]] = result.cluster[i];
  }
  set.open_pairs = first.difference.open_pairs_after();
  const Retrained again = Retrain(std::move(set), {});
  EXPECT_EQ(again.difference.persons_moved(), 0);
  EXPECT_EQ(again.difference.clients_before(), again.difference.clients_after());
  EXPECT_EQ(again.difference.clients_after(), first.difference.clients_after());
  EXPECT_EQ(again.difference.open_pairs_before(), again.difference.open_pairs_after());
}

TEST(Retrain, FollowsWhatPeopleDecided) {
  const std::vector<Said> records = {{"a", "p", {"a", "p", "", "Johanna Maria", "de Vries", "1980-05-15", "V", "9471AB", "12"}},
                                     {"b", "q", {"b", "q", "", "Mehmet", "Yilmaz", "1961-10-30", "M", "1012XX", "8"}},
                                     {"c", "p", {"c", "p", "", "Johanna", "de Vries", "1980-05-15", "V", "9471AB", "12"}}};
  const auto difference = [&](const engine::Constraints& constraints) {
    TrainingSet set = SetOf(records, InOrder(records.size()));
    set.constraints.cannot = constraints.cannot;
    set.constraints.must = constraints.must;
    return Retrain(std::move(set), {}).difference;
  };
  EXPECT_EQ(difference({}).clients_after(), 2);
  engine::Constraints apart;
  apart.cannot = {{0, 2}};
  EXPECT_EQ(difference(apart).clients_after(), 3);
  EXPECT_EQ(difference(apart).open_pairs_after(), 0) << "what is decided is not open";
  engine::Constraints together;
  together.must = {{0, 1}};
  EXPECT_EQ(difference(together).clients_after(), 1);
}

TEST(Retrain, KeepsWhatIsExpectedOfBsnsWhereThereAreNone) {
  const std::vector<Said> records = Records(2000, false);
  const Model model = Retrain(SetOf(records, InOrder(records.size())), {}).model;
  EXPECT_TRUE(model.bsn);
  EXPECT_EQ(model.random[engine::kNumber], Model::Expected(true).random[engine::kNumber]);
  EXPECT_EQ(model.household[engine::kNumber], Model::Expected(true).household[engine::kNumber]);
}

TEST(Retrain, TakesAnySetAndTellsHowFarItIs) {
  EXPECT_EQ(Retrain(TrainingSet(), {}).difference.clients_after(), 0);
  const std::vector<Said> records = Records(3000, true);
  TrainingSet set = SetOf(records, InOrder(records.size()));
  set.client_of.push_back(77'777);  // A person without a record that can be compared.
  int64_t last = 0, all = 0;
  const Retrained result = Retrain(std::move(set), [&](int64_t done, int64_t of) {
    EXPECT_GE(done, last);
    EXPECT_LE(done, of);
    last = done;
    all = of;
  });
  EXPECT_GT(all, 0);
  EXPECT_EQ(last, all);
  EXPECT_EQ(result.model.records, static_cast<int64_t>(result.difference.clients_before()) - 1) << "one record per person";
}

TEST(DifferenceOf, CountsWhoWouldBeWithOthers) {
  struct Case {
    const char* what;
    std::vector<uint32_t> before, after;
    int64_t clients_before, clients_after, moved;
  };
  for (const Case& c : std::vector<Case>{
           {"nobody", {}, {}, 0, 0, 0},
           {"the same under other names", {1, 1, 2, 3}, {9, 9, 7, 0}, 3, 3, 0},
           {"two are one: both are with others", {1, 2, 3}, {1, 1, 3}, 3, 2, 2},
           {"one of three leaves: all three are with others", {1, 1, 1, 2}, {1, 1, 3, 2}, 2, 3, 3},
           {"one goes over: all of both", {1, 1, 2, 2, 3}, {1, 2, 2, 2, 3}, 3, 3, 4},
           {"sets of the same size, other persons", {1, 1, 2, 2}, {1, 2, 1, 2}, 2, 2, 4},
       }) {
    const v1::LinkModel::Difference difference = DifferenceOf(c.before, c.after);
    EXPECT_EQ(difference.clients_before(), c.clients_before) << c.what;
    EXPECT_EQ(difference.clients_after(), c.clients_after) << c.what;
    EXPECT_EQ(difference.persons_moved(), c.moved) << c.what;
  }
}

}  // namespace
}  // namespace nmd::linking
