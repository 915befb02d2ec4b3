// SPDX-License-Identifier: EUPL-1.2
#include "gateway/cli/link_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "services/linking/engine/testing_population.h"

namespace nmd::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class LinkFileTest : public ::testing::Test {
 protected:
  LinkFileTest() : clock_(absl::FromUnixSeconds(1522533600)) {  // 1 April 2018.
    folder_ = absl::StrCat(::testing::TempDir(), "link_file_", getpid(), "_",
                           ::testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::create_directories(folder_);
  }
  ~LinkFileTest() override { std::filesystem::remove_all(folder_); }

  std::string Path(const std::string& name) const { return absl::StrCat(folder_, "/", name); }
  void Put(const std::string& name, const std::string& text) const { std::ofstream(Path(name), std::ios::binary) << text; }
  std::string Get(const std::string& name) const {
    std::stringstream text;
    text << std::ifstream(Path(name), std::ios::binary).rdbuf();
    return text.str();
  }
  int Run(const std::string& columns, std::vector<std::string> more = {}, bool terminal = false) {
    std::vector<std::string> arguments = {"link",  "file",     "--input",     Path("in.csv"), "--columns",
                                          columns, "--output", Path("c.csv"), "--explain",    Path("p.csv")};
    arguments.insert(arguments.end(), more.begin(), more.end());
    out_.str("");
    err_.str("");
    return RunNmdctl(arguments, {out_, err_, terminal, clock_, [](absl::Duration) {}});
  }

  FakeClock clock_;
  std::string folder_;
  std::ostringstream out_, err_;
};

constexpr char kColumns[] = "id=nr,given=voornamen,family=naam,birth=geboren,sex=geslacht,postcode=pc,house=huis,ssn=bsn";
constexpr char kHeader[] = "nr,bsn,voornamen,naam,geboren,geslacht,pc,huis\n";

TEST_F(LinkFileTest, LinksTheRecordsOfAFileAndSaysWhy) {
  Put("in.csv", absl::StrCat(kHeader,
                             "7,999900006,Eva Maria,Smit,1985-02-14,V,9471AB,2\n"
                             "12,,Eva,Smit,14-02-1985,v,9471 ab,2\n"
                             "\"a,1\",999900018,Mehmet,Yilmaz,1961-10-30,M,1012XX,8\n"
                             "3,999900018,Mehmet,Yilmaz,1961-10-30,M,9471AB,40\n"));
  EXPECT_EQ(Run(kColumns), 0) << err_.str();
  EXPECT_EQ(Get("c.csv"), "record_id,cluster_id\n7,7\n12,7\n\"a,1\",3\n3,3\n");
  EXPECT_THAT(out_.str(), HasSubstr("4 records zijn 2 personen"));
  const std::string pairs = Get("p.csv");
  EXPECT_THAT(pairs, ::testing::StartsWith("record_a,record_b,decision,reason,probability,weight,prior,number,given,family,"
                                           "birth,sex,address,street,city,email,phone,household,explanation,model\n"));
  EXPECT_THAT(pairs, HasSubstr("linked,zelfde bsn,"));
  EXPECT_THAT(pairs, HasSubstr("zelfde achternaam"));
  for (const char* value : {"Smit", "Yilmaz", "999900006", "1985", "9471"}) {
    EXPECT_THAT(pairs, Not(HasSubstr(value))) << "no values of persons";
    EXPECT_THAT(err_.str() + out_.str(), Not(HasSubstr(value)));
  }
  // The parts of a pair are its weight, to the last digit.
  const std::vector<std::string> lines = absl::StrSplit(pairs, '\n', absl::SkipEmpty());
  ASSERT_GE(lines.size(), 3u);
  for (size_t i = 1; i < lines.size(); ++i) {
    std::string line = lines[i];
    if (line[0] == '"') line = line.substr(line.find('"', 1) + 1);
    for (size_t at; (at = line.find("\"a,1\"")) != std::string::npos;) line.replace(at, 5, "x");
    const std::vector<std::string> cells = absl::StrSplit(line, ',');
    double weight = 0, sum = 0;
    ASSERT_TRUE(absl::SimpleAtod(cells[5], &weight)) << line;
    for (size_t c = 6; c <= 17; ++c) {
      double part = 0;
      ASSERT_TRUE(absl::SimpleAtod(cells[c], &part)) << line;
      sum += part;
    }
    EXPECT_NEAR(sum, weight, 1e-9) << line;
  }
}

TEST_F(LinkFileTest, SaysWhatIsWrongWithTheColumnsBeforeAnyWork) {
  Put("in.csv", absl::StrCat(kHeader, "7,,Eva,Smit,,,,\n"));
  EXPECT_EQ(Run("id=nr,family=achternaam"), 2);
  EXPECT_THAT(err_.str(),
              HasSubstr("kolom \"achternaam\" (rol family) staat niet in het bestand; dat heeft nr, bsn, voornamen"));
  EXPECT_EQ(Run("id=nr,neus=naam"), 2);
  EXPECT_THAT(err_.str(), HasSubstr("\"neus=naam\" is geen rol=kolom; rollen zijn id (kenmerk"));
  EXPECT_EQ(Run("family=naam"), 2);
  EXPECT_THAT(err_.str(), HasSubstr("zeg met id=..."));
  EXPECT_EQ(Run("id=nr,family=naam,family=voornamen"), 2);
  EXPECT_THAT(err_.str(), HasSubstr("rol family staat er twee keer"));
  EXPECT_EQ(Run("id=nr,sex=geslacht"), 2);
  EXPECT_THAT(err_.str(), HasSubstr("ten minste een van"));
  EXPECT_EQ(Run("id=nr,family=naam", {"--threads", "0"}), 2);
  EXPECT_EQ(Run("id=nr,family=naam", {"--certainty", "1.5"}), 2);
  EXPECT_EQ(Run("id=nr,family=naam", {"--model", Path("none")}), 2);
  Put("model", "iets anders\n");
  EXPECT_EQ(Run("id=nr,family=naam", {"--model", Path("model")}), 2);
  EXPECT_THAT(err_.str(), HasSubstr("koppelmodel, regel 1"));
  std::filesystem::remove(Path("in.csv"));
  EXPECT_EQ(Run(kColumns), 2);
  EXPECT_THAT(err_.str(), HasSubstr("kan niet worden gelezen"));
  Put("in.csv", "");
  EXPECT_EQ(Run(kColumns), 2);
  EXPECT_THAT(err_.str(), HasSubstr("het bestand is leeg"));
  EXPECT_FALSE(std::filesystem::exists(Path("c.csv")));
}

TEST_F(LinkFileTest, RefusesWhatCannotBeLinkedAndWritesNothing) {
  Put("in.csv", absl::StrCat(kHeader, "7,,Eva,Smit,,,,\n8,,Jan,Smit,,,,\n7,,Piet,Smit,,,,\n"));
  EXPECT_EQ(Run(kColumns), 3);
  EXPECT_THAT(err_.str(), HasSubstr("regel 2 en regel 4 hebben hetzelfde kenmerk"));
  Put("in.csv", absl::StrCat(kHeader, "7,,\"Eva,Smit,,,,\n8,,Jan,Smit,,,,\n"));
  EXPECT_EQ(Run(kColumns), 3);
  EXPECT_THAT(err_.str(), HasSubstr("regel 2: een aanhalingsteken wordt niet gesloten"));
  const auto files = std::filesystem::directory_iterator(folder_);
  EXPECT_EQ(std::distance(begin(files), end(files)), 1) << "only the input is there";
}

TEST_F(LinkFileTest, TellsWhatStandsOutByLineAndLeavesOutWhatItMust) {
  Put("in.csv", absl::StrCat(kHeader,
                             "1,,Eva,Smit,2031-01-01,V,,\n"
                             "2,,,,1990-05-05,V,,\n"
                             "3,,Jan,Smit,ergens in mei,M,,\n",
                             "4,,", std::string(100'000'000, 'x'), ",Smit,,,,\n",
                             ",,Piet,Smit,,,,\n"
                             "6,,Piet\n"));
  EXPECT_EQ(Run(kColumns), 1) << "rows were left out";
  for (const char* text : {"1 geboortedatums liggen in de toekomst; ze tellen mee als typefout (de eerste op regel 2)",
                           "1 records hebben geen naam (de eerste op regel 3)",
                           "1 geboortedatums zijn niet te lezen en tellen niet mee (de eerste op regel 4)",
                           "1 regels zijn te lang en overgeslagen (de eerste op regel 5)",
                           "1 regels zonder kenmerk zijn overgeslagen (de eerste op regel 6)",
                           "1 regels hebben niet zoveel velden als de eerste regel (de eerste op regel 7)"}) {
    EXPECT_THAT(err_.str(), HasSubstr(text));
  }
  EXPECT_EQ(Get("c.csv"), "record_id,cluster_id\n1,1\n2,2\n3,3\n6,6\n");
}

TEST_F(LinkFileTest, DrawsABarOnATerminalOnly) {
  Put("in.csv", absl::StrCat(kHeader, "7,999900006,Eva,Smit,1985-02-14,V,9471AB,2\n8,999900006,Eva,Smit,,V,9471AB,3\n"));
  EXPECT_EQ(Run(kColumns, {}, true), 0);
  EXPECT_THAT(err_.str(), HasSubstr("] vergelijken"));
  EXPECT_EQ(Run(kColumns), 0);
  EXPECT_THAT(err_.str(), Not(HasSubstr("\r")));
  EXPECT_THAT(err_.str(), HasSubstr("2 records gelezen"));
}

TEST_F(LinkFileTest, GivesTheSameBytesForAnyThreadsOrderAndFromItsOwnModel) {
  std::vector<std::string> rows;
  linking::engine::testing::Population(9, 999900006).Make(3000, [&](const linking::engine::testing::MadeUp& r) {
    rows.push_back(absl::StrJoin({r.id, r.number, r.given, r.family, r.birth, r.sex, r.postcode, r.house}, ","));
  });
  const auto put = [&] { Put("in.csv", absl::StrCat(kHeader, absl::StrJoin(rows, "\n"), "\n")); };
  put();
  ASSERT_EQ(Run(kColumns, {"--threads", "1", "--save-model", Path("model")}), 0) << err_.str();
  const std::string clusters = Get("c.csv"), pairs = Get("p.csv");
  ASSERT_EQ(Run(kColumns, {"--threads", "3"}), 0);
  EXPECT_EQ(Get("c.csv"), clusters);
  EXPECT_EQ(Get("p.csv"), pairs);
  ASSERT_EQ(Run(kColumns, {"--model", Path("model")}), 0);
  EXPECT_EQ(Get("c.csv"), clusters);
  EXPECT_EQ(Get("p.csv"), pairs);
  std::mt19937 random(5);
  std::shuffle(rows.begin(), rows.end(), random);
  put();
  ASSERT_EQ(Run(kColumns), 0);
  EXPECT_EQ(Get("p.csv"), pairs) << "the order of the input shows in the order of the clusters only";
  const auto sorted = [](const std::string& text) {
    std::vector<std::string> lines = absl::StrSplit(text, '\n');
    std::sort(lines.begin(), lines.end());
    return lines;
  };
  EXPECT_EQ(sorted(Get("c.csv")), sorted(clusters));
  ASSERT_EQ(Run(kColumns, {"--certainty", "0.99"}), 0);
  EXPECT_NE(sorted(Get("c.csv")), sorted(clusters)) << "more certainty links less";
}

}  // namespace
}  // namespace nmd::cli
