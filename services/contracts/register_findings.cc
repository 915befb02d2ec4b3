// SPDX-License-Identifier: EUPL-1.2
#include "services/contracts/register_findings.h"

#include <algorithm>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "services/contracts/terms.h"
#include "services/core/dutch.h"

namespace nmd::contracts {
namespace {

using ingestion::v1::ContractTerm;

// A successor begins within so many days of the end of its predecessor.
constexpr Day kSuccession = 31;

std::string LawTitle(const std::string& law) { return law == "wmo" ? "Wmo" : "Jeugdwet"; }
std::string Days(const Period& period) {
  if (period.end == kOpenEnd) return absl::StrCat("vanaf ", dutch::Date(period.start));
  return absl::StrCat("van ", dutch::Date(period.start), " tot en met ", dutch::Date(period.end - 1));
}
std::string About(const BookedTerm& term) {
  if (!term.indicator.empty()) return absl::StrCat("indicator ", term.indicator);
  if (!term.product.empty()) return absl::StrCat("product ", term.product);
  return term.category.empty() ? std::string("alle producten") : absl::StrCat("categorie ", term.category);
}
// The days on which both hold, when somebody said when the earlier one ends.
template <typename Row>
std::optional<Period> OverlapOf(const Row& earlier, const Row& later) {
  if (earlier.period.end == kOpenEnd) return std::nullopt;
  const Period both = Intersect(earlier.period, later.period);
  return both.Empty() ? std::nullopt : std::optional(both);
}

class ContractCheck {
 public:
  ContractCheck(const Book& book, const BookedContract& contract) : book_(book), contract_(contract) {}

  std::vector<RegisterFinding> Run() {
    CheckParty();
    CheckPeriod();
    CheckCeilings();
    CheckTerms();
    CheckPrices();
    std::sort(found_.begin(), found_.end(), [](const RegisterFinding& a, const RegisterFinding& b) {
      return std::tie(a.rule, a.period.start, a.text) < std::tie(b.rule, b.period.start, b.text);
    });
    return std::move(found_);
  }

 private:
  void Add(std::string rule, std::string text, Period period = {0, 0}) {
    found_.push_back({std::move(rule), std::move(text), period});
  }

  void CheckParty() {
    for (const std::string& former : contract_.former_providers) {
      Add("AGB_CHANGED", absl::StrCat("Het contract stond eerder op naam van ", former, " en nu van ", contract_.provider,
                                      ". Wat ", former, " declareert, valt niet meer onder dit contract."));
    }
    for (const BookedGroup& group : book_.GroupsOf(contract_)) {
      const Day end = group.period.end;
      if (group.organisation.empty() || end == kOpenEnd || end >= contract_.period.end) continue;
      for (const BookedGroup& other : book_.groups) {
        const bool follows = other.provider != group.provider && other.organisation == group.organisation &&
                             other.period.start >= end - kSuccession && other.period.start <= end + kSuccession;
        if (!follows) continue;
        Add("AGB_SUCCEEDED",
            absl::StrCat("AGB-code ", group.provider, " hoort tot en met ", dutch::Date(end - 1), " bij ",
                         group.organisation_title.empty() ? group.organisation : group.organisation_title, "; vanaf ",
                         dutch::Date(other.period.start), " is dat ", other.provider,
                         ". Declaraties onder de nieuwe code vallen niet onder dit contract."),
            {end, contract_.period.end});
      }
    }
  }

  void CheckPeriod() {
    if (contract_.period.Empty()) {
      Add("CONTRACT_EMPTY", "Het contract eindigt voordat het begint.");
      return;
    }
    Day covered = 0;  // First day after the contracts that began before this one.
    for (const BookedContract& other : book_.contracts) {
      if (&other == &contract_) break;
      if (other.provider != contract_.provider || other.law != contract_.law || other.period.Empty()) continue;
      covered = std::max(covered, other.period.end);
    }
    if (covered == 0 || covered >= contract_.period.start) return;
    const Period gap = {covered, contract_.period.start};
    Add("CONTRACT_GAP",
        absl::StrCat(Days(gap), " heeft ", contract_.provider_title, " geen contract voor de ", LawTitle(contract_.law), "."),
        gap);
  }

