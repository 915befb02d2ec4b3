// SPDX-License-Identifier: EUPL-1.2
// The log of calls: what it keeps, what it never keeps, that a changed byte is found, and what retention leaves.
#include "gateway/access_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <random>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/synchronization/notification.h"
#include "gateway/test_journal.h"
#include "nmd/linking/v1/subject.pb.h"
#include "services/platform/errors.h"
#include "services/platform/proto_time.h"

namespace nmd::gateway {
namespace {

using log::v1::LogRecord;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

const absl::Time kNow = absl::FromUnixSeconds(1522533600);
constexpr char kParent[] = "municipalities/gm1730";
constexpr char kAnna[] = "c0123456789abcdef0123";
constexpr char kBram[] = "cfedcba98765432100000";

class AccessLogTest : public ::testing::Test {
 protected:
  AccessLogTest() : clock_(kNow), journal_(NewMemoryJournal()) { Open(); }

  void Open(AccessLog::Options options = {}) {
    log_.reset();
    options.municipality = "gm1730";
    options.audit_life = absl::Hours(24 * 10);
    options.processing_life = absl::Hours(24 * 30);
    log_ = *AccessLog::Open(journal_, options, clock_);
  }

  absl::Status Begin(const LogRecord& record) {
    absl::Notification done;
    absl::Status outcome;
    log_->Begin(record, [&](absl::Status status) {
      outcome = std::move(status);
      done.Notify();
    });
    done.WaitForNotification();
    return outcome;
  }

  LogRecord Call(const std::string& actor, const std::string& method = "nmd.costs.v1.CostsService.QueryFigures") {
    LogRecord record;
    *record.mutable_start_time() = TimestampOf(clock_.Now());
    record.set_actor(actor);
    record.add_roles(type::CONTROLLER);
    record.set_purpose("beleidsinformatie");
    record.set_method(method);
    record.set_object(kParent);
    record.set_origin("127.0.0.1");
    record.set_trace_id("4bf92f3577b34da6a3ce929d0e0e4736");
    record.set_span_id(absl::StrFormat("%016x", ++spans_));
    return record;
  }

  // A whole call, about these clients.
  void Made(const std::string& actor, std::vector<std::string> clients = {},
            LogRecord::Outcome outcome = LogRecord::SUCCEEDED) {
    const LogRecord begin = Call(actor);
    ASSERT_TRUE(Begin(begin).ok());
    LogRecord end;
    end.set_method(begin.method());
    end.set_trace_id(begin.trace_id());
    end.set_span_id(begin.span_id());
    *end.mutable_start_time() = begin.start_time();
    *end.mutable_end_time() = TimestampOf(clock_.Now() + absl::Milliseconds(5));
    end.set_outcome(outcome);
    for (const std::string& client : clients) end.add_clients(client);
    log_->End(end);
  }

  // Ends are not waited for: a beginning behind them is.
  void Flush() { ASSERT_TRUE(Begin(Call("rest")).ok()); }

  log::v1::QueryLogRecordsResponse Query(const log::v1::QueryLogRecordsRequest& request) {
    const auto response = log_->QueryLogRecords(request);
    EXPECT_TRUE(response.ok()) << response.status();
    return response.ok() ? *response : log::v1::QueryLogRecordsResponse();
  }

  log::v1::VerifyLogResponse Verify(int64_t sequence = 0, const std::string& hash = "") {
    log::v1::VerifyLogRequest request;
    request.set_known_sequence(sequence);
    request.set_known_hash(hash);
    const auto response = log_->VerifyLog(request);
    EXPECT_TRUE(response.ok()) << response.status();
    return response.ok() ? *response : log::v1::VerifyLogResponse();
  }

  // Everything the journal holds, as bytes.
  std::string Bytes() {
    std::string bytes;
    EXPECT_TRUE(journal_
                    .Replay(0,
                            [&](const JournalRecord& record) {
                              absl::StrAppend(&bytes, record.kind, record.actor, record.payload);
                              return true;
                            })
                    .ok());
    return bytes;
  }

