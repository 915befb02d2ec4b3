// SPDX-License-Identifier: EUPL-1.2
#include "services/analyses/parts.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nmd/type/figure.pb.h"
#include "services/costs/catalogue.h"
#include "tests/support/costs_scene.h"
#include "tests/support/facts.h"

namespace nmd::analyses {
namespace {

using testing::AllocationOf;
using testing::At;
using testing::BatchOf;
using testing::CostsScene;
using ::testing::ElementsAre;
using testing::LevelOf;
using testing::StopOf;

TEST(Parts, CoursesAreFilteredByWhatTheyAreOnTheirFirstDay) {
  CostsScene scene("2018-06-01");
  scene.Feed({BatchOf(1, At("2018-02-01"),
                      {AllocationOf({.number = 1, .first = "2018-01-01"}), AllocationOf({.number = 2, .first = "2018-03-01"}),
                       AllocationOf({.person = "p2", .number = 3, .first = "2018-01-01", .provider = "99000002"}),
                       LevelOf("45A04", "5"), LevelOf("45A04", "6", "2018-02-01")})});
  const auto book = scene.costs.CareAt(At("2018-06-01"));
  ASSERT_EQ(book->courses.size(), 2u) << "of 1 and 2 the periods overlap";
  EXPECT_THAT(PickCourses(*book, {}), ElementsAre(0, 1));
  EXPECT_THAT(PickCourses(*book, {{costs::FindDimension("ivn"), {"5"}}}), ElementsAre(0, 1)) << "not the level it had later";
  EXPECT_THAT(PickCourses(*book, {{costs::FindDimension("ivn"), {"6"}}}), ElementsAre());
  EXPECT_THAT(PickCourses(*book, {{costs::FindDimension("provider"), {"99000002", "99000009"}}}), ElementsAre(1));
  EXPECT_THAT(PickCourses(*book, {{costs::FindDimension("month"), {"2018-01"}}, {costs::FindDimension("law"), {"wmo"}}}),
              ElementsAre());
}

TEST(Parts, ProvenanceHasTheSourcesOfTheKindsThatWereAsked) {
  CostsScene scene("2018-06-01");
  scene.Feed({BatchOf(1, At("2018-02-01"), {AllocationOf({})}), BatchOf(2, At("2018-03-01"), {StopOf({})}, "jw307"),
              BatchOf(3, At("2018-04-01"), {StopOf({.number = 2})}, "jw307")});
  google::protobuf::RepeatedPtrField<type::Provenance> lines;
  AddProvenance(*scene.costs.SnapshotAt(At("2018-06-01")), costs::kCareStops, &lines);
  ASSERT_EQ(lines.size(), 1);
  EXPECT_EQ(lines[0].source(), "jw307");
  EXPECT_EQ(lines[0].delivery_count(), 2);
  EXPECT_EQ(lines[0].newest_known_time().seconds(), absl::ToUnixSeconds(At("2018-04-01")));
}

}  // namespace
}  // namespace nmd::analyses
