// SPDX-License-Identifier: EUPL-1.2
#include "services/platform/paging.h"

#include <gtest/gtest.h>

#include "nmd/ingestion/v1/ingestion.pb.h"
#include "services/platform/errors.h"

namespace nmd {
namespace {

ingestion::v1::ListDeliveriesRequest Request(int32_t size, const std::string& token = "", const std::string& source = "") {
  ingestion::v1::ListDeliveriesRequest request;
  request.set_parent("municipalities/gm1730");
  request.set_page_size(size);
  request.set_page_token(token);
  request.set_source(source);
  return request;
}

TEST(Paging, SizesAreDefaultedAndCoerced) {
  EXPECT_EQ(ReadPage(Request(0))->size, 50);
  EXPECT_EQ(ReadPage(Request(7))->size, 7);
  EXPECT_EQ(ReadPage(Request(1'000'000))->size, 1000);
  EXPECT_EQ(ReasonOf(ReadPage(Request(-1)).status()), ErrorReason::FIELDS_INVALID);
}

TEST(Paging, TokensBelongToTheirRequest) {
  const std::string token = NextPageToken(Request(10), 10, 25);
  EXPECT_EQ(ReadPage(Request(20, token))->offset, 10) << "the size may change from page to page";
  EXPECT_EQ(ReasonOf(ReadPage(Request(10, token, "jw301")).status()), ErrorReason::PAGE_TOKEN_INVALID);
  for (const std::string& wrong : {std::string("x"), std::string("MTIz"), token + "x", token.substr(1)}) {
    EXPECT_EQ(ReasonOf(ReadPage(Request(10, wrong)).status()), ErrorReason::PAGE_TOKEN_INVALID) << wrong;
  }
  EXPECT_EQ(NextPageToken(Request(10), 25, 25), "");
}

}  // namespace
}  // namespace nmd
