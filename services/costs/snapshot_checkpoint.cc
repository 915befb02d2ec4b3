// SPDX-License-Identifier: EUPL-1.2
// The rows of a snapshot as a checkpoint. What follows from the rows and from the ledger is not in it.
#include <utility>

#include "services/costs/checkpoint.h"
#include "services/costs/snapshot_parts.h"

namespace nmd::costs {
namespace {

using internal::v1::CostsCheckpoint;

constexpr uint32_t kNoProvision = 0xffffffff;

struct ClientRow {
  Word word = nullptr;
  bool linked = false;
  Day birth = 0;
  uint32_t row_count = 0, provision_count = 0;
};
void EachField(RowOf<ClientRow> auto& f, auto visit) {
  visit(f.word), visit(f.linked), visit(f.birth), visit(f.row_count), visit(f.provision_count);
}
struct TallyRow {
  Word person = nullptr;
  VersionTally tally;
};
void EachField(RowOf<TallyRow> auto& f, auto visit) {
  visit(f.person), visit(f.tally.versions), visit(f.tally.deleted), visit(f.tally.current);
}
struct SourceRow {
  Day start = 0, end = 0;
  uint32_t origin = 0;
};
void EachField(RowOf<SourceRow> auto& f, auto visit) { visit(f.start), visit(f.end), visit(f.origin); }

// Columns of the table that hold plain numbers, in order; client codes follow from the clients.
template <typename Table, typename Visit>
void EachColumn(Table& table, Visit visit) {
  for (auto& field : table.fields) visit(field);
  visit(table.indicated), visit(table.declared), visit(table.approved), visit(table.claim_lines), visit(table.answered_lines);
  visit(table.provision), visit(table.flags), visit(table.from_day), visit(table.to_day);
}

template <typename... Types>
void WriteColumn(const PackedColumn<Types...>& column, ColumnWriter* to) {
  column.Visit([to](const auto& rows) {
    for (const auto value : rows) to->Add(value);
  });
}
template <typename T>
void WriteColumn(const RowVector<T>& rows, ColumnWriter* to) {
  for (const T value : rows) to->Add(value);
}

// Whether a value fits the column; a code must be one.
bool Fits(const Column& column, int64_t value) { return value >= 0 && value < column.cardinality(); }
bool Fits(const CountColumn&, int64_t value) { return std::in_range<uint32_t>(value); }
bool Fits(const AmountColumn&, int64_t) { return true; }
template <typename T>
bool Fits(const RowVector<T>&, int64_t value) {
  return std::in_range<T>(value);
}
template <typename T>
using ValueOf = std::decay_t<decltype(std::declval<T>()[0])>;

}  // namespace

void SaveRows(const Snapshot& snapshot, WordWriter* words, CostsCheckpoint::Snapshot* to) {
  const FactTable& table = snapshot.table;
  to->set_first_month(table.first_month);
  to->set_end_month(table.end_month);
  const auto write = [&](const auto& rows) { WriteTable(rows, words, to->add_tables()); };
  std::vector<ClientRow> clients;
  for (size_t c = 0; c < snapshot.clients.size(); ++c) {
    const Snapshot::ClientBegin begin = snapshot.client_begin[c], end = snapshot.client_begin[c + 1];
    clients.push_back({snapshot.clients[c].first, snapshot.clients[c].second, snapshot.births[c], end.row - begin.row,
                       end.provision - begin.provision});
  }
  write(clients);
  std::vector<TallyRow> tallies;
  for (const auto& [person, tally] : snapshot.tallies) tallies.push_back({person, tally});
  write(tallies);
  std::vector<NumberRow> source_counts, origins;
  for (const Snapshot::Span& span : snapshot.provision_sources) source_counts.push_back({span.count});
  for (const uint32_t origin : snapshot.claim_origins) origins.push_back({origin});
  write(source_counts);
  std::vector<SourceRow> sources;
  for (const Snapshot::Source& source : snapshot.sources) {
    sources.push_back({source.period.start, source.period.end, source.origin});
  }
  write(sources);
  write(origins);
  for (const Dictionary& dictionary : snapshot.dictionaries) {
    std::vector<WordRow> rows;
    for (const Word word : dictionary.words) rows.push_back({word});
    write(rows);
  }
  CostsCheckpoint::Table* columns = to->add_tables();
  columns->set_row_count(static_cast<int64_t>(table.size()));
  EachColumn(table, [columns](const auto& column) {
    ColumnWriter writer;
    WriteColumn(column, &writer);
    columns->add_columns(writer.Take());
  });
}

std::shared_ptr<Snapshot> LoadRows(const CostsCheckpoint::Snapshot& from, const std::vector<Word>& words, size_t batch_count) {
  auto snapshot = std::make_shared<Snapshot>();
  FactTable& table = snapshot->table;
  table.first_month = from.first_month();
  table.end_month = from.end_month();
  constexpr int kMostMonths = 12 * 10'000;
  if (table.end_month < table.first_month || table.end_month - table.first_month > kMostMonths) return nullptr;
  int next = 0;
  bool good = true;
  const auto read = [&](auto* rows) {
    good = good && next < from.tables_size() && ReadTable(from.tables(next), words, rows);
    ++next;
  };
  std::vector<ClientRow> clients;
  std::vector<TallyRow> tallies;
  std::vector<NumberRow> source_counts, origins;
  read(&clients);
  read(&tallies);
  read(&source_counts);
  std::vector<SourceRow> source_rows;
  read(&source_rows);
  read(&origins);
  for (size_t field = 0; field < kFieldCount; ++field) {
    std::vector<WordRow> rows;
    read(&rows);
    for (const WordRow& row : rows) snapshot->dictionaries[field].words.push_back(row.word);
    const bool fixed = field == kLawField || field == kSexField;
    table.fields[field] = Column(field == kMonthField ? static_cast<uint32_t>(table.end_month - table.first_month)
                                 : fixed              ? uint32_t{3}
                                                      : static_cast<uint32_t>(rows.size()));
  }
  if (!good || next + 1 != from.tables_size()) return nullptr;

  const CostsCheckpoint::Table& columns = from.tables(next);
  const auto rows = static_cast<size_t>(columns.row_count());
  int column_at = 0;
  EachColumn(table, [&](auto& column) {
    good = good && column_at < columns.columns_size() && columns.row_count() >= 0 && columns.columns(column_at).size() >= rows;
    if (!good) return;
    ColumnReader reader(columns.columns(column_at++));
    column.reserve(rows);
    for (size_t row = 0; row < rows && good; ++row) {
      const int64_t value = reader.Next();
      good = Fits(column, value);
      if (good) column.push_back(static_cast<ValueOf<decltype(column)>>(value));
    }
    good = good && reader.ok() && reader.done();
  });
  if (!good || column_at != columns.columns_size()) return nullptr;

  Snapshot::ClientBegin begin;
  table.client.reserve(rows);
  for (const ClientRow& client : clients) {
    if (client.row_count > rows - begin.row || client.provision_count > source_counts.size() - begin.provision) return nullptr;
    table.client.insert(table.client.end(), client.row_count, static_cast<uint32_t>(snapshot->clients.size()));
    snapshot->clients.emplace_back(client.word, client.linked);
    snapshot->births.push_back(client.birth);
    snapshot->client_begin.push_back(begin);
    begin.row += client.row_count;
    begin.provision += client.provision_count;
  }
  snapshot->client_begin.push_back(begin);
  uint64_t sources = 0, lines = 0;
  for (const NumberRow& row : source_counts) {
    snapshot->provision_sources.push_back({static_cast<uint32_t>(sources), row.number});
    sources += row.number;
  }
  for (const uint32_t provision : table.provision) {
    good = good && (provision == kNoProvision || provision < source_counts.size());
  }
  for (const SourceRow& source : source_rows) {
    good = good && source.origin < batch_count;
    snapshot->sources.push_back({{source.start, source.end}, source.origin});
  }
  for (const NumberRow& row : origins) {
    good = good && row.number < batch_count;
    snapshot->claim_origins.push_back(row.number);
  }
  table.claim_lines.Visit([&lines](const auto& counts) {
    for (const auto count : counts) lines += count;
  });
  if (!good || begin.row != rows || begin.provision != source_counts.size() || sources != snapshot->sources.size() ||
      lines != origins.size()) {
    return nullptr;
  }
  for (const TallyRow& row : tallies) snapshot->tallies.emplace(row.person, row.tally);
  IndexClaimOrigins(snapshot.get());
  FinishRows(snapshot.get());
  return snapshot;
}

}  // namespace nmd::costs
