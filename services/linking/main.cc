// SPDX-License-Identifier: EUPL-1.2
#include <memory>
#include <utility>

#include "nmd/internal/v1/config.pb.h"
#include "services/linking/linking.h"
#include "services/platform/follower.h"
#include "services/platform/log.h"
#include "services/platform/service_main.h"
#include "services/platform/status_macros.h"

namespace nmd::linking {
namespace {

// In order of construction; destroyed the other way round.
struct Service {
  std::unique_ptr<Journal> journal;
  std::unique_ptr<Peer> ingestion;
  std::unique_ptr<Linking> linking;
  std::unique_ptr<Follower> follower;
};

absl::StatusOr<ServiceState> Build(Process& process, const internal::v1::LinkingConfig& config) {
  auto service = std::make_shared<Service>();
  NMD_ASSIGN_OR_RETURN(const Key key, Key::FromFile(config.key_file()));
  NMD_ASSIGN_OR_RETURN(service->journal, process.OpenJournal());
  service->ingestion = process.NewPeer(config.ingestion());
  LinkingOptions options = {config.server().municipality(), config.institution_size()};
  options.retention_years = config.retention_years();
  if (!config.previous_key_file().empty()) {
    NMD_ASSIGN_OR_RETURN(options.previous_key, Key::FromFile(config.previous_key_file()));
  }
  service->linking =
      std::make_unique<Linking>(*service->journal, process.clock(), *service->ingestion, key, std::move(options));
  Linking& linking = *service->linking;
  NMD_RETURN_IF_ERROR(linking.Load());

  constexpr absl::string_view kService = "nmd.linking.v1.LinkingService";
  process.router().Handle(kService, "ListLinks", [&linking](const Caller& caller, const v1::ListLinksRequest& request) {
    return linking.ListLinks(caller, request);
  });
  process.router().Handle(kService, "GetLinkSummary",
                          [&linking](const Caller& caller, const v1::GetLinkSummaryRequest& request) {
                            return linking.GetLinkSummary(caller, request);
                          });
  process.router().Handle(kService, "ExplainClient", [&linking](const Caller& caller, const v1::ExplainClientRequest& request) {
    return linking.ExplainClient(caller, request);
  });
  process.router().Handle(kService, "FindSubjects", [&linking](const Caller& caller, const v1::FindSubjectsRequest& request) {
    return linking.FindSubjects(caller, request);
  });
  process.router().Handle(kService, "ExportSubject", [&linking](const Caller& caller, const v1::ExportSubjectRequest& request) {
    return linking.ExportSubject(caller, request);
  });
  process.router().Handle(kService, "EraseSubject", [&linking](const Caller& caller, const v1::EraseSubjectRequest& request) {
    return linking.EraseSubject(caller, request);
  });
  process.router().Handle(kService, "ExportLinks", [&linking](const Caller& caller, const v1::ExportLinksRequest& request) {
    return linking.ExportLinks(caller, request);
  });
  process.router().Handle(kService, "ListAccesses", [&linking](const Caller& caller, const v1::ListAccessesRequest& request) {
    return linking.ListAccesses(caller, request);
  });

  process.AtStop([&linking] {
    if (const absl::Status saved = linking.SaveCheckpoint(); !saved.ok()) {
      Log(LogLevel::kWarning, "no checkpoint could be saved", {{"detail", saved.message()}});
    }
  });
  service->follower = std::make_unique<Follower>("ingestion person records", [&linking]() -> absl::Status {
    NMD_RETURN_IF_ERROR(linking.Follow());
    return linking.Retain();
  });
  process.AtStop([service = service.get()] { service->follower.reset(); });
  process.AtStop([service = service.get()] { service->journal->Interrupt(); });
  return service;
}

}  // namespace
}  // namespace nmd::linking

int main(int argc, char** argv) {
  nmd::internal::v1::LinkingConfig config;
  return nmd::ServiceMain(argc, argv, config, config.mutable_server(),
                          [&](nmd::Process& process) { return nmd::linking::Build(process, config); });
}
