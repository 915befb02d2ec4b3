// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_PUBLICATION_TEST_COSTS_H_
#define NMD_SERVICES_PUBLICATION_TEST_COSTS_H_

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "nmd/costs/v1/costs.pb.h"
#include "services/platform/clock.h"
#include "services/platform/peer.h"
#include "services/platform/router.h"

namespace nmd::publication {

// A provision of a client in a month: what the fake costs service counts over.
struct Provision {
  int client;  // 0: an invoice without a client in the period.
  std::string wijk, ivn;
  int64_t cents;
  std::string month = "2018-01", law = "jeugdwet", provider = "00000001", buurt = "", age = "";
};

// Stands in for costs: counts distinct clients, provisions and cents over a list, by any dimensions. For tests.
class TestCosts {
 public:
  explicit TestCosts(const Clock& clock, const std::string& municipality = "gm1730") : router_(municipality, clock) {
    constexpr absl::string_view kService = "nmd.costs.v1.CostsService";
    router_.Handle(kService, "QueryFigures",
                   [this](const Caller&, const costs::v1::QueryFiguresRequest& request) { return Query(request); });
    router_.Handle(kService, "ListMeasures",
                   [](const Caller&, const costs::v1::ListMeasuresRequest&) -> absl::StatusOr<costs::v1::ListMeasuresResponse> {
                     costs::v1::ListMeasuresResponse response;
                     const auto add = [&](const char* id, const char* title, const char* unit,
                                          costs::v1::Measure::Additivity additivity) {
                       costs::v1::Measure* measure = response.add_measures();
                       measure->set_name(absl::StrCat("municipalities/gm1730/measures/", id));
                       measure->set_title(title);
                       measure->set_definition(absl::StrCat(id, "/1"));
                       measure->set_unit(unit);
                       measure->set_additivity(additivity);
                     };
                     add("clients", "Cliënten", "cliënten", costs::v1::Measure::DISTINCT);
                     add("provisions", "Voorzieningen", "voorzieningen", costs::v1::Measure::DISTINCT);
                     add("indicated", "Toegewezen", "euro", costs::v1::Measure::ADDITIVE);
                     add("indicated_per_client", "Toegewezen per cliënt", "euro", costs::v1::Measure::RATIO);
                     return response;
                   });
    router_.Handle(
        kService, "ListDimensions",
        [](const Caller&, const costs::v1::ListDimensionsRequest&) -> absl::StatusOr<costs::v1::ListDimensionsResponse> {
          costs::v1::ListDimensionsResponse response;
          for (const auto& [id, title] : std::map<std::string, std::string>{{"wijk", "Wijk"},
                                                                            {"ivn", "Interventieniveau"},
                                                                            {"month", "Maand"},
                                                                            {"quarter", "Kwartaal"},
                                                                            {"year", "Jaar"},
                                                                            {"buurt", "Buurt"},
                                                                            {"age_band", "Leeftijd"},
                                                                            {"law", "Wet"},
                                                                            {"provider", "Aanbieder"}}) {
            costs::v1::Dimension* dimension = response.add_dimensions();
            dimension->set_name(absl::StrCat("municipalities/gm1730/dimensions/", id));
            dimension->set_title(title);
          }
          return response;
        });
  }

  std::unique_ptr<Peer> peer() const { return NewLocalPeer(router_, "publication"); }

  std::vector<Provision> provisions;
  std::vector<costs::v1::QueryFiguresRequest> asked;
  std::string unanswered;    // A measure without an answer.
  std::string unregistered;  // A dimension or filter nobody registers.

 private:
  static std::string CodeOf(const Provision& provision, const std::string& dimension) {
    if (dimension == "wijk") return provision.wijk;
    if (dimension == "month") return provision.month;
    if (dimension == "year") return provision.month.substr(0, 4);
    if (dimension == "quarter")
      return absl::StrCat(provision.month.substr(0, 4), "-Q", (std::stoi(provision.month.substr(5)) + 2) / 3);
    if (dimension == "buurt") return provision.buurt;
    if (dimension == "age_band") return provision.age;
    if (dimension == "law") return provision.law;
    if (dimension == "provider") return provision.provider;
    return provision.ivn;
  }

