// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_INGESTION_HISTORY_ENTRIES_H_
#define NMD_SERVICES_INGESTION_HISTORY_ENTRIES_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "nmd/ingestion/v1/fact.pb.h"
#include "services/ingestion/history_group.h"

namespace nmd::ingestion {

// What a batch says, as entries in order of the message, without their delivery. Of an export only tariffs
// count here. A batch of
// before FactBatch.message has no header and no returns; its entries are the same. `number` gives texts numbers.
std::vector<Entry> EntriesOf(const v1::FactBatch& batch, const std::function<int32_t(absl::string_view)>& number);

// Number of the message that a thing of this kind stands in; 0 when in none.
int16_t TypeOf(Entry::Kind kind);

// Where it stands in the message, as findings name places (checks.h).
std::string PlaceOf(const Entry& entry);

}  // namespace nmd::ingestion

#endif  // NMD_SERVICES_INGESTION_HISTORY_ENTRIES_H_
