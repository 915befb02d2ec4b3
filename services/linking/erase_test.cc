// SPDX-License-Identifier: EUPL-1.2
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <random>
#include <set>
#include <sstream>

#include "nmd/internal/v1/linking_events.pb.h"
#include "services/linking/journal_kinds.h"
#include "services/linking/test_subjects.h"
#include "services/platform/errors.h"
#include "services/platform/router.h"

namespace nmd::linking {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

class EraseTest : public SubjectsTest {
 protected:
  absl::StatusOr<v1::SubjectErasure> Erase(const std::string& client) {
    v1::EraseSubjectRequest request;
    request.set_client(client);
    request.set_confirm(client);
    request.set_purpose("verzoek 31");
    request.set_reason("recht op vergetelheid");
    return linking_->EraseSubject(caller_, request);
  }
  // Everything that can be read with all keys there are, however they and the sealed texts are combined.
  std::string AllThatOpens() {
    const Vault vault(TestKey());
    std::vector<std::pair<std::string, Key>> keys;
    std::vector<std::string> sealed;
    std::string texts;
    const absl::Status replayed = journal_->Replay(0, [&](const JournalRecord& record) {
      texts += record.payload;
      if (record.kind == kPersonKey) {
        internal::v1::PersonKeyEvent event;
        EXPECT_TRUE(event.ParseFromString(record.payload));
        const absl::StatusOr<Key> key = vault.PersonKey(event.person_key(), event.sealed_key());
        if (key.ok()) keys.emplace_back(event.person_key(), *key);
      } else if (record.kind == kPersons) {
        internal::v1::PersonsEvent event;
        EXPECT_TRUE(event.ParseFromString(record.payload));
        for (const internal::v1::PersonEntry& entry : event.entries()) sealed.push_back(entry.sealed());
      }
      return true;
    });
    EXPECT_TRUE(replayed.ok()) << replayed;
    for (const std::string& text : sealed) {
      if (const absl::StatusOr<std::string> opened = vault.OpenText(text); opened.ok()) texts += *opened;
      for (const auto& [person, key] : keys) {
        if (const absl::StatusOr<std::string> opened = key.Open(text); opened.ok()) texts += *opened;
      }
    }
    return texts;
  }
  // What was sealed of a person: keys and records, as the bytes are in the store.
  std::vector<std::string> SealedOf(const std::string& person_key) {
    std::vector<std::string> sealed;
    const absl::Status replayed = journal_->Replay(0, [&](const JournalRecord& record) {
      if (record.kind == kPersonKey) {
        internal::v1::PersonKeyEvent event;
        EXPECT_TRUE(event.ParseFromString(record.payload));
        if (event.person_key() == person_key && !event.sealed_key().empty()) sealed.push_back(event.sealed_key());
      } else if (record.kind == kPersons) {
        internal::v1::PersonsEvent event;
        EXPECT_TRUE(event.ParseFromString(record.payload));
        for (const internal::v1::PersonEntry& entry : event.entries()) {
          if (entry.person_key() == person_key && !entry.sealed().empty()) sealed.push_back(entry.sealed());
        }
      }
      return true;
    });
    EXPECT_TRUE(replayed.ok()) << replayed;
    return sealed;
  }
  int CountOf(absl::string_view kind) {
    int count = 0;
    const absl::Status replayed = journal_->Replay(0, [&](const JournalRecord& record) {
      count += record.kind == kind ? 1 : 0;
      return true;
    });
    EXPECT_TRUE(replayed.ok()) << replayed;
    return count;
  }
  void TellVinkAndJansen() {
    Tell("jw301", 10, At(Named("vink-jw", TestBsn(0), "", "Vink", "1980-02-01"), "9471AB", 12, 16000));
    Tell("wmo301", 20, At(Named("vink-wmo", TestBsn(0), "", "Vink-Smit", "1980-02-01"), "9471AC", 3, 16100));
    Tell("jw301", 30, At(Named("jansen", TestBsn(1), "", "Jansen", "1990-02-01"), "9471AB", 12, 16000));
  }
};

TEST_F(EraseTest, NobodyFindsThePersonAnyMoreAndTheLinksStay) {
  TellVinkAndJansen();
  Start();
  const std::string vink = Clients()["vink-jw"], jansen = Clients()["jansen"], feed = WholeFeed(*linking_).SerializeAsString();
  ASSERT_THAT(AllThatOpens(), HasSubstr("Vink-Smit"));
  const absl::StatusOr<v1::SubjectErasure> erased = Erase(vink);
  ASSERT_TRUE(erased.ok()) << erased.status();
  EXPECT_EQ(erased->record_count(), 2);
  EXPECT_EQ(erased->delivery_count(), 2);
  EXPECT_EQ(erased->erase_time().seconds(), 1'520'000'000);
  for (const bool restarted : {false, true}) {
    if (restarted) Start();
    EXPECT_THAT(Found(FindBsn(TestBsn(0))), IsEmpty());
    EXPECT_THAT(Found(FindName("Vink", "1980-02-01")), IsEmpty());
    EXPECT_THAT(Found(FindBsn(TestBsn(1))), ElementsAre(jansen)) << "nobody else is touched";
    EXPECT_EQ(Export(vink)->records_size(), 0);
    EXPECT_GT(Export(vink)->accesses_size(), 0) << "who looked stays to be told";
    EXPECT_EQ(WholeFeed(*linking_).SerializeAsString(), feed);
    const std::string opened = AllThatOpens();
    for (const std::string& value : {TestBsn(0), std::string("Vink")}) EXPECT_THAT(opened, Not(HasSubstr(value)));
    EXPECT_THAT(opened, HasSubstr("Jansen"));
    ASSERT_TRUE(linking_->SaveCheckpoint().ok());
  }
  EXPECT_THAT(ingestion_.erased, ElementsAre("vink-jw", "vink-wmo"));
}

TEST_F(EraseTest, RepeatingItChangesNothingAndAnswersTheSame) {
  TellVinkAndJansen();
  Start();
  const std::string vink = Clients()["vink-jw"];
  const absl::StatusOr<v1::SubjectErasure> first = Erase(vink);
  ASSERT_TRUE(first.ok()) << first.status();
  clock_.Advance(absl::Hours(5));
  const absl::StatusOr<v1::SubjectErasure> again = Erase(vink);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->record_count(), first->record_count());
  EXPECT_EQ(again->erase_time().seconds(), first->erase_time().seconds());
  EXPECT_EQ(CountOf(kErasure), 1);
  EXPECT_EQ(Accesses().size(), 2u) << "the look is in the log both times";
}

TEST_F(EraseTest, AfterAStopAnywhereARepeatDoesTheRest) {
  // 0: ingestion cannot be reached. 1: the rewrite fails. 2: the record that says it was done cannot be written.
  for (const int stop : {0, 1, 2}) {
    for (const bool restarted : {false, true}) {
      FaultJournal journal;
      journal_ = &journal;
      ingestion_ = FakeIngestion();
      TellVinkAndJansen();
      Start();
      const std::string vink = Clients()["vink-jw"], feed = WholeFeed(*linking_).SerializeAsString();
      if (stop == 0) ingestion_.fail_erase = Fail(absl::StatusCode::kUnavailable, ErrorReason::UNAVAILABLE_NOW, "not there");
      if (stop == 1) journal.fail_rewrites = 1;
      if (stop == 2) journal.skip_appends = 1, journal.fail_appends = 1;  // The look is recorded first.
      EXPECT_EQ(Erase(vink).status().code(), absl::StatusCode::kUnavailable) << stop;
      EXPECT_EQ(CountOf(kErasure), 0);
      if (restarted) {
        Start();
      } else {
        EXPECT_TRUE(linking_->Follow().ok()) << "the state is folded again";
      }
      EXPECT_EQ(WholeFeed(*linking_).SerializeAsString(), feed);
      const absl::StatusOr<v1::SubjectErasure> erased = Erase(vink);
      ASSERT_TRUE(erased.ok()) << erased.status();
      EXPECT_EQ(erased->record_count(), 2);
      EXPECT_EQ(CountOf(kErasure), 1);
      EXPECT_THAT(AllThatOpens(), Not(HasSubstr("Vink")));
      EXPECT_EQ(WholeFeed(*linking_).SerializeAsString(), feed);
      linking_ = nullptr;
    }
  }
}

TEST_F(EraseTest, WhatASourceTellsLaterIsANewFact) {
  TellVinkAndJansen();
  Start();
  const std::string vink = Clients()["vink-jw"];
  ASSERT_TRUE(Erase(vink).ok());
  Tell("jw301", 40, Named("vink-jw", TestBsn(0), "", "Vink", "1980-02-01"));
  FollowAll(*linking_, ingestion_);
  for (const bool restarted : {false, true}) {
    if (restarted) Start();
    const absl::StatusOr<v1::FindSubjectsResponse> found = FindBsn(TestBsn(0));
    EXPECT_THAT(Found(found), ElementsAre(vink)) << "the same client, of whom this is known again";
    ASSERT_EQ(found->subjects_size(), 1);
    ASSERT_EQ(found->subjects(0).sources_size(), 1);
    EXPECT_EQ(found->subjects(0).sources(0).record_count(), 1) << "what was before stays unreadable";
    ASSERT_TRUE(linking_->SaveCheckpoint().ok());
  }
  // And can be erased again.
  const absl::StatusOr<v1::SubjectErasure> erased = Erase(vink);
  ASSERT_TRUE(erased.ok()) << erased.status();
  EXPECT_THAT(Found(FindBsn(TestBsn(0))), IsEmpty());
  EXPECT_EQ(CountOf(kErasure), 2);
  EXPECT_THAT(AllThatOpens(), Not(HasSubstr("Vink")));
}

// Somebody whom names and address identify, without a number.
ingestion::v1::PersonRecord Whole(absl::string_view person_key, absl::string_view given) {
  ingestion::v1::PersonRecord record = At(Named(person_key, "", "", "Zwanenburg", "1961-11-03"), "9471AB", 12, 16000);
  record.set_given_names(std::string(given));
  record.set_initials(std::string(given.substr(0, 1)));
  record.set_sex("2");
  return record;
}

TEST_F(EraseTest, WhatWasLinkedByNameStaysLinkedAtEveryKnownTimeAndNothingIsAdded) {
  Tell("jw301", 100, Whole("a", "Wilhelmina"));
  Tell("wmo301", 200, Whole("b", "Wilhelmina"));
  Start();
  const std::string client = Clients()["a"];
  ASSERT_EQ(Clients()["b"], client);
  ASSERT_TRUE(Erase(client).ok());
  const v1::ListLinksResponse before = WholeFeed(*linking_);
  // One that comes later, and one that was known before both but comes in late.
  Tell("jeugdteam", 300, Whole("c", "Wilhelmina"));
  Tell("schuldhulp", 50, Whole("d", "Wilhelmina"));
  FollowAll(*linking_, ingestion_);
  for (const bool restarted : {false, true}) {
    if (restarted) Start();
    const v1::ListLinksResponse after = WholeFeed(*linking_);
    for (int i = 0; i < after.links_size(); ++i) {
      if (i < before.links_size()) {
        EXPECT_EQ(after.links(i).SerializeAsString(), before.links(i).SerializeAsString());
      } else {
        EXPECT_TRUE(after.links(i).person_key() == "c" || after.links(i).person_key() == "d")
            << "nothing new is said of who was erased";
      }
    }
    EXPECT_EQ(Clients()["c"], Clients()["d"]);
    EXPECT_NE(Clients()["c"], client) << "nobody can be compared with who was erased";
    ASSERT_TRUE(linking_->SaveCheckpoint().ok());
  }
}

TEST_F(EraseTest, AnAnswerOfTheFeedThatWasOnItsWayIsAskedAgain) {
  TellVinkAndJansen();
  Start();
  const std::string vink = Clients()["vink-jw"];
  Tell("jw301", 40, Named("vink-jw", TestBsn(0), "", "Vink", "1980-02-01"));
  // The feed answers with the record; before linking takes it in, the person is erased.
  ingestion_.on_answer = [&] {
    ingestion_.on_answer = nullptr;
    ASSERT_TRUE(Erase(vink).ok());
  };
  ASSERT_TRUE(linking_->Follow().ok());
  FollowAll(*linking_, ingestion_);
  EXPECT_THAT(Found(FindBsn(TestBsn(0))), IsEmpty());
  EXPECT_THAT(AllThatOpens(), Not(HasSubstr("Vink")));
}

TEST_F(EraseTest, ItIsRefusedWithoutAPurposeAReasonAndTheClientTwice) {
  TellVinkAndJansen();
  Start();
  v1::EraseSubjectRequest good;
  good.set_client(Clients()["vink-jw"]);
  good.set_confirm(good.client());
  good.set_purpose("verzoek 31");
  good.set_reason("recht op vergetelheid");
  const auto refused = [&](const std::function<void(v1::EraseSubjectRequest&)>& change) {
    v1::EraseSubjectRequest request = good;
    change(request);
    const absl::Status status = linking_->EraseSubject(caller_, request).status();
    EXPECT_THAT(status.ToString(), Not(HasSubstr(good.client())));
    return BadFieldsOf(status).empty() ? "" : BadFieldsOf(status)[0].path;
  };
  EXPECT_EQ(refused([](auto& r) { r.clear_purpose(); }), "purpose");
  EXPECT_EQ(refused([](auto& r) { r.clear_reason(); }), "reason");
  EXPECT_EQ(refused([](auto& r) { r.set_reason(std::string(501, 'a')); }), "reason");
  EXPECT_EQ(refused([](auto& r) { r.clear_confirm(); }), "confirm");
  EXPECT_EQ(refused([&](auto& r) { r.set_confirm(Clients()["jansen"]); }), "confirm");
  EXPECT_EQ(refused([](auto& r) { r.set_client("c1"); }), "client");
  good.set_client("c00000000000000000000");
  good.set_confirm(good.client());
  EXPECT_EQ(linking_->EraseSubject(caller_, good).status().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(ingestion_.erased, IsEmpty());
  EXPECT_THAT(AllThatOpens(), HasSubstr("Vink"));
}

TEST_F(EraseTest, RolesAreThoseOfTheDescriptor) {
  TellVinkAndJansen();
  Start();
  Router router("gm1730", clock_);
  constexpr absl::string_view kService = "nmd.linking.v1.LinkingService";
  router.Handle(kService, "EraseSubject",
                [&](const Caller& c, const v1::EraseSubjectRequest& r) { return linking_->EraseSubject(c, r); });
  router.Handle(kService, "ExportSubject",
                [&](const Caller& c, const v1::ExportSubjectRequest& r) { return linking_->ExportSubject(c, r); });
  router.Handle(kService, "FindSubjects",
                [&](const Caller& c, const v1::FindSubjectsRequest& r) { return linking_->FindSubjects(c, r); });
  router.Handle(kService, "ExportLinks",
                [&](const Caller& c, const v1::ExportLinksRequest& r) { return linking_->ExportLinks(c, r); });
  router.Handle(kService, "ListAccesses",
                [&](const Caller& c, const v1::ListAccessesRequest& r) { return linking_->ListAccesses(c, r); });
  v1::FindSubjectsRequest request;  // All of these have their parent in the same field.
  request.set_parent("municipalities/gm1730");
  const std::map<std::string, std::set<type::Role>> allowed = {
      {"EraseSubject", {type::PRIVACY_OFFICER}},
      {"ExportSubject", {type::PRIVACY_OFFICER}},
      {"FindSubjects", {type::PRIVACY_OFFICER, type::LINK_STEWARD}},
      {"ExportLinks", {type::LINK_STEWARD}},
      {"ListAccesses", {type::PRIVACY_OFFICER}},
  };
  for (const auto& [method, roles] : allowed) {
    for (int role = type::POLICY_ADVISER; role <= type::SERVICE; ++role) {
      Caller caller = caller_;
      caller.roles = {static_cast<type::Role>(role)};
      const absl::Status status =
          router.Call(absl::StrCat("/", kService, "/", method), caller, request.SerializeAsString()).status();
      const bool is_allowed = roles.count(static_cast<type::Role>(role)) > 0;
      EXPECT_EQ(ReasonOf(status) != ErrorReason::ROLE_MISSING, is_allowed) << method << " " << role;
    }
  }
}

TEST_F(EraseTest, PersonsPastTheirTermAreMadeUnreadableOnceADay) {
  options_.retention_years = 20;
  clock_.Set(absl::FromCivil(absl::CivilSecond(2026, 3, 1, 12, 0, 0), absl::UTCTimeZone()));
  const auto at = [](int year, int month, int day) {
    return absl::ToUnixSeconds(absl::FromCivil(absl::CivilSecond(year, month, day), absl::UTCTimeZone()));
  };
  Tell("jw301", at(2006, 2, 28), Named("past", TestBsn(0), "", "Vink", "1980-02-01"));
  Tell("jw301", at(2001, 2, 28), Named("renewed", TestBsn(1), "", "Jansen", "1980-02-01"));
  Tell("jw301", at(2016, 2, 28), Named("renewed", TestBsn(1), "", "Jansen", "1980-02-01"));
  Tell("jw301", at(2006, 3, 2), Named("tomorrow", TestBsn(2), "", "Dekker", "1980-02-01"));
  Start();
  const std::string feed = WholeFeed(*linking_).SerializeAsString();
  ingestion_.fail_erase = Fail(absl::StatusCode::kUnavailable, ErrorReason::UNAVAILABLE_NOW, "not there");
  EXPECT_FALSE(linking_->Retain().ok());
  EXPECT_THAT(SealedOf("past"), SizeIs(2)) << "the next call tries again";
  ASSERT_TRUE(linking_->Retain().ok());
  EXPECT_THAT(SealedOf("past"), IsEmpty());
  EXPECT_THAT(SealedOf("renewed"), SizeIs(3));
  EXPECT_THAT(SealedOf("tomorrow"), SizeIs(2));
  EXPECT_THAT(ingestion_.erased, ElementsAre("past"));
  EXPECT_EQ(WholeFeed(*linking_).SerializeAsString(), feed);
  clock_.Advance(absl::Hours(23));
  ASSERT_TRUE(linking_->Retain().ok());
  EXPECT_THAT(SealedOf("tomorrow"), SizeIs(2)) << "looked at less than a day ago";
  clock_.Advance(absl::Hours(2));
  ASSERT_TRUE(linking_->Retain().ok());
  EXPECT_THAT(SealedOf("tomorrow"), IsEmpty());
  EXPECT_THAT(SealedOf("renewed"), SizeIs(3));
  int erasures = 0;
  ASSERT_TRUE(journal_
                  ->Replay(0,
                           [&](const JournalRecord& record) {
                             if (record.kind != kErasure) return true;
                             internal::v1::ErasureEvent event;
                             EXPECT_TRUE(event.ParseFromString(record.payload));
                             EXPECT_EQ(event.cause(), "retention");
                             EXPECT_EQ(event.person_keys_size(), 1);
                             ++erasures;
                             return true;
                           })
                  .ok());
  EXPECT_EQ(erasures, 2);
  clock_.Advance(absl::Hours(25));
  ASSERT_TRUE(linking_->Retain().ok());
  EXPECT_EQ(CountOf(kErasure), 2) << "who was made unreadable is left alone";
}

TEST_F(EraseTest, WithoutATermNobodyIsMadeUnreadable) {
  Tell("jw301", 10, Named("a", TestBsn(0), "", "Vink", "1980-02-01"));
  Start();
  ASSERT_TRUE(linking_->Retain().ok());
  EXPECT_THAT(SealedOf("a"), SizeIs(2));
}

// Whoever is erased, in whatever order and with restarts in between: nothing that is left opens to them, the file holds no byte
// of what was sealed of them, all others are found, and the feed is what it was.
TEST_F(EraseTest, PropertyNoByteOfTheFileOpensToSomebodyErased) {
  for (const uint32_t seed : {1u, 2u, 3u}) {
    std::mt19937 random(seed);
    const std::string folder = absl::StrCat(::testing::TempDir(), "/erase", seed);
    std::filesystem::remove_all(folder);
    ingestion_ = FakeIngestion();
    constexpr int kPersons = 12;
    const auto name_of = [](int person) -> std::string {
      static const char* const names[kPersons] = {"Zwanenburg", "Timmerman",  "Kokkelink", "Dalfsen",
                                                  "Roodbergen", "Wagenaar",   "Hoekstra",  "Polderman",
                                                  "Lindeboom",  "Ganzevoort", "Ubbink",    "Fokkema"};
      return names[person];
    };
    std::map<int, std::set<std::string>> keys_of;
    for (int i = 0; i < 60; ++i) {
      const int person = static_cast<int>(random() % kPersons);
      const std::string source = random() % 2 == 0 ? "jw301" : "wmo301";
      const std::string key = absl::StrCat(source, "-", person);
      keys_of[person].insert(key);
      Tell(source, 10 + static_cast<int64_t>(random() % 50),
           At(Named(key, TestBsn(person), "", name_of(person), "1980-02-01"), "9471AB", person + 1, 16000 + i));
    }
    std::unique_ptr<Journal> file;
    const auto open = [&] {
      linking_ = nullptr;
      file = nullptr;
      file = *OpenSqliteJournal(folder + "/linking.db");
      journal_ = file.get();
      Start();
    };
    open();
    const std::string feed = WholeFeed(*linking_).SerializeAsString();
    std::map<std::string, std::string> clients = Clients();
    std::set<int> erased;
    std::vector<std::string> gone;  // What was sealed of them.
    for (int step = 0; step < 5; ++step) {
      const int person = static_cast<int>(random() % kPersons);
      if (keys_of[person].empty()) continue;
      for (const std::string& key : keys_of[person]) {
        const std::vector<std::string> sealed = SealedOf(key);
        gone.insert(gone.end(), sealed.begin(), sealed.end());
      }
      if (random() % 2 == 0) {
        ASSERT_TRUE(linking_->SaveCheckpoint().ok());
      }
      ASSERT_TRUE(Erase(clients[*keys_of[person].begin()]).ok());
      erased.insert(person);
      if (random() % 2 == 0) open();
    }
    EXPECT_EQ(WholeFeed(*linking_).SerializeAsString(), feed);
    const std::string opened = AllThatOpens();
    for (int person = 0; person < kPersons; ++person) {
      if (keys_of[person].empty()) continue;
      const bool is_gone = erased.count(person) > 0;
      EXPECT_EQ(Found(FindBsn(TestBsn(person))).empty(), is_gone);
      EXPECT_EQ(Found(FindName(name_of(person), "1980-02-01")).empty(), is_gone);
      EXPECT_EQ(opened.find(name_of(person)) == std::string::npos, is_gone);
      EXPECT_EQ(opened.find(TestBsn(person)) == std::string::npos, is_gone);
    }
    ASSERT_FALSE(gone.empty());
    // As the file is while the service runs, and after it stopped.
    for (const bool stopped : {false, true}) {
      if (stopped) {
        ASSERT_TRUE(linking_->SaveCheckpoint().ok());
        linking_ = nullptr;
        file = nullptr;
      }
      for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        std::stringstream bytes;
        bytes << std::ifstream(entry.path(), std::ios::binary).rdbuf();
        const std::string held = bytes.str();
        for (const std::string& sealed : gone) EXPECT_EQ(held.find(sealed.substr(0, 40)), std::string::npos) << entry.path();
        for (const std::string& sealed : gone) {
          EXPECT_EQ(held.find(sealed.substr(sealed.size() - 32)), std::string::npos) << entry.path();
        }
      }
    }
  }
}

}  // namespace
}  // namespace nmd::linking
