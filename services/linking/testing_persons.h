// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_LINKING_TESTING_PERSONS_H_
#define NMD_SERVICES_LINKING_TESTING_PERSONS_H_

#include <map>
#include <string>

#include "absl/strings/numbers.h"
#include "services/core/date.h"
#include "services/linking/engine/testing_population.h"
#include "services/linking/fake_ingestion.h"

// For tests: an invented population as person records of three sources.
namespace nmd::linking {

inline ingestion::v1::PersonRecord RecordOf(const engine::testing::MadeUp& made) {
  ingestion::v1::PersonRecord record = Person(made.id, made.number);
  record.set_given_names(made.given);
  record.set_surname(made.family);
  record.set_birth_day(ParseDay(made.birth).value_or(0));
  record.set_sex(made.sex == "M" ? "1" : made.sex == "V" ? "2" : "");
  record.set_postcode(made.postcode);
  int house = 0;
  if (absl::SimpleAtoi(made.house, &house)) record.set_house_number(house);
  return record;
}

// Adds a batch per source with records that become known at that time. Returns who each person_key really is. The same seed
// gives the same records.
inline std::map<std::string, std::string> AddPopulation(FakeIngestion& ingestion, uint64_t seed, uint32_t records,
                                                        int64_t known_micros) {
  std::map<std::string, std::string> truth;
  constexpr absl::string_view kSources[] = {"jeugdteam", "jw301", "wmo301"};
  std::map<absl::string_view, ingestion::v1::PersonBatch> batches;
  engine::testing::Population(seed, 999900006).Make(records, [&](const engine::testing::MadeUp& made) {
    truth[made.id] = made.person;
    ingestion::v1::PersonBatch& batch = batches[kSources[truth.size() % 3]];
    *batch.add_records() = RecordOf(made);
    // One in eight was said once more by its source, at another address.
    if (truth.size() % 8 == 0) {
      ingestion::v1::PersonRecord moved = RecordOf(made);
      moved.set_postcode("9471AB");
      moved.set_house_number(static_cast<int32_t>(truth.size()));
      *batch.add_records() = std::move(moved);
    }
  });
  for (auto& [source, records_of] : batches) {
    *ingestion.AddBatch(source, known_micros).mutable_records() = records_of.records();
  }
  return truth;
}

}  // namespace nmd::linking

#endif  // NMD_SERVICES_LINKING_TESTING_PERSONS_H_
