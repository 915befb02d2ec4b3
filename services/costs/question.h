// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_COSTS_QUESTION_H_
#define NMD_SERVICES_COSTS_QUESTION_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "google/protobuf/repeated_field.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "nmd/costs/v1/costs.pb.h"
#include "services/costs/evaluate.h"
#include "services/platform/errors.h"

// From requests to questions: every fault of a request is found before anything is calculated, and all at once.
namespace nmd::costs {

// A question as asked, with what nobody registers taken out of it.
struct AskedQuestion {
  Question question;
  std::vector<const DimensionInfo*> unregistered_dimensions;
  std::vector<const DimensionInfo*> unregistered_filters;
  absl::Time known;  // At most now.
};

// Faults while reading; unknown names are kept apart, because a request with no other fault than those gets the reason of
// its own that names them.
class QuestionReader {
 public:
  // `catalogue` must outlive this and the questions that are read.
  QuestionReader(const Catalogue& catalogue, absl::Time now) : catalogue_(catalogue), now_(now) {}

  void ReadMeasures(const google::protobuf::RepeatedPtrField<std::string>& ids, AskedQuestion* asked);
  void ReadMeasure(const std::string& id, absl::string_view path, AskedQuestion* asked);
  void ReadDimension(const std::string& id, absl::string_view path, AskedQuestion* asked);
  void ReadFilters(const google::protobuf::RepeatedPtrField<v1::Filter>& filters, AskedQuestion* asked);
  void ReadAges(const google::protobuf::RepeatedField<int32_t>& age_from, Question* question);
  // Whole calendar months.
  void ReadPeriod(const type::Period& period, absl::string_view path, Question* question);
  void ReadReferenceDate(const std::string& date, Question* question);
  absl::Time ReadKnownTime(bool given, const google::protobuf::Timestamp& time);
  // Every measure against every dimension; call last.
  void CheckTogether(const AskedQuestion& asked);
  FieldCheck& check() { return check_; }
  // OK, or MEASURE_UNKNOWN, DIMENSION_UNKNOWN or FIELDS_INVALID with every fault in it.
  absl::Status Result() const;

 private:
  const DimensionInfo* Find(const std::string& id, absl::string_view path);

  const Catalogue& catalogue_;
  const absl::Time now_;
  FieldCheck check_;
  std::vector<std::string> unknown_measures_, unknown_dimensions_;
  std::vector<std::string> unknown_paths_;
};

// Whether a first day of what may not be compared with before (R17) lies after the first and before the last day of the two.
bool CrossesBreak(const std::vector<Day>& breaks, const Question& a, const Question& b);

absl::StatusOr<AskedQuestion> ReadQuestion(const Catalogue& catalogue, const v1::QueryFiguresRequest& request, absl::Time now);
absl::StatusOr<AskedQuestion> ReadQuestion(const Catalogue& catalogue, const v1::ExplainFigureRequest& request, absl::Time now);

}  // namespace nmd::costs

#endif  // NMD_SERVICES_COSTS_QUESTION_H_
