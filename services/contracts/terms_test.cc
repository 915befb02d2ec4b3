// SPDX-License-Identifier: EUPL-1.2
#include "services/contracts/terms.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace nmd::contracts {
namespace {

using ingestion::v1::ContractTerm;

TEST(Terms, EveryKindOfTheFactHasATitleOfItsOwn) {
  std::set<std::string> titles;
  for (int kind = ContractTerm::KIND_UNSPECIFIED + 1; kind < ContractTerm::Kind_ARRAYSIZE; ++kind) {
    const TermKind& of = TermKindOf(static_cast<ContractTerm::Kind>(kind));
    EXPECT_TRUE(titles.insert(of.title).second) << kind << " " << of.title;
    EXPECT_EQ(of.unit == TermUnit::kNone, of.most == 0) << kind;
    EXPECT_LE(of.least, of.most) << kind;
  }
  EXPECT_EQ(titles.count(TermKindOf(ContractTerm::KIND_UNSPECIFIED).title), 0u);
}

TEST(Terms, AValueIsReadInItsUnit) {
  EXPECT_EQ(TermValueText(ContractTerm::DURATION_NORM, 270), "270 dagen");
  EXPECT_EQ(TermValueText(ContractTerm::BEDS, 12), "12");
  EXPECT_EQ(TermValueText(ContractTerm::LEAST_TURNOVER, 123'456'789), "€ 1.234.567,89");
  EXPECT_EQ(TermValueText(ContractTerm::WAGE_SHARE, 90'000), "90,0%");
  EXPECT_EQ(TermValueText(ContractTerm::KPI_AT_MOST, 10'500), "10,500");
  EXPECT_EQ(TermValueText(ContractTerm::ROOM_DECIDED, 2019), "voor 2019");
  EXPECT_EQ(TermValueText(ContractTerm::CLIENT_STOP, 0), "afgesproken");
}

}  // namespace
}  // namespace nmd::contracts
