// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_PUBLICATION_FORMATS_TEST_DATASET_H_
#define NMD_SERVICES_PUBLICATION_FORMATS_TEST_DATASET_H_

#include <cstdlib>
#include <fstream>
#include <map>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "google/protobuf/struct.pb.h"
#include "google/protobuf/util/json_util.h"
#include "nmd/publication/v1/open_data.pb.h"

namespace nmd::publication::formats::testing {

inline void AddCode(const std::string& value, const std::string& label, v1::PublishedDimension* dimension) {
  v1::PublishedCode* code = dimension->add_codes();
  code->set_value(value);
  code->set_label(label);
}

inline v1::Dataset EmptyDataset() {
  v1::Dataset dataset;
  dataset.set_name("municipalities/gm1730/datasets/gm1730-2018-0007");
  dataset.set_title("Cliënten per wijk");
  dataset.set_state(v1::Dataset::CURRENT);
  dataset.set_table("clienten-wijk");
  dataset.mutable_period()->set_start_date("2018-01-01");
  dataset.mutable_period()->set_end_date("2018-04-01");
  dataset.mutable_known_time()->set_seconds(1'523'000'000);
  dataset.mutable_released_time()->set_seconds(1'524'000'000);
  v1::Publication& publication = *dataset.mutable_publication();
  publication.set_publication("gm1730-2018-0007");
  publication.set_agreement_version(2);
  publication.set_table(dataset.table());
  publication.set_title(dataset.title());
  *publication.mutable_period() = dataset.period();
  publication.set_proof("Van 1 verborgen cel is niets te berekenen.");
  const std::vector<std::vector<std::string>> measures = {{"clients", "Cliënten", "count"},
                                                          {"indicated", "Toegewezen", "cents"},
                                                          {"indicated_per_client", "Toegewezen per cliënt", "ratio"}};
  for (const auto& own : measures) {
    v1::PublishedMeasure* measure = publication.add_measures();
    measure->set_measure(own[0]);
    measure->set_title(own[1]);
    measure->set_unit(own[2]);
    measure->set_definition(own[0] + "/1");
  }
  return dataset;
}

inline v1::PublishedCell* AddCell(std::vector<int> codes, v1::PublishedCell::State state, v1::Publication* publication) {
  v1::PublishedCell* cell = publication->add_cells();
  for (const int code : codes) cell->add_codes(code);
  cell->set_state(state);
  return cell;
}

// Every state there is, names that a spreadsheet or a parser could trip over, and a cell that is provisional.
inline v1::Dataset TestDataset() {
  v1::Dataset dataset = EmptyDataset();
  v1::Publication& publication = *dataset.mutable_publication();
  v1::PublishedDimension* wijk = publication.add_dimensions();
  wijk->set_dimension("wijk");
  wijk->set_title("Wijk");
  AddCode("totaal", "", wijk);
  AddCode("WK173001", "Eelde, \"Oud\"", wijk);
  AddCode("WK173002", "=Vries; <Zuid>", wijk);
  AddCode("", "", wijk);
  v1::PublishedCell* total = AddCell({0}, v1::PublishedCell::SHOWN, &publication);
  total->add_values()->set_count(1234);
  total->add_values()->set_amount_cents(59826400);
  total->add_values()->set_ratio(0.1);
  total->mutable_reliability()->set_source_quality(0.98);
  total->mutable_reliability()->set_link_quality(0.97);
  total->mutable_reliability()->set_completeness(0.5);
  total->mutable_reliability()->set_provisional(true);
  AddCell({1}, v1::PublishedCell::HIDDEN, &publication);
  v1::PublishedCell* zero = AddCell({2}, v1::PublishedCell::ZERO, &publication);
  zero->add_values()->set_count(0);
  zero->add_values()->set_amount_cents(0);
  zero->add_values()->set_missing("DENOMINATOR_ZERO");
  v1::PublishedCell* unknown = AddCell({3}, v1::PublishedCell::SHOWN, &publication);
  unknown->add_values()->set_missing("PERIOD_NOT_DELIVERED");
  unknown->add_values()->set_missing("ATTRIBUTE_NOT_REGISTERED");
  unknown->add_values()->set_missing("TREND_BREAK");
  return dataset;
}

// The lines of a CSV file by RFC 4180, each a map by the names in the first.
inline std::vector<std::map<std::string, std::string>> ReadCsv(const std::string& text, char separator = ',') {
  std::vector<std::vector<std::string>> lines(1, {""});
  bool quoted = false;
  for (size_t i = 0; i < text.size(); ++i) {
    std::string& field = lines.back().back();
    if (quoted) {
      if (text[i] != '"') {
        field.push_back(text[i]);
      } else if (i + 1 < text.size() && text[i + 1] == '"') {
        field.push_back(text[++i]);
      } else {
        quoted = false;
      }
    } else if (text[i] == '"') {
      EXPECT_TRUE(field.empty()) << "a quote in a field that is not quoted";
      quoted = true;
    } else if (text[i] == separator) {
      lines.back().emplace_back();
    } else if (text[i] == '\r') {
      EXPECT_EQ(text[++i], '\n');
      lines.push_back({""});
    } else {
      EXPECT_NE(text[i], '\n') << "a line ends with CRLF";
      field.push_back(text[i]);
    }
  }
  EXPECT_EQ(lines.back(), std::vector<std::string>{""}) << "the last line ends, too";
  lines.pop_back();
  std::vector<std::map<std::string, std::string>> rows;
  for (size_t l = 1; l < lines.size(); ++l) {
    EXPECT_EQ(lines[l].size(), lines[0].size()) << "line " << l;
    std::map<std::string, std::string>& row = rows.emplace_back();
    for (size_t f = 0; f < lines[l].size() && f < lines[0].size(); ++f) row[lines[0][f]] = lines[l][f];
    EXPECT_EQ(row.size(), lines[0].size()) << "names of columns are different";
  }
  return rows;
}

inline google::protobuf::Value ReadJson(const std::string& json) {
  google::protobuf::Value value;
  const auto read = google::protobuf::util::JsonStringToMessage(json, &value);
  EXPECT_TRUE(read.ok()) << read.ToString() << "\n" << json;
  return value;
}

// What a file of this name in tests/golden/open_data holds. With NMD_WRITE_GOLDEN it is written anew.
inline void ExpectGolden(const std::string& name, const std::string& text) {
  const char* source = std::getenv("NMD_SOURCE_DIR");
  const std::string path = absl::StrCat(source == nullptr ? "." : source, "/tests/golden/open_data/", name);
  if (std::getenv("NMD_WRITE_GOLDEN") != nullptr) std::ofstream(path, std::ios::binary) << text;
  std::ifstream file(path, std::ios::binary);
  ASSERT_TRUE(file) << path;
  std::stringstream golden;
  golden << file.rdbuf();
  EXPECT_EQ(text, golden.str()) << path;
}

// A random table whose hidden cells hold values all the same, as no publication does: numbers that are nowhere else. Nothing
// of them may get out. Returns their digits.
inline std::vector<std::string> AddSecrets(std::mt19937& random, v1::Dataset* dataset) {
  v1::Publication& publication = *dataset->mutable_publication();
  std::vector<std::string> secrets;
  int64_t next = 700'000'000 + static_cast<int64_t>(random() % 1000) * 1'000'000;
  const auto pick = [&](int below) { return static_cast<int>(random() % static_cast<unsigned>(below)); };
  const int dimensions = 1 + pick(2);
  for (int d = 0; d < dimensions; ++d) {
    v1::PublishedDimension* dimension = publication.add_dimensions();
    dimension->set_dimension(d == 0 ? "wijk" : pick(2) == 0 ? "month" : "ivn");
    dimension->set_title("Titel");
    AddCode("totaal", "", dimension);
    for (int c = 0, codes = 1 + pick(4); c < codes; ++c) AddCode(absl::StrCat("2018-0", c + 1), "Label", dimension);
  }
  std::vector<int> at(static_cast<size_t>(dimensions), 0);
  for (bool more = true; more;) {
    const int kind = pick(4);
    v1::PublishedCell* cell = AddCell(at,
                                      kind == 0   ? v1::PublishedCell::HIDDEN
                                      : kind == 1 ? v1::PublishedCell::STATE_UNSPECIFIED
                                                  : v1::PublishedCell::SHOWN,
                                      &publication);
    for (int m = 0; m < publication.measures_size(); ++m) {
      const int64_t number = kind < 2 ? ++next : pick(1000);
      v1::PublishedValue* value = cell->add_values();
      if (m == 0) value->set_count(number);
      if (m == 1) value->set_amount_cents(number);
      if (m == 2) value->set_ratio(static_cast<double>(number));
      if (kind < 2) secrets.push_back(m == 1 ? absl::StrCat(number / 100) : absl::StrCat(number));
    }
    cell->mutable_reliability()->set_source_quality(kind < 2 ? 0.123456789 : 0.5);
    cell->mutable_reliability()->set_provisional(kind < 2);
    more = false;
    for (size_t d = at.size(); !more && d-- > 0;) {
      more = ++at[d] < publication.dimensions(static_cast<int>(d)).codes_size();
      if (!more) at[d] = 0;
    }
  }
  secrets.push_back("123456789");
  return secrets;
}

}  // namespace nmd::publication::formats::testing

#endif  // NMD_SERVICES_PUBLICATION_FORMATS_TEST_DATASET_H_
