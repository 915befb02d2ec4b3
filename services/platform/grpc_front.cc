// SPDX-License-Identifier: EUPL-1.2
#include "services/platform/grpc_front.h"

#include <grpc/grpc_security_constants.h>
#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/resource_quota.h>
#include <grpcpp/security/tls_certificate_provider.h>
#include <grpcpp/security/tls_credentials_options.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "google/rpc/status.pb.h"
#include "services/platform/address.h"
#include "services/platform/errors.h"
#include "services/platform/grpc_wire.h"
#include "services/platform/status_macros.h"
#include "services/platform/tls.h"

namespace nmd {
namespace {

constexpr size_t kQuotaBytes = 128u << 20;

std::string Text(const grpc::string_ref& text) { return std::string(text.data(), text.size()); }

grpc::Status ToGrpc(const absl::Status& status) {
  const google::rpc::Status rpc = ToRpcStatus(status);
  return grpc::Status(static_cast<grpc::StatusCode>(rpc.code()), rpc.message(), rpc.SerializeAsString());
}

// "ipv4:10.0.0.7:51234" -> "10.0.0.7"; "ipv6:%5B::1%5D:51234" -> "::1"
std::string AddressOf(absl::string_view peer) {
  peer = peer.substr(peer.find(':') + 1);
  peer = peer.substr(0, peer.rfind(':'));
  for (const absl::string_view open : {"%5B", "["}) absl::ConsumePrefix(&peer, open);
  for (const absl::string_view close : {"%5D", "]"}) absl::ConsumeSuffix(&peer, close);
  return std::string(peer);
}

class Front : public grpc::CallbackGenericService {
 public:
  Front(FrontHandler handler, std::unique_ptr<Reflection> reflection)
      : handler_(std::move(handler)), reflection_(std::move(reflection)) {}

  grpc::ServerGenericBidiReactor* CreateReactor(grpc::GenericCallbackServerContext* context) override {
    if (reflection_ != nullptr && Reflection::IsPath(context->method())) return new Mirror(*reflection_);
    return new Reactor(*this, context);
  }

 private:
  // One call. It lives until the library is done with it, which is after the answer: nothing else ends a call.
  class Reactor : public grpc::ServerGenericBidiReactor {
   public:
    Reactor(const Front& front, grpc::GenericCallbackServerContext* context) : front_(front) {
      call_.path = context->method();
      call_.address = AddressOf(context->peer());
      call_.deadline = absl::FromChrono(context->deadline());
      const auto certificates = context->auth_context()->FindPropertyValues(GRPC_X509_PEM_CERT_PROPERTY_NAME);
      if (context->auth_context()->IsPeerAuthenticated() && !certificates.empty())
        call_.certificate = Text(certificates.front());
      const auto& metadata = context->client_metadata();
      const auto take = [&](const char* key, std::string* to) {
        if (const auto it = metadata.find(key); it != metadata.end()) *to = Text(it->second);
      };
      take("authorization", &call_.authorization);
      take("nmd-purpose", &call_.purpose);
      take("nmd-provider", &call_.provider);
      take("traceparent", &call_.traceparent);
      StartRead(&request_);
    }

    void OnReadDone(bool ok) override {
      grpc::Slice slice;
      if (!ok || !request_.DumpToSingleSlice(&slice).ok()) {
        Finish(ToGrpc(Fail(absl::StatusCode::kInvalidArgument, ErrorReason::REQUEST_UNREADABLE, "there was no request")));
        return;
      }
      call_.request.assign(reinterpret_cast<const char*>(slice.begin()), slice.size());
      request_.Clear();
      front_.handler_(std::move(call_), [this](absl::StatusOr<std::string> answer) {
        if (!answer.ok()) {
          Finish(ToGrpc(answer.status()));
          return;
        }
        const grpc::Slice bytes(*answer);
        response_ = grpc::ByteBuffer(&bytes, 1);
        StartWriteAndFinish(&response_, grpc::WriteOptions(), grpc::Status::OK);
      });
    }

    void OnDone() override { delete this; }

   private:
    const Front& front_;
    FrontCall call_;
    grpc::ByteBuffer request_, response_;
  };

