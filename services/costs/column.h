// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_COSTS_COLUMN_H_
#define NMD_SERVICES_COSTS_COLUMN_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <limits>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "services/core/money.h"
#include "services/costs/row_vector.h"

namespace nmd::costs {

// One whole number per row, held as narrow as all of them fit: of `Types`, ascending in width. Grows wider by itself.
template <typename Value, typename... Types>
class PackedColumn {
 public:
  PackedColumn() = default;
  Value operator[](size_t row) const {
    return std::visit([row](const auto& rows) { return static_cast<Value>(rows[row]); }, rows_);
  }
  size_t size() const {
    return std::visit([](const auto& rows) { return rows.size(); }, rows_);
  }
  bool empty() const { return size() == 0; }
  size_t bytes() const {
    return std::visit([](const auto& rows) { return rows.size() * sizeof(rows[0]); }, rows_);
  }
  void reserve(size_t count) {
    std::visit([count](auto& rows) { rows.reserve(count); }, rows_);
  }
  void push_back(Value value) {
    WidenFor(value, value);
    std::visit([value](auto& rows) { rows.push_back(static_cast<typename std::decay_t<decltype(rows)>::value_type>(value)); },
               rows_);
  }
  void assign(size_t count, Value value) {
    WidenFor(value, value);
    std::visit([=](auto& rows) { rows.assign(count, static_cast<typename std::decay_t<decltype(rows)>::value_type>(value)); },
               rows_);
  }

  // The numbers when they are held as T; null when not. For loops over few rows at a time, which Visit would cost more than.
  template <typename T>
  const T* As() const {
    const auto* rows = std::get_if<RowVector<T>>(&rows_);
    return rows == nullptr ? nullptr : rows->data();
  }

  // Calls visit(rows) with the vector of the type the rows have. For loops over many rows.
  template <typename Visitor>
  decltype(auto) Visit(Visitor visit) const {
    return std::visit(visit, rows_);
  }

  // Makes room for values up to this one.
  void WidenFor(Value low, Value high) {
    const size_t needed = WidthOf<Types...>(low, high);
    if (needed > rows_.index()) WidenTo<0>(needed);
  }

  void Set(size_t row, Value value) {
    WidenFor(value, value);
    std::visit([=](auto& rows) { rows[row] = static_cast<typename std::decay_t<decltype(rows)>::value_type>(value); }, rows_);
  }

  // Appends rows [begin, end) of another column.
  void Append(const PackedColumn& from, size_t begin, size_t end) {
    if (from.rows_.index() > rows_.index()) WidenTo<0>(from.rows_.index());
    std::visit(
        [&](auto& to, const auto& rows) {
          using To = typename std::decay_t<decltype(to)>::value_type;
          const auto first = rows.begin() + static_cast<std::ptrdiff_t>(begin);
          const auto last = rows.begin() + static_cast<std::ptrdiff_t>(end);
          if constexpr (std::is_same_v<std::decay_t<decltype(to)>, std::decay_t<decltype(rows)>>) {
            to.insert(to.end(), first, last);
          } else {
            std::transform(first, last, std::back_inserter(to), [](auto value) { return static_cast<To>(value); });
          }
        },
        rows_, from.rows_);
  }

 protected:
  template <typename Narrowest>
  explicit PackedColumn(RowVector<Narrowest> rows) : rows_(std::move(rows)) {}

  template <typename Visitor>
  void Change(Visitor visit) {
    std::visit(visit, rows_);
  }

  template <typename Change>
  void Copy(const PackedColumn& from, size_t begin, size_t end, Change change) {
    std::visit(
        [&](auto& to, const auto& rows) {
          using To = typename std::decay_t<decltype(to)>::value_type;
          const size_t size = to.size();
          to.resize(size + (end - begin));
          std::transform(rows.begin() + static_cast<std::ptrdiff_t>(begin), rows.begin() + static_cast<std::ptrdiff_t>(end),
                         to.begin() + static_cast<std::ptrdiff_t>(size),
                         [&change](auto value) { return static_cast<To>(change(value)); });
        },
        rows_, from.rows_);
  }

 private:
  // Index of the first type that holds both.
  template <typename First, typename... Rest>
  static size_t WidthOf(Value low, Value high) {
    if constexpr (sizeof...(Rest) == 0) {
      return 0;
    } else {
      const bool fits = std::in_range<First>(low) && std::in_range<First>(high);
      return fits ? 0 : 1 + WidthOf<Rest...>(low, high);
    }
  }
  template <size_t kIndex>
  void WidenTo(size_t index) {
    if constexpr (kIndex < sizeof...(Types)) {
      if (index != kIndex) return WidenTo<kIndex + 1>(index);
      std::variant_alternative_t<kIndex, Rows> wider;
      std::visit(
          [&wider](const auto& rows) {
            wider.reserve(rows.capacity());
            wider.assign(rows.begin(), rows.end());
          },
          rows_);
      rows_ = std::move(wider);
    }
  }

  using Rows = std::variant<RowVector<Types>...>;
  Rows rows_;
};

// Codes below a cardinality. Code c stands for the c-th value of the dictionary that belongs to the column.
class Column : public PackedColumn<uint32_t, uint8_t, uint16_t, uint32_t> {
 public:
  Column() = default;
  explicit Column(uint32_t cardinality) : cardinality_(cardinality) {
    if (cardinality > 0) WidenFor(0, cardinality - 1);
  }

  // With these codes. REQUIRES: cardinality <= 256.
  Column(uint32_t cardinality, RowVector<uint8_t> codes) : PackedColumn(std::move(codes)), cardinality_(cardinality) {}

  // With `count` codes, 0 until fill(rows) sets them, which gets the vector of the type the rows have.
  template <typename Fill>
  Column(uint32_t cardinality, size_t count, Fill fill) : Column(cardinality) {
    assign(count, 0);
    Change(fill);
  }

  void Push(uint32_t code) { push_back(code); }
  uint32_t cardinality() const { return cardinality_; }

  // Appends rows [begin, end) of another column; code c becomes map[c], or stays when the map is empty.
  void AppendMapped(const Column& from, size_t begin, size_t end, const std::vector<uint32_t>& map) {
    if (map.empty()) {
      Append(from, begin, end);
    } else {
      Copy(from, begin, end, [&map](uint32_t code) { return map[code]; });
    }
  }

 private:
  uint32_t cardinality_ = 1;
};

// Numbers of things, and amounts of money.
using CountColumn = PackedColumn<uint32_t, uint8_t, uint16_t, uint32_t>;
using AmountColumn = PackedColumn<Cents, int32_t, Cents>;

}  // namespace nmd::costs

#endif  // NMD_SERVICES_COSTS_COLUMN_H_
