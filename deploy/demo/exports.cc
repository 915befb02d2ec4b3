// SPDX-License-Identifier: EUPL-1.2
// The exports of the back office: clients, referrals, products, tariffs, inhabitants, budget and contracts, as CSV with
// semicolons, Dutch dates and decimal commas.
#include <algorithm>
#include <map>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "deploy/demo/export_table.h"
#include "deploy/demo/files.h"
#include "deploy/demo/rng.h"

namespace nmd::demo {
namespace {

constexpr absl::string_view kClientHeader =
    "burgerservicenummer;achternaam;voorvoegsel;voorletters;roepnaam;geboortedatum;geslacht;postcode;huisnummer;huisletter;"
    "toevoeging;wijk;buurt;adres_vanaf;adres_tot";

std::vector<std::string> ClientRow(const Model& model, const Person& person, const Address& address, bool moved) {
  const Neighbourhood& place = model.neighbourhoods[At(address.neighbourhood)];
  return {person.bsn,
          person.surname,
          person.prefix,
          person.initials,
          person.given,
          DutchDay(person.birth),
          person.sex == '1'   ? "M"
          : person.sex == '2' ? "V"
                              : "O",
          address.postcode,
          std::to_string(address.house),
          address.letter,
          address.addition,
          place.wijk,
          place.buurt,
          DutchDay(address.from),
          moved ? DutchLastDay(address.until) : ""};
}

// One young client in twenty-five is known to the youth team too, which types by hand and asks nobody for a number. Only
// linking can tell who that is, and not always: some are sure, some are for a person to decide, some are somebody else.
constexpr size_t kYouthTeam = 25;
const Day kYouthTeamDay = DayOf(2018, 5, 7);

bool KnownToYouthTeam(const Model& model, size_t person) {
  const Person& known = model.persons[person];
  return person % kYouthTeam == kYouthTeam - 1 && known.known_from <= kYouthTeamDay && known.birth > DayOf(2000, 5, 7);
}

// Two letters of the name swapped.
std::string Swapped(const std::string& surname) {
  std::string swapped = surname;
  std::swap(swapped[3], swapped[4]);
  return swapped;
}

// How the youth team wrote a client down; `n` numbers those it knows.
std::vector<std::string> YouthTeamRow(const Model& model, Person noted, int n) {
  const Address& now = model.AddressOn(noted, kYouthTeamDay);
  std::string postcode = now.postcode, house = std::to_string(now.house);
  const Civil birth = CivilOf(noted.birth);
  noted.prefix.clear();
  switch (n % 6) {
    case 0:  // A typing error in the name: everything else is right.
      noted.surname = Swapped(noted.surname);
      break;
    case 1:  // Stays with somebody else, and goes by an initial.
      noted.given.clear();
      postcode.clear();
      house.clear();
      break;
    case 2:  // The same, with a typing error.
      noted.surname = Swapped(noted.surname);
      noted.given.clear();
      postcode.clear();
      house.clear();
      break;
    case 3:  // Born on the day before; nobody knows where the child lives.
      noted.birth -= birth.day > 1 ? 1 : -1;
      postcode.clear();
      house.clear();
      break;
    case 4:  // A twin that has no care and so is nowhere else: another person who looks the same.
      noted.given = noted.sex == '2' ? "Tygo" : "Silke";
      noted.sex = noted.sex == '2' ? '1' : '2';
      noted.initials = noted.given.substr(0, 1);
      break;
    default:  // Written down without a fault.
      break;
  }
  return {absl::StrFormat("JT%04d", 100 + n),
          noted.surname,
          noted.prefix,
          noted.initials,
          noted.given,
          DutchDay(noted.birth),
          noted.sex == '1'   ? "M"
          : noted.sex == '2' ? "V"
                             : "O",
          postcode,
          house};
}

void AddYouthTeam(const Model& model, std::vector<File>* files) {
  Table table("clientnummer;achternaam;voorvoegsel;voorletters;roepnaam;geboortedatum;geslacht;postcode;huisnummer");
  int known = 0;
  for (size_t i = 0; i < model.persons.size(); ++i) {
    if (KnownToYouthTeam(model, i)) table.Row(YouthTeamRow(model, model.persons[i], known++));
  }
  table.SendTo(files, "jeugdteam", "jeugdteam-2018", kYouthTeamDay);
}

// One export per quarter with who is new and who moved. A move is two rows: the old address with its end, and the new one.
void AddClients(const Model& model, std::vector<File>* files) {
  const Day first = DayOf(model.profile.first_year, 1, 1);
  for (int quarter = 0;; ++quarter) {
    const Day begin = FirstDay(MonthOf(first) + 3 * quarter), end = FirstDay(MonthOf(begin) + 3);
    if (begin >= DayOf(2019, 1, 1)) return;
    Table table(kClientHeader);
    int rows = 0;
    for (const Person& person : model.persons) {
      const bool is_new = quarter == 0 ? person.known_from < end : begin <= person.known_from && person.known_from < end;
      const bool known = person.known_from < end;
      const std::vector<Address>& addresses = model.households[At(person.household)].addresses;
      for (size_t i = 0; i < addresses.size(); ++i) {
        const Address& a = addresses[i];
        if (a.from >= end) continue;
        const bool begins = a.from >= begin, ends = begin <= a.until && a.until < end;
        if (is_new || (known && (begins || ends))) table.Row(ClientRow(model, person, a, a.until < end)), ++rows;
      }
    }
    if (quarter == 3) {  // somebody without care, with a date of birth that does not exist: a finding, never a client
      table.Row({"", "Ongeldigsma", "", "X", "Xenia", "31-02-2009", "V", "", "", "", "", "", "", "", ""});
      ++rows;
    }
    // Known two weeks after the quarter began: the export follows the decisions it belongs to.
    if (rows > 0)
      table.SendTo(files, "clienten", absl::StrFormat("clienten-%d-%d", CivilOf(begin).year, quarter % 4 + 1), begin + 14);
  }
}

void AddReferrals(const Model& model, std::vector<File>* files) {
  std::map<Month, std::vector<const Provision*>> by_quarter;
  for (const Provision& p : model.provisions) {
    if (p.referrer.empty()) continue;
    const Month decided = MonthOf(static_cast<Day>(p.allocations.front().versions.front().assigned / kSecondsPerDay));
    by_quarter[decided / 3].push_back(&p);
  }
  for (const auto& [quarter, provisions] : by_quarter) {
    Table table("burgerservicenummer;wet;toewijzingnummer;verwijzer;datum");
    for (const Provision* p : provisions) {
      const Day decided = static_cast<Day>(p->allocations.front().versions.front().assigned / kSecondsPerDay);
      table.Row({model.persons[At(p->person)].bsn, std::string(LawName(p->law)), std::to_string(p->allocations.front().number),
                 p->referrer, DutchDay(decided - p->person % 21 - 3)});
    }
    const Day begin = FirstDay(quarter * 3);
    if (begin == DayOf(2017, 4, 1)) {  // referrer 07 does not exist (COD327)
      table.Row({model.persons[At(provisions.front()->person)].bsn, "jeugdwet", "999999999", "07", DutchDay(begin)});
    }
    table.SendTo(files, "verwijzingen",
                 absl::StrFormat("verwijzingen-%d-%d", YearOf(quarter * 3), MonthInYear(quarter * 3) / 3 + 1),
                 FirstDay(quarter * 3 + 3) + 5);
  }
}

void AddProducts(const Model& model, std::vector<File>* files) {
  const Day begin = DayOf(model.profile.first_year, 1, 1);
  Table products("wet;productcode;omschrijving;ivn;geldig_vanaf;geldig_tot");
  for (const Product& p : model.products) {
    // The Wmo has no levels of intervention.
    const std::string level = p.level == 0 ? "" : std::to_string(p.level);
    products.Row({std::string(LawName(p.law)), p.code, p.title, level, DutchDay(begin), ""});
  }
  products.SendTo(files, "producten", "producten", begin - 20);

  for (int year = model.profile.first_year; year <= 2018; ++year) {
    Table tariffs("wet;productcode;agb;eenheid;tarief;geldig_vanaf;geldig_tot");
    // The last list stays in force.
    const std::string last = year == 2018 ? "" : DutchDay(DayOf(year, 12, 31));
    for (const Product& p : model.products) {
      const Cents tariff = p.tariff[At(year - 2016)];
      const auto row = [&](const std::string& agb, Cents amount) {
        tariffs.Row({std::string(LawName(p.law)), p.code, agb, p.unit, DutchAmount(amount), DutchDay(DayOf(year, 1, 1)), last});
      };
      row("", tariff);
      for (const Provider& provider : model.providers) {
        if (provider.law == p.law && provider.tariff_percent != 100)
          row(provider.agb, MulDiv(tariff, provider.tariff_percent, 100));
      }
    }
    tariffs.SendTo(files, "tarieven", absl::StrCat("tarieven-", year), DayOf(year, 1, 1) - 18);
  }
}

void AddPopulation(const Model& model, uint64_t seed, std::vector<File>* files) {
  struct Band {
    int from, to, permille;  // share of all inhabitants
  };
  constexpr Band kBands[] = {{0, 3, 38}, {4, 11, 96}, {12, 17, 84}, {18, 22, 52}, {23, 64, 497}, {65, 120, 233}};
  Rng rng(seed, model.profile.id + "/population");
  const int places = static_cast<int>(model.neighbourhoods.size());
  std::vector<int> weights;
  weights.reserve(model.neighbourhoods.size());
  for (int i = 0; i < places; ++i) weights.push_back(rng.Between(60, 140));
  int total = 0;
  for (int w : weights) total += w;
  for (int year = model.profile.first_year; year <= 2018; ++year) {
    Table table("jaar;wijk;buurt;leeftijd_van;leeftijd_tot;geslacht;aantal");
    for (int i = 0; i < places; ++i) {
      const Neighbourhood& place = model.neighbourhoods[At(i)];
      // One new estate per municipality grows by a tenth a year; elsewhere hardly anything changes.
      const int growth = i == places - 1 ? 100 + 10 * (year - 2016) : 100 + (i + year) % 2;
      for (const Band& band : kBands) {
        const int64_t both = int64_t{model.profile.inhabitants} * weights[At(i)] / total * band.permille * growth / 100000;
        const int64_t male = both * (490 + (i * 7 + band.from) % 20) / 1000;
        for (bool is_male : {true, false}) {
          table.Row({std::to_string(year), place.wijk, place.buurt, std::to_string(band.from), std::to_string(band.to),
                     is_male ? "M" : "V", std::to_string(is_male ? male : both - male)});
        }
      }
    }
    table.SendTo(files, "bevolking", absl::StrCat("bevolking-", year), DayOf(year, 2, 20));
  }
}

struct BudgetRow {
  absl::string_view line;
  int year;
  int64_t euros;
};

void AddBudget(const Model& model, std::vector<File>* files) {
  const auto send = [&](absl::string_view name, absl::string_view document, Day received, const std::vector<BudgetRow>& rows) {
    Table table("regel;jaar;bedrag;document");
    for (const BudgetRow& r : rows) {
      table.Row({std::string(r.line), std::to_string(r.year), DutchAmount(r.euros * 100), std::string(document)});
    }
    table.SendTo(files, "begroting", absl::StrCat("begroting-", name), received);
  };
  if (model.profile.code == "1730") {
    // Requirements 2.1 to 2.3: what the memorandum of March 2018 and the report of 2019 said (T-10, T-11, T-12).
    send("nota-2018", "nota sociaal domein maart 2018", DayOf(2018, 3, 16),
         {{"rijksbijdrage_jeugd", 2015, 6528674},
          {"rijksbijdrage_jeugd", 2016, 5872256},
          {"rijksbijdrage_jeugd", 2017, 5168040},
          {"rijksbijdrage_jeugd", 2018, 5229670},
          {"rijksbijdrage_jeugd", 2019, 5229678},
          {"rijksbijdrage_jeugd", 2020, 5230559},
          {"rijksbijdrage_jeugd", 2021, 5260346},
          {"rijksbijdrage_wmo_nieuw", 2015, 3695915},
          {"rijksbijdrage_wmo_nieuw", 2016, 4216944},
          {"rijksbijdrage_wmo_nieuw", 2017, 3985443},
          {"rijksbijdrage_wmo_nieuw", 2018, 3960794},
          {"rijksbijdrage_wmo_oud", 2017, 2397141},
          {"rijksbijdrage_wmo_oud", 2018, 2397141},
          {"rijksbijdrage_participatie", 2017, 2879038},
          {"rijksbijdrage_participatie", 2018, 2752805},
          {"resultaat_jeugd", 2017, -1200000}});
    send("jaarrekening-2017", "jaarrekening 2017", DayOf(2018, 6, 14), {{"resultaat_jeugd", 2017, -1500000}});
    send("inzicht-2019", "inzicht in het tekort jeugd 2019", DayOf(2019, 6, 20),
         {{"rijksbijdrage_jeugd", 2015, 6500000},
          {"rijksbijdrage_jeugd", 2016, 5800000},
          {"rijksbijdrage_jeugd", 2017, 5300000},
          {"rijksbijdrage_jeugd", 2018, 5800000},
          {"rijksbijdrage_jeugd", 2019, 6900000},
          {"uitgaven_jeugd", 2015, 5800000},
          {"uitgaven_jeugd", 2016, 5500000},
          {"uitgaven_jeugd", 2017, 6800000},
          {"uitgaven_jeugd", 2018, 8600000},
          {"uitgaven_jeugd", 2019, 9100000},
          {"resultaat_jeugd", 2015, 700000},
          {"resultaat_jeugd", 2016, 300000},
          {"resultaat_jeugd", 2017, -1500000},
          {"resultaat_jeugd", 2018, -2800000},
          {"resultaat_jeugd", 2019, -2200000}});
    return;
  }
  if (model.profile.code == "0106") {  // T-13: 4,4 of 19,7 is 22,3 percent, of 24,1 18,3 percent
    send("jaarrekening-2017", "jaarrekening 2017", DayOf(2018, 6, 7),
         {{"rijksbijdrage_jeugd", 2017, 19700000}, {"uitgaven_jeugd", 2017, 24100000}, {"resultaat_jeugd", 2017, -4400000}});
    return;
  }
  const int64_t income = int64_t{model.profile.inhabitants} * 160, spent = income * 109 / 100;
  send("jaarrekening-2017", "jaarrekening 2017", DayOf(2018, 6, 21),
       {{"rijksbijdrage_jeugd", 2017, income}, {"uitgaven_jeugd", 2017, spent}, {"resultaat_jeugd", 2017, income - spent}});
}

// Ceilings follow what was declared: most leave room, the third provider of every law passes 70 percent in autumn, the
// second and the seventh pass their ceiling.
void AddContracts(const Model& model, std::vector<File>* files) {
  std::map<std::pair<int, int>, Cents> declared;  // provider and year
  for (const Claim& claim : model.claims) {
    if (!claim.reject_code.empty()) continue;
    for (const ClaimLine& line : claim.lines) {
      if (line.reject_code.empty()) declared[{claim.provider, YearOf(MonthOf(line.period.start))}] += line.Signed();
    }
  }
  for (int year = model.profile.first_year; year <= 2018; ++year) {
    Table table("contract;wet;agb;aanbieder;geldig_vanaf;geldig_tot;plafond;plafond_jaar");
    int place[2] = {0, 0};  // within the law
    for (int i = 0; i < static_cast<int>(model.providers.size()); ++i) {
      const Provider& p = model.providers[At(i)];
      const int k = place[p.law == Law::kYouth ? 0 : 1]++;
      const int percent = k == 1 || k == 6 ? 95 : k == 2 ? 120 : 160;
      const Cents ceiling = declared[{i, year}] * percent / 100 / 100000 * 100000 + 500000;
      const bool old = year < 2017;  // new procurement on 1-1-2017 (D16)
      table.Row({absl::StrFormat("%s-%d-%03d", p.law == Law::kYouth ? "jh" : "wmo", old ? 2015 : 2017, k + 1),
                 std::string(LawName(p.law)), p.agb, p.name, DutchDay(DayOf(old ? 2015 : 2017, 1, 1)),
                 DutchDay(DayOf(old ? 2016 : 2019, 12, 31)), DutchAmount(ceiling), std::to_string(year)});
    }
    table.SendTo(files, "contracten", absl::StrCat("contracten-", year), DayOf(year, 1, 1) - 16);
  }
}

}  // namespace

void AddExports(const Model& model, uint64_t seed, std::vector<File>* files) {
  AddProducts(model, files);
  AddContracts(model, files);
  AddClients(model, files);
  AddYouthTeam(model, files);
  AddReferrals(model, files);
  AddPopulation(model, seed, files);
  AddBudget(model, files);
  AddOtherExports(model, files);
  AddAgreementExports(model, files);
}

std::string Manifest(const std::vector<File>& files) {
  std::string out = "received,source,file\n";
  for (const File& file : files) {
    absl::StrAppend(&out, absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", absl::FromUnixSeconds(file.received), absl::UTCTimeZone()),
                    ",", file.source, ",", file.path, "\n");
  }
  return out;
}

std::string Secrets(const Model& model, const std::vector<File>& files) {
  std::set<std::string> secrets = {"Ongeldigsma"};
  for (size_t i = 0; i < model.persons.size(); ++i) {
    const Person& person = model.persons[i];
    secrets.insert(person.bsn);
    secrets.insert(person.surname);
    if (KnownToYouthTeam(model, i)) secrets.insert(Swapped(person.surname));
  }
  for (const Household& house : model.households) {
    secrets.insert(house.surname);
    for (const Address& a : house.addresses) {
      secrets.insert(a.street);
      secrets.insert(a.postcode);
    }
  }
  // Numbers that belong to nobody, in the damaged files.
  for (const File& file : files) {
    if (!file.schema.empty() || file.source != "auto") continue;
    const size_t at = file.bytes.find("Bsn>");
    if (at != std::string::npos) secrets.insert(file.bytes.substr(at + 4, 9));
  }
  return absl::StrCat(absl::StrJoin(secrets, "\n"), "\n");
}

std::vector<File> Files(const Model& model, uint64_t seed) {
  std::vector<File> files;
  AddExports(model, seed, &files);
  AddMessages(model, seed, &files);
  AddMess(model, seed, &files);
  std::stable_sort(files.begin(), files.end(), [](const File& a, const File& b) { return a.arrival < b.arrival; });
  return files;
}

}  // namespace nmd::demo
