// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_DEPLOY_DEMO_EXPORT_TABLE_H_
#define NMD_DEPLOY_DEMO_EXPORT_TABLE_H_

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "deploy/demo/files.h"

// A CSV export in the style of a Dutch back office: semicolons, Dutch dates, decimal commas, CRLF.
namespace nmd::demo {

inline constexpr int64_t kSecondsPerDay = 86400;

inline size_t At(int i) { return static_cast<size_t>(i); }

inline std::string DutchDay(Day day) {
  const Civil c = CivilOf(day);
  return absl::StrFormat("%02d-%02d-%04d", c.day, c.month, c.year);
}

// The inclusive last day of a period; empty when it has none.
inline std::string DutchLastDay(Day end) { return end == kOpenEnd ? "" : DutchDay(end - 1); }

inline std::string DutchAmount(Cents amount) {
  const Cents positive = amount < 0 ? -amount : amount;
  return absl::StrFormat("%s%d,%02d", amount < 0 ? "-" : "", positive / 100, positive % 100);
}

inline absl::string_view LawName(Law law) { return law == Law::kYouth ? "jeugdwet" : "wmo"; }

class Table {
 public:
  explicit Table(absl::string_view header) : bytes_(absl::StrCat(header, "\r\n")) {}
  void Row(const std::vector<std::string>& fields) { absl::StrAppend(&bytes_, absl::StrJoin(fields, ";"), "\r\n"); }

  void SendTo(std::vector<File>* files, absl::string_view source, absl::string_view name, Day received) {
    File file;
    file.path = absl::StrCat("export/", name, ".csv");
    file.source = std::string(source);
    file.received = received * kSecondsPerDay + 7 * 3600;
    file.arrival = file.received + 3600;
    file.bytes = std::move(bytes_);
    files->push_back(std::move(file));
  }

 private:
  std::string bytes_;
};

}  // namespace nmd::demo

#endif  // NMD_DEPLOY_DEMO_EXPORT_TABLE_H_
