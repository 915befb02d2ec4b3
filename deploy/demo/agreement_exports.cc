// SPDX-License-Identifier: EUPL-1.2
// What is agreed with providers and clients, and what they say of it: contract terms, combinations, successions of products,
// concerns, agreed durations and results, production statements, and who pays for whom.
#include <algorithm>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "deploy/demo/export_table.h"
#include "deploy/demo/files.h"

namespace nmd::demo {
namespace {

constexpr int kLastYear = 2018;
const Day kContract = DayOf(2017, 1, 1), kContractEnd = DayOf(2020, 1, 1);  // Procurement of 2017 (D16).

std::string Number(int n) { return std::to_string(n); }

// The products of the procurement of 2017 and what they were called before it. Two of them are new.
void AddSuccessions(const Model& model, std::vector<File>* files) {
  Table table("wet;product;vorig_product;geldig_vanaf");
  for (const Product& p : model.products) {
    const bool is_new = p.code == "50A07" || p.code == "04A01";
    table.Row({std::string(LawName(p.law)), p.code, is_new ? "" : absl::StrCat(p.category, "O", p.code.substr(3)),
               DutchDay(kContract)});
  }
  table.SendTo(files, "productopvolging", "productopvolging", kContract - 30);
}

// Every third provider belongs to a concern with the one after it; the first two join it in the middle of 2018.
void AddGroups(const Model& model, std::vector<File>* files) {
  Table table("agb;aanbieder;organisatie;organisatienaam;concern;concernnaam;geldig_vanaf;geldig_tot");
  for (int i = 0; i < static_cast<int>(model.providers.size()); ++i) {
    const Provider& p = model.providers[At(i)];
    const auto row = [&](const std::string& concern, Day start, Day end) {
      table.Row({p.agb, p.name, absl::StrCat("org-", i + 1), p.name, concern,
                 concern.empty() ? "" : absl::StrCat("Groep ", concern), DutchDay(start), DutchLastDay(end)});
    };
    if (i < 2) {
      row("", kContract, DayOf(kLastYear, 7, 1));
      row("Noord", DayOf(kLastYear, 7, 1), kOpenEnd);
    } else {
      row(i % 3 == 2 ? "" : absl::StrCat("G", i / 3 + 1), kContract, kOpenEnd);
    }
  }
  table.SendTo(files, "aanbiedergroepen", "aanbiedergroepen", DayOf(kLastYear, 7, 2));
}

// Of youth care begun or ended in a year: how long it should take, and what was reached once it ended. One in seven has no
// plan.
void AddPlans(const Model& model, std::vector<File>* files) {
  for (int year = std::max(2017, model.profile.first_year); year <= kLastYear; ++year) {
    Table table("burgerservicenummer;wet;toewijzingnummer;agb;afgesproken_tot;niveau_gemotiveerd;resultaat;complexiteit");
    int n = 0;
    for (const Provision& p : model.provisions) {
      if (p.law != Law::kYouth || p.withdrawn || ++n % 7 == 0) continue;
      const int level = model.products[At(p.product)].level;
      const bool ended = p.end != kOpenEnd && CivilOf(p.end - 1).year == year;
      if (CivilOf(p.start).year != year && !ended) continue;
      table.Row({model.persons[At(p.person)].bsn, "jeugdwet", Number(p.allocations.front().number),
                 model.providers[At(p.provider)].agb, DutchDay(FirstDay(MonthOf(p.start) + 4 + level % 4 * 2 + n % 3) - 1),
                 level >= 6 && n % 3 != 0 ? "ja" : "nee",
                 !ended       ? ""
                 : n % 5 == 0 ? "niet bereikt"
                 : n % 3 == 0 ? "deels bereikt"
                              : "bereikt",
                 !ended || level != 6 ? ""
                 : n % 2 == 0         ? "lager"
                                      : "gelijk"});
    }
    table.SendTo(files, "behandelplannen", absl::StrCat("behandelplannen-", year), DayOf(year + 1, 2, 1));
  }
}

// One provider in four keeps an administration that tells months and quantities. It is what was declared, but now and then a
// month was not declared, or was declared for more than was done.
void AddProduction(const Model& model, std::vector<File>* files) {
  for (int year = std::max(2017, model.profile.first_year); year <= kLastYear; ++year) {
    using Key = std::tuple<int, int, Day, Day>;  // Provider, provision, period.
    std::map<Key, std::pair<const ClaimLine*, Cents>> declared;
    for (const Claim& claim : model.claims) {
      if (claim.provider % 4 != 1 || !claim.reject_code.empty()) continue;
      for (const ClaimLine& line : claim.lines) {
        if (!line.reject_code.empty() || CivilOf(line.period.start).year != year) continue;
        auto& [last, cents] = declared[{claim.provider, line.provision, line.period.start, line.period.end}];
        if (line.previous.empty()) last = &line;
        cents += line.Signed();
      }
    }
    Table table("wet;agb;burgerservicenummer;toewijzingnummer;product;begin;eind;eenheid;hoeveelheid;bedrag");
    int n = 0;
    for (const auto& [key, line] : declared) {
      const auto& [last, cents] = line;
      if (last == nullptr || cents == 0 || last->unit == "83") continue;
      ++n;
      const Provision& p = model.provisions[At(last->provision)];
      const int64_t thousandths = n % 40 == 0 ? last->volume * 900 : last->volume * 1000;
      table.Row({std::string(LawName(p.law)), model.providers[At(p.provider)].agb, model.persons[At(p.person)].bsn,
                 Number(last->number), model.products[At(p.product)].code, DutchDay(last->period.start),
                 DutchLastDay(last->period.end), last->unit, absl::StrFormat("%d,%03d", thousandths / 1000, thousandths % 1000),
                 DutchAmount(cents)});
    }
    if (n > 0) table.SendTo(files, "productiestaten", absl::StrCat("productiestaten-", year), DayOf(year + 1, 3, 20));
  }
}

// Children who stay: most are from here, some came from elsewhere for the facility and are paid for by this municipality since
// their guardian moved (D14).
void AddResponsibilities(const Model& model, std::vector<File>* files) {
  Table table("burgerservicenummer;wet;gemeente;herkomst;verblijf;geldig_vanaf;geldig_tot");
  std::map<int, std::pair<Day, Day>> stays;  // Person -> first and last day.
  for (const Provision& p : model.provisions) {
    if (model.products[At(p.product)].level != 8 || p.withdrawn) continue;
    auto& [start, end] = stays.try_emplace(p.person, p.start, p.end).first->second;
    start = std::min(start, p.start);
    end = std::max(end, p.end);
  }
  int n = 0;
  for (const auto& [person, days] : stays) {
    ++n;
    const std::string origin = n % 3 == 0 ? "0014" : n % 11 == 0 ? "" : model.profile.code;
    table.Row({model.persons[At(person)].bsn, "jeugdwet", model.profile.code, origin, "ja", DutchDay(days.first),
               DutchLastDay(days.second)});
  }
  if (n > 0) table.SendTo(files, "woonplaats", "woonplaats", DayOf(kLastYear, 11, 12));
}

void AddTerms(const Model& model, std::vector<File>* files) {
  Table table("contract;wet;agb;afspraak;categorie;product;indicator;waarde;bedrag;geldig_vanaf;geldig_tot");
  int place[2] = {0, 0};  // Within the law, as the contracts are numbered.
  for (const Provider& p : model.providers) {
    const bool youth = p.law == Law::kYouth;
    const int k = place[youth ? 0 : 1]++;
    const std::string contract = absl::StrFormat("%s-2017-%03d", youth ? "jh" : "wmo", k + 1);
    const auto row = [&](absl::string_view term, absl::string_view product, absl::string_view indicator,
                         absl::string_view value, Day start = kContract, Day end = kContractEnd) {
      table.Row({contract, std::string(LawName(p.law)), p.agb, std::string(term), "", std::string(product),
                 std::string(indicator), std::string(value), "", DutchDay(start), DutchLastDay(end)});
    };
    for (const Product& product : model.products) {
      if (product.law != p.law) continue;
      row("product", product.code, "", "");
      if (youth && product.level < 8) row("langste duur in dagen", product.code, "", Number(180 + 90 * (product.level - 4)));
      if (product.code == "43A08") row("bedden", product.code, "", Number(1 + k % 4), DayOf(2017, 10, 1));
    }
    row("meldgrens", "", "", "70");
    row("indexatie", "", "", "2,5", DayOf(kLastYear, 1, 1), DayOf(kLastYear + 1, 1, 1));
    if (youth) row("indicator hoogstens", "", "uitval", "10");
  }
  table.SendTo(files, "contractafspraken", "contractafspraken", kContract - 14);
}

void AddCombinations(std::vector<File>* files) {
  Table table("wet;product;andere_wet;ander_product;oordeel;reden;geldig_vanaf;geldig_tot");
  const auto row = [&](absl::string_view product, absl::string_view other_law, absl::string_view other,
                       absl::string_view verdict, absl::string_view reason) {
    table.Row({"jeugdwet", std::string(product), std::string(other_law), std::string(other), std::string(verdict),
               std::string(reason), DutchDay(kContract), ""});
  };
  row("45A06", "jeugdwet", "50A06", "met motivering", "twee keer behandeling van hetzelfde niveau vraagt een integraal plan");
  row("43A08", "jeugdwet", "44A08", "niet toegestaan", "een kind verblijft op een plek");
  row("43A08", "jeugdwet", "41A07", "met motivering", "dagbehandeling hoort meestal bij het verblijf");
  row("45A04", "jeugdwet", "45A05", "toegestaan", "lichte en zwaardere begeleiding mogen elkaar aanvullen");
  row("45A05", "wmo", "02A10", "met motivering", "begeleiding uit twee wetten vraagt een afspraak over wie wat doet");
  table.SendTo(files, "combinatieregels", "combinatieregels", kContract - 14);
}

}  // namespace

void AddAgreementExports(const Model& model, std::vector<File>* files) {
  AddSuccessions(model, files);
  AddGroups(model, files);
  AddPlans(model, files);
  AddProduction(model, files);
  AddResponsibilities(model, files);
  AddTerms(model, files);
  AddCombinations(files);
}

}  // namespace nmd::demo
