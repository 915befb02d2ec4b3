// SPDX-License-Identifier: EUPL-1.2
#include <memory>
#include <utility>
#include <vector>

#include "google/api/httpbody.pb.h"
#include "nmd/internal/v1/config.pb.h"
#include "services/platform/crypto.h"
#include "services/platform/follower.h"
#include "services/platform/metrics.h"
#include "services/platform/service_main.h"
#include "services/platform/status_macros.h"
#include "services/publication/iv3_export.h"
#include "services/publication/open_data.h"
#include "services/publication/publication.h"
#include "services/publication/region_service.h"

namespace {

using namespace nmd::publication::v1;  // NOLINT: only the requests of three services.

// How long a recipient's thread waits for something to say: a stop waits for it no longer than this.
constexpr absl::Duration kWait = absl::Seconds(5);

constexpr char kUndelivered[] = "nmd_publication_undelivered_seconds", kSilence[] = "nmd_region_silence_seconds",
               kUnheard[] = "nmd_region_unheard_members";

struct State {
  std::unique_ptr<nmd::Journal> journal;
  std::unique_ptr<nmd::Peer> costs;
  std::unique_ptr<nmd::publication::Signer> signer;
  std::unique_ptr<nmd::publication::Publication> publication;
  std::unique_ptr<nmd::publication::OpenData> open_data;
  std::vector<std::unique_ptr<nmd::Peer>> recipients;
  std::vector<std::unique_ptr<nmd::Follower>> deliveries;
};

// In the order of construction; the region uses the journal.
struct RegionState {
  std::unique_ptr<nmd::Journal> journal;
  std::unique_ptr<nmd::publication::Region> region;
  std::unique_ptr<nmd::publication::OpenData> open_data;
};

// Open data of what tells of it: a municipality or the region.
template <typename Source>
std::unique_ptr<nmd::publication::OpenData> NewOpenData(const nmd::internal::v1::PublicationConfig& config,
                                                        const Source& source, nmd::Process& process) {
  auto open_data = std::make_unique<nmd::publication::OpenData>(
      config.server().municipality(),
      nmd::publication::OpenData::Source{[&source] { return source.OpenDatasets(); },
                                         [&source](const std::string& name) { return source.FindOpenDataset(name); }},
      config.has_open_data() ? &config.open_data() : nullptr);
  nmd::publication::BindOpenData(*open_data, process.router());
  return open_data;
}

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
  state->open_data = NewOpenData(config, *state->region, process);
  nmd::WatchMetric(kSilence, "Longest time since a member said something, of those that ever did.",
                   [region = state->region.get()] { return absl::ToDoubleSeconds(region->LongestSilence()); });
  nmd::WatchMetric(kUnheard, "Members that never said anything.",
                   [region = state->region.get()] { return static_cast<double>(region->Unheard()); });
  process.AtStop([] {
    nmd::WatchMetric(kSilence, "", nullptr);
    nmd::WatchMetric(kUnheard, "", nullptr);
  });
  return nmd::ServiceState(std::move(state));
}

// Binds a method of Publication, one that writes or one that reads.
template <typename Response, typename Request, typename Object>
void Handle(nmd::Process& process, nmd::publication::Publication& publication, absl::string_view service,
            absl::string_view name, absl::StatusOr<Response> (Object::*method)(const nmd::Caller&, const Request&)) {
  process.router().Handle(service, name, [&publication, method](const nmd::Caller& caller, const Request& request) {
    return (publication.*method)(caller, request);
  });
}
template <typename Response, typename Request, typename Object>
void Handle(nmd::Process& process, nmd::publication::Publication& publication, absl::string_view service,
            absl::string_view name, absl::StatusOr<Response> (Object::*method)(const nmd::Caller&, const Request&) const) {
  process.router().Handle(service, name, [&publication, method](const nmd::Caller& caller, const Request& request) {
    return (publication.*method)(caller, request);
  });
}

