// SPDX-License-Identifier: EUPL-1.2
#include "services/platform/log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nmd/ingestion/v1/fact.pb.h"

namespace nmd {
namespace {

TEST(Log, WritesOneJsonObjectPerLine) {
  EXPECT_EQ(FormatLogLine(LogLevel::kWarning, "regel \"1\"\n", {{"count", 3}, {"share", 0.5}, {"done", true}, {"code", "OK"}}),
            R"({"level":"warning","text":"regel \"1\"\n","count":3,"share":0.5,"done":true,"code":"OK"})");
  EXPECT_EQ(FormatLogLine(LogLevel::kInfo, "\x01", {}), R"({"level":"info","text":"\u0001"})");
}

// Nine digits in a row in a log are taken for a citizen service number, by people and by the search for what leaked.
TEST(Log, TimesHaveMicroseconds) {
  ::testing::internal::CaptureStderr();
  Log(LogLevel::kInfo, "tekst", {});
  EXPECT_THAT(::testing::internal::GetCapturedStderr(),
              ::testing::MatchesRegex(
                  R"(\{"time":"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z","level":"info".*\})"
                  "\n"));
}

TEST(Log, R23RedactsByFieldOptionAtAnyDepth) {
  ingestion::v1::PersonBatch batch;
  batch.set_source("jw301");
  auto* record = batch.add_records();
  record->set_bsn("999900006");
  record->set_surname("Testpersoon");
  record->set_house_number(12345);
  const std::string text = Redacted(batch);
  for (const char* secret : {"999900006", "Testpersoon", "12345"}) EXPECT_EQ(text.find(secret), std::string::npos) << text;
  EXPECT_NE(text.find("jw301"), std::string::npos);
}

}  // namespace
}  // namespace nmd
