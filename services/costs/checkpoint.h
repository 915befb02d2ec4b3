// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_COSTS_CHECKPOINT_H_
#define NMD_SERVICES_COSTS_CHECKPOINT_H_

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "nmd/internal/v1/costs_events.pb.h"
#include "services/costs/ledger.h"

// Rows of structs as columns of bytes and back; the form is described at internal.v1.CostsCheckpoint. A kind of row is
// defined by a function EachField(row, visit) beside its type, which calls visit(field) for every field in a fixed order.
namespace nmd::costs {

// A row of this kind, to be read or written.
template <typename Row, typename Kind>
concept RowOf = std::same_as<std::remove_const_t<Row>, Kind>;

struct WordRow {
  Word word = nullptr;
};
void EachField(RowOf<WordRow> auto& f, auto visit) { visit(f.word); }
struct NumberRow {
  uint32_t number = 0;
};
void EachField(RowOf<NumberRow> auto& f, auto visit) { visit(f.number); }

// One column, value after value.
class ColumnWriter {
 public:
  void Add(int64_t value) {
    const auto difference = static_cast<uint64_t>(value) - static_cast<uint64_t>(last_);
    last_ = value;
    // Zigzag: small numbers of either sign have few bits.
    uint64_t left = (difference << 1) ^ (0 - (difference >> 63));
    for (; left >= 0x80; left >>= 7) bytes_.push_back(static_cast<char>(left | 0x80));
    bytes_.push_back(static_cast<char>(left));
  }
  std::string Take() { return std::move(bytes_); }

 private:
  std::string bytes_;
  int64_t last_ = 0;
};

class ColumnReader {
 public:
  // `bytes` must outlive this.
  explicit ColumnReader(const std::string& bytes) : at_(bytes.data()), end_(bytes.data() + bytes.size()) {}
  explicit ColumnReader(std::string&&) = delete;

  // 0 when there is no value left, or none that can be read; then ok() is false.
  int64_t Next() {
    uint64_t left = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      if (at_ == end_) break;
      const auto byte = static_cast<uint8_t>(*at_++);
      left |= uint64_t{byte & 0x7fu} << shift;
      if (byte < 0x80) {
        last_ += (left >> 1) ^ (0 - (left & 1));
        return static_cast<int64_t>(last_);
      }
    }
    ok_ = false;
    return 0;
  }
  bool ok() const { return ok_; }
  bool done() const { return at_ == end_; }

 private:
  const char* at_;
  const char* end_;
  uint64_t last_ = 0;
  bool ok_ = true;
};

// Gives words numbers in order of first use.
class WordWriter {
 public:
  int64_t NumberOf(Word word) {
    const auto [at, fresh] = numbers_.try_emplace(word, static_cast<uint32_t>(numbers_.size()));
    if (fresh) {
      text_.append(*word);
      sizes_.Add(static_cast<int64_t>(word->size()));
    }
    return at->second;
  }
  void Finish(internal::v1::CostsCheckpoint* to) {
    to->set_words(std::move(text_));
    to->mutable_word_sizes()->set_row_count(static_cast<int64_t>(numbers_.size()));
    to->mutable_word_sizes()->add_columns(sizes_.Take());
  }

 private:
  absl::flat_hash_map<Word, uint32_t> numbers_;
  std::string text_;
  ColumnWriter sizes_;
};

template <typename Rows>
void WriteTable(const Rows& rows, WordWriter* words, internal::v1::CostsCheckpoint::Table* to) {
  std::vector<ColumnWriter> columns;
  for (const auto& row : rows) {
    size_t column = 0;
    EachField(row, [&](const auto& field) {
      if (column == columns.size()) columns.emplace_back();
      if constexpr (std::is_same_v<std::decay_t<decltype(field)>, Word>) {
        columns[column++].Add(words->NumberOf(field));
      } else {
        columns[column++].Add(static_cast<int64_t>(field));
      }
    });
  }
  to->set_row_count(static_cast<int64_t>(rows.size()));
  for (ColumnWriter& column : columns) to->add_columns(column.Take());
}

// Appends the rows of a table. False when it is not one of this kind of row; what was appended is then of no use.
template <typename Rows>
bool ReadTable(const internal::v1::CostsCheckpoint::Table& from, const std::vector<Word>& words, Rows* rows) {
  if (from.row_count() == 0) return from.columns_size() == 0;
  typename Rows::value_type row{};
  int fields = 0;
  EachField(row, [&fields](const auto&) { ++fields; });
  if (from.columns_size() != fields || from.row_count() < 0) return false;
  std::vector<ColumnReader> columns;
  for (const std::string& bytes : from.columns()) {
    // Every value has a byte at least, so what follows is bounded by what came in.
    if (bytes.size() < static_cast<size_t>(from.row_count())) return false;
    columns.emplace_back(bytes);
  }
  bool fits = true;
  rows->reserve(rows->size() + static_cast<size_t>(from.row_count()));
  for (int64_t i = 0; i < from.row_count(); ++i) {
    size_t column = 0;
    EachField(row, [&](auto& field) {
      using Held = std::decay_t<decltype(field)>;
      const int64_t value = columns[column++].Next();
      if constexpr (std::is_same_v<Held, Word>) {
        const bool known = value >= 0 && static_cast<size_t>(value) < words.size();
        fits = fits && known;
        field = known ? words[static_cast<size_t>(value)] : nullptr;
      } else if constexpr (std::is_same_v<Held, bool>) {
        field = value != 0;
      } else {
        fits = fits && std::in_range<Held>(value);
        field = static_cast<Held>(value);
      }
    });
    if (!fits) return false;
    rows->push_back(row);
  }
  for (const ColumnReader& column : columns) fits = fits && column.ok() && column.done();
  return fits;
}

}  // namespace nmd::costs

#endif  // NMD_SERVICES_COSTS_CHECKPOINT_H_
