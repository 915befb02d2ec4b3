// SPDX-License-Identifier: EUPL-1.2
#include "services/analyses/policy_data.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "nmd/internal/v1/policy_file.pb.h"
#include "services/analyses/printed.h"
#include "services/analyses/sums.h"
#include "services/core/date.h"
#include "services/core/dutch.h"
#include "services/core/intervals.h"
#include "services/costs/question.h"
#include "services/platform/config.h"
#include "services/platform/errors.h"
#include "services/platform/status_macros.h"

namespace nmd::analyses {

using costs::v1::Goal;
using costs::v1::Indicator;
using costs::v1::PrintedAmount;
using costs::v1::ScenarioAdjustment;
using costs::v1::ScenarioTable;

// From the words of files to messages; collects what is wrong.
class PolicyReader {
 public:
  PolicyReader(absl::string_view municipality, const costs::Catalogue& catalogue)
      : parent_(absl::StrCat("municipalities/", municipality)), catalogue_(catalogue) {}

  absl::StatusOr<std::shared_ptr<const PolicyData>> Read(const internal::v1::PolicyFile& file) {
    for (const auto& spec : file.scenario_tables()) ReadTable(spec);
    for (const auto& spec : file.pilot_programmes()) ReadProgramme(spec);
    ReadGoals(file);
    for (const auto& event : file.policy_events()) {
      costs::v1::PolicyEvent read = event;
      read.set_name(NameOf("policyevents", event.name()));
      if (!ParseDay(event.date()).has_value()) Fault("date", "must be a date as YYYY-MM-DD");
      if (event.title().empty()) Fault("title", "is missing");
      data_->events_.push_back(std::move(read));
    }
    std::stable_sort(data_->events_.begin(), data_->events_.end(),
                     [](const auto& a, const auto& b) { return a.date() < b.date(); });
    for (const auto& note : file.policy_notes()) {
      costs::v1::PolicyNote read = note;
      read.set_name(NameOf("policynotes", note.name()));
      read.set_about(absl::StrCat(parent_, "/", note.about()));
      if (note.about().empty()) Fault("about", "is missing");
      if (note.text().empty()) Fault("text", "is missing");
      if (note.subject().empty()) Fault("subject", "is missing: who wrote it, or in which document");
      if (!IsDateAsKnown(note.date())) Fault("date", "must be a date as YYYY-MM-DD, YYYY-MM or YYYY");
      if (!note.review_date().empty()) ReadDate(note.review_date(), "review_date");
      data_->notes_.push_back(std::move(read));
    }
    if (!faults_.empty()) {
      return Fail(absl::StatusCode::kFailedPrecondition, ErrorReason::FIELDS_INVALID, absl::StrJoin(faults_, "\n"));
    }
    return std::shared_ptr<const PolicyData>(std::move(data_));
  }

 private:
  void Fault(absl::string_view path, absl::string_view text) { faults_.push_back(absl::StrCat(at_, ".", path, ": ", text)); }

  // The full name of a thing; faults from here on are about it.
  std::string NameOf(absl::string_view collection, const std::string& id) {
    at_ = absl::StrCat(collection, "/", id);
    const bool good = !id.empty() && NameOfTitle(id) == id;
    if (!good) Fault("name", "must be lower case letters, digits and hyphens");
    const std::string name = absl::StrCat(parent_, "/", at_);
    if (!names_.insert(name).second) Fault("name", "is taken");
    return name;
  }

  Cents UnitOf(const std::string& unit, absl::string_view path) {
    if (unit == "euro") return kEuro;
    if (unit == "miljoen") return kMillionEuro;
    Fault(path, "must be euro or miljoen");
    return kEuro;
  }

  PrintedAmount ReadAmount(const std::string& text, Cents unit, absl::string_view path) {
    const std::optional<Printed> printed = ReadPrinted(text, unit);
    if (!printed.has_value()) {
      Fault(path,
            absl::StrCat("\"", text, "\" is not an amount as a document prints it: 1.234,5 or -, pm, t.l.v. X, or empty"));
    }
    return AmountMessage(text, printed.value_or(Printed()));
  }

