// SPDX-License-Identifier: EUPL-1.2
#include "services/contracts/register_findings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace nmd::contracts {
namespace {

using ingestion::v1::ContractTerm;
using ingestion::v1::FactBatch;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

Day D(absl::string_view text) { return *ParseDay(text); }

// A register that is told in versions, a month apart.
class Register {
 public:
  Register() { Next(); }

  void Next() {
    Flush();
    batch_.Clear();
    batch_.set_delivery(absl::StrCat("d", ++deliveries_));
    batch_.mutable_known_time()->set_seconds(int64_t{D("2017-01-01")} * 86400 + deliveries_ * 2'600'000);
  }

  ingestion::v1::Contract& Contract(const std::string& id, absl::string_view start, absl::string_view end,
                                    const std::string& provider = "01234567") {
    auto& c = *batch_.add_facts()->mutable_contract();
    c.set_contract(id);
    c.set_law(ingestion::v1::YOUTH);
    c.set_provider(provider);
    c.set_provider_name("De Boomhut");
    c.set_start_day(D(start));
    if (!end.empty()) c.set_end_day(D(end));
    return c;
  }
  ContractTerm& Term(const std::string& contract, ContractTerm::Kind kind, const std::string& product, int64_t value,
                     absl::string_view start = "2018-01-01", absl::string_view end = "2019-01-01") {
    auto& t = *batch_.add_facts()->mutable_contract_term();
    t.set_contract(contract);
    t.set_law(ingestion::v1::YOUTH);
    t.set_provider("01234567");
    t.set_kind(kind);
    t.set_product(product);
    t.set_value(value);
    t.set_start_day(D(start));
    if (!end.empty()) t.set_end_day(D(end));
    return t;
  }
  void Price(const std::string& product, Cents amount, absl::string_view start, absl::string_view end) {
    auto& t = *batch_.add_facts()->mutable_tariff();
    t.set_law(ingestion::v1::YOUTH);
    t.set_product(product);
    t.set_provider("01234567");
    t.set_unit("04");
    t.set_tariff_cents(amount);
    t.set_start_day(D(start));
    if (!end.empty()) t.set_end_day(D(end));
  }
  void Group(const std::string& provider, const std::string& organisation, absl::string_view start, absl::string_view end) {
    auto& g = *batch_.add_facts()->mutable_provider_group();
    g.set_provider(provider);
    g.set_organisation(organisation);
    g.set_start_day(D(start));
    if (!end.empty()) g.set_end_day(D(end));
  }

  Book Known() {
    Flush();
    return book_.AsKnown(absl::FromUnixSeconds(int64_t{D("2030-01-01")} * 86400));
  }
  // "id RULE 2018-01-01 2018-07-01", then those of no contract.
  std::vector<std::string> Found() {
    const RegisterFindings findings = FindInRegister(Known());
    std::vector<std::string> found;
    const auto add = [&](const std::string& of, const RegisterFinding& finding) {
      EXPECT_FALSE(finding.text.empty());
      std::string text = absl::StrCat(of, " ", finding.rule);
      if (!finding.period.Empty()) {
        absl::StrAppend(&text, " ", FormatDay(finding.period.start), " ",
                        finding.period.end == kOpenEnd ? "open" : FormatDay(finding.period.end));
      }
      found.push_back(text);
    };
    for (const auto& [id, list] : findings.of_contract) {
      for (const RegisterFinding& finding : list) add(id, finding);
    }
    for (const RegisterFinding& finding : findings.others) add("-", finding);
    return found;
  }

 private:
  void Flush() {
    if (batch_.facts_size() > 0) book_.Add(batch_);
    batch_.clear_facts();
  }

