// SPDX-License-Identifier: EUPL-1.2
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/security/tls_certificate_provider.h>
#include <grpcpp/security/tls_certificate_verifier.h>
#include <grpcpp/security/tls_credentials_options.h>

#include <atomic>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "absl/synchronization/notification.h"
#include "google/protobuf/descriptor.h"
#include "google/rpc/status.pb.h"
#include "nmd/internal/v1/caller.pb.h"
#include "services/platform/grpc_wire.h"
#include "services/platform/peer.h"
#include "services/platform/policy.h"

namespace nmd {
namespace {

// Accepts a server whose certificate names exactly the service that is meant: a valid certificate of another service of
// the same CA is not enough.
class SpiffeVerifier : public grpc::experimental::ExternalCertificateVerifier {
 public:
  explicit SpiffeVerifier(std::string expected) : expected_(std::move(expected)) {}
  bool Verify(grpc::experimental::TlsCustomVerificationCheckRequest* request, std::function<void(grpc::Status)>,
              grpc::Status* sync_status) override {
    for (const grpc::string_ref& name : request->uri_names()) {
      if (name == expected_) return true;
    }
    *sync_status = grpc::Status(grpc::StatusCode::UNAUTHENTICATED, absl::StrCat("the peer is not ", expected_));
    return true;
  }
  void Cancel(grpc::experimental::TlsCustomVerificationCheckRequest*) override {}

 private:
  const std::string expected_;
};

std::shared_ptr<grpc::ChannelCredentials> Credentials(const internal::v1::TlsConfig* tls, const std::string& expected) {
  if (tls == nullptr) return grpc::InsecureChannelCredentials();
  grpc::experimental::TlsChannelCredentialsOptions options;
  options.set_certificate_provider(std::make_shared<grpc::experimental::FileWatcherCertificateProvider>(
      tls->key(), tls->certificate(), tls->roots(), CertificateRefreshSeconds()));
  options.watch_root_certs();
  options.watch_identity_key_cert_pairs();
  options.set_verify_server_certs(true);
  options.set_check_call_host(false);
  options.set_certificate_verifier(grpc::experimental::ExternalCertificateVerifier::Create<SpiffeVerifier>(expected));
  return grpc::experimental::TlsCredentials(options);
}

// Retries are safe for every method: reads, and writes that are idempotent by content or request id (R, AIP-155).
constexpr char kServiceConfig[] = R"json({"methodConfig": [{"name": [{}], "retryPolicy": {"maxAttempts": 4,
    "initialBackoff": "0.1s", "maxBackoff": "1s", "backoffMultiplier": 2, "retryableStatusCodes": ["UNAVAILABLE"]}}]})json";

absl::StatusOr<std::string> Outcome(const grpc::Status& status, const grpc::ByteBuffer& buffer) {
  if (status.ok()) {
    grpc::Slice slice;
    if (!buffer.DumpToSingleSlice(&slice).ok()) {
      return Fail(absl::StatusCode::kInternal, ErrorReason::INTERNAL_FAULT, "the peer's answer could not be read");
    }
    return std::string(reinterpret_cast<const char*>(slice.begin()), slice.size());
  }
  if (google::rpc::Status rpc; !status.error_details().empty() && rpc.ParseFromString(status.error_details())) {
    return FromRpcStatus(rpc);
  }
  // From the library, not from a service of ours.
  switch (status.error_code()) {
    case grpc::StatusCode::DEADLINE_EXCEEDED:
      return Fail(absl::StatusCode::kDeadlineExceeded, ErrorReason::DEADLINE_PASSED, "the peer did not answer in time");
    case grpc::StatusCode::RESOURCE_EXHAUSTED:
      return Overloaded("the peer is out of memory", 1000);
    default:
      return Fail(absl::StatusCode::kUnavailable, ErrorReason::UNAVAILABLE_NOW,
                  absl::StrCat("the peer cannot be reached: ", status.error_message()));
  }
}

