// SPDX-License-Identifier: EUPL-1.2
// The fixed facts of the demo: municipalities, products, providers.
#include <algorithm>
#include <numeric>

#include "deploy/demo/model.h"
#include "deploy/demo/rng.h"

namespace nmd::demo {
namespace {

int Scale(int n, int percent) { return std::max(1, (n * percent + 50) / 100); }

// `stock` at `percent` of its size; every level off by at most `spread` percent more, so that municipalities differ.
Stock Scaled(const Stock& stock, int percent, int spread, Rng* rng) {
  Stock scaled = stock;
  for (int& n : scaled.provisions) n = Scale(n, percent + (spread == 0 ? 0 : rng->Between(-spread, spread)));
  scaled.clients = std::clamp(Scale(stock.clients, percent), 1, scaled.Total());
  return scaled;
}

Profile Tynaarlo() {
  Profile p;
  p.id = "gm1730";
  p.code = "1730";
  p.name = "Tynaarlo";
  p.first_year = 2016;
  p.january_2017 = kF1January2017;
  p.january_2018 = kF1January2018;
  p.continuing_percent = 56;
  p.ending_2018_percent = 42;
  p.before = 170;
  p.between = 60;
  p.wmo_clients = 190;
  p.start_permille = 640;
  p.stop_permille = 850;
  p.change_permille = 460;
  p.withdrawn = 24;
  p.youth_providers = 20;
  p.wmo_providers = 10;
  p.inhabitants = 33000;
  p.villages = {{"Zuidlaren", "9471", 5},   {"Vries", "9481", 4},       {"Eelde", "9761", 4},
                {"Paterswolde", "9765", 3}, {"Eelderwolde", "9766", 2}, {"Zeijen", "9491", 2}};
  p.full_mess = true;
  return p;
}

// A neighbour: fewer years, fewer messages, the same region.
Profile Neighbour(absl::string_view code, absl::string_view name, int percent, int inhabitants, std::vector<Village> villages,
                  Rng* rng) {
  Profile p = Tynaarlo();
  p.code = std::string(code);
  p.id = "gm" + p.code;
  p.name = std::string(name);
  p.first_year = 2017;
  p.january_2017 = Scaled(kF1January2017, percent, percent / 12, rng);
  p.january_2018 = Scaled(kF1January2018, percent, percent / 12, rng);
  // A town twice the size must not mean twice the messages: longer care, fewer changes and fewer reports.
  const bool town = percent > 150;
  p.continuing_percent = town ? 85 : 72;
  p.ending_2018_percent = town ? 20 : 30;
  p.before = 0;
  p.between = Scale(40, town ? 60 : percent);
  p.wmo_clients = Scale(70, town ? 140 : percent);
  p.start_permille = town ? 60 : 330;
  p.stop_permille = town ? 500 : 700;
  p.change_permille = town ? 50 : 230;
  p.withdrawn = 8;
  p.youth_providers = 15;
  p.wmo_providers = 6;
  p.inhabitants = inhabitants;
  p.villages = std::move(villages);
  p.full_mess = false;
  return p;
}

}  // namespace

int Stock::Total() const { return std::accumulate(provisions.begin(), provisions.end(), 0); }

std::vector<Profile> Profiles(uint64_t seed, int size_percent) {
  Rng rng(seed, "profiles");
  std::vector<Profile> all = {
      Tynaarlo(),
      Neighbour("0106", "Assen", 180, 67700,
                {{"Assen", "9401", 6}, {"Assen", "9403", 6}, {"Assen", "9405", 5}, {"Assen", "9407", 5}, {"Loon", "9409", 2}},
                &rng),
      Neighbour("1680", "Aa en Hunze", 80, 25300,
                {{"Gieten", "9461", 4}, {"Rolde", "9451", 4}, {"Annen", "9468", 3}, {"Gasselte", "9462", 3}}, &rng),
      Neighbour("1731", "Midden-Drenthe", 100, 33100,
                {{"Beilen", "9411", 5}, {"Smilde", "9422", 4}, {"Westerbork", "9431", 4}, {"Bovensmilde", "9421", 2}}, &rng),
      Neighbour("1699", "Noordenveld", 92, 32600,
                {{"Roden", "9301", 5}, {"Norg", "9331", 3}, {"Peize", "9321", 3}, {"Veenhuizen", "9341", 2}}, &rng),
  };
  if (size_percent == 100) return all;
  for (Profile& p : all) {
    p.january_2017 = Scaled(p.january_2017, size_percent, 0, &rng);
    p.january_2018 = Scaled(p.january_2018, size_percent, 0, &rng);
    for (int* n : {&p.before, &p.between, &p.wmo_clients}) *n = *n == 0 ? 0 : Scale(*n, size_percent);
  }
  return all;
}

std::vector<Product> Products() {
  // Codes follow the national pattern (domain-standards 2.4); the division into levels and every price is invented, the
  // prices of 2017 and 2018 being those of fixture F1.
  constexpr std::array<Cents, 3> k4 = {19500, 20000, 20500}, k5 = {39000, 40000, 43500}, k6 = {63500, 65200, 70700},
                                 k7 = {94000, 96100, 105000}, k8 = {365000, 370400, 370400};
  return {
      {Law::kYouth, "45", "45A04", "Ambulante begeleiding licht", 4, "84", "4", k4},
      {Law::kYouth, "50", "50A04", "Resultaat meedoen, licht", 4, "84", "4", k4},
      {Law::kYouth, "45", "45A05", "Ambulante begeleiding midden", 5, "84", "4", k5},
      {Law::kYouth, "50", "50A05", "Resultaat gezond opgroeien, enkelvoudig", 5, "84", "4", k5},
      {Law::kYouth, "45", "45A06", "Ambulante behandeling", 6, "84", "4", k6},
      {Law::kYouth, "50", "50A06", "Resultaat gezond opgroeien, meervoudig", 6, "84", "4", k6},
      {Law::kYouth, "41", "41A07", "Dagbehandeling", 7, "84", "4", k7},
      {Law::kYouth, "50", "50A07", "Resultaat intensief in gezin en netwerk", 7, "84", "4", k7},
      {Law::kYouth, "43", "43A08", "Verblijf met behandeling", 8, "84", "4", k8},
      {Law::kYouth, "44", "44A08", "Gezinshuis", 8, "84", "4", k8},
      {Law::kWmo, "01", "01A03", "Hulp bij het huishouden", 0, "04", "2", {2550, 2610, 2680}},
      {Law::kWmo, "02", "02A10", "Begeleiding individueel", 0, "04", "2", {5040, 5160, 5290}},
      {Law::kWmo, "07", "07A12", "Dagbesteding", 0, "16", "2", {3240, 3300, 3375}},
      {Law::kWmo, "04", "04A01", "Kortdurend verblijf", 0, "14", "4", {12900, 13200, 13500}},
      {Law::kWmo, "12", "12A11", "Vervoervoorziening, huur per maand", 0, "84", "4", {6100, 6200, 6350}},
      {Law::kWmo, "15", "15A01", "Beschermd wonen, per maand", 0, "82", "4", {371000, 378000, 386500}},
  };
}

std::vector<Provider> Providers(const Profile& profile) {
  // Five large ones hold 45 percent of the youth care (T-19); "Esrank" sees complex problems more often than the others.
  struct Row {
    absl::string_view name;
    int weight;
    int upcoding;
  };
  constexpr Row kYouthRows[] = {
      {"Stichting Esrank", 120, 60},        {"Jeugdzorg Molenkolk", 100, 0},   {"Kolverdal Groep", 90, 0},
      {"Zorgkring Hondsvoort", 80, 0},      {"De Zwaluwbrug", 60, 0},          {"Praktijk Haverkolk", 55, 0},
      {"Gezinshuis Lindeschans", 52, 0},    {"Kinderpraktijk Wederik", 48, 0}, {"Zorgboerderij Duinroot", 45, 0},
      {"Ambulant Plus Zilverberk", 44, 25}, {"Stichting Kruisbes", 42, 0},     {"Begeleiding Vossenveen", 40, 0},
      {"Praktijk Ganzerik", 38, 0},         {"Jeugdteam Rietwende", 36, 0},    {"Huize Sterrenbos", 34, 0},
      {"Coaching Appelvink", 32, 0},        {"De Nieuwe Gaarde", 28, 0},       {"Speltherapie Hazelmuis", 24, 0},
      {"Zorgpunt Meidoorn", 20, 40},        {"Thuisbasis Grutto", 12, 0}};
  constexpr Row kWmoRows[] = {{"Thuiszorg Elzenhaag", 200, 0},     {"Huishoudhulp Heldersop", 180, 0},
                              {"Kolverdal Wonen", 110, 0},         {"Dagcentrum Roggeveld", 100, 0},
                              {"Zorggroep Paardekastanje", 90, 0}, {"Vervoershulp Tandem", 80, 0},
                              {"Logeerhuis Wollegras", 60, 0},     {"Begeleiding Veenpluis", 60, 0},
                              {"Woonvorm Zonnedauw", 50, 0},       {"Thuishulp Bereklauw", 40, 0}};
  std::vector<Provider> providers;
  int serial = 0;
  const auto add = [&](absl::Span<const Row> rows, Law law, int limit) {
    for (int i = 0; i < static_cast<int>(rows.size()); ++i) {
      // Invented codes: no kind of care has 98.
      const std::string agb = std::to_string(98000017 + 13 * serial++);
      if (i >= limit) continue;
      Provider p;
      p.agb = agb;
      p.name = std::string(rows[static_cast<size_t>(i)].name);
      p.law = law;
      p.weight = rows[static_cast<size_t>(i)].weight;
      p.upcoding = rows[static_cast<size_t>(i)].upcoding;
      p.reports_care = i % 4 != 3;
      p.quarterly = law == Law::kYouth ? i >= 9 : i >= 4;
      p.in_minutes = law == Law::kWmo && i % 3 == 1;
      p.tariff_percent = law == Law::kWmo && i == 2 ? 103 : 100;
      providers.push_back(std::move(p));
    }
  };
  add(kYouthRows, Law::kYouth, profile.youth_providers);
  add(kWmoRows, Law::kWmo, profile.wmo_providers);
  return providers;
}

Cents Model::TariffOf(int product, int provider, Day day) const {
  const int year = std::clamp(YearOf(MonthOf(day)), 2016, 2018);
  return MulDiv(products[static_cast<size_t>(product)].tariff[static_cast<size_t>(year - 2016)],
                providers[static_cast<size_t>(provider)].tariff_percent, 100);
}

const Address& Model::AddressOn(const Person& person, Day day) const {
  const std::vector<Address>& addresses = households[static_cast<size_t>(person.household)].addresses;
  size_t i = addresses.size() - 1;
  while (i > 0 && addresses[i].from > day) --i;
  return addresses[i];
}

Day WorkdayBefore(Day day) { return day - std::max(0, Weekday(day) - 4); }

Model Build(const Profile& profile, uint64_t seed) {
  Model model;
  model.profile = profile;
  model.products = Products();
  model.providers = Providers(profile);
  AddProvisions(seed, &model);
  AddPeople(seed, &model);
  AddCareMessages(seed, &model);
  AddClaims(seed, &model);
  return model;
}

}  // namespace nmd::demo
