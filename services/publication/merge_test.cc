// SPDX-License-Identifier: EUPL-1.2
#include "services/publication/merge.h"

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "services/platform/errors.h"
#include "services/publication/test_publication.h"

namespace nmd::publication {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using v1::Publication;
using v1::PublishedCell;
using Groups = std::vector<std::vector<std::string>>;

TEST(MergeAreas, JoinsTheThinnestToItsThinnerNeighbour) {
  EXPECT_EQ(MergeAreas({{"a", "", 20}, {"b", "", 3}, {"c", "", 9}, {"d", "", 30}}, 5), Groups({{"b", "c"}}));
  EXPECT_EQ(MergeAreas({{"a", "", 9}, {"b", "", 3}, {"c", "", 9}}, 5), Groups({{"a", "b"}})) << "of equals the first";
  EXPECT_EQ(MergeAreas({{"a", "", 2}, {"b", "", 2}, {"c", "", 2}, {"d", "", 7}}, 5), Groups({{"a", "b", "c"}}));
  EXPECT_THAT(MergeAreas({{"a", "", 5}, {"b", "", 6}}, 5), IsEmpty());
  EXPECT_THAT(MergeAreas({}, 5), IsEmpty());
}

TEST(MergeAreas, StaysWithinTheParent) {
  EXPECT_EQ(MergeAreas({{"a", "x", 2}, {"b", "y", 2}, {"c", "x", 9}, {"d", "y", 1}}, 5), Groups({{"a", "c"}, {"b", "d"}}));
  EXPECT_THAT(MergeAreas({{"a", "x", 2}, {"b", "y", 9}}, 5), IsEmpty()) << "who has no neighbour stays alone";
}

TEST(MergeAreas, WhoLivesNowhereKnownIsNoArea) {
  EXPECT_EQ(MergeAreas({{"", "", 2}, {"a", "", 3}, {"b", "", 9}}, 5), Groups({{"a", "b"}}));
}

TEST(MergeAreas, DoesNotDependOnTheOrderAndEachHasEnough) {
  std::mt19937 random(11);
  for (int round = 0; round < 2'000; ++round) {
    std::vector<Area> areas;
    std::map<std::string, int64_t> of_parent, of_code;
    const int count = 1 + static_cast<int>(random() % 12);
    for (int i = 0; i < count; ++i) {
      areas.push_back({absl::StrCat("a", 10 + i), absl::StrCat("p", random() % 3), static_cast<int64_t>(random() % 12)});
      of_parent[areas.back().parent] += areas.back().clients;
      of_code[areas.back().code] = areas.back().clients;
    }
    const Groups groups = MergeAreas(areas, 5);
    std::map<std::string, std::string> parent_of;
    for (const Area& area : areas) parent_of[area.code] = area.parent;
    std::set<std::string> merged;
    for (const auto& group : groups) {
      int64_t clients = 0;
      for (const std::string& code : group) {
        clients += of_code[code];
        ASSERT_TRUE(merged.insert(code).second);
        ASSERT_EQ(parent_of[code], parent_of[group.front()]);
      }
      ASSERT_TRUE(clients >= 5 || clients == of_parent[parent_of[group.front()]]) << "round " << round;
    }
    for (const Area& area : areas) {
      const bool whole_parent = area.clients == of_parent[area.parent];
      ASSERT_TRUE(merged.count(area.code) > 0 || area.clients >= 5 || whole_parent) << "round " << round;
    }
    std::shuffle(areas.begin(), areas.end(), random);
    ASSERT_EQ(MergeAreas(areas, 5), groups);
  }
}

class MergeTest : public PublicationFixture {
 protected:
  MergeTest() {
    rule_ = agreement_.mutable_tables(0);
    rule_->set_merge_dimension("wijk");
  }

  Publication Released(const v1::Agreement& agreement) {
    Agree(agreement);
    const auto proposed = Propose(agreement, PeriodOf("2018-01", "2018-02"));
    EXPECT_TRUE(proposed.ok()) << proposed.status();
    if (!proposed.ok()) return {};
    EXPECT_EQ(proposed->state(), v1::Release::PROPOSED) << proposed->DebugString();
    const auto released = Approve(*proposed);
    EXPECT_TRUE(released.ok()) << released.status();
    return released.ok() ? Get(*released)->publication() : Publication();
  }

  static std::vector<std::string> Wijken(const Publication& publication) {
    std::vector<std::string> values;
    for (const v1::PublishedCode& code : publication.dimensions(0).codes()) values.push_back(code.value());
    return values;
  }
  static std::string ClientsIn(const Publication& publication, const std::string& wijk, const std::string& ivn) {
    for (const PublishedCell& cell : publication.cells()) {
      if (publication.dimensions(0).codes(cell.codes(0)).value() != wijk) continue;
      if (publication.dimensions(1).codes(cell.codes(1)).value() != ivn) continue;
      return cell.state() == PublishedCell::HIDDEN ? "-" : absl::StrCat(cell.values(0).count());
    }
    return "?";
  }
  static int HiddenIn(const Publication& publication) {
    return static_cast<int>(std::count_if(publication.cells().begin(), publication.cells().end(),
                                          [](const PublishedCell& cell) { return cell.state() == PublishedCell::HIDDEN; }));
  }

