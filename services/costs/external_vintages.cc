// SPDX-License-Identifier: EUPL-1.2
// What others said at one moment, as the record book keeps it.
#include <algorithm>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "nmd/costs/v1/external.pb.h"
#include "nmd/ingestion/v1/fact.pb.h"
#include "services/core/dutch.h"
#include "services/costs/external.h"
#include "services/costs/snapshot.h"

namespace nmd::costs {
namespace {

using ingestion::v1::MeasuredIn;

// What a value is about but for its period. Titles are words beside it and play no part.
auto SeriesOf(const ExternalFact& e) {
  return std::make_tuple(e.kind, absl::string_view(*e.publisher), absl::string_view(*e.series), absl::string_view(*e.area),
                         e.law, e.form, absl::string_view(*e.category), absl::string_view(*e.product),
                         absl::string_view(*e.ivn), absl::string_view(*e.provider), absl::string_view(*e.wijk),
                         absl::string_view(*e.buurt), e.age_from, e.age_to, absl::string_view(*e.sex));
}
auto SubjectKey(const ExternalFact& e) { return std::make_tuple(SeriesOf(e), e.days.start, e.days.end); }
auto VintageOf(const ExternalFact& e) { return std::make_tuple(e.published, absl::string_view(*e.document)); }
// Everything else, in the order in which later values win.
auto ContentOf(const ExternalFact& e) {
  return std::make_tuple(e.printed, e.thousandths, e.decimals, e.measured_in, e.withdrawn, absl::string_view(*e.reason),
                         e.respondents, e.invited, absl::string_view(*e.method), absl::string_view(*e.quality),
                         absl::string_view(*e.note), absl::string_view(*e.title));
}

ExternalFact BudgetValueOf(const BudgetFact& budget, const KnownRecords& known) {
  ExternalFact value;
  value.batch = budget.batch;
  value.kind = static_cast<uint8_t>(v1::ExternalSeries::BUDGET);
  for (Word* word : {&value.publisher, &value.title, &value.area, &value.provider, &value.category, &value.product, &value.ivn,
                     &value.wijk, &value.buurt, &value.sex, &value.reason, &value.method, &value.quality, &value.note}) {
    *word = known.empty;
  }
  value.series = budget.line;
  value.document = budget.document;
  value.days = {FirstDay(nmd::MonthOf(budget.year, 1)), FirstDay(nmd::MonthOf(budget.year + 1, 1))};
  value.printed = true;
  // Thousandths of a euro are ten per cent.
  value.thousandths = budget.amount * 10;
  value.decimals = budget.amount % 100 == 0 ? 0 : 2;
  value.measured_in = static_cast<uint8_t>(MeasuredIn::EURO);
  value.published = VintageDay(budget, known.batches[budget.batch].known);
  return value;
}

}  // namespace

bool SameSeries(const ExternalFact& a, const ExternalFact& b) { return SeriesOf(a) == SeriesOf(b); }
bool SameSubject(const ExternalFact& a, const ExternalFact& b) { return SubjectKey(a) == SubjectKey(b); }

std::vector<ExternalFact> Vintages(const KnownRecords& known) {
  std::vector<ExternalFact> all = known.externals;
  for (ExternalFact& value : all) value.document = known.empty;
  for (const BudgetFact& budget : known.budgets) all.push_back(BudgetValueOf(budget, known));
  for (ExternalFact& value : all) value.known = known.batches[value.batch].known;
  std::sort(all.begin(), all.end(), [](const ExternalFact& a, const ExternalFact& b) {
    return std::make_tuple(SubjectKey(a), VintageOf(a), a.known, ContentOf(a)) <
           std::make_tuple(SubjectKey(b), VintageOf(b), b.known, ContentOf(b));
  });
  std::vector<ExternalFact> held;
  for (const ExternalFact& value : all) {
    if (held.empty() || !SameSubject(held.back(), value) || VintageOf(held.back()) != VintageOf(value)) {
      held.push_back(value);
      continue;
    }
    // Who takes a value back seldom repeats it (R20): it stays, withdrawn.
    ExternalFact next = value;
    if (next.withdrawn != 0 && !next.printed && held.back().printed) {
      next.printed = true;
      next.thousandths = held.back().thousandths;
      next.decimals = held.back().decimals;
      next.measured_in = held.back().measured_in;
      next.known = held.back().known;
    }
    held.back() = next;
  }
  return held;
}

std::string PrintedText(const ExternalFact& value) {
  if (!value.printed) return "niet getoond";
  // Whole and decimals apart: a large number is no double.
  const int64_t size = value.thousandths < 0 ? -value.thousandths : value.thousandths;
  std::string number = absl::StrCat(value.thousandths < 0 ? "−" : "", dutch::Number(size / 1000));
  if (value.decimals > 0) absl::StrAppend(&number, ",", absl::StrCat(1000 + size % 1000).substr(1, value.decimals));
  switch (value.measured_in) {
    case MeasuredIn::PERCENT:
      return absl::StrCat(number, "%");
    case MeasuredIn::PER_THOUSAND:
      return absl::StrCat(number, " per 1000");
    case MeasuredIn::EURO:
      return absl::StrCat("€ ", number);
    case MeasuredIn::DAYS:
      return absl::StrCat(number, size == 1000 ? " dag" : " dagen");
    case MeasuredIn::MONTHS:
      return absl::StrCat(number, size == 1000 ? " maand" : " maanden");
    default:
      return number;
  }
}

}  // namespace nmd::costs
