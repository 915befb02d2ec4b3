// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_CONTRACTS_TEST_CHECKS_H_
#define NMD_SERVICES_CONTRACTS_TEST_CHECKS_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "services/contracts/signal_checks.h"
#include "services/contracts/test_account.h"

// What checks of signals see, for tests.
namespace nmd::contracts::testing {

class CheckScene {
 public:
  TestAccount account;
  std::vector<BookedTerm> terms;
  std::vector<BookedCombination> combinations;
  std::vector<BookedContract> contracts;
  std::vector<BookedPrice> prices;
  std::vector<BookedIndicator> indicators;

  void Client(int64_t number, const std::string& person, absl::string_view start, absl::string_view end = "",
              const std::string& product = "45A04") {
    auto& a = account.Allocate(number, start, end);
    a.set_person_key(person);
    a.set_product(product);
  }
  // A course of one client, told in time.
  void Course(int64_t number, const std::string& person, absl::string_view start, absl::string_view last) {
    Client(number, person, start);
    account.Start(number, start);
    account.Stop(number, start, last);
  }
  BookedTerm& Term(ingestion::v1::ContractTerm::Kind kind, int64_t value, const std::string& product = "",
                   absl::string_view start = "2018-01-01") {
    BookedTerm term;
    term.contract = "jh-1";
    term.law = "jeugdwet";
    term.provider = kProvider;
    term.kind = kind;
    term.product = product;
    term.value = value;
    term.period = {D(start), kOpenEnd};
    terms.push_back(term);
    return terms.back();
  }
  BookedContract& Contract(absl::string_view start, Day end = kOpenEnd) {
    account.agreed.contracts.push_back({Law::kYouth, {D(start), end}, {}});
    BookedContract contract;
    contract.id = "jh-1";
    contract.law = "jeugdwet";
    contract.provider = kProvider;
    contract.provider_title = "De Boomhut";
    contract.period = {D(start), end};
    contracts.push_back(contract);
    return contracts.back();
  }
  // Of a provider, or with an empty one of everybody; about a whole calendar year.
  BookedIndicator& Indicator(const std::string& id, int year, int64_t value, const std::string& provider = kProvider) {
    BookedIndicator told;
    told.indicator = id;
    told.provider = provider;
    told.period = {DayOf(year, 1, 1), DayOf(year + 1, 1, 1)};
    told.value = value;
    indicators.push_back(told);
    return indicators.back();
  }

  // As known at the end of the day.
  Sight See(absl::string_view today) {
    ledger_ = std::make_unique<AccountLedger>();
    for (size_t i = 0; i < account.batches.size(); ++i) {
      account.batches[i].set_sequence(static_cast<int64_t>(i) + 1);
      ledger_->Add(account.batches[i]);
    }
    Sight sight;
    sight.title = "De Boomhut";
    sight.today = D(today);
    sight.books = ledger_->AsKnown(kProvider, absl::FromUnixSeconds(int64_t{D(today) + 1} * 86400 - 7200));
    sight.agreed = account.agreed;
    sight.terms = terms;
    sight.combinations = combinations;
    sight.contracts = contracts;
    sight.prices = prices;
    sight.indicators = indicators;
    return sight;
  }

  std::vector<Judgement> Judge(absl::string_view today, const SignalRule& rule) { return JudgeProvider(rule, See(today)); }

 private:
  std::unique_ptr<AccountLedger> ledger_;
};

// "jeugdwet 2018 holds: clients 3, beds 2"
inline std::vector<std::string> Texts(const std::vector<Judgement>& judged) {
  std::vector<std::string> texts;
  for (const Judgement& judgement : judged) {
    std::string text = absl::StrCat(judgement.law, " ", judgement.year, judgement.holds ? " holds" : " not");
    for (const Measure& measure : judgement.measures) {
      if (measure.unit != Measure::kShare) absl::StrAppend(&text, " ", measure.id, "=", measure.value);
    }
    texts.push_back(text);
  }
  return texts;
}

}  // namespace nmd::contracts::testing

#endif  // NMD_SERVICES_CONTRACTS_TEST_CHECKS_H_
