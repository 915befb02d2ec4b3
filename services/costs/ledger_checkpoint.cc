// SPDX-License-Identifier: EUPL-1.2
// The ledger as a checkpoint. What is derived (moments, islands) is not in it.
#include <utility>

#include "services/costs/checkpoint.h"
#include "services/costs/ledger.h"

namespace nmd::costs {

// Fields in the order of the columns.

void EachField(RowOf<Batch> auto& f, auto visit) {
  visit(f.delivery), visit(f.source), visit(f.known), visit(f.records), visit(f.sound_records), visit(f.kinds);
}
void EachField(RowOf<AllocationFact> auto& f, auto visit) {
  visit(f.batch), visit(f.law), visit(f.person), visit(f.provider), visit(f.category), visit(f.product), visit(f.number);
  visit(f.period.start), visit(f.period.end), visit(f.assigned_second), visit(f.change_reason), visit(f.unit);
  visit(f.frequency), visit(f.volume), visit(f.budget);
}
void EachField(RowOf<ClaimFact> auto& f, auto visit) {
  visit(f.batch), visit(f.law), visit(f.provider), visit(f.number), visit(f.identification), visit(f.first_line);
  visit(f.line_count);
}
void EachField(RowOf<ClaimLineFact> auto& f, auto visit) {
  visit(f.batch), visit(f.law), visit(f.provider), visit(f.claim), visit(f.person), visit(f.reference), visit(f.previous);
  visit(f.category), visit(f.product), visit(f.allocation), visit(f.start), visit(f.dated), visit(f.amount);
}
void EachField(RowOf<TraitsFact> auto& f, auto visit) { visit(f.batch), visit(f.person), visit(f.birth), visit(f.sex); }
void EachField(RowOf<ResidenceFact> auto& f, auto visit) {
  visit(f.batch), visit(f.person), visit(f.period.start), visit(f.period.end), visit(f.wijk), visit(f.buurt);
}
void EachField(RowOf<ReferralFact> auto& f, auto visit) {
  visit(f.batch), visit(f.law), visit(f.person), visit(f.allocation), visit(f.referrer), visit(f.start);
}
void EachField(RowOf<LevelFact> auto& f, auto visit) {
  visit(f.batch), visit(f.law), visit(f.product), visit(f.ivn), visit(f.title), visit(f.period.start), visit(f.period.end);
}
void EachField(RowOf<TariffFact> auto& f, auto visit) {
  visit(f.batch), visit(f.law), visit(f.product), visit(f.provider), visit(f.unit), visit(f.cents), visit(f.period.start);
  visit(f.period.end);
}
void EachField(RowOf<PopulationFact> auto& f, auto visit) {
  visit(f.batch), visit(f.year), visit(f.age_from), visit(f.age_to), visit(f.wijk), visit(f.buurt), visit(f.sex);
  visit(f.count);
}
void EachField(RowOf<BudgetFact> auto& f, auto visit) {
  visit(f.batch), visit(f.line), visit(f.document), visit(f.year), visit(f.amount), visit(f.document_day);
}
void EachField(RowOf<ContractFact> auto& f, auto visit) {
  visit(f.batch), visit(f.law), visit(f.contract), visit(f.provider), visit(f.provider_name), visit(f.period.start);
  visit(f.period.end);
}
void EachField(RowOf<TaakveldFact> auto& f, auto visit) {
  visit(f.batch), visit(f.law), visit(f.category), visit(f.product), visit(f.provider), visit(f.taakveld);
  visit(f.period.start), visit(f.period.end);
}
void EachField(RowOf<Record> auto& f, auto visit) {
  visit(f.batch), visit(f.kind), visit(f.law), visit(f.revenue), visit(f.outcome), visit(f.person), visit(f.category);
  visit(f.product), visit(f.provider), visit(f.referrer), visit(f.taakveld), visit(f.key), visit(f.detail);
  visit(f.days.start), visit(f.days.end), visit(f.from), visit(f.until), visit(f.asked), visit(f.amount);
}
void EachField(RowOf<CareEvent> auto& f, auto visit) {
  visit(f.batch), visit(f.kind), visit(f.law), visit(f.number), visit(f.day), visit(f.provider), visit(f.reference);
}
void EachField(RowOf<StopFact> auto& f, auto visit) {
  visit(f.batch), visit(f.law), visit(f.taken_back), visit(f.number), visit(f.start), visit(f.end), visit(f.reason);
}
void EachField(RowOf<PlanFact> auto& f, auto visit) {
  visit(f.batch), visit(f.law), visit(f.person), visit(f.number), visit(f.agreed_end), visit(f.motivated), visit(f.result);
  visit(f.complexity);
}
void EachField(RowOf<QuantityFact> auto& f, auto visit) {
  visit(f.batch), visit(f.law), visit(f.provider), visit(f.person), visit(f.product), visit(f.unit), visit(f.number);
  visit(f.period.start), visit(f.period.end), visit(f.volume_thousandths), visit(f.amount);
}
void EachField(RowOf<ResponsibilityFact> auto& f, auto visit) {
  visit(f.batch), visit(f.law), visit(f.person), visit(f.municipality), visit(f.origin), visit(f.stay), visit(f.period.start);
  visit(f.period.end);
}
void EachField(RowOf<SuccessionFact> auto& f, auto visit) {
  visit(f.batch), visit(f.law), visit(f.product), visit(f.predecessor), visit(f.start);
}
void EachField(RowOf<ProviderGroupFact> auto& f, auto visit) {
  visit(f.batch), visit(f.provider), visit(f.provider_name), visit(f.organisation), visit(f.organisation_name);
  visit(f.concern), visit(f.concern_name), visit(f.period.start), visit(f.period.end);
}
void EachField(RowOf<CombinationFact> auto& f, auto visit) {
  visit(f.batch), visit(f.law), visit(f.other_law), visit(f.product), visit(f.other_product), visit(f.reason);
  visit(f.verdict), visit(f.period.start), visit(f.period.end);
}
void EachField(RowOf<ExternalFact> auto& f, auto visit) {
  visit(f.batch), visit(f.kind), visit(f.law), visit(f.form), visit(f.printed), visit(f.publisher), visit(f.series);
  visit(f.title), visit(f.area), visit(f.provider), visit(f.category), visit(f.product), visit(f.ivn), visit(f.wijk);
  visit(f.buurt), visit(f.sex), visit(f.age_from), visit(f.age_to), visit(f.days.start), visit(f.days.end);
  visit(f.thousandths), visit(f.decimals), visit(f.measured_in), visit(f.published), visit(f.withdrawn), visit(f.reason);
  visit(f.method), visit(f.quality), visit(f.note), visit(f.respondents), visit(f.invited);
}
void EachField(RowOf<LinkFact> auto& f, auto visit) {
  visit(f.person), visit(f.client), visit(f.exact), visit(f.known), visit(f.sequence);
}
void EachField(RowOf<StayFact> auto& f, auto visit) {
  visit(f.client), visit(f.household), visit(f.period.start), visit(f.period.end), visit(f.known), visit(f.revision);
}
void EachField(RowOf<OpenPairFact> auto& f, auto visit) {
  visit(f.person), visit(f.other), visit(f.permille), visit(f.known), visit(f.sequence);
}

namespace {

// An answer without its references.
struct AnswerRow {
  uint32_t batch = 0;
  uint8_t law = 0;
  bool rejected = false;
  Word provider = nullptr, claim = nullptr, claim_identification = nullptr;
  uint32_t reference_count = 0;
};
void EachField(RowOf<AnswerRow> auto& f, auto visit) {
  visit(f.batch), visit(f.law), visit(f.rejected), visit(f.provider), visit(f.claim), visit(f.claim_identification);
  visit(f.reference_count);
}

// A delivery that was corrected, and a stretch of time it counts.
struct CorrectionRow {
  Word delivery = nullptr;
  uint32_t stretch_count = 0;
};
void EachField(RowOf<CorrectionRow> auto& f, auto visit) { visit(f.delivery), visit(f.stretch_count); }
struct StretchRow {
  int64_t from = 0, until = 0;
};
void EachField(RowOf<StretchRow> auto& f, auto visit) { visit(f.from), visit(f.until); }

// The tables of facts that are rows as they are, in order.
template <typename AnyFacts, typename Visit>
void EachTable(AnyFacts& facts, Visit visit) {
  visit(facts.allocations), visit(facts.claims), visit(facts.claim_lines), visit(facts.traits), visit(facts.residences);
  visit(facts.referrals), visit(facts.levels), visit(facts.tariffs), visit(facts.populations), visit(facts.budgets);
  visit(facts.contracts), visit(facts.records), visit(facts.care_events), visit(facts.stops), visit(facts.plans);
  visit(facts.quantities), visit(facts.responsibilities), visit(facts.successions), visit(facts.provider_groups);
  visit(facts.combinations), visit(facts.taakvelden), visit(facts.externals);
}

// Facts come in order of batch, and there is such a batch.
template <typename Rows>
bool InOrder(const Rows& rows, size_t batch_count) {
  uint32_t last = 0;
  for (const auto& fact : rows) {
    if (fact.batch < last || fact.batch >= batch_count) return false;
    last = fact.batch;
  }
  return true;
}

}  // namespace

void Ledger::Save(WordWriter* words, internal::v1::CostsCheckpoint* to) const {
  const auto write = [&](const auto& rows) { WriteTable(rows, words, to->add_ledger()); };
  write(batches_);
  EachTable(facts_, write);
  write(links_);
  write(stays_);
  write(open_pairs_);

  std::vector<AnswerRow> answers;
  std::vector<WordRow> references;
  for (const AnswerFact& answer : facts_.answers) {
    answers.push_back({answer.batch, answer.law, answer.rejected, answer.provider, answer.claim, answer.claim_identification,
                       static_cast<uint32_t>(answer.rejected_references.size())});
    for (const Word reference : answer.rejected_references) references.push_back({reference});
  }
  write(answers);
  write(references);

  std::vector<WordRow> superseded, revised;
  for (const Word delivery : superseded_) superseded.push_back({delivery});
  for (const Word delivery : revised_) revised.push_back({delivery});
  write(superseded);
  write(revised);
  std::vector<CorrectionRow> corrections;
  std::vector<StretchRow> stretches;
  for (const auto& [delivery, counted] : corrected_) {
    corrections.push_back({delivery, static_cast<uint32_t>(counted.stretches().size())});
    for (const KnownPeriods::Stretch& stretch : counted.stretches()) stretches.push_back({stretch.from, stretch.until});
  }
  write(corrections);
  write(stretches);
}

bool Ledger::Load(const internal::v1::CostsCheckpoint& from, std::vector<Word>* words) {
  if (from.word_sizes().columns_size() != 1) return false;
  ColumnReader size(from.word_sizes().columns(0));
  absl::string_view text = from.words();
  if (from.word_sizes().row_count() < 0 || static_cast<uint64_t>(from.word_sizes().row_count()) > from.ByteSizeLong()) {
    return false;
  }
  words->reserve(static_cast<size_t>(from.word_sizes().row_count()));
  words_.reserve(static_cast<size_t>(from.word_sizes().row_count()));
  for (int64_t i = 0; i < from.word_sizes().row_count(); ++i) {
    const int64_t length = size.Next();
    if (!size.ok() || length < 0 || static_cast<size_t>(length) > text.size()) return false;
    words->push_back(Intern(text.substr(0, static_cast<size_t>(length))));
    text.remove_prefix(static_cast<size_t>(length));
  }

  int next = 0;
  bool good = true;
  const auto read = [&](auto& rows) {
    good = good && next < from.ledger_size() && ReadTable(from.ledger(next), *words, &rows);
    ++next;
  };
  std::vector<AnswerRow> answers;
  std::vector<WordRow> references, superseded, revised;
  std::vector<CorrectionRow> corrections;
  std::vector<StretchRow> stretches;
  read(batches_);
  EachTable(facts_, read);
  read(links_);
  read(stays_);
  read(open_pairs_);
  read(answers);
  read(references);
  read(superseded);
  read(revised);
  read(corrections);
  read(stretches);
  if (!good || next != from.ledger_size()) return false;
  EachTable(facts_, [&](const auto& rows) { good = good && InOrder(rows, batches_.size()); });
  good = good && InOrder(answers, batches_.size());
  for (const ClaimFact& claim : facts_.claims) {
    good = good && uint64_t{claim.first_line} + claim.line_count <= facts_.claim_lines.size();
  }
  if (!good) return false;

  size_t reference = 0;
  for (const AnswerRow& row : answers) {
    if (row.reference_count > references.size() - reference) return false;
    AnswerFact answer{row.batch, row.law, row.rejected, row.provider, row.claim, row.claim_identification, {}};
    for (uint32_t i = 0; i < row.reference_count; ++i) answer.rejected_references.push_back(references[reference++].word);
    facts_.answers.push_back(std::move(answer));
  }
  for (const WordRow& row : superseded) superseded_.insert(row.word);
  for (const WordRow& row : revised) revised_.push_back(row.word);
  size_t stretch = 0;
  for (const CorrectionRow& row : corrections) {
    if (row.stretch_count > stretches.size() - stretch) return false;
    KnownPeriods counted;
    for (uint32_t i = 0; i < row.stretch_count; ++i) {
      counted.Append({stretches[stretch].from, stretches[stretch].until});
      ++stretch;
    }
    for (const KnownPeriods::Stretch& part : counted.stretches()) moments_.insert({part.from, part.until});
    corrected_[row.delivery] = std::move(counted);
  }
  for (const Batch& batch : batches_) moments_.insert(batch.known);
  for (const LinkFact& link : links_) moments_.insert(link.known);
  for (const StayFact& stay : stays_) moments_.insert(stay.known);
  for (const OpenPairFact& pair : open_pairs_) moments_.insert(pair.known);
  return true;
}

}  // namespace nmd::costs
