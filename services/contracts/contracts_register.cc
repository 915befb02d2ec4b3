// SPDX-License-Identifier: EUPL-1.2
// The register of contracts: what was agreed, and what is wrong with it.
#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "services/contracts/contracts.h"
#include "services/contracts/register_findings.h"
#include "services/platform/errors.h"
#include "services/platform/paging.h"
#include "services/platform/proto_time.h"
#include "services/platform/status_macros.h"

namespace nmd::contracts {
namespace {

using ingestion::v1::ContractTerm;
using Term = v1::Contract::Term;

// The API has the kinds of the fact, by number.
static_assert(static_cast<int>(Term::PRODUCT) == static_cast<int>(ContractTerm::PRODUCT));
static_assert(static_cast<int>(Term::DURATION_NORM) == static_cast<int>(ContractTerm::DURATION_NORM));
static_assert(static_cast<int>(Term::BEDS) == static_cast<int>(ContractTerm::BEDS));
static_assert(static_cast<int>(Term::YEAR_BUDGET) == static_cast<int>(ContractTerm::YEAR_BUDGET));
static_assert(static_cast<int>(Term::INDEXATION) == static_cast<int>(ContractTerm::INDEXATION));
static_assert(static_cast<int>(Term::NOTICE_SHARE) == static_cast<int>(ContractTerm::NOTICE_SHARE));
static_assert(static_cast<int>(Term::KPI_AT_LEAST) == static_cast<int>(ContractTerm::KPI_AT_LEAST));
static_assert(static_cast<int>(Term::KPI_AT_MOST) == static_cast<int>(ContractTerm::KPI_AT_MOST));
static_assert(static_cast<int>(Term::WAITING_NORM) == static_cast<int>(ContractTerm::WAITING_NORM));
static_assert(static_cast<int>(Term::CLIENT_STOP) == static_cast<int>(ContractTerm::CLIENT_STOP));
static_assert(static_cast<int>(Term::CLIENT_STOP_AGREED) == static_cast<int>(ContractTerm::CLIENT_STOP_AGREED));
static_assert(static_cast<int>(Term::LEAST_TURNOVER) == static_cast<int>(ContractTerm::LEAST_TURNOVER));
static_assert(static_cast<int>(Term::LEAST_CLIENTS) == static_cast<int>(ContractTerm::LEAST_CLIENTS));
static_assert(static_cast<int>(Term::WAGE_SHARE) == static_cast<int>(ContractTerm::WAGE_SHARE));
static_assert(static_cast<int>(Term::ROOM_ANNOUNCED) == static_cast<int>(ContractTerm::ROOM_ANNOUNCED));
static_assert(static_cast<int>(Term::ROOM_DECIDED) == static_cast<int>(ContractTerm::ROOM_DECIDED));
static_assert(Term::Kind_ARRAYSIZE == ContractTerm::Kind_ARRAYSIZE);
static_assert(static_cast<int>(v1::CombinationRule::FORBIDDEN) == static_cast<int>(ingestion::v1::CombinationRule::FORBIDDEN));

template <typename Message>
void FillDates(const Period& period, Message* message) {
  message->set_start_date(FormatDay(period.start));
  if (period.end != kOpenEnd) message->set_end_date(FormatDay(period.end));
}

v1::ContractFinding ToProto(const RegisterFinding& finding) {
  v1::ContractFinding proto;
  proto.set_rule(finding.rule);
  proto.set_text(finding.text);
  if (!finding.period.Empty()) FillDates(finding.period, &proto);
  return proto;
}

v1::Contract ToProto(const BookedContract& contract, const Book& book, const RegisterFindings& findings,
                     const std::string& municipality) {
  v1::Contract proto;
  proto.set_name(absl::StrCat("municipalities/", municipality, "/contracts/", contract.id));
  proto.set_provider(contract.provider);
  proto.set_provider_title(contract.provider_title);
  proto.set_law(contract.law);
  FillDates(contract.period, &proto);
  for (const auto& [year, amount] : contract.ceilings) {
    auto* ceiling = proto.add_ceilings();
    ceiling->set_year(year);
    ceiling->set_amount_cents(amount);
  }
  for (const BookedPrice& booked : book.PricesOf(contract)) {
    auto* price = proto.add_prices();
    price->set_product(booked.product);
    price->set_unit(booked.unit);
    price->set_amount_cents(booked.amount);
    FillDates(booked.period, price);
  }
  for (const BookedGroup& booked : book.GroupsOf(contract)) {
    auto* party = proto.add_parties();
    party->set_organisation(booked.organisation);
    party->set_organisation_title(booked.organisation_title);
    party->set_concern(booked.concern);
    party->set_concern_title(booked.concern_title);
    FillDates(booked.period, party);
  }
  for (const BookedTerm& booked : book.TermsOf(contract)) {
    auto* term = proto.add_terms();
    term->set_kind(static_cast<Term::Kind>(booked.kind));
    term->set_category(booked.category);
    term->set_product(booked.product);
    term->set_indicator(booked.indicator);
    term->set_value(booked.value);
    FillDates(booked.period, term);
  }
  const auto found = findings.of_contract.find(contract.id);
  if (found != findings.of_contract.end()) {
    for (const RegisterFinding& finding : found->second) *proto.add_findings() = ToProto(finding);
  }
  return proto;
}

template <typename Request>
absl::StatusOr<absl::Time> KnownTimeIn(const Request& request, absl::Time now) {
  FieldCheck check;
  check.Require(!request.has_known_time() || IsValid(request.known_time()), "known_time", "must be a moment");
  NMD_RETURN_IF_ERROR(check.Result());
  return request.has_known_time() ? std::min(now, absl::FromUnixMicros(MicrosOf(request.known_time()))) : now;
}

}  // namespace

absl::StatusOr<v1::ListContractsResponse> Contracts::ListContracts(const Caller&,
                                                                   const v1::ListContractsRequest& request) const {
  NMD_ASSIGN_OR_RETURN(const Page page, ReadPage(request));
  NMD_ASSIGN_OR_RETURN(const absl::Time known_time, KnownTimeIn(request, clock_.Now()));
  const Book book = BookAsKnown(known_time);
  const RegisterFindings findings = FindInRegister(book);
  std::vector<const BookedContract*> chosen;
  for (const BookedContract& contract : book.contracts) {
    if (!request.provider().empty() && contract.provider != request.provider()) continue;
    if (request.year() != 0 && contract.RunningMonths(request.year()) == 0) continue;
    if (request.with_findings() && findings.of_contract.count(contract.id) == 0) continue;
    chosen.push_back(&contract);
  }
  const auto total = static_cast<int64_t>(chosen.size());
  v1::ListContractsResponse response;
  for (int64_t i = page.offset; i < std::min(total, page.offset + page.size); ++i) {
    *response.add_contracts() = ToProto(*chosen[static_cast<size_t>(i)], book, findings, municipality_);
  }
  for (const RegisterFinding& finding : findings.others) *response.add_findings() = ToProto(finding);
  response.set_next_page_token(NextPageToken(request, page.offset + page.size, total));
  return response;
}

absl::StatusOr<v1::Contract> Contracts::GetContract(const Caller&, const v1::GetContractRequest& request) const {
  NMD_ASSIGN_OR_RETURN(const absl::Time known_time, KnownTimeIn(request, clock_.Now()));
  const Book book = BookAsKnown(known_time);
  for (const BookedContract& contract : book.contracts) {
    if (request.name() != absl::StrCat("municipalities/", municipality_, "/contracts/", contract.id)) continue;
    return ToProto(contract, book, FindInRegister(book), municipality_);
  }
  return NotFound(request.name());
}

absl::StatusOr<v1::ListCombinationRulesResponse> Contracts::ListCombinationRules(
    const Caller&, const v1::ListCombinationRulesRequest& request) const {
  NMD_ASSIGN_OR_RETURN(const Page page, ReadPage(request));
  NMD_ASSIGN_OR_RETURN(const absl::Time known_time, KnownTimeIn(request, clock_.Now()));
  const Book book = BookAsKnown(known_time);
  const RegisterFindings findings = FindInRegister(book);
  v1::ListCombinationRulesResponse response;
  int64_t total = 0;
  for (size_t i = 0; i < book.combinations.size(); ++i) {
    const BookedCombination& booked = book.combinations[i];
    if (!request.product().empty() && booked.product != request.product() && booked.other_product != request.product())
      continue;
    if (total++ < page.offset || total > page.offset + page.size) continue;
    v1::CombinationRule* rule = response.add_rules();
    rule->set_law(booked.law);
    rule->set_product(booked.product);
    rule->set_other_law(booked.other_law);
    rule->set_other_product(booked.other_product);
    rule->set_verdict(static_cast<v1::CombinationRule::Verdict>(booked.verdict));
    rule->set_reason(booked.reason);
    FillDates(booked.period, rule);
    const auto found = findings.of_combination.find(i);
    if (found == findings.of_combination.end()) continue;
    for (const RegisterFinding& finding : found->second) *rule->add_findings() = ToProto(finding);
  }
  response.set_next_page_token(NextPageToken(request, page.offset + page.size, total));
  return response;
}

}  // namespace nmd::contracts
