// SPDX-License-Identifier: EUPL-1.2
#include "services/linking/engine/fold.h"

#include <algorithm>
#include <array>

#include "absl/strings/ascii.h"

namespace nmd::linking::engine {
namespace {

constexpr size_t kMaxRead = 4 * kMaxFolded;

// What a code point becomes, apart from text of its own.
constexpr const char* kNothing = "";      // Left out; the word goes on.
constexpr const char* kBoundary = " ";    // Parts words.
constexpr const char* kItself = nullptr;  // A letter of another script: its bytes.

// U+00C0..U+00FF and U+0100..U+017F. Upper and lower case fold to the same.
constexpr std::array<const char*, 64> kLatin1 = {
    "a", "a", "a", "a", "a", "a", "ae", "c", "e",  "e",  "e", "e", "i", "i", "i", "i", "d",  "n", "o",  "o", "o", "o",
    "o", " ", "o", "u", "u", "u", "u",  "y", "th", "ss", "a", "a", "a", "a", "a", "a", "ae", "c", "e",  "e", "e", "e",
    "i", "i", "i", "i", "d", "n", "o",  "o", "o",  "o",  "o", " ", "o", "u", "u", "u", "u",  "y", "th", "y"};
constexpr std::array<const char*, 128> kExtendedA = {
    "a", "a", "a", "a", "a", "a", "c",  "c",  "c", "c", "c", "c", "c", "c", "d", "d", "d",  "d",  "e", "e", "e", "e",
    "e", "e", "e", "e", "e", "e", "g",  "g",  "g", "g", "g", "g", "g", "g", "h", "h", "h",  "h",  "i", "i", "i", "i",
    "i", "i", "i", "i", "i", "i", "ij", "ij", "j", "j", "k", "k", "k", "l", "l", "l", "l",  "l",  "l", "l", "l", "l",
    "l", "n", "n", "n", "n", "n", "n",  "n",  "n", "n", "o", "o", "o", "o", "o", "o", "oe", "oe", "r", "r", "r", "r",
    "r", "r", "s", "s", "s", "s", "s",  "s",  "s", "s", "t", "t", "t", "t", "t", "t", "u",  "u",  "u", "u", "u", "u",
    "u", "u", "u", "u", "u", "u", "w",  "w",  "y", "y", "y", "z", "z", "z", "z", "z", "z",  "s"};
// U+0391..U+03C9, both cases by the lower one (offset from alpha).
constexpr std::array<const char*, 25> kGreek = {"a", "v", "g", "d", "e", "z", "i", "th", "i", "k",  "l",  "m", "n",
                                                "x", "o", "p", "r", "s", "s", "t", "y",  "f", "ch", "ps", "o"};
// U+0430..U+044F.
constexpr std::array<const char*, 32> kCyrillic = {"a",  "b",   "v",  "g",     "d", "e", "zh", "z", "i",   "j", "k",
                                                   "l",  "m",   "n",  "o",     "p", "r", "s",  "t", "u",   "f", "ch",
                                                   "ts", "tsj", "sj", "sjtsj", "",  "y", "",   "e", "joe", "ja"};

const char* FoldPoint(uint32_t c) {
  if (c < 0x80) return kBoundary;  // Letters and digits of ASCII are handled before.
  if (c < 0xC0) return c == 0xAA ? "a" : c == 0xBA ? "o" : c == 0xAD || c == 0xB4 || c < 0xA0 ? kNothing : kBoundary;
  if (c < 0x100) return kLatin1[c - 0xC0];
  if (c < 0x180) return kExtendedA[c - 0x100];
  switch (c) {
    case 0x1E9E:
      return "ss";
    case 0x018F:
    case 0x0259:
      return "e";
    case 0x0218:
    case 0x0219:
      return "s";
    case 0x021A:
    case 0x021B:
      return "t";
    case 0x0451:
    case 0x0401:
    case 0x0404:
    case 0x0454:
      return "e";
    case 0x0406:
    case 0x0407:
    case 0x0456:
    case 0x0457:
      return "i";
    case 0x0490:
    case 0x0491:
      return "g";
    default:
      break;
  }
  if (c >= 0x0300 && c < 0x0370) return kNothing;  // Combining marks.
  if (c >= 0x0391 && c <= 0x03A9) return kGreek[c - 0x0391];
  if (c >= 0x03B1 && c <= 0x03C9) return kGreek[c - 0x03B1];
  if (c >= 0x0410 && c <= 0x042F) return kCyrillic[c - 0x0410];
  if (c >= 0x0430 && c <= 0x044F) return kCyrillic[c - 0x0430];
  // Vietnamese and other letters with two marks: U+1EA0..U+1EF9.
  if (c >= 0x1EA0 && c <= 0x1EB7) return "a";
  if (c >= 0x1EB8 && c <= 0x1EC7) return "e";
  if (c >= 0x1EC8 && c <= 0x1ECB) return "i";
  if (c >= 0x1ECC && c <= 0x1EE3) return "o";
  if (c >= 0x1EE4 && c <= 0x1EF1) return "u";
  if (c >= 0x1EF2 && c <= 0x1EF9) return "y";
  if (c == 0x2019 || c == 0x2018 || c == 0x02BC) return kNothing;                     // Apostrophes.
  if (c >= 0x200B && c <= 0x200F) return kNothing;                                    // Zero width, direction.
  if ((c >= 0x202A && c <= 0x202E) || (c >= 0x2060 && c <= 0x206F)) return kNothing;  // Embeddings, isolates.
  if (c >= 0x2010 && c <= 0x2015) return " - ";
  if (c >= 0x2000 && c <= 0x2BFF) return kBoundary;  // Spaces, punctuation, symbols.
  if (c >= 0x3000 && c <= 0x3004) return kBoundary;
  if (c >= 0xD800 && c <= 0xF8FF) return kNothing;  // Surrogates, private use.
  if ((c >= 0xFE00 && c <= 0xFE0F) || c == 0xFEFF || (c >= 0xFE20 && c <= 0xFE2F)) return kNothing;
  if (c >= 0xFFF0 || (c >= 0x20D0 && c <= 0x20FF)) return c >= 0x20000 && c < 0x32000 ? kItself : kNothing;
  return kItself;
}

// The next code point of `text` from `at`, which moves on. Never fails: a byte that is not UTF-8 is Latin-1.
uint32_t NextPoint(absl::string_view text, size_t& at) {
  const auto byte = [&](size_t i) -> uint32_t { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0; };
  const uint32_t first = byte(at);
  const auto rest = [&](size_t i) { return (byte(at + i) & 0xC0) == 0x80; };
  if (first >= 0xC2 && first < 0xE0 && rest(1)) {
    const uint32_t c = (first & 0x1F) << 6 | (byte(at + 1) & 0x3F);
    at += 2;
    return c;
  }
  if (first >= 0xE0 && first < 0xF0 && rest(1) && rest(2)) {
    const uint32_t c = (first & 0x0F) << 12 | (byte(at + 1) & 0x3F) << 6 | (byte(at + 2) & 0x3F);
    if (c >= 0x800) {
      at += 3;
      return c;
    }
  }
  if (first >= 0xF0 && first < 0xF5 && rest(1) && rest(2) && rest(3)) {
    const uint32_t c = (first & 0x07) << 18 | (byte(at + 1) & 0x3F) << 12 | (byte(at + 2) & 0x3F) << 6 | (byte(at + 3) & 0x3F);
    if (c >= 0x10000 && c < 0x110000) {
      at += 4;
      return c;
    }
  }
  ++at;
  return first;
}

class Folded {
 public:
  void Letter(char c) {
    if (gap_ && !text_.empty()) Put(' ');
    gap_ = false;
    Put(c);
  }
  void Boundary() { gap_ = true; }
  void Hyphen() {
    // Only between words: "- jansen -" is "jansen".
    if (!text_.empty() && text_.back() != '-') pending_hyphen_ = true;
    gap_ = true;
  }
  bool Full() const { return text_.size() >= kMaxFolded; }
  std::string Take() && { return std::move(text_); }
  void BeforeLetter() {
    if (!pending_hyphen_) return;
    pending_hyphen_ = false;
    Put(' ');
    Put('-');
    gap_ = true;
  }

