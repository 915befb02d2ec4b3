// SPDX-License-Identifier: EUPL-1.2
// Snapshots from snapshots: the rows of the clients that differ are worked out again, the others are copied, with the claim
// lines that came or went.
#include <algorithm>
#include <cstdlib>
#include <numeric>
#include <tuple>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "services/costs/snapshot_parts.h"

namespace nmd::costs {
namespace {

constexpr uint32_t kNoProvision = 0xffffffff;

// Codes to other codes, by code; empty when they stay the same.
using CodeMap = std::vector<uint32_t>;

bool IsIdentity(const CodeMap& map) {
  for (uint32_t code = 0; code < map.size(); ++code) {
    if (map[code] != code) return false;
  }
  return true;
}

// Words of one field in both snapshots, and what their codes become.
std::vector<Word> JoinWords(const std::vector<Word>& a, const std::vector<Word>& b, CodeMap* from_a, CodeMap* from_b) {
  std::vector<Word> joined;
  size_t i = 0, j = 0;
  while (i < a.size() || j < b.size()) {
    const bool take_a = j == b.size() || (i < a.size() && *a[i] <= *b[j]);
    const bool take_b = i == a.size() || (j < b.size() && *b[j] <= *a[i]);
    joined.push_back(take_a ? a[i] : b[j]);
    const auto code = static_cast<uint32_t>(joined.size() - 1);
    if (take_a) {
      from_a->push_back(code);
      ++i;
    }
    if (take_b) {
      from_b->push_back(code);
      ++j;
    }
  }
  if (IsIdentity(*from_a)) from_a->clear();
  if (IsIdentity(*from_b)) from_b->clear();
  return joined;
}

// Consecutive clients of one of the two snapshots, which stay together.
struct Stretch {
  bool fresh = false;
  uint32_t first = 0, end = 0;
};

class Joiner {
 public:
  Joiner(const Snapshot& base, const Snapshot& fresh, const KnownPart& part) : base_(base), fresh_(fresh), part_(part) {}

  std::shared_ptr<Snapshot> Join() {
    Arrange();
    JoinMonths();
    JoinDictionaries();
    for (const Stretch& stretch : stretches_) Append(stretch.fresh ? fresh_ : base_, stretch);
    joined_->client_begin.push_back(
        {static_cast<uint32_t>(joined_->table.size()), static_cast<uint32_t>(joined_->provision_sources.size())});
    joined_->table.runs.begin.push_back(static_cast<uint32_t>(joined_->table.size()));
    IndexClaimOrigins(joined_.get());
    joined_->tallies = base_.tallies;
    for (const Word person : part_.persons) joined_->tallies.erase(person);
    joined_->tallies.insert(fresh_.tallies.begin(), fresh_.tallies.end());
    return joined_;
  }

 private:
  // Which clients come from where, in order. A client of the base stays when nobody in the part has anything to do with it.
  void Arrange() {
    const auto stays = [this](const ClientId& client) {
      return !(client.second ? part_.clients : part_.persons).contains(client.first);
    };
    const auto push = [this](bool fresh, uint32_t client) {
      if (!stretches_.empty() && stretches_.back().fresh == fresh && stretches_.back().end == client) {
        ++stretches_.back().end;
      } else {
        stretches_.push_back({fresh, client, client + 1});
      }
    };
    uint32_t at = 0;
    const auto keep_until = [&](uint32_t end) {
      for (; at < end; ++at) {
        if (stays(base_.clients[at])) push(false, at);
      }
    };
    for (uint32_t client = 0; client < fresh_.clients.size(); ++client) {
      const auto after =
          std::lower_bound(base_.clients.begin() + at, base_.clients.end(), fresh_.clients[client], ClientBefore);
      keep_until(static_cast<uint32_t>(after - base_.clients.begin()));
      push(true, client);
    }
    keep_until(static_cast<uint32_t>(base_.clients.size()));
  }

