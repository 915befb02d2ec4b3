// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_ANALYSES_BOOK_H_
#define NMD_SERVICES_ANALYSES_BOOK_H_

#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "google/protobuf/timestamp.pb.h"
#include "services/analyses/parts.h"
#include "services/costs/costs.h"
#include "services/platform/errors.h"
#include "services/platform/status_macros.h"

namespace nmd::analyses {

inline absl::Time TimeOf(const google::protobuf::Timestamp& time) {
  return absl::FromUnixSeconds(time.seconds()) + absl::Nanoseconds(time.nanos());
}

// A register that people fill: records of one kind, kept in the journal of costs, only ever added to. Some thousands at most:
// they are all in memory, and are looked through one by one. Thread safety: none of its own; guard it.
template <typename Record>
class Book {
 public:
  // `costs` must outlive this.
  Book(costs::Costs& costs, std::string name) : costs_(costs), name_(std::move(name)) {}

  // Reads what costs keeps and is not read yet; call after Costs::Replay, each time. DATA_LOSS STORE_DAMAGED.
  absl::Status Load() {
    const std::vector<std::string> notes = costs_.Notes(name_);
    for (size_t i = records_.size(); i < notes.size(); ++i) {
      if (!records_.emplace_back().ParseFromString(notes[i])) {
        return Fail(absl::StatusCode::kDataLoss, ErrorReason::STORE_DAMAGED, "a record of the costs journal cannot be read");
      }
    }
    return absl::OkStatus();
  }

  // Durable when it is OK; otherwise nothing is added.
  absl::Status Add(Record record, const std::string& subject) {
    NMD_RETURN_IF_ERROR(costs_.AddNote(name_, record.SerializeAsString(), subject));
    records_.push_back(std::move(record));
    return absl::OkStatus();
  }

  // By the request that added it; null when there is none. Stays where it is.
  const Record* FindRequest(absl::string_view request_id) const {
    if (request_id.empty()) return nullptr;
    for (const Record& record : records_) {
      if (record.request_id() == request_id) return &record;
    }
    return nullptr;
  }

  // Oldest first.
  const std::deque<Record>& records() const { return records_; }

 private:
  costs::Costs& costs_;
  const std::string name_;
  std::deque<Record> records_;
};

}  // namespace nmd::analyses

#endif  // NMD_SERVICES_ANALYSES_BOOK_H_
