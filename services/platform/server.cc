// SPDX-License-Identifier: EUPL-1.2
#include "services/platform/server.h"

#include <grpc/grpc_security_constants.h>
#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/resource_quota.h>
#include <grpcpp/security/tls_certificate_provider.h>
#include <grpcpp/security/tls_credentials_options.h>

#include <thread>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "google/rpc/status.pb.h"
#include "nmd/internal/v1/caller.pb.h"
#include "services/platform/address.h"
#include "services/platform/admin.h"
#include "services/platform/grpc_wire.h"
#include "services/platform/log.h"
#include "services/platform/metrics.h"
#include "services/platform/status_macros.h"
#include "services/platform/tls.h"
#include "services/platform/work_queue.h"

namespace nmd {
namespace {

// Transport memory of all connections together.
constexpr size_t kQuotaBytes = 256u << 20;
// A service that follows a feed holds a thread of its server while it waits; an instance has three or four. Feeds that many
// follow hold none (Router::HandleFeed), but when something is new all of them want a thread for a moment.
constexpr int kFeedThreads = 8;
constexpr int kFeedQueue = 4096;
constexpr int kRetryMilliseconds = 250;

grpc::Status ToGrpcStatus(const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  const google::rpc::Status rpc = ToRpcStatus(status);
  return grpc::Status(static_cast<grpc::StatusCode>(rpc.code()), rpc.message(), rpc.SerializeAsString());
}

std::string ToString(const grpc::string_ref& text) { return std::string(text.data(), text.size()); }

// Turns certificate and assertion into a Caller.
class Identity {
 public:
  Identity(std::string municipality, bool insecure) : municipality_(std::move(municipality)), insecure_(insecure) {}

  absl::StatusOr<Caller> Of(const grpc::GenericCallbackServerContext& context) const {
    std::string service = insecure_ ? "gateway" : "";
    if (!insecure_) {
      const std::string prefix = SpiffeId(municipality_, "");
      const auto auth = context.auth_context();
      for (const grpc::string_ref& id : auth->FindPropertyValues(GRPC_PEER_SPIFFE_ID_PROPERTY_NAME)) {
        const std::string name = ToString(id);
        if (absl::StartsWith(name, prefix)) service = name.substr(prefix.size());
      }
      if (!auth->IsPeerAuthenticated() || service.empty()) {
        return Fail(absl::StatusCode::kUnauthenticated, ErrorReason::IDENTITY_MISSING,
                    "the certificate does not name a service of this instance");
      }
    }
    const auto& metadata = context.client_metadata();
    const auto assertion = metadata.find(kAssertionKey);
    if (assertion == metadata.end()) {
      Caller caller = ServiceCaller(service, municipality_);
      // The gateway has no business of its own: without somebody to speak for it may do nothing.
      if (service == "gateway" && !insecure_) caller.roles.clear();
      return caller;
    }
    internal::v1::CallerAssertion asserted;
    if (service != "gateway" || !asserted.ParseFromString(ToString(assertion->second))) {
      return Fail(absl::StatusCode::kUnauthenticated, ErrorReason::IDENTITY_MISSING, "only the gateway may speak for somebody");
    }
    Caller caller;
    caller.subject = asserted.subject();
    for (const int role : asserted.role()) {
      // SERVICE is earned by a certificate, never by a token.
      if (type::Role_IsValid(role) && role != type::SERVICE) caller.roles.push_back(static_cast<type::Role>(role));
    }
    caller.municipality = asserted.municipality();
    caller.purpose = asserted.purpose();
    caller.request_id = asserted.request_id();
    caller.traceparent = asserted.traceparent();
    caller.provider = asserted.provider();
    return caller;
  }

 private:
  const std::string municipality_;
  const bool insecure_;
};

// Every method of the server: reads one request, runs it on a lane, writes one response.
class DoorService : public grpc::CallbackGenericService {
 public:
  DoorService(const Router& router, const Clock& clock, Identity identity, absl::Duration limit, WorkQueue& calls,
              WorkQueue& feeds)
      : router_(router), clock_(clock), identity_(std::move(identity)), limit_(limit), calls_(calls), feeds_(feeds) {}

