// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_LINKING_ENGINE_TESTING_POPULATION_H_
#define NMD_SERVICES_LINKING_ENGINE_TESTING_POPULATION_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "services/core/codes.h"
#include "services/linking/engine/fold.h"

// An invented population for tests and benchmarks: households that share surname and address, twins, children called after a
// parent, partners' names, moves; each person written down by one to five sources, with missing, mistyped and swapped numbers,
// typing errors, initials and call names. Nobody in it exists. The same seed gives the same population on every machine.
namespace nmd::linking::engine::testing {

struct MadeUp {
  std::string id, person;  // Of the record; who it really is.
  std::string number, given, family, birth, sex, postcode, house;
};

class Population {
 public:
  // `first_bsn`: numbers are the valid ones from here on.
  Population(uint64_t seed, uint32_t first_bsn) : seed_(seed), next_bsn_(first_bsn) {}

  // Calls `record` until exactly `records` were made.
  void Make(uint32_t records, const std::function<void(const MadeUp&)>& record) {
    uint32_t made = 0;
    while (made < records) Household(records, made, record);
  }

 private:
  struct Person {
    std::string number, given, second, family, partner, postcode;
    int year = 0, month = 0, day = 0;
    bool female = false;
    uint32_t house = 0;
  };

  uint64_t Draw() { return Mix(seed_, ++draws_); }
  uint32_t Below(uint32_t n) { return static_cast<uint32_t>((Draw() >> 32) * n >> 32); }
  bool Chance(double p) { return static_cast<double>(Draw() >> 11) * 0x1p-53 < p; }
  // The smaller the more frequent, roughly as names are.
  uint32_t Skewed(uint32_t n) {
    const double u = static_cast<double>(Draw() >> 11) * 0x1p-53;
    return static_cast<uint32_t>(u * u * u * n);
  }

