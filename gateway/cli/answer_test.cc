// SPDX-License-Identifier: EUPL-1.2
#include "gateway/cli/answer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gateway/cli/fake_monitor.h"
#include "gateway/cli/nmdctl.h"
#include "gateway/testing.h"
#include "gateway/transcoder.h"
#include "services/platform/crypto.h"

namespace nmd::cli {
namespace {

using ingestion::v1::Answer;
using ingestion::v1::Delivery;
using ::testing::ElementsAre;
using testing::FakeMonitor;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

constexpr char kDeliveries[] = "municipalities/gm1730/deliveries/";

std::string Parameter(const std::string& target, const std::string& name) {
  for (const absl::string_view part : absl::StrSplit(target.substr(target.find('?') + 1), '&')) {
    const std::pair<std::string, std::string> pair = absl::StrSplit(part, absl::MaxSplits('=', 1));
    if (pair.first == name) return pair.second;
  }
  return "";
}

// A monitor with answers, which it gives in pieces of seven bytes.
class AnswerTest : public ::testing::Test {
 protected:
  AnswerTest() : clock_(absl::FromUnixSeconds(1522533600)) {
    folder_ = ::testing::TempDir() + "answer_test/";
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    monitor_.On("GET /v1/municipalities/gm1730/deliveries", [this](const FakeMonitor::Asked& asked) {
      ingestion::v1::ListDeliveriesResponse response;
      for (const Delivery& delivery : deliveries_) {
        if (delivery.source() == Parameter(asked.target, "source")) *response.add_deliveries() = delivery;
      }
      return FakeMonitor::Json(gateway::ToJson(response));
    });
  }

  // A delivery and the answer to it; `id` also tells the answer's bytes and name.
  void Add(const std::string& id, const std::string& source, Answer::Verdict verdict,
           Delivery::State state = Delivery::ACCEPTED, const std::string& answered_by = "") {
    Delivery delivery;
    delivery.set_name(kDeliveries + id);
    delivery.set_source(source);
    delivery.set_file_name(id + "-bericht.xml");
    delivery.set_state(state);
    delivery.set_answered_by(answered_by);
    deliveries_.insert(deliveries_.begin(), delivery);  // Newest first.
    Answer answer;
    answer.set_name(delivery.name() + "/answer");
    const bool claim = source == "jw323" || source == "wmo323";
    answer.set_kind(source.substr(0, source.size() - 1) + (claim ? "5" : "6"));
    answer.set_file_name(absl::StrCat(answer.kind(), "-", id, ".xml"));
    answer.set_verdict(verdict);
    answer.set_sender("gemeente");
    answer.set_line_count(3);
    answer.set_refused_line_count(verdict == Answer::GRANTED ? 0 : verdict == Answer::REFUSED ? 3 : 1);
    if (claim) {
      answer.set_submitted_cents(15000);
      answer.set_refused_cents(answer.refused_line_count() * 5000);
      answer.set_granted_cents(15000 - answer.refused_cents());
    }
    answers_[id] = answer;
    SetText(id, absl::StrCat("<antwoord op=\"", id, "\"/>"));
    monitor_.On(absl::StrCat("GET /v1/", delivery.name(), "/answer"),
                [this, id](const FakeMonitor::Asked& asked) { return Piece(id, asked); });
  }
  void SetText(const std::string& id, const std::string& text) {
    texts_[id] = text;
    answers_[id].set_sha256(Sha256Hex(text));
    answers_[id].set_size_bytes(static_cast<int64_t>(text.size()));
  }
  gateway::HttpResponse Piece(const std::string& id, const FakeMonitor::Asked& asked) {
    size_t offset = 0;
    EXPECT_TRUE(absl::SimpleAtoi(Parameter(asked.target, "read_offset"), &offset));
    if (on_piece_) on_piece_(offset);
    if (offset > texts_[id].size()) return FakeMonitor::Problem(BadFields({{"read_offset", "is past the end"}}));
    Answer piece = answers_[id];
    const std::string dated = Parameter(asked.target, "dated");
    piece.set_dated(dated.empty() ? "2018-04-01" : dated);
    piece.set_data(texts_[id].substr(offset, 7));
    return FakeMonitor::Json(gateway::ToJson(piece));
  }

  int Run(const std::string& command) {
    out_.str("");
    err_.str("");
    std::vector<std::string> arguments = {"--url", monitor_.url(), "--municipality", "gm1730"};
    for (const absl::string_view word : absl::StrSplit(command, ' ', absl::SkipEmpty())) arguments.emplace_back(word);
    return RunNmdctl(arguments, {out_, err_, false, clock_, [this](absl::Duration step) { clock_.Advance(step); }});
  }
  std::string Contents(const std::string& name) {
    std::ifstream file(folder_ + name, std::ios::binary);
    std::stringstream contents;
    contents << file.rdbuf();
    return contents.str();
  }
  std::vector<std::string> Files() {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder_)) names.push_back(entry.path().filename());
    return names;
  }