class GrpcPeer : public Peer {
 public:
  // Of the one that writes: its address names one process at a time, and a call is sent again when nobody answers. Of readers:
  // the address may name many, which take calls in turn; who does not answer is not asked again, since another can.
  enum class Of { kWriter, kReaders };
  GrpcPeer(const std::string& address, const std::string& service, const internal::v1::TlsConfig* tls,
           absl::string_view municipality, Of of)
      : stub_([&] {
          grpc::ChannelArguments arguments;
          arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 60'000);
          arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 2'000);
          arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
          // A channel of its own per peer object, not one shared through the library's pool.
          arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
          arguments.SetMaxReceiveMessageSize(kMaxAnswerBytes);
          arguments.SetMaxSendMessageSize(kMaxRequestBytes);
          arguments.SetInt(GRPC_ARG_MAX_METADATA_SIZE, kMaxMetadataBytes);
          if (of == Of::kWriter) arguments.SetServiceConfigJSON(kServiceConfig);
          if (of == Of::kReaders) arguments.SetLoadBalancingPolicyName("round_robin");
          return grpc::CreateCustomChannel(address, Credentials(tls, SpiffeId(municipality, service)), arguments);
        }()) {}

  absl::StatusOr<std::string> CallBytes(absl::string_view path, absl::string_view request, absl::Duration timeout,
                                        const Caller* on_behalf_of) const override {
    absl::Notification done;
    absl::StatusOr<std::string> outcome;
    CallBytesAsync(path, std::string(request), timeout, on_behalf_of, [&](absl::StatusOr<std::string> result) {
      outcome = std::move(result);
      done.Notify();
    });
    done.WaitForNotification();
    return outcome;
  }

  void CallBytesAsync(absl::string_view path, std::string request, absl::Duration timeout, const Caller* on_behalf_of,
                      std::function<void(absl::StatusOr<std::string>)> done) const override {
    // The library would make an overload of it, to be tried again.
    if (request.size() > kMaxRequestBytes) {
      return done(Fail(absl::StatusCode::kInvalidArgument, ErrorReason::FILE_TOO_LARGE,
                       "the request is larger than a service takes; send a large file in chunks",
                       {{"limit_bytes", absl::StrCat(kMaxRequestBytes)}}));
    }
    struct Pending {
      grpc::ClientContext context;
      grpc::ByteBuffer request, response;
      std::function<void(absl::StatusOr<std::string>)> done;
    };
    auto* pending = new Pending;
    pending->context.set_deadline(absl::ToChronoTime(absl::Now() + timeout));
    if (on_behalf_of != nullptr) {
      internal::v1::CallerAssertion assertion;
      assertion.set_subject(on_behalf_of->subject);
      for (const type::Role role : on_behalf_of->roles) assertion.add_role(role);
      assertion.set_municipality(on_behalf_of->municipality);
      assertion.set_purpose(on_behalf_of->purpose);
      assertion.set_request_id(on_behalf_of->request_id);
      assertion.set_traceparent(on_behalf_of->traceparent);
      assertion.set_provider(on_behalf_of->provider);
      pending->context.AddMetadata(kAssertionKey, assertion.SerializeAsString());
      if (!on_behalf_of->traceparent.empty()) pending->context.AddMetadata("traceparent", on_behalf_of->traceparent);
      // The door of another instance knows a member, or the region, by its certificate, which does not say what for, nor on
      // behalf of which provider (gateway, "gRPC").
      if (on_behalf_of->Has(type::MEMBER) || !on_behalf_of->provider.empty())
        pending->context.AddMetadata("nmd-purpose", on_behalf_of->purpose);
      if (!on_behalf_of->provider.empty()) pending->context.AddMetadata("nmd-provider", on_behalf_of->provider);
    }
    const grpc::Slice slice(request);
    pending->request = grpc::ByteBuffer(&slice, 1);
    pending->done = std::move(done);
    stub_.UnaryCall(&pending->context, std::string(path), grpc::StubOptions(), &pending->request, &pending->response,
                    [pending](grpc::Status status) {
                      absl::StatusOr<std::string> outcome = Outcome(status, pending->response);
                      const auto done_with = std::move(pending->done);
                      // Before the caller is told: it may destroy the peer at once, and the context would then hold the
                      // last reference to the channel, on a thread that the channel's end waits for.
                      delete pending;
                      done_with(std::move(outcome));
                    });
  }

 private:
  mutable grpc::GenericStub stub_;
};

