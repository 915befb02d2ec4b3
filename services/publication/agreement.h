// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_PUBLICATION_AGREEMENT_H_
#define NMD_SERVICES_PUBLICATION_AGREEMENT_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "nmd/publication/v1/publication.pb.h"
#include "nmd/type/figure.pb.h"

namespace nmd {
class FieldCheck;
}

namespace nmd::publication {

// What costs can count, as far as agreements are about it.
struct Catalogue {
  struct Measure {
    enum Kind { kCount, kCents, kRatio };
    std::string title, definition;
    Kind kind = kCount;
  };
  std::map<std::string, Measure> measures;        // By id.
  std::map<std::string, std::string> dimensions;  // Dutch title by id.
};

// Adds every fault of an agreement to `check`, with `path` in front: parties, dates, and each table rule, of which none is ever
// ignored: one that cannot be kept is a fault. Measures and dimensions are judged by the catalogue.
void CheckAgreement(const v1::Agreement& agreement, absl::string_view municipality, const Catalogue& catalogue,
                    const std::string& path, FieldCheck* check);

// What is different in an agreement, in Dutch, one change each; of a new one (`before` is null) what it says. Empty: nothing.
std::vector<std::string> ChangesOf(const v1::Agreement* before, const v1::Agreement& after);

// Whether the agreement holds on the Dutch calendar day of `now`: not ended, and between its dates.
bool InForce(const v1::Agreement& agreement, absl::Time now);

// Adds what is wrong with a period that must be of whole calendar months.
void CheckMonths(const type::Period& period, FieldCheck* check);

// Why something is ended, refused or taken back goes to the region and to the public, and stays: FIELDS_INVALID unless it is a
// line of words that name nobody.
absl::Status CheckReason(absl::string_view reason);

// The rule of a table that may be released to this audience (empty: the first) for this period at this moment. `audience`
// becomes the one that was meant. Errors: FAILED_PRECONDITION AGREEMENT_NOT_IN_FORCE, TABLE_NOT_AGREED with metadata cause
// table, audience, period (its length) or delay. REQUIRES: `period` has two dates that are first days of a month.
absl::StatusOr<v1::TableRule> AgreedTable(const v1::Agreement& agreement, absl::string_view table, const type::Period& period,
                                          absl::Time now, std::string* audience);

}  // namespace nmd::publication

#endif  // NMD_SERVICES_PUBLICATION_AGREEMENT_H_
