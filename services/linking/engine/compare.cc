// SPDX-License-Identifier: EUPL-1.2
#include "services/linking/engine/compare.h"

#include <algorithm>
#include <bit>

namespace nmd::linking::engine {
namespace {

constexpr size_t kMaxCompared = 64;
constexpr int kPrefix = 4;
// Similarities in millionths inside, so that rounding happens once.
constexpr int64_t kOne = 1'000'000;
constexpr int64_t kBoost = 700'000;

int CommonPrefix(absl::string_view a, absl::string_view b) {
  const size_t most = std::min({a.size(), b.size(), size_t{kPrefix}});
  size_t n = 0;
  while (n < most && a[n] == b[n]) ++n;
  return static_cast<int>(n);
}

// Jaro (m/la + m/lb + (m - t)/m) / 3, then Winkler's prefix.
int Similarity(int64_t la, int64_t lb, int64_t m, int64_t half_transpositions, int prefix) {
  if (m == 0) return 0;
  const int64_t t = half_transpositions / 2;
  const int64_t jaro = kOne * (m * m * (la + lb) + (m - t) * la * lb) / (3 * m * la * lb);
  const int64_t similarity = jaro >= kBoost ? jaro + prefix * (kOne - jaro) / 10 : jaro;
  return static_cast<int>((similarity + 500) / 1000);
}

}  // namespace

int JaroWinkler(absl::string_view a, absl::string_view b) {
  a = a.substr(0, kMaxCompared);
  b = b.substr(0, kMaxCompared);
  if (a.empty() || b.empty()) return 0;
  if (a == b) return 1000;
  const int la = static_cast<int>(a.size()), lb = static_cast<int>(b.size());
  const int window = std::max(std::max(la, lb) / 2 - 1, 0);

  // Where each byte occurs in `a`. Only what `a` sets is cleared again: the table stays zero between calls.
  static thread_local uint64_t places[256];
  const auto at = [](char c) { return static_cast<unsigned char>(c); };
  for (int i = 0; i < la; ++i) places[at(a[static_cast<size_t>(i)])] |= uint64_t{1} << i;
  uint64_t matched_a = 0, matched_b = 0;
  for (int j = 0; j < lb; ++j) {
    const int low = std::max(j - window, 0), high = j + window;
    uint64_t free = places[at(b[static_cast<size_t>(j)])] & ~matched_a & (~uint64_t{0} << low);
    if (high < 63) free &= (uint64_t{2} << high) - 1;
    if (free == 0) continue;
    matched_a |= free & (~free + 1);
    matched_b |= uint64_t{1} << j;
  }
  for (int i = 0; i < la; ++i) places[at(a[static_cast<size_t>(i)])] = 0;

  const int m = std::popcount(matched_a);
  int out_of_place = 0;
  for (uint64_t x = matched_a, y = matched_b; x != 0; x &= x - 1, y &= y - 1) {
    out_of_place += a[static_cast<size_t>(std::countr_zero(x))] != b[static_cast<size_t>(std::countr_zero(y))];
  }
  // Equal texts are the only ones that are alike in full; long ones with one change may round up to it.
  return std::min(Similarity(la, lb, m, out_of_place, CommonPrefix(a, b)), 999);
}

uint32_t LettersOf(absl::string_view text) {
  uint32_t letters = 0;
  for (const char c : text.substr(0, kMaxCompared)) letters |= uint32_t{1} << (static_cast<unsigned char>(c) & 31);
  return letters;
}

int JaroWinklerBound(absl::string_view a, uint32_t letters_a, absl::string_view b, uint32_t letters_b) {
  const auto la = static_cast<int64_t>(std::min(a.size(), kMaxCompared));
  const auto lb = static_cast<int64_t>(std::min(b.size(), kMaxCompared));
  if (la == 0 || lb == 0) return 0;
  // A letter that the other lacks matches nothing, at least once.
  const int64_t m = std::min(la - std::popcount(letters_a & ~letters_b), lb - std::popcount(letters_b & ~letters_a));
  return m <= 0 ? 0 : Similarity(la, lb, std::min(m, std::min(la, lb)), 0, CommonPrefix(a, b));
}

bool WithinOneEdit(absl::string_view a, absl::string_view b) {
  if (a.size() > b.size()) std::swap(a, b);
  if (b.size() - a.size() > 1) return false;
  size_t i = 0;
  while (i < a.size() && a[i] == b[i]) ++i;
  if (i == a.size()) return true;
  if (a.size() < b.size()) return a.substr(i) == b.substr(i + 1);
  if (a.substr(i + 1) == b.substr(i + 1)) return true;
  return i + 1 < a.size() && a[i] == b[i + 1] && a[i + 1] == b[i] && a.substr(i + 2) == b.substr(i + 2);
}

}  // namespace nmd::linking::engine