  void ReadDate(const std::string& text, absl::string_view path) {
    if (!text.empty() && !ParseDay(text).has_value()) Fault(path, "must be a date as YYYY-MM-DD");
  }

  costs::v1::PrintedSum ReadSum(const internal::v1::PrintedSumSpec& spec, Cents unit, const std::string& path) {
    costs::v1::PrintedSum sum;
    if (!spec.unit().empty()) unit = UnitOf(spec.unit(), absl::StrCat(path, ".unit"));
    sum.set_title(spec.title());
    sum.set_source(spec.source());
    sum.set_note(spec.note());
    std::vector<Printed> amounts;
    for (int i = 0; i < spec.lines_size(); ++i) {
      const auto& line = spec.lines(i);
      const std::string at = absl::StrCat(path, ".lines[", i, "]");
      costs::v1::PrintedLine* to = sum.add_lines();
      to->set_title(line.title());
      to->set_definition(line.definition());
      *to->mutable_amount() = ReadAmount(line.amount(), unit, absl::StrCat(at, ".amount"));
      to->set_year(line.year());
      ReadDate(line.earliest_date(), absl::StrCat(at, ".earliest_date"));
      to->set_earliest_date(line.earliest_date());
      to->set_note(line.note());
      amounts.push_back(PrintedOf(to->amount()));
    }
    *sum.mutable_check() = CheckLines(amounts, ReadAmount(spec.total(), unit, absl::StrCat(path, ".total")));
    return sum;
  }

