// SPDX-License-Identifier: EUPL-1.2
#include "tests/support/instance.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <httplib.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace nmd::testing {
namespace {

constexpr int kPortsPerInstance = 14;

std::string Environment(const char* name, const char* preset) {
  const char* value = std::getenv(name);
  return value == nullptr ? preset : value;
}

bool CanBind(int port) {
  const int descriptor = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<uint16_t>(port));
  const bool free = bind(descriptor, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0;
  close(descriptor);
  return free;
}

// A row of free ports below those the kernel gives to clients. Tests that run side by side begin to look in different places:
// a row that is free now may be taken by the other before this one uses it. No row is given twice in a process.
int FreePorts() {
  constexpr int kFirst = 20000, kRows = 900;
  static std::atomic<int> next = static_cast<int>(getpid());
  for (int tried = 0; tried < kRows; ++tried) {
    const int base = kFirst + next++ % kRows * kPortsPerInstance;
    bool free = true;
    for (int i = 0; free && i < kPortsPerInstance; ++i) free = CanBind(base + i);
    if (free) return base;
  }
  ADD_FAILURE() << "no free ports";
  return 0;
}

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

}  // namespace

std::string ScratchDir(const std::string& name) { return absl::StrCat(::testing::TempDir(), "nmd-", getpid(), "/", name); }

std::string SourceDir() { return Environment("NMD_SOURCE_DIR", "."); }

std::string Program(const std::string& name) {
  return absl::StrCat(Environment("NMD_BINARY_DIR", "build/release"), "/bin/", name);
}

std::string MustRun(const std::string& command) {
  FILE* pipe = popen(command.c_str(), "r");
  std::string output;
  char buffer[4096];
  while (const size_t count = fread(buffer, 1, sizeof(buffer), pipe)) output.append(buffer, count);
  const int status = pclose(pipe);
  EXPECT_EQ(status, 0) << command;
  return output;
}

Child::Child(const std::vector<std::string>& arguments, const std::string& log) : log_(log) {
  int pipe_ends[2];
  if (pipe2(pipe_ends, O_CLOEXEC) != 0) std::abort();
  std::vector<char*> argv;
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  pid_ = fork();
  if (pid_ == 0) {
    dup2(pipe_ends[1], STDOUT_FILENO);
    dup2(pipe_ends[1], STDERR_FILENO);
    execv(argv[0], argv.data());
    _exit(127);
  }
  close(pipe_ends[1]);
  reader_ = std::thread([this, descriptor = pipe_ends[0]] { ReadOutput(descriptor); });
}

Child::~Child() {
  if (!joined_) Kill();
  reader_.join();
}

void Child::ReadOutput(int descriptor) {
  std::ofstream log(log_, std::ios::app | std::ios::binary);
  std::string partial;
  char buffer[65536];
  ssize_t count;
  while ((count = read(descriptor, buffer, sizeof(buffer))) > 0) {
    log.write(buffer, count);
    log.flush();
    partial.append(buffer, static_cast<size_t>(count));
    size_t end;
    MutexLock lock(mutex_);
    // A progress count may end in a carriage return.
    while ((end = partial.find_first_of("\r\n")) != std::string::npos) {
      lines_.push_back(partial.substr(0, end));
      partial.erase(0, end + 1);
    }
    changed_.NotifyAll();
  }
  close(descriptor);
  MutexLock lock(mutex_);
  ended_ = true;
  changed_.NotifyAll();
}

bool Child::WaitForLine(const std::function<bool(const std::string&)>& wanted) {
  MutexLock lock(mutex_);
  while (true) {
    for (; looked_at_ < lines_.size(); ++looked_at_) {
      if (wanted(lines_[looked_at_])) {
        ++looked_at_;
        return true;
      }
    }
    if (ended_) return false;
    changed_.Wait(mutex_);
  }
}

int Child::Join() {
  if (joined_) return exit_code_;
  int status = 0;
  waitpid(pid_, &status, 0);
  joined_ = true;
  exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return exit_code_;
}

void Child::Kill() {
  kill(pid_, SIGKILL);
  Join();
}

void Child::Terminate() { kill(pid_, SIGTERM); }

const std::vector<std::string>& Instance::Services() {
  static const auto& services =
      *new std::vector<std::string>{"ingestion", "linking", "costs", "contracts", "publication", "gateway"};
  return services;
}

Instance::Instance(const std::string& dir, const std::string& municipality, Role role, const std::string& region)
    : dir_(dir), municipality_(municipality), role_(role), region_(region) {
  std::filesystem::remove_all(dir_);
  http_port_ = FreePorts();
  Configure();
}

void Instance::Configure() {
  // The dashboard is served when it was built; tests/run.sh does that first.
  const std::string web = std::filesystem::absolute(SourceDir() + "/build/web").string();
  MustRun(absl::StrCat(region_.empty() ? "" : absl::StrCat("NMD_REGION='", region_, "' "), SourceDir(),
                       "/deploy/make_instance.sh ", dir_, " ", municipality_, " Tynaarlo ", http_port_, " '",
                       std::filesystem::exists(web) ? web : "", "' machine ",
                       role_ == Role::kRegion ? "region" : "municipality"));
}

Instance::~Instance() = default;

