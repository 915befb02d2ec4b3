// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_CONTRACTS_TEST_SCENE_H_
#define NMD_SERVICES_CONTRACTS_TEST_SCENE_H_

#include <map>
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "nmd/costs/v1/costs.pb.h"
#include "nmd/ingestion/v1/ingestion.pb.h"
#include "services/contracts/contracts.h"
#include "services/contracts/test_account.h"
#include "services/contracts/test_rules.h"
#include "services/platform/errors.h"
#include "services/platform/router.h"

namespace nmd::contracts::testing {

using ingestion::v1::ListFactsRequest;
using ingestion::v1::ListFactsResponse;
using type::Figure;

inline constexpr char kOther[] = "07654321";
inline constexpr char kParent[] = "municipalities/gm1730/accounts/01234567";

// An instance's contracts with a feed of facts in front of it and costs beside it, on 10 June 2018.
class Scene : public ::testing::Test {
 protected:
  Scene()
      : clock_(absl::FromUnixSeconds(int64_t{D("2018-06-10")} * 86400 + 43200)),
        feed_("gm1730", clock_),
        costs_("gm1730", clock_) {
    feed_.Handle("nmd.ingestion.v1.IngestionService", "ListFacts",
                 [this](const Caller&, const ListFactsRequest& request) -> absl::StatusOr<ListFactsResponse> {
                   ListFactsResponse response;
                   response.set_next_sequence(request.after_sequence());
                   for (size_t i = 0; i < account_.batches.size(); ++i) {
                     const auto sequence = static_cast<int64_t>(i) + 1;
                     if (sequence <= request.after_sequence() || response.batches_size() == 3) continue;
                     account_.batches[i].set_sequence(sequence);
                     *response.add_batches() = account_.batches[i];
                     response.set_next_sequence(sequence);
                   }
                   return response;
                 });
    costs_.Handle("nmd.costs.v1.CostsService", "QueryFigures",
                  [this](const Caller&,
                         const costs::v1::QueryFiguresRequest& request) -> absl::StatusOr<costs::v1::QueryFiguresResponse> {
                    if (costs_down_) return Fail(absl::StatusCode::kUnavailable, ErrorReason::UNAVAILABLE_NOW, "away");
                    costs::v1::QueryFiguresResponse response;
                    for (const std::string& measure : request.measures()) {
                      Figure* figure = response.add_totals();
                      figure->set_measure(measure);
                      figure->set_state(measure == "paid" ? Figure::NOT_REGISTERED : Figure::ANSWERED);
                      if (measure != "paid") figure->set_amount_cents(measure == "booked" ? 700 : 9000);
                    }
                    for (const auto& [provider, amount] : declared_) {
                      if (request.dimensions_size() != 2) continue;
                      for (const std::string& measure : request.measures()) {
                        Figure* cell = response.add_figures();
                        cell->set_measure(measure);
                        cell->set_state(Figure::ANSWERED);
                        cell->set_amount_cents(amount);
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
    feed_peer_ = NewLocalPeer(feed_, "contracts");
    costs_peer_ = NewLocalPeer(costs_, "contracts");
    journal_ = NewMemoryJournal();
    Open();
    manager_.roles = {type::CONTRACT_MANAGER};
    manager_.municipality = "gm1730";
    provider_.roles = {type::PROVIDER};
    provider_.municipality = "gm1730";
    provider_.subject = "agb:01234567";
  }

  void Open() {
    auto opened = Contracts::Open("gm1730", testing::CeilingRules(), *journal_, clock_, *feed_peer_, *costs_peer_);
    ASSERT_TRUE(opened.ok()) << opened.status();
    contracts_ = *std::move(opened);
  }
  void Follow() {
    for (int step = 0; step < 20; ++step) ASSERT_TRUE(contracts_->Follow(0).ok());
  }
  FakeClock clock_;
  TestAccount account_;
  Router feed_, costs_;
  bool costs_down_ = false;
  std::map<std::string, Cents> declared_;  // What costs has of a provider, whatever it is asked.
  std::unique_ptr<Peer> feed_peer_, costs_peer_;
  std::unique_ptr<Journal> journal_;
  std::unique_ptr<Contracts> contracts_;
  Caller manager_, provider_;
};

}  // namespace nmd::contracts::testing

#endif  // NMD_SERVICES_CONTRACTS_TEST_SCENE_H_
