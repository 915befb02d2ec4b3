// SPDX-License-Identifier: EUPL-1.2
// Sending statements until they are received: the network fails before and after, the recipient says no, the process dies.
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nmd/publication/v1/region.pb.h"
#include "services/platform/errors.h"
#include "services/publication/test_publication.h"

namespace nmd::publication {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using v1::Delivery;
using v1::Release;

// A recipient that keeps every statement once, and a network in front of it that fails as the test says.
class FakeRecipient : public Peer {
 public:
  enum Weather { kFine, kLostOnTheWay, kLostOnTheWayBack, kOtherBytes };

  absl::StatusOr<std::string> CallBytes(absl::string_view path, absl::string_view request, absl::Duration,
                                        const Caller* caller) const override {
    EXPECT_EQ(path, "/nmd.publication.v1.RegionService/ReceiveStatement");
    EXPECT_TRUE(caller != nullptr && caller->Has(type::MEMBER));
    EXPECT_EQ(caller->purpose, "publicatie");
    ++calls;
    if (weather == kLostOnTheWay) return Gone();
    v1::ReceiveStatementRequest read;
    EXPECT_TRUE(read.ParseFromString(std::string(request)));
    EXPECT_EQ(read.parent(), "municipalities/nmd");
    const auto statement = Verify(read.statement(), keys);
    EXPECT_TRUE(statement.ok()) << statement.status();
    if (!refuse.empty()) return Refused(refuse, "not wanted");
    ++times[statement->id()];
    if (times[statement->id()] == 1) ids.push_back(statement->id());
    if (weather == kLostOnTheWayBack) return Gone();
    v1::ReceiveStatementResponse response;
    response.set_statement_hash(weather == kOtherBytes ? std::string(64, '0') : StatementHash(read.statement()));
    response.mutable_received_time()->set_seconds(1'522'600'000);
    return response.SerializeAsString();
  }
  void CallBytesAsync(absl::string_view, std::string, absl::Duration, const Caller*,
                      std::function<void(absl::StatusOr<std::string>)>) const override {
    ADD_FAILURE() << "not used";
  }
  static absl::Status Gone() { return Fail(absl::StatusCode::kUnavailable, ErrorReason::UNAVAILABLE_NOW, "the line is cut"); }

  mutable Weather weather = kFine;
  mutable std::string refuse;
  mutable int calls = 0;
  mutable std::vector<std::string> ids;
  mutable std::map<std::string, int> times;
  std::vector<PublicKey> keys;
};

class DeliveryTest : public PublicationFixture {
 protected:
  DeliveryTest() {
    recipient_.keys = {signer_.public_key()};
    Agree(agreement_);
    for (const char* ivn : {"5", "6"}) Add(ivn[0] * 100, 30, "Eelde", ivn);
    released_ = *Approve(*Propose(agreement_, PeriodOf("2018-01", "2018-02")));
  }

  absl::Status Step() { return publication_->Deliver(0, recipient_, absl::ZeroDuration()); }
  Delivery State() { return Get(released_)->deliveries(0); }

