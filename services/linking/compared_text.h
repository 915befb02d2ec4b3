// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_LINKING_COMPARED_TEXT_H_
#define NMD_SERVICES_LINKING_COMPARED_TEXT_H_

#include <cstdint>
#include <string>

#include "nmd/ingestion/v1/fact.pb.h"
#include "services/platform/crypto.h"

namespace nmd::linking {

// What a record says of what is compared, as the engine takes it. `bsn` is empty when it is of nobody, such as a test number.
struct ComparedText {
  std::string bsn, given, family, partner, birth, sex, postcode, house;
};

// `number_of_nobody`: the number is left out. Parts of a birth date that are not known are zeros (DatumGebruik, COD170).
ComparedText ComparedTextOf(const ingestion::v1::PersonRecord& record, bool number_of_nobody);

// A keyed hash of all a record says but when its address holds; equal for records of a person that say the same; not 0.
int64_t ContentHashOf(const ingestion::v1::PersonRecord& record, const Key& key);

}  // namespace nmd::linking

#endif  // NMD_SERVICES_LINKING_COMPARED_TEXT_H_
