// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_ANALYSES_OLD_TARIFFS_H_
#define NMD_SERVICES_ANALYSES_OLD_TARIFFS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "services/core/date.h"
#include "services/core/money.h"
#include "services/costs/care.h"

// What a group of clients would have cost at the tariffs of an earlier day for the quantities that were delivered (PxQ, R118,
// T-21). Pure.
//
// Old tariff x quantity per course and month, rounded per month. The product whose tariff is taken is the one that the product
// of today took the place of, followed back until the day of the tariffs; of a product with none or several nobody can tell,
// and then the month is incomparable and in no sum. Where no quantity is told, the cost lies between nothing and the tariff
// of all that was allocated. A sample is drawn without replacement; the sum for the whole group is N times the mean, with the
// finite population correction and the t-distribution (Cochran, Sampling Techniques, third edition 1977, 2.6 to 2.8).
namespace nmd::analyses {

struct TariffQuestion {
  Month from = 0, until = 0;
  Day tariff_day = 0;
  bool delivered = true;   // Quantities that providers told; else what was allocated.
  size_t sample_size = 0;  // 0: everybody.
  std::string seed;        // Of the sample.
};

struct TariffSums {
  Cents measured = 0;               // Of quantities that are known.
  Cents missing_upper = 0;          // Of what was allocated in months without a quantity.
  Cents approved = 0;               // In months that can be compared,
  Cents incomparable_approved = 0;  // and in the others.
  int64_t months = 0;               // Courses times months with a valid day,
  int64_t missing = 0;              // those without a quantity,
  int64_t incomparable = 0;         // and those without a concordance, a tariff, or a volume to compare by.

  Cents lower() const { return measured; }
  Cents upper() const { return measured + missing_upper; }
  void Add(const TariffSums& other);
};

struct TariffProduct {
  uint8_t law = 0;
  costs::Word product = nullptr;
  costs::Word predecessor = nullptr;  // Null when none is told.
  TariffSums sums;
};

// A sum over everybody, estimated from a sample; low and high are of 95%.
struct SampleEstimate {
  double value = 0;
  std::optional<double> low, high;  // nullopt for a sample of one, and for everybody.
};

struct TariffAnswer {
  int64_t clients = 0, sampled = 0;
  TariffSums total;
  std::vector<TariffProduct> products;  // In order of law and code.
  // Of the middle of lower and upper, and of what was approved; nullopt when nobody was sampled.
  std::optional<SampleEstimate> cost, approved;
};

// Cost: some microseconds per course in the sample and month.
TariffAnswer CompareOldTariffs(const costs::CareBook& book, const std::vector<uint32_t>& courses,
                               const TariffQuestion& question);

// Sum over a population of `size` from a sample without replacement. nullopt for an empty sample.
std::optional<SampleEstimate> EstimateSum(const std::vector<double>& sample, int64_t size);

}  // namespace nmd::analyses

#endif  // NMD_SERVICES_ANALYSES_OLD_TARIFFS_H_
