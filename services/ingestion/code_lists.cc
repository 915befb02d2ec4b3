// SPDX-License-Identifier: EUPL-1.2
#include "services/ingestion/code_lists.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "services/core/codes.h"
#include "services/ingestion/checks.h"
#include "services/ingestion/csv_rows.h"
#include "services/ingestion/message_reader.h"
#include "services/platform/errors.h"

namespace nmd::ingestion {
namespace {

constexpr char kMunicipalities[] = "gemeenten.csv";
constexpr char kProducts[] = "producten.csv";

bool HoldsOn(const absl::flat_hash_map<std::string, std::vector<Period>>& list, absl::string_view key, Day day) {
  const auto found = list.find(key);
  return found != list.end() &&
         std::any_of(found->second.begin(), found->second.end(), [day](const Period& period) { return period.Contains(day); });
}

std::string ProductKey(Law law, absl::string_view category, absl::string_view code) {
  return absl::StrCat(law == Law::kYouth ? "jw/" : "wmo/", category, "/", code);
}

// Reads one list; every fault of it goes to `faults`.
class ListFile {
 public:
  ListFile(std::string name, std::vector<std::string>* faults) : name_(std::move(name)), faults_(*faults) {}

  // Calls `take(fields, period)` with every sound row: the columns asked for, and the days it holds. False without the file.
  template <typename Take>
  bool Read(const std::filesystem::path& folder, std::vector<std::string> columns, Take take) {
    const std::filesystem::path path = folder / name_;
    if (!std::filesystem::exists(path)) return false;
    std::ifstream in(path, std::ios::binary);
    std::string text(std::istreambuf_iterator<char>(in), {});
    if (in.bad()) Fault(0, "cannot be read");
    absl::string_view rest = text;
    if (rest.substr(0, 3) == "\xEF\xBB\xBF") rest.remove_prefix(3);
    CsvRows rows(rest, ';', internal::v1::UTF_8);
    Row row;
    if (!rows.Next(&row) || !row.fault.empty()) {
      Fault(1, "must be a header");
      return true;
    }
    for (const char* validity : {"geldig_vanaf", "geldig_tot"}) columns.push_back(validity);
    std::vector<size_t> places;
    for (const std::string& column : columns) {
      const auto found =
          std::find_if(row.cells.begin(), row.cells.end(), [&](const Cell& cell) { return cell.text == column; });
      if (found == row.cells.end()) Fault(1, absl::StrCat("has no column ", column));
      places.push_back(static_cast<size_t>(found - row.cells.begin()));
    }
    const size_t width = row.cells.size();
    if (std::find(places.begin(), places.end(), width) != places.end()) return true;
    while (rows.Next(&row)) {
      if (!row.fault.empty()) {
        Fault(row.line, "is not a row of as many fields as the header");
        continue;
      }
      std::vector<std::string> fields;
      fields.reserve(places.size());
      for (const size_t place : places) fields.push_back(row.cells[place].text);
      const std::optional<Period> period = PeriodOf(row.line, fields[fields.size() - 2], fields.back());
      if (period) take(row.line, fields, *period);
    }
    if (!rows.Failure().empty()) Fault(0, "cannot be read to its end");
    return true;
  }

  void Fault(int64_t line, absl::string_view text) {
    faults_.push_back(line == 0 ? absl::StrCat(name_, " ", text) : absl::StrCat(name_, " line ", line, " ", text));
  }

 private:
  std::optional<Period> PeriodOf(int64_t line, absl::string_view first, absl::string_view last) {
    Period period = {INT32_MIN, kOpenEnd};
    const std::optional<Day> start = ParseDay(first), end = ParseDay(last);
    if ((!first.empty() && !start) || (!last.empty() && !end)) {
      Fault(line, "has a day that is not yyyy-mm-dd");
      return std::nullopt;
    }
    if (start) period.start = *start;
    if (end) period.end = *end + 1;
    if (!period.Empty()) return period;
    Fault(line, "ends before it begins");
    return std::nullopt;
  }

