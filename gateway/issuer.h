// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_GATEWAY_ISSUER_H_
#define NMD_GATEWAY_ISSUER_H_

#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gateway/token.h"
#include "nmd/internal/v1/config.pb.h"
#include "services/platform/clock.h"
#include "services/platform/mutex.h"
#include "services/platform/work_queue.h"

namespace nmd::gateway {

// What an issuer says of itself (OpenID Connect Discovery 1.0): https addresses; the last may be empty.
struct IssuerAddresses {
  std::string authorization, token, end_session;
};

// The identity provider over the network: its addresses, its keys, and codes turned into tokens. All over TLS, with a
// certificate for its name from the configured roots, without redirects, within 5 seconds and 1 MiB.
//
// Keys are fetched at the start, every five minutes, and when a token names one that is not known; never twice within 30
// seconds, whoever asks. An issuer that cannot be reached changes nothing: the keys that were fetched last stay.
//
// Thread-safe. Has threads of its own; callbacks run on them and must not block.
class Issuer : public KeySource {
 public:
  // Waits for the first answer, at most as long as an answer may take; an issuer that is away is asked again later.
  // Errors: FAILED_PRECONDITION when config.issuer() is no https address, or the roots cannot be read.
  static absl::StatusOr<std::unique_ptr<Issuer>> Start(const internal::v1::IssuerConfig& config, const Clock& clock);
  // Lets go of what is being asked when it ends.
  ~Issuer() override;

  std::shared_ptr<const KeySet> keys() const override;
  // Null before the issuer was reached.
  std::shared_ptr<const IssuerAddresses> addresses() const;

  // Asks the issuer anew and calls `done`, whatever came of it. False, and nothing is called, when that was done less than 30
  // seconds ago, or is being done.
  bool Refresh(std::function<void()> done);

  // Sends a form to the issuer's token address; `done` gets the `id_token` of the answer. With a secret the client names itself
  // by HTTP Basic. Errors: SIGN_IN_FAILED, cause "issuer"; OVERLOADED.
  void Exchange(std::vector<std::pair<std::string, std::string>> form, std::string client_id, std::string client_secret,
                std::function<void(absl::StatusOr<std::string>)> done);

 private:
  Issuer(internal::v1::IssuerConfig config, const Clock& clock);
  void Run();    // The thread that asks every five minutes.
  void Fetch();  // Discovery and keys.
  absl::Status TryFetch();
  absl::StatusOr<std::string> Get(const std::string& url) const;

  const internal::v1::IssuerConfig config_;
  const Clock& clock_;
  mutable Mutex mutex_;
  CondVar changed_;
  std::shared_ptr<const KeySet> keys_ ABSL_GUARDED_BY(mutex_);
  std::string key_text_ ABSL_GUARDED_BY(mutex_);  // What keys_ were read from.
  std::shared_ptr<const IssuerAddresses> addresses_ ABSL_GUARDED_BY(mutex_);
  absl::Time next_fetch_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
  WorkQueue queue_;
};

// The keys of a JSON Web Key Set that tokens may be checked with; others are left out. At most 32. Empty for text that is none.
KeySet KeysOf(absl::string_view json);

// Whether it is an https address with a host and no user, query or fragment.
bool IsHttpsAddress(absl::string_view url);

}  // namespace nmd::gateway

#endif  // NMD_GATEWAY_ISSUER_H_
