// SPDX-License-Identifier: EUPL-1.2
#include "gateway/cli/link_listings.h"

#include <gmock/gmock.h>
#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>

#include <set>

#include "absl/strings/str_split.h"
#include "services/linking/engine/model.h"

namespace nmd::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

template <typename Message>
Message Of(const std::string& json) {
  Message message;
  EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(json, &message).ok()) << json;
  return message;
}

linking::v1::ReviewItemDetail Doubt() {
  return Of<linking::v1::ReviewItemDetail>(R"({
    "item":{"item":"r01","reason":"DOUBTFUL","sources":["jeugdteam","jw301"],"permille":640,"record_count":5,
            "known_time":"2018-03-31T10:00:00Z"},
    "fields":[{"field":"family","title":"Achternaam","value_a":"de Vries","value_b":"de Vriess","level":"één teken anders","millibits":6600},
              {"field":"bsn","title":"Burgerservicenummer","value_a":"","value_b":"geldig","level":"niet te vergelijken","millibits":0}],
    "steps":[{"title":"Vooraf","millibits":-18000},{"title":"Geboortedatum gelijk","millibits":14200},
             {"title":"Achternaam één teken anders","millibits":6600},{"title":"Ander adres","millibits":-1970}],
    "score_millibits":830,"statement":"Zelfde geboortedatum (+14,2).","model":"3f0c",
    "person_key_a":"pa","person_key_b":"pb","client_a":"ca","client_b":"cb"})");
}

// What a person reads never depends on who typed it: words for a chance are at fixed borders.
TEST(LinkListings, ChancesHaveWords) {
  for (const auto& [permille, word] : std::vector<std::pair<int, const char*>>{{999, "bijna zeker"},
                                                                               {950, "bijna zeker"},
                                                                               {949, "waarschijnlijk"},
                                                                               {750, "waarschijnlijk"},
                                                                               {749, "onzeker"},
                                                                               {250, "onzeker"},
                                                                               {249, "onwaarschijnlijk"},
                                                                               {50, "onwaarschijnlijk"},
                                                                               {49, "bijna zeker niet"},
                                                                               {1, "bijna zeker niet"}}) {
    EXPECT_EQ(ChanceWord(permille), word) << permille;
  }
}

TEST(LinkListings, BoundsAreThoseOfTheModel) {
  const linking::engine::Model model = linking::engine::Model::Expected(/*bsn=*/true);
  const std::optional<LinkBounds> bounds = BoundsOf(model.Text());
  ASSERT_TRUE(bounds.has_value());
  EXPECT_EQ(bounds->linked, model.sure);
  EXPECT_EQ(bounds->open, model.review);
  EXPECT_FALSE(BoundsOf("").has_value());
  EXPECT_FALSE(BoundsOf("grenzen x 2 3 4\n").has_value());
}

TEST(LinkListings, WaterfallGoesFromThePriorToTheScore) {
  // From -18 to 2.8 bits on 22 columns is about a bit for a column. The last bar is the score, from nothing.
  EXPECT_EQ(WaterfallText(Doubt(), LinkBounds{-4000, 2000}, 22),
            "Vooraf                       ▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒ ┃   −18,0\n"
            "Geboortedatum gelijk         ███████████████   │ ┃   +14,2\n"
            "Achternaam één teken anders                ████████  +6,6\n"
            "Ander adres                                ┆   │▒▒▒  −2,0\n"
            "Samen                                      ┆   ██┃   +0,8\n"
            "█ pleit voor één persoon, ▒ pleit ertegen, │ nul, ┆ vanaf −4,0 open, ┃ vanaf +2,0 gekoppeld.\n");
}

TEST(LinkListings, WaterfallHasNoLinesWithoutBoundsAndIsEmptyWithoutSteps) {
  EXPECT_THAT(WaterfallText(Doubt(), std::nullopt, 30), Not(HasSubstr("gekoppeld")));
  EXPECT_EQ(WaterfallText(linking::v1::ReviewItemDetail(), std::nullopt, 30), "");
}

