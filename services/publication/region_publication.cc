// SPDX-License-Identifier: EUPL-1.2
#include "services/publication/region_publication.h"

#include <algorithm>
#include <cstdint>
#include <string>

#include "nmd/type/error_reason.pb.h"
#include "nmd/type/figure.pb.h"
#include "services/publication/counted_table.h"

namespace nmd::publication {
namespace {

using type::ErrorReason;
using type::Figure;
using v1::PublishedCell;
using v1::PublishedValue;
using v1::TableMember;

// Of a value of the region, or of a member.
template <typename Value>
PublishedValue ValueOf(const Value& value) {
  PublishedValue out;
  if (value.state() != Figure::ANSWERED) {
    const ErrorReason hidden = ErrorReason::CELL_PROTECTED;
    out.set_missing(value.state() == Figure::SUPPRESSED ? type::ErrorReason_Name(hidden) : value.state_reason());
  } else if (value.value_case() == Value::kCount) {
    out.set_count(value.count());
  } else if (value.value_case() == Value::kAmountCents) {
    out.set_amount_cents(value.amount_cents());
  } else {
    out.set_ratio(value.ratio());
  }
  return out;
}

// How far a value that is told may be off by its bounds; a ratio says its own.
int64_t UncertaintyOf(const v1::RegionalValue& value) {
  if (value.state() != Figure::ANSWERED || !value.has_upper() || value.value_case() == v1::RegionalValue::kRatio) return 0;
  const double told = static_cast<double>(value.count() + value.amount_cents());
  return static_cast<int64_t>(std::max(value.upper() - told, value.has_lower() ? told - value.lower() : 0));
}

std::string ReasonOf(const TableMember& member) {
  switch (member.state()) {
    case TableMember::WITHDRAWN:
      return type::ErrorReason_Name(ErrorReason::PUBLICATION_WITHDRAWN);
    case TableMember::NOT_COMPARABLE:
      return type::ErrorReason_Name(ErrorReason::DEFINITION_DIFFERS);
    default:
      return type::ErrorReason_Name(ErrorReason::NOT_PUBLISHED);
  }
}

// A cell whose values are all hidden has none, and one of zeros says so, as in a publication.
void Settle(PublishedCell* cell) {
  bool hidden = true, zero = true;
  for (const PublishedValue& value : cell->values()) {
    hidden = hidden && value.missing() == type::ErrorReason_Name(ErrorReason::CELL_PROTECTED);
    zero = zero && value.value_case() != PublishedValue::kMissing && value.count() == 0 && value.amount_cents() == 0 &&
           value.ratio() == 0;
  }
  cell->set_state(hidden ? PublishedCell::HIDDEN : zero ? PublishedCell::ZERO : PublishedCell::SHOWN);
  if (!hidden) return;
  cell->clear_values();
  cell->clear_reliability();
}

}  // namespace

v1::Publication PublicationOfRegion(const v1::RegionalTable& table) {
  v1::Publication publication;
  publication.set_title(table.title());
  *publication.mutable_period() = table.period();
  publication.set_audience(table.audience());
  publication.set_proof(table.proof());
  v1::PublishedDimension* whose = publication.add_dimensions();
  whose->set_dimension(std::string(kMunicipality));
  whose->set_title("Gemeente");
  v1::PublishedCode* whole = whose->add_codes();
  whole->set_value(std::string(kTotal));
  whole->set_label("Regio");
  for (const TableMember& member : table.members()) {
    v1::PublishedCode* code = whose->add_codes();
    code->set_value(member.municipality());
    code->set_label(member.title());
  }
  for (const v1::PublishedDimension& dimension : table.dimensions()) *publication.add_dimensions() = dimension;
  for (const v1::RegionalMeasure& measure : table.measures()) {
    v1::PublishedMeasure* added = publication.add_measures();
    added->set_measure(measure.measure());
    added->set_title(measure.title());
    added->set_unit(measure.unit());
    added->set_definition(measure.definition());
  }
  // What members rounded is as uncertain as they say, and the region all together.
  for (const v1::RegionalCell& cell : table.cells()) {
    for (int k = 0; k < cell.values_size(); ++k) {
      v1::PublishedMeasure* measure = publication.mutable_measures(k);
      measure->set_uncertainty(std::max(measure->uncertainty(), UncertaintyOf(cell.values(k))));
    }
  }
  for (int m = -1; m < table.members_size(); ++m) {  // -1: the region.
    for (const v1::RegionalCell& own : table.cells()) {
      PublishedCell* cell = publication.add_cells();
      cell->add_codes(m + 1);
      cell->mutable_codes()->MergeFrom(own.codes());
      for (const v1::RegionalValue& value : own.values()) {
        if (m < 0) {
          *cell->add_values() = ValueOf(value);
          continue;
        }
        const v1::MemberValue* theirs = nullptr;
        for (const v1::MemberValue& one : value.members()) theirs = one.member() == m ? &one : theirs;
        if (theirs != nullptr) {
          *cell->add_values() = ValueOf(*theirs);
        } else {
          cell->add_values()->set_missing(ReasonOf(table.members(m)));
        }
      }
      if (m < 0 && own.has_reliability()) *cell->mutable_reliability() = own.reliability();
      Settle(cell);
    }
  }
  return publication;
}

}  // namespace nmd::publication
