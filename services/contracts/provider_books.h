// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_CONTRACTS_PROVIDER_BOOKS_H_
#define NMD_SERVICES_CONTRACTS_PROVIDER_BOOKS_H_

#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "services/contracts/law.h"
#include "services/core/date.h"
#include "services/core/money.h"

// What is known about one provider at one moment, as facts tell it. Plain values; texts are views into the ledger they come
// from. Conventions are those of fact.proto, but a period is a Period with kOpenEnd when open.
//
// `order` says what became known before what: by known time, and by delivery id of what became known at one moment. It is never
// the order of arrival (T-29).
namespace nmd::contracts {

// The version of an allocation that is in force: the one assigned last (OP033x1).
struct AllocationRow {
  Law law = Law::kYouth;
  int64_t number = 0;
  absl::string_view person, category, product, unit, frequency;
  Period period;
  int64_t assigned_second = 0;
  int64_t volume = 0;
  Cents budget = 0;
  bool withdrawn = false;  // Never existed (decision 13 of the standard: RedenWijziging 13, or 01 without a day).
};

// A start (305) or stop (307) of care.
struct CareRow {
  Law law = Law::kYouth;
  bool stop = false;
  bool taken_back = false;  // StatusAanlevering 3.
  int64_t number = 0;
  Day start = 0;
  Day end = 0;  // First day without care; of a stop.
  absl::string_view reason;
  int32_t order = 0;
  Day received = 0;  // On the Dutch calendar.
};

struct ClaimRow {
  Law law = Law::kYouth;
  absl::string_view number, identification, delivery;
  Day dated = 0;        // DeclaratieDagtekening; 0 when not told.
  Day received = 0;     // On the Dutch calendar.
  Period period{0, 0};  // DeclaratiePeriode.
  Cents total = 0;
  int32_t order = 0;
};

struct LineRow {
  uint32_t claim = 0;  // Index in `claims`.
  absl::string_view person, reference, previous, category, product, unit;
  int64_t allocation = 0;
  Period period;
  int64_t volume = 0;
  Cents tariff = 0;
  Cents amount = 0;

  bool IsCredit() const { return !previous.empty(); }
};

struct RejectedRow {
  absl::string_view reference;
  absl::string_view code;  // The first return code; empty when none was told.
};
struct AnswerRow {
  Law law = Law::kYouth;
  absl::string_view number, claim_identification, delivery;
  absl::string_view code;  // The first return code of the answer as a whole.
  bool rejected = false;   // As a whole.
  Cents submitted = 0, granted = 0;
  std::vector<RejectedRow> lines;
  int32_t order = 0;
};

// A row of the provider's own administration.
struct StatementRow {
  Law law = Law::kYouth;
  absl::string_view person, product, unit;
  int64_t number = 0;
  Period period;
  int64_t thousandths = 0;
  Cents amount = 0;
};

// A month of which the provider itself said all that it delivered (ProviderService), though that may be nothing: the rows of
// its statement that begin in it, and no others.
struct OwnMonth {
  Law law = Law::kYouth;
  Month month = 0;
  bool confirmed = false;  // It confirmed what the municipality had approved, so it said nothing about lines without an answer.
};

// A message between the provider and the municipality that asks for a return (OP090).
struct MessageRow {
  Law law = Law::kYouth;
  int32_t type = 0;  // Example: 301.
  bool from_provider = false;
  Day sent = 0;                 // Dagtekening; the day it came in when it has none.
  std::optional<Day> returned;  // Dagtekening of the first return, or the day that came in.
};

// The days that statements of a law are about, by calendar year: from the first row to the last, of months about which the
// provider itself said nothing.
using StatedDays = std::map<std::pair<Law, int>, Period>;

struct ProviderBooks {
  std::vector<AllocationRow> allocations;  // Each law and number once, in that order.
  std::vector<CareRow> care;
  std::vector<ClaimRow> claims;
  std::vector<LineRow> lines;
  std::vector<AnswerRow> answers;  // By order.
  std::vector<StatementRow> statements;
  std::vector<OwnMonth> own_months;  // In order of law and month.
  // Of all statements, also where only some of them are here.
  StatedDays stated_days;
  std::vector<MessageRow> messages;  // In order of law, type, sender and Identificatie.
  // Whether such messages come in at all, from whichever provider: where they never do, none is missing (decision 35).
  bool starts_come_in = false, stops_come_in = false, claims_come_in = false, answers_come_in = false;
  bool returns_come_in = false;
};

}  // namespace nmd::contracts

#endif  // NMD_SERVICES_CONTRACTS_PROVIDER_BOOKS_H_
