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
#include "services/platform/router.h"
#include "services/publication/agreement.h"

namespace nmd::publication {
namespace {

using costs::v1::QueryFiguresRequest;
using costs::v1::QueryFiguresResponse;
using ::testing::HasSubstr;
using type::Figure;

// A provision of a client: what the fake costs service counts over.
struct Provision {
  int client;  // 0: an invoice without a client in the period.
  std::string wijk, ivn;
  int64_t cents;
};

// Stands in for costs: counts distinct clients, provisions and cents over a list, by any dimensions.
class FakeCosts {
 public:
  explicit FakeCosts(const Clock& clock) : router_("gm1730", clock) {
    router_.Handle("nmd.costs.v1.CostsService", "QueryFigures",
                   [this](const Caller& caller, const QueryFiguresRequest& request) { return Query(caller, request); });
  }

  std::unique_ptr<Peer> peer() const { return NewLocalPeer(router_, "publication"); }

  std::vector<Provision> provisions;
  std::vector<QueryFiguresRequest> asked;
  std::string unanswered;    // A measure without an answer.
  std::string unregistered;  // A dimension or filter nobody registers.

 private:
  absl::StatusOr<QueryFiguresResponse> Query(const Caller& caller, const QueryFiguresRequest& request) {
    EXPECT_EQ(caller.subject, "service:publication");
    asked.push_back(request);
    std::map<std::vector<std::string>, std::vector<const Provision*>> cells;
    std::vector<const Provision*> all;
    for (const Provision& provision : provisions) {
      std::vector<std::string> key;
      for (const std::string& dimension : request.dimensions()) {
        key.push_back(dimension == "wijk" ? provision.wijk : provision.ivn);  // "month" too stands in the place of ivn.
      }
      cells[key].push_back(&provision);
      all.push_back(&provision);
    }
    QueryFiguresResponse response;
    const auto& dimensions = request.dimensions();
    const bool split = std::find(dimensions.begin(), dimensions.end(), unregistered) != dimensions.end();
    const bool filtered = request.filters(0).dimension() == unregistered;
    if (split || filtered) {  // As the costs service does it: one figure per measure, at the unregistered dimension.
      for (const std::string& measure : request.measures()) {
        Figure* figure = filtered && dimensions.empty() ? response.add_totals() : response.add_figures();
        figure->set_measure(measure);
        figure->set_state(Figure::NOT_REGISTERED);
        figure->set_state_reason("ATTRIBUTE_NOT_REGISTERED");
        figure->add_dimensions()->set_dimension(unregistered);
      }
      return response;
    }
    for (const auto& [key, rows] : cells) {
      for (const std::string& measure : request.measures()) {
        Figure* figure = response.add_figures();
        *figure = Count(request, measure, rows);
        for (size_t d = 0; d < key.size(); ++d) {
          auto* value = figure->add_dimensions();
          value->set_dimension(request.dimensions(static_cast<int>(d)));
          value->set_value(key[d]);
          value->set_label(absl::StrCat("De ", key[d]));
        }
      }
    }
    for (const std::string& measure : request.measures()) *response.add_totals() = Count(request, measure, all);
    return response;
  }

  Figure Count(const QueryFiguresRequest& request, const std::string& measure,
               const std::vector<const Provision*>& rows) const {
    Figure figure;
    figure.set_measure(measure);
    *figure.mutable_period() = request.period();
    *figure.mutable_known_time() = request.known_time();
    figure.set_definition(absl::StrCat(measure, "/1"));
    figure.mutable_reliability()->set_link_quality(1 - 1.0 / static_cast<double>(1 + rows.size()));
    if (measure == unanswered) {
      figure.set_state(Figure::NOT_AVAILABLE);
      figure.set_state_reason("PERIOD_NOT_DELIVERED");
      return figure;
    }
    figure.set_state(Figure::ANSWERED);
    std::set<int> clients;
    int64_t count = 0, cents = 0;
    for (const Provision* row : rows) {
      cents += row->cents;
      if (row->client == 0) continue;
      clients.insert(row->client);
      ++count;
    }
    if (measure == "clients") figure.set_count(static_cast<int64_t>(clients.size()));
    if (measure == "provisions") figure.set_count(count);
    if (measure == "indicated") figure.set_amount_cents(cents);
    return figure;
  }

