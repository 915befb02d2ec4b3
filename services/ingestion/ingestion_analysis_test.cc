// SPDX-License-Identifier: EUPL-1.2
// The source analysis over real deliveries: the kernel has its own tests.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
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
using testing::AnswerMessage;
using testing::ClaimMessage;
using testing::D;
using testing::Days;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::Render;
using testing::ReturnOf;
using ::testing::SizeIs;
using testing::StartMessage;
using testing::StopMessage;
using testing::TestAllocation;

constexpr char kParent[] = "municipalities/gm1730";

internal::v1::MappingFile Mapping(const std::string& source, internal::v1::ExportKind kind,
                                  const std::vector<std::string>& fields) {
  internal::v1::MappingFile mapping;
  mapping.set_source(source);
  mapping.set_title(absl::StrCat("Bron ", source));
  mapping.set_owner("gemeente");
  mapping.set_kind(kind);
  mapping.set_separator(";");
  for (const std::string& field : fields) (*mapping.mutable_columns())[field] = field;
  return mapping;
}

std::vector<internal::v1::MappingFile> Mappings() {
  internal::v1::MappingFile clients = Mapping("clienten", internal::v1::CLIENTS, {"bsn", "birth_date"});
  clients.set_legal_basis("Jeugdwet 7.4.0");
  clients.set_contact("Backoffice sociaal domein");
  clients.mutable_expectations()->set_cadence(internal::v1::MONTHLY);
  clients.mutable_expectations()->set_due_days(10);
  return {clients, Mapping("contracten", internal::v1::CONTRACTS, {"contract", "law", "provider", "provider_name", "start"})};
}