// Every line of the picture is as wide as any other, whatever the weights are.
TEST(LinkListings, WaterfallFitsForAnyWeights) {
  for (const int32_t prior : {-1'000'000, -1, 0, 1, 1'000'000}) {
    linking::v1::ReviewItemDetail detail;
    for (const int32_t weight : {prior, 5, -70'000, 0}) {
      auto* step = detail.add_steps();
      step->set_title("Één");
      step->set_millibits(weight);
    }
    const std::vector<std::string> lines = absl::StrSplit(WaterfallText(detail, LinkBounds{-4248, 0}, 40), '\n');
    ASSERT_EQ(lines.size(), 7U);
    for (size_t i = 0; i < 5; ++i) {
      EXPECT_EQ(TextWidth(lines[i].substr(0, lines[i].rfind("  "))), 5U + 2U + 40U) << lines[i];
    }
  }
}

TEST(LinkListings, ShowsBothSidesAndWhatEachFieldSays) {
  const std::string text = DetailText(Doubt(), LinkBounds{-4248, 0});
  for (const char* part :
       {"Paar r01 uit jeugdteam en jw301\n", "Kans dat het één persoon is: 64,0% (onzeker).\n",
        "Een besluit raakt 5 records.\n", "Gegeven              Eerste persoon  Tweede persoon  Vergelijking         Gewicht\n",
        "Achternaam           de Vries        de Vriess       één teken anders        +6,6\n",
        "Burgerservicenummer  onbekend        geldig          niet te vergelijken      0,0\n", "Samen ", "+0,8\n",
        "Eerste persoon: cliënt ca, persoon pa\n", "Koppelmodel: 3f0c\n"}) {
    EXPECT_THAT(text, HasSubstr(part));
  }
  EXPECT_EQ(CsvOf(ComparedTable(Doubt())),
            "gegeven,persoon_a,persoon_b,vergelijking,gewicht\n"
            "family,de Vries,de Vriess,één teken anders,6.600\n"
            "bsn,,geldig,niet te vergelijken,0.000\n");
}

TEST(LinkListings, SourcesAreASentence) {
  linking::v1::ReviewItemDetail detail;
  for (const char* expected : {"Paar  uit \n", "Paar  uit a\n", "Paar  uit a en b\n", "Paar  uit a, b en c\n"}) {
    EXPECT_THAT(DetailText(detail, std::nullopt), HasSubstr(expected));
    detail.mutable_item()->add_sources(std::string(1, static_cast<char>('a' + detail.item().sources_size())));
  }
}

// Who labels a gold sample must not see what the model thinks.
TEST(LinkListings, ASampleIsShownBlind) {
  linking::v1::ReviewItemDetail sample;
  sample.mutable_item()->set_item("r02");
  sample.mutable_item()->set_reason(linking::v1::SAMPLE);
  auto* field = sample.add_fields();
  field->set_title("Achternaam");
  field->set_value_a("de Vries");
  const std::string text = DetailText(sample, std::nullopt);
  EXPECT_THAT(text, HasSubstr("de Vries"));
  for (const char* word : {"Kans", "Gewicht", "bits", "█", "Samen"}) EXPECT_THAT(text, Not(HasSubstr(word)));
}

TEST(LinkListings, TheQueueNamesNobody) {
  const auto response = Of<linking::v1::ListReviewItemsResponse>(R"({"items":[
      {"item":"r01","reason":"NUMBER_OF_OTHER","sources":["jeugdteam","jw301"],"permille":640,"record_count":1200,
       "known_time":"2018-03-31T10:00:00Z","proposed_decision":"municipalities/gm1730/linkdecisions/d1"},
      {"item":"r02","reason":"SAMPLE","sources":["jw301"]}]})");
  EXPECT_EQ(
      TextOf(ReviewTable(response)),
      "Paar  Waarom                 Bronnen              Kans  Eén persoon?  Records  Open sinds        Voorgesteld besluit\n"
      "----  ---------------------  ------------------  -----  ------------  -------  ----------------  -------------------\n"
      "r01   nummer van een ander?  jeugdteam en jw301  64,0%  onzeker         1.200  31-03-2018 12:00  d1\n"
      "r02   steekproef             jw301                                          0\n");
  EXPECT_EQ(CsvOf(ReviewTable(response)),
            "paar,reden,bronnen,kans,kans_woord,records,bekend_op,besluit\n"
            "r01,NUMBER_OF_OTHER,jeugdteam jw301,0.640,onzeker,1200,2018-03-31T10:00:00Z,d1\n"
            "r02,SAMPLE,jw301,,,0,,\n");
}

