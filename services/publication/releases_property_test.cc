// SPDX-License-Identifier: EUPL-1.2
// Laws of releases one after another, over random people, tables, periods and corrections (seeded).
#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "services/platform/errors.h"
#include "services/publication/test_publication.h"

namespace nmd::publication {
namespace {

using v1::PublishedCell;
using v1::Release;

constexpr int kMinimum = 5, kPublicMinimum = 10;

std::string MonthOf2018(int month) { return absl::StrFormat("2018-%02d", month); }

class ReleasesProperty : public PublicationFixture {
 protected:
  ReleasesProperty() {
    regio_ = TestAgreement();
    for (const auto& [id, dimensions] :
         std::map<std::string, std::vector<std::string>>{{"wijk", {"wijk"}}, {"maand-wijk", {"month", "wijk"}}}) {
      v1::TableRule* table = regio_.add_tables();
      *table = regio_.tables(0);
      table->set_table(id);
      table->clear_dimensions();
      for (const std::string& dimension : dimensions) table->add_dimensions(dimension);
    }
    openbaar_ = TestAgreement("openbaar", "openbaar");
    openbaar_.mutable_tables(0)->set_minimum_clients(kPublicMinimum);
    openbaar_.mutable_tables(0)->clear_filters();
  }

  // A new municipality with random people in half a year of two laws.
  void Begin(uint32_t seed) {
    random_.seed(seed);
    next_client_ = 1;
    costs_.provisions.clear();
    journal_ = NewMemoryJournal();
    Reopen();
    Agree(regio_);
    Agree(openbaar_);
    for (int i = 0; i < 260; ++i) AddSomebody();
  }

  // A client with care in some months in a row, mostly of one level.
  void AddSomebody() {
    static const char* const kWijken[] = {"Eelde", "Vries", "Zuidlaren"};
    static const char* const kLevels[] = {"5", "6", "7"};
    const int client = next_client_++;
    const int first = Draw(1, 6), last = std::min(6, first + Draw(0, 3));
    const std::string wijk = kWijken[std::min(Draw(0, 3), Draw(0, 2))], ivn = kLevels[std::min(Draw(0, 2), Draw(0, 2))];
    const bool youth = Draw(0, 9) < 7;
    for (int month = first; month <= last; ++month) {
      costs_.provisions.push_back({client, wijk, ivn, Draw(1, 900) * 100, MonthOf2018(month), youth ? "jeugdwet" : "wmo"});
    }
  }

  int Draw(int low, int high) { return static_cast<int>(random_() % static_cast<uint32_t>(high - low + 1)) + low; }

  // A month, two in a row that a quarter holds, a quarter, or half a year.
  std::pair<int, int> DrawPeriod() {
    switch (Draw(0, 4)) {
      case 0:
        return {1, 7};
      case 1:
        return Draw(0, 1) == 0 ? std::pair(1, 4) : std::pair(4, 7);
      default: {
        const int month = Draw(1, 6);
        return {month, month + 1};
      }
    }
  }

  // Null when the period may not be published beside what there is.
  const Release* ReleaseSomething() {
    const bool open = Draw(0, 3) == 0;
    const v1::Agreement& agreement = open ? openbaar_ : regio_;
    const auto [first, last] = DrawPeriod();
    const auto proposed =
        Propose(agreement, PeriodOf(MonthOf2018(first), MonthOf2018(last)), open ? 0 : Draw(0, agreement.tables_size() - 1));
    EXPECT_TRUE(proposed.ok()) << proposed.status();
    if (!proposed.ok()) return nullptr;
    ++proposals_;
    // What could not be proven, or the audit got into, does not leave.
    blocked_ += proposed->state() == Release::BLOCKED;
    EXPECT_TRUE(proposed->state() == Release::BLOCKED || proposed->audit().safe()) << proposed->DebugString();
    if (proposed->state() != Release::PROPOSED) return nullptr;
    const auto released = Approve(*proposed);
    EXPECT_TRUE(released.ok()) << released.status();
    releases_.push_back(*Get(*released));
    return &releases_.back();
  }

