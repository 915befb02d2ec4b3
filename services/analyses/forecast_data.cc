// SPDX-License-Identifier: EUPL-1.2
#include "services/analyses/forecast_data.h"

#include <algorithm>
#include <limits>
#include <map>
#include <string>
#include <tuple>

#include "absl/container/flat_hash_set.h"
#include "absl/types/span.h"
#include "services/analyses/obligations.h"
#include "services/costs/amounts.h"
#include "services/costs/provisions.h"

namespace nmd::analyses {
namespace {

using costs::AllocationFact;
using costs::CareLine;
using costs::Course;
using costs::Word;

constexpr Month kNever = std::numeric_limits<Month>::max();

// Assigned and dated days a message can hold; what lies beyond is known always or never.
Month MonthAfter(Day day) { return MonthOf(std::clamp(day, DayOf(1900, 1, 1), DayOf(2200, 1, 1))) + 1; }

// What was in force of one allocation for the anchors [from, until), by month of care.
struct Stretch {
  Month from = 0, until = kNever;
  Month first = 0;
  std::vector<Cents> values;

  Cents At(Month month) const {
    const Month i = month - first;
    return i >= 0 && static_cast<size_t>(i) < values.size() ? values[static_cast<size_t>(i)] : 0;
  }
};

class Builder {
 public:
  Builder(const costs::CareBook& book, const DataScope& scope, Day today, Look look) : book_(book), scope_(scope), look_(look) {
    const Day next = today + 1;
    Viewpoint& now = data_.now;
    now.anchor = MonthOf(next);
    now.passed = static_cast<double>(next - FirstDay(now.anchor)) / DaysInMonth(now.anchor);
    data_.first = now.anchor - kWindowMonths;
    data_.end = now.anchor + kLongestHorizon + 1;
    data_.declared = MonthGrid(data_.first, data_.end);
    data_.allocated = MonthGrid(data_.first, data_.end);
    const auto size = static_cast<size_t>(data_.end - data_.first);
    data_.new_allocations.assign(size, 0);
    for (int q = 1; look == Look::kAhead && q <= kBackTests; ++q) {
      Viewpoint& view = data_.before.emplace_back();
      view.anchor = now.anchor - 3 * q;
    }
    for (Viewpoint* view : Views()) {
      view->declared.assign(size, 0);
      view->allocated.assign(size, 0);
      view->kept = MonthGrid(data_.first, data_.end);
    }
  }

  ForecastData Make() {
    AddAllocations();
    AddLines();
    data_.declared.Close();
    data_.allocated.Close();
    for (Viewpoint* view : Views()) view->kept.Close();
    for (Viewpoint& view : data_.before) {
      for (Month month = data_.first; month < data_.end; ++month) {
        const auto i = static_cast<size_t>(month - data_.first);
        view.declared[i] = data_.declared.At(month, view.anchor);
        view.allocated[i] = data_.allocated.At(month, view.anchor);
      }
    }
    return std::move(data_);
  }

 private:
  using Number = std::pair<uint8_t, int64_t>;

  std::vector<Viewpoint*> Views() {
    std::vector<Viewpoint*> views = {&data_.now};
    for (Viewpoint& view : data_.before) views.push_back(&view);
    return views;
  }

  void AddAllocations() {
    for (const uint32_t c : scope_.courses) {
      const Course& course = book_.courses[c];
      for (const AllocationFact& allocation : book_.AllocationsOf(course)) {
        AddAllocation(FormerOf({allocation.law, allocation.number}), &allocation, StoppedFrom(book_, course, allocation));
      }
    }
    if (!scope_.keeps_loose) return;
    // Allocations that never existed were in force until somebody said so.
    absl::flat_hash_set<Number> in_force;
    for (const AllocationFact& allocation : book_.allocations) in_force.emplace(allocation.law, allocation.number);
    const std::vector<AllocationFact>& former = book_.former;
    for (size_t i = 0; i < former.size();) {
      const absl::Span<const AllocationFact> versions = FormerOf({former[i].law, former[i].number});
      i += versions.size();
      const AllocationFact& last = versions.front();
      if (!costs::NeverExisted(last) || in_force.contains(Number(last.law, last.number))) continue;
      if (scope_.keeps_loose(last.law, last.category, last.product, last.provider)) AddAllocation(versions, nullptr, kOpenEnd);
    }
  }

