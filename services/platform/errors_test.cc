// SPDX-License-Identifier: EUPL-1.2
#include "services/platform/errors.h"

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace nmd {
namespace {

TEST(Errors, ListEveryFaultyFieldAtOnce) {
  FieldCheck check;
  EXPECT_TRUE(check.Result().ok());
  check.Require(false, "parent", "must be municipalities/{municipality}");
  check.Require(true, "page_size", "never shown");
  check.Add("filters[1].dimension", "is unknown");
  const absl::Status status = check.Result();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ReasonOf(status), ErrorReason::FIELDS_INVALID);
  ASSERT_EQ(BadFieldsOf(status).size(), 2u);
  EXPECT_EQ(BadFieldsOf(status)[1].path, "filters[1].dimension");
}

TEST(Errors, SurviveTheWire) {
  const absl::Status sent =
      Fail(absl::StatusCode::kOutOfRange, ErrorReason::UPLOAD_OFFSET_WRONG, "resume at 42", {{"committed_size", "42"}});
  const absl::Status received = FromRpcStatus(ToRpcStatus(sent));
  EXPECT_EQ(received, sent);
  EXPECT_EQ(MetadataOf(received, "committed_size"), "42");
  EXPECT_EQ(MetadataOf(received, "other"), "");
}

TEST(Errors, ExhaustionSaysWhenToComeBack) {
  const google::rpc::Status rpc = ToRpcStatus(Overloaded("queue is full", 1500));
  bool found = false;
  for (const auto& detail : rpc.details()) {
    google::rpc::RetryInfo retry;
    if (detail.UnpackTo(&retry)) found = retry.retry_delay().seconds() == 1 && retry.retry_delay().nanos() == 500'000'000;
  }
  EXPECT_TRUE(found);
}

// gRPC takes 8 KiB of trailers and makes an overload, to be tried again, of what is larger (reference style 15.22).
TEST(Errors, AreCutToWhatTheWireTakes) {
  FieldCheck many;
  for (int i = 0; i < 1000; ++i) many.Add(absl::StrCat("filters[", i, "].dimension"), "is unknown");
  const google::rpc::Status rpc = ToRpcStatus(many.Result());
  EXPECT_LT(rpc.ByteSizeLong(), 4096u);
  const std::vector<BadField> fields = BadFieldsOf(FromRpcStatus(rpc));
  ASSERT_GT(fields.size(), 10u);
  EXPECT_EQ(fields[0].path, "filters[0].dimension");
  EXPECT_EQ(fields.back().text, absl::StrCat(1001 - fields.size(), " more are wrong; correct these first"));

  std::string name;
  while (name.size() < (1u << 20)) name += "\xC3\xA9";
  const absl::Status absent = FromRpcStatus(ToRpcStatus(NotFound(name)));
  EXPECT_EQ(ReasonOf(absent), ErrorReason::RESOURCE_NOT_FOUND);
  EXPECT_LT(absent.message().size(), 2048u);
  EXPECT_EQ(MetadataOf(absent, "resource"), absl::StrCat(name.substr(0, 256), "...")) << "between two characters";
}

TEST(Errors, WithoutAReasonTellNothingInside) {
  const google::rpc::Status rpc = ToRpcStatus(absl::UnknownError("table person_keys at /var/lib is broken"));
  EXPECT_EQ(rpc.code(), static_cast<int>(absl::StatusCode::kInternal));
  EXPECT_EQ(rpc.message().find("person_keys"), std::string::npos);
}

}  // namespace
}  // namespace nmd
