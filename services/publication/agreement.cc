// SPDX-License-Identifier: EUPL-1.2
#include "services/publication/agreement.h"

#include <algorithm>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "services/core/date.h"
#include "services/core/dutch.h"
#include "services/platform/config.h"
#include "services/platform/errors.h"
#include "services/platform/status_macros.h"

namespace nmd::publication {
namespace {

// Fewer may never be shown, whatever parties agree (domain-standards 5.4).
constexpr int32_t kSmallestMinimum = 5;

// Every subset of the dimensions is a question to costs.
constexpr int kMostDimensions = 4;

// Ids are part of names and of messages: keep them plain.
bool IsId(absl::string_view text) {
  return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_islower(static_cast<unsigned char>(c)) || absl::ascii_isdigit(static_cast<unsigned char>(c)) || c == '-';
  });
}

template <typename Values>
void CheckDistinct(const Values& values, const std::string& path, FieldCheck* check) {
  std::set<std::string> seen;
  for (int i = 0; i < values.size(); ++i) {
    const std::string at = absl::StrCat(path, "[", i, "]");
    check->Require(!values[i].empty(), at, "must not be empty");
    check->Require(seen.insert(values[i]).second, at, "is there twice");
  }
}

void CheckTable(const v1::TableRule& table, const std::string& path, FieldCheck* check) {
  check->Require(IsId(table.table()), absl::StrCat(path, ".table"), "must be lower-case letters, digits and dashes");
  check->Require(!table.title().empty(), absl::StrCat(path, ".title"), "is missing");
  // Hiding by anything but people would let one client with many provisions through.
  check->Require(table.measures_size() > 0 && table.measures(0) == "clients", absl::StrCat(path, ".measures"),
                 "must begin with clients, the count that decides what is hidden");
  CheckDistinct(table.measures(), absl::StrCat(path, ".measures"), check);
  check->Require(table.dimensions_size() >= 1 && table.dimensions_size() <= kMostDimensions, absl::StrCat(path, ".dimensions"),
                 absl::StrCat("must be 1 to ", kMostDimensions));
  CheckDistinct(table.dimensions(), absl::StrCat(path, ".dimensions"), check);
  for (int i = 0; i < table.filters_size(); ++i) {
    const std::string at = absl::StrCat(path, ".filters[", i, "]");
    check->Require(!table.filters(i).dimension().empty(), absl::StrCat(at, ".dimension"), "is missing");
    check->Require(table.filters(i).values_size() > 0, absl::StrCat(at, ".values"), "is missing");
  }
  check->Require(table.minimum_clients() >= kSmallestMinimum, absl::StrCat(path, ".minimum_clients"),
                 absl::StrCat("must be at least ", kSmallestMinimum));
}

}  // namespace

absl::StatusOr<std::vector<v1::Agreement>> CheckAgreements(const internal::v1::AgreementFile& file,
                                                           absl::string_view municipality) {
  const std::string prefix = absl::StrCat("municipalities/", municipality, "/agreements/");
  FieldCheck check;
  std::set<std::string> names;
  for (int i = 0; i < file.agreements_size(); ++i) {
    const v1::Agreement& agreement = file.agreements(i);
    const std::string path = absl::StrCat("agreements[", i, "]");
    check.Require(absl::StartsWith(agreement.name(), prefix) && IsId(absl::string_view(agreement.name()).substr(prefix.size())),
                  absl::StrCat(path, ".name"), absl::StrCat("must be ", prefix, "{agreement}"));
    check.Require(names.insert(agreement.name()).second, absl::StrCat(path, ".name"), "is there twice");
    const std::pair<const char*, const std::string*> words[] = {{"title", &agreement.title()},
                                                                {"purpose", &agreement.purpose()},
                                                                {"legal_basis", &agreement.legal_basis()},
                                                                {"contact", &agreement.contact()}};
    for (const auto& [field, text] : words) check.Require(!text->empty(), absl::StrCat(path, ".", field), "is missing");
    check.Require(agreement.audiences_size() > 0, absl::StrCat(path, ".audiences"), "is missing: nobody may see it");
    CheckDistinct(agreement.audiences(), absl::StrCat(path, ".audiences"), &check);
    const std::optional<Day> start = ParseDay(agreement.start_date()), end = ParseDay(agreement.end_date());
    check.Require(start.has_value(), absl::StrCat(path, ".start_date"), "must be a date, YYYY-MM-DD");
    check.Require(end.has_value(), absl::StrCat(path, ".end_date"), "must be a date, YYYY-MM-DD; every agreement ends");
    if (start && end) check.Require(*start < *end, absl::StrCat(path, ".end_date"), "must be after start_date");
    check.Require(agreement.tables_size() > 0, absl::StrCat(path, ".tables"), "is missing: nothing is shared");
    std::set<std::string> tables;
    for (int t = 0; t < agreement.tables_size(); ++t) {
      const std::string at = absl::StrCat(path, ".tables[", t, "]");
      CheckTable(agreement.tables(t), at, &check);
      check.Require(tables.insert(agreement.tables(t).table()).second, absl::StrCat(at, ".table"), "is there twice");
    }
  }
  NMD_RETURN_IF_ERROR(check.Result());
  std::vector<v1::Agreement> agreements(file.agreements().begin(), file.agreements().end());
  std::sort(agreements.begin(), agreements.end(), [](const auto& a, const auto& b) { return a.name() < b.name(); });
  return agreements;
}

absl::StatusOr<std::vector<v1::Agreement>> ReadAgreements(const std::string& path, absl::string_view municipality) {
  internal::v1::AgreementFile file;
  NMD_RETURN_IF_ERROR(ReadYamlFile(path, &file));
  return CheckAgreements(file, municipality);
}

bool InForce(const v1::Agreement& agreement, absl::Time now) {
  const std::optional<Day> start = ParseDay(agreement.start_date()), end = ParseDay(agreement.end_date());
  return start && end && nmd::Period{*start, *end}.Contains(dutch::CalendarDay(now));
}

}  // namespace nmd::publication
