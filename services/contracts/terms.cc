// SPDX-License-Identifier: EUPL-1.2
#include "services/contracts/terms.h"

#include <array>
#include <utility>

#include "absl/strings/str_cat.h"
#include "services/core/dutch.h"
#include "services/core/money.h"

namespace nmd::contracts {
namespace {

using ingestion::v1::ContractTerm;

constexpr Cents kMostCents = 1'000'000'000'00;
constexpr int64_t kMostValue = 1'000'000'000;
constexpr int64_t kWhole = 100'000;  // 100 percent.

constexpr std::array<std::pair<ContractTerm::Kind, TermKind>, 16> kKinds = {{
    {ContractTerm::PRODUCT, {TermUnit::kNone, "het product", 0, 0}},
    {ContractTerm::DURATION_NORM, {TermUnit::kDays, "de langste duur", 1, kMostValue}},
    {ContractTerm::BEDS, {TermUnit::kCount, "het aantal bedden", 1, kMostValue}},
    {ContractTerm::YEAR_BUDGET, {TermUnit::kMoney, "het jaarbudget", 0, kMostCents}},
    {ContractTerm::INDEXATION, {TermUnit::kPercent, "de indexatie", -kMostValue, kMostValue}},
    {ContractTerm::NOTICE_SHARE, {TermUnit::kPercent, "de meldgrens", 1, kWhole}},
    {ContractTerm::KPI_AT_LEAST, {TermUnit::kThousandths, "de norm (minstens)", 0, kMostValue, true}},
    {ContractTerm::KPI_AT_MOST, {TermUnit::kThousandths, "de norm (hoogstens)", 0, kMostValue, true}},
    {ContractTerm::WAITING_NORM, {TermUnit::kDays, "de langste wachttijd", 1, kMostValue}},
    {ContractTerm::CLIENT_STOP, {TermUnit::kNone, "de cliëntenstop zonder toestemming", 0, 0}},
    {ContractTerm::CLIENT_STOP_AGREED, {TermUnit::kNone, "de cliëntenstop met toestemming", 0, 0}},
    {ContractTerm::LEAST_TURNOVER, {TermUnit::kMoney, "de omzet per jaar (minstens)", 1, kMostCents}},
    {ContractTerm::LEAST_CLIENTS, {TermUnit::kCount, "het aantal cliënten per jaar (minstens)", 1, kMostValue}},
    {ContractTerm::WAGE_SHARE, {TermUnit::kPercent, "het aandeel lonen in de prijs", 1, kWhole}},
    {ContractTerm::ROOM_ANNOUNCED, {TermUnit::kYear, "de aankondiging van de bestedingsruimte", 2015, 2100}},
    {ContractTerm::ROOM_DECIDED, {TermUnit::kYear, "het besluit over de bestedingsruimte", 2015, 2100}},
}};

}  // namespace

const TermKind& TermKindOf(ContractTerm::Kind kind) {
  static constexpr TermKind kUnknown = {};
  for (const auto& [known, of] : kKinds) {
    if (known == kind) return of;
  }
  return kUnknown;
}

std::string TermValueText(ContractTerm::Kind kind, int64_t value) {
  switch (TermKindOf(kind).unit) {
    case TermUnit::kNone:
      return "afgesproken";
    case TermUnit::kDays:
      return absl::StrCat(dutch::Number(value), " dagen");
    case TermUnit::kCount:
      return dutch::Number(value);
    case TermUnit::kYear:
      return absl::StrCat("voor ", value);
    case TermUnit::kMoney:
      return dutch::Euro(value);
    case TermUnit::kPercent:
      return dutch::Percent(static_cast<double>(value) / kWhole);
    case TermUnit::kThousandths:
      break;
  }
  return dutch::Decimal(static_cast<double>(value) / 1000.0, 3);
}

}  // namespace nmd::contracts
