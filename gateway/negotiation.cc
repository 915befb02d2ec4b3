// SPDX-License-Identifier: EUPL-1.2
#include "gateway/negotiation.h"

#include <zlib.h>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "services/platform/crypto.h"

namespace nmd::gateway {
namespace {

constexpr size_t kWorthCompressing = 1024;

// One element of a list such as "gzip;q=0.5, br": its value, and how much it is wanted.
struct Choice {
  absl::string_view value;
  double weight = 1;
};

Choice ChoiceOf(absl::string_view element) {
  Choice choice;
  bool first = true;
  for (absl::string_view part : absl::StrSplit(element, ';')) {
    part = absl::StripAsciiWhitespace(part);
    if (first) choice.value = part;
    first = false;
    // What is no number is not wanted, rather than wanted by mistake.
    if (absl::StartsWithIgnoreCase(part, "q=") && !absl::SimpleAtod(part.substr(2), &choice.weight)) choice.weight = 0;
  }
  return choice;
}

// The weight of the most specific of `names`, given from specific to general, that the list has; -1 when it has none.
double WeightOf(absl::string_view list, std::initializer_list<absl::string_view> names) {
  for (const absl::string_view name : names) {
    for (const absl::string_view element : absl::StrSplit(list, ',')) {
      const Choice choice = ChoiceOf(element);
      if (absl::EqualsIgnoreCase(choice.value, name)) return choice.weight;
    }
  }
  return -1;
}

std::string PercentEncode(absl::string_view text) {
  std::string encoded;
  for (const char c : text) {
    if (absl::ascii_isalnum(static_cast<unsigned char>(c)) || absl::StrContains("-._~", c)) {
      encoded.push_back(c);
    } else {
      absl::StrAppend(&encoded, "%", absl::AsciiStrToUpper(absl::BytesToHexString(absl::string_view(&c, 1))));
    }
  }
  return encoded;
}

}  // namespace

bool Accepts(absl::string_view accept, absl::string_view type) {
  type = absl::StripAsciiWhitespace(type.substr(0, type.find(';')));
  const std::string any = absl::StrCat(type.substr(0, type.find('/')), "/*");
  return absl::StripAsciiWhitespace(accept).empty() || WeightOf(accept, {type, any, "*/*"}) > 0;
}

bool AcceptsGzip(absl::string_view accept_encoding) { return WeightOf(accept_encoding, {"gzip", "*"}) > 0; }

std::string Gzip(absl::string_view body) {
  z_stream stream = {};
  // 16: a gzip header instead of zlib's own.
  if (deflateInit2(&stream, 3, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK) return {};
  std::string compressed(deflateBound(&stream, body.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(body.data()));
  stream.avail_in = static_cast<uInt>(body.size());
  stream.next_out = reinterpret_cast<Bytef*>(compressed.data());
  stream.avail_out = static_cast<uInt>(compressed.size());
  const bool done = deflate(&stream, Z_FINISH) == Z_STREAM_END;
  compressed.resize(done ? stream.total_out : 0);
  deflateEnd(&stream);
  return compressed;
}

std::string TagOf(absl::string_view body) { return absl::StrCat("W/\"", Sha256Hex(body).substr(0, 32), "\""); }

bool HasTag(absl::string_view if_none_match, absl::string_view tag) {
  absl::ConsumePrefix(&tag, "W/");
  for (absl::string_view one : absl::StrSplit(if_none_match, ',')) {
    one = absl::StripAsciiWhitespace(one);
    absl::ConsumePrefix(&one, "W/");
    if (one == "*" || (!one.empty() && one == tag)) return true;
  }
  return false;
}

void CompressFor(absl::string_view accept_encoding, HttpResponse* response) {
  const absl::string_view type = response->content_type;
  const bool text = absl::StartsWith(type, "text/") || absl::StartsWith(type, "application/json") ||
                    absl::StartsWith(type, "application/problem+json") || absl::StartsWith(type, "application/ld+json") ||
                    absl::StartsWith(type, "application/xml") || absl::StartsWith(type, "application/vnd.sdmx") ||
                    absl::StartsWith(type, "application/csvm+json") || absl::StartsWith(type, "image/svg");
  if (!text || response->body.size() < kWorthCompressing) return;
  response->headers.emplace_back("Vary", "Accept-Encoding");
  if (!AcceptsGzip(accept_encoding)) return;
  std::string compressed = Gzip(response->body);
  if (compressed.empty() || compressed.size() >= response->body.size()) return;
  response->body = std::move(compressed);
  response->headers.emplace_back("Content-Encoding", "gzip");
}

std::string NextLink(absl::string_view query, absl::string_view token) {
  std::string next;
  for (const auto& [name, value] : ParseQuery(query).value_or(std::vector<std::pair<std::string, std::string>>())) {
    if (name == "pageToken" || name == "page_token") continue;
    absl::StrAppend(&next, PercentEncode(name), "=", PercentEncode(value), "&");
  }
  return absl::StrCat("<?", next, "pageToken=", PercentEncode(token), ">; rel=\"next\"");
}

}  // namespace nmd::gateway
