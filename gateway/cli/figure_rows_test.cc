// SPDX-License-Identifier: EUPL-1.2
#include "gateway/cli/figure_rows.h"

#include <gmock/gmock.h>
#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "gateway/cli/command_test.h"
#include "gateway/cli/nmdctl.h"

namespace nmd::cli {
namespace {

using testing::CommandTest;
using testing::FakeMonitor;
using ::testing::HasSubstr;

const std::string kParent = "/v1/municipalities/gm1730";

class RowsTest : public CommandTest {};

// Two pages of one answer.
gateway::HttpResponse Page(const FakeMonitor::Asked& asked) {
  costs::v1::ListFigureRowsRequest request;
  EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(asked.body, &request).ok()) << asked.body;
  EXPECT_EQ(request.purpose(), "controle");
  EXPECT_EQ(request.measure(), "approved");
  EXPECT_EQ(request.filters(0).dimension(), "provider");
  return FakeMonitor::Json(
      request.page_token().empty()
          ? R"({"rows":[{"month":"2018-01","law":"jeugdwet","product":"45A04","provider":"99000001","approved_cents":"-550",
               "valid":{"start_date":"2018-01-15","end_date":"2018-02-01"},
               "deliveries":["municipalities/gm1730/deliveries/d1","municipalities/gm1730/deliveries/d3"]}],
               "next_page_token":"2","row_count":"2","known_time":"2018-03-31T21:59:59Z"})"
          : R"({"rows":[{"month":"2018-02","category":"=45"}],"row_count":"2","known_time":"2018-03-31T21:59:59Z"})");
}

TEST_F(RowsTest, R7_AsksEveryPageWithThePurposeAndSaysThatItIsKept) {
  monitor_.On("POST " + kParent + "/figures/_rows", &Page);
  const std::string command =
      "rows --measure approved --from 2018-01 --to 2018-02 --where provider=99000001 --purpose controle";
  ASSERT_EQ(Run(command + " --format csv"), 0) << err_.str();
  EXPECT_EQ(
      out_.str(),
      "maand,wet,categorie,product,aanbieder,van,tot,bedrag_geindiceerd,bedrag_gedeclareerd,bedrag_goedgekeurd,leveringen\n"
      "2018-01,jeugdwet,,45A04,99000001,2018-01-15,2018-02-01,0.00,0.00,-5.50,d1 d3\n"
      "2018-02,,\"'=45\",,,,,0.00,0.00,0.00,\n");
  EXPECT_EQ(monitor_.asked().size(), 2u);
  ASSERT_EQ(Run(command), 0) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("2 regels, zoals bekend op 31-03-2018 23:59. Dat u dit bekeek, is vastgelegd.\n"));
  EXPECT_EQ(Run("rows --measure approved --from 2018-01"), 2) << "without a purpose";
}

TEST_F(RowsTest, R25_ListsWhoLookedAndAtWhat) {
  monitor_.OnJson("GET " + kParent + "/rowaccesses", R"({"row_accesses":[{"access_time":"2018-03-31T09:00:00Z","subject":"c-1",
    "purpose":"controle","measure":"approved","period":{"start_date":"2018-01-01","end_date":"2018-03-01"},
    "filters":[{"dimension":"provider","values":["99000001","99000002"]}],"row_count":"2"},
    {"subject":"c-2","reference_date":"2018-01-31","measure":"clients"}]})");
  ASSERT_EQ(Run("row-accesses --format csv"), 0) << err_.str();
  EXPECT_EQ(out_.str(),
            "wanneer,wie,waarvoor,maat,van,tot,alleen,regels\n"
            "2018-03-31T09:00:00Z,c-1,controle,approved,2018-01-01,2018-03-01,\"provider=99000001,99000002\",2\n"
            ",c-2,,clients,2018-01-31,2018-01-31,,0\n");
}

}  // namespace
}  // namespace nmd::cli
