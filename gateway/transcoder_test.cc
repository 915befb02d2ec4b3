// SPDX-License-Identifier: EUPL-1.2
#include "gateway/transcoder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "google/longrunning/operations.pb.h"
#include "google/protobuf/descriptor.h"
#include "nmd/contracts/v1/contracts.pb.h"
#include "nmd/costs/v1/costs.pb.h"
#include "nmd/ingestion/v1/ingestion.pb.h"
#include "services/platform/errors.h"

namespace nmd::gateway {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const google::protobuf::MethodDescriptor* Method(const google::protobuf::Descriptor* of_file, const char* name) {
  return of_file->file()->service(0)->FindMethodByName(name);
}

class Transcoder : public ::testing::Test {
 protected:
  Transcoder()
      : routes_(*Routes::Build({Method(costs::v1::Measure::descriptor(), "QueryFigures"),
                                Method(ingestion::v1::Delivery::descriptor(), "ListDeliveries"),
                                Method(ingestion::v1::Delivery::descriptor(), "DeliverFile"),
                                Method(ingestion::v1::Delivery::descriptor(), "CreateUpload"),
                                Method(contracts::v1::Signal::descriptor(), "ListPositions")})) {}

  absl::StatusOr<std::string> Bytes(absl::string_view method, absl::string_view path, absl::string_view query,
                                    absl::string_view body) {
    const Routes::Found found = routes_.Find(method, path);
    EXPECT_NE(found.route, nullptr) << path;
    return RequestBytes(*found.route, found.variables, query, body);
  }
  template <typename Request>
  Request Read(absl::string_view method, absl::string_view path, absl::string_view query, absl::string_view body) {
    Request request;
    const absl::StatusOr<std::string> bytes = Bytes(method, path, query, body);
    EXPECT_TRUE(bytes.ok()) << bytes.status();
    EXPECT_TRUE(bytes.ok() && request.ParseFromString(*bytes));
    return request;
  }

  static constexpr absl::string_view kQuery = "/v1/municipalities/gm1730/figures/_query";
  static constexpr absl::string_view kDeliveries = "/v1/municipalities/gm1730/deliveries";
  static constexpr absl::string_view kPositions = "/v1/municipalities/gm1730/positions";
  const Routes routes_;
};

TEST_F(Transcoder, ReadsABodyInBothSpellings) {
  for (const char* body : {R"({"measures":["clients"],"period":{"start_date":"2018-01-01","end_date":"2018-02-01"},
                               "filters":[{"dimension":"ivn","values":["5",""]}],"known_time":"2018-03-31T21:59:59.999999Z"})",
                           R"({"measures":["clients"],"period":{"startDate":"2018-01-01","endDate":"2018-02-01"},
                               "filters":[{"dimension":"ivn","values":["5",""]}],"knownTime":"2018-03-31T23:59:59.999999+02:00"})"}) {
    const auto request = Read<costs::v1::QueryFiguresRequest>("POST", kQuery, "", body);
    EXPECT_EQ(request.parent(), "municipalities/gm1730");
    EXPECT_EQ(request.period().start_date(), "2018-01-01");
    EXPECT_EQ(request.filters(0).values(1), "");
    EXPECT_EQ(request.known_time().seconds(), 1522533599);
    EXPECT_EQ(request.known_time().nanos(), 999999000);
  }
}

TEST_F(Transcoder, ThePathWinsOverTheBody) {
  EXPECT_EQ(Read<costs::v1::QueryFiguresRequest>("POST", kQuery, "", R"({"parent":"municipalities/gm0106"})").parent(),
            "municipalities/gm1730");
}

TEST_F(Transcoder, ReadsAFieldAsBodyAndTheRestAsParameters) {
  const auto request = Read<ingestion::v1::CreateUploadRequest>("POST", "/v1/municipalities/gm1730/uploads", "request_id=0b7c",
                                                                R"({"source":"jw301","file_name":"a.xml"})");
  EXPECT_EQ(request.upload().source(), "jw301");
  EXPECT_EQ(request.request_id(), "0b7c");
  EXPECT_EQ(request.parent(), "municipalities/gm1730");
}