  grpc::ServerGenericBidiReactor* CreateReactor(grpc::GenericCallbackServerContext* context) override {
    return new Call(*this, context);
  }

 private:
  class Call : public grpc::ServerGenericBidiReactor {
   public:
    Call(const DoorService& service, grpc::GenericCallbackServerContext* context)
        : service_(service), path_(context->method()) {
      absl::StatusOr<Caller> caller = service_.identity_.Of(*context);
      if (!caller.ok()) {
        Refuse(caller.status());
        return;
      }
      caller_ = *std::move(caller);
      caller_.deadline = std::min(absl::FromChrono(context->deadline()), service_.clock_.Now() + service_.limit_);
      const absl::StatusOr<const Router::Method*> method = service_.router_.Admit(path_, caller_);
      if (!method.ok()) {
        Refuse(method.status());
        return;
      }
      feed_ = (*method)->feed;
      StartRead(&request_);
    }

    void OnReadDone(bool ok) override {
      if (!ok) {
        return Refuse(Fail(absl::StatusCode::kInvalidArgument, ErrorReason::REQUEST_UNREADABLE, "there was no request"));
      }
      WorkQueue& lane = feed_ ? service_.feeds_ : service_.calls_;
      const auto no_room = [this] {
        if (service_.router_.metrics() != nullptr) service_.router_.metrics()->Denied(path_, "OVERLOADED");
        Refuse(Overloaded("the service has as much work as it takes; retry later", kRetryMilliseconds));
      };
      if (!lane.TryPush([this] { Run(); }, no_room)) no_room();
    }

    void OnDone() override { delete this; }

   private:
    void Refuse(const absl::Status& status) { Finish(ToGrpcStatus(status)); }

    void Run() {
      grpc::Slice slice;
      if (!request_.DumpToSingleSlice(&slice).ok()) {
        return Refuse(
            Fail(absl::StatusCode::kInvalidArgument, ErrorReason::REQUEST_UNREADABLE, "the request could not be read"));
      }
      const std::string request(reinterpret_cast<const char*>(slice.begin()), slice.size());
      request_.Clear();
      service_.router_.Serve(
          path_, caller_, request, [this](std::function<void()> step) { return service_.feeds_.TryPush(std::move(step)); },
          [this](absl::StatusOr<std::string> response) { Answer(std::move(response)); });
    }

    void Answer(absl::StatusOr<std::string> response) {
      if (!response.ok()) return Refuse(response.status());
      // The library would make an overload of it, to be tried again.
      if (response->size() > kMaxAnswerBytes) {
        return Refuse(Fail(absl::StatusCode::kInvalidArgument, ErrorReason::RESULT_TOO_LARGE,
                           "the answer is larger than a service sends; ask for fewer dimensions or a shorter period"));
      }
      const grpc::Slice answer(*response);
      response_ = grpc::ByteBuffer(&answer, 1);
      StartWriteAndFinish(&response_, grpc::WriteOptions(), grpc::Status::OK);
    }

    const DoorService& service_;
    const std::string path_;
    Caller caller_;
    bool feed_ = false;
    grpc::ByteBuffer request_, response_;
  };

  const Router& router_;
  const Clock& clock_;
  const Identity identity_;
  const absl::Duration limit_;
  WorkQueue& calls_;
  WorkQueue& feeds_;
};

class GrpcServer : public Server {
 public:
  GrpcServer(const internal::v1::ServerConfig& config, const Router& router, const Clock& clock)
      : config_(config),
        calls_(config.workers(), config.queue_length()),
        feeds_(kFeedThreads, kFeedQueue),
        door_(router, clock, Identity(config.municipality(), config.insecure_loopback()),
              absl::Seconds(config.call_limit_seconds()), calls_, feeds_) {}

  ~GrpcServer() override { Drain(); }

