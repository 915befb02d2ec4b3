// SPDX-License-Identifier: EUPL-1.2
// Invented inhabitants: names put together from syllables, households with brothers, sisters and parents, addresses.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "deploy/demo/model.h"
#include "deploy/demo/rng.h"
#include "services/core/codes.h"

namespace nmd::demo {
namespace {

using Words = std::vector<std::string>;

size_t At(int i) { return static_cast<size_t>(i); }

std::string Surname(Rng* rng) {
  static const Words kHeads = {"Aalder",   "Bels",   "Bronk",  "Dalser", "Ekels",  "Fokker", "Geertse", "Haver",
                               "Ijzer",    "Jonser", "Kamper", "Lamme",  "Meerse", "Oelen",  "Pulser",  "Rensel",
                               "Schipper", "Tonker", "Uffel",  "Wolter", "Zwier",  "Heeze",  "Klaver",  "Rozel",
                               "Sterner",  "Wieder", "Ganze",  "Quist",  "Vlasse", "Drosse"};
  static const Words kTails = {"brink",  "dijkstra", "hoven",   "huizing", "inga",    "kamp",  "laarman",
                               "meijer", "mansma",   "oort",    "stra",    "veenhof", "voort", "woldman",
                               "zijlma", "horst",    "inkveld", "esch",    "heuvel",  "berge"};
  std::string name = rng->Pick(kHeads);
  return name += rng->Pick(kTails);
}

std::string Prefix(Rng* rng) {
  static const Words kPrefixes = {"van", "de", "van der", "van den", "ten"};
  return rng->Chance(220) ? rng->Pick(kPrefixes) : "";
}

std::string GivenName(char sex, Rng* rng) {
  static const Words kGirls = {"Noor", "Zoë",  "Fenna", "Jildou", "Roos",    "Marit", "Anouk", "Hiske",  "Lotte", "Eva",
                               "Yara", "Inez", "Femke", "Sanne",  "Wietske", "Tess",  "Loïs",  "Aaltje", "Mila",  "Daphne"};
  static const Words kBoys = {"Daniël", "Bram",  "Jelle", "Sjoerd", "Tijn",    "Ruben",   "Wessel",
                              "Hidde",  "Joris", "Koen",  "Mats",   "Noah",    "Olivier", "Pelle",
                              "Sietse", "Thijs", "Vince", "Xander", "Yannick", "Berend"};
  return rng->Pick(sex == '2' ? kGirls : kBoys);
}

Address NewAddress(const Model& model, int neighbourhood, Rng* rng) {
  static const Words kHeads = {"Hulst",  "Berken",  "Esdoorn",   "Vlier",    "Kersen", "Wilgen", "Iepen",
                               "Beuken", "Lijster", "Merel",     "Kieviten", "Wulpen", "Reiger", "Spreeuwen",
                               "Turf",   "Heide",   "Zandloper", "Brem",     "Gagel",  "Bunzing"};
  static const Words kTails = {"weg", "laan", "straat", "pad", "hof", "kamp", "dreef", "akker", "es", "wijk"};
  static const std::string kLetters = "ABCDEGHJKLMNPRTVWXZ";
  const Neighbourhood& place = model.neighbourhoods[At(neighbourhood)];
  const Village& village = model.profile.villages[At(place.village)];
  Address a;
  a.neighbourhood = neighbourhood;
  a.town = village.name;
  a.street = rng->Pick(kHeads);
  a.street += rng->Pick(kTails);
  // No S and no F, I, O, Q, U, Y: letters that postcodes avoid.
  a.postcode = village.postcode_digits;
  for (int i = 0; i < 2; ++i) a.postcode += kLetters[At(rng->Below(static_cast<int>(kLetters.size())))];
  a.house = rng->Between(1, 240);
  if (rng->Chance(80)) a.letter = std::string(1, static_cast<char>('A' + rng->Below(4)));
  if (rng->Chance(30)) a.addition = absl::StrCat(rng->Between(1, 9));
  return a;
}

void AddNeighbourhoods(Model* model) {
  int wijk = 0;
  for (size_t v = 0; v < model->profile.villages.size(); ++v) {
    for (int buurt = 0; buurt < model->profile.villages[v].neighbourhoods; ++buurt) {
      model->neighbourhoods.push_back({absl::StrFormat("WK%s%02d", model->profile.code, wijk),
                                       absl::StrFormat("BU%s%02d%02d", model->profile.code, wijk, buurt), static_cast<int>(v)});
    }
    ++wijk;
  }
}

}  // namespace

std::vector<std::string> TestBsns() {
  std::vector<std::string> valid;
  for (int number = 999900006; number <= 999999990; ++number) {
    std::string bsn = std::to_string(number);
    if (IsValidBsn(bsn)) valid.push_back(std::move(bsn));
  }
  return valid;
}

void AddPeople(uint64_t seed, Model* model) {
  Rng rng(seed, model->profile.id + "/people");
  AddNeighbourhoods(model);
  std::vector<std::string> bsns = TestBsns();
  rng.Shuffle(&bsns);

  std::vector<bool> adult(model->persons.size(), false);
  for (const Provision& p : model->provisions) adult[At(p.person)] = p.law == Law::kWmo;

  for (size_t i = 0; i < model->persons.size(); ++i) {
    Person& person = model->persons[i];
    person.bsn = bsns[i];
    person.sex = rng.Chance(4) ? '0' : rng.Chance(500) ? '1' : '2';
    const int age = !adult[i] ? rng.Between(1, 16) : rng.Chance(350) ? rng.Between(19, 64) : rng.Between(65, 96);
    person.birth = person.known_from - 365 * age - age / 4 - rng.Below(365);
    person.given = GivenName(person.sex, &rng);
    // Initials are ASCII here: the first letter without its accent is the first byte for every name in the lists.
    person.initials = person.given.substr(0, 1);
    if (rng.Chance(300)) person.initials += static_cast<char>('A' + rng.Below(20));

    // A brother or sister of an earlier child, a parent in the house of a child, or a household of one's own.
    const int n = static_cast<int>(model->households.size());
    const bool joins = n > 0 && (adult[i] ? age < 60 && rng.Chance(250) : rng.Chance(300));
    if (joins) {
      person.household = rng.Below(n);
    } else {
      person.household = n;
      Household house;
      house.surname = Surname(&rng);
      house.prefix = Prefix(&rng);
      Address first = NewAddress(*model, rng.Below(static_cast<int>(model->neighbourhoods.size())), &rng);
      first.from = DayOf(2006, 1, 1) + rng.Below(9 * 365);
      house.addresses.push_back(first);
      if (rng.Chance(70)) {  // moved within the municipality
        Address next = NewAddress(*model, rng.Below(static_cast<int>(model->neighbourhoods.size())), &rng);
        const int year = rng.Between(model->profile.first_year, 2018);
        next.from = DayOf(year, 2, 1) + rng.Below(300);
        house.addresses.back().until = next.from;
        house.addresses.push_back(next);
      }
      model->households.push_back(std::move(house));
    }
    const Household& house = model->households[At(person.household)];
    // One child in ten of a shared house has a name of its own.
    const bool own_name = joins && rng.Chance(100);
    person.surname = own_name ? Surname(&rng) : house.surname;
    person.prefix = own_name ? Prefix(&rng) : house.prefix;
  }
}

}  // namespace nmd::demo
