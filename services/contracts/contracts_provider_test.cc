// SPDX-License-Identifier: EUPL-1.2
// The feed of a provider, and what both sides say about its items.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <map>
#include <thread>

#include "services/contracts/contracts_methods.h"
#include "services/contracts/test_scene.h"

namespace nmd::contracts {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::kOther;
using testing::kParent;
using ::testing::SizeIs;
using v1::ItemResponse;

class ProviderTest : public testing::Scene {
 protected:
  ProviderTest() {
    account_.Allocate(1);
    account_.Claim("c1", "2018-06-05", {{"r1", 1, "2018-01", 40}, {"r2", 1, "2018-02", 40}});
    Follow();
  }
  v1::ListItemChangesRequest After(int64_t sequence, int page_size = 0) {
    v1::ListItemChangesRequest request;
    request.set_parent(kParent);
    request.set_after_sequence(sequence);
    request.set_page_size(page_size);
    return request;
  }
  // What the feed says, without a wait; absent: nothing new.
  std::optional<v1::ListItemChangesResponse> Ask(int64_t after, int page_size = 0) {
    const auto answer = contracts_->ListItemChanges(provider_, After(after, page_size), false);
    EXPECT_TRUE(answer.ok()) << answer.status();
    return answer.ok() ? *answer : std::nullopt;
  }
  // "r1 AWAITING_ANSWER"; of one that went only "gone".
  static std::vector<std::string> Told(const v1::ListItemChangesResponse& page) {
    std::vector<std::string> told;
    for (const v1::ItemChange& change : page.changes()) {
      const auto& item = change.item();
      told.push_back(!change.has_item()
                         ? "gone"
                         : absl::StrCat(item.reference().empty() ? absl::StrCat("#", item.allocation()) : item.reference(), " ",
                                        v1::ReconciliationItem::Outcome_Name(item.outcome())));
    }
    return told;
  }
  std::string NameOf(const std::string& reference) {
    v1::ListReconciliationItemsRequest request;
    request.set_parent(kParent);
    const auto items = contracts_->ListReconciliationItems(manager_, request);
    EXPECT_TRUE(items.ok()) << items.status();
    for (const auto& item : items->items()) {
      if (item.reference() == reference) return item.name();
    }
    ADD_FAILURE() << reference;
    return "";
  }
  v1::RespondToItemRequest Response(const std::string& reference, ItemResponse::Position position, const std::string& id) {
    v1::RespondToItemRequest request;
    request.set_name(NameOf(reference));
    request.set_position(position);
    request.set_request_id(id);
    if (position == ItemResponse::DISPUTED) request.set_reason(ItemResponse::QUANTITY_RIGHT);
    if (position == ItemResponse::SETTLED) request.set_note("Er komt een nieuwe declaratie.");
    return request;
  }
};

TEST_F(ProviderTest, TheFeedTellsWhatThereIsAndThenWhatChanges) {
  const auto first = Ask(0);
  ASSERT_TRUE(first);
  EXPECT_TRUE(first->restarted());
  EXPECT_THAT(Told(*first), ElementsAre("r1 AWAITING_ANSWER", "r2 AWAITING_ANSWER", "#1 NOT_DECLARED", "#1 EXPECTED"))
      << "in order of the account";
  EXPECT_FALSE(Ask(first->next_sequence()));

  clock_.Advance(absl::Minutes(1));
  account_.Answer("c1", "2018-06-08", 8000, 4000, {{"r2", "9321"}});
  Follow();
  const auto second = Ask(first->next_sequence());
  ASSERT_TRUE(second);
  EXPECT_FALSE(second->restarted());
  EXPECT_THAT(Told(*second), ElementsAre("r1 MATCHED", "r2 REJECTED"));
  EXPECT_EQ(second->changes(0).name(), NameOf("r1"));
  EXPECT_FALSE(Ask(second->next_sequence()));
}

TEST_F(ProviderTest, TheFeedIsReadInPages) {
  std::vector<std::string> told;
  int64_t after = 0;
  int pages = 0;
  while (const auto page = Ask(after, 2)) {
    EXPECT_EQ(page->restarted(), after == 0);
    EXPECT_LE(page->changes_size(), 2);
    for (const std::string& one : Told(*page)) told.push_back(one);
    after = page->next_sequence();
    ++pages;
  }
  EXPECT_EQ(pages, 2);
  EXPECT_THAT(told, SizeIs(4));
}

// What the provider of another allocation gets is no news here, nor is a new day.
TEST_F(ProviderTest, OnlyWhatChangesTheAccountIsNews) {
  const int64_t after = Ask(0)->next_sequence();
  account_.Allocate(2).set_provider(kOther);
  account_.Claim("c1", "2018-06-06", {{"r7", 2}}).set_provider(kOther);
  Follow();
  EXPECT_FALSE(Ask(after));
  clock_.Advance(absl::Hours(24));
  EXPECT_FALSE(Ask(after)) << "the lines are open a day longer, which is no change";
  account_.Answer("c1", "2018-06-11", 8000, 8000);
  Follow();
  const auto news = Ask(after);
  ASSERT_TRUE(news);
  EXPECT_THAT(Told(*news), ElementsAre("r1 MATCHED", "r2 MATCHED"));
}

TEST_F(ProviderTest, WhatWentIsToldByItsNameOnly) {
  const int64_t after = Ask(0)->next_sequence();
  account_.Deliver("2018-06-08").set_supersedes(account_.batches[1].delivery());
  Follow();
  const auto page = Ask(after);
  ASSERT_TRUE(page);
  int gone = 0;
  for (const v1::ItemChange& change : page->changes()) gone += change.has_item() ? 0 : 1;
  EXPECT_EQ(gone, 4) << "the two lines; and claims do not come in any more, so that none is missing";
}

// The service keeps nothing of the feed: after a restart the reader is told to forget, and gets everything.
TEST_F(ProviderTest, ARestartBeginsTheFeedAnew) {
  const int64_t after = Ask(0)->next_sequence();
  clock_.Advance(absl::Minutes(1));
  Open();
  const auto page = Ask(after);
  ASSERT_TRUE(page);
  EXPECT_TRUE(page->restarted());
  EXPECT_THAT(page->changes(), SizeIs(4));
  EXPECT_FALSE(Ask(page->next_sequence()));
}

TEST_F(ProviderTest, WaitingReadersHearOfNewsThroughTheDoor) {
  Router router("gm1730", clock_);
  Handle(*contracts_, router);
  v1::ListItemChangesRequest request = After(Ask(0)->next_sequence());
  request.set_wait_seconds(30);
  std::vector<std::future<std::string>> readers;
  for (int i = 0; i < 20; ++i) {
    readers.push_back(std::async(std::launch::async, [&] {
      return router.Call("/nmd.contracts.v1.ProviderService/ListItemChanges", provider_, request.SerializeAsString())
          .value_or("");
    }));
  }
  while (contracts_->parking().parked() < readers.size()) std::this_thread::yield();
  account_.Answer("c1", "2018-06-08", 8000, 8000);
  Follow();
  for (auto& reader : readers) {
    v1::ListItemChangesResponse response;
    ASSERT_TRUE(response.ParseFromString(reader.get()));
    EXPECT_THAT(Told(response), ElementsAre("r1 MATCHED", "r2 MATCHED"));
  }
  request.set_after_sequence(-1);
  EXPECT_EQ(
      ReasonOf(
          router.Call("/nmd.contracts.v1.ProviderService/ListItemChanges", provider_, request.SerializeAsString()).status()),
      ErrorReason::FIELDS_INVALID);
}

// F-20: one history that both sides see.
TEST_F(ProviderTest, BothSidesSeeTheSameHistory) {
  const int64_t after = Ask(0)->next_sequence();
  Caller municipality = manager_;
  municipality.subject = "j.jansen";
  auto said = contracts_->RespondToItem(provider_, Response("r1", ItemResponse::DISPUTED, "a"));
  ASSERT_TRUE(said.ok()) << said.status();
  EXPECT_EQ(said->name(), NameOf("r1") + "/responses/1");
  EXPECT_EQ(said->side(), ItemResponse::OF_PROVIDER);
  EXPECT_EQ(said->outcome(), v1::ReconciliationItem::AWAITING_ANSWER);
  EXPECT_EQ(said->amount_cents(), 4000);
  clock_.Advance(absl::Minutes(5));
  said = contracts_->RespondToItem(municipality, Response("r1", ItemResponse::WILL_ANSWER, "a"));
  ASSERT_TRUE(said.ok()) << said.status();
  EXPECT_EQ(said->name(), NameOf("r1") + "/responses/2") << "a request id is of one side";
  EXPECT_EQ(said->subject(), "j.jansen");

  v1::ListItemResponsesRequest list;
  list.set_parent(kParent);
  const auto seen_by_provider = contracts_->ListItemResponses(provider_, list);
  const auto seen_by_municipality = contracts_->ListItemResponses(municipality, list);
  ASSERT_TRUE(seen_by_provider.ok() && seen_by_municipality.ok());
  ASSERT_THAT(seen_by_provider->responses(), SizeIs(2));
  for (int i = 0; i < 2; ++i) {
    ItemResponse a = seen_by_provider->responses(i), b = seen_by_municipality->responses(i);
    a.clear_subject();
    b.clear_subject();
    EXPECT_EQ(a.SerializeAsString(), b.SerializeAsString());
  }
  EXPECT_EQ(seen_by_provider->responses(0).subject(), "agb:01234567");
  EXPECT_EQ(seen_by_provider->responses(1).subject(), "") << "the municipality speaks, not one of its people";

  // The last one is on the item, in the list and in the feed.
  const auto news = Ask(after);
  ASSERT_TRUE(news);
  ASSERT_THAT(Told(*news), ElementsAre("r1 AWAITING_ANSWER"));
  EXPECT_EQ(news->changes(0).item().last_response().position(), ItemResponse::WILL_ANSWER);
  EXPECT_EQ(news->changes(0).item().response_count(), 2);

  // And stays when the item goes, and over a restart.
  account_.Deliver("2018-06-08").set_supersedes(account_.batches[1].delivery());
  Open();
  Follow();
  list.set_item(seen_by_provider->responses(0).name().substr(std::string(kParent).size() + 7, 20));
  EXPECT_THAT(contracts_->ListItemResponses(provider_, list)->responses(), SizeIs(2));
  list.set_item("00000000000000000000");
  EXPECT_THAT(contracts_->ListItemResponses(provider_, list)->responses(), IsEmpty());
}

TEST_F(ProviderTest, ARepeatSaysItOnce) {
  const auto request = Response("r1", ItemResponse::AGREED, "a");
  const auto first = contracts_->RespondToItem(provider_, request);
  ASSERT_TRUE(first.ok()) << first.status();
  const int64_t records = journal_->LastSequence();
  Open();
  const auto again = contracts_->RespondToItem(provider_, request);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->SerializeAsString(), first->SerializeAsString());
  EXPECT_EQ(journal_->LastSequence(), records);
}

