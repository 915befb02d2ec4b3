// SPDX-License-Identifier: EUPL-1.2
#include "gateway/cli/protect_file.h"

#include <filesystem>
#include <fstream>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace nmd::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class ProtectFileTest : public ::testing::Test {
 protected:
  ProtectFileTest() : clock_(absl::FromUnixSeconds(1522533600)) {
    folder_ = absl::StrCat(::testing::TempDir(), "protect_file_", getpid(), "_",
                           ::testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::create_directories(folder_);
    Put("wijk.csv", "code,parent\nTotaal,\nA,Totaal\nB,Totaal\nC,Totaal\n");
    Put("ivn.csv", "code,parent\nTotaal,\n5,Totaal\n6,Totaal\n7,Totaal\n");
    Put("maand.csv", "code,parent\n2018,\nK1,2018\nK2,2018\nM1,K1\nM2,K1\nM3,K1\nM4,K2\nM5,K2\nM6,K2\n");
  }
  ~ProtectFileTest() override { std::filesystem::remove_all(folder_); }

  std::string Path(const std::string& name) const { return absl::StrCat(folder_, "/", name); }
  void Put(const std::string& name, const std::string& text) const { std::ofstream(Path(name), std::ios::binary) << text; }
  std::string Get(const std::string& name) const {
    std::stringstream text;
    text << std::ifstream(Path(name), std::ios::binary).rdbuf();
    return text.str();
  }
  int Run(std::vector<std::string> arguments) {
    out_.str("");
    err_.str("");
    return RunNmdctl(std::move(arguments), {out_, err_, false, clock_, [](absl::Duration) {}});
  }
  std::string Hierarchy(const std::string& name) const { return absl::StrCat(name, "=", Path(name + ".csv")); }
  int Protect(const std::string& input, const std::string& output, std::vector<std::string> more = {}) {
    std::vector<std::string> arguments = {"protect", "--input", Path(input), "--hierarchy", Hierarchy("wijk"),
                                          "--value", "freq",    "--output",  Path(output)};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return Run(std::move(arguments));
  }

  FakeClock clock_;
  std::string folder_;
  std::ostringstream out_, err_;
};

constexpr char kInner[] =
    "wijk,ivn,freq,cents\nA,5,4,400\nA,6,20,2000\nA,7,30,3000\nB,5,25,2500\nB,6,35,3500\nB,7,45,4500\nC,5,55,5500\nC,6,65,"
    "6500\n";

TEST_F(ProtectFileTest, T27WritesEveryCellWithItsTotalsAndHidesARectangle) {
  Put("in.csv", kInner);
  ASSERT_EQ(Protect("in.csv", "out.csv", {"--hierarchy", Hierarchy("ivn"), "--publish", Path("public.csv")}), 0) << err_.str();
  const std::string out = Get("out.csv");
  EXPECT_THAT(out, ::testing::StartsWith("wijk,ivn,value,primary,suppressed\nTotaal,Totaal,279,0,0\n"));
  EXPECT_THAT(out, HasSubstr("\nA,5,4,1,1\n"));
  EXPECT_THAT(out, HasSubstr("\nC,7,0,0,0\n")) << "an inner cell that is not there is 0";
  int rows = 0, suppressed = 0;
  for (const absl::string_view line : absl::StrSplit(out, '\n', absl::SkipEmpty())) {
    ++rows;
    suppressed += absl::EndsWith(line, ",1");
  }
  EXPECT_EQ(rows, 17);
  EXPECT_EQ(suppressed, 4);
  const std::string published = Get("public.csv");
  EXPECT_THAT(published, HasSubstr("\nA,5,,hidden\n")) << "no value, and no reason";
  EXPECT_THAT(published, HasSubstr("\nC,7,0,zero\n"));
  EXPECT_THAT(published, Not(HasSubstr("primary")));
  EXPECT_THAT(out_.str(), HasSubstr("16 cellen: 1 verborgen om zichzelf, 3 om die te beschermen."));
}

