// SPDX-License-Identifier: EUPL-1.2
// Growth::ExplainGrowth: a chain of periods, each step split into factors.
#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "nmd/costs/v1/growth.pb.h"
#include "services/analyses/growth.h"
#include "services/analyses/growth_cells.h"
#include "services/analyses/growth_reading.h"
#include "services/core/dutch.h"
#include "services/costs/effects.h"
#include "services/costs/figures.h"
#include "services/platform/errors.h"
#include "services/platform/proto_time.h"
#include "services/platform/status_macros.h"

namespace nmd::analyses {
namespace {

constexpr size_t kFigureLimit = 100'000;
constexpr int kMostPeriods = 132;  // Ten years by month and the year before.
constexpr int kMostIncomparable = 100;
enum MeasureIndex : size_t { kClientsAt, kProvisionsAt, kAmountAt };

using Depth = v1::ExplainGrowthRequest;

costs::PeriodTotals TotalsOf(const costs::Cell& cell) {
  return {cell.measures[kClientsAt].value, cell.measures[kProvisionsAt].value, cell.measures[kAmountAt].value};
}

// One period of the chain.
struct Point {
  costs::AskedQuestion asked;
  costs::Cell total;
  GroupCells cells;
};

// Everything an answer is made of.
struct Chain {
  std::vector<Point> points;
  bool deep = false;        // Days, and quantities where they are known.
  bool by_product = false;  // Cells are products within groups.
  bool group_is_product = false;
  std::unique_ptr<Products> products;
  std::vector<Day> contract_changes;  // Days on which products changed: breaks of the trend and successions.

