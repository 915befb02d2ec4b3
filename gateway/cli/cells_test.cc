// SPDX-License-Identifier: EUPL-1.2
#include "gateway/cli/cells.h"

#include <limits>

#include <gtest/gtest.h>

namespace nmd::cli {
namespace {

TEST(Cells, AreDutchForPeopleAndPlainForMachines) {
  EXPECT_EQ(MoneyCell(59826400).raw, "598264.00");
  EXPECT_EQ(Euros(-5), "-0.05");
  EXPECT_EQ(Euros(std::numeric_limits<int64_t>::min()), "-92233720368547758.08");
  EXPECT_EQ(CountCell(1205).text, "1.205");
  EXPECT_EQ(CountCell(1205).raw, "1205");
  EXPECT_EQ(DayCell("2018-01-31").text, "31-01-2018");
  EXPECT_EQ(DayCell("2018-01-31").raw, "2018-01-31");
  EXPECT_EQ(DayCell("").text, "");
}

}  // namespace
}  // namespace nmd::cli
