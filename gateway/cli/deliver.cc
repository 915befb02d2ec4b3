// SPDX-License-Identifier: EUPL-1.2
#include "gateway/cli/deliver.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <optional>
#include <set>
#include <sstream>
#include <thread>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gateway/cli/progress.h"
#include "google/longrunning/operations.pb.h"
#include "google/protobuf/util/json_util.h"
#include "google/protobuf/util/time_util.h"
#include "nmd/ingestion/v1/ingestion.pb.h"
#include "services/core/dutch.h"
#include "services/platform/crypto.h"
#include "services/platform/errors.h"
#include "services/platform/mutex.h"
#include "services/platform/status_macros.h"

namespace nmd::cli {
namespace {

constexpr size_t kChunk = 1 << 20;
// An upload whose chunks do not land after so many corrections is given up.
constexpr int kCorrections = 10;

enum class Outcome { kAccepted, kRejected, kDuplicate };

struct Delivered {
  Outcome outcome;
  int64_t findings = 0;
  ingestion::v1::Delivery delivery;  // Empty when the same bytes came before in this run.
};

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream content;
  content << file.rdbuf();
  if (!file || std::filesystem::is_directory(path)) return absl::InvalidArgumentError("het bestand kan niet worden gelezen");
  return content.str();
}

// One connection's work.
class Courier {
 public:
  explicit Courier(const ClientOptions& options) : client_(options) {}

  // `first` says whether these bytes are new to the run.
  absl::StatusOr<Delivered> Deliver(const Parcel& parcel, const std::function<bool(const std::string& sha)>& first) {
    NMD_ASSIGN_OR_RETURN(const std::string content, ReadFile(parcel.path));
    const std::string sha = Sha256Hex(content);
    if (!first(sha)) return Delivered{Outcome::kDuplicate, 0, {}};
    // A delivery is named by its bytes, so whether it is there can be asked before anything is sent.
    ingestion::v1::Delivery delivery;
    const std::string name = absl::StrCat(client_.parent(), "/deliveries/", sha.substr(0, 32));
    const absl::Status known = client_.Get(name, {}, &delivery);
    // One that comes in the place of others may be there, and they too.
    if (known.ok() && parcel.replaces.empty()) return Delivered{Outcome::kDuplicate, 0, delivery};
    if (!known.ok() && known.code() != absl::StatusCode::kNotFound) return known;

    if (content.size() <= kChunk) {
      NMD_RETURN_IF_ERROR(DeliverWhole(parcel, content, &delivery));
    } else {
      NMD_RETURN_IF_ERROR(Upload(parcel, content, sha, name, &delivery));
    }
    return Delivered{delivery.state() == ingestion::v1::Delivery::REJECTED ? Outcome::kRejected : Outcome::kAccepted,
                     delivery.finding_count(), delivery};
  }

 private:
  static std::string FileName(const Parcel& parcel) { return std::filesystem::path(parcel.path).filename().string(); }

  static absl::Status SetReceived(const Parcel& parcel, google::protobuf::Timestamp* time) {
    if (!google::protobuf::util::TimeUtil::FromString(parcel.received_time, time)) {
      return absl::InvalidArgumentError(
          absl::StrCat("\"", parcel.received_time, "\" is geen moment zoals 2018-03-31T12:00:00Z"));
    }
    return absl::OkStatus();
  }

  absl::Status DeliverWhole(const Parcel& parcel, const std::string& content, ingestion::v1::Delivery* delivery) {
    ingestion::v1::DeliverFileRequest request;
    request.set_source(parcel.source);
    request.set_file_name(FileName(parcel));
    request.set_content(content);
    for (const std::string& replaced : parcel.replaces) request.add_replaces(replaced);
    if (!parcel.received_time.empty()) NMD_RETURN_IF_ERROR(SetReceived(parcel, request.mutable_received_time()));
    return client_.Post(absl::StrCat(client_.parent(), "/deliveries/_deliver"), request, delivery);
  }

