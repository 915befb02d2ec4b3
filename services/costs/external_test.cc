// SPDX-License-Identifier: EUPL-1.2
#include "services/costs/external.h"

#include <algorithm>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nmd/costs/v1/external.pb.h"
#include "nmd/internal/v1/config.pb.h"
#include "services/core/dutch.h"
#include "services/costs/catalogue.h"
#include "services/platform/errors.h"
#include "services/platform/router.h"
#include "tests/support/costs_scene.h"
#include "tests/support/facts.h"

namespace nmd::costs {
namespace {

using ingestion::v1::Fact;
using ingestion::v1::MeasuredIn;
using testing::AllocationOf;
using testing::At;
using testing::BatchOf;
using testing::BudgetOf;
using testing::CostsScene;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::LinkOf;
using testing::On;
using v1::ExternalSeries;

void Print(ingestion::v1::MeasuredValue* value, int64_t thousandths, MeasuredIn unit, int decimals = 0) {
  value->set_thousandths(thousandths);
  value->set_measured_in(unit);
  value->set_decimals(decimals);
}

// Of a year, or of [first, end) with two dates; thousandths of nullopt are published without a value.
Fact Published(const std::string& series, const std::string& first, const std::string& end, std::optional<int64_t> thousandths,
               const std::string& published, MeasuredIn unit = MeasuredIn::COUNT, const std::string& area = "") {
  Fact fact;
  auto* value = fact.mutable_published_value();
  value->set_series(series);
  value->set_publisher("CBS");
  value->set_area(area);
  value->set_start_day(On(first));
  value->set_end_day(On(end));
  if (thousandths.has_value()) Print(value->mutable_value(), *thousandths, unit, *thousandths % 1000 == 0 ? 0 : 1);
  value->set_published_day(On(published));
  return fact;
}
Fact OfYear(const std::string& series, int year, std::optional<int64_t> number, const std::string& published) {
  return Published(series, absl::StrCat(year, "-01-01"), absl::StrCat(year + 1, "-01-01"),
                   number.has_value() ? std::optional<int64_t>(*number * 1000) : std::nullopt, published);
}
Fact Withdrawn(Fact fact, const std::string& day, const std::string& reason) {
  fact.mutable_published_value()->set_withdrawn_day(On(day));
  fact.mutable_published_value()->set_withdrawn_reason(reason);
  return fact;
}
Fact Survey(const std::string& indicator, int year, int64_t percent, const std::string& area = "", int64_t respondents = 0) {
  Fact fact;
  auto* result = fact.mutable_indicator_result();
  result->set_indicator(indicator);
  result->set_title("Betere kwaliteit van leven? (geen ja)");
  result->set_law(ingestion::v1::WMO);
  result->set_area(area);
  result->set_start_day(On(absl::StrCat(year, "-01-01")));
  result->set_end_day(On(absl::StrCat(year + 1, "-01-01")));
  Print(result->mutable_value(), percent * 1000, MeasuredIn::PERCENT);
  result->set_respondents(respondents);
  result->set_invited(respondents * 3);
  result->set_method("CEO, schriftelijk");
  return fact;
}
Fact Legacy(int year, ingestion::v1::Law law, ingestion::v1::CareForm form, int64_t count) {
  Fact fact;
  auto* figure = fact.mutable_legacy_figure();
  figure->set_system("KWIZ-monitor");
  figure->set_measure("clienten");
  figure->set_law(law);
  figure->set_form(form);
  figure->set_age_from(-1);
  figure->set_age_to(-1);
  figure->set_start_day(On(absl::StrCat(year, "-01-01")));
  figure->set_end_day(On(absl::StrCat(year + 1, "-01-01")));
  Print(figure->mutable_value(), count * 1000, MeasuredIn::COUNT);
  figure->set_quality("C");
  return fact;
}

Counterparts OneCounterpart(const std::string& series, const std::string& measure) {
  Counterparts counterparts;
  auto* counterpart = counterparts.Add();
  counterpart->set_series(series);
  counterpart->set_measure(measure);
  counterpart->set_difference("Wij tellen anders.");
  return counterparts;
}

struct Scene : CostsScene {
  explicit Scene(Counterparts counterparts = {}) : book(costs, clock, std::move(counterparts)) {}

