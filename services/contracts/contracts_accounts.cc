// SPDX-License-Identifier: EUPL-1.2
// The account of a provider, for both sides.
#include <algorithm>
#include <array>
#include <map>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "services/contracts/accounts.h"
#include "services/contracts/contracts.h"
#include "services/contracts/item_texts.h"
#include "services/core/codes.h"
#include "services/core/dutch.h"
#include "services/platform/crypto.h"
#include "services/platform/errors.h"
#include "services/platform/paging.h"
#include "services/platform/proto_time.h"
#include "services/platform/status_macros.h"

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

// Worked out and kept: the pages of two lists.
constexpr size_t kWorked = 2;
constexpr absl::Duration kPatience = absl::Seconds(30);
// The subject of a provider is its AGB code, as in a certificate: "agb:01234567".
constexpr absl::string_view kProviderSubject = "agb:";

std::string LawText(Law law) { return law == Law::kWmo ? "wmo" : "jeugdwet"; }
std::string Text(absl::string_view view) { return std::string(view); }

// The AGB code of municipalities/{municipality}/accounts/{provider}, when the caller may see that account. Both are told before
// anything is looked up, so that a refusal says nothing about what exists.
absl::StatusOr<std::string> ProviderOf(const Caller& caller, const std::string& name, absl::string_view field) {
  const std::vector<std::string> parts = absl::StrSplit(name, '/');
  FieldCheck check;
  check.Require(parts.size() == 4 && parts[2] == "accounts" && IsAgbCode(parts[3]), field,
                "must be municipalities/{municipality}/accounts/{provider}, with an AGB code of eight digits");
  NMD_RETURN_IF_ERROR(check.Result());
  const bool sees_all = caller.Has(type::CONTRACT_MANAGER) || caller.Has(type::CONTROLLER);
  const bool is_own = caller.Has(type::PROVIDER) && caller.subject == absl::StrCat(kProviderSubject, parts[3]);
  if (sees_all || is_own) return parts[3];
  return Fail(absl::StatusCode::kPermissionDenied, ErrorReason::SCOPE_FOREIGN,
              "a provider sees its own account only: that of the AGB code it signed in with");
}

template <typename Request>
absl::Status CheckRequest(const Request& request) {
  FieldCheck check;
  check.Require(request.year() == 0 || (2000 <= request.year() && request.year() <= 2100), "year",
                "must be a calendar year, 2000 to 2100, or 0 for all");
  check.Require(!request.has_known_time() || IsValid(request.known_time()), "known_time", "must be a moment");
  return check.Result();
}

template <typename Request>
absl::Time KnownTimeIn(const Request& request, absl::Time now) {
  return request.has_known_time() ? std::min(now, absl::FromUnixMicros(MicrosOf(request.known_time()))) : now;
}

// Whether an item is about a year. What has no period, such as an answer to a claim nobody knows, is about every year.
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

// What tells an item from all others of its provider, and stays when its outcome changes.
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

ReconciliationItem ToProto(const Reconciliation& account, const Item& item, const std::string& parent) {
  ReconciliationItem proto;
  proto.set_name(absl::StrCat(parent, "/items/", IdOf(account, item)));
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

void Fill(const Sum& sum, ProviderAccount::Amount* amount) {
  amount->set_count(sum.count);
  amount->set_amount_cents(sum.amount);
}

void FillBalances(const Reconciliation& account, int year, ProviderAccount* proto) {
  for (const auto& [key, balance] : account.balances) {
    if (year != 0 && key.second != year) continue;
    ProviderAccount::Balance* of = proto->add_balances();
    of->set_law(LawText(key.first));
    of->set_year(key.second);
    Fill(balance.debits, of->mutable_debits());
    Fill(balance.credits, of->mutable_credits());
    Fill(balance.declared, of->mutable_declared());
    Fill(balance.approved, of->mutable_approved());
    Fill(balance.rejected, of->mutable_rejected());
    Fill(balance.open, of->mutable_open());
    Fill(balance.not_counted, of->mutable_not_counted());
    Fill(balance.taken_back, of->mutable_taken_back());
  }
}

void FillAges(const Reconciliation& account, int year, ProviderAccount* proto) {
  std::array<Sum, kAgeBounds.size() + 1> ages;
  for (const Item& item : account.items) {
    if (item.kind != ItemKind::kLine || item.standing != LineStanding::kOpen || !IsOf(item, year)) continue;
    const int days = account.today - account.DeclaredDay(item);
    const auto bound = std::find_if(kAgeBounds.begin(), kAgeBounds.end(), [days](int most) { return days <= most; });
    ages[static_cast<size_t>(bound - kAgeBounds.begin())].Add(item.amount);
  }
  for (size_t i = 0; i < ages.size(); ++i) {
    ProviderAccount::Age* age = proto->add_ages();
    age->set_from_days(i == 0 ? 0 : kAgeBounds[i - 1] + 1);
    if (i < kAgeBounds.size()) age->set_to_days(kAgeBounds[i]);
    Fill(ages[i], age->mutable_open());
  }
}

void FillOutcomes(const Reconciliation& account, int year, ProviderAccount* proto) {
  std::map<std::tuple<ItemKind, Outcome, Actor>, Sum> counts;
  for (const Item& item : account.items) {
    if (IsOf(item, year)) counts[{item.kind, item.outcome, item.actor}].Add(item.amount);
  }
  for (const auto& [key, sum] : counts) {
    const auto& [kind, outcome, actor] = key;
    ProviderAccount::OutcomeCount* count = proto->add_outcomes();
    count->set_kind(static_cast<ReconciliationItem::Kind>(kind));
    count->set_outcome(static_cast<ReconciliationItem::Outcome>(outcome));
    count->set_actor(static_cast<ReconciliationItem::Actor>(actor));
    Fill(sum, count->mutable_items());
    count->set_title(TitleOf(outcome));
  }
}

bool Fits(const Reconciliation& account, const Item& item, const v1::ListReconciliationItemsRequest& request) {
  if (!IsOf(item, request.year())) return false;
  if (!request.law().empty() && request.law() != LawText(item.law)) return false;
  if (request.kind() != ReconciliationItem::KIND_UNSPECIFIED && static_cast<int>(item.kind) != request.kind()) return false;
  if (request.actor() != ReconciliationItem::ACTOR_UNSPECIFIED && static_cast<int>(item.actor) != request.actor()) return false;
  if (request.outcomes_size() > 0 && std::find(request.outcomes().begin(), request.outcomes().end(),
                                               static_cast<int>(item.outcome)) == request.outcomes().end()) {
    return false;
  }
  if (request.allocation() != 0 && item.allocation != request.allocation()) return false;
  if (request.claim().empty()) return true;
  const ClaimRow* claim = ClaimOf(account, item);
  return claim != nullptr && item.kind != ItemKind::kStatement && claim->number == request.claim();
}

}  // namespace

