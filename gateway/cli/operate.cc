// SPDX-License-Identifier: EUPL-1.2
#include "gateway/cli/operate.h"

#include <httplib.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>
#include <yaml-cpp/yaml.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <sstream>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "services/core/dutch.h"
#include "services/platform/journal_copy.h"
#include "services/platform/postgres_journal.h"
#include "services/platform/status_macros.h"

namespace nmd::cli {
namespace {

namespace fs = std::filesystem;

constexpr char kConnectionFile[] = "../keys/postgres";
constexpr absl::Duration kCertificateWarning = absl::Hours(24 * 30);

// One service of an instance, as its configuration has it.
struct Member {
  std::string service, municipality, admin, certificate;
  fs::path config;
  fs::path sqlite;           // Empty with PostgreSQL.
  fs::path connection_file;  // Empty with SQLite.
  std::string reader_of;

  PostgresStore Postgres(std::string connection) const {
    return {std::move(connection), service, municipality, absl::ZeroDuration(), "", nullptr, false};
  }
};

std::string ReadAll(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return std::string((std::istreambuf_iterator<char>(file)), {});
}

// In the order in which a backup copies them and an upgrade replaces them: who reads a feed before who writes it.
std::vector<std::string> Order() { return {"gateway", "publication", "contracts", "costs", "linking", "ingestion"}; }

absl::Status NoInstance(const std::string& dir, absl::string_view why) {
  return absl::InvalidArgumentError(absl::StrCat(dir, ": is geen map van een instantie: ", why));
}

absl::StatusOr<std::vector<Member>> ReadMembers(const std::string& dir) {
  std::vector<Member> members;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(fs::path(dir) / "config", error)) {
    if (entry.path().extension() != ".yaml") continue;
    // yaml-cpp tells faults by throwing; what is no configuration of a service is passed over.
    try {
      const YAML::Node server = YAML::LoadFile(entry.path())["server"];
      if (!server || !server["service"]) continue;
      Member member;
      member.service = server["service"].as<std::string>();
      member.municipality = server["municipality"].as<std::string>("");
      member.admin = server["admin_listen"].as<std::string>("");
      member.config = entry.path();
      const fs::path here = entry.path().parent_path();
      if (server["tls"]) member.certificate = here / server["tls"]["certificate"].as<std::string>("");
      if (server["data_dir"]) member.sqlite = here / server["data_dir"].as<std::string>() / (member.service + ".db");
      if (server["postgres"]) {
        member.connection_file = here / server["postgres"]["connection_file"].as<std::string>("");
        member.reader_of = server["postgres"]["reader_of"].as<std::string>("");
      }
      members.push_back(std::move(member));
    } catch (const YAML::Exception& fault) {
      return NoInstance(dir, absl::StrCat(entry.path().filename().string(), ": ", fault.what()));
    }
  }
  if (members.empty()) return NoInstance(dir, "config/ heeft geen dienst");
  const std::vector<std::string> order = Order();
  const auto rank = [&](const Member& member) {
    return std::make_pair(std::find(order.begin(), order.end(), member.service) - order.begin(), member.config);
  };
  std::sort(members.begin(), members.end(), [&](const Member& a, const Member& b) { return rank(a) < rank(b); });
  return members;
}

// --- status

std::optional<absl::Time> CertificateEnd(const std::string& path) {
  std::FILE* file = std::fopen(path.c_str(), "r");
  if (file == nullptr) return std::nullopt;
  const absl::Cleanup close = [file] { std::fclose(file); };
  const std::unique_ptr<X509, decltype(&X509_free)> certificate(PEM_read_X509(file, nullptr, nullptr, nullptr), &X509_free);
  std::tm end{};
  if (certificate == nullptr || ASN1_TIME_to_tm(X509_get0_notAfter(certificate.get()), &end) != 1) return std::nullopt;
  return absl::FromTM(end, absl::UTCTimeZone());
}

// The value of a metric without labels: "nmd_journal_sequence 12".
std::optional<int64_t> MetricOf(absl::string_view metrics, absl::string_view name) {
  for (absl::string_view line : absl::StrSplit(metrics, '\n')) {
    double value;
    if (absl::ConsumePrefix(&line, name) && absl::ConsumePrefix(&line, " ") && absl::SimpleAtod(line, &value)) {
      return static_cast<int64_t>(value);
    }
  }
  return std::nullopt;
}

std::string VersionOf(absl::string_view metrics) {
  const size_t at = metrics.find("nmd_build_info{version=\"");
  if (at == absl::string_view::npos) return "";
  const std::vector<absl::string_view> parts = absl::StrSplit(metrics.substr(at), absl::MaxSplits('"', 2));
  return parts.size() > 1 ? std::string(parts[1]) : "";
}

ServiceHealth HealthOf(const Member& member) {
  ServiceHealth health;
  health.service = member.service;
  health.in_postgres = !member.connection_file.empty();
  health.reads_only = !member.reader_of.empty();
  // 0.0.0.0 in a container is reached here too.
  httplib::Client client(absl::StrCat("http://", member.admin));
  client.set_connection_timeout(2);
  client.set_read_timeout(5);
  if (const auto ready = client.Get("/readyz")) {
    health.answers = true;
    health.ready = ready->status == 200;
  }
  if (const auto metrics = client.Get("/metrics"); metrics && metrics->status == 200) {
    health.version = VersionOf(metrics->body);
    health.journal_sequence = MetricOf(metrics->body, "nmd_journal_sequence");
    health.feed_failing_seconds = MetricOf(metrics->body, "nmd_feed_failing_seconds").value_or(0);
  }
  for (const char* suffix : {"", "-wal"}) {
    std::error_code error;
    const auto size = fs::file_size(member.sqlite.string() + suffix, error);
    if (!error) health.store_bytes += static_cast<int64_t>(size);
  }
  health.cert_end = CertificateEnd(member.certificate);
  return health;
}

std::string Mebibytes(int64_t bytes) { return dutch::Number((bytes + (1 << 19)) >> 20); }

absl::StatusOr<int> Status(const OperateOptions& options, const std::string& format, const Surroundings& io) {
  NMD_ASSIGN_OR_RETURN(const std::vector<Member> members, ReadMembers(options.dir));
  std::vector<ServiceHealth> services;
  for (const Member& member : members) services.push_back(HealthOf(member));
  std::error_code error;
  const fs::space_info disk = fs::space(options.dir, error);
  const std::vector<std::string> worries =
      HealthWorries(services, static_cast<int64_t>(disk.available), static_cast<int64_t>(disk.capacity), io.clock.Now());
  io.out << Printed(HealthTable(services), format);
  if (format == "table") {
    io.out << "\nSchijf: " << Mebibytes(static_cast<int64_t>(disk.available)) << " MiB vrij van "
           << Mebibytes(static_cast<int64_t>(disk.capacity)) << " MiB.\n";
    for (const std::string& worry : worries) io.out << worry << "\n";
    if (worries.empty()) io.out << "Alles werkt.\n";
  }
  return worries.empty() ? 0 : 1;
}

// --- migrate

absl::StatusOr<std::string> ConnectionOf(const fs::path& path) {
  std::string connection = ReadAll(path);
  connection = connection.substr(0, connection.find('\n'));
  if (connection.empty()) {
    return absl::FailedPreconditionError(
        absl::StrCat(path.lexically_normal().string(), ": zet hier op de eerste regel hoe de database te bereiken is"));
  }
  return connection;
}

std::vector<Cell> SumRow(const std::string& service, const JournalSum& sum) {
  return {Cell::Same(service),
          {dutch::Number(sum.records), absl::StrCat(sum.records)},
          {dutch::Number(sum.blobs), absl::StrCat(sum.blobs)},
          {dutch::Number(sum.last_sequence), absl::StrCat(sum.last_sequence)},
          {Mebibytes(sum.bytes), absl::StrCat(sum.bytes)},
          {sum.sha256.substr(0, 16), sum.sha256}};
}

Table SumTable() {
  return {{{"Dienst", "dienst"},
           {"Records", "records", true},
           {"Bestanden", "bestanden", true},
           {"Laatste", "laatste", true},
           {"MiB", "bytes", true},
           {"Controlesom", "sha256"}},
          {},
          0};
}

// The line of the store in a configuration. The rest of the file, with its remarks, stays as it is.
absl::Status WriteStoreLine(const Member& member, absl::string_view line) {
  std::vector<std::string> lines = absl::StrSplit(ReadAll(member.config), '\n');
  int changed = 0;
  for (std::string& each : lines) {
    if (!absl::StartsWith(each, "  data_dir:") && !absl::StartsWith(each, "  postgres:")) continue;
    each = std::string(line);
    ++changed;
  }
  if (changed != 1) {
    return absl::FailedPreconditionError(absl::StrCat(
        member.config.string(), ": data_dir of postgres staat er niet op een regel van zichzelf; zet er zelf neer:", line));
  }
  const fs::path fresh = member.config.string() + ".new";
  std::ofstream file(fresh, std::ios::binary);
  for (size_t i = 0; i < lines.size(); ++i) file << lines[i] << (i + 1 < lines.size() ? "\n" : "");
  file.close();
  std::error_code error;
  if (file) fs::permissions(fresh, fs::status(member.config).permissions(), error);
  if (file) fs::rename(fresh, member.config, error);
  if (!file || error) return absl::UnavailableError(absl::StrCat(member.config.string(), ": kan niet worden geschreven"));
  return absl::OkStatus();
}

absl::StatusOr<int> CopyInto(const std::vector<Member>& members, const OperateOptions& options, const std::string& format,
                             const Surroundings& io) {
  Table table = SumTable();
  for (const Member& member : members) {
    if (!member.reader_of.empty()) continue;
    const fs::path target = fs::path(options.into) / (member.service + ".db");
    if (fs::exists(target)) return absl::FailedPreconditionError(absl::StrCat(target.string(), ": is er al"));
    std::unique_ptr<Journal> from;
    if (member.connection_file.empty()) {
      NMD_ASSIGN_OR_RETURN(from, OpenSqliteJournal(member.sqlite));
    } else {
      NMD_ASSIGN_OR_RETURN(std::string connection, ConnectionOf(member.connection_file));
      PostgresStore store = member.Postgres(std::move(connection));
      store.snapshot = true;
      NMD_ASSIGN_OR_RETURN(from, OpenPostgresJournal(store));
    }
    JournalSum sum;
    {
      NMD_ASSIGN_OR_RETURN(const std::unique_ptr<Journal> to, OpenSqliteJournal(target));
      NMD_ASSIGN_OR_RETURN(sum, CopyJournal(*from, *to));
    }
    std::error_code ignored;
    fs::remove(target.string() + ".lock", ignored);
    table.rows.push_back(SumRow(member.service, sum));
  }
  io.out << Printed(table, format);
  return 0;
}

absl::StatusOr<int> Move(const std::vector<Member>& members, const OperateOptions& options, const std::string& format,
                         const Surroundings& io) {
  const bool to_postgres = options.to == "postgres";
  const fs::path data = fs::path(options.dir) / "data";
  std::vector<Member> moving;
  for (const Member& member : members) {
    if (member.reader_of.empty() && member.connection_file.empty() == to_postgres) moving.push_back(member);
  }
  if (moving.empty()) {
    io.out << "Alles staat al in " << (to_postgres ? "PostgreSQL" : "SQLite") << ".\n";
    return 0;
  }
  const auto moved_name = [](const fs::path& path) { return path.string() + ".moved"; };
  // First all stores, so that one that is in use or holds something stops everything before anything is copied; then all
  // copies; and only then is the instance changed.
  struct Pair {
    std::unique_ptr<Journal> from, to;
  };
  std::vector<Pair> pairs;
  for (const Member& member : moving) {
    if (to_postgres && fs::exists(moved_name(member.sqlite))) {
      return absl::FailedPreconditionError(absl::StrCat(moved_name(member.sqlite), ": is er al; berg het eerst op"));
    }
    NMD_ASSIGN_OR_RETURN(std::string connection,
                         ConnectionOf(to_postgres ? member.config.parent_path() / kConnectionFile : member.connection_file));
    NMD_ASSIGN_OR_RETURN(std::unique_ptr<Journal> postgres, OpenPostgresJournal(member.Postgres(std::move(connection))));
    NMD_ASSIGN_OR_RETURN(std::unique_ptr<Journal> sqlite,
                         OpenSqliteJournal(to_postgres ? member.sqlite : data / (member.service + ".db")));
    if (!to_postgres) std::swap(postgres, sqlite);
    if (postgres->LastSequence() != 0) {
      return absl::FailedPreconditionError(
          absl::StrCat("de opslag van ", member.service, " waarheen verhuisd wordt, is niet leeg; maak die eerst leeg"));
    }
    pairs.push_back({std::move(sqlite), std::move(postgres)});
  }
  Table table = SumTable();
  for (size_t i = 0; i < moving.size(); ++i) {
    NMD_ASSIGN_OR_RETURN(const JournalSum sum, CopyJournal(*pairs[i].from, *pairs[i].to));
    table.rows.push_back(SumRow(moving[i].service, sum));
  }
  for (const Member& member : moving) {
    NMD_RETURN_IF_ERROR(WriteStoreLine(member, to_postgres
                                                   ? absl::StrCat("  postgres: {connection_file: ", kConnectionFile, "}")
                                                   : std::string("  data_dir: ../data")));
  }
  pairs.clear();
  for (const Member& member : moving) {
    std::error_code error;
    if (to_postgres) fs::rename(member.sqlite, moved_name(member.sqlite), error);
    if (error) return absl::UnavailableError(absl::StrCat(member.sqlite.string(), ": ", error.message()));
  }
  io.out << Printed(table, format);
  if (format == "table") {
    io.out << "\nBeide kanten hebben dezelfde controlesom. De instantie begint de volgende keer in "
           << (to_postgres ? "PostgreSQL; de oude bestanden heten nu .moved."
                           : "SQLite; wat in de database staat, staat er nog.")
           << "\n";
  }
  return 0;
}

absl::StatusOr<int> Migrate(const OperateOptions& options, const std::string& format, const Surroundings& io) {
  const int asked = !options.to.empty() + !options.into.empty() + (options.schema != 0);
  if (asked != 1) return absl::InvalidArgumentError("geef een van --to, --into en --schema");
  NMD_ASSIGN_OR_RETURN(const std::vector<Member> members, ReadMembers(options.dir));
  if (!options.into.empty()) return CopyInto(members, options, format, io);
  if (!options.to.empty()) return Move(members, options, format, io);
  for (const Member& member : members) {
    if (member.connection_file.empty()) continue;
    NMD_ASSIGN_OR_RETURN(std::string connection, ConnectionOf(member.connection_file));
    NMD_RETURN_IF_ERROR(MovePostgresSchema(member.Postgres(std::move(connection)), options.schema));
    io.out << member.service << ": versie " << options.schema << "\n";
  }
  return 0;
}

// --- backup, restore, verify

// deploy/ of the checkout that this program was built in, or of what was installed.
absl::StatusOr<fs::path> Script(const std::string& name) {
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  const char* set = std::getenv("NMD_DEPLOY");
  for (const fs::path& folder :
       {fs::path(set == nullptr ? "" : set), program.parent_path() / "../../../deploy", fs::path("/usr/lib/nmd/deploy")}) {
    if (!folder.empty() && fs::exists(folder / name, error)) return folder / name;
  }
  return absl::FailedPreconditionError(absl::StrCat(name, " is niet gevonden; zet de map deploy in NMD_DEPLOY"));
}

absl::StatusOr<int> RunScript(const std::string& name, std::vector<std::string> arguments) {
  NMD_ASSIGN_OR_RETURN(const fs::path script, Script(name));
  arguments.insert(arguments.begin(), script.string());
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  pid_t child;
  if (posix_spawn(&child, argv[0], nullptr, nullptr, argv.data(), environ) != 0) {
    return absl::FailedPreconditionError(absl::StrCat(script.string(), ": begint niet"));
  }
  int status = 0;
  if (waitpid(child, &status, 0) != child) return absl::UnavailableError(absl::StrCat(script.string(), ": is weg"));
  // The script told what is wrong.
  constexpr int kRefused = 3;
  return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : kRefused;
}

}  // namespace

