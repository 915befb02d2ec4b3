// SPDX-License-Identifier: EUPL-1.2
// Faults of the surroundings, on real processes: what must hold is that nothing acknowledged is lost, nothing is doubled, the
// error says what it is, and it is over without hands when the cause is gone. kill -9 has a test of its own (crash_test.cc).
#include <signal.h>
#include <sys/resource.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/support/instance.h"

namespace nmd {
namespace {

using ::testing::HasSubstr;
using testing::Instance;
using ::testing::Not;

constexpr char kDeliver[] = "/v1/municipalities/gm1730/deliveries/_deliver";
constexpr char kDeliveries[] = "/v1/municipalities/gm1730/deliveries?page_size=1";

// A file that is a delivery of its own for every number.
Instance::Answer Deliver(Instance& instance, int number, size_t padding = 0) {
  std::string content;
  absl::Base64Escape(absl::StrCat("wet;productcode;omschrijving;ivn;geldig_vanaf;geldig_tot\njeugdwet;45A04;Ambulant ", number,
                                  std::string(padding, 'x'), ";4;01-01-2018;\n"),
                     &content);
  return instance.Post(
      kDeliver,
      absl::StrCat(R"({"source": "producten", "received_time": "2018-07-01T08:00:00Z", "content": ")", content, "\"}"),
      "beheerder");
}

// As every caller does: again when it may be tried again.
Instance::Answer DeliverWhenItIsBack(Instance& instance, int number) {
  Instance::Answer answer;
  do {
    answer = Deliver(instance, number);
  } while (answer.status == 0 || answer.status >= 500);
  return answer;
}

std::string ReadFile(const std::string& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

class FaultTest : public ::testing::Test {
 protected:
  FaultTest() : instance_(testing::ScratchDir("faults"), "gm1730") {}
  ~FaultTest() override {
    if (!HasFailure()) std::filesystem::remove_all(testing::ScratchDir(""));
  }
  void ExpectDeliveries(int count) {
    EXPECT_THAT(instance_.Get(kDeliveries, "beheerder").body, HasSubstr(absl::StrCat(R"("total_size":")", count, "\"")));
  }

  Instance instance_;
};

TEST_F(FaultTest, SigtermUnderLoadLosesNothingAndDoublesNothing) {
  instance_.Start("gateway");
  instance_.Start("ingestion");
  ASSERT_FALSE(HasFatalFailure());
  ASSERT_EQ(Deliver(instance_, 0).status, 200);  // The token is there before threads ask for it.
  constexpr int kThreads = 4, kEach = 100, kStops = 10;
  std::atomic<int> stored = 1;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&, thread] {
      for (int i = 0; i < kEach; ++i) {
        // A caller does not know what became of a call that was cut off.
        const Instance::Answer answer = DeliverWhenItIsBack(instance_, 1 + thread * kEach + i);
        EXPECT_EQ(answer.status, 200) << answer.body;
        ++stored;
      }
    });
  }
  for (int stop = 1; stop <= kStops; ++stop) {
    while (stored < stop * kThreads * kEach / (kStops + 1) && !HasFailure()) std::this_thread::yield();
    // Exits with 0, so all that ran was ended.
    instance_.Stop("ingestion");
    instance_.Start("ingestion");
    if (HasFatalFailure()) break;
  }
  for (std::thread& thread : threads) thread.join();
  ExpectDeliveries(1 + kThreads * kEach);
  instance_.StopAll();
}

