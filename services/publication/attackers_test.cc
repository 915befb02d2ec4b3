// SPDX-License-Identifier: EUPL-1.2
// The attacks of reference sdc.md, each as the program of an attacker. He has what was published and nothing else. Every
// program gets a person, or what one provider earns, out of tables from which only cells below the minimum are missing, and
// nothing out of what is released. Attacks on the tables of the region are in exchange_test.cc; those with linear
// programs, and with years to date as their own codes, in engine/audit_test.cc.
#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "services/platform/errors.h"
#include "services/publication/draft.h"
#include "services/publication/test_publication.h"

namespace nmd::publication {
namespace {

using ::testing::Contains;
using ::testing::IsEmpty;
using ::testing::Not;
using v1::Publication;
using v1::PublishedCell;

// ---- What an attacker does with what he has. ----

using Place = std::map<std::string, std::string>;  // By dimension; one that is not there is its total.
enum Measure { kClients, kProvisions, kCents };

// The number in a cell; a code the table does not have is nobody's. nullopt: it is hidden.
std::optional<int64_t> Read(const Publication& table, const Place& place, int measure = kClients) {
  for (const PublishedCell& cell : table.cells()) {
    bool here = true;
    for (int d = 0; d < table.dimensions_size(); ++d) {
      const auto wanted = place.find(table.dimensions(d).dimension());
      here = here && table.dimensions(d).codes(cell.codes(d)).value() == (wanted == place.end() ? "totaal" : wanted->second);
    }
    if (!here) continue;
    if (cell.state() == PublishedCell::HIDDEN) return std::nullopt;
    const v1::PublishedValue& value = cell.values(measure);
    return value.count() + value.amount_cents();
  }
  return 0;
}

// The codes of a dimension, without the total.
std::vector<std::string> CodesOf(const Publication& table, const std::string& dimension) {
  std::vector<std::string> codes;
  for (const v1::PublishedDimension& d : table.dimensions()) {
    for (int c = 1; d.dimension() == dimension && c < d.codes_size(); ++c) codes.push_back(d.codes(c).value());
  }
  return codes;
}

// What he found out: the number of a place that is not shown to him.
struct Found {
  Place place;
  int64_t value;

