// SPDX-License-Identifier: EUPL-1.2
#include "services/platform/check_words.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace nmd {
namespace {

// What is wrong with a text; empty when nothing is.
std::string Faults(const std::string& text, bool one_line = true, size_t characters = 60) {
  FieldCheck check;
  one_line ? CheckWords(text, "reason", characters, check) : CheckText(text, "text", characters, check);
  return check.ok() ? "" : BadFieldsOf(check.Result())[0].text;
}

TEST(CheckWords, ABsnIsRefusedHoweverItIsWritten) {
  constexpr char kSays[] = "must not name anybody: it holds a burgerservicenummer";
  EXPECT_EQ(Faults("klant 999900006 belde"), kSays);
  EXPECT_EQ(Faults("(999900006)"), kSays);
  EXPECT_EQ(Faults("klant 9999.00.006"), kSays);
  EXPECT_EQ(Faults("eerste regel\nbsn:999900006", /*one_line=*/false), kSays);
}

TEST(CheckWords, NumbersThatAreNoBsnMayBeThere) {
  EXPECT_EQ(Faults("budget 999.900.006 euro"), "");  // Thousands, not a number of a person.
  EXPECT_EQ(Faults("999900007"), "");                // Fails the 11-test.
  EXPECT_EQ(Faults("9999000061"), "");
  EXPECT_EQ(Faults("9999.00.007 en 9999.000.06"), "");
}

TEST(CheckWords, APostcodeWithAHouseNumberIsAnAddress) {
  constexpr char kSays[] = "must not name anybody: it holds a postcode with a house number";
  EXPECT_EQ(Faults("woont op 9401 AB 12"), kSays);
  EXPECT_EQ(Faults("woont op 9401AB, 12a"), kSays);
  EXPECT_EQ(Faults("alle inwoners van 9401 AB"), "");
  EXPECT_EQ(Faults("de 2018 cijfers van IVN 5 en 2019 ab 3"), "");
  EXPECT_EQ(Faults("nummer 19401 AB 12 en 0401 AB 12"), "");
}

TEST(CheckWords, LengthIsCountedInCharactersAndLinesAreForTexts) {
  EXPECT_EQ(Faults("ëë", true, 2), "");
  EXPECT_EQ(Faults("ëëë", true, 2), "must have at most 2 characters");
  EXPECT_EQ(Faults("twee\nregels"), "must be one line of text");
  EXPECT_EQ(Faults("twee\r\nregels\tmet tab", /*one_line=*/false), "");
  EXPECT_EQ(Faults(std::string("nul\0", 4), /*one_line=*/false), "must be text, without control characters");
  EXPECT_EQ(Faults(" \t"), "must say what for or why");
  EXPECT_EQ(Faults(" \n", /*one_line=*/false), "is empty");
}

}  // namespace
}  // namespace nmd
