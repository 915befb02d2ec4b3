// SPDX-License-Identifier: EUPL-1.2
// The door of a real instance: what its log tells across restarts, that a changed byte in its file is found, and gRPC as a
// client in another language sees it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <cstdlib>
#include <filesystem>

#include "absl/strings/str_cat.h"
#include "tests/support/instance.h"

namespace nmd {
namespace {

using ::testing::HasSubstr;
using testing::Instance;
using ::testing::Not;

constexpr char kQuery[] = "/v1/municipalities/gm1730/logrecords/_query";

TEST(Door, ItsLogOutlivesItAndTellsOfAChangedByte) {
  Instance instance(testing::ScratchDir("log"), "gm1730");
  instance.Start("ingestion");
  instance.Start("gateway");
  EXPECT_EQ(instance.Get("/v1/municipalities/gm1730/sources", "koppelbeheerder").status, 403);
  // A refusal is written behind the answer, but never behind the beginning of the next call, which is on the disk before it.
  EXPECT_EQ(instance.Get("/v1/municipalities/gm1730/sources", "controller").status, 200);
  instance.KillNine("gateway");
  instance.Start("gateway");
  const Instance::Answer log = instance.Post(kQuery, "{}", "privacyfunctionaris");
  ASSERT_EQ(log.status, 200) << log.body;
  EXPECT_THAT(log.body, HasSubstr("test-controller"));
  EXPECT_THAT(log.body, HasSubstr("ROLE_MISSING"));
  EXPECT_EQ(instance.Post(kQuery, "{}", "controller").status, 403);

  EXPECT_EQ(instance.RunCtl("privacyfunctionaris", {"access-log", "verify"}).exit_code, 0);
  const Instance::Result list = instance.RunCtl("privacyfunctionaris", {"access-log", "list", "--who", "test-controller"});
  EXPECT_EQ(list.exit_code, 0) << list.output;
  EXPECT_THAT(list.output, HasSubstr("ListSources"));
  instance.StopAll();

  // One byte of one entry, in the file itself.
  sqlite3* db = nullptr;
  ASSERT_EQ(sqlite3_open(absl::StrCat(instance.dir(), "/data/gateway.db").c_str(), &db), SQLITE_OK);
  ASSERT_EQ(
      sqlite3_exec(db,
                   "UPDATE record SET payload = CAST(replace(CAST(payload AS TEXT), 'test-controller', 'test-kontroller') AS "
                   "BLOB) WHERE sequence = 2",
                   nullptr, nullptr, nullptr),
      SQLITE_OK);
  EXPECT_EQ(sqlite3_changes(db), 1);
  sqlite3_close(db);
  instance.Start("ingestion");
  instance.Start("gateway");
  const Instance::Result broken = instance.RunCtl("privacyfunctionaris", {"access-log", "verify"});
  EXPECT_EQ(broken.exit_code, 1) << broken.output;
  EXPECT_THAT(broken.output, HasSubstr("regel 2"));
  EXPECT_THAT(instance.Logs(), Not(HasSubstr("test-controller"))) << "who asks stands in the log of calls only";
  instance.StopAll();
}

// Needs tests/e2e/node_modules (npm ci), as tests/run.sh installs them.
TEST(Door, AClientInAnotherLanguageUsesItOverGrpc) {
  const std::string e2e = testing::SourceDir() + "/tests/e2e";
  if (!std::filesystem::exists(e2e + "/node_modules/@grpc/grpc-js")) GTEST_SKIP() << "npm ci in tests/e2e installs the client";
  Instance instance(testing::ScratchDir("grpc"), "gm1730");
  instance.StartAll();
  for (const char* role : {"contractmanager", "beheerder", "griffie"}) instance.Ctl(role, {});  // Makes their tokens.
  const char* binary = std::getenv("NMD_BINARY_DIR");
  const std::string google = absl::StrCat(binary == nullptr ? "build/release" : binary, "/google-protos");
  const std::string command =
      absl::StrCat("NMD_GRPC=127.0.0.1:", instance.http_port() + 13, " NMD_CERTS=", instance.dir(),
                   "/certs NMD_TOKENS=", instance.dir(), " NMD_PROTOS=$(realpath ", testing::SourceDir(), "/proto):$(realpath ",
                   google, ") node --test ", e2e, "/grpc.test.mjs 2>&1");
  EXPECT_EQ(std::system(command.c_str()), 0);
  // All of it went through the same log.
  const Instance::Result list = instance.RunCtl("privacyfunctionaris", {"--format", "csv", "access-log", "list"});
  EXPECT_THAT(list.output, HasSubstr("nmd.ingestion.v1.IngestionService.DeliverFile"));
  EXPECT_THAT(list.output, HasSubstr("agb:98000017"));
  instance.StopAll();
}

}  // namespace
}  // namespace nmd