  Router router_;
};

v1::Agreement Regio() {
  v1::Agreement agreement;
  agreement.set_name("municipalities/gm1730/agreements/regio");
  agreement.set_title("Regio");
  agreement.add_audiences("regio");
  agreement.set_purpose("Sturing");
  agreement.set_legal_basis("Jeugdwet artikel 2.7");
  agreement.set_contact("privacyfunctionaris");
  agreement.set_start_date("2017-01-01");
  agreement.set_end_date("2020-01-01");
  v1::TableRule* table = agreement.add_tables();
  table->set_table("wijk-ivn");
  table->set_title("Per wijk en interventieniveau");
  for (const char* measure : {"clients", "provisions", "indicated"}) table->add_measures(measure);
  for (const char* dimension : {"wijk", "ivn"}) table->add_dimensions(dimension);
  auto* law = table->add_filters();
  law->set_dimension("law");
  law->add_values("jeugdwet");
  table->set_minimum_clients(5);
  return agreement;
}

Caller With(type::Role role) {
  Caller caller;
  caller.roles = {role};
  caller.municipality = "gm1730";
  return caller;
}

class PublicationTest : public ::testing::Test {
 protected:
  PublicationTest() : clock_(absl::FromUnixSeconds(1'522'500'000)), costs_(clock_), peer_(costs_.peer()) {
    internal::v1::AgreementFile file;
    *file.add_agreements() = Regio();
    auto agreements = CheckAgreements(file, "gm1730");
    EXPECT_TRUE(agreements.ok()) << agreements.status();
    publication_ = std::make_unique<Publication>(*std::move(agreements), *peer_, clock_);
    request_.set_name(Regio().name());
    request_.set_table("wijk-ivn");
    request_.mutable_period()->set_start_date("2018-01-01");
    request_.mutable_period()->set_end_date("2018-04-01");
  }

  // `clients` clients with one provision of 100 euro each, beginning with client `first`.
  void Add(int first, int clients, const std::string& wijk, const std::string& ivn) {
    for (int i = 0; i < clients; ++i) costs_.provisions.push_back({first + i, wijk, ivn, 10000});
  }

  const v1::Cell& CellOf(const v1::PreviewPublicationResponse& response, const std::string& wijk, const std::string& ivn) {
    for (const v1::Cell& cell : response.cells()) {
      if (cell.dimensions(0).value() == wijk && cell.dimensions(1).value() == ivn) return cell;
    }
    ADD_FAILURE() << "no cell " << wijk << " x " << ivn;
    return response.cells(0);
  }

  FakeClock clock_;
  FakeCosts costs_;
  std::unique_ptr<Peer> peer_;
  std::unique_ptr<Publication> publication_;
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
  internal::v1::AgreementFile file;
  *file.add_agreements() = Regio();
  file.mutable_agreements(0)->mutable_tables(0)->set_dimensions(1, "month");
  auto agreements = CheckAgreements(file, "gm1730");
  ASSERT_TRUE(agreements.ok()) << agreements.status();
  publication_ = std::make_unique<Publication>(*std::move(agreements), *peer_, clock_);
  Add(1, 4, "Eelde", "2018-01");
  Add(11, 20, "Eelde", "2018-02");
  Add(31, 20, "Vries", "2018-02");
  // What was declared and taken back: it counts nothing, and four rows stand behind it.
  for (const int64_t cents : {10000, -10000, 10000, -10000}) costs_.provisions.push_back({0, "Zuidlaren", "2018-02", cents});
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
  request_.set_name(Regio().name());
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