 private:
  void Put(char c) {
    if (!Full()) text_.push_back(c);
  }
  std::string text_;
  bool gap_ = false;
  bool pending_hyphen_ = false;
};

}  // namespace

std::string Fold(absl::string_view text) {
  if (text.size() > kMaxRead) {
    size_t end = kMaxRead;  // Not in the middle of a code point.
    while (end > kMaxRead - 3 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
    text = text.substr(0, end);
  }
  Folded folded;
  for (size_t at = 0; at < text.size() && !folded.Full();) {
    const char c = text[at];
    if (absl::ascii_isalnum(static_cast<unsigned char>(c))) {
      folded.BeforeLetter();
      folded.Letter(absl::ascii_tolower(static_cast<unsigned char>(c)));
      ++at;
    } else if (c == '-') {
      folded.Hyphen();
      ++at;
    } else if (c == '\'' || c == '`') {
      ++at;
    } else if (static_cast<unsigned char>(c) < 0x80) {
      folded.Boundary();
      ++at;
    } else {
      const size_t from = at;
      const uint32_t point = NextPoint(text, at);
      if (point >= 0xFF01 && point <= 0xFF5E) {  // Full width ASCII.
        const auto ascii = static_cast<unsigned char>(point - 0xFF01 + 0x21);
        if (absl::ascii_isalnum(ascii)) {
          folded.BeforeLetter();
          folded.Letter(absl::ascii_tolower(ascii));
        } else {
          folded.Boundary();
        }
        continue;
      }
      const char* to = FoldPoint(point);
      if (to == kItself) {
        // Whole or not at all, so that a cut never leaves half a letter.
        folded.BeforeLetter();
        for (const char b : text.substr(from, at - from)) folded.Letter(b);
      } else if (absl::string_view(to) == " - ") {
        folded.Hyphen();
      } else if (absl::string_view(to) == " ") {
        folded.Boundary();
      } else if (*to != '\0') {
        folded.BeforeLetter();
        for (; *to != '\0'; ++to) folded.Letter(*to);
      }
    }
  }
  return std::move(folded).Take();
}

std::string FoldCode(absl::string_view text) {
  std::string code;
  for (const char c : text.substr(0, kMaxRead)) {
    if (code.size() == kMaxFolded) break;
    if (absl::ascii_isalnum(static_cast<unsigned char>(c))) {
      code.push_back(absl::ascii_toupper(static_cast<unsigned char>(c)));
    }
  }
  return code;
}

uint64_t HashOf(absl::string_view text) {
  uint64_t hash = 0xCBF29CE484222325u ^ text.size();
  size_t i = 0;
  for (; i + 8 <= text.size(); i += 8) {
    uint64_t word = 0;
    for (size_t k = 0; k < 8; ++k) word |= uint64_t{static_cast<unsigned char>(text[i + k])} << (8 * k);
    hash = Mix(hash, word);
  }
  uint64_t word = 0;
  for (size_t k = 0; i + k < text.size(); ++k) word |= uint64_t{static_cast<unsigned char>(text[i + k])} << (8 * k);
  return Mix(hash, word);
}

}  // namespace nmd::linking::engine
