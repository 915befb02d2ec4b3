// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_TESTS_CONTRACT_JOURNAL_CONTRACT_H_
#define NMD_TESTS_CONTRACT_JOURNAL_CONTRACT_H_

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <tuple>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "services/platform/errors.h"
#include "services/platform/journal.h"
#include "services/platform/journal_copy.h"

// What every implementation of Journal must do (services/platform/journal.h). An implementation instantiates the suite:
//
//   INSTANTIATE_TEST_SUITE_P(Sqlite, JournalContract, ::testing::Values(JournalStore{"Sqlite", &NewSqliteStore}));
namespace nmd {

// One store, as a fresh test needs it.
class JournalBackend {
 public:
  virtual ~JournalBackend() = default;
  // Opens the journal of this store; closed and opened again it holds what it held.
  virtual absl::StatusOr<std::unique_ptr<Journal>> Open() = 0;
  // False for a store that ends with its handle: reopening is not tested then.
  virtual bool durable() const = 0;
};

struct JournalStore {
  std::string name;
  std::function<std::unique_ptr<JournalBackend>()> make;
};

class JournalContract : public ::testing::TestWithParam<JournalStore> {
 protected:
  void SetUp() override {
    backend_ = GetParam().make();
    Reopen();
  }

  void Reopen() {
    journal_.reset();
    absl::StatusOr<std::unique_ptr<Journal>> opened = backend_->Open();
    ASSERT_TRUE(opened.ok()) << opened.status();
    journal_ = *std::move(opened);
  }

