// SPDX-License-Identifier: EUPL-1.2
#include "gateway/cli/signals.h"

#include "gateway/cli/command_test.h"
#include "gmock/gmock.h"

namespace nmd::cli {
namespace {

using testing::CommandTest;
using ::testing::HasSubstr;

class SignalCommandTest : public CommandTest {};

TEST_F(SignalCommandTest, ListsSignalsWithTheirNoteAndWhyTheyClosed) {
  monitor_.OnJson("GET /v1/municipalities/gm1730/signals", R"({"signals":[
      {"name":"municipalities/gm1730/signals/ceiling-70-1","rule":"CEILING_70","state":"OPEN","severity":2,"text":"Er is veel gebruikt.",
       "nextStep":"Praat.","acknowledgements":[{"note":"Eerst."},{"note":"Gesproken."}]},
      {"name":"municipalities/gm1730/signals/overlap-1","rule":"OVERLAP","state":"CLOSED","severity":1,"text":"Het was zo.",
       "nextStep":"Zoek uit.","closeText":"Dit geldt niet meer."}]})");
  ASSERT_EQ(Run("signals --open --rule CEILING_70 --year 2018 --format csv"), 0) << err_.str();
  EXPECT_THAT(monitor_.asked().back().target, HasSubstr("rule=CEILING_70&year=2018&state=OPEN"));
  EXPECT_THAT(out_.str(), HasSubstr("Er is veel gebruikt.,Praat.,Gesproken.,ceiling-70-1\n"));
  EXPECT_THAT(out_.str(), HasSubstr("Dit geldt niet meer.,,,overlap-1\n"));
}

TEST_F(SignalCommandTest, NotesThatASignalWasTakenUp) {
  monitor_.OnJson("POST /v1/municipalities/gm1730/signals/overlap-1/_acknowledge",
                  R"({"name":"municipalities/gm1730/signals/overlap-1","state":"OPEN"})");
  ASSERT_EQ(Run("acknowledge overlap-1 --note Gesproken."), 0) << err_.str();
  EXPECT_THAT(monitor_.asked().back().body, HasSubstr("Gesproken."));
  EXPECT_EQ(out_.str(), "Genoteerd. Het signaal blijft open tot de oorzaak weg is.\n");
  EXPECT_EQ(Run("acknowledge overlap-1"), 2) << "a note is needed";
  EXPECT_EQ(Run("acknowledge other --note x"), 3);
}

// Domain-standards 7.4, article 1.5: a decision is another note than a talk.
TEST_F(SignalCommandTest, NotesADecision) {
  monitor_.OnJson("POST /v1/municipalities/gm1730/signals/ceiling-70-1/_acknowledge",
                  R"({"name":"municipalities/gm1730/signals/ceiling-70-1","state":"OPEN"})");
  ASSERT_EQ(Run("acknowledge ceiling-70-1 --note Verhoogd. --decision"), 0) << err_.str();
  EXPECT_EQ(Asked<contracts::v1::AcknowledgeSignalRequest>().kind(), contracts::v1::Signal::Acknowledgement::DECISION);
  ASSERT_EQ(Run("acknowledge ceiling-70-1 --note Gesproken."), 0) << err_.str();
  EXPECT_EQ(Asked<contracts::v1::AcknowledgeSignalRequest>().kind(), contracts::v1::Signal::Acknowledgement::KIND_UNSPECIFIED);
}

TEST_F(SignalCommandTest, ListsTheRulesWithWhatIsNotDelivered) {
  monitor_.OnJson("GET /v1/municipalities/gm1730/signalrules", R"json({"rules":[
      {"id":"BEDS","title":"Plaatsen","formula":"x","window":"jaar","ownerRole":"contractmanager","severity":1,
       "thresholds":{"above":"0"},"state":"NOT_DELIVERED","missing":["het aantal bedden in contracten","toewijzingen (301)"]},
      {"id":"OVERLAP","title":"Overlap","severity":2,"state":"JUDGED"}]})json");
  ASSERT_EQ(Run("signalrules --format csv"), 0) << err_.str();
  EXPECT_EQ(out_.str(),
            "regel,wat,formule,grenzen,venster,ernst,wie,oordeelt,ontbreekt\n"
            "BEDS,Plaatsen,x,above 0,jaar,1,contractmanager,nee,\"het aantal bedden in contracten, toewijzingen (301)\"\n"
            "OVERLAP,Overlap,,,,2,,ja,\n");
}

}  // namespace
}  // namespace nmd::cli
