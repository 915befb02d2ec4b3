// SPDX-License-Identifier: EUPL-1.2
#include "services/ingestion/history_claims.h"

#include <algorithm>
#include <optional>

#include "services/ingestion/history_care.h"
#include "services/ingestion/volume.h"

namespace nmd::ingestion {
namespace {

bool FitsPeriod(const Entry& version, const Entry& line) {
  const AllocatedVolume allocated = {version.volume, CodeText(version.unit), CodeText(version.frequency)};
  const std::optional<int64_t> most = MaxVolume(allocated, version.period, line.period, line.law, CodeText(version.category));
  const std::optional<int64_t> limit = most ? InDeclaredUnit(*most, allocated.unit, CodeText(line.unit)) : std::nullopt;
  return !limit || line.volume <= *limit;
}

}  // namespace

void JudgeClaimsOnAllocation(Judging&, Group& group) {
  const VersionsInForce versions(group);
  for (Item& item : group) {
    const Entry& line = *item.entry;
    if (line.kind != Entry::kLine) continue;
    const Entry* version = versions.Of(line);
    if (version == nullptr || version->deleted) {
      item.Violate(Violation::kNoAllocation338);
      continue;
    }
    if (line.credit()) continue;
    if (line.period.start < version->period.start) item.Violate(Violation::kBeforeStart307);
    if (line.period.end > version->period.end) item.Violate(Violation::kAfterEnd308);
    if (version->volume > 0 && item.violations.none() && !FitsPeriod(*version, line)) item.Violate(Violation::kVolume321);
  }
}

}  // namespace nmd::ingestion
