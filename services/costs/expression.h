// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_COSTS_EXPRESSION_H_
#define NMD_SERVICES_COSTS_EXPRESSION_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

// Measures made of other measures (R11): a language without variables, loops or text, so that every expression ends and
// says one number.
//
//   expression = term {("+" | "-") term}          term = factor {("*" | "/") factor}
//   factor = number | measure | "(" expression ")" | "-" factor | "per_1000" "(" expression "," expression ")"
//   number = digits ["." digits]       measure = lower case letters, digits and underscores
//
// per_1000(a, b) is 1000 * a / b. Values are exact fractions; only the end result is rounded. A measure that has no value
// leaves the whole without one, and so does a division by zero: neither is ever 0.
namespace nmd::costs {

// A fraction in lowest terms, with a positive denominator. Arithmetic that does not fit in 128 bits gives nullopt.
class Fraction {
 public:
  using Wide = __int128;

  constexpr Fraction() = default;
  constexpr Fraction(int64_t whole) : numerator_(whole) {}  // NOLINT: a whole number is a fraction.
  // REQUIRES: denominator != 0. nullopt when it does not fit.
  static std::optional<Fraction> Of(Wide numerator, Wide denominator);

  std::optional<Fraction> Plus(const Fraction& other) const;
  std::optional<Fraction> Minus(const Fraction& other) const;
  std::optional<Fraction> Times(const Fraction& other) const;
  // REQUIRES: other is not zero.
  std::optional<Fraction> Over(const Fraction& other) const;

  bool zero() const { return numerator_ == 0; }
  bool whole() const { return denominator_ == 1; }
  // Nearest whole number, half away from zero; nullopt when it does not fit in 64 bits.
  std::optional<int64_t> Rounded() const;
  double Real() const;
  friend bool operator==(const Fraction& a, const Fraction& b) {
    return a.numerator_ == b.numerator_ && a.denominator_ == b.denominator_;
  }

 private:
  Wide numerator_ = 0;
  Wide denominator_ = 1;
};

// What a value is a number of: powers of euro and of counted things. Nobody adds clients to euros.
struct Unit {
  int money = 0;
  int things = 0;
  std::string noun;       // Of things with power 1. Example: "cliënten".
  bool whole = false;     // Whole numbers stay whole: no division and no decimals were used.
  bool additive = false;  // Values of parts sum to that of the whole.
  bool measured = false;  // A measure plays a part in it.
};

// A fault in a text. `at` counts characters from 1.
struct ExpressionFault {
  size_t at = 0;
  std::string text;
};

class Expression {
 public:
  // Longer texts and deeper nesting are faults, so that the work is bounded.
  static constexpr size_t kLongest = 2000;
  static constexpr int kDeepest = 50;

  struct Name {
    std::string text;
    size_t at = 0;  // Where it first stands.
  };

  // Adds to `faults` when the text is not an expression; then the result must not be used.
  static Expression Parse(absl::string_view text, std::vector<ExpressionFault>* faults);

  // Measures in it, in order of first appearance, each once.
  const std::vector<Name>& names() const { return names_; }

  // The unit of the result, given those of names(). Adds a fault for every place where units do not go together, and when
  // the result is no money, count or ratio of measures.
  Unit Check(absl::Span<const Unit> units, std::vector<ExpressionFault>* faults) const;

  enum class Outcome { kValue, kDividedByZero, kTooLarge };
  struct Result {
    Outcome outcome = Outcome::kValue;
    Fraction value;
  };
  // `values` are those of names().
  Result Evaluate(absl::Span<const Fraction> values) const;

  // When the whole is per_1000 of one measure per another: the index of the first in names(), of which an interval can be
  // given; else nullopt.
  std::optional<size_t> CountOfRate() const;

 private:
  friend class ExpressionParser;
  enum class Op : uint8_t { kNumber, kName, kNegate, kAdd, kSubtract, kMultiply, kDivide, kPer1000 };
  struct Node {
    Op op = Op::kNumber;
    Fraction number;
    size_t name = 0;
    size_t at = 0;
  };

  std::vector<Node> nodes_;  // Operands before their operator.
  std::vector<Name> names_;
};

}  // namespace nmd::costs

#endif  // NMD_SERVICES_COSTS_EXPRESSION_H_
