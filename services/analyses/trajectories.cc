// SPDX-License-Identifier: EUPL-1.2
#include "services/analyses/trajectories.h"

#include <algorithm>
#include <string>
#include <tuple>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/string_view.h"

namespace nmd::analyses {
namespace {

using costs::AllocationFact;
using costs::CareBook;
using costs::Course;
using costs::CourseStart;
using costs::CourseStop;

// Care under one allocation from a start to what ended it.
struct Segment {
  uint32_t course = 0;
  Day begin = 0, end = 0;
  bool assumed = false;                                             // The begin.
  enum : uint8_t { kStopped, kLapsed, kRunning } close = kRunning;  // In order of what holds when two end on one day.
  const std::string* reason = nullptr;                              // Of a stop.
  Day indicated_end = 0;
  // Days with care in it: [begin, end) without the pauses.
  std::vector<nmd::Period> care;
};

// Care that begins at or after the cut: not seen yet, but there to follow what ended.
struct Begin {
  uint32_t course = 0;
  Day day = 0;
};

// The segments of the allocations of a client, in order of what belongs together.
class Segments {
 public:
  Segments(const CareBook& book, const TrajectoryRules& rules) : book_(book), rules_(rules) {}

  void Add(uint32_t c) {
    const Course& course = book_.courses[c];
    for (const AllocationFact& allocation : book_.AllocationsOf(course)) {
      events_.clear();
      for (const CourseStart& start : book_.StartsOf(course)) {
        if (start.number == allocation.number) events_.push_back({start.day, true, nullptr});
      }
      const size_t starts = events_.size();
      for (const CourseStop& stop : book_.StopsOf(course)) {
        if (stop.number == allocation.number && stop.end <= rules_.cut) events_.push_back({stop.end, false, &stop});
      }
      // On one day what stops comes first.
      std::sort(events_.begin(), events_.end(),
                [](const Event& a, const Event& b) { return std::tie(a.day, a.begins) < std::tie(b.day, b.begins); });
      // Start messages are often missing (D3): then care began with the allocation.
      const bool missing = starts == 0 || (!events_.front().begins && events_.front().day > allocation.period.start);
      Walk(c, allocation, missing);
    }
  }

  std::vector<Segment>& segments() { return segments_; }
  const std::vector<Segment>& segments() const { return segments_; }
  const std::vector<Begin>& later() const { return later_; }
  void Clear() {
    segments_.clear();
    later_.clear();
  }

 private:
  struct Event {
    Day day = 0;
    bool begins = false;
    const CourseStop* stop = nullptr;
  };
  enum class State { kNone, kRunning, kPaused };

  // The life of one allocation (domain-standards 3.6): running, paused, ended, and perhaps running again.
  void Walk(uint32_t c, const AllocationFact& allocation, bool assume_start) {
    State state = State::kNone;
    Segment segment;
    Day from = 0;  // Where the care that goes on began, or the pause.
    const auto begin = [&](Day day, bool assumed) {
      if (state == State::kNone) {
        segment = Segment();
        segment.course = c;
        segment.begin = day;
        segment.assumed = assumed;
        segment.indicated_end = allocation.period.end;
      }
      if (state != State::kRunning) from = day;
      state = State::kRunning;
    };
    if (assume_start) {
      if (allocation.period.start >= rules_.cut) {
        later_.push_back({c, allocation.period.start});
        return;
      }
      begin(allocation.period.start, true);
    }
    for (const Event& event : events_) {
      if (event.begins) {
        if (event.day >= rules_.cut) {
          if (state != State::kRunning) later_.push_back({c, event.day});
          break;
        }
        begin(event.day, false);
      } else if (state == State::kRunning && event.day > from) {
        segment.care.push_back({from, event.day});
        from = event.day;
        state = State::kPaused;
      }
      // What was paused may end for good on the same day or later.
      if (state == State::kPaused && event.stop != nullptr && !event.stop->Temporary()) {
        segment.close = Segment::kStopped;
        segment.end = event.day;
        segment.reason = event.stop->reason;
        segments_.push_back(segment);
        state = State::kNone;
      }
    }
    if (state == State::kNone) return;
    if (allocation.period.end > rules_.cut) {
      segment.close = Segment::kRunning;
      segment.end = rules_.cut;
      if (state == State::kRunning) segment.care.push_back({from, rules_.cut});
    } else {
      segment.close = Segment::kLapsed;
      segment.end = state == State::kPaused ? from : LapsedEnd(book_.courses[c], allocation, from);
      if (state == State::kRunning) segment.care.push_back({from, segment.end});
    }
    segments_.push_back(segment);
  }

