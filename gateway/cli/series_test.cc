// SPDX-License-Identifier: EUPL-1.2
// nmdctl series, from command line to request and from answer to screen, against a monitor of the test.
#include "gateway/cli/series.h"

#include <gmock/gmock.h>
#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>

#include "gateway/cli/command_test.h"

namespace nmd::cli {
namespace {

using testing::CommandTest;
using ::testing::HasSubstr;

const std::string kSeries = "/v1/municipalities/gm1730/externalseries";

class SeriesTest : public CommandTest {};

TEST_F(SeriesTest, R20_ListsWhatOthersSaid) {
  monitor_.OnJson("GET " + kSeries, R"({"series":[{"kind":"PUBLISHED","series":"bijstand","title":"Huishoudens met bijstand",
    "publisher":"CBS","period":{"start_date":"2012-01-01","end_date":"2018-01-01"},"value_count":6,"withdrawn_count":1,
    "measures":["clients"]}]})");
  ASSERT_EQ(Run("series"), 0) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("Huishoudens met bijstand"));
  EXPECT_THAT(out_.str(), HasSubstr("2012 t/m 2017"));
  ASSERT_EQ(Run("series --known-on 2018-03-31T12:00:00Z --format csv"), 0);
  EXPECT_THAT(monitor_.asked().back().target, HasSubstr("known_time=2018-03-31T12%3a00%3a00"));
  EXPECT_EQ(out_.str(),
            "reeks,omschrijving,uitgever,soort,periode,waarden,ingetrokken,maat\nbijstand,Huishoudens met "
            "bijstand,CBS,PUBLISHED,2012-01-01/2018-01-01,6,1,clients\n");
}

TEST_F(SeriesTest, R21_ShowsValuesWithOursBesideAndWhyTheyDiffer) {
  monitor_.OnJson("POST " + kSeries + "/_query", R"({"values":[
    {"kind":"LEGACY","series":"clienten","publisher":"KWIZ-monitor","state":"PRINTED","text":"595",
     "value":{"thousandths":"595000","measured_in":"COUNT"},"dimensions":[{"dimension":"law","value":"jeugdwet","label":"Jeugdwet"}],
     "period":{"start_date":"2017-01-01","end_date":"2018-01-01"},
     "growth":{"state":"ANSWERED","growth":0.0625,"difference_thousandths":"35000"},
     "counterpart":{"figure":{"measure":"clients","state":"ANSWERED","count":"601"},"difference":"De definitie is niet bekend."}},
    {"kind":"PUBLISHED","series":"jeugdhulp_buurt","publisher":"CBS","state":"PRINTED","text":"7,7%",
     "value":{"thousandths":"7700","decimals":1,"measured_in":"PERCENT"},"period":{"start_date":"2017-01-01","end_date":"2018-01-01"},
     "growth":{"state":"ANSWERED","difference_thousandths":"700"},"withdrawn_date":"2018-12-01","withdrawn_reason":"te weinig inwoners"},
    {"kind":"PUBLISHED","series":"laag_inkomen","publisher":"CBS","state":"WITHHELD","text":"niet getoond",
     "period":{"start_date":"2015-01-01","end_date":"2017-01-01"},
     "growth":{"state":"NOT_COMPARABLE","state_reason":"PERIODS_UNEQUAL"}}]})");
  ASSERT_EQ(Run("series clienten --from 2017-01 --to 2017-12 --area Drenthe --all-vintages"), 0) << err_.str();
  costs::v1::QueryExternalSeriesRequest asked;
  ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(monitor_.asked().back().body, &asked).ok());
  EXPECT_EQ(asked.series(0), "clienten");
  EXPECT_EQ(asked.areas(0), "Drenthe");
  EXPECT_TRUE(asked.all_vintages());
  EXPECT_EQ(asked.period().end_date(), "2018-01-01");
  const std::string text = out_.str();
  EXPECT_THAT(text, HasSubstr("law=Jeugdwet"));
  EXPECT_THAT(text, HasSubstr("+6,3%"));
  EXPECT_THAT(text, HasSubstr("601"));
  EXPECT_THAT(text, HasSubstr("+0,7 punt"));
  EXPECT_THAT(text, HasSubstr("niet getoond"));
  EXPECT_THAT(text, HasSubstr("Wij (clients): De definitie is niet bekend."));
  EXPECT_THAT(text, HasSubstr("jeugdhulp_buurt over 2017 is ingetrokken op 01-12-2018: te weinig inwoners."));
  ASSERT_EQ(Run("series --kind budget --format csv"), 0);
  EXPECT_THAT(out_.str(),
              HasSubstr("clienten,KWIZ-monitor,law=jeugdwet,2017-01-01,2018-01-01,595.000,COUNT,PRINTED,0.062500,601,"
                        "ANSWERED,,,,\n"));
  EXPECT_THAT(out_.str(), HasSubstr("laag_inkomen,CBS,,2015-01-01,2017-01-01,,,WITHHELD,,,,,,,\n"));
  ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(monitor_.asked().back().body, &asked).ok());
  EXPECT_EQ(asked.kind(), costs::v1::ExternalSeries::BUDGET);
  EXPECT_EQ(Run("series --kind geheim"), 2);
  EXPECT_EQ(Run("series clienten --from gisteren"), 3);
}

}  // namespace
}  // namespace nmd::cli
