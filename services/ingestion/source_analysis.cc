// SPDX-License-Identifier: EUPL-1.2
#include "services/ingestion/source_analysis.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "services/core/dutch.h"

namespace nmd::ingestion {
namespace {

constexpr int kRegularMonths = 6;
constexpr Month kYear = 12;
constexpr int kMessageDays = 7;

// Something that is expected: received when it has a day.
struct Slot {
  std::string sender;
  Day due = 0;
  std::optional<Day> received;
};

int MonthsOf(Rhythm rhythm) {
  switch (rhythm) {
    case Rhythm::kQuarterly:
      return 3;
    case Rhythm::kHalfYearly:
      return 6;
    case Rhythm::kYearly:
      return 12;
    default:
      return 1;
  }
}

// The period that holds the day.
Period PeriodAround(Rhythm rhythm, Day day) {
  if (rhythm == Rhythm::kWeekly) return {day - Weekday(day), day - Weekday(day) + 7};
  const int months = MonthsOf(rhythm);
  const Month month = MonthOf(day);
  const Month start = month - (MonthInYear(month) - 1) % months;
  return {FirstDay(start), FirstDay(start + months)};
}

// The last period that had ended before the day.
Period PeriodBefore(Rhythm rhythm, Day day) { return PeriodAround(rhythm, PeriodAround(rhythm, day).start - 1); }

Day LastDay(Month month) { return FirstDay(month + 1) - 1; }

// What the deliveries that count tell, however they are ordered.
struct Heard {
  // First day something was received, by sender and month.
  std::map<std::string, std::map<Month, Day>> by_sender;
  // Days of receipt by month, earliest first.
  std::map<Month, std::vector<Day>> by_month;
  // First day of receipt by the first day of the period of the schedule.
  std::map<Day, Day> by_period;
};

// The month a delivery is counted in.
Month CountedIn(const SourceTerms& terms, const AnalysedDelivery& delivery) {
  if (!delivery.counts) return MonthOf(delivery.known_day);
  if (terms.by == ExpectedBy::kSchedule) return MonthOf(PeriodBefore(terms.rhythm, delivery.known_day).end - 1);
  return delivery.months.empty() ? MonthOf(delivery.known_day)
                                 : *std::max_element(delivery.months.begin(), delivery.months.end());
}

Heard Hear(const SourceTerms& terms, absl::Span<const AnalysedDelivery> deliveries) {
  Heard heard;
  const auto earliest = [](auto& days, auto key, Day day) {
    const auto [known, added] = days.emplace(key, day);
    if (!added) known->second = std::min(known->second, day);
  };
  for (const AnalysedDelivery& delivery : deliveries) {
    if (!delivery.counts) continue;
    if (terms.by == ExpectedBy::kSchedule) {
      earliest(heard.by_period, PeriodBefore(terms.rhythm, delivery.known_day).start, delivery.known_day);
      continue;
    }
    for (const Month month : delivery.months) earliest(heard.by_sender[delivery.sender], month, delivery.known_day);
    heard.by_month[CountedIn(terms, delivery)].push_back(delivery.known_day);
  }
  for (auto& [month, days] : heard.by_month) std::sort(days.begin(), days.end());
  return heard;
}

std::vector<Slot> ScheduleSlots(const SourceTerms& terms, const Heard& heard, Month month) {
  std::vector<Slot> slots;
  if (terms.rhythm == Rhythm::kNone || (!terms.since && heard.by_period.empty())) return slots;
  const Day since = terms.since ? *terms.since : heard.by_period.begin()->first;
  // Periods that end in this month.
  for (Period period = PeriodAround(terms.rhythm, FirstDay(month)); period.end - 1 <= LastDay(month);
       period = PeriodAround(terms.rhythm, period.end)) {
    if (period.end - 1 < FirstDay(month) || period.start < since) continue;
    Slot& slot = slots.emplace_back();
    slot.due = period.end - 1 + terms.due_days;
    if (const auto known = heard.by_period.find(period.start); known != heard.by_period.end()) slot.received = known->second;
  }
  return slots;
}

std::vector<Slot> SenderSlots(const std::set<std::string>& senders, const Heard& heard, Month month, Day due) {
  std::vector<Slot> slots;
  for (const std::string& sender : senders) {
    Slot& slot = slots.emplace_back();
    slot.sender = sender;
    slot.due = due;
    const auto known = heard.by_sender.find(sender);
    if (known == heard.by_sender.end()) continue;
    if (const auto day = known->second.find(month); day != known->second.end()) slot.received = day->second;
  }
  return slots;
}

std::set<std::string> RegularSenders(const Heard& heard, Month month) {
  std::set<std::string> regular;
  for (const auto& [sender, months] : heard.by_sender) {
    if (std::distance(months.lower_bound(month - kYear), months.lower_bound(month)) >= kRegularMonths) regular.insert(sender);
  }
  return regular;
}

// Nothing for a source that delivers now and then: what it did a year ago says nothing of now.
std::optional<std::vector<Slot>> ProfileSlots(const Heard& heard, Month month) {
  const auto begin = heard.by_month.lower_bound(month - kYear), end = heard.by_month.lower_bound(month);
  if (std::distance(begin, end) < kRegularMonths) return std::nullopt;
  const auto count = [&](Month of) {
    const auto known = heard.by_month.find(of);
    return known == heard.by_month.end() ? size_t{0} : known->second.size();
  };
  size_t expected = count(month - kYear);
  if (const Month since = heard.by_month.begin()->first; since > month - kYear) {
    std::vector<size_t> counts;
    for (Month of = since; of < month; ++of) counts.push_back(count(of));
    std::sort(counts.begin(), counts.end());
    expected = counts[(counts.size() - 1) / 2];
  }
  std::vector<Slot> slots(expected);
  const size_t received = std::min(expected, count(month));
  for (size_t i = 0; i < expected; ++i) {
    slots[i].due = LastDay(month) + kMessageDays;
    if (i < received) slots[i].received = heard.by_month.at(month)[i];
  }
  return slots;
}

std::set<std::string> ProvidersIn(absl::Span<const ProviderPeriod> allocations, Month month) {
  std::set<std::string> providers;
  for (const ProviderPeriod& allocation : allocations) {
    if (allocation.period.Overlaps(MonthPeriod(month))) providers.insert(allocation.provider);
  }
  return providers;
}

// What is expected about a month, and by what.
std::pair<ExpectedBy, std::vector<Slot>> SlotsOf(const SourceTerms& terms, const Heard& heard,
                                                 absl::Span<const ProviderPeriod> allocations, Month month) {
  switch (terms.by) {
    case ExpectedBy::kSchedule:
      return {ExpectedBy::kSchedule, ScheduleSlots(terms, heard, month)};
    case ExpectedBy::kAllocations:
      return {ExpectedBy::kAllocations, SenderSlots(ProvidersIn(allocations, month), heard, month, LastDay(month + 1))};
    case ExpectedBy::kRegularSenders:
      if (const std::set<std::string> senders = RegularSenders(heard, month); !senders.empty()) {
        return {ExpectedBy::kRegularSenders, SenderSlots(senders, heard, month, LastDay(month) + kMessageDays)};
      }
      [[fallthrough]];
    case ExpectedBy::kLastYear:
      if (std::optional<std::vector<Slot>> slots = ProfileSlots(heard, month))
        return {ExpectedBy::kLastYear, *std::move(slots)};
      break;
    case ExpectedBy::kNothing:
      break;
  }
  return {ExpectedBy::kNothing, {}};
}

int Median(std::vector<int> values) {
  if (values.empty()) return 0;
  const auto middle = values.begin() + static_cast<ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

std::vector<FailedCheck> Failures(const std::vector<const AnalysedDelivery*>& deliveries) {
  std::map<std::pair<std::string, int>, FailedCheck> failures;
  std::map<std::pair<std::string, int>, std::pair<Day, std::string>> earliest;
  for (const AnalysedDelivery* delivery : deliveries) {
    for (const BrokenRule& broken : delivery->broken) {
      const std::pair<std::string, int> key = {broken.rule, broken.level};
      FailedCheck& failure = failures[key];
      failure.count += broken.count;
      ++failure.deliveries;
      const std::pair<Day, std::string> rank = {delivery->known_day, delivery->id};
      const auto [known, added] = earliest.emplace(key, rank);
      if (!added) known->second = std::min(known->second, rank);
    }
  }
  std::vector<FailedCheck> sorted;
  for (auto& [key, failure] : failures) {
    std::tie(failure.rule, failure.level) = key;
    failure.example = earliest.at(key).second;
    sorted.push_back(std::move(failure));
  }
  std::stable_sort(sorted.begin(), sorted.end(), [](const FailedCheck& a, const FailedCheck& b) { return a.count > b.count; });
  return sorted;
}

}  // namespace

SourceAnalysis Analyse(const SourceTerms& terms, absl::Span<const AnalysedDelivery> deliveries,
                       absl::Span<const ProviderPeriod> allocations, Month first, Month end, Day today) {
  SourceAnalysis analysis;
  const Heard heard = Hear(terms, deliveries);
  std::vector<int> days_late;
  const auto came = [&](Day due, Day done) {
    ++analysis.came;
    if (done <= due) {
      ++analysis.on_time;
    } else {
      days_late.push_back(done - due);
    }
  };
  std::vector<const AnalysedDelivery*> counted;
  bool own_terms = false;
  for (const AnalysedDelivery& delivery : deliveries) {
    const Month month = CountedIn(terms, delivery);
    if (month < first || month >= end) continue;
    counted.push_back(&delivery);
    if (!delivery.counts || delivery.due_day == 0) continue;
    own_terms = true;
    came(delivery.due_day, delivery.done_day);
  }
  for (Month month = first; month < end; ++month) {
    MonthAnalysis& row = analysis.months.emplace_back();
    row.month = month;
    const auto [by, slots] = SlotsOf(terms, heard, allocations, month);
    row.by = by;
    std::set<std::string> expected;
    for (const Slot& slot : slots) {
      ++row.expected;
      row.due_day = std::max(row.due_day, slot.due);
      if (!slot.sender.empty()) expected.insert(slot.sender);
      const bool passed = slot.due < today;
      analysis.due += passed ? 1 : 0;
      analysis.received += passed && slot.received ? 1 : 0;
      if (slot.received) {
        ++row.received;
        if (!own_terms) came(slot.due, *slot.received);
        continue;
      }
      ++(passed ? row.missing : row.pending);
      if (!passed || slot.sender.empty()) continue;
      MissingSender& missing = row.missing_senders.emplace_back();
      missing.sender = slot.sender;
      if (const auto known = heard.by_sender.find(slot.sender); known != heard.by_sender.end()) {
        missing.last_month = known->second.rbegin()->first;
      }
    }
    if (by == ExpectedBy::kAllocations || by == ExpectedBy::kRegularSenders) {
      for (const auto& [sender, months] : heard.by_sender) row.extra += months.count(month) > 0 && expected.count(sender) == 0;
    }
  }
  for (const AnalysedDelivery* delivery : counted) {
    MonthAnalysis& row = analysis.months[static_cast<size_t>(CountedIn(terms, *delivery) - first)];
    ++row.deliveries;
    row.refused += delivery->counts ? 0 : 1;
    row.records += delivery->records;
    row.sound_records += delivery->sound_records;
  }
  for (const MonthAnalysis& row : analysis.months) {
    analysis.deliveries += row.deliveries;
    analysis.refused += row.refused;
    analysis.records += row.records;
    analysis.sound_records += row.sound_records;
  }
  analysis.median_days_late = Median(std::move(days_late));
  analysis.failed = Failures(counted);
  return analysis;
}

char Grade(int64_t sound_records, int64_t records) {
  if (records <= 0) return 0;
  // In whole hundredths, so that 98.99% is never an A.
  const int64_t hundredths = sound_records * 100;
  return hundredths >= records * 99 ? 'A' : hundredths >= records * 95 ? 'B' : hundredths >= records * 90 ? 'C' : 'D';
}

std::string MonthSentence(const MonthAnalysis& month, const Noun& noun) {
  const std::string name = dutch::MonthLong(month.month);
  if (month.expected == 0) {
    return month.by == ExpectedBy::kNothing ? absl::StrCat("Voor ", name, " is niet te zeggen hoeveel er verwacht wordt.")
                                            : absl::StrCat("Voor ", name, " wordt niets verwacht.");
  }
  const auto of_all = [&](int64_t count) {
    if (month.expected == 1) return absl::StrCat("de verwachte ", noun.one);
    if (count == 2 && month.expected == 2) return absl::StrCat("beide ", noun.many);
    return absl::StrCat(count == month.expected ? "alle " : absl::StrCat(dutch::Number(count), " van de "),
                        dutch::Number(month.expected), " ", noun.many);
  };
  // "heeft" or "is", and the participle that goes with it.
  const auto verb = [&](int64_t count) {
    const bool one = count == 1;
    return noun.delivers ? (one ? "heeft" : "hebben") : (one ? "is" : "zijn");
  };
  const absl::string_view came = noun.delivers ? "geleverd" : "ontvangen";
  std::string text;
  if (month.received == month.expected) {
    text = absl::StrCat(of_all(month.received), " ", verb(month.received), " ", came, " voor ", name, ".");
  } else if (month.missing > 0) {
    text = absl::StrCat(of_all(month.missing), month.missing == 1 ? " ontbreekt" : " ontbreken", " voor ", name, ".");
    if (month.pending > 0) {
      absl::StrAppend(&text, " ", dutch::Number(month.pending), month.pending == 1 ? " kan" : " kunnen", " nog komen.");
    }
  } else if (month.received == 0) {
    text = absl::StrCat("voor ", name, " is nog niets ontvangen; dat kan nog tot en met ", dutch::Date(month.due_day), ".");
  } else {
    text = absl::StrCat("voor ", name, " ", verb(month.received), " ", of_all(month.received), " ", came,
                        "; de rest kan nog komen tot en met ", dutch::Date(month.due_day), ".");
  }
  text[0] = absl::ascii_toupper(static_cast<unsigned char>(text[0]));
  return text;
}

std::string AnalysisStatement(const SourceAnalysis& analysis) {
  std::string text;
  const auto share = [](int64_t part, int64_t whole) {
    return dutch::Percent(static_cast<double>(part) / static_cast<double>(whole));
  };
  if (analysis.due == 0) {
    text = "Of deze bron volledig is, is niet te zeggen: er is niets bekend over wat er verwacht wordt.";
  } else if (analysis.received == analysis.due) {
    text = "Alles wat van deze bron verwacht werd, is ontvangen.";
  } else {
    text = absl::StrCat("Van wat er van deze bron verwacht werd, is ", share(analysis.received, analysis.due), " ontvangen.");
  }
  if (analysis.came > 0) {
    if (analysis.on_time == analysis.came) {
      absl::StrAppend(&text, " Alles kwam op tijd.");
    } else {
      absl::StrAppend(&text, " Hiervan kwam ", share(analysis.on_time, analysis.came),
                      " op tijd; wat te laat was, kwam meestal ", dutch::Number(analysis.median_days_late),
                      analysis.median_days_late == 1 ? " dag" : " dagen", " te laat.");
    }
  }
  if (analysis.records > 0) {
    absl::StrAppend(&text, " Kwaliteit ", std::string(1, Grade(analysis.sound_records, analysis.records)), ": ",
                    share(analysis.sound_records, analysis.records), " van de gegevens kwam zonder fouten door de controles.");
  }
  return text;
}

}  // namespace nmd::ingestion