  void CheckCeilings() {
    for (const int year : contract_.zero_ceilings) {
      Add("CEILING_ZERO",
          absl::StrCat("Voor ", year, " is een plafond zonder bedrag genoemd. Er geldt dus geen plafond van dat jaar."),
          {DayOf(year, 1, 1), DayOf(year + 1, 1, 1)});
    }
  }

  void CheckTerms() {
    const std::vector<BookedTerm> terms = book_.TermsOf(contract_);
    for (size_t i = 0; i < terms.size(); ++i) {
      const BookedTerm& term = terms[i];
      const std::string what = absl::StrCat(TermKindOf(term.kind).title, " voor ", About(term));
      if (!term.provider.empty() && term.provider != contract_.provider) {
        Add("TERM_OTHER_PROVIDER", absl::StrCat("De afspraak over ", what, " noemt aanbieder ", term.provider, "."),
            term.period);
      }
      if (!term.period.Overlaps(contract_.period)) {
        Add("TERM_OUTSIDE_CONTRACT",
            absl::StrCat("De afspraak over ", what, " geldt ", Days(term.period), ", buiten het contract."), term.period);
      }
      // That there are no beds can be agreed; a budget of nothing cannot.
      const bool may_be_zero =
          term.kind == ContractTerm::BEDS || (TermKindOf(term.kind).least <= 0 && term.kind != ContractTerm::YEAR_BUDGET);
      if (!may_be_zero && term.value == 0) Add("TERM_ZERO", absl::StrCat("De afspraak over ", what, " is nul."), term.period);
      if (i == 0) continue;
      const BookedTerm& before = terms[i - 1];
      const auto key = [](const BookedTerm& t) { return std::tie(t.kind, t.category, t.product, t.indicator); };
      if (key(before) != key(term) || before.value == term.value) continue;
      if (const auto both = OverlapOf(before, term)) {
        Add("TERM_OVERLAP", absl::StrCat("Over ", what, " staan er ", Days(*both), " twee afspraken."), *both);
      }
    }
  }

  void CheckPrices() {
    const std::vector<BookedPrice> prices = book_.PricesOf(contract_);  // By product, unit, provider and start.
    for (size_t i = 1; i < prices.size(); ++i) {
      const BookedPrice &before = prices[i - 1], &price = prices[i];
      const auto key = [](const BookedPrice& p) { return std::tie(p.product, p.unit, p.provider); };
      if (key(before) != key(price)) continue;
      if (const auto both = OverlapOf(before, price); both && before.amount != price.amount) {
        Add("PRICE_OVERLAP",
            absl::StrCat("Product ", price.product, " heeft ", Days(*both), " twee tarieven: ", dutch::Euro(before.amount),
                         " en ", dutch::Euro(price.amount), ". Het laatste geldt."),
            *both);
      }
      if (before.period.end >= price.period.start) continue;
      const Period gap = Intersect({before.period.end, price.period.start}, contract_.period);
      if (gap.Empty()) continue;
      Add("PRICE_GAP", absl::StrCat("Product ", price.product, " heeft ", Days(gap), " geen tarief."), gap);
    }
    const bool priced = std::any_of(book_.prices.begin(), book_.prices.end(),
                                    [&](const BookedPrice& price) { return price.law == contract_.law; });
    if (!priced) return;
    std::set<std::string> named;
    for (const BookedTerm& term : book_.TermsOf(contract_)) {
      if (term.kind == ContractTerm::PRODUCT && !term.product.empty()) named.insert(term.product);
    }
    for (const std::string& product : named) {
      const bool has = std::any_of(prices.begin(), prices.end(), [&](const BookedPrice& p) { return p.product == product; });
      if (!has) Add("PRICE_MISSING", absl::StrCat("Product ", product, " staat in het contract en heeft geen tarief."));
    }
  }

