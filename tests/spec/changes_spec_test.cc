// SPDX-License-Identifier: EUPL-1.2
// A change that two people approved is delivered as a file; ingestion reads from it, by the mapping of its source, exactly the
// fact that the register was asked about.
#include <gtest/gtest.h>

#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "nmd/internal/v1/mapping.pb.h"
#include "services/contracts/changes.h"
#include "services/ingestion/export_source.h"
#include "services/platform/config.h"

namespace nmd::contracts {
namespace {

using ingestion::v1::CombinationRule;
using ingestion::v1::ContractTerm;
using ingestion::v1::Fact;

Fact Contract(Day end, Cents ceiling, int year, const std::string& title) {
  Fact fact;
  auto& contract = *fact.mutable_contract();
  contract.set_contract("jh-2017-041");
  contract.set_law(ingestion::v1::YOUTH);
  contract.set_provider("01234567");
  contract.set_provider_name(title);
  contract.set_start_day(DayOf(2018, 1, 1));
  contract.set_end_day(end);
  contract.set_ceiling_cents(ceiling);
  contract.set_ceiling_year(year);
  return fact;
}

Fact Tariff(const std::string& provider, Cents amount, Day end) {
  Fact fact;
  auto& tariff = *fact.mutable_tariff();
  tariff.set_law(ingestion::v1::WMO);
  tariff.set_product("01A03");
  tariff.set_provider(provider);
  tariff.set_unit("04");
  tariff.set_tariff_cents(amount);
  tariff.set_start_day(DayOf(2018, 2, 1));
  tariff.set_end_day(end);
  return fact;
}

Fact Term(ContractTerm::Kind kind, int64_t value, const std::string& product, const std::string& indicator) {
  Fact fact;
  auto& term = *fact.mutable_contract_term();
  term.set_contract("jh-2017-041");
  term.set_law(ingestion::v1::YOUTH);
  term.set_provider("01234567");
  term.set_kind(kind);
  term.set_product(product);
  term.set_indicator(indicator);
  term.set_value(value);
  term.set_start_day(DayOf(2018, 1, 1));
  term.set_end_day(DayOf(2019, 1, 1));
  return fact;
}

Fact Combination(CombinationRule::Verdict verdict, const std::string& reason) {
  Fact fact;
  auto& rule = *fact.mutable_combination_rule();
  rule.set_law(ingestion::v1::YOUTH);
  rule.set_product("45A04");
  rule.set_other_law(ingestion::v1::WMO);
  rule.set_other_product("01A03");
  rule.set_verdict(verdict);
  rule.set_reason(reason);
  rule.set_start_day(DayOf(2018, 1, 1));
  return fact;
}

TEST(ApprovedChanges, AreReadFromTheirFilesAsTheyWereDecided) {
  const Fact kFacts[] = {
      Contract(0, 0, 0, "De Boomhut"),
      Contract(DayOf(2019, 1, 1), 12'000'050, 2018, "Zorg; \"Thuis\" & co"),
      Contract(DayOf(2020, 2, 29), 100, 0, "Een"),
      Tariff("", 5501, 0),
      Tariff("01234567", 100'000'000, DayOf(2018, 3, 1)),
      Term(ContractTerm::PRODUCT, 0, "45A04", ""),
      Term(ContractTerm::DURATION_NORM, 270, "45A04", ""),
      Term(ContractTerm::BEDS, 12, "", ""),
      Term(ContractTerm::YEAR_BUDGET, 123'456'789, "", ""),
      Term(ContractTerm::INDEXATION, 3'525, "", ""),
      Term(ContractTerm::INDEXATION, -1'005, "", ""),
      Term(ContractTerm::NOTICE_SHARE, 70'000, "", ""),
      Term(ContractTerm::KPI_AT_LEAST, 80'500, "", "doel_bereikt"),
      Term(ContractTerm::KPI_AT_MOST, 5, "45A04", "uitval"),
      Term(ContractTerm::WAITING_NORM, 42, "45A04", ""),
      Term(ContractTerm::CLIENT_STOP, 0, "", ""),
      Term(ContractTerm::CLIENT_STOP_AGREED, 0, "45A04", ""),
      Term(ContractTerm::LEAST_TURNOVER, 5'000'050, "", ""),
      Term(ContractTerm::LEAST_CLIENTS, 12, "", ""),
      Term(ContractTerm::WAGE_SHARE, 90'000, "", ""),
      Term(ContractTerm::ROOM_ANNOUNCED, 2019, "", ""),
      Term(ContractTerm::ROOM_DECIDED, 2019, "", ""),
      Combination(CombinationRule::ALLOWED, ""),
      Combination(CombinationRule::NEEDS_MOTIVE, "twee keer; zelfde dag"),
      Combination(CombinationRule::FORBIDDEN, "een kind verblijft op één plek"),
  };
  const char* root = std::getenv("NMD_SOURCE_DIR");
  int64_t number = 0;
  for (const Fact& fact : kFacts) {
    const ChangeFile file = FileOf(fact, ++number, "Door de gemeente vastgesteld door a.anders en b.bos.");
    internal::v1::MappingFile mapping;
    const std::string path = absl::StrCat(root == nullptr ? "." : root, "/deploy/config/mappings/", file.source, ".yaml");
    ASSERT_TRUE(ReadYamlFile(path, &mapping).ok()) << path;
    const auto source = ingestion::ExportSource::Make(mapping);
    ASSERT_TRUE(source.ok()) << source.status();
    const ingestion::ExportReading reading =
        source->Read(file.content, DayOf(2018, 6, 10), [](absl::string_view identity) { return std::string(identity); });
    ASSERT_EQ(reading.findings.size(), 0u) << file.content << reading.findings[0].place << reading.findings[0].text;
    ASSERT_EQ(reading.facts.size(), 1u) << file.content;
    EXPECT_EQ(reading.facts[0].SerializeAsString(), fact.SerializeAsString())
        << file.content << reading.facts[0].DebugString() << fact.DebugString();
  }
}

// Two proposals of the same are two deliveries: a delivery is its bytes.
TEST(ApprovedChanges, AreDeliveriesOfTheirOwn) {
  const Fact fact = Tariff("", 5501, 0);
  EXPECT_NE(FileOf(fact, 1, "Door A en B.").content, FileOf(fact, 2, "Door A en B.").content);
  EXPECT_EQ(FileOf(fact, 1, "Door A en B.").content, FileOf(fact, 1, "Door A en B.").content);
}

}  // namespace
}  // namespace nmd::contracts
