// SPDX-License-Identifier: EUPL-1.2
#include "services/costs/concentration.h"

#include <algorithm>

namespace nmd::costs {
namespace {

double Quotient(__int128 part, __int128 whole) {
  return static_cast<double>(static_cast<long double>(part) / static_cast<long double>(whole));
}

}  // namespace

Spread::Spread(std::vector<Cents> amounts) : amounts_(std::move(amounts)) {
  const size_t all = amounts_.size();
  amounts_.erase(std::remove_if(amounts_.begin(), amounts_.end(), [](Cents amount) { return amount <= 0; }), amounts_.end());
  left_out_ = static_cast<int64_t>(all - amounts_.size());
  std::sort(amounts_.begin(), amounts_.end());
  for (const Cents amount : amounts_) sum_ += amount;
}

std::optional<Spread::Top> Spread::TopPercent(int percent) const {
  if (amounts_.empty()) return std::nullopt;
  Top top;
  top.count = (count() * percent + 99) / 100;
  top.least = amounts_[amounts_.size() - static_cast<size_t>(top.count)];
  top.share = *ShareOfLargest(static_cast<size_t>(top.count));
  return top;
}

std::optional<double> Spread::ShareOfLargest(size_t count) const {
  if (amounts_.empty()) return std::nullopt;
  __int128 part = 0;
  for (size_t i = amounts_.size() - std::min(count, amounts_.size()); i < amounts_.size(); ++i) part += amounts_[i];
  return Quotient(part, sum_);
}

std::optional<double> Spread::Gini() const {
  if (amounts_.empty()) return std::nullopt;
  // Sum of (2i - n - 1) x_i with i from 1: exact in 128 bits for 2^31 amounts of 2^63 cents.
  __int128 weighted = 0;
  const auto n = static_cast<__int128>(amounts_.size());
  for (size_t i = 0; i < amounts_.size(); ++i) weighted += (2 * (static_cast<__int128>(i) + 1) - n - 1) * amounts_[i];
  return Quotient(weighted, n * sum_);
}

std::optional<double> Spread::Hhi() const {
  if (amounts_.empty()) return std::nullopt;
  long double squares = 0;
  for (const Cents amount : amounts_) {
    const long double share = 100.0L * static_cast<long double>(amount) / static_cast<long double>(sum_);
    squares += share * share;
  }
  return static_cast<double>(squares);
}

std::optional<Cents> Spread::Percentile(int percent) const {
  if (amounts_.empty()) return std::nullopt;
  const int64_t rank = (count() * percent + 99) / 100;
  return amounts_[static_cast<size_t>(std::max<int64_t>(rank, 1) - 1)];
}

std::optional<double> Spread::Lorenz(int percent) const {
  if (amounts_.empty()) return std::nullopt;
  // In hundredths of one of them, so that nothing is rounded before the end.
  const int64_t hundredths = count() * percent;
  const auto whole = static_cast<size_t>(hundredths / 100);
  __int128 part = 0;
  for (size_t i = 0; i < whole; ++i) part += amounts_[i];
  part *= 100;
  if (whole < amounts_.size()) part += static_cast<__int128>(hundredths % 100) * amounts_[whole];
  return Quotient(part, 100 * sum_);
}

std::optional<Spread::Range> Spread::HhiRange(Cents missing, std::optional<Cents> largest) const {
  const auto whole = static_cast<long double>(sum_) + static_cast<long double>(missing);
  if (amounts_.empty() || whole <= 0) return std::nullopt;
  const auto square = [whole](long double amount) { return (100 * amount / whole) * (100 * amount / whole); };
  long double known = 0;
  for (const Cents amount : amounts_) known += square(static_cast<long double>(amount));
  long double most = known;
  if (!largest.has_value()) {
    const auto top = static_cast<long double>(amounts_.back());
    most += square(top + static_cast<long double>(missing)) - square(top);
  } else {
    most += static_cast<long double>(missing / *largest) * square(static_cast<long double>(*largest));
    most += square(static_cast<long double>(missing % *largest));
  }
  return Range{static_cast<double>(known), static_cast<double>(most)};
}

std::optional<Spread::Range> Spread::ShareOfLargestRange(size_t count, Cents missing, std::optional<Cents> largest) const {
  if (amounts_.empty()) return std::nullopt;
  const __int128 whole = sum_ + missing;
  const auto top = [count, whole](std::vector<Cents> amounts) {
    std::sort(amounts.begin(), amounts.end());
    __int128 part = 0;
    for (size_t i = amounts.size() - std::min(count, amounts.size()); i < amounts.size(); ++i) part += amounts[i];
    return Quotient(part, whole);
  };
  std::vector<Cents> most = amounts_;
  if (!largest.has_value()) {
    most.back() += missing;
  } else {
    for (size_t i = 0; i < count && missing > 0; ++i) {
      most.push_back(std::min(missing, *largest));
      missing -= most.back();
    }
  }
  return Range{top(amounts_), top(std::move(most))};
}

}  // namespace nmd::costs