  absl::StatusOr<costs::v1::QueryFiguresResponse> Query(const costs::v1::QueryFiguresRequest& request) {
    asked.push_back(request);
    std::map<std::vector<std::string>, std::vector<const Provision*>> cells;
    std::vector<const Provision*> all;
    for (const Provision& provision : provisions) {
      const std::string day = absl::StrCat(provision.month, "-01");
      if (day < request.period().start_date() || day >= request.period().end_date()) continue;
      const bool kept = std::all_of(request.filters().begin(), request.filters().end(), [&](const costs::v1::Filter& filter) {
        const std::string code = CodeOf(provision, filter.dimension());
        return std::find(filter.values().begin(), filter.values().end(), code) != filter.values().end();
      });
      if (!kept) continue;
      std::vector<std::string> key;
      for (const std::string& dimension : request.dimensions()) key.push_back(CodeOf(provision, dimension));
      cells[key].push_back(&provision);
      all.push_back(&provision);
    }
    costs::v1::QueryFiguresResponse response;
    const auto& dimensions = request.dimensions();
    const bool split = std::find(dimensions.begin(), dimensions.end(), unregistered) != dimensions.end();
    const bool filtered = request.filters_size() > 0 && request.filters(0).dimension() == unregistered;
    if (split || filtered) {  // As the costs service does it: one figure per measure, at the unregistered dimension.
      for (const std::string& measure : request.measures()) {
        type::Figure* figure = filtered && dimensions.empty() ? response.add_totals() : response.add_figures();
        figure->set_measure(measure);
        figure->set_state(type::Figure::NOT_REGISTERED);
        figure->set_state_reason("ATTRIBUTE_NOT_REGISTERED");
        figure->add_dimensions()->set_dimension(unregistered);
      }
      return response;
    }
    for (const auto& [key, rows] : cells) {
      for (const std::string& measure : request.measures()) {
        type::Figure* figure = response.add_figures();
        *figure = Count(request, measure, rows);
        for (size_t d = 0; d < key.size(); ++d) {
          auto* value = figure->add_dimensions();
          value->set_dimension(request.dimensions(static_cast<int>(d)));
          value->set_value(key[d]);
          value->set_label(absl::StrCat("De ", key[d]));
        }
      }
    }
    for (const std::string& measure : request.measures()) *response.add_totals() = Count(request, measure, all);
    return response;
  }

  type::Figure Count(const costs::v1::QueryFiguresRequest& request, const std::string& measure,
                     const std::vector<const Provision*>& rows) const {
    type::Figure figure;
    figure.set_measure(measure);
    *figure.mutable_period() = request.period();
    *figure.mutable_known_time() = request.known_time();
    figure.set_definition(absl::StrCat(measure, "/1"));
    figure.mutable_reliability()->set_link_quality(1 - 1.0 / static_cast<double>(1 + rows.size()));
    figure.mutable_reliability()->set_least_count(static_cast<int64_t>(rows.size()));
    if (measure == unanswered) {
      figure.set_state(type::Figure::NOT_AVAILABLE);
      figure.set_state_reason("PERIOD_NOT_DELIVERED");
      return figure;
    }
    figure.set_state(type::Figure::ANSWERED);
    std::set<int> clients;
    int64_t count = 0, cents = 0;
    for (const Provision* row : rows) {
      cents += row->cents;
      if (row->client == 0) continue;
      clients.insert(row->client);
      ++count;
    }
    if (measure == "clients") figure.set_count(static_cast<int64_t>(clients.size()));
    if (measure == "provisions") figure.set_count(count);
    if (measure == "indicated") figure.set_amount_cents(cents);
    if (measure == "indicated_per_client")
      figure.set_ratio(clients.empty() ? 0 : static_cast<double>(cents) / static_cast<double>(clients.size()));
    return figure;
  }

  Router router_;
};

}  // namespace nmd::publication

#endif  // NMD_SERVICES_PUBLICATION_TEST_COSTS_H_
