// SPDX-License-Identifier: EUPL-1.2
#include "services/publication/region_merge.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "nmd/type/error_reason.pb.h"

namespace nmd::publication {
namespace {

using type::ErrorReason;
using type::Figure;
using v1::PublishedCell;
using v1::PublishedValue;
using v1::RegionalMeasure;

constexpr int kMostPasses = 50;

// Whether the range can be added up without running out of an int64: amounts are far from it, broken input is not.
bool Adds(int64_t a, int64_t b, int64_t* sum) { return !__builtin_add_overflow(a, b, sum); }

int64_t AddLow(int64_t a, int64_t b) {
  int64_t sum;
  return a == Range::kNoLow || b == Range::kNoLow || !Adds(a, b, &sum) ? Range::kNoLow : sum;
}
int64_t AddHigh(int64_t a, int64_t b) {
  int64_t sum;
  return a == Range::kNoHigh || b == Range::kNoHigh || !Adds(a, b, &sum) ? Range::kNoHigh : sum;
}

// A sum of ends from which one can be taken out again, also when some are not known.
struct Ends {
  int64_t sum = 0;
  int unknown = 0;

  void Add(int64_t end, int64_t none) {
    if (end == none || !Adds(sum, end, &sum)) ++unknown;
  }
  // The sum without `end`, which was added; nothing when another one is not known.
  std::optional<int64_t> Without(int64_t end, int64_t none) const {
    if (end == none) return unknown == 1 ? std::optional<int64_t>(sum) : std::nullopt;
    return unknown == 0 ? std::optional<int64_t>(sum - end) : std::nullopt;
  }
};

class Narrower {
 public:
  Narrower(absl::Span<const int32_t> codes, std::vector<Range>* cells, Adding adding)
      : codes_(codes), cells_(*cells), adding_(adding) {}

  // False when the values contradict each other.
  bool Run() {
    for (int pass = 0; pass < kMostPasses; ++pass) {
      changed_ = false;
      int64_t stride = 1;
      for (size_t d = codes_.size(); d-- > 0;) {
        if (!Along(codes_[d], stride)) return false;
        stride *= codes_[d];
      }
      if (!changed_) break;
    }
    return true;
  }

 private:
  bool Along(int32_t codes, int64_t stride) {
    if (codes < 2) return true;
    const auto size = static_cast<int64_t>(cells_.size());
    for (int64_t block = 0; block < size; block += stride * codes) {
      for (int64_t offset = 0; offset < stride; ++offset) {
        if (!Relation(block + offset, codes, stride)) return false;
      }
    }
    return true;
  }

  bool Relation(int64_t first, int32_t codes, int64_t stride) {
    Range& total = cells_[static_cast<size_t>(first)];
    Ends low, high;
    int64_t largest = Range::kNoLow;
    for (int32_t c = 1; c < codes; ++c) {
      const Range& part = cells_[static_cast<size_t>(first + c * stride)];
      low.Add(part.low, Range::kNoLow);
      high.Add(part.high, Range::kNoHigh);
      largest = std::max(largest, part.low);
    }
    const int64_t least = adding_ == Adding::kSum ? (low.unknown == 0 ? low.sum : Range::kNoLow) : largest;
    if (!Tighten(least, high.unknown == 0 ? high.sum : Range::kNoHigh, &total)) return false;
    for (int32_t c = 1; c < codes; ++c) {
      Range& part = cells_[static_cast<size_t>(first + c * stride)];
      const std::optional<int64_t> others_high = high.Without(part.high, Range::kNoHigh);
      const int64_t least_part = others_high && total.low != Range::kNoLow ? total.low - *others_high : Range::kNoLow;
      int64_t most_part = total.high;
      if (adding_ == Adding::kSum) {
        const std::optional<int64_t> others_low = low.Without(part.low, Range::kNoLow);
        most_part = others_low && total.high != Range::kNoHigh ? total.high - *others_low : Range::kNoHigh;
      }
      if (!Tighten(least_part, most_part, &part)) return false;
    }
    return true;
  }

