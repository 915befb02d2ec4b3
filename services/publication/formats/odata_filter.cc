// SPDX-License-Identifier: EUPL-1.2
#include "services/publication/formats/odata_filter.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace nmd::publication::formats {
namespace {

constexpr size_t kLongest = 4000;
constexpr int kDeepest = 32;

struct Token {
  enum Kind { kEnd, kWord, kText, kNumber, kOpen, kClose, kComma } kind = kEnd;
  std::string text;  // Of a text without its quotes.
};

// Words of operators and functions that OData has beside ours.
bool IsOfOData(absl::string_view word) {
  for (const absl::string_view known : {"add",
                                        "sub",
                                        "mul",
                                        "div",
                                        "divby",
                                        "mod",
                                        "has",
                                        "any",
                                        "all",
                                        "cast",
                                        "isof",
                                        "length",
                                        "indexof",
                                        "substring",
                                        "tolower",
                                        "toupper",
                                        "trim",
                                        "concat",
                                        "year",
                                        "month",
                                        "day",
                                        "hour",
                                        "minute",
                                        "second",
                                        "date",
                                        "time",
                                        "now",
                                        "round",
                                        "floor",
                                        "ceiling",
                                        "geo.distance",
                                        "geo.length",
                                        "geo.intersects",
                                        "matchesPattern",
                                        "case"}) {
    if (word == known) return true;
  }
  return false;
}

absl::Status Unread(absl::string_view what) { return absl::InvalidArgumentError(absl::StrCat("filter: ", what)); }

absl::StatusOr<std::vector<Token>> TokensOf(absl::string_view text) {
  std::vector<Token> tokens;
  size_t i = 0;
  while (i < text.size()) {
    const char c = text[i];
    if (c == ' ') {
      ++i;
    } else if (c == '(' || c == ')' || c == ',') {
      tokens.push_back({c == '(' ? Token::kOpen : c == ')' ? Token::kClose : Token::kComma, std::string(1, c)});
      ++i;
    } else if (c == '\'') {
      Token token = {Token::kText, ""};
      for (++i;; ++i) {
        if (i >= text.size()) return Unread("a text is not closed");
        if (text[i] == '\'' && (i + 1 >= text.size() || text[i + 1] != '\'')) break;
        if (text[i] == '\'') ++i;  // Two are one.
        token.text.push_back(text[i]);
      }
      ++i;
      tokens.push_back(std::move(token));
    } else if (absl::ascii_isdigit(static_cast<unsigned char>(c)) || c == '-' || c == '+') {
      size_t end = i + 1;
      while (end < text.size() && absl::StrContains("0123456789.eE+-", text.substr(end, 1))) ++end;
      tokens.push_back({Token::kNumber, std::string(text.substr(i, end - i))});
      i = end;
    } else if (absl::ascii_isalpha(static_cast<unsigned char>(c)) || c == '_') {
      size_t end = i + 1;
      while (end < text.size() && (absl::ascii_isalnum(static_cast<unsigned char>(text[end])) || text[end] == '_' ||
                                   text[end] == '.' || text[end] == '/'))
        ++end;
      tokens.push_back({Token::kWord, std::string(text.substr(i, end - i))});
      i = end;
    } else {
      return Unread("has a character that is not understood; a text stands in single quotes");
    }
  }
  tokens.emplace_back();
  return tokens;
}

// One side of a comparison: a property, or a literal.
struct Side {
  int property = -1;
  ODataValue literal;
};

ODataProperty::Type TypeOf(const ODataValue& literal) {
  if (std::holds_alternative<bool>(literal)) return ODataProperty::kBoolean;
  return std::holds_alternative<ODataNumber>(literal) ? ODataProperty::kDouble : ODataProperty::kString;
}
bool IsNumeric(ODataProperty::Type type) { return type == ODataProperty::kInt64 || type == ODataProperty::kDouble; }

bool IsNone(const ODataValue& value) { return std::holds_alternative<std::monostate>(value); }

// Negative, zero or positive. REQUIRES: both of one type, and neither none.
int Order(const ODataValue& left, const ODataValue& right) {
  if (const auto* number = std::get_if<ODataNumber>(&left)) {
    const double other = std::get<ODataNumber>(right).value;
    return number->value < other ? -1 : number->value > other ? 1 : 0;
  }
  if (const auto* truth = std::get_if<bool>(&left)) return static_cast<int>(*truth) - static_cast<int>(std::get<bool>(right));
  return std::get<std::string>(left).compare(std::get<std::string>(right));
}

bool Compare(absl::string_view op, const ODataValue& left, const ODataValue& right) {
  if (IsNone(left) || IsNone(right)) {
    const bool same = IsNone(left) && IsNone(right);
    return op == "eq" ? same : op == "ne" && !same;
  }
  const int order = Order(left, right);
  if (op == "eq") return order == 0;
  if (op == "ne") return order != 0;
  if (op == "gt") return order > 0;
  if (op == "ge") return order >= 0;
  return op == "lt" ? order < 0 : order <= 0;
}

class Parser {
 public:
  Parser(std::vector<Token> tokens, absl::Span<const ODataProperty> properties)
      : tokens_(std::move(tokens)), properties_(properties) {}

