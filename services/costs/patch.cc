// SPDX-License-Identifier: EUPL-1.2
// Snapshots from snapshots: the rows of the clients that differ are worked out again, the others are copied.
#include <algorithm>
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
      if (begin == end) return;
      from.table.fields[kMonthField].Visit([&](const auto& codes) {
        const auto [low, high] = std::minmax_element(codes.begin() + begin, codes.begin() + end);
        months.Include(
            {from.table.first_month + static_cast<Month>(*low), from.table.first_month + static_cast<Month>(*high) + 1});
      });
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
    for (uint32_t row = begin.row; row < end.row; ++row) {
      to.client.push_back(table.client[row] - stretch.first + first_client);
      const uint32_t provision = table.provision[row];
      to.provision.push_back(provision == kNoProvision ? kNoProvision : provision - begin.provision + first_provision);
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

// Leaves out of a dictionary what no row has.
void DropUnusedWords(Column* column, std::vector<Word>* words) {
  std::vector<bool> used(words->size());
  column->Visit([&used](const auto& codes) {
    for (const auto code : codes) used[code] = true;
  });
  if (!used.empty()) used[0] = true;
  if (std::find(used.begin(), used.end(), false) == used.end()) return;
  CodeMap map(words->size());
  std::vector<Word> left;
  for (uint32_t code = 0; code < words->size(); ++code) {
    map[code] = static_cast<uint32_t>(left.size());
    if (used[code]) left.push_back((*words)[code]);
  }
  Column mapped(static_cast<uint32_t>(left.size()));
  mapped.reserve(column->size());
  mapped.AppendMapped(*column, 0, column->size(), map);
  *column = std::move(mapped);
  *words = std::move(left);
}

}  // namespace

void FinishRows(Snapshot* snapshot) {
  FactTable& table = snapshot->table;
  for (size_t field = 0; field < kFieldCount; ++field) {
    std::vector<Word>& words = snapshot->dictionaries[field].words;
    if (!words.empty()) DropUnusedWords(&table.fields[field], &words);
  }
  const auto months = static_cast<size_t>(table.end_month - table.first_month);
  std::vector<bool> counted(months), claimed(months);
  table.fields[kMonthField].Visit([&](const auto& codes) {
    for (size_t row = 0; row < codes.size(); ++row) {
      if ((table.flags[row] & kCounts) != 0) counted[codes[row]] = true;
      if (table.claim_lines[row] > 0) claimed[codes[row]] = true;
    }
  });
  const auto range_of = [&table](const std::vector<bool>& has) {
    MonthRange range;
    for (size_t i = 0; i < has.size(); ++i) {
      const Month month = table.first_month + static_cast<Month>(i);
      if (has[i]) range.Include({month, month + 1});
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
  table.Index();
}

std::shared_ptr<const Snapshot> PatchSnapshot(const Snapshot& base, const KnownPart& part, Month known_month) {
  const std::shared_ptr<const Snapshot> fresh = BuildRows(part.known, known_month);
  std::shared_ptr<Snapshot> joined = Joiner(base, *fresh, part).Join();
  FinishRows(joined.get());
  Describe(part.known, joined.get());
  return joined;
}

}  // namespace nmd::costs
