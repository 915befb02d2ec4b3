// SPDX-License-Identifier: EUPL-1.2
#include "services/platform/service_main.h"

#include <arpa/inet.h>
#include <httplib.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"

namespace nmd {
namespace {

// A port that is free now.
int FreePort() {
  const int descriptor = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  EXPECT_EQ(bind(descriptor, reinterpret_cast<const sockaddr*>(&address), size), 0);
  EXPECT_EQ(getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &size), 0);
  close(descriptor);
  return ntohs(address.sin_port);
}

// Balancers have to learn that a service stops before anything of it stops (reference style 15.11).
TEST(ServiceMain, SaysNotReadyBeforeAnythingStops) {
  const std::string path = absl::StrCat(::testing::TempDir(), "/service_main-", getpid(), ".yaml");
  const int admin_port = FreePort();
  std::ofstream(path) << "service: costs\nmunicipality: gm1730\nlisten: 127.0.0.1:0\nadmin_listen: 127.0.0.1:" << admin_port
                      << "\ninsecure_loopback: true\n";
  std::string program = "costs_server", flag = "--config=" + path;
  char* arguments[] = {program.data(), flag.data()};
  internal::v1::ServerConfig config;
  std::vector<std::string> stopped;
  int readiness = 0;
  const int exit = ServiceMain(2, arguments, config, &config, [&](Process& process) -> absl::StatusOr<ServiceState> {
    process.AtStop([&stopped] { stopped.push_back("first"); });
    process.AtStop([&] {
      stopped.push_back("second");
      if (const auto answer = httplib::Client("127.0.0.1", admin_port).Get("/readyz")) readiness = answer->status;
    });
    // Waits until the service runs and looks for it.
    pthread_kill(pthread_self(), SIGTERM);
    return ServiceState();
  });
  EXPECT_EQ(exit, 0);
  EXPECT_EQ(readiness, 503);
  EXPECT_EQ(stopped, (std::vector<std::string>{"second", "first"}));
  std::filesystem::remove(path);
}

}  // namespace
}  // namespace nmd
