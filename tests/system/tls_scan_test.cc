// SPDX-License-Identifier: EUPL-1.2
// A scan of every listener that speaks TLS, as a stranger would make it: which versions, suites and curves it takes, held
// against the table of the NCSC guideline 2025-05 as Internet.nl tests it. The scanner itself is held against a server that
// takes too much.
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <thread>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "services/platform/grpc_front.h"
#include "services/platform/grpc_wire.h"
#include "services/platform/router.h"
#include "services/platform/server.h"
#include "services/platform/tls.h"

extern char** environ;

namespace nmd {
namespace {

using ::testing::Contains;
using ::testing::IsEmpty;
using ::testing::IsSubsetOf;
using ::testing::UnorderedElementsAre;

std::string SourceDir() {
  const char* source = std::getenv("NMD_SOURCE_DIR");
  return source == nullptr ? "." : source;
}

void MustRun(const std::string& command) { ASSERT_EQ(std::system(command.c_str()), 0) << command; }

// What one handshake came to: version and suite, or nothing; and the certificate that was shown.
struct Handshake {
  std::string version, suite, fingerprint;
  bool ok() const { return !suite.empty(); }
};

struct Offer {
  int least = TLS1_VERSION, most = TLS1_3_VERSION;
  std::string suites12, suites13, groups;
  std::string certificate, key;  // Of the client; a service asks for one.
};

int Connect(int port) {
  const int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  timeval limit = {5, 0};
  setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
  if (connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0) return descriptor;
  close(descriptor);
  return -1;
}

Handshake Shake(int port, const Offer& offer) {
  const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_client_method()), &SSL_CTX_free);
  SSL_CTX_set_security_level(context.get(), 0);  // The scanner takes everything; the server must not.
  SSL_CTX_set_min_proto_version(context.get(), offer.least);
  SSL_CTX_set_max_proto_version(context.get(), offer.most);
  SSL_CTX_set_cipher_list(context.get(), offer.suites12.empty() ? "ALL:COMPLEMENTOFALL" : offer.suites12.c_str());
  if (!offer.suites13.empty()) SSL_CTX_set_ciphersuites(context.get(), offer.suites13.c_str());
  if (!offer.groups.empty() && SSL_CTX_set1_groups_list(context.get(), offer.groups.c_str()) != 1) return {};
  if (!offer.certificate.empty()) {
    SSL_CTX_use_certificate_chain_file(context.get(), offer.certificate.c_str());
    SSL_CTX_use_PrivateKey_file(context.get(), offer.key.c_str(), SSL_FILETYPE_PEM);
  }
  const std::unique_ptr<SSL, decltype(&SSL_free)> ssl(SSL_new(context.get()), &SSL_free);
  const unsigned char http2[] = {2, 'h', '2'};
  SSL_set_alpn_protos(ssl.get(), http2, sizeof(http2));
  const int descriptor = Connect(port);
  if (descriptor < 0) return {};
  SSL_set_fd(ssl.get(), descriptor);
  Handshake made;
  if (SSL_connect(ssl.get()) == 1) {
    made.version = SSL_get_version(ssl.get());
    made.suite = SSL_get_cipher_name(ssl.get());
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    // An anonymous suite shows none.
    if (X509* shown = SSL_get0_peer_certificate(ssl.get())) X509_digest(shown, EVP_sha256(), digest, &size);
    made.fingerprint.assign(reinterpret_cast<const char*>(digest), size);
  }
  ERR_clear_error();
  close(descriptor);
  return made;
}

struct Scan {
  std::set<std::string> versions, suites, groups;
};

