// SPDX-License-Identifier: EUPL-1.2
#include <memory>
#include <utility>

#include "nmd/internal/v1/config.pb.h"
#include "services/platform/service_main.h"
#include "services/platform/status_macros.h"
#include "services/publication/agreement.h"
#include "services/publication/publication.h"

namespace {

using namespace nmd::publication::v1;  // NOLINT: only the requests of one service.

struct State {
  std::unique_ptr<nmd::Peer> costs;
  std::unique_ptr<nmd::publication::Publication> publication;
};

}  // namespace

int main(int argc, char** argv) {
  nmd::internal::v1::PublicationConfig config;
  return nmd::ServiceMain(
      argc, argv, config, config.mutable_server(), [&](nmd::Process& process) -> absl::StatusOr<nmd::ServiceState> {
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
