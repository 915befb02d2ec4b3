// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_CONTRACTS_CONTRACT_BOOK_H_
#define NMD_SERVICES_CONTRACTS_CONTRACT_BOOK_H_

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "nmd/ingestion/v1/fact.pb.h"
#include "services/core/date.h"
#include "services/core/known_periods.h"
#include "services/core/money.h"

// Contracts and tariffs as facts tell them, at any known time. Pure.
namespace nmd::contracts {

// "jeugdwet" or "wmo", as in figures.
std::string LawId(ingestion::v1::Law law);

// A contract as known at some time.
struct BookedContract {
  std::string id;
  std::string law;
  std::string provider;
  std::string provider_title;
  Period period;
  std::map<int, Cents> ceilings;  // By calendar year; 0 is for every year without one of its own.

  // The ceiling of a year, if there is one.
  std::optional<Cents> CeilingOf(int year) const;
  // Months of the year in which it runs on at least a day: bit 0 is January.
  uint32_t RunningMonths(int year) const;
};

// A price as known at some time.
struct BookedPrice {
  std::string law;
  std::string product;
  std::string provider;  // Empty: of every provider without a price of its own.
  std::string unit;
  Cents amount = 0;
  Period period;
};

// Everything as known at some time.
struct Book {
  std::vector<BookedContract> contracts;  // By provider, start and id.
  std::vector<BookedPrice> prices;        // By law, product, unit, provider and start.

  // Prices a contract pays: those of its provider, else those of everybody, per product and unit, where the periods meet.
  std::vector<BookedPrice> PricesOf(const BookedContract& contract) const;
};

// What the facts said. A later known time wins, then the greater delivery id, then the later place in the delivery, so that
// the order of arrival decides nothing (T-29): two contracts with one id are versions of one contract, two tariffs with one
// start are versions of one price. A superseded delivery never said anything, at whatever known time (TR056); one that was
// corrected says it at the known times at which it counts. Not thread-safe.
class ContractBook {
 public:
  // Whether a fact is one that this keeps.
  static bool Keeps(const ingestion::v1::Fact& fact) { return fact.has_contract() || fact.has_tariff(); }

  // REQUIRES: sequences increase.
  void Add(const ingestion::v1::FactBatch& batch);

  Book AsKnown(absl::Time known_time) const;

 private:
  std::vector<ingestion::v1::FactBatch> batches_;
  std::set<std::string> superseded_;
  std::map<std::string, KnownPeriods> corrected_;  // By delivery.
};

}  // namespace nmd::contracts

#endif  // NMD_SERVICES_CONTRACTS_CONTRACT_BOOK_H_
