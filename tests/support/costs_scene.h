// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_TESTS_SUPPORT_COSTS_SCENE_H_
#define NMD_TESTS_SUPPORT_COSTS_SCENE_H_

#include <memory>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "nmd/costs/v1/costs.pb.h"
#include "nmd/ingestion/v1/ingestion.pb.h"
#include "nmd/linking/v1/linking.pb.h"
#include "services/costs/costs.h"
#include "services/platform/clock.h"
#include "services/platform/journal.h"
#include "tests/support/facts.h"

namespace nmd::testing {

// A costs service on a journal in memory, with short ways to feed and to ask it. A fault in an answer fails the test.
class CostsScene {
 public:
  explicit CostsScene(const std::string& today = "2026-01-01", std::vector<Day> trend_breaks = {})
      : clock(At(today)), costs(*journal, clock, "gm1730", std::move(trend_breaks)) {}

  void Feed(const std::vector<ingestion::v1::FactBatch>& batches) {
    ingestion::v1::ListFactsResponse response;
    for (const auto& batch : batches) *response.add_batches() = batch;
    ASSERT_TRUE(costs.AddFacts(response).ok());
  }
  void Feed(const std::vector<linking::v1::Link>& links, const std::vector<linking::v1::HouseholdStay>& stays = {}) {
    linking::v1::ListLinksResponse response;
    for (const auto& link : links) {
      *response.add_links() = link;
      response.set_next_sequence(std::max(response.next_sequence(), link.sequence()));
    }
    for (const auto& stay : stays) {
      *response.add_stays() = stay;
      response.set_next_sequence(std::max(response.next_sequence(), stay.sequence()));
    }
    ASSERT_TRUE(costs.AddLinks(response).ok());
  }

  // "2018-01" to "2018-02" is January.
  static costs::v1::QueryFiguresRequest Question(std::vector<std::string> measures, const std::string& from,
                                                 const std::string& to, std::vector<std::string> dimensions = {},
                                                 const std::string& known = "") {
    costs::v1::QueryFiguresRequest request;
    request.set_parent("municipalities/gm1730");
    for (auto& measure : measures) request.add_measures(std::move(measure));
    for (auto& dimension : dimensions) request.add_dimensions(std::move(dimension));
    request.mutable_period()->set_start_date(from + "-01");
    request.mutable_period()->set_end_date(to + "-01");
    if (!known.empty()) request.mutable_known_time()->set_seconds(absl::ToUnixSeconds(At(known)));
    return request;
  }
  static costs::v1::QueryFiguresRequest QuestionOn(std::vector<std::string> measures, const std::string& date) {
    costs::v1::QueryFiguresRequest request = Question(std::move(measures), "2018-01", "2018-02");
    request.set_reference_date(date);
    return request;
  }
  static void Where(costs::v1::QueryFiguresRequest* request, const std::string& dimension, std::vector<std::string> values) {
    auto* filter = request->add_filters();
    filter->set_dimension(dimension);
    for (auto& value : values) filter->add_values(std::move(value));
  }
  costs::v1::QueryFiguresResponse Ask(const costs::v1::QueryFiguresRequest& request) {
    const auto response = costs.QueryFigures(Caller(), request);
    EXPECT_TRUE(response.ok()) << response.status();
    return response.ok() ? *response : costs::v1::QueryFiguresResponse();
  }
  // The total of one measure over [from, to).
  type::Figure Total(const std::string& measure, const std::string& from, const std::string& to,
                     const std::string& known = "") {
    const auto response = Ask(Question({measure}, from, to, {}, known));
    return response.totals_size() == 1 ? response.totals(0) : type::Figure();
  }

  FakeClock clock;
  std::unique_ptr<Journal> journal = NewMemoryJournal();
  costs::Costs costs;
};

// Value of a figure, whatever its kind: count or cents.
inline int64_t ValueOf(const type::Figure& figure) {
  return figure.value_case() == type::Figure::kCount ? figure.count() : figure.amount_cents();
}

// "ivn=5 clients=17" lines, one per figure; "-" and the state for one without a value.
inline std::string TableOf(const costs::v1::QueryFiguresResponse& response) {
  std::string text;
  const auto line = [&text](const type::Figure& figure) {
    for (const auto& value : figure.dimensions()) text += value.dimension() + "=" + value.value() + " ";
    text += figure.measure() + "=";
    text += figure.state() == type::Figure::ANSWERED ? std::to_string(ValueOf(figure)) : figure.state_reason();
    text += "\n";
  };
  for (const auto& figure : response.figures()) line(figure);
  for (const auto& figure : response.totals()) line(figure);
  return text;
}

}  // namespace nmd::testing

#endif  // NMD_TESTS_SUPPORT_COSTS_SCENE_H_
