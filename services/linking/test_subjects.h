// SPDX-License-Identifier: EUPL-1.2
#ifndef NMD_SERVICES_LINKING_TEST_SUBJECTS_H_
#define NMD_SERVICES_LINKING_TEST_SUBJECTS_H_

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "services/core/date.h"
#include "services/linking/fake_ingestion.h"
#include "services/linking/fault_journal.h"
#include "services/linking/linking.h"

// What the tests about one person in the vault share.
namespace nmd::linking {

inline constexpr int64_t kSecond = 1'000'000;

inline ingestion::v1::PersonRecord Named(absl::string_view person_key, absl::string_view bsn, absl::string_view prefix,
                                         absl::string_view surname, absl::string_view birth) {
  ingestion::v1::PersonRecord record = Person(person_key, bsn);
  record.set_prefix(std::string(prefix));
  record.set_surname(std::string(surname));
  record.set_birth_day(*ParseDay(birth));
  return record;
}

class SubjectsTest : public ::testing::Test {
 protected:
  Linking& Start() {
    linking_ = nullptr;
    linking_ = std::make_unique<Linking>(*journal_, clock_, ingestion_, TestKey(), options_);
    EXPECT_TRUE(linking_->Load().ok());
    FollowAll(*linking_, ingestion_);
    return *linking_;
  }
  // Adds one record in a delivery of its own.
  void Tell(absl::string_view source, int64_t seconds, ingestion::v1::PersonRecord record) {
    *ingestion_.AddBatch(source, seconds * kSecond).add_records() = std::move(record);
  }
  std::map<std::string, std::string> Clients() {
    std::map<std::string, std::string> clients;
    const v1::ListLinksResponse feed = WholeFeed(*linking_);
    for (const v1::Link& link : feed.links()) clients[link.person_key()] = link.client();
    return clients;
  }
  absl::StatusOr<v1::FindSubjectsResponse> FindBsn(const std::string& bsn) {
    v1::FindSubjectsRequest request;
    request.set_bsn(bsn);
    request.set_purpose("inzageverzoek 12");
    return linking_->FindSubjects(caller_, request);
  }
  absl::StatusOr<v1::FindSubjectsResponse> FindName(const std::string& surname, const std::string& birth) {
    v1::FindSubjectsRequest request;
    request.set_surname(surname);
    request.set_birth_date(birth);
    request.set_purpose("inzageverzoek 12");
    return linking_->FindSubjects(caller_, request);
  }
  // Clients in the order they were found.
  static std::vector<std::string> Found(const absl::StatusOr<v1::FindSubjectsResponse>& response) {
    EXPECT_TRUE(response.ok()) << response.status();
    std::vector<std::string> clients;
    if (response.ok()) {
      for (const v1::Subject& subject : response->subjects()) clients.push_back(subject.client());
    }
    return clients;
  }
  absl::StatusOr<v1::SubjectExport> Export(const std::string& client) {
    v1::ExportSubjectRequest request;
    request.set_client(client);
    request.set_purpose("inzageverzoek 12");
    return linking_->ExportSubject(caller_, request);
  }
  std::vector<v1::AccessRecord> Accesses() {
    const absl::StatusOr<v1::ListAccessesResponse> response = linking_->ListAccesses(caller_, {});
    EXPECT_TRUE(response.ok()) << response.status();
    return {response->accesses().begin(), response->accesses().end()};
  }
  // All pages of an export.
  std::vector<v1::ExportedLink> AllLinks(v1::ExportLinksRequest request) {
    std::vector<v1::ExportedLink> links;
    do {
      const absl::StatusOr<v1::ExportLinksResponse> page = linking_->ExportLinks(caller_, request);
      EXPECT_TRUE(page.ok()) << page.status();
      if (!page.ok()) break;
      EXPECT_LE(page->links_size(), request.page_size() == 0 ? 50 : std::max(2, request.page_size()));
      links.insert(links.end(), page->links().begin(), page->links().end());
      request.set_page_token(page->next_page_token());
    } while (!request.page_token().empty());
    return links;
  }

  const Caller caller_{"demo-privacy", {type::PRIVACY_OFFICER}, "gm1730", "", "", "", "", absl::InfiniteFuture()};
  FakeClock clock_{absl::FromUnixSeconds(1'520'000'000)};
  FakeIngestion ingestion_;
  LinkingOptions options_{"gm1730", 12, true};
  FaultJournal faults_;
  Journal* journal_ = &faults_;
  std::unique_ptr<Linking> linking_;
};

}  // namespace nmd::linking

#endif  // NMD_SERVICES_LINKING_TEST_SUBJECTS_H_
