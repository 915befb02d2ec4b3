// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_COSTS_DECOMPOSE_H_
#define NMD_SERVICES_COSTS_DECOMPOSE_H_

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "absl/types/span.h"
#include "services/core/money.h"

namespace nmd::costs {

// The logarithmic mean (a - b) / (ln a - ln b), which is a when a == b. REQUIRES: a > 0 and b > 0.
double LogMean(double a, double b);

// Clients, provisions and amount of a whole period.
struct PeriodTotals {
  int64_t clients = 0;
  int64_t provisions = 0;
  Cents amount = 0;
};

// One group in both periods; zero where the group does not occur. Days are those of all its provisions together, quantity is
// in units of one kind; both are zero on both sides where they are not known or nobody asks for them.
struct GroupCosts {
  int64_t provisions_before = 0, provisions_after = 0;
  Cents amount_before = 0, amount_after = 0;
  int64_t days_before = 0, days_after = 0;
  double quantity_before = 0, quantity_after = 0;
};

// Cents as real numbers: an effect is no whole number of cents. What is not split is zero.
struct Factors {
  double clients = 0, intensity = 0, mix = 0;
  double duration = 0;  // Days per provision.
  double volume = 0;    // Units per day.
  double tariff = 0;    // Amount per unit.
  double price = 0;     // Amount per provision; of a group with days, per day; of one with quantities too it is the tariff.

  double Sum() const { return clients + intensity + mix + duration + volume + tariff + price; }
  Factors& operator+=(const Factors& other);
};

// Splits the growth of an amount into clients, provisions per client and price per provision: C = N * (V/N) * (C/V).
// Additive LMDI-I (Ang, Energy Policy 33, 2005): effect = L(C1, C0) * ln(factor1 / factor0); the effects sum to C1 - C0
// (T-04).
//
// Zeros have analytic limits (Ang and Liu, Energy Policy 35, 2007): when one side has no clients the whole growth is theirs,
// else when one side has no provisions it is the intensity's, else when one side has no amount it is the price's.
// nullopt when an amount is negative.
std::optional<Factors> Decompose(const PeriodTotals& before, const PeriodTotals& after);

// The same over groups, with the shift between groups as a factor of its own: C_i = N * (V/N) * (V_i/V) * (C_i/V_i)
// (T-05), and where days D and quantities Q are known C_i/V_i = (D_i/V_i) * (Q_i/D_i) * (C_i/Q_i). One entry per group, in
// order; the effects of a group sum to its growth, and swapping the periods changes only the signs. The effect of clients
// differs a little from that of three factors, because the weights differ.
//
// Zeros: when one side has no clients at all, every group's growth is the clients'. Else a group without provisions on one
// side is one that enters or leaves: its whole growth is mix, which is the limit of the formula when its provisions go to
// zero. A group with provisions on both sides that cost nothing on one is in neither: its whole growth is price, the limit
// when its amount goes to zero. (Replacing zeros by a tiny number instead can be badly wrong: Wood and Lenzen, Energy
// Policy 34, 2006.)
// nullopt when an amount is negative: it has no logarithm.
std::optional<std::vector<Factors>> Decompose(const PeriodTotals& before, const PeriodTotals& after,
                                              absl::Span<const GroupCosts> groups);

}  // namespace nmd::costs

#endif  // NMD_SERVICES_COSTS_DECOMPOSE_H_
