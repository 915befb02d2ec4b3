// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_ANALYSES_FORECAST_ASKING_H_
#define NMD_SERVICES_ANALYSES_FORECAST_ASKING_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "nmd/costs/v1/forecast.pb.h"
#include "nmd/type/figure.pb.h"
#include "services/analyses/forecast_data.h"
#include "services/analyses/ladder.h"
#include "services/costs/care.h"
#include "services/costs/question.h"

// How questions to Forecasts are read, and how what they are answered with is told.
namespace nmd::analyses {

// A report of the planning and control cycle: as known at, and obligations over.
struct ReportMoment {
  absl::Time known;
  nmd::Period period;
};
// nullopt when the report or the year is none; the faults are in `check` then. `path` is that of the field.
std::optional<ReportMoment> ReadReport(const costs::v1::ReportOfYear& report, absl::string_view path, FieldCheck* check);

// Dimensions and filters of provisions; "form" is kept apart, because a provision is always in kind.
class ScopeReader {
 public:
  explicit ScopeReader(absl::Time now) : reader_(*costs::Catalogue::Base(), now) {}

  costs::QuestionReader& reader() { return reader_; }
  FieldCheck& check() { return reader_.check(); }
  void ReadFilters(const google::protobuf::RepeatedPtrField<costs::v1::Filter>& filters, bool with_form);
  void ReadDimension(const std::string& id, absl::string_view path);

  // Null stands for form.
  const std::vector<const costs::DimensionInfo*>& dimensions() const { return dimensions_; }
  const std::vector<costs::QuestionFilter>& filters() const { return asked_.question.filters; }
  // A dimension nobody registers: then there is no answer.
  bool unregistered() const { return !asked_.unregistered_dimensions.empty() || !asked_.unregistered_filters.empty(); }
  bool KeepsForm(absl::string_view form) const;
  // Whether law, category and product are all that is filtered by: what personal budgets have; with `provider` also that.
  bool FiltersOnly(bool provider) const;
  bool Keeps(absl::string_view dimension, absl::string_view value) const;

 private:
  void RequireCourses(const costs::DimensionInfo& dimension, absl::string_view path);

  costs::QuestionReader reader_;
  costs::AskedQuestion asked_;
  std::vector<const costs::DimensionInfo*> dimensions_;
  std::optional<std::vector<std::string>> forms_;
};

// All courses that are in kind and kept, and the claims of no course when they can be told apart.
DataScope ScopeOf(const costs::CareBook& book, const ScopeReader& asked);

LadderOptions ReadLadder(const costs::v1::LadderSettings& settings, FieldCheck* check);

// Figures of one answer: all as known at one moment and resting on the same kinds of facts.
class Teller {
 public:
  // `book` must outlive this. `linked`: share of what the figures are about whose person is linked on a valid BSN.
  Teller(const costs::CareBook& book, absl::Time known, uint32_t kinds, double linked);

  // From now on about something else.
  void SetLinked(double linked);

  type::Figure Amount(absl::string_view measure, const nmd::Period& period, Cents cents) const;
  type::Figure Ratio(absl::string_view measure, const nmd::Period& period, double ratio) const;
  type::Figure Missing(absl::string_view measure, const nmd::Period& period, type::Figure::State state,
                       absl::string_view reason) const;
  // Sets an interval in whole cents.
  static void SetInterval(double low, double high, double confidence, absl::string_view method, type::Figure* figure);

 private:
  type::Figure Bare(absl::string_view measure, const nmd::Period& period) const;

  absl::Time known_;
  type::Reliability reliability_;
  std::string opening_, closing_;  // Of its statement, around the share that is linked.
};

// Machine value of a law in the dimension "law".
std::string LawValue(uint8_t law);

// Share of the courses whose persons are all linked on a valid BSN; 0 of none.
double LinkedShare(const costs::CareBook& book, const std::vector<uint32_t>& courses);

}  // namespace nmd::analyses

#endif  // NMD_SERVICES_ANALYSES_FORECAST_ASKING_H_
