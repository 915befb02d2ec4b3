// SPDX-License-Identifier: EUPL-1.2
#include "services/ingestion/sources.h"

#include <algorithm>

#include "absl/strings/str_format.h"

namespace nmd::ingestion {

absl::Span<const OfficialSource> OfficialSources() {
  static const auto* const sources = [] {
    const std::vector<absl::string_view> allocation = {"Bsn",
                                                       "Geboortedatum",
                                                       "Geslacht",
                                                       "Naam",
                                                       "Adres",
                                                       "ToewijzingNummer",
                                                       "Product",
                                                       "Toewijzingsdatum",
                                                       "Toewijzingstijd",
                                                       "Ingangsdatum",
                                                       "Einddatum",
                                                       "RedenWijziging",
                                                       "Omvang",
                                                       "Budget"};
    const std::vector<absl::string_view> start = {"Bsn",     "Geboortedatum", "Geslacht",         "Naam", "ToewijzingNummer",
                                                  "Product", "Begindatum",    "StatusAanlevering"};
    const std::vector<absl::string_view> stop = {
        "Bsn",     "Geboortedatum", "Geslacht",         "Naam",      "ToewijzingNummer",
        "Product", "Begindatum",    "RedenBeeindiging", "Einddatum", "StatusAanlevering"};
    const std::vector<absl::string_view> claim = {"Bsn",
                                                  "DeclaratieNummer",
                                                  "DeclaratiePeriode",
                                                  "DeclaratieDagtekening",
                                                  "TotaalIngediendBedrag",
                                                  "ProductReferentie",
                                                  "ToewijzingNummer",
                                                  "ProductCategorie",
                                                  "ProductCode",
                                                  "ProductPeriode",
                                                  "GeleverdVolume",
                                                  "Eenheid",
                                                  "ProductTarief",
                                                  "IngediendBedrag"};
    const std::vector<absl::string_view> answer = {"DeclaratieNummer", "TotaalIngediendBedrag", "TotaalToegekendBedrag",
                                                   "ProductReferentie", "RetourCodes"};
    return new std::vector<OfficialSource>{
        {"jw301", Law::kYouth, MessageType::kAllocation, "iJw 301 Toewijzing", "gemeente", allocation},
        {"jw305", Law::kYouth, MessageType::kStart, "iJw 305 Start jeugdhulp", "aanbieder", start},
        {"jw307", Law::kYouth, MessageType::kStop, "iJw 307 Stop jeugdhulp", "aanbieder", stop},
        {"jw323", Law::kYouth, MessageType::kClaim, "iJw 323 Declaratie", "aanbieder", claim},
        {"jw325", Law::kYouth, MessageType::kClaimAnswer, "iJw 325 Declaratie-antwoord", "gemeente", answer},
        {"wmo301", Law::kWmo, MessageType::kAllocation, "iWmo 301 Toewijzing", "gemeente", allocation},
        {"wmo305", Law::kWmo, MessageType::kStart, "iWmo 305 Start ondersteuning", "aanbieder", start},
        {"wmo307", Law::kWmo, MessageType::kStop, "iWmo 307 Stop ondersteuning", "aanbieder", stop},
        {"wmo323", Law::kWmo, MessageType::kClaim, "iWmo 323 Declaratie", "aanbieder", claim},
        {"wmo325", Law::kWmo, MessageType::kClaimAnswer, "iWmo 325 Declaratie-antwoord", "gemeente", answer},
    };
  }();
  return *sources;
}

const OfficialSource* OfficialSourceNamed(absl::string_view id) {
  const absl::Span<const OfficialSource> all = OfficialSources();
  const auto found = std::find_if(all.begin(), all.end(), [&](const OfficialSource& source) { return source.id == id; });
  return found == all.end() ? nullptr : &*found;
}

absl::uint128 IdOf(absl::string_view hex) {
  if (hex.size() != 32) return 0;
  absl::uint128 id = 0;
  for (const char c : hex) {
    const bool digit = c >= '0' && c <= '9';
    if (!digit && !(c >= 'a' && c <= 'f')) return 0;
    id = id << 4 | static_cast<uint32_t>(digit ? c - '0' : c - 'a' + 10);
  }
  return id;
}

std::string HexOf(absl::uint128 id) { return absl::StrFormat("%016x%016x", absl::Uint128High64(id), absl::Uint128Low64(id)); }

}  // namespace nmd::ingestion
