// SPDX-License-Identifier: EUPL-1.2
#include "gateway/cli/question.h"

#include <google/protobuf/util/time_util.h>
#include <CLI/CLI.hpp>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "nmd/costs/v1/answers.pb.h"
#include "services/core/date.h"

namespace nmd::cli {
namespace {

// Fills what all three requests have.
template <typename Request>
absl::Status FillCommon(const Question& question, Request* request) {
  for (const std::string& where : question.where) {
    NMD_ASSIGN_OR_RETURN(*request->add_filters(), FilterOf(where));
  }
  request->mutable_age_from()->Assign(question.ages.begin(), question.ages.end());
  return SetKnownTime(question, request);
}

template <typename Request>
absl::Status FillTime(const Question& question, Request* request) {
  if (question.on.empty()) {
    NMD_ASSIGN_OR_RETURN(*request->mutable_period(), PeriodOf(question.from, question.to));
    return absl::OkStatus();
  }
  if (!question.from.empty() || !question.to.empty())
    return absl::InvalidArgumentError("--on gaat niet samen met --from en --to");
  if (!ParseDay(question.on))
    return absl::InvalidArgumentError(absl::StrCat("--on: \"", question.on, "\" is geen datum zoals 2018-01-31"));
  request->set_reference_date(question.on);
  return absl::OkStatus();
}

}  // namespace

absl::Status AddKnownTime(const Question& question, Parameters* parameters) {
  if (question.known_on.empty()) return absl::OkStatus();
  NMD_ASSIGN_OR_RETURN(const absl::Time known, KnownTimeOf(question.known_on));
  parameters->emplace_back("known_time", absl::FormatTime("%Y-%m-%dT%H:%M:%E*SZ", known, absl::UTCTimeZone()));
  return absl::OkStatus();
}

void AddKnownOn(CLI::App& command, Question& question) {
  command.add_option("--known-on", question.known_on, "Zoals bekend op deze dag of dit moment; anders nu");
  command.add_option("--snapshot", question.snapshot, "Zoals bekend op het moment met deze naam (register freeze)");
}

absl::Status ResolveSnapshot(ApiClient& client, Question* question) {
  if (question->snapshot.empty()) return absl::OkStatus();
  if (!question->known_on.empty()) return absl::InvalidArgumentError("geef --known-on of --snapshot, niet allebei");
  costs::v1::ListFrozenSnapshotsResponse response;
  NMD_RETURN_IF_ERROR(client.List(absl::StrCat(client.parent(), "/frozensnapshots"), {}, &response));
  for (const costs::v1::FrozenSnapshot& snapshot : response.frozen_snapshots()) {
    const std::string id = snapshot.name().substr(snapshot.name().rfind('/') + 1);
    if (snapshot.title() != question->snapshot && id != question->snapshot) continue;
    question->known_on = google::protobuf::util::TimeUtil::ToString(snapshot.known_time());
    question->snapshot.clear();
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(absl::StrCat("--snapshot: er is geen moment met de naam \"", question->snapshot,
                                                 "\"; register snapshots noemt ze allemaal"));
}

absl::StatusOr<type::Period> PeriodOf(absl::string_view from, absl::string_view to) {
  if (from.empty()) return absl::InvalidArgumentError("geef een periode met --from en --to, of een dag met --on");
  const std::optional<Month> first = ParseMonth(from);
  const std::optional<Month> last = to.empty() ? first : ParseMonth(to);
  if (!first) return absl::InvalidArgumentError(absl::StrCat("--from: \"", from, "\" is geen maand zoals 2017-01"));
  if (!last) return absl::InvalidArgumentError(absl::StrCat("--to: \"", to, "\" is geen maand zoals 2018-01"));
  if (*last < *first) return absl::InvalidArgumentError("--to ligt voor --from");
  type::Period period;
  period.set_start_date(FormatDay(FirstDay(*first)));
  period.set_end_date(FormatDay(FirstDay(*last + 1)));
  return period;
}

absl::StatusOr<absl::Time> KnownTimeOf(absl::string_view known_on) {
  if (const std::optional<Day> day = ParseDay(known_on)) {
    absl::TimeZone zone;
    if (!absl::LoadTimeZone("Europe/Amsterdam", &zone)) {
      return absl::InvalidArgumentError("--known-on: deze computer kent de Nederlandse tijd niet; geef een moment in UTC");
    }
    const Civil next = CivilOf(*day + 1);
    return absl::FromCivil(absl::CivilDay(next.year, next.month, next.day), zone) - absl::Microseconds(1);
  }
  absl::Time time;
  std::string error;
  if (!absl::ParseTime(absl::RFC3339_full, known_on, &time, &error)) {
    return absl::InvalidArgumentError(
        absl::StrCat("--known-on: \"", known_on, "\" is geen datum (2018-03-31) of moment (2018-03-31T12:00:00Z)"));
  }
  return time;
}

absl::StatusOr<costs::v1::Filter> FilterOf(absl::string_view where) {
  const size_t at = where.find('=');
  if (at == absl::string_view::npos || at == 0) {
    return absl::InvalidArgumentError(absl::StrCat("--where: \"", where, "\" heeft niet de vorm kenmerk=waarde,waarde"));
  }
  costs::v1::Filter filter;
  filter.set_dimension(std::string(where.substr(0, at)));
  for (absl::string_view value : absl::StrSplit(where.substr(at + 1), ',')) filter.add_values(std::string(value));
  return filter;
}

absl::StatusOr<costs::v1::QueryFiguresRequest> QueryOf(const Question& question, const std::string& parent) {
  costs::v1::QueryFiguresRequest request;
  request.set_parent(parent);
  for (const std::string& measure : question.measures) request.add_measures(measure);
  for (const std::string& dimension : question.dimensions) request.add_dimensions(dimension);
  request.set_with_stability(question.stability);
  NMD_RETURN_IF_ERROR(FillTime(question, &request));
  NMD_RETURN_IF_ERROR(FillCommon(question, &request));
  return request;
}

absl::StatusOr<costs::v1::ExplainFigureRequest> ExplainOf(const Question& question, const std::string& parent) {
  costs::v1::ExplainFigureRequest request;
  request.set_parent(parent);
  if (question.measures.size() != 1) return absl::InvalidArgumentError("geef precies één --measure");
  request.set_measure(question.measures[0]);
  if (!question.compare.empty()) {
    NMD_ASSIGN_OR_RETURN(const absl::Time other, KnownTimeOf(question.compare));
    *request.mutable_compare_known_time() = TimestampOf(other);
  }
  NMD_RETURN_IF_ERROR(FillTime(question, &request));
  NMD_RETURN_IF_ERROR(FillCommon(question, &request));
  return request;
}

absl::StatusOr<costs::v1::DecomposeGrowthRequest> DecomposeOf(const Question& question, const std::string& parent) {
  costs::v1::DecomposeGrowthRequest request;
  request.set_parent(parent);
  if (question.from.empty() || question.to.empty()) return absl::InvalidArgumentError("geef twee maanden met --from en --to");
  if (question.dimensions.size() > 1) return absl::InvalidArgumentError("geef hooguit één kenmerk met --by");
  if (!question.dimensions.empty()) request.set_group_by(question.dimensions[0]);
  NMD_ASSIGN_OR_RETURN(*request.mutable_before(), PeriodOf(question.from, ""));
  NMD_ASSIGN_OR_RETURN(*request.mutable_after(), PeriodOf(question.to, ""));
  NMD_RETURN_IF_ERROR(FillCommon(question, &request));
  return request;
}

}  // namespace nmd::cli
