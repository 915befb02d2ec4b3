// SPDX-License-Identifier: EUPL-1.2
// Access: care that runs side by side, and who pays for whom.
#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "nmd/costs/v1/access.pb.h"
#include "services/analyses/access.h"
#include "services/analyses/access_parts.h"
#include "services/analyses/overlap.h"
#include "services/analyses/parts.h"
#include "services/core/dutch.h"
#include "services/costs/care.h"
#include "services/costs/figures.h"
#include "services/costs/records.h"
#include "services/platform/status_macros.h"

namespace nmd::analyses {
namespace {

namespace v1 = costs::v1;
using costs::CareBook;
using costs::Course;
using costs::DimensionInfo;
using costs::Word;

constexpr size_t kMostPairs = 100;
// Woonplaatsbeginsel: from this day on a stay is paid for by the municipality where somebody lived before it (D14).
const Day kOriginPays = DayOf(2022, 1, 1);

// Overlaps.

constexpr int kDefaultLevel = 6;
constexpr std::array<absl::string_view, kOverlapKinds> kOverlapTitles = {"Twee keer hetzelfde product bij één aanbieder",
                                                                         "Twee of meer voorzieningen tegelijk",
                                                                         "Twee of meer van hetzelfde niveau tegelijk",
                                                                         "Beide wetten in één huishouden",
                                                                         "Combinatie die niet is toegestaan",
                                                                         "Combinatie waarvoor geen reden is gegeven",
                                                                         "Combinatie waarvoor een reden is gegeven",
                                                                         "Pgb en zorg in natura voor hetzelfde product"};

v1::DescribeOverlapsResponse::Kind OverlapMessage(size_t kind) {
  return static_cast<v1::DescribeOverlapsResponse::Kind>(kind + 1);
}

// Products of both laws as numbers.
class ProductNumbers {
 public:
  uint32_t Of(uint8_t law, Word product) {
    const auto number = static_cast<uint32_t>(products_.size());
    const auto [entry, is_new] = numbers_.try_emplace({law, product}, number);
    if (is_new) products_.push_back({law, product});
    return entry->second;
  }
  const std::string& ProductOf(uint32_t number) const { return *products_[number].second; }

 private:
  std::map<std::pair<uint8_t, Word>, uint32_t> numbers_;
  std::vector<std::pair<uint8_t, Word>> products_;
};

template <typename T>
std::pair<T, T> Ordered(const T& a, const T& b) {
  return b < a ? std::pair(b, a) : std::pair(a, b);
}

// Of two rules about one pair the stricter one holds.
CombinationRules RulesOn(const CareBook& book, Day day, ProductNumbers* products) {
  CombinationRules rules;
  for (const costs::CombinationFact& fact : book.combinations) {
    if (!fact.period.Contains(day)) continue;
    const auto pair = Ordered(products->Of(fact.law, fact.product), products->Of(fact.other_law, fact.other_product));
    const Verdict verdict = fact.verdict == 3   ? Verdict::kForbidden
                            : fact.verdict == 2 ? Verdict::kNeedsMotive
                                                : Verdict::kAllowed;
    Verdict& holds = rules.try_emplace(pair, verdict).first->second;
    holds = std::max(holds, verdict);
  }
  return rules;
}

// Who has a personal budget for what on a day: for a product, or where the budget names none for a category. Points into the
// book.
class BudgetsOn {
 public:
  BudgetsOn(const CareBook& book, const costs::RecordBook& records, Day day) : clients_(book.snapshot->clients) {
    for (const costs::Record& record : records.records) {
      if (record.kind != costs::kPersonalBudgetRecord || record.client == 0 || !record.days.Contains(day)) continue;
      const bool named = !record.product->empty();
      budgets_.emplace(records.clients[record.client - 1], record.law, *record.product, named ? "" : *record.category);
    }
  }
  bool HasFor(const Course& course) const {
    const costs::ClientId& who = clients_[course.client];
    return budgets_.count({who, course.law, *course.product, ""}) != 0 ||
           budgets_.count({who, course.law, "", *course.category}) != 0;
  }

