// SPDX-License-Identifier: EUPL-1.2
#include "services/publication/region_compare.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "nmd/type/error_reason.pb.h"
#include "services/core/intervals.h"
#include "services/publication/region_merge.h"

namespace nmd::publication {
namespace {

using type::ErrorReason;
using type::Figure;
using v1::MemberValue;

constexpr double kPer = 1000;
constexpr double kConfidence = 0.95;

// A count with the inhabitants it is of; absent when one of them is not shown.
struct Rate {
  int64_t count = 0, inhabitants = 0;
};

class Comparer {
 public:
  Comparer(const v1::RegionalTable& table, const std::string& measure, std::vector<int32_t> cell,
           const v1::RegionalTable& living)
      : table_(table), living_(living), cell_(std::move(cell)) {
    for (int k = 0; k < table.measures_size(); ++k) {
      if (table.measures(k).measure() == measure) count_ = k;
    }
    for (int k = 0; k < living.measures_size(); ++k) {
      if (living.measures(k).measure() == kInhabitants) inhabitants_ = k;
    }
    age_ = AgeOf(table);
    living_age_ = AgeOf(living);
    if (age_ >= 0) band_ = cell_[static_cast<size_t>(age_)];
  }

  v1::CompareMembersResponse Run() {
    Rate together;
    for (int m = 0; m < table_.members_size(); ++m) {
      if (const auto rate = RateOf(m, band_)) Add(*rate, &together);
    }
    if (together.inhabitants > 0)
      crude_ = kPer * static_cast<double>(together.count) / static_cast<double>(together.inhabitants);
    ReadBands();
    for (int m = 0; m < table_.members_size(); ++m) *response_.add_members() = MemberRateOf(m);
    v1::MemberRate* all = response_.mutable_together();
    all->set_title("Samen");
    *all->mutable_rate() = NewFigure();
    SetRate(together, 1, all->mutable_rate());
    // What the ages of members are held against is itself, standardised.
    *all->mutable_standardised_rate() = all->rate();
    all->mutable_standardised_rate()->set_measure(absl::StrCat(all->rate().measure(), "_standardised"));
    response_.set_coverage(table_.coverage());
    response_.set_note(
        "De marges zeggen hoe ver toeval een cijfer kan verschuiven. Gemeenten staan op vaste volgorde: dit is geen ranglijst, "
        "en een verschil zegt nog niet waardoor het komt.");
    *response_.mutable_known_time() = table_.known_time();
    return std::move(response_);
  }

 private:
  static int AgeOf(const v1::RegionalTable& table) {
    for (int d = 0; d < table.dimensions_size(); ++d) {
      if (table.dimensions(d).dimension() == kAgeBand) return d;
    }
    return -1;
  }
  static void Add(const Rate& rate, Rate* to) {
    to->count += rate.count;
    to->inhabitants += rate.inhabitants;
  }
  static const MemberValue* Find(const v1::RegionalTable& table, int member, int measure, const std::vector<int32_t>& codes) {
    const auto& cell = table.cells(static_cast<int>(CellPosition(table.dimensions(), codes)));
    for (const MemberValue& value : cell.values(measure).members()) {
      if (value.member() == member) return &value;
    }
    return nullptr;
  }

