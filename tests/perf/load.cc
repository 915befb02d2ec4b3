// SPDX-License-Identifier: EUPL-1.2
// A whole instance under load: files come in, questions are asked and feeds are followed at once, for so many seconds, on this
// machine only. Prints what went through, how long it took and what memory it took meanwhile; then what the machine itself does
// with bare gRPC calls. Not part of the tests.
//   load [--seconds=20] [--deliver=2] [--ask=4] [--feeds=2]
#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/synchronization/notification.h"
#include "nmd/ingestion/v1/ingestion.pb.h"
#include "services/platform/peer.h"
#include "tests/support/instance.h"

namespace nmd {
namespace {

using Clock = std::chrono::steady_clock;

double Milliseconds(Clock::duration time) { return std::chrono::duration<double, std::milli>(time).count(); }

// How long calls of one kind took. Thread-safe.
class Times {
 public:
  void Add(double milliseconds) {
    const std::lock_guard lock(mutex_);
    times_.push_back(milliseconds);
  }
  void Fail() { ++failed_; }
  void Print(const char* what, double seconds, const char* target) {
    std::sort(times_.begin(), times_.end());
    const auto at = [&](double share) {
      return times_.empty() ? 0.0 : times_[static_cast<size_t>(share * static_cast<double>(times_.size() - 1))];
    };
    std::printf("%-26s %8zu %6d %9.0f %9.2f %9.2f %9.2f   %s\n", what, times_.size(), failed_.load(),
                static_cast<double>(times_.size()) / seconds, at(0.5), at(0.99), at(1), target);
  }

 private:
  std::mutex mutex_;
  std::vector<double> times_;
  std::atomic<int> failed_ = 0;
};

// Proportional memory of the services, so that shared libraries count once.
double MebibytesOf(const testing::Instance& instance) {
  int64_t kib = 0;
  for (const std::string& service : testing::Instance::Services()) {
    std::ifstream file(absl::StrCat("/proc/", instance.Pid(service), "/smaps_rollup"));
    for (std::string line; std::getline(file, line);) {
      absl::string_view rest = line;
      int64_t value;
      if (absl::ConsumePrefix(&rest, "Pss:") && absl::SimpleAtoi(absl::StripSuffix(rest, "kB"), &value)) kib += value;
    }
  }
  return static_cast<double>(kib) / 1024;
}

struct Options {
  int seconds = 20, deliver = 2, ask = 4, feeds = 2;
};

void LoadInstance(const Options& options) {
  testing::Instance instance(testing::ScratchDir("load"), "gm1730");
  // One caller stands for many.
  testing::MustRun(absl::StrCat("printf 'caller_concurrency: 1000\\ncaller_rate_per_minute: 1000000\\n' >> ", instance.dir(),
                                "/config/gateway.yaml"));
  instance.StartAll();
  const std::string parent = "/v1/municipalities/gm1730";
  // The tokens are there before threads ask for them.
  if (instance.Get(parent + "/measures?page_size=1", "controller").status != 200 ||
      instance.Get(parent + "/deliveries?page_size=1", "beheerder").status != 200) {
    std::printf("the instance does not answer\n%s\n", instance.Logs().c_str());
    return;
  }
  std::atomic<bool> stop = false;
  std::atomic<int> next = 0;
  Times delivered, asked, fed, followed;
  std::mutex mutex;
  std::map<int64_t, Clock::time_point> acknowledged, seen;  // By sequence, of the first feed.
  std::vector<std::thread> threads;
  for (int i = 0; i < options.deliver; ++i) {
    threads.emplace_back([&] {
      while (!stop) {
        std::string content;
        absl::Base64Escape(absl::StrCat("wet;productcode;omschrijving;ivn;geldig_vanaf;geldig_tot\njeugdwet;45A04;Ambulant ",
                                        ++next, ";4;01-01-2018;\n"),
                           &content);
        const auto begin = Clock::now();
        const auto answer = instance.Post(
            parent + "/deliveries/_deliver",
            absl::StrCat(R"({"source": "producten", "received_time": "2018-07-01T08:00:00Z", "content": ")", content, "\"}"),
            "beheerder");
        const auto end = Clock::now();
        if (answer.status != 200) {
          delivered.Fail();
          continue;
        }
        delivered.Add(Milliseconds(end - begin));
        const size_t at = answer.body.find("\"sequence\":\"");
        int64_t sequence;
        if (at != std::string::npos &&
            absl::SimpleAtoi(answer.body.substr(at + 12, answer.body.find('"', at + 12) - at - 12), &sequence)) {
          const std::lock_guard lock(mutex);
          acknowledged.emplace(sequence, end);
        }
      }
    });
  }
  for (int i = 0; i < options.ask; ++i) {
    threads.emplace_back([&, i] {
      for (int n = i; !stop; ++n) {
        const auto begin = Clock::now();
        const auto answer =
            n % 4 == 0
                ? instance.Get(parent + "/measures", "controller")
                : instance.Post(parent + "/figures/_query",
                                R"({"measures": ["clients", "provisions", "indicated"], "dimensions": ["month"], "period":
                                           {"start_date": "2018-01-01", "end_date": "2018-07-01"}})",
                                "controller");
        if (answer.status == 200) {
          asked.Add(Milliseconds(Clock::now() - begin));
        } else {
          asked.Fail();
        }
      }
    });
  }
  internal::v1::TlsConfig tls;
  tls.set_certificate(instance.dir() + "/certs/costs.pem");
  tls.set_key(instance.dir() + "/certs/costs.key");
  tls.set_roots(instance.dir() + "/certs/ca.pem");
  internal::v1::PeerConfig config;
  config.set_service("ingestion");
  config.set_address(absl::StrCat("127.0.0.1:", instance.http_port() + 1));
  for (int i = 0; i < options.feeds; ++i) {
    threads.emplace_back([&, i] {
      const std::unique_ptr<Peer> peer = NewGrpcPeer(config, &tls, "gm1730");
      ingestion::v1::ListFactsRequest request;
      request.set_parent("municipalities/gm1730");
      request.set_wait_seconds(1);
      while (!stop) {
        const auto begin = Clock::now();
        const auto response =
            peer->Call<ingestion::v1::ListFactsResponse>("/nmd.ingestion.v1.IngestionService/ListFacts", request);
        if (!response.ok()) {
          fed.Fail();
          continue;
        }
        fed.Add(Milliseconds(Clock::now() - begin));
        request.set_after_sequence(response->next_sequence());
        if (i > 0) continue;
        const std::lock_guard lock(mutex);
        for (const auto& batch : response->batches()) seen.emplace(batch.sequence(), Clock::now());
      }
    });
  }
  std::printf("memory, MiB:");
  const auto begin = Clock::now();
  for (int second = 0; second < options.seconds; ++second) {
    if (second % std::max(1, options.seconds / 10) == 0) {
      std::printf(" %.0f", MebibytesOf(instance));
      std::fflush(stdout);
    }
    std::this_thread::sleep_until(begin + std::chrono::seconds(second + 1));
  }
  stop = true;
  const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  for (std::thread& thread : threads) thread.join();
  std::printf(" %.0f\n", MebibytesOf(instance));
  // From the answer that it is stored until a follower has it; what a follower had before the answer came took no time.
  for (const auto& [sequence, at] : acknowledged) {
    const auto found = seen.find(sequence);
    if (found != seen.end()) followed.Add(std::max(0.0, Milliseconds(found->second - at)));
  }
  std::printf("%-26s %8s %6s %9s %9s %9s %9s   %s\n", "", "done", "failed", "per s", "p50 ms", "p99 ms", "max ms", "asked");
  delivered.Print("files delivered", seconds, "");
  asked.Print("questions", seconds, "");
  fed.Print("answers of feeds", seconds, "");
  followed.Print("stored until followed", seconds, "p99 < 50 ms");
  instance.StopAll();
}

