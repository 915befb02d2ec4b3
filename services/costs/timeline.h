// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_COSTS_TIMELINE_H_
#define NMD_SERVICES_COSTS_TIMELINE_H_

#include <algorithm>
#include <tuple>
#include <utility>
#include <vector>

#include "services/core/date.h"
#include "services/costs/ledger.h"

namespace nmd::costs {

// Values of one thing over time, as sources state them: a tariff, a level, an address.
//
// A statement with a start day replaces an earlier known one with the same start day; of what is left and valid on a day,
// the one that started last holds. So a new tariff ends the old one also when nobody closed the old one, and a correction
// of last year's tariff does not override this year's. The order of Add does not matter.
//
// `Value` needs operator<, which decides between statements that contradict each other at the same moment.
template <typename Value>
class Timeline {
 public:
  struct Entry {
    nmd::Period period;
    Moment known = 0;
    Value value;
  };

  void Add(const nmd::Period& period, Moment known, Value value) { entries_.push_back({period, known, std::move(value)}); }

  // Call once, after the last Add and before the first question.
  void Close() {
    std::sort(entries_.begin(), entries_.end(), [](const Entry& a, const Entry& b) {
      return std::tie(b.period.start, b.known, b.value, b.period.end) <
             std::tie(a.period.start, a.known, a.value, a.period.end);
    });
    entries_.erase(std::unique(entries_.begin(), entries_.end(),
                               [](const Entry& a, const Entry& b) { return a.period.start == b.period.start; }),
                   entries_.end());
  }

  // Null when nothing holds on the day.
  const Value* At(Day day) const {
    for (const Entry& entry : entries_) {
      if (entry.period.Contains(day)) return &entry.value;
    }
    return nullptr;
  }

  // The first day after `day` on which At may answer differently; kOpenEnd when never.
  Day NextChange(Day day) const {
    Day next = kOpenEnd;
    for (const Entry& entry : entries_) {
      if (entry.period.start > day) next = std::min(next, entry.period.start);
      if (entry.period.end > day) next = std::min(next, entry.period.end);
    }
    return next;
  }

  // The statement that started last, whatever its end; null when there is none.
  const Value* Latest() const { return entries_.empty() ? nullptr : &entries_.front().value; }

 private:
  std::vector<Entry> entries_;  // Latest start first.
};

}  // namespace nmd::costs

#endif  // NMD_SERVICES_COSTS_TIMELINE_H_
