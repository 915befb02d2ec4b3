// SPDX-License-Identifier: EUPL-1.2
#include "services/ingestion/care_chain.h"

#include <algorithm>

namespace nmd::ingestion {
namespace {

// The logical keys of domain-standards 1.8, within one client, allocation and product.
bool HasKeyOf(const CareEvent& a, const CareEvent& b) {
  if (a.is_stop != b.is_stop || a.start_day != b.start_day) return false;
  return !a.is_stop || (a.reason == b.reason && a.end_day == b.end_day);
}

}  // namespace

bool CareChain::IsStopped(Day start_day) const {
  return std::any_of(sent_.begin(), sent_.end(),
                     [&](const Sent& s) { return s.counts && s.event.is_stop && s.event.start_day == start_day; });
}

uint16_t CareChain::Take(const CareEvent& event, bool refused) {
  const auto known = std::find_if(sent_.begin(), sent_.end(), [&](const Sent& s) { return HasKeyOf(s.event, event); });
  uint16_t violated = 0;
  if (event.is_removal) {
    if (known == sent_.end()) {
      violated = kNothingToRemove063;
    } else if (!event.is_stop && known->counts && IsStopped(event.start_day)) {
      violated = kStopped071;
    }
    if (violated == 0 && !refused) sent_.erase(known);
    return violated;
  }
  if (known != sent_.end()) violated |= kSentBefore074;
  if (!event.is_stop) {
    if (state() == CareState::kRunning) violated |= kRunning326;
  } else {
    bool started = false;
    const CareEvent* last = nullptr;
    for (const Sent& sent : sent_) {
      if (!sent.counts || sent.event.start_day != event.start_day) continue;
      if (!sent.event.is_stop) {
        started = true;
        continue;
      }
      last = &sent.event;
      if (!sent.event.is_pause) violated |= kEndedBefore415;
      if (sent.event.is_pause && event.is_pause) violated |= kPausedBefore413;
    }
    if (!started) violated |= kNoStart382;
    if (last != nullptr && event.end_day < last->end_day) violated |= kEndsEarlier414;
  }
  if (known == sent_.end() && !refused) sent_.push_back({event, violated == 0});
  return violated;
}

CareState CareChain::state() const {
  // The last start tells, unless one before it runs again because its stop was removed.
  const CareEvent* start = nullptr;
  for (const Sent& sent : sent_) {
    if (!sent.counts || sent.event.is_stop) continue;
    if (!IsStopped(sent.event.start_day)) return CareState::kRunning;
    start = &sent.event;
  }
  if (start == nullptr) return CareState::kNone;
  CareState state = CareState::kNone;
  for (const Sent& sent : sent_) {
    if (!sent.counts || !sent.event.is_stop || sent.event.start_day != start->start_day) continue;
    state = sent.event.is_pause ? CareState::kPaused : CareState::kEnded;
  }
  return state;
}

bool CareChain::Counts(Day start_day) const {
  return std::any_of(sent_.begin(), sent_.end(),
                     [&](const Sent& s) { return s.counts && !s.event.is_stop && s.event.start_day == start_day; });
}

Day CareChain::RunningSince() const {
  for (const Sent& sent : sent_) {
    if (sent.counts && !sent.event.is_stop && !IsStopped(sent.event.start_day)) return sent.event.start_day;
  }
  return 0;
}

Day CareChain::EndOf(Day start_day) const {
  Day end = kOpenEnd;
  for (const Sent& sent : sent_) {
    if (sent.counts && sent.event.is_stop && sent.event.start_day == start_day) end = sent.event.end_day;
  }
  return end;
}

}  // namespace nmd::ingestion
