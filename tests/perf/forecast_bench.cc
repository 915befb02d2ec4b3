// SPDX-License-Identifier: EUPL-1.2
// Looking ahead on ten years of the whole region (tests/support/region.h): from request to answer, on one core, processor time.
// The first question of a known time also makes the book of courses, which all analyses share; it is shown apart.
//   forecast_bench [clients]
#include <time.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "nmd/costs/v1/forecast.pb.h"
#include "nmd/ingestion/v1/ingestion.pb.h"
#include "nmd/linking/v1/linking.pb.h"
#include "services/analyses/forecasts.h"
#include "services/costs/costs.h"
#include "services/platform/clock.h"
#include "services/platform/journal.h"
#include "tests/support/facts.h"
#include "tests/support/region.h"

namespace nmd::analyses {
namespace {

double Milliseconds(const std::function<void()>& work) {
  const auto now = [] {
    timespec time{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) * 1e-6;
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

void Report(const char* what, double limit, int turns, const std::function<std::string()>& ask) {
  std::vector<double> times;
  std::string found;
  for (int i = 0; i < turns; ++i) times.push_back(Milliseconds([&] { found = ask(); }));
  std::sort(times.begin(), times.end());
  std::printf("%-44s %9.0f %9.0f   %s\n", what, times[times.size() / 2], limit, found.c_str());
}

std::string Text(const type::Figure& figure) {
  return figure.state() == type::Figure::ANSWERED ? std::to_string(figure.amount_cents() / 100) + " euro"
                                                  : figure.state_reason();
}

void Run(const testing::RegionSpec& spec) {
  const FakeClock clock(testing::At("2018-07-01"));
  const auto journal = NewMemoryJournal();
  costs::Costs costs(*journal, clock, "gm1730", {});
  {
    ingestion::v1::ListFactsResponse page;
    const auto flush = [&] {
      Check(costs.AddFacts(page));
      page.Clear();
    };
    testing::EachDelivery(spec, [&](ingestion::v1::FactBatch batch) {
      // Claims are dated shortly before they come in.
      for (ingestion::v1::Fact& fact : *batch.mutable_facts()) {
        if (!fact.has_claim()) continue;
        fact.mutable_claim()->set_dated_day(static_cast<int32_t>(batch.known_time().seconds() / 86'400) - 2);
      }
      *page.add_batches() = std::move(batch);
      if (page.batches_size() == 500) flush();
    });
    flush();
    linking::v1::ListLinksResponse links;
    testing::EachLink(spec, [&](linking::v1::Link link, linking::v1::HouseholdStay stay) {
      links.set_next_sequence(stay.sequence());
      *links.add_links() = std::move(link);
      *links.add_stays() = std::move(stay);
    });
    Check(costs.AddLinks(links));
  }
  costs.Warm();
  Forecasts forecasts(costs, clock);
  std::printf("%-44s %9.0f\n", "book of courses, once per known time (ms)", Milliseconds([&] { costs.CareAt(clock.Now()); }));
  std::printf("\n%-44s %9s %9s\n", "", "p50 ms", "asked");
  costs::v1::QueryObligationsRequest obligations;
  obligations.set_quarter("2018-Q2");
  Report("obligations", 200, 20, [&] { return Text(forecasts.QueryObligations(Caller(), obligations)->total().running()); });
  obligations.add_dimensions("product");
  obligations.add_dimensions("provider");
  Report("obligations by product and provider", 200, 20, [&] {
    const auto answer = forecasts.QueryObligations(Caller(), obligations);
    return std::to_string(answer->rows_size()) + " rows";
  });
  costs::v1::EstimateOutstandingRequest outstanding;
  outstanding.mutable_period()->set_start_date("2017-01-01");
  outstanding.mutable_period()->set_end_date("2018-07-01");
  Report("outstanding, with its interval", 2'000, 5,
         [&] { return Text(forecasts.EstimateOutstanding(Caller(), outstanding)->outstanding()); });
  costs::v1::ForecastYearRequest year;
  year.set_year(2018);
  year.set_with_drivers(true);
  Report("forecast, 1,000 draws, eight back-tests", 2'000, 5,
         [&] { return Text(forecasts.ForecastYear(Caller(), year)->forecast()); });
  costs::v1::CompareTariffsRequest tariffs;
  tariffs.mutable_period()->set_start_date("2018-01-01");
  tariffs.mutable_period()->set_end_date("2018-07-01");
  tariffs.set_tariff_date("2015-01-01");
  tariffs.set_quantity(costs::v1::CompareTariffsRequest::ALLOCATED);
  tariffs.set_sample_size(500);
  Report("old tariffs, a sample of 500 clients", 200, 10,
         [&] { return Text(forecasts.CompareTariffs(Caller(), tariffs)->measured()); });
  tariffs.set_sample_size(0);
  Report("old tariffs, everybody in half a year", 200, 5,
         [&] { return Text(forecasts.CompareTariffs(Caller(), tariffs)->measured()); });
}

}  // namespace
}  // namespace nmd::analyses

int main(int argc, char** argv) {
  nmd::testing::RegionSpec spec;
  if (argc > 1) spec.clients = std::atoi(argv[1]);
  nmd::analyses::Run(spec);
  return 0;
}