  // The day after the last declared month, when anything was declared since `from`; else the end of the allocation.
  static Day LapsedEnd(const Course& course, const AllocationFact& allocation, Day from) {
    Day end = allocation.period.end;
    if (course.last_declared != 0 && course.last_declared >= MonthOf(from)) {
      end = std::min(end, FirstDay(course.last_declared + 1));
    }
    return std::max(end, from + 1);
  }

  const CareBook& book_;
  const TrajectoryRules& rules_;
  std::vector<Event> events_;
  std::vector<Segment> segments_;
  std::vector<Begin> later_;
};

class Joiner {
 public:
  Joiner(const CareBook& book, const TrajectoryRules& rules) : book_(book), rules_(rules), segments_(book, rules) {}

  TrajectorySet Join() {
    const std::vector<Course>& courses = book_.courses;
    std::optional<Day> first_end;
    for (uint32_t c = 0; c < courses.size();) {
      segments_.Clear();
      const uint32_t client = courses[c].client;
      for (; c < courses.size() && courses[c].client == client; ++c) segments_.Add(c);
      set_.later += static_cast<int64_t>(segments_.later().size());
      std::vector<Segment>& segments = segments_.segments();
      for (const Segment& segment : segments) {
        if (segment.close != Segment::kRunning) first_end = std::min(first_end.value_or(segment.end), segment.end);
      }
      std::sort(segments.begin(), segments.end(), [this](const Segment& a, const Segment& b) {
        if (const auto left = KeyOf(a.course), right = KeyOf(b.course); left != right) return left < right;
        return std::tie(a.begin, a.end, a.course, a.indicated_end) < std::tie(b.begin, b.end, b.course, b.indicated_end);
      });
      for (size_t i = 0; i < segments.size();) i = JoinFrom(i);
    }
    Day earliest = rules_.cut;
    for (const Trajectory& trajectory : set_.trajectories) earliest = std::min(earliest, trajectory.start);
    set_.observed_from = rules_.observed_from.value_or(first_end.has_value() ? FirstDay(MonthOf(*first_end - 1)) : earliest);
    return std::move(set_);
  }

 private:
  using Key = std::tuple<uint8_t, absl::string_view, absl::string_view, absl::string_view>;
  Key KeyOf(uint32_t c) const {
    const Course& course = book_.courses[c];
    return {course.law, *course.category, *course.provider, rules_.join ? absl::string_view() : *course.product};
  }

  // Whether care that begins on `day` goes on with what the segment was.
  bool GoesOn(const Segment& closing, uint32_t course, Day day) const {
    if (day <= closing.end) return true;
    if (day - closing.end > rules_.follow_up_days) return false;
    if (closing.close == Segment::kStopped && IsAdministrative(*closing.reason)) return true;
    return closing.close == Segment::kLapsed || book_.courses[closing.course].product == book_.courses[course].product;
  }

