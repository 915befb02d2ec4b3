// SPDX-License-Identifier: EUPL-1.2
#include "services/costs/fact_table.h"

#include <algorithm>
#include <array>
#include <map>
#include <random>
#include <set>
#include <tuple>

#include "gtest/gtest.h"

namespace nmd::costs {
namespace {

constexpr uint32_t kMonths = 14;

struct Sizes {
  uint32_t products = 5, providers = 4, households = 7;
  bool steady = false;  // What a row says is mostly what the row before it of its provision says, as in life.
};

// A random table, clustered as the contract asks.
FactTable RandomTable(std::mt19937* random, const Sizes& sizes) {
  const auto pick = [random](uint32_t n) { return static_cast<uint32_t>((*random)() % n); };
  FactTable table;
  table.first_month = MonthOf(2017, 5);
  table.end_month = table.first_month + static_cast<Month>(kMonths);
  table.fields = {Column(kMonths), Column(3), Column(2), Column(sizes.products),  Column(3), Column(sizes.providers), Column(2),
                  Column(3),       Column(2), Column(2), Column(sizes.households)};
  const uint32_t clients = 1 + pick(60);
  const Cents scale = pick(3) == 0 ? 10'000'000'000 : 1;  // Amounts that fit 32 bits, and amounts that do not.
  uint32_t provision = 0;
  for (uint32_t client = 0; client < clients; ++client) {
    for (uint32_t left = pick(4); left > 0; --left) {
      const bool claims_only = pick(6) == 0;
      const uint32_t product = pick(sizes.products), provider = pick(sizes.providers), first = pick(kMonths);
      const uint32_t end = claims_only ? first + 1 : std::min(kMonths, first + 1 + pick(6));
      std::array<uint32_t, kFieldCount> codes{};
      uint8_t flags = 0;
      for (uint32_t month = first; month < end; ++month) {
        const bool changes = month == first || !sizes.steady || pick(8) == 0;
        if (changes) {
          codes = {month,   1 + pick(2),           pick(2), product, pick(3), provider, pick(2), client % 3, pick(2),
                   pick(2), pick(sizes.households)};
          flags = claims_only ? 0 : kCounts;
          if (pick(3) != 0) flags |= kExact;
          if (!claims_only && pick(5) == 0) flags |= kNoTariff;
        }
        codes[kMonthField] = month;
        for (size_t field = 0; field < kFieldCount; ++field) table.fields[field].Push(codes[field]);
        table.client.push_back(client);
        table.provision.push_back(claims_only ? 0xffffffff : provision);
        table.indicated.push_back(claims_only ? 0 : scale * pick(1000));
        table.declared.push_back(scale * (static_cast<Cents>(pick(1000)) - 300));
        table.approved.push_back(pick(500));
        table.flags.push_back(flags);
        table.from_day.push_back(claims_only ? 0 : static_cast<uint8_t>(1 + pick(15)));
        table.to_day.push_back(claims_only ? 0 : static_cast<uint8_t>(16 + pick(13)));
        table.claim_lines.push_back(pick(4));
        table.answered_lines.push_back(pick(2));
      }
      if (!claims_only) ++provision;
    }
  }
  table.Index();
  return table;
}

Axis Identity(const FactTable& table, Field field) {
  Axis axis{&table.fields[field], {}, table.fields[field].cardinality()};
  for (uint32_t code = 0; code < axis.size; ++code) axis.position.push_back(code);
  return axis;
}

struct Expected {
  std::set<uint32_t> clients, provisions, untariffed;
  Totals totals;
};

// The same by sets, row by row.
std::map<std::vector<uint32_t>, Expected> Slowly(const FactTable& table, const TableQuery& query) {
  std::map<std::vector<uint32_t>, Expected> groups;
  for (uint32_t row = 0; row < table.size(); ++row) {
    const Month month = table.first_month + static_cast<Month>(table.fields[kMonthField][row]);
    if (month < query.first || month >= query.end) continue;
    if (query.valid_on.has_value()) {
      const int day = CivilOf(*query.valid_on).day;
      if (day < table.from_day[row] || day >= table.to_day[row]) continue;
    }
    bool kept = true;
    for (const Axis& filter : query.filters) kept = kept && filter.position[(*filter.column)[row]] != Axis::kDropped;
    std::vector<uint32_t> key;
    for (const Axis& axis : query.groups) {
      key.push_back(axis.position[(*axis.column)[row]]);
      kept = kept && key.back() != Axis::kDropped;
    }
    if (!kept) continue;
    Expected& group = groups[key];
    group.totals.rows += 1;
    group.totals.exact_rows += (table.flags[row] & kExact) != 0 ? 1 : 0;
    group.totals.indicated += table.indicated[row];
    group.totals.declared += table.declared[row];
    group.totals.approved += table.approved[row];
    group.totals.claim_lines += table.claim_lines[row];
    group.totals.answered_lines += table.answered_lines[row];
    if ((table.flags[row] & kCounts) == 0) continue;
    group.totals.counted_rows += 1;
    group.clients.insert(table.client[row]);
    group.provisions.insert(table.provision[row]);
    if ((table.flags[row] & kNoTariff) == 0) continue;
    group.totals.untariffed_rows += 1;
    group.untariffed.insert(table.provision[row]);
  }
  return groups;
}

void ExpectSame(const FactTable& table, const TableQuery& query, uint32_t seed) {
  const auto expected = Slowly(table, query);
  const auto groups = Aggregate(table, query);
  ASSERT_TRUE(groups.has_value());
  ASSERT_EQ(groups->size(), expected.size()) << "seed " << seed;
  auto at = expected.begin();
  for (const Group& group : *groups) {
    const auto& [key, want] = *at++;
    ASSERT_EQ(group.positions, key) << "seed " << seed;
    EXPECT_EQ(group.totals.clients, static_cast<int64_t>(want.clients.size())) << "seed " << seed;
    EXPECT_EQ(group.totals.provisions, static_cast<int64_t>(want.provisions.size()));
    EXPECT_EQ(group.totals.indicated, want.totals.indicated);
    EXPECT_EQ(group.totals.declared, want.totals.declared);
    EXPECT_EQ(group.totals.approved, want.totals.approved);
    EXPECT_EQ(group.totals.rows, want.totals.rows);
    EXPECT_EQ(group.totals.exact_rows, want.totals.exact_rows);
    EXPECT_EQ(group.totals.counted_rows, want.totals.counted_rows);
    EXPECT_EQ(group.totals.untariffed_rows, want.totals.untariffed_rows);
    EXPECT_EQ(group.totals.untariffed_provisions, static_cast<int64_t>(want.untariffed.size()));
    EXPECT_EQ(group.totals.claim_lines, want.totals.claim_lines);
    EXPECT_EQ(group.totals.answered_lines, want.totals.answered_lines);
  }
  TableQuery ungrouped = query;
  ungrouped.filters.insert(ungrouped.filters.end(), query.groups.begin(), query.groups.end());
  ungrouped.groups.clear();
  const Totals total = Count(table, query)->total;
  for (const auto& [key, want] : Slowly(table, ungrouped)) {
    EXPECT_EQ(total.clients, static_cast<int64_t>(want.clients.size())) << "seed " << seed;
    EXPECT_EQ(total.provisions, static_cast<int64_t>(want.provisions.size()));
    EXPECT_EQ(total.untariffed_provisions, static_cast<int64_t>(want.untariffed.size()));
    EXPECT_EQ(std::tie(total.indicated, total.declared, total.approved, total.rows, total.exact_rows, total.counted_rows),
              std::tie(want.totals.indicated, want.totals.declared, want.totals.approved, want.totals.rows,
                       want.totals.exact_rows, want.totals.counted_rows));
    EXPECT_EQ(std::tie(total.untariffed_rows, total.claim_lines, total.answered_lines),
              std::tie(want.totals.untariffed_rows, want.totals.claim_lines, want.totals.answered_lines));
  }
  int64_t rows = 0;
  for (const auto& [key, want] : Slowly(table, ungrouped)) rows += want.totals.rows;
  EXPECT_EQ(static_cast<int64_t>(SelectRows(table, ungrouped).size()), rows);
}

// Something of every row that is no column of the table, and may differ within a run.
Column OtherColumn(const FactTable& table, std::mt19937* random) {
  Column other(3);
  for (size_t row = 0; row < table.size(); ++row) {
    other.Push(row > 0 && (*random)() % 3 != 0 ? other[row - 1] : static_cast<uint32_t>((*random)() % 3));
  }
  return other;
}

TEST(Aggregate, GivesWhatCountingBySetsGives) {
  for (uint32_t seed = 1; seed <= 300; ++seed) {
    std::mt19937 random(seed);
    const auto pick = [&random](uint32_t n) { return static_cast<uint32_t>(random() % n); };
    const FactTable table = RandomTable(&random, {.steady = seed % 3 != 0});
    const Column other = OtherColumn(table, &random);
    TableQuery query;
    query.first = table.first_month - 2 + static_cast<Month>(pick(10));
    query.end = query.first + 1 + static_cast<Month>(pick(20));
    query.wanted = {true, true, true, true};
    query.group_limit = 100'000;
    if (pick(4) == 0) {
      query.end = query.first + 1;
      query.valid_on = FirstDay(query.first) + static_cast<Day>(pick(28));
    }
    for (const Field field : {kProductField, kMonthField, kSexField, kHouseholdField}) {
      if (pick(3) == 0) query.groups.push_back(Identity(table, field));
    }
    if (pick(4) == 0) query.groups.push_back({&other, {2, 0, 1}, 3});
    if (pick(6) == 0) query.filters.push_back({&other, {0, Axis::kDropped, 0}, 1});
    if (pick(6) == 0) {
      // Some months, as a filter on a time leaves them.
      query.filters.push_back({&table.fields[kMonthField], std::vector<uint32_t>(kMonths, Axis::kDropped), 1});
      for (uint32_t& position : query.filters.back().position) position = pick(3) == 0 ? Axis::kDropped : 0;
    }
    if (!query.groups.empty() && pick(3) == 0) query.groups[0].position[pick(query.groups[0].size)] = Axis::kDropped;
    for (const Field field : {kProviderField, kProductField, kLawField}) {
      if (pick(3) != 0) continue;
      Axis filter = Identity(table, field);
      for (uint32_t& position : filter.position) {
        if (pick(2) == 0) position = Axis::kDropped;
      }
      query.filters.push_back(filter);
    }
    ExpectSame(table, query, seed);
  }
}

TEST(Aggregate, AFilterOnAFewOfManyValuesReadsTheirRowsInOrder) {
  for (uint32_t seed = 1; seed <= 60; ++seed) {
    std::mt19937 random(seed);
    const FactTable table = RandomTable(&random, {.products = 60, .providers = 90});
    TableQuery query;
    query.first = table.first_month;
    query.end = table.end_month;
    query.wanted = {true, true, true, true};
    query.group_limit = 1'000;
    query.groups = {Identity(table, kSexField)};
    const Field field = seed % 2 == 0 ? kProviderField : kProductField;
    Axis filter{&table.fields[field], std::vector<uint32_t>(table.fields[field].cardinality(), Axis::kDropped), 1};
    for (uint32_t i = 0; i < 1 + seed % 7; ++i) filter.position[random() % filter.position.size()] = 0;
    query.filters = {filter};
    ExpectSame(table, query, seed);
  }
}

TEST(Aggregate, AReversedPeriodHasNoRows) {
  std::mt19937 random(4);
  const FactTable table = RandomTable(&random, {});
  TableQuery query;
  query.first = table.first_month + 3;
  query.end = table.first_month + 1;
  query.group_limit = 10;
  EXPECT_TRUE(Aggregate(table, query)->empty());
  EXPECT_TRUE(SelectRows(table, query).empty());
}

TEST(Aggregate, TakesMoreGroupsThanFitAnArray) {
  std::mt19937 random(9);
  const FactTable table = RandomTable(&random, {.products = 300, .providers = 200, .households = 70'000});
  EXPECT_EQ(table.fields[kHouseholdField].bytes(), 4 * table.size()) << "more than 65,536 codes are wide";
  TableQuery query;
  query.first = table.first_month;
  query.end = table.end_month;
  query.wanted = {true, true, true, true};
  query.group_limit = 100'000;
  query.groups = {Identity(table, kHouseholdField), Identity(table, kMonthField), Identity(table, kProductField)};
  ExpectSame(table, query, 9);
  query.group_limit = 3;
  EXPECT_FALSE(Aggregate(table, query).has_value());
}

TEST(Aggregate, MapsSeveralCodesToOnePosition) {
  for (const bool steady : {false, true}) {
    std::mt19937 random(4);
    const FactTable table = RandomTable(&random, {.steady = steady});
    TableQuery query;
    query.first = table.first_month;
    query.end = table.end_month;
    query.wanted = {true, true, true, true};
    query.group_limit = 100;
    Axis quarters{&table.fields[kMonthField], {}, 5};
    for (uint32_t month = 0; month < kMonths; ++month) quarters.position.push_back(month / 3);
    query.groups = {quarters};
    ExpectSame(table, query, 4);
    // Backwards: every month a place before that of the month before it.
    query.groups = {Identity(table, kMonthField)};
    std::reverse(query.groups[0].position.begin(), query.groups[0].position.end());
    ExpectSame(table, query, 4);
  }
}

// Runs are what rows have in common: all rows are in one, in order, and no two that follow one another could be one.
TEST(FactTableIndex, RunsCoverTheRowsAndAreAsLongAsMayBe) {
  size_t rows = 0, runs = 0;
  for (uint32_t seed = 1; seed <= 40; ++seed) {
    std::mt19937 random(seed);
    const FactTable table = RandomTable(&random, {.steady = true});
    const auto goes_on = [&table](uint32_t row) {
      bool same = table.client[row] == table.client[row - 1] && table.provision[row] == table.provision[row - 1] &&
                  table.flags[row] == table.flags[row - 1];
      for (size_t field = 0; field < kFieldCount; ++field) {
        const uint32_t step = field == kMonthField ? 1 : 0;
        same = same && table.fields[field][row] == table.fields[field][row - 1] + step;
      }
      return same;
    };
    ASSERT_EQ(table.runs.begin.back(), table.size());
    for (size_t run = 0; run < table.runs.size(); ++run) {
      const uint32_t begin = table.runs.begin[run], end = table.runs.begin[run + 1];
      ASSERT_LT(begin, end);
      EXPECT_TRUE(begin == 0 || !goes_on(begin)) << "seed " << seed;
      for (uint32_t row = begin + 1; row < end; ++row) EXPECT_TRUE(goes_on(row)) << "seed " << seed;
      EXPECT_EQ(table.runs.fields[kProductField][run], table.fields[kProductField][begin]);
    }
    rows += table.size();
    runs += table.runs.size();
  }
  EXPECT_GT(rows, 2 * runs) << "the law was not kept by runs of one row";
}

TEST(Aggregate, AnEmptyTableHasNoGroups) {
  FactTable table;
  for (Column& column : table.fields) column = Column(0);
  table.Index();
  TableQuery query;
  query.first = MonthOf(2018, 1);
  query.end = MonthOf(2018, 2);
  query.group_limit = 10;
  query.wanted.clients = true;
  EXPECT_TRUE(Aggregate(table, query)->empty());
  query.groups = {Axis{&table.fields[kProductField], {}, 0}};
  EXPECT_TRUE(Aggregate(table, query)->empty());
}

}  // namespace
}  // namespace nmd::costs
