// SPDX-License-Identifier: EUPL-1.2
// Faults that come while everything runs and go again: a slow disk, a clock that is set, a peer that hangs, too many callers,
// too little memory, certificates that end, a network that is cut. As in faults_test.cc nothing acknowledged is lost, nothing
// is doubled, the error says what it is, and it is over without hands. Each prints how long recovery took, for tests/README.md.
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "services/platform/service_main.h"
#include "tests/support/instance.h"

namespace nmd {
namespace {

using ::testing::AnyOf;
using ::testing::Eq;
using ::testing::HasSubstr;
using testing::Instance;
using ::testing::Not;

constexpr char kDeliver[] = "/v1/municipalities/gm1730/deliveries/_deliver";
constexpr char kDeliveries[] = "/v1/municipalities/gm1730/deliveries?page_size=1";
constexpr char kMeasures[] = "/v1/municipalities/gm1730/measures?page_size=1";

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
Instance::Answer DeliverUntilItIsThere(Instance& instance, int number, size_t padding = 0) {
  Instance::Answer answer;
  do {
    answer = Deliver(instance, number, padding);
  } while (answer.status == 0 || answer.status == 429 || answer.status >= 500);
  return answer;
}

class Stopwatch {
 public:
  double Seconds() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count(); }

 private:
  const std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

void Report(const char* fault, double seconds) {
  std::cout << "[ recovery ] " << fault << ": " << seconds << " s" << std::endl;
}

class DisturbanceTest : public ::testing::Test {
 protected:
  DisturbanceTest() : instance_(testing::ScratchDir("disturbance"), "gm1730") {}
  ~DisturbanceTest() override {
    if (!HasFailure()) std::filesystem::remove_all(testing::ScratchDir(""));
  }
  void Start(const std::vector<std::string>& services) {
    for (const std::string& service : services) {
      if (!HasFatalFailure()) instance_.Start(service);
    }
  }
  void ExpectDeliveries(int count) {
    EXPECT_THAT(instance_.Get(kDeliveries, "beheerder").body, HasSubstr(absl::StrCat(R"("total_size":")", count, "\"")));
  }
  void ExpectFiguresCatchUp() {
    const Instance::Result wait = instance_.RunCtl("controller", {"wait", "--timeout", "60"});
    EXPECT_EQ(wait.exit_code, 0) << wait.output << wait.errors;
  }

  Instance instance_;
};

// The same with a library in front of the services that makes disk and clock bad (tests/support/fault_shim.cc).
class ShimTest : public DisturbanceTest {
 protected:
  ShimTest() {
    const std::string path = absl::StrCat(instance_.dir(), "/faults");
    std::ofstream(path, std::ios::binary) << std::string(2 * sizeof(int64_t), '\0');
    const int file = open(path.c_str(), O_RDWR | O_CLOEXEC);
    faults_ = static_cast<volatile int64_t*>(mmap(nullptr, 2 * sizeof(int64_t), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0));
    close(file);
    EXPECT_NE(static_cast<volatile void*>(faults_), MAP_FAILED);
    setenv("NMD_FAULTS", path.c_str(), 1);
  }
  ~ShimTest() override { munmap(const_cast<int64_t*>(faults_), 2 * sizeof(int64_t)); }

  void StartWithShim(const std::vector<std::string>& services) {
    const std::string library = testing::Program("../lib/libnmd_fault_shim.so");
    ASSERT_TRUE(std::filesystem::exists(library)) << library;
    setenv("LD_PRELOAD", library.c_str(), 1);
    const absl::Cleanup unset = [] { unsetenv("LD_PRELOAD"); };
    Start(services);
  }
  void SlowDisk(int64_t micros) { faults_[0] = micros; }
  void SetClock(int64_t seconds) { faults_[1] = seconds; }

