// SPDX-License-Identifier: EUPL-1.2
#include "services/contracts/reconcile.h"

#include <algorithm>
#include <numeric>
#include <tuple>

#include "services/contracts/reconcile_parts.h"

namespace nmd::contracts {
namespace {

// What each claim's answer says of its lines.
class Verdicts {
 public:
  explicit Verdicts(const ProviderBooks& books) : books_(books) {
    std::vector<ClaimName> claims, answers;
    for (const ClaimRow& claim : books.claims) {
      claims.push_back({static_cast<int32_t>(claim.law), claim.number, claim.identification});
    }
    for (const AnswerRow& answer : books.answers) {
      answers.push_back({static_cast<int32_t>(answer.law), answer.number, answer.claim_identification});
      auto& codes = rejected_.emplace_back();
      for (const RejectedRow& line : answer.lines) codes.emplace(line.reference, line.code);
    }
    answer_of_ = AnswerOfEachClaim(claims, answers);
  }

  void Fill(const LineRow& line, SettledLine* settled) const {
    const int32_t at = answer_of_[line.claim];
    if (at < 0) return;
    const AnswerRow& answer = books_.answers[static_cast<size_t>(at)];
    const auto& rejected = rejected_[static_cast<size_t>(at)];
    const auto found = rejected.find(line.reference);
    const bool refused = answer.rejected || found != rejected.end();
    settled->verdict = refused ? Verdict::kRefused : Verdict::kGranted;
    if (refused) settled->code = found != rejected.end() && !found->second.empty() ? found->second : answer.code;
  }

  std::vector<int32_t> Take() { return std::move(answer_of_); }

