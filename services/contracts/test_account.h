// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_CONTRACTS_TEST_ACCOUNT_H_
#define NMD_SERVICES_CONTRACTS_TEST_ACCOUNT_H_

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "nmd/contracts/v1/reconciliation.pb.h"
#include "services/contracts/account_ledger.h"
#include "services/contracts/reconcile.h"

// Accounts for tests: what a provider and a municipality sent each other, as batches of facts.
namespace nmd::contracts::testing {

inline constexpr char kProvider[] = "01234567";

// "2018-02-01".
inline Day D(absl::string_view text) { return *ParseDay(text); }

// A line as a test says it: reference, allocation, month, volume and tariff; the rest follows unless it is said.
struct TestLine {
  std::string reference;
  int64_t allocation = 1;
  std::string month = "2018-02";
  int64_t volume = 10;
  Cents tariff = 100;
  std::string previous = {};  // A credit of this debit.
  Cents amount = 0;           // 0: volume times tariff, negative of a credit.
  std::string product = "45A04", unit = "04", person = "p1";
  Day start = 0, end = 0;  // 0: those of the month.
  std::string category = "45";
};

class TestAccount {
 public:
  // A batch that became known at noon of the day.
  ingestion::v1::FactBatch& Deliver(absl::string_view day, const std::string& identification = "") {
    ingestion::v1::FactBatch& batch = batches.emplace_back();
    batch.set_delivery(absl::StrCat("d", 1000 + batches.size()));
    batch.mutable_known_time()->set_seconds(int64_t{D(day)} * 86400 + 11 * 3600);
    batch.mutable_message()->set_identification(identification.empty() ? absl::StrCat("m", batches.size()) : identification);
    return batch;
  }

  // 10 hours a week of product 45A04 in 2018 for p1, assigned before.
  ingestion::v1::Allocation& Allocate(int64_t number, absl::string_view start = "2018-01-01",
                                      absl::string_view end = "2019-01-01", absl::string_view known = "2017-12-20") {
    auto& a = *Deliver(known).add_facts()->mutable_allocation();
    a.set_law(ingestion::v1::YOUTH);
    a.set_person_key("p1");
    a.set_provider(kProvider);
    a.set_number(number);
    a.set_category("45");
    a.set_product("45A04");
    a.set_start_day(D(start));
    if (!end.empty()) a.set_end_day(D(end));
    a.set_assigned_second(int64_t{D(known)} * 86400);
    a.set_volume(10);
    a.set_unit("04");
    a.set_frequency("2");
    return a;
  }

  void Start(int64_t number, absl::string_view day, absl::string_view status = "1") {
    auto& s = *Deliver(day).add_facts()->mutable_start();
    s.set_law(ingestion::v1::YOUTH);
    s.set_person_key("p1");
    s.set_provider(kProvider);
    s.set_number(number);
    s.set_start_day(D(day));
    s.set_status(std::string(status));
  }

  // The stop of a start; `last` is the last day of care.
  void Stop(int64_t number, absl::string_view start, absl::string_view last, absl::string_view reason = "31",
            absl::string_view status = "1") {
    auto& s = *Deliver(last).add_facts()->mutable_stop();
    s.set_law(ingestion::v1::YOUTH);
    s.set_person_key("p1");
    s.set_provider(kProvider);
    s.set_number(number);
    s.set_start_day(D(start));
    s.set_end_day(D(last) + 1);
    s.set_reason(std::string(reason));
    s.set_status(std::string(status));
  }

  // A claim that came in on the day it is dated, of its lines and their sum.
  ingestion::v1::Claim& Claim(const std::string& number, absl::string_view day, const std::vector<TestLine>& lines,
                              const std::string& identification = "") {
    auto& c = *Deliver(day, identification).add_facts()->mutable_claim();
    c.set_law(ingestion::v1::YOUTH);
    c.set_provider(kProvider);
    c.set_number(number);
    c.set_dated_day(D(day));
    Cents total = 0;
    for (const TestLine& line : lines) {
      auto& l = *c.add_lines();
      const Period month = MonthPeriod(*ParseMonth(line.month));
      const Cents amount = line.amount != 0 ? line.amount : line.volume * line.tariff * (line.previous.empty() ? 1 : -1);
      l.set_person_key(line.person);
      l.set_reference(line.reference);
      l.set_previous_reference(line.previous);
      l.set_allocation(line.allocation);
      l.set_category(line.category);
      l.set_product(line.product);
      l.set_start_day(line.start != 0 ? line.start : month.start);
      l.set_end_day(line.end != 0 ? line.end : month.end);
      l.set_volume(line.volume);
      l.set_unit(line.unit);
      l.set_tariff_cents(line.tariff);
      l.set_amount_cents(amount);
      total += amount;
    }
    c.set_total_cents(total);
    return c;
  }