// A service and its readers. A question goes to the next reader in turn; when that one does not answer, or says that only the
// writer can, to the next, and at last to the writer. All else goes to the writer.
class ReplicatedPeer : public Peer {
 public:
  ReplicatedPeer(std::vector<std::unique_ptr<Peer>> readers, std::unique_ptr<Peer> writer)
      : readers_(std::move(readers)), writer_(std::move(writer)) {}

  absl::StatusOr<std::string> CallBytes(absl::string_view path, absl::string_view request, absl::Duration timeout,
                                        const Caller* on_behalf_of) const override {
    if (!IsQuestion(path)) return writer_->CallBytes(path, request, timeout, on_behalf_of);
    const size_t first = turn_++;
    for (size_t i = 0; i < readers_.size(); ++i) {
      absl::StatusOr<std::string> answer =
          readers_[(first + i) % readers_.size()]->CallBytes(path, request, timeout, on_behalf_of);
      if (!IsForAnother(answer)) return answer;
    }
    return writer_->CallBytes(path, request, timeout, on_behalf_of);
  }

  void CallBytesAsync(absl::string_view path, std::string request, absl::Duration timeout, const Caller* on_behalf_of,
                      std::function<void(absl::StatusOr<std::string>)> done) const override {
    if (!IsQuestion(path)) return writer_->CallBytesAsync(path, std::move(request), timeout, on_behalf_of, std::move(done));
    auto call = std::make_shared<Asked>();
    call->path = std::string(path);
    call->request = std::move(request);
    call->timeout = timeout;
    if (on_behalf_of != nullptr) call->on_behalf_of = *on_behalf_of;
    call->done = std::move(done);
    Ask(std::move(call), turn_++, 0);
  }

 private:
  struct Asked {
    std::string path, request;
    absl::Duration timeout;
    std::optional<Caller> on_behalf_of;
    std::function<void(absl::StatusOr<std::string>)> done;
  };

  void Ask(std::shared_ptr<Asked> call, size_t first, size_t tried) const {
    const bool last = tried == readers_.size();
    const Peer& peer = last ? *writer_ : *readers_[(first + tried) % readers_.size()];
    const Asked& asked = *call;
    peer.CallBytesAsync(asked.path, asked.request, asked.timeout, asked.on_behalf_of ? &*asked.on_behalf_of : nullptr,
                        [this, call = std::move(call), first, tried, last](absl::StatusOr<std::string> answer) {
                          if (last || !IsForAnother(answer)) return call->done(std::move(answer));
                          Ask(call, first, tried + 1);
                        });
  }

  // "/nmd.costs.v1.CostsService/QueryFigures" is one: it changes nothing. Feeds are none: their consumers keep count.
  static bool IsQuestion(absl::string_view path) {
    const std::string name = absl::StrReplaceAll(absl::StripPrefix(path, "/"), {{"/", "."}});
    const auto* method = google::protobuf::DescriptorPool::generated_pool()->FindMethodByName(name);
    return method != nullptr && IsSafe(*method) && !AccessOf(*method).feed();
  }
  static bool IsForAnother(const absl::StatusOr<std::string>& answer) {
    if (answer.ok()) return false;
    const auto reason = ReasonOf(answer.status());
    return reason == ErrorReason::UNAVAILABLE_NOW || reason == ErrorReason::READS_ONLY;
  }

  const std::vector<std::unique_ptr<Peer>> readers_;
  const std::unique_ptr<Peer> writer_;
  mutable std::atomic<size_t> turn_ = 0;
};

}  // namespace

std::unique_ptr<Peer> NewGrpcPeer(const internal::v1::PeerConfig& config, const internal::v1::TlsConfig* tls,
                                  absl::string_view municipality) {
  auto writer = std::make_unique<GrpcPeer>(config.address(), config.service(), tls, municipality, GrpcPeer::Of::kWriter);
  if (config.readers().empty()) return writer;
  std::vector<std::unique_ptr<Peer>> readers;
  for (const std::string& address : config.readers()) {
    readers.push_back(std::make_unique<GrpcPeer>(address, config.service(), tls, municipality, GrpcPeer::Of::kReaders));
  }
  return std::make_unique<ReplicatedPeer>(std::move(readers), std::move(writer));
}

}  // namespace nmd
