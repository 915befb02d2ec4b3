// SPDX-License-Identifier: EUPL-1.2
#include <memory>
#include <utility>

#include "nmd/internal/v1/config.pb.h"
#include "services/contracts/contracts.h"
#include "services/contracts/contracts_methods.h"
#include "services/platform/follower.h"
#include "services/platform/service_main.h"
#include "services/platform/status_macros.h"

namespace {

// A stop waits for the feed's answer, so the wait is short; an idle instance asks twelve times a minute.
constexpr int kWaitSeconds = 5;

struct State {
  std::unique_ptr<nmd::Journal> journal;
  std::unique_ptr<nmd::Peer> ingestion, costs;
  std::unique_ptr<nmd::contracts::Contracts> contracts;
  std::unique_ptr<nmd::Follower> facts;
};

}  // namespace

int main(int argc, char** argv) {
  nmd::internal::v1::ContractsConfig config;
  return nmd::ServiceMain(
      argc, argv, config, config.mutable_server(), [&](nmd::Process& process) -> absl::StatusOr<nmd::ServiceState> {
        auto state = std::make_shared<State>();
        NMD_ASSIGN_OR_RETURN(state->journal, process.OpenJournal());
        state->ingestion = process.NewPeer(config.ingestion());
        state->costs = process.NewPeer(config.costs());
        NMD_ASSIGN_OR_RETURN(nmd::contracts::SignalRules rules, nmd::contracts::ReadSignalRules(config.signal_rule_file()));
        NMD_ASSIGN_OR_RETURN(state->contracts,
                             nmd::contracts::Contracts::Open(config.server().municipality(), std::move(rules), *state->journal,
                                                             process.clock(), *state->ingestion, *state->costs));
        auto& contracts = *state->contracts;
        nmd::contracts::Handle(contracts, process.router());
        state->facts =
            std::make_unique<nmd::Follower>("ingestion facts", [&contracts] { return contracts.Follow(kWaitSeconds); });
        process.AtStop([&facts = *state->facts, &contracts] {
          contracts.parking().Close();
          facts.Stop();
        });
        return nmd::ServiceState(std::move(state));
      });
}