  bool Tighten(int64_t low, int64_t high, Range* range) {
    if (low > range->low) {
      range->low = low;
      changed_ = true;
    }
    if (high < range->high) {
      range->high = high;
      changed_ = true;
    }
    return range->low <= range->high;
  }

  const absl::Span<const int32_t> codes_;
  std::vector<Range>& cells_;
  const Adding adding_;
  bool changed_ = false;
};

std::string Reason(ErrorReason reason) { return type::ErrorReason_Name(reason); }

// The whole number of a count or an amount.
int64_t WholeOf(const PublishedValue& value) {
  return value.value_case() == PublishedValue::kCount ? value.count() : value.amount_cents();
}

bool SameShape(const MemberTable& x, const MemberTable& y) {
  const v1::Publication &a = *x.publication, &b = *y.publication;
  return x.filters == y.filters &&
         std::equal(a.dimensions().begin(), a.dimensions().end(), b.dimensions().begin(), b.dimensions().end(),
                    [](const auto& p, const auto& q) { return p.dimension() == q.dimension(); });
}

// Positions in `members` of those that agree with most, by `same`; at a tie with the first.
template <typename Same>
std::vector<size_t> Most(size_t count, Same same) {
  std::vector<size_t> best;
  for (size_t i = 0; i < count; ++i) {
    std::vector<size_t> alike;
    for (size_t j = 0; j < count; ++j) {
      if (same(i, j)) alike.push_back(j);
    }
    if (alike.size() > best.size()) best = std::move(alike);
  }
  return best;
}

RegionalMeasure::Together TogetherOf(const MergeRules& rules, const std::string& measure) {
  const auto rule = rules.find(measure);
  if (rule == rules.end()) return RegionalMeasure::NONE;
  if (rule->second.together() == "distinct") return RegionalMeasure::SUM_OF_DISTINCT;
  return rule->second.together() == "sum" ? RegionalMeasure::SUM : RegionalMeasure::RATIO;
}

std::string NoteOf(RegionalMeasure::Together together) {
  switch (together) {
    case RegionalMeasure::SUM_OF_DISTINCT:
      return "Som van de gemeenten, niet het aantal unieke: wie in de periode verhuisde, telt in beide gemeenten mee.";
    case RegionalMeasure::SUM:
      return "Som van de gemeenten.";
    case RegionalMeasure::RATIO:
      return "Opnieuw berekend uit de sommen; geen gemiddelde van de gemeenten.";
    default:
      return "Alleen per gemeente: hoe deze cijfers samengaan, is niet vastgelegd.";
  }
}

// One measure of one member, in the cells of its own table.
struct MemberMeasure {
  int column = -1;  // Among the measures of its publication; -1: it does not have it, or by another definition.
  std::vector<Range> ranges;
};

class Merger {
 public:
  Merger(std::vector<MemberTable> members, const MergeRules& rules) : members_(std::move(members)), rules_(rules) {}

  Merged Run() {
    std::sort(members_.begin(), members_.end(), [](const auto& a, const auto& b) { return a.member < b.member; });
    if (members_.empty()) return std::move(merged_);
    KeepShape();
    MergeCodes();
    MergeMeasures();
    MergeCells();
    return std::move(merged_);
  }

 private:
  const v1::Publication& Of(size_t m) const { return *members_[m].publication; }

  void KeepShape() {
    const std::vector<size_t> kept =
        Most(members_.size(), [&](size_t i, size_t j) { return SameShape(members_[i], members_[j]); });
    std::vector<MemberTable> members;
    for (size_t m = 0; m < members_.size(); ++m) {
      if (std::binary_search(kept.begin(), kept.end(), m)) {
        members.push_back(members_[m]);
      } else {
        merged_.other_shape.push_back(members_[m].member);
      }
    }
    members_ = std::move(members);
  }

