// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_ANALYSES_ENDINGS_H_
#define NMD_SERVICES_ANALYSES_ENDINGS_H_

#include <cstdint>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "services/core/date.h"

// What the reasons of ending in stop messages mean, by law and date (D13): code 31 is "as planned" in the Jeugdwet and "moved
// to another municipality" in the Wmo.
namespace nmd::analyses {

// Why care ended; the numbers are the causes of Spell. 0 is no ending.
enum Ending : int32_t {
  kNotEnded = 0,
  kPlanned,
  kTurned18,  // As planned, within 31 days after the 18th birthday: code 31 of the Jeugdwet covers it too (requirements 6.6).
  kByClient,
  kByProvider,
  kAgreed,
  kExternal,
  kByMunicipality,
  kOnRequest,
  kOtherProvider,
  kOtherDomain,
  kDeath,
  kUnknownReason,  // No stop message, or a code the standard does not have for the law and the day.
  kEndingCount,
};

// One row of the mapping: what a code means for the last day of care in [from, until).
struct ReasonMeaning {
  uint8_t law = 0;
  absl::string_view code;
  Ending ending = kUnknownReason;
  Day from = 0, until = kOpenEnd;
  absl::string_view source;
};
absl::Span<const ReasonMeaning> ReasonMeanings();

// `last_day`: the last day with care. `birth`: 0 when not known.
Ending EndingOf(uint8_t law, absl::string_view code, Day last_day, Day birth);

// By 36 and 37 somebody else than the client or the provider ends an allocation, often to begin another one at once.
bool IsAdministrative(absl::string_view code);

struct EndingWords {
  absl::string_view id;     // "planned".
  absl::string_view title;  // "Volgens plan".
};
const EndingWords& WordsOf(Ending ending);

}  // namespace nmd::analyses

#endif  // NMD_SERVICES_ANALYSES_ENDINGS_H_
