// SPDX-License-Identifier: EUPL-1.2
// Explanations of growth, spread and neighbourhoods on ten years of the whole region (tests/support/region.h): processor time
// from request to answer, the first time and the median after it. Asked: less than 200 ms on one core.   growth_bench [clients]
#include <time.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "nmd/costs/v1/access.pb.h"
#include "nmd/costs/v1/growth.pb.h"
#include "nmd/internal/v1/config.pb.h"
#include "nmd/ingestion/v1/ingestion.pb.h"
#include "nmd/linking/v1/linking.pb.h"
#include "services/analyses/access.h"
#include "services/analyses/growth.h"
#include "services/costs/costs.h"
#include "services/costs/external.h"
#include "services/platform/clock.h"
#include "services/platform/journal.h"
#include "tests/support/facts.h"
#include "tests/support/region.h"

namespace nmd::analyses {
namespace {

double SecondsOf(const std::function<void()>& work) {
  const auto now = [] {
    timespec time{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
  };
  const double start = now();
  work();
  return now() - start;
}

void Check(const absl::Status& status) {
  if (status.ok()) return;
  std::fprintf(stderr, "%s\n", status.ToString().c_str());
  std::abort();
}

// A fault in the question would make a fast answer of it.
template <typename Response>
void CheckAnswer(const absl::StatusOr<Response>& response) {
  Check(response.status());
  if (response->state() == type::Figure::ANSWERED) return;
  std::fprintf(stderr, "no answer: %s\n", response->state_reason().c_str());
  std::abort();
}

// Of a question the generated region says too little about to answer: it is read all the same.
template <typename Response>
void CheckRead(const absl::StatusOr<Response>& response) {
  Check(response.status());
}

void Time(const char* what, const std::function<void()>& ask) {
  const double first = SecondsOf(ask);
  std::vector<double> times;
  for (int turn = 0; turn < 9; ++turn) times.push_back(SecondsOf(ask));
  std::sort(times.begin(), times.end());
  std::printf("%10.1f %10.1f  %s\n", first * 1e3, times[times.size() / 2] * 1e3, what);
}

void Set(const char* from, const char* to, type::Period* period) {
  period->set_start_date(from);
  period->set_end_date(to);
}

void Run(const testing::RegionSpec& spec) {
  const FakeClock clock(testing::At("2019-01-31"));
  const auto journal = NewMemoryJournal();
  costs::Costs costs(*journal, clock, "gm1730", {});
  testing::EachDelivery(spec, [&](ingestion::v1::FactBatch batch) {
    ingestion::v1::ListFactsResponse page;
    *page.add_batches() = std::move(batch);
    Check(costs.AddFacts(page));
  });
  linking::v1::ListLinksResponse links;
  testing::EachLink(spec, [&](linking::v1::Link link, linking::v1::HouseholdStay stay) {
    links.set_next_sequence(stay.sequence());
    *links.add_links() = std::move(link);
    *links.add_stays() = std::move(stay);
  });
  Check(costs.AddLinks(links));
  costs.Warm();
  costs::ExternalSeriesBook externals(costs, clock, {});
  Growth growth(costs, externals, clock);
  std::printf("%10s %10s\n", "first ms", "p50 ms");

  v1::ExplainGrowthRequest request;
  Set("2017-01-01", "2018-01-01", request.mutable_before());
  Set("2018-01-01", "2019-01-01", request.mutable_after());
  request.set_group_by("ivn");
  request.set_depth(v1::ExplainGrowthRequest::GROUPS);
  Time("growth 2017-2018 by level", [&] { CheckAnswer(growth.ExplainGrowth(Caller(), request)); });
  request.set_depth(v1::ExplainGrowthRequest::PRODUCTS);
  Time("growth 2017-2018 by level and product, with volumes", [&] { CheckAnswer(growth.ExplainGrowth(Caller(), request)); });
  request.set_group_by("provider");
  Time("growth 2017-2018 by provider and product", [&] { CheckAnswer(growth.ExplainGrowth(Caller(), request)); });
  Set("2009-01-01", "2010-01-01", request.mutable_before());
  request.set_step_months(12);
  request.set_group_by("ivn");
  Time("growth year by year over ten years, by level and product",
       [&] { CheckAnswer(growth.ExplainGrowth(Caller(), request)); });

  v1::CompareProvidersRequest providers;
  Set("2017-01-01", "2018-01-01", providers.mutable_before());
  Set("2018-01-01", "2019-01-01", providers.mutable_after());
  Time("providers 2017-2018", [&] { CheckAnswer(growth.CompareProviders(Caller(), providers)); });

  v1::ExplainStockRequest stock;
  Set("2018-01-01", "2019-01-01", stock.mutable_period());
  stock.set_group_by("referrer");
  Time("stock 2018 by referrer, and 2017", [&] { CheckAnswer(growth.ExplainStock(Caller(), stock)); });

  v1::DescribeConcentrationRequest concentration;
  Set("2018-01-01", "2019-01-01", concentration.mutable_period());
  Time("concentration 2018", [&] { CheckAnswer(growth.DescribeConcentration(Caller(), concentration)); });

  v1::CompareNeighbourhoodsRequest areas;
  areas.set_year_before(2016);
  areas.set_year_after(2018);
  areas.set_area_level("buurt");
  Time("buurten 2016 and 2018", [&] { CheckAnswer(growth.CompareNeighbourhoods(Caller(), areas)); });

  Access access(costs, clock);
  v1::CompareReferrersRequest referrers;
  Set("2009-01-01", "2019-01-01", referrers.mutable_period());
  Time("referrers, courses of ten years", [&] { CheckAnswer(access.CompareReferrers(Caller(), referrers)); });

  v1::DescribeWaitingRequest waiting;
  Set("2009-01-01", "2019-01-01", waiting.mutable_period());
  waiting.set_from(v1::DescribeWaitingRequest::ASSIGNED);
  waiting.set_group_by("provider");
  Time("waiting by provider, ten years", [&] { CheckAnswer(access.DescribeWaiting(Caller(), waiting)); });

  v1::DescribeContinuationRequest continuation;
  Set("2010-01-01", "2019-01-01", continuation.mutable_period());
  continuation.set_group_by("referrer");
  Time("continuation by referrer, nine years", [&] { CheckAnswer(access.DescribeContinuation(Caller(), continuation)); });

  v1::DescribeOverlapsRequest overlaps;
  overlaps.set_reference_date("2018-12-01");
  Time("overlaps on a day", [&] { CheckAnswer(access.DescribeOverlaps(Caller(), overlaps)); });

  v1::DescribeResponsibilityRequest responsibility;
  Set("2009-01-01", "2019-01-01", responsibility.mutable_period());
  Time("responsibility, ten years", [&] { CheckRead(access.DescribeResponsibility(Caller(), responsibility)); });
}

}  // namespace
}  // namespace nmd::analyses

int main(int argc, char** argv) {
  nmd::testing::RegionSpec spec;
  if (argc > 1) spec.clients = std::atoi(argv[1]);
  nmd::analyses::Run(spec);
  return 0;
}