TEST_F(ProtectFileTest, AuditFindsNothingInWhatWasProtectedAndAWayInOtherwise) {
  Put("in.csv", kInner);
  ASSERT_EQ(Protect("in.csv", "out.csv", {"--hierarchy", Hierarchy("ivn")}), 0) << err_.str();
  const std::vector<std::string> audit = {"audit",       "--hierarchy",    Hierarchy("wijk"),
                                          "--hierarchy", Hierarchy("ivn"), "--input"};
  std::vector<std::string> arguments = audit;
  arguments.push_back(Path("out.csv"));
  EXPECT_EQ(Run(arguments), 0) << out_.str();
  EXPECT_THAT(out_.str(), HasSubstr("1 te beschermen cellen, 0 daarvan niet veilig"));
  // By the threshold alone.
  std::string naive = "wijk,ivn,value,primary,suppressed\n";
  for (const absl::string_view line : absl::StrSplit(Get("out.csv"), '\n', absl::SkipEmpty())) {
    const std::vector<std::string> parts = absl::StrSplit(line, ',');
    if (parts[0] != "wijk") absl::StrAppend(&naive, parts[0], ",", parts[1], ",", parts[2], ",", parts[3], ",", parts[3], "\n");
  }
  Put("naive.csv", naive);
  arguments = audit;
  for (const std::string& more : {Path("naive.csv"), std::string("--output"), Path("found.csv")}) arguments.push_back(more);
  EXPECT_EQ(Run(arguments), 1);
  EXPECT_THAT(out_.str(), HasSubstr("wijk A, ivn 5: te berekenen (wijk Totaal = A (verborgen) + B + C, bij ivn 5)"));
  EXPECT_THAT(Get("found.csv"), HasSubstr("\"wijk A, ivn 5\",te berekenen,4,4,,"));
}

TEST_F(ProtectFileTest, KnowsWhatWasPublishedBefore) {
  std::string months = "wijk,maand,freq\n", quarters = "wijk,maand,freq\n";
  const int values[3][6] = {{3, 9, 9, 9, 9, 9}, {8, 9, 9, 8, 9, 9}, {7, 8, 9, 7, 8, 9}};
  for (int w = 0; w < 3; ++w) {
    for (int m = 0; m < 6; ++m)
      absl::StrAppend(&months, std::string(1, static_cast<char>('A' + w)), ",M", m + 1, ",", values[w][m], "\n");
    for (int q = 0; q < 2; ++q) {
      absl::StrAppend(&quarters, std::string(1, static_cast<char>('A' + w)), ",K", q + 1, ",",
                      values[w][3 * q] + values[w][3 * q + 1] + values[w][3 * q + 2], "\n");
    }
  }
  Put("quarters_in.csv", quarters);
  Put("months_in.csv", months);
  ASSERT_EQ(Protect("quarters_in.csv", "quarters.csv", {"--hierarchy", Hierarchy("maand")}), 0) << err_.str();
  EXPECT_THAT(Get("quarters.csv"), Not(HasSubstr("M1"))) << "only what can be summed of the codes that are there";
  ASSERT_EQ(Protect("months_in.csv", "months.csv", {"--hierarchy", Hierarchy("maand"), "--earlier", Path("quarters.csv")}), 0)
      << err_.str();
  EXPECT_EQ(Run({"audit", "--hierarchy", Hierarchy("wijk"), "--hierarchy", Hierarchy("maand"), "--input", Path("quarters.csv"),
                 "--input", Path("months.csv")}),
            0)
      << out_.str();
  // A cell that was shown cannot be hidden any more.
  Put("policy.yaml", "minimum: 30\n");
  EXPECT_EQ(Protect("quarters_in.csv", "again.csv",
                    {"--hierarchy", Hierarchy("maand"), "--earlier", Path("quarters.csv"), "--policy", Path("policy.yaml")}),
            3);
  EXPECT_THAT(err_.str(), HasSubstr("al eerder getoond, zoals wijk "));
  EXPECT_FALSE(std::filesystem::exists(Path("again.csv")));
}

TEST_F(ProtectFileTest, ProtectsAmountsByWhoIsBehindThem) {
  Put("in.csv", "wijk,cents,n,top1,top2\nA,1000,3,900,60\nB,5000,9,1000,900\nC,9000,9,1500,1200\n");
  Put("policy.yaml", "p_percent: 10\ncontributors_column: n\nlargest_column: top1\nsecond_column: top2\n");
  ASSERT_EQ(Run({"protect", "--input", Path("in.csv"), "--hierarchy", Hierarchy("wijk"), "--value", "cents", "--output",
                 Path("out.csv"), "--policy", Path("policy.yaml")}),
            0)
      << err_.str();
  EXPECT_THAT(Get("out.csv"), HasSubstr("\nA,1000,1,1\n")) << "1000 - 900 - 60 is less than a tenth of 900";
  EXPECT_THAT(Get("out.csv"), HasSubstr("\nC,9000,0,0\n"));
}

TEST_F(ProtectFileTest, RoundsInsteadOfHidingOthers) {
  Put("in.csv", "wijk,freq\nA,4\nB,12\nC,28\n");
  Put("policy.yaml", "minimum: 10\nround_to: 5\nwidth: 3\n");
  ASSERT_EQ(Protect("in.csv", "out.csv", {"--policy", Path("policy.yaml"), "--publish", Path("public.csv")}), 0) << err_.str();
  EXPECT_EQ(Get("public.csv"), "wijk,value,state\nTotaal,45,shown\nA,,hidden\nB,10,shown\nC,30,shown\n");
}