  template <typename Visit>
  void EachStretch(Visit visit) const {
    for (const Stretch& stretch : stretches_) {
      const Snapshot& from = stretch.fresh ? fresh_ : base_;
      visit(stretch, from, from.client_begin[stretch.first].row, from.client_begin[stretch.end].row);
    }
  }

  void JoinMonths() {
    MonthRange months;
    size_t rows = 0;
    EachStretch([&](const Stretch&, const Snapshot& from, uint32_t begin, uint32_t end) {
      rows += end - begin;
      const FactTable::Runs& runs = from.table.runs;
      for (size_t run = FirstRun(runs, begin); runs.begin[run] < end; ++run) {
        const Month first = from.table.first_month + static_cast<Month>(runs.fields[kMonthField][run]);
        months.Include({first, first + static_cast<Month>(runs.begin[run + 1] - runs.begin[run])});
      }
    });
    FactTable& table = joined_->table;
    table.first_month = months.first;
    table.end_month = months.end;
    table.fields[kMonthField] = Column(static_cast<uint32_t>(months.end - months.first));
    for (const bool fresh : {false, true}) {
      const Snapshot& from = fresh ? fresh_ : base_;
      CodeMap& map = maps_[fresh][kMonthField];
      if (from.table.first_month == months.first) continue;
      // Months before the first one are on no row that stays.
      for (Month month = from.table.first_month; month < from.table.end_month; ++month) {
        map.push_back(static_cast<uint32_t>(std::max(month - months.first, 0)));
      }
    }
    Reserve(rows);
  }

  // The first run from a row on. Clients have runs of their own.
  static size_t FirstRun(const FactTable::Runs& runs, uint32_t row) {
    return static_cast<size_t>(std::lower_bound(runs.begin.begin(), runs.begin.end(), row) - runs.begin.begin());
  }

  void Reserve(size_t rows) {
    FactTable& table = joined_->table;
    const auto reserve = [rows](auto&... columns) { (columns.reserve(rows), ...); };
    reserve(table.client, table.provision, table.indicated, table.declared, table.approved, table.flags, table.from_day,
            table.to_day, table.claim_lines, table.answered_lines);
    joined_->clients.reserve(base_.clients.size() + fresh_.clients.size());
    joined_->claim_origins.reserve(base_.claim_origins.size() + fresh_.claim_origins.size());
    joined_->sources.reserve(base_.sources.size() + fresh_.sources.size());
    rows_ = rows;
  }

  void JoinDictionaries() {
    for (size_t field = 0; field < kFieldCount; ++field) {
      Column& column = joined_->table.fields[field];
      if (field == kLawField || field == kSexField) {
        column = Column(base_.table.fields[field].cardinality());
      } else if (field != kMonthField) {
        std::vector<Word>& words = joined_->dictionaries[field].words;
        words =
            JoinWords(base_.dictionaries[field].words, fresh_.dictionaries[field].words, &maps_[0][field], &maps_[1][field]);
        column = Column(static_cast<uint32_t>(words.size()));
      }
      joined_->table.runs.fields[field] = Column(column.cardinality());
      column.reserve(rows_);
    }
  }

