// SPDX-License-Identifier: EUPL-1.2
#include "services/ingestion/history_care.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "absl/container/flat_hash_set.h"
#include "services/core/workdays.h"

namespace nmd::ingestion {
namespace {

constexpr uint16_t kTotal = Code("6");  // Frequentie: in total within the allocation
constexpr uint16_t kRefusal = Code("1");
constexpr uint16_t kUnderStudy = Code("2");

// Terms in working days, and in days (domain-standards 3.4).
constexpr int kReturnTerm = 3;
constexpr int kClaimAnswerTerm = 10;
constexpr int kReplyTerm = 5;
constexpr Day kStudyTerm = 8 * 7;
constexpr Day kHomeTerm = 2 * 7;

// Says that something is missing which had to be there on `due`, now or when that day has passed.
void Miss(Judging& judging, Day due, Item& item, Violation violation) {
  if (judging.Today() > due) {
    item.Violate(violation);
  } else {
    judging.JudgeAgainOn(due + 1);
  }
}

bool IsRequest(const Entry& entry) { return entry.kind == Entry::kAsked || entry.kind == Entry::kChange; }

}  // namespace

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

// ---- A message and what came back ---------------------------------------------------------------------------------------

void JudgeMessage(Judging& judging, Group& group) {
  Item* message = nullptr;
  Item* claim = nullptr;
  Item* returned = nullptr;
  Item* answer = nullptr;
  bool refused = false, refused_by_header = false;
  for (Item& item : group) {
    const Entry& entry = *item.entry;
    if (entry.kind == Entry::kMessage && message == nullptr) message = &item;
    if (entry.kind == Entry::kClaim && claim == nullptr) claim = &item;
    if (entry.kind == Entry::kReturn && returned == nullptr) returned = &item;
    if (entry.kind == Entry::kAnswer && answer == nullptr) answer = &item;
    refused = refused || (entry.kind == Entry::kReturn && entry.refuses);
    refused_by_header = refused_by_header || (entry.kind == Entry::kAnswer && entry.refuses && entry.declaration == 0);
  }
  if (claim != nullptr && refused_by_header) claim->outcome |= kRefusedByHeader;
  if (message == nullptr) return;
  if (refused) message->outcome |= kRefused;
  const Entry& head = *message->entry;
  if (head.type == 325) return;  // Nothing comes back on it.
  const bool is_claim = head.type == 323;
  Item* const back = is_claim ? answer : returned;
  const Day due = AddWorkdays(message->known_day, is_claim ? kClaimAnswerTerm : kReturnTerm);
  if (back != nullptr) {
    if (back->known_day > due) back->Violate(is_claim ? Violation::kLateAnswer090 : Violation::kLateReturn090);
  } else if (judging.Receives(head.law, head.provider, static_cast<int16_t>(is_claim ? 325 : head.type + 1))) {
    Miss(judging, due, *message, is_claim ? Violation::kNoAnswer090 : Violation::kNoReturn090);
  }
}

// ---- A request and what answers it --------------------------------------------------------------------------------------

namespace {

bool Answers(const Item& item, const Item& request) {
  if (item.refused) return false;
  return item.entry->kind == Entry::kReply ||
         (item.entry->kind == Entry::kVersion && item.entry->person == request.entry->person);
}

bool Settles(const Item& item, const Item& request) {
  return Answers(item, request) && (item.entry->kind == Entry::kVersion || item.entry->code == kRefusal);
}

// Settles a request, and judges the terms of what answers it.
void JudgeAnswers(Judging& judging, Group& group, Item& request) {
  const auto first_that = [&](auto does) {
    const auto found = std::find_if(group.begin(), group.end(), [&](const Item& item) { return does(item, request); });
    return found == group.end() ? nullptr : &*found;
  };
  Item* const answer = first_that(Answers);
  Item* const settling = first_that(Settles);
  if (settling != nullptr) {
    request.outcome |= kSettled;
    request.joined = settling->entry->delivery;
  }
  if (request.refused) return;
  const bool is_change = request.entry->kind == Entry::kChange;
  const Violation late = is_change ? Violation::kLateReply346 : Violation::kLateReply274;
  const Violation none = is_change ? Violation::kNoReply346 : Violation::kNoReply274;
  const Day due = AddWorkdays(request.known_day, kReplyTerm);
  if (answer == nullptr) {
    Miss(judging, due, request, none);
    return;
  }
  if (answer->known_day > due) answer->Violate(late);
  const bool studied = answer->entry->kind == Entry::kReply && answer->entry->code == kUnderStudy;
  if (studied) {
    const Day final_due = (is_change ? request.entry->day : request.known_day) + kStudyTerm;
    if (settling == nullptr) {
      Miss(judging, final_due, request, none);
    } else if (settling->known_day > final_due) {
      settling->Violate(late);
    }
  }
  const bool sent_elsewhere = settling != nullptr && settling->entry->kind == Entry::kReply &&
                              settling->entry->law == Law::kYouth && settling->entry->reason == Code("8");
  if (sent_elsewhere && settling->known_day > request.known_day + kHomeTerm) settling->Violate(Violation::kLateHome359);
}

}  // namespace

void JudgeRequest(Judging& judging, Group& group) {
  const Item* first_request = nullptr;
  bool replied = false, refused = false, granted = false;
  // Persons who asked with this reference, and allocations sent with it so far.
  absl::flat_hash_set<int32_t> askers;
  absl::flat_hash_map<int32_t, int32_t> granting;  // ToewijzingNummer -> delivery
  for (const Item& item : group) {
    if (IsRequest(*item.entry) && !item.refused) askers.insert(item.entry->person);
  }
  for (Item& item : group) {
    const Entry& entry = *item.entry;
    if (IsRequest(entry)) {
      if (first_request != nullptr && first_request->entry->delivery != entry.delivery) item.Violate(Violation::kReference347);
      if (first_request == nullptr && !item.refused) first_request = &item;
      JudgeAnswers(judging, group, item);
    } else if (entry.kind == Entry::kReply) {
      if (askers.empty()) item.Violate(Violation::kNoRequest355);
      if (granted) item.Violate(Violation::kGranted359);
      if (replied && entry.code == kUnderStudy) item.Violate(Violation::kStudiedBefore360);
      if (refused) item.Violate(Violation::kRefusedBefore365);
      if (item.refused) continue;
      replied = true;
      refused = refused || entry.code != kUnderStudy;
    } else if (entry.kind == Entry::kVersion) {
      if (!askers.contains(entry.person)) item.Violate(Violation::kNoRequest379);
      const auto [sent, is_first] = granting.try_emplace(entry.number, entry.delivery);
      if (!is_first && sent->second != entry.delivery) item.Violate(Violation::kGrantedBefore379);
      granted = granted || !item.refused;
    }
  }
}

// ---- One allocation -----------------------------------------------------------------------------------------------------

namespace {

// Only the end, the deletion, the Budget, and the Volume of a total may change under one number (OP033x1, IV066).
bool MayFollow(const Entry& before, const Entry& after) {
  if (before.deleted || after.deleted) return true;
  if (before.period.start != after.period.start || before.unit != after.unit || before.frequency != after.frequency)
    return false;
  return before.volume == after.volume || after.frequency == kTotal;
}

void JudgeChanges(Group& group) {
  // Versions of each client and provider by Toewijzingsdatum; of one moment, in order of the messages.
  std::map<std::pair<int32_t, int32_t>, std::vector<Item*>> versions;
  for (Item& item : group) {
    if (item.entry->kind == Entry::kVersion) versions[{item.entry->person, item.entry->provider}].push_back(&item);
  }
  for (auto& [owner, items] : versions) {
    std::stable_sort(items.begin(), items.end(),
                     [](const Item* a, const Item* b) { return a->entry->moment < b->entry->moment; });
    const Item* before = nullptr;
    for (Item* item : items) {
      if (before != nullptr && !MayFollow(*before->entry, *item->entry)) item->Violate(Violation::kChanged033);
      if (!item->refused) before = item;
    }
  }
}

}  // namespace

void JudgeCareOfAllocation(Judging&, Group& group) {
  const VersionsInForce versions(group);
  const Entry* owner = nullptr;
  const auto identity = [](const Entry& e) { return std::tie(e.person, e.provider, e.category, e.product); };
  for (Item& item : group) {
    const Entry& entry = *item.entry;
    if (entry.kind == Entry::kVersion) {
      if (owner != nullptr && identity(entry) != identity(*owner)) item.Violate(Violation::kNotUnique332);
      if (owner == nullptr && !item.refused) owner = &entry;
    } else if ((entry.kind == Entry::kStart || entry.kind == Entry::kStop) && !entry.removal) {
      const Entry* version = versions.Of(entry);
      if (version == nullptr || version->deleted) item.Violate(Violation::kNoAllocation019);
    }
  }
  JudgeChanges(group);
}

}  // namespace nmd::ingestion