TEST_F(ProtectFileTest, RoundsAWholeTableSoThatTotalsAddUpAndAuditsIt) {
  Put("in.csv", kInner);
  Put("key", absl::StrCat(std::string(63, '0'), "1"));
  const std::vector<std::string> more = {"--hierarchy", Hierarchy("ivn"), "--rounding", "5",
                                         "--key",       Path("key"),      "--publish",  Path("public.csv")};
  ASSERT_EQ(Protect("in.csv", "out.csv", more), 0) << err_.str();
  EXPECT_THAT(out_.str(),
              HasSubstr("16 cellen, niets verborgen: elke waarde is een veelvoud van 5 en zit hoogstens 4 van de echte"));
  const std::string published = Get("public.csv");
  EXPECT_THAT(published, ::testing::StartsWith("wijk,ivn,value,uncertainty,state\n"));
  EXPECT_THAT(published, Not(HasSubstr("hidden")));
  EXPECT_THAT(published, Not(HasSubstr("A,5,4,"))) << "never the value itself";
  EXPECT_THAT(published, HasSubstr("\nA,6,20,4,shown\n")) << "a multiple is told as it is";
  int64_t sum = 0, total = 0;
  for (const absl::string_view line : absl::StrSplit(published, '\n', absl::SkipEmpty())) {
    const std::vector<std::string> parts = absl::StrSplit(line, ',');
    if (parts[0] == "wijk") continue;
    const int64_t value = std::stoll(parts[2]);
    EXPECT_EQ(value % 5, 0) << line;
    if (parts[0] == "Totaal" && parts[1] == "Totaal") total = value;
    if (parts[0] != "Totaal" && parts[1] != "Totaal") sum += value;
  }
  EXPECT_EQ(sum, total);
  EXPECT_THAT(Get("out.csv"), HasSubstr("\nA,6,20,20,4,0,0\n")) << "value, told, uncertainty, primary, suppressed";
  const std::vector<std::string> audit = {"audit",          "--hierarchy", Hierarchy("wijk"), "--hierarchy",
                                          Hierarchy("ivn"), "--input",     Path("out.csv")};
  EXPECT_EQ(Run(audit), 0) << out_.str();
  // The same key tells the same again.
  ASSERT_EQ(Protect("in.csv", "again.csv",
                    {"--hierarchy", Hierarchy("ivn"), "--rounding", "5", "--key", Path("key"), "--earlier", Path("out.csv")}),
            0)
      << err_.str();
  EXPECT_EQ(Get("again.csv"), Get("out.csv"));
  // A file that says it is more certain than a small cell can bear is found.
  std::string certain = Get("out.csv");
  for (size_t at = certain.find(",4,1,0\n"); at != std::string::npos; at = certain.find(",4,1,0\n"))
    certain.replace(at, 7, ",1,1,0\n");
  Put("certain.csv", certain);
  EXPECT_EQ(Run({"audit", "--hierarchy", Hierarchy("wijk"), "--hierarchy", Hierarchy("ivn"), "--input", Path("certain.csv")}),
            1)
      << certain;
  EXPECT_EQ(Protect("in.csv", "no.csv", {"--hierarchy", Hierarchy("ivn"), "--rounding", "5"}), 2) << "without a key";
  EXPECT_EQ(Protect("in.csv", "no.csv", {"--hierarchy", Hierarchy("ivn"), "--rounding", "4", "--key", Path("key")}), 2)
      << "below the minimum";
}

TEST_F(ProtectFileTest, TellsWhatIsWrongWithFilesAndArguments) {
  Put("in.csv", "wijk,freq\nA,4\nA,5\n");
  EXPECT_EQ(Protect("in.csv", "out.csv"), 3);
  EXPECT_THAT(err_.str(), HasSubstr("in.csv:3: deze cel staat er twee keer"));
  Put("in.csv", "wijk,freq\nD,4\n");
  EXPECT_EQ(Protect("in.csv", "out.csv"), 3);
  EXPECT_THAT(err_.str(), HasSubstr("code \"D\" staat niet in de hiërarchie van wijk"));
  Put("in.csv", "wijk,freq\nTotaal,9\nA,4\n");
  EXPECT_EQ(Protect("in.csv", "out.csv"), 3);
  EXPECT_THAT(err_.str(), HasSubstr("een totaal is niet de som van de delen"));
  Put("in.csv", "wijk,aantal\nA,4\n");
  EXPECT_EQ(Protect("in.csv", "out.csv"), 2);
  EXPECT_THAT(err_.str(), HasSubstr("heeft geen kolom freq; wel wijk, aantal"));
  EXPECT_EQ(Protect("none.csv", "out.csv"), 2);
  EXPECT_FALSE(std::filesystem::exists(Path("out.csv")));
}

}  // namespace
}  // namespace nmd::cli