  std::string Bsn() {
    for (;; ++next_bsn_) {
      const std::string text = absl::StrFormat("%09d", next_bsn_);
      if (IsValidBsn(text)) {
        ++next_bsn_;
        return text;
      }
    }
  }
  std::string Given(bool female) {
    static const std::vector<std::string> kMen = {
        "Johannes", "Jan",   "Cornelis", "Hendrik", "Willem", "Pieter",  "Gerrit", "Petrus", "Thomas", "Daan", "Sem",
        "Lucas",    "Bram",  "Mohamed",  "Ruben",   "Kevin",  "Dennis",  "Jeroen", "Marco",  "Rob",    "Tim",  "Niels",
        "Lars",     "Stijn", "Joris",    "Ahmed",   "Mehmet", "Ibrahim", "Adam",   "Omar",   "Bas",    "Sven", "Koen",
        "Maarten",  "Teun",  "Dirk",     "Klaas",   "Sjoerd", "Tjeerd",  "Wouter", "Floris", "Gijs",   "Pim",  "Luuk"};
    static const std::vector<std::string> kWomen = {
        "Maria", "Johanna", "Anna",   "Cornelia", "Elisabeth", "Hendrika", "Catharina", "Emma",  "Lisa",    "Julia", "Mila",
        "Sara",  "Fatima",  "Linda",  "Chantal",  "Sanne",     "Femke",    "Marloes",   "Eva",   "Lotte",   "Noor",  "Fleur",
        "Tess",  "Yara",    "Amina",  "Zeynep",   "Elif",      "Hanna",    "Roos",      "Iris",  "Nienke",  "Wilma", "Ingrid",
        "Petra", "Jolanda", "Astrid", "Esther",   "Marieke",   "Anouk",    "Daphne",    "Jikke", "Tjitske", "Oda",   "Wies"};
    const auto& names = female ? kWomen : kMen;
    return names[Skewed(static_cast<uint32_t>(names.size()))];
  }
  std::string Family() {
    static const std::vector<std::string> kCommon = {
        "de Jong",  "Jansen",      "de Vries", "van den Berg", "van Dijk", "Bakker",     "Janssen", "Visser",
        "Smit",     "Meijer",      "de Boer",  "Mulder",       "de Groot", "Bos",        "Vos",     "Peters",
        "Hendriks", "van Leeuwen", "Dekker",   "Brouwer",      "Yilmaz",   "El Idrissi", "Nguyen",  "Ramdin"};
    static const std::vector<std::string> kFirst = {"Ooster", "Wester", "Zuider", "Noorder", "Nieuw", "Oud",  "Zwart",  "Wit",
                                                    "Groen",  "Water",  "Veld",   "Bosch",   "Berg",  "Dijk", "Linden", "Eiken",
                                                    "Beuken", "Hoog",   "Laag",   "Steen",   "Zand",  "Klei", "Ven",    "Mole"};
    static const std::vector<std::string> kLast = {"kamp",  "dam",  "hof",   "huis", "man",  "stra",  "ma",    "veld",
                                                   "brink", "wijk", "horst", "loo",  "beek", "meer",  "dijk",  "berg",
                                                   "broek", "zijl", "raam",  "hout", "land", "poort", "stede", "haar"};
    static const std::vector<std::string> kBefore = {"", "", "", "van ", "van der ", "ten ", "de ", "van 't "};
    if (Chance(.35)) return kCommon[Skewed(static_cast<uint32_t>(kCommon.size()))];
    return absl::StrCat(kBefore[Below(8)], kFirst[Below(24)], kLast[Below(24)],
                        Chance(.3) ? std::string(1, "sne"[Below(3)]) : "");
  }
  void Move(Person& person) {
    person.postcode =
        absl::StrFormat("%04d%c%c", 1000 + Below(8999), 'A' + static_cast<char>(Below(18)), 'A' + static_cast<char>(Below(18)));
    if (person.postcode.substr(4) == "SS") person.postcode[5] = 'B';
    person.house = 1 + Skewed(220);
  }
  void Household(uint32_t records, uint32_t& made, const std::function<void(const MadeUp&)>& record) {
    Person parent;
    parent.family = Family();
    Move(parent);
    const uint32_t size = 1 + Skewed(5);
    int last_birth = 0, last_month = 0, last_day = 0;
    std::string named_after;
    for (uint32_t member = 0; member < size && made < records; ++member) {
      Person person = parent;
      person.female = Chance(.5);
      person.given = Given(person.female);
      if (member >= 2 && Chance(.04)) person.given = named_after;  // Called after a parent.
      if (member == 0) named_after = person.given;
      if (Chance(.5)) person.second = Given(person.female);
      person.year = member < 2 ? 1930 + static_cast<int>(Below(75)) : 2000 + static_cast<int>(Below(24));
      person.month = 1 + static_cast<int>(Below(12));
      person.day = 1 + static_cast<int>(Below(28));
      if (member >= 3 && Chance(.03)) {  // Twins.
        person.year = last_birth;
        person.month = last_month;
        person.day = last_day;
      }
      last_birth = person.year;
      last_month = person.month;
      last_day = person.day;
      if (member == 1 && person.female && Chance(.6)) {
        person.partner = parent.family;
        person.family = Family();
      }
      person.number = Bsn();
      const uint32_t sources = Chance(.6) ? 1 : 2 + Skewed(4);
      const std::string truth = absl::StrCat("p", ++persons_);
      const std::string neighbour_number = last_number_;
      last_number_ = person.number;
      for (uint32_t s = 0; s < sources && made < records; ++s) {
        if (s > 0 && Chance(.2)) Move(person);
        record(Written(person, s == 0, truth, neighbour_number));
        ++made;
      }
    }
  }
  std::string Mistyped(std::string text) {
    if (text.size() < 3) return text;
    const auto at = static_cast<size_t>(1 + Below(static_cast<uint32_t>(text.size() - 2)));
    switch (Below(3)) {
      case 0:
        std::swap(text[at], text[at + 1]);
        break;
      case 1:
        text.erase(at, 1);
        break;
      default:
        text[at] = absl::ascii_isdigit(static_cast<unsigned char>(text[at])) ? static_cast<char>('0' + Below(10))
                                                                             : static_cast<char>('a' + Below(26));
    }
    return text;
  }
  MadeUp Written(const Person& person, bool register_of_persons, const std::string& truth,
                 const std::string& neighbour_number) {
    MadeUp r;
    r.id = absl::StrCat("r", ++records_);
    r.person = truth;
    r.number = person.number;
    r.given = person.second.empty() ? person.given : absl::StrCat(person.given, " ", person.second);
    r.family = person.family;
    r.birth = absl::StrFormat("%04d-%02d-%02d", person.year, person.month, person.day);
    r.sex.assign(1, person.female ? 'V' : 'M');
    r.postcode = person.postcode;
    r.house = absl::StrCat(person.house);
    if (!person.partner.empty() && Chance(.4))
      r.family = Chance(.5) ? person.partner : absl::StrCat(person.partner, "-", person.family);
    if (register_of_persons) return r;
    if (Chance(.3)) r.number.clear();
    if (Chance(.01) && !r.number.empty()) r.number = Mistyped(r.number);
    if (Chance(.003) && !neighbour_number.empty()) r.number = neighbour_number;
    if (Chance(.5)) r.given = person.given;
    if (Chance(.08)) r.given = absl::StrCat(person.given.substr(0, 1), ".");
    if (Chance(.04)) r.given = Mistyped(r.given);
    if (Chance(.06)) r.family = Mistyped(r.family);
    if (Chance(.01)) r.birth = absl::StrFormat("%04d-%02d-%02d", person.year, std::min(person.day, 12), person.month);
    if (Chance(.01)) r.birth = absl::StrFormat("%04d-01-01", person.year);
    if (Chance(.02)) r.birth = Mistyped(r.birth);
    if (Chance(.02)) r.birth.clear();
    if (Chance(.02)) r.sex.clear();
    if (Chance(.03)) r.postcode = Mistyped(r.postcode);
    if (Chance(.03)) r.postcode.clear();
    if (Chance(.1)) r.family = absl::AsciiStrToUpper(r.family);
    return r;
  }

  const uint64_t seed_;
  uint64_t draws_ = 0;
  uint32_t next_bsn_;
  uint64_t persons_ = 0, records_ = 0;
  std::string last_number_;
};

}  // namespace nmd::linking::engine::testing

#endif  // NMD_SERVICES_LINKING_ENGINE_TESTING_POPULATION_H_
