// SPDX-License-Identifier: EUPL-1.2
#include "gateway/public_readers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gateway/api_descriptors.h"
#include "google/protobuf/descriptor.h"
#include "services/platform/errors.h"
#include "services/platform/policy.h"

namespace nmd::gateway {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1522533600);

internal::v1::PublicReadersConfig Limits(int address_rate, int address_concurrency, int rate, int concurrency) {
  internal::v1::PublicReadersConfig config;
  config.set_address_rate_per_minute(address_rate);
  config.set_address_concurrency(address_concurrency);
  config.set_rate_per_minute(rate);
  config.set_concurrency(concurrency);
  return config;
}

// R19: the whole list of what anybody may call. A method that is added to it is added here, by somebody who thought of it.
TEST(PublicReaders, MayReadWhatWasReleasedToThePublicAndNothingElse) {
  std::set<std::string> open;
  int asked = 0;
  for (const auto* service : ApiServices()) {
    for (const auto* method : ApiMethods(*service)) {
      if (PublicReaders::May(*method)) open.insert(method->full_name());
      ++asked;
    }
  }
  EXPECT_GT(asked, 100);
  EXPECT_THAT(open,
              ::testing::ElementsAre(
                  "nmd.publication.v1.OpenDataService.GetDataset", "nmd.publication.v1.OpenDataService.ListDatasets",
                  "nmd.publication.v1.OpenDataService.ReadCatalogue", "nmd.publication.v1.OpenDataService.ReadDatasetFile",
                  "nmd.publication.v1.OpenDataService.ReadOData", "nmd.publication.v1.RegionService.GetRegionalTable",
                  "nmd.publication.v1.RegionService.ListRegionalTables"));
}

TEST(PublicReaders, AreOneCallerWithOneRole) {
  const FakeClock clock(kNow);
  const PublicReaders readers(Limits(1, 1, 1, 1), "gm1730", clock);
  const Caller anybody = readers.Anybody();
  EXPECT_THAT(anybody.roles, ::testing::ElementsAre(type::PUBLIC));
  EXPECT_EQ(anybody.municipality, "gm1730");
  EXPECT_TRUE(CheckPurpose(anybody).ok());
}

TEST(PublicReaders, AnAddressThatAsksTooMuchLeavesTheOthersTheirs) {
  FakeClock clock(kNow);
  PublicReaders readers(Limits(3, 10, 6, 10), "gm1730", clock);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(readers.Enter("192.0.2.1").ok()) << i;
  for (int i = 0; i < 100; ++i) EXPECT_EQ(ReasonOf(readers.Enter("192.0.2.1").status()), ErrorReason::OVERLOADED);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(readers.Enter("192.0.2.2").ok()) << i;
  // The six of all together are spent, whoever asks.
  EXPECT_EQ(ReasonOf(readers.Enter("192.0.2.3").status()), ErrorReason::OVERLOADED);
  clock.Advance(absl::Minutes(1));
  EXPECT_TRUE(readers.Enter("192.0.2.3").ok());
}

TEST(PublicReaders, APlaceThatIsGivenBackIsFreeForTheNext) {
  const FakeClock clock(kNow);
  PublicReaders readers(Limits(1000, 2, 1000, 3), "gm1730", clock);
  auto first = readers.Enter("192.0.2.1"), second = readers.Enter("192.0.2.1");
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_FALSE(readers.Enter("192.0.2.1").ok());
  auto third = readers.Enter("192.0.2.2");
  ASSERT_TRUE(third.ok());
  EXPECT_FALSE(readers.Enter("192.0.2.3").ok()) << "three run together";
  first->reset();
  EXPECT_TRUE(readers.Enter("192.0.2.3").ok());
  EXPECT_TRUE(readers.Enter("192.0.2.1").ok());
}

}  // namespace
}  // namespace nmd::gateway