  friend bool operator==(const Found& a, const Found& b) { return a.place == b.place && a.value == b.value; }
};
void PrintTo(const Found& found, std::ostream* out) {
  for (const auto& [dimension, code] : found.place) *out << dimension << " " << code << " ";
  *out << "= " << found.value;
}

// Every place of a table: a code or the total in each dimension.
std::vector<Place> PlacesOf(const Publication& table) {
  std::vector<Place> places = {{}};
  for (const v1::PublishedDimension& d : table.dimensions()) {
    const size_t before = places.size();
    for (size_t p = 0; p < before; ++p) {
      for (int c = 1; c < d.codes_size(); ++c) {
        places.push_back(places[p]);
        places.back()[d.dimension()] = d.codes(c).value();
      }
    }
  }
  return places;
}

// Takes what is shown from the total, wherever one part or the total is missing.
std::vector<Found> SubtractsFromTheTotal(const Publication& table) {
  std::vector<Found> found;
  for (const Place& place : PlacesOf(table)) {
    for (const v1::PublishedDimension& d : table.dimensions()) {
      if (place.count(d.dimension()) > 0) continue;
      std::vector<Place> members = {place};
      for (const std::string& code : CodesOf(table, d.dimension())) {
        members.push_back(place);
        members.back()[d.dimension()] = code;
      }
      int64_t rest = 0;
      std::vector<size_t> hidden;
      for (size_t m = 0; m < members.size(); ++m) {
        const std::optional<int64_t> value = Read(table, members[m]);
        if (!value) hidden.push_back(m);
        if (value) rest += m == 0 ? *value : -*value;
      }
      if (hidden.size() == 1) found.push_back({members[hidden[0]], hidden[0] == 0 ? -rest : rest});
    }
  }
  return found;
}

// Knows that nobody is shown as zero: when as many are missing as there are cells hidden, each is one.
std::vector<Found> CountsHiddenCells(const Publication& table, const std::string& dimension) {
  const std::optional<int64_t> total = Read(table, {});
  if (!total) return {};
  int64_t rest = *total;
  std::vector<Found> found;
  for (const std::string& code : CodesOf(table, dimension)) {
    const std::optional<int64_t> value = Read(table, {{dimension, code}});
    if (value) rest -= *value;
    if (!value) found.push_back({{{dimension, code}}, 1});
  }
  return rest == static_cast<int64_t>(found.size()) ? found : std::vector<Found>();
}

// Is the one person of a cell, and takes himself off too.
std::vector<Found> SubtractsHimself(const Publication& table, const std::string& dimension, const std::string& own) {
  std::optional<int64_t> rest = Read(table, {});
  std::vector<Found> found;
  for (const std::string& code : CodesOf(table, dimension)) {
    const std::optional<int64_t> value = code == own ? 1 : Read(table, {{dimension, code}});
    if (value && rest) *rest -= *value;
    if (!value) found.push_back({{{dimension, code}}, 0});
  }
  if (!rest || found.size() != 1) return {};
  found[0].value = *rest;
  return found;
}

// What is left of a table of more once tables of parts of it are taken away, place by place.
std::vector<Found> Subtracts(const Publication& whole, const std::vector<Publication>& parts, int measure = kClients) {
  std::vector<Found> found;
  for (const Place& place : PlacesOf(whole)) {
    std::optional<int64_t> rest = Read(whole, place, measure);
    for (const Publication& part : parts) {
      const std::optional<int64_t> value = Read(part, place, measure);
      rest = rest && value ? std::optional<int64_t>(*rest - *value) : std::nullopt;
    }
    if (rest && *rest != 0) found.push_back({place, *rest});
  }
  return found;
}

// Knows the tariff: cents divided by it are provisions, shown or not.
std::vector<Found> DividesByTheTariff(const Publication& table, int64_t tariff) {
  std::vector<Found> found;
  for (const Place& place : PlacesOf(table)) {
    const std::optional<int64_t> cents = Read(table, place, kCents);
    if (cents && !Read(table, place) && *cents > 0) found.push_back({place, *cents / tariff});
  }
  return found;
}

// Reads the number of clients from the quality of their links, which is 1 - 1 / (1 + clients).
std::vector<Found> ReadsTheLinkQuality(const Publication& table) {
  std::vector<Found> found;
  for (const PublishedCell& cell : table.cells()) {
    if (cell.state() != PublishedCell::HIDDEN || !cell.has_reliability()) continue;
    Place place;
    for (int d = 0; d < table.dimensions_size(); ++d) {
      if (cell.codes(d) > 0) place[table.dimensions(d).dimension()] = table.dimensions(d).codes(cell.codes(d)).value();
    }
    found.push_back({place, static_cast<int64_t>(std::lround(1 / (1 - cell.reliability().link_quality()))) - 1});
  }
  return found;
}

// Tries every table of three dimensions that fits three tables of two, and tells the small numbers that are the same in all.
// None of the three dimensions has more than two codes.
std::vector<Found> FitsThreeTables(const Publication& ab, const Publication& bc, const Publication& ac,
                                   const std::vector<std::string>& names, int64_t minimum) {
  const auto codes = [&](const Publication& table, size_t d) { return CodesOf(table, names[d]); };
  const std::vector<std::string> a = codes(ab, 0), b = codes(ab, 1), c = codes(bc, 2);
  // One number decides all eight; where a table hides, anything fits, so only whole tables are tried.
  std::vector<std::vector<int64_t>> fits;
  const auto at = [](size_t i, size_t j, size_t k) { return i * 4 + j * 2 + k; };
  const std::optional<int64_t> most = Read(ab, {{names[0], a[0]}, {names[1], b[0]}});
  for (int64_t first = 0; most && first <= *most; ++first) {
    std::vector<int64_t> table(8, -1);
    table[0] = first;
    bool known = true;
    for (int step = 1; step < 8; ++step) {
      const auto i = static_cast<size_t>(step) / 4, j = static_cast<size_t>(step) / 2 % 2, k = static_cast<size_t>(step) % 2;
      const std::optional<int64_t> pair = k == 1   ? Read(ab, {{names[0], a[i]}, {names[1], b[j]}})
                                          : j == 1 ? Read(ac, {{names[0], a[i]}, {names[2], c[k]}})
                                                   : Read(bc, {{names[1], b[j]}, {names[2], c[k]}});
      known = known && pair.has_value();
      if (!known) break;
      table[at(i, j, k)] = *pair - (k == 1 ? table[at(i, j, 0)] : j == 1 ? table[at(i, 0, k)] : table[at(0, j, k)]);
    }
    if (!known) return {};
    for (size_t j = 0; j < 2; ++j) {
      for (size_t k = 0; k < 2; ++k) {
        const std::optional<int64_t> pair = Read(bc, {{names[1], b[j]}, {names[2], c[k]}});
        known = known && pair == table[at(0, j, k)] + table[at(1, j, k)];
      }
    }
    if (known && *std::min_element(table.begin(), table.end()) >= 0) fits.push_back(table);
  }
  std::vector<Found> found;
  for (size_t cell = 0; cell < 8 && !fits.empty(); ++cell) {
    const int64_t value = fits[0][cell];
    const bool same = std::all_of(fits.begin(), fits.end(), [&](const auto& table) { return table[cell] == value; });
    if (same && value > 0 && value < minimum)
      found.push_back({{{names[0], a[cell / 4]}, {names[1], b[cell / 2 % 2]}, {names[2], c[cell % 2]}}, value});
  }
  return found;
}

// Adds up the parts of an area: codes of buurten begin with that of their wijk, or he has a map.
std::vector<Found> AddsUpAreas(const Publication& coarse, const std::string& area, const Publication& fine,
                               const std::string& part, const std::map<std::string, std::string>& map) {
  std::vector<Found> found;
  for (const std::string& code : CodesOf(coarse, area)) {
    std::optional<int64_t> rest = Read(coarse, {{area, code}});
    std::vector<std::string> hidden;
    for (const std::string& own : CodesOf(fine, part)) {
      if (map.at(own) != code) continue;
      const std::optional<int64_t> value = Read(fine, {{part, own}});
      if (value && rest) *rest -= *value;
      if (!value) hidden.push_back(own);
    }
    if (rest && hidden.size() == 1) found.push_back({{{part, hidden[0]}}, *rest});
  }
  return found;
}

// The second provider of a cell takes his own off, and has the first one within so many percent.
std::vector<Found> EstimatesTheLargest(const Publication& table, const Place& place, int64_t own, int64_t truth,
                                       int64_t percent) {
  const std::optional<int64_t> amount = Read(table, place, kCents);
  if (!amount) return {};
  const int64_t at_most = *amount - own;
  return (at_most - truth) * 100 < percent * truth ? std::vector<Found>{{place, at_most}} : std::vector<Found>();
}

// ---- Who publishes. ----

class AttackersTest : public PublicationFixture {
 protected:
  AttackersTest() {
    agreement_.mutable_tables(0)->set_table("tabel");
    Rule()->clear_filters();
  }

