// SPDX-License-Identifier: EUPL-1.2
// The account of a provider, for both sides.
#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "services/contracts/account_access.h"
#include "services/contracts/account_items.h"
#include "services/contracts/accounts.h"
#include "services/contracts/contracts.h"
#include "services/contracts/item_texts.h"
#include "services/contracts/settlement.h"
#include "services/core/dutch.h"
#include "services/platform/errors.h"
#include "services/platform/paging.h"
#include "services/platform/proto_time.h"
#include "services/platform/status_macros.h"

namespace nmd::contracts {
namespace {

using v1::ProviderAccount;
using v1::ReconciliationItem;

// Worked out and kept: the pages of two lists.
constexpr size_t kWorked = 2;
// Lines of accounts that are kept up to date, all together and beside the account that is asked for: some 50 MiB.
constexpr size_t kLiveLines = 50'000;
constexpr absl::Duration kPatience = absl::Seconds(30);

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

void Fill(const Sum& sum, ProviderAccount::Amount* amount) {
  amount->set_count(sum.count);
  amount->set_amount_cents(sum.amount);
}

void FillBalances(const AccountView& account, int year, ProviderAccount* proto) {
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

void FillAges(const AccountView& account, int year, ProviderAccount* proto) {
  std::array<Sum, kAgeBounds.size() + 1> ages;
  account.ForEach([&](const Reconciliation& part, const Item& item) {
    if (item.kind != ItemKind::kLine || item.standing != LineStanding::kOpen || !IsOf(item, year)) return;
    const int days = account.today - part.DeclaredDay(item);
    const auto bound = std::find_if(kAgeBounds.begin(), kAgeBounds.end(), [days](int most) { return days <= most; });
    ages[static_cast<size_t>(bound - kAgeBounds.begin())].Add(item.amount);
  });
  for (size_t i = 0; i < ages.size(); ++i) {
    ProviderAccount::Age* age = proto->add_ages();
    age->set_from_days(i == 0 ? 0 : kAgeBounds[i - 1] + 1);
    if (i < kAgeBounds.size()) age->set_to_days(kAgeBounds[i]);
    Fill(ages[i], age->mutable_open());
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

std::shared_ptr<const Contracts::Worked> Contracts::WorkOutLive(const std::string& provider, absl::Time now) const {
  live_now_ = now;
  std::unique_ptr<Live>& live = live_[provider];
  if (live == nullptr) live = std::make_unique<Live>(ledger_, provider);
  live->asked = ++live_asked_;
  const AgreedState agreed_state = {book_.KnowledgeMoment(now), agreed_pages_, ledger_.revision()};
  if (live->agreed_changes == 0 || live->agreed_state != agreed_state) {
    const Book book = book_.AsKnown(now);
    live->agreed = book.AgreedWith(provider);
    live->agreed_state = agreed_state;
    ++live->agreed_changes;
    live->has_contract = false;
    live->title.clear();
    for (const BookedContract& contract : book.contracts) {
      if (contract.provider != provider) continue;
      live->has_contract = true;
      live->title = contract.provider_title;  // Contracts come by start.
    }
  }
  auto worked = std::make_shared<Worked>();
  worked->provider = provider;
  worked->today = dutch::CalendarDay(now);
  worked->changes = changes_;
  live->account.Update(live->agreed, live->agreed_changes, worked->today, now);
  if (live->account.empty() && !live->has_contract) {
    live_.erase(provider);
    return nullptr;
  }
  worked->title = live->title;
  worked->account = live->account.view();
  // The ones nobody asked for longest make room.
  size_t lines = 0;
  for (const auto& [name, other] : live_) lines += other->account.line_count();
  while (lines > kLiveLines && live_.size() > 1) {
    const auto oldest = std::min_element(live_.begin(), live_.end(),
                                         [](const auto& a, const auto& b) { return a.second->asked < b.second->asked; });
    lines -= oldest->second->account.line_count();
    live_.erase(oldest);
  }
  return worked;
}

absl::StatusOr<std::shared_ptr<const Contracts::Worked>> Contracts::WorkOut(const std::string& provider,
                                                                            absl::Time known_time) const {
  const std::string name = absl::StrCat("municipalities/", municipality_, "/accounts/", provider);
  auto worked = std::make_shared<Worked>();
  worked->provider = provider;
  worked->today = dutch::CalendarDay(known_time);
  ProviderBooks books;
  Book book;
  {
    MutexLock lock(mutex_);
    if (known_time >= live_now_) {
      std::shared_ptr<const Worked> live = WorkOutLive(provider, known_time);
      if (live == nullptr) return NotFound(name);
      return live;
    }
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
  if (!known) return NotFound(name);
  worked->account = std::make_shared<const AccountView>(
      AccountView::Of(Reconcile(std::move(books), book.AgreedWith(provider), worked->today)));
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
  NMD_ASSIGN_OR_RETURN(const std::string provider, ProviderOfAccount(caller, request.name(), "name"));
  NMD_RETURN_IF_ERROR(CheckRequest(request));
  const absl::Time known_time = KnownTimeIn(request, clock_.Now());
  NMD_ASSIGN_OR_RETURN(const std::shared_ptr<const Worked> worked, WorkOut(provider, known_time));
  ProviderAccount proto;
  proto.set_name(request.name());
  proto.set_provider(provider);
  proto.set_provider_title(worked->title);
  proto.set_year(request.year());
  *proto.mutable_known_time() = TimestampOf(known_time);
  FillBalances(*worked->account, request.year(), &proto);
  FillAges(*worked->account, request.year(), &proto);
  CountOutcomes(
      *worked->account, [&](const Item& item) { return IsOf(item, request.year()); }, proto.mutable_outcomes());
  proto.set_text(ExplainBalances(worked->account->balances, request.year()));
  if (request.year() == 0) return proto;
  std::vector<type::Figure> figures =
      AskTotals(costs_, {municipality_, request.year(), provider, known_time}, {"indicated", "paid", "booked"},
                std::min(kPatience, caller.deadline - clock_.Now()));
  type::Figure granted;
  granted.set_state(type::Figure::ANSWERED);
  Cents sum = 0;
  for (const auto& balance : proto.balances()) sum += balance.approved().amount_cents();
  granted.set_amount_cents(sum);
  const SettledAmounts settled = SettledAmountsOf(granted, figures[1], figures[2]);
  ProviderAccount::Settlement* settlement = proto.mutable_settlement();
  settlement->set_state(settled.state);
  settlement->set_granted_cents(settled.granted);
  settlement->set_unpaid_cents(settled.unpaid.value_or(0));
  settlement->set_unbooked_cents(settled.unbooked.value_or(0));
  settlement->set_text(settled.text);
  *proto.mutable_indicated() = std::move(figures[0]);
  *proto.mutable_paid() = std::move(figures[1]);
  *proto.mutable_booked() = std::move(figures[2]);
  return proto;
}

absl::StatusOr<v1::ListReconciliationItemsResponse> Contracts::ListReconciliationItems(
    const Caller& caller, const v1::ListReconciliationItemsRequest& request) const {
  NMD_ASSIGN_OR_RETURN(const std::string provider, ProviderOfAccount(caller, request.parent(), "parent"));
  NMD_RETURN_IF_ERROR(CheckRequest(request));
  FieldCheck check;
  check.Require(request.law().empty() || request.law() == "jeugdwet" || request.law() == "wmo", "law",
                "must be jeugdwet, wmo or empty");
  NMD_RETURN_IF_ERROR(check.Result());
  NMD_ASSIGN_OR_RETURN(const Page page, ReadPage(request));
  NMD_ASSIGN_OR_RETURN(const std::shared_ptr<const Worked> worked, WorkOut(provider, KnownTimeIn(request, clock_.Now())));
  v1::ListReconciliationItemsResponse response;
  int64_t total = 0;
  worked->account->ForEach([&](const Reconciliation& account, const Item& item) {
    if (!Fits(account, item, request)) return;
    if (total >= page.offset && total < page.offset + page.size) {
      v1::ReconciliationItem* shown = response.add_items();
      *shown = ToProto(account, item, request.parent());
      MutexLock lock(mutex_);
      AddResponses(caller, provider, IdOf(account, item), shown);
    }
    ++total;
  });
  response.set_total_size(static_cast<int32_t>(total));
  response.set_next_page_token(NextPageToken(request, page.offset + page.size, total));
  return response;
}

}  // namespace nmd::contracts