// Every version, every suite that OpenSSL has, and every group, one at a time.
Scan ScanOf(int port, const Offer& base) {
  Scan scan;
  for (const int version : {TLS1_VERSION, TLS1_1_VERSION, TLS1_2_VERSION, TLS1_3_VERSION}) {
    Offer offer = base;
    offer.least = offer.most = version;
    if (const Handshake made = Shake(port, offer); made.ok()) scan.versions.insert(made.version);
  }
  const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> all(SSL_CTX_new(TLS_client_method()), &SSL_CTX_free);
  SSL_CTX_set_security_level(all.get(), 0);
  SSL_CTX_set_cipher_list(all.get(), "ALL:COMPLEMENTOFALL");
  const STACK_OF(SSL_CIPHER)* ciphers = SSL_CTX_get_ciphers(all.get());
  for (int i = 0; i < sk_SSL_CIPHER_num(ciphers); ++i) {
    const SSL_CIPHER* cipher = sk_SSL_CIPHER_value(ciphers, i);
    const std::string name = SSL_CIPHER_get_name(cipher);
    if (absl::StartsWith(name, "TLS_")) continue;
    Offer offer = base;
    offer.most = TLS1_2_VERSION;
    offer.suites12 = name;
    if (Shake(port, offer).ok()) scan.suites.insert(name);
  }
  for (const char* name : {"TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256", "TLS_AES_128_GCM_SHA256",
                           "TLS_AES_128_CCM_SHA256", "TLS_AES_128_CCM_8_SHA256"}) {
    Offer offer = base;
    offer.least = TLS1_3_VERSION;
    offer.suites13 = name;
    if (Shake(port, offer).ok()) scan.suites.insert(name);
  }
  for (const char* name :
       {"P-256", "P-384", "P-521", "X25519", "X448", "P-224", "P-192", "secp256k1", "ffdhe2048", "ffdhe3072"}) {
    // Old ones are none of 1.3.
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
      Offer offer = base;
      offer.least = offer.most = version;
      offer.groups = name;
      if (Shake(port, offer).ok()) scan.groups.insert(name);
    }
  }
  return scan;
}

// Good and sufficient.
const std::set<std::string>& GoodSuites() {
  static const auto* suites = new std::set<std::string>{"TLS_AES_256_GCM_SHA384",        "TLS_CHACHA20_POLY1305_SHA256",
                                                        "TLS_AES_128_GCM_SHA256",        "TLS_AES_128_CCM_SHA256",
                                                        "ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-RSA-AES256-GCM-SHA384",
                                                        "ECDHE-ECDSA-CHACHA20-POLY1305", "ECDHE-RSA-CHACHA20-POLY1305",
                                                        "ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-RSA-AES128-GCM-SHA256"};
  return *suites;
}
const std::set<std::string>& GoodGroups() {
  static const auto* groups = new std::set<std::string>{"P-256", "P-384", "P-521", "X25519", "X448"};
  return *groups;
}

void ExpectByTheTable(const Scan& scan, const std::string& key) {
  EXPECT_THAT(scan.versions, UnorderedElementsAre("TLSv1.2", "TLSv1.3"));
  EXPECT_THAT(scan.suites, IsSubsetOf(GoodSuites()));
  EXPECT_THAT(scan.suites, Contains("TLS_AES_256_GCM_SHA384"));
  EXPECT_THAT(scan.suites, Contains(absl::StrCat("ECDHE-", key, "-AES256-GCM-SHA384")));
  EXPECT_THAT(scan.groups, IsSubsetOf(GoodGroups()));
  EXPECT_THAT(scan.groups, Contains("P-256"));
}

