// SPDX-License-Identifier: EUPL-1.2
#include "services/publication/agreement.h"

#include <cstdlib>
#include <fstream>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "nmd/internal/v1/agreement.pb.h"
#include "services/platform/config.h"
#include "services/platform/errors.h"

namespace nmd::publication {
namespace {

using ::testing::ElementsAre;

std::vector<std::string> FaultyFields(const absl::Status& status) {
  std::vector<std::string> paths;
  for (const BadField& field : BadFieldsOf(status)) paths.push_back(field.path);
  return paths;
}

constexpr char kGood[] = R"(
agreements:
  - name: municipalities/gm1730/agreements/regio
    title: Regio
    audiences: [regio]
    purpose: Sturing
    legal_basis: Jeugdwet artikel 2.7
    contact: privacyfunctionaris
    start_date: "2018-01-01"
    end_date: "2019-01-01"
    tables:
      - {table: wijk, title: Per wijk, measures: [clients, indicated], dimensions: [wijk], minimum_clients: 10}
)";

Catalogue TestCatalogue() {
  Catalogue catalogue;
  for (const char* count : {"clients", "provisions", "population"}) catalogue.measures[count].kind = Catalogue::Measure::kCount;
  for (const char* cents : {"indicated", "declared", "approved"}) catalogue.measures[cents].kind = Catalogue::Measure::kCents;
  for (const char* dimension : {"wijk", "ivn", "law", "provider", "year", "age_band"})
    catalogue.dimensions[dimension] = dimension;
  return catalogue;
}

absl::StatusOr<std::vector<v1::Agreement>> Check(absl::string_view yaml) {
  internal::v1::AgreementFile file;
  const absl::Status status = ParseYaml(yaml, "agreements.yaml", &file);
  if (!status.ok()) return status;
  FieldCheck check;
  for (const v1::Agreement& agreement : file.agreements()) CheckAgreement(agreement, "gm1730", TestCatalogue(), "", &check);
  if (!check.ok()) return check.Result();
  return std::vector<v1::Agreement>(file.agreements().begin(), file.agreements().end());
}

// The table of kGood with other keys beside it.
std::vector<std::string> FaultsOfTable(absl::string_view keys) {
  return FaultyFields(
      Check(absl::StrReplaceAll(kGood, {{"minimum_clients: 10}", absl::StrCat("minimum_clients: 10, ", keys, "}")}})).status());
}

TEST(Agreement, TellsAllFaultsAtOnce) {
  EXPECT_TRUE(Check(kGood).ok());
  const auto bad = Check(R"(
agreements:
  - name: municipalities/gm0106/agreements/regio
    audiences: [regio, regio, De regio]
    purpose: Sturing
    contact: privacyfunctionaris
    start_date: "2019-01-01"
    end_date: "2018-01-01"
    tables:
      - {table: Wijk 1, title: Per wijk, measures: [provisions], dimensions: [], minimum_clients: 4}
      - {table: b, title: B, measures: [clients, ""], dimensions: [wijk, wijk], filters: [{}], minimum_clients: 5}
      - {table: c, title: C, measures: [clients, klanten], dimensions: [kleur], filters: [{dimension: x, values: [y]}], minimum_clients: 5}
)");
  EXPECT_EQ(ReasonOf(bad.status()), ErrorReason::FIELDS_INVALID);
  EXPECT_THAT(FaultyFields(bad.status()),
              ElementsAre("name", "title", "legal_basis", "audiences[1]", "audiences[2]", "end_date", "tables[0].table",
                          "tables[0].measures", "tables[0].dimensions", "tables[0].minimum_clients", "tables[1].measures[1]",
                          "tables[1].dimensions[1]", "tables[1].filters[0].dimension", "tables[1].filters[0].values",
                          "tables[2].measures[1]", "tables[2].dimensions[0]", "tables[2].filters[0].dimension"));
}

// A rule that cannot be kept is a fault: none is ever passed over.
TEST(Agreement, TakesOnlyRulesItCanKeep) {
  EXPECT_THAT(
      FaultsOfTable("periods: [month, quarter, year], delay_days: 30, p_percent: 10, dominance_n: 2, dominance_percent: 85"),
      ElementsAre());
  EXPECT_THAT(FaultsOfTable("periods: [week, month, month], delay_days: -1"),
              ElementsAre("tables[0].periods[2]", "tables[0].periods[0]", "tables[0].delay_days"));
  EXPECT_THAT(FaultsOfTable("p_percent: 101, dominance_n: 2"),
              ElementsAre("tables[0].p_percent", "tables[0].dominance_percent"));
  EXPECT_THAT(
      FaultsOfTable("filters: [{dimension: provider, values: ['1']}], p_percent: 10, dominance_n: 1, dominance_percent: 80"),
      ElementsAre("tables[0].p_percent", "tables[0].dominance_n"))
      << "every amount is of one provider";
  EXPECT_THAT(FaultsOfTable("rounded_to: 5"), ElementsAre("tables[0].rounded_to")) << "an exact amount beside a rounded count";
  const auto counts = [](absl::string_view keys) {
    return FaultyFields(
        Check(absl::StrReplaceAll(kGood, {{"[clients, indicated]", "[clients, provisions]"},
                                          {"minimum_clients: 10}", absl::StrCat("minimum_clients: 10, ", keys, "}")}}))
            .status());
  };
  EXPECT_THAT(counts("rounded_to: 5"), ElementsAre());
  EXPECT_THAT(counts("rounded_to: 7"), ElementsAre("tables[0].rounded_to")) << "ten would be shown as seven";
  EXPECT_THAT(counts("round_counts_to: 10"), ElementsAre());
  EXPECT_THAT(counts("round_counts_to: 5"), ElementsAre("tables[0].round_counts_to")) << "five would be told of fewer than ten";
  EXPECT_THAT(counts("round_counts_to: 10, rounded_to: 5"), ElementsAre("tables[0].round_counts_to"));
  EXPECT_THAT(counts("round_counts_to: 10, round_amounts_to: 100000"), ElementsAre("tables[0].round_amounts_to"))
      << "there are no amounts";
  EXPECT_THAT(FaultsOfTable("round_counts_to: 10"), ElementsAre("tables[0].round_amounts_to"))
      << "an exact amount beside a rounded count";
  EXPECT_THAT(FaultsOfTable("round_counts_to: 10, round_amounts_to: 100000"), ElementsAre());
  EXPECT_THAT(counts("p_percent: 10"), ElementsAre("tables[0].p_percent")) << "there are no amounts";
}

TEST(Agreement, TellsWhatChangesInDutch) {
  v1::Agreement before = Check(kGood)->front();
  EXPECT_THAT(ChangesOf(&before, before), ElementsAre());
  EXPECT_THAT(ChangesOf(nullptr, before),
              ElementsAre("Titel: \"Regio\"", "Voor: \"regio\"", "Doel: \"Sturing\"", "Grondslag: \"Jeugdwet artikel 2.7\"",
                          "Contact: \"privacyfunctionaris\"", "Eerste dag: \"2018-01-01\"", "Niet meer vanaf: \"2019-01-01\"",
                          "Tabel wijk komt erbij: titel Per wijk; maten clients, indicated; kenmerken wijk; kleinste aantal "
                          "cliënten 10; perioden elke hele maand of meer"));
  v1::Agreement after = before;
  after.add_audiences("openbaar");
  after.mutable_tables(0)->set_minimum_clients(5);
  after.mutable_tables(0)->add_periods("quarter");
  *after.add_tables() = before.tables(0);
  after.mutable_tables(1)->set_table("ivn");
  EXPECT_THAT(ChangesOf(&before, after),
              ElementsAre("Voor: was \"regio\", wordt \"regio, openbaar\"",
                          "Tabel wijk, kleinste aantal cliënten: was \"10\", wordt \"5\"",
                          "Tabel wijk, perioden: was \"elke hele maand of meer\", wordt \"kwartaal\"",
                          ::testing::StartsWith("Tabel ivn komt erbij: titel Per wijk")));
  EXPECT_THAT(ChangesOf(&after, before), ::testing::Contains("Tabel ivn vervalt"));
  before.set_ended_reason("Klaar");
  EXPECT_THAT(ChangesOf(&before, after), ::testing::Contains("De afspraak was beëindigd en gaat weer gelden"));
}

TEST(Agreement, HoldsFromItsFirstDayUntilItsEndInDutchTime) {
  const v1::Agreement agreement = Check(kGood)->front();
  const auto at = [](const char* text) {
    absl::Time time;
    std::string error;
    EXPECT_TRUE(absl::ParseTime(absl::RFC3339_full, text, &time, &error)) << error;
    return time;
  };
  EXPECT_FALSE(InForce(agreement, at("2017-12-31T23:59:59+01:00")));
  EXPECT_TRUE(InForce(agreement, at("2018-01-01T00:00:00+01:00")));
  EXPECT_TRUE(InForce(agreement, at("2018-12-31T22:59:59Z")));
  EXPECT_FALSE(InForce(agreement, at("2018-12-31T23:00:00Z"))) << "it is 2019 in the Netherlands";
}

TEST(Agreement, TheFileOfTheDemoIsSound) {
  const char* source = std::getenv("NMD_SOURCE_DIR");
  std::ifstream file(std::string(source == nullptr ? "." : source) + "/deploy/config/agreements.yaml");
  std::stringstream text;
  text << file.rdbuf();
  const auto agreements = Check(absl::StrReplaceAll(text.str(), {{"@MUNICIPALITY@", "gm1730"}}));
  ASSERT_TRUE(agreements.ok()) << agreements.status();
  ASSERT_EQ(agreements->size(), 3);
}

TEST(Agreement, ReleasesOnlyWhatWasAgreedWhenItWasAgreed) {
  v1::Agreement agreement = Check(kGood)->front();
  agreement.add_audiences("openbaar");
  v1::TableRule* rule = agreement.mutable_tables(0);
  rule->add_periods("quarter");
  rule->set_delay_days(30);
  const auto cause = [&](const char* table, const char* start, const char* end, std::string audience, const char* now) {
    type::Period period;
    period.set_start_date(start);
    period.set_end_date(end);
    absl::Time time;
    std::string error;
    EXPECT_TRUE(absl::ParseTime(absl::RFC3339_full, now, &time, &error)) << error;
    const auto agreed = AgreedTable(agreement, table, period, time, &audience);
    if (agreed.ok()) return absl::StrCat("ok ", audience);
    const std::string why = MetadataOf(agreed.status(), "cause");
    return why.empty() ? type::ErrorReason_Name(ReasonOf(agreed.status())) : why;
  };
  constexpr char kMay[] = "2018-05-01T12:00:00Z";
  EXPECT_EQ(cause("wijk", "2018-01-01", "2018-04-01", "", kMay), "ok regio");
  EXPECT_EQ(cause("wijk", "2018-01-01", "2018-04-01", "openbaar", kMay), "ok openbaar");
  EXPECT_EQ(cause("wijk", "2018-01-01", "2018-04-01", "gm0106", kMay), "audience");
  EXPECT_EQ(cause("buurt", "2018-01-01", "2018-04-01", "", kMay), "table");
  EXPECT_EQ(cause("wijk", "2018-02-01", "2018-05-01", "", kMay), "period") << "three months, but no quarter";
  EXPECT_EQ(cause("wijk", "2018-01-01", "2019-01-01", "", kMay), "period");
  EXPECT_EQ(cause("wijk", "2018-01-01", "2018-04-01", "", "2018-04-30T12:00:00Z"), "delay");
  EXPECT_EQ(cause("wijk", "2018-01-01", "2018-04-01", "", "2019-01-01T12:00:00Z"), "AGREEMENT_NOT_IN_FORCE");
  agreement.set_ended_reason("Klaar");
  EXPECT_EQ(cause("wijk", "2018-01-01", "2018-04-01", "", kMay), "AGREEMENT_NOT_IN_FORCE");
}

// It is read by everybody, for ever.
TEST(Agreement, AReasonIsALineThatNamesNobody) {
  EXPECT_TRUE(CheckReason("Verkeerde wijkindeling").ok());
  EXPECT_TRUE(CheckReason(std::string(500, 'x')).ok());
  for (const std::string& reason : {std::string(), std::string("  "), std::string(501, 'x'), std::string("Twee\nregels"),
                                    std::string("Cliënt 999900006 stond erin"), std::string("Woont op 9471 AB 12")}) {
    EXPECT_EQ(ReasonOf(CheckReason(reason)), ErrorReason::FIELDS_INVALID) << reason;
  }
}

}  // namespace
}  // namespace nmd::publication
