// SPDX-License-Identifier: EUPL-1.2
#include "services/costs/rows.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/costs/service.h"
#include "services/platform/errors.h"
#include "services/platform/router.h"
#include "tests/support/costs_scene.h"
#include "tests/support/facts.h"

namespace nmd::costs {
namespace {

using testing::AllocationOf;
using testing::At;
using testing::BatchOf;
using testing::CostsScene;
using ::testing::ElementsAre;
using testing::LinkOf;
using testing::TariffOf;

Caller Controller() {
  Caller caller;
  caller.subject = "controller-1";
  caller.roles = {type::CONTROLLER};
  caller.municipality = "gm1730";
  return caller;
}

v1::ListFigureRowsRequest Request(const std::string& measure, const std::string& purpose = "controle van een uitschieter") {
  v1::ListFigureRowsRequest request;
  request.set_parent("municipalities/gm1730");
  request.set_measure(measure);
  request.mutable_period()->set_start_date("2018-01-01");
  request.mutable_period()->set_end_date("2018-03-01");
  request.set_purpose(purpose);
  return request;
}

std::string Line(const v1::FigureRow& row) {
  return absl::StrCat(row.month(), " ", row.law(), " ", row.product(), " ", row.provider(), " ", row.valid().start_date(), "/",
                      row.valid().end_date(), " ", row.indicated_cents(), " ", row.declared_cents(), " ", row.approved_cents(),
                      " ", absl::StrJoin(row.deliveries(), ","));
}

// p1 from 15 January on with a claim of February; p2, who comes last by id, is of another product.
void FeedScene(CostsScene* scene) {
  scene->Feed(
      {BatchOf(1, At("2018-01-02"),
               {AllocationOf({.person = "p2", .number = 2, .product = "45A03", .last = "2018-01-31"}),
                AllocationOf({.first = "2018-01-15"})}),
       BatchOf(2, At("2018-01-02"), {TariffOf("45A04", 31'00), TariffOf("45A03", 10'00)}, "tarieven"),
       BatchOf(3, At("2018-03-02"),
               {testing::ClaimOf("n1", {{.reference = "r1", .amount_cents = 25'00, .first = "2018-02-01"}})}, "jw323")});
  scene->Feed({LinkOf(1, "p1", "c1", At("2018-01-02")), LinkOf(2, "p2", "c2", At("2018-01-02"))});
}

v1::ListRowAccessesResponse Accesses(Costs& costs) {
  v1::ListRowAccessesRequest request;
  request.set_parent("municipalities/gm1730");
  const auto response = costs.ListRowAccesses(Controller(), request);
  EXPECT_TRUE(response.ok()) << response.status();
  return response.ok() ? *response : v1::ListRowAccessesResponse();
}

TEST(FigureRows, R7_SayWhatWhenAndFromWhichDeliveryButNotWhose) {
  CostsScene scene("2018-12-30");
  FeedScene(&scene);
  const auto response = scene.costs.ListFigureRows(Controller(), Request("clients"));
  ASSERT_TRUE(response.ok()) << response.status();
  std::vector<std::string> lines;
  for (const auto& row : response->rows()) lines.push_back(Line(row));
  EXPECT_THAT(lines,
              ElementsAre("2018-01 jeugdwet 45A03 99000001 2018-01-01/2018-02-01 1000 0 0 municipalities/gm1730/deliveries/d1",
                          "2018-01 jeugdwet 45A04 99000001 2018-01-15/2018-02-01 1700 0 0 municipalities/gm1730/deliveries/d1",
                          "2018-02 jeugdwet 45A04 99000001 2018-02-01/2018-03-01 3100 2500 0 "
                          "municipalities/gm1730/deliveries/d1,municipalities/gm1730/deliveries/d3"));
  EXPECT_EQ(response->row_count(), 3);
  const std::string text = response->DebugString();
  for (const char* id : {"\"p1\"", "\"p2\"", "\"c1\"", "\"c2\""}) EXPECT_EQ(text.find(id), std::string::npos) << id;
}

TEST(FigureRows, TheirAmountsSumToTheFigureAndFiltersAndKnownTimesHold) {
  CostsScene scene("2018-12-30");
  FeedScene(&scene);
  auto request = Request("indicated");
  const auto all = scene.costs.ListFigureRows(Controller(), request);
  ASSERT_TRUE(all.ok()) << all.status();
  int64_t sum = 0;
  for (const auto& row : all->rows()) sum += row.indicated_cents();
  EXPECT_EQ(sum, scene.Total("indicated", "2018-01", "2018-03").amount_cents());
  auto* filter = request.add_filters();
  filter->set_dimension("product");
  filter->add_values("45A03");
  EXPECT_EQ(scene.costs.ListFigureRows(Controller(), request)->row_count(), 1);
  request.mutable_known_time()->set_seconds(absl::ToUnixSeconds(At("2018-01-01")));
  EXPECT_EQ(scene.costs.ListFigureRows(Controller(), request)->row_count(), 0);
}

TEST(FigureRows, R25_EveryPageIsALookThatStaysAfterAStart) {
  CostsScene scene("2018-12-30");
  FeedScene(&scene);
  auto request = Request("clients");
  request.set_page_size(2);
  const auto first = scene.costs.ListFigureRows(Controller(), request);
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_EQ(first->rows_size(), 2);
  request.set_page_token(first->next_page_token());
  EXPECT_EQ(scene.costs.ListFigureRows(Controller(), request)->rows_size(), 1);
  const auto check = [](const v1::ListRowAccessesResponse& accesses) {
    ASSERT_EQ(accesses.row_accesses_size(), 2);
    const v1::RowAccess& newest = accesses.row_accesses(0);
    EXPECT_EQ(newest.subject(), "controller-1");
    EXPECT_EQ(newest.purpose(), "controle van een uitschieter");
    EXPECT_EQ(newest.measure(), "clients");
    EXPECT_EQ(newest.period().start_date(), "2018-01-01");
    EXPECT_EQ(newest.offset(), 2);
    EXPECT_EQ(newest.row_count(), 1);
    EXPECT_EQ(accesses.row_accesses(1).row_count(), 2);
  };
  check(Accesses(scene.costs));
  for (const bool from_checkpoint : {false, true}) {
    if (from_checkpoint) {
      ASSERT_TRUE(scene.costs.SaveCheckpoint().ok());
    }
    Costs another(*scene.journal, scene.clock, "gm1730", {});
    ASSERT_TRUE(another.Replay().ok());
    check(Accesses(another));
  }
}

TEST(FigureRows, WhatIsRefusedIsNoLook) {
  CostsScene scene("2018-12-30");
  FeedScene(&scene);
  const auto faults = [&](const v1::ListFigureRowsRequest& request) {
    std::string paths;
    for (const BadField& field : BadFieldsOf(scene.costs.ListFigureRows(Controller(), request).status())) {
      absl::StrAppend(&paths, field.path, " ");
    }
    return paths;
  };
  EXPECT_EQ(faults(Request("clients", "")), "purpose ");
  EXPECT_EQ(faults(Request("clients", "klant 999900006")), "purpose ");
  EXPECT_EQ(faults(Request("population")), "measure ");
  EXPECT_EQ(faults(Request("booked", "\n")), "purpose purpose measure ");
  EXPECT_EQ(ReasonOf(scene.costs.ListFigureRows(Controller(), Request("nothing")).status()), type::MEASURE_UNKNOWN);
  EXPECT_EQ(Accesses(scene.costs).row_accesses_size(), 0);
}

TEST(FigureRows, R25_OnlyAControllerLooksAndOnlyThePrivacyOfficerSeesWhoDid) {
  CostsScene scene("2018-12-30");
  FeedScene(&scene);
  Router router("gm1730", scene.clock);
  BindMethods(&scene.costs, &router);
  v1::ListRowAccessesRequest accesses;
  accesses.set_parent("municipalities/gm1730");
  for (int role = type::POLICY_ADVISER; role <= type::SERVICE; ++role) {
    Caller caller = Controller();
    caller.roles = {static_cast<type::Role>(role)};
    const auto may = [&](const std::string& method, const google::protobuf::Message& request) {
      return router.Call(absl::StrCat("/nmd.costs.v1.RowsService/", method), caller, request.SerializeAsString()).ok();
    };
    EXPECT_EQ(may("ListFigureRows", Request("clients")), role == type::CONTROLLER) << role;
    EXPECT_EQ(may("ListRowAccesses", accesses), role == type::PRIVACY_OFFICER) << role;
  }
}

}  // namespace
}  // namespace nmd::costs
