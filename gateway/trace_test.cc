// SPDX-License-Identifier: EUPL-1.2
#include "gateway/trace.h"

#include <gtest/gtest.h>

namespace nmd::gateway {
namespace {

// The example of W3C Trace Context, 3.2.
constexpr char kExample[] = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

TEST(ContinueTrace, KeepsTheTraceAndMakesASpanOfItsOwn) {
  const Trace trace = ContinueTrace(kExample);
  EXPECT_EQ(trace.trace_id, "4bf92f3577b34da6a3ce929d0e0e4736");
  EXPECT_EQ(trace.parent_span_id, "00f067aa0ba902b7");
  EXPECT_EQ(trace.span_id.size(), 16u);
  EXPECT_NE(trace.span_id, trace.parent_span_id);
  EXPECT_NE(trace.span_id, ContinueTrace(kExample).span_id);
  EXPECT_EQ(trace.Header(), "00-4bf92f3577b34da6a3ce929d0e0e4736-" + trace.span_id + "-01");
}

// Logboek Dataverwerkingen: what the caller does not sample is logged all the same.
TEST(ContinueTrace, AlwaysRecords) {
  const Trace trace = ContinueTrace("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00");
  EXPECT_EQ(trace.trace_id, "4bf92f3577b34da6a3ce929d0e0e4736");
  EXPECT_EQ(trace.Header().substr(trace.Header().size() - 3), "-01");
}

TEST(ContinueTrace, TakesALaterVersionByItsFirstParts) {
  EXPECT_EQ(ContinueTrace("cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-what-the-future-brings").trace_id,
            "4bf92f3577b34da6a3ce929d0e0e4736");
}

TEST(ContinueTrace, BeginsANewTraceWhenTheHeaderIsNoTrace) {
  for (const char* wrong :
       {"", "00", "x", "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01", "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
        "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-x",
        "00-4bf92f3577b34da6a3ce929d0e0e473-00f067aa0ba902b7-01", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-1"}) {
    const Trace trace = ContinueTrace(wrong);
    EXPECT_EQ(trace.trace_id.size(), 32u) << wrong;
    EXPECT_NE(trace.trace_id, "4bf92f3577b34da6a3ce929d0e0e4736") << wrong;
    EXPECT_EQ(trace.parent_span_id, "") << wrong;
  }
}

}  // namespace
}  // namespace nmd::gateway
