// SPDX-License-Identifier: EUPL-1.2
#include "gateway/problem.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "google/protobuf/struct.pb.h"
#include "google/protobuf/util/json_util.h"
#include "services/platform/errors.h"

namespace nmd::gateway {
namespace {

using ::testing::Contains;
using ::testing::Pair;

google::protobuf::Struct Parsed(const std::string& json) {
  google::protobuf::Struct parsed;
  EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(json, &parsed).ok()) << json;
  return parsed;
}

TEST(Problem, ListsEveryFaultyFieldAtOnce) {
  const HttpResponse response =
      ProblemOf(BadFields({{"measures", "must not be empty"}, {"filters[1].dimension", "is \"unknown\""}}), "r-1");
  EXPECT_EQ(response.status, 400);  // Never 422.
  EXPECT_EQ(response.content_type, "application/problem+json");
  const google::protobuf::Struct problem = Parsed(response.body);
  EXPECT_EQ(problem.fields().at("status").number_value(), 400);
  EXPECT_EQ(problem.fields().at("title").string_value(), "FIELDS_INVALID");
  EXPECT_EQ(problem.fields().at("reason").string_value(), "FIELDS_INVALID");
  EXPECT_EQ(problem.fields().at("type").string_value(), "tag:nmd.nl,2026:FIELDS_INVALID");
  EXPECT_EQ(problem.fields().at("instance").string_value(), "tag:nmd.nl,2026:request/r-1");
  EXPECT_FALSE(problem.fields().at("detail").string_value().empty());
  const auto& violations = problem.fields().at("violations").list_value();
  ASSERT_EQ(violations.values_size(), 2);
  EXPECT_EQ(violations.values(1).struct_value().fields().at("field").string_value(), "filters[1].dimension");
  EXPECT_EQ(violations.values(1).struct_value().fields().at("description").string_value(), "is \"unknown\"");
}

TEST(Problem, CarriesTheMetadata) {
  const HttpResponse response = ProblemOf(
      Fail(absl::StatusCode::kOutOfRange, ErrorReason::UPLOAD_OFFSET_WRONG, "resend from 12", {{"committed_size", "12"}}), "r");
  EXPECT_EQ(response.status, 400);
  const google::protobuf::Struct problem = Parsed(response.body);
  EXPECT_EQ(problem.fields().at("metadata").struct_value().fields().at("committed_size").string_value(), "12");
  EXPECT_EQ(problem.fields().at("violations").list_value().values_size(), 0);
}

TEST(Problem, SaysWhenToComeBack) {
  EXPECT_THAT(ProblemOf(Overloaded("busy", 1200), "r").headers, Contains(Pair("Retry-After", "2")));
  EXPECT_EQ(ProblemOf(Overloaded("busy", 1200), "r").status, 429);
  const HttpResponse gone = ProblemOf(Fail(absl::StatusCode::kUnavailable, ErrorReason::UNAVAILABLE_NOW, "stopping"), "r");
  EXPECT_EQ(gone.status, 503);
  EXPECT_THAT(gone.headers, Contains(Pair("Retry-After", "1")));
}

TEST(Problem, AsksForATokenOn401) {
  EXPECT_THAT(ProblemOf(Fail(absl::StatusCode::kUnauthenticated, ErrorReason::IDENTITY_MISSING, "no token"), "r").headers,
              Contains(Pair("WWW-Authenticate", "Bearer")));
}

TEST(Problem, ABugHasAReasonToo) {
  const google::protobuf::Struct problem = Parsed(ProblemOf(absl::InternalError("x"), "r").body);
  EXPECT_EQ(problem.fields().at("reason").string_value(), "INTERNAL_FAULT");
  EXPECT_EQ(problem.fields().at("status").number_value(), 500);
}

TEST(Problem, WhatWasTakenBackIsGone) {
  const absl::Status status = Fail(absl::StatusCode::kFailedPrecondition, ErrorReason::PUBLICATION_WITHDRAWN, "taken back");
  EXPECT_EQ(ProblemOf(status, "r").status, 410);
  EXPECT_EQ(Parsed(ProblemOf(status, "r").body).fields().at("status").number_value(), 410);
}

TEST(Problem, MapsEveryCode) {
  using absl::StatusCode;
  const std::vector<std::pair<StatusCode, int>> table = {
      {StatusCode::kInvalidArgument, 400},  {StatusCode::kFailedPrecondition, 400}, {StatusCode::kOutOfRange, 400},
      {StatusCode::kUnauthenticated, 401},  {StatusCode::kPermissionDenied, 403},   {StatusCode::kNotFound, 404},
      {StatusCode::kAborted, 409},          {StatusCode::kAlreadyExists, 409},      {StatusCode::kResourceExhausted, 429},
      {StatusCode::kCancelled, 499},        {StatusCode::kUnimplemented, 501},      {StatusCode::kUnavailable, 503},
      {StatusCode::kDeadlineExceeded, 504}, {StatusCode::kInternal, 500},           {StatusCode::kUnknown, 500},
      {StatusCode::kDataLoss, 500}};
  for (const auto& [code, http] : table) EXPECT_EQ(HttpStatusOf(code), http) << absl::StatusCodeToString(code);
}

}  // namespace
}  // namespace nmd::gateway
