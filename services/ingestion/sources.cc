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
    const std::vector<absl::string_view> request = {"Bsn",  "Geboortedatum", "Geslacht",
                                                    "Naam", "Verwijzer",     "ToewijzingIngangsdatum"};
    const std::vector<absl::string_view> change = {"Bsn"};
    const std::vector<absl::string_view> none;
    return new std::vector<OfficialSource>{
        {"jw301", Law::kYouth, MessageType::kAllocation, "iJw 301 Toewijzing", "gemeente", allocation},
        {"jw302", Law::kYouth, MessageType::kAllocationReturn, "iJw 302 Retour op toewijzing", "aanbieder", none},
        {"jw305", Law::kYouth, MessageType::kStart, "iJw 305 Start jeugdhulp", "aanbieder", start},
        {"jw306", Law::kYouth, MessageType::kStartReturn, "iJw 306 Retour op start", "gemeente", none},
        {"jw307", Law::kYouth, MessageType::kStop, "iJw 307 Stop jeugdhulp", "aanbieder", stop},
        {"jw308", Law::kYouth, MessageType::kStopReturn, "iJw 308 Retour op stop", "gemeente", none},
        {"jw315", Law::kYouth, MessageType::kRequest, "iJw 315 Verzoek om toewijzing", "aanbieder", request},
        {"jw316", Law::kYouth, MessageType::kRequestReturn, "iJw 316 Retour op verzoek om toewijzing", "gemeente", none},
        {"jw317", Law::kYouth, MessageType::kChangeRequest, "iJw 317 Verzoek om wijziging", "aanbieder", change},
        {"jw318", Law::kYouth, MessageType::kChangeRequestReturn, "iJw 318 Retour op verzoek om wijziging", "gemeente", none},
        {"jw319", Law::kYouth, MessageType::kReply, "iJw 319 Antwoord op verzoek", "gemeente", none},
        {"jw320", Law::kYouth, MessageType::kReplyReturn, "iJw 320 Retour op antwoord", "aanbieder", none},
        {"jw323", Law::kYouth, MessageType::kClaim, "iJw 323 Declaratie", "aanbieder", claim},
        {"jw325", Law::kYouth, MessageType::kClaimAnswer, "iJw 325 Declaratie-antwoord", "gemeente", answer},
        {"wmo301", Law::kWmo, MessageType::kAllocation, "iWmo 301 Toewijzing", "gemeente", allocation},
        {"wmo302", Law::kWmo, MessageType::kAllocationReturn, "iWmo 302 Retour op toewijzing", "aanbieder", none},
        {"wmo305", Law::kWmo, MessageType::kStart, "iWmo 305 Start ondersteuning", "aanbieder", start},
        {"wmo306", Law::kWmo, MessageType::kStartReturn, "iWmo 306 Retour op start", "gemeente", none},
        {"wmo307", Law::kWmo, MessageType::kStop, "iWmo 307 Stop ondersteuning", "aanbieder", stop},
        {"wmo308", Law::kWmo, MessageType::kStopReturn, "iWmo 308 Retour op stop", "gemeente", none},
        {"wmo315", Law::kWmo, MessageType::kRequest, "iWmo 315 Verzoek om toewijzing", "aanbieder", request},
        {"wmo316", Law::kWmo, MessageType::kRequestReturn, "iWmo 316 Retour op verzoek om toewijzing", "gemeente", none},
        {"wmo317", Law::kWmo, MessageType::kChangeRequest, "iWmo 317 Verzoek om wijziging", "aanbieder", change},
        {"wmo318", Law::kWmo, MessageType::kChangeRequestReturn, "iWmo 318 Retour op verzoek om wijziging", "gemeente", none},
        {"wmo319", Law::kWmo, MessageType::kReply, "iWmo 319 Antwoord op verzoek", "gemeente", none},
        {"wmo320", Law::kWmo, MessageType::kReplyReturn, "iWmo 320 Retour op antwoord", "aanbieder", none},
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