void HandleAll(nmd::Process& process, nmd::publication::Publication& publication) {
  using P = nmd::publication::Publication;
  constexpr absl::string_view kPublication = "nmd.publication.v1.PublicationService";
  Handle(process, publication, kPublication, "ListAgreements", &P::ListAgreements);
  Handle(process, publication, kPublication, "PreviewPublication", &P::PreviewPublication);
  constexpr absl::string_view kAgreement = "nmd.publication.v1.AgreementService";
  Handle(process, publication, kAgreement, "ApproveAgreement", &P::ApproveAgreement);
  Handle(process, publication, kAgreement, "EndAgreement", &P::EndAgreement);
  Handle(process, publication, kAgreement, "ListAgreementVersions", &P::ListAgreementVersions);
  Handle(process, publication, kAgreement, "ProposeAgreement", &P::ProposeAgreement);
  Handle(process, publication, kAgreement, "RefuseAgreement", &P::RefuseAgreement);
  constexpr absl::string_view kRelease = "nmd.publication.v1.ReleaseService";
  Handle(process, publication, kRelease, "ApproveRelease", &P::ApproveRelease);
  Handle(process, publication, kRelease, "GetRelease", &P::GetRelease);
  Handle(process, publication, kRelease, "ListReleases", &P::ListReleases);
  Handle(process, publication, kRelease, "ProposeRelease", &P::ProposeRelease);
  Handle(process, publication, kRelease, "RedeliverStatements", &P::RedeliverStatements);
  Handle(process, publication, kRelease, "RefuseRelease", &P::RefuseRelease);
  Handle(process, publication, kRelease, "WithdrawRelease", &P::WithdrawRelease);
}

}  // namespace

int main(int argc, char** argv) {
  nmd::internal::v1::PublicationConfig config;
  return nmd::ServiceMain(
      argc, argv, config, config.mutable_server(), [&](nmd::Process& process) -> absl::StatusOr<nmd::ServiceState> {
        if (config.members_size() > 0) return BuildRegion(config, process);
        if (!config.has_costs()) return absl::FailedPreconditionError("costs: is missing");
        if (config.signing_key_file().empty()) return absl::FailedPreconditionError("signing_key_file: is missing");
        auto state = std::make_shared<State>();
        NMD_ASSIGN_OR_RETURN(state->journal, process.OpenJournal());
        NMD_ASSIGN_OR_RETURN(const nmd::Key seed, nmd::Key::FromFile(config.signing_key_file()));
        state->signer = std::make_unique<nmd::publication::Signer>(seed);
        state->costs = process.NewPeer(config.costs());
        std::vector<nmd::publication::Recipient> recipients;
        for (const auto& recipient : config.recipients())
          recipients.push_back({recipient.audience(), recipient.municipality()});
        NMD_ASSIGN_OR_RETURN(state->publication, nmd::publication::Publication::Open(
                                                     config.server().municipality(), *state->journal, process.clock(),
                                                     *state->costs, *state->signer, std::move(recipients)));
        nmd::publication::Publication& publication = *state->publication;
        HandleAll(process, publication);
        state->open_data = NewOpenData(config, publication, process);
        process.router().Handle(
            "nmd.publication.v1.OpenDataService", "ExportIv3",
            [&costs = *state->costs, &clock = process.clock(), municipality = config.server().municipality()](
                const nmd::Caller& caller, const ExportIv3Request& request) {
              return nmd::publication::ExportIv3(costs, municipality, clock, caller, request);
            });
        nmd::WatchMetric(kUndelivered, "Age of the oldest statement that a recipient has not received; 0: none waits.",
                         [&publication] { return absl::ToDoubleSeconds(publication.OldestUndelivered()); });
        for (int i = 0; i < config.recipients_size(); ++i) {
          const auto& recipient = config.recipients(i);
          state->recipients.push_back(
              nmd::NewGrpcPeer(recipient.peer(), recipient.has_tls() ? &recipient.tls() : nullptr, recipient.municipality()));
          const nmd::Peer& peer = *state->recipients.back();
          state->deliveries.push_back(std::make_unique<nmd::Follower>(
              "delivery to " + recipient.municipality(),
              [&publication, &peer, i] { return publication.Deliver(static_cast<size_t>(i), peer, kWait); }));
        }
        process.AtStop([state = state.get()] {
          nmd::WatchMetric(kUndelivered, "", nullptr);
          for (const auto& delivery : state->deliveries) delivery->Stop();
          state->journal->Interrupt();
        });
        return nmd::ServiceState(std::move(state));
      });
}
