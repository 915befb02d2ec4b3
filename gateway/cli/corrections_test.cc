// SPDX-License-Identifier: EUPL-1.2
#include "gateway/cli/corrections.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "gateway/cli/fake_monitor.h"
#include "google/protobuf/util/json_util.h"

namespace nmd::cli {
namespace {

using testing::FakeMonitor;

TEST(Corrections, AskTheDeliveryToBeWithdrawnOrRestored) {
  FakeMonitor monitor;
  const std::string path = "POST /v1/municipalities/gm1730/deliveries/3f0c";
  monitor.OnJson(path + "/_withdraw", R"({"name":"municipalities/gm1730/deliveries/3f0c","state":"WITHDRAWN",
      "withdrawn_time":"2018-03-31T10:00:00Z"})");
  monitor.OnJson(path + "/_restore", R"({"name":"municipalities/gm1730/deliveries/3f0c","state":"ACCEPTED"})");
  ApiClient client({monitor.url(), "t", "gm1730", [](absl::Duration) {}, 3});

  const auto withdrawn = Correct(client, {"3f0c", "verkeerde maand", "2018-03-31T10:00:00Z", false});
  ASSERT_TRUE(withdrawn.ok()) << withdrawn.status();
  EXPECT_EQ(CorrectionText(*withdrawn), "Levering 3f0c is ingetrokken. Zij telt niet meer mee vanaf 31-03-2018 12:00.");
  ingestion::v1::WithdrawDeliveryRequest request;
  ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(monitor.asked().back().body, &request).ok());
  EXPECT_EQ(request.reason(), "verkeerde maand");
  EXPECT_EQ(request.known_time().seconds(), 1522490400);

  const auto restored = Correct(client, {"municipalities/gm1730/deliveries/3f0c", "toch goed", "", true});
  ASSERT_TRUE(restored.ok()) << restored.status();
  EXPECT_EQ(CorrectionText(*restored), "Levering 3f0c is aangenomen. Zij telt weer mee.");
  ingestion::v1::RestoreDeliveryRequest undo;
  ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(monitor.asked().back().body, &undo).ok());
  EXPECT_FALSE(undo.has_known_time());

  EXPECT_FALSE(Correct(client, {"3f0c", "x", "gisteren", false}).ok());
}

TEST(Corrections, EveryStateHasAWordOfItsOwn) {
  std::set<std::string> words;
  const auto* states = ingestion::v1::Delivery::State_descriptor();
  for (int i = 0; i < states->value_count(); ++i) {
    words.insert(StateText(static_cast<ingestion::v1::Delivery::State>(states->value(i)->number())));
  }
  EXPECT_EQ(words.size(), static_cast<size_t>(states->value_count()));
}

}  // namespace
}  // namespace nmd::cli
