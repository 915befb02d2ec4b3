// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_ANALYSES_LADDER_H_
#define NMD_SERVICES_ANALYSES_LADDER_H_

#include <cstddef>
#include <optional>
#include <vector>

#include "services/analyses/dice.h"
#include "services/core/money.h"

// What is still to be declared about months that are over (declaratieachterstand, requirements 6.3, T-20b). Pure.
//
// Chain ladder with volume-weighted factors f_k = sum C(i,k+1) / sum C(i,k) over the months of which both are known, and its
// standard error without an assumption about the distribution (Mack, ASTIN Bulletin 23, 1993; tail and recursion: Mack, ASTIN
// Bulletin 29, 1999). Credits may make an increment negative. A factor that few months tell is blended with one that is given:
// f = a f_k + (1 - a) prior_k with a = n / (n + kappa) for n months, the credibility estimator of Gisler and Wüthrich (ASTIN
// Bulletin 38, 2008) with its volume counted in months. A month of which less than half is in yet is estimated by
// Bornhuetter and Ferguson (Proceedings CAS 59, 1972) when there is something to expect of it: its own few claims tell little.
namespace nmd::analyses {

// Cumulative amounts by month of care, oldest first, and by delay in whole months from 0 on. A month has as many delays as
// are over; not one with none.
using Triangle = std::vector<std::vector<Cents>>;

struct LadderOptions {
  // What comes after the longest delay: 1.02 is 2% more. Never estimated; whoever asks says so.
  double tail = 1;
  double tail_error = 0;  // Its standard error.
  // Factors from delay k to k + 1 that were seen elsewhere or before; may be shorter than the triangle, or longer.
  std::vector<double> prior_factors;
  double prior_months = 6;  // Kappa: after so many months the own factor counts for half. > 0.
  // What is expected of each month in the end, in cents; empty when nothing is.
  std::vector<double> expected;
  // A month whose developed share is below this is estimated by what is expected of it.
  double expected_below = 0.5;
};

// From one delay to the next.
struct LadderFactor {
  enum class State {
    kEstimated,
    kNoBase,    // Nothing was declared at the delay, in any month, and something after it: there is no factor, and all is to
                // come.
    kNegative,  // More was taken back than declared, so that a factor means nothing.
  };
  State state = State::kEstimated;
  double value = 1;        // What is calculated with; 1 when nothing tells and there is no prior.
  double observed = 1;     // What the months tell; 1 when none does.
  int months = 0;          // How many tell it: not those with nothing at both delays.
  double credibility = 1;  // What part of `value` is observed.
  double volume = 0;       // Sum of C(i,k).
  // Mack's sigma squared; nullopt when it cannot be estimated.
  std::optional<double> variance;
};

struct LadderMonth {
  enum class Method { kChainLadder, kExpected, kNone };
  Method method = Method::kChainLadder;
  Cents latest = 0;
  int delay = 0;         // Of `latest`.
  double developed = 1;  // Share of the end that is in, by the factors; 0 when all is to come.
  double ultimate = 0;   // In cents; of no use when kNone.
  double outstanding = 0;
  bool thin = false;  // Rests on a factor that fewer than three months tell, and on no prior.
  // Of the outstanding amount; nullopt when a variance is missing or the method is another.
  std::optional<double> error;
};

struct Ladder {
  std::vector<LadderFactor> factors;
  std::vector<LadderMonth> months;
  // Over the months that are estimated.
  double outstanding = 0;
  double ultimate = 0;
  int not_estimated = 0;  // Months without an estimate.
  // Of the outstanding amount of all months together; nullopt when that of some month is missing.
  std::optional<double> error;
};

// Empty for an empty triangle. Never NaN or infinite. Cost: linear in the cells.
Ladder MakeLadder(const Triangle& triangle, const LadderOptions& options);

// Mack's standard error of what is outstanding of some months together, which is more than that of each apart would give: they
// rest on the same factors. nullopt when one is not estimated by chain ladder, or a variance is missing.
std::optional<double> ErrorOfMonths(const Ladder& ladder, const std::vector<size_t>& months, const LadderOptions& options);

// Draws of what is outstanding per month (England and Verrall, Insurance: Mathematics and Economics 25, 1999, and Annals of
// Actuarial Science 1, 2006): Pearson residuals of the over-dispersed Poisson model are drawn again over the triangle, the
// ladder is made anew, and every amount to come gets the chance of a gamma with its mean and that dispersion. Negative means
// are drawn as their opposite (as in the R package ChainLadder). Months are drawn in the same way whatever their method.
class LadderBootstrap {
 public:
  // Both must outlive this.
  LadderBootstrap(const Triangle& triangle, const LadderOptions& options);

  // Whether there is a residual to draw: at least one cell more than there are parameters.
  bool possible() const { return !residuals_.empty(); }
  double dispersion() const { return dispersion_; }
  // One draw: outstanding cents per month of the triangle; 0 of one without an estimate. REQUIRES: possible().
  void Draw(Dice* dice, std::vector<double>* outstanding);

 private:
  const Triangle& triangle_;
  const LadderOptions& options_;
  std::vector<std::vector<double>> fitted_;  // Increments.
  std::vector<double> residuals_;
  double dispersion_ = 0;
  // Kept between draws, so that a draw allocates nothing.
  std::vector<std::vector<double>> pseudo_;
};

}  // namespace nmd::analyses

#endif  // NMD_SERVICES_ANALYSES_LADDER_H_
