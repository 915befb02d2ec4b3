// SPDX-License-Identifier: EUPL-1.2
// What a municipality knows beside its messages and its back office: decisions, personal budgets and what the SVB paid from
// them, help by its own team, the ledger, reference tables, and figures that others measured or published. Personal budgets
// and help go to people the other files know, so that no client is added.
#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "deploy/demo/export_table.h"
#include "deploy/demo/files.h"

namespace nmd::demo {
namespace {

constexpr int kLastYear = 2018;

Day DecidedOn(const Provision& p) { return static_cast<Day>(p.allocations.front().versions.front().assigned / kSecondsPerDay); }

std::string DecisionNumber(const Provision& p) {
  return absl::StrCat(p.law == Law::kYouth ? "J" : "W", p.allocations.front().number);
}

// Decisions of 2018 about care in kind, per quarter; one application in twelve was refused or taken back.
void AddDecisions(const Model& model, std::vector<File>* files) {
  for (int quarter = 0; quarter < 4; ++quarter) {
    const Day begin = DayOf(kLastYear, 1 + 3 * quarter, 1), end = FirstDay(MonthOf(begin) + 3);
    Table table(
        "burgerservicenummer;besluit;wet;vorm;aanvraag;besluitdatum;uitkomst;product;geldig_vanaf;geldig_tot;verwijzer");
    int rows = 0;
    for (const Provision& p : model.provisions) {
      const Day decided = DecidedOn(p);
      if (decided < begin || decided >= end || p.withdrawn) continue;
      const std::string& bsn = model.persons[At(p.person)].bsn;
      const Version& first = p.allocations.front().versions.front();
      const std::string applied = DutchDay(decided - 7 - p.person % 30), law(LawName(p.law));
      table.Row({bsn, DecisionNumber(p), law, "ZIN", applied, DutchDay(decided), "toegekend",
                 model.products[At(p.product)].code, DutchDay(first.start), DutchLastDay(first.end), p.referrer});
      if (++rows % 12 == 0) {
        table.Row({bsn, DecisionNumber(p) + "A", law, "ZIN", applied, DutchDay(decided),
                   rows % 24 == 0 ? "afgewezen" : "ingetrokken", model.products[At(p.product)].code, "", "", p.referrer});
      }
    }
    if (rows > 0) table.SendTo(files, "beschikkingen", absl::StrFormat("beschikkingen-%d-%d", kLastYear, quarter + 1), end + 6);
  }
}

struct Budget {
  const Person* person;
  Law law;
  std::string product;
  Cents yearly;
};

// As many as the council paper counts in Tynaarlo (T-15): 60 and 55 for youth, 54 and 51 for the Wmo; elsewhere by size. Each
// is for a product the client does not get in kind (OP043).
std::vector<Budget> BudgetsOf(const Model& model, Law law, int year) {
  const int printed = law == Law::kYouth ? (year == 2016 ? 60 : 55) : (year == 2016 ? 54 : 51);
  const int wanted = model.profile.code == "1730" ? printed : std::max(3, printed * model.profile.inhabitants / 40000);
  std::map<int, std::set<int>> in_kind;  // Person -> products of this law.
  for (const Provision& p : model.provisions) {
    if (p.law == law) in_kind[p.person].insert(p.product);
  }
  std::vector<Budget> budgets;
  for (const auto& [person, products] : in_kind) {
    if (static_cast<int>(budgets.size()) == wanted) break;
    for (int i = 0; i < static_cast<int>(model.products.size()); ++i) {
      const Product& product = model.products[At(i)];
      if (product.law != law || products.count(i) > 0) continue;
      budgets.push_back({&model.persons[At(person)], law, product.code, Cents{400000} + person % 7 * 60000});
      break;
    }
  }
  return budgets;
}

void AddPersonalBudgets(const Model& model, std::vector<File>* files) {
  for (int year = std::max(2016, model.profile.first_year); year <= kLastYear; ++year) {
    Table budgets("burgerservicenummer;wet;besluit;product;geldig_vanaf;geldig_tot;budget");
    Table payments("burgerservicenummer;wet;product;jaar;maand;betaald_op;bedrag");
    for (const Law law : {Law::kYouth, Law::kWmo}) {
      int number = 0;
      for (const Budget& b : BudgetsOf(model, law, year)) {
        const std::string name(LawName(law));
        budgets.Row({b.person->bsn, name, absl::StrFormat("P%s%d-%03d", law == Law::kYouth ? "J" : "W", year, ++number),
                     b.product, DutchDay(DayOf(year, 1, 1)), DutchDay(DayOf(year, 12, 31)), DutchAmount(b.yearly)});
        // Nobody uses all of it; in some years a payment of March is taken back in June.
        for (int month = 1; month <= 12; ++month) {
          const Cents paid = b.yearly / 12 * (70 + (number + month) % 25) / 100;
          const auto row = [&](int paid_in, Cents amount) {
            payments.Row({b.person->bsn, name, b.product, std::to_string(year), std::to_string(month),
                          DutchDay(FirstDay(MonthOf(year, paid_in) + 1) + 4), DutchAmount(amount)});
          };
          row(month, paid);
          if (month == 3 && number % 10 == 0) row(6, -paid);
        }
      }
    }
    budgets.SendTo(files, "pgb-budgetten", absl::StrCat("pgb-budgetten-", year), DayOf(year, 1, 1) + 20);
    payments.SendTo(files, "svb-betalingen", absl::StrCat("svb-betalingen-", year), DayOf(year, 12, 31) + 25);
  }
}

// Families the team of the municipality helps before, or instead of, care by a provider: one client in eight.
void AddTeamHelp(const Model& model, std::vector<File>* files) {
  constexpr const char* kHelp[] = {"opvoedondersteuning", "gezinsgesprekken", "hulp bij geldzaken", "lichte begeleiding"};
  for (int year = std::max(2017, model.profile.first_year); year <= kLastYear; ++year) {
    Table table("burgerservicenummer;wet;team;hulp;gestart;beeindigd;verwijzer;resultaat");
    for (int i = 0; i < static_cast<int>(model.persons.size()); ++i) {
      const Person& person = model.persons[At(i)];
      const Day start = DayOf(year, 1 + i % 12, 1 + i % 27);
      if (i % 8 != year % 8 || person.known_from > DayOf(year, 12, 31) || person.birth > start) continue;
      const bool young = AgeOn(person.birth, start) < 18, ended = i % 5 != 0;
      const int village = model.neighbourhoods[At(model.AddressOn(person, start).neighbourhood)].village;
      table.Row({person.bsn, young ? "jeugdwet" : "wmo", absl::StrCat("Team ", model.profile.villages[At(village)].name),
                 kHelp[i % 4], DutchDay(start), ended ? DutchDay(start + 40 + i % 200) : "", i % 3 == 0 ? "zelf" : "huisarts",
                 !ended       ? ""
                 : i % 7 == 0 ? "doorverwezen"
                              : "doel bereikt"});
    }
    table.SendTo(files, "wijkteam", absl::StrCat("wijkteam-", year), DayOf(year, 12, 31) + 18);
  }
}

// What the ledger booked is what the answers to the declarations granted (domain-standards 8, check 14), by month and
// provider, and what the SVB was paid, by month. Taakvelden as they were before 2023.
void AddLedger(const Model& model, std::vector<File>* files) {
  std::map<std::tuple<int, int, int>, Cents> granted;  // Year, month and provider.
  for (const Claim& claim : model.claims) {
    if (claim.answered == 0 || !claim.reject_code.empty()) continue;
    for (const ClaimLine& line : claim.lines) {
      const Month month = MonthOf(line.period.start);
      if (line.reject_code.empty()) granted[{YearOf(month), MonthInYear(month), claim.provider}] += line.Signed();
    }
  }
  for (int year = std::max(2017, model.profile.first_year); year <= kLastYear; ++year) {
    Table table("jaar;maand;taakveld;categorie;soort;agb;boeking;bedrag");
    int number = 0;
    const auto row = [&](int month, absl::string_view taakveld, absl::string_view category, const std::string& agb,
                         Cents amount) {
      table.Row({std::to_string(year), std::to_string(month), std::string(taakveld), std::string(category), "last", agb,
                 absl::StrFormat("%d%05d", year, ++number), DutchAmount(amount)});
    };
    for (const auto& [key, amount] : granted) {
      const auto& [booked, month, provider] = key;
      const Provider& p = model.providers[At(provider)];
      if (booked == year) row(month, p.law == Law::kYouth ? "6.72" : "6.71", "3.5.1", p.agb, amount);
    }
    for (const Law law : {Law::kYouth, Law::kWmo}) {
      Cents yearly = 0;
      for (const Budget& b : BudgetsOf(model, law, year)) yearly += b.yearly;
      // The advance to the SVB: a twelfth a month, and what is over comes back when the year is closed.
      for (int month = 1; month <= 12; ++month) row(month, law == Law::kYouth ? "6.72" : "6.71", "4.1.2", "", yearly / 12);
      row(13, law == Law::kYouth ? "6.72" : "6.71", "4.1.2", "", -(yearly / 12));
    }
    table.SendTo(files, "grootboek", absl::StrCat("grootboek-", year), DayOf(year + 1, 2, 15));
  }
}

void AddReferenceTables(const Model& model, std::vector<File>* files) {
  // Most addresses of a postcode lie in one neighbourhood; the others have a row of their own.
  std::map<std::string, std::map<int, std::set<int>>> places;  // Postcode -> neighbourhood -> house numbers.
  for (const Household& house : model.households) {
    for (const Address& a : house.addresses) places[a.postcode][a.neighbourhood].insert(a.house);
  }
  for (int year = model.profile.first_year; year <= kLastYear; ++year) {
    Table table("jaar;postcode;huisnummer;wijk;buurt");
    for (const auto& [postcode, by_place] : places) {
      const auto row = [&, code = postcode](int place, const std::string& house) {
        const Neighbourhood& n = model.neighbourhoods[At(place)];
        table.Row({std::to_string(year), code, house, n.wijk, n.buurt});
      };
      const int usual = by_place.begin()->first;
      row(usual, "");
      std::set<int> told;
      for (const auto& [place, houses] : by_place) {
        for (const int house : houses) {
          if (place != usual && by_place.begin()->second.count(house) == 0 && told.insert(house).second) {
            row(place, std::to_string(house));
          }
        }
      }
    }
    table.SendTo(files, "postcodes", absl::StrCat("postcodes-", year), DayOf(year, 3, 1));
  }

  // Domain-standards 4.5: undivided until 2022, by kind of care in 2023 and 2024, by law and region from 2025 on.
  struct Row {
    absl::string_view law, category, until_2022, until_2024, from_2025;
  };
  constexpr Row kRows[] = {{"jeugdwet", "41", "6.72", "6.72c", "6.752"}, {"jeugdwet", "43", "6.72", "6.73c", "6.762"},
                           {"jeugdwet", "44", "6.72", "6.73b", "6.762"}, {"jeugdwet", "45", "6.72", "6.72a", "6.752"},
                           {"jeugdwet", "50", "6.72", "6.72b", "6.752"}, {"wmo", "01", "6.71", "6.71a", "6.711"},
                           {"wmo", "02", "6.71", "6.71b", "6.712"},      {"wmo", "04", "6.71", "6.71b", "6.712"},
                           {"wmo", "07", "6.71", "6.71c", "6.713"},      {"wmo", "12", "6.6", "6.6", "6.60"},
                           {"wmo", "15", "6.81", "6.81a", "6.811"}};
  Table table("wet;categorie;agb;taakveld;geldig_vanaf;geldig_tot");
  for (const Row& r : kRows) {
    const auto row = [&](absl::string_view taakveld, int first_year, int end_year) {
      table.Row({std::string(r.law), std::string(r.category), "", std::string(taakveld), DutchDay(DayOf(first_year, 1, 1)),
                 end_year == 0 ? "" : DutchDay(DayOf(end_year, 1, 1) - 1)});
    };
    row(r.until_2022, 2015, 2023);
    row(r.until_2024, 2023, 2025);
    row(r.from_2025, 2025, 0);
  }
  table.SendTo(files, "taakvelden", "taakvelden", DayOf(2018, 1, 15));
}

// What clients answered, what was reached per provider, and figures of others.
void AddMeasured(const Model& model, std::vector<File>* files) {
  const bool tynaarlo = model.profile.code == "1730";
  const int shift = model.profile.inhabitants / 1000 % 9;
  Table survey("indicator;vraag;wet;gebied;jaar;waarde;eenheid;antwoorden;gevraagd;methode");
  for (const int year : {2015, 2016}) {
    const auto row = [&](absl::string_view indicator, absl::string_view question, absl::string_view area, int percent) {
      const std::string n = area.empty() ? std::to_string(model.profile.inhabitants / 90) : "";
      const std::string asked = area.empty() ? std::to_string(model.profile.inhabitants / 40) : "";
      survey.Row({std::string(indicator), std::string(question), "wmo", std::string(area), std::to_string(year),
                  std::to_string(percent), "procent", n, asked, "cliëntervaringsonderzoek, schriftelijk"});
    };
    // T-23: the figures of the council paper; those of the neighbours are invented.
    row("kwaliteit_van_leven_niet_beter", "Heeft u door de ondersteuning een betere kwaliteit van leven? (geen ja)", "",
        tynaarlo ? (year == 2015 ? 22 : 29) : 18 + shift);
    row("kwaliteit_van_leven_niet_beter", "Heeft u door de ondersteuning een betere kwaliteit van leven? (geen ja)",
        "Nederland", 23);
    row("clientondersteuning_bekend", "Weet u dat u een cliëntondersteuner kunt vragen?", "",
        tynaarlo ? (year == 2015 ? 67 : 63) : 60 + shift);
    row("clientondersteuning_bekend", "Weet u dat u een cliëntondersteuner kunt vragen?", "Drenthe", 84);
  }
  survey.SendTo(files, "clientervaring", "clientervaring-2015-2016", DayOf(2017, 9, 20));

  struct Ended {
    int all = 0, dropped_out = 0, as_planned = 0;
  };
  std::map<int, Ended> by_provider;
  for (const CareMessage& message : model.care) {
    if (!message.stop || message.law != Law::kYouth) continue;
    for (const CareLine& line : message.lines) {
      if (line.status != '1' || CivilOf(line.end).year != kLastYear) continue;
      Ended& ended = by_provider[message.provider];
      ++ended.all;
      ended.dropped_out += line.stop_reason == "32" || line.stop_reason == "33" ? 1 : 0;
      ended.as_planned += line.stop_reason == "31" ? 1 : 0;
    }
  }
  Table outcomes("indicator;omschrijving;wet;agb;begin;eind;waarde;eenheid;aantal");
  for (const auto& [provider, ended] : by_provider) {
    const auto row = [&, all = ended.all, agb = model.providers[At(provider)].agb](absl::string_view indicator,
                                                                                   absl::string_view title, int part) {
      const int permille = (part * 1000 + all / 2) / all;
      outcomes.Row({std::string(indicator), std::string(title), "jeugdwet", agb, DutchDay(DayOf(kLastYear, 1, 1)),
                    DutchDay(DayOf(kLastYear, 12, 31)), absl::StrFormat("%d,%d", permille / 10, permille % 10), "procent",
                    std::to_string(all)});
    };
    row("uitval", "Hulp eenzijdig beëindigd", ended.dropped_out);
    row("volgens_plan", "Hulp beëindigd volgens plan", ended.as_planned);
  }
  if (!by_provider.empty()) outcomes.SendTo(files, "indicatoren", absl::StrCat("indicatoren-", kLastYear), DayOf(2019, 3, 12));

  Table series("reeks;omschrijving;uitgever;gebied;jaar;waarde;eenheid;gepubliceerd;ingetrokken;reden");
  const int people = model.profile.inhabitants;
  for (int year = 2012; year <= 2017; ++year) {
    constexpr int kBenefits[] = {320, 280, 340, 360, 360, 410};  // Requirements 2.6, Tynaarlo.
    const int64_t benefits = tynaarlo ? kBenefits[year - 2012] : int64_t{people} * (9 + year % 3) / 1000;
    series.Row({"bijstand", "Huishoudens met bijstand", "CBS", "", std::to_string(year), std::to_string(benefits), "aantal",
                DutchDay(DayOf(year + 1, 7, 1)), "", ""});
  }
  // Of the last two years nothing was known yet; and a series about one estate was taken back.
  for (int year = 2012; year <= 2016; ++year) {
    const int64_t poor = tynaarlo ? (year == 2012 ? 1600 : 1400) : int64_t{people} * 45 / 1000 / 100 * 100;
    series.Row({"laag_inkomen", "Huishoudens tot 120% van het sociaal minimum", "CBS", "", std::to_string(year),
                year < 2015 ? std::to_string(poor) : "", "aantal", DutchDay(DayOf(2017, 11, 1)), "", ""});
  }
  const std::string estate = model.neighbourhoods.back().buurt;
  for (int year = 2016; year <= 2017; ++year) {
    series.Row({"jeugdhulp_buurt", "Jongeren met jeugdhulp", "Gemeente in cijfers", estate, std::to_string(year),
                absl::StrCat(7 + year % 2, ",", shift), "procent", DutchDay(DayOf(2018, 5, 1)), DutchDay(DayOf(2018, 12, 1)),
                "te weinig inwoners"});
  }
  series.SendTo(files, "cijferreeksen", "cijferreeksen-2018", DayOf(2018, 12, 10));

  // T-15: clients per year as the earlier monitor counted them.
  Table legacy("systeem;maat;wet;vorm;jaar;waarde;eenheid;kwaliteit;toelichting");
  struct Printed {
    absl::string_view law, form;
    int in_2016, in_2017;
  };
  constexpr Printed kPrinted[] = {
      {"jeugdwet", "ZIN", 560, 595}, {"jeugdwet", "PGB", 60, 55}, {"wmo", "ZIN", 228, 230}, {"wmo", "PGB", 54, 51}};
  for (const Printed& p : kPrinted) {
    for (const int year : {2016, 2017}) {
      const int printed = year == 2016 ? p.in_2016 : p.in_2017;
      legacy.Row({"KWIZ-monitor", "clienten", std::string(p.law), std::string(p.form), std::to_string(year),
                  std::to_string(tynaarlo ? printed : printed * people / 34000), "aantal", "C",
                  "uit de nota sociaal domein, de definitie is niet bekend"});
    }
  }
  legacy.SendTo(files, "eerdere-cijfers", "eerdere-cijfers-2016-2017", DayOf(2018, 3, 27));
}

}  // namespace

void AddOtherExports(const Model& model, std::vector<File>* files) {
  AddDecisions(model, files);
  AddPersonalBudgets(model, files);
  AddTeamHelp(model, files);
  AddLedger(model, files);
  AddReferenceTables(model, files);
  AddMeasured(model, files);
}

}  // namespace nmd::demo
