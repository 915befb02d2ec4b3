// SPDX-License-Identifier: EUPL-1.2
// A message end to end: read, checked at levels 1 and 2, judged against the others, raw bytes compressed and sealed, facts
// durable in SQLite (synchronous=FULL). Callers deliver one message per call, or a zip of 30 as VECOZO hands them over; what
// waits shares an Append.
#include <algorithm>
#include <atomic>
#include <filesystem>
#include <thread>

#include <benchmark/benchmark.h>

#include "absl/strings/str_cat.h"
#include "services/ingestion/ingestion.h"
#include "services/ingestion/test_container.h"
#include "services/ingestion/test_message.h"
#include "services/platform/crypto.h"
#include "services/platform/router.h"

namespace nmd::ingestion {
namespace {

// Allocations, starts, stops and claims in turn, with allocation numbers of their own, of a thousand clients.
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
    for (size_t c = 0; c < message.clients.size(); ++c) message.clients[c].bsn = (*bsns)[(static_cast<size_t>(set) + c) % 1000];
    for (AllocatedProduct& product : message.allocations) product.number += 2 * set;
    for (StartedProduct& product : message.starts) *product.number += 2 * set;
    for (StoppedProduct& product : message.stops) *product.number += 2 * set;
    if (message.claim) {
      for (ClaimLine& line : message.claim->lines) line.allocation += 2 * set;
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

}  // namespace
}  // namespace nmd::ingestion
