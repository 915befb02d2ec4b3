// SPDX-License-Identifier: EUPL-1.2
#include "services/linking/engine/fold.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace nmd::linking::engine {
namespace {

TEST(Fold, WritesEveryLatinLetterPlain) {
  EXPECT_EQ(Fold("Hélène"), "helene");
  EXPECT_EQ(Fold("Müller-Özdemir"), "muller - ozdemir");
  EXPECT_EQ(Fold("ŞAHİN"), "sahin");
  EXPECT_EQ(Fold("Łukasz Đặng"), "lukasz dang");
  EXPECT_EQ(Fold("Weiß Æbelø"), "weiss aebelo");
  EXPECT_EQ(Fold("Ĳsbrand"), "ijsbrand");
  EXPECT_EQ(Fold("Ｊａｎ"), "jan");
}

TEST(Fold, WritesGreekAndCyrillicInLatin) {
  EXPECT_EQ(Fold("Γιώργος"),
            "gi"
            "\u03CE"
            "rgos");  // ώ is no plain letter: its bytes stay.
  EXPECT_EQ(Fold("ИВАН Петров"), "ivan petrov");
}

TEST(Fold, KeepsLettersOfOtherScripts) {
  EXPECT_EQ(Fold("محمد"), "محمد");
  EXPECT_EQ(Fold("李 明"), "李 明");
}

TEST(Fold, PartsWordsOnceAndDropsApostrophes) {
  EXPECT_EQ(Fold("  v.d.   Berg "), "v d berg");
  EXPECT_EQ(Fold("'t Hart"), "t hart");
  EXPECT_EQ(Fold("d’Hondt"), "dhondt");
  EXPECT_EQ(Fold("- Jansen --  Vries -"), "jansen - vries");
  EXPECT_EQ(Fold(""), "");
  EXPECT_EQ(Fold("?!"), "");
}

TEST(Fold, LeavesOutWhatChangesOnlyHowATextLooks) {
  EXPECT_EQ(Fold("Ja\u200Bn\u202E"), "jan");      // Zero width space, right-to-left override.
  EXPECT_EQ(Fold("Re\u0301ne\u0301e"), "renee");  // Combining accents: the same as composed.
  EXPECT_EQ(Fold("Ren\u00E9e"), Fold("Re\u0301n\u0065\u0301e").substr(0, 5));
}

TEST(Fold, ReadsBytesThatAreNotUtf8AsLatin1) {
  EXPECT_EQ(Fold("Ren\xE9"), "rene");
  EXPECT_EQ(Fold("\xC3"), "a");               // Ã cut off.
  EXPECT_EQ(Fold("\xED\xA0\x80jan"), "jan");  // A surrogate half.
}

TEST(Fold, TakesBoundedTextOfAnything) {
  std::string zalgo = "J";
  for (int i = 0; i < 1'000'000; ++i) zalgo += "\u0336";
  EXPECT_EQ(Fold(zalgo + "an"), "j");
  EXPECT_EQ(Fold(std::string(100'000'000, 'x')).size(), kMaxFolded);
  std::mt19937 random(1);
  for (int round = 0; round < 20'000; ++round) {
    std::string text;
    for (size_t n = random() % 40; n > 0; --n) text.push_back(static_cast<char>(random()));
    const std::string folded = Fold(text);
    EXPECT_LE(folded.size(), kMaxFolded);
    EXPECT_EQ(Fold(folded), folded) << "folding twice is folding once";
    EXPECT_LE(FoldCode(text).size(), kMaxFolded);
  }
}

TEST(FoldCode, KeepsLettersAndDigits) {
  EXPECT_EQ(FoldCode("1234.56.782"), "123456782");
  EXPECT_EQ(FoldCode("cf-2192 owmt"), "CF2192OWMT");
}

TEST(HashOf, IsTheSameEverywhere) {
  // Stored in models, so these values may never change.
  EXPECT_EQ(HashOf(""), HashOf(absl::string_view()));
  EXPECT_EQ(HashOf("jansen"), 15956727295746935753u);
  EXPECT_NE(HashOf("jansen"), HashOf("janssen"));
  EXPECT_NE(Mix(1, 2), Mix(2, 1));
}

}  // namespace
}  // namespace nmd::linking::engine
