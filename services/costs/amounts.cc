// SPDX-License-Identifier: EUPL-1.2
#include "services/costs/amounts.h"

#include <algorithm>
#include <string>

#include "absl/strings/string_view.h"

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

std::vector<NetLine> NetClaims(const std::vector<ClaimLineFact>& lines, const std::vector<AnswerFact>& answers,
                               const std::vector<Batch>& batches) {
  using Key = std::tuple<uint8_t, Word, Word>;  // law, provider, claim number or reference
  const auto known = [&batches](uint32_t batch) {
    return std::make_tuple(batches[batch].known, absl::string_view(*batches[batch].delivery));
  };

  // A second answer to a claim should not exist (CC11); the one that was known last holds.
  absl::flat_hash_map<Key, const AnswerFact*> answer_of;
  for (const AnswerFact& answer : answers) {
    const AnswerFact*& slot = answer_of[Key(answer.law, answer.provider, answer.claim)];
    if (slot == nullptr || known(slot->batch) < known(answer.batch)) slot = &answer;
  }

  // What the answers say of a line: granted, not yet answered, refused.
  enum Verdict { kGranted, kOpen, kRefused };
  const auto verdict = [&answer_of](const ClaimLineFact& line) {
    const auto found = answer_of.find(Key(line.law, line.provider, line.claim));
    if (found == answer_of.end()) return kOpen;
    const std::vector<Word>& rejected = found->second->rejected_references;
    const bool refused =
        found->second->rejected || std::find(rejected.begin(), rejected.end(), line.reference) != rejected.end();
    return refused ? kRefused : kGranted;
  };

  std::vector<const ClaimLineFact*> order;
  order.reserve(lines.size());
  for (const ClaimLineFact& line : lines) order.push_back(&line);
  const auto reference_key = [](const ClaimLineFact* l) {
    return std::make_tuple(l->law, absl::string_view(*l->provider), absl::string_view(*l->reference));
  };
  std::sort(order.begin(), order.end(), [&](const ClaimLineFact* a, const ClaimLineFact* b) {
    const auto left = reference_key(a);
    const auto right = reference_key(b);
    if (left != right) return left < right;
    const auto rest = [&](const ClaimLineFact* l) {
      return std::make_tuple(verdict(*l), known(l->batch), absl::string_view(*l->claim), l->dated, l->amount, l->start,
                             l->allocation);
    };
    return rest(a) < rest(b);
  });
  order.erase(std::unique(order.begin(), order.end(),
                          [&](const ClaimLineFact* a, const ClaimLineFact* b) { return reference_key(a) == reference_key(b); }),
              order.end());

  std::vector<NetLine> net(order.size());
  absl::flat_hash_map<Key, size_t> debit_at;
  for (size_t i = 0; i < order.size(); ++i) {
    const ClaimLineFact& line = *order[i];
    net[i].line = &line;
    net[i].answered = verdict(line) != kOpen;
    net[i].approved = verdict(line) == kGranted;
    if (line.previous->empty()) debit_at.emplace(Key(line.law, line.provider, line.reference), i);
  }

  // The credit of a debit: one that was not rejected before one that was, then the one known first.
  const auto worse = [&](const NetLine& n) {
    return std::make_tuple(n.answered && !n.approved, known(n.line->batch), absl::string_view(*n.line->reference));
  };
  absl::flat_hash_map<size_t, size_t> credit_of;
  for (size_t i = 0; i < net.size(); ++i) {
    if (net[i].line->previous->empty()) continue;
    const auto debit = debit_at.find(Key(net[i].line->law, net[i].line->provider, net[i].line->previous));
    if (debit == debit_at.end()) continue;
    const auto [slot, first] = credit_of.try_emplace(debit->second, i);
    if (!first && worse(net[i]) < worse(net[slot->second])) slot->second = i;
  }
  std::vector<bool> kept(net.size());
  for (const auto& [debit, credit] : credit_of) {
    kept[credit] = true;
    net[credit].approved = net[credit].approved && net[debit].approved;
  }
  for (size_t i = 0; i < net.size(); ++i) {
    if (!net[i].line->previous->empty() && !kept[i]) net[i].line = nullptr;
  }
  net.erase(std::remove_if(net.begin(), net.end(), [](const NetLine& n) { return n.line == nullptr; }), net.end());
  return net;
}

}  // namespace nmd::costs