 private:
  const std::vector<costs::ClientId>& clients_;
  std::set<std::tuple<costs::ClientId, uint8_t, std::string, std::string>> budgets_;  // Client, law, product, category.
};

RunningCourse RunningOn(const CareBook& book, const Course& course, const BudgetsOn& budgets, Day day,
                        ProductNumbers* products) {
  RunningCourse running;
  running.client = course.client;
  running.law = course.law;
  running.product = products->Of(course.law, course.product);
  if (course.row != costs::kNowhere) running.household = book.snapshot->table.fields[costs::kHouseholdField][course.row];
  absl::SimpleAtoi(*course.ivn, &running.level);
  const absl::Span<const costs::AllocationFact> allocations = book.AllocationsOf(course);
  running.doubled = std::count_if(allocations.begin(), allocations.end(),
                                  [day](const costs::AllocationFact& a) { return a.period.Contains(day); }) > 1;
  const absl::Span<const costs::CoursePlan> plans = book.PlansOf(course);
  running.budget = budgets.HasFor(course);
  running.motivated = std::any_of(plans.begin(), plans.end(), [](const costs::CoursePlan& plan) { return plan.motivated; });
  return running;
}

void AddPairs(const CareBook& book, Day day, const Overlaps& found, const ProductNumbers& products,
              v1::DescribeOverlapsResponse* response) {
  struct Row {
    size_t kind;
    std::string a, b;
    int64_t clients;
  };
  std::vector<Row> rows;
  for (const auto& [pair, counts] : found.pairs) {
    for (size_t kind = 0; kind < kOverlapKinds; ++kind) {
      std::string a = products.ProductOf(pair.first), b = products.ProductOf(pair.second);
      if (b < a) std::swap(a, b);
      if (counts[kind] > 0) rows.push_back({kind, std::move(a), std::move(b), counts[kind]});
    }
  }
  // What a rule is about first; then the greatest.
  std::sort(rows.begin(), rows.end(), [](const Row& x, const Row& y) {
    return std::tuple(x.kind == kParallel, -x.clients, x.kind, x.a, x.b) <
           std::tuple(y.kind == kParallel, -y.clients, y.kind, y.a, y.b);
  });
  if (rows.size() > kMostPairs) rows.resize(kMostPairs);
  const DimensionInfo& product = *costs::FindDimension("product");
  for (const Row& row : rows) {
    v1::DescribeOverlapsResponse::Pair& pair = *response->add_pairs();
    pair.set_kind(OverlapMessage(row.kind));
    SetValue(book, product, row.a, pair.mutable_product());
    SetValue(book, product, row.b, pair.mutable_other_product());
    pair.set_count(row.clients);
    for (const costs::CombinationFact& fact : book.combinations) {
      if (row.kind == kParallel || !fact.period.Contains(day)) continue;
      if (Ordered(*fact.product, *fact.other_product) == std::pair(row.a, row.b)) pair.set_reason(*fact.reason);
    }
  }
}

std::string OverlapConclusion(const Overlaps& found, size_t rules) {
  std::string text = absl::StrCat("Van de ", dutch::Number(found.clients), " cliënten hebben er ",
                                  dutch::Number(found.counts[kParallel]), " twee of meer voorzieningen tegelijk.");
  absl::StrAppend(&text, " Bij ", dutch::Number(found.counts[kSameTwice]),
                  " staat hetzelfde product twee keer bij één aanbieder; dat mag niet (OP347).");
  if (found.counts[kBudgetBeside] > 0) {
    absl::StrAppend(&text, " Bij ", dutch::Number(found.counts[kBudgetBeside]),
                    " loopt een pgb naast zorg in natura voor hetzelfde product; dat mag niet (OP043).");
  }
  if (rules == 0) return absl::StrCat(text, " Er zijn geen regels over combinaties geleverd.");
  return absl::StrCat(text, " Volgens de regels van de gemeente zijn er ", dutch::Number(found.counts[kForbidden]),
                      " met een combinatie die niet is toegestaan, en ", dutch::Number(found.counts[kMotiveMissing]),
                      " met een combinatie waarvoor geen reden is gegeven. Samen lopen is vaak terecht: kijk naar het geval.");
}

// Responsibility.

constexpr size_t kResponsibilityKinds = 6;
constexpr std::array<absl::string_view, kResponsibilityKinds> kResponsibilityTitles = {
    "Verblijft hier, woonde ervoor elders", "Verblijft, woonde ervoor hier",  "Verblijft, herkomst onbekend",
    "Een andere gemeente betaalt",          "Verbleef eerder, woont nu hier", "Niets geregistreerd"};

absl::Span<const costs::CareResponsibility> ResponsibilitiesOf(const CareBook& book, uint32_t client, uint8_t law) {
  const auto key = [](const costs::CareResponsibility& r) { return std::pair(r.client, r.fact.law); };
  const auto begin = std::lower_bound(book.responsibilities.begin(), book.responsibilities.end(), std::pair(client, law),
                                      [&](const costs::CareResponsibility& r, const auto& wanted) { return key(r) < wanted; });
  auto end = begin;
  while (end != book.responsibilities.end() && key(*end) == std::pair(client, law)) ++end;
  return absl::MakeConstSpan(book.responsibilities)
      .subspan(static_cast<size_t>(begin - book.responsibilities.begin()), static_cast<size_t>(end - begin));
}

// Index of DescribeResponsibilityResponse::Kind, less one. Of several rows that hold, the one that began last counts.
size_t ResponsibilityOn(absl::Span<const costs::CareResponsibility> told, const std::string& own, Day day) {
  enum : size_t { kFromElsewhere, kFromHere, kOriginUnknown, kPaidElsewhere, kAfterStay, kNotTold };
  const costs::ResponsibilityFact* holds = nullptr;
  bool stayed = false;
  for (const costs::CareResponsibility& r : told) {
    if (r.fact.period.Contains(day)) holds = &r.fact;
    stayed |= r.fact.stay && r.fact.period.end <= day;
  }
  if (holds != nullptr && *holds->municipality != own) return kPaidElsewhere;
  if (holds != nullptr && holds->stay) {
    return holds->origin->empty() ? kOriginUnknown : *holds->origin == own ? kFromHere : kFromElsewhere;
  }
  return stayed ? kAfterStay : kNotTold;
}

std::string ResponsibilityConclusion(const v1::DescribeResponsibilityResponse& response) {
  const auto& elsewhere = response.groups(0);
  const auto& after = response.groups(4);
  return absl::StrCat(
      "Cliënten die hier verblijven en ervoor in een andere gemeente woonden: ", dutch::Number(elsewhere.client_count()),
      ", samen ", dutch::EuroWhole(elsewhere.indicated_cents()), " van de ", dutch::EuroWhole(response.indicated_cents()),
      ". Die eerder verbleven en nu hier wonen: ", dutch::Number(after.client_count()), ", samen ",
      dutch::EuroWhole(after.indicated_cents()), ". ", response.rule());
}

}  // namespace

absl::StatusOr<v1::DescribeOverlapsResponse> Access::DescribeOverlaps(const Caller&,
                                                                      const v1::DescribeOverlapsRequest& request) {
  AccessReader reader(clock_);
  reader.ReadDay(request.reference_date());
  reader.ReadFilters(request.filters());
  reader.check().Require(0 <= request.level() && request.level() <= 8, "level", "must be 1 to 8; 0 is 6");
  NMD_ASSIGN_OR_RETURN(const AccessAsked asked, reader.Finish(request));
  const std::shared_ptr<const CareBook> book = costs_.CareAt(asked.question.known);
  v1::DescribeOverlapsResponse response;
  if (!BeginAnswer(asked, *book, costs::kAllocations | costs::kLevels, &response)) return response;

  const Day day = *asked.question.question.on;
  ProductNumbers products;
  const CombinationRules rules = RulesOn(*book, day, &products);
  const BudgetsOn budgets(*book, *costs_.RecordsAt(asked.question.known, true), day);
  std::vector<RunningCourse> running;
  for (const uint32_t number : PickCourses(*book, asked.question.question.filters)) {
    const Course& course = book->courses[number];
    if (!course.indicated.Contains(day)) continue;
    running.push_back(RunningOn(*book, course, budgets, day, &products));
  }
  if (running.empty()) {
    NothingThere(&response);
    return response;
  }
  const Overlaps found = CountOverlaps(running, rules, request.level() == 0 ? kDefaultLevel : request.level());
  response.set_client_count(found.clients);
  response.set_household_count(found.households);
  response.set_rule_count(static_cast<int64_t>(rules.size()));
  for (size_t kind = 0; kind < kOverlapKinds; ++kind) {
    v1::DescribeOverlapsResponse::Overlap& overlap = *response.add_overlaps();
    overlap.set_kind(OverlapMessage(kind));
    overlap.set_title(std::string(kOverlapTitles[kind]));
    overlap.set_count(found.counts[kind]);
    SetShare(found.counts[kind], kind == kBothLaws ? found.households : found.clients, overlap.mutable_share());
  }
  AddPairs(*book, day, found, products, &response);
  response.set_conclusion(OverlapConclusion(found, rules.size()));
  return response;
}

absl::StatusOr<v1::DescribeResponsibilityResponse> Access::DescribeResponsibility(
    const Caller& caller, const v1::DescribeResponsibilityRequest& request) {
  AccessReader reader(clock_);
  reader.ReadPeriod(request.period());
  reader.ReadFilters(request.filters());
  NMD_ASSIGN_OR_RETURN(const AccessAsked asked, reader.Finish(request));
  const std::shared_ptr<const CareBook> book = costs_.CareAt(asked.question.known);
  v1::DescribeResponsibilityResponse response;
  if (!BeginAnswer(asked, *book, costs::kAllocations | costs::kTariffs, &response)) return response;

  const costs::Question& question = asked.question.question;
  // Without "gm".
  const std::string own = caller.municipality.size() == 6 ? caller.municipality.substr(2) : caller.municipality;
  // Courses are in order of client, so that a client who comes by for the first time is another than the one before.
  struct Sum {
    Cents cents = 0;
    int64_t clients = 0;
    uint32_t last_client = costs::kNowhere;
    void Add(uint32_t client, Cents amount) {
      cents += amount;
      clients += last_client != client ? 1 : 0;
      last_client = client;
    }
  };
  std::array<Sum, kResponsibilityKinds> sums;
  Sum all;
  const costs::FactTable& table = book->snapshot->table;
  for (const uint32_t number : PickCourses(*book, question.filters)) {
    const Course& course = book->courses[number];
    if (course.row == costs::kNowhere) continue;
    const auto responsibilities = ResponsibilitiesOf(*book, course.client, course.law);
    for (size_t row = course.row; row < table.size() && table.provision[row] == number; ++row) {
      const Month month = table.first_month + static_cast<Month>(table.fields[costs::kMonthField][row]);
      if (month < question.first || month >= question.end) continue;
      const Day last = FirstDay(month) + table.to_day[row] - 2;  // The last valid day.
      const size_t kind = ResponsibilityOn(responsibilities, own, last);
      const Cents indicated = table.indicated[row];
      sums[kind].Add(course.client, indicated);
      all.Add(course.client, indicated);
    }
  }
  if (all.clients == 0) {
    NothingThere(&response);
    return response;
  }
  response.set_client_count(all.clients);
  response.set_indicated_cents(all.cents);
  for (size_t kind = 0; kind < kResponsibilityKinds; ++kind) {
    v1::DescribeResponsibilityResponse::Group& group = *response.add_groups();
    group.set_kind(static_cast<v1::DescribeResponsibilityResponse::Kind>(kind + 1));
    group.set_title(std::string(kResponsibilityTitles[kind]));
    group.set_client_count(sums[kind].clients);
    group.set_indicated_cents(sums[kind].cents);
    if (all.cents > 0) {
      group.mutable_share()->set_state(type::Figure::ANSWERED);
      group.mutable_share()->set_value(static_cast<double>(sums[kind].cents) / static_cast<double>(all.cents));
      group.mutable_share()->set_count(group.client_count());
    } else {
      TooFew(group.client_count(), group.mutable_share());
    }
  }
  const Day first = FirstDay(question.first), end = FirstDay(question.end);
  response.set_crosses_rules(first < kOriginPays && kOriginPays < end);
  response.set_rule(response.crosses_rules()
                        ? "Op 1 januari 2022 veranderde de regel. Cijfers van ervoor en erna zijn niet te vergelijken."
                    : end <= kOriginPays ? "De gemeente van wie het gezag heeft, betaalt (regel tot 2022)."
                                         : "Bij verblijf betaalt de gemeente waar iemand ervoor woonde (regel vanaf 2022).");
  response.set_conclusion(ResponsibilityConclusion(response));
  return response;
}

}  // namespace nmd::analyses
