// SPDX-License-Identifier: EUPL-1.2
#include "services/contracts/accounts.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "nmd/costs/v1/costs.pb.h"
#include "services/core/dutch.h"
#include "services/platform/errors.h"
#include "services/platform/proto_time.h"
#include "services/platform/status_macros.h"

namespace nmd::contracts {
namespace {

using costs::v1::QueryFiguresRequest;
using costs::v1::QueryFiguresResponse;
using type::Figure;

constexpr absl::string_view kQueryFigures = "/nmd.costs.v1.CostsService/QueryFigures";

using Key = std::pair<std::string, std::string>;  // Provider and law.

struct Amounts {
  std::map<std::string, Figure> year;  // By measure.
  std::map<Month, Cents> declared;     // Answered amounts by month.
};

QueryFiguresRequest Question(const AccountQuestion& question, std::initializer_list<const char*> measures,
                             std::initializer_list<const char*> dimensions) {
  QueryFiguresRequest request;
  request.set_parent(absl::StrCat("municipalities/", question.municipality));
  for (const char* measure : measures) request.add_measures(measure);
  for (const char* dimension : dimensions) request.add_dimensions(dimension);
  request.mutable_period()->set_start_date(FormatDay(DayOf(question.year, 1, 1)));
  request.mutable_period()->set_end_date(FormatDay(DayOf(question.year + 1, 1, 1)));
  if (!question.provider.empty()) {
    auto* filter = request.add_filters();
    filter->set_dimension("provider");
    filter->add_values(question.provider);
  }
  *request.mutable_known_time() = TimestampOf(question.known_time);
  return request;
}

std::string ValueOf(const Figure& figure, absl::string_view dimension) {
  for (const auto& value : figure.dimensions()) {
    if (value.dimension() == dimension) return value.value();
  }
  return "";
}

// The figure of an account costs has nothing about: zero where the measure has an answer at all.
Figure Absent(const QueryFiguresResponse& response, absl::string_view measure) {
  Figure figure;
  for (const Figure& total : response.totals()) {
    if (total.measure() == measure) figure = total;
  }
  if (figure.state() == Figure::ANSWERED) figure.set_amount_cents(0);
  if (figure.state() == Figure::STATE_UNSPECIFIED) {
    figure.set_measure(std::string(measure));
    figure.set_state(Figure::NOT_AVAILABLE);
    figure.set_state_reason(type::ErrorReason_Name(ErrorReason::PERIOD_NOT_DELIVERED));
  }
  return figure;
}

// A figure made here from the declared amount: its trust is that of the amount.
Figure Derived(const Figure& declared, absl::string_view measure) {
  Figure figure = declared;
  figure.set_measure(std::string(measure));
  figure.set_definition(absl::StrCat(measure, "/1"));
  figure.clear_value();
  return figure;
}

void Refuse(Figure::State state, ErrorReason reason, Figure* figure) {
  figure->set_state(state);
  figure->set_state_reason(type::ErrorReason_Name(reason));
  figure->clear_reliability();
}

// Fills ceiling, used and expected of a position whose other figures are there.
void Complete(const Standing& standing, v1::Position* position) {
  const Figure& declared = position->declared();
  Figure ceiling = Derived(declared, "ceiling");
  ceiling.clear_reliability();
  Figure used = Derived(declared, "used");
  Figure expected = Derived(declared, "expected");
  if (standing.ceiling) {
    ceiling.set_state(Figure::ANSWERED);
    ceiling.clear_state_reason();
    ceiling.set_amount_cents(*standing.ceiling);
  } else {
    Refuse(Figure::NOT_REGISTERED, ErrorReason::ATTRIBUTE_NOT_REGISTERED, &ceiling);
    Refuse(Figure::NOT_REGISTERED, ErrorReason::ATTRIBUTE_NOT_REGISTERED, &used);
  }
  if (standing.ceiling && standing.declared) {
    used.set_ratio(static_cast<double>(*standing.declared) / static_cast<double>(*standing.ceiling));
  }
  if (const std::optional<Cents> amount = ExpectedOfYear(standing)) {
    expected.set_amount_cents(*amount);
  } else if (standing.declared) {
    Refuse(Figure::NOT_AVAILABLE, ErrorReason::PERIOD_NOT_DELIVERED, &expected);
  }
  *position->mutable_ceiling() = std::move(ceiling);
  *position->mutable_used() = std::move(used);
  *position->mutable_expected() = std::move(expected);
}

}  // namespace

absl::StatusOr<std::vector<Account>> AskAccounts(const Peer& costs, const Book& book, const AccountQuestion& question,
                                                 absl::Duration timeout) {
  // Who had a contract in the year, on what terms.
  struct Terms {
    std::string title;
    std::optional<Cents> ceiling;
    uint32_t running_months = 0;
  };
  std::map<Key, Terms> terms;
  for (const BookedContract& contract : book.contracts) {
    const uint32_t months = contract.RunningMonths(question.year);
    if (months == 0 || (!question.provider.empty() && contract.provider != question.provider)) continue;
    Terms& term = terms[{contract.provider, contract.law}];
    term.title = contract.provider_title;  // Contracts come by start, so the newest name stays.
    term.running_months |= months;
    if (const auto ceiling = contract.CeilingOf(question.year)) term.ceiling = term.ceiling.value_or(0) + *ceiling;
  }
  std::vector<Account> accounts;
  if (terms.empty()) return accounts;

  NMD_ASSIGN_OR_RETURN(
      const auto of_year,
      costs.Call<QueryFiguresResponse>(
          kQueryFigures, Question(question, {"indicated", "declared", "approved"}, {"law", "provider"}), timeout));
  NMD_ASSIGN_OR_RETURN(
      const auto of_months,
      costs.Call<QueryFiguresResponse>(kQueryFigures, Question(question, {"declared"}, {"law", "provider", "month"}), timeout));
  std::map<Key, Amounts> amounts;
  for (const Figure& figure : of_year.figures()) {
    if (figure.dimensions_size() != 2) continue;
    amounts[{ValueOf(figure, "provider"), ValueOf(figure, "law")}].year[figure.measure()] = figure;
  }
  for (const Figure& figure : of_months.figures()) {
    const std::optional<Month> month = ParseMonth(ValueOf(figure, "month"));
    if (!month || figure.state() != Figure::ANSWERED) continue;
    amounts[{ValueOf(figure, "provider"), ValueOf(figure, "law")}].declared[*month] = figure.amount_cents();
  }

  const Day known_day = dutch::CalendarDay(question.known_time);
  for (const auto& [key, term] : terms) {
    const auto& [provider, law] = key;
    Amounts& account = amounts[key];
    const auto figure_of = [&](const char* measure) {
      const auto found = account.year.find(measure);
      return found != account.year.end() ? found->second : Absent(of_year, measure);
    };
    Account entry;
    v1::Position& position = entry.position;
    position.set_name(
        absl::StrCat("municipalities/", question.municipality, "/positions/", provider, "-", law, "-", question.year));
    position.set_provider(provider);
    position.set_provider_title(term.title);
    position.set_law(law);
    position.set_year(question.year);
    *position.mutable_indicated() = figure_of("indicated");
    *position.mutable_declared() = figure_of("declared");
    *position.mutable_approved() = figure_of("approved");

    Standing& standing = entry.standing;
    standing.provider_title = term.title;
    standing.law = law;
    standing.year = question.year;
    standing.ceiling = term.ceiling;
    if (position.declared().state() == Figure::ANSWERED) standing.declared = position.declared().amount_cents();
    standing.running_months = __builtin_popcount(term.running_months);
    for (const auto& [month, declared] : account.declared) {
      const bool runs = YearOf(month) == question.year && ((term.running_months >> (MonthInYear(month) - 1)) & 1) != 0;
      if (!runs || declared == 0 || FirstDay(month + 1) > known_day) continue;
      ++standing.whole_months;
      standing.whole_months_declared += declared;
    }
    Complete(standing, &position);
    entry.fact_sequence = std::min(of_year.fact_sequence(), of_months.fact_sequence());
    accounts.push_back(std::move(entry));
  }
  return accounts;
}

absl::StatusOr<FiguresByProvider> AskByProvider(const Peer& costs, const AccountQuestion& question,
                                                std::initializer_list<const char*> measures, absl::Duration timeout) {
  FiguresByProvider found;
  for (const char* measure : measures) {
    NMD_ASSIGN_OR_RETURN(const auto answer,
                         costs.Call<QueryFiguresResponse>(kQueryFigures, Question(question, {measure}, {"provider"}), timeout));
    found.others.push_back(Absent(answer, measure));
    for (auto& [provider, figures] : found.of) figures.push_back(found.others.back());
    for (const Figure& figure : answer.figures()) {
      const std::string provider = ValueOf(figure, "provider");
      if (figure.measure() == measure && !provider.empty())
        found.of.try_emplace(provider, found.others).first->second.back() = figure;
    }
  }
  return found;
}

std::vector<Figure> AskTotals(const Peer& costs, const AccountQuestion& question, std::initializer_list<const char*> measures,
                              absl::Duration timeout) {
  std::vector<Figure> figures;
  for (const char* measure : measures) {
    const auto answer = costs.Call<QueryFiguresResponse>(kQueryFigures, Question(question, {measure}, {}), timeout);
    if (answer.ok()) {
      figures.push_back(Absent(*answer, measure));
      if (answer->totals_size() == 1) figures.back() = answer->totals(0);
      continue;
    }
    Figure& figure = figures.emplace_back();
    figure.set_measure(measure);
    figure.set_state(Figure::NOT_AVAILABLE);
    figure.set_state_reason(type::ErrorReason_Name(ReasonOf(answer.status())));
  }
  return figures;
}

}  // namespace nmd::contracts
