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
#include "services/contracts/agreed.h"
#include "services/contracts/known_deliveries.h"
#include "services/core/date.h"
#include "services/core/money.h"

// Contracts, prices, terms and groups as facts tell them, at any known time. Pure.
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
  std::set<int> zero_ceilings;    // Years for which a ceiling was stated without an amount.
  // Who was its party in versions known before.
  std::set<std::string> former_providers;

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

// One thing that was agreed, other than ceilings and prices.
struct BookedTerm {
  std::string contract, law, provider;
  ingestion::v1::ContractTerm::Kind kind = ingestion::v1::ContractTerm::KIND_UNSPECIFIED;
  std::string category, product, indicator;
  int64_t value = 0;
  Period period;
};

// To whom a provider belongs.
struct BookedGroup {
  std::string provider, provider_title, organisation, organisation_title, concern, concern_title;
  Period period;
};

// The level of a product (interventieniveau).
struct BookedLevel {
  std::string law, product, ivn;
  Period period;
};

// Whether two products may run at one time for one client (R115). The lesser of the two, by law and product, comes first.
struct BookedCombination {
  std::string law, product, other_law, other_product;
  ingestion::v1::CombinationRule::Verdict verdict = ingestion::v1::CombinationRule::VERDICT_UNSPECIFIED;
  std::string reason;
  Period period;
};

// A measured indicator: of a provider, or of everybody an index of prices (indexation.h).
struct BookedIndicator {
  std::string indicator, law, provider, category, product;  // Empty: of both laws, everybody, everything.
  Period period;
  int64_t value = 0;  // Times 1000.
};

// Everything as known at some time.
struct Book {
  std::vector<BookedContract> contracts;        // By provider, start and id.
  std::vector<BookedPrice> prices;              // By law, product, unit, provider and start.
  std::vector<BookedTerm> terms;                // By contract, law, kind, category, product, indicator and start.
  std::vector<BookedGroup> groups;              // By provider and start.
  std::vector<BookedLevel> levels;              // By law, product and start.
  std::vector<BookedCombination> combinations;  // By both products and start.
  std::vector<BookedIndicator> indicators;      // By provider, indicator, law, category, product and period.

  // Prices a contract pays: those of its provider, else those of everybody, per product and unit, where the periods meet.
  std::vector<BookedPrice> PricesOf(const BookedContract& contract) const;
  // What was agreed in a contract, and to whom its provider belonged while it ran.
  std::vector<BookedTerm> TermsOf(const BookedContract& contract) const;
  std::vector<BookedGroup> GroupsOf(const BookedContract& contract) const;
  // All that the account of a provider is judged by.
  Agreed AgreedWith(absl::string_view provider) const;
};

// What the facts said. A later known time wins, then the greater delivery id, then the later place in the delivery, so that
// the order of arrival decides nothing (T-29): two contracts with one id are versions of one contract, two tariffs with one
// start are versions of one price, and so on ("Key" in fact.proto). A superseded delivery never said anything, at whatever
// known time (TR056); one that was corrected says it at the known times at which it counts. Not thread-safe.
class ContractBook {
 public:
  // Whether a fact is one that this keeps.
  static bool Keeps(const ingestion::v1::Fact& fact) {
    return fact.has_contract() || fact.has_tariff() || fact.has_contract_term() || fact.has_provider_group() ||
           fact.has_product_level() || fact.has_combination_rule() || IsIndicator(fact);
  }

  // Facts of other kinds are passed over. REQUIRES: sequences increase.
  void Add(const ingestion::v1::FactBatch& batch);

  Book AsKnown(absl::Time known_time) const;

  // The last moment up to `at` at which something became known or changed: AsKnown gives the same from then on.
  absl::Time KnowledgeMoment(absl::Time at) const;

 private:
  // Of this municipality, about a provider or about prices.
  static bool IsIndicator(const ingestion::v1::Fact& fact);

  std::vector<ingestion::v1::FactBatch> batches_;
  KnownDeliveries deliveries_;
};

}  // namespace nmd::contracts

#endif  // NMD_SERVICES_CONTRACTS_CONTRACT_BOOK_H_
