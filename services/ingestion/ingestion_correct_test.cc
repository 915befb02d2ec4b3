// SPDX-License-Identifier: EUPL-1.2
//
// Withdrawals, restorations and replacements, read back as a follower of the feeds reads them: by the rules of fact.proto.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>

#include "absl/strings/str_cat.h"
#include "services/ingestion/ingestion.h"
#include "services/ingestion/test_message.h"
#include "services/platform/errors.h"
#include "services/platform/proto_time.h"
#include "services/platform/router.h"

namespace nmd::ingestion {
namespace {

using testing::AllocationMessage;
using testing::ClaimMessage;
using ::testing::Contains;
using testing::D;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;
using testing::Render;
using ::testing::SizeIs;
using testing::StartMessage;
using testing::TestBsn;

constexpr char kParent[] = "municipalities/gm1730";

int64_t Micros(const std::string& day) { return int64_t{D(day)} * 86'400'000'000; }

internal::v1::MappingFile Population(internal::v1::Snapshot snapshot, const std::string& source) {
  internal::v1::MappingFile mapping;
  mapping.set_source(source);
  mapping.set_title("Bevolking");
  mapping.set_owner("gemeente");
  mapping.set_kind(internal::v1::POPULATION);
  mapping.set_separator(";");
  mapping.set_snapshot(snapshot);
  for (const char* field : {"year", "age_from", "age_to", "count"}) (*mapping.mutable_columns())[field] = field;
  return mapping;
}

internal::v1::MappingFile Clients(internal::v1::Snapshot snapshot) {
  internal::v1::MappingFile mapping;
  mapping.set_source("clienten");
  mapping.set_title("Cliënten");
  mapping.set_owner("gemeente");
  mapping.set_kind(internal::v1::CLIENTS);
  mapping.set_separator(";");
  mapping.set_snapshot(snapshot);
  for (const char* field : {"bsn", "birth_date"}) (*mapping.mutable_columns())[field] = field;
  return mapping;
}

std::string PopulationFile(std::vector<std::pair<int, int>> counts) {
  std::string file = "year;age_from;age_to;count\n";
  for (const auto& [year, count] : counts) absl::StrAppend(&file, year, ";0;120;", count, "\n");
  return file;
}

std::string ClientFile(std::vector<int> persons) {
  std::string file = "bsn;birth_date\n";
  for (const int person : persons) absl::StrAppend(&file, TestBsn(person), ";2009-03-01\n");
  return file;
}

class Instance {
 public:
  Instance() { Start(); }

  void Start() {
    auto opened = Ingestion::Open(*journal, clock, Key::FromBytes({1, 2, 3}), "gm1730",
                                  {Population(internal::v1::WHOLE, "bevolking"), Population(internal::v1::PER_YEAR, "per-jaar"),
                                   Population(internal::v1::ADDS, "telling"), Clients(internal::v1::WHOLE)});
    ASSERT_TRUE(opened.ok()) << opened.status();
    ingestion = *std::move(opened);
  }
  // From the checkpoint that the stop saves.
  void Restart() {
    ingestion.reset();
    Start();
  }

  absl::StatusOr<v1::Delivery> TryDeliver(const std::string& content, const std::string& source, const std::string& known_on,
                                          const std::vector<std::string>& replaces = {}) {
    v1::DeliverFileRequest request;
    request.set_parent(kParent);
    request.set_source(source);
    request.set_file_name("bestand");
    request.set_content(content);
    if (!known_on.empty()) *request.mutable_received_time() = TimestampOf(Micros(known_on));
    for (const std::string& name : replaces) request.add_replaces(name);
    return ingestion->DeliverFile(caller, request);
  }
  v1::Delivery Deliver(const std::string& content, const std::string& source, const std::string& known_on,
                       const std::vector<std::string>& replaces = {}) {
    const absl::StatusOr<v1::Delivery> delivery = TryDeliver(content, source, known_on, replaces);
    EXPECT_TRUE(delivery.ok()) << delivery.status();
    return delivery.ok() ? *delivery : v1::Delivery();
  }
  v1::Delivery Deliver(const ParsedMessage& message, const std::string& known_on) {
    return Deliver(Render(message), "", known_on);
  }

  // `day` empty: now.
  absl::StatusOr<v1::Delivery> TryWithdraw(const std::string& name, const std::string& day,
                                           const std::string& reason = "verkeerde maand") {
    v1::WithdrawDeliveryRequest request;
    request.set_name(name);
    request.set_reason(reason);
    if (!day.empty()) *request.mutable_known_time() = TimestampOf(Micros(day));
    return ingestion->WithdrawDelivery(caller, request);
  }
  absl::StatusOr<v1::Delivery> TryRestore(const std::string& name, const std::string& day) {
    v1::RestoreDeliveryRequest request;
    request.set_name(name);
    request.set_reason("toch goed");
    if (!day.empty()) *request.mutable_known_time() = TimestampOf(Micros(day));
    return ingestion->RestoreDelivery(caller, request);
  }
  v1::Delivery Withdraw(const std::string& name, const std::string& day) {
    const absl::StatusOr<v1::Delivery> delivery = TryWithdraw(name, day);
    EXPECT_TRUE(delivery.ok()) << delivery.status();
    return delivery.ok() ? *delivery : v1::Delivery();
  }
  v1::Delivery Restore(const std::string& name, const std::string& day) {
    const absl::StatusOr<v1::Delivery> delivery = TryRestore(name, day);
    EXPECT_TRUE(delivery.ok()) << delivery.status();
    return delivery.ok() ? *delivery : v1::Delivery();
  }

  v1::Delivery Get(const std::string& name) const {
    v1::GetDeliveryRequest request;
    request.set_name(name);
    return *ingestion->GetDelivery(caller, request);
  }

  v1::ListFactsResponse Facts() const {
    v1::ListFactsRequest request;
    request.set_parent(kParent);
    return *ingestion->ListFacts(caller, request);
  }
  v1::ListPersonRecordsResponse Persons() const {
    v1::ListPersonRecordsRequest request;
    request.set_parent(kParent);
    return *ingestion->ListPersonRecords(caller, request);
  }

  // What a follower of the feeds believes at a known time: facts and person records.
  std::vector<std::string> Known(const std::string& day) const {
    std::vector<std::string> all;
    const auto read = [&](const auto& batches, const auto& rows_of) {
      std::map<std::string, KnownPeriods> corrected;
      std::set<std::string> superseded;
      for (const auto& batch : batches) {
        if (!batch.corrects().empty()) corrected[batch.corrects()] = KnownPeriodsOf(batch.counted());
        if (!batch.supersedes().empty()) superseded.insert(batch.supersedes());
      }
      for (const auto& batch : batches) {
        const auto correction = corrected.find(batch.delivery());
        const bool counts = correction == corrected.end() ? MicrosOf(batch.known_time()) <= Micros(day)
                                                          : correction->second.Contains(Micros(day));
        if (!counts || superseded.count(batch.delivery()) > 0) continue;
        for (const auto& row : rows_of(batch)) {
          all.push_back(absl::StrCat(batch.source(), " ", MicrosOf(batch.known_time()), " ", row.ShortDebugString()));
        }
      }
    };
    read(Facts().batches(), [](const v1::FactBatch& batch) { return batch.facts(); });
    read(Persons().batches(), [](const v1::PersonBatch& batch) { return batch.records(); });
    std::sort(all.begin(), all.end());
    return all;
  }
  // The counts of population that are known.
  std::vector<int> Counts(const std::string& day) const {
    std::vector<int> counts;
    for (const std::string& fact : Known(day)) {
      const size_t at = fact.find("count: ");
      if (at != std::string::npos) counts.push_back(std::atoi(fact.c_str() + at + 7));
    }
    std::sort(counts.begin(), counts.end());
    return counts;
  }

  std::vector<std::string> Findings() const {
    v1::ListFindingsRequest request;
    request.set_parent(kParent);
    request.set_page_size(1000);
    std::vector<std::string> texts;
    const auto response = ingestion->ListFindings(caller, request);
    for (const v1::Finding& finding : response->findings()) texts.push_back(finding.ShortDebugString());
    return texts;
  }
  std::vector<std::string> Rules() const {
    v1::ListFindingsRequest request;
    request.set_parent(kParent);
    std::vector<std::string> rules;
    const auto response = ingestion->ListFindings(caller, request);
    for (const v1::Finding& finding : response->findings()) rules.push_back(finding.rule());
    return rules;
  }

  FakeClock clock{absl::FromUnixMicros(Micros("2026-06-01"))};
  std::unique_ptr<Journal> journal = NewMemoryJournal();
  std::unique_ptr<Ingestion> ingestion;
  const Caller caller = ServiceCaller("test", "gm1730");
};

std::vector<std::string> Faults(const absl::Status& status) {
  std::vector<std::string> paths;
  for (const BadField& field : BadFieldsOf(status)) paths.push_back(field.path);
  return paths;
}

// --- Withdrawing and restoring.

TEST(Withdraw, EndsWhatADeliverySaysAndKeepsTheAnswersBefore) {
  Instance instance;
  const v1::Delivery delivery = instance.Deliver(AllocationMessage(Law::kYouth), "2026-05-10");
  const std::vector<std::string> before = instance.Known("2026-05-14");
  ASSERT_THAT(before, SizeIs(4)) << "traits, two allocations, a person record";
  const v1::Delivery withdrawn = instance.Withdraw(delivery.name(), "2026-05-15");
  EXPECT_EQ(withdrawn.state(), v1::Delivery::WITHDRAWN);
  EXPECT_EQ(MicrosOf(withdrawn.withdrawn_time()), Micros("2026-05-15"));
  EXPECT_EQ(withdrawn.withdraw_reason(), "verkeerde maand");
  EXPECT_EQ(withdrawn.replaced_by(), "");
  EXPECT_EQ(withdrawn.fact_count(), 3) << "what it was stays known";
  EXPECT_GT(withdrawn.sequence(), delivery.sequence());
  EXPECT_EQ(instance.Known("2026-05-14"), before);
  EXPECT_THAT(instance.Known("2026-05-15"), IsEmpty());
  EXPECT_THAT(instance.Known("2026-06-01"), IsEmpty());

  v1::ListDeliveriesRequest request;
  request.set_parent(kParent);
  request.set_state(v1::Delivery::WITHDRAWN);
  EXPECT_EQ(instance.ingestion->ListDeliveries(instance.caller, request)->total_size(), 1);
  request.set_state(v1::Delivery::ACCEPTED);
  EXPECT_EQ(instance.ingestion->ListDeliveries(instance.caller, request)->total_size(), 0);
  // The file is kept, so the same bytes are the same delivery, which stays withdrawn.
  EXPECT_TRUE(instance.journal->ReadBlob(absl::StrCat("raw/", delivery.sha256())).ok());
  EXPECT_EQ(instance.Deliver(AllocationMessage(Law::kYouth), "").SerializeAsString(), withdrawn.SerializeAsString());
}

TEST(Withdraw, TwiceChangesNothing) {
  Instance instance;
  const v1::Delivery delivery = instance.Deliver(AllocationMessage(Law::kYouth), "2026-05-10");
  const v1::Delivery withdrawn = instance.Withdraw(delivery.name(), "2026-05-15");
  const int64_t last = instance.journal->LastSequence();
  EXPECT_EQ(instance.Withdraw(delivery.name(), "2026-05-15").SerializeAsString(), withdrawn.SerializeAsString());
  EXPECT_EQ(instance.Withdraw(delivery.name(), "").SerializeAsString(), withdrawn.SerializeAsString());
  EXPECT_EQ(instance.journal->LastSequence(), last);
}

TEST(Withdraw, CanBeUndoneAndLeavesAHole) {
  Instance instance;
  const v1::Delivery delivery = instance.Deliver(AllocationMessage(Law::kYouth), "2026-05-10");
  const std::vector<std::string> before = instance.Known("2026-05-14");
  instance.Withdraw(delivery.name(), "2026-05-15");
  const v1::Delivery restored = instance.Restore(delivery.name(), "2026-05-20");
  EXPECT_EQ(restored.state(), v1::Delivery::ACCEPTED);
  EXPECT_FALSE(restored.has_withdrawn_time());
  EXPECT_EQ(restored.withdraw_reason(), "");
  EXPECT_EQ(instance.Known("2026-05-14"), before);
  EXPECT_THAT(instance.Known("2026-05-17"), IsEmpty());
  EXPECT_EQ(instance.Known("2026-05-20"), before);
  const int64_t last = instance.journal->LastSequence();
  EXPECT_EQ(instance.Restore(delivery.name(), "").SerializeAsString(), restored.SerializeAsString());
  EXPECT_EQ(instance.journal->LastSequence(), last);
  // Without a hole: restored at the moment of the withdrawal.
  instance.Restore(delivery.name(), "2026-05-15");
  EXPECT_EQ(instance.Known("2026-05-17"), before);
}

TEST(Withdraw, AndRestoreWithinOneTickOfTheClockStillTakeTurns) {
  Instance instance;
  const v1::Delivery delivery = instance.Deliver(AllocationMessage(Law::kYouth), "2026-05-10");
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(instance.Withdraw(delivery.name(), "").state(), v1::Delivery::WITHDRAWN);
    EXPECT_EQ(instance.Restore(delivery.name(), "").state(), v1::Delivery::ACCEPTED);
  }
}

TEST(Withdraw, OfWhatHasNoFactsOrNotAsAskedIsRefused) {
  Instance instance;
  const v1::Delivery delivery = instance.Deliver(StartMessage(Law::kYouth), "2026-05-10");
  const v1::Delivery rejected = instance.Deliver("<kapot", "", "2026-05-10");
  for (const absl::StatusOr<v1::Delivery>& answer :
       {instance.TryWithdraw(rejected.name(), ""), instance.TryRestore(rejected.name(), "")}) {
    EXPECT_EQ(answer.status().code(), absl::StatusCode::kFailedPrecondition);
    EXPECT_EQ(ReasonOf(answer.status()), ErrorReason::DELIVERY_NOT_COUNTED);
    EXPECT_EQ(MetadataOf(answer.status(), "state"), "REJECTED");
  }
  EXPECT_EQ(instance.TryWithdraw(absl::StrCat(kParent, "/deliveries/", std::string(32, 'f')), "").status().code(),
            absl::StatusCode::kNotFound);
  EXPECT_THAT(Faults(instance.TryWithdraw(delivery.name(), "2026-06-02", " ").status()), ElementsAre("reason", "known_time"));
  EXPECT_THAT(Faults(instance.TryWithdraw(delivery.name(), "2026-05-09").status()), ElementsAre("known_time"));
  for (const std::string& reason :
       {std::string(201, 'a'), std::string("twee\nregels"), absl::StrCat("van ", TestBsn(1), ", onjuist")}) {
    const absl::Status status = instance.TryWithdraw(delivery.name(), "", reason).status();
    EXPECT_THAT(Faults(status), ElementsAre("reason"));
    EXPECT_EQ(std::string(status.message()).find(TestBsn(1)), std::string::npos);
  }
  EXPECT_TRUE(instance.TryWithdraw(delivery.name(), "", absl::StrCat("dossier 123456789, ", std::string(170, 'a'))).ok())
      << "nine digits that are no BSN";
}

// A message that lost against another one with the same identification never counts, whatever becomes of the winner.
TEST(Withdraw, OfTheWinnerDoesNotBringTheLoserBack_TR056) {
  ParsedMessage other = StartMessage(Law::kYouth);
  other.starts[0].start_day += 1;
  for (const bool winner_first : {true, false}) {
    Instance instance;
    if (!winner_first) instance.Deliver(other, "2026-05-11");
    const v1::Delivery winner = instance.Deliver(StartMessage(Law::kYouth), "2026-05-10");
    if (winner_first) instance.Deliver(other, "2026-05-11");
    instance.Withdraw(winner.name(), "2026-05-15");
    EXPECT_THAT(instance.Known("2026-05-14"), SizeIs(3)) << "traits, start and person record of the winner";
    EXPECT_THAT(instance.Known("2026-05-15"), IsEmpty());
    // Nor does one that comes after the withdrawal count.
    other.starts[0].start_day += 1;
    EXPECT_EQ(instance.Deliver(other, "2026-05-20").state(), v1::Delivery::REJECTED);
    EXPECT_THAT(instance.Known("2026-06-01"), IsEmpty());
  }
}

TEST(Withdraw, OfALoserThatCameFirstEndsInTheSameFacts_TR056) {
  ParsedMessage other = StartMessage(Law::kYouth);
  other.starts[0].start_day += 1;
  Instance instance;
  const v1::Delivery loser = instance.Deliver(other, "2026-05-11");
  instance.Withdraw(loser.name(), "2026-05-12");
  instance.Deliver(StartMessage(Law::kYouth), "2026-05-10");
  EXPECT_EQ(instance.Get(loser.name()).state(), v1::Delivery::SUPERSEDED);
  EXPECT_EQ(instance.TryRestore(loser.name(), "").status().code(), absl::StatusCode::kFailedPrecondition);
  Instance alone;
  alone.Deliver(StartMessage(Law::kYouth), "2026-05-10");
  for (const char* day : {"2026-05-09", "2026-05-11", "2026-06-01"}) EXPECT_EQ(instance.Known(day), alone.Known(day)) << day;
}

TEST(Withdraw, JudgesLevel3WithoutTheDelivery_TR019) {
  Instance instance;
  const v1::Delivery allocation = instance.Deliver(AllocationMessage(Law::kYouth), "2026-05-10");
  instance.Deliver(StartMessage(Law::kYouth), "2026-05-12");
  const std::vector<std::string> sound = instance.Rules();
  ASSERT_THAT(sound, Not(Contains("TR019")));
  instance.Withdraw(allocation.name(), "2026-05-15");
  EXPECT_THAT(instance.Rules(), Contains("TR019"));
  instance.Restart();
  EXPECT_THAT(instance.Rules(), Contains("TR019"));
  instance.Restore(allocation.name(), "2026-05-16");
  EXPECT_EQ(instance.Rules(), sound);
}

// --- Replacing.

TEST(Replaces, LeavesNoMomentAtWhichBothOrNeitherCount) {
  Instance instance;
  const v1::Delivery old = instance.Deliver(PopulationFile({{2017, 10}}), "telling", "2026-05-10");
  const v1::Delivery fresh = instance.Deliver(PopulationFile({{2017, 11}}), "telling", "2026-05-20", {old.name()});
  EXPECT_THAT(instance.Counts("2026-05-09"), IsEmpty());
  EXPECT_THAT(instance.Counts("2026-05-19"), ElementsAre(10));
  EXPECT_THAT(instance.Counts("2026-05-20"), ElementsAre(11));
  const v1::Delivery replaced = instance.Get(old.name());
  EXPECT_EQ(replaced.state(), v1::Delivery::REPLACED);
  EXPECT_EQ(replaced.replaced_by(), fresh.name());
  EXPECT_EQ(MicrosOf(replaced.withdrawn_time()), Micros("2026-05-20"));
  // A repeat, as after an answer that was lost.
  const int64_t last = instance.journal->LastSequence();
  EXPECT_EQ(instance.Deliver(PopulationFile({{2017, 11}}), "telling", "2026-05-20", {old.name()}).SerializeAsString(),
            fresh.SerializeAsString());
  EXPECT_EQ(instance.journal->LastSequence(), last);
  // It was somebody's decision, so it stays when the new one is withdrawn; it can be undone.
  instance.Withdraw(fresh.name(), "2026-05-25");
  EXPECT_THAT(instance.Counts("2026-05-26"), IsEmpty());
  instance.Restore(old.name(), "2026-05-26");
  EXPECT_THAT(instance.Counts("2026-05-26"), ElementsAre(10));
}

TEST(Replaces, WithAFileThatIsThereAlready) {
  Instance instance;
  const v1::Delivery old = instance.Deliver(PopulationFile({{2017, 10}}), "telling", "2026-05-10");
  const v1::Delivery fresh = instance.Deliver(PopulationFile({{2017, 11}}), "telling", "2026-05-20");
  EXPECT_THAT(instance.Counts("2026-06-01"), ElementsAre(10, 11));
  instance.Deliver(PopulationFile({{2017, 11}}), "telling", "", {old.name()});
  EXPECT_THAT(instance.Counts("2026-05-19"), ElementsAre(10));
  EXPECT_THAT(instance.Counts("2026-06-01"), ElementsAre(11));
  EXPECT_THAT(Faults(instance.TryDeliver(PopulationFile({{2017, 10}}), "telling", "", {fresh.name()}).status()), IsEmpty())
      << "what does not count replaces nothing";
  EXPECT_THAT(Faults(instance.TryDeliver(PopulationFile({{2017, 11}}), "telling", "", {fresh.name()}).status()),
              ElementsAre("replaces"));
  EXPECT_THAT(instance.Counts("2026-06-01"), ElementsAre(11));
}

TEST(Replaces, NothingWhenTheNewFileIsRejected) {
  Instance instance;
  const v1::Delivery old = instance.Deliver(PopulationFile({{2017, 10}}), "telling", "2026-05-10");
  EXPECT_EQ(instance.Deliver("year\n2017\n", "telling", "2026-05-20", {old.name()}).state(), v1::Delivery::REJECTED);
  EXPECT_EQ(instance.Get(old.name()).state(), v1::Delivery::ACCEPTED);
  EXPECT_THAT(instance.Counts("2026-06-01"), ElementsAre(10));
}

TEST(Replaces, NamesDeliveriesThatAreThereAndNotKnownLater) {
  Instance instance;
  const v1::Delivery old = instance.Deliver(PopulationFile({{2017, 10}}), "telling", "2026-05-10");
  const std::string nobody = absl::StrCat(kParent, "/deliveries/", std::string(32, 'f'));
  EXPECT_THAT(Faults(instance.TryDeliver(PopulationFile({{2017, 11}}), "telling", "2026-05-09", {nobody, old.name()}).status()),
              ElementsAre("replaces[0]", "replaces[1]"));
  EXPECT_THAT(Faults(instance.TryDeliver("x", "telling", "", std::vector<std::string>(101, old.name())).status()),
              ElementsAre("replaces"));
}

TEST(Replaces, ByAnUpload) {
  Instance instance;
  const v1::Delivery old = instance.Deliver(PopulationFile({{2017, 10}}), "telling", "2026-05-10");
  v1::CreateUploadRequest create;
  create.set_parent(kParent);
  create.mutable_upload()->set_source("telling");
  create.mutable_upload()->add_replaces("municipalities/gm1730/deliveries/x");
  EXPECT_THAT(Faults(instance.ingestion->CreateUpload(instance.caller, create).status()), ElementsAre("upload.replaces[0]"));
  create.mutable_upload()->set_replaces(0, old.name());
  const absl::StatusOr<v1::Upload> upload = instance.ingestion->CreateUpload(instance.caller, create);
  ASSERT_TRUE(upload.ok()) << upload.status();
  EXPECT_THAT(upload->replaces(), ElementsAre(old.name()));
  instance.Restart();
  v1::AppendUploadRequest append;
  append.set_name(upload->name());
  append.set_data(PopulationFile({{2017, 11}}));
  ASSERT_TRUE(instance.ingestion->AppendUpload(instance.caller, append).ok());
  v1::CompleteUploadRequest complete;
  complete.set_name(upload->name());
  const auto started = instance.ingestion->CompleteUpload(instance.caller, complete);
  ASSERT_TRUE(started.ok()) << started.status();
  google::longrunning::WaitOperationRequest wait;
  wait.set_name(started->name());
  const auto operation = instance.ingestion->WaitOperation(instance.caller, wait);
  ASSERT_TRUE(operation.ok() && operation->done() && operation->has_response());
  EXPECT_EQ(instance.Get(old.name()).state(), v1::Delivery::REPLACED);
  EXPECT_THAT(instance.Counts("2026-06-01"), ElementsAre(11));
}

// --- Extracts.

TEST(Extract, TakesThePlaceOfTheOneBeforeInWhateverOrderTheyCome) {
  std::vector<std::pair<int, std::string>> files = {{10, "2026-05-10"}, {20, "2026-05-20"}, {30, "2026-05-30"}};
  do {
    Instance instance;
    std::map<int, std::string> names;
    for (const auto& [count, day] : files) {
      names[count] = instance.Deliver(PopulationFile({{2017, count}, {2018, count}}), "bevolking", day).name();
    }
    EXPECT_THAT(instance.Counts("2026-05-09"), IsEmpty());
    EXPECT_THAT(instance.Counts("2026-05-19"), ElementsAre(10, 10));
    EXPECT_THAT(instance.Counts("2026-05-29"), ElementsAre(20, 20));
    EXPECT_THAT(instance.Counts("2026-05-30"), ElementsAre(30, 30));
    EXPECT_EQ(instance.Get(names[10]).state(), v1::Delivery::REPLACED);
    EXPECT_EQ(MicrosOf(instance.Get(names[10]).withdrawn_time()), Micros("2026-05-20"));
    EXPECT_EQ(instance.Get(names[10]).replaced_by(), names[30]) << "the one that counts now";
    EXPECT_EQ(instance.TryRestore(names[10], "").status().code(), absl::StatusCode::kFailedPrecondition);
    // The one before a withdrawn one counts again, from that moment.
    instance.Withdraw(names[30], "2026-05-31");
    EXPECT_THAT(instance.Counts("2026-05-30"), ElementsAre(30, 30));
    EXPECT_THAT(instance.Counts("2026-05-31"), ElementsAre(20, 20));
    EXPECT_EQ(instance.Get(names[20]).state(), v1::Delivery::ACCEPTED);
    EXPECT_EQ(instance.Get(names[10]).replaced_by(), names[20]);
    instance.Restore(names[30], "2026-06-01");
    EXPECT_THAT(instance.Counts("2026-06-01"), ElementsAre(30, 30));
  } while (std::next_permutation(files.begin(), files.end()));
}

TEST(Extract, OfAYearLeavesTheOtherYears) {
  Instance instance;
  instance.Deliver(PopulationFile({{2017, 10}}), "per-jaar", "2026-05-10");
  instance.Deliver(PopulationFile({{2018, 20}}), "per-jaar", "2026-05-11");
  instance.Deliver(PopulationFile({{2017, 11}, {2017, 12}}), "per-jaar", "2026-05-12");
  EXPECT_THAT(instance.Counts("2026-05-11"), ElementsAre(10, 20));
  EXPECT_THAT(instance.Counts("2026-05-12"), ElementsAre(11, 12, 20));
  instance.Deliver(PopulationFile({{2017, 1}, {2018, 2}}), "per-jaar", "2026-05-13");
  EXPECT_THAT(instance.Counts("2026-05-13"), ElementsAre(1, 2));
  instance.Deliver(PopulationFile({{2018, 3}}), "per-jaar", "2026-05-14");
  EXPECT_THAT(instance.Counts("2026-05-14"), ElementsAre(1, 2, 3)) << "2017 would be lost with the one about both";
}

TEST(Extract, WithoutRowsOrRejectedTakesNoPlace) {
  Instance instance;
  instance.Deliver(PopulationFile({{2017, 10}}), "bevolking", "2026-05-10");
  EXPECT_EQ(instance.Deliver(PopulationFile({}), "bevolking", "2026-05-11").state(), v1::Delivery::REJECTED);
  EXPECT_EQ(instance.Deliver("year\n", "bevolking", "2026-05-12").state(), v1::Delivery::REJECTED);
  EXPECT_THAT(instance.Counts("2026-06-01"), ElementsAre(10));
  EXPECT_EQ(instance.Deliver(PopulationFile({}) + "\n", "telling", "2026-05-11").state(), v1::Delivery::ACCEPTED)
      << "a file that adds nothing does no harm";
}

TEST(Extract, OfPersonsEndsTheirRecordsToo) {
  Instance instance;
  instance.Deliver(ClientFile({1, 2}), "clienten", "2026-05-10");
  instance.Deliver(ClientFile({2, 3}), "clienten", "2026-05-20");
  const auto persons = [&](const char* day) {
    std::vector<std::string> known = instance.Known(day);
    return std::count_if(known.begin(), known.end(), [](const std::string& row) { return row.find(" bsn: ") != row.npos; });
  };
  EXPECT_EQ(persons("2026-05-19"), 2);
  EXPECT_EQ(persons("2026-05-20"), 2);
  EXPECT_EQ(instance.Persons().batches_size(), 3) << "two files, and one correction";
}

// --- Laws.

struct Step {
  enum Kind { kDeliver, kWithdraw, kRestore } kind;
  int file;
  std::string day;
};
struct Script {
  std::vector<std::tuple<std::string, std::string, std::string>> files;  // Content, source, day.
  std::vector<Step> steps;
};

std::string DayText(int day) { return absl::StrCat("2026-05-", day < 10 ? "0" : "", day); }

Script RandomScript(std::mt19937& random) {
  Script script;
  const auto add = [&](const std::string& content, const std::string& source) {
    const int day = 1 + static_cast<int>(random() % 20);
    const int file = static_cast<int>(script.files.size());
    script.files.emplace_back(content, source, DayText(day));
    script.steps.push_back({Step::kDeliver, file, DayText(day)});
    for (size_t marks = random() % 3; marks > 0; --marks) {
      script.steps.push_back(
          {random() % 3 == 0 ? Step::kRestore : Step::kWithdraw, file, DayText(day + static_cast<int>(random() % 10))});
    }
  };
  for (int i = 0; i < 3; ++i) add(PopulationFile({{2017, 10 + i}}), "bevolking");
  for (int i = 0; i < 3; ++i) {
    std::vector<std::pair<int, int>> rows = {{2016 + static_cast<int>(random() % 2), 20 + i}};
    if (random() % 2 == 0) rows.emplace_back(2017, 30 + i);
    add(PopulationFile(rows), "per-jaar");
  }
  for (int i = 0; i < 2; ++i) add(PopulationFile({{2017, 40 + i}}), "telling");
  for (int i = 0; i < 3; ++i) add(ClientFile({1, 2 + i}), "clienten");
  for (const Law law : testing::kLaws) {
    add(Render(AllocationMessage(law)), "");
    add(Render(StartMessage(law)), "");
    add(Render(ClaimMessage(law)), "");
  }
  return script;
}

// The order in which a script is played: a file comes before its marks.
std::vector<Step> Shuffled(std::vector<Step> steps, std::mt19937& random) {
  std::shuffle(steps.begin(), steps.end(), random);
  std::set<int> there;
  std::vector<Step> order;
  while (!steps.empty()) {
    for (auto step = steps.begin(); step != steps.end();) {
      if (step->kind != Step::kDeliver && there.count(step->file) == 0) {
        ++step;
        continue;
      }
      there.insert(step->file);
      order.push_back(*step);
      step = steps.erase(step);
      if (random() % 2 == 0) break;
    }
  }
  return order;
}

// T-29 with corrections: the same deliveries, withdrawals and restorations give the same answers in whatever order they come,
// also over restarts; and at every known time those of an instance that only ever got what is not withdrawn then.
TEST(Corrections, OrderHasNoMeaningAndWithdrawnIsAsIfItNeverCame_T29) {
  std::mt19937 random(307);
  int different = 0;
  for (int round = 0; round < 25; ++round) {
    const Script script = RandomScript(random);
    std::map<std::string, std::vector<std::string>> expected;
    std::vector<std::string> findings;
    for (int order = 0; order < 3; ++order) {
      Instance instance;
      std::map<int, std::string> names;
      for (const Step& step : Shuffled(script.steps, random)) {
        const auto& [content, source, day] = script.files[static_cast<size_t>(step.file)];
        if (step.kind == Step::kDeliver) {
          names[step.file] = instance.Deliver(content, source, day).name();
        } else if (step.kind == Step::kWithdraw) {
          instance.Withdraw(names.at(step.file), step.day);
        } else {
          instance.Restore(names.at(step.file), step.day);
        }
        if (random() % 10 == 0) instance.Restart();
      }
      for (int day = 1; day <= 30; ++day) {
        std::vector<std::string> known = instance.Known(DayText(day));
        if (order == 0) expected[DayText(day)] = known;
        ASSERT_EQ(known, expected[DayText(day)]) << "round " << round << " order " << order << " known on " << day;
      }
      if (order == 0) findings = instance.Findings();
      ASSERT_EQ(instance.Findings(), findings) << "round " << round << " order " << order;
    }
    for (int day = 1; day <= 30; day += 3) {
      Instance pure;
      for (size_t file = 0; file < script.files.size(); ++file) {
        const auto& [content, source, received] = script.files[file];
        std::vector<CorrectionMark> marks;
        for (const Step& step : script.steps) {
          if (step.kind == Step::kDeliver || step.file != static_cast<int>(file)) continue;
          marks.push_back({Micros(step.day), step.kind == Step::kRestore});
        }
        if (Standing(Micros(received), marks).Contains(Micros(DayText(day)))) pure.Deliver(content, source, received);
      }
      ASSERT_EQ(pure.Known(DayText(day)), expected[DayText(day)]) << "round " << round << " known on " << day;
    }
    different += expected["2026-05-15"] != expected["2026-05-30"] ? 1 : 0;
  }
  EXPECT_GT(different, 10) << "there is something to compare";
}

TEST(Corrections, AreTheSameAfterAReplayAndFromACheckpoint) {
  Instance instance;
  const v1::Delivery allocation = instance.Deliver(AllocationMessage(Law::kYouth), "2026-05-10");
  instance.Deliver(ClaimMessage(Law::kYouth), "2026-05-12");
  instance.Deliver(PopulationFile({{2017, 20}}), "bevolking", "2026-05-20");
  instance.Deliver(PopulationFile({{2017, 10}}), "bevolking", "2026-05-10");
  instance.Deliver(ClientFile({1}), "clienten", "2026-05-10");
  instance.Deliver(ClientFile({2}), "clienten", "2026-05-11");
  instance.Withdraw(allocation.name(), "2026-05-15");
  instance.Restore(allocation.name(), "2026-05-16");
  instance.Withdraw(allocation.name(), "2026-05-17");
  const std::string live = instance.ingestion->State();
  const std::string facts = instance.Facts().SerializeAsString(), persons = instance.Persons().SerializeAsString();
  // From the beginning: the instance that wrote it is still there, so no checkpoint was saved.
  auto replayed = Ingestion::Open(*instance.journal, instance.clock, Key::FromBytes({1, 2, 3}), "gm1730", {});
  ASSERT_TRUE(replayed.ok()) << replayed.status();
  EXPECT_EQ((*replayed)->State(), live);
  instance.Restart();
  EXPECT_EQ(instance.ingestion->State(), live);
  EXPECT_EQ(instance.Facts().SerializeAsString(), facts);
  EXPECT_EQ(instance.Persons().SerializeAsString(), persons);
  EXPECT_EQ(instance.Withdraw(allocation.name(), "").state(), v1::Delivery::WITHDRAWN);
}

}  // namespace
}  // namespace nmd::ingestion
