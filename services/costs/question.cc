// SPDX-License-Identifier: EUPL-1.2
#include "services/costs/question.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace nmd::costs {
namespace {

constexpr size_t kMostDimensions = 8;
constexpr int kLongestMonths = 600;
constexpr int kFirstYear = 1900;
constexpr int kLastYear = 2200;

bool SaneYear(Day day) {
  const int year = CivilOf(day).year;
  return kFirstYear <= year && year <= kLastYear;
}

}  // namespace

void QuestionReader::ReadMeasure(const std::string& id, absl::string_view path, AskedQuestion* asked) {
  const MeasureInfo* measure = catalogue_.Find(id);
  if (measure == nullptr) {
    unknown_measures_.push_back(id);
    unknown_paths_.emplace_back(path);
    return;
  }
  const auto& measures = asked->question.measures;
  if (std::find(measures.begin(), measures.end(), measure) != measures.end()) {
    check_.Add(path, "is asked for twice");
    return;
  }
  asked->question.measures.push_back(measure);
}

void QuestionReader::ReadMeasures(const google::protobuf::RepeatedPtrField<std::string>& ids, AskedQuestion* asked) {
  check_.Require(!ids.empty(), "measures", "at least one measure is needed; ListMeasures names them all");
  for (int i = 0; i < ids.size(); ++i) ReadMeasure(ids[i], absl::StrCat("measures[", i, "]"), asked);
}

const DimensionInfo* QuestionReader::Find(const std::string& id, absl::string_view path) {
  const DimensionInfo* dimension = FindDimension(id);
  if (dimension == nullptr) {
    unknown_dimensions_.push_back(id);
    unknown_paths_.emplace_back(path);
  }
  return dimension;
}

void QuestionReader::ReadDimension(const std::string& id, absl::string_view path, AskedQuestion* asked) {
  const DimensionInfo* dimension = Find(id, path);
  if (dimension == nullptr) return;
  auto& list = dimension->kind == DimensionKind::kNotRegistered ? asked->unregistered_dimensions : asked->question.dimensions;
  if (std::find(list.begin(), list.end(), dimension) != list.end()) {
    check_.Add(path, "is asked for twice");
    return;
  }
  list.push_back(dimension);
}

void QuestionReader::ReadFilters(const google::protobuf::RepeatedPtrField<v1::Filter>& filters, AskedQuestion* asked) {
  for (int i = 0; i < filters.size(); ++i) {
    const std::string path = absl::StrCat("filters[", i, "]");
    check_.Require(filters[i].values_size() > 0, absl::StrCat(path, ".values"), "at least one value is needed");
    const DimensionInfo* dimension = Find(filters[i].dimension(), absl::StrCat(path, ".dimension"));
    if (dimension == nullptr) continue;
    if (dimension->kind == DimensionKind::kNotRegistered) {
      asked->unregistered_filters.push_back(dimension);
    } else {
      asked->question.filters.push_back({dimension, {filters[i].values().begin(), filters[i].values().end()}});
    }
  }
}

void QuestionReader::ReadAges(const google::protobuf::RepeatedField<int32_t>& age_from, Question* question) {
  if (age_from.empty()) return;
  bool good = true;
  for (int i = 0; i < age_from.size(); ++i) {
    const std::string path = absl::StrCat("age_from[", i, "]");
    const bool inside = check_.Require(0 <= age_from[i] && age_from[i] <= AgeBands::kOldest, path, "must be from 0 to 120");
    const bool above = check_.Require(i == 0 || age_from[i - 1] < age_from[i], path, "must be above the age before it");
    good = good && inside && above;
    if (!good) return;  // Also keeps the work small: a good list has 121 ages at most.
  }
  question->ages = AgeBands({age_from.begin(), age_from.end()});
}

void QuestionReader::ReadPeriod(const type::Period& period, absl::string_view path, Question* question) {
  const auto read = [&](const std::string& text, absl::string_view field) -> std::optional<Month> {
    const std::optional<Day> day = ParseDay(text);
    const std::string where = absl::StrCat(path, ".", field);
    if (!check_.Require(day.has_value() && SaneYear(*day), where, "must be a date as YYYY-MM-DD, from 1900 to 2200")) {
      return std::nullopt;
    }
    if (!check_.Require(FirstDay(MonthOf(*day)) == *day, where, "must be the first day of a month")) return std::nullopt;
    return MonthOf(*day);
  };
  const std::optional<Month> first = read(period.start_date(), "start_date");
  const std::optional<Month> end = read(period.end_date(), "end_date");
  if (!first.has_value() || !end.has_value()) return;
  check_.Require(*first < *end, absl::StrCat(path, ".end_date"), "must be after start_date; the end does not belong to it");
  check_.Require(*end - *first <= kLongestMonths, absl::StrCat(path, ".end_date"), "the period may be at most 50 years");
  question->first = *first;
  question->end = *end;
}

void QuestionReader::ReadReferenceDate(const std::string& date, Question* question) {
  const std::optional<Day> day = ParseDay(date);
  if (!check_.Require(day.has_value() && SaneYear(*day), "reference_date", "must be a date as YYYY-MM-DD, from 1900 to 2200")) {
    return;
  }
  question->on = *day;
  question->first = MonthOf(*day);
  question->end = question->first + 1;
}

