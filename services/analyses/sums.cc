// SPDX-License-Identifier: EUPL-1.2
#include "services/analyses/sums.h"

#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "services/core/dutch.h"

namespace nmd::analyses {

using costs::v1::PrintedAmount;
using costs::v1::SumCheck;

PrintedAmount AmountMessage(absl::string_view text, const Printed& printed) {
  PrintedAmount amount;
  amount.set_text(std::string(text));
  amount.set_charged_to(printed.charged_to);
  switch (printed.state) {
    case Printed::State::kBlank:
      amount.set_state(PrintedAmount::BLANK);
      break;
    case Printed::State::kAmount:
      amount.set_state(PrintedAmount::AMOUNT);
      amount.set_amount_cents(printed.amount);
      amount.set_resolution_cents(printed.resolution);
      break;
    case Printed::State::kDash:
      amount.set_state(PrintedAmount::DASH);
      amount.set_amount_cents(0);
      break;
    case Printed::State::kProMemorie:
      amount.set_state(PrintedAmount::PRO_MEMORIE);
      break;
    case Printed::State::kChargedElsewhere:
      amount.set_state(PrintedAmount::CHARGED_ELSEWHERE);
      break;
  }
  return amount;
}

Printed PrintedOf(const PrintedAmount& amount) {
  Printed printed;
  printed.amount = amount.amount_cents();
  printed.resolution = amount.resolution_cents();
  printed.charged_to = amount.charged_to();
  printed.state = amount.state() == PrintedAmount::AMOUNT              ? Printed::State::kAmount
                  : amount.state() == PrintedAmount::DASH              ? Printed::State::kDash
                  : amount.state() == PrintedAmount::PRO_MEMORIE       ? Printed::State::kProMemorie
                  : amount.state() == PrintedAmount::CHARGED_ELSEWHERE ? Printed::State::kChargedElsewhere
                                                                       : Printed::State::kBlank;
  return printed;
}

std::string AmountText(Cents amount) {
  if (std::abs(amount) < kMillionEuro / 10) return amount % 100 == 0 ? dutch::EuroWhole(amount) : dutch::Euro(amount);
  const double millions = static_cast<double>(amount) / static_cast<double>(kMillionEuro);
  if (amount % (kMillionEuro / 10) == 0) return absl::StrCat("€ ", dutch::Decimal(millions, 1), " miljoen");
  if (amount % (kMillionEuro / 100) == 0) return absl::StrCat("€ ", dutch::Decimal(millions, 2), " miljoen");
  return amount % 100 == 0 ? dutch::EuroWhole(amount) : dutch::Euro(amount);
}

SumCheck SumMessage(absl::string_view lead, const SumOutcome& outcome, const PrintedAmount& total) {
  SumCheck check;
  *check.mutable_printed() = total;
  check.set_sum_cents(outcome.sum);
  check.set_difference_cents(outcome.difference);
  check.set_rounding_cents(outcome.rounding);
  check.set_blank_count(outcome.blanks);
  check.set_open_count(outcome.open);
  std::string text = absl::StrCat(lead, " ", AmountText(outcome.sum));
  if (!outcome.printed) {
    check.set_state(SumCheck::NOT_PRINTED);
    absl::StrAppend(&text, "; daar is geen totaal van gedrukt.");
  } else if (outcome.closes) {
    check.set_state(SumCheck::CLOSES);
    absl::StrAppend(&text, ", zoals gedrukt.");
  } else {
    check.set_state(SumCheck::DOES_NOT_CLOSE);
    check.set_rounding_may_explain(std::abs(outcome.difference) <= outcome.rounding);
    absl::StrAppend(&text, "; gedrukt staat ", AmountText(total.amount_cents()), ". Het verschil is ",
                    AmountText(outcome.difference), " en is niet weggewerkt. ",
                    check.rounding_may_explain() ? "Het kan door afronding komen." : "Afronding verklaart het niet.");
  }
  if (outcome.blanks > 0) {
    absl::StrAppend(&text, outcome.blanks == 1 ? std::string(" 1 post is leeg en telt niet mee.")
                                               : absl::StrCat(" ", outcome.blanks, " posten zijn leeg en tellen niet mee."));
  }
  if (outcome.open > 0) {
    absl::StrAppend(&text, " Bij ", outcome.open == 1 ? std::string("1 post") : absl::StrCat(outcome.open, " posten"),
                    " staat geen bedrag: pm, of ten laste van een ander budget.");
  }
  check.set_statement(std::move(text));
  return check;
}

SumCheck CheckLines(const std::vector<Printed>& lines, const PrintedAmount& total) {
  return SumMessage("De posten tellen op tot", CheckSum(lines, PrintedOf(total)), total);
}

}  // namespace nmd::analyses
