// SPDX-License-Identifier: EUPL-1.2
// Open data of a municipality: what was released to the public, and nothing else (R19, R33).
#include "services/publication/open_data.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "services/platform/errors.h"
#include "services/publication/test_publication.h"

namespace nmd::publication {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using v1::Dataset;
using v1::Release;

class OpenDataTest : public PublicationFixture {
 protected:
  OpenDataTest() {
    Agree(open_);
    Agree(region_);
  }

  // A month in which one cell is small.
  void AddMonth(const std::string& month, int first) {
    Add(first + 1, 4, "Eelde", "5", month);
    Add(first + 101, 31, "Eelde", "6", month);
    Add(first + 201, 32, "Vries", "5", month);
    Add(first + 301, 33, "Vries", "6", month);
  }
  Release Released(const v1::Agreement& agreement, const type::Period& period) {
    const auto proposed = Propose(agreement, period);
    EXPECT_TRUE(proposed.ok()) << proposed.status();
    const auto released = Approve(*proposed);
    EXPECT_TRUE(released.ok()) << released.status();
    return *released;
  }
  void Withdraw(const Release& release, const std::string& reason) {
    v1::WithdrawReleaseRequest request;
    request.set_name(release.name());
    request.set_reason(reason);
    ASSERT_TRUE(publication_->WithdrawRelease(Controller(), request).ok());
  }
  static std::string NameOf(const Release& release) {
    return "municipalities/gm1730/datasets/" + release.name().substr(release.name().rfind('/') + 1);
  }

  OpenData Open() {
    return OpenData("gm1730",
                    {[this] { return publication_->OpenDatasets(); },
                     [this](const std::string& name) { return publication_->FindOpenDataset(name); }},
                    nullptr);
  }
  std::vector<std::string> Names() {
    v1::ListDatasetsRequest request;
    request.set_parent("municipalities/gm1730");
    std::vector<std::string> names;
    const auto response = Open().ListDatasets(With(type::PUBLIC), request);
    for (const Dataset& dataset : response->datasets()) names.push_back(dataset.name());
    return names;
  }
  absl::StatusOr<Dataset> GetOpen(const std::string& name) {
    v1::GetDatasetRequest request;
    request.set_name(name);
    return Open().GetDataset(With(type::PUBLIC), request);
  }

