// SPDX-License-Identifier: EUPL-1.2
#include "services/costs/explain.h"

#include <algorithm>
#include <functional>
#include <map>
#include <tuple>
#include <vector>

#include "absl/strings/str_cat.h"
#include "services/core/dutch.h"
#include "services/costs/evaluate.h"
#include "services/costs/person_measures.h"
#include "services/costs/record_measures.h"
#include "services/platform/proto_time.h"

namespace nmd::costs {
namespace {

constexpr size_t kMostContributions = 100;
constexpr size_t kMostPairs = 100;

using Counts = std::map<uint32_t, int64_t>;  // Rows by batch.

Counts AllocationDeliveries(const Snapshot& snapshot, const std::vector<uint32_t>& rows) {
  const FactTable& table = snapshot.table;
  Counts counts;
  for (const uint32_t row : rows) {
    if ((table.flags[row] & kCounts) == 0) continue;
    const Day first = FirstDay(table.first_month + static_cast<Month>(table.fields[kMonthField][row]));
    const nmd::Period valid{first + table.from_day[row] - 1, first + table.to_day[row] - 1};
    const Snapshot::Span span = snapshot.provision_sources[table.provision[row]];
    for (uint32_t i = span.first; i < span.first + span.count; ++i) {
      if (snapshot.sources[i].period.Overlaps(valid)) ++counts[snapshot.sources[i].origin];
    }
  }
  return counts;
}

Counts ClaimDeliveries(const Snapshot& snapshot, const std::vector<uint32_t>& rows) {
  Counts counts;
  for (const uint32_t row : rows) {
    const Snapshot::Span span = snapshot.ClaimOrigins(row);
    for (uint32_t i = span.first; i < span.first + span.count; ++i) ++counts[snapshot.claim_origins[i]];
  }
  return counts;
}

int64_t DistinctIn(const std::vector<uint32_t>& rows, const FactTable& table, const RowVector<uint32_t>& column) {
  int64_t count = 0;
  const uint32_t* last = nullptr;
  for (const uint32_t row : rows) {
    if ((table.flags[row] & kCounts) == 0) continue;
    if (last == nullptr || *last != column[row]) ++count;
    last = &column[row];
  }
  return count;
}

using Step = std::function<void(std::string, int64_t)>;

// The steps of a measure that is counted, and the deliveries behind it.
Counts ExplainBase(const Snapshot& snapshot, const RecordBook& records, const Question& question, const MeasureInfo& measure,
                   const Step& step) {
  Counts counts;
  if (measure.family == Family::kRows || measure.family == Family::kFlows || measure.family == Family::kSpread ||
      (measure.family == Family::kPersons && measure.measure != MeasureId::kAllHouseholds)) {
    const FactTable& table = snapshot.table;
    const std::vector<uint32_t> in_period = RowsBehind(snapshot, question, false);
    const std::vector<uint32_t> rows = RowsBehind(snapshot, question, true);
    const bool claims = (measure.kinds & kClaims) != 0;
    step("Versies van toewijzingen in die leveringen", snapshot.version_count);
    step("Toewijzingen, elk in de laatste versie", snapshot.current_count + snapshot.deleted_count);
    step("Toewijzingen zonder de verwijderde", snapshot.current_count);
    step("Voorzieningen: aansluitende toewijzingen samen", static_cast<int64_t>(snapshot.provision_sources.size()));
    step(question.on.has_value() ? "Regels (een voorziening in een maand) die op de peildatum geldig zijn"
                                 : "Regels (een voorziening in een maand) in de periode",
         static_cast<int64_t>(in_period.size()));
    step("Regels die door de filters komen", static_cast<int64_t>(rows.size()));
    if (measure.measure == MeasureId::kClients) step("Verschillende cliënten", DistinctIn(rows, table, table.client));
    if (measure.measure == MeasureId::kProvisions) {
      step("Verschillende voorzieningen", DistinctIn(rows, table, table.provision));
    }
    if (measure.money && measure.family == Family::kRows) {
      const AmountColumn& amounts = measure.measure == MeasureId::kIndicated  ? table.indicated
                                    : measure.measure == MeasureId::kDeclared ? table.declared
                                                                              : table.approved;
      step("Regels met een bedrag, opgeteld",
           std::count_if(rows.begin(), rows.end(), [&amounts](uint32_t row) { return amounts[row] != 0; }));
    }
    counts = claims ? ClaimDeliveries(snapshot, rows) : AllocationDeliveries(snapshot, rows);
    if (measure.measure == MeasureId::kClientsAndPgb) {
      for (const uint32_t batch : BudgetsBehind(records, question)) ++counts[batch];
    }
  } else if (measure.family == Family::kPersons) {
    const std::optional<uint32_t> batch = HouseholdStatement(records, {question.first, question.end});
    step("Gepubliceerd aantal huishoudens van het jaar", batch.has_value() ? 1 : 0);
    if (batch.has_value()) ++counts[*batch];
  } else if (measure.family == Family::kRecords) {
    Question one = question;
    one.measures = {&measure};
    const std::vector<uint32_t> batches = RecordsBehind(records, one);
    step("Gegevens die meetellen", static_cast<int64_t>(batches.size()));
    for (const uint32_t batch : batches) ++counts[batch];
  } else if (measure.family != Family::kUnregistered) {
    const std::vector<uint32_t> origins = StatementsBehind(snapshot, question, measure);
    step(measure.family == Family::kPopulation ? "Aantallen inwoners van het jaar, opgeteld"
                                               : "Bedragen van het jaar uit het nieuwste document, opgeteld",
         static_cast<int64_t>(origins.size()));
    for (const uint32_t origin : origins) ++counts[origin];
  }
  return counts;
}

}  // namespace

bool CountsRows(const MeasureInfo& measure) {
  return measure.family == Family::kRows || measure.family == Family::kFlows || measure.family == Family::kSpread ||
         std::any_of(measure.bases.begin(), measure.bases.end(), [](const MeasureInfo* base) { return CountsRows(*base); });
}

std::vector<uint32_t> RowsOfFigure(const Snapshot& snapshot, const Question& question) {
  return CountsRows(*question.measures.front()) ? RowsBehind(snapshot, question, true) : std::vector<uint32_t>();
}

void ExplainOpenLinks(const Snapshot& snapshot, const Question& question, v1::ExplainFigureResponse* response) {
  if (snapshot.open_pairs.empty()) return;
  std::vector<int64_t> counts(snapshot.clients.size());
  for (const uint32_t row : RowsOfFigure(snapshot, question)) ++counts[snapshot.table.client[row]];
  std::vector<std::pair<int64_t, int64_t>> pairs;
  for (const auto& [a, b] : snapshot.open_pairs) {
    if (counts[a] > 0 && counts[b] > 0) pairs.emplace_back(std::max(counts[a], counts[b]), std::min(counts[a], counts[b]));
  }
  if (pairs.empty()) return;
  std::sort(pairs.begin(), pairs.end(), std::greater<>());
  v1::OpenLinks* open = response->mutable_open_links();
  open->set_pair_count(static_cast<int64_t>(pairs.size()));
  const bool one = pairs.size() == 1;
  std::string text =
      absl::StrCat("In dit cijfer ", one ? "is 1 paar" : absl::StrCat("zijn ", dutch::Number(open->pair_count()), " paren"),
                   " van wie nog niet vaststaat of zij één persoon zijn");
  const type::Reliability& reliability = response->figure().reliability();
  if (reliability.has_least_count()) {
    open->set_least_count(reliability.least_count());
    absl::StrAppend(&text, "; zijn zij dat, dan is het cijfer ", dutch::Number(reliability.least_count()), " in plaats van ",
                    dutch::Number(response->figure().count()));
  }
  open->set_statement(absl::StrCat(text, "."));
  if (pairs.size() > kMostPairs) pairs.resize(kMostPairs);
  for (const auto& [more, fewer] : pairs) {
    v1::OpenLinks::Pair* pair = open->add_pairs();
    pair->set_row_count(more);
    pair->set_other_row_count(fewer);
  }
}

void Explain(const Snapshot& snapshot, const RecordBook& records, const AskedQuestion& asked, const std::string& municipality,
             v1::ExplainFigureResponse* response) {
  const Question& question = asked.question;
  const MeasureInfo& measure = *question.measures.front();
  const auto step = [response](std::string text, int64_t count) {
    v1::ExplainFigureResponse::Step* added = response->add_steps();
    added->set_text(std::move(text));
    added->set_count(count);
  };
  step(absl::StrCat("Leveringen bekend op ", dutch::Moment(asked.known)), snapshot.delivery_count);
  Counts counts;
  if (measure.family != Family::kDerived) {
    counts = ExplainBase(snapshot, records, question, measure, step);
  } else {
    for (const MeasureInfo* base : measure.bases) {
      const Counts of_base = ExplainBase(snapshot, records, question, *base, [&](std::string text, int64_t count) {
        step(absl::StrCat(base->title, ": ", text), count);
      });
      for (const auto& [batch, count] : of_base) counts[batch] += count;
    }
  }

  std::vector<std::pair<const Origin*, int64_t>> order;
  for (const auto& [batch, count] : counts) order.emplace_back(&snapshot.origins[batch], count);
  std::sort(order.begin(), order.end(), [](const auto& a, const auto& b) {
    return std::tie(b.first->known, a.first->delivery) < std::tie(a.first->known, b.first->delivery);
  });
  response->set_contribution_count(static_cast<int64_t>(order.size()));
  if (order.size() > kMostContributions) order.resize(kMostContributions);
  for (const auto& [origin, count] : order) {
    v1::ExplainFigureResponse::Contribution* contribution = response->add_contributions();
    contribution->set_delivery(absl::StrCat("municipalities/", municipality, "/deliveries/", origin->delivery));
    contribution->set_source(std::string(origin->source));
    *contribution->mutable_known_time() = TimestampOf(origin->known);
    contribution->set_row_count(count);
  }
}

}  // namespace nmd::costs