// A certificate on P-256 and one of RSA 3072 for the same CA.
class TlsScan : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    signal(SIGPIPE, SIG_IGN);  // A client that gave up is no end of the test.
    UseGoodSuites();
    dir_ = absl::StrCat(::testing::TempDir(), "nmd-scan-", getpid());
    MustRun(absl::StrCat(SourceDir(), "/deploy/make_certs.sh ", dir_, " gm1730 >/dev/null 2>&1"));
    MustRun(absl::StrCat(
        "cd ", dir_,
        " && openssl req -newkey rsa:3072 -nodes -keyout rsa.key -out rsa.csr -subj /CN=costs 2>/dev/null && "
        "printf 'subjectAltName=URI:spiffe://nmd.nl/gm1730/costs,DNS:costs\\nbasicConstraints=CA:FALSE\\n' >rsa.ext && "
        "openssl x509 -req -in rsa.csr -CA ca.pem -CAkey ca.key -CAcreateserial -sha256 -days 30 -out rsa.pem -extfile rsa.ext "
        "2>/dev/null"));
  }

  static internal::v1::TlsConfig Tls(const std::string& name) {
    internal::v1::TlsConfig tls;
    tls.set_certificate(absl::StrCat(dir_, "/", name, ".pem"));
    tls.set_key(absl::StrCat(dir_, "/", name, ".key"));
    tls.set_roots(dir_ + "/ca.pem");
    return tls;
  }
  static Offer AsGateway() {
    Offer offer;
    offer.certificate = dir_ + "/gateway.pem";
    offer.key = dir_ + "/gateway.key";
    return offer;
  }
  absl::StatusOr<std::unique_ptr<Server>> StartService(const std::string& name) {
    internal::v1::ServerConfig config;
    config.set_service("costs");
    config.set_municipality("gm1730");
    config.set_listen("127.0.0.1:0");
    config.set_admin_listen("127.0.0.1:0");
    config.set_workers(1);
    config.set_queue_length(1);
    config.set_call_limit_seconds(5);
    config.set_drain_limit_seconds(1);
    *config.mutable_tls() = Tls(name);
    return StartServer(config, router_, clock_);
  }

  static std::string dir_;
  SystemClock clock_;
  Router router_{"gm1730", clock_};
};
std::string TlsScan::dir_;

TEST_F(TlsScan, AServiceTakesGoodAndSufficientOnly) {
  for (const auto& [name, key] : {std::pair{"costs", "ECDSA"}, {"rsa", "RSA"}}) {
    SCOPED_TRACE(name);
    const auto server = StartService(name);
    ASSERT_TRUE(server.ok()) << server.status();
    ExpectByTheTable(ScanOf((*server)->port(), AsGateway()), key);
  }
}

TEST_F(TlsScan, TheDoorForGrpcTakesGoodAndSufficientOnly) {
  for (const auto& [name, key] : {std::pair{"gateway", "ECDSA"}, {"rsa", "RSA"}}) {
    SCOPED_TRACE(name);
    const internal::v1::TlsConfig tls = Tls(name);
    const auto front = StartGrpcFront("127.0.0.1:0", &tls, [](FrontCall, const FrontAnswer& answer) { answer(std::string()); });
    ASSERT_TRUE(front.ok()) << front.status();
    ExpectByTheTable(ScanOf((*front)->port(), {}), key);
  }
}

TEST_F(TlsScan, AWeakKeyIsAFaultAtStart) {
  MustRun(absl::StrCat(
      "cd ", dir_, " && openssl req -x509 -newkey rsa:2048 -nodes -keyout weak.key -out weak.pem -subj /CN=costs 2>/dev/null"));
  EXPECT_FALSE(StartService("weak").ok());
  const internal::v1::TlsConfig tls = Tls("weak");
  const auto front = StartGrpcFront("127.0.0.1:0", &tls, [](FrontCall, const FrontAnswer& answer) { answer(std::string()); });
  ASSERT_FALSE(front.ok());
  EXPECT_THAT(std::string(front.status().message()), ::testing::HasSubstr("3072"));
}

// Issue 9: certificates reload without restart.
TEST_F(TlsScan, ARenewedCertificateIsShownWithoutARestart) {
  CertificateRefreshSeconds() = 1;
  MustRun(absl::StrCat("cd ", dir_, " && cp gateway.pem renew.pem && cp gateway.key renew.key"));
  const internal::v1::TlsConfig tls = Tls("renew");
  const auto front = StartGrpcFront("127.0.0.1:0", &tls, [](FrontCall, const FrontAnswer& answer) { answer(std::string()); });
  CertificateRefreshSeconds() = 60;
  ASSERT_TRUE(front.ok()) << front.status();
  const std::string before = Shake((*front)->port(), {}).fingerprint;
  ASSERT_FALSE(before.empty());
  MustRun(absl::StrCat(
      "cd ", dir_,
      " && cp rsa.key renew.key.new && cp rsa.pem renew.pem.new && mv renew.key.new renew.key && mv renew.pem.new renew.pem"));
  std::string after = before;
  const absl::Time limit = absl::Now() + absl::Seconds(60);
  while (after == before && absl::Now() < limit) after = Shake((*front)->port(), {}).fingerprint;
  EXPECT_NE(after, before);
  EXPECT_FALSE(after.empty());
}

