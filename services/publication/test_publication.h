// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_PUBLICATION_TEST_PUBLICATION_H_
#define NMD_SERVICES_PUBLICATION_TEST_PUBLICATION_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "services/platform/crypto.h"
#include "services/platform/journal.h"
#include "services/publication/publication.h"
#include "services/publication/test_costs.h"

namespace nmd::publication {

// An agreement that fits TestCosts: clients, provisions and amounts by wijk and ivn, of youth care.
inline v1::Agreement TestAgreement(const std::string& id = "regio", const std::string& audience = "regio") {
  v1::Agreement agreement;
  agreement.set_name("municipalities/gm1730/agreements/" + id);
  agreement.set_title("Regio");
  agreement.add_audiences(audience);
  agreement.set_purpose("Sturing");
  agreement.set_legal_basis("Jeugdwet artikel 2.7");
  agreement.set_contact("privacyfunctionaris");
  agreement.set_start_date("2017-01-01");
  agreement.set_end_date("2020-01-01");
  v1::TableRule* table = agreement.add_tables();
  table->set_table("wijk-ivn");
  table->set_title("Per wijk en interventieniveau");
  for (const char* measure : {"clients", "provisions", "indicated"}) table->add_measures(measure);
  for (const char* dimension : {"wijk", "ivn"}) table->add_dimensions(dimension);
  auto* law = table->add_filters();
  law->set_dimension("law");
  law->add_values("jeugdwet");
  table->set_minimum_clients(5);
  return agreement;
}

inline Caller With(type::Role role, const std::string& subject = "een-persoon") {
  Caller caller;
  caller.subject = subject;
  caller.roles = {role};
  caller.municipality = "gm1730";
  return caller;
}

// Two people who may do everything together.
inline Caller Controller() { return With(type::CONTROLLER, "de-controller"); }
inline Caller Officer() { return With(type::PRIVACY_OFFICER, "de-functionaris"); }

inline type::Period PeriodOf(const std::string& start, const std::string& end) {
  type::Period period;
  period.set_start_date(start + "-01");
  period.set_end_date(end + "-01");
  return period;
}

// A municipality with costs that count what a test adds.
class PublicationFixture : public ::testing::Test {
 protected:
  // 31 March 2018, 12:40 UTC.
  PublicationFixture() : clock_(absl::FromUnixSeconds(1'522'500'000)), costs_(clock_), peer_(costs_.peer()) { Reopen(); }

  void Reopen() {
    auto publication = Publication::Open("gm1730", *journal_, clock_, *peer_, signer_, {{"regio", "nmd"}});
    ASSERT_TRUE(publication.ok()) << publication.status();
    publication_ = *std::move(publication);
  }

  // Proposes and approves.
  void Agree(const v1::Agreement& agreement) {
    v1::ProposeAgreementRequest proposal;
    proposal.set_parent("municipalities/gm1730");
    *proposal.mutable_agreement() = agreement;
    const auto version = publication_->ProposeAgreement(Controller(), proposal);
    ASSERT_TRUE(version.ok()) << version.status();
    v1::ApproveAgreementRequest approval;
    approval.set_name(version->name());
    const auto approved = publication_->ApproveAgreement(Officer(), approval);
    ASSERT_TRUE(approved.ok()) << approved.status();
  }

  absl::StatusOr<v1::Release> Propose(const v1::Agreement& agreement, const type::Period& period, int table = 0) {
    v1::ProposeReleaseRequest request;
    request.set_parent("municipalities/gm1730");
    request.set_agreement(agreement.name());
    request.set_table(agreement.tables(table).table());
    *request.mutable_period() = period;
    return publication_->ProposeRelease(Controller(), request);
  }
  absl::StatusOr<v1::Release> Approve(const v1::Release& release) {
    v1::ApproveReleaseRequest request;
    request.set_name(release.name());
    return publication_->ApproveRelease(Officer(), request);
  }
  absl::StatusOr<v1::Release> Get(const v1::Release& release, const Caller& caller = Officer()) {
    v1::GetReleaseRequest request;
    request.set_name(release.name());
    return publication_->GetRelease(caller, request);
  }

  // `clients` clients with one provision of 100 euro each, beginning with client `first`.
  void Add(int first, int clients, const std::string& wijk, const std::string& ivn, const std::string& month = "2018-01") {
    for (int i = 0; i < clients; ++i) costs_.provisions.push_back({first + i, wijk, ivn, 10000, month});
  }

  FakeClock clock_;
  TestCosts costs_;
  std::unique_ptr<Peer> peer_;
  std::unique_ptr<Journal> journal_ = NewMemoryJournal();
  const Signer signer_{Key::FromBytes({1, 2, 3})};
  std::unique_ptr<Publication> publication_;
};

}  // namespace nmd::publication

#endif  // NMD_SERVICES_PUBLICATION_TEST_PUBLICATION_H_