  ScenarioAdjustment ReadAdjustment(const internal::v1::ScenarioAdjustmentSpec& spec, const std::string& path) {
    ScenarioAdjustment adjustment;
    adjustment.set_adjustment(spec.adjustment());
    adjustment.set_title(spec.title());
    adjustment.set_side(spec.side());
    adjustment.set_counted(spec.counted());
    adjustment.set_source(spec.source());
    adjustment.set_note(spec.note());
    ReadDate(spec.earliest_date(), absl::StrCat(path, ".earliest_date"));
    adjustment.set_earliest_date(spec.earliest_date());
    const int ways = (spec.amount().empty() ? 0 : 1) + (spec.unit_amount().empty() ? 0 : 1) + (spec.percent().empty() ? 0 : 1);
    if (ways != 1) Fault(path, "needs exactly one of amount, quantity with unit_amount, and percent with percent_of");
    Cents amount = 0;
    if (!spec.amount().empty()) {
      amount = ReadAmount(spec.amount(), kEuro, absl::StrCat(path, ".amount")).amount_cents();
      adjustment.set_formula(AmountText(amount));
    } else if (!spec.unit_amount().empty()) {
      const Cents each = ReadAmount(spec.unit_amount(), kEuro, absl::StrCat(path, ".unit_amount")).amount_cents();
      const bool good = spec.quantity() > 0 && (each == 0 || spec.quantity() <= kLargestAmount / std::abs(each));
      if (!good) Fault(absl::StrCat(path, ".quantity"), "must be at least 1, and not more than 10.000 miljoen in all");
      amount = good ? each * spec.quantity() : 0;
      adjustment.set_formula(absl::StrCat(dutch::Number(spec.quantity()), " x ", AmountText(each)));
    } else if (!spec.percent().empty()) {
      const std::optional<int64_t> thousandths = ReadPercent(spec.percent());
      if (!thousandths.has_value()) Fault(absl::StrCat(path, ".percent"), "must be a percentage such as 2,5%");
      const PrintedAmount of = ReadAmount(spec.percent_of(), kEuro, absl::StrCat(path, ".percent_of"));
      if (!of.has_amount_cents()) Fault(absl::StrCat(path, ".percent_of"), "must be an amount");
      amount = MulDiv(of.amount_cents(), thousandths.value_or(0), 100'000);
      adjustment.set_formula(absl::StrCat(spec.percent(), " van ", AmountText(of.amount_cents())));
    }
    if (spec.negative()) {
      amount = -amount;
      adjustment.set_formula(absl::StrCat("min ", adjustment.formula()));
    }
    adjustment.set_amount_cents(amount);
    *adjustment.mutable_printed() = ReadAmount(spec.printed(), kEuro, absl::StrCat(path, ".printed"));
    if (adjustment.printed().state() == PrintedAmount::AMOUNT) {
      adjustment.set_difference_cents(adjustment.printed().amount_cents() - amount);
    }
    adjustment.set_low_cents(amount);
    adjustment.set_high_cents(amount);
    if (spec.low().empty() != spec.high().empty()) Fault(path, "needs low and high together, or neither");
    if (!spec.low().empty() && !spec.high().empty()) {
      adjustment.set_low_cents(ReadAmount(spec.low(), kEuro, absl::StrCat(path, ".low")).amount_cents());
      adjustment.set_high_cents(ReadAmount(spec.high(), kEuro, absl::StrCat(path, ".high")).amount_cents());
      if (adjustment.low_cents() > amount || adjustment.high_cents() < amount) {
        Fault(path, "low and high must have the amount between them");
      }
    }
    return adjustment;
  }

  void ReadTable(const internal::v1::ScenarioTableSpec& spec) {
    ScenarioTable table;
    table.set_name(NameOf("scenariotables", spec.name()));
    table.set_title(spec.title());
    table.set_source(spec.source());
    table.set_year(spec.year());
    table.set_current_option(spec.current_option());
    *table.mutable_notes() = spec.notes();
    const Cents unit = UnitOf(spec.unit(), "unit");
    *table.mutable_budget() = ReadAmount(spec.budget(), unit, "budget");
    if (table.budget().state() != PrintedAmount::AMOUNT) Fault("budget", "must be an amount");

    absl::flat_hash_set<std::string> ids;
    for (int i = 0; i < spec.items_size(); ++i) {
      const auto& item = spec.items(i);
      const std::string path = absl::StrCat("items[", i, "]");
      if (!ids.insert(item.item()).second) Fault(absl::StrCat(path, ".item"), "is taken");
      if (item.amounts_size() != spec.options_size()) {
        Fault(absl::StrCat(path, ".amounts"), absl::StrCat("must have one cell per option, ", spec.options_size(), " in all"));
      }
      costs::v1::ScenarioItem* to = table.add_items();
      to->set_item(item.item());
      to->set_title(item.title());
      to->set_definition(item.definition());
      for (const std::string& cell : item.amounts()) {
        *to->add_amounts() = ReadAmount(cell, unit, absl::StrCat(path, ".amounts"));
      }
      while (to->amounts_size() < spec.options_size()) *to->add_amounts() = AmountMessage("", Printed());
      ReadDate(item.earliest_date(), absl::StrCat(path, ".earliest_date"));
      to->set_earliest_date(item.earliest_date());
      to->set_minimum(item.minimum());
      to->set_note(item.note());
    }

    ids.clear();
    for (int i = 0; i < spec.options_size(); ++i) {
      const auto& option = spec.options(i);
      const std::string path = absl::StrCat("options[", i, "]");
      if (!ids.insert(option.option()).second) Fault(absl::StrCat(path, ".option"), "is taken");
      costs::v1::ScenarioOption* to = table.add_options();
      to->set_option(option.option());
      to->set_title(option.title());
      to->set_description(option.description());
      *to->mutable_positive_effects() = option.positive_effects();
      *to->mutable_negative_effects() = option.negative_effects();
      std::vector<Printed> column;
      Cents above = 0;
      for (const auto& item : table.items()) {
        column.push_back(PrintedOf(item.amounts(i)));
        if (!item.minimum()) above += item.amounts(i).amount_cents();
      }
      to->set_above_minimum_cents(above);
      *to->mutable_expenses() = CheckLines(column, ReadAmount(option.total(), unit, absl::StrCat(path, ".total")));
      const PrintedAmount relation = ReadAmount(option.relation(), unit, absl::StrCat(path, ".relation"));
      Printed less = PrintedOf(table.budget());
      less.amount = -less.amount;
      column.push_back(less);
      SumOutcome outcome = CheckSum(column, PrintedOf(relation));
      outcome.blanks = outcome.open = 0;  // Told with the expenses.
      *to->mutable_relation() = SumMessage("De uitgaven min het beschikbare budget zijn", outcome, relation);
      for (int b = 0; b < option.build_ups_size(); ++b) {
        *to->add_build_ups() = ReadSum(option.build_ups(b), unit, absl::StrCat(path, ".build_ups[", b, "]"));
      }
    }
    if (ids.count(spec.current_option()) == 0) Fault("current_option", "must be one of the options");

    for (int i = 0; i < spec.budgets_size(); ++i) {
      *table.add_budgets() = ReadSum(spec.budgets(i), unit, absl::StrCat("budgets[", i, "]"));
    }
    ids.clear();
    for (int i = 0; i < spec.adjustments_size(); ++i) {
      const std::string path = absl::StrCat("adjustments[", i, "]");
      if (!ids.insert(spec.adjustments(i).adjustment()).second) Fault(absl::StrCat(path, ".adjustment"), "is taken");
      *table.add_adjustments() = ReadAdjustment(spec.adjustments(i), path);
    }
    if (spec.has_influenceable()) ReadInfluenceable(spec.influenceable(), unit, &table);
    data_->scenario_tables_.push_back(std::move(table));
  }

  void ReadInfluenceable(const internal::v1::InfluenceableSpec& spec, Cents unit, ScenarioTable* table) {
    costs::v1::InfluenceablePosts* posts = table->mutable_influenceable();
    *posts->mutable_posts() = ReadSum(spec.posts(), unit, "influenceable.posts");
    const Cents sum = posts->posts().check().sum_cents();
    if (table->budget().amount_cents() > 0) {
      posts->set_share(static_cast<double>(sum) / static_cast<double>(table->budget().amount_cents()));
    }
    posts->set_printed_share(spec.share());
    const PrintedAmount expenses = ReadAmount(spec.expenses(), unit, "influenceable.expenses");
    if (!expenses.has_amount_cents()) Fault("influenceable.expenses", "must be an amount");
    const PrintedAmount remainder = ReadAmount(spec.remainder(), unit, "influenceable.remainder");
    std::vector<Printed> lines = {PrintedOf(expenses)};
    for (const auto& line : posts->posts().lines()) {
      lines.push_back(PrintedOf(line.amount()));
      lines.back().amount = -lines.back().amount;
    }
    SumOutcome outcome = CheckSum(lines, PrintedOf(remainder));
    outcome.blanks = outcome.open = 0;
    *posts->mutable_remainder() = SumMessage("Zonder de posten blijft over", outcome, remainder);
  }

  void ReadProgramme(const internal::v1::PilotProgrammeSpec& spec) {
    costs::v1::PilotProgramme programme;
    programme.set_name(NameOf("pilotprogrammes", spec.name()));
    programme.set_title(spec.title());
    programme.set_source(spec.source());
    *programme.mutable_notes() = spec.notes();
    const Cents unit = UnitOf(spec.unit(), "unit");
    for (int i = 0; i < spec.lines_size(); ++i) {
      const auto& line = spec.lines(i);
      const std::string path = absl::StrCat("lines[", i, "].amounts");
      if (line.amounts_size() != spec.years_size()) {
        Fault(path, absl::StrCat("must have one cell per year, ", spec.years_size(), " in all"));
      }
      costs::v1::PilotLine* to = programme.add_lines();
      to->set_part(line.part());
      to->set_title(line.title());
      to->set_reached(line.reached());
      to->set_result(line.result());
      to->set_note(line.note());
      for (const std::string& cell : line.amounts()) *to->add_amounts() = ReadAmount(cell, unit, path);
      while (to->amounts_size() < spec.years_size()) *to->add_amounts() = AmountMessage("", Printed());
    }
    for (int y = 0; y < spec.years_size(); ++y) {
      const auto& year = spec.years(y);
      const std::string path = absl::StrCat("years[", y, "]");
      costs::v1::PilotYear* to = programme.add_years();
      to->set_year(year.year());
      *to->mutable_estimated() = ReadAmount(year.estimated(), unit, absl::StrCat(path, ".estimated"));
      std::vector<Printed> column;
      for (const auto& line : programme.lines()) {
        column.push_back(PrintedOf(line.amounts(y)));
        auto* parts = to->mutable_parts();
        auto part = std::find_if(parts->begin(), parts->end(), [&](const auto& p) { return p.part() == line.part(); });
        if (part == parts->end()) {
          to->add_parts()->set_part(line.part());
          part = parts->end() - 1;
        }
        part->set_amount_cents(part->amount_cents() + line.amounts(y).amount_cents());
      }
      *to->mutable_check() = CheckLines(column, ReadAmount(year.total(), unit, absl::StrCat(path, ".total")));
      to->set_unallocated_cents(to->check().difference_cents());
    }
    data_->pilot_programmes_.push_back(std::move(programme));
  }

  void ReadValue(costs::v1::PublishedValue* value, const std::string& path) {
    if (value->year() < 1900 || value->year() > 2200) Fault(absl::StrCat(path, ".year"), "must be a year");
    const bool counted = value->has_part() || value->has_whole();
    if (counted && (!value->has_part() || !value->has_whole() || value->part() < 0 || value->part() > value->whole() ||
                    value->whole() < 1)) {
      Fault(path, "needs part and whole together, 0 <= part <= whole");
      return;
    }
    int64_t part = value->part();
    int64_t whole = value->whole();
    const std::optional<int64_t> thousandths = ReadPercent(value->printed());
    if (thousandths.has_value()) {
      value->set_value(static_cast<double>(*thousandths) / 100'000);
      if (!counted && value->respondent_count() > 0 && *thousandths <= 100'000) {
        whole = value->respondent_count();
        part = MulDiv(whole, *thousandths, 100'000);
      }
    } else if (counted && value->printed().empty()) {
      value->set_value(static_cast<double>(part) / static_cast<double>(whole));
    } else {
      const PrintedAmount number = ReadAmount(value->printed(), kEuro, absl::StrCat(path, ".printed"));
      if (!number.has_amount_cents()) Fault(absl::StrCat(path, ".printed"), "must be a number or a percentage");
      value->set_value(static_cast<double>(number.amount_cents()) / 100);
    }
    if (whole > 0) {
      const Bounds bounds = WilsonInterval(part, whole);
      value->mutable_interval()->set_low(bounds.low);
      value->mutable_interval()->set_high(bounds.high);
      value->mutable_interval()->set_confidence(0.95);
      value->mutable_interval()->set_method("wilson");
    }
  }

  void ReadIndicator(Indicator* indicator, const std::string& path) {
    if (indicator->indicator().empty()) Fault(absl::StrCat(path, ".indicator"), "is missing");
    if (indicator->title().empty()) Fault(absl::StrCat(path, ".title"), "is missing");
    if (indicator->kind() == costs::v1::Measure::KIND_UNSPECIFIED) Fault(absl::StrCat(path, ".kind"), "is missing (R140)");
    if (indicator->level() == costs::v1::PROGRAMME_LEVEL_UNSPECIFIED) Fault(absl::StrCat(path, ".level"), "is missing (R170)");
    if (indicator->has_target() && indicator->target().bound() == costs::v1::IndicatorTarget::BOUND_UNSPECIFIED) {
      Fault(absl::StrCat(path, ".target.bound"), "is missing");
    }
    const int ways = (indicator->measure().empty() ? 0 : 1) + (indicator->values().empty() ? 0 : 1) +
                     (indicator->unregistered_reason().empty() ? 0 : 1);
    if (ways != 1) Fault(path, "needs exactly one of measure, values and unregistered_reason");
    if (!indicator->measure().empty()) {
      costs::v1::QueryFiguresRequest question;
      question.set_parent(parent_);
      question.add_measures(indicator->measure());
      *question.mutable_filters() = indicator->filters();
      question.mutable_period()->set_start_date("2018-01-01");
      question.mutable_period()->set_end_date("2018-02-01");
      const auto asked = costs::ReadQuestion(catalogue_, question, absl::UnixEpoch());
      if (!asked.ok()) Fault(path, absl::StrCat("cannot be asked: ", asked.status().message()));
    }
    for (int i = 0; i < indicator->values_size(); ++i) {
      ReadValue(indicator->mutable_values(i), absl::StrCat(path, ".values[", i, "]"));
    }
    std::stable_sort(indicator->mutable_values()->begin(), indicator->mutable_values()->end(),
                     [](const auto& a, const auto& b) { return a.year() < b.year(); });
  }

  void ReadGoals(const internal::v1::PolicyFile& file) {
    absl::flat_hash_map<std::string, std::vector<Goal>> parts;  // By the goal they are a part of.
    absl::flat_hash_set<std::string> known;
    for (const Goal& goal : file.goals()) known.insert(goal.name());
    for (const Goal& goal : file.goals()) {
      Goal read = goal;
      read.set_name(NameOf("goals", goal.name()));
      if (goal.title().empty()) Fault("title", "is missing");
      if (!goal.parent_goal().empty()) {
        read.set_parent_goal(absl::StrCat(parent_, "/goals/", goal.parent_goal()));
        if (known.count(goal.parent_goal()) == 0) Fault("parent_goal", "there is no such goal");
      }
      std::set<std::string> ids;
      for (int i = 0; i < read.indicators_size(); ++i) {
        const std::string path = absl::StrCat("indicators[", i, "]");
        ReadIndicator(read.mutable_indicators(i), path);
        if (!ids.insert(read.indicators(i).indicator()).second) Fault(absl::StrCat(path, ".indicator"), "is taken");
      }
      if (read.indicators_size() == 1) {
        Fault("indicators", "one indicator alone says too little about a goal (R141): give two or more, of different kinds");
      }
      parts[read.parent_goal()].push_back(std::move(read));
    }
    // What no top reaches goes round in a circle, or hangs on nothing.
    AddGoals(parts, "");
    if (data_->goals_.size() != static_cast<size_t>(file.goals_size())) {
      at_ = "goals";
      Fault("parent_goal", "some goals are a part of themselves or of a goal that is not there");
    }
    for (const Goal& goal : data_->goals_) {
      at_ = goal.name().substr(parent_.size() + 1);
      if (goal.indicators().empty() && parts.count(goal.name()) == 0) {
        Fault("indicators", "a goal without parts needs indicators");
      }
    }
    ReadEfforts(file);
  }

  // A goal, then its parts: depth first.
  void AddGoals(const absl::flat_hash_map<std::string, std::vector<Goal>>& parts, const std::string& of) {
    const auto found = parts.find(of);
    if (found == parts.end()) return;
    for (const Goal& goal : found->second) {
      data_->goals_.push_back(goal);
      AddGoals(parts, goal.name());
    }
  }

  void ReadEfforts(const internal::v1::PolicyFile& file) {
    for (const auto& effort : file.efforts()) {
      costs::v1::MeasuringEffort read = effort;
      at_ = absl::StrCat("efforts/", effort.source());
      if (effort.source().empty() || effort.title().empty()) Fault("title", "source and title are needed");
      if (effort.hours() < 0 || effort.amount_cents() < 0) Fault("hours", "and amount_cents must not be negative");
      for (const Goal& goal : data_->goals_) {
        for (const Indicator& indicator : goal.indicators()) {
          if (indicator.source() == effort.source()) read.set_indicator_count(read.indicator_count() + 1);
        }
      }
      data_->efforts_.push_back(std::move(read));
    }
  }

  const std::string parent_;
  const costs::Catalogue& catalogue_;
  std::shared_ptr<PolicyData> data_ = std::make_shared<PolicyData>();
  std::string at_;  // What is being read, for faults.
  std::vector<std::string> faults_;
  absl::flat_hash_set<std::string> names_;
};

absl::StatusOr<std::shared_ptr<const PolicyData>> PolicyData::Load(const google::protobuf::RepeatedPtrField<std::string>& files,
                                                                   absl::string_view municipality,
                                                                   const costs::Catalogue& catalogue) {
  internal::v1::PolicyFile all;
  std::vector<std::string> faults;
  for (const std::string& path : files) {
    internal::v1::PolicyFile file;
    if (const absl::Status read = ReadYamlFile(path, &file); !read.ok()) faults.push_back(std::string(read.message()));
    all.MergeFrom(file);
  }
  if (!faults.empty()) {
    return Fail(absl::StatusCode::kFailedPrecondition, ErrorReason::FIELDS_INVALID, absl::StrJoin(faults, "\n"));
  }
  return Read(all, municipality, catalogue);
}

absl::StatusOr<std::shared_ptr<const PolicyData>> PolicyData::Read(const internal::v1::PolicyFile& file,
                                                                   absl::string_view municipality,
                                                                   const costs::Catalogue& catalogue) {
  return PolicyReader(municipality, catalogue).Read(file);
}

namespace {

template <typename Things>
auto FindIn(const Things& things, absl::string_view name) -> const typename Things::value_type* {
  const auto found = std::find_if(things.begin(), things.end(), [name](const auto& thing) { return thing.name() == name; });
  return found == things.end() ? nullptr : &*found;
}

}  // namespace

const ScenarioTable* PolicyData::FindTable(absl::string_view name) const { return FindIn(scenario_tables_, name); }
const Goal* PolicyData::FindGoal(absl::string_view name) const { return FindIn(goals_, name); }
const costs::v1::PolicyEvent* PolicyData::FindEvent(absl::string_view name) const { return FindIn(events_, name); }

absl::string_view CaveatOf(costs::v1::Measure::Kind kind) {
  switch (kind) {
    case costs::v1::Measure::INPUT:
      return "Dit is wat erin gaat: geld, mensen, budget. Meer of minder inzet zegt nog niet of het doel dichterbij komt.";
    case costs::v1::Measure::THROUGHPUT:
      return "Dit is hoe het proces verloopt. Een proces dat goed loopt, wijst op een goed resultaat, maar bewijst het niet.";
    case costs::v1::Measure::OUTPUT:
      return "Dit is wat er wordt geleverd. Of inwoners er beter van worden, is er niet aan te zien.";
    case costs::v1::Measure::EFFECT:
      return "Dit is wat er voor inwoners verandert. Het wijst een richting, zonder zekerheid: er spelen ook andere oorzaken.";
    default:
      return "";
  }
}

bool IsDateAsKnown(absl::string_view text) {
  return ParseDay(text).has_value() || ParseMonth(text).has_value() || ParseMonth(absl::StrCat(text, "-01")).has_value();
}

std::string NameOfTitle(absl::string_view title) {
  std::string name;
  for (const char c : title) {
    if (absl::ascii_isalnum(static_cast<unsigned char>(c))) {
      name += absl::ascii_tolower(static_cast<unsigned char>(c));
    } else if (!name.empty() && name.back() != '-') {
      name += '-';
    }
  }
  if (!name.empty() && name.back() == '-') name.pop_back();
  return name;
}

}  // namespace nmd::analyses
