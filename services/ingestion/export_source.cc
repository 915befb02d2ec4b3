// SPDX-License-Identifier: EUPL-1.2
#include "services/ingestion/export_source.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace nmd::ingestion {
namespace {

constexpr absl::string_view kRule = "EXPORT";
constexpr absl::string_view kExpectationRule = "VERWACHTING";

std::string Lower(absl::string_view text) { return absl::AsciiStrToLower(absl::StripAsciiWhitespace(text)); }

// The identity of a row without a number: what all mapped fields say, in order of the fields' names.
std::string Normalised(const ExportShape& shape, const std::vector<int>& columns, const Row& row) {
  std::map<absl::string_view, std::string> texts;
  for (size_t i = 0; i < columns.size(); ++i) {
    if (columns[i] >= 0) texts[shape.fields[i].name] = Lower(row.cells[static_cast<size_t>(columns[i])].text);
  }
  return absl::StrJoin(texts, "\x1f", [](std::string* out, const auto& text) { *out += text.second; });
}

}  // namespace

std::vector<std::string> ExportSource::Headers() const {
  std::vector<std::string> headers;
  for (const auto& [field, header] : mapping_.columns()) headers.push_back(header);
  std::sort(headers.begin(), headers.end());
  return headers;
}

std::optional<Finding> ExportSource::FindColumns(const Row& row, std::vector<int>* columns) const {
  const std::string place = absl::StrCat("regel ", row.line);
  if (!row.fault.empty()) {
    return Finding{std::string(kRule), 1, place, absl::StrCat(place, ", kolomnamen: ", row.fault), "", owner(), /*fatal=*/true};
  }
  std::map<std::string, std::vector<int>> headers;
  for (size_t i = 0; i < row.cells.size(); ++i) headers[Lower(row.cells[i].text)].push_back(static_cast<int>(i));
  std::vector<std::string> missing, repeated;
  for (const auto& [field, header] : mapping_.columns()) {
    const auto found = headers.find(Lower(header));
    if (found == headers.end()) {
      missing.push_back(header);
    } else if (found->second.size() > 1) {
      repeated.push_back(header);
    } else {
      (*columns)[static_cast<size_t>(FieldIndex(*shape_, field))] = found->second.front();
    }
  }
  if (missing.empty() && repeated.empty()) return std::nullopt;
  std::sort(missing.begin(), missing.end());
  std::sort(repeated.begin(), repeated.end());
  return Finding{std::string(kRule),
                 1,
                 place,
                 absl::StrCat(missing.empty() ? "" : absl::StrCat("ontbrekende kolommen: ", absl::StrJoin(missing, ", "), ". "),
                              repeated.empty() ? "" : absl::StrCat("dubbele kolommen: ", absl::StrJoin(repeated, ", "), ". "),
                              "Lever het bestand opnieuw aan met alle kolommen"),
                 "",
                 owner(),
                 /*fatal=*/true};
}

std::string ExportSource::PlaceOf(const Row& row, absl::string_view field) const {
  const auto column = mapping_.columns().find(std::string(field));
  if (column == mapping_.columns().end()) return absl::StrCat("regel ", row.line);
  return absl::StrCat("regel ", row.line, ", kolom ", column->second);
}

void ExportSource::ReadRow(const Row& row, const std::vector<int>& columns, const RowSource& rows,
                           std::vector<CellValue>* values, RowValues* read) const {
  for (size_t i = 0; i < columns.size(); ++i) {
    const ExportField& field = shape_->fields[i];
    CellValue& value = (*values)[i];
    if (columns[i] < 0) {
      value = constants_[i].value_or(CellValue());
      continue;
    }
    const Words* words = words_[i] ? &*words_[i] : nullptr;
    const std::string fault = ReadCell(field, mapping_, words, &rows, row.cells[static_cast<size_t>(columns[i])], &value);
    if (!fault.empty()) {
      read->Fault(field.name, fault);
    } else if (!value.filled && field.need == Need::kFilled) {
      read->Fault(field.name, "de waarde ontbreekt; vul de kolom");
    }
  }
}

std::string ExportSource::KeyOf(const std::vector<CellValue>& values) const {
  std::string key;
  for (const size_t field : keys_) {
    const CellValue& value = values[field];
    const bool by_number = HasOrder(shape_->fields[field].type) && value.filled;
    absl::StrAppend(&key, by_number ? absl::StrCat(value.number) : absl::AsciiStrToLower(value.text), "\x1f");
  }
  return key;
}