absl::Time QuestionReader::ReadKnownTime(bool given, const google::protobuf::Timestamp& time) {
  if (!given) return now_;
  // Nobody knows now what will be known later, and an answer must stay the same when it is asked again.
  const absl::Time known = absl::FromUnixSeconds(time.seconds()) + absl::Nanoseconds(time.nanos());
  return std::min(known, now_);
}

void QuestionReader::CheckTogether(const AskedQuestion& asked) {
  const Question& question = asked.question;
  check_.Require(question.dimensions.size() + asked.unregistered_dimensions.size() <= kMostDimensions, "dimensions",
                 "at most 8 dimensions at a time");
  for (const MeasureInfo* measure : question.measures) {
    check_.Require(!question.on.has_value() || SupportsReferenceDate(*measure), "reference_date",
                   absl::StrCat("measure ", measure->id, " is about a period, not about a day"));
    for (const DimensionInfo* dimension : question.dimensions) {
      check_.Require(Supports(*measure, *dimension), "dimensions",
                     absl::StrCat("measure ", measure->id, " is not split by ", dimension->id));
    }
    for (const QuestionFilter& filter : question.filters) {
      check_.Require(SupportsFilter(*measure, *filter.dimension), "filters",
                     absl::StrCat("measure ", measure->id, " is not filtered by ", filter.dimension->id));
    }
  }
  for (const QuestionFilter& filter : question.filters) {
    if (filter.dimension->kind != DimensionKind::kAge) continue;
    const std::vector<std::string>& bands = question.ages.values();
    for (const std::string& value : filter.values) {
      // A band that is not there would be a zero that nobody counted.
      check_.Require(
          std::find(bands.begin(), bands.end(), value) != bands.end(), "filters",
          absl::StrCat("the age bands are ", absl::StrJoin(bands, ", "), "or empty for unknown; age_from sets them"));
    }
  }
}

absl::Status QuestionReader::Result() const {
  if (unknown_paths_.empty()) return check_.ok() ? absl::OkStatus() : check_.Result();
  if (check_.ok() && unknown_dimensions_.empty()) {
    const std::string names = absl::StrJoin(unknown_measures_, ", ");
    return Fail(absl::StatusCode::kInvalidArgument, ErrorReason::MEASURE_UNKNOWN,
                absl::StrCat("no such measure: ", names, "; ListMeasures names them all"), {{"measure", names}});
  }
  if (check_.ok() && unknown_measures_.empty()) {
    const std::string names = absl::StrJoin(unknown_dimensions_, ", ");
    return Fail(absl::StatusCode::kInvalidArgument, ErrorReason::DIMENSION_UNKNOWN,
                absl::StrCat("no such dimension: ", names, "; ListDimensions names them all"), {{"dimension", names}});
  }
  FieldCheck all = check_;
  for (const std::string& path : unknown_paths_) all.Add(path, "is not known; ListMeasures and ListDimensions name them all");
  return all.Result();
}

bool CrossesBreak(const std::vector<Day>& breaks, const Question& a, const Question& b) {
  const Day first = FirstDay(std::min(a.first, b.first));
  const Day end = FirstDay(std::max(a.end, b.end));
  return std::any_of(breaks.begin(), breaks.end(), [&](Day day) { return first < day && day < end; });
}

namespace {

template <typename Request>
void ReadTime(const Request& request, QuestionReader* reader, AskedQuestion* asked) {
  if (request.has_period()) {
    reader->ReadPeriod(request.period(), "period", &asked->question);
  } else if (request.time_case() == Request::kReferenceDate) {
    reader->ReadReferenceDate(request.reference_date(), &asked->question);
  } else {
    reader->check().Add("period", "a period or a reference_date is needed");
  }
  asked->known = reader->ReadKnownTime(request.has_known_time(), request.known_time());
}

}  // namespace

absl::StatusOr<AskedQuestion> ReadQuestion(const Catalogue& catalogue, const v1::QueryFiguresRequest& request, absl::Time now) {
  AskedQuestion asked;
  QuestionReader reader(catalogue, now);
  reader.ReadMeasures(request.measures(), &asked);
  for (int i = 0; i < request.dimensions_size(); ++i) {
    reader.ReadDimension(request.dimensions(i), absl::StrCat("dimensions[", i, "]"), &asked);
  }
  reader.ReadFilters(request.filters(), &asked);
  reader.ReadAges(request.age_from(), &asked.question);
  ReadTime(request, &reader, &asked);
  reader.CheckTogether(asked);
  if (absl::Status status = reader.Result(); !status.ok()) return status;
  return asked;
}

absl::StatusOr<AskedQuestion> ReadQuestion(const Catalogue& catalogue, const v1::ExplainFigureRequest& request,
                                           absl::Time now) {
  AskedQuestion asked;
  QuestionReader reader(catalogue, now);
  if (reader.check().Require(!request.measure().empty(), "measure", "is needed; ListMeasures names them all")) {
    reader.ReadMeasure(request.measure(), "measure", &asked);
  }
  reader.ReadFilters(request.filters(), &asked);
  reader.ReadAges(request.age_from(), &asked.question);
  ReadTime(request, &reader, &asked);
  reader.CheckTogether(asked);
  if (absl::Status status = reader.Result(); !status.ok()) return status;
  return asked;
}

}  // namespace nmd::costs
