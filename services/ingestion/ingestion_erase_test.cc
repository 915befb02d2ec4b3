// SPDX-License-Identifier: EUPL-1.2
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "services/ingestion/container.h"
#include "services/ingestion/test_container.h"
#include "services/ingestion/test_ingestion.h"
#include "services/ingestion/xml_text.h"
#include "services/platform/crypto.h"

namespace nmd::ingestion {
namespace {

using testing::AllocationMessage;
using testing::ClaimMessage;
using ::testing::HasSubstr;
using testing::Instance;
using ::testing::IsEmpty;
using testing::kParent;
using ::testing::Not;
using testing::Render;
using testing::TestBsn;
using testing::ZipOf;

internal::v1::MappingFile ClientsMapping() {
  internal::v1::MappingFile mapping;
  mapping.set_source("clienten");
  mapping.set_title("Cliënten");
  mapping.set_owner("gemeente");
  mapping.set_kind(internal::v1::CLIENTS);
  mapping.set_separator(";");
  for (const char* field : {"bsn", "birth_date", "surname"}) (*mapping.mutable_columns())[field] = field;
  return mapping;
}

std::string AllocationOf(int person, const std::string& identification) {
  ParsedMessage message = AllocationMessage(Law::kYouth);
  message.header.identification = identification;
  message.clients[0].bsn = TestBsn(person);
  message.clients[0].name.surname = absl::StrCat("Verzonnen", person);
  return Render(message);
}

class EraseTest : public ::testing::Test {
 protected:
  v1::Delivery DeliverCsv(const std::string& content, const std::string& file_name = "clienten.csv") {
    v1::DeliverFileRequest request;
    request.set_parent(kParent);
    request.set_source("clienten");
    request.set_file_name(file_name);
    request.set_content(content);
    const absl::StatusOr<v1::Delivery> delivery = instance_.ingestion->DeliverFile(instance_.caller, request);
    EXPECT_TRUE(delivery.ok()) << delivery.status();
    return delivery.ok() ? *delivery : v1::Delivery();
  }
  // All records of the feed of persons: person_key by BSN, and how many there are of each.
  std::multimap<std::string, std::string> Persons() {
    std::multimap<std::string, std::string> persons;
    v1::ListPersonRecordsRequest request;
    request.set_parent(kParent);
    while (true) {
      const auto page = instance_.ingestion->ListPersonRecords(instance_.caller, request);
      EXPECT_TRUE(page.ok()) << page.status();
      if (!page.ok() || page->batches().empty()) {
        EXPECT_EQ(page->next_sequence(), page->last_sequence()) << "the feed can be followed to its end";
        return persons;
      }
      for (const v1::PersonBatch& batch : page->batches()) {
        for (const v1::PersonRecord& record : batch.records()) persons.emplace(record.bsn(), record.person_key());
      }
      request.set_after_sequence(page->next_sequence());
    }
  }
  absl::StatusOr<int64_t> Erase(int person, std::set<std::string> keys = {}) {
    v1::ErasePersonsRequest request;
    request.set_parent(kParent);
    if (keys.empty()) {
      for (const auto& [bsn, key] : Persons()) {
        if (bsn == TestBsn(person)) keys.insert(key);
      }
    }
    for (const std::string& key : keys) request.add_person_keys(key);
    const auto response = instance_.ingestion->ErasePersons(instance_.caller, request);
    if (!response.ok()) return response.status();
    return response->delivery_count();
  }
  // Everything there is in the store that its keys open, and all that is in it as it is.
  std::string AllThatOpens() {
    const Key raw = Key::FromBytes({1, 2, 3}).Derive("raw"), sealed = Key::FromBytes({1, 2, 3}).Derive("persons");
    std::string all;
    EXPECT_TRUE(instance_.journal
                    .Replay(0,
                            [&](const JournalRecord& record) {
                              all += record.payload;
                              internal::v1::DeliveryRecord delivery;
                              if (record.kind == "delivery" && delivery.ParseFromString(record.payload)) {
                                all += sealed.Open(delivery.sealed_persons()).value_or("");
                              }
                              return true;
                            })
                    .ok());
    for (const std::string& name : instance_.journal.blob_names) {
      const absl::StatusOr<std::string> blob = instance_.journal.ReadBlob(name);
      if (!blob.ok()) continue;
      const absl::StatusOr<std::string> packed = raw.Open(*blob);
      EXPECT_TRUE(packed.ok()) << name;
      const std::string bytes = *Decompress(*packed, kMaxMessageBytes);
      all += bytes;
      if (ContainerKindOf(bytes) != ContainerKind::kNone) {
        ReadContainer(bytes, [&](int, std::string message) { all += message; });
      }
    }
    return all;
  }
  v1::Delivery Get(const v1::Delivery& delivery) {
    v1::GetDeliveryRequest request;
    request.set_name(delivery.name());
    return *instance_.ingestion->GetDelivery(instance_.caller, request);
  }