  bool ChangesBetween(const Point& before, const Point& after) const {
    const Day first = FirstDay(std::min(before.asked.question.first, after.asked.question.first));
    const Day end = FirstDay(std::max(before.asked.question.end, after.asked.question.end));
    return std::any_of(contract_changes.begin(), contract_changes.end(), [=](Day day) { return first < day && day < end; });
  }
};

// What is told of a growth: the factors, and what no factor explains when there is any.
std::vector<costs::FactorAmount> Told(const GroupChange& change, costs::FactorSet set) {
  std::vector<costs::FactorAmount> amounts = costs::AmountsOf(change.factors, set);
  if (change.negative != 0) amounts.push_back({costs::kNegativeWords, change.negative});
  if (change.not_comparable != 0) amounts.push_back({costs::kNotComparableWords, change.not_comparable});
  return amounts;
}

GroupChange Total(const LinkChange& link) {
  GroupChange total;
  for (const auto& [value, group] : link.groups) total += group;
  return total;
}

std::optional<double> IndexOf(const costs::Value& base, const costs::Value& value) {
  if (base.state != costs::Value::State::kAnswered || value.state != costs::Value::State::kAnswered) return std::nullopt;
  if (base.value <= 0) return std::nullopt;
  return 100 * static_cast<double>(value.value) / static_cast<double>(base.value);
}

void AddPoints(const costs::Snapshot& snapshot, const Chain& chain, v1::ExplainGrowthResponse* response) {
  const costs::Cell& base = chain.points.front().total;
  for (const Point& point : chain.points) {
    const costs::FigureMaker maker(snapshot, point.asked);
    v1::GrowthPoint* shown = response->add_points();
    *shown->mutable_clients() = maker.Make(point.total, kClientsAt, false);
    *shown->mutable_provisions() = maker.Make(point.total, kProvisionsAt, false);
    *shown->mutable_amount() = maker.Make(point.total, kAmountAt, false);
    const auto index = [&](MeasureIndex m) { return IndexOf(base.measures[m], point.total.measures[m]); };
    if (const auto clients = index(kClientsAt)) shown->set_clients_index(*clients);
    if (const auto provisions = index(kProvisionsAt)) shown->set_provisions_index(*provisions);
    if (const auto amount = index(kAmountAt)) shown->set_amount_index(*amount);
  }
}

// The groups of the whole chain, in order of value.
void AddGroups(const costs::Snapshot& snapshot, const Chain& chain, const std::map<std::string, GroupChange>& groups,
               costs::FactorSet set, v1::ExplainGrowthResponse* response) {
  const Point& first = chain.points.front();
  const Point& last = chain.points.back();
  const costs::DimensionInfo* dimension =
      first.asked.question.dimensions.empty() ? costs::FindDimension("product") : first.asked.question.dimensions.front();
  struct Side {
    int64_t provisions = 0;
    Cents amount = 0;
  };
  std::map<std::string, std::pair<Side, Side>> sides;
  std::map<std::string, std::string> labels;
  const auto add = [&](const GroupCells& cells, bool after) {
    for (const auto& [key, sums] : cells) {
      std::string value = key.first;
      if (chain.group_is_product) {
        const Products::Info& product = chain.products->At(key.second);
        value = product.value();
        labels[value] = product.category ? "Onbekend" : product.label;
      }
      Side& side = after ? sides[value].second : sides[value].first;
      side.provisions += sums.provisions;
      side.amount += sums.amount;
    }
  };
  add(first.cells, false);
  add(last.cells, true);
  for (const auto& [value, change] : groups) sides.try_emplace(value);
  std::vector<std::pair<std::string, std::string>> order;  // What it sorts by, and the value.
  for (const auto& [value, pair] : sides) order.emplace_back(costs::SortValue(*dimension, value), value);
  std::sort(order.begin(), order.end());
  const auto share = [](int64_t part, int64_t whole) { return static_cast<double>(part) / static_cast<double>(whole); };
  const costs::PeriodTotals before = TotalsOf(first.total), after = TotalsOf(last.total);
  for (const auto& [key, value] : order) {
    const auto& [b, a] = sides.at(value);
    const auto change = groups.find(value);
    v1::GrowthGroup* group = response->add_groups();
    *group->mutable_group() = GroupMessage(snapshot, *dimension, value);
    if (chain.group_is_product) group->mutable_group()->set_label(labels[value]);
    const bool was = b.provisions > 0 || b.amount != 0, is = a.provisions > 0 || a.amount != 0;
    group->set_presence(was == is ? v1::GrowthGroup::BOTH : is ? v1::GrowthGroup::ONLY_AFTER : v1::GrowthGroup::ONLY_BEFORE);
    group->set_provisions_before(b.provisions);
    group->set_provisions_after(a.provisions);
    group->set_amount_before_cents(b.amount);
    group->set_amount_after_cents(a.amount);
    group->set_growth_cents(a.amount - b.amount);
    if (b.provisions > 0) group->set_provisions_growth(share(a.provisions - b.provisions, b.provisions));
    if (before.provisions > 0) group->set_provisions_share_before(share(b.provisions, before.provisions));
    if (after.provisions > 0) group->set_provisions_share_after(share(a.provisions, after.provisions));
    if (response->state() != type::Figure::ANSWERED || change == groups.end()) continue;
    const auto effects = costs::MakeEffects(Told(change->second, set), group->growth_cents());
    group->mutable_effects()->Assign(effects.begin(), effects.end());
  }
}

std::string LevelOf(const Chain& chain, Depth::Depth depth) {
  if (depth == Depth::TOTALS) return "totalen";
  const auto& dimensions = chain.points.front().asked.question.dimensions;
  const std::string group = dimensions.empty() ? "" : std::string(dimensions.front()->title);
  if (chain.group_is_product || group.empty()) return "Product";
  return chain.by_product ? absl::StrCat(group, " × product") : group;
}

// The groups by which the sentence names the growth: the greatest change up and down.
std::string GreatestGroups(const v1::ExplainGrowthResponse& response) {
  const v1::GrowthGroup* most = nullptr;
  const v1::GrowthGroup* least = nullptr;
  for (const v1::GrowthGroup& group : response.groups()) {
    if (group.growth_cents() > 0 && (most == nullptr || group.growth_cents() > most->growth_cents())) most = &group;
    if (group.growth_cents() < 0 && (least == nullptr || group.growth_cents() < least->growth_cents())) least = &group;
  }
  std::string text;
  const auto add = [&text](const v1::GrowthGroup* group, absl::string_view word) {
    if (group == nullptr) return;
    absl::StrAppend(&text, " De grootste ", word, " zit bij ", group->group().label(), " (",
                    dutch::EuroWhole(group->growth_cents()), ").");
  };
  if (response.groups_size() > 1) {
    add(most, "stijging");
    add(least, "daling");
  }
  return text;
}

}  // namespace

absl::StatusOr<v1::ExplainGrowthResponse> Growth::ExplainGrowth(const Caller&, const v1::ExplainGrowthRequest& request) {
  const costs::Catalogue& catalogue = costs_.catalogue();
  costs::QuestionReader reader(catalogue, clock_.Now());
  costs::AskedQuestion asked;
  const Depth::Depth depth = request.depth() == Depth::DEPTH_UNSPECIFIED ? Depth::PRODUCTS : request.depth();
  const costs::MeasureInfo* amount = ReadAmount(catalogue, request.measure(), "indicated", &reader);
  asked.question.measures = {catalogue.Find("clients"), catalogue.Find("provisions"), amount};
  reader.check().Require(Depth::Depth_IsValid(depth), "depth", "must be TOTALS, GROUPS or PRODUCTS");
  reader.check().Require(depth != Depth::TOTALS || request.group_by().empty(), "group_by", "totals have no groups");
  reader.check().Require(depth != Depth::GROUPS || !request.group_by().empty(), "group_by", "is needed for groups");
  ReadGroup(request.group_by(), &reader, &asked);
  reader.ReadFilters(request.filters(), &asked);
  asked.known = reader.ReadKnownTime(request.has_known_time(), request.known_time());
  costs::Question last = asked.question;
  reader.ReadPeriod(request.before(), "before", &asked.question);
  reader.ReadPeriod(request.after(), "after", &last);
  const int step = request.step_months();
  const int distance = last.first - asked.question.first;
  reader.check().Require(step >= 0, "step_months", "may not be negative");
  if (step > 0) {
    reader.check().Require(distance > 0 && distance % step == 0, "step_months",
                           "the last period must begin a whole number of steps after the first");
  }
  reader.CheckTogether(asked);
  NMD_RETURN_IF_ERROR(reader.Result());
  if (step > 0 && distance / step >= kMostPeriods) {
    return Fail(absl::StatusCode::kInvalidArgument, ErrorReason::RESULT_TOO_LARGE,
                absl::StrCat("a chain may have at most ", kMostPeriods, " periods; take larger steps"));
  }

  v1::ExplainGrowthResponse response;
  if (!asked.unregistered_dimensions.empty() || !asked.unregistered_filters.empty()) {
    return Refuse(std::move(response), type::Figure::NOT_REGISTERED, type::ATTRIBUTE_NOT_REGISTERED, asked.known);
  }
  const int months = asked.question.end - asked.question.first;
  if (last.end - last.first != months) {
    return Refuse(std::move(response), type::Figure::NOT_COMPARABLE, type::PERIODS_UNEQUAL, asked.known);
  }

  Chain chain;
  chain.deep = depth == Depth::PRODUCTS;
  chain.group_is_product = depth != Depth::TOTALS && (request.group_by().empty() || request.group_by() == "product");
  chain.by_product = chain.deep || chain.group_is_product;
  if (chain.group_is_product) asked.question.dimensions.clear();
  std::vector<int> offsets = {0, distance};
  if (step > 0) {
    offsets.clear();
    for (int offset = 0; offset <= distance; offset += step) offsets.push_back(offset);
  }
  for (const int offset : offsets) {
    Point& point = chain.points.emplace_back();
    point.asked = asked;
    point.asked.question.first = asked.question.first + offset;
    point.asked.question.end = point.asked.question.first + months;
  }

  std::shared_ptr<const costs::Snapshot> snapshot;
  std::shared_ptr<const costs::CareBook> book;
  chain.contract_changes = costs_.trend_breaks();
  if (chain.by_product) {
    book = costs_.CareAt(asked.known);
    snapshot = book->snapshot;
    std::vector<Succession> successions;
    for (const costs::SuccessionFact& fact : book->successions) {
      successions.push_back({fact.law, *fact.product, *fact.predecessor, fact.start});
      chain.contract_changes.push_back(fact.start);
    }
    chain.products =
        std::make_unique<Products>(*snapshot, Concordance(successions, FirstDay(std::max(last.end, asked.question.end))));
  } else {
    snapshot = costs_.SnapshotAt(asked.known);
  }
  // Levels and categories are those of the contract: what they mean changes with it (R17), and so may totals.
  const auto& dimensions = asked.question.dimensions;
  const bool group_changes = !dimensions.empty() && (dimensions.front()->id == "ivn" || dimensions.front()->id == "category");
  const bool stops_at_break = !chain.by_product || group_changes;

  CellOptions options;
  options.amount = amount->measure;
  options.products = chain.products.get();
  if (chain.deep && amount->measure == costs::MeasureId::kIndicated) options.volumes = book.get();
  for (Point& point : chain.points) {
    costs::Question whole = point.asked.question;
    whole.dimensions.clear();
    const std::optional<costs::Evaluation> evaluation = costs::Evaluate(*snapshot, whole, kFigureLimit);
    point.total = evaluation->total;
    if (depth != Depth::TOTALS) point.cells = SumCells(*snapshot, point.asked.question, options);
    point.asked.question.dimensions.clear();
  }
  AddPoints(*snapshot, chain, &response);
  // Which is what FigureMaker needs; the groups need their dimension again.
  for (Point& point : chain.points) point.asked.question.dimensions = dimensions;

  const costs::FactorSet set = depth == Depth::TOTALS ? costs::FactorSet::kTotals
                               : chain.deep           ? costs::FactorSet::kProducts
                                                      : costs::FactorSet::kGroups;
  response.set_state(type::Figure::ANSWERED);
  GroupChange sum;
  std::map<std::string, GroupChange> groups;
  std::map<uint32_t, std::pair<Cents, Cents>> not_comparable;
  Cents unmeasured = 0;
  for (size_t i = 1; i < chain.points.size(); ++i) {
    const Point& before = chain.points[i - 1];
    const Point& after = chain.points[i];
    v1::GrowthLink* shown = response.add_links();
    *shown->mutable_before() = costs::PeriodMessage(before.asked.question, before.total.months);
    *shown->mutable_after() = costs::PeriodMessage(after.asked.question, after.total.months);
    const auto refuse = [&](type::Figure::State state, type::ErrorReason reason) {
      shown->set_state(state);
      shown->set_state_reason(type::ErrorReason_Name(reason));
      if (response.state() != type::Figure::ANSWERED) return;
      response.set_state(state);
      response.set_state_reason(shown->state_reason());
    };
    std::optional<type::ErrorReason> missing = MissingIn(before.total);
    if (!missing.has_value()) missing = MissingIn(after.total);
    if (missing.has_value()) {
      refuse(type::Figure::NOT_AVAILABLE, *missing);
      continue;
    }
    if (stops_at_break && costs::CrossesBreak(costs_.trend_breaks(), before.asked.question, after.asked.question)) {
      refuse(type::Figure::NOT_COMPARABLE, type::TREND_BREAK);
      continue;
    }
    const costs::PeriodTotals totals_before = TotalsOf(before.total), totals_after = TotalsOf(after.total);
    GroupChange link;
    if (depth == Depth::TOTALS) {
      const std::optional<costs::Factors> factors = costs::Decompose(totals_before, totals_after);
      if (!factors.has_value()) {
        refuse(type::Figure::NOT_COMPARABLE, type::AMOUNT_NEGATIVE);
        continue;
      }
      link.factors = *factors;
    } else {
      LinkChange change = CompareCells(totals_before, totals_after, before.cells, after.cells, chain.products.get(),
                                       chain.ChangesBetween(before, after), chain.deep);
      link = Total(change);
      unmeasured += change.unmeasured_after;
      Cents lost_before = 0, lost_after = 0;
      for (const auto& [product, amounts] : change.not_comparable) {
        auto& all = not_comparable[product];
        if (all.first == 0) all.first = amounts.first;
        if (amounts.second != 0) all.second = amounts.second;
        lost_before += amounts.first;
        lost_after += amounts.second;
      }
      const auto worst = [](Cents part, Cents whole, double known) {
        return whole > 0 ? std::max(known, static_cast<double>(part) / static_cast<double>(whole)) : known;
      };
      response.set_not_comparable_share_before(
          worst(lost_before, totals_before.amount, response.not_comparable_share_before()));
      response.set_not_comparable_share_after(worst(lost_after, totals_after.amount, response.not_comparable_share_after()));
      if (chain.group_is_product) {
        // Cells have no group but the product; the same again per product.
        std::map<std::string, GroupCells> b, a;
        for (const auto& [key, sums] : before.cells) b[chain.products->At(key.second).value()].emplace(key, sums);
        for (const auto& [key, sums] : after.cells) a[chain.products->At(key.second).value()].emplace(key, sums);
        for (const auto& [value, cells] : b) a.try_emplace(value);
        for (const auto& [value, cells] : a) {
          const auto one = CompareCells(totals_before, totals_after, b[value], cells, chain.products.get(),
                                        chain.ChangesBetween(before, after), chain.deep);
          groups[value] += Total(one);
        }
      } else {
        for (const auto& [value, group] : change.groups) groups[value] += group;
      }
    }
    sum += link;
    const Cents growth = totals_after.amount - totals_before.amount;
    shown->set_state(type::Figure::ANSWERED);
    shown->set_growth_cents(growth);
    const auto effects = costs::MakeEffects(Told(link, set), growth);
    shown->mutable_effects()->Assign(effects.begin(), effects.end());
  }

  const Point& first = chain.points.front();
  const Point& end = chain.points.back();
  response.set_level(LevelOf(chain, depth));
  if (depth != Depth::TOTALS) AddGroups(*snapshot, chain, groups, set, &response);
  for (const auto& [product, amounts] : not_comparable) {
    const Products::Info& info = chain.products->At(product);
    v1::IncomparableProduct* shown = response.add_not_comparable();
    shown->set_law(snapshot->dictionaries[costs::kLawField].values[info.law]);
    shown->set_product(info.value());
    shown->set_label(info.label);
    shown->set_amount_before_cents(amounts.first);
    shown->set_amount_after_cents(amounts.second);
  }
  std::sort(response.mutable_not_comparable()->begin(), response.mutable_not_comparable()->end(),
            [](const v1::IncomparableProduct& a, const v1::IncomparableProduct& b) {
              const auto rank = [](const v1::IncomparableProduct& p) {
                return std::make_tuple(-std::max(p.amount_before_cents(), p.amount_after_cents()), p.law(), p.product(),
                                       p.label());
              };
              return rank(a) < rank(b);
            });
  while (response.not_comparable_size() > kMostIncomparable) response.mutable_not_comparable()->RemoveLast();

  if (response.state() == type::Figure::ANSWERED) {
    const Cents before = TotalsOf(first.total).amount, after = TotalsOf(end.total).amount;
    response.set_growth_cents(after - before);
    const std::vector<costs::FactorAmount> told = Told(sum, set);
    const std::vector<v1::Effect> effects = costs::MakeEffects(told, after - before);
    response.mutable_effects()->Assign(effects.begin(), effects.end());
    response.set_conclusion(
        absl::StrCat(costs::GrowthConclusion(before, after, months, told, effects), GreatestGroups(response)));
    response.add_remarks(absl::StrCat("De effecten zijn berekend op het niveau ", response.level(),
                                      ". Op een ander niveau zijn ze iets anders, omdat de gewichten anders zijn."));
    if (response.not_comparable_size() > 0) {
      response.add_remarks(absl::StrCat("Tussen de perioden veranderde het contract. Van ",
                                        dutch::Percent(response.not_comparable_share_before()), " van het bedrag ervoor en ",
                                        dutch::Percent(response.not_comparable_share_after()),
                                        " van het bedrag erna is niet bekend welk product in de plaats kwam van welk ander: "
                                        "dat deel is niet vergelijkbaar."));
    }
    if (chain.deep && options.volumes == nullptr) {
      response.add_remarks(
          "Een tarief is er alleen van het geïndiceerde bedrag; hier is de prijs per dag niet verder gesplitst.");
    } else if (chain.deep && unmeasured > 0) {
      response.add_remarks(
          "Van een deel van de producten is de omvang niet van alle toewijzingen bekend, of niet in één eenheid. Daarvan is de "
          "prijs per dag niet verder gesplitst.");
    }
    if (sum.negative != 0) {
      response.add_remarks("Groepen met een negatief bedrag zijn niet te splitsen; hun groei staat op een eigen regel.");
    }
  }
  const costs::FigureMaker maker(*snapshot, end.asked);
  maker.AddProvenance(response.mutable_provenance());
  *response.mutable_known_time() = TimestampOf(asked.known);
  return response;
}

}  // namespace nmd::analyses