  // The answer to a claim of that number that rejects these references.
  ingestion::v1::ClaimAnswer& Answer(const std::string& number, absl::string_view day, Cents submitted, Cents granted,
                                     const std::vector<std::pair<std::string, std::string>>& rejected = {}) {
    auto& a = *Deliver(day).add_facts()->mutable_claim_answer();
    a.set_law(ingestion::v1::YOUTH);
    a.set_provider(kProvider);
    a.set_number(number);
    a.set_submitted_cents(submitted);
    a.set_granted_cents(granted);
    for (const auto& [reference, code] : rejected) {
      a.add_rejected_references(reference);
      auto& line = *a.add_rejected_lines();
      line.mutable_line()->set_reference(reference);
      line.add_return_codes(code);
    }
    return a;
  }

  // A row of the provider's own administration over a month.
  ingestion::v1::DeliveredQuantity& State(int64_t number, absl::string_view month, int64_t thousandths, Cents amount = 0) {
    auto& q = *Deliver("2019-03-01").add_facts()->mutable_delivered_quantity();
    const Period period = MonthPeriod(*ParseMonth(month));
    q.set_law(ingestion::v1::YOUTH);
    q.set_provider(kProvider);
    q.set_number(number);
    q.set_product("45A04");
    q.set_start_day(period.start);
    q.set_end_day(period.end);
    q.set_unit("04");
    q.set_volume_thousandths(thousandths);
    q.set_amount_cents(amount);
    return q;
  }

  // What the provider itself says of some months (first day, and first day after), on a day; rows are allocation, month and
  // hours.
  struct OwnLine {
    int64_t allocation = 0;
    std::string month;
    int64_t hours = 0;
  };
  void StateOwn(absl::string_view day, absl::string_view start, absl::string_view end, const std::vector<OwnLine>& lines,
                bool confirmed = false) {
    own.push_back({D(day), {D(start), D(end)}, confirmed, lines});
  }

  // The account as known at the end of the day. What the provider states itself comes in after `own_after` batches.
  Reconciliation Run(absl::string_view today) {
    ledger_ = std::make_unique<AccountLedger>();
    for (size_t i = 0; i <= batches.size(); ++i) {
      if (i == std::min(own_after, batches.size())) AddOwnTo(ledger_.get());
      if (i == batches.size()) break;
      batches[i].set_sequence(static_cast<int64_t>(i) + 1);
      ledger_->Add(batches[i]);
    }
    return Reconcile(ledger_->AsKnown(kProvider, absl::FromUnixSeconds(int64_t{D(today) + 1} * 86400 - 7200)), agreed,
                     D(today));
  }

  std::vector<ingestion::v1::FactBatch> batches;
  Agreed agreed;
  struct Own {
    Day known = 0;
    Period months{0, 0};
    bool confirmed = false;
    std::vector<OwnLine> lines;
  };
  std::vector<Own> own;  // In order of known.
  size_t own_after = SIZE_MAX;

  void AddOwnTo(AccountLedger* ledger) const {
    for (const Own& statement : own) {
      std::vector<AccountLedger::OwnRow> rows;
      for (const OwnLine& line : statement.lines) {
        rows.push_back({line.allocation, "45A04", "04", MonthPeriod(*ParseMonth(line.month)), line.hours * 1000, 0});
      }
      ledger->AddOwn(kProvider, Law::kYouth, statement.months,
                     absl::FromUnixSeconds(int64_t{statement.known} * 86400 + 11 * 3600), statement.confirmed, rows);
    }
  }

 private:
  std::unique_ptr<AccountLedger> ledger_;  // The last one: what it gave points into it.
};

inline std::string NameOf(Outcome outcome) {
  return v1::ReconciliationItem::Outcome_Name(static_cast<v1::ReconciliationItem::Outcome>(outcome));
}
inline std::string NameOf(Actor actor) {
  return v1::ReconciliationItem::Actor_Name(static_cast<v1::ReconciliationItem::Actor>(actor));
}
inline std::string NameOf(LineStanding standing) {
  return v1::ReconciliationItem::Standing_Name(static_cast<v1::ReconciliationItem::Standing>(standing));
}

// "r1 MATCHED TR418 APPROVED NOBODY"; of what has no reference its allocation.
inline std::string TextOf(const Item& item) {
  const std::string of = item.reference.empty() ? absl::StrCat("#", item.allocation) : std::string(item.reference);
  std::vector<std::string> words = {of, NameOf(item.outcome)};
  if (!item.rule.empty()) words.emplace_back(item.rule);
  if (item.standing != LineStanding::kNone) words.push_back(NameOf(item.standing));
  words.push_back(NameOf(item.actor));
  if (item.expected) words.push_back(absl::StrCat(*item.expected));
  for (const Month month : item.months) words.push_back(FormatMonth(month));
  return absl::StrJoin(words, " ");
}

// Of one kind, in order.
inline std::vector<std::string> Texts(const Reconciliation& account, ItemKind kind) {
  std::vector<std::string> texts;
  for (const Item& item : account.items) {
    if (item.kind == kind) texts.push_back(TextOf(item));
  }
  return texts;
}

}  // namespace nmd::contracts::testing

#endif  // NMD_SERVICES_CONTRACTS_TEST_ACCOUNT_H_