  void Append(const Snapshot& from, const Stretch& stretch) {
    FactTable& to = joined_->table;
    const Snapshot::ClientBegin begin = from.client_begin[stretch.first], end = from.client_begin[stretch.end];
    const auto first_row = static_cast<uint32_t>(to.size());
    const auto first_client = static_cast<uint32_t>(joined_->clients.size());
    const auto first_provision = static_cast<uint32_t>(joined_->provision_sources.size());
    const auto append = [](const auto& rows, auto* all, size_t first, size_t last) {
      all->insert(all->end(), rows.begin() + static_cast<std::ptrdiff_t>(first),
                  rows.begin() + static_cast<std::ptrdiff_t>(last));
    };

    for (uint32_t client = stretch.first; client < stretch.end; ++client) {
      const Snapshot::ClientBegin own = from.client_begin[client];
      joined_->client_begin.push_back({first_row + own.row - begin.row, first_provision + own.provision - begin.provision});
    }
    append(from.clients, &joined_->clients, stretch.first, stretch.end);
    append(from.births, &joined_->births, stretch.first, stretch.end);

    const FactTable& table = from.table;
    for (size_t field = 0; field < kFieldCount; ++field) {
      to.fields[field].AppendMapped(table.fields[field], begin.row, end.row, maps_[stretch.fresh][field]);
    }
    const auto copy = [&](const auto& rows, auto* all) { append(rows, all, begin.row, end.row); };
    copy(table.flags, &to.flags);
    copy(table.from_day, &to.from_day);
    copy(table.to_day, &to.to_day);
    const auto pack = [&](const auto& rows, auto* all) { all->Append(rows, begin.row, end.row); };
    pack(table.indicated, &to.indicated);
    pack(table.declared, &to.declared);
    pack(table.approved, &to.approved);
    pack(table.claim_lines, &to.claim_lines);
    pack(table.answered_lines, &to.answered_lines);
    const uint32_t clients_on = first_client - stretch.first, provisions_on = first_provision - begin.provision;
    const auto renumber = [&](const auto& numbers, auto* all, size_t first, size_t last, uint32_t on) {
      const size_t size = all->size();
      append(numbers, all, first, last);
      for (auto number = all->begin() + static_cast<std::ptrdiff_t>(size); number != all->end(); ++number) {
        *number = *number == kNoProvision ? kNoProvision : *number + on;
      }
    };
    renumber(table.client, &to.client, begin.row, end.row, clients_on);
    renumber(table.provision, &to.provision, begin.row, end.row, provisions_on);
    const FactTable::Runs& runs = table.runs;
    const size_t first_run = FirstRun(runs, begin.row), end_run = FirstRun(runs, end.row);
    renumber(runs.begin, &to.runs.begin, first_run, end_run, first_row - begin.row);
    renumber(runs.client, &to.runs.client, first_run, end_run, clients_on);
    renumber(runs.provision, &to.runs.provision, first_run, end_run, provisions_on);
    append(runs.flags, &to.runs.flags, first_run, end_run);
    for (size_t field = 0; field < kFieldCount; ++field) {
      to.runs.fields[field].AppendMapped(runs.fields[field], first_run, end_run, maps_[stretch.fresh][field]);
    }

    if (begin.provision < end.provision) {
      const uint32_t first = from.provision_sources[begin.provision].first;
      const Snapshot::Span last = from.provision_sources[end.provision - 1];
      const auto at = static_cast<uint32_t>(joined_->sources.size());
      append(from.sources, &joined_->sources, first, last.first + last.count);
      for (uint32_t p = begin.provision; p < end.provision; ++p) {
        const Snapshot::Span span = from.provision_sources[p];
        joined_->provision_sources.push_back({span.first - first + at, span.count});
      }
    }
    if (begin.row < end.row) {
      const Snapshot::Span last = from.ClaimOrigins(end.row - 1);
      append(from.claim_origins, &joined_->claim_origins, from.ClaimOrigins(begin.row).first, last.first + last.count);
    }
  }

  const Snapshot& base_;
  const Snapshot& fresh_;
  const KnownPart& part_;
  std::shared_ptr<Snapshot> joined_ = std::make_shared<Snapshot>();
  std::vector<Stretch> stretches_;
  std::array<std::array<CodeMap, kFieldCount>, 2> maps_;  // Of the base and of what is fresh.
  size_t rows_ = 0;
};

// Puts claim lines on the rows of the base's provisions, where these now are.
class LinePlacer {
 public:
  LinePlacer(const KnownPart& part, Snapshot* snapshot) : part_(part), snapshot_(*snapshot) {}

