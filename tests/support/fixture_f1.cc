// SPDX-License-Identifier: EUPL-1.2
#include "tests/support/fixture_f1.h"

#include <array>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "tests/support/facts.h"

namespace nmd::testing {
namespace {

using ingestion::v1::Fact;

struct Level {
  const char* ivn;
  const char* product;
  int before, after;                  // Provisions in January 2017 and 2018.
  int64_t cents_before, cents_after;  // Price per month.
};
constexpr std::array<Level, 5> kLevels = {{{"4", "45A01", 70, 56, 20'000, 20'500},
                                           {"5", "45A04", 183, 276, 40'000, 43'500},
                                           {"6", "45A05", 178, 238, 65'200, 70'700},
                                           {"7", "41A03", 152, 189, 96'100, 105'000},
                                           {"8", "43A06", 18, 27, 370'400, 370'400}}};
constexpr std::array<const char*, 3> kProviders = {"99000001", "99000002", "99000003"};
constexpr int kClientsBefore = 484;
constexpr int kClientsAfter = 598;

std::string PersonKey(int client) { return absl::StrFormat("f1-person-%04d", client); }

// Provisions in order of level, dealt out: one to every client, then a second to the first so many, then a third.
void AddYear(int year, int clients, int seconds, std::vector<Fact>* facts) {
  int dealt = 0;
  for (const Level& level : kLevels) {
    for (int i = 0; i < (year == 2017 ? level.before : level.after); ++i, ++dealt) {
      const int turn = dealt < clients ? 0 : dealt < clients + seconds ? 1 : 2;
      const int client = turn == 0 ? dealt : turn == 1 ? dealt - clients : dealt - clients - seconds;
      AllocationSpec spec;
      spec.person = PersonKey(client);
      spec.number = year * 10'000 + dealt;
      spec.product = level.product;
      spec.first = absl::StrCat(year, "-01-01");
      spec.last = absl::StrCat(year, "-12-31");
      spec.provider = kProviders[static_cast<size_t>(client + turn) % kProviders.size()];
      spec.assigned = absl::StrCat(year - 1, "-12-15");
      facts->push_back(AllocationOf(spec));
    }
  }
}

}  // namespace

std::vector<ingestion::v1::FactBatch> FixtureF1() {
  std::vector<Fact> prices, allocations, people;
  for (const Level& level : kLevels) {
    prices.push_back(LevelOf(level.product, level.ivn));
    prices.push_back(TariffOf(level.product, level.cents_before, "2017-01-01"));
    prices.push_back(TariffOf(level.product, level.cents_after, "2018-01-01"));
  }
  for (size_t p = 0; p < kProviders.size(); ++p) {
    Fact fact;
    fact.mutable_contract()->set_contract(absl::StrCat("f1-", p));
    fact.mutable_contract()->set_law(ingestion::v1::YOUTH);
    fact.mutable_contract()->set_provider(kProviders[p]);
    fact.mutable_contract()->set_provider_name(absl::StrCat("Aanbieder ", std::string(1, static_cast<char>('A' + p))));
    fact.mutable_contract()->set_start_day(On("2017-01-01"));
    prices.push_back(std::move(fact));
  }
  AddYear(2017, kClientsBefore, 100, &allocations);
  AddYear(2018, kClientsAfter, 150, &allocations);
  for (int client = 0; client < kClientsAfter; ++client) {
    Fact traits;
    traits.mutable_person()->set_person_key(PersonKey(client));
    traits.mutable_person()->set_birth_day(DayOf(2000 + client % 15, 1 + client % 12, 1 + client % 28));
    traits.mutable_person()->set_sex(client % 2 == 0 ? "1" : "2");
    people.push_back(std::move(traits));
    Fact residence;
    residence.mutable_residence()->set_person_key(PersonKey(client));
    residence.mutable_residence()->set_start_day(On("2015-01-01"));
    residence.mutable_residence()->set_wijk(absl::StrCat("WK17300", 1 + client % 4));
    residence.mutable_residence()->set_buurt(absl::StrCat("BU17300", 1 + client % 4, "0", client % 3));
    people.push_back(std::move(residence));
  }
  const absl::Time known = At("2018-02-01");
  return {BatchOf(1, known, std::move(prices), "tarieven"), BatchOf(2, known, std::move(allocations), "jw301"),
          BatchOf(3, known, std::move(people), "personen")};
}

std::vector<linking::v1::Link> FixtureF1Links() {
  std::vector<linking::v1::Link> links;
  for (int client = 0; client < kClientsAfter; ++client) {
    links.push_back(LinkOf(client + 1, PersonKey(client), absl::StrFormat("c%020x", 7919 * (client + 1)), At("2018-02-01")));
  }
  return links;
}

}  // namespace nmd::testing