TEST_F(FaultTest, AFullDiskRefusesFilesByNameAndIsOverWhenThereIsRoom) {
  // A file that may not grow stands for a disk that is full; the process takes the error, as it does on a disk, not the signal.
  ASSERT_NE(signal(SIGXFSZ, SIG_IGN), SIG_ERR);
  instance_.Start("gateway");
  instance_.Start("ingestion");
  ASSERT_FALSE(HasFatalFailure());
  ASSERT_EQ(Deliver(instance_, 1).status, 200);
  rlimit room;
  ASSERT_EQ(prlimit(instance_.Pid("ingestion"), RLIMIT_FSIZE, nullptr, &room), 0);
  const rlimit full = {4096, room.rlim_max};
  ASSERT_EQ(prlimit(instance_.Pid("ingestion"), RLIMIT_FSIZE, &full, nullptr), 0);
  const Instance::Answer refused = Deliver(instance_, 2, 100'000);
  EXPECT_EQ(refused.status, 503) << refused.body;
  EXPECT_THAT(refused.body, HasSubstr("UNAVAILABLE_NOW"));
  EXPECT_THAT(refused.body, Not(HasSubstr(instance_.dir()))) << "paths are for the log";
  // What is known is still told.
  ExpectDeliveries(1);
  ASSERT_EQ(prlimit(instance_.Pid("ingestion"), RLIMIT_FSIZE, &room, nullptr), 0);
  EXPECT_EQ(Deliver(instance_, 2, 100'000).status, 200);
  ExpectDeliveries(2);
  instance_.Stop("ingestion");
  instance_.Start("ingestion");
  ExpectDeliveries(2);
  instance_.StopAll();
}

TEST_F(FaultTest, AStoreThatCannotBeWrittenStopsTheStartWithTheReason) {
  const std::string path = instance_.dir() + "/config/ingestion.yaml";
  // The kernel's folder is read-only for everybody, also for root.
  testing::MustRun(absl::StrCat("sed -i 's|data_dir: .*|data_dir: /proc/nmd|' ", path));
  testing::Child child({testing::Program("ingestion_server"), absl::StrCat("--config=", path)},
                       instance_.dir() + "/log/start.log");
  EXPECT_EQ(child.Join(), 1);
  EXPECT_TRUE(child.WaitForLine([](const std::string& line) {
    return absl::StrContains(line, "could not start") && absl::StrContains(line, "/proc/nmd");
  })) << ReadFile(instance_.dir() + "/log/start.log");
}

TEST_F(FaultTest, APeerThatIsDownIsToldAndItsFollowersCatchUpWhenItIsBack) {
  for (const char* service : {"ingestion", "linking", "costs", "gateway"}) instance_.Start(service);
  ASSERT_FALSE(HasFatalFailure());
  ASSERT_EQ(Deliver(instance_, 1).status, 200);
  instance_.KillNine("ingestion");
  const Instance::Answer refused = Deliver(instance_, 2);
  EXPECT_EQ(refused.status, 503) << refused.body;
  EXPECT_THAT(refused.type, HasSubstr("application/problem+json"));
  EXPECT_THAT(refused.body, Not(HasSubstr("127.0.0.1"))) << "addresses of the inside are for the log";
  // Who does not need it goes on.
  EXPECT_EQ(instance_.Get("/v1/municipalities/gm1730/measures", "beleidsadviseur").status, 200);
  instance_.Start("ingestion");
  EXPECT_EQ(DeliverWhenItIsBack(instance_, 2).status, 200);
  // Returns when linking and costs have read all that ingestion has.
  const Instance::Result wait = instance_.RunCtl("controller", {"wait"});
  EXPECT_EQ(wait.exit_code, 0) << wait.output;
  instance_.StopAll();
}

TEST_F(FaultTest, AnExpiredCertificateIsRefusedAndARenewedOneIsTakenAtTheNextStart) {
  const std::string certs = instance_.dir() + "/certs";
  const std::string extensions = certs + "/extensions";
  std::ofstream(extensions) << "subjectAltName=URI:spiffe://nmd.nl/gm1730/ingestion,DNS:ingestion,IP:127.0.0.1\n"
                               "extendedKeyUsage=serverAuth,clientAuth\n";
  // Two certificates that differ in their days only.
  const auto issue = [&](int days) {
    testing::MustRun(absl::StrCat("cd ", certs,
                                  " && openssl req -new -key ingestion.key -subj /CN=ingestion -out i.csr 2>&1 && ",
                                  "openssl x509 -req -in i.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days ", days,
                                  " -sha256 -extfile ", extensions, " -out ingestion.pem 2>&1"));
  };
  issue(-1);
  instance_.Start("gateway");
  instance_.Start("ingestion");
  ASSERT_FALSE(HasFatalFailure());
  const Instance::Answer refused = instance_.Get(kDeliveries, "beheerder");
  EXPECT_EQ(refused.status, 503) << refused.body;
  issue(1);
  instance_.Stop("ingestion");
  instance_.Start("ingestion");
  EXPECT_EQ(DeliverWhenItIsBack(instance_, 1).status, 200);
  ExpectDeliveries(1);
  instance_.StopAll();
}

}  // namespace
}  // namespace nmd
