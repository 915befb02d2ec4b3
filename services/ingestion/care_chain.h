// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_INGESTION_CARE_CHAIN_H_
#define NMD_SERVICES_INGESTION_CARE_CHAIN_H_

#include <cstdint>
#include <vector>

#include "services/core/date.h"

// The state machine of starts and stops (domain-standards 3.6; IV008, OP289, OP377-OP379).
//
//   state         event                               new state       otherwise
//   none          start                               running         stop: TR382
//   running       stop, reason 20                     paused          start: TR326
//   running       stop, other reason                  ended
//   running       removal of the start                none            after a stop: TR071
//   paused        start, new Begindatum               running         stop, reason 20: TR413
//   paused        stop, other reason, not earlier     ended           earlier Einddatum: TR414
//   ended         start, new Begindatum               running         stop: TR415
//   paused/ended  removal of a stop                   that before it  unknown key: TR063
//   any           what was sent before, same key                      TR074
namespace nmd::ingestion {

// A StartProduct or StopProduct of one client, allocation (or none: taakgericht) and product.
struct CareEvent {
  bool is_stop = false;
  bool is_removal = false;  // StatusAanlevering 3
  Day start_day = 0;        // Begindatum
  Day end_day = 0;          // of a stop: exclusive
  bool is_pause = false;    // of a stop: RedenBeeindiging 20, "tijdelijk beeindigd" in both laws
  uint16_t reason = 0;      // of a stop: RedenBeeindiging
};

// Bits of what Take finds.
enum CareViolation : uint16_t {
  kNothingToRemove063 = 1 << 0,
  kStopped071 = 1 << 1,
  kSentBefore074 = 1 << 2,
  kRunning326 = 1 << 3,
  kNoStart382 = 1 << 4,
  kPausedBefore413 = 1 << 5,
  kEndsEarlier414 = 1 << 6,
  kEndedBefore415 = 1 << 7,
};

enum class CareState { kNone, kRunning, kPaused, kEnded };

// Takes events in the order in which they count. One that violates a rule does not change the state, because its receiver
// refuses it; yet it was sent, so that its removal is no surprise. Cost of Take: linear in the events before.
class CareChain {
 public:
  // The rules that the event violates. What was `refused` by its receiver counts as not sent, and changes nothing.
  uint16_t Take(const CareEvent& event, bool refused = false);
  CareState state() const;
  // Whether a start of this Begindatum counts.
  bool Counts(Day start_day) const;
  // Begindatum of the start that runs; REQUIRES state() == kRunning.
  Day RunningSince() const;
  // Exclusive Einddatum of the last stop that counts for a start of this Begindatum; kOpenEnd when there is none.
  Day EndOf(Day start_day) const;

 private:
  struct Sent {
    CareEvent event;
    bool counts;
  };
  bool IsStopped(Day start_day) const;
  std::vector<Sent> sent_;  // Without what was removed.
};

}  // namespace nmd::ingestion

#endif  // NMD_SERVICES_INGESTION_CARE_CHAIN_H_