  const std::string name_;
  std::vector<std::string>& faults_;
};

// Days on which something in the message begins; the Dagtekening first.
std::vector<Day> BeginsOf(const ParsedMessage& m) {
  std::vector<Day> days = {m.header.dated_day};
  for (const AllocatedProduct& a : m.allocations) days.push_back(a.period.start);
  for (const StartedProduct& s : m.starts) days.push_back(s.allocation_start.value_or(s.start_day));
  for (const StoppedProduct& s : m.stops) days.push_back(s.allocation_start.value_or(s.period.start));
  for (const RequestedProduct& r : m.requests) days.push_back(r.period.start);
  if (m.claim) {
    for (const ClaimLine& line : m.claim->lines) days.push_back(line.period.start);
  }
  if (m.answer) {
    for (const ClaimLine& line : m.answer->lines) days.push_back(line.period.start);
  }
  return days;
}

// Calls `visit` with every product the message names, when the period of each begins, and what makes its place.
template <typename Visit>
void EachProduct(const ParsedMessage& m, Visit visit) {
  const auto in = [](std::string (*place)(size_t), size_t i) {
    return [place, i] { return absl::StrCat(place(i), "/Product/Code"); };
  };
  for (size_t i = 0; i < m.allocations.size(); ++i) {
    visit(m.allocations[i], m.allocations[i].period.start, in(AllocationPlace, i));
  }
  for (size_t i = 0; i < m.starts.size(); ++i) {
    const StartedProduct& start = m.starts[i];
    visit(start, start.allocation_start.value_or(start.start_day), in(StartPlace, i));
  }
  for (size_t i = 0; i < m.stops.size(); ++i) {
    const StoppedProduct& stop = m.stops[i];
    visit(stop, stop.allocation_start.value_or(stop.period.start), in(StopPlace, i));
  }
  for (size_t i = 0; i < m.requests.size(); ++i) {
    visit(m.requests[i], m.requests[i].period.start, in(RequestPlace, i));
  }
  for (size_t i = 0; m.change_request && i < m.change_request->added.size(); ++i) {
    const WantedProduct& added = m.change_request->added[i];
    visit(added, added.period.start, in(AddedPlace, i));
  }
  for (size_t i = 0; m.claim && i < m.claim->lines.size(); ++i) {
    const ClaimLine& line = m.claim->lines[i];
    visit(line, line.period.start, [&] { return absl::StrCat(LinePlace(m.type, line), "/ProductCode"); });
  }
}

}  // namespace

absl::StatusOr<CodeLists> CodeLists::Read(const std::string& folder) {
  CodeLists lists;
  std::error_code error;
  if (!std::filesystem::is_directory(folder, error)) {
    return Fail(absl::StatusCode::kFailedPrecondition, ErrorReason::FIELDS_INVALID, "code_list_dir is not a folder");
  }
  std::vector<std::string> faults;
  ListFile municipalities(kMunicipalities, &faults);
  municipalities.Read(folder, {"gemeentecode"},
                      [&](int64_t line, const std::vector<std::string>& fields, const Period& period) {
                        if (fields[0].size() != 4 || !IsDigits(fields[0]))
                          municipalities.Fault(line, "has a gemeentecode that is not 4 digits");
                        lists.municipalities_[fields[0]].push_back(period);
                      });
  ListFile products(kProducts, &faults);
  products.Read(folder, {"wet", "categorie", "productcode"},
                [&](int64_t line, const std::vector<std::string>& fields, const Period& period) {
                  if (fields[0] != "jw" && fields[0] != "wmo") products.Fault(line, "has a wet that is not jw or wmo");
                  if (fields[1].size() != 2) products.Fault(line, "has a categorie that is not 2 characters");
                  if (fields[2].empty() || fields[2].size() > 5) products.Fault(line, "has a productcode that is not 1 to 5");
                  const Law law = fields[0] == "jw" ? Law::kYouth : Law::kWmo;
                  lists.products_[ProductKey(law, fields[1], fields[2])].push_back(period);
                  lists.has_products_[law == Law::kYouth ? 0 : 1] = true;
                });
  if (faults.empty()) return lists;
  return Fail(absl::StatusCode::kFailedPrecondition, ErrorReason::FIELDS_INVALID,
              absl::StrCat("code_list_dir: ", absl::StrJoin(faults, "\n")));
}

bool CodeLists::IsMunicipality(absl::string_view code, Day day) const { return HoldsOn(municipalities_, code, day); }

bool CodeLists::IsProduct(Law law, absl::string_view category, absl::string_view code, Day day) const {
  return HoldsOn(products_, ProductKey(law, category, code), day);
}

std::vector<std::string> CodeLists::NotJudged() const {
  std::vector<std::string> rules;
  if (!HasMunicipalities()) rules.push_back(absl::StrCat("TR378: no ", kMunicipalities));
  if (!HasProducts(Law::kYouth)) rules.push_back(absl::StrCat("TR381 (iJw): no products of jw in ", kProducts));
  if (!HasProducts(Law::kWmo)) rules.push_back(absl::StrCat("TR381 (iWmo): no products of wmo in ", kProducts));
  return rules;
}

std::vector<Finding> CheckExternal(const ParsedMessage& m, Day known_day, const CodeLists& lists) {
  std::vector<Finding> findings;
  const auto add = [&](absl::string_view rule, std::string place) {
    const Rule& of = RuleById(rule);
    if (!of.HoldsFor(m.type)) return;
    const auto count = std::count_if(findings.begin(), findings.end(), [&](const Finding& f) { return f.rule == rule; });
    if (count > kMaxFindings) return;
    findings.push_back(FindingOf(of, m.type, count == kMaxFindings ? std::string(kMorePlaces) : std::move(place)));
  };
  if (m.header.dated_day > known_day) add("TR135", "Header/BerichtIdentificatie/Dagtekening");
  if (lists.HasMunicipalities()) {
    const std::vector<Day> days = BeginsOf(m);
    const bool exists =
        std::any_of(days.begin(), days.end(), [&](Day day) { return lists.IsMunicipality(m.Municipality(), day); });
    if (!exists) add("TR378", m.SenderIsMunicipality() ? "Header/Afzender" : "Header/Ontvanger");
    if (m.reply && !m.reply->municipality.empty() && !lists.IsMunicipality(m.reply->municipality, m.header.dated_day)) {
      add("TR378", "Antwoord/Woonplaatsbeginsel/Gemeente");
    }
  }
  if (lists.HasProducts(m.law)) {
    EachProduct(m, [&](const auto& said, Day day, const auto& place) {
      if (said.product.empty() || lists.IsProduct(m.law, said.category, said.product, day)) return;
      add("TR381", place());
    });
  }
  return findings;
}

}  // namespace nmd::ingestion
