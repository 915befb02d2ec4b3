// SPDX-License-Identifier: EUPL-1.2
// Nothing is lost and nothing is doubled when ingestion is killed at any moment: 10,000 messages go through the gateway while
// the process is killed (SIGKILL) and started again, 50 times. What it then feeds to the other services is, byte for byte,
// what an ingestion feeds that was never disturbed.
#include <atomic>
#include <filesystem>
#include <random>
#include <set>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/util/time_util.h"
#include "nmd/ingestion/v1/ingestion.pb.h"
#include "services/core/codes.h"
#include "services/ingestion/code_lists.h"
#include "services/ingestion/ingestion.h"
#include "services/ingestion/test_container.h"
#include "services/ingestion/test_message.h"
#include "services/platform/crypto.h"
#include "services/platform/mutex.h"
#include "services/platform/router.h"
#include "tests/support/instance.h"

namespace nmd {
namespace {

using ingestion::Ingestion;
using ingestion::Law;
using ingestion::ParsedMessage;
using testing::Instance;

constexpr int kMessages = 10'000;
constexpr int kKills = 50;
constexpr char kReceived[] = "2026-07-01T08:00:00Z";

// All types of both laws in turn, of five hundred clients.
std::string MessageNumbered(int number) {
  static const auto& bsns = *new std::vector<std::string>([] {
    std::vector<std::string> list;
    for (int bsn = 999'900'006; list.size() < 500; ++bsn) {
      if (std::string text = absl::StrCat(bsn); IsValidBsn(text)) list.push_back(std::move(text));
    }
    return list;
  }());
  constexpr size_t kTypes = std::size(ingestion::testing::kTypes);
  const auto at = static_cast<size_t>(number);
  ParsedMessage message =
      ingestion::testing::SoundMessage(at / kTypes % 2 == 0 ? Law::kYouth : Law::kWmo, ingestion::testing::kTypes[at % kTypes]);
  message.header.identification = absl::StrCat(number);
  const size_t set = at / (2 * kTypes);
  for (size_t i = 0; i < message.clients.size(); ++i) message.clients[i].bsn = bsns[(set + i) % bsns.size()];
  for (auto& product : message.allocations) product.number += static_cast<int64_t>(2 * set);
  for (auto& product : message.starts) *product.number += static_cast<int64_t>(2 * set);
  for (auto& product : message.stops) *product.number += static_cast<int64_t>(2 * set);
  if (message.claim) {
    for (auto& line : message.claim->lines) line.allocation += static_cast<int64_t>(2 * set);
  }
  return ingestion::testing::Render(message);
}

// What the other services get, and what people read: both feeds from the beginning, and all findings.
std::string Everything(const Ingestion& ingestion) {
  const Caller caller = ServiceCaller("crash-test", "gm1730");
  std::string all;
  const auto take = [&](auto list, auto request) {
    while (true) {
      const auto answer = list(request);
      EXPECT_TRUE(answer.ok()) << answer.status();
      if (!answer.ok() || answer->batches().empty()) return;
      for (const auto& batch : answer->batches()) absl::StrAppend(&all, batch.SerializeAsString());
      request.set_after_sequence(answer->next_sequence());
    }
  };
  take([&](const auto& request) { return ingestion.ListFacts(caller, request); }, ingestion::v1::ListFactsRequest());
  take([&](const auto& request) { return ingestion.ListPersonRecords(caller, request); },
       ingestion::v1::ListPersonRecordsRequest());
  ingestion::v1::ListFindingsRequest request;
  request.set_parent("municipalities/gm1730");
  request.set_page_size(1000);
  do {
    const auto findings = ingestion.ListFindings(caller, request);
    EXPECT_TRUE(findings.ok()) << findings.status();
    if (!findings.ok()) break;
    for (const auto& finding : findings->findings()) absl::StrAppend(&all, finding.SerializeAsString());
    request.set_page_token(findings->next_page_token());
  } while (!request.page_token().empty());
  return all;
}

TEST(CrashTest, FiftyKillsInTenThousandMessagesLoseAndDoubleNothing) {
  // Half of the messages come by themselves, half in zips as VECOZO makes them.
  struct File {
    std::string content;
    int messages = 0;
  };
  std::vector<File> files;
  int made = 0;
  while (made < kMessages / 2) files.push_back({MessageNumbered(made++), 1});
  while (made < kMessages) {
    std::vector<std::pair<std::string, std::string>> entries;
    while (made < kMessages && entries.size() < 30) {
      const std::string name = absl::StrCat(made, ".xml");
      entries.emplace_back(name, MessageNumbered(made++));
    }
    const auto messages = static_cast<int>(entries.size());
    files.push_back({ingestion::testing::ZipOf(entries), messages});
  }

  const std::string dir = testing::ScratchDir("crash");
  Instance instance(dir, "gm1730");
  instance.Start("gateway");
  instance.Start("ingestion");
  ASSERT_FALSE(HasFatalFailure());

  Mutex mutex;
  CondVar changed;
  int stored = 0;  // Messages.
  bool refused = false;
  std::atomic<bool> give_up = false;
  // One after the other, each until it is stored: a caller does not know what became of a call that was cut off.
  std::thread deliver([&] {
    for (const File& file : files) {
      std::string content;
      absl::Base64Escape(file.content, &content);
      const std::string body =
          absl::StrCat(R"({"source": "auto", "received_time": ")", kReceived, R"(", "content": ")", content, "\"}");
      Instance::Answer answer;
      do {
        answer = instance.Post("/v1/municipalities/gm1730/deliveries/_deliver", body, "beheerder");
      } while (!give_up && (answer.status == 0 || answer.status >= 500));
      MutexLock lock(mutex);
      stored += file.messages;
      refused = answer.status != 200;
      changed.NotifyAll();
      ASSERT_FALSE(refused) << answer.status << " " << answer.body;
    }
  });

