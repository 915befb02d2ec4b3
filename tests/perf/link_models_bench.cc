// SPDX-License-Identifier: EUPL-1.2
// The long work of the linking service on an invented municipality: all records taken in and linked by weight, a model trained
// beside it, released (all linked anew), and a sample drawn. In memory, so that it is the work that counts.
#include <benchmark/benchmark.h>

#include <ctime>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "nmd/ingestion/v1/ingestion.pb.h"
#include "services/core/date.h"
#include "services/linking/engine/testing_population.h"
#include "services/linking/linking.h"
#include "services/platform/clock.h"
#include "services/platform/crypto.h"

namespace nmd::linking {
namespace {

constexpr int kRecordsPerDelivery = 2'000;
// Numbers from here on pass the 11-test and are of nobody that is known of.
constexpr uint32_t kFirstNumber = 900'000'000;

class Deliveries : public Peer {
 public:
  explicit Deliveries(uint32_t records) {
    ingestion::v1::ListPersonRecordsResponse answer;
    const auto finish = [&] {
      answers_.emplace_back();
      ingestion::v1::PersonBatch& batch = *answer.mutable_batches(0);
      batch.set_sequence(static_cast<int64_t>(answers_.size()));
      batch.set_delivery(absl::StrCat("d", answers_.size()));
      batch.set_source(answers_.size() % 2 == 0 ? "jeugdteam" : "jw301");
      batch.mutable_known_time()->set_seconds(1'500'000'000);
      answer.set_next_sequence(batch.sequence());
      answers_.back() = answer.SerializeAsString();
      answer.Clear();
    };
    engine::testing::Population(1, kFirstNumber).Make(records, [&](const engine::testing::MadeUp& made) {
      if (answer.batches_size() == 0) answer.add_batches();
      ingestion::v1::PersonRecord& record = *answer.mutable_batches(0)->add_records();
      record.set_person_key(made.id);
      record.set_bsn(made.number);
      record.set_given_names(made.given);
      record.set_surname(made.family);
      record.set_birth_day(ParseDay(made.birth).value_or(0));
      record.set_sex(made.sex == "M" ? "1" : made.sex == "V" ? "2" : "");
      record.set_postcode(made.postcode);
      int house = 0;
      if (absl::SimpleAtoi(made.house, &house)) record.set_house_number(house);
      if (answer.batches(0).records_size() == kRecordsPerDelivery) finish();
    });
    if (answer.batches_size() > 0) finish();
  }

  absl::StatusOr<std::string> CallBytes(absl::string_view, absl::string_view bytes, absl::Duration,
                                        const Caller*) const override {
    ingestion::v1::ListPersonRecordsRequest request;
    request.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
    return answers_[static_cast<size_t>(request.after_sequence())];
  }
  void CallBytesAsync(absl::string_view, std::string, absl::Duration, const Caller*,
                      std::function<void(absl::StatusOr<std::string>)>) const override {}

  int64_t deliveries() const { return static_cast<int64_t>(answers_.size()); }

 private:
  std::vector<std::string> answers_;
};

double CpuSeconds() {
  timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

void BM_LongWork(benchmark::State& state) {
  const Deliveries deliveries(static_cast<uint32_t>(state.range(0)));
  const SystemClock clock;
  const auto check = [&](bool good, const char* what) {
    if (!good) state.SkipWithError(what);
    return good;
  };
  for (auto _ : state) {
    const std::unique_ptr<Journal> journal = NewMemoryJournal();
    Linking linking(*journal, clock, deliveries, Key::Random(), LinkingOptions{"gm1730", 12, true});
    double start = CpuSeconds();
    const auto lap = [&](const char* what) {
      const double now = CpuSeconds();
      state.counters[what] = now - start;
      start = now;
    };
    if (!check(linking.Load().ok(), "not loaded")) return;
    for (int64_t taken = 0; taken < deliveries.deliveries(); taken = linking.GetLinkSummary({}, {})->person_sequence()) {
      if (!check(linking.Follow().ok(), "not followed")) return;
    }
    lap("follow_cpu_s");
    const auto operation = linking.TrainLinkModel({}, {});
    if (!check(operation.ok(), "not trained")) return;
    google::longrunning::GetOperationRequest request;
    request.set_name(operation->name());
    auto done = linking.GetOperation({}, request);
    while (done.ok() && !done->done()) {
      journal->WaitBeyond(journal->LastSequence(), absl::Milliseconds(50));
      done = linking.GetOperation({}, request);
    }
    v1::LinkModel model;
    if (!check(done.ok() && done->response().UnpackTo(&model), "no model")) return;
    lap("train_cpu_s");
    v1::ReleaseLinkModelRequest release;
    release.set_name(model.name());
    release.set_reason("benchmark");
    if (!check(linking.ReleaseLinkModel({}, release).ok(), "not released")) return;
    lap("release_cpu_s");
    v1::DrawGoldSampleRequest draw;
    draw.set_size(400);
    if (!check(linking.DrawGoldSample({}, draw).ok(), "not drawn")) return;
    lap("draw_cpu_s");
    if (!check(linking.GetLinkQuality({}, {}).ok(), "no quality")) return;
    lap("quality_cpu_s");
    state.counters["clients"] = static_cast<double>(model.difference().clients_after());
    state.counters["open_pairs"] = static_cast<double>(model.difference().open_pairs_after());
  }
}
BENCHMARK(BM_LongWork)->Arg(100'000)->Iterations(1)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace nmd::linking