TEST_F(Transcoder, ReadsBytesFromBase64) {
  const auto request = Read<ingestion::v1::DeliverFileRequest>("POST", "/v1/municipalities/gm1730/deliveries/_deliver", "",
                                                               R"({"content":"PGE+","file_name":"a.xml"})");
  EXPECT_EQ(request.content(), "<a>");
}

TEST_F(Transcoder, ReadsParametersOfEveryKind) {
  const auto list = Read<ingestion::v1::ListDeliveriesRequest>("GET", kDeliveries,
                                                               "page_size=20&pageToken=a%2Bb&source=jw301&state=REJECTED", "");
  EXPECT_EQ(list.page_size(), 20);
  EXPECT_EQ(list.page_token(), "a+b");
  EXPECT_EQ(list.source(), "jw301");
  EXPECT_EQ(list.state(), ingestion::v1::Delivery::REJECTED);
  const auto positions =
      Read<contracts::v1::ListPositionsRequest>("GET", kPositions, "year=2018&known_time=2018-03-31T21:59:59Z", "");
  EXPECT_EQ(positions.year(), 2018);
  EXPECT_EQ(positions.known_time().seconds(), 1522533599);
}

TEST_F(Transcoder, NamesEveryWrongParameterAtOnce) {
  const absl::StatusOr<std::string> bytes =
      Bytes("GET", kDeliveries, "page_size=many&state=NONE&colour=red&parent=municipalities/gm0106&source=a&source=b", "");
  ASSERT_EQ(ReasonOf(bytes.status()), ErrorReason::FIELDS_INVALID);
  std::vector<std::string> paths;
  for (const BadField& field : BadFieldsOf(bytes.status())) paths.push_back(field.path);
  EXPECT_THAT(paths, ::testing::ElementsAre("page_size", "state", "colour", "parent", "source"));
  EXPECT_THAT(std::string(bytes.status().message()), Not(HasSubstr("many")));
}

TEST_F(Transcoder, TakesNoParametersBesideAWholeBody) {
  EXPECT_EQ(ReasonOf(Bytes("POST", kQuery, "measures=clients", "{}").status()), ErrorReason::FIELDS_INVALID);
  EXPECT_EQ(ReasonOf(Bytes("GET", kDeliveries, "a=%2", "").status()), ErrorReason::FIELDS_INVALID);
}

TEST_F(Transcoder, TakesNoBodyWhereThereIsNone) {
  EXPECT_EQ(ReasonOf(Bytes("GET", kDeliveries, "", "{}").status()), ErrorReason::JSON_INVALID);
}

TEST_F(Transcoder, RefusesWhatIsNotTheRequest) {
  for (const char* body : {"{", "[]", "{}}", "\"x\"", "{\"measures\":\"clients\"", "{'a':1}", "nonsense", "\xFF\xFE"}) {
    EXPECT_EQ(ReasonOf(Bytes("POST", kQuery, "", body).status()), ErrorReason::JSON_INVALID) << body;
  }
}

TEST_F(Transcoder, NamesAnUnknownMember) {
  const absl::Status unknown = Bytes("POST", kQuery, "", R"({"filters":[{"dimension":"a","colour":"999900018"}]})").status();
  EXPECT_EQ(ReasonOf(unknown), ErrorReason::JSON_INVALID);
  EXPECT_THAT(MetadataOf(unknown, "member"), HasSubstr("colour"));
}