  absl::StatusOr<ODataFilter> Read() {
    absl::StatusOr<ODataFilter> filter = Or(0);
    if (filter.ok() && Now().kind != Token::kEnd) return Wrong();
    return filter;
  }

 private:
  const Token& Now() const { return tokens_[at_]; }
  bool Take(Token::Kind kind) {
    if (Now().kind != kind) return false;
    ++at_;
    return true;
  }
  bool TakeWord(absl::string_view word) {
    if (Now().kind != Token::kWord || Now().text != word) return false;
    ++at_;
    return true;
  }
  absl::Status Wrong() const {
    if (Now().kind == Token::kWord && IsOfOData(Now().text))
      return absl::UnimplementedError(absl::StrCat("filter: ", Now().text, " is not offered"));
    return Unread(Now().kind == Token::kEnd ? "something is missing at the end" : "something stands where it may not");
  }

  absl::StatusOr<ODataFilter> Or(int depth) {
    absl::StatusOr<ODataFilter> left = And(depth);
    while (left.ok() && TakeWord("or")) {
      absl::StatusOr<ODataFilter> right = And(depth);
      if (!right.ok()) return right;
      left = [a = *std::move(left), b = *std::move(right)](const ODataRow& row) { return a(row) || b(row); };
    }
    return left;
  }

  absl::StatusOr<ODataFilter> And(int depth) {
    absl::StatusOr<ODataFilter> left = Not(depth);
    while (left.ok() && TakeWord("and")) {
      absl::StatusOr<ODataFilter> right = Not(depth);
      if (!right.ok()) return right;
      left = [a = *std::move(left), b = *std::move(right)](const ODataRow& row) { return a(row) && b(row); };
    }
    return left;
  }

  absl::StatusOr<ODataFilter> Not(int depth) {
    if (depth > kDeepest) return Unread("is nested too deep");
    if (TakeWord("not")) {
      absl::StatusOr<ODataFilter> inner = Not(depth + 1);
      if (!inner.ok()) return inner;
      return ODataFilter([a = *std::move(inner)](const ODataRow& row) { return !a(row); });
    }
    if (Take(Token::kOpen)) {
      absl::StatusOr<ODataFilter> inner = Or(depth + 1);
      if (inner.ok() && !Take(Token::kClose)) return Wrong();
      return inner;
    }
    for (const absl::string_view function : {"contains", "startswith", "endswith"}) {
      if (Now().kind == Token::kWord && Now().text == function && tokens_[at_ + 1].kind == Token::kOpen) {
        return Function(function);
      }
    }
    return Comparison();
  }

  absl::StatusOr<ODataFilter> Function(absl::string_view function) {
    at_ += 2;
    absl::StatusOr<Side> text = ReadSide();
    if (!text.ok()) return text.status();
    if (!Take(Token::kComma)) return Wrong();
    absl::StatusOr<Side> part = ReadSide();
    if (!part.ok()) return part.status();
    if (!Take(Token::kClose)) return Wrong();
    const bool fits = text->property >= 0 && properties_[static_cast<size_t>(text->property)].type == ODataProperty::kString &&
                      part->property < 0 && std::holds_alternative<std::string>(part->literal);
    if (!fits) return Unread(absl::StrCat(function, " takes a property that is a text, and a text in quotes"));
    return ODataFilter(
        [function, at = static_cast<size_t>(text->property), part = std::get<std::string>(part->literal)](const ODataRow& row) {
          const auto* value = std::get_if<std::string>(&row[at]);
          if (value == nullptr) return false;
          if (function == "contains") return absl::StrContains(*value, part);
          return function == "startswith" ? absl::StartsWith(*value, part) : absl::EndsWith(*value, part);
        });
  }

