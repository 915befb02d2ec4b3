// SPDX-License-Identifier: EUPL-1.2
// A provider's administration of a year that agrees with the municipality's in everything, and then disagrees in known ways,
// each on an allocation of its own: all of them are found, and nothing else.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <map>

#include "services/contracts/test_account.h"

namespace nmd::contracts {
namespace {

using testing::D;
using testing::kProvider;
using testing::NameOf;
using testing::TestAccount;
using testing::TestLine;
using testing::TextOf;
using ::testing::UnorderedElementsAreArray;

constexpr Cents kTariff = 100;
constexpr int64_t kHours = 40;
constexpr int kSubject = 3;  // The month the disagreement is about: March, of 5 ISO weeks.

std::string MonthText(int month) { return FormatMonth(MonthOf(2018, month)); }

// A row of the statement before it is sent.
struct Row {
  int64_t number = 0;
  std::string month = {}, product = "45A04", unit = "04";
  int64_t thousandths = kHours * 1000;
  Cents amount = kHours * kTariff;
  std::string end = {};  // First day after; empty: that of the month.
};

// One allocation of 2018 with everything about it.
struct Course {
  int64_t number = 0;
  bool withdrawn = false, has_start = true, has_stop = true;
  std::string last_day = "2018-12-31";
  std::map<int, TestLine> lines;  // By month.
  std::vector<TestLine> later;    // Sent in January 2019.
  std::map<std::string, std::string> rejected;
  std::vector<Row> rows;

  explicit Course(int64_t n) : number(n) {
    for (int month = 1; month <= 12; ++month) {
      lines[month] = {Reference(month), n, MonthText(month), kHours, kTariff};
      rows.push_back({n, MonthText(month)});
    }
  }
  std::string Reference(int month) const { return absl::StrCat("r", number, "-", month); }
  TestLine& subject() { return lines[kSubject]; }
  Row& row() { return rows[kSubject - 1]; }
};

struct World {
  std::vector<Course> courses;
  std::map<int, Cents> claim_off, grant_off;  // By month: what a total says too much.
  std::string answer_rejects;                 // A reference that no claim has.
  bool answers_nobody = false;

