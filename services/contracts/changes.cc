// SPDX-License-Identifier: EUPL-1.2
#include "services/contracts/changes.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "services/contracts/terms.h"
#include "services/core/codes.h"
#include "services/core/dutch.h"

namespace nmd::contracts {
namespace {

using ingestion::v1::CombinationRule;
using ingestion::v1::ContractTerm;
using ingestion::v1::Fact;
using v1::ContractChange;
using Term = v1::Contract::Term;

constexpr Cents kMostCents = 1'000'000'000'00;
constexpr size_t kTitleCharacters = 200;
constexpr const char* kUnits[] = {"01", "04", "14", "16", "82", "83", "84"};

ingestion::v1::Law LawNamed(const std::string& law) { return law == "wmo" ? ingestion::v1::WMO : ingestion::v1::YOUTH; }
std::string LawTitle(const std::string& law) { return law == "wmo" ? "Wmo" : "Jeugdwet"; }

bool IsCode(const std::string& text, size_t least, size_t most) {
  return least <= text.size() && text.size() <= most &&
         std::all_of(text.begin(), text.end(), [](char c) { return absl::ascii_isalnum(c); });
}
bool IsContractId(const std::string& text) {
  return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isalnum(c) || c == '-' || c == '_' || c == '.';
  });
}
// One line of which a spreadsheet makes no formula.
bool IsTitle(const std::string& text) {
  return !text.empty() && text.size() <= kTitleCharacters &&
         absl::string_view("=+-@").find(text[0]) == absl::string_view::npos &&
         std::none_of(text.begin(), text.end(), [](char c) { return absl::ascii_iscntrl(c); });
}

const BookedContract* Find(const Book& book, const std::string& id) {
  const auto found =
      std::find_if(book.contracts.begin(), book.contracts.end(), [&](const BookedContract& c) { return c.id == id; });
  return found == book.contracts.end() ? nullptr : &*found;
}

Day DayIn(const std::string& date) { return date.empty() ? 0 : *ParseDay(date); }

// The two dates of a period; the end may be open.
void CheckDates(const std::string& start, const std::string& end, const std::string& path, FieldCheck& check) {
  const auto first = ParseDay(start);
  const auto after = end.empty() ? std::optional(kOpenEnd) : ParseDay(end);
  check.Require(first.has_value(), path + "start_date", "must be a date, as in 2018-01-01");
  check.Require(after.has_value(), path + "end_date", "must be empty or a date, as in 2019-01-01");
  if (first && after) check.Require(*first < *after, path + "end_date", "must be after start_date");
}

void CheckLaw(const std::string& law, const std::string& path, FieldCheck& check) {
  check.Require(law == "jeugdwet" || law == "wmo", path, "must be jeugdwet or wmo");
}

void CheckTerm(const Term& term, FieldCheck& check) {
  const std::string path = "change.term.term.";
  CheckDates(term.start_date(), term.end_date(), path, check);
  const TermKind& kind = TermKindOf(static_cast<ContractTerm::Kind>(term.kind()));
  check.Require(term.kind() != Term::KIND_UNSPECIFIED && Term::Kind_IsValid(term.kind()), path + "kind",
                "must be one of the kinds");
  check.Require(term.category().empty() || IsCode(term.category(), 2, 2), path + "category", "must be empty or two characters");
  check.Require(term.product().empty() || IsCode(term.product(), 5, 5), path + "product", "must be empty or a product code");
  check.Require(term.kind() != Term::PRODUCT || !term.product().empty() || !term.category().empty(), path + "product",
                "must name a product or a category");
  check.Require(
      kind.has_indicator == !term.indicator().empty() && term.indicator().size() <= 64 &&
          std::none_of(term.indicator().begin(), term.indicator().end(), [](char c) { return absl::ascii_iscntrl(c); }),
      path + "indicator", "is for a KPI, which names one");
  check.Require(kind.least <= term.value() && term.value() <= kind.most, path + "value", "cannot be the value of such a term");
}

