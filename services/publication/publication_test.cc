// SPDX-License-Identifier: EUPL-1.2
#include "services/publication/publication.h"

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "nmd/costs/v1/costs.pb.h"
#include "services/platform/errors.h"
#include "services/publication/test_publication.h"

namespace nmd::publication {
namespace {

using costs::v1::QueryFiguresRequest;
using ::testing::HasSubstr;
using type::Figure;

class PublicationTest : public PublicationFixture {
 protected:
  PublicationTest() {
    Agree(TestAgreement());
    request_.set_name(TestAgreement().name());
    request_.set_table("wijk-ivn");
    *request_.mutable_period() = PeriodOf("2018-01", "2018-04");
  }

  const v1::Cell& CellOf(const v1::PreviewPublicationResponse& response, const std::string& wijk, const std::string& ivn) {
    for (const v1::Cell& cell : response.cells()) {
      if (cell.dimensions(0).value() == wijk && cell.dimensions(1).value() == ivn) return cell;
    }
    ADD_FAILURE() << "no cell " << wijk << " x " << ivn;
    return response.cells(0);
  }

  v1::PreviewPublicationRequest request_;
};

TEST_F(PublicationTest, T27ProtectsARowOfTwo) {
  Add(1, 4, "Eelde", "5");
  Add(11, 8, "Eelde", "6");
  Add(21, 20, "Vries", "5");
  Add(51, 30, "Vries", "6");
  const auto response = publication_->PreviewPublication(With(type::PRIVACY_OFFICER), request_);
  ASSERT_TRUE(response.ok()) << response.status();
  ASSERT_EQ(response->cells_size(), 9);
  const v1::Cell& small = CellOf(*response, "Eelde", "5");
  EXPECT_EQ(small.state(), v1::Cell::HIDDEN_PRIMARY);
  EXPECT_EQ(CellOf(*response, "Eelde", "6").state(), v1::Cell::HIDDEN_SECONDARY);
  EXPECT_EQ(CellOf(*response, "Eelde", "totaal").state(), v1::Cell::SHOWN);
  EXPECT_EQ(CellOf(*response, "Eelde", "totaal").figures(0).count(), 12);
  EXPECT_EQ(response->primary_count(), 1);
  EXPECT_EQ(response->secondary_count(), 3);
  EXPECT_EQ(response->shown_count(), 5);
  EXPECT_THAT(response->proof(), HasSubstr("Bewezen: geen beschermde cel"));
  EXPECT_EQ(response->known_time().seconds(), 1'522'500'000);
}

TEST_F(PublicationTest, HiddenFiguresOfAllMeasuresHoldNothingButThatTheyAreHidden) {
  Add(1, 4, "Eelde", "5");
  Add(11, 8, "Eelde", "6");
  const auto response = publication_->PreviewPublication(With(type::PRIVACY_OFFICER), request_);
  ASSERT_TRUE(response.ok()) << response.status();
  int hidden = 0;
  for (const v1::Cell& cell : response->cells()) {
    ASSERT_EQ(cell.figures_size(), 3);
    const bool is_hidden = cell.state() == v1::Cell::HIDDEN_PRIMARY || cell.state() == v1::Cell::HIDDEN_SECONDARY;
    hidden += is_hidden;
    for (const Figure& figure : cell.figures()) {
      EXPECT_EQ(figure.state() == Figure::SUPPRESSED, is_hidden);
      EXPECT_EQ(figure.value_case() == Figure::VALUE_NOT_SET, is_hidden);
      EXPECT_EQ(figure.has_reliability(), !is_hidden) << "a link quality tells the size of a small cell";
      EXPECT_EQ(figure.state_reason(), is_hidden ? "CELL_PROTECTED" : "");
      EXPECT_FALSE(figure.definition().empty());
    }
  }
  EXPECT_GT(hidden, 0);
}

TEST_F(PublicationTest, AZeroTellsNothingOfTheHiddenTotalItIsPartOf) {
  // January has four provisions in all, so that its total is hidden; Vries has none of them.
  v1::Agreement agreement = TestAgreement();
  agreement.mutable_tables(0)->set_dimensions(1, "month");
  Agree(agreement);
  Add(1, 4, "Eelde", "5", "2018-01");
  Add(11, 20, "Eelde", "5", "2018-02");
  Add(31, 20, "Vries", "5", "2018-02");
  // What was declared and taken back: it counts nothing, and four rows stand behind it.
  for (const int64_t cents : {10000, -10000, 10000, -10000})
    costs_.provisions.push_back({0, "Zuidlaren", "5", cents, "2018-02"});
  const auto response = publication_->PreviewPublication(With(type::PRIVACY_OFFICER), request_);
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(CellOf(*response, "totaal", "2018-01").state(), v1::Cell::HIDDEN_PRIMARY);
  const v1::Cell& whole = CellOf(*response, "totaal", "totaal");
  ASSERT_EQ(whole.state(), v1::Cell::SHOWN);
  for (const auto& [wijk, month] : {std::pair("Vries", "2018-01"), {"Zuidlaren", "2018-02"}}) {
    const v1::Cell& zero = CellOf(*response, wijk, month);
    ASSERT_EQ(zero.state(), v1::Cell::ZERO) << wijk;
    EXPECT_EQ(zero.figures(0).count(), 0);
    EXPECT_EQ(zero.figures(0).reliability().link_quality(), whole.figures(0).reliability().link_quality()) << wijk;
  }
}

TEST_F(PublicationTest, TellsTheReasonOnlyToThoseWithAMandate) {
  Add(1, 4, "Eelde", "5");
  Add(11, 8, "Eelde", "6");
  Add(21, 20, "Vries", "5");
  Add(51, 30, "Vries", "6");
  const auto guarded = publication_->PreviewPublication(With(type::CONTROLLER), request_);
  const auto plain = publication_->PreviewPublication(With(type::POLICY_ADVISER), request_);
  ASSERT_TRUE(guarded.ok() && plain.ok());
  EXPECT_EQ(guarded->primary_count(), 1);
  EXPECT_EQ(plain->primary_count(), 0);
  EXPECT_EQ(plain->secondary_count(), 4);
  for (const v1::Cell& cell : plain->cells()) EXPECT_NE(cell.state(), v1::Cell::HIDDEN_PRIMARY);
  EXPECT_EQ(plain->proof(), guarded->proof());
}

TEST_F(PublicationTest, CountsTotalsAnewInsteadOfSummingThem) {
  // The same ten clients have help of two levels: ten people, not twenty.
  Add(1, 10, "Eelde", "5");
  Add(1, 10, "Eelde", "6");
  const auto response = publication_->PreviewPublication(With(type::PRIVACY_OFFICER), request_);
  ASSERT_TRUE(response.ok()) << response.status();
  const v1::Cell& total = CellOf(*response, "Eelde", "totaal");
  EXPECT_EQ(total.figures(0).count(), 10);
  EXPECT_EQ(total.figures(1).count(), 20);
  EXPECT_EQ(total.figures(2).amount_cents(), 20 * 10000);
  ASSERT_EQ(costs_.asked.size(), 4) << "one question per subset of two dimensions";
  for (const QueryFiguresRequest& question : costs_.asked) {
    EXPECT_EQ(question.parent(), "municipalities/gm1730");
    EXPECT_EQ(question.filters(0).values(0), "jeugdwet");
    EXPECT_EQ(question.known_time().seconds(), 1'522'500'000) << "all as known at one moment";
  }
}

TEST_F(PublicationTest, CellsWithoutRowsAreZeroAndTotalsStandLast) {
  Add(1, 10, "Eelde", "5");
  Add(11, 10, "Vries", "6");
  const auto response = publication_->PreviewPublication(With(type::PRIVACY_OFFICER), request_);
  ASSERT_TRUE(response.ok()) << response.status();
  const v1::Cell& empty = CellOf(*response, "Eelde", "6");
  EXPECT_EQ(empty.state(), v1::Cell::ZERO);
  EXPECT_EQ(empty.figures(0).state(), Figure::ANSWERED);
  EXPECT_EQ(empty.figures(0).count(), 0);
  EXPECT_EQ(empty.figures(2).amount_cents(), 0);
  EXPECT_EQ(empty.figures(2).value_case(), Figure::kAmountCents);
  EXPECT_EQ(empty.figures(0).dimensions_size(), 2);
  std::vector<std::string> order;
  for (const v1::Cell& cell : response->cells())
    order.push_back(absl::StrCat(cell.dimensions(0).value(), cell.dimensions(1).value()));
  EXPECT_EQ(absl::StrJoin(order, " "), "Eelde5 Eelde6 Eeldetotaal Vries5 Vries6 Vriestotaal totaal5 totaal6 totaaltotaal");
}

TEST_F(PublicationTest, HidesAnAmountWithoutAClient) {
  Add(1, 10, "Eelde", "5");
  Add(11, 10, "Vries", "5");
  Add(21, 10, "Vries", "6");
  costs_.provisions.push_back({0, "Eelde", "6", 4200});
  const auto response = publication_->PreviewPublication(With(type::PRIVACY_OFFICER), request_);
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(CellOf(*response, "Eelde", "6").state(), v1::Cell::HIDDEN_PRIMARY);
}

TEST_F(PublicationTest, PassesOnThatAMeasureHasNoAnswer) {
  Add(1, 10, "Eelde", "5");
  Add(11, 10, "Vries", "6");
  costs_.unanswered = "indicated";
  const auto response = publication_->PreviewPublication(With(type::PRIVACY_OFFICER), request_);
  ASSERT_TRUE(response.ok()) << response.status();
  for (const v1::Cell& cell : response->cells()) {
    EXPECT_EQ(cell.figures(2).state(), Figure::NOT_AVAILABLE) << "never a silent zero";
    EXPECT_EQ(cell.figures(2).value_case(), Figure::VALUE_NOT_SET);
  }
}

TEST_F(PublicationTest, RefusesATableWithoutACountOfClients) {
  Add(1, 10, "Eelde", "5");
  costs_.unanswered = "clients";
  const auto response = publication_->PreviewPublication(With(type::PRIVACY_OFFICER), request_);
  EXPECT_EQ(response.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(ReasonOf(response.status()), ErrorReason::TABLE_NOT_COUNTED);
  EXPECT_EQ(MetadataOf(response.status(), "state_reason"), "PERIOD_NOT_DELIVERED");
}

TEST_F(PublicationTest, RefusesATableByAnAttributeNobodyRegisters) {
  Add(1, 10, "Eelde", "5");
  for (const char* attribute : {"ivn", "law"}) {
    costs_.unregistered = attribute;
    const auto response = publication_->PreviewPublication(With(type::PRIVACY_OFFICER), request_);
    EXPECT_EQ(ReasonOf(response.status()), ErrorReason::TABLE_NOT_COUNTED) << attribute;
    EXPECT_EQ(MetadataOf(response.status(), "state_reason"), "ATTRIBUTE_NOT_REGISTERED");
  }
}

TEST_F(PublicationTest, SharesOnlyWhatWasAgreedAndWhileItHolds) {
  request_.set_table("buurt");
  EXPECT_EQ(ReasonOf(publication_->PreviewPublication(With(type::CONTROLLER), request_).status()),
            ErrorReason::TABLE_NOT_AGREED);
  request_.set_table("wijk-ivn");
  request_.set_name("municipalities/gm1730/agreements/openbaar");
  EXPECT_EQ(ReasonOf(publication_->PreviewPublication(With(type::CONTROLLER), request_).status()),
            ErrorReason::RESOURCE_NOT_FOUND);
  request_.set_name(TestAgreement().name());
  clock_.Set(absl::FromUnixSeconds(1'577'836'800));  // 2020-01-01
  EXPECT_EQ(ReasonOf(publication_->PreviewPublication(With(type::CONTROLLER), request_).status()),
            ErrorReason::AGREEMENT_NOT_IN_FORCE);
  EXPECT_TRUE(costs_.asked.empty()) << "nothing is asked that may not be shared";
}

TEST_F(PublicationTest, TellsAllWrongFieldsAtOnce) {
  request_.set_table("");
  request_.mutable_period()->set_start_date("2018-01-02");
  request_.mutable_period()->set_end_date("2017-13-01");
  const auto response = publication_->PreviewPublication(With(type::CONTROLLER), request_);
  EXPECT_EQ(BadFieldsOf(response.status()).size(), 3);
}

TEST_F(PublicationTest, ListsAgreementsByPage) {
  v1::ListAgreementsRequest request;
  request.set_parent("municipalities/gm1730");
  request.set_page_size(1);
  const auto response = publication_->ListAgreements(With(type::CONTROLLER), request);
  ASSERT_TRUE(response.ok());
  ASSERT_EQ(response->agreements_size(), 1);
  EXPECT_EQ(response->agreements(0).tables(0).minimum_clients(), 5);
  EXPECT_EQ(response->next_page_token(), "");
  request.set_page_size(-1);
  EXPECT_EQ(ReasonOf(publication_->ListAgreements(With(type::CONTROLLER), request).status()), ErrorReason::FIELDS_INVALID);
}

}  // namespace
}  // namespace nmd::publication
