// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_COSTS_CARE_H_
#define NMD_SERVICES_COSTS_CARE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "services/core/date.h"
#include "services/core/money.h"
#include "services/costs/amounts.h"
#include "services/costs/catalogue.h"
#include "services/costs/ledger.h"
#include "services/costs/snapshot.h"

// Courses of care as known at one moment, for analyses: when care was allocated, began, stopped and was declared, and what
// was agreed about it. A course is a provision (provisions.h) with what the messages tell about its life.
namespace nmd::costs {

// No such client, course or row.
inline constexpr uint32_t kNowhere = UINT32_MAX;

// When care under an allocation of a course began, or began again after a stop (305).
struct CourseStart {
  Day day = 0;
  int64_t number = 0;  // Of the allocation.
  friend bool operator==(const CourseStart&, const CourseStart&) = default;
};
// When it stopped, for a while or for good (307).
struct CourseStop {
  Day end = 0;  // First day without care.
  int64_t number = 0;
  Word reason;  // RedenBeeindiging; what it means depends on the law (D13).
  bool Temporary() const { return *reason == "20"; }
};

// What was agreed about an allocation of a course.
struct CoursePlan {
  int64_t number = 0;
  Day agreed_end = 0;  // First day after the care as agreed; 0 when no duration was.
  bool motivated = false;
  uint8_t result = 0, complexity = 0;  // CarePlan::Result and ::Complexity.
};

struct Course {
  uint32_t client = 0;  // In CareBook::snapshot->clients.
  uint8_t law = 0;
  uint8_t sex = 0;     // "1" or "2"; 0 unknown.
  bool exact = false;  // Every person key of it is linked on a valid BSN.
  Word category, product, provider;
  Word ivn, referrer, wijk, buurt;  // On the first day; empty when not known.
  Day birth = 0;                    // 0 unknown.
  nmd::Period indicated;            // From the first start to the last end that was allocated; without gaps.
  Day assigned = 0;                 // When the first version of any of its allocations was assigned,
  Day first_end = 0;                // and when it would end by that version.
  Day referred = 0;                 // The first referral to one of its allocations; 0 when nobody told of one.
  // The month of the last claim line under its allocations that was not refused or taken back; 0 when there is none.
  Month last_declared = 0;
  // Ranges of the vectors of the book.
  Snapshot::Span allocations, starts, stops, plans, lines;
  // Its first row in CareBook::snapshot->table; kNowhere when it begins beyond the months of the table. What it is called in
  // dimensions without a field above is that of this row.
  uint32_t row = kNowhere;
};

// A claim line that counts (NetClaims): credits and the debits they take back are both there.
struct CareLine {
  uint32_t course = kNowhere;  // That of its allocation, when the provider is the same.
  uint32_t client = 0;
  uint8_t law = 0;
  bool answered = false, approved = false;  // As in NetLine.
  Word provider, category, product;
  Month month = 0;   // When the care was given.
  Day declared = 0;  // Dagtekening of the declaration.
  Cents amount = 0;
};

struct CareQuantity {
  QuantityFact fact;
  uint32_t course = kNowhere;  // That of its allocation.
  uint32_t client = kNowhere;
};
struct CareResponsibility {
  ResponsibilityFact fact;
  uint32_t client = 0;
};

// Immutable; any number of threads may read. Its words are those of the ledger it came from.
//
// Memory: about 150 bytes per course, 120 per allocation and 56 per claim line: 150 MB for ten years of a region.
struct CareBook {
  std::shared_ptr<const Snapshot> snapshot;  // Of the same moment; its `provision` of a row is the number of the course.
  Moment moment = 0;                         // The greatest moment up to K at which anything changed.
  Word empty = nullptr;

  std::vector<Course> courses;  // In order of client, then law, product, provider and start.
  // Per course.
  std::vector<AllocationFact> allocations;  // In force, in order of start.
  std::vector<CourseStart> starts;          // In order of day, then number.
  std::vector<CourseStop> stops;            // In order of end, then number and reason.
  std::vector<CoursePlan> plans;            // In order of number.
  std::vector<CareLine> lines;              // In order of course, those of none last; then month and what was declared.

  std::vector<AllocationFact> former;  // Versions that were in force once (PickFormer), also of no course.

  std::shared_ptr<const TariffBook> tariffs;
  std::vector<CareResponsibility> responsibilities;  // Of clients of the snapshot, in order of client, law and start.
  std::vector<CareQuantity> quantities;              // In order of law, provider, person, number, product, start and unit.
  std::vector<SuccessionFact> successions;           // In order of law, product, predecessor and start.
  std::vector<ProviderGroupFact> provider_groups;    // In order of provider and start.
  std::vector<CombinationFact> combinations;         // In order of law, product, other law and product, and start.

  absl::Span<const AllocationFact> AllocationsOf(const Course& c) const { return Part(allocations, c.allocations); }
  absl::Span<const CourseStart> StartsOf(const Course& c) const { return Part(starts, c.starts); }
  absl::Span<const CourseStop> StopsOf(const Course& c) const { return Part(stops, c.stops); }
  absl::Span<const CoursePlan> PlansOf(const Course& c) const { return Part(plans, c.plans); }
  absl::Span<const CareLine> LinesOf(const Course& c) const { return Part(lines, c.lines); }

 private:
  template <typename Row>
  static absl::Span<const Row> Part(const std::vector<Row>& rows, const Snapshot::Span& span) {
    return absl::MakeConstSpan(rows).subspan(span.first, span.count);
  }
};

// The same for every order in which the facts arrived (T-29). Of starts and stops that were sent more than once the one known
// last says whether it was taken back; of two known at one moment the one that was not (IV008). Of other facts with one key
// the one known last holds, of two known at one moment the one with the later values (fact.proto).
// REQUIRES: `snapshot` is that of the same facts.
// Cost: a few microseconds per allocation, and half a microsecond per claim line.
std::shared_ptr<const CareBook> MakeCareBook(const KnownFacts& known, std::shared_ptr<const Snapshot> snapshot);

// What a course is called in a dimension, on its first day; the same values as those of figures. Times are those of its first
// day. "" when not known. REQUIRES: the dimension is registered and of a provision: no budget line or taakveld.
std::string ValueOf(const CareBook& book, const Course& course, const DimensionInfo& dimension);
// Whether courses can be split and filtered by it.
bool SupportsCourses(const DimensionInfo& dimension);

}  // namespace nmd::costs

#endif  // NMD_SERVICES_COSTS_CARE_H_
