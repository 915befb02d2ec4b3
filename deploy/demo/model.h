// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_DEPLOY_DEMO_MODEL_H_
#define NMD_DEPLOY_DEMO_MODEL_H_

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "services/core/date.h"
#include "services/core/money.h"

// The invented municipality behind the demo files: who lives where, what was allocated, what was delivered and declared.
// Everything in it is invented; citizen service numbers come from the official test range (domain-standards 4.1).
//
// Indexes (`person`, `provider`, `product` ...) are positions in the vectors of the Model they belong to. Moments are
// seconds since 1970-01-01 00:00; periods are half-open as everywhere in the project.
namespace nmd::demo {

enum class Law { kYouth, kWmo };

// The levels of intervention that fixture F1 counts: IVN 4 to 8.
inline constexpr int kLevels = 5;
inline constexpr int kFirstLevel = 4;

// What one month must hold exactly: distinct clients and provisions by level.
struct Stock {
  int clients;
  std::array<int, kLevels> provisions;
  int Total() const;
};

// Fixture F1 of the requirements (section 7).
inline constexpr Stock kF1January2017 = {484, {70, 183, 178, 152, 18}};
inline constexpr Stock kF1January2018 = {598, {56, 276, 238, 189, 27}};

// A village: postcode digits and the neighbourhoods in it.
struct Village {
  std::string name;
  std::string postcode_digits;
  int neighbourhoods;
};

// What makes one municipality differ from another.
struct Profile {
  std::string id;    // "gm1730"
  std::string code;  // "1730", as in messages
  std::string name;
  int first_year;  // first year with care
  Stock january_2017;
  Stock january_2018;
  int continuing_percent;              // of the provisions of January 2017 that still run in January 2018
  int ending_2018_percent;             // of the provisions of January 2018 that end in that year
  int before, between;                 // youth provisions that touch neither month: ended in 2016, within 2017
  int wmo_clients;                     // in every month
  int start_permille, stop_permille;   // how many starts and stops a provider reports
  int change_permille;                 // how many provisions are extended, renewed, shortened or changed
  int withdrawn;                       // allocations that were taken back as never meant
  int youth_providers, wmo_providers;  // how many of the region's providers it contracts
  int inhabitants;
  std::vector<Village> villages;
  // Whether the damaged, doubled and contradictory deliveries are added in full (else a few).
  bool full_mess;
};

// The five demo municipalities, at `size_percent` of their natural size. F1 is exact at 100.
std::vector<Profile> Profiles(uint64_t seed, int size_percent);

struct Neighbourhood {
  std::string wijk, buurt;  // "WK173001", "BU17300102"
  int village;
};

struct Address {
  std::string street, postcode, town;
  int house = 0;
  std::string letter, addition;
  int neighbourhood = 0;
  Day from = 0;
  Day until = kOpenEnd;  // exclusive
};

struct Household {
  std::string surname, prefix;
  std::vector<Address> addresses;  // in order of time, without gaps
};

struct Person {
  std::string bsn;
  std::string surname, prefix, given, initials;
  Day birth = 0;
  char sex = '0';  // Geslacht: '1' male, '2' female, '0' unknown
  int household = 0;
  // Begin of the first provision: from then on the person is in the exports.
  Day known_from = kOpenEnd;
};

struct Product {
  Law law;
  std::string category, code, title;
  int level;  // IVN; 0 for the Wmo
  std::string unit, frequency;
  std::array<Cents, 3> tariff;  // per unit in 2016, 2017 and from 2018 on
};

struct Provider {
  std::string agb, name;
  Law law;
  int weight;          // share of new provisions, relative
  int upcoding;        // percent: how much more often than others it gives IVN 6 where IVN 5 is usual
  bool reports_care;   // sends starts and stops
  bool quarterly;      // declares once per quarter
  bool in_minutes;     // declares hours in minutes (IV081)
  int tariff_percent;  // its own tariff, as part of the standard one; 100 for none
};

// One statement about an allocation: the latest `assigned` holds (OP033x1).
struct Version {
  int64_t assigned = 0;
  Day start = 0;
  Day end = kOpenEnd;
  std::string reason;  // RedenWijziging; empty for the first
};

struct Allocation {
  int number = 0;
  int volume = 1;
  std::vector<Version> versions;  // by rising `assigned`
  const Version& Current() const { return versions.back(); }
};

// A chain of allocations of one client for one product at one provider, without a gap.
struct Provision {
  Law law = Law::kYouth;
  int person = 0;
  int provider = 0;
  int product = 0;
  Day start = 0;
  Day end = kOpenEnd;
  std::vector<Allocation> allocations;
  // Taken back with reason 13: never existed, whatever its first version said.
  bool withdrawn = false;
  std::string referrer;  // COD327; empty when nobody registered it
  bool used = true;      // false: the client never came, nothing is started or declared
};

// A line of a start (305) or stop (307) message.
struct CareLine {
  int number = 0;
  Day allocated_from = 0;
  Day begin = 0;
  Day end = 0;              // 307: exclusive
  std::string stop_reason;  // 307
  char status = '1';
};

struct CareMessage {
  Law law = Law::kYouth;
  bool stop = false;
  int person = 0;
  int provider = 0;
  int product = 0;
  Day dated = 0;
  int64_t received = 0;
  std::vector<CareLine> lines;
};

struct ClaimLine {
  int provision = 0;
  int number = 0;  // ToewijzingNummer
  std::string reference;
  std::string previous;  // reference of the debit this line takes back; empty for a debit
  Period period;
  int64_t volume = 0;
  std::string unit;
  Cents tariff = 0;
  Cents amount = 0;         // without sign
  std::string reject_code;  // retour code of the answer; empty when granted
  Cents Signed() const { return previous.empty() ? amount : -amount; }
};

struct Claim {
  Law law = Law::kYouth;
  int provider = 0;
  std::string number;   // DeclaratieNummer
  std::string message;  // Identificatie of the 323
  Month month = 0;
  Day dated = 0;
  int64_t received = 0;
  std::vector<ClaimLine> lines;  // sorted by person; credits before debits
  std::string reject_code;       // the whole declaration; empty when it was processed
  int64_t answered = 0;          // moment of the 325; 0 when there is no answer
  Cents Total() const;
  Cents Granted() const;
};

struct Model {
  Profile profile;
  std::vector<Neighbourhood> neighbourhoods;
  std::vector<Household> households;
  std::vector<Person> persons;
  std::vector<Product> products;
  std::vector<Provider> providers;
  std::vector<Provision> provisions;
  std::vector<CareMessage> care;
  std::vector<Claim> claims;

  const Address& AddressOn(const Person& person, Day day) const;
  // Price of one unit at this provider on this day.
  Cents TariffOf(int product, int provider, Day day) const;
};

// Builds the municipality. Deterministic in profile and seed. Cost: a fraction of a second.
Model Build(const Profile& profile, uint64_t seed);

// Stages of Build, in this order; each uses only what the earlier ones made.
std::vector<Product> Products();
std::vector<Provider> Providers(const Profile& profile);
void AddProvisions(uint64_t seed, Model* model);
void AddPeople(uint64_t seed, Model* model);
void AddCareMessages(uint64_t seed, Model* model);
void AddClaims(uint64_t seed, Model* model);

// The numbers of the official test range that pass the 11-test, ascending.
std::vector<std::string> TestBsns();

// A working day on or before `day` (Saturday and Sunday are none).
Day WorkdayBefore(Day day);
// `count` working days after `day`.
Day WorkdaysAfter(Day day, int count);

}  // namespace nmd::demo

#endif  // NMD_DEPLOY_DEMO_MODEL_H_
