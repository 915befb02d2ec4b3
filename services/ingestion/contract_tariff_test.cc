// SPDX-License-Identifier: EUPL-1.2
#include "services/ingestion/contract_tariff.h"

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "services/ingestion/test_message.h"

namespace nmd::ingestion {
namespace {

using testing::D;
using testing::Days;

TariffRow Row(int32_t provider, absl::string_view unit, Cents cents, absl::string_view from, int64_t known = 0,
              absl::string_view until = "") {
  return {provider, Code(unit), cents, {D(from), until.empty() ? kOpenEnd : D(until) + 1}, {.known_micros = known}};
}

struct FitCase {
  std::string what;
  std::vector<TariffRow> rows;
  std::string unit;
  std::vector<Cents> right, wrong;  // For provider 7 in March 2026.
};

TEST(FitsTariff, GoesByTheContractInThePeriod_TR418) {
  const std::vector<FitCase> cases = {
      {"no tariff known", {}, "04", {1, 5500}, {}},
      {"the general one", {Row(0, "04", 5500, "2026-01-01")}, "04", {5500}, {5499, 5501}},
      {"the provider's own goes first",
       {Row(0, "04", 5500, "2026-01-01"), Row(7, "04", 6000, "2020-01-01")},
       "04",
       {6000},
       {5500}},
      {"that of another provider says nothing", {Row(8, "04", 5500, "2026-01-01")}, "04", {1, 5500}, {}},
      {"that of another unit says nothing", {Row(0, "16", 5500, "2026-01-01")}, "04", {1, 5500}, {}},
      {"it ended before", {Row(0, "04", 5500, "2025-01-01", 0, "2026-02-28")}, "04", {1, 5500}, {}},
      {"it begins after", {Row(0, "04", 5500, "2026-04-01")}, "04", {1, 5500}, {}},
      {"a new one ends the old one",
       {Row(0, "04", 5500, "2025-01-01"), Row(0, "04", 5700, "2026-01-01")},
       "04",
       {5700},
       {5500}},
      {"it changes within the month",
       {Row(0, "04", 5500, "2025-01-01"), Row(0, "04", 5700, "2026-03-15")},
       "04",
       {5500, 5700},
       {5600}},
      {"it is known for a part of the month", {Row(0, "04", 5700, "2026-03-15")}, "04", {5700}, {5500}},
      {"a correction known later",
       {Row(0, "04", 5500, "2026-01-01", 1), Row(0, "04", 5600, "2026-01-01", 2)},
       "04",
       {5600},
       {5500}},
      {"a correction of last year",
       {Row(0, "04", 5500, "2026-01-01", 1), Row(0, "04", 5400, "2025-01-01", 2)},
       "04",
       {5500},
       {5400}},
      {"minutes of an hour tariff (IV081)", {Row(0, "04", 5500, "2026-01-01")}, "01", {92}, {91, 93, 5500}},
      {"minutes with a tariff of their own",
       {Row(0, "04", 5500, "2026-01-01"), Row(0, "01", 95, "2026-01-01")},
       "01",
       {95},
       {92}},
      {"the provider's own hour before a general minute",
       {Row(7, "04", 6000, "2026-01-01"), Row(0, "01", 95, "2026-01-01")},
       "01",
       {100},
       {95}},
  };
  std::mt19937 random(418);
  for (const FitCase& c : cases) {
    std::vector<TariffRow> rows = c.rows;
    for (int turn = 0; turn < 4; ++turn) {
      std::shuffle(rows.begin(), rows.end(), random);
      SortTariffs(&rows);
      const Period march = Days("2026-03-01", "2026-03-31");
      for (const Cents tariff : c.right)
        EXPECT_TRUE(FitsTariff(rows, 7, Code(c.unit), march, tariff)) << c.what << " " << tariff;
      for (const Cents tariff : c.wrong)
        EXPECT_FALSE(FitsTariff(rows, 7, Code(c.unit), march, tariff)) << c.what << " " << tariff;
    }
  }
}

}  // namespace
}  // namespace nmd::ingestion
