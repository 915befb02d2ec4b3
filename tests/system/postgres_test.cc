// SPDX-License-Identifier: EUPL-1.2
// An instance with its stores in PostgreSQL, on real processes and a server of its own: the server stops and starts, a standby
// takes over, readers answer while every process is restarted in turn.
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "tests/support/instance.h"

namespace nmd {
namespace {

using testing::Child;
using ::testing::HasSubstr;
using testing::Instance;
using testing::MustRun;

constexpr char kDeliver[] = "/v1/municipalities/gm1730/deliveries/_deliver";
constexpr char kDeliveries[] = "/v1/municipalities/gm1730/deliveries?page_size=1";
constexpr char kMeasures[] = "/v1/municipalities/gm1730/measures?page_size=1";

Instance::Answer DeliverUntilItIsThere(Instance& instance, int number) {
  std::string content;
  absl::Base64Escape(absl::StrCat("wet;productcode;omschrijving;ivn;geldig_vanaf;geldig_tot\njeugdwet;45A04;Ambulant ", number,
                                  ";4;01-01-2018;\n"),
                     &content);
  const std::string body =
      absl::StrCat(R"({"source": "producten", "received_time": "2018-07-01T08:00:00Z", "content": ")", content, "\"}");
  Instance::Answer answer;
  do {
    answer = instance.Post(kDeliver, body, "beheerder");
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

// A server for this test alone, since it is stopped: tests/with_postgres.sh holds it as long as its command runs.
class Cluster {
 public:
  explicit Cluster(const std::string& log)
      : script_({"/bin/sh", "-c",
                 absl::StrCat("unset NMD_TEST_POSTGRES; exec ", testing::SourceDir(),
                              "/tests/with_postgres.sh sh -c 'echo \"holds $$ $NMD_TEST_POSTGRES\"; exec tail --pid=", getpid(),
                              " -f /dev/null'")},
                log) {
    std::string line;
    if (!script_.WaitForLine([&](const std::string& each) {
          line = each;
          return absl::StartsWith(each, "holds ");
        })) {
      return;
    }
    const std::vector<std::string> parts = absl::StrSplit(line, absl::MaxSplits(' ', 2));
    if (!absl::SimpleAtoi(parts[1], &holder_)) holder_ = 0;
    connection_ = parts[2];
    const size_t at = connection_.find("host=") + 5;
    folder_ = connection_.substr(at, connection_.find(' ', at) - at);
  }
  ~Cluster() {
    if (holder_ > 0) kill(holder_, SIGTERM);
    script_.Join();
  }
  // Empty when there is no PostgreSQL on this machine.
  const std::string& connection() const { return connection_; }
  // `verb`: "start", "-m immediate stop" (as if the machine lost power), "-m fast restart".
  void Control(const std::string& verb) const {
    const char* as_server = geteuid() == 0 ? "runuser -u postgres -- " : "";
    MustRun(absl::StrCat(
        "cd ", folder_, " && ", as_server,
        "$(ls -d /usr/lib/postgresql/*/bin | sort -V | tail -n 1)/pg_ctl -D data -w -l log -o '-c listen_addresses= "
        "-c unix_socket_directories=",
        folder_, "' ", verb, " >/dev/null"));
  }

 private:
  Child script_;
  pid_t holder_ = 0;
  std::string connection_, folder_;
};

class PostgresInstanceTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::create_directories(testing::ScratchDir(""));
    cluster_ = std::make_unique<Cluster>(testing::ScratchDir("cluster.log"));
    if (cluster_->connection().empty()) GTEST_SKIP() << "no PostgreSQL on this machine";
    setenv("NMD_POSTGRES", cluster_->connection().c_str(), 1);
    instance_ = std::make_unique<Instance>(testing::ScratchDir("postgres"), "gm1730");
    unsetenv("NMD_POSTGRES");
    // While the server is away one caller asks again and again, as fast as it can.
    MustRun(absl::StrCat("echo 'caller_rate_per_minute: 1000000' >> ", instance_->dir(), "/config/gateway.yaml"));
  }
  void TearDown() override {
    instance_.reset();
    cluster_.reset();
    if (!HasFailure()) std::filesystem::remove_all(testing::ScratchDir(""));
  }
  void Start(const std::vector<std::string>& services) {
    for (const std::string& service : services) {
      if (!HasFatalFailure()) instance_->Start(service);
    }
  }
  void ExpectDeliveries(int count) {
    EXPECT_THAT(instance_->Get(kDeliveries, "beheerder").body, HasSubstr(absl::StrCat(R"("total_size":")", count, "\"")));
  }
  void ExpectFiguresCatchUp() {
    const Instance::Result wait = instance_->RunCtl("controller", {"wait", "--timeout", "60"});
    EXPECT_EQ(wait.exit_code, 0) << wait.output << wait.errors;
  }
  // make_instance.sh: a row of ports, in this order.
  std::string Address(const std::string& service) const {
    const auto& services = Instance::Services();
    const auto at = std::find(services.begin(), services.end(), service) - services.begin();
    return absl::StrCat("127.0.0.1:", instance_->http_port() + 1 + 2 * at);
  }
  // Two addresses for more processes of a service: that of the gateway's gRPC door and of its metrics, which are not used here.
  std::vector<std::string> SpareAddresses() {
    Edit("gateway",
         absl::StrCat("s|^grpc_listen:.*|grpc_listen: \\\"\\\"|; /^grpc_tls:/d; s|^  admin_listen:.*|  admin_listen: "
                      "127.0.0.1:0|"));
    return {absl::StrCat("127.0.0.1:", instance_->http_port() + 12), absl::StrCat("127.0.0.1:", instance_->http_port() + 13)};
  }
  void Edit(const std::string& file, const std::string& sed) {
    MustRun(absl::StrCat("sed -i \"", sed, "\" ", instance_->dir(), "/config/", file, ".yaml"));
  }
  // The configuration of another process of a service.
  std::string Copy(const std::string& service, const std::string& name, const std::string& address,
                   const std::string& postgres) {
    MustRun(absl::StrCat("cp ", instance_->dir(), "/config/", service, ".yaml ", instance_->dir(), "/config/", name, ".yaml"));
    Edit(name, absl::StrCat("s|^  listen:.*|  listen: ", address, "|; s|^  admin_listen:.*|  admin_listen: 127.0.0.1:0|; ",
                            "s|^  postgres:.*|  postgres: {connection_file: ../keys/postgres, ", postgres, "}|"));
    return name;
  }
  std::unique_ptr<Child> Run(const std::string& service, const std::string& name) {
    return std::make_unique<Child>(
        std::vector<std::string>{testing::Program(absl::StrCat(service, "_server")),
                                 absl::StrCat("--config=", instance_->dir(), "/config/", name, ".yaml")},
        absl::StrCat(instance_->dir(), "/log/", name, ".log"));
  }
  static bool IsReady(Child& child) {
    return child.WaitForLine([](const std::string& line) { return absl::StrContains(line, "\"text\":\"ready\""); });
  }
  int CountInLog(const std::string& name, const std::string& text) const {
    std::ifstream file(absl::StrCat(instance_->dir(), "/log/", name, ".log"));
    const std::string log((std::istreambuf_iterator<char>(file)), {});
    int count = 0;
    for (size_t at = log.find(text); at != std::string::npos; at = log.find(text, at + 1)) ++count;
    return count;
  }