TEST(LinkListings, ADecisionSaysWhatItDoesAndHowToGoOn) {
  const auto text = [](const std::string& json) { return DecisionText(Of<linking::v1::LinkDecision>(json)); };
  const std::string head = R"({"name":"municipalities/gm1730/linkdecisions/d1",)";
  EXPECT_EQ(text(head + R"("kind":"PAIR","verdict":"SAME_PERSON","state":"EFFECTIVE","followed":true,
                           "known_time":"2018-03-31T10:00:00Z"})"),
            "Besluit d1: dezelfde persoon. De koppelingen volgen het sinds 31-03-2018 12:00. Terugdraaien: nmdctl link undo d1 "
            "--reason TEKST");
  EXPECT_THAT(text(head + R"("kind":"PAIR","verdict":"DIFFERENT_PERSONS","state":"PROPOSED"})"),
              ::testing::AllOf(HasSubstr("niet dezelfde persoon. Het wacht op een tweede persoon."),
                               HasSubstr("nmdctl link confirm d1")));
  EXPECT_THAT(text(head + R"("kind":"MERGE","persons":["a","b","c"],"state":"EFFECTIVE"})"),
              ::testing::AllOf(HasSubstr("samenvoegen van 3 cliënten"), HasSubstr("volgen het niet")));
  EXPECT_THAT(text(head + R"("kind":"SPLIT","persons":["a","b"],"taken_out":["c"],"state":"UNDONE",
                             "undone_time":"2018-03-31T10:00:00Z"})"),
              ::testing::AllOf(HasSubstr("losmaken van 1 persoon."), HasSubstr("teruggedraaid op 31-03-2018 12:00")));
}

TEST(LinkListings, StatusSaysHowManyClientsThereCanBe) {
  const auto summary = Of<linking::v1::LinkSummary>(R"({"record_count":"2000","client_count":"604","open_pair_count":"12",
      "least_client_count":"598","model":"3f0c","sources":[{"source":"jeugdteam","person_count":"40","linked_count":"30"}]})");
  linking::v1::LinkQuality quality;
  quality.set_statement("Van de koppelingen is 99,8% terecht.");
  const std::string text = LinkStatusText(summary, quality);
  for (const char* part : {"Van de koppelingen is 99,8% terecht.\n",
                           "12 paren wachten op een besluit. Het aantal cliënten ligt daarom tussen 598 en 604.\n",
                           "jeugdteam        40         30           25,0%\n", "Koppelmodel in gebruik: 3f0c\n"}) {
    EXPECT_THAT(text, HasSubstr(part));
  }
  linking::v1::LinkSummary sure;
  sure.set_client_count(1);
  EXPECT_THAT(LinkStatusText(sure, {}), HasSubstr("Er wachten geen paren op een besluit: er zijn 1 cliënt.\n"));
}

