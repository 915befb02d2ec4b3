// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_TESTS_SUPPORT_INSTANCE_H_
#define NMD_TESTS_SUPPORT_INSTANCE_H_

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "services/platform/mutex.h"

namespace nmd::testing {

// A child process whose output is kept in a file and can be waited for, line by line.
class Child {
 public:
  // Starts `arguments[0]`; standard output and error go to `log`, appended.
  Child(const std::vector<std::string>& arguments, const std::string& log);
  // Kills it if it still runs.
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  // Waits until a line of output satisfies `wanted`; false when the process ended first. Lines are looked at once: a second
  // call goes on where the first stopped.
  bool WaitForLine(const std::function<bool(const std::string&)>& wanted);
  // SIGKILL: nothing is flushed, nothing is closed.
  void Kill();
  // SIGTERM: asks it to end.
  void Terminate();
  // Waits for the end. Returns the exit code; 128 + signal when it was killed.
  int Join();
  // Peak resident memory so far, in bytes; -1 when it ended.
  int64_t PeakMemory() const;
  pid_t pid() const { return pid_; }

 private:
  void ReadOutput(int descriptor);

  const std::string log_;
  pid_t pid_ = -1;
  int exit_code_ = -1;
  bool joined_ = false;
  Mutex mutex_;
  CondVar changed_;
  std::vector<std::string> lines_ ABSL_GUARDED_BY(mutex_);
  size_t looked_at_ ABSL_GUARDED_BY(mutex_) = 0;
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread reader_;
};

// One instance of the monitor as deploy/ lays it out: six real processes, mutual TLS, SQLite, on free ports. The region has
// two: publication and gateway.
class Instance {
 public:
  enum class Role { kMunicipality, kRegion };

  // `dir` is emptied first. `region`: folder of the instance of the region it is a member of; empty: of none.
  Instance(const std::string& dir, const std::string& municipality, Role role = Role::kMunicipality,
           const std::string& region = "");
  ~Instance();

  static const std::vector<std::string>& Services();
  // Makes its configuration anew: the region knows its members after they were made.
  void Configure();
  // Starts a service and waits until it is ready.
  void Start(const std::string& service);
  void StartAll();
  void KillNine(const std::string& service);
  // Asks it to end and waits; it must exit with 0.
  void Stop(const std::string& service);
  // Waits until a service writes a line that holds the text, behind what was waited for before.
  void AwaitLine(const std::string& service, const std::string& text);
  // Waits until a service has ended by itself. Returns its exit code.
  int AwaitEnd(const std::string& service);
  // Asks all to end, then waits for them; all must exit with 0.
  void StopAll();
  bool Running(const std::string& service) const { return children_.count(service) > 0; }

  // Command line of nmdctl for this instance, signed in with a role.
  std::vector<std::string> Ctl(const std::string& role, const std::vector<std::string>& arguments);
  // Runs it.
  struct Result {
    int exit_code = -1;
    std::string output;  // Standard output; progress, which depends on how fast the machine is, is on the other.
    std::string errors;
  };
  Result RunCtl(const std::string& role, const std::vector<std::string>& arguments);

  struct Answer {
    int status = 0;  // 0 when there was no answer.
    std::string type, body;
  };
  // `role` empty sends no token.
  Answer Post(const std::string& path, const std::string& body, const std::string& role);
  Answer Get(const std::string& path, const std::string& role);
  // /metrics of every running service, together.
  std::string Metrics();
  // Everything the services wrote, together.
  std::string Logs() const;
  // Peak resident memory of a running service in bytes.
  int64_t PeakMemory(const std::string& service) const;
  // Process of a running service.
  pid_t Pid(const std::string& service) const;

  const std::string& dir() const { return dir_; }
  int http_port() const { return http_port_; }

 private:
  std::string Token(const std::string& role);

  const std::string dir_;
  const std::string municipality_;
  const Role role_;
  const std::string region_;
  int http_port_ = 0;
  std::map<std::string, std::unique_ptr<Child>> children_;
  std::map<std::string, std::string> tokens_;
};

// A folder of this process and test program only: programs that run side by side do not share it. Not made.
std::string ScratchDir(const std::string& name);
// Path of a program of the build. Example: Program("nmdctl").
std::string Program(const std::string& name);
// The checkout.
std::string SourceDir();
// Runs a command line through the shell and expects it to succeed.
std::string MustRun(const std::string& command);

}  // namespace nmd::testing

#endif  // NMD_TESTS_SUPPORT_INSTANCE_H_
