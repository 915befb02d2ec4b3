// SPDX-License-Identifier: EUPL-1.2
#include "services/contracts/settlement.h"

#include <gtest/gtest.h>

namespace nmd::contracts {
namespace {

using type::Figure;
using Settlement = v1::ProviderAccount::Settlement;

Figure Of(Figure::State state, Cents amount = 0) {
  Figure figure;
  figure.set_state(state);
  if (state == Figure::ANSWERED) figure.set_amount_cents(amount);
  return figure;
}
Figure Amount(Cents amount) { return Of(Figure::ANSWERED, amount); }
const Figure kNotRegistered = Of(Figure::NOT_REGISTERED);

TEST(Settlement, Check14_GrantedPaidAndBookedAreTheSame) {
  const SettledAmounts amounts = SettledAmountsOf(Amount(10'000), Amount(10'000), Amount(10'000));
  EXPECT_EQ(amounts.state, Settlement::EQUAL);
  EXPECT_EQ(amounts.text, "Er is € 100,00 toegekend. Dat is ook betaald. Dat is ook geboekt.");
}

TEST(Settlement, Check14_ADifferenceIsTold) {
  const SettledAmounts amounts = SettledAmountsOf(Amount(10'000), Amount(9'000), Amount(10'050));
  EXPECT_EQ(amounts.state, Settlement::DIFFERS);
  EXPECT_EQ(amounts.unpaid, 1'000);
  EXPECT_EQ(amounts.unbooked, -50);
  EXPECT_EQ(amounts.text,
            "Er is € 100,00 toegekend. Er is € 90,00 betaald: € 10,00 minder. Er is € 100,50 geboekt: € 0,50 meer.");
}

TEST(Settlement, WhatIsNotRegisteredIsSaidAndNeverZero) {
  const SettledAmounts booked = SettledAmountsOf(Amount(10'000), kNotRegistered, Amount(10'000));
  EXPECT_EQ(booked.state, Settlement::EQUAL);
  EXPECT_EQ(booked.unpaid, std::nullopt);
  EXPECT_EQ(booked.text, "Er is € 100,00 toegekend. Wat is betaald, is niet geregistreerd. Dat is ook geboekt.");
  EXPECT_EQ(SettledAmountsOf(Amount(10'000), kNotRegistered, kNotRegistered).state, Settlement::NOT_REGISTERED);
  EXPECT_EQ(SettledAmountsOf(Amount(10'000), Of(Figure::NOT_AVAILABLE), Amount(10'000)).state, Settlement::NOT_AVAILABLE);
}

}  // namespace
}  // namespace nmd::contracts
