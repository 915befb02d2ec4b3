// SPDX-License-Identifier: EUPL-1.2
#include "services/analyses/concordance.h"

#include <algorithm>
#include <random>

#include "gmock/gmock.h"

namespace nmd::analyses {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const Day kContract = DayOf(2018, 1, 1);

TEST(Concordance, ComparesWhatTookAnothersPlaceAsOneD16) {
  const Concordance one({{1, "50A01", "45A04", kContract}, {1, "50A01", "45A05", kContract}}, kContract + 1);
  EXPECT_EQ(one.NameOf(1, "45A04"), "50A01");
  EXPECT_EQ(one.NameOf(1, "45A05"), "50A01") << "two became one";
  EXPECT_THAT(one.OthersOf(1, "50A01"), ElementsAre("45A04", "45A05"));
  EXPECT_EQ(one.NameOf(2, "45A04"), "45A04") << "a code means nothing without its law";
  EXPECT_EQ(one.NameOf(1, "45A99"), "45A99");
  EXPECT_THAT(one.OthersOf(1, "45A99"), IsEmpty());
}

TEST(Concordance, JoinsByWayOfOthers) {
  const Concordance chain({{1, "C", "B", kContract + 365}, {1, "B", "A", kContract}, {1, "D", "B", kContract}}, kOpenEnd);
  for (const char* product : {"A", "B", "C", "D"}) EXPECT_EQ(chain.NameOf(1, product), "C") << product;
}

TEST(Concordance, KnowsNothingOfWhatIsStillToCome) {
  const Concordance early({{1, "B", "A", kContract}}, kContract);
  EXPECT_EQ(early.NameOf(1, "A"), "A");
  const Concordance late({{1, "B", "A", kContract}}, kContract + 1);
  EXPECT_EQ(late.NameOf(1, "A"), "B");
}

TEST(Concordance, TellsNewFromUnknown) {
  const Concordance some({{1, "N", "", kContract}, {1, "B", "A", kContract}}, kOpenEnd);
  EXPECT_TRUE(some.IsNew(1, "N"));
  EXPECT_FALSE(some.IsNew(1, "B"));
  EXPECT_FALSE(some.IsNew(1, "X"));
}

TEST(Concordance, IsTheSameInEveryOrder) {
  std::vector<Succession> successions = {
      {1, "B", "A", 10}, {1, "C", "A", 10}, {1, "D", "C", 20}, {1, "E", "B", 20}, {1, "E", "", 5}};
  std::mt19937 random(4);
  for (int turn = 0; turn < 50; ++turn) {
    std::shuffle(successions.begin(), successions.end(), random);
    const Concordance any(successions, kOpenEnd);
    for (const char* product : {"A", "B", "C", "D", "E"}) EXPECT_EQ(any.NameOf(1, product), "D");
    EXPECT_THAT(any.OthersOf(1, "D"), ElementsAre("A", "B", "C", "E"));
    EXPECT_TRUE(any.IsNew(1, "D"));
  }
}

}  // namespace
}  // namespace nmd::analyses
