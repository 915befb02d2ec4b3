// SPDX-License-Identifier: EUPL-1.2
#include "services/ingestion/history_care.h"

namespace nmd::ingestion {

VersionsInForce::VersionsInForce(const Group& group) {
  for (const Item& item : group) {
    if (item.entry->kind != Entry::kVersion || item.refused) continue;
    const Item*& best = versions_[{item.entry->person, item.entry->provider}];
    // Of two with one Toewijzingsdatum the later message counts.
    if (best == nullptr || item.entry->moment >= best->entry->moment) best = &item;
  }
}

const Entry* VersionsInForce::Of(const Entry& entry) const {
  const auto found = versions_.find({entry.person, entry.provider});
  return found == versions_.end() ? nullptr : found->second->entry;
}

void JudgeCareOfAllocation(Judging&, Group& group) {
  const VersionsInForce versions(group);
  const Entry* owner = nullptr;
  const auto identity = [](const Entry& e) { return std::tie(e.person, e.provider, e.category, e.product); };
  for (Item& item : group) {
    const Entry& entry = *item.entry;
    if (entry.kind == Entry::kVersion) {
      if (owner == nullptr) owner = &entry;
      if (identity(entry) != identity(*owner)) item.Violate(Violation::kNotUnique332);
    } else if ((entry.kind == Entry::kStart || entry.kind == Entry::kStop) && !entry.removal) {
      const Entry* version = versions.Of(entry);
      if (version == nullptr || version->deleted) item.Violate(Violation::kNoAllocation019);
    }
  }
}

}  // namespace nmd::ingestion
