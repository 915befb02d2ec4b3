// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_COSTS_RECORDS_H_
#define NMD_SERVICES_COSTS_RECORDS_H_

#include <array>
#include <cstdint>
#include <memory>
#include <tuple>
#include <vector>

#include "absl/strings/string_view.h"
#include "services/costs/ledger.h"
#include "services/costs/snapshot.h"

// Facts that are no provision, at one moment: personal budgets and their payments, help by the own team, bookings, decisions,
// and how long people wait for care to begin. They are few, so they are kept as records beside the table.
namespace nmd::costs {

// Immutable; points into the ledger it came from.
struct RecordBook {
  std::vector<Record> records;                  // In order of kind and content, whatever the order of arrival.
  std::array<MonthRange, kRecordKinds> months;  // Months there are records about, by kind.
  std::vector<ClientId> clients;                // Who Record::client is: number 1 first.
  // What others said, every vintage, with budget lines as values too: in order of what it is about, then of vintage
  // (external.h).
  std::vector<ExternalFact> externals;
};

// What a record is about, and everything it says in the order in which later values win. Of two records about one thing one
// holds; AllCount: of a kind, or without a number, of which all do.
using RecordKey = std::tuple<uint8_t, absl::string_view, uint8_t, absl::string_view, absl::string_view, absl::string_view, Day>;
RecordKey KeyOf(const Record& record);
bool AllCount(const Record& record);
using RecordContent =
    std::tuple<uint8_t, uint8_t, absl::string_view, absl::string_view, absl::string_view, Day, Day, uint8_t, absl::string_view,
               absl::string_view, Day, Day, absl::string_view, bool, absl::string_view, absl::string_view, Cents, Day>;
RecordContent ContentOf(const Record& record);

// Of two facts with one key the one known last holds, of two known at one moment the one with the later values (fact.proto).
std::shared_ptr<const RecordBook> MakeRecordBook(const KnownRecords& known);

}  // namespace nmd::costs

#endif  // NMD_SERVICES_COSTS_RECORDS_H_
