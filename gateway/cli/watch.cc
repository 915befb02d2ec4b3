// SPDX-License-Identifier: EUPL-1.2
#include "gateway/cli/watch.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <set>
#include <sstream>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "gateway/cli/deliver.h"
#include "nmd/ingestion/v1/ingestion.pb.h"
#include "services/core/dutch.h"
#include "services/platform/errors.h"
#include "services/platform/status_macros.h"

namespace nmd::cli {
namespace {

namespace fs = std::filesystem;

constexpr char kArchive[] = "archief";
constexpr char kErrors[] = "fout";
// More findings than this are counted in a report, not named.
constexpr int kNamedFindings = 100;
// Longest sleep at a time, so that a stop is soon.
constexpr absl::Duration kNap = absl::Seconds(1);

// What tells whether a file is still being written.
struct Look {
  uintmax_t size = 0;
  fs::file_time_type time;
  friend bool operator==(const Look&, const Look&) = default;
};

std::optional<Look> LookAt(const fs::path& path) {
  std::error_code error;
  Look look;
  look.size = fs::file_size(path, error);
  if (!error) look.time = fs::last_write_time(path, error);
  if (error) return std::nullopt;
  return look;
}

class Watcher {
 public:
  Watcher(const WatchOptions& watch, const ClientOptions& client, const Clock& clock, std::ostream& out)
      : watch_(watch), client_options_(client), client_(client), clock_(clock), out_(out) {}

  absl::Status Prepare() {
    for (const char* name : {kArchive, kErrors}) {
      std::error_code error;
      fs::create_directories(fs::path(watch_.folder) / name, error);
      if (error) return CannotUse(fs::path(watch_.folder) / name, error);
    }
    return absl::OkStatus();
  }

  absl::StatusOr<WatchSummary> Run() {
    absl::Duration pause = watch_.pause;
    NMD_RETURN_IF_ERROR(Take().status());  // The first look tells nothing: nothing is known to be complete.
    while (!watch_.stopped()) {
      Sleep(pause);
      if (watch_.stopped()) break;
      NMD_ASSIGN_OR_RETURN(const std::vector<Parcel> complete, Take());
      away_ = false;
      Deliver(complete);
      if (away_) {
        if (watch_.once) break;
        pause = std::min(pause * 2, watch_.longest);
        out_ << "de monitor is niet bereikbaar; opnieuw over " << absl::ToInt64Seconds(pause) << " s\n" << std::flush;
        continue;
      }
      pause = watch_.pause;
      const bool moving =
          std::any_of(complete.begin(), complete.end(), [&](const Parcel& parcel) { return stuck_.count(parcel.path) == 0; });
      if (watch_.once && (!moving || looks_.empty())) break;
    }
    return summary_;
  }

 private:
  static absl::Status CannotUse(const fs::path& path, const std::error_code& error) {
    return Fail(absl::StatusCode::kFailedPrecondition, ErrorReason::FIELDS_INVALID,
                absl::StrCat(path.string(), ": kan niet worden gebruikt: ", error.message()));
  }

  void Sleep(absl::Duration pause) {
    for (absl::Duration left = pause; left > absl::ZeroDuration() && !watch_.stopped(); left -= kNap) {
      client_options_.sleep(std::min(left, kNap));
    }
  }

  // Looks at the folder; answers with the files that did not change since the last look, in order of path.
  absl::StatusOr<std::vector<Parcel>> Take() {
    std::map<std::string, Look> now;
    std::vector<Parcel> complete;
    const fs::path folder = watch_.folder;
    std::vector<std::pair<fs::path, std::string>> places = {{folder, watch_.source}};
    std::error_code error;
    for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
      const std::string name = it->path().filename().string();
      std::error_code unreadable;
      if (it->is_directory(unreadable) && name != kArchive && name != kErrors && !IsUnfinished(name)) {
        places.emplace_back(it->path(), name);
      }
    }
    if (error) return CannotUse(folder, error);
    for (const auto& [place, source] : places) {
      // A subfolder that somebody takes away is no reason to stop.
      std::error_code gone;
      for (fs::directory_iterator it(place, gone), end; !gone && it != end; it.increment(gone)) {
        std::error_code unreadable;
        if (IsUnfinished(it->path().filename().string()) || !it->is_regular_file(unreadable)) continue;
        const std::optional<Look> look = LookAt(it->path());
        if (!look) continue;
        const std::string path = it->path().string();
        now[path] = *look;
        const auto before = looks_.find(path);
        if (before != looks_.end() && before->second == *look) complete.push_back({path, source, ""});
      }
    }
    looks_ = std::move(now);
    std::sort(complete.begin(), complete.end(), [](const Parcel& a, const Parcel& b) { return a.path < b.path; });
    return complete;
  }

  void Deliver(const std::vector<Parcel>& parcels) {
    std::ostringstream quiet;
    std::vector<std::pair<Parcel, absl::StatusOr<ingestion::v1::Delivery>>> results;
    cli::Deliver(parcels, watch_.jobs, client_options_, /*terminal=*/false, quiet,
                 [&](const Parcel& parcel, const absl::StatusOr<ingestion::v1::Delivery>& result) {
                   results.emplace_back(parcel, result);
                 });
    for (const auto& [parcel, result] : results) {
      const fs::path path = parcel.path;
      // It changed while it was delivered: what is there now is another file, and gets its own turn.
      const std::optional<Look> look = LookAt(path);
      if (!look || !(*look == looks_.at(parcel.path))) continue;
      if (result.ok()) {
        PutAway(path, *result);
      } else if (ExitCodeOf(result.status()) == 4) {
        Worse(result.status());
        away_ = true;
      } else {
        Worse(result.status());
        Move(path, fs::path(watch_.folder) / kErrors, "niet geleverd",
             absl::StrCat("Het bestand is niet geleverd.\n\n", ErrorText(result.status()), "\n"));
        ++summary_.refused;
      }
    }
  }

