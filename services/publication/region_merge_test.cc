// SPDX-License-Identifier: EUPL-1.2
#include "services/publication/region_merge.h"

#include <algorithm>
#include <numeric>
#include <random>

#include <gtest/gtest.h>

#include "services/publication/test_published.h"

namespace nmd::publication {
namespace {

using testing::MakePublication;
using type::Figure;
using v1::Publication;
using v1::RegionalMeasure;
using v1::RegionalTable;
using v1::RegionalValue;

MergeRules Rules() {
  MergeRules rules;
  rules["clients"].set_together("distinct");
  rules["declared"].set_together("sum");
  rules["population"].set_together("sum");
  rules["clients_per_1000"].set_together("ratio");
  rules["clients_per_1000"].set_numerator("clients");
  rules["clients_per_1000"].set_denominator("population");
  rules["clients_per_1000"].set_factor(1000);
  return rules;
}

RegionalTable MergeAll(const std::vector<Publication>& publications) {
  std::vector<MemberTable> members;
  for (size_t m = 0; m < publications.size(); ++m) members.push_back({static_cast<int32_t>(m), &publications[m], ""});
  return Merge(members, Rules()).table;
}

const std::vector<testing::TestMeasure> kClients = {{"clients", "count"}};

TEST(Merge, AddsUpWhatAllShowAndSaysThatItIsASumR10) {
  const RegionalTable table = MergeAll({MakePublication("gm1730", 1, {{"ivn", {"5", "6"}}}, kClients, {{50}, {30}, {25}}),
                                        MakePublication("gm0106", 1, {{"ivn", {"5", "6"}}}, kClients, {{90}, {80}, {20}})});
  ASSERT_EQ(table.cells_size(), 3);
  EXPECT_EQ(table.cells(0).values(0).count(), 140);
  EXPECT_EQ(table.cells(1).values(0).count(), 110);
  EXPECT_EQ(table.cells(2).values(0).count(), 45);
  EXPECT_EQ(table.measures(0).together(), RegionalMeasure::SUM_OF_DISTINCT);
  EXPECT_NE(table.measures(0).note().find("niet het aantal unieke"), std::string::npos);
  EXPECT_EQ(table.cells(0).values(0).members_size(), 2);
  EXPECT_EQ(table.cells(0).values(0).members(1).count(), 90);
}

TEST(Merge, ACodeThatOnlySomeHaveIsZeroForTheOthers) {
  // Neighbourhoods are of one municipality each.
  const RegionalTable table = MergeAll({MakePublication("gm1730", 1, {{"wijk", {"B"}}}, kClients, {{50}, {50}}),
                                        MakePublication("gm0106", 1, {{"wijk", {"A", "C"}}}, kClients, {{90}, {60}, {30}})});
  ASSERT_EQ(table.cells_size(), 4);
  EXPECT_EQ(table.dimensions(0).codes(1).value(), "A");
  EXPECT_EQ(table.cells(1).values(0).count(), 60);
  EXPECT_EQ(table.cells(1).values(0).members_size(), 1);
  EXPECT_EQ(table.cells(2).values(0).count(), 50);
  EXPECT_EQ(table.cells(0).values(0).count(), 140);
}

TEST(Merge, HasBoundsWhereAMemberHides) {
  // Of the hidden two each is at most the total, and they are together at least what the third leaves.
  const RegionalTable table =
      MergeAll({MakePublication("gm1730", 1, {{"ivn", {"5", "6", "7"}}}, kClients, {{50}, {}, {}, {30}}),
                MakePublication("gm0106", 1, {{"ivn", {"5", "6", "7"}}}, kClients, {{90}, {80}, {12}, {11}})});
  const RegionalValue& value = table.cells(1).values(0);
  EXPECT_EQ(value.state(), Figure::SUPPRESSED);
  EXPECT_EQ(value.state_reason(), "CELL_PROTECTED");
  EXPECT_EQ(value.value_case(), RegionalValue::VALUE_NOT_SET);
  EXPECT_EQ(value.lower(), 80);
  EXPECT_EQ(value.upper(), 130);
  EXPECT_EQ(value.members(0).state(), Figure::SUPPRESSED);
  EXPECT_EQ(value.members(0).value_case(), v1::MemberValue::VALUE_NOT_SET);
  EXPECT_EQ(table.cells(0).values(0).count(), 140);
  EXPECT_FALSE(table.cells(1).has_reliability()) << "that of the shown part would tell of the hidden one";
  EXPECT_TRUE(table.cells(3).has_reliability());
}

TEST(Merge, BoundsAmountsByTheirSumUnlessOneIsBelowZero) {
  const std::vector<testing::TestMeasure> measures = {{"clients", "count"}, {"declared", "cents"}};
  const testing::TestDimension providers{"provider", {"a", "b", "c"}};
  const RegionalTable table = MergeAll({MakePublication("gm1730", 1, {providers}, measures, {{60, 1000}, {}, {}, {20, 700}})});
  EXPECT_EQ(table.cells(1).values(1).lower(), 0);
  EXPECT_EQ(table.cells(1).values(1).upper(), 300);
  // A credit somewhere: a hidden amount may be anything.
  const RegionalTable credit =
      MergeAll({MakePublication("gm1730", 1, {providers}, measures, {{60, 1000}, {}, {}, {20, -700}})});
  EXPECT_FALSE(credit.cells(1).values(1).has_lower());
  EXPECT_FALSE(credit.cells(1).values(1).has_upper());
}

TEST(Merge, ReckonsRatiosAnewAndNeverAveragesThem) {
  const std::vector<testing::TestMeasure> measures = {
      {"clients", "count"}, {"population", "count"}, {"clients_per_1000", "ratio"}};
  const RegionalTable table = MergeAll({MakePublication("gm1730", 1, {{"ivn", {}}}, measures, {{10, 1000, 10}}),
                                        MakePublication("gm0106", 1, {{"ivn", {}}}, measures, {{90, 3000, 30}})});
  EXPECT_EQ(table.measures(2).together(), RegionalMeasure::RATIO);
  EXPECT_EQ(table.cells(0).values(2).state(), Figure::ANSWERED);
  EXPECT_DOUBLE_EQ(table.cells(0).values(2).ratio(), 25);  // Not 20.
  const RegionalTable nobody = MergeAll({MakePublication("gm1730", 1, {{"ivn", {}}}, measures, {{0, 0, 0}})});
  EXPECT_EQ(nobody.cells(0).values(2).state_reason(), "DENOMINATOR_ZERO");
}

TEST(Merge, OfAMeasureWithoutARuleThereAreValuesPerMemberOnly) {
  const std::vector<testing::TestMeasure> measures = {{"clients", "count"}, {"cost_p50", "cents"}};
  const RegionalTable table = MergeAll({MakePublication("gm1730", 1, {{"ivn", {}}}, measures, {{10, 4000}}),
                                        MakePublication("gm0106", 1, {{"ivn", {}}}, measures, {{20, 6000}})});
  EXPECT_EQ(table.measures(1).together(), RegionalMeasure::NONE);
  EXPECT_EQ(table.cells(0).values(1).state_reason(), "MEASURE_NOT_MERGED");
  EXPECT_EQ(table.cells(0).values(1).members(1).amount_cents(), 6000);
}

TEST(Merge, WhoCountsByAnotherDefinitionIsNotAddedUp) {
  std::vector<Publication> publications;
  for (const char* municipality : {"gm1730", "gm0106", "gm1680"}) {
    publications.push_back(MakePublication(municipality, 1, {{"ivn", {}}}, kClients, {{20}}));
  }
  publications[1].mutable_measures(0)->set_definition("clients/2");
  const RegionalTable table = MergeAll(publications);
  EXPECT_EQ(table.measures(0).definition(), "clients/1");
  const RegionalValue& value = table.cells(0).values(0);
  EXPECT_EQ(value.state(), Figure::NOT_COMPARABLE);
  EXPECT_EQ(value.state_reason(), "DEFINITION_DIFFERS");
  EXPECT_EQ(value.members(0).count(), 20);
  EXPECT_EQ(value.members(1).state(), Figure::NOT_COMPARABLE);
}

TEST(Merge, WhoHasAnotherShapeIsLeftOutAndNamed) {
  std::vector<Publication> publications;
  for (const char* municipality : {"gm1730", "gm0106", "gm1680"}) {
    publications.push_back(MakePublication(municipality, 1, {{"ivn", {}}}, kClients, {{20}}));
  }
  publications[0] = MakePublication("gm1730", 1, {{"wijk", {}}}, kClients, {{20}});
  std::vector<MemberTable> members;
  for (int32_t m = 0; m < 3; ++m) members.push_back({m, &publications[static_cast<size_t>(m)], ""});
  EXPECT_EQ(Merge(members, Rules()).other_shape, std::vector<int32_t>{0});
  members[2].filters = "law=wmo,;";  // Another selection is another table too; the first of two alike stays.
  EXPECT_EQ(Merge(members, Rules()).other_shape, (std::vector<int32_t>{1, 2}));
}

TEST(Merge, DoesNotDependOnTheOrderTheyCameIn) {
  const std::vector<Publication> publications = {
      MakePublication("gm1730", 1, {{"ivn", {"6", "5"}}}, kClients, {{50}, {}, {}}),
      MakePublication("gm0106", 1, {{"ivn", {"8", "5"}}}, kClients, {{90}, {80}, {20}}),
      MakePublication("gm1680", 1, {{"ivn", {"5"}}}, kClients, {{12}, {12}})};
  std::vector<MemberTable> members = {{0, &publications[0], ""}, {1, &publications[1], ""}, {2, &publications[2], ""}};
  const std::string expected = Merge(members, Rules()).table.SerializeAsString();
  std::sort(members.begin(), members.end(), [](const auto& a, const auto& b) { return a.member < b.member; });
  while (
      std::next_permutation(members.begin(), members.end(), [](const auto& a, const auto& b) { return a.member < b.member; })) {
    EXPECT_EQ(Merge(members, Rules()).table.SerializeAsString(), expected);
  }
}

TEST(Merge, ARoundedValueComesWithItsBounds) {
  Publication publication = MakePublication("gm1730", 1, {{"ivn", {}}}, kClients, {{50}});
  publication.set_rounded_to(5);
  const RegionalTable table = MergeAll({publication, MakePublication("gm0106", 1, {{"ivn", {}}}, kClients, {{33}})});
  const RegionalValue& value = table.cells(0).values(0);
  EXPECT_EQ(value.count(), 83);
  EXPECT_EQ(value.lower(), 81);
  EXPECT_EQ(value.upper(), 85);
}

// The law of bounds: whatever was hidden, the true value lies within, of counts of persons and of amounts.
TEST(Bounds, HoldTheTruthOfRandomTables) {
  std::mt19937 random(7);
  int narrowed = 0;
  for (int round = 0; round < 2000; ++round) {
    const std::vector<int32_t> codes = {static_cast<int32_t>(2 + random() % 4), static_cast<int32_t>(2 + random() % 4)};
    std::vector<int64_t> truth(static_cast<size_t>(codes[0] * codes[1]), 0);
    const bool sum = round % 2 == 0;
    const auto at = [&](int32_t a, int32_t b) -> int64_t& { return truth[static_cast<size_t>(a * codes[1] + b)]; };
    if (sum) {
      for (int32_t a = 1; a < codes[0]; ++a) {
        for (int32_t b = 1; b < codes[1]; ++b) at(a, b) = static_cast<int64_t>(random() % 30);
      }
      for (int32_t a = 1; a < codes[0]; ++a) {
        for (int32_t b = 1; b < codes[1]; ++b) {
          at(a, 0) += at(a, b);
          at(0, b) += at(a, b);
          at(0, 0) += at(a, b);
        }
      }
    } else {
      // Persons, each in one or more cells.
      for (int person = 0; person < 40; ++person) {
        std::vector<bool> in(truth.size(), false);
        for (unsigned k = 0; k <= random() % 3; ++k) {
          const auto a = static_cast<int32_t>(1 + random() % static_cast<unsigned>(codes[0] - 1));
          const auto b = static_cast<int32_t>(1 + random() % static_cast<unsigned>(codes[1] - 1));
          for (const auto& [x, y] : {std::pair{a, b}, {a, 0}, {0, b}, {0, 0}}) in[static_cast<size_t>(x * codes[1] + y)] = true;
        }
        for (size_t c = 0; c < in.size(); ++c) truth[c] += in[c];
      }
    }
    std::vector<Range> cells;
    for (const int64_t value : truth) {
      cells.push_back(random() % 3 == 0 ? Range{0, Range::kNoHigh} : Range{value, value});
    }
    const Adding adding = sum ? Adding::kSum : Adding::kDistinct;
    ASSERT_FALSE(Contradicts(codes, cells, adding));
    const std::vector<Range> bounds = Narrowed(codes, cells, adding);
    for (size_t c = 0; c < truth.size(); ++c) {
      ASSERT_LE(bounds[c].low, truth[c]) << "round " << round;
      ASSERT_GE(bounds[c].high, truth[c]) << "round " << round;
      narrowed += !(bounds[c] == cells[c]);
    }
  }
  EXPECT_GT(narrowed, 1000);
}

TEST(Bounds, OfValuesThatContradictEachOtherAreThoseOfBefore) {
  const std::vector<Range> cells = {{10, 10}, {12, 12}, {0, Range::kNoHigh}};
  EXPECT_TRUE(Contradicts({{3}}, cells, Adding::kDistinct));
  EXPECT_EQ(Narrowed({{3}}, cells, Adding::kDistinct), cells);
  EXPECT_FALSE(Contradicts({{3}}, cells, Adding::kNot));
}

TEST(Bounds, StayUnknownWhereAnEndIsUnknown) {
  EXPECT_EQ(Plus({1, 2}, {3, Range::kNoHigh}), (Range{4, Range::kNoHigh}));
  EXPECT_EQ(Plus({Range::kNoLow, 2}, {3, 4}), (Range{Range::kNoLow, 6}));
}

}  // namespace
}  // namespace nmd::publication
