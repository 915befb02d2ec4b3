// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_GATEWAY_CLI_OPERATE_H_
#define NMD_GATEWAY_CLI_OPERATE_H_

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "gateway/cli/nmdctl.h"
#include "gateway/cli/table.h"

namespace CLI {
class App;
}

// Commands for who runs an instance, on the machine and in the folder where it lies (deploy/make_instance.sh). They ask no
// gateway and need no token: whoever may read the folder may use them.
namespace nmd::cli {

// What the command line says; CLI11 fills it.
struct OperateOptions {
  std::string dir;
  std::string to, into;  // migrate: "postgres" or "sqlite"; a folder for copies.
  int schema = 0;        // migrate: version of the tables in PostgreSQL; 0: as they are.
};

// Adds status, migrate and backup. `perform` takes the command that was typed, once.
void AddOperateCommands(CLI::App& app, OperateOptions& options, const std::string& format, const Surroundings& io,
                        const std::function<void(const std::function<absl::StatusOr<int>()>&)>& perform);

// How one service of an instance is.
struct ServiceHealth {
  std::string service;
  bool answers = false, ready = false;
  std::string version;                      // Empty when it does not answer.
  std::optional<int64_t> journal_sequence;  // Of the last record; absent when it does not answer.
  int64_t feed_failing_seconds = 0;         // How long it could not follow a feed of another service.
  bool reads_only = false;
  bool in_postgres = false;
  int64_t store_bytes = 0;             // Of the files; 0 with PostgreSQL.
  std::optional<absl::Time> cert_end;  // When its certificate ends; absent when it cannot be read.
};

// For tests: the table that people get, and what there is to worry about, a sentence each.
Table HealthTable(const std::vector<ServiceHealth>& services);
std::vector<std::string> HealthWorries(const std::vector<ServiceHealth>& services, int64_t free_bytes, int64_t disk_bytes,
                                       absl::Time now);

}  // namespace nmd::cli

#endif  // NMD_GATEWAY_CLI_OPERATE_H_
