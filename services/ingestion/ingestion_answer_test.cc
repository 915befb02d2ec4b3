// SPDX-License-Identifier: EUPL-1.2
// GetAnswer: answers to what was delivered, by everything that is known by now.
#include <algorithm>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/ingestion/ingestion.h"
#include "services/ingestion/message_reader.h"
#include "services/ingestion/test_container.h"
#include "services/ingestion/test_message.h"
#include "services/platform/errors.h"
#include "services/platform/proto_time.h"
#include "services/platform/router.h"

namespace nmd::ingestion {
namespace {

using testing::AllocationMessage;
using testing::ClaimMessage;
using testing::D;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::kLaws;
using testing::Render;
using testing::StartMessage;

class Instance {
 public:
  Instance() : clock(absl::FromUnixSeconds(int64_t{D("2026-06-01")} * 86'400)), journal(NewMemoryJournal()) { Open(); }
  void Open() {
    internal::v1::MappingFile mapping;
    mapping.set_source("clienten");
    mapping.set_title("Cliënten");
    mapping.set_owner("gemeente");
    mapping.set_kind(internal::v1::CLIENTS);
    mapping.set_separator(";");
    for (const char* field : {"bsn", "surname", "birth_date"}) (*mapping.mutable_columns())[field] = field;
    ingestion.reset();
    ingestion = *Ingestion::Open(*journal, clock, Key::FromBytes({1, 2, 3}), "gm1730", {mapping});
  }

  v1::Delivery Deliver(const std::string& content, const std::string& known_on = "", const std::string& source = "") {
    v1::DeliverFileRequest request;
    request.set_parent("municipalities/gm1730");
    request.set_file_name("bericht.xml");
    request.set_source(source);
    request.set_content(content);
    if (!known_on.empty()) *request.mutable_received_time() = TimestampOf(int64_t{D(known_on)} * 86'400 * 1'000'000);
    const auto delivery = ingestion->DeliverFile(caller, request);
    EXPECT_TRUE(delivery.ok()) << delivery.status();
    return delivery.ok() ? *delivery : v1::Delivery();
  }
  v1::Delivery Deliver(const ParsedMessage& message, const std::string& known_on = "") {
    return Deliver(Render(message), known_on);
  }
  v1::Delivery Get(const v1::Delivery& delivery) {
    v1::GetDeliveryRequest request;
    request.set_name(delivery.name());
    return *ingestion->GetDelivery(caller, request);
  }

  absl::StatusOr<v1::Answer> TryAnswer(const v1::Delivery& delivery, int64_t offset = 0, int32_t limit = 0,
                                       const std::string& dated = "2026-05-30") {
    v1::GetAnswerRequest request;
    request.set_name(delivery.name() + "/answer");
    request.set_dated(dated);
    request.set_read_offset(offset);
    request.set_limit(limit);
    return ingestion->GetAnswer(caller, request);
  }
  v1::Answer AnswerTo(const v1::Delivery& delivery) {
    const absl::StatusOr<v1::Answer> answer = TryAnswer(delivery);
    EXPECT_TRUE(answer.ok()) << answer.status();
    return answer.ok() ? *answer : v1::Answer();
  }
  // Why there is none.
  std::string Cause(const v1::Delivery& delivery) {
    const absl::Status status = TryAnswer(delivery).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
    EXPECT_EQ(ReasonOf(status), ErrorReason::ANSWER_NONE);
    return MetadataOf(status, "cause");
  }

  FakeClock clock;
  std::unique_ptr<Journal> journal;
  std::unique_ptr<Ingestion> ingestion;
  const Caller caller = ServiceCaller("costs", "gm1730");
};

ParsedMessage Read(const v1::Answer& answer) {
  ReadResult read = ReadMessage(answer.data());
  EXPECT_TRUE(read.ok());
  return std::move(read.message);
}

TEST(GetAnswer, GrantsALineOnceItsAllocationIsKnown) {  // level 3 is judged by all that is known when somebody asks
  for (const Law law : kLaws) {
    Instance instance;
    const v1::Delivery claim = instance.Deliver(ClaimMessage(law));
    v1::Answer answer = instance.AnswerTo(claim);
    EXPECT_EQ(answer.name(), claim.name() + "/answer");
    EXPECT_EQ(answer.kind(), law == Law::kYouth ? "jw325" : "wmo325");
    EXPECT_EQ(answer.file_name(), absl::StrCat(answer.kind(), "-", answer.identification(), ".xml"));
    EXPECT_EQ(answer.sender(), "gemeente");
    EXPECT_EQ(answer.dated(), "2026-05-30");
    EXPECT_EQ(answer.verdict(), v1::Answer::REFUSED);
    EXPECT_EQ(answer.line_count(), 3);
    EXPECT_EQ(answer.refused_line_count(), 3);
    EXPECT_EQ(answer.granted_cents(), 0);
    const ParsedMessage refused = Read(answer);
    EXPECT_EQ(refused.header.identification, answer.identification());
    ASSERT_EQ(refused.answer->lines.size(), 3u);
    // Nobody knows the clients, so their lines are not judged (3.1).
    for (const Client& client : refused.clients) EXPECT_THAT(client.return_codes, ElementsAre("8187"));
    for (const ClaimLine& line : refused.answer->lines) EXPECT_THAT(line.return_codes, ElementsAre("0233"));

    instance.Deliver(AllocationMessage(law));  // 10072 and 10073; the third line is of 10172
    answer = instance.AnswerTo(claim);
    EXPECT_EQ(answer.verdict(), v1::Answer::GRANTED_IN_PART);
    EXPECT_EQ(answer.refused_line_count(), 1);
    EXPECT_EQ(answer.submitted_cents(), 15000);
    EXPECT_EQ(answer.granted_cents(), 10000);
    EXPECT_EQ(answer.refused_cents(), 5000);
    ASSERT_EQ(Read(answer).answer->lines.size(), 1u);
    EXPECT_EQ(Read(answer).answer->lines[0].reference, "RN003");
  }
}

TEST(GetAnswer, RefusesNoLineForItsStartOrStop) {  // OP364
  Instance instance;
  ParsedMessage claim = ClaimMessage(Law::kYouth);
  claim.clients.resize(1);
  claim.claim->lines.resize(2);
  claim.claim->lines[1].product.back() = '5';  // as allocated
  claim.claim->total.cents = 10000;
  // Care that was never started, and care that was stopped before the month that is claimed.
  ParsedMessage stop = testing::StopMessage(Law::kYouth);
  stop.stops[0].period = testing::Days("2026-01-20", "2026-03-31");
  instance.Deliver(AllocationMessage(Law::kYouth));
  instance.Deliver(StartMessage(Law::kYouth));
  instance.Deliver(stop);
  const v1::Answer answer = instance.AnswerTo(instance.Deliver(claim));
  EXPECT_EQ(answer.verdict(), v1::Answer::GRANTED) << answer.data();
  EXPECT_EQ(answer.granted_cents(), 10000);
}

TEST(GetAnswer, IsTheSameInWhateverOrderMessagesCame) {  // OP080, T-29
  std::vector<ParsedMessage> messages = {AllocationMessage(Law::kYouth), StartMessage(Law::kYouth), ClaimMessage(Law::kYouth),
                                         testing::StopMessage(Law::kYouth)};
  std::mt19937 random(1);
  std::map<std::string, std::string> first;
  for (int round = 0; round < 6; ++round) {
    Instance instance;
    std::vector<v1::Delivery> deliveries;
    for (const ParsedMessage& message : messages) deliveries.push_back(instance.Deliver(message, "2026-05-20"));
    for (const v1::Delivery& delivery : deliveries) {
      const std::string data = instance.AnswerTo(delivery).data();
      EXPECT_EQ(first.emplace(delivery.name(), data).first->second, data);
    }
    std::shuffle(messages.begin(), messages.end(), random);
  }
  EXPECT_EQ(first.size(), 4u);
}

TEST(GetAnswer, MakesAnAnswerThatJoinsItsClaim) {  // TR337, TR342, TR366; approved is submitted minus rejected
  Instance instance;
  instance.Deliver(AllocationMessage(Law::kYouth));
  const v1::Delivery claim = instance.Deliver(ClaimMessage(Law::kYouth));
  EXPECT_EQ(claim.answered_by(), "");
  const v1::Answer answer = instance.AnswerTo(claim);
  const v1::Delivery answered = instance.Deliver(answer.data());
  EXPECT_EQ(answered.state(), v1::Delivery::ACCEPTED);
  EXPECT_EQ(answered.finding_count(), 0);
  EXPECT_EQ(answered.answers(), claim.message_key());
  EXPECT_EQ(instance.Get(claim).answered_by(), answered.name());
  v1::ListFactsRequest request;
  request.set_parent("municipalities/gm1730");
  bool seen = false;
  const auto facts = instance.ingestion->ListFacts(instance.caller, request);
  ASSERT_TRUE(facts.ok());
  for (const v1::FactBatch& batch : facts->batches()) {
    for (const v1::Fact& fact : batch.facts()) {
      if (!fact.has_claim_answer()) continue;
      seen = true;
      EXPECT_EQ(fact.claim_answer().number(), "DN001");
      EXPECT_EQ(fact.claim_answer().submitted_cents(), 15000);
      EXPECT_EQ(fact.claim_answer().granted_cents(), 10000);
      EXPECT_FALSE(fact.claim_answer().rejected());
    }
  }
  EXPECT_TRUE(seen);
}

TEST(GetAnswer, MakesAReturnThatIsTakenBack) {  // a return repeats the header of what it returns
  Instance instance;
  const v1::Delivery start = instance.Deliver(StartMessage(Law::kWmo));
  const v1::Answer answer = instance.AnswerTo(start);
  EXPECT_EQ(answer.kind(), "wmo306");
  EXPECT_EQ(answer.verdict(), v1::Answer::REFUSED);
  EXPECT_THAT(Read(answer).starts[0].return_codes, ElementsAre("9019"));
  const v1::Delivery returned = instance.Deliver(answer.data());
  EXPECT_EQ(returned.state(), v1::Delivery::ACCEPTED);
  EXPECT_EQ(instance.Get(start).answered_by(), returned.name());
  // The provider answers an allocation.
  EXPECT_EQ(instance.AnswerTo(instance.Deliver(AllocationMessage(Law::kWmo))).sender(), "aanbieder");
  instance.Open();
  EXPECT_EQ(instance.Get(start).answered_by(), returned.name());
}

TEST(GetAnswer, TellsOfTheFirstAnswerWhateverTheOrderTheyCame) {
  const ParsedMessage start = StartMessage(Law::kYouth);
  ParsedMessage one = testing::ReturnOf(start), two = one;
  two.header.return_identification = "RT2";
  std::string name;
  for (const bool turned : {false, true}) {
    Instance instance;
    instance.Deliver(turned ? two : one, turned ? "2026-05-11" : "2026-05-10");
    const v1::Delivery first = instance.Deliver(start);
    instance.Deliver(turned ? one : two, turned ? "2026-05-10" : "2026-05-11");
    const std::string answered_by = instance.Get(first).answered_by();
    EXPECT_NE(answered_by, "");
    if (turned) {
      EXPECT_EQ(answered_by, name);
    }
    name = answered_by;
  }
}

TEST(GetAnswer, GivesTheSameBytesInAnyPieces) {
  Instance instance;
  const v1::Delivery claim = instance.Deliver(ClaimMessage(Law::kYouth));
  const v1::Answer whole = instance.AnswerTo(claim);
  ASSERT_EQ(whole.size_bytes(), static_cast<int64_t>(whole.data().size()));
  EXPECT_EQ(whole.sha256(), Sha256Hex(whole.data()));
  std::string data;
  while (static_cast<int64_t>(data.size()) < whole.size_bytes()) {
    const auto piece = instance.TryAnswer(claim, static_cast<int64_t>(data.size()), 1000);
    ASSERT_TRUE(piece.ok());
    EXPECT_EQ(piece->sha256(), whole.sha256());
    ASSERT_FALSE(piece->data().empty());
    ASSERT_LE(piece->data().size(), 1000u);
    data += piece->data();
  }
  EXPECT_EQ(data, whole.data());
  EXPECT_THAT(instance.TryAnswer(claim, whole.size_bytes())->data(), IsEmpty());
  EXPECT_EQ(instance.TryAnswer(claim, whole.size_bytes() + 1).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(GetAnswer, TellsByItsHashThatItChangedBetweenTwoPieces) {
  Instance instance;
  const v1::Delivery claim = instance.Deliver(ClaimMessage(Law::kYouth));
  const auto first = instance.TryAnswer(claim, 0, 1000);
  const auto again = instance.TryAnswer(claim, 0, 1000);
  instance.Deliver(AllocationMessage(Law::kYouth));
  const auto second = instance.TryAnswer(claim, 1000, 1000);
  const auto other_day = instance.TryAnswer(claim, 1000, 1000, "2026-05-29");
  EXPECT_EQ(first->sha256(), again->sha256());
  EXPECT_NE(first->sha256(), second->sha256());
  EXPECT_NE(second->sha256(), other_day->sha256());
}

TEST(GetAnswer, IsDatedAsAskedButNeverInTheFuture) {  // TR135
  Instance instance;
  const v1::Delivery claim = instance.Deliver(ClaimMessage(Law::kYouth));
  EXPECT_EQ(instance.TryAnswer(claim, 0, 0, "")->dated(), "2026-06-01");
  EXPECT_TRUE(instance.TryAnswer(claim, 0, 0, "2026-06-01").ok());
  for (const char* dated : {"2026-06-02", "1-6-2026", "2026-02-30"}) {
    const absl::Status status = instance.TryAnswer(claim, 0, 0, dated).status();
    ASSERT_EQ(BadFieldsOf(status).size(), 1u) << dated;
    EXPECT_EQ(BadFieldsOf(status)[0].path, "dated");
  }
  EXPECT_EQ(BadFieldsOf(instance.TryAnswer(claim, -1, -1, "x").status()).size(), 3u);
}

TEST(GetAnswer, RefusesWhatCountsAsNotSent) {  // 3.1, level 2
  Instance instance;
  ParsedMessage m = StartMessage(Law::kYouth);
  m.clients[0].bsn = "999900007";
  const v1::Delivery start = instance.Deliver(m);
  ASSERT_EQ(start.state(), v1::Delivery::REJECTED);
  const ParsedMessage read = Read(instance.AnswerTo(start));
  EXPECT_THAT(read.header.return_codes, ElementsAre("0001"));
  EXPECT_THAT(read.clients, IsEmpty());
}

TEST(GetAnswer, RefusesTheSecondMessageWithAnIdentification) {  // TR056 -> 9056
  Instance instance;
  ParsedMessage second = StartMessage(Law::kYouth);
  second.starts[0].start_day += 1;
  instance.Deliver(StartMessage(Law::kYouth), "2026-05-10");
  const v1::Delivery lost = instance.Deliver(second, "2026-05-11");
  ASSERT_EQ(lost.state(), v1::Delivery::REJECTED);
  EXPECT_THAT(Read(instance.AnswerTo(lost)).header.return_codes, ElementsAre("9056"));
}

TEST(GetAnswer, AnswersWhatCameInAnEnvelopeAndNotTheEnvelope) {
  Instance bare, wrapped;
  const std::string start = Render(StartMessage(Law::kYouth));
  const v1::Delivery envelope = wrapped.Deliver(testing::EnvelopeOf(start));
  EXPECT_EQ(wrapped.Cause(envelope), "container");
  const v1::Delivery message = bare.Deliver(start);
  EXPECT_EQ(wrapped.AnswerTo(message).data(), bare.AnswerTo(message).data());
}

TEST(GetAnswer, SaysWhyThereIsNone) {
  Instance instance;
  const std::string start = Render(StartMessage(Law::kYouth));
  EXPECT_EQ(instance.Cause(instance.Deliver(start.substr(0, start.size() - 20))), "unreadable");
  EXPECT_EQ(instance.Cause(instance.Deliver("<anders/>")), "unreadable");
  EXPECT_EQ(instance.Cause(instance.Deliver("bsn;surname;birth_date\n999900006;Verzonnen;2011-08-14\n", "", "clienten")),
            "export");
  EXPECT_EQ(instance.Cause(instance.Deliver(testing::AnswerMessage(Law::kYouth))), "is_answer");
  EXPECT_EQ(instance.Cause(instance.Deliver(testing::ReturnOf(StartMessage(Law::kYouth)))), "is_answer");
  ParsedMessage foreign = StartMessage(Law::kYouth);
  foreign.header.receiver = "1680";
  EXPECT_EQ(instance.Cause(instance.Deliver(foreign)), "unreadable");
  const v1::Delivery later = instance.Deliver(start, "2026-05-20");
  ParsedMessage earlier = StartMessage(Law::kYouth);
  earlier.starts[0].start_day += 1;
  instance.Deliver(earlier, "2026-05-10");
  EXPECT_EQ(instance.Cause(later), "superseded");

  v1::Delivery none;
  for (const char* name : {"municipalities/gm1730/deliveries/00000000000000000000000000000000", "", "x"}) {
    none.set_name(name);
    EXPECT_EQ(ReasonOf(instance.TryAnswer(none).status()), ErrorReason::RESOURCE_NOT_FOUND);
  }
  v1::GetAnswerRequest request;
  request.set_name(later.name());  // without /answer
  EXPECT_EQ(ReasonOf(instance.ingestion->GetAnswer(instance.caller, request).status()), ErrorReason::RESOURCE_NOT_FOUND);
}

}  // namespace
}  // namespace nmd::ingestion
