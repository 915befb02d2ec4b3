// SPDX-License-Identifier: EUPL-1.2
#include "services/ingestion/ingestion.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "services/ingestion/message_reader.h"
#include "services/ingestion/test_message.h"
#include "services/platform/errors.h"
#include "services/platform/proto_time.h"
#include "services/platform/router.h"

namespace nmd::ingestion {
namespace {

using testing::AllocationMessage;
using testing::AnswerMessage;
using testing::ClaimMessage;
using ::testing::Contains;
using testing::D;
using testing::Days;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using testing::Render;
using ::testing::SizeIs;
using testing::StartMessage;
using testing::StopMessage;
using testing::TestBsn;
using testing::TestClient;
using ::testing::UnorderedElementsAre;

constexpr char kParent[] = "municipalities/gm1730";

internal::v1::MappingFile Mapping(const std::string& source) {
  internal::v1::MappingFile mapping;
  mapping.set_source(source);
  mapping.set_title("Cliënten");
  mapping.set_owner("gemeente");
  mapping.set_kind(internal::v1::CLIENTS);
  mapping.set_separator(";");
  for (const char* field : {"bsn", "surname", "birth_date", "postcode", "house_number", "buurt"}) {
    (*mapping.mutable_columns())[field] = field;
  }
  return mapping;
}

// Forgets the records after a point and can fail: what a crash or a full disk leaves.
class FaultyJournal : public Journal {
 public:
  explicit FaultyJournal(std::unique_ptr<Journal> real) : real_(std::move(real)) {}
  bool full = false;

  absl::StatusOr<int64_t> Append(std::vector<JournalRecord> records, int64_t expected, std::vector<Blob> blobs) override {
    if (full) return Fail(absl::StatusCode::kUnavailable, ErrorReason::UNAVAILABLE_NOW, "disk full");
    ++appends;
    return real_->Append(std::move(records), expected, std::move(blobs));
  }
  absl::Status Replay(int64_t after, const std::function<bool(const JournalRecord&)>& visit) const override {
    return real_->Replay(after, visit);
  }
  int64_t LastSequence() const override { return real_->LastSequence(); }
  int64_t WaitBeyond(int64_t after, absl::Duration timeout) const override { return real_->WaitBeyond(after, timeout); }
  void Interrupt() override { real_->Interrupt(); }
  absl::Status Rewrite(const std::function<std::optional<JournalRecord>(const JournalRecord&)>& keep) override {
    return real_->Rewrite(keep);
  }
  absl::Status SaveCheckpoint(int64_t sequence, absl::string_view state) override {
    if (crashed) return absl::OkStatus();
    ++checkpoints;
    return real_->SaveCheckpoint(sequence, state);
  }
  absl::StatusOr<std::optional<Checkpoint>> LoadCheckpoint() const override { return real_->LoadCheckpoint(); }
  absl::StatusOr<std::vector<std::string>> BlobNames() const override { return real_->BlobNames(); }
  absl::Status TakeOver(std::vector<JournalRecord> records, int64_t last, std::vector<Blob> blobs) override {
    return real_->TakeOver(std::move(records), last, std::move(blobs));
  }
  absl::StatusOr<std::string> ReadBlob(absl::string_view name) const override { return real_->ReadBlob(name); }
  absl::Status DropBlob(absl::string_view name) override { return real_->DropBlob(name); }

  int appends = 0;
  int checkpoints = 0;
  bool crashed = false;  // The process dies before it saves a checkpoint.

