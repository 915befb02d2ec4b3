// SPDX-License-Identifier: EUPL-1.2
// The mapping files an instance starts with read every export of the demo, and find in them what was put there to be found.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "deploy/demo/files.h"
#include "services/ingestion/export_source.h"
#include "services/platform/config.h"

namespace nmd {
namespace {

using ingestion::ExportReading;
using ingestion::ExportSource;
using ingestion::v1::Fact;
using ::testing::ElementsAre;
using ::testing::StartsWith;
using ::testing::UnorderedElementsAre;

std::map<std::string, ExportSource> Mappings() {
  const char* root = std::getenv("NMD_SOURCE_DIR");
  std::map<std::string, ExportSource> sources;
  for (const auto& entry :
       std::filesystem::directory_iterator(absl::StrCat(root == nullptr ? "." : root, "/deploy/config/mappings"))) {
    internal::v1::MappingFile mapping;
    const absl::Status read = ReadYamlFile(entry.path(), &mapping);
    EXPECT_TRUE(read.ok()) << read;
    absl::StatusOr<ExportSource> source = ExportSource::Make(mapping);
    EXPECT_TRUE(source.ok()) << source.status();
    if (!source.ok()) continue;
    EXPECT_EQ(source->id(), entry.path().stem().string()) << "a mapping is found under the name of its source";
    EXPECT_NE(mapping.legal_basis(), "") << source->id() << " (R13)";
    EXPECT_NE(mapping.contact(), "") << source->id();
    sources.emplace(source->id(), *std::move(source));
  }
  return sources;
}

std::string Key(absl::string_view identity) { return std::string(identity); }

TEST(DemoExports, EveryKindHasAnExampleAndADelivery) {
  std::set<int> kinds;
  for (const auto& [id, source] : Mappings()) kinds.insert(source.mapping().kind());
  EXPECT_EQ(kinds.size(), static_cast<size_t>(internal::v1::ExportKind_descriptor()->value_count()) - 1);
}

TEST(DemoExports, AreReadByTheirMappings) {
  const std::map<std::string, ExportSource> mappings = Mappings();
  for (const demo::Profile& profile : demo::Profiles(1, 100)) {
    SCOPED_TRACE(profile.id);
    const demo::Model model = demo::Build(profile, 1);
    std::set<std::string> people, delivered;
    for (const demo::Person& person : model.persons) people.insert(person.bsn);
    std::vector<std::string> findings;
    int64_t granted_cents = 0, booked_cents = 0;
    std::map<std::string, std::string> buurt_of;  // Postcode and number -> buurt.
    for (const demo::File& file : demo::Files(model, 1)) {
      if (file.source == "auto") continue;
      ASSERT_EQ(mappings.count(file.source), 1) << file.path;
      delivered.insert(file.source);
      const ExportReading reading = mappings.at(file.source).Read(file.bytes, static_cast<Day>(file.received / 86400), Key);
      EXPECT_GT(reading.facts.size(), 0) << file.path;
      for (const ingestion::Finding& finding : reading.findings)
        findings.push_back(absl::StrCat(file.path, " ", finding.place));
      for (const ingestion::v1::PersonRecord& person : reading.persons) {
        EXPECT_TRUE(person.bsn().empty() || people.count(person.bsn()) > 0) << "nobody is in one file only: " << file.path;
      }
      for (const Fact& fact : reading.facts) {
        if (fact.has_ledger_booking() && !fact.ledger_booking().provider().empty()) {
          booked_cents += fact.ledger_booking().amount_cents();
        }
        if (fact.has_postcode_area()) {
          const auto& area = fact.postcode_area();
          buurt_of[absl::StrCat(area.postcode(), "/", area.house_number())] = area.buurt();
        }
      }
    }
    // What two people approve in the monitor comes in under sources of its own; the demo has no such files.
    const auto approved = std::count_if(mappings.begin(), mappings.end(),
                                        [](const auto& mapping) { return mapping.first.rfind("vastgesteld-", 0) == 0; });
    EXPECT_EQ(delivered.size() + static_cast<size_t>(approved), mappings.size()) << "every other mapping is used";
    EXPECT_THAT(findings,
                UnorderedElementsAre(StartsWith(absl::StrCat("export/clienten-", profile.first_year, "-4.csv regel ")),
                                     StartsWith("export/verwijzingen-2017-2.csv regel ")));
    // Domain-standards 8, check 14: what was granted is what was booked.
    for (const demo::Claim& claim : model.claims) {
      if (claim.answered == 0 || !claim.reject_code.empty()) continue;
      for (const demo::ClaimLine& line : claim.lines) {
        const int year = CivilOf(line.period.start).year;
        if (line.reject_code.empty() && year >= std::max(2017, profile.first_year) && year <= 2018)
          granted_cents += line.Signed();
      }
    }
    EXPECT_EQ(booked_cents, granted_cents);
    // Every address of the clients is in the table of postcodes; in its own neighbourhood, unless the demo invented the same
    // address in two.
    std::map<std::string, std::set<int>> places;
    const auto address = [](const demo::Address& a) { return absl::StrCat(a.postcode, "/", a.house); };
    for (const demo::Household& house : model.households) {
      for (const demo::Address& a : house.addresses) places[address(a)].insert(a.neighbourhood);
    }
    for (const demo::Household& house : model.households) {
      for (const demo::Address& a : house.addresses) {
        auto found = buurt_of.find(address(a));
        if (found == buurt_of.end()) found = buurt_of.find(absl::StrCat(a.postcode, "/0"));
        ASSERT_NE(found, buurt_of.end()) << a.postcode;
        if (places[address(a)].size() > 1) continue;
        EXPECT_EQ(found->second, model.neighbourhoods[static_cast<size_t>(a.neighbourhood)].buurt) << a.postcode;
      }
    }
  }
}

// T-15, T-23: the figures of the council papers, as their sources print them.
TEST(DemoExports, TellTheFiguresOfTheCouncilPapers) {
  const std::map<std::string, ExportSource> mappings = Mappings();
  const demo::Profile profile = demo::Profiles(1, 100).front();
  ASSERT_EQ(profile.id, "gm1730");
  std::map<int, std::set<std::string>> youth_budgets;
  std::vector<std::string> experience, legacy, withdrawn;
  for (const demo::File& file : demo::Files(demo::Build(profile, 1), 1)) {
    if (file.source == "auto" || file.source == "clienten") continue;
    for (const Fact& fact : mappings.at(file.source).Read(file.bytes, static_cast<Day>(file.received / 86400), Key).facts) {
      if (fact.has_personal_budget() && fact.personal_budget().law() == ingestion::v1::YOUTH) {
        youth_budgets[CivilOf(fact.personal_budget().start_day()).year].insert(fact.personal_budget().person_key());
      }
      const std::string year =
          fact.has_indicator_result() ? absl::StrCat(CivilOf(fact.indicator_result().start_day()).year) : "";
      if (fact.indicator_result().indicator() == "kwaliteit_van_leven_niet_beter") {
        experience.push_back(
            absl::StrCat(fact.indicator_result().area(), " ", year, " ", fact.indicator_result().value().thousandths()));
      }
      if (fact.has_legacy_figure() && fact.legacy_figure().law() == ingestion::v1::YOUTH) {
        legacy.push_back(absl::StrCat(CareForm_Name(fact.legacy_figure().form()), " ",
                                      CivilOf(fact.legacy_figure().start_day()).year, " ",
                                      fact.legacy_figure().value().thousandths() / 1000, " ", fact.legacy_figure().quality()));
      }
      if (fact.published_value().withdrawn_day() != 0) withdrawn.push_back(FormatDay(fact.published_value().withdrawn_day()));
    }
  }
  EXPECT_EQ(youth_budgets[2016].size(), 60);
  EXPECT_EQ(youth_budgets[2017].size(), 55);
  EXPECT_THAT(experience, UnorderedElementsAre(" 2015 22000", "Nederland 2015 23000", " 2016 29000", "Nederland 2016 23000"));
  EXPECT_THAT(legacy, UnorderedElementsAre("ZIN 2016 560 C", "ZIN 2017 595 C", "PGB 2016 60 C", "PGB 2017 55 C"));
  EXPECT_THAT(withdrawn, ElementsAre("2018-12-01", "2018-12-01"));
}

}  // namespace
}  // namespace nmd
