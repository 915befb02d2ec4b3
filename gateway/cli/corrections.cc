// SPDX-License-Identifier: EUPL-1.2
#include "gateway/cli/corrections.h"

#include "absl/strings/str_cat.h"
#include "gateway/cli/figures.h"
#include "gateway/cli/question.h"
#include "services/platform/proto_time.h"
#include "services/platform/status_macros.h"

namespace nmd::cli {
namespace {

template <typename Request>
absl::Status Send(ApiClient& client, const CorrectionRequest& asked, const char* verb, ingestion::v1::Delivery* delivery) {
  Request request;
  request.set_reason(asked.reason);
  if (!asked.known_on.empty()) {
    NMD_ASSIGN_OR_RETURN(const absl::Time known, KnownTimeOf(asked.known_on));
    *request.mutable_known_time() = TimestampOf(known);
  }
  return client.Post(absl::StrCat(DeliveryName(client, asked.delivery), verb), request, delivery);
}

}  // namespace

std::string DeliveryName(const ApiClient& client, const std::string& delivery) {
  if (delivery.find('/') != std::string::npos) return delivery;
  return absl::StrCat(client.parent(), "/deliveries/", delivery);
}

absl::StatusOr<ingestion::v1::Delivery> Correct(ApiClient& client, const CorrectionRequest& request) {
  ingestion::v1::Delivery delivery;
  if (request.restores) {
    NMD_RETURN_IF_ERROR(Send<ingestion::v1::RestoreDeliveryRequest>(client, request, "/_restore", &delivery));
  } else {
    NMD_RETURN_IF_ERROR(Send<ingestion::v1::WithdrawDeliveryRequest>(client, request, "/_withdraw", &delivery));
  }
  return delivery;
}

std::string StateText(ingestion::v1::Delivery::State state) {
  switch (state) {
    case ingestion::v1::Delivery::ACCEPTED:
      return "aangenomen";
    case ingestion::v1::Delivery::REJECTED:
      return "afgekeurd";
    case ingestion::v1::Delivery::SUPERSEDED:
      return "verdrongen";
    case ingestion::v1::Delivery::UNPACKED:
      return "uitgepakt";
    case ingestion::v1::Delivery::WITHDRAWN:
      return "ingetrokken";
    case ingestion::v1::Delivery::REPLACED:
      return "vervangen";
    default:
      return "onbekend";
  }
}

std::string CorrectionText(const ingestion::v1::Delivery& delivery) {
  std::string text = absl::StrCat("Levering ", delivery.name().substr(delivery.name().rfind('/') + 1), " is ",
                                  StateText(delivery.state()), ".");
  if (delivery.state() == ingestion::v1::Delivery::UNPACKED) {
    absl::StrAppend(&text, " Alle berichten die erin zaten zijn aangepast.");
  } else if (delivery.has_withdrawn_time()) {
    absl::StrAppend(&text, " Zij telt niet meer mee vanaf ", MomentCell(delivery.withdrawn_time(), true).text, ".");
  } else {
    absl::StrAppend(&text, " Zij telt weer mee.");
  }
  return text;
}

}  // namespace nmd::cli
