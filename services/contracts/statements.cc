// SPDX-License-Identifier: EUPL-1.2
#include "services/contracts/statements.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "services/core/codes.h"
#include "services/platform/crypto.h"

namespace nmd::contracts {
namespace {

// ToewijzingNummer has nine digits (LDT_ToewijzingNummer), amounts ten with the cents. A quantity is kept in thousandths.
constexpr int64_t kMostNumber = 999'999'999;
constexpr int64_t kMostThousandths = 99'999'999'000;
constexpr Cents kMostCents = 9'999'999'999;
constexpr const char* kUnits[] = {"01", "04", "14", "16", "82", "83", "84"};

bool IsProduct(absl::string_view text) {
  return text.size() == 5 && std::all_of(text.begin(), text.end(), [](char c) { return absl::ascii_isalnum(c); });
}

}  // namespace

void CheckStatement(const v1::SubmitStatementRequest& request, Day today, FieldCheck& check) {
  int faults = 0;
  const auto require = [&](bool good, const std::string& path, absl::string_view text) {
    // The rest is told when these are mended.
    if (!good && ++faults <= kStatementFaults) check.Add(path, text);
    return good;
  };
  require(request.law() == "jeugdwet" || request.law() == "wmo", "law", "must be jeugdwet or wmo");
  const auto start = ParseDay(request.start_date()), end = ParseDay(request.end_date());
  require(start.has_value(), "start_date", "must be a date, as in 2018-01-01");
  require(end.has_value(), "end_date", "must be a date, as in 2019-01-01");
  Period months{0, 0};
  if (start && end) {
    const bool whole = *start < *end && CivilOf(*start).day == 1 && CivilOf(*end).day == 1;
    if (require(whole, "end_date", "must be the first day after whole months that begin on start_date") &&
        require(CivilOf(*start).year == CivilOf(*end - 1).year, "end_date", "must leave the months in one calendar year") &&
        require(*start >= DayOf(2015, 1, 1), "start_date", "must not be before 2015: the law is of that year") &&
        require(FirstDay(MonthOf(*end - 1)) <= today, "end_date", "must leave out months that did not begin yet")) {
      months = {*start, *end};
    }
  }
  if (!require(request.lines_size() <= kStatementLines, "lines",
               absl::StrCat("must be at most ", kStatementLines, "; send the months one by one"))) {
    return;
  }
  std::set<std::tuple<int64_t, std::string, std::string, Day>> seen;
  for (int i = 0; i < request.lines_size(); ++i) {
    const v1::StatementLine& line = request.lines(i);
    const auto at = [i](const char* field) { return absl::StrCat("lines[", i, "].", field); };
    require(1 <= line.allocation() && line.allocation() <= kMostNumber, at("allocation"), "must have one to nine digits");
    require(line.product().empty() || IsProduct(line.product()), at("product"), "must be empty or a product code");
    require(std::find(std::begin(kUnits), std::end(kUnits), line.unit()) != std::end(kUnits), at("unit"),
            "must be a unit of WJ756, as 04");
    require(1 <= line.volume_thousandths() && line.volume_thousandths() <= kMostThousandths, at("volume_thousandths"),
            "must be more than nothing, and less than 100.000.000 units");
    require(0 <= line.amount_cents() && line.amount_cents() <= kMostCents, at("amount_cents"),
            "must be 0 or more, and less than 100 million euros");
    const auto first = ParseDay(line.start_date()), after = ParseDay(line.end_date());
    require(first.has_value(), at("start_date"), "must be a date, as in 2018-01-01");
    require(after.has_value(), at("end_date"), "must be a date, as in 2018-02-01");
    if (!first || !after || months.Empty()) continue;
    require(months.Contains(*first), at("start_date"), "must be in the months of the statement");
    require(*first < *after && *after <= months.end, at("end_date"), "must be after start_date, and in the months");
    require(seen.emplace(line.allocation(), line.product(), line.unit(), *first).second, absl::StrCat("lines[", i, "]"),
            "is about the same allocation, product, unit and first day as another one");
  }
  if (faults > kStatementFaults) {
    check.Add("lines", absl::StrCat("has ", faults, " faults; the first ", kStatementFaults, " are named"));
  }
}

std::vector<v1::StatementLine> DraftOf(const AccountView& account, Law law, int year) {
  struct Row {
    Period period{0, 0};
    int64_t volume = 0;
    Cents amount = 0;
  };
  std::map<std::tuple<int64_t, std::string, std::string, Month>, Row> rows;
  account.ForEach([&](const Reconciliation& part, const Item& item) {
    const bool granted = item.standing == LineStanding::kApproved || item.standing == LineStanding::kTakenBack;
    if (item.kind != ItemKind::kLine || item.law != law || !granted || CivilOf(item.period.start).year != year) return;
    const LineRow& line = part.books.lines[static_cast<size_t>(item.at)];
    Row& row = rows[{line.allocation, std::string(line.product), std::string(line.unit), MonthOf(line.period.start)}];
    // Care is declared by month; a line that ends later was refused for that.
    const Period days = Intersect(line.period, MonthPeriod(MonthOf(line.period.start)));
    row.period = row.period.Empty() ? days : Period{std::min(row.period.start, days.start), std::max(row.period.end, days.end)};
    row.volume += line.IsCredit() ? -line.volume : line.volume;
    row.amount += line.amount;
  });
  std::vector<v1::StatementLine> lines;
  for (const auto& [key, row] : rows) {
    if (row.volume <= 0) continue;
    v1::StatementLine& line = lines.emplace_back();
    line.set_allocation(std::get<0>(key));
    line.set_product(std::get<1>(key));
    line.set_unit(std::get<2>(key));
    line.set_start_date(FormatDay(row.period.start));
    line.set_end_date(FormatDay(row.period.end));
    line.set_volume_thousandths(row.volume * 1000);
    line.set_amount_cents(row.amount);
  }
  return lines;
}

Sum OpenIn(const Balances& balances, Law law, int year) {
  const auto found = balances.find({law, year});
  return found == balances.end() ? Sum() : found->second.open;
}

std::string EtagOf(const std::vector<v1::StatementLine>& lines) {
  std::string text;
  for (const v1::StatementLine& line : lines) {
    absl::StrAppend(&text, line.allocation(), "\n", line.product(), "\n", line.unit(), "\n", line.start_date(), "\n",
                    line.end_date(), "\n", line.volume_thousandths(), "\n", line.amount_cents(), "\n");
  }
  return Sha256Hex(text).substr(0, 32);
}

}  // namespace nmd::contracts