  const v1::Agreement agreement_ = TestAgreement();
  FakeRecipient recipient_;
  Release released_;
};

TEST_F(DeliveryTest, SaysEverythingInOrder) {
  EXPECT_EQ(State().state(), Delivery::WAITING);
  EXPECT_TRUE(Step().ok());
  EXPECT_EQ(State().state(), Delivery::WAITING) << "the agreement goes first";
  EXPECT_TRUE(Step().ok());
  EXPECT_EQ(State().state(), Delivery::RECEIVED);
  EXPECT_EQ(State().received_time().seconds(), 1'522'600'000);
  EXPECT_TRUE(Step().ok());
  EXPECT_EQ(recipient_.calls, 2) << "there is nothing more to say";
  v1::WithdrawReleaseRequest withdrawal;
  withdrawal.set_name(released_.name());
  withdrawal.set_reason("Fout");
  ASSERT_TRUE(publication_->WithdrawRelease(Officer(), withdrawal).ok());
  EXPECT_EQ(State().state(), Delivery::WAITING) << "the withdrawal is on its way";
  EXPECT_TRUE(Step().ok());
  EXPECT_THAT(recipient_.ids, ElementsAre("gm1730/000001", "gm1730/000002", "gm1730/000003"));
}

TEST_F(DeliveryTest, TellsHowLongTheOldestStatementWaits) {
  clock_.Advance(absl::Hours(3));
  EXPECT_EQ(publication_->OldestUndelivered(), absl::Hours(3));
  EXPECT_TRUE(Step().ok());
  EXPECT_TRUE(Step().ok());
  EXPECT_EQ(publication_->OldestUndelivered(), absl::ZeroDuration());
  ASSERT_TRUE(publication_
                  ->EndAgreement(Officer(),
                                 [&] {
                                   v1::EndAgreementRequest end;
                                   end.set_name(agreement_.name());
                                   end.set_reason("Het hoeft niet meer");
                                   return end;
                                 }())
                  .ok());
  recipient_.refuse = "order";
  EXPECT_TRUE(Step().ok());
  clock_.Advance(absl::Minutes(5));
  EXPECT_EQ(publication_->OldestUndelivered(), absl::Minutes(5)) << "what was refused waits for somebody";
  Reopen();
  EXPECT_EQ(publication_->OldestUndelivered(), absl::Minutes(5));
}

// Cut before and after, killed in between: nothing lost, nothing doubled.
TEST_F(DeliveryTest, ACutLosesAndDoublesNothing) {
  for (const auto weather : {FakeRecipient::kLostOnTheWay, FakeRecipient::kLostOnTheWayBack, FakeRecipient::kOtherBytes}) {
    recipient_.weather = weather;
    EXPECT_EQ(ReasonOf(Step()), ErrorReason::UNAVAILABLE_NOW);
    EXPECT_EQ(State().state(), Delivery::WAITING);
    EXPECT_FALSE(State().detail().empty());
    Reopen();
  }
  recipient_.weather = FakeRecipient::kFine;
  for (int i = 0; i < 4; ++i) EXPECT_TRUE(Step().ok());
  EXPECT_EQ(State().state(), Delivery::RECEIVED);
  EXPECT_THAT(recipient_.ids, ElementsAre("gm1730/000001", "gm1730/000002"));
  Reopen();
  const int calls = recipient_.calls;
  EXPECT_TRUE(Step().ok());
  EXPECT_EQ(recipient_.calls, calls) << "what was confirmed is remembered";
}

TEST_F(DeliveryTest, ARefusalIsShownAndNotTriedAgainUntilSomebodyAsks) {
  recipient_.refuse = "key_unknown";
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(Step().ok());
  EXPECT_EQ(recipient_.calls, 2) << "once per statement";
  EXPECT_EQ(State().state(), Delivery::REFUSED);
  EXPECT_THAT(State().detail(), HasSubstr("key_unknown"));
  Reopen();
  EXPECT_TRUE(Step().ok());
  EXPECT_EQ(recipient_.calls, 2) << "nor after a restart";
  recipient_.refuse.clear();
  v1::RedeliverStatementsRequest request;
  request.set_parent("municipalities/gm1730");
  EXPECT_EQ(publication_->RedeliverStatements(Officer(), request)->statement_count(), 2);
  EXPECT_EQ(publication_->RedeliverStatements(Officer(), request)->statement_count(), 0);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(Step().ok());
  EXPECT_THAT(recipient_.ids, ElementsAre("gm1730/000001", "gm1730/000002"));
  EXPECT_EQ(State().state(), Delivery::RECEIVED);
}

// Opt-in: who is not named hears nothing, and who is not named any more hears that.
TEST_F(DeliveryTest, TellsOnlyWhomTheAgreementNames) {
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(Step().ok());
  Agree(TestAgreement("voor-iedereen", "openbaar"));
  ASSERT_TRUE(Step().ok());
  EXPECT_EQ(recipient_.ids.size(), 2u);
  v1::Agreement moved = agreement_;
  moved.set_audiences(0, "gm0106");
  Agree(moved);
  ASSERT_TRUE(Step().ok());
  EXPECT_THAT(recipient_.ids, ElementsAre("gm1730/000001", "gm1730/000002", "gm1730/000004"));
  moved.set_title("Verder zonder de regio");
  Agree(moved);
  EXPECT_THAT(Get(released_)->deliveries(0).statement(), HasSubstr("gm1730/000002"));
}

}  // namespace
}  // namespace nmd::publication
