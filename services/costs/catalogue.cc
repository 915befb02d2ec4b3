// SPDX-License-Identifier: EUPL-1.2
#include "services/costs/catalogue.h"

#include <algorithm>
#include <array>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "services/costs/ledger.h"

namespace nmd::costs {
namespace {

constexpr MeasureInfo kMeasures[] = {
    {MeasureId::kClients, "clients", "Cliënten", "clients/1",
     "Het aantal verschillende inwoners met minstens één voorziening die in de periode minstens één dag geldig is. Wie "
     "meer voorzieningen heeft, telt één keer mee.",
     "cliënten", Combine::kDistinct, "toegewezen", Family::kRows, kAllocations, false},
    {MeasureId::kProvisions, "provisions", "Voorzieningen", "provisions/1",
     "Het aantal voorzieningen die in de periode minstens één dag geldig zijn. Aansluitende toewijzingen van hetzelfde "
     "product bij dezelfde aanbieder zijn samen één voorziening.",
     "voorzieningen", Combine::kDistinct, "toegewezen", Family::kRows, kAllocations, false},
    {MeasureId::kIndicated, "indicated", "Geïndiceerd bedrag", "indicated/1",
     "Wat de toegewezen zorg in de periode kost als alles wordt geleverd: per geldige dag de omvang maal het tarief van die "
     "dag, of het budget verdeeld over de looptijd.",
     "euro", Combine::kAdditive, "toegewezen", Family::kRows, kAllocations | kTariffs, true},
    {MeasureId::kDeclared, "declared", "Gedeclareerd bedrag", "declared/1",
     "Wat aanbieders hebben ingediend voor zorg in de periode: debet min credit, naar de maand waarin de zorg is geleverd.",
     "euro", Combine::kAdditive, "gedeclareerd", Family::kRows, kClaims, true},
    {MeasureId::kApproved, "approved", "Goedgekeurd bedrag", "approved/1",
     "Wat is toegekend voor zorg in de periode: ingediende regels van beantwoorde declaraties die niet zijn afgewezen. "
     "Een declaratie zonder antwoord telt nog niet mee.",
     "euro", Combine::kAdditive, "goedgekeurd", Family::kRows, kClaims | kAnswers, true},
    {MeasureId::kPopulation, "population", "Inwoners", "population/1",
     "Het aantal inwoners op 1 januari van het jaar waarin de periode begint.", "personen", Combine::kAdditive, "",
     Family::kPopulation, kPopulations, false},
    {MeasureId::kBudget, "budget", "Begroting en resultaat", "budget/1",
     "Het bedrag van een begrotingspost, bijdrage of resultaat in het nieuwste document dat toen bekend was.", "euro",
     Combine::kAdditive, "begroot", Family::kBudget, kBudgets, true},
};

constexpr Field kNoField = kFieldCount;
constexpr Grain kNoGrain = Grain::kMonth;

constexpr DimensionInfo kDimensions[] = {
    {"month", "Maand", "De kalendermaand.", DimensionKind::kTime, kMonthField, Grain::kMonth, 0, ""},
    {"quarter", "Kwartaal", "Het kwartaal, voor zover het in de periode ligt.", DimensionKind::kTime, kMonthField,
     Grain::kQuarter, 0, ""},
    {"year", "Jaar", "Het kalenderjaar, voor zover het in de periode ligt.", DimensionKind::kTime, kMonthField, Grain::kYear, 0,
     ""},
    {"law", "Wet", "De wet waar de voorziening onder valt: Jeugdwet of Wmo.", DimensionKind::kColumn, kLawField, kNoGrain, 0,
     ""},
    {"category", "Productcategorie", "De landelijke categorie van het product.", DimensionKind::kColumn, kCategoryField,
     kNoGrain, 0, ""},
    {"product", "Product", "De productcode; leeg bij een toewijzing zonder product.", DimensionKind::kColumn, kProductField,
     kNoGrain, 0, ""},
    {"ivn", "Interventieniveau",
     "Het niveau 1 tot en met 8 dat de regio aan het product geeft, op de eerste geldige dag in de maand.",
     DimensionKind::kColumn, kIvnField, kNoGrain, kLevels, ""},
    {"provider", "Aanbieder", "De aanbieder met zijn AGB-code.", DimensionKind::kColumn, kProviderField, kNoGrain, kContracts,
     ""},
    {"referrer", "Verwijzer",
     "Wie naar de zorg verwees: bij de toewijzing zelf, anders de laatste verwijzing vóór het begin van de voorziening.",
     DimensionKind::kColumn, kReferrerField, kNoGrain, kReferrals, ""},
    {"age_band", "Leeftijd", "De leeftijd op de eerste dag van de periode.", DimensionKind::kAge, kNoField, kNoGrain, kTraits,
     ""},
    {"sex", "Geslacht", "Het geslacht dat bij de cliënt is geregistreerd.", DimensionKind::kColumn, kSexField, kNoGrain,
     kTraits, ""},
    {"wijk", "Wijk", "De wijk waar de cliënt woont op de eerste geldige dag in de maand.", DimensionKind::kColumn, kWijkField,
     kNoGrain, kResidences, ""},
    {"buurt", "Buurt", "De buurt waar de cliënt woont op de eerste geldige dag in de maand.", DimensionKind::kColumn,
     kBuurtField, kNoGrain, kResidences, ""},
    {"household", "Huishouden",
     "De personen op één adres op de eerste geldige dag in de maand; een instelling is geen huishouden.",
     DimensionKind::kColumn, kHouseholdField, kNoGrain, 0, ""},
    {"budget_line", "Begrotingspost", "De post, bijdrage of het resultaat waar het bedrag over gaat.",
     DimensionKind::kBudgetLine, kNoField, kNoGrain, 0, ""},
    {"inkomen", "Inkomen", "Het inkomen van de cliënt of het gezin.", DimensionKind::kNotRegistered, kNoField, kNoGrain, 0,
     "Bij de toekenning van zorg wordt het inkomen niet geregistreerd. Een verband met inkomen is daarom niet te toetsen. "
     "Daarvoor is een eigen bron met een wettelijke grondslag nodig."},
    {"opleiding", "Opleiding", "Het opleidingsniveau van de cliënt of de ouders.", DimensionKind::kNotRegistered, kNoField,
     kNoGrain, 0,
     "Geen enkele bron van de gemeente registreert het opleidingsniveau. De vraag is daarom niet te beantwoorden. Daarvoor "
     "is een eigen bron met een wettelijke grondslag nodig."},
    {"schoolweigering", "Weigering door een school", "Of een school de leerling heeft afgewezen (passend onderwijs).",
     DimensionKind::kNotRegistered, kNoField, kNoGrain, 0,
     "De gemeente heeft geen gegevens over afwijzingen door scholen. Scholen of het samenwerkingsverband kunnen deze "
     "gegevens aanleveren; dan is de vraag vanaf dat moment te beantwoorden."},
};

constexpr std::pair<absl::string_view, absl::string_view> kCategories[] = {
    {"01", "Hulp bij het huishouden"},
    {"02", "Begeleiding"},
    {"03", "Persoonlijke verzorging"},
    {"04", "Kortdurend verblijf"},
    {"05", "Woondiensten"},
    {"06", "Overige ondersteuning individu of huishouden"},
    {"07", "Dagbesteding"},
    {"08", "Vervoerdiensten"},
    {"09", "Overige groepsgerichte ondersteuning"},
    {"10", "Overige maatwerkarrangementen"},
    {"11", "Rolstoelen"},
    {"12", "Vervoervoorzieningen"},
    {"13", "Woonvoorzieningen"},
    {"14", "Overige hulpmiddelen"},
    {"15", "Beschermd wonen"},
    {"16", "Opvang"},
    {"17", "Spoedopvang"},
    {"18", "Overige beschermd wonen en opvang"},
    {"40", "Persoonlijke verzorging"},
    {"41", "Dagbehandeling"},
    {"42", "Vervoerdiensten"},
    {"43", "Jeugdhulp verblijf, inclusief behandeling"},
    {"44", "Jeugdhulp verblijf, exclusief behandeling"},
    {"45", "Jeugdhulp ambulant"},
    {"46", "Jeugdhulp crisis"},
    {"47", "Jeugdreclassering"},
    {"48", "Jeugdbescherming"},
    {"49", "Preventief justitieel kader"},
    {"50", "Maatwerkarrangementen jeugd"},
    {"51", "Generalistische basis-ggz"},
    {"52", "Specialistische ggz"},
    {"53", "Kindergeneeskunde"},
    {"54", "Jeugd-ggz"},
    {"55", "Landelijk ingekochte zorg"},
};

// COD327.
constexpr std::pair<absl::string_view, absl::string_view> kReferrers[] = {
    {"01", "Gemeente"},
    {"02", "Huisarts"},
    {"03", "Jeugdarts"},
    {"04", "Gecertificeerde instelling"},
    {"05", "Medisch specialist"},
    {"06", "Zelf, geen verwijzer"},
    {"08", "Rechter, officier van justitie of justitiële jeugdinrichting"},
};

constexpr AgeBand kAgeBands[kAgeBandCount] = {
    {"0-3", "0 t/m 3 jaar", 0, 3},
    {"4-11", "4 t/m 11 jaar", 4, 11},
    {"12-17", "12 t/m 17 jaar", 12, 17},
    {"18-22", "18 t/m 22 jaar", 18, 22},
    {"23-64", "23 t/m 64 jaar", 23, 64},
    {"65+", "65 jaar en ouder", 65, 200},
    {"", "Onbekend", -1, -1},
};

absl::string_view Lookup(absl::Span<const std::pair<absl::string_view, absl::string_view>> table, absl::string_view value) {
  for (const auto& [code, label] : table) {
    if (code == value) return label;
  }
  return value;
}

}  // namespace

absl::Span<const MeasureInfo> Measures() { return kMeasures; }
absl::Span<const DimensionInfo> Dimensions() { return kDimensions; }

const MeasureInfo* FindMeasure(absl::string_view id) {
  for (const MeasureInfo& measure : kMeasures) {
    if (measure.id == id) return &measure;
  }
  return nullptr;
}

const DimensionInfo* FindDimension(absl::string_view id) {
  for (const DimensionInfo& dimension : kDimensions) {
    if (dimension.id == id) return &dimension;
  }
  return nullptr;
}

bool Supports(Family family, const DimensionInfo& dimension) {
  if (dimension.kind == DimensionKind::kNotRegistered) return true;
  switch (family) {
    case Family::kRows:
      return dimension.kind != DimensionKind::kBudgetLine;
    case Family::kPopulation:
      return dimension.kind == DimensionKind::kTime || dimension.kind == DimensionKind::kAge ||
             (dimension.kind == DimensionKind::kColumn &&
              (dimension.field == kSexField || dimension.field == kWijkField || dimension.field == kBuurtField));
    case Family::kBudget:
      return dimension.kind == DimensionKind::kBudgetLine ||
             (dimension.kind == DimensionKind::kTime && dimension.grain == Grain::kYear);
  }
  return false;
}

std::string FieldLabel(Field field, absl::string_view value) {
  if (value.empty()) return "Onbekend";
  switch (field) {
    case kLawField:
      return value == "wmo" ? "Wmo" : "Jeugdwet";
    case kCategoryField:
      return std::string(Lookup(kCategories, value));
    case kIvnField:
      return absl::StrCat("IVN ", value);
    case kReferrerField:
      return std::string(Lookup(kReferrers, value));
    case kSexField:
      return value == "1" ? "Man" : value == "2" ? "Vrouw" : std::string(value);
    default:
      return std::string(value);
  }
}

const AgeBand& AgeBandOf(uint32_t band) { return kAgeBands[std::min(band, kUnknownAgeBand)]; }

std::string BudgetLineLabel(absl::string_view line) {
  std::string label = absl::StrReplaceAll(line, {{"_", " "}});
  if (!label.empty()) label[0] = absl::ascii_toupper(static_cast<unsigned char>(label[0]));
  return label;
}

}  // namespace nmd::costs
