// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_ANALYSES_PRINTED_H_
#define NMD_SERVICES_ANALYSES_PRINTED_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "services/core/date.h"
#include "services/core/money.h"

// Amounts as a document prints them, and the sums it makes of them (requirements 2.4, 2.8, I2 to I5). Pure. No floating point:
// a printed "0,1" of millions is 10,000,000 cents.
namespace nmd::analyses {

inline constexpr Cents kEuro = 100;
inline constexpr Cents kMillionEuro = 100'000'000;
// Larger amounts are a mistake; sums of thousands of smaller ones fit in 64 bits.
inline constexpr Cents kLargestAmount = 10'000 * kMillionEuro;

struct Printed {
  enum class State {
    kBlank,             // Nothing stands there: adds nothing.
    kAmount,            //
    kDash,              // "-": none, so zero.
    kProMemorie,        // "pm": there is one, not known yet.
    kChargedElsewhere,  // "t.l.v. X": another budget pays.
  };
  State state = State::kBlank;
  Cents amount = 0;        // Unless kAmount 0.
  Cents resolution = 0;    // Of kAmount: a step of the last digit.
  std::string charged_to;  // What stands behind "t.l.v.", also of "pm t.l.v. X".
};

// Reads what is printed: "", "-", "pm", "t.l.v. X", or a number as Dutch writes it, with an optional sign, "€" before and
// "miljoen" or "mln" behind it. A number without a unit is worth `unit` cents per 1. nullopt for anything else, for digits
// that are less than a cent, and beyond kLargestAmount.
std::optional<Printed> ReadPrinted(absl::string_view text, Cents unit);

// "2,5%" or "4%" as thousandths of a percent: 2500, 4000. nullopt for anything else and above 1000%.
std::optional<int64_t> ReadPercent(absl::string_view text);

struct SumOutcome {
  Cents sum = 0;         // Of amounts and dashes.
  Cents difference = 0;  // Printed total minus sum; 0 without a printed total.
  bool printed = false;  // There is a total to compare with.
  bool closes = false;   // It is equal to the cent.
  // Half a step of every amount and of the total: the most that rounding can make of nothing.
  Cents rounding = 0;
  int blanks = 0;
  int open = 0;  // pm and charged elsewhere.
};

// Adds up and compares. A total that is no amount is as good as none.
SumOutcome CheckSum(absl::Span<const Printed> lines, const Printed& total);

// Something that goes from one yearly amount to another on a day.
struct Change {
  Cents from = 0;
  Cents to = 0;
  Day earliest = 0;  // 0 and before the first year: at once.
};

// The amount of each year from first to last (R165). In the year of its day a change counts by whole months, of which the one
// the day is in is the first if the day is its first, else the next one is; a part of a year is rounded to cents.
// REQUIRES: first_year <= last_year.
std::vector<Cents> Phased(const Change& change, int first_year, int last_year);

}  // namespace nmd::analyses

#endif  // NMD_SERVICES_ANALYSES_PRINTED_H_
