// SPDX-License-Identifier: EUPL-1.2
#include "services/costs/rows.h"

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "nmd/internal/v1/costs_events.pb.h"
#include "services/costs/costs.h"
#include "services/costs/explain.h"
#include "services/costs/question.h"
#include "services/platform/check_words.h"
#include "services/platform/errors.h"
#include "services/platform/paging.h"
#include "services/platform/proto_time.h"
#include "services/platform/status_macros.h"

namespace nmd::costs {
namespace {

std::string ValueOf(const Snapshot& snapshot, size_t field, size_t row) {
  return snapshot.dictionaries[field].values[snapshot.table.fields[field][row]];
}

}  // namespace

std::vector<v1::FigureRow> FigureRows(const Snapshot& snapshot, const std::vector<uint32_t>& rows,
                                      const std::string& municipality) {
  const FactTable& table = snapshot.table;
  std::vector<v1::FigureRow> messages;
  for (const uint32_t row : rows) {
    v1::FigureRow& message = messages.emplace_back();
    const Month month = table.first_month + static_cast<Month>(table.fields[kMonthField][row]);
    message.set_month(FormatMonth(month));
    message.set_law(ValueOf(snapshot, kLawField, row));
    message.set_category(ValueOf(snapshot, kCategoryField, row));
    message.set_product(ValueOf(snapshot, kProductField, row));
    message.set_provider(ValueOf(snapshot, kProviderField, row));
    message.set_indicated_cents(table.indicated[row]);
    message.set_declared_cents(table.declared[row]);
    message.set_approved_cents(table.approved[row]);
    std::set<absl::string_view> deliveries;
    if ((table.flags[row] & kCounts) != 0) {
      const nmd::Period valid{FirstDay(month) + table.from_day[row] - 1, FirstDay(month) + table.to_day[row] - 1};
      message.mutable_valid()->set_start_date(FormatDay(valid.start));
      message.mutable_valid()->set_end_date(FormatDay(valid.end));
      const Snapshot::Span span = snapshot.provision_sources[table.provision[row]];
      for (uint32_t i = span.first; i < span.first + span.count; ++i) {
        if (snapshot.sources[i].period.Overlaps(valid))
          deliveries.insert(snapshot.origins[snapshot.sources[i].origin].delivery);
      }
    }
    const Snapshot::Span claims = snapshot.ClaimOrigins(row);
    for (uint32_t i = claims.first; i < claims.first + claims.count; ++i) {
      deliveries.insert(snapshot.origins[snapshot.claim_origins[i]].delivery);
    }
    for (const absl::string_view delivery : deliveries) {
      message.add_deliveries(absl::StrCat("municipalities/", municipality, "/deliveries/", delivery));
    }
  }
  const auto rank = [](const v1::FigureRow& row) {
    return std::tuple(absl::string_view(row.month()), absl::string_view(row.law()), absl::string_view(row.product()),
                      absl::string_view(row.provider()), absl::string_view(row.category()),
                      absl::string_view(row.valid().start_date()), absl::string_view(row.valid().end_date()),
                      row.indicated_cents(), row.declared_cents(), row.approved_cents());
  };
  std::sort(messages.begin(), messages.end(), [&rank](const v1::FigureRow& a, const v1::FigureRow& b) {
    if (rank(a) != rank(b)) return rank(a) < rank(b);
    return std::lexicographical_compare(a.deliveries().begin(), a.deliveries().end(), b.deliveries().begin(),
                                        b.deliveries().end());
  });
  return messages;
}

absl::StatusOr<v1::ListFigureRowsResponse> Costs::ListFigureRows(const Caller& caller,
                                                                 const v1::ListFigureRowsRequest& request) {
  v1::ExplainFigureRequest figure;
  figure.set_parent(request.parent());
  figure.set_measure(request.measure());
  if (request.has_period()) *figure.mutable_period() = request.period();
  if (request.time_case() == v1::ListFigureRowsRequest::kReferenceDate) figure.set_reference_date(request.reference_date());
  *figure.mutable_filters() = request.filters();
  *figure.mutable_age_from() = request.age_from();
  if (request.has_known_time()) *figure.mutable_known_time() = request.known_time();
  const absl::Time now = clock_.Now();
  NMD_ASSIGN_OR_RETURN(const AskedQuestion asked, ReadQuestion(*catalogue_, figure, now));
  FieldCheck check;
  CheckWords(request.purpose(), "purpose", kPurposeCharacters, check);
  check.Require(asked.unregistered_filters.empty(), "filters", "no source registers one of the dimensions");
  check.Require(CountsRows(*asked.question.measures.front()), "measure", "is not counted over provisions, so it has no rows");
  if (!check.ok()) return check.Result();
  NMD_ASSIGN_OR_RETURN(const Page page, ReadPage(request));

  const std::shared_ptr<const Snapshot> snapshot = SnapshotAt(asked.known);
  std::vector<v1::FigureRow> rows = FigureRows(*snapshot, RowsOfFigure(*snapshot, asked.question), municipality_);
  const auto total = static_cast<int64_t>(rows.size());
  const int64_t end = std::min(total, page.offset + page.size);
  v1::ListFigureRowsResponse response;
  for (int64_t i = page.offset; i < end; ++i) *response.add_rows() = std::move(rows[static_cast<size_t>(i)]);
  response.set_row_count(total);
  response.set_next_page_token(NextPageToken(request, end, total));
  *response.mutable_known_time() = TimestampOf(asked.known);

  internal::v1::CostsRowAccessEvent event;
  v1::RowAccess* access = event.mutable_access();
  *access->mutable_access_time() = TimestampOf(now);
  access->set_subject(caller.subject);
  access->set_purpose(request.purpose());
  access->set_measure(request.measure());
  if (request.has_period()) *access->mutable_period() = request.period();
  if (request.time_case() == v1::ListFigureRowsRequest::kReferenceDate) access->set_reference_date(request.reference_date());
  *access->mutable_filters() = request.filters();
  *access->mutable_known_time() = response.known_time();
  access->set_offset(page.offset);
  access->set_row_count(response.rows_size());
  MutexLock lock(mutex_);
  std::vector<JournalRecord> records;
  records.push_back({0, now, std::string(kRowsKind), event.SerializeAsString(), caller.subject});
  NMD_ASSIGN_OR_RETURN(journal_sequence_, journal_.Append(std::move(records), journal_sequence_));
  row_accesses_.push_back(std::make_unique<const v1::RowAccess>(std::move(*access)));
  return response;
}

absl::StatusOr<v1::ListRowAccessesResponse> Costs::ListRowAccesses(const Caller&,
                                                                   const v1::ListRowAccessesRequest& request) const {
  NMD_ASSIGN_OR_RETURN(const Page page, ReadPage(request));
  MutexLock lock(mutex_);
  v1::ListRowAccessesResponse response;
  const auto total = static_cast<int64_t>(row_accesses_.size());
  const int64_t end = std::min(total, page.offset + page.size);
  for (int64_t i = page.offset; i < end; ++i) {
    *response.add_row_accesses() = *row_accesses_[static_cast<size_t>(total - 1 - i)];
  }
  response.set_next_page_token(NextPageToken(request, end, total));
  return response;
}

}  // namespace nmd::costs
