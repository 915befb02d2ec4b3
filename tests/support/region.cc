// SPDX-License-Identifier: EUPL-1.2
#include "tests/support/region.h"

#include <algorithm>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "tests/support/facts.h"

namespace nmd::testing {
namespace {

using ingestion::v1::Fact;
using ingestion::v1::FactBatch;

// As long as a real key.
std::string PersonOf(int client) {
  return absl::StrFormat("person-%08d-%08x", client, static_cast<uint32_t>(client) * 0x9e3779b1u);
}
std::string ClientOf(int client) {
  return absl::StrFormat("client-%08x-%08d", static_cast<uint32_t>(client) * 0x85ebca6bu, client);
}
std::string ProviderOf(int provider) { return absl::StrFormat("99%06d", provider); }
std::string ProductOf(int product) { return absl::StrFormat("%02dA%02d", 41 + product % 15, product); }

struct Allocated {
  int client, provider, product;
  Month first, end;  // Whole months, but for the days.
  Day start_day, end_day;
  int64_t number;
  int volume;
};

absl::Time KnownIn(Month month, int day) { return absl::FromUnixSeconds((int64_t{FirstDay(month)} + day - 1) * 86'400); }

class Region {
 public:
  explicit Region(const RegionSpec& spec) : spec_(spec), random_(spec.seed) {
    first_ = MonthOf(spec.first_year, 1);
    end_ = first_ + 12 * spec.years;
    for (int client = 0; client < spec.clients; ++client) Provide(client);
    std::stable_sort(all_.begin(), all_.end(), [](const Allocated& a, const Allocated& b) { return a.first < b.first; });
  }

  void Deliver(const std::function<void(FactBatch)>& visit) {
    visit(Batch("registers", KnownIn(first_, 1), Registers()));
    size_t next = 0;
    std::vector<std::vector<const Allocated*>> running(static_cast<size_t>(spec_.providers));
    for (Month month = first_; month < end_; ++month) {
      std::vector<std::vector<Fact>> allocations(running.size());
      for (; next < all_.size() && all_[next].first == month; ++next) {
        const auto provider = static_cast<size_t>(all_[next].provider);
        allocations[provider].push_back(AllocationFact(all_[next]));
        running[provider].push_back(&all_[next]);
      }
      for (size_t provider = 0; provider < running.size(); ++provider) {
        auto& own = running[provider];
        if (!allocations[provider].empty()) {
          visit(Batch("jw301", KnownIn(month + 1, 2), std::move(allocations[provider])));
        }
        own.erase(std::remove_if(own.begin(), own.end(), [month](const Allocated* a) { return a->end <= month; }), own.end());
        if (own.empty()) continue;
        std::vector<std::string> rejected;
        visit(Batch("jw323", KnownIn(month + 1, 10), {Claim(static_cast<int>(provider), month, own, &rejected)}));
        Fact answer = AnswerOf(absl::StrCat("D", month), rejected, false, ProviderOf(static_cast<int>(provider)));
        visit(Batch("jw325", KnownIn(month + 1, 20), {std::move(answer)}));
      }
    }
  }

 private:
  int Pick(int n) { return static_cast<int>(random_() % static_cast<uint32_t>(n)); }

  void Provide(int client) {
    for (int left = 1 + Pick(3); left > 0; --left) {
      Allocated one;
      one.client = client;
      one.provider = std::min(Pick(spec_.providers), Pick(spec_.providers));  // Some providers are large.
      one.product = Pick(spec_.products);
      one.volume = 1 + Pick(9);
      one.first = first_ + Pick(12 * spec_.years);
      // An allocation of up to two years; now and then it is extended, or has no end.
      for (int turn = 0; turn < 2 && one.first < end_; ++turn) {
        const bool open = Pick(40) == 0;
        one.end = open ? end_ : std::min(one.first + 1 + Pick(24), end_);
        one.start_day = FirstDay(one.first) + (turn == 0 ? Pick(20) : 0);
        one.end_day = open ? 0 : FirstDay(one.end);
        one.number = ++numbers_;
        all_.push_back(one);
        one.first = one.end;
        if (open || Pick(4) != 0) break;
      }
    }
  }

  FactBatch Batch(const std::string& source, absl::Time known, std::vector<Fact> facts) {
    FactBatch batch = BatchOf(++sequence_, known, std::move(facts), source);
    batch.set_delivery(absl::StrFormat("%032x%032x", sequence_, sequence_));  // As long as a SHA-256.
    batch.mutable_message()->set_identification(absl::StrCat("M", sequence_));
    return batch;
  }

  std::vector<Fact> Registers() {
    std::vector<Fact> facts;
    for (int product = 0; product < spec_.products; ++product) {
      const std::string code = ProductOf(product);
      for (int year = 0; year < spec_.years; ++year) {
        facts.push_back(TariffOf(code, 4'000 + 150 * product + 100 * year, FormatDay(DayOf(spec_.first_year + year, 1, 1))));
      }
      facts.push_back(LevelOf(code, std::to_string(1 + product % 8), FormatDay(FirstDay(first_))));
    }
    for (int client = 0; client < spec_.clients; ++client) {
      Fact traits;
      traits.mutable_person()->set_person_key(PersonOf(client));
      traits.mutable_person()->set_birth_day(DayOf(spec_.first_year - 17 + Pick(25), 1 + Pick(12), 1 + Pick(28)));
      traits.mutable_person()->set_sex(std::to_string(1 + Pick(2)));
      facts.push_back(std::move(traits));
      Fact residence;
      const int buurt = Pick(100);
      residence.mutable_residence()->set_person_key(PersonOf(client));
      residence.mutable_residence()->set_start_day(FirstDay(first_) - 1 - Pick(2'000));
      residence.mutable_residence()->set_wijk(absl::StrFormat("WK1730%02d", buurt / 5));
      residence.mutable_residence()->set_buurt(absl::StrFormat("BU1730%04d", buurt));
      facts.push_back(std::move(residence));
      Fact referral;
      referral.mutable_referral()->set_person_key(PersonOf(client));
      referral.mutable_referral()->set_law(ingestion::v1::YOUTH);
      referral.mutable_referral()->set_referrer(absl::StrFormat("%02d", 1 + Pick(8)));
      referral.mutable_referral()->set_start_day(FirstDay(first_) + Pick(365 * spec_.years));
      facts.push_back(std::move(referral));
    }
    return facts;
  }

  Fact AllocationFact(const Allocated& a) {
    AllocationSpec spec;
    spec.person = PersonOf(a.client);
    spec.number = a.number;
    spec.product = ProductOf(a.product);
    spec.first = FormatDay(a.start_day);
    if (a.end_day != 0) spec.last = FormatDay(a.end_day - 1);
    spec.provider = ProviderOf(a.provider);
    spec.volume = a.volume;
    spec.assigned = FormatDay(a.start_day - 10);
    return AllocationOf(spec);
  }

  // A line per provision; a few are taken back and declared again, and a few are rejected.
  Fact Claim(int provider, Month month, const std::vector<const Allocated*>& own, std::vector<std::string>* rejected) {
    std::vector<ClaimLineSpec> lines;
    for (const Allocated* a : own) {
      ClaimLineSpec line;
      line.reference = absl::StrFormat("DR%09d", ++references_);
      line.person = PersonOf(a->client);
      line.allocation = a->number;
      line.product = ProductOf(a->product);
      line.first = FormatDay(std::max(a->start_day, FirstDay(month)));
      line.amount_cents = 1'000 + Pick(300'000);
      lines.push_back(line);
      if (Pick(50) == 0) rejected->push_back(line.reference);
      if (Pick(50) != 0) continue;
      ClaimLineSpec credit = line;
      credit.reference = absl::StrFormat("DR%09d", ++references_);
      credit.previous = line.reference;
      credit.amount_cents = -line.amount_cents;
      lines.push_back(credit);
      line.reference = absl::StrFormat("DR%09d", ++references_);
      line.amount_cents = 1'000 + Pick(300'000);
      lines.push_back(line);
    }
    return ClaimOf(absl::StrCat("D", month), lines, ProviderOf(provider));
  }

  const RegionSpec spec_;
  std::mt19937 random_;
  Month first_, end_;
  std::vector<Allocated> all_;  // In order of first month.
  int64_t numbers_ = 0, references_ = 0, sequence_ = 0;
};

}  // namespace

void EachDelivery(const RegionSpec& spec, const std::function<void(FactBatch)>& visit) { Region(spec).Deliver(visit); }

void EachLink(const RegionSpec& spec, const std::function<void(linking::v1::Link, linking::v1::HouseholdStay)>& visit) {
  const absl::Time known = KnownIn(MonthOf(spec.first_year, 1), 1);
  for (int client = 0; client < spec.clients; ++client) {
    linking::v1::HouseholdStay stay;
    stay.set_sequence(2 * client + 2);
    stay.set_client(ClientOf(client));
    stay.set_household(absl::StrFormat("household-%08d", client / 2));
    stay.set_start_day(DayOf(spec.first_year - 1, 1, 1));
    stay.mutable_known_time()->set_seconds(absl::ToUnixSeconds(known));
    stay.set_revision(1);
    visit(LinkOf(2 * client + 1, PersonOf(client), ClientOf(client), known,
                 client % 10 == 0 ? linking::v1::ALONE : linking::v1::EXACT_BSN),
          std::move(stay));
  }
}

}  // namespace nmd::testing