  v1::Agreement agreement_ = TestAgreement();
  v1::TableRule* rule_;
};

TEST_F(MergeTest, ThinWijkenAreToldAsOneInTheTable) {
  Add(1, 3, "Eelde", "5");
  Add(11, 2, "Vries", "5");
  Add(21, 8, "Vries", "6");
  Add(21, 1, "Eelde", "6");  // Moved: one client of the two together.
  Add(101, 20, "Zuidlaren", "5");
  Add(201, 30, "Zuidlaren", "6");
  const Publication publication = Released(agreement_);
  ASSERT_THAT(Wijken(publication), ElementsAre("totaal", "Eelde+Vries", "Zuidlaren"));
  const v1::PublishedCode& merged = publication.dimensions(0).codes(1);
  EXPECT_EQ(merged.label(), "De Eelde + De Vries (samengevoegd)");
  EXPECT_THAT(merged.members(), ElementsAre("Eelde", "Vries"));
  EXPECT_EQ(ClientsIn(publication, "Eelde+Vries", "5"), "5");
  EXPECT_EQ(ClientsIn(publication, "Eelde+Vries", "6"), "8") << "counted again, not added";
  EXPECT_EQ(HiddenIn(publication), 0);
}

TEST_F(MergeTest, ThePreviewTellsWhatHidingWouldCost) {
  Add(1, 3, "Eelde", "5");
  Add(11, 12, "Vries", "5");
  Add(21, 8, "Vries", "6");
  Add(31, 4, "Eelde", "6");
  Add(101, 20, "Zuidlaren", "5");
  Add(201, 30, "Zuidlaren", "6");
  rule_->set_merge_until(10);
  Agree(agreement_);
  v1::PreviewPublicationRequest request;
  request.set_name(agreement_.name());
  request.set_table("wijk-ivn");
  *request.mutable_period() = PeriodOf("2018-01", "2018-02");
  const auto preview = publication_->PreviewPublication(Officer(), request);
  ASSERT_TRUE(preview.ok()) << preview.status();
  const v1::Merging& merging = preview->merging();
  EXPECT_EQ(merging.dimension(), "wijk");
  EXPECT_EQ(merging.value_count(), 2);
  EXPECT_EQ(merging.unmerged_count(), 3);
  ASSERT_EQ(merging.areas_size(), 1);
  EXPECT_EQ(merging.areas(0).value().value(), "Eelde+Vries");
  EXPECT_EQ(preview->loss().hidden_cells(), 0);
  EXPECT_GT(merging.hiding_alone().hidden_cells(), .3) << "four cells of twelve at least";
  EXPECT_TRUE(merging.hiding_alone_safe());
  EXPECT_FALSE(
      publication_->PreviewPublication(With(type::POLICY_ADVISER), request)->merging().hiding_alone().has_hidden_value());
}

// A table that hides Eelde shows Vries; the two as one would give Eelde.
TEST_F(MergeTest, WhatIsToldAsOneDoesNotGiveItsPartsAway) {
  Add(1, 3, "Eelde", "5");
  Add(11, 12, "Vries", "5");
  Add(101, 20, "Zuidlaren", "5");
  Add(201, 30, "Annen", "5");
  v1::Agreement hides = TestAgreement("verbergt");
  const Publication before = Released(hides), after = Released(agreement_);
  ASSERT_EQ(ClientsIn(before, "Eelde", "totaal"), "-");
  ASSERT_THAT(Wijken(after), ElementsAre("totaal", "Annen", "Eelde+Vries", "Zuidlaren"));
  EXPECT_TRUE(ClientsIn(before, "Vries", "totaal") == "-" || ClientsIn(after, "Eelde+Vries", "totaal") == "-");
  EXPECT_EQ(ClientsIn(after, "Zuidlaren", "totaal"), "20") << "the rest is told";
}

TEST_F(MergeTest, BuurtenAreMergedWithinTheirWijk) {
  const auto add = [&](int first, int clients, const std::string& wijk, const std::string& buurt) {
    for (int i = 0; i < clients; ++i)
      costs_.provisions.push_back({first + i, wijk, "5", 10000, "2018-01", "jeugdwet", "00000001", buurt});
  };
  add(1, 20, "Eelde", "BU01");
  add(101, 3, "Eelde", "BU02");
  add(201, 4, "Vries", "BU03");
  add(301, 25, "Vries", "BU04");
  rule_->clear_dimensions();
  rule_->add_dimensions("buurt");
  rule_->set_merge_dimension("buurt");
  EXPECT_THAT(Wijken(Released(agreement_)), ElementsAre("totaal", "BU01", "BU02+BU03", "BU04"));
  agreement_.set_name("municipalities/gm1730/agreements/binnen");
  rule_->set_merge_within("wijk");
  add(401, 9, "Norg", "BU05");
  for (Provision& provision : costs_.provisions) provision.month = "2018-02";
  Agree(agreement_);
  const auto proposed = Propose(agreement_, PeriodOf("2018-02", "2018-03"));
  ASSERT_TRUE(proposed.ok()) << proposed.status();
  EXPECT_THAT(Wijken(Get(*proposed)->publication()), ElementsAre("totaal", "BU01+BU02", "BU03+BU04", "BU05"));
}

TEST_F(MergeTest, RulesThatCannotBeKeptAreFaults) {
  const auto faults = [&](const std::string& dimension, const std::string& within, int until) {
    v1::Agreement agreement = TestAgreement();
    agreement.mutable_tables(0)->set_merge_dimension(dimension);
    agreement.mutable_tables(0)->set_merge_within(within);
    agreement.mutable_tables(0)->set_merge_until(until);
    v1::ProposeAgreementRequest proposal;
    proposal.set_parent("municipalities/gm1730");
    *proposal.mutable_agreement() = agreement;
    return publication_->ProposeAgreement(Controller(), proposal).status();
  };
  EXPECT_TRUE(faults("wijk", "", 0).ok());
  EXPECT_FALSE(faults("buurt", "", 0).ok()) << "the table is not by buurt";
  EXPECT_FALSE(faults("wijk", "ivn", 0).ok()) << "a wijk is no part of a level";
  EXPECT_FALSE(faults("wijk", "", 4).ok()) << "less than the minimum";
  EXPECT_FALSE(faults("", "", 10).ok()) << "nothing to merge";
}

TEST_F(MergeTest, AReplayKnowsWhatWasToldAsOne) {
  Add(1, 3, "Eelde", "5");
  Add(11, 12, "Vries", "5");
  Add(101, 20, "Zuidlaren", "5");
  const Publication first = Released(agreement_);
  Reopen();
  // Somebody else's table of the same, by wijk: Eelde is as secret as it was.
  v1::Agreement hides = TestAgreement("verbergt");
  const Publication second = Released(hides);
  EXPECT_EQ(ClientsIn(second, "Eelde", "totaal"), "-");
  EXPECT_TRUE(ClientsIn(first, "Eelde+Vries", "totaal") == "-" || ClientsIn(second, "Vries", "totaal") == "-");
}

// Thin towns, random: nothing small is shown or can be subtracted from another release, and less is hidden than by hiding.
TEST_F(MergeTest, HidesLessOfThinTownsThanHidingAlone) {
  int64_t hidden_merged = 0, cells_merged = 0, hidden_alone = 0, cells_alone = 0;
  for (uint32_t seed = 1; seed <= 25; ++seed) {
    std::mt19937 random(seed);
    costs_.provisions.clear();
    journal_ = NewMemoryJournal();
    Reopen();
    int client = 1;
    for (const char* wijk : {"A", "B", "C", "D", "E", "F", "G"}) {
      const int size = random() % 2 == 0 ? 4 : 30;
      for (const char* ivn : {"5", "6", "7"}) {
        const int clients = static_cast<int>(random() % static_cast<uint32_t>(size));
        Add(client, clients, wijk, ivn);
        client += 100;
      }
    }
    rule_->set_merge_until(25);
    v1::Agreement hides = TestAgreement("verbergt");
    Agree(hides);
    Agree(agreement_);
    const auto alone = Propose(hides, PeriodOf("2018-01", "2018-02"));
    ASSERT_TRUE(alone.ok()) << alone.status();
    const Publication hidden = Get(*alone)->publication();
    hidden_alone += HiddenIn(hidden);
    cells_alone += hidden.cells_size();
    const auto proposed = Propose(agreement_, PeriodOf("2018-01", "2018-02"));
    ASSERT_TRUE(proposed.ok()) << proposed.status();
    EXPECT_EQ(proposed->state(), v1::Release::PROPOSED) << seed;
    const Publication merged = Get(*proposed)->publication();
    hidden_merged += HiddenIn(merged);
    cells_merged += merged.cells_size();
    for (const PublishedCell& cell : merged.cells()) {
      EXPECT_TRUE(cell.state() != PublishedCell::SHOWN || cell.values(0).count() >= 5);
    }
  }
  RecordProperty("hidden_merged", static_cast<int>(hidden_merged));
  RecordProperty("hidden_alone", static_cast<int>(hidden_alone));
  EXPECT_LT(hidden_merged * cells_alone * 3, hidden_alone * cells_merged * 2)
      << hidden_merged << " of " << cells_merged << ", " << hidden_alone << " of " << cells_alone;
}

}  // namespace
}  // namespace nmd::publication
