// SPDX-License-Identifier: EUPL-1.2
#include "services/costs/snapshot.h"

#include <cstdint>
#include <limits>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gtest/gtest.h"
#include "nmd/ingestion/v1/fact.pb.h"
#include "nmd/linking/v1/linking.pb.h"
#include "services/costs/checkpoint.h"
#include "services/costs/ledger.h"
#include "services/costs/snapshot_parts.h"
#include "tests/support/facts.h"

namespace nmd::costs {
namespace {

using ingestion::v1::Fact;
using ingestion::v1::FactBatch;
using testing::AllocationOf;
using testing::AllocationSpec;
using testing::At;
using testing::ClaimLineSpec;

constexpr Moment kDay = int64_t{86'400} * 1'000'000;
const Month kMarch = MonthOf(2018, 3);

Moment MomentAt(const std::string& date) { return absl::ToUnixMicros(At(date)); }

// Everything a snapshot says, one line per thing, in its own order.
std::vector<std::string> Text(const Snapshot& s) {
  std::vector<std::string> lines;
  const auto line = [&lines](const auto&... parts) { lines.push_back(absl::StrCat(parts...)); };
  const FactTable& t = s.table;
  line("months ", t.first_month, " ", t.end_month, " ", s.allocation_months.first, " ", s.allocation_months.end, " ",
       s.claim_months.first, " ", s.claim_months.end);
  line("counts ", s.delivery_count, " ", s.version_count, " ", s.deleted_count, " ", s.current_count, " ", s.client_count);
  for (size_t row = 0; row < t.size(); ++row) {
    std::string codes;
    for (const Column& field : t.fields) absl::StrAppend(&codes, field[row], " ");
    line("row ", codes, "| ", t.client[row], " ", t.provision[row], " ", t.indicated[row], " ", t.declared[row], " ",
         t.approved[row], " ", t.flags[row], " ", t.from_day[row], " ", t.to_day[row], " ", t.claim_lines[row], " ",
         t.answered_lines[row]);
  }
  for (size_t c = 0; c < s.clients.size(); ++c) {
    line("client ", *s.clients[c].first, " ", s.clients[c].second, " ", s.births[c]);
  }
  for (const auto& begin : s.client_begin) line("begin ", begin.row, " ", begin.provision);
  for (const Dictionary& dictionary : s.dictionaries) {
    line("values ", absl::StrJoin(dictionary.values, ","), " labels ", absl::StrJoin(dictionary.labels, ","));
  }
  for (const Column& field : t.fields) line("cardinality ", field.cardinality());
  for (size_t what = 0; what < kWorkedOutCount; ++what) {
    const Dictionary& dictionary = s.worked_out.dictionaries[what];
    line("worked out ", absl::StrJoin(dictionary.values, ","), " labels ", absl::StrJoin(dictionary.labels, ","));
    const Column codes = WorkOut(s, static_cast<WorkedOut>(what), t.first_month, t.end_month);
    for (size_t row = 0; row < t.size(); ++row) {
      line("is ", dictionary.values[codes[row]]);
      EXPECT_EQ(codes[row], WorkOutRow(s, static_cast<WorkedOut>(what), row));
    }
  }
  for (const auto& span : s.provision_sources) line("provision ", span.first, " ", span.count);
  for (const auto& source : s.sources) line("source ", source.period.start, " ", source.period.end, " ", source.origin);
  for (size_t row = 0; row < t.size(); ++row) {
    const Snapshot::Span span = s.ClaimOrigins(row);
    for (uint32_t i = span.first; i < span.first + span.count; ++i) line("claim ", row, " ", s.claim_origins[i]);
  }
  for (const auto& origin : s.origins) line("origin ", origin.delivery, " ", origin.source, " ", origin.known);
  for (const auto& [source, shares] : s.shares) {
    for (const auto& share : shares) {
      line("share ", source, " ", share.kinds, " ", share.deliveries, " ", share.records, " ", share.sound_records, " ",
           share.newest);
    }
  }
  for (const auto& count : s.populations) line("population ", count.year, " ", count.wijk, " ", count.count);
  for (const auto& budget : s.budgets) line("budget ", budget.line, " ", budget.year, " ", budget.amount);
  line("runs ", absl::StrJoin(t.runs.begin, ","), " ", absl::StrJoin(t.by_provider.runs, ","), " ",
       absl::StrJoin(t.by_product.runs, ","));
  return lines;
}

// The first line in which the two differ; empty when they are the same.
std::string FirstDifference(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  const size_t count = std::max(a.size(), b.size());
  for (size_t i = 0; i < count; ++i) {
    const std::string left = i < a.size() ? a[i] : "nothing", right = i < b.size() ? b[i] : "nothing";
    if (left != right) return absl::StrCat(left, "\n", right);
  }
  return "";
}

// A small town in which everything that can go wrong does: numbers, references, claims and clients are shared at random. In an
// orderly one there are ten times as many of each, so that most of what comes in touches one person.
class Town {
 public:
  explicit Town(uint32_t seed, bool orderly = false) : random_(seed), orderly_(orderly) {}

  void Feed(Ledger* ledger) {
    const uint32_t what = Pick(20);
    if (what < 13) {
      const int count = 1 + static_cast<int>(Pick(4));
      std::vector<Fact> facts;
      for (int i = 0; i < count; ++i) facts.push_back(AnyFact());
      FactBatch batch = testing::BatchOf(++sequence_, Known(), std::move(facts), Pick(2) == 0 ? "jw301" : "jw323");
      if (Pick(2) == 0) batch.mutable_message()->set_identification(Some("M", 12));
      deliveries_.push_back(batch.delivery());
      ledger->Add(batch);
    } else if (what < 15) {
      ledger->Add(testing::LinkOf(++sequence_, Person(), Pick(6) == 0 ? "" : Some("c", 9), Known(),
                                  Pick(3) == 0 ? linking::v1::ALONE : linking::v1::EXACT_BSN));
    } else if (what < 17) {
      linking::v1::HouseholdStay stay;
      stay.set_client(Some("c", 9));
      stay.set_household(Word("h", 4));
      stay.set_start_day(DayOf(2017, 1, 1) + static_cast<Day>(Pick(500)));
      stay.mutable_known_time()->set_seconds(absl::ToUnixSeconds(Known()));
      stay.set_revision(Pick(4));
      ledger->Add(stay);
    } else if (what == 17) {
      FactBatch batch = testing::BatchOf(++sequence_, Known(), {});
      batch.set_supersedes(absl::StrCat("d", 1 + Pick(static_cast<uint32_t>(sequence_) + 3)));
      ledger->Add(batch);
    } else {
      FactBatch batch = testing::BatchOf(++sequence_, Known(), {});
      batch.set_corrects(absl::StrCat("d", 1 + Pick(static_cast<uint32_t>(sequence_) + 3)));
      for (absl::Time from = Known(); Pick(3) > 0; from += absl::Hours(48)) {
        auto* counted = batch.add_counted();
        counted->mutable_from_time()->set_seconds(absl::ToUnixSeconds(from));
        counted->mutable_until_time()->set_seconds(absl::ToUnixSeconds(from + absl::Hours(24)));
      }
      ledger->Add(batch);
    }
  }

  uint32_t Pick(uint32_t n) { return static_cast<uint32_t>(random_() % n); }

 private:
  std::string Word(const char* prefix, uint32_t n) { return absl::StrCat(prefix, Pick(n)); }
  // One of n, or of ten times as many.
  std::string Some(const char* prefix, uint32_t n) { return Word(prefix, orderly_ ? 10 * n : n); }
  std::string Person() { return Some("p", 14); }
  absl::Time Known() { return At("2018-06-01") + absl::Hours(24) * static_cast<int>(Pick(40)); }

  Fact AnyFact() {
    Fact fact;
    const uint32_t what = Pick(sequence_ < 3 ? 2 : orderly_ && Pick(2) == 0 ? 17 : 27);
    if (what < 1) return testing::TariffOf(Word("45A0", 4), 10'000 + Pick(3) * 500, "2017-01-01");
    if (what < 2) return testing::LevelOf(Word("45A0", 4), Word("", 8), "2017-01-01");
    if (what < 10) {
      AllocationSpec spec;
      spec.person = Person();
      spec.number = 1 + Pick(orderly_ ? 300 : 30);
      spec.product = Pick(8) == 0 ? "" : Word("45A0", 5);
      const Day first = DayOf(2017, 1, 1) + static_cast<Day>(Pick(600));
      spec.first = FormatDay(first);
      if (Pick(4) != 0) spec.last = FormatDay(first + static_cast<Day>(Pick(300)));
      spec.provider = Word("9900000", 3);
      spec.reason = Pick(9) == 0 ? "13" : "";
      spec.assigned = FormatDay(DayOf(2017, 6, 1) + static_cast<Day>(Pick(5)));
      spec.volume = 1 + Pick(3);
      allocated_.push_back(spec);
      return AllocationOf(spec);
    }
    if (what < 14) {
      std::vector<ClaimLineSpec> lines;
      std::string provider = Word("9900000", 3);
      const AllocationSpec* own =
          allocated_.empty() || Pick(orderly_ ? 20 : 4) == 0 ? nullptr : &allocated_[Pick(Count(allocated_))];
      if (own != nullptr) provider = own->provider;
      for (uint32_t left = Pick(4); left > 0; --left) {
        ClaimLineSpec line;
        line.reference = Some("r", 40);
        if (Pick(3) == 0) line.previous = Some("r", 40);
        line.amount_cents = static_cast<int64_t>(Pick(50'000)) * (line.previous.empty() ? 1 : -1);
        line.person = Person();
        line.allocation = Pick(31);
        line.first = FormatDay(DayOf(2016, 12, 1) + static_cast<Day>(Pick(700)));
        line.product = Pick(8) == 0 ? "" : Word("45A0", 6);
        if (own != nullptr && (orderly_ || Pick(5) != 0)) {
          // As it should be: of the allocation's person and product, in its days or nearly so.
          line.person = own->person;
          line.allocation = own->number;
          line.first = FormatDay(*ParseDay(own->first) + static_cast<Day>(Pick(120)) - 5);
          if (Pick(6) != 0) line.product = own->product;
          if (Pick(2) == 0) line.reference = absl::StrCat("u", ++references_);
        }
        lines.push_back(line);
      }
      claimed_.emplace_back(Some("n", 10), provider);
      return testing::ClaimOf(claimed_.back().first, lines, provider);
    }
    if (what < 17) {
      std::vector<std::string> rejected;
      for (uint32_t left = Pick(3); left > 0; --left) rejected.push_back(Some("r", 40));
      std::pair<std::string, std::string> claim(Some("n", 10), Word("9900000", 3));
      if (orderly_ && !claimed_.empty()) claim = claimed_[Pick(static_cast<uint32_t>(claimed_.size()))];
      fact = testing::AnswerOf(Pick(5) == 0 ? "" : claim.first, rejected, Pick(4) == 0, claim.second);
      if (Pick(2) == 0) fact.mutable_claim_answer()->set_claim_identification(Some("M", 12));
      return fact;
    }
    if (what == 24) {
      auto* contract = fact.mutable_contract();
      contract->set_contract(Word("c", 3));
      contract->set_law(static_cast<ingestion::v1::Law>(Pick(3)));
      contract->set_provider(Word("9900000", 3));
      contract->set_provider_name(Word("Zorg ", 3));
      contract->set_start_day(DayOf(2017, 1, 1) + static_cast<Day>(Pick(600)));
      return fact;
    }
    if (what == 25) {
      auto* group = fact.mutable_provider_group();
      group->set_provider(Word("9900000", 3));
      group->set_organisation(Word("o", 3));
      group->set_organisation_name(Word("Groep ", 3));
      if (Pick(2) == 0) group->set_concern(Word("k", 2));
      group->set_start_day(DayOf(2017, 1, 1) + static_cast<Day>(Pick(600)));
      return fact;
    }
    if (what == 26) {
      auto* taakveld = fact.mutable_product_taakveld();
      taakveld->set_law(ingestion::v1::YOUTH);
      if (Pick(2) == 0)
        taakveld->set_product(Word("45A0", 5));
      else
        taakveld->set_category("45");
      if (Pick(2) == 0) taakveld->set_provider(Word("9900000", 3));
      taakveld->set_taakveld(Word("6.7", 4));
      taakveld->set_start_day(DayOf(2017, 1, 1) + static_cast<Day>(Pick(600)));
      return fact;
    }
    if (what < 19) {
      auto* person = fact.mutable_person();
      person->set_person_key(Person());
      person->set_birth_day(DayOf(2000 + static_cast<int>(Pick(12)), 1, 1));
      person->set_sex(Word("", 3));
    } else if (what < 21) {
      auto* residence = fact.mutable_residence();
      residence->set_person_key(Person());
      residence->set_start_day(DayOf(2017, 1, 1) + static_cast<Day>(Pick(600)));
      residence->set_wijk(Word("WK", 4));
      residence->set_buurt(Word("BU", 9));
    } else if (what < 23) {
      auto* referral = fact.mutable_referral();
      referral->set_person_key(Person());
      referral->set_law(ingestion::v1::YOUTH);
      referral->set_allocation(Pick(31));
      referral->set_referrer(Word("0", 6));
      referral->set_start_day(DayOf(2017, 1, 1) + static_cast<Day>(Pick(600)));
    } else if (Pick(2) == 0) {
      fact.mutable_contract()->set_provider(Word("9900000", 3));
      fact.mutable_contract()->set_provider_name(Word("Zorg ", 5));
    } else {
      return testing::BudgetOf("rijksbijdrage_jeugd", 2018, Pick(1'000'000), Word("document ", 4));
    }
    return fact;
  }

  static uint32_t Count(const std::vector<AllocationSpec>& list) { return static_cast<uint32_t>(list.size()); }

  std::mt19937 random_;
  bool orderly_;
  int64_t sequence_ = 0, references_ = 0;
  std::vector<AllocationSpec> allocated_;
  std::vector<std::pair<std::string, std::string>> claimed_;  // Number and provider.
  std::vector<std::string> deliveries_;
};

// The law of the incremental fold: a patched snapshot is the one that would be worked out from everything, whatever came in
// between, at later and at earlier known times, in another month of K too.
TEST(PatchSnapshot, IsWhatWorkingOutEverythingGivesT29) {
  int patched = 0, copied_clients = 0, placed_lines = 0, lines_gone = 0, amounts_only = 0;
  for (uint32_t seed = 1; seed <= 60; ++seed) {
    Town town(seed, seed % 2 == 0);
    Ledger ledger;
    Ledger::Mark mark = ledger.Here();
    Moment moment = MomentAt("2018-06-20");
    Month month = MonthOf(2018, 6);
    std::shared_ptr<const Snapshot> snapshot = BuildSnapshot(ledger.AsKnown(moment), month);
    for (int step = 0; step < (seed % 2 == 0 ? 120 : 60); ++step) {
      for (uint32_t left = town.Pick(4); left > 0; --left) town.Feed(&ledger);
      const Moment next = town.Pick(3) == 0 ? MomentAt("2018-06-01") + static_cast<Moment>(town.Pick(42)) * kDay : moment;
      const Month next_month = town.Pick(8) == 0 ? MonthOf(2018, 5 + static_cast<int>(town.Pick(3))) : month;
      while (!ledger.CatchUp(1 + town.Pick(50))) {
      }
      std::optional<Day> open_from;
      if (next_month != month) open_from = OpenFrom(std::min(month, next_month));
      const auto part = ledger.AsKnownSince(mark, moment, next, next_month, open_from);
      const auto whole = BuildSnapshot(ledger.AsKnown(next), next_month);
      if (part.has_value()) {
        ++patched;
        for (const LineChange& change : part->line_changes) {
          placed_lines += change.lines > 0 ? 1 : 0;
          lines_gone += change.lines < 0 ? 1 : 0;
          amounts_only += change.lines == 0 ? 1 : 0;
        }
        const auto patch = PatchSnapshot(*snapshot, *part, next_month);
        for (const ClientId& client : snapshot->clients) {
          if (!(client.second ? part->clients : part->persons).contains(client.first)) ++copied_clients;
        }
        ASSERT_EQ(FirstDifference(Text(*patch), Text(*whole)), "") << "seed " << seed << ", step " << step;
        snapshot = patch;
      } else {
        snapshot = whole;
      }
      mark = ledger.Here();
      moment = next;
      month = next_month;
    }
  }
  // The law was not kept by always working out everything.
  EXPECT_GT(patched, 1'500);
  EXPECT_GT(copied_clients, 3'000);
  EXPECT_GT(placed_lines, 100);
  EXPECT_GT(lines_gone, 5);
  EXPECT_GT(amounts_only, 15);
}

TEST(PatchSnapshot, ADeliveryAboutOnePersonIsWorkedOutForThatPersonOnly) {
  Ledger ledger;
  std::vector<Fact> facts = {testing::TariffOf("45A04", 10'000)};
  for (int i = 0; i < 50; ++i) {
    AllocationSpec spec;
    spec.person = absl::StrCat("p", i);
    spec.number = i + 1;
    facts.push_back(AllocationOf(spec));
  }
  ledger.Add(testing::BatchOf(1, At("2018-02-01"), std::move(facts)));
  ASSERT_TRUE(ledger.CatchUp(1'000));
  const Ledger::Mark mark = ledger.Here();
  AllocationSpec spec;
  spec.person = "p7";
  spec.number = 100;
  ledger.Add(testing::BatchOf(2, At("2018-03-01"), {AllocationOf(spec)}));
  ASSERT_TRUE(ledger.CatchUp(1'000));
  const auto part = ledger.AsKnownSince(mark, MomentAt("2018-02-01"), MomentAt("2018-03-01"), kMarch, std::nullopt);
  ASSERT_TRUE(part.has_value());
  EXPECT_EQ(part->persons.size(), 1u);
  EXPECT_EQ(part->known.facts.allocations.size(), 2u);

  ledger.Add(testing::BatchOf(3, At("2018-03-02"), {testing::TariffOf("45A04", 12'000, "2018-01-01")}));
  ASSERT_TRUE(ledger.CatchUp(1'000));
  EXPECT_FALSE(ledger.AsKnownSince(mark, MomentAt("2018-02-01"), MomentAt("2018-03-02"), kMarch, std::nullopt).has_value())
      << "a tariff can touch anybody";
}

// A ledger and a snapshot through a checkpoint and back.
struct Restored {
  Ledger ledger;
  std::shared_ptr<Snapshot> snapshot;
};
std::optional<Restored> Restore(const internal::v1::CostsCheckpoint& saved, Moment moment) {
  Restored restored;
  std::vector<Word> words;
  if (!restored.ledger.Load(saved, &words)) return std::nullopt;
  restored.snapshot = LoadRows(saved.snapshot(), words, restored.ledger.Here().batches);
  if (restored.snapshot == nullptr) return std::nullopt;
  Describe(restored.ledger.GeneralAsKnown(moment), restored.snapshot.get());
  return restored;
}

internal::v1::CostsCheckpoint Saved(const Ledger& ledger, const Snapshot& snapshot) {
  internal::v1::CostsCheckpoint saved;
  WordWriter words;
  ledger.Save(&words, &saved);
  SaveRows(snapshot, &words, saved.mutable_snapshot());
  words.Finish(&saved);
  return saved;
}

TEST(Checkpoint, BringsBackTheLedgerAndTheSnapshotAndGoesOnFromThere) {
  const Month month = MonthOf(2018, 6);
  for (uint32_t seed = 1; seed <= 20; ++seed) {
    Town town(seed);
    Ledger ledger;
    for (int i = 0; i < 150; ++i) town.Feed(&ledger);
    const Moment moment = MomentAt("2018-06-20");
    const auto snapshot = BuildSnapshot(ledger.AsKnown(moment), month);
    std::optional<Restored> restored = Restore(Saved(ledger, *snapshot), moment);
    ASSERT_TRUE(restored.has_value());
    ASSERT_EQ(FirstDifference(Text(*restored->snapshot), Text(*snapshot)), "") << "seed " << seed;
    for (int day = 0; day < 45; day += 4) {
      const Moment other = MomentAt("2018-06-01") + day * kDay;
      const Moment same = restored->ledger.KnowledgeMoment(other);
      ASSERT_EQ(FirstDifference(Text(*BuildSnapshot(restored->ledger.AsKnown(same), month)),
                                Text(*BuildSnapshot(ledger.AsKnown(other), month))),
                "");
    }
    // What comes in next is patched into what was restored.
    const Ledger::Mark mark = restored->ledger.Here();
    ASSERT_EQ(mark, ledger.Here());
    for (int i = 0; i < 6; ++i) town.Feed(&restored->ledger);
    while (!restored->ledger.CatchUp(100)) {
    }
    const auto part = restored->ledger.AsKnownSince(mark, moment, moment, month, std::nullopt);
    if (!part.has_value()) continue;
    ASSERT_EQ(FirstDifference(Text(*PatchSnapshot(*restored->snapshot, *part, month)),
                              Text(*BuildSnapshot(restored->ledger.AsKnown(moment), month))),
              "")
        << "seed " << seed;
  }
}

TEST(Checkpoint, WhatDoesNotHoldTogetherIsRefused) {
  Town town(3);
  Ledger ledger;
  for (int i = 0; i < 150; ++i) town.Feed(&ledger);
  const Moment moment = MomentAt("2018-06-20");
  const internal::v1::CostsCheckpoint good = Saved(ledger, *BuildSnapshot(ledger.AsKnown(moment), MonthOf(2018, 6)));
  ASSERT_TRUE(Restore(good, moment).has_value());

  internal::v1::CostsCheckpoint bad = good;
  bad.mutable_ledger(1)->mutable_columns(2)->pop_back();
  EXPECT_FALSE(Restore(bad, moment).has_value()) << "a value less";
  bad = good;
  bad.mutable_ledger(1)->mutable_columns(2)->push_back(0);
  EXPECT_FALSE(Restore(bad, moment).has_value()) << "a value more";
  bad = good;
  bad.mutable_ledger(1)->set_row_count(INT64_MAX);
  EXPECT_FALSE(Restore(bad, moment).has_value()) << "more rows than bytes: nothing is allocated for them";
  bad = good;
  bad.mutable_words()->resize(3);
  EXPECT_FALSE(Restore(bad, moment).has_value()) << "words that are not there";
  bad = good;
  bad.mutable_ledger()->RemoveLast();
  EXPECT_FALSE(Restore(bad, moment).has_value());
  bad = good;
  bad.mutable_snapshot()->set_end_month(INT32_MAX);
  EXPECT_FALSE(Restore(bad, moment).has_value());
  bad = good;
  bad.mutable_snapshot()->mutable_tables(bad.snapshot().tables_size() - 1)->set_row_count(-1);
  EXPECT_FALSE(Restore(bad, moment).has_value());

  // Any byte may be another one: refused or not, nothing outside of what was given is touched (run with the sanitizers).
  std::mt19937 random(5);
  const std::string bytes = good.SerializeAsString();
  for (int turn = 0; turn < 300; ++turn) {
    std::string changed = bytes;
    changed[random() % changed.size()] = static_cast<char>(random());
    if (bad.ParseFromString(changed)) Restore(bad, moment);
  }
}

}  // namespace
}  // namespace nmd::costs
