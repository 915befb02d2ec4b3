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

TEST(Codes, TaakveldenOfTheSocialDomainChangedIn2023AndIn2025) {
  struct Case {
    const char* code;
    bool in_2022, in_2024, in_2025;
  };
  constexpr Case kCases[] = {
      {"6.1", true, true, true},     {"6.2", true, true, false},      {"6.21", false, false, true},
      {"6.6", true, true, false},    {"6.60", false, false, true},    {"6.72", true, false, false},
      {"6.72a", false, true, false}, {"6.73c", false, true, false},   {"6.751", false, false, true},
      {"6.792", false, false, true}, {"6.711a", false, false, false}, {"6.999", false, false, false},
      {"0.4", true, true, true},     {"0.10", true, true, true},      {"8.3", true, true, true},
      {"9.1", false, false, false},  {"0.1a", false, false, false},   {"6", false, false, false},
      {"", false, false, false},     {"6.", false, false, false},     {"06.1", false, false, false},
  };
  for (const Case& c : kCases) {
    EXPECT_EQ(IsTaakveld(c.code, 2022), c.in_2022) << c.code;
    EXPECT_EQ(IsTaakveld(c.code, 2023), c.in_2024) << c.code;
    EXPECT_EQ(IsTaakveld(c.code, 2024), c.in_2024) << c.code;
    EXPECT_EQ(IsTaakveld(c.code, 2025), c.in_2025) << c.code;
  }
}

}  // namespace
}  // namespace nmd
