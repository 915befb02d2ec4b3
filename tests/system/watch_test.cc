// SPDX-License-Identifier: EUPL-1.2
// A letter box at a real instance: nmdctl is killed between two files, goes on, and every file is one delivery.
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/support/instance.h"

namespace nmd {
namespace {

namespace fs = std::filesystem;
using testing::Instance;

TEST(Watch, PutsAwayEveryFileOnceAlsoWhenItIsKilled) {
  Instance instance(testing::ScratchDir("gm1730"), "gm1730");
  instance.Start("ingestion");
  instance.Start("gateway");
  const fs::path box = testing::ScratchDir("box");
  fs::create_directories(box / "producten");
  const auto put = [&](const std::string& name, const std::string& content) {
    // As a file that somebody moves in: it is complete at once, whenever it is looked at.
    std::ofstream(box / (name + ".part"), std::ios::binary) << content;
    fs::rename(box / (name + ".part"), box / name);
  };
  put("producten/2018.csv",
      "wet;productcode;omschrijving;ivn;geldig_vanaf;geldig_tot\njeugdwet;45A04;Ambulant;4;01-01-2018;\n");
  {
    testing::Child watcher(instance.Ctl("beheerder", {"deliver", "--watch", box.string()}), testing::ScratchDir("watch.out"));
    ASSERT_TRUE(watcher.WaitForLine([](const std::string& line) { return absl::StrContains(line, "2018.csv: aangenomen"); }));
    // More than one call takes: a resumed upload. No message, so it is refused.
    put("groot.xml", absl::StrCat("<geen>", std::string(1'500'000, ' '), "</geen>"));
    ASSERT_TRUE(watcher.WaitForLine([](const std::string& line) { return absl::StrContains(line, "groot.xml: afgekeurd"); }));
    watcher.Kill();
    watcher.Join();
  }
  put("kapot.xml", "<kapot");
  // The bytes of a file that was delivered already: known, so only put away.
  put("producten/nogmaals.csv",
      "wet;productcode;omschrijving;ivn;geldig_vanaf;geldig_tot\njeugdwet;45A04;Ambulant;4;01-01-2018;\n");
  const Instance::Result once = instance.RunCtl("beheerder", {"deliver", "--once", "--watch", box.string()});
  EXPECT_EQ(once.exit_code, 1) << once.output;
  EXPECT_THAT(once.output, ::testing::HasSubstr("1 gearchiveerd, 1 in de map fout;"));

  std::multiset<std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(box)) {
    if (entry.is_regular_file()) files.insert(entry.path().filename().string());
  }
  EXPECT_EQ(files, (std::multiset<std::string>{"2018.csv", "groot.xml", "groot.xml.txt", "kapot.xml", "kapot.xml.txt",
                                               "nogmaals.csv"}));
  EXPECT_TRUE(fs::exists(box / "fout" / "groot.xml"));
  std::ifstream report(box / "fout" / "kapot.xml.txt");
  std::stringstream text;
  text << report.rdbuf();
  EXPECT_THAT(text.str(), ::testing::HasSubstr("Het bestand is afgekeurd."));
  const Instance::Answer deliveries = instance.Get("/v1/municipalities/gm1730/deliveries", "beheerder");
  EXPECT_THAT(deliveries.body, ::testing::HasSubstr(R"("total_size":"3")"));
  instance.StopAll();
}

}  // namespace
}  // namespace nmd
