// SPDX-License-Identifier: EUPL-1.2
// A message end to end: read, checked at levels 1 and 2, judged against the others, raw bytes compressed and sealed, facts
// durable in SQLite (synchronous=FULL). Callers deliver one message per call, or a zip of 30 as VECOZO hands them over; what
// waits shares an Append.
#include <algorithm>
#include <atomic>
#include <filesystem>
#include <memory>
#include <thread>
#include <utility>

#include <benchmark/benchmark.h>

#include "absl/strings/str_cat.h"
#include "services/core/date.h"
#include "services/ingestion/history.h"
#include "services/ingestion/ingestion.h"
#include "services/ingestion/test_container.h"
#include "services/ingestion/test_message.h"
#include "services/platform/crypto.h"
#include "services/platform/router.h"

namespace nmd::ingestion {
namespace {

// Allocations, starts, stops and claims in turn, with numbers of their own, of a thousand clients and forty providers.
constexpr MessageType kTypes[] = {MessageType::kAllocation, MessageType::kStart, MessageType::kStop, MessageType::kClaim};

std::vector<std::string> Messages(int count, int round) {
  static const auto* const bsns = [] {
    auto* list = new std::vector<std::string>;
    for (int number = 999'900'006; list->size() < 1000; ++number) {
      if (std::string text = absl::StrCat(number); IsValidBsn(text)) list->push_back(std::move(text));
    }
    return list;
  }();
  std::vector<std::string> messages;
  for (int i = 0; i < count; ++i) {
    const int set = round * count + i / 4;
    ParsedMessage message = testing::SoundMessage(Law::kYouth, kTypes[static_cast<size_t>(i) % 4]);
    message.header.identification = absl::StrCat(round * count + i);
    const std::string provider = absl::StrCat(41'000'000 + set % 40);
    (message.SenderIsMunicipality() ? message.header.receiver : message.header.sender) = provider;
    for (size_t c = 0; c < message.clients.size(); ++c) message.clients[c].bsn = (*bsns)[(static_cast<size_t>(set) + c) % 1000];
    for (AllocatedProduct& product : message.allocations) product.number += 2 * set;
    for (StartedProduct& product : message.starts) *product.number += 2 * set;
    for (StoppedProduct& product : message.stops) *product.number += 2 * set;
    if (message.claim) {
      message.claim->number = absl::StrCat("D", set);
      for (ClaimLine& line : message.claim->lines) {
        line.allocation += 2 * set;
        absl::StrAppend(&line.reference, "x", set);
      }
    }
    messages.push_back(testing::Render(message));
  }
  return messages;
}

// Delivers kMessages messages, `per_call` in each call, from as many threads as the benchmark's argument says.
void Deliver(benchmark::State& state, int per_call) {
  constexpr int kMessages = 3900;
  const auto folder = std::filesystem::temp_directory_path() / absl::StrCat("nmd-ingest-bench-", RandomHex(8));
  std::filesystem::create_directories(folder);
  const SystemClock clock;
  const Caller caller = ServiceCaller("bench", "gm1730");
  auto journal = *OpenSqliteJournal(folder / "bench.db");
  auto ingestion = *Ingestion::Open(*journal, clock, Key::Random(), "gm1730", {});
  int round = 0;
  int64_t bytes = 0;
  std::atomic<int64_t> taken = 0;
  for (auto _ : state) {
    state.PauseTiming();
    const std::vector<std::string> messages = Messages(kMessages, round++);
    std::vector<std::string> files;
    for (size_t i = 0; i < messages.size(); i += static_cast<size_t>(per_call)) {
      std::vector<std::pair<std::string, std::string>> entries;
      for (size_t k = i; k < std::min(messages.size(), i + static_cast<size_t>(per_call)); ++k) {
        entries.emplace_back(absl::StrCat(k, ".xml"), messages[k]);
      }
      files.push_back(per_call == 1 ? messages[i] : testing::ZipOf(entries));
    }
    state.ResumeTiming();
    std::atomic<size_t> next = 0;
    std::vector<std::thread> callers;
    for (int64_t t = 0; t < state.range(0); ++t) {
      callers.emplace_back([&] {
        for (size_t i; (i = next.fetch_add(1)) < files.size();) {
          v1::DeliverFileRequest request;
          request.set_parent("municipalities/gm1730");
          request.set_content(files[i]);
          const auto delivery = ingestion->DeliverFile(caller, request);
          if (!delivery.ok()) continue;
          if (delivery->state() == v1::Delivery::ACCEPTED) ++taken;
          if (delivery->state() == v1::Delivery::UNPACKED && delivery->finding_count() == 0) taken += delivery->part_count();
        }
      });
    }
    for (std::thread& thread : callers) thread.join();
    for (const std::string& message : messages) bytes += static_cast<int64_t>(message.size());
  }
  if (taken != state.iterations() * kMessages) state.SkipWithError("a message was not taken");
  state.SetItemsProcessed(state.iterations() * kMessages);
  state.SetBytesProcessed(bytes);
  ingestion.reset();
  journal.reset();
  std::filesystem::remove_all(folder);
}

void BM_DeliverFile(benchmark::State& state) { Deliver(state, 1); }
BENCHMARK(BM_DeliverFile)->Arg(1)->Arg(4)->Arg(32)->Arg(128)->Iterations(3)->UseRealTime()->Unit(benchmark::kMillisecond);
void BM_DeliverZipOf30(benchmark::State& state) { Deliver(state, 30); }
BENCHMARK(BM_DeliverZipOf30)->Arg(1)->Arg(2)->Arg(4)->Arg(8)->Iterations(3)->UseRealTime()->Unit(benchmark::kMillisecond);

// Judging a claim of many lines at level 3: of five thousand clients, each with ten allocations; and the 325 that rejects
// one in a hundred.
void BM_JudgeClaim(benchmark::State& state) {
  const auto lines = static_cast<int32_t>(state.range(0));
  v1::FactBatch allocations, claim, answer;
  const auto person = [](int32_t i) { return absl::StrCat("person-key-of-32-characters-", i / 10); };
  v1::Claim& said = *claim.add_facts()->mutable_claim();
  said.set_law(v1::YOUTH);
  said.set_provider("41000001");
  said.set_number("D1");
  said.set_start_day(DayOf(2026, 4, 1));
  said.set_end_day(DayOf(2026, 5, 1));
  v1::ClaimAnswer& verdict = *answer.add_facts()->mutable_claim_answer();
  verdict.set_law(v1::YOUTH);
  verdict.set_provider("41000001");
  verdict.set_number("D1");
  verdict.set_claim_identification("M1");
  for (int32_t i = 0; i < lines; ++i) {
    v1::Allocation& allocation = *allocations.add_facts()->mutable_allocation();
    allocation.set_law(v1::YOUTH);
    allocation.set_provider("41000001");
    allocation.set_person_key(person(i));
    allocation.set_number(1 + i);
    allocation.set_category("45");
    allocation.set_product("45A04");
    allocation.set_start_day(DayOf(2026, 1, 12));
    allocation.set_end_day(DayOf(2027, 1, 1));
    allocation.set_volume(3);
    allocation.set_unit("04");
    allocation.set_frequency("2");
    v1::ClaimLine& line = *said.add_lines();
    line.set_person_key(person(i));
    line.set_reference(absl::StrCat("R", i));
    line.set_allocation(1 + i);
    line.set_category("45");
    line.set_product("45A04");
    line.set_start_day(said.start_day());
    line.set_end_day(said.end_day());
    line.set_volume(4);
    line.set_unit("04");
    line.set_tariff_cents(1250);
    line.set_amount_cents(5000);
    if (i % 100 == 0) {
      verdict.add_rejected_references(line.reference());
      *verdict.add_rejected_lines()->mutable_line() = line;
    }
  }
  for (const auto& [batch, type] : {std::pair(&allocations, 301), std::pair(&claim, 323), std::pair(&answer, 325)}) {
    batch->mutable_message()->set_law(v1::YOUTH);
    batch->mutable_message()->set_type(type);
    batch->mutable_message()->set_sender(type == 323 ? "41000001" : "1730");
    batch->mutable_message()->set_receiver(type == 323 ? "1730" : "41000001");
    batch->mutable_message()->set_identification(absl::StrCat("M", type == 323 ? 1 : type));
  }
  for (auto _ : state) {
    state.PauseTiming();
    auto history = std::make_unique<History>();
    history->Add(0, {0, 1}, allocations);
    history->Settle();
    state.ResumeTiming();
    history->Add(1, {1, 2}, claim);
    history->Settle();
    history->Add(2, {2, 3}, answer);
    history->Settle();
    if (history->CountFindings(1) != 0) state.SkipWithError("a sound claim has findings");
    state.PauseTiming();
    history.reset();
    state.ResumeTiming();
  }
  state.SetItemsProcessed(state.iterations() * lines);
}
BENCHMARK(BM_JudgeClaim)->Arg(50'000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace nmd::ingestion