  FakeClock clock_;
  testing::HookedJournal journal_;
  std::unique_ptr<AccessLog> log_;
  int spans_ = 0;
};

// BIO2 8.15: action, object, result, origin, actor, time.
TEST_F(AccessLogTest, TellsWhoDidWhatWhenAndWhatBecameOfIt) {
  Made("controller-1");
  Made("controller-2", {}, LogRecord::FAILED);
  LogRecord refused = Call("griffie-1");
  refused.set_outcome(LogRecord::REFUSED);
  refused.set_reason("ROLE_MISSING");
  log_->End(refused);
  Flush();
  log::v1::QueryLogRecordsRequest request;
  request.set_parent(kParent);
  const auto all = Query(request);
  ASSERT_EQ(all.records_size(), 4);
  const LogRecord& first = all.records(0);
  EXPECT_EQ(first.actor(), "controller-1");
  EXPECT_EQ(first.method(), "nmd.costs.v1.CostsService.QueryFigures");
  EXPECT_EQ(first.object(), kParent);
  EXPECT_EQ(first.origin(), "127.0.0.1");
  EXPECT_EQ(first.purpose(), "beleidsinformatie");
  EXPECT_EQ(first.outcome(), LogRecord::SUCCEEDED);
  EXPECT_EQ(MicrosOf(first.start_time()), absl::ToUnixMicros(kNow));
  EXPECT_EQ(MicrosOf(first.end_time()), absl::ToUnixMicros(kNow + absl::Milliseconds(5)));
  EXPECT_EQ(all.records(1).outcome(), LogRecord::FAILED);
  EXPECT_EQ(all.records(2).outcome(), LogRecord::REFUSED);
  EXPECT_EQ(all.records(2).reason(), "ROLE_MISSING");
  EXPECT_EQ(all.records(3).outcome(), LogRecord::OUTCOME_UNSPECIFIED) << "it is still running";
}

// R23: whose data did X see between t1 and t2.
TEST_F(AccessLogTest, TellsWhoseDataSomebodySaw) {
  Made("koppelaar", {kAnna});
  clock_.Advance(absl::Hours(1));
  const absl::Time from = clock_.Now();
  Made("koppelaar", {kAnna, kBram});
  Made("ander", {kAnna});
  Made("koppelaar");
  clock_.Advance(absl::Hours(1));
  const absl::Time until = clock_.Now();
  Made("koppelaar", {kBram});
  Flush();
  log::v1::QueryLogRecordsRequest request;
  request.set_parent(kParent);
  request.set_actor("koppelaar");
  request.set_only_clients(true);
  *request.mutable_start_time() = TimestampOf(from);
  *request.mutable_end_time() = TimestampOf(until);
  const auto seen = Query(request);
  ASSERT_EQ(seen.records_size(), 1);
  EXPECT_THAT(seen.records(0).clients(), ElementsAre(kAnna, kBram));
  // And the other way about: who saw this client.
  log::v1::QueryLogRecordsRequest about;
  about.set_parent(kParent);
  about.set_client(kBram);
  const auto looks = Query(about);
  ASSERT_EQ(looks.records_size(), 2);
  EXPECT_EQ(looks.records(0).actor(), "koppelaar");
}

TEST_F(AccessLogTest, PagesThroughWithoutLosingOne) {
  for (int i = 0; i < 23; ++i) Made(absl::StrCat("actor-", i), {kAnna});
  Flush();
  log::v1::QueryLogRecordsRequest request;
  request.set_parent(kParent);
  request.set_page_size(5);
  request.set_only_clients(true);
  std::vector<std::string> actors;
  int pages = 0;
  do {
    const auto page = Query(request);
    for (const LogRecord& record : page.records()) {
      actors.push_back(record.actor());
      EXPECT_EQ(record.outcome(), LogRecord::SUCCEEDED) << "also of the last of a page the end is found";
    }
    request.set_page_token(page.next_page_token());
    ASSERT_LT(++pages, 20);
  } while (!request.page_token().empty());
  ASSERT_EQ(actors.size(), 23u);
  for (int i = 0; i < 23; ++i) EXPECT_EQ(actors[static_cast<size_t>(i)], absl::StrCat("actor-", i));
}

TEST_F(AccessLogTest, ACallThatCannotBeLoggedIsRefused) {
  journal_.fails = true;
  const absl::Status refused = Begin(Call("controller-1"));
  EXPECT_EQ(ReasonOf(refused), ErrorReason::UNAVAILABLE_NOW);
  EXPECT_THAT(std::string(refused.message()), Not(HasSubstr("disk"))) << "the reason is for the log of the service";
  EXPECT_EQ(journal_.LastSequence(), 0);
  journal_.fails = false;
  EXPECT_TRUE(Begin(Call("controller-1")).ok());
  EXPECT_TRUE(Verify().intact());
}

TEST_F(AccessLogTest, AnEndThatCouldNotBeWrittenComesLater) {
  const LogRecord begin = Call("controller-1");
  ASSERT_TRUE(Begin(begin).ok());
  journal_.fails = true;
  LogRecord end;
  end.set_span_id(begin.span_id());
  end.set_outcome(LogRecord::SUCCEEDED);
  log_->End(end);
  EXPECT_FALSE(Begin(Call("controller-2")).ok());
  journal_.fails = false;
  Flush();
  log::v1::QueryLogRecordsRequest request;
  request.set_parent(kParent);
  EXPECT_EQ(Query(request).records(0).outcome(), LogRecord::SUCCEEDED);
}

TEST_F(AccessLogTest, GoesOnWithTheChainAfterARestart) {
  Made("controller-1");
  Open();
  Made("controller-1");
  Open();
  Flush();
  const auto verified = Verify();
  EXPECT_TRUE(verified.intact()) << verified.explanation();
  EXPECT_EQ(verified.record_count(), 5);
}

// Every byte of every entry: flipped, the chain is broken there or right behind.
TEST_F(AccessLogTest, OneChangedByteIsFound) {
  for (int i = 0; i < 5; ++i) Made("controller-1", {kAnna});
  Flush();
  ASSERT_TRUE(Verify().intact());
  const int64_t last = journal_.LastSequence();
  std::mt19937 random(7);
  for (int trial = 0; trial < 300; ++trial) {
    const int64_t sequence = std::uniform_int_distribution<int64_t>(1, last)(random);
    std::string before;
    const auto change = [&](const std::function<void(std::string&)>& edit) {
      ASSERT_TRUE(journal_
                      .Rewrite([&](const JournalRecord& record) -> std::optional<JournalRecord> {
                        JournalRecord kept = record;
                        if (record.sequence == sequence) edit(kept.payload);
                        return kept;
                      })
                      .ok());
    };
    change([&](std::string& payload) {
      before = payload;
      const size_t at = std::uniform_int_distribution<size_t>(0, payload.size() - 1)(random);
      payload[at] = static_cast<char>(payload[at] ^ (1 << (trial % 8)));
    });
    const auto verified = Verify();
    EXPECT_FALSE(verified.intact()) << "entry " << sequence << " trial " << trial;
    EXPECT_GE(verified.broken_sequence(), sequence);
    EXPECT_LE(verified.broken_sequence(), sequence + 1);
    change([&](std::string& payload) { payload = before; });
  }
  EXPECT_TRUE(Verify().intact());
}

TEST_F(AccessLogTest, AMissingEntryIsFound) {
  for (int i = 0; i < 4; ++i) Made("controller-1");
  Flush();
  const auto head = Verify();
  const auto drop = [&](int64_t from, int64_t until) {
    ASSERT_TRUE(journal_
                    .Rewrite([&](const JournalRecord& record) -> std::optional<JournalRecord> {
                      if (from <= record.sequence && record.sequence < until) return std::nullopt;
                      return record;
                    })
                    .ok());
  };
  // The newest: nothing in the log itself tells, but a head that was written down does.
  drop(head.last_sequence(), head.last_sequence() + 1);
  EXPECT_TRUE(Verify().intact());
  EXPECT_EQ(Verify(head.last_sequence(), head.head_hash()).broken_sequence(), head.last_sequence());
  drop(4, 5);
  EXPECT_EQ(Verify().broken_sequence(), 4);
  drop(1, 5);
  EXPECT_EQ(Verify().broken_sequence(), 5);
}

TEST_F(AccessLogTest, ARewrittenLogDoesNotHaveTheHeadThatWasKnown) {
  for (int i = 0; i < 3; ++i) Made("controller-1");
  Flush();
  const auto head = Verify();
  EXPECT_TRUE(Verify(head.last_sequence(), head.head_hash()).intact());
  std::string other = head.head_hash();
  other[0] = other[0] == '0' ? '1' : '0';
  EXPECT_EQ(Verify(head.last_sequence(), other).broken_sequence(), head.last_sequence());
}

// Each kind by its own term; the chain stays whole, and contents are gone from the bytes.
TEST_F(AccessLogTest, RetentionTakesContentsAndLeavesTheChain) {
  Made("oude-bekende", {kAnna});
  Flush();
  clock_.Advance(absl::Hours(24 * 11));
  Made("nieuwe-bekende", {kBram});
  auto pruned = log_->PruneLog({});
  ASSERT_TRUE(pruned.ok());
  EXPECT_THAT(Bytes(), Not(HasSubstr("oude-bekende")));
  EXPECT_THAT(Bytes(), HasSubstr(kAnna)) << "the term of what was processed is longer";
  EXPECT_THAT(Bytes(), HasSubstr("nieuwe-bekende"));
  auto verified = Verify();
  EXPECT_TRUE(verified.intact()) << verified.explanation();
  EXPECT_GE(verified.pruned_count(), 2);

  clock_.Advance(absl::Hours(24 * 20));
  ASSERT_TRUE(log_->PruneLog({}).ok());
  EXPECT_THAT(Bytes(), Not(HasSubstr(kAnna)));
  EXPECT_THAT(Bytes(), HasSubstr(kBram));
  verified = Verify();
  EXPECT_TRUE(verified.intact()) << verified.explanation();
  // What came before the anchor takes no room any more.
  EXPECT_LT(verified.record_count(), verified.last_sequence());
  Open();
  Flush();
  EXPECT_TRUE(Verify().intact());
}

TEST_F(AccessLogTest, WhatRetentionDidNotAnnounceIsFound) {
  Made("controller-1");
  Flush();
  ASSERT_TRUE(journal_
                  .Rewrite([](const JournalRecord& record) -> std::optional<JournalRecord> {
                    JournalRecord kept = record;
                    internal::v1::ChainedEntry chained;
                    chained.ParseFromString(record.payload);
                    if (record.sequence == 2) chained.clear_content();
                    kept.payload = chained.SerializeAsString();
                    return kept;
                  })
                  .ok());
  EXPECT_EQ(Verify().broken_sequence(), 2);
}

TEST_F(AccessLogTest, AHoldKeepsWhatItsTermWouldTake) {
  Made("in-de-zaak");
  Flush();
  log::v1::HoldLogRequest request;
  request.set_parent(kParent);
  *request.mutable_start_time() = TimestampOf(kNow - absl::Hours(1));
  *request.mutable_end_time() = TimestampOf(kNow + absl::Hours(1));
  request.set_reason("bezwaarprocedure 12");
  const auto hold = log_->HoldLog(request);
  ASSERT_TRUE(hold.ok()) << hold.status();
  clock_.Advance(absl::Hours(24 * 11));
  Open();  // It is known after a restart, too.
  auto pruned = log_->PruneLog({});
  ASSERT_TRUE(pruned.ok());
  EXPECT_EQ(pruned->held_count(), 2);
  EXPECT_THAT(Bytes(), HasSubstr("in-de-zaak"));

  log::v1::ReleaseLogRequest release;
  release.set_name(hold->name());
  EXPECT_TRUE(log_->ReleaseLog(release)->released());
  EXPECT_TRUE(log_->ReleaseLog(release)->released()) << "twice is once";
  ASSERT_TRUE(log_->PruneLog({}).ok());
  EXPECT_THAT(Bytes(), Not(HasSubstr("in-de-zaak")));
  EXPECT_TRUE(Verify().intact());
  release.set_name("municipalities/gm1730/logholds/nergens");
  EXPECT_EQ(ReasonOf(log_->ReleaseLog(release).status()), ErrorReason::RESOURCE_NOT_FOUND);
}

TEST_F(AccessLogTest, AHoldSaysAllThatIsWrongWithIt) {
  log::v1::HoldLogRequest request;
  request.set_parent(kParent);
  request.set_reason("zaak van 999900006");
  *request.mutable_end_time() = TimestampOf(kNow);
  EXPECT_EQ(BadFieldsOf(log_->HoldLog(request).status()).size(), 2u);
}

TEST_F(AccessLogTest, RetentionRunsByItselfOnceADay) {
  Made("oude-bekende");
  Flush();
  clock_.Advance(absl::Hours(24 * 11));
  Flush();
  Flush();  // Behind the pruning that the one before began.
  EXPECT_THAT(Bytes(), Not(HasSubstr("oude-bekende")));
}

// Logboek Dataverwerkingen 1.0: milliseconds, one record per person below that of the call, and nothing about who did it.
TEST_F(AccessLogTest, TellsProcessingAsTheStandardAsks) {
  Made("koppelaar", {kAnna, kBram});
  Made("koppelaar", {}, LogRecord::FAILED);
  Flush();
  log::v1::QueryProcessingActivitiesRequest request;
  request.set_parent(kParent);
  EXPECT_EQ(BadFieldsOf(log_->QueryProcessingActivities(request).status()).size(), 1u) << "at least one of three";
  request.set_trace_id("4bf92f3577b34da6a3ce929d0e0e4736");
  const auto found = log_->QueryProcessingActivities(request);
  ASSERT_TRUE(found.ok());
  ASSERT_EQ(found->records_size(), 4);
  const log::v1::ProcessingRecord& call = found->records(0);
  EXPECT_EQ(call.status(), log::v1::ProcessingRecord::STATUS_UNSPECIFIED);
  EXPECT_EQ(call.start_time_milliseconds(), absl::ToUnixMillis(kNow));
  EXPECT_EQ(call.attributes().at("dpl.core.processing_activity_id"),
            "tag:nmd.nl,2026:verwerking/nmd.costs.v1.CostsService.QueryFigures");
  EXPECT_EQ(call.attributes().count("dpl.core.data_subject_id"), 0u);
  EXPECT_EQ(found->records(1).parent_span_id(), call.span_id());
  EXPECT_NE(found->records(1).span_id(), found->records(2).span_id());
  EXPECT_EQ(found->records(1).attributes().at("dpl.core.data_subject_id"), kAnna);
  EXPECT_EQ(found->records(3).status(), log::v1::ProcessingRecord::ERROR);
  EXPECT_THAT(found->DebugString(), Not(HasSubstr("koppelaar")));
  request.clear_trace_id();
  request.set_data_subject_id(kBram);
  EXPECT_EQ(log_->QueryProcessingActivities(request)->records_size(), 2);
  request.set_data_subject_id("c00000000000000000000");
  EXPECT_EQ(log_->QueryProcessingActivities(request)->records_size(), 0);
}

TEST(AddClients, TakesPseudonymsAndNothingElse) {
  linking::v1::FindSubjectsResponse found;
  found.add_subjects()->set_client(kAnna);
  found.mutable_subjects(0)->set_surname("Jansen");
  found.mutable_subjects(0)->set_birth_date("1980-12-31");
  found.add_subjects()->set_client(kBram);
  found.add_subjects()->set_client(kAnna);
  LogRecord record;
  AddClients(*found.GetDescriptor(), found.SerializeAsString(), &record);
  EXPECT_THAT(record.clients(), ElementsAre(kAnna, kBram));
  EXPECT_FALSE(record.more_clients());
  // Somebody typed a number where a pseudonym belongs.
  linking::v1::ExportSubjectRequest typed;
  typed.set_client("999900006");
  LogRecord none;
  AddClients(*typed.GetDescriptor(), typed.SerializeAsString(), &none);
  EXPECT_THAT(none.clients(), IsEmpty());
  linking::v1::FindSubjectsRequest asked;
  asked.set_bsn("999900006");
  asked.set_surname("Jansen");
  AddClients(*asked.GetDescriptor(), asked.SerializeAsString(), &none);
  EXPECT_EQ(none.ByteSizeLong(), 0u);
}

TEST(AddClients, SaysThatThereWereMore) {
  linking::v1::FindSubjectsResponse found;
  for (int i = 0; i < 101; ++i) found.add_subjects()->set_client(absl::StrFormat("c%020x", i));
  LogRecord record;
  AddClients(*found.GetDescriptor(), found.SerializeAsString(), &record);
  EXPECT_EQ(record.clients_size(), 100);
  EXPECT_TRUE(record.more_clients());
}

// One wait for the disk per call: what became of the one before goes along.
TEST_F(AccessLogTest, AnEndIsWrittenWithTheNextBeginning) {
  AccessLog::Options options;
  options.end_wait = absl::Hours(1);
  Open(std::move(options));
  const int before = journal_.appends;
  for (int i = 0; i < 10; ++i) Made("jan");
  EXPECT_EQ(journal_.appends, before + 10);
  EXPECT_EQ(journal_.LastSequence(), 19) << "the last end waits";
  Open();
  EXPECT_EQ(journal_.LastSequence(), 20) << "and is written when the log is closed";
  EXPECT_TRUE(log_->VerifyLog(log::v1::VerifyLogRequest())->intact());
}

TEST_F(AccessLogTest, AnEndThatNoBeginningFollowsIsWrittenAfterAMoment) {
  Made("jan");
  EXPECT_EQ(journal_.WaitBeyond(1, absl::Minutes(1)), 2);
}

// A queue that grows while the disk is slow would make all calls wait; those that cannot be written soon are refused at once.
TEST_F(AccessLogTest, WhileABeginningWaitsTooLongMoreAreRefused) {
  AccessLog::Options options;
  options.longest_wait = absl::ZeroDuration();
  Open(std::move(options));
  absl::Notification writing, go_on, written;
  journal_.before_append = [&] {
    if (writing.HasBeenNotified()) return;
    writing.Notify();
    go_on.WaitForNotification();
  };
  std::atomic<int> begun = 0;
  const auto begin = [&](std::function<void(absl::Status)> done) { log_->Begin(Call("jan"), std::move(done)); };
  begin([&](const absl::Status& status) { begun += status.ok(); });
  writing.WaitForNotification();
  begin([&](const absl::Status& status) {
    begun += status.ok();
    written.Notify();
  });
  absl::Status refused;
  begin([&](absl::Status status) { refused = std::move(status); });
  EXPECT_EQ(ReasonOf(refused), ErrorReason::OVERLOADED) << "one waits already";
  go_on.Notify();
  written.WaitForNotification();
  EXPECT_TRUE(Begin(Call("jan")).ok()) << "it is over when the disk is back";
  log_.reset();
  journal_.before_append = nullptr;
  EXPECT_EQ(begun, 2);
}

}  // namespace
}  // namespace nmd::gateway
