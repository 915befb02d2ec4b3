// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_PUBLICATION_ENGINE_AUDIT_H_
#define NMD_SERVICES_PUBLICATION_ENGINE_AUDIT_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/types/span.h"
#include "services/publication/engine/table.h"

namespace nmd::publication::engine {

struct AuditOptions {
  // The attacker knows every hidden value to be at least this: 1 where zeros are shown.
  int64_t floor = 1;
  // The lowest and the highest value that fit a primary cell must be at least so far apart; 1: it is not known exactly.
  int64_t width = 1;
  // And at least this percentage of the value; for amounts.
  int64_t width_percent = 0;
  // Two publications of one cell may not differ by 1 .. smallest_change - 1: that is what changed, and who; 0: not looked at.
  int64_t smallest_change = 0;
  // Shown values were rounded to the nearest multiple of this; 0 or 1: they are exact.
  int64_t rounded_to = 0;
  // Attackers who know more: all cells at and below a code of a dimension, such as a municipality its own. (dimension, code).
  std::vector<std::pair<int32_t, int32_t>> insiders = {};
  // Somebody who is counted alone in a cell knows that cell, and every total he is alone in.
  bool lone_persons = true;
  // More linear programs are not solved; what is left then counts as not safe.
  int64_t most_programs = 100'000;
};

// A primary cell somebody gets to know, or gets too near to.
struct Disclosure {
  enum Kind {
    kExact,      // Computed.
    kNarrow,     // Bounded more tightly than the width.
    kChange,     // Two publications of a shown cell differ by a few.
    kUndecided,  // Not shown to be safe.
  };
  Kind kind = kExact;
  int64_t table = 0, cell = 0;    // Positions in the tables given.
  int64_t low = 0, high = 0;      // What the attacker knows it to be between.
  std::string attacker;           // Dutch; empty for anybody.
  std::vector<std::string> path;  // Dutch; the sums he uses, in order.
};

struct AuditReport {
  int64_t primaries = 0, unknowns = 0, relations = 0, programs = 0;
  std::vector<Disclosure> disclosures;  // By table and cell; one per primary cell and attacker at most.

  bool Safe() const { return disclosures.empty(); }
};

// Attacks publications of the same measure, oldest first, as somebody would who has them all: the shown values, the sums
// between them, also those between one table and another, and what he may know besides. Knows nothing of how they were
// protected and shares no code with it; only true values decide which cell of two publications is the same number.
//
// Method: sums with one unknown are solved, again and again; what is left goes into linear programs over the values themselves
// (Clp), many cells at once by random directions and the rest one by one. Sums between publications are taken as
// known at each of them, with the newest value of every cell until then.
// Cost: 12,978 cells some tenths of a second. Deterministic. Source: reference sdc.md sections 4 and 6.
// REQUIRES: codes are positions in `dimensions`.
AuditReport Audit(absl::Span<const Dimension> dimensions, absl::Span<const PublishedTable> tables, const AuditOptions& options);

}  // namespace nmd::publication::engine

#endif  // NMD_SERVICES_PUBLICATION_ENGINE_AUDIT_H_
