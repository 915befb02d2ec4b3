// SPDX-License-Identifier: EUPL-1.2
#include "tests/contract/journal_contract.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "absl/cleanup/cleanup.h"

namespace nmd {
namespace {

class MemoryBackend : public JournalBackend {
 public:
  absl::StatusOr<std::unique_ptr<Journal>> Open() override { return NewMemoryJournal(); }
  bool durable() const override { return false; }
};

class SqliteBackend : public JournalBackend {
 public:
  SqliteBackend() {
    static int count = 0;
    folder_ = absl::StrCat(::testing::TempDir(), "/journal_contract-", getpid(), "-", ++count);
  }
  ~SqliteBackend() override {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  absl::StatusOr<std::unique_ptr<Journal>> Open() override { return OpenSqliteJournal(path()); }
  bool durable() const override { return true; }
  std::string path() const { return folder_ + "/made/on/the/way/test.db"; }

 private:
  std::string folder_;
};

INSTANTIATE_TEST_SUITE_P(All, JournalContract,
                         ::testing::Values(JournalStore{"Memory", [] { return std::make_unique<MemoryBackend>(); }},
                                           JournalStore{"Sqlite", [] { return std::make_unique<SqliteBackend>(); }}),
                         [](const ::testing::TestParamInfo<JournalStore>& store) { return store.param.name; });

JournalRecord Record(std::string payload) {
  return {0, absl::FromUnixSeconds(1'520'000'000), "note", std::move(payload), "service:test"};
}

std::string FileBytes(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(in), {});
}

// --- kill -9

constexpr int kBatch = 3;

// Appends batches of kBatch records with a blob for ever, and writes the last sequence to `acknowledge` after each.
[[noreturn]] void AppendForEver(const std::string& path, int acknowledge) {
  absl::StatusOr<std::unique_ptr<Journal>> journal = OpenSqliteJournal(path);
  if (!journal.ok()) _exit(1);
  while (true) {
    const int64_t last = (*journal)->LastSequence();
    std::vector<JournalRecord> records;
    for (int i = 1; i <= kBatch; ++i) records.push_back(Record(std::string(2000, static_cast<char>('a' + (last + i) % 26))));
    const absl::StatusOr<int64_t> appended = (*journal)->Append(std::move(records), last, {{absl::StrCat("blob", last), "b"}});
    if (!appended.ok() || write(acknowledge, &*appended, sizeof *appended) != sizeof *appended) _exit(2);
  }
}

TEST(SqliteJournal, AfterKillNineNothingAcknowledgedIsLostAndNothingIsHalfThere) {
  SqliteBackend backend;
  int64_t acknowledged = 0;
  // The child is killed at a moment of its own choosing: after so many acknowledgements it is somewhere in its next append.
  for (int acknowledgements : {1, 2, 5, 17, 40, 3}) {
    int pipe_ends[2];
    ASSERT_EQ(pipe(pipe_ends), 0);
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      close(pipe_ends[0]);
      AppendForEver(backend.path(), pipe_ends[1]);
    }
    close(pipe_ends[1]);
    const absl::Cleanup close_pipe = [&] { close(pipe_ends[0]); };
    int64_t sequence = 0;
    for (int i = 0; i < acknowledgements; ++i) {
      ASSERT_EQ(read(pipe_ends[0], &sequence, sizeof sequence), static_cast<ssize_t>(sizeof sequence)) << "the child failed";
    }
    ASSERT_EQ(kill(child, SIGKILL), 0);
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    // What it acknowledged after the last one we waited for counts too.
    while (read(pipe_ends[0], &sequence, sizeof sequence) == static_cast<ssize_t>(sizeof sequence)) {
    }
    EXPECT_GT(sequence, acknowledged);
    acknowledged = sequence;

    absl::StatusOr<std::unique_ptr<Journal>> journal = backend.Open();
    ASSERT_TRUE(journal.ok()) << journal.status();
    const int64_t last = (*journal)->LastSequence();
    EXPECT_GE(last, acknowledged);
    EXPECT_EQ(last % kBatch, 0) << "a part of an append";
    int64_t next = 1;
    ASSERT_TRUE((*journal)
                    ->Replay(0,
                             [&](const JournalRecord& record) {
                               EXPECT_EQ(record.sequence, next);
                               EXPECT_EQ(record.payload, std::string(2000, static_cast<char>('a' + next % 26)));
                               ++next;
                               return true;
                             })
                    .ok());
    EXPECT_EQ(next, last + 1);
    for (int64_t before = 0; before < last; before += kBatch) {
      EXPECT_TRUE((*journal)->ReadBlob(absl::StrCat("blob", before)).ok()) << before;
    }
    EXPECT_FALSE((*journal)->ReadBlob(absl::StrCat("blob", last)).ok()) << "a blob without its records";
  }
}

// --- What only a file can get wrong.

TEST(SqliteJournal, ARewriteLeavesNoTraceInTheFiles) {
  SqliteBackend backend;
  const std::string secret = "Geheimhoudingsplicht";
  {
    const std::unique_ptr<Journal> journal = *backend.Open();
    ASSERT_TRUE(journal->Append({Record("kept"), Record(secret + std::string(10000, '.'))}, 0).ok());
    ASSERT_TRUE(journal->SaveCheckpoint(2, secret).ok());
    ASSERT_TRUE(journal
                    ->Rewrite([](const JournalRecord& record) {
                      return record.payload == "kept" ? std::make_optional(record) : std::nullopt;
                    })
                    .ok());
    const std::string files = FileBytes(backend.path()) + FileBytes(backend.path() + "-wal");
    EXPECT_EQ(files.find(secret), std::string::npos);
    EXPECT_NE(files.find("kept"), std::string::npos) << "the search finds what is there";
  }
}

TEST(SqliteJournal, IsForItsOwnerOnlyAndBeginsWithAnEmptyLog) {
  SqliteBackend backend;
  ASSERT_TRUE((*backend.Open())->Append({Record("a")}, 0).ok());
  std::filesystem::permissions(backend.path(), std::filesystem::perms(0644));
  const std::unique_ptr<Journal> journal = *backend.Open();
  EXPECT_EQ(FileBytes(backend.path() + "-wal"), "") << "it may hold what a rewrite erased";
  ASSERT_TRUE(journal->Append({Record("b")}, 1).ok());
  for (const char* suffix : {"", "-wal"}) {
    EXPECT_EQ(std::filesystem::status(backend.path() + suffix).permissions(), std::filesystem::perms(0600)) << suffix;
  }
}

TEST(SqliteJournal, AFullDiskRefusesAnAppendWholeAndIsOverWhenThereIsRoomAgain) {
  SqliteBackend backend;
  std::unique_ptr<Journal> journal = *backend.Open();
  ASSERT_TRUE(journal->Append({Record("before")}, 0).ok());
  rlimit room;
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &room), 0);
  const rlimit full = {200'000, room.rlim_max};
  signal(SIGXFSZ, SIG_IGN);
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &full), 0);
  const absl::Status refused =
      journal->Append({Record("small"), Record(std::string(1 << 20, 'x'))}, 1, {{"blob", "bytes"}}).status();
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &room), 0);
  EXPECT_EQ(ReasonOf(refused), ErrorReason::UNAVAILABLE_NOW) << refused;
  EXPECT_EQ(journal->LastSequence(), 1);
  ASSERT_TRUE(journal->Append({Record("after")}, 1).ok());
  journal.reset();
  journal = *backend.Open();
  std::string seen;
  ASSERT_TRUE(journal
                  ->Replay(0,
                           [&](const JournalRecord& record) {
                             seen += record.payload + " ";
                             return true;
                           })
                  .ok());
  EXPECT_EQ(seen, "before after ");
  EXPECT_FALSE(journal->ReadBlob("blob").ok());
}

