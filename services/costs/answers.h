// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_COSTS_ANSWERS_H_
#define NMD_SERVICES_COSTS_ANSWERS_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"

namespace nmd::internal::v1 {
class CostsAnnotationEvent;
class CostsAnswerEvent;
}  // namespace nmd::internal::v1
namespace nmd::costs::v1 {
class FrozenSnapshot;
class RegisteredAnswer;
}  // namespace nmd::costs::v1

namespace nmd::costs {

// The answers that were registered, what people said of them since, and the known times that got a name, each in that order: a
// fold over the records of kinds "answer", "annotation" and "freeze" of the costs journal (F-03, R31).
//
// Thread safety: as a plain value.
class AnswerRegister {
 public:
  static constexpr absl::string_view kKind = "answer";
  static constexpr absl::string_view kFreezeKind = "freeze";
  static constexpr absl::string_view kAnnotationKind = "annotation";

  AnswerRegister();
  ~AnswerRegister();
  AnswerRegister(const AnswerRegister&) = delete;
  AnswerRegister& operator=(const AnswerRegister&) = delete;

  // The number the next answer of a year gets: "2026-0001", from 1 on without gaps. It is given under the lock that the answer
  // is appended and added under, so nobody else gets it.
  std::string NextNumber(int year) const;

  // Takes in an answer whose number NextNumber gave.
  void Add(internal::v1::CostsAnswerEvent event);

  // By full resource name, or by the request that registered it; null when there is none. Stays where it is.
  const internal::v1::CostsAnswerEvent* Find(absl::string_view name) const;
  const internal::v1::CostsAnswerEvent* FindRequest(absl::string_view request_id) const;

  // An answer with what was said of it since. REQUIRES: it is there.
  v1::RegisteredAnswer Told(const internal::v1::CostsAnswerEvent& event) const;

  // Oldest first.
  const std::vector<std::unique_ptr<const internal::v1::CostsAnswerEvent>>& events() const { return events_; }

  // Interpretations of answers that are there.
  void Add(internal::v1::CostsAnnotationEvent event);
  bool HasAnnotation(absl::string_view request_id) const;
  const std::vector<std::unique_ptr<const internal::v1::CostsAnnotationEvent>>& annotations() const { return annotations_; }

  // Known times with a name.
  void Add(v1::FrozenSnapshot snapshot);
  const v1::FrozenSnapshot* FindSnapshot(absl::string_view name) const;
  const std::vector<std::unique_ptr<const v1::FrozenSnapshot>>& snapshots() const { return snapshots_; }

 private:
  std::vector<std::unique_ptr<const internal::v1::CostsAnswerEvent>> events_;
  absl::flat_hash_map<std::string, size_t> by_name_, by_request_;
  std::map<int, int64_t> counts_;  // By year.
  std::vector<std::unique_ptr<const internal::v1::CostsAnnotationEvent>> annotations_;
  std::vector<std::unique_ptr<const v1::FrozenSnapshot>> snapshots_;
};

}  // namespace nmd::costs

#endif  // NMD_SERVICES_COSTS_ANSWERS_H_
