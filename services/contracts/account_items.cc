// SPDX-License-Identifier: EUPL-1.2
#include "services/contracts/account_items.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "absl/hash/hash.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "services/contracts/item_texts.h"
#include "services/platform/crypto.h"

namespace nmd::contracts {
namespace {

using v1::ProviderAccount;
using v1::ReconciliationItem;

// The enums of the kernel have the numbers of the API.
static_assert(static_cast<int>(Outcome::kMatched) == static_cast<int>(ReconciliationItem::MATCHED));
static_assert(static_cast<int>(Outcome::kAnswerWithoutClaim) == static_cast<int>(ReconciliationItem::ANSWER_WITHOUT_CLAIM));
static_assert(static_cast<int>(Outcome::kStopMissing) == static_cast<int>(ReconciliationItem::STOP_MISSING));
static_assert(static_cast<int>(Outcome::kDeclaredNotDelivered) == static_cast<int>(ReconciliationItem::DECLARED_NOT_DELIVERED));
static_assert(static_cast<int>(Actor::kMunicipality) == static_cast<int>(ReconciliationItem::MUNICIPALITY));
static_assert(static_cast<int>(LineStanding::kNotCounted) == static_cast<int>(ReconciliationItem::NOT_COUNTED));
static_assert(static_cast<int>(ItemKind::kStatement) == static_cast<int>(ReconciliationItem::STATEMENT));

std::string Text(absl::string_view view) { return std::string(view); }

}  // namespace

std::string LawText(Law law) { return law == Law::kWmo ? "wmo" : "jeugdwet"; }

bool IsOf(const Item& item, int year) {
  if (year == 0 || item.period.Empty()) return true;
  if (item.kind == ItemKind::kLine || item.kind == ItemKind::kClaim) return CivilOf(item.period.start).year == year;
  return item.period.Overlaps({DayOf(year, 1, 1), DayOf(year + 1, 1, 1)});
}

const ClaimRow* ClaimOf(const Reconciliation& account, const Item& item) {
  if (item.at < 0) return nullptr;
  if (item.kind == ItemKind::kClaim) return &account.books.claims[static_cast<size_t>(item.at)];
  const bool has_line = item.kind == ItemKind::kLine || item.outcome == Outcome::kDeclaredNotDelivered;
  return has_line ? &account.books.claims[account.books.lines[static_cast<size_t>(item.at)].claim] : nullptr;
}

std::string IdOf(const Reconciliation& account, const Item& item) {
  const ClaimRow* claim = ClaimOf(account, item);
  const AnswerRow* answer = item.answer < 0 ? nullptr : &account.books.answers[static_cast<size_t>(item.answer)];
  const StatementRow* row = item.kind == ItemKind::kStatement && item.outcome != Outcome::kDeclaredNotDelivered
                                ? &account.books.statements[static_cast<size_t>(item.at)]
                                : nullptr;
  const bool is_line = item.kind == ItemKind::kLine;
  const std::string key = absl::StrJoin(
      std::make_tuple(static_cast<int>(item.kind), static_cast<int>(item.law), is_line ? 0 : item.allocation,
                      is_line ? 0 : static_cast<int>(row != nullptr ? Outcome::kMatched : item.outcome), item.reference,
                      claim == nullptr ? absl::string_view() : claim->number,
                      claim == nullptr ? absl::string_view() : claim->delivery,
                      answer == nullptr ? absl::string_view() : answer->delivery,
                      row == nullptr ? absl::string_view() : row->product, row == nullptr ? absl::string_view() : row->unit,
                      row == nullptr ? absl::string_view() : row->person, row == nullptr ? 0 : row->period.start,
                      item.outcome == Outcome::kDeclaredNotDelivered ? CivilOf(item.period.start).year : 0),
      "\n");
  return Sha256Hex(key).substr(0, 20);
}

ReconciliationItem ToProto(const Reconciliation& account, const Item& item, const std::string& account_name) {
  ReconciliationItem proto;
  proto.set_name(absl::StrCat(account_name, "/items/", IdOf(account, item)));
  proto.set_kind(static_cast<ReconciliationItem::Kind>(item.kind));
  proto.set_outcome(static_cast<ReconciliationItem::Outcome>(item.outcome));
  proto.set_rule(Text(item.rule));
  proto.set_actor(static_cast<ReconciliationItem::Actor>(item.actor));
  proto.set_standing(static_cast<ReconciliationItem::Standing>(item.standing));
  proto.set_law(LawText(item.law));
  proto.set_allocation(item.allocation);
  if (!item.period.Empty() && item.kind != ItemKind::kClaim) {
    proto.set_start_date(FormatDay(item.period.start));
    if (item.period.end != kOpenEnd) proto.set_end_date(FormatDay(item.period.end));
  }
  proto.set_reference(Text(item.reference));
  proto.set_amount_cents(item.amount);
  if (item.expected) proto.set_expected_cents(*item.expected);
  for (const Month month : item.months) proto.add_months(FormatMonth(month));
  if (const ClaimRow* claim = ClaimOf(account, item)) {
    proto.set_claim(Text(claim->number));
    if (claim->dated != 0) proto.set_declared_date(FormatDay(claim->dated));
  } else if (item.answer >= 0) {
    proto.set_claim(Text(account.books.answers[static_cast<size_t>(item.answer)].number));
  }
  if (item.kind == ItemKind::kLine || item.outcome == Outcome::kDeclaredNotDelivered) {
    const LineRow& line = account.books.lines[static_cast<size_t>(item.at)];
    proto.set_category(Text(line.category));
    proto.set_product(Text(line.product));
    if (item.kind == ItemKind::kLine) {
      proto.set_previous_reference(Text(line.previous));
      proto.set_volume(line.volume);
      proto.set_unit(Text(line.unit));
      proto.set_tariff_cents(line.tariff);
      if (item.standing == LineStanding::kOpen) proto.set_open_days(std::max(0, account.today - account.DeclaredDay(item)));
    }
  } else if (item.kind == ItemKind::kAllocation) {
    const AllocationRow& allocation = account.books.allocations[static_cast<size_t>(item.at)];
    proto.set_category(Text(allocation.category));
    proto.set_product(Text(allocation.product));
    proto.set_volume(allocation.volume);
    proto.set_unit(Text(allocation.unit));
  } else if (item.kind == ItemKind::kStatement) {
    const StatementRow& row = account.books.statements[static_cast<size_t>(item.at)];
    proto.set_product(Text(row.product));
    proto.set_volume(row.thousandths);
    proto.set_unit(Text(row.unit));
  }
  ItemText text = ExplainItem(account, item);
  proto.set_text(std::move(text.text));
  proto.set_next_step(std::move(text.next_step));
  return proto;
}

uint64_t DigestOf(const Reconciliation& account, const Item& item) {
  // What fits says nothing but its own figures; of anything else the sentence has those of the other side too.
  const bool plain = item.outcome == Outcome::kMatched || item.outcome == Outcome::kCredited;
  const ClaimRow* claim = ClaimOf(account, item);
  const LineRow* line = item.kind == ItemKind::kLine ? &account.books.lines[static_cast<size_t>(item.at)] : nullptr;
  const bool allocated = item.kind == ItemKind::kAllocation;
  const AllocationRow* allocation = allocated ? &account.books.allocations[static_cast<size_t>(item.at)] : nullptr;
  const bool is_row = item.kind == ItemKind::kStatement && item.outcome != Outcome::kDeclaredNotDelivered;
  const StatementRow* row = is_row ? &account.books.statements[static_cast<size_t>(item.at)] : nullptr;
  uint64_t digest = absl::HashOf(item.kind, item.outcome, item.actor, item.standing, item.law, item.rule, item.reference,
                                 item.allocation, item.period.start, item.period.end, item.amount, item.expected, item.months);
  if (claim != nullptr) digest = absl::HashOf(digest, claim->number, claim->dated);
  if (line != nullptr) {
    digest = absl::HashOf(digest, line->category, line->product, line->previous, line->volume, line->unit, line->tariff);
  }
  if (allocation != nullptr) {
    digest = absl::HashOf(digest, allocation->category, allocation->product, allocation->volume, allocation->unit);
  }
  if (row != nullptr) digest = absl::HashOf(digest, row->product, row->unit, row->thousandths);
  if (!plain) {
    const ItemText text = ExplainItem(account, item);
    digest = absl::HashOf(digest, text.text, text.next_step);
  }
  return digest;
}

void CountOutcomes(const AccountView& account, const std::function<bool(const Item&)>& counts,
                   google::protobuf::RepeatedPtrField<ProviderAccount::OutcomeCount>* outcomes) {
  std::map<std::tuple<ItemKind, Outcome, Actor>, Sum> sums;
  account.ForEach([&](const Reconciliation&, const Item& item) {
    if (counts(item)) sums[{item.kind, item.outcome, item.actor}].Add(item.amount);
  });
  for (const auto& [key, sum] : sums) {
    const auto& [kind, outcome, actor] = key;
    ProviderAccount::OutcomeCount* count = outcomes->Add();
    count->set_kind(static_cast<ReconciliationItem::Kind>(kind));
    count->set_outcome(static_cast<ReconciliationItem::Outcome>(outcome));
    count->set_actor(static_cast<ReconciliationItem::Actor>(actor));
    count->mutable_items()->set_count(sum.count);
    count->mutable_items()->set_amount_cents(sum.amount);
    count->set_title(TitleOf(outcome));
  }
}

}  // namespace nmd::contracts
