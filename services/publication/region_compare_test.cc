// SPDX-License-Identifier: EUPL-1.2
#include "services/publication/region_compare.h"

#include <gtest/gtest.h>

#include "services/publication/region_merge.h"
#include "services/publication/test_published.h"

namespace nmd::publication {
namespace {

using testing::MakePublication;
using type::Figure;
using v1::Publication;
using v1::RegionalTable;

const std::vector<testing::TestMeasure> kMeasures = {{"clients", "count"}, {"population", "count"}};

RegionalTable TableOf(const std::vector<Publication>& publications, int members) {
  MergeRules rules;
  rules["clients"].set_together("distinct");
  rules["population"].set_together("sum");
  std::vector<MemberTable> tables;
  for (size_t m = 0; m < publications.size(); ++m) tables.push_back({static_cast<int32_t>(m), &publications[m], ""});
  RegionalTable table = Merge(tables, rules).table;
  for (int m = 0; m < members; ++m) {
    table.add_members()->set_state(static_cast<size_t>(m) < publications.size() ? v1::TableMember::PUBLISHED
                                                                                : v1::TableMember::NOT_DELIVERED);
  }
  return table;
}

TEST(CompareRates, StandardisesForAgeByHandR66) {
  // Young: 100 of 1,000 and 20 of 200: a tenth in both. Old: 10 of 1,000 and 18 of 1,800: a hundredth in both. The crude rates
  // differ because the second is older; with the same ages they are the same.
  const testing::TestDimension ages{"age_band", {"jong", "oud"}};
  const RegionalTable table = TableOf({MakePublication("gm1730", 1, {ages}, kMeasures, {{110, 2000}, {100, 1000}, {10, 1000}}),
                                       MakePublication("gm0106", 1, {ages}, kMeasures, {{38, 2000}, {20, 200}, {18, 1800}})},
                                      3);
  const v1::CompareMembersResponse response = CompareRates(table, "clients", {0}, table);
  ASSERT_EQ(response.members_size(), 3);
  EXPECT_DOUBLE_EQ(response.members(0).rate().ratio(), 55);
  EXPECT_DOUBLE_EQ(response.members(1).rate().ratio(), 19);
  EXPECT_DOUBLE_EQ(response.together().rate().ratio(), 37);
  EXPECT_DOUBLE_EQ(response.together().standardised_rate().ratio(), 37);
  EXPECT_NEAR(response.members(0).expected_lower(), 110, 1e-9);
  EXPECT_NEAR(response.members(0).standardised_rate().ratio(), 37, 1e-9);
  EXPECT_NEAR(response.members(1).standardised_rate().ratio(), 37, 1e-9);
  // Exact Poisson: 110 has 90.4 to 132.6 (Garwood).
  EXPECT_NEAR(response.members(0).rate().interval().low(), 45.2, 0.05);
  EXPECT_NEAR(response.members(0).rate().interval().high(), 66.3, 0.05);
  EXPECT_EQ(response.members(0).rate().interval().method(), "exact_poisson");
  EXPECT_EQ(response.members(2).rate().state(), Figure::NOT_AVAILABLE);
  EXPECT_EQ(response.members(2).rate().state_reason(), "NOT_PUBLISHED");
}

TEST(CompareRates, HasBoundsOfWhatWasExpectedWhereABandIsHidden) {
  // The first hides two bands with 600 inhabitants, whose rates are 0.1 and 0.3 with the other.
  const testing::TestDimension ages{"age_band", {"a", "b", "c"}};
  const RegionalTable table =
      TableOf({MakePublication("gm1730", 1, {ages}, kMeasures, {{150, 1000}, {}, {}, {40, 400}}),
               MakePublication("gm0106", 1, {ages}, kMeasures, {{440, 3000}, {100, 1000}, {300, 1000}, {40, 1000}})},
              2);
  const v1::CompareMembersResponse response = CompareRates(table, "clients", {0}, table);
  const double c = 80.0 / 1400;  // Of the third band together.
  EXPECT_NEAR(response.members(0).expected_lower(), 400 * c + 600 * 0.1, 1e-9);
  EXPECT_NEAR(response.members(0).expected_upper(), 400 * c + 600 * 0.3, 1e-9);
  EXPECT_EQ(response.members(0).standardised_rate().state(), Figure::SUPPRESSED);
  EXPECT_TRUE(response.members(0).standardised_rate().has_interval());
  EXPECT_EQ(response.members(1).standardised_rate().state(), Figure::ANSWERED);
  EXPECT_EQ(response.members(0).rate().state(), Figure::ANSWERED);
}

TEST(CompareRates, CannotStandardiseForABandNobodyShows) {
  const testing::TestDimension ages{"age_band", {"a", "b", "c"}};
  const RegionalTable table = TableOf({MakePublication("gm1730", 1, {ages}, kMeasures, {{150, 1000}, {}, {}, {40, 400}})}, 1);
  const v1::CompareMembersResponse response = CompareRates(table, "clients", {0}, table);
  EXPECT_EQ(response.members(0).standardised_rate().state(), Figure::SUPPRESSED);
  EXPECT_FALSE(response.members(0).has_expected_lower());
}

TEST(CompareRates, SetsNoAgesWhereTheTableHasNone) {
  const RegionalTable table =
      TableOf({MakePublication("gm1730", 1, {{"ivn", {"6"}}}, kMeasures, {{150, 1000}, {30, 1000}})}, 1);
  const v1::CompareMembersResponse all = CompareRates(table, "clients", {0}, table);
  EXPECT_EQ(all.members(0).standardised_rate().state(), Figure::NOT_REGISTERED);
  const v1::CompareMembersResponse six = CompareRates(table, "clients", {1}, table);
  EXPECT_DOUBLE_EQ(six.members(0).rate().ratio(), 30);
  EXPECT_EQ(six.members(0).rate().dimensions(0).value(), "6");
}

TEST(CompareRates, TakesInhabitantsFromAnotherTableByTheCodeOfTheAge) {
  // Counted are the young only; the bands stand in another order, and one of them nobody counted.
  const RegionalTable counted = TableOf({MakePublication("gm1730", 1, {{"age_band", {"0-17", "18-22"}}, {"ivn", {"6"}}},
                                                         {{"clients", "count"}}, {{120}, {120}, {90}, {90}, {30}, {30}})},
                                        2);
  const RegionalTable living = TableOf({MakePublication("gm1730", 2, {{"age_band", {"0-17", "18-22", "23-64"}}}, kMeasures,
                                                        {{900, 10000}, {90, 2000}, {30, 1000}, {700, 7000}})},
                                       2);
  const v1::CompareMembersResponse all = CompareRates(counted, "clients", {0, 1}, living);
  EXPECT_DOUBLE_EQ(all.members(0).rate().ratio(), 12);
  EXPECT_NEAR(all.members(0).expected_lower(), 120, 1e-9) << "alone, it is its own reference";
  const v1::CompareMembersResponse young = CompareRates(counted, "clients", {1, 0}, living);
  EXPECT_DOUBLE_EQ(young.members(0).rate().ratio(), 45);
  EXPECT_DOUBLE_EQ(young.members(0).standardised_rate().ratio(), 45) << "of one band there is nothing to standardise";
  EXPECT_EQ(young.members(1).rate().state_reason(), "NOT_PUBLISHED");
}

TEST(CompareRates, AHiddenCountStaysHidden) {
  const RegionalTable table =
      TableOf({MakePublication("gm1730", 1, {{"ivn", {"5", "6"}}}, kMeasures, {{150, 1000}, {}, {}})}, 1);
  const v1::CompareMembersResponse response = CompareRates(table, "clients", {1}, table);
  EXPECT_EQ(response.members(0).rate().state(), Figure::SUPPRESSED);
  EXPECT_FALSE(response.members(0).rate().has_interval());
}

}  // namespace
}  // namespace nmd::publication