 private:
  const ProviderBooks& books_;
  std::vector<int32_t> answer_of_;
  std::vector<absl::flat_hash_map<absl::string_view, absl::string_view>> rejected_;  // By answer: code by reference.
};

LineStanding StandingOf(LineState state) {
  switch (state) {
    case LineState::kOpen:
      return LineStanding::kOpen;
    case LineState::kApproved:
      return LineStanding::kApproved;
    case LineState::kRejected:
      return LineStanding::kRefused;
    case LineState::kCredited:
      return LineStanding::kTakenBack;
    case LineState::kStray:
      break;
  }
  return LineStanding::kNotCounted;
}

// The place of every line: by what became known, then by content, so that no two orders of arrival differ.
void SetPlaces(const ProviderBooks& books, std::vector<SettledLine>* lines) {
  std::vector<int32_t> sorted(books.lines.size());
  std::iota(sorted.begin(), sorted.end(), 0);
  std::sort(sorted.begin(), sorted.end(), [&](int32_t a, int32_t b) {
    const auto key = [&](int32_t i) {
      const LineRow& line = books.lines[static_cast<size_t>(i)];
      const ClaimRow& claim = books.claims[line.claim];
      return std::tie(claim.order, claim.law, claim.number, line.reference, line.previous, line.allocation, line.period.start,
                      line.period.end, line.product, line.category, line.unit, line.volume, line.tariff, line.amount,
                      line.person);
    };
    return key(a) < key(b);
  });
  for (size_t i = 0; i < sorted.size(); ++i) (*lines)[static_cast<size_t>(sorted[i])].place = static_cast<int32_t>(i);
}

void AddToBalance(const LineRow& line, LineStanding standing, Balance* balance) {
  (line.IsCredit() ? balance->credits : balance->debits).Add(line.amount);
  (standing == LineStanding::kNotCounted ? balance->not_counted : balance->declared).Add(line.amount);
  if (standing == LineStanding::kApproved || standing == LineStanding::kTakenBack) balance->approved.Add(line.amount);
  if (standing == LineStanding::kTakenBack) balance->taken_back.Add(line.amount);
  if (standing == LineStanding::kRefused) balance->rejected.Add(line.amount);
  if (standing == LineStanding::kOpen) balance->open.Add(line.amount);
}

const ClaimRow* ClaimOf(const ProviderBooks& books, const Item& item) {
  if (item.kind == ItemKind::kClaim) return item.at < 0 ? nullptr : &books.claims[static_cast<size_t>(item.at)];
  if (item.kind != ItemKind::kLine) return nullptr;
  return &books.claims[books.lines[static_cast<size_t>(item.at)].claim];
}

using AnswerKey = std::tuple<absl::string_view, absl::string_view, absl::string_view>;
AnswerKey AnswerKeyOf(const ProviderBooks& books, const Item& item) {
  if (item.answer < 0) return {};
  const AnswerRow& answer = books.answers[static_cast<size_t>(item.answer)];
  return {answer.number, answer.claim_identification, answer.delivery};
}

}  // namespace

bool GoesBefore(const ProviderBooks& books_a, const Item& a, const ProviderBooks& books_b, const Item& b) {
  const auto first = [](const Item& i) {
    return std::tie(i.law, i.allocation, i.kind, i.period.start, i.reference, i.outcome, i.period.end, i.amount, i.standing);
  };
  const auto key_a = first(a), key_b = first(b);
  if (key_a != key_b) return key_a < key_b;
  const ClaimRow *claim_a = ClaimOf(books_a, a), *claim_b = ClaimOf(books_b, b);
  if (claim_a != nullptr && claim_b != nullptr) {
    const auto claim = [](const ClaimRow& c) { return std::tie(c.number, c.order, c.identification); };
    if (claim(*claim_a) != claim(*claim_b)) return claim(*claim_a) < claim(*claim_b);
  }
  const AnswerKey answer_a = AnswerKeyOf(books_a, a), answer_b = AnswerKeyOf(books_b, b);
  if (answer_a != answer_b) return answer_a < answer_b;
  // What is left has one allocation, or one start of one allocation in a statement.
  if (a.kind != ItemKind::kStatement || a.outcome == Outcome::kDeclaredNotDelivered) return false;
  const StatementRow &row_a = books_a.statements[static_cast<size_t>(a.at)],
                     &row_b = books_b.statements[static_cast<size_t>(b.at)];
  return std::tie(row_a.product, row_a.unit, row_a.person) < std::tie(row_b.product, row_b.unit, row_b.person);
}

Settled Settle(const ProviderBooks& books) {
  Settled settled;
  settled.lines.resize(books.lines.size());
  SetPlaces(books, &settled.lines);
  Verdicts verdicts(books);

  // Of every reference the line that counts, as costs chooses it (NetClaims): the one that was granted, else one without an
  // answer, else the one known first.
  using ReferenceKey = std::pair<Law, absl::string_view>;
  absl::flat_hash_map<ReferenceKey, int32_t> selected;
  selected.reserve(books.lines.size());
  const auto rank = [&](int32_t i) {
    const LineRow& line = books.lines[static_cast<size_t>(i)];
    const ClaimRow& claim = books.claims[line.claim];
    const Verdict verdict = settled.lines[static_cast<size_t>(i)].verdict;
    const int worse = verdict == Verdict::kGranted ? 0 : verdict == Verdict::kNone ? 1 : 2;
    return std::make_tuple(worse, claim.order, claim.number, claim.dated, line.amount, line.period.start, line.allocation,
                           settled.lines[static_cast<size_t>(i)].place);
  };
  for (size_t n = 0; n < books.lines.size(); ++n) {
    const auto i = static_cast<int32_t>(n);
    verdicts.Fill(books.lines[n], &settled.lines[n]);
    const auto [slot, fresh] = selected.try_emplace({books.claims[books.lines[n].claim].law, books.lines[n].reference}, i);
    if (!fresh && rank(i) < rank(slot->second)) slot->second = i;
  }
  std::vector<int32_t> chosen, index(books.lines.size(), -1);
  for (const auto& [key, i] : selected) chosen.push_back(i);
  std::sort(chosen.begin(), chosen.end());
  for (size_t n = 0; n < chosen.size(); ++n) index[static_cast<size_t>(chosen[n])] = static_cast<int32_t>(n);

  std::vector<SubmittedLine> submitted;
  submitted.reserve(chosen.size());
  for (const int32_t i : chosen) {
    SettledLine& line = settled.lines[static_cast<size_t>(i)];
    const LineRow& row = books.lines[static_cast<size_t>(i)];
    line.selected = true;
    SubmittedLine& entry = submitted.emplace_back();
    entry.verdict = line.verdict;
    if (!row.IsCredit()) continue;
    const auto debit = selected.find({books.claims[row.claim].law, row.previous});
    const bool known = debit != selected.end() && !books.lines[static_cast<size_t>(debit->second)].IsCredit();
    entry.debit = known ? index[static_cast<size_t>(debit->second)] : SubmittedLine::kUnknown;
    if (known) line.debit = debit->second;
  }
  const auto earlier = [&](int32_t a, int32_t b) {
    const auto key = [&](int32_t n) {
      const LineRow& row = books.lines[static_cast<size_t>(chosen[static_cast<size_t>(n)])];
      return std::make_tuple(books.claims[row.claim].order, row.reference);
    };
    return key(a) < key(b);
  };
  const std::vector<LineState> states = SettleLines(submitted, earlier);
  for (size_t n = 0; n < chosen.size(); ++n) {
    SettledLine& line = settled.lines[static_cast<size_t>(chosen[n])];
    line.standing = StandingOf(states[n]);
    const bool takes_back = line.debit >= 0 && states[n] != LineState::kStray && line.verdict != Verdict::kRefused;
    if (takes_back) settled.lines[static_cast<size_t>(line.debit)].credit = chosen[n];
  }

  std::sort(chosen.begin(), chosen.end(), [&](int32_t a, int32_t b) {
    const auto key = [&](int32_t i) {
      const SettledLine& line = settled.lines[static_cast<size_t>(i)];
      return std::make_tuple(line.verdict != Verdict::kGranted, line.place);
    };
    return key(a) < key(b);
  });
  for (const int32_t i : chosen) {
    const LineRow& row = books.lines[static_cast<size_t>(i)];
    const SettledLine& line = settled.lines[static_cast<size_t>(i)];
    const AllocationKey key(books.claims[row.claim].law, row.allocation);
    if (!row.IsCredit()) (line.InForce(row) ? settled.in_force : settled.not_in_force)[key].push_back(i);
  }
  settled.answer_of = verdicts.Take();
  return settled;
}

Day Reconciliation::DeclaredDay(const Item& line) const {
  const ClaimRow& claim = books.claims[books.lines[static_cast<size_t>(line.at)].claim];
  return claim.dated != 0 ? claim.dated : claim.received;
}

Reconciliation Reconcile(ProviderBooks books, const Agreed& agreed, Day today, const Part& part) {
  Reconciliation result;
  result.books = std::move(books);
  result.today = today;
  const Settled settled = Settle(result.books);
  absl::flat_hash_map<AllocationKey, int32_t> allocations;
  for (size_t i = 0; i < result.books.allocations.size(); ++i) {
    const AllocationRow& row = result.books.allocations[i];
    allocations.emplace(AllocationKey(row.law, row.number), static_cast<int32_t>(i));
  }
  for (size_t i = 0; i < result.books.lines.size(); ++i) {
    const LineRow& line = result.books.lines[i];
    const Law law = result.books.claims[line.claim].law;
    if (!part.Has(law, line.allocation)) continue;
    const int year = CivilOf(line.period.start).year;
    AddToBalance(line, settled.lines[i].standing, &result.balances[{law, year}]);
  }
  const Judging judging = {result.books, agreed, settled, allocations, today, part};
  if (part.HasClaims()) JudgeClaims(judging, &result.items);
  if (part.kind != Part::kClaims) {
    JudgeLines(judging, &result.items);
    JudgeCare(judging, &result.items);
    JudgeStatements(judging, &result.items);
  }
  std::sort(result.items.begin(), result.items.end(),
            [&books = result.books](const Item& a, const Item& b) { return GoesBefore(books, a, books, b); });
  return result;
}

}  // namespace nmd::contracts