  Instance instance_;
};

TEST_F(EraseTest, AFileAboutThePersonAloneIsNotKeptAndItsFactsAre) {
  const v1::Delivery own = instance_.Deliver(AllocationOf(0, "1001")), other = instance_.Deliver(AllocationOf(1, "1002"));
  const std::vector<std::string> facts = instance_.Feed();
  ASSERT_THAT(AllThatOpens(), HasSubstr(TestBsn(0)));
  const absl::StatusOr<int64_t> erased = Erase(0);
  ASSERT_TRUE(erased.ok()) << erased.status();
  EXPECT_EQ(*erased, 1);
  for (const bool restarted : {false, true}) {
    if (restarted) instance_.Restart(/*kill=*/true);
    EXPECT_EQ(Persons().count(TestBsn(0)), 0u);
    EXPECT_EQ(Persons().count(TestBsn(1)), 1u);
    EXPECT_EQ(instance_.Feed(), facts);
    EXPECT_THAT(AllThatOpens(), Not(HasSubstr(TestBsn(0))));
    EXPECT_THAT(AllThatOpens(), Not(HasSubstr("Verzonnen0")));
    EXPECT_EQ(ReasonOf(instance_.Content(own.name(), 1 << 20).status()), ErrorReason::CONTENT_ERASED);
    EXPECT_EQ(*instance_.Content(other.name(), 1 << 20), AllocationOf(1, "1002"));
    EXPECT_EQ(Get(own).erase_time().seconds(), absl::ToUnixSeconds(instance_.clock.Now()));
    EXPECT_EQ(Get(own).sha256(), own.sha256());
    EXPECT_EQ(Get(own).state(), v1::Delivery::ACCEPTED);
    EXPECT_FALSE(Get(other).has_erase_time());
    v1::GetAnswerRequest answer;
    answer.set_name(own.name() + "/answer");
    EXPECT_EQ(ReasonOf(instance_.ingestion->GetAnswer(instance_.caller, answer).status()), ErrorReason::CONTENT_ERASED);
  }
}

TEST_F(EraseTest, OfAFileAboutMoreTheOthersStay) {
  instance_.mappings = {ClientsMapping()};
  instance_.Restart(false);
  const std::string csv = absl::StrCat("bsn;birth_date;surname\n", TestBsn(0), ";1980-02-01;Vink\n", TestBsn(1),
                                       ";1980-02-01;Jansen\n", TestBsn(2), ";1980-02-01;Smit\n");
  const v1::Delivery clients = DeliverCsv(csv);
  ASSERT_EQ(clients.state(), v1::Delivery::ACCEPTED);
  const std::string claims = Render(ClaimMessage(Law::kYouth));  // About 0 and 1.
  const v1::Delivery claim = instance_.Deliver(claims);
  ASSERT_EQ(*Erase(0), 2);
  EXPECT_EQ(
      *instance_.Content(clients.name(), 1 << 20),
      absl::StrCat("bsn;birth_date;surname\ngewist\n", TestBsn(1), ";1980-02-01;Jansen\n", TestBsn(2), ";1980-02-01;Smit\n"));
  EXPECT_THAT(*instance_.Content(claim.name(), 1 << 20), HasSubstr(TestBsn(1)));
  EXPECT_THAT(AllThatOpens(), Not(HasSubstr(TestBsn(0))));
  // And of what is left again, until nobody is.
  ASSERT_EQ(*Erase(2), 1);
  EXPECT_EQ(*instance_.Content(clients.name(), 1 << 20),
            absl::StrCat("bsn;birth_date;surname\ngewist\n", TestBsn(1), ";1980-02-01;Jansen\ngewist\n"));
  ASSERT_EQ(*Erase(1), 2);
  EXPECT_EQ(ReasonOf(instance_.Content(clients.name(), 1 << 20).status()), ErrorReason::CONTENT_ERASED);
  const std::string all = AllThatOpens();
  for (const char* name : {"Vink", "Jansen", "Smit"}) EXPECT_THAT(all, Not(HasSubstr(name)));
  instance_.Restart(true);
  EXPECT_THAT(Persons(), IsEmpty());
}

TEST_F(EraseTest, MessagesInAContainerLeaveItAndThePersonGoesWithIt) {
  const std::string a = AllocationOf(0, "1001"), b = AllocationOf(1, "1002"), c = AllocationOf(2, "1003");
  const v1::Delivery zip = instance_.Deliver(ZipOf({{"a.xml", a}, {"b.xml", testing::EnvelopeOf(b)}, {"c.xml", c}}));
  // The same message in a second container, which holds its bytes too, and one without it.
  const v1::Delivery again = instance_.Deliver(ZipOf({{"opnieuw.xml", a}, {"d.xml", AllocationOf(3, "1004")}}));
  const v1::Delivery apart = instance_.Deliver(ZipOf({{"e.xml", AllocationOf(4, "1005")}}));
  const std::vector<v1::Delivery> parts = instance_.List();
  const std::vector<std::string> facts = instance_.Feed();
  ASSERT_EQ(*Erase(0), 3) << "the message and both containers";
  for (const bool restarted : {false, true}) {
    if (restarted) instance_.Restart(true);
    std::map<std::string, std::string> contents;
    for (const v1::Delivery& delivery : parts) {
      const absl::StatusOr<std::string> content = instance_.Content(delivery.name(), 1 << 20);
      if (content.ok()) contents[delivery.name()] = *content;
      const bool gone = delivery.name() == zip.name() || delivery.name() == again.name() || delivery.sha256() == Sha256Hex(a);
      EXPECT_EQ(content.ok(), !gone);
      EXPECT_EQ(Get(delivery).has_erase_time(), gone);
    }
    std::set<std::string> kept;
    for (const auto& [name, content] : contents) kept.insert(content);
    for (const std::string& message : {b, c, AllocationOf(3, "1004"), AllocationOf(4, "1005")})
      EXPECT_EQ(kept.count(message), 1u);
    EXPECT_EQ(*instance_.Content(apart.name(), 1 << 20), ZipOf({{"e.xml", AllocationOf(4, "1005")}}));
    EXPECT_EQ(instance_.Feed(), facts);
    EXPECT_THAT(AllThatOpens(), Not(HasSubstr(TestBsn(0))));
  }
  // The one that left is erased like any other.
  ASSERT_EQ(*Erase(1), 1);
  EXPECT_THAT(AllThatOpens(), Not(HasSubstr(TestBsn(1))));
}

TEST_F(EraseTest, WhatWasRefusedGoesTooWhenItNamesThePerson) {
  instance_.Deliver(AllocationOf(0, "1001"));
  std::string broken = AllocationOf(0, "1002");
  broken.resize(broken.size() - 20);
  const v1::Delivery refused = instance_.Deliver(broken);
  ASSERT_EQ(refused.state(), v1::Delivery::REJECTED);
  std::string others = AllocationOf(1, "1003");
  others.resize(others.size() - 20);
  const v1::Delivery unrelated = instance_.Deliver(others);
  instance_.mappings = {ClientsMapping()};
  instance_.Restart(false);
  // A row with a fault gives no record of the person.
  const v1::Delivery rows =
      DeliverCsv(absl::StrCat("bsn;birth_date;surname\n", TestBsn(0), ";gisteren;Vink\n", TestBsn(1), ";1980-02-01;Jansen\n"));
  ASSERT_EQ(Persons().count(TestBsn(0)), 1u);
  ASSERT_EQ(*Erase(0), 3);
  EXPECT_TRUE(instance_.Content(unrelated.name(), 1 << 20).ok());
  EXPECT_THAT(*instance_.Content(rows.name(), 1 << 20), HasSubstr("gewist\n" + TestBsn(1)));
  EXPECT_THAT(AllThatOpens(), Not(HasSubstr(TestBsn(0))));
}

TEST_F(EraseTest, ReturnsAnswersAndRepliesGoTooThoughTheyGiveNoPersonRecords) {
  const std::string claims = Render(ClaimMessage(Law::kYouth));
  instance_.Deliver(claims);
  ParsedMessage answered = testing::AnswerMessage(Law::kYouth);
  answered.clients[0].bsn = TestBsn(0);
  const v1::Delivery answer = instance_.Deliver(Render(answered));
  const v1::Delivery reply = instance_.Deliver(Render(testing::ReplyMessage(Law::kYouth)));
  const v1::Delivery returned = instance_.Deliver(Render(testing::ReturnOf(AllocationMessage(Law::kYouth))));
  for (const v1::Delivery& delivery : {answer, reply, returned}) {
    ASSERT_EQ(delivery.state(), v1::Delivery::ACCEPTED);
    ASSERT_EQ(delivery.person_count(), 0);
  }
  ASSERT_THAT(*instance_.Content(returned.name(), 1 << 20), HasSubstr(TestBsn(0)));
  ASSERT_TRUE(Erase(0).ok());
  EXPECT_THAT(AllThatOpens(), Not(HasSubstr(TestBsn(0))));
}

TEST_F(EraseTest, AFileThatKnowsThePersonByAnotherNumberIsNotKept) {
  internal::v1::MappingFile mapping = ClientsMapping();
  (*mapping.mutable_columns())["external_id"] = "nummer";
  instance_.mappings = {mapping};
  instance_.Restart(false);
  const v1::Delivery file = DeliverCsv("bsn;birth_date;surname;nummer\n;1980-02-01;Vink;77\n;1980-02-01;Jansen;78\n");
  ASSERT_EQ(file.state(), v1::Delivery::ACCEPTED);
  std::set<std::string> keys;
  for (const auto& [bsn, key] : Persons()) {
    if (keys.empty()) keys.insert(key);
  }
  ASSERT_EQ(*Erase(0, keys), 1);
  EXPECT_EQ(ReasonOf(instance_.Content(file.name(), 1 << 20).status()), ErrorReason::CONTENT_ERASED);
  EXPECT_EQ(Persons().size(), 1u) << "the record of the other stays";
}

TEST_F(EraseTest, AFileNameThatIsANumberOfThePersonIsMasked) {
  instance_.mappings = {ClientsMapping()};
  instance_.Restart(false);
  const v1::Delivery file = DeliverCsv(absl::StrCat("bsn;birth_date;surname\n", TestBsn(0), ";1980-02-01;Vink\n"),
                                       absl::StrCat("dossier_", TestBsn(0), ".csv"));
  ASSERT_EQ(*Erase(0), 1);
  EXPECT_EQ(Get(file).file_name(), "dossier_000000000.csv");
  EXPECT_THAT(AllThatOpens(), Not(HasSubstr(TestBsn(0))));
  instance_.Restart(true);
  EXPECT_EQ(Get(file).file_name(), "dossier_000000000.csv");
}

TEST_F(EraseTest, WhatComesLaterIsANewFactAndTheSameBytesStayWhatTheyAre) {
  const std::string first = AllocationOf(0, "1001");
  instance_.Deliver(first);
  ASSERT_EQ(*Erase(0), 1);
  EXPECT_TRUE(instance_.Deliver(first).has_erase_time()) << "known by its bytes, and not read again";
  EXPECT_THAT(AllThatOpens(), Not(HasSubstr(TestBsn(0))));
  instance_.Deliver(AllocationOf(0, "1009"));
  EXPECT_EQ(Persons().count(TestBsn(0)), 1u);
  ASSERT_EQ(*Erase(0), 1);
  EXPECT_THAT(AllThatOpens(), Not(HasSubstr(TestBsn(0))));
}

TEST_F(EraseTest, RepeatingItChangesNothing) {
  instance_.Deliver(AllocationOf(0, "1001"));
  std::set<std::string> keys;
  for (const auto& [bsn, key] : Persons()) keys.insert(key);
  ASSERT_EQ(*Erase(0, keys), 1);
  const std::string state = instance_.ingestion->State();
  EXPECT_EQ(*Erase(0, keys), 0);
  EXPECT_EQ(instance_.ingestion->State(), state);
  EXPECT_EQ(*Erase(0, {"0123456789abcdef0123456789abcdef"}), 0) << "somebody who is not known";
}

TEST_F(EraseTest, TheStateOfARestartIsThatOfBefore) {
  instance_.Deliver(ZipOf({{"a.xml", AllocationOf(0, "1001")}, {"b.xml", AllocationOf(1, "1002")}}));
  ASSERT_EQ(*Erase(0), 2);
  const std::string state = instance_.ingestion->State();
  instance_.Restart(/*kill=*/true);  // From the journal.
  EXPECT_EQ(instance_.ingestion->State(), state);
  instance_.Restart(/*kill=*/false);
  instance_.Restart(/*kill=*/false);  // From a checkpoint.
  EXPECT_EQ(instance_.ingestion->State(), state);
  EXPECT_EQ(*instance_.Content(instance_.List()[0].name(), 1 << 20), AllocationOf(1, "1002"));
}

// Stopped at every Append, drop of a blob and rewrite there is: the next start and a repeat do the rest, and everybody else's
// files are there all the time.
TEST_F(EraseTest, AfterAStopAnywhereARepeatDoesTheRest) {
  int stopped = 0;
  for (int stop = 0; stop < 60; ++stop) {
    for (const bool restarted : {false, true}) {
      Instance fresh;
      const std::string a = AllocationOf(0, "1001"), b = AllocationOf(1, "1002"), alone = AllocationOf(0, "1003");
      fresh.Deliver(ZipOf({{"a.xml", a}, {"b.xml", b}}));
      fresh.Deliver(alone);
      std::set<std::string> keys;
      v1::ListPersonRecordsRequest list;
      list.set_parent(kParent);
      const auto page = fresh.ingestion->ListPersonRecords(fresh.caller, list);
      for (const v1::PersonBatch& batch : page->batches()) {
        for (const v1::PersonRecord& record : batch.records()) {
          if (record.bsn() == TestBsn(0)) keys.insert(record.person_key());
        }
      }
      ASSERT_EQ(keys.size(), 1u);
      v1::ErasePersonsRequest request;
      request.set_parent(kParent);
      request.add_person_keys(*keys.begin());
      // Appends, drops and rewrites stop in turn.
      const int kind = stop % 3, at = stop / 3;
      if (kind == 0) fresh.journal.appends_left = at;
      if (kind == 1) fresh.journal.drops_left = at;
      if (kind == 2) fresh.journal.rewrites_left = at;
      const auto first = fresh.ingestion->ErasePersons(fresh.caller, request);
      stopped += first.ok() ? 0 : 1;
      fresh.journal.appends_left = fresh.journal.drops_left = fresh.journal.rewrites_left = 1'000'000;
      if (restarted) fresh.Restart(/*kill=*/true);
      std::set<std::string> kept;
      for (const v1::Delivery& delivery : fresh.List()) kept.insert(fresh.Content(delivery.name(), 1 << 20).value_or(""));
      EXPECT_EQ(kept.count(b), 1u) << stop;
      const auto again = fresh.ingestion->ErasePersons(fresh.caller, request);
      ASSERT_TRUE(again.ok()) << again.status();
      for (const v1::Delivery& delivery : fresh.List()) {
        EXPECT_THAT(fresh.Content(delivery.name(), 1 << 20).value_or(""), Not(HasSubstr(TestBsn(0)))) << stop;
      }
      for (const std::string& name : fresh.journal.blob_names) {
        const absl::StatusOr<std::string> blob = fresh.journal.ReadBlob(name);
        if (!blob.ok()) continue;
        const Key raw = Key::FromBytes({1, 2, 3}).Derive("raw");
        EXPECT_THAT(*Decompress(*raw.Open(*blob), kMaxMessageBytes), Not(HasSubstr(TestBsn(0)))) << stop << name;
      }
    }
  }
  EXPECT_GE(stopped, 8) << "two ways at two appends, at least one drop and the rewrite";
}

TEST_F(EraseTest, WhoAsksMustBeAServiceAndSayWhom) {
  Router router("gm1730", instance_.clock);
  router.Handle("nmd.ingestion.v1.IngestionService", "ErasePersons",
                [&](const Caller& c, const v1::ErasePersonsRequest& r) { return instance_.ingestion->ErasePersons(c, r); });
  v1::ErasePersonsRequest request;
  request.set_parent(kParent);
  request.add_person_keys("0123456789abcdef0123456789abcdef");
  const std::string path = "/nmd.ingestion.v1.IngestionService/ErasePersons";
  EXPECT_TRUE(router.Call(path, ServiceCaller("linking", "gm1730"), request.SerializeAsString()).ok());
  for (const type::Role role : {type::OPERATOR, type::PRIVACY_OFFICER, type::LINK_STEWARD, type::CONTROLLER}) {
    Caller person = instance_.caller;
    person.roles = {role};
    EXPECT_EQ(ReasonOf(router.Call(path, person, request.SerializeAsString()).status()), ErrorReason::ROLE_MISSING);
  }
  request.add_person_keys("");
  EXPECT_EQ(BadFieldsOf(instance_.ingestion->ErasePersons(instance_.caller, request).status())[0].path, "person_keys");
  request.clear_person_keys();
  EXPECT_EQ(BadFieldsOf(instance_.ingestion->ErasePersons(instance_.caller, request).status())[0].path, "person_keys");
  for (int i = 0; i <= 1000; ++i) request.add_person_keys(absl::StrCat("k", i));
  EXPECT_EQ(BadFieldsOf(instance_.ingestion->ErasePersons(instance_.caller, request).status())[0].path, "person_keys");
}

// On the real store: no byte of what was sealed is in a file of it any more, while it runs and after it stopped.
TEST_F(EraseTest, NoByteOfWhatWasSealedStaysInTheFile) {
  const std::string folder = ::testing::TempDir() + "/ingestion_erase";
  std::filesystem::remove_all(folder);
  std::unique_ptr<Journal> journal = *OpenSqliteJournal(folder + "/ingestion.db");
  std::unique_ptr<Ingestion> ingestion = *Ingestion::Open(*journal, instance_.clock, Key::FromBytes({1, 2, 3}), "gm1730", {});
  v1::DeliverFileRequest deliver;
  deliver.set_parent(kParent);
  std::string raw_name;
  for (const std::string& message : {AllocationOf(0, "1001"), AllocationOf(1, "1002")}) {
    deliver.set_content(message);
    const auto delivery = ingestion->DeliverFile(instance_.caller, deliver);
    ASSERT_TRUE(delivery.ok()) << delivery.status();
    if (raw_name.empty()) raw_name = "raw/" + delivery->sha256();
  }
  std::vector<std::string> sealed = {*journal->ReadBlob(raw_name)};
  v1::ErasePersonsRequest request;
  request.set_parent(kParent);
  const auto page = ingestion->ListPersonRecords(instance_.caller, {});
  request.add_person_keys(page->batches(0).records(0).person_key());
  ASSERT_TRUE(journal
                  ->Replay(0,
                           [&](const JournalRecord& record) {
                             internal::v1::DeliveryRecord delivery;
                             EXPECT_TRUE(delivery.ParseFromString(record.payload));
                             if (sealed.size() == 1) sealed.push_back(delivery.sealed_persons());
                             return true;
                           })
                  .ok());
  ASSERT_TRUE(ingestion->ErasePersons(instance_.caller, request).ok());
  for (const bool stopped : {false, true}) {
    if (stopped) {
      ingestion = nullptr;
      journal = nullptr;
    }
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      std::stringstream bytes;
      bytes << std::ifstream(entry.path(), std::ios::binary).rdbuf();
      const std::string held = bytes.str();
      for (const std::string& text : sealed) {
        for (const size_t at : {size_t{0}, text.size() / 2, text.size() - 32}) {
          EXPECT_EQ(held.find(text.substr(at, 32)), std::string::npos) << entry.path();
        }
      }
    }
  }
}

}  // namespace
}  // namespace nmd::ingestion
