// SPDX-License-Identifier: EUPL-1.2
#include "services/costs/answers.h"

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nmd/costs/v1/answers.pb.h"
#include "nmd/internal/v1/config.pb.h"
#include "nmd/internal/v1/costs_events.pb.h"
#include "services/costs/service.h"
#include "services/platform/errors.h"
#include "services/platform/router.h"
#include "tests/support/costs_scene.h"
#include "tests/support/facts.h"

namespace nmd::costs {
namespace {

using testing::AllocationOf;
using testing::At;
using testing::BatchOf;
using testing::CostsScene;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::LinkOf;
using testing::TableOf;
using testing::TariffOf;

constexpr char kParent[] = "municipalities/gm1730";

Caller Clerk() {
  Caller caller;
  caller.subject = "griffier-1";
  caller.roles = {type::CLERK};
  caller.municipality = "gm1730";
  return caller;
}

v1::RegisterAnswerRequest Request(const v1::QueryFiguresRequest& question, const std::string& request_id = "") {
  v1::RegisterAnswerRequest request;
  request.set_parent(kParent);
  request.set_title("Hoeveel kinderen kregen hulp?");
  request.set_text("In januari 2018 kregen 2 kinderen hulp.");
  *request.mutable_question() = question;
  request.set_request_id(request_id);
  return request;
}

v1::RegisteredAnswer Register(Costs& costs, const v1::QueryFiguresRequest& question, const std::string& request_id = "") {
  const auto answer = costs.RegisterAnswer(Clerk(), Request(question, request_id));
  EXPECT_TRUE(answer.ok()) << answer.status();
  return answer.ok() ? *answer : v1::RegisteredAnswer();
}

v1::RegisteredAnswer Get(Costs& costs, const std::string& name) {
  v1::GetRegisteredAnswerRequest request;
  request.set_name(name);
  const auto answer = costs.GetRegisteredAnswer(Clerk(), request);
  EXPECT_TRUE(answer.ok()) << answer.status();
  return answer.ok() ? *answer : v1::RegisteredAnswer();
}

v1::CheckRegisteredAnswerResponse Check(Costs& costs, const std::string& name) {
  v1::CheckRegisteredAnswerRequest request;
  request.set_name(name);
  const auto response = costs.CheckRegisteredAnswer(Clerk(), request);
  EXPECT_TRUE(response.ok()) << response.status();
  return response.ok() ? *response : v1::CheckRegisteredAnswerResponse();
}

std::vector<std::string> NumbersOf(const Costs& costs, v1::ListRegisteredAnswersRequest request = {}) {
  std::vector<std::string> numbers;
  request.set_parent(kParent);
  do {
    const auto page = costs.ListRegisteredAnswers(Clerk(), request);
    EXPECT_TRUE(page.ok()) << page.status();
    if (!page.ok()) break;
    for (const auto& answer : page->registered_answers()) {
      EXPECT_FALSE(answer.has_figures());
      numbers.push_back(answer.name().substr(answer.name().rfind('/') + 1));
    }
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  return numbers;
}

std::string KindsOf(const google::protobuf::RepeatedPtrField<v1::ChangeCause>& causes) {
  std::string text;
  for (const auto& cause : causes) {
    absl::StrAppend(&text, v1::ChangeCause::Kind_Name(cause.kind()), " ", cause.source(), " ", cause.count(), "; ");
  }
  return text;
}

// "clients: 1 -> 2", one per figure that differs; "-" for one that is not there.
std::vector<std::string> ChangesOf(const google::protobuf::RepeatedPtrField<v1::FigureChange>& changes) {
  std::vector<std::string> lines;
  const auto value = [](bool there, const type::Figure& figure) {
    return there ? absl::StrCat(testing::ValueOf(figure)) : std::string("-");
  };
  for (const auto& change : changes) {
    lines.push_back(absl::StrCat((change.has_given() ? change.given() : change.found()).measure(), ": ",
                                 value(change.has_given(), change.given()), " -> ", value(change.has_found(), change.found())));
  }
  return lines;
}

// "clients: LATE +1; LINK -1;", one per figure that differs.
std::vector<std::string> StepsOf(const google::protobuf::RepeatedPtrField<v1::FigureChange>& changes) {
  std::vector<std::string> lines;
  for (const auto& change : changes) {
    std::string& line = lines.emplace_back(absl::StrCat((change.has_given() ? change.given() : change.found()).measure(), ":"));
    for (const auto& step : change.steps()) {
      const int64_t value = step.difference_case() == v1::DifferenceStep::kCount ? step.count() : step.amount_cents();
      absl::StrAppend(&line, " ", v1::DifferenceStep::Cause_Name(step.cause()), " ", value > 0 ? "+" : "", value, ";");
    }
  }
  return lines;
}

// Two children with help in January 2018, known on 2 January 2018.
void FeedTwo(CostsScene* scene) {
  scene->Feed({BatchOf(1, At("2018-01-02"), {AllocationOf({}), AllocationOf({.person = "p2", .number = 2})})});
}

TEST(Answers, F03_NumbersHaveNoGapsAndARepeatGetsTheSameOne) {
  CostsScene scene("2018-12-30");
  FeedTwo(&scene);
  const auto question = CostsScene::Question({"clients"}, "2018-01", "2018-02");
  const auto first = Register(scene.costs, question, "a");
  EXPECT_EQ(first.name(), "municipalities/gm1730/registeredanswers/2018-0001");
  // Refused: it has no number.
  EXPECT_FALSE(scene.costs.RegisterAnswer(Clerk(), Request(CostsScene::Question({"nothing"}, "2018-01", "2018-02"))).ok());
  EXPECT_EQ(Register(scene.costs, question).name(), "municipalities/gm1730/registeredanswers/2018-0002");
  EXPECT_EQ(Register(scene.costs, question, "a").SerializeAsString(), first.SerializeAsString());
  EXPECT_EQ(Register(scene.costs, question).name(), "municipalities/gm1730/registeredanswers/2018-0003");
  // In the Netherlands the year is one hour ahead of UTC.
  scene.clock.Set(At("2018-12-31") + absl::Hours(23) + absl::Minutes(30));
  EXPECT_EQ(Register(scene.costs, question).name(), "municipalities/gm1730/registeredanswers/2019-0001");
  EXPECT_THAT(NumbersOf(scene.costs), ElementsAre("2019-0001", "2018-0003", "2018-0002", "2018-0001"));
  v1::ListRegisteredAnswersRequest by_three;
  by_three.set_page_size(3);
  EXPECT_THAT(NumbersOf(scene.costs, by_three), ElementsAre("2019-0001", "2018-0003", "2018-0002", "2018-0001"));
}

TEST(Answers, F03_AnAnswerIsTheSameAfterAStartFromTheJournalOrTheCheckpoint) {
  CostsScene scene("2018-06-01");
  FeedTwo(&scene);
  const auto question = CostsScene::Question({"clients", "provisions"}, "2018-01", "2018-03", {"month"});
  const auto first = Register(scene.costs, question, "a");
  EXPECT_EQ(first.title(), "Hoeveel kinderen kregen hulp?");
  EXPECT_EQ(first.subject(), "griffier-1");
  EXPECT_THAT(first.roles(), ElementsAre(type::CLERK));
  EXPECT_EQ(first.register_time().seconds(), absl::ToUnixSeconds(At("2018-06-01")));
  EXPECT_EQ(first.question().known_time().seconds(), absl::ToUnixSeconds(At("2018-06-01")));
  EXPECT_EQ(TableOf(first.figures()), TableOf(scene.Ask(question)));
  EXPECT_EQ(first.measures_size(), 2);
  const auto check_another = [&] {
    Costs another(*scene.journal, scene.clock, "gm1730", {});
    ASSERT_TRUE(another.Replay().ok());
    EXPECT_EQ(Get(another, first.name()).SerializeAsString(), first.SerializeAsString());
    EXPECT_EQ(Register(another, question, "a").name(), first.name());
    EXPECT_TRUE(Check(another, first.name()).reproduced());
  };
  check_another();
  ASSERT_TRUE(scene.costs.SaveCheckpoint().ok());
  check_another();
  const std::string saved = (*scene.journal->LoadCheckpoint())->state;
  {
    // The checkpoint alone: nothing else can have given the answer.
    const auto journal = NewMemoryJournal();
    ASSERT_TRUE(journal->SaveCheckpoint(0, saved).ok());
    Costs another(*journal, scene.clock, "gm1730", {});
    ASSERT_TRUE(another.Replay().ok());
    EXPECT_EQ(Get(another, first.name()).SerializeAsString(), first.SerializeAsString());
    EXPECT_EQ(Register(another, question).name(), "municipalities/gm1730/registeredanswers/2018-0002");
  }
  // A checkpoint of before the register may pass over answers it never had: the journal has them.
  internal::v1::CostsCheckpoint old;
  ASSERT_TRUE(old.ParseFromString(saved));
  old.set_version(3);
  old.clear_answers();
  ASSERT_TRUE(scene.journal->SaveCheckpoint(scene.journal->LastSequence(), old.SerializeAsString()).ok());
  check_another();
}

TEST(Answers, R7_ALateDeliveryChangesNoAnswerButWhatIsKnownNow) {
  CostsScene scene("2018-02-01");
  FeedTwo(&scene);
  const auto answer = Register(scene.costs, CostsScene::Question({"clients"}, "2018-01", "2018-02", {"month"}));
  auto unchanged = Check(scene.costs, answer.name());
  EXPECT_TRUE(unchanged.reproduced());
  EXPECT_THAT(unchanged.changes(), IsEmpty());
  EXPECT_THAT(unchanged.causes(), IsEmpty());
  EXPECT_EQ(unchanged.statement(),
            "Met wat toen bekend was, geeft de vraag precies hetzelfde antwoord. Met wat nu bekend is, zijn de cijfers "
            "hetzelfde.");
  scene.clock.Set(At("2018-04-01"));
  // Tariffs do not count clients: their source is not a cause.
  scene.Feed({BatchOf(2, At("2018-03-01"), {AllocationOf({.person = "p3", .number = 3})}),
              BatchOf(3, At("2018-03-02"), {TariffOf("45A04", 100'00)}, "tarieven")});
  const auto report = Check(scene.costs, answer.name());
  EXPECT_TRUE(report.reproduced());
  EXPECT_THAT(report.reproduction_changes(), IsEmpty());
  EXPECT_THAT(report.reproduction_causes(), IsEmpty());
  EXPECT_THAT(ChangesOf(report.changes()), ElementsAre("clients: 2 -> 3", "clients: 2 -> 3"));
  EXPECT_THAT(StepsOf(report.changes()), ElementsAre("clients: LATE +1;", "clients: LATE +1;"));
  EXPECT_EQ(KindsOf(report.causes()), "DELIVERY_ADDED jw301 1; ");
  EXPECT_EQ(report.causes(0).first_known_time().seconds(), absl::ToUnixSeconds(At("2018-03-01")));
  EXPECT_EQ(report.causes(0).last_known_time().seconds(), absl::ToUnixSeconds(At("2018-03-01")));
  EXPECT_EQ(report.causes(0).statement(), "Van bron jw301 telt 1 levering mee die toen niet meetelde.");
  EXPECT_EQ(report.statement(),
            "Met wat toen bekend was, geeft de vraag precies hetzelfde antwoord. Met wat nu bekend is, zijn 2 cijfers anders.");
  EXPECT_EQ(Get(scene.costs, answer.name()).SerializeAsString(), answer.SerializeAsString());
}

TEST(Answers, Q24_AWithdrawalIsNamed) {
  CostsScene scene("2018-02-01");
  FeedTwo(&scene);
  scene.Feed({BatchOf(2, At("2018-01-03"), {AllocationOf({.person = "p3", .number = 3, .first = "2018-01-05"})})});
  const auto answer = Register(scene.costs, CostsScene::Question({"clients"}, "2018-01", "2018-02"));
  scene.clock.Set(At("2018-04-01"));
  auto withdrawal = BatchOf(3, At("2018-03-01"), {});
  withdrawal.set_corrects("d2");
  auto* counted = withdrawal.add_counted();
  counted->mutable_from_time()->set_seconds(absl::ToUnixSeconds(At("2018-01-03")));
  counted->mutable_until_time()->set_seconds(absl::ToUnixSeconds(At("2018-03-01")));
  scene.Feed({withdrawal});
  const auto report = Check(scene.costs, answer.name());
  EXPECT_TRUE(report.reproduced());
  EXPECT_THAT(ChangesOf(report.changes()), ElementsAre("clients: 3 -> 2"));
  EXPECT_THAT(StepsOf(report.changes()), ElementsAre("clients: WITHDRAWAL -1;"));
  EXPECT_EQ(KindsOf(report.causes()), "DELIVERY_WITHDRAWN jw301 1; ");
  EXPECT_FALSE(report.causes(0).has_first_known_time());
}

TEST(Answers, Q24_AMergeOfClientsIsNamed) {
  CostsScene scene("2018-02-01");
  FeedTwo(&scene);
  // p9 has no facts in what counted: that it is linked is no cause.
  scene.Feed({LinkOf(1, "p1", "c1", At("2018-01-02")), LinkOf(2, "p2", "c2", At("2018-01-02")),
              LinkOf(3, "p9", "c9", At("2018-01-02"))});
  const auto answer = Register(scene.costs, CostsScene::Question({"clients"}, "2018-01", "2018-02"));
  scene.clock.Set(At("2018-04-01"));
  scene.Feed({LinkOf(4, "p2", "c1", At("2018-03-01")), LinkOf(5, "p9", "c8", At("2018-03-01"))});
  const auto report = Check(scene.costs, answer.name());
  EXPECT_TRUE(report.reproduced());
  EXPECT_THAT(ChangesOf(report.changes()), ElementsAre("clients: 2 -> 1"));
  EXPECT_THAT(StepsOf(report.changes()), ElementsAre("clients: LINK -1;"));
  EXPECT_EQ(KindsOf(report.causes()), "LINK  1; ");
  EXPECT_EQ(report.causes(0).first_known_time().seconds(), absl::ToUnixSeconds(At("2018-03-01")));
}

TEST(Answers, Q24_AMoveIsNamedWhenTheQuestionIsAboutHouseholds) {
  CostsScene scene("2018-02-01");
  FeedTwo(&scene);
  const auto stay = [](int64_t sequence, const std::string& household, const std::string& known) {
    linking::v1::HouseholdStay row;
    row.set_sequence(sequence);
    row.set_revision(sequence);
    row.set_client("c1");
    row.set_household(household);
    row.set_start_day(testing::On("2017-01-01"));
    row.mutable_known_time()->set_seconds(absl::ToUnixSeconds(At(known)));
    return row;
  };
  scene.Feed({LinkOf(1, "p1", "c1", At("2018-01-02"))}, {stay(2, "h1", "2018-01-02")});
  const auto by_household = Register(scene.costs, CostsScene::Question({"clients"}, "2018-01", "2018-02", {"household"}));
  const auto in_all = Register(scene.costs, CostsScene::Question({"clients"}, "2018-01", "2018-02"));
  scene.clock.Set(At("2018-04-01"));
  scene.Feed(std::vector<linking::v1::Link>(), {stay(3, "h2", "2018-03-01")});
  const auto report = Check(scene.costs, by_household.name());
  EXPECT_THAT(ChangesOf(report.changes()), ElementsAre("clients: 1 -> -", "clients: - -> 1"));
  EXPECT_EQ(KindsOf(report.causes()), "HOUSEHOLD  1; ");
  EXPECT_THAT(Check(scene.costs, in_all.name()).changes(), IsEmpty());
  // Another difference does not make the move a cause of figures that have no household.
  scene.Feed({BatchOf(2, At("2018-03-02"), {AllocationOf({.person = "p3", .number = 3})})});
  EXPECT_EQ(KindsOf(Check(scene.costs, in_all.name()).causes()), "DELIVERY_ADDED jw301 1; ");
}

// A delivery that was known but not yet followed: the same known time says something else, and the report says why.
TEST(Answers, Q24_WhatCameInLaterThanItWasKnownIsNoted) {
  CostsScene scene("2018-02-01");
  FeedTwo(&scene);
  const auto answer = Register(scene.costs, CostsScene::Question({"clients"}, "2018-01", "2018-02"));
  scene.Feed({BatchOf(2, At("2018-01-31"), {AllocationOf({.person = "p3", .number = 3})})});
  const auto report = Check(scene.costs, answer.name());
  EXPECT_FALSE(report.reproduced());
  EXPECT_THAT(ChangesOf(report.reproduction_changes()), ElementsAre("clients: 2 -> 3"));
  EXPECT_EQ(KindsOf(report.reproduction_causes()), "DELIVERY_ADDED jw301 1; ");
  EXPECT_THAT(report.statement(), HasSubstr("geeft de vraag nu een ander antwoord: 1 cijfer is anders."));
}

TEST(Answers, Q24_ADefinitionThatChangedIsNamedAndOneThatIsGoneToo) {
  CostsScene scene("2018-02-01");
  FeedTwo(&scene);
  const auto with = [&scene](const std::string& expression, int version) {
    internal::v1::CostsConfig config;
    if (!expression.empty()) {
      auto* own = config.add_own_measures();
      own->set_id("double");
      own->set_title("Dubbel");
      own->set_version(version);
      own->set_description("Voor de proef.");
      own->set_unit("cliënten");
      own->set_expression(expression);
    }
    const auto catalogue = Catalogue::With(config.own_measures());
    EXPECT_TRUE(catalogue.ok()) << catalogue.status();
    auto costs = std::make_unique<Costs>(*scene.journal, scene.clock, "gm1730", std::vector<Day>(), *catalogue);
    EXPECT_TRUE(costs->Replay().ok());
    return costs;
  };
  const auto question = CostsScene::Question({"double"}, "2018-01", "2018-02");
  const auto before = with("clients * 2", 1);
  const auto answer = Register(*before, question);
  EXPECT_EQ(answer.measures_size(), 2) << "the measure and what it is made of";
  EXPECT_TRUE(Check(*with("clients * 2", 1), answer.name()).reproduced());
  const auto report = Check(*with("clients * 4", 2), answer.name());
  EXPECT_FALSE(report.reproduced());
  EXPECT_THAT(ChangesOf(report.reproduction_changes()), ElementsAre("double: 4 -> 8"));
  EXPECT_EQ(KindsOf(report.reproduction_causes()), "DEFINITION double 1; ");
  EXPECT_EQ(KindsOf(report.causes()), "DEFINITION double 1; ");
  EXPECT_EQ(report.causes(0).statement(), "De maat \"Dubbel\" heeft een andere definitie: double/2 in plaats van double/1.");
  const auto gone = Check(*with("", 1), answer.name());
  ASSERT_EQ(gone.changes_size(), 1);
  EXPECT_FALSE(gone.changes(0).has_found());
  EXPECT_EQ(KindsOf(gone.causes()), "DEFINITION double 1; ");
}

TEST(Answers, FaultsAreListedTogetherAndLeaveNoTrace) {
  CostsScene scene("2018-02-01");
  v1::RegisterAnswerRequest request;
  request.set_parent(kParent);
  request.set_title("  ");
  request.set_text(std::string(20'001, 'x'));
  request.set_request_id(std::string(65, 'r'));
  std::vector<std::string> paths;
  for (const BadField& field : BadFieldsOf(scene.costs.RegisterAnswer(Clerk(), request).status())) paths.push_back(field.path);
  EXPECT_THAT(paths, ElementsAre("title", "text", "question", "request_id"));
  auto foreign = Request(CostsScene::Question({"clients"}, "2018-01", "2018-02"));
  foreign.mutable_question()->set_parent("municipalities/gm0106");
  EXPECT_THAT(BadFieldsOf(scene.costs.RegisterAnswer(Clerk(), foreign).status()).at(0).path, "question.parent");
  EXPECT_EQ(scene.journal->LastSequence(), 0);
  v1::GetRegisteredAnswerRequest get;
  get.set_name("municipalities/gm1730/registeredanswers/2018-0001");
  EXPECT_EQ(ReasonOf(scene.costs.GetRegisteredAnswer(Clerk(), get).status()), type::RESOURCE_NOT_FOUND);
  v1::CheckRegisteredAnswerRequest check;
  check.set_name(get.name());
  EXPECT_EQ(ReasonOf(scene.costs.CheckRegisteredAnswer(Clerk(), check).status()), type::RESOURCE_NOT_FOUND);
}

TEST(Answers, Q24_SeveralCausesAreMeasuredPerFigureAndSumToTheChange) {
  CostsScene scene("2018-02-01");
  FeedTwo(&scene);
  scene.Feed({BatchOf(2, At("2018-01-02"), {TariffOf("45A04", 100'00)}, "tarieven")});
  scene.Feed({LinkOf(1, "p1", "c1", At("2018-01-02")), LinkOf(2, "p2", "c2", At("2018-01-02"))});
  const auto answer = Register(scene.costs, CostsScene::Question({"clients", "indicated"}, "2018-01", "2018-02", {"provider"}));
  scene.clock.Set(At("2018-02-20"));
  scene.Feed({BatchOf(3, At("2018-02-10"),
                      {AllocationOf({.person = "p3", .number = 3, .provider = "99000002"}),
                       AllocationOf({.volume = 3, .assigned = "2018-01-20"})}),
              BatchOf(4, At("2018-02-11"), {TariffOf("45A04", 110'00)}, "tarieven")});
  scene.Feed({LinkOf(3, "p3", "c3", At("2018-02-10")), LinkOf(4, "p2", "c1", At("2018-02-12"))});
  const auto report = Check(scene.costs, answer.name());
  EXPECT_TRUE(report.reproduced());
  // A total that is what it was is no change.
  EXPECT_THAT(ChangesOf(report.changes()), ElementsAre("clients: 2 -> 1", "indicated: 20000 -> 44000", "clients: - -> 1",
                                                       "indicated: - -> 11000", "indicated: 20000 -> 55000"));
  EXPECT_THAT(StepsOf(report.changes()),
              ElementsAre("clients: LINK -1;", "indicated: EXTERNAL +2000; CORRECTION +22000;", "clients: LATE +1;",
                          "indicated: LATE +11000;", "indicated: EXTERNAL +2000; CORRECTION +22000; LATE +11000;"));
}

// A file that comes in after the answer and was known before it: the answer is not reproduced, and both reports measure it.
TEST(Answers, Q24_WhatWasKnownButNotInYetIsMeasuredToo) {
  CostsScene scene("2018-02-01");
  FeedTwo(&scene);
  const auto answer = Register(scene.costs, CostsScene::Question({"clients"}, "2018-01", "2018-02"));
  scene.clock.Set(At("2018-02-20"));
  scene.Feed({BatchOf(2, At("2018-01-03"), {AllocationOf({.person = "p3", .number = 3})}),
              BatchOf(3, At("2018-02-10"), {AllocationOf({.person = "p4", .number = 4})})});
  const auto report = Check(scene.costs, answer.name());
  EXPECT_FALSE(report.reproduced());
  EXPECT_THAT(StepsOf(report.reproduction_changes()), ElementsAre("clients: LATE +1;"));
  EXPECT_THAT(StepsOf(report.changes()), ElementsAre("clients: LATE +2;"));
}

TEST(Answers, R15_TheRegisterSaysWhatOfAQuestionCouldBeAnsweredAndWhatCanBeNow) {
  CostsScene scene("2018-02-01");
  FeedTwo(&scene);
  const auto answer = Register(scene.costs, CostsScene::Question({"clients", "indicated"}, "2018-01", "2018-02"));
  EXPECT_EQ(answer.answerability().state(), v1::Answerability::PARTLY);
  ASSERT_EQ(answer.answerability().parts_size(), 1);
  EXPECT_THAT(answer.answerability().parts(0).reasons(), ElementsAre("TARIFF_MISSING"));
  scene.clock.Set(At("2018-02-20"));
  scene.Feed({BatchOf(2, At("2018-02-10"), {TariffOf("45A04", 100'00)}, "tarieven")});
  const auto report = Check(scene.costs, answer.name());
  EXPECT_EQ(report.registered_answer().answerability().state(), v1::Answerability::PARTLY);
  EXPECT_EQ(report.answerability().state(), v1::Answerability::ANSWERABLE);
  EXPECT_EQ(report.answerability().answerable_from(), "2018-01-01");
  EXPECT_THAT(StepsOf(report.changes()), ElementsAre("indicated:")) << "from no number to one there is no difference";
}

TEST(Answers, R31_AnInterpretationStaysWithItsFigureAndNamesNobody) {
  CostsScene scene("2018-02-01");
  FeedTwo(&scene);
  const auto answer = Register(scene.costs, CostsScene::Question({"clients"}, "2018-01", "2018-02", {"law"}));
  v1::AnnotateAnswerRequest request;
  request.set_name(answer.name());
  request.set_text("Twee kinderen is weinig:\nde school was nog dicht.");
  request.set_measure("clients");
  auto* at = request.add_dimensions();
  at->set_dimension("law");
  at->set_value("jeugdwet");
  request.set_request_id("a");
  for (int repeat = 0; repeat < 2; ++repeat) {
    const auto told = scene.costs.AnnotateAnswer(Clerk(), request);
    ASSERT_TRUE(told.ok()) << told.status();
    ASSERT_EQ(told->annotations_size(), 1);
    EXPECT_EQ(told->annotations(0).subject(), "griffier-1");
    EXPECT_EQ(told->annotations(0).dimensions(0).label(), answer.figures().figures(0).dimensions(0).label());
  }
  const int64_t records = scene.journal->LastSequence();
  const auto faults = [&](const v1::AnnotateAnswerRequest& refused) {
    const auto fields = BadFieldsOf(scene.costs.AnnotateAnswer(Clerk(), refused).status());
    return fields.size() == 1 ? fields[0].path : absl::StrCat(fields.size());
  };
  v1::AnnotateAnswerRequest refused = request;
  refused.set_request_id("b");
  refused.mutable_dimensions(0)->set_value("wmo");
  EXPECT_EQ(faults(refused), "measure");
  refused.clear_measure();
  EXPECT_EQ(faults(refused), "measure");
  refused.clear_dimensions();
  refused.set_text("kind met 999900006");
  EXPECT_EQ(faults(refused), "text");
  refused.set_name("municipalities/gm1730/registeredanswers/2018-0009");
  EXPECT_EQ(ReasonOf(scene.costs.AnnotateAnswer(Clerk(), refused).status()), type::RESOURCE_NOT_FOUND);
  EXPECT_EQ(scene.journal->LastSequence(), records);
  for (const bool from_checkpoint : {false, true}) {
    if (from_checkpoint) {
      ASSERT_TRUE(scene.costs.SaveCheckpoint().ok());
    }
    Costs another(*scene.journal, scene.clock, "gm1730", {});
    ASSERT_TRUE(another.Replay().ok());
    const auto told = Get(another, answer.name());
    ASSERT_EQ(told.annotations_size(), 1);
    EXPECT_EQ(told.annotations(0).text(), request.text());
  }
}

TEST(Answers, ATextWithABsnIsNotRegistered) {
  CostsScene scene("2018-02-01");
  FeedTwo(&scene);
  auto request = Request(CostsScene::Question({"clients"}, "2018-01", "2018-02"));
  request.set_text("Het gaat om\n999900006.");
  request.set_title("Kind van 9401 AB 12?");
  std::vector<std::string> paths;
  for (const BadField& field : BadFieldsOf(scene.costs.RegisterAnswer(Clerk(), request).status())) paths.push_back(field.path);
  EXPECT_THAT(paths, ElementsAre("title", "text"));
  EXPECT_EQ(scene.journal->LastSequence(), 1);
}

v1::FreezeSnapshotRequest Freezing(const std::string& title, const std::string& known = "") {
  v1::FreezeSnapshotRequest request;
  request.set_parent(kParent);
  request.set_title(title);
  request.set_reason("Voor de raad van maart.");
  if (!known.empty()) request.mutable_known_time()->set_seconds(absl::ToUnixSeconds(At(known)));
  return request;
}

std::vector<std::string> SnapshotTitles(const Costs& costs) {
  v1::ListFrozenSnapshotsRequest request;
  request.set_parent(kParent);
  request.set_page_size(1);
  std::vector<std::string> found;
  do {
    const auto page = costs.ListFrozenSnapshots(Clerk(), request);
    EXPECT_TRUE(page.ok()) << page.status();
    if (!page.ok()) break;
    for (const auto& snapshot : page->frozen_snapshots()) found.push_back(snapshot.title());
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  return found;
}

TEST(Answers, F03_AFrozenSnapshotIsANamedKnownTimeForGood) {
  CostsScene scene("2018-02-01");
  FeedTwo(&scene);
  const auto frozen = scene.costs.FreezeSnapshot(Clerk(), Freezing("Bestuursrapportage 2018-1"));
  ASSERT_TRUE(frozen.ok()) << frozen.status();
  EXPECT_EQ(frozen->name(), "municipalities/gm1730/frozensnapshots/bestuursrapportage-2018-1");
  EXPECT_EQ(frozen->known_time().seconds(), absl::ToUnixSeconds(At("2018-02-01")));
  EXPECT_EQ(frozen->reason(), "Voor de raad van maart.");
  EXPECT_EQ(frozen->subject(), "griffier-1");
  scene.clock.Set(At("2018-06-01"));
  scene.Feed({BatchOf(2, At("2018-03-01"), {AllocationOf({.person = "p3", .number = 3})})});
  auto question = CostsScene::Question({"clients"}, "2018-01", "2018-02");
  EXPECT_EQ(scene.Ask(question).totals(0).count(), 3);
  *question.mutable_known_time() = frozen->known_time();
  EXPECT_EQ(scene.Ask(question).totals(0).count(), 2);
  // A repeat, with its known time or without, is what was frozen; the name is not given to another moment.
  const int64_t records = scene.journal->LastSequence();
  for (const char* known : {"", "2018-02-01"}) {
    EXPECT_EQ(scene.costs.FreezeSnapshot(Clerk(), Freezing("Bestuursrapportage 2018-1", known))->SerializeAsString(),
              frozen->SerializeAsString());
  }
  for (const auto& refused :
       {Freezing("Bestuursrapportage 2018-1", "2018-01-15"), Freezing("bestuursrapportage_2018 1"), Freezing("--")}) {
    const auto faults = BadFieldsOf(scene.costs.FreezeSnapshot(Clerk(), refused).status());
    ASSERT_EQ(faults.size(), 1u) << refused.title();
    EXPECT_EQ(faults[0].path, "title");
  }
  EXPECT_EQ(scene.journal->LastSequence(), records);
  EXPECT_EQ(scene.costs.FreezeSnapshot(Clerk(), Freezing("Later", "2019-01-01"))->known_time().seconds(),
            absl::ToUnixSeconds(At("2018-06-01")))
      << "what will be known later nobody knows";
  EXPECT_THAT(SnapshotTitles(scene.costs), ElementsAre("Later", "Bestuursrapportage 2018-1"));
  for (const bool from_checkpoint : {false, true}) {
    if (from_checkpoint) {
      ASSERT_TRUE(scene.costs.SaveCheckpoint().ok());
    }
    Costs another(*scene.journal, scene.clock, "gm1730", {});
    ASSERT_TRUE(another.Replay().ok());
    EXPECT_THAT(SnapshotTitles(another), ElementsAre("Later", "Bestuursrapportage 2018-1"));
  }
}

// Who answers the council registers; the contract manager reads; a service does neither.
TEST(Answers, RolesAreThoseOfTheApi) {
  CostsScene scene("2018-02-01");
  FeedTwo(&scene);
  Router router("gm1730", scene.clock);
  BindMethods(&scene.costs, &router);
  const auto reason = [&](const std::string& method, type::Role role, const google::protobuf::Message& request) {
    Caller caller = Clerk();
    caller.roles = {role};
    const auto answer = router.Call(absl::StrCat("/nmd.costs.v1.AnswersService/", method), caller, request.SerializeAsString());
    return answer.ok() ? type::ERROR_REASON_UNSPECIFIED : ReasonOf(answer.status());
  };
  const auto request = Request(CostsScene::Question({"clients"}, "2018-01", "2018-02"));
  v1::GetRegisteredAnswerRequest get;
  get.set_name("municipalities/gm1730/registeredanswers/2018-0001");
  for (const auto role : {type::CLERK, type::CONTROLLER, type::POLICY_ADVISER}) {
    EXPECT_EQ(reason("RegisterAnswer", role, request), type::ERROR_REASON_UNSPECIFIED);
    EXPECT_EQ(reason("CheckRegisteredAnswer", role, get), type::ERROR_REASON_UNSPECIFIED);
  }
  EXPECT_EQ(reason("RegisterAnswer", type::CONTRACT_MANAGER, request), type::ROLE_MISSING);
  EXPECT_EQ(reason("GetRegisteredAnswer", type::CONTRACT_MANAGER, get), type::ERROR_REASON_UNSPECIFIED);
  for (const auto role : {type::SERVICE, type::OPERATOR}) {
    EXPECT_EQ(reason("RegisterAnswer", role, request), type::ROLE_MISSING);
    EXPECT_EQ(reason("FreezeSnapshot", role, Freezing("Nu")), type::ROLE_MISSING);
    EXPECT_EQ(reason("GetRegisteredAnswer", role, get), type::ROLE_MISSING);
  }
}

}  // namespace
}  // namespace nmd::costs
