// SPDX-License-Identifier: EUPL-1.2
// Costs::AddStability: how far figures moved after they were first known, from the store itself (requirements 6.8).
#include <cmath>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "nmd/type/figure.pb.h"
#include "services/core/dutch.h"
#include "services/costs/answer.h"
#include "services/costs/costs.h"
#include "services/costs/question.h"
#include "services/costs/reliability.h"

namespace nmd::costs {
namespace {

constexpr int kQuarters = 8;
constexpr size_t kCachedQuestions = 64;

// What a measure says of a quarter; nullopt when it has no value there.
std::optional<double> NumberOf(const MeasureInfo& measure, const Value& value) {
  if (value.state != Value::State::kAnswered) return std::nullopt;
  return measure.ratio ? value.ratio : static_cast<double>(value.value);
}

// Everything that decides the revisions but what is known.
std::string KeyOf(const Question& question, Month quarter) {
  std::string key = FormatMonth(quarter);
  const auto add = [&key](absl::string_view text) { absl::StrAppend(&key, "\n", text); };
  for (const MeasureInfo* measure : question.measures) add(measure->definition);
  for (const QuestionFilter& filter : question.filters) {
    add(filter.dimension->id);
    for (const std::string& value : filter.values) add(value);
  }
  return key;
}

}  // namespace

std::vector<Costs::Revision> Costs::RevisionsOf(const AskedQuestion& asked) {
  const Month month = MonthOf(dutch::CalendarDay(asked.known));
  const Month quarter = month - (MonthInYear(month) - 1) % 3;  // Begins at most three months before the known time.
  Question question = asked.question;
  question.dimensions.clear();
  question.on.reset();
  // A time among the filters is not of the earlier quarters.
  std::erase_if(question.filters, [](const QuestionFilter& filter) { return filter.dimension->kind == DimensionKind::kTime; });
  const auto moment_of = [](Month of) {
    return absl::FromCivil(absl::CivilDay(YearOf(of), MonthInYear(of), 1), absl::UTCTimeZone());
  };
  const std::string key = KeyOf(question, quarter);
  Ledger::Mark mark;
  {
    MutexLock lock(mutex_);
    mark = ledger_.Here();
    if (revisions_mark_ != mark) revisions_.clear();
    revisions_mark_ = mark;
    if (const auto found = revisions_.find(key); found != revisions_.end()) return found->second;
  }
  // Quarter i ended i quarters before `quarter`, and is asked for at its end and three months later: nine moments for eight.
  struct Said {
    std::vector<std::optional<double>> first, later;
  };
  std::vector<Said> said(kQuarters + 2);
  for (int i = 0; i <= kQuarters; ++i) {
    const absl::Time at = moment_of(quarter - 3 * i);
    {
      MutexLock lock(mutex_);
      if (ledger_.KnowledgeMoment(absl::ToUnixMicros(at)) == std::numeric_limits<Moment>::min()) continue;
    }
    const std::shared_ptr<const Snapshot> snapshot = SnapshotAt(at, false);
    const std::shared_ptr<const RecordBook> records = RecordsAt(at, NeedsRecords(question));
    const auto ask = [&](int ended) {
      Question of = question;
      of.end = quarter - 3 * ended;
      of.first = of.end - 3;
      std::vector<std::optional<double>> numbers;
      const std::optional<Evaluation> evaluation = Answer(*snapshot, *records, of, std::numeric_limits<int32_t>::max());
      for (size_t m = 0; evaluation.has_value() && m < of.measures.size(); ++m) {
        numbers.push_back(NumberOf(*of.measures[m], evaluation->total.measures[m]));
      }
      return numbers;
    };
    if (i > 0) said[static_cast<size_t>(i)].first = ask(i);
    if (i < kQuarters) said[static_cast<size_t>(i + 1)].later = ask(i + 1);
  }
  std::vector<Revision> revisions(question.measures.size());
  for (const Said& one : said) {
    if (one.first.size() != revisions.size() || one.later.size() != revisions.size()) continue;
    for (size_t m = 0; m < revisions.size(); ++m) {
      if (!one.first[m].has_value() || !one.later[m].has_value()) continue;
      const double moved = std::abs(*one.later[m] - *one.first[m]);
      // Of nothing no share can be taken, unless nothing moved.
      if (*one.later[m] == 0 && moved > 0) continue;
      revisions[m].sum += moved == 0 ? 0 : moved / std::abs(*one.later[m]);
      ++revisions[m].quarters;
    }
  }
  MutexLock lock(mutex_);
  if (revisions_mark_ == mark && revisions_.size() < kCachedQuestions) revisions_[key] = revisions;
  return revisions;
}

void Costs::AddStability(const AskedQuestion& asked, google::protobuf::RepeatedPtrField<type::Figure>* totals) {
  const std::vector<Revision> revisions = RevisionsOf(asked);
  for (size_t m = 0; m < revisions.size() && m < static_cast<size_t>(totals->size()); ++m) {
    type::Figure& figure = (*totals)[static_cast<int>(m)];
    if (figure.state() != type::Figure::ANSWERED || revisions[m].quarters == 0) continue;
    const double stability = revisions[m].sum / revisions[m].quarters;
    figure.mutable_reliability()->set_stability(stability);
    figure.mutable_reliability()->mutable_statement()->append(StabilityText(stability, revisions[m].quarters));
  }
}

}  // namespace nmd::costs
