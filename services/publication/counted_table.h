// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_PUBLICATION_COUNTED_TABLE_H_
#define NMD_SERVICES_PUBLICATION_COUNTED_TABLE_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "google/protobuf/timestamp.pb.h"
#include "nmd/publication/v1/publication.pb.h"
#include "nmd/type/figure.pb.h"
#include "services/platform/peer.h"
#include "services/publication/agreement.h"
#include "services/publication/engine/lattice.h"
#include "services/publication/engine/primary.h"

namespace nmd::publication {

// "totaal": the value that stands for the sum over a dimension.
inline constexpr absl::string_view kTotal = "totaal";
// "openbaar": everybody. "regio": the region. Other audiences are municipalities.
inline constexpr absl::string_view kPublic = "openbaar", kRegion = "regio";

// "month", "quarter" and "year": dimensions that cut up the period.
bool IsTime(absl::string_view dimension);

// Inhabitants and budgets are not: they need no hiding where there are no clients, and are of no law, provision or provider.
bool IsAboutClients(absl::string_view measure);

// A table of an agreement as costs counted it, before anything is hidden. Cells are those of `lattice`: a total before its
// parts, the last dimension fastest.
struct CountedTable {
  struct Axis {
    std::string dimension;
    std::vector<type::DimensionValue> values;  // In the order costs gave them; position 0 is the total.
  };
  v1::TableRule rule;
  type::Period period;
  google::protobuf::Timestamp known_time;
  std::vector<Axis> axes;
  engine::Lattice lattice;
  // By measure, then cell. What costs has nothing about is a counted zero.
  std::vector<std::vector<type::Figure>> figures;
  // By measure: who is behind its amounts, per cell; empty unless the rule asks and the measure is an amount.
  std::vector<std::vector<engine::Contribution>> contributions;
  // By code, the values it stands for when some are told as one (merge.h).
  std::map<std::string, std::vector<std::string>> merged = {};

  // Whether the measure is a count, cents or a quotient. A measure without any value is taken for a quotient: it tells nothing.
  Catalogue::Measure::Kind KindOf(size_t measure) const;
  // The number of the figure; 0 when there is none and for quotients.
  int64_t ValueOf(size_t measure, int64_t cell) const;
};

// Asks costs one question per subset of the table's dimensions, so that every total is counted again and never summed; and
// once more per subset by provider when the rule limits what one may stand for in an amount.
// Errors: FAILED_PRECONDITION TABLE_NOT_COUNTED when a cell has no count of clients, INVALID_ARGUMENT RESULT_TOO_LARGE, and
// those of costs.
absl::StatusOr<CountedTable> CountTable(const Peer& costs, absl::string_view parent, const v1::TableRule& rule,
                                        const type::Period& period, const google::protobuf::Timestamp& known_time,
                                        absl::Duration time_left);

// What costs can count. Errors: those of costs.
absl::StatusOr<Catalogue> ReadCatalogue(const Peer& costs, absl::string_view parent);

// The table's cells as the engine takes them, with those hidden that are too telling by themselves: fewer clients than the
// rule's minimum, an amount without a client, an amount that one or a few contributors dominate.
engine::Cells PrimaryCells(const CountedTable& table);

// A figure as it is told of a hidden cell: its coordinates, and nothing that tells how much is behind it. The reliability goes
// too: a link quality of three quarters tells that the cell holds four.
type::Figure Suppressed(const type::Figure& figure);

// The figure of a cell as it is shown or, with `zero`, told as a counted zero: rounded as the rule asks, and a zero with the
// trust of the grand total when that is shown, and none otherwise. Its own would be that of what nets to nothing, or of a total
// that may be hidden, and tells how much there is behind either.
type::Figure Shown(const CountedTable& table, size_t measure, int64_t cell, bool zero, bool whole_is_hidden);

// The figure of a cell of a table that was rounded. Nothing of its trust is told: a link quality of three quarters tells that
// the cell holds four.
type::Figure Rounded(const CountedTable& table, size_t measure, int64_t cell, int64_t told);

}  // namespace nmd::publication

#endif  // NMD_SERVICES_PUBLICATION_COUNTED_TABLE_H_
