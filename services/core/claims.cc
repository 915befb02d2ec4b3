// SPDX-License-Identifier: EUPL-1.2
#include "services/core/claims.h"

#include <cstddef>
#include <utility>

#include "absl/container/flat_hash_map.h"

namespace nmd {

std::vector<int32_t> AnswerOfEachClaim(absl::Span<const ClaimName> claims, absl::Span<const ClaimName> answers) {
  using Key = std::pair<int32_t, absl::string_view>;
  absl::flat_hash_map<Key, std::vector<size_t>> by_message, by_number;
  for (size_t i = 0; i < claims.size(); ++i) {
    const ClaimName& claim = claims[i];
    if (!claim.identification.empty()) by_message[Key(claim.party, claim.identification)].push_back(i);
    by_number[Key(claim.party, claim.number)].push_back(i);
  }
  std::vector<int32_t> answer_of(claims.size(), -1), only_numbered(claims.size(), -1);
  for (size_t i = 0; i < answers.size(); ++i) {
    const ClaimName& answer = answers[i];
    bool named = false;
    const auto message = by_message.find(Key(answer.party, answer.identification));
    if (!answer.identification.empty() && message != by_message.end()) {
      for (const size_t claim : message->second) {
        if (!answer.number.empty() && answer.number != claims[claim].number) continue;
        answer_of[claim] = static_cast<int32_t>(i);
        named = true;
      }
    }
    if (named || answer.number.empty()) continue;
    const auto numbered = by_number.find(Key(answer.party, answer.number));
    if (numbered == by_number.end()) continue;
    for (const size_t claim : numbered->second) only_numbered[claim] = static_cast<int32_t>(i);
  }
  for (size_t claim = 0; claim < claims.size(); ++claim) {
    if (answer_of[claim] < 0) answer_of[claim] = only_numbered[claim];
  }
  return answer_of;
}

std::vector<LineState> SettleLines(absl::Span<const SubmittedLine> lines, absl::FunctionRef<bool(int32_t, int32_t)> earlier) {
  const auto at = [&lines](int32_t i) -> const SubmittedLine& { return lines[static_cast<size_t>(i)]; };
  // The credit of each debit.
  absl::flat_hash_map<int32_t, int32_t> credit_of;
  for (size_t n = 0; n < lines.size(); ++n) {
    const auto i = static_cast<int32_t>(n);
    if (at(i).debit < 0) continue;
    const auto [slot, first] = credit_of.try_emplace(at(i).debit, i);
    if (first) continue;
    const bool refused = at(i).verdict == Verdict::kRefused, other_refused = at(slot->second).verdict == Verdict::kRefused;
    if (refused != other_refused ? other_refused : earlier(i, slot->second)) slot->second = i;
  }
  std::vector<LineState> states(lines.size(), LineState::kOpen);
  for (size_t i = 0; i < lines.size(); ++i) {
    if (lines[i].verdict == Verdict::kGranted) states[i] = LineState::kApproved;
    if (lines[i].verdict == Verdict::kRefused) states[i] = LineState::kRejected;
    if (lines[i].debit != SubmittedLine::kDebit) {
      const auto credit = credit_of.find(lines[i].debit);
      if (credit == credit_of.end() || credit->second != static_cast<int32_t>(i)) states[i] = LineState::kStray;
    }
  }
  for (const auto& [debit, credit] : credit_of) {
    LineState& taken = states[static_cast<size_t>(debit)];
    LineState& taking = states[static_cast<size_t>(credit)];
    if (taking != LineState::kApproved) continue;
    if (at(debit).verdict == Verdict::kGranted) {
      taken = LineState::kCredited;
    } else {
      taking = taken;
    }
  }
  return states;
}

}  // namespace nmd
