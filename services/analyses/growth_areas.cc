// SPDX-License-Identifier: EUPL-1.2
// Growth::CompareNeighbourhoods: how much care there is per inhabitant, and growth beyond chance (R20, R21, R66, R123).
#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "nmd/costs/v1/growth.pb.h"
#include "services/analyses/growth.h"
#include "services/analyses/growth_reading.h"
#include "services/core/dutch.h"
#include "services/core/intervals.h"
#include "services/costs/answer.h"
#include "services/costs/external.h"
#include "services/costs/figures.h"
#include "services/platform/errors.h"
#include "services/platform/proto_time.h"
#include "services/platform/status_macros.h"

namespace nmd::analyses {
namespace {

constexpr size_t kFigureLimit = 100'000;
// Of fewer clients in one of the years no growth is told (T-22).
constexpr int64_t kFewestCases = 10;
constexpr double kConfidence = 0.95;
constexpr int kYouthTo = 17;
// Values of the age bands from..to; empty when they do not begin and end with a band.
std::vector<std::string> BandsOf(int from, int to) {
  const costs::AgeBands all;
  std::vector<std::string> bands;
  for (uint32_t band = 0; band < all.unknown(); ++band) {
    const int first = all.FirstAge(band), last = all.EndAge(band) - 1;
    const bool oldest = band + 1 == all.unknown();
    if (first == from || (!bands.empty() && first <= to)) bands.push_back(all.values()[band]);
    if (last >= to || oldest) return !bands.empty() && (last == to || oldest) ? bands : std::vector<std::string>();
  }
  return {};
}

// Clients and inhabitants per age band.
using Ages = std::vector<std::pair<int64_t, int64_t>>;

// One side of a neighbourhood figure: the question as it was asked, and its answer in total, per area and per age.
struct Side {
  costs::AskedQuestion asked;
  costs::Evaluation areas;
  std::map<std::string, const costs::Cell*> by_area;
};

// Clients and inhabitants of one year. Not to be moved: figures point into it.
struct YearSides {
  Side care, people;
  std::map<std::string, Ages> ages;
  Ages all_ages;
  bool stated = false;  // Somebody told how many inhabitants the areas have.
};

// False when there are too many cells.
bool Ask(const costs::Snapshot& snapshot, const std::vector<std::string>& bands, bool clients, Side* side, YearSides* year) {
  const costs::RecordBook none;
  const auto ask = [&](bool by_area, bool by_age) {
    costs::Question question = side->asked.question;
    if (!by_area) question.dimensions.clear();
    if (by_age) question.dimensions.push_back(costs::FindDimension("age_band"));
    return costs::Answer(snapshot, none, question, kFigureLimit);
  };
  auto areas = ask(true, false);
  const auto ages = ask(true, true);
  const auto all = ask(false, true);
  if (!areas.has_value() || !ages.has_value() || !all.has_value()) return false;
  side->areas = *std::move(areas);
  for (const costs::Cell& cell : side->areas.cells) side->by_area[cell.values.front()] = &cell;
  const auto add = [&](const costs::Cell& cell, Ages* to) {
    to->resize(bands.size());
    const costs::Value& value = cell.measures.front();
    const auto band = static_cast<size_t>(std::find(bands.begin(), bands.end(), cell.values.back()) - bands.begin());
    if (band == bands.size() || value.state != costs::Value::State::kAnswered) return;
    (clients ? (*to)[band].first : (*to)[band].second) += value.value;
  };
  for (const costs::Cell& cell : ages->cells) add(cell, &year->ages[cell.values.front()]);
  // Clients who moved are in two areas; in all they count once.
  for (const costs::Cell& cell : all->cells) add(cell, &year->all_ages);
  return true;
}

void SetInterval(const Bounds& bounds, absl::string_view method, type::Interval* to) {
  to->set_low(bounds.low);
  to->set_high(bounds.high);
  to->set_confidence(kConfidence);
  to->set_method(std::string(method));
}

// `area` nullptr: the municipality. `standard`: the ages to compare by.
v1::NeighbourhoodYear ShowYear(const costs::Snapshot& snapshot, const YearSides& sides, int year, const std::string* area,
                               const Ages& standard) {
  v1::NeighbourhoodYear shown;
  shown.set_year(year);
  const costs::RecordBook none;
  const auto figure = [&](const Side& side) {
    const costs::FigureMaker maker(snapshot, side.asked);
    if (area == nullptr) return maker.Make(side.areas.total, 0, false);
    const auto found = side.by_area.find(*area);
    if (found != side.by_area.end()) return maker.Make(*found->second, 0, true);
    return maker.Make(costs::EmptyAnswer(snapshot, none, side.asked.question, {*area}, side.areas.total.months), 0, true);
  };
  *shown.mutable_clients() = figure(sides.care);
  *shown.mutable_population() = figure(sides.people);
  if (shown.clients().state() != type::Figure::ANSWERED || shown.population().state() != type::Figure::ANSWERED) {
    shown.set_state(type::Figure::NOT_AVAILABLE);
    shown.set_state_reason(type::ErrorReason_Name(type::PERIOD_NOT_DELIVERED));
    return shown;
  }
  const int64_t clients = shown.clients().count(), population = shown.population().count();
  if (population <= 0) {
    shown.set_state(type::Figure::NOT_AVAILABLE);
    shown.set_state_reason(type::ErrorReason_Name(type::DENOMINATOR_ZERO));
    return shown;
  }
  shown.set_state(type::Figure::ANSWERED);
  const double per = 1'000 / static_cast<double>(population);
  const Bounds count = PoissonInterval(clients, kConfidence);
  shown.set_per_1000(per * static_cast<double>(clients));
  SetInterval({per * count.low, per * count.high}, "exact_poisson", shown.mutable_per_1000_interval());
  const auto own = area == nullptr ? sides.ages.end() : sides.ages.find(*area);
  const Ages* ages = area == nullptr ? &sides.all_ages : own == sides.ages.end() ? nullptr : &own->second;
  if (ages == nullptr || ages->size() != standard.size()) return shown;
  std::vector<Stratum> strata;
  int64_t told_clients = 0, told_people = 0;
  for (size_t band = 0; band < standard.size(); ++band) {
    const auto& [band_clients, band_people] = (*ages)[band];
    strata.push_back({band_clients, band_people, static_cast<double>(standard[band].second)});
    told_clients += band_clients;
    told_people += band_people;
  }
  // Inhabitants may be told in coarser ages than the bands; then there is no rate by age.
  if (told_clients < clients || told_people != population) return shown;
  const auto rate = DirectlyStandardised(strata, kConfidence);
  if (!rate.has_value()) return shown;
  shown.set_standardised_per_1000(1'000 * rate->rate);
  SetInterval({1'000 * rate->bounds.low, 1'000 * rate->bounds.high}, "fay_feuer_gamma", shown.mutable_standardised_interval());
  return shown;
}

// `stated`: that somebody told of all areas how many inhabitants they have, so that one without has none.
v1::NeighbourhoodGrowth GrowthOf(const v1::NeighbourhoodYear& before, const v1::NeighbourhoodYear& after, bool stated) {
  v1::NeighbourhoodGrowth growth;
  const auto refuse = [&growth](type::Figure::State state, absl::string_view reason) {
    growth.set_state(state);
    growth.set_state_reason(std::string(reason));
    return growth;
  };
  const auto lived_in = [](const v1::NeighbourhoodYear& year) {
    return year.population().state() == type::Figure::ANSWERED && year.population().count() > 0;
  };
  if (before.clients().state() != type::Figure::ANSWERED || after.clients().state() != type::Figure::ANSWERED || !stated) {
    return refuse(type::Figure::NOT_AVAILABLE, type::ErrorReason_Name(type::PERIOD_NOT_DELIVERED));
  }
  if (lived_in(before) != lived_in(after)) return refuse(type::Figure::NOT_COMPARABLE, "AREA_CHANGED");
  if (!lived_in(before)) return refuse(type::Figure::NOT_AVAILABLE, type::ErrorReason_Name(type::DENOMINATOR_ZERO));
  const int64_t c0 = before.clients().count(), c1 = after.clients().count();
  const int64_t n0 = before.population().count(), n1 = after.population().count();
  if (c0 < kFewestCases || c1 < kFewestCases) return refuse(type::Figure::NOT_AVAILABLE, "TOO_FEW_CASES");
  const auto share = [](int64_t from, int64_t to) { return static_cast<double>(to - from) / static_cast<double>(from); };
  const RateRatio ratio = *RatioOfRates(c1, n1, c0, n0, kConfidence);
  growth.set_state(type::Figure::ANSWERED);
  growth.set_clients_growth(share(c0, c1));
  growth.set_population_growth(share(n0, n1));
  growth.set_rate_ratio(ratio.ratio);
  SetInterval(ratio.bounds, "log_rate_ratio", growth.mutable_rate_ratio_interval());
  growth.set_beyond_chance(ratio.bounds.low > 1 || ratio.bounds.high < 1);
  return growth;
}

std::string Conclusion(const v1::Neighbourhood& area) {
  const std::string name = area.has_area() ? area.area().label() : "De hele gemeente";
  const v1::NeighbourhoodGrowth& growth = area.growth();
  const v1::NeighbourhoodYear &before = area.before(), &after = area.after();
  if (growth.state() == type::Figure::ANSWERED) {
    const auto& bounds = growth.rate_ratio_interval();
    return absl::StrCat(name, ": van ", dutch::Number(before.clients().count()), " naar ",
                        dutch::Number(after.clients().count()), " cliënten (", dutch::Growth(growth.clients_growth(), 1),
                        "), terwijl het aantal inwoners veranderde met ", dutch::Growth(growth.population_growth(), 1),
                        ". Per inwoner is dat ", dutch::Decimal(growth.rate_ratio(), 2), " keer zoveel (tussen ",
                        dutch::Decimal(bounds.low(), 2), " en ", dutch::Decimal(bounds.high(), 2), "); ",
                        growth.beyond_chance() ? "dat is meer dan toeval." : "dat kan toeval zijn.");
  }
  if (growth.state_reason() == "TOO_FEW_CASES") {
    return absl::StrCat(name, ": er zijn te weinig cliënten om iets over groei te zeggen.");
  }
  if (growth.state_reason() == "AREA_CHANGED") {
    return absl::StrCat(name, ": deze indeling is er maar in één van de twee jaren, dus de jaren zijn niet te vergelijken.");
  }
  return absl::StrCat(name, ": over een van de jaren ontbreken gegevens.");
}

}  // namespace

absl::StatusOr<v1::CompareNeighbourhoodsResponse> Growth::CompareNeighbourhoods(
    const Caller& caller, const v1::CompareNeighbourhoodsRequest& request) {
  const costs::Catalogue& catalogue = costs_.catalogue();
  costs::QuestionReader reader(catalogue, clock_.Now());
  costs::AskedQuestion asked;
  const std::string level = request.area_level().empty() ? "wijk" : request.area_level();
  if (reader.check().Require(level == "wijk" || level == "buurt", "area_level", "must be wijk or buurt")) {
    reader.ReadDimension(level, "area_level", &asked);
  }
  const bool any_age = request.age_from() == 0 && request.age_to() == 0;
  const std::vector<std::string> bands = BandsOf(request.age_from(), any_age ? kYouthTo : request.age_to());
  reader.check().Require(!bands.empty(), "age_to", "age_from and age_to must be the first and the last age of age bands");
  costs::AskedQuestion people = asked;
  asked.question.measures = {catalogue.Find("clients")};
  people.question.measures = {catalogue.Find("population")};
  reader.ReadFilters(request.filters(), &asked);
  for (const costs::QuestionFilter& filter : asked.question.filters) {
    reader.check().Require(filter.dimension->kind == costs::DimensionKind::kColumn, "filters",
                           "must be about the care or the person; years and ages have fields of their own");
  }
  asked.known = reader.ReadKnownTime(request.has_known_time(), request.known_time());
  const auto sane = [](int year) { return 1900 <= year && year <= 2200; };
  reader.check().Require(sane(request.year_before()), "year_before", "must be from 1900 to 2200");
  reader.check().Require(sane(request.year_after()), "year_after", "must be from 1900 to 2200");
  reader.check().Require(request.year_before() < request.year_after(), "year_after", "must be after year_before");
  reader.CheckTogether(asked);
  NMD_RETURN_IF_ERROR(reader.Result());

  v1::CompareNeighbourhoodsResponse response;
  if (!asked.unregistered_filters.empty()) {
    return Refuse(std::move(response), type::Figure::NOT_REGISTERED, type::ATTRIBUTE_NOT_REGISTERED, asked.known);
  }
  // Inhabitants know sex and place; of what else filters care they all count.
  people.known = asked.known;
  for (const costs::QuestionFilter& filter : asked.question.filters) {
    if (costs::SupportsFilter(*people.question.measures.front(), *filter.dimension)) people.question.filters.push_back(filter);
  }
  for (costs::AskedQuestion* question : {&asked, &people}) {
    question->question.filters.push_back({costs::FindDimension("age_band"), bands});
  }
  const std::shared_ptr<const costs::Snapshot> snapshot = costs_.SnapshotAt(asked.known);
  YearSides before, after;
  for (const auto& [sides, year] : {std::pair(&before, request.year_before()), std::pair(&after, request.year_after())}) {
    for (costs::AskedQuestion* question : {&asked, &people}) {
      question->question.first = MonthOf(year, 1);
      question->question.end = question->question.first + 12;
    }
    sides->care.asked = asked;
    sides->people.asked = people;
    if (!Ask(*snapshot, bands, true, &sides->care, sides) || !Ask(*snapshot, bands, false, &sides->people, sides)) {
      return Fail(absl::StatusCode::kInvalidArgument, ErrorReason::RESULT_TOO_LARGE, "there are too many areas");
    }
    sides->stated = !sides->people.areas.cells.empty();
  }
  // One standard for both years, so that a standardised rate does not grow because the municipality ages.
  const Ages& standard = after.all_ages;
  const costs::DimensionInfo& dimension = *asked.question.dimensions.front();
  std::map<std::string, bool> areas;
  for (const YearSides* sides : {&before, &after}) {
    for (const Side* side : {&sides->care, &sides->people}) {
      for (const auto& [area, cell] : side->by_area) areas.emplace(area, true);
    }
  }
  bool hidden = false;
  const auto show = [&](const std::string* area, bool stated, v1::Neighbourhood* shown) {
    if (area != nullptr) *shown->mutable_area() = GroupMessage(*snapshot, dimension, *area);
    *shown->mutable_before() = ShowYear(*snapshot, before, request.year_before(), area, standard);
    *shown->mutable_after() = ShowYear(*snapshot, after, request.year_after(), area, standard);
    *shown->mutable_growth() = GrowthOf(shown->before(), shown->after(), stated);
    shown->set_conclusion(Conclusion(*shown));
    hidden = hidden || shown->growth().state_reason() == "TOO_FEW_CASES";
  };
  const auto year_days = [](int year) { return nmd::Period{FirstDay(MonthOf(year, 1)), FirstDay(MonthOf(year + 1, 1))}; };
  NMD_ASSIGN_OR_RETURN(
      const auto beside,
      externals_.BesideAreas(caller, level, {year_days(request.year_before()), year_days(request.year_after())}, asked.known));
  for (const auto& [area, there] : areas) {
    v1::Neighbourhood* shown = response.add_areas();
    show(&area, before.stated && after.stated, shown);
    if (const auto found = beside.find(area); found != beside.end()) {
      shown->mutable_external_values()->Add(found->second.begin(), found->second.end());
    }
  }
  const auto total_stated = [](const YearSides& sides) {
    return sides.people.areas.total.measures.front().state == costs::Value::State::kAnswered;
  };
  show(nullptr, total_stated(before) && total_stated(after), response.mutable_total());
  if (response.total().before().clients().state() != type::Figure::ANSWERED &&
      response.total().after().clients().state() != type::Figure::ANSWERED) {
    return Refuse(std::move(response), type::Figure::NOT_AVAILABLE, type::PERIOD_NOT_DELIVERED, asked.known);
  }
  response.set_state(type::Figure::ANSWERED);
  response.add_remarks(absl::StrCat("Het gaat om inwoners van ", request.age_from(), " tot en met ",
                                    any_age ? kYouthTo : request.age_to(), " jaar op 1 januari."));
  response.add_remarks(
      "De marge zegt hoeveel het toeval kan uitmaken. Wie verhuisde, telt in beide gebieden en in de gemeente één keer.");
  if (hidden) {
    response.add_remarks(
        absl::StrCat("Van gebieden met minder dan ", kFewestCases,
                     " cliënten in een van de jaren staat er geen groei: die zegt bij zulke kleine aantallen niets."));
  }
  for (const Side* side : {&after.care, &after.people}) {
    const costs::FigureMaker maker(*snapshot, side->asked);
    maker.AddProvenance(response.mutable_provenance());
  }
  *response.mutable_known_time() = TimestampOf(asked.known);
  return response;
}

}  // namespace nmd::analyses
