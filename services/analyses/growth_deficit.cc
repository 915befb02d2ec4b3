// SPDX-License-Identifier: EUPL-1.2
// Growth::ExplainDeficit: the change of a result between two years, in income and spending (R90).
#include <algorithm>
#include <cstdlib>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "nmd/costs/v1/growth.pb.h"
#include "services/analyses/growth.h"
#include "services/analyses/growth_reading.h"
#include "services/core/dutch.h"
#include "services/costs/effects.h"
#include "services/costs/figures.h"
#include "services/platform/proto_time.h"
#include "services/platform/status_macros.h"

namespace nmd::analyses {
namespace {

constexpr size_t kFigureLimit = 100'000;
constexpr absl::string_view kIncome = "rijksbijdrage_jeugd";
constexpr absl::string_view kResult = "resultaat_jeugd";

constexpr costs::FactorWords kIncomeWords = {"income", "meer inkomsten", "minder inkomsten"};
constexpr costs::FactorWords kSpendingWords = {"spending", "lagere uitgaven", "hogere uitgaven"};
// What the care in the figures does not tell, such as care that is not registered there or bookings of another year.
constexpr costs::FactorWords kOtherWords = {"other_spending", "andere lagere uitgaven", "andere hogere uitgaven"};

// What a line came to in a year, in the newest document; nullopt when none tells.
std::optional<Cents> LineIn(const costs::Snapshot& snapshot, absl::string_view line, int year) {
  for (const costs::BudgetAmount& budget : snapshot.budgets) {
    if (budget.line == line && budget.year == year) return budget.amount;
  }
  return std::nullopt;
}

struct Year {
  Cents income = 0, result = 0;
  Cents spending() const { return income - result; }
};

// Effects on the result: what makes care dearer makes it worse.
std::vector<costs::FactorAmount> Reversed(std::vector<costs::FactorAmount> amounts) {
  for (costs::FactorAmount& amount : amounts) {
    std::swap(amount.words.more, amount.words.less);
    amount.cents = -amount.cents;
  }
  return amounts;
}

std::string Conclusion(const Year& before, const Year& after, int year_before, int year_after,
                       const std::vector<costs::FactorAmount>& amounts, const std::vector<v1::Effect>& effects) {
  const Cents change = after.result - before.result;
  const auto name = [](Cents result) {
    return result < 0 ? absl::StrCat("een tekort van ", dutch::EuroWhole(-result))
                      : absl::StrCat("een overschot van ", dutch::EuroWhole(result));
  };
  std::string text = absl::StrCat("In ", year_before, " was er ", name(before.result), ", in ", year_after, " ",
                                  name(after.result), ": ", dutch::EuroWhole(std::abs(change)),
                                  change < 0   ? " slechter."
                                  : change > 0 ? " beter."
                                               : " verschil.");
  std::string parts;
  for (size_t i = 0; i < effects.size(); ++i) {
    const Cents cents = effects[i].amount_cents();
    if (cents == 0) continue;
    absl::StrAppend(&parts, parts.empty() ? " Het resultaat veranderde met " : ", ", dutch::EuroWhole(cents), " door ",
                    cents > 0 ? amounts[i].words.more : amounts[i].words.less);
  }
  return parts.empty() ? text : absl::StrCat(text, parts, ".");
}

}  // namespace

absl::StatusOr<v1::ExplainDeficitResponse> Growth::ExplainDeficit(const Caller&, const v1::ExplainDeficitRequest& request) {
  const costs::Catalogue& catalogue = costs_.catalogue();
  costs::QuestionReader reader(catalogue, clock_.Now());
  costs::AskedQuestion asked;
  const costs::MeasureInfo* amount = ReadAmount(catalogue, request.measure(), "indicated", &reader);
  asked.question.measures = {catalogue.Find("clients"), catalogue.Find("provisions"), amount};
  v1::ExplainDeficitRequest filtered = request;
  if (filtered.filters().empty()) {
    v1::Filter* filter = filtered.add_filters();
    filter->set_dimension("law");
    filter->add_values("jeugdwet");
  }
  reader.ReadFilters(filtered.filters(), &asked);
  asked.known = reader.ReadKnownTime(request.has_known_time(), request.known_time());
  const auto sane = [](int year) { return 1900 <= year && year <= 2200; };
  reader.check().Require(sane(request.year_before()), "year_before", "must be from 1900 to 2200");
  reader.check().Require(sane(request.year_after()), "year_after", "must be from 1900 to 2200");
  reader.check().Require(request.year_before() < request.year_after(), "year_after", "must be after year_before");
  reader.CheckTogether(asked);
  NMD_RETURN_IF_ERROR(reader.Result());

  v1::ExplainDeficitResponse response;
  const std::shared_ptr<const costs::Snapshot> snapshot = costs_.SnapshotAt(asked.known);
  std::vector<std::string> lines(request.income_lines().begin(), request.income_lines().end());
  if (lines.empty()) lines.emplace_back(kIncome);
  const std::string result = request.result_line().empty() ? std::string(kResult) : request.result_line();
  const auto read = [&](int year) -> std::optional<Year> {
    Year read_year;
    for (const std::string& line : lines) {
      const std::optional<Cents> income = LineIn(*snapshot, line, year);
      if (!income.has_value()) return std::nullopt;
      read_year.income += *income;
    }
    const std::optional<Cents> outcome = LineIn(*snapshot, result, year);
    if (!outcome.has_value()) return std::nullopt;
    read_year.result = *outcome;
    return read_year;
  };
  const std::optional<Year> before = read(request.year_before()), after = read(request.year_after());
  if (!before.has_value() || !after.has_value()) {
    return Refuse(std::move(response), type::Figure::NOT_AVAILABLE, type::PERIOD_NOT_DELIVERED, asked.known);
  }
  response.set_state(type::Figure::ANSWERED);
  response.set_income_before_cents(before->income);
  response.set_income_after_cents(after->income);
  response.set_spending_before_cents(before->spending());
  response.set_spending_after_cents(after->spending());
  response.set_result_before_cents(before->result);
  response.set_result_after_cents(after->result);

  std::vector<costs::FactorAmount> amounts = {{kIncomeWords, static_cast<double>(after->income - before->income)}};
  const auto spent = static_cast<double>(after->spending() - before->spending());
  const auto cannot = [&response](type::Figure::State state, type::ErrorReason reason) {
    response.set_spending_state(state);
    response.set_spending_state_reason(type::ErrorReason_Name(reason));
  };
  response.set_spending_state(type::Figure::ANSWERED);
  costs::AskedQuestion late = asked;
  const auto of_year = [](int year, costs::Question* question) {
    question->first = MonthOf(year, 1);
    question->end = question->first + 12;
  };
  of_year(request.year_before(), &asked.question);
  of_year(request.year_after(), &late.question);
  std::optional<costs::Factors> factors;
  if (!asked.unregistered_filters.empty()) {
    cannot(type::Figure::NOT_REGISTERED, type::ATTRIBUTE_NOT_REGISTERED);
  } else if (costs::CrossesBreak(costs_.trend_breaks(), asked.question, late.question)) {
    cannot(type::Figure::NOT_COMPARABLE, type::TREND_BREAK);
  } else {
    const costs::Cell was = costs::Evaluate(*snapshot, asked.question, kFigureLimit)->total;
    const costs::Cell is = costs::Evaluate(*snapshot, late.question, kFigureLimit)->total;
    const auto totals = [](const costs::Cell& cell) {
      return costs::PeriodTotals{cell.measures[0].value, cell.measures[1].value, cell.measures[2].value};
    };
    auto missing = MissingIn(was);
    if (!missing.has_value()) missing = MissingIn(is);
    if (missing.has_value()) {
      cannot(type::Figure::NOT_AVAILABLE, *missing);
    } else if (factors = costs::Decompose(totals(was), totals(is)); !factors.has_value()) {
      cannot(type::Figure::NOT_COMPARABLE, type::AMOUNT_NEGATIVE);
    }
  }
  if (factors.has_value()) {
    for (costs::FactorAmount& part : Reversed(costs::AmountsOf(*factors, costs::FactorSet::kTotals))) amounts.push_back(part);
    amounts.push_back({kOtherWords, factors->Sum() - spent});
  } else {
    amounts.push_back({kSpendingWords, -spent});
  }
  const std::vector<v1::Effect> effects = costs::MakeEffects(amounts, after->result - before->result);
  response.mutable_effects()->Assign(effects.begin(), effects.end());
  response.set_conclusion(Conclusion(*before, *after, request.year_before(), request.year_after(), amounts, effects));
  late.question.measures.push_back(catalogue.Find("budget"));
  const costs::FigureMaker maker(*snapshot, late);
  maker.AddProvenance(response.mutable_provenance());
  *response.mutable_known_time() = TimestampOf(asked.known);
  return response;
}

}  // namespace nmd::analyses