  absl::Status Upload(const Parcel& parcel, const std::string& content, const std::string& sha, const std::string& name,
                      ingestion::v1::Delivery* delivery) {
    ingestion::v1::Upload wanted;
    wanted.set_source(parcel.source);
    wanted.set_file_name(FileName(parcel));
    for (const std::string& replaced : parcel.replaces) wanted.add_replaces(replaced);
    if (!parcel.received_time.empty()) NMD_RETURN_IF_ERROR(SetReceived(parcel, wanted.mutable_received_time()));
    // The request id follows from the bytes, so a later run finds the upload this one left.
    const std::string uuid = absl::StrCat(sha.substr(0, 8), "-", sha.substr(8, 4), "-", sha.substr(12, 4), "-",
                                          sha.substr(16, 4), "-", sha.substr(20, 12));
    ingestion::v1::Upload upload;
    NMD_RETURN_IF_ERROR(
        client_.PostJson(absl::StrCat(client_.parent(), "/uploads"), {{"request_id", uuid}}, JsonOf(wanted), &upload));
    int corrections = 0;
    for (auto offset = static_cast<size_t>(upload.committed_size()); offset < content.size();) {
      ingestion::v1::AppendUploadRequest chunk;
      chunk.set_write_offset(static_cast<int64_t>(offset));
      chunk.set_data(content.substr(offset, kChunk));
      const std::string path = absl::StrCat(upload.name(), "/_append");
      absl::Status sent = client_.Post(path, chunk, &upload);
      if (sent.ok()) {
        offset = static_cast<size_t>(upload.committed_size());
        continue;
      }
      int64_t committed = 0;
      if (ReasonOf(sent) != ErrorReason::UPLOAD_OFFSET_WRONG || ++corrections > kCorrections ||
          !absl::SimpleAtoi(MetadataOf(sent, "committed_size"), &committed)) {
        return sent;
      }
      offset = static_cast<size_t>(committed);
    }
    google::longrunning::Operation operation;
    const std::string upload_name = upload.name();
    const absl::Status completed = client_.PostJson(absl::StrCat(upload_name, "/_complete"), {}, "{}", &operation);
    // An answer that was lost on the way: the upload is gone because it was completed.
    if (completed.code() == absl::StatusCode::kNotFound) return client_.Get(name, {}, delivery);
    NMD_RETURN_IF_ERROR(completed);
    return client_.Await(&operation, nullptr, delivery);
  }

  static std::string JsonOf(const ingestion::v1::Upload& upload) {
    std::string json;
    return google::protobuf::util::MessageToJsonString(upload, &json).ok() ? json : "{}";
  }

  ApiClient client_;
};

// Splits a CSV line; quotes as in RFC 4180.
std::vector<std::string> SplitCsv(absl::string_view line) {
  std::vector<std::string> fields(1);
  bool quoted = false;
  for (size_t i = 0; i < line.size(); ++i) {
    if (quoted && line[i] == '"' && i + 1 < line.size() && line[i + 1] == '"') {
      fields.back().push_back(line[++i]);
    } else if (line[i] == '"') {
      quoted = !quoted;
    } else if (line[i] == ',' && !quoted) {
      fields.emplace_back();
    } else {
      fields.back().push_back(line[i]);
    }
  }
  return fields;
}

// What the workers share.
class Round {
 public:
  Round(size_t total, bool terminal, std::ostream& progress, const DeliveryReport& report)
      : total_(total), terminal_(terminal), progress_(progress), report_(report) {}

  // The next file to begin, or nothing when all are begun or the round was given up.
  std::optional<size_t> Next() {
    MutexLock lock(mutex_);
    if (stopped_ || next_ == total_) return std::nullopt;
    return next_++;
  }

  bool First(const std::string& sha) {
    MutexLock lock(mutex_);
    return report_ != nullptr || seen_.insert(sha).second;
  }

  void Done(const Parcel& parcel, const absl::StatusOr<Delivered>& result) {
    MutexLock lock(mutex_);
    ++done_;
    if (report_ != nullptr) {
      report_(parcel, result.ok() ? absl::StatusOr<ingestion::v1::Delivery>(result->delivery) : result.status());
    }
    if (result.ok()) {
      summary_.findings += result->findings;
      ++(result->outcome == Outcome::kAccepted   ? summary_.accepted
         : result->outcome == Outcome::kRejected ? summary_.rejected
                                                 : summary_.duplicate);
    } else {
      ++summary_.failed;
      if (terminal_) progress_ << "\r\033[K";
      progress_ << parcel.path << ": " << ErrorText(result.status()) << "\n";
      if (summary_.worst.ok() || ExitCodeOf(result.status()) > ExitCodeOf(summary_.worst)) summary_.worst = result.status();
      // Every further file would wait as long for nothing.
      if (ExitCodeOf(result.status()) == 4) stopped_ = true;
    }
    ShowProgress(done_ - 1, done_, total_, "bestanden", terminal_, progress_);
  }

  DeliverySummary Finish() {
    MutexLock lock(mutex_);
    if (terminal_ && total_ > 0) progress_ << "\n";
    return summary_;
  }