  v1::TableRule* Rule() { return agreement_.mutable_tables(0); }
  // The table is by these from here on.
  void By(const std::vector<std::string>& dimensions) {
    Rule()->clear_dimensions();
    for (const std::string& dimension : dimensions) Rule()->add_dimensions(dimension);
  }
  void LimitTo(const std::string& dimension, const std::vector<std::string>& values) {
    Rule()->clear_filters();
    if (values.empty()) return;
    Rule()->add_filters()->set_dimension(dimension);
    for (const std::string& value : values) Rule()->mutable_filters(0)->add_values(value);
  }

  // What a municipality would publish that hides cells below the minimum, and nothing else.
  Publication Naive(const std::string& from = "2018-01", const std::string& to = "2018-02") {
    google::protobuf::Timestamp now;
    auto table = CountTable(*peer_, "municipalities/gm1730", *Rule(), PeriodOf(from, to), now, absl::Seconds(5));
    EXPECT_TRUE(table.ok()) << table.status();
    std::vector<engine::CellState> states = PrimaryCells(*table).states;
    const Draft draft{*std::move(table), "regio", std::move(states), true, "", {}, {}};
    return PublicationOf(draft, {});
  }
  // What ours publishes: agreed, proposed and approved. Empty when it refuses, with the reason in refused_.
  Publication Ours(const std::string& from = "2018-01", const std::string& to = "2018-02") {
    v1::Agreement agreement = agreement_;
    agreement.set_name(absl::StrCat("municipalities/gm1730/agreements/a", ++agreements_));
    Agree(agreement);
    const auto proposed = Propose(agreement, PeriodOf(from, to));
    refused_ = proposed.status();
    if (!proposed.ok()) return {};
    EXPECT_EQ(proposed->state(), v1::Release::PROPOSED) << proposed->DebugString();
    const auto released = Approve(*proposed);
    EXPECT_TRUE(released.ok()) << released.status();
    return Get(*released)->publication();
  }

