// SPDX-License-Identifier: EUPL-1.2
// Open data of a municipality: what was released to the public, and nothing else (R19, R33).
#include "services/publication/open_data.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "google/api/httpbody.pb.h"
#include "google/protobuf/struct.pb.h"
#include "services/platform/errors.h"
#include "services/publication/iv3_export.h"
#include "services/publication/test_publication.h"

namespace nmd::publication {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
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

// Every file of Dataset.files can be read, and tells of the small cell only that it is hidden.
TEST_F(OpenDataTest, EveryFileThatIsNamedCanBeRead) {
  AddMonth("2018-01", 0);
  const Release released = Released(open_, january_);
  const OpenData open = Open();
  const auto dataset = GetOpen(NameOf(released));
  EXPECT_GE(dataset->files_size(), 5);
  for (const v1::DatasetFile& file : dataset->files()) {
    v1::ReadDatasetFileRequest request;
    request.set_name(NameOf(released) + "/files/" + file.file());
    const auto body = open.ReadDatasetFile(With(type::PUBLIC), request);
    ASSERT_TRUE(body.ok()) << file.file() << body.status();
    EXPECT_EQ(body->content_type(), file.media_type());
    EXPECT_FALSE(body->data().empty());
  }
  for (const char* nothing : {"/files/", "/files/word", "/files", "/files/csv/files/word"}) {
    v1::ReadDatasetFileRequest request;
    request.set_name(NameOf(released) + nothing);
    EXPECT_EQ(ReasonOf(open.ReadDatasetFile(With(type::PUBLIC), request).status()), ErrorReason::RESOURCE_NOT_FOUND) << nothing;
  }
}

TEST_F(OpenDataTest, FiguresThatWereTakenBackAreGoneInEveryForm) {
  AddMonth("2018-01", 0);
  const Release released = Released(open_, january_);
  const OpenData open = Open();
  v1::ReadODataRequest odata;
  odata.set_name("municipalities/gm1730/odata/" + NameOf(released).substr(NameOf(released).rfind('/') + 1) + "/Observations");
  const auto answer = open.ReadOData(With(type::PUBLIC), odata);
  ASSERT_TRUE(answer.ok()) << answer.status();
  google::protobuf::Struct headers;
  ASSERT_TRUE(answer->extensions(0).UnpackTo(&headers));
  EXPECT_EQ(headers.fields().at("OData-Version").string_value(), "4.0");
  Withdraw(released, "De telling was dubbel.");
  v1::ReadDatasetFileRequest file;
  file.set_name(NameOf(released) + "/files/csv");
  for (const absl::Status& status :
       {open.ReadDatasetFile(With(type::PUBLIC), file).status(), open.ReadOData(With(type::PUBLIC), odata).status()}) {
    EXPECT_EQ(ReasonOf(status), ErrorReason::PUBLICATION_WITHDRAWN);
    EXPECT_EQ(MetadataOf(status, "reason"), "De telling was dubbel.");
  }
}

TEST_F(OpenDataTest, SaysWhatIsWrongWithAQuestionOfOData) {
  AddMonth("2018-01", 0);
  const Release released = Released(open_, january_);
  const OpenData open = Open();
  const std::string root = "municipalities/gm1730/odata/" + NameOf(released).substr(NameOf(released).rfind('/') + 1);
  v1::ReadODataRequest request;
  request.set_name(root + "/Observations");
  request.set_filter("Value eq");
  const absl::Status unread = open.ReadOData(With(type::PUBLIC), request).status();
  EXPECT_EQ(ReasonOf(unread), ErrorReason::FIELDS_INVALID);
  EXPECT_EQ(BadFieldsOf(unread)[0].path, "filter");
  request.set_filter("");
  request.set_orderby("Value");
  const absl::Status missing = open.ReadOData(With(type::PUBLIC), request).status();
  EXPECT_EQ(ReasonOf(missing), ErrorReason::QUERY_NOT_SUPPORTED);
  EXPECT_EQ(MetadataOf(missing, "option"), "orderby");
  request.clear_orderby();
  for (const std::string& nothing : {root + "/Nothing", std::string("municipalities/gm1730/odata/gm1730-2018-0099")}) {
    request.set_name(nothing);
    EXPECT_EQ(ReasonOf(open.ReadOData(With(type::PUBLIC), request).status()), ErrorReason::RESOURCE_NOT_FOUND) << nothing;
  }
}

TEST_F(OpenDataTest, TheCatalogueIsThereWhereItIsDescribed) {
  AddMonth("2018-01", 0);
  AddMonth("2018-02", 1000);
  Withdraw(Released(open_, january_), "De telling was dubbel.");
  const Release released = Released(open_, february_);
  Released(region_, january_);
  v1::ReadCatalogueRequest request;
  request.set_parent("municipalities/gm1730");
  EXPECT_EQ(ReasonOf(Open().ReadCatalogue(With(type::PUBLIC), request).status()), ErrorReason::RESOURCE_NOT_FOUND);
  internal::v1::OpenDataConfig config;
  config.set_origin("https://monitor.example.nl/");
  config.set_publisher("Gemeente Tynaarlo");
  config.set_publisher_uri("https://identifier.overheid.nl/tooi/id/gemeente/gm1730");
  config.set_contact_name("Beheer");
  config.set_contact_email("monitor@example.nl");
  const OpenData open("gm1730",
                      {[this] { return publication_->OpenDatasets(); },
                       [this](const std::string& name) { return publication_->FindOpenDataset(name); }},
                      &config);
  for (const char* format : {"", "json-ld", "turtle"}) {
    request.set_format(format);
    const auto body = open.ReadCatalogue(With(type::PUBLIC), request);
    ASSERT_TRUE(body.ok()) << body.status();
    EXPECT_EQ(body->content_type(), std::string(format) == "turtle" ? "text/turtle; charset=utf-8" : "application/ld+json");
    EXPECT_THAT(body->data(), HasSubstr("https://monitor.example.nl/v1/" + NameOf(released)));
    EXPECT_THAT(body->data(), HasSubstr("De telling was dubbel."));
    EXPECT_THAT(body->data(), HasSubstr("data-theme/SOCI"));
  }
  request.set_format("rdf");
  EXPECT_EQ(ReasonOf(open.ReadCatalogue(With(type::PUBLIC), request).status()), ErrorReason::FIELDS_INVALID);
}

// Iv3 from a ledger that costs tells of.
class Iv3ExportTest : public ::testing::Test {
 protected:
  Iv3ExportTest() : clock_(absl::FromUnixSeconds(1'522'500'000)), router_("gm1730", clock_) {
    router_.Handle("nmd.costs.v1.CostsService", "QueryFigures",
                   [this](const Caller&,
                          const costs::v1::QueryFiguresRequest& request) -> absl::StatusOr<costs::v1::QueryFiguresResponse> {
                     asked_ = request;
                     return answer_;
                   });
    peer_ = NewLocalPeer(router_, "publication");
    request_.set_parent("municipalities/gm1730");
    request_.set_year(2018);
    request_.set_quarter(2);
    request_.set_municipality_title("Tynaarlo");
    request_.set_contact_name("Beheer");
    request_.set_contact_email("monitor@example.nl");
    request_.set_contact_phone("0592");
    request_.set_cost_category("3.4.1");
    request_.set_revenue_category("3.4.2");
  }
  type::Figure* Add(const std::string& measure, const std::string& taakveld, int64_t cents) {
    type::Figure* figure = answer_.add_figures();
    figure->set_measure(measure);
    figure->set_state(type::Figure::ANSWERED);
    figure->set_amount_cents(cents);
    type::DimensionValue* value = figure->add_dimensions();
    value->set_dimension("taakveld");
    value->set_value(taakveld);
    return figure;
  }
  absl::StatusOr<google::api::HttpBody> Export() {
    return ExportIv3(*peer_, "gm1730", clock_, With(type::CONTROLLER), request_);
  }

  FakeClock clock_;
  Router router_;
  std::unique_ptr<Peer> peer_;
  costs::v1::QueryFiguresRequest asked_;
  costs::v1::QueryFiguresResponse answer_;
  v1::ExportIv3Request request_;
};

TEST_F(Iv3ExportTest, WritesWhatTheLedgerBookedPerTaskField) {
  Add("booked", "6.71", 123450);
  Add("booked_revenue", "6.71", 500);
  const auto body = Export();
  ASSERT_TRUE(body.ok()) << body.status();
  EXPECT_EQ(asked_.period().start_date() + " " + asked_.period().end_date(), "2018-01-01 2018-07-01");
  EXPECT_THAT(body->data(), HasSubstr(R"("lasten":[{"taakveld":"6.71","categorie":"3.4.1","bedrag":1234.50}])"));
  EXPECT_THAT(body->data(), HasSubstr(R"("baten":[{"taakveld":"6.71","categorie":"3.4.2","bedrag":5.00}])"));
  request_.set_quarter(5);
  ASSERT_TRUE(Export().ok());
  EXPECT_EQ(asked_.period().end_date(), "2019-01-01");
}

TEST_F(Iv3ExportTest, WithoutALedgerThereIsNone) {
  type::Figure* total = answer_.add_totals();
  total->set_measure("booked");
  total->set_state(type::Figure::NOT_AVAILABLE);
  total->set_state_reason("PERIOD_NOT_DELIVERED");
  const absl::Status status = Export().status();
  EXPECT_EQ(ReasonOf(status), ErrorReason::TABLE_NOT_COUNTED);
  EXPECT_EQ(MetadataOf(status, "state_reason"), "PERIOD_NOT_DELIVERED");
}

TEST_F(Iv3ExportTest, SaysEverythingThatIsWrongWithAQuestion) {
  request_.Clear();
  request_.set_contact_email("nobody");
  request_.set_cost_category("zorg");
  EXPECT_EQ(BadFieldsOf(Export().status()).size(), 8u);
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
