// SPDX-License-Identifier: EUPL-1.2
#include "services/costs/flows.h"

#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <set>
#include <tuple>
#include <utility>

namespace nmd::costs {
namespace {

// Periods that overlap or touch become one; in order of start.
void Join(std::vector<nmd::Period>* care) {
  std::sort(care->begin(), care->end(),
            [](const nmd::Period& a, const nmd::Period& b) { return std::tie(a.start, a.end) < std::tie(b.start, b.end); });
  size_t joined = 0;
  for (const nmd::Period& period : *care) {
    if (joined > 0 && period.start <= (*care)[joined - 1].end) {
      (*care)[joined - 1].end = std::max((*care)[joined - 1].end, period.end);
    } else {
      (*care)[joined++] = period;
    }
  }
  care->resize(joined);
}

// Where a day lies among the stretches without gaps of one subject, whatever the cell.
class Presence {
 public:
  // `care`: in order of start, apart from one another. Must outlive this.
  explicit Presence(const std::vector<nmd::Period>& care) : care_(care) {}

  bool On(Day day) const {
    const auto after = After(day);
    return after != care_.begin() && std::prev(after)->Contains(day);
  }
  // The first day without care after the last care before `day`; nullptr when there was none. REQUIRES: not On(day - 1).
  const nmd::Period* Before(Day day) const {
    const auto after = After(day - 1);
    return after == care_.begin() ? nullptr : &*std::prev(after);
  }
  // The first care from `day` on. REQUIRES: not On(day).
  const nmd::Period* From(Day day) const {
    const auto after = After(day);
    return after == care_.end() ? nullptr : &*after;
  }