  const v1::Agreement open_ = TestAgreement("open", "openbaar"), region_ = TestAgreement();
  const type::Period january_ = PeriodOf("2018-01", "2018-02"), february_ = PeriodOf("2018-02", "2018-03");
};

TEST_F(OpenDataTest, IsWhatWasReleasedToThePublicAndNothingElse) {
  AddMonth("2018-01", 0);
  AddMonth("2018-02", 1000);
  const Release for_region = Released(region_, january_);
  const auto proposed = Propose(open_, january_);
  ASSERT_TRUE(proposed.ok()) << proposed.status();
  EXPECT_THAT(Names(), IsEmpty()) << "not what the region has, nor what is proposed";
  EXPECT_EQ(ReasonOf(GetOpen(NameOf(for_region)).status()), ErrorReason::RESOURCE_NOT_FOUND);
  EXPECT_EQ(ReasonOf(GetOpen(NameOf(*proposed)).status()), ErrorReason::RESOURCE_NOT_FOUND);
  const Release refused = *Propose(open_, february_);
  v1::RefuseReleaseRequest refusal;
  refusal.set_name(refused.name());
  refusal.set_reason("Nog niet.");
  ASSERT_TRUE(publication_->RefuseRelease(Officer(), refusal).ok());
  EXPECT_EQ(ReasonOf(GetOpen(NameOf(refused)).status()), ErrorReason::RESOURCE_NOT_FOUND);

  const auto released = Approve(*proposed);
  ASSERT_TRUE(released.ok()) << released.status();
  EXPECT_THAT(Names(), ElementsAre(NameOf(*released)));
  const auto dataset = GetOpen(NameOf(*released));
  ASSERT_TRUE(dataset.ok()) << dataset.status();
  EXPECT_EQ(dataset->state(), Dataset::CURRENT);
  EXPECT_EQ(dataset->title(), "Per wijk en interventieniveau");
  EXPECT_EQ(dataset->publication().SerializeAsString(), Get(*released)->publication().SerializeAsString());
  for (const char* nothing : {"", "municipalities/gm1730/datasets/", "municipalities/gm0106/datasets/gm1730-2018-0001",
                              "municipalities/gm1730/releases/gm1730-2018-0002"}) {
    EXPECT_EQ(ReasonOf(GetOpen(nothing).status()), ErrorReason::RESOURCE_NOT_FOUND) << nothing;
  }
}

TEST_F(OpenDataTest, WhatWasTakenBackStaysWithItsReasonAndWithoutFigures) {
  AddMonth("2018-01", 0);
  const Release released = Released(open_, january_);
  Withdraw(released, "De telling was dubbel.");
  EXPECT_THAT(Names(), ElementsAre(NameOf(released)));
  const auto dataset = GetOpen(NameOf(released));
  ASSERT_TRUE(dataset.ok()) << dataset.status();
  EXPECT_EQ(dataset->state(), Dataset::WITHDRAWN);
  EXPECT_EQ(dataset->reason(), "De telling was dubbel.");
  EXPECT_TRUE(dataset->has_withdrawn_time());
  EXPECT_FALSE(dataset->has_publication());
}

TEST_F(OpenDataTest, SaysWhatTookThePlaceOfWhat) {
  AddMonth("2018-01", 0);
  const Release first = Released(open_, january_);
  Add(5000, 40, "Vries", "6");
  clock_.Advance(absl::Hours(24));
  const Release second = Released(open_, january_);
  EXPECT_THAT(Names(), ElementsAre(NameOf(second), NameOf(first))) << "newest first";
  const auto old = GetOpen(NameOf(first)), current = GetOpen(NameOf(second));
  EXPECT_EQ(old->state(), Dataset::REPLACED);
  EXPECT_EQ(old->replaced_by(), NameOf(second).substr(NameOf(second).rfind('/') + 1));
  EXPECT_TRUE(old->has_publication());
  EXPECT_EQ(current->state(), Dataset::CURRENT);
  EXPECT_EQ(current->replaces(), NameOf(first).substr(NameOf(first).rfind('/') + 1));
  Withdraw(second, "Toch niet.");
  EXPECT_EQ(GetOpen(NameOf(first))->state(), Dataset::REPLACED) << "what was replaced does not hold again";
}

TEST_F(OpenDataTest, ListsInPagesWithoutCells) {
  AddMonth("2018-01", 0);
  AddMonth("2018-02", 1000);
  Released(open_, january_);
  Released(open_, february_);
  v1::ListDatasetsRequest request;
  request.set_parent("municipalities/gm1730");
  request.set_page_size(1);
  const OpenData open = Open();
  const auto first = open.ListDatasets(With(type::PUBLIC), request);
  ASSERT_TRUE(first.ok());
  ASSERT_EQ(first->datasets_size(), 1);
  EXPECT_EQ(first->datasets(0).publication().cells_size(), 0);
  EXPECT_EQ(first->datasets(0).publication().measures_size(), 3);
  EXPECT_EQ(first->datasets(0).publication().dimensions(0).title(), "Wijk");
  request.set_page_token(first->next_page_token());
  const auto second = open.ListDatasets(With(type::PUBLIC), request);
  ASSERT_TRUE(second.ok()) << second.status();
  ASSERT_EQ(second->datasets_size(), 1);
  EXPECT_NE(first->datasets(0).name(), second->datasets(0).name());
  EXPECT_EQ(second->next_page_token(), "");
}

TEST_F(OpenDataTest, IsTheSameAfterARestart) {
  AddMonth("2018-01", 0);
  const Release released = Released(open_, january_);
  Add(5000, 40, "Vries", "6");
  clock_.Advance(absl::Hours(24));
  Withdraw(Released(open_, january_), "Toch niet.");
  const auto text = [&] {
    std::string all;
    for (const std::string& name : Names()) all += GetOpen(name)->SerializeAsString();
    return all;
  };
  const std::string before = text();
  Reopen();
  EXPECT_EQ(text(), before);
}

}  // namespace
}  // namespace nmd::publication
