// SPDX-License-Identifier: EUPL-1.2
#include "gateway/cli/operate.h"

#include <httplib.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "services/platform/journal.h"
#include "services/platform/journal_copy.h"
#include "services/platform/postgres_journal.h"

namespace nmd::cli {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class OperateTest : public ::testing::Test {
 protected:
  OperateTest()
      : dir_(fs::path(::testing::TempDir()) /
             absl::StrCat("operate-", getpid(), "-", ::testing::UnitTest::GetInstance()->current_test_info()->name())) {
    for (const char* folder : {"config", "data", "keys"}) fs::create_directories(dir_ / folder);
  }
  ~OperateTest() override { fs::remove_all(dir_); }

  void Configure(const std::string& service, const std::string& store, const std::string& admin = "127.0.0.1:1") {
    Write(absl::StrCat("config/", service, ".yaml"),
          absl::StrCat("# Remarks stay.\nserver:\n  service: ", service, "\n  municipality: gm1730\n  admin_listen: \"", admin,
                       "\"\n", store, "\n  workers: 2\n"));
  }
  void Write(const std::string& name, const std::string& text) { std::ofstream(dir_ / name) << text; }
  std::string Read(const std::string& name) const {
    std::ifstream file(dir_ / name);
    return std::string((std::istreambuf_iterator<char>(file)), {});
  }
  int Run(std::vector<std::string> arguments) {
    out_.str("");
    err_.str("");
    const SystemClock clock;
    return RunNmdctl(std::move(arguments), {out_, err_, false, clock, [](absl::Duration) {}});
  }
  JournalSum Fill(const std::string& service, int records) {
    const std::unique_ptr<Journal> journal = *OpenSqliteJournal(dir_ / "data" / (service + ".db"));
    for (int i = 0; i < records; ++i) {
      EXPECT_TRUE(journal
                      ->Append({{0, absl::FromUnixSeconds(i), "note", absl::StrCat(service, i), "service:test"}}, i,
                               {{absl::StrCat("raw/", i), service}})
                      .ok());
    }
    EXPECT_TRUE(journal->SaveCheckpoint(records, "state").ok());
    return *SumJournal(*journal);
  }