std::string Days(const std::string& start, const std::string& end) {
  const std::string from = absl::StrCat("vanaf ", dutch::Date(*ParseDay(start)));
  return end.empty() ? from : absl::StrCat(from, " tot en met ", dutch::Date(*ParseDay(end) - 1));
}

std::string TermTitle(const Term& term) {
  const TermKind& kind = TermKindOf(static_cast<ContractTerm::Kind>(term.kind()));
  return kind.has_indicator ? absl::StrCat(kind.title, " voor indicator ", term.indicator()) : std::string(kind.title);
}

const char* VerdictWord(CombinationRule::Verdict verdict) {
  return verdict == CombinationRule::ALLOWED        ? "toegestaan"
         : verdict == CombinationRule::NEEDS_MOTIVE ? "met motivering"
                                                    : "niet toegestaan";
}

// A cell as RFC 4180 has it.
std::string Cell(const std::string& text) {
  if (text.find_first_of(";\"\n\r") == std::string::npos) return text;
  return absl::StrCat("\"", absl::StrReplaceAll(text, {{"\"", "\"\""}}), "\"");
}
std::string DateCell(Day day) { return day == 0 ? "" : FormatDay(day); }
// The last day of a period that ends before `end`.
std::string LastDayCell(Day end) { return end == 0 ? "" : FormatDay(end - 1); }
std::string EuroCell(Cents amount) { return absl::StrFormat("%d.%02d", amount / 100, amount % 100); }
std::string ThousandthsCell(int64_t value) {
  const int64_t size = value < 0 ? -value : value;
  return absl::StrFormat("%s%d.%03d", value < 0 ? "-" : "", size / 1000, size % 1000);
}
const char* LawCell(ingestion::v1::Law law) { return law == ingestion::v1::WMO ? "wmo" : "jeugdwet"; }

}  // namespace

void CheckChange(const ContractChange& change, const Book& book, FieldCheck& check) {
  const auto known = [&](const std::string& contract, const char* path) {
    check.Require(Find(book, contract) != nullptr, path, "must be a contract of the register");
  };
  switch (change.change_case()) {
    case ContractChange::kAgreement: {
      const auto& stated = change.agreement();
      check.Require(IsContractId(stated.contract()), "change.agreement.contract",
                    "must have 1 to 64 letters, digits, dots, dashes and underscores");
      CheckLaw(stated.law(), "change.agreement.law", check);
      check.Require(IsAgbCode(stated.provider()), "change.agreement.provider", "must be an AGB code of eight digits");
      check.Require(IsTitle(stated.provider_title()), "change.agreement.provider_title",
                    "must be a name of 1 to 200 characters");
      CheckDates(stated.start_date(), stated.end_date(), "change.agreement.", check);
      const BookedContract* now = Find(book, stated.contract());
      if (now != nullptr) {
        check.Require(now->law == stated.law(), "change.agreement.law",
                      "must stay the law of the contract; make another contract");
      }
      break;
    }
    case ContractChange::kCeiling:
      known(change.ceiling().contract(), "change.ceiling.contract");
      check.Require(change.ceiling().year() == 0 || (2015 <= change.ceiling().year() && change.ceiling().year() <= 2100),
                    "change.ceiling.year", "must be a calendar year from 2015 on, or 0 for every year");
      check.Require(0 <= change.ceiling().amount_cents() && change.ceiling().amount_cents() <= kMostCents,
                    "change.ceiling.amount_cents", "must be 0 to a billion euros");
      break;
    case ContractChange::kPrice: {
      const auto& stated = change.price();
      CheckLaw(stated.law(), "change.price.law", check);
      check.Require(stated.provider().empty() || IsAgbCode(stated.provider()), "change.price.provider",
                    "must be empty or an AGB code of eight digits");
      check.Require(IsCode(stated.price().product(), 5, 5), "change.price.price.product", "must be a product code");
      check.Require(std::find(std::begin(kUnits), std::end(kUnits), stated.price().unit()) != std::end(kUnits),
                    "change.price.price.unit", "must be a unit of WJ756, as 04");
      check.Require(0 < stated.price().amount_cents() && stated.price().amount_cents() <= kMostCents,
                    "change.price.price.amount_cents", "must be more than nothing");
      CheckDates(stated.price().start_date(), stated.price().end_date(), "change.price.price.", check);
      break;
    }
    case ContractChange::kTerm:
      known(change.term().contract(), "change.term.contract");
      CheckTerm(change.term().term(), check);
      break;
    case ContractChange::kCombination: {
      const v1::CombinationRule& stated = change.combination();
      CheckLaw(stated.law(), "change.combination.law", check);
      CheckLaw(stated.other_law(), "change.combination.other_law", check);
      check.Require(IsCode(stated.product(), 5, 5), "change.combination.product", "must be a product code");
      check.Require(IsCode(stated.other_product(), 5, 5), "change.combination.other_product", "must be a product code");
      check.Require(stated.verdict() != v1::CombinationRule::VERDICT_UNSPECIFIED &&
                        v1::CombinationRule::Verdict_IsValid(stated.verdict()),
                    "change.combination.verdict", "must be one of the verdicts");
      check.Require(stated.reason().empty() || IsTitle(stated.reason()), "change.combination.reason",
                    "must be one line of at most 200 characters");
      CheckDates(stated.start_date(), stated.end_date(), "change.combination.", check);
      break;
    }
    default:
      check.Add("change", "must have exactly one of agreement, ceiling, price, term and combination");
  }
}

