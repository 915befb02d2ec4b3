// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_COSTS_FLOWS_H_
#define NMD_SERVICES_COSTS_FLOWS_H_

#include <cstdint>
#include <vector>

#include "services/core/date.h"

// Who comes, who goes and who moves on: the stock-flow identity of requirements 6.2, for clients or for provisions. Pure.
//
// Between two boundaries (midnights before a first day) every stretch of care either goes on, begins or ends, so that
//   end = start + inflow + returned + resumed + moved_in - moved_out - outflow - interrupted
// holds exactly, in every cell and in total. Stock on a boundary is who has care on both sides of it: the stock at the end of a
// month is that at the start of the next, somebody who begins on the first of a month is in its inflow, and somebody whose last
// day is the last of a month is in its outflow.
namespace nmd::costs {

// Somebody has care in a cell on the days of a period. Stretches of one subject may overlap, in one cell or in several.
struct Stretch {
  uint32_t subject = 0;
  uint32_t cell = 0;
  nmd::Period days;
};

struct FlowRules {
  // Who has care again after at most so many days without was never gone.
  int gap_days = 28;
  // Who had care in one of so many months before the month of the start came back; everybody else is new.
  int new_after_months = 12;
};

struct FlowCounts {
  int64_t start = 0;
  int64_t inflow = 0;       // New.
  int64_t returned = 0;     // Back after more than gap_days (herhaald beroep).
  int64_t resumed = 0;      // Back after at most gap_days.
  int64_t moved_in = 0;     // Had care in another cell on the day before.
  int64_t moved_out = 0;    // Has care in another cell on the day after.
  int64_t outflow = 0;      // Gone for more than gap_days.
  int64_t interrupted = 0;  // Gone for at most gap_days.
  int64_t end = 0;
};

class FlowBook {
 public:
  // `cells`: how many there are. Cost: that of sorting the stretches.
  FlowBook(std::vector<Stretch> stretches, uint32_t cells, const FlowRules& rules);

  // Of one cell, from the boundary before `period.start` to that before `period.end`. Cost: a few binary searches.
  FlowCounts Count(uint32_t cell, const nmd::Period& period) const;

 private:
  enum Event : size_t { kInflow, kReturned, kResumed, kMovedIn, kMovedOut, kOutflow, kInterrupted, kEvents };
  struct Cell {
    std::vector<Day> days[kEvents];  // A start is on its first day, an end on its last; ascending.
  };
  std::vector<Cell> cells_;
};

// Stretches of one subject and cell that overlap, or have at most `gap_days` between them, become one. In order of subject,
// cell and start.
std::vector<Stretch> MergeStretches(std::vector<Stretch> stretches, int gap_days);

// Counts stretches that touch a period.
class StretchBook {
 public:
  StretchBook() = default;
  StretchBook(const std::vector<Stretch>& stretches, uint32_t cells);
  // Cost: two binary searches.
  int64_t Touching(uint32_t cell, const nmd::Period& period) const;

 private:
  struct Cell {
    std::vector<Day> starts, ends;  // Ascending.
  };
  std::vector<Cell> cells_;
};

// A subject has care of a level on the days of a period.
struct LevelStretch {
  uint32_t subject = 0;
  int level = 0;
  nmd::Period days;
  uint32_t provision = 0;
};

// A change of the heaviest level a subject has; a gap of at most gap_days in between is passed over (R105). The day is the
// first one of the new level.
struct LevelStep {
  Day day = 0;
  bool down = false;
};
std::vector<LevelStep> StepsOf(std::vector<LevelStretch> stretches, int gap_days);

// Days on which a subject went on to another provision without a change of level: one begins, another one ended at most
// `gap_days` before, and the heaviest level is what it was. Ascending; a day counts once per subject.
std::vector<Day> SameLevelMovesOf(std::vector<LevelStretch> stretches, int gap_days);

}  // namespace nmd::costs

#endif  // NMD_SERVICES_COSTS_FLOWS_H_
