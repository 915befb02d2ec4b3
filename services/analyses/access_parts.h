// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_ANALYSES_ACCESS_PARTS_H_
#define NMD_SERVICES_ANALYSES_ACCESS_PARTS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "nmd/costs/v1/access.pb.h"
#include "nmd/type/error_reason.pb.h"
#include "services/analyses/means.h"
#include "services/analyses/parts.h"
#include "services/analyses/survival.h"
#include "services/core/date.h"
#include "services/costs/care.h"
#include "services/costs/question.h"
#include "services/platform/clock.h"
#include "services/platform/proto_time.h"
#include "services/platform/status_macros.h"

// What the methods of Access have in common: reading a request, and estimates with their intervals.
namespace nmd::analyses {

// What every request has.
struct AccessAsked {
  costs::AskedQuestion question;
  const costs::DimensionInfo* group = nullptr;
  std::vector<const costs::DimensionInfo*> unregistered;  // Asked for, and told by no source.
};

// Reads a request part by part; Finish tells every fault at once.
class AccessReader {
 public:
  explicit AccessReader(const Clock& clock) : reader_(*costs::Catalogue::Base(), clock.Now()) {}

  void ReadFilters(const google::protobuf::RepeatedPtrField<costs::v1::Filter>& filters);
  // Empty: none.
  void ReadGroup(const std::string& id);
  void ReadPeriod(const type::Period& period) { reader_.ReadPeriod(period, "period", &asked_.question.question); }
  void ReadDay(const std::string& day) { reader_.ReadReferenceDate(day, &asked_.question.question); }
  FieldCheck& check() { return reader_.check(); }
  template <typename Request>
  absl::StatusOr<AccessAsked> Finish(const Request& request) {
    asked_.question.known = reader_.ReadKnownTime(request.has_known_time(), request.known_time());
    NMD_RETURN_IF_ERROR(reader_.Result());
    return asked_;
  }

 private:
  costs::QuestionReader reader_;
  AccessAsked asked_;
};

// Facts courses and their lives are made of, as costs::Kind bits.
inline constexpr uint32_t kCareKinds = costs::kAllocations | costs::kCareStarts | costs::kReferrals;

// Fills in what every answer has. False when something is asked for that nobody registers: then that is the answer.
template <typename Response>
bool BeginAnswer(const AccessAsked& asked, const costs::CareBook& book, uint32_t kinds, Response* response) {
  *response->mutable_known_time() = TimestampOf(asked.question.known);
  AddProvenance(*book.snapshot, kinds, response->mutable_provenance());
  if (!asked.unregistered.empty()) {
    response->set_state(type::Figure::NOT_REGISTERED);
    response->set_state_reason(type::ErrorReason_Name(type::ATTRIBUTE_NOT_REGISTERED));
    return false;
  }
  response->set_state(type::Figure::ANSWERED);
  return true;
}

// There is no such care in the period.
template <typename Response>
void NothingThere(Response* response) {
  response->set_state(type::Figure::NOT_AVAILABLE);
  response->set_state_reason(type::ErrorReason_Name(type::PERIOD_NOT_DELIVERED));
}

// Days of the months of the question.
inline nmd::Period DaysOf(const costs::Question& question) { return {FirstDay(question.first), FirstDay(question.end)}; }

// There is too little to tell from.
void TooFew(int64_t count, costs::v1::Estimate* to);
// part / whole with the interval of Wilson.
void SetShare(int64_t part, int64_t whole, costs::v1::Estimate* to);
void SetCentre(const std::optional<Centre>& centre, absl::string_view method, int64_t count, costs::v1::Estimate* to);
// The time within which the share had ended, less `shift`; NOT_REACHED when it never came so far.
void SetQuantile(const SurvivalCurve& curve, double share, int32_t shift, costs::v1::Estimate* to);
// The share that goes on after the time.
void SetSurvivalAt(const SurvivalCurve& curve, int32_t time, costs::v1::Estimate* to);

void SetValue(const costs::CareBook& book, const costs::DimensionInfo& dimension, const std::string& value,
              type::DimensionValue* to);

}  // namespace nmd::analyses

#endif  // NMD_SERVICES_ANALYSES_ACCESS_PARTS_H_
