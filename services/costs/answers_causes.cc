// SPDX-License-Identifier: EUPL-1.2
#include "services/costs/answers_causes.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "services/core/dutch.h"
#include "services/costs/figures.h"
#include "services/platform/proto_time.h"

namespace nmd::costs {
namespace {

using google::protobuf::RepeatedPtrField;

// The same for a figure in two answers: its measure and its coordinates.
std::string KeyOf(const type::Figure& figure) {
  std::string key = figure.measure();
  for (const type::DimensionValue& value : figure.dimensions()) {
    absl::StrAppend(&key, "\n", value.dimension(), "=", value.value());
  }
  return key;
}

bool SaysTheSame(const type::Figure& a, const type::Figure& b) {
  return a.state() == b.state() && a.state_reason() == b.state_reason() && a.value_case() == b.value_case() &&
         a.count() == b.count() && a.amount_cents() == b.amount_cents() && a.ratio() == b.ratio();
}

void AddChanges(const RepeatedPtrField<type::Figure>& given, const RepeatedPtrField<type::Figure>& found,
                RepeatedPtrField<v1::FigureChange>* changes) {
  absl::flat_hash_map<std::string, const type::Figure*> by_key;
  for (const type::Figure& figure : found) by_key.emplace(KeyOf(figure), &figure);
  for (const type::Figure& figure : given) {
    const auto now = by_key.find(KeyOf(figure));
    if (now == by_key.end()) {
      *changes->Add()->mutable_given() = figure;
      continue;
    }
    if (!SaysTheSame(figure, *now->second)) {
      v1::FigureChange* change = changes->Add();
      *change->mutable_given() = figure;
      *change->mutable_found() = *now->second;
    }
    by_key.erase(now);
  }
  for (const type::Figure& figure : found) {
    if (by_key.contains(KeyOf(figure))) *changes->Add()->mutable_found() = figure;
  }
}

void AddMeasure(const MeasureInfo& measure, const std::string& municipality, absl::flat_hash_set<const MeasureInfo*>* seen,
                RepeatedPtrField<v1::Measure>* measures) {
  if (!seen->insert(&measure).second) return;
  *measures->Add() = MeasureMessage(municipality, measure);
  for (const MeasureInfo* base : measure.bases) AddMeasure(*base, municipality, seen, measures);
}

// What a definition says: a new name or a new dimension changes no figure.
bool DefinesTheSame(const v1::Measure& a, const v1::Measure& b) {
  return a.definition() == b.definition() && a.formula() == b.formula() && a.expression() == b.expression() &&
         a.population() == b.population() && a.unit() == b.unit() &&
         std::equal(a.edge_rules().begin(), a.edge_rules().end(), b.edge_rules().begin(), b.edge_rules().end());
}

}  // namespace

RepeatedPtrField<v1::Measure> MeasuresBehind(const Catalogue& catalogue, const std::string& municipality,
                                             const v1::QueryFiguresRequest& question) {
  RepeatedPtrField<v1::Measure> measures;
  absl::flat_hash_set<const MeasureInfo*> seen;
  for (const std::string& id : question.measures()) {
    if (const MeasureInfo* measure = catalogue.Find(id)) AddMeasure(*measure, municipality, &seen, &measures);
  }
  return measures;
}

RepeatedPtrField<v1::FigureChange> ChangedFigures(const v1::QueryFiguresResponse& given,
                                                  const v1::QueryFiguresResponse& found) {
  RepeatedPtrField<v1::FigureChange> changes;
  AddChanges(given.figures(), found.figures(), &changes);
  AddChanges(given.totals(), found.totals(), &changes);
  return changes;
}

void AddChangeSteps(const std::vector<AnswerStage>& stages, RepeatedPtrField<v1::FigureChange>* changes) {
  std::vector<absl::flat_hash_map<std::string, const type::Figure*>> by_key;
  for (const AnswerStage& stage : stages) {
    auto& figures_of = by_key.emplace_back();
    for (const auto* figures : {&stage.figures.figures(), &stage.figures.totals()}) {
      for (const type::Figure& figure : *figures) figures_of.emplace(KeyOf(figure), &figure);
    }
  }
  for (v1::FigureChange& change : *changes) {
    const std::string key = KeyOf(change.has_given() ? change.given() : change.found());
    std::vector<Stage> path;
    for (size_t i = 0; i < stages.size(); ++i) {
      const auto figure = by_key[i].find(key);
      path.push_back({stages[i].cause, stages[i].extent, figure == by_key[i].end() ? nullptr : figure->second});
    }
    RepeatedPtrField<v1::DifferenceStep> steps;
    if (!AddSteps(change.has_given() ? &change.given() : nullptr, path, &steps)) continue;
    for (v1::DifferenceStep& step : steps) {
      if (DidSomething(step)) *change.add_steps() = std::move(step);
    }
  }
}

bool FindFigure(const v1::QueryFiguresResponse& answer, const std::string& measure,
                RepeatedPtrField<type::DimensionValue>* dimensions) {
  type::Figure wanted;
  wanted.set_measure(measure);
  *wanted.mutable_dimensions() = *dimensions;
  const std::string key = KeyOf(wanted);
  for (const auto* figures : {&answer.figures(), &answer.totals()}) {
    for (const type::Figure& figure : *figures) {
      if (KeyOf(figure) != key) continue;
      *dimensions = figure.dimensions();
      return true;
    }
  }
  return false;
}

void AddDefinitionCauses(const v1::RegisteredAnswer& answer, const Catalogue& catalogue, const std::string& municipality,
                         RepeatedPtrField<v1::ChangeCause>* causes) {
  const auto add = [causes](const std::string& id, std::string statement) {
    v1::ChangeCause* cause = causes->Add();
    cause->set_kind(v1::ChangeCause::DEFINITION);
    cause->set_source(id);
    cause->set_count(1);
    cause->set_statement(std::move(statement));
  };
  if (answer.catalogue_version() != catalogue.version()) {
    add("", absl::StrCat("De begrippenlijst is nu versie ", catalogue.version(), "; het antwoord kwam uit versie ",
                         answer.catalogue_version(), "."));
  }
  for (const v1::Measure& was : answer.measures()) {
    const std::string id = was.name().substr(was.name().rfind('/') + 1);
    const MeasureInfo* is = catalogue.Find(id);
    if (is == nullptr) {
      add(id, absl::StrCat("De maat \"", was.title(), "\" bestaat niet meer."));
    } else if (!DefinesTheSame(was, MeasureMessage(municipality, *is))) {
      add(id, absl::StrCat("De maat \"", was.title(), "\" heeft een andere definitie: ", is->definition, " in plaats van ",
                           was.definition(), "."));
    }
  }
}

void AddLedgerCauses(const std::vector<Ledger::Change>& changes, bool households, RepeatedPtrField<v1::ChangeCause>* causes) {
  for (const Ledger::Change& change : changes) {
    if (change.kind == Ledger::Change::kMoved && !households) continue;
    v1::ChangeCause* cause = causes->Add();
    cause->set_count(change.count);
    const bool one = change.count == 1;
    const std::string number = dutch::Number(change.count);
    if (change.source != nullptr) cause->set_source(*change.source);
    switch (change.kind) {
      case Ledger::Change::kAdded:
        cause->set_kind(v1::ChangeCause::DELIVERY_ADDED);
        cause->set_statement(absl::StrCat("Van bron ", *change.source, one ? " telt " : " tellen ", number,
                                          one ? " levering" : " leveringen", " mee die toen niet ",
                                          one ? "meetelde." : "meetelden."));
        break;
      case Ledger::Change::kGone:
        cause->set_kind(v1::ChangeCause::DELIVERY_WITHDRAWN);
        cause->set_statement(absl::StrCat("Van bron ", *change.source, one ? " is " : " zijn ", number,
                                          one ? " levering" : " leveringen", " ingetrokken of vervangen."));
        continue;
      case Ledger::Change::kLinked:
        cause->set_kind(v1::ChangeCause::LINK);
        cause->set_statement(absl::StrCat(number, one ? " persoon is" : " personen zijn", " aan een andere cliënt gekoppeld."));
        break;
      case Ledger::Change::kMoved:
        cause->set_kind(v1::ChangeCause::HOUSEHOLD);
        cause->set_statement(absl::StrCat("Van ", number, one ? " cliënt" : " cliënten", " is het huishouden veranderd."));
        break;
    }
    *cause->mutable_first_known_time() = TimestampOf(change.first);
    *cause->mutable_last_known_time() = TimestampOf(change.last);
  }
}

std::vector<Ledger::Change> Ledger::ChangesSince(const Mark& mark, Moment moment, Moment now,
                                                 const absl::flat_hash_set<std::string>& sources) const {
  const std::vector<bool> then = CountedThen(mark, moment);
  // By source text, not by where it is kept: the order must not depend on memory.
  std::map<std::pair<Change::Kind, std::string>, Change> found;
  const auto count = [&found](Change::Kind kind, Word source, Moment known) {
    Change& change = found[{kind, source == nullptr ? "" : *source}];
    change.first = change.count == 0 ? known : std::min(change.first, known);
    change.last = change.count == 0 ? known : std::max(change.last, known);
    change.kind = kind;
    change.source = source;
    ++change.count;
  };
  for (size_t i = 0; i < batches_.size(); ++i) {
    const Batch& batch = batches_[i];
    if (batch.kinds == 0 || !sources.contains(*batch.source)) continue;
    const bool counts = StandingOf(batch, now) == Standing::kCounts;
    if (counts != then[i]) count(counts ? Change::kAdded : Change::kGone, batch.source, batch.known);
  }

  // Of each person the link that held, and the one that holds.
  struct Links {
    const LinkFact* was = nullptr;
    const LinkFact* is = nullptr;
  };
  absl::flat_hash_map<Word, Links> links;
  const auto newer = [](const LinkFact& link, const LinkFact* held) {
    return held == nullptr || std::pair(held->known, held->sequence) < std::pair(link.known, link.sequence);
  };
  for (size_t i = 0; i < links_.size(); ++i) {
    const LinkFact& link = links_[i];
    if (link.known > now) continue;
    Links& of = links[link.person];
    if (i < mark.links && link.known <= moment && newer(link, of.was)) of.was = &link;
    if (newer(link, of.is)) of.is = &link;
  }
  absl::erase_if(links,
                 [](const auto& of) { return of.second.was != nullptr && of.second.was->client == of.second.is->client; });
  // Only persons with facts of the sources that counted. Those are looked for on the islands of the few whose links are others,
  // not among all facts.
  const auto asked = [&](const auto& fact) { return then[fact.batch] && sources.contains(*batches_[fact.batch].source); };
  absl::flat_hash_set<Word> persons;
  for (const Record& record : facts_.records) {
    if (links.contains(record.person) && asked(record)) persons.insert(record.person);
  }
  for (const auto& [person, of] : links) {
    const auto link = Islands::NodeOf(Islands::kLink, static_cast<size_t>(of.is - links_.data()));
    islands_.Walk(islands_.IslandOf(link), [&, who = person](Islands::Node node) {
      const size_t i = Islands::IndexOf(node);
      const auto see = [&](const auto& fact) {
        if (fact.person == who && asked(fact)) persons.insert(who);
      };
      if (Islands::KindOf(node) == Islands::kAllocation) see(facts_.allocations[i]);
      if (Islands::KindOf(node) == Islands::kClaimLine) see(facts_.claim_lines[i]);
    });
  }
  for (const auto& [person, of] : links) {
    if (persons.contains(person)) count(Change::kLinked, nullptr, of.is->known);
  }

  using Revision = std::pair<Moment, int64_t>;
  absl::flat_hash_map<Word, std::pair<Revision, Revision>> stays;
  constexpr Revision kNone = {INT64_MIN, 0};
  for (size_t i = 0; i < stays_.size(); ++i) {
    const StayFact& stay = stays_[i];
    if (stay.known > now) continue;
    auto& [was, is] = stays.try_emplace(stay.client, kNone, kNone).first->second;
    const Revision revision = {stay.known, stay.revision};
    if (i < mark.stays && stay.known <= moment) was = std::max(was, revision);
    is = std::max(is, revision);
  }
  for (const auto& [client, revisions_of] : stays) {
    const auto& [was, is] = revisions_of;
    if (was != kNone && was != is) count(Change::kMoved, nullptr, is.first);
  }

  std::vector<Change> changes;
  for (auto& [key, change] : found) changes.push_back(change);
  return changes;
}

}  // namespace nmd::costs
