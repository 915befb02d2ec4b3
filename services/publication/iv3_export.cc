// SPDX-License-Identifier: EUPL-1.2
#include "services/publication/iv3_export.h"

#include <algorithm>
#include <regex>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "google/api/httpbody.pb.h"
#include "nmd/costs/v1/costs.pb.h"
#include "services/core/date.h"
#include "services/platform/errors.h"
#include "services/platform/proto_time.h"
#include "services/platform/status_macros.h"
#include "services/publication/formats/iv3.h"

namespace nmd::publication {
namespace {

constexpr char kCosts[] = "booked", kRevenues[] = "booked_revenue", kTaakveld[] = "taakveld";

std::string MomentOf(absl::Time time) { return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", time, absl::UTCTimeZone()); }

bool IsCategory(const std::string& text) {
  static const auto& form = *new std::regex("[1-7]\\.[0-9](\\.[0-9])?");
  return std::regex_match(text, form);
}

absl::Status Check(const v1::ExportIv3Request& request) {
  FieldCheck check;
  check.Require(request.year() >= 2017 && request.year() <= 2100, "year", "must be a book year from 2017 on");
  check.Require(request.quarter() >= 1 && request.quarter() <= 5, "quarter", "must be 1 to 4, or 5 for the whole year");
  check.Require(!request.municipality_title().empty(), "municipality_title", "is missing");
  check.Require(!request.contact_name().empty(), "contact_name", "is missing");
  const std::string& email = request.contact_email();
  const size_t at = email.find('@');
  check.Require(at != std::string::npos && at > 0 && email.find('.', at) != std::string::npos, "contact_email",
                "must be an address");
  check.Require(!request.contact_phone().empty(), "contact_phone", "is missing");
  check.Require(IsCategory(request.cost_category()), "cost_category", "must be an Iv3 category, such as 3.4.1");
  check.Require(IsCategory(request.revenue_category()), "revenue_category", "must be an Iv3 category, such as 3.4.2");
  return check.Result();
}

}  // namespace

absl::StatusOr<google::api::HttpBody> ExportIv3(const Peer& costs, absl::string_view municipality, const Clock& clock,
                                                const Caller& caller, const v1::ExportIv3Request& request) {
  NMD_RETURN_IF_ERROR(Check(request));
  const absl::Time now = clock.Now();
  costs::v1::QueryFiguresRequest question;
  question.set_parent(absl::StrCat("municipalities/", municipality));
  question.add_measures(kCosts);
  question.add_measures(kRevenues);
  question.add_dimensions(kTaakveld);
  const Month first = MonthOf(request.year(), 1);
  question.mutable_period()->set_start_date(FormatDay(FirstDay(first)));
  question.mutable_period()->set_end_date(FormatDay(FirstDay(first + 3 * std::min(4, request.quarter()))));
  *question.mutable_known_time() = request.has_known_time() ? request.known_time() : TimestampOf(now);
  NMD_ASSIGN_OR_RETURN(const auto response,
                       costs.Call<costs::v1::QueryFiguresResponse>("/nmd.costs.v1.CostsService/QueryFigures", question,
                                                                   std::min(absl::Seconds(30), caller.deadline - now)));
  for (const type::Figure& total : response.totals()) {
    if (total.state() == type::Figure::ANSWERED) continue;
    return Fail(absl::StatusCode::kFailedPrecondition, ErrorReason::TABLE_NOT_COUNTED,
                "the ledger of this period cannot be told", {{"state_reason", total.state_reason()}});
  }
  formats::Iv3Delivery delivery;
  for (const type::Figure& figure : response.figures()) {
    if (figure.dimensions_size() != 1 || figure.value_case() != type::Figure::kAmountCents) {
      return Fail(absl::StatusCode::kInternal, ErrorReason::INTERNAL_FAULT, "costs answered something else than was asked");
    }
    auto& lines = figure.measure() == kCosts ? delivery.costs : delivery.revenues;
    lines.push_back({figure.dimensions(0).value(), figure.amount_cents()});
  }
  delivery.municipality = std::string(municipality);
  delivery.municipality_title = request.municipality_title();
  delivery.year = request.year();
  delivery.quarter = request.quarter();
  delivery.made_time = MomentOf(now);
  delivery.known_time = MomentOf(absl::FromUnixMicros(MicrosOf(question.known_time())));
  delivery.contact_name = request.contact_name();
  delivery.contact_email = request.contact_email();
  delivery.contact_phone = request.contact_phone();
  delivery.cost_category = request.cost_category();
  delivery.revenue_category = request.revenue_category();
  google::api::HttpBody body;
  body.set_content_type("application/json");
  body.set_data(formats::WriteIv3(delivery));
  return body;
}

}  // namespace nmd::publication
