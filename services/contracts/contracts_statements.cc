// SPDX-License-Identifier: EUPL-1.2
// What a provider itself says it delivered: taken in, kept, and filled in beforehand.
#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "services/contracts/account_access.h"
#include "services/contracts/account_items.h"
#include "services/contracts/contracts.h"
#include "services/contracts/statements.h"
#include "services/core/dutch.h"
#include "services/platform/errors.h"
#include "services/platform/paging.h"
#include "services/platform/proto_time.h"
#include "services/platform/status_macros.h"

namespace nmd::contracts {
namespace {

using v1::ProductionStatement;

Law LawNamed(absl::string_view law) { return law == "wmo" ? Law::kWmo : Law::kYouth; }
Period MonthsOf(const ProductionStatement& statement) {
  return {*ParseDay(statement.start_date()), *ParseDay(statement.end_date())};
}

// The law and the year of a draft's name; both empty and 0 when it has none.
std::pair<std::string, int> LawAndYearOf(const std::string& id) {
  const std::vector<std::string> parts = absl::StrSplit(id, '-');
  int year = 0;
  const bool good = parts.size() == 2 && (parts[0] == "jeugdwet" || parts[0] == "wmo") && parts[1].size() == 4 &&
                    absl::SimpleAtoi(parts[1], &year) && 2015 <= year && year <= 2100;
  return good ? std::make_pair(parts[0], year) : std::make_pair(std::string(), 0);
}

constexpr absl::string_view kDraftShape = "municipalities/{municipality}/accounts/{provider}/drafts/{law}-{year}";

}  // namespace

void Contracts::ApplyStatement(const internal::v1::StatementRecord& record) {
  const ProductionStatement& statement = record.statement();
  std::vector<AccountLedger::OwnRow> rows;
  rows.reserve(static_cast<size_t>(statement.lines_size()));
  for (const v1::StatementLine& line : statement.lines()) {
    rows.push_back({line.allocation(),
                    line.product(),
                    line.unit(),
                    {*ParseDay(line.start_date()), *ParseDay(line.end_date())},
                    line.volume_thousandths(),
                    line.amount_cents()});
  }
  ledger_.AddOwn(record.provider(), LawNamed(statement.law()), MonthsOf(statement),
                 absl::FromUnixMicros(MicrosOf(statement.time())), !statement.confirmed_draft().empty(), rows);
  Stated& stated = stated_[record.provider()];
  stated.by_request.emplace(record.request_id(), stated.all.size());
  ProductionStatement& held = stated.all.emplace_back(statement);
  // Rows are read from the journal when somebody wants them; the ledger has what accounts need of them.
  held.clear_lines();
  ++changes_;
  worked_.clear();
  Touch(record.provider());
}

ProductionStatement Contracts::ShownStatement(const std::string& provider, size_t at) const {
  const std::vector<ProductionStatement>& all = stated_.at(provider).all;
  ProductionStatement shown = all[at];
  const Period months = MonthsOf(shown);
  for (Month month = MonthOf(months.start); FirstDay(month) < months.end; ++month) {
    const bool replaced = std::any_of(all.begin() + static_cast<std::ptrdiff_t>(at) + 1, all.end(), [&](const auto& later) {
      return later.law() == shown.law() && MonthsOf(later).Contains(FirstDay(month));
    });
    if (replaced) shown.add_replaced_months(FormatMonth(month));
  }
  return shown;
}

absl::Status Contracts::AddOutcomes(const std::string& provider, ProductionStatement* statement) const {
  const Period months = MonthsOf(*statement);
  const Law law = LawNamed(statement->law());
  std::vector<Month> held;
  for (Month month = MonthOf(months.start); FirstDay(month) < months.end; ++month) {
    const auto& replaced = statement->replaced_months();
    if (std::find(replaced.begin(), replaced.end(), FormatMonth(month)) == replaced.end()) held.push_back(month);
  }
  if (held.empty()) return absl::OkStatus();
  NMD_ASSIGN_OR_RETURN(const std::shared_ptr<const Worked> worked, WorkOut(provider, clock_.Now()));
  CountOutcomes(
      *worked->account,
      [&](const Item& item) {
        return item.kind == ItemKind::kStatement && item.law == law &&
               std::find(held.begin(), held.end(), MonthOf(item.period.start)) != held.end();
      },
      statement->mutable_outcomes());
  return absl::OkStatus();
}

absl::StatusOr<ProductionStatement> Contracts::Store(const Caller& caller, const std::string& provider,
                                                     const std::string& request_id, ProductionStatement statement) {
  size_t at = 0;
  {
    MutexLock lock(mutex_);
    Stated& stated = stated_[provider];
    const auto before = stated.by_request.find(request_id);
    if (before != stated.by_request.end()) {
      at = before->second;
    } else {
      internal::v1::StatementRecord record;
      record.set_provider(provider);
      record.set_request_id(request_id);
      statement.set_name(
          absl::StrCat("municipalities/", municipality_, "/accounts/", provider, "/statements/", stated.all.size() + 1));
      // Of two the later one is known later, also when the clock went back.
      absl::Time known = clock_.Now();
      if (!stated.all.empty()) known = std::max(known, absl::FromUnixMicros(MicrosOf(stated.all.back().time())));
      *statement.mutable_time() = TimestampOf(known);
      statement.set_line_count(statement.lines_size());
      Cents amount = 0;
      for (const v1::StatementLine& line : statement.lines()) amount += line.amount_cents();
      statement.set_amount_cents(amount);
      *record.mutable_statement() = std::move(statement);
      NMD_RETURN_IF_ERROR(Write(kStatementKind, record, caller.subject));
      at = stated.all.size();
      ApplyStatement(record);
      parking_.Wake();
    }
    statement = ShownStatement(provider, at);
  }
  NMD_RETURN_IF_ERROR(AddOutcomes(provider, &statement));
  return statement;
}

absl::StatusOr<ProductionStatement> Contracts::SubmitStatement(const Caller& caller,
                                                               const v1::SubmitStatementRequest& request) {
  NMD_ASSIGN_OR_RETURN(const std::string provider, ProviderOfAccount(caller, request.parent(), "parent"));
  FieldCheck check;
  CheckRequestId(request.request_id(), check);
  CheckStatement(request, dutch::CalendarDay(clock_.Now()), check);
  NMD_RETURN_IF_ERROR(check.Result());
  // Nothing is kept of who has no account here.
  NMD_RETURN_IF_ERROR(WorkOut(provider, clock_.Now()).status());
  ProductionStatement statement;
  statement.set_law(request.law());
  statement.set_start_date(request.start_date());
  statement.set_end_date(request.end_date());
  *statement.mutable_lines() = request.lines();
  return Store(caller, provider, request.request_id(), std::move(statement));
}

absl::StatusOr<ProductionStatement> Contracts::GetStatement(const Caller& caller,
                                                            const v1::GetStatementRequest& request) const {
  NMD_ASSIGN_OR_RETURN(const std::vector<std::string> parts,
                       PartsOfAccount(caller, request.name(), "name", "accounts", 6,
                                      "municipalities/{municipality}/accounts/{provider}/statements/{number}"));
  int64_t number = 0;
  ProductionStatement statement;
  {
    MutexLock lock(mutex_);
    const auto stated = stated_.find(parts[3]);
    const bool known = parts[4] == "statements" && stated != stated_.end() && absl::SimpleAtoi(parts[5], &number) &&
                       1 <= number && number <= static_cast<int64_t>(stated->second.all.size()) &&
                       parts[5] == absl::StrCat(number);
    if (!known) return NotFound(request.name());
    statement = ShownStatement(parts[3], static_cast<size_t>(number) - 1);
  }
  NMD_RETURN_IF_ERROR(journal_.Replay(0, [&](const JournalRecord& record) {
    if (record.kind != kStatementKind) return true;
    internal::v1::StatementRecord stored;
    if (!stored.ParseFromString(record.payload) || stored.statement().name() != statement.name()) return true;
    *statement.mutable_lines() = std::move(*stored.mutable_statement()->mutable_lines());
    return false;
  }));
  NMD_RETURN_IF_ERROR(AddOutcomes(parts[3], &statement));
  return statement;
}

absl::StatusOr<v1::ListStatementsResponse> Contracts::ListStatements(const Caller& caller,
                                                                     const v1::ListStatementsRequest& request) const {
  NMD_ASSIGN_OR_RETURN(const std::string provider, ProviderOfAccount(caller, request.parent(), "parent"));
  NMD_ASSIGN_OR_RETURN(const Page page, ReadPage(request));
  v1::ListStatementsResponse response;
  {
    MutexLock lock(mutex_);
    const auto stated = stated_.find(provider);
    if (stated == stated_.end()) return response;
    int64_t total = 0;
    for (size_t i = stated->second.all.size(); i-- > 0;) {
      if (request.year() != 0 && CivilOf(MonthsOf(stated->second.all[i]).start).year != request.year()) continue;
      if (total >= page.offset && total < page.offset + page.size) *response.add_statements() = ShownStatement(provider, i);
      ++total;
    }
    response.set_next_page_token(NextPageToken(request, page.offset + page.size, total));
  }
  for (ProductionStatement& statement : *response.mutable_statements()) {
    NMD_RETURN_IF_ERROR(AddOutcomes(provider, &statement));
  }
  return response;
}

absl::StatusOr<v1::StatementDraft> Contracts::GetStatementDraft(const Caller& caller,
                                                                const v1::GetStatementDraftRequest& request) const {
  NMD_ASSIGN_OR_RETURN(const std::vector<std::string> parts,
                       PartsOfAccount(caller, request.name(), "name", "accounts", 6, kDraftShape));
  const auto [law, year] = LawAndYearOf(parts[5]);
  FieldCheck check;
  check.Require(parts[4] == "drafts" && year != 0, "name", absl::StrCat("must be ", kDraftShape));
  NMD_RETURN_IF_ERROR(check.Result());
  const absl::Time now = clock_.Now();
  NMD_ASSIGN_OR_RETURN(const std::shared_ptr<const Worked> worked, WorkOut(parts[3], now));
  const std::vector<v1::StatementLine> lines = DraftOf(*worked->account, LawNamed(law), year);
  v1::StatementDraft draft;
  draft.set_name(request.name());
  draft.set_law(law);
  draft.set_year(year);
  Cents amount = 0;
  for (const v1::StatementLine& line : lines) {
    amount += line.amount_cents();
    *draft.add_lines() = line;
  }
  draft.set_amount_cents(amount);
  const Sum open = OpenIn(worked->account->balances, LawNamed(law), year);
  draft.mutable_open()->set_count(open.count);
  draft.mutable_open()->set_amount_cents(open.amount);
  draft.set_etag(EtagOf(lines));
  *draft.mutable_known_time() = TimestampOf(now);
  return draft;
}

absl::StatusOr<ProductionStatement> Contracts::ConfirmStatementDraft(const Caller& caller,
                                                                     const v1::ConfirmStatementDraftRequest& request) {
  NMD_ASSIGN_OR_RETURN(const std::vector<std::string> parts,
                       PartsOfAccount(caller, request.name(), "name", "accounts", 6, kDraftShape));
  FieldCheck check;
  CheckRequestId(request.request_id(), check);
  check.Require(!request.etag().empty(), "etag", "must be that of the draft");
  NMD_RETURN_IF_ERROR(check.Result());
  bool repeated = false;
  {
    MutexLock lock(mutex_);
    const auto stated = stated_.find(parts[3]);
    repeated = stated != stated_.end() && stated->second.by_request.count(request.request_id()) != 0;
  }
  // Later answers may have changed the draft since.
  if (repeated) return Store(caller, parts[3], request.request_id(), {});
  v1::GetStatementDraftRequest read;
  read.set_name(request.name());
  NMD_ASSIGN_OR_RETURN(v1::StatementDraft draft, GetStatementDraft(caller, read));
  if (draft.etag() != request.etag()) {
    return Fail(absl::StatusCode::kAborted, ErrorReason::WRITE_CONFLICT,
                "the draft changed since it was read; read it again and confirm that");
  }
  const Day today = dutch::CalendarDay(clock_.Now());
  const Day end = std::min(DayOf(draft.year() + 1, 1, 1), FirstDay(MonthOf(today) + 1));
  check.Require(DayOf(draft.year(), 1, 1) < end, "name", "must be of a year that began");
  NMD_RETURN_IF_ERROR(check.Result());
  ProductionStatement statement;
  statement.set_law(draft.law());
  statement.set_start_date(FormatDay(DayOf(draft.year(), 1, 1)));
  statement.set_end_date(FormatDay(end));
  statement.set_confirmed_draft(draft.etag());
  for (v1::StatementLine& line : *draft.mutable_lines()) {
    // Care that is declared for months to come is not delivered yet.
    if (*ParseDay(line.start_date()) < end) *statement.add_lines() = std::move(line);
  }
  return Store(caller, parts[3], request.request_id(), std::move(statement));
}

}  // namespace nmd::contracts