TEST_F(ProviderTest, ASideSaysOnlyWhatIsItsToSayAndNamesNobody) {
  const std::map<ItemResponse::Position, std::pair<bool, bool>> kMaySay = {
      {ItemResponse::AGREED, {true, true}},
      {ItemResponse::DISPUTED, {true, true}},
      {ItemResponse::INVESTIGATING, {true, true}},
      {ItemResponse::SETTLED, {true, true}},
      {ItemResponse::WILL_CREDIT, {true, false}},
      {ItemResponse::WILL_DECLARE, {true, false}},
      {ItemResponse::WILL_REPORT, {true, false}},
      {ItemResponse::WILL_ANSWER, {false, true}},
      {ItemResponse::WILL_CHANGE_ALLOCATION, {false, true}}};
  int id = 0;
  for (const auto& [position, may] : kMaySay) {
    EXPECT_EQ(contracts_->RespondToItem(provider_, Response("r1", position, absl::StrCat(++id))).ok(), may.first) << position;
    EXPECT_EQ(contracts_->RespondToItem(manager_, Response("r1", position, absl::StrCat(++id))).ok(), may.second) << position;
  }
  const auto faults = [&](const v1::RespondToItemRequest& request) {
    std::vector<std::string> paths;
    for (const BadField& field : BadFieldsOf(contracts_->RespondToItem(provider_, request).status()))
      paths.push_back(field.path);
    return paths;
  };
  v1::RespondToItemRequest request = Response("r1", ItemResponse::DISPUTED, "x");
  request.clear_reason();
  EXPECT_THAT(faults(request), ElementsAre("reason"));
  request.set_reason(ItemResponse::OTHER_REASON);
  EXPECT_THAT(faults(request), ElementsAre("note")) << "another reason has to be told";
  request.set_note("Het gaat om 999900006.");
  EXPECT_THAT(faults(request), ElementsAre("note")) << "a burgerservicenummer";
  request.set_note(std::string(501, 'a'));
  EXPECT_THAT(faults(request), ElementsAre("note"));
  request = Response("r1", ItemResponse::POSITION_UNSPECIFIED, "");
  request.set_reason(static_cast<ItemResponse::Reason>(99));
  EXPECT_THAT(faults(request), ElementsAre("position", "reason", "request_id"));
  request = Response("r1", ItemResponse::AGREED, "y");
  request.set_name(absl::StrCat(kParent, "/items/00000000000000000000"));
  EXPECT_EQ(ReasonOf(contracts_->RespondToItem(provider_, request).status()), ErrorReason::RESOURCE_NOT_FOUND);
  request.set_name(absl::StrCat(kParent, "/rows/00000000000000000000"));
  EXPECT_THAT(faults(request), ElementsAre("name"));
}