  void MergeCodes() {
    code_of_.resize(members_.size());
    for (int d = 0; d < Of(0).dimensions_size(); ++d) {
      v1::PublishedDimension* dimension = merged_.table.add_dimensions();
      dimension->set_dimension(Of(0).dimensions(d).dimension());
      dimension->set_title(Of(0).dimensions(d).title());
      *dimension->add_codes() = Of(0).dimensions(d).codes(0);
      // Sorted, so that the same publications make the same table.
      std::map<std::string, const v1::PublishedCode*> codes;
      for (size_t m = 0; m < members_.size(); ++m) {
        for (int c = 1; c < Of(m).dimensions(d).codes_size(); ++c) {
          codes.emplace(Of(m).dimensions(d).codes(c).value(), &Of(m).dimensions(d).codes(c));
        }
      }
      std::map<std::string, int32_t> position;
      for (const auto& [value, code] : codes) {
        position[value] = dimension->codes_size();
        *dimension->add_codes() = *code;
      }
      for (size_t m = 0; m < members_.size(); ++m) {
        std::vector<int32_t> own(static_cast<size_t>(dimension->codes_size()), -1);
        own[0] = 0;
        for (int32_t c = 1; c < Of(m).dimensions(d).codes_size(); ++c) {
          own[static_cast<size_t>(position[Of(m).dimensions(d).codes(c).value()])] = c;
        }
        code_of_[m].push_back(std::move(own));
      }
    }
  }

  void MergeMeasures() {
    std::set<std::string> done;
    for (size_t m = 0; m < members_.size(); ++m) {
      for (const v1::PublishedMeasure& measure : Of(m).measures()) {
        if (done.insert(measure.measure()).second) AddMeasure(measure.measure());
      }
    }
  }

  void AddMeasure(const std::string& id) {
    std::vector<MemberMeasure> columns(members_.size());
    const auto column_of = [&](size_t m) {
      const auto& measures = Of(m).measures();
      const auto at = std::find_if(measures.begin(), measures.end(), [&](const auto& x) { return x.measure() == id; });
      return at == measures.end() ? -1 : static_cast<int>(at - measures.begin());
    };
    const auto find = [&](size_t m) -> const v1::PublishedMeasure* {
      const int column = column_of(m);
      return column < 0 ? nullptr : &Of(m).measures(column);
    };
    const std::vector<size_t> alike = Most(members_.size(), [&](size_t i, size_t j) {
      const auto *a = find(i), *b = find(j);
      return a != nullptr && b != nullptr && a->definition() == b->definition() && a->unit() == b->unit();
    });
    const v1::PublishedMeasure& model = *find(alike.front());
    RegionalMeasure* measure = merged_.table.add_measures();
    measure->set_measure(id);
    measure->set_title(model.title());
    measure->set_unit(model.unit());
    measure->set_definition(model.definition());
    RegionalMeasure::Together together = TogetherOf(rules_, id);
    // A rule of another kind than the values is no rule for them.
    if ((model.unit() == "ratio") != (together == RegionalMeasure::RATIO)) together = RegionalMeasure::NONE;
    measure->set_together(together);
    measure->set_note(NoteOf(together));
    for (const size_t m : alike) {
      columns[m].column = column_of(m);
      if (together == RegionalMeasure::SUM || together == RegionalMeasure::SUM_OF_DISTINCT) {
        columns[m].ranges = RangesOf(Of(m), columns[m].column, together);
      }
    }
    columns_.push_back(std::move(columns));
  }

