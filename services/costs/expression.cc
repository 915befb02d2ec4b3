// SPDX-License-Identifier: EUPL-1.2
#include "services/costs/expression.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace nmd::costs {
namespace {

using Wide = Fraction::Wide;

// Never negative.
Wide Gcd(Wide a, Wide b) {
  while (b != 0) a = std::exchange(b, a % b);
  return a < 0 ? -a : a;
}

std::optional<Wide> Product(Wide a, Wide b) {
  Wide product;
  if (__builtin_mul_overflow(a, b, &product)) return std::nullopt;
  return product;
}

bool IsNameStart(char c) { return (c >= 'a' && c <= 'z') || c == '_'; }
bool IsDigit(char c) { return absl::ascii_isdigit(static_cast<unsigned char>(c)); }

}  // namespace

std::optional<Fraction> Fraction::Of(Wide numerator, Wide denominator) {
  // The most negative number has no opposite.
  constexpr Wide kLowest = static_cast<Wide>(static_cast<unsigned __int128>(1) << 127);
  if (numerator == kLowest || denominator == kLowest) return std::nullopt;
  if (denominator < 0) {
    numerator = -numerator;
    denominator = -denominator;
  }
  const Wide divisor = Gcd(denominator, numerator);
  Fraction fraction;
  fraction.numerator_ = numerator / divisor;
  fraction.denominator_ = denominator / divisor;
  return fraction;
}

std::optional<Fraction> Fraction::Plus(const Fraction& other) const {
  const Wide shared = Gcd(denominator_, other.denominator_);
  const std::optional<Wide> left = Product(numerator_, other.denominator_ / shared);
  const std::optional<Wide> right = Product(other.numerator_, denominator_ / shared);
  const std::optional<Wide> denominator = Product(denominator_, other.denominator_ / shared);
  Wide sum;
  if (!left || !right || !denominator || __builtin_add_overflow(*left, *right, &sum)) return std::nullopt;
  return Of(sum, *denominator);
}

std::optional<Fraction> Fraction::Minus(const Fraction& other) const {
  Fraction opposite = other;
  opposite.numerator_ = -other.numerator_;
  return Plus(opposite);
}

std::optional<Fraction> Fraction::Times(const Fraction& other) const {
  // Crosswise first, so that what fits in the end fits on the way too.
  const Wide one = Gcd(other.denominator_, numerator_);
  const Wide two = Gcd(denominator_, other.numerator_);
  const std::optional<Wide> numerator = Product(numerator_ / one, other.numerator_ / two);
  const std::optional<Wide> denominator = Product(denominator_ / two, other.denominator_ / one);
  if (!numerator || !denominator) return std::nullopt;
  return Of(*numerator, *denominator);
}

std::optional<Fraction> Fraction::Over(const Fraction& other) const {
  const std::optional<Fraction> inverse = Of(other.denominator_, other.numerator_);
  return inverse ? Times(*inverse) : std::nullopt;
}

std::optional<int64_t> Fraction::Rounded() const {
  const Wide size = numerator_ < 0 ? -numerator_ : numerator_;
  Wide whole_part = size / denominator_;
  const Wide rest = size % denominator_;
  if (rest >= denominator_ - rest) ++whole_part;
  if (whole_part > std::numeric_limits<int64_t>::max()) return std::nullopt;
  return static_cast<int64_t>(numerator_ < 0 ? -whole_part : whole_part);
}

double Fraction::Real() const {
  return static_cast<double>(static_cast<long double>(numerator_) / static_cast<long double>(denominator_));
}

// Recursive descent; stops at the first fault of form, because what comes after it has no meaning.
class ExpressionParser {
 public:
  ExpressionParser(absl::string_view text, std::vector<ExpressionFault>* faults) : text_(text), faults_(faults) {}

  Expression Parse() {
    if (text_.size() > Expression::kLongest) {
      Fault(Expression::kLongest, absl::StrCat("is longer than ", Expression::kLongest, " characters"));
      return {};
    }
    Sum(0);
    if (good_ && Peek() != '\0') Fault(position_, absl::StrCat("\"", text_.substr(position_, 1), "\" is not expected here"));
    return std::move(expression_);
  }

