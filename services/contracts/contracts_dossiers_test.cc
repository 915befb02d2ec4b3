// SPDX-License-Identifier: EUPL-1.2
// Dossiers: one page of what the parts say, for each side what is its own.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nmd/costs/v1/durations.pb.h"
#include "nmd/costs/v1/forecast.pb.h"
#include "nmd/costs/v1/growth.pb.h"
#include "services/contracts/test_scene.h"

namespace nmd::contracts {
namespace {

using ::testing::Contains;
using testing::D;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::kOther;
using testing::kProvider;
using ::testing::SizeIs;
using type::Figure;

class DossiersTest : public testing::Scene {
 protected:
  DossiersTest() {
    // Costs as these pages ask it: amounts by provider, and what it was asked about.
    rich_ = std::make_unique<Router>("gm1730", clock_);
    rich_->Handle("nmd.costs.v1.CostsService", "QueryFigures",
                  [this](const Caller&,
                         const costs::v1::QueryFiguresRequest& request) -> absl::StatusOr<costs::v1::QueryFiguresResponse> {
                    costs::v1::QueryFiguresResponse response;
                    const bool later = request.period().start_date() == "2018-01-01";
                    for (const std::string& measure : request.measures()) {
                      Figure* total = response.add_totals();
                      total->set_measure(measure);
                      total->set_state(Figure::ANSWERED);
                      if (measure == "clients" || measure == "uitval") {
                        total->set_count(later ? 12 : 10);
                      } else {
                        total->set_amount_cents(later ? 1000 : 500);
                      }
                      for (const auto& [provider, amount] : amounts_) {
                        if (request.dimensions_size() != 2) continue;
                        Figure* cell = response.add_figures();
                        *cell = *total;
                        cell->set_amount_cents(later ? amount : 100);
                        auto* law = cell->add_dimensions();
                        law->set_dimension("law");
                        law->set_value("jeugdwet");
                        auto* of = cell->add_dimensions();
                        of->set_dimension("provider");
                        of->set_value(provider);
                      }
                    }
                    return response;
                  });
    rich_->Handle("nmd.costs.v1.GrowthService", "ExplainGrowth",
                  [this](const Caller& caller,
                         const costs::v1::ExplainGrowthRequest& request) -> absl::StatusOr<costs::v1::ExplainGrowthResponse> {
                    EXPECT_TRUE(caller.Has(type::SERVICE));
                    filters_ = request.filters_size() == 1 ? request.filters(0).ShortDebugString() : "";
                    costs::v1::ExplainGrowthResponse response;
                    response.set_growth_cents(500);
                    response.set_conclusion("Het bedrag steeg.");
                    return response;
                  });
    rich_->Handle("nmd.costs.v1.DurationsService", "CountEndings",
                  [](const Caller&, const costs::v1::CountEndingsRequest&) -> absl::StatusOr<costs::v1::CountEndingsResponse> {
                    costs::v1::CountEndingsResponse response;
                    response.mutable_total()->set_count(7);
                    return response;
                  });
    rich_->Handle("nmd.costs.v1.ForecastsService", "ForecastYear",
                  [](const Caller&, const costs::v1::ForecastYearRequest&) -> absl::StatusOr<costs::v1::ForecastYearResponse> {
                    costs::v1::ForecastYearResponse response;
                    response.mutable_forecast()->set_state(Figure::ANSWERED);
                    response.mutable_forecast()->set_amount_cents(123'400);
                    return response;
                  });
    costs_peer_ = NewLocalPeer(*rich_, "contracts");
    Open();
    account_.Allocate(1);
    account_.Claim("c1", "2018-03-05", {{"r1", 1, "2018-01", 40}, {"r2", 1, "2018-02", 40}});
    account_.Answer("c1", "2018-03-10", 8000, 4000, {{"r2", "9321"}});
    for (const char* provider : {kProvider, kOther}) {
      auto& batch = account_.Deliver("2018-01-01");
      auto& contract = *batch.add_facts()->mutable_contract();
      contract.set_contract(absl::StrCat("jh-", provider));
      contract.set_law(ingestion::v1::YOUTH);
      contract.set_provider(provider);
      contract.set_provider_name(absl::StrCat("Aanbieder ", provider));
      contract.set_start_day(D("2018-01-01"));
      contract.set_ceiling_cents(300);
      auto& kpi = *batch.add_facts()->mutable_contract_term();
      kpi.set_contract(contract.contract());
      kpi.set_law(ingestion::v1::YOUTH);
      kpi.set_provider(provider);
      kpi.set_kind(ingestion::v1::ContractTerm::KPI_AT_MOST);
      kpi.set_indicator("uitval");
      kpi.set_value(10'000);
      kpi.set_start_day(D("2018-01-01"));
    }
    Follow();
  }
  v1::GetProviderDossierRequest Request(const std::string& provider = kProvider) {
    v1::GetProviderDossierRequest request;
    request.set_name(absl::StrCat("municipalities/gm1730/dossiers/", provider));
    request.set_year(2018);
    return request;
  }

  std::unique_ptr<Router> rich_;
  std::map<std::string, Cents> amounts_ = {{kProvider, 300}, {kOther, 100}};
  std::string filters_;
};

TEST_F(DossiersTest, R155_APageHasEveryPartOfTheTalk) {
  ASSERT_TRUE(contracts_->Judge(absl::InfiniteFuture()).ok());
  const auto dossier = contracts_->GetProviderDossier(manager_, Request());
  ASSERT_TRUE(dossier.ok()) << dossier.status();
  EXPECT_THAT(dossier->contracts(), SizeIs(1));
  EXPECT_THAT(dossier->positions(), SizeIs(1));
  EXPECT_EQ(dossier->account().balances(0).rejected().amount_cents(), 4000);
  EXPECT_EQ(dossier->growth().growth_cents(), 500);
  EXPECT_THAT(filters_, HasSubstr(kProvider)) << "the growth of this provider, not of all";
  EXPECT_EQ(dossier->figures(0).figure().count(), 12);
  EXPECT_EQ(dossier->figures(0).before().count(), 10);
  EXPECT_EQ(dossier->endings().count(), 7);
  ASSERT_THAT(dossier->indicators(), SizeIs(1));
  EXPECT_FALSE(dossier->indicators(0).met()) << "12 is more than 10";
  EXPECT_FALSE(dossier->open_items().empty());
  EXPECT_FALSE(dossier->signals().empty());
  ASSERT_THAT(dossier->market(), SizeIs(2));
  EXPECT_EQ(dossier->market(0).provider(), kProvider) << "in order of code";
  EXPECT_DOUBLE_EQ(dossier->market(0).share(), 0.75);
  EXPECT_DOUBLE_EQ(dossier->market(0).share_before(), 0.5);
  EXPECT_THAT(dossier->summary(), Contains("Het bedrag steeg."));
  EXPECT_THAT(dossier->summary(), Contains(HasSubstr("is 75,0%; het jaar ervoor was dat 50,0%")));
  // No durations here: a remark, and the page is there.
  EXPECT_THAT(dossier->remarks(), Contains(HasSubstr("METHOD_UNKNOWN")));
}

TEST_F(DossiersTest, TheCopyOfAProviderHasNothingAboutOthers) {
  ASSERT_TRUE(contracts_->Judge(absl::InfiniteFuture()).ok());
  v1::GetProviderDossierRequest request = Request();
  const auto own = contracts_->GetProviderDossier(provider_, request);
  ASSERT_TRUE(own.ok()) << own.status();
  EXPECT_TRUE(own->for_provider());
  EXPECT_THAT(own->market(), IsEmpty());
  EXPECT_THAT(own->funnel(), IsEmpty());
  EXPECT_FALSE(own->signals().empty()) << "the same signals for both sides";
  EXPECT_EQ(own->DebugString().find(kOther), std::string::npos);
  request.set_for_provider(true);
  const auto printed = contracts_->GetProviderDossier(manager_, request);
  ASSERT_TRUE(printed.ok());
  EXPECT_EQ(printed->SerializeAsString(), own->SerializeAsString())
      << "what the municipality hands over is what it sees itself";
  EXPECT_EQ(ReasonOf(contracts_->GetProviderDossier(provider_, Request(kOther)).status()), ErrorReason::SCOPE_FOREIGN);
  request = Request("09999999");
  EXPECT_EQ(ReasonOf(contracts_->GetProviderDossier(manager_, request).status()), ErrorReason::RESOURCE_NOT_FOUND);
  request = Request();
  request.set_year(1999);
  EXPECT_EQ(ReasonOf(contracts_->GetProviderDossier(manager_, request).status()), ErrorReason::FIELDS_INVALID);
}

TEST_F(DossiersTest, R157_AProductGroupHasFiveBlocks) {
  v1::GetProductGroupRequest request;
  request.set_name("municipalities/gm1730/productgroups/jeugdwet-45");
  request.set_year(2018);
  ASSERT_TRUE(contracts_->Judge(absl::InfiniteFuture()).ok());
  const auto group = contracts_->GetProductGroup(manager_, request);
  ASSERT_TRUE(group.ok()) << group.status();
  EXPECT_EQ(group->endings().count(), 7);
  EXPECT_THAT(group->money(), SizeIs(4));
  EXPECT_THAT(group->market(), SizeIs(2));
  EXPECT_DOUBLE_EQ(group->five_greatest_share(), 1);
  EXPECT_DOUBLE_EQ(group->herfindahl(), 0.75 * 0.75 + 0.25 * 0.25);
  EXPECT_EQ(group->contract_count(), 2) << "contracts that name no product may be about it";
  EXPECT_EQ(group->provider_count(), 2);
  EXPECT_GT(group->open_signal_count(), 0);
  ASSERT_THAT(group->expectation(), SizeIs(5));
  EXPECT_EQ(group->expectation(0).amount_cents(), 123'400);
  EXPECT_THAT(group->summary(), SizeIs(5));
  for (const char* id : {"45", "jeugdwet-4", "pw-45", "jeugdwet-45-1", "jeugdwet-4;"}) {
    request.set_name(absl::StrCat("municipalities/gm1730/productgroups/", id));
    EXPECT_EQ(ReasonOf(contracts_->GetProductGroup(manager_, request).status()), ErrorReason::FIELDS_INVALID) << id;
  }
}

// The funnel is that of the signal, with a point for every provider with enough cases.
TEST_F(DossiersTest, T09_TheFunnelHasTheLimitsOfTheSignal) {
  const auto level = [&](const char* product, const char* ivn) {
    auto& fact = *account_.Deliver("2018-01-01").add_facts()->mutable_product_level();
    fact.set_law(ingestion::v1::YOUTH);
    fact.set_product(product);
    fact.set_ivn(ivn);
    fact.set_start_day(D("2017-01-01"));
  };
  level("45A05", "5");
  level("45A06", "6");
  int64_t number = 100;
  for (const char* provider : {kProvider, kOther}) {
    for (int i = 0; i < 20; ++i) {
      auto& allocation = account_.Allocate(++number, "2018-02-01", "2018-05-01", "2018-01-20");
      allocation.set_provider(provider);
      allocation.set_person_key(absl::StrCat("f", number));
      allocation.set_product(i < (provider == kProvider ? 15 : 5) ? "45A06" : "45A05");
    }
  }
  SignalRules rules = testing::CeilingRules();
  rules.push_back(testing::Rule("LEVEL_6", "level_shift", {{"minimum", 10}, {"confidence_per_mille", 998}}));
  auto opened = Contracts::Open("gm1730", rules, *journal_, clock_, *feed_peer_, *costs_peer_);
  ASSERT_TRUE(opened.ok());
  contracts_ = *std::move(opened);
  Follow();
  const auto dossier = contracts_->GetProviderDossier(manager_, Request());
  ASSERT_TRUE(dossier.ok()) << dossier.status();
  ASSERT_THAT(dossier->funnel(), SizeIs(2));
  const auto& own = dossier->funnel(0);
  EXPECT_EQ(own.provider(), kProvider);
  EXPECT_TRUE(own.own());
  EXPECT_EQ(own.count(), 15);
  EXPECT_EQ(own.total(), 20);
  EXPECT_DOUBLE_EQ(own.others_share(), 0.25);
  EXPECT_LT(own.high(), 15) << "a reason to ask";
  EXPECT_FALSE(dossier->funnel(1).own());
  // The signal with these figures is not for the provider's eyes, as it tells of the others.
  ASSERT_TRUE(contracts_->Judge(absl::InfiniteFuture()).ok());
  const auto has_level = [](const v1::ProviderDossier& of) {
    return std::any_of(of.signals().begin(), of.signals().end(), [](const v1::Signal& s) { return s.rule() == "LEVEL_6"; });
  };
  EXPECT_TRUE(has_level(*contracts_->GetProviderDossier(manager_, Request())));
  EXPECT_FALSE(has_level(*contracts_->GetProviderDossier(provider_, Request())));
}

}  // namespace
}  // namespace nmd::contracts