TEST_F(Transcoder, NeverTellsAValueBack) {
  const absl::StatusOr<std::string> cases[] = {
      Bytes("POST", kQuery, "", R"({"known_time":"999900018"})"),
      Bytes("POST", kQuery, "", R"({"filters":[{"dimension":{"x":"999900018"}}]})"),
      Bytes("POST", kQuery, "", R"({"measures":["clients"] 999900018})"),
      Bytes("POST", kQuery, "", R"({"999900018 x":1})"),
      Bytes("POST", "/v1/municipalities/gm1730/deliveries/_deliver", "", R"({"content":"*999900018*"})"),
      Bytes("GET", kDeliveries, "page_size=999900018999900018", "")};
  for (const absl::StatusOr<std::string>& answer : cases) {
    ASSERT_FALSE(answer.ok());
    EXPECT_THAT(answer.status().ToString(), Not(HasSubstr("999900018")));
  }
}

TEST_F(Transcoder, RefusesDeepNesting) {
  const std::string deep =
      absl::StrCat("{\"measures\":", std::string(kJsonDepthLimit, '['), std::string(kJsonDepthLimit, ']'), "}");
  const absl::Status status = Bytes("POST", kQuery, "", deep).status();
  EXPECT_EQ(ReasonOf(status), ErrorReason::JSON_INVALID);
  EXPECT_THAT(std::string(status.message()), HasSubstr("deeper"));
  // Brackets in strings are text.
  EXPECT_TRUE(Bytes("POST", kQuery, "", absl::StrCat("{\"measures\":[\"\\\"", std::string(100, '['), "\"]}")).ok());
}

TEST_F(Transcoder, WritesSnakeCaseWithZerosAndWithoutTheAbsent) {
  costs::v1::QueryFiguresResponse response;
  type::Figure* figure = response.add_figures();
  figure->set_measure("indicated");
  figure->set_state(type::Figure::ANSWERED);
  figure->set_amount_cents(0);
  figure->mutable_known_time()->set_seconds(1522533599);
  figure->mutable_reliability()->set_source_quality(1);
  type::Figure* hidden = response.add_figures();
  hidden->set_state(type::Figure::SUPPRESSED);
  const absl::StatusOr<std::string> json =
      ResponseJson(*Method(costs::v1::Measure::descriptor(), "QueryFigures"), response.SerializeAsString());
  ASSERT_TRUE(json.ok());
  EXPECT_EQ(*json, ToJson(response));
  EXPECT_THAT(*json, HasSubstr(R"("measure":"indicated")"));
  EXPECT_THAT(*json, HasSubstr(R"("amount_cents":"0")"));  // A counted zero is told, as a string.
  EXPECT_THAT(*json, HasSubstr(R"("state":"ANSWERED")"));
  EXPECT_THAT(*json, HasSubstr(R"("known_time":"2018-03-31T21:59:59Z")"));
  EXPECT_THAT(*json, HasSubstr(R"("link_quality":0)"));
  EXPECT_THAT(*json, Not(HasSubstr("completeness")));  // Absent says: nothing tells what to expect.
  EXPECT_THAT(*json, HasSubstr(R"({"measure":"","dimensions":[],"state":"SUPPRESSED","state_reason":"","definition":""})"));
}

TEST_F(Transcoder, WritesTheAnswerOfAnOperation) {
  google::longrunning::Operation operation;
  ingestion::v1::Delivery delivery;
  delivery.set_source("jw301");
  operation.set_name("operations/1");
  operation.set_done(true);
  operation.mutable_response()->PackFrom(delivery);
  const absl::StatusOr<std::string> json =
      ResponseJson(*google::longrunning::Operation::descriptor()->file()->service(0)->FindMethodByName("GetOperation"),
                   operation.SerializeAsString());
  ASSERT_TRUE(json.ok());
  EXPECT_THAT(*json, HasSubstr(R"("@type":"type.googleapis.com/nmd.ingestion.v1.Delivery")"));
  EXPECT_THAT(*json, HasSubstr(R"("source":"jw301")"));
}

TEST_F(Transcoder, SaysSoWhenAnAnswerIsNone) {
  EXPECT_EQ(ReasonOf(ResponseJson(*Method(costs::v1::Measure::descriptor(), "QueryFigures"), "\x0a\xff").status()),
            ErrorReason::INTERNAL_FAULT);
}

}  // namespace
}  // namespace nmd::gateway