  Reconciliation Run() const {
    TestAccount account;
    account.agreed.prices.Add(Law::kYouth, "45A04", "04", true, {D("2018-01-01"), D("2019-01-01")}, kTariff);
    account.agreed.contracts.push_back({Law::kYouth, {D("2018-01-01"), D("2019-01-01")}, {}});
    for (const Course& course : courses) {
      auto& allocation = account.Allocate(course.number);
      if (course.withdrawn) {
        allocation.set_change_reason("13");
        allocation.set_end_day(allocation.start_day());
      }
      if (course.has_start) account.Start(course.number, "2018-01-02");
      if (course.has_start && course.has_stop) account.Stop(course.number, "2018-01-02", course.last_day);
    }
    const auto send = [&](const std::string& number, absl::string_view day, absl::string_view answer_day,
                          const std::vector<TestLine>& lines, Cents more_claimed, Cents more_granted,
                          const std::string& unknown) {
      auto& claim = account.Claim(number, day, lines);
      claim.set_total_cents(claim.total_cents() + more_claimed);
      Cents granted = 0;
      std::vector<std::pair<std::string, std::string>> rejected;
      for (const auto& line : claim.lines()) {
        granted += line.amount_cents();
        for (const Course& course : courses) {
          const auto code = course.rejected.find(line.reference());
          if (code == course.rejected.end()) continue;
          rejected.emplace_back(*code);
          granted -= line.amount_cents();
        }
      }
      if (!unknown.empty()) rejected.emplace_back(unknown, "9321");
      const Cents total = claim.total_cents();
      account.Answer(number, answer_day, total, granted + more_granted, rejected);
    };
    for (int month = 1; month <= 12; ++month) {
      std::vector<TestLine> lines;
      for (const Course& course : courses) {
        const auto line = course.lines.find(month);
        if (line != course.lines.end()) lines.push_back(line->second);
      }
      const auto off = [month](const std::map<int, Cents>& of) { return of.count(month) != 0 ? of.at(month) : 0; };
      send(absl::StrCat("c", month), FormatDay(FirstDay(MonthOf(2018, month) + 1) + 4),
           FormatDay(FirstDay(MonthOf(2018, month) + 1) + 9), lines, off(claim_off), off(grant_off),
           month == 5 ? answer_rejects : "");
    }
    std::vector<TestLine> later;
    for (const Course& course : courses) later.insert(later.end(), course.later.begin(), course.later.end());
    if (!later.empty()) send("c99", "2019-01-20", "2019-01-25", later, 0, 0, "");
    if (answers_nobody) account.Answer("c77", "2018-08-01", 100, 100);
    for (const Course& course : courses) {
      for (const Row& row : course.rows) {
        auto& stated = account.State(row.number, row.month, row.thousandths, row.amount);
        stated.set_product(row.product);
        stated.set_unit(row.unit);
        if (!row.end.empty()) stated.set_end_day(D(row.end));
      }
    }
    return account.Run("2019-04-01");
  }
};

struct Way {
  const char* what;
  std::function<void(Course&, World&)> disagree;
  // What is found; N is the number of the allocation.
  std::vector<std::string> found;
};

std::vector<Way> Ways() {
  const auto said = [](auto change) { return [change](Course& c, World&) { change(c); }; };
  return {
      {"delivered and never declared",
       said([](Course& c) { c.lines.erase(kSubject); }),
       {"STATEMENT #N DELIVERED_NOT_DECLARED R85 CARE_PROVIDER 0",
        "ALLOCATION #N NOT_DECLARED OP354 CARE_PROVIDER 5000 2018-03"}},
      {"declared and not in the statement",
       said([](Course& c) { c.rows.erase(c.rows.begin() + kSubject - 1); }),
       {"STATEMENT rN-3 DECLARED_NOT_DELIVERED 3.14.2 CARE_PROVIDER 0"}},
      {"more hours than declared",
       said([](Course& c) { c.row().thousandths = 42'000; }),
       {"STATEMENT #N QUANTITY_DIFFERS R27 CARE_PROVIDER 4000"}},
      {"fewer hours than declared",
       said([](Course& c) { c.row().thousandths = 30'000; }),
       {"STATEMENT #N QUANTITY_DIFFERS R27 CARE_PROVIDER 4000"}},
      {"another amount",
       said([](Course& c) { c.row().amount += 1; }),
       {"STATEMENT #N STATEMENT_AMOUNT_DIFFERS R27 CARE_PROVIDER 4000"}},
      {"another unit",
       said([](Course& c) { c.row().unit = "16"; }),
       {"STATEMENT #N STATEMENT_UNIT_DIFFERS TR341 CARE_PROVIDER 4000"}},
      {"no allocation",
       said([](Course& c) { c.row().number = 0; }),
       {"STATEMENT #0 STATEMENT_WITHOUT_ALLOCATION R27 CARE_PROVIDER",
        "STATEMENT rN-3 DECLARED_NOT_DELIVERED 3.14.2 CARE_PROVIDER 0"}},
      {"an allocation nobody knows",
       said([](Course& c) { c.row().number = 9000 + c.number; }),
       {"STATEMENT #900N UNKNOWN_ALLOCATION TR338 CARE_PROVIDER",
        "STATEMENT rN-3 DECLARED_NOT_DELIVERED 3.14.2 CARE_PROVIDER 0"}},
      {"another product",
       said([](Course& c) { c.row().product = "45A05"; }),
       {"STATEMENT #N WRONG_PRODUCT TR340 CARE_PROVIDER", "STATEMENT rN-3 DECLARED_NOT_DELIVERED 3.14.2 CARE_PROVIDER 0"}},
      {"a month before the allocation",
       said([](Course& c) {
         c.rows.push_back({c.number, "2017-12"});
       }),
       {"STATEMENT #N OUTSIDE_PERIOD TR307 CARE_PROVIDER"}},
      {"two rows about the same days",
       said([](Course& c) { c.row().end = "2018-04-16"; }),
       {"STATEMENT #N QUANTITY_DIFFERS R27 CARE_PROVIDER 8000", "STATEMENT #N STATEMENT_OVERLAPS R27 CARE_PROVIDER"}},
      {"a line that was rejected",
       said([](Course& c) { c.rejected[c.Reference(kSubject)] = "9321"; }),
       {"LINE rN-3 REJECTED 9321 REFUSED CARE_PROVIDER", "STATEMENT #N DELIVERED_REJECTED OP303 CARE_PROVIDER 0"}},
      {"a line that was taken back",
       said([](Course& c) {
         c.later.push_back({absl::StrCat("k", c.number), c.number, "2018-03", kHours, kTariff, c.Reference(kSubject)});
       }),
       {"LINE rN-3 CREDITED OP366 TAKEN_BACK NOBODY", "LINE kN CREDITED OP366 APPROVED NOBODY",
        "STATEMENT #N DELIVERED_NOT_DECLARED R85 CARE_PROVIDER 0"}},
      {"declared twice",
       said([](Course& c) {
         c.later.push_back({absl::StrCat("x", c.number), c.number, "2018-03", kHours, kTariff});
       }),
       {"LINE xN DUPLICATE TR389 APPROVED CARE_PROVIDER 0", "STATEMENT #N QUANTITY_DIFFERS R27 CARE_PROVIDER 8000"}},
      {"above the tariff",
       said([](Course& c) {
         c.subject().tariff = 110;
         c.row().amount = kHours * 110;
       }),
       {"LINE rN-3 WRONG_TARIFF TR418 APPROVED CARE_PROVIDER 4000"}},
      {"an amount that is not volume times tariff",
       said([](Course& c) {
         c.subject().amount = 4100;
         c.row().amount = 4100;
       }),
       {"LINE rN-3 AMOUNT_DIFFERS TR346 APPROVED CARE_PROVIDER 4000"}},
      {"more hours than allocated",
       said([](Course& c) {
         c.subject().volume = 60;
         c.row().thousandths = 60'000;
         c.row().amount = 6000;
       }),
       {"LINE rN-3 OVER_VOLUME TR321 APPROVED CARE_PROVIDER 5000"}},
      {"declared on an allocation nobody knows",
       said([](Course& c) { c.subject().allocation = 8000 + c.number; }),
       {"LINE rN-3 UNKNOWN_ALLOCATION TR338 APPROVED CARE_PROVIDER", "STATEMENT #N DELIVERED_NOT_DECLARED R85 CARE_PROVIDER 0",
        "STATEMENT rN-3 DECLARED_NOT_DELIVERED 3.14.2 CARE_PROVIDER 0",
        "ALLOCATION #N NOT_DECLARED OP354 CARE_PROVIDER 5000 2018-03"}},
      {"part of a month",
       said([](Course& c) { c.subject().end = D("2018-03-21"); }),
       {"LINE rN-3 BROKEN_PERIOD TR388 APPROVED CARE_PROVIDER"}},
      {"another product declared",
       said([](Course& c) {
         c.subject().product = "45A05";
         c.row().product = "45A04";
       }),
       {"LINE rN-3 WRONG_PRODUCT TR340 APPROVED CARE_PROVIDER", "STATEMENT #N DELIVERED_NOT_DECLARED R85 CARE_PROVIDER 0",
        "STATEMENT rN-3 DECLARED_NOT_DELIVERED 3.14.2 CARE_PROVIDER 0"}},
      {"a credit of nothing",
       said([](Course& c) {
         c.later.push_back({absl::StrCat("k", c.number), c.number, "2018-03", kHours, kTariff, "nothing"});
       }),
       {"LINE kN CREDIT_WITHOUT_DEBIT TR323 NOT_COUNTED CARE_PROVIDER"}},
      {"a credit that differs",
       said([](Course& c) {
         c.later.push_back({absl::StrCat("k", c.number), c.number, "2018-03", 39, kTariff, c.Reference(kSubject)});
         c.rows.erase(c.rows.begin() + kSubject - 1);
       }),
       {"LINE rN-3 CREDITED OP366 TAKEN_BACK NOBODY", "LINE kN CREDIT_DIFFERS IV091 APPROVED CARE_PROVIDER -4000"}},
      {"no start", said([](Course& c) { c.has_start = false; }), {"ALLOCATION #N START_MISSING OP295 CARE_PROVIDER"}},
      {"no stop", said([](Course& c) { c.has_stop = false; }), {"ALLOCATION #N STOP_MISSING OP272 CARE_PROVIDER"}},
      {"declared after the stop",
       said([](Course& c) { c.last_day = "2018-11-30"; }),
       {"ALLOCATION #N DECLARED_AFTER_STOP OP364 CARE_PROVIDER 2018-12"}},
      {"the total of a claim",
       [](Course&, World& w) { w.claim_off[7] = 5; },
       {"CLAIM #0 TOTAL_DIFFERS TR358 CARE_PROVIDER TOTAL"}},
      {"the total of an answer",
       [](Course&, World& w) { w.grant_off[9] = -5; },
       {"CLAIM #0 ANSWER_DIFFERS TR342 MUNICIPALITY TOTAL"}},
      {"an answer about a line of nobody",
       [](Course&, World& w) { w.answer_rejects = "nobody"; },
       {"CLAIM nobody ANSWER_UNKNOWN_LINE TR366 MUNICIPALITY"}},
      {"an answer to a claim of nobody",
       [](Course&, World& w) { w.answers_nobody = true; },
       {"CLAIM #0 ANSWER_WITHOUT_CLAIM TR376 MUNICIPALITY"}},
  };
}

// All that is not matched, with its kind; amounts of whole claims depend on the other ways and are left out.
std::vector<std::string> Found(const Reconciliation& account) {
  std::vector<std::string> found;
  for (Item item : account.items) {
    if (item.outcome == Outcome::kMatched) continue;
    const bool whole = item.kind == ItemKind::kClaim && item.expected.has_value();
    if (whole) item.expected.reset();
    found.push_back(absl::StrCat(v1::ReconciliationItem::Kind_Name(static_cast<v1::ReconciliationItem::Kind>(item.kind)), " ",
                                 TextOf(item), whole ? " TOTAL" : ""));
  }
  return found;
}

std::vector<std::string> Named(const Way& way, int64_t number) {
  std::vector<std::string> named;
  for (std::string text : way.found) {
    // "900N" is 9000 + N.
    if (const size_t at = text.find("900N"); at != std::string::npos) text.replace(at, 4, std::to_string(9000 + number));
    while (text.find("#N") != std::string::npos) text.replace(text.find("#N"), 2, absl::StrCat("#", number));
    for (const char* letter : {"rN", "kN", "xN"}) {
      const size_t at = text.find(letter);
      if (at != std::string::npos) text.replace(at, 2, absl::StrCat(std::string(1, letter[0]), number));
    }
    named.push_back(text);
  }
  return named;
}

TEST(ReconcileDisagreements, SidesThatAgreeGiveNothing) {
  World world;
  for (int64_t number = 1; number <= 30; ++number) world.courses.emplace_back(number);
  const Reconciliation account = world.Run();
  EXPECT_THAT(Found(account), UnorderedElementsAreArray(std::vector<std::string>()));
  EXPECT_EQ(account.items.size(), 30u * 12 * 2) << "every line and every row of the statement";
  EXPECT_EQ(account.balances.at({Law::kYouth, 2018}).approved.amount, 30 * 12 * kHours * kTariff);
}

TEST(ReconcileDisagreements, EachWayIsFoundAndNothingIsInvented) {
  for (const Way& way : Ways()) {
    World world;
    world.courses.emplace_back(1);
    world.courses.emplace_back(2);
    way.disagree(world.courses[0], world);
    EXPECT_THAT(Found(world.Run()), UnorderedElementsAreArray(Named(way, 1))) << way.what;
  }
}

TEST(ReconcileDisagreements, TwentyWaysAtOnceAreAllFoundAndNothingIsInvented) {
  const std::vector<Way> ways = Ways();
  ASSERT_GE(ways.size(), 20u);
  World world;
  std::vector<std::string> expected;
  for (size_t i = 0; i < ways.size(); ++i) world.courses.emplace_back(static_cast<int64_t>(i) + 1);
  for (size_t i = 0; i < ways.size(); ++i) {
    ways[i].disagree(world.courses[i], world);
    for (std::string& text : Named(ways[i], world.courses[i].number)) expected.push_back(std::move(text));
  }
  EXPECT_THAT(Found(world.Run()), UnorderedElementsAreArray(expected));
}

}  // namespace
}  // namespace nmd::contracts
