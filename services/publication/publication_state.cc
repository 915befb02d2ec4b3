// SPDX-License-Identifier: EUPL-1.2
#include "services/publication/publication_state.h"

#include <algorithm>
#include <memory>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "services/platform/errors.h"
#include "services/platform/status_macros.h"

namespace nmd::publication {
namespace {

absl::Status Damaged(absl::string_view kind) {
  return Fail(absl::StatusCode::kDataLoss, ErrorReason::STORE_DAMAGED,
              absl::StrCat("a record of kind ", kind, " cannot be read"));
}

template <typename Record>
absl::StatusOr<Record> Parsed(absl::string_view kind, absl::string_view payload) {
  Record record;
  if (!record.ParseFromArray(payload.data(), static_cast<int>(payload.size()))) return Damaged(kind);
  return record;
}

// Whether it has a value for each of its cells.
bool IsWhole(const internal::v1::UnmergedValues& unmerged, const v1::Publication& publication) {
  if (unmerged.codes().empty()) return unmerged.values().empty() && unmerged.primary().empty();
  if (unmerged.dimension() < 0 || unmerged.dimension() >= publication.dimensions_size()) return false;
  int64_t cells = 1;
  for (int d = 0; d < publication.dimensions_size(); ++d) {
    cells *= d == unmerged.dimension() ? unmerged.codes_size() : publication.dimensions(d).codes_size();
  }
  return unmerged.primary_size() == cells && unmerged.values_size() == cells * publication.measures_size();
}

}  // namespace

LedgerTable LedgerTableOf(const v1::Publication& publication, const internal::v1::LedgerValues& values,
                          const v1::TableRule& rule) {
  LedgerTable table;
  table.name = publication.publication();
  table.audience = publication.audience();
  table.first = MonthOf(*ParseDay(publication.period().start_date()));
  table.last = MonthOf(*ParseDay(publication.period().end_date()));
  table.minimum = rule.minimum_clients();
  for (const v1::FixedFilter& filter : rule.filters()) {
    auto& to = table.filters.emplace_back(filter.dimension(), std::vector<std::string>());
    to.second.assign(filter.values().begin(), filter.values().end());
    std::sort(to.second.begin(), to.second.end());
    to.second.erase(std::unique(to.second.begin(), to.second.end()), to.second.end());
  }
  std::sort(table.filters.begin(), table.filters.end());
  for (const v1::PublishedDimension& dimension : publication.dimensions()) {
    LedgerTable::Axis& axis = table.axes.emplace_back();
    axis.dimension = dimension.dimension();
    for (const v1::PublishedCode& code : dimension.codes()) {
      axis.codes.push_back(code.value());
      if (code.members().empty()) continue;
      std::vector<std::string>& members = axis.merged[code.value()];
      members.assign(code.members().begin(), code.members().end());
      std::sort(members.begin(), members.end());
    }
  }
  for (const v1::PublishedCell& cell : publication.cells()) table.hidden.push_back(cell.state() == v1::PublishedCell::HIDDEN);
  table.primary.assign(values.primary().begin(), values.primary().end());
  const int measures = publication.measures_size();
  for (int m = 0; m < measures; ++m) {
    if (publication.measures(m).unit() == "ratio") continue;
    table.measures.push_back(publication.measures(m).measure());
    std::vector<int64_t>& column = table.values.emplace_back();
    for (int c = 0; c < publication.cells_size(); ++c) column.push_back(values.values(c * measures + m));
    if (publication.measures(m).rounded_to() == 0) continue;
    table.uncertainty.push_back(publication.measures(m).uncertainty());
    std::vector<int64_t>& told = table.told.emplace_back();
    for (const v1::PublishedCell& cell : publication.cells())
      told.push_back(cell.values(m).count() + cell.values(m).amount_cents());
  }
  if (!values.has_unmerged()) return table;
  const internal::v1::UnmergedValues& own = values.unmerged();
  auto unmerged = std::make_shared<LedgerTable>(table);
  unmerged->name = "niet apart gepubliceerd";
  unmerged->untold = true;
  LedgerTable::Axis& axis = unmerged->axes[static_cast<size_t>(own.dimension())];
  axis.codes.assign(own.codes().begin(), own.codes().end());
  axis.merged.clear();
  unmerged->primary.assign(own.primary().begin(), own.primary().end());
  unmerged->hidden.assign(unmerged->primary.size(), true);
  unmerged->values.clear();
  for (int m = 0; m < measures; ++m) {
    if (publication.measures(m).unit() == "ratio") continue;
    std::vector<int64_t>& column = unmerged->values.emplace_back();
    for (int c = 0; c < own.primary_size(); ++c) column.push_back(own.values(c * measures + m));
  }
  table.unmerged = std::move(unmerged);
  return table;
}

absl::Status PublicationState::Apply(absl::string_view kind, absl::string_view payload) {
  if (kind == kAgreementKind) {
    NMD_ASSIGN_OR_RETURN(const auto record, Parsed<internal::v1::AgreementRecord>(kind, payload));
    return ApplyAgreement(record);
  }
  if (kind == kReleaseKind) {
    NMD_ASSIGN_OR_RETURN(const auto record, Parsed<internal::v1::ReleaseRecord>(kind, payload));
    return ApplyRelease(record);
  }
  if (kind == kDeliveryKind) {
    NMD_ASSIGN_OR_RETURN(const auto record, Parsed<internal::v1::StatementDelivery>(kind, payload));
    receipts[record.recipient()][record.sequence()] = {record.received(), record.received_time(), record.detail()};
  }
  if (kind == kRedeliverKind) {
    for (auto& [recipient, of_recipient] : receipts) {
      for (auto at = of_recipient.begin(); at != of_recipient.end();) {
        at = at->second.received ? std::next(at) : of_recipient.erase(at);
      }
    }
  }
  return absl::OkStatus();
}

absl::Status PublicationState::ApplyAgreement(const internal::v1::AgreementRecord& record) {
  for (const v1::AgreementVersion& version : record.versions()) {
    std::vector<v1::AgreementVersion>& versions = agreements[version.agreement().name()];
    const int64_t number = version.agreement().version();
    if (number < 1 || number > static_cast<int64_t>(versions.size()) + 1) return Damaged(kAgreementKind);
    if (number > static_cast<int64_t>(versions.size())) versions.emplace_back();
    versions[static_cast<size_t>(number) - 1] = version;
  }
  if (!record.has_statement()) return absl::OkStatus();
  if (record.versions().empty()) return Damaged(kAgreementKind);
  // Also who saw it by an earlier version: it must know that it does not any more.
  std::set<std::string> audiences;
  for (const v1::AgreementVersion& version : agreements[record.versions(0).agreement().name()]) {
    if (version.statement().empty()) continue;
    audiences.insert(version.agreement().audiences().begin(), version.agreement().audiences().end());
  }
  return Say(record.statement(), std::move(audiences));
}

absl::Status PublicationState::ApplyRelease(const internal::v1::ReleaseRecord& record) {
  const v1::Release& release = record.release();
  const std::string number = release.name().substr(release.name().rfind('/') + 1);
  const auto [at, fresh] = release_of.emplace(number, releases.size());
  if (fresh) {
    StoredRelease stored;
    const v1::AgreementVersion* version = Version(release.agreement(), release.agreement_version());
    if (version == nullptr || !stored.publication.ParseFromString(record.publication())) return Damaged(kReleaseKind);
    const auto rule = std::find_if(version->agreement().tables().begin(), version->agreement().tables().end(),
                                   [&](const v1::TableRule& table) { return table.table() == release.table(); });
    const int cells = stored.publication.cells_size();
    if (rule == version->agreement().tables().end() || record.ledger().primary_size() != cells ||
        record.ledger().values_size() != cells * stored.publication.measures_size() ||
        !IsWhole(record.ledger().unmerged(), stored.publication)) {
      return Damaged(kReleaseKind);
    }
    stored.table = LedgerTableOf(stored.publication, record.ledger(), *rule);
    stored.judged_releases = record.judged_releases();
    releases.push_back(std::move(stored));
  }
  StoredRelease& stored = releases[at->second];
  const bool was_released = stored.release.state() == v1::Release::RELEASED;
  stored.release = release;
  if (release.state() == v1::Release::RELEASED && !was_released) released.push_back(at->second);
  return record.has_statement() ? Say(record.statement(), {release.audience()}) : absl::OkStatus();
}

absl::Status PublicationState::Say(const v1::SignedStatement& statement, std::set<std::string> audiences) {
  v1::Statement said;
  if (!said.ParseFromString(statement.statement()) || said.sequence() < NextSequence()) return Damaged("statement");
  statements[said.sequence()] = {statement, said.id(), std::move(audiences), said.made_time()};
  return absl::OkStatus();
}

const v1::AgreementVersion* PublicationState::InForceVersion(const std::string& agreement) const {
  const auto found = agreements.find(agreement);
  if (found == agreements.end()) return nullptr;
  const auto version = std::find_if(found->second.rbegin(), found->second.rend(), [](const v1::AgreementVersion& v) {
    return v.state() == v1::AgreementVersion::IN_FORCE || v.state() == v1::AgreementVersion::ENDED;
  });
  return version == found->second.rend() ? nullptr : &*version;
}

const v1::AgreementVersion* PublicationState::Version(const std::string& agreement, int64_t number) const {
  const auto found = agreements.find(agreement);
  if (found == agreements.end() || number < 1 || number > static_cast<int64_t>(found->second.size())) return nullptr;
  return &found->second[static_cast<size_t>(number) - 1];
}

std::string PublicationState::NextNumber(absl::string_view municipality, int year) const {
  const std::string prefix = absl::StrCat(municipality, "-", year, "-");
  int64_t count = 0;
  for (const auto& [number, index] : release_of) count += absl::StartsWith(number, prefix);
  return absl::StrFormat("%s%04d", prefix, count + 1);
}

std::vector<const LedgerTable*> PublicationState::Ledger() const {
  std::vector<const LedgerTable*> tables;
  for (const size_t index : released) tables.push_back(&releases[index].table);
  return tables;
}

std::map<int64_t, SaidStatement>::const_iterator PublicationState::NextFor(const std::string& recipient,
                                                                           const std::string& audience) const {
  const auto of_recipient = receipts.find(recipient);
  return std::find_if(statements.begin(), statements.end(), [&](const auto& said) {
    const bool done = of_recipient != receipts.end() && of_recipient->second.count(said.first) > 0;
    return !done && said.second.audiences.count(audience) > 0;
  });
}

}  // namespace nmd::publication
