// SPDX-License-Identifier: EUPL-1.2
#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "nmd/costs/v1/costs.pb.h"
#include "nmd/internal/v1/config.pb.h"
#include "services/analyses/access.h"
#include "services/analyses/durations.h"
#include "services/analyses/forecasts.h"
#include "services/analyses/growth.h"
#include "services/analyses/policies.h"
#include "services/analyses/policy_data.h"
#include "services/analyses/policy_service.h"
#include "services/analyses/scenarios.h"
#include "services/core/date.h"
#include "services/costs/catalogue.h"
#include "services/costs/costs.h"
#include "services/costs/external.h"
#include "services/costs/service.h"
#include "services/platform/follower.h"
#include "services/platform/log.h"
#include "services/platform/service_main.h"
#include "services/platform/status_macros.h"

namespace {

// How long a poll waits at the tail; a stop waits for the last one, so it is not long. Links are asked more often: that they
// caught up with persons without a change is only seen in an answer.
constexpr int kWaitSeconds = 5;
constexpr int kLinksWaitSeconds = 1;

// In order of construction; destroyed in reverse: followers first, journal last.
struct State {
  std::unique_ptr<nmd::Journal> journal;
  std::unique_ptr<nmd::Peer> ingestion, linking;
  std::unique_ptr<nmd::costs::Costs> costs;
  std::unique_ptr<nmd::analyses::Access> access;
  std::unique_ptr<nmd::analyses::Durations> durations;
  std::unique_ptr<nmd::costs::ExternalSeriesBook> external;
  std::unique_ptr<nmd::analyses::Growth> growth;
  std::unique_ptr<nmd::analyses::Scenarios> scenarios;
  std::unique_ptr<nmd::analyses::Policies> policies;
  std::unique_ptr<nmd::analyses::Forecasts> forecasts;
  std::unique_ptr<nmd::Follower> facts, links, journal_follower;
};

absl::StatusOr<std::vector<nmd::Day>> ReadTrendBreaks(const nmd::internal::v1::CostsConfig& config) {
  std::vector<nmd::Day> breaks;
  for (const std::string& text : config.trend_breaks()) {
    const std::optional<nmd::Day> day = nmd::ParseDay(text);
    if (!day.has_value()) {
      return absl::FailedPreconditionError(absl::StrCat("trend_breaks: \"", text, "\" is not a date as YYYY-MM-DD"));
    }
    breaks.push_back(*day);
  }
  return breaks;
}

}  // namespace

int main(int argc, char** argv) {
  nmd::internal::v1::CostsConfig config;
  return nmd::ServiceMain(
      argc, argv, config, config.mutable_server(), [&config](nmd::Process& process) -> absl::StatusOr<nmd::ServiceState> {
        auto state = std::make_shared<State>();
        NMD_ASSIGN_OR_RETURN(std::vector<nmd::Day> breaks, ReadTrendBreaks(config));
        NMD_ASSIGN_OR_RETURN(std::shared_ptr<const nmd::costs::Catalogue> catalogue,
                             nmd::costs::Catalogue::With(config.own_measures()));
        NMD_RETURN_IF_ERROR(nmd::costs::CheckCounterparts(config.series_counterparts(), *catalogue));
        NMD_ASSIGN_OR_RETURN(state->journal, process.IsReader() ? process.OpenReader() : process.OpenJournal());
        const std::string& municipality = config.server().municipality();
        state->costs = std::make_unique<nmd::costs::Costs>(*state->journal, process.clock(), municipality, std::move(breaks),
                                                           std::move(catalogue));
        nmd::costs::Costs* costs = state->costs.get();
        NMD_RETURN_IF_ERROR(costs->Replay());
        // What most figures come from; the rest is made ahead when the feeds have been followed (Warm).
        costs->SnapshotAt(process.clock().Now());
        nmd::costs::BindMethods(costs, &process.router());
        state->access = std::make_unique<nmd::analyses::Access>(*costs, process.clock());
        nmd::analyses::BindAccess(state->access.get(), &process.router());
        state->durations = std::make_unique<nmd::analyses::Durations>(*costs, process.clock());
        nmd::analyses::BindDurations(state->durations.get(), &process.router());
        state->external =
            std::make_unique<nmd::costs::ExternalSeriesBook>(*costs, process.clock(), config.series_counterparts());
        nmd::costs::BindExternalSeries(state->external.get(), &process.router());
        state->growth = std::make_unique<nmd::analyses::Growth>(*costs, *state->external, process.clock());
        nmd::analyses::BindGrowth(state->growth.get(), &process.router());
        NMD_ASSIGN_OR_RETURN(const std::shared_ptr<const nmd::analyses::PolicyData> policy,
                             nmd::analyses::PolicyData::Load(config.policy_files(), municipality, costs->catalogue()));
        state->scenarios = std::make_unique<nmd::analyses::Scenarios>(*costs, process.clock(), policy);
        NMD_RETURN_IF_ERROR(state->scenarios->Load());
        nmd::analyses::BindScenarios(state->scenarios.get(), &process.router());
        state->policies = std::make_unique<nmd::analyses::Policies>(*costs, process.clock(), policy);
        NMD_RETURN_IF_ERROR(state->policies->Load());
        nmd::analyses::BindPolicies(state->policies.get(), &process.router());
        state->forecasts = std::make_unique<nmd::analyses::Forecasts>(*costs, process.clock());
        nmd::analyses::BindForecasts(state->forecasts.get(), &process.router());

        if (process.IsReader()) {
          state->journal_follower = std::make_unique<nmd::Follower>(
              "journal",
              [costs, scenarios = state->scenarios.get(), policies = state->policies.get(), journal = state->journal.get(),
               sequence = int64_t{0}]() mutable -> absl::Status {
                NMD_RETURN_IF_ERROR(nmd::costs::FollowJournal(*journal, absl::Seconds(kWaitSeconds), &sequence, costs));
                NMD_RETURN_IF_ERROR(scenarios->Load());
                return policies->Load();
              });
          process.AtStop([state = state.get()] {
            state->journal_follower->Stop();
            state->journal->Interrupt();
          });
          return state;
        }
        const std::string parent = absl::StrCat("municipalities/", municipality);
        state->ingestion = process.NewPeer(config.ingestion());
        state->linking = process.NewPeer(config.linking());
        const nmd::Peer* ingestion = state->ingestion.get();
        const nmd::Peer* linking = state->linking.get();
        state->facts = std::make_unique<nmd::Follower>(
            "ingestion facts", [=] { return nmd::costs::PullFacts(*ingestion, parent, kWaitSeconds, costs); });
        state->links = std::make_unique<nmd::Follower>(
            "linking links", [=] { return nmd::costs::PullLinks(*linking, parent, kLinksWaitSeconds, costs); });
        process.AtStop([state = state.get()] {
          state->facts->Stop();
          state->links->Stop();
          if (const absl::Status saved = state->costs->SaveCheckpoint(); !saved.ok()) {
            nmd::Log(nmd::LogLevel::kWarning, "no checkpoint could be saved", {{"detail", saved.message()}});
          }
        });
        return state;
      });
}