  std::unique_ptr<Cluster> cluster_;
  std::unique_ptr<Instance> instance_;
};

TEST_F(PostgresInstanceTest, AServerThatStopsAndStartsLosesAndDoublesNothing) {
  Start({"ingestion", "linking", "costs", "gateway"});
  ASSERT_FALSE(HasFatalFailure());
  ASSERT_EQ(DeliverUntilItIsThere(*instance_, 0).status, 200);
  ASSERT_EQ(instance_->Get(kMeasures, "beleidsadviseur").status, 200);
  constexpr int kThreads = 3, kEach = 15;
  std::atomic<int> stored = 0;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&, thread] {
      for (int i = 0; i < kEach; ++i) {
        const Instance::Answer answer = DeliverUntilItIsThere(*instance_, 1 + thread * kEach + i);
        EXPECT_EQ(answer.status, 200) << answer.body;
        ++stored;
      }
    });
  }
  double slowest = 0;
  for (int stop = 1; stop <= 2; ++stop) {
    while (stored < stop * kThreads * kEach / 3 && !HasFailure()) std::this_thread::yield();
    if (stop == 1) {
      cluster_->Control("-m fast restart");
    } else {
      cluster_->Control("-m immediate stop");
      EXPECT_EQ(instance_->Get(kMeasures, "beleidsadviseur").status, 503)
          << "what cannot be written down is not asked (decision 104)";
      cluster_->Control("start");
    }
    const Stopwatch recovery;
    for (const int until = stored + 1; stored < until && stored < kThreads * kEach;) std::this_thread::yield();
    slowest = std::max(slowest, recovery.Seconds());
  }
  for (std::thread& thread : threads) thread.join();
  Report("PostgreSQL restarted, and its machine lost", slowest);
  ExpectDeliveries(1 + kThreads * kEach);
  ExpectFiguresCatchUp();
  instance_->StopAll();
}

