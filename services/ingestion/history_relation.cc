// SPDX-License-Identifier: EUPL-1.2
// All that messages tell of one client at one provider.
#include <algorithm>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "services/core/workdays.h"
#include "services/ingestion/care_chain.h"
#include "services/ingestion/checks.h"
#include "services/ingestion/history_care.h"

namespace nmd::ingestion {
namespace {

constexpr uint16_t kTotal = Code("6");
constexpr uint16_t kTemporary = Code("20");  // RedenBeeindiging: tijdelijk beeindigd, in both laws
constexpr int kCareTerm = 5;                 // working days
constexpr Day kLastOldDay = 18627;           // 2020-12-31, the end of the old form of aspecific allocations

bool IsRequest(const Entry& entry) { return entry.kind == Entry::kAsked || entry.kind == Entry::kChange; }
bool IsWanted(const Entry& entry) {
  return entry.kind == Entry::kUnchanged || entry.kind == Entry::kChanged || entry.kind == Entry::kAdded;
}

// The entries of one message.
struct Message {
  size_t first, last;  // [first, last) of the group
};

std::vector<Message> MessagesOf(const Group& group) {
  std::vector<Message> messages;
  for (size_t i = 0; i < group.size(); ++i) {
    if (i == 0 || group[i].entry->delivery != group[i - 1].entry->delivery) messages.push_back({i, i});
    messages.back().last = i + 1;
  }
  return messages;
}

// ---- Starts and stops ---------------------------------------------------------------------------------------------------

constexpr std::pair<CareViolation, Violation> kOfCare[] = {
    {kNothingToRemove063, Violation::kNothingToRemove063},
    {kStopped071, Violation::kStopped071},
    {kSentBefore074, Violation::kSentBefore074},
    {kRunning326, Violation::kRunning326},
    {kNoStart382, Violation::kNoStart382},
    {kPausedBefore413, Violation::kPausedBefore413},
    {kEndsEarlier414, Violation::kEndsEarlier414},
    {kEndedBefore415, Violation::kEndedBefore415},
};

// What the terms of one allocation need to know.
struct Allocation {
  const Item* first = nullptr;     // version in the earliest message
  const Item* in_force = nullptr;  // of the latest Toewijzingsdatum
  absl::flat_hash_set<Month> claimed;
};
using Allocations = std::map<int32_t, Allocation>;

Allocations AllocationsOf(const Group& group) {
  Allocations allocations;
  for (const Item& item : group) {
    const Entry& entry = *item.entry;
    if (item.refused || entry.number == 0) continue;
    if (entry.kind == Entry::kVersion) {
      Allocation& allocation = allocations[entry.number];
      if (allocation.first == nullptr) allocation.first = &item;
      if (allocation.in_force == nullptr || entry.moment >= allocation.in_force->entry->moment) allocation.in_force = &item;
    } else if (entry.kind == Entry::kLine && !entry.credit()) {
      allocations[entry.number].claimed.insert(MonthOf(entry.period.start));
    }
  }
  return allocations;
}

bool IsEffort(const Entry& version) {
  constexpr uint16_t kUnits[] = {Code("01"), Code("04"), Code("14"), Code("16"), Code("84")};
  return std::find(std::begin(kUnits), std::end(kUnits), version.unit) != std::end(kUnits);
}

// OP271, OP272: what came later than five working days after it happened. An allocation that came afterwards gives the start
// five working days of its own. Taakgericht care, which has no number, has no terms (OP295, OP363).
void JudgeLateness(Item& item, const Allocation* allocation) {
  const Entry& entry = *item.entry;
  if (entry.kind == Entry::kStop) {
    if (item.known_day > AddWorkdays(entry.period.end - 1, kCareTerm)) item.Violate(Violation::kLateStop272);
    return;
  }
  Day due = AddWorkdays(entry.period.start, kCareTerm);
  if (allocation != nullptr && allocation->first != nullptr) {
    due = std::max(due, AddWorkdays(allocation->first->known_day, kCareTerm));
  }
  if (item.known_day > due) item.Violate(Violation::kLateStart271);
}

// OP354: a month of care that is measured by time is claimed in the month after it. Told of the start, once.
void JudgeMonths(Judging& judging, Item& start, Day end, const Allocation& allocation) {
  const Entry& entry = *start.entry;
  const Entry& version = *allocation.in_force->entry;
  if (!IsEffort(version) || !judging.Receives(entry.law, entry.provider, 323)) return;
  const Day last = std::min({end, version.period.end, judging.Today()});
  for (Month month = MonthOf(std::max(entry.period.start, version.period.start)); FirstDay(month) < last; ++month) {
    if (allocation.claimed.contains(month)) continue;
    const Day due = FirstDay(month + 2) - 1;
    if (judging.Today() <= due) {
      judging.JudgeAgainOn(due + 1);
      return;
    }
    start.Violate(Violation::kMonth354);
    return;
  }
  // A month that has not begun is judged when it is due.
  if (last == judging.Today()) judging.JudgeAgainOn(FirstDay(MonthOf(last) + 2));
}

void JudgeChain(Judging& judging, const std::vector<Item*>& items, const Allocation* allocation) {
  CareChain chain;
  bool corrected = false;  // What replaces something that was removed is not late for being a correction.
  const auto take = [&](Item& item) {
    const Entry& entry = *item.entry;
    CareEvent event;
    event.is_stop = entry.kind == Entry::kStop;
    event.is_removal = entry.removal;
    event.start_day = entry.period.start;
    event.end_day = entry.period.end;
    event.is_pause = event.is_stop && entry.code == kTemporary;
    event.reason = entry.code;
    const uint16_t violated = chain.Take(event, item.refused);
    for (const auto& [bit, violation] : kOfCare) {
      if ((violated & bit) != 0) item.Violate(violation);
    }
    corrected = corrected || entry.removal;
    if (!corrected && entry.number != 0) JudgeLateness(item, allocation);
  };
  // Within one message removals come first (IV008).
  for (size_t i = 0; i < items.size();) {
    size_t end = i;
    while (end < items.size() && items[end]->entry->delivery == items[i]->entry->delivery) ++end;
    for (const bool removals : {true, false}) {
      for (size_t j = i; j < end; ++j) {
        if (items[j]->entry->removal == removals) take(*items[j]);
      }
    }
    i = end;
  }
  if (allocation == nullptr || allocation->in_force == nullptr || allocation->in_force->entry->deleted) return;
  const Period& period = allocation->in_force->entry->period;
  const bool running = chain.state() == CareState::kRunning;
  for (Item* item : items) {
    const Entry& entry = *item->entry;
    if (entry.kind != Entry::kStart || entry.removal || item->refused || !chain.Counts(entry.period.start)) continue;
    if (item->Violates(Violation::kSentBefore074)) continue;
    JudgeMonths(judging, *item, chain.EndOf(entry.period.start), *allocation);
    if (!running || chain.RunningSince() != entry.period.start || period.end == kOpenEnd) continue;
    // The provider has his days from when he could know that the allocation ended, too.
    const Day due = AddWorkdays(std::max(period.end - 1, allocation->in_force->known_day), kCareTerm);
    if (judging.Today() > due) {
      item->Violate(Violation::kNoStop272);
    } else {
      judging.JudgeAgainOn(due + 1);
    }
  }
}

void JudgeStartsAndStops(Judging& judging, Group& group) {
  // Taakgericht care has no number, and is told apart by its product.
  std::map<std::tuple<int32_t, uint16_t, int32_t>, std::vector<Item*>> chains;
  for (Item& item : group) {
    const Entry& entry = *item.entry;
    if (entry.kind != Entry::kStart && entry.kind != Entry::kStop) continue;
    chains[{entry.number, entry.category, entry.product}].push_back(&item);
  }
  if (chains.empty()) return;
  const Allocations allocations = AllocationsOf(group);
  for (const auto& [key, items] : chains) {
    const auto found = allocations.find(std::get<0>(key));
    JudgeChain(judging, items, found == allocations.end() ? nullptr : &found->second);
  }
}

// ---- Allocations and requests -------------------------------------------------------------------------------------------

// Versions by number, as far as they are known: of the latest Toewijzingsdatum.
using Known = std::map<int32_t, Item*>;

void Learn(Item& version, Known* known) {
  if (version.refused) return;
  Item*& best = (*known)[version.entry->number];
  if (best == nullptr || version.entry->moment >= best->entry->moment) best = &version;
}

// Valid on the day or later, and not deleted (TR349).
bool IsCurrent(const Entry& version, Day day) { return !version.deleted && version.period.end > day; }

// An extension that should have stretched the allocation before it (OP380).
bool CouldStretch(const Entry& before, const Entry& after, Day day) {
  return before.number != after.number && IsCurrent(before, day) && before.period.end == after.period.start &&
         before.category != 0 && before.category == after.category && before.product == after.product &&
         before.volume == after.volume && before.unit == after.unit && before.frequency == after.frequency &&
         after.frequency != kTotal && before.amount == 0 && after.amount == 0;
}

void JudgeAllocations(Group& group, const Message& message, const Known& known) {
  absl::flat_hash_set<int32_t> numbers;
  Item* first = nullptr;
  for (size_t i = message.first; i < message.last; ++i) {
    if (group[i].entry->kind != Entry::kVersion) continue;
    if (first == nullptr) first = &group[i];
    numbers.insert(group[i].entry->number);
  }
  if (first == nullptr) return;
  const Day day = first->DatedDay();
  for (const auto& [number, before] : known) {
    if (!numbers.contains(number) && IsCurrent(*before->entry, day)) first->Violate(Violation::kMissing087);
  }
  for (size_t i = message.first; i < message.last; ++i) {
    const Entry& after = *group[i].entry;
    if (after.kind != Entry::kVersion || after.deleted || known.count(after.number) > 0) continue;
    const bool could = std::any_of(known.begin(), known.end(),
                                   [&](const auto& before) { return CouldStretch(*before.second->entry, after, day); });
    if (could) group[i].Violate(Violation::kNewNumber380);
  }
}

void JudgeChanged(Item& item, const Entry& version, Day day) {
  const Entry& wanted = *item.entry;
  const bool moved = wanted.period.start != version.period.start;
  if (wanted.period.start <= day && moved) item.Violate(Violation::kStart357);
  const bool new_total = version.frequency == kTotal && wanted.frequency == kTotal && wanted.volume != version.volume;
  if ((wanted.amount != version.amount || new_total) && moved) item.Violate(Violation::kStart373);
  const bool has_extent = wanted.unit != 0;
  if (version.product != 0) {
    if (!has_extent) item.Violate(Violation::kNoExtent411);
  } else if (has_extent && wanted.period.end - 1 > kLastOldDay) {
    item.Violate(version.category == 0 ? Violation::kExtent375 : Violation::kExtent412);
  }
}

// The products that a 317 leaves as they are, changes or adds may not overlap (TR361). Those it adds among themselves are
// TR410, which is said once.
void JudgeOverlap(Judging& judging, Group& group, const Message& message, const Known& known) {
  struct Row {
    Item* item;
    std::string category;
    absl::string_view product;
    Period period;
  };
  std::vector<Row> rows;
  for (size_t i = message.first; i < message.last; ++i) {
    const Entry& wanted = *group[i].entry;
    if (!IsWanted(wanted)) continue;
    if (wanted.kind == Entry::kAdded) {
      rows.push_back({&group[i], CodeText(wanted.category), judging.Text(wanted.product), wanted.period});
      continue;
    }
    const auto found = known.find(wanted.number);
    if (found == known.end() || found->second->entry->deleted) continue;
    const Entry& version = *found->second->entry;
    const Period& period = wanted.kind == Entry::kUnchanged ? version.period : wanted.period;
    rows.push_back({&group[i], CodeText(version.category), judging.Text(version.product), period});
  }
  std::vector<OverlapRow> all, added;
  std::vector<Item*> added_items;
  for (const Row& row : rows) {
    all.push_back({row.category, row.product, row.period});
    if (row.item->entry->kind != Entry::kAdded) continue;
    added.push_back(all.back());
    added_items.push_back(row.item);
  }
  absl::flat_hash_set<const Item*> told;
  const Law law = group[message.first].entry->law;
  for (const size_t i : Overlapping(law, added)) told.insert(added_items[i]);
  for (const size_t i : Overlapping(law, all)) {
    if (!told.contains(rows[i].item)) rows[i].item->Violate(Violation::kOverlap361);
  }
}

void JudgeChange(Judging& judging, Group& group, const Message& message, Item& change, const Known& known) {
  const Day day = change.entry->day;
  absl::flat_hash_set<int32_t> named;
  for (size_t i = message.first; i < message.last; ++i) {
    const Entry& wanted = *group[i].entry;
    if (wanted.kind != Entry::kUnchanged && wanted.kind != Entry::kChanged) continue;
    named.insert(wanted.number);
    const auto found = known.find(wanted.number);
    const bool current = found != known.end() && IsCurrent(*found->second->entry, day);
    if (wanted.kind == Entry::kUnchanged) {
      if (!current) group[i].Violate(Violation::kNotCurrent350);
    } else if (!current) {
      group[i].Violate(Violation::kNotCurrent351);
    } else {
      JudgeChanged(group[i], *found->second->entry, day);
    }
  }
  for (const auto& [number, version] : known) {
    if (IsCurrent(*version->entry, day) && !named.contains(number)) change.Violate(Violation::kIncomplete349);
  }
  JudgeOverlap(judging, group, message, known);
}

// TR374, told of the first thing that a message asks.
void JudgePending(Judging& judging, const std::vector<Item*>& asked, Item& item) {
  for (const Item* before : asked) {
    if (before->refused || !before->IsEarlierThan(item)) continue;
    const bool settled = (before->entry->outcome & kSettled) != 0 && judging.OrderOf(before->entry->joined) < *item.order;
    if (!settled) {
      item.Violate(Violation::kPending374);
      return;
    }
  }
}

void JudgeStacking(Judging& judging, const Known& known) {
  std::vector<Item*> items;
  std::vector<std::string> categories;
  for (const auto& [number, version] : known) {
    if (version->entry->deleted) continue;
    items.push_back(version);
    categories.push_back(CodeText(version->entry->category));
  }
  std::vector<OverlapRow> rows;
  for (size_t i = 0; i < items.size(); ++i) {
    rows.push_back({categories[i], judging.Text(items[i]->entry->product), items[i]->entry->period});
  }
  if (rows.size() < 2) return;
  for (const size_t i : Overlapping(items.front()->entry->law, rows)) items[i]->Violate(Violation::kStacked259);
}

}  // namespace

void JudgeCareOfRelation(Judging& judging, Group& group) {
  JudgeStartsAndStops(judging, group);
  const bool is_client = std::any_of(group.begin(), group.end(),
                                     [](const Item& item) { return item.entry->kind == Entry::kVersion && !item.refused; });
  Known known;
  std::vector<Item*> asked;
  for (const Message& message : MessagesOf(group)) {
    JudgeAllocations(group, message, known);
    for (size_t i = message.first; i < message.last; ++i) {
      Item& item = group[i];
      if (!IsRequest(*item.entry)) continue;
      if (i == message.first || !IsRequest(*group[i - 1].entry)) JudgePending(judging, asked, item);
      asked.push_back(&item);
      if (item.entry->kind != Entry::kChange) continue;
      if (!is_client) item.Violate(Violation::kNotClient304);
      JudgeChange(judging, group, message, item, known);
    }
    for (size_t i = message.first; i < message.last; ++i) {
      if (group[i].entry->kind == Entry::kVersion) Learn(group[i], &known);
    }
  }
  JudgeStacking(judging, known);
}

}  // namespace nmd::ingestion
