// SPDX-License-Identifier: EUPL-1.2
#include "services/platform/operations.h"

#include <stdexcept>

#include <gtest/gtest.h>

#include "absl/synchronization/notification.h"
#include "google/protobuf/timestamp.pb.h"
#include "google/rpc/status.pb.h"
#include "services/platform/errors.h"

namespace nmd {
namespace {

using Work = absl::StatusOr<std::unique_ptr<google::protobuf::Message>>;

class OperationsTest : public ::testing::Test {
 protected:
  Operations::Appender Appender() {
    return [this](absl::string_view kind, std::string payload) {
      EXPECT_EQ(kind, "operation");
      MutexLock lock(mutex_);
      payloads_.push_back(std::move(payload));
      return absl::OkStatus();
    };
  }
  std::vector<std::string> Payloads() {
    MutexLock lock(mutex_);
    return payloads_;
  }
  Mutex mutex_;
  std::vector<std::string> payloads_ ABSL_GUARDED_BY(mutex_);
};

TEST_F(OperationsTest, EndWithTheirResponseOrError) {
  Operations operations(Appender());
  const auto good = operations.Start([]() -> Work {
    auto answer = std::make_unique<google::protobuf::Timestamp>();
    answer->set_seconds(42);
    return answer;
  });
  const auto bad = operations.Start([]() -> Work { return NotFound("x"); });
  ASSERT_TRUE(good.ok() && bad.ok());
  const auto done = operations.Wait(good->name(), absl::Minutes(1));
  google::protobuf::Timestamp answer;
  ASSERT_TRUE(done.ok() && done->done() && done->response().UnpackTo(&answer));
  EXPECT_EQ(answer.seconds(), 42);
  const auto failed = operations.Wait(bad->name(), absl::Minutes(1));
  EXPECT_EQ(ReasonOf(FromRpcStatus(failed->error())), ErrorReason::RESOURCE_NOT_FOUND);
  EXPECT_EQ(ReasonOf(operations.Get("operations/absent").status()), ErrorReason::RESOURCE_NOT_FOUND);
}

TEST_F(OperationsTest, TellHowFarTheyAre) {
  Operations operations(Appender(), "linkoperations");
  absl::Notification reported, go_on;
  const auto started = operations.StartReporting([&](const Operations::Report& report) -> Work {
    google::protobuf::Timestamp progress;
    progress.set_seconds(1);
    report(progress);
    progress.set_seconds(2);
    report(progress);
    reported.Notify();
    go_on.WaitForNotification();
    return std::make_unique<google::protobuf::Timestamp>();
  });
  ASSERT_TRUE(started.ok());
  EXPECT_EQ(started->name().find("linkoperations/"), 0u);
  EXPECT_FALSE(started->has_metadata());
  reported.WaitForNotification();
  const auto running = operations.Get(started->name());
  google::protobuf::Timestamp progress;
  ASSERT_TRUE(running.ok() && !running->done() && running->metadata().UnpackTo(&progress));
  EXPECT_EQ(progress.seconds(), 2);
  go_on.Notify();
  const auto done = operations.Wait(started->name(), absl::Minutes(1));
  ASSERT_TRUE(done.ok() && done->done() && done->has_response());
  EXPECT_TRUE(done->metadata().UnpackTo(&progress)) << "what was told last stays";
  EXPECT_EQ(Payloads().size(), 2u) << "progress is written nowhere";
}

TEST_F(OperationsTest, AreTheSameFromTheirPayloads) {
  Operations operations(Appender());
  const std::string first = operations.Start([]() -> Work { return std::make_unique<google::protobuf::Timestamp>(); })->name();
  const std::string second = operations.Start([]() -> Work { return NotFound("x"); })->name();
  ASSERT_TRUE(operations.Wait(second, absl::Minutes(1))->done());
  Operations restored(Appender());
  for (const std::string& payload : operations.Payloads()) restored.Apply(payload);
  EXPECT_EQ(restored.Payloads(), operations.Payloads());
  for (const std::string& name : {first, second}) {
    EXPECT_EQ(restored.Get(name)->SerializeAsString(), operations.Get(name)->SerializeAsString());
  }
}

TEST_F(OperationsTest, TellTheirOutcomeEvenWhenItCannotBeStored) {
  int appends = 0;
  Operations operations([&appends](absl::string_view, std::string) {
    return ++appends == 1 ? absl::OkStatus() : Fail(absl::StatusCode::kUnavailable, ErrorReason::UNAVAILABLE_NOW, "full");
  });
  const auto started = operations.Start([]() -> Work { return std::make_unique<google::protobuf::Timestamp>(); });
  ASSERT_TRUE(started.ok());
  const auto done = operations.Wait(started->name(), absl::Minutes(1));
  EXPECT_TRUE(done.ok() && done->done() && done->has_response());
}

TEST_F(OperationsTest, ContainAnException) {
  Operations operations(Appender());
  const auto thrown = operations.Start([]() -> Work { throw std::runtime_error("boom"); });
  const auto done = operations.Wait(thrown->name(), absl::Minutes(1));
  ASSERT_TRUE(done.ok() && done->done());
  EXPECT_EQ(ReasonOf(FromRpcStatus(done->error())), ErrorReason::INTERNAL_FAULT);
  EXPECT_EQ(done->error().message().find("boom"), std::string::npos);
}

TEST_F(OperationsTest, SurviveARestartAndSayWhenItCutThemOff) {
  std::string finished, cut_off;
  {
    Operations operations(Appender());
    finished = operations.Start([]() -> Work { return std::make_unique<google::protobuf::Timestamp>(); })->name();
    ASSERT_TRUE(operations.Wait(finished, absl::Minutes(1))->done());
  }
  std::vector<std::string> payloads = Payloads();
  {
    // Started, never recorded as done: as a kill leaves it.
    Operations operations(Appender());
    absl::Notification release;
    cut_off = operations
                  .Start([&release]() -> Work {
                    release.WaitForNotification();
                    return std::make_unique<google::protobuf::Timestamp>();
                  })
                  ->name();
    payloads.push_back(Payloads().back());
    release.Notify();
  }
  Operations after(Appender());
  for (const std::string& payload : payloads) after.Apply(payload);
  ASSERT_TRUE(after.FinishReplay().ok());
  EXPECT_TRUE(after.Get(finished)->has_response());
  EXPECT_EQ(ReasonOf(FromRpcStatus(after.Get(cut_off)->error())), ErrorReason::OPERATION_INTERRUPTED);
}

}  // namespace
}  // namespace nmd
