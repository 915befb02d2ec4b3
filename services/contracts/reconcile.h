// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_CONTRACTS_RECONCILE_H_
#define NMD_SERVICES_CONTRACTS_RECONCILE_H_

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "services/contracts/agreed.h"
#include "services/contracts/provider_books.h"
#include "services/core/date.h"
#include "services/core/money.h"

// Both sides of one provider's account, as known at one moment. Pure: the same for every order of arrival (T-29).
//
// Declared, approved, rejected and open are those of figures: answers are joined to claims and lines are settled by
// core/claims.h, and of lines with one reference the same one counts (NetClaims in costs). What a check finds never changes an
// amount: it says who should do what. A start or a stop never decides about a line (OP364).
namespace nmd::contracts {

// In the meaning, and the order, of nmd.contracts.v1.ReconciliationItem.
enum class ItemKind : uint8_t { kLine = 1, kClaim, kAllocation, kStatement };
enum class Actor : uint8_t { kNobody = 1, kProvider, kMunicipality };
enum class LineStanding : uint8_t { kNone = 0, kOpen, kApproved, kTakenBack, kRefused, kNotCounted };
enum class Outcome : uint8_t {
  kRejected = 1,
  kReferenceRepeated,
  kCreditWithoutDebit,
  kCreditedTwice,
  kCreditOfRejected,
  kCreditDiffers,
  kCredited,
  kCreditPending,
  kUnknownAllocation,
  kWithdrawnAllocation,
  kWrongProduct,
  kWrongUnit,
  kOutsidePeriod,
  kBrokenPeriod,
  kDuplicate,
  kDeclaredTooLate,
  kAmountDiffers,
  kWrongTariff,
  kOverVolume,
  kOverBudget,
  kNoContract,
  kNotContracted,
  kAnswerLate,
  kAwaitingAnswer,
  kMatched,
  kTotalDiffers = 30,
  kAnswerDiffers,
  kAnswerUnknownLine,
  kAnswerWithoutClaim,
  kNotStarted = 40,
  kStartMissing,
  kDeclaredAfterStop,
  kNotDeclared,
  kExpected,
  kStopMissing,
  kStatementWithoutAllocation = 50,
  kStatementOverlaps,
  kDeliveredNotDeclared,
  kDeliveredRejected,
  kStatementUnitDiffers,
  kQuantityDiffers,
  kStatementAmountDiffers,
  kDeclaredNotDelivered,
};

// One thing on the account. Its row is `at` in the list of its kind in the books: lines, claims, allocations or statements; of
// an answer without a claim, and of an answer that differs, `answer` is its row. DECLARED_NOT_DELIVERED has no row but a line.
struct Item {
  ItemKind kind = ItemKind::kLine;
  Outcome outcome = Outcome::kMatched;
  Actor actor = Actor::kNobody;
  LineStanding standing = LineStanding::kNone;
  Law law = Law::kYouth;
  int32_t at = -1;
  int32_t answer = -1;
  absl::string_view rule;
  absl::string_view reference;  // The rejected line an answer names, of ANSWER_UNKNOWN_LINE; else that of the line.
  int64_t allocation = 0;
  Period period{0, 0};  // Empty when it is about none.
  Cents amount = 0;
  std::optional<Cents> expected;
  std::vector<Month> months;
};

// So many, and what they sum to.
struct Sum {
  int64_t count = 0;
  Cents amount = 0;
  void Add(Cents more) {
    ++count;
    amount += more;
  }
  friend bool operator==(const Sum&, const Sum&) = default;
};

// Amounts of the care of a law in a calendar year. To the cent, whatever happened:
//   debits + credits = declared + not_counted        declared = approved + rejected + open
struct Balance {
  Sum debits, credits;
  Sum declared, approved, rejected, open, not_counted;
  Sum taken_back;  // Debits in `approved` that a credit there takes back.
  friend bool operator==(const Balance&, const Balance&) = default;
};

// Open lines by days since they were declared: 0-30, 31-60, 61-90, more (and 0 when declared for the future).
inline constexpr std::array<int, 3> kAgeBounds = {30, 60, 90};

using Balances = std::map<std::pair<Law, int>, Balance>;  // By law and year of the care.

struct Reconciliation {
  ProviderBooks books;
  Day today = 0;
  // By law, allocation, kind, period, reference, and whatever else tells two apart.
  std::vector<Item> items;
  Balances balances;
  // The day a claim was declared, for the age of its lines: its Dagtekening, else the day it came in.
  Day DeclaredDay(const Item& line) const;
};

// Six weeks after care could begin, an allocation nobody began on is a reason to ask.
inline constexpr int kNotStartedDays = 42;
// Care older than this can no longer be declared (TR335).
inline constexpr int kDeclarationYears = 5;
// Terms in working days: an answer to a claim (OP090x4), and a stop (OP272).
inline constexpr int kAnswerWorkdays = 10;
inline constexpr int kStopWorkdays = 5;

// Which part of an account is worked out. What the parts say together is what the whole says; books of a part have all rows
// that decide about it (live_account.h), and say nothing of the others among them.
struct Part {
  enum Kind : uint8_t { kAll, kClaims, kAllocation };
  Kind kind = kAll;
  Law law = Law::kYouth;  // Of an allocation: its lines, its care and its statements.
  int64_t allocation = 0;

  bool HasClaims() const { return kind != kAllocation; }
  bool Has(Law of_law, int64_t number) const {
    return kind == kAll || (kind == kAllocation && law == of_law && allocation == number);
  }
};

// Whether an item goes before another one, of these books or of others of the same account.
bool GoesBefore(const ProviderBooks& books_a, const Item& a, const ProviderBooks& books_b, const Item& b);

// `today` is the Dutch calendar day of the known moment. Cost: that of sorting the lines, some microseconds per line.
Reconciliation Reconcile(ProviderBooks books, const Agreed& agreed, Day today, const Part& part = {});

}  // namespace nmd::contracts

#endif  // NMD_SERVICES_CONTRACTS_RECONCILE_H_