  v1::QueryExternalSeriesRequest Question(const std::string& known = "") {
    v1::QueryExternalSeriesRequest request;
    request.set_parent("municipalities/gm1730");
    if (!known.empty()) request.mutable_known_time()->set_seconds(absl::ToUnixSeconds(At(known)));
    return request;
  }
  v1::QueryExternalSeriesResponse AskSeries(const v1::QueryExternalSeriesRequest& request) {
    const auto response = book.QueryExternalSeries(Caller(), request);
    EXPECT_TRUE(response.ok()) << response.status();
    return response.ok() ? *response : v1::QueryExternalSeriesResponse();
  }

  ExternalSeriesBook book;
};

// "2016 1.600 +14%" per value; "!" for one that is not the newest, a reason where there is no growth.
std::string Lines(const v1::QueryExternalSeriesResponse& response) {
  std::string text;
  for (const v1::ExternalValue& value : response.values()) {
    for (const auto& dimension : value.dimensions()) absl::StrAppend(&text, dimension.value(), " ");
    absl::StrAppend(&text, value.period().start_date().substr(0, 7), " ", value.newest() ? "" : "!", value.text());
    if (value.has_growth() && value.growth().has_growth())
      absl::StrAppend(&text, " ", dutch::Growth(value.growth().growth(), 1));
    if (value.has_growth() && !value.growth().has_growth()) {
      absl::StrAppend(&text, " ",
                      value.growth().state_reason().empty() ? dutch::Number(value.growth().difference_thousandths())
                                                            : value.growth().state_reason());
    }
    if (!value.withdrawn_date().empty()) absl::StrAppend(&text, " x", value.withdrawn_date(), " ", value.withdrawn_reason());
    absl::StrAppend(&text, "\n");
  }
  return text;
}

TEST(ExternalSeries, AValueHasItsUnitAndTheDecimalsItWasPrintedWithI21) {
  struct Case {
    int64_t thousandths;
    int decimals;
    MeasuredIn unit;
    const char* text;
  };
  for (const Case& c : std::initializer_list<Case>{{1'600'000, 0, MeasuredIn::COUNT, "1.600"},
                                                   {7'800, 1, MeasuredIn::PERCENT, "7,8%"},
                                                   {5'300, 2, MeasuredIn::PERCENT, "5,30%"},
                                                   {-1'200, 1, MeasuredIn::PERCENT, "−1,2%"},
                                                   {12'345, 3, MeasuredIn::PER_THOUSAND, "12,345 per 1000"},
                                                   {7'400, 1, MeasuredIn::SCORE, "7,4"},
                                                   {5'229'670'000, 0, MeasuredIn::EURO, "€ 5.229.670"},
                                                   {1'000, 0, MeasuredIn::DAYS, "1 dag"},
                                                   {9'000, 0, MeasuredIn::MONTHS, "9 maanden"},
                                                   {0, 0, MeasuredIn::COUNT, "0"}}) {
    ExternalFact value;
    value.printed = true;
    value.thousandths = c.thousandths;
    value.decimals = static_cast<uint8_t>(c.decimals);
    value.measured_in = static_cast<uint8_t>(c.unit);
    EXPECT_EQ(PrintedText(value), c.text);
  }
}

// Bijstand as in the nota of 2018 (requirements 2.6): 360 to 410 is +13,9%, whatever the text beside it says (I26).
TEST(ExternalSeries, ContextSeriesAreReadOnlyWithTheirGrowthR73I26) {
  Scene scene;
  std::vector<Fact> facts;
  constexpr int kBenefits[] = {320, 280, 340, 360, 360, 410};
  for (int year = 2012; year <= 2017; ++year) facts.push_back(OfYear("bijstand", year, kBenefits[year - 2012], "2018-03-01"));
  scene.Feed({BatchOf(1, At("2018-03-27"), facts, "cijferreeksen")});
  EXPECT_EQ(Lines(scene.AskSeries(scene.Question())),
            "2012-01 320\n2013-01 280 −12,5%\n2014-01 340 +21,4%\n2015-01 360 +5,9%\n2016-01 360 0,0%\n2017-01 410 +13,9%\n");
}

TEST(ExternalSeries, PublishedAsSecretIsAStateAndNeverZeroR73) {
  Scene scene;
  scene.Feed(
      {BatchOf(1, At("2018-03-27"),
               {OfYear("laag_inkomen", 2014, 1400, "2017-11-01"), OfYear("laag_inkomen", 2015, std::nullopt, "2017-11-01"),
                OfYear("laag_inkomen", 2016, 1300, "2017-11-01")},
               "cijferreeksen")});
  const auto response = scene.AskSeries(scene.Question());
  ASSERT_EQ(response.values_size(), 3);
  EXPECT_EQ(response.values(1).state(), v1::ExternalValue::WITHHELD);
  EXPECT_FALSE(response.values(1).has_value());
  EXPECT_EQ(Lines(response), "2014-01 1.400\n2015-01 niet getoond\n2016-01 1.300\n") << "no growth over a hole";
}

// "waarom deze cijfers 'verdwenen' zijn?": what was published stays, with the day and the reason.
TEST(ExternalSeries, AWithdrawnValueStaysVisibleR20) {
  Scene scene;
  const Fact shown =
      Published("jeugdhulp", "2017-01-01", "2018-01-01", 7'700, "2018-05-01", MeasuredIn::PERCENT, "Eelderwolde");
  Fact taken_back = Withdrawn(shown, "2018-12-01", "te weinig inwoners");
  taken_back.mutable_published_value()->clear_value();
  scene.Feed(
      {BatchOf(1, At("2018-06-01"), {shown}, "cijferreeksen"), BatchOf(2, At("2018-12-10"), {taken_back}, "cijferreeksen")});
  EXPECT_EQ(Lines(scene.AskSeries(scene.Question())), "Eelderwolde 2017-01 7,7% x2018-12-01 te weinig inwoners\n");
  EXPECT_EQ(Lines(scene.AskSeries(scene.Question("2018-07-01"))), "Eelderwolde 2017-01 7,7%\n") << "as known before";
  EXPECT_EQ(Lines(scene.AskSeries(scene.Question("2018-01-01"))), "");
}

TEST(ExternalSeries, EveryPublicationIsAVintageAndTheNewestHoldsR16) {
  Scene scene;
  scene.Feed(
      {BatchOf(1, At("2018-06-01"),
               {OfYear("jeugdhulp", 2017, 650, "2018-11-01"), OfYear("jeugdhulp", 2018, 700, "2019-05-01")}, "cijferreeksen"),
       // The provisional one came in after the final one.
       BatchOf(2, At("2019-07-01"), {OfYear("jeugdhulp", 2017, 640, "2018-05-01")}, "cijferreeksen")});
  EXPECT_EQ(Lines(scene.AskSeries(scene.Question())), "2017-01 650\n2018-01 700 +7,7%\n");
  auto all = scene.Question();
  all.set_all_vintages(true);
  EXPECT_EQ(Lines(scene.AskSeries(all)), "2017-01 !640\n2017-01 650\n2018-01 700 +7,7%\n");
}

// A growth over 12 months beside one over 24 (I19): no growth is taken of what is not equally long.
TEST(ExternalSeries, NoGrowthBetweenUnequalPeriodsT14R67) {
  Scene scene;
  scene.Feed({BatchOf(1, At("2019-01-01"),
                      {Published("index", "2015-01-01", "2017-01-01", 112'000, "2018-11-01"),
                       OfYear("index", 2017, 124, "2018-11-01"), OfYear("index", 2018, 130, "2018-11-01")},
                      "cijferreeksen")});
  EXPECT_EQ(Lines(scene.AskSeries(scene.Question())), "2015-01 112\n2017-01 124 PERIODS_UNEQUAL\n2018-01 130 +4,8%\n");
}

// The client experience of the nota: 22% and 29%, the country 23% (R145); of a share the change is in points (R50).
TEST(ExternalSeries, ClientExperienceIsShownWithItsNumbersT23R145) {
  Scene scene;
  scene.Feed({BatchOf(1, At("2017-09-20"),
                      {Survey("geen_ja", 2015, 22, "", 210), Survey("geen_ja", 2016, 29, "", 180),
                       Survey("geen_ja", 2016, 23, "Nederland"), Survey("cliëntondersteuning", 2015, 67),
                       Survey("cliëntondersteuning", 2016, 63), Survey("cliëntondersteuning", 2016, 84, "Drenthe")},
                      "clientervaring")});
  const auto response = scene.AskSeries(scene.Question());
  EXPECT_EQ(Lines(response),
            "wmo 2015-01 67%\nwmo 2016-01 63% −4.000\nDrenthe wmo 2016-01 84%\nwmo 2015-01 22%\nwmo 2016-01 29% "
            "7.000\nNederland wmo 2016-01 23%\n");
  EXPECT_EQ(response.values(4).respondents(), 180);
  EXPECT_EQ(response.values(4).invited(), 540);
  EXPECT_EQ(response.values(4).method(), "CEO, schriftelijk");
}

TEST(ExternalSeries, EveryDocumentIsAVintageOfABudgetLineT12R60I10) {
  Scene scene;
  scene.Feed(
      {BatchOf(1, At("2018-03-12"), {BudgetOf("rijksbijdrage_jeugd", 2018, 5'229'670'00, "nota 2018")}, "begroting"),
       BatchOf(2, At("2019-10-01"), {BudgetOf("rijksbijdrage_jeugd", 2018, 5'800'000'00, "inzicht 2019")}, "begroting")});
  auto all = scene.Question();
  all.set_all_vintages(true);
  all.set_kind(ExternalSeries::BUDGET);
  const auto response = scene.AskSeries(all);
  EXPECT_EQ(Lines(response), "2018-01 !€ 5.229.670\n2018-01 € 5.800.000\n");
  EXPECT_EQ(response.values(0).title(), "Rijksbijdrage jeugd");
  EXPECT_EQ(response.values(0).document(), "nota 2018");
  EXPECT_EQ(response.values(1).published_date(), "2019-10-01") << "without a date the day it became known";
}

// 560 clients as the earlier monitor counted them, with ours beside it (R21): we do not know its definition.
// Codes of CBS are wijken and buurten of this municipality, with our own figure about them; other names are of elsewhere.
TEST(ExternalSeries, AValueAboutANeighbourhoodIsComparedWithThatNeighbourhoodR21) {
  Scene scene(OneCounterpart("jeugdhulp", "clients"));
  std::vector<Fact> facts;
  for (const char* area : {"WK173001", "BU17300101", "WK17300", "Drenthe", ""}) {
    facts.push_back(Published("jeugdhulp", "2017-01-01", "2018-01-01", 50'000, "2018-07-01", MeasuredIn::COUNT, area));
  }
  scene.Feed({BatchOf(1, At("2018-08-01"), std::move(facts))});
  std::string text;
  const auto response = scene.AskSeries(scene.Question());
  for (const v1::ExternalValue& value : response.values()) {
    for (const auto& dimension : value.dimensions()) absl::StrAppend(&text, dimension.dimension(), "=", dimension.value(), " ");
    absl::StrAppend(&text, value.has_counterpart() ? "with ours" : "alone", "\n");
  }
  EXPECT_EQ(text, "with ours\nbuurt=BU17300101 with ours\nwijk=WK173001 with ours\narea=Drenthe alone\narea=WK17300 alone\n");
  auto question = scene.Question();
  for (const auto& [area, count] : {std::pair("WK173001", 1), std::pair("", 1), std::pair("Drenthe", 1), std::pair("WK", 0)}) {
    question.clear_areas();
    question.add_areas(area);
    EXPECT_EQ(scene.AskSeries(question).values_size(), count) << area;
  }
}

TEST(ExternalSeries, TheOwnFigureStandsBesideWithTheDifferenceInWordsR21R35) {
  Counterparts counterparts = OneCounterpart("clienten", "clients");
  auto* where = counterparts.Mutable(0)->add_where();
  where->set_dimension("form");
  where->add_values("ZIN");
  Scene scene(counterparts);
  scene.Feed({BatchOf(1, At("2018-03-27"),
                      {Legacy(2017, ingestion::v1::YOUTH, ingestion::v1::ZIN, 3),
                       Legacy(2017, ingestion::v1::YOUTH, ingestion::v1::PGB, 1),
                       Legacy(2016, ingestion::v1::YOUTH, ingestion::v1::ZIN, 4)},
                      "eerdere_cijfers"),
              BatchOf(2, At("2018-03-28"),
                      {AllocationOf({.person = "p1", .number = 1, .first = "2017-02-01"}),
                       AllocationOf({.person = "p2", .number = 2, .first = "2017-03-01"}),
                       AllocationOf({.person = "p3", .number = 3, .first = "2017-03-01", .law = ingestion::v1::WMO})})});
  const auto response = scene.AskSeries(scene.Question());
  ASSERT_EQ(response.values_size(), 3);
  const v1::ExternalValue& of_2016 = response.values(0);
  const v1::ExternalValue& of_2017 = response.values(1);
  EXPECT_EQ(of_2016.counterpart().figure().state_reason(), "PERIOD_NOT_DELIVERED") << "before our data there is no zero";
  EXPECT_FALSE(of_2016.counterpart().has_gap_thousandths());
  EXPECT_EQ(of_2017.counterpart().figure().count(), 2) << "of the law of the value";
  EXPECT_EQ(of_2017.counterpart().gap_thousandths(), -1000);
  EXPECT_EQ(of_2017.counterpart().difference(), "Wij tellen anders.");
  EXPECT_EQ(of_2017.quality(), "C");
  EXPECT_FALSE(response.values(2).has_counterpart()) << "a personal budget is no care in kind";
}

TEST(ExternalSeries, FiguresOfAnotherUnitHaveNoGapI21) {
  Scene scene(OneCounterpart("jeugdhulp", "clients"));
  scene.Feed({BatchOf(1, At("2018-03-27"),
                      {Published("jeugdhulp", "2018-01-01", "2019-01-01", 7'800, "2018-03-01", MeasuredIn::PERCENT),
                       Published("jeugdhulp", "2018-01-01", "2019-01-01", 9'500, "2018-03-01", MeasuredIn::PERCENT, "Drenthe"),
                       Published("jeugdhulp", "2018-01-15", "2018-02-01", 7'800, "2018-03-01", MeasuredIn::PERCENT)},
                      "cijferreeksen"),
              BatchOf(2, At("2018-03-28"), {AllocationOf({})})});
  const auto response = scene.AskSeries(scene.Question());
  ASSERT_EQ(response.values_size(), 3);
  EXPECT_EQ(response.values(0).counterpart().figure().count(), 1);
  EXPECT_FALSE(response.values(0).counterpart().has_gap_thousandths()) << "persons are no per cents";
  EXPECT_EQ(response.values(1).counterpart().figure().state(), type::Figure::NOT_COMPARABLE)
      << "half a month is no period of ours";
  EXPECT_FALSE(response.values(2).has_counterpart()) << "another area";
}

TEST(ExternalSeries, AreListedWithWhatThereIsOfThem) {
  Scene scene(OneCounterpart("bijstand", "clients"));
  scene.Feed({BatchOf(
      1, At("2018-03-27"),
      {OfYear("bijstand", 2016, 360, "2018-03-01"), Withdrawn(OfYear("bijstand", 2017, 410, "2018-03-01"), "2018-04-01", ""),
       Survey("geen_ja", 2016, 29), Survey("geen_ja", 2016, 23, "Nederland")},
      "cijferreeksen")});
  v1::ListExternalSeriesRequest request;
  request.set_parent("municipalities/gm1730");
  request.set_page_size(1);
  const auto first = scene.book.ListExternalSeries(Caller(), request);
  ASSERT_TRUE(first.ok()) << first.status();
  ASSERT_EQ(first->series_size(), 1);
  const ExternalSeries& series = first->series(0);
  EXPECT_EQ(series.kind(), ExternalSeries::PUBLISHED);
  EXPECT_EQ(series.publisher(), "CBS");
  EXPECT_EQ(series.value_count(), 2);
  EXPECT_EQ(series.withdrawn_count(), 1);
  EXPECT_EQ(series.period().start_date(), "2016-01-01");
  EXPECT_EQ(series.period().end_date(), "2018-01-01");
  EXPECT_THAT(series.measures(), ElementsAre("clients"));
  request.set_page_token(first->next_page_token());
  const auto second = scene.book.ListExternalSeries(Caller(), request);
  ASSERT_TRUE(second.ok()) << second.status();
  EXPECT_THAT(second->series(0).areas(), ElementsAre("", "Nederland"));
  EXPECT_EQ(second->next_page_token(), "");
}

TEST(ExternalSeries, QuestionsKeepWhatTheyAskFor) {
  Scene scene;
  scene.Feed({BatchOf(1, At("2018-03-27"),
                      {OfYear("bijstand", 2015, 1, "2018-03-01"), OfYear("bijstand", 2016, 2, "2018-03-01"),
                       OfYear("ww", 2016, 3, "2018-03-01"), Survey("geen_ja", 2016, 4, "Nederland")},
                      "cijferreeksen")});
  auto request = scene.Question();
  request.add_series("bijstand");
  request.mutable_period()->set_start_date("2016-06-01");
  request.mutable_period()->set_end_date("2016-07-01");
  EXPECT_EQ(Lines(scene.AskSeries(request)), "2016-01 2 +100,0%\n") << "growth is that of the series, not of what was asked";
  request = scene.Question();
  request.add_areas("Nederland");
  EXPECT_EQ(scene.AskSeries(request).values_size(), 1);
  request = scene.Question();
  request.mutable_period()->set_start_date("2016-07-01");
  request.mutable_period()->set_end_date("2016-07-01");
  EXPECT_EQ(ReasonOf(scene.book.QueryExternalSeries(Caller(), request).status()), ErrorReason::FIELDS_INVALID);
  request.mutable_period()->set_end_date("juli");
  EXPECT_EQ(ReasonOf(scene.book.QueryExternalSeries(Caller(), request).status()), ErrorReason::FIELDS_INVALID);
}

TEST(ExternalSeries, DoNotDependOnTheOrderOfArrivalAndSurviveARestartT29) {
  std::vector<ingestion::v1::FactBatch> batches;
  for (int i = 0; i < 6; ++i) {
    batches.push_back(BatchOf(i + 1, At(absl::StrCat("2018-0", 1 + i % 3, "-01")),
                              {OfYear("bijstand", 2015 + i % 2, 100 + i, "2017-01-01"), Survey("geen_ja", 2016, i)},
                              "cijferreeksen"));
  }
  std::string expected;
  std::mt19937 random(7);
  for (int round = 0; round < 10; ++round) {
    Scene scene;
    for (size_t i = 0; i < batches.size(); ++i) batches[i].set_sequence(static_cast<int64_t>(i + 1));
    scene.Feed(batches);
    const std::string lines = Lines(scene.AskSeries(scene.Question()));
    if (expected.empty()) expected = lines;
    EXPECT_EQ(lines, expected);
    ASSERT_TRUE(scene.costs.SaveCheckpoint().ok());
    const auto journal = NewMemoryJournal();
    ASSERT_TRUE(journal->SaveCheckpoint(0, (*scene.journal->LoadCheckpoint())->state).ok());
    Costs again(*journal, scene.clock, "gm1730", {});
    ASSERT_TRUE(again.Replay().ok());
    ExternalSeriesBook book(again, scene.clock, {});
    EXPECT_EQ(Lines(*book.QueryExternalSeries(Caller(), scene.Question())), expected);
    std::shuffle(batches.begin(), batches.end(), random);
  }
  EXPECT_EQ(expected, "2015-01 102\n2016-01 105 +2,9%\nwmo 2016-01 5%\n");
}

TEST(ExternalSeries, CounterpartsAreCheckedAllAtOnceR11) {
  Counterparts counterparts = OneCounterpart("a", "cliënten");
  *counterparts.Add() = OneCounterpart("b", "pgb_clients")[0];
  auto* where = counterparts.Mutable(1)->add_where();
  where->set_dimension("wonen");
  counterparts.Mutable(1)->add_filters()->set_dimension("wijk");
  counterparts.Mutable(1)->add_filters()->set_dimension("inkomen");
  EXPECT_EQ(CheckCounterparts(counterparts, *Catalogue::Base()).message(),
            "series_counterparts[0].measure: there is no measure \"cliënten\"\n"
            "series_counterparts[1].where: a value has no \"wonen\"\n"
            "series_counterparts[1].filters: measure pgb_clients is not filtered by wijk\n"
            "series_counterparts[1].filters: there is no dimension \"inkomen\"");
  EXPECT_TRUE(CheckCounterparts(OneCounterpart("a", "clients"), *Catalogue::Base()).ok());
}

}  // namespace
}  // namespace nmd::costs
