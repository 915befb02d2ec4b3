// SPDX-License-Identifier: EUPL-1.2
// The checks of a mapping file, when it is loaded: all faults at once.
#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "services/ingestion/export_source.h"

namespace nmd::ingestion {
namespace {

using internal::v1::MappingFile;

// In order of key: a protobuf map has none.
template <typename V>
std::map<std::string, V> Sorted(const google::protobuf::Map<std::string, V>& map) {
  return {map.begin(), map.end()};
}

bool IsId(absl::string_view text) {
  return !text.empty() && text.size() <= 63 && std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_islower(static_cast<unsigned char>(c)) || absl::ascii_isdigit(static_cast<unsigned char>(c)) || c == '-';
  });
}

std::string Lower(absl::string_view text) { return absl::AsciiStrToLower(absl::StripAsciiWhitespace(text)); }

void Require(bool good, std::vector<std::string>* faults, absl::string_view text) {
  if (!good) faults->emplace_back(text);
}

}  // namespace

void ExportSource::CheckNames(Faults* faults) const {
  Require(IsId(mapping_.source()) && mapping_.source() != "auto", faults,
          "source: give 1 to 63 lower-case letters, digits and dashes, and not \"auto\"");
  Require(mapping_.owner() == "gemeente" || mapping_.owner() == "aanbieder" || mapping_.owner() == "leverancier", faults,
          "owner: give gemeente, aanbieder or leverancier");
  const std::string& separator = mapping_.separator();
  Require(separator == "tab" || (separator.size() == 1 && absl::ascii_isprint(static_cast<unsigned char>(separator[0])) &&
                                 separator != "\"" && !absl::ascii_isalnum(static_cast<unsigned char>(separator[0]))),
          faults, "separator: give one character, or tab");
  Require(mapping_.header_row() >= 0, faults, "header_row: give 1 or more");
  Require(mapping_.person_source().empty() || IsId(mapping_.person_source()), faults, "person_source: give the id of a source");
  Require(mapping_.person_source().empty() || (shape_->kind != internal::v1::CLIENTS && IsMapped("external_id")), faults,
          "person_source: only for an export with external_id, and not for the clients themselves");
}

void ExportSource::CheckColumns(Faults* faults) const {
  std::set<std::string> headers;
  for (const auto& [field, header] : Sorted(mapping_.columns())) {
    Require(FieldIndex(*shape_, field) >= 0, faults, absl::StrCat("columns.", field, ": the kind has no such field"));
    Require(!Lower(header).empty(), faults, absl::StrCat("columns.", field, ": give the header of the column"));
    Require(headers.insert(Lower(header)).second, faults, absl::StrCat("columns.", field, ": the header is used twice"));
  }
  Require(!mapping_.columns().empty(), faults, "columns: give at least one");
}

void ExportSource::CheckConstants(Faults* faults) {
  for (const auto& [field, text] : Sorted(mapping_.constants())) {
    const int index = FieldIndex(*shape_, field);
    if (index < 0) {
      faults->push_back(absl::StrCat("constants.", field, ": the kind has no such field"));
      continue;
    }
    Require(!mapping_.columns().contains(field), faults, absl::StrCat("constants.", field, ": the field has a column too"));
    CellValue value;
    const ExportField& rule = shape_->fields[static_cast<size_t>(index)];
    const bool good = ReadCell(rule, mapping_, nullptr, nullptr, {text, Cell::Type::kText}, &value).empty() && value.filled;
    Require(good, faults,
            absl::StrCat("constants.", field, ": no value of the field",
                         rule.codes.empty() ? "" : absl::StrCat("; it takes ", absl::StrJoin(rule.codes, ", "))));
    constants_[static_cast<size_t>(index)] = std::move(value);
  }
}

void ExportSource::CheckNeeds(Faults* faults) const {
  for (const ExportField& field : shape_->fields) {
    Require(field.need == Need::kOptional || IsMapped(field.name), faults,
            absl::StrCat("columns: the kind needs ", field.name));
  }
  Require(FieldIndex(*shape_, "external_id") < 0 || IsMapped("bsn") || IsMapped("external_id"), faults,
          "columns: the kind needs bsn or external_id");
  Require(mapping_.snapshot() != internal::v1::PER_YEAR || FieldIndex(*shape_, "year") >= 0 ||
              FieldIndex(*shape_, "ceiling_year") >= 0 || FieldIndex(*shape_, "start") >= 0,
          faults, "snapshot: the rows of the kind have no year; give WHOLE or ADDS");
  Require(!shape_->needs_product || IsMapped("category") || IsMapped("product"), faults,
          "columns: the kind needs category or product");
  if (!shape_->has_period) return;
  Require(IsMapped("start") == IsMapped("end"), faults, "columns: start and end go together");
  Require(IsMapped("year") || (IsMapped("start") && IsMapped("end")), faults,
          "columns: the kind needs a period: year, or start and end");
  Require(!IsMapped("month") || IsMapped("year"), faults, "columns: month goes with year");
}

void ExportSource::CheckValues(Faults* faults) {
  for (const auto& [field, map] : Sorted(mapping_.values())) {
    const int index = FieldIndex(*shape_, field);
    const std::vector<absl::string_view>* codes = index < 0 ? nullptr : &shape_->fields[static_cast<size_t>(index)].codes;
    if (codes == nullptr || codes->empty() || !mapping_.columns().contains(field)) {
      faults->push_back(absl::StrCat("values.", field, ": only a field with codes and a column can have words"));
      continue;
    }
    Words words;
    std::vector<std::string> wrong, twice;
    for (const auto& [word, code] : Sorted(map.codes())) {
      if (std::find(codes->begin(), codes->end(), code) == codes->end()) wrong.push_back(word);
      if (!words.emplace(Lower(word), code).second) twice.push_back(word);
    }
    Require(wrong.empty(), faults, absl::StrCat("values.", field, ": no code of the field: ", absl::StrJoin(wrong, ", ")));
    Require(twice.empty(), faults, absl::StrCat("values.", field, ": given twice: ", absl::StrJoin(twice, ", ")));
    words_[static_cast<size_t>(index)] = std::move(words);
  }
}

