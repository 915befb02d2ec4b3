// SPDX-License-Identifier: EUPL-1.2
// Each attack of reference sdc.md as an attacker would do it: it succeeds on cells hidden by a threshold alone, or on tables
// protected one by one, and fails on tables protected together with what was published before.
#include "services/publication/engine/audit.h"

#include <random>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "services/publication/engine/test_tables.h"

namespace nmd::publication::engine {
namespace {

using ::testing::HasSubstr;

// A year of four quarters of three months; the year is the sum of the quarters and of the months.
Dimension Time() {
  Dimension time{"tijd", {"2018"}, {{0, {1, 2, 3, 4}}, {0, {}}}, false};
  for (int32_t quarter = 1; quarter <= 4; ++quarter) {
    time.codes.push_back(absl::StrCat("K", quarter));
    time.sums.push_back({quarter, {2 + 3 * quarter, 3 + 3 * quarter, 4 + 3 * quarter}});
  }
  for (int32_t month = 1; month <= 12; ++month) {
    time.codes.push_back(absl::StrCat("M", month));
    time.sums[1].parts.push_back(4 + month);
  }
  return time;
}

TEST(Attack, T27SubtractsTheShownFromTheTotal) {
  const Data data = MakeData({Flat("ivn", 2)}, [](const auto& codes) { return codes[0] == 1 ? 4 : 8; });
  const AuditReport naive = Audit(data.dimensions, {Naive("kerncijfers", data)}, {});
  ASSERT_EQ(naive.disclosures.size(), 1);
  EXPECT_EQ(naive.disclosures[0].kind, Disclosure::kExact);
  EXPECT_EQ(naive.disclosures[0].low, 4);
  EXPECT_THAT(naive.disclosures[0].path, ::testing::ElementsAre("ivn Totaal = ivn1 (verborgen) + ivn2"));
  const auto tables = Protected(data.dimensions, {DraftOf(data, Everything)}, {});
  EXPECT_TRUE(Audit(data.dimensions, tables, {}).Safe());
}

TEST(Attack, KnowsThatHiddenCellsAreAtLeastOneWhereZerosAreShown) {
  // 10 = 8 + two hidden cells: both are 1.
  const Data data = MakeData({Flat("ivn", 3)}, [](const auto& codes) { return codes[0] == 3 ? 8 : 1; });
  const PublishedTable naive = Naive("kerncijfers", data);
  EXPECT_EQ(CountOf(Audit(data.dimensions, {naive}, {}), Disclosure::kExact), 2);
  EXPECT_TRUE(Audit(data.dimensions, {naive}, {.floor = 0, .lone_persons = false}).Safe())
      << "who does not know it finds 0 to 2";
  EXPECT_TRUE(Audit(data.dimensions, Protected(data.dimensions, {DraftOf(data, Everything)}, {}), {}).Safe());
}

TEST(Attack, LonePersonSubtractsHimself) {
  const Data data = MakeData({Flat("ivn", 3)}, [](const auto& codes) { return codes[0] == 1 ? 1 : codes[0] == 2 ? 3 : 8; });
  const AuditReport report = Audit(data.dimensions, {Naive("kerncijfers", data)}, {.width = 1});
  ASSERT_EQ(report.disclosures.size(), 1);
  EXPECT_EQ(report.disclosures[0].attacker, "wie als enige in een cel is geteld");
  EXPECT_EQ(report.disclosures[0].low, 3);
  EXPECT_TRUE(Audit(data.dimensions, Protected(data.dimensions, {DraftOf(data, Everything)}, {}), {}).Safe());
}

TEST(Attack, NarrowsAnIntervalBelowTheWidth) {
  // 13 = 8 + hidden 2 + hidden 3: each is 1 to 4.
  const Data data = MakeData({Flat("ivn", 3)}, [](const auto& codes) { return codes[0] == 1 ? 2 : codes[0] == 2 ? 3 : 8; });
  const PublishedTable naive = Naive("kerncijfers", data);
  EXPECT_TRUE(Audit(data.dimensions, {naive}, {.width = 3}).Safe());
  const AuditReport narrow = Audit(data.dimensions, {naive}, {.width = 4});
  ASSERT_EQ(CountOf(narrow, Disclosure::kNarrow), 2);
  EXPECT_EQ(narrow.disclosures[0].low, 1);
  EXPECT_EQ(narrow.disclosures[0].high, 4);
  EXPECT_THAT(narrow.disclosures[0].path, ::testing::Contains(HasSubstr("ivn Totaal =")));
}

TEST(Attack, LaysMonthsQuartersAndYearSideBySide) {
  std::mt19937 random(2018);
  const Data data = MakeData({Flat("wijk", 9), Time()}, Thin(&random));
  const Pick picks[] = {[](const auto& codes) { return codes[1] >= 5; },
                        [](const auto& codes) { return codes[1] >= 1 && codes[1] <= 4; },
                        [](const auto& codes) { return codes[1] == 0; }};
  std::vector<PublishedTable> alone, together;
  for (const Pick& pick : picks) {
    const Draft draft = DraftOf(data, pick);
    alone.push_back(Protected(data.dimensions, {draft}, {})[0]);
    EXPECT_TRUE(Audit(data.dimensions, {alone.back()}, {}).Safe()) << "safe by itself";
    together.push_back(Protected(data.dimensions, {draft}, together)[0]);
  }
  const AuditReport leak = Audit(data.dimensions, alone, {});
  EXPECT_GT(CountOf(leak, Disclosure::kExact), 10);
  EXPECT_THAT(leak.disclosures[0].path, ::testing::Contains(HasSubstr("tijd K")));
  EXPECT_TRUE(Audit(data.dimensions, together, {}).Safe());
}

TEST(Attack, AddsUpMunicipalitiesAgainstTheRegion) {
  std::mt19937 random(5);
  const Data data = MakeData({Flat("gemeente", 5), Flat("leeftijd", 6), Flat("ivn", 8)}, Thin(&random));
  std::vector<PublishedTable> alone;
  std::vector<Draft> drafts;
  for (int32_t member = 0; member <= 5; ++member) {
    drafts.push_back(DraftOf(data, [&](const auto& codes) { return codes[0] == member; }));
    alone.push_back(Protected(data.dimensions, {drafts.back()}, {})[0]);
    EXPECT_TRUE(Audit(data.dimensions, {alone.back()}, {}).Safe());
  }
  EXPECT_GT(CountOf(Audit(data.dimensions, alone, {}), Disclosure::kExact), 3);
  EXPECT_TRUE(Audit(data.dimensions, Protected(data.dimensions, drafts, {}), {}).Safe());
}

TEST(Attack, AMemberSubtractsItselfFromTheRegion) {
  // Two members have somebody; each knows the other by what is left.
  const Data data = MakeData({Flat("gemeente", 3)}, [](const auto& codes) { return codes[0] == 3 ? 40 : 2 + codes[0]; });
  const PublishedTable table = Naive("regio", data);
  EXPECT_TRUE(Audit(data.dimensions, {table}, {}).Safe()) << "3 + 4 = 7 tells an outsider nothing exactly";
  const AuditReport report = Audit(data.dimensions, {table}, {.insiders = {{0, 1}}});
  ASSERT_EQ(report.disclosures.size(), 1);
  EXPECT_EQ(report.disclosures[0].low, 4);
  EXPECT_EQ(report.disclosures[0].attacker, "wie gemeente gemeente1 kent");
}

TEST(Attack, ComparesACorrectionWithWhatItCorrects) {
  std::mt19937 random(11);
  const Data first =
      MakeData({Flat("wijk", 4), Flat("ivn", 3)}, [&](const auto&) { return 10 + static_cast<int64_t>(random() % 40); });
  Data second = first;
  second.values[static_cast<size_t>(second.lattice.CellOf({2, 2}))] += 1;  // A late invoice of one client.
  for (const std::vector<int32_t>& sum : {std::vector<int32_t>{0, 2}, {2, 0}, {0, 0}}) {
    second.values[static_cast<size_t>(second.lattice.CellOf(sum))] += 1;
  }
  const AuditOptions options = {.smallest_change = kMinimum};
  const PublishedTable before = Naive("voorlopig", first);
  const AuditReport leak = Audit(first.dimensions, {before, Naive("definitief", second)}, options);
  EXPECT_EQ(CountOf(leak, Disclosure::kChange), 4);
  EXPECT_THAT(leak.disclosures[0].path[0], HasSubstr("eerder gepubliceerd in voorlopig"));
  const auto after = Protected(first.dimensions, {DraftOf(second, Everything)}, {before}, kMinimum);
  EXPECT_TRUE(Audit(first.dimensions, {before, after[0]}, options).Safe());
}

TEST(Attack, SubtractsAYearToDateFromTheNext) {
  // Up to month 3 = up to month 2 + month 3; months themselves are not published.
  Dimension time{"tijd", {"jtm3", "jtm2", "M1", "M2", "M3"}, {{0, {1, 4}}, {1, {2, 3}}}, false};
  const Data data = MakeData({time}, [](const auto& codes) { return codes[0] == 4 ? 3 : 20; });
  const Pick february = [](const auto&codes) { return codes[0] == 1; },
             march = [](const auto&codes) { return codes[0] == 0 || codes[0] == 4; };
  const PublishedTable before = Naive("februari", data, february);
  const AuditReport leak = Audit(data.dimensions, {before, Naive("maart", data, march)}, {});
  ASSERT_EQ(CountOf(leak, Disclosure::kExact), 1);
  EXPECT_EQ(leak.disclosures[0].low, 3);
  const auto after = Protected(data.dimensions, {DraftOf(data, march)}, {before});
  EXPECT_TRUE(Audit(data.dimensions, {before, after[0]}, {}).Safe());
  EXPECT_TRUE(after[0].cells[0].hidden) << "what was shown cannot be hidden any more, so the new total is";
}

TEST(Attack, ReadsInOnePublicationWhatAnotherHides) {
  const Data data = MakeData({Flat("ivn", 4)}, [](const auto& codes) { return codes[0] == 1 ? 3 : 6 + codes[0]; });
  PublishedTable hides = Protected(data.dimensions, {DraftOf(data, Everything)}, {})[0], shows = hides;
  for (PublishedCell& cell : shows.cells) cell.hidden = cell.primary = false;
  const AuditReport report = Audit(data.dimensions, {hides, shows}, {});
  ASSERT_EQ(report.disclosures.size(), 1);
  EXPECT_THAT(report.disclosures[0].path, ::testing::ElementsAre("in een andere publicatie getoond"));
  // Who shows it first cannot protect it later.
  const auto linked =
      Link(data.dimensions, std::vector<Draft>{DraftOf(data, Everything)}, std::vector<PublishedTable>{shows}, {});
  ASSERT_TRUE(linked.ok());
  EXPECT_EQ(linked->lost.size(), 1);
}

TEST(Attack, DoesNotTakeDistinctPersonsForASum) {
  // 8 people in January, 3 in February, 9 in the two months together: February is 1 to 9, not 1.
  Dimension time = Flat("maand", 2);
  time.distinct = true;
  PublishedTable table{"jaar", {{{0}, 9, false, false}, {{1}, 8, false, false}, {{2}, 3, true, true}}};
  EXPECT_TRUE(Audit(std::vector<Dimension>{time}, {table}, {}).Safe());
  const AuditReport wide = Audit(std::vector<Dimension>{time}, {table}, {.width = 9});
  ASSERT_EQ(wide.disclosures.size(), 1);
  EXPECT_EQ(wide.disclosures[0].low, 1);
  EXPECT_EQ(wide.disclosures[0].high, 9);
  // Nobody in January and 3 in the year: all are of February.
  table.cells[1].value = 0;
  table.cells[0].value = table.cells[2].value = 3;
  EXPECT_EQ(CountOf(Audit(std::vector<Dimension>{time}, {table}, {}), Disclosure::kExact), 1) << "all in one month";
}

TEST(Attack, RoundedTablesNeedNoSecondaryCells) {
  const Data data = MakeData({Flat("ivn", 3)}, [](const auto& codes) { return codes[0] == 1 ? 4 : 9 + 3 * codes[0]; });
  const PublishedTable naive = Naive("kerncijfers", data);
  EXPECT_FALSE(Audit(data.dimensions, {naive}, {}).Safe());
  EXPECT_TRUE(Audit(data.dimensions, {naive}, {.width = 3, .rounded_to = 5}).Safe()) << "each shown cell is off by up to 2";
}

TEST(Attack, CallsWhatItCouldNotDecideUnsafe) {
  std::mt19937 random(3);
  const Data data = MakeData({Flat("wijk", 4), Flat("ivn", 4)}, Thin(&random));
  const auto tables = Protected(data.dimensions, {DraftOf(data, Everything)}, {});
  ASSERT_TRUE(Audit(data.dimensions, tables, {}).Safe());
  EXPECT_GT(CountOf(Audit(data.dimensions, tables, {.most_programs = 0}), Disclosure::kUndecided), 0);
}

// ---- Laws. ----

// A dimension of one or two levels, sometimes with a second way to sum.
Dimension RandomDimension(const std::string& name, std::mt19937* random) {
  switch ((*random)() % 4) {
    case 0:
      return Flat(name, 2 + static_cast<int32_t>((*random)() % 2));
    case 1:
      return {name, {"T", "A", "B", "a1", "a2", "b1", "b2"}, {{0, {1, 2}}, {1, {3, 4}}, {2, {5, 6}}}, false};
    case 2:
      return {name,
              {"T", "A", "B", "x", "y", "1", "2", "3", "4"},
              {{0, {1, 2}}, {0, {3, 4}}, {1, {5, 6}}, {2, {7, 8}}, {3, {5, 7}}, {4, {6, 8}}},
              false};
    default:
      return Flat(name, 4);
  }
}

// Every other round leaves free what is left of a sum (decision 146). In round 733 somebody is alone in a cell and in its
// total, and the rest of that total was published later, corrected: he knew it before, and no other did.
TEST(AuditLaw, NeverFindsAWayIntoWhatWasProtectedTogether) {
  std::mt19937 random(20181126);
  int64_t primaries = 0, naive_leaks = 0, refused = 0;
  for (int round = 0; round < 2500; ++round) {
    std::vector<Dimension> dimensions;
    const int count = 1 + static_cast<int>(random() % 3);
    for (int d = 0; d < count; ++d)
      dimensions.push_back(count == 3 ? Flat(absl::StrCat("d", d), 2 + random() % 2)
                                      : RandomDimension(absl::StrCat("d", d), &random));
    const Data data = MakeData(dimensions, Thin(&random, 12));
    // Published in up to three parts: by the codes of a dimension, and the rest after it; some rounds with a correction.
    std::vector<PublishedTable> published, naive;
    const auto publish = [&](const Data& what, const Pick& pick, int64_t smallest_change) {
      std::vector<PublishedTable> tables =
          ProtectedIfProven(dimensions, {DraftOf(what, pick)}, published, smallest_change, round % 2 == 1);
      // Where what is left of sums is not kept, more cannot be published later.
      refused += tables.empty() && round % 2 == 0;
      if (!tables.empty()) published.push_back(std::move(tables[0]));
    };
    const int parts = 1 + static_cast<int>(random() % 3);
    const auto by = static_cast<size_t>(random() % static_cast<unsigned>(count));
    for (int part = 0; part < parts; ++part) {
      const Pick pick = [&](const std::vector<int32_t>& codes) { return static_cast<int>(codes[by]) % parts == part; };
      publish(data, pick, 0);
      naive.push_back(Naive("n", data, pick));
    }
    AuditOptions options;
    if (random() % 3 == 0) {
      Data later = data;
      for (int64_t cell = 0; cell < later.lattice.cells(); ++cell) {
        auto& value = later.values[static_cast<size_t>(cell)];
        if (!later.lattice.IsInner(cell)) value = 0;
        if (later.lattice.IsInner(cell) && random() % 4 == 0) value += static_cast<int64_t>(random() % 9);
      }
      later.lattice.AddUp(absl::MakeSpan(later.values));
      options.smallest_change = kMinimum;
      publish(later, Everything, kMinimum);
    }
    const AuditReport report = Audit(dimensions, published, options);
    ASSERT_TRUE(report.Safe()) << "round " << round << ": " << report.disclosures.size() << " of " << report.primaries
                               << " kind " << report.disclosures[0].kind << " attacker " << report.disclosures[0].attacker;
    primaries += report.primaries;
    naive_leaks += CountOf(Audit(dimensions, naive, {}), Disclosure::kExact);
  }
  EXPECT_LT(refused, 100) << "too much was shown before";
  EXPECT_GT(primaries, 5'000);
  EXPECT_GT(naive_leaks, 1'000) << "the same tables by threshold alone";
}

TEST(AuditLaw, NearlyEverySecondaryIsNeeded) {
  std::mt19937 random(7);
  const Data data = MakeData({Flat("wijk", 8), Flat("leeftijd", 4), Flat("ivn", 6)}, Thin(&random));
  const Draft draft = DraftOf(data, Everything);
  const PublishedTable table = Protected(data.dimensions, {draft}, {})[0];
  int64_t secondaries = 0, needed = 0;
  for (size_t k = 0; k < table.cells.size(); ++k) {
    if (!table.cells[k].hidden || table.cells[k].primary) continue;
    PublishedTable shown = table;
    shown.cells[k].hidden = false;
    ++secondaries;
    needed += !Audit(data.dimensions, {shown}, {}).Safe();
  }
  EXPECT_GT(secondaries, 20);
  EXPECT_GE(needed * 100, secondaries * 85) << needed << " of " << secondaries;
}

}  // namespace
}  // namespace nmd::publication::engine