// The scanner finds what is wrong: a server that takes everything.
TEST_F(TlsScan, TheScannerSeesAServerThatTakesTooMuch) {
  const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_server_method()), &SSL_CTX_free);
  SSL_CTX_set_security_level(context.get(), 0);
  SSL_CTX_set_min_proto_version(context.get(), TLS1_VERSION);
  SSL_CTX_set_cipher_list(context.get(), "ALL:COMPLEMENTOFALL");
  SSL_CTX_set1_groups_list(context.get(), "P-256:P-224:X25519");
  ASSERT_EQ(SSL_CTX_use_certificate_chain_file(context.get(), (dir_ + "/rsa.pem").c_str()), 1);
  ASSERT_EQ(SSL_CTX_use_PrivateKey_file(context.get(), (dir_ + "/rsa.key").c_str(), SSL_FILETYPE_PEM), 1);
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ASSERT_EQ(bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
  ASSERT_EQ(listen(listener, 16), 0);
  socklen_t size = sizeof(address);
  getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size);
  std::thread server([&] {
    for (int client = 0; (client = accept(listener, nullptr, nullptr)) >= 0;) {
      const std::unique_ptr<SSL, decltype(&SSL_free)> ssl(SSL_new(context.get()), &SSL_free);
      SSL_set_fd(ssl.get(), client);
      SSL_accept(ssl.get());
      ERR_clear_error();
      close(client);
    }
  });
  const Scan scan = ScanOf(ntohs(address.sin_port), {});
  shutdown(listener, SHUT_RDWR);
  close(listener);
  server.join();
  EXPECT_THAT(scan.versions, Contains("TLSv1"));
  EXPECT_THAT(scan.suites, Contains("AES128-SHA"));
  EXPECT_THAT(scan.suites, Contains("ECDHE-RSA-AES256-SHA384"));
  EXPECT_THAT(scan.groups, Contains("P-224"));
}

// The proxy in front of HTTP, with the configuration that is deployed; only its addresses and files are those of the test.
TEST_F(TlsScan, TheProxyInFrontTakesGoodAndSufficientOnly) {
  if (!std::filesystem::exists("/usr/sbin/haproxy")) GTEST_SKIP() << "haproxy is not installed";
  std::ifstream file(SourceDir() + "/deploy/front/haproxy.cfg");
  std::stringstream text;
  text << file.rdbuf();
  // A free port: taken, and let go of just before it is used.
  const int probe = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ASSERT_EQ(bind(probe, reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
  socklen_t size = sizeof(address);
  getsockname(probe, reinterpret_cast<sockaddr*>(&address), &size);
  const int port = ntohs(address.sin_port);
  close(probe);
  MustRun(absl::StrCat("cd ", dir_, " && cat rsa.pem rsa.key >front_rsa.pem"));
  for (const auto& [pem, key] : {std::pair{"front.pem", "ECDSA"}, {"front_rsa.pem", "RSA"}}) {
    SCOPED_TRACE(pem);
    const std::string config = absl::StrReplaceAll(
        text.str(), {{":8443", absl::StrCat("127.0.0.1:", port)}, {"/nmd/front/front.pem", absl::StrCat(dir_, "/", pem)}});
    ASSERT_NE(config, text.str());
    const std::string path = dir_ + "/haproxy.cfg";
    std::ofstream(path) << config;
    std::string name = "/usr/sbin/haproxy", flag = "-db", option = "-f", value = path;
    char* arguments[] = {name.data(), flag.data(), option.data(), value.data(), nullptr};
    pid_t pid = 0;
    ASSERT_EQ(posix_spawn(&pid, name.c_str(), nullptr, nullptr, arguments, environ), 0);
    const absl::Time limit = absl::Now() + absl::Seconds(30);
    int ready = -1;
    while ((ready = Connect(port)) < 0 && absl::Now() < limit) std::this_thread::yield();
    close(ready);
    ExpectByTheTable(ScanOf(port, {}), key);
    kill(pid, SIGKILL);
    int status = 0;
    waitpid(pid, &status, 0);
  }
}

}  // namespace
}  // namespace nmd