  const fs::path dir_;
  std::ostringstream out_, err_;
};

TEST_F(OperateTest, StatusTellsWhoAnswersAndWhatToDoAboutWhoDoesNot) {
  httplib::Server admin;
  std::atomic<bool> ready = true;
  admin.Get("/readyz", [&](const httplib::Request&, httplib::Response& response) { response.status = ready ? 200 : 503; });
  admin.Get("/metrics", [](const httplib::Request&, httplib::Response& response) {
    response.set_content("# TYPE nmd_build_info gauge\nnmd_build_info{version=\"0.1.0\"} 1\nnmd_journal_sequence 1234\n",
                         "text/plain");
  });
  const int port = admin.bind_to_any_port("127.0.0.1");
  std::thread serving([&] { admin.listen_after_bind(); });
  Configure("costs", "  data_dir: ../data", absl::StrCat("127.0.0.1:", port));
  Configure("ingestion", "  postgres: {connection_file: ../keys/postgres}");
  Write("data/costs.db", std::string(3 << 20, 'x'));
  EXPECT_EQ(Run({"status", dir_}), 1);
  EXPECT_THAT(out_.str(), HasSubstr("costs      gereed          0.1.0      1.234  SQLite"));
  EXPECT_THAT(out_.str(), HasSubstr("ingestion  antwoordt niet"));
  EXPECT_THAT(out_.str(), HasSubstr("Let op: ingestion antwoordt niet."));
  EXPECT_THAT(out_.str(), HasSubstr("MiB vrij van"));
  EXPECT_LT(out_.str().find("costs"), out_.str().find("ingestion")) << "in the order of an upgrade";
  EXPECT_EQ(Run({"status", dir_, "--format", "csv"}), 1);
  EXPECT_THAT(out_.str(), HasSubstr("costs,gereed,0.1.0,1234,SQLite,3145728,\n"));
  ready = false;
  Run({"status", dir_});
  EXPECT_THAT(out_.str(), HasSubstr("costs is nog niet gereed"));
  admin.stop();
  serving.join();
}

TEST_F(OperateTest, StatusRefusesAFolderThatIsNoInstance) {
  EXPECT_EQ(Run({"status", dir_ / "nowhere"}), 2);
  EXPECT_THAT(err_.str(), HasSubstr("geen map van een instantie"));
  Write("config/costs.yaml", "server: {service: [");
  EXPECT_EQ(Run({"status", dir_}), 2);
  EXPECT_THAT(err_.str(), HasSubstr("costs.yaml"));
}

TEST(Health, WorriesAreAboutWhatAPersonCanDo) {
  const absl::Time now = absl::FromUnixSeconds(1'800'000'000);
  ServiceHealth well;
  well.service = "costs";
  well.answers = well.ready = true;
  well.version = "0.1.0";
  well.cert_end = now + absl::Hours(24 * 31);
  EXPECT_THAT(HealthWorries({well, well}, 500, 1000, now), IsEmpty());
  ServiceHealth other = well;
  other.version = "0.2.0";
  EXPECT_THAT(HealthWorries({well, other}, 500, 1000, now), ElementsAre(HasSubstr("dezelfde versie")));
  other = well;
  other.cert_end = now + absl::Hours(24 * 29);
  EXPECT_THAT(HealthWorries({other}, 500, 1000, now), ElementsAre(HasSubstr("certificaat van costs geldt nog geen maand")));
  other.cert_end = now - absl::Hours(1);
  EXPECT_THAT(HealthWorries({other}, 500, 1000, now), ElementsAre(HasSubstr("geldt niet meer")));
  EXPECT_THAT(HealthWorries({well}, 99, 1000, now), ElementsAre(HasSubstr("schijf")));
  other = well;
  other.feed_failing_seconds = 59;
  EXPECT_THAT(HealthWorries({other}, 500, 1000, now), IsEmpty()) << "a restart of the other service";
  other.feed_failing_seconds = 150;
  EXPECT_THAT(HealthWorries({other}, 500, 1000, now),
              ElementsAre(HasSubstr("costs hoort al 2 min. niets van een andere dienst")));
}

TEST_F(OperateTest, MigrateWantsOneThingAndASetUpDatabase) {
  Configure("costs", "  data_dir: ../data");
  EXPECT_EQ(Run({"migrate", dir_}), 2);
  EXPECT_EQ(Run({"migrate", dir_, "--to", "postgres", "--into", dir_ / "copy"}), 2);
  EXPECT_EQ(Run({"migrate", dir_, "--to", "oracle"}), 2);
  EXPECT_EQ(Run({"migrate", dir_, "--to", "postgres"}), 3);
  EXPECT_THAT(err_.str(), HasSubstr("keys/postgres"));
  EXPECT_EQ(Run({"migrate", dir_, "--to", "sqlite"}), 0) << "is there already";
}

TEST_F(OperateTest, MigrateMovesAnInstanceThereAndBackWithOneSum) {
  const char* connection = std::getenv("NMD_TEST_POSTGRES");
  if (connection == nullptr) GTEST_SKIP() << "no PostgreSQL: run by tests/with_postgres.sh";
  // Municipalities share the schemas of the server, so this one has a name of its own.
  const std::string municipality = absl::StrCat("gm", getpid());
  for (const char* service : {"costs", "ingestion"}) {
    Configure(service, "  data_dir: ../data");
    const std::string path = absl::StrCat("config/", service, ".yaml");
    std::string text = Read(path);
    text.replace(text.find("gm1730"), 6, municipality);
    Write(path, text);
  }
  Write("keys/postgres", absl::StrCat(connection, "\nremark\n"));
  const JournalSum costs = Fill("costs", 3), ingestion = Fill("ingestion", 40);
  const std::string before = Read("config/costs.yaml");
  {
    const std::unique_ptr<Journal> held = *OpenSqliteJournal(dir_ / "data/ingestion.db");
    EXPECT_EQ(Run({"migrate", dir_, "--to", "postgres"}), 3) << "a service that runs is not moved, nor is any other";
    EXPECT_THAT(err_.str(), HasSubstr("another process holds"));
    EXPECT_EQ(Read("config/costs.yaml"), before);
  }
  ASSERT_EQ(Run({"migrate", dir_, "--to", "postgres", "--format", "csv"}), 0) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr(absl::StrCat("costs,3,3,3,", costs.bytes, ",", costs.sha256, "\n")));
  EXPECT_THAT(out_.str(), HasSubstr(absl::StrCat("ingestion,40,40,40,", ingestion.bytes, ",", ingestion.sha256, "\n")));
  EXPECT_THAT(Read("config/costs.yaml"), AllOf(HasSubstr("# Remarks stay.\n"),
                                               HasSubstr("\n  postgres: {connection_file: ../keys/postgres}\n  workers: 2\n"),
                                               Not(HasSubstr("data_dir"))));
  EXPECT_FALSE(fs::exists(dir_ / "data/costs.db"));
  EXPECT_TRUE(fs::exists(dir_ / "data/costs.db.moved"));
  EXPECT_EQ(Run({"migrate", dir_, "--to", "postgres"}), 0) << "is there already";

  const auto store = [&](const std::string& service) {
    return PostgresStore{connection, service, municipality, absl::ZeroDuration(), "", nullptr, false};
  };
  {
    // A copy is of one moment, beside who writes.
    const std::unique_ptr<Journal> writer = *OpenPostgresJournal(store("ingestion"));
    PostgresStore moment = store("ingestion");
    moment.snapshot = true;
    const std::unique_ptr<Journal> reader = *OpenPostgresJournal(moment);
    ASSERT_TRUE(writer->Append({{0, absl::FromUnixSeconds(9), "note", "later", "service:test"}}, 40).ok());
    EXPECT_EQ(*SumJournal(*reader), ingestion);
    ASSERT_EQ(Run({"migrate", dir_, "--into", dir_ / "copy", "--format", "csv"}), 0) << err_.str();
    EXPECT_EQ(*SumJournal(**OpenSqliteJournal(dir_ / "copy/ingestion.db")), *SumJournal(*writer));
    EXPECT_EQ(Run({"migrate", dir_, "--into", dir_ / "copy"}), 3) << "over nothing";
  }
  const JournalSum grown = *SumJournal(**OpenPostgresJournal(store("ingestion")));
  ASSERT_EQ(Run({"migrate", dir_, "--to", "sqlite"}), 0) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("Beide kanten hebben dezelfde controlesom."));
  EXPECT_EQ(Read("config/costs.yaml"), before);
  EXPECT_EQ(*SumJournal(**OpenSqliteJournal(dir_ / "data/costs.db")), costs);
  EXPECT_EQ(*SumJournal(**OpenSqliteJournal(dir_ / "data/ingestion.db")), grown);
  // What was in the database is still there, and never written over.
  fs::remove(dir_ / "data/costs.db.moved");
  EXPECT_EQ(Run({"migrate", dir_, "--to", "postgres"}), 3);
  EXPECT_THAT(err_.str(), HasSubstr("niet leeg"));
  EXPECT_EQ(Read("config/costs.yaml"), before);
}