Fact FactOf(const ContractChange& change, const Book& book) {
  Fact fact;
  switch (change.change_case()) {
    case ContractChange::kAgreement: {
      const auto& stated = change.agreement();
      auto& contract = *fact.mutable_contract();
      contract.set_contract(stated.contract());
      contract.set_law(LawNamed(stated.law()));
      contract.set_provider(stated.provider());
      contract.set_provider_name(stated.provider_title());
      contract.set_start_day(DayIn(stated.start_date()));
      contract.set_end_day(DayIn(stated.end_date()));
      // A fact of a contract says a ceiling too: the one for every year, or one of a year that stays as it is.
      if (const BookedContract* now = Find(book, stated.contract()); now != nullptr && !now->ceilings.empty()) {
        contract.set_ceiling_year(now->ceilings.begin()->first);
        contract.set_ceiling_cents(now->ceilings.begin()->second);
      }
      break;
    }
    case ContractChange::kCeiling: {
      const BookedContract& now = *Find(book, change.ceiling().contract());
      auto& contract = *fact.mutable_contract();
      contract.set_contract(now.id);
      contract.set_law(LawNamed(now.law));
      contract.set_provider(now.provider);
      contract.set_provider_name(now.provider_title);
      contract.set_start_day(now.period.start);
      contract.set_end_day(now.period.end == kOpenEnd ? 0 : now.period.end);
      contract.set_ceiling_year(change.ceiling().year());
      contract.set_ceiling_cents(change.ceiling().amount_cents());
      break;
    }
    case ContractChange::kPrice: {
      const auto& stated = change.price();
      auto& tariff = *fact.mutable_tariff();
      tariff.set_law(LawNamed(stated.law()));
      tariff.set_product(stated.price().product());
      tariff.set_provider(stated.provider());
      tariff.set_unit(stated.price().unit());
      tariff.set_tariff_cents(stated.price().amount_cents());
      tariff.set_start_day(DayIn(stated.price().start_date()));
      tariff.set_end_day(DayIn(stated.price().end_date()));
      break;
    }
    case ContractChange::kTerm: {
      const BookedContract& now = *Find(book, change.term().contract());
      const Term& stated = change.term().term();
      auto& term = *fact.mutable_contract_term();
      term.set_contract(now.id);
      term.set_law(LawNamed(now.law));
      term.set_provider(now.provider);
      term.set_kind(static_cast<ContractTerm::Kind>(stated.kind()));
      term.set_category(stated.category());
      term.set_product(stated.product());
      term.set_indicator(stated.indicator());
      term.set_value(stated.value());
      term.set_start_day(DayIn(stated.start_date()));
      term.set_end_day(DayIn(stated.end_date()));
      break;
    }
    default: {
      const v1::CombinationRule& stated = change.combination();
      auto& rule = *fact.mutable_combination_rule();
      rule.set_law(LawNamed(stated.law()));
      rule.set_product(stated.product());
      rule.set_other_law(LawNamed(stated.other_law()));
      rule.set_other_product(stated.other_product());
      rule.set_verdict(static_cast<CombinationRule::Verdict>(stated.verdict()));
      rule.set_reason(stated.reason());
      rule.set_start_day(DayIn(stated.start_date()));
      rule.set_end_day(DayIn(stated.end_date()));
    }
  }
  return fact;
}

