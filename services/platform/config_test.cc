// SPDX-License-Identifier: EUPL-1.2
#include "services/platform/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nmd/internal/v1/config.pb.h"
#include "nmd/internal/v1/mapping.pb.h"

namespace nmd {
namespace {

using ::testing::HasSubstr;

TEST(Config, FillsPresets) {
  internal::v1::ServerConfig config;
  ASSERT_TRUE(
      ParseYaml("service: costs\nmunicipality: gm1730\nlisten: 127.0.0.1:0\nadmin_listen: 127.0.0.1:0\ndata_dir: data\n",
                "/etc/nmd/costs.yaml", &config)
          .ok());
  EXPECT_EQ(config.workers(), 4);
  EXPECT_EQ(config.data_dir(), "/etc/nmd/data") << "paths are relative to the file";
}

TEST(Config, ReportsAllFaultsAtOnceWithTheirLines) {
  internal::v1::CostsConfig config;
  const absl::Status status = ParseYaml(
      "server:\n  service: costs\n  workers: 900\n  colour: red\n  workers: 2\n  drain_delay_seconds: soon\n"
      "ingestion: {address: 'x'}\ntrend_breaks: 2020-01-01\n",
      "c.yaml", &config);
  ASSERT_FALSE(status.ok());
  for (const char* fault : {"c.yaml:3: server.workers: must be from 1 to 64", "c.yaml:4: server.colour: is not a known key",
                            "c.yaml:5: server.workers: stands here twice",
                            "c.yaml:6: server.drain_delay_seconds: must be a whole number", "server.municipality: is missing",
                            "server.listen: is missing", "linking: is missing", "c.yaml:8: trend_breaks: must be a list"}) {
    EXPECT_THAT(std::string(status.message()), HasSubstr(fault));
  }
}

TEST(Config, ARequiredTextIsNotEmpty) {
  internal::v1::IssuerConfig config;
  const absl::Status status = ParseYaml("issuer: ''\naudience: a\npublic_key: /dev/null\n", "c.yaml", &config);
  EXPECT_EQ(status.message(), "c.yaml:1: issuer: must not be empty");
}

TEST(Config, AMapHasNoKeyTwice) {
  internal::v1::ValueMap map;
  const absl::Status status = ParseYaml("codes: {M: man, V: vrouw, M: mens}\n", "m.yaml", &map);
  EXPECT_EQ(status.message(), "m.yaml:1: codes.M: stands here twice");
}

TEST(Config, FilesMustBeReadable) {
  internal::v1::TlsConfig config;
  const absl::Status status = ParseYaml("certificate: absent.pem\nkey: /dev/null\nroots: /dev/null\n", "/x/c.yaml", &config);
  EXPECT_THAT(std::string(status.message()), HasSubstr("cannot read the file /x/absent.pem"));
}

TEST(Config, TextThatYamlCppNeverFinishesIsAFault) {  // found by the mapping fuzzer
  internal::v1::MappingFile mapping;
  const absl::Status status = ParseYaml(",#", "m.yaml", &mapping);
  EXPECT_EQ(status.message(), "m.yaml:1: must be one YAML document");
}

TEST(Config, HostileTextIsAFault) {
  internal::v1::TlsConfig config;
  for (const char* text : {"a: [", "\t- x", "- 1\n- 2", "just text", "a: &x [*x]", "--- {}\n--- {}"}) {
    EXPECT_FALSE(ParseYaml(text, "c.yaml", &config).ok()) << text;
  }
}

}  // namespace
}  // namespace nmd