TEST(SqliteJournal, AHeldFileIsRefusedWithAReasonToActOn) {
  SqliteBackend backend;
  int held[2], release[2];
  ASSERT_EQ(pipe(held), 0);
  ASSERT_EQ(pipe(release), 0);
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    close(release[1]);
    absl::StatusOr<std::unique_ptr<Journal>> journal = backend.Open();
    const char state = journal.ok() ? 'y' : 'n';
    if (write(held[1], &state, 1) != 1) _exit(1);
    char ignored;
    // Ends when the parent closes its end.
    _exit(read(release[0], &ignored, 1) == 0 ? 0 : 1);
  }
  char state = 0;
  ASSERT_EQ(read(held[0], &state, 1), 1);
  ASSERT_EQ(state, 'y');
  const absl::Status status = backend.Open().status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition) << status;
  for (int end : {held[0], held[1], release[0], release[1]}) close(end);
  int exit_status = 0;
  ASSERT_EQ(waitpid(child, &exit_status, 0), child);
  EXPECT_TRUE(backend.Open().ok()) << "free again when the holder is gone";
}

TEST(SqliteJournal, AFileThatIsNoJournalIsRefused) {
  SqliteBackend backend;
  std::filesystem::create_directories(std::filesystem::path(backend.path()).parent_path());
  std::ofstream(backend.path()) << std::string(5000, 'x');
  const absl::Status status = backend.Open().status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << status;
  EXPECT_EQ(ReasonOf(status), ErrorReason::STORE_DAMAGED);
  EXPECT_EQ(FileBytes(backend.path()), std::string(5000, 'x')) << "and left as it is";
}

}  // namespace
}  // namespace nmd