  // Latest first.
  absl::Span<const AllocationFact> FormerOf(const Number& number) const {
    const auto key = [](const AllocationFact& a) { return Number(a.law, a.number); };
    const auto begin = std::lower_bound(book_.former.begin(), book_.former.end(), number,
                                        [&](const AllocationFact& a, const Number& n) { return key(a) < n; });
    auto end = begin;
    while (end != book_.former.end() && key(*end) == number) ++end;
    return absl::MakeConstSpan(book_.former)
        .subspan(static_cast<size_t>(begin - book_.former.begin()), static_cast<size_t>(end - begin));
  }

  static Day AssignedOn(const AllocationFact& version) {
    constexpr int64_t kDay = 86'400;
    const int64_t day = version.assigned_second / kDay - (version.assigned_second % kDay < 0 ? 1 : 0);
    return static_cast<Day>(std::clamp<int64_t>(day, -1'000'000, 1'000'000));
  }

  // `current` null: the latest of the former ones says that the allocation never existed.
  void AddAllocation(absl::Span<const AllocationFact> former, const AllocationFact* current, Day stopped) {
    const Month latest = current == nullptr ? kNever : MonthAfter(AssignedOn(*current));
    const Month begin = former.empty() ? latest : MonthAfter(AssignedOn(former.back()));
    if (begin - 1 >= data_.first && begin - 1 < data_.end)
      ++data_.new_allocations[static_cast<size_t>(begin - 1 - data_.first)];
    stretches_.clear();
    for (size_t i = former.size(); i-- > 0;) {
      const Month until = i > 0 ? MonthAfter(AssignedOn(former[i - 1])) : latest;
      if (!costs::NeverExisted(former[i])) AddStretch(former[i], MonthAfter(AssignedOn(former[i])), until, kOpenEnd);
    }
    if (current != nullptr) {
      const Month cut = stopped == kOpenEnd ? kNever : std::max(latest, MonthAfter(stopped));
      AddStretch(*current, latest, cut, kOpenEnd);
      if (stopped != kOpenEnd) AddStretch(*current, cut, kNever, stopped);
    }
    for (const Stretch& stretch : stretches_) {
      for (size_t i = 0; i < stretch.values.size(); ++i) {
        data_.allocated.Add(stretch.first + static_cast<Month>(i), stretch.from, stretch.until, stretch.values[i]);
      }
    }
    // What is known now goes for now, also when it was assigned in the month of today.
    if (current != nullptr) {
      const Stretch& last = stretches_.back();
      for (size_t i = 0; i < last.values.size(); ++i) {
        data_.now.allocated[static_cast<size_t>(last.first - data_.first) + i] += last.values[i];
      }
      if (look_ == Look::kAhead) AddKept(last, &data_.now);
    }
    for (Viewpoint& view : data_.before) {
      for (const Stretch& stretch : stretches_) {
        if (stretch.from <= view.anchor && view.anchor < stretch.until) AddKept(stretch, &view);
      }
    }
  }

  // `stands`: what is in force at the view.
  void AddKept(const Stretch& stands, Viewpoint* view) const {
    for (const Stretch& stretch : stretches_) {
      const Month until = std::min(stretch.until, view->anchor + 1);
      if (stretch.from >= until) continue;
      for (size_t i = 0; i < stretch.values.size(); ++i) {
        const Month month = stretch.first + static_cast<Month>(i);
        if (month >= view->anchor) break;
        view->kept.Add(month, stretch.from, until, std::min(stretch.values[i], stands.At(month)));
      }
    }
  }

  void AddStretch(const AllocationFact& version, Month from, Month until, Day stopped) {
    Stretch& stretch = stretches_.emplace_back();
    stretch.from = from;
    stretch.until = std::max(from, until);
    const nmd::Period window = {FirstDay(data_.first), FirstDay(data_.end)};
    const nmd::Period valid = Intersect(version.period, {window.start, std::min(window.end, stopped)});
    stretch.first = data_.first;
    if (valid.Empty()) return;
    stretch.first = MonthOf(valid.start);
    const Month end = MonthOf(valid.end - 1) + 1;
    for (Month month = stretch.first; month < end; ++month) {
      stretch.values.push_back(
          costs::IndicatedInPeriod(version, {FirstDay(month), std::min(FirstDay(month + 1), stopped)}, *book_.tariffs).cents);
    }
  }

