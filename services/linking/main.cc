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

// Answers a method of the service with the member function of that name.
template <typename Response, typename Request>
void Handle(Router& router, absl::string_view method, Linking& linking,
            absl::StatusOr<Response> (Linking::*member)(const Caller&, const Request&)) {
  router.Handle("nmd.linking.v1.LinkingService", method, [&linking, member](const Caller& caller, const Request& request) {
    return (linking.*member)(caller, request);
  });
}
template <typename Response, typename Request>
void Handle(Router& router, absl::string_view method, Linking& linking,
            absl::StatusOr<Response> (Linking::*member)(const Caller&, const Request&) const) {
  router.Handle("nmd.linking.v1.LinkingService", method, [&linking, member](const Caller& caller, const Request& request) {
    return (linking.*member)(caller, request);
  });
}

absl::StatusOr<ServiceState> Build(Process& process, const internal::v1::LinkingConfig& config) {
  auto service = std::make_shared<Service>();
  NMD_ASSIGN_OR_RETURN(const Key key, Key::FromFile(config.key_file()));
  NMD_ASSIGN_OR_RETURN(service->journal, process.OpenJournal());
  service->ingestion = process.NewPeer(config.ingestion());
  LinkingOptions options = {config.server().municipality(), config.institution_size(), config.test_numbers(),
                            config.four_eyes()};
  options.retention_years = config.retention_years();
  if (!config.previous_key_file().empty()) {
    NMD_ASSIGN_OR_RETURN(options.previous_key, Key::FromFile(config.previous_key_file()));
  }
  service->linking =
      std::make_unique<Linking>(*service->journal, process.clock(), *service->ingestion, key, std::move(options));
  Linking& linking = *service->linking;
  NMD_RETURN_IF_ERROR(linking.Load());

  Handle(process.router(), "ListLinks", linking, &Linking::ListLinks);
  Handle(process.router(), "GetLinkSummary", linking, &Linking::GetLinkSummary);
  Handle(process.router(), "ExplainClient", linking, &Linking::ExplainClient);
  Handle(process.router(), "GetClientHistory", linking, &Linking::GetClientHistory);
  Handle(process.router(), "ListReviewItems", linking, &Linking::ListReviewItems);
  Handle(process.router(), "ShowReviewItem", linking, &Linking::ShowReviewItem);
  Handle(process.router(), "CreateLinkDecision", linking, &Linking::CreateLinkDecision);
  Handle(process.router(), "MergeClients", linking, &Linking::MergeClients);
  Handle(process.router(), "SplitClient", linking, &Linking::SplitClient);
  Handle(process.router(), "ConfirmLinkDecision", linking, &Linking::ConfirmLinkDecision);
  Handle(process.router(), "UndoLinkDecision", linking, &Linking::UndoLinkDecision);
  Handle(process.router(), "ListLinkDecisions", linking, &Linking::ListLinkDecisions);
  Handle(process.router(), "FindSubjects", linking, &Linking::FindSubjects);
  Handle(process.router(), "ExportSubject", linking, &Linking::ExportSubject);
  Handle(process.router(), "EraseSubject", linking, &Linking::EraseSubject);
  Handle(process.router(), "RestrictSubject", linking, &Linking::RestrictSubject);
  Handle(process.router(), "CorrectSubject", linking, &Linking::CorrectSubject);
  Handle(process.router(), "ExportLinks", linking, &Linking::ExportLinks);
  Handle(process.router(), "TrainLinkModel", linking, &Linking::TrainLinkModel);
  Handle(process.router(), "GetOperation", linking, &Linking::GetOperation);
  Handle(process.router(), "ListLinkModels", linking, &Linking::ListLinkModels);
  Handle(process.router(), "GetLinkModel", linking, &Linking::GetLinkModel);
  Handle(process.router(), "ReleaseLinkModel", linking, &Linking::ReleaseLinkModel);
  Handle(process.router(), "DrawGoldSample", linking, &Linking::DrawGoldSample);
  Handle(process.router(), "LabelGoldPair", linking, &Linking::LabelGoldPair);
  Handle(process.router(), "GetLinkQuality", linking, &Linking::GetLinkQuality);
  Handle(process.router(), "ListAccesses", linking, &Linking::ListAccesses);

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
