// SPDX-License-Identifier: EUPL-1.2
#include "gateway/certificate.h"

#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "services/platform/errors.h"

namespace nmd::gateway {
namespace {

bool IsDigits(absl::string_view text, size_t count) {
  return text.size() == count &&
         std::all_of(text.begin(), text.end(), [](char c) { return absl::ascii_isdigit(static_cast<unsigned char>(c)); });
}

// The values of an attribute of the subject, in order.
std::vector<std::string> Values(const X509_NAME* subject, int nid) {
  std::vector<std::string> values;
  for (int at = -1; (at = X509_NAME_get_index_by_NID(subject, nid, at)) >= 0;) {
    const ASN1_STRING* value = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at));
    values.emplace_back(reinterpret_cast<const char*>(ASN1_STRING_get0_data(value)), ASN1_STRING_length(value));
  }
  return values;
}

}  // namespace

absl::StatusOr<Caller> CallerOfCertificate(absl::string_view pem) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), &BIO_free);
  const std::unique_ptr<X509, decltype(&X509_free)> certificate(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr),
                                                                &X509_free);
  if (certificate == nullptr) {
    return Fail(absl::StatusCode::kUnauthenticated, ErrorReason::IDENTITY_MISSING, "the certificate could not be read");
  }
  const X509_NAME* subject = X509_get_subject_name(certificate.get());
  Caller caller;
  std::string oin;
  for (const std::string& number : Values(subject, NID_serialNumber)) {
    if (IsDigits(number, 8)) caller.provider = number;
    if (IsDigits(number, 20)) oin = number;
  }
  for (const std::string& unit : Values(subject, NID_organizationalUnitName)) {
    absl::string_view code = unit;
    if (absl::ConsumePrefix(&code, "AGB ") && IsDigits(code, 8)) caller.provider = std::string(code);
  }
  if (caller.provider.empty() && !oin.empty()) {
    caller.subject = absl::StrCat("oin:", oin);
    caller.roles = {type::MEMBER};
    return caller;
  }
  if (caller.provider.empty()) {
    return Fail(absl::StatusCode::kUnauthenticated, ErrorReason::IDENTITY_MISSING,
                "the certificate names no AGB code and no OIN: in serialNumber, or as organizational unit \"AGB 12345678\"");
  }
  caller.subject = absl::StrCat("agb:", caller.provider);
  caller.roles = {type::PROVIDER};
  return caller;
}

}  // namespace nmd::gateway
