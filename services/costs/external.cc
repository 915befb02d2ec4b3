// SPDX-License-Identifier: EUPL-1.2
#include "services/costs/external.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "nmd/costs/v1/costs.pb.h"
#include "nmd/costs/v1/external.pb.h"
#include "nmd/internal/v1/config.pb.h"
#include "services/costs/catalogue.h"
#include "services/costs/costs.h"
#include "services/platform/errors.h"
#include "services/platform/paging.h"
#include "services/platform/proto_time.h"
#include "services/platform/router.h"
#include "services/platform/status_macros.h"

namespace nmd::costs {
namespace {

using ingestion::v1::MeasuredIn;

constexpr size_t kValueLimit = 10'000;

absl::Time KnownTime(bool given, const google::protobuf::Timestamp& time, absl::Time now) {
  return given ? std::min(absl::FromUnixMicros(MicrosOf(time)), now) : now;
}

type::Period PeriodOf(const nmd::Period& days) {
  type::Period period;
  period.set_start_date(FormatDay(days.start));
  if (days.end != kOpenEnd) period.set_end_date(FormatDay(days.end));
  return period;
}

std::string LawValue(uint8_t law) { return law == kYouth ? "jeugdwet" : law == kWmo ? "wmo" : ""; }
std::string FormValue(uint8_t form) { return form == ingestion::v1::ZIN ? "ZIN" : form == ingestion::v1::PGB ? "PGB" : ""; }

struct Coordinate {
  absl::string_view dimension;
  std::string value;
  std::string label;
};

// What the value is restricted to.
std::vector<Coordinate> CoordinatesOf(const ExternalFact& value) {
  std::vector<Coordinate> all;
  const auto add = [&all](absl::string_view dimension, const std::string& text, std::string label) {
    if (!text.empty()) all.push_back({dimension, text, std::move(label)});
  };
  add("area", *value.area, *value.area);
  add("law", LawValue(value.law), FieldLabel(kLawField, LawValue(value.law)));
  const std::string form = FormValue(value.form);
  add("form", form, form == "ZIN" ? "Zorg in natura" : "Pgb");
  add("category", *value.category, FieldLabel(kCategoryField, *value.category));
  add("product", *value.product, *value.product);
  add("ivn", *value.ivn, FieldLabel(kIvnField, *value.ivn));
  add("provider", *value.provider, *value.provider);
  add("wijk", *value.wijk, *value.wijk);
  add("buurt", *value.buurt, *value.buurt);
  if (value.age_from >= 0) {
    const std::string ages = absl::StrCat(value.age_from, "-", value.age_to);
    add("age", ages, absl::StrCat(value.age_from, " t/m ", value.age_to, " jaar"));
  }
  add("sex", *value.sex, FieldLabel(kSexField, *value.sex));
  return all;
}

// Whom a value is about, as a question names it; empty is this municipality.
const std::string& AreaOf(const ExternalFact& value) {
  return !value.area->empty() ? *value.area : !value.buurt->empty() ? *value.buurt : *value.wijk;
}

// Of whole months their number, else days, so that a year is as long as any other; 0 without an end.
std::pair<bool, int> LengthOf(const nmd::Period& days) {
  if (days.end == kOpenEnd) return {false, 0};
  const Month first = MonthOf(days.start), end = MonthOf(days.end);
  if (FirstDay(first) == days.start && FirstDay(end) == days.end) return {true, end - first};
  return {false, days.Days()};
}

// A change of a share, a rate or a mark is a difference in points: a growth of it would be read as one (R50, I21).
bool IsAmount(uint8_t measured_in) {
  return measured_in == MeasuredIn::COUNT || measured_in == MeasuredIn::EURO || measured_in == MeasuredIn::DAYS ||
         measured_in == MeasuredIn::MONTHS;
}

void SetGrowth(const ExternalFact& before, const ExternalFact& value, v1::ExternalValue* to) {
  if (!before.printed || !value.printed || before.measured_in != value.measured_in) return;
  v1::ExternalGrowth* growth = to->mutable_growth();
  *growth->mutable_before() = PeriodOf(before.days);
  if (LengthOf(before.days) != LengthOf(value.days) || LengthOf(value.days).second == 0) {
    growth->set_state(type::Figure::NOT_COMPARABLE);
    growth->set_state_reason(type::ErrorReason_Name(type::PERIODS_UNEQUAL));
    return;
  }
  growth->set_state(type::Figure::ANSWERED);
  growth->set_difference_thousandths(value.thousandths - before.thousandths);
  if (IsAmount(value.measured_in) && before.thousandths > 0) {
    growth->set_growth(static_cast<double>(value.thousandths - before.thousandths) / static_cast<double>(before.thousandths));
  }
}

// The figure in thousandths of the unit of the value; nullopt when the units do not go together.
std::optional<int64_t> InUnitOf(const type::Figure& figure, const std::string& unit, uint8_t measured_in) {
  constexpr double kLargest = 9e15;
  const auto thousandths = [](double value) -> std::optional<int64_t> {
    if (!(value > -kLargest && value < kLargest)) return std::nullopt;
    return static_cast<int64_t>(value < 0 ? value - 0.5 : value + 0.5);
  };
  if (figure.state() != type::Figure::ANSWERED) return std::nullopt;
  switch (figure.value_case()) {
    case type::Figure::kCount:
      if (measured_in != (unit == "dagen" ? MeasuredIn::DAYS : MeasuredIn::COUNT)) return std::nullopt;
      return thousandths(static_cast<double>(figure.count()) * 1000);
    case type::Figure::kAmountCents:
      if (measured_in != MeasuredIn::EURO) return std::nullopt;
      return thousandths(static_cast<double>(figure.amount_cents()) * 10);
    case type::Figure::kRatio:
      if (measured_in == MeasuredIn::PERCENT && absl::StartsWith(unit, "deel")) return thousandths(figure.ratio() * 100'000);
      if (measured_in == MeasuredIn::PER_THOUSAND && absl::StartsWith(unit, "per 1000"))
        return thousandths(figure.ratio() * 1000);
      return std::nullopt;
    case type::Figure::VALUE_NOT_SET:
      break;
  }
  return std::nullopt;
}

v1::ExternalValue Message(const ExternalFact& value) {
  v1::ExternalValue message;
  message.set_kind(static_cast<v1::ExternalSeries::Kind>(value.kind));
  message.set_series(*value.series);
  message.set_title(value.kind == v1::ExternalSeries::BUDGET ? BudgetLineLabel(*value.series)
                    : value.title->empty()                   ? *value.series
                                                             : *value.title);
  message.set_publisher(*value.publisher);
  for (Coordinate& coordinate : CoordinatesOf(value)) {
    type::DimensionValue* to = message.add_dimensions();
    to->set_dimension(std::string(coordinate.dimension));
    to->set_value(std::move(coordinate.value));
    to->set_label(std::move(coordinate.label));
  }
  *message.mutable_period() = PeriodOf(value.days);
  message.set_state(value.printed ? v1::ExternalValue::PRINTED : v1::ExternalValue::WITHHELD);
  if (value.printed) {
    message.mutable_value()->set_thousandths(value.thousandths);
    message.mutable_value()->set_decimals(value.decimals);
    message.mutable_value()->set_measured_in(static_cast<MeasuredIn>(value.measured_in));
  }
  message.set_text(PrintedText(value));
  if (value.published != 0) message.set_published_date(FormatDay(value.published));
  message.set_document(*value.document);
  if (value.withdrawn != 0) message.set_withdrawn_date(FormatDay(value.withdrawn));
  message.set_withdrawn_reason(*value.reason);
  message.set_respondents(value.respondents);
  message.set_invited(value.invited);
  message.set_method(*value.method);
  message.set_quality(*value.quality);
  message.set_note(*value.note);
  *message.mutable_known_time() = TimestampOf(value.known);
  return message;
}

bool Has(const google::protobuf::RepeatedPtrField<std::string>& values, const std::string& value) {
  return std::find(values.begin(), values.end(), value) != values.end();
}

// Dimensions of a value that own figures have too.
bool IsShared(absl::string_view dimension) { return dimension != "area" && dimension != "form" && dimension != "age"; }

}  // namespace

absl::Status CheckCounterparts(const Counterparts& counterparts, const Catalogue& catalogue) {
  static const auto* const kCoordinates =
      new std::set<std::string>{"area", "law", "form", "category", "product", "ivn", "age", "wijk", "buurt", "provider", "sex"};
  std::vector<std::string> faults;
  for (int i = 0; i < counterparts.size(); ++i) {
    const auto fault = [&](absl::string_view field, absl::string_view text) {
      faults.push_back(absl::StrCat("series_counterparts[", i, "].", field, ": ", text));
    };
    const MeasureInfo* measure = catalogue.Find(counterparts[i].measure());
    if (measure == nullptr) fault("measure", absl::StrCat("there is no measure \"", counterparts[i].measure(), "\""));
    for (const v1::Filter& filter : counterparts[i].where()) {
      if (!kCoordinates->contains(filter.dimension())) {
        fault("where", absl::StrCat("a value has no \"", filter.dimension(), "\""));
      }
    }
    for (const v1::Filter& filter : counterparts[i].filters()) {
      const DimensionInfo* dimension = FindDimension(filter.dimension());
      if (dimension == nullptr || dimension->kind == DimensionKind::kNotRegistered) {
        fault("filters", absl::StrCat("there is no dimension \"", filter.dimension(), "\""));
      } else if (measure != nullptr && !SupportsFilter(*measure, *dimension)) {
        fault("filters", absl::StrCat("measure ", measure->id, " is not filtered by ", dimension->id));
      }
    }
  }
  if (faults.empty()) return absl::OkStatus();
  return Fail(absl::StatusCode::kFailedPrecondition, ErrorReason::FIELDS_INVALID, absl::StrJoin(faults, "\n"));
}

ExternalSeriesBook::ExternalSeriesBook(Costs& costs, const Clock& clock, Counterparts counterparts)
    : costs_(costs), clock_(clock), counterparts_(std::move(counterparts)) {}
ExternalSeriesBook::~ExternalSeriesBook() = default;

const internal::v1::SeriesCounterpart* ExternalSeriesBook::CounterpartOf(const ExternalFact& value) const {
  const std::vector<Coordinate> coordinates = CoordinatesOf(value);
  const auto value_of = [&coordinates](const std::string& dimension) {
    for (const Coordinate& coordinate : coordinates) {
      if (coordinate.dimension == dimension) return coordinate.value;
    }
    return std::string();
  };
  for (const internal::v1::SeriesCounterpart& counterpart : counterparts_) {
    if (counterpart.series() != *value.series) continue;
    if (!counterpart.publisher().empty() && counterpart.publisher() != *value.publisher) continue;
    const auto& where = counterpart.where();
    const bool fits = std::all_of(where.begin(), where.end(),
                                  [&](const v1::Filter& filter) { return Has(filter.values(), value_of(filter.dimension())); });
    const bool by_area =
        std::any_of(where.begin(), where.end(), [](const v1::Filter& filter) { return filter.dimension() == "area"; });
    if (fits && (by_area || value.area->empty())) return &counterpart;
  }
  return nullptr;
}

absl::Status ExternalSeriesBook::AddCounterpart(const Caller& caller, const ExternalFact& value, absl::Time known,
                                                v1::ExternalValue* to) {
  const internal::v1::SeriesCounterpart* counterpart = CounterpartOf(value);
  if (counterpart == nullptr) return absl::OkStatus();
  const MeasureInfo& measure = *costs_.catalogue().Find(counterpart->measure());
  v1::ExternalCounterpart* own = to->mutable_counterpart();
  own->set_difference(counterpart->difference());
  // A value about a part that the own measure does not know has no own figure, and neither has one about half a month.
  const auto none = [&](type::Figure::State state, type::ErrorReason reason) {
    own->mutable_figure()->set_measure(counterpart->measure());
    own->mutable_figure()->set_definition(measure.definition);
    own->mutable_figure()->set_state(state);
    own->mutable_figure()->set_state_reason(type::ErrorReason_Name(reason));
    return absl::OkStatus();
  };
  const bool day = value.days.end == value.days.start + 1 && SupportsReferenceDate(measure);
  if (!day && !LengthOf(value.days).first) return none(type::Figure::NOT_COMPARABLE, type::PERIODS_UNEQUAL);
  v1::QueryFiguresRequest question;
  question.set_parent(absl::StrCat("municipalities/", costs_.municipality()));
  question.add_measures(counterpart->measure());
  if (day) {
    question.set_reference_date(FormatDay(value.days.start));
  } else {
    *question.mutable_period() = PeriodOf(value.days);
  }
  for (const Coordinate& coordinate : CoordinatesOf(value)) {
    if (!IsShared(coordinate.dimension)) continue;
    if (!SupportsFilter(measure, *FindDimension(coordinate.dimension))) {
      return none(type::Figure::NOT_REGISTERED, type::ATTRIBUTE_NOT_REGISTERED);
    }
    v1::Filter* filter = question.add_filters();
    filter->set_dimension(std::string(coordinate.dimension));
    filter->add_values(coordinate.value);
  }
  for (const v1::Filter& filter : counterpart->filters()) *question.add_filters() = filter;
  *question.mutable_known_time() = TimestampOf(known);
  // A period of before 1900 or of more than 50 years is no question here.
  absl::StatusOr<v1::QueryFiguresResponse> answer = costs_.QueryFigures(caller, question);
  if (ReasonOf(answer.status()) == ErrorReason::FIELDS_INVALID) {
    return none(type::Figure::NOT_AVAILABLE, type::PERIOD_NOT_DELIVERED);
  }
  NMD_RETURN_IF_ERROR(answer.status());
  *own->mutable_figure() = std::move(*answer->mutable_totals(0));
  const std::optional<int64_t> thousandths = InUnitOf(own->figure(), std::string(measure.unit), value.measured_in);
  if (value.printed && thousandths.has_value()) own->set_gap_thousandths(*thousandths - value.thousandths);
  return absl::OkStatus();
}

absl::StatusOr<v1::ListExternalSeriesResponse> ExternalSeriesBook::ListExternalSeries(
    const Caller&, const v1::ListExternalSeriesRequest& request) {
  NMD_ASSIGN_OR_RETURN(const Page page, ReadPage(request));
  const auto book = costs_.RecordsAt(KnownTime(request.has_known_time(), request.known_time(), clock_.Now()), true);
  struct Series {
    v1::ExternalSeries message;
    std::set<std::string> areas;
    std::set<std::string> measures;
    nmd::Period days;
  };
  std::map<std::tuple<uint8_t, std::string, std::string>, Series> all;
  for (const ExternalFact& value : book->externals) {
    const auto [at, fresh] = all.try_emplace({value.kind, *value.publisher, *value.series});
    Series& series = at->second;
    const v1::ExternalValue message = Message(value);
    if (fresh) {
      series.message.set_kind(message.kind());
      series.message.set_series(message.series());
      series.message.set_publisher(message.publisher());
      series.days = value.days;
    }
    // The newest value has the title that holds.
    series.message.set_title(message.title());
    series.areas.insert(AreaOf(value));
    series.days = {std::min(series.days.start, value.days.start), std::max(series.days.end, value.days.end)};
    series.message.set_value_count(series.message.value_count() + 1);
    if (value.withdrawn != 0) series.message.set_withdrawn_count(series.message.withdrawn_count() + 1);
    if (const auto* counterpart = CounterpartOf(value)) series.measures.insert(counterpart->measure());
  }
  v1::ListExternalSeriesResponse response;
  const auto total = static_cast<int64_t>(all.size());
  const int64_t end = std::min(total, page.offset + page.size);
  int64_t i = 0;
  for (auto& [key, series] : all) {
    if (i >= page.offset && i < end) {
      for (const std::string& area : series.areas) series.message.add_areas(area);
      for (const std::string& measure : series.measures) series.message.add_measures(measure);
      *series.message.mutable_period() = PeriodOf(series.days);
      *response.add_series() = std::move(series.message);
    }
    ++i;
  }
  response.set_next_page_token(NextPageToken(request, end, total));
  return response;
}

absl::StatusOr<v1::QueryExternalSeriesResponse> ExternalSeriesBook::QueryExternalSeries(
    const Caller& caller, const v1::QueryExternalSeriesRequest& request) {
  FieldCheck check;
  nmd::Period within = {0, kOpenEnd};
  if (request.has_period()) {
    const auto first = ParseDay(request.period().start_date()), end = ParseDay(request.period().end_date());
    check.Require(first.has_value(), "period.start_date", "must be a date as YYYY-MM-DD");
    check.Require(end.has_value(), "period.end_date", "must be a date as YYYY-MM-DD");
    if (first.has_value() && end.has_value()) {
      check.Require(*first < *end, "period.end_date", "must be after start_date; the end does not belong to it");
      within = {*first, *end};
    }
  }
  if (!check.ok()) return check.Result();
  const absl::Time known = KnownTime(request.has_known_time(), request.known_time(), clock_.Now());
  v1::QueryExternalSeriesResponse response;
  *response.mutable_known_time() = TimestampOf(known);
  const auto wanted = [&](const ExternalFact& value, bool newest) {
    return (request.kind() == v1::ExternalSeries::KIND_UNSPECIFIED || request.kind() == value.kind) &&
           (request.series().empty() || Has(request.series(), *value.series)) &&
           (request.areas().empty() || Has(request.areas(), AreaOf(value))) &&
           (!request.has_period() || value.days.Overlaps(within)) && (newest || request.all_vintages());
  };
  NMD_RETURN_IF_ERROR(Collect(caller, known, wanted, [&response](const ExternalFact&, v1::ExternalValue message) {
    *response.add_values() = std::move(message);
  }));
  return response;
}

absl::Status ExternalSeriesBook::Collect(const Caller& caller, absl::Time known,
                                         absl::FunctionRef<bool(const ExternalFact&, bool)> wanted,
                                         absl::FunctionRef<void(const ExternalFact&, v1::ExternalValue)> take) {
  const auto book = costs_.RecordsAt(known, true);
  const std::vector<ExternalFact>& values = book->externals;
  size_t taken = 0;
  const ExternalFact* before = nullptr;  // The newest vintage of the period before in the same series.
  for (size_t i = 0; i < values.size(); ++i) {
    const ExternalFact& value = values[i];
    if (i > 0 && !SameSeries(values[i - 1], value)) before = nullptr;
    if (i > 0 && SameSeries(values[i - 1], value) && !SameSubject(values[i - 1], value)) before = &values[i - 1];
    const bool newest = i + 1 == values.size() || !SameSubject(value, values[i + 1]);
    if (!wanted(value, newest)) continue;
    if (taken++ == kValueLimit) {
      return Fail(absl::StatusCode::kInvalidArgument, ErrorReason::RESULT_TOO_LARGE,
                  absl::StrCat("the answer would have more than ", kValueLimit, " values; ask for fewer series"));
    }
    v1::ExternalValue message = Message(value);
    message.set_newest(newest);
    if (newest && before != nullptr) SetGrowth(*before, value, &message);
    NMD_RETURN_IF_ERROR(AddCounterpart(caller, value, known, &message));
    take(value, std::move(message));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::map<std::string, std::vector<v1::ExternalValue>>> ExternalSeriesBook::BesideAreas(
    const Caller& caller, absl::string_view level, absl::Span<const nmd::Period> periods, absl::Time known) {
  const auto code_of = [level](const ExternalFact& value) -> const std::string& {
    return level == "buurt" ? *value.buurt : *value.wijk;
  };
  const auto wanted = [&](const ExternalFact& value, bool newest) {
    return newest && !code_of(value).empty() && code_of(value) == AreaOf(value) && CounterpartOf(value) != nullptr &&
           std::any_of(periods.begin(), periods.end(),
                       [&value](const nmd::Period& period) { return value.days.Overlaps(period); });
  };
  std::map<std::string, std::vector<v1::ExternalValue>> areas;
  NMD_RETURN_IF_ERROR(Collect(caller, known, wanted, [&](const ExternalFact& value, v1::ExternalValue message) {
    areas[code_of(value)].push_back(std::move(message));
  }));
  return areas;
}

void BindExternalSeries(ExternalSeriesBook* book, Router* router) {
  constexpr absl::string_view kService = "nmd.costs.v1.ExternalSeriesService";
  router->Handle(kService, "ListExternalSeries", [book](const Caller& caller, const v1::ListExternalSeriesRequest& request) {
    return book->ListExternalSeries(caller, request);
  });
  router->Handle(kService, "QueryExternalSeries", [book](const Caller& caller, const v1::QueryExternalSeriesRequest& request) {
    return book->QueryExternalSeries(caller, request);
  });
}

}  // namespace nmd::costs