  // Makes the trajectory that begins with segment `first`, and answers with the first segment that is not in it.
  size_t JoinFrom(size_t first) {
    const std::vector<Segment>& segments = segments_.segments();
    Trajectory made;
    made.course = segments[first].course;
    made.start = segments[first].begin;
    made.start_assumed = segments[first].assumed;
    const Segment* closing = &segments[first];
    std::vector<nmd::Period> care;
    size_t next = first;
    while (next < segments.size() && KeyOf(segments[next].course) == KeyOf(made.course) &&
           GoesOn(*closing, segments[next].course, segments[next].begin)) {
      const Segment& segment = segments[next++];
      ++made.allocations;
      care.insert(care.end(), segment.care.begin(), segment.care.end());
      // What runs has not ended, and a stop tells more than an allocation that ran out.
      const auto rank = [](const Segment& s) {
        return std::pair(s.end, s.close == Segment::kRunning ? 2 : s.close == Segment::kStopped);
      };
      if (rank(segment) >= rank(*closing)) closing = &segment;
    }
    made.last_course = closing->course;
    made.end = closing->end;
    made.indicated_end = closing->indicated_end;
    made.care_days = DaysIn(&care);
    Close(*closing, &made);
    set_.trajectories.push_back(made);
    return next;
  }

  static int32_t DaysIn(std::vector<nmd::Period>* care) {
    std::sort(care->begin(), care->end(), [](const nmd::Period& a, const nmd::Period& b) { return a.start < b.start; });
    int32_t days = 0;
    Day until = INT32_MIN;
    for (const nmd::Period& part : *care) {
      const Day from = std::max(part.start, until);
      if (part.end > from) days += part.end - from;
      until = std::max(until, part.end);
    }
    return days;
  }

  void Close(const Segment& closing, Trajectory* made) const {
    if (closing.close == Segment::kRunning) return;
    // What goes on after the cut has not ended.
    for (const Begin& begin : segments_.later()) {
      if (KeyOf(begin.course) == KeyOf(made->course) && GoesOn(closing, begin.course, begin.day)) return;
    }
    const bool stopped = closing.close == Segment::kStopped;
    made->follow_up = FollowUpOf(closing);
    // An allocation that was ended to begin another one is no end of care.
    if (stopped && IsAdministrative(*closing.reason) && made->follow_up != FollowUp::kNone) return;
    made->imputed = !stopped;
    made->ending = stopped ? EndingOf(book_.courses[closing.course].law, *closing.reason, closing.end - 1,
                                      book_.courses[closing.course].birth)
                           : kUnknownReason;
  }

  // By the first care that begins within the follow-up days; of several on one day that of the highest level.
  FollowUp FollowUpOf(const Segment& closing) const {
    std::optional<std::pair<Day, int>> first;  // Day, and minus the level; 0 when not known.
    const auto see = [&](uint32_t c, Day day) {
      if (book_.courses[c].law != book_.courses[closing.course].law) return;
      if (day < closing.end || day - closing.end > rules_.follow_up_days) return;
      const std::pair<Day, int> found = {day, -LevelOf(c)};
      first = std::min(first.value_or(found), found);
    };
    for (const Segment& segment : segments_.segments()) see(segment.course, segment.begin);
    for (const Begin& begin : segments_.later()) see(begin.course, begin.day);
    if (!first.has_value()) return FollowUp::kNone;
    const int before = LevelOf(closing.course);
    const int after = -first->second;
    if (before == 0 || after == 0) return FollowUp::kUnknownLevel;
    return after < before ? FollowUp::kLowerLevel : after == before ? FollowUp::kSameLevel : FollowUp::kHigherLevel;
  }
  int LevelOf(uint32_t c) const {
    int level = 0;
    return absl::SimpleAtoi(*book_.courses[c].ivn, &level) && level > 0 ? level : 0;
  }

  const CareBook& book_;
  const TrajectoryRules& rules_;
  Segments segments_;
  TrajectorySet set_;
};

}  // namespace

TrajectorySet MakeTrajectories(const CareBook& book, const TrajectoryRules& rules) { return Joiner(book, rules).Join(); }

Spell SpellOf(const Trajectory& trajectory, Day observed_from, bool count_imputed) {
  Spell spell;
  spell.entry = std::max(0, observed_from - trajectory.start);
  spell.exit = trajectory.end - trajectory.start;
  if (!trajectory.imputed || count_imputed) spell.cause = trajectory.ending;
  return spell;
}

}  // namespace nmd::analyses