  void AddLines() {
    data_.claims_from = kNever;
    for (const CareLine& line : book_.lines) {
      data_.claims_from = std::min(data_.claims_from, MonthAfter(DeclaredOn(line)) - 1);
    }
    for (const uint32_t c : scope_.courses) {
      for (const CareLine& line : book_.LinesOf(book_.courses[c])) AddLine(line);
    }
    if (!scope_.keeps_loose) return;
    // Lines of no course come last.
    for (size_t i = book_.lines.size(); i-- > 0 && book_.lines[i].course == costs::kNowhere;) {
      const CareLine& line = book_.lines[i];
      if (scope_.keeps_loose(line.law, line.category, line.product, line.provider)) AddLine(line);
    }
  }

  // A claim that does not tell its day is taken to be from the month of care: then nothing of it is late.
  static Day DeclaredOn(const CareLine& line) { return line.declared == 0 ? FirstDay(line.month) : line.declared; }

  void AddLine(const CareLine& line) {
    // What was refused costs nothing.
    if (line.answered && !line.approved) return;
    const Month i = line.month - data_.first;
    if (i < 0 || line.month >= data_.end) return;
    data_.declared.Add(line.month, MonthAfter(DeclaredOn(line)), kNever, line.amount);
    data_.now.declared[static_cast<size_t>(i)] += line.amount;
  }

  const costs::CareBook& book_;
  const DataScope& scope_;
  const Look look_;
  ForecastData data_;
  std::vector<Stretch> stretches_;  // Of the allocation at hand, in order of time.
};

}  // namespace

ForecastData MakeForecastData(const costs::CareBook& book, const DataScope& scope, Day today, Look look) {
  return Builder(book, scope, today, look).Make();
}

std::vector<Driver> MakeDrivers(const costs::CareBook& book, const std::vector<uint32_t>& courses, Month from, Month until) {
  static const std::string kEuros = "83";
  constexpr double kDaysInMonth = 365.25 / 12;
  struct Group {
    Driver driver;
    uint32_t last_client = costs::kNowhere;
    int64_t thousandths = 0, days = 0;
  };
  std::map<std::tuple<uint8_t, std::string, std::string>, Group> groups;
  for (const uint32_t c : courses) {
    const Course& course = book.courses[c];
    if (!course.indicated.Overlaps({FirstDay(from), FirstDay(until)})) continue;
    for (const AllocationFact& allocation : book.AllocationsOf(course)) {
      const nmd::Period days =
          Intersect({FirstDay(from), std::min(FirstDay(until), StoppedFrom(book, course, allocation))}, allocation.period);
      if (days.Empty()) continue;
      const bool budget = allocation.budget != 0 || *allocation.unit == kEuros;
      const Word unit = budget ? &kEuros : allocation.unit;
      Group& group = groups[{allocation.law, *allocation.product, *unit}];
      group.driver.law = allocation.law;
      group.driver.product = allocation.product;
      group.driver.unit = unit;
      // Courses are in order of client.
      if (group.last_client != course.client) ++group.driver.clients;
      group.last_client = course.client;
      group.days += days.Days();
      group.driver.amount += costs::IndicatedInPeriod(allocation, days, *book.tariffs).cents;
      // A volume of so many digits is no volume.
      if (budget || allocation.volume > std::numeric_limits<int64_t>::max() / 1'000) continue;
      // A volume is spread over days as an amount of so many thousandths of a cent would be.
      AllocationFact volume = allocation;
      volume.unit = &kEuros;
      volume.volume *= 1'000;
      group.thousandths += costs::IndicatedInPeriod(volume, days, *book.tariffs).cents;
    }
  }
  std::vector<Driver> drivers;
  for (auto& [key, group] : groups) {
    group.driver.months = static_cast<double>(group.days) / kDaysInMonth;
    group.driver.units = static_cast<double>(group.thousandths) / 1'000;
    drivers.push_back(group.driver);
  }
  std::stable_sort(drivers.begin(), drivers.end(), [](const Driver& a, const Driver& b) { return a.amount > b.amount; });
  return drivers;
}

}  // namespace nmd::analyses