  ContractBook book_;
  FactBatch batch_;
  int deliveries_ = 0;
};

TEST(RegisterFindings, ASoundRegisterHasNone) {
  Register r;
  r.Contract("a", "2017-01-01", "2018-01-01").set_ceiling_cents(500);
  r.Contract("b", "2018-01-01", "2020-01-01").set_ceiling_cents(500);
  r.Term("b", ContractTerm::PRODUCT, "45A04", 0);
  r.Term("b", ContractTerm::BEDS, "45A04", 0);
  r.Term("b", ContractTerm::DURATION_NORM, "45A04", 180, "2018-01-01", "2018-07-01");
  r.Term("b", ContractTerm::DURATION_NORM, "45A04", 200, "2018-07-01");
  r.Price("45A04", 5000, "2017-01-01", "");
  r.Price("45A04", 5100, "2018-01-01", "");  // Ends the one before, that nobody closed.
  r.Group("01234567", "o1", "2017-01-01", "2018-07-01");
  r.Group("01234567", "o1", "2018-07-01", "");
  EXPECT_THAT(r.Found(), IsEmpty());
}

TEST(RegisterFindings, ContractsWithAGapBetweenThem) {
  Register r;
  r.Contract("a", "2017-01-01", "2018-01-01");
  r.Contract("b", "2018-03-01", "2019-01-01");
  r.Contract("c", "2018-06-01", "2020-01-01");
  EXPECT_THAT(r.Found(), ElementsAre("b CONTRACT_GAP 2018-01-01 2018-03-01"));
}

TEST(RegisterFindings, AContractThatEndsBeforeItBegins) {
  Register r;
  r.Contract("a", "2018-01-01", "2017-01-01");
  EXPECT_THAT(r.Found(), ElementsAre("a CONTRACT_EMPTY"));
}

TEST(RegisterFindings, ACeilingOfZeroIsNoCeiling) {
  Register r;
  auto& stated = r.Contract("a", "2018-01-01", "2020-01-01");
  stated.set_ceiling_year(2018);
  r.Contract("b", "2018-01-01", "2020-01-01", "07654321");  // Has none and says of no year that it has.
  EXPECT_THAT(r.Found(), ElementsAre("a CEILING_ZERO 2018-01-01 2019-01-01"));
  EXPECT_EQ(r.Known().contracts[0].CeilingOf(2018), std::nullopt);
  r.Next();
  auto& corrected = r.Contract("a", "2018-01-01", "2020-01-01");
  corrected.set_ceiling_year(2018);
  corrected.set_ceiling_cents(700);
  EXPECT_THAT(r.Found(), IsEmpty());
}

TEST(RegisterFindings, AContractThatGoesToAnotherAgbCode) {
  Register r;
  r.Contract("a", "2018-01-01", "2020-01-01");
  r.Next();
  r.Contract("a", "2018-07-01", "2020-01-01", "07654321");
  EXPECT_THAT(r.Found(), ElementsAre("a AGB_CHANGED"));
  r.Next();
  r.Contract("a", "2018-01-01", "2020-01-01");
  EXPECT_THAT(r.Found(), ElementsAre("a AGB_CHANGED")) << "and back: the other one may have declared";
}

TEST(RegisterFindings, AnAgbCodeThatIsSucceededWhileTheContractRuns) {
  Register r;
  r.Contract("a", "2018-01-01", "2020-01-01");
  r.Group("01234567", "o1", "2017-01-01", "2018-07-01");
  r.Group("07654321", "o2", "2018-07-01", "");
  EXPECT_THAT(r.Found(), IsEmpty()) << "of another organisation";
  r.Next();
  r.Group("07654321", "o1", "2018-07-01", "");
  EXPECT_THAT(r.Found(), ElementsAre("a AGB_SUCCEEDED 2018-07-01 2020-01-01"));
}

TEST(RegisterFindings, PricesThatOverlapOrLeaveDaysOut) {
  Register r;
  r.Contract("a", "2018-01-01", "2020-01-01");
  r.Price("45A04", 5000, "2018-01-01", "2018-08-01");
  r.Price("45A04", 5100, "2018-07-01", "2019-01-01");
  r.Price("45A05", 5000, "2018-01-01", "2018-08-01");
  r.Price("45A05", 5000, "2018-07-01", "2019-01-01");  // The same price twice harms nobody.
  r.Price("45A05", 5100, "2019-02-01", "");
  EXPECT_THAT(r.Found(), ElementsAre("a PRICE_GAP 2019-01-01 2019-02-01", "a PRICE_OVERLAP 2018-07-01 2018-08-01"));
}

TEST(RegisterFindings, AProductWithoutAPrice) {
  Register r;
  r.Contract("a", "2018-01-01", "2020-01-01");
  r.Term("a", ContractTerm::PRODUCT, "45A04", 0);
  EXPECT_THAT(r.Found(), IsEmpty()) << "no prices are registered at all";
  r.Price("45A05", 5000, "2018-01-01", "");
  EXPECT_THAT(r.Found(), ElementsAre("a PRICE_MISSING"));
}

TEST(RegisterFindings, TermsThatCannotBeRight) {
  Register r;
  r.Contract("a", "2018-01-01", "2019-01-01");
  r.Term("a", ContractTerm::YEAR_BUDGET, "45A04", 0);
  r.Term("a", ContractTerm::BEDS, "45A04", 3, "2020-01-01", "");
  r.Term("a", ContractTerm::DURATION_NORM, "45A04", 180, "2018-01-01", "2018-08-01");
  r.Term("a", ContractTerm::DURATION_NORM, "45A04", 200, "2018-07-01");
  r.Term("a", ContractTerm::NOTICE_SHARE, "", 70'000).set_provider("07654321");
  r.Term("x", ContractTerm::PRODUCT, "45A04", 0);
  r.Group("01234567", "o1", "2018-01-01", "2018-08-01");
  r.Group("01234567", "o2", "2018-07-01", "");
  EXPECT_THAT(r.Found(), ElementsAre("a TERM_OTHER_PROVIDER 2018-01-01 2019-01-01", "a TERM_OUTSIDE_CONTRACT 2020-01-01 open",
                                     "a TERM_OVERLAP 2018-07-01 2018-08-01", "a TERM_ZERO 2018-01-01 2019-01-01",
                                     "- GROUP_OVERLAP 2018-07-01 2018-08-01", "- TERM_WITHOUT_CONTRACT"));
}

}  // namespace
}  // namespace nmd::contracts
