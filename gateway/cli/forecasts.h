// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_GATEWAY_CLI_FORECASTS_H_
#define NMD_GATEWAY_CLI_FORECASTS_H_

#include <string>
#include <vector>

#include "gateway/cli/context.h"
#include "gateway/cli/question.h"
#include "nmd/costs/v1/forecast.pb.h"

namespace CLI {
class App;
}

// What is still to come: obligations, outstanding, forecast and pxq.
namespace nmd::cli {

// What the command line says; CLI11 fills it.
struct ForecastCommandOptions {
  Question question;
  std::string until, quarter, report;  // Of obligations; `until` is inclusive.
  int year = 0;
  double tail = 0;  // 0: not given.
  std::vector<double> priors;
  std::string prior_source;
  double growth = 0;
  std::string growth_source;
  bool drivers = false;
  std::string tariff_date, quantity = "delivered";
  int sample = 0;
};

// Adds obligations, outstanding, forecast and pxq to `app`. `app` and `options` must outlive the parsing.
void AddForecastCommands(CLI::App& app, ForecastCommandOptions& options, const Perform& perform);

// For a person: the table, then what one must know.
std::string ObligationsText(const costs::v1::QueryObligationsResponse& response);
std::string OutstandingText(const costs::v1::EstimateOutstandingResponse& response);
std::string ForecastText(const costs::v1::ForecastYearResponse& response);
std::string TariffsText(const costs::v1::CompareTariffsResponse& response);

// A row per group and one for the total (rij groep or totaal): kenmerken, lopend, nog_niet_begonnen, verwacht_begonnen,
// zonder_einddatum, al_gedeclareerd, gestopt, toewijzingen, zonder_bedrag.
Table ObligationRecords(const costs::v1::QueryObligationsResponse& response);
// A row per month: maand, gedeclareerd, nog_te_ontvangen, vertraging, binnen, methode, standaardfout.
Table OutstandingRecords(const costs::v1::EstimateOutstandingResponse& response);
// A row per month, then the year, then the earlier forecasts (rij maand, jaar or eerder).
Table ForecastRecords(const costs::v1::ForecastYearResponse& response);
// A row per product and one for the total.
Table TariffRecords(const costs::v1::CompareTariffsResponse& response);

}  // namespace nmd::cli

#endif  // NMD_GATEWAY_CLI_FORECASTS_H_
