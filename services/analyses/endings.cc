// SPDX-License-Identifier: EUPL-1.2
#include "services/analyses/endings.h"

#include <array>

#include "services/costs/ledger.h"

namespace nmd::analyses {
namespace {

using costs::kWmo;
using costs::kYouth;

constexpr Day kAlways = INT32_MIN;
// Release 3.0 came into force on 1-1-2021, 3.1 on 1-4-2022.
constexpr Day kRelease30 = 18628, kRelease31 = 19083;
constexpr absl::string_view kJz588 = "iJw 3.2, code list JZ588";
constexpr absl::string_view kWmo588 = "iWmo 3.2, code list WMO588";
constexpr absl::string_view kOlder = "requirements D13: older codes 21 to 23, as in the Wmo list";

}  // namespace

absl::Span<const ReasonMeaning> ReasonMeanings() {
  static constexpr ReasonMeaning kRows[] = {
      {kYouth, "02", kDeath, kAlways, kOpenEnd, kJz588},
      {kYouth, "31", kPlanned, kAlways, kOpenEnd, kJz588},
      {kYouth, "32", kByClient, kAlways, kOpenEnd, kJz588},
      {kYouth, "33", kByProvider, kAlways, kOpenEnd, kJz588},
      {kYouth, "34", kAgreed, kAlways, kOpenEnd, kJz588},
      {kYouth, "35", kExternal, kAlways, kOpenEnd, kJz588},
      {kYouth, "36", kByMunicipality, kAlways, kOpenEnd, kJz588},
      {kYouth, "37", kOnRequest, kAlways, kOpenEnd, kJz588},
      {kYouth, "38", kOtherProvider, kRelease31, kOpenEnd, kJz588},
      {kYouth, "39", kOtherDomain, kRelease31, kOpenEnd, kJz588},
      {kYouth, "19", kPlanned, kAlways, kRelease30, kOlder},
      {kYouth, "21", kByClient, kAlways, kRelease30, kOlder},
      {kYouth, "22", kByProvider, kAlways, kRelease30, kOlder},
      {kYouth, "23", kAgreed, kAlways, kRelease30, kOlder},
      {kWmo, "02", kDeath, kAlways, kOpenEnd, kWmo588},
      {kWmo, "19", kPlanned, kAlways, kOpenEnd, kWmo588},
      {kWmo, "21", kByClient, kAlways, kOpenEnd, kWmo588},
      {kWmo, "22", kByProvider, kAlways, kOpenEnd, kWmo588},
      {kWmo, "23", kAgreed, kAlways, kOpenEnd, kWmo588},
      {kWmo, "31", kExternal, kAlways, kOpenEnd, kWmo588},
      {kWmo, "36", kByMunicipality, kAlways, kOpenEnd, kWmo588},
      {kWmo, "37", kOnRequest, kAlways, kOpenEnd, kWmo588},
      {kWmo, "38", kOtherProvider, kRelease31, kOpenEnd, kWmo588},
      {kWmo, "39", kOtherDomain, kRelease31, kOpenEnd, kWmo588},
  };
  return kRows;
}

Ending EndingOf(uint8_t law, absl::string_view code, Day last_day, Day birth) {
  for (const ReasonMeaning& row : ReasonMeanings()) {
    if (row.law != law || row.code != code || last_day < row.from || last_day >= row.until) continue;
    const bool just_18 = birth != 0 && AgeOn(birth, last_day + 1) == 18 && AgeOn(birth, last_day - 30) == 17;
    return row.ending == kPlanned && law == kYouth && just_18 ? kTurned18 : row.ending;
  }
  return kUnknownReason;
}

bool IsAdministrative(absl::string_view code) { return code == "36" || code == "37"; }

const EndingWords& WordsOf(Ending ending) {
  static constexpr std::array<EndingWords, kEndingCount> kWords = {{
      {"not_ended", "Loopt nog"},
      {"planned", "Volgens plan"},
      {"turned_18", "Volgens plan, 18 geworden"},
      {"by_client", "Eenzijdig door de cliënt"},
      {"by_provider", "Eenzijdig door de aanbieder"},
      {"agreed", "In overleg, eerder dan gepland"},
      {"external", "Door omstandigheden, zoals een verhuizing"},
      {"by_municipality", "Op initiatief van de gemeente"},
      {"on_request", "Na een verzoek om wijziging"},
      {"other_provider", "Naar een andere aanbieder"},
      {"other_domain", "Naar een ander domein"},
      {"death", "Overlijden"},
      {"unknown", "Reden onbekend"},
  }};
  return kWords[static_cast<size_t>(ending)];
}

}  // namespace nmd::analyses