void ExportSource::CheckKeys(Faults* faults) {
  for (const std::string& field : mapping_.keys()) {
    if (mapping_.columns().contains(field) && FieldIndex(*shape_, field) >= 0) {
      keys_.push_back(static_cast<size_t>(FieldIndex(*shape_, field)));
    } else {
      faults->push_back(absl::StrCat("keys: ", field, " has no column"));
    }
  }
  std::sort(keys_.begin(), keys_.end());
  Require(std::adjacent_find(keys_.begin(), keys_.end()) == keys_.end(), faults, "keys: a field is named twice");
}

void ExportSource::CheckExpectations(Faults* faults) {
  const internal::v1::Expectations& expected = mapping_.expectations();
  const bool regular = expected.cadence() != internal::v1::IRREGULAR;
  Require(internal::v1::Cadence_IsValid(expected.cadence()), faults, "expectations.cadence: no such cadence");
  Require(expected.due_days() >= 0 && (regular || expected.due_days() == 0), faults,
          "expectations.due_days: give a cadence with it, and no negative number");
  const std::optional<Day> since = ParseDay(expected.since());
  Require(expected.since().empty() || (regular && since), faults,
          "expectations.since: give a date as 2018-01-01, and a cadence with it");
  if (since && regular) {
    const Civil day = CivilOf(*since);
    const bool first = expected.cadence() == internal::v1::WEEKLY        ? Weekday(*since) == 0
                       : expected.cadence() == internal::v1::QUARTERLY   ? day.day == 1 && day.month % 3 == 1
                       : expected.cadence() == internal::v1::HALF_YEARLY ? day.day == 1 && day.month % 6 == 1
                       : expected.cadence() == internal::v1::YEARLY      ? day.day == 1 && day.month == 1
                                                                         : day.day == 1;
    Require(first, faults, "expectations.since: a period of that cadence does not begin on this day");
  }
  Require(expected.min_rows() >= 0 && expected.min_rows() <= kMaxRows, faults,
          absl::StrCat("expectations.min_rows: give 0 to ", kMaxRows));
  for (const auto& [field, range] : Sorted(expected.ranges())) {
    const int index = FieldIndex(*shape_, field);
    if (index < 0 || !HasOrder(shape_->fields[static_cast<size_t>(index)].type) || !mapping_.columns().contains(field)) {
      faults->push_back(
          absl::StrCat("expectations.ranges.", field, ": only a date, amount or number with a column has a range"));
      continue;
    }
    Bounds bounds{static_cast<size_t>(index), std::nullopt, std::nullopt, ""};
    for (const bool is_min : {true, false}) {
      const std::string& text = is_min ? range.min() : range.max();
      if (text.empty()) continue;
      CellValue value;
      const ExportField& rule = shape_->fields[static_cast<size_t>(index)];
      Require(ReadCell(rule, mapping_, nullptr, nullptr, {text, Cell::Type::kText}, &value).empty(), faults,
              absl::StrCat("expectations.ranges.", field, is_min ? ".min" : ".max", ": no value of the field"));
      (is_min ? bounds.min : bounds.max) = value.number;
    }
    Require(bounds.min || bounds.max, faults, absl::StrCat("expectations.ranges.", field, ": give min, max or both"));
    Require(!bounds.min || !bounds.max || *bounds.min <= *bounds.max, faults,
            absl::StrCat("expectations.ranges.", field, ": min is more than max"));
    bounds.text = range.max().empty()   ? absl::StrCat("onder ", range.min())
                  : range.min().empty() ? absl::StrCat("boven ", range.max())
                                        : absl::StrCat("buiten ", range.min(), " tot en met ", range.max());
    bounds_.push_back(std::move(bounds));
  }
  for (const auto& [field, percent] : Sorted(expected.filled())) {
    const int index = FieldIndex(*shape_, field);
    Require(index >= 0 && mapping_.columns().contains(field), faults,
            absl::StrCat("expectations.filled.", field, ": the field has no column"));
    Require(percent >= 1 && percent <= 100, faults, absl::StrCat("expectations.filled.", field, ": give 1 to 100"));
    if (index >= 0) fills_.push_back({static_cast<size_t>(index), percent});
  }
}

absl::StatusOr<ExportSource> ExportSource::Make(const MappingFile& mapping) {
  const ExportShape* shape = ShapeOf(mapping.kind());
  static const auto* const none = new ExportShape{};
  ExportSource source(mapping, shape == nullptr ? *none : *shape);
  Faults faults;
  source.CheckNames(&faults);
  if (shape == nullptr) {
    faults.emplace_back("kind: give one of those in mapping.proto");
  } else {
    source.CheckColumns(&faults);
    source.CheckConstants(&faults);
    source.CheckNeeds(&faults);
    source.CheckValues(&faults);
    source.CheckKeys(&faults);
    source.CheckExpectations(&faults);
  }
  if (!faults.empty()) {
    return absl::FailedPreconditionError(
        absl::StrCat("mapping of source \"", mapping.source(), "\":\n  ", absl::StrJoin(faults, "\n  ")));
  }
  return source;
}

}  // namespace nmd::ingestion
