// SPDX-License-Identifier: EUPL-1.2
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gateway/api_descriptors.h"
#include "gateway/gateway.h"
#include "gateway/http_server.h"
#include "gateway/member_doors.h"
#include "gateway/queued_peer.h"
#include "google/protobuf/descriptor.h"
#include "nmd/internal/v1/config.pb.h"
#include "services/platform/grpc_front.h"
#include "services/platform/log.h"
#include "services/platform/service_main.h"
#include "services/platform/status_macros.h"
#include "services/platform/tls.h"

namespace {

// The order of members is the order of construction; the server, which calls the rest, goes first at the end.
struct GatewayState {
  std::unique_ptr<nmd::Journal> journal;
  std::unique_ptr<nmd::gateway::AccessLog> log;
  std::unique_ptr<nmd::gateway::CallerLimits> limits;
  std::unique_ptr<nmd::gateway::PublicReaders> public_readers;
  std::unique_ptr<nmd::Peer> own;  // The gateway's own methods.
  std::vector<std::unique_ptr<nmd::Peer>> peers;
  std::unique_ptr<nmd::gateway::Issuer> issuer;
  std::unique_ptr<nmd::gateway::TokenChecker> tokens;
  std::unique_ptr<nmd::gateway::Sessions> sessions;
  std::unique_ptr<nmd::gateway::FscDoor> fsc;
  std::unique_ptr<nmd::gateway::DevIssuer> dev_issuer;
  std::unique_ptr<nmd::gateway::Gateway> gateway;
  std::unique_ptr<nmd::gateway::HttpServer> server, fsc_server;
  std::unique_ptr<nmd::GrpcFront> front;
};

bool IsOin(absl::string_view text) {
  return text.size() == 20 && text.find_first_not_of("0123456789") == absl::string_view::npos;
}

absl::StatusOr<std::unique_ptr<nmd::Peer>> MemberDoorsOf(const nmd::internal::v1::GatewayConfig& config) {
  std::map<std::string, std::unique_ptr<nmd::Peer>> doors;
  for (const auto& door : config.member_doors()) {
    NMD_RETURN_IF_ERROR(nmd::CheckTlsFiles(door.tls()));
    if (!doors.emplace(door.municipality(), nmd::NewGrpcPeer(door.peer(), &door.tls(), door.municipality())).second)
      return absl::FailedPreconditionError(absl::StrCat("member_doors: ", door.municipality(), " is there twice"));
  }
  return nmd::gateway::NewMemberDoors(std::move(doors), config.server().municipality());
}

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
        // By package of the service: a service that is added to one of them is found by itself.
        NMD_ASSIGN_OR_RETURN(state->journal, process.OpenJournal());
        nmd::gateway::AccessLog::Options log_options;
        log_options.municipality = config.server().municipality();
        log_options.audit_life = absl::Hours(24 * config.audit_days());
        log_options.processing_life = absl::Hours(24 * config.processing_days());
        log_options.activities = {config.processing_activities().begin(), config.processing_activities().end()};
        log_options.activity_base = config.processing_activity_base();
        NMD_ASSIGN_OR_RETURN(state->log, nmd::gateway::AccessLog::Open(*state->journal, log_options, process.clock()));
        nmd::gateway::BindAccessLog(*state->log, process.router());
        parts.log = state->log.get();
        state->limits = std::make_unique<nmd::gateway::CallerLimits>(config.caller_concurrency(),
                                                                     config.caller_rate_per_minute(), process.clock());
        parts.limits = state->limits.get();
        if (config.has_public_readers()) {
          state->public_readers = std::make_unique<nmd::gateway::PublicReaders>(
              config.public_readers(), config.server().municipality(), process.clock());
          parts.public_readers = state->public_readers.get();
        }
        state->own = nmd::NewLocalPeer(process.router(), "gateway");
        const nmd::Peer* own = state->peers.emplace_back(nmd::gateway::NewQueuedPeer(*state->own)).get();
        std::map<std::string, const nmd::Peer*> peers = {{"nmd.log.v1", own},
                                                         {"nmd.publication.v1", connect(config.publication())}};
        const int records = config.has_ingestion() + config.has_linking() + config.has_costs() + config.has_contracts();
        if (records != 0 && records != 4) {
          return absl::FailedPreconditionError(
              "ingestion, linking, costs, contracts: a municipality has all of them, the region none");
        }
        if (records != 0) {
          peers["nmd.ingestion.v1"] = peers["google.longrunning"] = connect(config.ingestion());
          peers["nmd.linking.v1"] = connect(config.linking());
          peers["nmd.costs.v1"] = connect(config.costs());
          peers["nmd.contracts.v1"] = connect(config.contracts());
        }
        for (const auto* service : nmd::gateway::ApiServices()) {
          const auto peer = peers.find(service->file()->package());
          if (peer != peers.end()) parts.peers[service->full_name()] = peer->second;
        }
        if (config.member_doors_size() > 0) {
          if (records != 0) return absl::FailedPreconditionError("member_doors: are for the region, which has no records");
          NMD_ASSIGN_OR_RETURN(auto doors, MemberDoorsOf(config));
          parts.peers[std::string(nmd::gateway::kRoutedService)] = state->peers.emplace_back(std::move(doors)).get();
        }
        for (const auto& router : config.provider_routers()) {
          if (records == 0)
            return absl::FailedPreconditionError("provider_routers: are for a municipality, which has accounts");
          if (!IsOin(router.oin())) return absl::FailedPreconditionError("provider_routers.oin: must be 20 digits");
          parts.provider_routers.insert(router.oin());
        }
        if (config.issuer().public_key().empty()) {
          NMD_ASSIGN_OR_RETURN(state->issuer, nmd::gateway::Issuer::Start(config.issuer(), process.clock()));
          parts.issuer = state->issuer.get();
        }
        NMD_ASSIGN_OR_RETURN(state->tokens,
                             nmd::gateway::TokenChecker::Create(config.issuer(), state->issuer.get(), process.clock()));
        parts.tokens = state->tokens.get();
        if (config.issuer().has_login()) {
          if (state->issuer == nullptr)
            return absl::FailedPreconditionError("issuer.login needs an issuer that is asked: leave issuer.public_key out");
          NMD_ASSIGN_OR_RETURN(state->sessions, nmd::gateway::Sessions::Create(config.issuer(), *state->issuer, *state->tokens,
                                                                               state->log.get(), process.clock()));
          parts.sessions = state->sessions.get();
        }
        if (config.has_fsc()) {
          if (config.issuer().development())
            return absl::FailedPreconditionError("fsc is for other organisations: take issuer.development out first");
          NMD_ASSIGN_OR_RETURN(state->fsc,
                               nmd::gateway::FscDoor::Create(config.fsc(), config.server().municipality(), process.clock()));
          parts.fsc = state->fsc.get();
        }
        if (config.issuer().development()) {
          NMD_ASSIGN_OR_RETURN(state->dev_issuer, nmd::gateway::DevIssuer::Create(
                                                      config.issuer(), nmd::gateway::IsLoopbackAddress(config.http_listen()),
                                                      config.server().municipality(), process.clock()));
          parts.dev_issuer = state->dev_issuer.get();
          nmd::Log(nmd::LogLevel::kWarning, "the development issuer gives tokens to whoever asks on this machine");
        }
        parts.allowed_origins = {config.allowed_origins().begin(), config.allowed_origins().end()};
        parts.contact = config.contact();
        parts.municipality = config.server().municipality();
        NMD_ASSIGN_OR_RETURN(parts.files, nmd::gateway::StaticFiles::Load(config.web_dir()));
        NMD_ASSIGN_OR_RETURN(state->gateway, nmd::gateway::Gateway::Create(std::move(parts), process.clock()));
        nmd::gateway::HttpServerOptions options;
        options.listen = config.http_listen();
        options.threads = config.server().workers();
        options.body_limit_bytes = static_cast<uint64_t>(config.body_limit_bytes());
        options.connection_limit = config.connection_limit();
        options.common_headers = nmd::gateway::CommonHeaders();
        options.on_refused = &nmd::gateway::RecordRefused;
        NMD_ASSIGN_OR_RETURN(state->server,
                             nmd::gateway::HttpServer::Start(options, [gateway = state->gateway.get()](const auto& request) {
                               return gateway->Handle(request);
                             }));
        nmd::Log(nmd::LogLevel::kInfo, "http listening", {{"port", state->server->port()}});
        if (config.has_fsc()) {
          options.listen = config.fsc().listen();
          NMD_ASSIGN_OR_RETURN(
              state->fsc_server,
              nmd::gateway::HttpServer::Start(std::move(options), [gateway = state->gateway.get()](const auto& request) {
                return gateway->HandleFsc(request);
              }));
          nmd::Log(nmd::LogLevel::kInfo, "fsc listening", {{"port", state->fsc_server->port()}});
        }
        if (!config.grpc_listen().empty()) {
          std::unique_ptr<nmd::Reflection> reflection;
          if (config.grpc_reflection()) {
            std::vector<std::string> services;
            for (const auto* service : nmd::gateway::ApiServices()) services.push_back(service->full_name());
            reflection = std::make_unique<nmd::Reflection>(services);
          }
          NMD_ASSIGN_OR_RETURN(state->front,
                               nmd::StartGrpcFront(
                                   config.grpc_listen(), config.has_grpc_tls() ? &config.grpc_tls() : nullptr,
                                   [gateway = state->gateway.get()](nmd::FrontCall call, nmd::FrontAnswer answer) {
                                     gateway->Serve(std::move(call), std::move(answer));
                                   },
                                   std::move(reflection)));
          nmd::Log(nmd::LogLevel::kInfo, "grpc listening", {{"port", state->front->port()}});
        }
        process.AtStop([server = state->server.get(), fsc_server = state->fsc_server.get(), front = state->front.get(),
                        limit = absl::Seconds(config.server().drain_limit_seconds())] {
          server->Drain(limit);
          if (fsc_server != nullptr) fsc_server->Drain(limit);
          if (front != nullptr) front->Drain(limit);
        });
        return state;
      });
}
