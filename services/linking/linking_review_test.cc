// SPDX-License-Identifier: EUPL-1.2
// What people see and decide: records in, clients and reasons out.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <set>

#include "google/protobuf/util/time_util.h"
#include "services/core/date.h"
#include "services/linking/fake_ingestion.h"
#include "services/platform/errors.h"

namespace nmd::linking {
namespace {

using google::protobuf::util::TimeUtil;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::UnorderedElementsAre;

// A record as a table row: what is empty is not known.
struct Row {
  const char *key, *bsn, *given, *family, *birth, *sex, *postcode;
  int house;
};

ingestion::v1::PersonRecord RecordOf(const Row& row) {
  ingestion::v1::PersonRecord record = Person(row.key, row.bsn);
  record.set_given_names(row.given);
  record.set_surname(row.family);
  if (const std::optional<Day> birth = ParseDay(row.birth)) record.set_birth_day(*birth);
  record.set_sex(row.sex);
  record.set_postcode(row.postcode);
  record.set_house_number(row.house);
  return record;
}

class ReviewTest : public ::testing::Test {
 protected:
  ReviewTest() { Restart(); }
  void Restart() {
    linking_ = std::make_unique<Linking>(*journal_, clock_, ingestion_, TestKey(), options_);
    FollowAll(*linking_, ingestion_);
  }
  void Tell(absl::string_view source, int64_t known_micros, const std::vector<Row>& rows) {
    ingestion::v1::PersonBatch& batch = ingestion_.AddBatch(source, known_micros);
    for (const Row& row : rows) *batch.add_records() = RecordOf(row);
    FollowAll(*linking_, ingestion_);
  }
  // Clients as sets of persons, as known at a time; "a b | c".
  std::string Clients(int64_t known = INT64_MAX) {
    std::map<std::string, std::set<std::string>> clients;
    for (const auto& [key, link] : Links(known)) clients[link.client()].insert(key);
    std::set<std::string> lines;
    for (const auto& [client, keys] : clients) {
      lines.insert(std::accumulate(std::next(keys.begin()), keys.end(), *keys.begin(),
                                   [](const std::string& a, const std::string& b) { return a + " " + b; }));
    }
    std::string all;
    for (const std::string& line : lines) absl::StrAppend(&all, all.empty() ? "" : " | ", line);
    return all;
  }
  std::map<std::string, v1::Link> Links(int64_t known = INT64_MAX) {
    std::map<std::string, v1::Link> links;
    const v1::ListLinksResponse feed = WholeFeed(*linking_);
    for (const v1::Link& link : feed.links()) {
      const int64_t time = TimeUtil::TimestampToMicroseconds(link.known_time());
      if (time > known) continue;
      v1::Link& best = links[link.person_key()];
      if (time >= TimeUtil::TimestampToMicroseconds(best.known_time())) best = link;
    }
    std::erase_if(links, [](const auto& link) { return link.second.client().empty(); });
    return links;
  }
  std::vector<v1::ReviewItem> Queue() {
    const absl::StatusOr<v1::ListReviewItemsResponse> response = linking_->ListReviewItems(steward_, {});
    EXPECT_TRUE(response.ok()) << response.status();
    return {response->items().begin(), response->items().end()};
  }
  absl::StatusOr<v1::LinkDecision> Decide(const std::string& a, const std::string& b, v1::Verdict verdict,
                                          const std::string& request_id = "") {
    v1::CreateLinkDecisionRequest request;
    request.set_person_key_a(a);
    request.set_person_key_b(b);
    request.set_verdict(verdict);
    request.set_reason("nagevraagd bij het team");
    request.set_request_id(request_id);
    return linking_->CreateLinkDecision(steward_, request);
  }
  absl::StatusOr<v1::LinkDecision> Undo(const v1::LinkDecision& decision) {
    v1::UndoLinkDecisionRequest request;
    request.set_name(decision.name());
    request.set_reason("vergissing");
    return linking_->UndoLinkDecision(steward_, request);
  }
  v1::ClientHistory History(const std::string& client) {
    v1::GetClientHistoryRequest request;
    request.set_client(client);
    const absl::StatusOr<v1::ClientHistory> history = linking_->GetClientHistory(steward_, request);
    EXPECT_TRUE(history.ok()) << history.status();
    return history.value_or(v1::ClientHistory());
  }
  absl::StatusOr<v1::ReviewItemDetail> Show(const std::string& item, const std::string& purpose = "wekelijkse controle") {
    v1::ShowReviewItemRequest request;
    request.set_item(item);
    request.set_purpose(purpose);
    return linking_->ShowReviewItem(steward_, request);
  }

