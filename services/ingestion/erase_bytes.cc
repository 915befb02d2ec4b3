// SPDX-License-Identifier: EUPL-1.2
#include "services/ingestion/erase_bytes.h"

#include <algorithm>
#include <memory>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "services/ingestion/container.h"
#include "services/ingestion/export_rows.h"
#include "services/ingestion/xml_text.h"

namespace nmd::ingestion {
namespace {

bool IsDigitAt(absl::string_view text, size_t at) {
  return at < text.size() && absl::ascii_isdigit(static_cast<unsigned char>(text[at]));
}

// Where the number stands, not as a part of a longer one; npos when it does not.
size_t FindNumber(absl::string_view text, absl::string_view number, size_t from = 0) {
  for (size_t at = text.find(number, from); at != absl::string_view::npos; at = text.find(number, at + 1)) {
    const bool before = at > 0 && IsDigitAt(text, at - 1), after = IsDigitAt(text, at + number.size());
    if (!before && !after) return at;
  }
  return absl::string_view::npos;
}

// As sources write it: spreadsheets eat leading zeros, people put points between.
std::vector<std::string> Writings(const std::string& bsn) {
  std::vector<std::string> writings = {bsn};
  const size_t zeros = bsn.find_first_not_of('0');
  if (zeros > 0) writings.push_back(bsn.substr(zeros));
  for (const char* separator : {".", " ", "-"}) {
    writings.push_back(absl::StrCat(bsn.substr(0, 4), separator, bsn.substr(4, 2), separator, bsn.substr(6)));
  }
  return writings;
}

bool Tells(absl::string_view text, const std::set<std::string>& bsns) {
  for (const std::string& bsn : bsns) {
    for (const std::string& writing : Writings(bsn)) {
      if (FindNumber(text, writing) != absl::string_view::npos) return true;
    }
    // UTF-16, of either order.
    std::string wide;
    for (const char digit : bsn) wide.append({digit, '\0'});
    wide.pop_back();
    if (absl::StrContains(text, wide)) return true;
  }
  return false;
}

// Anything that is stored packed, so that it cannot be searched as it is.
bool IsPacked(absl::string_view bytes) {
  return ContainerKindOf(bytes) != ContainerKind::kNone || absl::StartsWith(bytes, "PK") || absl::StartsWith(bytes, "\xD0\xCF");
}

// --- Messages.

// One element of a file without comments, CDATA and declarations of types; offsets into the file.
struct Tag {
  size_t begin = 0, end = 0;  // "<...>"
  absl::string_view name;     // Without prefix.
  bool opens = false, closes = false;
};

// The next tag from `at` on. False at the end; `*sound` tells whether all before it could be read.
bool NextTag(absl::string_view text, size_t at, Tag* tag, bool* sound) {
  while (true) {
    tag->begin = text.find('<', at);
    if (tag->begin == absl::string_view::npos) return false;
    tag->end = text.find('>', tag->begin);
    if (tag->end == absl::string_view::npos || absl::StartsWith(text.substr(tag->begin), "<!")) {
      *sound = false;
      return false;
    }
    ++tag->end;
    absl::string_view inside = text.substr(tag->begin + 1, tag->end - tag->begin - 2);
    at = tag->end;
    if (absl::StartsWith(inside, "?")) continue;
    tag->opens = !absl::ConsumePrefix(&inside, "/");
    tag->closes = !tag->opens || absl::ConsumeSuffix(&inside, "/");
    inside = inside.substr(0, inside.find_first_of(" \t\r\n"));
    const size_t colon = inside.find(':');
    tag->name = colon == absl::string_view::npos ? inside : inside.substr(colon + 1);
    return true;
  }
}

struct Value {
  size_t begin = 0, end = 0;
  bool is_care = false;  // What was declared about, and says nothing about who.
};

struct ClientElement {
  bool is_one = false;   // Of the persons.
  bool is_gone = false;  // Erased before.
  std::vector<Value> values;
};

// The clients of a message with all their values; nothing when it cannot be read for sure.
std::optional<std::vector<ClientElement>> ClientsIn(absl::string_view text, const std::set<std::string>& bsns) {
  std::vector<ClientElement> clients;
  std::vector<absl::string_view> open;
  bool sound = true;
  size_t client_depth = 0, care_depth = 0, at = 0;
  Tag tag;
  bool leaf = false;  // The last tag opened an element, so what follows it is a value.
  while (NextTag(text, at, &tag, &sound)) {
    if (tag.opens) {
      leaf = !tag.closes;
      if (!tag.closes) open.push_back(tag.name);
      if (!tag.closes && tag.name == "Client" && client_depth == 0) {
        client_depth = open.size();
        clients.emplace_back();
      }
      if (!tag.closes && tag.name == "Prestatie" && client_depth > 0 && care_depth == 0) care_depth = open.size();
    } else {
      if (open.empty() || open.back() != tag.name) return std::nullopt;
      if (leaf && client_depth > 0) {
        const absl::string_view value = text.substr(at, tag.begin - at);
        clients.back().values.push_back({at, tag.begin, care_depth > 0 && tag.name != "Commentaar"});
        if (tag.name == "Bsn" && bsns.count(std::string(absl::StripAsciiWhitespace(value))) > 0) clients.back().is_one = true;
        if (tag.name == "Bsn" && value == kErased) clients.back().is_gone = true;
      }
      leaf = false;
      if (open.size() == care_depth) care_depth = 0;
      if (open.size() == client_depth) client_depth = 0;
      open.pop_back();
    }
    at = tag.end;
  }
  if (!sound || !open.empty()) return std::nullopt;
  return clients;
}

std::optional<std::string> MessageWithout(absl::string_view text, const std::set<std::string>& bsns) {
  if (BeforeParsing(text).has_value()) return std::nullopt;
  const std::optional<std::vector<ClientElement>> clients = ClientsIn(text, bsns);
  if (!clients) return std::nullopt;
  const auto is_one = [](const ClientElement& client) { return client.is_one; };
  const auto is_other = [](const ClientElement& client) { return !client.is_one && !client.is_gone; };
  if (std::none_of(clients->begin(), clients->end(), is_one) || std::none_of(clients->begin(), clients->end(), is_other)) {
    return std::nullopt;
  }
  std::string kept;
  size_t at = 0;
  for (const ClientElement& client : *clients) {
    if (!client.is_one) continue;
    for (const Value& value : client.values) {
      if (value.is_care) continue;
      absl::StrAppend(&kept, text.substr(at, value.begin - at), kErased);
      at = value.end;
    }
  }
  absl::StrAppend(&kept, text.substr(at));
  return kept;
}

// --- Text.

std::optional<std::string> TextWithout(absl::string_view text, const std::set<std::string>& bsns) {
  std::string kept;
  bool quoted = false;
  int64_t left = 0, gone = 0;
  for (size_t begin = 0, at = 0; begin < text.size(); ++at) {
    if (at < text.size() && text[at] == '"') quoted = !quoted;
    if (at < text.size() && (quoted || text[at] != '\n')) continue;
    const size_t end = std::min(at + 1, text.size());
    const absl::string_view row = text.substr(begin, end - begin);
    if (Tells(row, bsns)) {
      absl::StrAppend(&kept, kErased, at < text.size() ? "\n" : "");
      ++gone;
    } else {
      absl::StrAppend(&kept, row);
      const absl::string_view words = absl::StripAsciiWhitespace(row);
      if (!words.empty() && words != kErased) ++left;
    }
    begin = end;
  }
  // Without a row besides the headers there is nothing to keep.
  if (quoted || gone == 0 || left < 2) return std::nullopt;
  return kept;
}

}  // namespace

bool MayTellOf(absl::string_view bytes, const internal::v1::MappingFile* mapping, const std::set<std::string>& bsns) {
  if (!IsPacked(bytes)) return Tells(bytes, bsns);
  if (mapping == nullptr) return true;
  const std::unique_ptr<RowSource> rows = RowsOf(bytes, *mapping);
  Row row;
  while (rows->Next(&row)) {
    if (!row.fault.empty()) return true;
    for (const Cell& cell : row.cells) {
      if (Tells(cell.text, bsns)) return true;
    }
  }
  return !rows->Failure().empty();
}

std::optional<std::string> WithoutPersons(absl::string_view bytes, const std::set<std::string>& bsns) {
  if (IsPacked(bytes)) return std::nullopt;
  std::optional<std::string> kept = LooksLikeXml(bytes) ? MessageWithout(bytes, bsns) : TextWithout(bytes, bsns);
  if (kept && Tells(*kept, bsns)) return std::nullopt;
  return kept;
}

bool MaskNumbers(const std::set<std::string>& bsns, std::string* text) {
  bool found = false;
  for (const std::string& bsn : bsns) {
    for (size_t at = FindNumber(*text, bsn); at != absl::string_view::npos; at = FindNumber(*text, bsn, at)) {
      text->replace(at, bsn.size(), bsn.size(), '0');
      found = true;
    }
  }
  return found;
}

}  // namespace nmd::ingestion
