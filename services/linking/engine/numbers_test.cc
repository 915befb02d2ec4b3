// SPDX-License-Identifier: EUPL-1.2
#include "services/linking/engine/numbers.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_format.h"
#include "services/core/codes.h"
#include "services/linking/engine/persons.h"

namespace nmd::linking::engine {
namespace {

TEST(IsPlaceholderBsn, KnowsPatternsThatPeopleType) {
  struct Case {
    const char* digits;
    bool placeholder;
  };
  for (const Case& c : std::initializer_list<Case>{
           // One digit.
           {"000000000", true},
           {"999999999", true},
           {"111111110", true},
           {"999999990", true},
           {"111111111", true},
           {"777777770", true},
           {"222222200", false},
           // Running.
           {"123456782", true},
           {"123456789", true},
           {"012345672", true},
           {"987654329", true},
           {"876543212", true},
           {"345678907", true},
           {"123456872", false},
           {"135791352", false},
           // Repeated.
           {"121212124", true},
           {"454545457", true},
           {"121212214", false},
           {"246246246", true},
           {"123123126", false},
           {"111222333", true},
           {"333222111", true},
           {"111222334", false},
           {"112223333", false},
           // Zeros in front: eight digits is a BSN, seven is not.
           {"000000012", true},
           {"001234567", true},
           {"010464554", false},
           // Numbers of persons, and what is no number.
           {"999990019", false},
           {"999900006", false},
           {"999911234", false},
           {"111111", false},
           {"11111111a", false},
           {"1111111111", false},
           {"", false},
       }) {
    EXPECT_EQ(IsPlaceholderBsn(c.digits), c.placeholder) << c.digits;
  }
}

TEST(IsPlaceholderBsn, TakesHardlyANumberFromAnybody) {
  int placeholders = 0, valid = 0;
  for (int number = 100'000'000; number < 200'000'000; number += 7) {
    const std::string digits = absl::StrFormat("%09d", number);
    if (!IsValidBsn(digits)) continue;
    ++valid;
    placeholders += IsPlaceholderBsn(digits);
  }
  EXPECT_GT(valid, 1'000'000);
  EXPECT_LT(placeholders, valid / 100'000);
}

TEST(IsTestBsn, IsTheRangeForTests) {
  EXPECT_TRUE(IsTestBsn("999900006"));
  EXPECT_TRUE(IsTestBsn("999999990"));
  EXPECT_FALSE(IsTestBsn("999890006"));
  EXPECT_FALSE(IsTestBsn("199990006"));
  EXPECT_FALSE(IsTestBsn("9999"));
  EXPECT_FALSE(IsTestBsn(""));
}

TEST(Persons, DoNotKnowANumberThatIsAPlaceholder) {
  Persons persons;
  for (const char* number : {"999999999", "111111110", "12.34.56.782", "000000000", "111222333"}) {
    const uint32_t i = persons.Add(number, {number, "Eva", "Smit", {}, {}, {}, {}, {}, {}, {}, {}, {}});
    EXPECT_EQ(persons.hot(i).number, 0u) << number;
  }
  EXPECT_FALSE(persons.NumbersAreBsns());
  const uint32_t person = persons.Add("p", {"999990019", "Eva", "Smit", {}, {}, {}, {}, {}, {}, {}, {}, {}});
  EXPECT_NE(persons.hot(person).number, 0u);
  EXPECT_TRUE(persons.NumbersAreBsns());
}

}  // namespace
}  // namespace nmd::linking::engine