TEST_F(OperateTest, BackupGivesEverythingToTheScript) {
  Write("backup.sh", "#!/bin/sh\nprintf '%s\\n' \"$@\" >\"$(dirname \"$0\")/said\"\nexit 1\n");
  Write("restore.sh", "#!/bin/sh\nprintf '%s\\n' \"$@\" >\"$(dirname \"$0\")/said\"\n");
  for (const char* name : {"backup.sh", "restore.sh"}) fs::permissions(dir_ / name, fs::perms::owner_all);
  setenv("NMD_DEPLOY", dir_.c_str(), 1);
  EXPECT_EQ(Run({"backup", "/var/lib/nmd/gm1730", "--out", "a b", "--token-file", "t"}), 3) << "the script refused";
  EXPECT_EQ(Read("said"), "/var/lib/nmd/gm1730\n--out\na b\n--token-file\nt\n");
  EXPECT_EQ(Run({"backup", "verify", "a.age", "k.age", "--identity", "i"}), 0);
  EXPECT_EQ(Read("said"), "a.age\nk.age\n--identity\ni\n--verify\n");
  EXPECT_EQ(Run({"backup", "restore", "a.age"}), 0);
  EXPECT_EQ(Read("said"), "a.age\n");
  unsetenv("NMD_DEPLOY");
}

}  // namespace
}  // namespace nmd::cli
