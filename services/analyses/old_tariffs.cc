// SPDX-License-Identifier: EUPL-1.2
#include "services/analyses/old_tariffs.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "services/analyses/dice.h"
#include "services/analyses/regression.h"
#include "services/costs/amounts.h"

namespace nmd::analyses {
namespace {

using costs::AllocationFact;
using costs::Course;
using costs::Word;

constexpr int64_t kMostThousandths = 100'000'000'000'000;

// Exact; rounded half away from zero once.
Cents PriceOf(int64_t thousandths, const costs::TariffBook::Price& price, int64_t part = 1, int64_t whole = 1) {
  return MulDiv(price.cents, thousandths * price.times * part, price.per * 1'000 * whole);
}

class Comparer {
 public:
  Comparer(const costs::CareBook& book, const TariffQuestion& question) : book_(book), question_(question) {}

  TariffAnswer Compare(const std::vector<uint32_t>& courses) {
    const nmd::Period window = {FirstDay(question_.from), FirstDay(question_.until)};
    // Courses are in order of client.
    std::vector<std::pair<uint32_t, std::vector<uint32_t>>> clients;
    for (const uint32_t c : courses) {
      const Course& course = book_.courses[c];
      if (!course.indicated.Overlaps(window)) continue;
      if (clients.empty() || clients.back().first != course.client) clients.push_back({course.client, {}});
      clients.back().second.push_back(c);
    }
    TariffAnswer answer;
    answer.clients = static_cast<int64_t>(clients.size());
    if (question_.sample_size > 0 && question_.sample_size < clients.size()) Sample(&clients);
    answer.sampled = static_cast<int64_t>(clients.size());
    if (question_.delivered) IndexQuantities(clients);
    std::vector<double> costs, approved;
    for (const auto& [client, theirs] : clients) {
      TariffSums sums;
      for (const uint32_t c : theirs) sums.Add(OfCourse(c));
      answer.total.Add(sums);
      costs.push_back((static_cast<double>(sums.lower()) + static_cast<double>(sums.upper())) / 2);
      approved.push_back(static_cast<double>(sums.approved));
    }
    for (auto& [key, product] : products_) answer.products.push_back(product);
    answer.cost = EstimateSum(costs, answer.clients);
    answer.approved = EstimateSum(approved, answer.clients);
    return answer;
  }

 private:
  // The first n of a shuffle, in their own order.
  void Sample(std::vector<std::pair<uint32_t, std::vector<uint32_t>>>* clients) const {
    Dice dice(question_.seed);
    for (size_t i = 0; i < question_.sample_size; ++i) {
      std::swap((*clients)[i], (*clients)[i + dice.Below(clients->size() - i)]);
    }
    clients->resize(question_.sample_size);
    std::sort(clients->begin(), clients->end());
  }

  void IndexQuantities(const std::vector<std::pair<uint32_t, std::vector<uint32_t>>>& clients) {
    absl::flat_hash_map<uint32_t, const std::vector<uint32_t>*> courses_of;
    for (const auto& [client, courses] : clients) courses_of.emplace(client, &courses);
    const nmd::Period window = {FirstDay(question_.from), FirstDay(question_.until)};
    for (const costs::CareQuantity& quantity : book_.quantities) {
      if (!quantity.fact.period.Overlaps(window) || quantity.fact.period.end == kOpenEnd) continue;
      uint32_t course = quantity.course;
      if (course == costs::kNowhere && quantity.client != costs::kNowhere) {
        // Without an allocation number: the care of that client, product and provider on its first day.
        const auto at = courses_of.find(quantity.client);
        if (at == courses_of.end()) continue;
        for (const uint32_t c : *at->second) {
          const Course& theirs = book_.courses[c];
          if (theirs.law == quantity.fact.law && theirs.product == quantity.fact.product &&
              theirs.provider == quantity.fact.provider && theirs.indicated.Overlaps(quantity.fact.period)) {
            course = c;
            break;
          }
        }
      }
      if (course != costs::kNowhere) quantities_[course].push_back(&quantity.fact);
    }
  }

  // The product of the day of the tariffs; null when nobody tells, or several are told.
  Word PredecessorOf(uint8_t law, Word product) const {
    // A chain is no longer than there are links in it.
    for (size_t step = 0; step <= book_.successions.size(); ++step) {
      std::set<Word> earlier;
      for (const costs::SuccessionFact& succession : book_.successions) {
        if (succession.law == law && succession.product == product && succession.start > question_.tariff_day) {
          earlier.insert(succession.predecessor);
        }
      }
      if (earlier.empty()) return product;
      if (earlier.size() > 1 || (*earlier.begin())->empty()) return nullptr;
      product = *earlier.begin();
    }
    return nullptr;
  }

  bool FindPrice(const Course& course, Word product, Word unit, costs::TariffBook::Price* price) const {
    AllocationFact probe{};
    probe.law = course.law;
    probe.product = product;
    probe.provider = course.provider;
    probe.unit = unit;
    Day until = kOpenEnd;
    return book_.tariffs->Find(probe, question_.tariff_day, price, &until);
  }

  // What was allocated in a month at the old price; false when some of it has no volume or no price.
  bool Allocated(const Course& course, Word product, Month month, Cents* cents) const {
    static const std::string kEuros = "83";
    *cents = 0;
    for (const AllocationFact& allocation : book_.AllocationsOf(course)) {
      if (!allocation.period.Overlaps(MonthPeriod(month))) continue;
      costs::TariffBook::Price price;
      if (allocation.budget != 0 || *allocation.unit == kEuros || allocation.volume > kMostThousandths / 1'000 ||
          !FindPrice(course, product, allocation.unit, &price)) {
        return false;
      }
      // A volume is spread over days as an amount of so many thousandths of a cent would be.
      AllocationFact volume = allocation;
      volume.unit = &kEuros;
      volume.volume *= 1'000;
      const costs::Indicated units = costs::IndicatedInMonth(volume, month, *book_.tariffs);
      if (!units.complete) return false;
      *cents += PriceOf(units.cents, price);
    }
    return true;
  }

  // What was delivered in a month at the old price. `told`: whether there is a quantity at all; false when one has no price.
  bool Delivered(const Course& course, uint32_t c, Word product, Month month, Cents* cents, bool* told) const {
    *cents = 0;
    *told = false;
    const auto at = quantities_.find(c);
    if (at == quantities_.end()) return true;
    for (const costs::QuantityFact* quantity : at->second) {
      const nmd::Period part = Intersect(quantity->period, MonthPeriod(month));
      if (part.Empty()) continue;
      *told = true;
      costs::TariffBook::Price price;
      // A quantity of so many digits is no quantity.
      if (std::abs(quantity->volume_thousandths) > kMostThousandths || !FindPrice(course, product, quantity->unit, &price)) {
        return false;
      }
      *cents += PriceOf(quantity->volume_thousandths, price, part.Days(), quantity->period.Days());
    }
    return true;
  }

  TariffSums OfCourse(uint32_t c) {
    const Course& course = book_.courses[c];
    const Word predecessor = PredecessorOf(course.law, course.product);
    TariffSums sums;
    for (Month month = question_.from; month < question_.until; ++month) {
      if (!course.indicated.Overlaps(MonthPeriod(month))) continue;
      ++sums.months;
      Cents allocated = 0, delivered = 0;
      bool told = false;
      const bool prices = predecessor != nullptr &&
                          (!question_.delivered || Delivered(course, c, predecessor, month, &delivered, &told)) &&
                          (told || Allocated(course, predecessor, month, &allocated));
      Cents approved = 0;
      for (const costs::CareLine& line : book_.LinesOf(course)) {
        if (line.month == month && line.approved) approved += line.amount;
      }
      if (!prices) {
        ++sums.incomparable;
        sums.incomparable_approved += approved;
        continue;
      }
      sums.approved += approved;
      if (told) {
        sums.measured += delivered;
      } else if (question_.delivered) {
        ++sums.missing;
        sums.missing_upper += allocated;
      } else {
        sums.measured += allocated;
      }
    }
    TariffProduct& product = products_[{course.law, *course.product}];
    product.law = course.law;
    product.product = course.product;
    product.predecessor = predecessor;
    product.sums.Add(sums);
    return sums;
  }

  const costs::CareBook& book_;
  const TariffQuestion& question_;
  absl::flat_hash_map<uint32_t, std::vector<const costs::QuantityFact*>> quantities_;  // By course.
  std::map<std::pair<uint8_t, std::string>, TariffProduct> products_;
};

}  // namespace

void TariffSums::Add(const TariffSums& other) {
  measured += other.measured;
  missing_upper += other.missing_upper;
  approved += other.approved;
  incomparable_approved += other.incomparable_approved;
  months += other.months;
  missing += other.missing;
  incomparable += other.incomparable;
}

TariffAnswer CompareOldTariffs(const costs::CareBook& book, const std::vector<uint32_t>& courses,
                               const TariffQuestion& question) {
  return Comparer(book, question).Compare(courses);
}

std::optional<SampleEstimate> EstimateSum(const std::vector<double>& sample, int64_t size) {
  if (sample.empty()) return std::nullopt;
  const auto n = static_cast<double>(sample.size());
  const auto all = static_cast<double>(size);
  double sum = 0;
  for (const double value : sample) sum += value;
  SampleEstimate estimate;
  estimate.value = all * (sum / n);
  if (sample.size() < 2 || n >= all) return estimate;
  double squares = 0;
  for (const double value : sample) squares += (value - sum / n) * (value - sum / n);
  const double error = all * std::sqrt((1 - n / all) * squares / (n - 1) / n);
  const double reach = StudentQuantile(0.975, static_cast<int>(sample.size()) - 1) * error;
  estimate.low = estimate.value - reach;
  estimate.high = estimate.value + reach;
  return estimate;
}

}  // namespace nmd::analyses
