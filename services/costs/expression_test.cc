// SPDX-License-Identifier: EUPL-1.2
#include "services/costs/expression.h"

#include <limits>
#include <random>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace nmd::costs {
namespace {

using Outcome = Expression::Outcome;
using ::testing::HasSubstr;

const Unit kClients = {0, 1, "cliënten", true, false, true};
const Unit kInhabitants = {0, 1, "personen", true, true, true};
const Unit kEuro = {1, 0, "", true, true, true};

Unit UnitOf(const std::string& name) {
  return name == "clients"      ? kClients
         : name == "population" ? kInhabitants
         : name == "provisions" ? Unit{0, 1, "voorzieningen"}
                                : kEuro;
}

std::vector<ExpressionFault> FaultsOf(const std::string& text) {
  std::vector<ExpressionFault> faults;
  const Expression expression = Expression::Parse(text, &faults);
  if (!faults.empty()) return faults;
  std::vector<Unit> units;
  for (const auto& name : expression.names()) units.push_back(UnitOf(name.text));
  expression.Check(units, &faults);
  return faults;
}

Unit ResultOf(const std::string& text) {
  std::vector<ExpressionFault> faults;
  const Expression expression = Expression::Parse(text, &faults);
  std::vector<Unit> units;
  for (const auto& name : expression.names()) units.push_back(UnitOf(name.text));
  const Unit unit = expression.Check(units, &faults);
  EXPECT_TRUE(faults.empty()) << text << ": " << (faults.empty() ? "" : faults[0].text);
  return unit;
}

Expression::Result ValueOf(const std::string& text, std::vector<Fraction> values) {
  std::vector<ExpressionFault> faults;
  const Expression expression = Expression::Parse(text, &faults);
  EXPECT_TRUE(faults.empty()) << text;
  EXPECT_EQ(expression.names().size(), values.size()) << text;
  return expression.Evaluate(values);
}

TEST(Expression, MultiplicationGoesBeforeAdditionAndFromLeftToRight) {
  struct Case {
    const char* text;
    int64_t expected;
  };
  for (const Case& c : {Case{"a + 2 * 3", 16},
                        {"(a + 2) * 3", 36},
                        {"a - 2 - 3", 5},
                        {"a / 2 / 5", 1},
                        {"-a + 1", -9},
                        {"-(a - 3) * 2", -14},
                        {"a*a", 100},
                        {"1.5 * a", 15},
                        {"per_1000(a, a / 2)", 2000},
                        {"  a\n+\t1 ", 11}}) {
    const auto result = ValueOf(c.text, {10});
    EXPECT_EQ(result.outcome, Outcome::kValue) << c.text;
    EXPECT_TRUE(result.value == Fraction(c.expected)) << c.text;
  }
}

TEST(Expression, FractionsAreExactAndRoundedOnce) {
  // A tenth is not a binary fraction, and a third of three thirds is one.
  EXPECT_TRUE(ValueOf("a * 0.1 * 10", {7}).value == Fraction(7));
  EXPECT_TRUE(ValueOf("a / 3 + a / 3 + a / 3", {1}).value == Fraction(1));
  EXPECT_EQ(*ValueOf("a / 2", {5}).value.Rounded(), 3);
  EXPECT_EQ(*ValueOf("a / 2", {-5}).value.Rounded(), -3);
  EXPECT_EQ(*ValueOf("a / 3", {5}).value.Rounded(), 2);
}

TEST(Expression, ADivisionByZeroHasNoValue) {
  EXPECT_EQ(ValueOf("a / b", {1, 0}).outcome, Outcome::kDividedByZero);
  EXPECT_EQ(ValueOf("a / b", {0, 0}).outcome, Outcome::kDividedByZero);
  EXPECT_EQ(ValueOf("0 * (a / b)", {1, 0}).outcome, Outcome::kDividedByZero);
  EXPECT_EQ(ValueOf("per_1000(a, b)", {1, 0}).outcome, Outcome::kDividedByZero);
  EXPECT_EQ(ValueOf("a / b", {0, 4}).outcome, Outcome::kValue);
}

TEST(Expression, WhatDoesNotFitIsToldAndNeverWraps) {
  const int64_t most = std::numeric_limits<int64_t>::max();
  EXPECT_EQ(ValueOf("a * a * a", {most}).outcome, Outcome::kTooLarge);
  const auto square = ValueOf("a * a", {most});
  EXPECT_EQ(square.outcome, Outcome::kValue);
  EXPECT_FALSE(square.value.Rounded().has_value());
  EXPECT_TRUE(ValueOf("a * a / a", {most}).value == Fraction(most));
}

TEST(Expression, AFaultOfFormHasItsPlace) {
  struct Case {
    const char* text;
    size_t at;
    const char* says;
  };
  for (const Case& c : {Case{"", 1, "expected here"},
                        {"a +", 4, "expected here"},
                        {"(a", 3, "closing parenthesis"},
                        {"a b", 3, "not expected"},
                        {"a $ b", 3, "not expected"},
                        {"1.", 1, "after the point"},
                        {"per_1000 a", 10, "parentheses"},
                        {"per_1000(a)", 11, "comma"},
                        {"Clients", 1, "expected here"},
                        {"1234567890123456789", 1, "18 digits"},
                        {"a)", 2, "not expected"}}) {
    const auto faults = FaultsOf(c.text);
    ASSERT_EQ(faults.size(), 1u) << c.text;
    EXPECT_EQ(faults[0].at, c.at) << c.text;
    EXPECT_THAT(faults[0].text, HasSubstr(c.says)) << c.text;
  }
}

TEST(Expression, DepthAndLengthAreBounded) {
  EXPECT_TRUE(FaultsOf(std::string(50, '(') + "clients" + std::string(50, ')')).empty());
  EXPECT_THAT(FaultsOf(std::string(51, '(') + "clients" + std::string(51, ')'))[0].text, HasSubstr("deeper than 50"));
  EXPECT_THAT(FaultsOf(std::string(1'000'000, '-') + "clients")[0].text, HasSubstr("longer than 2000"));
  EXPECT_THAT(FaultsOf(std::string(1'000, '-') + "clients")[0].text, HasSubstr("deeper than 50"));
}

TEST(Expression, NobodyAddsClientsToEuros) {
  for (const char* text : {"clients + approved", "clients - provisions", "approved + 1", "clients + clients / approved"}) {
    const auto faults = FaultsOf(text);
    ASSERT_FALSE(faults.empty()) << text;
    EXPECT_THAT(faults[0].text, ::testing::AnyOf(HasSubstr("adds"), HasSubstr("subtracts"))) << text;
  }
  EXPECT_THAT(FaultsOf("clients + approved + (clients - approved)").size(), 2u) << "all of them at once";
  EXPECT_THAT(FaultsOf("approved * approved")[0].text, HasSubstr("no money, count or ratio"));
  EXPECT_THAT(FaultsOf("1 / approved")[0].text, HasSubstr("no money, count or ratio"));
  EXPECT_THAT(FaultsOf("1 + 2")[0].text, HasSubstr("no measure"));
}

TEST(Expression, TheUnitSaysWhatTheResultIs) {
  EXPECT_EQ(ResultOf("approved / clients").money, 1);
  EXPECT_FALSE(ResultOf("approved / clients").additive);
  EXPECT_TRUE(ResultOf("declared - approved").additive);
  EXPECT_TRUE(ResultOf("1.1 * approved").additive);
  EXPECT_FALSE(ResultOf("1.1 * approved").whole);
  EXPECT_FALSE(ResultOf("2 * clients").additive) << "a distinct count does not sum, nor does its double";
  EXPECT_EQ(ResultOf("2 * clients").noun, "cliënten");
  EXPECT_EQ(ResultOf("per_1000(clients, population)").things, 0);
  EXPECT_EQ(ResultOf("1 - approved / declared").money, 0);
}

TEST(Expression, ARateOfACountIsRecognised) {
  std::vector<ExpressionFault> faults;
  EXPECT_EQ(Expression::Parse("per_1000(a, b)", &faults).CountOfRate(), 0u);
  EXPECT_FALSE(Expression::Parse("per_1000(a + a, b)", &faults).CountOfRate().has_value());
  EXPECT_FALSE(Expression::Parse("1000 * a / b", &faults).CountOfRate().has_value());
}

// The laws of arithmetic hold exactly for random fractions.
TEST(Expression, FractionsObeyTheLawsOfArithmetic) {
  std::mt19937_64 random(20180101);
  const auto pick = [&random] {
    const auto part = [&random] { return static_cast<int64_t>(random() % 2'000'001) - 1'000'000; };
    int64_t denominator = part();
    if (denominator == 0) denominator = 1;
    return *Fraction::Of(part(), denominator);
  };
  for (int i = 0; i < 2'000; ++i) {
    const Fraction a = pick(), b = pick(), c = pick();
    EXPECT_TRUE(*a.Plus(b) == *b.Plus(a));
    EXPECT_TRUE(*a.Times(*b.Plus(c)) == *a.Times(b)->Plus(*a.Times(c)));
    EXPECT_TRUE(*a.Plus(b)->Minus(b) == a);
    EXPECT_TRUE(b.zero() || *a.Over(b)->Times(b) == a);
  }
}

// No text, however odd, does more than give faults.
TEST(Expression, RandomTextsAreReadInBoundedWork) {
  std::mt19937_64 random(7);
  constexpr absl::string_view kAlphabet = "ab1.+-*/(), _per_1000(";
  for (int i = 0; i < 5'000; ++i) {
    std::string text;
    const size_t length = random() % 60;
    for (size_t k = 0; k < length; ++k) text += kAlphabet[random() % kAlphabet.size()];
    std::vector<ExpressionFault> faults;
    const Expression expression = Expression::Parse(text, &faults);
    EXPECT_LE(faults.size(), 1u) << text;
    if (faults.empty()) expression.Evaluate(std::vector<Fraction>(expression.names().size(), Fraction(3)));
  }
}

}  // namespace
}  // namespace nmd::costs
