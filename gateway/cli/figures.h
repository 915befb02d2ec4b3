// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_GATEWAY_CLI_FIGURES_H_
#define NMD_GATEWAY_CLI_FIGURES_H_

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "gateway/cli/table.h"
#include "nmd/costs/v1/costs.pb.h"
#include "nmd/type/figure.pb.h"

// Figures for people and for machines. A figure without a value is told by a word, never by a zero or an empty cell, and
// below every table for people stand how far it can be trusted and as known when.
namespace nmd::cli {

// Dutch names by id, from the catalogue of the instance; an id without one stands for itself.
struct Titles {
  std::map<std::string, std::string> measures;
  std::map<std::string, std::string> dimensions;

  std::string Measure(const std::string& id) const { return Of(measures, id); }
  std::string Dimension(const std::string& id) const { return Of(dimensions, id); }

 private:
  static std::string Of(const std::map<std::string, std::string>& titles, const std::string& id) {
    const auto it = titles.find(id);
    return it == titles.end() ? id : it->second;
  }
};

// "598", "€ 598.264", "1,23", or the word of the state: "onderdrukt", "niet geregistreerd", "niet beschikbaar",
// "niet vergelijkbaar".
std::string FigureText(const type::Figure& figure);
// "598", "598264.00", "1.23"; empty without a value.
std::string FigureRaw(const type::Figure& figure);
// What a person reads for a coordinate: its label, "jan 2018", "onbekend".
std::string LabelText(const type::DimensionValue& at);
// "januari 2018", "januari 2017 t/m januari 2018", "01-01-2018 t/m 15-01-2018" or "peildatum 31-01-2018".
std::string PeriodText(const costs::v1::QueryFiguresRequest& effective);
// What the totals are worth: every sentence once, with the names of the measures it is about.
std::vector<std::pair<std::string, std::vector<std::string>>> StatementsOf(const costs::v1::QueryFiguresResponse& response,
                                                                           const Titles& titles);
// "beantwoord", "onderdrukt", "niet_geregistreerd", "niet_beschikbaar", "niet_vergelijkbaar".
std::string StateKey(type::Figure::State state);

// A column per dimension and per measure, a row per cell, the totals below.
Table QueryTable(const costs::v1::QueryFiguresResponse& response, const Titles& titles);
// A row per figure: rij (cel or totaal), maat, van, tot (exclusive), a column per dimension and one for its name, waarde,
// eenheid, toestand, reden, bekend_op, definitie.
Table QueryRecords(const costs::v1::QueryFiguresResponse& response);

// The lines below a table: reasons for missing values, reliability, the period unless the table names it, known time.
std::string Footer(const costs::v1::QueryFiguresResponse& response, const Titles& titles, bool compared = false);

std::string DecomposeText(const costs::v1::DecomposeGrowthResponse& response, const Titles& titles);
Table DecomposeRecords(const costs::v1::DecomposeGrowthResponse& response);

std::string ExplainText(const costs::v1::ExplainFigureResponse& response);
// What one kind of cause did: "2", "-35.00"; empty when there is no difference.
Cell StepCell(const costs::v1::DifferenceStep& step);
// "te_laat"
std::string CauseKey(costs::v1::DifferenceStep::Cause cause);
// The deliveries behind the figure; of a comparison the steps instead: oorzaak, verschil, eenheid, gegevens, leveringen,
// uitleg.
Table ExplainRecords(const costs::v1::ExplainFigureResponse& response);

// A sentence in Dutch for a reason code; the code itself for one that is not known here.
std::string ReasonText(const std::string& reason);

// "31-03-2018 23:59" and "2018-03-31T21:59:59.999999Z"; empty for an absent one.
Cell MomentCell(const google::protobuf::Timestamp& time, bool present);

}  // namespace nmd::cli

#endif  // NMD_GATEWAY_CLI_FIGURES_H_
