// SPDX-License-Identifier: EUPL-1.2
#include "services/ingestion/code_lists.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/ingestion/message_reader.h"
#include "services/ingestion/test_message.h"
#include "services/platform/errors.h"

namespace nmd::ingestion {
namespace {

using ::testing::AllOf;
using testing::D;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class Folder {
 public:
  Folder()
      : path_(absl::StrCat(::testing::TempDir(), "/code_lists_", ::testing::UnitTest::GetInstance()->random_seed(), "_",
                           ::testing::UnitTest::GetInstance()->current_test_info()->name())) {
    std::filesystem::remove_all(path_);
    std::filesystem::create_directories(path_);
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  void Put(const std::string& name, const std::string& text) { std::ofstream(path_ + "/" + name, std::ios::binary) << text; }
  CodeLists Read() const {
    absl::StatusOr<CodeLists> lists = CodeLists::Read(path_);
    EXPECT_TRUE(lists.ok()) << lists.status();
    return lists.ok() ? *std::move(lists) : CodeLists();
  }
  absl::Status Error() const { return CodeLists::Read(path_).status(); }

 private:
  const std::string path_;
};

// "TR381 @ place" for every finding.
std::vector<std::string> Judge(const ParsedMessage& message, const CodeLists& lists, absl::string_view known = "2026-05-06") {
  std::vector<std::string> said;
  for (const Finding& finding : CheckExternal(message, D(known), lists)) {
    said.push_back(absl::StrCat(finding.rule, " @ ", finding.place));
    EXPECT_EQ(finding.level, 4);
    EXPECT_FALSE(finding.fatal);
  }
  return said;
}

constexpr char kMunicipalityHeader[] = "gemeentecode;naam;geldig_vanaf;geldig_tot\n";
constexpr char kProductHeader[] = "wet;categorie;productcode;geldig_vanaf;geldig_tot\n";

TEST(CodeLists, KnowsWhatHoldsOnADay) {
  Folder folder;
  folder.Put("gemeenten.csv", absl::StrCat("\xEF\xBB\xBF", kMunicipalityHeader, "0106;Assen;;\r\n1730;Tynaarlo;1998-01-01;\r\n",
                                           "0123;Oudwolde;;2020-12-31\n0123;Oudwolde;2025-01-01;2025-12-31\n"));
  folder.Put("producten.csv", absl::StrCat(kProductHeader, "jw;45;45A04;;\njw;45;45A05;2026-01-01;2026-06-30\n"));
  const CodeLists lists = folder.Read();
  EXPECT_TRUE(lists.IsMunicipality("0106", D("1990-01-01")));
  EXPECT_FALSE(lists.IsMunicipality("1730", D("1997-12-31")));
  EXPECT_TRUE(lists.IsMunicipality("1730", D("1998-01-01")));
  EXPECT_TRUE(lists.IsMunicipality("0123", D("2020-12-31")));
  EXPECT_FALSE(lists.IsMunicipality("0123", D("2021-01-01")));
  EXPECT_TRUE(lists.IsMunicipality("0123", D("2025-06-01")));
  EXPECT_FALSE(lists.IsMunicipality("9999", D("2026-01-01")));
  EXPECT_TRUE(lists.IsProduct(Law::kYouth, "45", "45A05", D("2026-06-30")));
  EXPECT_FALSE(lists.IsProduct(Law::kYouth, "45", "45A05", D("2026-07-01")));
  EXPECT_FALSE(lists.IsProduct(Law::kYouth, "44", "45A04", D("2026-06-30")));
  EXPECT_FALSE(lists.IsProduct(Law::kWmo, "45", "45A04", D("2026-06-30")));
}

TEST(CodeLists, SaysWhatIsNotJudged) {
  Folder folder;
  EXPECT_THAT(folder.Read().NotJudged(), ElementsAre(HasSubstr("TR378"), HasSubstr("TR381 (iJw)"), HasSubstr("TR381 (iWmo)")));
  folder.Put("gemeenten.csv", absl::StrCat(kMunicipalityHeader, "0106;Assen;;\n"));
  folder.Put("producten.csv", absl::StrCat(kProductHeader, "jw;45;45A04;;\n"));
  EXPECT_THAT(folder.Read().NotJudged(), ElementsAre(HasSubstr("TR381 (iWmo)")));
  folder.Put("producten.csv", absl::StrCat(kProductHeader, "jw;45;45A04;;\nwmo;01;01A03;;\n"));
  EXPECT_THAT(folder.Read().NotJudged(), IsEmpty());
}

TEST(CodeLists, TellsEveryFaultOfBothFilesAtOnce) {
  Folder folder;
  folder.Put("gemeenten.csv", absl::StrCat(kMunicipalityHeader, "106;Assen;;\n0106;Assen\n1730;Tynaarlo;1-1-1998;\n"));
  folder.Put("producten.csv",
             absl::StrCat(kProductHeader, "jeugdwet;45;45A04;;\njw;4;;;\njw;45;45A04;2026-01-02;2026-01-01\n"));
  const absl::Status status = folder.Error();
  EXPECT_EQ(ReasonOf(status), ErrorReason::FIELDS_INVALID);
  EXPECT_THAT(std::string(status.message()),
              AllOf(HasSubstr("gemeenten.csv line 2"), HasSubstr("gemeenten.csv line 3"), HasSubstr("gemeenten.csv line 4"),
                    HasSubstr("producten.csv line 2"), HasSubstr("producten.csv line 3 has a categorie"),
                    HasSubstr("producten.csv line 3 has a productcode"), HasSubstr("producten.csv line 4")));
  folder.Put("gemeenten.csv", "code;naam\n0106;Assen\n");
  folder.Put("producten.csv", "");
  EXPECT_THAT(std::string(folder.Error().message()),
              AllOf(HasSubstr("gemeenten.csv line 1 has no column gemeentecode"), HasSubstr("has no column geldig_vanaf"),
                    HasSubstr("producten.csv line 1 must be a header")));
  EXPECT_FALSE(CodeLists::Read("/does/not/exist").ok());
}

TEST(CheckExternal, JudgesADagtekeningByTheDayOfReceipt_TR135) {
  for (const Law law : {Law::kYouth, Law::kWmo}) {
    for (const MessageType type :
         {MessageType::kAllocation, MessageType::kReply, MessageType::kClaim, MessageType::kClaimAnswer}) {
      const ParsedMessage message = testing::SoundMessage(law, type);
      EXPECT_THAT(Judge(message, {}, "2026-05-06"), IsEmpty());
      EXPECT_THAT(Judge(message, {}, "2026-05-05"), ElementsAre("TR135 @ Header/BerichtIdentificatie/Dagtekening"));
    }
    // A return repeats a header; it is not judged again.
    EXPECT_THAT(Judge(testing::SoundMessage(law, MessageType::kStartReturn), {}, "2026-05-05"), IsEmpty());
  }
}

TEST(CheckExternal, JudgesTheMunicipalityOnADayOfTheMessage_TR378) {
  Folder folder;
  folder.Put("gemeenten.csv", absl::StrCat(kMunicipalityHeader, "1730;Tynaarlo;;2026-05-05\n0106;Assen;;\n"));
  const CodeLists lists = folder.Read();
  ParsedMessage allocation = testing::SoundMessage(Law::kYouth, MessageType::kAllocation);
  for (AllocatedProduct& product : allocation.allocations) product.period.start = D("2026-06-01");
  EXPECT_THAT(Judge(allocation, lists), ElementsAre("TR378 @ Header/Afzender"));
  EXPECT_THAT(Judge(allocation, {}), IsEmpty()) << "not judged without a list";
  // After a merger an allocation from before it has the old code.
  allocation.allocations[0].period.start = D("2026-05-05");
  EXPECT_THAT(Judge(allocation, lists), IsEmpty());
  ParsedMessage claim = testing::SoundMessage(Law::kWmo, MessageType::kClaim);
  EXPECT_THAT(Judge(claim, lists), IsEmpty()) << "care of April";
  claim.header.receiver = "9999";
  EXPECT_THAT(Judge(claim, lists), ElementsAre("TR378 @ Header/Ontvanger"));
}

TEST(CheckExternal, JudgesTheMunicipalityOfTheWoonplaatsbeginsel_TR378) {
  Folder folder;
  folder.Put("gemeenten.csv", absl::StrCat(kMunicipalityHeader, "1730;Tynaarlo;;\n0106;Assen;;\n"));
  ParsedMessage reply = testing::SoundMessage(Law::kYouth, MessageType::kReply);
  reply.reply->municipality = "0106";
  EXPECT_THAT(Judge(reply, folder.Read()), IsEmpty());
  reply.reply->municipality = "0107";
  EXPECT_THAT(Judge(reply, folder.Read()), ElementsAre("TR378 @ Antwoord/Woonplaatsbeginsel/Gemeente"));
}

TEST(CheckExternal, JudgesEveryProductByTheListOfItsLaw_TR381) {
  Folder folder;
  folder.Put("producten.csv", absl::StrCat(kProductHeader, "jw;99;99A99;;\n"));
  const CodeLists lists = folder.Read();
  const auto places = [&](MessageType type) { return Judge(testing::SoundMessage(Law::kYouth, type), lists); };
  EXPECT_THAT(places(MessageType::kAllocation),
              ElementsAre("TR381 @ Client/ToegewezenProducten/ToegewezenProduct[1]/Product/Code",
                          "TR381 @ Client/ToegewezenProducten/ToegewezenProduct[2]/Product/Code"));
  EXPECT_THAT(places(MessageType::kStart), ElementsAre("TR381 @ Client/StartProducten/StartProduct[1]/Product/Code"));
  EXPECT_THAT(places(MessageType::kStop), ElementsAre("TR381 @ Client/StopProducten/StopProduct[1]/Product/Code"));
  EXPECT_THAT(places(MessageType::kRequest),
              ElementsAre("TR381 @ Client/AangevraagdeProducten/AangevraagdProduct[1]/Product/Code",
                          "TR381 @ Client/AangevraagdeProducten/AangevraagdProduct[2]/Product/Code"));
  EXPECT_THAT(places(MessageType::kChangeRequest),
              ElementsAre("TR381 @ Client/Verzoek/NieuweProducten/NieuwProduct[1]/Product/Code"));
  EXPECT_THAT(places(MessageType::kClaim),
              ElementsAre("TR381 @ Declaratie/Clienten/Client[1]/Prestaties/Prestatie[1]/ProductCode",
                          "TR381 @ Declaratie/Clienten/Client[1]/Prestaties/Prestatie[2]/ProductCode",
                          "TR381 @ Declaratie/Clienten/Client[2]/Prestaties/Prestatie[1]/ProductCode"));
  // The answer repeats what was claimed; the rule does not hold for it.
  EXPECT_THAT(places(MessageType::kClaimAnswer), IsEmpty());
  // The list of one law says nothing of the other.
  EXPECT_THAT(Judge(testing::SoundMessage(Law::kWmo, MessageType::kClaim), lists), IsEmpty());
}

TEST(CheckExternal, TakesWhatTheListHasOnTheDayThePeriodBegins_TR381) {
  Folder folder;
  folder.Put("producten.csv", absl::StrCat(kProductHeader, "jw;45;45A04;2026-01-01;2026-04-01\n"));
  ParsedMessage claim = testing::SoundMessage(Law::kYouth, MessageType::kClaim);
  for (ClaimLine& line : claim.claim->lines) {
    line.category = "45";
    line.product = "45A04";
  }
  EXPECT_THAT(Judge(claim, folder.Read()), IsEmpty());
  claim.claim->lines[1].period.start += 1;
  claim.claim->lines[2].category = "44";
  EXPECT_THAT(Judge(claim, folder.Read()),
              ElementsAre("TR381 @ Declaratie/Clienten/Client[1]/Prestaties/Prestatie[2]/ProductCode",
                          "TR381 @ Declaratie/Clienten/Client[2]/Prestaties/Prestatie[1]/ProductCode"));
  // An aspecific allocation has no code.
  ParsedMessage allocation = testing::SoundMessage(Law::kYouth, MessageType::kAllocation);
  allocation.allocations.resize(1);
  allocation.allocations[0].product.clear();
  EXPECT_THAT(Judge(allocation, folder.Read()), IsEmpty());
}

TEST(CheckExternal, SaysSoWhenThereIsMore) {
  Folder folder;
  folder.Put("producten.csv", absl::StrCat(kProductHeader, "jw;99;99A99;;\n"));
  ParsedMessage claim = testing::SoundMessage(Law::kYouth, MessageType::kClaim);
  claim.claim->lines.resize(300, claim.claim->lines[0]);
  const std::vector<std::string> said = Judge(claim, folder.Read());
  ASSERT_EQ(said.size(), 101u);
  EXPECT_EQ(said.back(), "TR381 @ en meer plaatsen");
}

TEST(CodeLists, TheExampleHasTheProductsAndMunicipalitiesOfTheDemo) {
  const char* source = std::getenv("NMD_SOURCE_DIR");
  const absl::StatusOr<CodeLists> lists =
      CodeLists::Read(absl::StrCat(source == nullptr ? "." : source, "/deploy/config/codes"));
  ASSERT_TRUE(lists.ok()) << lists.status();
  EXPECT_THAT(lists->NotJudged(), IsEmpty());
  for (const char* code : {"0106", "1680", "1699", "1730", "1731"}) EXPECT_TRUE(lists->IsMunicipality(code, D("2018-01-01")));
  EXPECT_TRUE(lists->IsProduct(Law::kYouth, "45", "45A04", D("2018-01-01")));
  EXPECT_TRUE(lists->IsProduct(Law::kWmo, "01", "01A03", D("2018-01-01")));
}

// The official samples by a list in which a code begins with its category, as official codes do (domain-standards 2.4, 3.9).
TEST(CheckExternal, FindsTheOfficialSampleWithACodeOutsideItsCategory_TR381) {
  const char* source = std::getenv("NMD_SOURCE_DIR");
  const std::filesystem::path root = std::filesystem::path(source == nullptr ? "." : source) / "../shared/istandaarden";
  if (!std::filesystem::exists(root)) GTEST_SKIP() << "no official samples at ../shared/istandaarden";
  Folder folder;
  folder.Put("producten.csv", absl::StrCat(kProductHeader, "wmo;01;01A01;;\nwmo;01;01A03;;\nwmo;01;01A04;;\nwmo;01;01A11;;\n",
                                           "wmo;01;01A12;;\n"));
  const CodeLists lists = folder.Read();
  std::vector<std::string> wrong;
  int judged = 0;
  for (const int number : {301, 305, 307, 315, 317, 323}) {
    const std::string name = absl::StrCat("WMO", number);
    std::ifstream in(root / "iwmo-3.2/samples" / (name + ".xml"), std::ios::binary);
    if (!in) continue;
    const std::string text(std::istreambuf_iterator<char>(in), {});
    const ReadResult read = ReadMessage(text);
    ASSERT_TRUE(read.ok()) << name;
    ++judged;
    for (const std::string& said : Judge(read.message, lists, "2100-01-01")) wrong.push_back(absl::StrCat(name, " ", said));
  }
  EXPECT_GE(judged, 5);
  EXPECT_THAT(wrong, ElementsAre("WMO315 TR381 @ Client/AangevraagdeProducten/AangevraagdProduct[1]/Product/Code",
                                 "WMO315 TR381 @ Client/AangevraagdeProducten/AangevraagdProduct[2]/Product/Code"));
}

}  // namespace
}  // namespace nmd::ingestion