  static std::vector<Range> RangesOf(const v1::Publication& publication, int column, RegionalMeasure::Together together) {
    const bool is_amount = publication.measures(column).unit() == "cents";
    const int64_t nearest = publication.rounded_to() > 1 && !is_amount ? publication.rounded_to() / 2 : 0;
    const int64_t off = std::max(nearest, publication.measures(column).uncertainty());
    bool negative = false;
    for (const PublishedCell& cell : publication.cells()) {
      if (cell.state() != PublishedCell::HIDDEN) negative = negative || WholeOf(cell.values(column)) < 0;
    }
    std::vector<Range> ranges;
    ranges.reserve(static_cast<size_t>(publication.cells_size()));
    for (const PublishedCell& cell : publication.cells()) {
      Range range{negative ? Range::kNoLow : 0, Range::kNoHigh};
      if (cell.state() != PublishedCell::HIDDEN && cell.values(column).value_case() != PublishedValue::kMissing) {
        const int64_t value = WholeOf(cell.values(column));
        range = {value - off, value + off};
        if (!negative) range.low = std::max<int64_t>(range.low, 0);
      }
      ranges.push_back(range);
    }
    if (negative) return ranges;
    std::vector<int32_t> codes;
    for (const auto& dimension : publication.dimensions()) codes.push_back(dimension.codes_size());
    const Adding adding = together == RegionalMeasure::SUM_OF_DISTINCT ? Adding::kDistinct
                          : is_amount                                  ? Adding::kSum
                                                                       : Adding::kNot;
    return Narrowed(codes, std::move(ranges), adding);
  }

  // Position in the table of member m of a cell of the region; -1 when the member has no such cell: nothing to count.
  int64_t CellOf(size_t m, absl::Span<const int32_t> codes) const {
    int64_t position = 0;
    for (size_t d = 0; d < codes.size(); ++d) {
      const int32_t own = code_of_[m][d][static_cast<size_t>(codes[d])];
      if (own < 0) return -1;
      position = position * Of(m).dimensions(static_cast<int>(d)).codes_size() + own;
    }
    return position;
  }

  void MergeCells() {
    const auto& dimensions = merged_.table.dimensions();
    std::vector<int32_t> at(static_cast<size_t>(dimensions.size()), 0);
    for (;;) {
      v1::RegionalCell* cell = merged_.table.add_cells();
      for (const int32_t code : at) cell->add_codes(code);
      for (int k = 0; k < merged_.table.measures_size(); ++k) AddValue(k, at, cell->add_values());
      for (int k = 0; k < merged_.table.measures_size(); ++k) {
        if (merged_.table.measures(k).together() == RegionalMeasure::RATIO) Reckon(k, cell);
      }
      Trust(at, cell);
      size_t d = at.size();
      while (d > 0 && ++at[d - 1] == dimensions[static_cast<int>(d) - 1].codes_size()) at[--d] = 0;
      if (d == 0) return;
    }
  }

