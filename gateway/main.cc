// SPDX-License-Identifier: EUPL-1.2
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gateway/gateway.h"
#include "gateway/http_server.h"
#include "nmd/internal/v1/config.pb.h"
#include "services/platform/log.h"
#include "services/platform/service_main.h"
#include "services/platform/status_macros.h"

namespace {

// The order of members is the order of construction; the server, which calls the rest, goes first at the end.
struct GatewayState {
  std::vector<std::unique_ptr<nmd::Peer>> peers;
  std::unique_ptr<nmd::gateway::TokenChecker> tokens;
  std::unique_ptr<nmd::gateway::DevIssuer> dev_issuer;
  std::unique_ptr<nmd::gateway::Gateway> gateway;
  std::unique_ptr<nmd::gateway::HttpServer> server;
};

}  // namespace

int main(int argc, char** argv) {
  nmd::internal::v1::GatewayConfig config;
  return nmd::ServiceMain(
      argc, argv, config, config.mutable_server(), [&](nmd::Process& process) -> absl::StatusOr<nmd::ServiceState> {
        auto state = std::make_shared<GatewayState>();
        nmd::gateway::Gateway::Parts parts;
        const auto connect = [&](const nmd::internal::v1::PeerConfig& peer) {
          return state->peers.emplace_back(process.NewPeer(peer)).get();
        };
        const nmd::Peer* ingestion = connect(config.ingestion());
        const nmd::Peer* costs = connect(config.costs());
        const nmd::Peer* contracts = connect(config.contracts());
        parts.peers = {{"nmd.ingestion.v1.IngestionService", ingestion},
                       {"google.longrunning.Operations", ingestion},
                       {"nmd.linking.v1.LinkingService", connect(config.linking())},
                       {"nmd.costs.v1.CostsService", costs},
                       {"nmd.costs.v1.AccessService", costs},
                       {"nmd.costs.v1.AnswersService", costs},
                       {"nmd.costs.v1.DurationsService", costs},
                       {"nmd.costs.v1.GrowthService", costs},
                       {"nmd.costs.v1.PoliciesService", costs},
                       {"nmd.costs.v1.ScenariosService", costs},
                       {"nmd.costs.v1.ExternalSeriesService", costs},
                       {"nmd.costs.v1.ForecastsService", costs},
                       {"nmd.costs.v1.RowsService", costs},
                       {"nmd.contracts.v1.ContractsService", contracts},
                       {"nmd.contracts.v1.ReconciliationService", contracts},
                       {"nmd.publication.v1.PublicationService", connect(config.publication())}};
        NMD_ASSIGN_OR_RETURN(state->tokens, nmd::gateway::TokenChecker::Create(config.issuer(), process.clock()));
        parts.tokens = state->tokens.get();
        if (config.issuer().development()) {
          NMD_ASSIGN_OR_RETURN(state->dev_issuer, nmd::gateway::DevIssuer::Create(
                                                      config.issuer(), nmd::gateway::IsLoopbackAddress(config.http_listen()),
                                                      config.server().municipality(), process.clock()));
          parts.dev_issuer = state->dev_issuer.get();
          nmd::Log(nmd::LogLevel::kWarning, "the development issuer gives tokens to whoever asks on this machine");
        }
        NMD_ASSIGN_OR_RETURN(parts.files, nmd::gateway::StaticFiles::Load(config.web_dir()));
        NMD_ASSIGN_OR_RETURN(state->gateway, nmd::gateway::Gateway::Create(std::move(parts), process.clock()));
        nmd::gateway::HttpServerOptions options;
        options.listen = config.http_listen();
        options.threads = config.server().workers();
        options.body_limit_bytes = static_cast<uint64_t>(config.body_limit_bytes());
        options.connection_limit = config.connection_limit();
        options.common_headers = nmd::gateway::CommonHeaders();
        options.on_refused = &nmd::gateway::RecordRefused;
        NMD_ASSIGN_OR_RETURN(state->server, nmd::gateway::HttpServer::Start(
                                                std::move(options), [gateway = state->gateway.get()](const auto& request) {
                                                  return gateway->Handle(request);
                                                }));
        nmd::Log(nmd::LogLevel::kInfo, "http listening", {{"port", state->server->port()}});
        process.AtStop([server = state->server.get(), limit = absl::Seconds(config.server().drain_limit_seconds())] {
          server->Drain(limit);
        });
        return state;
      });
}