  v1::Agreement agreement_ = TestAgreement();
  int agreements_ = 0;
  absl::Status refused_;
};

// Shown cells besides the grand total: what is left of the table must be worth publishing.
int ShownIn(const Publication& table) {
  return static_cast<int>(std::count_if(table.cells().begin(), table.cells().end(),
                                        [](const PublishedCell& cell) { return cell.state() == PublishedCell::SHOWN; }));
}

TEST_F(AttackersTest, T27SubtractsFromTheTotal) {
  By({"ivn"});
  Add(1, 4, "Eelde", "5");
  Add(11, 8, "Eelde", "6");
  Add(31, 9, "Eelde", "7");
  EXPECT_THAT(SubtractsFromTheTotal(Naive()), Contains(Found{{{"ivn", "5"}}, 4}));
  const Publication ours = Ours();
  EXPECT_THAT(SubtractsFromTheTotal(ours), IsEmpty());
  EXPECT_EQ(ShownIn(ours), 2);
}

TEST_F(AttackersTest, KnowsThatWhatIsHiddenIsSomebody) {
  By({"ivn"});
  for (const char* level : {"1", "2"}) Add(level[0], 1, "Eelde", level);
  Add(101, 9, "Eelde", "6");
  Add(201, 8, "Eelde", "7");
  EXPECT_THAT(CountsHiddenCells(Naive(), "ivn"), Contains(Found{{{"ivn", "1"}}, 1}));
  EXPECT_THAT(CountsHiddenCells(Ours(), "ivn"), IsEmpty());
}

TEST_F(AttackersTest, ALonePersonSubtractsHimself) {
  By({"ivn"});
  Add(1, 1, "Eelde", "1");
  Add(11, 3, "Eelde", "2");
  Add(101, 9, "Eelde", "6");
  Add(201, 8, "Eelde", "7");
  EXPECT_THAT(SubtractsHimself(Naive(), "ivn", "1"), Contains(Found{{{"ivn", "2"}}, 3}));
  EXPECT_THAT(SubtractsHimself(Ours(), "ivn", "1"), IsEmpty());
}

// Amounts add up over months, so what two people cost in March is what the quarter has more.
TEST_F(AttackersTest, TakesMonthsFromTheQuarter) {
  Add(1, 20, "Eelde", "5", "2018-01");
  Add(1, 20, "Eelde", "5", "2018-02");
  Add(101, 2, "Eelde", "5", "2018-03");
  for (const char* month : {"2018-01", "2018-02", "2018-03"})
    Add(201, 30, "Vries", "6", month), Add(301, 30, "Vries", "5", month);
  const Found march{{{"ivn", "5"}, {"wijk", "Eelde"}}, 2 * 10000};
  EXPECT_THAT(Subtracts(Naive("2018-01", "2018-04"), {Naive("2018-01", "2018-02"), Naive("2018-02", "2018-03")}, kCents),
              Contains(march));
  const std::vector<Publication> months = {Ours("2018-01", "2018-02"), Ours("2018-02", "2018-03")};
  const Publication quarter = Ours("2018-01", "2018-04");
  EXPECT_THAT(Subtracts(quarter, months, kCents), Not(Contains(march)));
  EXPECT_GT(ShownIn(quarter), 3);
}

// "Up to March" less "up to February".
TEST_F(AttackersTest, TakesAYearToDateFromTheNext) {
  for (const char* month : {"2018-01", "2018-02"}) Add(1, 20, "Eelde", "5", month);
  Add(101, 2, "Eelde", "5", "2018-03");
  for (const char* month : {"2018-01", "2018-02", "2018-03"})
    Add(201, 30, "Vries", "6", month), Add(301, 30, "Vries", "5", month);
  const Found march{{{"ivn", "5"}, {"wijk", "Eelde"}}, 2 * 10000};
  EXPECT_THAT(Subtracts(Naive("2018-01", "2018-04"), {Naive("2018-01", "2018-03")}, kCents), Contains(march));
  const Publication february = Ours("2018-01", "2018-03");
  EXPECT_THAT(Subtracts(Ours("2018-01", "2018-04"), {february}, kCents), Not(Contains(march)));
}

TEST_F(AttackersTest, ComparesACorrectionWithWhatItCorrects) {
  Add(1, 20, "Eelde", "5");
  Add(101, 30, "Vries", "6");
  Add(201, 30, "Vries", "5");
  Add(301, 30, "Eelde", "6");
  const Publication naive_before = Naive(), before = Ours();
  Add(21, 1, "Eelde", "5");  // A late invoice.
  const Found one{{{"ivn", "5"}, {"wijk", "Eelde"}}, 1};
  EXPECT_THAT(Subtracts(Naive(), {naive_before}), Contains(one));
  const Publication after = Ours();
  EXPECT_THAT(Subtracts(after, {before}), IsEmpty());
  EXPECT_GT(ShownIn(after), 3);
}

// One mask for all measures. An attacker of whoever hides the count only, which a threshold per measure does.
TEST_F(AttackersTest, DividesAmountsByTheTariff) {
  By({"ivn"});
  Add(1, 4, "Eelde", "5");
  Add(11, 8, "Eelde", "6");
  Add(31, 9, "Eelde", "7");
  google::protobuf::Timestamp now;
  const auto counted =
      CountTable(*peer_, "municipalities/gm1730", *Rule(), PeriodOf("2018-01", "2018-02"), now, absl::Seconds(5));
  Publication naive = Naive();
  for (PublishedCell& cell : *naive.mutable_cells()) {
    if (cell.state() != PublishedCell::HIDDEN) continue;
    // The count is missing and the amount is not.
    cell.add_values();
    cell.add_values();
    cell.add_values()->set_amount_cents(counted->ValueOf(kCents, cell.codes(0)));
  }
  const auto divides = [](const Publication& table) {
    std::vector<Found> found;
    for (const PublishedCell& cell : table.cells()) {
      if (cell.state() == PublishedCell::HIDDEN && cell.values_size() > kCents)
        found.push_back(
            {{{"ivn", table.dimensions(0).codes(cell.codes(0)).value()}}, cell.values(kCents).amount_cents() / 10000});
    }
    return found;
  };
  EXPECT_THAT(divides(naive), Contains(Found{{{"ivn", "5"}}, 4}));
  const Publication ours = Ours();
  EXPECT_THAT(divides(ours), IsEmpty());
  EXPECT_THAT(DividesByTheTariff(ours, 10000), IsEmpty());
}

TEST_F(AttackersTest, ReadsTheLinkQualityOfWhatIsHidden) {
  By({"ivn"});
  Add(1, 4, "Eelde", "5");
  Add(11, 8, "Eelde", "6");
  Add(31, 9, "Eelde", "7");
  Publication naive = Naive();
  for (PublishedCell& cell : *naive.mutable_cells()) {
    if (cell.state() == PublishedCell::HIDDEN) cell.mutable_reliability()->set_link_quality(1 - 1.0 / 5);
  }
  EXPECT_THAT(ReadsTheLinkQuality(naive), Contains(Found{{{"ivn", "5"}}, 4}));
  EXPECT_THAT(ReadsTheLinkQuality(Ours()), IsEmpty());
}

// All providers but one, less all.
TEST_F(AttackersTest, LeavesOneProviderOut) {
  const auto add = [&](int first, int clients, const std::string& provider) {
    for (int i = 0; i < clients; ++i)
      costs_.provisions.push_back({first + i, "Eelde", i % 2 == 0 ? "5" : "6", 10000, "2018-01", "jeugdwet", provider});
  };
  add(1, 40, "00000001");
  add(101, 36, "00000002");
  add(201, 6, "00000003");
  By({"ivn"});
  const Publication naive_all = Naive(), all = Ours();
  LimitTo("provider", {"00000001", "00000002"});
  const Found three{{{"ivn", "5"}}, 3};
  EXPECT_THAT(Subtracts(naive_all, {Naive()}), Contains(three));
  const Publication ours = Ours();
  EXPECT_THAT(Subtracts(all, {ours}), Not(Contains(three)));
}

// wijk x ivn, ivn x age and age x wijk are each without a small cell, and together leave one table of the three.
TEST_F(AttackersTest, FitsTheTableBehindThreeOthers) {
  const auto add = [&](int first, int clients, const std::string& wijk, const std::string& ivn, const std::string& age) {
    for (int i = 0; i < clients; ++i)
      costs_.provisions.push_back({first + i, wijk, ivn, 10000, "2018-01", "jeugdwet", "00000001", "", age});
  };
  // Where one more is one less elsewhere, and the other way round, somebody is not there: nothing can move.
  add(1, 3, "Eelde", "5", "0-11");
  add(101, 12, "Eelde", "5", "12-17");
  add(201, 14, "Eelde", "6", "0-11");
  add(401, 17, "Vries", "5", "0-11");
  add(601, 21, "Vries", "5", "12-17");
  add(801, 19, "Vries", "6", "0-11");
  const std::vector<std::vector<std::string>> pairs = {{"wijk", "ivn"}, {"ivn", "age_band"}, {"wijk", "age_band"}};
  std::vector<Publication> naive, ours;
  for (const auto& pair : pairs) {
    By(pair);
    naive.push_back(Naive());
    EXPECT_THAT(SubtractsFromTheTotal(naive.back()), IsEmpty()) << "nothing is small";
    ours.push_back(Ours());
  }
  const std::vector<std::string> names = {"wijk", "ivn", "age_band"};
  EXPECT_THAT(FitsThreeTables(naive[0], naive[1], naive[2], names, 5),
              Contains(Found{{{"age_band", "0-11"}, {"ivn", "5"}, {"wijk", "Eelde"}}, 3}));
  EXPECT_THAT(FitsThreeTables(ours[0], ours[1], ours[2], names, 5), IsEmpty());
  EXPECT_EQ(ShownIn(ours[0]), 9);
  EXPECT_EQ(ShownIn(ours[1]), 8) << "and a zero";
  EXPECT_GT(ShownIn(ours[2]), 2) << "the last pays";
}

// A table by wijk and one by buurt, each protected by itself.
TEST_F(AttackersTest, AddsUpBuurtenAgainstTheWijk) {
  const std::map<std::string, std::string> map = {{"BU01", "Eelde"}, {"BU02", "Eelde"}, {"BU11", "Vries"}, {"BU12", "Vries"}};
  const auto add = [&](int first, int clients, const std::string& buurt) {
    for (int i = 0; i < clients; ++i)
      costs_.provisions.push_back({first + i, map.at(buurt), "5", 10000, "2018-01", "jeugdwet", "00000001", buurt});
  };
  add(1, 12, "BU01");
  add(101, 4, "BU02");
  add(201, 5, "BU11");
  add(301, 15, "BU12");
  By({"wijk"});
  const Publication naive_wijk = Naive(), wijk = Ours();
  By({"buurt"});
  EXPECT_THAT(AddsUpAreas(naive_wijk, "wijk", Naive(), "buurt", map), Contains(Found{{{"buurt", "BU02"}}, 4}));
  const Publication buurt = Ours();
  EXPECT_THAT(AddsUpAreas(wijk, "wijk", buurt, "buurt", map), Not(Contains(Found{{{"buurt", "BU02"}}, 4})));
  EXPECT_EQ(Read(buurt, {{"buurt", "BU02"}}), std::nullopt);
  EXPECT_EQ(Read(buurt, {{"buurt", "BU12"}}), std::optional<int64_t>(15)) << "the other wijk can be told";
}

// Two areas lost a street each to a new one; both new ones are hidden, and the old areas tell how large they are.
TEST_F(AttackersTest, SubtractsTheNewDivisionFromTheOld) {
  By({"wijk"});
  Add(1, 20, "Eelde", "5");
  Add(101, 30, "Vries", "5");
  const Publication naive_before = Naive(), before = Ours();
  costs_.provisions.clear();
  Add(1, 17, "Eelde (2018)", "5");
  Add(18, 3, "Nieuw Eelde", "5");
  Add(101, 26, "Vries (2018)", "5");
  Add(127, 4, "Nieuw Vries", "5");
  const std::map<std::string, std::string> map = {
      {"Eelde (2018)", "Eelde"}, {"Nieuw Eelde", "Eelde"}, {"Vries (2018)", "Vries"}, {"Nieuw Vries", "Vries"}};
  const Publication naive = Naive();
  EXPECT_THAT(SubtractsFromTheTotal(naive), IsEmpty()) << "two cells are hidden";
  EXPECT_THAT(AddsUpAreas(naive_before, "wijk", naive, "wijk", map), Contains(Found{{{"wijk", "Nieuw Eelde"}}, 3}));
  const Publication after = Ours();
  EXPECT_EQ(MetadataOf(refused_, "cause"), "division") << refused_;
  EXPECT_THAT(AddsUpAreas(before, "wijk", after, "wijk", map), IsEmpty());
  // Another month by the new codes is no secret of this one.
  Add(1, 20, "Eelde (2018)", "5", "2018-02");
  EXPECT_EQ(Read(Ours("2018-02", "2018-03"), {{"wijk", "Eelde (2018)"}}), std::optional<int64_t>(20));
}

TEST_F(AttackersTest, ASecondProviderEstimatesTheLargest) {
  By({"wijk"});
  Rule()->set_p_percent(10);
  // In Eelde one provider has 30 clients, another 10 and a third 1; elsewhere many share.
  const auto add = [&](int first, int clients, const std::string& wijk, const std::string& provider) {
    for (int i = 0; i < clients; ++i)
      costs_.provisions.push_back({first + i, wijk, "5", 10000, "2018-01", "jeugdwet", provider});
  };
  add(1, 30, "Eelde", "00000001");
  add(101, 10, "Eelde", "00000002");
  add(201, 1, "Eelde", "00000003");
  for (int p = 1; p <= 5; ++p) {
    add(1000 * p, 10, "Vries", absl::StrCat("0000000", p));
    add(1000 * p + 100, 12, "Zuidlaren", absl::StrCat("0000000", p));
  }
  const Place eelde = {{"wijk", "Eelde"}};
  const int64_t own = 10 * 10000, truth = 30 * 10000;
  Rule()->set_p_percent(0);
  EXPECT_THAT(EstimatesTheLargest(Naive(), eelde, own, truth, 10), Contains(Found{eelde, 31 * 10000}));
  Rule()->set_p_percent(10);
  const Publication ours = Ours();
  EXPECT_THAT(EstimatesTheLargest(ours, eelde, own, truth, 10), IsEmpty());
  EXPECT_THAT(SubtractsFromTheTotal(ours), IsEmpty());
}

// A withdrawn table is not forgotten by who has it.
TEST_F(AttackersTest, KeepsWhatWasWithdrawn) {
  By({"ivn"});
  Add(1, 20, "Eelde", "5");
  Add(101, 30, "Vries", "6");
  agreement_.set_name("municipalities/gm1730/agreements/eerst");
  Agree(agreement_);
  const auto first = Approve(*Propose(agreement_, PeriodOf("2018-01", "2018-02")));
  ASSERT_TRUE(first.ok()) << first.status();
  const Publication kept = Get(*first)->publication(), naive_kept = Naive();
  v1::WithdrawReleaseRequest withdrawal;
  withdrawal.set_name(first->name());
  withdrawal.set_reason("een fout in een levering");
  ASSERT_TRUE(publication_->WithdrawRelease(Officer(), withdrawal).ok());
  Add(21, 2, "Eelde", "5");
  EXPECT_THAT(Subtracts(Naive(), {naive_kept}), Contains(Found{{{"ivn", "5"}}, 2}));
  EXPECT_THAT(Subtracts(Ours(), {kept}), IsEmpty());
}

}  // namespace
}  // namespace nmd::publication