  static JournalRecord Record(absl::string_view payload, absl::string_view kind = "note") {
    JournalRecord record;
    record.record_time = absl::FromUnixMicros(1'520'000'000'123'456);
    record.kind = std::string(kind);
    record.payload = std::string(payload);
    record.actor = "service:test";
    return record;
  }
  static std::vector<JournalRecord> Records(const std::vector<std::string>& payloads) {
    std::vector<JournalRecord> records;
    for (const std::string& payload : payloads) records.push_back(Record(payload));
    return records;
  }

  // Appends at the tail and expects that to go well.
  void MustAppend(std::vector<JournalRecord> records, std::vector<Journal::Blob> blobs = {}) {
    const int64_t before = journal_->LastSequence();
    const int64_t count = static_cast<int64_t>(records.size());
    const absl::StatusOr<int64_t> last = journal_->Append(std::move(records), before, std::move(blobs));
    ASSERT_TRUE(last.ok()) << last.status();
    ASSERT_EQ(*last, before + count);
  }

  // "1:payload 2:payload ..." of what follows `after`.
  std::string Replayed(int64_t after = 0) const {
    std::vector<std::string> seen;
    const absl::Status status = journal_->Replay(after, [&](const JournalRecord& record) {
      seen.push_back(absl::StrCat(record.sequence, ":", record.payload));
      return true;
    });
    EXPECT_TRUE(status.ok()) << status;
    return absl::StrJoin(seen, " ");
  }

  std::string BlobOr(absl::string_view name, absl::string_view otherwise) const {
    const absl::StatusOr<std::string> bytes = journal_->ReadBlob(name);
    return bytes.ok() ? *bytes : std::string(otherwise);
  }

  std::unique_ptr<JournalBackend> backend_;
  std::unique_ptr<Journal> journal_;
};

TEST_P(JournalContract, BeginsEmpty) {
  EXPECT_EQ(journal_->LastSequence(), 0);
  EXPECT_EQ(Replayed(), "");
  ASSERT_TRUE(journal_->LoadCheckpoint().ok());
  EXPECT_FALSE(journal_->LoadCheckpoint()->has_value());
}

TEST_P(JournalContract, GivesConsecutiveSequences) {
  MustAppend(Records({"a", "b"}));
  MustAppend(Records({"c"}));
  EXPECT_EQ(journal_->LastSequence(), 3);
  EXPECT_EQ(Replayed(), "1:a 2:b 3:c");
}

TEST_P(JournalContract, GivesBackEveryByteOfARecord) {
  std::string bytes;
  for (int i = 0; i < 256; ++i) bytes.push_back(static_cast<char>(i));
  JournalRecord record = Record(bytes, std::string(64, 'k'));
  record.record_time = absl::FromUnixMicros(-1);
  record.actor = "dienst:\xc3\xa9\xc3\xa9n";
  record.sequence = 77;  // Append gives the sequence.
  JournalRecord large = Record(std::string(3 << 20, 'x'));
  MustAppend({record, Record(""), large});
  std::vector<JournalRecord> seen;
  ASSERT_TRUE(journal_
                  ->Replay(0,
                           [&](const JournalRecord& r) {
                             seen.push_back(r);
                             return true;
                           })
                  .ok());
  ASSERT_EQ(seen.size(), 3u);
  EXPECT_EQ(seen[0].sequence, 1);
  EXPECT_EQ(seen[0].record_time, record.record_time);
  EXPECT_EQ(seen[0].kind, record.kind);
  EXPECT_EQ(seen[0].payload, record.payload);
  EXPECT_EQ(seen[0].actor, record.actor);
  EXPECT_EQ(seen[1].payload, "");
  EXPECT_TRUE(seen[2].payload == large.payload);
}

TEST_P(JournalContract, RefusesAWriterThatExpectsAnotherSequence) {
  MustAppend(Records({"a"}));
  for (int64_t wrong : {int64_t{0}, int64_t{2}, int64_t{-1}}) {
    const absl::Status status = journal_->Append(Records({"x", "y"}), wrong, {{"blob", "bytes"}}).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kAborted) << status;
    EXPECT_EQ(ReasonOf(status), ErrorReason::WRITE_CONFLICT);
  }
  EXPECT_EQ(Replayed(), "1:a");
  EXPECT_EQ(journal_->ReadBlob("blob").status().code(), absl::StatusCode::kNotFound) << "a refused append left its blob";
}

TEST_P(JournalContract, OfTwoWritersThatExpectTheSameOneWins) {
  constexpr int kRounds = 50;
  std::atomic<int> won{0}, lost{0};
  const auto write = [&](const std::string& name) {
    for (int64_t round = 0; round < kRounds; ++round) {
      // Both want to write round `round`: whoever comes second finds it written.
      const absl::StatusOr<int64_t> last = journal_->Append({Record(name)}, round);
      if (last.ok()) {
        ++won;
      } else {
        EXPECT_EQ(ReasonOf(last.status()), ErrorReason::WRITE_CONFLICT);
        ++lost;
        journal_->WaitBeyond(round, absl::InfiniteDuration());
      }
    }
  };
  std::thread other([&] { write("b"); });
  write("a");
  other.join();
  EXPECT_EQ(won, kRounds);
  EXPECT_EQ(lost, kRounds);
  EXPECT_EQ(journal_->LastSequence(), kRounds);
}

TEST_P(JournalContract, ReplaysAfterASequenceUntilTheVisitorHasEnough) {
  MustAppend(Records({"a", "b", "c", "d"}));
  EXPECT_EQ(Replayed(2), "3:c 4:d");
  EXPECT_EQ(Replayed(4), "");
  EXPECT_EQ(Replayed(9), "");
  int visits = 0;
  ASSERT_TRUE(journal_->Replay(0, [&](const JournalRecord&) { return ++visits < 2; }).ok());
  EXPECT_EQ(visits, 2);
}

TEST_P(JournalContract, ReplaysMoreThanFitsInOneReadInOrder) {
  constexpr int kRecords = 3000;
  std::vector<JournalRecord> records;
  for (int i = 0; i < kRecords; ++i) records.push_back(Record(i % 500 == 0 ? std::string(1 << 20, 'x') : absl::StrCat(i)));
  MustAppend(std::move(records));
  int64_t next = 1;
  ASSERT_TRUE(journal_
                  ->Replay(0,
                           [&](const JournalRecord& record) {
                             EXPECT_EQ(record.sequence, next++);
                             return true;
                           })
                  .ok());
  EXPECT_EQ(next, kRecords + 1);
}

// A reader that follows while a writer writes pairs never sees half a pair, and sees every record once.
TEST_P(JournalContract, AReaderSeesWholeAppendsOnly) {
  constexpr int kPairs = 100;
  std::thread writer([&] {
    for (int i = 0; i < kPairs; ++i) {
      ASSERT_TRUE(journal_->Append({Record("first"), Record("second")}, 2 * i).ok());
    }
  });
  int64_t seen = 0;
  while (seen < 2 * kPairs) {
    journal_->WaitBeyond(seen, absl::InfiniteDuration());
    std::vector<std::string> payloads;
    EXPECT_TRUE(journal_
                    ->Replay(seen,
                             [&](const JournalRecord& record) {
                               EXPECT_EQ(record.sequence, seen + static_cast<int64_t>(payloads.size()) + 1);
                               payloads.push_back(record.payload);
                               return true;
                             })
                    .ok());
    EXPECT_EQ(payloads.size() % 2, 0u);
    if (!payloads.empty()) {
      EXPECT_EQ(payloads.back(), "second");
    }
    seen += static_cast<int64_t>(payloads.size());
  }
  writer.join();
  EXPECT_EQ(seen, 2 * kPairs);
}

TEST_P(JournalContract, WaitsUntilSomethingIsAppended) {
  EXPECT_EQ(journal_->WaitBeyond(0, absl::ZeroDuration()), 0) << "nothing there, no time to wait";
  std::thread writer([&] { ASSERT_TRUE(journal_->Append({Record("a")}, 0).ok()); });
  EXPECT_EQ(journal_->WaitBeyond(0, absl::InfiniteDuration()), 1);
  writer.join();
  EXPECT_EQ(journal_->WaitBeyond(0, absl::InfiniteDuration()), 1) << "there already";
}

TEST_P(JournalContract, AnInterruptEndsAllWaitsNowAndLater) {
  std::vector<std::thread> waiting;
  for (int i = 0; i < 3; ++i) {
    waiting.emplace_back([&] { EXPECT_EQ(journal_->WaitBeyond(0, absl::InfiniteDuration()), 0); });
  }
  journal_->Interrupt();
  for (std::thread& thread : waiting) thread.join();
  EXPECT_EQ(journal_->WaitBeyond(0, absl::InfiniteDuration()), 0);
  // It ends waits, not writing: what runs may still finish.
  MustAppend(Records({"a"}));
}

TEST_P(JournalContract, BlobsComeWithTheirRecords) {
  const std::string bytes("\0\xff blob", 7);
  MustAppend(Records({"a"}), {{"one", bytes}, {"empty", ""}});
  MustAppend({}, {{"alone", "no record"}});
  EXPECT_EQ(journal_->LastSequence(), 1);
  EXPECT_EQ(BlobOr("one", "absent"), bytes);
  EXPECT_EQ(BlobOr("empty", "absent"), "");
  EXPECT_EQ(BlobOr("alone", "absent"), "no record");
  EXPECT_EQ(ReasonOf(journal_->ReadBlob("none").status()), ErrorReason::RESOURCE_NOT_FOUND);

  MustAppend(Records({"b"}), {{"one", "other bytes"}});
  EXPECT_EQ(BlobOr("one", "absent"), bytes) << "storing a name again is a no-op";
  ASSERT_TRUE(journal_->DropBlob("one").ok());
  EXPECT_EQ(BlobOr("one", "absent"), "absent");
  EXPECT_TRUE(journal_->DropBlob("one").ok()) << "dropping what is not there is fine";
  MustAppend({}, {{"one", "new bytes"}});
  EXPECT_EQ(BlobOr("one", "absent"), "new bytes");
}

TEST_P(JournalContract, ACheckpointReplacesTheOneBefore) {
  MustAppend(Records({"a", "b"}));
  const std::string state("\0state\xff", 7);
  ASSERT_TRUE(journal_->SaveCheckpoint(1, "old").ok());
  ASSERT_TRUE(journal_->SaveCheckpoint(2, state).ok());
  const absl::StatusOr<std::optional<Journal::Checkpoint>> loaded = journal_->LoadCheckpoint();
  ASSERT_TRUE(loaded.ok() && loaded->has_value());
  EXPECT_EQ((*loaded)->sequence, 2);
  EXPECT_EQ((*loaded)->state, state);
  MustAppend(Records({"c"}));
  EXPECT_EQ((*journal_->LoadCheckpoint())->sequence, 2) << "appending keeps it";
}

TEST_P(JournalContract, ARewriteDropsAndReplacesButKeepsSequences) {
  MustAppend(Records({"a", "b", "c", "d"}), {{"blob", "bytes"}});
  ASSERT_TRUE(journal_->SaveCheckpoint(4, "state with b").ok());
  const absl::Status rewritten = journal_->Rewrite([](const JournalRecord& record) -> std::optional<JournalRecord> {
    if (record.payload == "b" || record.payload == "d") return std::nullopt;
    JournalRecord kept = record;
    if (kept.payload == "c") kept.payload = "C";
    return kept;
  });
  ASSERT_TRUE(rewritten.ok()) << rewritten;
  EXPECT_EQ(Replayed(), "1:a 3:C");
  EXPECT_FALSE(journal_->LoadCheckpoint()->has_value()) << "a checkpoint may hold what was erased";
  EXPECT_EQ(journal_->LastSequence(), 4) << "a sequence is never given twice";
  MustAppend(Records({"e"}));
  EXPECT_EQ(Replayed(), "1:a 3:C 5:e");
  EXPECT_EQ(Replayed(1), "3:C 5:e");
  EXPECT_EQ(BlobOr("blob", "absent"), "bytes");
}

TEST_P(JournalContract, ReopeningKeepsEverything) {
  if (!backend_->durable()) GTEST_SKIP() << "this store ends with its handle";
  MustAppend(Records({"a", "b", "c"}), {{"blob", "bytes"}});
  ASSERT_TRUE(journal_
                  ->Rewrite([](const JournalRecord& record) {
                    return record.payload == "c" ? std::nullopt : std::make_optional(record);
                  })
                  .ok());
  ASSERT_TRUE(journal_->SaveCheckpoint(3, "state").ok());
  journal_->Interrupt();
  Reopen();
  EXPECT_EQ(Replayed(), "1:a 2:b");
  EXPECT_EQ(journal_->LastSequence(), 3) << "a dropped tail is not given again";
  EXPECT_EQ(BlobOr("blob", "absent"), "bytes");
  ASSERT_TRUE(journal_->LoadCheckpoint()->has_value());
  EXPECT_EQ((*journal_->LoadCheckpoint())->state, "state");
  std::thread writer([&] { MustAppend(Records({"d"})); });
  EXPECT_EQ(journal_->WaitBeyond(3, absl::InfiniteDuration()), 4) << "the interrupt was of the handle";
  writer.join();
}

TEST_P(JournalContract, TakesOverRecordsThatKeepTheirSequences) {
  JournalRecord second = Record("b"), fifth = Record("e");
  second.sequence = 2;
  fifth.sequence = 5;
  ASSERT_TRUE(journal_->TakeOver({second, fifth}, 7, {{"blob", "bytes"}}).ok());
  EXPECT_EQ(Replayed(), "2:b 5:e");
  EXPECT_EQ(journal_->LastSequence(), 7) << "what was dropped at the end is not given again";
  MustAppend(Records({"h"}));
  EXPECT_EQ(Replayed(2), "5:e 8:h");
  EXPECT_EQ(BlobOr("blob", "absent"), "bytes");
  // Beyond the end, in order, and none after the new end.
  for (const auto& [first, then, last] : {std::tuple(8, 9, 9), {10, 10, 10}, {11, 10, 11}, {9, 10, 9}}) {
    JournalRecord one = Record("x"), other = Record("y");
    one.sequence = first;
    other.sequence = then;
    EXPECT_EQ(ReasonOf(journal_->TakeOver({one, other}, last, {})), ErrorReason::WRITE_CONFLICT) << first << " " << then;
  }
  EXPECT_EQ(ReasonOf(journal_->TakeOver({}, 7, {})), ErrorReason::WRITE_CONFLICT);
  EXPECT_EQ(Replayed(5), "8:h");
}

TEST_P(JournalContract, ACopyHasTheSameSumAndEveryDifferenceAnother) {
  std::vector<JournalRecord> many = Records({"a", "dropped", "c"});
  // More than one batch of a copy.
  for (int i = 0; i < 20; ++i) many.push_back(Record(std::string(1 << 20, static_cast<char>('a' + i))));
  many.push_back(Record("dropped"));
  MustAppend(std::move(many), {{"z", "last"}, {"a", std::string(5 << 20, 'a')}, {"b", std::string(5 << 20, 'b')}, {"", ""}});
  ASSERT_TRUE(journal_
                  ->Rewrite([](const JournalRecord& record) {
                    return record.payload == "dropped" ? std::nullopt : std::make_optional(record);
                  })
                  .ok());
  ASSERT_TRUE(journal_->SaveCheckpoint(24, "state").ok());
  EXPECT_THAT(*journal_->BlobNames(), ::testing::ElementsAre("", "a", "b", "z"));
  // From this store to memory and back into a new one: every store to every other, by way of memory.
  const std::unique_ptr<Journal> memory = NewMemoryJournal();
  const absl::StatusOr<JournalSum> out = CopyJournal(*journal_, *memory);
  ASSERT_TRUE(out.ok()) << out.status();
  EXPECT_EQ(out->records, 22);
  EXPECT_EQ(out->blobs, 4);
  EXPECT_EQ(out->last_sequence, 24);
  const std::unique_ptr<JournalBackend> other = GetParam().make();
  const std::unique_ptr<Journal> back = *other->Open();
  const absl::StatusOr<JournalSum> in = CopyJournal(*memory, *back);
  ASSERT_TRUE(in.ok()) << in.status();
  EXPECT_EQ(*in, *out);
  EXPECT_EQ(ReasonOf(CopyJournal(*memory, *back).status()), ErrorReason::WRITE_CONFLICT) << "only into an empty one";

  std::set<std::string> sums = {in->sha256};
  const auto differs = [&](const char* what) { EXPECT_TRUE(sums.insert(SumJournal(*back)->sha256).second) << what; };
  ASSERT_TRUE(back->SaveCheckpoint(24, "State").ok());
  differs("a checkpoint");
  ASSERT_TRUE(back->DropBlob("").ok());
  differs("an empty blob");
  ASSERT_TRUE(back->Append({}, 24, {{"", "x"}}).ok());
  differs("the bytes of a blob");
  ASSERT_TRUE(back->Append({Record("")}, 24).ok());
  differs("an empty record");
  ASSERT_TRUE(back->Rewrite([](JournalRecord record) {
                    if (record.sequence == 25) record.actor = "somebody";
                    return std::make_optional(record);
                  })
                  .ok());
  differs("who caused it");
  ASSERT_TRUE(back->Rewrite([](JournalRecord record) {
                    if (record.sequence == 25) record.record_time += absl::Microseconds(1);
                    return std::make_optional(record);
                  })
                  .ok());
  differs("when");
}

// One process, one writer: a second handle is refused, or sees the same journal and conflicts like any writer.
TEST_P(JournalContract, ASecondHandleNeverWritesBesideTheFirst) {
  if (!backend_->durable()) GTEST_SKIP() << "every handle is a store of its own";
  MustAppend(Records({"a"}));
  absl::StatusOr<std::unique_ptr<Journal>> second = backend_->Open();
  if (!second.ok()) {
    EXPECT_EQ(second.status().code(), absl::StatusCode::kFailedPrecondition) << second.status();
  } else {
    ASSERT_TRUE((*second)->Append({Record("b")}, 1).ok());
    EXPECT_EQ(ReasonOf(journal_->Append({Record("c")}, 1).status()), ErrorReason::WRITE_CONFLICT);
  }
  MustAppend(Records({"d"}));
}

}  // namespace nmd

#endif  // NMD_TESTS_CONTRACT_JOURNAL_CONTRACT_H_
