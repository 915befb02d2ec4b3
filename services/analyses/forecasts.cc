// SPDX-License-Identifier: EUPL-1.2
#include "services/analyses/forecasts.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "nmd/costs/v1/forecast.pb.h"
#include "services/analyses/forecast_asking.h"
#include "services/analyses/obligations.h"
#include "services/analyses/parts.h"
#include "services/core/dutch.h"
#include "services/costs/figures.h"
#include "services/platform/errors.h"
#include "services/platform/proto_time.h"
#include "services/platform/status_macros.h"

namespace nmd::analyses {
namespace {

using costs::Record;
using costs::Word;

constexpr int kMostDimensions = 3;
constexpr Day kMostDays = 3'660;
constexpr uint32_t kObligationKinds =
    costs::kAllocations | costs::kTariffs | costs::kClaims | costs::kCareStarts | costs::kPersonalBudgets;
// Courses that were to begin from so long before K, in days, say how often care does begin.
constexpr Day kStartsFrom = 456;
constexpr Day kStartsUntil = 91;

// P and H, and K when a report says so.
struct ObligationPeriod {
  nmd::Period days;
  std::optional<absl::Time> known;
};

std::optional<nmd::Period> ReadQuarter(const std::string& text) {
  int year = 0;
  if (text.size() != 7 || text.substr(4, 2) != "-Q" || !absl::SimpleAtoi(text.substr(0, 4), &year) || year < 1901 ||
      year > 2198 || text[6] < '1' || text[6] > '4') {
    return std::nullopt;
  }
  const Day start = FirstDay(MonthOf(year, 1) + 3 * (text[6] - '0'));
  return nmd::Period{start, DayOf(CivilOf(start).year + 1, 1, 1)};
}

ObligationPeriod ReadObligationPeriod(const costs::v1::QueryObligationsRequest& request, FieldCheck* check) {
  ObligationPeriod period;
  switch (request.time_case()) {
    case costs::v1::QueryObligationsRequest::kPeriod: {
      const auto read = [&](const std::string& text, absl::string_view path) {
        const std::optional<Day> day = ParseDay(text);
        const bool good = day.has_value() && DayOf(1900, 1, 1) <= *day && *day <= DayOf(2200, 12, 31);
        return check->Require(good, path, "must be a date as YYYY-MM-DD, from 1900 to 2200") ? day : std::nullopt;
      };
      const std::optional<Day> start = read(request.period().start_date(), "period.start_date");
      const std::optional<Day> end = read(request.period().end_date(), "period.end_date");
      if (!start.has_value() || !end.has_value()) break;
      check->Require(*start < *end, "period.end_date", "must be after start_date; the end does not belong to it");
      check->Require(*end - *start <= kMostDays, "period.end_date", "the period may be at most ten years");
      period.days = {*start, *end};
      break;
    }
    case costs::v1::QueryObligationsRequest::kQuarter: {
      const std::optional<nmd::Period> quarter = ReadQuarter(request.quarter());
      if (check->Require(quarter.has_value(), "quarter", "must be a quarter as 2018-Q1")) period.days = *quarter;
      break;
    }
    case costs::v1::QueryObligationsRequest::kReport:
      if (const std::optional<ReportMoment> moment = ReadReport(request.report(), "report", check)) {
        period.days = moment->period;
        period.known = moment->known;
      }
      break;
    default:
      check->Add("period", "a period, a quarter or a report is needed");
  }
  return period;
}

// Personal budgets with the months their payments are about. In order of the records.
std::vector<std::pair<const Record*, BudgetLife>> BudgetsOf(const costs::RecordBook& records, Word empty) {
  using Key = std::tuple<uint8_t, std::string, std::string, std::string>;  // Law, person, category, product.
  const auto key_of = [](const Record& record) { return Key(record.law, *record.person, *record.category, *record.product); };
  std::map<Key, std::map<Month, Cents>> payments;
  for (const Record& record : records.records) {
    if (record.kind != costs::kBudgetPaymentRecord || record.days.Empty() || record.days.end == kOpenEnd) continue;
    std::map<Month, Cents>& months = payments[key_of(record)];
    for (Month month = MonthOf(record.days.start); month <= MonthOf(record.days.end - 1); ++month) {
      months[month] += record.amount;
    }
  }
  std::vector<std::pair<const Record*, BudgetLife>> budgets;
  for (const Record& record : records.records) {
    if (record.kind != costs::kPersonalBudgetRecord) continue;
    BudgetLife life;
    costs::AllocationFact& budget = life.budget;
    budget.law = record.law;
    budget.person = record.person;
    budget.provider = budget.change_reason = budget.unit = budget.frequency = empty;
    budget.category = record.category;
    budget.product = record.product;
    budget.period = record.days;
    budget.budget = record.amount;
    if (const auto paid = payments.find(key_of(record)); paid != payments.end()) {
      for (const auto& [month, cents] : paid->second) {
        if (cents > 0) life.paid.push_back(month);
      }
    }
    budgets.emplace_back(&record, std::move(life));
  }
  return budgets;
}

// What a personal budget is called; "" in dimensions it does not have.
std::string BudgetValue(const Record& record, const costs::DimensionInfo* dimension) {
  if (dimension == nullptr) return "pgb";
  if (dimension->id == "law") return LawValue(record.law);
  if (dimension->id == "category") return *record.category;
  if (dimension->id == "product") return *record.product;
  return "";
}

void AddDimensions(const costs::CareBook& book, const std::vector<const costs::DimensionInfo*>& dimensions,
                   const std::vector<std::string>& values, costs::v1::ObligationRow* row) {
  for (size_t d = 0; d < dimensions.size(); ++d) {
    type::DimensionValue* value = row->add_dimensions();
    value->set_value(values[d]);
    if (dimensions[d] == nullptr) {
      value->set_dimension("form");
      value->set_label(values[d] == "pgb" ? "Persoonsgebonden budget" : "Zorg in natura");
    } else {
      value->set_dimension(std::string(dimensions[d]->id));
      value->set_label(costs::ValueLabel(*book.snapshot, *dimensions[d], values[d]));
    }
  }
}

void FillRow(const Teller& teller, const nmd::Period& days, const Obligations& sums, const StartShare& starts,
             costs::v1::ObligationRow* row) {
  const auto amount = [&](absl::string_view measure, Cents cents, bool whole) {
    if (whole) return teller.Amount(measure, days, cents);
    return teller.Missing(measure, days, type::Figure::NOT_AVAILABLE, "TARIFF_MISSING");
  };
  const bool whole = sums.without_amount == 0;
  *row->mutable_running() = amount("obligations", sums.running, whole);
  *row->mutable_not_started() = amount("obligations_not_started", sums.not_started, whole);
  if (starts.share.has_value()) {
    const Cents expected = std::llround(static_cast<double>(sums.not_started) * *starts.share);
    *row->mutable_not_started_expected() = amount("obligations_not_started_expected", expected, whole);
  }
  *row->mutable_open_ended() = amount("obligations_open_ended", sums.open_ended, whole);
  *row->mutable_declared() = amount("obligations_declared", sums.declared, whole);
  *row->mutable_stopped() = amount("obligations_stopped", sums.stopped, whole);
  row->set_known_cents(sums.running);
  row->set_allocation_count(sums.allocations);
  row->set_open_ended_count(sums.open_allocations);
  row->set_not_started_count(sums.not_started_allocations);
  row->set_without_amount_count(sums.without_amount);
}

void FillRowWithout(const Teller& teller, const nmd::Period& days, type::Figure::State state, absl::string_view reason,
                    costs::v1::ObligationRow* row) {
  *row->mutable_running() = teller.Missing("obligations", days, state, reason);
  *row->mutable_not_started() = teller.Missing("obligations_not_started", days, state, reason);
  *row->mutable_open_ended() = teller.Missing("obligations_open_ended", days, state, reason);
}

}  // namespace

absl::StatusOr<costs::v1::QueryObligationsResponse> Forecasts::QueryObligations(
    const Caller&, const costs::v1::QueryObligationsRequest& request) {
  ScopeReader asked(clock_.Now());
  asked.ReadFilters(request.filters(), true);
  asked.check().Require(request.dimensions_size() <= kMostDimensions, "dimensions", "at most 3 dimensions at a time");
  for (int i = 0; i < request.dimensions_size(); ++i) {
    asked.ReadDimension(request.dimensions(i), absl::StrCat("dimensions[", i, "]"));
  }
  const ObligationPeriod period = ReadObligationPeriod(request, &asked.check());
  absl::Time known = asked.reader().ReadKnownTime(request.has_known_time(), request.known_time());
  if (!request.has_known_time() && period.known.has_value()) known = std::min(known, *period.known);
  NMD_RETURN_IF_ERROR(asked.reader().Result());

  const std::shared_ptr<const costs::CareBook> book = costs_.CareAt(known);
  costs::v1::QueryObligationsResponse response;
  response.mutable_period()->set_start_date(FormatDay(period.days.start));
  response.mutable_period()->set_end_date(FormatDay(period.days.end));
  *response.mutable_known_time() = TimestampOf(known);
  AddProvenance(*book->snapshot, kObligationKinds, response.mutable_provenance());
  if (asked.unregistered()) {
    FillRowWithout(Teller(*book, known, kObligationKinds, 0), period.days, type::Figure::NOT_REGISTERED,
                   "ATTRIBUTE_NOT_REGISTERED", response.mutable_total());
    return response;
  }

  std::map<std::vector<std::string>, Obligations> groups;
  Obligations total;
  const DataScope scope = ScopeOf(*book, asked);
  std::vector<std::string> values(asked.dimensions().size());
  const auto add = [&](const Obligations& sums) {
    if (sums == Obligations()) return;
    groups[values].Add(sums);
    total.Add(sums);
  };
  for (const uint32_t c : scope.courses) {
    const costs::Course& course = book->courses[c];
    const Obligations sums = ObligationsOf(*book, course, period.days);
    if (sums == Obligations()) continue;
    for (size_t d = 0; d < values.size(); ++d) {
      const costs::DimensionInfo* dimension = asked.dimensions()[d];
      values[d] = dimension == nullptr ? "zin" : costs::ValueOf(*book, course, *dimension);
    }
    add(sums);
  }
  bool budgets = asked.KeepsForm("pgb") && asked.FiltersOnly(false);
  if (budgets) {
    const std::shared_ptr<const costs::RecordBook> records = costs_.RecordsAt(known, true);
    for (const auto& [record, life] : BudgetsOf(*records, book->empty)) {
      if (!asked.Keeps("law", LawValue(record->law)) || !asked.Keeps("category", *record->category) ||
          !asked.Keeps("product", *record->product)) {
        continue;
      }
      Obligations sums = ObligationsOf(life, *book->tariffs, period.days);
      if (record->exact) sums.exact = sums.allocations;
      for (size_t d = 0; d < values.size(); ++d) values[d] = BudgetValue(*record, asked.dimensions()[d]);
      add(sums);
    }
    budgets = !records->months[costs::kPersonalBudgetRecord].empty();
  }

  const double linked = total.allocations == 0 ? 0 : static_cast<double>(total.exact) / static_cast<double>(total.allocations);
  const Day today = dutch::CalendarDay(known - absl::Microseconds(1));
  const StartShare starts = StartedShare(*book, scope.courses, {today - kStartsFrom, today - kStartsUntil});
  if (starts.share.has_value()) response.set_start_share(*starts.share);
  response.set_start_share_count(starts.courses);
  // Nothing was ever delivered: that is no zero.
  if (book->snapshot->allocation_months.empty() && !budgets) {
    FillRowWithout(Teller(*book, known, kObligationKinds, linked), period.days, type::Figure::NOT_AVAILABLE,
                   "PERIOD_NOT_DELIVERED", response.mutable_total());
    return response;
  }
  Teller teller(*book, known, kObligationKinds, linked);
  FillRow(teller, period.days, total, starts, response.mutable_total());
  for (const auto& [key, sums] : groups) {
    costs::v1::ObligationRow* row = response.add_rows();
    AddDimensions(*book, asked.dimensions(), key, row);
    const double share = sums.allocations == 0 ? 0 : static_cast<double>(sums.exact) / static_cast<double>(sums.allocations);
    teller.SetLinked(share);
    FillRow(teller, period.days, sums, starts, row);
  }

  const auto one_or_more = [](int64_t count, absl::string_view one, absl::string_view more) {
    return absl::StrCat(dutch::Number(count), " ", count == 1 ? one : more);
  };
  if (total.open_allocations > 0) {
    response.add_remarks(absl::StrCat(one_or_more(total.open_allocations, "toewijzing heeft geen einddatum. Die telt",
                                                  "toewijzingen hebben geen einddatum. Die tellen"),
                                      " mee tot en met ", dutch::Date(period.days.end - 1), "."));
  }
  if (total.without_amount > 0) {
    response.add_remarks(
        absl::StrCat("Van ", one_or_more(total.without_amount, "toewijzing", "toewijzingen"),
                     " is geen bedrag bekend, omdat een tarief of de omvang ontbreekt. Het echte bedrag is dus "
                     "hoger."));
  }
  if (total.not_started_allocations > 0) {
    std::string text = "Zorg die na de peildatum begint, staat apart.";
    if (starts.share.has_value()) {
      absl::StrAppend(&text, " Van zorg die had moeten beginnen, begon ", dutch::Percent(*starts.share), " (",
                      dutch::Number(starts.courses), " voorzieningen geteld).");
    } else {
      absl::StrAppend(&text, " Hoe vaak zulke zorg echt begint, is nog niet te zeggen.");
    }
    response.add_remarks(std::move(text));
  }
  if (total.declared != 0) {
    response.add_remarks("Maanden waarover al is gedeclareerd, tellen niet mee: dat zijn kosten en geen verplichtingen meer.");
  }
  if (asked.KeepsForm("pgb") && !asked.FiltersOnly(false)) {
    response.add_remarks("Persoonsgebonden budgetten tellen niet mee, omdat het filter daar niet over gaat.");
  }
  return response;
}

void BindForecasts(Forecasts* forecasts, Router* router) {
  constexpr absl::string_view kService = "nmd.costs.v1.ForecastsService";
  router->Handle(kService, "QueryObligations",
                 [forecasts](const Caller& caller, const costs::v1::QueryObligationsRequest& request) {
                   return forecasts->QueryObligations(caller, request);
                 });
  router->Handle(kService, "EstimateOutstanding",
                 [forecasts](const Caller& caller, const costs::v1::EstimateOutstandingRequest& request) {
                   return forecasts->EstimateOutstanding(caller, request);
                 });
  router->Handle(kService, "ForecastYear", [forecasts](const Caller& caller, const costs::v1::ForecastYearRequest& request) {
    return forecasts->ForecastYear(caller, request);
  });
  router->Handle(kService, "CompareTariffs",
                 [forecasts](const Caller& caller, const costs::v1::CompareTariffsRequest& request) {
                   return forecasts->CompareTariffs(caller, request);
                 });
}

}  // namespace nmd::analyses