  std::mt19937 random_;
  int next_client_ = 1;
  v1::Agreement regio_, openbaar_;
  std::vector<Release> releases_;
  int proposals_ = 0, blocked_ = 0;
};

// An attacker of the test's own: he has all tables of one breakdown, and takes the amounts of the periods he knows from
// that of a longer one. What is left is of nobody or of enough people, whether it was ever published or not.
void Subtract(const std::vector<Release>& releases, const std::vector<Provision>& truth, int minimum, int* found) {
  using Cell = std::pair<std::string, std::string>;
  std::map<Cell, std::map<std::pair<int, int>, int64_t>> known;
  for (const Release& release : releases) {
    if (release.table() != "wijk-ivn" || release.audience() != "regio") continue;
    const v1::Publication& publication = release.publication();
    const int first = std::stoi(release.period().start_date().substr(5, 2)),
              last = std::stoi(release.period().end_date().substr(5, 2));
    for (const PublishedCell& cell : publication.cells()) {
      if (cell.state() == PublishedCell::HIDDEN) continue;
      const Cell at = {publication.dimensions(0).codes(cell.codes(0)).value(),
                       publication.dimensions(1).codes(cell.codes(1)).value()};
      known[at][{first, last}] = cell.values(2).amount_cents();
    }
  }
  for (const auto& [cell, periods] : known) {
    for (const auto& [whole, amount] : periods) {
      // The parts he knows, longest first, none overlapping another.
      std::set<int> left;
      for (int month = whole.first; month < whole.second; ++month) left.insert(month);
      int64_t rest = amount;
      std::vector<std::pair<int, int>> parts;
      for (const auto& [part, cents] : periods) parts.push_back(part);
      std::sort(parts.begin(), parts.end(),
                [](const auto& a, const auto& b) { return a.second - a.first > b.second - b.first; });
      for (const auto& part : parts) {
        if (part == whole) continue;
        bool fits = true;
        for (int month = part.first; month < part.second; ++month) fits = fits && left.count(month) > 0;
        if (!fits) continue;
        for (int month = part.first; month < part.second; ++month) left.erase(month);
        rest -= periods.at(part);
      }
      std::set<int> clients;
      for (const Provision& provision : truth) {
        const bool here = (cell.first == "totaal" || provision.wijk == cell.first) &&
                          (cell.second == "totaal" || provision.ivn == cell.second);
        if (here && provision.law == "jeugdwet" && left.count(std::stoi(provision.month.substr(5))) > 0)
          clients.insert(provision.client);
      }
      if (clients.empty()) continue;
      ++*found;
      EXPECT_GE(static_cast<int>(clients.size()), minimum)
          << cell.first << " x " << cell.second << ": " << rest << " cents are of " << clients.size() << " clients";
    }
  }
}

TEST_F(ReleasesProperty, WhateverIsReleasedNobodySubtractsFew) {
  int cells = 0, hidden = 0, released = 0, subtractions = 0;
  for (uint32_t seed = 1; seed <= 12; ++seed) {
    SCOPED_TRACE(seed);
    Begin(seed);
    releases_.clear();
    for (int step = 0; step < 8; ++step) ReleaseSomething();
    for (const Release& release : releases_) {
      ++released;
      for (const PublishedCell& cell : release.publication().cells()) {
        ++cells;
        hidden += cell.state() == PublishedCell::HIDDEN;
        const int minimum = release.audience() == "regio" ? kMinimum : kPublicMinimum;
        EXPECT_TRUE(cell.state() != PublishedCell::SHOWN || cell.values(0).count() >= minimum);
      }
    }
    Subtract(releases_, costs_.provisions, kMinimum, &subtractions);
    if (HasFailure()) return;
  }
  RecordProperty("hidden", hidden);
  RecordProperty("cells", cells);
  EXPECT_GT(released, 60);
  EXPECT_LT(blocked_, proposals_ / 20) << blocked_ << " of " << proposals_ << " could not be proven";
  EXPECT_GT(subtractions, 50) << "the attacker had something to work with";
  // Useful: more than half is told, of towns of 260 clients in which a cell of a month has eight on average.
  EXPECT_LT(hidden * 2, cells) << hidden << " of " << cells;
}

TEST_F(ReleasesProperty, CorrectionsNeverTellOfFew) {
  int corrections = 0, shown_again = 0;
  for (uint32_t seed = 101; seed <= 112; ++seed) {
    SCOPED_TRACE(seed);
    Begin(seed);
    // By agreement, table, period and cell: everything that was shown, with the people behind it.
    std::map<std::string, std::vector<std::pair<int64_t, std::vector<int64_t>>>> shown;
    for (int step = 0; step < 8; ++step) {
      // Many, few or nobody comes; now and then an invoice changes.
      for (int i = Draw(0, 2) * Draw(0, 120); i > 0; --i) AddSomebody();
      if (Draw(0, 2) == 0) costs_.provisions[random_() % costs_.provisions.size()].cents += 4200;
      const Release* release = ReleaseSomething();
      if (release == nullptr) continue;
      const v1::Publication& publication = release->publication();
      corrections += !publication.replaces().empty();
      const int minimum = release->audience() == "regio" ? kMinimum : kPublicMinimum;
      for (const PublishedCell& cell : publication.cells()) {
        if (cell.state() == PublishedCell::HIDDEN) continue;
        std::string key = absl::StrCat(release->agreement(), "/", release->table(), "/", release->period().start_date(), "/",
                                       release->period().end_date());
        for (int d = 0; d < cell.codes_size(); ++d)
          absl::StrAppend(&key, "/", publication.dimensions(d).codes(cell.codes(d)).value());
        std::pair<int64_t, std::vector<int64_t>> now = {cell.values(0).count(),
                                                        {cell.values(1).count(), cell.values(2).amount_cents()}};
        bool known = false;
        for (const auto& before : shown[key]) known = known || before == now;
        if (!known) {
          for (const auto& before : shown[key]) {
            EXPECT_GE(std::abs(now.first - before.first), minimum) << key << ": what changed is of few";
            ++shown_again;
          }
          shown[key].push_back(now);
        }
      }
    }
    if (HasFailure()) return;
  }
  EXPECT_GT(corrections, 3);
  EXPECT_LT(blocked_, proposals_ / 10) << blocked_ << " of " << proposals_;
  EXPECT_GT(shown_again, 0) << "corrections of many are told";
}

// An attacker of the test's own: he lays everything he was told of one number side by side, rounded and exact.
TEST_F(ReleasesProperty, RoundedTablesBesideHiddenOnesLeaveSmallNumbersUncertain) {
  v1::Agreement rounded = TestAgreement("rond");
  rounded.mutable_tables(0)->clear_measures();
  for (const char* measure : {"clients", "indicated"}) rounded.mutable_tables(0)->add_measures(measure);
  rounded.mutable_tables(0)->set_round_counts_to(5);
  rounded.mutable_tables(0)->set_round_amounts_to(2'000'000);
  int told = 0, small = 0, beside = 0, blocked = 0;
  for (uint32_t seed = 201; seed <= 212; ++seed) {
    SCOPED_TRACE(seed);
    Begin(seed);
    Agree(rounded);
    releases_.clear();
    for (int step = 0; step < 8; ++step) {
      if (Draw(0, 1) == 0) {
        ReleaseSomething();
        continue;
      }
      const auto [first, last] = DrawPeriod();
      const auto proposed = Propose(rounded, PeriodOf(MonthOf2018(first), MonthOf2018(last)));
      ASSERT_TRUE(proposed.ok()) << proposed.status();
      EXPECT_EQ(proposed->state() == Release::PROPOSED || proposed->state() == Release::RELEASED, proposed->audit().safe());
      blocked += proposed->state() == Release::BLOCKED;
      if (proposed->state() != Release::PROPOSED) continue;
      const auto released = Approve(*proposed);
      ASSERT_TRUE(released.ok()) << released.status();
      releases_.push_back(*Get(*released));
      ++told;
      beside += proposed->audit().release_count() > 0;
    }
    struct Known {
      int64_t low = 0, high = 1'000'000;
      bool exact = false, rounded = false;
    };
    std::map<std::vector<std::string>, Known> known;  // By period, wijk and level.
    for (const Release& release : releases_) {
      if (release.table() != "wijk-ivn" || release.audience() != "regio") continue;
      const v1::Publication& publication = release.publication();
      const int64_t off = publication.measures(0).uncertainty();
      for (const PublishedCell& cell : publication.cells()) {
        if (cell.state() == PublishedCell::HIDDEN) continue;
        Known& of = known[{release.period().start_date(), release.period().end_date(),
                           publication.dimensions(0).codes(cell.codes(0)).value(),
                           publication.dimensions(1).codes(cell.codes(1)).value()}];
        of.exact = of.exact || off == 0;
        of.rounded = of.rounded || off > 0;
        of.low = std::max(of.low, cell.values(0).count() - off);
        of.high = std::min(of.high, cell.values(0).count() + off);
      }
    }
    for (const auto& [key, of] : known) {
      std::set<int> clients;
      for (const Provision& provision : costs_.provisions) {
        const std::string day = provision.month + "-01";
        if (provision.law != "jeugdwet" || day < key[0] || day >= key[1]) continue;
        if ((key[2] == "totaal" || provision.wijk == key[2]) && (key[3] == "totaal" || provision.ivn == key[3]))
          clients.insert(provision.client);
      }
      const auto count = static_cast<int64_t>(clients.size());
      ASSERT_GE(count, of.low) << "what is told is true, within what it says";
      ASSERT_LE(count, of.high);
      if (count == 0 || count >= kMinimum || !of.rounded) continue;
      EXPECT_FALSE(of.exact);
      EXPECT_GE(of.high - of.low, kMinimum - 2);
      ++small;
    }
    if (HasFailure()) return;
  }
  EXPECT_GT(told, 30) << blocked << " blocked";
  EXPECT_GT(beside, 15);
  EXPECT_GT(small, 30);
}

}  // namespace
}  // namespace nmd::publication