 private:
  const std::unique_ptr<Journal> real_;
};

class Instance {
 public:
  Instance() : clock(absl::FromUnixSeconds(int64_t{D("2026-06-01")} * 86'400)), journal(NewMemoryJournal()) { Start(); }
  explicit Instance(std::unique_ptr<Journal> real)
      : clock(absl::FromUnixSeconds(int64_t{D("2026-06-01")} * 86'400)), journal(std::move(real)) {
    Start();
  }

  void Start() {
    auto opened = Ingestion::Open(journal, clock, Key::FromBytes({1, 2, 3}), "gm1730", {Mapping("clienten")});
    ASSERT_TRUE(opened.ok()) << opened.status();
    ingestion = *std::move(opened);
  }
  void Restart(bool crash) {
    journal.crashed = crash;
    ingestion.reset();
    journal.crashed = false;
    Start();
  }

  absl::StatusOr<v1::Delivery> TryDeliver(const std::string& content, const std::string& source = "",
                                          const std::string& known_on = "") {
    v1::DeliverFileRequest request;
    request.set_parent(kParent);
    request.set_source(source);
    request.set_file_name("bericht.xml");
    request.set_content(content);
    if (!known_on.empty()) *request.mutable_received_time() = TimestampOf(int64_t{D(known_on)} * 86'400 * 1'000'000);
    return ingestion->DeliverFile(caller, request);
  }
  v1::Delivery Deliver(const std::string& content, const std::string& source = "", const std::string& known_on = "") {
    absl::StatusOr<v1::Delivery> delivery = TryDeliver(content, source, known_on);
    EXPECT_TRUE(delivery.ok()) << delivery.status();
    return delivery.ok() ? *delivery : v1::Delivery();
  }
  v1::Delivery Deliver(const ParsedMessage& message, const std::string& known_on = "") {
    return Deliver(Render(message), "", known_on);
  }

  std::vector<v1::FactBatch> Facts(int64_t after = 0) const {
    std::vector<v1::FactBatch> batches;
    while (true) {
      v1::ListFactsRequest request;
      request.set_parent(kParent);
      request.set_after_sequence(after);
      const auto response = ingestion->ListFacts(caller, request);
      EXPECT_TRUE(response.ok()) << response.status();
      if (!response.ok() || response->batches().empty()) return batches;
      batches.insert(batches.end(), response->batches().begin(), response->batches().end());
      after = response->next_sequence();
    }
  }
  std::vector<v1::PersonBatch> Persons(int64_t after = 0) const {
    v1::ListPersonRecordsRequest request;
    request.set_parent(kParent);
    request.set_after_sequence(after);
    const auto response = ingestion->ListPersonRecords(caller, request);
    EXPECT_TRUE(response.ok()) << response.status();
    return {response->batches().begin(), response->batches().end()};
  }
  std::vector<v1::Finding> Findings(const std::string& rule = "", const std::string& delivery = "") const {
    v1::ListFindingsRequest request;
    request.set_parent(kParent);
    request.set_page_size(1000);
    request.set_rule(rule);
    request.set_delivery(delivery);
    const auto response = ingestion->ListFindings(caller, request);
    EXPECT_TRUE(response.ok()) << response.status();
    EXPECT_EQ(response->total_size(), response->findings_size());
    return {response->findings().begin(), response->findings().end()};
  }
  std::vector<std::string> Rules(const std::string& delivery = "") const {
    std::vector<std::string> rules;
    for (const v1::Finding& finding : Findings("", delivery)) rules.push_back(finding.rule());
    return rules;
  }

  FakeClock clock;
  FaultyJournal journal;
  std::unique_ptr<Ingestion> ingestion;
  const Caller caller = ServiceCaller("costs", "gm1730");
};

// What the feed says in the end: all facts of deliveries that were not superseded, whatever the order.
std::vector<std::string> CountedFacts(const Instance& instance) {
  std::map<std::string, std::vector<std::string>> facts;
  for (const v1::FactBatch& batch : instance.Facts()) {
    if (!batch.supersedes().empty()) {
      facts.erase(batch.supersedes());
      continue;
    }
    for (const v1::Fact& fact : batch.facts()) {
      facts[batch.delivery()].push_back(absl::StrCat(MicrosOf(batch.known_time()), " ", fact.ShortDebugString()));
    }
  }
  std::vector<std::string> all;
  for (const auto& [delivery, texts] : facts) all.insert(all.end(), texts.begin(), texts.end());
  return all;
}

std::vector<std::string> FindingTexts(const Instance& instance) {
  std::vector<std::string> texts;
  for (const v1::Finding& finding : instance.Findings()) texts.push_back(finding.ShortDebugString());
  return texts;
}

ParsedMessage Identified(ParsedMessage message, const std::string& identification) {
  message.header.identification = identification;
  return message;
}

TEST(Ingestion, AllocationMessageGivesFactsTraitsAndPersonRecord) {
  Instance instance;
  const v1::Delivery delivery = instance.Deliver(AllocationMessage(Law::kYouth));
  EXPECT_EQ(delivery.state(), v1::Delivery::ACCEPTED);
  EXPECT_EQ(delivery.source(), "jw301");
  EXPECT_EQ(delivery.message_key(), "jw301/1730/100000001");
  EXPECT_EQ(delivery.fact_count(), 3);
  EXPECT_EQ(delivery.person_count(), 1);
  EXPECT_EQ(delivery.name(), absl::StrCat(kParent, "/deliveries/", delivery.sha256().substr(0, 32)));

  const std::vector<v1::FactBatch> batches = instance.Facts();
  ASSERT_THAT(batches, SizeIs(1));
  EXPECT_EQ(batches[0].source(), "jw301");
  EXPECT_EQ(batches[0].record_count(), 2);
  EXPECT_EQ(batches[0].sound_record_count(), 2);
  ASSERT_EQ(batches[0].facts_size(), 3);
  const std::string key = batches[0].facts(0).person().person_key();
  EXPECT_THAT(key, SizeIs(32));
  EXPECT_EQ(batches[0].facts(0).person().birth_day(), D("2011-08-14"));
  const v1::Allocation& allocation = batches[0].facts(1).allocation();
  EXPECT_EQ(allocation.law(), v1::YOUTH);
  EXPECT_EQ(allocation.person_key(), key);
  EXPECT_EQ(allocation.provider(), "41000001");
  EXPECT_EQ(allocation.number(), 10072);
  EXPECT_EQ(allocation.product(), "45A04");
  EXPECT_EQ(allocation.start_day(), D("2026-01-12"));
  EXPECT_EQ(allocation.end_day(), D("2027-01-01")) << "Einddatum is inclusive in the message, exclusive in the fact";
  EXPECT_EQ(allocation.volume(), 3);

  const std::vector<v1::PersonBatch> persons = instance.Persons();
  ASSERT_THAT(persons, SizeIs(1));
  EXPECT_EQ(persons[0].records(0).bsn(), TestBsn(0));
  EXPECT_EQ(persons[0].records(0).person_key(), key);
  EXPECT_EQ(persons[0].records(0).postcode(), "9471AB");
  EXPECT_EQ(persons[0].records(0).house_letter(), "a");
  EXPECT_EQ(persons[0].records(0).address_start_day(), D("2026-06-01"));
}

TEST(Ingestion, StartStopClaimAndAnswerGiveTheirFacts) {
  Instance instance;
  EXPECT_EQ(instance.Deliver(StartMessage(Law::kWmo)).source(), "wmo305");
  instance.Deliver(StopMessage(Law::kWmo));
  instance.Deliver(ClaimMessage(Law::kWmo));
  instance.Deliver(AnswerMessage(Law::kWmo));
  const std::vector<v1::FactBatch> batches = instance.Facts();
  ASSERT_THAT(batches, SizeIs(4));
  const v1::StartOfCare& start = batches[0].facts(1).start();
  EXPECT_EQ(start.law(), v1::WMO);
  EXPECT_EQ(start.start_day(), D("2026-01-20"));
  EXPECT_EQ(start.status(), "1");
  const v1::StopOfCare& stop = batches[1].facts(1).stop();
  EXPECT_EQ(stop.end_day(), D("2026-05-01"));
  EXPECT_EQ(stop.person_key(), start.person_key());
  const v1::Claim& claim = batches[2].facts(0).claim();
  EXPECT_EQ(claim.total_cents(), 15000);
  ASSERT_EQ(claim.lines_size(), 3);
  EXPECT_EQ(claim.lines(0).person_key(), start.person_key());
  EXPECT_NE(claim.lines(2).person_key(), start.person_key());
  EXPECT_EQ(claim.lines(2).amount_cents(), 5000);
  EXPECT_EQ(batches[2].record_count(), 3);
  const v1::ClaimAnswer& answer = batches[3].facts(0).claim_answer();
  EXPECT_EQ(answer.granted_cents(), 10000);
  EXPECT_THAT(answer.rejected_references(), ElementsAre("RN003"));
  EXPECT_FALSE(answer.rejected());
  // A claim names its clients by BSN only; an answer tells nothing new about anybody.
  const std::vector<v1::PersonBatch> persons = instance.Persons();
  ASSERT_THAT(persons, SizeIs(3));
  EXPECT_EQ(persons[2].records(1).bsn(), TestBsn(1));
  EXPECT_EQ(persons[2].records(1).surname(), "");
}

TEST(Ingestion, OnePersonHasOneKeyPerLawAndNoneWithoutTheKey) {
  Instance instance;
  instance.Deliver(StartMessage(Law::kYouth));
  instance.Deliver(StopMessage(Law::kYouth));
  instance.Deliver(StartMessage(Law::kWmo));
  const std::vector<v1::FactBatch> batches = instance.Facts();
  EXPECT_EQ(batches[0].facts(0).person().person_key(), batches[1].facts(0).person().person_key());
  EXPECT_NE(batches[0].facts(0).person().person_key(), batches[2].facts(0).person().person_key());
  EXPECT_EQ(batches[0].facts(0).person().person_key(),
            Key::FromBytes({1, 2, 3}).Derive("person-key").MacHex(absl::StrCat("bsn/ijw/", TestBsn(0)), 32));
}

TEST(Ingestion, SameBytesTwiceAreOneDelivery) {
  Instance instance;
  const v1::Delivery first = instance.Deliver(AllocationMessage(Law::kYouth), "2026-05-10");
  const int appends = instance.journal.appends;
  instance.clock.Advance(absl::Hours(1));
  const v1::Delivery second = instance.Deliver(AllocationMessage(Law::kYouth));
  EXPECT_EQ(first.ShortDebugString(), second.ShortDebugString());
  EXPECT_EQ(instance.journal.appends, appends);
  EXPECT_THAT(instance.Facts(), SizeIs(1));
}

TEST(Ingestion, KnownTimeIsTheReceivedTimeAndNeverInTheFuture) {
  Instance instance;
  const v1::Delivery delivery = instance.Deliver(AllocationMessage(Law::kYouth), "2026-03-31");
  EXPECT_EQ(MicrosOf(delivery.known_time()), int64_t{D("2026-03-31")} * 86'400'000'000);
  EXPECT_EQ(MicrosOf(delivery.create_time()), absl::ToUnixMicros(instance.clock.Now()));
  EXPECT_EQ(MicrosOf(instance.Facts()[0].known_time()), MicrosOf(delivery.known_time()));
  const auto refused = instance.TryDeliver(Render(StartMessage(Law::kYouth)), "", "2026-06-02");
  EXPECT_EQ(ReasonOf(refused.status()), ErrorReason::FIELDS_INVALID);
  EXPECT_EQ(BadFieldsOf(refused.status())[0].path, "received_time");
}

TEST(Ingestion, RejectedFileIsKeptListedAndExplainedButGivesNoFacts) {
  Instance instance;
  ParsedMessage message = ClaimMessage(Law::kYouth);
  message.claim->total.cents = 1;  // TR358
  const std::string bytes = Render(message);
  const v1::Delivery delivery = instance.Deliver(bytes);
  EXPECT_EQ(delivery.state(), v1::Delivery::REJECTED);
  EXPECT_EQ(delivery.fact_count(), 0);
  EXPECT_GT(delivery.finding_count(), 0);
  EXPECT_THAT(instance.Rules(delivery.name()), Contains("TR358"));
  // Its records count for the quality of the source, and for nothing else (requirements 6.8).
  const std::vector<v1::FactBatch> batches = instance.Facts();
  ASSERT_THAT(batches, SizeIs(1));
  EXPECT_EQ(batches[0].source(), "jw323");
  EXPECT_THAT(batches[0].facts(), IsEmpty());
  EXPECT_EQ(batches[0].record_count(), static_cast<int64_t>(message.claim->lines.size()));
  EXPECT_EQ(batches[0].sound_record_count(), 0);
  EXPECT_THAT(instance.Persons(), IsEmpty());
  // The bytes are there, unchanged, and nobody reads them without the key.
  const auto sealed = instance.journal.ReadBlob(absl::StrCat("raw/", delivery.sha256()));
  ASSERT_TRUE(sealed.ok());
  EXPECT_THAT(*sealed, Not(HasSubstr("Bericht")));
  const auto opened = Key::FromBytes({1, 2, 3}).Derive("raw").Open(*sealed);
  ASSERT_TRUE(opened.ok());
  EXPECT_EQ(*Decompress(*opened, bytes.size()), bytes);
}

TEST(Ingestion, TakesEveryMessageOfBothLawsAsASourceOfItsOwn) {
  Instance instance;
  std::set<std::string> expected;
  for (const Law law : testing::kLaws) {
    for (const MessageType type : testing::kTypes) {
      const std::string content = Render(testing::SoundMessage(law, type));
      const v1::Delivery delivery = instance.Deliver(content);
      const std::string source = SourceName(law, static_cast<int>(type));
      EXPECT_EQ(delivery.state(), v1::Delivery::ACCEPTED) << source;
      EXPECT_EQ(delivery.source(), source);
      // TR056 holds for what is sent, not for the return of it.
      EXPECT_EQ(delivery.message_key().empty(), IsReturn(type)) << source;
      EXPECT_TRUE(instance.journal.ReadBlob(absl::StrCat("raw/", delivery.sha256())).ok()) << source;
      expected.insert(source);
    }
  }
  for (const v1::Finding& finding : instance.Findings()) EXPECT_FALSE(finding.fatal()) << finding.rule();
  std::set<std::string> delivered;
  v1::ListSourcesRequest request;
  request.set_parent(kParent);
  const auto listed = instance.ingestion->ListSources(instance.caller, request);
  ASSERT_TRUE(listed.ok()) << listed.status();
  for (const v1::Source& source : listed->sources()) {
    if (source.delivery_count() == 1) delivered.insert(source.name().substr(source.name().rfind('/') + 1));
  }
  EXPECT_EQ(delivered, expected);
  for (const v1::FactBatch& batch : instance.Facts()) {
    const int number = std::stoi(batch.source().substr(batch.source().size() - 3));
    EXPECT_EQ(batch.message().type(), number);
    EXPECT_EQ(batch.message().identification(), "100000001") << batch.source();
    if (number % 2 == 0) {
      ASSERT_EQ(batch.facts_size(), 1) << batch.source();
      EXPECT_TRUE(batch.facts(0).has_message_return()) << batch.source();
      EXPECT_EQ(batch.record_count(), 1) << batch.source();
    }
  }
}

TEST(Ingestion, RequestGivesReferralsOfNoAllocationInParticular) {  // D8: only a 315 names who referred
  Instance instance;
  const v1::Delivery delivery = instance.Deliver(testing::RequestMessage(Law::kYouth));
  EXPECT_EQ(delivery.message_key(), "jw315/41000001/100000001");
  EXPECT_EQ(delivery.person_count(), 1);
  const std::vector<v1::FactBatch> batches = instance.Facts();
  ASSERT_THAT(batches, SizeIs(1));
  EXPECT_EQ(batches[0].record_count(), 2);
  ASSERT_EQ(batches[0].facts_size(), 5);
  const v1::Referral& referral = batches[0].facts(1).referral();
  EXPECT_EQ(referral.person_key(), batches[0].facts(0).person().person_key());
  EXPECT_EQ(referral.law(), v1::YOUTH);
  EXPECT_EQ(referral.allocation(), 0);
  EXPECT_EQ(referral.referrer(), "02");
  EXPECT_EQ(referral.start_day(), D("2026-06-01"));
  EXPECT_EQ(batches[0].facts(3).referral().start_day(), D("2026-09-01"));
  const v1::CareRequest& request = batches[0].facts(2).care_request();
  EXPECT_EQ(request.kind(), v1::CareRequest::ASKED);
  EXPECT_EQ(request.provider(), "41000001");
  EXPECT_EQ(request.start_day(), D("2026-06-01"));
  EXPECT_EQ(request.dated_day(), batches[0].message().dated_day());
  EXPECT_NE(request.reference(), batches[0].facts(4).care_request().reference());
}

TEST(Ingestion, ChangeRequestGivesAPersonByNumberAndWhatIsAsked) {
  Instance instance;
  EXPECT_EQ(instance.Deliver(testing::ChangeRequestMessage(Law::kWmo)).fact_count(), 3);
  const std::vector<v1::PersonBatch> persons = instance.Persons();
  ASSERT_THAT(persons, SizeIs(1));
  EXPECT_EQ(persons[0].records(0).bsn(), TestBsn(0));
  EXPECT_EQ(persons[0].records(0).surname(), "");
  const std::vector<v1::FactBatch> batches = instance.Facts();
  ASSERT_THAT(batches, SizeIs(1));
  EXPECT_EQ(batches[0].record_count(), 3);
  std::vector<v1::CareRequest::Kind> kinds;
  for (const v1::Fact& fact : batches[0].facts()) kinds.push_back(fact.care_request().kind());
  EXPECT_THAT(kinds, ElementsAre(v1::CareRequest::UNCHANGED, v1::CareRequest::CHANGED, v1::CareRequest::ADDED));
  EXPECT_EQ(batches[0].facts(0).care_request().start_day(), 0);
}

TEST(Ingestion, AnswerThatRefusesAClaimByItsHeaderNamesTheMessage_TR337) {
  Instance instance;
  ParsedMessage message = testing::SoundMessage(Law::kYouth, MessageType::kClaimAnswer);
  message.header.return_codes = {"0001"};
  message.answer.reset();
  message.clients.clear();
  EXPECT_EQ(instance.Deliver(message).state(), v1::Delivery::ACCEPTED);
  const std::vector<v1::FactBatch> batches = instance.Facts();
  ASSERT_THAT(batches, SizeIs(1));
  ASSERT_EQ(batches[0].facts_size(), 1);
  const v1::ClaimAnswer& answer = batches[0].facts(0).claim_answer();
  EXPECT_TRUE(answer.rejected());
  EXPECT_EQ(answer.number(), "");
  EXPECT_EQ(answer.claim_identification(), message.header.claim_identification);
  EXPECT_THAT(answer.return_codes(), ElementsAre("0001"));
}

TEST(Ingestion, ReturnTellsItsCodesOnceAndNothingOfWhatItRepeats_IV032) {
  Instance instance;
  ParsedMessage message = testing::SoundMessage(Law::kYouth, MessageType::kStartReturn);
  message.clients[0].return_codes = {"0200"};
  for (StartedProduct& start : message.starts) start.return_codes = {"9326", "9019"};
  EXPECT_EQ(instance.Deliver(message).fact_count(), 1);
  const v1::FactBatch batch = instance.Facts()[0];
  EXPECT_EQ(batch.message().type(), 306);
  EXPECT_EQ(batch.message().identification(), message.header.identification);
  const v1::MessageReturn& verdict = batch.facts(0).message_return();
  EXPECT_EQ(verdict.identification(), message.header.return_identification);
  EXPECT_EQ(verdict.dated_day(), message.header.return_dated_day);
  EXPECT_THAT(verdict.item_return_codes(), ElementsAre("9019", "9326"));
}

TEST(Ingestion, AnswerTellsWhyEveryLineWasRejected_OP303) {
  Instance instance;
  const ParsedMessage message = testing::SoundMessage(Law::kYouth, MessageType::kClaimAnswer);
  instance.Deliver(message);
  const v1::ClaimAnswer answer = instance.Facts()[0].facts(0).claim_answer();
  ASSERT_GT(answer.rejected_lines_size(), 0);
  ASSERT_EQ(answer.rejected_lines_size(), answer.rejected_references_size());
  EXPECT_EQ(answer.rejected_lines(0).line().reference(), answer.rejected_references(0));
  EXPECT_EQ(answer.rejected_lines(0).line().amount_cents(), message.answer->lines[0].amount.Signed());
  EXPECT_GT(answer.rejected_lines(0).return_codes_size(), 0);
}

TEST(Ingestion, ReturnBelongsToTheMunicipalityOfWhatItReturns) {
  Instance instance;
  ParsedMessage foreign = testing::SoundMessage(Law::kYouth, MessageType::kStartReturn);
  EXPECT_EQ(foreign.header.receiver, "1730") << "a return copies Afzender and Ontvanger";
  foreign.header.receiver = "0106";
  const v1::Delivery other = instance.Deliver(foreign);
  EXPECT_EQ(other.state(), v1::Delivery::REJECTED);
  EXPECT_EQ(instance.Findings("BERICHT", other.name())[0].place(), "Header/Ontvanger");
  EXPECT_EQ(instance.Findings("BERICHT", other.name())[0].owner(), "gemeente");
}

TEST(Ingestion, ALineWithAWrongAmountIsNotSound_TR346) {
  Instance instance;
  ParsedMessage message = ClaimMessage(Law::kYouth);
  message.claim->lines[0].amount.cents += 100;
  message.claim->total.cents += 100;
  EXPECT_EQ(instance.Deliver(message).state(), v1::Delivery::ACCEPTED);
  EXPECT_THAT(instance.Findings("TR346"), SizeIs(1));
  const std::vector<v1::FactBatch> batches = instance.Facts();
  ASSERT_THAT(batches, SizeIs(1));
  EXPECT_EQ(batches[0].sound_record_count(), batches[0].record_count() - 1);
}

TEST(Ingestion, AnAddressForPostIsNotAHousehold) {
  Instance instance;
  ParsedMessage message = AllocationMessage(Law::kYouth);
  message.clients[0].addresses[0].kind = "02";
  EXPECT_EQ(instance.Deliver(message).state(), v1::Delivery::ACCEPTED);
  EXPECT_EQ(instance.Persons().at(0).records(0).postcode(), "");
}

TEST(Ingestion, MalformedAndForeignFilesAreRejectedNotErrors) {
  Instance instance;
  const v1::Delivery broken = instance.Deliver("<kapot");
  EXPECT_EQ(broken.state(), v1::Delivery::REJECTED);
  EXPECT_EQ(broken.source(), "onbekend");
  const std::string half = Render(AllocationMessage(Law::kYouth));
  const v1::Delivery truncated = instance.Deliver(half.substr(0, half.size() / 2));
  EXPECT_EQ(truncated.state(), v1::Delivery::REJECTED);
  EXPECT_EQ(truncated.source(), "jw301");
  ParsedMessage foreign = AllocationMessage(Law::kYouth);
  foreign.header.sender = "0106";
  const v1::Delivery other = instance.Deliver(foreign);
  EXPECT_EQ(other.state(), v1::Delivery::REJECTED);
  EXPECT_EQ(instance.Findings("BERICHT", other.name())[0].place(), "Header/Afzender");
  for (const v1::FactBatch& batch : instance.Facts()) {
    EXPECT_THAT(batch.facts(), IsEmpty());
    EXPECT_GE(batch.record_count(), 1) << "what cannot be read is lost too";
    EXPECT_EQ(batch.sound_record_count(), 0);
  }
}

TEST(Ingestion, SourceThatIsNotConfiguredIsAnError) {
  Instance instance;
  EXPECT_EQ(ReasonOf(instance.TryDeliver("a;b\n1;2\n", "begroting").status()), ErrorReason::SOURCE_UNKNOWN);
  EXPECT_EQ(ReasonOf(instance.TryDeliver("a;b\n1;2\n", "auto").status()), ErrorReason::SOURCE_UNKNOWN);
  // An official message is recognised whatever it is called.
  EXPECT_EQ(instance.Deliver(Render(StartMessage(Law::kYouth)), "wmo301").source(), "jw305");
}

TEST(Ingestion, RequestIsCheckedForAllFaultsAtOnce) {
  Instance instance;
  EXPECT_THAT(BadFieldsOf(instance.TryDeliver("", "", "2030-01-01").status()), SizeIs(2));
  const auto large = instance.TryDeliver(std::string(kMaxCallBytes + 1, 'x'));
  EXPECT_EQ(ReasonOf(large.status()), ErrorReason::FILE_TOO_LARGE);
  EXPECT_EQ(MetadataOf(large.status(), "limit_bytes"), "1048576");
  EXPECT_EQ(SafeFileName("../a b/é.xml"), ".._a_b___.xml");
  EXPECT_THAT(SafeFileName(std::string(300, 'a')), SizeIs(255));
}

TEST(Ingestion, ExportGivesFactsOfSoundRowsAndFindingsOfTheOthers) {
  Instance instance;
  const v1::Delivery delivery =
      instance.Deliver(absl::StrCat("bsn;surname;birth_date;postcode;house_number;buurt\n", TestBsn(0),
                                    ";Proef;2010-02-01;9401AB;1;BU17300101\n123;Proef;2010-02-01;;;\n"),
                       "clienten");
  EXPECT_EQ(delivery.state(), v1::Delivery::ACCEPTED);
  EXPECT_EQ(delivery.message_key(), "");
  ASSERT_THAT(instance.Facts(), SizeIs(1));
  EXPECT_EQ(instance.Facts()[0].record_count(), 2);
  EXPECT_EQ(instance.Facts()[0].sound_record_count(), 1);
  EXPECT_EQ(instance.Facts()[0].facts_size(), 2);
  ASSERT_THAT(instance.Findings(), SizeIs(1));
  EXPECT_EQ(instance.Findings()[0].place(), "regel 3, kolom bsn");
  EXPECT_FALSE(instance.Findings()[0].fatal());
  const v1::Delivery refused = instance.Deliver("bsn;surname\n", "clienten");
  EXPECT_EQ(refused.state(), v1::Delivery::REJECTED);
}

TEST(Ingestion, StoresNoPersonInTheClear) {
  Instance instance;
  instance.Deliver(AllocationMessage(Law::kYouth));
  instance.Deliver(ClaimMessage(Law::kYouth));
  const std::string state = instance.ingestion->State();
  std::string stored = state;
  ASSERT_TRUE(instance.journal
                  .Replay(0,
                          [&](const JournalRecord& record) {
                            absl::StrAppend(&stored, record.payload);
                            return true;
                          })
                  .ok());
  for (const std::string& secret : {TestBsn(0), TestBsn(1), std::string("Verzonnen"), std::string("9471AB")}) {
    EXPECT_EQ(stored.find(secret), std::string::npos);
  }
}

// Rules of level 3 are judged by all that is known, not by what was known when a message came (OP080).
TEST(Ingestion, StartBeforeItsAllocationLosesItsFindingWhenTheAllocationComes_TR019) {
  Instance instance;
  const v1::Delivery start = instance.Deliver(StartMessage(Law::kYouth));
  EXPECT_EQ(start.state(), v1::Delivery::ACCEPTED);
  EXPECT_THAT(instance.Rules(), ElementsAre("TR019", "OP271"));
  EXPECT_EQ(start.finding_count(), 2);
  const std::vector<v1::Finding> findings = instance.Findings("TR019");
  ASSERT_THAT(findings, SizeIs(1));
  EXPECT_EQ(findings[0].return_code(), "9019");
  EXPECT_EQ(findings[0].level(), 3);
  EXPECT_EQ(findings[0].place(), "Client/StartProducten/StartProduct[1]");
  EXPECT_EQ(findings[0].delivery(), start.name());
  EXPECT_FALSE(findings[0].fatal());
  instance.Deliver(AllocationMessage(Law::kYouth));
  EXPECT_THAT(instance.Rules(), IsEmpty());
  v1::GetDeliveryRequest request;
  request.set_name(start.name());
  EXPECT_EQ(instance.ingestion->GetDelivery(instance.caller, request)->finding_count(), 0);
}

TEST(Ingestion, AllocationOfTheOtherLawDoesNotCount_TR019) {
  Instance instance;
  instance.Deliver(AllocationMessage(Law::kWmo));
  instance.Deliver(StopMessage(Law::kYouth));
  EXPECT_THAT(instance.Rules(), ElementsAre("TR019", "TR382", "OP272"));
}

TEST(Ingestion, ClaimLineIsJudgedAgainstItsAllocation_TR304_TR338_TR307_TR308_TR321_TR322) {
  Instance instance;
  ParsedMessage claim = ClaimMessage(Law::kYouth);
  const v1::Delivery delivery = instance.Deliver(claim);
  EXPECT_THAT(instance.Rules(), UnorderedElementsAre("TR304", "TR304", "TR338", "TR338", "TR338"));
  instance.Deliver(AllocationMessage(Law::kYouth));
  // The third line is another client's, who has no such allocation.
  ASSERT_THAT(instance.Rules(), ElementsAre("TR338", "TR304"));
  EXPECT_EQ(instance.Findings()[0].place(), "Declaratie/Clienten/Client[2]/Prestaties/Prestatie[1]");

  // A later version makes the first allocation shorter on both sides, and the second smaller.
  ParsedMessage changed = Identified(AllocationMessage(Law::kYouth), "100000002");
  changed.allocations[0].assigned_second += 86'400;
  changed.allocations[0].period = Days("2026-04-02", "2026-04-29");
  changed.allocations[1].assigned_second += 86'400;
  changed.allocations[1].volume->volume = 0;
  changed.allocations[1].volume = AllocatedVolume{1, "04", "6"};
  instance.Deliver(changed);
  EXPECT_THAT(instance.Rules(delivery.name()), UnorderedElementsAre("TR307", "TR308", "TR321", "TR322", "TR338", "TR304"));
  for (const v1::Finding& finding : instance.Findings()) EXPECT_FALSE(finding.fatal()) << "what was declared stays declared";
  EXPECT_EQ(instance.Facts()[0].facts(0).claim().lines_size(), 3);
}

TEST(Ingestion, EarlierVersionThatComesLateChangesNothing_OP033x1) {
  Instance instance;
  ParsedMessage late = Identified(AllocationMessage(Law::kYouth), "100000002");
  for (AllocatedProduct& product : late.allocations) {
    product.assigned_second -= 86'400;
    product.period = Days("2026-01-12", "2026-02-28");
  }
  instance.Deliver(ClaimMessage(Law::kYouth));
  instance.Deliver(AllocationMessage(Law::kYouth));
  const std::vector<std::string> before = instance.Rules();
  instance.Deliver(late);
  EXPECT_EQ(instance.Rules(), before);
}

TEST(Ingestion, DeletedAllocationCountsAsNeverSent_TR384_TR019) {
  Instance instance;
  ParsedMessage deleted = Identified(AllocationMessage(Law::kYouth), "100000002");
  for (AllocatedProduct& product : deleted.allocations) {
    product.assigned_second += 86'400;
    product.change_reason = "13";
    product.period = Days("2026-01-12", "2026-01-12");
  }
  instance.Deliver(AllocationMessage(Law::kYouth));
  const v1::Delivery claim = instance.Deliver(ClaimMessage(Law::kYouth));
  const v1::Delivery start = instance.Deliver(StartMessage(Law::kYouth));
  instance.Deliver(deleted);
  EXPECT_THAT(instance.Rules(claim.name()), ElementsAre("TR384", "TR384", "TR338", "TR304"));
  EXPECT_THAT(instance.Rules(start.name()), ElementsAre("TR019"));
}

TEST(Ingestion, NumberBelongsToTheEarliestKnownAllocation_TR332) {
  ParsedMessage second = Identified(AllocationMessage(Law::kYouth), "100000002");
  second.clients[0].bsn = TestBsn(7);
  second.allocations.pop_back();
  for (const bool reversed : {false, true}) {
    Instance instance;
    if (reversed) instance.Deliver(second, "2026-05-20");
    instance.Deliver(AllocationMessage(Law::kYouth), "2026-05-10");
    if (!reversed) instance.Deliver(second, "2026-05-20");
    const std::vector<v1::Finding> findings = instance.Findings();
    ASSERT_THAT(findings, SizeIs(1));
    EXPECT_EQ(findings[0].rule(), "TR332");
    EXPECT_EQ(findings[0].return_code(), "9332");
    EXPECT_EQ(findings[0].place(), "Client/ToegewezenProducten/ToegewezenProduct[1]");
    v1::GetDeliveryRequest request;
    request.set_name(findings[0].delivery());
    EXPECT_EQ(MicrosOf(instance.ingestion->GetDelivery(instance.caller, request)->known_time()),
              int64_t{D("2026-05-20")} * 86'400'000'000);
  }
}

TEST(Ingestion, LaterMessageWithTheSameIdentificationIsRejected_TR056) {
  Instance instance;
  instance.Deliver(StartMessage(Law::kYouth), "2026-05-10");
  ParsedMessage other = StartMessage(Law::kYouth);
  other.starts[0].start_day += 1;
  const v1::Delivery loser = instance.Deliver(other, "2026-05-11");
  EXPECT_EQ(loser.state(), v1::Delivery::REJECTED);
  EXPECT_EQ(loser.fact_count(), 0);
  const std::vector<v1::Finding> findings = instance.Findings("", loser.name());
  ASSERT_THAT(findings, SizeIs(1));
  EXPECT_EQ(findings[0].rule(), "TR056");
  EXPECT_EQ(findings[0].return_code(), "9056");
  EXPECT_TRUE(findings[0].fatal());
  ASSERT_THAT(instance.Facts(), SizeIs(2));
  EXPECT_THAT(instance.Facts()[1].facts(), IsEmpty());
  EXPECT_EQ(instance.Facts()[1].record_count(), 1) << "the start that was refused";
  EXPECT_EQ(instance.Facts()[1].sound_record_count(), 0);
  // Another type, or another sender, may use the same identification.
  EXPECT_EQ(instance.Deliver(StopMessage(Law::kYouth)).state(), v1::Delivery::ACCEPTED);
}

TEST(Ingestion, EarlierMessageThatComesLateSupersedes_TR056) {
  Instance instance;
  ParsedMessage other = StartMessage(Law::kYouth);
  other.starts[0].start_day += 1;
  const v1::Delivery loser = instance.Deliver(other, "2026-05-11");
  const v1::Delivery winner = instance.Deliver(StartMessage(Law::kYouth), "2026-05-10");
  v1::GetDeliveryRequest request;
  request.set_name(loser.name());
  EXPECT_EQ(instance.ingestion->GetDelivery(instance.caller, request)->state(), v1::Delivery::SUPERSEDED);
  EXPECT_EQ(winner.state(), v1::Delivery::ACCEPTED);
  const std::vector<v1::FactBatch> batches = instance.Facts();
  ASSERT_THAT(batches, SizeIs(3));
  EXPECT_EQ(absl::StrCat(kParent, "/deliveries/", batches[1].supersedes()), loser.name());
  EXPECT_EQ(batches[1].facts_size(), 0);
  EXPECT_EQ(absl::StrCat(kParent, "/deliveries/", batches[2].delivery()), winner.name());
  EXPECT_THAT(instance.Findings("TR056"), SizeIs(1));
}

TEST(Ingestion, RejectedMessageDoesNotTakeAnIdentification_TR056) {
  Instance instance;
  ParsedMessage wrong = ClaimMessage(Law::kYouth);
  wrong.claim->total.cents = 1;
  instance.Deliver(wrong, "2026-05-10");
  EXPECT_EQ(instance.Deliver(ClaimMessage(Law::kYouth), "2026-05-11").state(), v1::Delivery::ACCEPTED);
}

// T-29: any order of the same deliveries gives the same counted facts and the same findings.
TEST(Ingestion, OrderOfArrivalHasNoMeaning_T29_OP080) {
  std::vector<std::pair<std::string, std::string>> deliveries;
  const auto add = [&](const ParsedMessage& message, const std::string& known_on) {
    deliveries.emplace_back(Render(message), known_on);
  };
  for (const Law law : testing::kLaws) {
    add(AllocationMessage(law), "2026-05-10");
    ParsedMessage changed = Identified(AllocationMessage(law), "100000002");
    changed.allocations[0].assigned_second += 86'400;
    changed.allocations[0].period = Days("2026-04-02", "2026-04-29");
    add(changed, "2026-05-12");
    ParsedMessage stolen = Identified(AllocationMessage(law), "100000003");
    stolen.clients[0].bsn = TestBsn(9);
    add(stolen, "2026-05-14");
    ParsedMessage twin = changed;  // Same identification, other bytes, the same known day: the hash decides.
    twin.allocations[1].volume->volume = 1;
    add(twin, "2026-05-12");
    twin.allocations[1].volume->volume = 2;
    add(twin, "2026-05-11");
    add(StartMessage(law), "2026-05-15");
    add(StopMessage(law), "2026-05-16");
    add(ClaimMessage(law), "2026-05-17");
    ParsedMessage answer = AnswerMessage(law);
    add(answer, "2026-05-18");
    ParsedMessage wrong = Identified(ClaimMessage(law), "100000009");
    wrong.claim->total.cents = 1;
    add(wrong, "2026-05-19");
  }
  std::mt19937 random(29);
  std::vector<std::string> facts, findings;
  for (int round = 0; round < 40; ++round) {
    std::shuffle(deliveries.begin(), deliveries.end(), random);
    Instance instance;
    for (const auto& [content, known_on] : deliveries) {
      instance.Deliver(content, "", known_on);
      if (random() % 8 == 0) instance.Restart(/*crash=*/random() % 2 == 0);
    }
    if (round == 0) {
      facts = CountedFacts(instance);
      findings = FindingTexts(instance);
      EXPECT_THAT(facts, Not(IsEmpty()));
      for (const char* rule : {"TR056", "TR332", "TR338", "TR307", "TR308", "TR358"}) {
        EXPECT_THAT(instance.Findings(rule), Not(IsEmpty())) << rule;
      }
    }
    ASSERT_EQ(CountedFacts(instance), facts) << "round " << round;
    ASSERT_EQ(FindingTexts(instance), findings) << "round " << round;
  }
}

TEST(Ingestion, ReplayGivesTheStateThatWasLive) {
  Instance instance;
  ParsedMessage other = StartMessage(Law::kYouth);
  other.starts[0].start_day += 1;
  instance.Deliver(other, "2026-05-11");
  instance.Deliver(StartMessage(Law::kYouth), "2026-05-10");
  instance.Deliver(ClaimMessage(Law::kYouth));
  instance.Deliver("<kapot");
  v1::CreateUploadRequest create;
  create.set_parent(kParent);
  create.mutable_upload()->set_source("clienten");
  ASSERT_TRUE(instance.ingestion->CreateUpload(instance.caller, create).ok());
  const std::string live = instance.ingestion->State();
  const std::vector<std::string> findings = FindingTexts(instance);
  instance.Restart(/*crash=*/true);
  EXPECT_EQ(instance.ingestion->State(), live) << "replayed from the beginning";
  EXPECT_EQ(instance.journal.checkpoints, 0);
  instance.Restart(/*crash=*/false);
  EXPECT_EQ(instance.journal.checkpoints, 1);
  EXPECT_EQ(instance.ingestion->State(), live) << "from the checkpoint";
  instance.Deliver(AllocationMessage(Law::kYouth));
  const std::string grown = instance.ingestion->State();
  instance.Restart(/*crash=*/true);
  EXPECT_EQ(instance.ingestion->State(), grown) << "from the checkpoint and what came after";
  EXPECT_NE(FindingTexts(instance), findings);
}

TEST(Ingestion, NothingIsRememberedOfWhatCouldNotBeStored) {
  Instance instance;
  const std::string before = instance.ingestion->State();
  instance.journal.full = true;
  EXPECT_EQ(ReasonOf(instance.TryDeliver(Render(StartMessage(Law::kYouth))).status()), ErrorReason::UNAVAILABLE_NOW);
  EXPECT_EQ(instance.ingestion->State(), before);
  instance.journal.full = false;
  EXPECT_EQ(instance.Deliver(StartMessage(Law::kYouth)).state(), v1::Delivery::ACCEPTED);
}

TEST(Ingestion, ManyCallersAtOnceLoseNothingAndShareAppends) {
  Instance instance;
  std::vector<std::thread> callers;
  for (int t = 0; t < 8; ++t) {
    callers.emplace_back([&instance, t] {
      for (int i = 0; i < 25; ++i) {
        // Every caller also sends what its neighbour sends.
        const int number = (t / 2) * 25 + i;
        instance.Deliver(Identified(StartMessage(Law::kYouth), absl::StrCat("m", number)));
      }
    });
  }
  for (std::thread& caller : callers) caller.join();
  EXPECT_THAT(instance.Facts(), SizeIs(100));
  EXPECT_THAT(instance.Findings("TR056"), IsEmpty());
  EXPECT_LE(instance.journal.appends, 100);
  const std::string live = instance.ingestion->State();
  instance.Restart(/*crash=*/true);
  EXPECT_EQ(instance.ingestion->State(), live);
}

TEST(Feed, GivesWholeBatchesInOrderAndSaysHowFarItGoes) {
  Instance instance;
  instance.Deliver(StartMessage(Law::kYouth));
  instance.Deliver("<kapot");
  instance.Deliver(StopMessage(Law::kYouth));
  v1::ListFactsRequest request;
  request.set_parent(kParent);
  auto response = instance.ingestion->ListFacts(instance.caller, request);
  ASSERT_TRUE(response.ok());
  ASSERT_EQ(response->batches_size(), 3);
  EXPECT_LT(response->batches(0).sequence(), response->batches(1).sequence());
  EXPECT_LT(response->batches(1).sequence(), response->batches(2).sequence());
  EXPECT_THAT(response->batches(1).facts(), IsEmpty()) << "what was refused has no facts";
  EXPECT_EQ(response->next_sequence(), response->batches(2).sequence());
  EXPECT_EQ(response->last_sequence(), response->batches(2).sequence());
  request.set_after_sequence(response->next_sequence());
  request.set_wait_seconds(0);
  response = instance.ingestion->ListFacts(instance.caller, request);
  EXPECT_EQ(response->batches_size(), 0);
  EXPECT_EQ(response->next_sequence(), request.after_sequence());
  request.set_wait_seconds(31);
  EXPECT_EQ(BadFieldsOf(instance.ingestion->ListFacts(instance.caller, request).status())[0].path, "wait_seconds");
}

TEST(Feed, WaitsForWhatIsNewAndEndsWhenTheServiceStops) {
  Instance instance;
  v1::ListFactsRequest request;
  request.set_parent(kParent);
  request.set_wait_seconds(30);
  absl::StatusOr<v1::ListFactsResponse> response;
  std::thread reader([&] { response = instance.ingestion->ListFacts(instance.caller, request); });
  v1::CreateUploadRequest create;  // A record of the journal without a batch.
  create.set_parent(kParent);
  create.mutable_upload()->set_source("clienten");
  EXPECT_TRUE(instance.ingestion->CreateUpload(instance.caller, create).ok());
  instance.Deliver(StartMessage(Law::kYouth));
  reader.join();
  ASSERT_TRUE(response.ok());
  ASSERT_EQ(response->batches_size(), 1);
  request.set_after_sequence(response->next_sequence());
  std::thread waiter([&] { response = instance.ingestion->ListFacts(instance.caller, request); });
  instance.journal.Interrupt();
  waiter.join();
  EXPECT_EQ(response->batches_size(), 0);
}

TEST(Feed, SplitsLongHistoriesIntoAnswersOfAboutTwoMebibytes) {
  Instance instance;
  std::string rows = "bsn;surname;birth_date;postcode;house_number;buurt\n";
  for (int i = 0; i < 4500; ++i) absl::StrAppend(&rows, ";Proef", i, ";2010-02-01;9401AB;", i, ";BU17300101\n");
  for (int i = 0; i < 5; ++i) instance.Deliver(absl::StrCat(rows, ";Anders", i, ";2010-02-01;;;\n"), "clienten");
  v1::ListFactsRequest request;
  request.set_parent(kParent);
  int answers = 0, batches = 0;
  while (true) {
    const auto response = instance.ingestion->ListFacts(instance.caller, request);
    ASSERT_TRUE(response.ok());
    if (response->batches().empty()) break;
    ++answers;
    batches += response->batches_size();
    EXPECT_LE(response->ByteSizeLong(), kFeedBytes + 1024);
    request.set_after_sequence(response->next_sequence());
  }
  EXPECT_EQ(batches, 5);
  EXPECT_GT(answers, 1);
}

TEST(Lists, PageThroughSourcesDeliveriesAndFindings) {
  Instance instance;
  for (int i = 0; i < 7; ++i) {
    instance.clock.Advance(absl::Minutes(1));
    instance.Deliver(Identified(StartMessage(Law::kYouth), absl::StrCat("m", i)));
  }
  instance.Deliver("<kapot");
  v1::ListSourcesRequest sources;
  sources.set_parent(kParent);
  const auto listed = instance.ingestion->ListSources(instance.caller, sources);
  ASSERT_EQ(listed->sources_size(), 29);
  EXPECT_EQ(listed->sources(2).name(), "municipalities/gm1730/sources/jw305");
  EXPECT_EQ(listed->sources(2).delivery_count(), 7);
  EXPECT_EQ(listed->sources(0).delivery_count(), 0);
  EXPECT_FALSE(listed->sources(0).has_newest_known_time());
  EXPECT_EQ(listed->sources(28).name(), "municipalities/gm1730/sources/clienten");
  EXPECT_THAT(listed->sources(28).fields(), Contains("birth_date"));

  v1::ListDeliveriesRequest deliveries;
  deliveries.set_parent(kParent);
  deliveries.set_page_size(3);
  deliveries.set_state(v1::Delivery::ACCEPTED);
  std::vector<int64_t> created;
  do {
    const auto page = instance.ingestion->ListDeliveries(instance.caller, deliveries);
    ASSERT_TRUE(page.ok());
    EXPECT_EQ(page->total_size(), 7);
    for (const v1::Delivery& delivery : page->deliveries()) created.push_back(MicrosOf(delivery.create_time()));
    deliveries.set_page_token(page->next_page_token());
  } while (!deliveries.page_token().empty());
  EXPECT_THAT(created, SizeIs(7));
  EXPECT_TRUE(std::is_sorted(created.rbegin(), created.rend())) << "newest first";

  v1::ListFindingsRequest findings;
  findings.set_parent(kParent);
  findings.set_page_size(2);
  const auto all = static_cast<int64_t>(instance.Findings().size());
  EXPECT_GT(all, 8);
  int64_t count = 0;
  do {
    const auto page = instance.ingestion->ListFindings(instance.caller, findings);
    ASSERT_TRUE(page.ok());
    EXPECT_EQ(page->total_size(), all);
    count += page->findings_size();
    findings.set_page_token(page->next_page_token());
  } while (!findings.page_token().empty());
  EXPECT_EQ(count, all);
  v1::GetDeliveryRequest absent;
  absent.set_name("municipalities/gm1730/deliveries/00");
  EXPECT_EQ(ReasonOf(instance.ingestion->GetDelivery(instance.caller, absent).status()), ErrorReason::RESOURCE_NOT_FOUND);
}

TEST(Lists, PageThroughEveryRuleWithItsReasonWhenItIsNotJudged) {
  Instance instance;
  v1::ListRulesRequest request;
  request.set_parent(kParent);
  request.set_page_size(40);
  std::map<std::string, v1::Rule> rules;
  do {
    const auto page = instance.ingestion->ListRules(instance.caller, request);
    ASSERT_TRUE(page.ok());
    EXPECT_GT(page->total_size(), 150);
    for (const v1::Rule& rule : page->rules()) {
      EXPECT_TRUE(rules.emplace(rule.rule(), rule).second) << rule.rule();
      EXPECT_EQ(rule.judged(), rule.reason().empty()) << rule.rule();
      EXPECT_EQ(rule.judged(), !rule.text().empty()) << rule.rule();
    }
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  EXPECT_EQ(rules["TR326"].level(), 3);
  EXPECT_EQ(rules["TR326"].return_code(), "9326");
  EXPECT_THAT(rules["TR326"].messages(), ElementsAre(305));
  EXPECT_EQ(rules["OP090"].level(), 5);
  EXPECT_FALSE(rules["CS100"].judged());
}

class Uploader {
 public:
  explicit Uploader(Instance& instance, const std::string& source = "", const std::string& request_id = "")
      : instance_(instance) {
    v1::CreateUploadRequest request;
    request.set_parent(kParent);
    request.mutable_upload()->set_source(source);
    request.mutable_upload()->set_file_name("groot bestand.csv");
    request.set_request_id(request_id);
    const auto upload = instance.ingestion->CreateUpload(instance.caller, request);
    EXPECT_TRUE(upload.ok()) << upload.status();
    name = upload.ok() ? upload->name() : "";
  }
  absl::StatusOr<v1::Upload> Append(int64_t offset, const std::string& data) {
    v1::AppendUploadRequest request;
    request.set_name(name);
    request.set_write_offset(offset);
    request.set_data(data);
    return instance_.ingestion->AppendUpload(instance_.caller, request);
  }
  absl::StatusOr<v1::Upload> Get() {
    v1::GetUploadRequest request;
    request.set_name(name);
    return instance_.ingestion->GetUpload(instance_.caller, request);
  }
  absl::StatusOr<google::longrunning::Operation> Complete() {
    v1::CompleteUploadRequest request;
    request.set_name(name);
    const auto started = instance_.ingestion->CompleteUpload(instance_.caller, request);
    if (!started.ok()) return started;
    google::longrunning::WaitOperationRequest wait;
    wait.set_name(started->name());
    return instance_.ingestion->WaitOperation(instance_.caller, wait);
  }
  std::string name;

 private:
  Instance& instance_;
};

TEST(Upload, ArrivesInChunksAcrossARestartAndBecomesADelivery) {
  Instance instance;
  const std::string content = Render(AllocationMessage(Law::kYouth));
  Uploader upload(instance, "", "0b8f2a52-1c3a-4b0e-9a51-6d6c2f0c9f11");
  EXPECT_EQ(Uploader(instance, "", "0b8f2a52-1c3a-4b0e-9a51-6d6c2f0c9f11").name, upload.name) << "a repeated request";
  const std::string first = content.substr(0, 700), rest = content.substr(700);
  EXPECT_EQ(upload.Append(0, first)->committed_size(), 700);
  EXPECT_EQ(upload.Append(0, first)->committed_size(), 700) << "a chunk that is there already is a no-op";
  instance.Restart(/*crash=*/true);
  EXPECT_EQ(upload.Get()->committed_size(), 700);
  for (const int64_t offset : {1, 699, 701, 9999}) {
    const auto wrong = upload.Append(offset, rest);
    EXPECT_EQ(ReasonOf(wrong.status()), ErrorReason::UPLOAD_OFFSET_WRONG);
    EXPECT_EQ(MetadataOf(wrong.status(), "committed_size"), "700");
  }
  EXPECT_EQ(ReasonOf(upload.Append(0, std::string(700, 'x')).status()), ErrorReason::UPLOAD_OFFSET_WRONG)
      << "other bytes in the place of a stored chunk";
  ASSERT_TRUE(upload.Append(700, rest).ok());
  const auto operation = upload.Complete();
  ASSERT_TRUE(operation.ok()) << operation.status();
  ASSERT_TRUE(operation->done());
  v1::Delivery delivery;
  ASSERT_TRUE(operation->response().UnpackTo(&delivery)) << operation->ShortDebugString();
  EXPECT_EQ(delivery.state(), v1::Delivery::ACCEPTED);
  EXPECT_EQ(delivery.file_name(), "groot_bestand.csv");
  EXPECT_EQ(delivery.size_bytes(), static_cast<int64_t>(content.size()));
  EXPECT_EQ(ReasonOf(upload.Get().status()), ErrorReason::RESOURCE_NOT_FOUND);
  EXPECT_EQ(ReasonOf(upload.Append(static_cast<int64_t>(content.size()), "x").status()), ErrorReason::UPLOAD_CLOSED);
  EXPECT_EQ(upload.Complete()->name(), operation->name()) << "a repeated completion answers with the same operation";
  const std::string id = upload.name.substr(upload.name.rfind('/') + 1);
  EXPECT_FALSE(instance.journal.ReadBlob(absl::StrCat("upload/", id, "/0")).ok()) << "chunks are dropped";
  const std::string live = instance.ingestion->State();
  instance.Restart(/*crash=*/true);
  EXPECT_EQ(instance.ingestion->State(), live);
  EXPECT_EQ(ReasonOf(upload.Complete().status()), ErrorReason::UPLOAD_CLOSED);
}

TEST(Upload, PastTheLimitIsRefusedAndDiscarded_OP179) {
  Instance instance;
  Uploader upload(instance);
  const std::string chunk(kMaxCallBytes, ' ');
  int64_t offset = 0;
  absl::StatusOr<v1::Upload> last;
  while ((last = upload.Append(offset, chunk)).ok()) {
    offset = last->committed_size();
    ASSERT_LT(offset, 30'000'000);
  }
  EXPECT_EQ(ReasonOf(last.status()), ErrorReason::FILE_TOO_LARGE);
  EXPECT_EQ(MetadataOf(last.status(), "limit_bytes"), "25000000");
  EXPECT_EQ(ReasonOf(upload.Get().status()), ErrorReason::RESOURCE_NOT_FOUND);
  const std::string id = upload.name.substr(upload.name.rfind('/') + 1);
  EXPECT_FALSE(instance.journal.ReadBlob(absl::StrCat("upload/", id, "/0")).ok());
}

TEST(Upload, OfAnUnknownSourceOrWithoutBytesIsRefused) {
  Instance instance;
  v1::CreateUploadRequest request;
  request.set_parent(kParent);
  request.mutable_upload()->set_source("geheim");
  EXPECT_EQ(ReasonOf(instance.ingestion->CreateUpload(instance.caller, request).status()), ErrorReason::SOURCE_UNKNOWN);
  request.mutable_upload()->set_source("");
  request.set_request_id("twaalf");
  *request.mutable_upload()->mutable_received_time() = TimestampOf(absl::ToUnixMicros(instance.clock.Now()) + 1);
  EXPECT_THAT(BadFieldsOf(instance.ingestion->CreateUpload(instance.caller, request).status()), SizeIs(2));
  Uploader upload(instance);
  EXPECT_EQ(ReasonOf(upload.Complete().status()), ErrorReason::FIELDS_INVALID);
  EXPECT_EQ(ReasonOf(upload.Append(0, "").status()), ErrorReason::FIELDS_INVALID);
  EXPECT_EQ(ReasonOf(upload.Append(0, std::string(kMaxCallBytes + 1, 'x')).status()), ErrorReason::FIELDS_INVALID);
}

TEST(Upload, ThatCouldNotBeReadStaysOpen) {
  Instance instance;
  Uploader upload(instance);
  ASSERT_TRUE(upload.Append(0, "a;b\n1;2\n").ok());
  const auto operation = upload.Complete();
  ASSERT_TRUE(operation.ok());
  EXPECT_EQ(ReasonOf(FromRpcStatus(operation->error())), ErrorReason::SOURCE_UNKNOWN);
  EXPECT_EQ(upload.Get()->committed_size(), 8);
}

TEST(Upload, ThatNobodyTouchedForADayIsGivenUp) {
  Instance instance;
  Uploader old(instance);
  ASSERT_TRUE(old.Append(0, "abc").ok());
  instance.clock.Advance(absl::Hours(23));
  Uploader young(instance);
  EXPECT_TRUE(old.Get().ok());
  instance.clock.Advance(absl::Hours(2));
  Uploader newest(instance);
  EXPECT_EQ(ReasonOf(old.Get().status()), ErrorReason::RESOURCE_NOT_FOUND);
  EXPECT_TRUE(young.Get().ok());
}

TEST(Upload, TooManyAtOneTimeAreRefused) {
  Instance instance;
  for (int i = 0; i < kMaxOpenUploads; ++i) Uploader upload(instance);
  v1::CreateUploadRequest request;
  request.set_parent(kParent);
  request.mutable_upload();
  EXPECT_EQ(ReasonOf(instance.ingestion->CreateUpload(instance.caller, request).status()), ErrorReason::OVERLOADED);
}

TEST(Ingestion, MappingsMustHaveSourcesOfTheirOwn) {
  FakeClock clock(absl::FromUnixSeconds(0));
  const auto journal = NewMemoryJournal();
  const auto opened = Ingestion::Open(*journal, clock, Key::FromBytes({1}), "gm1730",
                                      {Mapping("clienten"), Mapping("clienten"), Mapping("jw301"), Mapping("")});
  for (const char* part : {"another file has the same source", "official message", "source: give"}) {
    EXPECT_THAT(std::string(opened.status().message()), HasSubstr(part));
  }
}

TEST(Ingestion, NumbersOfClientsComeFromASourceOfClients) {
  FakeClock clock(absl::FromUnixSeconds(0));
  internal::v1::MappingFile help;
  help.set_source("hulp");
  help.set_title("Hulp");
  help.set_owner("gemeente");
  help.set_kind(internal::v1::TEAM_HELP);
  help.set_separator(";");
  for (const char* field : {"external_id", "law", "help", "start"}) (*help.mutable_columns())[field] = field;
  const auto open = [&](const std::string& numbering) {
    help.set_person_source(numbering);
    const auto journal = NewMemoryJournal();
    return Ingestion::Open(*journal, clock, Key::FromBytes({1}), "gm1730", {Mapping("clienten"), help}).status();
  };
  EXPECT_TRUE(open("").ok());
  EXPECT_TRUE(open("clienten").ok()) << open("clienten");
  for (const char* wrong : {"hulp", "anders"}) {
    EXPECT_THAT(std::string(open(wrong).message()), HasSubstr("person_source names no source of clients")) << wrong;
  }
}

}  // namespace
}  // namespace nmd::ingestion
