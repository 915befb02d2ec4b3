// SPDX-License-Identifier: EUPL-1.2
// One person in the vault: found, handed out, erased; links under pseudonyms of one purpose; and who looked.
#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "google/protobuf/util/time_util.h"
#include "nmd/internal/v1/linking_events.pb.h"
#include "services/linking/journal_kinds.h"
#include "services/linking/linking.h"
#include "services/platform/errors.h"
#include "services/platform/paging.h"
#include "services/platform/status_macros.h"

namespace nmd::linking {
namespace {

using google::protobuf::util::TimeUtil;
using internal::v1::AccessEvent;

// Records that lie farther apart are not read for one another.
constexpr int64_t kNearRecords = 256;

absl::Status Damaged(int64_t sequence) {
  return Fail(absl::StatusCode::kDataLoss, ErrorReason::STORE_DAMAGED,
              absl::StrCat("record ", sequence, " of the journal cannot be read; restore the store from a backup"));
}

v1::AccessRecord ToProto(const AccessEvent& event) {
  v1::AccessRecord record;
  *record.mutable_time() = TimeUtil::MicrosecondsToTimestamp(event.time_micros());
  record.set_actor(event.actor());
  record.set_method(event.method());
  record.set_purpose(event.purpose());
  *record.mutable_clients() = event.clients();
  return record;
}

}  // namespace

absl::Status Linking::LogAccess(const Caller& caller, absl::string_view method, absl::string_view purpose,
                                const std::vector<std::string>& clients) {
  AccessEvent event;
  event.set_time_micros(absl::ToUnixMicros(clock_.Now()));
  event.set_actor(caller.subject);
  event.set_method(std::string(method));
  event.set_purpose(std::string(purpose));
  for (const std::string& client : clients) event.add_clients(client);
  JournalRecord record = NewRecord(kAccess, event.SerializeAsString());
  record.actor = caller.subject;
  NMD_ASSIGN_OR_RETURN(journal_sequence_, journal_.Append({std::move(record)}, journal_sequence_));
  state_.AddAccess(journal_sequence_);
  return absl::OkStatus();
}

absl::StatusOr<v1::ListAccessesResponse> Linking::ListAccesses(const Caller&, const v1::ListAccessesRequest& request) const {
  NMD_ASSIGN_OR_RETURN(const Page page, ReadPage(request));
  std::vector<int64_t> positions;  // Of the page, oldest first.
  v1::ListAccessesResponse response;
  {
    MutexLock lock(mutex_);
    NMD_RETURN_IF_ERROR(CheckLoaded());
    const std::vector<int64_t>& all = state_.access_positions();
    const auto total = static_cast<int64_t>(all.size());
    const int64_t end = total - std::min(total, page.offset);
    positions.assign(all.begin() + (end - std::min<int64_t>(end, page.size)), all.begin() + end);
    response.set_next_page_token(NextPageToken(request, page.offset + page.size, total));
  }
  absl::Status damage;
  size_t next = 0;
  while (next < positions.size()) {
    const size_t before = next;
    NMD_RETURN_IF_ERROR(journal_.Replay(positions[next] - 1, [&](const JournalRecord& record) {
      if (record.sequence == positions[next]) {
        AccessEvent event;
        if (record.kind != kAccess || !event.ParseFromString(record.payload)) {
          damage = Damaged(record.sequence);
          return false;
        }
        *response.add_accesses() = ToProto(event);
        ++next;
      }
      return next < positions.size() && positions[next] - record.sequence <= kNearRecords;
    }));
    NMD_RETURN_IF_ERROR(damage);
    if (next == before) return Damaged(positions[next]);
  }
  std::reverse(response.mutable_accesses()->begin(), response.mutable_accesses()->end());
  return response;
}

}  // namespace nmd::linking
