// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_PUBLICATION_TEST_PUBLISHED_H_
#define NMD_SERVICES_PUBLICATION_TEST_PUBLISHED_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "nmd/publication/v1/statement.pb.h"

// Publications for tests: a dimension list, measures, and values of cells in order. A cell without values is hidden.
namespace nmd::publication::testing {

struct TestDimension {
  std::string dimension;
  std::vector<std::string> codes;  // Without the total.
};

struct TestMeasure {
  std::string measure, unit;
};

inline v1::Publication MakePublication(const std::string& municipality, int number,
                                       const std::vector<TestDimension>& dimensions, const std::vector<TestMeasure>& measures,
                                       const std::vector<std::vector<int64_t>>& cells) {
  v1::Publication publication;
  publication.set_publication(absl::StrCat(municipality, "-2018-", number));
  publication.set_agreement(absl::StrCat("municipalities/", municipality, "/agreements/regio"));
  publication.set_agreement_version(1);
  publication.set_table("tabel");
  publication.set_title("Een tabel");
  publication.mutable_period()->set_start_date("2018-01-01");
  publication.mutable_period()->set_end_date("2019-01-01");
  publication.set_audience("regio");
  publication.set_minimum_clients(10);
  for (const TestDimension& own : dimensions) {
    v1::PublishedDimension* dimension = publication.add_dimensions();
    dimension->set_dimension(own.dimension);
    dimension->set_title(own.dimension);
    dimension->add_codes()->set_value("totaal");
    for (const std::string& code : own.codes) {
      v1::PublishedCode* added = dimension->add_codes();
      added->set_value(code);
      added->set_label(absl::StrCat("Code ", code));
    }
  }
  for (const TestMeasure& own : measures) {
    v1::PublishedMeasure* measure = publication.add_measures();
    measure->set_measure(own.measure);
    measure->set_title(own.measure);
    measure->set_unit(own.unit);
    measure->set_definition(absl::StrCat(own.measure, "/1"));
  }
  std::vector<int32_t> at(dimensions.size(), 0);
  for (const std::vector<int64_t>& values : cells) {
    v1::PublishedCell* cell = publication.add_cells();
    for (const int32_t code : at) cell->add_codes(code);
    bool zero = true;
    for (size_t m = 0; m < values.size(); ++m) {
      v1::PublishedValue* value = cell->add_values();
      if (measures[m].unit == "count") value->set_count(values[m]);
      if (measures[m].unit == "cents") value->set_amount_cents(values[m]);
      if (measures[m].unit == "ratio") value->set_ratio(static_cast<double>(values[m]));
      zero = zero && values[m] == 0;
    }
    cell->set_state(values.empty() ? v1::PublishedCell::HIDDEN : zero ? v1::PublishedCell::ZERO : v1::PublishedCell::SHOWN);
    if (!values.empty()) {
      cell->mutable_reliability()->set_source_quality(0.98);
      cell->mutable_reliability()->set_link_quality(0.97);
    }
    size_t d = at.size();
    while (d > 0 && ++at[d - 1] == publication.dimensions(static_cast<int>(d) - 1).codes_size()) at[--d] = 0;
  }
  return publication;
}

}  // namespace nmd::publication::testing

#endif  // NMD_SERVICES_PUBLICATION_TEST_PUBLISHED_H_
