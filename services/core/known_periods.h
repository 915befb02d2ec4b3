// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_CORE_KNOWN_PERIODS_H_
#define NMD_SERVICES_CORE_KNOWN_PERIODS_H_

#include <cstdint>
#include <vector>

namespace nmd {

// The known times at which something counts: stretches [from, until) of microseconds since 1970-01-01 UTC, in order and
// apart. A value; thread-compatible.
//
// What a delivery says counts since its known time; a withdrawal ends that, and a restoration begins it again. So an answer
// at an earlier known time stays what it was.
class KnownPeriods {
 public:
  // The end of a stretch that has none.
  static constexpr int64_t kOpen = INT64_MAX;

  struct Stretch {
    int64_t from = 0;
    int64_t until = kOpen;
    friend bool operator==(const Stretch&, const Stretch&) = default;
  };

  // Never.
  KnownPeriods() = default;
  // From `known` on, without end.
  static KnownPeriods Since(int64_t known);

  // Adds a stretch that does not begin before the last one; one that touches or overlaps it makes it longer, an empty one
  // changes nothing.
  void Append(Stretch stretch);

  bool Contains(int64_t known) const;
  // Whether it counts now and at every later known time, as nothing becomes known in the future.
  bool IsOpen() const { return !stretches_.empty() && stretches_.back().until == kOpen; }
  const std::vector<Stretch>& stretches() const { return stretches_; }
  friend bool operator==(const KnownPeriods&, const KnownPeriods&) = default;

 private:
  std::vector<Stretch> stretches_;
};

// The times of `a` that are not in `b`.
KnownPeriods Minus(const KnownPeriods& a, const KnownPeriods& b);

// The first known time at which one of them counts and the other does not; KnownPeriods::kOpen when there is none.
int64_t FirstDifference(const KnownPeriods& a, const KnownPeriods& b);

// Of rows such as nmd.ingestion.v1.KnownPeriod, with a from_time and an optional until_time as protobuf timestamps.
template <typename Rows>
KnownPeriods KnownPeriodsOf(const Rows& rows) {
  const auto micros = [](const auto& time) { return time.seconds() * 1'000'000 + time.nanos() / 1'000; };
  KnownPeriods periods;
  for (const auto& row : rows) {
    periods.Append({micros(row.from_time()), row.has_until_time() ? micros(row.until_time()) : KnownPeriods::kOpen});
  }
  return periods;
}

}  // namespace nmd

#endif  // NMD_SERVICES_CORE_KNOWN_PERIODS_H_