Table HealthTable(const std::vector<ServiceHealth>& services) {
  Table table{{{"Dienst", "dienst"},
               {"Toestand", "toestand"},
               {"Versie", "versie"},
               {"Journaal", "journaal", true},
               {"Opslag", "opslag"},
               {"MiB", "bytes", true},
               {"Certificaat tot", "certificaat_tot"}},
              {},
              0};
  for (const ServiceHealth& health : services) {
    const std::string state = !health.answers ? "antwoordt niet" : health.ready ? "gereed" : "nog niet gereed";
    const std::string store = absl::StrCat(health.in_postgres ? "PostgreSQL" : "SQLite", health.reads_only ? ", lezer" : "");
    const auto number = [](std::optional<int64_t> value) {
      return value.has_value() ? Cell{dutch::Number(*value), absl::StrCat(*value)} : Cell{"-", ""};
    };
    table.rows.push_back(
        {Cell::Same(health.service),
         Cell::Same(state),
         {health.version.empty() ? "-" : health.version, health.version},
         number(health.journal_sequence),
         Cell::Same(store),
         health.in_postgres ? Cell{"-", ""} : Cell{Mebibytes(health.store_bytes), absl::StrCat(health.store_bytes)},
         health.cert_end.has_value() ? Cell{absl::FormatTime("%d-%m-%Y", *health.cert_end, absl::UTCTimeZone()),
                                            absl::FormatTime("%Y-%m-%d", *health.cert_end, absl::UTCTimeZone())}
                                     : Cell{"-", ""}});
  }
  return table;
}

