// SPDX-License-Identifier: EUPL-1.2
#include "services/analyses/obligations.h"

#include <algorithm>

namespace nmd::analyses {
namespace {

constexpr int64_t kFewCourses = 20;

// Months in ascending order about which claims are in: the sum of what counts is above zero.
std::vector<Month> DeclaredMonths(const costs::CareBook& book, const costs::Course& course, Month from) {
  std::vector<Month> months;
  const absl::Span<const costs::CareLine> lines = book.LinesOf(course);
  for (size_t i = 0; i < lines.size();) {
    const Month month = lines[i].month;
    Cents sum = 0;
    for (; i < lines.size() && lines[i].month == month; ++i) {
      if (!lines[i].answered || lines[i].approved) sum += lines[i].amount;
    }
    if (month >= from && sum > 0) months.push_back(month);
  }
  return months;
}

// The part of an allocation's obligation that is left when months were paid for, and what those come to.
void AddParts(const costs::AllocationFact& allocation, const nmd::Period& valid, const std::vector<Month>& paid, Day stopped,
              bool started, const costs::TariffBook& tariffs, Obligations* sums) {
  bool complete = true;
  const Day end = std::max(valid.start, std::min(valid.end, stopped));
  Cents left = ValueBetween(allocation, valid.start, end, tariffs, &complete);
  sums->stopped += ValueBetween(allocation, end, valid.end, tariffs, &complete);
  for (const Month month : paid) {
    const nmd::Period days = Intersect({valid.start, end}, MonthPeriod(month));
    if (days.Empty()) continue;
    const Cents declared = ValueBetween(allocation, days.start, days.end, tariffs, &complete);
    left -= declared;
    sums->declared += declared;
  }
  (started ? sums->running : sums->not_started) += left;
  ++sums->allocations;
  if (!started) ++sums->not_started_allocations;
  if (allocation.period.end == kOpenEnd) {
    sums->open_ended += left;
    ++sums->open_allocations;
  }
  if (!complete) ++sums->without_amount;
}

}  // namespace

void Obligations::Add(const Obligations& other) {
  running += other.running;
  not_started += other.not_started;
  open_ended += other.open_ended;
  declared += other.declared;
  stopped += other.stopped;
  allocations += other.allocations;
  open_allocations += other.open_allocations;
  not_started_allocations += other.not_started_allocations;
  without_amount += other.without_amount;
  exact += other.exact;
}

Cents ValueBetween(const costs::AllocationFact& allocation, Day from, Day to, const costs::TariffBook& tariffs,
                   bool* complete) {
  if (from >= to) return 0;
  const costs::Indicated before = costs::IndicatedInPeriod(allocation, {allocation.period.start, from}, tariffs);
  const costs::Indicated after = costs::IndicatedInPeriod(allocation, {allocation.period.start, to}, tariffs);
  // What is missing may lie before.
  if (!after.complete && !costs::IndicatedInPeriod(allocation, {from, to}, tariffs).complete) *complete = false;
  return after.cents - before.cents;
}

Day StoppedFrom(const costs::CareBook& book, const costs::Course& course, const costs::AllocationFact& allocation) {
  const absl::Span<const costs::CourseStart> starts = book.StartsOf(course);
  for (const costs::CourseStop& stop : book.StopsOf(course)) {
    if (stop.number != allocation.number || stop.Temporary()) continue;
    if (stop.end <= allocation.period.start || stop.end >= allocation.period.end) continue;
    const bool again = std::any_of(starts.begin(), starts.end(), [&](const costs::CourseStart& start) {
      return start.number == allocation.number && start.day >= stop.end && start.day < allocation.period.end;
    });
    if (!again) return stop.end;
  }
  return kOpenEnd;
}

Obligations ObligationsOf(const costs::CareBook& book, const costs::Course& course, const nmd::Period& days) {
  Obligations sums;
  if (!course.indicated.Overlaps(days)) return sums;
  const std::vector<Month> declared = DeclaredMonths(book, course, MonthOf(days.start));
  const bool started = course.indicated.start <= days.start;
  for (const costs::AllocationFact& allocation : book.AllocationsOf(course)) {
    const nmd::Period valid = Intersect(allocation.period, days);
    if (valid.Empty()) continue;
    AddParts(allocation, valid, declared, StoppedFrom(book, course, allocation), started, *book.tariffs, &sums);
    if (course.exact) ++sums.exact;
  }
  return sums;
}

Obligations ObligationsOf(const BudgetLife& life, const costs::TariffBook& tariffs, const nmd::Period& days) {
  Obligations sums;
  const nmd::Period valid = Intersect(life.budget.period, days);
  if (valid.Empty()) return sums;
  AddParts(life.budget, valid, life.paid, kOpenEnd, life.budget.period.start <= days.start, tariffs, &sums);
  return sums;
}

StartShare StartedShare(const costs::CareBook& book, const std::vector<uint32_t>& courses, const nmd::Period& window) {
  StartShare share;
  int64_t started = 0;
  for (const uint32_t c : courses) {
    const costs::Course& course = book.courses[c];
    if (!window.Contains(course.indicated.start)) continue;
    ++share.courses;
    if (course.starts.count > 0 || course.stops.count > 0 || course.last_declared != 0) ++started;
  }
  if (share.courses >= kFewCourses) share.share = static_cast<double>(started) / static_cast<double>(share.courses);
  return share;
}

}  // namespace nmd::analyses
