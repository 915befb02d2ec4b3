// SPDX-License-Identifier: EUPL-1.2
#include "services/costs/column.h"

#include <vector>

#include "gtest/gtest.h"

namespace nmd::costs {
namespace {

TEST(PackedColumn, IsAsNarrowAsItsValuesAndKeepsThemWhenItWidens) {
  AmountColumn amounts;
  const std::vector<Cents> values = {0, -5, INT32_MAX, INT32_MIN};
  for (const Cents value : values) amounts.push_back(value);
  EXPECT_EQ(amounts.bytes(), 4 * values.size());
  amounts.push_back(Cents{INT32_MIN} - 1);
  EXPECT_EQ(amounts.bytes(), 8 * amounts.size());
  for (size_t i = 0; i < values.size(); ++i) EXPECT_EQ(amounts[i], values[i]);
  EXPECT_EQ(amounts[4], Cents{INT32_MIN} - 1);

  CountColumn counts;
  counts.push_back(255);
  EXPECT_EQ(counts.bytes(), 1u);
  counts.push_back(65'536);
  EXPECT_EQ(counts.bytes(), 8u) << "straight to 32 bits";
  EXPECT_EQ(counts[0], 255u);
}

TEST(PackedColumn, AppendsFromAnotherWidth) {
  AmountColumn narrow, wide;
  narrow.push_back(1);
  wide.push_back(Cents{1} << 40);
  wide.push_back(7);
  narrow.Append(wide, 0, 2);
  narrow.Append(narrow, 0, 0);
  ASSERT_EQ(narrow.size(), 3u);
  EXPECT_EQ(narrow[0], 1);
  EXPECT_EQ(narrow[1], Cents{1} << 40);
  EXPECT_EQ(narrow[2], 7);
  wide.Append(narrow, 0, 1);
  EXPECT_EQ(wide[2], 1);
}

TEST(Column, HasTheWidthOfItsCardinality) {
  const std::vector<std::pair<uint32_t, size_t>> widths = {{0, 1}, {1, 1}, {256, 1}, {257, 2}, {65'536, 2}, {65'537, 4}};
  for (const auto& [cardinality, width] : widths) {
    Column column(cardinality);
    column.Push(0);
    EXPECT_EQ(column.bytes(), width) << cardinality;
  }
}

TEST(Column, MapsCodesAcrossWidths) {
  Column from(300), to(3);
  for (const uint32_t code : {0, 299, 17}) from.Push(code);
  std::vector<uint32_t> map(300, 1);
  map[299] = 2;
  map[0] = 0;
  to.AppendMapped(from, 1, 3, map);
  to.AppendMapped(from, 0, 1, {});
  ASSERT_EQ(to.size(), 3u);
  EXPECT_EQ(to[0], 2u);
  EXPECT_EQ(to[1], 1u);
  EXPECT_EQ(to[2], 0u);
}

}  // namespace
}  // namespace nmd::costs
