// SPDX-License-Identifier: EUPL-1.2
#include "services/contracts/contract_book.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace nmd::contracts {
namespace {

using ingestion::v1::FactBatch;
using ::testing::ElementsAre;

FactBatch Batch(int64_t sequence, const std::string& delivery, int64_t known_second) {
  FactBatch batch;
  batch.set_sequence(sequence);
  batch.set_delivery(delivery);
  batch.mutable_known_time()->set_seconds(known_second);
  return batch;
}

void AddContract(FactBatch* batch, const std::string& id, Day start, Day end, Cents ceiling, int year) {
  auto* contract = batch->add_facts()->mutable_contract();
  contract->set_contract(id);
  contract->set_law(ingestion::v1::YOUTH);
  contract->set_provider("01234567");
  contract->set_provider_name("De Boomhut");
  contract->set_start_day(start);
  contract->set_end_day(end);
  contract->set_ceiling_cents(ceiling);
  contract->set_ceiling_year(year);
}

void AddTariff(FactBatch* batch, const std::string& provider, const std::string& product, Cents amount, Day start,
               Day end = 0) {
  auto* tariff = batch->add_facts()->mutable_tariff();
  tariff->set_law(ingestion::v1::YOUTH);
  tariff->set_provider(provider);
  tariff->set_product(product);
  tariff->set_unit("04");
  tariff->set_tariff_cents(amount);
  tariff->set_start_day(start);
  tariff->set_end_day(end);
}

std::vector<std::string> Texts(const std::vector<BookedPrice>& prices) {
  std::vector<std::string> texts;
  for (const BookedPrice& price : prices) {
    texts.push_back(price.product + "/" + price.provider + "/" + std::to_string(price.amount));
  }
  return texts;
}

TEST(ContractBook, KeepsTheRegisterOfAllKindsOfFacts) {
  std::vector<std::string> kept;
  const google::protobuf::OneofDescriptor* payload = ingestion::v1::Fact::descriptor()->FindOneofByName("payload");
  for (int i = 0; i < payload->field_count(); ++i) {
    ingestion::v1::Fact fact;
    fact.GetReflection()->MutableMessage(&fact, payload->field(i));
    if (ContractBook::Keeps(fact)) kept.push_back(payload->field(i)->name());
  }
  EXPECT_THAT(kept, ElementsAre("product_level", "tariff", "contract", "provider_group", "contract_term", "combination_rule"));
  EXPECT_FALSE(ContractBook::Keeps(ingestion::v1::Fact())) << "a kind this binary never heard of";
}

TEST(ContractBook, TheLevelOfAProductKnownLastHolds) {
  const auto level = [](FactBatch* batch, const std::string& ivn, Day start) {
    auto* stated = batch->add_facts()->mutable_product_level();
    stated->set_law(ingestion::v1::YOUTH);
    stated->set_product("45A04");
    stated->set_ivn(ivn);
    stated->set_start_day(start);
  };
  ContractBook book;
  FactBatch first = Batch(1, "a", 100), second = Batch(2, "b", 200);
  level(&first, "5", DayOf(2017, 1, 1));
  level(&first, "6", DayOf(2018, 1, 1));
  level(&second, "6", DayOf(2017, 1, 1));
  book.Add(second);
  book.Add(first);
  const auto texts = [&](int64_t second_known) {
    std::vector<std::string> found;
    for (const BookedLevel& known : book.AsKnown(absl::FromUnixSeconds(second_known)).levels) {
      found.push_back(known.law + " " + known.product + " " + known.ivn + " " + FormatDay(known.period.start));
    }
    return found;
  };
  EXPECT_THAT(texts(100), ElementsAre("jeugdwet 45A04 5 2017-01-01", "jeugdwet 45A04 6 2018-01-01"));
  EXPECT_THAT(texts(200), ElementsAre("jeugdwet 45A04 6 2017-01-01", "jeugdwet 45A04 6 2018-01-01"));
}

TEST(ContractBook, AYearsOwnCeilingGoesBeforeTheOneOfEveryYear) {
  ContractBook book;
  FactBatch batch = Batch(1, "a", 100);
  AddContract(&batch, "c", DayOf(2017, 1, 1), 0, 500, 0);
  AddContract(&batch, "c", DayOf(2017, 1, 1), 0, 900, 2018);
  book.Add(batch);
  const Book known = book.AsKnown(absl::FromUnixSeconds(100));
  ASSERT_EQ(known.contracts.size(), 1) << "two facts, one contract";
  EXPECT_EQ(known.contracts[0].CeilingOf(2017), 500);
  EXPECT_EQ(known.contracts[0].CeilingOf(2018), 900);
}

TEST(ContractBook, AVersionHoldsFromItsKnownTimeWhateverTheOrderOfArrival) {
  for (const bool reversed : {false, true}) {
    FactBatch first = Batch(reversed ? 2 : 1, "a", 100), second = Batch(reversed ? 1 : 2, "b", 200);
    AddContract(&first, "c", DayOf(2017, 1, 1), 0, 500, 0);
    AddContract(&second, "c", DayOf(2017, 1, 1), DayOf(2019, 1, 1), 0, 0);
    ContractBook book;
    for (const FactBatch* batch : reversed ? std::vector{&second, &first} : std::vector{&first, &second}) book.Add(*batch);
    EXPECT_TRUE(book.AsKnown(absl::FromUnixSeconds(99)).contracts.empty());
    EXPECT_EQ(book.AsKnown(absl::FromUnixSeconds(199)).contracts[0].CeilingOf(2018), 500);
    const BookedContract now = book.AsKnown(absl::FromUnixSeconds(200)).contracts[0];
    EXPECT_EQ(now.CeilingOf(2018), std::nullopt) << "a ceiling of 0 takes it away";
    EXPECT_EQ(now.period.end, DayOf(2019, 1, 1));
  }
}

TEST(ContractBook, OfTwoVersionsKnownAtOneMomentTheSameHoldsWhateverTheOrderOfArrivalT29) {
  for (const bool reversed : {false, true}) {
    FactBatch first = Batch(reversed ? 2 : 1, "a", 100), second = Batch(reversed ? 1 : 2, "b", 100);
    AddContract(&first, "c", DayOf(2017, 1, 1), 0, 500, 0);
    AddTariff(&first, "01234567", "45A04", 110, DayOf(2018, 1, 1));
    AddContract(&second, "c", DayOf(2017, 1, 1), 0, 900, 0);
    AddTariff(&second, "01234567", "45A04", 120, DayOf(2018, 1, 1));
    ContractBook book;
    for (const FactBatch* batch : reversed ? std::vector{&second, &first} : std::vector{&first, &second}) book.Add(*batch);
    const Book known = book.AsKnown(absl::FromUnixSeconds(100));
    EXPECT_EQ(known.contracts[0].CeilingOf(2018), 900);
    EXPECT_EQ(known.prices[0].amount, 120);
  }
}

TEST(ContractBook, Tr056ASupersededDeliveryNeverSaidAnything) {
  ContractBook book;
  FactBatch batch = Batch(1, "a", 100);
  AddContract(&batch, "c", DayOf(2017, 1, 1), 0, 500, 0);
  book.Add(batch);
  FactBatch taken_back = Batch(2, "b", 300);
  taken_back.set_supersedes("a");
  book.Add(taken_back);
  EXPECT_TRUE(book.AsKnown(absl::FromUnixSeconds(200)).contracts.empty());
}

TEST(ContractBook, AWithdrawnDeliverySaysNothingFromThenOn) {
  for (const bool correction_first : {false, true}) {
    FactBatch batch = Batch(1, "a", 100), correction = Batch(2, "a", 300);
    AddContract(&batch, "c", DayOf(2017, 1, 1), 0, 500, 0);
    correction.set_corrects("a");
    correction.add_counted()->mutable_from_time()->set_seconds(100);
    correction.mutable_counted(0)->mutable_until_time()->set_seconds(300);
    correction.add_counted()->mutable_from_time()->set_seconds(500);
    ContractBook book;
    for (const FactBatch* one : correction_first ? std::vector{&correction, &batch} : std::vector{&batch, &correction}) {
      book.Add(*one);
    }
    const auto known = [&](int64_t seconds) { return book.AsKnown(absl::FromUnixSeconds(seconds)).contracts.size(); };
    EXPECT_EQ(known(99), 0u);
    EXPECT_EQ(known(299), 1u);
    EXPECT_EQ(known(300), 0u);
    EXPECT_EQ(known(500), 1u) << "restored";
  }
}

TEST(ContractBook, AProvidersOwnPriceGoesBeforeThatOfEverybody) {
  ContractBook book;
  FactBatch batch = Batch(1, "a", 100);
  AddContract(&batch, "c", DayOf(2018, 1, 1), DayOf(2019, 1, 1), 0, 0);
  AddTariff(&batch, "", "45A04", 100, DayOf(2018, 1, 1));
  AddTariff(&batch, "", "50A01", 200, DayOf(2018, 1, 1));
  AddTariff(&batch, "01234567", "45A04", 110, DayOf(2018, 1, 1), DayOf(2018, 7, 1));
  AddTariff(&batch, "01234567", "45A04", 120, DayOf(2018, 7, 1));
  AddTariff(&batch, "07654321", "45A04", 130, DayOf(2018, 1, 1));
  AddTariff(&batch, "01234567", "45A05", 140, DayOf(2019, 1, 1));
  book.Add(batch);
  const Book known = book.AsKnown(absl::FromUnixSeconds(100));
  EXPECT_THAT(Texts(known.PricesOf(known.contracts[0])), ElementsAre("45A04/01234567/110", "45A04/01234567/120", "50A01//200"));
}

TEST(ContractBook, AContractRunsInTheMonthsItTouches) {
  BookedContract contract;
  contract.period = {DayOf(2018, 6, 15), DayOf(2018, 9, 1)};
  EXPECT_EQ(contract.RunningMonths(2018), 0b0000'1110'0000u);
  EXPECT_EQ(contract.RunningMonths(2019), 0u);
  contract.period.end = kOpenEnd;
  EXPECT_EQ(contract.RunningMonths(2019), 0xFFFu);
}

}  // namespace
}  // namespace nmd::contracts