  void AddValue(int k, absl::Span<const int32_t> at, v1::RegionalValue* value) {
    const RegionalMeasure& measure = merged_.table.measures(k);
    const bool adds = measure.together() == RegionalMeasure::SUM || measure.together() == RegionalMeasure::SUM_OF_DISTINCT;
    Range sum{0, 0};
    int64_t shown = 0;
    bool rounded = false;
    Figure::State state = Figure::ANSWERED;
    std::string reason;
    // What keeps a value away is told in this order: not comparable, not available, hidden.
    const auto worsen = [&](Figure::State to, const std::string& why) {
      if (static_cast<int>(to) > static_cast<int>(state)) {
        state = to;
        reason = why;
      }
    };
    for (size_t m = 0; m < members_.size(); ++m) {
      const int64_t position = CellOf(m, at);
      if (position < 0) continue;
      v1::MemberValue* member = value->add_members();
      member->set_member(members_[m].member);
      const MemberMeasure& own = columns_[static_cast<size_t>(k)][m];
      const PublishedCell& cell = Of(m).cells(static_cast<int>(position));
      if (own.column < 0) {
        member->set_state(Figure::NOT_COMPARABLE);
        member->set_state_reason(Reason(ErrorReason::DEFINITION_DIFFERS));
        sum = {Range::kNoLow, Range::kNoHigh};
      } else if (cell.state() == PublishedCell::HIDDEN) {
        member->set_state(Figure::SUPPRESSED);
        member->set_state_reason(Reason(ErrorReason::CELL_PROTECTED));
        if (adds) SetBounds(own.ranges[static_cast<size_t>(position)], member);
      } else {
        const PublishedValue& published = cell.values(own.column);
        switch (published.value_case()) {
          case PublishedValue::kCount:
            member->set_count(published.count());
            break;
          case PublishedValue::kAmountCents:
            member->set_amount_cents(published.amount_cents());
            break;
          case PublishedValue::kRatio:
            member->set_ratio(published.ratio());
            break;
          default:
            break;
        }
        if (published.value_case() == PublishedValue::kMissing || published.value_case() == PublishedValue::VALUE_NOT_SET) {
          const bool nowhere = published.missing() == Reason(ErrorReason::ATTRIBUTE_NOT_REGISTERED);
          member->set_state(nowhere ? Figure::NOT_REGISTERED : Figure::NOT_AVAILABLE);
          member->set_state_reason(published.missing());
        } else {
          member->set_state(Figure::ANSWERED);
          if (adds && !own.ranges[static_cast<size_t>(position)].IsKnown()) {
            rounded = true;
            SetBounds(own.ranges[static_cast<size_t>(position)], member);
          }
        }
      }
      worsen(member->state(), member->state_reason());
      if (adds && own.column >= 0) {
        sum = Plus(sum, own.ranges[static_cast<size_t>(position)]);
        if (member->state() == Figure::ANSWERED && __builtin_add_overflow(shown, WholeOf(cell.values(own.column)), &shown)) {
          worsen(Figure::NOT_AVAILABLE, Reason(ErrorReason::VALUE_TOO_LARGE));
        }
      }
    }
    if (!adds) {
      // Of a ratio Reckon comes after this.
      value->set_state(Figure::NOT_AVAILABLE);
      value->set_state_reason(Reason(ErrorReason::MEASURE_NOT_MERGED));
      return;
    }
    value->set_state(state);
    if (state != Figure::ANSWERED) {
      value->set_state_reason(reason);
      SetBounds(sum, value);
      return;
    }
    if (measure.unit() == "cents") {
      value->set_amount_cents(shown);
    } else {
      value->set_count(shown);
    }
    if (rounded) SetBounds(sum, value);
  }

  // A ratio of the region from two measures of the same cell.
  void Reckon(int k, v1::RegionalCell* cell) const {
    const auto rule = rules_.find(merged_.table.measures(k).measure());
    const v1::RegionalValue* parts[2] = {nullptr, nullptr};
    for (int j = 0; j < merged_.table.measures_size(); ++j) {
      if (merged_.table.measures(j).measure() == rule->second.numerator()) parts[0] = &cell->values(j);
      if (merged_.table.measures(j).measure() == rule->second.denominator()) parts[1] = &cell->values(j);
    }
    v1::RegionalValue* value = cell->mutable_values(k);
    if (parts[0] == nullptr || parts[1] == nullptr) return;  // MEASURE_NOT_MERGED: the table does not have what it is made of.
    value->clear_state_reason();
    const auto whole = [](const v1::RegionalValue& v) {
      return static_cast<double>(v.value_case() == v1::RegionalValue::kAmountCents ? v.amount_cents() : v.count());
    };
    const double factor = rule->second.factor() > 0 ? rule->second.factor() : 1;
    for (const v1::RegionalValue* part : parts) {
      if (part->state() > value->state() || value->state() == Figure::NOT_AVAILABLE) {
        value->set_state(part->state());
        value->set_state_reason(part->state_reason());
      }
      if (part->state() != Figure::ANSWERED) break;
    }
    if (value->state() == Figure::ANSWERED) {
      if (whole(*parts[1]) > 0 || whole(*parts[1]) < 0) {
        value->set_ratio(factor * whole(*parts[0]) / whole(*parts[1]));
      } else {
        value->set_state(Figure::NOT_AVAILABLE);
        value->set_state_reason(Reason(ErrorReason::DENOMINATOR_ZERO));
        return;
      }
    }
    // Bounds of two things that are not below zero.
    const auto low = [&](const v1::RegionalValue& v) -> std::optional<double> {
      if (v.has_lower()) return v.lower();
      return v.state() == Figure::ANSWERED ? std::optional<double>(whole(v)) : std::nullopt;
    };
    const auto high = [&](const v1::RegionalValue& v) -> std::optional<double> {
      if (v.has_upper()) return v.upper();
      return v.state() == Figure::ANSWERED ? std::optional<double>(whole(v)) : std::nullopt;
    };
    const bool bounded = parts[0]->has_lower() || parts[0]->has_upper() || parts[1]->has_lower() || parts[1]->has_upper();
    if (!bounded) return;
    if (low(*parts[0]) && *low(*parts[0]) >= 0 && high(*parts[1]) && *high(*parts[1]) > 0) {
      value->set_lower(factor * *low(*parts[0]) / *high(*parts[1]));
    }
    if (high(*parts[0]) && *high(*parts[0]) >= 0 && low(*parts[1]) && *low(*parts[1]) > 0) {
      value->set_upper(factor * *high(*parts[0]) / *low(*parts[1]));
    }
  }