 private:
  std::vector<nmd::Period>::const_iterator After(Day day) const {
    return std::upper_bound(care_.begin(), care_.end(), day, [](Day d, const nmd::Period& p) { return d < p.start; });
  }
  const std::vector<nmd::Period>& care_;
};

// Sorting what is in order already takes ten times as long as seeing that it is.
template <typename Row, typename Before>
void SortIfNeeded(std::vector<Row>* rows, Before before) {
  if (!std::is_sorted(rows->begin(), rows->end(), before)) std::sort(rows->begin(), rows->end(), before);
}

}  // namespace

std::vector<Stretch> MergeStretches(std::vector<Stretch> stretches, int gap_days) {
  SortIfNeeded(&stretches, [](const Stretch& a, const Stretch& b) {
    return std::tie(a.subject, a.cell, a.days.start, a.days.end) < std::tie(b.subject, b.cell, b.days.start, b.days.end);
  });
  std::vector<Stretch> merged;
  for (const Stretch& stretch : stretches) {
    if (stretch.days.start >= stretch.days.end) continue;
    Stretch* last = merged.empty() ? nullptr : &merged.back();
    if (last != nullptr && last->subject == stretch.subject && last->cell == stretch.cell &&
        stretch.days.start - last->days.end <= gap_days) {
      last->days.end = std::max(last->days.end, stretch.days.end);
    } else {
      merged.push_back(stretch);
    }
  }
  return merged;
}

FlowBook::FlowBook(std::vector<Stretch> stretches, uint32_t cells, const FlowRules& rules) : cells_(cells) {
  const std::vector<Stretch> parts = MergeStretches(std::move(stretches), 0);
  std::vector<nmd::Period> care;
  for (size_t first = 0; first < parts.size();) {
    size_t end = first;
    care.clear();
    for (; end < parts.size() && parts[end].subject == parts[first].subject; ++end) care.push_back(parts[end].days);
    Join(&care);
    const Presence presence(care);
    for (; first < end; ++first) {
      const nmd::Period& days = parts[first].days;
      Cell& cell = cells_[parts[first].cell];
      Event came = kMovedIn;
      if (!presence.On(days.start - 1)) {
        const nmd::Period* before = presence.Before(days.start);
        if (before == nullptr || MonthOf(before->end - 1) < MonthOf(days.start) - rules.new_after_months) {
          came = kInflow;
        } else {
          came = days.start - before->end <= rules.gap_days ? kResumed : kReturned;
        }
      }
      cell.days[came].push_back(days.start);
      Event went = kMovedOut;
      if (!presence.On(days.end)) {
        const nmd::Period* after = presence.From(days.end);
        went = after != nullptr && after->start - days.end <= rules.gap_days ? kInterrupted : kOutflow;
      }
      cell.days[went].push_back(days.end - 1);
    }
  }
  for (Cell& cell : cells_) {
    for (std::vector<Day>& days : cell.days) std::sort(days.begin(), days.end());
  }
}

FlowCounts FlowBook::Count(uint32_t cell, const nmd::Period& period) const {
  const Cell& events = cells_[cell];
  const auto before = [&events](Event event, Day day) -> int64_t {
    return std::lower_bound(events.days[event].begin(), events.days[event].end(), day) - events.days[event].begin();
  };
  // Who began before a boundary and did not end before it has care on both sides of it.
  const auto stock = [&before](Day boundary) {
    int64_t count = 0;
    for (const Event event : {kInflow, kReturned, kResumed, kMovedIn}) count += before(event, boundary);
    for (const Event event : {kMovedOut, kOutflow, kInterrupted}) count -= before(event, boundary);
    return count;
  };
  const auto within = [&](Event event) { return before(event, period.end) - before(event, period.start); };
  FlowCounts counts;
  counts.start = stock(period.start);
  counts.inflow = within(kInflow);
  counts.returned = within(kReturned);
  counts.resumed = within(kResumed);
  counts.moved_in = within(kMovedIn);
  counts.moved_out = within(kMovedOut);
  counts.outflow = within(kOutflow);
  counts.interrupted = within(kInterrupted);
  counts.end = stock(period.end);
  return counts;
}

StretchBook::StretchBook(const std::vector<Stretch>& stretches, uint32_t cells) : cells_(cells) {
  for (const Stretch& stretch : stretches) {
    cells_[stretch.cell].starts.push_back(stretch.days.start);
    cells_[stretch.cell].ends.push_back(stretch.days.end);
  }
  for (Cell& cell : cells_) {
    std::sort(cell.starts.begin(), cell.starts.end());
    std::sort(cell.ends.begin(), cell.ends.end());
  }
}

int64_t StretchBook::Touching(uint32_t cell, const nmd::Period& period) const {
  const Cell& days = cells_[cell];
  // Whoever began before the end of the period touches it, but for those who were gone when it began.
  return (std::lower_bound(days.starts.begin(), days.starts.end(), period.end) - days.starts.begin()) -
         (std::upper_bound(days.ends.begin(), days.ends.end(), period.start) - days.ends.begin());
}

std::vector<LevelStep> StepsOf(std::vector<LevelStretch> stretches, int gap_days) {
  SortIfNeeded(&stretches, [](const LevelStretch& a, const LevelStretch& b) { return a.subject < b.subject; });
  std::vector<LevelStep> steps;
  std::vector<std::pair<Day, int>> changes;
  std::vector<int> running;  // Ascending.
  for (size_t first = 0; first < stretches.size();) {
    // What begins (+level) and ends (-level) on each day; the heaviest of what is running holds.
    changes.clear();
    const uint32_t subject = stretches[first].subject;
    for (; first < stretches.size() && stretches[first].subject == subject; ++first) {
      const LevelStretch& stretch = stretches[first];
      if (stretch.days.start >= stretch.days.end || stretch.level <= 0) continue;
      changes.emplace_back(stretch.days.start, stretch.level);
      changes.emplace_back(stretch.days.end, -stretch.level);
    }
    std::sort(changes.begin(), changes.end());
    running.clear();
    int last_level = 0;
    Day last_end = 0;
    for (size_t i = 0; i < changes.size();) {
      const Day day = changes[i].first;
      const int before = running.empty() ? 0 : running.back();
      for (; i < changes.size() && changes[i].first == day; ++i) {
        const int level = std::abs(changes[i].second);
        const auto at = std::lower_bound(running.begin(), running.end(), level);
        if (changes[i].second > 0) {
          running.insert(at, level);
        } else {
          running.erase(at);
        }
      }
      const int after = running.empty() ? 0 : running.back();
      if (before != 0) {
        last_level = before;
        last_end = day;
      }
      if (after == 0 || last_level == 0 || after == last_level || day - last_end > gap_days) continue;
      steps.push_back({day, after < last_level});
    }
  }
  std::sort(steps.begin(), steps.end(),
            [](const LevelStep& a, const LevelStep& b) { return std::tie(a.day, a.down) < std::tie(b.day, b.down); });
  return steps;
}

std::vector<Day> SameLevelMovesOf(std::vector<LevelStretch> stretches, int gap_days) {
  std::erase_if(stretches, [](const LevelStretch& s) { return s.days.start >= s.days.end || s.level <= 0; });
  std::sort(stretches.begin(), stretches.end(), [](const LevelStretch& a, const LevelStretch& b) {
    return std::tie(a.subject, a.provision, a.days.start) < std::tie(b.subject, b.provision, b.days.start);
  });
  std::vector<Day> moves;
  for (size_t first = 0; first < stretches.size();) {
    const uint32_t subject = stretches[first].subject;
    // Level that begins (+) or ends (-), by day; and where whole provisions begin and end.
    std::vector<std::pair<Day, int>> changes;
    std::set<Day> begins, ends;
    for (size_t i = first; first < stretches.size() && stretches[first].subject == subject; ++first) {
      const LevelStretch& stretch = stretches[first];
      const auto follows = [&](const LevelStretch& before, const LevelStretch& after) {
        return before.subject == after.subject && before.provision == after.provision && before.days.end == after.days.start;
      };
      changes.emplace_back(stretch.days.start, stretch.level);
      changes.emplace_back(stretch.days.end, -stretch.level);
      if (first == i || !follows(stretches[first - 1], stretch)) begins.insert(stretch.days.start);
      if (first + 1 == stretches.size() || !follows(stretch, stretches[first + 1])) ends.insert(stretch.days.end);
    }
    std::sort(changes.begin(), changes.end());
    std::multiset<int> running;
    int last_level = 0;
    Day last_end = 0;
    for (size_t i = 0; i < changes.size();) {
      const Day day = changes[i].first;
      if (!running.empty()) {
        last_level = *running.rbegin();
        last_end = day;
      }
      for (; i < changes.size() && changes[i].first == day; ++i) {
        if (changes[i].second > 0) {
          running.insert(changes[i].second);
        } else {
          running.erase(running.find(-changes[i].second));
        }
      }
      if (!begins.contains(day) || last_level == 0 || running.empty() || *running.rbegin() != last_level) continue;
      const auto ended = ends.upper_bound(day);
      if (day - last_end <= gap_days && ended != ends.begin() && day - *std::prev(ended) <= gap_days) moves.push_back(day);
    }
  }
  std::sort(moves.begin(), moves.end());
  return moves;
}

}  // namespace nmd::costs