std::vector<Finding> ExportSource::Expected(const ExportReading& reading, const std::vector<Tally>& outside,
                                            const std::vector<int64_t>& filled) const {
  std::vector<Finding> findings;
  const auto add = [&](const std::string& place, const std::string& text) {
    findings.push_back(
        {std::string(kExpectationRule), 4, place, absl::StrCat(place, ": ", text), "", owner(), /*fatal=*/false});
  };
  const auto column = [&](size_t field) {
    return absl::StrCat("kolom ", mapping_.columns().at(std::string(shape_->fields[field].name)));
  };
  if (reading.record_count < mapping_.expectations().min_rows()) {
    add("bestand", absl::StrCat("er zijn ", reading.record_count, " regels, verwacht waren er minstens ",
                                mapping_.expectations().min_rows()));
  }
  for (size_t i = 0; i < bounds_.size(); ++i) {
    if (outside[i].outside == 0) continue;
    add(column(bounds_[i].field), absl::StrCat(outside[i].outside, " van de ", reading.sound_record_count, " regels ",
                                               outside[i].outside == 1 ? "ligt " : "liggen ", bounds_[i].text,
                                               "; de eerste is regel ", outside[i].first_line));
  }
  for (size_t i = 0; i < fills_.size(); ++i) {
    if (filled[i] * 100 >= fills_[i].percent * reading.sound_record_count) continue;
    add(column(fills_[i].field), absl::StrCat("gevuld in ", filled[i], " van de ", reading.sound_record_count,
                                              " regels, verwacht was minstens ", fills_[i].percent, "%"));
  }
  return findings;
}

ExportReading ExportSource::Read(absl::string_view bytes, Day known_day, const PersonKeyMaker& person_key) const {
  const auto refused = [&](const std::string& text) {
    ExportReading reading;
    reading.findings.push_back({std::string(kRule), 1, "bestand", text, "", owner(), /*fatal=*/true});
    return reading;
  };
  const std::unique_ptr<RowSource> rows = RowsOf(bytes, mapping_);
  Row row;
  if (!rows->Next(&row)) {
    return refused(rows->Failure().empty() ? "het bestand is leeg; de eerste regel bevat de kolomnamen" : rows->Failure());
  }
  std::vector<int> columns(shape_->fields.size(), -1);
  if (std::optional<Finding> fault = FindColumns(row, &columns)) {
    ExportReading reading;
    reading.findings.push_back(*std::move(fault));
    return reading;
  }

  ExportReading reading;
  FactMaker maker(*shape_, id(), mapping_.person_source().empty() ? id() : mapping_.person_source(), known_day, person_key);
  int64_t faulty = 0;
  std::vector<Finding> faults;
  const RowValues::Report report = [&](absl::string_view field, absl::string_view text) {
    const std::string place = PlaceOf(row, field);
    faults.push_back({std::string(kRule), 1, place, absl::StrCat(place, ": ", text), "", owner(), /*fatal=*/false});
  };
  std::vector<CellValue> values(shape_->fields.size());
  std::vector<Tally> outside(bounds_.size());
  std::vector<int64_t> filled(fills_.size());
  absl::flat_hash_set<std::string> keys;
  while (rows->Next(&row)) {
    if (++reading.record_count > kMaxRows) {
      return refused(absl::StrCat("het bestand heeft meer dan ", kMaxRows, " regels; splits het bestand"));
    }
    faults.clear();
    if (!row.fault.empty()) {
      const std::string place = absl::StrCat("regel ", row.line);
      faults.push_back({std::string(kRule), 1, place, absl::StrCat(place, ": ", row.fault), "", owner(), /*fatal=*/false});
    } else {
      RowValues read(*shape_, values, report);
      ReadRow(row, columns, *rows, &values, &read);
      if (read.ok() && !keys_.empty() && !keys.insert(KeyOf(values)).second) {
        read.Fault(shape_->fields[keys_.front()].name, "een eerdere regel heeft dezelfde sleutel; deze regel is niet gelezen");
      }
      maker.Add(read, shape_->kind == internal::v1::CLIENTS ? Normalised(*shape_, columns, row) : "");
    }
    if (!faults.empty()) {
      if (++faulty <= kMaxRowFindings) std::move(faults.begin(), faults.end(), std::back_inserter(reading.findings));
      continue;
    }
    ++reading.sound_record_count;
    for (size_t i = 0; i < bounds_.size(); ++i) {
      const CellValue& value = values[bounds_[i].field];
      // A last day is kept as the day after it, in the bounds too.
      if (!value.filled ||
          ((!bounds_[i].min || value.number >= *bounds_[i].min) && (!bounds_[i].max || value.number <= *bounds_[i].max))) {
        continue;
      }
      if (++outside[i].outside == 1) outside[i].first_line = row.line;
    }
    for (size_t i = 0; i < fills_.size(); ++i) filled[i] += values[fills_[i].field].filled ? 1 : 0;
  }
  if (!rows->Failure().empty()) return refused(rows->Failure());
  if (faulty > kMaxRowFindings) {
    reading.findings.push_back({std::string(kRule), 1, "bestand",
                                absl::StrCat("nog ", faulty - kMaxRowFindings, " regels met fouten"), "", owner(),
                                /*fatal=*/false});
  }
  std::vector<Finding> expected = Expected(reading, outside, filled);
  std::move(expected.begin(), expected.end(), std::back_inserter(reading.findings));
  reading.facts = std::move(maker.facts);
  reading.persons = std::move(maker.persons);
  return reading;
}

}  // namespace nmd::ingestion