  // As good as the worst of its parts.
  void Trust(absl::Span<const int32_t> at, v1::RegionalCell* cell) const {
    type::Reliability least;
    bool first = true;
    for (size_t m = 0; m < members_.size(); ++m) {
      const int64_t position = CellOf(m, at);
      if (position < 0) continue;
      const PublishedCell& own = Of(m).cells(static_cast<int>(position));
      if (!own.has_reliability()) return;
      const type::Reliability& r = own.reliability();
      if (first) {
        least = r;
        least.clear_least_count();
        least.clear_stability();
        first = false;
        continue;
      }
      least.set_source_quality(std::min(least.source_quality(), r.source_quality()));
      least.set_link_quality(std::min(least.link_quality(), r.link_quality()));
      if (least.has_completeness() && r.has_completeness()) {
        least.set_completeness(std::min(least.completeness(), r.completeness()));
      } else {
        least.clear_completeness();
      }
      if (r.newest_delivery_time().seconds() < least.newest_delivery_time().seconds()) {
        *least.mutable_newest_delivery_time() = r.newest_delivery_time();
      }
      least.set_provisional(least.provisional() || r.provisional());
    }
    if (first) return;
    const auto percent = [](double share) { return static_cast<int>(share * 100); };
    least.set_statement(absl::StrCat("De laagste van de gemeenten: bronkwaliteit ", percent(least.source_quality()),
                                     "%, koppelkwaliteit ", percent(least.link_quality()), "%",
                                     least.has_completeness()
                                         ? absl::StrCat(", volledigheid ", percent(least.completeness()), "%")
                                         : std::string(", volledigheid niet van alle bekend"),
                                     "."));
    *cell->mutable_reliability() = std::move(least);
  }

  std::vector<MemberTable> members_;
  const MergeRules& rules_;
  Merged merged_;
  std::vector<std::vector<std::vector<int32_t>>> code_of_;  // By member, dimension and code of the region: own code, -1: none.
  std::vector<std::vector<MemberMeasure>> columns_;         // By measure of the region and member.
};

}  // namespace

Range Plus(const Range& a, const Range& b) { return {AddLow(a.low, b.low), AddHigh(a.high, b.high)}; }

std::vector<Range> Narrowed(absl::Span<const int32_t> codes, std::vector<Range> cells, Adding adding) {
  if (adding == Adding::kNot) return cells;
  std::vector<Range> narrowed = cells;
  return Narrower(codes, &narrowed, adding).Run() ? narrowed : cells;
}

bool Contradicts(absl::Span<const int32_t> codes, std::vector<Range> cells, Adding adding) {
  return adding != Adding::kNot && !Narrower(codes, &cells, adding).Run();
}

Merged Merge(std::vector<MemberTable> members, const MergeRules& rules) { return Merger(std::move(members), rules).Run(); }

}  // namespace nmd::publication
