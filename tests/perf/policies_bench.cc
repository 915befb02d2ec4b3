// SPDX-License-Identifier: EUPL-1.2
// Goals and effects of policy over ten years of the whole region (tests/support/region.h), from request to answer. Times are of
// the processor, on one core.   policies_bench [clients]
#include <time.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "nmd/costs/v1/policy.pb.h"
#include "nmd/ingestion/v1/ingestion.pb.h"
#include "nmd/linking/v1/linking.pb.h"
#include "services/analyses/policies.h"
#include "services/costs/costs.h"
#include "services/platform/clock.h"
#include "services/platform/journal.h"
#include "tests/support/facts.h"
#include "tests/support/region.h"

namespace nmd::analyses {
namespace {

constexpr char kParent[] = "municipalities/gm1730";

// The best of some.
double MillisecondsOf(const std::function<void()>& work) {
  double best = 1e9;
  for (int i = 0; i < 5; ++i) {
    timespec start{};
    timespec end{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &start);
    work();
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &end);
    best = std::min(
        best, static_cast<double>(end.tv_sec - start.tv_sec) * 1e3 + static_cast<double>(end.tv_nsec - start.tv_nsec) * 1e-6);
  }
  return best;
}

void Check(const absl::Status& status) {
  if (status.ok()) return;
  std::fprintf(stderr, "%s\n", status.ToString().c_str());
  std::abort();
}

int Main(int argc, char** argv) {
  testing::RegionSpec spec;
  if (argc > 1) spec.clients = std::atoi(argv[1]);
  const int last_year = spec.first_year + spec.years;
  FakeClock clock(testing::At(absl::StrCat(last_year, "-01-15")));
  const std::unique_ptr<Journal> journal = NewMemoryJournal();
  costs::Costs costs(*journal, clock, "gm1730", {});
  testing::EachDelivery(spec, [&](ingestion::v1::FactBatch batch) {
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
  costs.Warm();

  const char* root = std::getenv("NMD_SOURCE_DIR");
  google::protobuf::RepeatedPtrField<std::string> files;
  *files.Add() = absl::StrCat(root == nullptr ? "." : root, "/deploy/config/policy/goals.yaml");
  const auto data = PolicyData::Load(files, "gm1730", costs.catalogue());
  Check(data.status());
  Policies policies(costs, clock, *data);
  for (const char* goal : {"zelfredzaamheid", "vroeg-en-licht", "betaalbaarheid"}) {
    costs::v1::GetGoalRequest request;
    request.set_name(absl::StrCat(kParent, "/goals/", goal));
    std::printf("goal %-18s %8.1f ms\n", goal, MillisecondsOf([&] { Check(policies.GetGoal(Caller(), request).status()); }));
  }
  costs::v1::RegisterPolicyMeasureRequest registered;
  registered.set_parent(kParent);
  auto* measure = registered.mutable_policy_measure();
  measure->set_title("Jeugd naast Wmo");
  measure->set_text("Om te meten hoe lang het duurt.");
  measure->set_level(costs::v1::LOCAL);
  measure->set_form(costs::v1::PolicyMeasure::RELATIVE);
  measure->set_start_date(absl::StrCat(last_year - 5, "-01-01"));
  measure->set_measure("indicated");
  for (auto* group : {measure->mutable_population(), measure->mutable_comparison()}) {
    auto* filter = group->Add();
    filter->set_dimension("law");
    filter->add_values(group == measure->mutable_population() ? "jeugdwet" : "wmo");
  }
  const auto named = policies.RegisterPolicyMeasure(Caller(), registered);
  Check(named.status());
  costs::v1::AssessPolicyMeasureRequest assess;
  assess.set_name(named->name());
  assess.set_months_before(60);
  assess.set_months_after(60);
  std::string state;
  const double time = MillisecondsOf([&] {
    const auto assessment = policies.AssessPolicyMeasure(Caller(), assess);
    Check(assessment.status());
    state = absl::StrCat(type::Figure::State_Name(assessment->state()), " ", assessment->state_reason());
  });
  std::printf("effect over 120 months %9.1f ms  %s\n", time, state.c_str());
  costs::v1::AnalyseInterruptionRequest interrupt;
  interrupt.set_parent(kParent);
  interrupt.set_measure("clients");
  interrupt.set_month(absl::StrCat(last_year - 5, "-01"));
  interrupt.set_months_before(60);
  interrupt.set_months_after(60);
  std::printf("interrupted series of 120 months %4.1f ms\n",
              MillisecondsOf([&] { Check(policies.AnalyseInterruption(Caller(), interrupt).status()); }));
  return 0;
}

}  // namespace
}  // namespace nmd::analyses

int main(int argc, char** argv) { return nmd::analyses::Main(argc, argv); }