  const Book& book_;
  const BookedContract& contract_;
  std::vector<RegisterFinding> found_;
};

void FindInCombinations(const Book& book, RegisterFindings* findings) {
  std::set<std::pair<std::string, std::string>> products;
  std::set<std::string> laws;
  for (const BookedPrice& price : book.prices) products.emplace(price.law, price.product);
  for (const BookedTerm& term : book.terms) {
    if (term.kind == ContractTerm::PRODUCT && !term.product.empty()) products.emplace(term.law, term.product);
  }
  for (const auto& [law, product] : products) laws.insert(law);
  for (size_t i = 0; i < book.combinations.size(); ++i) {
    const BookedCombination& rule = book.combinations[i];
    const auto add = [&](const char* id, std::string text, const Period& period) {
      findings->of_combination[i].push_back({id, std::move(text), period});
    };
    const std::string both = absl::StrCat("producten ", rule.product, " en ", rule.other_product);
    if (i > 0) {
      const BookedCombination& before = book.combinations[i - 1];
      const auto key = [](const BookedCombination& c) { return std::tie(c.law, c.product, c.other_law, c.other_product); };
      const auto days = OverlapOf(before, rule);
      if (key(before) == key(rule) && before.verdict != rule.verdict && days) {
        add("COMBINATION_OVERLAP", absl::StrCat("Over de ", both, " gelden ", Days(*days), " twee regels. De laatste geldt."),
            *days);
      }
    }
    const bool same = rule.law == rule.other_law && rule.product == rule.other_product;
    if (same && rule.verdict != ingestion::v1::CombinationRule::ALLOWED) {
      add("COMBINATION_SAME",
          absl::StrCat("De regel gaat twee keer over product ", rule.product,
                       ". Twee toewijzingen voor hetzelfde product zijn al een signaal (TR302)."),
          rule.period);
    }
    for (const auto& [law, product] :
         {std::make_pair(rule.law, rule.product), std::make_pair(rule.other_law, rule.other_product)}) {
      if (laws.count(law) == 0 || products.count({law, product}) != 0) continue;
      add("COMBINATION_UNKNOWN",
          absl::StrCat("Product ", product, " komt voor de ", LawTitle(law), " in geen contract en in geen tarief voor."),
          rule.period);
      if (same) break;
    }
  }
}

}  // namespace

RegisterFindings FindInRegister(const Book& book) {
  RegisterFindings findings;
  std::set<std::pair<std::string, std::string>> known;
  for (const BookedContract& contract : book.contracts) {
    known.emplace(contract.id, contract.law);
    std::vector<RegisterFinding> found = ContractCheck(book, contract).Run();
    if (!found.empty()) findings.of_contract.emplace(contract.id, std::move(found));
  }
  for (size_t i = 1; i < book.groups.size(); ++i) {
    const BookedGroup &before = book.groups[i - 1], &group = book.groups[i];
    if (before.provider != group.provider || before.organisation == group.organisation) continue;
    if (const auto both = OverlapOf(before, group)) {
      findings.others.push_back({"GROUP_OVERLAP",
                                 absl::StrCat("AGB-code ", group.provider, " hoort ", Days(*both), " bij twee organisaties."),
                                 *both});
    }
  }
  std::set<std::pair<std::string, std::string>> unknown;
  for (const BookedTerm& term : book.terms) {
    if (known.count({term.contract, term.law}) == 0) unknown.emplace(term.contract, term.law);
  }
  for (const auto& [contract, law] : unknown) {
    findings.others.push_back({"TERM_WITHOUT_CONTRACT",
                               absl::StrCat("Er zijn afspraken bij contract ", contract, " voor de ", LawTitle(law),
                                            ", maar dat contract is er niet."),
                               {0, 0}});
  }
  FindInCombinations(book, &findings);
  return findings;
}

}  // namespace nmd::contracts
