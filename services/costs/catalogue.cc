// SPDX-License-Identifier: EUPL-1.2
#include "services/costs/catalogue.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <map>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "services/costs/ledger.h"
#include "services/platform/config.h"
#include "services/platform/errors.h"
#include "services/platform/status_macros.h"

namespace nmd::costs {

// services/costs/measures.yaml, compiled in.
extern const char* const kMeasuresYaml;

namespace {

// What can be calculated from facts, by its name in measures.yaml.
struct Calculation {
  absl::string_view name;
  MeasureId measure;
  Family family;
  uint32_t kinds;
  bool money;
};
constexpr Calculation kCalculations[] = {
    {"CLIENTS", MeasureId::kClients, Family::kRows, kAllocations, false},
    {"PROVISIONS", MeasureId::kProvisions, Family::kRows, kAllocations, false},
    {"INDICATED", MeasureId::kIndicated, Family::kRows, kAllocations | kTariffs, true},
    {"DECLARED", MeasureId::kDeclared, Family::kRows, kClaims, true},
    {"APPROVED", MeasureId::kApproved, Family::kRows, kClaims | kAnswers, true},
    {"POPULATION", MeasureId::kPopulation, Family::kPopulation, kPopulations, false},
    {"BUDGET", MeasureId::kBudget, Family::kBudget, kBudgets, true},
    {"INCOME", MeasureId::kIncome, Family::kBudget, kBudgets, true},
    {"SPEND", MeasureId::kSpend, Family::kBudget, kBudgets, true},
    {"STOCK_START", MeasureId::kStockStart, Family::kFlows, kAllocations, false},
    {"INFLOW", MeasureId::kInflow, Family::kFlows, kAllocations, false},
    {"RETURNED", MeasureId::kReturned, Family::kFlows, kAllocations, false},
    {"RESUMED", MeasureId::kResumed, Family::kFlows, kAllocations, false},
    {"MOVED_IN", MeasureId::kMovedIn, Family::kFlows, kAllocations, false},
    {"MOVED_OUT", MeasureId::kMovedOut, Family::kFlows, kAllocations, false},
    {"OUTFLOW", MeasureId::kOutflow, Family::kFlows, kAllocations, false},
    {"INTERRUPTED", MeasureId::kInterrupted, Family::kFlows, kAllocations, false},
    {"STOCK_END", MeasureId::kStockEnd, Family::kFlows, kAllocations, false},
    {"PROVISIONS_START", MeasureId::kProvisionsStart, Family::kFlows, kAllocations, false},
    {"PROVISIONS_STARTED", MeasureId::kProvisionsStarted, Family::kFlows, kAllocations, false},
    {"PROVISIONS_MOVED_IN", MeasureId::kProvisionsMovedIn, Family::kFlows, kAllocations, false},
    {"PROVISIONS_MOVED_OUT", MeasureId::kProvisionsMovedOut, Family::kFlows, kAllocations, false},
    {"PROVISIONS_ENDED", MeasureId::kProvisionsEnded, Family::kFlows, kAllocations, false},
    {"PROVISIONS_END", MeasureId::kProvisionsEnd, Family::kFlows, kAllocations, false},
    {"TRAJECTORIES", MeasureId::kTrajectories, Family::kFlows, kAllocations, false},
    {"EPISODES", MeasureId::kEpisodes, Family::kFlows, kAllocations, false},
    {"STEP_DOWN", MeasureId::kStepDown, Family::kFlows, kAllocations | kLevels, false},
    {"STEP_UP", MeasureId::kStepUp, Family::kFlows, kAllocations | kLevels, false},
    {"SAME_LEVEL", MeasureId::kSameLevel, Family::kFlows, kAllocations | kLevels, false},
    {"TOP_1_SHARE", MeasureId::kTop1Share, Family::kSpread, kClaims | kAnswers, false},
    {"TOP_2_SHARE", MeasureId::kTop2Share, Family::kSpread, kClaims | kAnswers, false},
    {"TOP_10_SHARE", MeasureId::kTop10Share, Family::kSpread, kClaims | kAnswers, false},
    {"GINI", MeasureId::kGini, Family::kSpread, kClaims | kAnswers, false},
    {"COST_P50", MeasureId::kCostP50, Family::kSpread, kClaims | kAnswers, true},
    {"COST_P90", MeasureId::kCostP90, Family::kSpread, kClaims | kAnswers, true},
    {"COST_P99", MeasureId::kCostP99, Family::kSpread, kClaims | kAnswers, true},
    {"LARGEST_5_SHARE", MeasureId::kLargest5Share, Family::kSpread, kClaims | kAnswers, false},
    {"HHI", MeasureId::kHhi, Family::kSpread, kClaims | kAnswers, false},
    {"PGB_CLIENTS", MeasureId::kPgbClients, Family::kRecords, kPersonalBudgets, false},
    {"PGB_BUDGETS", MeasureId::kPgbBudgets, Family::kRecords, kPersonalBudgets, false},
    {"PGB_GRANTED", MeasureId::kPgbGranted, Family::kRecords, kPersonalBudgets, true},
    {"PGB_PAID", MeasureId::kPgbPaid, Family::kRecords, kBudgetPayments, true},
    {"TEAM_CLIENTS", MeasureId::kTeamClients, Family::kRecords, kTeamHelps, false},
    {"TEAM_HELPS", MeasureId::kTeamHelps, Family::kRecords, kTeamHelps, false},
    {"BOOKED", MeasureId::kBooked, Family::kRecords, kBookings, true},
    {"BOOKED_REVENUE", MeasureId::kBookedRevenue, Family::kRecords, kBookings, true},
    {"APPLICATIONS", MeasureId::kApplications, Family::kRecords, kDecisions, false},
    {"DECISIONS_GRANTED", MeasureId::kDecisionsGranted, Family::kRecords, kDecisions, false},
    {"DECISIONS_REFUSED", MeasureId::kDecisionsRefused, Family::kRecords, kDecisions, false},
    {"DECISION_DAYS_P50", MeasureId::kDecisionDaysP50, Family::kRecords, kDecisions, false},
    {"WAITS", MeasureId::kWaits, Family::kRecords, kAllocations, false},
    {"WAITS_OPEN", MeasureId::kWaitsOpen, Family::kRecords, kAllocations | kCareStarts, false},
    {"WAITS_BEFORE", MeasureId::kWaitsBefore, Family::kRecords, kAllocations | kCareStarts, false},
    {"WAIT_DAYS_P50", MeasureId::kWaitDaysP50, Family::kRecords, kAllocations | kCareStarts, false},
    {"WAIT_DAYS_P90", MeasureId::kWaitDaysP90, Family::kRecords, kAllocations | kCareStarts, false},
    {"REQUEST_DAYS_P50", MeasureId::kRequestDaysP50, Family::kRecords, kAllocations | kCareStarts, false},
    {"HOUSEHOLDS", MeasureId::kHouseholds, Family::kPersons, kAllocations, false},
    {"HOUSEHOLD_PROVISIONS", MeasureId::kHouseholdProvisions, Family::kPersons, kAllocations, false},
    {"ALL_HOUSEHOLDS", MeasureId::kAllHouseholds, Family::kPersons, kExternals, false},
    {"CLIENTS_AND_PGB", MeasureId::kClientsAndPgb, Family::kPersons, kAllocations | kPersonalBudgets, false},
    {"IN_CARE_1", MeasureId::kInCare1, Family::kPersons, kAllocations, false},
    {"IN_CARE_2", MeasureId::kInCare2, Family::kPersons, kAllocations, false},
    {"IN_CARE_3", MeasureId::kInCare3, Family::kPersons, kAllocations, false},
    {"IN_CARE_4", MeasureId::kInCare4, Family::kPersons, kAllocations, false},
    {"IN_CARE_5", MeasureId::kInCare5, Family::kPersons, kAllocations, false},
    {"CORE_CLIENTS", MeasureId::kCoreClients, Family::kPersons, kAllocations, false},
    {"CORE_APPROVED", MeasureId::kCoreApproved, Family::kPersons, kAllocations | kClaims | kAnswers, true},
    {"FIRST_EVER", MeasureId::kFirstEver, Family::kPersons, kAllocations, false},
    {"PROVIDER_SWITCHES", MeasureId::kProviderSwitches, Family::kPersons, kAllocations, false},
    {"EPISODES_3_SWITCHES", MeasureId::kEpisodes3Switches, Family::kPersons, kAllocations, false},
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
    {"age_band", "Leeftijd", "De leeftijd op de eerste dag van de periode, in groepen naar keuze.", DimensionKind::kAge,
     kNoField, kNoGrain, kTraits, ""},
    {"sex", "Geslacht", "Het geslacht dat bij de cliënt is geregistreerd.", DimensionKind::kColumn, kSexField, kNoGrain,
     kTraits, ""},
    {"wijk", "Wijk",
     "De wijk waar de cliënt woont op de eerste geldige dag in de maand, met de code van het jaar waarin hij er kwam wonen. "
     "Een code die niet van elk jaar is, noemt zijn jaren.",
     DimensionKind::kColumn, kWijkField, kNoGrain, kResidences, ""},
    {"buurt", "Buurt",
     "De buurt waar de cliënt woont op de eerste geldige dag in de maand, met de code van het jaar waarin hij er kwam wonen. "
     "Een code die niet van elk jaar is, noemt zijn jaren.",
     DimensionKind::kColumn, kBuurtField, kNoGrain, kResidences, ""},
    {"household", "Huishouden",
     "De personen op één adres op de eerste geldige dag in de maand; een instelling is geen huishouden.",
     DimensionKind::kColumn, kHouseholdField, kNoGrain, 0, ""},
    {"household_size", "Huishoudgrootte",
     "Hoeveel personen in het huishouden bekend zijn op de eerste geldige dag in de maand, ook wie zelf geen zorg heeft. "
     "Onbekend is ook wie in een instelling woont.",
     DimensionKind::kWorkedOut, kNoField, kNoGrain, 0, "", WorkedOut::kHouseholdSize},
    {"contract", "Contract",
     "Het contract van de aanbieder voor de wet op de eerste geldige dag in de maand. Gelden er meer, dan telt het contract "
     "dat "
     "het laatst begon.",
     DimensionKind::kWorkedOut, kNoField, kNoGrain, kContracts, "", WorkedOut::kContract},
    {"organisation", "Organisatie",
     "De organisatie waar de aanbieder bij hoort op de eerste geldige dag in de maand. Een aanbieder zonder organisatie is "
     "zijn "
     "eigen organisatie.",
     DimensionKind::kWorkedOut, kNoField, kNoGrain, kProviderGroups, "", WorkedOut::kOrganisation},
    {"concern", "Concern",
     "Het concern waar de aanbieder bij hoort op de eerste geldige dag in de maand. Een organisatie zonder concern is haar "
     "eigen "
     "concern.",
     DimensionKind::kWorkedOut, kNoField, kNoGrain, kProviderGroups, "", WorkedOut::kConcern},
    {"form", "Vorm van zorg", "Hoe iemand zorg krijgt: in natura, met een persoonsgebonden budget of van het eigen team.",
     DimensionKind::kWorkedOut, kNoField, kNoGrain, 0, "", WorkedOut::kForm},
    {"source", "Bron",
     "De bron van de toewijzing die op de eerste geldige dag in de maand geldt. Zonder toewijzing is het de bron van de "
     "declaratie.",
     DimensionKind::kWorkedOut, kNoField, kNoGrain, 0, "", WorkedOut::kSource},
    {"budget_line", "Begrotingspost", "De post, bijdrage of het resultaat waar het bedrag over gaat.",
     DimensionKind::kBudgetLine, kNoField, kNoGrain, 0, ""},
    {"budget_subject", "Onderwerp van de post", "Waar een begrotingspost over gaat: het deel van de naam na het eerste woord.",
     DimensionKind::kBudgetLine, kNoField, kNoGrain, 0, ""},
    {"taakveld", "Taakveld",
     "Het taakveld (Iv3) waarop is geboekt, zoals geldig in dat jaar. Van zorg het taakveld dat bij de aanbieder en het "
     "product "
     "hoort op de eerste geldige dag in de maand.",
     DimensionKind::kWorkedOut, kNoField, kNoGrain, kTaakvelden, "", WorkedOut::kTaakveld},
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

absl::string_view Lookup(absl::Span<const std::pair<absl::string_view, absl::string_view>> table, absl::string_view value) {
  for (const auto& [code, label] : table) {
    if (code == value) return label;
  }
  return value;
}

// Works out a catalogue from its texts and gathers what is wrong with it.
class CatalogueMaker {
 public:
  CatalogueMaker(const internal::v1::MeasureCatalogue& source, int first_own, std::deque<MeasureInfo>* measures)
      : source_(source), first_own_(first_own), measures_(*measures) {}

  std::vector<std::string> Make() {
    for (int i = 0; i < source_.measures_size(); ++i) Describe(i);
    if (!faults_.empty()) return faults_;
    for (size_t i = 0; i < measures_.size(); ++i) FindInputs(i);
    if (!faults_.empty()) return faults_;
    for (size_t i = 0; i < measures_.size(); ++i) Resolve(i);
    return faults_;
  }

 private:
  enum class Visit : uint8_t { kNot, kNow, kDone };

  std::string PlaceOf(size_t i, absl::string_view field) const {
    const bool own = static_cast<int>(i) >= first_own_;
    return absl::StrCat(own ? "own_measures[" : "measures[", own ? static_cast<int>(i) - first_own_ : static_cast<int>(i), "].",
                        field);
  }
  void Fault(size_t i, absl::string_view field, absl::string_view text) {
    faults_.push_back(absl::StrCat(PlaceOf(i, field), ": ", text));
  }
  void Fault(size_t i, const std::vector<ExpressionFault>& faults) {
    for (const ExpressionFault& fault : faults) {
      Fault(i, "expression", absl::StrCat("character ", fault.at, ": ", fault.text));
    }
  }

  static bool GoodId(absl::string_view id) {
    return id != "per_1000" && !id.empty() && absl::ascii_islower(static_cast<unsigned char>(id[0])) &&
           std::all_of(id.begin(), id.end(),
                       [](unsigned char c) { return absl::ascii_islower(c) || absl::ascii_isdigit(c) || c == '_'; });
  }

  void Describe(int index) {
    const internal::v1::CatalogueMeasure& text = source_.measures(index);
    const auto i = static_cast<size_t>(index);
    MeasureInfo& info = measures_.emplace_back();
    info.id = text.id();
    info.title = text.title();
    info.definition = absl::StrCat(text.id(), "/", text.version());
    info.unit = text.unit();
    info.stage = text.stage();
    info.own = index >= first_own_;
    info.texts = &text;
    info.family = Family::kUnregistered;
    if (!GoodId(text.id())) Fault(i, "id", "must be lower case letters, digits and underscores, and no word of the language");
    if (!by_id_.emplace(text.id(), i).second) Fault(i, "id", absl::StrCat("\"", text.id(), "\" is taken"));
    const int ways = (text.calculation().empty() ? 0 : 1) + (text.expression().empty() ? 0 : 1) +
                     (text.unregistered_reason().empty() ? 0 : 1);
    if (ways != 1) Fault(i, "calculation", "exactly one of calculation, expression and unregistered_reason is needed");
    if (!text.calculation().empty()) {
      const auto* found = std::find_if(std::begin(kCalculations), std::end(kCalculations),
                                       [&text](const Calculation& c) { return c.name == text.calculation(); });
      if (found == std::end(kCalculations)) {
        Fault(i, "calculation", absl::StrCat("there is no calculation \"", text.calculation(), "\""));
        return;
      }
      info.measure = found->measure;
      info.family = found->family;
      info.kinds = found->kinds;
      info.money = found->money;
      info.ratio = text.additivity() == v1::Measure::RATIO && !info.money;
      info.combine = CombineOf(text.additivity());
      if (text.additivity() == v1::Measure::ADDITIVITY_UNSPECIFIED) Fault(i, "additivity", "is missing");
    } else if (!text.expression().empty()) {
      info.family = Family::kDerived;
      std::vector<ExpressionFault> faults;
      info.expression = Expression::Parse(text.expression(), &faults);
      Fault(i, faults);
    }
  }

  static Combine CombineOf(v1::Measure::Additivity additivity) {
    return additivity == v1::Measure::DISTINCT ? Combine::kDistinct
           : additivity == v1::Measure::RATIO  ? Combine::kRatio
                                               : Combine::kAdditive;
  }

  void FindInputs(size_t i) {
    MeasureInfo& info = measures_[i];
    for (const Expression::Name& name : info.expression.names()) {
      const auto found = by_id_.find(name.text);
      if (found == by_id_.end()) {
        Fault(i, {{name.at, absl::StrCat("there is no measure \"", name.text, "\"")}});
      } else {
        const MeasureInfo& input = measures_[found->second];
        info.inputs.push_back(&input);
        if (input.family != Family::kDerived && input.ratio) {
          Fault(i, {{name.at, absl::StrCat("\"", name.text, "\" is a ratio without an exact value")}});
        }
      }
    }
  }

  // Depth first; a measure met again on its own way is made of itself, which is told once for every measure of the circle.
  Unit Resolve(size_t i) {
    MeasureInfo& info = measures_[i];
    State& state = states_[i];
    if (state.visit == Visit::kDone) return state.unit;
    if (state.visit == Visit::kNow) {
      state.circular = true;
      return {};
    }
    if (info.family != Family::kDerived) {
      state.unit = info.money   ? Unit{1, 0, "", true, true, true}
                   : info.ratio ? Unit{0, 0, "", false, false, true}
                                : Unit{0, 1, std::string(info.unit), true, true, true};
      if (info.family == Family::kUnregistered && info.unit == "euro") state.unit = {1, 0, "", true, true, true};
      state.unit.additive = info.combine == Combine::kAdditive;
      state.visit = Visit::kDone;
      return state.unit;
    }
    state.visit = Visit::kNow;
    std::vector<Unit> units;
    bool circular = false;
    for (const MeasureInfo* input : info.inputs) {
      const size_t at = by_id_.at(std::string(input->id));
      units.push_back(Resolve(at));
      circular = circular || states_[at].circular;
      const auto add = [&info](const MeasureInfo* base) {
        if (std::find(info.bases.begin(), info.bases.end(), base) == info.bases.end()) info.bases.push_back(base);
      };
      if (input->family != Family::kDerived) add(input);
      for (const MeasureInfo* base : input->bases) add(base);
    }
    if (circular || state.circular) {
      state.circular = true;
      Fault(i, "expression", absl::StrCat("measure \"", info.id, "\" is made of itself"));
    } else {
      std::vector<ExpressionFault> faults;
      state.unit = info.expression.Check(units, &faults);
      Fault(i, faults);
      for (const MeasureInfo* base : info.bases) info.kinds |= base->kinds;
      info.money = state.unit.money == 1;
      info.ratio = !info.money && (!state.unit.whole || state.unit.things != 1);
      info.combine = state.unit.additive ? Combine::kAdditive : state.unit.whole ? Combine::kDistinct : Combine::kRatio;
    }
    state.visit = Visit::kDone;
    return state.unit;
  }

  struct State {
    Visit visit = Visit::kNot;
    bool circular = false;
    Unit unit;
  };

  const internal::v1::MeasureCatalogue& source_;
  const int first_own_;
  std::deque<MeasureInfo>& measures_;
  std::map<std::string, size_t> by_id_;
  std::map<size_t, State> states_;
  std::vector<std::string> faults_;
};

}  // namespace

absl::StatusOr<std::shared_ptr<const Catalogue>> Catalogue::Read(
    absl::string_view yaml, const google::protobuf::RepeatedPtrField<internal::v1::OwnMeasure>& own) {
  std::shared_ptr<Catalogue> catalogue(new Catalogue());
  NMD_RETURN_IF_ERROR(ParseYaml(yaml, "measures.yaml", &catalogue->source_));
  const int first_own = catalogue->source_.measures_size();
  for (const internal::v1::OwnMeasure& measure : own) {
    internal::v1::CatalogueMeasure* text = catalogue->source_.add_measures();
    text->set_id(measure.id());
    text->set_title(measure.title());
    text->set_title_en(measure.title_en().empty() ? measure.title() : measure.title_en());
    text->set_version(measure.version());
    text->set_description(measure.description());
    text->set_formula(measure.expression());
    text->set_unit(measure.unit());
    text->set_expression(measure.expression());
    text->set_kind(measure.kind());
    text->set_confidentiality(v1::Measure::INTERNAL);
  }
  const std::vector<std::string> faults = CatalogueMaker(catalogue->source_, first_own, &catalogue->measures_).Make();
  if (!faults.empty()) {
    return Fail(absl::StatusCode::kFailedPrecondition, ErrorReason::FIELDS_INVALID, absl::StrJoin(faults, "\n"));
  }
  return catalogue;
}

absl::StatusOr<std::shared_ptr<const Catalogue>> Catalogue::With(
    const google::protobuf::RepeatedPtrField<internal::v1::OwnMeasure>& own) {
  return Read(kMeasuresYaml, own);
}

const std::shared_ptr<const Catalogue>& Catalogue::Base() {
  // The text is compiled in: a fault in it is a bug, which the first test that runs finds.
  static const auto* base = new std::shared_ptr<const Catalogue>(*With({}));
  return *base;
}

const MeasureInfo* Catalogue::Find(absl::string_view id) const {
  for (const MeasureInfo& measure : measures_) {
    if (measure.id == id) return &measure;
  }
  return nullptr;
}

const MeasureInfo* FindMeasure(absl::string_view id) { return Catalogue::Base()->Find(id); }

absl::Span<const DimensionInfo> Dimensions() { return kDimensions; }

const DimensionInfo* FindDimension(absl::string_view id) {
  for (const DimensionInfo& dimension : kDimensions) {
    if (dimension.id == id) return &dimension;
  }
  return nullptr;
}

namespace {

// What a record of the measure has a value of.
bool RecordHas(MeasureId measure, const DimensionInfo& dimension) {
  if (dimension.kind == DimensionKind::kTime) return true;
  const bool booking = measure == MeasureId::kBooked || measure == MeasureId::kBookedRevenue;
  if (dimension.kind == DimensionKind::kWorkedOut) {
    // Of a booking nobody knows in which form the care was given.
    return (dimension.worked_out == WorkedOut::kTaakveld && booking) || (dimension.worked_out == WorkedOut::kForm && !booking);
  }
  if (dimension.kind != DimensionKind::kColumn) return false;
  const Field field = dimension.field;
  const bool product = field == kCategoryField || field == kProductField;
  switch (measure) {
    case MeasureId::kBooked:
    case MeasureId::kBookedRevenue:
      return field == kProviderField;
    case MeasureId::kTeamClients:
    case MeasureId::kTeamHelps:
      return field == kLawField || field == kReferrerField;
    case MeasureId::kPgbClients:
    case MeasureId::kPgbBudgets:
    case MeasureId::kPgbGranted:
    case MeasureId::kPgbPaid:
      return field == kLawField || product;
    case MeasureId::kWaits:
    case MeasureId::kWaitsOpen:
    case MeasureId::kWaitsBefore:
    case MeasureId::kWaitDaysP50:
    case MeasureId::kWaitDaysP90:
    case MeasureId::kRequestDaysP50:
      return field == kLawField || field == kProviderField || product;
    default:
      return field == kLawField || field == kReferrerField || product;
  }
}

bool PersonsHave(MeasureId measure, const DimensionInfo& dimension) {
  if (dimension.kind == DimensionKind::kTime) return true;
  switch (measure) {
    case MeasureId::kAllHouseholds:
      return false;
    // Both care in kind and a personal budget have these.
    case MeasureId::kClientsAndPgb:
      if (dimension.kind == DimensionKind::kWorkedOut) return dimension.worked_out == WorkedOut::kForm;
      return dimension.kind == DimensionKind::kColumn &&
             (dimension.field == kLawField || dimension.field == kCategoryField || dimension.field == kProductField);
    // A course has several products and providers: what one of them is filtered by says nothing of the course.
    case MeasureId::kProviderSwitches:
    case MeasureId::kEpisodes3Switches:
      return false;
    default:
      return dimension.kind == DimensionKind::kColumn || dimension.kind == DimensionKind::kAge ||
             dimension.kind == DimensionKind::kWorkedOut;
  }
}

}  // namespace

bool Supports(const MeasureInfo& measure, const DimensionInfo& dimension) {
  if (dimension.kind == DimensionKind::kNotRegistered) return true;
  switch (measure.family) {
    case Family::kRows:
      return dimension.kind != DimensionKind::kBudgetLine;
    case Family::kFlows:
      // Whose level goes up or down has two levels, products and providers.
      if (measure.measure == MeasureId::kStepDown || measure.measure == MeasureId::kStepUp ||
          measure.measure == MeasureId::kSameLevel) {
        return dimension.kind == DimensionKind::kTime;
      }
      return dimension.kind != DimensionKind::kBudgetLine;
    case Family::kRecords:
      return RecordHas(measure.measure, dimension);
    case Family::kPersons:
      return PersonsHave(measure.measure, dimension);
    case Family::kSpread:
      return dimension.kind == DimensionKind::kTime || dimension.kind == DimensionKind::kColumn ||
             dimension.kind == DimensionKind::kAge || dimension.kind == DimensionKind::kWorkedOut;
    case Family::kPopulation:
      return dimension.kind == DimensionKind::kTime || dimension.kind == DimensionKind::kAge ||
             (dimension.kind == DimensionKind::kColumn &&
              (dimension.field == kSexField || dimension.field == kWijkField || dimension.field == kBuurtField));
    case Family::kBudget:
      return dimension.kind == DimensionKind::kBudgetLine ||
             (dimension.kind == DimensionKind::kTime && dimension.grain == Grain::kYear);
    case Family::kDerived:
      return std::all_of(measure.bases.begin(), measure.bases.end(),
                         [&dimension](const MeasureInfo* base) { return Supports(*base, dimension); });
    case Family::kUnregistered:
      return true;
  }
  return false;
}

bool SupportsFilter(const MeasureInfo& measure, const DimensionInfo& dimension) {
  if (measure.family == Family::kDerived) {
    return std::all_of(measure.bases.begin(), measure.bases.end(),
                       [&dimension](const MeasureInfo* base) { return SupportsFilter(*base, dimension); });
  }
  // Of a flow the period says which months; what flows in is told by the months before. So it is with records and persons.
  if (measure.family == Family::kPersons) {
    const bool course = measure.measure == MeasureId::kProviderSwitches || measure.measure == MeasureId::kEpisodes3Switches;
    if (dimension.kind == DimensionKind::kTime) return false;
    if (course) {
      return dimension.kind == DimensionKind::kAge ||
             (dimension.kind == DimensionKind::kColumn && (dimension.field == kLawField || dimension.field == kSexField));
    }
  }
  if (measure.family == Family::kFlows || measure.family == Family::kRecords) {
    if (dimension.kind == DimensionKind::kTime) return false;
    if (measure.family == Family::kFlows) return dimension.kind != DimensionKind::kBudgetLine;
  }
  return Supports(measure, dimension);
}

bool SupportsReferenceDate(const MeasureInfo& measure) {
  if (measure.family == Family::kDerived) {
    return std::all_of(measure.bases.begin(), measure.bases.end(),
                       [](const MeasureInfo* base) { return SupportsReferenceDate(*base); });
  }
  if (measure.family == Family::kPersons) {
    return measure.measure == MeasureId::kHouseholds || measure.measure == MeasureId::kHouseholdProvisions ||
           measure.measure == MeasureId::kAllHouseholds || measure.measure == MeasureId::kClientsAndPgb;
  }
  if (measure.family == Family::kRecords) {
    return measure.measure == MeasureId::kPgbClients || measure.measure == MeasureId::kPgbBudgets ||
           measure.measure == MeasureId::kTeamClients || measure.measure == MeasureId::kTeamHelps;
  }
  return measure.family != Family::kFlows && measure.family != Family::kSpread;
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

std::string BudgetLineLabel(absl::string_view line) {
  std::string label = absl::StrReplaceAll(line, {{"_", " "}});
  if (!label.empty()) label[0] = absl::ascii_toupper(static_cast<unsigned char>(label[0]));
  return label;
}

}  // namespace nmd::costs
