// SPDX-License-Identifier: EUPL-1.2
#include <gtest/gtest.h>

#include <cctype>
#include <cstdlib>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace nmd {
namespace {

constexpr char kSpec[] = "tests/spec/costs_spec_test.cc";
constexpr char kDocuments[] = "tests/spec/document_figures_test.cc";
constexpr char kBudgets[] = "services/costs/budgets_test.cc";
constexpr char kExternal[] = "services/costs/external_test.cc";
constexpr char kPersons[] = "services/costs/person_measures_test.cc";
constexpr char kRecords[] = "services/costs/record_measures_test.cc";
constexpr char kConcentration[] = "services/costs/concentration_test.cc";

struct Covered {
  const char *id, *file, *test;
};
constexpr Covered kCovered[] = {
    {"T01", kSpec, "ClientsGrowFrom484To598T01"},
    {"T02", kSpec, "ProvisionsGrowFrom601To786T02"},
    {"T03", kSpec, "IndicatedCostGrowsFrom416000To598264T03"},
    {"T04", kSpec, "ThreeFactorsSplitTheGrowthT04"},
    {"T05", kSpec, "FourFactorsOverLevelsSplitTheGrowthT05"},
    {"T06", kSpec, "ProvisionsPerLevelShiftAsPublishedT06"},
    {"T08", kDocuments, "ReferrersAreSharesWithTheUnknownNamedT08I34"},
    {"T10", kBudgets, "TheResultOfEveryYearAsPrintedAndOfWhatT10R58"},
    {"T11", kBudgets, "GrowthOfAGrantIsThatOfItsVintageT11R59I7"},
    {"T12", kSpec, "AGrantIsWhatWasKnownThenT12"},
    {"T12", kBudgets, "TheDateOfTheDocumentDecidesNotTheArrivalT12R60"},
    {"T13", kBudgets, "ADeficitIsAShareOfANamedDenominatorT13I29"},
    {"T14", kSpec, "UnequalPeriodsAreNotComparedT14I19"},
    {"T14", kExternal, "NoGrowthBetweenUnequalPeriodsT14R67"},
    {"T15", kPersons, "TheTableOfTheNotaT15R69I1"},
    {"T16", kPersons, "ProvisionsPerHouseholdAsPrintedT16R71"},
    {"T17", kDocuments, "ClientsInShelteredLivingFallAsPrintedT17R72"},
    {"T19", kConcentration, "FiveLargeProvidersTakeFortyFivePercentT19"},
    {"T20", kSpec, "MonthAmountsOfTheRunningObligationsT20"},
    {"T23", kExternal, "ClientExperienceIsShownWithItsNumbersT23R145"},
    {"T28", kSpec, "DebitCreditDebitIsTheSameInEveryOrderT28"},
    {"T29", kSpec, "AnyOrderOfTheSameDeliveriesGivesTheSameAnswersT29OP080"},
    {"T31", kSpec, "IncomeAndEducationAreNotRegisteredT31"},
    {"T32", kConcentration, "GiniOfFourSmallAndOneLargeIsSeventyTwoHundredthsT32"},
    {"I1", kPersons, "TheTableOfTheNotaT15R69I1"},
    {"I7", kBudgets, "GrowthOfAGrantIsThatOfItsVintageT11R59I7"},
    {"I8", kBudgets, "APrintedResultStandsBesideTheCalculatedOneI8"},
    {"I9", kBudgets, "ASubjectWithOneSideIsInNoResultI9"},
    {"I10", kExternal, "EveryDocumentIsAVintageOfABudgetLineT12R60I10"},
    {"I11", kDocuments, "ASumShowsItsYearsAndItsLinesI11I12"},
    {"I12", kDocuments, "ASumShowsItsYearsAndItsLinesI11I12"},
    {"I13", kDocuments, "ASumOfGrantsIsRecomputedBesideThePrintedOneI13"},
    {"I15", kSpec, "AMonthCountsEveryDayAndAReferenceDateOneQ1Q2I15"},
    {"I16", kDocuments, "ProvisionsAndProvisionsPerClientAreTwoMeasuresI16"},
    {"I17", kDocuments, "AMonthAndAYearOfOneLevelAreBothReproducibleI17I18"},
    {"I18", kDocuments, "AMonthAndAYearOfOneLevelAreBothReproducibleI17I18"},
    {"I19", kSpec, "UnequalPeriodsAreNotComparedT14I19"},
    {"I20", kDocuments, "AStockAYearATeamAndHouseholdsAreFourMeasuresI20"},
    {"I21", kExternal, "FiguresOfAnotherUnitHaveNoGapI21"},
    {"I22", kDocuments, "ARateNamesItsNumeratorI22"},
    {"I23", kPersons, "HouseholdsPer1000NeedANumberOfHouseholdsI23I24"},
    {"I24", kPersons, "HouseholdsPer1000NeedANumberOfHouseholdsI23I24"},
    {"I26", kExternal, "ContextSeriesAreReadOnlyWithTheirGrowthR73I26"},
    {"I28", kRecords, "WaitingGoesFromTheFirstAssignmentToTheFirstStartI28"},
    {"I29", kBudgets, "ADeficitIsAShareOfANamedDenominatorT13I29"},
    {"I30", kDocuments, "AnAmountThatIsNotPrintedStaysBlankI30"},
    {"I33", "services/costs/costs_test.cc", "AFigureNamesItsSourcesAndTheirQualityR5I33"},
    {"I34", kDocuments, "ReferrersAreSharesWithTheUnknownNamedT08I34"},
    {"I36", "services/costs/bridge_test.cc", "GoesFromIndicatedToBookedWithAListBehindEveryStepR84I36"},
    {"I37", kDocuments, "CostPerClientHasItsBasisInItsNameI37"},
};

struct Elsewhere {
  const char *id, *where;
};
constexpr Elsewhere kElsewhere[] = {
    {"T07", "issue 6: duration"},
    {"T09", "issue 7: upcoding"},
    {"T18", "issue 6: scenarios"},
    {"T20b", "issue 6: forecast"},
    {"T21", "issue 6: price per quantity"},
    {"T22", "issue 6: neighbourhoods"},
    {"T24", "issue 6: pilots"},
    {"T25", "issue 6: scenarios"},
    {"T26", "issue 6: scenarios"},
    {"T27", "issue 8: publication"},
    {"T30", "issue 6: duration"},
    {"I2", "issue 6: scenarios"},
    {"I3", "issue 6: scenarios"},
    {"I4", "issue 6: scenarios"},
    {"I5", "issue 6: pilots"},
    {"I6", "issue 6: pilots"},
    {"I14", "documents only: how many hypotheses a report has"},
    {"I25", "documents only: no source registers objections"},
    {"I27", "issue 6: policy measures"},
    {"I31", "documents only: a caption of a chart that was lost"},
    {"I32", "documents only: when a dashboard was in use"},
    {"I35", "issue 6: neighbourhoods"},
    {"I38", "documents only: two different objects"},
};

std::vector<std::string> AllIds() {
  std::vector<std::string> ids;
  for (int i = 1; i <= 32; ++i) ids.push_back(absl::StrCat("T", i < 10 ? "0" : "", i));
  ids.emplace_back("T20b");
  for (int i = 1; i <= 38; ++i) ids.push_back(absl::StrCat("I", i));
  return ids;
}

bool Carries(const std::string& name, const std::string& id) {
  for (size_t at = name.find(id); at != std::string::npos; at = name.find(id, at + 1)) {
    const size_t end = at + id.size();
    if (end == name.size() || std::isupper(static_cast<unsigned char>(name[end])) != 0) return true;
  }
  return false;
}

std::string Read(const std::string& path) {
  const char* root = std::getenv("NMD_SOURCE_DIR");
  std::ifstream file(absl::StrCat(root == nullptr ? "." : root, "/", path));
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

TEST(AcceptanceTable, EveryIdIsCoveredOrBelongsToAnotherIssue) {
  std::set<std::string> here, there;
  for (const Covered& covered : kCovered) here.insert(covered.id);
  for (const Elsewhere& elsewhere : kElsewhere) EXPECT_TRUE(there.insert(elsewhere.id).second) << elsewhere.id;
  for (const std::string& id : AllIds()) {
    EXPECT_EQ(here.count(id) + there.count(id), 1U) << id;
    here.erase(id);
    there.erase(id);
  }
  EXPECT_TRUE(here.empty() && there.empty());
}

TEST(AcceptanceTable, EveryTestExistsAndCarriesItsId) {
  std::map<std::string, std::string> files;
  for (const Covered& covered : kCovered) {
    EXPECT_TRUE(Carries(covered.test, covered.id)) << covered.id << " " << covered.test;
    auto [file, fresh] = files.try_emplace(covered.file);
    if (fresh) file->second = Read(covered.file);
    EXPECT_TRUE(absl::StrContains(file->second, absl::StrCat(", ", covered.test, ") {")))
        << covered.file << " " << covered.test;
  }
}

TEST(AcceptanceTable, AnIdIsAWordOfAName) {
  EXPECT_TRUE(Carries("AClientT15R69I1", "I1"));
  EXPECT_TRUE(Carries("AClientT15R69I1", "T15"));
  EXPECT_FALSE(Carries("AClientT15R69I19", "I1"));
  EXPECT_FALSE(Carries("AClientT20b", "T20"));
  EXPECT_FALSE(Carries("AClient", "I1"));
}

}  // namespace
}  // namespace nmd