TEST(LinkListings, QualityThatIsNotKnownIsAWord) {
  const auto quality = Of<linking::v1::LinkQuality>(R"({"statement":"Zin.","precision":{"value":0.998,"low":0.991,"high":1},
      "strata":[{"kind":"OPEN","pair_count":"120","drawn_count":"20","labelled_count":"10","same_count":"6"}]})");
  EXPECT_EQ(QualityText(quality),
            "Zin.\n"
            "\n"
            "Koppelkwaliteit                            Schatting  Zeker tussen      en\n"
            "------------------------------------  --------------  ------------  ------\n"
            "Van wat gekoppeld is, is terecht               99,8%         99,1%  100,0%\n"
            "Van wat één persoon is, is gekoppeld  niet te zeggen\n"
            "De grenzen gelden met 95% zekerheid.\n"
            "\n"
            "Gouden steekproef\n"
            "Paren                       Aantal  Geloot  Beoordeeld  Eén persoon\n"
            "--------------------------  ------  ------  ----------  -----------\n"
            "Open: wacht op een besluit     120      20          10            6\n");
  EXPECT_EQ(CsvOf(QualityTable(quality)), "maat,waarde,laag,hoog\nprecisie,0.9980,0.9910,1.0000\nvangst,,,\n");
}

TEST(LinkListings, AModelSaysWhatItWouldChange) {
  const auto model = Of<linking::v1::LinkModel>(R"({"name":"municipalities/gm1730/linkmodels/3f0c","record_count":"2000",
      "difference":{"clients_before":"604","clients_after":"601","persons_moved":"7","open_pairs_before":"12","open_pairs_after":"9"}})");
  EXPECT_EQ(ModelText(model),
            "Koppelmodel 3f0c, geleerd van 2.000 records. Het is niet in gebruik.\n"
            "Cliënten: nu 604, met dit model 601. 7 personen komen bij een andere groep. Open paren: nu 12, met dit model 9.\n"
            "In gebruik nemen: nmdctl link release 3f0c --reason TEKST");
  const auto first = Of<linking::v1::LinkModel>(
      R"({"name":"municipalities/gm1730/linkmodels/00aa","in_force":true,"release_time":"2018-03-31T10:00:00Z"})");
  EXPECT_EQ(ModelText(first), "Koppelmodel 00aa, van verwachtingen vooraf. Het is in gebruik sinds 31-03-2018 12:00.");
}

TEST(LinkListings, TheFirstModelIsInForceSinceEver) {
  const auto response = Of<linking::v1::ListLinkModelsResponse>(
      R"({"models":[{"name":"municipalities/gm1730/linkmodels/00aa","in_force":true,"release_time":"1970-01-01T00:00:00Z"}]})");
  EXPECT_THAT(ModelText(response.models(0)), HasSubstr("in gebruik sinds het begin."));
  EXPECT_THAT(TextOf(ModelTable(response)), HasSubstr("het begin"));
  EXPECT_THAT(CsvOf(ModelTable(response)), HasSubstr(",1970-01-01T00:00:00Z,ja,"));
}

TEST(LinkListings, AHistoryTellsComingAndGoing) {
  const auto history = Of<linking::v1::ClientHistory>(R"({"client":"c1","aliases":["c2"],"events":[
      {"known_time":"2018-03-31T10:00:00Z","source":"jeugdteam","person_key":"p1","joined":true,"other_client":"c2",
       "text":"Samengevoegd door een besluit","model":"3f0c"},
      {"known_time":"2018-04-01T10:00:00Z","source":"jeugdteam","person_key":"p1","text":"Besluit teruggedraaid"}],
      "decisions":[{"name":"municipalities/gm1730/linkdecisions/d1","kind":"MERGE","state":"UNDONE","reason":"zelfde kind"}]})");
  const std::string text = HistoryText(history);
  for (const char* part :
       {"Cliënt c1\nOok bekend als: c2\n", "erbij  jeugdteam  p1       van c2", "weg    jeugdteam", "zelfde kind"}) {
    EXPECT_THAT(text, HasSubstr(part));
  }
  EXPECT_THAT(HistoryText({}), HasSubstr("is er niet meer"));
}

}  // namespace
}  // namespace nmd::cli
