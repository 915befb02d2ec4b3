// SPDX-License-Identifier: EUPL-1.2
#include "services/costs/bridge.h"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "absl/container/flat_hash_map.h"

namespace nmd::costs {
namespace {

using RowKey = std::array<uint32_t, 5>;  // Law, category, product, provider, month.
constexpr std::array<Field, 4> kRowFields = {kLawField, kCategoryField, kProductField, kProviderField};

struct Sum {
  Cents amount = 0;
  int64_t count = 0;
};

// One step over rows.
struct RowStep {
  absl::flat_hash_map<RowKey, Sum> sums;
  Cents amount = 0;

  void Add(const RowKey& key, Cents cents) {
    if (cents == 0) return;
    Sum& sum = sums[key];
    sum.amount += cents;
    ++sum.count;
    amount += cents;
  }
};

void SortItems(std::vector<BridgeItem>* items) {
  std::sort(items->begin(), items->end(), [](const BridgeItem& a, const BridgeItem& b) {
    const Cents left = a.amount < 0 ? -a.amount : a.amount;
    const Cents right = b.amount < 0 ? -b.amount : b.amount;
    return left != right ? left > right : a.values < b.values;
  });
}

BridgeStep Subtotal(std::string id, Cents amount) {
  BridgeStep step;
  step.id = std::move(id);
  step.subtotal = true;
  step.amount = amount;
  return step;
}

BridgeStep StepOf(const Snapshot& snapshot, std::string id, const RowStep& rows) {
  BridgeStep step;
  step.id = std::move(id);
  step.amount = rows.amount;
  step.dimensions = {"law", "category", "product", "provider", "month"};
  for (const auto& [key, sum] : rows.sums) {
    // Rows that take each other away are no line of a list.
    if (sum.amount == 0) continue;
    BridgeItem& item = step.items.emplace_back();
    for (size_t f = 0; f < kRowFields.size(); ++f) {
      item.values.push_back(snapshot.dictionaries[kRowFields[f]].values[key[f]]);
    }
    item.values.push_back(TimeValue(Grain::kMonth, snapshot.table.first_month + static_cast<Month>(key[4])));
    item.amount = sum.amount;
    item.count = sum.count;
  }
  SortItems(&step.items);
  return step;
}

bool KeepsProvider(const Question& question, const std::string& provider) {
  return std::all_of(question.filters.begin(), question.filters.end(), [&](const QuestionFilter& filter) {
    return std::find(filter.values.begin(), filter.values.end(), provider) != filter.values.end();
  });
}

}  // namespace

std::vector<BridgeStep> MakeBridge(const Snapshot& snapshot, const RecordBook& records, const Question& question, bool booked) {
  const FactTable& table = snapshot.table;
  Cents indicated = 0;
  Cents declared = 0;
  Cents approved = 0;
  RowStep not_used, over_used, without_tariff, without_allocation, rejected, unanswered, partly_answered;
  std::map<std::string, std::pair<Cents, Sum>> providers;  // Approved and booked.
  for (const uint32_t row : RowsBehind(snapshot, question, true)) {
    RowKey key;
    for (size_t f = 0; f < kRowFields.size(); ++f) key[f] = table.fields[kRowFields[f]][row];
    key[4] = table.fields[kMonthField][row];
    indicated += table.indicated[row];
    declared += table.declared[row];
    approved += table.approved[row];
    const Cents used = table.declared[row] - table.indicated[row];
    const uint8_t flags = table.flags[row];
    RowStep& use = (flags & kCounts) == 0     ? without_allocation
                   : (flags & kNoTariff) != 0 ? without_tariff
                   : used < 0                 ? not_used
                                              : over_used;
    use.Add(key, used);
    const uint32_t answered = table.answered_lines[row];
    RowStep& answer = answered == 0 ? unanswered : answered == table.claim_lines[row] ? rejected : partly_answered;
    answer.Add(key, table.approved[row] - table.declared[row]);
    if (booked && table.approved[row] != 0) {
      providers[snapshot.dictionaries[kProviderField].values[key[3]]].first += table.approved[row];
    }
  }
  std::vector<BridgeStep> steps;
  steps.push_back(Subtotal("indicated", indicated));
  steps.push_back(StepOf(snapshot, "not_used", not_used));
  steps.push_back(StepOf(snapshot, "over_used", over_used));
  steps.push_back(StepOf(snapshot, "without_tariff", without_tariff));
  steps.push_back(StepOf(snapshot, "without_allocation", without_allocation));
  steps.push_back(Subtotal("declared", declared));
  steps.push_back(StepOf(snapshot, "rejected", rejected));
  steps.push_back(StepOf(snapshot, "unanswered", unanswered));
  steps.push_back(StepOf(snapshot, "partly_answered", partly_answered));
  steps.push_back(Subtotal("approved", approved));
  if (!booked) return steps;

  const nmd::Period period = {FirstDay(question.first), FirstDay(question.end)};
  for (const Record& record : records.records) {
    if (record.kind != kBookingRecord || record.revenue || !period.Contains(record.days.start)) continue;
    if (!KeepsProvider(question, *record.provider)) continue;
    Sum& sum = providers[*record.provider].second;
    sum.amount += record.amount;
    ++sum.count;
  }
  BridgeStep less;
  less.id = "not_booked";
  less.dimensions = {"provider"};
  BridgeStep more;
  more.id = "booked_otherwise";
  more.dimensions = {"provider"};
  Cents total = approved;
  for (const auto& [provider, amounts] : providers) {
    const Cents difference = amounts.second.amount - amounts.first;
    if (difference == 0) continue;
    BridgeStep& step = difference < 0 ? less : more;
    step.items.push_back({{provider}, difference, amounts.second.count});
    step.amount += difference;
    total += difference;
  }
  SortItems(&less.items);
  SortItems(&more.items);
  steps.push_back(std::move(less));
  steps.push_back(std::move(more));
  steps.push_back(Subtotal("booked", total));
  return steps;
}

}  // namespace nmd::costs
