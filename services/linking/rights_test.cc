// SPDX-License-Identifier: EUPL-1.2
// The rights of a person besides being found and erased: nobody may look (AVG 18), something is wrong (AVG 16), and an export
// over all services (AVG 15).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "nmd/internal/v1/linking_events.pb.h"
#include "services/linking/journal_kinds.h"
#include "services/linking/test_subjects.h"
#include "services/platform/errors.h"

namespace nmd::linking {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class RightsTest : public SubjectsTest {
 protected:
  absl::StatusOr<v1::SubjectRestriction> Restrict(const std::string& client, bool restricted) {
    v1::RestrictSubjectRequest request;
    request.set_client(client);
    request.set_purpose("verzoek 14");
    request.set_reason("juistheid wordt betwist");
    request.set_restricted(restricted);
    return linking_->RestrictSubject(caller_, request);
  }
  absl::StatusOr<v1::SubjectCorrection> Correct(const std::string& client, const std::string& source, const std::string& field,
                                                const std::string& value) {
    v1::CorrectSubjectRequest request;
    request.set_client(client);
    request.set_purpose("verzoek 15");
    request.set_reason("akte getoond");
    request.set_source(source);
    request.set_field(field);
    request.set_value(value);
    return linking_->CorrectSubject(caller_, request);
  }
  absl::Status Explain(const std::string& client) {
    v1::ExplainClientRequest request;
    request.set_client(client);
    return linking_->ExplainClient(caller_, request).status();
  }
  absl::Status History(const std::string& client) {
    v1::GetClientHistoryRequest request;
    request.set_client(client);
    return linking_->GetClientHistory(caller_, request).status();
  }
  absl::Status Decide(const std::string& a, const std::string& b) {
    v1::CreateLinkDecisionRequest request;
    request.set_person_key_a(a);
    request.set_person_key_b(b);
    request.set_verdict(v1::DIFFERENT_PERSONS);
    request.set_reason("nagekeken");
    return linking_->CreateLinkDecision(caller_, request).status();
  }
  // Everything the journal holds, as bytes.
  std::string Bytes() {
    std::string bytes;
    EXPECT_TRUE(journal_
                    ->Replay(0,
                             [&](const JournalRecord& record) {
                               absl::StrAppend(&bytes, record.payload);
                               return true;
                             })
                    .ok());
    return bytes;
  }
};

TEST_F(RightsTest, NobodyLooksAtARestrictedPersonAndFiguresGoOn) {
  Tell("jw301", 10, Named("a", TestBsn(0), "", "Vink", "1980-02-01"));
  Tell("jw301", 20, Named("b", TestBsn(1), "", "Mees", "1990-02-01"));
  Start();
  const std::string vink = Clients()["a"], mees = Clients()["b"];
  const std::map<std::string, std::string> before = Clients();
  ASSERT_TRUE(Explain(vink).ok());
  const auto restricted = Restrict(vink, true);
  ASSERT_TRUE(restricted.ok()) << restricted.status();
  EXPECT_TRUE(restricted->restricted());
  EXPECT_EQ(restricted->person_count(), 1);
  EXPECT_EQ(restricted->client(), vink);
  for (int start = 0; start < 3; ++start) {
    EXPECT_EQ(ReasonOf(Explain(vink)), ErrorReason::PERSON_RESTRICTED);
    EXPECT_EQ(ReasonOf(History(vink)), ErrorReason::PERSON_RESTRICTED);
    EXPECT_EQ(ReasonOf(Decide("a", "b")), ErrorReason::PERSON_RESTRICTED);
    EXPECT_TRUE(Explain(mees).ok());
    // The privacy officer finds and hands out, and sees that it is so.
    EXPECT_TRUE(FindBsn(TestBsn(0))->subjects(0).restricted());
    EXPECT_FALSE(FindBsn(TestBsn(1))->subjects(0).restricted());
    EXPECT_TRUE(Export(vink)->restricted());
    EXPECT_EQ(Clients(), before) << "statistics name nobody (UAVG 44)";
    // From the journal, then from a checkpoint.
    if (start == 1) {
      ASSERT_TRUE(linking_->SaveCheckpoint().ok());
    }
    Start();
  }
  // A source that comes later does not open it.
  Tell("wmo323", 30, Named("c", TestBsn(0), "", "Vink", "1980-02-01"));
  Start();
  ASSERT_EQ(Clients()["c"], vink);
  EXPECT_EQ(ReasonOf(Explain(vink)), ErrorReason::PERSON_RESTRICTED);
  ASSERT_TRUE(Restrict(vink, false).ok());
  EXPECT_TRUE(Explain(vink).ok());
  EXPECT_TRUE(Decide("a", "b").ok());
  std::vector<std::string> methods;
  for (const v1::AccessRecord& access : Accesses()) {
    if (!absl::StrContains(access.method(), "Subject") || absl::StartsWith(access.method(), "Restrict"))
      methods.push_back(access.method());
  }
  EXPECT_THAT(methods, ElementsAre("LiftRestriction", "RestrictSubject"));
}

TEST_F(RightsTest, ACorrectionStandsBesideTheSourceUntilThatSaysSo) {
  Tell("jw301", 10, Named("a", TestBsn(0), "", "Vinck", "1980-02-01"));
  Tell("wmo323", 10, Named("b", TestBsn(0), "", "Vink", "1980-02-01"));
  Start();
  const std::string client = Clients()["a"];
  const auto corrected = Correct(client, "jw301", "surname", "Vink");
  ASSERT_TRUE(corrected.ok()) << corrected.status();
  EXPECT_THAT(corrected->name(), HasSubstr("municipalities/gm1730/subjectcorrections/k"));
  EXPECT_FALSE(corrected->has_taken_over_time());
  EXPECT_THAT(Bytes(), Not(HasSubstr("Vink"))) << "it is sealed";
  for (int start = 0; start < 3; ++start) {
    const auto exported = Export(client);
    ASSERT_EQ(exported->corrections_size(), 1);
    EXPECT_EQ(exported->corrections(0).value(), "Vink");
    EXPECT_EQ(exported->corrections(0).reason(), "akte getoond");
    EXPECT_FALSE(exported->corrections(0).has_taken_over_time()) << "another source says so, and that is no answer";
    if (start == 1) {
      ASSERT_TRUE(linking_->SaveCheckpoint().ok());
    }
    Start();
  }
  Tell("jw301", 1'520'000'100, Named("a", TestBsn(0), "", "Vink", "1980-02-01"));
  Start();
  EXPECT_EQ(Export(client)->corrections(0).taken_over_time().seconds(), 1'520'000'100);
}

TEST_F(RightsTest, ACorrectionMustBePossible) {
  Tell("jw301", 10, Named("a", TestBsn(0), "", "Vink", "1980-02-01"));
  Start();
  const std::string client = Clients()["a"];
  struct Row {
    std::string source, field, value, bad;
  };
  for (const Row& row : {Row{"wmo323", "surname", "Vink", "source"}, Row{"jw301", "client", "x", "field"},
                         Row{"jw301", "surname", "", "value"}, Row{"jw301", "surname", std::string(201, 'a'), "value"},
                         Row{"jw301", "birth_date", "gisteren", "value"}, Row{"jw301", "bsn", "123456789", "value"}}) {
    const absl::Status status = Correct(client, row.source, row.field, row.value).status();
    ASSERT_EQ(BadFieldsOf(status).size(), 1u) << row.field << " " << status;
    EXPECT_EQ(BadFieldsOf(status)[0].path, row.bad);
    if (row.value.size() > 1) {
      EXPECT_THAT(std::string(status.message()), Not(HasSubstr(row.value)));
    }
  }
  EXPECT_EQ(ReasonOf(Correct("c00000000000000000000", "jw301", "surname", "x").status()), ErrorReason::RESOURCE_NOT_FOUND);
  EXPECT_EQ(ReasonOf(Restrict("c00000000000000000000", true).status()), ErrorReason::RESOURCE_NOT_FOUND);
  v1::RestrictSubjectRequest nothing;
  EXPECT_EQ(BadFieldsOf(linking_->RestrictSubject(caller_, nothing).status()).size(), 3u);
}

TEST_F(RightsTest, AnErasureTakesRestrictionsAndCorrectionsAlong) {
  Tell("jw301", 10, Named("a", TestBsn(0), "", "Vinck", "1980-02-01"));
  Start();
  const std::string client = Clients()["a"];
  ASSERT_TRUE(Restrict(client, true).ok());
  ASSERT_TRUE(Correct(client, "jw301", "surname", "Vink").ok());
  v1::EraseSubjectRequest request;
  request.set_client(client);
  request.set_confirm(client);
  request.set_purpose("verzoek 16");
  request.set_reason("op verzoek");
  ASSERT_TRUE(linking_->EraseSubject(caller_, request).ok());
  for (int start = 0; start < 2; ++start) {
    EXPECT_EQ(Export(client)->corrections_size(), 0);
    EXPECT_FALSE(Export(client)->restricted());
    Start();
  }
  bool seen = false;
  ASSERT_TRUE(journal_
                  ->Replay(0,
                           [&](const JournalRecord& record) {
                             internal::v1::CorrectionEvent event;
                             if (record.kind != kCorrection) return true;
                             seen = true;
                             EXPECT_TRUE(event.ParseFromString(record.payload));
                             EXPECT_THAT(event.sealed(), IsEmpty());
                             return true;
                           })
                  .ok());
  EXPECT_TRUE(seen);
}

TEST_F(RightsTest, AnExportHasTheFactsOfThePersonAndOfNobodyElse) {
  Tell("jw301", 10, Named("a", TestBsn(0), "", "Vink", "1980-02-01"));
  Tell("jw301", 10, Named("b", TestBsn(1), "", "Mees", "1990-02-01"));
  Start();
  for (int i = 1; i <= 3; ++i) {
    ingestion::v1::FactBatch& batch = ingestion_.facts.emplace_back();
    batch.set_sequence(2 * i);
    batch.set_source("jw301");
    batch.set_delivery(absl::StrCat("d", i));
    batch.mutable_known_time()->set_seconds(10 * i);
    ingestion::v1::Allocation& allocation = *batch.add_facts()->mutable_allocation();
    allocation.set_person_key(i == 2 ? "b" : "a");
    allocation.set_provider(absl::StrCat("1234567", i));
    batch.add_facts()->mutable_tariff();
  }
  const auto exported = Export(Clients()["a"]);
  ASSERT_TRUE(exported.ok()) << exported.status();
  ASSERT_EQ(exported->facts_size(), 2);
  EXPECT_EQ(exported->facts(0).fact().allocation().provider(), "12345671");
  EXPECT_EQ(exported->facts(0).known_time().seconds(), 10);
  EXPECT_EQ(exported->facts(1).delivery(), "d3");
  EXPECT_TRUE(exported->facts(0).counts());
}

TEST_F(RightsTest, WithoutAWayToWriteItDownNothingIsDone) {
  Tell("jw301", 10, Named("a", TestBsn(0), "", "Vink", "1980-02-01"));
  Start();
  const std::string client = Clients()["a"];
  faults_.fail_appends = 1;
  EXPECT_FALSE(Restrict(client, true).ok());
  EXPECT_TRUE(Explain(client).ok());
  faults_.fail_appends = 1;
  EXPECT_FALSE(Correct(client, "jw301", "surname", "Vink").ok());
  EXPECT_EQ(Export(client)->corrections_size(), 0);
}

}  // namespace
}  // namespace nmd::linking
