// SPDX-License-Identifier: EUPL-1.2
#include "services/analyses/forecast_asking.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"
#include "services/analyses/parts.h"
#include "services/core/dutch.h"
#include "services/platform/proto_time.h"

namespace nmd::analyses {
namespace {

constexpr absl::string_view kForm = "form";
constexpr absl::string_view kInKind = "zin";
constexpr absl::string_view kBudget = "pgb";
constexpr int kMostPriors = 36;
constexpr double kMostPrior = 1'000;

bool IsOneOf(absl::string_view id, std::initializer_list<absl::string_view> ids) {
  return std::find(ids.begin(), ids.end(), id) != ids.end();
}

}  // namespace

std::optional<ReportMoment> ReadReport(const costs::v1::ReportOfYear& report, absl::string_view path, FieldCheck* check) {
  const int year = report.year();
  const bool good = check->Require(1901 <= year && year <= 2199, absl::StrCat(path, ".year"), "must be from 1901 to 2199");
  const nmd::Period rest = {0, DayOf(std::clamp(year, 1901, 2199) + 1, 1, 1)};
  const auto since = [&](int month) {
    const Day day = DayOf(std::clamp(year, 1901, 2199), month, 1);
    return ReportMoment{dutch::StartOfDay(day), {day, rest.end}};
  };
  switch (report.report()) {
    case costs::v1::FIRST_REPORT:
      return good ? std::optional(since(5)) : std::nullopt;
    case costs::v1::HALF_YEAR_REPORT:
      return good ? std::optional(since(7)) : std::nullopt;
    case costs::v1::ANNUAL_ACCOUNTS: {
      if (!good) return std::nullopt;
      // What runs at the end of the year, known three months later.
      return ReportMoment{dutch::StartOfDay(DayOf(year + 1, 4, 1)), {rest.end, DayOf(year + 2, 1, 1)}};
    }
    default:
      check->Add(absl::StrCat(path, ".report"), "must be FIRST_REPORT, HALF_YEAR_REPORT or ANNUAL_ACCOUNTS");
      return std::nullopt;
  }
}

void ScopeReader::RequireCourses(const costs::DimensionInfo& dimension, absl::string_view path) {
  if (dimension.kind == costs::DimensionKind::kNotRegistered) return;
  check().Require(costs::SupportsCourses(dimension) && dimension.kind != costs::DimensionKind::kTime, path,
                  absl::StrCat(dimension.id, " is no dimension of a provision"));
}

void ScopeReader::ReadFilters(const google::protobuf::RepeatedPtrField<costs::v1::Filter>& filters, bool with_form) {
  google::protobuf::RepeatedPtrField<costs::v1::Filter> others;
  for (int i = 0; i < filters.size(); ++i) {
    if (with_form && filters[i].dimension() == kForm) {
      check().Require(!forms_.has_value(), absl::StrCat("filters[", i, "].dimension"), "is filtered by twice");
      forms_.emplace(filters[i].values().begin(), filters[i].values().end());
    } else {
      *others.Add() = filters[i];
    }
  }
  reader_.ReadFilters(others, &asked_);
  for (const costs::QuestionFilter& filter : asked_.question.filters) RequireCourses(*filter.dimension, "filters");
}

void ScopeReader::ReadDimension(const std::string& id, absl::string_view path) {
  if (id == kForm) {
    check().Require(std::find(dimensions_.begin(), dimensions_.end(), nullptr) == dimensions_.end(), path,
                    "is asked for twice");
    dimensions_.push_back(nullptr);
    return;
  }
  const size_t before = asked_.question.dimensions.size();
  reader_.ReadDimension(id, path, &asked_);
  if (asked_.question.dimensions.size() == before) return;
  dimensions_.push_back(asked_.question.dimensions.back());
  RequireCourses(*dimensions_.back(), path);
}

bool ScopeReader::KeepsForm(absl::string_view form) const {
  return !forms_.has_value() || std::find(forms_->begin(), forms_->end(), form) != forms_->end();
}

bool ScopeReader::FiltersOnly(bool provider) const {
  return std::all_of(filters().begin(), filters().end(), [provider](const costs::QuestionFilter& filter) {
    return IsOneOf(filter.dimension->id, {"law", "category", "product"}) || (provider && filter.dimension->id == "provider");
  });
}

bool ScopeReader::Keeps(absl::string_view dimension, absl::string_view value) const {
  return std::all_of(filters().begin(), filters().end(), [&](const costs::QuestionFilter& filter) {
    return filter.dimension->id != dimension ||
           std::find(filter.values.begin(), filter.values.end(), value) != filter.values.end();
  });
}

DataScope ScopeOf(const costs::CareBook& book, const ScopeReader& asked) {
  DataScope scope;
  if (!asked.KeepsForm(kInKind)) return scope;
  scope.courses = PickCourses(book, asked.filters());
  if (!asked.FiltersOnly(true)) return scope;
  scope.keeps_loose = [&asked](uint8_t law, costs::Word category, costs::Word product, costs::Word provider) {
    return asked.Keeps("law", LawValue(law)) && asked.Keeps("category", *category) && asked.Keeps("product", *product) &&
           asked.Keeps("provider", *provider);
  };
  return scope;
}

LadderOptions ReadLadder(const costs::v1::LadderSettings& settings, FieldCheck* check) {
  LadderOptions options;
  if (settings.has_tail_factor()) options.tail = settings.tail_factor();
  check->Require(0.5 <= options.tail && options.tail <= 2, "ladder.tail_factor", "must be from 0.5 to 2");
  options.tail_error = settings.tail_error();
  check->Require(0 <= options.tail_error && options.tail_error <= 1, "ladder.tail_error", "must be from 0 to 1");
  check->Require(settings.prior_factors_size() <= kMostPriors, "ladder.prior_factors", "at most 36 factors");
  for (int k = 0; k < settings.prior_factors_size(); ++k) {
    const double factor = settings.prior_factors(k);
    check->Require(0 < factor && factor <= kMostPrior, absl::StrCat("ladder.prior_factors[", k, "]"),
                   "must be above 0 and at most 1000");
    options.prior_factors.push_back(factor);
  }
  check->Require(settings.prior_factors().empty() || !settings.prior_source().empty(), "ladder.prior_source",
                 "say where the prior factors come from");
  check->Require(settings.prior_source().size() <= 500, "ladder.prior_source", "at most 500 bytes");
  check->Require(0 <= settings.prior_months() && settings.prior_months() <= 60, "ladder.prior_months", "must be from 1 to 60");
  if (settings.prior_months() > 0) options.prior_months = settings.prior_months();
  return options;
}

std::string LawValue(uint8_t law) { return law == costs::kYouth ? "jeugdwet" : law == costs::kWmo ? "wmo" : ""; }

double LinkedShare(const costs::CareBook& book, const std::vector<uint32_t>& courses) {
  if (courses.empty()) return 0;
  const auto exact = std::count_if(courses.begin(), courses.end(), [&](uint32_t c) { return book.courses[c].exact; });
  return static_cast<double>(exact) / static_cast<double>(courses.size());
}

Teller::Teller(const costs::CareBook& book, absl::Time known, uint32_t kinds, double linked) : known_(known) {
  int64_t records = 0, sound = 0, deliveries = 0;
  costs::Moment newest = 0;
  for (const auto& [source, shares] : book.snapshot->shares) {
    for (const costs::SourceShare& share : shares) {
      if ((share.kinds & kinds) == 0) continue;
      records += share.records;
      sound += share.sound_records;
      newest = deliveries == 0 ? share.newest : std::max(newest, share.newest);
      deliveries += share.deliveries;
    }
  }
  opening_ = "Hoeveel gegevens uit de bron zonder fouten zijn, is niet bekend";
  if (records > 0) {
    const double quality = static_cast<double>(sound) / static_cast<double>(records);
    reliability_.set_source_quality(quality);
    opening_ = absl::StrCat(dutch::Percent(quality), " van de gegevens uit de bron is zonder fouten");
  }
  closing_ = ".";
  if (deliveries > 0) {
    *reliability_.mutable_newest_delivery_time() = TimestampOf(newest);
    closing_ = absl::StrCat("; de nieuwste levering is van ", dutch::Moment(absl::FromUnixMicros(newest)), ".");
  }
  SetLinked(linked);
}

void Teller::SetLinked(double linked) {
  reliability_.set_link_quality(linked);
  reliability_.set_statement(absl::StrCat(opening_, "; bij ", dutch::Percent(linked),
                                          " van de voorzieningen is de cliënt zeker door het bsn", closing_));
}

type::Figure Teller::Bare(absl::string_view measure, const nmd::Period& period) const {
  type::Figure figure;
  figure.set_measure(std::string(measure));
  figure.set_definition(absl::StrCat(measure, "/1"));
  figure.mutable_period()->set_start_date(FormatDay(period.start));
  figure.mutable_period()->set_end_date(FormatDay(period.end));
  *figure.mutable_known_time() = TimestampOf(known_);
  *figure.mutable_reliability() = reliability_;
  return figure;
}

type::Figure Teller::Amount(absl::string_view measure, const nmd::Period& period, Cents cents) const {
  type::Figure figure = Bare(measure, period);
  figure.set_state(type::Figure::ANSWERED);
  figure.set_amount_cents(cents);
  return figure;
}

type::Figure Teller::Ratio(absl::string_view measure, const nmd::Period& period, double ratio) const {
  type::Figure figure = Bare(measure, period);
  figure.set_state(type::Figure::ANSWERED);
  figure.set_ratio(ratio);
  return figure;
}

type::Figure Teller::Missing(absl::string_view measure, const nmd::Period& period, type::Figure::State state,
                             absl::string_view reason) const {
  type::Figure figure = Bare(measure, period);
  figure.set_state(state);
  figure.set_state_reason(std::string(reason));
  return figure;
}

void Teller::SetInterval(double low, double high, double confidence, absl::string_view method, type::Figure* figure) {
  type::Interval* interval = figure->mutable_interval();
  interval->set_low(std::round(low));
  interval->set_high(std::round(high));
  interval->set_confidence(confidence);
  interval->set_method(std::string(method));
}

}  // namespace nmd::analyses