  FakeClock clock_;
  std::string folder_;
  std::vector<Delivery> deliveries_;
  std::map<std::string, Answer> answers_;
  std::map<std::string, std::string> texts_;
  std::function<void(size_t offset)> on_piece_;
  std::ostringstream out_, err_;
  FakeMonitor monitor_;  // Last: it calls the rest.
};

TEST_F(AnswerTest, PrintsTheMessageAndSaysBesideItWhatItSays) {
  Add("aa", "jw323", Answer::GRANTED_IN_PART);
  EXPECT_EQ(Run("answer aa"), 1);
  EXPECT_EQ(out_.str(), "<antwoord op=\"aa\"/>");
  EXPECT_EQ(err_.str(),
            "jw325-aa.xml: deels toegekend, 2 van 3 regels; € 100,00 van € 150,00 toegekend, € 50,00 afgewezen. Het is niet "
            "verstuurd; dat doet de gemeente.\n");
  // Every piece is of the day of the first.
  EXPECT_EQ(Parameter(monitor_.asked().front().target, "dated"), "");
  EXPECT_EQ(Parameter(monitor_.asked().back().target, "dated"), "2018-04-01");
}

TEST_F(AnswerTest, WritesAFileOnlyTheOwnerCanRead) {
  Add("aa", "jw305", Answer::GRANTED);
  EXPECT_EQ(Run(absl::StrCat("answer ", kDeliveries, "aa --dated 2018-03-30 --output ", folder_, "nieuw/")), 0) << err_.str();
  EXPECT_EQ(out_.str(), "jw306-aa.xml: akkoord. Het is niet verstuurd; dat doet de gemeente.\n");
  EXPECT_EQ(Contents("nieuw/jw306-aa.xml"), texts_["aa"]);
  const auto rights = std::filesystem::status(folder_ + "nieuw/jw306-aa.xml").permissions();
  EXPECT_EQ(rights, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  EXPECT_EQ(Parameter(monitor_.asked().front().target, "dated"), "2018-03-30");
  // To a file by its name; the same again is fine, something else is not.
  EXPECT_EQ(Run(absl::StrCat("answer aa --output ", folder_, "retour.xml")), 0);
  EXPECT_EQ(Run(absl::StrCat("answer aa --output ", folder_, "retour.xml")), 0);
  SetText("aa", "<anders/>");
  EXPECT_EQ(Run(absl::StrCat("answer aa --output ", folder_, "retour.xml")), 3);
  EXPECT_THAT(err_.str(), HasSubstr("retour.xml: bestaat al, met een andere inhoud"));
  EXPECT_NE(Contents("retour.xml"), texts_["aa"]);
  EXPECT_THAT(Files(), UnorderedElementsAre("nieuw", "retour.xml"));  // And nothing half.
}

TEST_F(AnswerTest, PrintsForMachines) {
  Add("aa", "wmo323", Answer::REFUSED);
  EXPECT_EQ(Run(absl::StrCat("answer aa --format csv --output ", folder_)), 1);
  EXPECT_EQ(out_.str(),
            "bestand,bericht,uitspraak,afzender,regels,afgewezen_regels,ingediend,toegekend,afgewezen\n"
            "wmo325-aa.xml,wmo325,afgewezen,gemeente,3,3,150.00,0.00,150.00\n");
  EXPECT_EQ(Run(absl::StrCat("answer aa --format json --output ", folder_)), 1);
  EXPECT_THAT(out_.str(), HasSubstr("\"refused_cents\":\"15000\""));
  EXPECT_THAT(out_.str(), HasSubstr("\"data\":\"\""));  // Nothing personal on a screen.
}

TEST_F(AnswerTest, ReadsAgainWhatChangesMeanwhile) {
  Add("aa", "jw323", Answer::GRANTED);
  int changes = 1;
  on_piece_ = [&](size_t offset) {
    if (offset > 0 && changes-- > 0) SetText("aa", "<korter/>");
  };
  EXPECT_EQ(Run("answer aa"), 0) << err_.str();
  EXPECT_EQ(out_.str(), "<korter/>");
  // Shorter than what was read of it.
  SetText("aa", "<antwoord/>");
  changes = 1;
  on_piece_ = [&](size_t offset) {
    if (offset > 0 && changes-- > 0) SetText("aa", "<k/>");
  };
  EXPECT_EQ(Run("answer aa"), 0) << err_.str();
  EXPECT_EQ(out_.str(), "<k/>");
  int version = 0;
  SetText("aa", "<antwoord/>");
  on_piece_ = [&](size_t offset) {
    if (offset > 0) SetText("aa", absl::StrCat("<antwoord nr=\"", ++version, "\"/>"));
  };
  EXPECT_EQ(Run("answer aa"), 3);
  EXPECT_THAT(out_.str(), IsEmpty());
  EXPECT_THAT(err_.str(), HasSubstr("verandert steeds"));
  EXPECT_EQ(version, 5);
}

TEST_F(AnswerTest, SaysThatThereIsNone) {
  monitor_.On(absl::StrCat("GET /v1/", kDeliveries, "aa/answer"), [](const FakeMonitor::Asked&) {
    return FakeMonitor::Problem(Fail(absl::StatusCode::kFailedPrecondition, ErrorReason::ANSWER_NONE, "refused at level 1"));
  });
  EXPECT_EQ(Run("answer aa"), 3);
  EXPECT_THAT(err_.str(), HasSubstr("refused at level 1"));
}

TEST_F(AnswerTest, AnswersAllThatIsOpenOldestFirst) {
  Add("aa", "jw305", Answer::GRANTED);
  Add("ab", "jw323", Answer::GRANTED_IN_PART);
  Add("ac", "jw323", Answer::REFUSED, Delivery::REJECTED);
  Add("ad", "wmo323", Answer::GRANTED);
  Add("ba", "jw323", Answer::GRANTED, Delivery::ACCEPTED, "municipalities/gm1730/deliveries/ff");  // answered
  Add("bb", "jw323", Answer::GRANTED, Delivery::SUPERSEDED);
  Add("bc", "jw301", Answer::GRANTED);  // the provider answers this
  Add("bd", "jw325", Answer::GRANTED);  // an answer itself
  Add("ca", "jw307", Answer::GRANTED, Delivery::REJECTED);
  monitor_.On(absl::StrCat("GET /v1/", kDeliveries, "ca/answer"), [](const FakeMonitor::Asked&) {
    return FakeMonitor::Problem(Fail(absl::StatusCode::kFailedPrecondition, ErrorReason::ANSWER_NONE, "refused at level 1"));
  });
  EXPECT_EQ(Run(absl::StrCat("answer --all-open --output ", folder_)), 1);
  EXPECT_THAT(Files(), UnorderedElementsAre("jw306-aa.xml", "jw325-ab.xml", "jw325-ac.xml", "wmo325-ad.xml"));
  EXPECT_EQ(out_.str(),
            "4 antwoorden gemaakt: 2 akkoord, 1 deels toegekend, 1 afgewezen. 0 al gemaakt, 1 zonder antwoord, 0 mislukt.\n"
            "Declaraties: 5 van 9 regels toegekend; € 250,00 van € 450,00 toegekend, € 200,00 afgewezen.\n"
            "Er is niets verstuurd; dat doet de gemeente.\n");
  EXPECT_THAT(err_.str(), HasSubstr("5 van 5 berichten\n"));

  // The next day: what is there is left as it is.
  SetText("ab", "<anders/>");
  EXPECT_EQ(Run(absl::StrCat("answer --all-open --format csv --source jw323 --output ", folder_)), 0);
  EXPECT_EQ(out_.str(), "bestand,bericht,uitspraak,afzender,regels,afgewezen_regels,ingediend,toegekend,afgewezen\n");
  EXPECT_NE(Contents("jw325-ab.xml"), "<anders/>");
}

TEST_F(AnswerTest, GoesOnAfterAFailureAndSaysWhichItWas) {
  Add("aa", "jw305", Answer::GRANTED);
  Add("ab", "jw305", Answer::GRANTED);
  monitor_.On(absl::StrCat("GET /v1/", kDeliveries, "aa/answer"), [](const FakeMonitor::Asked&) {
    return FakeMonitor::Problem(Fail(absl::StatusCode::kPermissionDenied, ErrorReason::ROLE_MISSING, "no role"));
  });
  EXPECT_EQ(Run(absl::StrCat("answer --all-open --format json --output ", folder_)), 3);
  EXPECT_THAT(err_.str(), HasSubstr("aa-bericht.xml: "));
  EXPECT_THAT(out_.str(), HasSubstr("{\"answers\":[{"));
  EXPECT_THAT(Files(), ElementsAre("jw306-ab.xml"));
}

TEST_F(AnswerTest, AsksForOneDeliveryOrForAll) {
  EXPECT_EQ(Run("answer"), 2);
  EXPECT_EQ(Run("answer aa --all-open --output x"), 2);
  EXPECT_EQ(Run("answer --all-open"), 2);
  EXPECT_THAT(err_.str(), HasSubstr("--output"));
}

TEST(AnswerText, CountsOneLineAsOne) {
  Answer answer;
  answer.set_kind("jw325");
  answer.set_file_name("a.xml");
  answer.set_sender("gemeente");
  answer.set_verdict(Answer::GRANTED);
  answer.set_line_count(1);
  EXPECT_THAT(AnswerText(answer), HasSubstr("akkoord, 1 van 1 regel; "));
}

}  // namespace
}  // namespace nmd::cli
