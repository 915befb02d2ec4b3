// SPDX-License-Identifier: EUPL-1.2
// Envelopes and zips through the whole of ingestion: one message is one delivery however it comes, and nothing is lost.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "services/ingestion/ingestion.h"
#include "services/ingestion/test_container.h"
#include "services/ingestion/test_ingestion.h"
#include "services/ingestion/test_message.h"
#include "services/platform/errors.h"

namespace nmd::ingestion {
namespace {

using testing::AllocationMessage;
using testing::ClaimMessage;
using ::testing::ElementsAre;
using testing::EnvelopeOf;
using testing::FaultOf;
using ::testing::HasSubstr;
using testing::Instance;
using ::testing::IsEmpty;
using testing::Render;
using ::testing::SizeIs;
using testing::StartMessage;
using testing::ZipOf;

std::string Start(int number) {
  ParsedMessage message = StartMessage(Law::kYouth);
  message.header.identification = absl::StrCat("m", number);
  return Render(message);
}

std::string ZipOfStarts(int first, int count) {
  std::vector<std::pair<std::string, std::string>> files;
  for (int i = first; i < first + count; ++i) files.emplace_back(absl::StrCat(i, ".xml"), Start(i));
  return ZipOf(files);
}

TEST(IngestionContainer, EachMessageIsADeliveryOfItsOwn) {
  Instance instance;
  const std::string allocation = Render(AllocationMessage(Law::kYouth)), start = Start(1);
  const std::string zip = ZipOf({{"map/", ""}, {"a.xml", allocation}, {"b.xml", EnvelopeOf(start)}});
  const v1::Delivery container = instance.Deliver(zip, "2026-05-01");
  EXPECT_EQ(container.state(), v1::Delivery::UNPACKED);
  EXPECT_EQ(container.source(), "zip");
  EXPECT_EQ(container.part_count(), 2);
  EXPECT_EQ(container.fact_count(), 0);
  EXPECT_THAT(container.container(), IsEmpty());
  EXPECT_THAT(instance.Findings(container.name()), IsEmpty());
  const std::vector<v1::Delivery> parts = instance.List(container.name());
  ASSERT_THAT(parts, SizeIs(2));
  EXPECT_EQ(parts[1].source(), "jw301");
  EXPECT_EQ(parts[1].part(), 2);
  EXPECT_EQ(parts[0].source(), "jw305");
  EXPECT_EQ(parts[0].part(), 3);
  for (const v1::Delivery& part : parts) {
    EXPECT_EQ(part.state(), v1::Delivery::ACCEPTED);
    EXPECT_EQ(part.container(), container.name());
    EXPECT_EQ(part.known_time().seconds(), container.known_time().seconds());
    EXPECT_GT(part.fact_count(), 0);
  }
  EXPECT_THAT(instance.Feed(), SizeIs(2)) << "a container has no records";
  // All in one Append, and the messages are stored once.
  EXPECT_EQ(instance.journal.appends, 1);
  EXPECT_LT(instance.journal.blob_bytes, zip.size() + 1000);
}

TEST(IngestionContainer, TakenBackTakesItsMessagesBackAndGivesThemBack) {
  Instance instance;
  const v1::Delivery container = instance.Deliver(ZipOfStarts(1, 3), "2026-05-01");
  instance.Deliver(Start(9), "2026-05-01");
  const auto states = [&] {
    std::vector<v1::Delivery::State> all;
    for (const v1::Delivery& part : instance.List(container.name())) all.push_back(part.state());
    return all;
  };
  v1::WithdrawDeliveryRequest withdraw;
  withdraw.set_name(container.name());
  withdraw.set_reason("verkeerde postbus");
  ASSERT_TRUE(instance.ingestion->WithdrawDelivery(instance.caller, withdraw).ok());
  EXPECT_THAT(states(), ElementsAre(v1::Delivery::WITHDRAWN, v1::Delivery::WITHDRAWN, v1::Delivery::WITHDRAWN));
  EXPECT_EQ(instance.List("")[0].state(), v1::Delivery::ACCEPTED) << "what did not come in it stands";
  instance.Restart(/*kill=*/true);
  EXPECT_THAT(states(), ElementsAre(v1::Delivery::WITHDRAWN, v1::Delivery::WITHDRAWN, v1::Delivery::WITHDRAWN));
  v1::RestoreDeliveryRequest restore;
  restore.set_name(container.name());
  restore.set_reason("toch de goede");
  ASSERT_TRUE(instance.ingestion->RestoreDelivery(instance.caller, restore).ok());
  EXPECT_THAT(states(), ElementsAre(v1::Delivery::ACCEPTED, v1::Delivery::ACCEPTED, v1::Delivery::ACCEPTED));
}

TEST(IngestionContainer, BareInAnEnvelopeAndInAZipIsOneDelivery) {
  const std::string message = Start(1);
  const std::vector<std::string> forms = {message, EnvelopeOf(message), ZipOf({{"a.xml", message}}),
                                          ZipOf({{"b.xml", EnvelopeOf(message)}})};
  std::string facts;
  for (size_t first = 0; first < forms.size(); ++first) {
    Instance instance;
    for (size_t i = 0; i < forms.size(); ++i) instance.Deliver(forms[(first + i) % forms.size()]);
    std::vector<std::string> messages;
    for (const v1::Delivery& delivery : instance.List()) {
      if (delivery.source() == "jw305") messages.push_back(delivery.name());
    }
    ASSERT_THAT(messages, SizeIs(1)) << first;
    ASSERT_THAT(instance.Feed(), SizeIs(1));
    if (facts.empty()) facts = instance.Feed()[0];
    EXPECT_EQ(instance.Feed()[0], facts);
    EXPECT_EQ(*instance.Content(messages[0], 1000), message) << first;
    EXPECT_THAT(instance.List(), SizeIs(4));
    const std::string state = instance.ingestion->State();
    for (const std::string& form : forms) instance.Deliver(form);
    EXPECT_EQ(instance.ingestion->State(), state) << "a second time changes nothing";
  }
}

TEST(IngestionContainer, BadEntriesAreFindingsAndTheOthersAreTaken) {
  Instance instance;
  const v1::Delivery container = instance.Deliver(
      ZipOf({{"jansen.txt", "geen bericht"}, {"a.xml", Start(1)}, {"b.xml", "<kapot"}, {"fout.xml", FaultOf("IB014")}}));
  EXPECT_EQ(container.state(), v1::Delivery::UNPACKED);
  EXPECT_EQ(container.part_count(), 2);
  EXPECT_EQ(container.finding_count(), 2);
  EXPECT_THAT(instance.Findings(container.name()),
              ElementsAre(HasSubstr("ZIP @ bestand 1: "), HasSubstr("FO01 @ bestand 4, ")));
  const std::vector<v1::Delivery> parts = instance.List(container.name());
  ASSERT_THAT(parts, SizeIs(2));
  EXPECT_EQ(parts[0].state(), v1::Delivery::REJECTED);
  EXPECT_EQ(parts[0].source(), "onbekend");
  EXPECT_THAT(instance.Findings(parts[0].name()), SizeIs(1));
  EXPECT_EQ(parts[1].state(), v1::Delivery::ACCEPTED);
}

TEST(IngestionContainer, WithoutAMessageIsRefusedKeptAndExplained) {
  Instance instance;
  const std::string zip = ZipOf({{"a.txt", "tekst"}});
  const v1::Delivery container = instance.Deliver(zip);
  EXPECT_EQ(container.state(), v1::Delivery::REJECTED);
  EXPECT_EQ(container.part_count(), 0);
  EXPECT_THAT(instance.Findings(container.name()), ElementsAre(HasSubstr("ZIP @ bestand 1")));
  EXPECT_EQ(*instance.Content(container.name(), 10), zip);
  const v1::Delivery fault = instance.Deliver(FaultOf("StUF055"));
  EXPECT_EQ(fault.state(), v1::Delivery::UNPACKED) << "a fault is no fault of this file";
  EXPECT_EQ(fault.source(), "envelop");
  EXPECT_THAT(instance.Findings(fault.name()), ElementsAre(HasSubstr("code StUF055")));
}

TEST(IngestionContainer, TwoMessagesWithOneIdentificationAreJudged_TR056) {
  ParsedMessage first = StartMessage(Law::kYouth), second = first;
  second.starts[0].start_day += 1;
  Instance bare;
  bare.Deliver(Render(first));
  bare.Deliver(Render(second));
  Instance zipped;
  const v1::Delivery container = zipped.Deliver(ZipOf({{"1.xml", Render(first)}, {"2.xml", Render(second)}}));
  ASSERT_THAT(zipped.List(container.name()), SizeIs(2));
  int rejected = 0;
  for (const v1::Delivery& part : zipped.List(container.name())) rejected += part.state() != v1::Delivery::ACCEPTED;
  EXPECT_EQ(rejected, 1);
  for (const v1::Delivery& delivery : bare.List()) {
    v1::GetDeliveryRequest request;
    request.set_name(delivery.name());
    EXPECT_EQ(zipped.ingestion->GetDelivery(zipped.caller, request)->state() == v1::Delivery::ACCEPTED,
              delivery.state() == v1::Delivery::ACCEPTED);
  }
}

// Needs an Append for each of the messages that share an identification.
std::string ZipInThreeAppends() {
  std::vector<std::pair<std::string, std::string>> files;
  for (int i = 0; i < 12; ++i) {
    ParsedMessage message = StartMessage(Law::kYouth);
    message.header.identification = absl::StrCat("m", i % 4 == 0 ? 0 : i);
    message.starts[0].start_day += i;
    files.emplace_back(absl::StrCat(i, ".xml"), Render(message));
  }
  return ZipOf(files);
}

TEST(IngestionContainer, IsFinishedAfterAStopAnywhere) {
  const std::string zip = ZipInThreeAppends();
  Instance whole;
  ASSERT_EQ(whole.Deliver(zip).part_count(), 12);
  ASSERT_EQ(whole.journal.appends, 3);
  const std::vector<std::string> feed = whole.Feed();
  for (int stop = 0; stop < 3; ++stop) {
    SCOPED_TRACE(stop);
    for (const bool kill : {true, false}) {
      Instance instance;
      instance.journal.appends_left = stop;
      EXPECT_EQ(ReasonOf(instance.TryDeliver(zip).status()), ErrorReason::UNAVAILABLE_NOW);
      EXPECT_EQ(instance.List().empty(), stop == 0);
      instance.journal.appends_left = 1'000'000;
      instance.Restart(kill);
      EXPECT_THAT(instance.List(), SizeIs(stop == 0 ? 0 : 13));
      if (stop == 0) instance.Deliver(zip);
      EXPECT_EQ(instance.Feed(), feed);
      const std::string state = instance.ingestion->State();
      EXPECT_EQ(instance.Deliver(zip).part_count(), 12);
      EXPECT_EQ(instance.ingestion->State(), state);
    }
    // Without a restart: the second delivery finishes the first.
    Instance instance;
    instance.journal.appends_left = stop;
    EXPECT_FALSE(instance.TryDeliver(zip).ok());
    instance.journal.appends_left = 1'000'000;
    instance.Deliver(zip);
    EXPECT_EQ(instance.Feed(), feed);
  }
}

TEST(IngestionContainer, ThatCannotBeFinishedYetKeepsNobodyFromStarting) {
  Instance instance;
  instance.journal.appends_left = 1;
  EXPECT_FALSE(instance.TryDeliver(ZipInThreeAppends()).ok());
  instance.journal.appends_left = 0;
  instance.Restart(/*kill=*/true);
  EXPECT_LT(instance.List().size(), 13u);
  instance.journal.appends_left = 1'000'000;
  instance.Deliver(ZipInThreeAppends());
  EXPECT_THAT(instance.List(), SizeIs(13));
}

TEST(IngestionContainer, OfMoreThanOneAppendTakesIsStoredInSeveral) {
  std::vector<std::pair<std::string, std::string>> files;
  for (int i = 0; i < 8; ++i) {
    ParsedMessage message = ClaimMessage(Law::kYouth);
    message.header.identification = absl::StrCat("c", i);
    message.claim->lines.clear();
    message.claim->total.cents = 0;
    for (int n = 0; n < 8'000; ++n) {
      message.claim->lines.push_back(testing::TestLine(message.law, 0, n, absl::StrCat("R", n)));
      message.claim->total.cents += message.claim->lines.back().amount.cents;
    }
    message.clients.resize(1);
    files.emplace_back(absl::StrCat(i, ".xml"), Render(message));
  }
  // More than is kept in memory too: the last messages are unpacked twice.
  const std::string zip = ZipOf(files);
  Instance instance;
  instance.journal.stop_after_raw = true;
  EXPECT_FALSE(instance.TryUpload(zip).ok());
  const size_t first = instance.List().size();
  EXPECT_GT(first, 1u);
  EXPECT_LT(first, 9u);
  instance.journal.stop_after_raw = false;
  EXPECT_EQ(instance.List()[0].state(), v1::Delivery::ACCEPTED);
  instance.journal.appends_left = 1'000'000;
  instance.Restart(/*kill=*/true);
  EXPECT_THAT(instance.List(), SizeIs(9));
  for (const size_t part : {size_t{0}, size_t{7}}) {
    EXPECT_EQ(*instance.Content(instance.List()[7 - part].name(), 1 << 20), files[part].second);
  }
}

TEST(IngestionContainer, RestartGivesTheStateThatWasLive) {
  Instance instance;
  instance.Deliver(ZipOfStarts(0, 30));
  instance.Deliver(EnvelopeOf("tekst"));
  const std::string live = instance.ingestion->State();
  instance.Restart(/*kill=*/true);
  EXPECT_EQ(instance.ingestion->State(), live) << "replayed";
  instance.Restart(/*kill=*/false);
  EXPECT_EQ(instance.ingestion->State(), live) << "from the checkpoint";
  EXPECT_EQ(instance.journal.appends, 2);
}

TEST(IngestionContainer, ManyAtOnceThatOverlapLoseNothing) {
  Instance instance;
  std::vector<std::thread> callers;
  for (int t = 0; t < 4; ++t) {
    callers.emplace_back([&instance, t] {
      for (int i = 0; i < 5; ++i) instance.Deliver(ZipOfStarts(t * 40 + i * 7, 30));
    });
  }
  for (std::thread& caller : callers) caller.join();
  EXPECT_THAT(instance.Feed(), SizeIs(178));
  EXPECT_THAT(instance.List(), SizeIs(178 + 20));
  const std::string live = instance.ingestion->State();
  instance.Restart(/*kill=*/true);
  EXPECT_EQ(instance.ingestion->State(), live);
}

TEST(IngestionContainer, ComesAsAnUploadToo) {
  Instance instance;
  const std::string zip = ZipOfStarts(0, 3);
  std::string name;
  for (int round = 0; round < 2; ++round) {
    const absl::StatusOr<v1::Delivery> delivery = instance.TryUpload(zip);
    ASSERT_TRUE(delivery.ok()) << delivery.status();
    EXPECT_EQ(delivery->part_count(), 3);
    EXPECT_TRUE(round == 0 || delivery->name() == name) << "the same bytes";
    name = delivery->name();
  }
  EXPECT_THAT(instance.List(name), SizeIs(3));
}

TEST(DeliveryContent, IsWhatCameInByteForByte) {
  Instance instance;
  const std::string message = Start(7), envelope = EnvelopeOf(message);
  const v1::Delivery container = instance.Deliver(envelope);
  const std::string part = instance.List(container.name()).at(0).name();
  for (const int32_t limit : {1000, 1 << 20}) {
    EXPECT_EQ(*instance.Content(container.name(), limit), envelope);
    EXPECT_EQ(*instance.Content(part, limit), message);
  }
  v1::GetDeliveryContentRequest request;
  EXPECT_EQ(ReasonOf(instance.ingestion->GetDeliveryContent(instance.caller, request).status()),
            ErrorReason::RESOURCE_NOT_FOUND);
  request.set_name(part);
  EXPECT_EQ(instance.ingestion->GetDeliveryContent(instance.caller, request)->data(), message);
  request.set_read_offset(static_cast<int64_t>(message.size()));
  EXPECT_THAT(instance.ingestion->GetDeliveryContent(instance.caller, request)->data(), IsEmpty());
  request.set_read_offset(static_cast<int64_t>(message.size()) + 1);
  EXPECT_EQ(ReasonOf(instance.ingestion->GetDeliveryContent(instance.caller, request).status()), ErrorReason::FIELDS_INVALID);
  request.set_read_offset(-1);
  EXPECT_EQ(ReasonOf(instance.ingestion->GetDeliveryContent(instance.caller, request).status()), ErrorReason::FIELDS_INVALID);
}

TEST(IngestionContainer, SourceOfAContainerIsNotForAnExport) {
  for (const char* id : {"zip", "envelop", "onbekend"}) {
    internal::v1::MappingFile mapping;
    mapping.set_source(id);
    mapping.set_title("Cliënten");
    mapping.set_owner("gemeente");
    mapping.set_kind(internal::v1::CLIENTS);
    mapping.set_separator(";");
    for (const char* field : {"bsn", "surname", "birth_date", "postcode", "house_number", "buurt"}) {
      (*mapping.mutable_columns())[field] = field;
    }
    const FakeClock clock(absl::UnixEpoch());
    const auto journal = NewMemoryJournal();
    EXPECT_EQ(ReasonOf(Ingestion::Open(*journal, clock, Key::FromBytes({1}), "gm1730", {mapping}).status()),
              ErrorReason::FIELDS_INVALID)
        << id;
  }
}

}  // namespace
}  // namespace nmd::ingestion
