// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_PUBLICATION_DRAFT_H_
#define NMD_SERVICES_PUBLICATION_DRAFT_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "nmd/internal/v1/publication_events.pb.h"
#include "nmd/publication/v1/statement.pb.h"
#include "services/platform/caller.h"
#include "services/publication/agreement.h"
#include "services/publication/counted_table.h"
#include "services/publication/engine/system.h"
#include "services/publication/ledger.h"

namespace nmd::publication {

// A table as it would be published: counted, protected by itself and beside what was released before, and attacked.
struct Draft {
  CountedTable table;
  std::string audience;
  std::vector<engine::CellState> states;  // By cell.
  bool proven = false;                    // Also beside everything its audience has.
  std::string proof;                      // In one or two Dutch sentences.
  v1::ReleaseAudit audit;
  std::optional<CountedTable> unmerged = {};  // By the values that are told as one, when some are.
  // When it is rounded instead of hidden: by measure, then cell, what is told, and which cells must not be known.
  std::vector<std::vector<int64_t>> told = {};
  std::vector<bool> secret = {};

  // It may leave.
  bool Safe() const { return proven && audit.safe(); }
  // How many cells are in a state.
  int64_t Count(engine::CellState state) const;
  // What hiding takes away.
  v1::Loss Loss() const;
  // The figure of a cell that is not hidden, as it would be published.
  type::Figure FigureOf(size_t measure, int64_t cell) const;
  // A multiple of which the told values of a measure are; 0: they are as they are.
  int64_t RoundedTo(size_t measure) const;
};

// What has to be counted besides for MakeDraft: tables that are not published and that the table would give away.
struct GuardQuestion {
  v1::TableRule rule;
  type::Period period;
};
std::vector<GuardQuestion> GuardQuestions(const v1::TableRule& rule, const type::Period& period, const std::string& audience,
                                          absl::Span<const LedgerTable* const> released);

// Protects and attacks; `guards` are the answers to GuardQuestions. Errors: FAILED_PRECONDITION TABLE_NOT_PROVEN when the table
// contradicts itself, and those of Judge.
// `unmerged` is what `table` was merged of, if it was.
absl::StatusOr<Draft> MakeDraft(CountedTable table, std::string audience, absl::Span<const LedgerTable* const> released,
                                std::vector<CountedTable> guards, std::optional<CountedTable> unmerged = std::nullopt);

// A number in [0, 1) per words that only the owner can tell beforehand (Signer::Chance).
using Chance = std::function<double(absl::string_view)>;

// Rounds instead of hiding, every measure by itself, as the rule says; then attacks. Totals are told as the sums they are, and
// what was told before of a number that did not change is told again where sums allow. Errors: FAILED_PRECONDITION
// TABLE_NOT_PROVEN with cause rounding when no rounding was found; those of MakeDraft. REQUIRES: the rule has round_counts_to,
// and as many measures are counts and amounts as there are.
absl::StatusOr<Draft> MakeRoundedDraft(CountedTable table, std::string audience, absl::Span<const LedgerTable* const> released,
                                       std::vector<CountedTable> guards, const Chance& chance);

// What rounding does to the values of a draft that was.
v1::Rounding RoundingOf(const Draft& draft);

// What leaves. The number, the agreement and what it replaces are for the caller to fill in.
v1::Publication PublicationOf(const Draft& draft, const Catalogue& catalogue);

// Whether a caller guards the rules, and so may know which cells are small and how an attacker gets at them.
bool HasMandate(const Caller& caller);
// Takes away what only those with a mandate may know.
void HideFromOthers(v1::Loss* loss, v1::ReleaseAudit* audit);

// What the publication hides.
internal::v1::LedgerValues LedgerValuesOf(const Draft& draft);

}  // namespace nmd::publication

#endif  // NMD_SERVICES_PUBLICATION_DRAFT_H_