 private:
  const size_t total_;
  const bool terminal_;
  std::ostream& progress_;
  const DeliveryReport& report_;
  Mutex mutex_;
  size_t next_ ABSL_GUARDED_BY(mutex_) = 0;
  size_t done_ ABSL_GUARDED_BY(mutex_) = 0;
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
  std::set<std::string> seen_ ABSL_GUARDED_BY(mutex_);
  DeliverySummary summary_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace

absl::StatusOr<std::vector<Parcel>> ReadManifest(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  const auto fault = [&](int number, absl::string_view text) {
    return absl::InvalidArgumentError(absl::StrCat(path, ":", number, ": ", text));
  };
  if (!std::getline(file, line)) return fault(1, "kan niet worden gelezen, of is leeg");
  const std::vector<std::string> header = SplitCsv(absl::StripTrailingAsciiWhitespace(line));
  const auto column = [&](absl::string_view name) { return std::find(header.begin(), header.end(), name) - header.begin(); };
  const auto columns = static_cast<ptrdiff_t>(header.size());
  const ptrdiff_t received = column("received"), source = column("source"), name = column("file");
  if (received == columns || source == columns || name == columns) {
    return fault(1, "de kop moet de kolommen received, source en file hebben");
  }
  const std::filesystem::path folder = std::filesystem::path(path).parent_path();
  std::vector<Parcel> parcels;
  for (int number = 2; std::getline(file, line); ++number) {
    const absl::string_view text = absl::StripTrailingAsciiWhitespace(line);
    if (text.empty()) continue;
    const std::vector<std::string> fields = SplitCsv(text);
    if (fields.size() != header.size())
      return fault(number, absl::StrCat("heeft ", fields.size(), " velden in plaats van ", header.size()));
    const std::string& file_name = fields[static_cast<size_t>(name)];
    google::protobuf::Timestamp time;
    const std::string& moment = fields[static_cast<size_t>(received)];
    if (file_name.empty()) return fault(number, "noemt geen bestand");
    if (!moment.empty() && !google::protobuf::util::TimeUtil::FromString(moment, &time)) {
      return fault(number, "received is geen moment zoals 2018-03-31T12:00:00Z");
    }
    parcels.push_back({(folder / file_name).string(), fields[static_cast<size_t>(source)], moment});
  }
  return parcels;
}

bool IsUnfinished(absl::string_view file_name) {
  return file_name.empty() || file_name[0] == '.' || absl::EndsWithIgnoreCase(file_name, ".part") ||
         absl::EndsWithIgnoreCase(file_name, ".tmp");
}

absl::StatusOr<std::vector<std::string>> ExpandPaths(const std::vector<std::string>& paths) {
  std::vector<std::string> files;
  for (const std::string& path : paths) {
    std::error_code error;
    if (!std::filesystem::is_directory(path, error)) {
      // A name that leads nowhere fails when it is delivered, as one file of many; a link that loops leads nowhere too.
      files.push_back(path);
      continue;
    }
    std::vector<std::string> found;
    std::filesystem::recursive_directory_iterator it(path, error), end;
    for (; !error && it != end; it.increment(error)) {
      const bool unfinished = IsUnfinished(it->path().filename().string());
      if (unfinished && it->is_directory()) it.disable_recursion_pending();
      if (!unfinished && it->is_regular_file()) found.push_back(it->path().string());
    }
    if (error) return absl::InvalidArgumentError(absl::StrCat(path, ": de map kan niet worden gelezen"));
    std::sort(found.begin(), found.end());
    files.insert(files.end(), found.begin(), found.end());
  }
  return files;
}

DeliverySummary Deliver(const std::vector<Parcel>& parcels, int jobs, const ClientOptions& options, bool terminal,
                        std::ostream& progress, const DeliveryReport& report) {
  Round round(parcels.size(), terminal, progress, report);
  std::vector<std::thread> workers;
  const int count = std::min(std::max(jobs, 1), static_cast<int>(parcels.size()));
  workers.reserve(static_cast<size_t>(count));
  for (int i = 0; i < count; ++i) {
    workers.emplace_back([&] {
      Courier courier(options);
      const auto first = [&](const std::string& sha) { return round.First(sha); };
      while (const std::optional<size_t> next = round.Next())
        round.Done(parcels[*next], courier.Deliver(parcels[*next], first));
    });
  }
  for (std::thread& worker : workers) worker.join();
  return round.Finish();
}

std::string SummaryText(const DeliverySummary& summary) {
  return absl::StrCat(dutch::Number(summary.accepted), " aangenomen, ", dutch::Number(summary.rejected), " afgekeurd, ",
                      dutch::Number(summary.duplicate), " al eerder geleverd, ", dutch::Number(summary.failed), " mislukt; ",
                      dutch::Number(summary.findings), summary.findings == 1 ? " bevinding" : " bevindingen");
}

}  // namespace nmd::cli
