// SPDX-License-Identifier: EUPL-1.2
#include <memory>
#include <utility>

#include "nmd/internal/v1/config.pb.h"
#include "services/platform/service_main.h"
#include "services/platform/status_macros.h"
#include "services/publication/agreement.h"
#include "services/publication/publication.h"
#include "services/publication/region_service.h"

namespace {

using namespace nmd::publication::v1;  // NOLINT: only the requests of one service.

struct State {
  std::unique_ptr<nmd::Peer> costs;
  std::unique_ptr<nmd::publication::Publication> publication;
};

// In the order of construction; the region uses the journal.
struct RegionState {
  std::unique_ptr<nmd::Journal> journal;
  std::unique_ptr<nmd::publication::Region> region;
};

// What has members is the region, which receives and has nothing of its own to publish.
absl::StatusOr<nmd::ServiceState> BuildRegion(const nmd::internal::v1::PublicationConfig& config, nmd::Process& process) {
  if (config.has_costs() || config.recipients_size() > 0) {
    return absl::FailedPreconditionError("members: are for the region only, which has no costs and no recipients");
  }
  if (config.region_file().empty()) return absl::FailedPreconditionError("region_file: is missing; the region needs it");
  nmd::publication::Region::Options options;
  options.municipality = config.server().municipality();
  options.audience = config.audience();
  options.members = {config.members().begin(), config.members().end()};
  NMD_ASSIGN_OR_RETURN(options.rules, nmd::publication::ReadRegionFile(config.region_file()));
  auto state = std::make_shared<RegionState>();
  NMD_ASSIGN_OR_RETURN(state->journal, process.OpenJournal());
  NMD_ASSIGN_OR_RETURN(state->region, nmd::publication::Region::Open(std::move(options), *state->journal, process.clock()));
  nmd::publication::BindRegion(*state->region, process.router());
  return nmd::ServiceState(std::move(state));
}

}  // namespace

int main(int argc, char** argv) {
  nmd::internal::v1::PublicationConfig config;
  return nmd::ServiceMain(
      argc, argv, config, config.mutable_server(), [&](nmd::Process& process) -> absl::StatusOr<nmd::ServiceState> {
        if (config.members_size() > 0) return BuildRegion(config, process);
        if (!config.has_costs()) return absl::FailedPreconditionError("costs: is missing");
        NMD_ASSIGN_OR_RETURN(auto agreements,
                             nmd::publication::ReadAgreements(config.agreement_file(), config.server().municipality()));
        auto state = std::make_shared<State>();
        state->costs = process.NewPeer(config.costs());
        state->publication =
            std::make_unique<nmd::publication::Publication>(std::move(agreements), *state->costs, process.clock());
        const auto& publication = *state->publication;
        constexpr absl::string_view kService = "nmd.publication.v1.PublicationService";
        process.router().Handle(kService, "ListAgreements",
                                [&publication](const nmd::Caller& caller, const ListAgreementsRequest& request) {
                                  return publication.ListAgreements(caller, request);
                                });
        process.router().Handle(kService, "PreviewPublication",
                                [&publication](const nmd::Caller& caller, const PreviewPublicationRequest& request) {
                                  return publication.PreviewPublication(caller, request);
                                });
        return nmd::ServiceState(std::move(state));
      });
}
