// SPDX-License-Identifier: EUPL-1.2
#include "services/linking/engine/names.h"

#include <algorithm>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "services/core/codes.h"
#include "services/linking/engine/fold.h"

namespace nmd::linking::engine {
namespace {

bool IsLetter(char c) { return c >= 'a' && c <= 'z'; }

// "jh", "pjm": letters without a vowel are initials that were written together.
bool IsInitialsRun(absl::string_view word) {
  return word.size() >= 2 && word.size() <= 4 && std::all_of(word.begin(), word.end(), [](char c) {
           return IsLetter(c) && !absl::StrContains("aeiouy", absl::string_view(&c, 1));
         });
}

// Words before a surname, folded, as the Voorvoegseltabel of the BRP has them and as they are shortened; names of other
// languages too. "v d" is how "v.d." folds.
bool IsPrefixWord(absl::string_view word) {
  static constexpr absl::string_view kWords[] = {
      "a",      "aan",    "af",  "al",  "am",   "as",    "auf", "aus",  "ben",  "bij", "bin",   "boven", "d",    "da",
      "dal",    "dalla",  "das", "de",  "del",  "della", "den", "der",  "des",  "di",  "die",   "do",    "don",  "dos",
      "du",     "e",      "een", "el",  "en",   "g",     "het", "i",    "ibn",  "im",  "in",    "ka",    "l",    "la",
      "las",    "le",     "les", "lo",  "los",  "met",   "mc",  "mac",  "o",    "of",  "onder", "op",    "over", "s",
      "t",      "te",     "ten", "ter", "thoe", "to",    "toe", "tot",  "uijt", "uit", "und",   "v",     "van",  "vande",
      "vanden", "vander", "vd",  "vdn", "ver",  "vom",   "von", "voor", "vor",  "zu",  "zum",   "zur"};
  return std::find(std::begin(kWords), std::end(kWords), word) != std::end(kWords);
}

// One part of a surname: prefixes off the front, the rest joined. A name of prefixes alone ("de La") keeps the last word.
std::string CoreOf(const std::vector<absl::string_view>& words) {
  size_t first = 0;
  while (first + 1 < words.size() && IsPrefixWord(words[first])) ++first;
  std::string core;
  for (; first < words.size(); ++first) absl::StrAppend(&core, words[first]);
  return core;
}

// The call names of one person in daily life, first the name they stand for. A name is in one group only.
constexpr absl::string_view kCallNames[] = {
    "johannes jan johan hans joannes jo joop john jannes",
    "cornelis kees cor cornelius corneel",
    "petrus piet pieter peter pete pierre",
    "wilhelmus wim willem willy wilhelm bill william",
    "hendrikus henk hendrik hendricus henri harry hein rik",
    "gerardus gerard gerrit gert geert ger gerardus",
    "antonius ton anton antoon toon tonnie antonie teun",
    "jacobus jaap jacob jakob koos sjaak jacques jack",
    "theodorus theo dirk theodoor",
    "franciscus frans franck frank franz cis",
    "adrianus adri arie ad adriaan",
    "martinus martin maarten tinus rien mart",
    "nicolaas klaas nico nicolaus niek nick",
    "josephus jos jozef joseph sjef josef joost",
    "leonardus leo leonard leendert leen len",
    "bernardus ben bernard bert berend barend",
    "albertus albert appie bertus ab",
    "lambertus lambert lammert bart bartholomeus",
    "matthijs thijs mathijs matthias mathias ties",
    "rudolf ruud rudolph roelof roel",
    "robertus rob robert bob robbert bobby",
    "michael michiel mike maikel micha",
    "alexander alex sander lex xander",
    "christiaan chris christian kris",
    "daniel daan dan danny",
    "thomas tom tommy tomas",
    "samuel sam",
    "eduard ed edward eddy edwin",
    "mohammed mohamed muhammad mohammad moh mo muhammed",
    "maria marie ria marietje mieke miep mia marijke rie riet",
    "johanna anna anneke joke hanna hanneke jo anne annie an ans jopie",
    "catharina trudy tineke trijntje toos katrien kaatje ina katharina catherine kate karin carin",
    "elisabeth els betty lies liesbeth elizabeth bep elly liesje lisa",
    "wilhelmina willemien mina wil minke mien willemijn",
    "cornelia corrie cora nel nelly cokkie",
    "hendrika riek hennie henny hendrikje rika",
    "margaretha greet gré grietje margriet greta margreet marga margareta",
    "geertruida truus geertje trui gertrude geertruide truida",
    "petronella nelleke petra pietje pietertje",
    "jacoba coba jacqueline jaapje cobie",
    "adriana jana adrie ada",
    "helena leny lena leentje ellen heleen",
    "alida aleida lida ali alie",
    "susanna suus susan suzanne sanne",
    "fatima fatma fatiha",
    "aleksandra alexandra sandra"};

const absl::flat_hash_map<absl::string_view, absl::string_view>& CallNames() {
  static const auto* const names = [] {
    auto* map = new absl::flat_hash_map<absl::string_view, absl::string_view>;
    for (const absl::string_view group : kCallNames) {
      const std::vector<absl::string_view> members = absl::StrSplit(group, ' ');
      for (const absl::string_view member : members) map->try_emplace(member, members[0]);
    }
    return map;
  }();
  return *names;
}

uint32_t Digits(absl::string_view text) {
  uint32_t value = 0;
  for (const char c : text) value = value << 4 | static_cast<uint32_t>(c - '0');
  return value;
}

}  // namespace

GivenNames ParseGivenNames(absl::string_view text) {
  GivenNames given;
  const std::string folded = Fold(text);
  size_t n = 0;
  bool written_out = false;
  for (const absl::string_view word : absl::StrSplit(folded, ' ', absl::SkipEmpty())) {
    if (word == "-" || n == given.names.size()) continue;
    written_out = written_out || (word.size() > 1 && !IsInitialsRun(word));
    given.names[n++] = std::string(word);
  }
  if (n == 0) return given;
  given.initial = IsLetter(given.names[0][0]) ? given.names[0][0] : '\0';
  given.initials_only = !written_out;
  return given;
}

absl::string_view CallNameRoot(absl::string_view name) {
  const auto& names = CallNames();
  const auto it = names.find(name);
  return it == names.end() ? name : it->second;
}

FamilyName ParseFamilyName(absl::string_view text, absl::string_view partner) {
  FamilyName name;
  const std::string folded = Fold(text);
  std::vector<absl::string_view> words;
  std::vector<std::string> parts;
  for (const absl::string_view word : absl::StrSplit(folded, ' ', absl::SkipEmpty())) {
    if (word == "-") {
      if (!words.empty()) parts.push_back(CoreOf(words));
      words.clear();
    } else {
      words.push_back(word);
    }
  }
  if (!words.empty()) parts.push_back(CoreOf(words));
  if (!absl::StripAsciiWhitespace(partner).empty()) parts.push_back(ParseFamilyName(partner, "").core);
  for (const std::string& part : parts) {
    if (part.empty() || part == name.core) continue;
    if (name.core.empty()) {
      name.core = part;
    } else if (name.second.empty()) {
      name.second = part;
    }
  }
  return name;
}

std::string SoundOf(absl::string_view core) {
  std::string sound;
  for (size_t i = 0; i < core.size();) {
    const absl::string_view rest = core.substr(i);
    char c = rest[0];
    size_t taken = 1;
    if (absl::StartsWith(rest, "sch")) {
      // Schmidt and Smit; Schouten keeps its g.
      const bool before_consonant = rest.size() > 3 && absl::StrContains("lmnprtw", rest.substr(3, 1));
      sound.push_back('s');
      c = 'g';
      taken = 3;
      if (before_consonant) {
        i += taken;
        continue;
      }
    } else if (absl::StartsWith(rest, "ij") || absl::StartsWith(rest, "ei") || absl::StartsWith(rest, "ey")) {
      c = 'y';
      taken = absl::StartsWith(rest, "eij") ? 3 : 2;
    } else if (absl::StartsWith(rest, "ou") || absl::StartsWith(rest, "au")) {
      c = 'o';
      taken = rest.size() > 2 && rest[2] == 'w' ? 3 : 2;
    } else if (absl::StartsWith(rest, "ck") || absl::StartsWith(rest, "ks") || absl::StartsWith(rest, "x")) {
      c = 'k';
      taken = rest[0] == 'x' ? 1 : 2;
      if (rest[0] != 'c') {
        sound.push_back('k');
        c = 's';
      }
    } else if (absl::StartsWith(rest, "ph")) {
      c = 'f';
      taken = 2;
    } else if (absl::StartsWith(rest, "dt") || absl::StartsWith(rest, "th") || absl::StartsWith(rest, "td")) {
      c = 't';
      taken = 2;
    } else if (absl::StartsWith(rest, "ch") || absl::StartsWith(rest, "gh")) {
      c = 'g';
      taken = 2;
    } else if (c == 'c' || c == 'q') {
      c = 'k';
    } else if (c == 'z') {
      c = 's';
    } else if (c == 'v') {
      c = 'f';
    } else if (c == 'd') {
      c = 't';
    }
    if (sound.empty() || sound.back() != c) sound.push_back(c);
    i += taken;
  }
  while (sound.size() > 2 && (sound.back() == 's' || sound.back() == 'n')) sound.pop_back();
  return sound;
}

uint32_t ParseBirth(absl::string_view text) {
  text = absl::StripAsciiWhitespace(text.substr(0, 64));
  // A time behind the date says nothing.
  if (const size_t time = text.find_first_of("T "); time == 10) text = text.substr(0, time);
  std::array<absl::string_view, 3> parts;
  size_t n = 0;
  for (size_t i = 0; i < text.size();) {
    if (!absl::ascii_isdigit(static_cast<unsigned char>(text[i]))) {
      if (!absl::StrContains("-/. ", text.substr(i, 1))) return 0;
      ++i;
      continue;
    }
    size_t end = i;
    while (end < text.size() && absl::ascii_isdigit(static_cast<unsigned char>(text[end]))) ++end;
    if (n == parts.size()) return 0;
    parts[n++] = text.substr(i, end - i);
    i = end;
  }
  uint32_t birth = 0;
  if (n == 1 && parts[0].size() == 8) {
    birth = Digits(parts[0]);
  } else if (n == 1 && parts[0].size() == 4) {
    birth = Digits(parts[0]) << 16;
  } else if (n == 3 && parts[0].size() == 4 && parts[1].size() <= 2 && parts[2].size() <= 2) {
    birth = Digits(parts[0]) << 16 | Digits(parts[1]) << 8 | Digits(parts[2]);
  } else if (n == 3 && parts[2].size() == 4 && parts[0].size() <= 2 && parts[1].size() <= 2) {
    birth = Digits(parts[2]) << 16 | Digits(parts[1]) << 8 | Digits(parts[0]);
  }
  return birth < 0x10000 ? 0 : birth;  // Without a year nothing is known.
}

Sex ParseSex(absl::string_view text) {
  const std::string folded = Fold(text.substr(0, 16));
  if (folded == "m" || folded == "1" || folded == "man" || folded == "male" || folded == "j" || folded == "jongen") {
    return Sex::kMale;
  }
  if (folded == "v" || folded == "f" || folded == "2" || folded == "vrouw" || folded == "female" || folded == "meisje") {
    return Sex::kFemale;
  }
  return Sex::kUnknown;
}

std::string ParsePostcode(absl::string_view text) {
  std::string postcode = FoldCode(text);
  if (postcode.size() > 8 || postcode.size() < 3) postcode.clear();
  return postcode;
}

absl::string_view AreaOf(absl::string_view postcode) {
  return postcode.substr(
      0, IsPostcode(postcode) ? 4 : std::max<size_t>(postcode.size() - std::min<size_t>(postcode.size(), 2), 2));
}

uint32_t ParseHouse(absl::string_view text) {
  size_t i = 0;
  while (i < text.size() && i < 16 && !absl::ascii_isdigit(static_cast<unsigned char>(text[i]))) ++i;
  uint32_t number = 0;
  for (int digits = 0; i < text.size() && absl::ascii_isdigit(static_cast<unsigned char>(text[i])); ++i) {
    if (++digits > 7) return 0;
    number = number * 10 + static_cast<uint32_t>(text[i] - '0');
  }
  return number;
}

std::string ParseBsn(absl::string_view text) {
  std::string number;
  for (const char c : text.substr(0, 32)) {
    if (absl::ascii_isdigit(static_cast<unsigned char>(c))) {
      number.push_back(c);
    } else if (!absl::StrContains(" .-", absl::string_view(&c, 1))) {
      return "";
    }
  }
  if (number.size() == 8) number = absl::StrCat("0", number);
  return IsValidBsn(number) ? number : "";
}

}  // namespace nmd::linking::engine