  absl::Status Start(const Router& router) {
    NMD_ASSIGN_OR_RETURN(admin_, StartAdmin(config_.admin_listen()));
    std::shared_ptr<grpc::ServerCredentials> credentials = grpc::InsecureServerCredentials();
    if (!config_.insecure_loopback()) {
      NMD_RETURN_IF_ERROR(CheckTlsFiles(config_.tls()));
      grpc::experimental::TlsServerCredentialsOptions options(
          std::make_shared<grpc::experimental::FileWatcherCertificateProvider>(
              config_.tls().key(), config_.tls().certificate(), config_.tls().roots(), CertificateRefreshSeconds()));
      options.watch_root_certs();
      options.watch_identity_key_cert_pairs();
      options.set_cert_request_type(GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
      credentials = grpc::experimental::TlsServerCredentials(options);
    }
    grpc::EnableDefaultHealthCheckService(true);
    grpc::ServerBuilder builder;
    builder.AddListeningPort(config_.listen(), credentials, &port_);
    builder.RegisterCallbackGenericService(&door_);
    builder.SetMaxReceiveMessageSize(kMaxRequestBytes);
    builder.SetMaxSendMessageSize(kMaxAnswerBytes);
    // A second server on the port must fail, not steal calls (measured; reference style 15.3).
    builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
    builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_IDLE_MS, 15 * 60'000);
    builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_MS, 30 * 60'000);
    builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_GRACE_MS, 5 * 60'000);
    builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, 60'000);
    builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 20'000);
    builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 30'000);
    builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, 1000);
    builder.AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE, kMaxMetadataBytes);
    builder.SetResourceQuota(grpc::ResourceQuota("nmd").Resize(kQuotaBytes));
    server_ = builder.BuildAndStart();
    if (server_ == nullptr || port_ == 0) {
      return Fail(
          absl::StatusCode::kFailedPrecondition, ErrorReason::UNAVAILABLE_NOW,
          absl::StrCat("listen ", config_.listen(), " cannot be used: the address is in use or not of this machine, or a ",
                       "certificate does not load"));
    }
    health_names_ = {""};
    for (const auto& [path, method] : router.methods()) health_names_.insert(method.descriptor->service()->full_name());
    SetHealth(false);
    return absl::OkStatus();
  }

  int port() const override { return port_; }
  int admin_port() const override { return admin_->port(); }

  void SetReady() override {
    SetHealth(true);
    admin_->SetReady(true);
  }

  void Withdraw() override {
    if (withdrawn_) return;
    withdrawn_ = true;
    admin_->SetReady(false);
    SetHealth(false);
    std::this_thread::sleep_for(std::chrono::seconds(config_.drain_delay_seconds()));
  }

  void Drain() override {
    if (server_ == nullptr || drained_) return;
    drained_ = true;
    Withdraw();
    server_->Shutdown(std::chrono::system_clock::now() + std::chrono::seconds(config_.drain_limit_seconds()));
    calls_.Stop();
    feeds_.Stop();
  }

 private:
  void SetHealth(bool serving) {
    for (const std::string& name : health_names_) server_->GetHealthCheckService()->SetServingStatus(name, serving);
  }

  const internal::v1::ServerConfig config_;
  // The server goes first (declared last), so that no call reaches a lane or the door that is gone.
  WorkQueue calls_, feeds_;
  DoorService door_;
  std::unique_ptr<Admin> admin_;
  std::set<std::string> health_names_;
  int port_ = 0;
  bool withdrawn_ = false, drained_ = false;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Server>> StartServer(const internal::v1::ServerConfig& config, const Router& router,
                                                    const Clock& clock) {
  FieldCheck check;
  check.Require(config.has_tls() != config.insecure_loopback(), "server.tls", "give either tls or insecure_loopback");
  check.Require(!config.insecure_loopback() || Address(config.listen()).IsLoopback(), "server.listen",
                "must be a loopback address when insecure_loopback is set");
  check.Require(Address(config.listen()).port >= 0, "server.listen", "must be host:port");
  check.Require(Address(config.admin_listen()).port >= 0, "server.admin_listen", "must be host:port");
  NMD_RETURN_IF_ERROR(check.Result());
  auto server = std::make_unique<GrpcServer>(config, router, clock);
  NMD_RETURN_IF_ERROR(server->Start(router));
  return server;
}

}  // namespace nmd
