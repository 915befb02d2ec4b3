// SPDX-License-Identifier: EUPL-1.2
#include "services/analyses/scenarios.h"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "services/analyses/printed.h"
#include "services/analyses/sums.h"
#include "services/analyses/words.h"
#include "services/core/date.h"
#include "services/platform/errors.h"
#include "services/platform/paging.h"
#include "services/platform/proto_time.h"
#include "services/platform/status_macros.h"

namespace nmd::analyses {
namespace {

using costs::v1::CalculatedItem;
using costs::v1::CalculatedScenario;
using costs::v1::CalculateScenarioRequest;
using costs::v1::ScenarioAdjustment;
using costs::v1::ScenarioItem;
using costs::v1::ScenarioOption;
using costs::v1::ScenarioTable;
using costs::v1::SumCheck;

constexpr int kMostYears = 20;

// What is asked, with every name found.
struct Plan {
  int option = 0, current = 0;  // Columns.
  std::map<std::string, Cents> choices;
  std::map<std::string, bool> toggles;
};

int ColumnOf(const ScenarioTable& table, const std::string& option) {
  for (int i = 0; i < table.options_size(); ++i) {
    if (table.options(i).option() == option) return i;
  }
  return -1;
}

absl::StatusOr<Plan> ReadPlan(const ScenarioTable& table, const CalculateScenarioRequest& request) {
  FieldCheck check;
  Plan plan;
  plan.current = ColumnOf(table, table.current_option());
  plan.option = request.option().empty() ? plan.current : ColumnOf(table, request.option());
  check.Require(plan.option >= 0, "option", "the table has no such option");
  for (int i = 0; i < request.choices_size(); ++i) {
    const auto& choice = request.choices(i);
    const std::string path = absl::StrCat("choices[", i, "]");
    check.Require(std::any_of(table.items().begin(), table.items().end(),
                              [&](const ScenarioItem& item) { return item.item() == choice.item(); }),
                  path + ".item", "the table has no such item");
    check.Require(std::abs(choice.amount_cents()) <= kLargestAmount, path + ".amount_cents",
                  "must be at most 10,000 million euro either way");
    check.Require(plan.choices.emplace(choice.item(), choice.amount_cents()).second, path + ".item", "stands here twice");
  }
  for (int i = 0; i < request.toggles_size(); ++i) {
    const auto& toggle = request.toggles(i);
    const std::string path = absl::StrCat("toggles[", i, "].adjustment");
    check.Require(std::any_of(table.adjustments().begin(), table.adjustments().end(),
                              [&](const ScenarioAdjustment& a) { return a.adjustment() == toggle.adjustment(); }),
                  path, "the table has no such adjustment");
    check.Require(plan.toggles.emplace(toggle.adjustment(), toggle.counted()).second, path, "stands here twice");
  }
  const bool none = request.first_year() == 0 && request.last_year() == 0;
  check.Require(none || (request.first_year() >= 1990 && request.last_year() >= request.first_year() &&
                         request.last_year() < 2200 && request.last_year() - request.first_year() < kMostYears),
                "last_year", "first_year and last_year must be years in order, at most 20 in all, or both 0");
  if (!check.ok()) return check.Result();
  return plan;
}

Day DayOrNone(const std::string& date) { return ParseDay(date).value_or(0); }

// A part of the scenario that goes from one amount to another.
struct Step {
  std::string title;
  Change change;
  bool budget = false;
};

void AddYears(const ScenarioTable& table, const std::vector<Step>& steps, int first, int last, CalculatedScenario* scenario) {
  for (int year = first; year <= last; ++year) {
    costs::v1::ScenarioYear* to = scenario->add_years();
    to->set_year(year);
    to->set_budget_cents(table.budget().amount_cents());
  }
  for (const Step& step : steps) {
    const std::vector<Cents> amounts = Phased(step.change, first, last);
    for (size_t i = 0; i < amounts.size(); ++i) {
      costs::v1::ScenarioYear* to = scenario->mutable_years(static_cast<int>(i));
      if (step.budget) {
        to->set_budget_cents(to->budget_cents() + amounts[i]);
      } else {
        to->set_expenses_cents(to->expenses_cents() + amounts[i]);
      }
      if (amounts[i] != step.change.to) to->add_waiting(step.title);
    }
  }
  for (auto& year : *scenario->mutable_years()) year.set_relation_cents(year.expenses_cents() - year.budget_cents());
}

std::string RelationText(Cents relation, Cents budget) {
  if (relation == 0) return absl::StrCat("precies het budget van ", AmountText(budget));
  return absl::StrCat(AmountText(std::abs(relation)), relation > 0 ? " meer" : " minder", " dan het budget van ",
                      AmountText(budget));
}

void AddWords(const ScenarioTable& table, const ScenarioOption& option, CalculatedScenario* scenario) {
  *scenario->mutable_positive_effects() = option.positive_effects();
  *scenario->mutable_negative_effects() = option.negative_effects();
  if (scenario->printed_expenses().state() == SumCheck::DOES_NOT_CLOSE) {
    scenario->add_remarks(scenario->printed_expenses().statement());
  }
  if (scenario->printed_expenses().state() != SumCheck::NOT_PRINTED && option.relation().state() == SumCheck::DOES_NOT_CLOSE) {
    scenario->add_remarks(option.relation().statement());
  }
  std::vector<std::string> counted, left_out;
  for (const ScenarioAdjustment& adjustment : scenario->adjustments()) {
    (adjustment.counted() ? counted : left_out)
        .push_back(absl::StrCat(adjustment.title(), " (", AmountText(adjustment.amount_cents()), ")"));
    if (adjustment.difference_cents() != 0) {
      scenario->add_remarks(absl::StrCat(adjustment.title(), ": berekend is ", AmountText(adjustment.amount_cents()), " (",
                                         adjustment.formula(), "); gedrukt staat ", adjustment.printed().text(), "."));
    }
  }
  if (!counted.empty()) scenario->add_remarks(absl::StrCat("Extra meegeteld: ", absl::StrJoin(counted, "; "), "."));
  if (!left_out.empty()) scenario->add_remarks(absl::StrCat("Niet meegeteld: ", absl::StrJoin(left_out, "; "), "."));
  for (const std::string& note : table.notes()) scenario->add_remarks(note);
  std::string text = absl::StrCat(scenario->title(), " kost ", AmountText(scenario->expenses_cents()),
                                  " per jaar: ", RelationText(scenario->relation_cents(), scenario->budget_cents()), ".");
  if (scenario->relation_low_cents() != scenario->relation_high_cents()) {
    absl::StrAppend(&text, " Door wat onzeker is, ligt het verschil met het budget tussen ",
                    AmountText(scenario->relation_low_cents()), " en ", AmountText(scenario->relation_high_cents()), ".");
  }
  scenario->set_statement(std::move(text));
}

CalculatedScenario Calculate(const ScenarioTable& table, const CalculateScenarioRequest& request, const Plan& plan) {
  const ScenarioOption& option = table.options(plan.option);
  CalculatedScenario scenario;
  scenario.set_scenario_table(table.name());
  scenario.set_option(option.option());
  scenario.set_title(plan.choices.empty() ? option.title() : absl::StrCat(option.title(), ", met eigen keuzes"));
  std::vector<Step> steps;
  Cents items = 0;
  for (const ScenarioItem& item : table.items()) {
    CalculatedItem* to = scenario.add_items();
    to->set_item(item.item());
    to->set_title(item.title());
    to->set_definition(item.definition());
    to->set_earliest_date(item.earliest_date());
    *to->mutable_printed() = item.amounts(plan.option);
    if (const auto choice = plan.choices.find(item.item()); choice != plan.choices.end()) {
      to->set_chosen(true);
      to->set_amount_cents(choice->second);
    } else if (to->printed().has_amount_cents()) {
      to->set_amount_cents(to->printed().amount_cents());
    }
    items += to->amount_cents();
    steps.push_back(
        {item.title(), {item.amounts(plan.current).amount_cents(), to->amount_cents(), DayOrNone(item.earliest_date())}});
  }
  Cents expenses[3] = {items, items, items};  // Itself, low, high.
  Cents budget[3];
  std::fill(std::begin(budget), std::end(budget), table.budget().amount_cents());
  for (const ScenarioAdjustment& known : table.adjustments()) {
    ScenarioAdjustment* adjustment = scenario.add_adjustments();
    *adjustment = known;
    if (const auto toggle = plan.toggles.find(known.adjustment()); toggle != plan.toggles.end()) {
      adjustment->set_counted(toggle->second);
    }
    if (!adjustment->counted()) continue;
    const bool to_budget = adjustment->side() == ScenarioAdjustment::BUDGET;
    Cents* to = to_budget ? budget : expenses;
    to[0] += adjustment->amount_cents();
    to[1] += adjustment->low_cents();
    to[2] += adjustment->high_cents();
    steps.push_back({known.title(), {0, adjustment->amount_cents(), DayOrNone(known.earliest_date())}, to_budget});
  }
  scenario.set_expenses_cents(expenses[0]);
  scenario.set_expenses_low_cents(expenses[1]);
  scenario.set_expenses_high_cents(expenses[2]);
  scenario.set_budget_cents(budget[0]);
  scenario.set_budget_low_cents(budget[1]);
  scenario.set_budget_high_cents(budget[2]);
  scenario.set_relation_cents(expenses[0] - budget[0]);
  scenario.set_relation_low_cents(expenses[1] - budget[2]);
  scenario.set_relation_high_cents(expenses[2] - budget[1]);
  if (plan.choices.empty()) {
    *scenario.mutable_printed_expenses() = option.expenses();
  } else {
    SumOutcome outcome;
    outcome.sum = items;
    *scenario.mutable_printed_expenses() = SumMessage("De posten tellen op tot", outcome, AmountMessage("", Printed()));
  }
  if (request.first_year() != 0) AddYears(table, steps, request.first_year(), request.last_year(), &scenario);
  AddWords(table, option, &scenario);
  return scenario;
}

}  // namespace

absl::Status Scenarios::Load() {
  MutexLock lock(mutex_);
  return stored_.Load();
}

absl::StatusOr<costs::v1::ListScenarioTablesResponse> Scenarios::ListScenarioTables(
    const Caller&, const costs::v1::ListScenarioTablesRequest& request) const {
  NMD_ASSIGN_OR_RETURN(const Page page, ReadPage(request));
  costs::v1::ListScenarioTablesResponse response;
  const auto total = static_cast<int64_t>(data_->scenario_tables().size());
  const int64_t end = std::min(total, page.offset + page.size);
  for (int64_t i = page.offset; i < end; ++i) {
    *response.add_scenario_tables() = data_->scenario_tables()[static_cast<size_t>(i)];
  }
  response.set_next_page_token(NextPageToken(request, end, total));
  return response;
}

absl::StatusOr<CalculatedScenario> Scenarios::CalculateScenario(const Caller&, const CalculateScenarioRequest& request) const {
  const ScenarioTable* table = data_->FindTable(request.scenario_table());
  if (table == nullptr) return NotFound(request.scenario_table());
  NMD_ASSIGN_OR_RETURN(const Plan plan, ReadPlan(*table, request));
  return Calculate(*table, request, plan);
}

absl::StatusOr<costs::v1::StoredScenario> Scenarios::StoreScenario(const Caller& caller,
                                                                   const costs::v1::StoreScenarioRequest& request) {
  FieldCheck check;
  const std::string id = NameOfTitle(request.title());
  check.Require(!id.empty(), "title", "must have a letter or a digit in it");
  AllowWords(check, request.title(), "title", 100);
  RequireWords(check, request.text(), "text", 2'000);
  check.Require(request.has_question(), "question", "is needed");
  check.Require(request.question().parent().empty() || request.question().parent() == request.parent(), "question.parent",
                "must be empty or equal to parent");
  check.Require(request.request_id().size() <= 64, "request_id", "must have at most 64 characters");
  if (!check.ok()) return check.Result();
  costs::v1::StoredScenario scenario;
  *scenario.mutable_question() = request.question();
  scenario.mutable_question()->set_parent(request.parent());
  NMD_ASSIGN_OR_RETURN(*scenario.mutable_outcome(), CalculateScenario(caller, scenario.question()));
  scenario.set_name(absl::StrCat(request.parent(), "/scenarios/", id));
  scenario.set_title(request.title());
  scenario.set_text(request.text());
  scenario.set_subject(caller.subject);
  for (const type::Role role : caller.roles) scenario.add_roles(role);
  scenario.set_request_id(request.request_id());

  MutexLock lock(mutex_);
  if (const auto* known = stored_.FindRequest(request.request_id())) return *known;
  int32_t version = 1;
  for (const auto& other : stored_.records()) version += other.name() == scenario.name() ? 1 : 0;
  scenario.set_version(version);
  *scenario.mutable_store_time() = TimestampOf(clock_.Now());
  NMD_RETURN_IF_ERROR(stored_.Add(scenario, caller.subject));
  return scenario;
}

absl::StatusOr<costs::v1::ListStoredScenariosResponse> Scenarios::ListStoredScenarios(
    const Caller&, const costs::v1::ListStoredScenariosRequest& request) const {
  NMD_ASSIGN_OR_RETURN(const Page page, ReadPage(request));
  const absl::Time known = request.has_known_time() ? TimeOf(request.known_time()) : absl::InfiniteFuture();
  costs::v1::ListStoredScenariosResponse response;
  MutexLock lock(mutex_);
  std::vector<const costs::v1::StoredScenario*> found;
  for (auto it = stored_.records().rbegin(); it != stored_.records().rend(); ++it) {
    if (TimeOf(it->store_time()) <= known) found.push_back(&*it);
  }
  const auto total = static_cast<int64_t>(found.size());
  const int64_t end = std::min(total, page.offset + page.size);
  for (int64_t i = page.offset; i < end; ++i) *response.add_stored_scenarios() = *found[static_cast<size_t>(i)];
  response.set_next_page_token(NextPageToken(request, end, total));
  return response;
}

}  // namespace nmd::analyses
