// SPDX-License-Identifier: EUPL-1.2
#include "services/contracts/settlement.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "services/core/dutch.h"

namespace nmd::contracts {
namespace {

using type::Figure;
using Settlement = v1::ProviderAccount::Settlement;

// Nothing where it is not registered; false when costs cannot tell now.
bool Read(const Figure& figure, std::optional<Cents>* amount) {
  if (figure.state() == Figure::ANSWERED) *amount = figure.amount_cents();
  return figure.state() == Figure::ANSWERED || figure.state() == Figure::NOT_REGISTERED;
}

std::string TextOf(absl::string_view done, const std::optional<Cents>& amount, Cents granted) {
  if (!amount) return absl::StrCat(" Wat is ", done, ", is niet geregistreerd.");
  if (*amount == granted) return absl::StrCat(" Dat is ook ", done, ".");
  return absl::StrCat(" Er is ", dutch::Euro(*amount), " ", done, ": ",
                      dutch::Euro(*amount > granted ? *amount - granted : granted - *amount),
                      *amount > granted ? " meer." : " minder.");
}

}  // namespace

SettledAmounts SettledAmountsOf(const Figure& granted, const Figure& paid, const Figure& booked) {
  SettledAmounts amounts;
  std::optional<Cents> of_granted, of_paid, of_booked;
  const bool known = Read(granted, &of_granted) && Read(paid, &of_paid) && Read(booked, &of_booked);
  if (!known) {
    amounts.state = Settlement::NOT_AVAILABLE;
    amounts.text = "Wat is betaald en geboekt, is nu niet te zeggen.";
    return amounts;
  }
  if (!of_granted || (!of_paid && !of_booked)) {
    amounts.state = Settlement::NOT_REGISTERED;
    amounts.text = "Wat is betaald en wat is geboekt, is niet geregistreerd.";
    return amounts;
  }
  amounts.granted = *of_granted;
  if (of_paid) amounts.unpaid = *of_granted - *of_paid;
  if (of_booked) amounts.unbooked = *of_granted - *of_booked;
  const bool equal = amounts.unpaid.value_or(0) == 0 && amounts.unbooked.value_or(0) == 0;
  amounts.state = equal ? Settlement::EQUAL : Settlement::DIFFERS;
  amounts.text = absl::StrCat("Er is ", dutch::Euro(*of_granted), " toegekend.", TextOf("betaald", of_paid, *of_granted),
                              TextOf("geboekt", of_booked, *of_granted));
  return amounts;
}

}  // namespace nmd::contracts