// The feed of signals: each once, as it is now, in order of its last change, over a restart too.
TEST_F(ProviderTest, SignalsAreFollowedByTheirLastChange) {
  const auto ask = [&](int64_t after, bool last = false) {
    v1::ListSignalChangesRequest request;
    request.set_parent("municipalities/gm1730");
    request.set_after_sequence(after);
    request.set_page_size(1);
    return *contracts_->ListSignalChanges(manager_, request, last);
  };
  EXPECT_FALSE(ask(0));
  EXPECT_EQ(ask(7, true)->next_sequence(), 7);
  auto& contract = *account_.Deliver("2018-06-07").add_facts()->mutable_contract();
  contract.set_contract("jh-1");
  contract.set_law(ingestion::v1::YOUTH);
  contract.set_provider(testing::kProvider);
  contract.set_provider_name("Zorg");
  contract.set_start_day(testing::D("2018-01-01"));
  contract.set_ceiling_cents(10'000);
  declared_[testing::kProvider] = 8'000;
  Follow();
  ASSERT_TRUE(contracts_->Judge(absl::InfiniteFuture()).ok());
  const auto opened = ask(0);
  ASSERT_TRUE(opened);
  ASSERT_THAT(opened->signals(), SizeIs(1));
  EXPECT_EQ(opened->signals(0).state(), v1::Signal::OPEN);
  EXPECT_FALSE(ask(opened->next_sequence()));
  v1::AcknowledgeSignalRequest note;
  note.set_name(opened->signals(0).name());
  note.set_note("Gesproken.");
  ASSERT_TRUE(contracts_->AcknowledgeSignal(manager_, note).ok());
  const auto noted = ask(opened->next_sequence());
  ASSERT_TRUE(noted);
  EXPECT_THAT(noted->signals(0).acknowledgements(), SizeIs(1));
  Open();
  EXPECT_EQ(ask(opened->next_sequence())->SerializeAsString(), noted->SerializeAsString());
  EXPECT_EQ(ask(0)->next_sequence(), noted->next_sequence()) << "each signal once";
}

}  // namespace
}  // namespace nmd::contracts
