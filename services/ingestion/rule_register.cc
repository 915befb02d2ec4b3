// SPDX-License-Identifier: EUPL-1.2
#include "services/ingestion/rule_register.h"

namespace nmd::ingestion {
namespace {

// Said more than once.
constexpr absl::string_view kOldForm =
    "Is de overgang naar release 3.0 van 1-1-2021. Oudere jaren worden in de vorm van release 3.2 geleverd, en zijn dan goed.";
constexpr absl::string_view kSchema = "Is een eis van het schema: niveau 1 vindt haar.";
constexpr absl::string_view kAgreement = "Hangt af van een afspraak tussen gemeente en aanbieder, die in geen bericht staat.";
constexpr absl::string_view kAnswers = "Schrijft voor hoe een antwoord wordt gemaakt. Zo maakt de monitor zijn antwoorden.";
constexpr absl::string_view kStateMachine =
    "Staat iets toe. Het verloop van starts en stops wordt beoordeeld met TR063, TR071, TR074, TR326, TR382 en TR413-TR415.";
constexpr absl::string_view kNoActualStart =
    "Zonder bericht is niet bekend of en wanneer de levering echt begon. Wat wel kwam, wordt beoordeeld met OP271 en OP272.";

constexpr RuleNotJudged kNotJudged[] = {
    {"CD080", kOldForm},
    {"CD095", kOldForm},
    {"CD096", kOldForm},
    {"CS015", kSchema},
    {"CS025", kSchema},
    {"CS100", kOldForm},
    {"CS319", kSchema},
    {"CS338", kOldForm},
    {"CS343", kOldForm},
    {"OP001", "De registratie van de gezagsdrager bij de gemeente staat in geen bericht."},
    {"OP002", "Of de gezagsdrager bekend is, of de client zelf is, staat in geen bericht."},
    {"OP003", "Gaat over berichten die om de veiligheid juist niet worden gestuurd."},
    {"OP033", "Wat ervan uit berichten blijkt, wordt beoordeeld met OP033x1."},
    {"OP043", "Een pgb staat niet in deze berichten."},
    {"OP065", kAnswers},
    {"OP080", "Is een uitgangspunt: geen regel hier hangt af van de volgorde van aankomst."},
    {"OP095", "Is een uitgangspunt: afgewezen wordt alleen met een retourcode van de standaard."},
    {"OP186", kAgreement},
    {"OP262", kAgreement},
    {"OP263", kAgreement},
    {"OP264", kAgreement},
    {"OP280", "Volgt uit het bericht: een declaratie heeft een DeclaratiePeriode. CS340 beoordeelt haar."},
    {"OP281", "Staat iets toe: prestaties van eerdere perioden. TR319 beoordeelt de grens."},
    {"OP286", kAnswers},
    {"OP289", "Wordt per toewijzing en product beoordeeld met TR326."},
    {"OP295", kNoActualStart},
    {"OP298", kAgreement},
    {"OP299", kAgreement},
    {"OP303", kAnswers},
    {"OP304", kAnswers},
    {"OP347", "Wordt samen met OP259 beoordeeld: geen stapeling van hetzelfde product."},
    {"OP363", kNoActualStart},
    {"OP364", "Is een uitgangspunt: geen prestatie wordt afgewezen om een start of stop."},
    {"OP366", "Wordt beoordeeld met TR316, TR323, TR389 en TR390."},
    {"OP377", kStateMachine},
    {"OP378", kStateMachine},
    {"OP379", kStateMachine},
    {"TR380", "Zegt niet welke datum na de Dagtekening moet liggen, en officiële voorbeelden breken beide uitleggen."},
};

}  // namespace

absl::Span<const RuleNotJudged> RulesNotJudged() { return kNotJudged; }

}  // namespace nmd::ingestion