  void Place() {
    if (part_.line_changes.empty()) return;
    FindRows();
    snapshot_.claim_origins = ChangedOrigins();
    FactTable& table = snapshot_.table;
    for (const auto& [row, change] : rows_) {
      const auto add = [row = row](auto* column, int64_t number) {
        if (number != 0) column->Set(row, static_cast<decltype((*column)[row])>(static_cast<int64_t>((*column)[row]) + number));
      };
      add(&table.declared, change->declared);
      add(&table.approved, change->approved);
      add(&table.claim_lines, change->lines);
      add(&table.answered_lines, change->answered);
    }
    IndexClaimOrigins(&snapshot_);
  }

 private:
  void FindRows() {
    absl::flat_hash_map<ClientId, uint32_t> numbers;
    for (const LineChange& change : part_.line_changes) numbers.emplace(change.client, 0);
    for (uint32_t client = 0; client < snapshot_.clients.size(); ++client) {
      const auto asked = numbers.find(snapshot_.clients[client]);
      if (asked != numbers.end()) asked->second = client;
    }
    for (const LineChange& change : part_.line_changes) rows_.emplace_back(RowOf(change, numbers.at(change.client)), &change);
    std::sort(rows_.begin(), rows_.end());
  }

  // The row of the month of the provision that has the allocation.
  uint32_t RowOf(const LineChange& change, uint32_t client) const {
    const FactTable& table = snapshot_.table;
    const Snapshot::ClientBegin begin = snapshot_.client_begin[client], end = snapshot_.client_begin[client + 1];
    const auto rows_begin = table.provision.begin() + begin.row, rows_end = table.provision.begin() + end.row;
    for (uint32_t provision = begin.provision; provision < end.provision; ++provision) {
      const Snapshot::Span span = snapshot_.provision_sources[provision];
      const auto sources = snapshot_.sources.begin() + span.first;
      const bool has = std::any_of(sources, sources + span.count, [&change](const Snapshot::Source& source) {
        return source.origin == change.batch && source.period == change.period;
      });
      if (!has) continue;
      // The rows of a client are in order of provision; those without one, which has the greatest number, are last.
      const auto first = static_cast<uint32_t>(std::lower_bound(rows_begin, rows_end, provision) - table.provision.begin());
      const auto says = [&](Field field, Word word) {
        return snapshot_.dictionaries[field].words[table.fields[field][first]] == word;
      };
      if (first == end.row || table.provision[first] != provision || table.fields[kLawField][first] != change.law ||
          !says(kProviderField, change.provider) || !says(kProductField, change.product) ||
          (change.product->empty() && !says(kCategoryField, change.category))) {
        continue;
      }
      const Month month = table.first_month + static_cast<Month>(table.fields[kMonthField][first]);
      return first + static_cast<uint32_t>(change.month - month);
    }
    // The ledger and the snapshot are not of one state: nothing that is worked out from them can be trusted.
    std::abort();
  }

  std::vector<uint32_t> ChangedOrigins() const {
    std::vector<uint32_t> origins;
    origins.reserve(snapshot_.claim_origins.size() + rows_.size());
    auto next = snapshot_.claim_origins.begin();
    for (size_t i = 0; i < rows_.size();) {
      const uint32_t row = rows_[i].first;
      const Snapshot::Span span = snapshot_.ClaimOrigins(row);
      const auto own = snapshot_.claim_origins.begin() + span.first;
      origins.insert(origins.end(), next, own + span.count);
      next = own + span.count;
      const auto first = origins.end() - span.count;
      std::vector<uint32_t> list(first, origins.end());
      for (; i < rows_.size() && rows_[i].first == row; ++i) {
        const LineChange& change = *rows_[i].second;
        if (change.lines > 0) list.push_back(change.origin);
        if (change.lines < 0) list.erase(std::find(list.begin(), list.end(), change.origin));
      }
      std::sort(list.begin(), list.end(),
                [this](uint32_t a, uint32_t b) { return *part_.known.batches[a].delivery < *part_.known.batches[b].delivery; });
      origins.erase(first, origins.end());
      origins.insert(origins.end(), list.begin(), list.end());
    }
    origins.insert(origins.end(), next, snapshot_.claim_origins.end());
    return origins;
  }

