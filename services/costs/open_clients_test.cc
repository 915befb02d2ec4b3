// SPDX-License-Identifier: EUPL-1.2
// The range that undecided pairs leave open in a count of clients (koppelkwaliteit).
#include "services/costs/open_clients.h"

#include <algorithm>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/costs_scene.h"
#include "tests/support/facts.h"

namespace nmd::costs {
namespace {

using testing::AllocationOf;
using testing::At;
using testing::BatchOf;
using testing::CostsScene;
using ::testing::HasSubstr;
using testing::LinkOf;
using ::testing::Not;

linking::v1::OpenPair PairOf(int64_t sequence, const std::string& a, const std::string& b, int32_t permille,
                             const std::string& known) {
  linking::v1::OpenPair pair;
  pair.set_sequence(sequence);
  pair.set_person_key_a(a);
  pair.set_person_key_b(b);
  pair.set_permille(permille);
  pair.mutable_known_time()->set_seconds(absl::ToUnixSeconds(At(known)));
  return pair;
}

void FeedPairs(Costs& costs, const std::vector<linking::v1::OpenPair>& pairs) {
  linking::v1::ListLinksResponse response;
  for (const auto& pair : pairs) {
    *response.add_open_pairs() = pair;
    response.set_next_sequence(std::max(response.next_sequence(), pair.sequence()));
  }
  ASSERT_TRUE(costs.AddLinks(response).ok());
}

// "clients=4 at least 3" per cell and for the total, in order.
std::string RangesOf(const v1::QueryFiguresResponse& response) {
  std::string text;
  const auto add = [&text](const type::Figure& figure) {
    for (const auto& value : figure.dimensions()) absl::StrAppend(&text, value.value(), " ");
    absl::StrAppend(&text, figure.count());
    if (figure.reliability().has_least_count()) absl::StrAppend(&text, " at least ", figure.reliability().least_count());
    text += "\n";
  };
  for (const auto& figure : response.figures()) add(figure);
  for (const auto& figure : response.totals()) add(figure);
  return text;
}

// p1 .. p4 are clients c1 .. c4; p1, p2 and p3 have care of 45A04, p3 and p4 of 50A11.
void FeedFour(CostsScene& scene) {
  scene.Feed(
      {BatchOf(1, At("2018-01-02"),
               {AllocationOf({.person = "p1", .number = 1}), AllocationOf({.person = "p2", .number = 2}),
                AllocationOf({.person = "p3", .number = 3}), AllocationOf({.person = "p3", .number = 4, .product = "50A11"}),
                AllocationOf({.person = "p4", .number = 5, .product = "50A11"})})});
  scene.Feed({LinkOf(1, "p1", "c1", At("2018-01-02")), LinkOf(2, "p2", "c2", At("2018-01-02")),
              LinkOf(3, "p3", "c3", At("2018-01-02")), LinkOf(4, "p4", "c4", At("2018-01-02"))});
}

TEST(OpenClients, AreTheRangeOfACountInEveryCell) {
  CostsScene scene;
  FeedFour(scene);
  const auto question = CostsScene::Question({"clients"}, "2018-01", "2018-02", {"product"});
  EXPECT_EQ(RangesOf(scene.Ask(question)), "45A04 3\n50A11 2\n4\n");
  EXPECT_THAT(scene.Total("clients", "2018-01", "2018-02").reliability().statement(), Not(HasSubstr("twijfelgevallen")));
  // p1 and p2 are both in the first cell, p2 and p4 in no cell together, and nobody is what p9 is.
  FeedPairs(scene.costs, {PairOf(5, "p1", "p2", 400, "2018-01-03"), PairOf(6, "p2", "p4", 300, "2018-01-03"),
                          PairOf(7, "p1", "p9", 300, "2018-01-03")});
  EXPECT_EQ(RangesOf(scene.Ask(question)), "45A04 3 at least 2\n50A11 2\n4 at least 2\n");
  EXPECT_THAT(scene.Total("clients", "2018-01", "2018-02").reliability().statement(),
              HasSubstr("Als alle twijfelgevallen dezelfde persoon blijken, zijn het er 2."));
  // Other measures have no such range.
  EXPECT_FALSE(scene.Total("provisions", "2018-01", "2018-02").reliability().has_least_count());
  // A filter leaves out who is not in it.
  auto filtered = CostsScene::Question({"clients"}, "2018-01", "2018-02");
  CostsScene::Where(&filtered, "product", {"50A11"});
  EXPECT_EQ(RangesOf(scene.Ask(filtered)), "2\n");
}

TEST(OpenClients, AreAsKnownAtTheMoment) {
  CostsScene scene;
  FeedFour(scene);
  FeedPairs(scene.costs, {PairOf(5, "p1", "p2", 400, "2018-01-10")});
  // Decided to be two on the 20th.
  FeedPairs(scene.costs, {PairOf(6, "p1", "p2", 0, "2018-01-20")});
  const auto range = [&](const std::string& known) {
    return RangesOf(scene.Ask(CostsScene::Question({"clients"}, "2018-01", "2018-02", {}, known)));
  };
  EXPECT_EQ(range("2018-01-09"), "4\n");
  EXPECT_EQ(range("2018-01-10"), "4 at least 3\n");
  EXPECT_EQ(range("2018-01-19"), "4 at least 3\n");
  EXPECT_EQ(range("2018-01-20"), "4\n");
  // One client since the 15th by another way: nothing is open between a client and itself.
  scene.Feed({LinkOf(7, "p2", "c1", At("2018-01-15"))});
  EXPECT_EQ(range("2018-01-10"), "4 at least 3\n");
  EXPECT_EQ(range("2018-01-15"), "3\n");
}

TEST(OpenClients, AreThereAfterARestartWithAndWithoutACheckpoint) {
  CostsScene scene;
  FeedFour(scene);
  FeedPairs(scene.costs, {PairOf(5, "p1", "p2", 400, "2018-01-03")});
  const auto question = CostsScene::Question({"clients"}, "2018-01", "2018-02", {"product"});
  const std::string before = scene.Ask(question).SerializeAsString();
  for (const bool checkpoint : {false, true}) {
    if (checkpoint) {
      ASSERT_TRUE(scene.costs.SaveCheckpoint().ok());
    }
    Costs again(*scene.journal, scene.clock, "gm1730", {});
    ASSERT_TRUE(again.Replay().ok());
    const auto answer = again.QueryFigures(Caller(), question);
    ASSERT_TRUE(answer.ok());
    EXPECT_EQ(answer->SerializeAsString(), before);
    EXPECT_EQ(again.links_cursor(), 5);
  }
}

TEST(OpenClients, AreThoseOfAPlainCount) {
  std::mt19937 random(31);
  for (int round = 0; round < 20; ++round) {
    CostsScene scene;
    std::vector<ingestion::v1::Fact> facts;
    std::vector<linking::v1::Link> links;
    std::map<std::string, std::set<int>> clients_of;  // By product.
    const int persons = 4 + static_cast<int>(random() % 20);
    for (int p = 0; p < persons; ++p) {
      links.push_back(LinkOf(p + 1, absl::StrCat("p", p), absl::StrCat("c", p), At("2018-01-02")));
      for (const char* product : {"45A04", "50A11", "54004"}) {
        if (random() % 2 == 0) continue;
        facts.push_back(AllocationOf(
            {.person = absl::StrCat("p", p), .number = static_cast<int64_t>(facts.size()) + 1, .product = product}));
        clients_of[product].insert(p);
        clients_of[""].insert(p);
      }
    }
    std::vector<linking::v1::OpenPair> pairs;
    std::vector<std::pair<int, int>> open;
    for (int i = static_cast<int>(random() % 30); i > 0; --i) {
      const int a = static_cast<int>(random()) % persons, b = static_cast<int>(random()) % persons;
      if (a < 0 || b < 0 || a >= b) continue;
      pairs.push_back(PairOf(100 + i, absl::StrCat("p", a), absl::StrCat("p", b), 500, "2018-01-03"));
      open.emplace_back(a, b);
    }
    scene.Feed({BatchOf(1, At("2018-01-02"), facts)});
    scene.Feed(links);
    if (!pairs.empty()) FeedPairs(scene.costs, pairs);
    const auto answer = scene.Ask(CostsScene::Question({"clients"}, "2018-01", "2018-02", {"product"}));
    const auto check = [&](const type::Figure& figure, const std::set<int>& clients) {
      // The smallest that can be reached over open pairs, by repeating until nothing changes.
      std::map<int, int> smallest;
      for (const int client : clients) smallest[client] = client;
      for (bool changed = true; changed;) {
        changed = false;
        for (const auto& [a, b] : open) {
          if (!clients.contains(a) || !clients.contains(b)) continue;
          const int least = std::min(smallest[a], smallest[b]);
          changed |= smallest[a] != least || smallest[b] != least;
          smallest[a] = smallest[b] = least;
        }
      }
      const auto own = std::count_if(smallest.begin(), smallest.end(), [](const auto& s) { return s.first == s.second; });
      EXPECT_EQ(figure.count(), static_cast<int64_t>(clients.size()));
      EXPECT_EQ(figure.reliability().has_least_count() ? figure.reliability().least_count() : figure.count(), own);
    };
    for (const auto& figure : answer.figures()) check(figure, clients_of[figure.dimensions(0).value()]);
    check(answer.totals(0), clients_of[""]);
  }
}

}  // namespace
}  // namespace nmd::costs
