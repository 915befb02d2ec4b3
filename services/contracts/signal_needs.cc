// SPDX-License-Identifier: EUPL-1.2
#include "services/contracts/signal_needs.h"

#include <algorithm>
#include <map>

#include "services/contracts/indexation.h"
#include "services/contracts/signal_checks.h"

namespace nmd::contracts {
namespace {

using ingestion::v1::ContractTerm;

// Something a check needs: what it is called, and whether it comes in.
struct Need {
  const char* title;
  bool (*comes_in)(const Book&, const Intake&);
};

bool HasTerm(const Book& book, ContractTerm::Kind kind) {
  return std::any_of(book.terms.begin(), book.terms.end(), [&](const BookedTerm& term) { return term.kind == kind; });
}
bool HasIndicator(const Book& book, absl::string_view id) {
  return std::any_of(book.indicators.begin(), book.indicators.end(),
                     [&](const BookedIndicator& told) { return told.indicator == id; });
}
template <ContractTerm::Kind kind>
bool Told(const Book& book, const Intake&) {
  return HasTerm(book, kind);
}

constexpr Need kAllocations = {"toewijzingen (301)", [](const Book&, const Intake& intake) { return intake.allocations; }};
constexpr Need kStarts = {"startberichten (305)", [](const Book&, const Intake& intake) { return intake.starts; }};
constexpr Need kStops = {"stopberichten (307)", [](const Book&, const Intake& intake) { return intake.stops; }};
constexpr Need kClaims = {"declaraties (323)", [](const Book&, const Intake& intake) { return intake.claims; }};
constexpr Need kAnswers = {"antwoorden op declaraties (325)", [](const Book&, const Intake& intake) { return intake.answers; }};
constexpr Need kReturns = {"retourberichten", [](const Book&, const Intake& intake) { return intake.returns; }};
constexpr Need kBooks = {"betalingen of boekingen per aanbieder",
                         [](const Book&, const Intake& intake) { return intake.paid || intake.booked; }};
constexpr Need kContracts = {"contracten", [](const Book& book, const Intake&) { return !book.contracts.empty(); }};
constexpr Need kCeilings = {"plafonds in contracten", [](const Book& book, const Intake&) {
                              return std::any_of(book.contracts.begin(), book.contracts.end(),
                                                 [](const BookedContract& contract) { return !contract.ceilings.empty(); });
                            }};
constexpr Need kPrices = {"tarieven", [](const Book& book, const Intake&) { return !book.prices.empty(); }};
constexpr Need kLevels = {"producten met interventieniveau", [](const Book& book, const Intake&) {
                            return std::any_of(book.levels.begin(), book.levels.end(),
                                               [](const BookedLevel& level) { return level.ivn == "5" || level.ivn == "6"; });
                          }};
constexpr Need kCombinations = {"regels over combinaties van producten",
                                [](const Book& book, const Intake&) { return !book.combinations.empty(); }};
constexpr Need kBeds = {"het aantal bedden in contracten", Told<ContractTerm::BEDS>};
constexpr Need kDurations = {"de langste duur in contracten", Told<ContractTerm::DURATION_NORM>};
constexpr Need kAnnounced = {"wanneer bestedingsruimte is aangekondigd", Told<ContractTerm::ROOM_ANNOUNCED>};
constexpr Need kDecided = {"wanneer bestedingsruimte is vastgesteld", Told<ContractTerm::ROOM_DECIDED>};
constexpr Need kWageShares = {"het aandeel lonen in contracten", Told<ContractTerm::WAGE_SHARE>};
constexpr Need kLeast = {"de omzet of het aantal cliënten per jaar in contracten", [](const Book& book, const Intake&) {
                           return HasTerm(book, ContractTerm::LEAST_TURNOVER) || HasTerm(book, ContractTerm::LEAST_CLIENTS);
                         }};
constexpr Need kClientStops = {"wanneer een aanbieder geen cliënten aanneemt", [](const Book& book, const Intake&) {
                                 return HasTerm(book, ContractTerm::CLIENT_STOP) ||
                                        HasTerm(book, ContractTerm::CLIENT_STOP_AGREED);
                               }};
constexpr Need kNorms = {"normen voor indicatoren in contracten", [](const Book& book, const Intake&) {
                           return HasTerm(book, ContractTerm::KPI_AT_LEAST) || HasTerm(book, ContractTerm::KPI_AT_MOST);
                         }};
constexpr Need kResults = {"gemeten indicatoren per aanbieder", [](const Book& book, const Intake&) {
                             return std::any_of(book.indicators.begin(), book.indicators.end(),
                                                [](const BookedIndicator& told) { return !told.provider.empty(); });
                           }};
constexpr Need kIndexes = {"de indexen van lonen en van materiële kosten", [](const Book& book, const Intake&) {
                             return HasIndicator(book, kWagesForecast) || HasIndicator(book, kMaterialForecast);
                           }};
constexpr Need kContinuity = {"jaarcijfers en maatregelen per aanbieder", [](const Book& book, const Intake&) {
                                for (const char* id : {kYearResult, kLiquidity, kBoardUnrest, kInspectionMeasure,
                                                       kCriminalMeasure, kDisciplinaryMeasure}) {
                                  if (HasIndicator(book, id)) return true;
                                }
                                return false;
                              }};

const std::map<std::string, std::vector<Need>>& Needs() {
  static const auto* const kNeeds = new std::map<std::string, std::vector<Need>>{
      {"ceiling_share", {kCeilings, kClaims}},
      {"ceiling_pace", {kCeilings, kClaims}},
      {"talk_overdue", {kCeilings, kClaims}},
      {"decision_overdue", {kCeilings, kClaims}},
      {"room_announced", {kContracts, kAnnounced}},
      {"room_decided", {kContracts, kDecided}},
      {"paid_above", {kCeilings, kClaims, kAnswers}},
      {"insufficient_use", {kLeast, kClaims}},
      {"indexation", {kPrices, kWageShares, kIndexes}},
      {"continuity", {kContracts, kContinuity}},
      {"waiting", {kAllocations, kStarts}},
      {"client_stop", {kClientStops}},
      {"kpi_missed", {kNorms, kResults}},
      {"settlement", {kContracts, kClaims, kAnswers, kBooks}},
      {"no_delivery", {kContracts, kClaims}},
      {"price_above", {kPrices, kClaims}},
      {"level_shift", {kLevels, kAllocations}},
      {"level_rise", {kLevels, kAllocations}},
      {"growth", {kAllocations}},
      {"beds", {kBeds, kAllocations}},
      {"duration_norm", {kDurations, kStarts, kStops}},
      {"repeat_use", {kStarts, kStops}},
      {"overlap", {kAllocations}},
      {"combination", {kCombinations, kAllocations}},
      {"start_late", {kStarts}},
      {"stop_late", {kStops}},
      {"return_late", {kAllocations, kReturns}},
      {"own_return_late", {kStarts, kReturns}},
      {"answer_late", {kClaims, kAnswers}},
  };
  return *kNeeds;
}

}  // namespace

std::vector<std::string> NotDelivered(const SignalRule& rule, const Book& book, const Intake& intake) {
  std::vector<std::string> missing;
  for (const Need& need : Needs().at(rule.check)) {
    if (!need.comes_in(book, intake)) missing.emplace_back(need.title);
  }
  return missing;
}

}  // namespace nmd::contracts