std::vector<std::string> HealthWorries(const std::vector<ServiceHealth>& services, int64_t free_bytes, int64_t disk_bytes,
                                       absl::Time now) {
  std::vector<std::string> worries;
  std::string version;
  bool versions_differ = false;
  for (const ServiceHealth& health : services) {
    if (!health.answers) {
      worries.push_back(absl::StrCat("Let op: ", health.service, " antwoordt niet. Kijk in log/", health.service,
                                     ".log; zie NmdServiceDown in deploy/runbook.md."));
    } else if (!health.ready) {
      worries.push_back(absl::StrCat("Let op: ", health.service, " is nog niet gereed, of stopt."));
    }
    if (health.feed_failing_seconds >= 60) {
      worries.push_back(absl::StrCat("Let op: ", health.service, " hoort al ", dutch::Number(health.feed_failing_seconds / 60),
                                     " min. niets van een andere dienst; zie NmdCannotFollow in deploy/runbook.md."));
    }
    if (health.cert_end.has_value() && *health.cert_end - now < kCertificateWarning) {
      worries.push_back(absl::StrCat("Let op: het certificaat van ", health.service,
                                     *health.cert_end < now ? " geldt niet meer." : " geldt nog geen maand."));
    }
    if (health.version.empty()) continue;
    versions_differ = versions_differ || (!version.empty() && version != health.version);
    version = health.version;
  }
  if (versions_differ) worries.push_back("Let op: niet alle diensten hebben dezelfde versie. Maak de bijwerking af.");
  if (disk_bytes > 0 && free_bytes < disk_bytes / 10) {
    worries.push_back("Let op: op de schijf is nog geen tiende vrij. Bij een volle schijf wordt niets meer aangenomen.");
  }
  return worries;
}