 private:
  using Op = Expression::Op;

  char Peek() {
    while (position_ < text_.size() && absl::ascii_isspace(static_cast<unsigned char>(text_[position_]))) ++position_;
    return position_ < text_.size() ? text_[position_] : '\0';
  }
  bool Take(char c) {
    if (!good_ || Peek() != c) return false;
    ++position_;
    return true;
  }
  void Fault(size_t position, std::string text) {
    if (good_) faults_->push_back({position + 1, std::move(text)});
    good_ = false;
  }
  void Push(Op op, size_t at, size_t name = 0, const Fraction& number = {}) {
    expression_.nodes_.push_back({op, number, name, at + 1});
  }

  void Sum(int depth) {
    Term(depth);
    while (good_) {
      const char c = Peek();
      if (c != '+' && c != '-') return;
      const size_t at = position_++;
      Term(depth);
      Push(c == '+' ? Op::kAdd : Op::kSubtract, at);
    }
  }
  void Term(int depth) {
    Factor(depth);
    while (good_) {
      const char c = Peek();
      if (c != '*' && c != '/') return;
      const size_t at = position_++;
      Factor(depth);
      Push(c == '*' ? Op::kMultiply : Op::kDivide, at);
    }
  }
  void Factor(int depth) {
    const char c = Peek();
    const size_t at = position_;
    if (depth > Expression::kDeepest) {
      return Fault(at, absl::StrCat("is nested deeper than ", Expression::kDeepest, " levels"));
    }
    if (Take('(')) {
      Sum(depth + 1);
      if (good_ && !Take(')')) Fault(position_, "a closing parenthesis is missing");
    } else if (Take('-')) {
      Factor(depth + 1);
      Push(Op::kNegate, at);
    } else if (IsDigit(c)) {
      Number();
    } else if (IsNameStart(c)) {
      NameOrCall(depth);
    } else {
      Fault(at, "a number, a measure or a parenthesis is expected here");
    }
  }
  void Number() {
    const size_t at = position_;
    Wide value = 0;
    Wide scale = 1;
    int digits = 0;
    bool decimals = false;
    while (position_ < text_.size() && (IsDigit(text_[position_]) || (text_[position_] == '.' && !decimals))) {
      const char c = text_[position_++];
      if (c == '.') {
        decimals = true;
        continue;
      }
      value = value * 10 + (c - '0');
      if (decimals) scale *= 10;
      if (++digits > 18) return Fault(at, "a number has at most 18 digits");
    }
    if (text_[position_ - 1] == '.') return Fault(at, "digits are missing after the point");
    Push(Op::kNumber, at, 0, *Fraction::Of(value, scale));
  }
  void NameOrCall(int depth) {
    const size_t at = position_;
    while (position_ < text_.size() && (IsNameStart(text_[position_]) || IsDigit(text_[position_]))) ++position_;
    const absl::string_view name = text_.substr(at, position_ - at);
    if (name == "per_1000") {
      if (!Take('(')) return Fault(position_, "per_1000 is followed by its two parts in parentheses");
      Sum(depth + 1);
      if (good_ && !Take(',')) Fault(position_, "a comma and the second part of per_1000 are missing");
      if (good_) Sum(depth + 1);
      if (good_ && !Take(')')) Fault(position_, "a closing parenthesis is missing");
      return Push(Op::kPer1000, at);
    }
    auto& names = expression_.names_;
    const auto found = std::find_if(names.begin(), names.end(), [&](const Expression::Name& n) { return n.text == name; });
    const auto index = static_cast<size_t>(found - names.begin());
    if (found == names.end()) names.push_back({std::string(name), at + 1});
    Push(Op::kName, at, index);
  }

  const absl::string_view text_;
  std::vector<ExpressionFault>* const faults_;
  Expression expression_;
  size_t position_ = 0;
  bool good_ = true;
};

Expression Expression::Parse(absl::string_view text, std::vector<ExpressionFault>* faults) {
  return ExpressionParser(text, faults).Parse();
}

