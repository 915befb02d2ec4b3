// SPDX-License-Identifier: EUPL-1.2
#include "services/costs/answerability.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gtest/gtest.h"

namespace nmd::costs {
namespace {

using type::Figure;

void Add(v1::QueryFiguresResponse* response, const std::string& start, Figure::State state, const std::string& reason = "") {
  Figure* figure = response->add_figures();
  figure->mutable_period()->set_start_date(start);
  figure->mutable_period()->set_end_date(absl::StrCat(start.substr(0, 4), "-12-31"));
  figure->set_state(state);
  figure->set_state_reason(reason);
}

// "PARTLY from 2018: 2017=NOT_REGISTERED(X) 2018=ANSWERABLE"
std::string Text(const v1::Answerability& answerability) {
  std::string text = absl::StrCat(v1::Answerability::State_Name(answerability.state()), " from ",
                                  answerability.answerable_from().substr(0, 4), ":");
  for (const auto& part : answerability.parts()) {
    absl::StrAppend(&text, " ", part.period().start_date().substr(0, 4), "=", v1::Answerability::State_Name(part.state()),
                    part.reasons().empty() ? "" : absl::StrCat("(", absl::StrJoin(part.reasons(), ","), ")"));
  }
  return text;
}

TEST(Answerability, R15_EveryPeriodSaysWhetherItCanBeAnsweredAndFromWhenAllCan) {
  v1::QueryFiguresResponse response;
  Add(&response, "2018-01-01", Figure::ANSWERED);
  Add(&response, "2016-01-01", Figure::NOT_REGISTERED, "ATTRIBUTE_NOT_REGISTERED");
  Add(&response, "2017-01-01", Figure::ANSWERED);
  Add(&response, "2017-01-01", Figure::NOT_AVAILABLE, "TARIFF_MISSING");
  Add(&response, "2019-01-01", Figure::ANSWERED);
  EXPECT_EQ(Text(AnswerabilityOf(response)),
            "PARTLY from 2018: 2016=NOT_REGISTERED(ATTRIBUTE_NOT_REGISTERED) 2017=PARTLY(TARIFF_MISSING) 2018=ANSWERABLE "
            "2019=ANSWERABLE");
}

TEST(Answerability, R15_WhatCannotBeAnsweredAtTheEndCannotBeAnsweredFromAnyDayOn) {
  v1::QueryFiguresResponse response;
  Add(&response, "2018-01-01", Figure::ANSWERED);
  Add(&response, "2019-01-01", Figure::NOT_AVAILABLE, "PERIOD_NOT_DELIVERED");
  EXPECT_EQ(Text(AnswerabilityOf(response)), "PARTLY from : 2018=ANSWERABLE 2019=NOT_ANSWERABLE(PERIOD_NOT_DELIVERED)");
}

TEST(Answerability, NotRegisteredIsMoreThanNotDelivered) {
  v1::QueryFiguresResponse response;
  Add(&response, "2018-01-01", Figure::NOT_AVAILABLE, "PERIOD_NOT_DELIVERED");
  EXPECT_EQ(Text(AnswerabilityOf(response)), "NOT_ANSWERABLE from : 2018=NOT_ANSWERABLE(PERIOD_NOT_DELIVERED)");
  Add(&response, "2018-01-01", Figure::NOT_REGISTERED, "ATTRIBUTE_NOT_REGISTERED");
  EXPECT_EQ(Text(AnswerabilityOf(response)),
            "NOT_REGISTERED from : 2018=NOT_REGISTERED(ATTRIBUTE_NOT_REGISTERED,PERIOD_NOT_DELIVERED)");
}

TEST(Answerability, TheTotalsSpeakWhenThereAreNoOtherFiguresAndTheEmptyAnswerSaysNothing) {
  v1::QueryFiguresResponse response;
  EXPECT_EQ(Text(AnswerabilityOf(response)), "STATE_UNSPECIFIED from :");
  Figure* total = response.add_totals();
  total->mutable_period()->set_start_date("2018-01-01");
  total->set_state(Figure::ANSWERED);
  EXPECT_EQ(Text(AnswerabilityOf(response)), "ANSWERABLE from 2018: 2018=ANSWERABLE");
}

}  // namespace
}  // namespace nmd::costs
