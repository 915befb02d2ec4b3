// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_PUBLICATION_LEDGER_GUARDS_H_
#define NMD_SERVICES_PUBLICATION_LEDGER_GUARDS_H_

#include <set>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "services/publication/ledger.h"

namespace nmd::publication {

// The tables a circle sees that lie beside the draft: about months it is about too, or tied to it by others that are.
std::vector<const LedgerTable*> Beside(const LedgerTable& draft, absl::string_view circle,
                                       absl::Span<const LedgerTable* const> released);

// The guards that a circle with these tables needs beside the draft.
std::set<Guard> GuardsIn(const LedgerTable& draft, std::vector<const LedgerTable*> tables);

// The circles that see the draft, and perhaps something else.
std::set<std::string> CirclesOf(const LedgerTable& draft, absl::Span<const LedgerTable* const> released);

// Whether the values of `fine` are parts of those of `coarse`, as everybody can look up: a buurt is in a wijk.
bool IsPartOf(absl::string_view fine, absl::string_view coarse);

}  // namespace nmd::publication

#endif  // NMD_SERVICES_PUBLICATION_LEDGER_GUARDS_H_