  // A stream of questions about the API, each answered in turn.
  class Mirror : public grpc::ServerGenericBidiReactor {
   public:
    explicit Mirror(const Reflection& reflection) : reflection_(reflection) { StartRead(&request_); }
    void OnReadDone(bool ok) override {
      grpc::Slice slice;
      if (!ok) return Finish(grpc::Status::OK);
      if (!request_.DumpToSingleSlice(&slice).ok())
        return Finish(grpc::Status(grpc::StatusCode::INVALID_ARGUMENT, "unreadable"));
      const grpc::Slice bytes(reflection_.Answer({reinterpret_cast<const char*>(slice.begin()), slice.size()}));
      request_.Clear();
      response_ = grpc::ByteBuffer(&bytes, 1);
      StartWrite(&response_);
    }
    void OnWriteDone(bool ok) override {
      if (!ok) return Finish(grpc::Status::OK);
      StartRead(&request_);
    }
    void OnDone() override { delete this; }

   private:
    const Reflection& reflection_;
    grpc::ByteBuffer request_, response_;
  };

  const FrontHandler handler_;
  const std::unique_ptr<Reflection> reflection_;
};

class FrontServer : public GrpcFront {
 public:
  FrontServer(FrontHandler handler, std::unique_ptr<Reflection> reflection)
      : front_(std::move(handler), std::move(reflection)) {}
  ~FrontServer() override { Drain(absl::ZeroDuration()); }

  absl::Status Start(const std::string& listen, const internal::v1::TlsConfig* tls) {
    std::shared_ptr<grpc::ServerCredentials> credentials = grpc::InsecureServerCredentials();
    if (tls != nullptr) {
      NMD_RETURN_IF_ERROR(CheckTlsFiles(*tls));
      grpc::experimental::TlsServerCredentialsOptions options(
          std::make_shared<grpc::experimental::FileWatcherCertificateProvider>(tls->key(), tls->certificate(), tls->roots(),
                                                                               CertificateRefreshSeconds()));
      options.watch_root_certs();
      options.watch_identity_key_cert_pairs();
      // People's tools have a token and no certificate; what is shown must be good.
      options.set_cert_request_type(GRPC_SSL_REQUEST_CLIENT_CERTIFICATE_AND_VERIFY);
      credentials = grpc::experimental::TlsServerCredentials(options);
    } else if (!Address(listen).IsLoopback()) {
      return absl::FailedPreconditionError("grpc_listen: without grpc_tls it must be a loopback address");
    }
    grpc::EnableDefaultHealthCheckService(true);
    grpc::ServerBuilder builder;
    builder.AddListeningPort(listen, credentials, &port_);
    builder.RegisterCallbackGenericService(&front_);
    builder.SetMaxReceiveMessageSize(kMaxRequestBytes);
    builder.SetMaxSendMessageSize(kMaxAnswerBytes);
    builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
    builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_IDLE_MS, 5 * 60'000);
    builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_MS, 30 * 60'000);
    builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_GRACE_MS, 2 * 60'000);
    builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, 60'000);
    builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 20'000);
    builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, 100);
    builder.AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE, kMaxMetadataBytes);
    builder.SetResourceQuota(grpc::ResourceQuota("front").Resize(kQuotaBytes));
    server_ = builder.BuildAndStart();
    if (server_ == nullptr || port_ == 0) {
      return absl::FailedPreconditionError(absl::StrCat(
          "grpc_listen: ", listen, " cannot be used: it is in use or not of this machine, or a certificate does not load"));
    }
    return absl::OkStatus();
  }

  int port() const override { return port_; }

  void Drain(absl::Duration limit) override {
    if (server_ == nullptr || drained_) return;
    drained_ = true;
    server_->GetHealthCheckService()->Shutdown();
    server_->Shutdown(absl::ToChronoTime(absl::Now() + limit));
    server_->Wait();
  }

 private:
  Front front_;
  int port_ = 0;
  bool drained_ = false;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<GrpcFront>> StartGrpcFront(const std::string& listen, const internal::v1::TlsConfig* tls,
                                                          FrontHandler handler, std::unique_ptr<Reflection> reflection) {
  auto server = std::make_unique<FrontServer>(std::move(handler), std::move(reflection));
  if (absl::Status started = server->Start(listen, tls); !started.ok()) return started;
  return server;
}

}  // namespace nmd