TEST_F(PostgresInstanceTest, AStandbyTakesOverWhenTheLeaderDies) {
  const std::vector<std::string> spare = SpareAddresses();
  // Whoever of the two listens.
  Edit("gateway", absl::StrCat("s|^ingestion:.*|ingestion: {address: \\\"ipv4:", Address("ingestion"), ",", spare[0],
                               "\\\", service: ingestion}|"));
  Copy("ingestion", "standby", spare[0], "standby_seconds: 600");
  Start({"ingestion", "gateway"});
  ASSERT_FALSE(HasFatalFailure());
  ASSERT_EQ(DeliverUntilItIsThere(*instance_, 0).status, 200);
  const std::unique_ptr<Child> standby = Run("ingestion", "standby");
  constexpr int kThreads = 3, kEach = 15;
  std::atomic<int> stored = 0;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&, thread] {
      for (int i = 0; i < kEach; ++i) {
        EXPECT_EQ(DeliverUntilItIsThere(*instance_, 1 + thread * kEach + i).status, 200);
        ++stored;
      }
    });
  }
  while (stored < kThreads * kEach / 2 && !HasFailure()) std::this_thread::yield();
  const Stopwatch recovery;
  instance_->KillNine("ingestion");
  EXPECT_TRUE(IsReady(*standby));
  for (const int until = stored + 1; stored < until && stored < kThreads * kEach;) std::this_thread::yield();
  Report("leader killed, standby takes over", recovery.Seconds());
  EXPECT_LT(recovery.Seconds(), 5) << "what the issue asks of writes";
  for (std::thread& thread : threads) thread.join();
  ExpectDeliveries(1 + kThreads * kEach);
  // The first comes back as the standby of the second; nobody notices.
  EXPECT_EQ(CountInLog("standby", "\"text\":\"ready\""), 1);
  standby->Terminate();
  EXPECT_EQ(standby->Join(), 0);
  Start({"ingestion"});
  EXPECT_EQ(DeliverUntilItIsThere(*instance_, 999).status, 200);
  ExpectDeliveries(2 + kThreads * kEach);
  instance_->StopAll();
}

TEST_F(PostgresInstanceTest, WithTwoReadersAQuestionIsNeverWithoutAnAnswer) {
  const std::vector<std::string> spare = SpareAddresses();
  Edit("gateway", absl::StrCat("s|^costs:.*|costs: {address: \\\"", Address("costs"), "\\\", service: costs, readers: [\\\"",
                               spare[0], "\\\", \\\"", spare[1], "\\\"]}|"));
  Start({"ingestion", "linking", "costs", "gateway"});
  ASSERT_FALSE(HasFatalFailure());
  std::vector<std::unique_ptr<Child>> readers;
  const std::vector<std::string> names = {
      Copy("costs", "reader1", spare[0], absl::StrCat("reader_of: \\\"", Address("costs"), "\\\"")),
      Copy("costs", "reader2", spare[1], absl::StrCat("reader_of: \\\"", Address("costs"), "\\\""))};
  for (const std::string& name : names) {
    readers.push_back(Run("costs", name));
    ASSERT_TRUE(IsReady(*readers.back())) << name;
  }
  ASSERT_EQ(DeliverUntilItIsThere(*instance_, 1).status, 200);
  // Asked of the readers, which know of the delivery by the journal of the writer.
  ExpectFiguresCatchUp();
  const std::string asked = "QueryFigures\",\"code\":\"OK\"";
  EXPECT_GT(CountInLog("reader1", asked) + CountInLog("reader2", asked), 0);
  EXPECT_EQ(CountInLog("costs", asked), 0);

  // The token is there before threads ask for it.
  ASSERT_EQ(instance_->Get(kMeasures, "beleidsadviseur").status, 200);
  std::atomic<bool> stop = false;
  std::atomic<int> answered = 0, failed = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i) {
    threads.emplace_back([&] {
      while (!stop) {
        const Instance::Answer answer = instance_->Get(kMeasures, "beleidsadviseur");
        (answer.status == 200 ? answered : failed) += 1;
        EXPECT_EQ(answer.status, 200) << answer.body;
      }
    });
  }
  const auto some_more = [&] {
    for (const int until = answered + 50; answered < until && failed == 0;) std::this_thread::yield();
  };
  some_more();
  for (size_t i = 0; i < readers.size(); ++i) {
    readers[i]->Terminate();
    EXPECT_EQ(readers[i]->Join(), 0);
    some_more();
    readers[i] = Run("costs", names[i]);
    EXPECT_TRUE(IsReady(*readers[i]));
    some_more();
  }
  const Stopwatch away;
  instance_->Stop("costs");
  some_more();
  Start({"costs"});
  Report("restart of the process that writes", away.Seconds());
  readers[0]->Kill();
  some_more();
  stop = true;
  for (std::thread& thread : threads) thread.join();
  std::cout << "[ rolling restart ] " << answered << " answers, " << failed << " failures" << std::endl;
  EXPECT_EQ(failed, 0);
  readers[1]->Terminate();
  EXPECT_EQ(readers[1]->Join(), 0);
  instance_->StopAll();
}

TEST_F(PostgresInstanceTest, AServiceThatHasNoReadersSaysSo) {
  Copy("ingestion", "reader", "127.0.0.1:0", absl::StrCat("reader_of: \\\"", Address("ingestion"), "\\\""));
  const std::unique_ptr<Child> reader = Run("ingestion", "reader");
  EXPECT_TRUE(reader->WaitForLine([](const std::string& line) {
    return absl::StrContains(line, "could not start") && absl::StrContains(line, "only costs has");
  }));
  EXPECT_EQ(reader->Join(), 1);
}

}  // namespace
}  // namespace nmd
