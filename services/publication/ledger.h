// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_PUBLICATION_LEDGER_H_
#define NMD_SERVICES_PUBLICATION_LEDGER_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "nmd/publication/v1/publication.pb.h"
#include "services/core/date.h"
#include "services/publication/engine/system.h"

// What was released before, and what a new table adds to it for those who see both. Source: reference sdc.md sections 6 and 9.
namespace nmd::publication {

// A table as its owner knows it: the values of hidden cells too. Cells are row-major, a total before its parts, the last axis
// fastest.
struct LedgerTable {
  struct Axis {
    std::string dimension;
    std::vector<std::string> codes;  // Position 0 is the total.
    // By code, the values it stands for when areas were merged; sorted, two or more.
    std::map<std::string, std::vector<std::string>> merged;

    // Null unless the code at this position stands for merged ones.
    const std::vector<std::string>* MembersOf(size_t code) const {
      const auto found = merged.find(codes[code]);
      return found == merged.end() ? nullptr : &found->second;
    }
  };
  std::string name;           // Number of the publication. Example: "gm1730-2018-0007".
  std::string audience;       // Who sees it.
  Month first = 0, last = 0;  // Half-open.
  // What it is about: dimension and values, both sorted.
  std::vector<std::pair<std::string, std::vector<std::string>>> filters;
  std::vector<Axis> axes;
  int64_t minimum = 0;                       // Fewer clients are hidden.
  std::vector<std::string> measures;         // Ids of counts and amounts, clients first; quotients follow from them.
  std::vector<std::vector<int64_t>> values;  // By measure, then cell.
  std::vector<bool> primary, hidden;         // By cell.
  // Of a table that was rounded instead (engine/round.h): what was told, by measure, then cell, and how far at most from the
  // value, by measure. Empty: what is not hidden was told as it is.
  std::vector<std::vector<int64_t>> told;
  std::vector<int64_t> uncertainty;
  // Never published: what it hides nobody was told, not even that it is there; what it shows everybody knows.
  bool untold = false;
  // The same by the values that were merged; null when none were. It is untold.
  std::shared_ptr<const LedgerTable> unmerged;

  int64_t cells() const { return static_cast<int64_t>(hidden.size()); }
  bool IsRounded() const { return !told.empty(); }
};

// Whether who belongs to the audience `circle` sees what is released to `audience`: everybody sees what is public, and a member
// what the region sees. What two circles tell each other is not reckoned with.
bool Sees(absl::string_view circle, absl::string_view audience);

// What may be shown of a table beside all that was released.
struct Judgement {
  // By cell: what was hidden of the draft, and more where that is needed.
  std::vector<bool> hidden;
  // And which of those because of themselves: those of the draft, and what changed by few.
  std::vector<bool> primary;
  // Whether it was proven for everybody who sees the table that nothing follows from all he has.
  bool proven = true;
  // What an attacker found who knows nothing of the proof; not safe: it may not be released.
  v1::ReleaseAudit audit;
};

// Tables that will not be published and that a draft gives away all the same, because what was released before leaves nothing
// else of a sum: the months of a year that were not published month by month, the other laws beside a table of one law, the
// age by wijk by level of three tables of two of these each, and what lies in both of two divisions of the same.
struct Guard {
  Month first, last;      // Half-open.
  std::string dimension;  // Not empty: the draft without its filter on this dimension, and split by it instead.
  // Not empty: the draft split by its time and by these instead, and without its filters on them; sorted.
  std::vector<std::string> joint;

  friend bool operator<(const Guard& a, const Guard& b) {
    return std::tie(a.first, a.last, a.dimension, a.joint) < std::tie(b.first, b.last, b.dimension, b.joint);
  }
};
struct GuardTable {
  Guard guard;
  LedgerTable table;
};
std::vector<Guard> GuardsOf(const LedgerTable& draft, absl::Span<const LedgerTable* const> released);

// Protects a draft, of which `hidden` and `primary` make it safe by itself, together with what was released before, oldest
// first, once for each circle that sees it and each of its measures:
//   * What was shown stays known, and what was hidden because of itself stays so, also after a withdrawal.
//   * Numbers of the same people, place and period are one number in all tables; what sums to what follows from the codes, and
//     from the periods, of which one must lie within the other or apart: sliding windows give single months away.
//   * A figure that was shown and changed by so few that the change is theirs is hidden in its new form (sdc.md section 6,
//     "Revisions"). By how few is known of clients only; an amount that changed while clients did not counts as one client's.
//   * What `guards` hide is protected too; what they show counts as known, and of what is untold nothing does.
//   * A table by other codes for the same, as after borders moved, is refused: who knows the borders subtracts.
//   * A circle that may see smaller numbers by its own agreement is not kept from those.
//   * Of a rounded table nothing is hidden: whether it tells too much, or a table beside it, is for the attack to find, which
//     takes what was told for as uncertain as it says. A small count must fit every number below the minimum but one, another
//     number of few people must be as uncertain as it is large.
// Then attacks the outcome with engine/audit.h. Text of findings: Dutch.
// Errors: FAILED_PRECONDITION TABLE_NOT_AGREED with cause overlap or division; INVALID_ARGUMENT RESULT_TOO_LARGE.
absl::StatusOr<Judgement> Judge(const LedgerTable& draft, absl::Span<const LedgerTable* const> released,
                                absl::Span<const GuardTable> guards);

// What was told of the numbers of a draft when they were rounded before, by measure, then cell; nothing where they were not, or
// had another value then. Errors: those of Judge.
absl::StatusOr<std::vector<std::vector<std::optional<int64_t>>>> ToldBefore(const LedgerTable& draft,
                                                                            absl::Span<const LedgerTable* const> released);

// Whether somebody who sees the draft can lay `other`, one of `released`, beside it.
bool LieBeside(const LedgerTable& draft, const LedgerTable& other, absl::Span<const LedgerTable* const> released);

}  // namespace nmd::publication

#endif  // NMD_SERVICES_PUBLICATION_LEDGER_H_
