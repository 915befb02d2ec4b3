// SPDX-License-Identifier: EUPL-1.2
#include <algorithm>

#include "absl/strings/numbers.h"
#include "services/platform/errors.h"
#include "services/platform/paging.h"
#include "services/platform/proto_time.h"
#include "services/platform/status_macros.h"
#include "services/publication/agreement.h"
#include "services/publication/counted_table.h"
#include "services/publication/publication.h"

namespace nmd::publication {
namespace {

using v1::AgreementVersion;

// What people agreed on, without what the service gives.
std::string ContentOf(v1::Agreement agreement) {
  agreement.clear_version();
  agreement.clear_ended_reason();
  return agreement.SerializeAsString();
}

std::string VersionName(const v1::Agreement& agreement) {
  return absl::StrCat(agreement.name(), "/versions/", agreement.version());
}

void Decide(AgreementVersion::State state, const Caller& caller, absl::Time now, AgreementVersion* version) {
  version->set_state(state);
  version->set_decided_by(caller.subject);
  *version->mutable_decided_time() = TimestampOf(now);
}

absl::Status Closed(const AgreementVersion& version) {
  return Fail(absl::StatusCode::kFailedPrecondition, ErrorReason::PROPOSAL_CLOSED, "the version was decided about already",
              {{"state", AgreementVersion::State_Name(version.state())}});
}

}  // namespace

absl::StatusOr<AgreementVersion> Publication::FindVersion(const std::string& name) const {
  const size_t at = name.rfind("/versions/");
  int64_t number = 0;
  if (at == std::string::npos || !absl::SimpleAtoi(name.substr(at + 10), &number)) return NotFound(name);
  const AgreementVersion* version = state_.Version(name.substr(0, at), number);
  if (version == nullptr) return NotFound(name);
  return *version;
}

absl::StatusOr<AgreementVersion> Publication::ProposeAgreement(const Caller& caller,
                                                               const v1::ProposeAgreementRequest& request) {
  NMD_ASSIGN_OR_RETURN(const Catalogue catalogue, ReadCatalogue(costs_, parent()));
  FieldCheck check;
  CheckAgreement(request.agreement(), municipality_, catalogue, "agreement.", &check);
  NMD_RETURN_IF_ERROR(check.Result());
  MutexLock lock(mutex_);
  const std::string& name = request.agreement().name();
  const AgreementVersion* in_force = state_.InForceVersion(name);
  const auto found = state_.agreements.find(name);
  if (found != state_.agreements.end()) {
    for (const AgreementVersion& version : found->second) {
      const bool open = version.state() == AgreementVersion::PROPOSED || version.state() == AgreementVersion::IN_FORCE;
      if (open && ContentOf(version.agreement()) == ContentOf(request.agreement())) return version;
    }
  }
  AgreementVersion version;
  *version.mutable_agreement() = request.agreement();
  version.mutable_agreement()->clear_ended_reason();
  version.mutable_agreement()->set_version(found == state_.agreements.end() ? 1
                                                                            : static_cast<int64_t>(found->second.size()) + 1);
  version.set_name(VersionName(version.agreement()));
  version.set_state(AgreementVersion::PROPOSED);
  version.set_proposed_by(caller.subject);
  *version.mutable_proposed_time() = TimestampOf(clock_.Now());
  for (std::string& change : ChangesOf(in_force == nullptr ? nullptr : &in_force->agreement(), version.agreement())) {
    version.add_changes(std::move(change));
  }
  if (request.validate_only()) return version;
  internal::v1::AgreementRecord record;
  *record.add_versions() = version;
  NMD_RETURN_IF_ERROR(Record(kAgreementKind, record, caller));
  return version;
}

absl::StatusOr<AgreementVersion> Publication::ApproveAgreement(const Caller& caller,
                                                               const v1::ApproveAgreementRequest& request) {
  MutexLock lock(mutex_);
  NMD_ASSIGN_OR_RETURN(AgreementVersion version, FindVersion(request.name()));
  if (version.state() != AgreementVersion::PROPOSED) return Closed(version);
  if (version.proposed_by() == caller.subject) {
    return Fail(absl::StatusCode::kPermissionDenied, ErrorReason::FOUR_EYES, "who proposed the version may not approve it");
  }
  const absl::Time now = clock_.Now();
  Decide(AgreementVersion::IN_FORCE, caller, now, &version);
  v1::Statement statement = NewStatement();
  version.set_statement(statement.id());
  *statement.mutable_agreement() = version.agreement();
  internal::v1::AgreementRecord record;
  for (AgreementVersion other : state_.agreements[version.agreement().name()]) {
    if (other.name() == version.name()) continue;
    if (other.state() == AgreementVersion::PROPOSED) {
      Decide(AgreementVersion::REFUSED, caller, now, &other);
      other.set_reason(absl::StrCat("Ingehaald door versie ", version.agreement().version()));
    } else if (other.state() == AgreementVersion::IN_FORCE || other.state() == AgreementVersion::ENDED) {
      other.set_state(AgreementVersion::REPLACED);
    } else {
      continue;
    }
    *record.add_versions() = std::move(other);
  }
  *record.add_versions() = version;
  *record.mutable_statement() = signer_.Sign(statement);
  NMD_RETURN_IF_ERROR(Record(kAgreementKind, record, caller));
  return version;
}

absl::StatusOr<AgreementVersion> Publication::RefuseAgreement(const Caller& caller, const v1::RefuseAgreementRequest& request) {
  NMD_RETURN_IF_ERROR(CheckReason(request.reason()));
  MutexLock lock(mutex_);
  NMD_ASSIGN_OR_RETURN(AgreementVersion version, FindVersion(request.name()));
  if (version.state() != AgreementVersion::PROPOSED) return Closed(version);
  Decide(AgreementVersion::REFUSED, caller, clock_.Now(), &version);
  version.set_reason(request.reason());
  internal::v1::AgreementRecord record;
  *record.add_versions() = version;
  NMD_RETURN_IF_ERROR(Record(kAgreementKind, record, caller));
  return version;
}

absl::StatusOr<AgreementVersion> Publication::EndAgreement(const Caller& caller, const v1::EndAgreementRequest& request) {
  NMD_RETURN_IF_ERROR(CheckReason(request.reason()));
  MutexLock lock(mutex_);
  const AgreementVersion* in_force = state_.InForceVersion(request.name());
  if (in_force == nullptr) return NotFound(request.name());
  if (in_force->state() == AgreementVersion::ENDED) return Closed(*in_force);
  const absl::Time now = clock_.Now();
  v1::Statement statement = NewStatement();
  AgreementVersion version;
  *version.mutable_agreement() = in_force->agreement();
  version.mutable_agreement()->set_version(static_cast<int64_t>(state_.agreements[request.name()].size()) + 1);
  version.mutable_agreement()->set_ended_reason(request.reason());
  version.set_name(VersionName(version.agreement()));
  version.set_proposed_by(caller.subject);
  *version.mutable_proposed_time() = TimestampOf(now);
  Decide(AgreementVersion::ENDED, caller, now, &version);
  version.set_reason(request.reason());
  version.add_changes("De afspraak is beëindigd");
  version.set_statement(statement.id());
  *statement.mutable_agreement() = version.agreement();
  internal::v1::AgreementRecord record;
  // What was proposed before the end would undo it unseen.
  for (AgreementVersion other : state_.agreements[request.name()]) {
    if (other.state() == AgreementVersion::IN_FORCE) {
      other.set_state(AgreementVersion::REPLACED);
    } else if (other.state() == AgreementVersion::PROPOSED) {
      Decide(AgreementVersion::REFUSED, caller, now, &other);
      other.set_reason("De afspraak is beëindigd");
    } else {
      continue;
    }
    *record.add_versions() = std::move(other);
  }
  *record.add_versions() = version;
  *record.mutable_statement() = signer_.Sign(statement);
  NMD_RETURN_IF_ERROR(Record(kAgreementKind, record, caller));
  return version;
}

absl::StatusOr<v1::ListAgreementVersionsResponse> Publication::ListAgreementVersions(
    const Caller&, const v1::ListAgreementVersionsRequest& request) const {
  NMD_ASSIGN_OR_RETURN(const Page page, ReadPage(request));
  const std::string all = absl::StrCat(parent(), "/agreements/-");
  MutexLock lock(mutex_);
  std::vector<const AgreementVersion*> versions;
  for (const auto& [name, of_one] : state_.agreements) {
    if (request.parent() != all && request.parent() != name) continue;
    for (auto version = of_one.rbegin(); version != of_one.rend(); ++version) versions.push_back(&*version);
  }
  if (versions.empty() && request.parent() != all) return NotFound(request.parent());
  const auto total = static_cast<int64_t>(versions.size());
  v1::ListAgreementVersionsResponse response;
  for (int64_t i = page.offset; i < std::min(total, page.offset + page.size); ++i) {
    *response.add_versions() = *versions[static_cast<size_t>(i)];
  }
  response.set_next_page_token(NextPageToken(request, page.offset + page.size, total));
  return response;
}

}  // namespace nmd::publication
