// SPDX-License-Identifier: EUPL-1.2
// Forecasts::EstimateOutstanding and ForecastYear.
#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "nmd/costs/v1/forecast.pb.h"
#include "services/analyses/forecast.h"
#include "services/analyses/forecast_asking.h"
#include "services/analyses/forecast_data.h"
#include "services/analyses/forecasts.h"
#include "services/analyses/parts.h"
#include "services/core/dutch.h"
#include "services/costs/figures.h"
#include "services/platform/errors.h"
#include "services/platform/proto_time.h"
#include "services/platform/status_macros.h"

namespace nmd::analyses {
namespace {

using type::Figure;

constexpr uint32_t kForecastKinds =
    costs::kAllocations | costs::kTariffs | costs::kClaims | costs::kAnswers | costs::kCareStarts;
constexpr int kMostMonths = 120;
constexpr int kDraws = 1'000;
constexpr double kConfidence = 0.8;  // From P10 to P90.
constexpr absl::string_view kBootstrap = "bootstrap";

// The day K has reached: what is known at midnight is known of the day before.
Day TodayOf(absl::Time known) { return dutch::CalendarDay(known - absl::Microseconds(1)); }

nmd::Period YearPeriod(Month year) { return {FirstDay(year), FirstDay(year + 12)}; }

struct Reason {
  Figure::State state = Figure::NOT_AVAILABLE;
  absl::string_view reason = "TOO_FEW_OBSERVATIONS";
  absl::string_view text;
};

Reason ReasonOf(ForecastState state) {
  switch (state) {
    case ForecastState::kNoClaims:
      return {Figure::NOT_AVAILABLE, "PERIOD_NOT_DELIVERED",
              "Er is nog niets gedeclareerd. Welk deel van de toegewezen zorg geld kost, is daarom niet te zeggen."};
    case ForecastState::kFewMonths:
      return {Figure::NOT_AVAILABLE, "TOO_FEW_OBSERVATIONS",
              "Van minder dan drie maanden zijn bijna alle declaraties binnen. Welk deel van de toegewezen zorg geld kost, is "
              "daarom nog niet te zeggen."};
    case ForecastState::kFewPaths:
      return {Figure::NOT_AVAILABLE, "TOO_FEW_OBSERVATIONS",
              "De geschiedenis is te kort om te zien hoe toegewezen zorg verloopt en wat er nog bij komt."};
    case ForecastState::kTooFar:
      return {Figure::NOT_AVAILABLE, "TOO_FEW_OBSERVATIONS", "Het jaar ligt te ver vooruit: verder dan 24 maanden."};
    case ForecastState::kNotCovered:
      return {Figure::NOT_AVAILABLE, "PERIOD_NOT_DELIVERED",
              "Van een deel van het jaar is niet bekend wat er is gedeclareerd."};
    case ForecastState::kAnswered:
      break;
  }
  return {Figure::ANSWERED, "", ""};
}

// Of everything that decides the draws.
template <typename Request>
std::string SeedOf(const Request& request, absl::Time known) {
  Request seed = request;
  *seed.mutable_known_time() = TimestampOf(known);
  return seed.SerializeAsString();
}

void AddForecast(const Teller& teller, const YearForecast& forecast, const nmd::Period& year, Figure* figure) {
  if (const Reason reason = ReasonOf(forecast.state); forecast.state != ForecastState::kAnswered) {
    *figure = teller.Missing("forecast_year", year, reason.state, reason.reason);
    return;
  }
  *figure = teller.Amount("forecast_year", year, forecast.total);
  if (forecast.p10.has_value()) {
    Teller::SetInterval(static_cast<double>(*forecast.p10), static_cast<double>(*forecast.p90), kConfidence, kBootstrap,
                        figure);
  }
}

void AddParts(const Teller& teller, const YearForecast& forecast, const nmd::Period& year,
              costs::v1::ForecastYearResponse* response) {
  *response->mutable_realised() = teller.Amount("realised", year, forecast.realised);
  *response->mutable_outstanding() = teller.Amount("outstanding", year, forecast.outstanding);
  *response->mutable_running() = teller.Amount("running", year, forecast.running);
  *response->mutable_inflow() = teller.Amount("inflow_cost", year, forecast.inflow);
  *response->mutable_use_rate() = teller.Ratio("use_rate", year, forecast.use_rate);
  response->set_path_count(forecast.paths);
  if (forecast.p50.has_value()) response->set_median_cents(*forecast.p50);
  for (const MonthForecast& from : forecast.months) {
    costs::v1::ForecastMonth* month = response->add_months();
    month->set_month(FormatMonth(from.month));
    month->set_realised_cents(from.realised);
    month->set_outstanding_cents(std::llround(from.outstanding));
    month->set_allocated_cents(from.allocated);
    month->set_survival(from.survival);
    month->set_running_cents(std::llround(from.running));
    month->set_inflow_cents(std::llround(from.inflow));
  }
}

// The answers of then beside what became of them, and how far off they were on average.
void AddBackTests(const Teller& teller, const std::vector<BackTestLine>& lines, costs::v1::ForecastYearResponse* response) {
  double sizes = 0;
  int errors = 0;
  for (const BackTestLine& line : lines) {
    costs::v1::BackTest* test = response->add_back_tests();
    test->set_known_date(FormatDay(FirstDay(line.anchor)));
    test->set_year(YearOf(line.year));
    const nmd::Period year = YearPeriod(line.year);
    AddForecast(teller, line.forecast, year, test->mutable_forecast());
    if (!line.outcome.has_value()) {
      *test->mutable_outcome() = teller.Missing("outcome_year", year, Figure::NOT_AVAILABLE, "PERIOD_NOT_DELIVERED");
      continue;
    }
    *test->mutable_outcome() = teller.Amount("outcome_year", year, *line.outcome);
    if (line.forecast.state != ForecastState::kAnswered || *line.outcome <= 0) continue;
    const double error = static_cast<double>(line.forecast.total) / static_cast<double>(*line.outcome) - 1;
    test->set_error(error);
    sizes += std::abs(error);
    ++errors;
    if (!line.forecast.p10.has_value()) continue;
    response->set_tested_count(response->tested_count() + 1);
    if (*line.forecast.p10 <= *line.outcome && *line.outcome <= *line.forecast.p90) {
      response->set_within_count(response->within_count() + 1);
    }
  }
  if (errors > 0) response->set_mean_error(sizes / errors);
}

void AddDrivers(const costs::CareBook& book, const std::vector<uint32_t>& courses, const YearForecast& forecast, Month anchor,
                Month year, costs::v1::ForecastYearResponse* response) {
  double allocated = 0, running = 0;
  for (const MonthForecast& month : forecast.months) {
    allocated += static_cast<double>(month.allocated);
    running += month.running;
  }
  if (allocated <= 0) return;
  const double survival = running / allocated / forecast.use_rate;
  for (const Driver& driver : MakeDrivers(book, courses, std::max(anchor, year), year + 12)) {
    costs::v1::ForecastDriver* to = response->add_drivers();
    const std::pair<absl::string_view, std::string> dimensions[] = {{"law", LawValue(driver.law)},
                                                                    {"product", *driver.product}};
    for (const auto& [id, text] : dimensions) {
      type::DimensionValue* value = to->add_dimensions();
      value->set_dimension(std::string(id));
      value->set_value(text);
      value->set_label(costs::ValueLabel(*book.snapshot, *costs::FindDimension(id), text));
    }
    type::DimensionValue* unit = to->add_dimensions();
    unit->set_dimension("unit");
    unit->set_value(*driver.unit);
    unit->set_label(*driver.unit);
    to->set_clients(driver.clients);
    to->set_months_per_client(driver.months / static_cast<double>(driver.clients));
    // Without a volume the amount itself is what is counted.
    const double units = driver.units > 0 ? driver.units : static_cast<double>(driver.amount);
    if (driver.months > 0) to->set_units_per_month(units / driver.months);
    if (units > 0) to->set_tariff_cents(static_cast<double>(driver.amount) / units);
    to->set_use_rate(forecast.use_rate);
    to->set_survival(survival);
    to->set_amount_cents(std::llround(static_cast<double>(driver.amount) * forecast.use_rate * survival));
  }
}

std::string Conclusion(const costs::v1::ForecastYearResponse& response, int year) {
  const Figure& forecast = response.forecast();
  std::string text = absl::StrCat("Over ", year, " verwachten we ", dutch::EuroWhole(forecast.amount_cents()), " aan kosten");
  if (forecast.has_interval()) {
    absl::StrAppend(&text, ", met 80% kans tussen ", dutch::EuroWhole(static_cast<Cents>(forecast.interval().low())), " en ",
                    dutch::EuroWhole(static_cast<Cents>(forecast.interval().high())));
  }
  absl::StrAppend(&text, ".");
  if (response.has_mean_error()) {
    absl::StrAppend(&text, " Eerdere voorspellingen van de laatste acht kwartalen zaten er gemiddeld ",
                    dutch::Percent(response.mean_error()), " naast.");
  } else {
    absl::StrAppend(&text, " Hoe goed eerdere voorspellingen waren, is nog niet te zeggen.");
  }
  return text;
}

void AddLadderRemarks(const costs::v1::LadderSettings& settings, std::vector<std::string>* remarks) {
  if (settings.has_tail_factor() && settings.tail_factor() != 1) {
    remarks->push_back(absl::StrCat("Na de langste vertraging komt er volgens de vraag nog ",
                                    dutch::Percent(settings.tail_factor() - 1), " bij."));
  }
  if (!settings.prior_factors().empty()) {
    remarks->push_back(
        absl::StrCat("Maanden met weinig eigen gegevens zijn aangevuld met factoren uit: ", settings.prior_source(), "."));
  }
}

}  // namespace

absl::StatusOr<costs::v1::EstimateOutstandingResponse> Forecasts::EstimateOutstanding(
    const Caller&, const costs::v1::EstimateOutstandingRequest& request) {
  ScopeReader asked(clock_.Now());
  costs::Question question;
  asked.ReadFilters(request.filters(), true);
  asked.reader().ReadPeriod(request.period(), "period", &question);
  asked.check().Require(question.end - question.first <= kMostMonths, "period.end_date", "the period may be at most ten years");
  LadderOptions options = ReadLadder(request.ladder(), &asked.check());
  const absl::Time known = asked.reader().ReadKnownTime(request.has_known_time(), request.known_time());
  NMD_RETURN_IF_ERROR(asked.reader().Result());

  const std::shared_ptr<const costs::CareBook> book = costs_.CareAt(known);
  costs::v1::EstimateOutstandingResponse response;
  *response.mutable_known_time() = TimestampOf(known);
  AddProvenance(*book->snapshot, kForecastKinds, response.mutable_provenance());
  const nmd::Period period = {FirstDay(question.first), FirstDay(question.end)};
  if (asked.unregistered()) {
    const Teller teller(*book, known, kForecastKinds, 0);
    *response.mutable_declared() = teller.Missing("declared", period, Figure::NOT_REGISTERED, "ATTRIBUTE_NOT_REGISTERED");
    *response.mutable_outstanding() = teller.Missing("outstanding", period, Figure::NOT_REGISTERED, "ATTRIBUTE_NOT_REGISTERED");
    return response;
  }
  const DataScope scope = ScopeOf(*book, asked);
  const Teller teller(*book, known, kForecastKinds, LinkedShare(*book, scope.courses));
  const ForecastData data = MakeForecastData(*book, scope, TodayOf(known), Look::kBack);
  const analyses::Outstanding past = analyses::EstimateOutstanding(data, data.now, options);
  if (!past.AnyClaim()) {
    *response.mutable_declared() = teller.Missing("declared", period, Figure::NOT_AVAILABLE, "PERIOD_NOT_DELIVERED");
    *response.mutable_outstanding() = teller.Missing("outstanding", period, Figure::NOT_AVAILABLE, "PERIOD_NOT_DELIVERED");
    response.add_remarks(
        question.end <= data.now.anchor - kLadderMonths
            ? "De maanden zijn meer dan drie jaar voorbij. Van zo lang geleden wordt niet geschat wat er nog komt."
            : "Over de maanden van de laatste drie jaar is nog niets gedeclareerd.");
    return response;
  }

  // Months that are over, and of which the claims are followed.
  const Month first = std::max(question.first, past.from);
  const Month end = std::min(question.end, data.now.anchor);
  Cents declared = 0;
  double outstanding = 0;
  bool thin = false, expected = false, from_start = question.first < past.from;
  std::vector<std::pair<size_t, double>> parts;  // Row, and what part of its estimate is still to come.
  for (Month month = first; month < end; ++month) {
    const auto row = static_cast<size_t>(month - past.from);
    const LadderMonth& from = past.ladder.months[row];
    const Cents in = data.now.declared[static_cast<size_t>(month - data.first)];
    costs::v1::OutstandingMonth* to = response.add_months();
    const nmd::Period days = MonthPeriod(month);
    to->set_month(FormatMonth(month));
    *to->mutable_declared() = teller.Amount("declared", days, in);
    to->set_delay(from.delay);
    to->set_developed(from.developed);
    to->set_thin(from.thin);
    if (from.method == LadderMonth::Method::kNone) {
      to->set_method(costs::v1::OutstandingMonth::NONE);
      *to->mutable_outstanding() = teller.Missing("outstanding", days, Figure::NOT_AVAILABLE, "TOO_FEW_OBSERVATIONS");
      response.set_months_without_estimate(response.months_without_estimate() + 1);
      continue;
    }
    const double still = past.StillToCome(row, in);
    const bool ladder = from.method == LadderMonth::Method::kChainLadder;
    to->set_method(ladder ? costs::v1::OutstandingMonth::CHAIN_LADDER : costs::v1::OutstandingMonth::EXPECTED);
    *to->mutable_outstanding() = teller.Amount("outstanding", days, std::llround(still));
    if (from.error.has_value()) to->set_error_cents(*from.error);
    thin = thin || from.thin;
    expected = expected || !ladder;
    declared += in;
    outstanding += still;
    parts.emplace_back(row, from.outstanding > 0 ? still / from.outstanding : 1);
  }
  if (parts.empty()) {
    *response.mutable_declared() = teller.Missing("declared", period, Figure::NOT_AVAILABLE, "TOO_FEW_OBSERVATIONS");
    *response.mutable_outstanding() = teller.Missing("outstanding", period, Figure::NOT_AVAILABLE, "TOO_FEW_OBSERVATIONS");
  } else {
    *response.mutable_declared() = teller.Amount("declared", period, declared);
    *response.mutable_outstanding() = teller.Amount("outstanding", period, std::llround(outstanding));
    std::vector<size_t> rows;
    for (const auto& [row, part] : parts) rows.push_back(row);
    if (const auto error = ErrorOfMonths(past.ladder, rows, past.options)) response.set_error_cents(*error);
    LadderBootstrap bootstrap(past.triangle, past.options);
    if (bootstrap.possible()) {
      Dice dice(SeedOf(request, known));
      std::vector<double> draw, totals;
      for (int i = 0; i < kDraws; ++i) {
        bootstrap.Draw(&dice, &draw);
        double total = 0;
        for (const auto& [row, part] : parts) total += draw[row] * part;
        totals.push_back(total);
      }
      std::sort(totals.begin(), totals.end());
      Teller::SetInterval(QuantileOf(totals, 0.1), QuantileOf(totals, 0.9), kConfidence, kBootstrap,
                          response.mutable_outstanding());
    }
  }
  for (size_t k = 0; k < past.ladder.factors.size(); ++k) {
    const LadderFactor& from = past.ladder.factors[k];
    costs::v1::DelayFactor* to = response.add_factors();
    to->set_delay(static_cast<int32_t>(k));
    if (from.state == LadderFactor::State::kEstimated) to->set_factor(from.value);
    to->set_month_count(from.months);
    to->set_credibility(from.credibility);
  }
  std::vector<std::string> remarks;
  if (question.end > data.now.anchor) remarks.push_back("Maanden die nog niet voorbij zijn, tellen niet mee.");
  if (from_start) {
    remarks.push_back(
        absl::StrCat("Maanden voor ", dutch::MonthLong(past.from),
                     " tellen niet mee: daarvan volgen we niet wanneer er is gedeclareerd, of ze zijn te lang geleden."));
  }
  if (response.months_without_estimate() > 0) {
    remarks.push_back(absl::StrCat("Maanden waarvan geen schatting te maken is: ", response.months_without_estimate(),
                                   ". Die tellen niet mee in het totaal."));
  }
  if (thin) remarks.push_back("Sommige maanden steunen op minder dan drie eerdere maanden. Die schatting is onzeker.");
  if (expected) {
    remarks.push_back("Van de jongste maanden is minder dan de helft binnen. Die zijn geschat met wat er is toegewezen.");
  }
  AddLadderRemarks(request.ladder(), &remarks);
  for (std::string& remark : remarks) response.add_remarks(std::move(remark));
  return response;
}

absl::StatusOr<costs::v1::ForecastYearResponse> Forecasts::ForecastYear(const Caller&,
                                                                        const costs::v1::ForecastYearRequest& request) {
  ScopeReader asked(clock_.Now());
  asked.ReadFilters(request.filters(), true);
  ForecastOptions options;
  options.draws = kDraws;
  options.ladder = ReadLadder(request.ladder(), &asked.check());
  options.inflow_growth = request.inflow_growth();
  asked.check().Require(-0.9 <= options.inflow_growth && options.inflow_growth <= 9, "inflow_growth", "must be from -0.9 to 9");
  asked.check().Require(options.inflow_growth == 0 || !request.inflow_growth_source().empty(), "inflow_growth_source",
                        "say where the expected growth comes from");
  asked.check().Require(request.inflow_growth_source().size() <= 500, "inflow_growth_source", "at most 500 bytes");
  absl::Time known = asked.reader().ReadKnownTime(request.has_known_time(), request.known_time());
  int year = 0;
  if (request.has_report()) {
    if (const std::optional<ReportMoment> moment = ReadReport(request.report(), "report", &asked.check())) {
      year = request.report().year();
      if (!request.has_known_time()) known = std::min(known, moment->known);
    }
  } else {
    year = request.year();
    asked.check().Require(1900 <= year && year <= 2199, "year", "must be from 1900 to 2199");
  }
  NMD_RETURN_IF_ERROR(asked.reader().Result());
  options.year = MonthOf(year, 1);
  options.seed = SeedOf(request, known);

  const std::shared_ptr<const costs::CareBook> book = costs_.CareAt(known);
  costs::v1::ForecastYearResponse response;
  *response.mutable_known_time() = TimestampOf(known);
  AddProvenance(*book->snapshot, kForecastKinds, response.mutable_provenance());
  const nmd::Period period = YearPeriod(options.year);
  if (asked.unregistered()) {
    *response.mutable_forecast() = Teller(*book, known, kForecastKinds, 0)
                                       .Missing("forecast_year", period, Figure::NOT_REGISTERED, "ATTRIBUTE_NOT_REGISTERED");
    return response;
  }
  const DataScope scope = ScopeOf(*book, asked);
  const Teller teller(*book, known, kForecastKinds, LinkedShare(*book, scope.courses));
  const ForecastData data = MakeForecastData(*book, scope, TodayOf(known), Look::kAhead);
  const YearForecast forecast = analyses::ForecastYear(data, data.now, options);
  AddForecast(teller, forecast, period, response.mutable_forecast());
  if (forecast.state != ForecastState::kAnswered) {
    response.add_remarks(std::string(ReasonOf(forecast.state).text));
    return response;
  }
  AddParts(teller, forecast, period, &response);
  AddBackTests(teller, BackTestForecasts(data, options), &response);
  int64_t fresh = 0;
  for (Month month = data.now.anchor - kUseMonths; month < data.now.anchor; ++month) {
    fresh += data.new_allocations[static_cast<size_t>(month - data.first)];
  }
  response.set_new_allocations_per_month(static_cast<double>(fresh) / kUseMonths);
  if (request.with_drivers()) AddDrivers(*book, scope.courses, forecast, data.now.anchor, options.year, &response);
  response.set_conclusion(Conclusion(response, year));

  std::vector<std::string> remarks;
  remarks.push_back(
      "Voor eerdere voorspellingen telt de dag waarop iets is toegewezen of gedeclareerd, niet de dag waarop het bestand "
      "binnenkwam.");
  if (!forecast.p10.has_value()) {
    remarks.push_back("Hoe onzeker de voorspelling is, is niet te zeggen: er zijn te weinig maanden om het aan te zien.");
  }
  if (forecast.use_months < kUseMonths) {
    remarks.push_back(absl::StrCat("Welk deel van de toegewezen zorg geld kost, steunt op ", forecast.use_months, " maanden."));
  }
  if (options.inflow_growth != 0) {
    remarks.push_back(absl::StrCat("Er is gerekend met ", dutch::Growth(options.inflow_growth, 1),
                                   " nieuwe zorg. Bron: ", request.inflow_growth_source(), "."));
  }
  AddLadderRemarks(request.ladder(), &remarks);
  for (std::string& remark : remarks) response.add_remarks(std::move(remark));
  return response;
}

}  // namespace nmd::analyses