void Instance::Start(const std::string& service) {
  auto child = std::make_unique<Child>(std::vector<std::string>{Program(absl::StrCat(service, "_server")),
                                                                absl::StrCat("--config=", dir_, "/config/", service, ".yaml")},
                                       absl::StrCat(dir_, "/log/", service, ".log"));
  ASSERT_TRUE(child->WaitForLine([](const std::string& line) { return absl::StrContains(line, "\"text\":\"ready\""); }))
      << service << " did not start:\n"
      << ReadFile(absl::StrCat(dir_, "/log/", service, ".log"));
  children_[service] = std::move(child);
}

void Instance::StartAll() {
  for (const std::string& service : Services()) Start(service);
}

void Instance::KillNine(const std::string& service) {
  children_.at(service)->Kill();
  children_.erase(service);
}

void Instance::Stop(const std::string& service) {
  children_.at(service)->Terminate();
  EXPECT_EQ(children_.at(service)->Join(), 0) << service;
  children_.erase(service);
}

void Instance::AwaitLine(const std::string& service, const std::string& text) {
  EXPECT_TRUE(children_.at(service)->WaitForLine([&](const std::string& line) { return absl::StrContains(line, text); }))
      << service << " ended without \"" << text << "\"";
}

int Instance::AwaitEnd(const std::string& service) {
  const int exit_code = children_.at(service)->Join();
  children_.erase(service);
  return exit_code;
}

void Instance::StopAll() {
  for (const auto& [service, child] : children_) child->Terminate();
  for (const auto& [service, child] : children_) EXPECT_EQ(child->Join(), 0) << service;
  children_.clear();
}

std::string Instance::Token(const std::string& role) {
  std::string& path = tokens_[role];
  if (path.empty()) {
    path = absl::StrCat(dir_, "/", role, ".token");
    MustRun(absl::StrCat(Program("nmdctl"), " token --key ", dir_, "/certs/issuer.key --role ", role, " --municipality ",
                         municipality_, " --subject test-", role, " > ", path));
  }
  return path;
}

std::vector<std::string> Instance::Ctl(const std::string& role, const std::vector<std::string>& arguments) {
  std::vector<std::string> line = {Program("nmdctl"), "--url",       absl::StrCat("http://127.0.0.1:", http_port_),
                                   "--municipality",  municipality_, "--token-file",
                                   Token(role)};
  line.insert(line.end(), arguments.begin(), arguments.end());
  return line;
}

Instance::Result Instance::RunCtl(const std::string& role, const std::vector<std::string>& arguments) {
  const std::string out = absl::StrCat(dir_, "/ctl.out"), err = absl::StrCat(dir_, "/ctl.err");
  std::filesystem::remove(out);
  std::vector<std::string> command = Ctl(role, arguments);
  command.insert(command.begin(), {"/bin/sh", "-c", "exec \"$@\" 2>\"$0\"", err});
  Result result;
  {
    Child child(command, out);
    result.exit_code = child.Join();
  }
  result.output = ReadFile(out);
  result.errors = ReadFile(err);
  return result;
}

Instance::Answer Instance::Post(const std::string& path, const std::string& body, const std::string& role) {
  httplib::Client client("127.0.0.1", http_port_);
  client.set_read_timeout(120);
  httplib::Headers headers;
  if (!role.empty()) {
    headers.emplace("Authorization", absl::StrCat("Bearer ", absl::StripAsciiWhitespace(ReadFile(Token(role)))));
  }
  const auto result = client.Post(path, headers, body, "application/json");
  if (!result) return {};
  return {result->status, result->get_header_value("Content-Type"), result->body};
}

Instance::Answer Instance::Get(const std::string& path, const std::string& role) {
  httplib::Client client("127.0.0.1", http_port_);
  client.set_read_timeout(120);
  httplib::Headers headers;
  if (!role.empty()) {
    headers.emplace("Authorization", absl::StrCat("Bearer ", absl::StripAsciiWhitespace(ReadFile(Token(role)))));
  }
  const auto result = client.Get(path, headers);
  if (!result) return {};
  return {result->status, result->get_header_value("Content-Type"), result->body};
}

std::string Instance::Metrics() {
  std::string all;
  for (size_t i = 0; i < Services().size(); ++i) {
    // make_instance.sh gives every service two ports after the gateway's: gRPC and admin.
    httplib::Client client("127.0.0.1", http_port_ + 2 * static_cast<int>(i + 1));
    const auto result = client.Get("/metrics");
    EXPECT_TRUE(result && result->status == 200) << Services()[i];
    if (result) all += result->body;
  }
  return all;
}

std::string Instance::Logs() const {
  std::string all;
  for (const std::string& service : Services()) all += ReadFile(absl::StrCat(dir_, "/log/", service, ".log"));
  return all;
}

int64_t Child::PeakMemory() const {
  for (const auto line : absl::StrSplit(ReadFile(absl::StrCat("/proc/", pid_, "/status")), '\n')) {
    int64_t kib = 0;
    if (absl::StartsWith(line, "VmHWM:") &&
        absl::SimpleAtoi(absl::StripSuffix(absl::StripAsciiWhitespace(line.substr(6)), " kB"), &kib)) {
      return kib * 1024;
    }
  }
  return -1;
}

pid_t Instance::Pid(const std::string& service) const { return children_.at(service)->pid(); }

int64_t Instance::PeakMemory(const std::string& service) const { return children_.at(service)->PeakMemory(); }

}  // namespace nmd::testing
