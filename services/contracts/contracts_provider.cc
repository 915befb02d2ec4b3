// SPDX-License-Identifier: EUPL-1.2
// The feed of a provider, and what both sides say about its items.
#include <algorithm>
#include <utility>
#include <vector>

#include "absl/hash/hash.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "services/contracts/account_access.h"
#include "services/contracts/account_items.h"
#include "services/contracts/contracts.h"
#include "services/core/dutch.h"
#include "services/platform/check_words.h"
#include "services/platform/errors.h"
#include "services/platform/paging.h"
#include "services/platform/proto_time.h"
#include "services/platform/status_macros.h"

namespace nmd::contracts {
namespace {

using v1::ItemResponse;

constexpr size_t kNoteCharacters = 500;
constexpr int kDefaultPage = 50;
constexpr int kLargestPage = 1000;
// Accounts that are followed at one time; of the one nobody asked for longest is forgotten what was told, and who comes back to
// it begins anew.
constexpr size_t kFollowedAccounts = 256;

ItemResponse::Side SideOf(const Caller& caller) {
  return IsOnlyProvider(caller) ? ItemResponse::OF_PROVIDER : ItemResponse::OF_MUNICIPALITY;
}

bool MaySay(ItemResponse::Side side, ItemResponse::Position position) {
  switch (position) {
    case ItemResponse::AGREED:
    case ItemResponse::DISPUTED:
    case ItemResponse::INVESTIGATING:
    case ItemResponse::SETTLED:
      return true;
    case ItemResponse::WILL_CREDIT:
    case ItemResponse::WILL_DECLARE:
    case ItemResponse::WILL_REPORT:
      return side == ItemResponse::OF_PROVIDER;
    case ItemResponse::WILL_ANSWER:
    case ItemResponse::WILL_CHANGE_ALLOCATION:
      return side == ItemResponse::OF_MUNICIPALITY;
    default:
      return false;
  }
}

// As a side sees it: of the other side it is an organisation that speaks.
ItemResponse Shown(ItemResponse response, const Caller& caller) {
  if (response.side() != SideOf(caller)) response.clear_subject();
  return response;
}

std::string ItemOf(const ItemResponse& response) {
  const std::vector<std::string> parts = absl::StrSplit(response.name(), '/');
  return parts[5];
}

}  // namespace

void Contracts::ApplyResponse(const internal::v1::ResponseRecord& record) {
  Said& said = said_[record.provider()];
  said.by_request.emplace(record.request_id(), said.all.size());
  said.of_item[ItemOf(record.response())].push_back(said.all.size());
  said.all.push_back(record.response());
  Touch(record.provider());
}

const ItemResponse* Contracts::FindResponse(const std::string& provider, const std::string& request_id) const {
  const auto said = said_.find(provider);
  if (said == said_.end()) return nullptr;
  const auto before = said->second.by_request.find(request_id);
  return before == said->second.by_request.end() ? nullptr : &said->second.all[before->second];
}

void Contracts::Touch(const std::string& provider) { state_of_[provider] = ++states_; }

int64_t Contracts::StateOf(const std::string& provider) const {
  const auto found = state_of_.find(provider);
  return std::max(state_of_all_, found == state_of_.end() ? 0 : found->second);
}

void Contracts::AddResponses(const Caller& caller, const std::string& provider, const std::string& id,
                             v1::ReconciliationItem* item) const {
  const auto said = said_.find(provider);
  if (said == said_.end()) return;
  const auto of = said->second.of_item.find(id);
  if (of == said->second.of_item.end()) return;
  *item->mutable_last_response() = Shown(said->second.all[of->second.back()], caller);
  item->set_response_count(static_cast<int32_t>(of->second.size()));
}

std::shared_ptr<Contracts::FollowedAccount> Contracts::AccountToFollow(const std::string& provider) {
  MutexLock lock(mutex_);
  std::shared_ptr<FollowedAccount>& account = followed_[provider];
  if (account == nullptr) account = std::make_shared<FollowedAccount>(absl::ToUnixMicros(clock_.Now()));
  account->asked = ++asked_;
  const std::shared_ptr<FollowedAccount> kept = account;
  if (followed_.size() > kFollowedAccounts) {
    followed_.erase(std::min_element(followed_.begin(), followed_.end(),
                                     [](const auto& a, const auto& b) { return a.second->asked < b.second->asked; }));
  }
  return kept;
}

absl::StatusOr<std::optional<v1::ListItemChangesResponse>> Contracts::ListItemChanges(const Caller& caller,
                                                                                      const v1::ListItemChangesRequest& request,
                                                                                      bool last) {
  NMD_ASSIGN_OR_RETURN(const std::string provider, ProviderOfAccount(caller, request.parent(), "parent"));
  FieldCheck check;
  check.Require(request.after_sequence() >= 0, "after_sequence", "must be 0 or next_sequence of an answer");
  check.Require(request.page_size() >= 0, "page_size", "must not be negative");
  NMD_RETURN_IF_ERROR(check.Result());
  const int size = request.page_size() == 0 ? kDefaultPage : std::min(request.page_size(), kLargestPage);

  const std::optional<v1::ListItemChangesResponse> kNothing;
  const std::shared_ptr<FollowedAccount> followed = AccountToFollow(provider);
  MutexLock following(followed->mutex);
  const absl::Time now = clock_.Now();
  const Day today = dutch::CalendarDay(now);
  int64_t state = 0;
  {
    MutexLock lock(mutex_);
    state = StateOf(provider);
  }
  const bool changed = followed->state != state || followed->today != today;
  if (!changed && !last && !followed->feed.HasAfter(request.after_sequence())) return kNothing;
  if (!changed && !followed->feed.HasAfter(request.after_sequence())) {
    v1::ListItemChangesResponse nothing;
    nothing.set_next_sequence(request.after_sequence());
    return nothing;
  }
  NMD_ASSIGN_OR_RETURN(const std::shared_ptr<const Worked> worked, WorkOut(provider, now));
  std::vector<std::pair<const Reconciliation*, const Item*>> all;  // In order.
  worked->account->ForEach([&all](const Reconciliation& part, const Item& item) { all.emplace_back(&part, &item); });
  // A page that came in since the state was read is in it already.
  if (changed || followed->changes != worked->changes) {
    std::vector<ItemFeed::Item> items;
    items.reserve(all.size());
    MutexLock lock(mutex_);
    const auto said = said_.find(provider);
    for (const auto& [part, item] : all) {
      const std::string id = IdOf(*part, *item);
      uint64_t digest = DigestOf(*part, *item);
      if (said != said_.end()) {
        const auto of = said->second.of_item.find(id);
        if (of != said->second.of_item.end()) digest = absl::HashOf(digest, of->second.size());
      }
      items.push_back({*ItemFeed::IdOf(id), digest});
    }
    followed->feed.Update(items, absl::ToUnixMicros(now));
    followed->state = state;
    followed->today = today;
    followed->changes = worked->changes;
  }
  const ItemFeed::Page page = followed->feed.After(request.after_sequence(), static_cast<size_t>(size));
  if (page.changes.empty() && !page.restarted && !last) return kNothing;
  v1::ListItemChangesResponse response;
  response.set_next_sequence(page.next);
  response.set_restarted(page.restarted);
  for (const ItemFeed::Change& of : page.changes) {
    v1::ItemChange* change = response.add_changes();
    const std::string id = ItemFeed::HexOf(of.id);
    change->set_name(absl::StrCat(request.parent(), "/items/", id));
    change->set_sequence(of.sequence);
    if (of.place < 0) continue;
    const auto& [part, item] = all[static_cast<size_t>(of.place)];
    *change->mutable_item() = ToProto(*part, *item, request.parent());
    MutexLock lock(mutex_);
    AddResponses(caller, provider, id, change->mutable_item());
  }
  return response;
}

absl::StatusOr<ItemResponse> Contracts::RespondToItem(const Caller& caller, const v1::RespondToItemRequest& request) {
  NMD_ASSIGN_OR_RETURN(const std::vector<std::string> parts,
                       PartsOfAccount(caller, request.name(), "name", "accounts", 6,
                                      "municipalities/{municipality}/accounts/{provider}/items/{item}"));
  const std::string &provider = parts[3], &id = parts[5];
  const ItemResponse::Side side = SideOf(caller);
  FieldCheck check;
  check.Require(parts[4] == "items", "name", "must be municipalities/{municipality}/accounts/{provider}/items/{item}");
  check.Require(
      MaySay(side, request.position()), "position",
      side == ItemResponse::OF_PROVIDER ? "must be one that a provider may say" : "must be one that a municipality may say");
  check.Require(ItemResponse::Reason_IsValid(request.reason()), "reason", "must be one of the reasons");
  check.Require(request.position() != ItemResponse::DISPUTED || request.reason() != ItemResponse::REASON_UNSPECIFIED, "reason",
                "must say why the item is disputed");
  const bool needs_note = request.reason() == ItemResponse::OTHER_REASON || request.position() == ItemResponse::SETTLED;
  if (needs_note || !request.note().empty()) CheckText(request.note(), "note", kNoteCharacters, check);
  CheckRequestId(request.request_id(), check);
  NMD_RETURN_IF_ERROR(check.Result());
  const std::string key = absl::StrCat(side, "/", request.request_id());
  {
    MutexLock lock(mutex_);
    if (const ItemResponse* before = FindResponse(provider, key)) return Shown(*before, caller);
  }
  NMD_ASSIGN_OR_RETURN(const std::shared_ptr<const Worked> worked, WorkOut(provider, clock_.Now()));
  const Item* about = nullptr;
  worked->account->ForEach([&](const Reconciliation& part, const Item& item) {
    if (IdOf(part, item) == id) about = &item;
  });
  if (about == nullptr) return NotFound(request.name());

  MutexLock lock(mutex_);
  if (const ItemResponse* before = FindResponse(provider, key)) return Shown(*before, caller);
  Said& said = said_[provider];
  internal::v1::ResponseRecord record;
  record.set_provider(provider);
  record.set_request_id(key);
  ItemResponse* response = record.mutable_response();
  const auto of_item = said.of_item.find(id);
  response->set_name(
      absl::StrCat(request.name(), "/responses/", of_item == said.of_item.end() ? 1 : of_item->second.size() + 1));
  response->set_side(side);
  response->set_position(request.position());
  response->set_reason(request.reason());
  response->set_note(request.note());
  *response->mutable_time() = TimestampOf(clock_.Now());
  response->set_subject(caller.subject);
  response->set_outcome(static_cast<v1::ReconciliationItem::Outcome>(about->outcome));
  response->set_amount_cents(about->amount);
  NMD_RETURN_IF_ERROR(Write(kResponseKind, record, caller.subject));
  ApplyResponse(record);
  parking_.Wake();
  return record.response();
}

absl::StatusOr<v1::ListItemResponsesResponse> Contracts::ListItemResponses(const Caller& caller,
                                                                           const v1::ListItemResponsesRequest& request) const {
  NMD_ASSIGN_OR_RETURN(const std::string provider, ProviderOfAccount(caller, request.parent(), "parent"));
  NMD_ASSIGN_OR_RETURN(const Page page, ReadPage(request));
  MutexLock lock(mutex_);
  v1::ListItemResponsesResponse response;
  const auto said = said_.find(provider);
  if (said == said_.end()) return response;
  int64_t total = 0;
  for (const ItemResponse& of : said->second.all) {
    if (!request.item().empty() && ItemOf(of) != request.item()) continue;
    if (total >= page.offset && total < page.offset + page.size) *response.add_responses() = Shown(of, caller);
    ++total;
  }
  response.set_next_page_token(NextPageToken(request, page.offset + page.size, total));
  return response;
}

}  // namespace nmd::contracts
