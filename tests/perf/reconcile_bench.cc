// SPDX-License-Identifier: EUPL-1.2
// The account of a provider with 50,000 lines a year, worked out from nothing (asked: less than 1 s), what one message more
// costs (asked: less than 1 ms), how long a start takes after ten years of a municipality, and what 200 followers of the feed
// take (asked: 100 MiB).
//   reconcile_bench [lines of a year] [file of signal rules]
#include <malloc.h>
#include <time.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "nmd/costs/v1/costs.pb.h"
#include "nmd/ingestion/v1/ingestion.pb.h"
#include "nmd/internal/v1/contracts_events.pb.h"
#include "services/contracts/account_ledger.h"
#include "services/contracts/contracts.h"
#include "services/contracts/contracts_methods.h"
#include "services/contracts/live_account.h"
#include "services/contracts/reconcile.h"
#include "services/contracts/signal_rules.h"
#include "services/platform/clock.h"
#include "services/platform/journal.h"
#include "services/platform/peer.h"
#include "services/platform/router.h"
#include "services/platform/work_queue.h"

namespace nmd::contracts {
namespace {

using ingestion::v1::FactBatch;

constexpr int kMonths = 12;

double SecondsOf(const std::function<void()>& work) {
  const auto now = [] {
    timespec time{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
  };
  const double start = now();
  work();
  return now() - start;
}

// Without what was freed and not given back yet.
double ResidentMiB() {
  malloc_trim(0);
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    double kilobytes = 0;
    if (word == "VmRSS:" && status >> kilobytes) return kilobytes / 1024;
  }
  return 0;
}

FactBatch Batch(const std::string& delivery, Day known) {
  FactBatch batch;
  batch.set_delivery(delivery);
  batch.mutable_known_time()->set_seconds(int64_t{known} * 86400 + 43200);
  batch.mutable_message()->set_identification(delivery);
  return batch;
}

// A year of a provider: allocations with starts, a claim and an answer a month, and a statement at the end. One line in 50 is
// rejected, one in 80 is taken back and sent again, one in 60 has another tariff, one in 70 is not in the statement.
std::vector<FactBatch> Year(const std::string& provider, int year, int allocations) {
  std::vector<FactBatch> batches;
  const Period whole = {DayOf(year, 1, 1), DayOf(year + 1, 1, 1)};
  const auto number_of = [&](int i) { return int64_t{year} * 1'000'000 + i; };
  FactBatch given = Batch(absl::StrCat("a-", provider, "-", year), whole.start - 10);
  FactBatch starts = Batch(absl::StrCat("s-", provider, "-", year), whole.start + 3);
  for (int i = 0; i < allocations; ++i) {
    auto& a = *given.add_facts()->mutable_allocation();
    a.set_law(ingestion::v1::YOUTH);
    a.set_person_key(absl::StrCat("person-", i));
    a.set_provider(provider);
    a.set_number(number_of(i));
    a.set_category("45");
    a.set_product("45A04");
    a.set_start_day(whole.start);
    a.set_end_day(whole.end);
    a.set_volume(10);
    a.set_unit("04");
    a.set_frequency("2");
    auto& s = *starts.add_facts()->mutable_start();
    s.set_law(ingestion::v1::YOUTH);
    s.set_person_key(a.person_key());
    s.set_provider(provider);
    s.set_number(a.number());
    s.set_start_day(whole.start + 1);
    s.set_status("1");
  }
  batches.push_back(std::move(given));
  batches.push_back(std::move(starts));
  FactBatch stated = Batch(absl::StrCat("q-", provider, "-", year), whole.end + 60);
  for (int month = 1; month <= kMonths; ++month) {
    const Period days = MonthPeriod(MonthOf(year, month));
    FactBatch claimed = Batch(absl::StrCat("c-", provider, "-", year, "-", month), days.end + 4);
    FactBatch answered = Batch(absl::StrCat("r-", provider, "-", year, "-", month), days.end + 9);
    auto& claim = *claimed.add_facts()->mutable_claim();
    auto& answer = *answered.add_facts()->mutable_claim_answer();
    claim.set_law(ingestion::v1::YOUTH);
    claim.set_provider(provider);
    claim.set_number(absl::StrCat(year, "-", month));
    claim.set_dated_day(days.end + 4);
    answer.set_law(ingestion::v1::YOUTH);
    answer.set_provider(provider);
    answer.set_number(claim.number());
    answer.set_claim_identification(claimed.delivery());
    Cents total = 0, granted = 0;
    for (int i = 0; i < allocations; ++i) {
      const int mark = i * kMonths + month;
      const auto add = [&](const std::string& reference, const std::string& previous) {
        auto& line = *claim.add_lines();
        line.set_person_key(absl::StrCat("person-", i));
        line.set_reference(reference);
        line.set_previous_reference(previous);
        line.set_allocation(number_of(i));
        line.set_category("45");
        line.set_product("45A04");
        line.set_start_day(days.start);
        line.set_end_day(days.end);
        line.set_volume(40);
        line.set_unit("04");
        line.set_tariff_cents(mark % 60 == 0 ? 5600 : 5500);
        line.set_amount_cents(40 * line.tariff_cents() * (previous.empty() ? 1 : -1));
        total += line.amount_cents();
        return line.amount_cents();
      };
      const std::string reference = absl::StrCat(year, "-", i, "-", month);
      const Cents amount = add(reference, "");
      if (mark % 50 == 0) {
        answer.add_rejected_references(reference);
      } else {
        granted += amount;
      }
      if (month > 1 && (mark - 1) % 80 == 0) granted += add(reference + "-c", absl::StrCat(year, "-", i, "-", month - 1));
      if (mark % 70 == 0) continue;
      auto& row = *stated.add_facts()->mutable_delivered_quantity();
      row.set_law(ingestion::v1::YOUTH);
      row.set_provider(provider);
      row.set_number(number_of(i));
      row.set_product("45A04");
      row.set_start_day(days.start);
      row.set_end_day(days.end);
      row.set_unit("04");
      row.set_volume_thousandths(40'000);
    }
    claim.set_total_cents(total);
    answer.set_submitted_cents(total);
    answer.set_granted_cents(granted);
    batches.push_back(std::move(claimed));
    batches.push_back(std::move(answered));
  }
  batches.push_back(std::move(stated));
  return batches;
}

void Check(bool good, const char* what) {
  if (good) return;
  std::fprintf(stderr, "%s\n", what);
  std::abort();
}

void MeasureAccount(int lines) {
  const std::string provider = "01234567";
  const int allocations = lines / kMonths;
  AccountLedger ledger;
  for (const FactBatch& batch : Year(provider, 2018, allocations)) ledger.Add(batch);
  Agreed agreed;
  agreed.prices.Add(Law::kYouth, "45A04", "04", true, {DayOf(2018, 1, 1), kOpenEnd}, 5500);
  agreed.contracts.push_back({Law::kYouth, {DayOf(2018, 1, 1), kOpenEnd}, {}});
  const Day today = DayOf(2019, 6, 1);
  const absl::Time at = absl::FromUnixSeconds(int64_t{today} * 86400);
  std::vector<double> times;
  size_t items = 0, count = 0;
  for (int turn = 0; turn < 7; ++turn) {
    times.push_back(SecondsOf([&] {
      const Reconciliation account = Reconcile(ledger.AsKnown(provider, at), agreed, today);
      items = account.items.size();
      count = account.books.lines.size();
    }));
  }
  std::sort(times.begin(), times.end());
  std::printf("%8.1f ms  account of %zu lines and %zu items from nothing (median of %zu)\n", times[times.size() / 2] * 1e3,
              count, items, times.size());
  Check(items > count, "an account without items is no account");

  // The same account in parts, and then message by message: each of them added and the account ready to be answered from.
  LiveAccount live(ledger, provider);
  std::printf("%8.1f ms  the same in parts, to be kept up to date\n",
              SecondsOf([&] { live.Update(agreed, 1, today, at); }) * 1e3);
  Check(live.view()->item_count() == items, "the parts say something else than the whole");
  int64_t sequence = 1'000'000;
  const auto measure = [&](const char* what, int messages, const std::function<void(int, FactBatch*)>& fill) {
    std::vector<double> taken;
    for (int i = 0; i < messages; ++i) {
      FactBatch batch = Batch(absl::StrCat("z", sequence), today - 1);
      batch.set_sequence(++sequence);
      fill(i, &batch);
      taken.push_back(SecondsOf([&] {
        ledger.Add(batch);
        live.Update(agreed, 1, today, at);
      }));
    }
    std::sort(taken.begin(), taken.end());
    std::printf("%8.3f ms  one message more: %s (median of %d; 99%% within %.3f ms)\n", taken[taken.size() / 2] * 1e3, what,
                messages, taken[taken.size() * 99 / 100] * 1e3);
  };
  const int64_t first = int64_t{2018} * 1'000'000;
  measure("a start", 200, [&](int i, FactBatch* batch) {
    auto& start = *batch->add_facts()->mutable_start();
    start.set_law(ingestion::v1::YOUTH);
    start.set_provider(provider);
    start.set_number(first + i % allocations);
    start.set_start_day(DayOf(2018, 1, 3));
    start.set_status("1");
  });
  measure("an allocation", 200, [&](int i, FactBatch* batch) {
    auto& a = *batch->add_facts()->mutable_allocation();
    a.set_law(ingestion::v1::YOUTH);
    a.set_provider(provider);
    a.set_person_key(absl::StrCat("new-", i));
    a.set_number(first + 900'000 + i);
    a.set_category("45");
    a.set_product("45A04");
    a.set_start_day(DayOf(2018, 6, 1));
    a.set_volume(10);
    a.set_unit("04");
    a.set_frequency("2");
  });
  measure("a claim of one line", 200, [&](int i, FactBatch* batch) {
    auto& claim = *batch->add_facts()->mutable_claim();
    claim.set_law(ingestion::v1::YOUTH);
    claim.set_provider(provider);
    claim.set_number(absl::StrCat("m", i));
    claim.set_total_cents(5500);
    auto& line = *claim.add_lines();
    line.set_person_key(absl::StrCat("person-", i % allocations));
    line.set_reference(absl::StrCat("m", i));
    line.set_allocation(first + i % allocations);
    line.set_category("45");
    line.set_product("45A04");
    line.set_start_day(DayOf(2018, 5, 1));
    line.set_end_day(DayOf(2018, 6, 1));
    line.set_volume(1);
    line.set_unit("04");
    line.set_tariff_cents(5500);
    line.set_amount_cents(5500);
  });
  measure("the answer to it", 200, [&](int i, FactBatch* batch) {
    auto& answer = *batch->add_facts()->mutable_claim_answer();
    answer.set_law(ingestion::v1::YOUTH);
    answer.set_provider(provider);
    answer.set_number(absl::StrCat("m", i));
    answer.set_submitted_cents(5500);
    answer.set_granted_cents(5500);
  });
  const Reconciliation whole = Reconcile(ledger.AsKnown(provider, at), agreed, today);
  Check(live.view()->item_count() == whole.items.size() && live.view()->balances == whole.balances,
        "the parts say something else than the whole");
}

constexpr int kProviders = 40;
// Of the records of contracts (contracts_events.proto).
constexpr int kEdition = 5;

std::string ProviderOf(int p) { return absl::StrCat("010000", 10 + p); }

// 40 providers of 900 lines a year, and every rule of the instance on all of it (asked: less than 500 ms). Costs answers at
// once: what it takes itself is measured in figures.
void MeasureStart(const std::string& rule_file) {
  auto journal = NewMemoryJournal();
  int64_t lines = 0, sequence = 0, bytes = 0;
  internal::v1::FollowedFacts agreed;
  agreed.set_edition(kEdition);
  FactBatch& contracts_known = *agreed.add_batches();
  contracts_known = Batch("contracts", DayOf(2009, 12, 1));
  contracts_known.set_sequence(++sequence);
  for (int p = 0; p < kProviders; ++p) {
    auto& contract = *contracts_known.add_facts()->mutable_contract();
    contract.set_contract(absl::StrCat("c", p));
    contract.set_law(ingestion::v1::YOUTH);
    contract.set_provider(ProviderOf(p));
    contract.set_provider_name(absl::StrCat("Aanbieder ", p));
    contract.set_start_day(DayOf(2010, 1, 1));
    contract.set_ceiling_cents(100'000'000);
  }
  auto& price = *contracts_known.add_facts()->mutable_tariff();
  price.set_law(ingestion::v1::YOUTH);
  price.set_product("45A04");
  price.set_unit("04");
  price.set_tariff_cents(5500);
  price.set_start_day(DayOf(2010, 1, 1));
  agreed.set_next_sequence(sequence);
  JournalRecord first;
  first.kind = "facts";
  first.payload = agreed.SerializeAsString();
  Check(journal->Append({std::move(first)}, 0).ok(), "no journal");
  for (int year = 2010; year < 2020; ++year) {
    for (int p = 0; p < kProviders; ++p) {
      internal::v1::FollowedFacts followed;
      followed.set_edition(kEdition);
      for (FactBatch& batch : Year(ProviderOf(p), year, 75)) {
        batch.set_sequence(++sequence);
        for (const auto& fact : batch.facts()) lines += fact.claim().lines_size();
        *followed.add_batches() = std::move(batch);
      }
      followed.set_next_sequence(sequence);
      *followed.mutable_newest_known_time() = followed.batches().rbegin()->known_time();
      JournalRecord record;
      record.kind = "facts";
      record.payload = followed.SerializeAsString();
      bytes += static_cast<int64_t>(record.payload.size());
      Check(journal->Append({std::move(record)}, journal->LastSequence()).ok(), "no journal");
    }
  }
  const FakeClock clock(absl::FromUnixSeconds(int64_t{DayOf(2020, 6, 1)} * 86400));
  Router router("gm1730", clock);
  router.Handle(
      "nmd.costs.v1.CostsService", "QueryFigures",
      [](const Caller&, const costs::v1::QueryFiguresRequest& request) -> absl::StatusOr<costs::v1::QueryFiguresResponse> {
        costs::v1::QueryFiguresResponse response;
        for (const std::string& measure : request.measures()) {
          type::Figure& total = *response.add_totals();
          total.set_measure(measure);
          total.set_state(type::Figure::ANSWERED);
          total.set_amount_cents(0);
        }
        return response;
      });
  const auto peer = NewLocalPeer(router, "contracts");
  auto rules = ReadSignalRules(rule_file);
  Check(rules.ok(), "no rules: give the file of rules as second argument");
  for (SignalRule& rule : *rules) rule.years = 0;
  const double before = ResidentMiB();
  std::unique_ptr<Contracts> contracts;
  const double taken = SecondsOf([&] { contracts = *Contracts::Open("gm1730", *rules, *journal, clock, *peer, *peer); });
  std::printf("%8.1f ms  start after ten years of a municipality: %lld lines, %.0f MB of journal, %.0f MiB of memory\n",
              taken * 1e3, static_cast<long long>(lines), static_cast<double>(bytes) / 1e6, ResidentMiB() - before);
  const int64_t records = journal->LastSequence();
  const double judged = SecondsOf([&] { Check(contracts->Judge(absl::InfiniteFuture()).ok(), "no judgement"); });
  std::printf("%8.1f ms  all signals of ten years judged from nothing: %zu rules, %lld signals\n", judged * 1e3, rules->size(),
              static_cast<long long>(journal->LastSequence() - records));
  Check(journal->LastSequence() > records, "a judgement without signals is no judgement");
}

constexpr int kFollowers = 200;

// 200 providers of 900 lines, each followed by its own system: what the followers take while they wait, and how long it takes
// until they hear of a message, and of a price, which is about everybody.
void MeasureFollowers() {
  auto journal = NewMemoryJournal();
  const auto follower = [](int p) { return absl::StrCat("02000", 100 + p); };
  int64_t sequence = 0;
  std::vector<FactBatch> batches;
  for (int p = 0; p < kFollowers; ++p) {
    for (FactBatch& batch : Year(follower(p), 2019, 75)) batches.push_back(std::move(batch));
  }
  const FakeClock clock(absl::FromUnixSeconds(int64_t{DayOf(2020, 6, 1)} * 86400));
  Router feed("gm1730", clock);
  feed.Handle(
      "nmd.ingestion.v1.IngestionService", "ListFacts",
      [&](const Caller&, const ingestion::v1::ListFactsRequest& request) -> absl::StatusOr<ingestion::v1::ListFactsResponse> {
        ingestion::v1::ListFactsResponse response;
        response.set_next_sequence(request.after_sequence());
        for (auto at = static_cast<size_t>(request.after_sequence()); at < batches.size(); ++at) {
          *response.add_batches() = batches[at];
          response.mutable_batches()->rbegin()->set_sequence(static_cast<int64_t>(at) + 1);
          response.set_next_sequence(static_cast<int64_t>(at) + 1);
          if (response.batches_size() == 28) break;
        }
        sequence = response.next_sequence();
        return response;
      });
  const auto peer = NewLocalPeer(feed, "contracts");
  const auto contracts = *Contracts::Open("gm1730", {}, *journal, clock, *peer, *peer);
  while (sequence < static_cast<int64_t>(batches.size())) Check(contracts->Follow(0).ok(), "no feed");
  Router router("gm1730", clock);
  Handle(*contracts, router);
  WorkQueue lane(8, 4096);
  Mutex mutex;
  CondVar changed;
  int heard = 0;
  std::vector<int64_t> next(kFollowers, 0);
  const auto ask = [&](int p, int wait_seconds) {
    Caller caller;
    caller.subject = absl::StrCat("agb:", follower(p));
    caller.roles = {type::PROVIDER};
    caller.municipality = "gm1730";
    v1::ListItemChangesRequest request;
    request.set_parent(absl::StrCat("municipalities/gm1730/accounts/", follower(p)));
    request.set_after_sequence(next[static_cast<size_t>(p)]);
    request.set_wait_seconds(wait_seconds);
    request.set_page_size(1000);
    router.Serve(
        "/nmd.contracts.v1.ProviderService/ListItemChanges", caller, request.SerializeAsString(),
        [&](std::function<void()> step) { return lane.TryPush(std::move(step)); },
        [&, p](absl::StatusOr<std::string> answer) {
          v1::ListItemChangesResponse response;
          Check(answer.ok() && response.ParseFromString(*answer), "no answer");
          MutexLock lock(mutex);
          next[static_cast<size_t>(p)] = response.next_sequence();
          heard += wait_seconds == 0 || response.changes_size() > 0 ? 1 : 0;
          changed.NotifyAll();
        });
  };
  const double before = ResidentMiB();
  for (int p = 0; p < kFollowers; ++p) {
    // To the end of what there is, then wait for more.
    for (int64_t at = -1; at != next[static_cast<size_t>(p)];) {
      at = next[static_cast<size_t>(p)];
      ask(p, 0);
    }
    ask(p, 30);
  }
  Check(contracts->parking().parked() == kFollowers, "somebody does not wait");
  std::printf("%8.1f MiB %d followers of accounts of %d lines that wait\n", ResidentMiB() - before, kFollowers, 900);
  const auto until = [&](int count, const char* what) {
    {
      MutexLock lock(mutex);
      heard = 0;
    }
    const absl::Time start = absl::Now();
    Check(contracts->Follow(0).ok(), "no feed");
    MutexLock lock(mutex);
    while (heard < count) changed.Wait(mutex);
    std::printf("%8.1f ms  until %s\n", absl::ToDoubleMilliseconds(absl::Now() - start), what);
  };
  FactBatch more = Batch("more", DayOf(2020, 5, 20));
  auto& claim = *more.add_facts()->mutable_claim();
  claim.set_law(ingestion::v1::YOUTH);
  claim.set_provider(follower(7));
  claim.set_number("more");
  claim.add_lines()->set_reference("more");
  batches.push_back(std::move(more));
  until(1, "the one it is about hears of a message");
  FactBatch price = Batch("price", DayOf(2020, 5, 21));
  auto& tariff = *price.add_facts()->mutable_tariff();
  tariff.set_law(ingestion::v1::YOUTH);
  tariff.set_product("45A04");
  tariff.set_unit("04");
  tariff.set_tariff_cents(5500);
  tariff.set_start_day(DayOf(2010, 1, 1));
  batches.push_back(std::move(price));
  until(kFollowers - 1, "all others hear of a price");
  contracts->parking().Close();
}

}  // namespace
}  // namespace nmd::contracts

int main(int argc, char** argv) {
  nmd::contracts::MeasureAccount(argc > 1 ? std::atoi(argv[1]) : 50'000);
  nmd::contracts::MeasureFollowers();
  nmd::contracts::MeasureStart(argc > 2 ? argv[2] : "deploy/config/signals.yaml");
  return 0;
}
