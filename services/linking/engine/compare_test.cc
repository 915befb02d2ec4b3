// SPDX-License-Identifier: EUPL-1.2
#include "services/linking/engine/compare.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

namespace nmd::linking::engine {
namespace {

// Jaro-Winkler as the textbook has it, with floating point and loops.
double Textbook(const std::string& a, const std::string& b) {
  if (a.empty() || b.empty()) return 0;
  const int la = static_cast<int>(a.size()), lb = static_cast<int>(b.size());
  const int window = std::max(std::max(la, lb) / 2 - 1, 0);
  std::vector<bool> used_a(a.size()), used_b(b.size());
  int m = 0;
  for (int j = 0; j < lb; ++j) {
    for (int i = std::max(0, j - window); i < std::min(la, j + window + 1); ++i) {
      if (used_a[static_cast<size_t>(i)] || a[static_cast<size_t>(i)] != b[static_cast<size_t>(j)]) continue;
      used_a[static_cast<size_t>(i)] = used_b[static_cast<size_t>(j)] = true;
      ++m;
      break;
    }
  }
  if (m == 0) return 0;
  std::string in_a, in_b;
  for (size_t i = 0; i < a.size(); ++i) in_a += used_a[i] ? a.substr(i, 1) : "";
  for (size_t j = 0; j < b.size(); ++j) in_b += used_b[j] ? b.substr(j, 1) : "";
  int out = 0;
  for (size_t k = 0; k < in_a.size(); ++k) out += in_a[k] != in_b[k];
  const double dm = m;
  const double jaro = (dm / la + dm / lb + (dm - out / 2) / dm) / 3;  // NOLINT: out / 2 is rounded down on purpose.
  int prefix = 0;
  while (prefix < 4 && prefix < std::min(la, lb) && a[static_cast<size_t>(prefix)] == b[static_cast<size_t>(prefix)]) ++prefix;
  return jaro < .7 ? jaro : jaro + prefix * .1 * (1 - jaro);
}

TEST(JaroWinkler, GivesThePublishedValues) {
  EXPECT_EQ(JaroWinkler("martha", "marhta"), 961);
  EXPECT_EQ(JaroWinkler("dwayne", "duane"), 840);
  EXPECT_EQ(JaroWinkler("dixon", "dicksonx"), 813);
  EXPECT_EQ(JaroWinkler("jansen", "jansen"), 1000);
  EXPECT_EQ(JaroWinkler("abc", "xyz"), 0);
  EXPECT_EQ(JaroWinkler("", ""), 0);
  EXPECT_EQ(JaroWinkler("a", "a"), 1000);
  EXPECT_EQ(JaroWinkler("a", "b"), 0);
}

TEST(JaroWinkler, IsTheTextbookOnRandomTextsAndStaysUnderItsBound) {
  std::mt19937 random(7);
  for (int round = 0; round < 200'000; ++round) {
    std::string a, b;
    const int letters = 2 + static_cast<int>(random() % 8);
    for (size_t n = random() % (round % 10 == 0 ? 66 : 12); n > 0; --n)
      a.push_back(static_cast<char>('a' + random() % letters));
    if (random() % 2 == 0) {
      b = a;
      for (int edits = static_cast<int>(random() % 4); edits > 0 && !b.empty(); --edits) {
        b[random() % b.size()] = static_cast<char>('a' + random() % letters);
      }
    } else {
      for (size_t n = random() % 12; n > 0; --n) b.push_back(static_cast<char>('a' + random() % letters));
    }
    const int ours = JaroWinkler(a, b);
    if (a.size() <= 64 && b.size() <= 64) {
      EXPECT_NEAR(ours, 1000 * Textbook(a, b), 1.01) << a << " " << b;
    }
    EXPECT_EQ(ours == 1000, !a.empty() && a.substr(0, 64) == b.substr(0, 64));
    if (a != b) {
      EXPECT_LE(ours, JaroWinklerBound(a, LettersOf(a), b, LettersOf(b))) << a << " " << b;
    }
  }
}

TEST(WithinOneEdit, AcceptsOneMistakeAndNoMore) {
  for (const auto& [a, b] : std::vector<std::pair<std::string, std::string>>{
           {"9471AB", "9471AB"}, {"9471AB", "9472AB"}, {"9471AB", "9417AB"}, {"9471AB", "947AB"}, {"", "1"}, {"12", "21"}}) {
    EXPECT_TRUE(WithinOneEdit(a, b)) << a << " " << b;
    EXPECT_TRUE(WithinOneEdit(b, a)) << a << " " << b;
  }
  for (const auto& [a, b] : std::vector<std::pair<std::string, std::string>>{
           {"9471AB", "9472AC"}, {"9471AB", "94AB"}, {"", "12"}, {"123", "321"}, {"abcd", "badc"}}) {
    EXPECT_FALSE(WithinOneEdit(a, b)) << a << " " << b;
    EXPECT_FALSE(WithinOneEdit(b, a)) << a << " " << b;
  }
}

}  // namespace
}  // namespace nmd::linking::engine