std::string TextOf(const ContractChange& change, const Book& book) {
  switch (change.change_case()) {
    case ContractChange::kAgreement: {
      const auto& stated = change.agreement();
      const std::string now =
          absl::StrCat("contract ", stated.contract(), " met ", stated.provider_title(), " (", stated.provider(), ") voor de ",
                       LawTitle(stated.law()), ", ", Days(stated.start_date(), stated.end_date()));
      const BookedContract* before = Find(book, stated.contract());
      if (before == nullptr) return absl::StrCat("Nieuw: ", now, ".");
      const std::string end = before->period.end == kOpenEnd ? "" : FormatDay(before->period.end);
      return absl::StrCat("Wordt: ", now, ". Nu: ", before->provider_title, " (", before->provider, "), ",
                          Days(FormatDay(before->period.start), end), ".");
    }
    case ContractChange::kCeiling: {
      const auto& stated = change.ceiling();
      const BookedContract& contract = *Find(book, stated.contract());
      const auto before = contract.CeilingOf(stated.year());
      const std::string of = stated.year() == 0 ? "voor elk jaar zonder eigen plafond" : absl::StrCat("van ", stated.year());
      return absl::StrCat(
          "Het plafond ", of, " van contract ", stated.contract(), " (", contract.provider_title, ") ",
          before ? absl::StrCat("gaat van ", dutch::Euro(*before)) : std::string("komt er nu niet voor en wordt"),
          stated.amount_cents() == 0 ? std::string(before ? " naar geen plafond" : " geen plafond")
                                     : absl::StrCat(before ? " naar " : " ", dutch::Euro(stated.amount_cents())),
          ".");
    }
    case ContractChange::kPrice: {
      const auto& stated = change.price();
      std::string text =
          absl::StrCat("De prijs van product ", stated.price().product(), " (eenheid ", stated.price().unit(), ") voor ",
                       stated.provider().empty() ? std::string("elke aanbieder zonder eigen prijs")
                                                 : absl::StrCat("aanbieder ", stated.provider()),
                       " wordt ", dutch::Euro(stated.price().amount_cents()), ", ",
                       Days(stated.price().start_date(), stated.price().end_date()), ".");
      const Day day = *ParseDay(stated.price().start_date());
      std::optional<Cents> before;
      for (const BookedPrice& price : book.prices) {
        const bool same = price.law == stated.law() && price.product == stated.price().product() &&
                          price.unit == stated.price().unit() && price.provider == stated.provider();
        if (same && price.period.Contains(day)) before = price.amount;
      }
      return absl::StrCat(text, before ? absl::StrCat(" Nu is die op de eerste dag ", dutch::Euro(*before), ".")
                                       : std::string(" Er is nu geen prijs op de eerste dag."));
    }
    case ContractChange::kTerm: {
      const Term& stated = change.term().term();
      const auto kind = static_cast<ContractTerm::Kind>(stated.kind());
      const std::string about = !stated.product().empty()    ? absl::StrCat(" voor product ", stated.product())
                                : !stated.category().empty() ? absl::StrCat(" voor categorie ", stated.category())
                                                             : std::string();
      std::string text =
          absl::StrCat("In contract ", change.term().contract(), " wordt ", TermTitle(stated), about, " ",
                       TermValueText(kind, stated.value()), ", ", Days(stated.start_date(), stated.end_date()), ".");
      const Day day = *ParseDay(stated.start_date());
      for (const BookedTerm& term : book.terms) {
        const bool same = term.contract == change.term().contract() && term.kind == kind &&
                          term.category == stated.category() && term.product == stated.product() &&
                          term.indicator == stated.indicator();
        if (same && term.period.Contains(day))
          absl::StrAppend(&text, " Nu op de eerste dag: ", TermValueText(kind, term.value), ".");
      }
      return text;
    }
    default: {
      const v1::CombinationRule& stated = change.combination();
      return absl::StrCat("Producten ", stated.product(), " (", LawTitle(stated.law()), ") en ", stated.other_product(), " (",
                          LawTitle(stated.other_law()),
                          ") samen: ", VerdictWord(static_cast<CombinationRule::Verdict>(stated.verdict())), ", ",
                          Days(stated.start_date(), stated.end_date()), ".");
    }
  }
}

