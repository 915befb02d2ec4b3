// SPDX-License-Identifier: EUPL-1.2
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "google/protobuf/util/time_util.h"
#include "nmd/internal/v1/linking_events.pb.h"
#include "services/core/date.h"
#include "services/linking/journal_kinds.h"
#include "services/linking/test_subjects.h"
#include "services/platform/errors.h"

namespace nmd::linking {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::UnorderedElementsAre;

// --- Finding.

TEST_F(SubjectsTest, APersonIsFoundByBsnInAllSourcesWithTheNewestName) {
  Tell("jw301", 10, Named("jw-a", TestBsn(0), "van der", "Berg", "1980-02-01"));
  Tell("jw301", 30, Named("jw-a", TestBsn(0), "de", "Wit", "1980-02-01"));
  Tell("wmo323", 20, Person("wmo-a", TestBsn(0)));
  Tell("jw301", 40, Named("jw-b", TestBsn(1), "", "Ander", "1980-02-01"));
  Start();
  const absl::StatusOr<v1::FindSubjectsResponse> found = FindBsn(TestBsn(0));
  EXPECT_THAT(Found(found), ElementsAre(Clients()["jw-a"]));
  const v1::Subject& subject = found->subjects(0);
  EXPECT_EQ(subject.surname(), "de Wit");
  EXPECT_EQ(subject.birth_date(), "1980-02-01");
  ASSERT_EQ(subject.sources_size(), 2);
  EXPECT_EQ(subject.sources(0).source(), "jw301");
  EXPECT_EQ(subject.sources(0).record_count(), 2);
  EXPECT_EQ(subject.sources(0).first_known_time().seconds(), 10);
  EXPECT_EQ(subject.sources(0).last_known_time().seconds(), 30);
  EXPECT_EQ(subject.sources(1).source(), "wmo323");
  EXPECT_THAT(Found(FindBsn(TestBsn(2))), IsEmpty());
}

TEST_F(SubjectsTest, NamesAreFoldedAndTheLikeliestComesFirst) {
  struct Row {
    const char* key;
    const char* prefix;
    const char* surname;
    const char* partner;
    const char* birth;
    const char* use;
  };
  const Row rows[] = {
      {"sound", "", "Meyer", "", "1980-02-01", ""},        {"exact", "van", "MEIJËR", "", "1980-02-01", ""},
      {"month", "", "Meijer", "", "1980-02-15", "1"},      {"year", "", "Meijer", "", "1980-07-01", "2"},
      {"partner", "", "Smit", "Meijer", "1980-02-01", ""}, {"day", "", "Meijer", "", "1980-02-02", ""},
      {"other", "", "Jansen", "", "1980-02-01", ""},       {"unknown", "", "Meijer", "", "1980-02-01", "3"},
  };
  for (const Row& row : rows) {
    ingestion::v1::PersonRecord record = Named(row.key, "", row.prefix, row.surname, row.birth);
    record.set_partner_surname(row.partner);
    record.set_birth_date_use(row.use);
    Tell("backoffice", 10, record);
  }
  Start();
  std::map<std::string, std::string> names;
  for (const auto& [key, client] : Clients()) names[client] = key;
  std::vector<std::string> found;
  for (const std::string& client : Found(FindName("van Meijer", "1980-02-01"))) found.push_back(names[client]);
  ASSERT_EQ(found.size(), 5u) << ::testing::PrintToString(found);
  EXPECT_EQ(found[0], "exact");
  EXPECT_THAT(found, UnorderedElementsAre("exact", "month", "year", "partner", "sound"));
  EXPECT_EQ(found.back(), "sound");
  EXPECT_EQ(FindName("Smit-Meijer", "1980-02-01")->subjects(0).surname(), "Smit");
  EXPECT_THAT(Found(FindName("Jansen", "1980-02-02")), IsEmpty());
}

TEST_F(SubjectsTest, AtMostTwentyAreShown) {
  for (int i = 0; i < 25; ++i) Tell("backoffice", 10, Named(absl::StrCat("p", i), "", "", "Jansen", "1980-02-01"));
  Start();
  const std::vector<std::string> found = Found(FindName("jansen", "1980-02-01"));
  EXPECT_EQ(found.size(), 20u);
  EXPECT_EQ(std::set<std::string>(found.begin(), found.end()).size(), 20u);
}

TEST_F(SubjectsTest, WhatWasWithdrawnIsStillFoundBecauseItIsStillKept) {
  Tell("jw301", 10, Named("a", TestBsn(0), "", "Vink", "1980-02-01"));
  Start();
  const std::string client = Clients()["a"];
  ingestion::v1::PersonBatch& withdrawn = ingestion_.AddBatch("", 20 * kSecond);
  withdrawn.set_corrects("d1");
  FollowAll(*linking_, ingestion_);
  ASSERT_EQ(Clients()["a"], "");
  EXPECT_THAT(Found(FindBsn(TestBsn(0))), ElementsAre(client));
  EXPECT_THAT(Found(FindName("Vink", "1980-02-01")), ElementsAre(client));
  const absl::StatusOr<v1::SubjectExport> exported = Export(client);
  ASSERT_TRUE(exported.ok()) << exported.status();
  ASSERT_EQ(exported->records_size(), 1);
  EXPECT_FALSE(exported->records(0).counts());
}

TEST_F(SubjectsTest, QuestionsThatCannotBeAnsweredSayWhyWithoutTheValue) {
  Tell("jw301", 10, Named("a", TestBsn(0), "", "Vink", "1980-02-01"));
  Start();
  struct Row {
    std::string bsn, surname, birth, purpose, field;
  };
  const Row rows[] = {
      {"999900007", "", "", "doel", "bsn"},
      {"12345", "", "", "doel", "bsn"},
      {TestBsn(0), "Vink", "", "doel", "surname"},
      {TestBsn(0), "", "1980-02-01", "doel", "birth_date"},
      {"", "", "1980-02-01", "doel", "surname"},
      {"", "!!", "1980-02-01", "doel", "surname"},
      {"", std::string(201, 'a'), "1980-02-01", "doel", "surname"},
      {"", "Vink", "", "doel", "birth_date"},
      {"", "Vink", "01-02-1980", "doel", "birth_date"},
      {TestBsn(0), "", "", "", "purpose"},
      {TestBsn(0), "", "", " \t", "purpose"},
      {TestBsn(0), "", "", std::string(201, 'a'), "purpose"},
      {TestBsn(0), "", "", "twee\nregels", "purpose"},
      {TestBsn(0), "", "", "over " + TestBsn(3), "purpose"},
  };
  for (const Row& row : rows) {
    v1::FindSubjectsRequest request;
    request.set_bsn(row.bsn);
    request.set_surname(row.surname);
    request.set_birth_date(row.birth);
    request.set_purpose(row.purpose);
    const absl::Status status = linking_->FindSubjects(caller_, request).status();
    EXPECT_EQ(ReasonOf(status), ErrorReason::FIELDS_INVALID) << row.field;
    ASSERT_FALSE(BadFieldsOf(status).empty());
    EXPECT_EQ(BadFieldsOf(status)[0].path, row.field);
    for (const std::string& value : {TestBsn(0), TestBsn(3), std::string("999900007"), std::string("Vink")}) {
      EXPECT_THAT(status.ToString(), Not(HasSubstr(value)));
    }
  }
  // Two hundred characters of two bytes are two hundred characters.
  v1::FindSubjectsRequest request;
  request.set_bsn(TestBsn(0));
  for (int i = 0; i < 200; ++i) request.mutable_purpose()->append("é");
  EXPECT_THAT(Found(linking_->FindSubjects(caller_, request)), ElementsAre(Clients()["a"]));
  EXPECT_THAT(Accesses().size(), 1u) << "what was refused was no look";
}

// --- Handing out.

TEST_F(SubjectsTest, AnExportHoldsEveryRecordOnceInOrderOfKnownTime) {
  const ingestion::v1::PersonRecord first =
      At(Named("a", TestBsn(0), "van", "Dijk", "1980-02-01"), "9471AB", 12, DayOf(2016, 1, 1), DayOf(2017, 1, 1));
  Tell("jw301", 30, first);
  Tell("jw301", 10, first);
  ingestion::v1::PersonRecord moved = At(Named("a", TestBsn(0), "van", "Dijk", "1980-02-01"), "9471AC", 3, DayOf(2017, 1, 1));
  moved.set_house_letter("B");
  Tell("jw301", 20, moved);
  Tell("wmo301", 15, Person("b", TestBsn(0)));
  Tell("wmo301", 15, Person("c", TestBsn(1)));
  Start();
  ingestion_.AddBatch("", 40 * kSecond).set_corrects("d3");  // Withdrawn before it counted.
  FollowAll(*linking_, ingestion_);
  const absl::StatusOr<v1::SubjectExport> exported = Export(Clients()["a"]);
  ASSERT_TRUE(exported.ok()) << exported.status();
  std::vector<std::string> told;
  for (const v1::SubjectRecord& record : exported->records()) {
    told.push_back(absl::StrCat(record.source(), " ", record.known_time().seconds(), " ", record.delivery(), " ",
                                record.copies(), record.counts() ? " " : " no ", record.surname(), " ", record.address()));
    EXPECT_EQ(record.bsn(), TestBsn(0));
  }
  EXPECT_THAT(told, ElementsAre("jw301 10 d2 2 van Dijk 9471AB 12, vanaf 2016-01-01 tot 2017-01-01", "wmo301 15 d4 1  ",
                                "jw301 20 d3 1 no van Dijk 9471AC 3 B, vanaf 2017-01-01"));
  EXPECT_EQ(exported->client(), Clients()["a"]);
  ASSERT_GT(exported->reasons_size(), 0);
  EXPECT_THAT(exported->reasons(0), HasSubstr("jw301: "));
}

TEST_F(SubjectsTest, AnExportTellsWhoLookedBeforeAndNobodyElsesClient) {
  Tell("jw301", 10, Named("a", TestBsn(0), "", "Jansen", "1980-02-01"));
  Tell("jw301", 10, Named("b", TestBsn(1), "", "Jansen", "1980-02-01"));
  Start();
  const std::string a = Clients()["a"], b = Clients()["b"];
  EXPECT_THAT(Found(FindName("Jansen", "1980-02-01")), UnorderedElementsAre(a, b));
  EXPECT_THAT(Found(FindBsn(TestBsn(1))), ElementsAre(b));
  EXPECT_THAT(Found(FindBsn(TestBsn(7))), IsEmpty());
  const absl::StatusOr<v1::SubjectExport> exported = Export(a);
  ASSERT_TRUE(exported.ok()) << exported.status();
  ASSERT_EQ(exported->accesses_size(), 1);
  EXPECT_EQ(exported->accesses(0).method(), "FindSubjects");
  EXPECT_EQ(exported->accesses(0).actor(), "demo-privacy");
  EXPECT_EQ(exported->accesses(0).purpose(), "inzageverzoek 12");
  EXPECT_THAT(exported->accesses(0).clients(), ElementsAre(a));
  // All four looks are in the log, the one that found nobody too.
  const std::vector<v1::AccessRecord> accesses = Accesses();
  ASSERT_EQ(accesses.size(), 4u);
  EXPECT_EQ(accesses[0].method(), "ExportSubject");
  EXPECT_EQ(accesses[1].clients_size(), 0);
  EXPECT_EQ(accesses[3].clients_size(), 2);
  EXPECT_EQ(accesses[0].time().seconds(), 1'520'000'000);
}

TEST_F(SubjectsTest, AnIdOfBeforeLeadsToTheClientItBecame) {
  Tell("wmo301", 5, Person("b", TestBsn(0)));
  Tell("jw301", 10, Named("a", "", "", "Jansen", "1980-02-01"));
  Start();
  const std::string before = Clients()["a"];
  EXPECT_THAT(Found(FindName("Jansen", "1980-02-01")), ElementsAre(before));
  Tell("jw301", 20, Person("a", TestBsn(0)));
  FollowAll(*linking_, ingestion_);
  const std::string after = Clients()["a"];
  ASSERT_NE(before, after);
  const absl::StatusOr<v1::SubjectExport> exported = Export(before);
  ASSERT_TRUE(exported.ok()) << exported.status();
  EXPECT_EQ(exported->client(), after);
  EXPECT_EQ(exported->records_size(), 3);
  EXPECT_EQ(exported->accesses_size(), 1) << "looks at the id of before are looks at the person";
  for (const char* nobody : {"c00000000000000000000", "c0", "", "k00000000000000000000", "c0000000000000000000G"}) {
    const absl::Status refused = Export(nobody).status();
    EXPECT_TRUE(refused.code() == absl::StatusCode::kNotFound || refused.code() == absl::StatusCode::kInvalidArgument)
        << nobody;
  }
}

TEST_F(SubjectsTest, NoAccessRecordNoAnswer) {
  Tell("jw301", 10, Named("a", TestBsn(0), "", "Vink", "1980-02-01"));
  Start();
  const std::string client = Clients()["a"];
  v1::ExportLinksRequest links;
  links.set_purpose("doel");
  const std::function<absl::Status()> looks[] = {
      [&] { return FindBsn(TestBsn(0)).status(); }, [&] { return FindName("Vink", "1980-02-01").status(); },
      [&] { return Export(client).status(); }, [&] { return linking_->ExportLinks(caller_, links).status(); }};
  for (const std::function<absl::Status()>& look : looks) {
    faults_.fail_appends = 1;
    EXPECT_EQ(look().code(), absl::StatusCode::kUnavailable);
    EXPECT_TRUE(look().ok());
  }
  EXPECT_EQ(Accesses().size(), 4u);
}

// --- Links under pseudonyms.

TEST_F(SubjectsTest, ExportsForTwoPurposesCannotBeJoined) {
  for (int i = 0; i < 40; ++i) Tell("jw301", 10 + i, Person(absl::StrCat("p", i), TestBsn(i)));
  Start();
  v1::ExportLinksRequest one, two;
  one.set_purpose("wachtlijst");
  two.set_purpose("jaarverslag");
  const std::vector<v1::ExportedLink> a = AllLinks(one), b = AllLinks(two);
  ASSERT_EQ(a.size(), 40u);
  ASSERT_EQ(b.size(), 40u);
  std::set<std::string> words;
  for (const std::vector<v1::ExportedLink>* links : {&a, &b}) {
    for (const v1::ExportedLink& link : *links) {
      EXPECT_EQ(link.person().size(), 21u);
      EXPECT_EQ(link.client().size(), 21u);
      words.insert(link.person());
      words.insert(link.client());
      EXPECT_EQ(link.known_time().seconds(), 0) << "the moment would tell which rows belong together";
    }
  }
  EXPECT_EQ(words.size(), 160u);
  for (const auto& [person, client] : Clients()) EXPECT_EQ(words.count(client), 0u);
  // Rows stand in order of pseudonym, so the place of a row tells nothing.
  EXPECT_TRUE(std::is_sorted(a.begin(), a.end(), [](const auto& x, const auto& y) { return x.person() < y.person(); }));
  EXPECT_TRUE(std::is_sorted(b.begin(), b.end(), [](const auto& x, const auto& y) { return x.person() < y.person(); }));
}

TEST_F(SubjectsTest, TheSamePurposeGivesTheSamePseudonymsPageByPageAndAfterARestart) {
  for (int i = 0; i < 23; ++i) Tell("jw301", 10, Person(absl::StrCat("p", i), i % 3 == 0 ? "" : TestBsn(i / 2)));
  Tell("wmo301", 20, Person("p4", TestBsn(2)));
  Start();
  v1::ExportLinksRequest request;
  request.set_purpose("wachtlijst");
  const auto texts = [&] {
    std::vector<std::string> rows;
    for (const v1::ExportedLink& link : AllLinks(request)) rows.push_back(link.SerializeAsString());
    return rows;
  };
  const std::vector<std::string> whole = texts();
  EXPECT_EQ(whole.size(), 24u) << "a row for every source of a person";
  for (const int size : {1, 2, 7, 23, 24}) {
    request.set_page_size(size);
    EXPECT_EQ(texts(), whole) << size;
  }
  Start();
  EXPECT_EQ(texts(), whole);
  // Clients are told apart as in the feed.
  std::set<std::string> clients, exported;
  for (const auto& [person, client] : Clients()) clients.insert(client);
  for (const v1::ExportedLink& link : AllLinks(request)) exported.insert(link.client());
  EXPECT_EQ(exported.size(), clients.size());
}

TEST_F(SubjectsTest, AnExportIsOfOneSourceAndAsKnownThen) {
  Tell("wmo301", 10, Person("b", TestBsn(0)));
  Tell("jw301", 20, Person("a", ""));
  Tell("jw301", 200'000, Person("a", TestBsn(0)));
  Start();
  const auto told = [&](absl::string_view source, int64_t seconds) {
    v1::ExportLinksRequest request;
    request.set_purpose("doel");
    request.set_source(std::string(source));
    if (seconds != 0) request.mutable_known_time()->set_seconds(seconds);
    std::set<std::string> rows;
    for (const v1::ExportedLink& link : AllLinks(request)) {
      rows.insert(absl::StrCat(link.source(), " ", link.reason(), " ", link.known_time().seconds()));
    }
    return rows;
  };
  EXPECT_THAT(told("", 15), ElementsAre("wmo301 EXACT_BSN 0"));
  EXPECT_THAT(told("", 30), ElementsAre("jw301 ALONE 0", "wmo301 EXACT_BSN 0"));
  EXPECT_THAT(told("", 0), ElementsAre("jw301 EXACT_BSN 172800", "wmo301 EXACT_BSN 0"));
  EXPECT_THAT(told("wmo301", 0), ElementsAre("wmo301 EXACT_BSN 0"));
  EXPECT_THAT(told("jw301", 5), IsEmpty());
  v1::ExportLinksRequest request;
  EXPECT_EQ(BadFieldsOf(linking_->ExportLinks(caller_, request).status())[0].path, "purpose");
  request.set_purpose("doel");
  request.mutable_known_time()->set_nanos(-1);
  EXPECT_EQ(BadFieldsOf(linking_->ExportLinks(caller_, request).status())[0].path, "known_time");
}

// --- Who looked.

TEST_F(SubjectsTest, AccessesAreListedNewestFirstPageByPageAlsoAfterARestart) {
  const auto append = [&](absl::string_view kind, std::string payload) {
    JournalRecord record;
    record.kind = std::string(kind);
    record.payload = std::move(payload);
    ASSERT_TRUE(faults_.Append({record}, faults_.LastSequence(), {}).ok());
  };
  for (int i = 0; i < 7; ++i) {
    internal::v1::AccessEvent event;
    event.set_time_micros(i);
    event.set_purpose(absl::StrCat("doel ", i));
    event.add_clients("c1");
    append(kAccess, event.SerializeAsString());
    // So far apart that they are not read for one another.
    for (int j = 0; i == 3 && j < 600; ++j) append(kPersons, internal::v1::PersonsEvent().SerializeAsString());
  }
  for (const bool restarted : {false, true}) {
    Linking& linking = Start();
    std::vector<std::string> purposes;
    v1::ListAccessesRequest request;
    request.set_page_size(3);
    do {
      const absl::StatusOr<v1::ListAccessesResponse> page = linking.ListAccesses({}, request);
      ASSERT_TRUE(page.ok()) << page.status();
      for (const v1::AccessRecord& access : page->accesses()) purposes.push_back(access.purpose());
      request.set_page_token(page->next_page_token());
    } while (!request.page_token().empty());
    EXPECT_THAT(purposes, ElementsAre("doel 6", "doel 5", "doel 4", "doel 3", "doel 2", "doel 1", "doel 0")) << restarted;
    ASSERT_TRUE(linking.SaveCheckpoint().ok());
  }
}

}  // namespace
}  // namespace nmd::linking