  absl::StatusOr<ODataFilter> Comparison() {
    absl::StatusOr<Side> left = ReadSide();
    if (!left.ok()) return left.status();
    if (TakeWord("in")) return In(*left);
    std::string op;
    for (const char* known : {"eq", "ne", "gt", "ge", "lt", "le"}) {
      if (op.empty() && TakeWord(known)) op = known;
    }
    if (op.empty()) {
      // A property that is true or false may stand alone.
      if (left->property >= 0 && properties_[static_cast<size_t>(left->property)].type == ODataProperty::kBoolean) {
        return ODataFilter([at = static_cast<size_t>(left->property)](const ODataRow& row) {
          const bool* value = std::get_if<bool>(&row[at]);
          return value != nullptr && *value;
        });
      }
      return Wrong();
    }
    absl::StatusOr<Side> right = ReadSide();
    if (!right.ok()) return right.status();
    if (absl::Status fits = Fits(*left, *right); !fits.ok()) return fits;
    return ODataFilter([op, left = *std::move(left), right = *std::move(right)](const ODataRow& row) {
      const auto value = [&](const Side& side) -> const ODataValue& {
        return side.property < 0 ? side.literal : row[static_cast<size_t>(side.property)];
      };
      return Compare(op, value(left), value(right));
    });
  }

  absl::StatusOr<ODataFilter> In(const Side& left) {
    if (left.property < 0 || !Take(Token::kOpen)) return Wrong();
    std::vector<ODataValue> values;
    do {
      absl::StatusOr<Side> value = ReadSide();
      if (!value.ok()) return value.status();
      if (value->property >= 0) return Unread("a list has literals only");
      if (absl::Status fits = Fits(left, *value); !fits.ok()) return fits;
      values.push_back(std::move(value->literal));
    } while (Take(Token::kComma));
    if (!Take(Token::kClose)) return Wrong();
    return ODataFilter([at = static_cast<size_t>(left.property), values = std::move(values)](const ODataRow& row) {
      return std::any_of(values.begin(), values.end(), [&](const ODataValue& value) { return Compare("eq", row[at], value); });
    });
  }

  absl::StatusOr<Side> ReadSide() {
    Side side;
    const Token token = Now();
    switch (token.kind) {
      case Token::kText:
        side.literal = token.text;
        break;
      case Token::kNumber: {
        ODataNumber number;
        if (!absl::SimpleAtod(token.text, &number.value) || !std::isfinite(number.value))
          return Unread("has a number that is none");
        number.digits = token.text;
        side.literal = std::move(number);
        break;
      }
      case Token::kWord: {
        if (token.text == "null") break;
        if (token.text == "true" || token.text == "false") {
          side.literal = token.text == "true";
          break;
        }
        for (size_t p = 0; p < properties_.size(); ++p) {
          if (properties_[p].name == token.text) side.property = static_cast<int>(p);
        }
        if (side.property >= 0) break;
        if (IsOfOData(token.text)) return Wrong();
        return Unread("names a property that is not there; $metadata has them all");
      }
      default:
        return Wrong();
    }
    ++at_;
    return side;
  }

  // Whether the two can be compared.
  absl::Status Fits(const Side& left, const Side& right) const {
    const auto none = [](const Side& side) { return side.property < 0 && IsNone(side.literal); };
    if (none(left) || none(right)) return absl::OkStatus();
    const auto type = [&](const Side& side) {
      return side.property < 0 ? TypeOf(side.literal) : properties_[static_cast<size_t>(side.property)].type;
    };
    const ODataProperty::Type a = type(left), b = type(right);
    if (a == b || (IsNumeric(a) && IsNumeric(b))) return absl::OkStatus();
    return Unread("compares a text with a number, or either with true or false");
  }

  const std::vector<Token> tokens_;
  const absl::Span<const ODataProperty> properties_;
  size_t at_ = 0;
};

}  // namespace

absl::StatusOr<ODataFilter> ReadODataFilter(absl::string_view text, absl::Span<const ODataProperty> properties) {
  if (text.empty()) return ODataFilter([](const ODataRow&) { return true; });
  if (text.size() > kLongest) return Unread(absl::StrCat("is longer than ", kLongest, " bytes"));
  absl::StatusOr<std::vector<Token>> tokens = TokensOf(text);
  if (!tokens.ok()) return tokens.status();
  return Parser(*std::move(tokens), properties).Read();
}

}  // namespace nmd::publication::formats
