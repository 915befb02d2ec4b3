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

// A multiple of the days of every month and every year: 28, 29, 30, 31, 365, 366.
constexpr int64_t kCommonSpread = 1'681'363'740;
static_assert(kCommonSpread % 28 == 0 && kCommonSpread % 29 == 0 && kCommonSpread % 30 == 0 && kCommonSpread % 31 == 0 &&
              kCommonSpread % 365 == 0 && kCommonSpread % 366 == 0);

bool VariesByMonth(const AllocationFact& allocation) { return *allocation.frequency == "4" || *allocation.frequency == "5"; }

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

Indicated IndicatedInPeriod(const AllocationFact& allocation, const nmd::Period& days, const TariffBook& tariffs) {
  const nmd::Period valid = Intersect(allocation.period, days);
  Indicated result;
  if (valid.Empty()) return result;
  if (allocation.budget != 0) {
    if (allocation.period.end == kOpenEnd) return {0, false};
    result.cents = RoundHalfAway(static_cast<Wide>(allocation.budget) * valid.Days(), allocation.period.Days());
    return result;
  }
  // The spread differs from month to month for these frequencies alone; within one month it is one number.
  const Month first = MonthOf(valid.start);
  const bool by_month = VariesByMonth(allocation) && first != MonthOf(valid.end - 1);
  const int64_t common = by_month ? kCommonSpread : SpreadDays(allocation, first);
  if (common == 0 || allocation.volume == 0) return {0, false};
  // All prices are brought to sixtieths and all spreads to one, so that the sum has one denominator and is rounded once.
  Wide parts = 0;
  Month month = first;
  for (Day from = valid.start; from < valid.end; ++month) {
    const Day end = by_month ? std::min(valid.end, FirstDay(month + 1)) : valid.end;
    const int64_t times = by_month ? common / SpreadDays(allocation, month) : 1;
    if (*allocation.unit == kEuros) {
      parts += static_cast<Wide>(end - from) * allocation.volume * 60 * times;
      from = end;
      continue;
    }
    while (from < end) {
      TariffBook::Price price;
      Day until = kOpenEnd;
      const bool found = tariffs.Find(allocation, from, &price, &until);
      until = std::min(until, end);
      if (found) {
        parts += static_cast<Wide>(until - from) * allocation.volume * price.cents * (price.times * 60 / price.per) * times;
      } else {
        result.complete = false;
      }
      from = until;
    }
  }
  result.cents = RoundHalfAway(parts, static_cast<Wide>(common) * 60);
  return result;
}

Indicated IndicatedInMonth(const AllocationFact& allocation, Month month, const TariffBook& tariffs) {
  return IndicatedInPeriod(allocation, MonthPeriod(month), tariffs);
}

double VolumeInMonth(const AllocationFact& allocation, Month month) {
  const nmd::Period valid = Intersect(allocation.period, MonthPeriod(month));
  if (valid.Empty() || allocation.budget != 0 || *allocation.unit == kEuros) return 0;
  const int64_t spread = SpreadDays(allocation, month);
  if (spread == 0) return 0;
  const double units = static_cast<double>(allocation.volume) * valid.Days() / static_cast<double>(spread);
  return *allocation.unit == kMinute ? units / 60 : units;
}

absl::string_view UnitOf(const AllocationFact& allocation) {
  return *allocation.unit == kMinute ? kHour : absl::string_view(*allocation.unit);
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

  // Lines come claim by claim, so that most have the verdicts of the one before.
  const ClaimLineFact* last = nullptr;
  const AnswerFact* said = nullptr;
  const auto verdict = [&](const ClaimLineFact& line) {
    const auto claim_of = [](const ClaimLineFact& l) { return ClaimKey(l.batch, l.law, l.provider, l.claim); };
    if (last == nullptr || claim_of(*last) != claim_of(line)) {
      const int32_t answer = answer_of[claim_at.at(claim_of(line))];
      said = answer < 0 ? nullptr : answer_order[static_cast<size_t>(answer)];
    }
    last = &line;
    if (said == nullptr) return Verdict::kNone;
    const std::vector<Word>& rejected = said->rejected_references;
    const bool refused = said->rejected || std::find(rejected.begin(), rejected.end(), line.reference) != rejected.end();
    return refused ? Verdict::kRefused : Verdict::kGranted;
  };

  // Of every reference the line that counts.
  using ReferenceKey = std::tuple<uint8_t, Word, Word>;  // Law, provider, reference.
  absl::flat_hash_map<ReferenceKey, int32_t> at;
  std::vector<const ClaimLineFact*> order;
  std::vector<SubmittedLine> lines;
  at.reserve(facts.claim_lines.size());
  order.reserve(facts.claim_lines.size());
  lines.reserve(facts.claim_lines.size());
  const auto rank = [&](const ClaimLineFact& line, Verdict judged) {
    const int worse = judged == Verdict::kGranted ? 0 : judged == Verdict::kNone ? 1 : 2;
    return std::make_tuple(worse, known(line.batch), absl::string_view(*line.claim), line.dated, line.amount, line.start,
                           line.allocation);
  };
  for (const ClaimLineFact& line : facts.claim_lines) {
    const Verdict judged = verdict(line);
    const auto [slot, fresh] = at.try_emplace(ReferenceKey(line.law, line.provider, line.reference), order.size());
    if (fresh) {
      order.push_back(&line);
      lines.push_back({SubmittedLine::kDebit, judged});
      continue;
    }
    const auto i = static_cast<size_t>(slot->second);
    if (rank(line, judged) < rank(*order[i], lines[i].verdict)) {
      order[i] = &line;
      lines[i].verdict = judged;
    }
  }
  for (size_t i = 0; i < order.size(); ++i) {
    const ClaimLineFact& line = *order[i];
    if (line.previous->empty()) continue;
    const auto debit = at.find(ReferenceKey(line.law, line.provider, line.previous));
    const bool known_debit = debit != at.end() && order[static_cast<size_t>(debit->second)]->previous->empty();
    lines[i].debit = known_debit ? debit->second : SubmittedLine::kUnknown;
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
