// SPDX-License-Identifier: EUPL-1.2
#include "services/costs/amounts.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/string_view.h"
#include "services/core/claims.h"

namespace nmd::costs {
namespace {

__extension__ using Wide = __int128;

constexpr absl::string_view kMinute = "01";
constexpr absl::string_view kHour = "04";
constexpr absl::string_view kEuros = "83";

Cents RoundHalfAway(Wide numerator, Wide denominator) {
  const Wide magnitude = numerator < 0 ? -numerator : numerator;
  const Wide rounded = (2 * magnitude + denominator) / (2 * denominator);
  return static_cast<Cents>(numerator < 0 ? -rounded : rounded);
}

int DaysInYear(int year) { return DayOf(year + 1, 1, 1) - DayOf(year, 1, 1); }

// Days over which the volume is spread when the day lies in `month`; 0 when there is no answer.
int64_t SpreadDays(const AllocationFact& allocation, Month month) {
  if (allocation.frequency->size() != 1) return 0;
  switch ((*allocation.frequency)[0]) {
    case '1':
      return 1;
    case '2':
      return 7;
    case '3':
      return 28;
    case '4':
      return DaysInMonth(month);
    case '5':
      return DaysInYear(YearOf(month));
    case '6':
      return allocation.period.end == kOpenEnd ? 0 : allocation.period.Days();
    default:
      return 0;
  }
}

}  // namespace

TariffBook::TariffBook(const std::vector<TariffFact>& tariffs, const std::vector<Batch>& batches, Word empty) : empty_(empty) {
  for (const TariffFact& tariff : tariffs) {
    if (*tariff.unit == kMinute) minute_ = tariff.unit;
    if (*tariff.unit == kHour) hour_ = tariff.unit;
    tariffs_[Key(tariff.law, tariff.product, tariff.provider, tariff.unit)].Add(tariff.period, batches[tariff.batch].known,
                                                                                tariff.cents);
  }
  for (auto& [key, timeline] : tariffs_) timeline.Close();
}

const Timeline<Cents>* TariffBook::Of(uint8_t law, Word product, Word provider, Word unit) const {
  if (unit == nullptr) return nullptr;
  const auto found = tariffs_.find(Key(law, product, provider, unit));
  return found == tariffs_.end() ? nullptr : &found->second;
}

bool TariffBook::Find(const AllocationFact& allocation, Day day, Price* price, Day* until) const {
  const bool minutes = *allocation.unit == kMinute;
  const bool hours = *allocation.unit == kHour;
  const Word converted = minutes ? hour_ : hours ? minute_ : nullptr;
  *until = kOpenEnd;
  bool found = false;
  for (const Word provider : {allocation.provider, empty_}) {
    for (const Word unit : {allocation.unit, converted}) {
      const Timeline<Cents>* timeline = Of(allocation.law, allocation.product, provider, unit);
      if (timeline == nullptr) continue;
      *until = std::min(*until, timeline->NextChange(day));
      const Cents* cents = timeline->At(day);
      if (cents == nullptr || found) continue;
      found = true;
      const bool convert = unit != allocation.unit;
      *price = {*cents, convert && hours ? 60 : 1, convert && minutes ? 60 : 1};
    }
  }
  return found;
}

Indicated IndicatedInMonth(const AllocationFact& allocation, Month month, const TariffBook& tariffs) {
  const nmd::Period valid = Intersect(allocation.period, MonthPeriod(month));
  Indicated result;
  if (valid.Empty()) return result;
  if (allocation.budget != 0) {
    if (allocation.period.end == kOpenEnd) return {0, false};
    result.cents = RoundHalfAway(static_cast<Wide>(allocation.budget) * valid.Days(), allocation.period.Days());
    return result;
  }
  const int64_t spread = SpreadDays(allocation, month);
  if (spread == 0 || allocation.volume == 0) return {0, false};
  if (*allocation.unit == kEuros) {
    result.cents = RoundHalfAway(static_cast<Wide>(allocation.volume) * valid.Days(), spread);
    return result;
  }
  // All prices are brought to sixtieths, so that the month has one denominator and is rounded once.
  Wide sixtieths = 0;
  for (Day day = valid.start; day < valid.end;) {
    TariffBook::Price price;
    Day until = kOpenEnd;
    const bool found = tariffs.Find(allocation, day, &price, &until);
    until = std::min(until, valid.end);
    if (found) {
      sixtieths += static_cast<Wide>(until - day) * allocation.volume * price.cents * (price.times * 60 / price.per);
    } else {
      result.complete = false;
    }
    day = until;
  }
  result.cents = RoundHalfAway(sixtieths, static_cast<Wide>(spread) * 60);
  return result;
}

std::vector<NetLine> NetClaims(const Facts& facts, const std::vector<Batch>& batches) {
  const auto known = [&batches](uint32_t batch) {
    return std::make_tuple(batches[batch].known, absl::string_view(*batches[batch].delivery));
  };

  // The answer of each claim. Few next to the lines.
  absl::flat_hash_map<std::pair<uint8_t, Word>, int32_t> parties;  // By law and provider.
  const auto named = [&parties](const auto& fact, Word number, Word identification) {
    const auto party = parties.try_emplace(std::pair(fact.law, fact.provider), static_cast<int32_t>(parties.size())).first;
    return ClaimName{party->second, *number, *identification};
  };
  std::vector<ClaimName> claims, answers;
  using ClaimKey = std::tuple<uint32_t, uint8_t, Word, Word>;  // Batch, law, provider, number.
  absl::flat_hash_map<ClaimKey, size_t> claim_at;
  for (const ClaimFact& claim : facts.claims) {
    claim_at.emplace(ClaimKey(claim.batch, claim.law, claim.provider, claim.number), claims.size());
    claims.push_back(named(claim, claim.number, claim.identification));
  }
  std::vector<const AnswerFact*> answer_order;
  for (const AnswerFact& answer : facts.answers) answer_order.push_back(&answer);
  std::sort(answer_order.begin(), answer_order.end(), [&](const AnswerFact* a, const AnswerFact* b) {
    const auto key = [&](const AnswerFact* x) {
      return std::make_tuple(known(x->batch), absl::string_view(*x->claim), absl::string_view(*x->claim_identification));
    };
    return key(a) < key(b);
  });
  for (const AnswerFact* answer : answer_order) answers.push_back(named(*answer, answer->claim, answer->claim_identification));
  const std::vector<int32_t> answer_of = AnswerOfEachClaim(claims, answers);

  const auto verdict = [&](const ClaimLineFact& line) {
    const int32_t answer = answer_of[claim_at.at(ClaimKey(line.batch, line.law, line.provider, line.claim))];
    if (answer < 0) return Verdict::kNone;
    const AnswerFact& said = *answer_order[static_cast<size_t>(answer)];
    const std::vector<Word>& rejected = said.rejected_references;
    const bool refused = said.rejected || std::find(rejected.begin(), rejected.end(), line.reference) != rejected.end();
    return refused ? Verdict::kRefused : Verdict::kGranted;
  };

  std::vector<const ClaimLineFact*> order;
  order.reserve(facts.claim_lines.size());
  for (const ClaimLineFact& line : facts.claim_lines) order.push_back(&line);
  const auto reference_key = [](const ClaimLineFact* l) {
    return std::make_tuple(l->law, absl::string_view(*l->provider), absl::string_view(*l->reference));
  };
  std::sort(order.begin(), order.end(), [&](const ClaimLineFact* a, const ClaimLineFact* b) {
    const auto left = reference_key(a);
    const auto right = reference_key(b);
    if (left != right) return left < right;
    const auto rest = [&](const ClaimLineFact* l) {
      const Verdict said = verdict(*l);
      const int worse = said == Verdict::kGranted ? 0 : said == Verdict::kNone ? 1 : 2;
      return std::make_tuple(worse, known(l->batch), absl::string_view(*l->claim), l->dated, l->amount, l->start,
                             l->allocation);
    };
    return rest(a) < rest(b);
  });
  order.erase(std::unique(order.begin(), order.end(),
                          [&](const ClaimLineFact* a, const ClaimLineFact* b) { return reference_key(a) == reference_key(b); }),
              order.end());

  std::vector<SubmittedLine> lines(order.size());
  absl::flat_hash_map<std::tuple<uint8_t, Word, Word>, int32_t> debit_at;  // By law, provider and reference.
  for (size_t i = 0; i < order.size(); ++i) {
    const ClaimLineFact& line = *order[i];
    lines[i].verdict = verdict(line);
    if (line.previous->empty()) debit_at.emplace(std::tuple(line.law, line.provider, line.reference), static_cast<int32_t>(i));
  }
  for (size_t i = 0; i < order.size(); ++i) {
    const ClaimLineFact& line = *order[i];
    if (line.previous->empty()) continue;
    const auto debit = debit_at.find(std::tuple(line.law, line.provider, line.previous));
    lines[i].debit = debit == debit_at.end() ? SubmittedLine::kUnknown : debit->second;
  }
  const auto known_of = [&](int32_t i) {
    const ClaimLineFact& line = *order[static_cast<size_t>(i)];
    return std::make_tuple(known(line.batch), absl::string_view(*line.reference));
  };
  const std::vector<LineState> states = SettleLines(lines, [&](int32_t a, int32_t b) { return known_of(a) < known_of(b); });

  std::vector<NetLine> net;
  net.reserve(order.size());
  for (size_t i = 0; i < order.size(); ++i) {
    if (states[i] == LineState::kStray) continue;
    net.push_back(
        {order[i], lines[i].verdict != Verdict::kNone, states[i] == LineState::kApproved || states[i] == LineState::kCredited});
  }
  return net;
}

}  // namespace nmd::costs