  const Caller steward_{"koppelbeheerder", {type::LINK_STEWARD}, "gm1730", "", "", "", "", absl::InfiniteFuture()};
  const Caller second_{"tweede", {type::LINK_STEWARD}, "gm1730", "", "", "", "", absl::InfiniteFuture()};
  FakeClock clock_{absl::FromUnixMicros(1000)};
  FakeIngestion ingestion_;
  LinkingOptions options_{"gm1730", 12, true};
  const std::unique_ptr<Journal> journal_ = NewMemoryJournal();
  std::unique_ptr<Linking> linking_;
};

TEST_F(ReviewTest, R1WhoIsOneAndWhyByTheTable) {
  const std::string one = TestBsn(0), two = TestBsn(1);
  struct Case {
    const char* what;
    std::vector<Row> rows;
    const char* clients;
    std::map<std::string, v1::LinkReason> reasons;
  };
  const Case cases[] = {
      {"the same BSN",
       {{"a", one.c_str(), "Eva", "Smit", "1985-02-14", "2", "9401AB", 1}, {"b", one.c_str(), "", "", "", "", "", 0}},
       "a b",
       {{"a", v1::EXACT_BSN}, {"b", v1::EXACT_BSN}}},
      {"no BSN, all else the same, spelled another way",
       {{"a", one.c_str(), "Johannes", "van der Berg", "2009-05-03", "1", "9401AB", 12},
        {"b", "", "Johannes", "v.d. Berg", "2009-05-03", "1", "9401AB", 12}},
       "a b",
       {{"a", v1::EXACT_BSN}, {"b", v1::WEIGHED}}},
      {"a typing error in the birth date and a call name are doubtful, not linked",
       {{"a", one.c_str(), "Fleur", "Zijlstra", "2009-05-03", "2", "9401AB", 12},
        {"b", "", "Fleur", "Zijlstra", "2009-05-08", "2", "", 0}},
       "a | b",
       {{"a", v1::EXACT_BSN}, {"b", v1::ALONE}}},
      {"father and son of one name at one address",
       {{"a", "", "Pieter", "Hoekstra", "1975-01-20", "1", "9471AB", 3},
        {"b", "", "Pieter", "Hoekstra", "2008-11-02", "1", "9471AB", 3}},
       "a | b",
       {{"a", v1::ALONE}, {"b", v1::ALONE}}},
      {"twins",
       {{"a", "", "Tess", "Hoekstra", "2008-11-02", "2", "9471AB", 3},
        {"b", "", "Noor", "Hoekstra", "2008-11-02", "2", "9471AB", 3}},
       "a | b",
       {{"a", v1::ALONE}, {"b", v1::ALONE}}},
      {"two valid BSNs, all else the same",
       {{"a", one.c_str(), "Eva", "Smit", "1985-02-14", "2", "9401AB", 1},
        {"b", two.c_str(), "Eva", "Smit", "1985-02-14", "2", "9401AB", 1}},
       "a | b",
       {{"a", v1::EXACT_BSN}, {"b", v1::EXACT_BSN}}},
      {"a BSN of somebody else: a person must look",
       {{"a", one.c_str(), "Eva", "Smit", "1985-02-14", "2", "9401AB", 1},
        {"b", one.c_str(), "Mohamed", "El Idrissi", "2004-08-30", "1", "7811KL", 90}},
       "a | b",
       {{"a", v1::EXACT_BSN}}},
      {"nobody says who",
       {{"a", "", "", "", "", "", "", 0}, {"b", "", "", "", "", "", "", 0}},
       "a | b",
       {{"a", v1::ALONE}, {"b", v1::ALONE}}},
  };
  for (const Case& c : cases) {
    FakeIngestion ingestion;
    ingestion::v1::PersonBatch& batch = ingestion.AddBatch("jeugdteam", 10);
    for (const Row& row : c.rows) *batch.add_records() = RecordOf(row);
    const std::unique_ptr<Journal> journal = NewMemoryJournal();
    linking_ = std::make_unique<Linking>(*journal, clock_, ingestion, TestKey(), options_);
    FollowAll(*linking_, ingestion);
    EXPECT_EQ(Clients(), c.clients) << c.what;
    const std::map<std::string, v1::Link> links = Links();
    for (const auto& [key, reason] : c.reasons) {
      EXPECT_EQ(links.at(key).reason(), reason) << c.what << ": " << key;
      EXPECT_EQ(links.at(key).model().size(), 16u) << c.what;
    }
    linking_.reset();
  }
}

TEST_F(ReviewTest, TestNumbersAndPlaceholdersLinkNobodyWhereTheyAreOfNobody) {
  options_.test_numbers = false;
  Restart();
  const std::string test = TestBsn(0);
  Tell("jw301", 10, {{"a", test.c_str(), "", "", "", "", "", 0}, {"b", test.c_str(), "", "", "", "", "", 0}});
  Tell("jw301", 20, {{"c", "111222333", "", "", "", "", "", 0}, {"d", "111222333", "", "", "", "", "", 0}});
  EXPECT_EQ(Clients(), "a | b | c | d");
}

// Fleur of the youth team, and a girl of the allocations who may be her.
const Row kTeam = {"team", "", "Fleur", "Zijlstra", "2009-05-08", "2", "", 0};
std::vector<Row> Allocated() {
  static const std::string& bsn = *new std::string(TestBsn(0));
  return {{"jw", bsn.c_str(), "Fleur", "Zijlstra", "2009-05-03", "2", "9401AB", 12}};
}

TEST_F(ReviewTest, ADoubtfulPairIsShownSideBySideWithWeightsThatSumToTheScore) {
  Tell("jw301", 10, Allocated());
  Tell("jeugdteam", 20, {kTeam});
  ASSERT_EQ(Queue().size(), 1u);
  const v1::ReviewItem item = Queue()[0];
  EXPECT_EQ(item.reason(), v1::DOUBTFUL);
  EXPECT_GT(item.permille(), 50);
  EXPECT_LT(item.permille(), 990);
  EXPECT_THAT(item.sources(), ElementsAre("jeugdteam", "jw301"));
  EXPECT_EQ(TimeUtil::TimestampToMicroseconds(item.known_time()), 20);
  EXPECT_EQ(item.record_count(), 2);

  const absl::StatusOr<v1::ReviewItemDetail> shown = Show(item.item());
  ASSERT_TRUE(shown.ok()) << shown.status();
  int sum = 0;
  for (const v1::WeightStep& step : shown->steps()) {
    EXPECT_NE(step.title(), "");
    sum += step.millibits();
  }
  EXPECT_EQ(sum, shown->score_millibits());
  std::map<std::string, std::string> levels;
  for (const v1::ComparedField& field : shown->fields()) {
    levels[field.field()] = absl::StrCat(field.value_a(), " / ", field.value_b(), ": ", field.level());
  }
  EXPECT_EQ(levels["birth"], "03-05-2009 / 08-05-2009: Geboortedatum met een typefout");
  EXPECT_EQ(levels["family"], "Zijlstra / Zijlstra: Zelfde achternaam");
  EXPECT_EQ(levels["number"], "geldig / : Niet te vergelijken") << "the number itself is not shown";
  EXPECT_THAT(shown->DebugString(), Not(HasSubstr(TestBsn(0))));
  EXPECT_EQ(shown->client_a(), Links().at(shown->person_key_a()).client());
  // The look is in the log, with who and why.
  const absl::StatusOr<v1::ListAccessesResponse> accesses = linking_->ListAccesses(steward_, {});
  ASSERT_EQ(accesses->accesses_size(), 1);
  EXPECT_EQ(accesses->accesses(0).actor(), "koppelbeheerder");
  EXPECT_EQ(accesses->accesses(0).purpose(), "wekelijkse controle");
  EXPECT_THAT(accesses->accesses(0).clients(), UnorderedElementsAre(shown->client_a(), shown->client_b()));
  EXPECT_EQ(Show(item.item(), "").status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Show("r0").status().code(), absl::StatusCode::kNotFound);
}

TEST_F(ReviewTest, ADecisionHoldsFromItsKnownTimeAndItsUndoRestoresExactly) {
  Tell("jeugdteam", 10, {kTeam});
  Tell("jw301", 20, Allocated());
  const std::map<std::string, v1::Link> before = Links();
  const absl::StatusOr<v1::LinkDecision> decision = Decide("team", "jw", v1::SAME_PERSON);
  ASSERT_TRUE(decision.ok()) << decision.status();
  EXPECT_EQ(decision->state(), v1::LinkDecision::EFFECTIVE);
  EXPECT_TRUE(decision->followed());
  EXPECT_TRUE(decision->has_score_millibits());
  EXPECT_EQ(Clients(), "jw team");
  EXPECT_EQ(Clients(999), "jw | team") << "what was known before";
  EXPECT_EQ(Links().at("team").reason(), v1::DECIDED);
  EXPECT_EQ(Links().at("jw").client(), before.at("team").client()) << "the id that was known first";
  EXPECT_THAT(Queue(), IsEmpty());

  // A new record of the girl goes to the same client; the other id leads there.
  Tell("jw323", 1500, {{"jw-323", TestBsn(0).c_str(), "", "", "", "", "", 0}});
  EXPECT_EQ(Links().at("jw-323").client(), before.at("team").client());
  const v1::ClientHistory history = History(before.at("jw").client());
  EXPECT_EQ(history.client(), before.at("team").client());
  EXPECT_THAT(history.aliases(), ElementsAre(before.at("jw").client()));
  ASSERT_EQ(history.decisions_size(), 1);
  EXPECT_EQ(history.decisions(0).proposed_by(), "koppelbeheerder");
  EXPECT_EQ(history.decisions(0).reason(), "nagevraagd bij het team");

  clock_.Set(absl::FromUnixMicros(2000));
  const absl::StatusOr<v1::LinkDecision> undone = Undo(*decision);
  ASSERT_TRUE(undone.ok()) << undone.status();
  EXPECT_EQ(undone->state(), v1::LinkDecision::UNDONE);
  EXPECT_EQ(undone->undone_reason(), "vergissing");
  EXPECT_EQ(Clients(), "jw jw-323 | team");
  EXPECT_EQ(Clients(1999), "jw jw-323 team") << "what was known in between";
  EXPECT_EQ(Links().at("jw").client(), before.at("jw").client());
  EXPECT_EQ(Queue().size(), 1u) << "it is a question again";
  EXPECT_EQ(Undo(*decision)->undone_time().nanos(), undone->undone_time().nanos()) << "repeating changes nothing";
  // The state is the replayed state.
  const std::string feed = WholeFeed(*linking_).SerializeAsString();
  Restart();
  EXPECT_EQ(WholeFeed(*linking_).SerializeAsString(), feed);
  EXPECT_EQ(Queue().size(), 1u);
}

TEST_F(ReviewTest, TwoWhoAreDecidedToBeDifferentAreAskedAboutNoMore) {
  Tell("jw301", 10, Allocated());
  Tell("jeugdteam", 20, {kTeam});
  EXPECT_EQ(linking_->GetLinkSummary({}, {})->open_pair_count(), 1);
  EXPECT_EQ(linking_->GetLinkSummary({}, {})->least_client_count(), 1);
  ASSERT_TRUE(Decide("jw", "team", v1::DIFFERENT_PERSONS).ok());
  EXPECT_THAT(Queue(), IsEmpty());
  const v1::LinkSummary summary = *linking_->GetLinkSummary({}, {});
  EXPECT_EQ(summary.open_pair_count(), 0);
  EXPECT_EQ(summary.client_count(), 2);
  EXPECT_EQ(summary.least_client_count(), 2);
  // The open pair is history in the feed.
  const v1::ListLinksResponse feed = WholeFeed(*linking_);
  std::vector<std::pair<int64_t, bool>> open;
  for (const v1::OpenPair& pair : feed.open_pairs()) {
    open.emplace_back(TimeUtil::TimestampToMicroseconds(pair.known_time()), pair.permille() > 0);
  }
  EXPECT_THAT(open, ElementsAre(std::make_pair(20, true), std::make_pair(1000, false)));
}

TEST_F(ReviewTest, WhatPeopleDecidedHoldsAgainstAllEvidence) {
  const std::string one = TestBsn(0);
  Tell("jw301", 10, {{"a", one.c_str(), "Eva", "Smit", "1985-02-14", "2", "9401AB", 1}});
  Tell("wmo301", 10, {{"b", one.c_str(), "Eva", "Smit", "1985-02-14", "2", "9401AB", 1}});
  ASSERT_EQ(Clients(), "a b");
  const std::string client = Links().at("a").client();
  v1::SplitClientRequest split;
  split.set_client(client);
  split.add_persons("b");
  split.set_reason("moeder gebruikte het nummer van haar dochter");
  const absl::StatusOr<v1::LinkDecision> decision = linking_->SplitClient(steward_, split);
  ASSERT_TRUE(decision.ok()) << decision.status();
  EXPECT_EQ(decision->kind(), v1::LinkDecision::SPLIT);
  EXPECT_TRUE(decision->followed());
  EXPECT_EQ(Clients(), "a | b");
  // Whoever comes with the number later goes to one of the two, not to both.
  Tell("jw323", 2000, {{"c", one.c_str(), "", "", "", "", "", 0}});
  EXPECT_THAT(Clients(), ::testing::AnyOf("a c | b", "a | b c"));
  EXPECT_THAT(History(client).events(), ::testing::SizeIs(::testing::Ge(3)));
  clock_.Set(absl::FromUnixMicros(3000));
  ASSERT_TRUE(Undo(*decision).ok());
  EXPECT_EQ(Clients(), "a b c");
  EXPECT_EQ(Links().at("b").client(), client);
}

TEST_F(ReviewTest, ClientsAreMergedAndNumbersForbidIt) {
  const std::string one = TestBsn(0), two = TestBsn(1);
  Tell("jw301", 10, {{"a", one.c_str(), "", "", "", "", "", 0}, {"b", two.c_str(), "", "", "", "", "", 0}});
  Tell("jeugdteam", 20, {{"c", "", "Eva", "", "", "", "", 0}, {"d", "", "Bram", "", "", "", "", 0}});
  const std::map<std::string, v1::Link> links = Links();
  const auto merge = [&](const std::vector<std::string>& clients) {
    v1::MergeClientsRequest request;
    for (const std::string& client : clients) request.add_clients(client);
    request.set_reason("zelfde gezin, zelfde kind");
    return linking_->MergeClients(steward_, request);
  };
  EXPECT_EQ(ReasonOf(merge({links.at("a").client(), links.at("b").client()}).status()), ErrorReason::DECISION_IMPOSSIBLE);
  const absl::StatusOr<v1::LinkDecision> merged =
      merge({links.at("a").client(), links.at("c").client(), links.at("d").client()});
  ASSERT_TRUE(merged.ok()) << merged.status();
  EXPECT_TRUE(merged->followed());
  EXPECT_EQ(Clients(), "a c d | b");
  EXPECT_EQ(Links().at("d").client(), links.at("a").client());
  EXPECT_EQ(ReasonOf(merge({links.at("c").client(), links.at("b").client()}).status()), ErrorReason::DECISION_IMPOSSIBLE)
      << "by an id that leads to another client";
  EXPECT_EQ(merge({links.at("c").client(), links.at("a").client()}).status().code(), absl::StatusCode::kInvalidArgument)
      << "they are one already";
  // A source corrects a number: what was decided cannot be followed any more, and says so.
  Tell("jeugdteam", 2000, {{"d", two.c_str(), "Bram", "", "", "", "", 0}});
  EXPECT_EQ(Clients(), "a c | b d");
  const absl::StatusOr<v1::ListLinkDecisionsResponse> decisions = linking_->ListLinkDecisions(steward_, {});
  ASSERT_EQ(decisions->decisions_size(), 1);
  EXPECT_FALSE(decisions->decisions(0).followed());
}

// A split says of every pair that they differ; putting the halves together again takes all of that back.
TEST_F(ReviewTest, WhatWasTakenApartIsPutTogetherWhole) {
  const std::string one = TestBsn(0);
  for (int64_t i = 0; i < 5; ++i) {
    const std::string key(1, static_cast<char>('a' + i));
    Tell(absl::StrCat("bron", i), 10 + i, {{key.c_str(), one.c_str(), "Eva", "", "", "", "", 0}});
  }
  ASSERT_EQ(Clients(), "a b c d e");
  v1::SplitClientRequest split;
  split.set_client(Links().at("a").client());
  split.add_persons("a");
  split.add_persons("d");
  split.set_reason("twee kinderen onder een nummer");
  ASSERT_TRUE(linking_->SplitClient(steward_, split).ok());
  ASSERT_EQ(Clients(), "a d | b c e");
  v1::MergeClientsRequest merge;
  merge.add_clients(Links().at("a").client());
  merge.add_clients(Links().at("b").client());
  merge.set_reason("toch een kind");
  const absl::StatusOr<v1::LinkDecision> merged = linking_->MergeClients(steward_, merge);
  ASSERT_TRUE(merged.ok()) << merged.status();
  EXPECT_TRUE(merged->followed());
  EXPECT_EQ(Clients(), "a b c d e");
  ASSERT_TRUE(Undo(*merged).ok());
  EXPECT_EQ(Clients(), "a d | b c e");
}

TEST_F(ReviewTest, WithFourEyesASecondPersonConfirms) {
  options_.four_eyes = true;
  Restart();
  Tell("jw301", 10, Allocated());
  Tell("jeugdteam", 20, {kTeam});
  const absl::StatusOr<v1::LinkDecision> decision = Decide("jw", "team", v1::SAME_PERSON, "verzoek-1");
  ASSERT_TRUE(decision.ok()) << decision.status();
  EXPECT_EQ(decision->state(), v1::LinkDecision::PROPOSED);
  EXPECT_FALSE(decision->followed());
  EXPECT_EQ(Clients(), "jw | team");
  ASSERT_EQ(Queue().size(), 1u);
  EXPECT_EQ(Queue()[0].proposed_decision(), decision->name());
  EXPECT_EQ(Decide("jw", "team", v1::SAME_PERSON, "verzoek-1")->name(), decision->name()) << "a repeat is no second decision";

  v1::ConfirmLinkDecisionRequest confirm;
  confirm.set_name(decision->name());
  EXPECT_EQ(ReasonOf(linking_->ConfirmLinkDecision(steward_, confirm).status()), ErrorReason::FOUR_EYES);
  clock_.Set(absl::FromUnixMicros(1200));
  Restart();
  const absl::StatusOr<v1::LinkDecision> confirmed = linking_->ConfirmLinkDecision(second_, confirm);
  ASSERT_TRUE(confirmed.ok()) << confirmed.status();
  EXPECT_EQ(confirmed->confirmed_by(), "tweede");
  EXPECT_EQ(Clients(), "jw team");
  EXPECT_EQ(Clients(1199), "jw | team");
  ASSERT_TRUE(Undo(*decision).ok());
  EXPECT_EQ(ReasonOf(linking_->ConfirmLinkDecision(second_, confirm).status()), ErrorReason::DECISION_CLOSED);
  confirm.set_name("municipalities/gm1730/linkdecisions/d0");
  EXPECT_EQ(linking_->ConfirmLinkDecision(second_, confirm).status().code(), absl::StatusCode::kNotFound);
}

TEST_F(ReviewTest, NeutralChoicesNoDefaultAndAReason) {
  Tell("jw301", 10, Allocated());
  v1::CreateLinkDecisionRequest request;
  request.set_person_key_a("jw");
  request.set_person_key_b("jw");
  const std::vector<BadField> fields = BadFieldsOf(linking_->CreateLinkDecision(steward_, request).status());
  std::set<std::string> paths;
  for (const BadField& field : fields) paths.insert(field.path);
  EXPECT_THAT(paths, ElementsAre("person_key_b", "reason", "verdict")) << "all faults at once";
  EXPECT_EQ(Decide("jw", "nobody", v1::SAME_PERSON).status().code(), absl::StatusCode::kNotFound);
  // Reasons and purposes outlive the person they are about.
  request.set_person_key_b("team");
  request.set_verdict(v1::SAME_PERSON);
  request.set_reason("haar nummer is " + TestBsn(0));
  EXPECT_EQ(BadFieldsOf(linking_->CreateLinkDecision(steward_, request).status())[0].path, "reason");
  EXPECT_EQ(BadFieldsOf(Show("r0", "zoekt " + TestBsn(0)).status())[0].path, "purpose");
  v1::SplitClientRequest split;
  split.set_client(Links().at("jw").client());
  split.add_persons("jw");
  split.set_reason("alles eruit");
  EXPECT_EQ(BadFieldsOf(linking_->SplitClient(steward_, split).status())[0].path, "persons") << "somebody must stay";
  split.set_persons(0, "team");
  EXPECT_EQ(BadFieldsOf(linking_->SplitClient(steward_, split).status())[0].path, "persons[0]");
}

TEST_F(ReviewTest, APersonWhoFitsTwoClientsGoesToTheStrongestAndIsAQuestion) {
  const std::string one = TestBsn(0), two = TestBsn(1);
  Tell("jw301", 10,
       {{"a", one.c_str(), "Fleur", "Zijlstra", "2009-05-03", "2", "9401AB", 12},
        {"b", two.c_str(), "Fleur", "Zijlstra", "2009-05-03", "2", "9401AC", 3}});
  Tell("jeugdteam", 20, {{"c", "", "Fleur", "Zijlstra", "2009-05-03", "2", "9401AB", 12}});
  EXPECT_EQ(Clients(), "a c | b");
  ASSERT_EQ(Queue().size(), 1u);
  EXPECT_EQ(Queue()[0].reason(), v1::TWO_NUMBERS);
  EXPECT_EQ(linking_->GetLinkSummary({}, {})->open_pair_count(), 0) << "they cannot be one, so no count depends on it";
}

}  // namespace
}  // namespace nmd::linking