Unit Expression::Check(absl::Span<const Unit> units, std::vector<ExpressionFault>* faults) const {
  std::vector<Unit> stack;
  const auto pop = [&stack] {
    Unit unit = std::move(stack.back());
    stack.pop_back();
    return unit;
  };
  const auto describe = [](const Unit& unit) -> std::string {
    if (unit.money == 1 && unit.things == 0) return "money";
    if (unit.money == 0 && unit.things == 1) return unit.noun.empty() ? "a count" : unit.noun;
    if (unit.money == 1 && unit.things == -1) return "money per thing";
    return unit.money == 0 && unit.things == 0 ? "a plain number" : "something without a name";
  };
  for (const Node& node : nodes_) {
    switch (node.op) {
      case Op::kNumber:
        stack.push_back({0, 0, "", node.number.whole(), true, false});
        break;
      case Op::kName:
        stack.push_back(units[node.name]);
        stack.back().measured = true;
        break;
      case Op::kNegate:
        break;
      case Op::kAdd:
      case Op::kSubtract: {
        const Unit right = pop();
        Unit& left = stack.back();
        const bool same = left.money == right.money && left.things == right.things && left.noun == right.noun;
        if (!same) {
          faults->push_back({node.at, absl::StrCat(node.op == Op::kAdd ? "adds " : "subtracts ", describe(right),
                                                   node.op == Op::kAdd ? " to " : " from ", describe(left))});
        }
        // A bare number added to something is there once for the whole, and once for every part.
        left.additive = left.additive && right.additive && left.measured && right.measured;
        left.whole = left.whole && right.whole;
        left.measured = left.measured || right.measured;
        break;
      }
      case Op::kMultiply: {
        const Unit right = pop();
        Unit& left = stack.back();
        left.additive = left.additive && right.additive && !(left.measured && right.measured);
        left.noun = left.noun.empty() ? right.noun : left.noun;
        left.money += right.money;
        left.things += right.things;
        left.whole = left.whole && right.whole;
        left.measured = left.measured || right.measured;
        break;
      }
      case Op::kDivide:
      case Op::kPer1000: {
        const Unit right = pop();
        Unit& left = stack.back();
        left.additive = left.additive && !right.measured;
        left.money -= right.money;
        left.things -= right.things;
        if (left.things != 1) left.noun.clear();
        left.whole = false;
        left.measured = left.measured || right.measured;
        break;
      }
    }
  }
  Unit result = stack.back();
  const bool known = (result.money == 0 && (result.things == 0 || result.things == 1)) ||
                     (result.money == 1 && (result.things == 0 || result.things == -1));
  if (!known) faults->push_back({1, absl::StrCat("the result is no money, count or ratio")});
  if (!result.measured) faults->push_back({1, "there is no measure in it"});
  return result;
}

Expression::Result Expression::Evaluate(absl::Span<const Fraction> values) const {
  std::vector<Fraction> stack;
  for (const Node& node : nodes_) {
    if (node.op == Op::kNumber || node.op == Op::kName) {
      stack.push_back(node.op == Op::kNumber ? node.number : values[node.name]);
      continue;
    }
    if (node.op == Op::kNegate) {
      stack.back() = *Fraction(0).Minus(stack.back());
      continue;
    }
    const Fraction right = stack.back();
    stack.pop_back();
    Fraction& left = stack.back();
    const bool divides = node.op == Op::kDivide || node.op == Op::kPer1000;
    if (divides && right.zero()) return {Outcome::kDividedByZero, {}};
    std::optional<Fraction> value;
    if (node.op == Op::kAdd) value = left.Plus(right);
    if (node.op == Op::kSubtract) value = left.Minus(right);
    if (node.op == Op::kMultiply) value = left.Times(right);
    if (divides) value = left.Over(right);
    if (node.op == Op::kPer1000 && value) value = value->Times(1000);
    if (!value) return {Outcome::kTooLarge, {}};
    left = *value;
  }
  return {Outcome::kValue, stack.back()};
}

std::optional<size_t> Expression::CountOfRate() const {
  if (nodes_.size() != 3 || nodes_[2].op != Op::kPer1000 || nodes_[0].op != Op::kName || nodes_[1].op != Op::kName) {
    return std::nullopt;
  }
  return nodes_[0].name;
}

}  // namespace nmd::costs