ChangeFile FileOf(const Fact& fact, int64_t number, const std::string& source_text) {
  ChangeFile file;
  std::vector<std::pair<std::string, std::string>> cells;
  switch (fact.payload_case()) {
    case Fact::kContract: {
      const auto& c = fact.contract();
      file.source = "vastgesteld-contracten";
      cells = {{"contract", c.contract()},
               {"wet", LawCell(c.law())},
               {"agb", c.provider()},
               {"aanbieder", c.provider_name()},
               {"geldig_vanaf", DateCell(c.start_day())},
               {"geldig_tot", LastDayCell(c.end_day())},
               {"plafond", EuroCell(c.ceiling_cents())},
               {"plafond_jaar", c.ceiling_year() == 0 ? "" : absl::StrCat(c.ceiling_year())}};
      break;
    }
    case Fact::kTariff: {
      const auto& t = fact.tariff();
      file.source = "vastgesteld-tarieven";
      cells = {{"wet", LawCell(t.law())},
               {"productcode", t.product()},
               {"agb", t.provider()},
               {"eenheid", t.unit()},
               {"tarief", EuroCell(t.tariff_cents())},
               {"geldig_vanaf", DateCell(t.start_day())},
               {"geldig_tot", LastDayCell(t.end_day())}};
      break;
    }
    case Fact::kContractTerm: {
      const auto& t = fact.contract_term();
      const TermUnit unit = TermKindOf(t.kind()).unit;
      const bool money = unit == TermUnit::kMoney, none = unit == TermUnit::kNone;
      const bool thousandths = unit == TermUnit::kPercent || unit == TermUnit::kThousandths;
      file.source = "vastgesteld-afspraken";
      cells = {{"contract", t.contract()},
               {"wet", LawCell(t.law())},
               {"agb", t.provider()},
               {"afspraak", ContractTerm::Kind_Name(t.kind())},
               {"categorie", t.category()},
               {"product", t.product()},
               {"indicator", t.indicator()},
               {"waarde", money || none ? ""
                          : thousandths ? ThousandthsCell(t.value())
                                        : absl::StrCat(t.value())},
               {"bedrag", money ? EuroCell(t.value()) : ""},
               {"geldig_vanaf", DateCell(t.start_day())},
               {"geldig_tot", LastDayCell(t.end_day())}};
      break;
    }
    default: {
      const auto& r = fact.combination_rule();
      file.source = "vastgesteld-combinaties";
      cells = {{"wet", LawCell(r.law())},
               {"product", r.product()},
               {"andere_wet", LawCell(r.other_law())},
               {"ander_product", r.other_product()},
               {"oordeel", VerdictWord(r.verdict())},
               {"reden", r.reason()},
               {"geldig_vanaf", DateCell(r.start_day())},
               {"geldig_tot", LastDayCell(r.end_day())}};
    }
  }
  cells.emplace_back("voorstel", absl::StrCat(number));
  cells.emplace_back("bron", source_text);
  const auto join = [&](const auto& cell_of) {
    return absl::StrJoin(cells, ";", [&](std::string* out, const auto& cell) { absl::StrAppend(out, Cell(cell_of(cell))); });
  };
  file.file_name = absl::StrCat(file.source, "-", number, ".csv");
  file.content =
      absl::StrCat(join([](const auto& c) { return c.first; }), "\n", join([](const auto& c) { return c.second; }), "\n");
  return file;
}

}  // namespace nmd::contracts