void AddOperateCommands(CLI::App& app, OperateOptions& options, const std::string& format, const Surroundings& io,
                        const std::function<void(const std::function<absl::StatusOr<int>()>&)>& perform) {
  CLI::App* status = app.add_subcommand("status", "Hoe het met de diensten van een instantie op deze machine gaat");
  status->fallthrough();
  status->add_option("dir", options.dir, "Map van de instantie")->required();
  status->callback([&options, &format, &io, perform] { perform([&] { return Status(options, format, io); }); });
  CLI::App* migrate =
      app.add_subcommand("migrate", "De opslag van een instantie die stilstaat verhuizen, met een controlesom over alles");
  migrate->fallthrough();
  migrate->add_option("dir", options.dir, "Map van de instantie")->required();
  migrate->add_option("--to", options.to, "postgres (zoals keys/postgres zegt) of sqlite")
      ->check(CLI::IsMember({"postgres", "sqlite"}));
  migrate->add_option("--into", options.into,
                      "Alleen kopiëren, als SQLite-bestanden in deze map; uit PostgreSQL ook tijdens gebruik");
  migrate->add_option("--schema", options.schema, "De tabellen in PostgreSQL naar deze versie brengen, voor een eerdere versie")
      ->check(CLI::Range(1, kPostgresSchema));
  migrate->callback([&options, &format, &io, perform] { perform([&] { return Migrate(options, format, io); }); });
  CLI::App* backup = app.add_subcommand(
      "backup",
      "Een reservekopie van een instantie in gebruik; backup restore en backup verify: er een terugzetten, of bewijzen dat "
      "dat kan. Uitleg: deploy/backup.sh en deploy/restore.sh");
  // Everything after it is for the script.
  backup->prefix_command()->fallthrough(false);
  backup->callback([backup, perform] {
    std::vector<std::string> arguments = backup->remaining();
    const std::string verb = arguments.empty() ? "" : arguments.front();
    const bool back = verb == "restore" || verb == "verify";
    if (back) arguments.erase(arguments.begin());
    if (verb == "verify") arguments.push_back("--verify");
    perform([&] { return RunScript(back ? "restore.sh" : "backup.sh", std::move(arguments)); });
  });
}

}  // namespace nmd::cli
