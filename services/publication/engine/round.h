// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_PUBLICATION_ENGINE_ROUND_H_
#define NMD_SERVICES_PUBLICATION_ENGINE_ROUND_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/types/span.h"
#include "services/publication/engine/system.h"

namespace nmd::publication::engine {

struct RoundOptions {
  // Every value is told as a multiple of this.
  int64_t base = 5;
  // Linear programs; where no rounding was found by then there is none.
  int64_t most_programs = 500;
};

// Controlled rounding: tells every cell as a multiple of the base, less than the base away from its value, so that what adds up
// still does. Nothing has to be hidden then, because of a whole table rounded like this an attacker knows of each cell only
// that the value is less than the base away: if it can be so in one cell, raising or lowering that one with all its totals by
// as much is a table that would be told the same. A multiple of the base is told as it is.
//
// Which of its two multiples a cell gets hangs on `chances`, one number in [0, 1) per cell that only the owner can predict; the
// nearer one is likelier, about as much as makes the told value right on average. Every rounding that is allowed has chances by
// which it is chosen, so who knows this method learns nothing more from it. The same values and chances are rounded the same.
// What was told before (`before`, empty or one per cell) is told again where sums allow: two roundings of one value narrow it.
//
// Relations of which the values do not add up are held as of persons that are in several parts: the largest part <= total <=
// sum of the parts, where the values keep to that.
//
// Method: a linear program over which cells go up; its corners are whole for tables of two dimensions, one of which may be a
// tree. In larger ones some cells come out broken; then the nearest table to what those would be when made whole is looked
// for, again and again (a feasibility pump), disturbed by chance where it stands still. Some such tables have no controlled
// rounding. What comes out is checked in integers. nullopt: none was found.
// Cost: three dimensions with 2,583 cells 0.1 s, with 12,978 cells 2 s. Deterministic.
std::optional<std::vector<int64_t>> RoundControlled(const System& system, absl::Span<const int64_t> values,
                                                    absl::Span<const double> chances,
                                                    absl::Span<const std::optional<int64_t>> before,
                                                    const RoundOptions& options);

}  // namespace nmd::publication::engine

#endif  // NMD_SERVICES_PUBLICATION_ENGINE_ROUND_H_
