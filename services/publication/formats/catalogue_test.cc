// SPDX-License-Identifier: EUPL-1.2
#include "services/publication/formats/catalogue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "services/publication/formats/dataset.h"
#include "services/publication/formats/test_dataset.h"

namespace nmd::publication::formats {
namespace {

using google::protobuf::Struct;
using google::protobuf::Value;
using ::testing::HasSubstr;
using ::testing::Not;

Publisher TestPublisher() {
  Publisher publisher;
  publisher.parent = "municipalities/gm1730";
  publisher.origin = "https://monitor.example.nl";
  publisher.name = "Gemeente Tynaarlo";
  publisher.uri = "https://identifier.overheid.nl/tooi/id/gemeente/gm1730";
  publisher.contact_name = "Beheer";
  publisher.contact_email = "monitor@example.nl";
  publisher.license = "http://creativecommons.org/publicdomain/zero/1.0/deed.nl";
  publisher.themes = {"http://publications.europa.eu/resource/authority/data-theme/SOCI"};
  return publisher;
}

// One that holds, one that was replaced, and one that was taken back.
std::vector<v1::Dataset> TestDatasets() {
  std::vector<v1::Dataset> datasets(3, testing::EmptyDataset());
  datasets[0].set_name("municipalities/gm1730/datasets/gm1730-2018-0009");
  datasets[0].set_replaces("gm1730-2018-0007");
  datasets[1].set_state(v1::Dataset::REPLACED);
  datasets[1].set_replaced_by("gm1730-2018-0009");
  datasets[2].set_name("municipalities/gm1730/datasets/gm1730-2018-0003");
  datasets[2].set_state(v1::Dataset::WITHDRAWN);
  datasets[2].set_reason("De telling \"maart\" was\ndubbel \\ fout.");
  datasets[2].mutable_withdrawn_time()->set_seconds(1'525'000'000);
  datasets[2].clear_publication();
  return datasets;
}

std::map<std::string, Struct> NodesByName(const std::string& json) {
  std::map<std::string, Struct> nodes;
  const Value read = testing::ReadJson(json);
  for (const Value& node : read.struct_value().fields().at("@graph").list_value().values()) {
    const std::string name = node.struct_value().fields().at("@id").string_value();
    EXPECT_TRUE(nodes.emplace(name, node.struct_value()).second) << name << " is told twice";
  }
  return nodes;
}

std::vector<std::string> Of(const Struct& node, const std::string& predicate) {
  std::vector<std::string> values;
  const auto found = node.fields().find(predicate);
  if (found == node.fields().end()) return values;
  for (const Value& object : found->second.list_value().values()) {
    const auto& fields = object.struct_value().fields();
    values.push_back(fields.count("@id") > 0      ? fields.at("@id").string_value()
                     : fields.count("@value") > 0 ? fields.at("@value").string_value()
                                                  : "thing");
  }
  return values;
}

TEST(Catalogue, IsWhatOthersRead) {
  testing::ExpectGolden("catalogue.jsonld", WriteCatalogueJsonLd(TestPublisher(), TestDatasets()));
  testing::ExpectGolden("catalogue.ttl", WriteCatalogueTurtle(TestPublisher(), TestDatasets()));
}

// What DCAT-AP-NL 3 asks of each class (properties with V, and those of DCAT-AP).
TEST(Catalogue, HasWhatTheDutchProfileAsks) {
  const std::map<std::string, std::vector<std::string>> asked = {
      {"dcat:Catalog", {"dct:title", "dct:description", "dct:publisher", "dcat:contactPoint"}},
      {"dcat:Dataset",
       {"dct:title", "dct:description", "dct:accessRights", "dcat:contactPoint", "dct:creator", "dct:identifier",
        "dct:publisher", "dcat:theme"}},
      {"dcat:Distribution", {"dcat:accessURL", "dct:license", "dct:format", "dcat:mediaType"}},
      {"dcat:DataService",
       {"dct:accessRights", "dcat:contactPoint", "dct:title", "dct:description", "dcat:endpointURL", "dcat:endpointDescription",
        "dct:identifier", "dct:license", "dct:publisher", "dcat:theme", "dcat:servesDataset", "dct:conformsTo"}},
      {"foaf:Organization", {"foaf:name"}}};
  std::map<std::string, int> seen;
  const auto nodes = NodesByName(WriteCatalogueJsonLd(TestPublisher(), TestDatasets()));
  for (const auto& [name, node] : nodes) {
    const std::string type = node.fields().at("@type").string_value();
    ASSERT_EQ(asked.count(type), 1u) << type;
    for (const std::string& predicate : asked.at(type)) EXPECT_FALSE(Of(node, predicate).empty()) << name << " " << predicate;
    for (const char* once : {"dct:accessRights", "dct:identifier", "dct:publisher", "dct:license", "adms:status"})
      EXPECT_LE(Of(node, once).size(), 1u) << name << " " << once;
    ++seen[type];
  }
  EXPECT_EQ(seen["dcat:Dataset"], 3);
  EXPECT_EQ(seen["dcat:Distribution"], 2 * (static_cast<int>(FileKinds().size()) + 1)) << "all files, and OData";
  EXPECT_EQ(seen["dcat:DataService"], 1);
}

TEST(Catalogue, WhatItPointsAtIsThere) {
  const auto nodes = NodesByName(WriteCatalogueJsonLd(TestPublisher(), TestDatasets()));
  int links = 0;
  for (const auto& [name, node] : nodes) {
    for (const char* predicate : {"dcat:dataset", "dcat:service", "dcat:distribution", "dcat:servesDataset",
                                  "dcat:accessService", "dct:publisher", "dct:creator", "dct:isReplacedBy", "dct:replaces"}) {
      for (const std::string& object : Of(node, predicate)) {
        EXPECT_EQ(nodes.count(object), 1u) << name << " " << predicate << " " << object;
        ++links;
      }
    }
  }
  EXPECT_GT(links, 20);
}

TEST(Catalogue, WhatWasTakenBackStaysWithItsReason) {
  const auto nodes = NodesByName(WriteCatalogueJsonLd(TestPublisher(), TestDatasets()));
  const Struct& gone = nodes.at("https://monitor.example.nl/v1/municipalities/gm1730/datasets/gm1730-2018-0003");
  EXPECT_THAT(Of(gone, "adms:status")[0], HasSubstr("/WITHDRAWN"));
  EXPECT_THAT(Of(gone, "adms:versionNotes")[0], HasSubstr("De telling \"maart\" was\ndubbel \\ fout."));
  EXPECT_TRUE(Of(gone, "dcat:distribution").empty());
  const Struct& replaced = nodes.at("https://monitor.example.nl/v1/municipalities/gm1730/datasets/gm1730-2018-0007");
  EXPECT_THAT(Of(replaced, "adms:status")[0], HasSubstr("/DEPRECATED"));
  EXPECT_THAT(Of(nodes.at("https://monitor.example.nl/v1/municipalities/gm1730/odata"), "dcat:servesDataset"),
              Not(::testing::Contains(HasSubstr("0003"))));
}

// Reads the Turtle that is written here: statements of one subject, with things without a name inside, as N-Triples-like lines
// "subject predicate object"; a thing is named after where it stands.
class TurtleReader {
 public:
  explicit TurtleReader(const std::string& text) : text_(text) {}

  std::multiset<std::string> Read() {
    while (Skip(), at_ < text_.size()) {
      if (text_.compare(at_, 7, "@prefix") == 0) {
        at_ = text_.find('\n', at_);
        continue;
      }
      const std::string subject = Term();
      Properties(subject);
      Skip();
      EXPECT_EQ(text_[at_], '.') << text_.substr(at_, 40);
      ++at_;
    }
    return triples_;
  }

 private:
  void Skip() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n')) ++at_;
  }
  void Properties(const std::string& subject) {
    for (;;) {
      Skip();
      std::string predicate = Term();
      if (predicate == "a") predicate = "@type";
      for (;;) {
        Skip();
        if (text_[at_] == '[') {
          ++at_;
          Properties(absl::StrCat(subject, ">", predicate));
          Skip();
          EXPECT_EQ(text_[at_], ']');
          ++at_;
        } else {
          triples_.insert(absl::StrCat(subject, " ", predicate, " ", Term()));
        }
        Skip();
        if (text_[at_] != ',') break;
        ++at_;
      }
      if (text_[at_] != ';') return;
      ++at_;
    }
  }
  // An IRI, a name with a prefix, or a literal with its language or type, all without their marks.
  std::string Term() {
    std::string term;
    if (text_[at_] == '<') {
      const size_t end = text_.find('>', at_);
      term = text_.substr(at_ + 1, end - at_ - 1);
      at_ = end + 1;
    } else if (text_[at_] == '"') {
      for (++at_; text_[at_] != '"'; ++at_) {
        if (text_[at_] == '\\') ++at_;
        term.push_back(text_[at_ - 1] == '\\' && text_[at_] == 'n' ? '\n' : text_[at_]);
      }
      ++at_;
      while (text_[at_] == '@' || text_[at_] == '^') ++at_;
      if (text_[at_ - 1] != '"') absl::StrAppend(&term, "@", Term());
    } else {
      while (at_ < text_.size() && !absl::StrContains(" \n,;", text_.substr(at_, 1))) term.push_back(text_[at_++]);
    }
    return term;
  }

  const std::string text_;
  size_t at_ = 0;
  std::multiset<std::string> triples_;
};

void AddTriples(const std::string& subject, const Struct& node, std::multiset<std::string>* triples) {
  for (const auto& [predicate, value] : node.fields()) {
    if (predicate == "@type") triples->insert(absl::StrCat(subject, " @type ", value.string_value()));
    if (predicate[0] == '@') continue;
    for (const Value& object : value.list_value().values()) {
      const auto& fields = object.struct_value().fields();
      if (fields.count("@id") > 0) {
        triples->insert(absl::StrCat(subject, " ", predicate, " ", fields.at("@id").string_value()));
      } else if (fields.count("@value") > 0) {
        const char* mark = fields.count("@language") > 0 ? "@language" : "@type";
        triples->insert(absl::StrCat(subject, " ", predicate, " ", fields.at("@value").string_value(),
                                     fields.count(mark) > 0 ? absl::StrCat("@", fields.at(mark).string_value()) : ""));
      } else {
        AddTriples(absl::StrCat(subject, ">", predicate), object.struct_value(), triples);
      }
    }
  }
}

TEST(Catalogue, SaysTheSameInBothForms) {
  std::multiset<std::string> json;
  for (const auto& [name, node] : NodesByName(WriteCatalogueJsonLd(TestPublisher(), TestDatasets())))
    AddTriples(name, node, &json);
  const std::multiset<std::string> turtle = TurtleReader(WriteCatalogueTurtle(TestPublisher(), TestDatasets())).Read();
  EXPECT_GT(turtle.size(), 100u);
  EXPECT_EQ(json, turtle);
}

TEST(Catalogue, AnAddressWithWhatMayNotStandInItIsEscaped) {
  Publisher publisher = TestPublisher();
  publisher.uri = "https://example.nl/a b>c\"d";
  for (const std::string& text :
       {WriteCatalogueTurtle(publisher, TestDatasets()), WriteCatalogueJsonLd(publisher, TestDatasets())}) {
    EXPECT_THAT(text, HasSubstr("https://example.nl/a%20b%3Ec%22d"));
  }
}

}  // namespace
}  // namespace nmd::publication::formats