  const KnownPart& part_;
  Snapshot& snapshot_;
  std::vector<std::pair<uint32_t, const LineChange*>> rows_;  // In order of row.
};

// Leaves out of a dictionary what no row has.
void DropUnusedWords(size_t field, Snapshot* snapshot) {
  Column& column = snapshot->table.fields[field];
  Column& of_runs = snapshot->table.runs.fields[field];
  std::vector<Word>& words = snapshot->dictionaries[field].words;
  std::vector<bool> used(words.size());
  of_runs.Visit([&used](const auto& codes) {
    for (const auto code : codes) used[code] = true;
  });
  if (!used.empty()) used[0] = true;
  if (std::find(used.begin(), used.end(), false) == used.end()) return;
  CodeMap map(words.size());
  std::vector<Word> left;
  for (uint32_t code = 0; code < words.size(); ++code) {
    map[code] = static_cast<uint32_t>(left.size());
    if (used[code]) left.push_back(words[code]);
  }
  for (Column* codes : {&column, &of_runs}) {
    Column mapped(static_cast<uint32_t>(left.size()));
    mapped.reserve(codes->size());
    mapped.AppendMapped(*codes, 0, codes->size(), map);
    *codes = std::move(mapped);
  }
  words = std::move(left);
}

}  // namespace

void FinishRows(Snapshot* snapshot) {
  snapshot->table.FindRuns();
  FinishRuns(snapshot);
}

void FinishRuns(Snapshot* snapshot) {
  FactTable& table = snapshot->table;
  for (size_t field = 0; field < kFieldCount; ++field) {
    if (!snapshot->dictionaries[field].words.empty()) DropUnusedWords(field, snapshot);
  }
  const auto months = static_cast<size_t>(table.end_month - table.first_month);
  std::vector<uint8_t> counted(months), claimed(months);
  const FactTable::Runs& runs = table.runs;
  table.claim_lines.Visit([&](const auto& lines) {
    for (size_t run = 0; run < runs.size(); ++run) {
      const uint32_t begin = runs.begin[run], count = runs.begin[run + 1] - begin;
      const uint32_t month = runs.fields[kMonthField][run];
      const uint8_t counts = (runs.flags[run] & kCounts) != 0 ? 1 : 0;
      for (uint32_t i = 0; i < count; ++i) {
        counted[month + i] |= counts;
        claimed[month + i] = static_cast<uint8_t>(claimed[month + i] | (lines[begin + i] > 0 ? 1 : 0));
      }
    }
  });
  const auto range_of = [&table](const std::vector<uint8_t>& has) {
    MonthRange range;
    for (size_t i = 0; i < has.size(); ++i) {
      const Month month = table.first_month + static_cast<Month>(i);
      if (has[i] != 0) range.Include({month, month + 1});
    }
    return range;
  };
  snapshot->allocation_months = range_of(counted);
  snapshot->claim_months = range_of(claimed);
  for (const auto& [person, tally] : snapshot->tallies) {
    snapshot->version_count += tally.versions;
    snapshot->deleted_count += tally.deleted;
    snapshot->current_count += tally.current;
  }
  snapshot->client_count = static_cast<int64_t>(snapshot->clients.size());
  table.ListRuns();
}

std::shared_ptr<const Snapshot> PatchSnapshot(const Snapshot& base, const KnownPart& part, Month known_month) {
  const std::shared_ptr<Snapshot> fresh = BuildRows(part.known, known_month);
  fresh->table.FindRuns();
  std::shared_ptr<Snapshot> joined = Joiner(base, *fresh, part).Join();
  LinePlacer(part, joined.get()).Place();
  FinishRuns(joined.get());
  Describe(part.known, joined.get());
  return joined;
}

}  // namespace nmd::costs
