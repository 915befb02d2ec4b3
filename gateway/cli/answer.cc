// SPDX-License-Identifier: EUPL-1.2
#include "gateway/cli/answer.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "gateway/cli/new_file.h"
#include "gateway/cli/progress.h"
#include "services/core/dutch.h"
#include "services/platform/crypto.h"
#include "services/platform/errors.h"
#include "services/platform/status_macros.h"

namespace nmd::cli {
namespace {

using ingestion::v1::Answer;
using ingestion::v1::Delivery;

// Messages that a provider sends and the municipality answers.
constexpr const char* kAnsweredHere[] = {"jw305",  "jw307",  "jw315",  "jw317",  "jw323",
                                         "wmo305", "wmo307", "wmo315", "wmo317", "wmo323"};
// An answer that changes while it is read is read again, so often at most.
constexpr int kReadings = 5;

std::string VerdictText(Answer::Verdict verdict) {
  switch (verdict) {
    case Answer::GRANTED:
      return "akkoord";
    case Answer::REFUSED:
      return "afgewezen";
    case Answer::GRANTED_IN_PART:
      return "deels toegekend";
    default:
      return "onbekend";
  }
}

bool IsClaim(const Answer& answer) { return absl::EndsWith(answer.kind(), "325"); }

std::string MoneyText(Cents granted, Cents submitted, Cents refused) {
  return absl::StrCat(dutch::Euro(granted), " van ", dutch::Euro(submitted), " toegekend, ", dutch::Euro(refused),
                      " afgewezen");
}

std::filesystem::path PathOf(const Answer& answer, const std::string& file_or_folder) {
  const std::filesystem::path path(file_or_folder);
  return std::filesystem::is_directory(path) || absl::EndsWith(file_or_folder, "/") ? path / answer.file_name() : path;
}

}  // namespace

absl::StatusOr<Answer> FetchAnswer(ApiClient& client, const std::string& delivery, const std::string& dated) {
  const std::string name =
      delivery.find('/') == std::string::npos ? absl::StrCat(client.parent(), "/deliveries/", delivery) : delivery;
  for (int reading = 0; reading < kReadings; ++reading) {
    Answer answer;
    std::string data;
    while (true) {
      Parameters parameters = {{"read_offset", absl::StrCat(data.size())}};
      // Every piece of one day, also around midnight.
      const std::string& day = data.empty() ? dated : answer.dated();
      if (!day.empty()) parameters.emplace_back("dated", day);
      Answer piece;
      const absl::Status got = client.Get(absl::StrCat(name, "/answer"), parameters, &piece);
      // It became shorter than what was read of it.
      if (!data.empty() && got.code() == absl::StatusCode::kInvalidArgument) break;
      NMD_RETURN_IF_ERROR(got);
      if (!data.empty() && piece.sha256() != answer.sha256()) break;
      data += piece.data();
      answer = std::move(piece);
      if (static_cast<int64_t>(data.size()) < answer.size_bytes() && !answer.data().empty()) continue;
      if (Sha256Hex(data) != answer.sha256()) break;
      answer.set_data(std::move(data));
      return answer;
    }
  }
  return absl::AbortedError("het antwoord verandert steeds terwijl het wordt gelezen; probeer het later opnieuw");
}

absl::StatusOr<std::string> WriteAnswer(const Answer& answer, const std::string& file_or_folder) {
  const std::string path = PathOf(answer, file_or_folder).string();
  NMD_RETURN_IF_ERROR(WriteNewFile(path, answer.data()));
  return path;
}

AnswerSummary AnswerAllOpen(ApiClient& client, const std::string& source, const std::string& dated, const std::string& folder,
                            bool terminal, std::ostream& progress) {
  AnswerSummary summary;
  const auto fail = [&](const std::string& what, const absl::Status& status) {
    ++summary.failed;
    if (terminal) progress << "\r\033[K";
    progress << what << ": " << ErrorText(status) << "\n";
    if (summary.worst.ok() || ExitCodeOf(status) > ExitCodeOf(summary.worst)) summary.worst = status;
  };
  std::vector<Delivery> open;
  for (const char* kind : kAnsweredHere) {
    if (!source.empty() && source != kind) continue;
    ingestion::v1::ListDeliveriesResponse deliveries;
    if (const absl::Status listed = client.List(absl::StrCat(client.parent(), "/deliveries"), {{"source", kind}}, &deliveries);
        !listed.ok()) {
      fail(kind, listed);
      return summary;
    }
    // Newest first; the oldest wait longest.
    for (int i = deliveries.deliveries_size() - 1; i >= 0; --i) {
      const Delivery& delivery = deliveries.deliveries(i);
      const bool stands = delivery.state() == Delivery::ACCEPTED || delivery.state() == Delivery::REJECTED;
      if (stands && delivery.answered_by().empty()) open.push_back(delivery);
    }
  }
  for (size_t i = 0; i < open.size(); ++i) {
    absl::StatusOr<Answer> answer = FetchAnswer(client, open[i].name(), dated);
    if (!answer.ok() && ReasonOf(answer.status()) == ErrorReason::ANSWER_NONE) {
      ++summary.none;
    } else if (!answer.ok()) {
      fail(open[i].file_name(), answer.status());
      if (ExitCodeOf(answer.status()) == 4) break;  // Every further one would wait as long for nothing.
    } else if (std::filesystem::exists(PathOf(*answer, folder + "/"))) {
      ++summary.there;
    } else if (const absl::StatusOr<std::string> path = WriteAnswer(*answer, folder + "/"); !path.ok()) {
      fail(open[i].file_name(), path.status());
    } else {
      answer->clear_data();
      summary.made.push_back(*std::move(answer));
    }
    ShowProgress(i, i + 1, open.size(), "berichten", terminal, progress);
  }
  if (terminal && !open.empty()) progress << "\n";
  return summary;
}

Table AnswerTable(const std::vector<Answer>& answers) {
  Table table;
  table.columns = {{"Antwoord", "bestand"},          {"Bericht", "bericht"},           {"Uitspraak", "uitspraak"},
                   {"Afzender", "afzender"},         {"Regels", "regels", true},       {"Afgewezen", "afgewezen_regels", true},
                   {"Ingediend", "ingediend", true}, {"Toegekend", "toegekend", true}, {"Afgewezen", "afgewezen", true}};
  const auto number = [](int64_t value) { return Cell{dutch::Number(value), absl::StrCat(value)}; };
  for (const Answer& answer : answers) {
    const auto money = [&](Cents cents) {
      if (!IsClaim(answer)) return Cell();
      const Cents size = cents < 0 ? -cents : cents;
      return Cell{dutch::Euro(cents), absl::StrFormat("%s%d.%02d", cents < 0 ? "-" : "", size / 100, size % 100)};
    };
    table.rows.push_back({Cell::Same(answer.file_name()), Cell::Same(answer.kind()), Cell::Same(VerdictText(answer.verdict())),
                          Cell::Same(answer.sender()), number(answer.line_count()), number(answer.refused_line_count()),
                          money(answer.submitted_cents()), money(answer.granted_cents()), money(answer.refused_cents())});
  }
  return table;
}

std::string AnswerText(const Answer& answer) {
  std::string text = absl::StrCat(answer.file_name(), ": ", VerdictText(answer.verdict()));
  if (IsClaim(answer)) {
    absl::StrAppend(&text, ", ", dutch::Number(answer.line_count() - answer.refused_line_count()), " van ",
                    dutch::Number(answer.line_count()), answer.line_count() == 1 ? " regel; " : " regels; ",
                    MoneyText(answer.granted_cents(), answer.submitted_cents(), answer.refused_cents()));
  }
  absl::StrAppend(&text, ". Het is niet verstuurd; dat doet de ", answer.sender(), ".");
  return text;
}

std::string SummaryText(const AnswerSummary& summary) {
  int64_t granted = 0, part = 0, refused = 0, lines = 0, refused_lines = 0;
  Cents submitted_cents = 0, granted_cents = 0, refused_cents = 0;
  for (const Answer& answer : summary.made) {
    ++(answer.verdict() == Answer::GRANTED ? granted : answer.verdict() == Answer::REFUSED ? refused : part);
    if (!IsClaim(answer)) continue;
    lines += answer.line_count();
    refused_lines += answer.refused_line_count();
    submitted_cents += answer.submitted_cents();
    granted_cents += answer.granted_cents();
    refused_cents += answer.refused_cents();
  }
  const auto count = static_cast<int64_t>(summary.made.size());
  std::string text = absl::StrCat(
      dutch::Number(count), count == 1 ? " antwoord gemaakt: " : " antwoorden gemaakt: ", dutch::Number(granted), " akkoord, ",
      dutch::Number(part), " deels toegekend, ", dutch::Number(refused), " afgewezen. ", dutch::Number(summary.there),
      " al gemaakt, ", dutch::Number(summary.none), " zonder antwoord, ", dutch::Number(summary.failed), " mislukt.");
  if (lines > 0) {
    absl::StrAppend(&text, "\nDeclaraties: ", dutch::Number(lines - refused_lines), " van ", dutch::Number(lines),
                    lines == 1 ? " regel toegekend; " : " regels toegekend; ",
                    MoneyText(granted_cents, submitted_cents, refused_cents), ".");
  }
  if (count > 0) absl::StrAppend(&text, "\nEr is niets verstuurd; dat doet de gemeente.");
  return text;
}

}  // namespace nmd::cli
