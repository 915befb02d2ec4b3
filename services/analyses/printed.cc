// SPDX-License-Identifier: EUPL-1.2
#include "services/analyses/printed.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/strip.h"

namespace nmd::analyses {
namespace {

constexpr absl::string_view kMinus = "\u2212";

struct Digits {
  int64_t value = 0;  // All digits as one whole number.
  int decimals = 0;
};

// "1.234,5", "1234,5", "1234": points only between groups of three, at most twelve digits.
std::optional<Digits> ReadDigits(absl::string_view text) {
  const size_t comma = text.find(',');
  const absl::string_view whole = text.substr(0, comma);
  const absl::string_view part = comma == absl::string_view::npos ? absl::string_view() : text.substr(comma + 1);
  if (whole.empty() || (comma != absl::string_view::npos && part.empty())) return std::nullopt;
  const bool grouped = whole.find('.') != absl::string_view::npos;
  Digits digits;
  int count = 0;
  const auto take = [&](char c) {
    if (!absl::ascii_isdigit(static_cast<unsigned char>(c)) || ++count > 12) return false;
    digits.value = digits.value * 10 + (c - '0');
    return true;
  };
  for (size_t i = 0; i < whole.size(); ++i) {
    const bool point_here = grouped && i > 0 && (whole.size() - i) % 4 == 0;
    if (point_here ? whole[i] != '.' : !take(whole[i])) return std::nullopt;
  }
  for (const char c : part) {
    if (!take(c)) return std::nullopt;
  }
  digits.decimals = static_cast<int>(part.size());
  return digits;
}

}  // namespace

std::optional<Printed> ReadPrinted(absl::string_view text, Cents unit) {
  text = absl::StripAsciiWhitespace(text);
  Printed printed;
  if (text.empty()) return printed;
  if (text == "-" || text == kMinus) {
    printed.state = Printed::State::kDash;
    return printed;
  }
  const bool pro_memorie = absl::ConsumePrefix(&text, "pm");
  text = absl::StripLeadingAsciiWhitespace(text);
  if (absl::ConsumePrefix(&text, "t.l.v.")) {
    printed.charged_to = std::string(absl::StripAsciiWhitespace(text));
    if (printed.charged_to.empty()) return std::nullopt;
    printed.state = pro_memorie ? Printed::State::kProMemorie : Printed::State::kChargedElsewhere;
    return printed;
  }
  if (pro_memorie) {
    printed.state = Printed::State::kProMemorie;
    return text.empty() ? std::optional<Printed>(printed) : std::nullopt;
  }
  const bool negative = absl::ConsumePrefix(&text, "-") || absl::ConsumePrefix(&text, kMinus);
  if (!negative) absl::ConsumePrefix(&text, "+");
  text = absl::StripLeadingAsciiWhitespace(text);
  absl::ConsumePrefix(&text, "€");
  text = absl::StripLeadingAsciiWhitespace(text);
  if (absl::ConsumeSuffix(&text, "miljoen") || absl::ConsumeSuffix(&text, "mln")) unit = kMillionEuro;
  const std::optional<Digits> digits = ReadDigits(absl::StripTrailingAsciiWhitespace(text));
  if (!digits.has_value()) return std::nullopt;
  Cents step = unit;
  for (int i = 0; i < digits->decimals; ++i) {
    if (step % 10 != 0) return std::nullopt;
    step /= 10;
  }
  if (digits->value > kLargestAmount / step) return std::nullopt;
  printed.state = Printed::State::kAmount;
  printed.amount = (negative ? -1 : 1) * digits->value * step;
  printed.resolution = step;
  return printed;
}

std::optional<int64_t> ReadPercent(absl::string_view text) {
  text = absl::StripAsciiWhitespace(text);
  if (!absl::ConsumeSuffix(&text, "%")) return std::nullopt;
  const std::optional<Digits> digits = ReadDigits(absl::StripTrailingAsciiWhitespace(text));
  if (!digits.has_value() || digits->decimals > 3) return std::nullopt;
  int64_t thousandths = digits->value;
  for (int i = digits->decimals; i < 3; ++i) thousandths *= 10;
  if (thousandths > 1'000'000) return std::nullopt;
  return thousandths;
}

SumOutcome CheckSum(absl::Span<const Printed> lines, const Printed& total) {
  SumOutcome outcome;
  Cents steps = 0;
  for (const Printed& line : lines) {
    outcome.sum += line.amount;
    steps += line.resolution;
    outcome.blanks += line.state == Printed::State::kBlank ? 1 : 0;
    outcome.open += line.state == Printed::State::kProMemorie || line.state == Printed::State::kChargedElsewhere ? 1 : 0;
  }
  outcome.printed = total.state == Printed::State::kAmount || total.state == Printed::State::kDash;
  if (!outcome.printed) return outcome;
  outcome.difference = total.amount - outcome.sum;
  outcome.closes = outcome.difference == 0;
  outcome.rounding = (steps + total.resolution) / 2;
  return outcome;
}

std::vector<Cents> Phased(const Change& change, int first_year, int last_year) {
  // The first month that counts in full.
  Month begin = MonthOf(change.earliest);
  if (FirstDay(begin) != change.earliest) ++begin;
  std::vector<Cents> amounts;
  for (int year = first_year; year <= last_year; ++year) {
    const int64_t months = std::clamp<int64_t>(int64_t{MonthOf(year, 12)} + 1 - begin, 0, 12);
    amounts.push_back(change.from + MulDiv(change.to - change.from, months, 12));
  }
  return amounts;
}

}  // namespace nmd::analyses
