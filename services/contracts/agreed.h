// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_CONTRACTS_AGREED_H_
#define NMD_SERVICES_CONTRACTS_AGREED_H_

#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "absl/strings/string_view.h"
#include "services/contracts/law.h"
#include "services/core/date.h"
#include "services/core/money.h"

// What was agreed with one provider, in the shape its account is judged by. Pure.
namespace nmd::contracts {

// What a unit costs: the provider's own price before that of everybody, and of those that hold on a day the one that began
// last, so that a new price ends the old one also when nobody closed that one. Minutes (01) without a price of their own have
// that of the hour (IV081). The same as TR418 in ingestion and the tariffs of costs.
class PriceTable {
 public:
  // REQUIRES: no two prices of one side, law, product and unit begin on one day.
  void Add(Law law, absl::string_view product, absl::string_view unit, bool own, const Period& period, Cents amount);

  struct Price {
    Cents amount = 0;
    bool of_hour = false;  // Of an hour, for care in minutes.

    // What `volume` units cost; absent when it does not fit in 64 bits.
    std::optional<Cents> Times(int64_t volume) const;
    // As ProductTarief shows it: per unit, rounded.
    Cents Shown() const { return of_hour ? HourTariffForMinutes(amount, 1) : amount; }
  };
  // Absent when no price is known on the day.
  std::optional<Price> On(Law law, absl::string_view product, absl::string_view unit, Day day) const;

  // The price a line about the period should have had: that of the first day of it that has one. Absent when `tariff` is the
  // price on some day of the period, or none is known on any.
  std::optional<Price> Expected(Law law, absl::string_view product, absl::string_view unit, const Period& period,
                                Cents tariff) const;

 private:
  struct Row {
    bool own = false;
    Period period;
    Cents amount = 0;
  };
  const Row* RowOn(Law law, absl::string_view product, absl::string_view unit, bool own, Day day) const;
  const std::vector<Row>* RowsOf(Law law, absl::string_view product, absl::string_view unit) const;

  // By law, product and unit; latest start first.
  std::map<std::tuple<Law, std::string, std::string>, std::vector<Row>, std::less<>> rows_;
};

// A contract of the provider.
struct AgreedContract {
  Law law = Law::kYouth;
  Period period;
  // What may be delivered under it; none when it does not say.
  struct Product {
    std::string category, product;  // One of the two is filled.
    Period period;
  };
  std::vector<Product> products;
};

struct Agreed {
  PriceTable prices;
  std::vector<AgreedContract> contracts;
};

}  // namespace nmd::contracts

#endif  // NMD_SERVICES_CONTRACTS_AGREED_H_