  std::mt19937 random(9056);
  std::set<int> moments;
  while (moments.size() < kKills) moments.insert(static_cast<int>(random() % (kMessages - 60) + 1));
  for (const int moment : moments) {
    {
      MutexLock lock(mutex);
      while (stored < moment && !refused) changed.Wait(mutex);
      if (refused) break;
    }
    // The next call is on its way by now, somewhere between the socket and the disk.
    instance.KillNine("ingestion");
    instance.Start("ingestion");
    if (HasFatalFailure()) {
      give_up = true;
      break;
    }
  }
  deliver.join();
  ASSERT_FALSE(HasFatalFailure());
  instance.StopAll();

  const SystemClock clock;
  const absl::StatusOr<Key> key = Key::FromFile(dir + "/keys/ingestion.key");
  ASSERT_TRUE(key.ok()) << key.status();
  const auto lists = ingestion::CodeLists::Read(dir + "/config/codes");
  ASSERT_TRUE(lists.ok()) << lists.status();
  const auto open = [&](const std::string& path, std::unique_ptr<Journal>* journal) {
    *journal = *OpenSqliteJournal(path);
    return *Ingestion::Open(**journal, clock, *key, "gm1730", {}, *lists);
  };
  std::unique_ptr<Journal> disturbed_journal, undisturbed_journal;
  const auto disturbed = open(dir + "/data/ingestion.db", &disturbed_journal);
  const auto undisturbed = open(dir + "/undisturbed.db", &undisturbed_journal);
  const Caller caller = ServiceCaller("crash-test", "gm1730");
  for (const File& file : files) {
    ingestion::v1::DeliverFileRequest request;
    request.set_parent("municipalities/gm1730");
    request.set_content(file.content);
    ASSERT_TRUE(google::protobuf::util::TimeUtil::FromString(kReceived, request.mutable_received_time()));
    const auto delivery = undisturbed->DeliverFile(caller, request);
    ASSERT_TRUE(delivery.ok()) << delivery.status();
  }
  const std::string expected = Everything(*undisturbed);
  EXPECT_GT(expected.size(), size_t{1'000'000});
  EXPECT_EQ(Sha256Hex(Everything(*disturbed)), Sha256Hex(expected));
  std::filesystem::remove_all(dir);
}

}  // namespace
}  // namespace nmd