  // What is compared, in an age band of `table_`; 0: all.
  const MemberValue* Counted(int member, int32_t band) const {
    std::vector<int32_t> codes = cell_;
    if (age_ >= 0) codes[static_cast<size_t>(age_)] = band;
    return Find(table_, member, count_, codes);
  }
  // The band of `table_` that is called as one of `living_`; -1: none is, so nobody of that age was counted anywhere.
  int32_t BandOf(int32_t living_band) const {
    if (living_band == 0) return 0;
    const std::string& code = living_.dimensions(living_age_).codes(living_band).value();
    const auto& codes = table_.dimensions(age_).codes();
    for (int32_t c = 1; c < codes.size(); ++c) {
      if (codes[c].value() == code) return c;
    }
    return -1;
  }
  int32_t LivingBandOf(int32_t band) const {
    if (band == 0) return 0;
    const std::string& code = table_.dimensions(age_).codes(band).value();
    for (int32_t c = 1; living_age_ >= 0 && c < living_.dimensions(living_age_).codes_size(); ++c) {
      if (living_.dimensions(living_age_).codes(c).value() == code) return c;
    }
    return -1;
  }
  // Inhabitants are of no provision, provider or level.
  const MemberValue* Living(int member, int32_t living_band) const {
    if (living_band < 0) return nullptr;
    std::vector<int32_t> codes(static_cast<size_t>(living_.dimensions_size()), 0);
    if (living_age_ >= 0) codes[static_cast<size_t>(living_age_)] = living_band;
    return Find(living_, member, inhabitants_, codes);
  }
  static std::optional<Rate> RateOf(const MemberValue* count, const MemberValue* living) {
    if (living == nullptr || living->state() != Figure::ANSWERED) return std::nullopt;
    // A code the member does not have: it has people of that age, and nobody was counted.
    if (count == nullptr) return Rate{0, living->count()};
    if (count->state() != Figure::ANSWERED) return std::nullopt;
    return Rate{count->count(), living->count()};
  }
  std::optional<Rate> RateOf(int member, int32_t band) const {
    if (table_.members(member).state() != v1::TableMember::PUBLISHED) return std::nullopt;
    return RateOf(Counted(member, band), Living(member, LivingBandOf(band)));
  }
  std::optional<Rate> RateOfLiving(int member, int32_t living_band) const {
    if (table_.members(member).state() != v1::TableMember::PUBLISHED) return std::nullopt;
    const int32_t band = BandOf(living_band);
    return RateOf(band < 0 ? nullptr : Counted(member, band), Living(member, living_band));
  }

  bool Standardises() const { return age_ >= 0 && living_age_ >= 0 && band_ == 0; }

  void ReadBands() {
    if (!Standardises()) return;
    const int bands = living_.dimensions(living_age_).codes_size();
    reference_.assign(static_cast<size_t>(bands), std::nullopt);
    for (int32_t band = 1; band < bands; ++band) {
      Rate all;
      bool any = false;
      for (int m = 0; m < table_.members_size(); ++m) {
        if (const auto rate = RateOfLiving(m, band)) {
          Add(*rate, &all);
          any = true;
        }
      }
      if (any) {
        reference_[static_cast<size_t>(band)] =
            all.inhabitants > 0 ? static_cast<double>(all.count) / static_cast<double>(all.inhabitants) : 0;
      }
    }
  }

  // What was expected of a member by its ages; nothing when it cannot be told.
  std::optional<std::pair<double, double>> Expected(int member) const {
    const MemberValue* all = Living(member, 0);
    if (all == nullptr || all->state() != Figure::ANSWERED) return std::nullopt;
    double expected = 0;
    int64_t hidden = all->count();
    std::optional<double> lowest, highest;
    for (int32_t band = 1; band < living_.dimensions(living_age_).codes_size(); ++band) {
      const MemberValue* living = Living(member, band);
      if (living == nullptr) continue;  // Nobody of this age.
      const std::optional<double>& rate = reference_[static_cast<size_t>(band)];
      if (!rate) return std::nullopt;
      if (living->state() == Figure::ANSWERED) {
        expected += *rate * static_cast<double>(living->count());
        hidden -= living->count();
      } else {
        lowest = std::min(lowest.value_or(*rate), *rate);
        highest = std::max(highest.value_or(*rate), *rate);
      }
    }
    if (!lowest) return std::make_pair(expected, expected);
    const auto rest = static_cast<double>(std::max<int64_t>(hidden, 0));
    return std::make_pair(expected + rest * *lowest, expected + rest * *highest);
  }

  Figure NewFigure() const {
    Figure figure;
    figure.set_measure(absl::StrCat(table_.measures(count_).measure(), "_per_1000"));
    *figure.mutable_period() = table_.period();
    for (size_t d = 0; d < cell_.size(); ++d) {
      if (cell_[d] == 0) continue;
      const auto& dimension = table_.dimensions(static_cast<int>(d));
      type::DimensionValue* value = figure.add_dimensions();
      value->set_dimension(dimension.dimension());
      value->set_value(dimension.codes(cell_[d]).value());
      value->set_label(dimension.codes(cell_[d]).label());
    }
    *figure.mutable_known_time() = table_.known_time();
    figure.set_definition(table_.measures(count_).definition());
    return figure;
  }

  static void SetNone(Figure::State state, ErrorReason reason, Figure* figure) {
    figure->set_state(state);
    figure->set_state_reason(type::ErrorReason_Name(reason));
  }

