// SPDX-License-Identifier: EUPL-1.2
#include "gateway/cli/question.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace nmd::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(Question, ToIsInclusiveForPeopleAndExclusiveOnTheWire) {
  EXPECT_EQ(PeriodOf("2017-01", "2018-01")->start_date(), "2017-01-01");
  EXPECT_EQ(PeriodOf("2017-01", "2018-01")->end_date(), "2018-02-01");
  EXPECT_EQ(PeriodOf("2017-12", "")->end_date(), "2018-01-01");  // One month.
}

TEST(Question, ADayMeansItsEndInDutchTime) {
  // Summer and winter time, and both days on which the clock changes.
  for (const auto& [day, utc] :
       std::vector<std::pair<const char*, const char*>>{{"2018-03-31", "2018-03-31T21:59:59.999999+00:00"},
                                                        {"2018-01-31", "2018-01-31T22:59:59.999999+00:00"},
                                                        {"2018-03-25", "2018-03-25T21:59:59.999999+00:00"},
                                                        {"2018-10-28", "2018-10-28T22:59:59.999999+00:00"}}) {
    EXPECT_EQ(absl::FormatTime(*KnownTimeOf(day), absl::UTCTimeZone()), utc);
  }
  EXPECT_EQ(absl::FormatTime(*KnownTimeOf("2018-03-31T12:00:00+02:00"), absl::UTCTimeZone()), "2018-03-31T10:00:00+00:00");
}

TEST(Question, WhereHasListsAndTheUnknownClass) {
  EXPECT_EQ(FilterOf("product=45A04")->dimension(), "product");
  EXPECT_THAT(FilterOf("product=45A04,45A05")->values(), ElementsAre("45A04", "45A05"));
  EXPECT_THAT(FilterOf("wijk=")->values(), ElementsAre(""));
  EXPECT_THAT(FilterOf("naam=a=b")->values(), ElementsAre("a=b"));
}

TEST(Question, BecomesARequest) {
  Question question;
  question.measures = {"clients", "indicated"};
  question.dimensions = {"month", "ivn"};
  question.from = "2017-01";
  question.to = "2018-01";
  question.where = {"product=45A04", "law=jeugdwet"};
  question.known_on = "2018-03-31";
  const auto request = QueryOf(question, "municipalities/gm1730");
  ASSERT_TRUE(request.ok()) << request.status();
  EXPECT_EQ(
      request->ShortDebugString(),
      "parent: \"municipalities/gm1730\" measures: \"clients\" measures: \"indicated\" dimensions: \"month\" dimensions: "
      "\"ivn\" period { start_date: \"2017-01-01\" end_date: \"2018-02-01\" } filters { dimension: \"product\" values: "
      "\"45A04\" } filters { dimension: \"law\" values: \"jeugdwet\" } known_time { seconds: 1522533599 nanos: 999999000 }");
  question.from.clear();
  question.to.clear();
  question.on = "2018-01-31";
  EXPECT_EQ(QueryOf(question, "p")->reference_date(), "2018-01-31");
  EXPECT_FALSE(QueryOf(question, "p")->with_stability());
  question.stability = true;
  EXPECT_TRUE(QueryOf(question, "p")->with_stability());
  question.measures = {"clients"};
  EXPECT_EQ(ExplainOf(question, "p")->reference_date(), "2018-01-31");
}

TEST(Question, DecomposesBetweenTwoMonths) {
  Question question;
  question.from = "2017-01";
  question.to = "2018-01";
  question.dimensions = {"ivn"};
  const auto request = DecomposeOf(question, "p");
  ASSERT_TRUE(request.ok());
  EXPECT_EQ(request->before().start_date(), "2017-01-01");
  EXPECT_EQ(request->before().end_date(), "2017-02-01");
  EXPECT_EQ(request->after().start_date(), "2018-01-01");
  EXPECT_EQ(request->after().end_date(), "2018-02-01");
  EXPECT_EQ(request->group_by(), "ivn");
  question.ages = {0, 18};
  EXPECT_THAT(DecomposeOf(question, "p")->age_from(), ::testing::ElementsAre(0, 18));
  EXPECT_THAT(QueryOf(question, "p")->age_from(), ::testing::ElementsAre(0, 18));
}

TEST(Question, SaysInDutchWhatIsWrong) {
  const auto text = [](const Question& question) { return std::string(QueryOf(question, "p").status().message()); };
  Question question;
  EXPECT_THAT(text(question), HasSubstr("--from"));
  question.from = "januari";
  EXPECT_THAT(text(question), HasSubstr("\"januari\" is geen maand"));
  question.from = "2018-01";
  question.to = "2018-13";
  EXPECT_THAT(text(question), HasSubstr("\"2018-13\" is geen maand"));
  question.to = "2017-12";
  EXPECT_THAT(text(question), HasSubstr("--to ligt voor --from"));
  question.to = "2018-01";
  question.on = "2018-01-01";
  EXPECT_THAT(text(question), HasSubstr("--on gaat niet samen"));
  question.from.clear();
  question.to.clear();
  question.on = "2018-02-30";
  EXPECT_THAT(text(question), HasSubstr("geen datum"));
  question.on = "2018-02-28";
  question.where = {"product"};
  EXPECT_THAT(text(question), HasSubstr("kenmerk=waarde"));
  question.where = {"=x"};
  EXPECT_THAT(text(question), HasSubstr("kenmerk=waarde"));
  question.where.clear();
  question.known_on = "gisteren";
  EXPECT_THAT(text(question), HasSubstr("--known-on"));
  Question two;
  two.from = two.to = "2018-01";
  two.dimensions = {"ivn", "wijk"};
  EXPECT_FALSE(DecomposeOf(two, "p").ok());
  EXPECT_FALSE(ExplainOf(two, "p").ok());  // No measure.
}

}  // namespace
}  // namespace nmd::cli