  void PutAway(const fs::path& path, const ingestion::v1::Delivery& delivery) {
    const bool rejected = delivery.state() == ingestion::v1::Delivery::REJECTED;
    std::string report;
    if (rejected || delivery.finding_count() > 0) {
      absl::StatusOr<std::string> text = ReportOf(delivery);
      if (!text.ok() && ExitCodeOf(text.status()) == 4) {
        // The delivery is known, so the file is put away at a next look.
        Worse(text.status());
        away_ = true;
        return;
      }
      report =
          text.ok() ? *std::move(text) : absl::StrCat("De bevindingen zijn niet te lezen.\n\n", ErrorText(text.status()), "\n");
    }
    fs::path folder = fs::path(watch_.folder) / kErrors;
    if (!rejected) {
      const Civil today = CivilOf(dutch::CalendarDay(clock_.Now()));
      folder = fs::path(watch_.folder) / kArchive / absl::StrFormat("%04d", today.year) / absl::StrFormat("%02d", today.month);
    }
    if (!Move(path, folder, rejected ? "afgekeurd" : "aangenomen", report)) return;
    ++(rejected ? summary_.refused : summary_.archived);
    if (!rejected) summary_.findings += delivery.finding_count();
  }

  // Rule, place and what to do; findings hold no values.
  absl::StatusOr<std::string> ReportOf(const ingestion::v1::Delivery& delivery) {
    ingestion::v1::ListFindingsResponse response;
    NMD_RETURN_IF_ERROR(client_.List(absl::StrCat(client_.parent(), "/findings"), {{"delivery", delivery.name()}}, &response));
    std::string text = absl::StrCat(
        delivery.state() == ingestion::v1::Delivery::REJECTED ? "Het bestand is afgekeurd. Het telt niet mee in de cijfers."
                                                              : "Het bestand is aangenomen. Er is iets over op te merken.",
        "\n\nLevering: ", delivery.name().substr(delivery.name().rfind('/') + 1), "\nBron: ", delivery.source(),
        "\nBevindingen: ", dutch::Number(response.findings_size()), "\n");
    for (int i = 0; i < std::min(response.findings_size(), kNamedFindings); ++i) {
      const ingestion::v1::Finding& finding = response.findings(i);
      absl::StrAppend(&text, "\n", i + 1, ". ", finding.rule(), finding.return_code().empty() ? "" : " (retourcode ",
                      finding.return_code(), finding.return_code().empty() ? "" : ")", "\n   Plaats: ", finding.place(),
                      "\n   ", finding.text(), "\n");
      if (!finding.owner().empty()) absl::StrAppend(&text, "   Op te lossen door: ", finding.owner(), "\n");
    }
    if (response.findings_size() > kNamedFindings) {
      absl::StrAppend(&text, "\nEn nog ", dutch::Number(response.findings_size() - kNamedFindings), ".\n");
    }
    return text;
  }

  // Moves a file into a folder under a name that is free there, with its report beside it when there is one. The report comes
  // first: whoever finds the file finds the report.
  bool Move(const fs::path& path, const fs::path& folder, absl::string_view outcome, const std::string& report) {
    std::error_code error;
    fs::create_directories(folder, error);
    fs::path target = folder / path.filename();
    for (int number = 2; !error && fs::exists(target, error); ++number) {
      target = folder / absl::StrCat(path.stem().string(), "-", number, path.extension().string());
    }
    if (!error && !report.empty()) {
      std::ofstream file(target.string() + ".txt", std::ios::binary | std::ios::trunc);
      file << report;
      file.close();
      if (!file) error = std::make_error_code(std::errc::io_error);
    }
    if (!error) fs::rename(path, target, error);
    if (error) {
      Worse(CannotUse(target, error));
      stuck_.insert(path.string());
      out_ << path.string() << ": " << outcome << ", maar kan niet worden weggelegd: " << error.message() << "\n" << std::flush;
      return false;
    }
    looks_.erase(path.string());
    out_ << path.string() << ": " << outcome << ", weggelegd als " << target.string() << "\n" << std::flush;
    return true;
  }

  void Worse(const absl::Status& status) {
    if (summary_.worst.ok() || ExitCodeOf(status) > ExitCodeOf(summary_.worst)) summary_.worst = status;
  }

  const WatchOptions& watch_;
  const ClientOptions& client_options_;
  ApiClient client_;
  const Clock& clock_;
  std::ostream& out_;
  std::map<std::string, Look> looks_;  // Of the last look, by path, without what was put away since.
  std::set<std::string> stuck_;        // Delivered, but could not be put away.
  bool away_ = false;                  // Nobody answers.
  WatchSummary summary_;
};

}  // namespace

absl::StatusOr<WatchSummary> Watch(const WatchOptions& watch, const ClientOptions& client, const Clock& clock,
                                   std::ostream& out) {
  Watcher watcher(watch, client, clock, out);
  NMD_RETURN_IF_ERROR(watcher.Prepare());
  return watcher.Run();
}

}  // namespace nmd::cli