  // The rate, times what standardises it.
  static void SetRate(const Rate& rate, double factor, Figure* figure) {
    if (rate.inhabitants <= 0) return SetNone(Figure::NOT_AVAILABLE, ErrorReason::DENOMINATOR_ZERO, figure);
    const double scale = factor * kPer / static_cast<double>(rate.inhabitants);
    figure->set_state(Figure::ANSWERED);
    figure->set_ratio(scale * static_cast<double>(rate.count));
    SetInterval(rate.count, scale, scale, figure);
  }
  static void SetInterval(int64_t count, double low_scale, double high_scale, Figure* figure) {
    const Bounds bounds = PoissonInterval(count, kConfidence);
    figure->mutable_interval()->set_low(bounds.low * low_scale);
    figure->mutable_interval()->set_high(bounds.high * high_scale);
    figure->mutable_interval()->set_confidence(kConfidence);
    figure->mutable_interval()->set_method("exact_poisson");
  }

  v1::MemberRate MemberRateOf(int m) const {
    const v1::TableMember& member =
        table_.members(m).state() != v1::TableMember::PUBLISHED ? table_.members(m) : living_.members(m);
    v1::MemberRate result;
    result.set_municipality(member.municipality());
    result.set_title(member.title());
    result.set_state(member.state());
    result.set_reason(member.reason());
    *result.mutable_rate() = NewFigure();
    Figure* standardised = result.mutable_standardised_rate();
    *standardised = NewFigure();
    standardised->set_measure(absl::StrCat(standardised->measure(), "_standardised"));
    if (member.state() != v1::TableMember::PUBLISHED) {
      for (Figure* figure : {result.mutable_rate(), standardised}) {
        SetNone(Figure::NOT_AVAILABLE, ErrorReason::NOT_PUBLISHED, figure);
      }
      return result;
    }
    const std::optional<Rate> rate = RateOf(m, band_);
    if (!rate) {
      const MemberValue* count = Counted(m, band_);
      const MemberValue* missing =
          count != nullptr && count->state() != Figure::ANSWERED ? count : Living(m, LivingBandOf(band_));
      for (Figure* figure : {result.mutable_rate(), standardised}) {
        if (missing == nullptr) {
          SetNone(Figure::NOT_AVAILABLE, ErrorReason::DENOMINATOR_ZERO, figure);
        } else {
          figure->set_state(missing->state());
          figure->set_state_reason(missing->state_reason());
        }
      }
      return result;
    }
    SetRate(*rate, 1, result.mutable_rate());
    if (!Standardises()) {
      if (band_ != 0) {
        SetRate(*rate, 1, standardised);
      } else {
        SetNone(Figure::NOT_REGISTERED, ErrorReason::ATTRIBUTE_NOT_REGISTERED, standardised);
      }
      return result;
    }
    const auto expected = Expected(m);
    if (!expected) {
      SetNone(Figure::SUPPRESSED, ErrorReason::CELL_PROTECTED, standardised);
      return result;
    }
    result.set_expected_lower(expected->first);
    result.set_expected_upper(expected->second);
    if (expected->first <= 0) {
      SetNone(Figure::NOT_AVAILABLE, ErrorReason::DENOMINATOR_ZERO, standardised);
      return result;
    }
    SetInterval(rate->count, crude_ / expected->second, crude_ / expected->first, standardised);
    if (expected->first < expected->second) {
      SetNone(Figure::SUPPRESSED, ErrorReason::CELL_PROTECTED, standardised);
      return result;
    }
    standardised->set_state(Figure::ANSWERED);
    standardised->set_ratio(crude_ * static_cast<double>(rate->count) / expected->first);
    return result;
  }

  const v1::RegionalTable &table_, &living_;
  const std::vector<int32_t> cell_;
  int count_ = -1, inhabitants_ = -1, age_ = -1, living_age_ = -1;
  int32_t band_ = 0;                              // Of `table_`; 0: all ages.
  double crude_ = 0;                              // Of all members together, per kPer.
  std::vector<std::optional<double>> reference_;  // By age band of `living_`, per inhabitant; position 0 is not used.
  v1::CompareMembersResponse response_;
};

}  // namespace

v1::CompareMembersResponse CompareRates(const v1::RegionalTable& table, const std::string& measure, std::vector<int32_t> cell,
                                        const v1::RegionalTable& living) {
  return Comparer(table, measure, std::move(cell), living).Run();
}

}  // namespace nmd::publication
