// SPDX-License-Identifier: EUPL-1.2
#include "services/costs/answerability.h"

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>

namespace nmd::costs {
namespace {

using type::Figure;
using v1::Answerability;

struct Tally {
  int64_t answered = 0, unregistered = 0, other = 0;
  std::set<std::string> reasons;

  void Add(const Figure& figure) {
    if (figure.state() == Figure::ANSWERED) {
      ++answered;
      return;
    }
    ++(figure.state() == Figure::NOT_REGISTERED ? unregistered : other);
    reasons.insert(figure.state_reason());
  }
  Answerability::State State() const {
    if (unregistered + other == 0) return Answerability::ANSWERABLE;
    if (answered > 0) return Answerability::PARTLY;
    return unregistered > 0 ? Answerability::NOT_REGISTERED : Answerability::NOT_ANSWERABLE;
  }
};

}  // namespace

Answerability AnswerabilityOf(const v1::QueryFiguresResponse& response) {
  const auto& figures = response.figures().empty() ? response.totals() : response.figures();
  Tally whole;
  std::map<std::pair<std::string, std::string>, Tally> parts;
  for (const Figure& figure : figures) {
    whole.Add(figure);
    parts[{figure.period().start_date(), figure.period().end_date()}].Add(figure);
  }
  Answerability answerability;
  if (figures.empty()) return answerability;
  answerability.set_state(whole.State());
  for (const auto& [period, tally] : parts) {
    Answerability::Part* part = answerability.add_parts();
    part->mutable_period()->set_start_date(period.first);
    part->mutable_period()->set_end_date(period.second);
    part->set_state(tally.State());
    for (const std::string& reason : tally.reasons) part->add_reasons(reason);
    if (part->state() != Answerability::ANSWERABLE) {
      answerability.clear_answerable_from();
    } else if (answerability.answerable_from().empty()) {
      answerability.set_answerable_from(period.first);
    }
  }
  return answerability;
}

}  // namespace nmd::costs
