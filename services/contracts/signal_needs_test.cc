// SPDX-License-Identifier: EUPL-1.2
#include "services/contracts/signal_needs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <functional>

#include "services/contracts/test_rules.h"

namespace nmd::contracts {
namespace {

using ingestion::v1::ContractTerm;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::Rule;

SignalRules OfTheInstance() {
  const char* source = std::getenv("NMD_SOURCE_DIR");
  return *ReadSignalRules(std::string(source == nullptr ? "." : source) + "/deploy/config/signals.yaml");
}

BookedTerm Term(ContractTerm::Kind kind) {
  BookedTerm term;
  term.kind = kind;
  return term;
}
BookedIndicator Indicator(const std::string& id, const std::string& provider) {
  BookedIndicator told;
  told.indicator = id;
  told.provider = provider;
  return told;
}

// Everything that any check looks at.
Book Everything() {
  Book book;
  book.contracts.resize(1);
  book.contracts[0].ceilings[0] = 1;
  book.prices.resize(1);
  book.levels.push_back({"jeugdwet", "45A05", "5", {0, kOpenEnd}});
  book.combinations.resize(1);
  for (int kind = 1; kind < ContractTerm::Kind_ARRAYSIZE; ++kind)
    book.terms.push_back(Term(static_cast<ContractTerm::Kind>(kind)));
  book.indicators = {Indicator("index_lonen_raming", ""), Indicator("jaarresultaat", "01234567")};
  return book;
}
const Intake kAll = {true, true, true, true, true, true, true, true};

TEST(SignalNeeds, EveryRuleOfTheInstanceIsJudgedWhereAllComesInAndNoneWhereNothingDoes) {
  for (const SignalRule& rule : OfTheInstance()) {
    EXPECT_THAT(NotDelivered(rule, Everything(), kAll), IsEmpty()) << rule.id;
    EXPECT_FALSE(NotDelivered(rule, Book(), Intake()).empty()) << rule.id;
  }
}

TEST(SignalNeeds, WhatIsMissingIsNamed) {
  Intake no_claims = kAll;
  no_claims.claims = false;
  EXPECT_THAT(NotDelivered(Rule("A", "answer_late"), Everything(), no_claims), ElementsAre("declaraties (323)"));
  Book no_indexes = Everything();
  no_indexes.indicators.clear();
  EXPECT_THAT(NotDelivered(Rule("I", "indexation"), no_indexes, kAll),
              ElementsAre("de indexen van lonen en van materiële kosten"));
  Intake booked_only = kAll;
  booked_only.paid = false;
  EXPECT_THAT(NotDelivered(Rule("S", "settlement"), Everything(), booked_only), IsEmpty()) << "one of the two is enough";
}

}  // namespace
}  // namespace nmd::contracts
