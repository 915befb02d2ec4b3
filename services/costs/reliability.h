// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_COSTS_RELIABILITY_H_
#define NMD_SERVICES_COSTS_RELIABILITY_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/time/time.h"
#include "services/core/date.h"
#include "services/costs/evaluate.h"
#include "services/costs/snapshot.h"

// What the latest figures are worth (requirements 6.8, 5.3): how much of what is expected about a month is in, so that an
// incomplete month is marked and not shown as a decline; and how the newest delivery is put into words. Pure.
namespace nmd::costs {

// A month of which less than this is in is not complete.
inline constexpr double kCompleteFrom = 0.9;

// How fast the lines of claims about a month come in, learned from months that are old enough for nearly all to be in: those
// that ended one to three years before. Lines that came more than a year late tell of an archive that was read in, not of how
// fast providers declare, and are left out.
class LagProfile {
 public:
  static constexpr int kLongestDays = 365;
  static constexpr int64_t kLeastLines = 100;

  // `month` is that of the known time. Cost: some nanoseconds per row.
  static LagProfile Of(const Snapshot& snapshot, Month month);
  // The share that is in so many days after the end of a month; 0 before it. nullopt when there are fewer than kLeastLines to
  // tell from.
  std::optional<double> ShareWithin(int days) const;

 private:
  std::array<int64_t, kLongestDays + 1> lines_{};  // That came in on this day after the month, or before.
  int64_t total_ = 0;
};

struct Expectation {
  // Of the lines of claims about the months, the share that is expected to be in; nullopt when the measure does not rest on
  // claims or nothing is known of how fast they come in.
  std::optional<double> completeness;
  bool provisional = false;
  std::string remark;  // Dutch sentence with a space before it; empty unless provisional.
};

// What to expect of a figure of the measure about these months (or about the reference date) as known on this day. Inhabitants
// and budgets are never provisional.
Expectation ExpectationOf(const Snapshot& snapshot, const MeasureInfo& measure, const Question& question,
                          const MonthRange& months, Day today);

// "van vandaag", "1 dag oud", "12 dagen oud".
std::string AgeText(Moment newest, absl::Time known);

// "In drie maanden verschoof ...": one Dutch sentence with a space before it.
std::string StabilityText(double stability, int quarters);

}  // namespace nmd::costs

#endif  // NMD_SERVICES_COSTS_RELIABILITY_H_
