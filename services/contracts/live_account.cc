// SPDX-License-Identifier: EUPL-1.2
#include "services/contracts/live_account.h"

#include <algorithm>
#include <iterator>

namespace nmd::contracts {
namespace {

constexpr uint64_t kAnswer = uint64_t{1} << 32;

void AddTo(const Sum& more, int sign, Sum* sum) {
  sum->count += sign * more.count;
  sum->amount += sign * more.amount;
}

// Adds the balances of a part, or takes them away. A balance of nothing is none.
void AddBalances(const Reconciliation& part, int sign, Balances* balances) {
  for (const auto& [key, more] : part.balances) {
    Balance& balance = (*balances)[key];
    for (Sum Balance::*sum : {&Balance::debits, &Balance::credits, &Balance::declared, &Balance::approved, &Balance::rejected,
                              &Balance::open, &Balance::not_counted, &Balance::taken_back}) {
      AddTo(more.*sum, sign, &(balance.*sum));
    }
    if (balance.debits.count == 0 && balance.credits.count == 0) balances->erase(key);
  }
}

template <typename Map, typename Key>
const typename Map::mapped_type& Of(const Map& map, const Key& key) {
  static const auto* const kNone = new typename Map::mapped_type;
  const auto found = map.find(key);
  return found == map.end() ? *kNone : found->second;
}

}  // namespace

void LiveAccount::Begin() {
  order_.clear();
  newest_ = -1;
  kinds_ = 0;
  waits_ = false;
  allocations_read_ = care_read_ = claims_read_ = answers_read_ = statements_read_ = own_read_ = 0;
  line_count_ = 0;
  for (auto* map : {&lines_of_, &allocations_of_, &care_of_, &statements_of_}) map->clear();
  own_of_.clear();
  for (auto* map :
       {&by_reference_, &by_previous_, &claims_by_number_, &claims_by_message_, &answers_by_number_, &answers_by_message_}) {
    map->clear();
  }
  own_months_.clear();
  stated_days_.clear();
  parts_.clear();
  groups_.clear();
  group_of_.clear();
  balances_.clear();
}

bool LiveAccount::ReadBatches(absl::Time now) {
  const auto& batches = ledger_.batches_;
  const size_t read = order_.size();
  std::vector<uint32_t> fresh;
  order_.resize(batches.size(), -1);
  for (auto i = static_cast<uint32_t>(read); i < batches.size(); ++i) {
    waits_ |= batches[i].known > now;
    if (!ledger_.deliveries_.Counts(ledger_.words_[batches[i].delivery], batches[i].known, now)) continue;
    fresh.push_back(i);
    kinds_ |= batches[i].kinds;
  }
  std::sort(fresh.begin(), fresh.end(), [this](uint32_t a, uint32_t b) { return ledger_.Precedes(a, b); });
  if (fresh.empty()) return true;
  if (newest_ >= 0 && ledger_.Precedes(fresh.front(), static_cast<uint32_t>(newest_))) return false;
  int32_t next = newest_ < 0 ? 0 : order_[static_cast<size_t>(newest_)] + 1;
  for (const uint32_t i : fresh) order_[i] = next++;
  newest_ = fresh.back();
  return true;
}

void LiveAccount::Update(const Agreed& agreed, int64_t agreed_state, Day today, absl::Time now) {
  const auto found = ledger_.providers_.find(provider_);
  // A table that grows moves what it holds.
  rows_ = found == ledger_.providers_.end() ? nullptr : &found->second;
  const absl::Time last_change = ledger_.deliveries_.LastChange(now);
  const bool statements_came =
      rows_ != nullptr && (rows_->statements.size() != statements_read_ || rows_->own_statements.size() != own_read_);
  bool all = view_ == nullptr || revision_ != ledger_.revision() || agreed_state_ != agreed_state || today_ != today ||
             last_change_ != last_change || waits_ || statements_came;
  if (!all) {
    // What comes in at all decides about every allocation; the first of a kind may be one that took the place of a superseded
    // one.
    const uint8_t kinds = kinds_;
    all = !ReadBatches(now) || kinds_ != kinds;
  }
  if (all) {
    Begin();
    ReadBatches(now);
  }
  revision_ = ledger_.revision();
  agreed_state_ = agreed_state;
  last_change_ = last_change;
  today_ = today;
  std::set<Key> keys;
  std::set<uint32_t> claims, answers;
  if (rows_ != nullptr) {
    if (all) {
      own_months_.clear();
      for (const auto& [key, statement] : AccountLedger::OwnMonths(*rows_, now)) {
        own_months_.push_back({key.first, key.second, rows_->own_statements[statement].confirmed});
      }
      // Which of the provider's own rows hold, and whose rows of deliveries do.
      const auto own = AccountLedger::OwnMonths(*rows_, now);
      const auto own_of = [&own](const AccountLedger::Statement& s) {
        const auto held = own.find({s.law, MonthOf(s.period.start)});
        return held == own.end() ? UINT32_MAX : held->second;
      };
      AccountLedger::Selection all_statements;
      for (uint32_t i = 0; i < rows_->statements.size(); ++i) {
        const auto& s = rows_->statements[i];
        if (!Counts(s.batch) || own_of(s) != UINT32_MAX) continue;
        statements_of_[{s.law, s.number}].push_back(i);
        all_statements.statements.push_back(i);
      }
      for (uint32_t statement = 0; statement < rows_->own_statements.size(); ++statement) {
        const auto& list = rows_->own_statements[statement].rows;
        for (uint32_t i = 0; i < list.size(); ++i) {
          if (own_of(list[i]) != statement) continue;
          own_of_[{list[i].law, list[i].number}].emplace_back(statement, i);
          all_statements.own.emplace_back(statement, i);
        }
      }
      statements_read_ = rows_->statements.size();
      own_read_ = rows_->own_statements.size();
      for (const auto& [key, list] : statements_of_) keys.insert(key);
      for (const auto& [key, list] : own_of_) keys.insert(key);
      ProviderBooks stated = ledger_.Assemble(*rows_, all_statements, order_);
      stated.own_months = own_months_;
      stated_days_ = StatedDaysOf(stated);
    }
    ReadRows(&keys, &claims, &answers);
  }
  if (!all && keys.empty() && claims.empty() && answers.empty()) return;

  // Claims and answers that came decide about what shares their names.
  const bool claims_changed = all || !claims.empty() || !answers.empty();
  std::set<uint32_t> lines;
  while (!claims.empty() || !answers.empty()) {
    const Group group = claims.empty() ? GroupOf({}, {*answers.begin()}) : GroupOf({*claims.begin()}, {});
    for (const uint32_t claim : group.claims) {
      claims.erase(claim);
      const auto& row = rows_->claims[claim];
      for (uint32_t i = row.first_line; i < row.first_line + row.line_count; ++i) lines.insert(i);
    }
    for (const uint32_t answer : group.answers) answers.erase(answer);
    WorkOutGroup(group, agreed);
  }
  absl::flat_hash_set<uint32_t> related;
  for (const uint32_t line : lines) {
    if (!related.contains(line)) AddRelated(line, &related);
  }
  for (const uint32_t line : related) keys.emplace(LawOfLine(line), rows_->lines[line].allocation);
  for (const Key& key : keys) WorkOutAllocation(key, agreed);
  MakeView(claims_changed);
}

void LiveAccount::ReadRows(std::set<Key>* keys, std::set<uint32_t>* claims, std::set<uint32_t>* answers) {
  const auto read = [&](const auto& list, size_t* from, const auto& take) {
    for (; *from < list.size(); ++*from) {
      if (Counts(list[*from].batch)) take(list[*from], static_cast<uint32_t>(*from));
    }
  };
  read(rows_->allocations, &allocations_read_, [&](const AccountLedger::Allocation& a, uint32_t i) {
    allocations_of_[{a.law, a.number}].push_back(i);
    keys->emplace(a.law, a.number);
  });
  read(rows_->care, &care_read_, [&](const AccountLedger::Care& c, uint32_t i) {
    care_of_[{c.law, c.number}].push_back(i);
    keys->emplace(c.law, c.number);
  });
  read(rows_->claims, &claims_read_, [&](const AccountLedger::Claim& c, uint32_t i) {
    claims_by_number_[{c.law, c.number}].push_back(i);
    if (const Word message = ledger_.batches_[c.batch].identification; !ledger_.words_[message].empty()) {
      claims_by_message_[{c.law, message}].push_back(i);
    }
    claims->insert(i);
    for (uint32_t n = c.first_line; n < c.first_line + c.line_count; ++n) {
      const AccountLedger::Line& line = rows_->lines[n];
      ++line_count_;
      lines_of_[{c.law, line.allocation}].push_back(n);
      by_reference_[{c.law, line.reference}].push_back(n);
      if (!ledger_.words_[line.previous].empty()) by_previous_[{c.law, line.previous}].push_back(n);
    }
  });
  read(rows_->answers, &answers_read_, [&](const AccountLedger::Answer& a, uint32_t i) {
    if (!ledger_.words_[a.number].empty()) answers_by_number_[{a.law, a.number}].push_back(i);
    if (!ledger_.words_[a.claim_identification].empty()) answers_by_message_[{a.law, a.claim_identification}].push_back(i);
    answers->insert(i);
  });
}

Law LiveAccount::LawOfLine(uint32_t line) const { return rows_->claims[rows_->lines[line].claim].law; }

void LiveAccount::AddRelated(uint32_t line, absl::flat_hash_set<uint32_t>* lines) const {
  Rows open = {line};
  lines->insert(line);
  while (!open.empty()) {
    const uint32_t at = open.back();
    open.pop_back();
    const AccountLedger::Line& row = rows_->lines[at];
    const Law law = LawOfLine(at);
    const auto add = [&](const Rows& list) {
      for (const uint32_t other : list) {
        if (lines->insert(other).second) open.push_back(other);
      }
    };
    add(Of(by_reference_, Name(law, row.reference)));
    add(Of(by_previous_, Name(law, row.reference)));
    if (!ledger_.words_[row.previous].empty()) {
      add(Of(by_reference_, Name(law, row.previous)));
      add(Of(by_previous_, Name(law, row.previous)));
    }
  }
}

LiveAccount::Group LiveAccount::GroupOf(Rows claims, Rows answers) const {
  std::set<uint32_t> all_claims(claims.begin(), claims.end()), all_answers(answers.begin(), answers.end());
  while (!claims.empty() || !answers.empty()) {
    const auto add = [](const Rows& list, std::set<uint32_t>* all, Rows* open) {
      for (const uint32_t i : list) {
        if (all->insert(i).second) open->push_back(i);
      }
    };
    const auto follow = [&](Law law, Word number, Word message) {
      if (!ledger_.words_[number].empty()) {
        add(Of(claims_by_number_, Name(law, number)), &all_claims, &claims);
        add(Of(answers_by_number_, Name(law, number)), &all_answers, &answers);
      }
      if (!ledger_.words_[message].empty()) {
        add(Of(claims_by_message_, Name(law, message)), &all_claims, &claims);
        add(Of(answers_by_message_, Name(law, message)), &all_answers, &answers);
      }
    };
    if (!claims.empty()) {
      const AccountLedger::Claim& claim = rows_->claims[claims.back()];
      claims.pop_back();
      follow(claim.law, claim.number, ledger_.batches_[claim.batch].identification);
    } else {
      const AccountLedger::Answer& answer = rows_->answers[answers.back()];
      answers.pop_back();
      follow(answer.law, answer.number, answer.claim_identification);
    }
  }
  return {Rows(all_claims.begin(), all_claims.end()), Rows(all_answers.begin(), all_answers.end())};
}

void LiveAccount::Replace(std::shared_ptr<const Reconciliation>* slot, Reconciliation part) {
  ++worked_out_;
  if (*slot != nullptr) AddBalances(**slot, -1, &balances_);
  *slot = std::make_shared<const Reconciliation>(std::move(part));
  AddBalances(**slot, 1, &balances_);
}

void LiveAccount::WorkOutGroup(const Group& group, const Agreed& agreed) {
  std::vector<uint64_t> members(group.claims.begin(), group.claims.end());
  for (const uint32_t answer : group.answers) members.push_back(answer + kAnswer);
  // Groups that grew together.
  for (const uint64_t member : members) {
    const auto before = group_of_.find(member);
    if (before != group_of_.end() && before->second != members.front()) groups_.erase(before->second);
    group_of_[member] = members.front();
  }
  AccountLedger::Selection selection;
  selection.claims = group.claims;
  selection.answers = group.answers;
  for (const uint32_t claim : group.claims) {
    const AccountLedger::Claim& row = rows_->claims[claim];
    for (uint32_t i = row.first_line; i < row.first_line + row.line_count; ++i) selection.lines.push_back(i);
  }
  ProviderBooks books = ledger_.Assemble(*rows_, selection, order_);
  AccountLedger::SetKinds(kinds_, &books);
  Reconciliation part = Reconcile(std::move(books), agreed, today_, Part{Part::kClaims, Law::kYouth, 0});
  ++worked_out_;
  if (part.items.empty()) {
    // Most claims have nothing to tell beside their lines.
    groups_.erase(members.front());
    return;
  }
  groups_[members.front()] = std::make_shared<const Reconciliation>(std::move(part));
}

void LiveAccount::WorkOutAllocation(const Key& key, const Agreed& agreed) {
  absl::flat_hash_set<uint32_t> lines;
  for (const uint32_t line : Of(lines_of_, key)) {
    if (!lines.contains(line)) AddRelated(line, &lines);
  }
  std::set<uint32_t> claims, answers;
  absl::flat_hash_set<Word> references;
  AccountLedger::Selection selection;
  selection.lines.assign(lines.begin(), lines.end());
  // The order of a hash table is no order.
  std::sort(selection.lines.begin(), selection.lines.end());
  for (const uint32_t line : selection.lines) {
    references.insert(rows_->lines[line].reference);
    const uint32_t claim = rows_->lines[line].claim;
    if (claims.count(claim) != 0) continue;
    const Group group = GroupOf({claim}, {});
    claims.insert(group.claims.begin(), group.claims.end());
    answers.insert(group.answers.begin(), group.answers.end());
  }
  selection.claims.assign(claims.begin(), claims.end());
  selection.answers.assign(answers.begin(), answers.end());
  selection.references = &references;
  selection.allocations = Of(allocations_of_, key);
  selection.care = Of(care_of_, key);
  selection.statements = Of(statements_of_, key);
  selection.own = Of(own_of_, key);
  ProviderBooks books = ledger_.Assemble(*rows_, selection, order_);
  books.own_months = own_months_;
  books.stated_days = stated_days_;
  AccountLedger::SetKinds(kinds_, &books);
  Replace(&parts_[key], Reconcile(std::move(books), agreed, today_, Part{Part::kAllocation, key.first, key.second}));
}

void LiveAccount::MakeView(bool claims_changed) {
  auto view = std::make_shared<AccountView>();
  view->today = today_;
  view->balances = balances_;
  for (const auto& [key, part] : parts_) {
    if (key.second != 0) view->laws[key.first].parts.push_back(part);
  }
  // What is about claims, and what names no allocation, goes first.
  const bool keep =
      !claims_changed && view_ != nullptr && parts_.count({Law::kYouth, 0}) == 0 && parts_.count({Law::kWmo, 0}) == 0;
  if (keep) {
    for (const auto& [law, of] : view_->laws) view->laws[law].first = of.first;
  } else {
    const auto add = [&view](const std::shared_ptr<const Reconciliation>& part) {
      for (const Item& item : part->items) view->laws[item.law].first.emplace_back(part, &item);
    };
    for (const auto& [key, part] : parts_) {
      if (key.second == 0) add(part);
    }
    for (const auto& [key, part] : groups_) add(part);
    for (auto& [law, of] : view->laws) {
      std::sort(of.first.begin(), of.first.end(),
                [](const auto& a, const auto& b) { return GoesBefore(a.first->books, *a.second, b.first->books, *b.second); });
    }
  }
  view_ = std::move(view);
}

}  // namespace nmd::contracts
