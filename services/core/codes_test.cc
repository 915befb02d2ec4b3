// SPDX-License-Identifier: EUPL-1.2
#include "services/core/codes.h"

#include <gtest/gtest.h>

namespace nmd {
namespace {

// domain-standards 3.8.
TEST(Codes, Cs002BsnElevenTest) {
  for (absl::string_view valid : {"123456782", "111222333", "999900006", "999900018", "999900031", "999999990"}) {
    EXPECT_TRUE(IsValidBsn(valid)) << valid;
  }
  for (absl::string_view wrong : {"123456789", "999999999", "000000000", "12345678", "1234567820", "12345678a", ""}) {
    EXPECT_FALSE(IsValidBsn(wrong)) << wrong;
  }
}

TEST(Codes, PostcodesHaveFourDigitsAndTwoLetters) {
  EXPECT_TRUE(IsPostcode("9471AB"));
  EXPECT_TRUE(IsPostcode("9471 AB"));
  for (absl::string_view wrong : {"0471AB", "9471SS", "9471ab", "947AB", "9471ABC", "9471  AB"})
    EXPECT_FALSE(IsPostcode(wrong)) << wrong;
}

TEST(Codes, KeepTheirLength) {
  EXPECT_TRUE(IsAgbCode("01234567"));
  EXPECT_FALSE(IsAgbCode("1234567"));
}

}  // namespace
}  // namespace nmd
