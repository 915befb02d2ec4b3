// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_PUBLICATION_ENGINE_ECHELON_H_
#define NMD_SERVICES_PUBLICATION_ENGINE_ECHELON_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

namespace nmd::publication::engine {

// Linear algebra of prove.h: sparse equations over the changes of hidden cells, modulo a prime.

// The field of the elimination: integers modulo the Mersenne prime 2^61 - 1.
inline constexpr uint64_t kPrime = (uint64_t{1} << 61) - 1;

inline uint64_t Multiply(uint64_t a, uint64_t b) {
  const unsigned __int128 product = static_cast<unsigned __int128>(a) * b;
  const uint64_t sum = static_cast<uint64_t>(product & kPrime) + static_cast<uint64_t>(product >> 61);
  return sum >= kPrime ? sum - kPrime : sum;
}
inline uint64_t Add(uint64_t a, uint64_t b) {
  const uint64_t sum = a + b;
  return sum >= kPrime ? sum - kPrime : sum;
}
inline uint64_t Negate(uint64_t a) { return a == 0 ? 0 : kPrime - a; }
uint64_t Invert(uint64_t a);  // REQUIRES: a is not 0.

// Numbers in [1, prime) from a seed (splitmix64).
class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}
  uint64_t Next() {
    state_ += 0x9e3779b97f4a7c15u;
    uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return (z ^ (z >> 31)) % (kPrime - 1) + 1;
  }

 private:
  uint64_t state_;
};

struct Term {
  int32_t column;
  uint64_t factor;
};
using Row = std::vector<Term>;  // By column; the equation "sum of factor * change of column = 0".

const Term* FindTerm(const Row& row, int32_t column);  // Null when there is none.

// An unknown of a component.
struct Column {
  int32_t cell;
  bool primary;
  int32_t lone_class;  // -1 when it has several contributors.
};

// The equations of one component in echelon form. Columns of lone clients are not eliminated: their changes are given, and the
// movable columns follow from them and from the free columns.
//
// Cost: shortest row first and in it the rarest column (Markowitz), so that rows stay sparse. Not thread-safe.
class Echelon {
 public:
  // Another salt gives another choice among near equals, and so another basis. `columns` must outlive this.
  Echelon(const std::vector<Column>& columns, std::vector<Row> rows, uint64_t salt = 0);

  // Rows that hold nothing but columns of lone clients.
  const std::vector<Row>& lone_rows() const { return lone_rows_; }
  int64_t rank() const { return static_cast<int64_t>(pivots_.size()) + lone_rank_; }
  bool IsFree(int32_t column) const { return !is_pivot_[static_cast<size_t>(column)]; }

  // Completes a change that is set on the free and lone columns to one that satisfies every equation with a pivot.
  void Complete(std::vector<uint64_t>* change) const;
  // The same for a change of few columns, at the cost of what it touches: all columns that change.
  Row CompleteFew(const Row& start);

  // The multiples of the given rows, by their position, that add up to an equation in which `column`, a movable one that cannot
  // move, stands alone beside columns of lone clients.
  std::map<int32_t, uint64_t> WhyFixed(int32_t column) const;
  // The same for a lone row.
  std::map<int32_t, uint64_t> WhyLone(size_t lone_row) const;

 private:
  bool Movable(int32_t column) const { return columns_[static_cast<size_t>(column)].lone_class < 0; }
  void Reduce(std::vector<Row> rows, bool lone);
  // From multiples of pivot rows to multiples of the rows they were made of, added to `rows`.
  std::map<int32_t, uint64_t> Unwind(std::map<int32_t, uint64_t> weights, std::map<int32_t, uint64_t> rows) const;

  const std::vector<Column>& columns_;
  const uint64_t salt_;
  std::vector<std::pair<int32_t, Row>> pivots_;  // In order of elimination.
  std::vector<bool> is_pivot_;
  std::vector<int32_t> pivot_of_;  // By column; -1 when it is none.
  std::vector<Row> lone_rows_;
  int64_t lone_rank_ = 0;
  // Where rows come from: per given row the multiples of pivot rows that were added to it; per pivot and per lone row the given
  // row it was.
  std::vector<std::vector<Term>> made_of_;  // Term::column is the pivot.
  std::vector<Term> sources_;               // Term::column is the row, which was multiplied by the factor.
  std::vector<int32_t> lone_sources_;
  // Scratch of CompleteFew.
  std::vector<std::vector<int32_t>> uses_;  // By column the pivots whose rows hold it.
  std::vector<uint64_t> change_;
  std::vector<bool> queued_;
};

// The columns of each lone client.
std::vector<std::vector<int32_t>> LoneClasses(const std::vector<Column>& columns);
// Per lone client a random change of his columns, one factor for each, that satisfies the lone rows while all other lone
// clients stay.
std::vector<std::vector<uint64_t>> LoneChanges(const std::vector<std::vector<int32_t>>& classes, const Echelon& echelon,
                                               size_t columns, Random* random);

}  // namespace nmd::publication::engine

#endif  // NMD_SERVICES_PUBLICATION_ENGINE_ECHELON_H_
