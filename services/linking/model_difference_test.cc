// SPDX-License-Identifier: EUPL-1.2
#include "services/linking/model_difference.h"

#include <gtest/gtest.h>

#include <vector>

namespace nmd::linking {
namespace {

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
