// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_CONTRACTS_SIGNAL_CHECKS_H_
#define NMD_SERVICES_CONTRACTS_SIGNAL_CHECKS_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "services/contracts/agreed.h"
#include "services/contracts/contract_book.h"
#include "services/contracts/provider_books.h"
#include "services/contracts/signal_rules.h"
#include "services/core/date.h"
#include "services/core/funnel.h"

// The checks behind the rules of signals. Pure. Each judges one provider by what was agreed with it, by the terms of the
// standards, or by what chance explains; none orders providers, and none is about a person. The texts have the figures,
// whether the rule holds or not, so that a signal can say why it was closed.
namespace nmd::contracts {

// A figure a check looked at.
struct Measure {
  enum Unit { kCount, kAmount, kShare, kDays };
  std::string id;
  Unit unit = kCount;
  int64_t value = 0;  // Of a count, an amount in cents, days.
  double share = 0;   // 0.5 is half.
};

// What a check says of a provider under a law about a calendar year.
struct Judgement {
  std::string law;
  int year = 0;
  bool holds = false;
  std::string text;  // Dutch.
  std::vector<Measure> measures;
};

// Indicators that say something of the continuity of a provider: the result of a year, liquidity in percent, and measures, of
// which more than 0 is so (7.4, article 3.4).
inline constexpr char kYearResult[] = "jaarresultaat";
inline constexpr char kLiquidity[] = "liquiditeit";
inline constexpr char kBoardUnrest[] = "bestuurlijke_onrust";
inline constexpr char kInspectionMeasure[] = "inspectiemaatregel";
inline constexpr char kCriminalMeasure[] = "strafrechtelijke_maatregel";
inline constexpr char kDisciplinaryMeasure[] = "tuchtmaatregel";

struct Settled;  // reconcile_parts.h

// What a check sees of a provider. Not thread-safe.
struct Sight {
  std::string title;  // What a person reads.
  ProviderBooks books;
  Agreed agreed;
  std::vector<BookedContract> contracts;    // Of the provider.
  std::vector<BookedPrice> prices;          // That its contracts pay.
  std::vector<BookedIndicator> indicators;  // Of the provider, and of everybody.
  std::vector<BookedTerm> terms;
  std::vector<BookedCombination> combinations;
  Day today = 0;
  // What the checks make of the lines, once for all that need it.
  mutable std::shared_ptr<const Settled> settled;
};

// Checks that look at one provider, in order of law and year; of years in the window of the rule:
//   no_delivery    a contract runs and nothing was declared about the last `months` months (agreement, end: ground to end it).
//                  The year is the one in which that became so
//   price_above    at least `lines` lines in force ask more than the agreed price (TR418, R27)
//   growth         a provider that is new (first allocation under `new_years` years ago) or small (under `small_clients` a year
//                  ago) has at least `clients` and `percent` percent more clients than a year before (R52)
//   beds           more clients at one time than beds were agreed, plus `above` (R51)
//   duration_norm  of at least `minimum` courses that ended, at least `percent` percent took longer than agreed (R104)
//   repeat_use     of at least `minimum` courses that ended `days` days ago or more, at least `percent` percent were followed
//   by
//                  a new one of the same client within that time (R102)
//   overlap        at least `pairs` pairs of allocations of one client, category and product overlap (TR302)
//   combination    at least `pairs` pairs of allocations of one client share a day on which their two products may not run
//   together
//                  (R115). What may with a motive is not judged: contracts does not know motives
//   start_late     of at least `minimum` starts, at least `percent` percent came in more than `workdays` working days after
//   care
//                  began, or after the allocation was assigned when that was later (OP271)
//   stop_late      the same of stops, after the last day of care (OP272)
//   return_late    of at least `minimum` allocation messages (301) whose term is over, at least `percent` percent have no
//   return
//                  within `workdays` working days of their Dagtekening, and the return is the provider's to send (OP090)
//   own_return_late  the same of starts and stops (305, 307), of which the municipality sends the return
//   answer_late    at least `claims` claims have no answer after `workdays` working days (OP090x4)
//   of what the contract, or the standard contract, says (domain-standards 7.4)
//   room_announced   the spending room of the year that comes was not announced `months` months before it begins (1.5)
//   room_decided     the same of its decision
//   paid_above       more than the ceiling was granted on allocations without a product, crisis apart (1.5)
//   insufficient_use less turnover or fewer clients in `months` months than was agreed (1.6)
//   indexation       a price differs by more than `cents` from that of the year before with the indexation (3.2)
//   continuity       `negative_years` years of loss in a row, a liquidity under `liquidity_percent`, unrest or a measure (3.4)
//   waiting          of at least `minimum` allocations, at least `percent` percent waited more than the norm of the contract,
//   or
//                    else `days` days, for care to begin (3.5)
//   client_stop      the provider takes no new clients, without consent (3.5)
//   kpi_missed       an indicator is not what the contract says it should be
// Nothing is judged of what does not come in at all (decision 35); signal_needs.h says of which rules that is so. Any other
// check gives none.
std::vector<Judgement> JudgeProvider(const SignalRule& rule, const Sight& sight);

// First allocations of a course with level 6 among those with level 5 or 6, by year of their start; youth only. An allocation
// is the first when the client had none with such a level from this provider in the 28 days before (requirements 6.7).
std::map<int, Share> FirstLevels(const Sight& sight, const std::vector<BookedLevel>& levels);

// level_shift: more first allocations with level 6 than `confidence_per_mille` of chance explains beside all other providers,
// limits exact and widened for overdispersion (T-09, R109). Of years in which the provider and the others have at least
// `minimum` first allocations each.
// level_rise: the odds of level 6 rose since the year before, more than those of all other providers, and more than chance
// explains (95%; requirements 6.7, "Shift"). Of years in which the provider and the others have at least `minimum` in both
// years. `shares` is that of every provider, by year and AGB code. Any other check gives none.
std::vector<Judgement> JudgeLevels(const SignalRule& rule, const std::string& provider, const std::string& title,
                                   const std::map<int, std::map<std::string, Share>>& shares, int present_year);

}  // namespace nmd::contracts

#endif  // NMD_SERVICES_CONTRACTS_SIGNAL_CHECKS_H_