absl::StatusOr<std::shared_ptr<const Contracts::Worked>> Contracts::WorkOut(const std::string& provider,
                                                                            absl::Time known_time) const {
  auto worked = std::make_shared<Worked>();
  worked->provider = provider;
  worked->today = dutch::CalendarDay(known_time);
  ProviderBooks books;
  Book book;
  {
    MutexLock lock(mutex_);
    worked->changes = changes_;
    worked->moment = std::max(ledger_.KnowledgeMoment(known_time), book_.KnowledgeMoment(known_time));
    for (const auto& held : worked_) {
      if (held->provider == provider && held->today == worked->today && held->moment == worked->moment) return held;
    }
    books = ledger_.AsKnown(provider, known_time);
    book = book_.AsKnown(known_time);
  }
  bool known = !books.allocations.empty() || !books.claims.empty() || !books.answers.empty() || !books.statements.empty() ||
               !books.care.empty();
  for (const BookedContract& contract : book.contracts) {
    if (contract.provider != provider) continue;
    known = true;
    worked->title = contract.provider_title;  // Contracts come by start.
  }
  if (!known) return NotFound(absl::StrCat("municipalities/", municipality_, "/accounts/", provider));
  worked->account = Reconcile(std::move(books), book.AgreedWith(provider), worked->today);
  MutexLock lock(mutex_);
  // A page that came in between made this one old: it may be given, and is not kept.
  if (worked->changes == changes_) {
    if (worked_.size() == kWorked) worked_.erase(worked_.begin());
    worked_.push_back(worked);
  }
  return std::shared_ptr<const Worked>(std::move(worked));
}

absl::StatusOr<ProviderAccount> Contracts::GetProviderAccount(const Caller& caller,
                                                              const v1::GetProviderAccountRequest& request) const {
  NMD_ASSIGN_OR_RETURN(const std::string provider, ProviderOf(caller, request.name(), "name"));
  NMD_RETURN_IF_ERROR(CheckRequest(request));
  const absl::Time known_time = KnownTimeIn(request, clock_.Now());
  NMD_ASSIGN_OR_RETURN(const std::shared_ptr<const Worked> worked, WorkOut(provider, known_time));
  ProviderAccount proto;
  proto.set_name(request.name());
  proto.set_provider(provider);
  proto.set_provider_title(worked->title);
  proto.set_year(request.year());
  *proto.mutable_known_time() = TimestampOf(known_time);
  FillBalances(worked->account, request.year(), &proto);
  FillAges(worked->account, request.year(), &proto);
  FillOutcomes(worked->account, request.year(), &proto);
  proto.set_text(ExplainBalances(worked->account, request.year()));
  if (request.year() == 0) return proto;
  std::vector<type::Figure> figures =
      AskTotals(costs_, {municipality_, request.year(), provider, known_time}, {"indicated", "paid", "booked"},
                std::min(kPatience, caller.deadline - clock_.Now()));
  *proto.mutable_indicated() = std::move(figures[0]);
  *proto.mutable_paid() = std::move(figures[1]);
  *proto.mutable_booked() = std::move(figures[2]);
  return proto;
}

absl::StatusOr<v1::ListReconciliationItemsResponse> Contracts::ListReconciliationItems(
    const Caller& caller, const v1::ListReconciliationItemsRequest& request) const {
  NMD_ASSIGN_OR_RETURN(const std::string provider, ProviderOf(caller, request.parent(), "parent"));
  NMD_RETURN_IF_ERROR(CheckRequest(request));
  FieldCheck check;
  check.Require(request.law().empty() || request.law() == "jeugdwet" || request.law() == "wmo", "law",
                "must be jeugdwet, wmo or empty");
  NMD_RETURN_IF_ERROR(check.Result());
  NMD_ASSIGN_OR_RETURN(const Page page, ReadPage(request));
  NMD_ASSIGN_OR_RETURN(const std::shared_ptr<const Worked> worked, WorkOut(provider, KnownTimeIn(request, clock_.Now())));
  const Reconciliation& account = worked->account;
  v1::ListReconciliationItemsResponse response;
  int64_t total = 0;
  for (const Item& item : account.items) {
    if (!Fits(account, item, request)) continue;
    if (total >= page.offset && total < page.offset + page.size) {
      *response.add_items() = ToProto(account, item, request.parent());
    }
    ++total;
  }
  response.set_total_size(static_cast<int32_t>(total));
  response.set_next_page_token(NextPageToken(request, page.offset + page.size, total));
  return response;
}

}  // namespace nmd::contracts
