// SPDX-License-Identifier: EUPL-1.2
#include "services/costs/catalogue.h"

#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace nmd::costs {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using OwnMeasures = google::protobuf::RepeatedPtrField<internal::v1::OwnMeasure>;

void Add(const std::string& id, const std::string& expression, OwnMeasures* own) {
  internal::v1::OwnMeasure* measure = own->Add();
  measure->set_id(id);
  measure->set_title(id);
  measure->set_version(1);
  measure->set_description("Eigen maat.");
  measure->set_unit("deel");
  measure->set_expression(expression);
}

std::vector<std::string> FaultsOf(const OwnMeasures& own) {
  const auto catalogue = Catalogue::With(own);
  if (catalogue.ok()) return {};
  return absl::StrSplit(std::string(catalogue.status().message()), '\n');
}

TEST(Catalogue, EveryMeasureIsDescribedInFull) {
  const Catalogue& base = *Catalogue::Base();
  EXPECT_GE(base.measures().size(), 14u);
  std::set<absl::string_view> titles;
  for (const MeasureInfo& measure : base.measures()) {
    const auto& texts = *measure.texts;
    EXPECT_TRUE(titles.insert(measure.title).second) << measure.id;
    EXPECT_THAT(texts.description(), ::testing::EndsWith(".")) << measure.id;
    EXPECT_NE(texts.kind(), v1::Measure::KIND_UNSPECIFIED) << measure.id;
    EXPECT_NE(texts.confidentiality(), v1::Measure::CONFIDENTIALITY_UNSPECIFIED) << measure.id;
    EXPECT_FALSE(measure.own) << measure.id;
  }
}

TEST(Catalogue, WhatAMeasureIsFollowsFromWhatItIsMadeOf) {
  const MeasureInfo* per_client = FindMeasure("approved_per_client");
  EXPECT_TRUE(per_client->money);
  EXPECT_EQ(per_client->combine, Combine::kRatio);
  EXPECT_EQ(per_client->kinds, FindMeasure("approved")->kinds | FindMeasure("clients")->kinds);
  EXPECT_THAT(per_client->bases, ElementsAre(FindMeasure("approved"), FindMeasure("clients")));
  EXPECT_TRUE(FindMeasure("clients_per_1000")->ratio);
  EXPECT_EQ(FindMeasure("paid")->family, Family::kUnregistered);
}

TEST(Catalogue, AMeasureIsSplitByWhatAllItIsMadeOfCanBeSplitBy) {
  const MeasureInfo& rate = *FindMeasure("clients_per_1000");
  EXPECT_TRUE(Supports(rate, *FindDimension("wijk")));
  EXPECT_TRUE(Supports(rate, *FindDimension("age_band")));
  EXPECT_FALSE(Supports(rate, *FindDimension("product"))) << "nobody is an inhabitant of a product";
  EXPECT_TRUE(Supports(*FindMeasure("clients"), *FindDimension("product")));
}

TEST(Catalogue, AMunicipalityAddsMeasuresWithoutCodeR11) {
  OwnMeasures own;
  Add("net_approved", "approved - 0.02 * approved", &own);
  Add("net_per_client", "net_approved / clients", &own);
  const auto catalogue = Catalogue::With(own);
  ASSERT_TRUE(catalogue.ok()) << catalogue.status();
  EXPECT_EQ((*catalogue)->measures().size(), Catalogue::Base()->measures().size() + 2);
  const MeasureInfo* net = (*catalogue)->Find("net_per_client");
  ASSERT_NE(net, nullptr);
  EXPECT_TRUE(net->own);
  EXPECT_EQ(net->definition, "net_per_client/1");
  EXPECT_EQ(net->bases.size(), 2u);
  EXPECT_EQ((*catalogue)->Find("net_approved")->combine, Combine::kAdditive);
  EXPECT_EQ(Catalogue::Base()->Find("net_per_client"), nullptr) << "the shared catalogue is not touched";
}

TEST(Catalogue, AllFaultsAreToldAtOnceWithTheirPlace) {
  OwnMeasures own;
  Add("clients", "approved", &own);
  Add("Wrong", "approved", &own);
  Add("broken", "approved /", &own);
  EXPECT_THAT(FaultsOf(own), ElementsAre(HasSubstr("own_measures[0].id: \"clients\" is taken"),
                                         HasSubstr("own_measures[1].id: must be lower case"),
                                         HasSubstr("own_measures[2].expression: character 11: ")));
  own.Clear();
  Add("a", "nothing / nobody", &own);
  Add("b", "clients + nowhere", &own);
  EXPECT_THAT(FaultsOf(own), ElementsAre(HasSubstr("own_measures[0].expression: character 1: there is no measure \"nothing\""),
                                         HasSubstr("character 11: there is no measure \"nobody\""),
                                         HasSubstr("own_measures[1].expression: character 11: ")));
  own.Clear();
  Add("a", "clients + approved", &own);
  Add("b", "provisions - clients", &own);
  EXPECT_THAT(FaultsOf(own), ElementsAre(HasSubstr("character 9: adds money to cliënten"),
                                         HasSubstr("character 12: subtracts cliënten from voorzieningen")));
}

TEST(Catalogue, AMeasureThatIsMadeOfItselfIsRefused) {
  OwnMeasures own;
  Add("a", "b + approved", &own);
  Add("b", "c * 2", &own);
  Add("c", "a", &own);
  Add("d", "d", &own);
  Add("e", "approved", &own);
  std::string all;
  for (const std::string& fault : FaultsOf(own)) all += fault + "\n";
  EXPECT_THAT(all, HasSubstr("measure \"a\" is made of itself"));
  EXPECT_THAT(all, HasSubstr("measure \"d\" is made of itself"));
  EXPECT_THAT(all, ::testing::Not(HasSubstr("\"e\"")));
}

TEST(Catalogue, AThousandMeasuresOnTopOfEachOtherAreRead) {
  OwnMeasures own;
  Add("m0", "approved", &own);
  for (int i = 1; i < 1'000; ++i) Add(absl::StrCat("m", i), absl::StrCat("m", i - 1, " + 0 * approved"), &own);
  const auto catalogue = Catalogue::With(own);
  ASSERT_TRUE(catalogue.ok()) << catalogue.status();
  EXPECT_THAT((*catalogue)->Find("m999")->bases, ElementsAre((*catalogue)->Find("approved")));
}

TEST(Catalogue, ATextThatIsNoCatalogueIsRefusedWithItsLines) {
  const auto read = [](absl::string_view yaml) { return std::string(Catalogue::Read(yaml, {}).status().message()); };
  EXPECT_THAT(read("version: 1\nmeasures:\n  - id: x\n"), HasSubstr("measures[0].title: is missing"));
  EXPECT_THAT(read("measures: []\nversion: 0\n"), HasSubstr("measures.yaml:2: version: must be from 1"));
  constexpr absl::string_view kHead =
      "version: 1\nmeasures:\n  - {id: x, title: X, title_en: X, description: X., formula: x, unit: x, kind: INPUT";
  EXPECT_THAT(read(absl::StrCat(kHead, "}")), HasSubstr("exactly one of"));
  EXPECT_THAT(read(absl::StrCat(kHead, ", calculation: GUESS, additivity: ADDITIVE}")), HasSubstr("no calculation \"GUESS\""));
  EXPECT_THAT(read(absl::StrCat(kHead, ", calculation: CLIENTS}")), HasSubstr("additivity: is missing"));
}

}  // namespace
}  // namespace nmd::costs
