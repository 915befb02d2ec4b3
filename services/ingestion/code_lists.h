// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_INGESTION_CODE_LISTS_H_
#define NMD_SERVICES_INGESTION_CODE_LISTS_H_

#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/core/date.h"
#include "services/ingestion/message.h"

// The rules that need a list from outside, or the calendar: level 4.
namespace nmd::ingestion {

// Lists of codes that an operator puts in a folder, as CSV with a header, UTF-8, separated by ";":
//
//   gemeenten.csv   gemeentecode;geldig_vanaf;geldig_tot              municipalities of CBS: 4 digits
//   producten.csv   wet;categorie;productcode;geldig_vanaf;geldig_tot  the product list in use: wet is jw or wmo
//
// Days are yyyy-mm-dd, geldig_tot is the last day, and both may be empty; further columns are ignored. A code that holds in
// several periods has a row for each. A rule whose list is absent is not judged.
// Immutable; thread-safe.
class CodeLists {
 public:
  // No lists.
  CodeLists() = default;
  // Reads what is there of the two files. Errors: FAILED_PRECONDITION with every faulty line of both, or when the folder
  // cannot be read.
  static absl::StatusOr<CodeLists> Read(const std::string& folder);

  bool HasMunicipalities() const { return !municipalities_.empty(); }
  // Whether the municipality (4 digits) exists on the day.
  bool IsMunicipality(absl::string_view code, Day day) const;
  bool HasProducts(Law law) const { return has_products_[law == Law::kYouth ? 0 : 1]; }
  // Whether the product code is in the list under this category on the day.
  bool IsProduct(Law law, absl::string_view category, absl::string_view code, Day day) const;

  // What is not judged for want of a list, for the log at start. Example: "TR381 (iWmo): no producten.csv".
  std::vector<std::string> NotJudged() const;

 private:
  using Periods = std::vector<Period>;
  absl::flat_hash_map<std::string, Periods> municipalities_;
  absl::flat_hash_map<std::string, Periods> products_;  // By law, category and code: "jw/45/45A04".
  bool has_products_[2] = {false, false};
};

// Judges what a message says against lists and the calendar: TR135, TR378 and TR381. In order of rule, then of the message.
// `known_day` is the day on which the message was received; never the wall clock, so that an archive gives the same findings
// whenever it is read. No finding is fatal.
// A municipality must exist on the Dagtekening or on a day on which something in the message begins (TR378: after a merger an
// older list may be used). A product must be in the list when its period begins; without a code there is nothing to judge.
// REQUIRES: the message comes out of ReadMessage without findings.
std::vector<Finding> CheckExternal(const ParsedMessage& message, Day known_day, const CodeLists& lists);

}  // namespace nmd::ingestion

#endif  // NMD_SERVICES_INGESTION_CODE_LISTS_H_