 private:
  volatile int64_t* faults_;
};

TEST_F(ShimTest, ASlowDiskDelaysFilesAndNoQuestions) {
  StartWithShim({"ingestion"});
  Start({"linking", "costs", "gateway"});
  ASSERT_FALSE(HasFatalFailure());
  ASSERT_EQ(Deliver(instance_, 0).status, 200);
  ASSERT_EQ(instance_.Get(kMeasures, "beleidsadviseur").status, 200);
  SlowDisk(300'000);
  constexpr int kFiles = 8;
  std::atomic<int> running = kFiles;
  std::vector<std::thread> threads;
  const Stopwatch slow;
  for (int i = 1; i <= kFiles; ++i) {
    threads.emplace_back([&, i] {
      EXPECT_EQ(DeliverUntilItIsThere(instance_, i).status, 200);
      --running;
    });
  }
  int questions = 0;
  while (running > 0) {
    EXPECT_EQ(instance_.Get(kMeasures, "beleidsadviseur").status, 200);
    ++questions;
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_GE(slow.Seconds(), 0.3) << "the disk was slow";
  EXPECT_GT(questions, 1);
  SlowDisk(0);
  const Stopwatch recovery;
  EXPECT_EQ(Deliver(instance_, kFiles + 1).status, 200);
  Report("slow disk", recovery.Seconds());
  ExpectDeliveries(kFiles + 2);
  // Killed with a slow disk: what was acknowledged is there.
  SlowDisk(100'000);
  EXPECT_EQ(Deliver(instance_, kFiles + 2).status, 200);
  instance_.KillNine("ingestion");
  Start({"ingestion"});
  ExpectDeliveries(kFiles + 3);
  instance_.StopAll();
}

// Decision 140. A clock that is set back ends what runs, and whoever runs it starts it again, as systemd and Kubernetes do.
TEST_F(ShimTest, AClockThatIsSetForwardAndBackLosesNothingAndStopsNothing) {
  const std::vector<std::string> services = {"ingestion", "linking", "costs"};
  // The gateway keeps the right time: a token of now would not hold otherwise.
  StartWithShim(services);
  Start({"gateway"});
  ASSERT_FALSE(HasFatalFailure());
  int files = 0;
  double slowest = 0;
  for (const int64_t hours : {3, 24 * 400}) {
    SetClock(hours * 3600);
    for (const std::string& service : services) instance_.AwaitLine(service, "the clock was set forward");
    EXPECT_EQ(DeliverUntilItIsThere(instance_, ++files).status, 200) << hours;
    ExpectFiguresCatchUp();
    SetClock(0);
    for (const std::string& service : services) EXPECT_EQ(instance_.AwaitEnd(service), kClockSetBackExit) << service;
    const Stopwatch recovery;
    StartWithShim(services);
    ASSERT_FALSE(HasFatalFailure());
    EXPECT_EQ(DeliverUntilItIsThere(instance_, ++files).status, 200) << hours;
    ExpectFiguresCatchUp();
    slowest = std::max(slowest, recovery.Seconds());
  }
  // A clock that is behind: certificates do not hold yet, and do when it is right again.
  SetClock(-3 * 3600);
  for (const std::string& service : services) EXPECT_EQ(instance_.AwaitEnd(service), kClockSetBackExit) << service;
  StartWithShim(services);
  ASSERT_FALSE(HasFatalFailure());
  SetClock(0);
  const Stopwatch recovery;
  EXPECT_EQ(DeliverUntilItIsThere(instance_, ++files).status, 200);
  ExpectFiguresCatchUp();
  Report("clock set", std::max(slowest, recovery.Seconds()));
  ExpectDeliveries(files);
  // Less than what ends a process, as a time server does now and then.
  SetClock(-5);
  EXPECT_EQ(DeliverUntilItIsThere(instance_, ++files).status, 200);
  ExpectFiguresCatchUp();
  const Instance::Answer before = instance_.Get("/v1/municipalities/gm1730/deliveries?page_size=100", "beheerder");
  for (const std::string& service : services) instance_.Stop(service);
  StartWithShim(services);
  ExpectFiguresCatchUp();
  EXPECT_EQ(instance_.Get("/v1/municipalities/gm1730/deliveries?page_size=100", "beheerder").body, before.body);
  instance_.StopAll();
}

TEST_F(DisturbanceTest, APeerThatHangsHoldsUpItsOwnCallersOnly) {
  Start({"ingestion", "linking", "costs", "gateway"});
  ASSERT_FALSE(HasFatalFailure());
  ASSERT_EQ(Deliver(instance_, 1).status, 200);
  ASSERT_EQ(instance_.Get(kMeasures, "beleidsadviseur").status, 200);
  ASSERT_EQ(kill(instance_.Pid("ingestion"), SIGSTOP), 0);
  std::atomic<bool> answered = false;
  std::thread waiting([&] {
    EXPECT_EQ(DeliverUntilItIsThere(instance_, 2).status, 200);
    answered = true;
  });
  for (int i = 0; i < 200; ++i) EXPECT_EQ(instance_.Get(kMeasures, "beleidsadviseur").status, 200);
  EXPECT_FALSE(answered);
  const Stopwatch recovery;
  ASSERT_EQ(kill(instance_.Pid("ingestion"), SIGCONT), 0);
  waiting.join();
  ExpectFiguresCatchUp();
  Report("hanging peer", recovery.Seconds());
  ExpectDeliveries(2);
  instance_.StopAll();
}

TEST_F(DisturbanceTest, TenTimesTooManyCallsAreRefusedWithAHintAndTheRestIsAnswered) {
  // A queue of 4 and one worker at ingestion; one caller may have as much as it likes at the gateway.
  testing::MustRun(absl::StrCat("cd ", instance_.dir(),
                                "/config && sed -i 's|^  service: ingestion|&\\n  workers: 1\\n  queue_length: 4|' ",
                                "ingestion.yaml && echo 'caller_concurrency: 1000' >> gateway.yaml"));
  Start({"ingestion", "gateway"});
  ASSERT_FALSE(HasFatalFailure());
  ASSERT_EQ(Deliver(instance_, 0).status, 200);
  constexpr int kCallers = 50, kEach = 4;
  std::atomic<int> refused = 0, odd = 0;
  std::vector<std::thread> threads;
  const Stopwatch load;
  for (int caller = 0; caller < kCallers; ++caller) {
    threads.emplace_back([&, caller] {
      for (int i = 0; i < kEach; ++i) {
        while (true) {
          const Instance::Answer answer = Deliver(instance_, 1 + caller * kEach + i);
          if (answer.status == 200) break;
          (answer.status == 429 || answer.status == 503 ? refused : odd) += 1;
          // A connection that was not taken has no body.
          if (answer.status != 0) {
            EXPECT_THAT(answer.type, HasSubstr("application/problem+json"));
          }
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_GT(refused, 0) << "it was not too much";
  std::cout << "[ overload ] " << kCallers << " callers, " << refused << " refusals, " << kCallers * kEach / load.Seconds()
            << " files/s" << std::endl;
  EXPECT_EQ(odd, 0);
  for (const char* service : {"ingestion", "gateway"}) EXPECT_LT(instance_.PeakMemory(service), 400 << 20) << service;
  const Stopwatch recovery;
  ExpectDeliveries(1 + kCallers * kEach);
  Report("ten times too many calls", recovery.Seconds());
  instance_.StopAll();
}

int64_t AddressSpace(pid_t process) {
  std::ifstream status(absl::StrCat("/proc/", process, "/statm"));
  int64_t pages = 0;
  status >> pages;
  return pages * sysconf(_SC_PAGESIZE);
}

TEST_F(DisturbanceTest, ALimitOnMemoryRefusesOrEndsAProcessAndLosesNothing) {
  Start({"ingestion", "gateway"});
  ASSERT_FALSE(HasFatalFailure());
  ASSERT_EQ(Deliver(instance_, 1).status, 200);
  const pid_t process = instance_.Pid("ingestion");
  const rlim_t limit = static_cast<rlim_t>(AddressSpace(process)) + (1 << 20);
  const rlimit tight = {limit, RLIM_INFINITY};
  ASSERT_EQ(prlimit(process, RLIMIT_AS, &tight, nullptr), 0);
  // Larger than what is left; the process may refuse it, or end as it would at the hands of the kernel.
  const Instance::Answer answer = Deliver(instance_, 2, 1'000'000);
  EXPECT_THAT(answer.status, AnyOf(Eq(200), Eq(500), Eq(502), Eq(503))) << answer.body;
  EXPECT_THAT(answer.body, Not(HasSubstr(instance_.dir())));
  const Stopwatch recovery;
  instance_.KillNine("ingestion");
  Start({"ingestion"});
  EXPECT_EQ(DeliverUntilItIsThere(instance_, 2, 1'000'000).status, 200);
  Report("limit on memory", recovery.Seconds());
  ExpectDeliveries(2);
  instance_.StopAll();
}

TEST_F(DisturbanceTest, ARenewedCertificateIsTakenUpWhileEverythingRuns) {
  const std::string certs = instance_.dir() + "/certs";
  const std::string extensions = certs + "/extensions";
  std::ofstream(extensions) << "subjectAltName=URI:spiffe://nmd.nl/gm1730/ingestion,DNS:ingestion,IP:127.0.0.1\n"
                               "extendedKeyUsage=serverAuth,clientAuth\n";
  const auto issue = [&](int days) {
    testing::MustRun(absl::StrCat("cd ", certs,
                                  " && openssl req -new -key ingestion.key -subj /CN=ingestion -out i.csr 2>&1 && ",
                                  "openssl x509 -req -in i.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days ", days,
                                  " -sha256 -extfile ", extensions, " -out i.pem 2>&1 && mv i.pem ingestion.pem"));
  };
  issue(-1);
  Start({"ingestion", "gateway"});
  ASSERT_FALSE(HasFatalFailure());
  const Instance::Answer refused = instance_.Get(kDeliveries, "beheerder");
  EXPECT_EQ(refused.status, 503) << refused.body;
  issue(1);
  const Stopwatch recovery;
  EXPECT_EQ(DeliverUntilItIsThere(instance_, 1).status, 200);
  Report("certificate past its day, renewed", recovery.Seconds());
  EXPECT_LT(recovery.Seconds(), 40);
  ExpectDeliveries(1);
  instance_.StopAll();
}

TEST_F(DisturbanceTest, ANetworkThatIsCutBetweenServicesIsToldAndOverWhenItIsBack) {
  if (geteuid() != 0 || std::system("ip netns list >/dev/null 2>&1") != 0) GTEST_SKIP() << "needs root and iproute2";
  // Ingestion in a network of its own; the cut is a link that is down: packets vanish, nobody is told.
  const std::string id = absl::StrCat(getpid() % 100'000);
  const std::string space = absl::StrCat("nmd", id), here = absl::StrCat("nh", id), there = absl::StrCat("nt", id);
  const int subnet = static_cast<int>(getpid() % 250);
  const std::string ours = absl::StrCat("10.231.", subnet, ".1"), theirs = absl::StrCat("10.231.", subnet, ".2");
  if (std::system(absl::StrCat("ip netns add ", space, " 2>/dev/null && ip link add ", here, " type veth peer name ", there,
                               " netns ", space, " 2>/dev/null")
                      .c_str()) != 0) {
    testing::MustRun(absl::StrCat("ip netns del ", space, " 2>/dev/null; true"));
    GTEST_SKIP() << "this machine makes no network namespaces";
  }
  const absl::Cleanup remove = [&] {
    testing::MustRun(absl::StrCat("ip link del ", here, " 2>/dev/null; ip netns del ", space, " 2>/dev/null; true"));
  };
  testing::MustRun(absl::StrCat("ip addr add ", ours, "/24 dev ", here, " && ip link set ", here, " up && ip netns exec ",
                                space, " sh -c 'ip addr add ", theirs, "/24 dev ", there, " && ip link set ", there,
                                " up && ip link set lo up'"));
  const int port = instance_.http_port() + 1;  // make_instance.sh: that of ingestion.
  testing::MustRun(
      absl::StrCat("sed -i 's|127.0.0.1:", port, "\"|", theirs, ":", port, "\"|' ", instance_.dir(), "/config/*.yaml"));
  const std::string log = instance_.dir() + "/log/ingestion.log";
  testing::Child ingestion({"/bin/sh", "-c", "exec ip netns exec \"$0\" \"$@\"", space, testing::Program("ingestion_server"),
                            absl::StrCat("--config=", instance_.dir(), "/config/ingestion.yaml")},
                           log);
  ASSERT_TRUE(ingestion.WaitForLine([](const std::string& line) { return absl::StrContains(line, "\"text\":\"ready\""); }));
  Start({"linking", "costs", "gateway"});
  ASSERT_FALSE(HasFatalFailure());
  ASSERT_EQ(Deliver(instance_, 1).status, 200);
  testing::MustRun(absl::StrCat("ip link set ", here, " down"));
  std::atomic<bool> answered = false;
  std::thread waiting([&] {
    EXPECT_EQ(DeliverUntilItIsThere(instance_, 2).status, 200);
    answered = true;
  });
  for (int i = 0; i < 200; ++i)
    EXPECT_EQ(instance_.Get(kMeasures, "beleidsadviseur").status, 200) << "who needs no ingestion goes on";
  EXPECT_FALSE(answered);
  const Stopwatch recovery;
  testing::MustRun(absl::StrCat("ip link set ", here, " up"));
  waiting.join();
  ExpectFiguresCatchUp();
  Report("network cut", recovery.Seconds());
  ExpectDeliveries(2);
  instance_.StopAll();
  ingestion.Terminate();
  EXPECT_EQ(ingestion.Join(), 0);
}

}  // namespace
}  // namespace nmd
