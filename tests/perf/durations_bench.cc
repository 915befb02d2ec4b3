// SPDX-License-Identifier: EUPL-1.2
// Durations over ten years of the whole region (tests/support/region.h), with a start message for nine of ten allocations and a
// stop message for eight of ten that end: making the book of courses, and from request to answer. Times are of the processor,
// on one core.   durations_bench [clients]
#include <time.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "nmd/costs/v1/durations.pb.h"
#include "nmd/ingestion/v1/ingestion.pb.h"
#include "nmd/linking/v1/linking.pb.h"
#include "services/analyses/durations.h"
#include "services/costs/costs.h"
#include "services/platform/clock.h"
#include "services/platform/journal.h"
#include "tests/support/facts.h"
#include "tests/support/region.h"

namespace nmd::analyses {
namespace {

double ProcessorSeconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}
double SecondsOf(const std::function<void()>& work) {
  const double start = ProcessorSeconds();
  work();
  return ProcessorSeconds() - start;
}
// The best of some.
double MillisecondsOf(const std::function<void()>& work) {
  double best = 1e9;
  for (int i = 0; i < 5; ++i) best = std::min(best, SecondsOf(work));
  return best * 1e3;
}

void Check(const absl::Status& status) {
  if (status.ok()) return;
  std::fprintf(stderr, "%s\n", status.ToString().c_str());
  std::abort();
}

// Start and stop messages of the allocations of a delivery, known with it.
void AddLives(ingestion::v1::FactBatch* batch) {
  const std::vector<ingestion::v1::Fact> facts(batch->facts().begin(), batch->facts().end());
  for (const ingestion::v1::Fact& fact : facts) {
    if (!fact.has_allocation()) continue;
    const auto& allocation = fact.allocation();
    if (allocation.number() % 10 != 0) {
      auto* start = batch->add_facts()->mutable_start();
      start->set_law(allocation.law());
      start->set_number(allocation.number());
      start->set_start_day(allocation.start_day());
      start->set_status("1");
    }
    if (allocation.end_day() != 0 && allocation.number() % 5 != 1) {
      auto* stop = batch->add_facts()->mutable_stop();
      stop->set_law(allocation.law());
      stop->set_number(allocation.number());
      stop->set_start_day(allocation.start_day());
      stop->set_end_day(allocation.end_day());
      stop->set_reason(absl::StrCat(31 + allocation.number() % 5));
      stop->set_status("1");
    }
  }
}

int Main(int argc, char** argv) {
  testing::RegionSpec spec;
  if (argc > 1) spec.clients = std::atoi(argv[1]);
  FakeClock clock(testing::At(absl::StrCat(spec.first_year + spec.years, "-01-15")));
  const std::unique_ptr<Journal> journal = NewMemoryJournal();
  costs::Costs costs(*journal, clock, "gm1730", {});
  testing::EachDelivery(spec, [&](ingestion::v1::FactBatch batch) {
    AddLives(&batch);
    ingestion::v1::ListFactsResponse response;
    *response.add_batches() = std::move(batch);
    Check(costs.AddFacts(response));
  });
  linking::v1::ListLinksResponse links;
  testing::EachLink(spec, [&](linking::v1::Link link, linking::v1::HouseholdStay stay) {
    links.set_next_sequence(std::max(link.sequence(), stay.sequence()));
    *links.add_links() = std::move(link);
    *links.add_stays() = std::move(stay);
  });
  Check(costs.AddLinks(links));
  costs.SnapshotAt(clock.Now());
  const double make = SecondsOf([&] { costs.CareAt(clock.Now()); });
  const auto book = costs.CareAt(clock.Now());
  std::printf("%zu courses, %zu allocations, %zu claim lines: the book takes %.2f s\n", book->courses.size(),
              book->allocations.size(), book->lines.size(), make);

  Durations durations(costs, clock);
  for (const char* by : {"", "provider", "product", "quarter"}) {
    costs::v1::EstimateDurationRequest request;
    request.set_group_by(by);
    int groups = 0;
    const double time = MillisecondsOf([&] {
      const auto response = durations.EstimateDuration(Caller(), request);
      Check(response.status());
      groups = response->groups_size();
    });
    std::printf("estimate by %-10s %4d groups %8.1f ms\n", *by == 0 ? "nothing" : by, groups, time);
  }
  costs::v1::CountEndingsRequest endings;
  endings.mutable_period()->set_start_date(absl::StrCat(spec.first_year, "-01-01"));
  endings.mutable_period()->set_end_date(absl::StrCat(spec.first_year + spec.years, "-01-01"));
  std::printf("endings of ten years %20.1f ms\n",
              MillisecondsOf([&] { Check(durations.CountEndings(Caller(), endings).status()); }));
  costs::v1::CompareDurationsRequest compare;
  compare.set_group_by("provider");
  std::printf("compare by provider %21.1f ms\n",
              MillisecondsOf([&] { Check(durations.CompareDurations(Caller(), compare).status()); }));
  return 0;
}

}  // namespace
}  // namespace nmd::analyses

int main(int argc, char** argv) { return nmd::analyses::Main(argc, argv); }