class AnalysisTest : public ::testing::Test {
 protected:
  AnalysisTest() : clock_(absl::FromUnixSeconds(int64_t{D("2026-12-01")} * 86'400)), journal_(NewMemoryJournal()) { Start(); }

  void Start() {
    ingestion_.reset();
    auto opened = Ingestion::Open(*journal_, clock_, Key::FromBytes({1, 2, 3}), "gm1730", Mappings());
    ASSERT_TRUE(opened.ok()) << opened.status();
    ingestion_ = *std::move(opened);
  }

  v1::Delivery Deliver(const std::string& content, const std::string& known_on, const std::string& source = "") {
    v1::DeliverFileRequest request;
    request.set_parent(kParent);
    request.set_source(source);
    request.set_file_name("bestand");
    request.set_content(content);
    *request.mutable_received_time() = TimestampOf((int64_t{D(known_on)} * 86'400 + 43'200) * 1'000'000);
    const auto delivery = ingestion_->DeliverFile(caller_, request);
    EXPECT_TRUE(delivery.ok()) << delivery.status();
    return delivery.ok() ? *delivery : v1::Delivery();
  }
  v1::Delivery Deliver(ParsedMessage message, const std::string& known_on) {
    message.header.identification = absl::StrCat(++identification_);
    return Deliver(Render(message), known_on);
  }

  // An allocation for all of 2026 at a provider, with a number of its own.
  void Allocate(const std::string& provider, int64_t number, const std::string& known_on = "2026-01-06") {
    ParsedMessage message = AllocationMessage(Law::kYouth);
    message.header.receiver = provider;
    message.allocations = {TestAllocation(Law::kYouth, number)};
    EXPECT_EQ(Deliver(message, known_on).state(), v1::Delivery::ACCEPTED);
  }
  // Its claim of April.
  v1::Delivery Claim(const std::string& provider, const std::string& known_on) {
    ParsedMessage message = ClaimMessage(Law::kYouth);
    message.header.sender = provider;
    return Deliver(message, known_on);
  }

  v1::SourceAnalysis Analysis(const std::string& source, const std::string& start, const std::string& end,
                              const std::string& known_on = "") {
    v1::GetSourceAnalysisRequest request;
    request.set_name(absl::StrCat(kParent, "/sources/", source, "/analysis"));
    if (!start.empty()) {
      request.mutable_period()->set_start_date(start);
      request.mutable_period()->set_end_date(end);
    }
    if (!known_on.empty()) *request.mutable_known_time() = TimestampOf((int64_t{D(known_on)} * 86'400 + 50'000) * 1'000'000);
    const auto analysis = ingestion_->GetSourceAnalysis(caller_, request);
    EXPECT_TRUE(analysis.ok()) << analysis.status();
    return analysis.ok() ? *analysis : v1::SourceAnalysis();
  }
  std::string All() {
    v1::ListSourceAnalysesRequest request;
    request.set_parent(kParent);
    request.mutable_period()->set_start_date("2026-01-01");
    request.mutable_period()->set_end_date("2026-12-01");
    const auto response = ingestion_->ListSourceAnalyses(caller_, request);
    EXPECT_TRUE(response.ok()) << response.status();
    return response.ok() ? response->DebugString() : "";
  }

  FakeClock clock_;
  std::unique_ptr<Journal> journal_;
  std::unique_ptr<Ingestion> ingestion_;
  const Caller caller_ = ServiceCaller("costs", "gm1730");
  int identification_ = 100;
};

// R5, F-26: which providers are missing for a month is one call.
TEST_F(AnalysisTest, TellsWhichProvidersAreMissingForAMonth) {
  Allocate("41000001", 10072);
  Allocate("41000002", 10172);
  Allocate("41000003", 10272);
  Deliver("contract;law;provider;provider_name;start\nc1;YOUTH;41000003;Zorg Verzonnen;2026-01-01\n", "2026-01-07",
          "contracten");
  Claim("41000001", "2026-05-06");
  Claim("41000002", "2026-06-03");
  const v1::SourceAnalysis analysis = Analysis("jw323", "2026-04-01", "2026-05-01");
  ASSERT_THAT(analysis.months(), SizeIs(1));
  const v1::SourceAnalysis::Month& month = analysis.months(0);
  EXPECT_EQ(month.month(), "2026-04");
  EXPECT_EQ(month.method(), v1::SourceAnalysis::ALLOCATIONS);
  EXPECT_EQ(month.due_date(), "2026-05-31");
  EXPECT_EQ(month.expected_count(), 3);
  EXPECT_EQ(month.received_count(), 2);
  ASSERT_THAT(month.missing(), SizeIs(1));
  EXPECT_EQ(month.missing(0).sender(), "41000003");
  EXPECT_EQ(month.missing(0).title(), "Zorg Verzonnen");
  EXPECT_EQ(month.missing(0).last_month(), "");
  EXPECT_EQ(month.statement(), "1 van de 3 aanbieders ontbreekt voor april 2026.");
  EXPECT_DOUBLE_EQ(analysis.completeness(), 2.0 / 3);
  EXPECT_DOUBLE_EQ(analysis.timeliness(), 0.5);
  EXPECT_EQ(analysis.median_days_late(), 3);
  EXPECT_EQ(analysis.grade(), v1::SourceAnalysis::A);
  EXPECT_EQ(analysis.record_count(), 6);
  EXPECT_EQ(analysis.title(), "iJw 323 Declaratie");
  EXPECT_THAT(analysis.legal_basis(), HasSubstr("Jeugdwet"));
  EXPECT_EQ(analysis.first_known_time().seconds() / 86'400, D("2026-05-06"));
  EXPECT_EQ(analysis.newest_known_time().seconds() / 86'400, D("2026-06-03"));
  EXPECT_THAT(analysis.statement(), HasSubstr("is 66,7% ontvangen"));
  // The other law expects nobody.
  EXPECT_EQ(Analysis("wmo323", "2026-04-01", "2026-05-01").months(0).expected_count(), 0);
}

// T-12: as known on a day, the analysis is that of the day.
TEST_F(AnalysisTest, IsAsKnownOnADay) {
  Allocate("41000001", 10072);
  Allocate("41000002", 10172, "2026-05-20");
  Claim("41000001", "2026-05-06");
  Claim("41000002", "2026-06-03");
  const auto month = [&](const char* known_on) { return Analysis("jw323", "2026-04-01", "2026-05-01", known_on).months(0); };
  EXPECT_EQ(month("2026-05-05").pending_count(), 1);
  EXPECT_EQ(month("2026-05-06").received_count(), 1);
  EXPECT_EQ(month("2026-05-06").expected_count(), 1);
  EXPECT_EQ(month("2026-05-20").expected_count(), 2);
  EXPECT_EQ(month("2026-05-31").missing_count(), 0);
  EXPECT_EQ(month("2026-06-01").missing_count(), 1);
  EXPECT_EQ(month("2026-06-03").missing_count(), 0);
  EXPECT_FALSE(Analysis("jw323", "2026-04-01", "2026-05-01", "2026-05-05").has_newest_known_time());
  // Without a known time: that of the newest delivery, of whatever source.
  EXPECT_EQ(Analysis("jw301", "2026-04-01", "2026-05-01").known_time().seconds(), int64_t{D("2026-06-03")} * 86'400 + 43'200);
}

TEST_F(AnalysisTest, WhatWasTakenBackIsAsIfItNeverCame) {
  Allocate("41000001", 10072);
  const v1::Delivery claim = Claim("41000001", "2026-05-06");
  v1::WithdrawDeliveryRequest request;
  request.set_name(claim.name());
  request.set_reason("verkeerd bestand");
  *request.mutable_known_time() = TimestampOf((int64_t{D("2026-06-10")} * 86'400 + 43'200) * 1'000'000);
  ASSERT_TRUE(ingestion_->WithdrawDelivery(caller_, request).ok());
  const v1::SourceAnalysis before = Analysis("jw323", "2026-04-01", "2026-05-01", "2026-06-09");
  EXPECT_EQ(before.delivery_count(), 1);
  EXPECT_EQ(before.months(0).received_count(), 1);
  const v1::SourceAnalysis after = Analysis("jw323", "2026-04-01", "2026-05-01", "2026-06-10");
  EXPECT_EQ(after.delivery_count(), 0);
  EXPECT_EQ(after.rejected_count(), 0);
  EXPECT_EQ(after.months(0).received_count(), 0);
  EXPECT_EQ(after.months(0).missing_count(), 1);
  EXPECT_EQ(Analysis("jw323", "2026-04-01", "2026-05-01").delivery_count(), 0) << "now is after the withdrawal";
}

TEST_F(AnalysisTest, TheVersionInForceDecidesWhoIsExpected) {
  Allocate("41000001", 10072);
  ParsedMessage deleted = AllocationMessage(Law::kYouth);
  deleted.allocations = {TestAllocation(Law::kYouth, 10072)};
  deleted.allocations[0].assigned_second += 86'400;
  deleted.allocations[0].change_reason = "13";
  deleted.allocations[0].period.end = deleted.allocations[0].period.start + 1;
  EXPECT_EQ(Deliver(deleted, "2026-02-01").state(), v1::Delivery::ACCEPTED);
  EXPECT_EQ(Analysis("jw323", "2026-04-01", "2026-05-01").months(0).expected_count(), 0);
  EXPECT_EQ(Analysis("jw323", "2026-04-01", "2026-05-01", "2026-01-31").months(0).expected_count(), 1);
}

TEST_F(AnalysisTest, AnExportWithAnAgreementIsMeasuredByIt) {
  Deliver("bsn;birth_date\n999900006;2011-08-14\n999900007;2011-08-14\n", "2026-02-03", "clienten");
  Deliver("bsn;birth_date\n999900006;2011-08-14\n", "2026-03-15", "clienten");
  Deliver(AllocationMessage(Law::kYouth), "2026-04-20");  // Time goes on.
  const v1::SourceAnalysis analysis = Analysis("clienten", "2026-01-01", "2026-05-01");
  EXPECT_EQ(analysis.legal_basis(), "Jeugdwet 7.4.0");
  EXPECT_EQ(analysis.contact(), "Backoffice sociaal domein");
  std::vector<std::string> statements;
  for (const auto& month : analysis.months()) {
    EXPECT_EQ(month.method(), v1::SourceAnalysis::SCHEDULE);
    statements.push_back(month.statement());
  }
  EXPECT_THAT(statements, ElementsAre("De verwachte levering is ontvangen voor januari 2026.",
                                      "De verwachte levering is ontvangen voor februari 2026.",
                                      "De verwachte levering ontbreekt voor maart 2026.",
                                      "Voor april 2026 is nog niets ontvangen; dat kan nog tot en met 10-05-2026."));
  EXPECT_DOUBLE_EQ(analysis.timeliness(), 0.5);
  EXPECT_EQ(analysis.median_days_late(), 5);
  // One of three rows has a BSN that cannot be (11-test).
  EXPECT_EQ(analysis.record_count(), 3);
  EXPECT_EQ(analysis.sound_record_count(), 2);
  EXPECT_EQ(analysis.grade(), v1::SourceAnalysis::D);
  ASSERT_THAT(analysis.failed_checks(), SizeIs(1));
  EXPECT_EQ(analysis.failed_checks(0).rule(), "EXPORT");
  EXPECT_EQ(analysis.failed_checks(0).finding_count(), 1);
  EXPECT_THAT(analysis.failed_checks(0).text(), HasSubstr("burgerservicenummer"));
  EXPECT_THAT(analysis.failed_checks(0).example(), HasSubstr("municipalities/gm1730/deliveries/"));
}

// OP271: within 5 working days of the start; when the allocation came after the start, of the receipt of that.
TEST_F(AnalysisTest, AStartIsLateByItsOwnTerm) {
  ParsedMessage start = StartMessage(Law::kYouth);  // Starts on Tuesday 20 January 2026.
  Deliver(start, "2026-01-28");
  EXPECT_DOUBLE_EQ(Analysis("jw305", "2026-05-01", "2026-06-01").timeliness(), 0);
  EXPECT_EQ(Analysis("jw305", "2026-05-01", "2026-06-01").median_days_late(), 1);
  Allocate("41000001", 10072, "2026-01-21");
  EXPECT_DOUBLE_EQ(Analysis("jw305", "2026-05-01", "2026-06-01").timeliness(), 1);
  EXPECT_DOUBLE_EQ(Analysis("jw305", "2026-05-01", "2026-06-01", "2026-01-28").timeliness(), 1);
  Allocate("41000001", 10072, "2026-01-20");  // An earlier receipt counts.
  EXPECT_DOUBLE_EQ(Analysis("jw305", "2026-05-01", "2026-06-01").timeliness(), 0);
}

// OP272, OP090, OP090x4.
TEST_F(AnalysisTest, StopsReturnsAndAnswersHaveTheirTerms) {
  ParsedMessage stop = StopMessage(Law::kYouth);
  const Day last = stop.stops[0].period.end - 1;
  Deliver(stop, FormatDay(last + 3));
  Deliver(stop, FormatDay(last + 20));
  const std::string month = FormatDay(FirstDay(MonthOf(stop.header.dated_day)));
  EXPECT_DOUBLE_EQ(Analysis("jw307", month, "2026-07-01").timeliness(), 0.5);

  ParsedMessage soon = ReturnOf(AllocationMessage(Law::kYouth)), slow = soon;  // Dated Wednesday 6 May 2026.
  soon.header.return_dated_day = D("2026-05-11");
  slow.header.return_dated_day = D("2026-05-12");
  slow.header.return_identification = "RT2";
  Deliver(soon, "2026-05-13");
  Deliver(slow, "2026-05-13");
  EXPECT_DOUBLE_EQ(Analysis("jw302", "2026-05-01", "2026-06-01").timeliness(), 0.5);

  ParsedMessage answer = AnswerMessage(Law::kYouth);
  answer.header.dated_day = D("2026-05-21");  // 6 May, Ascension Day on the 14th: the tenth working day.
  Deliver(answer, "2026-05-26");
  EXPECT_DOUBLE_EQ(Analysis("jw325", "2026-05-01", "2026-06-01").timeliness(), 1);
  answer.header.dated_day = D("2026-05-22");
  Deliver(answer, "2026-05-26");
  EXPECT_DOUBLE_EQ(Analysis("jw325", "2026-05-01", "2026-06-01").timeliness(), 0.5);
}

TEST_F(AnalysisTest, ShowsWhatWasRefusedAndWhy) {
  ParsedMessage bad = AllocationMessage(Law::kYouth);
  bad.clients[0].bsn = "999900007";  // CS002
  EXPECT_EQ(Deliver(bad, "2026-05-10").state(), v1::Delivery::REJECTED);
  Allocate("41000001", 10072, "2026-05-11");
  const v1::SourceAnalysis analysis = Analysis("jw301", "2026-05-01", "2026-06-01");
  EXPECT_EQ(analysis.delivery_count(), 2);
  EXPECT_EQ(analysis.rejected_count(), 1);
  EXPECT_EQ(analysis.record_count(), 3);
  EXPECT_EQ(analysis.sound_record_count(), 1);
  ASSERT_THAT(analysis.failed_checks(), SizeIs(1));
  EXPECT_EQ(analysis.failed_checks(0).level(), 2);
}

// Level 3 comes and goes with other deliveries: told as it stands, never of an earlier moment.
TEST_F(AnalysisTest, FindingsThatJoinDeliveriesAreOfNow) {
  ParsedMessage start = StartMessage(Law::kYouth);
  start.starts[0].start_day = D("2026-05-05");
  Deliver(start, "2026-05-07");  // TR019: no allocation.
  const v1::SourceAnalysis now = Analysis("jw305", "2026-05-01", "2026-06-01");
  ASSERT_THAT(now.failed_checks(), SizeIs(1));
  EXPECT_EQ(now.failed_checks(0).level(), 3);
  EXPECT_EQ(now.grade(), v1::SourceAnalysis::A);
  EXPECT_THAT(Analysis("jw305", "2026-05-01", "2026-06-01", "2026-06-01").failed_checks(), IsEmpty());
  Allocate("41000001", 10072);
  EXPECT_THAT(Analysis("jw305", "2026-05-01", "2026-06-01").failed_checks(), IsEmpty());
}

TEST_F(AnalysisTest, WithoutAPeriodItIsTheLastTwelveMonths) {
  Allocate("41000001", 10072, "2026-03-31");
  const v1::SourceAnalysis analysis = Analysis("jw301", "", "");
  EXPECT_EQ(analysis.period().start_date(), "2025-04-01");
  EXPECT_EQ(analysis.period().end_date(), "2026-04-01");
  EXPECT_THAT(analysis.months(), SizeIs(12));
}

TEST_F(AnalysisTest, AnEmptyInstanceExpectsNothing) {
  const v1::SourceAnalysis analysis = Analysis("jw323", "", "");
  EXPECT_EQ(analysis.known_time().seconds(), int64_t{D("2026-12-01")} * 86'400);
  EXPECT_FALSE(analysis.has_completeness());
  EXPECT_FALSE(analysis.has_timeliness());
  EXPECT_FALSE(analysis.has_first_known_time());
  EXPECT_EQ(analysis.grade(), v1::SourceAnalysis::GRADE_UNSPECIFIED);
}

TEST_F(AnalysisTest, ListsEverySourceOverPages) {
  v1::ListSourcesRequest sources;
  sources.set_parent(kParent);
  sources.set_page_size(1000);
  v1::ListSourceAnalysesRequest request;
  request.set_parent(kParent);
  request.set_page_size(7);
  std::vector<std::string> names, wanted;
  const auto listed = ingestion_->ListSources(caller_, sources);
  ASSERT_TRUE(listed.ok()) << listed.status();
  for (const v1::Source& source : listed->sources()) wanted.push_back(source.name() + "/analysis");
  do {
    const auto response = ingestion_->ListSourceAnalyses(caller_, request);
    ASSERT_TRUE(response.ok()) << response.status();
    for (const v1::SourceAnalysis& analysis : response->source_analyses()) names.push_back(analysis.name());
    request.set_page_token(response->next_page_token());
  } while (!request.page_token().empty());
  EXPECT_EQ(names, wanted);
}

TEST_F(AnalysisTest, SaysAtOnceWhatIsWrongWithAQuestion) {
  v1::GetSourceAnalysisRequest request;
  request.set_name("municipalities/gm1730/sources/bestaatniet/analysis");
  EXPECT_EQ(ReasonOf(ingestion_->GetSourceAnalysis(caller_, request).status()), ErrorReason::RESOURCE_NOT_FOUND);
  request.set_name("municipalities/gm1730/sources/jw301/analysis");
  struct Case {
    const char *start, *end;
    size_t faults;
  };
  for (const Case& each : {Case{"2026-01-02", "", 2}, Case{"2026-02-01", "2026-02-01", 1}, Case{"2016-01-01", "2026-02-01", 1},
                           Case{"2016-02-01", "2026-02-01", 0}, Case{"", "", 2}}) {
    request.mutable_period()->set_start_date(each.start);
    request.mutable_period()->set_end_date(each.end);
    EXPECT_THAT(BadFieldsOf(ingestion_->GetSourceAnalysis(caller_, request).status()), SizeIs(each.faults)) << each.start;
  }
  request.mutable_known_time()->set_nanos(-1);
  request.mutable_period()->set_start_date("x");
  EXPECT_THAT(BadFieldsOf(ingestion_->GetSourceAnalysis(caller_, request).status()), SizeIs(3));
}

// Files of all kinds, two of which have one identification (TR056).
std::vector<std::pair<std::string, std::string>> ManyFiles() {
  std::vector<std::pair<std::string, std::string>> files;
  const auto add = [&](ParsedMessage message, const std::string& known_on) {
    message.header.identification = absl::StrCat(files.size() + 500);
    files.emplace_back(Render(message), known_on);
  };
  for (int i = 1; i <= 4; ++i) {
    ParsedMessage allocation = AllocationMessage(Law::kYouth);
    allocation.header.receiver = absl::StrCat("4100000", i);
    allocation.allocations = {TestAllocation(Law::kYouth, 10000 + i)};
    add(allocation, absl::StrCat("2026-02-0", i));
    ParsedMessage claim = ClaimMessage(Law::kYouth);
    claim.header.sender = absl::StrCat("4100000", i);
    if (i > 1) add(claim, absl::StrCat("2026-05-2", i));
    ParsedMessage start = StartMessage(Law::kYouth);
    start.starts[0].number = 10000 + i;
    start.header.sender = absl::StrCat("4100000", i);
    add(start, absl::StrCat("2026-01-2", i));
  }
  add(StopMessage(Law::kYouth), "2026-06-10");
  ParsedMessage twin = ClaimMessage(Law::kYouth);
  twin.header.sender = "41000002";
  twin.header.identification = "501";  // Of the first claim above.
  files.emplace_back(Render(twin), "2026-05-02");
  files.emplace_back("<geen bericht/>", "2026-05-03");
  return files;
}

// T-29, OP080.
TEST_F(AnalysisTest, DoesNotDependOnTheOrderOfArrival) {
  std::vector<std::pair<std::string, std::string>> files = ManyFiles();
  std::mt19937 random(7);
  std::string first;
  for (int round = 0; round < 10; ++round) {
    ingestion_.reset();
    journal_ = NewMemoryJournal();
    Start();
    for (const auto& [content, known_on] : files) Deliver(content, known_on);
    if (round == 0) first = All();
    ASSERT_EQ(All(), first);
    std::shuffle(files.begin(), files.end(), random);
  }
  EXPECT_THAT(first, HasSubstr("1 van de 4 aanbieders ontbreekt voor april 2026."));
}

TEST_F(AnalysisTest, IsTheSameAfterARestartWithAndWithoutACheckpoint) {
  for (const auto& [content, known_on] : ManyFiles()) Deliver(content, known_on);
  Deliver("contract;law;provider;provider_name;start\nc1;YOUTH;41000001;Zorg Verzonnen;2026-01-01\n", "2026-01-07",
          "contracten");
  const std::string before = All();
  EXPECT_THAT(before, HasSubstr("Zorg Verzonnen"));
  Start();  // Saves a checkpoint and opens from it.
  EXPECT_EQ(All(), before);
  // A checkpoint from before there was an analysis.
  const auto saved = journal_->LoadCheckpoint();
  ASSERT_TRUE(saved.ok() && saved->has_value());
  internal::v1::IngestionCheckpoint old;
  ASSERT_TRUE(old.ParseFromString((*saved)->state));
  old.clear_source_book();
  ingestion_.reset();
  ASSERT_TRUE(journal_->SaveCheckpoint((*saved)->sequence, old.SerializeAsString()).ok());
  Start();
  EXPECT_EQ(All(), before);
}

}  // namespace
}  // namespace nmd::ingestion
