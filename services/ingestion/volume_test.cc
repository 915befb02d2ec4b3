// SPDX-License-Identifier: EUPL-1.2
#include "services/ingestion/volume.h"

#include "gtest/gtest.h"

namespace nmd::ingestion {
namespace {

TEST(Volume, Tr321OnlyHouseholdHelpOfTheWmoIsPlannedFreelyOverTheWeeksOfAMonth) {
  const AllocatedVolume allocated = {3, "04", "2"};
  const Period allocation = {*ParseDay("2025-10-07"), *ParseDay("2025-12-31")}, october = MonthPeriod(*ParseMonth("2025-10"));
  EXPECT_EQ(MaxVolume(allocated, allocation, october, Law::kWmo, "01"), 18);
  EXPECT_EQ(MaxVolume(allocated, allocation, october, Law::kWmo, "02"), 12);
  EXPECT_EQ(MaxVolume(allocated, allocation, october, Law::kYouth, "01"), 12);
  EXPECT_EQ(MaxVolumeOfAllocation(allocated, allocation), 39);
}

}  // namespace
}  // namespace nmd::ingestion
