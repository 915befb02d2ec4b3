// SPDX-License-Identifier: EUPL-1.2
#include "services/publication/formats/dataset.h"

#include <array>
#include <charconv>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "nmd/type/error_reason.pb.h"
#include "services/core/date.h"

namespace nmd::publication::formats {
namespace {

using type::ErrorReason;
using v1::PublishedCell;
using v1::PublishedValue;

std::string Shortest(double value) {
  std::array<char, 32> digits;
  const std::to_chars_result end = std::to_chars(digits.data(), digits.data() + digits.size(), value);
  return std::string(digits.data(), end.ptr);
}

std::string Euros(int64_t cents) {
  // Of the lowest number there is the opposite does not fit; unsigned it does.
  const uint64_t size = cents < 0 ? 0 - static_cast<uint64_t>(cents) : static_cast<uint64_t>(cents);
  return absl::StrFormat("%s%d.%02d", cents < 0 ? "-" : "", size / 100, size % 100);
}

bool Hidden(const PublishedCell& cell) {
  return cell.state() == PublishedCell::HIDDEN || cell.state() == PublishedCell::STATE_UNSPECIFIED;
}

std::string Share(const PublishedCell& cell, double share) {
  return Hidden(cell) || !cell.has_reliability() ? "" : Shortest(share);
}

Span SpanOfMonths(Month first, int months) { return {FormatDay(FirstDay(first)), FormatDay(FirstDay(first + months))}; }

// "2018-01", "2018-Q1" or "2018"; nothing for other codes.
std::optional<Span> SpanOfCode(absl::string_view code) {
  if (const std::optional<Month> month = ParseMonth(code)) return SpanOfMonths(*month, 1);
  int year = 0, quarter = 0;
  if (code.size() == 4 && absl::SimpleAtoi(code, &year)) return SpanOfMonths(MonthOf(year, 1), 12);
  if (code.size() == 7 && code.substr(4, 2) == "-Q" && absl::SimpleAtoi(code.substr(0, 4), &year) &&
      absl::SimpleAtoi(code.substr(6), &quarter) && quarter >= 1 && quarter <= 4) {
    return SpanOfMonths(MonthOf(year, 3 * quarter - 2), 3);
  }
  return std::nullopt;
}

// A stretch of whole months that begins where its kind may: its year, how many months, and the how manieth of the year it is.
struct Regular {
  int year = 0, months = 0, number = 0;
};
std::optional<Regular> RegularOf(const Span& span) {
  const std::optional<Day> start = ParseDay(span.start), end = ParseDay(span.end);
  if (!start || !end || CivilOf(*start).day != 1 || CivilOf(*end).day != 1) return std::nullopt;
  const Month first = MonthOf(*start);
  const int months = MonthOf(*end) - first;
  for (const int length : {1, 3, 6, 12}) {
    if (months == length && (MonthInYear(first) - 1) % length == 0)
      return Regular{YearOf(first), length, (MonthInYear(first) - 1) / length + 1};
  }
  return std::nullopt;
}

}  // namespace

ValueState StateOf(const PublishedCell& cell, int measure) {
  if (Hidden(cell)) return ValueState::kSuppressed;
  if (measure >= cell.values_size()) return ValueState::kNotAvailable;
  const PublishedValue& value = cell.values(measure);
  if (value.value_case() != PublishedValue::kMissing && value.value_case() != PublishedValue::VALUE_NOT_SET)
    return ValueState::kAnswered;
  ErrorReason reason = ErrorReason::ERROR_REASON_UNSPECIFIED;
  type::ErrorReason_Parse(value.missing(), &reason);
  switch (reason) {
    case ErrorReason::CELL_PROTECTED:
      return ValueState::kSuppressed;
    case ErrorReason::ATTRIBUTE_NOT_REGISTERED:
      return ValueState::kNotRegistered;
    case ErrorReason::PERIODS_UNEQUAL:
    case ErrorReason::TREND_BREAK:
    case ErrorReason::AMOUNT_NEGATIVE:
    case ErrorReason::AREA_CHANGED:
    case ErrorReason::DEFINITION_DIFFERS:
      return ValueState::kNotComparable;
    default:
      return ValueState::kNotAvailable;
  }
}

absl::string_view WordOf(ValueState state) {
  switch (state) {
    case ValueState::kAnswered:
      return "beantwoord";
    case ValueState::kSuppressed:
      return "onderdrukt";
    case ValueState::kNotRegistered:
      return "niet_geregistreerd";
    case ValueState::kNotAvailable:
      return "niet_beschikbaar";
    case ValueState::kNotComparable:
      return "niet_vergelijkbaar";
  }
  return "";
}

std::string ReasonOf(const PublishedCell& cell, int measure) {
  switch (StateOf(cell, measure)) {
    case ValueState::kAnswered:
      return "";
    case ValueState::kSuppressed:
      return type::ErrorReason_Name(ErrorReason::CELL_PROTECTED);
    default:
      return measure < cell.values_size() ? cell.values(measure).missing() : "";
  }
}

std::string NumberOf(const PublishedCell& cell, int measure) {
  if (StateOf(cell, measure) != ValueState::kAnswered) return "";
  const PublishedValue& value = cell.values(measure);
  switch (value.value_case()) {
    case PublishedValue::kCount:
      return absl::StrCat(value.count());
    case PublishedValue::kAmountCents:
      return Euros(value.amount_cents());
    default:
      return Shortest(value.ratio());
  }
}

std::string UncertaintyOf(const v1::PublishedMeasure& measure) {
  if (measure.uncertainty() == 0) return "";
  return measure.unit() == "cents" ? Euros(measure.uncertainty()) : absl::StrCat(measure.uncertainty());
}
std::string TitleOf(const v1::PublishedMeasure& measure) {
  const std::string uncertainty = UncertaintyOf(measure);
  return uncertainty.empty() ? measure.title() : absl::StrCat(measure.title(), " (afgerond, ± ", uncertainty, ")");
}

std::string SourceQualityOf(const PublishedCell& cell) { return Share(cell, cell.reliability().source_quality()); }
std::string CompletenessOf(const PublishedCell& cell) {
  return cell.reliability().has_completeness() ? Share(cell, cell.reliability().completeness()) : "";
}
std::string LinkQualityOf(const PublishedCell& cell) { return Share(cell, cell.reliability().link_quality()); }
bool IsProvisional(const PublishedCell& cell) { return !Hidden(cell) && cell.reliability().provisional(); }

absl::string_view UnitOf(const v1::PublishedMeasure& measure) {
  return measure.unit() == "cents" ? "EUR" : measure.unit() == "ratio" ? "PURE_NUMB" : "PN";
}

int TimeDimension(const v1::Publication& publication) {
  for (int d = 0; d < publication.dimensions_size(); ++d) {
    const std::string& id = publication.dimensions(d).dimension();
    if (id == "month" || id == "quarter" || id == "year") return d;
  }
  return -1;
}

int AreaDimension(const v1::Publication& publication) {
  for (int d = 0; d < publication.dimensions_size(); ++d) {
    if (publication.dimensions(d).dimension() == "municipality") return d;
  }
  return -1;
}

Span SpanOf(const v1::Dataset& dataset, const PublishedCell& cell) {
  const Span whole = {dataset.period().start_date(), dataset.period().end_date()};
  const int d = TimeDimension(dataset.publication());
  if (d < 0 || cell.codes(d) == 0) return whole;
  return SpanOfCode(dataset.publication().dimensions(d).codes(cell.codes(d)).value()).value_or(whole);
}

std::string OwnerOf(const v1::Dataset& dataset) {
  const std::vector<std::string> parts = absl::StrSplit(dataset.name(), '/');
  return parts.size() < 2 ? "" : absl::AsciiStrToUpper(parts[1]);
}

std::string AreaOf(const v1::Dataset& dataset, const PublishedCell& cell) {
  const int d = AreaDimension(dataset.publication());
  if (d < 0 || cell.codes(d) == 0) return OwnerOf(dataset);
  return absl::AsciiStrToUpper(dataset.publication().dimensions(d).codes(cell.codes(d)).value());
}

std::string SdmxPeriod(const Span& span) {
  const std::optional<Regular> regular = RegularOf(span);
  if (!regular) {
    const std::optional<Day> start = ParseDay(span.start), end = ParseDay(span.end);
    if (!start || !end) return span.start;
    if (CivilOf(*start).day == 1 && CivilOf(*end).day == 1)
      return absl::StrCat(span.start, "/P", MonthOf(*end) - MonthOf(*start), "M");
    return absl::StrCat(span.start, "/P", *end - *start, "D");
  }
  switch (regular->months) {
    case 12:
      return absl::StrCat(regular->year);
    case 6:
      return absl::StrCat(regular->year, "-S", regular->number);
    case 3:
      return absl::StrCat(regular->year, "-Q", regular->number);
    default:
      return absl::StrFormat("%d-%02d", regular->year, regular->number);
  }
}

absl::string_view SdmxFrequency(const Span& span) {
  const std::optional<Regular> regular = RegularOf(span);
  if (!regular) return "_O";
  return regular->months == 12 ? "A" : regular->months == 6 ? "S" : regular->months == 3 ? "Q" : "M";
}

std::string CbsPeriod(const Span& span) {
  const std::optional<Regular> regular = RegularOf(span);
  if (!regular) return absl::StrCat(span.start, "/", span.end);
  const char* kind = regular->months == 12 ? "JJ" : regular->months == 6 ? "HJ" : regular->months == 3 ? "KW" : "MM";
  return absl::StrFormat("%d%s%02d", regular->year, kind, regular->months == 12 ? 0 : regular->number);
}

std::string IdOf(const v1::Dataset& dataset) { return dataset.name().substr(dataset.name().rfind('/') + 1); }

std::string FigureId(const v1::Dataset& dataset, int cell) { return absl::StrCat(IdOf(dataset), ".", cell); }

std::string PascalCase(absl::string_view id) {
  std::string name;
  bool begins = true;
  for (const char c : id) {
    if (!absl::ascii_isalnum(static_cast<unsigned char>(c))) {
      begins = true;
      continue;
    }
    name.push_back(begins ? absl::ascii_toupper(static_cast<unsigned char>(c)) : c);
    begins = false;
  }
  return name;
}

const std::vector<FileKind>& FileKinds() {
  static const auto& kinds = *new std::vector<FileKind>{
      {"csv", "CSV (RFC 4180)", "text/csv; charset=utf-8; header=present"},
      {"csv-metadata", "Beschrijving van het CSV-bestand (CSVW)", "application/csvm+json"},
      {"gmsd", "CSV in de schrijfwijze van de Gemeentelijke Monitor Sociaal Domein", "text/csv; charset=utf-8; header=present"},
      {"sdmx-csv", "SDMX-CSV 2.0", "application/vnd.sdmx.data+csv; version=2.0.0; labels=id"},
      {"sdmx-structure", "Opbouw en codelijsten (SDMX-JSON 2.0)", "application/vnd.sdmx.structure+json; version=2.0.0"}};
  return kinds;
}

}  // namespace nmd::publication::formats