// Gives back what it gets.
class Echo : public grpc::CallbackGenericService {
 public:
  grpc::ServerGenericBidiReactor* CreateReactor(grpc::GenericCallbackServerContext*) override {
    class Call : public grpc::ServerGenericBidiReactor {
     public:
      Call() { StartRead(&bytes_); }
      void OnReadDone(bool ok) override {
        if (!ok) return Finish(grpc::Status::CANCELLED);
        StartWriteAndFinish(&bytes_, grpc::WriteOptions(), grpc::Status::OK);
      }
      void OnDone() override { delete this; }

     private:
      grpc::ByteBuffer bytes_;
    };
    return new Call;
  }
};

void BareGrpc(const Options& options) {
  Echo echo;
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  builder.RegisterCallbackGenericService(&echo);
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  std::atomic<bool> stop = false;
  Times times;
  std::vector<std::thread> threads;
  for (int i = 0; i < options.ask + options.deliver; ++i) {
    threads.emplace_back([&] {
      grpc::ChannelArguments arguments;
      arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
      grpc::GenericStub stub(
          grpc::CreateCustomChannel(absl::StrCat("127.0.0.1:", port), grpc::InsecureChannelCredentials(), arguments));
      const grpc::Slice slice(std::string(200, 'x'));
      while (!stop) {
        grpc::ClientContext context;
        grpc::ByteBuffer request(&slice, 1), response;
        absl::Notification done;
        const auto begin = Clock::now();
        stub.UnaryCall(&context, "/echo/Echo", grpc::StubOptions(), &request, &response, [&](const grpc::Status& status) {
          if (!status.ok()) times.Fail();
          done.Notify();
        });
        done.WaitForNotification();
        times.Add(Milliseconds(Clock::now() - begin));
      }
    });
  }
  const int seconds = std::max(1, options.seconds / 4);
  std::this_thread::sleep_for(std::chrono::seconds(seconds));
  stop = true;
  for (std::thread& thread : threads) thread.join();
  times.Print("bare gRPC, 200 bytes", seconds, "what the machine does");
  server->Shutdown();
}

}  // namespace
}  // namespace nmd

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  nmd::Options options;
  for (int i = 1; i < argc; ++i) {
    const std::map<std::string, int*> known = {
        {"--seconds", &options.seconds}, {"--deliver", &options.deliver}, {"--ask", &options.ask}, {"--feeds", &options.feeds}};
    const std::string argument = argv[i];
    const size_t equals = argument.find('=');
    const auto found = known.find(argument.substr(0, equals));
    // Bounded, so that a slip does not fill the disk.
    if (equals == std::string::npos || found == known.end() || !absl::SimpleAtoi(argument.substr(equals + 1), found->second) ||
        *found->second < 0 || *found->second > 3600) {
      std::fprintf(stderr, "usage: load [--seconds=20] [--deliver=2] [--ask=4] [--feeds=2], each at most 3600\n");
      return 2;
    }
  }
  nmd::LoadInstance(options);
  nmd::BareGrpc(options);
  return testing::Test::HasFailure() ? 1 : 0;
}
