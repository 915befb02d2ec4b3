// SPDX-License-Identifier: EUPL-1.2
#include "services/linking/household.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "services/core/codes.h"

namespace nmd::linking {
namespace {

std::string UpperWithoutSpace(absl::string_view text) {
  std::string result;
  for (char c : text) {
    if (!absl::ascii_isspace(c)) result.push_back(absl::ascii_toupper(c));
  }
  return result;
}

void AddMerged(Stay stay, std::vector<Stay>& stays) {
  if (stay.period.Empty()) return;
  if (!stays.empty() && stays.back().address == stay.address && stays.back().period.end == stay.period.start) {
    stays.back().period.end = stay.period.end;
  } else {
    stays.push_back(stay);
  }
}

}  // namespace

std::string AddressText(absl::string_view postcode, int32_t house_number, absl::string_view letter,
                        absl::string_view addition) {
  std::string code = UpperWithoutSpace(postcode);
  if (!IsPostcode(code) || house_number <= 0) return "";
  return absl::StrCat(code, "/", house_number, "/", UpperWithoutSpace(letter), "/", UpperWithoutSpace(addition));
}

std::vector<Stay> HistoryOf(std::vector<AddressRecord> records) {
  records.erase(
      std::remove_if(records.begin(), records.end(), [](const AddressRecord& record) { return record.period.Empty(); }),
      records.end());
  std::sort(records.begin(), records.end(), [](const AddressRecord& a, const AddressRecord& b) {
    return std::tie(a.period.start, b.known_micros, a.address, b.period.end) <
           std::tie(b.period.start, a.known_micros, b.address, a.period.end);
  });
  std::vector<Stay> history;
  for (size_t i = 0; i < records.size();) {
    size_t next = i + 1;
    while (next < records.size() && records[next].period.start == records[i].period.start) ++next;
    Stay stay{records[i].address, records[i].period};
    if (next < records.size()) stay.period.end = std::min(stay.period.end, records[next].period.start);
    AddMerged(stay, history);
    i = next;
  }
  return history;
}

std::vector<Period> CrowdedPeriods(absl::Span<const Period> periods, int size) {
  std::vector<std::pair<Day, int>> changes;
  for (const Period& period : periods) {
    if (period.Empty()) continue;
    changes.emplace_back(period.start, +1);
    changes.emplace_back(period.end, -1);
  }
  std::sort(changes.begin(), changes.end());
  std::vector<Period> crowded;
  int present = 0;
  for (size_t i = 0; i < changes.size();) {
    const Day day = changes[i].first;
    const bool was = present > size;
    for (; i < changes.size() && changes[i].first == day; ++i) present += changes[i].second;
    const bool is = present > size;
    if (is && !was) crowded.push_back({day, kOpenEnd});
    if (was && !is) crowded.back().end = day;
  }
  return crowded;
}

std::vector<Stay> HouseholdsOf(absl::Span<const Stay> history,
                               const std::function<absl::Span<const Period>(absl::string_view)>& crowded_at) {
  std::vector<Stay> households;
  for (const Stay& stay : history) {
    Day from = stay.period.start;
    if (!stay.address.empty()) {
      for (const Period& crowded : crowded_at(stay.address)) {
        const Period away = Intersect(crowded, {from, stay.period.end});
        if (away.Empty()) continue;
        AddMerged({stay.address, {from, away.start}}, households);
        AddMerged({"", away}, households);
        from = away.end;
      }
    }
    AddMerged({stay.address, {from, stay.period.end}}, households);
  }
  return households;
}

}  // namespace nmd::linking
